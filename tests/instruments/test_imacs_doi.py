"""The IMACS definition of improvement.

Requirements:
DOI-01: all worked examples come out: relative changes, counts, and the answer.
DOI-02: the ends count: 20 per cent is better, 25 per cent is worse.
DOI-03: where missing measures could change the answer there is none, and the row says what is missing.
DOI-04: a baseline of 0 follows the stated rule; what a missing measure does is a parameter.
DOI-05: the answer is that of every way in which missing measures can turn out.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.instruments import RESPONSES
from trialbook.instruments.imacs_doi import IMACS_DOI, MEASURES, STANDARD, judge_doi, relative_changes

FILE = Path(__file__).parent / "cases" / "instrument_cases.json"
CASES = [case for case in json.loads(FILE.read_text(encoding="utf-8")) if case["instrument"] == "IMACS-DOI"]
NAMES = {"PHGA": "phga", "PTGA": "ptga", "EM": "extramuscular", "HAQ": "haq", "MMT": "mmt", "ENZ": "enzyme"}
GAP = float("nan")
Side: TypeAlias = "dict[str, float]"
BEFORE: Side = {"phga": 5, "ptga": 5, "extramuscular": 5, "haq": 2, "enzyme": 1000, "mmt": 50}


def columns(row: Side) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    return {name: np.array([value], dtype=np.float64) for name, value in row.items()}


def judged(base: Side, now: Side, **options: Any) -> tuple[dict[str, float], str]:
    found = judge_doi(columns(base), columns(now), replace(STANDARD, **options))
    return {name: float(column[0]) for name, column in found.columns.items()}, str(found.why[0])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, Any]) -> None:
    """DOI-01."""
    base, now = (
        {NAMES[name]: float(value) for name, value in case["inputs"][moment].items()}
        for moment in ("baseline", "followup")
    )
    expected = case["expected"]
    found, why = judged(base, now, mmt_highest=150)
    changes = relative_changes(columns(base), columns(now), replace(STANDARD, mmt_highest=150))
    for name, change in expected["relative_pct_improvement"].items():
        assert changes[NAMES[name]][0] == pytest.approx(change, abs=case["tolerance"])
    assert found == {"met": expected["met"], "improved": expected["n_improved"], "worse": expected["n_worse"]}
    assert why == ""


def test_all_worked_examples_are_there() -> None:
    """DOI-01."""
    assert [case["id"][-3:] for case in CASES] == ["002", "003", "004"]
    assert RESPONSES["imacs-doi"] is IMACS_DOI


@pytest.mark.parametrize(("share", "improved", "worse"), [(0.8, 1, 0), (0.81, 0, 0), (1.24, 0, 0), (1.25, 0, 1)])
def test_ends_count(share: float, improved: int, worse: int) -> None:
    """DOI-02."""
    for name in ("phga", "haq", "enzyme"):
        found, _ = judged(BEFORE, BEFORE | {name: BEFORE[name] * share})
        assert (found["improved"], found["worse"]) == (improved, worse)


def test_weaker_muscles_are_never_an_improvement() -> None:
    """DOI-02: a quarter of strength lost, whatever else is better."""
    better = {name: 0.0 for name in MEASURES if name != "mmt"}
    assert judged(BEFORE, better | {"mmt": 37.6})[0]["met"] == 1
    assert judged(BEFORE, better | {"mmt": 37.5})[0]["met"] == 0


def test_what_is_missing_leaves_no_answer_where_it_could_matter() -> None:
    """DOI-03."""
    half = {name: value / 2 for name, value in BEFORE.items()} | {"mmt": 80.0}
    found, why = judged(BEFORE, half | {"mmt": GAP})
    assert np.isnan(found["met"])
    assert why == "Not computable, because muscle strength has no change from its baseline"
    found, why = judged(BEFORE, half | {"haq": GAP})
    assert found["met"] == 1
    assert why == "The answer stands, although HAQ-DI has no change from its baseline"
    assert np.isnan(list(judged(dict.fromkeys(BEFORE, GAP), half)[0].values())).all()


def test_missing_may_count_neither_way() -> None:
    """DOI-04."""
    half = {name: value / 2 for name, value in BEFORE.items()} | {"mmt": GAP}
    assert judged(BEFORE, half, missing="neither")[0]["met"] == 1
    assert np.isnan(judged(dict.fromkeys(BEFORE, GAP), half, missing="neither")[0]["met"])


@pytest.mark.parametrize(
    ("name", "now", "improved", "worse"),
    [("phga", 0, 0, 0), ("phga", 1, 0, 1), ("mmt", 0, 0, 0), ("mmt", 5, 1, 0)],
)
def test_a_baseline_of_0(name: str, now: float, improved: int, worse: int) -> None:
    """DOI-04."""
    base, after = BEFORE | {name: 0.0}, BEFORE | {name: now}
    found, _ = judged(base, after)
    assert (found["improved"], found["worse"]) == (improved, worse)
    assert "has no change" in judged(base, after, zero_baseline="missing")[1]


def slow(changes: Side) -> int:
    """Judge six known changes as the publication words it."""
    better = sum(change >= 20 for change in changes.values())
    worse = [name for name, change in changes.items() if change <= -25]
    return int(better >= 3 and len(worse) <= 2 and "mmt" not in worse)


CHANGES = st.fixed_dictionaries({name: st.sampled_from([GAP, -50.0, 0.0, 50.0]) for name in MEASURES})


@settings(deadline=None)
@given(changes=CHANGES)
def test_agrees_with_every_way_in_which_it_can_turn_out(changes: Side) -> None:
    """DOI-05."""
    now = {name: BEFORE[name] * (1 + (change if name == "mmt" else -change) / 100) for name, change in changes.items()}
    gaps = [name for name, change in changes.items() if np.isnan(change)]
    ways = (dict(zip(gaps, way, strict=True)) for way in itertools.product((-50.0, 0.0, 50.0), repeat=len(gaps)))
    answers = {slow(changes | way) for way in ways}
    found, why = judged(BEFORE, now)
    if len(gaps) == len(MEASURES) or len(answers) > 1:
        assert np.isnan(found["met"])
        assert why.startswith("Not computable")
    else:
        assert {int(found["met"])} == answers
