"""Exact tests of a change: sign flips of the differences, and Wilcoxon's signed ranks. No normal approximation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIST_UP_TO = 22
"""Non-zero differences up to which all sign patterns are listed: 2^21 sums are held at once."""
SHIFT_WORK = 50_000_000
"""Additions up to which a distribution is built by shifting."""

NO_DIFFERENCE = "There are no differences to test."
ALL_ZERO = "All differences are zero: no sign can be flipped."


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """An exact two-sided test; `p` is None where it was not computed, and `reason` says why."""

    n: int
    """Differences that are not zero: the others say nothing about the direction and are dropped."""
    zeros: int
    statistic: float | None = None
    """Sum of the differences, or V, the sum of the ranks of the positive ones."""
    p: float | None = None
    p_min: float | None = None
    """Smallest p that any data with this many non-zero differences can give."""
    reason: str = ""


def smallest_p(n: int) -> float:
    """Return the smallest two-sided p of n sign flips, 2 / 2^n: all signs alike are the most extreme, ties or not."""
    return min(1.0, math.ldexp(1.0, 1 - n))


def sign_flip(gaps: Sequence[float], *, grid: float = 0.0) -> Exact:
    """Test differences by flipping their signs: p = P(|sum of s d| >= |sum of d|), each pattern weighing 2^-n.

    The differences are rounded to multiples of `grid` (0: they are short decimals). Sums are then whole numbers, so
    that ties are ties (Fisher 1935); few are listed by doubling, many built by shifting (Streitberg, Roehmel 1986).
    """
    steps, unit = integers([gap for gap in gaps if gap != 0])
    n, zeros = len(steps), len(gaps) - len(steps)
    if not n:
        return Exact(n=0, zeros=zeros, reason=ALL_ZERO if zeros else NO_DIFFERENCE)
    sizes, seen = [abs(size) for size in steps], abs(sum(steps))
    # each difference is off by half a step of the grid at most: sums tie within that, not within the common unit
    slack = math.floor(n * grid / unit + 1e-6)
    shift = math.inf if slack else n * sum(sizes)
    listed = 2**n if n <= LIST_UP_TO else math.inf
    p: float | None = None
    if min(shift, listed) <= SHIFT_WORK:
        p = p_listed(sizes, seen, slack=slack) if listed <= shift else p_shifted(sizes, seen)
    reason = "" if p is not None else f"The exact distribution of {n} differences on so fine a grid is not computed."
    return Exact(n=n, zeros=zeros, statistic=math.fsum(gaps), p=p, p_min=smallest_p(n), reason=reason)


def signed_rank(gaps: Sequence[float]) -> Exact:
    """Test differences (rounded to their grid) by Wilcoxon's signed ranks, exactly, with midranks and zeros dropped.

    V sums the ranks of the positive differences (Wilcoxon 1945); its distribution given the ties is built by shifting
    on doubled ranks, which are whole numbers; p doubles the smaller tail, at most 1.
    """
    kept = [gap for gap in gaps if gap != 0]
    n, zeros = len(kept), len(gaps) - len(kept)
    if not n:
        return Exact(n=0, zeros=zeros, reason=ALL_ZERO if zeros else NO_DIFFERENCE)
    ranks = doubled_midranks([abs(gap) for gap in kept])
    v = sum(rank for rank, gap in zip(ranks, kept, strict=True) if gap > 0)
    if n * sum(ranks) > SHIFT_WORK:
        reason = f"The exact distribution is not computed for {n} differences."
        return Exact(n=n, zeros=zeros, statistic=v / 2, p_min=smallest_p(n), reason=reason)
    p = p_shifted(ranks, abs(2 * v - sum(ranks)))
    return Exact(n=n, zeros=zeros, statistic=v / 2, p=p, p_min=smallest_p(n))


def integers(gaps: Sequence[float]) -> tuple[list[int], float]:
    """Return non-zero numbers as multiples of the largest decimal step common to all, and that step."""
    decimals = [Decimal(repr(gap)) for gap in gaps]
    places = max((-int(number.normalize().as_tuple().exponent) for number in decimals), default=0)
    whole = [int(number.scaleb(places)) for number in decimals]
    unit = math.gcd(*whole)
    return [number // unit for number in whole] if unit else whole, float(Decimal(unit).scaleb(-places))


def doubled_midranks(sizes: Sequence[float]) -> list[int]:
    """Return twice the rank of each number, equal numbers sharing the mean of their ranks."""
    ordered = sorted(sizes)
    first: dict[float, int] = {}
    last: dict[float, int] = {}
    for place, size in enumerate(ordered, start=1):
        first.setdefault(size, place)
        last[size] = place
    return [first[size] + last[size] for size in sizes]


def p_listed(sizes: Sequence[int], seen: int, *, slack: int) -> float:
    """Return P(|S| >= seen - slack) by listing the sums of +-sizes, one sign held: S and -S weigh the same."""
    import numpy as np

    sums: NDArray[np.int64] = np.array([sizes[0]], dtype=np.int64)
    for size in sizes[1:]:
        sums = np.concatenate([sums + size, sums - size])
    return float(np.count_nonzero(np.abs(sums) >= seen - slack)) / sums.size


def p_shifted(sizes: Sequence[int], seen: int) -> float:
    """Return P(|S| >= seen) from the distribution of A, the sum of the sizes with a plus: S = 2 A - total."""
    total = sum(sizes)
    if seen == 0:
        return 1.0
    tail = shifted(sizes)[(total + seen) // 2 :]
    return min(1.0, 2 * math.fsum(tail.tolist()))


def shifted(sizes: Sequence[int]) -> NDArray[np.float64]:
    """Build the distribution of the sum of sizes that are each in or out with probability 1/2.

    Exact in doubles up to 53 sizes, each probability then being a multiple of 2^-53.
    """
    import numpy as np

    chances = np.zeros(sum(sizes) + 1)
    chances[0] = 1.0
    for size in sizes:
        half = chances / 2
        chances = half.copy()
        chances[size:] += half[: half.size - size]
    return chances
