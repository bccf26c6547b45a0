"""Bayesian answers.

BAYES-01: with a flat prior the posterior is Student's distribution of the paired t test.
BAYES-02: a prior draws the mean towards its own; with a very wide one nothing is left of it; scale and shift follow.
BAYES-03: the priors are those that are stated: what they give to a change that matters, and to none.
BAYES-04: the Bayes factor falls with the size of t, is symmetric, and below 1 without a change.
BAYES-05: the hierarchical model lies between one mean for all and none; scale and shift follow.
BAYES-06: no, one, equal and far-off changes give reasons, never a mistake or a not-a-number.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, stdtr

from trialbook.analysis import bayes
from trialbook.analysis.change import paired_t

tenths = st.integers(-80, 80).map(lambda n: n / 10)
spread = st.lists(tenths, min_size=2, max_size=12).filter(lambda values: len(set(values)) > 1)


@settings(deadline=None, max_examples=40)
@given(spread, st.sampled_from([0.8, 0.95]))
def test_bayes_01_flat_is_student(changes: list[float], confidence: float) -> None:
    found = bayes.mean_change(changes, confidence=confidence)
    test = paired_t(changes, [0.0] * len(changes), confidence=confidence)
    assert test.t is not None
    assert test.sd is not None
    near = 1e-9 * test.sd
    assert (found.ci_low, found.ci_high) == pytest.approx((test.ci_low, test.ci_high), rel=1e-9, abs=near)
    assert found.median == pytest.approx(test.mean, abs=near)
    assert found.below(0.0) == pytest.approx(float(stdtr(len(changes) - 1, -test.t)), rel=1e-9)


@settings(deadline=None, max_examples=40)
@given(spread, st.sampled_from([-3.0, 0.0, 2.0]), st.sampled_from([0.1, 1.0, 10.0]))
def test_bayes_02_drawn_towards_the_prior(changes: list[float], mean: float, sd: float) -> None:
    found = bayes.mean_change(changes, bayes.Prior(name="some", mean=mean, sd=sd))
    seen = math.fsum(changes) / len(changes)
    assert found.mean is not None
    assert min(seen, mean) - 1e-9 <= found.mean <= max(seen, mean) + 1e-9
    above, below = found.above(0.5), found.below(0.5)
    assert above is not None
    assert below is not None
    assert above + below == pytest.approx(1)


def test_bayes_02_a_known_spread_is_the_normal_answer() -> None:
    # a belief about the variance worth a million changes: mu given the data is normal with precision 1 + 4 / 4
    prior = bayes.Prior(name="known", mean=0, sd=1, df=1e6, spread=2)
    found = bayes.mean_change([3, 1, 2, 4], prior)
    assert found.mean == pytest.approx(2.5 / 2, abs=1e-5)
    assert found.sd == pytest.approx(math.sqrt(1 / 2), abs=1e-5)
    assert found.above(2) == pytest.approx(float(ndtr((1.25 - 2) * math.sqrt(2))), abs=1e-5)


@settings(deadline=None, max_examples=30)
@given(spread, st.sampled_from([1e-60, 1e-3, 1e6, 1e100]))
def test_bayes_02_scale(changes: list[float], scale: float) -> None:
    one = bayes.mean_change(changes, bayes.Prior(name="some", mean=1, sd=2))
    other = bayes.mean_change([scale * x for x in changes], bayes.Prior(name="some", mean=scale, sd=2 * scale))
    assert one.mean is not None
    assert one.sd is not None
    assert other.mean == pytest.approx(scale * one.mean, rel=1e-6, abs=1e-6 * scale)
    assert other.sd == pytest.approx(scale * one.sd, rel=1e-6)
    assert other.above(scale) == pytest.approx(one.above(1), abs=1e-9)


def test_bayes_02_a_wide_prior_leaves_nothing_of_itself() -> None:
    changes = [1.0, 2.0, 4.0, 3.5]
    flat, wide = bayes.mean_change(changes), bayes.mean_change(changes, bayes.Prior(name="wide", sd=1e5))
    assert wide.ci_low == pytest.approx(flat.ci_low, rel=1e-5)
    assert wide.beyond(1) == pytest.approx(flat.beyond(1), rel=1e-5)


@pytest.mark.parametrize("important", [0.5, -3.0])
def test_bayes_03_what_the_priors_say(important: float) -> None:
    flat, weak, sceptical, enthusiastic = bayes.priors_of(important)
    assert flat.sd is None
    assert weak.sd == 10 * abs(important)
    assert sceptical.sd is not None
    assert enthusiastic.sd is not None
    side = math.copysign(1, important)
    assert float(ndtr(-abs(important) / sceptical.sd)) == pytest.approx(0.05)
    assert float(ndtr(-side * enthusiastic.mean / enthusiastic.sd)) == pytest.approx(0.05)
    assert (sceptical.mean, enthusiastic.mean) == (0, important)


def test_bayes_03_beyond_what_matters() -> None:
    found = bayes.mean_change([-3, -1, -2, -2.5, -4])
    assert found.beyond(-1) == found.below(-1)
    assert found.beyond(1) == found.above(1)
    assert (found.beyond(-1) or 0) > 0.9


@pytest.mark.parametrize("n", [2, 5, 40])
def test_bayes_04_symmetric_and_rising(n: int) -> None:
    factors = [bayes.jzs(t, n).bf10 or 0 for t in (0, 0.5, 1, 2, 4, 8)]
    assert factors == sorted(factors)
    assert factors[0] < 1
    assert bayes.jzs(-2.0, n).bf10 == bayes.jzs(2.0, n).bf10


def test_bayes_04_far_t_has_a_logarithm() -> None:
    found = bayes.jzs(1e200, 5)
    assert found.bf10 is None
    assert found.log_bf10 is not None
    # far out the null falls by the n-th power of t, and the Cauchy prior of the effect by its square
    assert found.log_bf10 - (bayes.jzs(1e199, 5).log_bf10 or 0) == pytest.approx(3 * math.log(10), rel=1e-6)
    assert "beyond the range" in found.beyond


@pytest.mark.parametrize(("changes", "said"), [([], "No participant"), ([1], "One pair"), ([2, 2, 2], "are equal")])
def test_bayes_06_no_factor(changes: list[float], said: str) -> None:
    found = bayes.jzs_change(changes)
    assert found.bf10 is None
    assert said.lower() in found.reason.lower()


def test_bayes_05_between_one_mean_and_none() -> None:
    y, s = [1.0, 5.0, 2.0], [1.0, 2.0, 0.5]
    alike, apart = bayes.hierarchical(y, s, scale=1e-6), bayes.hierarchical(y, s, scale=1e6)
    weights = 1 / np.array(s) ** 2
    common = float((weights * np.array(y)).sum() / weights.sum())
    assert [one.mean for one in alike.members] == pytest.approx([common] * 3, abs=1e-4)
    assert alike.sd == pytest.approx(1 / math.sqrt(float(weights.sum())), rel=1e-4)
    spread_of = [one.sd for one in apart.members]
    assert all(own * 0.8 < found < own * 1.05 for own, found in zip(s, spread_of, strict=True))


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.tuples(tenths, st.integers(1, 30).map(lambda n: n / 10)), min_size=2, max_size=6),
    st.sampled_from([0.01, 1.0, 1e4]),
)
def test_bayes_05_scale_and_shift(rows: list[tuple[float, float]], scale: float) -> None:
    one = bayes.hierarchical([y for y, _ in rows], [s for _, s in rows], scale=1)
    other = bayes.hierarchical([scale * y + 7 for y, _ in rows], [scale * s for _, s in rows], scale=scale)
    assert one.mean is not None
    assert one.tau is not None
    assert other.mean == pytest.approx(scale * one.mean + 7, rel=1e-6, abs=1e-6 * scale)
    assert (other.tau, other.tau_low) == pytest.approx((scale * one.tau, scale * (one.tau_low or 0)), rel=1e-5)
    assert (other.sd is None) == (len(rows) == 2)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([], "There are no changes."), ([1.0], "One change"), ([2.0] * 4, "All changes are equal"),
        ([1.0, math.nan], "no finite number"), ([1e160, 1.0], "no finite number"),
        ([0.1 + 0.2, 0.3, 0.3], "All changes are equal"),
    ],
)  # fmt: skip
def test_bayes_06_no_posterior(changes: list[float], said: str) -> None:
    found = bayes.mean_change(changes, bayes.Prior(name="some", sd=1))
    assert said in found.reason
    assert (found.mean, found.ci_low, found.beyond(1), found.above(0), found.below(0)) == (None,) * 5


def test_bayes_06_a_belief_about_the_spread_makes_one_change_enough() -> None:
    believed = bayes.Prior(name="believed", sd=2, df=4, spread=1)
    one, equal = bayes.mean_change([1.0], believed), bayes.mean_change([1.0] * 4, believed)
    assert one.sd is not None
    assert equal.sd is not None
    assert equal.sd < one.sd


def test_bayes_06_long_tails_have_no_moments() -> None:
    two, three = bayes.mean_change([1.0, 2.0]), bayes.mean_change([1.0, 2.0, 4.0])
    assert (two.mean, two.sd, three.sd) == (None, None, None)
    assert "no mean" in two.no_mean
    assert "no standard deviation" in three.no_sd
    assert three.mean == pytest.approx(7 / 3)


def test_bayes_06_data_at_odds_with_the_prior_are_told() -> None:
    found = bayes.mean_change([9.5, 10, 10.4, 11], bayes.Prior(name="far", mean=-2, sd=0.5))
    assert "at odds" in found.warning


@pytest.mark.parametrize("prior", [{"sd": 0}, {"sd": -1}, {"df": -1}, {"df": 2}, {"spread": 2}])
def test_bayes_06_no_distribution_is_no_prior(prior: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no distribution"):
        bayes.Prior(name="wrong", **prior)


@pytest.mark.parametrize(
    ("y", "s", "said"),
    [
        ([], [], "needs two"), ([1.0], [1.0], "needs two"), ([1.0, 2.0], [1.0, 0.0], "above 0"),
        ([1.0, math.nan], [1.0, 1.0], "finite"), ([1e70, 1.0], [1.0, 1.0], "orders of magnitude"),
    ],
)  # fmt: skip
def test_bayes_06_no_hierarchy(y: list[float], s: list[float], said: str) -> None:
    found = bayes.hierarchical(y, s, scale=1)
    assert said in found.reason
    assert (found.mean, found.above(0), found.below(0), found.members) == (None, None, None, ())


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.floats(allow_nan=False), max_size=5), st.sampled_from([None, 1e-30, 1.0, 1e50]), st.floats(-1e9, 1e9)
)
def test_bayes_06_any_changes(changes: list[float], sd: float | None, mean: float) -> None:
    found = bayes.mean_change(changes, bayes.Prior(name="some", mean=mean, sd=sd))
    assert (found.median is None) == bool(found.reason)
    for value in (found.median, found.mean, found.sd, found.ci_low, found.above(1)):
        assert value is None or math.isfinite(value)
