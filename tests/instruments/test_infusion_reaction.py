"""The grade of an infusion reaction.

Requirements:
REACT-01: all worked examples come out.
REACT-02: one more thing that happened never makes the grade milder.
REACT-03: there is a grade exactly where every way of answering what is open gives the same.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.instruments.infusion_reaction import ANY, IDS, INFUSION_REACTION, SIGNS

CASE_FILE = Path(__file__).parent / "cases" / "safety_cases.json"
EVERY = [case for case in json.loads(CASE_FILE.read_text(encoding="utf-8")) if case["instrument"] == "CTCAE5"]
CASES = [case for case in EVERY if case["variant"].startswith("Infusion")]
HAPPENED = {
    "mild, transient, infusion not stopped, no treatment": (),
    "infusion stopped, settled quickly with antihistamine and paracetamol": ("interrupted", "treated"),
    "slow to settle despite treatment and interruption": ("interrupted", "treated", "prolonged"),
    "admitted to hospital for its consequences": ("hospital",),
}
ANSWERS = st.sampled_from([0.0, 1.0, float("nan")])
FORMS = st.fixed_dictionaries(dict.fromkeys(IDS, ANSWERS))


def grade(form: dict[str, float]) -> float:
    return float(INFUSION_REACTION.score({name: np.array([answer]) for name, answer in form.items()})["grade"][0])


def filled(*happened: str) -> dict[str, float]:
    return {name: float(name in {ANY, *happened}) for name in IDS}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, Any]) -> None:
    """REACT-01."""
    assert grade(filled(*HAPPENED[case["inputs"]["description"]])) == case["expected"]["grade"]


def test_the_ends() -> None:
    """REACT-01."""
    assert len(CASES) == 4
    assert grade(filled("returned", "life_threatening")) == 4
    assert grade(filled("fatal")) == 5
    assert grade(dict.fromkeys(IDS, 0.0)) == 0
    assert np.isnan(grade(dict.fromkeys(IDS, float("nan"))))


@given(form=FORMS.map(lambda form: {**form, ANY: 1.0}), sign=st.sampled_from(list(SIGNS)))
def test_more_is_not_milder(form: dict[str, float], sign: str) -> None:
    """REACT-02."""
    before, after = grade({**form, sign: 0.0}), grade({**form, sign: 1.0})
    assert np.isnan(before) or after >= before


def by_hand(form: dict[str, float]) -> int:
    """Grade a form in which everything is answered."""
    return max([int(form[ANY]), *(worst for name, (_, worst) in SIGNS.items() if form[name])])


@given(form=FORMS)
def test_open_answers(form: dict[str, float]) -> None:
    """REACT-03: without a reaction there is nothing open."""
    unknown = [name for name, answer in form.items() if np.isnan(answer)]
    ways = [0.0] if form[ANY] == 0 else [0.0, 1.0]
    tried = (dict(zip(unknown, way, strict=True)) for way in itertools.product(ways, repeat=len(unknown)))
    every = {by_hand({**form, **way}) for way in tried}
    found = grade(form)
    if len(every) == 1 and len(unknown) < len(IDS):
        assert found == every.pop()
    else:
        assert np.isnan(found)
