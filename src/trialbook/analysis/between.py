"""Arms side by side: the change of each, differences by Welch and adjusted for the baseline, responders by Fisher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from trialbook.analysis.allocation import ARM, arm_of, has_arms
from trialbook.analysis.change import NO_PAIR, OUT_OF_RANGE
from trialbook.analysis.course import Course, Point, course_of, left_out
from trialbook.analysis.derive import compared_visits
from trialbook.analysis.describe import describe
from trialbook.analysis.rates import level_in_words, share_intervals
from trialbook.analysis.results import Result, Selector
from trialbook.analysis.rows import Heading, Stat, together
from trialbook.analysis.sets import Judged, Members, judge
from trialbook.analysis.table_one import share

if TYPE_CHECKING:
    from trialbook.analysis.arms import Difference
    from trialbook.analysis.fisher import Fisher
    from trialbook.analysis.frames import Datasets
    from trialbook.protocol.model import Endpoint

NOT_PLANNED = "The study file plans no test between arms: this one was not chosen beforehand."
NO_ARM = "Left out, since their arm is not recorded: {n}."
ONE_PAIR = "One change has no standard deviation."
NO_END = "With these numbers the odds ratio has no upper end."
VERSUS = "{other} minus {first}"
AGAINST = "{other} against {first}"
WELCH = "difference of mean changes, Welch's t, two-sided"
ANCOVA = "difference of changes adjusted for the baseline, least squares, all arms in one model, two-sided"
FISHER = "Fisher's exact test, two-sided; conditional odds ratio with exact interval"


def compare_arms(datasets: Datasets, who: Members) -> Iterator[Result]:
    """Give every row of every comparison of arms: each further arm with the first, in the analysis set of the plan."""
    if not has_arms(datasets):
        return
    inside = who.of(datasets.study.analysis.set)
    for endpoint in datasets.study.endpoints.values():
        if endpoint.source is None:
            yield from _responders(datasets, endpoint, inside)
            continue
        course = course_of(datasets, endpoint)
        for visit in compared_visits(datasets.study, endpoint.id):
            yield from _changes(datasets, course, visit, inside)


def _heading(datasets: Datasets, variable: str, visit: str, inside: Sequence[str], arms: Sequence[str]) -> Heading:
    """Head the rows of some arms; those without an arm are told in a warning."""
    plan, known = datasets.study.analysis, arm_of(datasets)
    without = sum(code not in known for code in inside)
    chosen = Selector(
        frame="observations", variable=variable, visits=(visit,), analysis_set=plan.set,
        paired=datasets.study.endpoints[variable].source is not None, where=tuple((ARM, arm) for arm in arms),
    )  # fmt: skip
    return Heading(
        analysis="arms", variable=variable, visit=visit, group=arms[0], analysis_set=plan.set, source=chosen,
        method="change from baseline", unit="participants", warning=NO_ARM.format(n=without) if without else "",
    )  # fmt: skip


def _tested(heading: Heading, analysis: str, group: str, n: int) -> Heading:
    """Head the rows of a comparison."""
    warning = together(heading.warning, NOT_PLANNED)
    return replace(heading, analysis=analysis, group=group, n=n, role="sensitivity", warning=warning)


def _changes(datasets: Datasets, course: Course, visit: str, inside: Sequence[str]) -> Iterator[Result]:
    """Compare the changes at one visit."""
    study, known = datasets.study, arm_of(datasets)
    points = {arm: course.at(visit, [code for code in inside if known.get(code) == arm]) for arm in study.arms}
    for arm, some in points.items():
        heading = replace(_heading(datasets, course.variable, visit, inside, (arm,)), unit=course.unit)
        flaws = left_out(flaw for point in some for flaw in (point.flaw, point.base_flaw) if flaw)
        yield from replace(heading, warning=together(heading.warning, flaws)).rows(_told(some, course.decimals))
    first, *others = study.arms
    for other in others:
        both = (other, first)
        heading = replace(_heading(datasets, course.variable, visit, inside, both), unit=course.unit)
        yield from _differences(datasets, heading, points, both, course.decimals)


def _told(points: Sequence[Point], decimals: int) -> list[Stat]:
    """Write n, mean and SD of the change in one arm."""
    changes = [point.change for point in points if point.change is not None]
    found = describe(changes, size=len(changes))
    none = "" if found.mean is not None else OUT_OF_RANGE if changes else NO_PAIR
    one = none or ("" if found.sd is not None else ONE_PAIR)
    return [
        Stat(name="n", value=len(changes), n=len(changes), unit="participants"),
        Stat(name="mean", value=found.mean, n=len(changes), decimals=decimals + 1, error=none),
        Stat(name="sd", value=found.sd, n=len(changes), decimals=decimals + 1, error=one),
    ]


def _differences(
    datasets: Datasets, heading: Heading, points: dict[str, list[Point]], both: tuple[str, str], decimals: int
) -> Iterator[Result]:
    """Give both differences of one arm to the first."""
    from trialbook.analysis.arms import ancova, welch

    level = float(datasets.study.analysis.confidence)
    pairs = [
        (arm, point.change, point.base)
        for arm, some in points.items()
        for point in some
        if point.change is not None and point.base is not None
    ]
    changes = {arm: [change for name, change, _ in pairs if name == arm] for arm in both}
    plain = welch(changes[both[0]], changes[both[1]], confidence=level)
    group = VERSUS.format(other=both[0], first=both[1])
    n = sum(map(len, changes.values()))
    told = level_in_words(datasets.study.analysis.confidence)
    yield from replace(_tested(heading, "welch", group, n), method=WELCH).rows(_stats(plain, told, decimals))
    fit = ancova([c for _, c, _ in pairs], [b for _, _, b in pairs], [a for a, _, _ in pairs], order=tuple(points))
    adjusted = fit.difference(*both, confidence=level) if set(both) <= set(fit.arms) else plain
    every = replace(heading, source=replace(heading.source, where=tuple((ARM, arm) for arm in points)))
    yield from replace(_tested(every, "ancova", group, fit.n), method=ANCOVA).rows(_stats(adjusted, told, decimals))


def _stats(found: Difference, level: str, decimals: int) -> list[Stat]:
    """Write a difference with its test."""
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
        Stat(name="p", value=found.p, unit="", error=why),
    ]  # fmt: skip


def _responders(datasets: Datasets, endpoint: Endpoint, inside: Sequence[str]) -> Iterator[Result]:
    """Count the responders of each arm, and compare each further arm with the first."""
    study, visit = datasets.study, endpoint.visit or ""
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
        yield from replace(_tested(heading, "fisher", group, n + m), method=FISHER, unit="").rows(_odds(test))


def _counted(datasets: Datasets, found: Judged, inside: Sequence[str], arm: str) -> tuple[int, int]:
    """Count the responders of an arm, and those who can be judged."""
    known = arm_of(datasets)
    some = {code for code in inside if known.get(code) == arm}
    return len(some & set(found.true)), len(some - set(found.unknown))


def _odds(found: Fisher) -> list[Stat]:
    numbers = {"odds_ratio": found.odds_ratio, "ci_low": found.ci_low, "ci_high": found.ci_high}
    return [
        Stat(name="p", value=found.p, error=found.reason),
        *(
            Stat(name=name, value=value, decimals=2, error="" if value is not None else found.reason or NO_END)
            for name, value in numbers.items()
        ),
    ]
