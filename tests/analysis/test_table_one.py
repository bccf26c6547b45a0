"""Baseline characteristics: texts, tables of several rows, and classes that are computed.

TABLE-01: of a text it is counted who has one and who has not; it has no levels.
TABLE-02: of a table of several rows a participant has a choice where any row says it; n are those with a row.
TABLE-03: numbers of such a table are not summarised, and a reason says so.
TABLE-04: classes that are computed are counted like choices, not averaged.
TABLE-05: every count leads to the entries of the rows that say it, and to no others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from trialbook.analysis.datasets import Datasets, from_casebooks, select
from trialbook.analysis.plan import run_plan
from trialbook.analysis.results import Result
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Form, Study

Small = Callable[..., Study]
Person = Callable[..., Casebook]


def with_table_one(study: Study, *names: str, **forms: Form) -> Study:
    return replace(study, report=replace(study.report, table_1=names), forms={**study.forms, **forms})


def run(study: Study, *people: Casebook) -> tuple[dict[str, Result], Datasets]:
    datasets = from_casebooks(study, {one.participant: one for one in people})
    return dict(run_plan(study, datasets).results.by_id()), datasets


def entries_behind(datasets: Datasets, row: Result) -> list[int]:
    return sorted(select(datasets, row.source)["seq"].to_list())


def seqs_of(book: Casebook, *names: str) -> list[int]:
    """Return the entries of `item|repeat` in the form `background`."""
    wanted = {tuple(name.split("|")) for name in names}
    return sorted(answer.seq for cell, answer in book.answers.items() if (cell.item, cell.repeat) in wanted)


@pytest.fixture(name="rows")
def several_rows(small: Small) -> Study:
    """Return a study whose form of backgrounds is a table of several rows."""
    study = small()
    names = [f"background.{item}" for item in ("sex", "drugs", "note", "age")]
    return with_table_one(study, *names, background=replace(study.forms["background"], repeating=True))


def test_table_01_texts(small: Small, person: Person) -> None:
    people = (person("1", {"|background.note": "a word"}), person("2", {"|background.note": None}), person("3", {}))
    rows, datasets = run(with_table_one(small(), "background.note"), *people)
    found = [row for row in rows.values() if row.variable == "background.note" and row.analysis_set == "enrolled"]
    assert {row.stat: row.value for row in found} == {"n": 1, "missing": 2}
    assert entries_behind(datasets, found[0]) == seqs_of(people[0], "note|")


def test_table_02_any_row_counts(rows: Study, person: Person) -> None:
    one = person(
        "1", {"|background.sex|1": "F", "|background.sex|2": "M", "|background.sex|3": "F", "|background.note|2": "x"}
    )
    two = person("2", {"|background.sex|1": "F", "|background.sex|2": None})
    three = person("3", {"|background.sex|1": None})
    found, datasets = run(rows, one, two, three)
    counts = {level: found[f"baseline.background.sex.{level}.enrolled.n"] for level in ("F", "M")}
    assert {level: (row.value, row.n) for level, row in counts.items()} == {"F": (2, 2), "M": (1, 2)}
    whole = found["baseline.background.sex.enrolled.n"]
    assert (whole.value, whole.warning, found["baseline.background.sex.enrolled.missing"].value) == (2, "", 1)
    assert found["baseline.background.note.enrolled.n"].value == 1
    assert entries_behind(datasets, counts["F"]) == [*seqs_of(one, "sex|1", "sex|3"), *seqs_of(two, "sex|1")]
    assert entries_behind(datasets, counts["M"]) == seqs_of(one, "sex|2")
    assert entries_behind(datasets, whole) == [*seqs_of(one, "sex|1", "sex|2", "sex|3"), *seqs_of(two, "sex|1")]


def test_table_02_several_choices_in_one_row(rows: Study, person: Person) -> None:
    found, _ = run(rows, person("1", {"|background.drugs|1": "aza;mtx", "|background.drugs|2": "aza"}))
    counts = {level: found[f"baseline.background.drugs.{level}.enrolled.n"].value for level in ("aza", "mtx", "mmf")}
    assert counts == {"aza": 1, "mtx": 1, "mmf": 0}


def test_table_03_numbers_of_several_rows(rows: Study, person: Person) -> None:
    found, _ = run(rows, person("1", {"|background.age|1": "40"}))
    row = found["baseline.background.age.enrolled.n"]
    assert (row.value, "not summarised" in row.error) == (None, True)
    assert "baseline.background.age.enrolled.mean" not in found


def test_table_04_classes_are_counted(small: Small, person: Person) -> None:
    study = small()
    strength = study.forms["strength"]
    classes = replace(
        strength.derived["power"], at_least=1, levels={0: {"en": "none"}, 2: {"en": "weak"}, 9: {"en": "strong"}}
    )
    study = with_table_one(study, "strength.power", strength=replace(strength, derived={"power": classes}))
    at = "start|strength.arm.left"
    people = (
        person("1", {at: "9"}),
        person("2", {at: "9"}),
        person("3", {at: "0"}),
        person("4", {"start|blood.ck": "1"}),
    )
    found, datasets = run(study, *people)
    counts = {level: found[f"baseline.strength.power.{level}.enrolled.n"].value for level in (0, 2, 9)}
    assert counts == {0: 1, 2: 0, 9: 2}
    assert found["baseline.strength.power.9.enrolled.percent"].value == pytest.approx(200 / 3)
    assert found["baseline.strength.power.enrolled.n"].value == 3
    assert "baseline.strength.power.enrolled.mean" not in found
    strong = entries_behind(datasets, found["baseline.strength.power.9.enrolled.n"])
    assert strong == [answer.seq for book in people[:2] for answer in book.answers.values()]
