"""Background drugs: what changed while nothing should have, and glucocorticoids as prednisolone.

Requirements:
CONST-01: a drug that starts, stops or gets another dose after the first day of constancy, up to the last, changed once.
CONST-02: consecutive rows of the same dose are no change; the row that began last tells the dose.
CONST-03: the period runs from enrolment or a visit to a visit, at most to the participant's end.
CONST-04: partial dates and missing doses are judged where they are certain, else there is one change of kind unknown.
CONST-05: a constant background raises nothing, any single change exactly one; the order of rows means nothing.
CONST-06: nothing raises, whatever the answers.
CONST-07: prednisolone equivalents of a day, pulses apart; what is not known is None, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.conduct.casebook import Answer, Casebook, Cell, ParticipantStatus
from trialbook.conduct.constancy import Change, changes, constant_period, prednisolone_equivalent, spells
from trialbook.conduct.moments import Days
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study
from trialbook.wording import sentence

TEXT = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test, languages: [en, sv]}
treatments:
  background:
    class: immunosuppressant
    constant: {from: enrolment, to: week 28}
    recorded: {form: drugs, drug: drug, dose: dose, start: start, end: end}
  listed:
    class: glucocorticoid
    recorded: {form: coded, drug: drug, dose: dose, start: start, end: end}
visits:
  anchor: enrolment
  window: 3 days either side
  planned:
    week 4: {}
    week 28: {}
forms:
  lab:
    at: [week 4, week 28]
    items:
      ck: {number: U/L}
  drugs:
    at: any time
    repeating: true
    items:
      drug: {text: line}
      dose: {number: mg, accepts: [g]}
      start: {date: partial, never: true}
      end: {date: partial}
  coded:
    at: any time
    repeating: true
    items:
      drug: {choice: {PRED: High-dose steroid, MP: Mycophenolate, DX: Dexamethasone, DEXA: {en: X, sv: Prednisolon}}}
      dose: {number: g}
      start: {date: full}
      end: {date: full}
missing: {NK: Not known}
"""
Row = tuple[str | None, str | None, str | None, str | None]
"""Drug, dose, first day, last day; None is not answered, NK a missing code."""

ENROLLED = date(2024, 1, 10)
WEEK_28 = date(2024, 7, 24)
"""Planned day of the visit: 196 days after enrolment."""
LONG_AGO = "2020"


def _study() -> Study:
    read, problems = parse_study(TEXT, file="study.yaml")
    assert read is not None, [sentence(problem) for problem in problems]
    return read


STUDY = _study()


def casebook(*rows: Row, form: str = "drugs", visits: Mapping[str, str] | None = None, **facts: str | None) -> Casebook:
    """Write the casebook of a participant with rows of background drugs."""
    answers = {}
    for number, row in enumerate(rows, start=1):
        for place, (item, text) in enumerate(zip(("drug", "dose", "start", "end"), row, strict=True)):
            if text is not None:
                value = None if text == "NK" else text
                answers[Cell("", form, str(number), item)] = Answer(text=text, value=value, seq=10 * number + place)
    for visit, day in (visits or {}).items():
        answers[Cell(visit, "visit", "", "date")] = Answer(text=day, value=day)
    ended, enrolled = facts.get("ended_on"), facts.get("enrolled_on", ENROLLED.isoformat())
    status: ParticipantStatus = "withdrawn" if ended else "enrolled"
    return Casebook(participant="P1", status=status, enrolled_on=enrolled, ended_on=ended, answers=answers)


def of(*rows: Row) -> list[tuple[str, str, str, str | None, str | None]]:
    """Return drug, kind, day, dose before and dose after of each change."""
    return [shown(change) for change in changes(STUDY, casebook(*rows), "background")]


def shown(change: Change) -> tuple[str, str, str, str | None, str | None]:
    before, after = (None if dose is None else str(dose) for dose in (change.before, change.after))
    day = str(change.on) if change.on == change.until else f"{change.on} to {change.until}"
    return change.drug, change.kind, day, before, after


def test_nothing_changes() -> None:
    """CONST-01, CONST-02."""
    assert of() == []
    assert of(("AZA", "100", LONG_AGO, None), ("MTX", "15", "2023-11", None)) == []
    assert of(("AZA", "100", LONG_AGO, "2023-12-31"), ("AZA", "150", "2024-01-01", None)) == []
    assert of(("AZA", "100", LONG_AGO, "2024-03-31"), ("AZA", "100.0", "2024-04-01", None)) == []
    assert of(("AZA", "100", LONG_AGO, None), ("AZA", "100", "2024-04-01", None)) == []
    assert of(("AZA", "100", LONG_AGO, "2024-04-10"), (" aza ", "100", "2024-04-01", None)) == []


