"""What was done to the participants, as results and listings: screening, exposure, background, deviations.

DONE-01: a study that plans none of these has no such results or listings; its deviations are listed as they were.
DONE-02: the screening log keeps everybody, failures and unknowns; each criterion is counted as met, not met ...
DONE-03: exposure counts participants, doses and what happened in them; totals are of those of whom they are known.
DONE-04: background drugs are listed with what they are as prednisolone; at entry it is described.
DONE-05: deviations are counted by kind, in deviations and in participants.
DONE-06: every result leads to the entries of the rows that it counts, and every row has its entries.
DONE-08: a dose of another amount than planned is listed as such by the rule for deviations.
DONE-07: of participants of whom only facts are known everything has a number or a reason, and nothing deviates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import pytest

from trialbook.analysis.datasets import Datasets, from_casebooks, select
from trialbook.analysis.frames import casebooks, last_day
from trialbook.analysis.plan import run_plan
from trialbook.analysis.results import Analysis, Result
from trialbook.conduct.casebook import Casebook, ParticipantStatus
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study

TEXT = """\
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
roles: {nurse: {sees: everything, records: everything}}
eligibility:
  consent: consent.date
  inclusion: {I1: {text: Adult, when: 'screening.age >= 18'}}
  exclusion: {E1: {text: Pregnant, when: screening.pregnant, ask_when: 'screening.sex == "F"'}}
treatments:
  rtx:
    dose: 500 mg
    give: {route: intravenous, first: day 0, every: 1 week, times: 2, window: 1 day either side}
    before_each: [paracetamol]
    on_reaction_only: [antihistamine]
    recorded: {form: infusion, start: start, dose: given, premedication: premedicated, interrupted: interrupted,
               incomplete: incomplete, reaction: reaction, reserve: reserve}
  other:
    class: immunosuppressant
    constant: {from: enrolment, to: week 4}
    recorded: {form: drugs, drug: drug, dose: dose, start: start, end: end}
visits:
  anchor: first infusion.start
  window: 3 days either side
  planned: {baseline: {day: -7 to 0}, week 4: {}}
forms:
  consent: {label: Consent, at: once, items: {date: {label: Date, date: full}}}
  screening:
    label: Screening
    at: once
    items: {age: {number: year}, sex: {choice: {F: Female, M: Male}}, pregnant: {choice: yes/no}, note: {text: line}}
  infusion:
    label: Infusion
    at: any time
    repeating: true
    items:
      start: {date: full}
      given: {number: mg}
      premedicated: {choice: yes/no}
      interrupted: {choice: yes/no}
      incomplete: {choice: yes/no}
      reaction: {choice: yes/no}
      reserve: {choice: [antihistamine, corticosteroid], several: true}
  drugs:
    label: Drugs
    at: any time
    repeating: true
    items:
      drug: {choice: {PRED: Prednisolone, MP: Methylprednisolone, AZA: Azathioprine}}
      dose: {number: mg}
      start: {date: partial}
      end: {date: full}
  asked: {label: Asked, at: [baseline, week 4], items: {power: {number: score}}}
  rating:
    label: Rating
    at: [baseline, week 4]
    rater: same throughout
    after: [asked]
    items: {power: {number: score}}
missing: {ND: Not done}
endpoints: {power: {from: asked.power, better: higher}, strong: {when: 'asked.power > 5', at: week 4}}
analysis:
  baseline: last before anchor
  set: enrolled
  sets: {enrolled: {label: Enrolled, who: enrolled}, men: {label: Men, who: condition, when: 'screening.sex == "M"'}}
  primary: {endpoint: power, at: week 4}
  compare: each visit with baseline
  test: paired t
  significant: p < 0.05, two-sided
  missing: available cases
