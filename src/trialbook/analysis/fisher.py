"""Fisher's exact test of a table, given its totals; for two by two also the odds ratio with its interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from trialbook.analysis.binomial import reaches
from trialbook.analysis.proportions import tail_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIKE = 1 + 1e-7
"""Tables whose probabilities differ by less than this factor count as equally likely, as in R's fisher.test."""
FAR = 700.0
"""Logarithms of odds ratios are sought within ± this, where their exponentials are still numbers."""
WORK = 400_000
"""Columns filled in up to which all tables of more than two rows or columns are gone through."""

NO_TABLE = "A table needs people in at least two rows and two columns."
TOO_MANY = "There are too many tables with these totals to go through."

Four = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fisher:
    """Fisher's exact test; None where `reason` says why not."""

    p: float | None = None
    """Two-sided: all tables with these totals that are no likelier than the one seen."""
    p_min: float | None = None
    """The smallest that p could be with these totals; of a table of two by two only."""
    p_less: float | None = None
    """One-sided, small where the first cell is small; of a table of two by two only, like all that follows."""
    p_greater: float | None = None
    odds_ratio: float | None = None
    """Conditional maximum likelihood; None where it is infinite."""
    ci_low: float | None = None
    """Exact, of the odds ratio."""
    ci_high: float | None = None
    """None where the odds ratio has no upper end."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of a table of two by two: first row, second row, first column."""

    row: int
    other: int
    column: int

    @property
    def low(self) -> int:
        """Return the smallest first cell with these totals."""
        return max(0, self.column - self.other)

    def weights(self, log_odds: float = 0.0) -> NDArray[np.float64]:
        """Return the probability of each first cell from `low` on: C(row, x) C(other, column - x) e^(x log_odds)."""
        import numpy as np
        from scipy.special import gammaln

        x = np.arange(self.low, min(self.row, self.column) + 1, dtype=float)
        inside = gammaln(x + 1) + gammaln(self.row - x + 1)
        outside = gammaln(self.column - x + 1) + gammaln(self.other - self.column + x + 1)
        log = x * log_odds - inside - outside
        found = np.exp(log - log.max())
        return np.asarray(found / found.sum())


def fisher(table: Four, *, confidence: float = 0.95) -> Fisher:
    """Test a table of two by two, given its totals (Fisher 1935); two-sided p and odds ratio as R's fisher.test.

    The interval inverts both one-sided tests of the odds ratio (Cornfield 1956). ValueError for negative counts.
    """
    (a, b), (c, d) = table
    if min(a, b, c, d) < 0:
        raise ValueError("counts are not negative")
    if 0 in {a + b, c + d, a + c, b + d}:
        return Fisher(reason=NO_TABLE)
    totals = Totals(a + b, c + d, a + c)
    place, weights, tail = a - totals.low, totals.weights(), tail_of(confidence)
    last = place == len(weights) - 1
    alike = weights <= weights[place] * LIKE
    return Fisher(
        p=min(1.0, float(weights[alike].sum())),
        p_min=min(1.0, float(weights[weights <= weights.min() * LIKE].sum())),
        p_less=min(1.0, float(weights[: place + 1].sum())),
        p_greater=min(1.0, float(weights[place:].sum())),
        odds_ratio=None if last else _odds(lambda t: _mean(totals, t), float(place)) if place else 0.0,
        ci_low=_odds(lambda t: float(totals.weights(t)[place:].sum()), tail) if place else 0.0,
        ci_high=None if last else _odds(lambda t: -float(totals.weights(t)[: place + 1].sum()), -tail),
    )


def _odds(rising: Callable[[float], float], level: float) -> float:
    """Return the odds ratio at which a function of its logarithm reaches a level."""
    return math.exp(reaches(rising, level, low=-FAR, high=FAR))


def _mean(totals: Totals, log_odds: float) -> float:
    """Return the expected first cell, counted from the lowest."""
    weights = totals.weights(log_odds)
    return math.fsum(place * weight for place, weight in enumerate(weights.tolist()))


def fisher_larger(table: Sequence[Sequence[int]]) -> Fisher:
    """Test a table of any size, given its totals (Freeman and Halton 1951), by going through all tables, in fractions.

    A table's probability is proportional to 1 / product of the factorials of its cells. ValueError for negative counts
    or rows of different length.
    """
    if len({len(row) for row in table}) > 1 or any(cell < 0 for row in table for cell in row):
        raise ValueError("rows are of one length and counts are not negative")
    rows = tuple(total for row in table if (total := sum(row)))
    columns = [total for column in zip(*table, strict=True) if (total := sum(column))]
    if len(rows) < 2 or len(columns) < 2:
        return Fisher(reason=NO_TABLE)
    seen = math.prod(math.factorial(cell) for row in table for cell in row)
    tables = _all_tables(rows, columns)
    if tables is None:
        return Fisher(reason=TOO_MANY)
    weights = {product: Fraction(count, product) for product, count in tables.items()}
    far = sum((weight for product, weight in weights.items() if product >= seen), Fraction())
    return Fisher(p=float(far / sum(weights.values(), Fraction())))


def _all_tables(rows: tuple[int, ...], columns: Sequence[int]) -> dict[int, int] | None:
    """Count the tables with these totals by the product of the factorials of their cells; None where too many.

    What is left of the rows is kept in ascending order, since rows are alike for the columns still to come.
    """
    ways: dict[tuple[tuple[int, ...], int], int] = {(tuple(sorted(rows)), 1): 1}
    work = 0
    for column in columns:
        after: dict[tuple[tuple[int, ...], int], int] = {}
        for (left, product), count in ways.items():
            for cells in _filled(left, column):
                work += 1
                if work > WORK:
                    return None
                rest = tuple(sorted(total - cell for total, cell in zip(left, cells, strict=True)))
                key = rest, product * math.prod(map(math.factorial, cells))
                after[key] = after.get(key, 0) + count
        ways = after
    return {product: count for (_, product), count in ways.items()}


def _filled(left: tuple[int, ...], column: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to spread a column's total over what is left of the rows."""
    if len(left) == 1:
        if column <= left[0]:
            yield (column,)
        return
    for cell in range(min(left[0], column) + 1):
        for others in _filled(left[1:], column - cell):
            yield cell, *others
