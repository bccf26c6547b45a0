"""Designs with one arm and a yes-or-no outcome: the exact test against a fixed proportion, in one stage or in two."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialbook.analysis.binomial import at_least, at_most, masses, tails

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIKE = 1 + 1e-7
"""Counts whose probabilities differ by less than this factor count as equally likely, as in R's binom.test."""
MOST_SINGLE = 20_000
"""Participants up to which one stage is searched."""
MOST_TWO = 500
"""Participants up to which two stages are searched."""

NOBODY = "There is nobody of whom the outcome is known: nothing to test."
NO_ROOM = "The proportion worth finding has to lie above the one not worth it, both between 0 and 1."
NO_LEVEL = "The level and the power lie between 0 and 1, the power above the level."
TOO_MANY = "More than {most} participants would be needed; the search ends there."


@dataclass(frozen=True, slots=True, kw_only=True)
class BinomialTest:
    """The exact test of a proportion against a fixed one; without data `reason` says so."""

    count: int
    n: int
    p: float | None = None
    """Two-sided, by minimum likelihood."""
    p_less: float | None = None
    p_greater: float | None = None
    reason: str = ""


def binomial_test(count: int, n: int, *, null: float) -> BinomialTest:
    """Test whether a proportion is `null`: two-sided p sums all counts that are no likelier than the one seen.

    As R's binom.test does (Conover 1971, p. 97-104). ValueError unless 0 <= count <= n and 0 <= null <= 1.
    """
    if not (0 <= count <= n and 0 <= null <= 1):
        raise ValueError(f"{count} of {n} against {null} is no test of a proportion")
    if n == 0:
        return BinomialTest(count=count, n=n, reason=NOBODY)
    less, greater = at_most(count, n, null), at_least(count, n, null)
    return BinomialTest(count=count, n=n, p=_two_sided(count, n, null), p_less=less, p_greater=greater)


def _two_sided(count: int, n: int, null: float) -> float:
    """Add to the tail seen the part of the other tail that is no likelier than the count."""
    import numpy as np

    mean = n * null
    if count == mean:
        return 1.0
    odds = masses(n, null)
    unlikely = odds <= odds[count] * LIKE
    if count < mean:
        others = int(np.count_nonzero(unlikely[math.ceil(mean) :]))
        return min(1.0, at_most(count, n, null) + at_least(n - others + 1, n, null))
    others = int(np.count_nonzero(unlikely[: math.floor(mean) + 1]))
    return min(1.0, at_least(count, n, null) + at_most(others - 1, n, null))


def why_no_design(null: float, target: float, alpha: float, power: float) -> str:
    """Say why no design can be sought, empty where one can."""
    if not 0 < null < target < 1:
        return NO_ROOM
    return "" if 0 < alpha < power < 1 else NO_LEVEL


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleStage:
    """A design of one stage: of `n` participants `needed` must respond; `reason` in place of a design."""

    n: int | None = None
    needed: int | None = None
    """The drug is called worth more study where at least so many respond."""
    alpha: float | None = None
    """Probability to call it so where the true proportion is `null`."""
    power: float | None = None
    """The same where it is `target`."""
    reason: str = ""


def needed_of(n: int, null: float, alpha: float) -> int:
    """Return the smallest count whose upper tail under `null` is at most alpha: n + 1 where no count is."""
    low, high = 0, n + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if at_least(middle, n, null) <= alpha else (middle + 1, high)
    return low


def single_stage(null: float, target: float, *, alpha: float = 0.05, power: float = 0.8) -> SingleStage:
    """Find the smallest n with an exact one-sided test of that level and power: A'Hern 2001."""
    reason = why_no_design(null, target, alpha, power)
    if reason:
        return SingleStage(reason=reason)
    needed = 1
    for n in range(1, MOST_SINGLE + 1):
        # one participant more raises the count that is needed by one at most
        while at_least(needed, n, null) > alpha:
            needed += 1
        reached = at_least(needed, n, target)
        if reached >= power:
            return SingleStage(n=n, needed=needed, alpha=at_least(needed, n, null), power=reached)
    return SingleStage(reason=TOO_MANY.format(most=MOST_SINGLE))


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStage:
    """A design of two stages (Simon 1989); stop after the first for futility, never for success."""

    n1: int
    r1: int
    """Stop where at most so many of the first n1 respond."""
    n: int
    """Participants of both stages."""
    r: int
    """The drug is called worth more study where more than so many of all n respond."""
    alpha: float
    power: float
    stop: float
    """Probability to stop after the first stage where the true proportion is `null` (Simon's PET)."""
    expected: float
    """Participants to be expected where the true proportion is `null` (Simon's EN): n1 + (1 - stop) (n - n1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStages:
    """Both of Simon's designs; None with a `reason` where they were not found."""

    optimal: TwoStage | None = None
    """Fewest participants to be expected under `null`."""
    minimax: TwoStage | None = None
    """Fewest participants at most; of these the fewest to be expected."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating:
    """What a design does at a true proportion."""

    reject: float
    """Probability to call the drug worth more study."""
    stop: float
    expected: float


def operating(design: TwoStage, p: float) -> Operating:
    """Return exact operating characteristics of a two-stage design at a true proportion: Simon 1989, eq. 1.

    P(reject) = sum over x > r1 of b(x; n1, p) P(Y > r - x), Y binomial with n - n1.
    """
    first = masses(design.n1, p)
    later = design.n - design.n1
    reject = sum(float(first[x]) * at_least(design.r - x + 1, later, p) for x in range(design.r1 + 1, design.n1 + 1))
    stop = at_most(design.r1, design.n1, p)
    return Operating(reject=reject, stop=stop, expected=design.n1 + (1 - stop) * later)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a design of two stages is sought for."""

    null: float
    target: float
    alpha: float
    power: float

    def first_stages(self, n: int, most: float) -> Iterator[tuple[int, int]]:
        """Yield (n1, largest r1) of the first stages of n that can keep the power and expect at most `most`."""
        for n1 in range(1, n):
            r1 = _largest(n1, self.target, 1 - self.power)
            stop = at_most(r1, n1, self.null)
            if r1 >= 0 and n1 + (1 - stop) * (n - n1) <= most:
                yield n1, r1


