"""Answers in categories over visits, and tables of groups.

CAT-01: Friedman's statistic and exact p equal those of all orders, with ties; order of rows and visits does not matter.
CAT-02: where the exact distribution is too large, the approximate p stands alone, and the reason is given.
CAT-03: McNemar is a binomial test of those who changed; mid-P counts the pattern seen by half.
CAT-04: a shift table counts every pair once, those not known apart.
CAT-05: Fisher's p equals enumeration of all tables; the interval inverts the one-sided tests.
CAT-07: the least p of Friedman and Fisher is that of the rarest pattern that these ranks, or totals, allow.
CAT-06: what cannot be tested gives a reason.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.categorical import (
    ALL_TIED,
    NO_BLOCK,
    NO_CHANGE,
    NO_NUMBER,
    ONE_VISIT,
    friedman,
    mcnemar,
    shift_table,
)
from trialbook.analysis.fisher import NO_TABLE, TOO_MANY, fisher, fisher_larger

blocks = st.integers(2, 3).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 4), min_size=k, max_size=k), min_size=1, max_size=4)
)


def midranks(row: list[int]) -> list[Fraction]:
    return [Fraction(2 * sum(o < v for o in row) + row.count(v) + 1, 2) for v in row]


def slow_friedman(rows: list[list[int]]) -> tuple[Fraction, Fraction, Fraction]:
    """Return the statistic by Friedman's formula corrected for ties, p over all orders, and the least p."""
    ranks, n, k = [midranks(row) for row in rows], len(rows), len(rows[0])
    ties = sum(row.count(v) ** 3 - row.count(v) for row in rows for v in set(row))
    centre = Fraction(n * (k + 1), 2)

    def apart(table: tuple[tuple[Fraction, ...], ...]) -> Fraction:
        return sum(((sum(column) - centre) ** 2 for column in zip(*table, strict=True)), Fraction())

    seen = apart(tuple(map(tuple, ranks)))
    q = 12 * seen / (n * k * (k + 1)) / (1 - Fraction(ties, n * (k**3 - k)))
    every = list(itertools.product(*(list(itertools.permutations(row)) for row in ranks)))
    far = [apart(table) for table in every]
    p, least = (Fraction(sum(one >= limit for one in far), len(far)) for limit in (seen, max(far)))
    return q, p, least


@given(blocks)
@settings(max_examples=60)
def test_cat_01_all_orders(rows: list[list[int]]) -> None:
    found = friedman(rows)
    if all(len(set(row)) == 1 for row in rows):
        assert found.reason == ALL_TIED
        return
    q, p, least = slow_friedman(rows)
    assert found.p_min == pytest.approx(float(least), rel=1e-12)
    assert found.q == pytest.approx(float(q), rel=1e-12)
    assert found.p == pytest.approx(float(p), rel=1e-12)


@given(blocks, st.randoms(use_true_random=False))
def test_cat_01_order_does_not_matter(rows: list[list[int]], chance: st.DataObject) -> None:
    visits = list(range(len(rows[0])))
    chance.shuffle(visits)  # type: ignore[attr-defined]
    mixed = [[3 * row[visit] + 100 for visit in visits] for row in reversed(rows)]
    one, other = friedman(rows), friedman(mixed)
    assert (one.q, one.p, one.reason) == (other.q, other.p, other.reason)


def test_cat_01_table_of_friedman() -> None:
    """CAT-01: three participants who agree at three visits: p = 1 / 36, the first line of every table."""
    assert friedman([[1, 2, 3]] * 3).p == pytest.approx(1 / 36)


def test_cat_01_two_visits_are_a_sign_test() -> None:
    assert friedman([[1, 2]] * 5 + [[2, 1]] + [[7, 7]]).p == pytest.approx(2 * (1 + 6) / 2**6)


def test_cat_02_too_many() -> None:
    rows = [[float((7 * i * j) % 11) for j in range(6)] for i in range(1, 11)]
    found = friedman(rows)
    assert found.p is None
    assert "10 participants at 6 visits" in found.not_exact
    assert found.p_chi2 is not None
    assert friedman([[float(j) for j in range(12)]]).p is None


@pytest.mark.parametrize(
    ("rows", "reason"), [([], NO_BLOCK), ([[]], ONE_VISIT), ([[1.0]], ONE_VISIT), ([[1.0, math.nan]], NO_NUMBER)]
)
def test_cat_06_friedman(rows: list[list[float]], reason: str) -> None:
    assert friedman(rows).reason == reason


def test_cat_06_a_gap_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="every visit"):
        friedman([[1, 2], [1]])


@given(st.integers(0, 30), st.integers(0, 30))
def test_cat_03_all_patterns(gained: int, lost: int) -> None:
    found, n = mcnemar(gained, lost), gained + lost
    if not n:
        assert found.reason == NO_CHANGE
        return
    away = abs(2 * gained - n)
    beyond = sum(math.comb(n, k) for k in range(n + 1) if abs(2 * k - n) > away)
    alike = sum(math.comb(n, k) for k in range(n + 1) if abs(2 * k - n) == away)
    assert found.p == pytest.approx((beyond + alike) / 2**n, rel=1e-12)
    assert found.p_mid == pytest.approx((beyond + alike / 2) / 2**n, rel=1e-12)
    assert (mcnemar(lost, gained).p, mcnemar(lost, gained).p_mid) == (found.p, found.p_mid)


