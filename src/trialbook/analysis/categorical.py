"""Answers in categories over visits: ranks within participants, changes of a yes or no, before against after."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from trialbook.analysis.binomial import at_most
from trialbook.analysis.exact import doubled_midranks

WORK = 400_000
"""Sums of ranks moved on up to which the exact distribution is built: in about half a second."""
TOO_MANY = "The exact distribution of {n} participants at {k} visits is not computed."

NO_BLOCK = "No participant has a value at every one of these visits."
ONE_VISIT = "Ranks within participants need at least two visits."
NO_NUMBER = "A value is no number."
ALL_TIED = "Every participant has the same value at all visits: there is nothing to rank."
NO_CHANGE = "Nobody changed: only changes tell one direction from the other."


@dataclass(frozen=True, slots=True, kw_only=True)
class Friedman:
    """Friedman's test over visits; None where `reason` says why not."""

    n: int
    """Participants with a value at every visit."""
    visits: int
    q: float | None = None
    """Friedman's statistic, corrected for ties."""
    df: int | None = None
    rank_sums: tuple[float, ...] = ()
    p: float | None = None
    """Exact, given the ties: all orders of each participant's ranks are equally likely."""
    p_min: float | None = None
    """The smallest exact p that there could be with these ties."""
    p_chi2: float | None = None
    """By the chi-squared distribution: for many participants only."""
    reason: str = ""
    not_exact: str = ""
    """Why there is no exact p beside the approximate one."""


def friedman(rows: Sequence[Sequence[float]]) -> Friedman:
    """Test whether values tend to be higher at some visits: one row a participant, one column a visit, none missing.

    Q = 12 (n k (k + 1))^-1 sum (R_j - n (k + 1) / 2)^2 / (1 - sum (t^3 - t) / (n (k^3 - k))): Friedman 1937, ties by
    Hollander, Wolfe and Chicken 2014, eq. 7.6. ValueError where rows differ in length.
    """
    from scipy.special import chdtrc

    n, k = len(rows), len(rows[0]) if rows else 0
    if any(len(row) != k for row in rows):
        raise ValueError("each participant needs a value at every visit")
    reason = _why_no_ranks(rows, k)
    if reason:
        return Friedman(n=n, visits=k, reason=reason)
    ranks = [tuple(doubled_midranks(row)) for row in rows]
    sums = tuple(map(sum, zip(*ranks, strict=True)))
    # all in whole numbers, since ranks are doubled: Q = (k - 1) sum (S_j - n (k + 1))^2 / sum over all (rank - k - 1)^2
    spread = sum((rank - k - 1) ** 2 for row in ranks for rank in row)
    q = (k - 1) * sum((total - n * (k + 1)) ** 2 for total in sums) / spread
    p, least = _friedman_exact(ranks, sums)
    return Friedman(
        n=n, visits=k, q=q, df=k - 1, rank_sums=tuple(total / 2 for total in sums), p=p, p_min=least,
        p_chi2=float(chdtrc(k - 1, q)), not_exact="" if p is not None else TOO_MANY.format(n=n, k=k),
    )  # fmt: skip


def _why_no_ranks(rows: Sequence[Sequence[float]], visits: int) -> str:
    if not rows:
        return NO_BLOCK
    if visits < 2:
        return ONE_VISIT
    if not all(math.isfinite(value) for row in rows for value in row):
        return NO_NUMBER
    return ALL_TIED if all(len(set(row)) == 1 for row in rows) else ""


def _friedman_exact(ranks: Sequence[tuple[int, ...]], seen: Sequence[int]) -> tuple[float | None, float | None]:
    """Return the share of orders whose rank sums are as far apart, and as far as they can be; None where too many.

    Only the sums in ascending order are kept: each row is as likely in any order, so the columns are alike.
    """
    ways: dict[tuple[int, ...], int] = {(0,) * len(seen): 1}
    work = 0
    for row in ranks:
        if math.factorial(len(row)) > WORK:
            return None, None
        orders = Counter(permutations(row))
        work += len(ways) * len(orders)
        if work > WORK:
            return None, None
        ways = _moved(ways, orders)
    apart = Counter[int]()
    for sums, count in ways.items():
        apart[sum(total * total for total in sums)] += count
    least, whole = sum(total * total for total in seen), sum(ways.values())
    return sum(count for far, count in apart.items() if far >= least) / whole, apart[max(apart)] / whole


def _moved(ways: dict[tuple[int, ...], int], orders: Counter[tuple[int, ...]]) -> dict[tuple[int, ...], int]:
    """Add one participant's ranks, in every order, to all sums."""
    found: dict[tuple[int, ...], int] = {}
    for sums, count in ways.items():
        for order, times in orders.items():
            after = tuple(sorted(map(sum, zip(sums, order, strict=True))))
            found[after] = found.get(after, 0) + count * times
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class McNemar:
    """The exact test of a change between yes and no; None where `reason` says why not."""

    gained: int
    """No before, yes after."""
    lost: int
    p: float | None = None
    """Two-sided, exact."""
    p_mid: float | None = None
    """Two-sided mid-P: less cautious, not exact."""
    reason: str = ""


def mcnemar(gained: int, lost: int) -> McNemar:
    """Test whether as many gained as lost: binomial with 1/2 among those who changed (McNemar 1947).

    p = 2 P(X <= min), at most 1; mid-P counts the pattern seen with half its probability (Fagerland, Lydersen and
    Laake 2013). ValueError for negative counts.
    """
    if min(gained, lost) < 0:
        raise ValueError("counts are not negative")
    n, fewer = gained + lost, min(gained, lost)
    if n == 0:
        return McNemar(gained=gained, lost=lost, reason=NO_CHANGE)
    tail = at_most(fewer, n, 0.5)
    point = tail - at_most(fewer - 1, n, 0.5)
    even = gained == lost
    return McNemar(
        gained=gained, lost=lost, p=1.0 if even else min(1.0, 2 * tail),
        p_mid=1 - point / 2 if even else 2 * tail - point,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftTable:
    """Participants by category before and after, with those whose category is not known."""

    levels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    """Row: before, column: after, in the order of `levels`."""
    only_before: int
    only_after: int
    neither: int
    up: int
    """After it later in the order of `levels` than before."""
    down: int
    same: int


def shift_table(before: Sequence[str | None], after: Sequence[str | None], levels: Sequence[str]) -> ShiftTable:
    """Count participants by category before and after, pair by pair; None is not known.

    ValueError where the lengths differ or a category is not among `levels`.
    """
    pairs = Counter(zip(before, after, strict=True))
    unknown = {level for pair in pairs for level in pair} - {None, *levels}
    if unknown:
        raise ValueError(f"not among the levels: {sorted(map(str, unknown))}")
    counts = tuple(tuple(pairs[one, other] for other in levels) for one in levels)
    places = range(len(levels))
    return ShiftTable(
        levels=tuple(levels), counts=counts, neither=pairs[None, None],
        only_before=sum(count for (one, other), count in pairs.items() if other is None and one is not None),
        only_after=sum(count for (one, other), count in pairs.items() if one is None and other is not None),
        up=sum(counts[i][j] for i in places for j in places if j > i),
        down=sum(counts[i][j] for i in places for j in places if j < i),
        same=sum(counts[i][i] for i in places),
    )  # fmt: skip
