"""A table of published studies, pooled: what its columns allow, each study, all together, and a further study."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from trialbook.analysis.pooling import effects as of
from trialbook.analysis.pooling.forest import ForestRow, forest
from trialbook.analysis.pooling.random_effects import Interval, Method, Pooled, pool_effects
from trialbook.analysis.pooling.shares import PooledShare, pool_shares

if TYPE_CHECKING:
    from trialbook.analysis.bayes.hierarchy import Hierarchy

Effect = Literal["share", "change", "standardised", "ratio"]
Numbers = tuple[float | None, ...]

MEANS = ("base_mean", "base_sd", "visit_mean", "visit_sd", "r")
NEEDED: Mapping[Effect, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {"share": (("events",),), "change": (("change", "sd"), MEANS), "standardised": (MEANS,), "ratio": (MEANS,)}
)
"""Effect -> columns that give it beside `study` and `n`; of several sets of columns the first that is there counts."""
EVERY_COLUMN = ("study", "n", "events", "change", "sd", *MEANS)
NO_PRIOR = "Counts are pooled by the binomial model; the hierarchical model is for estimates with a standard error."


@dataclass(frozen=True, slots=True, kw_only=True)
class Studies:
    """Published numbers, a row a study; None where a number is not printed."""

    labels: tuple[str, ...]
    columns: Mapping[str, Numbers]
    """Of `EVERY_COLUMN` those that are there, without `study`."""
    decimals: int = 1
    """Most decimals with which a mean or a change is printed."""

    def effects(self) -> tuple[Effect, ...]:
        """Return what the columns allow to pool: counts, changes, or means from which a change follows."""
        return tuple(effect for effect in NEEDED if "n" in self.columns and self.used(effect))

    def used(self, effect: Effect) -> tuple[str, ...]:
        """Return the columns, beside `n`, from which an effect is computed; empty where they are not there."""
        return next((names for names in NEEDED[effect] if set(names) <= set(self.columns)), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How studies are pooled."""

    effect: Effect
    method: Method = "REML"
    interval: Interval = "hksj"
    confidence: float = 0.95
    prior: float | None = None
    """Scale of the half-Cauchy prior of the hierarchical model, in the unit of the estimates; None for no model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooling:
    """What a table of studies gives."""

    asked: Asked
    scale: of.Scale
    measure: str
    found: Pooled | PooledShare
    rows: tuple[ForestRow, ...]
    """Each study, all together, a further study; on the scale on which they are read."""
    sizes: Mapping[str, float | None]
    """Study -> participants."""
    left_out: tuple[str, ...]
    decimals: int
    hierarchy: Hierarchy | None = None
    """On the scale of the model: of ratios logarithms."""
    no_hierarchy: str = ""


def pool_studies(studies: Studies, asked: Asked) -> Pooling:
    """Pool the studies; ValueError where the columns do not give the effect that is asked for."""
    if asked.effect not in studies.effects():
        raise ValueError(f"the columns do not give {asked.effect}")
    sizes = dict(zip(studies.labels, studies.columns["n"], strict=True))
    if asked.effect == "share":
        shares, left_out = _shares(studies, asked.confidence)
        return Pooling(
            asked=asked, scale="logit", measure="share of responders", found=shares, rows=forest(shares), sizes=sizes,
            left_out=left_out, decimals=3, no_hierarchy=NO_PRIOR if asked.prior is not None else "",
        )  # fmt: skip
    effects = _EFFECTS[asked.effect](studies)
    found = pool_effects(effects, method=asked.method, interval=asked.interval, confidence=asked.confidence)
    start = Pooling(
        asked=asked, scale=effects.scale, measure=effects.measure, found=found, sizes=sizes, left_out=found.left_out,
        rows=forest(found, scale=effects.scale), decimals=studies.decimals + 1 if asked.effect == "change" else 2,
    )  # fmt: skip
    return start if asked.prior is None else replace(start, hierarchy=_hierarchy(found, asked.prior, asked.confidence))


def _shares(studies: Studies, confidence: float) -> tuple[PooledShare, tuple[str, ...]]:
    """Pool counts; a study without one is named and left out."""
    rows = list(zip(studies.labels, studies.columns["events"], studies.columns["n"], strict=True))
    given = [(label, int(x), int(n)) for label, x, n in rows if x is not None and n is not None]
    left_out = tuple(of.NOT_PRINTED.format(label=label) for label, x, n in rows if x is None or n is None)
    found = pool_shares(
        [x for _, x, _ in given], [n for *_, n in given], labels=[label for label, *_ in given], confidence=confidence
    )
    return replace(found, left_out=left_out), left_out


def _changes(studies: Studies) -> of.Effects:
    if studies.used("change") == MEANS:
        return of.mean_changes(studies.labels, **_means(studies))
    named = {name: studies.columns[name] for name in ("n", "change", "sd")}
    return of.printed_changes(studies.labels, **named)


def _means(studies: Studies) -> dict[str, Numbers]:
    return {name: studies.columns[name] for name in ("n", *MEANS)}


_EFFECTS: Mapping[Effect, Callable[[Studies], of.Effects]] = MappingProxyType(
    {
        "change": _changes,
        "standardised": lambda studies: of.standardised_changes(studies.labels, **_means(studies)),
        "ratio": lambda studies: of.log_ratios(studies.labels, **_means(studies)),
    }
)


def _hierarchy(found: Pooled, prior: float, confidence: float) -> Hierarchy:
    from trialbook.analysis.bayes.hierarchy import hierarchical

    errors = [math.sqrt(variance) for variance in found.variances]
    return hierarchical(found.estimates, errors, scale=prior, labels=found.labels, confidence=confidence)
