"""The EULAR/ACR classification of 2017.

Requirements:
IIM-01: all worked examples come out: score, probability, class by the score, subgroup.
IIM-02: the class goes by the published cut-offs of the score, which the probability would miss.
IIM-03: least and most are the score of every way in which unknown findings can turn out; no class where they differ.
IIM-04: the subgroup is told only where one alone is possible.
IIM-05: the weights are those of both columns as published; ends of the ages count as printed.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.instruments import CATALOG
from trialbook.instruments.eular_acr_2017 import (
    EULAR_ACR_2017,
    IDS,
    STANDARD,
    SUBGROUPS,
    WEIGHTS,
    YES_NO_IDS,
    probability,
    score_eular_acr_2017,
)

FILE = Path(__file__).parent / "cases" / "instrument_cases.json"
CASES = [case for case in json.loads(FILE.read_text(encoding="utf-8")) if case["instrument"] == "IIM-2017"]
NAMES = {
    "prox_upper": "proximal_upper", "prox_lower": "proximal_lower", "neck_flex_weaker": "neck_flexors",
    "leg_prox_weaker": "leg_proximal", "bx_endomysial": "endomysial", "bx_rimmed_vacuoles": "rimmed_vacuoles",
}  # fmt: skip
GROUPS = {"PM (includes IMNM)": 1, "IBM": 4, "JDM": 5}
CLASSES = ("none", "possible", "probable", "definite")
GAP = float("nan")
Row: TypeAlias = "dict[str, float]"
NOTHING: Row = dict.fromkeys(YES_NO_IDS, 0.0)


def scores_of(row: Row) -> Row:
    found = score_eular_acr_2017({name: np.array([row.get(name, GAP)]) for name in IDS})
    return {name: float(column[0]) for name, column in found.items()}


@pytest.mark.parametrize("case", [case for case in CASES if case["variant"] != "boundary"], ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, Any]) -> None:
    """IIM-01: what an example does not name is absent."""
    inputs, expected = case["inputs"], case["expected"]
    present = (NAMES.get(name, name) for name in inputs["present"] if name != "age40plus")
    row = NOTHING | dict.fromkeys(present, 1.0)
    found = scores_of(row | {"onset": float(inputs["age_onset"]), "biopsy": float(inputs["biopsy_model"])})
    assert found["score"] == expected["score"]
    assert found["probability"] == pytest.approx(expected["probability"], abs=case["tolerance"])
    assert CLASSES[int(found["class"])] == expected["category_by_score"]
    if "subgroup" in expected:
        assert found["subgroup"] == GROUPS[expected["subgroup"]]


def test_all_worked_examples_are_there() -> None:
    """IIM-01."""
    assert [case["id"][-3:] for case in CASES] == ["002", "005", "006", "007", "008", "009"]
    assert CATALOG["eular-acr-2017"] is EULAR_ACR_2017


@pytest.mark.parametrize(("variant", "middle"), [("no_biopsy", STANDARD.middle), ("biopsy", STANDARD.middle_biopsy)])
def test_probabilities_at_the_cut_offs(variant: str, middle: float) -> None:
    """IIM-02: they lie on the wrong side of 50, 55 or 90 per cent."""
    (case,) = (case for case in CASES if case["variant"] == "boundary")
    found = probability(np.array(case["inputs"][f"scores_{variant}"]), middle)
    assert found == pytest.approx(case["expected"][f"prob_{variant}"], abs=case["tolerance"])


@pytest.mark.parametrize(
    ("present", "biopsy", "score", "level"),
    [
        (("heliotrope", "gottron_papules"), 0, 5.2, 0),
        (("gottron_sign", "neck_flexors"), 0, 5.2, 0),
        (("gottron_papules", "anti_jo1"), 0, 6.0, 2),
        (("anti_jo1", "proximal_upper", "dysphagia"), 0, 5.3, 1),
        (("gottron_sign", "leg_proximal", "enzymes"), 0, 5.5, 2),
        (("gottron_papules", "gottron_sign", "enzymes", "proximal_lower"), 0, 7.5, 3),
        (("gottron_sign", "leg_proximal", "neck_flexors"), 1, 6.5, 1),
        (("gottron_sign", "anti_jo1", "leg_proximal"), 1, 8.7, 3),
    ],
)
def test_class_by_the_score(present: tuple[str, ...], biopsy: int, score: float, level: int) -> None:
    """IIM-02."""
    found = scores_of(NOTHING | dict.fromkeys(present, 1.0) | {"onset": 10.0, "biopsy": float(biopsy)})
    assert (found["score"], found["class"]) == (score, level)


@pytest.mark.parametrize(
    ("age", "plain", "with_biopsy"),
    [(0, 0.0, 0.0), (17.9, 0, 0), (18, 1.3, 1.5), (39.9, 1.3, 1.5), (40, 2.1, 2.2), (120, 2.1, 2.2)],
)
def test_onset(age: float, plain: float, with_biopsy: float) -> None:
    """IIM-05."""
    found = scores_of(NOTHING | {"onset": age, "biopsy": 1.0})
    assert (found["no_biopsy"], found["with_biopsy"]) == (plain, with_biopsy)


def test_all_weights_add_up() -> None:
    """IIM-05: the sums of both published columns, the older age in each."""
    found = scores_of(dict.fromkeys(YES_NO_IDS, 1.0) | {"onset": 50.0})
    assert (found["no_biopsy"], found["with_biopsy"]) == (20.8, 29.5)
    assert len(WEIGHTS) == 10


def test_without_a_biopsy_there_is_no_score_with_one() -> None:
    """IIM-03."""
    found = scores_of(NOTHING | {"onset": 50.0})
    assert np.isnan(found["with_biopsy_most"])
    assert (found["score"], found["class"], found["subgroup"]) == (2.1, 0, 0)


def test_an_unknown_biopsy_leaves_the_score_open() -> None:
    """IIM-03: the class stands where it is the same either way."""
    skin = dict.fromkeys(("heliotrope", "gottron_papules", "gottron_sign", "anti_jo1"), 1.0)
    found = scores_of(NOTHING | skin | {"onset": 50.0, "biopsy": GAP})
    assert np.isnan([found["score"], found["probability"]]).all()
    assert (found["class"], found["subgroup"]) == (3, 3)


SKIN = dict.fromkeys(("heliotrope", "gottron_papules", "gottron_sign"), 1.0)
MUSCLE = dict.fromkeys(("proximal_upper", "proximal_lower", "neck_flexors", "leg_proximal", "anti_jo1"), 1.0)


@pytest.mark.parametrize(
    ("row", "group"),
    [
        (MUSCLE | {"onset": 50.0}, "Polymyositis, with necrotising myopathy"),
        (MUSCLE | {"onset": 50.0, "finger_flexors": 1.0}, "Polymyositis, with necrotising myopathy"),
        (MUSCLE | {"onset": 50.0, "finger_flexors": 1.0, "no_response": 1.0}, "Inclusion body myositis"),
        (MUSCLE | {"onset": 50.0, "finger_flexors": 1.0, "no_response": GAP}, None),
        (
            MUSCLE | {"onset": 50.0, "finger_flexors": 0.0, "no_response": GAP},
            "Polymyositis, with necrotising myopathy",
        ),
        (MUSCLE | {"onset": 50.0, "biopsy": 1.0, "rimmed_vacuoles": 1.0}, "Inclusion body myositis"),
        (MUSCLE | SKIN | {"onset": 18.0}, "Dermatomyositis"),
        (SKIN | {"onset": 50.0}, "Amyopathic dermatomyositis"),
        (SKIN | {"onset": 50.0, "proximal_upper": GAP}, None),
        (MUSCLE | SKIN | {"onset": 17.0}, "Juvenile dermatomyositis"),
        (MUSCLE | {"onset": 17.0}, "Juvenile myositis, other"),
        (MUSCLE | SKIN | {"onset": GAP}, None),
        ({"onset": 50.0}, "Not probable, so none"),
    ],
)
def test_subgroup(row: Row, group: str | None) -> None:
    """IIM-04."""
    found = scores_of(NOTHING | row)["subgroup"]
    assert (None if np.isnan(found) else SUBGROUPS[int(found)]["en"]) == group


ROWS = st.fixed_dictionaries(
    {name: st.sampled_from([0.0, 1.0]) for name in YES_NO_IDS} | {"onset": st.sampled_from([9.0, 18.0, 50.0])}
)


@settings(deadline=None, max_examples=40)
@given(row=ROWS, gaps=st.lists(st.sampled_from(YES_NO_IDS), unique=True, max_size=4))
def test_bounds_are_those_of_every_way_it_can_turn_out(row: Row, gaps: list[str]) -> None:
    """IIM-03, IIM-04."""
    found = scores_of(row | dict.fromkeys(gaps, GAP))
    ways = [
        scores_of(row | dict(zip(gaps, way, strict=True))) for way in itertools.product((0.0, 1.0), repeat=len(gaps))
    ]
    assert found["no_biopsy_least"] == min(way["no_biopsy"] for way in ways)
    assert found["no_biopsy_most"] == max(way["no_biopsy"] for way in ways)
    assert found["class_least"] == min(way["class"] for way in ways)
    assert found["class_most"] == max(way["class"] for way in ways)
    classes, groups = {way["class"] for way in ways}, {way["subgroup"] for way in ways}
    assert np.isnan(found["class"]) == (len(classes) > 1)
    assert np.isnan(found["subgroup"]) or groups == {found["subgroup"]}
