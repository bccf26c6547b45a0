"""Result rows of an endpoint: described at each visit, and compared with the baseline."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from trialbook.analysis import exact
from trialbook.analysis.change import (
    NO_PAIR,
    ONE_PAIR,
    PairedT,
    differences,
    geometric_ratio,
    on_grid,
    paired_t,
    step,
)
from trialbook.analysis.course import Course, left_out
from trialbook.analysis.describe import Summary, describe
from trialbook.analysis.results import ARM, BASELINE, Result, Role, Selector
from trialbook.analysis.rows import OUT_OF_RANGE, Heading, Stat, together

if TYPE_CHECKING:
    from trialbook.analysis.terms import Followed, Terms

NOT_DUE = "where not due"
NO_VALUE = "No participant has a value here."
ONE_VALUE = "One value has no standard deviation."
NOT_YET = "Adjusted together with the other planned tests, once all are made."
NO_STUDY_DAY = "Baselines without a study day, taken from visits planned on or before day 0: {n}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """The participants with both a baseline and a value at a visit after it."""

    visit: tuple[float, ...]
    base: tuple[float, ...]
    flaws: tuple[str, ...]
    """Of those with a value or a baseline that is no number, what it is."""
    note: str = ""
    """How many values come from another visit, or were left out."""


def summary_stats(found: Summary, decimals: int) -> list[Stat]:
    """Write a summary as statistics; those that do not exist carry the reason."""
    none = "" if found.mean is not None else OUT_OF_RANGE if found.n else NO_VALUE
    one = none or (ONE_VALUE if found.sd is None else "")
    fine = decimals + 1
    return [
        Stat(name="n", value=found.n, unit="participants"),
        Stat(name="missing", value=found.missing, unit="participants"),
        Stat(name="mean", value=found.mean, decimals=fine, error=none),
        Stat(name="sd", value=found.sd, decimals=fine, error=one),
        Stat(name="median", value=found.median, decimals=fine, error=none),
        Stat(name="q1", value=found.q1, decimals=fine, error=none),
        Stat(name="q3", value=found.q3, decimals=fine, error=none),
        Stat(name="min", value=found.low, decimals=decimals, error=none),
        Stat(name="max", value=found.high, decimals=decimals, error=none),
    ]


def describe_visit(course: Course, visit: str, name: str, who: Sequence[str]) -> list[Result]:
    """Describe the values of an analysis set at one visit, or (`BASELINE`) the baselines that the rule chose."""
    points = course.at(visit, who)
    values = [point.value for point in points if point.value is not None]
    is_rule = visit == BASELINE
    undated = sum(code in course.undated for code in who) if is_rule else 0
    heading = Heading(
        analysis="describe",
        variable=course.variable,
        level=BASELINE if is_rule else "",
        visit="" if is_rule else visit,
        analysis_set=name,
        unit=course.unit,
        n=len(values),
        method="mean, standard deviation with n - 1, quartiles of type 2 (Hyndman and Fan 1996)",
        source=Selector(frame="observations", variable=course.variable, visits=(visit,), analysis_set=name),
        warning=together(left_out(p.flaw for p in points), NO_STUDY_DAY.format(n=undated) if undated else ""),
    )
    return heading.rows(summary_stats(describe(values, size=len(who)), course.decimals))


def describe_others(course: Course, visits: Sequence[str], name: str, who: Sequence[str]) -> list[Result]:
    """Count the values at visits where the form is not due, unscheduled ones too; no table has a place for them."""
    values = sum(point.value is not None for visit in visits for point in course.at(visit, who))
    heading = Heading(
        analysis="describe", variable=course.variable, level=NOT_DUE, analysis_set=name, unit="values",
        method="values recorded where the form is not due: listed, may be a baseline, described at no visit",
        source=Selector(frame="observations", variable=course.variable, visits=tuple(visits), analysis_set=name),
    )  # fmt: skip
    return [heading.row(Stat(name="n", value=values))] if values else []


def pairs_at(course: Course, visit: str, who: Sequence[str]) -> Pairs:
    """Pair value and baseline by participant."""
    points = course.at(visit, who)
    both = [(p.value, p.base) for p in points if p.change is not None and p.value is not None and p.base is not None]
    return Pairs(
        visit=tuple(value for value, _ in both),
        base=tuple(base for _, base in both),
        flaws=tuple(flaw for p in points for flaw in (p.flaw, p.base_flaw) if flaw),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One endpoint at one visit against the baseline, in the analysis set of the plan."""

    plan: Terms
    endpoint: Followed
    course: Course
    visit: str
    pairs: Pairs
    refusal: str = ""
    """Why the plan cannot be carried out as it stands; then no comparison is computed in its place."""
    also: tuple[str, float] | None = None
    """A second unit and how many of it one of the first is."""
    way: str = ""
    """How the values depart from those recorded at the visit; empty where they do not."""
    earlier: tuple[str, ...] = ()
    """Compared visits before this one, from which a value may come."""
    seed: int | None = exact.SEED
    """Of the random patterns of signs, where all are too many; None where none are to be drawn."""
    arm: str = ""
    """The only arm whose participants these are; empty where they are all."""
    is_planned: bool = True
    """Whether the plan's test is the planned one here: not within an arm where a test between arms is."""

    @property
    def role(self) -> Role:
        """Tell whether this is the primary comparison of the plan."""
        if not self.is_planned:
            return "sensitivity"
        is_primary = (self.endpoint.id, self.visit) == (self.plan.primary_endpoint, self.plan.primary_visit)
        return "primary" if is_primary else "planned"

    def role_of(self, test: str) -> Role | None:
        """Return the role of a test, None where the plan does not ask for it."""
        if test == self.plan.test:
            return self.role
        return "sensitivity" if test in self.plan.sensitivity else None

    def heading(self, analysis: str, method: str, role: Role) -> Heading:
        """Head the rows of one analysis."""
        visits = (BASELINE, *self.earlier, self.visit) if self.way else (self.visit,)
        chosen = Selector(
            frame="observations", variable=self.endpoint.id, visits=visits,
            analysis_set=self.plan.set, paired=not self.way, where=((ARM, self.arm),) if self.arm else (),
        )  # fmt: skip
        return Heading(
            analysis=analysis, variable=self.endpoint.id, visit=self.visit, analysis_set=self.plan.set, source=chosen,
            group=self.arm,
            unit=self.course.unit, n=len(self.pairs.visit), role=role, method=self.with_way(method),
            warning=together(left_out(self.pairs.flaws), self.pairs.note),
        )  # fmt: skip

    def with_way(self, method: str) -> str:
        """Name a method with the way in which the values depart from those recorded."""
        return "; ".join(part for part in (method, self.way) if part)

    def p_stat(self, p: float | None, role: Role, *, warning: str = "", error: str = "") -> list[Stat]:
        """Write p, and for the planned test whether it is below the level."""
        return p_stats(self.plan, p, role, warning=warning, error=error)


