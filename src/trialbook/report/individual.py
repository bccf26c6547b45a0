"""Tables of changes beyond error of measurement, participant by participant, and of regression to the mean."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.protocol.model import Endpoint
from trialbook.render.inline import Line, Recorded
from trialbook.render.numbers import ABSENT, show, show_share
from trialbook.render.table import Column, Row, Table
from trialbook.report.one_by_one import MANY
from trialbook.report.quote import Notes, cell, footnotes
from trialbook.report.run import Run, as_mappings
from trialbook.report.told import answered_by, told

RELIABLE = (
    "A change is beyond error where it is larger than the limit, either way: {level} of the changes of somebody who "
    "has not changed are smaller. It says nothing of what caused it. {method}."
)
REGRESSION = (
    "Who has to be bad to enter is better the next time by chance alone. Expected: the change of the mean to be "
    "expected of that, without any effect of a treatment. Beyond: mean change minus that."
)
WORDS = {"rise": "rise", "fall": "fall", "within error": "within error"}


def individual_tables(run: Run) -> tuple[Table, ...]:
    """Return what the results tell of single participants and of selection; nothing where the file asks for neither."""
    tables = (reliable_table(run), each_table(run), regression_table(run))
    return tuple(table for table in tables if table is not None)


def _asked(run: Run, analysis: str) -> list[Endpoint]:
    return [one for one in run.followed() if run.has_values(one) and any(run.quotes.of(analysis, one.id))]


def _title(run: Run, endpoint: Endpoint) -> str:
    unit = run.unit(endpoint)
    return f"{run.label(endpoint)} ({unit})" if unit else run.label(endpoint)


def reliable_table(run: Run) -> Table | None:
    """Return at every visit how many changed beyond error."""
    notes: Notes = {}
    body, methods = [], dict[str, None]()
    for endpoint in _asked(run, "reliable_change"):
        found = run.grouped("reliable_change", endpoint.id)
        limits = found.pop(("", ""))
        lead = (f"{_title(run, endpoint)}: limit ", *cell(run.quotes, limits.get("limit"), notes), ", error ")
        body.append(Row(stub=(*lead, *cell(run.quotes, limits.get("sem"), notes)), heading=True))
        told = limits["sem"]
        methods[f"{run.label(endpoint)}: {told.method}{f'. {told.warning}' if told.warning else '.'}"] = None
        for (group, visit), stats in found.items():
            label = f"{run.visit_label(visit)}: {run.arm_label(group)}" if group else run.visit_label(visit)
            names = ("n", "n_rise", "n_fall", "n_within")
            cells = tuple(cell(run.quotes, stats.get(name), notes) for name in names)
            body.append(Row(stub=(label,), level=1, cells=cells))
    if not body:
        return None
    level = show_share(run.study.analysis.confidence)
    legend = RELIABLE.format(level=level, method="Reliabilities and their sources stand below")
    return Table(
        id="table-reliable", title="Changes beyond error of measurement", stub="Visit",
        columns=tuple(Column(label=label) for label in ("Pairs", "Rise", "Fall", "Within error")), body=tuple(body),
        footnotes=((legend,), *((method,) for method in methods), *footnotes(notes)),
    )  # fmt: skip


def each_table(run: Run) -> Table | None:
    """Return every participant's change with its index at the visit of which the Results speak; folded where many."""
    body = [row for endpoint in _asked(run, "reliable_change") for row in _each(run, endpoint)]
    if not body:
        return None
    return Table(
        id="table-reliable-each", title="Changes beyond error of measurement, one by one", stub="Participant",
        columns=tuple(Column(label=label) for label in ("Baseline", "Value", "Change", "Index", "Beyond error")),
        body=tuple(body), numbered=False, folded=len(body) > MANY,
        footnotes=(("Index: the change in standard errors of a difference of two measurements.",),),
    )  # fmt: skip


def _each(run: Run, endpoint: Endpoint) -> Iterator[Row]:
    visit = run.focal_visit(endpoint)
    rows = [one for one in as_mappings(run.listing(f"reliable_change.{endpoint.id}")) if one[0]["visit"] == visit]
    if not rows or visit is None:
        return
    yield Row(stub=(f"{_title(run, endpoint)}, {run.at(visit)}",), heading=True)
    for row, entries in rows:
        numbers = (row["baseline"], row["value"], row["change"])
        shown = (run.written(endpoint, one) if isinstance(one, float | int) else ABSENT for one in numbers)
        of = answered_by(run.entries, entries)
        cells: tuple[Line, ...] = (
            *((Recorded(entries, text),) for text in shown),
            told(_shown(row["index"], 2), of),
            told(WORDS.get(str(row["verdict"]), ABSENT), of),
        )
        yield Row(stub=(str(row["participant"]),), level=1, cells=cells)


def _shown(value: str | float | None, decimals: int) -> str:
    return show(value, decimals) if isinstance(value, float | int) else ABSENT


def regression_table(run: Run) -> Table | None:
    """Return the change to be expected of selection at entry, and what is beyond it at the visits."""
    notes: Notes = {}
    body, methods, warnings = [], dict[str, None](), dict[str, None]()
    for endpoint in _asked(run, "regression"):
        found = run.grouped("regression", endpoint.id)
        expected = found.pop(("", ""))["expected"]
        methods[f"{run.label(endpoint)}: {expected.method}."] = None
        warnings |= dict.fromkeys([expected.warning] if expected.warning else [])
        body.append(Row(stub=(_title(run, endpoint),), heading=True))
        for (group, visit), stats in found.items():
            change = run.stats_at("change", endpoint.id, visit, group=group).get("mean")
            cells = (
                cell(run.quotes, change, notes, signed=True),
                cell(run.quotes, expected, notes, signed=True),
                cell(run.quotes, stats.get("beyond"), notes, signed=True),
            )
            label = f"{run.visit_label(visit)}: {run.arm_label(group)}" if group else run.visit_label(visit)
            body.append(Row(stub=(label,), level=1, cells=cells))
    if not body:
        return None
    return Table(
        id="table-regression", title="Regression to the mean", stub="Visit",
        columns=tuple(Column(label=label) for label in ("Mean change", "Expected", "Beyond")), body=tuple(body),
        footnotes=((REGRESSION,), *((line,) for line in (*methods, *warnings)), *footnotes(notes)),
    )  # fmt: skip
