"""Rubin's rules: the answers of several imputed tables put together, with Barnard and Rubin's degrees of freedom."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialbook.analysis.proportions import tail_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEW = "Rubin's rules need two imputed tables."
BAD = "An estimate or a variance of an imputed table is no finite number within 1e100."
NO_VARIANCE = "Neither within nor between the imputed tables do the values differ: there is no standard error."
NO_DF = "Nearly all of the variance is between the imputed tables: no degrees of freedom are left for an interval."
FAR = 1e100
LEAST_DF = 0.1
"""Below this an interval would reach over twelve orders of magnitude and more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledDraws:
    """One estimate from several imputed tables; what could not be computed is None, and `reason` says why."""

    draws: int
    estimate: float | None = None
    error: float | None = None
    df: float | None = None
    """None where nothing at all differs within the tables."""
    t: float | None = None
    p: float | None = None
    """Two-sided, that the estimate is zero."""
    ci_low: float | None = None
    ci_high: float | None = None
    within: float | None = None
    """Mean variance of the estimate in a table."""
    between: float | None = None
    """Variance of the estimate between tables."""
    increase: float | None = None
    """By which share missing values make the variance larger: Rubin's r."""
    fmi: float | None = None
    """Fraction of missing information."""
    noise: float | None = None
    """Standard error of the estimate from chance of the draws alone: sqrt(between / draws)."""
    reason: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Rubin's rules, over the last axis of estimates and variances."""

    estimate: Floats
    within: Floats
    between: Floats
    total: Floats
    df: Floats


def rules(estimates: Floats, variances: Floats, complete_df: float) -> Rules:
    """Apply Rubin's rules to estimates that are finite and have some variance.

    T = U + (1 + 1/m) B, Rubin 1987, eq. 3.1.5; df = df_m df_o / (df_m + df_o) with df_m = (m - 1) / g^2,
    g = (1 + 1/m) B / T, and df_o = (df + 1) / (df + 3) df (1 - g): Barnard and Rubin 1999, eq. 3. `complete_df` is that
    of the complete table.
    """
    import numpy as np

    m = estimates.shape[-1]
    within, between = variances.mean(axis=-1), estimates.var(axis=-1, ddof=1)
    extra = (1 + 1 / m) * between
    total = within + extra
    share = extra / total
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    # 1 / df_m + 1 / df_o, in the form that stands where nothing differs between tables, or nothing within them
    df = (m - 1) * observed / (m - 1 + observed * share * share)
    return Rules(estimate=estimates.mean(axis=-1), within=within, between=between, total=total, df=np.asarray(df))


def pool_draws(
    estimates: Sequence[float], variances: Sequence[float], *, complete_df: float, confidence: float = 0.95
) -> PooledDraws:
    """Pool the estimates of several imputed tables and their variances, the squares of the standard errors.

    ValueError where there is not one variance an estimate, or no positive degree of freedom.
    """
    import numpy as np

    if len(estimates) != len(variances) or not complete_df > 0:
        raise ValueError("one variance an estimate, and positive degrees of freedom")
    m = len(estimates)
    if m < 2:
        return PooledDraws(draws=m, reason=FEW)
    if not all(abs(q) <= FAR and 0 <= u <= FAR for q, u in zip(estimates, variances, strict=True)):
        return PooledDraws(draws=m, reason=BAD)
    q, u = np.array(estimates, dtype=float), np.array(variances, dtype=float)
    # on a scale of its own, so that squares stay within the range of a double
    unit = max(float(np.ptp(q)), math.sqrt(float(u.max())))
    if unit <= 1e-14 * float(np.abs(q).max()) or not unit:
        return PooledDraws(draws=m, estimate=float(q.mean()), reason=NO_VARIANCE)
    found = rules((q - q.mean()) / unit, u / unit / unit, complete_df)
    return _told(found, m, centre=float(q.mean()), unit=unit, tail=tail_of(confidence))


def _told(found: Rules, m: int, *, centre: float, unit: float, tail: float) -> PooledDraws:
    from scipy.special import stdtr, stdtrit

    df, error = float(found.df), unit * math.sqrt(float(found.total))
    extra = (1 + 1 / m) * float(found.between)
    share = extra / float(found.total)
    start = PooledDraws(
        draws=m, estimate=centre, error=error, df=df or None, within=unit * unit * float(found.within),
        between=unit * unit * float(found.between), increase=extra / float(found.within) if found.within else None,
        # (r + 2 / (df + 3)) / (r + 1), Rubin 1987, eq. 3.1.10, with r = g / (1 - g)
        fmi=share + (1 - share) * 2 / (df + 3), noise=unit * math.sqrt(float(found.between) / m),
    )  # fmt: skip
    if df < LEAST_DF:
        return replace(start, reason=NO_DF)
    reach, t = -float(stdtrit(df, tail)) * error, centre / error
    return replace(start, t=t, p=2 * float(stdtr(df, -abs(t))), ci_low=centre - reach, ci_high=centre + reach)
