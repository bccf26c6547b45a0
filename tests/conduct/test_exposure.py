"""What was given, beside what was planned.

Requirements:
EXPO-01: doses are counted in the order of their dates, whatever the order of the rows; rows of one day are one dose.
EXPO-02: each dose stands beside its planned day, its window and the amount that the plan gives on that day.
EXPO-03: what was recorded beside it is told, and what was not is None.
EXPO-04: rows without a date or an amount are kept with what they have.
EXPO-05: a planned dose is missed when its window has passed, or the participant's time has ended; never before.
EXPO-06: nothing raises, whatever the answers; doses keep their order and their rows.
EXPO-07: planned days go by weeks, by months or by list; windows lie either side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.conduct.casebook import Answer, Casebook, Cell, ParticipantStatus
from trialbook.conduct.exposure import DoseGiven, Exposure, exposure
from trialbook.conduct.regimen import add_months, number_of_doses, plan_dose_day
from trialbook.protocol.model import Duration, Study, Treatment, Window
from trialbook.protocol.read import parse_study
from trialbook.wording import sentence

TEXT = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
treatments:
  rtx:
    dose: 375 mg/m2
    body_surface: mosteller
    weight: body.weight
    height: body.height
    round_to: 10 mg
    give: {route: intravenous, first: day 0, every: 1 week, times: 3, window: 1 day either side}
    recorded: {form: infusion, start: start, dose: given, premedication: paracetamol, interrupted: interrupted,
               incomplete: incomplete, reaction: reaction, reserve: reserve}
  ivig: {dose: 20 g, give: {route: intravenous, first: day 0}}
  background:
    class: immunosuppressant
    constant: {from: enrolment, to: week 4}
    recorded: {form: drugs, drug: drug, dose: dose, start: start, end: end}
visits:
  anchor: first infusion.start
  window: 3 days either side
  planned:
    baseline: {day: -7 to 0}
    week 1: {window: 1 day either side}
    week 4: {}
forms:
  body:
    at: [baseline, week 1]
    items:
      weight: {number: kg}
      height: {number: cm}
  infusion:
    at: any time
    repeating: true
    items:
      start: {date: partial}
      given: {number: mg, accepts: [g]}
      paracetamol: {choice: yes/no}
      interrupted: {choice: yes/no}
      incomplete: {choice: yes/no}
      reaction: {choice: yes/no}
      reserve: {choice: {A: Antihistamine, C: Corticosteroid}, several: true}
  drugs:
    at: any time
    repeating: true
    items:
      drug: {text: line}
      dose: {number: mg}
      start: {date: full}
      end: {date: full}
missing: {ND: Not done}
"""
ITEMS = ("start", "given", "paracetamol", "interrupted", "incomplete", "reaction", "reserve")
BODY = {
    Cell("baseline", "visit", "", "date"): "2024-02-28",
    Cell("baseline", "body", "", "weight"): "55",
    Cell("baseline", "body", "", "height"): "160",
}
"""590 mg are planned: 586.302 rounded."""


def _study() -> Study:
    read, problems = parse_study(TEXT, file="study.yaml")
    assert read is not None, [sentence(problem) for problem in problems]
    return read


STUDY = _study()


def casebook(
    *rows: Mapping[str, str | None],
    status: ParticipantStatus = "enrolled",
    ended_on: str | None = None,
    body: Mapping[Cell, str] = MappingProxyType(BODY),
) -> Casebook:
    """Write a casebook with rows of the infusion form, in this order; `ND` is a missing code."""
    texts = dict(body) | {
        Cell("", "infusion", str(number), item): value
        for number, row in enumerate(rows, start=1)
        for item, value in row.items()
        if value is not None
    }
    answers = {
        cell: Answer(text=text, value=None if text == "ND" else text, seq=seq)
        for seq, (cell, text) in enumerate(texts.items(), start=1)
    }
    return Casebook(participant="P1", status=status, enrolled_on="2024-02-10", ended_on=ended_on, answers=answers)


def of(book: Casebook, today: date | None = None) -> Exposure:
    return exposure(STUDY, book, "rtx", today=today)


def weekly(*days: str) -> Casebook:
    """Write a casebook with full doses on some days."""
    return casebook(*({"start": day, "given": "590"} for day in days))


