"""The noncentral t distribution: its distribution function, the limits it sets for its parameter, and power.

Quadrature of our own, without a library. Distribution functions at hand give no number for part of the range (scipy
issue 25470), where root finding dies; and loading one takes longer than all else that few participants need.
"""

from __future__ import annotations

import itertools
import math
from functools import lru_cache

from trialbook.analysis.student import quantile

NODES = 48
FAR = 9.0
"""Standard deviations beyond which a normal variable lies with a probability below 1e-18."""
LEAST = 42.0
"""What lies beyond has a probability below e^-42, 6e-19."""
STEPS = 100
"""Steps of root finding; six are enough."""
CLOSE = 1e-7
"""Part of the spread: a Newton step as short leaves an error of its square."""
ROOT = math.sqrt(0.5)


@lru_cache(maxsize=1)
def _nodes() -> tuple[tuple[float, float], ...]:
    """Return nodes and weights of Gauss and Legendre on -1 to 1: Newton on the polynomial and its derivative."""
    found = []
    for place in range(NODES):
        x = math.cos(math.pi * (place + 0.75) / (NODES + 0.5))
        for _ in range(8):
            before, now = 1.0, x
            for degree in range(2, NODES + 1):
                before, now = now, ((2 * degree - 1) * x * now - (degree - 1) * before) / degree
            slope = NODES * (x * now - before) / (x * x - 1)
            x -= now / slope
        found.append((x, 2 / ((1 - x * x) * slope * slope)))
    return tuple(found)


@lru_cache(maxsize=256)
def _reach(df: int) -> tuple[float, float]:
    """Return bounds of s = sqrt(chi squared / df) that hold all but 1e-18 of it.

    Both ends of Chernoff's bound: P(s^2 beyond y) <= exp(-df (y - 1 - log y) / 2).
    """

    def beyond(log: float) -> float:
        return df / 2 * (math.expm1(log) - log) - LEAST

    ends = []
    for log in (-2 * LEAST / df - 1, math.log1p(2 * LEAST / df) + 2):
        inside, outside = 0.0, log
        for _ in range(60):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if beyond(middle) < 0 else (inside, middle)
        ends.append(math.exp(outside / 2))
    return ends[0], ends[1]


def noncentral_t(t: float, df: int, delta: float) -> float:
    """Return P(T <= t) of the noncentral t with `df` degrees of freedom and parameter `delta`; |error| below 1e-12.

    T = (Z + delta) / s with a normal Z and s = sqrt(chi squared / df) (Johnson, Kotz, Balakrishnan 1995, ch. 31), so
    that P(T <= t) is the mean of P(Z <= t s - delta) over s.
    """
    return _with_slope(t, df, delta)[0]


def _with_slope(t: float, df: int, delta: float) -> tuple[float, float]:
    """Return P(T <= t) and how fast it falls with `delta`, the mean of the normal density at t s - delta.

    It is integrated in up to three parts, since the probability rises from 0 to 1 around s = delta / t, however
    sharply; before and after that it is flat.
    """
    if t < 0:
        below, fall = _with_slope(-t, df, -delta)
        return 1.0 - below, fall
    low, high = _reach(df)
    rise = [low, high] if t * (high - low) < FAR else [(delta - FAR) / t, (delta + FAR) / t]
    cuts = sorted({low, high, *(min(max(cut, low), high) for cut in rise)})
    below = fall = mass = 0.0
    for left, right in itertools.pairwise(cuts):
        points = _weighed(df, (left + right) / 2, (right - left) / 2)
        part = sum(weight for _, weight in points)
        mass += part
        if t * left - delta > FAR - 1e-6:
            below += 2 * part
        elif t * right - delta > 1e-6 - FAR:
            steps = [(t * s - delta, weight) for s, weight in points]
            below += sum(weight * math.erfc(-z * ROOT) for z, weight in steps)
            fall += sum(weight * math.exp(-z * z / 2) for z, weight in steps)
    return below / (2 * mass), fall / (mass * math.sqrt(2 * math.pi))


@lru_cache(maxsize=64)
def _weighed(df: int, middle: float, half: float) -> list[tuple[float, float]]:
    """Return the nodes of a part of the range of s, each with its weight times the density of s."""
    top = (df - 1) * math.log(max(1 - 1 / df, 1e-9)) / 2 - (df - 1) / 2  # log density at its highest, 0 for one degree
    return [
        (s, half * weight * math.exp((df - 1) * math.log(s) - df * s * s / 2 - top))
        for s, weight in [(middle + half * node, weight) for node, weight in _nodes()]
    ]


def limits(t: float, df: int, confidence: float) -> tuple[float, float]:
    """Return the exact interval of the parameter for a t that was seen: the deltas that leave half of the rest beyond.

    Steiger and Fouladi 1997: P(T <= t; low) = 1 - a / 2 and P(T <= t; high) = a / 2, with a = 1 - confidence.
    """
    if t < 0:
        low, high = limits(-t, df, confidence)
        return -high, -low
    rest = (1 - confidence) / 2
    return _parameter(t, df, 1 - rest), _parameter(t, df, rest)


def _parameter(t: float, df: int, share: float) -> float:
    """Find the delta with P(T <= t) = share by Newton's method on the logistic scale, where it is nearly a line.

    A step that leaves the ends found so far halves what lies between them.
    """
    aim = math.log(share / (1 - share))
    width = math.sqrt(1 + t * t / (2 * df))
    low, high, delta = -math.inf, math.inf, t - aim / 1.8 * width
    for _ in range(STEPS):
        found, fall = _with_slope(t, df, delta)
        found = min(max(found, 1e-300), 1 - 1e-16)
        gap = math.log(found / (1 - found)) - aim
        low, high = (delta, high) if gap >= 0 else (low, delta)
        coming = delta + gap * found * (1 - found) / fall if fall > 1e-300 else math.copysign(math.inf, gap)
        if not low <= coming <= high or math.isinf(coming):
            is_open = math.isinf(low) or math.isinf(high)
            coming = delta + math.copysign(width, gap) if is_open else (low + high) / 2
        if abs(coming - delta) <= CLOSE * width:
            return coming
        delta = coming
    return delta


def paired_t_power(n: int, effect: float, *, alpha: float = 0.05) -> float:
    """Return the power of the two-sided paired t test of n pairs, `effect` being mean change over its SD (d_z).

    Exact, both tails counted: P(|T| > t) of the noncentral t with parameter effect sqrt(n). ValueError below two pairs.
    """
    if n < 2:
        raise ValueError("a paired t test needs two pairs")
    df, delta = n - 1, effect * math.sqrt(n)
    t = quantile(df, 1 - alpha / 2)
    return (1.0 - noncentral_t(t, df, delta)) + (1.0 - noncentral_t(t, df, -delta))
