"""Where what happened differs from the plan.

DEV-01: whoever did everything as planned has no deviation.
DEV-02: each breach raises exactly one deviation, of the kind that the table of kinds names; no breach raises another.
DEV-10: windows never place one visit twice: whatever its date, a visit deviates from the schedule at most once.
DEV-03: a visit after the day that it has to come before is raised once, and not as late besides.
DEV-04: what nobody can know is no deviation: no anchor, no date, no amount, no answer, nothing dated at all.
DEV-05: who was screened and not enrolled can only deviate in the consent, and in doses that were given all the same.
DEV-06: a dose differs where it does so by more than 5 % and by more than one step of rounding.
DEV-07: a constant background raises nothing, and any change exactly one deviation.
DEV-08: every deviation has a kind of the table and the entries that tell of it; what did not happen has none.
DEV-11: what was done on purpose, or seen that should not have been, is raised from its own entry.
DEV-12: a dose that a result withheld, that nobody decided on, or before a result was known, is raised with the rule.
DEV-09: forms in the wrong order and other raters are raised from who answered first.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.conduct.casebook import Answer, Casebook, Cell, Override, ParticipantStatus, Unblinding
from trialbook.conduct.deviations import KINDS, Deviation, find_deviations, groups_of, is_other_amount
from trialbook.conduct.dosing import Refusal, plan_dose
from trialbook.protocol.model import Quantity, Study
from trialbook.protocol.read import parse_study

TEXT = """\
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
roles:
  nurse: {sees: everything, except: [rating], records: [consent, screening, serology, body, infusion, drugs, asked]}
  assessor: {blind: true, records: [rating]}
eligibility:
  consent: consent.date
  inclusion:
    I1: {text: Adult, when: 'screening.age >= 18'}
    I2: {text: No operation, washout: {since: screening.operation, at_least: 8 weeks, before: consent.date}}
  exclusion:
    E1: {text: Infection, when: screening.infection}
treatments:
  rtx:
    dose: 375 mg/m2
    body_surface: du_bois
    weight: body.weight
    height: body.height
    round_to: 10 mg
    give: {route: intravenous, first: day 0, every: 1 week, times: 2, window: 1 day either side}
    before_each: [paracetamol 1000 mg]
    on_reaction_only: [antihistamine]
    needs:
      known: [serology.hbsag]
      withhold_when: 'serology.hbsag == "POS" || asked.worse'
      decide_when: 'serology.anti_hbc == "POS"'
      decision: serology.decision
    recorded: {form: infusion, start: start, dose: given, premedication: premedicated, incomplete: incomplete,
               reaction: reaction, reserve: reserve}
  background:
    class: immunosuppressant
    constant: {from: enrolment, to: week 4}
    recorded: {form: drugs, drug: drug, dose: dose, start: start, end: end}
visits:
  anchor: first infusion.start
  window: 3 days either side
  planned:
    baseline: {day: -7 to 0, before: first infusion.start}
    week 4: {}
forms:
  consent: {label: Consent, at: once, items: {date: {label: Date, date: full}}}
  screening:
    label: Screening
    at: once
    items:
      age: {number: year}
      operation: {date: full, never: true}
      infection: {choice: yes/no}
  serology:
    label: Serology
    at: once
    items:
      hbsag: {label: HBsAg, choice: {NEG: Negative, POS: Positive}}
      anti_hbc: {label: Anti-HBc, choice: {NEG: Negative, POS: Positive}}
      decision: {label: Decision, choice: yes/no}
  body: {label: Body, at: baseline, items: {weight: {number: kg}, height: {number: cm}}}
  infusion:
    label: Infusion
    at: any time
    repeating: true
    items:
      start: {date: full}
      given: {number: mg}
      premedicated: {choice: yes/no}
      incomplete: {choice: yes/no}
      reaction: {choice: yes/no}
      reserve: {choice: [antihistamine, corticosteroid], several: true}
  drugs:
    label: Drugs
    at: any time
    repeating: true
    items:
      drug: {choice: {PRED: Prednisolone, AZA: Azathioprine}}
      dose: {number: mg}
      start: {date: partial}
      end: {date: full}
  asked: {label: Asked, at: [baseline, week 4], items: {worse: {choice: yes/no, required: true}}}
  rating:
    label: Rating
    at: [baseline, week 4]
    by: assessor
    rater: same throughout
    after: [asked]
    items: {power: {number: score, required: true}}
