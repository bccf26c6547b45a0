"""The next dose: what to give, or every reason why none is planned.

Requirements:
DOSING-01: dose, body surface, rounding, vials and infusion come out as worked by hand from the study file.
DOSING-02: flat doses, doses per kg and per m2, and the regimens of the published comparators.
DOSING-03: the latest weight and height dated on or before the day count; where they stand is told.
DOSING-04: every reason to refuse is told, and all at once; each code has a test, a sentence and a remedy.
DOSING-05: unknown is never as good as no: results, conditions, consent, criteria.
DOSING-06: the dose is the next that was not given; a first infusion speed after a reaction, and until one was given.
DOSING-07: a day outside of the window, old or odd measurements and much rounding are notes.
DOSING-08: a plan depends on nothing but study, casebook and day.
DOSING-09: doses are exact decimals, rounded half up.
DOSING-10: none is planned from the first day on which treatment can have ended; before it, the plan carries a note.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.conduct.amounts import round_half_up
from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell, ConsentEnd, ParticipantStatus
from trialbook.conduct.dosing import DosePlan, Refusal, plan_dose
from trialbook.instruments import CATALOG
from trialbook.instruments.labelling import labelling_of
from trialbook.protocol.model import Quantity, Study, Treatment
from trialbook.protocol.read import parse_study
from trialbook.wording import CATALOGUE, remedy, sentence

TEXT = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
eligibility:
  consent: consent.date
  inclusion:
    I1: {text: Age 18 or over, when: 'screening.age >= 18'}
  exclusion:
    E1: {text: Pregnant, when: screening.pregnant}
treatments:
  rtx:
    label: Rituximab
    DOSE
    weight: body.weight
    height: body.height
    GIVE
    infuse:
      first: {start: 50 mg/h, step: 50 mg/h, every: 30 minutes, most: 400 mg/h}
      later: {start: 100 mg/h, step: 100 mg/h, every: 30 minutes, most: 400 mg/h}
    before_each: [paracetamol 1000 mg]
    on_reaction_only: [antihistamine, corticosteroid]
    needs:
      known: [serology.hbsag, serology.anti_hbc]
      decide_when: 'serology.anti_hbc == "POS"'
      decision: serology.decision
      withhold_when: 'serology.hbsag == "POS" || lab.infected'
    recorded: {form: infusion, start: start, dose: given, reaction: reaction}
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
  consent:
    at: once
    items:
      date: {date: full}
  screening:
    at: once
    items:
      age: {number: year}
      pregnant: {choice: yes/no}
  serology:
    at: once
    items:
      hbsag: {label: HBsAg, choice: {NEG: Negative, POS: Positive}}
      anti_hbc: {label: Anti-HBc, choice: {NEG: Negative, POS: Positive}}
      decision: {label: Decision, choice: yes/no}
  lab:
    at: [baseline, week 1, week 4]
    items:
      infected: {label: Infected, choice: yes/no}
      fever: {label: Temperature, number: Cel}
      agreed: {label: Agreed, choice: yes/no}
  body:
    at: [baseline, week 1, week 4]
    items:
      weight: {label: weight, number: kg, accepts: [lb], expected: 30 to 250, decimals: 1}
      height: {label: height, number: cm, expected: 100 to 230, decimals: 0}
  infusion:
    at: any time
    repeating: true
    items:
      start: {date: partial}
      given: {number: mg}
      reaction: {choice: yes/no}
  drugs:
    at: any time
    repeating: true
    items:
      drug: {text: line}
      dose: {number: mg}
      start: {date: full}
      end: {date: full}
  harms:
    at: any time
    repeating: true
    events: true
    items:
      term: {text: line}
      outcome: {choice: {NOT: Not recovered, DIED: Fatal}}
missing: {ND: Not done}
"""
SURFACE = "dose: 375 mg/m2\n    body_surface: mosteller\n    round_to: 10 mg\n    vials: [500 mg, 100 mg]"
WEEKLY = "give: {route: intravenous, first: day 0, every: 1 week, times: 4, window: 1 day either side}"

DAY_0 = date(2024, 3, 1)
CASE_FILE = Path(__file__).parents[1] / "instruments" / "cases" / "instrument_cases.json"
READY = {
    "consent.date": "2024-02-01",
    "screening.age": "55",
    "screening.pregnant": "no",
    "serology.hbsag": "NEG",
    "serology.anti_hbc": "NEG",
    "baseline/visit.date": "2024-02-28",
    "baseline/lab.infected": "no",
    "baseline/body.weight": "55",
    "baseline/body.height": "160",
}
"""Answers with which a first dose is planned; `visit/form.item`, `form.item` or `form.item#row`."""


@cache
def study(dose: str = SURFACE, give: str = WEEKLY) -> Study:
    """Read the study of this file with another dose or another way of giving it."""
    read, problems = parse_study(TEXT.replace("DOSE", dose).replace("GIVE", give), file="s.yaml", catalog=CATALOG)
    assert read is not None, [sentence(problem) for problem in problems]
    return read


