"""Tables of the endpoints: values and changes at each visit, and the sensitivity analyses beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialbook.analysis.results import BASELINE, Result
from trialbook.protocol.model import Endpoint
from trialbook.render.inline import Line
from trialbook.render.numbers import show_share
from trialbook.render.table import Column, Row, Spanner, Table
from trialbook.report.flow import count, set_size
from trialbook.report.quote import Notes, cell, centre, counted, footnotes, interval, mean_sd, optional
from trialbook.report.run import TESTS, Run, as_mappings

SENSITIVITY: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "sign flip": ("Exact sign flip", ("p", "least p"), ("p", "p_min")),
    "signed rank": ("Exact signed rank", ("V", "p", "least p"), ("v", "p", "p_min")),
    "paired t": ("Paired t", ("t", "df", "p"), ("t", "df", "p")),
}
"""Test -> its heading, the headings of its columns, and the statistics in them."""
SENSITIVITY_LEGEND = (
    "All tests are two-sided. Least p: the smallest probability that an exact test can give with these pairs, whatever "
    "the values. Ratio: visit over baseline; CI: confidence interval."
)
VALUES = ("n", "Mean ± SD", "Median (range)")
SHARED, OTHERS = "table-endpoints", "-sets"
"""Name of the table that endpoints share, and what names that of the other analysis sets after its own."""
CHOSEN = "Baseline used"
"""Label of the values that the baseline rule chose; a visit may itself be called baseline."""
FEW_VISITS = 3
"""Endpoints share one table where none has more visits than this."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Baseline, or a planned visit, as results name it."""

    level: str
    visit: str


def endpoint_tables(run: Run) -> tuple[Table, ...]:
    """Return the tables of all endpoints, one together where visits are few, else one each; sets not planned folded."""
    endpoints = [endpoint for endpoint in run.followed() if moments_of(run, endpoint)]
    if not endpoints:
        return ()
    if max(len(moments_of(run, endpoint)) for endpoint in endpoints) <= FEW_VISITS:
        return tuple(_tables(run, endpoints, SHARED, "Endpoints"))
    return tuple(table for one in endpoints for table in _tables(run, [one], table_id(one), run.label(one)))


def tables_for(tables: tuple[Table, ...], name: str) -> tuple[Table, ...]:
    """Return the table of that name and, after it, that of the other analysis sets."""
    return tuple(table for table in tables if table.id in {name, name + OTHERS})


def _tables(run: Run, endpoints: list[Endpoint], name: str, title: str) -> Iterator[Table]:
    yield values_table(run, endpoints, name, f"{title}: values and change from baseline")
    if len(run.study.analysis.sets) > 1:
        yield sets_table(run, endpoints, name + OTHERS, f"{title}: values in the other analysis sets")


def table_id(endpoint: Endpoint) -> str:
    """Name the table of one endpoint."""
    return f"table-endpoint-{endpoint.id}"


def moments_of(run: Run, endpoint: Endpoint) -> tuple[Moment, ...]:
    """Return the visits up to day 0, the baseline where a rule chose it, and the later visits with values."""
    rows = run.quotes.of("describe", endpoint.id)
    found = {Moment(row.level, row.visit) for row in rows if row.stat == "n" and row.value}
    planned = run.study.schedule.visits.values()
    if run.study.analysis.baseline.kind == "visit":
        every = [Moment("", visit.id) for visit in planned]
    else:
        before = [Moment("", visit.id) for visit in planned if visit.day <= 0]
        after = [Moment("", visit.id) for visit in planned if visit.day > 0]
        every = [*before, Moment(BASELINE, ""), *after]
    kept = tuple(moment for moment in every if moment in found)
    alone = [moment for moment in kept if moment.level == "" and _day(run, moment) <= 0]
    is_twice = len(alone) == 1 and _is_baseline(run, endpoint, alone[0].visit)
    return tuple(moment for moment in kept if not is_twice or moment.level != BASELINE)


def _day(run: Run, moment: Moment) -> int:
    return run.study.schedule.visits[moment.visit].day


def _is_baseline(run: Run, endpoint: Endpoint, visit: str) -> bool:
    """Tell whether the values of a visit are just the baselines that the rule chose, so that one row shows both."""
    rows = [row for row, _ in as_mappings(run.listing(f"course.{endpoint.id}"))]
    at_visit = {row["participant"]: row["value"] for row in rows if row["visit"] == visit and row["value"] is not None}
    bases = {row["participant"]: row["base"] for row in rows if row["base"] is not None}
    return at_visit == bases