def p_stats(plan: Terms, p: float | None, role: Role, *, warning: str = "", error: str = "") -> list[Stat]:
    """Write p of a test, and for a planned one whether it is below the level."""
    note = together(onto_alpha(p, plan.alpha), warning)
    stats = [Stat(name="p", value=p, unit="", role=role, warning=note, error=error)]
    if role in {"primary", "planned"}:
        told = None if p is None else "yes" if Decimal(p) < plan.alpha else "no"
        method = f"unrounded p < {plan.alpha}, two-sided"
        why = "" if plan.multiplicity == "none" else NOT_YET
        if why:
            stats.append(Stat(name="p_adjusted", value=None, unit="", role=role, error=why))
        value = None if why else told
        stats.append(Stat(name="significant", value=value, unit="", role=role, method=method, error=why or error))
    return stats


def onto_alpha(p: float | None, alpha: Decimal) -> str:
    """Warn of a p that, rounded to the digits of the level, would be the level itself: 0.0496 is printed as 0.05."""
    if p is None or Decimal(p) == alpha or Decimal(p).quantize(alpha, rounding=ROUND_HALF_UP) != alpha:
        return ""
    side = "below" if Decimal(p) < alpha else "above"
    return f"Rounded this p is {alpha}; unrounded it is {side}."


def compare(comparison: Comparison) -> Iterator[Result]:
    """Give every row of a comparison: change, paired t, sign flips, signed ranks, ratio of geometric means."""
    if comparison.refusal:
        yield from refused(comparison)
        return
    yield from change_rows(comparison)
    yield from exact_rows(comparison)
    if comparison.endpoint.log:
        yield from ratio_rows(comparison)


