"""The arithmetic of an appraisal against slow obvious versions.

APPR-G: an interval holds exactly what a rule prints like the figure.
APPR-H: sums, listings and counts of data sets are those of looking at every one.
APPR-I: intervals of r and p hold whatever any values within the printed figures give, and no more.
APPR-J: the SD that rounded single values can have is the largest and smallest of a fine grid.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.appraisal import draws, paired, tables
from trialbook.analysis.appraisal.grids import can_be, target_of
from trialbook.analysis.appraisal.model import Change, Column, Grid, Moment
from trialbook.analysis.appraisal.multisets import count_multisets
from trialbook.analysis.appraisal.pairs import count_pairs
from trialbook.analysis.appraisal.printed import Printed, parse_figure
from trialbook.analysis.appraisal.vectors import list_vectors
from trialbook.analysis.student import two_sided_p

FEW = settings(max_examples=60, deadline=None)


def figure(text: str) -> Printed:
    found = parse_figure(text)
    assert found is not None
    return found


def moment(values: list[int], decimals: int, step: Fraction = Fraction(1)) -> Moment:
    exact = [value * step for value in values]
    mean, sd = float(tables.mean(exact)), math.sqrt(tables.variance(exact, "n-1"))
    return Moment(
        label="", n=len(values), mean={"": figure(f"{mean:.{decimals}f}")}, sd={"": figure(f"{sd:.{decimals}f}")}
    )


def whole_points(top: int) -> Grid:
    return Grid(low=Fraction(0), high=Fraction(top), step=Fraction(1), label="")


@FEW
@given(st.integers(-4000, 4000), st.integers(0, 2))
def test_rules(thousandths: int, decimals: int) -> None:
    """APPR-G: as Python's decimals round."""
    exact = Decimal(thousandths) / 1000
    for rule, rounding in (("half up", ROUND_HALF_UP), ("half even", ROUND_HALF_EVEN)):
        text = f"{exact.quantize(Decimal(1).scaleb(-decimals), rounding=rounding) + 0:f}"
        unit = Decimal(1).scaleb(-decimals)
        near = [f"{Decimal(text) + unit * step:f}" for step in (-1, 0, 1)]
        fitting = [other for other in near if rule in figure(other).rules_for(Fraction(exact))]
        assert fitting == [near[1]]


@FEW
@given(st.lists(st.integers(0, 6), min_size=2, max_size=4), st.integers(0, 2))
def test_listing_and_counting(values: list[int], decimals: int) -> None:
    """APPR-H: whatever data were summarised are among those that fit, and these are as many as a full look finds."""
    grid, printed = whole_points(6), moment(values, decimals)
    target = target_of(printed, grid, "n-1", None)
    mean, sd = (next(iter(figures.values())) for figures in (printed.mean, printed.sd))
    every = [
        one
        for one in combinations_with_replacement(range(7), len(values))
        if tables.mean([Fraction(value) for value in one]) in mean.span
        and tables.variance([Fraction(value) for value in one], "n-1") in sd.span.squared()
    ]
    bounds, alike = [(0, 6)] * len(values), [0] * len(values)
    rows = list_vectors(target, bounds, alike, is_sorted=True)
    assert rows is not None
    assert tuple(sorted(values)) in {tuple(map(int, row)) for row in rows}
    assert len(rows) == len(every) == count_multisets(target, (0, 6))
    assert all(can_be(target))
    in_any_order = list_vectors(target, bounds, alike, is_sorted=False)
    assert in_any_order is not None
    assert len(in_any_order) == sum(len(set(_orders(one))) for one in every)


def _orders(values: tuple[int, ...]) -> list[tuple[int, ...]]:
    if len(values) < 2:
        return [values]
    return [
        (values[place], *rest) for place in range(len(values)) for rest in _orders(values[:place] + values[place + 1 :])
    ]


def test_counts_beyond_listing() -> None:
    """APPR-H: a hundred participants on 0 to 4, against the number of ways by how many have each value."""
    printed = Moment(label="", n=100, mean={"": figure("2.00")}, sd={"": figure("1.00")})
    found = count_multisets(target_of(printed, whole_points(4), "n-1", None), (0, 4))
    slow = 0
    for ones, twos, threes in product(range(101), repeat=3):
        fours = (200 - ones - 2 * twos - 3 * threes) / 4
        zeros = 100 - ones - twos - threes - fours
        if fours >= 0 and fours == int(fours) and zeros >= 0:
            squares = ones + 4 * twos + 9 * threes + 16 * fours
            slow += 0.995**2 <= (squares - 400) / 99 <= 1.005**2
    assert found == slow