def values_table(run: Run, endpoints: list[Endpoint], name: str, title: str) -> Table:
    """Return values and changes in the plan's analysis set: endpoints as groups of rows, visits as rows."""
    notes: Notes = {}
    chosen = run.study.analysis.set
    body = tuple(row for endpoint in endpoints for row in _set_rows(run, endpoint, chosen, notes, with_change=True))
    change = _change_columns(run)
    labels = (*VALUES, *change)
    return Table(
        id=name,
        title=title,
        stub="Visit",
        columns=tuple(Column(label=label) for label in labels),
        spanners=(
            Spanner(label="Values", first=0, last=2),
            Spanner(label="Change from baseline", first=3, last=2 + len(change)),
        ),
        body=body,
        footnotes=((_legend(run),), *footnotes(notes)),
    )


def sets_table(run: Run, endpoints: list[Endpoint], name: str, title: str) -> Table:
    """Return values in the analysis sets that the plan does not test, folded."""
    notes: Notes = {}
    others = [one for one in run.study.analysis.sets if one != run.study.analysis.set]
    rows = (_set_rows(run, endpoint, one, notes, with_change=False) for endpoint in endpoints for one in others)
    return Table(
        id=name, title=title, stub="Visit", columns=tuple(Column(label=label) for label in VALUES),
        body=tuple(row for found in rows for row in found), numbered=False, folded=True,
        footnotes=(("Values: all in the set who have one. SD: standard deviation.",), *footnotes(notes)),
    )  # fmt: skip


def _change_columns(run: Run) -> tuple[str, ...]:
    """Name the columns of the change; the statistic is that of the planned test, the interval Student's."""
    plan = run.study.analysis
    with_t = "paired t" in {plan.test, *plan.sensitivity}
    percent = (f"{show_share(plan.confidence)} CI",) if with_t else ()
    statistic = {"paired t": ("t (df)",), "signed rank": ("V",), "sign flip": ()}[plan.test]
    adjusted = ("adjusted p",) if run.is_adjusted else ()
    return ("Pairs", "Mean ± SD", *percent, *statistic, "p", *adjusted)


def sensitivity_table(run: Run) -> Table | None:
    """Return the analyses that stand beside the planned test; None where there are none."""
    notes: Notes = {}
    tests = tuple(test for test in run.study.analysis.sensitivity if test != run.study.analysis.test)
    has_ratio = any(run.quotes.of("ratio"))
    groups = [
        (endpoint, list(_sensitivity_rows(run, endpoint, tests, notes, has_ratio=has_ratio)))
        for endpoint in run.followed()
        if run.has_values(endpoint)
    ]
    body = [
        row for endpoint, rows in groups if rows for row in (Row(stub=(_title(run, endpoint),), heading=True), *rows)
    ]
    if not body:
        return None
    labels, spanners = ["Pairs"], []
    for test in tests:
        words = SENSITIVITY[test][1]
        spanners.append(Spanner(label=SENSITIVITY[test][0], first=len(labels), last=len(labels) + len(words) - 1))
        labels += words
    if has_ratio:
        spanners.append(Spanner(label="Ratio of geometric means", first=len(labels), last=len(labels) + 1))
        labels += [f"Ratio ({show_share(run.study.analysis.confidence)} CI)", "p"]
    return Table(
        id="table-sensitivity", title="Sensitivity analyses of the changes from baseline", stub="Visit",
        columns=tuple(Column(label=label) for label in labels), spanners=tuple(spanners), body=tuple(body),
        footnotes=((SENSITIVITY_LEGEND,), *footnotes(notes)),
    )  # fmt: skip


def stats_at(run: Run, analysis: str, endpoint: str, moment: Moment, analysis_set: str) -> dict[str, Result]:
    """Return the results of an endpoint at one moment by the name of their statistic."""
    return {
        row.stat: row
        for row in run.quotes.of(analysis, endpoint)
        if (row.level, row.visit, row.analysis_set) == (moment.level, moment.visit, analysis_set)
    }


