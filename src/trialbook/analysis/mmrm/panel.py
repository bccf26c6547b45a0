"""The values of a model, one layer a participant, sorted by which visits are missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialbook.analysis.mmrm.rows import Codes

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Columns and response by participant and visit, in T visits, p columns and G patterns of missing visits.

    The likelihood holds sums over the participants of a pattern of products of two of their numbers. So many
    participants of one pattern are replaced by the triangular factor of their numbers, which has the same sums.
    """

    z: Floats
    """(layers, T, p + 1): columns of the design and, last, the response; zero at a missing visit."""
    pattern: Codes
    """(layers,): 0 ... G - 1, ascending."""
    starts: Codes
    """(G,): first layer of each pattern."""
    seen: NDArray[np.bool_]
    """(G, T): whether the pattern has the visit."""
    count: Floats
    """(G,): participants of the pattern."""
    values: int
    """Number of values, N."""

    @property
    def rank(self) -> int:
        """Return p, the number of columns."""
        return int(self.z.shape[2]) - 1

    @property
    def visits(self) -> int:
        """Return T."""
        return int(self.z.shape[1])

    def by_pattern(self, layers: Floats) -> Floats:
        """Add up what belongs to each pattern."""
        return np.asarray(np.add.reduceat(layers, self.starts, axis=0))

    @property
    def together(self) -> Floats:
        """Count for each pair of visits the participants who have both: (T, T)."""
        seen = self.seen.astype(float)
        return np.asarray((seen.T * self.count) @ seen)


def panel_of(q: Floats, y: Floats, participant: Codes, visit: Codes, visits: int) -> Panel:
    """Arrange rows (N, p) and responses (N,) by participant."""
    size = int(participant.max()) + 1
    z = np.zeros((size, visits, q.shape[1] + 1))
    z[participant, visit, :-1] = q
    z[participant, visit, -1] = y
    has = np.zeros((size, visits), dtype=bool)
    has[participant, visit] = True
    seen, pattern, count = np.unique(has, axis=0, return_inverse=True, return_counts=True)
    order = pattern.reshape(-1)
    layers = [_compressed(z[order == number], seen[number]) for number in range(len(seen))]
    sizes = np.array([len(layer) for layer in layers])
    return Panel(
        z=np.concatenate(layers),
        pattern=np.repeat(np.arange(len(seen)), sizes),
        starts=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp),
        seen=seen,
        count=count.astype(float),
        values=len(y),
    )


def _compressed(layers: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Return as few layers as have the same sums of products: A'A = R'R where A = Q R."""
    wide = layers[:, seen]
    width = wide.shape[1] * wide.shape[2]
    if len(layers) <= width:
        return layers
    factor = np.linalg.qr(wide.reshape(len(layers), width)).R
    found = np.zeros((width, *layers.shape[1:]))
    found[:, seen] = factor.reshape(width, *wide.shape[1:])
    return found
