"""The plan's Bayesian analysis: the mean change under several stated priors, and the Bayes factor against none.

It stands beside the planned test as a sensitivity analysis, where the study file asks for it. The pairs are those of
the planned test. The priors are set by the smallest change that matters, which the study file states before the data.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from trialbook.analysis.allocation import ARM, has_arms, in_arms
from trialbook.analysis.bayes.change import FLAT, Posterior, Prior, mean_change, priors_of
from trialbook.analysis.bayes.factor import MEDIUM, BayesFactor, jzs_change
from trialbook.analysis.change import on_grid
from trialbook.analysis.compare import Comparison
from trialbook.analysis.course import course_of
from trialbook.analysis.derive import compared_visits
from trialbook.analysis.meaningful import improvement
from trialbook.analysis.results import Result
from trialbook.analysis.rows import Heading, Stat
from trialbook.analysis.stated import refusal_of
from trialbook.analysis.strategy import in_words, planned_pairs

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.protocol.model import Endpoint

ASKED = "bayes"
FACTOR = "factor"
"""Level of the rows of the Bayes factor."""
METHOD = "posterior of the mean of normal changes by quadrature; prior {prior}, and 1/sigma^2 for their variance"
FLAT_WORDS = "flat for the mean"
NORMAL_WORDS = "{name}: normal for the mean, centre {mean:.4g} and SD {sd:.4g} {unit}"
BETTER = "probability that the mean change is {side} 0"
MATTERS = "probability that the mean change is {side} {amount:.4g} {unit}, the smallest that matters"
JZS = (
    "JZS Bayes factor: how many times likelier the changes are if there is a mean change, its effect size Cauchy with "
    "scale {scale:.4g}, than if there is none"
)
NOT_STATED = (
    "The study file does not state the smallest change that matters (`meaningful`) with a direction that is better, "
    "which sets the sceptical and the enthusiastic prior."
)


def believe_endpoints(datasets: Datasets, who: Sequence[str]) -> Iterator[Result]:
    """Give the rows of every endpoint that is a number, among the participants of the plan's set, arm by arm."""
    groups = tuple(datasets.study.arms) if has_arms(datasets) else ("",)
    for endpoint in (one for one in datasets.study.endpoints.values() if one.source is not None):
        for arm in groups:
            for comparison in _comparisons(datasets, endpoint, who, arm):
                yield from _rows(comparison, endpoint)


def _comparisons(datasets: Datasets, endpoint: Endpoint, who: Sequence[str], arm: str) -> Iterator[Comparison]:
    """Pair the values as the planned test does, at each later visit, in one arm where it is named."""
    study, plan = datasets.study, datasets.study.analysis
    course, visits = course_of(datasets, endpoint), compared_visits(study, endpoint.id)
    inside = in_arms(datasets, who, ((ARM, arm),)) if arm else who
    pairs = planned_pairs(datasets, course, endpoint.id, inside, missing=plan.missing)
    for place, visit in enumerate(visits):
        yield Comparison(
            plan=plan, endpoint=endpoint, course=course, visit=visit, pairs=pairs[visit], arm=arm,
            refusal="" if arm else refusal_of(study), way=in_words(plan.missing, plan.intercurrent),
            earlier=visits[:place],
        )  # fmt: skip


def _rows(comparison: Comparison, endpoint: Endpoint) -> Iterator[Result]:
    """Give the rows of one visit: every prior, then the Bayes factor."""
    changes = on_grid(comparison.pairs.visit, comparison.pairs.base)
    matters = improvement(endpoint)
    sign = -1.0 if endpoint.better == "lower" else 1.0
    for prior in (FLAT,) if matters is None else priors_of(matters):
        found = mean_change(changes, prior, confidence=float(comparison.plan.confidence))
        if comparison.refusal:
            found = Posterior(n=len(changes), prior=prior, reason=comparison.refusal, no_mean=comparison.refusal,
                              no_sd=comparison.refusal)  # fmt: skip
        heading = _heading(comparison, prior.name, METHOD.format(prior=_prior_words(prior, comparison.course.unit)))
        yield from heading.rows(_stats(comparison, found, sign, matters))
    factor = BayesFactor(n=len(changes), reason=comparison.refusal) if comparison.refusal else jzs_change(changes)
    yield from _heading(comparison, FACTOR, JZS.format(scale=MEDIUM)).rows(_factor_stats(factor))


def _heading(comparison: Comparison, level: str, method: str) -> Heading:
    return replace(comparison.heading(ASKED, method, "sensitivity"), level=level)


def _prior_words(prior: Prior, unit: str) -> str:
    if prior.sd is None:
        return FLAT_WORDS
    return NORMAL_WORDS.format(name=prior.name, mean=prior.mean, sd=prior.sd, unit=unit).rstrip()


def _stats(comparison: Comparison, found: Posterior, sign: float, matters: float | None) -> Iterator[Stat]:
    """Write a posterior: where it lies, and the probabilities of a change for the better and of one that matters."""
    fine, why = comparison.course.decimals + 1, found.reason
    numbers = (
        ("median", found.median, why), ("mean", found.mean, found.no_mean), ("sd", found.sd, found.no_sd),
        ("ci_low", found.ci_low, why), ("ci_high", found.ci_high, why),
    )  # fmt: skip
    for name, value, reason in numbers:
        yield Stat(name=name, value=value, decimals=fine, error=reason, warning=found.warning)
    side = "above" if sign > 0 else "below"
    better = found.above(0.0) if sign > 0 else found.below(0.0)
    method = comparison.with_way(BETTER.format(side=side))
    yield Stat(name="p_better", value=better, unit="", decimals=3, method=method, error=why)
    if matters is None:
        yield Stat(name="p_matters", value=None, unit="", error=NOT_STATED)
        return
    method = comparison.with_way(MATTERS.format(side=side, amount=matters, unit=comparison.course.unit))
    yield Stat(name="p_matters", value=found.beyond(matters), unit="", decimals=3, method=method, error=why)


def _factor_stats(found: BayesFactor) -> Iterator[Stat]:
    """Write a Bayes factor and its logarithm to base ten."""
    log = None if found.log_bf10 is None else found.log_bf10 / math.log(10)
    why = found.reason
    yield Stat(name="bf10", value=found.bf10, unit="", decimals=2, error=found.beyond or why)
    yield Stat(name="log10_bf10", value=log, unit="", decimals=2, error=why)
