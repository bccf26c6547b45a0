"""Numbers for readers.

NUMBER-01: a number is rounded once, ties away from zero, from the decimal that names it.
NUMBER-02: a minus sign is a minus sign, zero has none, and thousands stand apart from five digits on.
NUMBER-03: a probability is never written 0.000, nor 1.000 below one, nor as the planned level where it is not.
NUMBER-04: percentages, units and numbers for machines have one written form.
NUMBER-05: a number of one participant is not rounded onto a limit that it does not meet.
NUMBER-06: a computed number is rounded as by hand, also where binary fractions put it beside a tie.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.protocol.unit_words import show_unit
from trialbook.render import numbers
from trialbook.render.numbers import (
    rounded,
    settled,
    show,
    show_enough,
    show_p,
    show_percent,
    show_plain,
    show_share,
    show_signed,
    significant,
    with_sign,
)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (2.25, 1, "2.3"), (0.125, 2, "0.13"), (-2.25, 1, "−2.3"), (0.5, 0, "1"), (2.5, 0, "3"), (-0.5, 0, "−1"),
        (5.25, 1, "5.3"), (1.005, 2, "1.01"), (0.1 + 0.2, 1, "0.3"), (7, 1, "7.0"),
        (1e22, 0, "10 000 000 000 000 000 000 000"),
    ],
)  # fmt: skip
def test_ties_go_away_from_zero(value: float, decimals: int, text: str) -> None:
    """NUMBER-01: as SAS and SPSS show them; 1.005 is the tie that its decimal says, whatever its binary digits."""
    assert show(value, decimals) == text.replace(" ", numbers.THIN)


@given(st.floats(allow_nan=False, allow_infinity=False, width=64), st.integers(0, 6))
def test_rounding_agrees_with_fractions(value: float, decimals: int) -> None:
    """NUMBER-01: the slow and obvious rule: add half a step to the size, cut off the rest."""
    size = Fraction(Decimal(repr(abs(value)))) * 10**decimals
    slow = Fraction(math.floor(size + Fraction(1, 2)), 10**decimals)
    assert abs(Fraction(rounded(value, decimals))) == slow
    assert not rounded(value, decimals).is_signed() or value < 0


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (-0.04, 1, "0.0"),
        (-0.0, 0, "0"),
        (-0.06, 1, "−0.1"),
        (9999, 0, "9999"),
        (12345.6, 1, "12\u202f345.6"),
        (-12345, 0, "−12\u202f345"),
    ],
)
def test_signs_and_thousands(value: float, decimals: int, text: str) -> None:
    """NUMBER-02: minus zero is zero."""
    assert show(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"), [(3.55, "+3.6"), (-3.55, "−3.6"), (0.04, "0.0"), (-0.04, "0.0"), (0.0, "0.0")]
)
def test_changes_have_a_sign(value: float, text: str) -> None:
    """NUMBER-02: a change that rounds to zero has none."""
    assert show_signed(value, 1) == text


@pytest.mark.parametrize(
    ("p", "alpha", "text"),
    [
        (0.0433, "0.05", "0.043"), (0.2, "0.05", "0.200"), (0.0625, "0.05", "0.063"),
        (0.0009999, "0.05", "<0.001"), (0.0, "0.05", "<0.001"),
        (0.001, "0.05", "0.001"), (0.9996, "0.05", ">0.999"), (1.0, "0.05", "1.000"), (0.9994, "0.05", "0.999"),
        (0.0496, "0.05", "0.0496"), (0.04999, "0.05", "0.04999"), (0.0500001, "0.05", "0.0500001"),
        (0.05, "0.05", "0.050"),
        (0.0012, "0.001", "0.0012"), (0.00099, "0.001", "<0.001"), (0.0004, "0.0001", "0.0004"),
        (0.00005, "0.0001", "<0.0001"),
        (0.0249, "0.025", "0.0249"), (0.0251, "0.025", "0.0251"),
    ],
)  # fmt: skip
def test_probabilities(p: float, alpha: str, text: str) -> None:
    """NUMBER-03: at the edges of the scale and of the planned level."""
    assert show_p(p, Decimal(alpha)) == text


@given(st.floats(0, 1), st.sampled_from(["0.05", "0.01", "0.001", "0.025", "0.1"]))
def test_a_shown_probability_is_on_its_side_of_the_level(p: float, alpha: str) -> None:
    """NUMBER-03: whatever the p, the text read as a number lies where the p lies, and is neither 0 nor falsely 1."""
    text, level = show_p(p, Decimal(alpha)), Decimal(alpha)
    exact = Decimal(repr(p))
    if text[0] == "<":
        assert exact < Decimal(text[1:]) <= level
    elif text[0] == ">":
        assert exact > Decimal(text[1:])
    else:
        assert (Decimal(text) < level) == (exact < level)
        assert Decimal(text) != 0
        assert (Decimal(text) == 1) == (exact == 1)


def test_no_probability() -> None:
    """NUMBER-03: a p beyond its scale is a mistake of the caller."""
    with pytest.raises(ValueError, match="no probability"):
        show_p(1.2)
    with pytest.raises(ValueError, match="cannot be shown"):
        show(math.nan, 1)


@pytest.mark.parametrize(("p", "text"), [("0.043", "p = 0.043"), ("<0.001", "p < 0.001"), (">0.999", "p > 0.999")])
def test_p_in_a_sentence(p: str, text: str) -> None:
    """NUMBER-03: with the sign that it has."""
    assert with_sign(p) == text


def test_percent_and_share() -> None:
    """NUMBER-04: with a narrow space before the sign."""
    assert show_percent(69.2307) == "69\u202f%"
    assert show_percent(12.25, 1) == "12.3\u202f%"
    assert (show_share(Decimal("0.95")), show_share(Decimal("0.975"))) == ("95\u202f%", "97.5\u202f%")


@pytest.mark.parametrize(
    ("value", "text"), [(4.30, "4.3"), (4.0, "4"), (-0.25, "−0.25"), (1e-7, "0.0000001"), (100.0, "100")]
)
def test_plain_numbers(value: float, text: str) -> None:
    """NUMBER-04: as many decimals as the number has."""
    assert show_plain(value) == text


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("ukat/L", "µkat/L"),
        ("10^9/L", "10⁹/L"),
        ("score", ""),
        ("Cel", "°C"),
        ("mmol/L", "mmol/L"),
        ("", ""),
        ("U/L", "U/L"),
    ],
)
def test_units(unit: str, text: str) -> None:
    """NUMBER-04: as a journal writes them."""
    assert show_unit(unit) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (32 / 9, "3.55555555556"),
        (-0.0, "0"),
        (3.0, "3"),
        (1e-20, "1e-20"),
        (123456789012345.0, "1.23456789012e+14"),
        (7, "7"),
    ],
)
def test_numbers_for_machines(value: float, text: str) -> None:
    """NUMBER-04: twelve significant digits."""
    assert significant(value) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(6.363636363, 0, "6.36"), (6.0, 0, "6"), (6.0, 1, "6.0"), (6.5, 0, "6.5"), (7.25, 1, "7.25"), (-6.04, 0, "−6.04")],
)
def test_number_05_not_rounded_away(value: float, decimals: int, text: str) -> None:
    assert show_enough(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1.9874999999999998, 3, "1.988"), (1.98749999, 3, "1.987"), (0.1525 - 2e-16, 3, "0.153"),
        (-0.5249999999999999, 2, "−0.53"), (-5.350000000000001, 1, "−5.4"), (0.0, 2, "0.00"), (7, 1, "7.0"),
        (-1e-15, 1, "0.0"), (1.5e-14, 14, "0.00000000000002"), (46830679081.45, 1, "46 830 679 081.5"),
        (1234567890123.4, 1, "1 234 567 890 123.4"),
    ],
)  # fmt: skip
def test_ties_of_computed_numbers(value: float, decimals: int, text: str) -> None:
    """NUMBER-06: as means of four values may be; of very large numbers no shown digit is lost."""
    assert show(settled(value, decimals), decimals) == text.replace(" ", numbers.THIN)
