"""When a form is complete.

FULL-01: a form is complete when it was begun and each required item that is asked has an answer or a missing code; with
    `complete: all`, each item that is asked.
FULL-02: what a condition does not ask is not needed; what a condition leaves open is.
FULL-03: of a form with rows, every row that was begun is complete; one row can be asked about.
FULL-04: a form that does not belong to visits is the same at each; one that does is judged at its own visit.
FULL-05: what makes a form complete is required in the grid.
FULL-06: a further answer never makes a complete form incomplete, unless it makes another item asked.
"""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell
from trialbook.conduct.completeness import Asked, is_complete, visit_grid
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
    at: once
    items:
      sex: {choice: {F: Female, M: Male}, required: true}
      notes: {text: line}
  pain:
    at: [baseline, week 4]
    complete: all
    items:
      now: {number: score}
      worst: {number: score}
      period: {number: score, when: 'background.sex == "F"'}
  sleep:
    at: [baseline, week 4]
    items:
      hours: {number: h, required: true}
      naps: {number: count, required: true, when: 'sleep.hours < 7.0'}
      dreams: {text: line}
  free:
    at: [baseline]
    items:
      remark: {text: line}
      other: {text: line}
  drugs:
    at: any time
    repeating: true
    items:
      drug: {text: line, required: true}
      dose: {number: mg}
missing: {ND: Not done}
"""

STUDY, PROBLEMS = parse_study(TEXT, file="study.yaml")
assert STUDY is not None, PROBLEMS
PLAN = STUDY

Place = tuple[str, str, str, str]
Given = dict[tuple[str, str], str]


def casebook(cells: dict[Place, str]) -> Casebook:
    """Write the casebook of an enrolled participant; `ND` is the missing-data code."""
    answers = {
        Cell(*place): Answer(text=text, value=None if text == "ND" else text, missing="ND" if text == "ND" else None)
        for place, text in cells.items()
    }
    return Casebook(participant="P1", status="enrolled", enrolled_on="2024-02-01", answers=MappingProxyType(answers))


def at_week_4(form: str, sex: str = "M", **answers: str) -> bool:
    """Tell whether a form is complete at week 4 with these answers."""
    cells = {("week 4", form, "", item): text for item, text in answers.items()}
    return is_complete(PLAN, casebook({("", "background", "", "sex"): sex, **cells}), form, "week 4")


def test_required_items_make_a_form_complete() -> None:
    """FULL-01."""
    assert not at_week_4("sleep")
    assert not at_week_4("sleep", dreams="of sheep")
    assert at_week_4("sleep", hours="8")
    assert at_week_4("sleep", hours="ND", naps="ND")


def test_a_form_without_required_items_is_complete_once_begun() -> None:
    """FULL-01."""
    assert not is_complete(PLAN, casebook({}), "free", "baseline")
    assert is_complete(PLAN, casebook({("baseline", "free", "", "other"): "x"}), "free", "baseline")
    assert not is_complete(PLAN, casebook({("baseline", "free", "", "dropped item"): "x"}), "free", "baseline")


def test_all_items_make_a_form_complete_where_it_says_so() -> None:
    """FULL-01."""
    assert not at_week_4("pain", now="3")
    assert at_week_4("pain", now="3", worst="ND")


def test_conditions_decide_what_is_needed() -> None:
    """FULL-02."""
    assert not at_week_4("pain", sex="F", now="3", worst="5")
    assert not at_week_4("pain", sex="ND", now="3", worst="5")
    assert at_week_4("pain", sex="F", now="3", worst="5", period="2")
    assert not at_week_4("sleep", hours="6")
    assert at_week_4("sleep", hours="6", naps="1")


def test_rows_are_complete_one_by_one() -> None:
    """FULL-03."""
    two = casebook({("", "drugs", "1", "drug"): "A", ("", "drugs", "2", "dose"): "10"})
    assert not is_complete(PLAN, casebook({}), "drugs")
    assert not is_complete(PLAN, two, "drugs")
    assert is_complete(PLAN, two, "drugs", repeat="1")
    assert not is_complete(PLAN, two, "drugs", repeat="2")
    assert not is_complete(PLAN, two, "drugs", repeat="3")
    assert is_complete(PLAN, casebook({("", "drugs", "1", "drug"): "A"}), "drugs")


def test_forms_of_visits_and_others() -> None:
    """FULL-04."""
    book = casebook({("", "background", "", "sex"): "F", ("baseline", "sleep", "", "hours"): "8"})
    for visit in ("", "baseline", "week 4", "unscheduled-1"):
        assert is_complete(PLAN, book, "background", visit)
        assert is_complete(PLAN, book, "sleep", visit) == (visit == "baseline")
    with pytest.raises(KeyError):
        is_complete(PLAN, book, "no form")


def test_the_grid_requires_what_completes_a_form() -> None:
    """FULL-05."""
    book = casebook(
        {
            ("", "background", "", "sex"): "F",
            ("baseline", VISIT_FORM, "", "date"): "2024-02-01",
            ("baseline", "pain", "", "now"): "3",
            ("baseline", "sleep", "", "hours"): "8",
        }
    )
    (row,) = visit_grid(PLAN, {"P1": book}, date(2024, 2, 1)).rows
    assert {(gap.form, gap.item): gap.required for gap in row.gaps} == {
        ("background", "notes"): False,
        ("pain", "worst"): True,
        ("pain", "period"): True,
        ("sleep", "dreams"): False,
        ("free", ""): False,
    }
    whole = casebook({("baseline", VISIT_FORM, "", "date"): "2024-02-01"})
    (row,) = visit_grid(PLAN, {"P1": whole}, date(2024, 2, 1)).rows
    assert {gap.form: gap.required for gap in row.gaps} == {
        "background": True,
        "pain": True,
        "sleep": True,
        "free": False,
    }


ANSWERS = st.dictionaries(
    st.sampled_from(
        [(form.id, item) for form in PLAN.forms.values() if form.timing == "visits" for item in form.items]
    ),
    st.sampled_from(["8", "ND"]),
)


@settings(deadline=None)
@given(ANSWERS, ANSWERS, st.sampled_from(["F", "M", "ND"]))
def test_more_answers_keep_a_form_complete(some: Given, more: Given, sex: str) -> None:
    """FULL-06: no answer here makes naps asked."""
    few = {("", "background", "", "sex"): sex} | {
        ("week 4", form, "", item): text for (form, item), text in some.items()
    }
    many = {("week 4", form, "", item): text for (form, item), text in more.items()} | few
    asked = Asked(PLAN)
    for form in ("pain", "sleep", "free"):
        before = is_complete(PLAN, casebook(few), form, "week 4", asked=asked)
        assert before <= is_complete(PLAN, casebook(many), form, "week 4")
        gaps = {item for item in PLAN.forms[form].items if ("week 4", form, "", item) not in few}
        assert before or gaps