def casebook(
    changed: Mapping[str, str | None] = MappingProxyType({}),
    *,
    status: ParticipantStatus = "enrolled",
    enrolled_on: str | None = "2024-02-10",
) -> Casebook:
    """Write the casebook of a participant who is ready for a first dose, with other answers: `ND` is a missing code."""
    cells = {}
    for seq, (name, value) in enumerate(({**READY, **changed}).items(), start=1):
        visit, _, rest = name.rpartition("/")
        item, _, row = rest.partition("#")
        form, _, item = item.partition(".")
        is_code = value == "ND"
        answer = Answer(text=value or "", value=None if is_code else value, missing=value if is_code else None, seq=seq)
        if value is not None:
            cells[Cell(visit, form, row, item)] = answer
    return Casebook(
        participant="P1", status=status, enrolled_on=enrolled_on, ended_on=None, answers=MappingProxyType(cells)
    )


def doses(*days: str, mg: str = "590", reaction: str | None = "no") -> dict[str, str | None]:
    """Write rows of doses given."""
    rows: dict[str, str | None] = {}
    for row, day in enumerate(days, start=1):
        rows |= {f"infusion.start#{row}": day, f"infusion.given#{row}": mg, f"infusion.reaction#{row}": reaction}
    return rows


def planned(book: Casebook, on: date = DAY_0, *, of: Study | None = None, number: int | None = None) -> DosePlan:
    """Plan a dose that is not refused."""
    plan = plan_dose(of or study(), book, "rtx", on=on, number=number)
    assert isinstance(plan, DosePlan), [sentence(problem) for problem in plan.problems]
    return plan


def refused(book: Casebook, on: date = DAY_0, *, of: Study | None = None, number: int | None = None) -> list[str]:
    """Return the codes of a refusal, each of which can be said."""
    plan = plan_dose(of or study(), book, "rtx", on=on, number=number)
    assert isinstance(plan, Refusal)
    assert all(sentence(problem) and remedy(problem) for problem in plan.problems)
    return [problem.code for problem in plan.problems]


def notes(plan: DosePlan) -> list[str]:
    """Return the codes of the notes, each of which can be said, without those that stand beside every plan here."""
    assert all(sentence(problem) and remedy(problem) for problem in plan.notes)
    assert plan.notes[-1].code == "DOSE-50"
    return [problem.code for problem in plan.notes[:-1] if problem.code != "DOSE-46"]


def changed_treatment(**values: object) -> Study:
    """Return a study whose treatment is another: what the reader of study files would refuse."""
    one = study().treatments["rtx"]
    fields = {name: getattr(one, name) for name in Treatment.__dataclass_fields__} | values
    return replace(study(), treatments={**study().treatments, "rtx": Treatment(**fields)})


def test_the_first_dose_by_hand() -> None:
    """DOSING-01: 160 cm and 55 kg are 1.563472 m2 by Mosteller; times 375 are 586.302 mg, rounded 590 mg."""
    plan = planned(casebook())
    assert plan.body_surface is not None
    assert (str(plan.body_surface.value), plan.body_surface.formula) == ("1.563472", "mosteller")
    assert (str(plan.unrounded), str(plan.dose), plan.unit) == ("586.302", "590", "mg")
    assert plan.vials is not None
    assert (plan.vials.counts, plan.vials.waste) == (((Decimal(500), 1), (Decimal(100), 1)), Decimal(10))
    assert (plan.number, plan.most, plan.planned.day, plan.planned.on) == (1, 4, 0, None)
    assert (plan.premedication, plan.reserve) == (("paracetamol 1000 mg",), ("antihistamine", "corticosteroid"))
    assert notes(plan) == []


def test_where_the_numbers_stand() -> None:
    """DOSING-03."""
    plan = planned(casebook())
    assert plan.weight is not None
    assert plan.height is not None
    assert (str(plan.weight.value), plan.weight.unit, plan.weight.date) == ("55", "kg", date(2024, 2, 28))
    assert (plan.weight.name, plan.weight.visit, plan.weight.seq) == ("body.weight", "baseline", 8)
    assert (str(plan.height.value), plan.height.visit, plan.height.seq) == ("160", "baseline", 9)


def test_infusion_of_first_and_later_doses() -> None:
    """DOSING-06: 590 mg take 3 h 11 at first, later 2 h 13."""
    first = planned(casebook()).infusion
    later = planned(casebook(doses("2024-03-01")), date(2024, 3, 8)).infusion
    assert first is not None
    assert later is not None
    assert (first.speed, later.speed, first.rate_unit) == ("first", "later", "mg/h")
    assert [round(float(one.minutes), 1) for one in (first, later)] == [191.1, 133.5]
    assert sum(step.amount for step in later.steps) == 590


