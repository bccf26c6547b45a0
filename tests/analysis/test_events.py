"""Adverse events and other listings.

EVT-01: a participant counts once for a term, however often it was recorded; rows are counted too.
EVT-02: a term is the same in any case and with any blanks; it is written as most often.
EVT-03: the percentage is of those ever enrolled, and says so.
EVT-04: classes are counted beside terms; a row without a term counts as an event.
EVT-05: a row of which every answer is missing tells of no event.
EVT-10: serious events and those of grade 3 or more are counted by what is recorded, in all and by term; what is not
    told is counted in a warning, and the numbers lead to whole rows.
LIST-01: a course holds every value with its entries, and says who is in the plan's set.
LIST-02: deviations are visits early, late, missed or without a date, judged on the last day of the data.
LIST-03: baselines that another rule would choose otherwise are listed.
LIST-04: events are listed row by row, with all their entries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from trialbook.analysis.datasets import Datasets, select
from trialbook.analysis.events import folded, spelling
from trialbook.analysis.plan import run_plan
from trialbook.analysis.results import Analysis
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import ItemKind, Study

Small = Callable[..., Study]
Person = Callable[..., Casebook]
Collect = Callable[..., Datasets]


def run(datasets: Datasets) -> Analysis:
    return run_plan(datasets.study, datasets)


def harmed(person: Person) -> tuple[Casebook, ...]:
    return (
        person("1", {"|harms.term|1": "Cough", "|harms.class|1": "Chest", "|harms.term|2": "cough",
                     "|harms.term|3": "Rash"}),
        person("2", {"|harms.term|1": "Cough ", "|harms.class|1": "Chest", "|harms.class|2": "Skin"}),
        person("3", {"start|blood.ck": "1"}, status="withdrawn"),
        person("4", {"|harms.term|1": "Cough"}, status="screen failure"),
    )  # fmt: skip


def test_evt_01_terms_once_a_participant(small: Small, person: Person, datasets_of: Collect) -> None:
    rows = run(datasets_of(small(), *harmed(person))).results.by_id()
    assert rows["events.harms.Cough.n_events"].value == 3
    assert rows["events.harms.Cough.n_participants"].value == 2
    assert rows["events.harms.Rash.n_participants"].value == 1


def test_evt_02_spelling() -> None:
    assert folded(" Abdominal   PAIN ") == "abdominal pain"
    assert spelling(["cough", "Cough", "Cough"]) == "Cough"
    assert spelling(["cough", "Cough"]) == "Cough"


def test_evt_03_denominator(small: Small, person: Person, datasets_of: Collect) -> None:
    row = run(datasets_of(small(), *harmed(person))).results.by_id()["events.harms.all.percent"]
    assert (row.value, row.n) == (200 / 3, 3)
    assert "percent of those enrolled" in row.method


def test_evt_04_classes(small: Small, person: Person, datasets_of: Collect) -> None:
    rows = run(datasets_of(small(), *harmed(person))).results.by_id()
    assert rows["events.harms.class.Chest.n_participants"].value == 2
    assert rows["events.harms.class.Skin.n_events"].value == 1
    assert rows["events.harms.all.n_events"].value == 5


def test_evt_01_most_frequent_first(small: Small, person: Person, datasets_of: Collect) -> None:
    results = run(datasets_of(small(), *harmed(person))).results
    terms = [row.level for row in results if row.variable == "harms" and row.stat == "n_events"]
    assert terms == ["all", "Cough", "Rash"]


def test_list_01_course(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {"start|blood.crp": "4.5", "week 4|blood.crp": "<0.2", "unscheduled-1|blood.crp": "2.0"}
    analysis = run(datasets_of(small(), person("1", cells), person("2", cells, status="screen failure")))
    course = analysis.listings["course.crp"]
    found = [dict(zip(course.columns, row, strict=True)) for row in course.rows]
    assert [(row["visit"], row["value"], row["limit"], row["in_set"]) for row in found[:3]] == [
        ("start", 4.5, "", 1), ("week 4", None, "<0.2", 1), ("unscheduled-1", 2.0, "", 1),
    ]  # fmt: skip
    assert {row["in_set"] for row in found[3:]} == {0}
    assert all(len(cells) == 1 for cells in course.cells)


def test_list_02_deviations(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {
        "start|visit.date": "2026-01-10", "start|blood.ck": "5",
        "week 4|visit.date": "2026-02-12", "week 4|blood.ck": "5",
    }  # fmt: skip
    other = {"start|visit.date": "2026-01-10", "start|blood.ck": "5", "week 4|blood.ck": "5",
             "week 8|visit.date": "2026-03-01", "week 8|blood.ck": "5"}  # fmt: skip
    listing = run(datasets_of(small(), person("1", cells), person("2", other))).listings["deviations"]
    assert [(row[0], row[1], row[5], row[6]) for row in listing.rows] == [
        ("1", "screening", "missed", 0), ("1", "week 4", "late", 2),
        ("2", "screening", "missed", 0), ("2", "week 4", "no date", 0), ("2", "week 8", "early", -3),
    ]  # fmt: skip
    late = dict(zip(listing.columns, listing.rows[1], strict=True))
    assert (late["date"], late["day"], late["window"]) == ("2026-02-12", 33, "2026-02-04 to 2026-02-10")
    assert len(listing.cells[1]) == 1


def test_list_02_a_study_without_any_date(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {"start|blood.ck": "5", "week 4|blood.ck": "5"}
    listing = run(datasets_of(small(), person("1", cells, on=None))).listings["deviations"]
    assert [row[5] for row in listing.rows] == ["no date", "no date"]


def test_list_03_alternatives(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {"screening|visit.date": "2026-01-03", "start|visit.date": "2026-01-10", "screening|blood.ck": "100",
             "screening|blood.is_baseline": "yes", "start|blood.ck": "90"}  # fmt: skip
    listing = run(datasets_of(small(), person("1", cells))).listings["baseline_alternatives"]
    assert listing.rows == (("ck", "1", "flagged is_baseline", 100.0, 90.0),)
    assert len(listing.cells[0]) == 1


def test_list_04_events(small: Small, person: Person, datasets_of: Collect) -> None:
    listing = run(datasets_of(small(), *harmed(person))).listings["adverse_events"]
    assert listing.columns == ("participant", "repeat", "term", "class", "at-event")
    assert listing.rows[0] == ("1", "1", "Cough", "Chest", "enrolled")
    assert [row[-1] for row in listing.rows] == [*["enrolled"] * 5, "not enrolled"]
    assert [len(cells) for cells in listing.cells] == [2, 1, 1, 2, 1, 1]


def test_evt_05_nothing_but_missing_codes_is_no_event(small: Small, person: Person, datasets_of: Collect) -> None:
    people = (
        person("1", {"|harms.term|1": None, "|harms.class|1": None}),
        person("2", {"|harms.term|1": None, "|harms.class|1": "Skin"}),
    )
    datasets = datasets_of(small(), *people)
    analysis = run(datasets)
    found = analysis.results.by_id()["events.harms.all.n_events"]
    assert found.value == 1
    assert set(select(datasets, found.source)["participant"]) == {"2"}
    assert [row[0] for row in analysis.listings["adverse_events"].rows] == ["1", "2"]


def test_evt_10_serious_and_severe(small: Small, person: Person, datasets_of: Collect) -> None:
    """EVT-10: one by its answer, one since it led to a stay in hospital though it is recorded as none, one not told."""
    study = small()
    harms = study.forms["harms"]
    kinds: dict[str, ItemKind] = {"serious": "yes_no", "hospital": "yes_no", "grade": "number"}
    more = {name: replace(harms.items["term"], id=name, kind=kind, required=False) for name, kind in kinds.items()}
    study = replace(study, forms={**study.forms, "harms": replace(harms, items={**harms.items, **more})})
    rows = (
        {"term": "Cough", "serious": "yes", "grade": "3"},
        {"term": "Cough", "serious": "no", "hospital": "yes", "grade": "2"},
        {"term": "Rash", "serious": "no", "grade": "4"},
        {"term": "Rash"},
    )
    cells = {f"|harms.{item}|{at}": text for at, row in enumerate(rows, 1) for item, text in row.items()}
    datasets = datasets_of(study, person("1", cells))
    found = run(datasets).results.by_id()
    named = ("all", "Cough", "Rash")
    assert [found[f"events.harms.{name}.n_serious"].value for name in named] == [2, 2, 0]
    assert [found[f"events.harms.{name}.n_severe"].value for name in named] == [2, 1, 1]
    assert [found[f"events.harms.{name}.n_severe"].warning for name in named] == [
        "Not recorded of 1 of the events.", "", "Not recorded of 1 of the events.",
    ]  # fmt: skip
    of_cough = select(datasets, found["events.harms.Cough.n_serious"].source)
    assert set(of_cough["item"]) == {"term", "serious", "hospital", "grade"}
    assert set(of_cough["repeat"]) == {"1", "2"}
    assert "events.harms.all.n_serious" not in run(datasets_of(small(), person("1", cells))).results.by_id()
