"""Arms side by side: the change of each, differences by Welch and adjusted for the baseline, responders by Fisher.

What is compared follows the plan's strategy and its rule for missing values, as within the arms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from trialbook.analysis.allocation import ARM, arm_of, has_arms, in_arms
from trialbook.analysis.change import NO_PAIR, OUT_OF_RANGE, on_grid
from trialbook.analysis.compare import Pairs, p_stats
from trialbook.analysis.course import Course, course_of, left_out
from trialbook.analysis.derive import compared_visits
from trialbook.analysis.describe import describe
from trialbook.analysis.rates import level_in_words, share_intervals
from trialbook.analysis.results import BASELINE, Result, Role, Selector
from trialbook.analysis.rows import Heading, Stat, together
from trialbook.analysis.sets import Judged, Members, judge
from trialbook.analysis.strategy import in_words, planned_pairs
from trialbook.analysis.table_one import share

if TYPE_CHECKING:
    from trialbook.analysis.arms import Difference
    from trialbook.analysis.fisher import Fisher
    from trialbook.analysis.frames import Datasets
    from trialbook.protocol.model import Endpoint, PlannedAnalysis

NOT_PLANNED = "The study file plans no test between arms: this one was not chosen beforehand."
NO_ARM = "Left out, since their arm is not recorded: {n}."
ONE_PAIR = "One change has no standard deviation."
NO_END = "With these numbers the odds ratio has no upper end."
VERSUS = "{other} minus {first}"
AGAINST = "{other} against {first}"
WELCH = "difference of mean changes, Welch's t, two-sided"
ANCOVA = "difference of changes adjusted for the baseline, least squares, all arms in one model, two-sided"
LEAST = "smallest p that this test can give with so many participants and responders"
FISHER_TEST = "fisher"
FISHER = "Fisher's exact test, two-sided; conditional odds ratio with exact interval"


def compare_arms(datasets: Datasets, who: Members) -> Iterator[Result]:
    """Give every row of every comparison of arms: each further arm with the first, in the analysis set of the plan."""
    if not has_arms(datasets):
        return
    inside = who.of(datasets.study.analysis.set)
    for endpoint in datasets.study.endpoints.values():
        if endpoint.when is not None:
            yield from _responders(datasets, endpoint, inside)
        if endpoint.source is None:
            continue
        yield from _followed(datasets, course_of(datasets, endpoint), inside)


def _followed(datasets: Datasets, course: Course, inside: Sequence[str]) -> Iterator[Result]:
    """Compare the changes at every visit after the baseline."""
    study, plan = datasets.study, datasets.study.analysis
    arms = {arm: in_arms(datasets, inside, ((ARM, arm),)) for arm in study.arms}
    pairs = {
        arm: planned_pairs(datasets, course, course.variable, some, missing=plan.missing) for arm, some in arms.items()
    }
    for visit in compared_visits(study, course.variable):
        yield from _changes(datasets, course, visit, inside, {arm: found[visit] for arm, found in pairs.items()})


def _heading(datasets: Datasets, variable: str, visit: str, inside: Sequence[str], arms: Sequence[str]) -> Heading:
    """Head the rows of some arms; those without an arm are told in a warning."""
    plan, known = datasets.study.analysis, arm_of(datasets)
    without = sum(code not in known for code in inside)
    is_number = datasets.study.endpoints[variable].source is not None
    is_carried = is_number and bool(in_words(plan.missing, plan.intercurrent))
    chosen = Selector(
        frame="observations", variable=variable, visits=_visits(datasets, variable, visit) if is_carried else (visit,),
        analysis_set=plan.set, paired=is_number and not is_carried, where=tuple((ARM, arm) for arm in arms),
    )  # fmt: skip
    return Heading(
        analysis="arms", variable=variable, visit=visit, group=arms[0], analysis_set=plan.set, source=chosen,
        method="change from baseline", unit="participants", warning=NO_ARM.format(n=without) if without else "",
    )  # fmt: skip


def _visits(datasets: Datasets, variable: str, visit: str) -> tuple[str, ...]:
    """Return the visits from which a value may come that stands at a visit."""
    visits = compared_visits(datasets.study, variable)
    return (BASELINE, *visits[: visits.index(visit) + 1])


def _tested(datasets: Datasets, heading: Heading, analysis: str, group: str, n: int) -> Heading:
    """Head the rows of a comparison: of the planned test between arms, or of one beside it."""
    plan = datasets.study.analysis
    role: Role = "sensitivity"
    if analysis == plan.between or (analysis == FISHER_TEST and plan.between is not None):
        primary = (heading.variable, heading.visit) == (plan.primary_endpoint, plan.primary_visit)
        role = "primary" if primary else "planned"
    warning = heading.warning if plan.between is not None else together(heading.warning, NOT_PLANNED)
    return replace(heading, analysis=analysis, group=group, n=n, role=role, warning=warning)


def _changes(
    datasets: Datasets, course: Course, visit: str, inside: Sequence[str], pairs: Mapping[str, Pairs]
) -> Iterator[Result]:
    """Compare the changes at one visit."""
    study, plan = datasets.study, datasets.study.analysis
    way = in_words(plan.missing, plan.intercurrent)
    for arm, some in pairs.items():
        heading = _heading(datasets, course.variable, visit, inside, (arm,))
        note = together(heading.warning, left_out(some.flaws), some.note)
        method = "; ".join(part for part in (heading.method, way) if part)
        yield from replace(heading, unit=course.unit, warning=note, method=method).rows(_told(some, course.decimals))
    first, *others = study.arms
    for other in others:
        both = (other, first)
        heading = replace(_heading(datasets, course.variable, visit, inside, both), unit=course.unit)
        yield from _differences(datasets, heading, pairs, both, course.decimals)


def _told(pairs: Pairs, decimals: int) -> list[Stat]:
    """Write n, mean and SD of the change in one arm."""
    changes = on_grid(pairs.visit, pairs.base)
    found = describe(changes, size=len(changes))
    none = "" if found.mean is not None else OUT_OF_RANGE if changes else NO_PAIR
    one = none or ("" if found.sd is not None else ONE_PAIR)
    return [
        Stat(name="n", value=len(changes), n=len(changes), unit="participants"),
        Stat(name="mean", value=found.mean, n=len(changes), decimals=decimals + 1, error=none),
        Stat(name="sd", value=found.sd, n=len(changes), decimals=decimals + 1, error=one),
    ]


def _differences(
    datasets: Datasets, heading: Heading, pairs: Mapping[str, Pairs], both: tuple[str, str], decimals: int
) -> Iterator[Result]:
    """Give both differences of one arm to the first."""
    from trialbook.analysis.arms import ancova, welch

    plan = datasets.study.analysis
    level, way = float(plan.confidence), in_words(plan.missing, plan.intercurrent)
    rows = [
        (arm, change, base)
        for arm, some in pairs.items()
        for change, base in zip(on_grid(some.visit, some.base), some.base, strict=True)
    ]
    changes = {arm: [change for name, change, _ in rows if name == arm] for arm in both}
    plain = welch(changes[both[0]], changes[both[1]], confidence=level)
    fit = ancova([c for _, c, _ in rows], [b for _, _, b in rows], [a for a, _, _ in rows], order=tuple(pairs))
    adjusted = fit.difference(*both, confidence=level) if set(both) <= set(fit.arms) else plain
    every = replace(heading, source=replace(heading.source, where=tuple((ARM, arm) for arm in pairs)))
    group = VERSUS.format(other=both[0], first=both[1])
    for analysis, method, head, found, n in (
        ("welch", WELCH, heading, plain, sum(map(len, changes.values()))),
        ("ancova", ANCOVA, every, adjusted, fit.n),
    ):
        told = _tested(datasets, head, analysis, group, n)
        named = "; ".join(part for part in (method, way) if part)
        yield from replace(told, method=named).rows(_stats(found, plan, told.role, decimals))


def _stats(found: Difference, plan: PlannedAnalysis, role: Role, decimals: int) -> list[Stat]:
    """Write a difference with its test."""
    level = level_in_words(plan.confidence)
    why, interval = found.reason, f"{level} confidence interval by Student's t"
    numbers = {"difference": found.estimate, "se": found.error, "ci_low": found.ci_low, "ci_high": found.ci_high}
    return [
        *(
            Stat(name=name, value=value, decimals=decimals + 1, method=interval if name.startswith("ci") else None,
                 error="" if value is not None else why)
            for name, value in numbers.items()
        ),
        Stat(name="t", value=found.t, unit="", decimals=2, error=why),
        Stat(name="df", value=found.df, unit="", decimals=1, error=why),
        *p_stats(plan, found.p, role, error=why),
    ]  # fmt: skip


def _responders(datasets: Datasets, endpoint: Endpoint, inside: Sequence[str]) -> Iterator[Result]:
    """Count the responders of each arm at every visit, and compare each further arm with the first."""
    for visit in endpoint.visits:
        yield from _responding(datasets, endpoint, visit, inside)


def _responding(datasets: Datasets, endpoint: Endpoint, visit: str, inside: Sequence[str]) -> Iterator[Result]:
    study = datasets.study
    found = judge(datasets, endpoint.when or "false", "responder", visit)
    counts = {arm: _counted(datasets, found, inside, arm) for arm in study.arms}
    for arm, (true, n) in counts.items():
        heading = replace(_heading(datasets, endpoint.id, visit, inside, (arm,)), method="responders of the arm")
        yield from heading.rows([*share(true, n, "percent of those of the arm who can be judged"),
                                 *share_intervals(true, n, study.analysis.confidence)])  # fmt: skip
    first, *others = study.arms
    for other in others:
        (one, n), (against, m) = counts[other], counts[first]
        from trialbook.analysis.fisher import fisher

        test = fisher(((one, n - one), (against, m - against)), confidence=float(study.analysis.confidence))
        heading = _heading(datasets, endpoint.id, visit, inside, (other, first))
        group = AGAINST.format(other=other, first=first)
        told = replace(_tested(datasets, heading, FISHER_TEST, group, n + m), method=FISHER, unit="")
        yield from told.rows(_odds(test, study.analysis, told.role))


def _counted(datasets: Datasets, found: Judged, inside: Sequence[str], arm: str) -> tuple[int, int]:
    """Count the responders of an arm, and those who can be judged."""
    known = arm_of(datasets)
    some = {code for code in inside if known.get(code) == arm}
    return len(some & set(found.true)), len(some - set(found.unknown))


def _odds(found: Fisher, plan: PlannedAnalysis, role: Role) -> list[Stat]:
    numbers = {"odds_ratio": found.odds_ratio, "ci_low": found.ci_low, "ci_high": found.ci_high}
    return [
        *p_stats(plan, found.p, role, error=found.reason),
        Stat(name="p_min", value=found.p_min, error=found.reason, method=LEAST),
        *(
            Stat(name=name, value=value, decimals=2, error="" if value is not None else found.reason or NO_END)
            for name, value in numbers.items()
        ),
    ]
