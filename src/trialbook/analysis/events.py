"""Adverse events: how many rows, and how many participants with at least one, in all, by class and by term."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialbook.analysis.event_rows import AT_EVENT, OUTSIDE, Event, events_of
from trialbook.analysis.rates import event_rates, level_rates, participant_rate
from trialbook.analysis.results import Result, Selector, result_id
from trialbook.analysis.rows import Heading, Stat
from trialbook.analysis.sets import ENROLLED, Members
from trialbook.analysis.severity import DEATHS, HOW, WHEN, marked
from trialbook.analysis.table_one import places
from trialbook.protocol.event_items import item_for

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.protocol.model import Form, Item

TERM, CLASS = "term", "class"
ALL = "all"
PARTICIPANT = "participant"
MOST_NAMED = 24
"""Participants who are told of one by one."""
NOBODY = "Nobody was enrolled."
REST = "(not recorded)"
"""Level of the events of which no class, or no term, is recorded."""
NOT_ENROLLED = "not_enrolled"
OUTSIDE_METHOD = "events as recorded of those who were not enrolled; in no other count"

Levels = list[tuple[str, list[Event]]]
"""Text of an item -> events that have it."""


def folded(text: str) -> str:
    """Return a term as it is compared: without regard to case and to the number of blanks."""
    return " ".join(text.casefold().split())


def spelling(texts: Sequence[str]) -> str:
    """Choose how a term is written: as most often, of equals the first in the order of characters."""
    counts = Counter(" ".join(text.split()) for text in texts)
    return min(counts, key=lambda text: (-counts[text], text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Events that are counted together."""

    variable: str
    level: str
    where: tuple[tuple[str, str], ...]
    events: Sequence[Event]


def count_events(datasets: Datasets, members: Members) -> Iterator[Result]:
    """Give the counts of every events form, of those who were ever enrolled; of all others apart."""
    who = (*members.of(ENROLLED), *datasets.safety_only)
    inside = set(who)
    for form in (form for form in datasets.study.forms.values() if form.events):
        found = [event for event in events_of(datasets, form.id) if event.texts]
        events = [event for event in found if event.participant in inside]
        yield from _all(datasets, form, events, who)
        for group in groups(form, events):
            yield from _counted(form.id, group, len(who))
            heading = _heading(form.id, group, len(who))
            yield from marked(heading, form, HOW, group.events)
            yield from level_rates(datasets, dated(form, heading), group.events, who)
        yield from _each(datasets, form, events, who)
        yield from _outside(datasets, form, [event for event in found if event.participant not in inside], who)


def _all(datasets: Datasets, form: Form, events: Sequence[Event], who: Sequence[str]) -> Iterator[Result]:
    """Count all events of a form."""
    group = Group(variable=form.id, level=ALL, where=(), events=events)
    yield from _counted(form.id, group, len(who))
    every = _heading(form.id, group, len(who))
    yield from marked(every, form, {**HOW, **DEATHS}, events)
    yield from event_rates(datasets, dated(form, every), events, who)
    if item_for(form, "onset") is not None:
        yield from marked(every, form, WHEN, events)


def groups(form: Form, events: Sequence[Event]) -> Iterator[Group]:
    """Yield classes, each followed by the terms in it, where the form asks for a class; then all terms."""
    terms, kind = by_level(events, TERM), item_for(form, "kind")
    if kind is not None:
        yield from _classes(form, kind, terms, events)
    for level, some in terms:
        yield Group(variable=form.id, level=level, where=((TERM, level),), events=some)


def _classes(form: Form, kind: Item, terms: Levels, events: Sequence[Event]) -> Iterator[Group]:
    for level, some in with_rest(by_level(events, kind.id), events):
        here = ((kind.id, _wanted(level)),)
        yield Group(variable=f"{form.id}.{CLASS}", level=level, where=here, events=some)
        for term, own in with_rest(_among(terms, some), some):
            yield Group(variable=within(form.id, level), level=term, where=(*here, (TERM, _wanted(term))), events=own)


def _wanted(level: str) -> str:
    """Return what a selector asks for: the text, or nothing where it is not recorded."""
    return "" if level == REST else level


def _among(levels: Levels, events: Sequence[Event]) -> Levels:
    """Return the levels that some of the events have, each with these alone."""
    kept = {id(event) for event in events}
    found = [(name, [event for event in group if id(event) in kept]) for name, group in levels]
    return sorted(((name, group) for name, group in found if group), key=_most_first)


