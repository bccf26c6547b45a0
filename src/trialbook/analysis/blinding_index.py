"""How far blinding held: the indices of James and of Bang, and right guesses of an order against chance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index with its standard error; both None, with a reason, where it cannot be computed."""

    value: float | None
    se: float | None = None
    error: str = ""


NOBODY = "Nobody was asked."
ALL_ALIKE = "All who guessed guessed alike or were in one arm: agreement by chance cannot be told from it."


def bang(right: int, wrong: int, unknown: int) -> Index:
    """Return the index of one arm: from -1 (all wrong) over 0 (at random) to 1 (all right).

    Bang, Ni, Davis, Control Clin Trials 2004;25:143-56: BI = (2 r - 1) (right + wrong) / n with r = right /
    (right + wrong), which is (right - wrong) / n; its variance is that of a difference of two shares of a multinomial,
    (p_r (1 - p_r) + p_w (1 - p_w) + 2 p_r p_w) / n.
    """
    n = right + wrong + unknown
    if not n:
        return Index(value=None, error=NOBODY)
    p, q = right / n, wrong / n
    return Index(value=p - q, se=math.sqrt(max(0.0, p * (1 - p) + q * (1 - q) + 2 * p * q) / n))


def james(first: tuple[int, int, int], second: tuple[int, int, int]) -> Index:
    """Return the index of two arms together: 0 (all right) over 0.5 (at random) to 1 (all do not know).

    Each arm gives who guessed the first arm, the second, and who did not know. James, Bloch, Lee, Kraemer, Fuller,
    Stat Med 1996;15:1421-34: BI = (1 + P_DK + (1 - P_DK) K_D) / 2 with K_D = (P_Do - P_De) / P_De, weights 0 for a
    right and 0.5 for a wrong guess. With two arms that is d + s^2 W / (2 (a_1 c_2 + a_2 c_1)), d the share that does
    not know, s = 1 - d, W that of wrong guesses, a and c those who guessed by arm and by guess. The standard error is
    that of the delta method for a multinomial.
    """
    n = sum(first) + sum(second)
    if not n:
        return Index(value=None, error=NOBODY)
    (p11, p12, _), (p21, p22, _) = ([count / n for count in arm] for arm in (first, second))
    d = (first[2] + second[2]) / n
    a1, a2, c1, c2 = p11 + p12, p21 + p22, p11 + p21, p12 + p22
    s, wrong, chance = 1 - d, p12 + p21, a1 * c2 + a2 * c1
    if not chance:
        return Index(value=1.0, se=0.0) if d == 1 else Index(value=None, error=ALL_ALIKE)
    value = d + s * s * wrong / (2 * chance)
    # derivatives by p11, p12, p21, p22 and d, all five shares taken as free; s is a_1 + a_2
    of_chance = (c2 + a2, c2 + a1, c1 + a2, c1 + a1)
    slopes = [
        (2 * s * wrong * chance + s * s * (is_wrong * chance - wrong * slope)) / (2 * chance * chance)
        for slope, is_wrong in zip(of_chance, (0, 1, 1, 0), strict=True)
    ]
    shares = [p11, p12, p21, p22, d]
    slopes.append(1.0)
    mean = sum(share * slope for share, slope in zip(shares, slopes, strict=True))
    square = sum(share * slope * slope for share, slope in zip(shares, slopes, strict=True))
    return Index(value=value, se=math.sqrt(max(0.0, square - mean * mean) / n))


# ---- guesses of an order ----------------------------------------------------------------------------------------


def matches(guesses: Sequence[str], truths: Sequence[str]) -> list[float]:
    """Return P(k right), k from 0, if the guesses of one participant were dealt at random to their visits.

    Exact, by rook numbers (Riordan, An Introduction to Combinatorial Analysis, 1958, chapter 7): with n visits of which
    the one called v is guessed g_v times, r_k is the elementary symmetric sum of the g_v, and the number of deals with
    at least k chosen matches is r_k (n - k)!; those with exactly j follow by inclusion and exclusion.
    """
    n = len(truths)
    rooks = [1] + [0] * n
    for truth in truths:
        times = sum(guess == truth for guess in guesses)
        for k in range(n, 0, -1):
            rooks[k] += rooks[k - 1] * times
    hits = [
        sum((-1) ** (k - j) * math.comb(k, j) * rooks[k] * math.factorial(n - k) for k in range(j, n + 1))
        for j in range(n + 1)
    ]
    return [hit / math.factorial(n) for hit in hits]


def together(each: Iterable[Sequence[float]]) -> list[float]:
    """Return P(k right) of all participants together, who guess independently: the convolution of theirs."""
    found = [1.0]
    for one in each:
        summed = [0.0] * (len(found) + len(one) - 1)
        for i, p in enumerate(found):
            for j, q in enumerate(one):
                summed[i + j] += p * q
        found = summed
    return found


def nearest(week: float, days: Sequence[tuple[str, int]]) -> str:
    """Return the visit, of those with their planned days, to which a guessed week is nearest; of two the earlier."""
    ordered = sorted(days, key=lambda visit: visit[1])
    for (visit, day), (_, later) in pairwise(ordered):
        if 7 * week <= (day + later) / 2:
            return visit
    return ordered[-1][0]
