"""Mixed models for repeated measures: fit one, and ask it for means, changes, differences and tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trialbook.analysis.mmrm.design import Basis, Design, Part, difference
from trialbook.analysis.mmrm.inference import Inference, Information, Method, Tested, TestedF, infer
from trialbook.analysis.mmrm.likelihood import Point, Slopes
from trialbook.analysis.mmrm.panel import Panel
from trialbook.analysis.mmrm.rows import text_of
from trialbook.analysis.mmrm.structures import Name

Floats = NDArray[np.float64]
Weights = Literal["equal", "observed"]
NOTHING: Mapping[str, float] = MappingProxyType({})
NO_LEVEL_LESS: Mapping[str, str] = MappingProxyType({})

NOT_ESTIMABLE = "The data cannot tell this: a combination of levels that it needs has no value."
NO_LEVEL = "No value is left at “{level}” of “{name}”."
NOT_IN_FORMULA = "The formula does not hold “{name}”."
NOT_COVARIATE = "The formula has no covariate “{name}” of which a value could be chosen."
LEFT_OUT = "It follows from the coefficients before it, and was left out."
NO_EFFECT = "No coefficient of the formula bears on this."
NO_COEFFICIENT = "The model has no coefficient “{name}”."
FEW_LEVELS = "“{name}” has one level only: there is nothing to compare."


@dataclass(frozen=True, slots=True, kw_only=True)
class FallBack:
    """A covariance structure that could not be estimated."""

    structure: Name
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """An estimated mean, change or difference; `error` says why a number is None."""

    name: str
    levels: Mapping[str, str]
    """The levels it is for: `{"visit": "week 12", "arm": "active"}`."""
    estimate: float | None = None
    se: float | None = None
    df: float | None = None
    t: float | None = None
    p: float | None = None
    """Two-sided, that it is 0."""
    ci_low: float | None = None
    ci_high: float | None = None
    warning: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FTest:
    """A test of several contrasts together; where `error` says why, the numbers are None."""

    name: str
    f: float | None = None
    """Scaled by `scale`."""
    df_num: int | None = None
    df_den: float | None = None
    p: float | None = None
    scale: float | None = None
    """Kenward and Roger's lambda; 1 with Satterthwaite's degrees of freedom."""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A fitted model as numbers, its response scaled to a residual standard deviation of 1."""

    design: Design
    basis: Basis
    panel: Panel
    point: Point
    slopes: Slopes
    offset: Floats
    """(p,): coefficients of the orthogonal columns by least squares, in scaled units."""
    unit: float
    """The residual standard deviation of least squares, in the units of the response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A fitted model for repeated measures, or the reason why there is none."""

    formula: str
    asked: Name
    """The covariance structure that was asked for."""
    structure: Name | None = None
    """The one that was estimated; None where none was."""
    fall_backs: tuple[FallBack, ...] = ()
    """Those that could not be, in the order in which they were tried."""
    error: str = ""
    warnings: tuple[str, ...] = ()
    values: int = 0
    participants: int = 0
    visit: str
    """Name of the visit."""
    visits: tuple[str, ...] = ()
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Of every factor, the visit included."""
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Column -> rows left out since they hold nothing there."""
    method: Method = "kenward-roger"
    information: Information = "observed"
    confidence: float = 0.95
    log_likelihood: float | None = None
    """Restricted; nothing is added for |X'X|, as in SAS, nlme and lme4."""
    parameters: int = 0
    """Number of covariance parameters."""
    steps: int = 0
    gradient: float | None = None
    """Largest absolute slope of the likelihood at the end, along directions that the matrix itself measures."""
    condition: float | None = None
    """Largest over smallest eigenvalue of the covariance matrix."""
    definite: bool | None = None
    """Whether the observed information is positive definite, so that this is a maximum."""
    model: Model | None = None
    inference: Inference | str = ""
    """What answers contrasts of the orthogonal columns, or why nothing does."""

    @property
    def covariance(self) -> Floats | None:
        """Return the estimated covariance matrix of the visits, (T, T)."""
        return None if self.model is None else self.model.point.shape.sigma * self.model.unit**2

    @property
    def deviance(self) -> float | None:
        """Return -2 log likelihood (restricted)."""
        return None if self.log_likelihood is None else -2 * self.log_likelihood

    @property
    def aic(self) -> float | None:
        """Return Akaike's criterion, counting covariance parameters only (Akaike 1974)."""
        return None if self.deviance is None else self.deviance + 2 * self.parameters

    @property
    def bic(self) -> float | None:
        """Return Schwarz's criterion with the number of participants who have a value (Schwarz 1978)."""
        return None if self.deviance is None else self.deviance + float(np.log(self.participants)) * self.parameters

    @property
    def coefficients(self) -> tuple[Estimate, ...]:
        """Return every coefficient; those that follow from others were left out, which is as if they were 0."""
        if self.model is None:
            return ()
        basis = self.model.basis
        sides = dict(zip(basis.kept, np.linalg.inv(basis.r), strict=True))
        return tuple(
            self._told(name, {}, sides[place]) if place in sides else Estimate(name=name, levels={}, error=LEFT_OUT)
            for place, name in enumerate(self.model.design.names)
        )

    def using(
        self,
        *,
        method: Method | None = None,
        information: Information | None = None,
        confidence: float | None = None,
    ) -> Fit:
        """Return the same fit with other degrees of freedom, information or confidence; nothing is fitted again."""
        chosen = replace(
            self,
            method=method or self.method,
            information=information or self.information,
            confidence=confidence or self.confidence,
        )
        return chosen if self.model is None else replace(chosen, inference=answering(chosen))

    def contrast(self, weights: Mapping[str, float] | Sequence[float], name: str = "contrast") -> Estimate:
        """Estimate a sum of coefficients, with weights by name or for all of them in their order.

        Errors: a name that is no coefficient, or a sum that the data cannot tell, gives an estimate with `error`.
        """
        if self.model is None:
            return Estimate(name=name, levels={}, error=self.error)
        row = self._weighted(weights)
        return Estimate(name=name, levels={}, error=row) if isinstance(row, str) else self._tested(name, {}, row)

    def ls_means(
        self, *factors: str, at: Mapping[str, float] = NOTHING, weights: Weights = "equal"
    ) -> Sequence[Estimate]:
        """Estimate the mean at every combination of levels of some factors, none for the grand mean.

        Other factors are averaged over their levels, all alike or as often as `observed`; covariates stand at their
        means over the rows of the model, or `at` a value (Searle, Speed and Milliken 1980).
        """
        return tuple(self._means(factors, at=at, weights=weights))

    def change_from(self, visit: object, *, by: Sequence[str] = (), weights: Weights = "equal") -> Sequence[Estimate]:
        """Estimate the change of the mean from one visit to every other, visit minus baseline.

        `by` names factors at each of whose levels the change is told, such as the arm.
        """
        return tuple(self._changes(text_of(visit), by=by, weights=weights))

    def differences(
        self, factor: str, *, reference: object = None, by: Sequence[str] | None = None, change_from: object = None
    ) -> Sequence[Estimate]:
        """Estimate the difference of every level of a factor from the reference (the first), at every visit.

        `by` names the factors at whose levels it is told, the visit if None. With `change_from` the difference is one
        of changes from that visit.
        """
        return tuple(self._differences(factor, reference, by, change_from))

    def f_test(self, what: str | Sequence[Sequence[float]]) -> FTest:
        """Test a term of the formula, such as `arm:visit`, or rows of weights of the coefficients, against zero.

        A term is tested by the differences of its means, averaged alike over all other factors at the means of the
        covariates: SAS's type III where every combination of levels has values and no covariate interacts.
        """
        name = what if isinstance(what, str) else "contrasts"
        if self.model is None:
            return FTest(name=name, error=self.error)
        rows = self._term_rows(what) if isinstance(what, str) else [np.asarray(row, dtype=float) for row in what]
        if isinstance(rows, str):
            return FTest(name=name, error=rows)
        return self._tested_f(name, rows)

    def summary(self) -> str:
        """Write the fit as a text for people."""
        from trialbook.analysis.mmrm.summary import summarise

        return summarise(self)

    def _weighted(self, weights: Mapping[str, float] | Sequence[float]) -> Floats | str:
        names = self.model.design.names if self.model is not None else ()
        if not isinstance(weights, Mapping):
            row = np.asarray(weights, dtype=float)
            return row if row.shape == (len(names),) else f"The model has {len(names)} coefficients, not {row.size}."
        unknown = next((name for name in weights if name not in names), None)
        if unknown is not None:
            return NO_COEFFICIENT.format(name=unknown)
        return np.array([float(weights.get(name, 0.0)) for name in names])

    def _means(self, factors: Sequence[str], *, at: Mapping[str, float], weights: Weights) -> Iterator[Estimate]:
        for levels in self._combinations(factors):
            yield self._linear(_title(levels, "mean"), levels, self._parts(levels, at=at, weights=weights))

    def _changes(self, visit: str, *, by: Sequence[str], weights: Weights) -> Iterator[Estimate]:
        if self.visits == (visit,):
            yield self._single(self.visit)
        for chosen in self._combinations([*by, self.visit]):
            if chosen[self.visit] != visit:
                parts = self._parts(chosen, weights=weights, less={self.visit: visit})
                yield self._linear(_title(chosen, "change"), chosen, parts)

    def _differences(
        self, factor: str, reference: object, by: Sequence[str] | None, change_from: object
    ) -> Iterator[Estimate]:
        known = self.levels.get(factor, ())
        if len(known) < 2:
            yield self._single(factor)
            return
        first = text_of(reference) if reference is not None else (known[0] if known else "")
        start = None if change_from is None else text_of(change_from)
        for chosen in self._combinations([*((self.visit,) if by is None else by), factor]):
            if chosen[factor] != first and (start is None or chosen.get(self.visit) != start):
                less = {factor: first} if start is None else {factor: first, self.visit: start}
                title = f"{_title(chosen, 'difference')} minus {first}"
                yield self._linear(title, chosen, self._parts(chosen, less=less))

    def _single(self, factor: str) -> Estimate:
        """Say why nothing is compared of a factor that has no two levels."""
        why = self._parts({factor: ""}) if factor not in self.levels else self.error
        error = why if isinstance(why, str) and why else FEW_LEVELS.format(name=factor)
        return Estimate(name=factor, levels={}, error=error)

    def _combinations(self, factors: Sequence[str]) -> Iterator[dict[str, str]]:
        """Yield every combination of levels; an unknown factor stands with an empty level, so that it is told."""
        for found in product(*(self.levels.get(name) or ("",) for name in factors)):
            yield dict(zip(factors, found, strict=True))

    def _parts(
        self,
        chosen: Mapping[str, str],
        *,
        at: Mapping[str, float] = NOTHING,
        weights: Weights = "equal",
        less: Mapping[str, str] = NO_LEVEL_LESS,
    ) -> dict[str, Part] | str:
        """Return the part of each variable of the formula, at its level less another; or why there is none."""
        if self.model is None:
            return self.error
        design = self.model.design
        strange = next((name for name in at if name not in design.means), None)
        if strange is not None:
            return NOT_COVARIATE.format(name=strange)
        for name, level in (*chosen.items(), *less.items()):
            if name not in design.levels:
                return NOT_IN_FORMULA.format(name=name)
            if level not in design.levels[name]:
                return NO_LEVEL.format(level=level, name=name)
        parts = {
            name: design.part(name, chosen.get(name), observed=weights == "observed") for name in design.formula.names
        }
        parts |= {name: difference(parts[name], design.part(name, level)) for name, level in less.items()}
        return parts | {name: Part(weights=np.array([float(value)]), total=1.0) for name, value in at.items()}

    def _linear(self, name: str, levels: Mapping[str, str], parts: dict[str, Part] | str) -> Estimate:
        if isinstance(parts, str) or self.model is None:
            return Estimate(name=name, levels=levels, error=parts if isinstance(parts, str) else self.error)
        return self._tested(name, levels, self.model.design.row(parts))

    def _tested(self, name: str, levels: Mapping[str, str], row: Floats) -> Estimate:
        side = self._side(row)
        return (
            Estimate(name=name, levels=levels, error=side) if isinstance(side, str) else self._told(name, levels, side)
        )

    def _told(self, name: str, levels: Mapping[str, str], side: Floats) -> Estimate:
        """Estimate a contrast of the orthogonal columns."""
        if isinstance(self.inference, str):
            return Estimate(name=name, levels=levels, error=self.inference)
        told: Tested = self.inference.t_test(side, self.confidence)
        return Estimate(
            name=name, levels=levels, estimate=told.estimate, se=told.se, df=told.df, t=told.t, p=told.p,
            ci_low=told.ci_low, ci_high=told.ci_high, warning=told.warning, error=told.error,
        )  # fmt: skip

    def _side(self, row: Floats) -> Floats | str:
        """Write a row of the coefficients as one of the orthogonal columns, or say why it cannot be told."""
        if self.model is None:
            return self.error
        kept = self.model.basis.reduced(row)
        if kept is None:
            return NOT_ESTIMABLE
        return np.asarray(np.linalg.solve(self.model.basis.r.T, kept), dtype=float) if kept.any() else NO_EFFECT

    def _term_rows(self, term: str) -> list[Floats] | str:
        if self.model is None:
            return self.error
        design, names = self.model.design, [name.strip().strip("`") for name in term.split(":")]
        unknown = next((name for name in names if name not in design.formula.names), None)
        if unknown is not None:
            return NOT_IN_FORMULA.format(name=unknown)
        single = next((name for name in names if not design.steps(name)), None)
        if single is not None:
            return FEW_LEVELS.format(name=single)
        means = {name: design.part(name) for name in design.formula.names}
        steps = product(*(design.steps(name) for name in names))
        return [design.row(means | dict(zip(names, step, strict=True))) for step in steps]

    def _tested_f(self, name: str, rows: Sequence[Floats]) -> FTest:
        sides, found = [self._side(row) for row in rows], self.inference
        why = next((side for side in (found, *sides) if isinstance(side, str)), "")
        if why or isinstance(found, str):
            return FTest(name=name, error=why)
        told: TestedF = found.f_test(np.array(sides))
        return FTest(
            name=name, f=told.f, df_num=told.df_num, df_den=told.df_den, p=told.p, scale=told.scale, error=told.error
        )  # fmt: skip


def _title(levels: Mapping[str, str], otherwise: str) -> str:
    return ", ".join(levels.values()) or otherwise


def answering(fitted: Fit) -> Inference | str:
    """Prepare a fit for contrasts, in the units of the response; or say why no errors are known."""
    if fitted.model is None:
        return fitted.error
    one = fitted.model
    return infer(
        one.panel, one.point, one.slopes, offset=one.offset, unit=one.unit, method=fitted.method,
        information=fitted.information,
    )  # fmt: skip
