"""Exact tests of a change: sign flips of the differences, and Wilcoxon's signed ranks. No normal approximation.

Both count patterns of signs: each of n sizes has a plus or a minus with probability 1/2, and p is the share of the 2^n
patterns whose sum is as extreme as the sum seen. Sizes are whole numbers, so that ties are ties and counts are exact.
Few sizes need no library.
"""

from __future__ import annotations

import math
import sys
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from trialbook.analysis.describe import TOO_LARGE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEW = 22
"""Sizes up to which two halves of 2^11 sums each are quick without a library."""
HALVES_UP_TO = 40
"""Sizes up to which the patterns of two halves are listed: 2^20 sums each, in a fifth of a second."""
PACK_WORK = 20_000_000_000
"""Bits shifted and added up to which all counts are built in one large number, in about a third of a second."""
WHOLE = 2**61
"""Sums below this are whole numbers that a machine adds without loss."""
DRAWS = 99_999
"""Random patterns, where all are too many: p is then a multiple of 1 / 100,000."""
SEED = 1
"""Of the random patterns in a run of the plan: the same answers give the same p."""
DRAW_WORK = 200_000_000
"""Random signs up to which patterns are drawn."""

NO_DIFFERENCE = "There are no differences to test."
ALL_ZERO = "All differences are zero: no sign can be flipped."
NO_NUMBER = "A difference is no number."
OUT_OF_RANGE = "A difference is too large to compute with."
TOO_WIDE = "The differences span more digits than can be added without loss."
NOT_COMPUTED = "The exact distribution of {n} differences on so fine a grid is not computed."


