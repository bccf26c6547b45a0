"""The plan's multiple imputation: each endpoint's table filled many times, and the changes that come of it.

It stands beside the planned test as a sensitivity analysis, where the study file asks for it; with several arms each is
imputed from itself. A participant counts at a visit if there is a value, or there will be none: before a later value,
or since the participant's time has ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from trialbook.analysis.allocation import ARM, has_arms, in_arms
from trialbook.analysis.course import Course, course_of, left_out
from trialbook.analysis.derive import compared_visits
from trialbook.analysis.frames import books
from trialbook.analysis.meaningful import improvement
from trialbook.analysis.repeated import values_after_treatment
from trialbook.analysis.results import BASELINE, Result, Selector
from trialbook.analysis.rows import Heading, Stat, together

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from trialbook.analysis.frames import Datasets
    from trialbook.analysis.imputation import Imputed, PooledDraws
    from trialbook.protocol.model import Endpoint, PlannedAnalysis, Study

    Mask = NDArray[np.bool_]

ASKED = "imputation"
WORSE = "worse"
"""Level of the rows in which the values after dropout are made worse."""
DRAWS, STEPS = 200, 100
METHOD = (
    "mean change in {draws} imputed tables by Rubin's rules with Barnard and Rubin's degrees of freedom; normal "
    "regressions of each visit on those before, gaps by {steps} steps of data augmentation; seed {seed}"
)
IMPUTED = "participants whose change rests on an imputed value"
SHIFTED = "the values imputed after the last known one made worse by {amount:.4g}, the smallest change that matters"
TIPPING = (
    "smallest shift of the values imputed after the last known one at which unrounded p < {alpha} turns from {was}; "
    "the same draws"
)
FMI = "fraction of missing information"
NOISE = "standard error of the mean change from the chance of the draws alone"
NO_ARMS = "The arms of the participants are not recorded, so that nothing can be imputed within an arm."
NOT_CARRIED = (
    "Values that are carried on from before the end of treatment, as the plan's “while on treatment” asks, leave none "
    "to impute after it."
)
NO_VALUE = "Nobody has a value at this visit: nothing says what it would be."
NO_BASELINE = "Nobody has a value at baseline: nothing says what it would be."


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The values of an endpoint, a row a participant with any value and a column a visit with any value."""

    course: Course
    codes: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[float | None, ...], ...]
    due: Mask
    """Participants x columns: there is a value, or there will be none."""
    warning: str


def impute_endpoints(datasets: Datasets, who: Sequence[str]) -> Iterator[Result]:
    """Give the rows of every endpoint that is a number, among the participants of the plan's set, arm by arm."""
    groups = tuple(datasets.study.arms) if has_arms(datasets) else ("",)
    for endpoint in datasets.study.endpoints.values():
        visits = compared_visits(datasets.study, endpoint.id) if endpoint.source is not None else ()
        for arm in groups if visits else ():
            inside = in_arms(datasets, who, ((ARM, arm),)) if arm else who
            yield from _rows(datasets, endpoint, visits, inside, arm)


def seed_of(study: Study, endpoint: str, arm: str = "") -> int:
    """Return the seed of an imputation: it hangs on the study file, the endpoint and the arm, on nothing else."""
    digest = sha256(f"{study.fingerprint}\n{ASKED}\n{endpoint}\n{arm}".encode()).digest()
    return int.from_bytes(digest[:4])


def _rows(
    datasets: Datasets, endpoint: Endpoint, visits: Sequence[str], who: Sequence[str], arm: str
) -> Iterator[Result]:
    from trialbook.analysis.imputation import Imputed, impute

    table = _table(datasets, endpoint, visits, who)
    refusal, seed = _refusal(datasets, table), seed_of(datasets.study, endpoint.id, arm)
    names = tuple("baseline" if visit == BASELINE else visit for visit in table.columns)
    if refusal:
        imputed = Imputed(visits=names, seed=seed, draws=DRAWS, reason=refusal)
    else:
        imputed = impute(table.cells, seed=seed, visits=names, draws=DRAWS, steps=STEPS)
    for visit in visits:
        heading = _heading(datasets, table, imputed, visit, arm)
        yield from _at_visit(datasets.study.analysis, heading, table, imputed)
        matters = improvement(endpoint)
        if matters is not None:
            yield from _made_worse(datasets.study.analysis, heading, table, imputed, -matters)


