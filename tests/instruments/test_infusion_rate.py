"""Steps of an infusion.

Requirements:
SPEED-01: the published times come out: 586.3 mg in 3.18 h and 2.22 h, 1000 mg in 4 h 15 and 3 h 15.
SPEED-02: the rate starts, rises and stops rising as stated; the last step ends when the dose is in.
SPEED-03: what is no rate is refused.
SPEED-04: for any numbers the amounts add up exactly, no rate passes the most, and no step is longer than stated.
"""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.instruments.infusion_rate import RateStep, infusion_steps, total_minutes

CASE_FILE = Path(__file__).parent / "cases" / "instrument_cases.json"
CASES = [case for case in json.loads(CASE_FILE.read_text(encoding="utf-8")) if case["instrument"] == "BSA-RTX"]
AMOUNTS = st.decimals("0.1", 3000, places=1)
RATES = st.decimals("0.5", 500, places=1)


def first(amount: str) -> tuple[RateStep, ...]:
    """Run in the first dose of rituximab as its labelling says."""
    return infusion_steps(Decimal(amount), start=Decimal(50), step=Decimal(50), every=30, most=Decimal(400))


def plain(steps: tuple[RateStep, ...]) -> list[tuple[float, float, float]]:
    """Write steps as rate, minutes and amount."""
    return [(float(step.rate), float(step.minutes), float(step.amount)) for step in steps]


def later(amount: str) -> tuple[RateStep, ...]:
    """Run in a later dose."""
    return infusion_steps(Decimal(amount), start=Decimal(100), step=Decimal(100), every=30, most=Decimal(400))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, dict[str, float]]) -> None:
    """SPEED-01."""
    dose = str(case["expected"]["dose_mg_mosteller"])
    assert float(total_minutes(first(dose)) / 60) == pytest.approx(case["expected"]["hours_first"], abs=0.0001)
    assert float(total_minutes(later(dose)) / 60) == pytest.approx(case["expected"]["hours_later"], abs=0.0001)


def test_published_times() -> None:
    """SPEED-01."""
    assert [int(total_minutes(steps)) for steps in (first("1000"), later("1000"))] == [255, 195]
    hours = [round(float(total_minutes(steps) / 60), 2) for steps in (first("586.3"), later("586.3"))]
    assert hours == [3.18, 2.22]


def test_rates_rise_as_stated() -> None:
    """SPEED-02."""
    assert plain(later("1000")) == [
        (100, 30, 50),
        (200, 30, 100),
        (300, 30, 150),
        (400, 105, 700),
    ]
    assert [step.rate for step in first("1000")] == [50, 100, 150, 200, 250, 300, 350, 400]


def test_a_small_dose_ends_early() -> None:
    """SPEED-02."""
    assert first("10") == (RateStep(rate=Decimal(50), minutes=Fraction(12), amount=Fraction(10)),)
    assert plain(first("25")) == [(50, 30, 25)]
    assert [step.minutes for step in first("26")] == [30, Fraction(3, 5)]


def test_the_rate_never_passes_the_most() -> None:
    """SPEED-02: a start above the most runs at the most, and the last rise is cut short."""
    steps = infusion_steps(Decimal(100), start=Decimal(90), step=Decimal(20), every=15, most=Decimal(50))
    assert plain(steps) == [(50, 120, 100)]
    steps = infusion_steps(Decimal(100), start=Decimal(30), step=Decimal(25), every=60, most=Decimal(40))
    assert [step.rate for step in steps] == [30, 40]


@pytest.mark.parametrize("wrong", ["amount", "start", "step", "every", "most"])
def test_what_is_no_rate_is_refused(wrong: str) -> None:
    """SPEED-03."""
    for value in (0, -1):
        given_numbers = {"amount": 100, "start": 50, "step": 50, "every": 30, "most": 400, wrong: value}
        every = given_numbers.pop("every")
        amounts = {name: Decimal(number) for name, number in given_numbers.items()}
        with pytest.raises(ValueError, match="above 0"):
            infusion_steps(amounts.pop("amount"), every=every, **amounts)


@given(amount=AMOUNTS, start=RATES, step=RATES, every=st.integers(1, 120), most=st.decimals(20, 500, places=0))
def test_amounts_add_up(amount: Decimal, start: Decimal, step: Decimal, every: int, most: Decimal) -> None:
    """SPEED-04."""
    steps = infusion_steps(amount, start=start, step=step, every=every, most=most)
    assert sum(one.amount for one in steps) == Fraction(amount)
    assert all(one.amount == Fraction(one.rate) * one.minutes / 60 and one.minutes > 0 for one in steps)
    assert all(one.rate <= most and (one.minutes <= every or one.rate == most) for one in steps)
    assert [one.rate for one in steps] == sorted({one.rate for one in steps})
