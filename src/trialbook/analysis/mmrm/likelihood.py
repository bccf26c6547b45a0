"""The restricted likelihood of a marginal model with its score and both informations.

y_i = X_i beta + e_i with cov(e_i) = V_i, the rows and columns of Sigma(theta) at the visits of participant i:

    l(theta) = -1/2 [(N - p) log 2 pi + sum log|V_i| + log|X'V^-1 X| + r'V^-1 r],  r = y - X beta(theta)

(Patterson and Thompson 1971; Harville 1977, without the constant log|X'X|). With D_i and D_ij the derivatives of
Sigma, Phi = (X'V^-1 X)^-1 and P = V^-1 - V^-1 X Phi X'V^-1:

    score_i    = -1/2 tr(P D_i) + 1/2 y'P D_i P y
    expected   =  1/2 tr(P D_i P D_j)
    observed   = -expected + y'P D_i P D_j P y - (dl / dSigma) . D_ij

The derivatives are not taken along the parameters but along directions that Sigma itself measures: with Sigma = K K',
the matrices K^-1 D_i K^-T are made orthonormal. However near to singular Sigma is, the information then is as well
conditioned as the data allow; and nothing that is told of contrasts depends on the choice.

Everything is a sum over patterns of missing visits of T x T matrices: nothing of the size of the data is built.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialbook.analysis.mmrm.panel import Panel
from trialbook.analysis.mmrm.structures import Shape, Structure

Floats = NDArray[np.float64]
BLOCK = 2**22
"""Numbers that one product of many patterns and parameters may hold: 32 MB."""


SAME = 1e-12
"""Sine of the angle between two changes of Sigma below which they are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The model at one value of the parameters."""

    theta: Floats
    shape: Shape
    inverse: Floats
    """(G, T, T): V^-1 of every pattern, zero at missing visits."""
    weighted: Floats
    """(layers, T, p + 1): V^-1 times columns and response."""
    root: Floats
    """(p, p), upper triangular: root root' = Phi, the covariance matrix of the coefficients."""
    gamma: Floats
    """(p,): coefficients of the orthogonal columns."""
    loglik: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Slopes:
    """The derivatives at a point, along q directions in which the parameters can move."""

    directions: Floats
    """(q, T, T): the change of Sigma along each."""
    turn: Floats
    """(q, q), upper triangular: turn @ (change of the parameters) is the way along the directions."""
    score: Floats
    """(q,)."""
    expected: Floats
    """(q, q)."""
    observed: Floats
    """(q, q)."""
    curvature: Floats
    """(q, p, p): root' X'V^-1 D_i V^-1 X root, minus the derivative of Phi^-1 measured by Phi."""

    def moved(self, way: Floats) -> Floats:
        """Return the change of the parameters that goes a way along the directions."""
        return np.asarray(np.linalg.solve(self.turn, way), dtype=float)


def point_at(panel: Panel, structure: Structure, theta: Floats) -> Point | None:
    """Evaluate the likelihood; None where the covariance matrix is not positive definite."""
    shape = structure.shape(theta)
    found = _inverses(panel, shape.sigma)
    if found is None:
        return None
    inverse, logdet = found
    weighted = inverse[panel.pattern] @ panel.z
    p = panel.rank
    product = panel.z.reshape(-1, p + 1).T @ weighted.reshape(-1, p + 1)
    try:
        factor = np.linalg.cholesky(product[:p, :p])
    except np.linalg.LinAlgError:
        return None
    root = np.linalg.inv(factor).T
    gamma = root @ (root.T @ product[:p, p])
    sides = np.append(-gamma, 1.0)
    parts = (panel.values - p) * np.log(2 * np.pi) + logdet + 2 * np.log(np.diag(factor)).sum()
    loglik = -0.5 * float(parts + sides @ product @ sides)
    return Point(
        theta=theta, shape=shape, inverse=inverse, weighted=weighted, root=root, gamma=gamma, loglik=loglik
    )  # fmt: skip