def refused(comparison: Comparison) -> Iterator[Result]:
    """Give the rows that a comparison would have, each with the reason why it was not made."""
    names = ("n_pairs", "mean", "sd", "ci_low", "ci_high", "t", "df", "p")
    heading = comparison.heading("change", "not computed", comparison.role)
    yield from heading.rows([Stat(name=name, value=None, error=comparison.refusal) for name in names])


def change_rows(comparison: Comparison) -> Iterator[Result]:
    """Give the change with its interval, the t test, and baseline and visit of the same participants."""
    plan, pairs, decimals = comparison.plan, comparison.pairs, comparison.course.decimals
    size = len(pairs.visit)
    gaps = describe(differences(pairs.visit, pairs.base), size=size)
    before, after = describe(pairs.base, size=size), describe(pairs.visit, size=size)
    test = paired_t(pairs.visit, pairs.base, confidence=float(plan.confidence))
    heading = comparison.heading("change", "visit minus baseline, paired by participant", comparison.role)
    yield from heading.rows([*change_stats(test, gaps, decimals), *also_stats(comparison, gaps, decimals)])
    role = comparison.role_of("paired t")
    if role is not None:
        yield from heading.rows(t_stats(comparison, test, role))
    yield from heading.rows(level_stats(test, before, after, decimals))


def why_none(test: PairedT) -> str:
    """Say why there is no mean change."""
    return NO_PAIR if test.n == 0 else OUT_OF_RANGE


def change_stats(test: PairedT, gaps: Summary, decimals: int) -> list[Stat]:
    """Write n of pairs, mean, SD, median and range of the change."""
    why, fine = why_none(test), decimals + 1
    sd = test.sd if test.reason else gaps.sd
    numbers = {"median": (gaps.median, fine), "min": (gaps.low, decimals), "max": (gaps.high, decimals)}
    return [
        Stat(name="n_pairs", value=test.n, unit="participants"),
        Stat(name="mean", value=test.mean, decimals=fine, error="" if test.mean is not None else why),
        Stat(name="sd", value=sd, decimals=fine, error="" if sd is not None else test.reason or why),
        *(Stat(name=k, value=v, decimals=d, error="" if v is not None else why) for k, (v, d) in numbers.items()),
    ]


def also_stats(comparison: Comparison, gaps: Summary, decimals: int) -> list[Stat]:
    """Write the mean change in the endpoint's second unit."""
    if comparison.also is None:
        return []
    unit, factor = comparison.also
    value = None if gaps.mean is None else gaps.mean * factor
    why = "" if value is not None else NO_PAIR if not comparison.pairs.visit else OUT_OF_RANGE
    fewer = math.floor(math.log10(abs(factor))) if math.isfinite(factor) and factor else 0
    return [Stat(name="mean_also", value=value, decimals=max(decimals + 1 - fewer, 0), unit=unit, error=why)]


def t_stats(comparison: Comparison, test: PairedT, role: Role) -> list[Stat]:
    """Write the interval and the t test."""
    fine = comparison.course.decimals + 1
    level, why = f"{100 * comparison.plan.confidence:f}".rstrip("0").rstrip("."), test.reason
    interval = comparison.with_way(f"{level} % confidence interval of the mean change by Student's t")
    method = comparison.with_way("paired t test, two-sided")
    found = [
        Stat(name="ci_low", value=test.ci_low, decimals=fine, method=interval, role=role, error=why),
        Stat(name="ci_high", value=test.ci_high, decimals=fine, method=interval, role=role, error=why),
        Stat(name="t", value=test.t, decimals=2, unit="", method=method, role=role, error=why),
        Stat(name="df", value=test.df, unit="", method=method, role=role, error=why),
    ]
    return [*found, *with_method(comparison.p_stat(test.p, role, error=why), method)]


def with_method(stats: list[Stat], method: str) -> list[Stat]:
    """Name the method of those statistics that name none."""
    from dataclasses import replace

    return [stat if stat.method is not None else replace(stat, method=method) for stat in stats]


