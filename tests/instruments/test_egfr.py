"""Filtration rate by CKD-EPI 2021.

Requirements:
EGFR-01: all worked examples come out, those of admiral and of the calculator of the National Kidney Foundation.
EGFR-02: more creatinine or more years are less filtration; a gap, a child, or what is no measurement has no rate.
EGFR-03: the factor between mg/dL and umol/L may be set, and a form in mg/dL gives what the equation gives.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.instruments.egfr import EGFR, EgfrParameters, egfr, estimated_filtration
from trialbook.protocol.values import Value, parse_value

CASE_FILE = Path(__file__).parent / "cases" / "safety_cases.json"
CASES = [case for case in json.loads(CASE_FILE.read_text(encoding="utf-8")) if case["instrument"] == "EGFR"]
NAN = float("nan")


def rate(creatinine: float, age: float, female: float) -> float:
    return float(egfr(np.array([creatinine]), np.array([age]), np.array([female]))[0])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, Any]) -> None:
    """EGFR-01."""
    known = case["inputs"]
    female = float(known["sex"] == "F")
    columns = {"age": np.array([known["age"]]), "female": np.array([female])}
    if "creatinine_umol_L" in known:
        columns["creatinine"] = np.array([known["creatinine_umol_L"]])
        found = float(EGFR.score(columns)["egfr"][0])
    else:
        found = rate(known["creatinine_mg_dL"], known["age"], female)
    assert found == pytest.approx(case["expected"]["egfr"], abs=case["tolerance"])
    assert round(found) == case["expected"].get("egfr_rounded", round(found))


def test_worked_examples_are_all_there() -> None:
    """EGFR-01."""
    assert len(CASES) == 5


@given(creatinine=st.floats(0.2, 20), age=st.integers(18, 119), female=st.sampled_from([0.0, 1.0]))
def test_which_way_it_goes(creatinine: float, age: int, female: float) -> None:
    """EGFR-02."""
    here = rate(creatinine, age, female)
    assert EGFR.scores[0].low < here < EGFR.scores[0].high
    assert rate(creatinine * 1.01, age, female) < here
    assert rate(creatinine, age + 1, female) < here


@given(numbers=st.lists(st.tuples(st.floats(), st.floats(), st.floats()), max_size=4))
def test_no_number_is_too_odd(numbers: list[tuple[float, float, float]]) -> None:
    """EGFR-02."""
    creatinine, age, female = np.array(numbers, dtype=float).reshape(len(numbers), 3).T
    found = egfr(creatinine, age, female)
    is_given = (creatinine > 0) & (creatinine <= 10_000) & (age >= 18) & (age <= 120) & np.isin(female, (0, 1))
    assert (np.isfinite(found) == is_given).all()


def test_a_gap_and_a_child() -> None:
    """EGFR-02."""
    assert all(np.isnan(rate(*row)) for row in ((NAN, 50, 1), (1, NAN, 1), (1, 50, NAN), (1, 17, 0), (0, 50, 0)))


def test_the_factor_may_be_set() -> None:
    """EGFR-03."""
    columns = {"creatinine": np.array([96.3]), "age": np.array([55.0]), "female": np.array([0.0])}
    other = estimated_filtration(EgfrParameters(umol_per_mg_dl=88.4))
    assert float(other.score(columns)["egfr"][0]) == pytest.approx(rate(96.3 / 88.4, 55, 0), rel=1e-12)
    assert other.with_parameters is not None


@pytest.mark.parametrize("factor", [88.42, 88.4])
def test_a_form_in_mg_dl(factor: float) -> None:
    """EGFR-03."""
    instrument = estimated_filtration(EgfrParameters(umol_per_mg_dl=factor))
    typed = parse_value(instrument.items[0], "1.09 mg/dL")
    assert isinstance(typed, Value)
    columns = {"creatinine": np.array([float(typed.value or "")]), "age": np.array([61.0]), "female": np.array([1.0])}
    assert float(instrument.score(columns)["egfr"][0]) == pytest.approx(rate(1.09, 61, 1), rel=1e-7)
