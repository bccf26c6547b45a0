"""What a plan or a refusal tells beside the dose, and the edges between one and the other.

Requirements (of test_dosing.py):
DOSING-04: each reason names what it is about: the item, its place, the limits, the days.
DOSING-05: unknown is never as good as no, down to the day and the order of entries.
DOSING-07: each note says how much; what lies just on a limit is no note.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.conduct.test_dosing import (
    DAY_0,
    SURFACE,
    TEXT,
    WEEKLY,
    casebook,
    changed_treatment,
    doses,
    notes,
    planned,
    refused,
    study,
)

from trialbook.conduct.amounts import unit_of
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.dosing import Refusal, plan_dose
from trialbook.errors import Place, Problem
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Quantity, Study
from trialbook.protocol.read import parse_study
from trialbook.wording import sentence


def read(text: str) -> Study:
    """Read another study file."""
    found, problems = parse_study(text.replace("DOSE", SURFACE).replace("GIVE", WEEKLY), file="s.yaml", catalog=CATALOG)
    assert found is not None, [sentence(problem) for problem in problems]
    return found


def reason(
    book: Casebook, code: str, *, of: Study | None = None, on: date = DAY_0, number: int | None = None
) -> Problem:
    """Return what a refusal tells under a code."""
    plan = plan_dose(of or study(), book, "rtx", on=on, number=number)
    assert isinstance(plan, Refusal)
    (told,) = (problem for problem in plan.problems if problem.code == code)
    return told


def note(book: Casebook, code: str, *, of: Study | None = None, on: date = DAY_0, number: int | None = None) -> Problem:
    """Return the first note that a plan has under a code."""
    return next(told for told in planned(book, on, of=of, number=number).notes if told.code == code)


# ---- consent, criteria, results ---------------------------------------------------------------------------------


def test_the_first_dose_can_be_asked_for_by_its_number() -> None:
    """DOSING-04: 1 is the least number."""
    assert planned(casebook(), number=1).number == 1


def test_the_day_of_enrolment_is_told() -> None:
    """DOSING-04."""
    told = reason(casebook(enrolled_on="2024-03-02"), "DOSE-03")
    assert (told.values["enrolled"], told.values["on"]) == ("2024-03-02", "2024-03-01")
    assert told.place == Place(participant="P1")


def test_consent_on_the_day_of_the_dose_is_in_time_for_the_dose() -> None:
    """DOSING-05: but not for an enrolment before it."""
    assert refused(casebook({"consent.date": "2024-03-01"})) == ["DOSE-09"]
    told = reason(casebook({"consent.date": "2024-03-02"}), "DOSE-05")
    assert (told.values["consent"], told.place) == (
        "2024-03-02",
        Place(participant="P1", form="consent", item="date"),
    )


def test_what_is_missing_for_a_criterion_is_told() -> None:
    """DOSING-05: what is not answered, or not exactly; the answers that there are do not lack."""
    of = read(TEXT.replace("when: screening.pregnant}", "when: 'screening.pregnant || screening.age > 90'}"))
    assert (
        reason(casebook({"screening.pregnant": None}), "DOSE-08", of=of).values["missing"] == "Pregnant: not answered"
    )
    inexact = reason(casebook({"screening.age": ">10"}), "DOSE-08").values["missing"]
    assert inexact.startswith("Age: > 10 year")
    assert inexact.endswith(", beyond a limit of measurement")


def test_who_decides_is_told_where() -> None:
    """DOSING-04: the item of the decision; the treatment where the study file names none."""
    told = reason(casebook({"serology.anti_hbc": "POS"}), "DOSE-13")
    assert (told.values["item"], told.place) == (
        "Decision",
        Place(participant="P1", form="serology", item="decision"),
    )
    nobody = reason(casebook({"serology.anti_hbc": "POS"}), "DOSE-13", of=changed_treatment(decision=None))
    assert (nobody.values["item"], nobody.place) == ("rtx", Place(participant="P1"))


def test_a_no_before_the_yes_is_history() -> None:
    """DOSING-05: the latest decision holds, whichever was entered first."""
    asked = changed_treatment(decision="lab.agreed", decide_when="screening.age > 18.0")
    later = {"week 1/visit.date": "2024-02-29", "week 1/lab.agreed": "yes"}
    assert planned(casebook({"baseline/lab.agreed": "no", **later}), of=asked).number == 1


def derived() -> Study:
    """Read a study that asks for a derived number before each dose."""
    muscles = TEXT.replace(
        "      agreed: {label: Agreed, choice: yes/no}\n",
        "      agreed: {label: Agreed, choice: yes/no}\n"
        "      muscles: {groups: [biceps, triceps], scale: 0 to 10}\n"
        "    derive:\n"
        "      power: {mean_of: muscles, at_least: 2 of 2}\n",
    )
    return read(muscles.replace("known: [serology.hbsag, ", "known: [lab.power, serology.hbsag, "))


def test_a_derived_number_can_be_asked_for() -> None:
    """DOSING-05: it is known where all its parts are, on the day or before it; without a date they count as before."""
    of, parts = derived(), [f"baseline/lab.{item}" for item in derived().forms["lab"].items if "muscles" in item]
    whole = dict.fromkeys(parts, "5")
    assert len(parts) == 2
    assert planned(casebook(whole), of=of).number == 1
    assert refused(casebook(), of=of) == ["DOSE-10"]
    assert refused(casebook({parts[0]: "5"}), of=of) == ["DOSE-10"]
    undated = {name.replace("baseline", "week 1"): "5" for name in parts}
    assert planned(casebook(undated), of=of).number == 1
    assert refused(casebook({**undated, "week 1/visit.date": "2024-03-02"}), of=of) == ["DOSE-10"]


def test_a_visit_of_which_only_the_month_is_known() -> None:
    """DOSING-05: it may be before the others, and then the yes holds; certainly later it says nothing."""
    month = {"week 1/visit.date": "2024-03", "week 1/lab.infected": "no"}
    assert refused(casebook({"baseline/lab.infected": "yes", **month})) == ["DOSE-11"]
    later = {"baseline/visit.date": "2024-04", "baseline/lab.infected": "yes"}
    assert refused(casebook(later)) == ["DOSE-12", "DOSE-18", "DOSE-18"]


def test_the_latest_visit_counts_and_not_the_latest_entry() -> None:
    """DOSING-05: what was entered late about an earlier visit does not hold the dose back."""
    earlier = {"week 1/visit.date": "2024-02-20", "week 1/lab.infected": "yes"}
    assert planned(casebook(earlier)).number == 1


# ---- measurements -----------------------------------------------------------------------------------------------


def test_where_a_measurement_stands_that_cannot_be_used() -> None:
    """DOSING-04: with its unit, and the limits of what is possible."""
    inexact = reason(casebook({"baseline/body.weight": ">150"}), "DOSE-19")
    assert (inexact.values["value"], inexact.values["unit"]) == (">150 kg", "kg")
    assert inexact.place == Place(participant="P1", visit="baseline", form="body", item="weight")
    heavy = reason(casebook({"baseline/body.weight": "5500"}), "DOSE-17").values
    assert (heavy["low"], heavy["high"], heavy["value"]) == ("1", "650", "5500 kg")
    assert reason(casebook({"baseline/body.weight": None}), "DOSE-18").place == Place(
        participant="P1", form="body", item="weight"
    )
    book = casebook()
    cell = Cell("baseline", "body", "2", "weight")
    rows = replace(book, answers={**book.answers, cell: Answer(text="<3", value="<3", unit="lb", seq=99)})
    told = reason(rows, "DOSE-19")
    assert (told.place.repeat if told.place else None, told.values["value"]) == ("2", "<3 lb")


@pytest.mark.parametrize(
    ("weight", "height", "code"),
    [
        ("1", "30", None), ("0.9", "30", "DOSE-17"), ("10", "29.9", "DOSE-17"),
        ("650", "280", None), ("650.1", "280", "DOSE-17"), ("650", "280.1", "DOSE-17"),
        ("7", "100", None), ("6.9", "100", "DOSE-21"), ("200", "100", None), ("200.1", "100", "DOSE-21"),
    ],
)  # fmt: skip
def test_what_people_have_had(weight: str, height: str, code: str | None) -> None:
    """DOSING-04: 1 to 650 kg, 30 to 280 cm, 7 to 200 kg/m2, the limits included."""
    book = casebook({"baseline/body.weight": weight, "baseline/body.height": height})
    if code is None:
        assert planned(book).dose > 0
    else:
        assert refused(book) == [code]


def test_weight_and_height_of_two_people_are_told() -> None:
    """DOSING-04."""
    told = reason(casebook({"baseline/body.weight": "160", "baseline/body.height": "55"}), "DOSE-21").values
    assert (told["weight"], told["height"]) == ("160", "55")


def test_a_dose_by_weight_needs_the_weight() -> None:
    """DOSING-04."""
    assert refused(casebook({"baseline/body.weight": None}), of=study("dose: 2 mg/kg")) == ["DOSE-18"]


def test_answers_of_one_entry_count_alike_in_any_order() -> None:
    """DOSING-08: a casebook that does not tell the numbers of entries gives the same plan, whatever comes first."""
    book = casebook({"baseline/visit.date": None, "week 1/body.weight": "57"})
    bare = {cell: replace(answer, seq=0) for cell, answer in book.answers.items()}
    plans = [planned(replace(book, answers=dict(order))) for order in (bare.items(), reversed(bare.items()))]
    assert plans[0] == plans[1]


@pytest.mark.parametrize(
    ("weight", "height", "found"),
    [
        ("30", "100", []), ("29.9", "100", ["DOSE-35"]), ("250", "230", ["DOSE-44"]),
        ("250.1", "230", ["DOSE-35", "DOSE-44"]),
    ],
)  # fmt: skip
def test_what_the_study_file_expects(weight: str, height: str, found: list[str]) -> None:
    """DOSING-07: the limits are within; both are told."""
    book = casebook({"baseline/body.weight": weight, "baseline/body.height": height})
    assert notes(planned(book)) == found
    if "DOSE-35" in found:
        told = note(book, "DOSE-35").values
        assert (told["low"], told["high"], told["value"]) == ("30", "250", f"{weight} kg")


@pytest.mark.parametrize(("end", "told"), [("expected_low", ("", "250")), ("expected_high", ("30", ""))])
def test_a_study_that_expects_one_limit_alone(end: str, told: tuple[str, str]) -> None:
    """DOSING-07: the other is not told, and nothing is held against it."""
    form = study().forms["body"]
    item = replace(form.items["weight"], **{end: None})  # type: ignore[arg-type]  # one of two names
    of = replace(study(), forms={**study().forms, "body": replace(form, items={**form.items, "weight": item})})
    weight, height = ("250.5", "230") if end == "expected_low" else ("29", "100")
    book = casebook({"baseline/body.weight": weight, "baseline/body.height": height})
    values = note(book, "DOSE-35", of=of).values
    assert (values["low"], values["high"]) == told
    other, tall = ("29", "100") if end == "expected_low" else ("250.5", "230")
    fine = casebook({"baseline/body.weight": other, "baseline/body.height": tall})
    assert "DOSE-35" not in notes(planned(fine, of=of))


# ---- the dose ---------------------------------------------------------------------------------------------------


def test_how_much_something_changed_is_told() -> None:
    """DOSING-07: in whole per cent, of what it was before."""
    jump = {"unscheduled-1/visit.date": "2024-02-29", "unscheduled-1/body.weight": "61"}
    told = note(casebook(jump), "DOSE-36").values
    assert (told["percent"], told["value"]) == ("11", "55 kg")
    fall = {**jump, "unscheduled-1/body.weight": "44"}
    assert note(casebook(fall), "DOSE-36").values["percent"] == "-20"
    rounded = study("dose: 1 mg/kg\n    round_to: 100 mg")
    assert note(casebook(), "DOSE-38", of=rounded).values["percent"] == "82"


def test_a_tenth_is_not_much() -> None:
    """DOSING-07: 50 mg given as 55 mg."""
    assert (
        notes(planned(casebook({"baseline/body.weight": "50"}), of=study("dose: 1 mg/kg\n    round_to: 55 mg"))) == []
    )


def test_a_dose_that_is_just_the_cap_is_not_cut() -> None:
    """DOSING-07."""
    assert notes(planned(casebook(), of=study("dose: 1 mg/kg\n    cap: 55 mg"))) == []
    assert notes(planned(casebook(), of=study("dose: 1 mg/kg\n    cap: 54 mg"))) == ["DOSE-45"]


def test_a_dose_that_is_rounded_to_nothing_is_told() -> None:
    """DOSING-04: with the step; and a dose of nothing without one."""
    told = reason(casebook(), "DOSE-24", of=study("dose: 0.9 mg/kg\n    round_to: 100 mg")).values
    assert (told["dose"], told["step"]) == ("49.5 mg", "100 mg")
    none = changed_treatment(dose=Quantity(amount=Decimal(0), unit="mg"), round_to=None)
    assert reason(casebook(), "DOSE-24", of=none).values["step"] == "0 mg"


def test_the_dose_of_the_study_file_stands_beside() -> None:
    """DOSING-01."""
    assert planned(casebook()).per == Quantity(amount=Decimal(375), unit="mg/m2")


@pytest.mark.parametrize(
    ("dose", "unit"), [("375 mg/m2", "mg"), ("2 mg/kg", "mg"), ("1000 mg", "mg"), ("5 mg/h", "mg/h")]
)
def test_the_unit_of_what_is_given(dose: str, unit: str) -> None:
    """DOSING-02: a background class has none."""
    amount, _, per = dose.partition(" ")
    given = replace(study().treatments["rtx"], dose=Quantity(amount=Decimal(amount), unit=per))
    assert unit_of(given) == unit
    assert unit_of(study().treatments["background"]) is None


def test_vials_in_another_unit_are_not_counted() -> None:
    """DOSING-04: not even those beside them that would fit."""
    mixed = (Quantity(amount=Decimal(500), unit="mg"), Quantity(amount=Decimal(100), unit="mL"))
    plan = planned(casebook(), of=changed_treatment(vials=mixed))
    assert plan.vials is None
    assert notes(plan) == ["DOSE-41"]


def test_no_reaction_is_feared_where_none_is_asked_for() -> None:
    """DOSING-06: neither with a record of doses that does not ask, nor without a record."""
    record = study().treatments["rtx"].recorded
    assert record is not None
    unasked = changed_treatment(recorded=replace(record, reaction=None))
    plan = planned(casebook(doses("2024-03-01")), date(2024, 3, 8), of=unasked)
    assert plan.infusion is not None
    assert (plan.infusion.speed, notes(plan)) == ("later", [])
    assert notes(planned(casebook(), of=changed_treatment(recorded=None))) == []


@pytest.mark.parametrize(("on", "code"), [("2024-03-10", "DOSE-31"), ("2024-03-06", "DOSE-32")])
def test_a_day_off_is_a_day(on: str, code: str) -> None:
    """DOSING-07."""
    told = note(casebook(doses("2024-03-01")), code, on=date.fromisoformat(on)).values
    assert (told["days"], told["planned"]) == ("1 day", "2024-03-08")
    assert (told["first"], told["last"]) == ("2024-03-07", "2024-03-09")


def test_how_far_ahead_is_told() -> None:
    """DOSING-07."""
    told = note(casebook(doses("2024-03-01")), "DOSE-39", on=date(2024, 3, 15), number=4).values
    assert (told["number"], told["done"], told["before"]) == ("4", "1", "3")
