"""Tables of how large the changes are, and of the planned test by other rules for missing values."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.analysis.results import Result
from trialbook.protocol.model import Endpoint
from trialbook.render.inline import Line
from trialbook.render.numbers import show_share
from trialbook.render.table import Column, Row, Table
from trialbook.report.quote import Notes, cell, footnotes, interval
from trialbook.report.run import Run

RULES = {
    "completers": "completers",
    "locf": "last observation carried forward",
    "bocf": "baseline carried forward",
}
LEGEND = (
    "Hodges-Lehmann: median of the means of all pairs of changes, with the interval of the exact signed ranks and the "
    "confidence that this has. g: mean change over the SD of the changes, corrected for small samples, with its exact "
    "interval. d: mean change over the root of the mean of both variances. Percent: change of the mean in percent of "
    "the mean baseline; mean of the percent changes of the participants."
)
OTHER_LEGEND = "Change: visit minus baseline. These analyses decide nothing; what is carried forward was not measured."


def magnitude_table(run: Run) -> Table | None:
    """Return how large each endpoint's change is at the visit of which the Results speak, folded; None without any."""
    notes: Notes = {}
    rows = [row for endpoint in run.followed() if (row := _magnitude(run, endpoint, notes)) is not None]
    if not rows:
        return None
    percent = f"{show_share(run.study.analysis.confidence)} CI"
    labels = (
        "Pairs", f"Hodges-Lehmann ({percent})", "Confidence", f"g ({percent})", "d", "Percent of means",
        "Mean of percents",
    )  # fmt: skip
    return Table(
        id="table-magnitude", title="How large the changes are", stub="Endpoint",
        columns=tuple(Column(label=label) for label in labels), body=tuple(rows), numbered=False, folded=True,
        footnotes=((LEGEND,), *footnotes(notes)),
    )  # fmt: skip


def _magnitude(run: Run, endpoint: Endpoint, notes: Notes) -> Row | None:
    visit = run.focal_visit(endpoint) or ""
    middle = run.stats_at("hodges_lehmann", endpoint.id, visit)
    if not run.has_values(endpoint) or not middle:
        return None
    effect, percent = (run.stats_at(name, endpoint.id, visit) for name in ("effect_size", "percent_change"))
    pairs = run.stats_at("change", endpoint.id, visit).get("n_pairs")
    cells = (
        cell(run.quotes, pairs, notes),
        _with_interval(run, middle, ("estimate", "ci_low", "ci_high"), notes),
        cell(run.quotes, middle.get("confidence"), notes),
        _with_interval(run, effect, ("g_z", "g_z_low", "g_z_high"), notes),
        cell(run.quotes, effect.get("d_av"), notes),
        cell(run.quotes, percent.get("percent_of_means"), notes),
        cell(run.quotes, percent.get("mean_of_percents"), notes),
    )
    unit = run.unit(endpoint)
    label = f"{run.label(endpoint)} ({unit})" if unit else run.label(endpoint)
    return Row(stub=(f"{label}, {run.at(visit)}",), cells=cells)


def _with_interval(run: Run, stats: dict[str, Result], names: tuple[str, str, str], notes: Notes) -> Line:
    """Write an estimate and, where there is one, its interval in brackets."""
    middle, low, high = (stats.get(name) for name in names)
    found = cell(run.quotes, middle, notes)
    if middle is None or middle.value is None:
        return found
    reach = interval(run.quotes, low, high, notes)
    return (*found, " (", *reach, ")")


def other_rules_table(run: Run) -> Table | None:
    """Return the planned test by other rules for missing values; None where the file asks for none."""
    notes: Notes = {}
    rules = run.study.analysis.sensitivity_missing
    body = [
        row
        for endpoint in run.followed()
        if run.has_values(endpoint)
        for rule in rules
        for row in _rule_rows(run, endpoint, rule, notes)
    ]
    if not body:
        return None
    labels = ("Pairs", f"Mean change ({show_share(run.study.analysis.confidence)} CI)", "p")
    return Table(
        id="table-missing", title="The planned test by other rules for missing values", stub="Visit",
        columns=tuple(Column(label=label) for label in labels), body=tuple(body),
        footnotes=((OTHER_LEGEND,), *footnotes(notes)),
    )  # fmt: skip


def _rule_rows(run: Run, endpoint: Endpoint, rule: str, notes: Notes) -> Iterator[Row]:
    found = [(visit, run.stats_at(rule, endpoint.id, visit)) for visit in run.study.schedule.visits]
    if not any(stats for _, stats in found):
        return
    yield Row(stub=(f"{run.label(endpoint)}: {RULES[rule]}",), heading=True)
    for visit, stats in ((visit, stats) for visit, stats in found if stats):
        change = _with_interval(run, stats, ("mean", "ci_low", "ci_high"), notes)
        cells = (cell(run.quotes, stats.get("n_pairs"), notes), change, cell(run.quotes, stats.get("p"), notes))
        yield Row(stub=(run.visit_label(visit),), level=1, cells=cells)
