"""The binomial distribution: its masses, its tails, and the point at which a rising function reaches a level."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HALVINGS = 200
"""More than enough to bring any interval met here down to two neighbouring doubles."""


def at_least(k: int, n: int, p: float) -> float:
    """Return P(X >= k) of X binomial with n and p, as the incomplete beta ratio I_p(k, n - k + 1): DLMF 8.17.5."""
    from scipy.special import betainc

    if k <= 0 or k > n:
        return 1.0 if k <= 0 else 0.0
    return float(betainc(k, n - k + 1, p))


def at_most(k: int, n: int, p: float) -> float:
    """Return P(X <= k), as 1 - I_p(k + 1, n - k) without the loss of a subtraction."""
    from scipy.special import betaincc

    if k < 0 or k >= n:
        return 0.0 if k < 0 else 1.0
    return float(betaincc(k + 1, n - k, p))


def masses(n: int, p: float) -> NDArray[np.float64]:
    """Return P(X = k) for k from 0 to n: C(n, k) p^k (1 - p)^(n - k), on the log scale."""
    import numpy as np
    from scipy.special import gammaln, xlog1py, xlogy

    k = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.asarray(np.exp(ways + xlogy(k, p) + xlog1py(n - k, -p)))


def tails(n: int, p: float) -> NDArray[np.float64]:
    """Return P(X > k) for k from 0 to n, summed from the small end."""
    import numpy as np

    above = np.cumsum(masses(n, p)[::-1])[::-1]
    return np.append(above[1:], 0.0)


def reaches(rising: Callable[[float], float], level: float, *, low: float = 0.0, high: float = 1.0) -> float:
    """Return where a function that rises from `low` to `high` reaches a level, by halving down to two neighbours."""
    for _ in range(HALVINGS):
        middle = low + (high - low) / 2
        if middle in {low, high}:
            break
        low, high = (middle, high) if rising(middle) < level else (low, middle)
    return high
