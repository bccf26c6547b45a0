"""When visits are planned, when they took place, and what is due.

PLACE-01: study day 0 is the day of the anchor; a visit's day is counted from it, over leap days and years.
PLACE-02: the anchor is enrolment, or the first or last answer of a date item; only a date known to the day is one.
PLACE-03: a visit that took place is early, in or late by its window; without a full date it has no date.
PLACE-04: a visit that has not taken place is coming, due or missed on a day; without an anchor none of them.
PLACE-05: after a participant's end, visits are not expected, not missed; those passed before it are missed.
PLACE-06: optional visits are never missed; unscheduled ones are listed by number.
PLACE-07: a visit with nothing but missing-data codes did not take place.
PLACE-08: windows never place one day at two visits that share a form.
PLACE-09: the classification of a visit is monotone in its date, and that of an open one in the day of asking.
PLACE-11: a visit that has to come before something has that day as its limit; of a part of a date the last day.
PLACE-10: what is due is sorted into overdue, due and coming.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell, ParticipantStatus
from trialbook.conduct.schedule import (
    anchor_date,
    place_visit,
    place_visits,
    plan_visits,
    study_day,
    visits_on,
    what_is_due,
)
from trialbook.protocol.model import Anchor, Study, Visit, Window
from trialbook.protocol.read import parse_study

TEXT = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
visits:
  anchor: enrolment
  window: 3 days either side
  planned:
    screening: {day: -14 to -1}
    baseline: {day: 0 to 0}
    week 4: {}
    extra: {day: 42, optional: true}
    week 8: {}
forms:
  lab:
    label: Laboratory
    at: [screening, baseline, week 4, week 8]
    items:
      ck: {label: Creatine kinase, number: U/L}
  dosing:
    label: Dosing
    at: any time
    repeating: true
    items:
      start: {label: First day, date: partial}
"""

ENROLLED = date(2024, 2, 1)
LATER = date(2025, 1, 1)


def study() -> Study:
    """Return the study of this file."""
    parsed, problems = parse_study(TEXT, file="study.yaml")
    assert parsed is not None, problems
    return parsed


STUDY = study()


def casebook(
    *dates: tuple[str, str],
    status: ParticipantStatus = "enrolled",
    enrolled_on: str | None = "2024-02-01",
    ended_on: str | None = None,
) -> Casebook:
    """Write a casebook with the dates of some visits."""
    answers = {Cell(visit, VISIT_FORM, "", "date"): Answer(text=day, value=day) for visit, day in dates}
    return Casebook(
        participant="P1", status=status, enrolled_on=enrolled_on, ended_on=ended_on, answers=MappingProxyType(answers)
    )


def doses(*days: str) -> Casebook:
    """Write a casebook with the first days of some doses."""
    answers = {Cell("", "dosing", str(n), "start"): Answer(text=day, value=day) for n, day in enumerate(days)}
    return Casebook(participant="P1", status="enrolled", answers=MappingProxyType(answers))


def anchored(which: str) -> Study:
    """Return the study with day 0 at the first or last dose."""
    anchor = Anchor(which="first" if which == "first" else "last", name="dosing.start")
    return replace(STUDY, schedule=replace(STUDY.schedule, anchor=anchor))


@pytest.mark.parametrize(
    ("day", "anchor", "expected"),
    [
        ("2024-03-01", "2024-02-01", 29),
        ("2023-03-01", "2023-02-01", 28),
        ("2024-01-31", "2024-02-01", -1),
        ("2025-02-01", "2024-02-01", 366),
    ],
)
def test_days_are_counted_over_leap_days(day: str, anchor: str, expected: int) -> None:
    """PLACE-01."""
    assert study_day(date.fromisoformat(day), date.fromisoformat(anchor)) == expected


def test_visits_are_planned_from_the_anchor() -> None:
    """PLACE-01: week 4 after 1 February of a leap year is 29 February."""
    plans = {plan.visit: plan for plan in plan_visits(STUDY, casebook())}
    assert plans["week 4"].planned == date(2024, 2, 29)
    assert (plans["week 4"].first, plans["week 4"].last) == (date(2024, 2, 26), date(2024, 3, 3))
    assert (plans["screening"].first, plans["screening"].last) == (date(2024, 1, 18), date(2024, 1, 31))
    assert list(plans) == list(STUDY.schedule.visits)


@pytest.mark.parametrize("enrolled_on", [None, "2024-02", "2024", "never"])
def test_enrolment_not_known_to_the_day_is_no_anchor(enrolled_on: str | None) -> None:
    """PLACE-02."""
    book = casebook(("week 4", "2024-02-29"), enrolled_on=enrolled_on)
    assert anchor_date(STUDY, book) is None
    assert all(plan.planned is plan.first is plan.last is None for plan in plan_visits(STUDY, book))
    assert place_visit(STUDY, book, "week 4", LATER).state == "no anchor"
    assert place_visit(STUDY, book, "week 8", LATER).state == "no anchor"
    assert place_visit(STUDY, book, "week 4", LATER).took_place


