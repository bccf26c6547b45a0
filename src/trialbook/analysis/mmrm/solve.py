"""The parameters at which the restricted likelihood is largest: Fisher scoring, then Newton's steps.

A step that leaves the positive definite matrices or lowers the likelihood is halved. The end is where the expected
gain of a step is nothing but rounding; where there is no such place, the reason is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialbook.analysis.mmrm.likelihood import Point, Slopes, point_at, slopes_at
from trialbook.analysis.mmrm.panel import Panel
from trialbook.analysis.mmrm.structures import Structure

Floats = NDArray[np.float64]

STEPS = 150
HALVINGS = 40
NEAR = 0.05
"""Gain of the likelihood expected of a step below which Newton's step follows Fisher's."""
DONE = 1e-23
"""Expected gain that is rounding."""
SMALL = 1e-12
"""Expected gain at which steps that no longer shrink have come as far as numbers of 16 digits do."""
FLAT = 1e-10
"""Smallest eigenvalue of a correlation matrix, or variance against the residual one, that is still a number."""
SURE = 1e-7
"""Smallest eigenvalue of the observed information, its diagonal scaled to 1, of a maximum that is told from a plain."""
FLOOR = 0.05
"""Smallest eigenvalue of the correlation matrix from which an unstructured fit starts."""

UNTOLD = "the data do not tell its parameters apart"
SINGULAR = "its matrix becomes singular: some visits follow exactly from others, or one has no variation of its own"
ENDLESS = "no largest likelihood was found in {steps} steps"
EDGE = "the likelihood still rises where its matrix ceases to be positive definite"
SADDLE = "the likelihood has no maximum where its slope is zero"
NO_PAIR = "no participant has values at both “{one}” and “{other}”"
TOO_MANY = "its {parameters} parameters are more than the values beyond the coefficients ({values})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Where the search ended."""

    point: Point | None
    slopes: Slopes | None
    steps: int
    reason: str = ""
    """Why this is no maximum; empty where it is."""

    @property
    def gradient(self) -> float | None:
        """Return the largest absolute slope of the likelihood along a direction that the matrix itself measures."""
        return None if self.slopes is None else float(np.abs(self.slopes.score).max(initial=0.0))


def maximise(panel: Panel, structure: Structure, visits: tuple[str, ...]) -> Solution:
    """Find the largest restricted likelihood of a structure."""
    why = _hopeless(panel, structure, visits)
    if why:
        return Solution(point=None, slopes=None, steps=0, reason=why)
    found = Solution(point=None, slopes=None, steps=0, reason=EDGE)
    for covariance in starts(panel):
        point = _nearest(panel, structure, covariance)
        if point is not None:
            found = _climb(panel, structure, point)
        if not found.reason:
            break
    return found


def _hopeless(panel: Panel, structure: Structure, visits: tuple[str, ...]) -> str:
    """Say why a structure needs no search, empty where it does."""
    left = panel.values - panel.rank
    if structure.size > left:
        return TOO_MANY.format(parameters=structure.size, values=left)
    apart = np.argwhere(np.triu(panel.together == 0, 1))
    if structure.name == "us" and len(apart):
        one, other = apart[0]
        return NO_PAIR.format(one=visits[one], other=visits[other])
    return ""


def starts(panel: Panel) -> list[Floats]:
    """Return covariance matrices to begin with: that of the residuals of least squares, then without correlation."""
    response = panel.z[..., -1]
    pairs = np.maximum(panel.together, 1.0)
    found = response.T @ response / pairs
    mean = float(np.trace(found)) / len(found)
    sd = np.sqrt(np.maximum(np.diag(found), 0.01 * mean))
    bound = np.outer(sd, sd)
    correlation = np.clip(found / bound, -0.95, 0.95)
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    raised = (vectors * np.maximum(values, FLOOR)) @ vectors.T
    root = np.sqrt(np.diag(raised))
    return [raised / np.outer(root, root) * bound, np.diag(sd**2)]


def _nearest(panel: Panel, structure: Structure, covariance: Floats) -> Point | None:
    """Return the point of a structure near a covariance matrix, with as much of its correlation as can be."""
    diagonal = np.diag(np.diag(covariance))
    for share in (1.0, 0.75, 0.5, 0.25, 0.0):
        point = point_at(panel, structure, structure.start(share * covariance + (1 - share) * diagonal))
        if point is not None:
            return point
    return None


def _climb(panel: Panel, structure: Structure, point: Point) -> Solution:
    """Go uphill from a point to the top, or to where there is none."""
    last = np.inf
    for number in range(STEPS):
        slopes, thinness = slopes_at(panel, point), thinness_of(point.shape.sigma)
        if thinness < FLAT:
            return Solution(point=point, slopes=slopes, steps=number, reason=SINGULAR)
        step = None if slopes is None else _step(slopes, last)
        if slopes is None or step is None:
            return Solution(point=point, slopes=slopes, steps=number, reason=UNTOLD)
        gain = float(slopes.score @ step)
        if gain < DONE or (gain < SMALL and gain > last / 4):
            return Solution(point=point, slopes=slopes, steps=number, reason=_flaw(slopes))
        higher = _halved(panel, structure, point, slopes.moved(step), gain)
        if higher is None:
            return Solution(point=point, slopes=slopes, steps=number, reason=EDGE)
        point, last = higher, gain
    return Solution(point=point, slopes=slopes_at(panel, point), steps=STEPS, reason=ENDLESS.format(steps=STEPS))


def _step(slopes: Slopes, last: float) -> Floats | None:
    """Return Newton's step near the top and Fisher's elsewhere; None where the data do not tell a direction."""
    information = slopes.observed if last < NEAR and is_definite(slopes.observed) else slopes.expected
    if not is_definite(information):
        return None
    return np.asarray(np.linalg.solve(information, slopes.score), dtype=float)


def _halved(panel: Panel, structure: Structure, point: Point, step: Floats, gain: float) -> Point | None:
    """Go as much of a step as raises the likelihood; None where nothing of it does."""
    slack = 1e-11 * (1 + abs(point.loglik)) if gain < 1e-6 else 0.0
    for halvings in range(HALVINGS):
        higher = point_at(panel, structure, point.theta + step / 2**halvings)
        if higher is not None and higher.loglik >= point.loglik - slack:
            return higher
    return None


def _flaw(slopes: Slopes) -> str:
    """Say why a place without slope is no maximum; empty where it is one."""
    if is_definite(slopes.observed, least=SURE):
        return ""
    return UNTOLD if is_definite(slopes.observed, least=-SURE) else SADDLE


def is_definite(information: Floats, *, least: float = 1e-11) -> bool:
    """Tell whether a symmetric matrix is positive definite, whatever the units of its rows."""
    diagonal = np.diag(information)
    if not (diagonal > 0).all():
        return False
    root = np.sqrt(diagonal)
    return bool(np.linalg.eigvalsh(information / np.outer(root, root)).min(initial=1.0) > least)


def thinness_of(sigma: Floats) -> float:
    """Return how near a covariance matrix is to a singular one: 0 where it is one.

    This is the smallest variance, against that of the residuals of least squares, which is 1, or the smallest
    eigenvalue of the correlation matrix.
    """
    variances = np.diag(sigma)
    root = np.sqrt(variances)
    return float(min(variances.min(), np.linalg.eigvalsh(sigma / np.outer(root, root)).min()))
