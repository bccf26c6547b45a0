"""Prednisolone equivalents.

Requirements:
GLUC-01: all worked examples come out, and every drug of the table.
GLUC-02: a drug is known whatever its case, hyphens and blanks, and by its common other names.
GLUC-03: a drug that is not known has no equivalent, not even 0; nor has a form that is weighed or taken otherwise.
GLUC-04: a pulse begins at 250 mg a day.
GLUC-05: twice the dose is twice the equivalent; a negative dose is refused.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.instruments.glucocorticoids import SYNONYMS, TABLE, glucocorticoid, is_pulse, prednisolone_equivalent

CASE_FILE = Path(__file__).parent / "cases" / "instrument_cases.json"
CASES = [c for c in json.loads(CASE_FILE.read_text(encoding="utf-8")) if c["instrument"] == "GC-equiv"]


def equivalent(drug: str, milligrams: str) -> float | None:
    """Return the equivalent as a float."""
    found = prednisolone_equivalent(drug, Decimal(milligrams))
    return None if found is None else float(found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, dict[str, float]]) -> None:
    """GLUC-01."""
    found = equivalent(str(case["inputs"]["drug"]), str(case["inputs"]["mg"]))
    assert found == pytest.approx(case["expected"]["prednisolone_mg"], abs=1e-5)


def test_worked_examples_are_all_there() -> None:
    """GLUC-01."""
    assert len(CASES) >= 6


@pytest.mark.parametrize(
    ("drug", "milligrams", "prednisolone"),
    [
        ("prednisolone", "7.5", 7.5), ("prednisone", "60", 60), ("methylprednisolone", "16", 20),
        ("triamcinolone", "4", 5), ("hydrocortisone", "20", 5), ("cortisone acetate", "25", 5),
        ("dexamethasone", "4", 26.6666666667), ("betamethasone", "0.6", 4), ("deflazacort", "30", 25),
        ("methylprednisolone", "500", 625), ("prednisolone", "0", 0),
    ],
)  # fmt: skip
def test_the_table(drug: str, milligrams: str, prednisolone: float) -> None:
    """GLUC-01."""
    assert equivalent(drug, milligrams) == pytest.approx(prednisolone, abs=1e-9)


@pytest.mark.parametrize(
    ("written", "drug"),
    [
        ("Prednisolone", "prednisolone"), ("PRED", "prednisolone"), (" prednisone ", "prednisone"),
        ("Methyl-Prednisolone", "methylprednisolone"), ("Solu-Medrol", "methylprednisolone"),
        ("IV pulse methylprednisolone", "methylprednisolone"), ("cortisone_acetate", "cortisone acetate"),
        ("Cortisone", "cortisone acetate"), ("DEXA", "dexamethasone"), ("Hydrocortison", "hydrocortisone"),
    ],
)  # fmt: skip
def test_names_of_drug_lists(written: str, drug: str) -> None:
    """GLUC-02."""
    assert glucocorticoid(written) == drug


def test_other_names_lead_to_the_table() -> None:
    """GLUC-02."""
    assert set(SYNONYMS.values()) <= set(TABLE)
    assert not set(SYNONYMS) & set(TABLE)
    assert all(glucocorticoid(name) == drug for name, drug in SYNONYMS.items())


@pytest.mark.parametrize(
    "drug",
    [
        "azathioprine", "", "steroid", "fludrocortisone", "methylprednisolone acetate", "dexamethasone phosphate",
        "triamcinolone acetonide", "budesonide", "prednisolone 5 mg", "MP", "methotrexate",
    ],
)  # fmt: skip
def test_other_drugs_have_no_equivalent(drug: str) -> None:
    """GLUC-03."""
    assert equivalent(drug, "10") is None
    assert equivalent(drug, "0") is None


def test_pulses() -> None:
    """GLUC-04."""
    assert [is_pulse(Decimal(mg)) for mg in ("249.999", "250", "625")] == [False, True, True]


@given(drug=st.sampled_from(sorted(TABLE)), milligrams=st.decimals(0, 2000, places=2))
def test_twice_the_dose(drug: str, milligrams: Decimal) -> None:
    """GLUC-05."""
    once, twice = (prednisolone_equivalent(drug, milligrams * times) for times in (1, 2))
    assert once is not None
    assert twice is not None
    assert float(twice) == pytest.approx(2 * float(once), rel=1e-10)


@pytest.mark.parametrize("wrong", ["-1", "NaN", "Infinity"])
def test_what_is_no_dose_is_refused(wrong: str) -> None:
    """GLUC-05."""
    with pytest.raises(ValueError, match="from 0 on"):
        prednisolone_equivalent("prednisolone", Decimal(wrong))
