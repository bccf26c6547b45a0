"""What a fitted model says of contrasts: Satterthwaite's degrees of freedom, and Kenward and Roger's linear adjustment.

With W the inverse of the information about Sigma, P_i the derivative of Phi^-1 and Q_ij = X'V^-1 D_i V^-1 D_j V^-1 X:

    Phi_A = Phi + 2 Phi {sum_ij W_ij (Q_ij - P_i Phi P_j)} Phi                   (Kenward and Roger 2009, linear)

Second derivatives of V are left out, so that the result does not depend on how Sigma is parameterised. All is measured
by Phi: root root' = Phi turns P_i into -C_i, with C_i the `curvature` of the likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trialbook.analysis.mmrm.likelihood import Point, Slopes
from trialbook.analysis.mmrm.panel import Panel

Floats = NDArray[np.float64]
Method = Literal["kenward-roger", "satterthwaite"]
Information = Literal["observed", "expected"]

NOT_DEFINITE = "The {information} information about the covariance matrix is not positive definite: no error is known."
NO_F = "The approximation of Kenward and Roger gives no F distribution here: too little is known of the covariances."
NO_MOMENT = (
    "Satterthwaite's approximation gives no F distribution here: a direction has two degrees of freedom or less."
)
LEAST, MOST = 0.05, 1e12
"""Degrees of freedom between which t is computed."""
NO_ERROR = "The data say too little of its error: there are hardly any degrees of freedom."
FEW = "Below two degrees of freedom: the data say hardly anything of this error."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A contrast against zero; what was not computed is None."""

    estimate: float | None = None
    se: float | None = None
    df: float | None = None
    t: float | None = None
    p: float | None = None
    """Two-sided."""
    ci_low: float | None = None
    ci_high: float | None = None
    warning: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedF:
    """Several contrasts together against zero."""

    f: float | None = None
    df_num: int | None = None
    df_den: float | None = None
    p: float | None = None
    scale: float | None = None
    """Kenward and Roger's lambda, already in `f`."""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """A fit, ready to be asked about contrasts of its coefficients."""

    unit: float
    """What one of the response's scaled units is: all else is measured in these."""
    beta: Floats
    """(p,)."""
    root: Floats
    """(p, p): root root' = Phi."""
    inflation: Floats
    """(p, p): Phi_A measured by Phi; the unit matrix without adjustment."""
    curvature: Floats
    """(q, p, p)."""
    weights: Floats
    """(q, q): W."""
    method: Method

    def t_test(self, row: Floats, confidence: float) -> Tested:
        """Estimate one contrast (p,): df = 2 / A2, which is Satterthwaite's 2 (c'Phi c)^2 / var(c'Phi c)."""
        from scipy.special import stdtr, stdtrit

        side = self.root.T @ row
        length = float(np.linalg.norm(side))
        unit = side / length
        gradient = np.einsum("a,iab,b->i", unit, self.curvature, unit)
        spread = float(gradient @ self.weights @ gradient)
        estimate = self.unit * float(row @ self.beta)
        se = self.unit * length * float(np.sqrt(unit @ self.inflation @ unit))
        df = min(2 / max(spread, 2 / MOST), MOST)
        t = estimate / se
        reach = float(stdtrit(df, 0.5 + confidence / 2)) * se
        if df < LEAST or not np.isfinite(reach):
            return Tested(estimate=estimate, error=NO_ERROR)
        return Tested(
            estimate=estimate, se=se, df=df, t=t, p=float(2 * stdtr(df, -abs(t))), ci_low=estimate - reach,
            ci_high=estimate + reach, warning=FEW if df < 2 else "",
        )  # fmt: skip

    def f_test(self, contrasts: Floats) -> TestedF:
        """Test contrasts (l, p) together; those that follow from others count once."""
        sides = self.root.T @ contrasts.T
        # the left singular vectors are the independent contrasts of Fai and Cornelius, so nothing may be scaled before
        unit, sizes, _ = np.linalg.svd(sides, full_matrices=False)
        basis = unit[:, sizes > 1e-9 * sizes.max(initial=0.0)]
        effect = basis.T @ np.linalg.solve(self.root, self.beta)
        return (_kenward_roger if self.method == "kenward-roger" else _satterthwaite)(self, basis, effect)


def _wald(basis: Floats, effect: Floats, inflation: Floats) -> float:
    within = basis.T @ inflation @ basis
    return float(effect @ np.linalg.solve(within, effect)) / len(effect)