@pytest.mark.parametrize("reaction", ["yes", None, "ND"])
def test_after_a_reaction_as_slow_as_a_first_one(reaction: str | None) -> None:
    """DOSING-06: and where it is not known whether there was one."""
    plan = planned(casebook(doses("2024-03-01", reaction=reaction)), date(2024, 3, 8))
    assert plan.infusion is not None
    assert plan.infusion.speed == "first"
    assert notes(plan) == ["DOSE-48" if reaction == "yes" else "DOSE-40"]


@pytest.mark.parametrize(
    ("dose", "unrounded", "rounded"),
    [
        ("dose: 1000 mg\n    vials: [500 mg, 100 mg]", "1000", "1000"),
        ("dose: 100 mg/m2\n    body_surface: mosteller\n    round_to: 10 mg", "156.3472", "160"),
        ("dose: 375 mg/m2\n    body_surface: du_bois\n    round_to: 1 mg", "586.190250", "586"),
        ("dose: 750 mg/m2\n    body_surface: mosteller", "1172.604", "1172.604"),
        ("dose: 2.5 mg/kg\n    round_to: 5 mg", "137.5", "140"),
        ("dose: 0.6 mg/kg", "33", "33"),
    ],
)
def test_doses_of_every_kind(dose: str, unrounded: str, rounded: str) -> None:
    """DOSING-02: 1000 mg twice, and 100 mg/m2 weekly, are the regimens of the comparators."""
    plan = planned(casebook(), of=study(dose))
    assert (plan.unrounded, str(plan.dose)) == (Decimal(unrounded), rounded)
    assert (plan.weight is None, plan.height is None) == ("m2" not in dose and "kg" not in dose, "m2" not in dose)


def test_a_flat_dose_needs_no_measurement() -> None:
    """DOSING-02."""
    book = casebook({"baseline/body.weight": None, "baseline/body.height": None})
    plan = planned(book, of=study("dose: 1000 mg\n    vials: [500 mg, 100 mg]"))
    assert plan.vials is not None
    assert (str(plan.dose), plan.vials.counts, str(plan.vials.waste)) == ("1000", ((Decimal(500), 2),), "0")
    assert plan.infusion is not None
    assert plan.infusion.minutes == 255


def test_days_of_the_regimens() -> None:
    """DOSING-02: twice, two weeks apart; and on days that are not evenly spaced."""
    twice = study("dose: 1000 mg", "give: {route: intravenous, first: day 0, every: 2 weeks, times: 2}")
    plan = planned(casebook(doses("2024-03-01")), date(2024, 3, 15), of=twice)
    assert (plan.planned.day, plan.planned.on, plan.most, plan.days_off) == (14, date(2024, 3, 15), 2, None)
    uneven = study(
        "dose: 1000 mg", "give: {route: intravenous, days: [day 0, day 3, day 17], window: 2 days either side}"
    )
    plan = planned(casebook(doses("2024-03-01", "2024-03-04")), date(2024, 3, 18), of=uneven)
    assert (plan.planned.day, plan.planned.first, plan.days_off) == (17, date(2024, 3, 16), 0)
    monthly = study("dose: 1000 mg", "give: {route: intravenous, first: day 0, every: 1 month, times: 3}")
    plan = planned(casebook(doses("2024-03-31")), date(2024, 4, 30), of=monthly)
    assert (plan.planned.on, plan.planned.day) == (date(2024, 4, 30), 30)


def test_the_first_dose_has_no_date_while_it_is_the_anchor() -> None:
    """DOSING-01."""
    plan = planned(casebook())
    assert (plan.planned.day, plan.planned.on, plan.planned.first, plan.days_off) == (0, None, None, None)


def test_the_latest_measurement_up_to_the_day() -> None:
    """DOSING-03: a later one, a missing one and one without a value are not used."""
    later = {"week 1/visit.date": "2024-03-08", "week 1/body.weight": "57", "week 4/body.weight": "ND"}
    book = casebook({**later, **doses("2024-03-01"), "week 4/visit.date": "2024-03-09"})
    weights = [planned(book, on, number=2).weight for on in (date(2024, 3, 7), date(2024, 3, 8), date(2024, 3, 10))]
    found = [(str(weight.value), weight.visit) for weight in weights if weight is not None]
    assert found == [("55", "baseline"), ("57", "week 1"), ("57", "week 1")]


def test_a_unit_that_is_converted() -> None:
    """DOSING-03: an answer kept in another unit than the item's."""
    book = casebook()
    cell = Cell("baseline", "body", "", "weight")
    pounds = replace(book.answers[cell], value="121.254", unit="lb")
    plan = planned(replace(book, answers={**book.answers, cell: pounds}))
    assert plan.weight is not None
    assert round(plan.weight.value, 2) == Decimal("55.00")
    stones = replace(pounds, unit="score")
    assert refused(replace(book, answers={**book.answers, cell: stones})) == ["DOSE-19"]