def test_each_kind_of_change() -> None:
    """CONST-01."""
    assert of(("AZA", "100", "2024-04-01", None)) == [("AZA", "started", "2024-04-01", None, "100")]
    assert of(("AZA", "100", LONG_AGO, "2024-03-31")) == [("AZA", "stopped", "2024-04-01", "100", None)]
    assert of(("AZA", "100", LONG_AGO, "2024-03-31"), ("AZA", "150", "2024-04-01", None)) == [
        ("AZA", "dose changed", "2024-04-01", "100", "150")
    ]
    assert of(("AZA", "100", LONG_AGO, None), ("AZA", "0", "2024-04-01", None)) == [
        ("AZA", "stopped", "2024-04-01", "100", None)
    ]


def test_overlapping_rows() -> None:
    """CONST-02: the row before was not ended, or ended on the day on which the next began, or later."""
    for end in (None, "2024-04-01", "2024-05-15"):
        assert of(("AZA", "100", LONG_AGO, end), ("AZA", "150", "2024-04-01", None)) == [
            ("AZA", "dose changed", "2024-04-01", "100", "150")
        ]


def test_a_gap_is_a_stop_and_a_start() -> None:
    """CONST-01: one full day without the drug."""
    assert of(("AZA", "100", LONG_AGO, "2024-03-30"), ("AZA", "100", "2024-04-01", None)) == [
        ("AZA", "stopped", "2024-03-31", "100", None),
        ("AZA", "started", "2024-04-01", None, "100"),
    ]


def test_one_change_a_drug_and_day() -> None:
    """CONST-01: whatever the rows that meet on it; another drug has its own."""
    rows: list[Row] = [
        ("AZA", "100", LONG_AGO, "2024-03-31"),
        ("AZA", "100", "2023-01-01", "2024-03-31"),
        ("AZA", "150", "2024-04-01", None),
        ("AZA", "150", "2024-04-01", "2024-07-30"),
        ("MTX", "15", "2024-04-01", None),
    ]
    assert [change[:3] for change in of(*rows)] == [
        ("AZA", "dose changed", "2024-04-01"),
        ("MTX", "started", "2024-04-01"),
    ]


def test_rows_and_entries_of_a_change() -> None:
    """CONST-01."""
    book = casebook(
        ("MTX", "15", LONG_AGO, None), ("AZA", "100", LONG_AGO, "2024-03-31"), ("AZA", "5", "2024-04-01", None)
    )
    (change,) = changes(STUDY, book, "background")
    assert (change.repeats, change.seqs, change.unit) == (("2", "3"), (20, 21, 22, 23, 30, 31, 32), "mg")


@pytest.mark.parametrize(
    ("start", "end", "kinds"),
    [
        ("2024-01-10", None, []),
        ("2024-01-11", None, ["started"]),
        ("2024-07-24", None, ["started"]),
        ("2024-07-25", None, []),
        (LONG_AGO, "2024-01-09", []),
        (LONG_AGO, "2024-01-10", ["stopped"]),
        (LONG_AGO, "2024-07-23", ["stopped"]),
        (LONG_AGO, "2024-07-24", []),
    ],
)
def test_the_edges_of_the_period(start: str, end: str | None, kinds: list[str]) -> None:
    """CONST-03: begun on the day of enrolment, or taken to the last day of the period, is constant."""
    assert [change[1] for change in of(("AZA", "100", start, end))] == kinds


def test_the_period() -> None:
    """CONST-03."""
    treatment = STUDY.treatments["background"]
    assert constant_period(STUDY, casebook(), treatment) == Days(first=ENROLLED, last=WEEK_28)
    came = casebook(visits={"week 28": "2024-07-26"})
    assert constant_period(STUDY, came, treatment) == Days(first=ENROLLED, last=date(2024, 7, 26))
    left = casebook(ended_on="2024-03-01", visits={"week 4": "2024-02-07"})
    assert constant_period(STUDY, left, treatment) == Days(first=ENROLLED, last=date(2024, 3, 1))
    assert constant_period(STUDY, casebook(enrolled_on=None), treatment) is None
    assert constant_period(STUDY, casebook(), STUDY.treatments["listed"]) is None
    from_visit = replace(treatment, constant_from="week 4")
    assert constant_period(STUDY, came, from_visit) == Days(first=date(2024, 2, 7), last=date(2024, 7, 26))


