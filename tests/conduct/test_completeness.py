"""Participants by visits, and what is missing.

GRID-01: the grid has every planned visit of every participant, then the unscheduled ones, with totals.
GRID-02: at a visit that took place, an item neither answered nor marked missing is missing; a form without any
    answer is missing whole.
GRID-03: nothing is missing at visits that did not take place, nor at unscheduled ones.
GRID-04: what a condition does not ask is not missing; what a condition leaves open is.
GRID-05: a form answered once is asked of those who were enrolled; of a form for any time, the rows that were begun.
GRID-06: a study without dates has a grid, too.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.completeness import Gap, visit_grid
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study

TEXT = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
visits:
  anchor: enrolment
  window: 3 days either side
  planned:
    baseline: {day: 0 to 0}
    week 4: {}
forms:
  background:
    label: Background
    at: once
    items:
      sex: {label: Sex, choice: {F: Female, M: Male}, required: true}
      pregnant: {label: Pregnant, choice: yes/no, when: 'background.sex == "F"'}
  lab:
    label: Laboratory
    at: [baseline, week 4]
    items:
      ck: {label: Creatine kinase, number: U/L, required: true}
      alt: {label: ALT, number: U/L}
      height: {label: Height, number: cm, when: 'visit.id == "baseline"'}
  diary:
    label: Diary
    at: [week 4]
    when: 'background.sex == "F"'
    items:
      days: {label: Days, number: count}
  events:
    label: Adverse events
    at: any time
    repeating: true
    items:
      term: {label: Event, text: line, required: true}
      start: {label: First day, date: partial}
missing: {ND: Not done}
"""

TODAY = date(2024, 6, 1)
NOT_DONE = Answer(text="ND", value=None, missing="ND")


def study() -> Study:
    """Return the study of this file."""
    parsed, problems = parse_study(TEXT, file="study.yaml")
    assert parsed is not None, problems
    return parsed


STUDY = study()


def casebook(name: str, cells: dict[tuple[str, str, str, str], str]) -> Casebook:
    """Write the casebook of an enrolled participant; `ND` is the missing-data code."""
    answers = {Cell(*cell): NOT_DONE if text == "ND" else Answer(text=text, value=text) for cell, text in cells.items()}
    return Casebook(participant=name, status="enrolled", enrolled_on="2024-02-01", answers=MappingProxyType(answers))


def gaps(book: Casebook) -> set[tuple[str, str, str, str]]:
    """Return what is missing for a participant, as cells."""
    (row,) = visit_grid(STUDY, {book.participant: book}, TODAY).rows
    return {(gap.visit, gap.form, gap.repeat, gap.item) for gap in row.gaps}


FULL = {
    ("", "background", "", "sex"): "M",
    ("baseline", "visit", "", "date"): "2024-02-01",
    ("baseline", "lab", "", "ck"): "57",
    ("baseline", "lab", "", "alt"): "ND",
    ("baseline", "lab", "", "height"): "170",
}


def test_everything_answered_or_marked_missing() -> None:
    """GRID-02, GRID-03: week 4 did not take place, so nothing is missing there."""
    assert gaps(casebook("P1", FULL)) == set()


def test_single_items_and_whole_forms_are_missing() -> None:
    """GRID-02."""
    part = {cell: text for cell, text in FULL.items() if cell[3] not in {"ck", "height"}}
    assert gaps(casebook("P1", part)) == {("baseline", "lab", "", "ck"), ("baseline", "lab", "", "height")}
    book = casebook("P1", {**FULL, ("week 4", "visit", "", "date"): "2024-02-29"})
    assert gaps(book) == {("week 4", "lab", "", "")}
    (row,) = visit_grid(STUDY, {"P1": book}, TODAY).rows
    assert row.gaps_at("week 4") == (
        Gap(participant="P1", visit="week 4", form="lab", repeat="", item="", required=True),
    )


def test_unscheduled_visits_miss_nothing() -> None:
    """GRID-03."""
    assert gaps(casebook("P1", {**FULL, ("unscheduled-1", "lab", "", "ck"): "60"})) == set()


def test_conditions_decide_what_is_asked() -> None:
    """GRID-04: height is asked at baseline only; a woman is asked for more; of an unknown sex everything is asked."""
    week_4 = {("week 4", "lab", "", "ck"): "60", ("week 4", "lab", "", "alt"): "ND"}
    assert gaps(casebook("P1", {**FULL, **week_4})) == set()
    woman = {**FULL, **week_4, ("", "background", "", "sex"): "F"}
    assert gaps(casebook("P1", woman)) == {("", "background", "", "pregnant"), ("week 4", "diary", "", "")}
    unknown = {**FULL, **week_4, ("", "background", "", "sex"): "ND"}
    assert gaps(casebook("P1", unknown)) == {("", "background", "", "pregnant"), ("week 4", "diary", "", "")}


def test_forms_once_and_rows_that_were_begun() -> None:
    """GRID-05."""
    nothing = casebook("P1", {})
    assert gaps(nothing) == {("", "background", "", "")}
    assert gaps(replace(nothing, status="screening")) == set()
    rows = {("", "events", "1", "term"): "Cough", ("", "events", "2", "start"): "2024-02"}
    assert gaps(casebook("P1", {**FULL, **rows})) == {("", "events", "2", "term")}


def test_the_grid_and_its_totals() -> None:
    """GRID-01, GRID-06: the second participant has no dates at all."""
    undated = replace(casebook("P2", {("week 4", "lab", "", "ck"): "60"}), enrolled_on=None, status="completed")
    books = {"P1": casebook("P1", {**FULL, ("unscheduled-1", "lab", "", "ck"): "60"}), "P2": undated}
    grid = visit_grid(STUDY, books, TODAY)
    assert grid.visits == ("baseline", "week 4")
    assert [[placed.state for placed in row.planned] for row in grid.rows] == [["in", "missed"], ["missed", "no date"]]
    assert [[placed.visit for placed in row.unscheduled] for row in grid.rows] == [["unscheduled-1"], []]
    assert grid.states() == {"in": 1, "missed": 2, "no date": 1, "unscheduled": 1}
    assert grid.states_at("baseline") == {"in": 1, "missed": 1}
    assert grid.statuses() == {"enrolled": 1, "completed": 1}
    assert grid.missing() == 3
    assert grid.missing(required=True) == 1
