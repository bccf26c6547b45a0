"""Percent change.

PERC-01: the three percents are three numbers, each by its own rule.
PERC-02: a percent of nothing gives a reason; so do values that are negative or no numbers.
PERC-03: a change of unit does not matter; the order of participants does not either.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.analysis.change import NO_NUMBER, NO_PAIR, ONE_PAIR, OUT_OF_RANGE
from trialbook.analysis.percent_change import geometric_percent, mean_of_percents, percent_of_means

positive = st.lists(
    st.tuples(st.integers(1, 5000).map(float), st.integers(1, 5000).map(float)), min_size=2, max_size=12
)


def test_perc_01_by_hand() -> None:
    """PERC-01: 100 to 50 and 10 to 20: percents -50 and 100; means 55 and 35; ratios 1/2 and 2."""
    visit, base = [50.0, 20.0], [100.0, 10.0]
    assert mean_of_percents(visit, base).value == 25
    assert mean_of_percents(visit, base).sd == pytest.approx(math.sqrt(11250))
    assert percent_of_means(visit, base).value == pytest.approx(100 * (35 / 55 - 1))
    assert geometric_percent(visit, base).value == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("visit", "base", "reasons"),
    [
        ([], [], (NO_PAIR,) * 3),
        ([1.0, 2.0], [0.0, 2.0], ("baseline that is zero", "", "no logarithm")),
        ([1.0, -2.0], [1.0, 2.0], ("", "negative; there are 1", "no logarithm")),
        ([1.0, 2.0], [0.0, 0.0], ("there are 2", "All baselines are zero", "no logarithm")),
        ([1e200, 2.0], [1.0, 2.0], (OUT_OF_RANGE,) * 3),
        ([1e140, 2.0], [1e-140, 2.0], (OUT_OF_RANGE, "", "")),
        ([math.nan, 2.0], [1.0, 2.0], (NO_NUMBER,) * 3),
    ],
)
def test_perc_02_reasons(visit: list[float], base: list[float], reasons: tuple[str, str, str]) -> None:
    for percent, reason in zip((mean_of_percents, percent_of_means, geometric_percent), reasons, strict=True):
        found = percent(visit, base)
        assert reason in found.reason
        assert (found.value is None) == bool(reason)


def test_perc_02_one_pair_has_no_spread() -> None:
    assert mean_of_percents([2.0], [1.0]).value == 100
    assert mean_of_percents([2.0], [1.0]).reason == geometric_percent([2.0], [1.0]).reason == ONE_PAIR


def test_perc_02_a_spread_beyond_computing() -> None:
    found = geometric_percent([1e100, 1.0, 2.0], [1e-100, 1.0, 3.0])
    assert (found.value is not None, found.cv) == (True, None)


@given(positive, st.sampled_from([0.5, 60.0]))
def test_perc_03_unit_and_order(values: list[tuple[float, float]], unit: float) -> None:
    visit, base = [after for after, _ in values], [before for _, before in values]
    moved = [after * unit for after in reversed(visit)], [before * unit for before in reversed(base)]
    for percent in (mean_of_percents, percent_of_means, geometric_percent):
        assert percent(*moved).value == pytest.approx(percent(visit, base).value, rel=1e-9, abs=1e-9)