def _refusal(datasets: Datasets, table: Table) -> str:
    """Say why nothing is imputed, empty where it may be tried."""
    if len(datasets.study.arms) > 1 and not has_arms(datasets):
        return NO_ARMS
    if datasets.study.analysis.intercurrent == "while on treatment":
        return NOT_CARRIED
    return "" if BASELINE in table.columns else NO_BASELINE


def _table(datasets: Datasets, endpoint: Endpoint, visits: Sequence[str], who: Sequence[str]) -> Table:
    """Lay the values out, the chosen baseline first; visits and participants without a value have no place."""
    import numpy as np

    course = course_of(datasets, endpoint)
    late = values_after_treatment(datasets, course)
    known = {visit: _values(course, visit, who, late) for visit in (BASELINE, *visits)}
    columns = tuple(visit for visit, found in known.items() if found)
    codes = tuple(code for code in who if any(code in known[visit] for visit in columns))
    cells = tuple(tuple(known[visit].get(code) for visit in columns) for code in codes)
    there = np.array([[value is not None for value in row] for row in cells], dtype=bool)
    there = there.reshape(len(codes), len(columns))
    later = np.flip(np.logical_or.accumulate(np.flip(there, axis=1), axis=1), axis=1)
    ended = np.array([books(datasets)[code].status != "enrolled" for code in codes], dtype=bool)
    dropped = np.array([[(code, visit) in late for visit in columns] for code in codes], dtype=bool)
    flaws = [point.flaw for visit in (BASELINE, *visits) for point in course.at(visit, who) if point.flaw]
    return Table(
        course=course, codes=codes, columns=columns, cells=cells, warning=left_out(flaws),
        due=later | ended.reshape(-1, 1) | dropped.reshape(there.shape),
    )  # fmt: skip


def _values(course: Course, visit: str, who: Sequence[str], late: frozenset[tuple[str, str]]) -> dict[str, float]:
    """Return the numbers at a visit that count: after the baseline, and not after treatment where that is asked."""
    points = course.visits.get(visit, {})
    found = {}
    for code in (code for code in who if code in points):
        point = points[code]
        is_after = visit == BASELINE or point.base is None or point.change is not None
        if point.value is not None and is_after and (code, visit) not in late:
            found[code] = point.value
    return found


def _at_visit(plan: PlannedAnalysis, heading: Heading, table: Table, imputed: Imputed) -> Iterator[Result]:
    """Give the rows of one visit, its values missing at random."""
    found, counted = _found(plan, heading, table, imputed, 0.0)
    n, filled = int(counted.sum()), _imputed_changes(table, heading.visit, counted)
    yield from heading.rows(_stats(table, found, n, filled))
    if found.reason:
        yield heading.row(Stat(name="tipping", value=None, error=found.reason))
        return
    at, alpha = table.columns.index(heading.visit), float(plan.alpha)
    yield heading.row(_tipping(imputed, at, counted, alpha, decimals=table.course.decimals + 1))


def _made_worse(
    plan: PlannedAnalysis, heading: Heading, table: Table, imputed: Imputed, delta: float
) -> Iterator[Result]:
    """Give the change of one visit with the values after dropout made worse, and its test."""
    found, counted = _found(plan, heading, table, imputed, delta)
    method = f"{heading.method}; {SHIFTED.format(amount=abs(delta))}"
    worse = replace(heading, level=WORSE, method=method, n=int(counted.sum()))
    fine = table.course.decimals + 1
    yield worse.row(_stat("estimate", found.estimate, found.reason, decimals=fine, warning=found.warning))
    for name, value in (("se", found.error), ("ci_low", found.ci_low), ("ci_high", found.ci_high)):
        yield worse.row(_stat(name, value, found.reason, decimals=fine))
    yield worse.row(_stat("p", found.p, found.reason, unit=""))


