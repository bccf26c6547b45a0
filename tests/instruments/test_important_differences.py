"""Minimal important differences.

Requirements:
MID-01: all worked examples come out: as large as the difference is large enough.
MID-02: every number has its population, source and confidence, and the scores that it names are in the catalogue.
MID-03: a change that is as large on paper is so here; a gap stays one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.instruments.catalogue import every_scale
from trialbook.instruments.important_differences import IMPORTANT_DIFFERENCES, differences_for, is_meaningful

CASE_FILE = Path(__file__).parent / "cases" / "safety_cases.json"
CASES = [case for case in json.loads(CASE_FILE.read_text(encoding="utf-8")) if case["instrument"] == "MCID"]
NAMES = {"PHGA": "phga-myositis", "HAQ": "haq-myositis", "MMT8": "mmt-8-myositis"}


def holds(change: float, amount: float) -> float:
    return float(is_meaningful(np.array([change]), amount)[0])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, Any]) -> None:
    """MID-01."""
    amount = IMPORTANT_DIFFERENCES[NAMES[case["inputs"]["measure"]]].amount
    assert bool(holds(case["inputs"]["improvement"], amount)) is case["expected"]["meets"]


def test_worked_examples_are_all_there() -> None:
    """MID-01."""
    assert len(CASES) == 4


def test_every_number_is_told_whence() -> None:
    """MID-02."""
    scores = {(scale.id, one.derived.id) for scale in every_scale() for one in scale.scores}
    for name, row in IMPORTANT_DIFFERENCES.items():
        assert row.id == name
        assert row.amount > 0
        assert set(row.scores) <= scores
        assert row.source.citation
        assert row.source.population


def test_found_by_score() -> None:
    """MID-02: there is none for PCS in myositis, and none is passed off as one."""
    assert [row.amount for row in differences_for("haq-di", "di")] == [0.65, 0.22, 0.375, 0.13, 0.3]
    assert [row.amount for row in differences_for("tis-2016", "tis")] == [23.7]
    assert [row.source.population for row in differences_for("sf-36-v1", "pcs")] == ["Psoriatic arthritis"]
    assert differences_for("adas-cog-11", "total") == ()


@given(base=st.integers(0, 300), amount=st.integers(1, 100), more=st.integers(-100, 100))
def test_as_large_on_paper(base: int, amount: int, more: int) -> None:
    """MID-03: hundredths of a point, counted in whole numbers."""
    change = (base + amount + more) / 100 - base / 100
    assert holds(change, amount / 100) == float(more >= 0)


def test_a_gap_stays_a_gap() -> None:
    """MID-03."""
    assert np.isnan(holds(float("nan"), 0.22))
    for wrong in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="above 0"):
            holds(1.0, wrong)
