"""Designs with one arm and a yes-or-no outcome.

DESIGN-01: the exact test adds up all counts that are no likelier than the one seen.
DESIGN-02: one stage: the smallest n, by going through all; level and power are exact.
DESIGN-03: two stages: optimal and minimax among all designs; Simon's own tables.
DESIGN-04: operating characteristics equal those of all outcomes, one by one.
DESIGN-05: what cannot be designed gives a reason.
"""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.designs import (
    NO_LEVEL,
    NO_ROOM,
    TwoStage,
    binomial_test,
    needed_of,
    operating,
    single_stage,
    two_stages,
)

tests = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n), st.floats(0.01, 0.99)))


def mass(k: int, n: int, p: float) -> float:
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


@given(tests)
def test_design_01_by_likelihood(case: tuple[int, int, float]) -> None:
    count, n, null = case
    odds = [mass(k, n, null) for k in range(n + 1)]
    found = binomial_test(count, n, null=null)
    assert found.p == pytest.approx(min(1, math.fsum(o for o in odds if o <= odds[count] * (1 + 1e-7))), rel=1e-9)
    assert found.p_greater == pytest.approx(math.fsum(odds[count:]), rel=1e-9)
    assert found.p_less == pytest.approx(math.fsum(odds[: count + 1]), rel=1e-9)


@given(tests)
def test_design_01_mirrored(case: tuple[int, int, float]) -> None:
    count, n, null = case
    one, other = binomial_test(count, n, null=null), binomial_test(n - count, n, null=1 - null)
    assert one.p == pytest.approx(other.p, rel=1e-9)
    assert one.p_less == pytest.approx(other.p_greater, rel=1e-9)


def test_design_05_nobody() -> None:
    found = binomial_test(0, 0, null=0.3)
    assert found.p is None
    assert found.reason
    with pytest.raises(ValueError, match="no test"):
        binomial_test(5, 4, null=0.3)


def slow_single(null: float, target: float, alpha: float, power: float) -> tuple[int, int]:
    """Go through all n and all limits."""
    for n in range(1, 200):
        for needed in range(n + 1):
            size, strength = (math.fsum(mass(k, n, p) for k in range(needed, n + 1)) for p in (null, target))
            if size <= alpha and strength >= power:
                return n, needed
    raise AssertionError


@pytest.mark.parametrize(
    "wanted", [(0.1, 0.3, 0.05, 0.8), (0.05, 0.3, 0.1, 0.9), (0.4, 0.7, 0.05, 0.9), (0.6, 0.9, 0.01, 0.8)]
)
def test_design_02_smallest(wanted: tuple[float, float, float, float]) -> None:
    null, target, alpha, power = wanted
    found = single_stage(null, target, alpha=alpha, power=power)
    assert (found.n, found.needed) == slow_single(*wanted)


@given(st.integers(1, 80), st.floats(0.01, 0.9), st.floats(0.001, 0.3))
def test_design_02_needed(n: int, null: float, alpha: float) -> None:
    needed = needed_of(n, null, alpha)
    assert math.fsum(mass(k, n, null) for k in range(needed, n + 1)) <= alpha * (1 + 1e-9)
    assert math.fsum(mass(k, n, null) for k in range(needed - 1, n + 1)) > alpha * (1 - 1e-9)


SIMON = [
    # Simon 1989, tables 1 and 2: null, target, alpha, power; r1/n1 r/n EN of the optimal and of the minimax design
    (0.05, 0.25, 0.05, 0.8, (0, 9, 2, 17, 12.0), (0, 12, 2, 16, 13.8)),
    (0.10, 0.30, 0.05, 0.9, (2, 18, 6, 35, 22.5), (2, 22, 6, 33, 26.2)),
    (0.20, 0.40, 0.05, 0.8, (3, 13, 12, 43, 20.6), (4, 18, 10, 33, 22.3)),
    (0.30, 0.50, 0.10, 0.9, (7, 22, 17, 46, 29.9), (7, 28, 15, 39, 35.0)),
    (0.05, 0.20, 0.10, 0.9, (0, 12, 3, 37, 23.5), (0, 18, 3, 32, 26.4)),
]


