"""Arms compared: means by Welch, changes adjusted for their baseline by least squares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trialbook.analysis.change import CANCELLED, DIGITS, OUT_OF_RANGE
from trialbook.analysis.describe import TOO_LARGE, Moments, moments
from trialbook.analysis.proportions import tail_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRAIN = 10.0**-DIGITS
"""Part of the largest value below which lies rounding."""

ONE_VALUE = "Each arm needs at least two values."
NO_VARIANCE = "All values within each arm are equal: without variance there is no t and no interval."
TOO_FEW = "There are no more participants than numbers to be estimated."
NOT_APART = "The baseline, the arms and the factors cannot be told apart in these data."
NO_RESIDUAL = "Baseline, arms and factors tell the change exactly: without a residual there is no t and no interval."
ONE_ARM = "Arms are compared where at least two have somebody."


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference of means with its test; what could not be computed is None, and `reason` says why."""

    estimate: float | None = None
    error: float | None = None
    """Standard error."""
    t: float | None = None
    df: float | None = None
    p: float | None = None
    """Two-sided."""
    ci_low: float | None = None
    ci_high: float | None = None
    reason: str = ""


def welch(one: Sequence[float], other: Sequence[float], *, confidence: float = 0.95) -> Difference:
    """Compare two arms without taking their variances as equal: mean of one minus mean of the other.

    t = (m1 - m2) / sqrt(v1 + v2), v = s^2 / n, df = (v1 + v2)^2 / (v1^2 / (n1 - 1) + v2^2 / (n2 - 1)): Welch 1947.
    """
    if any(not abs(value) < TOO_LARGE for value in (*one, *other)):
        return Difference(reason=OUT_OF_RANGE)
    first, second = moments(one), moments(other)
    if min(first.n, second.n) < 2:
        gap = first.mean - second.mean if min(first.n, second.n) else None
        return Difference(estimate=gap, reason=ONE_VALUE)
    gap, v1, v2 = first.mean - second.mean, _of_mean(first), _of_mean(second)
    if not v1 + v2:
        return Difference(estimate=gap, error=0.0, reason=NO_VARIANCE)
    if math.sqrt(v1 + v2) < _grain(first, second):
        return Difference(estimate=gap, reason=CANCELLED)
    share = v1 / (v1 + v2)
    df = 1 / (share**2 / (first.n - 1) + (1 - share) ** 2 / (second.n - 1))
    return tested(gap, math.sqrt(v1 + v2), df, confidence)


def _of_mean(found: Moments) -> float:
    """Return the squared standard error of a mean."""
    return found.m2 / (found.n - 1) / found.n


def _grain(*arms: Moments) -> float:
    """Return what rounding alone can make of the standard error of values of this size."""
    return 100 * GRAIN * max(max(abs(arm.low), abs(arm.high)) for arm in arms)


