"""Which values are compared: what the plan does about intercurrent events, and then about missing values.

Treatment ends for a participant, as far as the program can know, on the day of the first planned dose that never came
(nor any after it), or on the day of withdrawal, whichever is first. Values of that day still count as on treatment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from trialbook.analysis.compare import Pairs, pairs_at
from trialbook.analysis.derive import compared_visits
from trialbook.analysis.frames import books
from trialbook.analysis.results import BASELINE
from trialbook.analysis.rows import together
from trialbook.analysis.sets import with_status
from trialbook.conduct.deviations import given_treatments
from trialbook.conduct.schedule import anchor_date, full_date, study_day
from trialbook.conduct.withdrawing import treatment_ended

if TYPE_CHECKING:
    from trialbook.analysis.course import Course, Point
    from trialbook.analysis.frames import Datasets
    from trialbook.analysis.missing import Mask, Sources, States
    from trialbook.conduct.casebook import Casebook

Missing = Literal["available cases", "completers", "locf", "bocf"]

MISSING_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "completers": "of those who completed the study",
        "locf": "missing values replaced by the last observation before them, or by the baseline",
        "bocf": "missing values replaced by the baseline",
    }
)
INTERCURRENT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "while on treatment": "after the end of treatment the last value on treatment",
        "hypothetical": "values after the end of treatment left out",
    }
)
CARRIED = "{n} of {all} values carried over from another visit."
LEFT_OUT = "{n} value{s} recorded after the end of treatment not used."
NO_END = "When treatment ended is not known for {n}: all values of theirs count."


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The course of those with a baseline, a row a participant and a column a visit."""

    codes: tuple[str, ...]
    visits: tuple[str, ...]
    points: Mapping[tuple[int, int], Point]
    states: States
    stopped: Mask
    ended: Mask


def in_words(missing: str, intercurrent: str) -> str:
    """Say how a comparison departs from all values as recorded, empty where it does not."""
    found = (INTERCURRENT_WORDS.get(intercurrent, ""), MISSING_WORDS.get(missing, ""))
    return "; ".join(words for words in found if words)


def planned_pairs(
    datasets: Datasets, course: Course, endpoint: str, who: Sequence[str], *, missing: Missing
) -> Mapping[str, Pairs]:
    """Pair value and baseline at each compared visit, after the plan's strategy and a rule for missing values."""
    visits, strategy = compared_visits(datasets.study, endpoint), datasets.study.analysis.intercurrent
    if missing == "completers":
        completed = set(with_status(datasets, ("completed",)))
        who = [code for code in who if code in completed]
    if strategy == "treatment policy" and missing not in {"locf", "bocf"}:
        return {visit: pairs_at(course, visit, who) for visit in visits}
    grid = _grid(datasets, course, visits, who)
    sources, kept = _sources(grid, strategy, missing)
    unknown = sum(treatment_ends(datasets)[code] == UNKNOWN for code in grid.codes)
    note = NO_END.format(n=unknown) if unknown and strategy != "treatment policy" else ""
    return {visit: _pairs(grid, course, column, sources, kept, note=note) for column, visit in enumerate(visits)}


def _grid(datasets: Datasets, course: Course, visits: Sequence[str], who: Iterable[str]) -> Grid:
    """Lay out what was recorded of those with a baseline that is a number."""
    import numpy as np

    bases = course.visits[BASELINE]
    codes = tuple(code for code in who if code in bases and bases[code].value is not None)
    shape = (len(codes), len(visits))
    points = {
        (row, column): course.visits[visit][code]
        for column, visit in enumerate(visits)
        for row, code in enumerate(codes)
        if code in course.visits.get(visit, {})
    }
    states: States = np.zeros(shape, dtype=np.int8)
    for at, point in points.items():
        # a value that is not after the baseline has no change, and is none here
        states[at] = 2 if point.flaw else 1 if point.change is not None else 0
    known, ends, days = books(datasets), treatment_ends(datasets), _days(course)
    planned = {visit: datasets.study.schedule.visits[visit].day for visit in visits}
    stopped = [[_is_after(ends[code], days.get((code, v), planned[v])) for v in visits] for code in codes]
    ended = [known[code].status != "enrolled" for code in codes]
    return Grid(
        codes=codes, visits=tuple(visits), points=points, states=states,
        stopped=np.array(stopped, dtype=bool).reshape(shape), ended=np.array(ended, dtype=bool),
    )  # fmt: skip


