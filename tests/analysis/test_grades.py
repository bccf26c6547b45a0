"""Shifts of grades, and what is worse than the baseline.

Requirements:
GRADE-01: the shift is from the baseline grade to the worst after it; every participant with a value has one.
GRADE-02: counts and listing agree with the decisions about each participant, value by value.
GRADE-03: worse than the baseline and at least grade 3 is listed, with all of its entries.
GRADE-04: every count leads back to its cells.
GRADE-05: a study file without grades has no results of grades; with them all its other results stay as they are.
GRADE-06: what is not known is counted as unknown, never as no.
MEAN-01: a change as large as the stated one counts, each way; without the key there is no such result.
MEAN-02: a figure shows from where on a change matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.datasets import Datasets, from_casebooks, select
from trialbook.analysis.grades import EMERGENT, GRADES, MISSING, UNKNOWN, grades_of
from trialbook.analysis.plan import run_plan
from trialbook.analysis.results import Analysis, Result
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.safety import laboratory_grades
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study
from trialbook.wording import sentence

TEXT = """\
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented}
visits: {anchor: enrolment, window: 3 days either side, planned: {baseline: {day: 0}, week 4: {}, week 8: {}}}
forms:
  lab:
    at: [baseline, week 4, week 8]
    items:
      ck: {number: U/L, upper: ck_upper, grade: CPK increased}
      ck_upper: {number: U/L}
      cells: {number: 10^9/L, lower: 1.0, grade: Lymphocyte count decreased}
endpoints:
  ck: {from: lab.ck, better: lower, meaningful: {is: 300, source: Nobody}}
  cells: {from: lab.cells, better: higher}
