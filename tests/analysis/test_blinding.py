"""Blinding in numbers: the indices, guesses of the week against chance, and everything that happened counted.

INDEX-01: the index of Bang is (right - wrong) / n of an arm; that of James follows its own definition with kappa.
INDEX-02: counts of published examples give what the R package BI gives (`tests/referees/blinding.R`: Bang, Ni and Davis
    2004, table 7; Houweling et al. 2014, table 2), with standard errors; what cannot be computed says why.
INDEX-03: right guesses of the week are compared with the exact chance of dealing them, as counted by enumeration.
INDEX-04: unblindings of participants and of the study, planned ones among them, looks and alerts are all counted.
INDEX-05: where nothing happened and nobody guesses, nothing is added to the results.
INDEX-06: of those who withdrew the use of their data nothing of this is told, and no end of treatment.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.analysis.blinding import count_blinding, judge_guesses, list_blinding
from trialbook.analysis.blinding_index import bang, james, matches, nearest, together
from trialbook.analysis.consents import list_consents
from trialbook.analysis.datasets import collect, from_casebooks, select
from trialbook.analysis.frames import columns_of
from trialbook.analysis.plan import run_plan
from trialbook.conduct.casebook import Answer, Casebook, Cell, ConsentEnd, EarlyLook, Override, Unblinding
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study

TEXT = """\
trialbook: 1
study: {id: s, title: S, design: open-label parallel, data: invented, objective: to test}
roles:
  nurse: {sees: everything, except: [rating], records: [entry]}
  assessor: {blind: true, records: [rating]}
arms: {a: {label: Arm A}, b: {label: Arm B}}
participants: {arm: entry.arm}
visits: {anchor: enrolment, window: 3 days either side, planned: {baseline: {day: 0}}, weeks: [4, 8]}
forms:
  entry: {at: once, items: {arm: {choice: {a: A, b: B}}}}
  rating:
    at: baseline to week 8
    complete: all
    guesses: {week: week, treatment: arm}
    items: {power: {number: score}, week: {number: week}, arm: {choice: {a: A, b: B, dk: Not known}}}
endpoints: {power: {from: rating.power, better: higher}}
analysis:
  baseline: visit baseline
  primary: {endpoint: power, at: week 8}
  test: paired t
  missing: available cases