@pytest.mark.parametrize(
    ("which", "days", "expected"),
    [
        ("first", ("2024-02-09", "2024-02-01", "2024-02-20"), "2024-02-01"),
        ("last", ("2024-02-09", "2024-02-01", "2024-02-20"), "2024-02-20"),
        ("first", ("2024-03", "2024-02-01"), "2024-02-01"),
        ("first", ("2024-02", "2024-02-01"), "2024-02-01"),
        ("first", ("2024-02", "2024-02-02"), None),
        ("first", ("2024-01", "2024-02-01"), None),
        ("last", ("2024", "2024-02-01"), None),
        ("last", ("2023", "2024-02-01"), "2024-02-01"),
        ("first", (), None),
    ],
)
def test_the_first_or_last_answer_is_the_anchor(which: str, days: tuple[str, ...], expected: str | None) -> None:
    """PLACE-02: a partial date that could lie before the first full one leaves the anchor unknown."""
    assert anchor_date(anchored(which), doses(*days)) == (None if expected is None else date.fromisoformat(expected))


@pytest.mark.parametrize(
    ("day", "state", "off", "number"),
    [
        ("2024-02-25", "early", -1, 24),
        ("2024-02-26", "in", 0, 25),
        ("2024-02-29", "in", 0, 28),
        ("2024-03-03", "in", 0, 31),
        ("2024-03-08", "late", 5, 36),
        ("2023-12-31", "early", -57, -32),
        ("2024-03", "no date", 0, None),
    ],
)
def test_a_visit_is_placed_by_its_date(day: str, state: str, off: int, number: int | None) -> None:
    """PLACE-03: also a visit before the anchor, and one of which only the month is known."""
    placed = place_visit(STUDY, casebook(("week 4", day)), "week 4", LATER)
    assert (placed.state, placed.off, placed.day, placed.took_place) == (state, off, number, True)


def test_a_visit_without_any_date_has_no_date() -> None:
    """PLACE-03."""
    answers = {Cell("week 4", "lab", "", "ck"): Answer(text="57", value="57")}
    book = replace(casebook(), answers=MappingProxyType(answers))
    assert place_visit(STUDY, book, "week 4", LATER).state == "no date"


@pytest.mark.parametrize(
    ("today", "state"),
    [("2024-02-25", "coming"), ("2024-02-26", "due"), ("2024-03-03", "due"), ("2024-03-04", "missed")],
)
def test_an_open_visit_stands_by_the_day(today: str, state: str) -> None:
    """PLACE-04."""
    assert place_visit(STUDY, casebook(), "week 4", date.fromisoformat(today)).state == state


@pytest.mark.parametrize(
    ("status", "ended_on", "week_4", "week_8"),
    [
        ("withdrawn", "2024-03-20", "missed", "not expected"),
        ("withdrawn", "2024-02-27", "not expected", "not expected"),
        ("withdrawn", None, "not expected", "not expected"),
        ("withdrawn", "2024-02", "not expected", "not expected"),
        ("screen failure", "2024-02-01", "not expected", "not expected"),
        ("completed", "2024-02-27", "missed", "missed"),
    ],
)
def test_after_the_end_nothing_is_expected(
    status: ParticipantStatus, ended_on: str | None, week_4: str, week_8: str
) -> None:
    """PLACE-05."""
    book = casebook(("baseline", "2024-02-01"), status=status, ended_on=ended_on)
    assert place_visit(STUDY, book, "week 4", LATER).state == week_4
    assert place_visit(STUDY, book, "week 8", LATER).state == week_8


def test_what_was_left_out_before_a_later_visit_is_missed() -> None:
    """PLACE-05: without dates, the order of the plan tells it."""
    answers = {Cell("week 8", "lab", "", "ck"): Answer(text="57", value="57")}
    book = replace(casebook(status="withdrawn", enrolled_on=None), answers=MappingProxyType(answers))
    states = {placed.visit: placed.state for placed in place_visits(STUDY, book, LATER)}
    assert states == {
        "screening": "missed",
        "baseline": "missed",
        "week 4": "missed",
        "extra": "not expected",
        "week 8": "no date",
    }


def test_optional_visits_are_never_missed_and_unscheduled_ones_are_listed() -> None:
    """PLACE-06."""
    book = casebook(("unscheduled-10", "2024-03-10"), ("unscheduled-2", "2024-03"), ("former visit", "2024-03-11"))
    placed = place_visits(STUDY, book, LATER)
    assert next(visit.state for visit in placed if visit.visit == "extra") == "not expected"
    assert [(v.visit, v.state, v.day) for v in placed[5:]] == [
        ("unscheduled-2", "unscheduled", None),
        ("unscheduled-10", "unscheduled", 38),
        ("former visit", "unscheduled", 39),
    ]
    with pytest.raises(KeyError):
        place_visit(STUDY, book, "week 99", LATER)