def numbers(found: Exposure) -> list[tuple[int | None, str | None, int | None]]:
    """Return number, date and days off its window of each dose."""
    return [(dose.number, str(dose.date) if dose.date else None, dose.days_off) for dose in found.doses]


def test_doses_in_the_order_of_their_dates() -> None:
    """EXPO-01."""
    found = of(weekly("2024-03-15", "2024-03-01", "2024-03-08"))
    assert numbers(found) == [(1, "2024-03-01", 0), (2, "2024-03-08", 0), (3, "2024-03-15", 0)]
    assert [dose.repeat for dose in found.doses] == ["2", "3", "1"]
    assert [dose.day for dose in found.doses] == [0, 7, 14]


def test_a_missed_week_makes_the_next_dose_late() -> None:
    """EXPO-01: the second day on which something was given is dose 2."""
    found = of(weekly("2024-03-01", "2024-03-15"), date(2024, 6, 1))
    assert numbers(found) == [(1, "2024-03-01", 0), (2, "2024-03-15", 6)]
    assert [missed.number for missed in found.missed] == [3]


def test_rows_of_one_day_are_one_dose() -> None:
    """EXPO-01."""
    halves = casebook(
        {"start": "2024-03-01", "given": "300", "paracetamol": "yes", "interrupted": "yes", "reaction": "no"},
        {"start": "2024-03-08", "given": "590"},
        {"start": "2024-03-01", "given": "290", "interrupted": "no", "reaction": "yes", "reserve": "C;A"},
    )
    first, second = of(halves).doses
    assert (first.given, first.difference, first.repeats, second.number) == (Decimal(590), Decimal(0), ("1", "3"), 2)
    assert (first.premedicated, first.interrupted, first.reaction, first.incomplete) == (True, True, True, None)
    assert first.reserve == ("C", "A")
    assert first.seqs == (4, 5, 6, 7, 8, 11, 12, 13, 14, 15)


def test_a_part_without_an_amount() -> None:
    """EXPO-01: the whole is not known then."""
    (dose,) = of(casebook({"start": "2024-03-01", "given": "300"}, {"start": "2024-03-01", "given": "ND"})).doses
    assert (dose.number, dose.given, dose.difference) == (1, None, None)


def test_beside_the_plan() -> None:
    """EXPO-02: the weight of the day counts."""
    heavier = BODY | {Cell("week 1", "visit", "", "date"): "2024-03-08", Cell("week 1", "body", "", "weight"): "60"}
    rows = ({"start": "2024-03-01", "given": "590"}, {"start": "2024-03-10", "given": "0.6", "paracetamol": "no"})
    first, second = of(casebook(*rows, body=heavier)).doses
    assert (first.planned, second.planned) == (Decimal(590), Decimal(610))
    assert (second.planned_day, second.window, second.days_off) == (7, Window(first=6, last=8), 1)
    assert second.weight is not None
    assert (second.weight.value, second.weight.visit) == (Decimal(60), "week 1")
    assert second.body_surface is not None
    assert str(second.body_surface.value) == "1.632993"


def test_amounts_in_another_unit() -> None:
    """EXPO-02."""
    book = casebook({"start": "2024-03-01", "given": "0.59"})
    cell = Cell("", "infusion", "1", "given")
    grams = replace(book, answers={**book.answers, cell: replace(book.answers[cell], unit="g")})
    assert (of(grams).doses[0].given, of(grams).doses[0].unit) == (Decimal(590), "mg")


def test_what_was_recorded() -> None:
    """EXPO-03."""
    row = {"start": "2024-03-01", "given": "400", "paracetamol": "no", "interrupted": "no", "incomplete": "yes"}
    (dose,) = of(casebook(row | {"reaction": "ND"})).doses
    assert (dose.premedicated, dose.interrupted, dose.incomplete, dose.reaction) == (False, False, True, None)
    assert (dose.difference, dose.reserve, dose.unit) == (Decimal(-190), (), "mg")


def test_more_doses_than_planned() -> None:
    """EXPO-02."""
    extra = of(weekly("2024-03-01", "2024-03-08", "2024-03-15", "2024-03-22")).doses[-1]
    assert (extra.number, extra.is_extra, extra.planned_day, extra.planned, extra.days_off) == (
        4,
        True,
        None,
        None,
        None,
    )
    assert not any(dose.is_extra for dose in of(weekly("2024-03-01", "2024-03-08")).doses)