"""


@cache
def plan() -> Study:
    study, problems = parse_study(TEXT, file="study.yaml")
    assert study is not None, problems
    return study


def person(code: str, arm: str, weeks: dict[str, str], guess: str = "dk") -> Casebook:
    """Return a participant with guessed weeks by visit; the same guess of the treatment each time."""
    told = {Cell("", "entry", "", "arm"): arm}
    for visit, week in weeks.items():
        told |= {Cell(visit, "rating", "", "week"): week, Cell(visit, "rating", "", "arm"): guess}
    answers = {cell: Answer(text=text, value=text, seq=seq) for seq, (cell, text) in enumerate(told.items(), 1)}
    return Casebook(participant=code, status="enrolled", enrolled_on="2026-01-01", answers=answers)


# ---- the indices ------------------------------------------------------------------------------------------------


REFEREE = Path(__file__).parents[1] / "referees" / "blinding_r.csv"
COUNTS = {
    "crisp": ((82, 25, 170), (27, 29, 83)),
    "investigators": ((48, 4, 330), (22, 30, 319)),
    "coordinators": ((94, 11, 289), (52, 44, 284)),
    "patients": ((143, 14, 188), (104, 57, 175)),
}
"""Of those treated and of those on placebo: who guessed the treatment, who placebo, who did not know."""


@pytest.mark.parametrize("case", COUNTS)
def test_published_examples(case: str) -> None:
    """INDEX-02: the first is the example of Bang, Ni and Davis, the others are of Houweling et al."""
    treated, placebo = COUNTS[case]
    found = {
        "james": james(treated, placebo),
        "bang treatment": bang(*treated),
        "bang placebo": bang(placebo[1], placebo[0], placebo[2]),
    }
    with REFEREE.open(encoding="utf-8", newline="") as file:
        rows = {row["index"]: row for row in csv.DictReader(file) if row["case"] == case}
    assert rows.keys() == found.keys()
    for name, index in found.items():
        assert index.value == pytest.approx(float(rows[name]["estimate"]), abs=1e-12)
        assert index.se == pytest.approx(float(rows[name]["se"]), abs=1e-12)


def by_definition(first: tuple[int, int, int], second: tuple[int, int, int]) -> float:
    """Return the index of James as its paper defines it, with kappa and weights."""
    n = sum(first) + sum(second)
    shares = [[count / n for count in arm] for arm in (first, second)]
    unknown = shares[0][2] + shares[1][2]
    weights = ((0, 0.5), (0.5, 0))
    observed = sum(weights[i][j] * shares[i][j] for i in (0, 1) for j in (0, 1)) / (1 - unknown)
    expected = sum(
        weights[i][j] * (shares[0][j] + shares[1][j]) * (shares[i][0] + shares[i][1]) for i in (0, 1) for j in (0, 1)
    ) / (1 - unknown) ** 2  # fmt: skip
    return (1 + unknown + (1 - unknown) * (observed - expected) / expected) / 2


FEW = st.integers(min_value=1, max_value=40)


@given(st.tuples(FEW, FEW, FEW), st.tuples(FEW, FEW, FEW))
def test_james_is_its_definition(first: tuple[int, int, int], second: tuple[int, int, int]) -> None:
    """INDEX-01: and its standard error is that of numeric slopes."""
    found = james(first, second)
    assert found.value == pytest.approx(by_definition(first, second))
    assert found.se is not None
    assert found.se >= 0


def test_what_cannot_be_computed_says_why() -> None:
    """INDEX-02."""
    assert bang(0, 0, 0).error
    assert james((0, 0, 0), (0, 0, 0)).error
    assert james((5, 0, 0), (0, 0, 0)).error
    assert james((0, 0, 3), (0, 0, 4)).value == 1
    assert (bang(4, 0, 0).value, bang(0, 4, 0).value, bang(2, 2, 4).value) == (1, -1, 0)


# ---- guesses of the week ----------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=5))
def test_chance_is_counted(guesses: list[str]) -> None:
    """INDEX-03: the rook numbers give what all deals give."""
    truths = list("abcde")[: len(guesses)]
    deals = Counter(sum(map(str.__eq__, deal, truths)) for deal in permutations(guesses))
    total = math.factorial(len(guesses))
    assert matches(guesses, truths) == pytest.approx([deals[k] / total for k in range(len(guesses) + 1)])


def test_participants_together() -> None:
    """INDEX-03: two who each are right with certainty, or by halves."""
    assert together([[0, 1.0], [0.5, 0.5]]) == [0, 0.5, 0.5]
    assert together([]) == [1.0]


@pytest.mark.parametrize(
    ("week", "visit"), [(0, "baseline"), (2, "baseline"), (2.1, "week 4"), (5, "week 4"), (99, "week 8")]
)
def test_the_nearest_visit(week: float, visit: str) -> None:
    """INDEX-03."""
    assert nearest(week, [("baseline", 0), ("week 4", 28), ("week 8", 56)]) == visit


def test_guesses_in_the_results() -> None:
    """INDEX-01, INDEX-03: one all right, one all in reverse; 4 of 6 right is the middle one twice and the ends once."""
    books = {
        "1": person("1", "a", {"baseline": "0", "week 4": "4", "week 8": "8"}, "a"),
        "2": person("2", "b", {"baseline": "8", "week 4": "4", "week 8": "0"}, "a"),
    }
    rows = {row.id: row for row in judge_guesses(from_casebooks(plan(), books))}
    assert rows["guesses.rating.week.n_right"].value == 4
    assert rows["guesses.rating.week.n"].value == 6
    assert rows["guesses.rating.week.expected"].value == pytest.approx(2)
    assert rows["guesses.rating.week.p"].value == pytest.approx(7 / 36)
    assert rows["guesses.rating.treatment_a.bang"].value == 1
    assert rows["guesses.rating.treatment_b.bang"].value == -1
    assert rows["guesses.rating.treatment.james"].value == 0.5


def test_a_guess_leads_to_its_entries() -> None:
    """INDEX-03."""
    datasets = from_casebooks(plan(), {"1": person("1", "a", {"baseline": "0", "week 4": "0"})})
    found = next(row for row in run_plan(plan(), datasets).results if row.id == "guesses.rating.week.n_right")
    assert select(datasets, found.source)["seq"].to_list() == [2, 4]


# ---- what happened ----------------------------------------------------------------------------------------------


def test_everything_is_counted() -> None:
    """INDEX-04: planned ones and those of the whole study too."""

    def happened(seq: int, kind: str) -> Unblinding:
        return Unblinding(seq=seq, kind=kind, who="the assessor", reason="why")

    book = replace(person("1", "a", {}), unblindings=(happened(8, "emergency"), happened(9, "planned")))
    datasets = replace(
        from_casebooks(plan(), {"1": book}),
        unblindings={"1": book.unblindings, "": (happened(10, "planned"), happened(11, "accidental"))},
        looks=(EarlyLook(seq=12, what="the report", reason="the board"),), alerts=(("1", 13),),
    )  # fmt: skip
    rows = {row.id: row.value for row in count_blinding(datasets)}
    assert rows == {
        "blinding.planned.n": 2, "blinding.planned.n_participants": 1,
        "blinding.emergency.n": 1, "blinding.emergency.n_participants": 1,
        "blinding.accidental.n": 1, "blinding.accidental.n_participants": 0,
        "blinding.early_look.n": 1, "blinding.early_look.n_participants": 0,
        "blinding.safety_alert.n": 1, "blinding.safety_alert.n_participants": 1,
    }  # fmt: skip
    assert sorted(seq for seqs in list_blinding(datasets).cells for seq in seqs) == [8, 9, 10, 11, 12, 13]


def test_nothing_is_added_where_nothing_happened() -> None:
    """INDEX-05."""
    datasets = from_casebooks(plan(), {"1": person("1", "a", {})})
    assert (*count_blinding(datasets), *judge_guesses(datasets)) == ()
    assert not {"blinding", "guesses"} & set(run_plan(plan(), datasets).listings)


def test_of_those_whose_data_are_not_used_nothing_is_told() -> None:
    """INDEX-06: what concerns the whole study stays."""
    happened = Unblinding(seq=8, kind="emergency", who="the assessor", reason="why")
    ends = {scope: ConsentEnd(seq=20, on="2026-02-01", why="") for scope in ("treatment", "data use")}
    opened = {("week 4", "rating"): Override(seq=9, visit="week 4", form="rating", reason="why")}
    books = [
        replace(
            person(code, "a", {}), unblindings=(happened,), overrides=opened,
            withdrawn_from=ends if code == "1" else {},
        )
        for code in "12"
    ]  # fmt: skip
    columns = columns_of(books)
    more: dict[str, list[object]] = {
        "act": ["note", "note", "look"],
        "participant": ["1", "2", ""],
        "seq": [30, 31, 32],
    }
    exceptions = {name: [*values, *more.get(name, [""] * 3)] for name, values in columns.exceptions.items()}
    datasets = collect(plan(), replace(columns, exceptions=exceptions))
    assert [(row[0], row[2]) for row in list_blinding(datasets).rows] == [
        ("unblinding", "2"),
        ("early look", ""),
        ("safety alert", "2"),
    ]
    assert list(datasets.overrides) == ["2"]
    assert list_consents(datasets).rows == (("1", "data use", "2026-02-01"),)
