"""Responders: for how many the condition of an endpoint holds at its visit, with intervals of their share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trialbook.analysis.frames import Datasets
from trialbook.analysis.rates import share_intervals
from trialbook.analysis.results import Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.analysis.sets import Members, judge
from trialbook.analysis.table_one import share

EVALUABLE = "participants of whom it can be told whether the condition holds"
RESPONDER = "participants for whom the condition holds; percent of those for whom it can be judged"


def count_responders(datasets: Datasets, who: Members) -> Iterator[Result]:
    """Count those for whom the condition of an endpoint holds at each of its visits, in every analysis set."""
    conditions = ((one, one.when) for one in datasets.study.endpoints.values() if one.when is not None)
    for endpoint, visit, when in ((one, visit, when) for one, when in conditions for visit in one.visits):
        found = judge(datasets, when, "responder", visit)
        for name in datasets.study.analysis.sets:
            inside = set(who.of(name))
            true, unknown = len(inside & set(found.true)), len(inside & set(found.unknown))
            known = len(inside) - unknown
            heading = Heading(
                analysis="responder", variable=endpoint.id, visit=visit, analysis_set=name, method=RESPONDER,
                source=Selector(frame="observations", variable=endpoint.id, visits=(visit,), analysis_set=name),
            )  # fmt: skip
            yield heading.row(Stat(name="unknown", value=unknown, n=len(inside), unit="participants"))
            yield from heading.rows(share(true, known, RESPONDER))
            yield from heading.rows(share_intervals(true, known, datasets.study.analysis.confidence))
            evaluable = replace(heading, analysis="disposition", variable="evaluable", level=endpoint.id, n=len(inside))
            yield evaluable.row(Stat(name="n", value=known, unit="participants", method=EVALUABLE))