def test_a_measurement_without_a_date() -> None:
    """DOSING-03: the one recorded last, with a note; a dated one goes before."""
    undated = casebook({"baseline/visit.date": None})
    assert notes(planned(undated)) == ["DOSE-34", "DOSE-34"]
    both = planned(casebook({"week 1/body.weight": "56"}))
    assert both.weight is not None
    assert both.weight.value == 55
    assert notes(both) == ["DOSE-37"]
    assert "56" in sentence(both.notes[0])


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"consent.date": None}, ["DOSE-04"]),
        ({"consent.date": "ND"}, ["DOSE-04"]),
        ({"consent.date": "2024-03-02"}, ["DOSE-05"]),
        ({"consent.date": "2024-03"}, ["DOSE-05"]),
        ({"consent.date": "2024-02-11"}, ["DOSE-09"]),
        ({"screening.age": "17"}, ["DOSE-06"]),
        ({"screening.pregnant": "yes"}, ["DOSE-07"]),
        ({"screening.pregnant": None}, ["DOSE-08"]),
        ({"screening.age": "ND"}, ["DOSE-08"]),
        ({"serology.hbsag": None}, ["DOSE-10", "DOSE-12"]),
        ({"serology.hbsag": "ND"}, ["DOSE-10", "DOSE-12"]),
        ({"serology.anti_hbc": None}, ["DOSE-10", "DOSE-14"]),
        ({"serology.hbsag": "POS"}, ["DOSE-11"]),
        ({"baseline/lab.infected": "yes"}, ["DOSE-11"]),
        ({"baseline/lab.infected": None}, ["DOSE-12"]),
        ({"serology.anti_hbc": "POS"}, ["DOSE-13"]),
        ({"serology.anti_hbc": "POS", "serology.decision": "no"}, ["DOSE-13"]),
        ({"serology.anti_hbc": "POS", "serology.decision": "ND"}, ["DOSE-13"]),
        ({"baseline/body.weight": None}, ["DOSE-18"]),
        ({"baseline/body.weight": "ND", "baseline/body.height": "ND"}, ["DOSE-18", "DOSE-18"]),
        ({"baseline/visit.date": "2024-03-02"}, ["DOSE-12", "DOSE-18", "DOSE-18"]),
        ({"baseline/body.weight": ">150"}, ["DOSE-19"]),
        ({"baseline/body.height": "1.60"}, ["DOSE-17"]),
        ({"baseline/body.weight": "5500"}, ["DOSE-17"]),
        ({"baseline/body.weight": "160", "baseline/body.height": "55"}, ["DOSE-21"]),
        ({"infusion.given#1": "590"}, ["DOSE-25"]),
        ({"infusion.start#1": "2024-03", "infusion.given#1": "590"}, ["DOSE-25"]),
    ],
)
def test_refusals(changed: dict[str, str | None], codes: list[str]) -> None:
    """DOSING-04, DOSING-05."""
    assert refused(casebook(changed)) == codes


@pytest.mark.parametrize("status", ["screening", "screen failure", "withdrawn", "completed"])
def test_only_who_is_enrolled(status: ParticipantStatus) -> None:
    """DOSING-04."""
    assert "DOSE-02" in refused(casebook(status=status))


def test_not_before_the_enrolment() -> None:
    """DOSING-04: a partial date of enrolment counts as its first day."""
    assert refused(casebook(enrolled_on="2024-03-02")) == ["DOSE-03"]
    assert "DOSE-03" not in refused(casebook({"serology.hbsag": "POS"}, enrolled_on="2024-03"))


def test_a_background_class_has_no_dose() -> None:
    """DOSING-04."""
    plan = plan_dose(study(), casebook(), "background", on=DAY_0)
    assert isinstance(plan, Refusal)
    assert [problem.code for problem in plan.problems] == ["DOSE-01"]


def test_all_reasons_at_once() -> None:
    """DOSING-04."""
    book = casebook(
        {"consent.date": None, "screening.age": "17", "screening.pregnant": None, "serology.hbsag": "POS"}
        | {"serology.anti_hbc": "POS", "baseline/body.weight": None},
        status="screening",
        enrolled_on=None,
    )
    assert refused(book) == ["DOSE-02", "DOSE-04", "DOSE-06", "DOSE-08", "DOSE-11", "DOSE-13", "DOSE-18"]


def test_a_decision_lets_pass() -> None:
    """DOSING-05: and nothing else is let pass by it."""
    assert planned(casebook({"serology.anti_hbc": "POS", "serology.decision": "yes"})).number == 1
    yes = {"serology.decision": "yes"}
    assert refused(casebook({"serology.anti_hbc": "ND", **yes})) == ["DOSE-10"]
    assert refused(casebook({"serology.anti_hbc": "POS", "serology.hbsag": "POS", **yes})) == ["DOSE-11"]


@pytest.mark.parametrize(("infected", "codes"), [("yes", ["DOSE-11"]), ("no", None)])
def test_results_after_the_first_dose_count(infected: str, codes: list[str] | None) -> None:
    """DOSING-05: not only those up to day 0 or to enrolment; not those after the day."""
    book = casebook({"week 1/visit.date": "2024-03-08", "week 1/lab.infected": infected, **doses("2024-03-01")})
    plan = plan_dose(study(), book, "rtx", on=date(2024, 3, 8))
    assert (plan.problems[0].code == "DOSE-11") if isinstance(plan, Refusal) else codes is None
    assert isinstance(plan_dose(study(), book, "rtx", on=date(2024, 3, 7)), DosePlan)