def two_stages(null: float, target: float, *, alpha: float = 0.05, power: float = 0.8) -> TwoStages:
    """Find Simon's optimal and minimax designs by going through all that could be either: Simon 1989.

    The search begins at the smallest n at which any test, even one that tosses a coin on its border, has the power
    (Neyman and Pearson 1933), and ends where no first stage could expect fewer participants than the best design.
    """
    reason = why_no_design(null, target, alpha, power)
    if reason:
        return TwoStages(reason=reason)
    wanted = Search(null=null, target=target, alpha=alpha, power=power)
    minimax: TwoStage | None = None
    optimal: TwoStage | None = None
    for n in range(2, MOST_TWO + 1):
        if minimax is None and _best_power(n, wanted) < power:
            continue
        most = optimal.expected if optimal is not None else math.inf
        stages = list(wanted.first_stages(n, most))
        if optimal is not None and not stages:
            return TwoStages(optimal=optimal, minimax=minimax)
        found = min(_designs(n, stages, wanted), key=_expected, default=None)
        minimax = minimax or found
        optimal = min((one for one in (optimal, found) if one is not None), key=_expected, default=None)
    return TwoStages(reason=TOO_MANY.format(most=MOST_TWO))


def _expected(design: TwoStage) -> float:
    return design.expected


def _largest(n: int, p: float, most: float) -> int:
    """Return the largest k with P(X <= k) <= most, -1 where even 0 is likelier."""
    low, high = -1, n
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if at_most(middle, n, p) <= most else (low, middle - 1)
    return low


def _best_power(n: int, wanted: Search) -> float:
    """Return the power of the best test of n participants that tosses a coin on its border."""
    needed = needed_of(n, wanted.null, wanted.alpha)
    border = at_least(needed - 1, n, wanted.null) - at_least(needed, n, wanted.null)
    share = (wanted.alpha - at_least(needed, n, wanted.null)) / border
    sure, nearly = (at_least(k, n, wanted.target) for k in (needed, needed - 1))
    return sure + share * (nearly - sure)


def _designs(n: int, stages: list[tuple[int, int]], wanted: Search) -> Iterator[TwoStage]:
    """Yield for each first stage the designs of n that keep level and power, with the smallest r that keeps the level.

    A larger r would have less power at the same expectation.
    """
    import numpy as np

    needed = needed_of(n, wanted.null, wanted.alpha)
    for n1, largest in stages:
        # more than needed - 1 of n responding keeps the level without a first stage, and the more so with one
        size, strength = (_rejecting(n1, largest, n - n1, needed, p) for p in (wanted.null, wanted.target))
        keeps = size <= wanted.alpha
        at = np.argmax(keeps, axis=1)
        for r1 in np.flatnonzero(strength[np.arange(largest + 1), at] >= wanted.power):
            r = int(at[r1])
            stop = at_most(int(r1), n1, wanted.null)
            yield TwoStage(
                n1=n1, r1=int(r1), n=n, r=r, alpha=float(size[r1, r]), power=float(strength[r1, r]),
                stop=stop, expected=n1 + (1 - stop) * (n - n1),
            )  # fmt: skip


def _rejecting(n1: int, largest: int, later: int, needed: int, p: float) -> NDArray[np.float64]:
    """Return P(reject) for each r1 from 0 to `largest` (rows) and each r from 0 to needed - 1 (columns)."""
    import numpy as np

    first, beyond = masses(n1, p), tails(later, p)
    missing = np.arange(needed)[None, :] - np.arange(n1 + 1)[:, None]
    more = np.where(missing < 0, 1.0, np.where(missing > later, 0.0, beyond[np.clip(missing, 0, later)]))
    above = np.cumsum((first[:, None] * more)[::-1], axis=0)[::-1]
    return np.asarray(np.vstack([above[1:], np.zeros((1, needed))])[: largest + 1])
