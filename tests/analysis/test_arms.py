"""Arms compared.

ARM-01: Welch's t has its own degrees of freedom; shift and scale change it as algebra says.
ARM-02: the analysis of covariance equals the normal equations in fractions; the value as outcome gives the same.
ARM-03: a baseline far from zero costs no digits.
ARM-04: adjusted means differ as the arms do; the order of arms and participants does not matter.
ARM-05: too few, no variance, what cannot be told apart: a reason.
"""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from trialbook.analysis.arms import (
    NO_RESIDUAL,
    NO_VARIANCE,
    NOT_APART,
    ONE_ARM,
    ONE_VALUE,
    TOO_FEW,
    Difference,
    ancova,
    dose_trend,
    welch,
)
from trialbook.analysis.change import CANCELLED, OUT_OF_RANGE

values = st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=12)
tables = st.lists(st.tuples(st.integers(-20, 20), st.integers(0, 20), st.sampled_from("ab")), min_size=5, max_size=14)


def numbers(found: Difference) -> tuple[float, ...]:
    assert None not in (found.estimate, found.error, found.t, found.p, found.ci_low, found.ci_high), found.reason
    return tuple(
        n for n in (found.estimate, found.error, found.t, found.p, found.ci_low, found.ci_high) if n is not None
    )


@given(values, values)
def test_arm_01_slow(one: list[float], other: list[float]) -> None:
    found = welch(one, other)
    (m1, v1), (m2, v2) = ((sum(x) / len(x), sum((y - sum(x) / len(x)) ** 2 for y in x)) for x in (one, other))
    v1, v2 = v1 / (len(one) - 1) / len(one), v2 / (len(other) - 1) / len(other)
    if len(set(one)) == len(set(other)) == 1:
        assert found.reason == NO_VARIANCE
        return
    assert found.estimate == pytest.approx(m1 - m2, abs=1e-9)
    assert found.error == pytest.approx(math.sqrt(v1 + v2), rel=1e-9)
    df = (v1 + v2) ** 2 / (v1**2 / (len(one) - 1) + v2**2 / (len(other) - 1))
    assert found.df == pytest.approx(df, rel=1e-9)


@given(values, values)
def test_arm_01_shift_scale_and_order(one: list[float], other: list[float]) -> None:
    assume(len(set(one)) > 1)
    found, moved = welch(one, other), welch([3 * x + 7 for x in reversed(one)], [3 * x + 7 for x in other])
    assert numbers(moved)[2:4] == pytest.approx(numbers(found)[2:4], rel=1e-9, abs=1e-12)
    assert moved.estimate == pytest.approx(3 * (found.estimate or 0), abs=1e-9)
    assert welch(other, one).t == pytest.approx(-(found.t or 0), abs=1e-12)


def test_arm_05_welch() -> None:
    assert welch([1], [2, 3]).reason == welch([], [2, 3]).reason == ONE_VALUE
    assert (welch([1], [2, 3]).estimate, welch([], [2, 3]).estimate) == (-1.5, None)
    assert welch([4, 4], [9, 9]) == Difference(estimate=-5, error=0, reason=NO_VARIANCE)
    assert welch([1e200, 1], [2, 3]).reason == welch([math.nan, 1], [2, 3]).reason == OUT_OF_RANGE
    assert welch([1e8, 1e8 + 1e-7], [1e8, 1e8]).reason == CANCELLED
    assert welch([4, 4], [1, 3]).df == 1


def slow_ancova(rows: list[tuple[int, int, str]]) -> tuple[Fraction, Fraction] | None:
    """Solve the normal equations in fractions: difference b - a and its variance; None where there is none alone."""
    x = [[Fraction(1), Fraction(arm == "b"), Fraction(base)] for _, base, arm in rows]
    y = [Fraction(change) for change, _, _ in rows]
    square = [[sum((r[i] * r[j] for r in x), Fraction()) for j in range(3)] for i in range(3)]
    right = [sum((r[i] * v for r, v in zip(x, y, strict=True)), Fraction()) for i in range(3)]
    whole = determinant(square)
    if not whole:
        return None
    b = [
        determinant([[right[i] if j == k else square[i][j] for j in range(3)] for i in range(3)]) / whole
        for k in range(3)
    ]
    told = [sum((c * d for c, d in zip(r, b, strict=True)), Fraction()) for r in x]
    rest = sum(((v - t) ** 2 for v, t in zip(y, told, strict=True)), Fraction())
    corner = (square[0][0] * square[2][2] - square[0][2] ** 2) / whole
    return b[1], rest / (len(rows) - 3) * corner


def determinant(m: list[list[Fraction]]) -> Fraction:
    (a, b, c), (d, e, f), (g, h, i) = m
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