report: {table_1: [screening.age, screening.sex, screening.note]}
"""
Small = Callable[..., Study]
Person = Callable[..., Casebook]
Given = Mapping[str, str | None]

WELL: Given = {
    "|consent.date": "2026-01-01", "|screening.age": "46", "|screening.sex": "F", "|screening.pregnant": "no",
    "baseline|visit.date": "2026-01-10", "baseline|asked.power": "5", "baseline|rating.power": "5",
    "|infusion.start|1": "2026-01-12", "|infusion.given|1": "500", "|infusion.premedicated|1": "yes",
    "|infusion.reaction|1": "no", "|infusion.interrupted|1": "no", "|infusion.incomplete|1": "no",
    "|infusion.start|2": "2026-01-19", "|infusion.given|2": "500", "|infusion.premedicated|2": "yes",
    "|infusion.reaction|2": "yes", "|infusion.reserve|2": "antihistamine", "|infusion.interrupted|2": "yes",
    "|drugs.drug|1": "MP", "|drugs.dose|1": "8", "|drugs.start|1": "2020",
    "|drugs.drug|2": "AZA", "|drugs.dose|2": "100", "|drugs.start|2": "2020",
    "week 4|visit.date": "2026-02-09", "week 4|asked.power": "7", "week 4|rating.power": "7",
}  # fmt: skip
"""A participant in whom everything went as planned, with a reaction to the second dose."""


@cache
def plan() -> Study:
    study, problems = parse_study(TEXT, file="study.yaml")
    assert study is not None, problems
    return study


@pytest.fixture(name="somebody")
def somebody_fixture(person: Person) -> Callable[..., Casebook]:
    """Return a writer of casebooks that differ from `WELL`; an answer None is taken away."""

    def write(
        code: str,
        changes: Given | None = None,
        *,
        status: ParticipantStatus = "completed",
        on: str | None = "2026-01-09",
    ) -> Casebook:
        cells = {name: text for name, text in {**WELL, **(changes or {})}.items() if text is not None}
        return replace(
            person(code, cells, status=status, on=on), ended_on="2026-02-09" if status == "completed" else None
        )

    return write


Somebody = Callable[..., Casebook]


def run(*people: Casebook) -> tuple[Analysis, Datasets]:
    datasets = from_casebooks(plan(), {one.participant: one for one in people})
    return run_plan(plan(), datasets), datasets


def values(analysis: Analysis, start: str) -> dict[str, object]:
    """Return the values of results whose id begins so, by the rest of their id."""
    return {row.id.removeprefix(start): row.value for row in analysis.results if row.id.startswith(start)}


def rows(analysis: Analysis, name: str) -> list[dict[str, object]]:
    listing = analysis.listings[name]
    return [dict(zip(listing.columns, row, strict=True)) for row in listing.rows]


def seqs_behind(datasets: Datasets, row: Result) -> set[tuple[str, str, str]]:
    """Return participant, item and row of the cells behind a result."""
    return set(select(datasets, row.source).select("participant", "item", "repeat").iter_rows())


def test_done_01_other_studies(small: Small, person: Person) -> None:
    study = small()
    late = person("1", {"start|visit.date": "2026-01-20", "start|blood.ck": "5"})
    analysis = run_plan(study, from_casebooks(study, {"1": late}))
    new = {"screening", "exposure", "background", "deviations"}
    assert not [row.id for row in analysis.results if row.analysis in new]
    assert set(analysis.listings) == {
        "course.ck",
        "course.crp",
        "course.power",
        "adverse_events",
        "deviations",
        "baseline_alternatives",
    }
    assert analysis.listings["deviations"].columns[:7] == (
        "participant",
        "visit",
        "date",
        "day",
        "window",
        "kind",
        "days_off",
    )
    assert [row[:8] for row in analysis.listings["deviations"].rows] == [
        ("1", "screening", None, None, "2025-12-27 to 2026-01-06", "missed", 0, "visit"),
        ("1", "start", "2026-01-20", 10, "2026-01-07 to 2026-01-13", "late", 7, "visit"),
    ]


def test_done_02_screening(somebody: Somebody) -> None:
    people = (
        somebody("1"),
        somebody("2", {"|screening.sex": "M", "|screening.pregnant": None}),
        somebody("3", {"|screening.age": "17"}, status="screen failure", on=None),
        somebody("4", {"|screening.age": None, "|screening.pregnant": "yes"}),
        somebody("5", {"|screening.sex": None, "|screening.pregnant": None}),
    )
    analysis, datasets = run(*people)
    assert values(analysis, "screening.verdict.") == {"eligible.n": 2, "not_eligible.n": 2, "unknown.n": 1}
    assert values(analysis, "screening.I1.") == {"met.n": 3, "not_met.n": 1, "unknown.n": 1, "not_applicable.n": 0}
    assert values(analysis, "screening.E1.") == {"met.n": 1, "not_met.n": 2, "unknown.n": 1, "not_applicable.n": 1}
    log = {row["participant"]: row for row in rows(analysis, "screening")}
    assert [(row["verdict"], row["not_met"], row["unknown"]) for row in log.values()] == [
        ("eligible", "", ""), ("eligible", "", ""), ("not eligible", "I1", ""), ("not eligible", "E1", "I1"),
        ("unknown", "", "E1"),
    ]  # fmt: skip
    assert (log["3"]["status"], log["3"]["enrolled"], log["1"]["enrolled"]) == ("screen failure", None, "2026-01-09")
    by_id = analysis.results.by_id()
    assert seqs_behind(datasets, by_id["screening.I1.not_met.n"]) == {("3", "age", "")}
    assert ("4", "pregnant", "") in seqs_behind(datasets, by_id["screening.verdict.not_eligible.n"])
    assert by_id["screening.I1.not_met.n"].n == 5
    assert all(analysis.listings["screening"].cells)


def test_done_03_exposure(somebody: Somebody) -> None:
    people = (
        somebody("1"),
        somebody("2", {name: None for name in WELL if name.endswith("|2") and "infusion" in name}),
        somebody("3", {"|infusion.given|2": None, "|infusion.incomplete|1": "yes"}),
        somebody("4", {name: None for name in WELL if "infusion" in name}, status="enrolled"),
    )
    analysis, datasets = run(*people)
    found = values(analysis, "exposure.rtx.")
    counts = {name: value for name, value in found.items() if name.startswith("n_")}
    assert counts == {
        "n_participants": 3, "n_doses": 5, "n_complete": 2, "n_premedicated": 5, "n_interrupted": 2, "n_incomplete": 1,
        "n_reactions": 2, "n_reserve": 2,
    }  # fmt: skip
    assert (found["total_n"], found["total_mean"], found["total_min"], found["total_max"]) == (2, 750, 500, 1000)
    by_id = analysis.results.by_id()
    assert by_id["exposure.rtx.total_mean"].unit == "mg"
    assert by_id["exposure.rtx.total_mean"].warning == "1 of whom an amount is not known, left out."
    assert by_id["exposure.rtx.n_incomplete"].warning == "2 without an answer, not counted."
    listed = rows(analysis, "exposure.rtx")
    assert [(row["participant"], row["number"], row["given"]) for row in listed] == [
        ("1", 1, 500.0), ("1", 2, 500.0), ("2", 1, 500.0), ("3", 1, 500.0), ("3", 2, None),
    ]  # fmt: skip
    assert (listed[1]["reaction"], listed[1]["reserve"], listed[0]["reaction"]) == (1, "antihistamine", 0)
    behind = seqs_behind(datasets, by_id["exposure.rtx.n_doses"])
    assert {code for code, _, _ in behind} == {"1", "2", "3"}
    assert {item for _, item, _ in behind} <= set(plan().forms["infusion"].items)
    for name in ("n_reactions", "n_reserve", "n_interrupted"):
        second = seqs_behind(datasets, by_id[f"exposure.rtx.{name}"])
        assert {(code, row) for code, _, row in second} == {("1", "2"), ("3", "2")}, name


def test_done_08_other_amounts(somebody: Somebody) -> None:
    near = somebody("1", {"|infusion.given|1": "480", "|infusion.given|2": "400"})
    analysis, _ = run(near, somebody("2", {"|infusion.given|1": "0", "|infusion.given|2": None}))
    listed = rows(analysis, "exposure.rtx")
    assert [(row["given"], row["other_amount"]) for row in listed] == [(480, 0), (400, 1), (0, None), (None, None)]
    deviating = [row["found"] for row in rows(analysis, "deviations") if row["kind"] == "other amount"]
    assert deviating == ["400 mg"]


def test_done_03_nobody_was_treated(somebody: Somebody) -> None:
    analysis, datasets = run(somebody("1", dict.fromkeys(WELL, None), status="enrolled", on=None))
    found = analysis.results.by_id()
    assert found["exposure.rtx.n_doses"].value == 0
    assert found["exposure.rtx.total_mean"].error
    assert not len(select(datasets, found["exposure.rtx.n_reserve"].source))
    assert analysis.listings["exposure.rtx"].rows == ()


def test_done_04_background(somebody: Somebody) -> None:
    raised = {"|drugs.drug|3": "PRED", "|drugs.dose|3": "5", "|drugs.start|3": "2026-01-30"}
    people = (somebody("1", raised), somebody("2", {name: None for name in WELL if "drugs" in name}))
    analysis, datasets = run(*people)
    listed = rows(analysis, "background.other")
    assert [(row["drug"], row["at_entry"], row["prednisolone"]) for row in listed] == [
        ("Azathioprine", 1, None), ("Methylprednisolone", 1, 10.0), ("Prednisolone", 0, 5.0),
    ]  # fmt: skip
    assert (listed[0]["dose"], listed[0]["unit"], listed[0]["start"], listed[0]["end"]) == (100.0, "mg", "2020", None)
    found = values(analysis, "background.other.")
    assert (found["prednisolone.n"], found["prednisolone.missing"], found["prednisolone.mean"]) == (1, 1, 10.0)
    assert found["n_participants"] == 1
    behind = seqs_behind(datasets, analysis.results.by_id()["background.other.prednisolone.mean"])
    assert {row for _, _, row in behind} == {"1", "2"}


def test_done_05_deviations(somebody: Somebody) -> None:
    people = (
        somebody("1", {"|infusion.premedicated|1": "no", "|infusion.premedicated|2": "no"}),
        somebody("2", {"week 4|visit.date": "2026-02-20", "|infusion.premedicated|1": "no"}),
        somebody("3"),
    )
    analysis, datasets = run(*people)
    by_id = analysis.results.by_id()
    found = {name: value for name, value in values(analysis, "deviations.").items() if value}
    assert found == {
        "dose.no_premedication.n": 3, "dose.no_premedication.n_participants": 2, "visit.late.n": 1,
        "visit.late.n_participants": 1,
    }  # fmt: skip
    assert by_id["deviations.constancy.stopped.n"].value == 0
    (late,) = (row for row in rows(analysis, "deviations") if row["group"] == "visit")
    assert (late["participant"], late["days_off"], late["planned"]) == ("2", 8, "")
    assert seqs_behind(datasets, by_id["deviations.visit.late.n"]) == {("2", "date", "")}
    assert {code for code, _, _ in seqs_behind(datasets, by_id["deviations.dose.no_premedication.n"])} == {"1", "2"}


def test_done_06_entries_that_were_corrected_since(somebody: Somebody) -> None:
    """DONE-06: a rating that came too early leads to its first entry, also where it was corrected."""
    one = somebody("1")
    cells = {cell.form: cell for cell in one.answers if cell.visit == "week 4"}
    told = {
        **{
            cell: replace(answer, by="tom", first_by="tom", first_seq=answer.seq)
            for cell, answer in one.answers.items()
        },
        cells["rating"]: replace(one.answers[cells["rating"]], by="tom", first_by="tom", first_seq=9000, seq=9005),
        cells["asked"]: replace(one.answers[cells["asked"]], by="nora", first_by="nora", first_seq=9003, seq=9003),
    }
    analysis, datasets = run(replace(one, answers=told))
    (row,) = rows(analysis, "deviations")
    assert (row["group"], row["form"], row["found"]) == ("order", "rating", "completed later: Asked")
    behind = select(datasets, analysis.results.by_id()["deviations.order.out_of_order.n"].source)
    assert sorted(behind["seq"]) == [9000, 9003]
    assert set(behind["form"]) == {"rating", "asked"}


def test_done_06_the_last_day_of_the_data(somebody: Somebody) -> None:
    """DONE-06: a dose after the last visit is known too."""
    early = somebody("1", {"week 4|visit.date": None, "|infusion.start|2": "2026-01-27"}, status="enrolled")
    _, datasets = run(early)
    assert str(last_day(datasets)) == "2026-01-27"


def test_done_07_facts_without_a_course(somebody: Somebody) -> None:
    """DONE-07: enrolled, without any date, visit or dose: as the participants of a published paper."""
    facts = {name: text for name, text in WELL.items() if name.startswith("|screening")}
    nothing = dict.fromkeys(WELL, None)
    people = [somebody(code, {**nothing, **facts}, status="enrolled", on=None) for code in ("1", "2", "3", "4")]
    analysis, datasets = run(*people)
    assert analysis.listings["deviations"].rows == ()
    assert analysis.listings["course.power"].rows == ()
    for row in analysis.results:
        assert (row.value is None) == bool(row.error), row.id
    by_id = analysis.results.by_id()
    assert by_id["baseline.screening.age.enrolled.mean"].value == 46
    assert (by_id["change.power.week_4.enrolled.n_pairs"].value, by_id["describe.power.week_4.enrolled.n"].value) == (
        0,
        0,
    )
    assert by_id["responder.strong.week_4.enrolled.unknown"].value == 4
    assert values(analysis, "screening.I1.")["met.n"] == 4
    assert casebooks(datasets)["1"].enrolled_on is None
