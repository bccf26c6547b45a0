"""Student's t distribution without a library: two-sided p and quantile, at once from a cold start.

Loading one takes longer than all else that a handful of participants need; tests hold these against it.
"""

from __future__ import annotations

import math
from functools import lru_cache

TINY = 1e-300
"""In place of a zero in a denominator of the continued fraction."""
MOST_TERMS = 20_000
CLOSE = 1e-16
MANY = 1000
"""Degrees of freedom above which the expansion of a quantile is as close as a double."""
FEW = 80
"""Up to this parameter the gamma function itself is within the range of a double."""
STEPS = 60
"""Steps of root finding; five are enough."""


def two_sided_p(t: float, df: int) -> float:
    """Return P(|T| >= |t|) for `df` degrees of freedom: I_x(df / 2, 1 / 2) with x = df / (df + t^2).

    The regularised incomplete beta function: Abramowitz and Stegun 26.5.27. The relative error is below 1e-13 up to
    1,000 degrees, and below 1e-11 up to 100,000.
    """
    if math.isinf(t):
        return 0.0
    square = t * t / df
    a = df / 2
    if not square:
        return 1.0
    if math.isinf(square):
        return 0.0
    # x = 1 / (1 + square), 1 - x = square / (1 + square)
    front = math.exp(-a * math.log1p(square) + 0.5 * (math.log(square) - math.log1p(square))) * _over_beta(a)
    x, rest = 1 / (1 + square), square / (1 + square)
    if x < (a + 1) / (a + 2.5):
        return min(front * _fraction(a, 0.5, x) / a, 1.0)
    return max(1.0 - front * _fraction(0.5, a, rest) / 0.5, 0.0)


@lru_cache(maxsize=4096)
def quantile(df: int, share: float) -> float:
    """Return the t below which `share` of the distribution lies, for a share above one half: Newton on the tail.

    ValueError for a share that is not above 1/2 and below 1.
    """
    if not 0.5 < share < 1:
        raise ValueError("a share lies above one half and below one")
    tails = 2 * (1 - share)
    if df == 1:
        return 1 / math.tan(math.pi * tails / 2)
    if df == 2:
        return math.sqrt(2 / (tails * (2 - tails)) - 2)
    t = _expansion(df, _normal(tails))
    if df > MANY:
        return t
    for _ in range(STEPS):
        # on the logarithm of the tail, which is nearly a line far out
        p = two_sided_p(t, df)
        step = p * math.log(p / tails) / (2 * density(t, df))
        t += step
        if abs(step) <= CLOSE * 4 * t:
            break
    return t


def density(t: float, df: int) -> float:
    """Return the density of Student's t: (1 + t^2 / df)^(-(df + 1) / 2) / (sqrt(df) B(df / 2, 1 / 2))."""
    return math.exp(-(df + 1) / 2 * math.log1p(t * t / df)) * _over_beta(df / 2) / math.sqrt(df)


def _normal(tails: float) -> float:
    """Return the z that a normal variable is beyond on both sides with probability `tails`: Newton on the tail.

    It begins from Abramowitz and Stegun 26.2.23.
    """
    w = math.sqrt(-2 * math.log(tails / 2))
    above = 2.515517 + w * (0.802853 + w * 0.010328)
    z = w - above / (1 + w * (1.432788 + w * (0.189269 + w * 0.001308)))
    for _ in range(STEPS):
        p = math.erfc(z / math.sqrt(2))
        step = p * math.log(p / tails) / (math.sqrt(2 / math.pi) * math.exp(-z * z / 2))
        z += step
        if abs(step) <= CLOSE * 4 * abs(z):
            break
    return z


def _expansion(df: int, z: float) -> float:
    """Return the t of a normal z by the expansion of Cornish and Fisher (Abramowitz and Stegun 26.7.5)."""
    q = z * z
    terms = (
        (q + 1) / 4,
        ((5 * q + 16) * q + 3) / 96,
        (((3 * q + 19) * q + 17) * q - 15) / 384,
        ((((79 * q + 776) * q + 1482) * q - 1920) * q - 945) / 92160,
    )
    return z + z * math.fsum(term / float(df) ** power for power, term in enumerate(terms, start=1))


@lru_cache(maxsize=4096)
def _over_beta(a: float) -> float:
    """Return 1 / B(a, 1/2) = Gamma(a + 1/2) / (Gamma(a) sqrt(pi)); for large a by its series (DLMF 5.11.13)."""
    if a <= FEW:
        return math.gamma(a + 0.5) / (math.gamma(a) * math.sqrt(math.pi))
    u = 1 / a
    series = 1 + u * (
        -1 / 8 + u * (1 / 128 + u * (5 / 1024 + u * (-21 / 32768 + u * (-399 / 262144 + u * 869 / 4194304))))
    )
    return math.sqrt(a / math.pi) * series


def _fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method."""
    c, d = 1.0, 1 / ((1 - (a + b) * x / (a + 1)) or TINY)
    found = d
    for m in range(1, MOST_TERMS):
        at = a + 2 * m
        even, odd = m * (b - m) * x / ((at - 1) * at), -(a + m) * (a + b + m) * x / (at * (at + 1))
        d, c = 1 / ((1 + even * d) or TINY), (1 + even / c) or TINY
        found *= d * c
        d, c = 1 / ((1 + odd * d) or TINY), (1 + odd / c) or TINY
        found *= d * c
        if abs(d * c - 1) < CLOSE:
            break
    return found