def test_rows_without_a_date_or_amount() -> None:
    """EXPO-04."""
    found = of(
        casebook(
            {"start": "2024-03", "given": "590"},
            {"start": "2024-03-08"},
            {"given": "580", "reaction": "yes"},
            {"start": "2024-03-01", "given": "<600"},
            {"start": "ND", "given": "ND"},
            {"start": "2024-03-02", "given": "0"},
        )
    )
    assert numbers(found) == [
        (1, "2024-03-01", 0),
        (None, "2024-03-02", None),
        (2, "2024-03-08", 0),
        (None, None, None),
        (None, None, None),
    ]
    assert [dose.given for dose in found.doses] == [None, Decimal(0), None, Decimal(590), Decimal(580)]
    assert [dose.repeat for dose in found.undated] == ["1", "3"]
    assert [dose.repeat for dose in found.numbered] == ["4", "2"]


def test_an_unknown_anchor_leaves_the_days_open() -> None:
    """EXPO-04: a row without a day might be the first infusion."""
    (dose, other) = of(casebook({"start": "2024-03-08", "given": "590"}, {"start": "2024-03", "given": "590"})).doses
    assert (dose.number, dose.day, dose.days_off, other.number) == (1, None, None, None)


@pytest.mark.parametrize(("today", "missed"), [("2024-03-16", []), ("2024-03-17", [3]), ("2025-01-01", [3])])
def test_missed_when_the_window_has_passed(today: str, missed: list[int]) -> None:
    """EXPO-05: dose 3 is planned for 15 March, and in time until the 16th."""
    found = of(weekly("2024-03-01", "2024-03-08"), date.fromisoformat(today))
    assert [dose.number for dose in found.missed] == missed
    assert all(dose.reason == "window passed" and dose.on == date(2024, 3, 15) for dose in found.missed)


def test_missed_when_the_time_has_ended() -> None:
    """EXPO-05."""
    given_once = weekly("2024-03-01")
    ended = replace(given_once, status="withdrawn", ended_on="2024-03-12")
    assert [(one.number, one.reason) for one in of(ended).missed] == [(2, "window passed"), (3, "ended")]
    assert [one.reason for one in of(replace(ended, ended_on="2024-03-09")).missed] == ["ended", "ended"]
    assert [one.reason for one in of(replace(ended, ended_on=None)).missed] == ["ended", "ended"]
    assert [one.number for one in of(replace(given_once, status="completed")).missed] == [2, 3]
    assert of(casebook(status="screening"), date(2025, 1, 1)).missed == ()
    assert of(casebook(status="screen failure"), date(2025, 1, 1)).missed == ()
    assert of(given_once).missed == ()


def test_a_row_without_a_date_may_be_the_missed_one() -> None:
    """EXPO-05."""
    rows = ({"start": "2024-03-01", "given": "590"}, {"given": "590"})
    ended = replace(casebook(*rows), status="completed")
    assert [one.number for one in of(ended).missed] == [3]


def test_nobody_got_it() -> None:
    """EXPO-05: day 0 never came."""
    withdrawn = casebook(status="withdrawn", ended_on="2024-03-01")
    assert [(one.number, one.on, one.reason) for one in of(withdrawn).missed] == [
        (1, None, "ended"),
        (2, None, "ended"),
        (3, None, "ended"),
    ]
    assert of(casebook(), date(2025, 1, 1)).missed == ()


@pytest.mark.parametrize("treatment", ["background", "ivig"])
def test_what_has_no_doses_recorded(treatment: str) -> None:
    """EXPO-04: a background class has spells; and what is recorded nowhere is neither given nor missed."""
    book = replace(weekly("2024-03-01"), status="completed")
    found = exposure(STUDY, book, treatment, today=date(2025, 1, 1))
    assert (found.doses, found.missed) == ((), ())
    with pytest.raises(KeyError):
        exposure(STUDY, book, "nothing")


TEXTS = st.sampled_from(
    [
        "", "ND", "yes", "no", "0", "590", "-5", "<600", "1e999", "NaN", "never", "A;C", "word",
        "2024-03-01", "2024-03-08", "2024-03", "2024", "2024-02-30", "9999-12-31", "0001-01-01",
    ]
)  # fmt: skip
CELLS = st.one_of(
    st.builds(
        Cell, st.just(""), st.just("infusion"), st.sampled_from(["", "1", "2", "3", "x"]), st.sampled_from(ITEMS)
    ),
    st.sampled_from(list(BODY)),
)


