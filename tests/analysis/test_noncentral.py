"""The noncentral t.

NCT-01: its distribution function agrees with brute-force integration wherever a study can lead, far tails too.
NCT-02: at 0 it is the central t; a turn of both signs turns it; it falls with its parameter.
NCT-03: the limits of the parameter leave half of the rest beyond, each way; they hold the t that was seen.
NCT-04: power is that of repeated sampling, and the level where there is no effect.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, stdtr

from trialbook.analysis.noncentral import limits, noncentral_t, paired_t_power

DEGREES = (1, 2, 3, 9, 30, 1000, 100_000)


def slow(t: float, df: int, delta: float) -> float:
    """Integrate over the logarithm of s = sqrt(chi squared / df) by 200,001 trapezoids."""
    u = np.linspace(-60 / min(df, df**0.5), 60 / df**0.5 if df > 60 else math.log(40), 200_001)
    s = np.exp(u)
    logs = df * u - df * s * s / 2
    mass = np.exp(logs - logs.max())
    return float(mass @ ndtr(t * s - delta) / mass.sum())


@pytest.mark.parametrize("df", DEGREES)
@pytest.mark.parametrize("t", [0.0, 1e-8, 0.5, 2.0, 3.19, 9.8, 30.0, 1000.0])
def test_nct_01_brute_force(df: int, t: float) -> None:
    """NCT-01: 3.19 and 9.80 at df 3, where other implementations give no number, among them."""
    for delta in (-11.0, -8.0, -2.0, 0.0, 1.0, 8.25, t - 3, t + 3, t / 2, 1.5 * t):
        assert noncentral_t(t, df, delta) == pytest.approx(slow(t, df, delta), abs=1e-12)


@pytest.mark.parametrize("df", DEGREES)
@given(t=st.integers(-400, 400).map(lambda n: n / 10), delta=st.floats(-20, 20))
@settings(max_examples=40)
def test_nct_02_centre_symmetry_and_order(df: int, t: float, delta: float) -> None:
    assert noncentral_t(t, df, 0.0) == pytest.approx(float(stdtr(df, t)), abs=1e-12)
    assert noncentral_t(t, df, delta) == pytest.approx(1 - noncentral_t(-t, df, -delta), abs=1e-14)
    assert noncentral_t(t, df, delta + 1) <= noncentral_t(t, df, delta) + 1e-13


@pytest.mark.parametrize("df", DEGREES)
@pytest.mark.parametrize("t", [0.0, 1e-9, 0.3, -3.19, 9.8, -100.0, 1e4, 1e7, 1e12])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_nct_03_limits(df: int, t: float, confidence: float) -> None:
    low, high = limits(t, df, confidence)
    rest = (1 - confidence) / 2
    assert low < t or confidence == 0.5
    assert low < high
    assert noncentral_t(t, df, low) == pytest.approx(1 - rest, abs=1e-12)
    assert noncentral_t(t, df, high) == pytest.approx(rest, abs=1e-12)


@pytest.mark.parametrize(("n", "effect"), [(4, 1.0), (10, 0.5), (20, -0.7)])
def test_nct_04_power_of_repeated_sampling(n: int, effect: float) -> None:
    chance, many = np.random.default_rng(20), 200_000
    gaps = chance.normal(effect, 1, size=(many, n))
    t = gaps.mean(axis=1) / (gaps.std(axis=1, ddof=1) / math.sqrt(n))
    share = np.mean(2 * stdtr(n - 1, -np.abs(t)) < 0.05)
    power = paired_t_power(n, effect)
    assert share == pytest.approx(power, abs=5 * math.sqrt(power * (1 - power) / many))


@pytest.mark.parametrize("n", [2, 4, 50])
def test_nct_04_the_level_without_an_effect(n: int) -> None:
    assert paired_t_power(n, 0.0, alpha=0.01) == pytest.approx(0.01, abs=1e-13)


def test_nct_04_one_pair_has_no_test() -> None:
    with pytest.raises(ValueError, match="two pairs"):
        paired_t_power(1, 1.0)