@pytest.mark.parametrize("undated", [None, "2024", "2024-03"])
def test_a_result_without_a_date_counts_against_the_dose(undated: str | None) -> None:
    """DOSING-05: it may be the latest, whatever other visits say."""
    book = casebook({"week 1/visit.date": undated, "week 1/lab.infected": "yes", **doses("2024-03-01")})
    assert refused(book, date(2024, 3, 8)) == ["DOSE-11"]
    later = casebook({"week 1/visit.date": "2024-04", "week 1/lab.infected": "yes", **doses("2024-03-01")})
    assert planned(later, date(2024, 3, 8)).number == 2


def test_a_result_without_a_date_does_not_take_another_away() -> None:
    """DOSING-05: no at a visit without a date may be older than the yes before it; beyond a limit it is unknown."""
    book = casebook({"baseline/lab.infected": "yes", "week 1/lab.infected": "no"})
    assert refused(book) == ["DOSE-11"]
    hot = changed_treatment(withhold_when="lab.fever > 39.0")
    assert planned(casebook({"baseline/lab.fever": "37"}), of=hot).number == 1
    assert refused(casebook({"baseline/lab.fever": "37", "week 1/lab.fever": ">38"}), of=hot) == ["DOSE-12"]


def test_a_decision_is_the_latest_and_undisputed() -> None:
    """DOSING-05."""
    asked = changed_treatment(decision="lab.agreed", decide_when="screening.age > 18.0")
    agreed = {"baseline/lab.agreed": "yes"}
    assert planned(casebook(agreed), of=asked).number == 1
    assert refused(casebook({**agreed, "week 1/lab.agreed": "no"}), of=asked) == ["DOSE-13"]
    later = {"week 1/lab.agreed": "no", "week 1/visit.date": "2024-02-29"}
    assert refused(casebook({**agreed, **later}), of=asked) == ["DOSE-13"]
    assert planned(casebook({**agreed, **later, "week 1/visit.date": "2024-03-02"}), of=asked).number == 1


SCREENS = [case for case in json.loads(CASE_FILE.read_text(encoding="utf-8")) if case["instrument"] == "HBV-SCREEN"]
ANSWER = {True: "POS", False: "NEG", None: None}


@pytest.mark.parametrize("case", SCREENS, ids=lambda case: case["id"])
def test_hepatitis_b_screen(case: dict[str, dict[str, Any]]) -> None:
    """DOSING-05: both markers before the first infusion; a positive one needs advice or withholds the dose."""
    found, status = case["inputs"], case["expected"]["status"]
    surface, core = ANSWER[found["HBsAg_positive"]], ANSWER[found["anti_HBc_positive"]]
    codes = {
        "no evidence of exposure": [],
        "past exposure: specialist advice before dosing": ["DOSE-13"],
        "current infection: specialist advice before dosing": ["DOSE-11", "DOSE-13"],
        "screening incomplete: block first dose": ["DOSE-10", "DOSE-12"],
    }[status]
    book = casebook({"serology.hbsag": surface, "serology.anti_hbc": core})
    plan = plan_dose(study(), book, "rtx", on=DAY_0)
    assert ([problem.code for problem in plan.problems] if isinstance(plan, Refusal) else []) == codes


# ---- the end of treatment ---------------------------------------------------------------------------------------


def stopped(of: Casebook, day: str | None, scope: str = "treatment") -> Casebook:
    """Return the casebook of somebody who withdrew on a day, None for one that is not known."""
    return replace(of, withdrawn_from={scope: ConsentEnd(seq=90, on=day)})


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        ("2024-03-07", ["DOSE-27"]),
        ("2024-03-08", ["DOSE-27"]),
        ("2024-03", ["DOSE-27"]),
        ("2024", ["DOSE-27"]),
        (None, ["DOSE-28"]),
    ],
)
def test_no_dose_is_planned_after_the_end_of_treatment(day: str | None, codes: list[str]) -> None:
    """DOSING-10: also where it may have ended on the day asked for, or nobody knows when; taken back, as before."""
    treated = casebook(doses("2024-03-01"))
    assert refused(stopped(treated, day), date(2024, 3, 8)) == codes
    assert refused(stopped(treated, day), date(2024, 3, 8), number=3) == codes
    plan = plan_dose(study(), stopped(treated, day), "rtx", on=date(2024, 3, 8))
    assert isinstance(plan, Refusal)
    dated = {"ended": day, "on": "2024-03-08"} if day else {}
    assert plan.problems[0].values == {"participant": "P1", **dated}
    assert notes(planned(replace(stopped(treated, day), withdrawn_from={}), date(2024, 3, 8))) == []


