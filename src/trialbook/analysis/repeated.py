"""The plan's model for repeated measures: every value of an endpoint in one model, and the changes that it tells.

It stands beside the planned test as a sensitivity analysis, where the study file asks for it. The baseline is one of
the visits of the model, so that whoever has any value counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from trialbook.analysis.allocation import ARM, arm_of, has_arms
from trialbook.analysis.course import Course, course_of, left_out
from trialbook.analysis.derive import compared_visits
from trialbook.analysis.results import BASELINE, Result, Selector
from trialbook.analysis.rows import Heading, Stat, together
from trialbook.analysis.strategy import UNKNOWN, treatment_ends

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.analysis.mmrm import Estimate, Fit
    from trialbook.protocol.model import Endpoint

ASKED = "mmrm"
MODEL = "model"
"""Level of the results that tell of the model as a whole."""
METHOD = (
    "change of the mean in a model for repeated measures: REML, {structure} covariance, linear Kenward-Roger with the "
    "observed information, two-sided"
)
ABOUT = "model for repeated measures by restricted maximum likelihood"
VERSUS = "{other} minus {first}"
NOT_CARRIED = (
    "The model takes each value at its own visit: it has no place for a value that is carried on from before the end "
    "of treatment, as the plan's “while on treatment” asks."
)
NO_ARMS = "The arms of the participants are not recorded, so that the model has none."
NO_ARM = "Left out, since their arm is not recorded: {n}."
NO_MODEL = "There is no model."


class Value(NamedTuple):
    """One value of the model."""

    participant: str
    visit: str
    value: float
    arm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What goes into the model of an endpoint."""

    endpoint: str
    course: Course
    visits: tuple[str, ...]
    """The compared ones, without the baseline."""
    arms: tuple[str, ...]
    """Empty where the study has one."""
    values: tuple[Value, ...]
    confidence: float
    analysis_set: str
    refusal: str
    warning: str

    def counted(self, visit: str, arms: Sequence[str]) -> int:
        """Count the values at a visit, of some arms or (none named) of all."""
        return sum(one.visit == visit and (not arms or one.arm in arms) for one in self.values)


def model_repeated(datasets: Datasets, who: Sequence[str]) -> Iterator[Result]:
    """Give the rows of the model of every endpoint that is a number, among the participants of the plan's set."""
    for endpoint in datasets.study.endpoints.values():
        if endpoint.source is not None and compared_visits(datasets.study, endpoint.id):
            yield from _rows(_planned(datasets, endpoint, who))


def _planned(datasets: Datasets, endpoint: Endpoint, who: Sequence[str]) -> Plan:
    """Collect the values of a model, as the plan treats what comes after the end of treatment."""
    study, course, known = datasets.study, course_of(datasets, endpoint), arm_of(datasets)
    visits, by_arm = tuple(compared_visits(study, endpoint.id)), has_arms(datasets)
    inside = [code for code in who if code in known] if by_arm else list(who)
    flaws = [point.flaw for visit in (BASELINE, *visits) for point in course.at(visit, inside) if point.flaw]
    refusal = NO_ARMS if len(study.arms) > 1 and not by_arm else ""
    without = len(who) - len(inside)
    return Plan(
        endpoint=endpoint.id, course=course, visits=visits, arms=tuple(study.arms) if by_arm else (),
        values=tuple(_values(datasets, course, visits, inside)), confidence=float(study.analysis.confidence),
        analysis_set=study.analysis.set,
        refusal=NOT_CARRIED if study.analysis.intercurrent == "while on treatment" else refusal,
        warning=together(left_out(flaws), NO_ARM.format(n=without) if without else ""),
    )  # fmt: skip


def _values(datasets: Datasets, course: Course, visits: Sequence[str], who: Sequence[str]) -> Iterator[Value]:
    """Yield the chosen baselines, then the values at later visits."""
    arms, late = arm_of(datasets), values_after_treatment(datasets, course)
    for visit in (BASELINE, *visits):
        points = course.visits.get(visit, {})
        for code in (code for code in who if code in points):
            point = points[code]
            # a value that is not after the baseline has no change, and is none here
            is_after = visit == BASELINE or point.base is None or point.change is not None
            if point.value is not None and is_after and (code, visit) not in late:
                yield Value(code, visit, point.value, arms.get(code, ""))


def values_after_treatment(datasets: Datasets, course: Course) -> frozenset[tuple[str, str]]:
    """Return who has a value at which visit after the end of treatment, where the plan leaves such values out."""
    if datasets.study.analysis.intercurrent != "hypothetical" or course.frame is None:
        return frozenset()
    ends = {code: day for code, day in treatment_ends(datasets).items() if day is not None and day != UNKNOWN}
    dated = course.frame.filter(course.frame["day"].is_not_null()).select("participant", "visit", "day")
    return frozenset((code, visit) for code, visit, day in dated.iter_rows() if code in ends and day > ends[code])