def test_missing_codes_alone_are_no_visit() -> None:
    """PLACE-07."""
    answers = {Cell("week 4", "lab", "", "ck"): Answer(text="ND", value=None, missing="ND")}
    book = replace(casebook(), answers=MappingProxyType(answers))
    assert place_visit(STUDY, book, "week 4", LATER).state == "missed"


def test_what_is_due_is_sorted() -> None:
    """PLACE-10: after week 4 took place, the screening left out before is not overdue, it is missed for good."""
    book = casebook(("baseline", "2024-02-01"), ("week 4", "2024-02-29"))
    due = what_is_due(STUDY, book, date(2024, 3, 14))
    assert [plan.visit for plan in due.overdue] == []
    assert [plan.visit for plan in due.due] == ["extra"]
    assert [plan.visit for plan in due.coming] == ["week 8"]
    later = what_is_due(STUDY, book, date(2024, 4, 1))
    assert [plan.visit for plan in later.overdue] == ["week 8"]
    ended = what_is_due(STUDY, replace(book, status="withdrawn", ended_on="2024-03-10"), date(2024, 4, 1))
    assert (ended.overdue, ended.due, ended.coming) == ((), (), ())


WINDOWS = st.lists(st.tuples(st.integers(-40, 120), st.integers(0, 12)), min_size=1, max_size=8)


def planned_text(windows: list[tuple[int, int]]) -> str:
    """Write a study whose visits share one form, with windows from these days over so many more."""
    days = [f"    v{n}: {{day: {day} to {day + more}}}" for n, (day, more) in enumerate(sorted(windows))]
    form = "lab:\n    label: L\n    items: {ck: {label: C, number: U/L}}\n    at: "
    names = ", ".join(f"v{n}" for n in range(len(windows)))
    return "\n".join([TEXT[: TEXT.index("    screening:")], *days, "forms:", f"  {form}[{names}]", ""])


@given(WINDOWS, st.integers(-60, 140))
def test_a_day_lies_in_one_window_at_most(windows: list[tuple[int, int]], offset: int) -> None:
    """PLACE-08: for every study file that is read without a mistake."""
    parsed, problems = parse_study(planned_text(windows), file="study.yaml")
    if parsed is None:
        assert {problem.code for problem in problems if problem.level == "error"} == {"SCHED-04"}
        return
    found = visits_on(parsed, casebook(), ENROLLED + timedelta(days=offset))
    assert len(found) <= 1
    expected = [v.id for v in parsed.schedule.visits.values() if v.window.first <= offset <= v.window.last]
    assert list(found) == expected


def one_visit(first: int, last: int) -> Study:
    """Return a study of one visit with this window."""
    visit = Visit(id="v", label={"en": "V"}, order=0, day=first, window=Window(first=first, last=last))
    return replace(STUDY, schedule=replace(STUDY.schedule, visits={"v": visit}))


ORDER = {"early": 0, "in": 1, "late": 2}
OPEN = {"coming": 0, "due": 1, "missed": 2}
DAYS = st.integers(-2000, 2000)


@given(DAYS, st.integers(0, 30), DAYS, DAYS)
def test_later_dates_are_never_placed_earlier(first: int, length: int, one: int, other: int) -> None:
    """PLACE-09."""
    plan = one_visit(first, first + length)
    sooner, later = (ENROLLED + timedelta(days=days) for days in sorted((one, other)))
    placed = [place_visit(plan, casebook(("v", day.isoformat())), "v", LATER) for day in (sooner, later)]
    assert ORDER[placed[0].state] <= ORDER[placed[1].state]
    assert placed[0].off <= placed[1].off
    assert all((visit.state == "in") == (visit.off == 0) for visit in placed)
    opened = [place_visit(plan, casebook(), "v", day).state for day in (sooner, later)]
    assert OPEN[opened[0]] <= OPEN[opened[1]]


@pytest.mark.parametrize(
    ("starts", "limit"),
    [(["2024-02-05", "2024-02-12"], date(2024, 2, 5)), (["2024-02"], date(2024, 2, 29)), ([], None)],
)
def test_the_day_that_a_visit_comes_before(starts: list[str], limit: date | None) -> None:
    """PLACE-11: baseline before the first dose; no other visit has a limit."""
    visits = STUDY.schedule.visits
    before = replace(visits["baseline"], before=Anchor(which="first", name="dosing.start"))
    limited = replace(STUDY, schedule=replace(STUDY.schedule, visits={**visits, "baseline": before}))
    cells = {Cell("", "dosing", str(row), "start"): Answer(text=text, value=text) for row, text in enumerate(starts)}
    plans = plan_visits(limited, Casebook(participant="P1", enrolled_on="2024-02-01", answers=cells))
    assert {plan.visit: plan.limit for plan in plans if plan.visit == "baseline"} == {"baseline": limit}
    assert {plan.limit for plan in plans if plan.visit != "baseline"} == {None}
