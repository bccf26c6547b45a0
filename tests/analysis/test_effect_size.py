"""Standardised changes.

EFF-01: d_z is t over root n, with the sign of the change; its interval is the exact one of the noncentral t.
EFF-02: g_z takes the bias exactly: it is right on average over repeated sampling, and does not exist for two pairs.
EFF-03: d_av has the sign of the change; its variance is Bonett's, checked against numbers published with statpsych.
EFF-04: equal changes have a d_av and no d_z; equal values have neither: each with its reason.
EFF-05: a shift of all values and a change of unit do not matter; labels and order neither.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.change import NO_PAIR, NO_VARIANCE, ONE_PAIR, OUT_OF_RANGE, paired_t
from trialbook.analysis.effect_size import (
    LARGE_SAMPLE,
    ONE_DEGREE,
    Effect,
    bonett_error,
    d_av,
    d_b,
    d_z,
    g_av,
    g_z,
    small_sample,
    wide,
)

VISIT, BASE = [7.0, 8.0, 8.0, 9.0], [10.0, 12.0, 9.0, 14.0]
pairs = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=3, max_size=25)


def test_eff_01_by_hand() -> None:
    """EFF-01: falls of 3, 4, 1, 5: mean -3.25, SD 1.7078; the sign stays."""
    found = d_z(VISIT, BASE)
    assert found.value == pytest.approx(-3.25 / math.sqrt(35 / 12))
    assert found.low is not None
    assert found.high is not None
    assert found.low < -1.9 < found.high


def test_eff_01_the_interval_covers_as_often_as_it_says() -> None:
    chance = np.random.default_rng(7)
    gaps = chance.normal(0.8, 1, size=(2000, 5))
    hits = 0
    for row in gaps:
        found = d_z(row.tolist(), [0.0] * 5)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0.8 <= found.high
    assert hits / 2000 == pytest.approx(0.95, abs=5 * math.sqrt(0.05 * 0.95 / 2000))


@pytest.mark.parametrize(("df", "factor"), [(1, 0.0), (3, 0.723601254558), (9, 0.913874891793)])
def test_eff_02_the_factor(df: int, factor: float) -> None:
    """EFF-02: the usual approximation 1 - 3 / (4 df - 1) gives 0.7273 for df 3."""
    assert small_sample(df) == pytest.approx(factor, abs=1e-12)


def test_eff_02_no_bias_over_repeated_sampling() -> None:
    gaps = np.random.default_rng(3).normal(0.6, 1, size=(400_000, 4))
    found = small_sample(3) * gaps.mean(axis=1) / gaps.std(axis=1, ddof=1)
    assert found.mean() == pytest.approx(0.6, abs=5 * found.std() / math.sqrt(len(found)))


def test_eff_02_two_pairs() -> None:
    found = d_z([1.0, 3.0], [0.0, 0.0])
    assert found.value == pytest.approx(math.sqrt(2))
    assert g_z(found).reason == g_av(d_av([1.0, 3.0], [0.0, 5.0])).reason == ONE_DEGREE


@pytest.mark.parametrize(
    ("given_", "estimate", "error", "low", "high"),
    [
        ((110.4, 102.1, 15.3, 14.6, 0.75, 25), 0.5550319, 0.1609934, 0.2394905, 0.8705732),
        ((602.4, 705.6, 33.17, 51.08, 0.769, 8), -2.3963, 0.65209, -3.6744, -1.1182),
    ],
)
def test_eff_03_published_examples(
    given_: tuple[float, ...], estimate: float, error: float, low: float, high: float
) -> None:
    """EFF-03: the two examples in the manuals of statpsych 1.7 and 2.0, ci.stdmean.ps, by the author of the formula."""
    m1, m2, sd1, sd2, r, n = given_
    value = (m1 - m2) / math.sqrt((sd1**2 + sd2**2) / 2)
    found = bonett_error(value, sd1**2, sd2**2, sd1**2 + sd2**2 - 2 * r * sd1 * sd2, int(n) - 1)
    ends = [value - wide(0.95) * found, value + wide(0.95) * found]
    assert [value, found, *ends] == pytest.approx([estimate, error, low, high], rel=5e-5 if n == 8 else 5e-7)


def test_eff_03_no_interval_for_few() -> None:
    many = list(np.random.default_rng(1).normal(5, 2, size=(2, LARGE_SAMPLE)))
    found = d_av(many[0].tolist(), many[1].tolist())
    assert found.low is not None
    assert found.high is not None
    assert (found.low + found.high) / 2 == pytest.approx(found.value)
    few = d_av(VISIT, BASE)
    assert (few.low, few.high) == (None, None)
    assert "below 20 pairs" in few.open
    assert few.value is not None
    assert few.value < 0


def test_eff_04_equal_changes() -> None:
    visit, base = [8.0, 10.0, 7.0, 12.0], [10.0, 12.0, 9.0, 14.0]
    assert d_z(visit, base).reason == g_z(d_z(visit, base)).reason == NO_VARIANCE
    assert d_av(visit, base).value == d_b(visit, base).value == pytest.approx(-2 / math.sqrt(59 / 12))


def test_eff_04_equal_values() -> None:
    assert "both visits" in d_av([2.0] * 4, [1.0] * 4).reason
    assert "baseline" in d_b([1.0, 2.0, 3.0], [1.0] * 3).reason


@pytest.mark.parametrize(
    ("visit", "base", "reason"),
    [([], [], NO_PAIR), ([1.0], [2.0], ONE_PAIR), ([1e200, 1.0], [1.0, 2.0], OUT_OF_RANGE)],
)
def test_eff_04_too_little(visit: list[float], base: list[float], reason: str) -> None:
    for found in (d_z(visit, base), d_av(visit, base), d_b(visit, base)):
        assert found == Effect(n=len(visit), reason=reason, open=reason)
        assert g_z(found) == g_av(found) == found


def numbers(found: Effect) -> list[float]:
    """Return what there is, far away where there is nothing."""
    return [1e99 if value is None else value for value in (found.value, found.low, found.high)]


@given(pairs, st.integers(-40, 40), st.sampled_from([0.5, 8.0]))
@settings(max_examples=60)
def test_eff_05_shift_unit_and_order(values: list[tuple[int, int]], shift: int, unit: float) -> None:
    visit, base = [float(after) for after, _ in values], [float(before) for _, before in values]
    moved = [(value + shift) * unit for value in reversed(visit)], [(value + shift) * unit for value in reversed(base)]
    for effect in (d_z, d_av, d_b):
        one, other = effect(visit, base), effect(*moved)
        assert (one.value is None) == (other.value is None)
        assert numbers(one) == pytest.approx(numbers(other), rel=1e-7, abs=1e-9)


@given(pairs)
@settings(max_examples=40)
def test_eff_05_labels_turned_turn_the_sign(values: list[tuple[int, int]]) -> None:
    visit, base = [float(after) for after, _ in values], [float(before) for _, before in values]
    one, other = d_z(visit, base), d_z(base, visit)
    if paired_t(visit, base).t is not None:
        assert one.value is not None
        assert other.value == pytest.approx(-one.value)
        assert [other.low, other.high] == pytest.approx([-(one.high or 0), -(one.low or 0)])
