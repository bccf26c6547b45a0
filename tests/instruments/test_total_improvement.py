"""The Total Improvement Score of 2016.

Requirements:
TIS-01: all worked examples come out: changes in per cent, points, enzyme, score and category.
TIS-02: the end of a level belongs to the lower level; the highest points add up to 100; a worsening gives 0.
TIS-03: without all six measures there is no score, and the row says what is missing; never a silent zero.
TIS-04: the enzyme is the highest multiple of its upper limit before; one without a limit leaves it open.
TIS-05: what sources leave open is a parameter: ranges, the muscle test, the missing rule, thresholds.
TIS-06: from 0 to 100; more improvement never lowers it; one row alone is the same as among many.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.instruments import RESPONSES
from trialbook.instruments.core_set import ENZYMES
from trialbook.instruments.response import Judged
from trialbook.instruments.total_improvement import POINTS, STANDARD, TIS_2016, judge_tis, percent_changes

FILE = Path(__file__).parent / "cases" / "instrument_cases.json"
CASES = [case for case in json.loads(FILE.read_text(encoding="utf-8")) if case["instrument"] == "TIS-2016"]
NAMES = {
    "PHGA": "phga", "PTGA": "ptga", "EM": "extramuscular", "HAQ": "haq", "MMT": "mmt", "ENZ": "enzyme",
    "CK": "ck", "ALD": "aldolase", "LDH": "ldh", "AST": "ast", "ALT": "alt",
}  # fmt: skip
CATEGORIES = ("none", "minimal", "moderate", "major")
GAP = float("nan")
Side: TypeAlias = "dict[str, float]"

BEFORE: Side = {
    "phga": 7, "ptga": 6, "extramuscular": 2, "haq": 2, "mmt": 60, "ck": 2632, "ck_upper": 200,
}  # fmt: skip
NOW: Side = {"phga": 3, "ptga": 4, "extramuscular": 1, "haq": 1.25, "mmt": 75, "ck": 661}


def columns(*rows: Side) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    return {name: np.array([row.get(name, GAP) for row in rows]) for name in {name for row in rows for name in row}}


def judged(base: Side, now: Side, **options: Any) -> tuple[dict[str, float], str]:
    """Judge one row."""
    found = judge_tis(columns(base), columns(now), replace(STANDARD, **options))
    return {name: float(column[0]) for name, column in found.columns.items()}, str(found.why[0])


def sides(case: dict[str, Any]) -> tuple[Side, Side, int]:
    """Write a worked example as two rows."""
    inputs = case["inputs"]
    base = {NAMES[name]: float(value) for name, value in {**inputs["baseline"], **inputs["enzyme_baseline"]}.items()}
    now = {NAMES[name]: float(value) for name, value in {**inputs["followup"], **inputs["enzyme_followup"]}.items()}
    limits = {f"{NAMES[name]}_upper": float(value) for name, value in inputs["uln"].items()}
    return base | limits, now, int(inputs["mmt_max"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, Any]) -> None:
    """TIS-01."""
    base, now, highest = sides(case)
    expected = case["expected"]
    found, why = judged(base, now, mmt_highest=highest)
    changes = percent_changes(columns(base), columns(now), replace(STANDARD, mmt_highest=highest))
    for name, change in expected["abs_pct_change"].items():
        assert changes[NAMES[name]][0] == pytest.approx(change, abs=case["tolerance"])
    for name, points in expected["level_scores"].items():
        assert found[f"{NAMES[name]}_points"] == points
    assert found["tis"] == expected["tis"]
    assert CATEGORIES[int(found["category"])] == expected["category"]
    assert tuple(ENZYMES)[int(found["enzyme"]) - 1] == NAMES[expected["enzyme_used"]]
    assert (found["measures"], why) == (6, "")


def test_all_worked_examples_are_there() -> None:
    """TIS-01."""
    assert [case["id"][-3:] for case in CASES] == ["004", "005", "006", "007", "008", "009"]
    assert RESPONSES["tis-2016"] is TIS_2016


@pytest.mark.parametrize(
    ("measure", "highest", "ends"),
    [("phga", 10, (5, 15, 25, 40)), ("haq", 3, (5, 15, 25, 40)), ("mmt", 80, (2, 10, 20, 30))],
)
def test_ends_of_levels_belong_to_the_lower_one(measure: str, highest: float, ends: tuple[float, ...]) -> None:
    """TIS-02."""
    sign = 1 if measure == "mmt" else -1
    start = 0.0 if sign > 0 else highest
    for level, end in enumerate(ends):
        for more, place in ((0.0, level), (0.01, level + 1)):
            now = NOW | {measure: start + sign * highest * (end + more) / 100}
            found, _ = judged(BEFORE | {measure: start}, now)
            assert found[f"{measure}_points"] == POINTS[measure][place]


def test_highest_points_add_up_to_100() -> None:
    """TIS-02."""
    assert sum(points[-1] for points in POINTS.values()) == 100
    assert all(list(points) == sorted(points) and points[0] == 0 for points in POINTS.values())


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("phga", "physician's assessment"), ("ptga", "participant's assessment"), ("haq", "HAQ-DI"),
        ("extramuscular", "activity outside of muscle"), ("mmt", "muscle strength"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("moment", ["before", "now"])
def test_a_missing_measure_leaves_no_score(gone: str, said: str, moment: str) -> None:
    """TIS-03."""
    base = BEFORE | ({gone: GAP} if moment == "before" else {})
    now = NOW | ({gone: GAP} if moment == "now" else {})
    found, why = judged(base, now)
    assert np.isnan([found["tis"], found["category"], found[f"{gone}_points"]]).all()
    assert found["measures"] == 5
    assert why == f"Not computable, because {said} is missing {moment} (5 of 6 measures)"


def test_nothing_gives_nothing() -> None:
    """TIS-03."""
    found, why = judged(dict.fromkeys(BEFORE, GAP), dict.fromkeys(NOW, GAP))
    assert np.isnan(list(found.values())).all()
    assert why.endswith("(0 of 6 measures)")


@pytest.mark.parametrize("value", [10.01, -0.1, float("inf")])
def test_a_number_outside_the_scale_is_missing(value: float) -> None:
    """TIS-03."""
    assert np.isnan(judged(BEFORE, NOW | {"phga": value})[0]["tis"])


def test_a_missing_measure_may_count_0_and_is_told() -> None:
    """TIS-05: but never without the physician's assessment and muscle strength."""
    whole, _ = judged(BEFORE, NOW)
    found, why = judged(BEFORE, NOW | {"extramuscular": GAP}, missing="zero")
    assert found["tis"] == whole["tis"] - whole["extramuscular_points"]
    assert why == "Counted as 0: activity outside of muscle is missing now (5 of 6 measures)"
    for needed in ("phga", "mmt"):
        assert np.isnan(judged(BEFORE, NOW | {needed: GAP}, missing="zero")[0]["tis"])