def _most_first(level: tuple[str, list[Event]]) -> tuple[int, str]:
    name, group = level
    return -len({event.participant for event in group}), name


def within(form: str, level: str) -> str:
    """Return the variable of the terms of one class."""
    return f"{form}.{CLASS}.{level}"


def with_rest(levels: Levels, events: Sequence[Event]) -> Levels:
    """Add the events that are in no level, so that the levels add up to all."""
    placed = {id(event) for _, group in levels for event in group}
    rest = [event for event in events if id(event) not in placed]
    return [*levels, (REST, rest)] if rest else levels


def _outside(datasets: Datasets, form: Form, events: Sequence[Event], who: Sequence[str]) -> Iterator[Result]:
    """Count the events of those who were not enrolled, which no other count holds, where there are any."""
    if not events:
        return
    size = len(datasets.participants) - len(who)
    variable, where = f"{form.id}.{NOT_ENROLLED}", ((AT_EVENT, OUTSIDE),)
    group = Group(variable=variable, level="", where=where, events=events)
    heading = replace(_heading(form.id, group, size), analysis_set="", method=OUTSIDE_METHOD)
    heading = replace(heading, source=replace(heading.source, analysis_set="", whole=True))
    yield heading.row(Stat(name="n_events", value=len(events), unit="events"))
    yield heading.row(Stat(name="n_participants", value=len({event.participant for event in events})))
    serious = {name: how for name, how in HOW.items() if name == "n_serious"}
    yield from marked(heading, form, {**serious, **DEATHS}, events)


def _each(datasets: Datasets, form: Form, events: Sequence[Event], who: Sequence[str]) -> Iterator[Result]:
    """Give the events of each participant, where they are few enough to be named."""
    if len(who) > MOST_NAMED:
        return
    for code in who:
        own = [event for event in events if event.participant == code]
        variable, where = f"{form.id}.{PARTICIPANT}", ((PARTICIPANT, code),)
        heading = _heading(form.id, Group(variable=variable, level=code, where=where, events=own), 1)
        statuses = replace(heading.source, frame="participants", variable="status", where=((PARTICIPANT, code),))
        source = heading.source if own else statuses
        yield replace(heading, source=source).row(Stat(name="n_events", value=len(own), unit="events"))
        yield from participant_rate(datasets, dated(form, replace(heading, source=source)), code, own)


def name_alone(form: str, participant: str) -> str:
    """Return what the ids of the results of one participant begin with."""
    return result_id("events", f"{form}.{PARTICIPANT}", participant)


def by_level(events: Sequence[Event], item: str) -> Levels:
    """Group events by the text of an item: those of most participants first, equals by name."""
    groups: dict[str, list[Event]] = {}
    for event in events:
        if item in event.texts:
            groups.setdefault(folded(event.texts[item]), []).append(event)
    named = [(spelling([event.texts[item] for event in group]), group) for group in groups.values()]
    return sorted(named, key=_most_first)


def _counted(form: str, group: Group, n: int) -> list[Result]:
    """Count rows and participants; a participant counts once, however often the term was recorded."""
    affected = len({event.participant for event in group.events})
    heading = _heading(form, group, n)
    percent = 100 * affected / n if n else math.nan
    return heading.rows(
        [
            Stat(name="n_events", value=len(group.events), unit="events"),
            Stat(name="n_participants", value=affected),
            Stat(
                name="percent",
                value=percent if n else None,
                unit="percent",
                decimals=places(n),
                error="" if n else NOBODY,
            ),
        ]
    )


def whole(heading: Heading) -> Heading:
    """Let results lead to every answer of the rows, not to the terms alone."""
    return replace(heading, source=replace(heading.source, whole=True))


def dated(form: Form, heading: Heading) -> Heading:
    """Let a rate lead to the starts of the events too, where the form asks for them."""
    return whole(heading) if item_for(form, "onset") is not None else heading


def _heading(form: str, group: Group, n: int) -> Heading:
    return Heading(
        analysis="events", variable=group.variable, level=group.level, analysis_set=ENROLLED, in_id=False, n=n,
        method="events as recorded; each participant once; percent of those enrolled", unit="participants",
        source=Selector(frame="events", variable=form, where=group.where),
    )  # fmt: skip