analysis: {baseline: visit baseline, primary: none, test: paired t, missing: available cases}
"""
CHANGED = (", grade: CPK increased", ", grade: Lymphocyte count decreased", ", meaningful: {is: 300, source: Nobody}")
VISITS = ("baseline", "week 4", "week 8")
Cells = Mapping[str, str]
PEOPLE: tuple[Cells, ...] = (
    {"baseline|ck": "2632", "week 4|ck": "661", "baseline|cells": "1.2", "week 4|cells": "0.4", "week 8|cells": "0.9"},
    {"baseline|ck": "900", "week 4|ck": "1600", "week 8|ck": "2100", "baseline|cells": "0.4", "week 8|cells": "0.3"},
    {"baseline|ck": "150", "week 4|ck": "150", "week 4|cells": "0.1"},
    {},
)


@cache
def study(text: str = TEXT) -> Study:
    found, problems = parse_study(text, file="s.yaml", catalog=CATALOG)
    assert found is not None, [sentence(problem) for problem in problems]
    return found


def person(code: str, cells: Cells, first: int = 1) -> Casebook:
    """Write a casebook: `visit|item` -> value, with the upper limit of each day where creatine kinase was measured."""
    limits = {name.replace("|ck", "|ck_upper"): "200" for name in cells if name.endswith("|ck")}
    named = [(name.split("|"), value) for name, value in (*limits.items(), *cells.items())]
    answers = {
        Cell(visit, "lab", "", item): Answer(text=value, value=value, seq=first + place)
        for place, ((visit, item), value) in enumerate(named)
    }
    return Casebook(
        participant=code, status="enrolled", enrolled_on="2026-01-10", answers=answers, status_seq=first + 99
    )


def collected(people: tuple[Cells, ...], text: str = TEXT) -> Datasets:
    books = (person(f"P{place}", cells, place * 100) for place, cells in enumerate(people, start=1))
    return from_casebooks(study(text), {book.participant: book for book in books})


def run(people: tuple[Cells, ...] = PEOPLE, text: str = TEXT) -> Analysis:
    return run_plan(study(text), collected(people, text))


def graded(analysis: Analysis) -> dict[str, Result]:
    return {row.id.removeprefix("grades."): row for row in analysis.results if row.analysis == "grades"}


def test_shifts() -> None:
    """GRADE-01, GRADE-06: whoever has no value at all is counted as missing."""
    found = {name: row.value for name, row in graded(run()).items()}
    assert found == {
        "lab.ck.n": 3, "lab.ck.missing": 1, "lab.ck.n_emergent": 1, "lab.ck.n_emergent_severe": 1,
        "lab.ck.4_to_2.n_participants": 1, "lab.ck.2_to_4.n_participants": 1, "lab.ck.0_to_0.n_participants": 1,
        "lab.cells.n": 2, "lab.cells.missing": 2, "lab.cells.n_emergent": 1, "lab.cells.n_emergent_severe": 1,
        "lab.cells.0_to_3.n_participants": 1, "lab.cells.3_to_3.n_participants": 1,
        "lab.cells.missing_to_4.n_participants": 1,
    }  # fmt: skip


def test_method_says_the_version() -> None:
    """GRADE-01: and what was set."""
    row = graded(run())["lab.ck.n"]
    assert "version 5.0, CPK increased" in row.method
    assert "baseline_edge=at least" in row.method


def test_listings() -> None:
    """GRADE-03: only what is worse than the baseline."""
    analysis = run()
    every, worse = analysis.listings[GRADES], analysis.listings[EMERGENT]
    assert len(every.rows) == 13
    told = [dict(zip(worse.columns, row, strict=True)) for row in worse.rows]
    assert [(row["participant"], row["item"], row["visit"], row["grade"], row["change"]) for row in told] == [
        ("P2", "lab.ck", "week 4", 3, 1),
        ("P2", "lab.ck", "week 8", 4, 2),
        ("P1", "lab.cells", "week 4", 3, 3),
    ]
    assert {row["version"] for row in told} == {"ctcae-5"}
    assert [len(cells) for cells in worse.cells] == [4, 4, 2]


def test_every_count_leads_to_its_cells() -> None:
    """GRADE-04."""
    datasets = collected(PEOPLE)
    for name, row in graded(run_plan(study(), datasets)).items():
        cells = select(datasets, row.source)
        assert set(cells["item"]) <= ({"ck", "ck_upper"} if ".ck." in name else {"cells"})
        if row.level:
            assert cells["participant"].n_unique() == row.value


def test_nothing_else_changes() -> None:
    """GRADE-05, MEAN-01."""
    text = TEXT
    for change in CHANGED:
        assert change in text
        text = text.replace(change, "")
    with_, without, added = run(), run(text=text), {"grades", "meaningful"}
    more = {row.id: row for row in with_.results if "meaningful" not in row.stat and row.analysis not in added}
    assert more == without.results.by_id()
    assert {name: with_.listings[name] for name in without.listings} == without.listings
    assert set(with_.listings) - set(without.listings) == {GRADES, EMERGENT}


NUMBERS = st.sampled_from(["0.1", "0.3", "0.7", "0.95", "1.5", "150", "450", "900", "1900", "2600", "<0.6", ">800"])
CELLS = st.dictionaries(st.tuples(st.sampled_from(VISITS), st.sampled_from(["ck", "cells"])), NUMBERS, max_size=6)


@settings(deadline=None, max_examples=40)
@given(people=st.lists(CELLS.map(lambda cells: {"|".join(name): text for name, text in cells.items()}), max_size=4))
def test_counts_agree_with_each_participant(people: list[Cells]) -> None:
    """GRADE-02, GRADE-06: a participant alone has the same grades as among others."""
    datasets = collected(tuple(people))
    alone = [
        grade
        for place, cells in enumerate(people, start=1)
        for grade in laboratory_grades(study(), [person(f"P{place}", cells, place * 100)])
    ]
    assert sorted(map(repr, grades_of(datasets))) == sorted(map(repr, alone))
    found = graded(run_plan(study(), datasets))
    for item in ("lab.ck", "lab.cells"):
        levels = {row.level: row.value for row in found.values() if row.variable == item and row.level}
        assert sum(float(value or 0) for value in levels.values()) == len({
            one.measured.participant for one in alone if one.item == item
        })  # fmt: skip
        assert all(set(level.split(" to ")) <= {*"01234", UNKNOWN, MISSING} for level in levels)
        worse = {one.measured.participant for one in alone if one.item == item and one.is_emergent}
        assert found[f"{item}.n_emergent"].value == len(worse)


def test_unknown_is_told() -> None:
    """GRADE-06: without its limit a value may be worse."""
    cells = {"baseline|ck": "900", "week 4|ck": "1600"}
    lone = person("P1", cells)
    answers = {
        cell: answer for cell, answer in lone.answers.items() if (cell.visit, cell.item) != ("week 4", "ck_upper")
    }
    book = Casebook(participant="P1", status="enrolled", enrolled_on="2026-01-10", answers=answers, status_seq=100)
    found = graded(run_plan(study(), from_casebooks(study(), {"P1": book})))
    assert found["lab.ck.2_to_unknown.n_participants"].value == 1
    assert found["lab.ck.n_emergent"].value == 0
    assert found["lab.ck.n_emergent"].warning == "Of 1 more it cannot be told."


@pytest.mark.parametrize(("visit", "better", "worse", "n"), [("week 4", 1, 1, 3), ("week 8", 0, 1, 1)])
def test_changes_that_matter(visit: str, better: int, worse: int, n: int) -> None:
    """MEAN-01: the other endpoint has no such key, and no such result."""
    rows = {row.stat: row for row in run().results if (row.variable, row.visit) == ("ck", visit)}
    found = rows["n_meaningful"], rows["n_meaningful_worse"]
    assert [(row.value, row.n, row.role) for row in found] == [(better, n, "descriptive"), (worse, n, "descriptive")]
    assert "300 U/L or more" in found[0].method
    assert "Nobody" in found[0].method
    assert found[0].id == f"change.ck.{visit.replace(' ', '_')}.enrolled.n_meaningful"
    assert not [row for row in run().results if row.variable == "cells" and "meaningful" in row.stat]


def test_where_a_change_begins_to_matter() -> None:
    """MEAN-02: as far below the mean at baseline as matters, since lower is better; for a figure."""
    results = run().results.by_id()
    level = results["meaningful.ck.enrolled.level"]
    base = results["describe.ck.baseline.enrolled.mean"]
    assert isinstance(base.value, float)
    assert level.value == pytest.approx(base.value - 300)
    assert "meaningful.cells.enrolled.level" not in results
