"""How far forms are filled in.

FILL-01: a form has no data, was begun, or is complete; one that is not asked, and has no data, is not asked.
FILL-02: what a begun form lacks is counted; a form that was begun waits for nothing.
FILL-03: at a visit stand the forms due at it, and others with data, in the order of the study file.
FILL-04: a form with rows names those that were begun, in their order.
"""

from __future__ import annotations

from types import MappingProxyType

from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.completeness import Asked
from trialbook.conduct.filling import fill_state, other_fillings, visit_fillings
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study

TEXT = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
visits:
  anchor: enrolment
  window: 3 days either side
  planned: {baseline: {day: 0 to 0}, week 4: {}}
forms:
  sex: {at: once, items: {sex: {choice: {F: Female, M: Male}, required: true}}}
  lab: {at: [baseline, week 4], items: {ck: {number: U/L, required: true}, alt: {number: U/L, required: true}}}
  diary: {at: [baseline], when: 'sex.sex == "F"', items: {days: {number: count}}}
  rating: {at: [baseline], after: [lab], items: {global: {vas: 0 to 10}}}
  drugs: {at: any time, repeating: true, items: {drug: {text: line, required: true}}}
"""


def study() -> Study:
    """Return the study of this file."""
    parsed, problems = parse_study(TEXT, file="study.yaml")
    assert parsed is not None, problems
    return parsed


STUDY = study()
ASKED = Asked(STUDY)


def book(*cells: tuple[str, str, str, str, str]) -> Casebook:
    """Write a casebook: visit, form, row, item, value."""
    answers = {Cell(visit, form, row, item): Answer(text=text, value=text) for visit, form, row, item, text in cells}
    return Casebook(participant="P1", status="enrolled", answers=MappingProxyType(answers))


def state(casebook: Casebook, form: str, visit: str = "baseline") -> str:
    """Return how far a form is filled in."""
    return fill_state(STUDY, casebook, STUDY.forms[form], visit, ASKED).state


def test_states() -> None:
    """FILL-01."""
    assert state(book(), "lab") == "no data"
    assert state(book(("baseline", "lab", "", "ck", "57")), "lab") == "begun"
    assert state(book(("baseline", "lab", "", "ck", "57"), ("baseline", "lab", "", "alt", "9")), "lab") == "complete"
    assert state(book(("", "sex", "", "sex", "M")), "diary") == "not asked"
    assert state(book(), "diary") == "no data"


def test_what_it_lacks_and_waits_for() -> None:
    """FILL-02."""
    begun = book(("baseline", "lab", "", "ck", "57"))
    assert fill_state(STUDY, begun, STUDY.forms["lab"], "baseline", ASKED).lacks == 1
    waiting = fill_state(STUDY, begun, STUDY.forms["rating"], "baseline", ASKED)
    assert [problem.code for problem in waiting.waits_for] == ["RATE-01"]
    rated = book(("baseline", "rating", "", "global", "5"))
    assert fill_state(STUDY, rated, STUDY.forms["rating"], "baseline", ASKED).waits_for == ()


def test_forms_of_a_visit() -> None:
    """FILL-03."""
    casebook = book(("week 4", "rating", "", "global", "5"))
    assert [one.form.id for one in visit_fillings(STUDY, casebook, "week 4", ASKED)] == ["lab", "rating"]
    assert [one.form.id for one in other_fillings(STUDY, casebook, ASKED)] == ["sex", "drugs"]


def test_rows() -> None:
    """FILL-04."""
    casebook = book(*(("", "drugs", row, "drug", "x") for row in ("10", "2", "1")))
    assert fill_state(STUDY, casebook, STUDY.forms["drugs"], "", ASKED).rows == ("1", "2", "10")