def _kenward_roger(found: Inference, basis: Floats, effect: Floats) -> TestedF:
    """Scale F and choose its degrees of freedom by matching two moments (Kenward and Roger 1997, section 3)."""
    size = len(effect)
    inner = np.einsum("ak,iab,bl->ikl", basis, found.curvature, basis)
    traces = np.trace(inner, axis1=1, axis2=2)
    a1 = float(traces @ found.weights @ traces)
    a2 = float(np.einsum("ij,ikl,jlk->", found.weights, inner, inner))
    wald = _wald(basis, effect, found.inflation)
    if size == 1:
        return _f(wald, 1, 2 / a2 if a2 > 0 else np.inf, 1.0)
    moments = matched(size, a1, a2)
    return TestedF(error=NO_F) if moments is None else _f(wald, size, *moments)


def matched(size: int, a1: float, a2: float) -> tuple[float, float] | None:
    """Return denominator degrees of freedom and scale; None where the moments match no F distribution."""
    b = (a1 + 6 * a2) / (2 * size)
    g = ((size + 1) * a1 - (size + 4) * a2) / ((size + 2) * a2) if a2 > 0 else 0.0
    below = 3 * size + 2 * (1 - g)
    c1, c2, c3 = g / below, (size - g) / below, (size + 2 - g) / below
    if not (0 < a2 < size and c2 * b < 1 and c3 * b < 1):
        return None
    mean = 1 / (1 - a2 / size)
    variance = 2 / size * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
    excess = size * variance / (2 * mean**2) - 1
    if excess <= 0:
        return None
    df = 4 + (size + 2) / excess
    return df, df / (mean * (df - 2))


def _satterthwaite(found: Inference, basis: Floats, effect: Floats) -> TestedF:
    """Choose the degrees of freedom by the mean of independent t squares (Fai and Cornelius 1996)."""
    gradients = np.einsum("ak,iab,bk->ki", basis, found.curvature, basis)
    spreads = np.einsum("ki,ij,kj->k", gradients, found.weights, gradients)
    df = 2 / np.maximum(spreads, np.finfo(float).tiny)
    wald, size = _wald(basis, effect, found.inflation), len(effect)
    if size == 1:
        return _f(wald, 1, float(df[0]), 1.0)
    if not (df > 2).all():
        return TestedF(error=NO_MOMENT)
    mean = float((df / (df - 2)).sum())
    return _f(wald, size, 2 * mean / (mean - size), 1.0)


def _f(wald: float, size: int, df: float, scale: float) -> TestedF:
    from scipy.special import fdtrc

    if not np.isfinite(df):
        return TestedF(error=NO_F)
    return TestedF(f=scale * wald, df_num=size, df_den=df, p=float(fdtrc(size, df, scale * wald)), scale=scale)


def infer(
    panel: Panel, point: Point, slopes: Slopes, *, offset: Floats, unit: float, method: Method, information: Information
) -> Inference | str:
    """Prepare a fit for contrasts of its orthogonal columns, or say why no errors are known.

    `offset` is what was taken from the response before it was scaled: coefficients, in scaled units.
    """
    from trialbook.analysis.mmrm.solve import is_definite

    known = slopes.observed if information == "observed" else slopes.expected
    if not is_definite(known):
        return NOT_DEFINITE.format(information=information)
    weights = np.asarray(np.linalg.inv(known), dtype=float)
    inflation = np.eye(panel.rank)
    if method == "kenward-roger":
        inflation = inflation + 2 * _lambda(panel, point, slopes, weights)
    return Inference(
        unit=unit, beta=offset + point.gamma, root=point.root, inflation=inflation, curvature=slopes.curvature,
        weights=weights, method=method,
    )  # fmt: skip


def _lambda(panel: Panel, point: Point, slopes: Slopes, weights: Floats) -> Floats:
    """Return root^-1 Lambda root'^-1, the sum over ij of W_ij (Q_ij - P_i Phi P_j), measured by Phi."""
    first = slopes.directions
    mixed = np.tensordot(weights, first, axes=1)
    inner = point.inverse[:, None] @ mixed[None]
    middle = np.tensordot(first, inner, axes=([0, 2], [1, 2])).transpose(1, 0, 2)
    u = point.weighted[..., : panel.rank] @ point.root
    quadratic = np.tensordot(u, middle[panel.pattern] @ u, axes=([0, 1], [0, 1]))
    bent = np.tensordot(weights, slopes.curvature, axes=1)
    crossed = np.einsum("iab,ibc->ac", slopes.curvature, bent)
    found = quadratic - crossed
    return np.asarray((found + found.T) / 2)
