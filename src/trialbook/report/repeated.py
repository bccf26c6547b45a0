"""Table of the models for repeated measures that stand beside the planned test."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.analysis.results import Result
from trialbook.protocol.model import Endpoint
from trialbook.render.inline import Line
from trialbook.render.numbers import show_share
from trialbook.render.table import Column, Row, Table
from trialbook.report.quote import Notes, cell, footnotes, interval
from trialbook.report.run import Run

MODEL = "mmrm"
METHODS = (
    " As a sensitivity analysis all values of an endpoint, the baseline among them, stand in one model for repeated "
    "measures, fitted by restricted maximum likelihood with linear Kenward-Roger degrees of freedom and the observed "
    "information."
)
LEGEND = (
    "Change of the mean of the model from the baseline. n: values at the visit; whoever has any value counts. "
    "SE: standard error; df: degrees of freedom. These analyses decide nothing."
)


def models_table(run: Run) -> Table | None:
    """Return the changes that the models tell; None where the file asks for none."""
    notes: Notes = {}
    body = [row for endpoint in run.followed() if run.has_values(endpoint) for row in _rows(run, endpoint, notes)]
    if not body:
        return None
    labels = ("n", f"Change ({show_share(run.study.analysis.confidence)} CI)", "SE", "df", "p")
    warnings = dict.fromkeys(row.warning for row in run.quotes.of(MODEL) if row.stat == "structure" and row.warning)
    return Table(
        id="table-models", title="Models for repeated measures", stub="Visit",
        columns=tuple(Column(label=label) for label in labels), body=tuple(body),
        footnotes=((LEGEND,), *((warning,) for warning in warnings), *footnotes(notes)),
    )  # fmt: skip


def _rows(run: Run, endpoint: Endpoint, notes: Notes) -> Iterator[Row]:
    """Yield the changes of an endpoint; of each arm, then differences of arms, where there are arms."""
    found: dict[tuple[str, str], dict[str, Result]] = {}
    for row in run.quotes.of(MODEL, endpoint.id):
        if not row.level:
            found.setdefault((row.group, row.visit), {})[row.stat] = row
    unit = run.unit(endpoint)
    label = f"{run.label(endpoint)} ({unit})" if unit else run.label(endpoint)
    for group in dict.fromkeys(group for group, _ in found):
        yield Row(stub=(f"{label}: {group}" if group else label,), heading=True)
        for visit in (visit for name, visit in found if name == group):
            yield Row(stub=(run.visit_label(visit),), level=1, cells=_cells(run, found[group, visit], notes))


def _cells(run: Run, stats: dict[str, Result], notes: Notes) -> tuple[Line, ...]:
    change = cell(run.quotes, stats.get("estimate"), notes, signed=True)
    if stats["ci_low"].value is not None:
        change = (*change, " (", *interval(run.quotes, stats["ci_low"], stats["ci_high"], notes), ")")
    return (
        cell(run.quotes, stats.get("n"), notes),
        change,
        *(cell(run.quotes, stats.get(name), notes) for name in ("se", "df", "p")),
    )