@pytest.mark.parametrize("day", ["2024-03-09", "2024-04", "2025"])
def test_before_the_end_of_treatment_a_plan_has_a_note(day: str) -> None:
    """DOSING-10: for who looks at an earlier day, and for an end that was announced, or mistyped."""
    plan = planned(stopped(casebook(doses("2024-03-01")), day), date(2024, 3, 8))
    assert notes(plan) == ["DOSE-47"]
    told = plan.notes[0]
    assert (told.level, told.values) == ("warning", {"participant": "P1", "ended": day, "on": "2024-03-08"})


def test_the_end_of_treatment_beside_other_ends() -> None:
    """DOSING-10: all is told of who left the study too; whose data may not be used may be treated."""
    assert refused(stopped(casebook(status="withdrawn"), "2024-02-20")) == ["DOSE-02", "DOSE-27"]
    assert notes(planned(stopped(casebook(), "2024-02-20", "data use"))) == []


def test_which_dose_is_next() -> None:
    """DOSING-06."""
    given_twice = casebook(doses("2024-03-01", "2024-03-08"))
    assert planned(given_twice, date(2024, 3, 15)).number == 3
    assert refused(given_twice, date(2024, 3, 8)) == ["DOSE-15"]
    assert refused(given_twice, date(2024, 3, 7)) == ["DOSE-15"]
    assert refused(given_twice, date(2024, 3, 15), number=2) == ["DOSE-26"]
    assert refused(casebook(doses("2024-03-01", "2024-03-08", "2024-03-15", "2024-03-22")), date(2024, 3, 29)) == [
        "DOSE-16"
    ]
    assert refused(casebook(), number=5) == ["DOSE-16"]


def test_a_dose_of_nothing_is_none() -> None:
    """DOSING-06: a row with 0 mg does not count, so the next infusion is still a first one."""
    plan = planned(casebook(doses("2024-03-01", mg="0")), date(2024, 3, 2))
    assert plan.infusion is not None
    assert (plan.number, plan.infusion.speed) == (1, "first")


def test_a_dose_planned_ahead() -> None:
    """DOSING-06: as slow as a first one, since nothing was given yet."""
    plan = planned(casebook(), number=2)
    assert plan.infusion is not None
    assert (plan.number, plan.infusion.speed, notes(plan)) == (2, "first", ["DOSE-39"])


def test_a_number_below_one_is_a_mistake_of_the_call() -> None:
    """DOSING-04."""
    with pytest.raises(ValueError, match="from 1"):
        plan_dose(study(), casebook(), "rtx", on=DAY_0, number=0)
    with pytest.raises(KeyError):
        plan_dose(study(), casebook(), "nothing", on=DAY_0)


@pytest.mark.parametrize(
    ("on", "off", "codes"),
    [("2024-03-08", 0, []), ("2024-03-09", 0, []), ("2024-03-11", 2, ["DOSE-31"]), ("2024-03-05", -2, ["DOSE-32"])],
)
def test_outside_of_the_window_is_a_note(on: str, off: int, codes: list[str]) -> None:
    """DOSING-07."""
    plan = planned(casebook(doses("2024-03-01")), date.fromisoformat(on))
    assert (plan.planned.day, plan.planned.on, plan.days_off) == (7, date(2024, 3, 8), off)
    assert notes(plan) == codes
    assert "2 days" in sentence(plan.notes[0]) if codes else True


def test_odd_measurements_are_notes() -> None:
    """DOSING-07: old, unexpected, and far from the one before."""
    assert notes(planned(casebook({"baseline/visit.date": "2024-02-02"}))) == []
    assert notes(planned(casebook({"baseline/visit.date": "2024-02-01"}))) == ["DOSE-33", "DOSE-33"]
    assert notes(planned(casebook({"baseline/body.height": "95", "baseline/body.weight": "14"}))) == [
        "DOSE-35",
        "DOSE-35",
    ]
    jump = {"unscheduled-1/visit.date": "2024-02-29", "unscheduled-1/body.weight": "61"}
    assert notes(planned(casebook(jump))) == ["DOSE-36"]
    assert notes(planned(casebook({**jump, "unscheduled-1/body.weight": "60.5"}))) == []


@pytest.mark.parametrize(
    ("weight", "height", "codes"),
    [
        ("102.4", "160", []), ("102.5", "160", ["DOSE-44"]), ("38.4", "160", []), ("38.3", "160", ["DOSE-44"]),
        ("121", "160", ["DOSE-44"]), ("150", "100", ["DOSE-44"]),
    ],
)  # fmt: skip
def test_a_weight_that_hardly_fits_the_height_is_a_note(weight: str, height: str, codes: list[str]) -> None:
    """DOSING-07: 55 kg given in pounds; 100 kg and 150 cm interchanged. Both are within what is expected of each."""
    assert notes(planned(casebook({"baseline/body.weight": weight, "baseline/body.height": height}))) == codes


