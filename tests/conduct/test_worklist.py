"""What waits to be done.

WORK-01: a visit is overdue after its window, due in it, and told some days before it; with who has work there.
WORK-02: a form of a visit that took place is open until it is complete, and says why it cannot be opened yet.
WORK-03: the next dose is told by its window; a dose that was given, or the last one, is not.
WORK-04: in screening the forms answered once are open; nothing waits for whom the study is over.
WORK-07: after a fatal event nobody comes any more: the end is to be recorded, and the forms of visits that took place.
WORK-05: the most urgent stands first.
WORK-06: a visit that has to come before day 0 is open while day 0 is not known, and told before the dose.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import pytest

from trialbook.conduct.casebook import Answer, Casebook, Cell, ParticipantStatus
from trialbook.conduct.worklist import Task, who_records, work_for
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study

TEXT = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
roles:
  doctor: {sees: everything, records: [consent, given, events], rights: [enrol]}
  nurse: {sees: everything, records: [diary]}
  assessor: {blind: true, records: [rating]}
treatments:
  drug:
    dose: 10 mg
    give: {route: oral, first: day 0, every: 1 week, times: 2, window: 1 day either side}
    recorded: {form: given, start: date, dose: amount}
visits:
  anchor: enrolment
  window: 3 days either side
  planned:
    week 4: {}
    week 8: {}
forms:
  consent: {label: Consent, at: once, items: {date: {label: Signed, date: full, required: true}}}
  diary: {label: Diary, at: [week 4, week 8], items: {days: {label: Days, number: count, required: true}}}
  rating:
    label: Rating
    at: [week 4, week 8]
    after: [diary]
    items: {power: {label: Power, number: score, required: true}}
  events:
    label: Events
    at: any time
    repeating: true
    events: true
    items: {term: {label: Event, text: line}, grade: {label: Grade, choice: [1, 2, 3, 4, 5]}}
  given:
    label: Doses
    at: any time
    repeating: true
    items: {date: {label: Day, date: full}, amount: {label: Amount, number: mg}}
"""
ENROLLED = date(2026, 1, 1)


@pytest.fixture(scope="module")
def study() -> Study:
    found, problems = parse_study(TEXT, file="study.yaml")
    assert found is not None, problems
    return found


def casebook(answers: Mapping[Cell, str], *, status: ParticipantStatus = "enrolled") -> Casebook:
    given = {cell: Answer(text=text, value=text, seq=place) for place, (cell, text) in enumerate(answers.items(), 1)}
    enrolled = ENROLLED.isoformat() if status != "screening" else None
    return Casebook(participant="P1", status=status, enrolled_on=enrolled, answers=MappingProxyType(given))


def of_kind(tasks: tuple[Task, ...], kind: str) -> list[Task]:
    return [task for task in tasks if task.kind == kind]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 18), []),  # the window opens on the 26th
        (date(2026, 1, 19), [("week 4", "coming")]),
        (date(2026, 1, 26), [("week 4", "due")]),
        (date(2026, 2, 1), [("week 4", "due")]),
        (date(2026, 2, 2), [("week 4", "overdue")]),
        (date(2026, 3, 5), [("week 4", "overdue"), ("week 8", "overdue")]),
    ],
)
def test_work_01_a_visit_by_its_window(study: Study, day: date, expected: list[tuple[str, str]]) -> None:
    tasks = of_kind(work_for(study, casebook({}), day), "visit")
    assert [(task.visit, task.urgency) for task in tasks] == expected
    assert all(task.roles == ("nurse", "assessor") for task in tasks)


