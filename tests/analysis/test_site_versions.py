"""Sites under different versions of the study: every participant is judged by the version of their site.

OWN-01: windows, eligibility, doses and grades of a participant go by the version in force at their site, study-wide
    counts add them up; nobody else's change.
OWN-02: a condition reads a value in the unit of the site's version; the frames hold all in that of the whole study.
OWN-03: a derived number goes by the site's formula, unless it reads other units; then, and where the site has none, by
    that of the whole study.
OWN-04: what only a site's version asks has its kind and number in the frames.
OWN-05: where no site has a version of its own, or one that differs in nothing, the results are the same.
OWN-06: day 0 of a participant is that of their site's version.
OWN-07: where nobody is in the frames there is nothing to compute, and nothing fails.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from trialbook.analysis.derive import VALUE_FIELDS, derive_values, formula_of
from trialbook.analysis.deviations import count_deviations, list_deviations
from trialbook.analysis.exposure import list_exposure
from trialbook.analysis.frames import Datasets, from_casebooks
from trialbook.analysis.grades import grades_of
from trialbook.analysis.plan import run_plan
from trialbook.analysis.screening import count_screening, list_screening
from trialbook.conduct.casebook import Answer, Casebook, Cell, ConsentEnd
from trialbook.conduct.withdrawing import DATA_USE
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study

TEXT = """\
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
roles: {nurse: {sees: everything, records: [entry, lab, infusion]}}
visits: {anchor: enrolment, window: 3 days either side, planned: {baseline: {day: 0}, week 4: {}}}
eligibility:
  inclusion: {high: {text: CK is high, when: 'lab.ck > 900.0'}}
treatments:
  drug:
    dose: 500 mg
    give: {route: intravenous, first: day 0, every: 2 weeks, times: 1, window: 2 days either side}
    recorded: {form: infusion, start: start, dose: given}
forms:
  entry: {at: once, items: {day: {date: full}}}
  lab:
    at: [baseline, week 4]
    items: {ck: {number: U/L, upper: 200, grade: CPK increased}, a: {number: score}, b: {number: score}}
    derive: {both: {mean_of: [a, b], at_least: 2 of 2}}
  infusion:
    at: any time
    repeating: true
    items: {start: {date: full, required: true}, given: {number: mg, required: true}}
endpoints: {both: {from: lab.both, better: higher}}
analysis:
  baseline: visit baseline
  primary: {endpoint: both, at: week 4}
  test: paired t
  missing: available cases
"""
SITE = "north"


@cache
def version(*changes: tuple[str, str]) -> Study:
    """Return the study with parts of its text replaced."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    study, problems = parse_study(text, file="study.yaml", catalog=CATALOG)
    assert study is not None, problems
    return study


def person(code: str, site: str | None) -> Casebook:
    """Return somebody who came to week 4 five days late, with a CK of 1000, one of two scores, a dose of 800 mg."""
    told = {
        ("", "entry", "", "day"): "2026-01-04", ("baseline", "visit", "", "date"): "2026-01-05",
        ("week 4", "visit", "", "date"): "2026-02-07", ("", "infusion", "1", "start"): "2026-01-05",
        ("", "infusion", "1", "given"): "800", ("baseline", "lab", "", "ck"): "1000", ("baseline", "lab", "", "a"): "3",
    }  # fmt: skip
    answers = {
        Cell(*cell): Answer(text=text, value=text, unit="U/L" if cell[3] == "ck" else None, seq=seq)
        for seq, (cell, text) in enumerate(told.items(), int(code) * 100)
    }
    return Casebook(participant=code, site=site, status="enrolled", enrolled_on="2026-01-05", answers=answers)


def judged(*changes: tuple[str, str]) -> Datasets:
    """Return the frames of one participant at each of two sites, and one without a site; one site has its version."""
    people = {"1": person("1", "south"), "2": person("2", SITE), "3": person("3", None)}
    return from_casebooks(version(), people, {SITE: version(*changes)} if changes else {})


def deviating(datasets: Datasets, kind: str) -> list[object]:
    """Return who deviated in one way."""
    found = list_deviations(datasets)
    return [row[0] for row in found.rows if row[found.columns.index("kind")] == kind]


def test_windows() -> None:
    """OWN-01: five days are late by three, and not by six."""
    datasets = judged(("3 days either side", "6 days either side"))
    assert deviating(datasets, "late") == ["1", "3"]
    counted = {(row.variable, row.level, row.stat): row.value for row in count_deviations(datasets)}
    assert counted["visit", "late", "n_participants"] == 2
    assert deviating(judged(), "late") == ["1", "2", "3"]


def test_visits_of_one_site_only() -> None:
    """OWN-01: a visit that only the site's version plans is missed there, and nowhere else."""
    datasets = judged(("week 4: {}}", "week 2: {}, week 4: {}}"), ("[baseline, week 4]", "[baseline, week 2, week 4]"))
    assert deviating(datasets, "missed") == ["2"]


def test_doses() -> None:
    """OWN-01: 800 mg are another amount than 500 mg."""
    datasets = judged(("dose: 500 mg", "dose: 800 mg"))
    assert deviating(datasets, "other amount") == ["1", "3"]
    listing = list_exposure(datasets, "drug")
    planned = listing.columns.index("planned")
    assert [(row[0], row[planned]) for row in listing.rows] == [("1", 500.0), ("2", 800.0), ("3", 500.0)]


