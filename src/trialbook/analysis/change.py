"""Change within participants: differences, the paired t test with its interval, and ratios of geometric means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trialbook.analysis.describe import TOO_LARGE, Moments, moments
from trialbook.analysis.student import quantile, two_sided_p

DIGITS = 13
"""Significant digits of the largest value to which differences are told apart: below them lies rounding."""

NO_PAIR = "No participant has both a baseline and a value at this visit."
ONE_PAIR = "One pair has no variance; a test or an interval needs two."
NO_VARIANCE = "All differences are equal: without variance there is no t and no interval."
CANCELLED = "The differences are so small against the values that little but rounding is left of them."
OUT_OF_RANGE = "A value is too large to be squared."
NO_NUMBER = "A value is no number."
TOO_SMALL = "The differences are too small to be squared."
SMALLEST_SQUARE = 1e-290
"""Sums of squares below this have lost digits, and below 1e-323 all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedT:
    """The paired t test; what could not be computed is None, and `reason` says why."""

    n: int
    mean: float | None = None
    sd: float | None = None
    t: float | None = None
    df: int | None = None
    p: float | None = None
    """Two-sided."""
    ci_low: float | None = None
    ci_high: float | None = None
    reason: str = ""


def step(*samples: Sequence[float]) -> float:
    """Return the width of the decimal grid on which differences of these values are told apart; 0 where all are 0."""
    scale = max((abs(value) for sample in samples for value in sample), default=0.0)
    return 10.0 ** (math.floor(math.log10(scale)) + 1 - DIGITS) if 0 < scale < math.inf else 0.0


def differences(visit: Sequence[float], base: Sequence[float]) -> list[float]:
    """Subtract pair by pair, visit minus baseline; ValueError where the lengths differ."""
    return [after - before for after, before in zip(visit, base, strict=True)]


def on_grid(visit: Sequence[float], base: Sequence[float]) -> list[float]:
    """Return the differences rounded to their decimal grid, so that equal decimal differences are equal numbers.

    In binary 0.3 - 0.1 and 0.2 - 0.0 differ; a tie, a zero and a constant change must not hang on that.
    """
    width = step(visit, base)
    plain = differences(visit, base)
    if not all(map(math.isfinite, plain)):  # the tests say what is wrong
        return plain
    return [float(f"{round(gap / width) * width:.15g}") for gap in plain] if width else plain


def unusable(visit: Sequence[float], base: Sequence[float]) -> str:
    """Say why values cannot be computed with, empty where they can."""
    if any(map(math.isnan, (*visit, *base))):
        return NO_NUMBER
    return "" if all(abs(value) < TOO_LARGE for value in (*visit, *base)) else OUT_OF_RANGE


def paired_t(visit: Sequence[float], base: Sequence[float], *, confidence: float = 0.95) -> PairedT:
    """Compare each participant's value with the baseline by Student's t: t = mean / (sd / sqrt n), df = n - 1."""
    reason = unusable(visit, base)
    if reason:
        return PairedT(n=len(visit), reason=reason)
    found = moments(differences(visit, base))
    if found.n < 2:
        return PairedT(n=found.n, mean=found.mean if found.n else None, reason=ONE_PAIR if found.n else NO_PAIR)
    if found.low < found.high and found.m2 < SMALLEST_SQUARE:
        return PairedT(n=found.n, mean=found.mean, reason=TOO_SMALL)
    if math.sqrt(found.m2 / (found.n - 1)) > 100 * step(visit, base):
        return student(found, confidence)
    rounded = set(on_grid(visit, base))
    if len(rounded) == 1:
        return PairedT(n=found.n, mean=rounded.pop(), sd=0.0, reason=NO_VARIANCE)
    return PairedT(n=found.n, mean=found.mean, reason=CANCELLED)


def student(found: Moments, confidence: float) -> PairedT:
    """Test that a mean is zero, and give its interval; at least two values that are not all equal."""
    df = found.n - 1
    sd = math.sqrt(found.m2 / df)
    error = sd / math.sqrt(found.n)
    reach = quantile(df, 0.5 + confidence / 2) * error
    t = found.mean / error
    return PairedT(
        n=found.n, mean=found.mean, sd=sd, t=t, df=df, p=two_sided_p(t, df),
        ci_low=found.mean - reach, ci_high=found.mean + reach,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Ratio of the geometric means, visit over baseline, with the test on the logarithms."""

    n: int
    gmr: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    t: float | None = None
    df: int | None = None
    p: float | None = None
    reason: str = ""


def geometric_ratio(visit: Sequence[float], base: Sequence[float], *, confidence: float = 0.95) -> Ratio:
    """Compare on the log scale: exp of the mean of log visit - log baseline, its interval likewise."""
    bad = sum(1 for value in (*visit, *base) if value <= 0)
    if bad:
        return Ratio(n=len(visit), reason=f"Values that are zero or negative have no logarithm; there are {bad}.")
    test = paired_t([math.log(value) for value in visit], [math.log(value) for value in base], confidence=confidence)
    gmr, low, high = (None if part is None else _exp(part) for part in (test.mean, test.ci_low, test.ci_high))
    return Ratio(n=test.n, gmr=gmr, ci_low=low, ci_high=high, t=test.t, df=test.df, p=test.p, reason=test.reason)


def _exp(power: float) -> float:
    """Return e to a power, infinite where that leaves the range of a double."""
    return math.exp(power) if power < math.log(1.7e308) else math.inf