missing: {ND: Not done}
"""

DAY_0 = date(2026, 3, 2)
LATER = date(2027, 1, 1)


def parsed() -> Study:
    study, problems = parse_study(TEXT, file="study.yaml")
    assert study is not None, problems
    return study


STUDY = parsed()


def on(day: int) -> str:
    """Write a study day as date."""
    return str(DAY_0 + timedelta(days=day))


AS_PLANNED: Mapping[str, str] = {
    "|consent.date": on(-20),
    "|screening.age": "46", "|screening.operation": "never", "|screening.infection": "no",
    "baseline|visit.date": on(-1), "baseline|body.weight": "60", "baseline|body.height": "160",
    "|serology.hbsag": "NEG", "|serology.anti_hbc": "NEG",
    "baseline|asked.worse": "no", "baseline|rating.power": "5",
    "|drugs.drug|1": "PRED", "|drugs.dose|1": "10", "|drugs.start|1": "2020",
    "|drugs.drug|2": "AZA", "|drugs.dose|2": "100", "|drugs.start|2": on(-400),
    "|infusion.start|1": on(0), "|infusion.given|1": "610", "|infusion.premedicated|1": "yes",
    "|infusion.reaction|1": "no",
    "|infusion.start|2": on(8), "|infusion.given|2": "610", "|infusion.premedicated|2": "yes",
    "|infusion.reaction|2": "no",
    "week 4|visit.date": on(28), "week 4|asked.worse": "no", "week 4|rating.power": "7",
}  # fmt: skip
"""Everything as planned, in the order of recording. Du Bois: 60 kg and 160 cm are 1.622 m2, hence 608 mg."""


def book(
    cells: Mapping[str, str | None], *, status: ParticipantStatus = "completed", enrolled: str | None = on(-7)
) -> Casebook:
    """Write a casebook, `visit|form.item|repeat` -> value, None for not done; ratings by tom, all else by nora."""
    seqs = itertools.count(10)
    answers = {}
    for name, value in cells.items():
        visit, target, repeat = (*name.split("|"), "")[:3]
        form, _, item = target.partition(".")
        who = "tom" if form == "rating" else "nora"
        seq = next(seqs)
        answers[Cell(visit, form, repeat, item)] = Answer(
            text=value or "ND", value=value, missing=None if value else "ND", seq=seq, at=str(seq), by=who,
            first_seq=seq, first_by=who,
        )  # fmt: skip
    return Casebook(
        participant="P1", status=status, enrolled_on=enrolled, ended_on=on(28) if status == "completed" else None,
        status_seq=5, answers=answers,
    )  # fmt: skip


def with_cells(changes: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the planned cells with others in their place, added, or (None) taken away."""
    return {name: value for name, value in {**AS_PLANNED, **changes}.items() if value is not None}


def found(casebook: Casebook, today: date = LATER) -> list[tuple[str, str]]:
    """Return group and kind of every deviation."""
    deviations = find_deviations(STUDY, casebook, today)
    for one in deviations:
        assert one.kind in KINDS[one.group]
    return [(one.group, one.kind) for one in deviations]


def only(casebook: Casebook) -> Deviation:
    (deviation,) = find_deviations(STUDY, casebook, LATER)
    return deviation


def test_dev_01_as_planned() -> None:
    assert found(book(AS_PLANNED)) == []
    assert groups_of(STUDY) == tuple(KINDS)


