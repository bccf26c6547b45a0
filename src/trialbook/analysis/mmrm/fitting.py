"""Fit a mixed model for repeated measures, falling back to simpler covariance structures where it must."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from trialbook.analysis.mmrm.design import Basis, Design, basis_of, design_of
from trialbook.analysis.mmrm.fitted import FallBack, Fit, Model, answering
from trialbook.analysis.mmrm.formula import parse
from trialbook.analysis.mmrm.inference import Information, Method
from trialbook.analysis.mmrm.panel import Panel, panel_of
from trialbook.analysis.mmrm.rows import Columns, Levels, Rows, read_rows
from trialbook.analysis.mmrm.solve import Solution, is_definite, maximise
from trialbook.analysis.mmrm.structures import ORDER, TITLES, Name, Structure, after

Floats = NDArray[np.float64]
NO_LEVELS: Levels = MappingProxyType({})

NO_COLUMN = "The formula leaves no coefficient to estimate."
NO_REST = "There are as many coefficients ({rank}) as values ({values}): nothing is left to estimate an error from."
NO_VARIATION = "The model meets every value exactly: no variation is left to estimate an error from."
NONE_LEFT = "No covariance structure could be estimated: {reasons}."
FELL_BACK = "The covariance structure is {used}, not {asked} as asked: {reasons}."
ONE_VISIT = "Only one visit has values: nothing is repeated."
ALIASED = "Left out, since they follow from others or have no values: {names}."
SCARCE = "Only {left} values stand against {parameters} parameters of the covariance matrix: errors and p are rough."
ILL = "The covariance matrix is nearly singular (condition {condition:.0e}): its small digits are not to be trusted."
EXACT = 1e-13
"""Residual against the largest value below which what is left is rounding."""
ILL_FROM = 1e8
ENOUGH = 3
"""Values beyond the coefficients, for each parameter of the covariance matrix, below which a warning is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """A model's numbers before a structure is chosen."""

    design: Design
    basis: Basis
    panel: Panel
    offset: Floats
    unit: float

    def log_likelihood(self, scaled: float) -> float:
        """Return the likelihood in the units of the response and of the columns of the design."""
        left = self.panel.values - self.panel.rank
        return float(scaled - left * np.log(self.unit) - np.log(np.abs(np.diag(self.basis.r))).sum())


def fit(  # noqa: PLR0913 - a model has as many choices as it has
    formula: str,
    frame: Columns,
    *,
    participant: str,
    visit: str,
    structure: Name = "us",
    fall_back: Sequence[Name] | None = None,
    method: Method = "kenward-roger",
    information: Information = "observed",
    confidence: float = 0.95,
    levels: Levels = NO_LEVELS,
    factors: Sequence[str] = (),
) -> Fit:
    """Fit a mixed model for repeated measures by restricted maximum likelihood.

    `frame` gives columns by name: a mapping of sequences, or a polars frame; one row a value. Rows that lack
    something are left out and counted. Columns of numbers are covariates, unless named in `factors`; others are
    factors, their levels in the order of `levels`, else numbers by size and texts by name. Participant and visit are
    factors. `fall_back` lists the structures that may take the place of one that cannot be estimated: those after
    it in `ORDER` if None, none if empty.

    Data that cannot be fitted give a `Fit` with `error`. FormulaError for a formula that cannot be read, a column
    that is not there or holds no numbers; ValueError for an unknown structure or a confidence outside 0 to 1.
    """
    _check(structure, fall_back, confidence)
    read = parse(formula)
    rows = read_rows(frame, read, participant=participant, visit=visit, levels=levels, factors=factors)
    begun = Fit(
        formula=str(read), asked=structure, error=rows.error, values=len(rows.y), visit=visit,
        participants=len(set(rows.participant.tolist())), visits=rows.levels[visit],
        levels={name: found for name, found in rows.levels.items() if name != participant or name in read.names},
        left_out=rows.left_out, method=method, information=information, confidence=confidence,
    )  # fmt: skip
    if rows.error:
        return begun
    design = design_of(read, rows)
    scaled = _scaled(rows, design, len(begun.visits))
    if isinstance(scaled, str):
        return replace(begun, error=scaled)
    return _fitted(begun, scaled, _candidates(structure, fall_back, len(begun.visits)))


