"""Levels over visits: what share has come down to each, and whether a visit is better than the baseline; arm by arm.

Everything but the signed ranks holds whatever the steps between levels mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialbook.analysis.allocation import ARM, has_arms, in_arms
from trialbook.analysis.course import left_out
from trialbook.analysis.derive import compared_visits, followed_visits
from trialbook.analysis.levels import follow_levels
from trialbook.analysis.ordinal import count_levels, superiority
from trialbook.analysis.results import BASELINE, Result, Selector
from trialbook.analysis.rows import Heading, Stat

if TYPE_CHECKING:
    from trialbook.analysis.exact import Exact
    from trialbook.analysis.frames import Datasets
    from trialbook.analysis.levels import Levels
    from trialbook.analysis.ordinal import Superiority
    from trialbook.protocol.model import Endpoint

CUMULATIVE = "percent at this level or at one before it in the study file, of those with an answer; exact interval"
SUPERIOR = (
    "probability that the level at the visit is {side} than at the baseline, within participants, and half of that "
    "that it is the same; score interval of Tango"
)
MOVED = "percent of those who moved whose level became {side}; exact interval"
SIGN = "exact sign test, two-sided, of those who moved"
RANKS = "exact signed ranks of the number of levels moved, two-sided: takes every step between levels as one"
LEAST = "smallest p that the sign test can give with so many who moved"
BY_ARM = "The plan has {n} arms, and it is not said which item tells who is in which: nothing is compared."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Whose levels are compared."""

    endpoint: Endpoint
    followed: Levels
    arm: str
    who: tuple[str, ...]
    confidence: float
    analysis_set: str
    refusal: str

    def answers(self, visit: str) -> list[str | None]:
        """Return the level of each at a visit, None where there is none that counts."""
        known, codes = self.followed.visits.get(visit, {}), self.followed.codes
        found = [known[code].level if code in known else None for code in self.who]
        return [level if level in codes else None for level in found]

    def heading(self, analysis: str, visit: str, method: str, *visits: str, level: str = "") -> Heading:
        """Return what rows of a visit share."""
        known = [self.followed.visits.get(one, {}) for one in visits]
        flaws = [at[code].flaw for at in known for code in self.who if code in at and at[code].flaw]
        source = Selector(
            frame="observations", variable=self.endpoint.id, visits=visits, analysis_set=self.analysis_set,
            where=((ARM, self.arm),) if self.arm else (),
        )  # fmt: skip
        return Heading(
            analysis=analysis, variable=self.endpoint.id, visit=visit, group=self.arm, level=level, method=method,
            analysis_set=self.analysis_set, source=source, warning=left_out(flaws), role="sensitivity",
        )  # fmt: skip


def compare_levels(datasets: Datasets, who: Sequence[str]) -> Iterator[Result]:
    """Give the rows of every endpoint with levels, among the participants of the plan's set, arm by arm."""
    study, plan = datasets.study, datasets.study.analysis
    without = len(study.arms) > 1 and not has_arms(datasets)
    for endpoint in (one for one in study.endpoints.values() if one.levels is not None):
        for arm in study.arms if has_arms(datasets) else ("",):
            group = _Group(
                endpoint=endpoint, followed=follow_levels(datasets, endpoint.id), arm=arm,
                who=tuple(in_arms(datasets, who, ((ARM, arm),)) if arm else who), confidence=float(plan.confidence),
                analysis_set=plan.set, refusal=BY_ARM.format(n=len(study.arms)) if without else "",
            )  # fmt: skip
            yield from _cumulative(group, followed_visits(study, endpoint.id))
            for visit in compared_visits(study, endpoint.id):
                yield from _compared(group, visit)


def _cumulative(group: _Group, visits: Sequence[str]) -> Iterator[Result]:
    """Give the share at each level or one before it; the last level says nothing and is left out."""
    answers: Mapping[str, list[str | None]] = {visit: group.answers(visit) for visit in visits}
    for one in count_levels(answers, group.followed.codes, confidence=group.confidence):
        if one.level == group.followed.codes[-1]:
            continue
        heading = group.heading("cumulative", one.visit, CUMULATIVE, one.visit, level=one.level)
        ends = (("percent", one.cumulative), ("ci_low", one.interval.low), ("ci_high", one.interval.high))
        yield from heading.rows(_share(name, value, one.n, one.interval.reason) for name, value in ends)


def _share(name: str, value: float | None, n: int, why: str, method: str | None = None) -> Stat:
    """Write a share in percent, or why there is none."""
    percent = None if value is None else 100 * value
    return Stat(name=name, value=percent, n=n, unit="percent", decimals=0, method=method,
                error="" if value is not None else why)  # fmt: skip


def _compared(group: _Group, visit: str) -> Iterator[Result]:
    """Compare a visit with the baseline."""
    is_lower = group.endpoint.better == "lower"
    side = {"higher": "better (higher)", "lower": "better (lower)", "neither": "higher"}[group.endpoint.better]
    found = superiority(
        group.answers(BASELINE), group.answers(visit), group.followed.codes,
        better="earlier" if is_lower else "later", confidence=group.confidence,
    )  # fmt: skip
    heading = group.heading("superiority", visit, SUPERIOR.format(side=side), BASELINE, visit)
    if group.refusal:
        yield from heading.rows(Stat(name=name, value=None, error=group.refusal) for name in ("superiority", "p"))
        return
    yield from heading.rows(_superior(found, MOVED.format(side=side)))


def _superior(found: Superiority, moved: str) -> Iterator[Stat]:
    """Write the probability of better, the share of those who moved, and both tests."""
    n = found.n
    yield Stat(name="n_pairs", value=n, n=n, unit="participants")
    for name, value in (("superiority", found.superiority), ("ci_low", found.low), ("ci_high", found.high)):
        error = "" if value is not None else found.reason
        yield Stat(name=name, value=value, n=n, unit="", decimals=2, error=error)
    n_moved = found.better + found.worse
    ends = (
        ("percent_moved", found.of_moved), ("moved_low", found.moved.low if n_moved else None),
        ("moved_high", found.moved.high if n_moved else None),
    )  # fmt: skip
    for name, value in ends:
        yield _share(name, value, n_moved, found.unmoved, moved)
    yield _p("p", found.sign, found, SIGN)
    least = found.sign.p_min
    yield Stat(name="p_min", value=least, n=n_moved, unit="", method=LEAST,
               error="" if least is not None else found.unmoved or found.sign.reason)  # fmt: skip
    yield _p("p_ranks", found.ranks, found, RANKS)


def _p(name: str, test: Exact, found: Superiority, method: str) -> Stat:
    error = "" if test.p is not None else found.unmoved or test.reason
    return Stat(name=name, value=test.p, n=found.better + found.worse, unit="", method=method, error=error)