@pytest.mark.parametrize("decimals", [0, 1])
def test_pairs_against_every_pair(decimals: int) -> None:
    """APPR-H: three participants on 0 to 5, means, SDs and p as printed; swapped participants count once."""
    before, after = [1, 2, 4], [3, 3, 5]
    gaps = [other - one for one, other in zip(before, after, strict=True)]
    p = _p_of(gaps)
    assert p is not None
    change = Change(
        id="x", label="", n=3, before=moment(before, decimals), after=moment(after, decimals),
        p={"": figure(f"{p:.2f}")}, test="paired t",
    )  # fmt: skip
    found = count_pairs(change, whole_points(5), ("1", "2", "3"), "n-1", None)
    slow = {
        tuple(sorted(zip(one, other, strict=True)))
        for one in product(range(6), repeat=3)
        if _fits(one, change.before)
        for other in product(range(6), repeat=3)
        if _fits(other, change.after) and _has_p(one, other, p)
    }
    assert found.found == len(slow) > 0


def _fits(values: tuple[int, ...], printed: Moment) -> bool:
    exact = [Fraction(value) for value in values]
    mean, sd = (next(iter(figures.values())) for figures in (printed.mean, printed.sd))
    return tables.mean(exact) in mean.span and tables.variance(exact, "n-1") in sd.span.squared()


def _p_of(gaps: list[int]) -> float | None:
    sd = float(np.std(gaps, ddof=1))
    return two_sided_p(float(np.mean(gaps)) * math.sqrt(len(gaps)) / sd, len(gaps) - 1) if sd else None


def _has_p(one: tuple[int, ...], other: tuple[int, ...], p: float) -> bool:
    found = _p_of([after - before for before, after in zip(one, other, strict=True)])
    return found is not None and abs(found - round(p, 2)) <= 0.005


@FEW
@given(
    st.floats(1, 9), st.floats(1, 9), st.floats(-5, 5), st.floats(-0.99, 0.99), st.integers(3, 12),
)  # fmt: skip
def test_intervals_hold_the_truth(one: float, two: float, gap: float, r: float, n: int) -> None:
    """APPR-I: round figures whose r and p are known, and both lie in the intervals."""
    sd = math.sqrt(one * one + two * two - 2 * r * one * two)
    p = two_sided_p(gap * math.sqrt(n) / sd, n - 1)
    change = Change(
        id="x", label="", n=n, p={"": figure(f"{p:.3f}")}, test="paired t",
        before=Moment(label="", n=n, mean={"": figure("10.0")}, sd={"": figure(f"{one:.1f}")}),
        after=Moment(label="", n=n, mean={"": figure(f"{10 + gap:.1f}")}, sd={"": figure(f"{two:.1f}")}),
    )  # fmt: skip
    known = paired.known_of(change, "n-1")
    assert known is not None
    low, high = paired.attainable_p(known)
    assert low - 1e-12 <= p <= high + 1e-12
    least, most = paired.correlation(known, paired.sd_of_differences(known, paired.t_span(change.p[""], n)))
    assert least - 1e-9 <= r <= most + 1e-9


@FEW
@given(st.floats(0.5, 9), st.floats(0.5, 9), st.floats(0.5, 9))
def test_correlation_is_no_wider(one: float, two: float, sd: float) -> None:
    """APPR-I: the ends of r are those of a fine grid over both SDs."""
    known = paired.Known(n=4, difference=(1, 1), before=(one, one + 1), after=(two, two + 1))
    grid = np.linspace(0, 1, 201)
    ones, twos = np.meshgrid(one + grid, two + grid)
    every = (ones**2 + twos**2 - sd * sd) / (2 * ones * twos)
    low, high = paired.correlation(known, (sd, sd))
    assert low <= every.min() + 1e-12
    assert low == pytest.approx(float(every.min()), abs=1e-3)
    assert high == pytest.approx(float(every.max()), abs=1e-9)


@FEW
@given(st.lists(st.integers(0, 12), min_size=2, max_size=3))
def test_reach_of_rounded_values(values: list[int]) -> None:
    """APPR-J."""
    column = Column(
        id="", label="", where="", values_are="rounded",
        values={str(who): figure(str(value)) for who, value in enumerate(values)},
    )  # fmt: skip
    fine = [[Fraction(value) + Fraction(step, 8) for step in range(-4, 5)] for value in values]
    every = [tables.variance(one, "n-1") for one in product(*fine)]
    assert tables.largest_variance(column, "n-1")[0] == max(every)
    assert tables.smallest_variance(column, "n-1") <= min(every)
    assert float(tables.smallest_variance(column, "n-1")) == pytest.approx(float(min(every)), abs=0.02)


def test_about_how_many() -> None:
    """APPR-H: the estimate by volume of what cannot be listed is near the count where it can."""
    printed = Moment(label="", n=4, mean={"": figure("50")}, sd={"": figure("20")})
    target = target_of(printed, whole_points(100), "n-1", None)
    rows = list_vectors(target, [(0, 100)] * 4, [0, 1, 2, 3], is_sorted=False)
    assert rows is not None
    assert draws.volume(target) == pytest.approx(len(rows), rel=0.05)


def test_share_of_directions() -> None:
    """APPR-I: in three dimensions a cap has (1 − r) / 2 of the sphere (Archimedes)."""
    assert draws.share_beyond(0.8544, 4) == pytest.approx((1 - 0.8544) / 2)
