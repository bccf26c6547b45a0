"""Table of levels against the baseline: how likely a participant is better, and how many of those who moved are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialbook.analysis.results import Result
from trialbook.protocol.model import Endpoint
from trialbook.render.inline import Line
from trialbook.render.numbers import show_share
from trialbook.render.table import Column, Row, Table
from trialbook.report.quote import Notes, cell, footnotes, interval
from trialbook.report.run import Run

SUPERIORITY = "superiority"
LEGEND = (
    "P(better): probability that the level at the visit is better than at the baseline (higher, where the plan does "
    "not say which way is better), and half of that that it is the same; 0.50 where nothing changed (interval of "
    "Tango). p: exact sign test of those who moved, and exact signed ranks of the number of levels moved, which take "
    "every step as one. These analyses decide nothing."
)


def levels_table(run: Run) -> Table | None:
    """Return the comparisons of levels with the baseline; None where there are none."""
    notes: Notes = {}
    chosen = [one for one in run.study.endpoints.values() if one.levels is not None]
    body = [row for endpoint in chosen for row in _rows(run, endpoint, notes)]
    if not body:
        return None
    share = show_share(run.study.analysis.confidence)
    labels = ("n", f"P(better) ({share} CI)", f"Better of those who moved, % ({share} CI)", "p, signs", "p, ranks")
    return Table(
        id="table-levels-compared", title="Levels against the baseline", stub="Visit",
        columns=tuple(Column(label=label) for label in labels), body=tuple(body),
        footnotes=((LEGEND,), *footnotes(notes)),
    )  # fmt: skip


def _rows(run: Run, endpoint: Endpoint, notes: Notes) -> Iterator[Row]:
    """Yield the visits of an endpoint, of each arm where there are arms."""
    found: dict[str, dict[str, dict[str, Result]]] = {}
    for row in run.quotes.of(SUPERIORITY, endpoint.id):
        found.setdefault(row.group, {}).setdefault(row.visit, {})[row.stat] = row
    label = run.label(endpoint)
    for group, visits in found.items():
        yield Row(stub=(f"{label}: {group}" if group else label,), heading=True)
        for visit, stats in visits.items():
            yield Row(stub=(run.visit_label(visit),), level=1, cells=_cells(run, stats, notes))


def _cells(run: Run, stats: Mapping[str, Result], notes: Notes) -> tuple[Line, ...]:
    """Write the cells of a visit."""
    return (
        cell(run.quotes, stats.get("n_pairs"), notes),
        _with_ends(run, stats, ("superiority", "ci_low", "ci_high"), notes),
        _with_ends(run, stats, ("percent_moved", "moved_low", "moved_high"), notes),
        *(cell(run.quotes, stats.get(name), notes) for name in ("p", "p_ranks")),
    )


def _with_ends(run: Run, stats: Mapping[str, Result], names: tuple[str, str, str], notes: Notes) -> Line:
    value, low, high = (stats.get(name) for name in names)
    line = cell(run.quotes, value, notes)
    if low is None or high is None or low.value is None or high.value is None:
        return line
    return (*line, " (", *interval(run.quotes, low, high, notes), ")")
