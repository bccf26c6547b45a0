"""The Hodges-Lehmann estimate.

HL-01: the estimate is the median of all Walsh averages, and the limits are two of them, as by listing them all.
HL-02: the depth of the interval comes from the exact distribution of V; the achieved confidence is told.
HL-03: where no interval exists there is a reason, with the confidence of the widest.
HL-04: a shift shifts, a scale scales, the sign turns, the order does not matter.
HL-05: nothing to estimate, no number, and too many digits give reasons.
"""

from __future__ import annotations

import itertools
import math
import statistics
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis import exact
from trialbook.analysis.hodges_lehmann import depth, pseudomedian, searched, walsh

tenths = st.integers(min_value=-60, max_value=60).map(lambda n: n / 10)
samples = st.lists(tenths, min_size=1, max_size=12)


def listed(values: list[float]) -> list[Fraction]:
    """List every Walsh average in order."""
    pairs = itertools.combinations_with_replacement([Fraction(str(value)) for value in values], 2)
    return sorted((one + other) / 2 for one, other in pairs)


@given(samples)
def test_hl_01_median_of_the_listed_averages(values: list[float]) -> None:
    assert pseudomedian(values).value == float(statistics.median(listed(values)))


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=9))
def test_hl_01_every_place_without_listing(steps: list[int]) -> None:
    sums = [int(2 * average) for average in listed([float(step) for step in steps])]
    places = range(1, len(sums) + 1)
    assert walsh(sorted(steps), *places) == [searched(sorted(steps), place) for place in places] == sums


@given(st.lists(tenths, min_size=6, max_size=12), st.sampled_from([0.5, 0.8, 0.9, 0.95]))
def test_hl_01_limits_are_averages_from_both_ends(values: list[float], confidence: float) -> None:
    found, averages = pseudomedian(values, confidence=confidence), listed(values)
    k, achieved = depth(len(values), confidence)
    assert (found.low, found.high) == (float(averages[k - 1]), float(averages[-k]))
    assert found.achieved == achieved
    assert achieved is not None
    assert achieved >= confidence


@pytest.mark.parametrize("n", [6, 7, 9, 11])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_hl_02_depth_by_listing_all_patterns(n: int, confidence: float) -> None:
    sums = sorted(sum(itertools.compress(range(1, n + 1), signs)) for signs in itertools.product((0, 1), repeat=n))
    below = {k: Fraction(sum(v <= k - 1 for v in sums), 2**n) for k in range(1, n * (n + 1) // 2)}
    k, achieved = depth(n, confidence)
    assert k == max(k for k, share in below.items() if 2 * share <= 1 - Fraction(str(confidence)))
    assert achieved == float(1 - 2 * below[k])


@pytest.mark.parametrize(("n", "widest"), [(1, "0"), (2, "50"), (4, "87.5"), (5, "93.75")])
def test_hl_03_no_interval_below_six(n: int, widest: str) -> None:
    found = pseudomedian([float(size) for size in range(1, n + 1)])
    assert (found.low, found.high, found.achieved) == (None, None, None)
    assert found.reason.startswith("No exact signed-rank 95 % interval exists below n = 6.")
    assert found.reason.endswith(f"confidence of {widest} %.")
    assert found.value == (n + 1) / 2


@pytest.mark.parametrize(("confidence", "least"), [(0.8, 4), (0.9, 5), (0.95, 6), (0.99, 8)])
def test_hl_03_the_least_n_of_each_confidence(confidence: float, least: int) -> None:
    few = pseudomedian([0.0] * (least - 1), confidence=confidence)
    assert f"below n = {least}" in few.reason
    assert pseudomedian([0.0] * least, confidence=confidence).low == 0


def test_hl_03_too_many_for_an_exact_interval() -> None:
    found = pseudomedian([float(size) for size in range(1, 1002)])
    assert (found.value, found.low) == (501.0, None)
    assert "not computed" in found.reason


@given(samples, st.integers(-50, 50), st.sampled_from([0.5, 4.0, -1.0]))
@settings(max_examples=60)
def test_hl_04_shift_scale_sign_and_order(values: list[float], shift: int, scale: float) -> None:
    found = pseudomedian(values)
    moved = pseudomedian([round((value + shift) * scale, 6) for value in reversed(values)])
    ends = [None if end is None else (end + shift) * scale for end in (found.low, found.high)]
    assert found.value is not None
    assert moved.value == pytest.approx((found.value + shift) * scale, abs=1e-9)
    assert [moved.low, moved.high] == pytest.approx(ends[::-1] if scale < 0 else ends, abs=1e-9)


@given(st.lists(tenths, min_size=6, max_size=10))
@settings(max_examples=40)
def test_hl_04_the_interval_holds_what_the_test_does_not_reject(values: list[float]) -> None:
    """Without ties or zeros a shift inside is not rejected at 5 %, and one beyond the limits is."""
    found = pseudomedian(values)
    assert found.low is not None
    assert found.high is not None
    for end, step in ((found.low, -0.013), (found.high, 0.013)):
        for shift, is_inside in ((end + step, False), (end - step, True)):
            moved = [round(value - shift, 6) for value in values]
            if len({abs(value) for value in moved}) == len(moved) and all(moved) and found.low < found.high - 0.1:
                p = exact.signed_rank(moved).p
                assert p is not None
                assert (p > 0.05) == is_inside


def test_hl_05_reasons() -> None:
    assert pseudomedian([]).reason == exact.NO_DIFFERENCE
    assert pseudomedian([1.0, math.nan]).reason == exact.NO_NUMBER
    assert pseudomedian([1e10, 1e-12]).reason == exact.TOO_WIDE
    assert pseudomedian([0.0] * 6).value == 0
