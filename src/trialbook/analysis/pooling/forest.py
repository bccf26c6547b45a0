"""The rows of a forest plot as values: what stands where; drawing is for another."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from trialbook.analysis.pooling.effects import Scale
    from trialbook.analysis.pooling.random_effects import Pooled
    from trialbook.analysis.pooling.shares import PooledShare

BEYOND = "A ratio is beyond the range of a number; its logarithm is not."

Kind = Literal["study", "pooled", "prediction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One line of the plot, on the scale on which it is read; `weight` in percent, of studies only."""

    kind: Kind
    label: str
    estimate: float | None
    low: float | None
    high: float | None
    weight: float | None = None
    reason: str = ""
    """Why there is no estimate or no interval."""


def _ratio(value: float) -> float:
    return math.exp(value) if value < math.log(1.7e308) else math.inf


def _share(value: float) -> float:
    return 1 / (1 + _ratio(-value))


_TURN: Mapping[Scale, Callable[[float], float]] = MappingProxyType({"plain": float, "log": _ratio, "logit": _share})


def forest(found: Pooled | PooledShare, *, scale: Scale = "plain") -> tuple[ForestRow, ...]:
    """Return a row a study, then the pooled estimate, then where a further study would lie.

    Intervals of single studies are Wald's on the scale of the model at the same confidence, of shares Clopper and
    Pearson's. Estimates of `log` or `logit` are turned back; those of shares stand as shares already.
    """
    from trialbook.analysis.pooling.shares import PooledShare

    if isinstance(found, PooledShare):
        return _shares(found)
    return _estimates(found, _TURN[scale])


def _estimates(found: Pooled, turn: Callable[[float], float]) -> tuple[ForestRow, ...]:
    from trialbook.analysis.proportions import z_of

    z = z_of(found.confidence)
    weights = found.weights or (None,) * len(found.estimates)
    rows = [
        _study(label, turn, y, z * math.sqrt(v), weight)
        for label, y, v, weight in zip(found.labels, found.estimates, found.variances, weights, strict=False)
    ]
    centre = _maybe(turn, found.estimate)
    ends = (found.estimate, found.ci_high, found.pi_high)
    beyond = BEYOND if any(end is not None and _maybe(turn, end) is None for end in ends) else ""
    pooled = ForestRow(
        kind="pooled", label=f"{found.method}, {found.interval} interval", estimate=centre,
        low=_maybe(turn, found.ci_low), high=_maybe(turn, found.ci_high), reason=found.reason or beyond,
    )  # fmt: skip
    ahead = ForestRow(
        kind="prediction", label="a further study", estimate=centre, low=_maybe(turn, found.pi_low),
        high=_maybe(turn, found.pi_high), reason=found.reason or beyond,
    )  # fmt: skip
    return (*rows, pooled, ahead)


def _study(label: str, turn: Callable[[float], float], y: float, reach: float, weight: float | None) -> ForestRow:
    centre, low, high = _maybe(turn, y), _maybe(turn, y - reach), _maybe(turn, y + reach)
    reason = BEYOND if centre is None or high is None else ""
    return ForestRow(kind="study", label=label, estimate=centre, low=low, high=high, weight=weight, reason=reason)


def _maybe(turn: Callable[[float], float], value: float | None) -> float | None:
    """Turn a number back; None where there is none, or it is beyond the range of a number."""
    turned = math.inf if value is None else turn(value)
    return turned if math.isfinite(turned) else None


def _shares(found: PooledShare) -> tuple[ForestRow, ...]:
    from trialbook.analysis.proportions import clopper_pearson

    rows = []
    for label, x, n in zip(found.labels, found.events, found.sizes, strict=True):
        interval = clopper_pearson(x, n, confidence=found.confidence)
        rows.append(ForestRow(kind="study", label=label, estimate=x / n, low=interval.low, high=interval.high))
    pooled = ForestRow(
        kind="pooled", label=found.method, estimate=found.share, low=found.ci_low, high=found.ci_high,
        reason=found.reason,
    )  # fmt: skip
    ahead = ForestRow(
        kind="prediction", label="a further study", estimate=found.share, low=found.pi_low, high=found.pi_high,
        reason=found.reason,
    )  # fmt: skip
    return (*rows, pooled, ahead)