def level_stats(test: PairedT, before: Summary, after: Summary, decimals: int) -> list[Stat]:
    """Write mean and SD of baseline and visit, of the pairs only."""
    why, method = why_none(test), "of the participants with both values"
    named = {"base_mean": before.mean, "base_sd": before.sd, "visit_mean": after.mean, "visit_sd": after.sd}
    one = ONE_PAIR if test.n == 1 else why
    return [
        Stat(name=name, value=value, decimals=decimals + 1, method=method, error="" if value is not None else one)
        for name, value in named.items()
    ]


def exact_rows(comparison: Comparison) -> Iterator[Result]:
    """Give the exact tests that the plan asks for."""
    pairs = comparison.pairs
    gaps = on_grid(pairs.visit, pairs.base)
    role = comparison.role_of("sign flip")
    if role is not None:
        found = exact.sign_flip(gaps, grid=step(pairs.visit, pairs.base), seed=comparison.seed)
        yield from exact_heading(comparison, "sign flip", found, role).rows(exact_stats(comparison, found, role))
    role = comparison.role_of("signed rank")
    if role is not None:
        found = exact.signed_rank(gaps, seed=comparison.seed)
        statistic = Stat(name="v", value=found.statistic, unit="", decimals=1, error=none_of(found))
        heading = exact_heading(comparison, "signed rank", found, role)
        yield from heading.rows([statistic, *exact_stats(comparison, found, role)])
        if found.zeros and found.n:
            yield heading.row(ranked_zeros(exact.signed_rank(gaps, zeros="ranked", seed=comparison.seed)))


def ranked_zeros(found: exact.Exact) -> Stat:
    """Write the p that ranks zero differences with the others, where there are any."""
    method = "exact signed rank test, two-sided; zero differences ranked with the others (Pratt)"
    why = "" if found.p is not None else found.reason
    return Stat(name="p_zeros_ranked", value=found.p, unit="", role="sensitivity", method=method, error=why)


def exact_heading(comparison: Comparison, test: str, found: exact.Exact, role: Role) -> Heading:
    """Head the rows of an exact test."""
    dropped = f"; zero differences dropped: {found.zeros}" if found.zeros else ""
    how = (
        f"{test} test by {found.draws} random patterns of signs, seed {comparison.seed}"
        if found.draws
        else f"exact {test} test"
    )
    return comparison.heading(test.replace(" ", "_"), f"{how}, two-sided{dropped}", role)


def exact_stats(comparison: Comparison, found: exact.Exact, role: Role) -> list[Stat]:
    """Write p of an exact test, and the smallest that it could be."""
    why = "" if found.p is not None else found.reason
    p = comparison.p_stat(found.p, role, warning=out_of_reach(found, comparison.plan.alpha), error=why)
    method = "smallest p that this test can give here"
    if found.p_error is not None:
        p.append(Stat(name="p_error", value=found.p_error, unit="", method="standard error of p over random patterns"))
    return [*p, Stat(name="p_min", value=found.p_min, unit="", error=none_of(found), method=method)]


def none_of(found: exact.Exact) -> str:
    """Say why an exact test has no statistic."""
    return "" if found.statistic is not None else found.reason


def out_of_reach(found: exact.Exact, alpha: Decimal) -> str:
    """Warn where no data could give a p below the level."""
    if found.p_min is None or Decimal(found.p_min) < alpha:
        return ""
    return f"With {found.n} differences that are not zero this test cannot give a p below {alpha}."


def ratio_rows(comparison: Comparison) -> Iterator[Result]:
    """Give the ratio of geometric means, visit over baseline."""
    pairs = comparison.pairs
    found = geometric_ratio(pairs.visit, pairs.base, confidence=float(comparison.plan.confidence))
    method = "ratio of geometric means, visit over baseline; Student's t on logarithms"
    heading = comparison.heading("ratio", method, "sensitivity")
    why = "" if found.p is not None else found.reason
    yield from heading.rows(
        [
            Stat(name="gmr", value=found.gmr, unit="ratio", decimals=2, error="" if found.gmr is not None else why),
            Stat(name="ci_low", value=found.ci_low, unit="ratio", decimals=2, error=why),
            Stat(name="ci_high", value=found.ci_high, unit="ratio", decimals=2, error=why),
            *comparison.p_stat(found.p, "sensitivity", error=why),
        ]
    )
