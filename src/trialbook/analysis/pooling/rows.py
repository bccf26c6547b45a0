"""Pooled studies as result rows: a statistic a row, as everything that the program computes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from trialbook.analysis.pooling.random_effects import Pooled
from trialbook.analysis.results import Result, Selector
from trialbook.analysis.rows import Heading, Stat, distinct

if TYPE_CHECKING:
    from trialbook.analysis.bayes.hierarchy import Hierarchy
    from trialbook.analysis.pooling.forest import ForestRow
    from trialbook.analysis.pooling.studies import Pooling

POOLED, FURTHER, BETWEEN = "pooled", "further study", "between studies"
"""Levels of the rows that are of no single study."""
METHODS = {
    "DL": "DerSimonian and Laird", "PM": "Paule and Mandel", "REML": "restricted maximum likelihood",
    "hksj": "Hartung-Knapp-Sidik-Jonkman interval", "normal": "normal interval",
    "hksj modified": "Hartung-Knapp-Sidik-Jonkman interval, never narrower than the normal one",
}  # fmt: skip
RANDOM = "random effects, {method}; {interval}"
BINOMIAL = "binomial-normal model by adaptive quadrature, Wald interval on the logit"
HIERARCHY = "normal-normal model by quadrature; flat for the mean, half-Cauchy with scale {scale:.4g} for the spread"
ONE_INTERVAL = "{measure} of one study; interval {how}"
NO_INTERVAL = "There is no interval."


def pooled_rows(found: Pooling) -> list[Result]:
    """Return each study, all together, a further study, what lies between them, and the hierarchical model."""
    rows = [row for one in found.rows for row in _line(found, one)]
    return distinct([*rows, *_between(found), *_hierarchy(found)])


def _heading(found: Pooling, level: str, method: str = "") -> Heading:
    return Heading(
        analysis="pool", variable=found.measure, level=level, method=method or method_of(found), role="descriptive",
        source=Selector(frame="listing", variable=found.measure, analysis_set="", where=(("study", level),)),
        warning=" ".join(found.left_out) if level == POOLED else "",
    )  # fmt: skip


def method_of(found: Pooling) -> str:
    """Say by what model the studies were pooled."""
    if not isinstance(found.found, Pooled):
        return BINOMIAL if found.found.logit is not None else "exact (Clopper-Pearson)"
    return RANDOM.format(method=METHODS[found.asked.method], interval=METHODS[found.asked.interval])


def _line(found: Pooling, one: ForestRow) -> Iterator[Result]:
    """Give a line of the forest plot."""
    fine = found.decimals
    if one.kind == "study":
        how = "of Wald" if isinstance(found.found, Pooled) else "of Clopper and Pearson"
        heading = _heading(found, one.label, ONE_INTERVAL.format(measure=found.measure, how=how))
        size = found.sizes[one.label]
        heading = replace(heading, n=None if size is None else int(size))
    else:
        heading = _heading(found, POOLED if one.kind == "pooled" else FURTHER)
        heading = replace(heading, n=found.found.k)
    warning = found.found.warning if one.kind == "pooled" else ""
    if one.kind != "prediction":
        yield heading.row(_stat("estimate", one.estimate, one.reason, fine, warning))
    for name, value in (("ci_low", one.low), ("ci_high", one.high)):
        yield heading.row(_stat(name, value, one.reason or NO_INTERVAL, fine))
    if one.weight is not None:
        yield heading.row(Stat(name="weight", value=one.weight, unit="percent", decimals=1))


def _stat(name: str, value: float | None, why: str, decimals: int, warning: str = "") -> Stat:
    error = "" if value is not None else why
    return Stat(name=name, value=value, decimals=decimals, warning=warning, error=error)


def _between(found: Pooling) -> Iterator[Result]:
    """Give the variance between studies, on the scale of the model, and the tests of random effects."""
    pooled = found.found
    heading = replace(_heading(found, BETWEEN), n=pooled.k)
    why = pooled.reason or NO_INTERVAL
    yield heading.row(_stat("tau2", pooled.tau2, why, 4))
    if not isinstance(pooled, Pooled):
        return
    numbers = (
        ("tau2_low", pooled.tau2_low, 4), ("tau2_high", pooled.tau2_high, 4), ("i2", pooled.i2, 1),
        ("q", pooled.q, 2), ("q_p", pooled.q_p, 4),
    )  # fmt: skip
    for name, value, decimals in numbers:
        yield heading.row(_stat(name, value, why, decimals))
    test = replace(_heading(found, POOLED), n=pooled.k)
    for name, value in (("se", pooled.error), ("p", pooled.p)):
        yield test.row(_stat(name, value, why, found.decimals if name == "se" else 4))


def _hierarchy(found: Pooling) -> Iterator[Result]:
    """Give the posterior of the hierarchical model, where it was asked for."""
    model = found.hierarchy
    if model is None:
        return
    method = HIERARCHY.format(scale=model.scale) + ("; on the scale of logarithms" if found.scale == "log" else "")
    heading = replace(_heading(found, POOLED, method), analysis="hierarchy", n=model.k, warning="")
    yield from heading.rows(_posterior(model, found.decimals))
    further = replace(heading, level=FURTHER)
    for name, value in (("ci_low", model.pi_low), ("ci_high", model.pi_high)):
        yield further.row(_stat(name, value, model.reason, found.decimals))
    for member in model.members:
        numbers = (("mean", member.mean), ("sd", member.sd), ("ci_low", member.ci_low), ("ci_high", member.ci_high))
        each = replace(heading, level=member.label)
        yield from each.rows(_stat(name, value, "", found.decimals) for name, value in numbers)


def _posterior(model: Hierarchy, fine: int) -> Iterator[Stat]:
    numbers = (
        ("mean", model.mean, ""), ("sd", model.sd, model.no_sd), ("ci_low", model.ci_low, ""),
        ("ci_high", model.ci_high, ""), ("tau", model.tau, ""), ("tau_median", model.tau_median, ""),
        ("tau_low", model.tau_low, ""), ("tau_high", model.tau_high, ""),
    )  # fmt: skip
    for name, value, why in numbers:
        yield _stat(name, value, why or model.reason, fine)
    yield _stat("p_below_0", model.below(0.0), model.reason, 3)
