"""Answers to a choice followed over the visits: how many at each level, shifts from the baseline, Friedman's test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from trialbook.analysis.allocation import by_arm, of_arm
from trialbook.analysis.categorical import shift_table
from trialbook.analysis.course import Course, course_of, left_out
from trialbook.analysis.derive import answers_of, compared_visits, derive_baseline, followed_visits
from trialbook.analysis.results import BASELINE, Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.analysis.stated import refusal_of
from trialbook.analysis.table_one import levels, share
from trialbook.analysis.yes_no import RANKS, friedman_rows

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.analysis.sets import Members
    from trialbook.protocol.model import Endpoint

SHARE = "participants at this level; percent of those with an answer"
SHIFT = "level at the visit by that at the baseline, of those with both; levels in the order of the study file"


class Answered(NamedTuple):
    """The level of a participant at a visit, with the entries behind it."""

    level: str
    flaw: str
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """A choice over the visits."""

    codes: tuple[str, ...]
    """In the order of the study file, the lowest first."""
    visits: Mapping[str, Mapping[str, Answered]]
    """Visit -> participant -> answer; under `BASELINE` those that the baseline rule chose."""


@lru_cache(maxsize=32)
def follow_levels(datasets: Datasets, endpoint: str) -> Levels:
    """Follow the levels of an endpoint; worked out once for the same datasets."""
    source = datasets.study.endpoints[endpoint].levels or ""
    item = datasets.study.item(source)
    values = answers_of(datasets, source)
    found: dict[str, dict[str, Answered]] = {}
    for visit, code, level, flaw, seqs in values.select("visit", "participant", "value", "flaw", "seqs").iter_rows():
        found.setdefault(visit, {})[code] = Answered(level or "", flaw, _known(seqs))
    bases = derive_baseline(datasets, values, source).drop_nulls("base_seqs")
    found[BASELINE] = {
        code: Answered(level or "", flaw or "", _known(seqs))
        for code, level, flaw, seqs in bases.select("participant", "base", "base_flaw", "base_seqs").iter_rows()
    }
    return Levels(codes=levels(item), visits=found)


def _known(seqs: Sequence[int | None]) -> tuple[int, ...]:
    return tuple(seq for seq in seqs if seq is not None)


def count_levels(datasets: Datasets, who: Members) -> Iterator[Result]:
    """Give the rows of every endpoint with levels, in the analysis set of the plan."""
    for endpoint in (one for one in datasets.study.endpoints.values() if one.levels is not None):
        for arm, some in by_arm(datasets, who.of(datasets.study.analysis.set)).items():
            yield from _followed(datasets, endpoint, arm, some)


def _followed(datasets: Datasets, endpoint: Endpoint, arm: str, who: Sequence[str]) -> Iterator[Result]:
    followed, later = follow_levels(datasets, endpoint.id), compared_visits(datasets.study, endpoint.id)
    for visit in (BASELINE, *followed_visits(datasets.study, endpoint.id)):
        heading = of_arm(_heading(datasets, endpoint, "levels", (visit,)), arm)
        yield from _counted(heading, followed, visit, who)
    for visit in later:
        heading = of_arm(_heading(datasets, endpoint, "shift", (BASELINE, visit)), arm)
        yield from _shifted(heading, followed, visit, who)
    at = [_placed(followed, visit) for visit in (BASELINE, *later)]
    yield from _friedman(datasets, endpoint, at, arm, who)


def count_friedman(datasets: Datasets, who: Members) -> Iterator[Result]:
    """Test the endpoints that are numbers and ask for it by ranks within participants, over all visits together."""
    for endpoint in (one for one in datasets.study.endpoints.values() if one.friedman and one.source is not None):
        course, visits = course_of(datasets, endpoint), (BASELINE, *compared_visits(datasets.study, endpoint.id))
        at = [_numbers(course, visit) for visit in visits]
        for arm, some in by_arm(datasets, who.of(datasets.study.analysis.set)).items():
            yield from _friedman(datasets, endpoint, at, arm, some)


def _placed(followed: Levels, visit: str) -> dict[str, float]:
    """Return participant -> place of the level."""
    known = followed.visits.get(visit, {})
    return {code: float(followed.codes.index(one.level)) for code, one in known.items() if one.level in followed.codes}


def _numbers(course: Course, visit: str) -> dict[str, float]:
    points = course.visits.get(visit, {})
    return {code: point.value for code, point in points.items() if point.value is not None}


def _friedman(
    datasets: Datasets, endpoint: Endpoint, at: Sequence[Mapping[str, float]], arm: str, who: Sequence[str]
) -> Iterator[Result]:
    """Test over the baseline and all later visits, `at` being the values at each."""
    rows = [[one[code] for one in at] for code in who if all(code in one for one in at)]
    visits = (BASELINE, *compared_visits(datasets.study, endpoint.id))
    heading = of_arm(replace(_heading(datasets, endpoint, "friedman", visits), role="sensitivity"), arm)
    yield from friedman_rows(heading, rows, RANKS, refusal="" if arm else refusal_of(datasets.study))


def _heading(datasets: Datasets, endpoint: Endpoint, analysis: str, visits: tuple[str, ...]) -> Heading:
    chosen = datasets.study.analysis.set
    source = Selector(frame="observations", variable=endpoint.id, visits=visits, analysis_set=chosen)
    return Heading(
        analysis=analysis, variable=endpoint.id, analysis_set=chosen, source=source, method=SHIFT, unit="participants"
    )


def _counted(heading: Heading, followed: Levels, visit: str, who: Sequence[str]) -> Iterator[Result]:
    """Count the levels at a visit."""
    inside = set(who)
    answers = [one for code, one in followed.visits.get(visit, {}).items() if code in inside]
    known = [one.level for one in answers if one.level]
    lead = BASELINE if visit == BASELINE else ""
    heading = replace(
        heading, visit="" if visit == BASELINE else visit, level=lead, method=SHARE, n=len(known),
        warning=left_out(one.flaw for one in answers),
    )  # fmt: skip
    yield from heading.rows([Stat(name="n", value=len(known)), Stat(name="missing", value=len(who) - len(known))])
    for code in followed.codes:
        here = replace(heading.source, where=(*heading.source.where, ("text", code)))
        at_level = replace(heading, level=f"{lead} {code}".strip(), source=here)
        for stat in share(known.count(code), len(known), SHARE):
            name = "n_participants" if stat.name == "n" else stat.name
            yield at_level.row(replace(stat, name=name))


def _shifted(heading: Heading, followed: Levels, visit: str, who: Sequence[str]) -> Iterator[Result]:
    """Count the shifts from the baseline to a visit."""
    before, after = (
        {code: one.level or None for code, one in followed.visits.get(at, {}).items()} for at in (BASELINE, visit)
    )
    table = shift_table([before.get(code) for code in who], [after.get(code) for code in who], followed.codes)
    n = table.up + table.down + table.same
    heading = replace(heading, visit=visit, n=n)
    counts = {"n": n, "n_higher": table.up, "n_lower": table.down, "n_same": table.same,
              "only_before": table.only_before, "only_after": table.only_after, "neither": table.neither}  # fmt: skip
    yield from heading.rows([Stat(name=name, value=value) for name, value in counts.items()])
    for row, one in enumerate(followed.codes):
        for column, other in enumerate(followed.codes):
            if table.counts[row][column]:
                level = replace(heading, level=f"{one} to {other}")
                yield level.row(Stat(name="n_participants", value=table.counts[row][column]))
