"""What a study file asks beside the planned test, as a reader finds it.

SHELL-30: a condition has a table of responders at every visit with four intervals, one of gains and losses.
SHELL-30: a condition has a table of responders at every visit with four intervals, one of gains and losses.
SHELL-32: grades of the laboratory stand by the adverse events, the baseline by the worst after it.
SHELL-33: arms stand side by side, with what was compared within them and between them; the text tells both.
SHELL-34: every number of these tables is a result, and where there is none the reason stands below.
SHELL-35: a study that asks for none of this has none of these tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from trialbook.capture.ledger import Draft
from trialbook.render.document import Document, Section
from trialbook.render.inline import Line, numbers, plain
from trialbook.render.table import Table
from trialbook.render.to_html import to_html
from trialbook.report.run import Run

CarryOut = Callable[..., Run]
Build = Callable[[Run], Document]

PLAN = """
trialbook: 1
study: {id: asked, title: Asked, design: DESIGN, data: invented}
ARMS
visits:
  anchor: enrolment
  window: 3 days either side
  planned: {start: {day: 0}, week 4: {}, week 8: {}}
forms:
  lot: {at: once, items: {arm: {choice: {a: Usual, b: Drug}}, sex: {choice: {F: Female, M: Male}}}}
  test:
    at: [start, week 4, week 8]
    items:
      score: {number: score, scale: 0 to 100, decimals: 0}
      grade: {choice: {none: None, mild: Mild, severe: Severe}}
      alt: {number: U/L, decimals: 0, upper: 40, grade: Alanine aminotransferase increased}
participants: {sex: lot.sexARM}
endpoints:
  score:
    from: test.score
    better: higher
    friedman: true
    reliability: {is: 0.9, sd: 10, source: An invented paper}
    entry: {at_most: 40, mean: 60, sd: 15, source: An invented register}
  grade: {levels: test.grade, better: lower, label: Grade of weakness}
  good: {when: 'test.score >= 50.0', at: [start, week 4, week 8], time_to: response, label: Fifty or more}
analysis:
  baseline: visit start
  primary: {endpoint: score, at: week 8}
  test: paired t
  missing: available cases
  design: {endpoint: good, kind: simon optimal, p0: 10 %, p1: 60 %}
  BETWEEN
