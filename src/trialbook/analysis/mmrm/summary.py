"""A fitted model as a text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from trialbook.analysis.mmrm.structures import TITLES

if TYPE_CHECKING:
    from trialbook.analysis.mmrm.fitted import Estimate, Fit

METHODS = {"kenward-roger": "Kenward and Roger, linear", "satterthwaite": "Satterthwaite"}
HEADINGS = ("", "estimate", "SE", "df", "t", "p", "low", "high")


def summarise(found: Fit) -> str:
    """Write what was fitted to what, how well it converged, the covariance matrix and the coefficients."""
    return "\n".join((*_model(found), *_warned(found), *_covariance(found), *_coefficients(found)))


def table(estimates: Sequence[Estimate]) -> list[str]:
    """Write estimates as the lines of a table; those without numbers with their reason."""
    rows = [HEADINGS, *(_cells(one) for one in estimates if one.estimate is not None)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    lines = [
        f"  {row[0]:<{widths[0]}}"
        + "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
    return [*lines, *(f"  {one.name}: {one.error}" for one in estimates if one.estimate is None)]


def _model(found: Fit) -> Iterator[str]:
    yield f"Model for repeated measures by restricted maximum likelihood: {found.formula}"
    visits = "visit" if len(found.visits) == 1 else "visits"
    yield f"{found.values} values of {found.participants} participants at {len(found.visits)} {visits} ({found.visit})"
    if found.left_out:
        yield "Rows left out: " + ", ".join(f"{n} without “{name}”" for name, n in found.left_out.items())
    if found.structure is None or found.deviance is None:
        yield f"Not fitted. {found.error}"
        return
    yield f"Covariance: {TITLES[found.structure]} ({found.structure}), {found.parameters} parameters"
    yield f"-2 log likelihood {found.deviance:.4f}, AIC {found.aic:.2f}, BIC {found.bic:.2f}"
    yield f"Converged in {found.steps} steps; gradient {found.gradient:.1e}, condition {found.condition:.3g}"
    yield f"Degrees of freedom: {METHODS[found.method]}, {found.information} information"


def _warned(found: Fit) -> Iterator[str]:
    yield from (f"Warning: {warning}" for warning in found.warnings)


def _covariance(found: Fit) -> Iterator[str]:
    if found.covariance is None:
        return
    yield "Covariance of the visits:"
    cells = [[f"{value:.4g}" for value in row] for row in found.covariance]
    width = max(*(len(cell) for row in cells for cell in row), *(len(visit) for visit in found.visits), 6)
    stub = max(len(visit) for visit in found.visits)
    yield "  " + " " * stub + "".join(f"  {visit:>{width}}" for visit in found.visits)
    for visit, row in zip(found.visits, cells, strict=True):
        yield f"  {visit:<{stub}}" + "".join(f"  {cell:>{width}}" for cell in row)


def _coefficients(found: Fit) -> Iterator[str]:
    if found.coefficients:
        yield f"Coefficients, with {100 * found.confidence:g} % confidence intervals:"
        yield from table(found.coefficients)


def _cells(one: Estimate) -> tuple[str, ...]:
    numbers = (one.estimate, one.se, one.df, one.t, one.p, one.ci_low, one.ci_high)
    forms = (".4f", ".4f", ".2f", ".2f", ".4g", ".4f", ".4f")
    return (one.name, *("" if n is None else format(n, form) for n, form in zip(numbers, forms, strict=True)))
