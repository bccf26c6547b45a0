"""The planned design of a study with one arm: its decision limit, and what the responders say beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from trialbook.analysis.designs import SingleStage, TwoStage, binomial_test, needed_of, single_stage, two_stages
from trialbook.analysis.results import Result, Role, Selector
from trialbook.analysis.rows import Heading, Stat, together
from trialbook.analysis.sets import Members
from trialbook.analysis.yes_no import judged_at
from trialbook.errors import Place, Problem

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.protocol.model import Endpoint, Study
    from trialbook.protocol.outcomes import Design

METHOD = "{kind} design, exact: p0 {null:.4g} %, p1 {target:.4g} %, one-sided level {alpha:.4g} %, power {power:.4g} %"
GREATER = "exact binomial test of a share above p0 = {null:.4g} %, one-sided"
AS_ONE_STAGE = "which takes no account of the first stage"
LEAST = "smallest p that this test can give with so many participants"
FIRST = "of the first participants by day of enrolment, as many as the first stage has"
OTHER_SIZE = (
    "Of {n} participants it can be told; the design is for {planned}: its level and power are not those planned."
)
HERE = "responders needed by the exact test of the same level, of those of whom it can be told"
REACHED, MISSED, OPEN = "reached", "not reached", "open: the planned participants are not all judged"
STOPPED = "stopped for futility after the first stage"
NOT_JUDGED = "Of the first {n1} participants {n} cannot be judged yet."


@lru_cache(maxsize=8)
def design_of(design: Design) -> SingleStage | TwoStage | str:
    """Search the design that the study file describes; a sentence where there is none."""
    asked = float(design.null), float(design.target)
    level, power = float(design.alpha), float(design.power)
    if design.kind == "single stage":
        found = single_stage(*asked, alpha=level, power=power)
        return found.reason or found
    both = two_stages(*asked, alpha=level, power=power)
    chosen = both.optimal if design.kind == "simon optimal" else both.minimax
    return both.reason if chosen is None else chosen


def size_problems(study: Study) -> Iterator[Problem]:
    """Yield a warning where another number of participants is planned than the design needs."""
    design, planned = study.analysis.design, study.identity.planned
    found = "" if design is None else design_of(design)
    needed = found.n if isinstance(found, SingleStage | TwoStage) else None
    if planned is not None and needed is not None and needed != planned:
        place = Place(item="study.planned")
        yield Problem(
            code="REPORT-07", place=place, values={"needed": str(needed), "planned": str(planned)}, level="warning"
        )


def decide(datasets: Datasets, who: Members) -> Iterator[Result]:
    """Give the numbers of the design, the responders beside them, and the decision, in the plan's analysis set."""
    study, design = datasets.study, datasets.study.analysis.design
    endpoint = None if design is None else study.endpoints.get(design.endpoint)
    if design is None or endpoint is None or endpoint.when is None:
        return
    plan = study.analysis
    visit = (plan.primary_visit if plan.primary_endpoint == endpoint.id else None) or endpoint.visit or ""
    inside = _by_enrolment(datasets, who.of(plan.set))
    holds = judged_at(datasets, endpoint, visit, inside)
    heading = _heading(datasets, endpoint, visit, design)
    found = design_of(design)
    if isinstance(found, str):
        yield heading.row(Stat(name="n_planned", value=None, error=found))
    elif isinstance(found, SingleStage):
        yield from heading.rows(_one_stage(found, holds, design))
    else:
        yield from heading.rows(_two_stages(found, inside, holds))
    yield from _tested(heading, design, holds)


def _by_enrolment(datasets: Datasets, who: Sequence[str]) -> list[str]:
    """Order participants by the day of their enrolment, those without one last."""
    days = dict(datasets.participants.select("participant", "enrolled_on").iter_rows())
    return sorted(who, key=lambda code: days[code] or "9999")


