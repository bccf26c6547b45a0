"""The course of an endpoint in one participant.

COURSE-01: exact values in the order of time, each with its study day; what is not exact keeps its words.
COURSE-02: the baseline is the last value that the plan's rule allows.
COURSE-03: limits of normal are those of the laboratory on that day where an item holds them, else the study file's.
COURSE-04: computed numbers, levels of a choice and another unit of the endpoint are followed alike.
"""

from __future__ import annotations

from types import MappingProxyType

import pytest

from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.courses import Course, endpoint_course, form_of_endpoint, is_followed
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study

TEXT = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
participants: {sex: sex.sex}
visits:
  anchor: enrolment
  window: 3 days either side
  planned: {screening: {day: -10 to -5}, baseline: {day: 0 to 0}, week 4: {}}
forms:
  sex: {at: once, items: {sex: {choice: {F: Female, M: Male}}}}
  lab:
    at: [screening, baseline, week 4]
    items:
      ck: {number: U/L, accepts: [ukat/L], upper: ck_upper}
      ck_upper: {number: U/L, accepts: [ukat/L]}
      hb: {number: g/L, lower: {F: 115, M: 130}}
      left: {number: score}
      right: {number: score}
      feels: {choice: {BAD: Bad, FAIR: Fair, GOOD: Good}}
    derive:
      force: {mean_of: [left, right], at_least: 2 of 2}
missing: {ND: Not done}
endpoints:
  ck: {from: lab.ck, better: lower}
  ck_si: {from: lab.ck, unit: ukat/L, decimals: 2, better: lower}
  hb: {from: lab.hb}
  force: {from: lab.force, better: higher}
  feels: {levels: lab.feels, better: higher}
  strong: {when: 'lab.left > 5.0', at: week 4}
analysis:
  primary: none
  baseline: last before anchor
  compare: each visit with baseline
  test: paired t
  missing: available cases
"""
DAYS = {"screening": "2024-01-25", "baseline": "2024-02-01", "week 4": "2024-02-29"}


def study() -> Study:
    """Return the study of this file."""
    parsed, problems = parse_study(TEXT, file="study.yaml")
    assert parsed is not None, problems
    return parsed


STUDY = study()


def course(endpoint: str, *cells: tuple[str, str, str]) -> Course:
    """Return a course of the laboratory: visit, item, value; `ND` is the missing-data code."""
    dates = {Cell(visit, "visit", "", "date"): Answer(text=day, value=day) for visit, day in DAYS.items()}
    sex = {Cell("", "sex", "", "sex"): Answer(text="F", value="F")}
    given = {
        Cell(visit, "lab", "", item): Answer(text=text, value=None, missing="ND")
        if text == "ND"
        else Answer(text=text, value=text)
        for visit, item, text in cells
    }
    answers = MappingProxyType({**dates, **sex, **given})
    casebook = Casebook(participant="P1", status="enrolled", enrolled_on="2024-02-01", answers=answers)
    return endpoint_course(STUDY, casebook, endpoint)


def test_values_in_the_order_of_time() -> None:
    """COURSE-01."""
    found = course("ck", ("week 4", "ck", "57"), ("baseline", "ck", "<20"), ("screening", "ck", "ND"))
    assert [(one.visit, one.day, one.value, one.text) for one in found.points] == [
        ("screening", -7, None, "Not done"),
        ("baseline", 0, None, "< 20 U/L"),
        ("week 4", 28, 57.0, "57 U/L"),
    ]
    assert [one.visit for one in found.exact] == ["week 4"]


def test_baseline() -> None:
    """COURSE-02."""
    found = course("ck", ("screening", "ck", "70"), ("baseline", "ck", "<20"), ("week 4", "ck", "57"))
    assert found.baseline is not None
    assert found.baseline.visit == "screening"
    assert course("ck", ("week 4", "ck", "57")).baseline is None


def test_limits_of_normal() -> None:
    """COURSE-03."""
    found = course("ck", ("baseline", "ck", "300"), ("baseline", "ck_upper", "190"), ("week 4", "ck", "57"))
    assert [(one.lower, one.upper) for one in found.points] == [(None, 190.0), (None, None)]
    assert course("hb", ("baseline", "hb", "120")).points[0].lower == 115.0


def test_computed_levels_and_units() -> None:
    """COURSE-04."""
    assert course("force", ("week 4", "left", "4"), ("week 4", "right", "5")).exact[0].value == 4.5
    assert course("force", ("week 4", "left", "4")).exact == ()
    found = course("feels", ("week 4", "feels", "GOOD"))
    assert (found.exact[0].value, found.exact[0].text, found.levels) == (2.0, "Good", ("BAD", "FAIR", "GOOD"))
    converted = course("ck_si", ("week 4", "ck", "60"))
    assert converted.unit == "ukat/L"
    assert converted.exact[0].value == pytest.approx(1.0, rel=1e-3)


def test_what_is_no_course() -> None:
    """COURSE-04: a responder has no value at a visit."""
    assert [one.id for one in STUDY.endpoints.values() if not is_followed(one)] == ["strong"]
    assert form_of_endpoint(STUDY.endpoints["force"]) == "lab"
    assert course("strong").points == ()
