"""Case series pooled.

POOL-01: tau2 is where a slow search of the likelihood, or of the sum of squares, finds it; scale and shift follow.
POOL-02: columns go in and a frozen result with the rows of a forest plot comes out; the measures turn back.
POOL-03: the binomial model gives what an integral by brute force gives, and stands when all responded, or nobody.
POOL-04: one study, equal studies, impossible and far-off numbers give reasons, never a mistake or a not-a-number.
POOL-05: the comparators of the paper: a pooled share with every study in it, the one in which all responded too.
POOL-06: a table of studies gives what its columns allow, as rows each with a value or a reason: each study, all
together, a further study, what lies between them, and the hierarchical model where a prior is stated.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis import pooling
from trialbook.analysis.pooling.random_effects import restricted
from trialbook.analysis.pooling.rows import pooled_rows
from trialbook.analysis.proportions import clopper_pearson

COMPARATORS = Path(__file__).parent.parent / "referees" / "comparators.csv"
BASES: dict[str, Any] = {"base_mean": [10, 20], "visit_mean": [8, 15], "base_sd": [2, 3], "visit_sd": [2, 4]}

studies = st.lists(
    st.tuples(st.integers(-50, 50).map(lambda n: n / 10), st.integers(1, 40).map(lambda n: n / 10)),
    min_size=2,
    max_size=8,
)
counts = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=6)


def columns(rows: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [y for y, _ in rows], [v for _, v in rows]


@settings(deadline=None)
@given(studies)
def test_pool_01_reml_is_the_highest_of_a_search(rows: list[tuple[float, float]]) -> None:
    y, v = (np.array(column) for column in columns(rows))
    found = pooling.pool(*columns(rows), interval="normal")
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e4, 1000)])
    assert found.tau2 is not None
    # the search is on another scale, where the constant of the likelihood is another
    best = max(restricted(y, v, tau2) for tau2 in grid.tolist())
    assert restricted(y, v, found.tau2) >= best - 1e-9


@settings(deadline=None)
@given(studies)
def test_pool_01_paule_mandel_makes_the_spread_what_it_should_be(rows: list[tuple[float, float]]) -> None:
    y, v = (np.array(column) for column in columns(rows))
    tau2 = pooling.pool(*columns(rows), method="PM", interval="normal").tau2
    assert tau2 is not None
    w = 1 / (v + tau2)
    spread = float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())
    assert spread == pytest.approx(len(rows) - 1) if tau2 else spread <= len(rows) - 1 + 1e-9


@settings(deadline=None)
@given(studies, st.sampled_from(["DL", "PM", "REML"]), st.sampled_from([1e-3, 1.0, 1e4]))
def test_pool_01_scale_and_shift(rows: list[tuple[float, float]], method: pooling.Method, scale: float) -> None:
    one = pooling.pool(*columns(rows), method=method, interval="normal")
    other = pooling.pool([scale * y + 7 for y, _ in rows], [scale * scale * v for _, v in rows], method=method)
    assert one.estimate is not None
    assert one.tau2 is not None
    assert other.estimate == pytest.approx(scale * one.estimate + 7, rel=1e-6, abs=1e-5 * scale)
    assert other.tau2 == pytest.approx(scale * scale * one.tau2, rel=1e-5, abs=1e-5 * scale * scale)
    assert other.i2 == pytest.approx(one.i2, abs=1e-3)
    assert sum(one.weights) == pytest.approx(100)


def test_pool_01_dersimonian_and_laird_by_hand() -> None:
    # Q = 2, c = 2 - 2 / 2 = 1, so tau2 = (2 - 1) / 1
    found = pooling.pool([1, 3], [1, 1], method="DL", interval="normal")
    assert (found.q, found.tau2, found.estimate) == pytest.approx((2, 1, 2))
    assert found.error == pytest.approx(1)
    assert found.i2 == pytest.approx(50)
    assert found.p == pytest.approx(math.erfc(2 / math.sqrt(2)))


def test_pool_02_effects_turn_back_in_the_forest() -> None:
    effects = pooling.log_ratios(["a", "b"], n=[10, 12], r=[0.5, 0.5], **BASES)
    found = pooling.pool_effects(effects, interval="normal")
    rows = pooling.forest(found, scale=effects.scale)
    assert [row.kind for row in rows] == ["study", "study", "pooled", "prediction"]
    assert rows[0].estimate == pytest.approx(8 / 10)
    assert rows[2].estimate == pytest.approx(math.exp(found.estimate or 0))
    assert rows[0].label == "a"
    assert all(row.low is not None and row.high is not None and row.low < row.high for row in rows)


def test_pool_02_what_is_not_printed_is_named_and_left_out() -> None:
    effects = pooling.mean_changes(
        ["a", "b", "c"], n=[10, 12, 9], base_mean=[10, 20, 12], visit_mean=[8, 15, 11], base_sd=[2, 3, 2],
        visit_sd=[2, 4, 2], r=[0.5, None, 0.5],
    )  # fmt: skip
    found = pooling.pool_effects(effects)
    assert found.k == 2
    assert found.left_out == ("b: a number that this effect needs is not given.",)
    assert found.labels == ("a", "c")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"n": [1, 9]}, "whole number"), ({"n": [2.5, 9]}, "whole number"), ({"base_sd": [0, 1]}, "not above zero"),
        ({"r": [1.5, 0]}, "between -1 and 1"), ({"visit_mean": [1e80, 1]}, "too large"),
        ({"r": [1, 0], "base_sd": [2, 3], "visit_sd": [2, 3]}, "variance of the effect is zero"),
        ({"base_mean": [math.nan, 1]}, "not given"),
    ],
)  # fmt: skip
def test_pool_04_studies_that_cannot_be_used_say_why(changed: dict[str, Any], said: str) -> None:
    given_numbers = {"n": [10, 12], "r": [0.5, 0.5], **BASES, **changed}
    found = pooling.mean_changes(["a", "b"], **given_numbers)
    assert said in found.reasons[0]
    assert (found.estimates[0], found.variances[0]) == (None, None)
    assert found.reasons[1] == ""


def test_pool_04_effects_that_do_not_exist() -> None:
    numbers = {"n": [2, 9], "r": [0.5, 0.5], **BASES}
    assert "two participants" in pooling.standardised_changes(["a", "b"], **numbers).reasons[0]
    assert "logarithm" in pooling.log_ratios(["a", "b"], **{**numbers, "base_mean": [-1, 2]}).reasons[0]
    odds = pooling.log_odds(["a", "b", "c", "d"], events=[0, 5, 4, None], n=[0, 4, 4, 3])
    assert [bool(reason) for reason in odds.reasons] == [True, True, False, True]
    assert odds.estimates[2] == pytest.approx(math.log(4.5 / 0.5))


def test_pool_04_none_one_and_equal_studies() -> None:
    none, one, equal = pooling.pool([], []), pooling.pool([2.0], [0.25]), pooling.pool([2.0, 2.0], [0.25, 1])
    assert none.reason == "No study has an estimate with its variance: there is nothing to pool."
    assert (one.estimate, one.error, one.tau2, one.pi_low) == (2.0, 0.5, None, None)
    assert one.reason.startswith("With one study")
    assert one.ci_high == pytest.approx(2 + 1.959963984540054 * 0.5)
    assert (equal.estimate, equal.error, equal.tau2) == (2.0, None, 0.0)
    assert "all equal" in equal.reason
    assert pooling.pool([2.0, 2.0], [0.25, 1], interval="hksj modified").error == pytest.approx(1 / math.sqrt(5))
    assert [row.estimate for row in pooling.forest(equal)] == [2.0, 2.0, 2.0, 2.0]


@pytest.mark.parametrize("bad", [(math.nan, 1), (math.inf, 1), (0, 0), (0, -1), (0, math.inf)])
def test_pool_04_impossible_numbers(bad: tuple[float, float]) -> None:
    found = pooling.pool([1.0, bad[0]], [1.0, bad[1]], labels=["a", "b"])
    assert found.reason.startswith("b: a variance is a finite number")
    assert found.estimate is None


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-1e308, 1e308), st.floats(5e-324, 1.7e308, exclude_min=False)), min_size=1, max_size=5
    ),
    st.sampled_from(["DL", "PM", "REML"]),
    st.sampled_from(["hksj", "hksj modified", "normal"]),
)
def test_pool_04_any_numbers_at_all(
    rows: list[tuple[float, float]], method: pooling.Method, interval: pooling.Interval
) -> None:
    found = pooling.pool(*columns(rows), method=method, interval=interval)
    assert (found.error is None) <= bool(found.reason)
    for value in (found.estimate, found.error, found.ci_low, found.tau2, found.p, found.pi_high):
        assert value is None or math.isfinite(value)


def test_pool_04_a_wide_interval_is_not_called_narrow() -> None:
    # Student's quantile makes up for a factor below 1
    found = pooling.pool([1.0, 1.9, 1.2], [0.4, 0.5, 0.3])
    normal = pooling.pool([1.0, 1.9, 1.2], [0.4, 0.5, 0.3], interval="normal")
    assert (found.error or 0) < (normal.error or 0)
    assert (found.ci_low or 0) < (normal.ci_low or 0)
    assert found.warning == ""


def test_pool_04_a_ratio_beyond_the_range_of_a_number() -> None:
    rows = pooling.forest(pooling.pool([0.0, 800.0], [1.0, 1.0]), scale="log")
    assert [row.reason for row in rows if row.high is None] == [
        "A ratio is beyond the range of a number; its logarithm is not."
    ] * 3
    assert rows[0].estimate == 1.0


def test_pool_04_narrow_intervals_are_told() -> None:
    close = pooling.pool([1, 1.01, 0.99, 1], [1, 1, 1, 1])
    assert "narrower than the normal one" in close.warning
    assert "too narrow" in pooling.pool([1, 5, 9], [1, 1, 1], interval="normal").warning


def brute(x: list[int], n: list[int], mean: float, tau: float) -> float:
    """Integrate the likelihood of each study over an even grid of the normal deviate."""
    u = np.linspace(-12, 12, 6001)
    weight = np.exp(-u * u / 2) / math.sqrt(2 * math.pi) * (u[1] - u[0])
    eta = mean + tau * u
    likelihoods = [
        math.log(float((weight * np.exp(a * eta - b * np.logaddexp(0, eta))).sum())) for a, b in zip(x, n, strict=True)
    ]
    return math.fsum(likelihoods)


@pytest.mark.parametrize("x", [[3, 9, 5, 1], [4, 3, 6, 5], [0, 6, 8, 2], [2, 2, 2, 2]])
def test_pool_03_no_place_nearby_is_likelier(x: list[int]) -> None:
    n = [8, 10, 9, 6]
    found = pooling.pool_shares(x, n)
    assert found.logit is not None
    assert found.tau2 is not None
    tau = math.sqrt(found.tau2)
    here = brute(x, n, found.logit, tau)
    assert found.loglik == pytest.approx(here, abs=1e-6)
    for mean_step, tau_step in [(0.01, 0), (-0.01, 0), (0, 0.02), (0, -0.02), (0.01, 0.02), (-0.01, 0.02)]:
        assert brute(x, n, found.logit + mean_step, abs(tau + tau_step)) <= here + 1e-9


@pytest.mark.parametrize(("x", "who", "share"), [([4, 3, 2], "everybody", 1.0), ([0, 0, 0], "nobody", 0.0)])
def test_pool_03_it_stands_when_all_responded_or_nobody(x: list[int], who: str, share: float) -> None:
    found = pooling.pool_shares(x, [4, 3, 2])
    exact = clopper_pearson(sum(x), 9)
    assert (found.share, found.ci_low, found.ci_high) == (share, exact.low, exact.high)
    assert f"In every study {who} responded" in found.reason
    assert (found.error, found.tau2) == (None, None)


def test_pool_03_one_study_none_and_no_count() -> None:
    assert pooling.pool_shares([3], [4]).reason.startswith("One study")
    assert pooling.pool_shares([3], [4]).ci_low == clopper_pearson(3, 4).low
    assert pooling.pool_shares([], []).reason == "No study has participants: there is nothing to pool."
    assert pooling.pool_shares([5], [4], labels=["a"]).reason == "a: 5 of 4 is no count of responders."
    assert "no finite estimate" in pooling.pool_shares([40, 0], [40, 40]).reason
    assert pooling.pool_shares([2, 0, 4], [4, 0, 8]).k == 2


@settings(deadline=None, max_examples=40)
@given(counts)
def test_pool_03_any_counts(pairs: list[tuple[int, int]]) -> None:
    x, n = [a for a, _ in pairs], [a + b for a, b in pairs]
    found = pooling.pool_shares(x, n)
    assert found.share is not None or not sum(n)
    if found.share is not None and found.ci_low is not None and found.ci_high is not None:
        assert 0 <= found.ci_low <= found.share <= found.ci_high <= 1
    legacy = pooling.freeman_tukey(x, n)
    assert "legacy" in legacy.method
    assert legacy.share is None or 0 <= legacy.share <= 1
    mirrored = pooling.pool_shares([b for _, b in pairs], n)
    if found.error is not None and found.share is not None:
        assert mirrored.share == pytest.approx(1 - found.share, abs=1e-4)


def test_pool_05_the_comparators() -> None:
    with COMPARATORS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["drug"] == "rituximab"]
    x, n = [int(row["responded"]) for row in rows], [int(row["n"]) for row in rows]
    found = pooling.pool_shares(x, n, labels=[row["study"] for row in rows])
    plot = pooling.forest(found)
    assert len(plot) == len(rows) + 2
    assert (plot[0].label, plot[0].estimate) == ("Levine 2005", 1.0)
    assert found.error is not None
    assert found.share == pytest.approx(0.67758, abs=1e-5)
    assert sum(x) / sum(n) == pytest.approx(192 / 246)


def studies_of(**columns: tuple[float | None, ...]) -> pooling.Studies:
    return pooling.Studies(labels=("a", "b", "c"), columns=columns)


MEANS: dict[str, tuple[float | None, ...]] = {
    "base_mean": (10.0, 20.0, 12.0), "visit_mean": (8.0, 15.0, 11.0), "base_sd": (2.0, 3.0, 2.0),
    "visit_sd": (2.0, 4.0, 2.0), "r": (0.5, 0.4, 0.5),
}  # fmt: skip
SIZES = {"n": (10.0, 12.0, 9.0)}


@pytest.mark.parametrize("effect", ["change", "standardised", "ratio"])
def test_pool_06_effects_from_means(effect: Any) -> None:
    studies = studies_of(**SIZES, **MEANS)
    assert studies.effects() == ("change", "standardised", "ratio")
    found = pooling.pool_studies(studies, pooling.Asked(effect=effect, interval="normal", prior=1.0))
    by_hand = {
        "change": pooling.mean_changes,
        "standardised": pooling.standardised_changes,
        "ratio": pooling.log_ratios,
    }
    expected = pooling.pool_effects(by_hand[effect](studies.labels, **SIZES, **MEANS), interval="normal")
    assert found.found == expected
    assert found.hierarchy is not None
    rows = {row.id: row for row in pooled_rows(found)}
    assert all((row.value is None) == bool(row.error) for row in rows.values())
    measure = found.measure.replace(" ", "_")
    turned = math.exp(expected.estimate or 0) if effect == "ratio" else expected.estimate
    assert rows[f"pool.{measure}.pooled.estimate"].value == turned
    assert rows[f"pool.{measure}.between_studies.tau2"].value == expected.tau2
    assert rows[f"hierarchy.{measure}.pooled.mean"].value == found.hierarchy.mean
    assert rows[f"hierarchy.{measure}.b.ci_low"].value == found.hierarchy.members[1].ci_low


def test_pool_06_printed_changes_and_what_is_not_printed() -> None:
    columns: dict[str, tuple[float | None, ...]] = {"change": (-2.0, -5.0, -1.0), "sd": (2.0, None, 1.0)}
    found = pooling.pool_studies(studies_of(**SIZES, **columns), pooling.Asked(effect="change"))
    assert found.found == pooling.pool_effects(
        pooling.printed_changes(["a", "b", "c"], n=[10, 12, 9], change=[-2, -5, -1], sd=[2, None, 1])
    )
    assert found.left_out == ("b: a number that this effect needs is not given.",)
    pooled = next(row for row in pooled_rows(found) if row.level == "pooled")
    assert found.left_out[0] in pooled.warning
    with pytest.raises(ValueError, match="do not give ratio"):
        pooling.pool_studies(studies_of(**SIZES, **columns), pooling.Asked(effect="ratio"))


def test_pool_06_counts() -> None:
    studies = studies_of(n=(4.0, 3.0, None), events=(4.0, 3.0, 2.0))
    found = pooling.pool_studies(studies, pooling.Asked(effect="share", prior=1.0))
    assert [row.estimate for row in found.rows] == [1.0, 1.0, 1.0, 1.0]
    assert "c: a number" in found.left_out[0]
    assert "binomial model" in found.no_hierarchy
    rows = pooled_rows(found)
    assert all((row.value is None) == bool(row.error) for row in rows)
    assert {row.method for row in rows if row.level == "pooled"} == {"exact (Clopper-Pearson)"}


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(*[st.one_of(st.none(), st.sampled_from([0.0, 1.0, 2.5, 9.0, -3.0, 1e-40, 1e90]))] * 3), max_size=4
    ),
    st.sampled_from([None, 1e-200, 2.0]),
)
def test_pool_06_any_table(rows: list[Any], prior: float | None) -> None:
    columns = (
        dict(zip(("n", "change", "sd"), zip(*rows, strict=True), strict=True))
        if rows
        else {"n": (), "change": (), "sd": ()}
    )
    studies = pooling.Studies(labels=tuple(map(str, range(len(rows)))), columns=columns)
    found = pooling.pool_studies(studies, pooling.Asked(effect="change", prior=prior))
    assert all((row.value is None) == bool(row.error) for row in pooled_rows(found))
