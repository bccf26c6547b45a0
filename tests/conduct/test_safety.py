"""Grades of events and of laboratory values, and seriousness.

Requirements:
SAFE-01: the grade of an event is the recorded one, with the list that it is of.
SAFE-02: an event is serious by what came of it, whatever was answered; without any answer it is not known.
SAFE-03: each laboratory value has its grade by the limits of its own day and participant, with the version of the list.
SAFE-04: worse than the baseline, and only after it, is emergent; it is told wherever that is certain.
SAFE-05: a value beyond a limit of measurement is graded where every such value has the same grade.
SAFE-06: the baseline, and what lies after it, are those of the analysis.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.datasets import from_casebooks
from trialbook.analysis.derive import derive_baseline, derive_change, derive_values
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.safety import LaboratoryGrade, fatal_event, grade_event, is_serious, laboratory_grades
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study
from trialbook.wording import sentence

TEXT = """\
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented}
participants: {sex: person.sex, age: person.age}
visits:
  anchor: enrolment
  window: 3 days either side
  planned: {screening: {day: -14 to -8}, baseline: {day: -7 to 0}, week 4: {}, week 8: {}}
forms:
  person: {at: once, items: {sex: {choice: {F: Female, M: Male}}, age: {number: year}}}
  lab:
    at: [screening, baseline, week 4, week 8]
    items:
      ck: {number: U/L, accepts: [ukat/L], upper: ck_upper, grade: CPK increased}
      ck_upper: {number: U/L}
      alt: {number: U/L, upper: {F: 30, M: 40}, grade: ctcae-5 Alanine aminotransferase increased}
      cells: {number: 10^9/L, lower: {all 0 to 59: 1.0, all from 60: 0.9}, grade: Lymphocyte count decreased}
      marked: {choice: yes/no}
  harms:
    at: any time
    repeating: true
    events: true
    terms: ctcae-5
    items:
      term: {text: line, required: true}
      grade: {choice: {1: Mild, 2: Moderate, 3: Severe, 4: Life-threatening, 5: Fatal, odd: Odd}}
      serious: {choice: yes/no}
      hospital: {choice: yes/no}
      fatal: {choice: yes/no}
      outcome: {choice: {NOT: Not recovered, REC: Recovered, DIED: Fatal}}
