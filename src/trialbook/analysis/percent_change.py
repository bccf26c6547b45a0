"""Percent change, of which there are three: the mean of percents, the percent of means, and the geometric one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trialbook.analysis.change import NO_PAIR, ONE_PAIR, OUT_OF_RANGE, geometric_ratio, unusable
from trialbook.analysis.describe import TOO_LARGE, moments

LARGEST_POWER = 700
"""Of e within the range of a double."""

ZERO_BASE = "A percent of a baseline that is zero or negative has no meaning; there are {n}."
NEGATIVE = "A percent of means has no meaning where values are negative; there are {n}."
NO_BASE = "All baselines are zero: there is nothing to take a percent of."


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent:
    """A percent change; what could not be computed is None, and `reason` says why."""

    n: int
    value: float | None = None
    sd: float | None = None
    cv: float | None = None
    """Geometric coefficient of variation of the ratios, in percent."""
    low: float | None = None
    high: float | None = None
    reason: str = ""


def mean_of_percents(visit: Sequence[float], base: Sequence[float]) -> Percent:
    """Average each participant's 100 (visit - baseline) / baseline; every baseline has to be above zero."""
    n = len(base)
    reason = not_finite(visit, base) or counted(ZERO_BASE, sum(value <= 0 for value in base))
    if reason:
        return Percent(n=n, reason=reason)
    percents = [100 * ((after - before) / before) for after, before in zip(visit, base, strict=True)]
    if not all(abs(percent) < TOO_LARGE for percent in percents):
        return Percent(n=n, reason=OUT_OF_RANGE)
    found = moments(percents)
    return Percent(n=n, value=found.mean, sd=found.sd, reason="" if n > 1 else ONE_PAIR)


def percent_of_means(visit: Sequence[float], base: Sequence[float]) -> Percent:
    """Return 100 (mean visit - mean baseline) / mean baseline of the same participants; no value may be negative."""
    n = len(base)
    reason = not_finite(visit, base) or counted(NEGATIVE, sum(value < 0 for value in (*visit, *base)))
    if reason or not any(base):
        return Percent(n=n, reason=reason or NO_BASE)
    after, before = moments(visit).mean, moments(base).mean
    value = 100 * ((after - before) / before)
    return Percent(n=n, value=value) if abs(value) < TOO_LARGE else Percent(n=n, reason=OUT_OF_RANGE)


def geometric_percent(visit: Sequence[float], base: Sequence[float], *, confidence: float = 0.95) -> Percent:
    """Return 100 (ratio of geometric means - 1) with its interval; every value has to be above zero.

    The coefficient of variation is 100 sqrt(exp(s^2) - 1), s the SD of the logarithms of the ratios (Kirkwood 1979).
    """
    n = len(base)
    reason = not_finite(visit, base)
    if reason:
        return Percent(n=n, reason=reason)
    ratio = geometric_ratio(visit, base, confidence=confidence)
    value, low, high = (None if part is None else 100 * (part - 1) for part in (ratio.gmr, ratio.ci_low, ratio.ci_high))
    logs = [math.log(after) - math.log(before) for after, before in zip(visit, base, strict=True)] if ratio.df else []
    cv = variation(logs) if logs else None
    return Percent(n=n, value=value, cv=cv, low=low, high=high, reason=ratio.reason)


def variation(logs: Sequence[float]) -> float | None:
    """Return the geometric coefficient of variation in percent; None where it leaves the range of a double."""
    variance = (moments(logs).sd or 0.0) ** 2
    return 100 * math.sqrt(math.expm1(variance)) if variance < LARGEST_POWER else None


def not_finite(visit: Sequence[float], base: Sequence[float]) -> str:
    """Say why there are no numbers to compare, empty where there are."""
    if not len(base):
        return NO_PAIR
    return unusable(visit, base)


def counted(sentence: str, n: int) -> str:
    """Write a sentence with a count, empty where there is none."""
    return sentence.format(n=n) if n else ""
