"""Tables and sections of the report.

SHELL-01: Table 1 shows each characteristic in each analysis set, with numbers, shares and denominators.
SHELL-02: where participants are few they are shown one by one, each value leading to its entries.
SHELL-03: endpoints show n, mean and SD, median and range at each visit, and the change with interval, test and p.
SHELL-04: what has no value shows a dash with its reason; the planned test decides which columns there are.
SHELL-05: adverse events are counted by class and term; the rows stand in a listing; deviations by kind.
SHELL-06: methods, limits and record say what was planned, what was run, from what and by what.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from trialbook.analysis.results import Listing
from trialbook.protocol.model import Item
from trialbook.render.document import Document, Facts, block_lines
from trialbook.render.inline import Line, plain
from trialbook.render.table import Table
from trialbook.report.baseline import table_one
from trialbook.report.deviations import deviations
from trialbook.report.endpoints import endpoint_tables, sensitivity_table, tables_for
from trialbook.report.events import event_forms, events_table, listing_table
from trialbook.report.limits import assumptions, limits
from trialbook.report.methods import methods
from trialbook.report.one_by_one import tables_each
from trialbook.report.quote import letter
from trialbook.report.record import brief
from trialbook.report.run import Run
from trialbook.report.shown import value_text

NB = "\u00a0"


def rows(table: Table | None) -> list[tuple[str, ...]]:
    """Return the words of a table."""
    assert table is not None
    return [(plain(row.stub), *(plain(cell) for cell in row.cells)) for row in table.body]


def words(lines: list[Line]) -> str:
    """Return the words of lines."""
    return " ".join(plain(line) for line in lines)


def test_table_one(run: Run) -> None:
    """SHELL-01: both sets side by side."""
    table = table_one(run)
    assert table is not None
    assert [spanner.label for spanner in table.spanners] == ["Enrolled (n = 5)", "Completers (n = 4)"]
    assert rows(table) == [
        ("Sex", "5", "", "", "4", "", ""),
        ("Female", "", "2/5 (40\u202f%)", "", "", "2/4 (50\u202f%)", ""),
        ("Male", "", "3/5 (60\u202f%)", "", "", "2/4 (50\u202f%)", ""),
        ("Creatine kinase (U/L)", "5", f"2159.0{NB}±{NB}1532.4", "2500.0 (95–4000)",
         "4", f"1948.8{NB}±{NB}1684.1", "1850.0 (95–4000)"),
        ("Power", "5", f"3.00{NB}±{NB}1.58", "3.00 (1.0–5.0)", "4", f"3.00{NB}±{NB}1.83", "3.00 (1.0–5.0)"),
    ]  # fmt: skip


def test_participants_one_by_one(run: Run) -> None:
    """SHELL-02: labels for codes, the corrected value, the derived mean."""
    (table,) = tables_each(run)
    assert [column.label for column in table.columns] == ["1", "2", "3", "4", "5"]
    assert [row[3] for row in rows(table)] == ["Male", "95", "1.0"]


def test_endpoints_share_a_table(run: Run) -> None:
    """SHELL-03: few visits; the plan's set with the change; the other sets folded, without."""
    table, others = endpoint_tables(run)
    assert [column.label for column in table.columns] == [
        "n",
        "Mean ± SD",
        "Median (range)",
        "Pairs",
        "Mean ± SD",
        "95\u202f% CI",
        "t (df)",
        "p",
    ]
    shown = rows(table)
    assert shown[0] == ("Power: Enrolled (n = 5)",)
    assert shown[3] == (
        "Week 8",
        "4",
        f"6.25{NB}±{NB}2.06",
        "6.00 (4.0–9.0)",
        "4",
        f"+3.25{NB}±{NB}0.96",
        "1.73 to 4.77",
        "6.79 (3)",
        "0.007",
    )
    assert shown[1][4:] == ("", "", "", "", "")
    assert all("Completers" not in row[0] for row in shown)
    assert (table.folded, others.folded) == (False, True)
    assert rows(others)[0] == ("Power: Completers (n = 4 of 5 enrolled)",)
    assert rows(others)[3] == ("Week 8", "4", f"6.25{NB}±{NB}2.06", "6.00 (4.0–9.0)")