def _rows(plan: Plan) -> Iterator[Result]:
    fitted = _fitted(plan)
    yield from _about(plan, fitted)
    first, *others = plan.arms or ("",)
    changes = {(one.levels.get(ARM, ""), one.levels.get("visit", "")): one for one in _changes(plan, fitted)}
    for visit in plan.visits:
        for arm in (first, *others):
            yield from _told(plan, fitted, visit, (arm,) if arm else (), changes.get((arm, visit)))
    gaps = {(one.levels.get(ARM, ""), one.levels.get("visit", "")): one for one in _gaps(plan, fitted)}
    for visit in plan.visits:
        for other in others:
            yield from _told(plan, fitted, visit, (other, first), gaps.get((other, visit)))


def _fitted(plan: Plan) -> Fit | str:
    """Fit the model, or say why the plan allows none."""
    if plan.refusal:
        return plan.refusal
    from trialbook.analysis import mmrm

    columns = {name: [getattr(one, name) for one in plan.values] for name in Value._fields}
    levels: Mapping[str, Sequence[str]] = {"visit": (BASELINE, *plan.visits), **({ARM: plan.arms} if plan.arms else {})}
    return mmrm.fit(
        f"value ~ {ARM} * visit" if plan.arms else "value ~ visit", columns, participant="participant", visit="visit",
        levels=levels, confidence=plan.confidence,
    )  # fmt: skip


def _changes(plan: Plan, fitted: Fit | str) -> Sequence[Estimate]:
    return () if isinstance(fitted, str) else fitted.change_from(BASELINE, by=(ARM,) if plan.arms else ())


def _gaps(plan: Plan, fitted: Fit | str) -> Sequence[Estimate]:
    return () if isinstance(fitted, str) or not plan.arms else fitted.differences(ARM, change_from=BASELINE)


def _heading(plan: Plan, visits: Sequence[str], arms: Sequence[str]) -> Heading:
    chosen = Selector(
        frame="observations", variable=plan.endpoint, visits=(BASELINE, *plan.visits), analysis_set=plan.analysis_set,
        where=tuple((ARM, arm) for arm in plan.arms),
    )  # fmt: skip
    group = VERSUS.format(other=arms[0], first=arms[1]) if len(arms) > 1 else "".join(arms)
    return Heading(
        analysis=ASKED, variable=plan.endpoint, visit="".join(visits), group=group, analysis_set=plan.analysis_set,
        source=chosen, method=ABOUT, unit=plan.course.unit, role="sensitivity", warning=plan.warning,
    )  # fmt: skip


def _about(plan: Plan, fitted: Fit | str) -> Iterator[Result]:
    """Tell of the model as a whole: what it rests on, which covariance it has, and how it converged."""
    heading = replace(_heading(plan, (), ()), level=MODEL, unit="", n=len({one.participant for one in plan.values}))
    if isinstance(fitted, str):
        yield heading.row(Stat(name="structure", value=None, error=fitted))
        return
    why, warning = fitted.error, together(*fitted.warnings)
    numbers = {
        "deviance": fitted.deviance,
        "aic": fitted.aic,
        "gradient": fitted.gradient,
        "condition": fitted.condition,
    }
    yield from heading.rows(
        [
            Stat(name="participants", value=fitted.participants, unit="participants"),
            Stat(name="values", value=fitted.values, unit="values"),
            Stat(name="structure", value=fitted.structure, error=why, warning=warning),
            Stat(name="parameters", value=fitted.parameters if not why else None, error=why),
            *(Stat(name=name, value=value, decimals=4, error=why) for name, value in numbers.items()),
        ]
    )


def _told(plan: Plan, fitted: Fit | str, visit: str, arms: Sequence[str], found: Estimate | None) -> Iterator[Result]:
    """Give a change, or a difference of two, with its error and test."""
    from trialbook.analysis.mmrm import TITLES

    refused = fitted if isinstance(fitted, str) else fitted.error
    structure = None if isinstance(fitted, str) else fitted.structure
    warnings = () if isinstance(fitted, str) else fitted.warnings
    n, fine = plan.counted(visit, arms), plan.course.decimals + 1
    heading = replace(_heading(plan, (visit,), arms), n=n)
    if structure is not None:
        method = METHOD.format(structure=TITLES[structure])
        heading = replace(heading, method=method, warning=together(heading.warning, *warnings))
    yield heading.row(Stat(name="n", value=n, unit="participants"))
    for name, decimals, unit in (
        ("estimate", fine, None), ("se", fine, None), ("ci_low", fine, None), ("ci_high", fine, None),
        ("t", 2, ""), ("df", 2, ""), ("p", None, ""),
    ):  # fmt: skip
        value = None if found is None else getattr(found, name)
        why = "" if value is not None else refused or (found.error if found is not None else "") or _absent(plan, visit)
        caution = found.warning if found is not None and value is not None else ""
        yield heading.row(Stat(name=name, value=value, decimals=decimals, unit=unit, warning=caution, error=why))


def _absent(plan: Plan, visit: str) -> str:
    """Say why a visit has no change, where the model is silent."""
    return f"No participant has a value at “{visit}”." if not plan.counted(visit, ()) else NO_MODEL
