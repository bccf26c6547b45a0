"""The mean of normal changes under a stated prior, and how the answer hangs on the prior.

d_i ~ N(mu, sigma^2); mu ~ N(m0, s0^2), or flat; sigma^2 ~ 1 / sigma^2, or scaled inverse chi squared. Given sigma^2
everything is normal, so that one integral over sigma^2 is left: Gelman et al. 2013, section 3.3 and 11.2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from trialbook.analysis.bayes.quadrature import Mixture, integrated
from trialbook.analysis.describe import TOO_LARGE, Moments, moments
from trialbook.analysis.proportions import tail_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CHANCE = 0.05
"""Probability that a sceptical prior gives to a change that matters, and an enthusiastic one to none."""
WIDE = 10.0
"""Standard deviations of a weak prior, in changes that matter."""
FAR = 120.0
"""Logarithms of the variance beyond which nothing is left of any posterior."""
GRAIN = 1e-12
FARTHEST = 1e60

NO_CHANGE = "There are no changes."
ONE_CHANGE = "One change says nothing of the spread: this prior leaves no posterior."
NO_SPREAD = "All changes are equal: without spread this prior leaves no posterior."
TOO_FAR = "A change is no finite number within 1e150."
APART = "The changes and what the prior believes are too many orders of magnitude apart to compute with."
NO_MEAN = "With {n} changes the posterior has no mean: its tails are too long."
NO_SD = "With {n} changes the posterior has no standard deviation: its tails are too long."
AT_ODDS = "The data lie more than 3 standard errors from what the prior expects: they are at odds."


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is believed before the data, in the unit of the change."""

    name: str
    mean: float = 0.0
    sd: float | None = None
    """Of the mean change; None for a flat prior."""
    df: float = 0.0
    """Of the variance: how many changes the belief about it is worth; 0 for 1 / sigma^2."""
    spread: float = 0.0
    """Standard deviation of single changes that is believed in, where `df` is above 0."""

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        is_proper = self.sd is None or 0 < self.sd < TOO_LARGE
        is_paired = self.df >= 0 and (self.df > 0) == (self.spread > 0) and abs(self.spread) < TOO_LARGE
        if not is_proper or not is_paired or not abs(self.mean) < TOO_LARGE:
            raise ValueError(f"the prior {self.name!r} is no distribution")


