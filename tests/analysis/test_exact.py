"""Exact tests.

EXACT-01: sign-flip p equals enumeration, by listing and by shifting.
EXACT-02: signed-rank p equals enumeration, with ties and zeros.
EXACT-03: zeros are dropped and counted; nothing but zeros gives a reason.
EXACT-04: the smallest attainable p is attained, and no data go below it.
EXACT-05: beyond the exact range there is a reason, never an approximation.
EXACT-06: order, labels, sign and scale do not change p.
EXACT-07: ties up to rounding are ties.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis import exact
from trialbook.analysis.change import on_grid, step
from trialbook.analysis.exact import Exact, doubled_midranks, integers, p_listed, p_shifted, sign_flip, signed_rank

gaps = st.lists(st.integers(min_value=-30, max_value=30).map(lambda n: n / 10), min_size=1, max_size=10)


def slow_flip(values: list[float]) -> Fraction:
    """List every pattern of signs, in fractions."""
    return enumerated([Fraction(str(value)) for value in values])


def enumerated(whole: list[Fraction]) -> Fraction:
    """Return the share of sign patterns whose sum is as far from zero as the sum seen."""
    seen = abs(sum(whole, Fraction()))
    patterns = list(itertools.product((1, -1), repeat=len(whole)))
    sums = [sum((s * d for s, d in zip(signs, whole, strict=True)), Fraction()) for signs in patterns]
    return Fraction(sum(abs(total) >= seen for total in sums), len(sums))


def slow_rank(values: list[float]) -> Fraction:
    """List every pattern of signs of the midranks of the differences that are not zero."""
    kept = [value for value in values if value]
    sizes = [abs(value) for value in kept]
    ranks = [Fraction(sum(other < size for other in sizes) * 2 + sizes.count(size) + 1, 2) for size in sizes]
    centre = sum(ranks, Fraction()) / 2
    seen = abs(sum((rank for rank, value in zip(ranks, kept, strict=True) if value > 0), Fraction()) - centre)
    sums = [sum(compress, Fraction()) for compress in subsets(ranks)]
    return Fraction(sum(abs(total - centre) >= seen for total in sums), len(sums))


def subsets(ranks: list[Fraction]) -> list[tuple[Fraction, ...]]:
    return [tuple(itertools.compress(ranks, signs)) for signs in itertools.product((0, 1), repeat=len(ranks))]


@given(gaps)
@settings(max_examples=60)
def test_exact_01_sign_flip_equals_enumeration(values: list[float]) -> None:
    found = sign_flip(values)
    assert found.p == (float(slow_flip(values)) if any(values) else None)


@given(st.lists(st.integers(min_value=1, max_value=40), min_size=1, max_size=14), st.data())
def test_exact_01_listing_and_shifting_agree(sizes: list[int], data: st.DataObject) -> None:
    signs = data.draw(st.lists(st.sampled_from([-1, 1]), min_size=len(sizes), max_size=len(sizes)))
    seen = abs(sum(s * size for s, size in zip(signs, sizes, strict=True)))
    assert p_listed(sizes, seen, slack=0) == p_shifted(sizes, seen)


def test_exact_01_many_participants() -> None:
    """Sixty equal falls but for ten rises: the binomial tail, from whole numbers beyond 2^53."""
    tail = 2 * sum(math.comb(60, k) for k in range(50, 61)) / 2**60
    assert sign_flip([-2.5] * 50 + [2.5] * 10).p == pytest.approx(tail, rel=1e-12)


@given(gaps)
@settings(max_examples=60)
def test_exact_02_signed_rank_equals_enumeration(values: list[float]) -> None:
    found = signed_rank(values)
    assert found.p == (float(slow_rank(values)) if any(values) else None)


@given(st.lists(st.integers(min_value=1, max_value=6), min_size=1, max_size=20))
def test_exact_02_midranks_sum_to_the_ranks(sizes: list[int]) -> None:
    assert sum(doubled_midranks(sizes)) == len(sizes) * (len(sizes) + 1)


@pytest.mark.parametrize("test", [sign_flip, signed_rank])
def test_exact_03_zeros(test: type[Exact]) -> None:
    kept, padded = test([3.0, -1.0, 2.0]), test([3.0, 0.0, -1.0, 2.0, 0.0])  # type: ignore[call-arg, arg-type]
    assert (padded.n, padded.zeros, padded.p, padded.p_min) == (3, 2, kept.p, kept.p_min)


@pytest.mark.parametrize(("values", "reason"), [([0.0] * 4, exact.ALL_ZERO), ([], exact.NO_DIFFERENCE)])
def test_exact_03_nothing_to_test(values: list[float], reason: str) -> None:
    for found in (sign_flip(values), signed_rank(values)):
        assert (found.p, found.p_min, found.reason, found.zeros) == (None, None, reason, len(values))


@pytest.mark.parametrize(("n", "p"), [(1, 1.0), (3, 0.25), (4, 0.125), (5, 0.0625), (6, 0.03125), (7, 0.015625)])
def test_exact_04_smallest_p(n: int, p: float) -> None:
    falls = [-float(size) for size in range(1, n + 1)]
    for found in (sign_flip(falls), signed_rank(falls), sign_flip([-1.0] * n), signed_rank([-1.0] * n)):
        assert found.p == found.p_min == p


@given(gaps)
def test_exact_04_nothing_is_smaller(values: list[float]) -> None:
    for found in (sign_flip(values), signed_rank(values)):
        assert found.p is None or (found.p_min is not None and found.p_min <= found.p <= 1)


def test_exact_05_too_many_says_so() -> None:
    fine = [1.0 + size / 1e9 for size in range(1, 24)]
    for found in (sign_flip(fine), signed_rank([float(size) for size in range(1, 600)])):
        assert found.p is None
        assert "not computed" in found.reason
        assert found.p_min is not None


def test_exact_05_large_samples_are_still_exact() -> None:
    """Two hundred distinct ranks; all positive but the first: 2 patterns of V at least as high, both tails."""
    values = [-1.0] + [float(size) for size in range(2, 201)]
    assert signed_rank(values).p == pytest.approx(4 / 2**200, rel=1e-12)


@given(
    gaps.flatmap(lambda values: st.tuples(st.just(values), st.permutations(values))), st.sampled_from([0.5, 60.0, 1e-3])
)
def test_exact_06_order_sign_and_unit(two: tuple[list[float], list[float]], by: float) -> None:
    values, mixed = two
    for test in (sign_flip, signed_rank):
        p = test(values).p
        assert test(mixed).p == p
        assert test([-value for value in values]).p == p
        assert test([float(f"{value * by:.12g}") for value in values]).p == p


def test_exact_06_ranks_turn_with_the_sign() -> None:
    up, down = signed_rank([3.0, -1.0, 2.0]), signed_rank([-3.0, 1.0, -2.0])
    assert (up.statistic, down.statistic) == (5.0, 1.0)


@given(
    st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=1, max_size=8), st.sampled_from([3, 7, 9])
)
@settings(max_examples=60)
def test_exact_07_fractions_tie_as_fractions(pairs: list[tuple[int, int]], parts: int) -> None:
    """Means of three, seven or nine answers: no binary or decimal number holds them, and yet their sums tie."""
    visit, base = [after / parts for after, _ in pairs], [before / parts for _, before in pairs]
    found = sign_flip(on_grid(visit, base), grid=step(visit, base))
    fractions = [Fraction(after - before, parts) for after, before in pairs]
    assert found.p == (float(enumerated(fractions)) if any(fractions) else None)


def test_exact_07_common_unit() -> None:
    assert integers([0.3, -1.2, 0.6]) == ([1, -4, 2], 0.3)
    assert integers([300.0, -200.0]) == ([3, -2], 100.0)


@pytest.mark.parametrize("largest", [0, 1e4, 1e8, 1e9, 1e10, 1e11])
def test_exact_07_a_large_value_makes_no_ties_of_its_own(largest: float) -> None:
    """The grid follows the largest value; sums that differ by whole common units are no ties."""
    visit, base = [largest, 2, 3, 5, 9, 1], [largest, 1, 1, 1, 1, 2]
    for scale in (1, 3):
        after, before = [value / scale for value in visit], [value / scale for value in base]
        found = sign_flip(on_grid(after, before), grid=step(after, before))
        assert (found.n, found.p) == (5, 6 / 32)


def test_exact_07_many_participants_beside_a_large_value() -> None:
    visit, base = [1e10] + [float(n) for n in range(30)], [1e10] + [float(n * 7 % 23) for n in range(30)]
    found = sign_flip(on_grid(visit, base), grid=step(visit, base))
    alone = sign_flip(on_grid(visit[1:], base[1:]))
    assert alone.p is not None
    assert found.p == alone.p < 1
