"""Time until a condition holds, or no longer holds: who had the event when, and the Kaplan-Meier curve of that.

An event is dated by the visit at which it is first seen; it may have come at any time since the visit before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from trialbook.analysis.allocation import ARM, arm_of, has_arms, in_arms
from trialbook.analysis.condition_cells import answers_behind
from trialbook.analysis.frames import books
from trialbook.analysis.listings import Row, listing
from trialbook.analysis.rates import level_in_words
from trialbook.analysis.results import Listing, Result, Selector
from trialbook.analysis.rows import Heading, Stat, together
from trialbook.analysis.sets import ENROLLED, Members, members
from trialbook.analysis.survival import Curve, kaplan_meier, log_rank, median_of
from trialbook.analysis.yes_no import judged_at, later_visits, reference_visit
from trialbook.conduct.casebook import VISIT_FORM
from trialbook.conduct.schedule import anchor_date, full_date, study_day

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.protocol.model import Endpoint

LISTED = ("participant", "arm", "event", "days", "visit", "start")
CURVE = ("group", "day", "at_risk", "events", "left", "without", "ci_low", "ci_high")
METHOD = {
    "response": "days from day 0 to the first visit at which the condition holds",
    "relapse": "days from the first visit at which the condition holds to the next at which it does not",
}
CENSORED = {
    "last judged": "the others followed to the last visit at which it can be told",
    "end of follow-up": "the others followed to the end of participation, else to the last dated visit",
}
WITHOUT = "Kaplan-Meier estimate of those without the event after so many days; {level} interval on the scale log(-log)"
MEDIAN = "median of the Kaplan-Meier curve, {level} interval of Brookmeyer and Crowley"
LOG_RANK = "log-rank test of the arms, two-sided"
BY_PLAN = "Days taken from the plan, since the visit has no date: {n}."
ALREADY = "Of these {n} met the condition at the baseline already."
NOT_TOLD = "Left out, since it cannot be told after the baseline: {n}."
AT_ZERO = "The curve is at 1 or at 0 there, which has no interval."
NOT_YET = "Nobody is followed so long."


class Timed(NamedTuple):
    """The time of one participant."""

    event: bool
    days: int
    visit: str
    """Where the event was seen, or the last at which the condition could be told."""
    start: int
    """Study day from which it is counted."""
    seqs: tuple[int, ...]
    by_plan: bool
    """Whether a day is that of the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The times of everybody ever enrolled of whom there is one."""

    timed: Mapping[str, Timed]
    already: frozenset[str]
    """Who met the condition at the baseline."""


@lru_cache(maxsize=16)
def times_of(datasets: Datasets, name: str) -> Times:
    """Work out the time of everybody ever enrolled; once for the same datasets."""
    endpoint = datasets.study.endpoints[name]
    who, first = members(datasets).of(ENROLLED), reference_visit(datasets.study, endpoint)
    visits = [one for one in later_visits(datasets.study, endpoint) if datasets.study.schedule.visits[one].day > 0]
    at = {visit: judged_at(datasets, endpoint, visit, who) for visit in visits}
    days, cells = _days(datasets), _cells(datasets, endpoint)
    found = {}
    for code in who:
        told = [
            (visit, *_day_of(datasets, days, code, visit), at[visit][code]) for visit in visits if code in at[visit]
        ]
        timed = _timed(datasets, endpoint, code, told, cells)
        if timed is not None and timed.days >= 0:
            found[code] = timed
    before = judged_at(datasets, endpoint, first, who) if first is not None else {}
    return Times(timed=found, already=frozenset(code for code, holds in before.items() if holds))


@lru_cache(maxsize=4)
def _days(datasets: Datasets) -> dict[tuple[str, str], int]:
    """Return participant and visit -> study day, where the visit is dated."""
    dated = datasets.observations.filter(datasets.observations["day"].is_not_null())
    return {(code, visit): day for code, visit, day in dated.select("participant", "visit", "day").iter_rows()}


def _day_of(datasets: Datasets, days: Mapping[tuple[str, str], int], code: str, visit: str) -> tuple[int, bool]:
    """Return the day of a visit, and whether it is that of the plan."""
    day = days.get((code, visit))
    return (datasets.study.schedule.visits[visit].day, True) if day is None else (day, False)


def _cells(datasets: Datasets, endpoint: Endpoint) -> dict[tuple[str, str], list[int]]:
    """Return participant and visit -> entries of the answers and of the date of the visit."""
    found: dict[tuple[str, str], list[int]] = {}
    for code, visit, seq in answers_behind(datasets, endpoint.when or "false", endpoint.visits):
        found.setdefault((code, visit), []).append(seq)
    dates = datasets.observations.filter(datasets.observations["form"] == VISIT_FORM)
    for code, visit, seq in dates.select("participant", "visit", "seq").iter_rows():
        if seq is not None and visit in endpoint.visits:
            found.setdefault((code, visit), []).append(seq)
    return found


def _timed(
    datasets: Datasets, endpoint: Endpoint, code: str, told: Sequence[tuple[str, int, bool, bool]],
    cells: Mapping[tuple[str, str], list[int]],
) -> Timed | None:  # fmt: skip
    """Return the time of one participant; None where the condition can never be told, or nobody relapses from it."""
    asked, start, began = endpoint.time_to, 0, list[tuple[str, int, bool, bool]]()
    place = next((place for place, (*_, holds) in enumerate(told) if holds), None)
    if not told or asked is None:
        return None
    if asked.event == "relapse":
        if place is None:
            return None
        began, told = [told[place]], told[place:]
        start, place = told[0][1], next((place for place, (*_, holds) in enumerate(told) if not holds), None)
    visit, day, planned, _ = told[-1 if place is None else place]
    last = day if place is not None or asked.censor == "last judged" else _end(datasets, code, day)
    seqs = {seq for one in (*began, (visit, day, planned, True)) for seq in cells.get((code, one[0]), ())}
    by_plan = planned or any(one[2] for one in began)
    return Timed(place is not None, last - start, visit, start, tuple(sorted(seqs)), by_plan)


def _end(datasets: Datasets, code: str, least: int) -> int:
    """Return the study day on which participation ended, not before the last visit at which it can be told."""
    book = books(datasets)[code]
    anchor, ended = anchor_date(datasets.plan_of(book.site), book), full_date(book.ended_on)
    if anchor is not None and ended is not None:
        return max(least, study_day(ended, anchor))
    return max([least, *(day for (one, _), day in _days(datasets).items() if one == code)])


def list_times(datasets: Datasets, endpoint: Endpoint) -> Listing:
    """List the time of every participant, with the answers that decide it."""
    arms = arm_of(datasets)
    rows: list[tuple[Row, Sequence[int]]] = [
        ((code, arms.get(code), int(one.event), one.days, one.visit, one.start), one.seqs)
        for code, one in times_of(datasets, endpoint.id).timed.items()
    ]
    return listing(f"time_to.{endpoint.id}", LISTED, rows)


def list_curve(datasets: Datasets, endpoint: Endpoint) -> Listing:
    """List the steps of the curve, of each arm where there are arms; shares as percentages."""
    rows: list[tuple[Row, Sequence[int]]] = []
    for group, some in _groups(datasets, endpoint, members(datasets).of(datasets.study.analysis.set)).items():
        timed = times_of(datasets, endpoint.id).timed
        for step in _curve(datasets, [timed[code] for code in some]).steps:
            ends = (None if end is None else 100 * end for end in (step.low, step.high))
            cells = tuple(seq for code in some if timed[code].days == step.time for seq in timed[code].seqs)
            rows.append(((group, step.time, step.at_risk, step.events, step.left, 100 * step.survival, *ends), cells))
    return listing(f"curve.{endpoint.id}", CURVE, rows)


def time_listings(datasets: Datasets) -> Iterator[Listing]:
    """Yield both listings of every condition of which a time is asked."""
    for endpoint in datasets.study.endpoints.values():
        if endpoint.time_to is not None:
            yield from (list_times(datasets, endpoint), list_curve(datasets, endpoint))


def estimate_times(datasets: Datasets, who: Members) -> Iterator[Result]:
    """Give the curve of every condition of which a time is asked, in the analysis set of the plan."""
    inside = who.of(datasets.study.analysis.set)
    for endpoint in (one for one in datasets.study.endpoints.values() if one.time_to is not None):
        groups = _groups(datasets, endpoint, inside)
        for group, some in groups.items():
            size = len(in_arms(datasets, inside, ((ARM, group),) if group else ()))
            yield from _estimated(datasets, endpoint, group, some, size)
        if has_arms(datasets):
            yield from _compared(datasets, endpoint, groups)


def _groups(datasets: Datasets, endpoint: Endpoint, inside: Sequence[str]) -> dict[str, list[str]]:
    """Return the participants who have a time: together, or by arm."""
    timed = times_of(datasets, endpoint.id).timed
    arms = tuple(datasets.study.arms) if has_arms(datasets) else ("",)
    return {
        arm: [code for code in in_arms(datasets, inside, ((ARM, arm),) if arm else ()) if code in timed] for arm in arms
    }


def _curve(datasets: Datasets, some: Sequence[Timed]) -> Curve:
    level = float(datasets.study.analysis.confidence)
    return kaplan_meier([one.days for one in some], [one.event for one in some], confidence=level)


def _heading(datasets: Datasets, endpoint: Endpoint, group: str) -> Heading:
    chosen, asked = datasets.study.analysis.set, endpoint.time_to
    words = f"{METHOD[asked.event]}; {CENSORED[asked.censor]}" if asked is not None else ""
    arms = ((ARM, group),) if group else ()
    source = Selector(frame="listing", variable=f"time_to.{endpoint.id}", analysis_set=chosen, where=arms)
    return Heading(
        analysis="time_to", variable=endpoint.id, group=group, analysis_set=chosen, source=source, method=words,
        unit="participants",
    )  # fmt: skip


def _estimated(datasets: Datasets, endpoint: Endpoint, group: str, some: Sequence[str], size: int) -> Iterator[Result]:
    """Give counts, median, and the share without the event at each visit."""
    times = times_of(datasets, endpoint.id)
    timed = [times.timed[code] for code in some]
    curve, level = _curve(datasets, timed), level_in_words(datasets.study.analysis.confidence)
    planned, already = sum(one.by_plan for one in timed), len(times.already & set(some))
    is_response = endpoint.time_to is not None and endpoint.time_to.event == "response"
    note = together(
        BY_PLAN.format(n=planned) if planned else "", ALREADY.format(n=already) if already and is_response else "",
        NOT_TOLD.format(n=size - len(some)) if size > len(some) and is_response else "",
    )  # fmt: skip
    heading = replace(_heading(datasets, endpoint, group), n=len(some), warning=note)
    yield from heading.rows(
        [
            Stat(name="n", value=len(some)),
            Stat(name="n_events", value=curve.events),
            Stat(name="n_without", value=len(some) - curve.events),
        ]
    )
    middle = median_of(curve)
    ends = {"median": (middle.time, middle.reason), "median_low": (middle.low, middle.reason_low),
            "median_high": (middle.high, middle.reason_high)}  # fmt: skip
    yield from heading.rows(
        Stat(name=name, value=None if value is None else float(value), unit="days", decimals=0,
             method=f"{heading.method}; {MEDIAN.format(level=level)}", error="" if value is not None else why)
        for name, (value, why) in ends.items()
    )  # fmt: skip
    for visit in later_visits(datasets.study, endpoint):
        day = datasets.study.schedule.visits[visit].day
        yield from replace(heading, visit=visit).rows(
            _at(curve, day, f"{heading.method}; {WITHOUT.format(level=level)}")
        )


def _at(curve: Curve, day: int, method: str) -> list[Stat]:
    """Write the curve on one planned day."""
    step, last = curve.at(day), curve.steps[-1] if curve.steps else None
    beyond = last is None or (day > last.time and last.survival > 0)
    why = curve.reason or (NOT_YET if beyond else "")
    shares = {"without": 1.0, "ci_low": None, "ci_high": None}
    if step is not None:
        shares = {"without": step.survival, "ci_low": step.low, "ci_high": step.high}
    stats = [Stat(name="at_risk", value=curve.at_risk(day), method=f"{method}; still followed just before that day")]
    for name, value in shares.items():
        share = None if why or value is None else 100 * value
        stats.append(
            Stat(name=name, value=share, unit="percent", decimals=0 if curve.n < 100 else 1, method=method,
                 error="" if share is not None else why or AT_ZERO)
        )  # fmt: skip
    return stats


def _compared(datasets: Datasets, endpoint: Endpoint, groups: Mapping[str, Sequence[str]]) -> Iterator[Result]:
    """Compare the curves of all arms."""
    timed = times_of(datasets, endpoint.id).timed
    rows = [(float(timed[code].days), timed[code].event, arm) for arm, some in groups.items() for code in some]
    found = log_rank([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
    plain = _heading(datasets, endpoint, "")
    source = replace(plain.source, where=tuple((ARM, arm) for arm in groups))
    heading = replace(
        plain, analysis="log_rank", source=source, n=len(rows), role="sensitivity", unit="",
        method=f"{LOG_RANK}; {plain.method}",
    )  # fmt: skip
    yield from heading.rows(
        [
            Stat(name="chi2", value=found.chi2, decimals=2, error=found.reason),
            Stat(name="df", value=found.df, error=found.reason),
            Stat(name="p", value=found.p, error=found.reason),
        ]
    )