def test_many_visits_give_each_endpoint_its_table(plan: str, carry_out: Callable[[str], Run]) -> None:
    """SHELL-03: the baseline that a rule chose is a row of its own, unless it is just that of the one visit before."""
    ruled = plan.replace("visit baseline", "last before anchor")
    shared, _ = endpoint_tables(carry_out(ruled))
    assert [row[0] for row in rows(shared)][:4] == ["Power: Enrolled (n = 5)", "Baseline", "Week 4", "Week 8"]
    run = carry_out(ruled)
    course = run.analysis.listings["course.power"]
    place = course.columns.index("base")
    others = tuple((*row[:place], 7.0, *row[place + 1 :]) for row in course.rows)
    listings = {**run.analysis.listings, course.id: replace(course, rows=others)}
    tables = endpoint_tables(replace(run, analysis=replace(run.analysis, listings=listings)))
    assert [table.id for table in tables[::2]] == ["table-endpoint-power", "table-endpoint-ck"]
    assert tables_for(tables, "table-endpoint-power") == tables[:2]
    assert [row[0] for row in rows(tables[0])][1:] == ["Baseline", "Baseline used", "Week 4", "Week 8"]


def test_the_planned_test_decides_the_columns(plan: str, carry_out: Callable[[str], Run]) -> None:
    """SHELL-04: signed rank planned: V instead of t, no interval, and the sign flip beside it."""
    run = carry_out(plan.replace("test: paired t", "test: signed rank"))
    table = endpoint_tables(run)[0]
    assert [column.label for column in table.columns][3:] == ["Pairs", "Mean ± SD", "V", "p"]
    beside = sensitivity_table(run)
    assert beside is not None
    assert [spanner.label for spanner in beside.spanners] == ["Exact sign flip", "Ratio of geometric means"]
    assert rows(table)[3][4:] == ("4", f"+3.25{NB}±{NB}0.96", "10.0", "0.125")


def test_a_dash_has_its_reason(run: Run) -> None:
    """SHELL-04: as a footnote, once for all cells with the same reason."""
    rows_ = tuple(
        replace(row, value=None, error="All differences are equal.") if row.stat in {"t", "p"} else row
        for row in run.analysis.results
    )
    quotes = replace(
        run.quotes,
        rows={row.id: row for row in rows_},
        groups={key: tuple(row for row in rows_ if (row.analysis, row.variable) == key) for key in run.quotes.groups},
    )
    table = endpoint_tables(replace(run, quotes=quotes))[0]
    assert rows(table)[3][-1] == "–a"
    assert plain(table.footnotes[1]) == "a All differences are equal."
    assert len(table.footnotes) == 2


def test_letters_of_footnotes() -> None:
    """SHELL-04: after z comes aa."""
    notes: dict[str, str] = {}
    assert [letter(str(place), notes) for place in range(28)][-3:] == ["z", "aa", "ab"]
    assert letter("0", notes) == "a"


def test_adverse_events(run: Run) -> None:
    """SHELL-05: spelled alike they are one event; terms stand below their class."""
    (form,) = event_forms(run)
    shown = rows(events_table(run, form))
    assert shown[0] == ("Any event", "3 (60\u202f%)", "4", "9.8")
    assert shown[1:3] == [("Chest", "2 (40\u202f%)", "2", "4.9"), ("Cough", "2 (40\u202f%)", "2", "4.9")]
    assert ("=Fever", "1 (20\u202f%)", "1", "2.4") in shown
    assert rows(listing_table(run, form))[0] == ("1", "1", "Cough", "Chest")


def test_deviations(run: Run) -> None:
    """SHELL-05: those outside their windows by kind; those without a date by visit."""
    columns = ("participant", "visit", "date", "day", "window", "kind", "days_off")
    given = (("1", "week 4", "2026-02-10", 36, "25 to 31", "late", 5), ("2", "week 8", None, None, "", "no date", None))
    listing = Listing(id="deviations", columns=columns, rows=given, cells=((7,), ()))
    other = replace(run, analysis=replace(run.analysis, listings={"deviations": listing}))
    (visits,) = deviations(other).sections
    table, *undated = visits.blocks
    assert isinstance(table, Table)
    assert rows(table) == [
        ("Late: took place after the last day of its window",),
        ("1", "Week 4", "2026-02-10", "36", "25 to 31", "5"),
    ]
    assert words([line for block in undated for line in block_lines(block)]).startswith("No date of any visit")
    dated = replace(run.entries[7], form="visit", item="date")
    (visits,) = deviations(replace(other, entries={**run.entries, 7: dated})).sections
    assert words([line for block in visits.blocks for line in block_lines(block)]).endswith("Week 8: participant 2.")


