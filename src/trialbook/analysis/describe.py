"""How a set of numbers is described: mergeable moments, and the order statistics that need every value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

METHOD = "mean, standard deviation with n - 1, quartiles of type 2 (Hyndman and Fan 1996)"
TOO_LARGE = 1e150
"""Above this a square leaves the range of a double."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Count, mean and sum of squared deviations; two of them merge into those of both sets together."""

    n: int = 0
    mean: float = 0.0
    m2: float = 0.0
    """Sum of squared deviations from the mean."""
    low: float = math.inf
    high: float = -math.inf

    @property
    def sd(self) -> float | None:
        """Return the standard deviation with divisor n - 1; None below two values."""
        return math.sqrt(self.m2 / (self.n - 1)) if self.n > 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a cell of a descriptive table shows; all but the counts are None where there is no value."""

    n: int
    missing: int
    mean: float | None
    sd: float | None
    median: float | None
    q1: float | None
    q3: float | None
    low: float | None
    high: float | None


def moments(values: Sequence[float]) -> Moments:
    """Compute the moments of finite numbers in two passes, exactly summed, so that no order of the values matters.

    ValueError where a value is not finite or larger than `TOO_LARGE`.
    """
    if not values:
        return Moments()
    low, high = min(values), max(values)
    if not (-TOO_LARGE < low <= high < TOO_LARGE) or any(map(math.isnan, values)):
        raise ValueError("moments need finite numbers within 1e150")
    n = len(values)
    mean = min(max(math.fsum(values) / n, low), high)
    gaps = [value - mean for value in values]
    m2 = math.fsum(gap * gap for gap in gaps) - math.fsum(gaps) ** 2 / n
    return Moments(n=n, mean=mean, m2=0.0 if low == high else max(m2, 0.0), low=low, high=high)


def merge(one: Moments, other: Moments) -> Moments:
    """Merge the moments of two sets without values in common: Chan, Golub and LeVeque 1983."""
    if not one.n or not other.n:
        return other if not one.n else one
    n = one.n + other.n
    gap = other.mean - one.mean
    return Moments(
        n=n,
        mean=one.mean + gap * (other.n / n),
        m2=one.m2 + other.m2 + gap * gap * (one.n * other.n / n),
        low=min(one.low, other.low),
        high=max(one.high, other.high),
    )


def quarter(ordered: Sequence[float], k: int) -> float:
    """Return the k-th quartile of ascending numbers: definition 2 of Hyndman and Fan 1996 (R type 2, SAS PCTLDEF=5).

    The empirical distribution function is inverted; where it is flat, the two neighbours are averaged. IndexError
    where there is no number.
    """
    whole, rest = divmod(len(ordered) * k, 4)
    if rest or not whole:
        return ordered[whole]
    return ordered[whole - 1] + (ordered[whole] - ordered[whole - 1]) / 2


def describe(values: Sequence[float], *, size: int) -> Summary:
    """Describe the values of a set of `size` participants, of whom those without a value count as missing.

    Where there is no value, or one is too large to be squared, only the counts are given.
    """
    n, ordered = len(values), sorted(values)
    if not n or max(map(abs, ordered)) >= TOO_LARGE:
        return Summary(n=n, missing=size - n, mean=None, sd=None, median=None, q1=None, q3=None, low=None, high=None)
    found = moments(ordered)
    q1, median, q3 = (quarter(ordered, k) for k in (1, 2, 3))
    return Summary(
        n=n, missing=size - n, mean=found.mean, sd=found.sd,
        median=median, q1=q1, q3=q3, low=found.low, high=found.high,
    )  # fmt: skip
