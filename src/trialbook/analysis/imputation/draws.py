"""Draws of what is missing: each visit a normal regression on the visits before it, its parameters drawn too.

The values are multivariate normal with means and covariances of their own for each visit. Written as regressions of
each visit on those before, with p(beta, sigma) ~ 1 / sigma for each, the posterior of a table in which participants
only drop out (monotone) falls into one conjugate draw a visit: Rubin 1987, example 5.1; Schafer 1997, section 6.5.
Gaps before a later value are filled by data augmentation (Tanner and Wong 1987; the monotone form is Schafer's): a draw
of the parameters given the filled table and a draw of the gaps given the parameters, in turn, one chain a draw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trialbook.analysis.describe import TOO_LARGE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Ints = NDArray[np.intp]
    Chance = np.random.Generator

DRAWS = 200
STEPS = 100
"""Steps of a chain before its draw is kept; chains are checked over their second half."""
LEAST_DF = 3
"""Below this the drawn values have no variance, and no number of draws settles an answer."""
GRAIN = 1e-5
"""Share of a visit's spread below which what earlier visits leave over is rounding."""
MIXED = 1.1

NOBODY = "No participant has a value."
FEW = (
    "Imputation needs more participants than visits and one: {n} participant{s} with values, {visits} visits. "
    "Nothing is imputed."
)
NO_VALUE = "Nobody has a value at {visit}: nothing says what it would be there."
CONSTANT = "All values at {visit} are equal: there is no spread to draw from."
FEW_AT = (
    "{n} participant{s} with values at {visit} and at all visits before it: what follows from earlier visits cannot be "
    "learnt from fewer than {least}. Nothing is imputed."
)
EXACT = (
    "Where all earlier values are known, those at {visit} follow from them exactly: there is no spread to draw from."
)
TOO_FAR = "A value is no finite number within 1e150."
UNMIXED = "The chains that fill the gaps have not settled (R-hat {r:.2f}): take more steps."


@dataclass(frozen=True, slots=True, kw_only=True)
class Imputed:
    """The filled tables; without them `reason` says why."""

    visits: tuple[str, ...]
    seed: int
    draws: int
    rows: tuple[int, ...] = ()
    """Places in the table of the participants that have any value; the others are left out."""
    values: Floats | None = field(default=None, repr=False)
    """Draws x participants x visits."""
    observed: Mask | None = field(default=None, repr=False)
    """Participants x visits."""
    dropped: Mask | None = field(default=None, repr=False)
    """Missing and after the participant's last value."""
    reason: str = ""
    warning: str = ""

    @property
    def n_gaps(self) -> int:
        """Count the missing values before a later one."""
        if self.observed is None or self.dropped is None:
            return 0
        return int((~self.observed & ~self.dropped).sum())


def impute(
    table: Sequence[Sequence[float | None]] | Floats,
    *,
    seed: int,
    visits: Sequence[str] = (),
    draws: int = DRAWS,
    steps: int = STEPS,
) -> Imputed:
    """Fill a table of participants x visits, in the order of the visits, None or not-a-number where nothing is known.

    The same seed gives the same draws (PCG64). Values are missing at random given what was observed. ValueError for
    fewer than two draws, no step, or rows of unlike length.
    """
    import numpy as np

    if draws < 2 or steps < 1:
        raise ValueError("two draws and one step at least")
    y = np.array([[np.nan if value is None else value for value in row] for row in table], dtype=float)
    width = y.shape[1] if y.ndim == 2 else len(visits)
    y = y.reshape(-1, width)
    names = tuple(visits) or tuple(f"visit {place}" for place in range(1, width + 1))
    if len(names) != width:
        raise ValueError("one name a visit")
    known = ~np.isnan(y).all(axis=1)
    start = Imputed(visits=names, seed=seed, draws=draws, rows=tuple(np.flatnonzero(known).tolist()))
    return _filled(start, y[known], steps)


def _filled(start: Imputed, y: Floats, steps: int) -> Imputed:
    from dataclasses import replace

    import numpy as np

    reason = _why_not(start.visits, y)
    if reason:
        return replace(start, reason=reason)
    observed = ~np.isnan(y)
    last = y.shape[1] - 1 - np.argmax(observed[:, ::-1], axis=1)
    dropped = np.arange(y.shape[1]) > last[:, None]
    centre, unit = np.nanmean(y, axis=0), np.nanstd(y, axis=0)
    if not np.all(unit > 0):
        unit = np.where(unit > 0, unit, 1.0)
    pattern = _Pattern(observed=observed, last=last, gaps=~observed & ~dropped)
    filled, reason, warning = _chains(start, (y - centre) / unit, pattern, steps)
    if filled is None:
        return replace(start, reason=reason)
    values = np.where(observed, y, centre + unit * filled)
    return replace(start, values=values, observed=observed, dropped=dropped, warning=warning)


