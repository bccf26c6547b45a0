"""Changes that matter: how many participants improved, or became worse, by as much as the study file says matters."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialbook.analysis.course import course_of, left_out
from trialbook.analysis.derive import compared_visits
from trialbook.analysis.results import BASELINE, Result, Selector
from trialbook.analysis.rows import Heading, Stat

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.analysis.sets import Members
    from trialbook.protocol.model import Endpoint, Meaningful

LEVEL = "mean at baseline, moved by the smallest change that matters in the direction of an improvement{source}"
NO_BASELINE = "Nobody in the set has a value at baseline."
METHOD = "participants whose own change from baseline is {amount} {unit} or more; values as recorded{source}"
WORSE = "the same change the other way"


def count_meaningful(datasets: Datasets, who: Members) -> Iterator[Result]:
    """Count at every compared visit, for the endpoints whose smallest change that matters is stated."""
    for endpoint in datasets.study.endpoints.values():
        if endpoint.meaningful is not None and endpoint.source is not None:
            yield _level(datasets, endpoint, endpoint.meaningful, who)
            for visit in compared_visits(datasets.study, endpoint.id):
                yield from _counted(datasets, endpoint, endpoint.meaningful, visit, who)


def _level(datasets: Datasets, endpoint: Endpoint, meaningful: Meaningful, who: Members) -> Result:
    """Say where a figure shows the change: as far from the mean at baseline as matters."""
    rule, course = datasets.study.analysis.baseline, course_of(datasets, endpoint)
    visit, chosen = (rule.visit or "") if rule.kind == "visit" else BASELINE, datasets.study.analysis.set
    points = course.at(visit, who.of(chosen))
    values = [point.value for point in points if point.value is not None]
    sign = 1.0 if endpoint.better == "higher" else -1.0
    moved = math.fsum(values) / len(values) + sign * float(meaningful.amount) if values else None
    heading = Heading(
        analysis="meaningful", variable=endpoint.id, analysis_set=chosen, unit=course.unit, n=len(values),
        method=LEVEL.format(source=_source(datasets, meaningful)), warning=left_out(point.flaw for point in points),
        source=Selector(frame="observations", variable=endpoint.id, visits=(visit,), analysis_set=chosen),
    )  # fmt: skip
    return heading.row(
        Stat(name="level", value=moved, decimals=endpoint.decimals + 1, error="" if values else NO_BASELINE)
    )


def improvement(endpoint: Endpoint) -> float | None:
    """Return the smallest change that matters with the sign of an improvement; None where either is not stated."""
    signs = {"higher": 1.0, "lower": -1.0}
    if endpoint.meaningful is None or endpoint.better not in signs:
        return None
    return signs[endpoint.better] * float(endpoint.meaningful.amount)


def _source(datasets: Datasets, meaningful: Meaningful) -> str:
    said = datasets.study.say(meaningful.source)
    return f"; the amount is from {said}" if said else ""


def _counted(
    datasets: Datasets, endpoint: Endpoint, meaningful: Meaningful, visit: str, who: Members
) -> Iterator[Result]:
    import numpy as np

    from trialbook.instruments.important_differences import is_meaningful

    chosen, course = datasets.study.analysis.set, course_of(datasets, endpoint)
    points = course.at(visit, who.of(chosen))
    sign = 1.0 if endpoint.better == "higher" else -1.0
    gains = np.array([sign * point.change for point in points if point.change is not None], dtype=np.float64)
    amount = float(meaningful.amount)
    source = _source(datasets, meaningful)
    heading = Heading(
        analysis="change", variable=endpoint.id, visit=visit, analysis_set=chosen, unit="participants", n=len(gains),
        method=METHOD.format(amount=meaningful.amount, unit=course.unit, source=source),
        warning=left_out(flaw for point in points for flaw in (point.flaw, point.base_flaw) if flaw),
        source=Selector(
            frame="observations", variable=endpoint.id, visits=(visit,), analysis_set=chosen, paired=True
        ),
    )  # fmt: skip
    better, worse = (int(np.sum(is_meaningful(change, amount))) for change in (gains, -gains))
    yield heading.row(Stat(name="n_meaningful", value=better))
    yield heading.row(Stat(name="n_meaningful_worse", value=worse, method=f"{WORSE}: {heading.method}"))
