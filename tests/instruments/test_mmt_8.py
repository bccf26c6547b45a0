"""Manual muscle testing of eight muscle groups.

Requirements:
INST-30: the total is the sum of eight grades from 0 to 10, 0 to 80, higher is better; any gap leaves no total.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.instruments import CATALOG
from trialbook.instruments.mmt_8 import IDS, MMT_8, score_mmt_8
from trialbook.protocol.values import Value, parse_value

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