def test_after_the_end_nothing_need_be_constant() -> None:
    """CONST-03."""
    late: Row = ("AZA", "100", LONG_AGO, "2024-03-31")
    assert changes(STUDY, casebook(late, ended_on="2024-03-31"), "background") == ()
    assert len(changes(STUDY, casebook(late, ended_on="2024-04-01"), "background")) == 1
    assert changes(STUDY, casebook(late, enrolled_on=None), "background") == ()
    assert changes(STUDY, casebook(late), "listed") == ()


def test_a_partial_date_that_leaves_no_doubt() -> None:
    """CONST-04: within the period on any day that it can be."""
    assert of(("AZA", "100", "2024-04", None)) == [("AZA", "started", "2024-04-01 to 2024-04-30", None, "100")]
    assert of(("AZA", "100", LONG_AGO, "2024-04")) == [("AZA", "stopped", "2024-04-02 to 2024-05-01", "100", None)]
    assert of(("AZA", "100", LONG_AGO, None), ("AZA", "50", "2024-04", None)) == [
        ("AZA", "dose changed", "2024-04-01 to 2024-04-30", "100", "50")
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [("AZA", "100", "2024", None)],
        [("AZA", "100", "2024-01", None)],
        [("AZA", "100", None, None)],
        [("AZA", "100", "NK", None)],
        [("AZA", "100", LONG_AGO, "2024")],
        [("AZA", "100", LONG_AGO, "2024-07")],
        [("AZA", "100", LONG_AGO, "2024-04"), ("AZA", "100", "2024-04", None)],
        [("AZA", "100", "2024-05-01", "2024-03-01")],
        [("AZA", "NK", LONG_AGO, "2024-03-31"), ("AZA", "100", "2024-04-01", None)],
        [("AZA", None, LONG_AGO, "2024-03-31"), ("AZA", None, "2024-04-01", None)],
        [("AZA", ">100", LONG_AGO, "2024-03-31"), ("AZA", "100", "2024-04-01", None)],
        [("AZA", "50", "2023-11", None), ("AZA", "100", "2023-11-28", "2024-02-15")],
    ],
)
def test_doubt_is_one_unknown_change(rows: list[Row]) -> None:
    """CONST-04."""
    assert [(change[0], change[1]) for change in of(*rows)] == [("AZA", "unknown")]


def test_rows_that_began_before_the_period_in_an_order_not_known() -> None:
    """CONST-04: a dose that was raised before, and fell back meanwhile; no doubt where both orders come to the same."""
    old, raised = ("AZA", "50", "2023-11", None), ("AZA", "100", "2023-11-15", "2024-02-15")
    (change,) = changes(STUDY, casebook(old, raised), "background")
    assert (change.kind, change.on) == ("unknown", date(2024, 2, 16))
    assert of(old, ("AZA", "100", "2023-12-01", "2024-02-15")) == [("AZA", "dose changed", "2024-02-16", "100", "50")]
    assert of(old, ("AZA", "50", "2023-11", "2024-02-15")) == []


def test_an_end_that_may_be_the_day_of_enrolment() -> None:
    """CONST-04: stopped before the period began, or on its first day."""
    book = casebook(("AZA", "100", LONG_AGO, "2024-01"), enrolled_on="2024-01-31")
    assert [shown(change)[1:3] for change in changes(STUDY, book, "background")] == [("unknown", "2024-02-01")]
    begun = casebook(("AZA", "100", "2024-01", None), enrolled_on="2024-01-31")
    assert changes(STUDY, begun, "background") == ()


def test_what_is_certain_beside_a_doubt() -> None:
    """CONST-04."""
    found = of(("AZA", "100", "2024-01", "2024-03-31"), ("AZA", "150", "2024-04-01", None))
    assert found == [
        ("AZA", "dose changed", "2024-04-01", "100", "150"),
        ("AZA", "unknown", "2024-01-11 to 2024-01-31", None, None),
    ]
    assert of(("AZA", "100", "NK", None)) == [("AZA", "unknown", "2024-01-11 to 2024-07-24", None, None)]


def test_doses_that_do_not_matter() -> None:
    """CONST-04: a drug of unknown dose that goes on in one row, or begins, leaves no doubt."""
    assert of(("AZA", "NK", LONG_AGO, None)) == []
    assert of(("AZA", "NK", "2024-04-01", None)) == [("AZA", "started", "2024-04-01", None, None)]
    assert of(("AZA", "100", "never", None)) == []
    assert of(("AZA", "100", LONG_AGO, "NK")) == []


