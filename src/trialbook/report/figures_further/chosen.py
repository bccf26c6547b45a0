"""Which further figures stand where: sensible ones by what the study file plans and what is recorded."""

from __future__ import annotations

from trialbook.protocol.model import Endpoint
from trialbook.render.document import Figure
from trialbook.report.figures_further.completeness import completeness_figure
from trialbook.report.figures_further.forest import forest_figure
from trialbook.report.figures_further.individuals import individuals_figure
from trialbook.report.figures_further.laboratory import laboratory_figure
from trialbook.report.figures_further.people import people_of
from trialbook.report.figures_further.slopes import slopes_figure
from trialbook.report.figures_further.survival import survival_figure
from trialbook.report.figures_further.swimmer import swimmer_figure
from trialbook.report.figures_further.waterfall import changes_of, waterfall_figure
from trialbook.report.run import Run


def of_participants(run: Run) -> tuple[Figure, ...]:
    """Return the figures of who was there and what is recorded."""
    return _there(swimmer_figure(run), completeness_figure(run))


def of_endpoints(run: Run, first: Endpoint | None) -> tuple[Figure, ...]:
    """Return the figures over all endpoints, the single participants before the sums."""
    followed = run.followed()
    wanted = [*([first] if first is not None else []), *(one for one in followed if one is not first)]
    second = next(
        (one for one in wanted[1:] if one.log or run.study.item(one.source or "").unit not in {"score", None}), None
    )
    return _there(
        individuals_figure(run, [*wanted[:1], *([second] if second else wanted[1:2])]),
        slopes_figure(run),
        forest_figure(run),
    )


def of_endpoint(run: Run, endpoint: Endpoint, first: Endpoint | None) -> tuple[Figure, ...]:
    """Return the figures of one endpoint beside its course: the waterfall of the primary one, the curve of a time."""
    if endpoint.when:
        return _there(survival_figure(run, endpoint))
    return _there(waterfall_figure(run, endpoint)) if first is endpoint else ()


def of_laboratory(run: Run) -> tuple[Figure, ...]:
    """Return the figure of the laboratory."""
    return _there(laboratory_figure(run))


def undrawn(run: Run, first: Endpoint | None) -> tuple[str, ...]:
    """Say of which figures there is nothing to draw, and why; nothing of those for which the plan gives no ground."""
    people, visit = people_of(run), run.focal_visit(first) if first is not None else None
    changed = len(changes_of(run, first, visit)) if first is not None and visit else 0
    found = {
        "time in the study, and single participants on a time axis": not people
        and "of nobody are day 0 and the day of enrolment recorded",
        "the change of each participant (waterfall)": first is not None
        and changed < 2
        and "fewer than two participants have a value at baseline and at the visit compared",
        "laboratory values with their ranges of normal": has_limits(run)
        and run.listing("laboratory_grades") is None
        and "no such value is recorded",
        **{
            f"time to “{run.label(one)}”": run.listing(f"curve.{one.id}") is None and "of nobody is such a time known"
            for one in run.study.endpoints.values()
            if one.time_to is not None
        },
    }
    return tuple(f"{name}: {why}" for name, why in found.items() if why)


def has_limits(run: Run) -> bool:
    """Tell whether any item is to be graded against its limits of normal."""
    items = (item for form in run.study.forms.values() for item in form.items.values())
    return any(item.grade and (item.lower or item.upper) for item in items)


def _there(*given: Figure | None) -> tuple[Figure, ...]:
    return tuple(figure for figure in given if figure is not None)
