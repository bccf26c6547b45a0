"""Covariance structures of repeated measures: the matrix that parameters give, and its first and second derivatives.

Apart from the unstructured matrix each is Sigma = s s' o R: standard deviations s, one for all visits or one for each,
and a correlation R of one of four families over the visits 1 ... T in their order (o multiplies element by element):

    exchangeable      R_ab = rho                                  cs, csh
    autoregressive    R_ab = rho^|a - b|                          ar1, ar1h
    Toeplitz          R_ab = rho_|a - b|                          toep, toeph
    ante-dependence   R_ab = rho_a rho_(a+1) ... rho_(b-1)        ad, adh (Gabriel 1962)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Name = Literal["us", "toeph", "adh", "ar1h", "csh", "toep", "ad", "ar1", "cs"]
ORDER: tuple[Name, ...] = get_args(Name)
"""From most to fewest parameters, in which one takes the place of another that cannot be estimated."""
TITLES: Mapping[Name, str] = MappingProxyType(
    {
        "us": "unstructured",
        "toeph": "heterogeneous Toeplitz",
        "adh": "heterogeneous ante-dependence",
        "ar1h": "heterogeneous autoregressive",
        "csh": "heterogeneous compound symmetry",
        "toep": "Toeplitz",
        "ad": "ante-dependence",
        "ar1": "autoregressive",
        "cs": "compound symmetry",
    }
)

Correlation = Callable[[Floats, int], tuple[Floats, Floats, Floats]]
"""Parameters and number of visits -> the correlation (T, T), its first (k, T, T), second derivatives (k, k, T, T)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family of correlations."""

    of: Correlation
    start: Callable[[Floats], Floats]
    """An observed correlation matrix -> parameters near it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A covariance matrix with its derivatives by the parameters."""

    sigma: Floats
    """(T, T)."""
    first: Floats
    """(q, T, T)."""
    second: Floats | None
    """(q, q, T, T); None where all are zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A covariance structure for a number of visits."""

    name: Name
    visits: int

    def shape(self, theta: Floats) -> Shape:
        """Return the matrix and its derivatives; no promise that it is positive definite."""
        if self.name == "us":
            return _unstructured(theta, self.visits)
        spread = _spread(self.name, self.visits)
        size = spread.shape[1]
        return _scaled(spread, theta[:size], FAMILIES[family_of(self.name)].of(theta[size:], self.visits))

    def start(self, covariance: Floats) -> Floats:
        """Return parameters near an observed covariance matrix with a positive diagonal."""
        if self.name == "us":
            return np.asarray(covariance[np.tril_indices(self.visits)])
        spread = _spread(self.name, self.visits)
        variances = np.diag(covariance)
        sd = np.sqrt(spread.T @ variances / spread.sum(axis=0))
        root = np.sqrt(variances)
        return np.concatenate([sd, FAMILIES[family_of(self.name)].start(covariance / np.outer(root, root))])

    @property
    def size(self) -> int:
        """Count the parameters."""
        return len(self.start(np.eye(self.visits)))


def family_of(name: Name) -> str:
    """Return the family of correlations of a structure other than the unstructured."""
    return name if name in FAMILIES else name.removesuffix("h")


def is_heterogeneous(name: Name) -> bool:
    """Tell whether every visit has a variance of its own."""
    return name == "us" or name not in FAMILIES


def after(name: Name, visits: int) -> tuple[Name, ...]:
    """Return a structure and those that may take its place, in their order.

    With two visits all correlations are one number, with one visit there is none: then only what differs is listed.
    """
    told_apart = ORDER if visits > 2 else (("us", "cs") if visits == 2 else ("us",))
    same = name if visits > 2 else "us" if visits == 1 or is_heterogeneous(name) else "cs"
    rest = told_apart[told_apart.index(same) + 1 :]
    return (name, *rest)


def _unstructured(theta: Floats, visits: int) -> Shape:
    row, column = np.tril_indices(visits)
    first = np.zeros((len(row), visits, visits))
    first[range(len(row)), row, column] = first[range(len(row)), column, row] = 1.0
    sigma = np.zeros((visits, visits))
    sigma[row, column] = sigma[column, row] = theta
    return Shape(sigma=sigma, first=first, second=None)


def _spread(name: Name, visits: int) -> Floats:
    """Return which visits (rows) have which standard deviation (columns)."""
    return np.eye(visits) if is_heterogeneous(name) else np.ones((visits, 1))


def _scaled(spread: Floats, sd: Floats, correlation: tuple[Floats, Floats, Floats]) -> Shape:
    """Multiply a correlation by standard deviations: the product rule, element by element."""
    matrix, first, second = correlation
    s = spread @ sd
    both = np.outer(s, s)
    slope = np.einsum("ai,b->iab", spread, s)
    slope = slope + slope.transpose(0, 2, 1)
    bend = np.einsum("ai,bj->ijab", spread, spread)
    bend = bend + bend.transpose(0, 1, 3, 2)
    mixed = slope[:, None] * first[None]
    upper = np.concatenate([bend * matrix, mixed], axis=1)
    lower = np.concatenate([mixed.transpose(1, 0, 2, 3), both * second], axis=1)
    return Shape(
        sigma=both * matrix,
        first=np.concatenate([slope * matrix, both * first]),
        second=np.concatenate([upper, lower]),
    )


def _lags(visits: int) -> NDArray[np.intp]:
    place = np.arange(visits)
    return np.asarray(np.abs(place[:, None] - place), dtype=np.intp)


def _exchangeable(rho: Floats, visits: int) -> tuple[Floats, Floats, Floats]:
    off = 1.0 - np.eye(visits)
    size = len(rho)
    return np.eye(visits) + rho.sum() * off, np.tile(off, (size, 1, 1)), np.zeros((size, size, visits, visits))


def _toeplitz(rho: Floats, visits: int) -> tuple[Floats, Floats, Floats]:
    lags, size = _lags(visits), len(rho)
    first = (lags == np.arange(1, size + 1)[:, None, None]).astype(float)
    return np.append(1.0, rho)[lags], first, np.zeros((size, size, visits, visits))


def _autoregressive(rho: Floats, visits: int) -> tuple[Floats, Floats, Floats]:
    lags, size = _lags(visits), len(rho)
    if not size:
        return np.ones((visits, visits)), np.zeros((0, visits, visits)), np.zeros((0, 0, visits, visits))
    base = float(rho[0])
    once, twice = np.maximum(lags - 1, 0), np.maximum(lags - 2, 0)
    first, second = lags * base**once, lags * (lags - 1) * base**twice
    return np.asarray(base**lags, dtype=float), first[None], second[None, None]


def _antedependent(rho: Floats, visits: int) -> tuple[Floats, Floats, Floats]:
    size = len(rho)
    place, step = np.arange(visits), np.arange(size)
    low, high = np.minimum(place[:, None], place), np.maximum(place[:, None], place)
    spans = (low[..., None] <= step) & (step < high[..., None])
    factors = np.where(spans, rho, 1.0)
    without = np.where(np.eye(size, dtype=bool)[:, None, None], 1.0, factors)
    first = spans.transpose(2, 0, 1) * without.prod(axis=-1)
    second = np.zeros((size, size, visits, visits))
    for k in range(size):
        both = np.where(np.eye(size, dtype=bool)[k], 1.0, without).prod(axis=-1)
        second[k] = (spans[..., k] * spans.transpose(2, 0, 1)) * both
        second[k, k] = 0.0
    return factors.prod(axis=-1), first, second


def _lag_means(correlation: Floats) -> Floats:
    return np.array([np.diag(correlation, lag).mean() for lag in range(1, len(correlation))])


def _mean_off(correlation: Floats) -> Floats:
    return np.array([_off(correlation).mean()] if len(correlation) > 1 else [])


def _off(correlation: Floats) -> Floats:
    return np.asarray(correlation[np.triu_indices(len(correlation), 1)])


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "cs": Family(of=_exchangeable, start=_mean_off),
        "ar1": Family(of=_autoregressive, start=lambda found: _lag_means(found)[:1]),
        "toep": Family(of=_toeplitz, start=_lag_means),
        "ad": Family(of=_antedependent, start=lambda found: np.diag(found, 1).copy()),
    }
)
