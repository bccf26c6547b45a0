"""Intervals as rows of results: of a share of participants, and of events in the time that they were followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from trialbook.analysis.followup import RULE, Time, times_followed
from trialbook.analysis.incidence import PER, rate_of
from trialbook.analysis.proportions import Interval, clopper_pearson, jeffreys, mid_p, wilson
from trialbook.analysis.results import Result, Selector
from trialbook.analysis.rows import Heading, Stat, together
from trialbook.analysis.table_one import places

if TYPE_CHECKING:
    from trialbook.analysis.event_rows import Event
    from trialbook.analysis.frames import Datasets

FROM_ENROLMENT = "Followed from enrolment, since study day 0 is not known: {n} of the participants."
LEFT_OUT = "Of {n} participants the time followed is not known: they are left out here, with their events."
OUTSIDE = "Not in this rate, as begun before or after the time followed: {n} of the events."
IN_TIME = "events that began in the time followed, or may have"
UNDATED = "Of no participant is the time followed known."
BESIDE: Mapping[str, tuple[Callable[..., Interval], str]] = MappingProxyType(
    {
        "wilson": (wilson, "confidence interval of Wilson"),
        "jeffreys": (jeffreys, "interval of Jeffreys"),
        "mid_p": (mid_p, "mid-P confidence interval"),
    }
)
"""Intervals beside the exact one: what their ends are called, the rule, its name."""
NOT_INDEPENDENT = "takes events of one participant as independent"


def level_in_words(confidence: Decimal) -> str:
    """Write a confidence as a percentage: 0.95 as 95 %."""
    return f"{100 * confidence:f}".rstrip("0").rstrip(".") + " %"


def exact_interval(count: int, n: int, confidence: Decimal) -> list[Stat]:
    """Write the exact interval of a percentage of participants."""
    found, method = (
        clopper_pearson(count, n, confidence=float(confidence)),
        "confidence interval of Clopper and Pearson",
    )
    return _interval(("ci_low", found.low), ("ci_high", found.high), n, found.reason, method, confidence)


def share_intervals(count: int, n: int, confidence: Decimal) -> list[Stat]:
    """Write the intervals of a percentage of participants: exact, by score, by Jeffreys' prior, and by mid-P."""
    stats = exact_interval(count, n, confidence)
    for name, (rule, method) in BESIDE.items():
        found = rule(count, n, confidence=float(confidence))
        stats += _interval(
            (f"{name}_low", found.low), (f"{name}_high", found.high), n, found.reason, method, confidence
        )
    return stats


def _interval(
    low: tuple[str, float | None], high: tuple[str, float | None], n: int, why: str, method: str, confidence: Decimal
) -> list[Stat]:
    told = f"{level_in_words(confidence)} {method}"
    return [
        Stat(name=name, value=None if end is None else 100 * end, n=n, unit="percent", decimals=places(n), method=told,
             error=why)
        for name, end in (low, high)
    ]  # fmt: skip


def event_rates(datasets: Datasets, heading: Heading, events: Sequence[Event], who: Sequence[str]) -> list[Result]:
    """Give the interval of the share of participants with an event, the weeks followed, and events per 100 of them.

    Events and weeks are of the same participants, those whose time is known, and of the same days.
    """
    confidence = datasets.study.analysis.confidence
    known = {code: time for code, time in times_followed(datasets).items() if code in set(who)}
    affected = len({event.participant for event in events})
    # a rate of nothing leads to those of whom nothing was recorded
    statuses = Selector(frame="participants", variable="status", analysis_set=heading.analysis_set)
    counted = replace(heading, source=heading.source if events else statuses)
    rates = _rates(events, known, len(who), confidence)
    return [
        *counted.rows(exact_interval(affected, len(who), confidence)),
        *replace(heading, source=statuses).rows(rates[:1]),
        *counted.rows(rates[1:]),
    ]


def level_rates(datasets: Datasets, heading: Heading, events: Sequence[Event], who: Sequence[str]) -> list[Result]:
    """Give the events of one class or term per 100 participant-weeks, of those whose time is known."""
    known = {code: time for code, time in times_followed(datasets).items() if code in set(who)}
    stats = _rates(events, known, len(who), datasets.study.analysis.confidence)
    return heading.rows(stat for stat in stats if stat.name not in {"weeks", "n_in_time"})


def participant_rate(datasets: Datasets, heading: Heading, code: str, events: Sequence[Event]) -> list[Result]:
    """Give the weeks followed of one participant, and the events per 100 of them."""
    known = {one: time for one, time in times_followed(datasets).items() if one == code}
    stats = _rates(events, known, 1, datasets.study.analysis.confidence)
    return heading.rows(stat for stat in stats if stat.name in {"weeks", "rate"})


def _rates(events: Sequence[Event], known: Mapping[str, Time], size: int, confidence: Decimal) -> list[Stat]:
    weeks = sum(time.weeks for time in known.values())
    timed = [event for event in events if event.participant in known]
    inside = sum(known[event.participant].may_hold(event.start) for event in timed)
    found = rate_of(inside, weeks, confidence=float(confidence))
    enrolled = sum(time.is_from_enrolment for time in known.values())
    unknown = together(
        LEFT_OUT.format(n=size - len(known)) if 0 < len(known) < size else "",
        FROM_ENROLMENT.format(n=enrolled) if enrolled else "",
    )
    warning = together(unknown, OUTSIDE.format(n=len(timed) - inside) if inside < len(timed) else "")
    why = UNDATED if found.rate is None else ""
    interval = f"{level_in_words(confidence)} confidence interval of a Poisson count (Garwood); {NOT_INDEPENDENT}"
    ends = {"rate": (found.rate, f"{IN_TIME}, {RULE}"), "rate_low": (found.low, interval),
            "rate_high": (found.high, interval)}  # fmt: skip
    return [
        Stat(name="weeks", value=weeks if known else None, n=len(known), unit="participant-weeks", decimals=1,
             method=f"time followed, {RULE}", warning=unknown, error=why),
        Stat(name="n_in_time", value=inside if known else None, n=len(known), unit="events",
             method=f"{IN_TIME}, {RULE}", warning=warning, error=why),
        *(Stat(name=name, value=value, n=len(known), unit=f"events per {PER:.0f} participant-weeks", decimals=1,
               method=method, warning=warning, error=why) for name, (value, method) in ends.items()),
    ]  # fmt: skip
