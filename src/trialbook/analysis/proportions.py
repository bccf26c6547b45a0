"""Intervals for a proportion: exact, by score, by a prior, and exact with the observed count halved.

No interval of the form p ± z SE is offered: with nobody or everybody responding it has no width (Brown, Cai and
DasGupta 2001).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from trialbook.analysis.binomial import reaches

NOBODY = "There is nobody of whom it is known: a proportion of nothing has no interval."


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Two ends; None where there is no interval, and `reason` says why."""

    low: float | None = None
    high: float | None = None
    reason: str = ""


def tail_of(confidence: float) -> float:
    """Return the probability left out at each end; ValueError unless the confidence lies between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")
    return (1 - confidence) / 2


def z_of(confidence: float) -> float:
    """Return the standard normal quantile that leaves out half of 1 - confidence."""
    from scipy.special import ndtri

    return -float(ndtri(tail_of(confidence)))


def clopper_pearson(count: int, n: int, *, confidence: float = 0.95) -> Interval:
    """Return the exact interval: Clopper and Pearson 1934, by quantiles of the beta distribution.

    low = B(a/2; x, n - x + 1), high = B(1 - a/2; x + 1, n - x), a = 1 - confidence. Never covers less than it says.
    ValueError unless 0 <= count <= n.
    """
    return _mirrored(_exact_low, count, n, tail_of(confidence))


def mid_p(count: int, n: int, *, confidence: float = 0.95) -> Interval:
    """Return the interval of those p at which P(X > x) + P(X = x) / 2 leaves a/2 at neither side: Lancaster 1961.

    Shorter than Clopper-Pearson; covers about what it says, for some p a little less. ValueError as above.
    """
    return _mirrored(_mid_low, count, n, tail_of(confidence))


def jeffreys(count: int, n: int, *, confidence: float = 0.95) -> Interval:
    """Return the equal-tailed interval of Beta(x + 1/2, n - x + 1/2): Brown, Cai and DasGupta 2001, section 4.1.2.

    As they say, its low end is 0 where nobody responded, its high end 1 where everybody did. ValueError as above.
    """
    return _mirrored(_prior_low, count, n, tail_of(confidence))


def wilson(count: int, n: int, *, confidence: float = 0.95) -> Interval:
    """Return the score interval, without correction for continuity: Wilson 1927, eq. 4.

    (x + z^2/2 ± z sqrt(x (n - x) / n + z^2/4)) / (n + z^2). Covers on average what it says. ValueError as above.
    """
    z2 = z_of(confidence) ** 2

    def low(count: int, n: int, _tail: float) -> float:
        # the root of the quadratic in the form that subtracts nothing
        reach = math.sqrt(z2 * (count * (n - count) / n + z2 / 4))
        return count * count / n / (count + z2 / 2 + reach)

    return _mirrored(low, count, n, 0.0)


def _mirrored(low: Callable[[int, int, float], float], count: int, n: int, tail: float) -> Interval:
    """Give both ends by the rule of the low one: the high end of x of n is 1 minus the low end of n - x of n."""
    if not 0 <= count <= n:
        raise ValueError(f"{count} of {n} is no proportion")
    if n == 0:
        return Interval(reason=NOBODY)
    return Interval(
        low=low(count, n, tail) if count else 0.0,
        high=1 - low(n - count, n, tail) if count < n else 1.0,
    )


def _exact_low(count: int, n: int, tail: float) -> float:
    from scipy.special import betaincinv

    return float(betaincinv(count, n - count + 1, tail))


def _prior_low(count: int, n: int, tail: float) -> float:
    from scipy.special import betaincinv

    return float(betaincinv(count + 0.5, n - count + 0.5, tail))


def _mid_low(count: int, n: int, tail: float) -> float:
    """Find p with P(X > x) + P(X = x) / 2 = a/2; half of P(X >= x) and half of P(X > x)."""
    from scipy.special import betainc

    def more(p: float) -> float:
        above = float(betainc(count + 1, n - count, p)) if count < n else 0.0
        return (float(betainc(count, n - count + 1, p)) + above) / 2

    return reaches(more, tail)


INTERVALS: Mapping[str, Callable[..., Interval]] = MappingProxyType(
    {"Clopper-Pearson": clopper_pearson, "Wilson": wilson, "Jeffreys": jeffreys, "mid-P": mid_p}
)
"""Every interval by its name."""