def _found(
    plan: PlannedAnalysis, heading: Heading, table: Table, imputed: Imputed, delta: float
) -> tuple[PooledDraws, Mask]:
    """Return the change at a visit pooled over the draws, and who counts there."""
    import numpy as np

    from trialbook.analysis.imputation import PooledDraws, change_at

    if heading.visit not in table.columns:
        nobody = np.zeros(len(table.codes), dtype=bool)
        return PooledDraws(draws=imputed.draws, reason=imputed.reason or NO_VALUE), nobody
    at = table.columns.index(heading.visit)
    counted: Mask = table.due[:, at]
    who = counted if imputed.values is not None else None
    return change_at(imputed, at, delta=delta, who=who, confidence=float(plan.confidence)), counted


def _imputed_changes(table: Table, visit: str, counted: Mask) -> int:
    """Count the participants that count at a visit and have no value there or no baseline."""
    if visit not in table.columns:
        return 0
    at = table.columns.index(visit)
    rows = zip(table.cells, counted.tolist(), strict=True)
    return sum(counts and (cells[at] is None or cells[0] is None) for cells, counts in rows)


def _heading(datasets: Datasets, table: Table, imputed: Imputed, visit: str, arm: str) -> Heading:
    plan = datasets.study.analysis
    chosen = Selector(
        frame="observations", variable=table.course.variable, analysis_set=plan.set,
        visits=(BASELINE, *compared_visits(datasets.study, table.course.variable)),
        where=((ARM, arm),) if arm else (),
    )  # fmt: skip
    return Heading(
        analysis=ASKED, variable=table.course.variable, visit=visit, group=arm, analysis_set=plan.set, source=chosen,
        unit=table.course.unit, role="sensitivity", warning=together(table.warning, imputed.warning),
        method=METHOD.format(draws=imputed.draws, steps=STEPS, seed=imputed.seed),
    )  # fmt: skip


def _stats(table: Table, found: PooledDraws, n: int, filled: int) -> Iterator[Stat]:
    """Write what the imputed tables give together."""
    fine, why = table.course.decimals + 1, found.reason
    yield Stat(name="n", value=n, n=n, unit="participants")
    yield Stat(name="n_imputed", value=filled, n=n, unit="participants", method=IMPUTED)
    yield _stat("estimate", found.estimate, why, n=n, decimals=fine, warning=found.warning)
    for name, value in (("se", found.error), ("ci_low", found.ci_low), ("ci_high", found.ci_high)):
        yield _stat(name, value, why, n=n, decimals=fine)
    for name, value in (("t", found.t), ("df", found.df), ("p", found.p)):
        yield _stat(name, value, why, n=n, unit="", decimals=None if name == "p" else 2)
    yield _stat("fmi", found.fmi, why, n=n, unit="", decimals=2, method=FMI)
    yield _stat("noise", found.noise, why, n=n, decimals=fine + 1, method=NOISE)


def _stat(name: str, value: float | None, why: str, **told: Any) -> Stat:  # noqa: ANN401 - the other members of Stat
    """Write a number, or the reason where there is none."""
    return Stat(name=name, value=value, error="" if value is not None else why, **told)


def _tipping(imputed: Imputed, at: int, counted: Mask, alpha: float, *, decimals: int) -> Stat:
    """Write the shift at which the conclusion is another."""
    from trialbook.analysis.imputation import tipping_point

    found = tipping_point(imputed, at, alpha=alpha, who=counted)
    was = "yes to no" if found.was_significant else "no to yes"
    method = TIPPING.format(alpha=alpha, was=was)
    return _stat("tipping", found.delta, found.reason, n=int(counted.sum()), decimals=decimals, method=method)