def test_cat_03_published() -> None:
    """CAT-03: Fagerland, Lydersen and Laake 2013, 7 against 1: exact 0.0703, mid-P 0.0391."""
    found = mcnemar(7, 1)
    assert found.p == pytest.approx(0.0703125)
    assert found.p_mid == pytest.approx(0.0390625)


def test_cat_06_mcnemar_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        mcnemar(-1, 2)


def test_cat_04_shift_table() -> None:
    before = ["low", "low", "normal", "high", None, "high", None]
    after = ["low", "normal", "high", "low", "low", None, None]
    found = shift_table(before, after, ["low", "normal", "high"])
    assert found.counts == ((1, 1, 0), (0, 0, 1), (1, 0, 0))
    assert (found.only_before, found.only_after, found.neither) == (1, 1, 1)
    assert (found.up, found.down, found.same) == (2, 1, 1)


@given(st.lists(st.tuples(*2 * [st.sampled_from(["a", "b", "c", None])])))
def test_cat_04_everybody_once(pairs: list[tuple[str | None, str | None]]) -> None:
    found = shift_table([one for one, _ in pairs], [two for _, two in pairs], ["a", "b", "c"])
    known = sum(map(sum, found.counts))
    assert known == found.up + found.down + found.same
    assert known + found.only_before + found.only_after + found.neither == len(pairs)


def test_cat_06_shift_of_an_unknown_level() -> None:
    with pytest.raises(ValueError, match="not among the levels"):
        shift_table(["a"], ["x"], ["a", "b"])
    with pytest.raises(ValueError, match="shorter"):
        shift_table(["a"], [], ["a", "b"])


cells = st.integers(0, 9)


@given(cells, cells, cells, cells)
def test_cat_05_all_tables(a: int, b: int, c: int, d: int) -> None:
    found, n, row, column = fisher(((a, b), (c, d))), a + b + c + d, a + b, a + c
    if 0 in {row, n - row, column, n - column}:
        assert found.reason == NO_TABLE
        return
    ways = {x: math.comb(row, x) * math.comb(n - row, column - x) for x in range(min(row, column) + 1)}
    total = math.comb(n, column)
    assert found.p == pytest.approx(sum(w for w in ways.values() if w <= ways[a]) / total, rel=1e-10)
    assert found.p_min == pytest.approx(
        sum(w for w in ways.values() if w == min(ways[x] for x in ways if ways[x])) / total
    )
    assert found.p_less == pytest.approx(sum(w for x, w in ways.items() if x <= a) / total, rel=1e-10)
    assert found.p_greater == pytest.approx(sum(w for x, w in ways.items() if x >= a) / total, rel=1e-10)
    assert fisher_larger([[a, b], [c, d]]).p == pytest.approx(found.p, rel=1e-9)


@given(*4 * [st.integers(1, 12)])
def test_cat_05_interval(a: int, b: int, c: int, d: int) -> None:
    found = fisher(((a, b), (c, d)))
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert found.odds_ratio is not None
    assert 0 < found.ci_low < found.odds_ratio < found.ci_high
    turned = fisher(((c, d), (a, b)))
    assert turned.ci_low == pytest.approx(1 / found.ci_high, rel=1e-8)
    assert turned.odds_ratio == pytest.approx(1 / found.odds_ratio, rel=1e-8)
    weights = {x: math.comb(a + b, x) * math.comb(c + d, a + c - x) for x in range(min(a + b, a + c) + 1)}
    at = {x: weight * found.ci_low**x for x, weight in weights.items()}
    assert sum(w for x, w in at.items() if x >= a) / sum(at.values()) == pytest.approx(0.025, rel=1e-7)


def test_cat_05_an_empty_cell() -> None:
    """CAT-05: with an empty cell the odds ratio is 0, or has no upper end."""
    none, every = fisher(((0, 5), (4, 1))), fisher(((5, 0), (1, 4)))
    assert (none.odds_ratio, none.ci_low) == (0, 0)
    assert (every.odds_ratio, every.ci_high) == (None, None)
    assert none.p == pytest.approx(every.p, rel=1e-12)


def test_cat_05_rows_may_change_places() -> None:
    one = fisher_larger([[3, 3, 0], [1, 2, 4], [0, 1, 5]])
    other = fisher_larger([[0, 3, 3], [5, 1, 0], [4, 2, 1]])
    assert one.p == pytest.approx(other.p, rel=1e-12)


def test_cat_06_tables() -> None:
    assert fisher_larger([[0, 0], [3, 4]]).reason == NO_TABLE
    assert fisher_larger([]).reason == NO_TABLE
    assert fisher_larger([[40, 30, 20, 10]] * 4).reason == TOO_MANY
    for table in ([[1, 2], [3]], [[1, -2], [3, 4]]):
        with pytest.raises(ValueError, match="length"):
            fisher_larger(table)
    with pytest.raises(ValueError, match="negative"):
        fisher(((1, -1), (2, 3)))