def test_the_most_abnormal_enzyme_is_followed() -> None:
    """TIS-04."""
    base = BEFORE | {"ldh": 400.0, "ldh_upper": 250.0, "aldolase": 80.0, "aldolase_upper": 8.0, "ck": 1000.0}
    now = NOW | {"ldh": 300.0, "aldolase": 32.0}
    found, _ = judged(base, now)
    assert (found["enzyme"], found["enzyme_points"]) == (2, 7.5)
    assert judged(base | {"ck": 2000.0}, now)[0]["enzyme"] == 1  # of equal ones the first


@pytest.mark.parametrize(
    ("base", "now", "said"),
    [
        (BEFORE | {"ldh": 300.0}, NOW, "a muscle enzyme was measured that has no upper limit of normal"),
        (BEFORE | {"ck_upper": 0.0}, NOW, "a muscle enzyme was measured that has no upper limit of normal"),
        (BEFORE | {"ck": GAP}, NOW, "no muscle enzyme was measured before"),
        (BEFORE, NOW | {"ck": GAP, "ldh": 200.0}, "creatine kinase, the enzyme that is followed, is missing now"),
    ],
)
def test_an_enzyme_that_cannot_be_told_leaves_no_score(base: Side, now: Side, said: str) -> None:
    """TIS-04."""
    found, why = judged(base, now)
    assert np.isnan([found["tis"], found["enzyme_points"]]).all()
    assert why == f"Not computable, because {said} (5 of 6 measures)"


def test_parameters_are_used_and_kept() -> None:
    """TIS-05."""
    assert judged(BEFORE | {"ck": 1000.0}, NOW | {"ck": 800.0})[0]["enzyme_points"] == 2.5
    assert judged(BEFORE | {"ck": 1000.0}, NOW | {"ck": 800.0}, ck_range=5.0)[0]["enzyme_points"] == 5
    assert judged(BEFORE, NOW, minimal=30.0, moderate=45.0, major=70.0)[0]["category"] == 2
    assert TIS_2016.with_parameters is not None
    whole_body = TIS_2016.with_parameters(replace(STANDARD, mmt_highest=260))
    assert whole_body.parameters == replace(STANDARD, mmt_highest=260)
    assert next(item.maximum for item in whole_body.items if item.id == "mmt_now") == 260
    assert next(item.maximum for item in TIS_2016.items if item.id == "mmt_now") == 80


SIDES = st.fixed_dictionaries(
    {},
    optional={
        "phga": st.floats(0, 10), "ptga": st.floats(0, 10), "extramuscular": st.floats(0, 10), "haq": st.floats(0, 3),
        "mmt": st.floats(0, 80), **{name: st.floats(0, 1e5) for name in ENZYMES},
    },
)  # fmt: skip
LIMITS = st.fixed_dictionaries({}, optional={f"{name}_upper": st.floats(1, 500) for name in ENZYMES})
EMPTY = dict.fromkeys(("phga", "ptga", "extramuscular", "haq", "mmt"), GAP)


@settings(deadline=None)
@given(rows=st.lists(st.tuples(SIDES, LIMITS, SIDES), min_size=1, max_size=4))
def test_scores_stay_in_range_and_rows_apart(rows: list[tuple[Side, Side, Side]]) -> None:
    """TIS-03, TIS-06."""
    base, now = [EMPTY | one | limits for one, limits, _ in rows], [EMPTY | two for _, _, two in rows]
    together: Judged = judge_tis(columns(*base), columns(*now))
    for place, (one, two) in enumerate(zip(base, now, strict=True)):
        alone, why = judged(one, two)
        assert np.array_equal(
            list(alone.values()), [column[place] for column in together.columns.values()], equal_nan=True
        )
        assert why == together.why[place]
        assert np.isnan(alone["tis"]) == (alone["measures"] != 6) == bool(why)
    for score in TIS_2016.scores:
        column = together.columns[score.derived.id]
        assert np.all(np.isnan(column) | ((column >= score.low) & (column <= score.high)))


@settings(deadline=None)
@given(base=SIDES, now=SIDES, name=st.sampled_from(["phga", "ptga", "haq", "extramuscular"]), less=st.floats(0, 1))
def test_more_improvement_never_lowers_the_score(base: Side, now: Side, name: str, less: float) -> None:
    """TIS-06."""
    one, two = BEFORE | base, NOW | now
    better = judged(one, two | {name: two[name] * less})[0]["tis"]
    worse = judged(one, two)[0]["tis"]
    assert np.isnan(better) == np.isnan(worse)
    assert np.isnan(better) or better >= worse