Tails = tuple[int, int, int]
"""How many patterns are as extreme as the one seen: two-sided, towards less, towards greater."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """An exact test; what was not computed is None, and `reason` says why."""

    n: int
    """Differences that are not zero: the others say nothing about the direction and are dropped."""
    zeros: int
    statistic: float | None = None
    """Sum of the differences, or V, the sum of the ranks of the positive ones."""
    p: float | None = None
    """Two-sided."""
    p_less: float | None = None
    """One-sided, small where the differences are negative."""
    p_greater: float | None = None
    """One-sided, small where the differences are positive."""
    p_min: float | None = None
    """Smallest two-sided p that any data with this many non-zero differences can give."""
    draws: int = 0
    """Random patterns that p rests on; 0 where all were counted."""
    p_error: float | None = None
    """Standard error of a p that rests on random patterns."""
    reason: str = ""


def smallest_p(n: int) -> float:
    """Return the smallest two-sided p of n sign flips, 2 / 2^n: all signs alike are the most extreme, ties or not.

    No p is below the smallest number that a double holds at full precision, 2.2e-308.
    """
    return min(1.0, max(math.ldexp(1.0, 1 - n), sys.float_info.min))


def sign_flip(gaps: Sequence[float], *, grid: float = 0.0, seed: int | None = None, draws: int = DRAWS) -> Exact:
    """Test differences by flipping their signs: p = P(|sum of s d| >= |sum of d|), each pattern weighing 2^-n.

    The differences are rounded to multiples of `grid` (0: they are short decimals). Where the patterns are too many to
    be counted, `draws` of them are drawn if there is a `seed` (Fisher 1935).
    """
    refusal, zeros = why_not(gaps), sum(gap == 0 for gap in gaps)
    if refusal:
        return Exact(n=0 if refusal == ALL_ZERO else len(gaps) - zeros, zeros=zeros, reason=refusal)
    steps, unit = integers([gap for gap in gaps if gap != 0])
    # each difference is off by half a step of the grid at most: sums tie within that, not within the common unit
    slack = math.floor(len(steps) * grid / unit + 1e-6)
    sizes = sorted(map(abs, steps))
    if sum(sizes) > WHOLE:
        return Exact(n=len(steps), zeros=zeros, p_min=smallest_p(len(steps)), reason=TOO_WIDE)
    return placed(sizes, sum(steps), math.fsum(gaps), zeros=zeros, slack=slack, seed=seed, draws=draws)


def signed_rank(
    gaps: Sequence[float],
    *,
    zeros: Literal["dropped", "ranked"] = "dropped",
    seed: int | None = None,
    draws: int = DRAWS,
) -> Exact:
    """Test differences (rounded to their grid) by Wilcoxon's signed ranks, exactly, with midranks.

    V sums the ranks of the positive differences (Wilcoxon 1945). Zeros are dropped before ranking, or ranked with the
    others and then dropped (Pratt 1959). Ranks are doubled, which makes them whole; p doubles the smaller tail.
    """
    refusal, blank = why_not(gaps), sum(gap == 0 for gap in gaps)
    if refusal:
        return Exact(n=0 if refusal == ALL_ZERO else len(gaps) - blank, zeros=blank, reason=refusal)
    kept = [gap for gap in gaps if gap != 0]
    ranks = doubled_midranks([abs(gap) for gap in (gaps if zeros == "ranked" else kept)])
    if zeros == "ranked":
        ranks = [rank for rank, gap in zip(ranks, gaps, strict=True) if gap != 0]
    v = sum(rank for rank, gap in zip(ranks, kept, strict=True) if gap > 0)
    return placed(sorted(ranks), 2 * v - sum(ranks), v / 2, zeros=blank, slack=0, seed=seed, draws=draws)


def why_not(gaps: Sequence[float]) -> str:
    """Say why differences cannot be tested, empty where they can."""
    return unusable(gaps) or ("" if any(gaps) else ALL_ZERO)


def unusable(gaps: Sequence[float]) -> str:
    """Say why differences cannot be computed with, empty where they can."""
    if not gaps:
        return NO_DIFFERENCE
    if not all(map(math.isfinite, gaps)):
        return NO_NUMBER
    return "" if max(map(abs, gaps)) < TOO_LARGE else OUT_OF_RANGE


def placed(
    sizes: Sequence[int], seen: int, statistic: float, *, zeros: int, slack: int, seed: int | None, draws: int
) -> Exact:
    """Place the sum seen among the sums of all patterns of signs; sums tie within `slack`."""
    n = len(sizes)
    ways, drawn, of = counted(sizes, seen, slack=slack), 0, 2**n
    if ways is None and seed is not None and n * draws <= DRAW_WORK:
        ways, drawn, of = drawn_tails(sizes, seen, slack=slack, seed=seed, draws=draws), draws, draws + 1
    if ways is None:
        reason = NOT_COMPUTED.format(n=n)
        return Exact(n=n, zeros=zeros, statistic=statistic, p_min=smallest_p(n), reason=reason)
    # a quotient of whole numbers is rounded once, however large they are
    p, less, greater = (max(way / of, sys.float_info.min) for way in ways)
    return Exact(
        n=n, zeros=zeros, statistic=statistic, p=p, p_less=less, p_greater=greater, p_min=smallest_p(n),
        draws=drawn, p_error=math.sqrt(p * (1 - p) / drawn) if drawn else None,
    )  # fmt: skip


def counted(sizes: Sequence[int], seen: int, *, slack: int = 0) -> Tails | None:
    """Count all patterns of +-sizes that are as extreme as the sum seen; None where that takes too long."""
    unit = math.gcd(*sizes)
    sizes = [size // unit for size in sizes]
    n, total = len(sizes), sum(sizes)
    ends = [min(max(-(-end // unit), -total), total + 1) for end in (abs(seen) - slack, -seen - slack, seen - slack)]
    if n <= FEW:
        ways = halved_at_least(sizes, ends)
    elif n * n * total <= PACK_WORK:
        counts = packed(sizes)
        # S = 2 A - total, where A sums the sizes with a plus
        ways = {end: packed_at_least(counts, n, -(-(total + end) // 2)) for end in ends}
    elif n <= HALVES_UP_TO:
        ways = many_at_least(sizes, ends)
    else:
        return None
    both, less, greater = (ways[end] for end in ends)
    # the sums lie symmetrically about 0, and all of them are beyond an end at or below it
    return (2 * both if ends[0] > 0 else 2**n), less, greater


def halved_at_least(sizes: Sequence[int], ends: Iterable[int]) -> dict[int, int]:
    """Count the patterns with a sum of at least each end, from the sorted sums of two halves (Horowitz, Sahni 1974)."""
    middle = len(sizes) // 2
    one, other = listed(sizes[:middle]), listed(sizes[middle:])
    return {end: sum(len(other) - bisect_left(other, end - part) for part in one) for end in ends}


def listed(sizes: Iterable[int]) -> list[int]:
    """Return the sums of all patterns of +-sizes in ascending order."""
    sums = [0]
    for size in sizes:
        sums = sorted([*(total - size for total in sums), *(total + size for total in sums)])
    return sums


def many_at_least(sizes: Sequence[int], ends: Iterable[int]) -> dict[int, int]:
    """Count as `halved_at_least` does, for more sizes."""
    import numpy as np

    middle = len(sizes) // 2
    one, other = signed_sums(sizes[:middle]), signed_sums(sizes[middle:])
    return {end: int((other.size - np.searchsorted(other, end - one)).sum()) for end in ends}


def signed_sums(sizes: Sequence[int]) -> NDArray[np.int64]:
    """Return what `listed` does, of shape (2^n,)."""
    import numpy as np

    sums = np.zeros(1, dtype=np.int64)
    for size in sizes:
        # both parts are ascending, which a stable sort merges
        sums = np.sort(np.concatenate([sums - size, sums + size]), kind="stable")
    return sums


def packed(sizes: Sequence[int]) -> int:
    """Return the counts of all subset sums of sizes as the digits of one number, base 2^(n + 1), sum 0 lowest.

    This is the generating function, the product of 1 + x^size, at x = 2^(n + 1): no count reaches the base, so that
    one shift and one addition a size build the whole distribution exactly (the shift algorithm, Streitberg and Roehmel
    1986).
    """
    counts, bits = 1, len(sizes) + 1
    for size in sizes:
        counts += counts << bits * size
    return counts


def packed_at_least(counts: int, n: int, least: int) -> int:
    """Add the digits from sum `least` on: modulo base - 1 a number is the sum of its digits."""
    bits = n + 1
    return (counts >> bits * max(least, 0)) % ((1 << bits) - 1)


def drawn_tails(sizes: Sequence[int], seen: int, *, slack: int, seed: int, draws: int) -> Tails:
    """Count among m random patterns and the one seen: (b + 1) of m + 1, which is never 0 (Phipson, Smyth 2010).

    Sizes are handed over in ascending order, so that the order of participants does not matter.
    """
    import numpy as np

    chance = np.random.Generator(np.random.PCG64(seed))
    tables, total = eighths(sizes), sum(sizes)
    block = max(1, 5_000_000 // len(tables))
    beyond = [1, 1, 1]
    for start in range(0, draws, block):
        signs = chance.integers(0, 256, size=(len(tables), min(block, draws - start)), dtype=np.uint8)
        sums = np.full(signs.shape[1], -total, dtype=np.int64)
        for table, drawn in zip(tables, signs, strict=True):
            sums += table[drawn]
        extreme = (np.abs(sums) >= abs(seen) - slack, sums <= seen + slack, sums >= seen - slack)
        beyond = [b + int(np.count_nonzero(more)) for b, more in zip(beyond, extreme, strict=True)]
    both, less, greater = beyond
    return both, less, greater


def eighths(sizes: Sequence[int]) -> list[NDArray[np.int64]]:
    """Return, for each eight sizes, twice the sum of those with a plus in each of the 256 patterns of their signs.

    A random byte is then eight random signs, and one look-up adds them.
    """
    import numpy as np

    bits = np.arange(256)[:, None] >> np.arange(8) & 1
    padded = np.array([*sizes, *[0] * (-len(sizes) % 8)], dtype=np.int64).reshape(-1, 8)
    return list(2 * (padded @ bits.T))


def integers(gaps: Sequence[float]) -> tuple[list[int], float]:
    """Return numbers as multiples of the largest decimal step common to all, and that step; 0 where all are 0."""
    decimals = [Decimal(repr(float(gap))) for gap in gaps]
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