def _why_not(visits: tuple[str, ...], y: Floats) -> str:
    """Say why a table cannot be imputed at all, empty where it may."""
    import numpy as np

    n, width = y.shape
    if not n:
        return NOBODY
    if (np.abs(y) >= TOO_LARGE).any():
        return TOO_FAR
    if np.isnan(y).any() and n <= width + 1:
        return FEW.format(n=n, s="s" * (n != 1), visits=width)
    empty = np.flatnonzero(np.isnan(y).all(axis=0))
    return NO_VALUE.format(visit=visits[int(empty[0])]) if empty.size else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """Where values are missing."""

    observed: Mask
    last: Ints
    """Of each participant the place of the last value."""
    gaps: Mask

    def needed(self) -> list[int]:
        """Return the visits whose regression is needed: of values after dropout, and of all up to one after a gap."""
        width = self.observed.shape[1]
        dropped = [visit for visit in range(width) if (self.last < visit).any()]
        with_gap = self.last[self.gaps.any(axis=1)]
        until = int(with_gap.max()) + 1 if with_gap.size else 0
        return sorted({*dropped, *range(until)})


def _chains(start: Imputed, y: Floats, pattern: _Pattern, steps: int) -> tuple[Floats | None, str, str]:
    """Run one chain a draw, all at once; where there is no gap one step is enough."""
    import numpy as np

    chance = np.random.Generator(np.random.PCG64(start.seed))
    has_gaps = bool(pattern.gaps.any())
    filled = np.broadcast_to(np.where(pattern.observed, y, 0.0), (start.draws, *y.shape)).copy()
    filled[:, pattern.gaps] = chance.standard_normal((start.draws, int(pattern.gaps.sum())))
    needed = pattern.needed()
    reason = _why_no_regression(start.visits, y, pattern, needed)
    if reason:
        return None, reason, ""
    trace = []
    for step in range(steps if has_gaps else 1):
        drawn = {visit: _regression(filled[:, pattern.last >= visit], visit, chance) for visit in needed}
        if has_gaps:
            _fill_gaps(filled, pattern, drawn, chance)
            if step >= steps // 2:
                trace.append(_gap_means(filled, pattern))
    _fill_ends(filled, pattern, drawn, chance)
    spread = _r_hat(np.array(trace)) if len(trace) > 1 else 1.0
    return filled, "", UNMIXED.format(r=spread) if spread > MIXED else ""


def _why_no_regression(visits: tuple[str, ...], y: Floats, pattern: _Pattern, needed: Sequence[int]) -> str:
    """Say which regression cannot be made, empty where all can.

    The participants without a gap up to a visit must carry it alone: then the posterior is a proper one, gaps or not.
    """
    import numpy as np

    for visit in needed:
        rows = pattern.observed[:, : visit + 1].all(axis=1)
        n, least = int(rows.sum()), visit + 1 + LEAST_DF
        if np.ptp(y[pattern.observed[:, visit], visit]) <= GRAIN * GRAIN:
            return CONSTANT.format(visit=visits[visit])
        if n < least:
            return FEW_AT.format(n=n, visit=visits[visit], s="s" * (n != 1), least=least)
        inner = y[rows, : visit + 1]
        # what earlier visits leave of each, by the corners of a triangular factor of the centred columns
        corners = np.abs(np.diag(np.linalg.qr(inner - inner.mean(axis=0), mode="r")))
        flat = np.flatnonzero(corners <= GRAIN * math.sqrt(n))
        if flat.size:
            return EXACT.format(visit=visits[int(flat[0])])
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """The drawn regression of one visit on those before: intercept, slopes and residual deviation, a draw each."""

    intercept: Floats
    slopes: Floats
    deviation: Floats