BREACHES: Mapping[tuple[str, str], Mapping[str, str | None]] = {
    ("visit", "early"): {"baseline|visit.date": on(-9)},
    ("visit", "late"): {"week 4|visit.date": on(32)},
    ("visit", "missed"): {name: None for name in AS_PLANNED if name.startswith("week 4")},
    ("visit", "no date"): {"week 4|visit.date": None},
    ("visit", "after its limit"): {"baseline|visit.date": on(1)},
    ("eligibility", "not eligible"): {"|screening.age": "17", "|screening.infection": "yes"},
    ("eligibility", "eligibility unknown"): {"|screening.age": None, "|screening.infection": None},
    ("consent", "no consent"): {"|consent.date": None},
    ("consent", "before consent"): {"|consent.date": on(5)},
    ("dose", "early"): {"|infusion.start|2": on(5)},
    ("dose", "late"): {"|infusion.start|2": on(9)},
    ("dose", "missed"): {name: None for name in AS_PLANNED if name.startswith("|infusion") and name.endswith("2")},
    ("dose", "beyond plan"): {"|infusion.start|3": on(14), "|infusion.given|3": "610"},
    # the amount follows from the weight at baseline, which has to come before the dose
    ("dose", "other amount"): {"|infusion.given|1": "700", "baseline|visit.date": on(-1)},
    ("dose", "withheld"): {"|serology.hbsag": "POS", "|infusion.start|2": None},
    ("dose", "undecided"): {"|serology.anti_hbc": "POS", "|serology.decision": "no", "|infusion.start|2": None},
    ("dose", "result unknown"): {"|serology.hbsag": None, "|infusion.start|2": None},
    ("dose", "no premedication"): {"|infusion.premedicated|2": "no"},
    ("dose", "reserve without reaction"): {"|infusion.reserve|1": "antihistamine"},
    ("constancy", "started"): {"|drugs.start|2": on(3)},
    ("constancy", "stopped"): {"|drugs.end|1": on(10)},
    ("constancy", "dose changed"): {
        "|drugs.end|1": on(10), "|drugs.drug|3": "PRED", "|drugs.dose|3": "20", "|drugs.start|3": on(11),
    },
    ("constancy", "change unknown"): {"|drugs.start|1": "2026"},
}  # fmt: skip


@pytest.mark.parametrize("kind", BREACHES)
def test_dev_02_one_breach_one_deviation(kind: tuple[str, str]) -> None:
    """DEV-02, DEV-08: with entries, unless nothing happened or the answer is not there."""
    casebook = book(with_cells(BREACHES[kind]))
    assert found(casebook) == [kind]
    deviation = only(casebook)
    assert bool(deviation.seqs) == (deviation.kind != "missed")
    assert set(deviation.seqs) <= {5, *(answer.seq for answer in casebook.answers.values())}


def test_dev_02_every_kind_is_tried() -> None:
    tried = {*BREACHES, ("dose", "not enrolled"), ("order", "out of order"), ("rater", "other rater")}
    tried |= {("visit", "after withdrawal"), ("dose", "after withdrawal"), ("order", "overridden")}
    tried |= {("blinding", "emergency"), ("blinding", "accidental")}
    assert tried == {(group, kind) for group, kinds in KINDS.items() for kind in kinds}


def test_dev_02_a_visit_after_the_withdrawal() -> None:
    """DEV-02: R52: on the day of the withdrawal is none, and where that day is not known neither."""
    left = replace(book(AS_PLANNED), status="withdrawn")
    assert found(replace(left, ended_on=on(20))) == [("visit", "after withdrawal")]
    assert found(replace(left, ended_on=on(28))) == []
    assert found(left) == []


def test_dev_02_early_termination_is_an_unscheduled_visit() -> None:
    """DEV-02: on the day on which the participant left it is no deviation, and no visit after it is missed."""
    cells = {name: value for name, value in AS_PLANNED.items() if not name.startswith("week 4") and "|2" not in name}
    came = {**cells, "unscheduled-1|visit.date": on(6), "unscheduled-1|rating.power": "6"}
    left = replace(book(came), status="withdrawn", ended_on=on(6))
    assert found(left) == []
    assert found(replace(left, ended_on=on(5))) == [("visit", "after withdrawal")]


def test_dev_11_a_form_opened_before_its_time() -> None:
    """DEV-11: the override is listed with its reason, in the place of the order that it broke."""
    override = Override(seq=90, visit="week 4", form="rating", reason="the nurse is ill", by="ines")
    casebook = replace(book(AS_PLANNED), overrides={("week 4", "rating"): override})
    deviation = only(casebook)
    assert (deviation.group, deviation.kind, deviation.visit) == ("order", "overridden", "week 4")
    assert (deviation.form, deviation.found, deviation.seqs) == ("rating", "the nurse is ill", (90,))
    assert deviation.planned.startswith("after ")
    early = {
        cell: replace(answer, first_seq=1 if cell.form == "rating" else 50) for cell, answer in casebook.answers.items()
    }
    assert found(replace(casebook, answers=early)) == [("order", "overridden"), ("order", "out of order")]


