"""The mean change from baseline in imputed tables, with values after dropout shifted, and the shift that tips it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialbook.analysis.change import paired_t
from trialbook.analysis.imputation.rubin import PooledDraws, pool_draws, rules

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from trialbook.analysis.imputation.draws import Imputed

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

FARTHEST = 20.0
"""Standard deviations of the change up to which a shift is searched."""
GRID = 2000
HALVINGS = 60

FEW = "A change of fewer than two participants has no variance."
NOBODY = "Nobody's value at this visit is missing after dropout: there is nothing to shift."
NOT_TESTED = "The imputed changes give no test: {why}"
NEVER = (
    "No shift up to 20 standard deviations of the change to either side, or to where the mean change turns its sign, "
    "makes the conclusion another."
)
COMPLETE = "Nothing is missing: nothing was imputed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tipping:
    """The smallest shift of the values after dropout at which the conclusion is another."""

    was_significant: bool | None = None
    """Of the imputed changes without a shift; None where there is no test."""
    delta: float | None = None
    """In the unit of the values; None where no shift tips the conclusion, or there is none to tip."""
    estimate: float | None = None
    """Mean change at that shift."""
    p: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """What the changes of each draw come to for every shift: those of the dropped are moved by it."""

    n: int
    means: Floats
    squares: Floats
    """Sums of squared deviations."""
    drops: Floats
    """Sum of the deviations of those who dropped out."""
    share: float
    """Of participants who dropped out."""

    def shifted(self, deltas: Floats) -> tuple[Floats, Floats]:
        """Return estimates and variances for each shift and draw: (shifts, draws)."""
        delta = deltas[:, None]
        spread = self.n * self.share * (1 - self.share)
        squares = self.squares + 2 * delta * self.drops + delta * delta * spread
        return self.means + delta * self.share, squares.clip(0.0) / (self.n * (self.n - 1))


def change_at(
    imputed: Imputed,
    visit: int,
    *,
    base: int = 0,
    delta: float = 0.0,
    who: Sequence[bool] | Mask | None = None,
    confidence: float = 0.95,
) -> PooledDraws:
    """Return the mean change from one visit (a place in the table) to another, pooled over the draws.

    Values missing after dropout are shifted by `delta` from the visit of dropout on (Carpenter and Kenward 2013,
    section 10.2); gaps are not. `who` marks the participants that count, of those in `imputed.rows`. Where nothing of
    them is missing this is the paired t test.
    """
    if imputed.values is None or imputed.observed is None:
        return PooledDraws(draws=imputed.draws, reason=imputed.reason)
    chosen = _chosen(imputed, who)
    if int(chosen.sum()) < 2:
        return PooledDraws(draws=imputed.draws, reason=FEW)
    if imputed.observed[chosen][:, [base, visit]].all():
        return _complete(imputed, visit, base, chosen, confidence)
    import numpy as np

    sums, unit = _sums(imputed, visit, base, chosen)
    estimates, variances = sums.shifted(np.array([delta / unit]))
    found = pool_draws(
        (estimates[0] * unit).tolist(), (variances[0] * unit * unit).tolist(), complete_df=sums.n - 1,
        confidence=confidence,
    )  # fmt: skip
    return _noted(found, imputed.warning)


def _noted(found: PooledDraws, warning: str) -> PooledDraws:
    from dataclasses import replace

    return replace(found, warning=warning)


def _chosen(imputed: Imputed, who: Sequence[bool] | Mask | None) -> Mask:
    import numpy as np

    n = len(imputed.rows)
    return np.ones(n, dtype=bool) if who is None else np.array(who, dtype=bool).reshape(n)


def _complete(imputed: Imputed, visit: int, base: int, chosen: Mask, confidence: float) -> PooledDraws:
    """Give the paired t test of a table without gaps."""
    if imputed.values is None:
        return PooledDraws(draws=imputed.draws, reason=imputed.reason)
    table = imputed.values[0][chosen]
    found = paired_t(table[:, visit].tolist(), table[:, base].tolist(), confidence=confidence)
    if found.t is None or found.sd is None or found.df is None:
        return PooledDraws(draws=imputed.draws, estimate=found.mean, reason=found.reason, warning=COMPLETE)
    variance = found.sd**2 / found.n
    return PooledDraws(
        draws=imputed.draws, estimate=found.mean, error=math.sqrt(variance), df=float(found.df), t=found.t, p=found.p,
        ci_low=found.ci_low, ci_high=found.ci_high, within=variance, between=0.0, increase=0.0, fmi=0.0, noise=0.0,
        warning=COMPLETE,
    )  # fmt: skip


def _sums(imputed: Imputed, visit: int, base: int, chosen: Mask) -> tuple[_Sums, float]:
    """Sum the changes of each draw up, on a scale of their own spread, which is returned too."""
    if imputed.values is None or imputed.dropped is None:
        raise ValueError("nothing was imputed")
    changes = imputed.values[:, chosen, visit] - imputed.values[:, chosen, base]
    unit = float(changes.std()) or 1.0
    changes = changes / unit
    drops, n = imputed.dropped[chosen, visit], int(chosen.sum())
    means = changes.mean(axis=1)
    apart = changes - means[:, None]
    sums = _Sums(
        n=n, means=means, squares=(apart * apart).sum(axis=1), drops=apart[:, drops].sum(axis=1),
        share=float(drops.mean()),
    )  # fmt: skip
    return sums, unit


def tipping_point(
    imputed: Imputed,
    visit: int,
    *,
    base: int = 0,
    alpha: float = 0.05,
    who: Sequence[bool] | Mask | None = None,
) -> Tipping:
    """Find the smallest shift, to either side, at which significance is gained or lost, with the same draws.

    Searched in even steps up to 20 standard deviations of the change, or until the mean change is turned to zero where
    that is farther, and refined by halving (Yan, Lee and Li 2009).
    """
    at_zero = change_at(imputed, visit, base=base, who=who)
    if at_zero.p is None or imputed.dropped is None:
        return Tipping(reason=NOT_TESTED.format(why=at_zero.reason))
    was = at_zero.p < alpha
    chosen = _chosen(imputed, who)
    if not imputed.dropped[chosen, visit].any():
        return Tipping(was_significant=was, reason=NOBODY)
    import numpy as np

    sums, unit = _sums(imputed, visit, base, chosen)
    limit = max(FARTHEST, 1.01 * abs(float(sums.means.mean())) / sums.share)
    is_other = _other(sums, alpha, was=was)
    found = [_first(is_other, side * limit) for side in (-1.0, 1.0)]
    nearest = min((delta for delta in found if delta is not None), key=abs, default=None)
    if nearest is None:
        return Tipping(was_significant=was, reason=NEVER)
    at = change_at(imputed, visit, base=base, delta=float(np.float64(nearest)) * unit, who=who)
    return Tipping(was_significant=was, delta=nearest * unit, estimate=at.estimate, p=at.p)


def _other(sums: _Sums, alpha: float, *, was: bool) -> Callable[[Floats], Mask]:
    """Return a function that tells for which shifts the conclusion is another."""

    def is_other(deltas: Floats) -> Mask:
        import numpy as np
        from scipy.special import stdtr

        found = rules(*sums.shifted(deltas), sums.n - 1)
        p = 2 * stdtr(found.df, -np.abs(found.estimate) / np.sqrt(found.total))
        return np.asarray((p < alpha) != was)

    return is_other


def _first(is_other: Callable[[Floats], Mask], limit: float) -> float | None:
    """Return the first shift on the way to a limit at which the conclusion is another."""
    import numpy as np

    deltas = np.linspace(0.0, limit, GRID + 1)
    others = np.flatnonzero(is_other(deltas))
    if not others.size:
        return None
    inside, outside = float(deltas[max(others[0] - 1, 0)]), float(deltas[others[0]])
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if is_other(np.array([middle]))[0] else (middle, outside)
    return outside