def _regression(rows: Floats, visit: int, chance: Chance) -> _Drawn:
    """Draw a regression from its posterior: sigma^2 = RSS / chi^2(n - k), beta ~ N(b, sigma^2 (X'X)^-1).

    `rows` are draws x participants x visits, without a gap up to the visit. X'X = L L', and the last row of the factor
    of (X, y)'(X, y) holds L^-1 X'y and the root of RSS.
    """
    import numpy as np

    draws, n, _ = rows.shape
    both = np.concatenate([np.ones((draws, n, 1)), rows[:, :, : visit + 1]], axis=2)
    factor = np.linalg.cholesky(both.transpose(0, 2, 1) @ both)
    k = visit + 1
    lower, side, root = factor[:, :k, :k], factor[:, k, :k], factor[:, k, k]
    deviation = root / np.sqrt(chance.chisquare(n - k, size=draws))
    z = chance.standard_normal((draws, k))
    upper = lower.transpose(0, 2, 1)
    beta = np.linalg.solve(upper, (side + deviation[:, None] * z)[:, :, None])[:, :, 0]
    return _Drawn(intercept=beta[:, 0], slopes=beta[:, 1:], deviation=deviation)


def _fill_gaps(filled: Floats, pattern: _Pattern, drawn: dict[int, _Drawn], chance: Chance) -> None:
    """Draw the gaps given all that the participant has, for one pattern of gaps after the other.

    The residuals of the regressions are linear in the gaps, A y - a, so that given the rest the gaps are normal with
    precision A_g' D A_g, D the inverse residual variances.
    """
    import numpy as np

    with_gap = np.flatnonzero(pattern.gaps.any(axis=1))
    keys = [(int(pattern.last[row]), pattern.gaps[row].tobytes()) for row in with_gap]
    for key in dict.fromkeys(keys):
        rows = with_gap[[one == key for one in keys]]
        width, gap = key[0] + 1, np.flatnonzero(pattern.gaps[rows[0]])
        a, weights, intercepts = _residuals(drawn, width)
        held = filled[:, rows, :width].copy()
        held[:, :, gap] = 0.0
        rest = intercepts[:, None, :] - held @ a.transpose(0, 2, 1)
        part = a[:, :, gap] * weights[:, :, None]
        precision = part.transpose(0, 2, 1) @ a[:, :, gap]
        factor = np.linalg.cholesky(precision)
        aim = part.transpose(0, 2, 1) @ rest.transpose(0, 2, 1)
        z = chance.standard_normal(aim.shape)
        found = np.linalg.solve(factor.transpose(0, 2, 1), np.linalg.solve(factor, aim) + z)
        filled[:, rows[:, None], gap] = found.transpose(0, 2, 1)


def _residuals(drawn: dict[int, _Drawn], width: int) -> tuple[Floats, Floats, Floats]:
    """Return A, the inverse residual variances and a, a draw each: the residuals are A y - a."""
    import numpy as np

    draws = drawn[0].intercept.size
    a = np.broadcast_to(np.eye(width), (draws, width, width)).copy()
    for visit in range(width):
        a[:, visit, :visit] = -drawn[visit].slopes
    weights = np.stack([drawn[visit].deviation ** -2 for visit in range(width)], axis=1)
    return a, weights, np.stack([drawn[visit].intercept for visit in range(width)], axis=1)


def _fill_ends(filled: Floats, pattern: _Pattern, drawn: dict[int, _Drawn], chance: Chance) -> None:
    """Draw the values after dropout, visit by visit, each given those before."""
    for visit, found in drawn.items():
        rows = pattern.last < visit
        if rows.any():
            z = chance.standard_normal((filled.shape[0], int(rows.sum())))
            expected = found.intercept[:, None] + (filled[:, rows, :visit] @ found.slopes[:, :, None])[:, :, 0]
            filled[:, rows, visit] = expected + found.deviation[:, None] * z


def _gap_means(filled: Floats, pattern: _Pattern) -> Floats:
    """Return the mean filled value of each visit that has gaps, a draw each: (draws, visits)."""
    import numpy as np

    visits = np.flatnonzero(pattern.gaps.any(axis=0))
    return np.stack([filled[:, pattern.gaps[:, visit], visit].mean(axis=1) for visit in visits], axis=1)


def _r_hat(trace: Floats) -> float:
    """Return the largest potential scale reduction of (steps, chains, visits): Gelman and Rubin 1992, eq. 20."""
    import numpy as np

    steps = trace.shape[0]
    within = trace.var(axis=0, ddof=1).mean(axis=0)
    between = trace.mean(axis=0).var(axis=0, ddof=1)
    return float(np.sqrt((steps - 1) / steps + between / within).max())
