"""From what was recorded to frames.

FRAME-01: participants stand in natural order, the same in any locale and whatever the order of recording.
FRAME-02: a value has its number, its limit, its date and its study day.
FRAME-03: forms that are filled in at any time are events, all others observations.
FRAME-04: cleared answers are left out; missing-data codes stay, without a value.
FRAME-06: numbers that were recorded in a unit that their item had before an amendment are restated in the present one.
FRAME-05: casebooks come back from the frames as they went in, with who answered first where it is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from trialbook.analysis.datasets import Datasets
from trialbook.analysis.frames import Table, casebooks, collect, columns_of, natural_key
from trialbook.conduct.casebook import Casebook
from trialbook.errors import TrialbookError
from trialbook.protocol.model import Study
from trialbook.wording import remedy, sentence

Small = Callable[..., Study]
Person = Callable[..., Casebook]
Collect = Callable[..., Datasets]


def test_frame_01_natural_order() -> None:
    codes = ["10", "9", "A-10", "A-9", "07", "7", "b2", "B10", "é1", "1"]
    ordered = sorted(codes, key=natural_key)
    assert ordered == ["1", "07", "7", "9", "10", "A-9", "A-10", "B10", "b2", "é1"]
    assert sorted(codes[3:] + codes[:3], key=natural_key) == ordered


@pytest.mark.parametrize("stride", [2, 3, 5])
def test_frame_01_order_of_recording_does_not_matter(small: Small, person: Person, stride: int) -> None:
    people = [person(code, {"start|visit.date": "2026-01-10", "start|blood.ck": code, "|harms.term|10": "Cough",
                            "|harms.term|9": "Rash"}) for code in ("2", "10", "1")]  # fmt: skip
    columns = columns_of(people)
    places = range(len(columns.answers["item"]))
    order = sorted(places, key=lambda place: (place % stride, -place))
    mixed = {name: [values[place] for place in order] for name, values in columns.answers.items()}
    backwards = {name: list(reversed(values)) for name, values in columns.statuses.items()}
    one, other = collect(small(), columns), collect(small(), Table(answers=mixed, statuses=backwards))
    assert one.participants["participant"].to_list() == ["1", "2", "10"]
    for name in ("participants", "observations", "events"):
        assert getattr(one, name).equals(getattr(other, name)), name
    assert one.events["repeat"].to_list()[:2] == ["9", "10"]


def test_frame_02_numbers_dates_and_days(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {
        "start|visit.date": "2026-01-10", "start|blood.ck": "57", "week 4|visit.date": "2026-02-06",
        "week 4|blood.crp": "<0.2", "unscheduled-1|visit.date": "2026-01-02", "unscheduled-1|blood.ck": "61",
        "start|blood.smoker": "yes", "|background.sex": "F", "week 8|visit.date": "2026-03", "week 8|blood.ck": "1",
    }  # fmt: skip
    rows = datasets_of(small(), person("1", cells)).observations
    found = {(row["visit"], row["item"]): row for row in rows.iter_rows(named=True)}
    assert (found["start", "ck"]["value"], found["start", "ck"]["day"]) == (57.0, 0)
    below = found["week 4", "crp"]
    assert (below["value"], below["limit"], below["text"], below["day"], below["date"]) == (
        0.2,
        "<",
        "<0.2",
        27,
        "2026-02-06",
    )
    assert (found["unscheduled-1", "ck"]["visit_order"], found["unscheduled-1", "ck"]["day"]) == (None, -8)
    assert found["start", "smoker"]["value"] == 1.0
    assert (found["", "sex"]["value"], found["", "sex"]["text"], found["", "sex"]["kind"]) == (None, "F", "choice")
    assert found["week 8", "ck"]["day"] is None


def test_frame_02_anchor_unknown(small: Small, person: Person, datasets_of: Collect) -> None:
    frames = datasets_of(small(), person("1", {"start|visit.date": "2026-01-10", "start|blood.ck": "5"}, on=None))
    assert frames.participants["anchor"].to_list() == [None]
    assert frames.observations["day"].to_list() == [None, None]


def test_frame_03_events_apart(small: Small, person: Person, datasets_of: Collect) -> None:
    frames = datasets_of(small(), person("1", {"|harms.term|1": "Cough", "start|blood.ck": "5"}))
    assert frames.events["form"].to_list() == ["harms"]
    assert frames.observations["form"].to_list() == ["blood"]
    assert frames.participants["anchor"].to_list() == [date(2026, 1, 10)]


def test_frame_04_missing_and_cleared(small: Small, person: Person) -> None:
    columns = columns_of([person("1", {"start|blood.ck": None, "start|blood.crp": "1.0"})])
    cleared = {**columns.answers, "value": [None, None], "missing": ["ND", None]}
    rows = collect(small(), Table(answers=cleared, statuses=columns.statuses)).observations
    assert rows.select("item", "value", "missing").rows() == [("ck", None, "ND")]


def test_frame_04_answers_without_a_status(small: Small, person: Person) -> None:
    columns = columns_of([person("1", {"start|blood.ck": "5"})])
    frames = collect(small(), Table(answers=columns.answers, statuses={name: [] for name in columns.statuses}))
    assert frames.participants["status"].to_list() == ["screening"]


def test_frame_05_casebooks_come_back(small: Small, person: Person, datasets_of: Collect) -> None:
    whole = person("1", {"start|visit.date": "2026-01-10", "start|blood.ck": None, "|harms.term|1": "Cough"})
    (back,) = casebooks(datasets_of(small(), whole)).values()
    assert {cell: (answer.value, answer.missing) for cell, answer in back.answers.items()} == {
        cell: (answer.value, answer.missing) for cell, answer in whole.answers.items()
    }
    assert (back.status, back.enrolled_on, back.status_seq) == (whole.status, whole.enrolled_on, whole.status_seq)


def test_frame_05_who_answered_comes_back(small: Small, person: Person, datasets_of: Collect) -> None:
    whole = person("1", {"start|strength.arm.left": "9", "|harms.term|1": "Cough", "start|blood.ck": "1"})
    who = ("2026", "amir", 3, "nora")
    told = {
        cell: replace(answer, at="2026", by="amir", first_seq=3, first_by="nora") if cell.form != "blood" else answer
        for cell, answer in whole.answers.items()
    }
    (back,) = casebooks(datasets_of(small(), replace(whole, answers=told))).values()
    found = {cell.form: (one.at, one.by, one.first_seq, one.first_by) for cell, one in back.answers.items()}
    assert found == {"strength": who, "harms": who, "blood": ("", "", 0, "")}


def test_frame_01_nobody_at_all(small: Small, datasets_of: Collect) -> None:
    """FRAME-01: an empty book has empty frames with all columns."""
    frames = datasets_of(small())
    assert (frames.participants.height, frames.observations.height, frames.events.height) == (0, 0, 0)
    assert frames.observations.schema["value"] == pl.Float64


def in_units(book: Casebook, units: dict[str, str]) -> Table:
    """Write the columns of a casebook whose items were recorded in these units."""
    columns = columns_of([book])
    items = columns.answers["item"]
    return Table(
        answers={**columns.answers, "unit": [units.get(str(item)) for item in items]}, statuses=columns.statuses
    )


def test_frame_06_units_of_an_earlier_study_file(small: Small, person: Person) -> None:
    """600 nkat/L are 36 U/L, whatever the unit of the item was when they were recorded."""
    book = person("1", {"start|visit.date": "2026-01-10", "start|blood.ck": "600", "week 4|blood.ck": "<60"})
    frame = collect(small(), in_units(book, {"ck": "nkat/L"})).observations.filter(pl.col("item") == "ck")
    assert frame.select("value", "limit", "text").rows() == [(36.0, "", "36"), (3.6, "<", "<3.6")]
    frame = collect(small(), in_units(book, {"ck": "U/L"})).observations.filter(pl.col("item") == "ck")
    assert frame["value"].to_list() == [600.0, 60.0]


def test_frame_06_units_that_do_not_convert(small: Small, person: Person) -> None:
    """No number is better than one in a wrong unit."""
    book = person("1", {"start|blood.ck": "600", "week 4|blood.ck": "5"})
    with pytest.raises(TrialbookError) as refused:
        collect(small(), in_units(book, {"ck": "mmHg"}))
    (problem,) = refused.value.problems
    assert problem.code == "LEDGER-22"
    assert "blood.ck" in sentence(problem)
    assert remedy(problem)
