"""Every comparison of an endpoint with its baseline that the plan asks for, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from trialbook.analysis.allocation import ARM, has_arms, in_arms
from trialbook.analysis.compare import Comparison, compare
from trialbook.analysis.course import Course, course_of
from trialbook.analysis.derive import compared_visits
from trialbook.analysis.sensitivity import beside, by_other_rule
from trialbook.analysis.stated import refusal_of
from trialbook.analysis.strategy import in_words, planned_pairs
from trialbook.errors import Problem

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.analysis.results import Result
    from trialbook.protocol.model import Endpoint, Study


def compare_endpoint(datasets: Datasets, endpoint: Endpoint, who: Sequence[str]) -> Iterator[Result]:
    """Compare an endpoint with its baseline at every later visit: all of an analysis set, or the arms one by one.

    With arms the rows of all together carry the reason why they are not compared.
    """
    yield from _compared(datasets, endpoint, who, "")
    if has_arms(datasets):
        for arm in datasets.study.arms:
            yield from _compared(datasets, endpoint, in_arms(datasets, who, ((ARM, arm),)), arm)


def _compared(datasets: Datasets, endpoint: Endpoint, who: Sequence[str], arm: str) -> Iterator[Result]:
    """Compare an endpoint with its baseline at every later visit, in one arm where it is named."""
    study, plan = datasets.study, datasets.study.analysis
    course, visits = course_of(datasets, endpoint), compared_visits(study, endpoint.id)
    refusal = "" if arm else refusal_of(study)
    also = also_in(study, endpoint, course)
    rules = dict.fromkeys((plan.missing, *plan.sensitivity_missing))
    pairs = {rule: planned_pairs(datasets, course, endpoint.id, who, missing=rule) for rule in rules}
    for place, visit in enumerate(visits):
        planned = Comparison(
            plan=plan, endpoint=endpoint, course=course, visit=visit, pairs=pairs[plan.missing][visit],
            refusal=refusal, also=also, way=in_words(plan.missing, plan.intercurrent), earlier=visits[:place],
            arm=arm, is_planned=plan.between is None,
        )  # fmt: skip
        yield from compare(planned)
        if not refusal:
            yield from beside(planned)
            for rule in (rule for rule in rules if rule != plan.missing):
                way = in_words(rule, plan.intercurrent)
                yield from by_other_rule(replace(planned, pairs=pairs[rule][visit], way=way), rule)


def also_in(study: Study, endpoint: Endpoint, course: Course) -> tuple[str, float] | None:
    """Return the second unit of an endpoint, and how many of it make one of the first."""
    if endpoint.also is None:
        return None
    from trialbook.protocol.model import Item
    from trialbook.protocol.units import convert

    item = study.item(endpoint.source or "")
    mass = item.molar_mass if isinstance(item, Item) else None
    one, none = (convert(Decimal(n), course.unit, endpoint.also, molar_mass=mass) for n in (1, 0))
    if isinstance(one, Problem) or isinstance(none, Problem):
        return (endpoint.also, float("nan"))
    return (endpoint.also, float(one - none))