def test_dev_11_unblinding() -> None:
    """DEV-11: one in an emergency and one by accident are raised, a planned one is not."""
    kinds = ("planned", "emergency", "accidental")
    seen = tuple(Unblinding(seq=90 + n, kind=kind, who="amir", reason="x") for n, kind in enumerate(kinds))
    casebook = replace(book(AS_PLANNED), unblindings=seen)
    assert found(casebook) == [("blinding", "emergency"), ("blinding", "accidental")]


@settings(max_examples=60, deadline=None)
@given(chosen=st.sets(st.sampled_from(sorted(BREACHES)), max_size=4))
def test_dev_02_breaches_that_do_not_touch_add_up(chosen: set[tuple[str, str]]) -> None:
    """DEV-02: several breaches raise what each raises alone, where they concern different answers."""
    apart: dict[str, str | None] = {}
    kept: list[tuple[str, str]] = []
    for kind in sorted(chosen):
        cells = BREACHES[kind]
        concerned = {(name.split(".")[0], name.split("|")[-1]) for name in cells}
        taken = {(name.split(".")[0], name.split("|")[-1]) for name in apart}
        if not concerned & taken and kind[0] not in {one[0] for one in kept}:
            apart |= cells
            kept.append(kind)
    assert sorted(found(book(with_cells(apart)))) == kept


def test_dev_03_after_its_limit_has_what_is_needed() -> None:
    one = only(book(with_cells({"baseline|visit.date": on(2)})))
    assert (one.visit, one.date, one.day, one.days_off, one.planned) == (
        "baseline",
        DAY_0 + timedelta(2),
        2,
        2,
        f"by {on(0)}",
    )


@given(baseline=st.integers(-60, 60), week_4=st.integers(-60, 60), today=st.integers(-60, 90))
def test_dev_10_a_visit_deviates_once(baseline: int, week_4: int, today: int) -> None:
    cells = {"baseline|visit.date": on(baseline), "week 4|visit.date": on(week_4)}
    raised = find_deviations(STUDY, book(with_cells(cells), status="enrolled"), DAY_0 + timedelta(today))
    visits = [one.visit for one in raised if one.group == "visit"]
    assert len(visits) == len(set(visits))
    assert ("baseline" in visits) == (not -7 <= baseline <= 0)
    assert ("week 4" in visits) == (not 25 <= week_4 <= 31)


def test_dev_02_what_a_late_dose_tells() -> None:
    one = only(book(with_cells({"|infusion.start|2": on(12)})))
    assert (one.form, one.repeat, one.day, one.days_off) == ("infusion", "2", 12, 4)
    assert one.window == (DAY_0 + timedelta(6), DAY_0 + timedelta(8))


def test_dev_02_what_the_others_tell() -> None:
    assert only(book(with_cells(BREACHES["eligibility", "not eligible"]))).found == "against: I1, E1"
    consent = only(book(with_cells(BREACHES["consent", "before consent"])))
    assert (consent.found, consent.date, consent.days_off) == ("enrolment", DAY_0 - timedelta(7), -12)
    amount = only(book(with_cells({"|infusion.given|1": "300", "|infusion.incomplete|1": "yes"})))
    assert (amount.planned, amount.found) == ("610 mg", "300 mg, incomplete")
    drug = only(book(with_cells(BREACHES["constancy", "dose changed"])))
    assert (drug.planned, drug.found, drug.date) == ("Prednisolone 10 mg", "Prednisolone 20 mg", DAY_0 + timedelta(11))
    stopped = only(book(with_cells(BREACHES["constancy", "stopped"])))
    assert (stopped.planned, stopped.found, stopped.day) == ("Prednisolone 10 mg", "no Prednisolone", 11)