def _check(structure: Name, fall_back: Sequence[Name] | None, confidence: float) -> None:
    unknown = next((name for name in (structure, *(fall_back or ())) if name not in ORDER), None)
    if unknown is not None:
        raise ValueError(f"“{unknown}” is no covariance structure; known are {', '.join(ORDER)}.")
    if not 0 < confidence < 1:
        raise ValueError(f"A confidence lies between 0 and 1, not at {confidence}.")


def _candidates(structure: Name, fall_back: Sequence[Name] | None, visits: int) -> tuple[Name, ...]:
    return after(structure, visits) if fall_back is None else (structure, *fall_back)


def _scaled(rows: Rows, design: Design, visits: int) -> Scaled | str:
    """Make the columns orthogonal and the residuals of size 1, or say why there is nothing to fit."""
    basis = basis_of(design.matrix(rows))
    rank, values = len(basis.kept), len(rows.y)
    if not rank:
        return NO_COLUMN
    if rank >= values:
        return NO_REST.format(rank=rank, values=values)
    largest = float(np.abs(rows.y).max())
    if not largest:
        return NO_VARIATION
    y = rows.y / largest
    offset = basis.q.T @ y
    left = y - basis.q @ offset
    again = basis.q.T @ left
    left, offset = left - basis.q @ again, offset + again
    spread = float(np.sqrt(left @ left / (values - rank)))
    if spread < EXACT:
        return NO_VARIATION
    panel = panel_of(basis.q, left / spread, rows.participant, rows.visit, visits)
    return Scaled(design=design, basis=basis, panel=panel, offset=offset / spread, unit=spread * largest)


def _fitted(begun: Fit, scaled: Scaled, candidates: Sequence[Name]) -> Fit:
    """Try structures in their order until one can be estimated."""
    failed: list[FallBack] = []
    for name in candidates:
        structure = Structure(name=name, visits=len(begun.visits))
        found = maximise(scaled.panel, structure, begun.visits)
        if not found.reason:
            return _finished(replace(begun, structure=name, fall_backs=tuple(failed)), scaled, found)
        failed.append(FallBack(structure=name, reason=found.reason))
    return replace(begun, fall_backs=tuple(failed), error=NONE_LEFT.format(reasons=_reasons(failed)))


def _finished(begun: Fit, scaled: Scaled, found: Solution) -> Fit:
    if found.point is None or found.slopes is None:
        raise ValueError("a solution without a reason has a point")
    values = np.linalg.eigvalsh(found.point.shape.sigma)
    done = replace(
        begun, steps=found.steps, gradient=found.gradient, condition=float(values.max() / values.min()),
        definite=is_definite(found.slopes.observed), parameters=len(found.point.theta),
        log_likelihood=scaled.log_likelihood(found.point.loglik),
        model=Model(
            design=scaled.design, basis=scaled.basis, panel=scaled.panel, point=found.point, slopes=found.slopes,
            offset=scaled.offset, unit=scaled.unit,
        ),
    )  # fmt: skip
    return replace(done, inference=answering(done), warnings=tuple(_warnings(done, scaled)))


def _warnings(done: Fit, scaled: Scaled) -> Iterator[str]:
    if done.fall_backs and done.structure is not None:
        asked, used = TITLES[done.asked], TITLES[done.structure]
        yield FELL_BACK.format(used=used, asked=asked, reasons=_reasons(done.fall_backs))
    if len(done.visits) == 1:
        yield ONE_VISIT
    if scaled.basis.dropped:
        names = scaled.design.names
        yield ALIASED.format(names=", ".join(names[place] for place in scaled.basis.dropped))
    left = scaled.panel.values - scaled.panel.rank
    if left < ENOUGH * done.parameters:
        yield SCARCE.format(left=left, parameters=done.parameters)
    if done.condition is not None and done.condition > ILL_FROM:
        yield ILL.format(condition=done.condition)


def _reasons(failed: Sequence[FallBack]) -> str:
    """Say why each structure failed; those that failed for one reason together."""
    by_reason: dict[str, list[str]] = {}
    for one in failed:
        by_reason.setdefault(one.reason, []).append(one.structure)
    return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in by_reason.items())
