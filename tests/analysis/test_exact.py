"""Exact tests.

EXACT-01: sign-flip p equals enumeration, by listing halves and by shifting.
EXACT-02: signed-rank p equals enumeration, with ties, and with zeros dropped or ranked.
EXACT-03: zeros are dropped and counted; nothing but zeros gives a reason.
EXACT-04: the smallest attainable p is attained, and no data go below it.
EXACT-05: beyond the exact range there is a reason, or random patterns with their standard error; never a normal curve.
EXACT-06: order, labels, sign and scale do not change p.
EXACT-07: ties up to rounding are ties.
EXACT-08: one-sided p equal enumeration; both together and the pattern seen make up everything.
"""

from __future__ import annotations

import itertools
import math
import sys
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis import exact
from trialbook.analysis.change import on_grid, step
from trialbook.analysis.exact import (
    Exact,
    counted,
    doubled_midranks,
    halved_at_least,
    integers,
    many_at_least,
    packed,
    packed_at_least,
    sign_flip,
    signed_rank,
)

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
@settings(max_examples=60, deadline=None)
def test_exact_01_sign_flip_equals_enumeration(values: list[float]) -> None:
    found = sign_flip(values)
    assert found.p == (float(slow_flip(values)) if any(values) else None)


@given(st.lists(st.integers(min_value=1, max_value=40), min_size=1, max_size=14), st.integers(-600, 600))
def test_exact_01_listing_and_shifting_agree(sizes: list[int], end: int) -> None:
    n, least = len(sizes), -(-(sum(sizes) + end) // 2)
    ways = halved_at_least(sizes, [end])
    assert ways[end] == packed_at_least(packed(sizes), n, least)
    assert ways == many_at_least(sizes, [end])


@given(st.lists(st.integers(min_value=1, max_value=12), min_size=25, max_size=30), st.integers(0, 40))
@settings(max_examples=20)
def test_exact_01_more_than_a_few(sizes: list[int], seen: int) -> None:
    """EXACT-01: what is built in one number is what the two halves say."""
    found = counted(sizes, seen)
    halves = many_at_least(sizes, [seen, -seen])
    assert found is not None
    assert found[1:] == (halves[-seen], halves[seen])


def test_exact_01_two_hundred_scores() -> None:
    """EXACT-01: differences of a score in half points; the tail of a plain sum of chances in fractions of 2^200."""
    values = [float(-(1 + place % 7)) / 2 if place % 3 else float(1 + place % 5) / 2 for place in range(200)]
    chances = {0: 1}
    for value in values:
        size, after = int(abs(2 * value)), dict.fromkeys(chances, 0)
        for total, ways in chances.items():
            for end in (total + size, total - size):
                after[end] = after.get(end, 0) + ways
        chances = after
    seen = abs(int(2 * sum(values)))
    tail = sum(ways for total, ways in chances.items() if abs(total) >= seen)
    assert sign_flip(values).p == float(Fraction(tail, 2**200))


def test_exact_01_many_participants() -> None:
    """Sixty equal falls but for ten rises: the binomial tail, from whole numbers beyond 2^53."""
    tail = 2 * sum(math.comb(60, k) for k in range(50, 61)) / 2**60
    assert sign_flip([-2.5] * 50 + [2.5] * 10).p == pytest.approx(tail, rel=1e-12)


@given(gaps)
@settings(max_examples=60, deadline=None)
def test_exact_02_signed_rank_equals_enumeration(values: list[float]) -> None:
    found = signed_rank(values)
    assert found.p == (float(slow_rank(values)) if any(values) else None)


def slow_pratt(values: list[float]) -> Fraction:
    """Rank zeros with the others, then list every pattern of signs of the ranks that are not of a zero."""
    sizes = [abs(value) for value in values]
    ranks = [Fraction(sum(other < size for other in sizes) * 2 + sizes.count(size) + 1, 2) for size in sizes]
    kept = [rank if value > 0 else -rank for rank, value in zip(ranks, values, strict=True) if value]
    return enumerated(kept)


@given(gaps)
@settings(max_examples=60, deadline=None)
def test_exact_02_zeros_ranked(values: list[float]) -> None:
    found = signed_rank(values, zeros="ranked")
    assert found.p == (float(slow_pratt(values)) if any(values) else None)


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


FINE = [1.0 + (size * 7919 % 1000003) / 1e9 for size in range(1, 60)]


def test_exact_05_too_many_says_so() -> None:
    for found in (sign_flip(FINE), signed_rank([float(size) for size in range(1, 600)])):
        assert (found.p, found.p_less, found.p_greater, found.p_error) == (None,) * 4
        assert "not computed" in found.reason
        assert found.p_min is not None


def test_exact_05_forty_of_any_kind_are_exact() -> None:
    """EXACT-05: one negative, the smallest: only it may turn; with their mirror images four patterns are as far."""
    values = [-1.0, *FINE[:39]]
    assert sign_flip(values).p == 4 / 2**40


def test_exact_05_random_patterns() -> None:
    """EXACT-05: within five standard errors of the exact p, the same for the same seed, another for another."""
    values = [float(2 + size % 5) * (-1) ** (size % 3) for size in range(30)]
    exactly, sizes = sign_flip(values), sorted(int(abs(value)) for value in values)
    assert exactly.p is not None
    drawn = exact.drawn_tails(sizes, int(sum(values)), slack=0, seed=1, draws=20_000)
    for share, p in zip(drawn, (exactly.p, exactly.p_less, exactly.p_greater), strict=True):
        assert p is not None
        assert share / 20_001 == pytest.approx(p, abs=5 * math.sqrt(p * (1 - p) / 20_000))
    assert drawn == exact.drawn_tails(sizes, int(sum(values)), slack=0, seed=1, draws=20_000)
    assert drawn != exact.drawn_tails(sizes, int(sum(values)), slack=0, seed=2, draws=20_000)


def test_exact_05_random_patterns_where_all_are_too_many() -> None:
    found, mixed = (sign_flip(values, seed=4, draws=9999) for values in (FINE, FINE[::-1]))
    assert found == mixed
    assert (found.draws, found.p) == (9999, 1 / 10_000)
    assert found.p_error == pytest.approx(math.sqrt(1e-4 * (1 - 1e-4) / 9999))
    ranks = signed_rank([float(size) * (-1) ** size for size in range(1, 600)], seed=4, draws=9999)
    assert ranks.p is not None
    assert 0.5 < ranks.p <= 1


def test_exact_05_too_many_even_to_draw() -> None:
    assert "not computed" in sign_flip([size + 1e-9 for size in range(3000)], seed=1).reason


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
@settings(max_examples=60, deadline=None)
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


@given(st.lists(st.integers(min_value=-30, max_value=30).map(float), max_size=7))
@settings(max_examples=60, deadline=None)
def test_exact_08_one_sided(values: list[float]) -> None:
    found, whole = sign_flip(values), [int(value) for value in values if value]
    patterns = itertools.product((1, -1), repeat=len(whole)) if whole else []
    sums = [sum(s * d for s, d in zip(signs, whole, strict=True)) for signs in patterns]
    if sums:
        assert found.p_greater == sum(total >= sum(whole) for total in sums) / len(sums)
        assert found.p_less == sum(total <= sum(whole) for total in sums) / len(sums)


@given(gaps)
def test_exact_08_both_sides_and_the_pattern_seen(values: list[float]) -> None:
    for found in (sign_flip(values), signed_rank(values), signed_rank(values, zeros="ranked")):
        if found.p is not None and found.p_less is not None and found.p_greater is not None:
            assert found.p_less + found.p_greater >= 1
            assert found.p == min(1.0, 2 * min(found.p_less, found.p_greater))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_exact_03_no_number(bad: float) -> None:
    for found in (sign_flip([1.0, bad]), signed_rank([1.0, bad])):
        assert (found.p, found.reason) == (None, exact.NO_NUMBER)


def test_exact_05_more_digits_than_can_be_added() -> None:
    assert sign_flip([1e10, 1e-12]).reason == exact.TOO_WIDE


def test_exact_04_no_p_is_zero() -> None:
    """EXACT-04: 2^-1199 is too small for a double; the smallest one at full precision stands for it."""
    found = sign_flip([1.0] * 1200)
    assert found.p == found.p_min == sys.float_info.min
