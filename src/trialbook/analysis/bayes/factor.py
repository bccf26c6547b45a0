"""How much likelier the changes are if there is a change than if there is none: the JZS Bayes factor.

Rouder, Speckman, Sun, Morey and Iverson 2009, eq. 1: under a change the standardised effect is Cauchy with scale r,
that is normal with variance g r^2 and 1 / g chi squared on one degree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from trialbook.analysis.bayes.quadrature import integrated
from trialbook.analysis.change import paired_t

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MEDIUM = math.sqrt(0.5)
"""Scale of the prior effect: half of the prior lies within it."""
FEWEST = 2
LARGEST_LOG = 709.0
FAR = 60.0

FEW = "A Bayes factor needs two changes."
BEYOND = "The Bayes factor is beyond the range of a number; its logarithm is given."


@dataclass(frozen=True, slots=True, kw_only=True)
class BayesFactor:
    """Odds of a change against none, as far as the data go; None where there is none, and `reason` says why."""

    n: int
    scale: float = MEDIUM
    bf10: float | None = None
    """Times likelier under a change; below 1 where the data speak for none."""
    log_bf10: float | None = None
    reason: str = ""
    beyond: str = ""
    """Why there is a logarithm and no factor."""


def jzs_change(changes: Sequence[float], *, scale: float = MEDIUM) -> BayesFactor:
    """Return the Bayes factor of changes within participants, with the reasons of the paired t test."""
    test = paired_t(changes, [0.0] * len(changes))
    if test.t is None:
        return BayesFactor(n=test.n, scale=scale, reason=test.reason)
    return jzs(test.t, test.n, scale=scale)


def jzs(t: float, n: int, *, scale: float = MEDIUM) -> BayesFactor:
    """Return the Bayes factor of a one-sample t; ValueError for a scale not above 0 or a t that is no number."""
    if not 0 < scale < math.inf or not math.isfinite(t):
        raise ValueError("a scale is above 0 and finite, a t is a finite number")
    if n < FEWEST:
        return BayesFactor(n=n, scale=scale, reason=FEW)
    log_null = -n / 2 * _log_tail(t, n - 1.0, 1.0)
    density = partial(_log_density, t=t, n=n, scale=scale)
    near = [0.0, 2 * math.log1p(abs(t)), 2 * math.log1p(abs(t)) - math.log(n * scale * scale)]
    log_bf = integrated(density, -FAR, max(near) + FAR, near=near).log_total - log_null
    is_number = abs(log_bf) < LARGEST_LOG
    return BayesFactor(
        n=n, scale=scale, log_bf10=log_bf, bf10=math.exp(log_bf) if is_number else None,
        beyond="" if is_number else BEYOND,
    )  # fmt: skip


def _log_tail(t: float, df: float, wide: float) -> float:
    """Return log(1 + t^2 / (wide df)), for a t whose square is beyond a double too."""
    ratio = abs(t) / math.sqrt(wide * df)
    return math.log1p(ratio * ratio) if ratio < 1e100 else 2 * math.log(ratio)


def _log_density(x: Floats, *, t: float, n: int, scale: float) -> Floats:
    """Return the log of the integrand over x = log g, with the change of variable."""
    import numpy as np

    with np.errstate(over="ignore"):
        log_prior = -x / 2 - np.exp(-x) / 2 - math.log(2 * math.pi) / 2
    wide = np.logaddexp(0.0, math.log(n * scale * scale) + x)
    log_square = -math.inf if not t else 2 * math.log(abs(t)) - math.log(n - 1)
    return np.asarray(log_prior - wide / 2 - n / 2 * np.logaddexp(0.0, log_square - wide))
