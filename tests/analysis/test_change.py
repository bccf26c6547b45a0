"""Change within participants.

CHG-01: t, df, p and interval are Student's; the sign is visit minus baseline.
CHG-02: n < 2, no variance, cancellation and overflow give a reason in place of a number.
CHG-03: decimals that are equal are equal differences, whatever binary subtraction makes of them.
CHG-04: order, shift, scale and sign of the values change the result only as algebra says.
CHG-05: ratios of geometric means need positive values, and say so.
"""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trialbook.analysis import change
from trialbook.analysis.change import PairedT, differences, geometric_ratio, on_grid, paired_t, step

tenths = st.integers(min_value=-500, max_value=500).map(lambda n: n / 10)
pairs = st.lists(st.tuples(tenths, tenths), min_size=2, max_size=15)


def both(rows: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [visit for visit, _ in rows], [base for _, base in rows]


def close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def test_chg_01_four_that_fall() -> None:
    """The edge table's first case: t -3.806, p 0.0319, interval -5.97 to -0.53."""
    found = paired_t([7, 8, 8, 9], [10, 12, 9, 14])
    assert (found.n, found.df, found.mean) == (4, 3, -3.25)
    assert found.t == pytest.approx(-3.8060102844992794, rel=1e-12)
    assert found.p == pytest.approx(0.0318741951, rel=1e-8)
    assert (found.ci_low, found.ci_high) == pytest.approx((-5.967530883796, -0.532469116204), rel=1e-10)


def test_chg_01_confidence_is_respected() -> None:
    wide, narrow = (paired_t([7, 8, 8, 9], [10, 12, 9, 14], confidence=level) for level in (0.99, 0.5))
    assert wide.ci_low is not None
    assert narrow.ci_low is not None
    assert wide.ci_low < narrow.ci_low


def test_chg_01_two_pairs() -> None:
    """With one degree of freedom t is Cauchy: p = 1 - (2 / pi) atan |t|."""
    found = paired_t([7, 8], [10, 12])
    assert found.p == pytest.approx(1 - 2 / math.pi * math.atan(7), rel=1e-12)


@pytest.mark.parametrize(
    ("visit", "base", "mean", "reason"),
    [
        ([], [], None, change.NO_PAIR),
        ([7], [10], -3, change.ONE_PAIR),
        ([8, 10, 7, 12], [10, 12, 9, 14], -2, change.NO_VARIANCE),
        ([10, 12, 9, 14], [10, 12, 9, 14], 0, change.NO_VARIANCE),
        ([0.3, 0.2], [0.1, 0.0], 0.2, change.NO_VARIANCE),
        ([1e8 + 1, 1e8 + 2, 1e8 + 3, 1e8 + 4 + 1e-7], [1e8, 1e8 + 1, 1e8 + 2, 1e8 + 3], 1, change.NO_VARIANCE),
        ([1e8 + 1, 1e8 + 2, 1e8 + 3 + 2e-3], [1e8, 1e8 + 1, 1e8 + 2], 1 + 2e-3 / 3, change.CANCELLED),
        ([1e200, 1], [1, 1], None, change.OUT_OF_RANGE),
    ],
)
def test_chg_02_edges_have_a_reason(visit: list[float], base: list[float], mean: float | None, reason: str) -> None:
    found = paired_t(visit, base)
    assert (found.t, found.df, found.p, found.ci_low, found.ci_high) == (None,) * 5
    assert found.reason == reason
    assert found.mean == (None if mean is None else pytest.approx(mean, rel=1e-8))


def test_chg_02_pairs_of_unequal_length_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="zip"):
        differences([1.0], [])


@given(st.lists(st.tuples(tenths, tenths), max_size=12))
def test_chg_03_differences_are_those_of_the_decimals(rows: list[tuple[float, float]]) -> None:
    visit, base = both(rows)
    exact = [float(Decimal(str(after)) - Decimal(str(before))) for after, before in rows]
    assert on_grid(visit, base) == exact


def test_chg_03_thirds_tie() -> None:
    """Means of three answers: 7.333 - 7 and 0.667 - 0.333 are the same third."""
    assert len(set(on_grid([7 + 1 / 3, 2 / 3, 5.0], [7.0, 1 / 3, 14 / 3]))) == 1
    assert step([0.0, 0.0]) == 0
    assert step([250.0], [0.1]) == 1e-10


@given(pairs.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_chg_04_order_does_not_change_a_bit(two: tuple[list[tuple[float, float]], list[tuple[float, float]]]) -> None:
    assert paired_t(*both(two[0])) == paired_t(*both(two[1]))


@given(pairs, st.integers(min_value=-100, max_value=100))
def test_chg_04_shifting_all_values_changes_nothing(rows: list[tuple[float, float]], by: int) -> None:
    one, other = paired_t(*both(rows)), paired_t(*both([(visit + by, base + by) for visit, base in rows]))
    assert close(one.mean, other.mean)
    assert close(one.t, other.t)
    assert one.reason == other.reason


@given(pairs, st.sampled_from([0.001, 0.5, 60.0]))
def test_chg_04_another_unit_scales_the_interval_and_keeps_p(rows: list[tuple[float, float]], by: float) -> None:
    one, other = paired_t(*both(rows)), paired_t(*both([(visit * by, base * by) for visit, base in rows]))
    assert close(one.p, other.p)
    assert close(None if one.ci_low is None else one.ci_low * by, other.ci_low)


@given(pairs)
def test_chg_04_swapping_visit_and_baseline_turns_the_sign(rows: list[tuple[float, float]]) -> None:
    visit, base = both(rows)
    one, other = paired_t(visit, base), paired_t(base, visit)
    assert close(one.t, None if other.t is None else -other.t)
    assert close(one.p, other.p)
    assert close(one.ci_low, None if other.ci_high is None else -other.ci_high)


@given(pairs)
def test_chg_04_zero_lies_outside_the_interval_just_when_p_is_small(rows: list[tuple[float, float]]) -> None:
    found = paired_t(*both(rows))
    assume(found.p is not None)
    assert found.p is not None
    assume(abs(found.p - 0.05) > 1e-9)
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert (found.p < 0.05) == (not found.ci_low <= 0 <= found.ci_high)


@pytest.mark.parametrize("bad", [0.0, -1.0])
def test_chg_05_no_logarithm_of_zero_or_less(bad: float) -> None:
    found = geometric_ratio([2.0, 3.0, bad], [1.0, 1.0, 1.0])
    assert (found.gmr, found.p) == (None, None)
    assert "there are 1" in found.reason


def test_chg_05_constant_ratio_has_no_variance() -> None:
    found = geometric_ratio([0.2, 1.4, 6.6], [0.1, 0.7, 3.3])
    assert found.gmr == pytest.approx(2, rel=1e-12)
    assert (found.ci_low, found.p, found.reason) == (None, None, change.NO_VARIANCE)


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), min_size=2, max_size=12))
def test_chg_05_swapping_gives_the_reciprocal(rows: list[tuple[int, int]]) -> None:
    visit, base = both([(float(after), float(before)) for after, before in rows])
    one, other = geometric_ratio(visit, base), geometric_ratio(base, visit)
    assert one.gmr is not None
    assert other.gmr is not None
    assert close(one.gmr * other.gmr, 1.0)
    assert close(one.p, other.p)


def test_nothing_is_computed_from_nothing() -> None:
    """CHG-02: the empty test carries no number at all."""
    assert paired_t([], []) == PairedT(n=0, reason=change.NO_PAIR)
