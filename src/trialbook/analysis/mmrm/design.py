"""The design matrix of a formula: which columns stand for which term, and what they are in a row or a mean of rows.

Factors are coded by indicators of every level but the first; where the formula lacks the term that such columns are
measured against (no intercept, an interaction without its main effect), by indicators of every level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialbook.analysis.mmrm.formula import Formula, Term
from trialbook.analysis.mmrm.rows import Rows

Floats = NDArray[np.float64]
INTERCEPT = "(Intercept)"
NEGLIGIBLE = 1e-9
"""Share of a column's length, left after the columns before it are taken out, below which it follows from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one variable contributes to a row of means or of differences."""

    weights: Floats
    """Of the levels of a factor, or the value of a covariate as an array of one."""
    total: float
    """What the variable contributes to a term that does not hold it: 1 in a mean, 0 in a difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How the terms of a formula become columns."""

    formula: Formula
    levels: Mapping[str, tuple[str, ...]]
    """Of the factors in the formula."""
    means: Mapping[str, float]
    """Of the covariates, over the rows of the model."""
    shares: Mapping[str, Floats]
    """Of the levels of each factor among the rows of the model."""
    codings: tuple[Mapping[str, Floats], ...]
    """For each term and each factor in it the columns of every level: (levels, columns)."""

    @property
    def names(self) -> tuple[str, ...]:
        """Name the columns: `(Intercept)`, `SEX[Male]`, `SEX[Male]:visit[12]`, `age`."""
        found = [INTERCEPT] if self.formula.intercept else []
        for term, codings in zip(self.formula.terms, self.codings, strict=True):
            parts = [self._names_of(name, codings) for name in term]
            found += [":".join(words) for words in _products(parts)]
        return tuple(found)

    def _names_of(self, name: str, codings: Mapping[str, Floats]) -> list[str]:
        if name not in codings:
            return [name]
        levels = self.levels[name]
        return [f"{name}[{level}]" for level in levels[len(levels) - codings[name].shape[1] :]]

    def row(self, parts: Mapping[str, Part]) -> Floats:
        """Return the row of a mean or a difference; each variable of the formula has its part.

        The mean over all combinations of levels of a product of columns is the product of their means.
        """
        blocks = [np.array([_product(part.total for part in parts.values())])] if self.formula.intercept else []
        for term, codings in zip(self.formula.terms, self.codings, strict=True):
            block = np.array([_product(part.total for name, part in parts.items() if name not in term)])
            for name in term:
                weights = parts[name].weights
                block = np.kron(block, weights @ codings[name] if name in codings else weights)
            blocks.append(block)
        return np.concatenate(blocks) if blocks else np.zeros(0)

    def matrix(self, rows: Rows) -> Floats:
        """Return the columns (N, P) of the rows of a model."""
        blocks = [np.ones((len(rows.y), 1))] if self.formula.intercept else []
        for term, codings in zip(self.formula.terms, self.codings, strict=True):
            block = np.ones((len(rows.y), 1))
            for name in term:
                one = codings[name][rows.factors[name]] if name in codings else rows.covariates[name][:, None]
                block = (block[:, :, None] * one[:, None, :]).reshape(len(rows.y), -1)
            blocks.append(block)
        return np.concatenate(blocks, axis=1) if blocks else np.zeros((len(rows.y), 0))

    def part(self, name: str, level: str | None = None, *, observed: bool = False) -> Part:
        """Return the part of a variable: one level, or (None) the mean of all, alike or as often as observed."""
        if name in self.means:
            return Part(weights=np.array([self.means[name]]), total=1.0)
        levels = self.levels[name]
        if level is not None:
            return Part(weights=np.eye(len(levels))[levels.index(level)], total=1.0)
        return Part(weights=self.shares[name] if observed else np.full(len(levels), 1 / len(levels)), total=1.0)

    def steps(self, name: str) -> list[Part]:
        """Return the differences that a variable can make: every other level against the first, or one unit."""
        if name in self.means:
            return [Part(weights=np.array([1.0]), total=0.0)]
        unit = np.eye(len(self.levels[name]))
        return [Part(weights=other - unit[0], total=0.0) for other in unit[1:]]


def difference(part: Part, other: Part) -> Part:
    """Subtract the second part from the first."""
    return Part(weights=part.weights - other.weights, total=part.total - other.total)


def design_of(formula: Formula, rows: Rows) -> Design:
    """Choose the columns of every term."""
    return Design(
        formula=formula,
        levels={name: rows.levels[name] for name in formula.names if name in rows.factors},
        means={name: float(column.mean()) for name, column in rows.covariates.items()},
        shares={
            name: np.bincount(rows.factors[name], minlength=len(rows.levels[name])) / len(rows.y)
            for name in formula.names
            if name in rows.factors
        },
        codings=tuple(_codings(formula, {name: len(rows.levels[name]) for name in rows.factors})),
    )


def _codings(formula: Formula, sizes: Mapping[str, int]) -> list[dict[str, Floats]]:
    spanned: set[frozenset[str]] = {frozenset()} if formula.intercept else set()
    terms = {frozenset(term) for term in formula.terms}
    found: list[dict[str, Floats]] = []
    for term in formula.terms:
        found.append({name: _coding(term, name, sizes[name], terms | spanned) for name in term if name in sizes})
        if len(term) == 1 and term[0] in sizes:
            # indicators of every level add up to the intercept that a formula without one lacks
            spanned.add(frozenset())
    return found


def _coding(term: Term, name: str, size: int, known: set[frozenset[str]]) -> Floats:
    every = np.eye(size)
    return every[:, 1:] if frozenset(term) - {name} in known else every


def _products(parts: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for part in parts:
        found = [(*words, word) for words in found for word in part]
    return found


def _product(numbers: object) -> float:
    return float(np.prod(np.fromiter(numbers, dtype=float)))  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The columns that do not follow from those before them, made orthogonal: X[:, kept] = q r."""

    q: Floats
    """(N, p), q'q = 1."""
    r: Floats
    """(p, p), upper triangular."""
    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    follow: Floats
    """(p, number dropped): X[:, dropped] = X[:, kept] @ follow."""

    def reduced(self, row: Floats) -> Floats | None:
        """Return a row of contrasts on the kept columns; None where the data cannot tell it."""
        kept = row[list(self.kept)]
        told = kept @ self.follow
        gap = np.abs(told - row[list(self.dropped)])
        return None if (gap > 1e-7 * max(1.0, float(np.abs(row).max(initial=0.0)))).any() else kept


def basis_of(matrix: Floats) -> Basis:
    """Find an orthogonal basis by Gram and Schmidt's steps, each made twice (Giraud and others 2005)."""
    scale = np.maximum(np.abs(matrix).max(axis=0, initial=0.0), np.finfo(float).tiny)
    columns = matrix / scale
    q = np.zeros((len(matrix), 0))
    kept: list[int] = []
    for place, column in enumerate(columns.T):
        left = column - q @ (q.T @ column)
        left = left - q @ (q.T @ left)
        length = float(np.linalg.norm(left))
        if length > NEGLIGIBLE * float(np.linalg.norm(column)):
            kept.append(place)
            q = np.column_stack([q, left / length])
    dropped = [place for place in range(matrix.shape[1]) if place not in kept]
    r = np.triu(q.T @ columns[:, kept])
    follow = np.linalg.solve(r, q.T @ columns[:, dropped]) if kept else np.zeros((0, len(dropped)))
    follow = follow * scale[dropped] / scale[kept][:, None]
    return Basis(q=q, r=r * scale[kept], kept=tuple(kept), dropped=tuple(dropped), follow=follow)
