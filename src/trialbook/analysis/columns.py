"""Many participants as columns: what `describe` and `change` compute of a handful, computed of arrays at once.

Sums are pairwise (numpy), about the mean: with 100,000 values the relative error stays below 1e-12, against exact sums
in `describe.moments`. Reasons and limits are the same; a property test holds both against each other.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from trialbook.analysis.change import (
    CANCELLED,
    NO_PAIR,
    NO_VARIANCE,
    ONE_PAIR,
    OUT_OF_RANGE,
    SMALLEST_SQUARE,
    TOO_SMALL,
    PairedT,
    step,
    student,
)
from trialbook.analysis.describe import TOO_LARGE, Moments, Summary
from trialbook.analysis.effect_size import NO_INTERVAL, NO_SPREAD, Effect, g_z, no_ratio
from trialbook.analysis.percent_change import NEGATIVE, NO_BASE, ZERO_BASE, Percent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.float64]


def column_moments(values: Column) -> Moments:
    """Compute the moments of finite numbers within `TOO_LARGE` in two passes; their order changes the last digits."""
    if not values.size:
        return Moments()
    low, high = float(values.min()), float(values.max())
    mean = min(max(float(values.mean()), low), high)
    gaps = values - mean
    off = float(gaps.sum())
    gaps *= gaps
    m2 = float(gaps.sum()) - off * off / values.size
    return Moments(n=values.size, mean=mean, m2=0.0 if low == high else max(m2, 0.0), low=low, high=high)


def describe_column(values: Column, *, size: int) -> Summary:
    """Describe the values of `size` participants as `describe.describe` does."""
    import numpy as np

    from trialbook.analysis.describe import quarter

    n = values.size
    if not n or not _largest(values) < TOO_LARGE:
        return Summary(n=n, missing=size - n, mean=None, sd=None, median=None, q1=None, q3=None, low=None, high=None)
    found, ordered = column_moments(values), np.sort(values)
    q1, median, q3 = (float(quarter(ordered, k)) for k in (1, 2, 3))  # type: ignore[arg-type]  # indexed like a list
    return Summary(
        n=n, missing=size - n, mean=found.mean, sd=found.sd, median=median, q1=q1, q3=q3, low=found.low, high=found.high
    )


def mean_and_sd(values: Column) -> Summary:
    """Describe values by mean and SD alone, without putting them in order."""
    n = values.size
    found = column_moments(values) if n and _largest(values) < TOO_LARGE else None
    mean, sd = (None, None) if found is None else (found.mean, found.sd)
    return Summary(n=n, missing=0, mean=mean, sd=sd, median=None, q1=None, q3=None, low=None, high=None)


def paired_t_columns(visit: Column, base: Column, *, confidence: float) -> PairedT:
    """Compare two columns, a row a participant, as `change.paired_t` does."""
    n, scale = visit.size, _largest(visit, base)
    if not scale < TOO_LARGE:
        return PairedT(n=n, reason=OUT_OF_RANGE)
    found = column_moments(visit - base)
    if n < 2:
        return PairedT(n=n, mean=found.mean if n else None, reason=ONE_PAIR if n else NO_PAIR)
    if found.low < found.high and found.m2 < SMALLEST_SQUARE:
        return PairedT(n=n, mean=found.mean, reason=TOO_SMALL)
    width = step((scale,))
    if math.sqrt(found.m2 / (n - 1)) > 100 * width:
        return student(found, confidence)
    steps = ((visit - base) / (width or 1.0)).round()
    if steps.min() == steps.max():
        return PairedT(n=n, mean=float(f"{steps[0] * width:.15g}"), sd=0.0, reason=NO_VARIANCE)
    return PairedT(n=n, mean=found.mean, reason=CANCELLED)


def standardised(test: PairedT, before: Summary, after: Summary, confidence: Decimal) -> dict[str, Effect]:
    """Standardise a mean change as `effect_size.d_z`, `g_z` and `d_av` do, from what is known of the columns."""
    from trialbook.analysis.noncentral import limits

    plain = Effect(n=test.n, reason=test.reason, open=test.reason)
    if test.t is not None and test.df is not None:
        root, (low, high) = math.sqrt(test.n), limits(test.t, test.df, float(confidence))
        plain = Effect(n=test.n, value=test.t / root, low=low / root, high=high / root)
    return {"d_z": plain, "g_z": g_z(plain), "d_av": _average(test, before, after)}


def _average(test: PairedT, before: Summary, after: Summary) -> Effect:
    """Divide a mean change by the root of the mean of both variances, without an interval."""
    reason = no_ratio(test)
    middle = ((before.sd or 0.0) ** 2 + (after.sd or 0.0) ** 2) / 2
    if reason or test.mean is None or not middle:
        reason = reason or NO_SPREAD.format(which="both visits")
        return Effect(n=test.n, reason=reason, open=reason)
    return Effect(n=test.n, value=test.mean / math.sqrt(middle), open=NO_INTERVAL)


def percents(visit: Column, base: Column) -> dict[str, Percent]:
    """Take percent changes as `percent_change` does."""
    import numpy as np

    n, bad = visit.size, int(np.count_nonzero(base <= 0))
    negative = int(np.count_nonzero(visit < 0) + np.count_nonzero(base < 0))
    reason = "" if _largest(visit, base) < TOO_LARGE else OUT_OF_RANGE
    each = reason or (ZERO_BASE.format(n=bad) if bad else "")
    both = reason or (NEGATIVE.format(n=negative) if negative else "" if base.any() else NO_BASE)
    found = {"mean_of_percents": Percent(n=n, reason=each), "percent_of_means": Percent(n=n, reason=both)}
    if not each:
        found["mean_of_percents"] = _within(float((100 * ((visit - base) / base)).mean()), n)
    if not both:
        before = float(base.mean())
        found["percent_of_means"] = _within(100 * ((float(visit.mean()) - before) / before), n)
    return found


def _within(value: float, n: int) -> Percent:
    return Percent(n=n, value=value) if abs(value) < TOO_LARGE else Percent(n=n, reason=OUT_OF_RANGE)


def _largest(*columns: Column) -> float:
    """Return the largest absolute value, 0 where there is none."""
    return max((max(-float(one.min()), float(one.max())) for one in columns if one.size), default=0.0)