FLAT = Prior(name="flat")
"""Flat for the mean, 1 / sigma^2 for the variance: its interval is Student's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """What is believed of the mean change after the data; what does not exist is None, and a reason says why."""

    n: int
    prior: Prior
    median: float | None = None
    mean: float | None = None
    sd: float | None = None
    ci_low: float | None = None
    """Of the interval that leaves as much below as above."""
    ci_high: float | None = None
    reason: str = ""
    no_mean: str = ""
    no_sd: str = ""
    warning: str = ""
    mixture: Mixture | None = field(default=None, repr=False)

    def beyond(self, change: float) -> float | None:
        """Return the probability that the mean change is beyond one: below it where that is negative, else above it."""
        if self.mixture is None:
            return None
        return self.mixture.below(change) if change < 0 else self.mixture.above(change)

    def above(self, change: float) -> float | None:
        """Return the probability that the mean change is above one."""
        return None if self.mixture is None else self.mixture.above(change)

    def below(self, change: float) -> float | None:
        """Return the probability that the mean change is below one."""
        return None if self.mixture is None else self.mixture.below(change)


def priors_of(important: float) -> tuple[Prior, ...]:
    """Return priors that differ, for the smallest change that matters, with the sign of what is hoped for.

    Spiegelhalter, Freedman and Parmar 1994, section 4.2: the sceptical one is centred at no change and gives 5 % to
    more than what matters; the enthusiastic one is centred at what matters and gives 5 % to no change or the opposite;
    the weak one is centred at no change with ten times what matters. ValueError for no change.
    """
    from scipy.special import ndtri

    if not important or not math.isfinite(important):
        raise ValueError("a change that matters is a number that is not 0")
    size = abs(important) / -float(ndtri(CHANCE))
    return (
        FLAT,
        Prior(name="weak", sd=WIDE * abs(important)),
        Prior(name="sceptical", sd=size),
        Prior(name="enthusiastic", mean=important, sd=size),
    )


def mean_change(changes: Sequence[float], prior: Prior = FLAT, *, confidence: float = 0.95) -> Posterior:
    """Return the posterior of the mean of normal changes."""
    start = Posterior(n=len(changes), prior=prior)
    reason, found = _why_not(changes, prior)
    if reason:
        return _refused(start, reason)
    unit = math.sqrt((found.m2 + prior.df * prior.spread**2) / (found.n + prior.df))
    if not _is_comparable(found.mean, prior, unit):
        return _refused(start, APART)
    mixture = _mixture(found, prior, unit)
    return _told(start, mixture, found, unit, confidence)


def _is_comparable(mean: float, prior: Prior, unit: float) -> bool:
    """Tell whether changes and prior lie within as many orders of magnitude as squares leave room for."""
    if not 1 / TOO_LARGE < unit < TOO_LARGE:
        return False
    sizes = [abs(mean - prior.mean) / unit, *([] if prior.sd is None else [prior.sd / unit, unit / prior.sd])]
    return max(sizes) < FARTHEST


def _refused(start: Posterior, reason: str) -> Posterior:
    from dataclasses import replace

    return replace(start, reason=reason, no_mean=reason, no_sd=reason)


def _why_not(changes: Sequence[float], prior: Prior) -> tuple[str, Moments]:
    """Say why there is no posterior, empty where there is; and the moments of the changes."""
    if not all(abs(change) < TOO_LARGE for change in changes):
        return TOO_FAR, Moments()
    found = moments(changes)
    if not found.n:
        return NO_CHANGE, found
    if prior.df:
        return "", found
    if found.n == 1:
        return ONE_CHANGE, found
    largest = max(abs(found.low), abs(found.high))
    return (NO_SPREAD if math.sqrt(found.m2 / found.n) <= GRAIN * largest else ""), found


def _mixture(found: Moments, prior: Prior, unit: float) -> Mixture:
    """Return the posterior of mu as normal distributions over the logarithm of sigma^2, on a scale of their unit."""
    import numpy as np

    apart = 0.0 if prior.sd is None else (found.mean - prior.mean) / unit
    wide = math.inf if prior.sd is None else (prior.sd / unit) ** 2
    squares, df = found.n + prior.df, found.n - 1 + prior.df
    density = partial(_log_density, n=found.n, df=df, squares=squares, apart=apart, wide=wide)
    # a second height stands where the variance would explain how far the data lie from the prior
    near = [math.log(squares / df), *([math.log(found.n) + 2 * math.log(abs(apart))] if apart else [])]
    over = integrated(density, min(near) - FAR, max(near) + FAR, near=near)
    variance = np.exp(over.places) / found.n
    share = np.zeros_like(variance) if math.isinf(wide) else variance / (variance + wide)
    means = -share * apart
    deviations = np.sqrt(variance) if math.isinf(wide) else np.sqrt(variance * wide / (variance + wide))
    return Mixture(shares=over.shares, means=found.mean + unit * means, deviations=unit * deviations)


def _log_density(x: Floats, *, n: int, df: float, squares: float, apart: float, wide: float) -> Floats:
    """Return the log density of log sigma^2 with mu integrated out."""
    import numpy as np

    with np.errstate(over="ignore"):
        found = -df / 2 * x - squares / 2 * np.exp(-x)
    if math.isinf(wide):
        return np.asarray(found)
    total = wide + np.exp(x) / n
    return np.asarray(found - np.log(total) / 2 - apart * apart / (2 * total))


def _told(start: Posterior, mixture: Mixture, found: Moments, unit: float, confidence: float) -> Posterior:
    from dataclasses import replace

    prior, df, tail = start.prior, start.n - 1 + start.prior.df, tail_of(confidence)
    is_flat = prior.sd is None
    error = 0.0 if prior.sd is None else math.hypot(prior.sd, unit / math.sqrt(start.n))
    is_odd = prior.sd is not None and abs(found.mean - prior.mean) > 3 * error
    no_mean = NO_MEAN.format(n=start.n) if is_flat and df <= 1 else ""
    no_sd = NO_SD.format(n=start.n) if is_flat and df <= 2 else ""
    return replace(
        start, median=mixture.quantile(0.5), ci_low=mixture.quantile(tail), ci_high=mixture.quantile(1 - tail),
        mean=None if no_mean else mixture.mean(), sd=None if no_sd else mixture.sd(), no_mean=no_mean, no_sd=no_sd,
        warning=AT_ODDS if is_odd else "", mixture=mixture,
    )  # fmt: skip