def _heading(datasets: Datasets, endpoint: Endpoint, visit: str, design: Design) -> Heading:
    chosen = datasets.study.analysis.set
    shares = {name: 100 * float(getattr(design, name)) for name in ("null", "target", "alpha", "power")}
    source = Selector(frame="observations", variable=endpoint.id, visits=(visit,), analysis_set=chosen)
    role: Role = "primary" if datasets.study.analysis.primary_endpoint == endpoint.id else "planned"
    return Heading(
        analysis="design", variable=endpoint.id, visit=visit, analysis_set=chosen, source=source, unit="participants",
        method=METHOD.format(kind=design.kind, **shares), role=role,
    )  # fmt: skip


def _chances(alpha: float, power: float) -> list[Stat]:
    return [
        Stat(name="alpha", value=alpha, unit="probability", decimals=4),
        Stat(name="power", value=power, unit="probability", decimals=4),
    ]


def _one_stage(found: SingleStage, holds: dict[str, bool], design: Design) -> list[Stat]:
    """Write the limit of one stage, and whether it is reached."""
    planned, needed = found.n or 0, found.needed or 0
    count, n = sum(holds.values()), len(holds)
    told = REACHED if count >= needed and n <= planned else MISSED if count + planned - n < needed else OPEN
    here = needed_of(n, float(design.null), float(design.alpha))
    if n > planned:
        told = REACHED if count >= here else MISSED
    warning = OTHER_SIZE.format(n=n, planned=planned) if n != planned else ""
    return [
        Stat(name="n_planned", value=planned),
        Stat(name="needed", value=needed, n=planned),
        *_chances(found.alpha or 0.0, found.power or 0.0),
        Stat(name="n", value=count, n=n, warning=warning),
        Stat(name="needed_here", value=here, n=n, method=HERE),
        Stat(name="verdict", value=told, n=n, warning=warning),
    ]


def _two_stages(found: TwoStage, who: Sequence[str], holds: dict[str, bool]) -> list[Stat]:
    """Write the limits of both stages, and whether they are reached."""
    first = who[: found.n1]
    early, known = sum(holds.get(code, False) for code in first), sum(code in holds for code in first)
    count, n = sum(holds.values()), len(holds)
    open_ = NOT_JUDGED.format(n1=found.n1, n=found.n1 - known) if known < found.n1 else ""
    size = OTHER_SIZE.format(n=n, planned=found.n) if n != found.n else ""
    return [
        Stat(name="n_planned", value=found.n),
        Stat(name="n_first", value=found.n1),
        Stat(name="stop_at_most", value=found.r1, n=found.n1),
        Stat(name="needed", value=found.r + 1, n=found.n),
        *_chances(found.alpha, found.power),
        Stat(name="stop", value=found.stop, unit="probability", decimals=4),
        Stat(name="expected", value=found.expected, decimals=1),
        Stat(name="n_first_stage", value=early, n=known, method=FIRST, warning=open_),
        Stat(name="n", value=count, n=n, warning=size),
        Stat(name="verdict", value=_verdict(found, early, known, count, n), n=n, warning=together(open_, size)),
    ]


def _verdict(found: TwoStage, early: int, known: int, count: int, n: int) -> str:
    """Say what two stages decide, as soon as nothing that is still open could change it."""
    if early + found.n1 - known <= found.r1:
        return STOPPED
    if early <= found.r1:
        return OPEN
    if count > found.r and n <= found.n:
        return REACHED
    if count + max(found.n - n, 0) <= found.r:
        return MISSED
    return OPEN if n < found.n else REACHED


def _tested(heading: Heading, design: Design, holds: dict[str, bool]) -> Iterator[Result]:
    """Give the exact one-sided test against p0, of those of whom it can be told.

    It decides a design of one stage (A'Hern 2001); beside two stages it is a sensitivity analysis.
    """
    count, n, null = sum(holds.values()), len(holds), float(design.null)
    found = binomial_test(count, n, null=null)
    is_one = design.kind == "single stage"
    method = GREATER.format(null=100 * null) + ("" if is_one else f", {AS_ONE_STAGE}")
    role: Role = heading.role if is_one else "sensitivity"
    at = replace(heading, analysis="binomial", unit="", n=n, role=role, method=method)
    yield at.row(Stat(name="p_greater", value=found.p_greater, error=found.reason))
    least = None if found.reason else null**n
    yield at.row(Stat(name="p_min", value=least, error=found.reason, method=LEAST))