def tested(estimate: float, error: float, df: float, confidence: float) -> Difference:
    """Test that an estimate is zero by Student's t, and give its interval."""
    from scipy.special import stdtr, stdtrit

    t, reach = estimate / error, -float(stdtrit(df, tail_of(confidence))) * error
    return Difference(
        estimate=estimate, error=error, t=t, df=df, p=2 * float(stdtr(df, -abs(t))),
        ci_low=estimate - reach, ci_high=estimate + reach,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancova:
    """Changes explained by arm and baseline; without coefficients `reason` says why."""

    arms: tuple[str, ...]
    """In the order in which they first appear, or as asked for; the first is the reference."""
    n: int
    df: int | None = None
    residual: float | None = None
    """Standard deviation of the residuals."""
    reason: str = ""
    mean: float = 0.0
    """Mean change of all."""
    slopes: tuple[float, ...] = ()
    """Of the columns: each further arm minus the first, baseline, levels of factors minus their first."""
    spread: tuple[tuple[float, ...], ...] = field(default=(), repr=False)
    """Inverse of X'X of these columns, centred: times the squared residual the covariance of the slopes."""
    centre: tuple[float, ...] = field(default=(), repr=False)
    """Mean of each column: where adjusted means are taken."""

    def difference(self, one: str, other: str, *, confidence: float = 0.95) -> Difference:
        """Return the adjusted mean of an arm minus that of another, with its test; KeyError for an unknown arm."""
        gaps = (self._is(one, place) - self._is(other, place) for place in range(len(self.slopes)))
        return self.contrast(tuple(gaps), confidence=confidence)

    def adjusted_mean(self, arm: str, *, confidence: float = 0.95) -> Difference:
        """Return the mean change of an arm at the mean baseline and the mean of the factors of all."""
        further = len(self.arms) - 1
        gaps = (self._is(arm, at) - mean if at < further else 0.0 for at, mean in enumerate(self.centre))
        return self.contrast(tuple(gaps), of_mean=1.0, confidence=confidence)

    def slope(self, *, confidence: float = 0.95) -> Difference:
        """Return by how much the change differs for one more unit of baseline."""
        is_base = (float(place == len(self.arms) - 1) for place in range(len(self.slopes)))
        return self.contrast(tuple(is_base), confidence=confidence)

    def contrast(self, weights: Sequence[float], *, of_mean: float = 0.0, confidence: float = 0.95) -> Difference:
        """Return a sum of slopes, and of the mean, with its test: variance s^2 (m^2 / n + w' (X'X)^-1 w)."""
        if self.df is None or self.residual is None:
            return Difference(reason=self.reason)
        import numpy as np

        w = np.array(weights)
        estimate = of_mean * self.mean + float(w @ np.array(self.slopes))
        scale = of_mean**2 / self.n + float(w @ np.array(self.spread) @ w)
        if self.reason or scale <= 0:
            return Difference(estimate=estimate, reason=self.reason or ONE_ARM)
        return tested(estimate, self.residual * math.sqrt(scale), self.df, confidence)

    def _is(self, arm: str, place: int) -> float:
        """Return 1 in the column of an arm, of which the first has none."""
        if arm not in self.arms:
            raise KeyError(arm)
        return float(place + 1 == self.arms.index(arm))


def ancova(
    change: Sequence[float],
    base: Sequence[float],
    arms: Sequence[str],
    *,
    factors: Sequence[Sequence[str]] = (),
    order: Sequence[str] = (),
) -> Ancova:
    """Explain the change by arm and baseline, and by further factors, by ordinary least squares (Fisher 1932).

    One entry a participant in each sequence. With the change or with the value itself as outcome the differences
    between arms are the same (Senn 2006). ValueError where lengths differ or an arm is not in `order`.
    """
    names = tuple(name for name in (order or dict.fromkeys(arms)) if name in set(arms))
    if any(len(one) != len(change) for one in (base, arms, *factors)) or set(arms) != set(names):
        raise ValueError("one change, baseline, arm and factor a participant, and every arm in the order")
    n = len(change)
    if len(names) < 2:
        return Ancova(arms=names, n=n, reason=ONE_ARM)
    if any(not abs(value) < TOO_LARGE for value in (*change, *base)):
        return Ancova(arms=names, n=n, reason=OUT_OF_RANGE)
    import numpy as np

    columns = [*_indicators(arms, names), np.array(base, dtype=float), *_levels(factors)]
    return _solved(names, np.column_stack(columns), np.array(change, dtype=float))


def dose_trend(
    change: Sequence[float],
    base: Sequence[float],
    dose: Sequence[float],
    *,
    factors: Sequence[Sequence[str]] = (),
    confidence: float = 0.95,
) -> Difference:
    """Return by how much the change differs for one more unit of dose, adjusted for baseline and factors.

    By ordinary least squares, the dose as a number. ValueError where lengths differ.
    """
    if any(len(one) != len(change) for one in (base, dose, *factors)):
        raise ValueError("one change, baseline, dose and factor a participant")
    if any(not abs(value) < TOO_LARGE for value in (*change, *base, *dose)):
        return Difference(reason=OUT_OF_RANGE)
    import numpy as np

    columns = [np.array(dose, dtype=float), np.array(base, dtype=float), *_levels(factors)]
    fit = _solved((), np.column_stack(columns), np.array(change, dtype=float))
    return fit.contrast([1.0, *(0.0 for _ in columns[1:])], confidence=confidence)


def _levels(factors: Sequence[Sequence[str]]) -> list[NDArray[np.float64]]:
    """Return the columns of all factors, of each the first level left out."""
    return [column for factor in factors for column in _indicators(factor, tuple(dict.fromkeys(factor)))]


def _indicators(values: Sequence[str], names: Sequence[str]) -> list[NDArray[np.float64]]:
    """Return a column of 0 and 1 for each name but the first."""
    import numpy as np

    return [np.array([float(value == name) for value in values]) for name in names[1:]]


def _solved(names: tuple[str, ...], x: NDArray[np.float64], y: NDArray[np.float64]) -> Ancova:
    """Solve by QR after centring and scaling the columns, so that a large baseline costs no digits."""
    import numpy as np

    n, k = x.shape[0], x.shape[1] + 1
    if n <= k:
        return Ancova(arms=names, n=n, reason=TOO_FEW)
    centre, mean = x.mean(axis=0), float(y.mean())
    apart, rest = x - centre, y - mean
    size, largest = np.abs(apart).max(axis=0), np.abs(x).max(axis=0)
    if (size <= 100 * GRAIN * largest).any():
        return Ancova(arms=names, n=n, reason=NOT_APART)
    # what the centring rounded off makes columns look apart that are not
    if np.linalg.matrix_rank(apart / size, rtol=4 * n * GRAIN * float((largest / size).max())) < k - 1:
        return Ancova(arms=names, n=n, reason=NOT_APART)
    q, r = np.linalg.qr(apart / size)
    inverse = np.linalg.inv(r) / size[:, None]
    slopes = inverse @ (q.T @ rest)
    left = rest - apart @ slopes
    residual = math.sqrt(float(left @ left) / (n - k))
    exact = residual <= 100 * GRAIN * float(np.abs(y).max())
    return Ancova(
        arms=names, n=n, df=n - k, residual=residual, reason=NO_RESIDUAL if exact else "", mean=mean,
        slopes=tuple(slopes.tolist()), spread=tuple(map(tuple, (inverse @ inverse.T).tolist())),
        centre=tuple(centre.tolist()),
    )  # fmt: skip