"""
ASKED = {"changed", "time", "design", "levels", "shift", "ranks", "reliable", "regression", "grades", "arms", "odds"}
SCORES = {"1": (30, 55, 60), "2": (35, 40, 52), "3": (20, 25, 22), "4": (40, 60, None), "5": (38, 45, 70)}


def plan(*, arms: bool = False, between: str = "") -> str:
    text = PLAN.replace("DESIGN", "open-label parallel" if arms else "open-label single-arm")
    text = text.replace("ARMS", "arms: {a: {label: Usual}, b: {label: Drug}}" if arms else "")
    return text.replace("sexARM", "sex, arm: lot.arm" if arms else "sex").replace("BETWEEN", between)


def answer(code: str, form: str, item: str, value: str, visit: str = "", unit: str | None = None) -> Draft:
    return Draft(
        act="enter", participant=code, visit=visit, form=form, repeat="", item=item, text=value, value=value, unit=unit
    )


def drafts() -> Iterator[Draft]:
    for code, row in SCORES.items():
        yield Draft(act="screen", participant=code)
        yield Draft(act="enrol", participant=code, value="2026-01-05")
        yield answer(code, "lot", "arm", "ab"[int(code) % 2])
        yield answer(code, "lot", "sex", "F")
        for visit, score in zip(("start", "week 4", "week 8"), row, strict=True):
            if score is not None:
                grade = "none" if score >= 60 else "mild" if score >= 40 else "severe"
                yield answer(code, "test", "score", str(score), visit, "score")
                yield answer(code, "test", "grade", grade, visit)
                yield answer(code, "test", "alt", str(4 * score), visit, "U/L")


@pytest.fixture(name="asked", scope="module")
def asked_fixture(carry_out: CarryOut) -> Run:
    return carry_out(plan(), drafts())


@pytest.fixture(name="tables", scope="module")
def tables_fixture(asked: Run, build: Build) -> dict[str, Table]:
    return tables_of(build(asked))


def tables_of(document: Document) -> dict[str, Table]:
    return {table.id: table for section in document.sections for table in every(section)}


def every(section: Section) -> Iterator[Table]:
    for one in section.walk():
        yield from (block for block in one.blocks if isinstance(block, Table))


def rows(table: Table) -> list[tuple[str, ...]]:
    return [tuple(plain(line).replace("\u202f", " ") for line in (row.stub, *row.cells)) for row in table.body]


def notes(table: Table) -> str:
    return " ".join(plain(line) for line in table.footnotes)


def test_shell_30_responders(tables: dict[str, Table]) -> None:
    found = rows(tables["table-responders-good"])
    assert [row[:3] for row in found] == [("Start", "0/5", "0 %"), ("Week 4", "2/5", "40 %"), ("Week 8", "3/4", "75 %")]
    assert all(" to " in cell for row in found for cell in row[3:7])
    changed = rows(tables["table-changed-good"])
    assert [row[:6] for row in changed] == [("Week 4", "5", "0", "2", "2", "0"), ("Week 8", "4", "0", "3", "3", "0")]
    assert "Cochran’s Q over all these visits: Q = " in notes(tables["table-changed-good"])


def test_shell_31_times_and_design(tables: dict[str, Table]) -> None:
    times = rows(tables["table-time-good"])
    assert times[0][0].startswith("5 followed, 4 with the event; median ")
    assert [row[0] for row in times[1:]] == ["Week 4", "Week 8"]
    assert "since the visit has no date: 5" in notes(tables["table-time-good"])
    design = {row[0]: row[1] for row in rows(tables["table-design-good"])}
    assert (design["Participants planned"], design["Responders"], design["The limit is"]) == ("8", "3", "reached")
    assert "simon optimal design" in notes(tables["table-design-good"])


def test_shell_31_levels(tables: dict[str, Table]) -> None:
    assert rows(tables["table-levels-grade"])[0] == ("Baseline used", "5", "0 (0 %)", "1 (20 %)", "4 (80 %)")
    assert "Friedman’s test" in notes(tables["table-levels-grade"])
    shifts = rows(tables["table-shift-grade"])
    assert shifts[0] == ("Week 4: n = 5, higher 0, lower 4, the same 1",)
    assert shifts[3] == ("Severe", "", "3", "1")
    assert rows(tables["table-ranks"])[0][:3] == ("Score", "4", "3")


def test_shell_31_from_outside(tables: dict[str, Table]) -> None:
    reliable = rows(tables["table-reliable"])
    assert reliable[-1] == ("Week 8", "4", "3", "0", "1")
    assert "An invented paper" in notes(tables["table-reliable"])
    each = rows(tables["table-reliable-each"])
    assert each[1][:4] == ("1", "30", "60", "30")
    assert [row[-1] for row in each[1:]] == ["rise", "rise", "within error", "rise"]
    regression = rows(tables["table-regression"])
    assert [row[0] for row in regression] == ["Score", "Week 4", "Week 8"]
    change, expected, beyond = (float(cell.replace("−", "-").replace("+", "")) for cell in regression[2][1:])
    assert beyond == pytest.approx(change - expected, abs=0.11)
    assert "An invented register" in notes(tables["table-regression"])


def test_shell_32_grades(tables: dict[str, Table]) -> None:
    grades = rows(tables["table-grades"])
    assert grades[0][0].startswith("Alt (U/L): with both 5, worse ")
    assert sum(int(cell) for row in grades[1:] for cell in row[1:] if cell) == 5


def test_shell_33_arms(carry_out: CarryOut, build: Build) -> None:
    document = build(carry_out(plan(arms=True), drafts()))
    tables = tables_of(document)
    arms = rows(tables["table-arms-score"])
    assert [row[0] for row in arms[:5]] == [
        "Week 4", "Usual", "Drug", "Drug minus Usual, Welch", "Drug minus Usual, adjusted for the baseline"
    ]  # fmt: skip
    assert "plans no test between arms" in notes(tables["table-arms-score"])
    assert rows(tables["table-odds-good"])[2][0] == "Week 8: Drug against Usual"
    assert [row[0] for row in rows(tables["table-changed-good"])][:2] == ["Week 4: Usual", "Week 8: Usual"]
    page = to_html(document)
    assert "The mean change at week 8" in page
    assert "not chosen beforehand" in page


def test_shell_33_a_planned_test_between(carry_out: CarryOut, build: Build) -> None:
    run = carry_out(plan(arms=True, between="between: ancova"), drafts())
    row = run.quotes.rows["ancova.score.week_8.b_minus_a.enrolled.p"]
    assert (row.role, row.warning) == ("primary", "")
    assert run.quotes.rows["change.score.week_8.b.enrolled.p"].role == "sensitivity"
    assert run.quotes.rows["welch.score.week_8.b_minus_a.enrolled.p"].role == "sensitivity"
    assert run.quotes.rows["ancova.score.week_8.b_minus_a.enrolled.significant"].value in {"yes", "no", None}
    assert run.quotes.rows["tests.all.n"].value == sum(
        one.stat == "p" and one.role in {"primary", "planned"} and one.value is not None
        for one in run.analysis.results
    )  # fmt: skip
    assert "Planned is the test adjusted for the baseline" in notes(tables_of(build(run))["table-arms-score"])


def test_shell_33_the_adjusted_p_beside_it(carry_out: CarryOut, build: Build) -> None:
    """SHELL-33: of the planned test only, in table and text."""
    asked = plan(arms=True, between="between: ancova\n  multiplicity: holm")
    document = build(carry_out(asked, drafts()))
    tables = tables_of(document)
    last = {row[0]: row[-1] for row in rows(tables["table-arms-score"])[5:]}
    assert tables["table-arms-score"].columns[-1].label == "adjusted p"
    assert [bool(last[name]) for name in ("Usual", "Drug", "Drug minus Usual, Welch")] == [False] * 3
    assert last["Drug minus Usual, adjusted for the baseline"]
    assert all(row[-1] for row in rows(tables["table-odds-good"]))
    assert ", adjusted <a" in to_html(document)


def test_shell_34_every_number_is_a_result(asked: Run, tables: dict[str, Table]) -> None:
    own = [table for name, table in tables.items() if name.split("-")[1] in {"responders", *ASKED}]
    assert len(own) >= 11
    for table in own:
        lines: list[Line] = [line for row in table.body for line in (row.stub, *row.cells)]
        for number in (one for line in lines for one in numbers(line)):
            assert number.result_id in asked.quotes.rows


def test_shell_35_not_asked_for(document: Document) -> None:
    names = {table.split("-")[1] for table in tables_of(document)}
    assert not names & ASKED