@given(
    st.dictionaries(CELLS, TEXTS, max_size=25),
    st.sampled_from(["screening", "screen failure", "enrolled", "completed", "withdrawn"]),
    st.sampled_from([None, "2024", "2024-03-10", "9999-12-31"]),
)
def test_nothing_raises(texts: dict[Cell, str], status: ParticipantStatus, ended: str | None) -> None:
    """EXPO-06."""
    answers = {cell: Answer(text=text, value=None if text == "ND" else text) for cell, text in texts.items()}
    book = Casebook(participant="P1", status=status, enrolled_on=ended, ended_on=ended, answers=answers)
    found = of(book, date(2024, 4, 1))
    dates = [dose.date for dose in found.doses if dose.date is not None]
    assert dates == sorted(set(dates))
    assert [dose.number for dose in found.numbered] == list(range(1, len(found.numbered) + 1))
    rows = [repeat for dose in found.doses for repeat in dose.repeats]
    filled = {cell.repeat for cell, text in texts.items() if cell.form == "infusion" and text != "ND"}
    assert sorted(rows) == sorted(filled)
    assert all(isinstance(dose, DoseGiven) and (dose.given is None or dose.given.is_finite()) for dose in found.doses)


@given(st.permutations(["2024-03-01", "2024-03-08", "2024-03-15"]))
def test_the_order_of_rows_means_nothing(days: list[str]) -> None:
    """EXPO-06."""
    shape = [replace(dose, repeat="", repeats=(), seqs=()) for dose in of(weekly(*days)).doses]
    ordered = of(weekly(*sorted(days))).doses
    assert shape == [replace(dose, repeat="", repeats=(), seqs=()) for dose in ordered]


def regimen(**values: object) -> Treatment:
    return Treatment(id="x", label={"en": "X"}, **values)  # type: ignore[arg-type]


WEEK, MONTH = Duration(count=1, unit="week"), Duration(count=1, unit="month")


def test_planned_days() -> None:
    """EXPO-07."""
    weekly_four = regimen(first="day 0", every=WEEK, times=4, window=Duration(count=1, unit="day"))
    assert [plan_dose_day(weekly_four, n, None).day for n in (1, 2, 4, 5)] == [0, 7, 21, None]
    assert plan_dose_day(weekly_four, 2, None).window == Window(first=6, last=8)
    listed = regimen(days=("day -2", "day 0", "day 17"))
    assert [plan_dose_day(listed, n, None).day for n in (1, 2, 3, 4)] == [-2, 0, 17, None]
    once = regimen(first="day 3")
    assert (number_of_doses(once), plan_dose_day(once, 1, None).day, plan_dose_day(once, 2, None).day) == (1, 3, None)
    endless = regimen(first="day 0", every=WEEK)
    assert (number_of_doses(endless), plan_dose_day(endless, 100, None).day) == (None, 693)
    assert plan_dose_day(regimen(), 1, None).day is None


def test_planned_days_by_the_calendar() -> None:
    """EXPO-07: without day 0 nobody knows how long a month is."""
    monthly = regimen(first="day 0", every=MONTH, times=3, window=MONTH)
    plan = plan_dose_day(monthly, 2, date(2024, 1, 31))
    assert (plan.on, plan.first, plan.last) == (date(2024, 2, 29), date(2024, 1, 29), date(2024, 3, 29))
    assert plan_dose_day(monthly, 2, None).day is None
    assert add_months(date(2023, 12, 31), 2) == date(2024, 2, 29)
    assert add_months(date(9999, 12, 1), 1) is None
    assert plan_dose_day(monthly, 3, date(9999, 12, 1)).on is None
    hours = regimen(first="day 0", every=Duration(count=12, unit="hour"), times=3)
    assert plan_dose_day(hours, 2, date(2024, 1, 31)).day is None


def test_days_off() -> None:
    """EXPO-07."""
    plan = plan_dose_day(regimen(first="day 7", window=Duration(count=2, unit="day")), 1, date(2024, 3, 1))
    days = [date(2024, 3, day) for day in (1, 5, 6, 8, 10, 11)]
    assert [plan.days_off(day) for day in days] == [-5, -1, 0, 0, 0, 1]
    assert plan_dose_day(regimen(first="day 7"), 1, date(2024, 3, 1)).days_off(date(2024, 3, 1)) is None
