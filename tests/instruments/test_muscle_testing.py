"""Manual muscle testing beyond one side of eight groups, grades from 0 to 5, and the scale of ten centimetres.

Requirements:
INST-31: all worked examples of both sides and of grades come out.
INST-50: both sides of MMT-8 are 0 to 150, the whole body 0 to 260 with its regions; any gap leaves no sum.
INST-51: fewer tested groups may be enough where a parameter says so: their mean stands in for the others.
INST-52: a trace of contraction counts 0 and is marked; what is no grade has no number.
INST-53: the seed's measure is the mean of tested groups, proximal and axial apart.
INST-54: a mark on the line is a number from 0 to 10 centimetres, also from millimetres.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trialbook.instruments import CATALOG
from trialbook.instruments.base import Instrument
from trialbook.instruments.catalogue import find_scale
from trialbook.instruments.kendall import from_five
from trialbook.instruments.mmt_8 import IDS, IDS_OF_BOTH
from trialbook.instruments.mmt_groups import OF_AXIAL, OF_PROXIMAL
from trialbook.instruments.mmt_total import PARTS
from trialbook.protocol.values import Value, parse_value

FILE = Path(__file__).parent / "cases" / "instrument_cases.json"
CASES = [case for case in json.loads(FILE.read_text(encoding="utf-8")) if case["instrument"] == "MMT"]
OF_SIDES = [case for case in CASES if case["variant"] == "MMT-8 bilateral"]
OF_GRADES = [case for case in CASES if case["variant"] == "grade 0-5 to Kendall 0-10"]
NAMES = {"glut_max": "gluteus_maximus", "glut_med": "gluteus_medius"}
GAP = float("nan")


def scale_of(name: str, **settings: str) -> Instrument:
    found = find_scale(name, settings)
    assert isinstance(found, Instrument)
    return found


def scores_of(scale: Instrument, grades: dict[str, float]) -> dict[str, float]:
    found = scale.score({item.id: np.array([grades[item.id]]) for item in scale.items})
    return {name: float(column[0]) for name, column in found.items()}


@pytest.mark.parametrize("case", OF_SIDES, ids=lambda case: case["id"])
def test_both_sides(case: dict[str, Any]) -> None:
    """INST-31."""
    inputs = case["inputs"]
    grades = {"neck_flexors": float(inputs["neck_flexors"])}
    for side in ("right", "left"):
        grades |= {f"{NAMES.get(name, name)}_{side}": float(grade) for name, grade in inputs[side].items()}
    both = CATALOG["mmt-8-both"]
    assert scores_of(both, grades) == {"total": case["expected"]["total"]}
    assert both.scores[0].high == case["expected"]["max"]


@pytest.mark.parametrize("case", OF_GRADES, ids=lambda case: case["id"])
def test_grades(case: dict[str, Any]) -> None:
    """INST-31, INST-52."""
    found = from_five([case["inputs"]["grade_0_5"]])
    expected = case["expected"]["kendall_0_10"]
    assert found.of_ten.tolist() == [0.0 if expected == "T" else float(expected)]
    assert found.is_trace.tolist() == [float(expected == "T")]


def test_all_worked_examples_are_there() -> None:
    """INST-31."""
    assert (len(OF_SIDES), len(OF_GRADES)) == (1, 10)


def test_grades_as_people_type_them() -> None:
    """INST-52."""
    found = from_five(["3\N{MINUS SIGN}", " 4+ ", "6", "", "T"])
    assert np.array_equal(found.of_ten, [4, 9, GAP, GAP, GAP], equal_nan=True)
    assert found.is_trace.tolist() == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("name", "highest"),
    [("mmt-8-both", {"total": 150}), ("mmt-total", {"axial": 20, "proximal": 160, "distal": 80, "total": 260})],
)
def test_ends(name: str, highest: dict[str, float]) -> None:
    """INST-50."""
    scale = CATALOG[name]
    ids = [item.id for item in scale.items]
    assert scores_of(scale, dict.fromkeys(ids, 10.0)) == highest
    assert scores_of(scale, dict.fromkeys(ids, 0.0)) == dict.fromkeys(highest, 0.0)
    assert {score.derived.id: score.high for score in scale.scores} == highest
    assert len(IDS_OF_BOTH) == 15
    assert {region: len(ids) for region, ids in PARTS.items()} == {"axial": 2, "proximal": 16, "distal": 8}


@pytest.mark.parametrize("grade", [GAP, 10.5, 11.0, -1.0])
def test_any_gap_leaves_no_sum(grade: float) -> None:
    """INST-50: of its region, and of all."""
    scale = CATALOG["mmt-total"]
    found = scores_of(scale, {item.id: 10.0 for item in scale.items} | {"wrist_flexors_left": grade})
    assert (found["axial"], found["proximal"]) == (20, 160)
    assert np.isnan([found["distal"], found["total"]]).all()


def test_fewer_groups_where_a_parameter_says_so() -> None:
    """INST-51."""
    grades = dict.fromkeys(IDS, 8.0) | {"deltoid": 1.0, "biceps": GAP}
    assert np.isnan(scores_of(scale_of("mmt-8"), grades)["total"])
    assert scores_of(scale_of("mmt-8", least_tested="7"), grades)["total"] == 49 * 8 / 7
    assert "at least 7 of the 8" in scale_of("mmt-8", least_tested="7").scores[0].gaps
    both = dict.fromkeys(IDS_OF_BOTH, 8.0) | {"biceps_left": GAP}
    assert scores_of(scale_of("mmt-8-both", least_tested="14"), both)["total"] == 120
    whole = scale_of("mmt-total", share_tested="0.9")
    grades = {item.id: 5.0 for item in whole.items} | {"trapezius_left": GAP, "neck_extensors": GAP}
    found = scores_of(whole, grades)
    assert (found["proximal"], found["total"]) == (80, 130)
    assert np.isnan(found["axial"])


def test_means_of_groups() -> None:
    """INST-53: eight of the ten proximal groups are enough, seven are not."""
    scale = CATALOG["mmt-groups"]
    grades = dict.fromkeys((*OF_PROXIMAL, *OF_AXIAL), 6.0) | {"triceps": GAP, "biceps": GAP, "hip_flexors": 10.0}
    assert scores_of(scale, grades) == {"proximal": 52 / 8, "axial": 6.0}
    found = scores_of(scale, grades | {"knee_flexors": GAP, "neck": GAP})
    assert np.isnan(list(found.values())).all()
    assert scores_of(scale_of("mmt-groups", least_proximal="7", least_axial="1"), grades | {"neck": GAP})["axial"] == 6


@pytest.mark.parametrize(
    ("typed", "value"), [("7", "7"), ("7.3 cm", "7.3"), ("73 mm", "7.3"), ("0", "0"), ("10", "10")]
)
def test_a_mark_on_the_line(typed: str, value: str) -> None:
    """INST-54."""
    scale = CATALOG["vas-10"]
    read = parse_value(scale.items[0], typed)
    assert isinstance(read, Value)
    assert read.value == value
    assert scores_of(scale, {"mark": float(value)}) == {"value": float(value)}
    assert np.isnan(scores_of(scale, {"mark": 10.5})["value"])
    assert not isinstance(parse_value(scale.items[0], "101 mm"), Value)