endpoints: {ck: {from: lab.ck, better: lower}}
analysis: {baseline: RULE, primary: none, test: paired t, missing: available cases}
"""
RULES = ("last before anchor", "visit baseline", "flagged marked")
VISITS = ("screening", "baseline", "week 4", "week 8", "unscheduled-1")


@cache
def study(rule: str = RULES[0]) -> Study:
    found, problems = parse_study(TEXT.replace("RULE", rule), file="s.yaml", catalog=CATALOG)
    assert found is not None, [sentence(problem) for problem in problems]
    return found


def person(cells: Mapping[str, str], *, repeat: str = "") -> Casebook:
    """Write a casebook: `visit|form.item` -> value; everything is entry after entry."""
    answers = {}
    for seq, (name, value) in enumerate(cells.items(), start=1):
        visit, _, target = name.rpartition("|")
        form, _, item = target.partition(".")
        answers[Cell(visit, form, repeat, item)] = Answer(text=value, value=value, seq=seq)
    return Casebook(participant="P1", status="enrolled", enrolled_on="2026-01-10", answers=answers, status_seq=99)


def graded(cells: Mapping[str, str], rule: str = RULES[0]) -> dict[str, LaboratoryGrade]:
    return {f"{one.measured.visit}|{one.item}": one for one in laboratory_grades(study(rule), [person(cells)])}


def event(**answers: str) -> Casebook:
    return person({f"|harms.{item}": answer for item, answer in answers.items()}, repeat="1")


HARMS = study().forms["harms"]


@pytest.mark.parametrize(("code", "grade"), [("3", 3), ("5", 5), ("odd", None), (None, None)])
def test_grade_of_an_event(code: str | None, grade: int | None) -> None:
    """SAFE-01."""
    found = grade_event(HARMS, event(term="Fall", **({} if code is None else {"grade": code})), "1")
    assert (found.grade, found.version) == (grade, "ctcae-5")
    assert bool(found.why) is (grade is None)


@pytest.mark.parametrize(
    ("answers", "serious", "why"),
    [
        ({"serious": "yes"}, True, "Recorded as serious."),
        ({"serious": "no"}, False, "Recorded as not serious."),
        ({}, None, "It is not recorded"),
        ({"grade": "4"}, None, "It is not recorded"),
        ({"grade": "4", "serious": "no"}, False, "Recorded as not serious."),
        ({"grade": "5", "serious": "no"}, True, "grade is 5, death, though it is recorded as not serious"),
        ({"hospital": "yes"}, True, "stay in hospital"),
        ({"hospital": "no"}, None, "It is not recorded"),
        ({"hospital": "yes", "serious": "no"}, True, "though it is recorded as not serious"),
        ({"outcome": "DIED", "grade": "3"}, True, "its outcome is death"),
        ({"outcome": "DIED", "serious": "no"}, True, "its outcome is death, though it is recorded as not serious"),
        ({"outcome": "NOT", "serious": "no"}, False, "Recorded as not serious."),
    ],
)
def test_seriousness(answers: dict[str, str], serious: bool | None, why: str) -> None:  # noqa: FBT001 - expected
    """SAFE-02: a severe event need not be a serious one."""
    found = is_serious(HARMS, event(term="Fall", **answers), "1")
    assert found.is_serious is serious
    assert why in found.why


@pytest.mark.parametrize(
    ("answers", "is_fatal"),
    [
        ({"grade": "5"}, True),
        ({"fatal": "yes"}, True),
        ({"outcome": "DIED", "serious": "no"}, True),
        ({"fatal": "no", "grade": "4", "outcome": "NOT", "serious": "yes"}, False),
        ({}, False),
    ],
)
def test_a_fatal_event(answers: dict[str, str], is_fatal: bool) -> None:  # noqa: FBT001 - expected
    """SAFE-02: by its mark, its grade or its outcome."""
    found = fatal_event(study(), event(term="Sepsis", **answers))
    assert (found is not None) is is_fatal
    assert found is None or (found[0].id, found[1].repeat) == ("harms", "1")


MYOSITIS = {
    "|person.sex": "F", "|person.age": "53",
    "baseline|lab.ck": "2632", "baseline|lab.ck_upper": "200", "baseline|lab.alt": "90", "baseline|lab.cells": "0.95",
    "week 4|lab.ck": "661", "week 4|lab.ck_upper": "200", "week 4|lab.alt": "134", "week 4|lab.cells": "0.4",
    "week 8|lab.ck": "2600", "week 8|lab.alt": "135", "week 8|lab.cells": "<0.2",
}  # fmt: skip


def test_creatine_kinase_begins_at_grade_4() -> None:
    """SAFE-03, SAFE-04: without the limit of week 8 there is no grade, and still it is not worse than the worst one."""
    found = graded(MYOSITIS)
    base, later, last = (found[f"{visit}|lab.ck"] for visit in ("baseline", "week 4", "week 8"))
    assert (base.grade, base.change, base.is_emergent, base.measured.moment) == (4, 0, False, "baseline")
    assert (later.grade, later.baseline_grade, later.change, later.is_emergent) == (2, 4, -2, False)
    assert (last.grade, last.least, last.most, last.change, last.is_emergent) == (None, 0, 4, None, False)
    assert {one.version for one in found.values()} == {"ctcae-5"}
    assert later.measured.seqs == (7, 8)


def test_an_abnormal_baseline_takes_the_place_of_the_limit() -> None:
    """SAFE-03: the limit of a woman is 30; 1.5 times the baseline of 90 is 135."""
    found = graded(MYOSITIS)
    assert [found[f"{visit}|lab.alt"].grade for visit in ("baseline", "week 4", "week 8")] == [0, 0, 1]
    assert found["week 8|lab.alt"].is_emergent is True
    unknown = graded({name: value for name, value in MYOSITIS.items() if name != "|person.sex"})
    assert {unknown[f"{visit}|lab.alt"].grade for visit in ("baseline", "week 4", "week 8")} == {None}


@pytest.mark.parametrize(("sex", "grade"), [("F", 2), ("M", 1), (None, None)])
def test_limits_by_sex(sex: str | None, grade: int | None) -> None:
    """SAFE-03."""
    known = {} if sex is None else {"|person.sex": sex}
    found = graded({**known, "baseline|lab.alt": "20", "week 4|lab.alt": "100"})
    assert found["week 4|lab.alt"].grade == grade


@pytest.mark.parametrize(("age", "grade"), [("59", 1), ("60", 0), ("<60", None), (None, None)])
def test_limits_by_age(age: str | None, grade: int | None) -> None:
    """SAFE-03."""
    known = {} if age is None else {"|person.age": age}
    assert graded({**known, "baseline|lab.cells": "0.95"})["baseline|lab.cells"].grade == grade


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [("<0.2", 4, 4), ("<=0.2", 3, 4), ("<0.5", 3, 4), ("<1.0", 1, 4), (">1.2", 0, 0), (">=1.0", 0, 0), (">0.9", 0, 1)],
)
def test_beyond_a_limit_of_measurement(value: str, least: int, most: int) -> None:
    """SAFE-05."""
    one = graded({"|person.age": "40", "week 4|lab.cells": value})["week 4|lab.cells"]
    assert (one.least, one.most) == (least, most)
    assert one.grade == (least if least == most else None)
    assert one.is_emergent is None


def test_certainly_worse() -> None:
    """SAFE-04: a baseline of grade 0 or 1 is certainly milder than grade 3."""
    found = graded({"baseline|lab.cells": "0.92", "week 4|lab.cells": "0.4"})
    assert found["week 4|lab.cells"].baseline_grade is None
    assert found["week 4|lab.cells"].is_emergent is True
    assert found["week 4|lab.cells"].change is None


NUMBERS = st.sampled_from(["0.1", "0.6", "0.95", "1.5", "<0.2"])
DAYS = st.sampled_from(["2025-12-28", "2026-01-05", "2026-01-10", "2026-02-07", "2026-02", "2026-03-07"])
WRITTEN = st.dictionaries(
    st.sampled_from(VISITS), st.tuples(NUMBERS, st.one_of(st.none(), DAYS), st.sampled_from(["yes", "no"]))
)


@pytest.mark.parametrize("rule", RULES)
@settings(deadline=None, max_examples=60)
@given(written=WRITTEN)
def test_the_baseline_is_that_of_the_analysis(rule: str, written: dict[str, tuple[str, str | None, str]]) -> None:
    """SAFE-06: whatever was recorded when, with dates or without."""
    cells: dict[str, str] = {}
    for visit, (value, day, mark) in written.items():
        cells |= {f"{visit}|lab.cells": value, f"{visit}|lab.marked": mark}
        cells |= {} if day is None else {f"{visit}|visit.date": day}
    datasets = from_casebooks(study(rule), {"P1": person(cells)})
    values = derive_values(datasets, "lab.cells")
    bases = derive_baseline(datasets, values, "lab.cells")
    found = {one.measured.visit: one.measured for one in graded(cells, rule).values()}
    assert [visit for visit, one in found.items() if one.moment == "baseline"] == [
        visit for visit in bases["base_visit"] if visit
    ]
    after = {
        visit for visit, change in derive_change(datasets, values, bases).select("visit", "change").iter_rows()
        if change is not None
    }  # fmt: skip
    assert after <= {visit for visit, one in found.items() if one.moment == "after"}
    exact = {visit for visit, one in found.items() if not one.value.startswith("<")}
    has_base = any(one.moment == "baseline" and not one.value.startswith("<") for one in found.values())
    assert not has_base or {visit for visit in exact if found[visit].moment == "after"} == after
