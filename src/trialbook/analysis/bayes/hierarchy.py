"""Studies, or participants, whose true effects differ: a normal-normal model with a half-Cauchy spread.

y_j ~ N(theta_j, s_j^2), theta_j ~ N(mu, tau^2), mu flat, tau half-Cauchy with a stated scale (Gelman 2006). Given tau
all is normal (Gelman et al. 2013, eq. 5.17 to 5.21), so that one integral over tau is left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from trialbook.analysis.bayes.quadrature import Mixture, integrated
from trialbook.analysis.proportions import tail_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FAR = 60.0
FARTHEST = 1e60

FEW = "With {k} estimate{s} nothing is learnt of how they differ: the model needs two."
BAD = "An estimate is a finite number, its standard error a finite number above 0."
APART = "The estimates, their errors and the scale are too many orders of magnitude apart to compute with."
NO_SD = "With two estimates the posterior of the mean has no standard deviation: its tails are too long."


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What is believed of one true effect."""

    label: str
    mean: float
    sd: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """The posterior; what could not be computed is None, and `reason` says why."""

    k: int
    scale: float
    """Median of the prior of tau."""
    mean: float | None = None
    sd: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    tau: float | None = None
    """Mean of tau."""
    tau_median: float | None = None
    tau_low: float | None = None
    tau_high: float | None = None
    pi_low: float | None = None
    """Where the true effect of a further study lies."""
    pi_high: float | None = None
    members: tuple[Member, ...] = ()
    reason: str = ""
    no_sd: str = ""
    mixture: Mixture | None = field(default=None, repr=False)

    def above(self, value: float) -> float | None:
        """Return the probability that the mean effect is above a value."""
        return None if self.mixture is None else self.mixture.above(value)

    def below(self, value: float) -> float | None:
        """Return the probability that the mean effect is below a value."""
        return None if self.mixture is None else self.mixture.below(value)


def hierarchical(
    estimates: Sequence[float],
    errors: Sequence[float],
    *,
    scale: float,
    labels: Sequence[str] = (),
    confidence: float = 0.95,
) -> Hierarchy:
    """Return the posterior of the mean effect, of the spread between effects, and of each effect.

    `scale` is stated in the unit of the estimates: half of the prior of tau lies below it. ValueError for one that is
    not above 0, or columns of unlike length.
    """
    import numpy as np

    if not 0 < scale < math.inf or len(estimates) != len(errors):
        raise ValueError("a scale above 0, and one error an estimate")
    start = Hierarchy(k=len(estimates), scale=scale)
    reason = _why_not(estimates, errors, scale)
    if reason:
        return _with(start, reason=reason, no_sd=reason)
    y, s = np.array(estimates, dtype=float), np.array(errors, dtype=float)
    unit, centre = float(np.median(s)), float(np.median(y))
    names = tuple(labels) or tuple(f"estimate {place}" for place in range(1, start.k + 1))
    return _told(start, (y - centre) / unit, (s / unit) ** 2, names, unit=unit, centre=centre, tail=tail_of(confidence))


def _why_not(estimates: Sequence[float], errors: Sequence[float], scale: float) -> str:
    if len(estimates) < 2:
        return FEW.format(k=len(estimates), s="s" * (len(estimates) != 1))
    if not all(math.isfinite(y) and 0 < s < math.inf for y, s in zip(estimates, errors, strict=True)):
        return BAD
    sizes = [size for size in (*map(abs, estimates), *errors, scale) if size]
    return APART if max(sizes) / FARTHEST > min(*errors, scale) or max(sizes) > FARTHEST else ""


def _with(found: Hierarchy, **fields: object) -> Hierarchy:
    from dataclasses import replace

    return replace(found, **fields)  # type: ignore[arg-type]


def _told(
    start: Hierarchy, y: Floats, v: Floats, names: Sequence[str], *, unit: float, centre: float, tail: float
) -> Hierarchy:
    """Integrate over tau, and tell what is left on the scale of the estimates."""
    import numpy as np

    scale = start.scale / unit
    density = partial(_log_density, y=y, v=v, scale=scale)
    widest = math.log(max(float(np.ptp(y)), float(np.sqrt(v.max())), scale))
    lowest = math.log(min(float(np.sqrt(v.min())), scale))
    over = integrated(density, lowest - FAR, widest + FAR, near=[lowest, widest])
    tau = np.exp(over.places)
    mean, variance = _given(y, v, tau)

    def mixture(means: Floats, variances: Floats) -> Mixture:
        return Mixture(shares=over.shares, means=centre + unit * means, deviations=unit * np.sqrt(variances))

    about, further = mixture(mean, variance), mixture(mean, variance + tau * tau)
    low, middle, high = (unit * math.exp(over.quantile(share)) for share in (tail, 0.5, 1 - tail))
    each = [mixture(*_drawn(one, wide, tau, (mean, variance))) for one, wide in zip(y, v, strict=True)]
    no_sd = NO_SD if start.k == 2 else ""
    return _with(
        start, mean=about.mean(), sd=None if no_sd else about.sd(), ci_low=about.quantile(tail),
        ci_high=about.quantile(1 - tail), tau=unit * float((over.shares * tau).sum()), tau_median=middle, tau_low=low,
        tau_high=high, pi_low=further.quantile(tail), pi_high=further.quantile(1 - tail), mixture=about, no_sd=no_sd,
        members=tuple(_member(name, found, tail) for name, found in zip(names, each, strict=True)),
    )  # fmt: skip


def _drawn(y: float, v: float, tau: Floats, given: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Return mean and variance of one true effect given each tau, drawn towards mu: Gelman et al. 2013, eq. 5.17."""
    mean, variance = given
    share = v / (v + tau * tau)
    return (1 - share) * y + share * mean, share * tau * tau + share * share * variance


def _member(label: str, found: Mixture, tail: float) -> Member:
    low, high = found.quantile(tail), found.quantile(1 - tail)
    return Member(label=label, mean=found.mean(), sd=found.sd(), ci_low=low, ci_high=high)


def _given(y: Floats, v: Floats, tau: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of mu given each tau: Gelman et al. 2013, eq. 5.20."""
    weights = 1 / (v[:, None] + tau * tau)
    total = weights.sum(axis=0)
    return (weights * y[:, None]).sum(axis=0) / total, 1 / total


def _log_density(x: Floats, *, y: Floats, v: Floats, scale: float) -> Floats:
    """Return the log density of log tau with mu and all theta integrated out: Gelman et al. 2013, eq. 5.21."""
    import numpy as np

    tau = np.exp(x)
    total = v[:, None] + tau * tau
    mean, variance = _given(y, v, tau)
    likelihood = np.log(variance) / 2 - (np.log(total) + (y[:, None] - mean) ** 2 / total).sum(axis=0) / 2
    return np.asarray(likelihood + x - np.log1p((tau / scale) ** 2))
