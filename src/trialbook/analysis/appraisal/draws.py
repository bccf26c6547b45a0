"""Data sets that fit printed figures, made on purpose: directions of a sphere, put on the grid, and checked there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from trialbook.analysis.appraisal.grids import Bounds, Target

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DRAWS = 50_000
SEED = 1
"""Of the directions: the same file gives the same examples."""


def draw_vectors(target: Target, bounds: Sequence[Bounds], *, seed: int = SEED) -> NDArray[np.int64]:
    """Return rows that fit a target. Mean and SD fix a sphere about the mean; its points are rounded to the grid."""
    import numpy as np

    rng = np.random.default_rng(seed)
    rows = _placed(target, _directions(rng, target.n))
    return rows[fits(rows, target, bounds)]


def draw_pairs(
    targets: tuple[Target, Target],
    bounds: tuple[Sequence[Bounds], Sequence[Bounds]],
    correlation: tuple[float, float],
    *,
    seed: int = SEED,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows before and after that fit their targets, with correlations spread over an interval."""
    import numpy as np

    rng = np.random.default_rng(seed)
    n = targets[0].n
    one, other = _directions(rng, n), _directions(rng, n)
    other -= (other * one).sum(1)[:, None] * one
    length = np.linalg.norm(other, axis=1)
    other /= np.where(length > 0, length, 1)[:, None]
    r = rng.uniform(*correlation, len(one))[:, None]
    before = _placed(targets[0], one)
    after = _placed(targets[1], r * one + np.sqrt(1 - r * r) * other)
    kept = fits(before, targets[0], bounds[0]) & fits(after, targets[1], bounds[1])
    return before[kept], after[kept]


def fits(rows: NDArray[np.int64], target: Target, bounds: Sequence[Bounds]) -> NDArray[np.bool_]:
    """Tell for each row whether it fits a target and bounds, in whole numbers."""
    import numpy as np

    low, high = np.array([bound[0] for bound in bounds]), np.array([bound[1] for bound in bounds])
    total = rows.sum(1)
    spread = target.n * (rows * rows).sum(1) - total * total
    within = (total >= target.sums[0]) & (total <= target.sums[1])
    within &= (spread >= target.spread[0]) & (spread <= target.spread[1])
    return np.asarray(within & (rows >= low).all(1) & (rows <= high).all(1))


def volume(target: Target) -> float:
    """Return about how many rows fit a target, by the volume of its shell; bounds of the scale are left aside.

    The mean gives a slab of thickness √n · width, the SD a shell of an (n − 1)-ball: c (ρ₂^(n−1) − ρ₁^(n−1)), with
    ρ² = spread / n and c = π^(k/2) / Γ(k/2 + 1), k = n − 1.
    """
    k = target.n - 1
    thickness = (target.sums[1] - target.sums[0] + 1) / math.sqrt(target.n)
    inner, outer = (math.sqrt(max(end, 0) / target.n) for end in target.spread)
    ball = k / 2 * math.log(math.pi) - math.lgamma(k / 2 + 1)
    if outer <= inner:
        return 0.0
    shell = ball + k * math.log(outer) + math.log1p(-((inner / outer) ** k))
    return thickness * math.exp(shell) if shell < 600 else math.inf


def share_beyond(r: float, n: int) -> float:
    """Return the share of pairs of directions whose correlation is above r ≥ 0: I_(1 − r²)((n − 2) / 2, 1/2) / 2."""
    from scipy.special import betainc

    return float(betainc((n - 2) / 2, 0.5, 1 - r * r)) / 2 if n > 2 else 0.5


def _directions(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Return unit vectors with sum 0."""
    import numpy as np

    drawn = rng.standard_normal((DRAWS, n))
    drawn -= drawn.mean(1)[:, None]
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1)[:, None])


def _placed(target: Target, directions: NDArray[np.float64]) -> NDArray[np.int64]:
    """Put directions at the distance that the SD says from the mean, on the grid."""
    import numpy as np

    mean = (target.sums[0] + target.sums[1]) / (2 * target.n)
    radius = math.sqrt(sum(target.spread) / (2 * target.n))
    return np.asarray(np.rint(mean + radius * directions), dtype=np.int64)
