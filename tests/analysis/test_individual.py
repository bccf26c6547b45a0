"""Change of one participant, and what selection at entry alone would do.

IND-01: a change is compared with the error of a difference of two measurements; the sign is visit minus baseline.
IND-02: regression to the mean equals what a simulation of selection gives, and vanishes without error.
IND-03: what cannot be judged gives a reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.analysis.individual import (
    BAD_RELIABILITY,
    BAD_SD,
    BAD_TIMES,
    NO_NUMBER,
    NOBODY_ENTERS,
    error_of_measurement,
    regression_to_mean,
    reliable_change,
)

tenths = st.integers(0, 100).map(lambda n: n / 10)


@given(tenths, tenths, st.floats(0.5, 20), st.floats(0, 0.99))
def test_ind_01_beyond_its_limit(visit: float, base: float, sd: float, reliability: float) -> None:
    found = reliable_change(visit, base, sd=sd, reliability=reliability)
    assert found.change == pytest.approx(visit - base, abs=1e-12)
    assert found.limit is not None
    assert found.change is not None
    assert found.limit == pytest.approx(1.959963984540054 * sd * math.sqrt(2 * (1 - reliability)), rel=1e-12)
    beyond = "rise" if found.change > 0 else "fall"
    assert found.verdict == (beyond if abs(found.change) > found.limit else "within error")
    turned = reliable_change(base, visit, sd=sd, reliability=reliability)
    assert turned.index == pytest.approx(-(found.index or 0), abs=1e-12)


def test_ind_01_confidence() -> None:
    """IND-01: a change of 2 with an error of 1.2: reliable at 90 %, not at 95 %."""
    sd = 1.2 / math.sqrt(2 * (1 - 0.9))
    verdicts = [reliable_change(3, 5, sd=sd, reliability=0.9, confidence=level).verdict for level in (0.9, 0.95)]
    assert verdicts == ["fall", "within error"]


@pytest.mark.parametrize(
    ("sd", "reliability", "reason"),
    [(0.0, 0.9, BAD_SD), (-1.0, 0.9, BAD_SD), (math.nan, 0.9, BAD_SD), (math.inf, 0.9, BAD_SD),
     (2.0, 1.0, BAD_RELIABILITY), (2.0, -0.1, BAD_RELIABILITY), (2.0, math.nan, BAD_RELIABILITY)],
)  # fmt: skip
def test_ind_03_no_error_of_measurement(sd: float, reliability: float, reason: str) -> None:
    assert reliable_change(5, 7, sd=sd, reliability=reliability).reason == reason
    assert regression_to_mean(5, sd, reliability, cut=4, entered="below").reason == reason
    with pytest.raises(ValueError, match=reason[:20]):
        error_of_measurement(sd, reliability)


def test_ind_03_no_number() -> None:
    assert reliable_change(math.nan, 7, sd=2, reliability=0.9).reason == NO_NUMBER
    assert reliable_change(1e300, 7, sd=1e-10, reliability=0.9).index is None


def simulated(mean: float, sd: float, reliability: float, cut: float, times: int) -> tuple[float, float]:
    """Let two million be measured before and after, take those who enter, and give their mean change and share."""
    chance = np.random.default_rng(20260301)
    true = chance.normal(mean, sd * math.sqrt(reliability), 2_000_000)
    noise = sd * math.sqrt(1 - reliability)
    before = true + chance.normal(0, noise / math.sqrt(times), true.size)
    after = true + chance.normal(0, noise, true.size)
    inside = before < cut
    return float((after - before)[inside].mean()), float(inside.mean())


@pytest.mark.parametrize(("cut", "times"), [(5.0, 1), (5.0, 3), (7.5, 1)])
def test_ind_02_simulated(cut: float, times: int) -> None:
    found = regression_to_mean(6, 2, 0.7, cut=cut, entered="below", times=times)
    change, share = simulated(6, 2, 0.7, cut, times)
    assert found.change == pytest.approx(change, abs=0.006)
    assert found.enter == pytest.approx(share, abs=0.002)


@given(st.floats(-3, 3), st.floats(0, 0.99), st.floats(0.1, 50), st.integers(1, 5))
def test_ind_02_mirrored_and_scaled(z: float, reliability: float, sd: float, times: int) -> None:
    below = regression_to_mean(10, sd, reliability, cut=10 + z * sd, entered="below", times=times)
    above = regression_to_mean(10, sd, reliability, cut=10 - z * sd, entered="above", times=times)
    assert below.change == pytest.approx(-(above.change or 0), rel=1e-9)
    more = regression_to_mean(10, sd, reliability, cut=10 + z * sd, entered="below", times=times + 1)
    assert 0 < (more.change or 0) < (below.change or 0)
    unit = regression_to_mean(0, 1, reliability, cut=z, entered="below", times=times)
    assert below.change == pytest.approx(sd * (unit.change or 0), rel=1e-6)


def test_ind_02_no_selection_no_regression() -> None:
    found = regression_to_mean(6, 2, 0.8, cut=200, entered="below")
    assert (found.change, found.enter) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [((math.nan, 5.0, 1), NO_NUMBER), ((6.0, math.inf, 1), NO_NUMBER), ((6.0, 5.0, 0), BAD_TIMES),
     ((6.0, -1e6, 1), NOBODY_ENTERS)],
)  # fmt: skip
def test_ind_03_no_regression(arguments: Sequence[float], reason: str) -> None:
    mean, cut, times = arguments
    assert regression_to_mean(mean, 2, 0.8, cut=cut, entered="below", times=int(times)).reason == reason