@pytest.mark.parametrize(("null", "target", "alpha", "power", "optimal", "minimax"), SIMON)
def test_design_03_tables_of_simon(
    null: float, target: float, alpha: float, power: float, optimal: tuple[float, ...], minimax: tuple[float, ...]
) -> None:
    found = two_stages(null, target, alpha=alpha, power=power)
    for design, printed in ((found.optimal, optimal), (found.minimax, minimax)):
        assert design is not None
        assert (design.r1, design.n1, design.r, design.n, round(design.expected, 1)) == printed
        assert design.alpha <= alpha
        assert design.power >= power


def slow_two(null: float, target: float, alpha: float, power: float, most: int) -> list[TwoStage]:
    """Go through every design of at most `most` participants."""
    found = []
    for n in range(2, most + 1):
        limits = [(n1, r1, r) for n1 in range(1, n) for r1 in range(n1) for r in range(r1, n)]
        for n1, r1, r in limits:
            ends = [
                math.fsum(
                    mass(x, n1, p) * math.fsum(mass(y, n - n1, p) for y in range(max(r - x + 1, 0), n - n1 + 1))
                    for x in range(r1 + 1, n1 + 1)
                )
                for p in (null, target)
            ]
            if ends[0] <= alpha and ends[1] >= power:
                stop = math.fsum(mass(x, n1, null) for x in range(r1 + 1))
                expected = n1 + (1 - stop) * (n - n1)
                found.append(
                    TwoStage(n1=n1, r1=r1, n=n, r=r, alpha=ends[0], power=ends[1], stop=stop, expected=expected)
                )
    return found


@pytest.mark.parametrize("wanted", [(0.1, 0.6, 0.05, 0.8), (0.2, 0.7, 0.1, 0.8)])
def test_design_03_all_designs(wanted: tuple[float, float, float, float]) -> None:
    null, target, alpha, power = wanted
    every = slow_two(*wanted, most=13)
    found = two_stages(null, target, alpha=alpha, power=power)
    assert found.optimal is not None
    assert found.minimax is not None
    assert found.optimal.expected == pytest.approx(min(one.expected for one in every), rel=1e-12)
    smallest = min(one.n for one in every)
    least = min(one.expected for one in every if one.n == smallest)
    assert found.minimax.n == smallest
    assert found.minimax.expected == pytest.approx(least, rel=1e-12)


@given(st.floats(0.01, 0.99))
@settings(max_examples=20)
def test_design_04_all_outcomes(p: float) -> None:
    design = TwoStage(n1=4, r1=1, n=9, r=3, alpha=0, power=0, stop=0, expected=0)
    reject = stop = 0.0
    for outcome in product((0, 1), repeat=9):
        chance = math.prod(p if one else 1 - p for one in outcome)
        stop += chance * (sum(outcome[:4]) <= 1)
        reject += chance * (sum(outcome[:4]) > 1 and sum(outcome) > 3)
    found = operating(design, p)
    assert (found.reject, found.stop) == pytest.approx((reject, stop), rel=1e-9)
    assert found.expected == pytest.approx(4 + (1 - stop) * 5, rel=1e-9)


def test_design_04_of_the_design_found() -> None:
    found = two_stages(0.1, 0.3).optimal
    assert found is not None
    assert operating(found, 0.1).reject == pytest.approx(found.alpha, rel=1e-12)
    assert operating(found, 0.3).reject == pytest.approx(found.power, rel=1e-12)
    assert operating(found, 0.1).expected == pytest.approx(found.expected, rel=1e-12)


@pytest.mark.parametrize(
    ("null", "target", "alpha", "power", "reason"),
    [
        (0.3, 0.3, 0.05, 0.8, NO_ROOM), (0.3, 0.1, 0.05, 0.8, NO_ROOM), (0.0, 0.3, 0.05, 0.8, NO_ROOM),
        (0.1, 1.0, 0.05, 0.8, NO_ROOM), (math.nan, 0.3, 0.05, 0.8, NO_ROOM), (0.1, 0.3, 0.0, 0.8, NO_LEVEL),
        (0.1, 0.3, 0.05, 0.04, NO_LEVEL), (0.1, 0.3, 0.05, 1.0, NO_LEVEL),
    ],
)  # fmt: skip
def test_design_05_reasons(null: float, target: float, alpha: float, power: float, reason: str) -> None:
    assert single_stage(null, target, alpha=alpha, power=power).reason == reason
    assert two_stages(null, target, alpha=alpha, power=power).reason == reason


def test_design_05_too_many() -> None:
    assert "20000" in single_stage(0.5, 0.5005).reason
    assert "500" in two_stages(0.5, 0.51).reason