def _inverses(panel: Panel, sigma: Floats) -> tuple[Floats, float] | None:
    """Invert the matrix of every pattern, and add up the logarithms of the determinants; None where one has none."""
    both = panel.seen[:, :, None] & panel.seen[:, None, :]
    filled = np.where(both, sigma, np.eye(panel.visits))
    try:
        np.linalg.cholesky(sigma)
        factors = np.linalg.cholesky(filled)
        inverse = np.where(both, np.linalg.inv(filled), 0.0)
    except np.linalg.LinAlgError:
        return None
    logs = 2 * np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    return inverse, float(panel.count @ logs)


def directions_at(shape: Shape) -> tuple[Floats, Floats] | None:
    """Return orthonormal directions (q, T, T) and the turn to them (q, q); None where parameters do the same."""
    factor = np.linalg.cholesky(shape.sigma)
    inverse = np.linalg.inv(factor)
    whitened = (inverse @ shape.first @ inverse.T).reshape(len(shape.first), -1).T
    flat, turn = np.linalg.qr(whitened)
    sizes = np.linalg.norm(whitened, axis=0)
    if not (np.abs(np.diag(turn)) > SAME * sizes).all():
        return None
    return factor @ flat.T.reshape(shape.first.shape) @ factor.T, turn


def slopes_at(panel: Panel, point: Point) -> Slopes | None:
    """Differentiate the likelihood twice; None where several parameters do the same."""
    found = directions_at(point.shape)
    if found is None:
        return None
    p, (first, turn) = panel.rank, found
    u = point.weighted[..., :p] @ point.root
    wr = point.weighted @ np.append(-point.gamma, 1.0)
    explained = panel.by_pattern(u @ u.transpose(0, 2, 1))
    residual = panel.by_pattern(wr[:, :, None] * wr[:, None, :])
    volume = panel.count[:, None, None] * point.inverse
    steepest = -0.5 * (volume - explained - residual).sum(axis=0)
    blocks = contracted(first, np.concatenate([u, wr[:, :, None]], axis=2))
    curvature, cross = blocks[:, :p, :p], blocks[:, :p, p]
    flat = curvature.reshape(len(first), -1)
    own, left = _middles(first, point.inverse, 0.5 * volume - explained, residual)
    expected = own + 0.5 * flat @ flat.T
    observed = left - cross @ cross.T - expected
    if point.shape.second is not None:
        bend = np.einsum("ijab,ab->ij", point.shape.second, steepest)
        observed = observed - np.linalg.solve(turn.T, np.linalg.solve(turn.T, bend).T)
    score = np.einsum("iab,ab->i", first, steepest)
    return Slopes(
        directions=first, turn=turn, score=score, expected=_even(expected), observed=_even(observed),
        curvature=curvature,
    )  # fmt: skip


def contracted(first: Floats, layers: Floats) -> Floats:
    """Return sum over layers of layer' D_i layer: (q, T, T) and (layers, T, k) give (q, k, k)."""
    # one product a pair of visits: each is too small for threads, which cost more than they give here
    products = layers.transpose(1, 2, 0)[:, None] @ layers.transpose(1, 0, 2)[None]
    return np.asarray(np.tensordot(first, products, axes=2))


def _middles(first: Floats, inverse: Floats, *outers: Floats) -> list[Floats]:
    """Return sum over patterns of tr(D_i V^-1 D_j C) for several C: (q, T, T), (G, T, T), (G, T, T) give (q, q)."""
    q = len(first)
    found = [np.zeros((q, q)) for _ in outers]
    step = max(1, BLOCK // first.size)
    for start in range(0, len(inverse), step):
        left = (first[:, None] @ inverse[None, start : start + step]).reshape(q, -1)
        for place, outer in enumerate(outers):
            right = first[:, None] @ outer[None, start : start + step]
            found[place] += left @ right.transpose(0, 1, 3, 2).reshape(q, -1).T
    return found


def _even(matrix: Floats) -> Floats:
    return (matrix + matrix.T) / 2