def _legend(run: Run) -> str:
    chosen = run.set_label(run.study.analysis.set)
    adjusted = "; adjusted p: with all other planned tests" if run.is_adjusted else ""
    return (
        f"Values: all in the set who have one. Change: participants with a value at both times (pairs), visit minus "
        f"baseline, in the set “{chosen}”. SD: standard deviation; CI: confidence interval; p: planned test, two-sided"
        f"{adjusted}."
    )


def _title(run: Run, endpoint: Endpoint) -> str:
    unit = run.unit(endpoint)
    return f"{run.label(endpoint)} ({unit})" if unit else run.label(endpoint)


def _set_rows(run: Run, endpoint: Endpoint, name: str, notes: Notes, *, with_change: bool) -> Iterator[Row]:
    yield Row(stub=(f"{_title(run, endpoint)}: {run.set_label(name)}", *_size(run, name)), heading=True)
    for moment in moments_of(run, endpoint):
        values = stats_at(run, "describe", endpoint.id, moment, name)
        change = _change(run, endpoint, moment, name, notes) if with_change else ()
        label = run.visit_label(moment.visit) if moment.visit else CHOSEN
        yield Row(stub=(label,), level=1, cells=(*_values(run, values, notes), *change))


def _size(run: Run, name: str) -> Line:
    """Return how many are in the set, and of how many enrolled where that is another number."""
    size, enrolled = set_size(run, name), count(run, "enrolled")
    if size is None:
        return ()
    is_part = enrolled is not None and enrolled.value != size.value
    of: Line = (" of ", run.quotes.number(enrolled), " enrolled") if enrolled is not None and is_part else ()
    return (" (n = ", run.quotes.number(size), *of, ")")


def _values(run: Run, values: dict[str, Result], notes: Notes) -> tuple[Line, Line, Line]:
    quote, get = run.quotes, values.get
    mean = mean_sd(quote, get("mean"), get("sd"), notes)
    return counted(quote, get("n"), notes), mean, centre(quote, values, notes)


def _change(run: Run, endpoint: Endpoint, moment: Moment, name: str, notes: Notes) -> tuple[Line, ...]:
    columns = _change_columns(run)
    change = stats_at(run, "change", endpoint.id, moment, name)
    if not change:
        return ((),) * len(columns)
    planned = run.planned_at(endpoint.id, moment.visit)
    quote = run.quotes
    parts: dict[str, Line] = {
        "Pairs": counted(quote, change.get("n_pairs"), notes),
        "Mean ± SD": mean_sd(quote, change.get("mean"), change.get("sd"), notes, signed=True),
        "t (df)": (*cell(quote, planned.get("t"), notes), *_df(run, planned)),
        "V": cell(quote, planned.get("v"), notes),
        "p": cell(quote, planned.get("p"), notes),
        "adjusted p": cell(quote, planned.get("p_adjusted"), notes),
    }
    limits = interval(quote, change.get("ci_low"), change.get("ci_high"), notes)
    return tuple(parts.get(column, limits) for column in columns)


def _df(run: Run, planned: dict[str, Result]) -> Line:
    df = planned.get("df")
    return (" (", run.quotes.number(df), ")") if df is not None and df.value is not None else ()


def _sensitivity_rows(
    run: Run, endpoint: Endpoint, tests: tuple[str, ...], notes: Notes, *, has_ratio: bool
) -> Iterator[Row]:
    for visit in run.study.schedule.visits:
        found = [(test, run.stats_at(TESTS[test], endpoint.id, visit)) for test in tests]
        ratio = run.stats_at("ratio", endpoint.id, visit)
        if not ratio and not any("p" in stats for _, stats in found):
            continue
        pairs = run.stats_at("change", endpoint.id, visit).get("n_pairs")
        cells = [cell(run.quotes, pairs, notes)]
        cells += [
            optional(run.quotes, stats.get(stat), notes) for test, stats in found for stat in SENSITIVITY[test][2]
        ]
        cells += [_ratio(run, ratio, notes), optional(run.quotes, ratio.get("p"), notes)] if has_ratio else []
        yield Row(stub=(run.visit_label(visit),), level=1, cells=tuple(cells))


def _ratio(run: Run, ratio: dict[str, Result], notes: Notes) -> Line:
    middle = ratio.get("gmr")
    if middle is None or middle.value is None:
        return optional(run.quotes, middle, notes)
    reach = interval(run.quotes, ratio.get("ci_low"), ratio.get("ci_high"), notes)
    return (run.quotes.number(middle), " (", *reach, ")")