def test_dev_04_nothing_dated_tells_nothing() -> None:
    """DEV-04: published facts of somebody enrolled, without any date, visit or dose."""
    facts = {"|screening.age": "46", "|drugs.drug|1": "PRED", "|drugs.dose|1": "10"}
    assert found(book(facts, status="enrolled", enrolled=None)) == []
    assert found(book({}, status="enrolled", enrolled=None)) == []


def test_dev_04_a_fact_that_speaks_against_is_known_without_dates() -> None:
    assert found(book({"|screening.age": "17"}, status="enrolled", enrolled=None)) == [("eligibility", "not eligible")]


@pytest.mark.parametrize(
    "cells",
    [
        {"|infusion.premedicated|1": None},
        {"|infusion.reserve|1": "antihistamine", "|infusion.reaction|1": None},
        {"|infusion.given|1": None},
        {"baseline|body.weight": None},
        {"|drugs.dose|1": None},
    ],
)
def test_dev_04_what_is_not_recorded_is_no_breach(cells: Mapping[str, str | None]) -> None:
    assert found(book(with_cells(cells))) == []


def test_dev_04_while_the_study_runs() -> None:
    """DEV-04: what can still come is not missed; who withdrew has no missed dose after it."""
    cells = {name: text for name, text in AS_PLANNED.items() if "week 4" not in name and not name.endswith("|2")}
    running = book({**cells, "|drugs.drug|2": "AZA", "|drugs.start|2": "2020"}, status="enrolled")
    assert found(running, DAY_0 + timedelta(8)) == []
    assert found(running, DAY_0 + timedelta(9)) == [("dose", "missed")]
    assert found(running, DAY_0 + timedelta(32)) == [("visit", "missed"), ("dose", "missed")]
    left = replace(running, status="withdrawn", ended_on=on(4))
    assert found(left) == []


def test_dev_04_a_missing_consent_is_not_raised_as_unknown_eligibility_too() -> None:
    cells = with_cells({"|screening.operation": on(-200), "|consent.date": None})
    assert found(book(cells)) == [("consent", "no consent")]


def test_dev_05_screening_failures() -> None:
    cells = {name: text for name, text in AS_PLANNED.items() if "infusion" not in name}
    changed = {**cells, "baseline|visit.date": on(-20), "|screening.age": "17", "|drugs.end|1": on(3)}
    failed = book(changed, status="screen failure", enrolled=None)
    assert found(failed) == []
    without = {name: text for name, text in changed.items() if "consent" not in name}
    assert found(replace(failed, answers=book(without).answers)) == [("consent", "no consent")]


@pytest.mark.parametrize("status", ["screening", "screen failure"])
def test_dev_05_a_dose_of_somebody_who_was_never_enrolled(status: ParticipantStatus) -> None:
    """DEV-02: each dose once, one without a date too; what was not given is no dose."""
    given = {
        "|infusion.start|3": None,
        "|infusion.given|3": "600",
        "|infusion.start|4": on(8),
        "|infusion.given|4": "0",
    }
    casebook = book({**AS_PLANNED, "|infusion.given|2": "0", **given}, status=status, enrolled=None)
    deviations = [one for one in find_deviations(STUDY, casebook, DAY_0 + timedelta(1)) if one.group != "visit"]
    assert [(one.kind, one.date, one.repeat, one.found) for one in deviations] == [
        ("not enrolled", DAY_0, "1", status),
        ("not enrolled", None, "3", status),
    ]
    assert all(one.seqs for one in deviations)


@pytest.mark.parametrize(
    ("enrolled", "is_before"), [(on(0), False), (on(1), True), (on(0)[:7], False), ("2027", True), (None, False)]
)
def test_dev_02_a_dose_before_the_enrolment(enrolled: str | None, *, is_before: bool) -> None:
    """DEV-04: only where every day that the enrolment can have been comes after the dose."""
    raised = [one for one in find_deviations(STUDY, book(AS_PLANNED, enrolled=enrolled), LATER) if one.group == "dose"]
    first = [one for one in raised if one.repeat == "1"]
    assert [(one.kind, one.found) for one in first] == [("not enrolled", f"enrolled {enrolled}")] * is_before


