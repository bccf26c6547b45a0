"""The Hodges-Lehmann estimate: the median of all pairwise means, with the exact interval of the signed ranks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from trialbook.analysis.exact import (
    PACK_WORK,
    TOO_WIDE,
    WHOLE,
    integers,
    packed,
    packed_at_least,
    unusable,
)

LIST_UP_TO = 60
"""Differences up to which all averages are listed, which needs no library."""

TOO_FEW = (
    "No exact signed-rank {level} % interval exists below n = {least}. The widest at n = {n} goes from the smallest to "
    "the largest difference and has a confidence of {widest} %."
)
TOO_MANY = "The exact interval of {n} differences is not computed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudomedian:
    """Median of the means of all pairs of differences; where there is no interval, `reason` says why."""

    n: int
    """Differences; zeros count here, since they are values like any other."""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    achieved: float | None = None
    """Confidence of the interval: the least attainable one that is not below the one asked for."""
    widest: float
    """Confidence of the widest interval, from the smallest to the largest difference: 1 - 2 / 2^n."""
    reason: str = ""


def pseudomedian(gaps: Sequence[float], *, confidence: float = 0.95) -> Pseudomedian:
    """Estimate the centre of symmetric differences (rounded to their grid) from their n (n + 1) / 2 Walsh averages.

    Hodges and Lehmann 1963: the median of (d_i + d_j) / 2 over i <= j. Interval of Tukey (Hollander and Wolfe 1999,
    section 3.3): from the kth smallest to the kth largest average, k the largest with P(V <= k - 1) <= a / 2 for
    Wilcoxon's V of n differences without ties; with ties its confidence is at least that.
    """
    n = len(gaps)
    widest = 1 - math.ldexp(2.0, -n) if n else 0.0
    reason = unusable(gaps)
    if reason:
        return Pseudomedian(n=n, widest=widest, reason=reason)
    steps, unit = integers(gaps)
    if 2 * max(map(abs, steps)) > WHOLE:
        return Pseudomedian(n=n, widest=widest, reason=TOO_WIDE)
    ordered, pairs, half = sorted(steps), n * (n + 1) // 2, Decimal(repr(unit)) / 2
    first, last = walsh(ordered, (pairs + 1) // 2, pairs // 2 + 1)
    value = float((first + last) * half / 2)
    k, achieved = depth(n, confidence)
    if not k:
        reason = TOO_MANY.format(n=n) if achieved is None else too_few(n, confidence)
        return Pseudomedian(n=n, value=value, widest=widest, reason=reason)
    low, high = (float(end * half) for end in walsh(ordered, k, pairs + 1 - k))
    return Pseudomedian(n=n, value=value, low=low, high=high, achieved=achieved, widest=widest)


def walsh(ordered: Sequence[int], *places: int) -> list[int]:
    """Return twice the Walsh averages at places of their order, from 1 on, of ascending whole numbers."""
    if len(ordered) > LIST_UP_TO:
        return [searched(ordered, place) for place in places]
    sums = sorted(one + other for at, one in enumerate(ordered) for other in ordered[at:])
    return [sums[place - 1] for place in places]


def searched(ordered: Sequence[int], place: int) -> int:
    """Find the same without listing them: the sums are whole, so that halving their range finds it.

    For each bound the pairs at or below it are counted by one search of the ordered differences.
    """
    import numpy as np

    values, rows = np.array(ordered, dtype=np.int64), np.arange(len(ordered))
    low, high = 2 * ordered[0], 2 * ordered[-1]
    while low < high:
        middle = (low + high) // 2
        reach = np.searchsorted(values, middle - values, side="right")
        if int(np.maximum(reach - rows, 0).sum()) >= place:
            high = middle
        else:
            low = middle + 1
    return low


@lru_cache(maxsize=64)
def depth(n: int, confidence: float) -> tuple[int, float | None]:
    """Return k and the achieved confidence 1 - 2 P(V <= k - 1); k = 0 where none suffices, None where not computed."""
    ranks = range(1, n + 1)
    if n * n * sum(ranks) > PACK_WORK:
        return 0, None
    counts, total = packed(ranks), sum(ranks)
    # V and total - V have one distribution, so that the lower tail is an upper one
    rest, whole = ((1 - Decimal(str(confidence))) / 2).as_integer_ratio()
    low, high = 0, total // 2 + 1
    while low < high:
        k = (low + high + 1) // 2
        low, high = (k, high) if packed_at_least(counts, n, total - k + 1) * whole <= rest * 2**n else (low, k - 1)
    beyond = packed_at_least(counts, n, total - low + 1) if low else 2**n
    return low, (2**n - 2 * beyond) / 2**n if low else 0.0


def too_few(n: int, confidence: float) -> str:
    """Say that so few differences have no interval of this confidence, and how far the widest reaches."""
    least = n + 1
    while 1 - math.ldexp(2.0, -least) < confidence:
        least += 1
    level, widest = (f"{100 * share:.4f}".rstrip("0").rstrip(".") for share in (confidence, 1 - math.ldexp(2.0, -n)))
    return TOO_FEW.format(level=level, least=least, n=n, widest=widest)
