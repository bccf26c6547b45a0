"""Tables of the imputation and the Bayesian answers beside the planned test, and what Methods says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from trialbook.analysis.results import Result
from trialbook.protocol.model import Endpoint
from trialbook.render.inline import Line
from trialbook.render.numbers import show_share
from trialbook.render.table import Column, Row, Table
from trialbook.report.quote import Notes, cell, footnotes, interval
from trialbook.report.repeated import METHODS
from trialbook.report.run import Run

IMPUTATION, BAYES, FACTOR, WORSE = "imputation", "bayes", "factor", "worse"

SAID: Mapping[str, str] = MappingProxyType(
    {
        "mmrm": METHODS,
        IMPUTATION: (
            " As a sensitivity analysis missing values were imputed many times from the values at other visits, by "
            "normal regressions with drawn parameters, and the answers put together by Rubin’s rules with Barnard and "
            "Rubin’s degrees of freedom."
        ),
        BAYES: (
            " As a sensitivity analysis the mean change is told as a posterior distribution under several priors, and "
            "by the JZS Bayes factor."
        ),
    }
)
"""What Methods says of each model that may stand beside the planned test."""

IMPUTED_LEGEND = (
    "n: participants with a value at the visit or of whom none will come; imputed: those whose value there or at "
    "baseline is imputed; FMI: fraction of missing information. Tipping point: the smallest shift of the values "
    "imputed after the last known one at which p passes the level. “Made worse”: those values are made worse by the "
    "smallest change that matters. These analyses decide nothing."
)
BAYES_LEGEND = (
    "Median of the posterior of the mean change and the interval that leaves as much below as above; probabilities of "
    "a mean change for the better, and of one that matters. Bayes factor: times likelier with a mean change than "
    "without. The priors stand in the results. These analyses decide nothing."
)


def imputation_table(run: Run) -> Table | None:
    """Return the changes in the imputed tables; None where the file asks for none."""
    notes: Notes = {}
    body = [row for endpoint in _followed(run, IMPUTATION) for row in _imputed(run, endpoint, notes)]
    labels = ("n", "Imputed", f"Change ({show_share(run.study.analysis.confidence)} CI)", "p", "FMI", "Tipping point")
    return _table("table-imputation", "Missing values imputed", labels, body, IMPUTED_LEGEND, notes)


def bayes_table(run: Run) -> Table | None:
    """Return the posteriors under each prior, and the Bayes factors; None where the file asks for none."""
    notes: Notes = {}
    body = [row for endpoint in _followed(run, BAYES) for row in _believed(run, endpoint, notes)]
    share = show_share(run.study.analysis.confidence)
    labels = (f"Change ({share} interval)", "P(better)", "P(matters)", "Bayes factor")
    return _table("table-bayes", "Mean changes under several priors", labels, body, BAYES_LEGEND, notes)


def _table(name: str, title: str, labels: tuple[str, ...], body: list[Row], legend: str, notes: Notes) -> Table | None:
    if not body:
        return None
    return Table(
        id=name, title=title, stub="Visit", columns=tuple(Column(label=label) for label in labels), body=tuple(body),
        footnotes=((legend,), *footnotes(notes)),
    )  # fmt: skip


def _followed(run: Run, analysis: str) -> Iterator[Endpoint]:
    """Yield the endpoints with values for which there are rows."""
    for endpoint in run.followed():
        if run.has_values(endpoint) and any(run.quotes.of(analysis, endpoint.id)):
            yield endpoint


def _heading(run: Run, endpoint: Endpoint, group: str = "") -> Row:
    unit = run.unit(endpoint)
    label = f"{run.label(endpoint)} ({unit})" if unit else run.label(endpoint)
    return Row(stub=(f"{label}: {group}" if group else label,), heading=True)


def _by_visit(run: Run, analysis: str, endpoint: Endpoint, group: str = "") -> dict[str, dict[tuple[str, str], Result]]:
    """Return visit -> level and statistic -> result, in order."""
    found: dict[str, dict[tuple[str, str], Result]] = {}
    for row in run.quotes.of(analysis, endpoint.id):
        if row.group == group:
            found.setdefault(row.visit, {})[row.level, row.stat] = row
    return found


def _imputed(run: Run, endpoint: Endpoint, notes: Notes) -> Iterator[Row]:
    """Yield the changes of an endpoint, of each arm where there are arms."""
    for group in dict.fromkeys(row.group for row in run.quotes.of(IMPUTATION, endpoint.id)):
        yield _heading(run, endpoint, group)
        for visit, rows in _by_visit(run, IMPUTATION, endpoint, group).items():
            stats = {stat: row for (level, stat), row in rows.items() if not level}
            yield Row(stub=(run.visit_label(visit),), level=1, cells=_imputed_cells(run, stats, notes))
            worse = {stat: row for (level, stat), row in rows.items() if level == WORSE}
            # where nothing can be imputed, the reason stands once
            if worse and worse["estimate"].value is not None:
                change, p = _change(run, worse, "estimate", notes), cell(run.quotes, worse["p"], notes)
                cells: tuple[Line, ...] = ((), (), change, p, (), ())
                yield Row(stub=(f"{run.visit_label(visit)}, made worse",), level=1, cells=cells)


def _imputed_cells(run: Run, stats: Mapping[str, Result], notes: Notes) -> tuple[Line, ...]:
    counts = (cell(run.quotes, stats.get(name), notes) for name in ("n", "n_imputed"))
    others = (cell(run.quotes, stats.get(name), notes) for name in ("p", "fmi"))
    tipping = cell(run.quotes, stats.get("tipping"), notes, signed=True)
    return (*counts, _change(run, stats, "estimate", notes), *others, tipping)


def _believed(run: Run, endpoint: Endpoint, notes: Notes) -> Iterator[Row]:
    """Yield the posteriors of an endpoint, of each arm where there are arms."""
    for group in dict.fromkeys(row.group for row in run.quotes.of(BAYES, endpoint.id)):
        yield _heading(run, endpoint, group)
        for visit, rows in _by_visit(run, BAYES, endpoint, group).items():
            yield from _priors(run, visit, rows, notes)


def _priors(run: Run, visit: str, rows: Mapping[tuple[str, str], Result], notes: Notes) -> Iterator[Row]:
    """Yield a row a prior; the Bayes factor has priors of its own and stands once a visit."""
    levels = [level for level in dict.fromkeys(level for level, _ in rows) if level != FACTOR]
    for place, level in enumerate(levels):
        stats = {stat: row for (of, stat), row in rows.items() if of == level}
        chances = (cell(run.quotes, stats.get(name), notes) for name in ("p_better", "p_matters"))
        factor: Line = cell(run.quotes, rows.get((FACTOR, "bf10")), notes) if not place else ()
        stub = f"{run.visit_label(visit)}, {level} prior"
        yield Row(stub=(stub,), level=1, cells=(_change(run, stats, "median", notes), *chances, factor))


def _change(run: Run, stats: Mapping[str, Result], name: str, notes: Notes) -> Line:
    """Write a change with its interval."""
    change = cell(run.quotes, stats.get(name), notes, signed=True)
    low, high = stats.get("ci_low"), stats.get("ci_high")
    if low is None or high is None or low.value is None or high.value is None:
        return change
    return (*change, " (", *interval(run.quotes, low, high, notes), ")")
