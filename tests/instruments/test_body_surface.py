"""Body surface area.

Requirements:
BSA-01: all worked examples, and those of two R packages, come out for every formula of the study file's language.
BSA-02: a column gives what its rows give one by one, and a gap stays a gap.
BSA-03: what is no number above 0 is refused; there is no other formula.
BSA-04: a heavier or a taller person has more surface, by every formula.
BSA-05: the formulas stay within ten per cent of each other in adults, so that none is off by a unit.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.instruments.body_surface import FORMULAS, body_surface, body_surfaces
from trialbook.protocol.grammar import SECTIONS
from trialbook.protocol.kinds import Word

CASE_FILE = Path(__file__).parent / "cases" / "instrument_cases.json"
CASES = [case for case in json.loads(CASE_FILE.read_text(encoding="utf-8")) if case["instrument"] == "BSA-RTX"]
EXPECTED = {
    "mosteller": "bsa_mosteller", "du_bois": "bsa_dubois", "haycock": "bsa_haycock", "gehan_george": "bsa_gehan_george",
}  # fmt: skip

ADMIRAL = {"mosteller": (1.882, 2.151), "boyd": (1.905, 2.158)}
"""`compute_bsa` of admiral (tests/testthat/test-compute_bsa.R): 170 cm with 75 kg, and 185 cm with 90 kg."""
CLINPK = {"du_bois": 1.996, "mosteller": 2.000, "haycock": 2.007, "gehan_george": 2.009, "boyd": 2.007}
"""`calc_bsa` of clinPK (tests/testthat): 180 cm with 80 kg."""
BY_R = {"boyd": (1.578460257, 1.385883691, 2.158378610, 1.624703356, 0.755204756)}
"""R 4.2.2, from `0.0003207 * h^0.3 * (1000*w)^(0.7285 - 0.0188*log10(1000*w))`, for the people of `HEAVY_AND_LIGHT`."""
HEAVY_AND_LIGHT = ((160.0, 55.0), (150.0, 45.0), (178.0, 92.0), (165.0, 57.0), (110.0, 18.0))

WEIGHTS, HEIGHTS = st.floats(30, 200), st.floats(145, 205)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, dict[str, float]]) -> None:
    """BSA-01."""
    weight, height = case["inputs"]["weight_kg"], case["inputs"]["height_cm"]
    for formula, name in EXPECTED.items():
        assert body_surface(formula, weight=weight, height=height) == pytest.approx(case["expected"][name], abs=5e-7)


def test_worked_examples_are_all_there() -> None:
    """BSA-01."""
    assert len(CASES) == 5


@pytest.mark.parametrize("formula", ADMIRAL)
def test_as_in_admiral(formula: str) -> None:
    """BSA-01."""
    found = tuple(round(body_surface(formula, weight=w, height=h), 3) for h, w in ((170, 75), (185, 90)))
    assert found == ADMIRAL[formula]


@pytest.mark.parametrize("formula", FORMULAS)
def test_as_in_clinpk(formula: str) -> None:
    """BSA-01."""
    assert round(body_surface(formula, weight=80, height=180), 3) == CLINPK[formula]


def test_boyd_as_r_computes_it() -> None:
    """BSA-01."""
    found = [body_surface("boyd", weight=w, height=h) for h, w in HEAVY_AND_LIGHT]
    assert found == pytest.approx(BY_R["boyd"], abs=1e-9)


def test_the_study_file_has_these_formulas() -> None:
    """BSA-03."""
    kind = next(key.kind for key in SECTIONS["treatment"].keys if key.name == "body_surface")
    assert isinstance(kind, Word)
    assert set(kind.options) == set(FORMULAS)
    with pytest.raises(KeyError):
        body_surface("lean", weight=70, height=170)


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_column_is_its_rows(formula: str) -> None:
    """BSA-02."""
    heights, weights = (np.array(column) for column in zip(*HEAVY_AND_LIGHT, strict=True))
    rows = [body_surface(formula, weight=w, height=h) for h, w in HEAVY_AND_LIGHT]
    assert list(body_surfaces(formula, weight=weights, height=heights)) == pytest.approx(rows, rel=1e-14)


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_gap_stays_a_gap(formula: str) -> None:
    """BSA-02."""
    gap = float("nan")
    found = body_surfaces(formula, weight=np.array([70.0, gap, 70.0]), height=np.array([gap, 170.0, 170.0]))
    assert list(np.isnan(found)) == [True, True, False]
    assert body_surfaces(formula, weight=np.array([]), height=np.array([])).shape == (0,)


@pytest.mark.parametrize("wrong", [0.0, -70.0, float("inf"), float("-inf")])
def test_what_cannot_be_is_refused(wrong: float) -> None:
    """BSA-03."""
    for formula in FORMULAS:
        for weight, height in ((wrong, 170.0), (70.0, wrong)):
            with pytest.raises(ValueError, match="above 0"):
                body_surface(formula, weight=weight, height=height)
            with pytest.raises(ValueError, match="above 0"):
                body_surfaces(formula, weight=np.array([70.0, weight]), height=np.array([170.0, height]))
    with pytest.raises(ValueError, match="above 0"):
        body_surface("boyd", weight=float("nan"), height=170)


@given(weight=WEIGHTS, height=HEIGHTS, more=st.floats(1.01, 1.5))
def test_more_body_more_surface(weight: float, height: float, more: float) -> None:
    """BSA-04."""
    for formula in FORMULAS:
        here = body_surface(formula, weight=weight, height=height)
        assert body_surface(formula, weight=weight * more, height=height) > here
        assert body_surface(formula, weight=weight, height=height * more) > here


@given(height=HEIGHTS, index=st.floats(17, 30))
def test_formulas_agree(height: float, index: float) -> None:
    """BSA-05: `index` is the body mass index, in kg/m2."""
    weight = index * (height / 100) ** 2
    found = [body_surface(formula, weight=weight, height=height) for formula in FORMULAS]
    assert max(found) < 1.1 * min(found)