def test_a_treatment_that_a_site_does_not_plan() -> None:
    """OWN-01: what was given is listed all the same, by the plan of the whole study."""
    changes = (TEXT[TEXT.index("treatments:") : TEXT.index("forms:")], "")
    assert [row[0] for row in list_exposure(judged(changes), "drug").rows] == ["1", "2", "3"]


def test_eligibility() -> None:
    """OWN-01: each by the criteria of their site; a criterion counts those who were judged by it."""
    datasets = judged(
        ("{high: {text: CK is high, when: 'lab.ck > 900.0'}}", "{low: {text: CK is low, when: 'lab.ck < 10.0'}}")
    )
    verdicts = [row[:3] for row in list_screening(datasets).rows]
    assert verdicts == [("1", "enrolled", "eligible"), ("2", "enrolled", "not eligible"), ("3", "enrolled", "eligible")]
    counted = {(row.variable, row.level): (row.value, row.n) for row in count_screening(datasets)}
    assert counted["high", "met"] == (2, 2)
    assert counted["low", "not met"] == (1, 1)


def test_grades() -> None:
    """OWN-01: 1000 U/L are five times an upper limit of 200, and less than twice one of 600."""
    grades = {one.measured.participant: one.most for one in grades_of(judged(("upper: 200", "upper: 600")))}
    assert grades["1"] == grades["3"]
    assert (grades["2"] or 0) < (grades["1"] or 0)


def test_units() -> None:
    """OWN-02: 1000 U/L are about 16,667 nkat/L; the criterion of the site speaks of these."""
    changes = (("ck: {number: U/L, upper: 200", "ck: {number: nkat/L, upper: 3333"), ("ck > 900.0", "ck > 15000.0"))
    datasets = judged(*changes)
    assert [row[2] for row in list_screening(datasets).rows] == ["eligible"] * 3
    ck = datasets.observations.filter(datasets.observations["item"] == "ck")
    assert ck["value"].to_list() == [1000.0] * 3


LESS = ("at_least: 2 of 2", "at_least: 1 of 2")
IN_MM = ("a: {number: score}, b: {number: score}", "a: {number: mm}, b: {number: mm}")
NONE = (
    ("    derive: {both: {mean_of: [a, b], at_least: 2 of 2}}\n", ""),
    ("both: {from: lab.both", "both: {from: lab.a"),
)


@pytest.mark.parametrize(("changes", "who"), [((LESS,), ["2"]), ((LESS, IN_MM), []), (NONE, [])])
def test_derived_numbers(changes: tuple[tuple[str, str], ...], who: list[str]) -> None:
    """OWN-03."""
    datasets = judged(*changes)
    assert derive_values(datasets, "lab.both")["participant"].to_list() == who
    own = formula_of(datasets, datasets.plan_of(SITE), "lab", "both")
    assert (own == version(*changes).forms["lab"]) == bool(who)


def test_items_of_one_site_only() -> None:
    """OWN-04: a number is a number, and an event an event."""
    book = person("2", SITE)
    more = {Cell("week 4", "lab", "", "ldh"): Answer(text="7", value="7", seq=1)}
    plan = version(("a: {number: score}", "a: {number: score}, ldh: {number: U/L}"))
    datasets = from_casebooks(
        version(), {"2": Casebook(participant="2", site=SITE, answers={**book.answers, **more})}, {SITE: plan}
    )
    row = datasets.observations.filter(datasets.observations["item"] == "ldh").to_dicts()[0]
    assert (row["kind"], row["value"]) == ("number", 7.0)


def test_without_a_difference_nothing_differs() -> None:
    """OWN-05."""
    plain, same = judged(), judged(("title: S", "title: T"))
    assert [one.fingerprint for one in same.versions] == [
        version().fingerprint,
        version(("title: S", "title: T")).fingerprint,
    ]
    first, second = (run_plan(version(), one) for one in (plain, same))
    assert [(row.id, row.value) for row in first.results] == [(row.id, row.value) for row in second.results]
    assert first.listings == second.listings


def test_day_0() -> None:
    """OWN-06: by enrolment on 5 January, or by an answer of the day before."""
    datasets = judged(("anchor: enrolment", "anchor: first entry.day"))
    assert [str(day) for day in datasets.participants["anchor"]] == ["2026-01-05", "2026-01-04", "2026-01-05"]


GONE = {"2": replace(person("2", SITE), withdrawn_from={DATA_USE: ConsentEnd(seq=9)})}


@pytest.mark.parametrize("everybody", [{}, GONE])
def test_nobody_is_left(everybody: dict[str, Casebook]) -> None:
    """OWN-07: before anybody is recorded, and where all withdrew the use of their data, the plan is carried out."""
    datasets = from_casebooks(version(), everybody, {SITE: version(("3 days either side", "6 days either side"))})
    assert datasets.participants.is_empty()
    assert derive_values(datasets, "lab.both").is_empty()
    assert derive_values(datasets, "lab.both").columns == list(VALUE_FIELDS)
    rows = run_plan(version(), datasets).results.by_id()
    assert rows["disposition.participants.enrolled.n"].value == 0
