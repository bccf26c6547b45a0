"""Multiple imputation.

MI-01: the same seed gives the same draws, bit for bit; observed values stay; without a gap it is the paired t test.
MI-02: draws of values after dropout, and of gaps, have the mean and spread that the regressions on the others give.
MI-03: values after dropout are shifted by delta from the visit of dropout on; gaps are not.
MI-04: the tipping point is the smallest shift with another conclusion, as a search in small steps finds it.
MI-05: too few participants, a visit without values, constant, collinear and impossible data give reasons.
MI-06: under dropout that hangs on what was seen, intervals cover about what they say and the mean is not biased.
MI-07: a scale scales and a shift shifts every answer.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from trialbook.analysis import imputation
from trialbook.analysis.change import paired_t
from trialbook.analysis.imputation.draws import FEW_AT

Floats = NDArray[np.float64]


def correlated(n: int, seed: int, *, visits: int = 4) -> Floats:
    chance = np.random.Generator(np.random.PCG64(seed))
    apart = np.abs(np.subtract.outer(range(visits), range(visits)))
    factor = np.linalg.cholesky(0.8**apart)
    return chance.standard_normal((n, visits)) @ factor.T + np.linspace(0, 0.6, visits)


def dropping(n: int, seed: int) -> Floats:
    """Let participants drop out the more likely, the higher their last value was."""
    found = correlated(n, seed)
    chance = np.random.Generator(np.random.PCG64((seed, 1)))
    for visit in (1, 2, 3):
        last = found[:, visit - 1]
        leaves = chance.random(n) < 1 / (1 + np.exp(2.2 - np.nan_to_num(last)))
        found[np.isnan(last) | leaves, visit] = np.nan
    return found


DROPPED = dropping(20, 3)
GAPPED = DROPPED.copy()
GAPPED[[1, 4], 1] = np.nan
GAPPED[2, 0] = np.nan


@pytest.mark.parametrize("table", [DROPPED, GAPPED], ids=["dropout", "gaps"])
def test_mi_01_same_seed_same_draws(table: Floats) -> None:
    one, two = imputation.impute(table, seed=5, draws=20), imputation.impute(table, seed=5, draws=20)
    other = imputation.impute(table, seed=6, draws=20)
    assert one.values is not None
    assert two.values is not None
    assert other.values is not None
    assert one.values.tobytes() == two.values.tobytes()
    assert one.values.tobytes() != other.values.tobytes()
    known = ~np.isnan(table)
    assert (one.values[:, known] == table[known]).all()
    assert not np.isnan(one.values).any()


def test_mi_01_nothing_missing_is_the_paired_t() -> None:
    table = correlated(9, 1)
    found = imputation.change_at(imputation.impute(table, seed=1), 3)
    test = paired_t(table[:, 3].tolist(), table[:, 0].tolist())
    assert (found.estimate, found.t, found.df, found.p, found.ci_low) == (test.mean, test.t, 8, test.p, test.ci_low)
    assert found.fmi == 0
    assert "Nothing is missing" in found.warning


def test_mi_02_dropout_follows_the_regression_on_what_was_seen() -> None:
    table = correlated(4000, 8, visits=3)
    gone = table.copy()
    gone[:40, 2] = np.nan
    drawn = imputation.impute(gone, seed=2, draws=400).values
    assert drawn is not None
    # given the visit before, visits further back say nothing: mean 0.8 of it, variance 1 - 0.8^2
    expected = 0.6 + 0.8 * (table[:40, 1] - 0.3)
    assert np.abs(drawn[:, :40, 2].mean(axis=0) - expected).max() < 0.15
    assert drawn[:, :40, 2].std(axis=0).mean() == pytest.approx(0.6, abs=0.02)


def test_mi_02_gaps_follow_both_neighbours() -> None:
    table = correlated(4000, 9, visits=3)
    gone = table.copy()
    gone[:40, 1] = np.nan
    imputed = imputation.impute(gone, seed=2, draws=400, steps=10)
    assert imputed.values is not None
    assert imputed.n_gaps == 40
    # of an autoregressive course: 0.8 / (1 + 0.8^2) of each neighbour, variance (1 - 0.8^2) / (1 + 0.8^2)
    expected = 0.3 + 0.8 / 1.64 * (table[:40, 0] + table[:40, 2] - 0.6)
    assert np.abs(imputed.values[:, :40, 1].mean(axis=0) - expected).max() < 0.15
    assert imputed.values[:, :40, 1].std(axis=0).mean() == pytest.approx(math.sqrt(0.36 / 1.64), abs=0.02)


def test_mi_02_a_gap_at_the_baseline_too() -> None:
    imputed = imputation.impute(GAPPED, seed=4)
    assert imputed.n_gaps == 3
    assert imputed.warning == ""
    assert imputation.change_at(imputed, 3).p is not None


def test_mi_02_few_steps_do_not_settle() -> None:
    table = correlated(60, 2, visits=3)
    table[5:50, 1] = np.nan
    assert "have not settled" in imputation.impute(table, seed=1, draws=50, steps=4).warning


def slow_change(imputed: imputation.Imputed, visit: int, delta: float) -> imputation.PooledDraws:
    """Shift the tables themselves, and test each of them on its own."""
    assert imputed.values is not None
    assert imputed.dropped is not None
    estimates, variances = [], []
    for table in imputed.values:
        moved = table + delta * imputed.dropped
        changes = moved[:, visit] - moved[:, 0]
        estimates.append(float(changes.mean()))
        variances.append(float(changes.var(ddof=1)) / len(changes))
    return imputation.pool_draws(estimates, variances, complete_df=len(imputed.rows) - 1)


@pytest.mark.parametrize("delta", [0.0, 0.7, -3.0])
@pytest.mark.parametrize("visit", [1, 3])
def test_mi_03_delta_shifts_what_came_after_dropout(delta: float, visit: int) -> None:
    imputed = imputation.impute(GAPPED, seed=7)
    found, slow = imputation.change_at(imputed, visit, delta=delta), slow_change(imputed, visit, delta)
    for name in ("estimate", "error", "df", "p", "ci_high", "fmi"):
        assert getattr(found, name) == pytest.approx(getattr(slow, name), rel=1e-9)


def test_mi_03_only_those_who_count() -> None:
    imputed = imputation.impute(GAPPED, seed=7)
    who = [place % 3 != 0 for place in range(len(imputed.rows))]
    assert imputed.values is not None
    changes = imputed.values[:, who, 3] - imputed.values[:, who, 0]
    assert imputation.change_at(imputed, 3, who=who).estimate == pytest.approx(float(changes.mean()))
    nobody = imputation.change_at(imputed, 3, who=[False] * len(imputed.rows))
    assert nobody.reason == "A change of fewer than two participants has no variance."


@pytest.mark.parametrize("effect", [0.0, 1.5, -2.0])
def test_mi_04_tipping_point_by_small_steps(effect: float) -> None:
    table = DROPPED + effect * (np.arange(4) > 0)
    imputed = imputation.impute(table, seed=3, draws=40)
    found = imputation.tipping_point(imputed, 3)
    at_zero = imputation.change_at(imputed, 3)
    assert at_zero.p is not None
    assert found.was_significant == (at_zero.p < 0.05)
    steps = sorted(np.arange(-400, 401) / 50, key=abs)
    seen = ((step, slow_change(imputed, 3, float(step)).p) for step in steps)
    first = next(step for step, p in seen if p is not None and (p < 0.05) != found.was_significant)
    assert found.delta == pytest.approx(first, abs=0.0201)
    assert abs(found.delta or 0) <= abs(first)
    assert found.p == pytest.approx(0.05, abs=1e-6)


def test_mi_04_nothing_to_tip() -> None:
    table = correlated(12, 4)
    table[3, 1] = np.nan
    imputed = imputation.impute(table, seed=3)
    assert imputation.tipping_point(imputed, 3).reason.startswith("Nobody's value at this visit")
    refused = imputation.tipping_point(imputation.impute(table[:4], seed=3), 3)
    assert refused.reason.startswith("The imputed changes give no test: Imputation needs more participants")


def test_mi_04_one_dropout_cannot_make_noise_significant() -> None:
    table = correlated(14, 5)
    table[:, 3] = table[::-1, 0] + np.where(np.arange(14) % 2, 1.0, -1.0) * (1 + np.arange(14) / 10)
    table[0, 3] = np.nan
    found = imputation.tipping_point(imputation.impute(table, seed=3), 3)
    assert found.was_significant is False
    assert found.delta is None
    assert found.reason.startswith("No shift up to")


@pytest.mark.parametrize("n", [1, 2, 5])
def test_mi_05_too_few_participants(n: int) -> None:
    table = correlated(n, 1)
    table[0, 3] = np.nan
    found = imputation.impute(table, seed=1)
    assert found.values is None
    assert found.reason.startswith(f"Imputation needs more participants than visits and one: {n} participant")
    assert imputation.change_at(found, 3).reason == found.reason


def test_mi_05_too_few_with_all_earlier_values() -> None:
    table = correlated(8, 1)
    table[:3, 3] = np.nan
    found = imputation.impute(table, seed=1, visits=("start", "week 4", "week 8", "week 12"))
    assert found.reason == FEW_AT.format(n=5, s="s", visit="week 12", least=7)


def test_mi_05_a_visit_without_a_value() -> None:
    table = correlated(20, 1)
    table[:, 2] = np.nan
    assert imputation.impute(table, seed=1).reason == (
        "Nobody has a value at visit 3: nothing says what it would be there."
    )
    assert imputation.impute([], seed=1, visits=("a", "b")).reason == "No participant has a value."
    assert imputation.impute([[None, None]] * 9, seed=1).reason == "No participant has a value."


def test_mi_05_constant_and_collinear() -> None:
    table = correlated(20, 1)
    table[:, 1] = 7.0
    table[0, 3] = np.nan
    assert imputation.impute(table, seed=1).reason.startswith("All values at visit 2 are equal") or (
        "visit 2 follow from them exactly" in imputation.impute(table, seed=1).reason
    )
    table[:, 1] = 3 - 2 * table[:, 0]
    assert "those at visit 2 follow from them exactly" in imputation.impute(table, seed=1).reason
    table = correlated(20, 1)
    table[:, 3] = 4.0
    table[0, 3] = np.nan
    assert imputation.impute(table, seed=1).reason.startswith("All values at visit 4 are equal")


def test_mi_05_constant_without_a_gap_has_the_reason_of_the_t_test() -> None:
    found = imputation.change_at(imputation.impute([[1.0, 2.0]] * 5, seed=1), 1)
    assert (found.estimate, found.p) == (1.0, None)
    assert found.reason.startswith("All differences are equal")


def test_mi_05_who_has_no_value_is_left_out() -> None:
    table = np.vstack([DROPPED, np.full((2, 4), np.nan)])
    found = imputation.impute(table, seed=1, draws=10)
    assert len(found.rows) == 20
    assert found.values is not None
    assert found.values.shape == (10, 20, 4)


@settings(deadline=None, max_examples=150)
@given(
    st.integers(1, 12).flatmap(
        lambda n: st.lists(
            st.lists(st.one_of(st.none(), st.sampled_from([0.0, 1.0, 2.0, 5.5, 1e-12, 1e200, -3e140])),
                     min_size=3, max_size=3), min_size=n, max_size=n,
        )
    )
)  # fmt: skip
def test_mi_05_any_table(table: list[list[float | None]]) -> None:
    imputed = imputation.impute(table, seed=1, draws=5, steps=4)
    assert (imputed.values is None) == bool(imputed.reason)
    found = imputation.change_at(imputed, 2)
    assert (found.p is None) == bool(found.reason)
    for value in (found.estimate, found.error, found.df, found.p, found.fmi):
        assert value is None or math.isfinite(value)
    tip = imputation.tipping_point(imputed, 2)
    assert (tip.delta is None) == bool(tip.reason)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(-1e307, 1e307), st.floats(0, 1e307)), min_size=0, max_size=6),
    st.sampled_from([0.5, 7]),
)
def test_mi_05_any_estimates(rows: list[tuple[float, float]], df: float) -> None:
    found = imputation.pool_draws([q for q, _ in rows], [u for _, u in rows], complete_df=df)
    assert (found.p is None) == bool(found.reason)
    assert found.df is None or 0 < found.df <= df


def test_mi_05_calls_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="two draws"):
        imputation.impute(DROPPED, seed=1, draws=1)
    with pytest.raises(ValueError, match="one name a visit"):
        imputation.impute(DROPPED, seed=1, visits=("a",))
    with pytest.raises(ValueError, match="one variance"):
        imputation.pool_draws([1.0], [], complete_df=3)


def test_mi_06_coverage_under_dropout_that_hangs_on_what_was_seen() -> None:
    # 400 tables of 30, a third lost at the end: the standard error of the coverage is 0.011
    covered, found_means, naive = 0, [], []
    for seed in range(400):
        table = dropping(30, 1000 + seed)
        found = imputation.change_at(imputation.impute(table, seed=seed, draws=50), 3)
        assert found.estimate is not None
        assert found.ci_low is not None
        assert found.ci_high is not None
        covered += found.ci_low <= 0.6 <= found.ci_high
        found_means.append(found.estimate)
        naive.append(float(np.nanmean(table[:, 3] - table[:, 0])))
    assert 0.925 <= covered / 400 <= 0.99
    error = float(np.std(found_means)) / 20
    assert abs(float(np.mean(found_means)) - 0.6) < 3 * error
    assert abs(float(np.mean(naive)) - 0.6) > 3 * error


def test_mi_07_scale_and_shift() -> None:
    one = imputation.impute(GAPPED, seed=9)
    other = imputation.impute(1000 * GAPPED + 5, seed=9)
    first, second = imputation.change_at(one, 3), imputation.change_at(other, 3)
    assert first.estimate is not None
    assert first.error is not None
    assert second.estimate == pytest.approx(1000 * first.estimate, rel=1e-9)
    assert second.error == pytest.approx(1000 * first.error, rel=1e-9)
    assert (second.df, second.p) == pytest.approx((first.df, first.p), rel=1e-9)
    tip, tipped = imputation.tipping_point(one, 3), imputation.tipping_point(other, 3)
    assert tip.delta is not None
    assert tipped.delta == pytest.approx(1000 * tip.delta, rel=1e-6)
