"""How many adverse events were serious, severe, fatal, or began under treatment: counts of what is decided of each.

A count leads to the events that it counts, since no other one changes it; a count of none to all, which might have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from trialbook.analysis.event_rows import (
    AT_EVENT,
    BEFORE,
    COUNTS_AS_SERIOUS,
    EMERGENT,
    FATAL,
    INSIDE,
    LEAST_SEVERE,
    OUTSIDE,
    SEVERE,
    asked,
)
from trialbook.analysis.rows import Heading, Stat

if TYPE_CHECKING:
    from trialbook.analysis.event_rows import Event
    from trialbook.analysis.results import Result
    from trialbook.protocol.model import Form

NOT_TOLD = "Not recorded of {n} of the events."


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a statistic counts: the events with these marks."""

    marks: Mapping[str, str]
    method: str
    unit: str = "events"
    warns: bool = True
    """Whether it says of how many the mark is not known."""


SERIOUS_METHOD = "events that are serious by what came of them, or as recorded (ICH E2A)"
BEFORE_METHOD = "events that surely began before the day of enrolment"
HOW: Mapping[str, Counted] = MappingProxyType(
    {
        "n_serious": Counted(marks={COUNTS_AS_SERIOUS: "yes"}, method=SERIOUS_METHOD),
        "n_severe": Counted(marks={SEVERE: "yes"}, method=f"events of grade {LEAST_SEVERE} or more, as recorded"),
    }
)
"""Counted of all events, of each class and of each term."""
DEATHS: Mapping[str, Counted] = MappingProxyType(
    {
        "n_died": Counted(
            marks={FATAL: "yes"}, unit="participants",
            method="participants with an event that was fatal: by its mark, its grade 5 or its outcome (ICH E3, 12.3)",
        )
    }
)  # fmt: skip
WHEN: Mapping[str, Counted] = MappingProxyType(
    {
        "n_emergent": Counted(marks={EMERGENT: "yes"}, method="events that began on or after study day 0", warns=False),
        "n_emergent_unknown": Counted(
            marks={EMERGENT: "unknown"}, method="events of which it cannot be told whether they did", warns=False
        ),
        "n_before": Counted(marks={AT_EVENT: BEFORE}, method=BEFORE_METHOD, warns=False),
        "n_before_serious": Counted(
            marks={AT_EVENT: BEFORE, COUNTS_AS_SERIOUS: "yes"}, method=f"serious ones of the {BEFORE_METHOD}"
        ),
    }
)  # fmt: skip


VALUES = ("yes", "no", "unknown", INSIDE, BEFORE, OUTSIDE)


def marked(heading: Heading, form: Form, names: Mapping[str, Counted], events: Sequence[Event]) -> Iterator[Result]:
    """Count the events with certain marks, or their participants, where the form asks for what decides these."""
    can_tell = asked(form)
    for name, how in names.items():
        if not can_tell.issuperset(how.marks):
            continue
        found = [event for event in events if all(event.marks[mark] == value for mark, value in how.marks.items())]
        unknown = sum(_may_be(event, how.marks) for event in events) - len(found)
        warning = NOT_TOLD.format(n=unknown) if how.warns and unknown else ""
        value = len({event.participant for event in found}) if how.unit == "participants" else len(found)
        stat = Stat(name=name, value=value, unit=how.unit, method=how.method, warning=warning)
        yield _leading(heading, how.marks, is_none=not found).row(stat)


def _may_be(event: Event, marks: Mapping[str, str]) -> bool:
    return all(event.marks[mark] in {value, "unknown"} for mark, value in marks.items())


def _leading(heading: Heading, marks: Mapping[str, str], *, is_none: bool) -> Heading:
    """Let a count lead to the whole rows that it counts; where it counts none, to all that could have been."""
    wanted = tuple((mark, one) for mark, value in marks.items() for one in (VALUES if is_none else (value,)))
    source = replace(heading.source, whole=True, where=(*heading.source.where, *wanted))
    return replace(heading, source=source)