def _is_after(end: int | None, day: int) -> bool:
    return end is not None and end != UNKNOWN and day > end


def _days(course: Course) -> Mapping[tuple[str, str], int]:
    """Return the study days on which values were recorded."""
    if course.frame is None:
        return {}
    dated = course.frame.filter(course.frame["day"].is_not_null())
    return {(code, visit): day for code, visit, day in dated.select("participant", "visit", "day").iter_rows()}


def _sources(grid: Grid, strategy: str, missing: str) -> tuple[Sources, States]:
    """Say where each value is taken from, and what was recorded that may be used."""
    from trialbook.analysis.missing import available, bocf, left_out, locf, on_treatment, settled

    kept = grid.states if strategy == "treatment policy" else left_out(grid.states, grid.stopped)
    # what was recorded and is left out was a visit that took place
    gaps = settled(kept, grid.ended) | (kept != grid.states)
    rules = {"locf": locf, "bocf": bocf}
    sources = rules[missing](kept, gaps) if missing in rules else available(kept)
    if strategy == "while on treatment":
        sources = on_treatment(grid.states, sources, grid.stopped)
    return sources, kept


def _pairs(grid: Grid, course: Course, column: int, sources: Sources, kept: States, *, note: str) -> Pairs:
    """Pair the values that stand at one visit with the baselines."""
    from trialbook.analysis.missing import BASE, NOTHING

    visit: list[float] = []
    base: list[float] = []
    carried = 0
    for row, code in enumerate(grid.codes):
        source, start = int(sources[row, column]), course.visits[BASELINE][code].value
        value = start if source == BASE else None if source == NOTHING else grid.points[row, source].value
        if value is not None and start is not None:
            visit.append(value)
            base.append(start)
            carried += source != column
    dropped = int((kept[:, column] != grid.states[:, column]).sum())
    flaws = tuple(grid.points[at].flaw for at in grid.points if at[1] == column and kept[at] and grid.points[at].flaw)
    said = (
        CARRIED.format(n=carried, all=len(visit)) if carried else "",
        LEFT_OUT.format(n=dropped, s="s" * (dropped > 1)) if dropped else "",
    )
    return Pairs(visit=tuple(visit), base=tuple(base), flaws=flaws, note=together(note, *said))


UNKNOWN = -(10**9)
"""In place of a study day: treatment ended, and nobody can tell when."""


@lru_cache(maxsize=8)
def treatment_ends(datasets: Datasets) -> Mapping[str, int | None]:
    """Return the study day on which treatment ended for each participant; None where it did not, as far as is known."""
    ends = {code: _withdrawal(datasets, book) for code, book in books(datasets).items()}
    if not given_treatments(datasets.study):
        return ends
    from trialbook.analysis.exposure import exposures

    for treatment in given_treatments(datasets.study):
        for one in exposures(datasets, treatment.id):
            ends[one.participant] = _first(ends[one.participant], *(dose.planned_day for dose in one.missed[:1]))
    return ends


def _withdrawal(datasets: Datasets, book: Casebook) -> int | None:
    """Return the study day of withdrawal, from the study or from treatment, whichever came first."""
    stopped = treatment_ended(book)
    ends = ([book.ended_on] if book.status == "withdrawn" else []) + ([] if stopped is None else [stopped.on])
    if not ends:
        return None
    anchor, days = anchor_date(datasets.plan_of(book.site), book), [full_date(end) for end in ends]
    return _first(*(UNKNOWN if anchor is None or day is None else study_day(day, anchor) for day in days))


def _first(*days: int | None) -> int | None:
    """Return the first of some days; one that is known stands before one that is not."""
    known = [day for day in days if day is not None and day != UNKNOWN]
    return min(known) if known else UNKNOWN if UNKNOWN in days else None