@given(tables)
@example([(change, 16 + (arm == "a"), arm) for change, arm in enumerate("bbbaa")])
@settings(max_examples=80)
def test_arm_02_normal_equations(rows: list[tuple[int, int, str]]) -> None:
    change, base, arms = [float(c) for c, _, _ in rows], [float(b) for _, b, _ in rows], [a for _, _, a in rows]
    assume(len(set(arms)) == 2)
    fit, slow = ancova(change, base, arms, order="ab"), slow_ancova(rows)
    if slow is None:
        assert fit.reason == NOT_APART
        return
    found = fit.difference("b", "a")
    assert found.estimate == pytest.approx(float(slow[0]), abs=1e-9)
    if not slow[1]:
        assert found.reason == NO_RESIDUAL
        return
    assert found.error == pytest.approx(math.sqrt(slow[1]), rel=1e-8)
    value = ancova([c + b for c, b in zip(change, base, strict=True)], base, arms, order="ab").difference("b", "a")
    assert numbers(value) == pytest.approx(numbers(found), rel=1e-7, abs=1e-9)


CHANGE = [-3.0, -1, -4, -2, 0, 1, -1, 2, -6, -5, -4, -7]
BASE = [10.0, 12, 9, 14, 11, 10, 13, 9, 12, 11, 10, 14]
ARMS = ["drug"] * 4 + ["none"] * 4 + ["more"] * 4
SITES = ["x", "y"] * 6


def test_arm_03_far_from_zero() -> None:
    near, far = (ancova(CHANGE, [b + shift for b in BASE], ARMS) for shift in (0.0, 1e8))
    for one, other in (("none", "drug"), ("more", "none")):
        assert numbers(far.difference(one, other)) == pytest.approx(numbers(near.difference(one, other)), rel=1e-7)
    assert numbers(far.adjusted_mean("more")) == pytest.approx(numbers(near.adjusted_mean("more")), rel=1e-6)


def test_arm_04_adjusted_means_and_order() -> None:
    fit = ancova(CHANGE, BASE, ARMS, factors=[SITES])
    other = ancova(CHANGE[::-1], BASE[::-1], ARMS[::-1], factors=[SITES[::-1]])
    assert (fit.arms, other.arms, fit.df) == (("drug", "none", "more"), ("more", "none", "drug"), 7)
    gap = fit.difference("none", "more")
    assert gap.estimate == pytest.approx(
        (fit.adjusted_mean("none").estimate or 0) - (fit.adjusted_mean("more").estimate or 0)
    )
    assert numbers(other.difference("none", "more")) == pytest.approx(numbers(gap), rel=1e-10)
    assert numbers(other.adjusted_mean("drug")) == pytest.approx(numbers(fit.adjusted_mean("drug")), rel=1e-10)
    assert fit.difference("drug", "drug") == Difference(estimate=0, reason=ONE_ARM)
    with pytest.raises(KeyError):
        fit.difference("drug", "placebo")


def test_arm_04_two_doses_are_two_arms() -> None:
    """ARM-04: with two doses a trend over 0 and 5 is a fifth of the difference of two arms."""
    change, base = CHANGE[:8], BASE[:8]
    gap = ancova(change, base, ARMS[:8]).difference("none", "drug")
    trend = dose_trend(change, base, [0.0] * 4 + [5.0] * 4)
    assert trend.estimate == pytest.approx((gap.estimate or 0) / 5)
    assert trend.p == pytest.approx(gap.p)


@pytest.mark.parametrize(
    ("change", "base", "arms", "reason"),
    [
        ([1.0, 2, 3, 4], [1.0, 2, 3, 5], ["a"] * 4, ONE_ARM),
        ([], [], [], ONE_ARM),
        ([1.0, 2, 3], [1.0, 2, 4], ["a", "b", "a"], TOO_FEW),
        ([1.0, 2, 3, 5], [4.0, 4, 4, 4], ["a", "b", "a", "b"], NOT_APART),
        ([1.0, 2, 3, 5], [1.0, 2, 1, 2], ["a", "b", "a", "b"], NOT_APART),
        ([1.0, 2, 3, 4, 5], [1.0, 2, 3, 4, 5], ["a", "b", "a", "b", "a"], NO_RESIDUAL),
        ([3.0, 3, 3, 3, 3], [1.0, 2, 3, 4, 7], ["a", "b", "a", "b", "a"], NO_RESIDUAL),
        ([0.0, 0, 0, 0, 0], [1.0, 2, 3, 4, 7], ["a", "b", "a", "b", "a"], NO_RESIDUAL),
        ([1e200, 2, 3, 5], [1.0, 2, 1, 2], ["a", "b", "a", "b"], OUT_OF_RANGE),
    ],
)
def test_arm_05_reasons(change: list[float], base: list[float], arms: list[str], reason: str) -> None:
    fit = ancova(change, base, arms)
    assert fit.reason == reason
    if len(fit.arms) == 2:
        assert fit.difference("b", "a").reason == reason
        assert fit.difference("b", "a").p is None


def test_arm_05_lengths_and_arms() -> None:
    with pytest.raises(ValueError, match="every arm"):
        ancova([1.0, 2], [1.0], ["a", "b"])
    with pytest.raises(ValueError, match="every arm"):
        ancova([1.0, 2], [1.0, 2], ["a", "b"], order=["a"])
    with pytest.raises(ValueError, match="dose"):
        dose_trend([1.0, 2], [1.0, 2], [1.0])
    assert dose_trend([1.0, 2], [1.0, math.inf], [1.0, 2]).reason == OUT_OF_RANGE
    assert dose_trend([1.0, 2, 3, 5], [1.0, 2, 1, 5], [4.0] * 4).reason == NOT_APART
