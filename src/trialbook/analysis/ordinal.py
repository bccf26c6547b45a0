"""Answers in ordered levels over visits: how many reach each level, and whether visits are better than the baseline.

Nothing here takes the steps between levels as equal but the signed ranks, which say so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from trialbook.analysis.categorical import ShiftTable, shift_table
from trialbook.analysis.exact import Exact, sign_flip, signed_rank
from trialbook.analysis.proportions import Interval, clopper_pearson, z_of

Better = Literal["earlier", "later"]
"""Which end of the levels is the better one, in the order in which they are named."""

NO_PAIR = "No participant has an answer at both visits."
NO_MOVE = "Nobody moved: only those who moved tell better from worse."


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCount:
    """One level at one visit."""

    visit: str
    level: str
    count: int
    n: int
    """Participants with an answer at the visit."""
    missing: int
    share: float | None
    """Of those with an answer; None where nobody has one."""
    cumulative: float | None
    """Share at this level or at one named before it."""
    interval: Interval
    """Exact (Clopper-Pearson), of the cumulative share."""


def count_levels(
    answers: Mapping[str, Sequence[str | None]], levels: Sequence[str], *, confidence: float = 0.95
) -> tuple[LevelCount, ...]:
    """Count the levels at each visit, one answer a participant, None where there is none.

    ValueError for an answer that is not among the levels.
    """
    found: list[LevelCount] = []
    for visit, given in answers.items():
        known = [answer for answer in given if answer is not None]
        if set(known) - set(levels):
            raise ValueError(f"not among the levels: {sorted(set(known) - set(levels))}")
        n, reached = len(known), 0
        for level in levels:
            count = known.count(level)
            reached += count
            found.append(
                LevelCount(
                    visit=visit, level=level, count=count, n=n, missing=len(given) - n,
                    share=count / n if n else None, cumulative=reached / n if n else None,
                    interval=clopper_pearson(reached, n, confidence=confidence),
                )
            )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Superiority:
    """A visit against the baseline, pair by pair; what could not be computed is None, and `reason` says why."""

    shift: ShiftTable
    n: int
    """Participants with an answer at both visits."""
    better: int
    worse: int
    same: int
    superiority: float | None = None
    """P(visit better than baseline) + half of P(same), within participants: one half where nothing changed."""
    low: float | None = None
    """Score interval of Tango 1998, for large samples."""
    high: float | None = None
    of_moved: float | None = None
    """Share of those who moved that became better."""
    moved: Interval
    """Exact (Clopper-Pearson), of that share."""
    sign: Exact
    """Exact sign test: as many better as worse."""
    ranks: Exact
    """Exact signed ranks of the number of levels moved; this one takes each step as one."""
    reason: str = ""
    unmoved: str = ""
    """Why there is no share of those who moved."""


def superiority(
    before: Sequence[str | None],
    after: Sequence[str | None],
    levels: Sequence[str],
    *,
    better: Better,
    confidence: float = 0.95,
) -> Superiority:
    """Compare a visit with the baseline: counts of better, worse and same, and the probability of better.

    The superiority of dependent pairs: Agresti 1980, section 4, ties by half. ValueError where the lengths differ or an
    answer is not among the levels.
    """
    table = shift_table(before, after, levels)
    sign = 1 if better == "later" else -1
    places = {level: place for place, level in enumerate(levels)}
    both = [(one, two) for one, two in zip(before, after, strict=True) if one is not None and two is not None]
    steps = [float(sign * (places[two] - places[one])) for one, two in both]
    up, down = (table.up, table.down) if sign > 0 else (table.down, table.up)
    n = len(steps)
    low, high = tango(up, down, n, confidence=confidence) if n else (None, None)
    return Superiority(
        shift=table, n=n, better=up, worse=down, same=table.same,
        superiority=(1 + (up - down) / n) / 2 if n else None,
        low=None if low is None else (1 + low) / 2, high=None if high is None else (1 + high) / 2,
        of_moved=up / (up + down) if up + down else None,
        moved=clopper_pearson(up, up + down, confidence=confidence),
        sign=sign_flip([math.copysign(1.0, step) if step else 0.0 for step in steps]), ranks=signed_rank(steps),
        reason="" if n else NO_PAIR, unmoved="" if up + down else NO_MOVE if n else NO_PAIR,
    )  # fmt: skip


def tango(gained: int, lost: int, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the score interval of P(gained) - P(lost) of n pairs: Tango 1998, eq. 5 and 6.

    Those differences d at which |b - c - n d| / sqrt(n (2 q + d (1 - d))) is below the normal quantile, q the likeliest
    share of the lost if the difference is d. ValueError where the counts are no part of n.
    """
    if min(gained, lost) < 0 or gained + lost > n or not n:
        raise ValueError("the gained and the lost are part of the pairs")
    z = z_of(confidence)
    return _limit(gained, lost, n, z), -_limit(lost, gained, n, z)


def _limit(gained: int, lost: int, n: int, z: float) -> float:
    """Return the lower limit, by halving: the score falls as the difference rises."""
    from trialbook.analysis.binomial import reaches

    def short_of(difference: float) -> float:
        b = (2 * n - gained + lost) * difference - gained - lost
        inner = b * b + 8 * n * lost * difference * (1 - difference)
        q = (math.sqrt(max(inner, 0.0)) - b) / (4 * n)
        spread = n * max(2 * q + difference * (1 - difference), 0.0)
        return z * math.sqrt(spread) - (gained - lost - n * difference)

    return reaches(short_of, 0.0, low=-1.0, high=(gained - lost) / n)
