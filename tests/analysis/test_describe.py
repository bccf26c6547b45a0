"""Describing numbers.

DESC-01: mean and SD (n - 1) do not depend on the order of the values.
DESC-02: moments of parts merge into the moments of the whole.
DESC-03: quartiles are type 2 of Hyndman and Fan; the median of an even count is the middle of two.
DESC-04: no value, one value and equal values are described without a number that does not exist.
DESC-05: numbers that cannot be squared, or are no numbers, are refused.
"""

from __future__ import annotations

import math
import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.analysis.describe import Moments, describe, merge, moments, quarter

SUBNORMAL = 1e-300
"""Below this a double has few digits left."""
numbers = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False)
samples = st.lists(numbers, min_size=1, max_size=40)


def slow_moments(values: list[float]) -> tuple[float, float]:
    """Compute mean and sum of squares in exact fractions: the obvious version."""
    exact = [Fraction(value) for value in values]
    mean = sum(exact, Fraction()) / len(exact)
    return float(mean), float(sum(((value - mean) ** 2 for value in exact), Fraction()))


def slow_quarter(values: list[float], k: int) -> float:
    """Invert the empirical distribution function, averaging where it is flat."""
    ordered = sorted(values)
    reached = [value for place, value in enumerate(ordered, start=1) if Fraction(place, len(ordered)) >= Fraction(k, 4)]
    passed = [value for place, value in enumerate(ordered, start=1) if Fraction(place, len(ordered)) > Fraction(k, 4)]
    return reached[0] + (passed[0] - reached[0]) / 2


@given(samples)
def test_desc_01_moments_agree_with_exact_fractions(values: list[float]) -> None:
    mean, m2 = slow_moments(values)
    found = moments(values)
    scale = max(map(abs, values)) or 1.0
    assert found.mean == pytest.approx(mean, rel=1e-14, abs=1e-15 * scale)
    assert found.m2 == pytest.approx(m2, rel=1e-12, abs=max(1e-28 * scale**2, SUBNORMAL))


@given(samples.flatmap(lambda values: st.tuples(st.just(values), st.permutations(values))))
def test_desc_01_order_does_not_change_a_bit(pair: tuple[list[float], list[float]]) -> None:
    assert moments(pair[0]) == moments(pair[1])
    assert describe(pair[0], size=50) == describe(pair[1], size=50)


@given(st.lists(samples, min_size=1, max_size=6))
def test_desc_02_parts_merge_into_the_whole(parts: list[list[float]]) -> None:
    whole = moments([value for part in parts for value in part])
    merged = Moments()
    for part in parts:
        merged = merge(merged, moments(part))
    scale = max(abs(whole.low), abs(whole.high)) or 1.0
    assert (merged.n, merged.low, merged.high) == (whole.n, whole.low, whole.high)
    least = 1e-300  # below it a double has no full precision left
    assert merged.mean == pytest.approx(whole.mean, rel=1e-12, abs=1e-13 * scale + least)
    assert merged.m2 == pytest.approx(whole.m2, rel=1e-9, abs=1e-13 * scale**2 * whole.n + least)


def test_desc_02_nothing_is_neutral() -> None:
    some = moments([1.0, 2.0, 4.0])
    assert merge(some, Moments()) == some == merge(Moments(), some)


def test_desc_02_large_offset_keeps_the_variance() -> None:
    """The one-pass sum of squares would give 0 or less here."""
    near = [1e9 + value for value in (4.0, 7.0, 13.0, 16.0)]
    assert moments(near).sd == math.sqrt(30)
    assert merge(moments(near[:2]), moments(near[2:])).sd == pytest.approx(math.sqrt(30), rel=1e-9)


@given(samples, st.integers(min_value=1, max_value=3))
def test_desc_03_quartiles_invert_the_distribution(values: list[float], k: int) -> None:
    assert quarter(sorted(values), k) == slow_quarter(values, k)


@given(samples)
def test_desc_03_the_second_quartile_is_the_median(values: list[float]) -> None:
    assert quarter(sorted(values), 2) == pytest.approx(statistics.median(values), rel=1e-15, abs=1e-9)


def test_desc_03_type_2_by_hand() -> None:
    assert [quarter([1, 2, 3, 4], k) for k in (1, 2, 3)] == [1.5, 2.5, 3.5]
    assert [quarter([1, 2, 3, 4, 5], k) for k in (1, 2, 3)] == [2, 3, 4]


def test_desc_04_no_value() -> None:
    found = describe([], size=4)
    assert (found.n, found.missing) == (0, 4)
    assert (found.mean, found.sd, found.median, found.q1, found.q3, found.low, found.high) == (None,) * 7


def test_desc_04_one_value_has_no_sd() -> None:
    found = describe([2.5], size=1)
    assert (found.mean, found.sd, found.median, found.q1, found.low) == (2.5, None, 2.5, 2.5, 2.5)


@given(numbers, st.integers(min_value=2, max_value=30))
def test_desc_04_equal_values_have_no_variance_at_all(value: float, n: int) -> None:
    found = moments([value] * n)
    assert (found.mean, found.sd) == (value, 0.0)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e200])
def test_desc_05_refuses_what_cannot_be_computed(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        moments([1.0, bad, 2.0])