@pytest.mark.parametrize(("given_mg", "differs"), [("580", False), ("640", False), ("570", True), ("650", True)])
def test_dev_06_how_far_an_amount_may_differ(given_mg: str, *, differs: bool) -> None:
    """DEV-06: of 610 mg 5 % are 30.5 mg."""
    kinds = found(book(with_cells({"|infusion.given|1": given_mg})))
    assert kinds == ([("dose", "other amount")] if differs else [])


def test_dev_06_a_step_of_rounding_is_no_difference() -> None:
    """DEV-06: where a step is more than 5 %; nor is anything said where an amount is not known."""
    coarse = replace(STUDY.treatments["rtx"], round_to=Quantity(amount=Decimal(100), unit="mg"))
    assert not is_other_amount(coarse, Decimal(600), Decimal(700))
    assert is_other_amount(coarse, Decimal(600), Decimal(701))
    assert not is_other_amount(coarse, None, Decimal(1))
    assert not is_other_amount(coarse, Decimal(1), None)


DRUGS = st.lists(
    st.tuples(st.sampled_from(["PRED", "AZA"]), st.integers(-900, -8), st.sampled_from(["5", "10"])),
    min_size=1, max_size=2, unique_by=lambda one: one[0],
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(drugs=DRUGS, day=st.integers(-6, 27), how=st.sampled_from(["stop", "raise", "start"]))
def test_dev_07_constant_or_one_change(drugs: list[tuple[str, int, str]], day: int, how: str) -> None:
    cells = {name: text for name, text in AS_PLANNED.items() if not name.startswith("|drugs")}
    for number, (drug, start, dose) in enumerate(drugs):
        row = {"drug": drug, "dose": dose, "start": on(start)}
        cells |= {f"|drugs.{item}|{number}": text for item, text in row.items()}
    assert found(book(cells)) == []
    if how in {"stop", "raise"}:
        cells["|drugs.end|0"] = on(day)
    if how == "raise":
        cells |= {"|drugs.drug|8": drugs[0][0], "|drugs.dose|8": "40", "|drugs.start|8": on(day + 1)}
    if how == "start":
        cells |= {"|drugs.drug|8": drugs[0][0], "|drugs.dose|8": "40", "|drugs.start|8": on(day)}
    kind = "stopped" if how == "stop" else "dose changed"
    assert found(book(cells)) == [("constancy", kind)]


def test_dev_09_out_of_order() -> None:
    """DEV-09: the questionnaire was first answered after the rating; a later correction changes nothing."""
    casebook = book(AS_PLANNED)
    asked, rating = Cell("week 4", "asked", "", "worse"), Cell("week 4", "rating", "", "power")
    late = replace(casebook.answers[asked], first_seq=900, seq=900, at="z")
    deviation = only(replace(casebook, answers={**casebook.answers, asked: late}))
    assert (deviation.group, deviation.kind, deviation.visit, deviation.form) == (
        "order",
        "out of order",
        "week 4",
        "rating",
    )
    assert (deviation.planned, deviation.found) == ("after Asked", "completed later: Asked")
    assert deviation.seqs == (casebook.answers[rating].first_seq, 900)
    corrected = replace(casebook.answers[asked], seq=900, at="z")
    assert found(replace(casebook, answers={**casebook.answers, asked: corrected})) == []


def test_dev_09_another_rater() -> None:
    casebook = book(AS_PLANNED)
    rating = Cell("week 4", "rating", "", "power")
    other = replace(casebook.answers[rating], first_by="amir", by="amir")
    deviation = only(replace(casebook, answers={**casebook.answers, rating: other}))
    assert (deviation.group, deviation.kind, deviation.visit) == ("rater", "other rater", "week 4")
    assert (deviation.planned, deviation.found) == ("tom", "amir")
    typist = replace(casebook.answers[rating], by="nora", seq=901)
    assert found(replace(casebook, answers={**casebook.answers, rating: typist})) == []


# ---- doses against the plan -------------------------------------------------------------------------------------


def against(changes: Mapping[str, str | None]) -> list[tuple[str, str, str, str]]:
    """Return row, kind, plan and record of the deviations of doses."""
    deviations = find_deviations(STUDY, book(with_cells(changes)), LATER)
    return [(one.repeat, one.kind, one.planned, one.found) for one in deviations if one.group == "dose"]


COUNTED = TEXT.replace(
    "      reserve: {choice: [antihistamine, corticosteroid], several: true}\n",
    "      reserve: {choice: [antihistamine, corticosteroid], several: true}\n"
    "    derive: {reactions: {count_of: reaction, where: infusion.reaction}}\n",
).replace("asked.worse'", "infusion.reactions >= 1'")


def test_dev_12_what_happened_later_withholds_nothing() -> None:
    """DEV-12: rows of any time count whatever their day; that such a count withheld a dose is not certain."""
    study, problems = parse_study(COUNTED, file="study.yaml")
    assert study is not None, problems
    later = book(with_cells({"|infusion.reaction|2": "yes"}))
    assert [one.kind for one in find_deviations(study, later, LATER)] == []
    assert isinstance(plan_dose(study, later, "rtx", on=DAY_0 + timedelta(days=14)), Refusal)
    hidden = book(with_cells({"|infusion.reaction|2": "yes", "|serology.hbsag": "POS"}))
    assert [one.kind for one in find_deviations(study, hidden, LATER)] == ["withheld", "withheld"]


def test_dev_12_every_dose_that_was_given_all_the_same() -> None:
    """DEV-12: each dose once and with the rule in words; it is told beside what else deviates in the dose."""
    rule = "no dose where “HBsAg” = “Positive” or “Worse” = yes"
    changed = {"|serology.hbsag": "POS", "|infusion.given|2": "960"}
    assert against(changed) == [
        ("1", "withheld", rule, "dose 1"),
        ("2", "withheld", rule, "dose 2"),
        ("2", "other amount", "610 mg", "960 mg"),
    ]
    assert against({"|serology.anti_hbc": "POS"})[0][1:] == (
        "undecided", "a decision where “Anti-HBc” = “Positive”", "dose 1"
    )  # fmt: skip
    assert against({"|serology.anti_hbc": "POS", "|serology.decision": "yes"}) == []
    assert against({"|serology.hbsag": None})[0][1:] == ("result unknown", "known first: HBsAg", "dose 1")


@pytest.mark.parametrize(
    ("changes", "rows"),
    [
        # a result of the day itself and of a day before withholds, a later one does not
        ({"baseline|asked.worse": "yes"}, ["1", "2"]),
        ({"baseline|asked.worse": "yes", "baseline|visit.date": on(0)}, ["1", "2"]),
        ({"week 4|asked.worse": "yes"}, []),
        # the later result holds
        ({"baseline|asked.worse": "yes", "week 4|visit.date": on(4), "week 4|asked.worse": "no"}, ["1"]),
        # nobody can know where a visit without a day belongs
        ({"baseline|asked.worse": "yes", "baseline|visit.date": None}, []),
        ({"baseline|asked.worse": "yes", "week 4|visit.date": on(0)[:7], "week 4|asked.worse": "no"}, []),
        # an amount of 0 is no dose, and one without a day cannot be judged
        ({"|serology.hbsag": "POS", "|infusion.given|2": "0"}, ["1"]),
        ({"|serology.hbsag": "POS", "|infusion.start|1": None}, ["2"]),
        # not answered: unknown, and only what has to be known is asked for
        ({"baseline|asked.worse": None}, []),
    ],
)
def test_dev_12_only_where_the_days_tell(changes: Mapping[str, str | None], rows: list[str]) -> None:
    """DEV-12."""
    kinds = {"withheld", "undecided"}
    assert [row for row, kind, *_ in against(changes) if kind in kinds] == rows


def test_dev_12_a_plan_that_waits_for_nothing() -> None:
    """DEV-12: a treatment without needs has no dose against them."""
    rtx = replace(STUDY.treatments["rtx"], needs_known=(), withhold_when=None, decide_when=None)
    waiting_for_nothing = replace(STUDY, treatments={**STUDY.treatments, "rtx": rtx})
    positive = book(with_cells({"|serology.hbsag": "POS"}))
    assert {one.kind for one in find_deviations(STUDY, positive, LATER)} == {"withheld"}
    assert find_deviations(waiting_for_nothing, positive, LATER) == ()