def test_one_endpoint_has_its_table(
    plan: str, carry_out: Callable[[str], Run], build: Callable[[Run], Document]
) -> None:
    """SHELL-03: also where it is the only one and its visits are few."""
    lines = [line for line in plan.splitlines() if not line.startswith(("  ck: {from", "  strong: {when"))]
    one = "\n".join(lines).replace("figures: [power, {panel: [power, ck]}]", "figures: [power]")
    tables = [block.id for block in build(carry_out(one)).blocks() if isinstance(block, Table)]
    assert "table-endpoints" in tables


def test_assumptions_have_their_reasons(run: Run) -> None:
    """SHELL-06: place in the file, what was chosen, and why."""
    (block,) = (block for block in assumptions(run).blocks if isinstance(block, Facts))
    assert block.pairs == (("visits / window", ("3 days either side. Reason: the protocol gives none.",)),)


def test_methods_and_limits(run: Run) -> None:
    """SHELL-06: the plan in words, with what was run; the limits with their numbers."""
    said = words([line for section in methods(run).walk() for block in section.blocks for line in block_lines(block)])
    for sentence in (
        "open-label single-arm study",
        "I1. Age 18 or over.",
        "The program judged each criterion for each participant",
        "Study day 0 was the day of enrolment.",
        "(computed from 2 answers (mean); higher is better), the primary endpoint at week 8.",
        "by the paired t test, two-sided",
        "paired t test, two-sided (planned)",
        "exact sign flip test, two-sided (sensitivity)",
    ):
        assert sentence in said
    limited = words([line for block in limits(run).blocks for line in block_lines(block)])
    for sentence in (
        "Few participants: 5 are analysed.",
        "No control group",
        "Open label",
        "4 planned tests were made;",
        "1 participant left early.",
        "the exact sign-flip test cannot give a p below the planned level here. Least p: Power at week 8 (0.125)",
    ):
        assert sentence in limited


def test_rules_for_missing_values_are_said(plan: str, carry_out: Callable[[str], Run]) -> None:
    """SHELL-06: what was done about missing values is said, and what the planned test was repeated with."""
    run = carry_out(plan.replace("missing: available cases", "missing: locf\n  sensitivity: [sign flip, bocf]"))
    said = words([line for section in methods(run).walk() for block in section.blocks for line in block_lines(block)])
    assert "(last observation carried forward)" in said
    assert "was repeated with the baseline carried forward." in said


def test_record(document: Document, run: Run) -> None:
    """SHELL-06: fingerprint, head, people, time, versions, source files."""
    record = next(section for section in document.walk() if section.id == "record")
    facts = next(block for block in record.blocks if isinstance(block, Facts))
    said = {name: plain(line) for name, line in facts.pairs}
    assert run.study.fingerprint in said["Study file"]
    assert said["Recorded by"] == "ines, nora"
    assert (said["Report made"], said["trialbook"]) == ("2026-03-09 12:00 UTC", "0.1.0")
    assert said["Ledger"].startswith(f"{len(run.entries)} entries, the last of 2026-03-01 23:30:00 UTC")
    assert [row[:2] for row in rows(next(block for block in record.blocks if isinstance(block, Table)))] == [
        ("forms.csv", "ab" * 32)
    ]


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((), ""),
        ((3,), "3"),
        ((3, 4, 5, 9, 11, 12), "3–5, 9, 11–12"),
        (tuple(range(0, 60, 2)), ", ".join(map(str, range(0, 24, 2))) + " and 18 more: trialbook trace"),
    ],
)
def test_entry_numbers(numbers: tuple[int, ...], text: str) -> None:
    """SHELL-06: runs of neighbours are written briefly, and of very many the first."""
    assert brief(numbers) == text


@pytest.mark.parametrize(
    ("value", "typed", "text"),
    [
        ("4", True, "4.0"),
        ("4.25", True, "4.25"),
        ("99.33672903", False, "99.3"),
        ("71.0", True, "71.0"),
        ("-3", True, "−3.0"),
        ("<0.2", True, "<0.2"),
        (">=5", True, ">=5"),
        (">5.20", True, ">5.20"),
        ("<11.4839", False, "<11.5"),
    ],
)
def test_recorded_numbers(run: Run, value: str, typed: bool, text: str) -> None:  # noqa: FBT001 - a parameter of the test
    """SHELL-02: with the decimals of the item, a limit with its own; none is taken away, a converted one is rounded."""
    item = Item(id="x", kind="number", label={}, unit="kg", decimals=1)
    assert value_text(run.study, item, value, as_typed=typed) == text