def test_an_exclusion_that_is_not_asked_and_would_be_met_is_a_note() -> None:
    """DOSING-07: a man who is recorded as pregnant is one of the two; his criterion does not apply all the same."""
    asked = TEXT.replace("when: screening.pregnant", "when: screening.pregnant, ask_when: screening.female")
    text = asked.replace("      pregnant: {", "      female: {choice: yes/no}\n      pregnant: {")
    of, _ = parse_study(text.replace("DOSE", SURFACE).replace("GIVE", WEEKLY), file="s.yaml", catalog=CATALOG)
    assert notes(planned(casebook({"screening.female": "no"}), of=of)) == []
    plan = planned(casebook({"screening.female": "no", "screening.pregnant": "yes"}), of=of)
    assert notes(plan) == ["DOSE-43"]
    assert "E1" in sentence(plan.notes[0])
    assert refused(casebook({"screening.female": "yes", "screening.pregnant": "yes"}), of=of) == ["DOSE-07"]


def test_a_cap() -> None:
    """DOSING-01: the RIM trial gave at most 1 g; what was computed is told beside it."""
    one = study("dose: 750 mg/m2\n    body_surface: du_bois\n    cap: 1000 mg")
    plan = planned(casebook(), of=one)
    assert str(plan.dose) == "1000"
    assert plan.unrounded > 1000
    assert notes(plan) == ["DOSE-45"]
    assert planned(casebook(), of=study("dose: 1 mg/kg\n    cap: 1000 mg")).dose < 100


def test_a_departure_from_the_labelling() -> None:
    """DOSING-07: no antihistamine beforehand is told, and planned all the same; nothing is said of other drugs."""
    assert "DOSE-46" in {problem.code for problem in planned(casebook()).notes}
    whole = changed_treatment(before_each=("paracetamol 1000 mg", "antihistamine"))
    assert "DOSE-46" not in {problem.code for problem in planned(casebook(), of=whole).notes}
    assert labelling_of(("placebo", "Prednisolone")) is None


def test_much_rounding_is_a_note() -> None:
    """DOSING-07: 55 mg in steps of 100 mg; and what would be rounded to nothing is refused."""
    assert notes(planned(casebook(), of=study("dose: 1 mg/kg\n    round_to: 100 mg"))) == ["DOSE-38"]
    assert refused(casebook(), of=study("dose: 0.9 mg/kg\n    round_to: 100 mg")) == ["DOSE-24"]


def test_what_the_file_cannot_say() -> None:
    """DOSING-04: a study that was read by another version."""
    assert refused(casebook(), of=changed_treatment(weight=None)) == ["DOSE-20"]
    assert refused(casebook(), of=changed_treatment(body_surface="lean")) == ["DOSE-22"]
    per_day = Quantity(amount=Decimal(2), unit="mg/kg/day")
    assert refused(casebook(), of=changed_treatment(dose=per_day, round_to=None)) == ["DOSE-23"]
    fine = changed_treatment(vials=(Quantity(amount=Decimal("0.00001"), unit="mg"),))
    assert notes(planned(casebook(), of=fine)) == ["DOSE-41"]
    rates = study().treatments["rtx"].infuse_first
    assert rates is not None
    odd = replace(rates, start=Quantity(amount=Decimal(50), unit="mL/h"))
    assert notes(planned(casebook(), of=changed_treatment(infuse_first=odd))) == ["DOSE-42"]


def test_a_dose_that_was_given_is_told_with_its_day() -> None:
    """DOSING-04: of several, the one that was asked for."""
    book = casebook(doses("2024-03-01", "2024-03-08", "2024-03-15"))
    plan = plan_dose(study(), book, "rtx", on=date(2024, 3, 15), number=2)
    assert isinstance(plan, Refusal)
    (told,) = (one for one in plan.problems if one.code == "DOSE-26")
    assert (told.values["given"], told.values["next"]) == ("2024-03-08", "4")


def test_a_study_that_names_no_consent() -> None:
    """DOSING-04: then none is waited for."""
    bare = replace(study(), consent=None)
    assert planned(casebook({"consent.date": None}), of=bare).dose == planned(casebook()).dose
    assert refused(casebook({"consent.date": None})) != []


def test_an_infusion_by_another_clock() -> None:
    """DOSING-04: steps by the day are no plan for an infusion, and it is said."""
    rates = study().treatments["rtx"].infuse_first
    assert rates is not None
    slow = replace(rates, every=replace(rates.every, unit="day"))
    plan = planned(casebook(), of=changed_treatment(infuse_first=slow))
    assert plan.infusion is None
    hourly = replace(rates, every=replace(rates.every, count=1, unit="hour"))
    by_hour = planned(casebook(), of=changed_treatment(infuse_first=hourly)).infusion
    half_hourly = planned(casebook()).infusion
    assert by_hour is not None
    assert half_hourly is not None
    assert [step.rate for step in by_hour.steps][:2] == [50, 100]
    assert by_hour.minutes > half_hourly.minutes


def test_a_condition_that_cannot_be_read_is_unknown() -> None:
    """DOSING-05."""
    assert refused(casebook(), of=changed_treatment(withhold_when="nothing.here == 1")) == ["DOSE-12"]