def test_rows_without_a_drug() -> None:
    """CONST-04: each is a drug of its own, since nobody knows which."""
    found = of((None, "100", LONG_AGO, "2024-03-31"), ("NK", "50", "2024-04-01", None), ("NK", "NK", None, None))
    assert [(change[0], change[1]) for change in found] == [("", "stopped"), ("", "started")]


def test_doses_in_another_unit_are_compared() -> None:
    """CONST-02: 0.5 g after 500 mg."""
    book = casebook(("MMF", "500", LONG_AGO, "2024-03-31"), ("MMF", "0.5", "2024-04-01", None))
    cell = Cell("", "drugs", "2", "dose")
    grams = replace(book, answers={**book.answers, cell: replace(book.answers[cell], unit="g")})
    assert changes(STUDY, grams, "background") == ()
    assert [spell.dose for spell in spells(STUDY, grams, "background")] == [Decimal(500), Decimal(500)]


def test_many_partial_dates() -> None:
    """CONST-04: more than can be tried one by one."""
    rows: list[Row] = [("AZA", "100", f"2024-{month:02}", f"2024-{month:02}") for month in range(2, 7)]
    assert [change[1] for change in of(*rows)] == ["unknown"]


# ---- properties -------------------------------------------------------------------------------------------------

DRUGS = ("AZA", "MTX", "CSA", "PRED")
BEFORE = st.dates(date(2015, 1, 1), ENROLLED)
WITHIN = st.dates(ENROLLED + timedelta(days=1), WEEK_28)
DOSES = st.integers(1, 40).map(str)


@st.composite
def constant(draw: st.DrawFn) -> list[Row]:
    """Draw drugs that are taken at one dose from enrolment to the end of the period, in one row or several."""
    rows: list[Row] = []
    for drug in draw(st.lists(st.sampled_from(DRUGS), min_size=1, max_size=4, unique=True)):
        start, dose = draw(BEFORE), draw(DOSES)
        for cut in sorted(draw(st.sets(WITHIN, max_size=3))):
            overlap = draw(st.integers(-1, 5))
            rows.append((drug, dose, str(start), str(cut + timedelta(days=overlap))))
            start = cut
        last = draw(st.none() | st.dates(WEEK_28, date(2025, 1, 1)).map(str))
        rows.append((drug, dose, str(start), last))
    if draw(st.booleans()):
        rows.append(("OLD", "5", "2012-01-01", str(ENROLLED - timedelta(days=1))))
    if draw(st.booleans()):
        rows.append(("NEW", "5", str(WEEK_28 + timedelta(days=1)), None))
    return rows


def kinds(rows: Sequence[Row]) -> list[tuple[str, str, date]]:
    return [(one.drug, one.kind, one.on) for one in changes(STUDY, casebook(*rows), "background")]


@given(constant(), st.randoms(use_true_random=False))
def test_a_constant_background_raises_nothing(rows: list[Row], chance: object) -> None:
    """CONST-05."""
    chance.shuffle(rows)  # type: ignore[attr-defined]
    assert kinds(rows) == []


@given(constant(), WITHIN, DOSES, st.sampled_from(["started", "stopped", "dose changed", "forgotten end"]), st.data())
def test_any_single_change_raises_exactly_one(
    rows: list[Row], on: date, dose: str, kind: str, draw: st.DataObject
) -> None:
    """CONST-05."""
    drug = draw.draw(st.sampled_from(sorted({row[0] or "" for row in rows} - {"OLD", "NEW"})))
    own = [row for row in rows if row[0] == drug and (row[2] or "") < str(on)]
    others = [row for row in rows if row[0] != drug]
    higher: Row = (drug, str(int(own[0][1] or 0) + int(dose)), str(on), None)
    changed = {
        "started": [*rows, ("IVIG", dose, str(on), None)],
        "stopped": [*others, *(_cut(row, on) for row in own)],
        "dose changed": [*others, *(_cut(row, on) for row in own), higher],
        "forgotten end": [*others, *own, higher],
    }[kind]
    expected = ("IVIG", kind, on) if kind == "started" else (drug, kind, on)
    expected = (drug, "dose changed", on) if kind == "forgotten end" else expected
    assert kinds(draw.draw(st.permutations(changed))) == [expected]


def _cut(row: Row, on: date) -> Row:
    """End a row on the day before, where it has not ended by then."""
    last = str(on - timedelta(days=1))
    return row[0], row[1], row[2], min(row[3] or last, last)


