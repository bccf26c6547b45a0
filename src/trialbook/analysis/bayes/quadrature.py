"""Integrals over one parameter, and the mixtures of normal distributions that they leave.

Every model of this folder is normal once a variance is known. So a posterior is a mixture of normal distributions over
that variance, and one integral, by the trapezoidal rule on its logarithm, gives means, tails and quantiles. For a
function that is analytic near the line and falls off on both sides the rule converges exponentially (Trefethen and
Weideman 2014).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NODES = 4001
NEGLIGIBLE = 50.0
"""Logarithm below the highest point at which the rest of an integral is left out: 2e-22 of it."""
ROUNDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """Normal distributions with their shares, which sum to 1."""

    shares: Floats = field(repr=False)
    means: Floats = field(repr=False)
    deviations: Floats = field(repr=False)

    def mean(self) -> float:
        """Return the mean."""
        return float((self.shares * self.means).sum())

    def sd(self) -> float:
        """Return the standard deviation."""
        apart = self.means - self.mean()
        return math.sqrt(float((self.shares * (self.deviations**2 + apart * apart)).sum()))

    def below(self, value: float) -> float:
        """Return the probability below a value."""
        from scipy.special import ndtr

        return min(1.0, float((self.shares * ndtr((value - self.means) / self.deviations)).sum()))

    def above(self, value: float) -> float:
        """Return the probability above a value, without the loss of a subtraction."""
        from scipy.special import ndtr

        return min(1.0, float((self.shares * ndtr((self.means - value) / self.deviations)).sum()))

    def quantile(self, share: float) -> float:
        """Return the value below which a share lies, by halving down to two neighbouring doubles."""
        from trialbook.analysis.binomial import reaches

        # at least the grain of the means, or a deviation far below them would move no end
        reach = max(float(self.deviations.max()), 1e-15 * float(abs(self.means).max()))
        low, high = float(self.means.min()) - reach, float(self.means.max()) + reach
        while self.below(low) > share:
            low -= high - low
        while self.above(high) > 1 - share:
            high += high - low
        return reaches(self.below, share, low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrated:
    """A density over one parameter, with its integral taken out."""

    log_density: Callable[[Floats], Floats]
    places: Floats = field(repr=False)
    """Evenly spaced over all that matters."""
    shares: Floats = field(repr=False)
    """Of each place; they sum to 1."""
    log_total: float
    """Logarithm of the integral."""

    def quantile(self, share: float) -> float:
        """Return the place below which a share lies; |error| of the order of the fourth power of the step.

        Sums of the trapezoidal rule with the first term of Euler and Maclaurin (DLMF 2.10.1), and Simpson's rule from
        the last place on.
        """
        import numpy as np

        from trialbook.analysis.binomial import reaches

        below = np.cumsum(self.shares) - self.shares / 2 - np.gradient(self.shares) / 12
        last = max(int(np.searchsorted(below, share)) - 1, 0)
        start, end = float(self.places[last]), float(self.places[min(last + 1, len(self.places) - 1)])

        def reached(place: float) -> float:
            heights = self.log_density(np.array([start, (start + place) / 2, place]))
            inside = float(np.exp(heights - self.log_total) @ np.array([1.0, 4.0, 1.0]))
            return float(below[last]) + (place - start) / 6 * inside

        return reaches(reached, share, low=start, high=end)


def integrated(
    log_density: Callable[[Floats], Floats], low: float, high: float, *, near: Sequence[float] = ()
) -> Integrated:
    """Integrate a density given by its logarithm.

    Between `low` and `high`, which need not be close, what matters is found by narrowing; `near` are places where a
    narrow height may stand.
    """
    import numpy as np

    for _ in range(ROUNDS):
        inside = [place for place in near if low < place < high]
        places = np.sort(np.concatenate([np.linspace(low, high, NODES), inside]))
        heights = log_density(places)
        kept = np.flatnonzero(heights > heights.max() - NEGLIGIBLE)
        ends = float(places[max(kept[0] - 1, 0)]), float(places[min(kept[-1] + 1, len(places) - 1)])
        is_narrow = ends[1] - ends[0] > (high - low) / 2
        low, high = ends
        if is_narrow:
            break
    places, step = np.linspace(low, high, NODES, retstep=True)
    heights = log_density(places)
    top = float(heights.max())
    masses = np.exp(heights - top)
    total = float(masses.sum())
    return Integrated(
        log_density=log_density, places=places, shares=masses / total,
        log_total=top + math.log(total) + math.log(float(step)),
    )  # fmt: skip
