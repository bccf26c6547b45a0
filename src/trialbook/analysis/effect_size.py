"""Standardised mean changes: over the SD of the changes (d_z), of both visits (d_av), or of the baseline (d_b)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trialbook.analysis.change import PairedT, paired_t
from trialbook.analysis.describe import moments

LARGE_SAMPLE = 20
"""Pairs from which the interval of d_av, made for large samples, is given."""

ONE_DEGREE = "With two pairs the correction for small samples is 0: an unbiased d_z does not exist."
NO_SPREAD = "The values of {which} are all equal: there is no standard deviation to divide by."
SMALL_SAMPLE = "The interval of d_av rests on large samples; below {least} pairs none is given."
NO_INTERVAL = "No interval is computed for this effect size."


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A standardised mean change with the sign of the change; what could not be computed is None."""

    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    """Why there is no value."""
    open: str = ""
    """Why there is no interval."""


def small_sample(df: int) -> float:
    """Return the factor that makes a standardised mean unbiased (Hedges 1981, eq. 6e), exactly; 0 at one degree.

    J(m) = Gamma(m / 2) / (sqrt(m / 2) Gamma((m - 1) / 2)).
    """
    if df < 2:
        return 0.0
    return math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)


def d_z(visit: Sequence[float], base: Sequence[float], *, confidence: float = 0.95) -> Effect:
    """Divide the mean change by the SD of the changes (Cohen 1988, d_z), with its exact interval.

    sqrt(n) d_z is a noncentral t with parameter sqrt(n) times the true d_z: Steiger and Fouladi 1997.
    """
    from trialbook.analysis.noncentral import limits

    test = paired_t(visit, base)
    if test.t is None or test.df is None:
        return Effect(n=test.n, reason=test.reason, open=test.reason)
    root = math.sqrt(test.n)
    low, high = limits(test.t, test.df, confidence)
    return Effect(n=test.n, value=test.t / root, low=low / root, high=high / root)


def g_z(found: Effect) -> Effect:
    """Take the bias of small samples from d_z and its interval: g_z = J(n - 1) d_z."""
    if found.value is None or found.low is None or found.high is None:
        return found
    factor = small_sample(found.n - 1)
    if not factor:
        return Effect(n=found.n, reason=ONE_DEGREE, open=ONE_DEGREE)
    return replace(found, value=factor * found.value, low=factor * found.low, high=factor * found.high)


def d_av(visit: Sequence[float], base: Sequence[float], *, confidence: float = 0.95) -> Effect:
    """Divide the mean change by the root of the mean of both variances, s_av.

    Bonett 2008: variance d^2 (s1^4 + s2^4 + 2 c^2) / (8 df s_av^4) + s_d^2 / (df s_av^2), with the covariance c of
    both visits; its normal interval is given from `LARGE_SAMPLE` pairs on.
    """
    test = paired_t(visit, base)
    reason = no_ratio(test)
    if reason or test.mean is None:
        return Effect(n=test.n, reason=reason, open=reason)
    before, after = spread(base), spread(visit)
    middle = (before + after) / 2
    if not middle:
        reason = NO_SPREAD.format(which="both visits")
        return Effect(n=test.n, reason=reason, open=reason)
    value = test.mean / math.sqrt(middle)
    if test.n < LARGE_SAMPLE:
        return Effect(n=test.n, value=value, open=SMALL_SAMPLE.format(least=LARGE_SAMPLE))
    reach = wide(confidence) * bonett_error(value, before, after, (test.sd or 0.0) ** 2, test.n - 1)
    return Effect(n=test.n, value=value, low=value - reach, high=value + reach)


def bonett_error(value: float, before: float, after: float, gaps: float, df: int) -> float:
    """Return the standard error of d_av from the variances before, after and of the changes (Bonett 2008)."""
    middle = (before + after) / 2
    one, other, rest = before / middle, after / middle, gaps / middle
    shared = (one + other - rest) / 2
    return math.sqrt(value * value * (one * one + other * other + 2 * shared * shared) / (8 * df) + rest / df)


def g_av(found: Effect) -> Effect:
    """Take the bias of small samples from d_av with J(n - 1), which is exact for equal variances only."""
    if found.value is None:
        return found
    factor = small_sample(found.n - 1)
    if not factor:
        return Effect(n=found.n, reason=ONE_DEGREE, open=ONE_DEGREE)
    return Effect(n=found.n, value=factor * found.value, open=NO_INTERVAL)


def d_b(visit: Sequence[float], base: Sequence[float]) -> Effect:
    """Divide the mean change by the SD of the baselines of the same participants (Glass, McGaw and Smith 1981)."""
    test = paired_t(visit, base)
    reason = no_ratio(test)
    if reason or test.mean is None:
        return Effect(n=test.n, reason=reason, open=reason)
    before = spread(base)
    if not before:
        reason = NO_SPREAD.format(which="the baseline")
        return Effect(n=test.n, reason=reason, open=reason)
    return Effect(n=test.n, value=test.mean / math.sqrt(before), open=NO_INTERVAL)


def no_ratio(test: PairedT) -> str:
    """Say why a mean change cannot be divided by an SD; equal changes have one to divide by in the values."""
    return test.reason if test.n < 2 or test.sd is None else ""


def spread(values: Sequence[float]) -> float:
    """Return the variance with divisor n - 1 of at least two numbers."""
    found = moments(values)
    return found.m2 / (found.n - 1)


def wide(confidence: float) -> float:
    """Return how many standard errors a normal interval reaches to either side."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + confidence / 2)