@pytest.mark.parametrize(("outcome", "codes"), [("DIED", ["DOSE-29"]), ("NOT", [])])
def test_no_dose_after_a_fatal_event(outcome: str, codes: list[str]) -> None:
    """DOSING-04: a death that is recorded stands against any dose."""
    plan = plan_dose(study(), casebook({"harms.term#1": "Sepsis", "harms.outcome#1": outcome}), "rtx", on=DAY_0)
    assert [problem.code for problem in plan.problems] == codes if isinstance(plan, Refusal) else codes == []


def test_every_code_is_produced_here() -> None:
    """DOSING-04."""
    text = Path(__file__).read_text(encoding="utf-8")
    assert [code for code in CATALOGUE if code.startswith("DOSE-") and f'"{code}"' not in text] == []


@pytest.mark.parametrize(
    ("amount", "step", "rounded"),
    [
        ("585", "10", "590"), ("584.999", "10", "580"), ("562.5", "5", "565"), ("0.25", "0.5", "0.5"),
        ("0.249", "0.5", "0"), ("1000", "7", "1001"), ("2.675", "0.01", "2.68"),
    ],
)  # fmt: skip
def test_rounding_half_up(amount: str, step: str, rounded: str) -> None:
    """DOSING-09: 2.675 is exact here, where a float would round it down."""
    assert str(round_half_up(Decimal(amount), Decimal(step))) == rounded


@settings(max_examples=50)
@given(
    weight=st.decimals(35, 200, places=1),
    height=st.decimals(140, 210, places=0),
    step=st.sampled_from([None, "1", "5", "10", "100"]),
    formula=st.sampled_from(["du_bois", "mosteller", "haycock", "gehan_george", "boyd"]),
)
def test_a_dose_is_within_half_a_step(weight: Decimal, height: Decimal, step: str | None, formula: str) -> None:
    """DOSING-09, DOSING-01: and what the vials hold is at least the dose."""
    rounding = f"\n    round_to: {step} mg" if step else ""
    one = study(f"dose: 375 mg/m2\n    body_surface: {formula}\n    vials: [500 mg, 100 mg]{rounding}")
    plan = planned(casebook({"baseline/body.weight": str(weight), "baseline/body.height": str(height)}), of=one)
    assert abs(plan.dose - plan.unrounded) <= Decimal(step or 0) / 2
    assert plan.body_surface is not None
    assert plan.unrounded == 375 * plan.body_surface.value
    assert plan.vials is not None
    assert plan.vials.drawn - plan.vials.waste == plan.dose
    assert plan.vials.waste < 100
    assert plan.infusion is not None
    assert sum(step.amount for step in plan.infusion.steps) == plan.dose


@settings(max_examples=30)
@given(order=st.permutations(sorted(casebook(doses("2024-03-01")).answers)), days=st.integers(1, 60))
def test_the_order_of_answers_means_nothing(order: list[Cell], days: int) -> None:
    """DOSING-08."""
    book, on = casebook(doses("2024-03-01")), DAY_0 + timedelta(days=days)
    shuffled = replace(book, answers={cell: book.answers[cell] for cell in order})
    assert plan_dose(study(), shuffled, "rtx", on=on) == plan_dose(study(), book, "rtx", on=on)


@given(
    st.dictionaries(
        st.sampled_from([*READY, "infusion.start#1", "infusion.given#1", "infusion.start#2", "serology.decision"]),
        st.sampled_from(
            [None, "ND", "yes", "no", "2024-03", "2024-02-29", "2024-03-20", "NEG", "<5", "0", "170", "never"]
        ),
        max_size=6,
    ),
    st.dates(date(2024, 1, 1), date(2024, 6, 1)),
)
def test_a_plan_is_never_made_of_gaps(changed: dict[str, str | None], on: date) -> None:
    """DOSING-05: whatever is recorded, a dose is planned only with consent, results, measurements; nothing raises."""
    assumed = {name: value for name, value in changed.items() if _fits(name, value)}
    plan = plan_dose(study(), casebook(assumed), "rtx", on=on)
    values = {**READY, **assumed}
    if isinstance(plan, DosePlan):
        assert (values["consent.date"] or "9") <= on.isoformat()
        assert values["serology.hbsag"] == "NEG"
        assert values["baseline/lab.infected"] == "no"
        assert plan.dose > 0
        assert plan.weight is not None
        assert plan.weight.date is None or plan.weight.date <= on
    else:
        assert plan.problems


def _fits(name: str, value: str | None) -> bool:
    """Tell whether a value can be an answer to an item: casebooks hold no others."""
    if value is None or value == "ND":
        return True
    form, _, item = name.partition("#")[0].rpartition("/")[2].partition(".")
    if form == VISIT_FORM:
        return value[:4] == "2024"
    kind = study().forms[form].items[item].kind
    fits = {
        "number": value in {"<5", "0", "170"},
        "yes_no": value in {"yes", "no"},
        "date": value[:4] == "2024" and (item == "start" or len(value) > 7),
        "choice": value == "NEG",
    }
    return fits[kind]
