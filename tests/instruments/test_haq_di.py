"""The disability index of the Health Assessment Questionnaire.

Requirements:
INST-10: all worked examples come out exactly; the index that takes means of items is another one.
INST-11: a category is its worst answered item; the index is the mean of the categories with an answer, at least six.
INST-12: an aid or help lifts its category to 2 in the standard index, and never in the other one.
INST-13: the standard index needs an answer about aids or help; no index is ever made of nothing.
INST-14: from 0 to 3, lower is better, whatever the order of rows and items.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.instruments import CATALOG
from trialbook.instruments.haq_di import DIFFICULTIES, HAQ_DI, SUPPORTS, score_haq_di

REFEREE = Path(__file__).parent / "cases" / "instrument_cases.json"
CASES = [case for case in json.loads(REFEREE.read_text(encoding="utf-8")) if case["id"].startswith("HAQ-DI")]
IDS = tuple(item.id for item in HAQ_DI.items)
MEMBERS = {
    "dressing": 2, "arising": 2, "eating": 3, "walking": 2, "hygiene": 3, "reach": 2, "grip": 3, "activities": 3,
}  # fmt: skip
Row: TypeAlias = "dict[str, float | None]"


def scores_of(*rows: Row, order: tuple[str, ...] = IDS) -> dict[str, list[float | None]]:
    """Score rows of answers; None is no answer, and no score."""
    gap = float("nan")
    table = [{name: gap if value is None else float(value) for name, value in row.items()} for row in rows]
    found = score_haq_di({name: np.array([row.get(name, gap) for row in table]) for name in order})
    return {name: [None if np.isnan(value) else float(value) for value in column] for name, column in found.items()}


def row_of(case: dict[str, Any]) -> Row:
    """Write a worked example as a row, with everything about aids and help answered."""
    inputs = case["inputs"]
    row: Row = dict.fromkeys(SUPPORTS, 0.0)
    for category, answers in inputs["items"].items():
        names = [name for name in DIFFICULTIES if name.startswith(f"{category}_")]
        row |= dict(zip(names, answers, strict=True))
    used = [f"{name}_aid" for name in inputs.get("aids_categories", [])]
    used += [f"{name}_help" for name in inputs.get("help_categories", [])]
    return row | dict.fromkeys(used, 1.0)


def slow(row: Row) -> dict[str, float | None]:
    """Score one row as a person would with the form in hand."""
    standard, plain = [], []
    for category in MEMBERS:
        names = [name for name in DIFFICULTIES if name.startswith(f"{category}_")]
        answers = [value for value in (row.get(name) for name in names) if value is not None]
        if answers:
            worst = max(answers)
            used = row.get(f"{category}_help") == 1 or row.get(f"{category}_aid") == 1
            plain.append(worst)
            standard.append(max(worst, 2) if used else worst)
    asked = any(row.get(name) is not None for name in SUPPORTS)
    enough = len(plain) >= 6
    return {
        "di": sum(standard) / len(standard) if enough and asked else None,
        "di_without_aids": sum(plain) / len(plain) if enough else None,
    }


BEST: Row = dict.fromkeys(IDS, 0.0)
WORST: Row = {name: 3.0 if name in DIFFICULTIES else 1.0 for name in IDS}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, Any]) -> None:
    """INST-10."""
    expected = case["expected"]
    found = scores_of(row_of(case))
    assert found["di"] == pytest.approx([expected["di_standard"]], abs=case["tolerance"])
    if "di_alternative" in expected:
        assert found["di_without_aids"] == pytest.approx([expected["di_alternative"]], abs=case["tolerance"])
    else:
        assert found["di_without_aids"] != [expected["di_mean_items"]]


def test_all_worked_examples_are_there() -> None:
    """INST-10."""
    assert [case["id"][-3:] for case in CASES] == ["001", "004", "005", "006", "008", "009"]


def test_form_has_20_tasks_7_aids_and_8_helps() -> None:
    """INST-10."""
    assert {name: sum(item.startswith(f"{name}_") for item in DIFFICULTIES) for name in MEMBERS} == MEMBERS
    assert len(IDS) == len(set(IDS)) == len(set(DIFFICULTIES) | set(SUPPORTS)) == 35
    assert "activities_aid" not in IDS
    assert CATALOG["haq-di"] is HAQ_DI
    assert HAQ_DI.items[0].choices["3"] == {"en": "cannot", "zh-Hant": "做不到"}


@pytest.mark.parametrize(("left", "index"), [(8, 1.0), (7, 1.0), (6, 1.0), (5, None), (0, None)])
def test_at_least_six_categories(left: int, index: float | None) -> None:
    """INST-11."""
    kept = tuple(MEMBERS)[:left]
    row: Row = {name: 1.0 for name in DIFFICULTIES if name.startswith(kept)} if kept else {}
    found = scores_of(row | dict.fromkeys(SUPPORTS, 0.0))
    assert found == {"di": [index], "di_without_aids": [index]}


def test_an_aid_makes_no_answer_of_a_category_without_one() -> None:
    """INST-12."""
    row: Row = {name: None if name.startswith("grip_") else 0.0 for name in IDS}
    assert scores_of(row | {"grip_aid": 1.0, "reach_aid": 1.0})["di"] == [2 / 7]


@pytest.mark.parametrize(("task", "lifted"), [(0.0, 0.25), (1.0, 0.25), (2.0, 0.25), (3.0, 0.375)])
@pytest.mark.parametrize("support", SUPPORTS)
def test_each_aid_and_help_lifts_its_category_to_two(support: str, task: float, lifted: float) -> None:
    """INST-12."""
    category = support.rpartition("_")[0]
    tasks: Row = {name: task for name in DIFFICULTIES if name.startswith(f"{category}_")}
    found = scores_of(BEST | tasks | {support: 1.0})
    assert found == {"di": [lifted], "di_without_aids": [task / 8]}


def test_without_any_answer_about_aids_there_is_no_standard_index() -> None:
    """INST-13."""
    tasks: Row = dict.fromkeys(DIFFICULTIES, 1.0)
    assert scores_of(tasks) == {"di": [None], "di_without_aids": [1.0]}
    assert scores_of(tasks | {"reach_help": 0.0})["di"] == [1.0]
    assert scores_of({}) == {"di": [None], "di_without_aids": [None]}
    assert scores_of(dict.fromkeys(SUPPORTS, 1.0))["di"] == [None]


@pytest.mark.parametrize("code", [-1.0, 0.5, 4.0, float("inf")])
def test_a_code_that_the_form_does_not_have_is_no_answer(code: float) -> None:
    """INST-13."""
    assert scores_of(BEST | dict.fromkeys(DIFFICULTIES, code))["di_without_aids"] == [None]
    assert scores_of(BEST | dict.fromkeys(SUPPORTS, code))["di"] == [None]


def test_best_and_worst_answers_give_the_ends() -> None:
    """INST-14."""
    assert scores_of(BEST, WORST) == {"di": [0.0, 3.0], "di_without_aids": [0.0, 3.0]}
    assert {(score.low, score.high, score.better) for score in HAQ_DI.scores} == {(0, 3, "lower")}


ROWS = st.fixed_dictionaries(
    {}, optional={name: st.integers(0, 3 if name in DIFFICULTIES else 1).map(float) for name in IDS}
)


@settings(deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=4), order=st.permutations(IDS))
def test_agrees_with_the_form_in_hand(rows: list[Row], order: list[str]) -> None:
    """INST-11, INST-12, INST-13, INST-14."""
    found = scores_of(*rows, order=tuple(order))
    for name in ("di", "di_without_aids"):
        assert found[name] == [slow(row)[name] for row in rows]
        assert all(value is None or 0 <= value <= 3 for value in found[name])
        assert scores_of(*reversed(rows))[name] == found[name][::-1]
    for standard, plain in zip(found["di"], found["di_without_aids"], strict=True):
        assert standard is None or (plain is not None and standard >= plain)


@settings(deadline=None)
@given(row=ROWS, task=st.sampled_from(DIFFICULTIES))
def test_more_trouble_never_lowers_the_index(row: Row, task: str) -> None:
    """INST-14."""
    found = scores_of(row | {task: 0.0}, row | {task: 3.0})
    assert all(low is None or (high is not None and low <= high) for low, high in found.values())