TEXTS = st.sampled_from(
    [
        "", "NK", "yes", "0", "50", "-5", "<600", "1e999", "NaN", "never", "AZA", "prednisolone", "PRED;MP",
        "2024-03-01", "2024-05-08", "2024-03", "2024", "2024-02-30", "9999-12-31", "0001-01-01", "2024-01-10",
    ]
)  # fmt: skip
CELLS = st.builds(
    Cell, st.just(""), st.just("drugs"), st.sampled_from(["", "1", "2", "3", "4"]),
    st.sampled_from(["drug", "dose", "start", "end"]),
)  # fmt: skip


@given(
    st.dictionaries(CELLS, TEXTS, max_size=20),
    st.sampled_from([None, "2024", "2024-01-10", "9999-12-31"]),
    st.sampled_from([None, "2024", "2024-06-10", "0001-01-01"]),
)
def test_nothing_raises(texts: dict[Cell, str], enrolled: str | None, ended: str | None) -> None:
    """CONST-06: and no drug changes twice on a day."""
    answers = {cell: Answer(text=text, value=None if text == "NK" else text) for cell, text in texts.items()}
    book = Casebook(participant="P1", status="enrolled", enrolled_on=enrolled, ended_on=ended, answers=answers)
    found = changes(STUDY, book, "background")
    certain = [(one.drug.casefold(), one.repeats, one.on) for one in found if one.kind != "unknown"]
    assert len(set(certain)) == len(certain)
    assert all(one.on <= one.until for one in found)
    prednisolone_equivalent(STUDY, book, "background", on=date(2024, 3, 1))


# ---- glucocorticoids --------------------------------------------------------------------------------------------


def daily(*rows: Row, on: date = date(2024, 3, 1), form: str = "drugs", of_class: str = "background") -> str | None:
    """Return the daily prednisolone of a day as text."""
    found = prednisolone_equivalent(STUDY, casebook(*rows, form=form), of_class, on=on).daily
    return None if found is None else f"{found:f}"


def test_prednisolone_of_a_day() -> None:
    """CONST-07."""
    rows: tuple[Row, ...] = (
        ("Prednisolone", "10", LONG_AGO, "2024-03-01"),
        ("Methylprednisolone", "8", LONG_AGO, None),
        ("Azathioprine", "100", LONG_AGO, None),
    )
    assert daily(*rows) == "20"
    assert daily(*rows, on=date(2024, 3, 2)) == "10"
    assert daily(*rows, on=date(2019, 12, 31)) == "0"
    found = prednisolone_equivalent(STUDY, casebook(*rows), "background", on=date(2024, 3, 1))
    assert [spell.drug for spell in found.spells] == ["Methylprednisolone", "Prednisolone"]
    assert (found.others, found.pulses, found.seqs) == (("Azathioprine",), (), (10, 11, 12, 13, 20, 21, 22))


def test_pulses_stand_apart() -> None:
    """CONST-07."""
    rows: tuple[Row, ...] = (
        ("Prednisone", "10", LONG_AGO, None),
        ("Methylprednisolone", "500", "2024-03-01", "2024-03-03"),
    )
    found = prednisolone_equivalent(STUDY, casebook(*rows), "background", on=date(2024, 3, 2))
    assert (found.daily, [spell.drug for spell in found.pulses]) == (Decimal(10), ["Methylprednisolone"])
    assert prednisolone_equivalent(STUDY, casebook(*rows), "background", on=date(2024, 3, 4)).pulses == ()


def test_what_is_not_known_is_none() -> None:
    """CONST-07: nothing recorded, a dose or a date that leaves it open."""
    assert daily() is None
    assert daily(("Prednisolone", "NK", LONG_AGO, None)) is None
    assert daily(("Prednisolone", "<5", LONG_AGO, None)) is None
    assert daily(("Prednisolone", "-5", LONG_AGO, None)) is None
    assert daily(("Prednisolone", "5", "2024-03", None)) is None
    assert daily(("Prednisolone", "5", "2024-03", None), on=date(2024, 4, 1)) == "5"
    assert daily(("Prednisolone", "5", "2024-03", None), on=date(2024, 2, 29)) == "0"
    assert daily(("Prednisolone", "5", LONG_AGO, None), ("Prednisolone", "10", "2024-03", None)) is None
    assert daily(("Azathioprine", "100", LONG_AGO, None)) == "0"


@pytest.mark.parametrize(
    ("drug", "milligrams"), [("PRED", "5.000"), ("DX", "33.3333333333"), ("DEXA", "5.000"), ("MP", "0")]
)
def test_names_of_choices(drug: str, milligrams: str) -> None:
    """CONST-07: by the label in any language before the code; MP is mycophenolate here. Doses are in grams."""
    found = daily((drug, "0.005", LONG_AGO, None), form="coded", of_class="listed")
    assert found is not None
    assert Decimal(found) == Decimal(milligrams)