def test_work_02_open_forms_say_what_they_wait_for(study: Study) -> None:
    came = {Cell("week 4", "visit", "", "date"): "2026-01-29"}
    waiting = of_kind(work_for(study, casebook(came), date(2026, 1, 29)), "form")
    assert [(task.form, task.roles) for task in waiting] == [("diary", ("nurse",)), ("rating", ("assessor",))]
    assert [problem.code for task in waiting for problem in task.waits_for] == ["RATE-01"]
    done = {**came, Cell("week 4", "diary", "", "days"): "3"}
    (rating,) = of_kind(work_for(study, casebook(done), date(2026, 1, 29)), "form")
    assert (rating.form, rating.waits_for, rating.begun) == ("rating", (), False)


def test_work_03_doses_by_their_window(study: Study) -> None:
    (first,) = of_kind(work_for(study, casebook({}), ENROLLED), "dose")
    assert (first.number, first.urgency, first.roles) == (1, "due", ("doctor",))
    given = {Cell("", "given", "1", "date"): "2026-01-01", Cell("", "given", "1", "amount"): "10"}
    (second,) = of_kind(work_for(study, casebook(given), date(2026, 1, 10)), "dose")
    assert (second.number, second.urgency, second.last) == (2, "overdue", date(2026, 1, 9))
    both = {**given, Cell("", "given", "2", "date"): "2026-01-08", Cell("", "given", "2", "amount"): "10"}
    assert of_kind(work_for(study, casebook(both), date(2026, 1, 10)), "dose") == []


def test_work_04_screening_and_after_the_end(study: Study) -> None:
    (consent,) = work_for(study, casebook({}, status="screening"), ENROLLED)
    assert (consent.kind, consent.form, consent.urgency) == ("screening", "consent", "open")
    signed = casebook({Cell("", "consent", "", "date"): "2026-01-01"}, status="screening")
    assert work_for(study, signed, ENROLLED) == ()
    assert work_for(study, casebook({}, status="withdrawn"), date(2026, 3, 5)) == ()


def test_work_05_the_most_urgent_first(study: Study) -> None:
    came = {Cell("week 4", "visit", "", "date"): "2026-01-29"}
    tasks = work_for(study, casebook(came), date(2026, 2, 20))
    assert [task.urgency for task in tasks] == ["overdue", "open", "open", "coming"]


def test_work_06_the_visit_before_day_0() -> None:
    text = TEXT.replace("anchor: enrolment", "anchor: first given.date")
    text = text.replace("week 4: {}", "baseline: {day: -7 to 0, before: first given.date}\n    week 4: {}")
    found, problems = parse_study(
        text.replace("at: [week 4, week 8]", "at: [baseline, week 4, week 8]"), file="study.yaml"
    )
    assert found is not None, problems
    tasks = work_for(found, casebook({}), ENROLLED)
    assert [(task.kind, task.visit, task.urgency) for task in tasks] == [
        ("visit", "baseline", "open"),
        ("dose", "", "open"),
    ]
    assert (
        of_kind(work_for(found, casebook({Cell("baseline", "visit", "", "date"): "2026-01-01"}), ENROLLED), "visit")
        == []
    )
    assert work_for(found, casebook({}, status="screening"), ENROLLED)[0].kind == "screening"


def test_who_records_is_by_the_form_or_by_the_roles(study: Study) -> None:
    assert who_records(study, study.forms["rating"]) == ("assessor",)


@pytest.mark.parametrize("status", ["enrolled", "screening", "withdrawn"])
def test_work_07_after_a_fatal_event(study: Study, status: ParticipantStatus) -> None:
    came = {Cell("week 4", "visit", "", "date"): "2026-01-29", Cell("", "events", "1", "grade"): "4"}
    day = date(2026, 3, 5)
    assert of_kind(work_for(study, casebook(came, status=status), day), "end") == []
    died = {**came, Cell("", "events", "1", "grade"): "5"}
    tasks = work_for(study, casebook(died, status=status), day)
    assert [(task.kind, task.form, task.urgency, task.roles) for task in tasks] == (
        []
        if status == "withdrawn"
        else [
            ("end", "events", "due", ("doctor",)),
            ("form", "diary", "open", ("nurse",)),
            ("form", "rating", "open", ("assessor",)),
        ]
    )
