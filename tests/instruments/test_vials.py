"""Vials of a dose.

Requirements:
VIAL-01: the worked examples come out: number of each size, what is drawn, what is left.
VIAL-02: no other choice wastes less, and none that wastes as little has fewer vials.
VIAL-03: amounts are exact, whatever the decimals.
VIAL-04: what is no amount is refused, and so is what would take for ever.
"""

from __future__ import annotations

import itertools
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.instruments.vials import choose_vials

CASE_FILE = Path(__file__).parent / "cases" / "instrument_cases.json"
CASES = [case for case in json.loads(CASE_FILE.read_text(encoding="utf-8")) if case["instrument"] == "BSA-RTX"]

SIZES = st.lists(st.integers(1, 12), min_size=1, max_size=3)


def vials(dose: str, *sizes: str) -> tuple[dict[str, int], str]:
    """Return size -> number, and the waste, as text."""
    chosen = choose_vials(Decimal(dose), [Decimal(size) for size in sizes])
    return {str(size): number for size, number in chosen.counts}, str(chosen.waste)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, dict[str, dict[str, float]]]) -> None:
    """VIAL-01."""
    expected = case["expected"]["vials"]
    chosen = choose_vials(Decimal(str(case["expected"]["dose_mg_mosteller"])), [Decimal(500), Decimal(100)])
    assert dict(chosen.counts) == {Decimal(500): expected["n500"], Decimal(100): expected["n100"]}
    assert chosen.drawn == Decimal(expected["drawn_from_mg"])
    assert float(chosen.waste) == pytest.approx(expected["waste_mg"], abs=0.001)


def test_a_thousand_is_two_large_vials() -> None:
    """VIAL-01."""
    assert vials("1000", "100", "500") == ({"500": 2}, "0")
    assert vials("590", "500", "100") == ({"500": 1, "100": 1}, "10")


def test_the_largest_is_not_always_best() -> None:
    """VIAL-02: 60 is three of 20, not one of 50 with one of 20."""
    assert vials("60", "50", "20") == ({"20": 3}, "0")
    assert vials("1", "500") == ({"500": 1}, "499")
    assert vials("6", "4", "3", "1") == ({"3": 2}, "0")


def test_decimals_are_exact() -> None:
    """VIAL-03."""
    assert vials("0.3", "0.1") == ({"0.1": 3}, "0.0")
    assert vials("0.31", "0.1", "0.05") == ({"0.1": 3, "0.05": 1}, "0.04")
    assert vials("100.0001", "100", "0.3") == ({"0.3": 334}, "0.1999")
    assert vials("5", "2.50", "2.5") == ({"2.50": 2}, "0.00")


@given(dose=st.integers(1, 60), sizes=SIZES, tenths=st.booleans())
def test_no_choice_is_better(dose: int, sizes: list[int], *, tenths: bool) -> None:
    """VIAL-02: every combination tried by hand."""
    scale = Decimal("0.1") if tenths else Decimal(1)
    chosen = choose_vials(dose * scale, [size * scale for size in sizes])
    single = sorted(set(sizes))
    tried = itertools.product(*(range(dose // size + 2) for size in single))
    totals = ((sum(n * s for n, s in zip(ns, single, strict=True)), sum(ns)) for ns in tried)
    waste, number = min((total - dose, count) for total, count in totals if total >= dose)
    assert (chosen.waste, sum(n for _, n in chosen.counts)) == (waste * scale, number)
    assert chosen.drawn == sum(size * n for size, n in chosen.counts) == dose * scale + chosen.waste


@pytest.mark.parametrize(
    ("dose", "sizes"),
    [
        ("0", ["100"]),
        ("-5", ["100"]),
        ("5", []),
        ("5", ["100", "0"]),
        ("5", ["-1"]),
        ("NaN", ["1"]),
        ("Infinity", ["1"]),
    ],
)
def test_what_is_no_amount_is_refused(dose: str, sizes: list[str]) -> None:
    """VIAL-04."""
    with pytest.raises(ValueError, match="above 0"):
        choose_vials(Decimal(dose), [Decimal(size) for size in sizes])


def test_what_would_take_for_ever_is_refused() -> None:
    """VIAL-04."""
    with pytest.raises(ValueError, match="too far apart"):
        vials("1000", "500", "0.0001")
