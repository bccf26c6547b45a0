"""How many data sets of one variable fit a mean and an SD, participants not told apart: counted, not listed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trialbook.analysis.appraisal.grids import Bounds, Target

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_WORK = 400_000_000
"""Additions up to which data sets are counted, in about a second."""


def count_multisets(target: Target, bound: Bounds, *, most: int = MOST_WORK) -> float | None:
    """Return the number of multisets of n whole numbers within a bound that fit a target; None where that is much work.

    A table by how many values, their sum and their sum of squares is filled value by value. Exact up to 2^53.
    """
    low, high = target.sums
    centre = round((low + high) / (2 * target.n))
    ends = [(total - target.n * centre) for total in (low, high)]
    squares = (target.spread[1] + max(end * end for end in ends)) // target.n
    reach = math.isqrt(max(squares, 0))
    values = [value - centre for value in range(bound[0], bound[1] + 1) if abs(value - centre) <= reach]
    widest = math.isqrt(target.n * squares) + 1 if squares >= 0 else 0
    if low > high or squares < 0 or not values:
        return 0.0
    if len(values) * target.n * (2 * widest + 1) * (squares + 1) > most:
        return None
    table = _filled(target.n, values, widest, squares)
    return _fitting(table, target, ends, widest)


def _filled(n: int, values: list[int], widest: int, squares: int) -> NDArray[np.float64]:
    """Return counts by number of values, sum + widest, and sum of squares."""
    import numpy as np

    table = np.zeros((n + 1, 2 * widest + 1, squares + 1))
    table[0, widest, 0] = 1
    for value in values:
        square = value * value
        to, source = slice(max(value, 0), min(value, 0) or None), slice(max(-value, 0), min(-value, 0) or None)
        for taken in range(1, n + 1):
            # in rising order, so that a value may be taken any number of times
            table[taken, to, square:] += table[taken - 1, source, : squares + 1 - square]
    return table


def _fitting(table: NDArray[np.float64], target: Target, ends: list[int], widest: int) -> float:
    """Add up what fits: with e = u − c, n Σe² − (Σe)² is the spread."""
    found = 0.0
    for total in range(max(ends[0], -widest), min(ends[1], widest) + 1):
        low = max(0, -(-(target.spread[0] + total * total) // target.n))
        high = (target.spread[1] + total * total) // target.n
        found += float(table[target.n, total + widest, low : high + 1].sum())
    return found
