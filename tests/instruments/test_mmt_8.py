"""Manual muscle testing of eight muscle groups.

Requirements:
INST-30: the total is the sum of eight grades from 0 to 10, 0 to 80, higher is better; any gap leaves no total.
INST-31: all worked examples come out: both sides together, and the key to grades from 0 to 5.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.instruments import CATALOG
from trialbook.instruments.kendall import KENDALL
from trialbook.instruments.mmt_8 import IDS, MMT_8, score_mmt_8
from trialbook.protocol.values import Value, parse_value

FILE = Path(__file__).parent / "cases" / "instrument_cases.json"
CASES = [case for case in json.loads(FILE.read_text(encoding="utf-8")) if case["instrument"] == "MMT"]
OF_GRADES = [case for case in CASES if case["variant"] == "grade 0-5 to Kendall 0-10"]
OF_SIDES = [case for case in CASES if case["variant"] == "MMT-8 bilateral"]
GAP = float("nan")


def total_of(grades: dict[str, float]) -> float:
    (total,) = score_mmt_8({name: np.array([grade]) for name, grade in grades.items()})["total"].tolist()
    return float(total)


def test_ends() -> None:
    """INST-30."""
    assert [total_of(dict.fromkeys(IDS, grade)) for grade in (0.0, 10.0)] == [0, 80]
    (score,) = MMT_8.scores
    assert (score.low, score.high, score.better) == (0, 80, "higher")
    assert CATALOG["mmt-8"] is MMT_8


@pytest.mark.parametrize("gap", IDS)
@pytest.mark.parametrize("grade", [GAP, 11.0, -1.0, 4.5])
def test_any_gap_leaves_no_total(gap: str, grade: float) -> None:
    """INST-30."""
    assert np.isnan(total_of(dict.fromkeys(IDS, 10.0) | {gap: grade}))


@settings(deadline=None)
@given(grades=st.fixed_dictionaries({name: st.integers(0, 10).map(float) for name in IDS}), order=st.permutations(IDS))
def test_total_is_the_sum_in_any_order(grades: dict[str, float], order: list[str]) -> None:
    """INST-30."""
    assert total_of({name: grades[name] for name in order}) == sum(grades.values())


@pytest.mark.parametrize("text", ["T", "4+", "11", "-1"])
def test_only_grades_from_0_to_10_are_taken(text: str) -> None:
    """INST-30."""
    assert isinstance(parse_value(MMT_8.items[0], "10", missing={}), Value)
    assert not isinstance(parse_value(MMT_8.items[0], text, missing={}), Value)


def test_a_grade_between_two_is_asked_about_and_gives_no_total() -> None:
    """INST-30."""
    between = parse_value(MMT_8.items[0], "5.5", missing={})
    assert isinstance(between, Value)
    assert [query.code for query in between.queries] == ["VALUE-32"]
    assert np.isnan(total_of(dict.fromkeys(IDS, 10.0) | {IDS[0]: 5.5}))


@pytest.mark.parametrize("case", OF_SIDES, ids=lambda case: case["id"])
def test_both_sides_are_two_totals_with_the_neck_once(case: dict[str, Any]) -> None:
    """INST-31: seven muscle groups on each side and the neck, 0 to 150."""
    neck = float(case["inputs"]["neck_flexors"])
    names = {"glut_max": "gluteus_maximus", "glut_med": "gluteus_medius"}
    sides = [
        {"neck_flexors": neck} | {names.get(name, name): float(grade) for name, grade in case["inputs"][side].items()}
        for side in ("right", "left")
    ]
    assert sum(map(total_of, sides)) - neck == case["expected"]["total"]
    assert 2 * MMT_8.scores[0].high - 10 == case["expected"]["max"]


@pytest.mark.parametrize("case", OF_GRADES, ids=lambda case: case["id"])
def test_grades_from_0_to_5_have_a_key(case: dict[str, Any]) -> None:
    """INST-31: the key stands in the help of every muscle group."""
    grade, of_ten = case["inputs"]["grade_0_5"], case["expected"]["kendall_0_10"]
    assert KENDALL[grade] == of_ten
    assert all(f" {grade} is {of_ten}" in item.help["en"] for item in MMT_8.items)


def test_worked_examples_are_all_there() -> None:
    """INST-31: and the key is in order, none of its grades twice."""
    assert len(OF_SIDES) + len(OF_GRADES) == len(CASES) == 11
    assert [grade for grade in KENDALL.values() if grade != "T"] == [str(grade) for grade in range(11)]
