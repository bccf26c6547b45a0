"""Every data set of a few participants on a grid, participant by participant, dropping what can no longer fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from trialbook.analysis.appraisal.grids import Bounds, Target

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 3_000_000
"""Unfinished data sets held at a time; where there would be more, nothing is listed."""
WIDEST = 20_000
"""Steps of a scale up to which listing is tried."""


def list_vectors(
    target: Target, bounds: Sequence[Bounds], classes: Sequence[int], *, is_sorted: bool, most: int = MOST
) -> NDArray[np.int64] | None:
    """Return every row of n whole numbers within bounds that adds up as the target says; None where they are too many.

    Participants of the same class are alike in all that is said of them: with `is_sorted` only rows that do not fall
    within a class are listed, one for all that differ by swapping such participants.
    """
    import numpy as np

    if target.top > WIDEST:
        return None
    rows = np.zeros((1, 0), dtype=np.int64)
    for place in range(target.n):
        before = _last_alike(classes, place) if is_sorted else None
        grown = _grown(rows, place, target, bounds, before, most)
        if grown is None:
            return None
        rows = grown
    total, squares = rows.sum(1), (rows * rows).sum(1)
    spread = target.n * squares - total * total
    fitting: NDArray[np.int64] = rows[(spread >= target.spread[0]) & (spread <= target.spread[1])]
    return fitting


def _last_alike(classes: Sequence[int], place: int) -> int | None:
    """Return the nearest earlier participant of the same class."""
    return next((other for other in range(place - 1, -1, -1) if classes[other] == classes[place]), None)


def _grown(
    rows: NDArray[np.int64], place: int, target: Target, bounds: Sequence[Bounds], before: int | None, most: int
) -> NDArray[np.int64] | None:
    """Add the value of one more participant to each row, and keep the rows that can still fit."""
    import numpy as np

    low, high = bounds[place]
    rest_low = sum(bound[0] for bound in bounds[place + 1 :])
    rest_high = sum(bound[1] for bound in bounds[place + 1 :])
    total = rows.sum(1)
    centre = (target.sums[0] + target.sums[1]) / (2 * target.n)
    apart = ((rows - centre) ** 2).sum(1)
    off = (target.sums[1] - target.sums[0]) / (2 * target.n)
    room = target.spread[1] / target.n + target.n * off * off + 1e-6
    found, count = [], 0
    for values in _candidates(total, bounds[place], target, is_last=place == target.n - 1):
        fits = (total + values + rest_low <= target.sums[1]) & (total + values + rest_high >= target.sums[0])
        fits &= (apart + (values - centre) ** 2 <= room) & (values >= low) & (values <= high)
        if before is not None:
            fits &= values >= rows[:, before]
        found.append(np.column_stack([rows[fits], values[fits]]))
        count += len(found[-1])
        if count > most:
            return None
    return np.concatenate(found) if found else np.zeros((0, place + 1), dtype=np.int64)


def _candidates(
    total: NDArray[np.int64], bound: Bounds, target: Target, *, is_last: bool
) -> Iterator[NDArray[np.int64]]:
    """Yield values for the next participant, one a row; for the last one only those that complete a sum."""
    import numpy as np

    if is_last and target.sums[1] - target.sums[0] < bound[1] - bound[0]:
        yield from (whole - total for whole in range(target.sums[0], target.sums[1] + 1))
    else:
        yield from (np.full(len(total), value, dtype=np.int64) for value in range(bound[0], bound[1] + 1))
