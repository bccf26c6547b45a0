"""Intervals for a proportion, and events in a time.

PROP-01: every interval holds the proportion seen, lies within 0 to 1, and is mirrored with the answers.
PROP-02: Clopper-Pearson never covers less than it says; mid-P and Wilson are shorter.
PROP-03: nobody gives a reason; ends are 0 where nobody responded and 1 where everybody did.
PROP-04: the ends are where the tails that define them are.
RATE-01: an interval of a rate has the tails of the Poisson distribution, and scales with time.
RATE-02: no time gives a reason.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.analysis.binomial import at_least, at_most, masses, tails
from trialbook.analysis.incidence import NO_TIME, rate_of
from trialbook.analysis.proportions import INTERVALS, NOBODY, Interval, clopper_pearson, jeffreys, mid_p, wilson

counts = st.integers(min_value=1, max_value=60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


def ends(found: Interval) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def slow_tail(k: int, n: int, p: float) -> float:
    """Sum P(X >= k) term by term."""
    return math.fsum(math.comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(max(k, 0), n + 1))


@given(counts, st.floats(0.01, 0.99))
def test_prop_04_tails_are_sums(pair: tuple[int, int], p: float) -> None:
    count, n = pair
    assert at_least(count, n, p) == pytest.approx(slow_tail(count, n, p), rel=1e-10)
    assert at_most(count, n, p) == pytest.approx(1 - slow_tail(count + 1, n, p), abs=1e-12)
    assert masses(n, p)[count] == pytest.approx(math.comb(n, count) * p**count * (1 - p) ** (n - count), rel=1e-10)
    assert tails(n, p)[count] == pytest.approx(slow_tail(count + 1, n, p), rel=1e-10, abs=1e-300)


def test_prop_04_tails_beyond_the_counts() -> None:
    assert [at_least(-1, 4, 0.3), at_least(5, 4, 0.3), at_most(-1, 4, 0.3), at_most(4, 4, 0.3)] == [1, 0, 0, 1]


@given(counts, levels, st.sampled_from(sorted(INTERVALS)))
def test_prop_01_holds_what_was_seen(pair: tuple[int, int], level: float, name: str) -> None:
    count, n = pair
    low, high = ends(INTERVALS[name](count, n, confidence=level))
    assert 0 <= low <= count / n <= high <= 1
    assert low < high
    mirrored = ends(INTERVALS[name](n - count, n, confidence=level))
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-12)


@given(counts, st.sampled_from(sorted(INTERVALS)))
def test_prop_01_more_confidence_is_wider(pair: tuple[int, int], name: str) -> None:
    low, high = ends(INTERVALS[name](*pair, confidence=0.9))
    wide_low, wide_high = ends(INTERVALS[name](*pair, confidence=0.99))
    assert wide_low <= low < high <= wide_high


@given(st.integers(1, 60), st.sampled_from(sorted(INTERVALS)))
def test_prop_01_rises_with_the_count(n: int, name: str) -> None:
    lows, highs = zip(*(ends(INTERVALS[name](count, n)) for count in range(n + 1)), strict=True)
    assert list(lows) == sorted(lows)
    assert list(highs) == sorted(highs)


@given(st.integers(1, 25), st.floats(0, 1), levels)
def test_prop_02_covers_what_it_says(n: int, p: float, level: float) -> None:
    """PROP-02: for every true proportion, the probabilities of the counts whose interval holds it."""
    chances = masses(n, p)
    held = [low <= p <= high for low, high in (ends(clopper_pearson(k, n, confidence=level)) for k in range(n + 1))]
    assert math.fsum(chances[k] for k in range(n + 1) if held[k]) >= level - 1e-9


@given(counts)
def test_prop_02_mid_p_lies_inside(pair: tuple[int, int]) -> None:
    low, high = ends(clopper_pearson(*pair))
    inner_low, inner_high = ends(mid_p(*pair))
    assert low <= inner_low < inner_high <= high


@given(counts)
def test_prop_04_ends_have_their_tails(pair: tuple[int, int]) -> None:
    count, n = pair
    if count:
        assert slow_tail(count, n, ends(clopper_pearson(count, n))[0]) == pytest.approx(0.025, rel=1e-8)
        low = ends(mid_p(count, n))[0]
        both = slow_tail(count, n, low) + slow_tail(count + 1, n, low)
        assert both / 2 == pytest.approx(0.025, rel=1e-8)
        p, seen = ends(wilson(count, n))[0], count / n
        assert (seen - p) / math.sqrt(p * (1 - p) / n) == pytest.approx(1.959963984540054, rel=1e-9)


@pytest.mark.parametrize("name", INTERVALS)
def test_prop_03_edges(name: str) -> None:
    assert INTERVALS[name](0, 0) == Interval(reason=NOBODY)


def test_prop_03_ends_where_nobody_or_everybody_responded() -> None:
    for rule in (clopper_pearson, wilson, jeffreys, mid_p):
        assert ends(rule(0, 4))[0] == 0
        assert ends(rule(4, 4))[1] == 1


def test_prop_03_calls_that_make_no_sense() -> None:
    for count, n in ((5, 4), (-1, 4)):
        with pytest.raises(ValueError, match="no proportion"):
            wilson(count, n)
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson(1, 4, confidence=95)


def test_prop_02_large_numbers() -> None:
    low, high = ends(clopper_pearson(500_000, 1_000_000))
    assert 0.499 < low < 0.5 < high < 0.501


def poisson_tail(k: int, mean: float) -> float:
    """Sum P(X < k) of a Poisson count, term by term."""
    return math.fsum(math.exp(x * math.log(mean) - mean - math.lgamma(x + 1)) for x in range(k)) if mean else 1.0


@given(st.integers(0, 60), st.floats(0.1, 1000), levels)
def test_rate_01_ends_have_their_tails(events: int, time: float, level: float) -> None:
    found = rate_of(events, time, confidence=level)
    assert found.low is not None
    assert found.high is not None
    assert found.rate is not None
    assert found.low <= found.rate <= found.high
    tail = (1 - level) / 2
    if events:
        assert 1 - poisson_tail(events, found.low * time / 100) == pytest.approx(tail, rel=1e-6)
    assert poisson_tail(events + 1, found.high * time / 100) == pytest.approx(tail, rel=1e-6)
    assert rate_of(events, 2 * time, confidence=level).high == pytest.approx(found.high / 2, rel=1e-12)


def test_rate_01_no_event() -> None:
    """RATE-01: nothing in n units leaves 3.69 in n possible (the rule of three, two-sided)."""
    found = rate_of(0, 100)
    assert (found.rate, found.low) == (0, 0)
    assert found.high == pytest.approx(-math.log(0.025), rel=1e-12)


@pytest.mark.parametrize("time", [0.0, -1.0, math.nan, math.inf])
def test_rate_02_no_time(time: float) -> None:
    found = rate_of(3, time)
    assert found.rate is None
    assert (found.reason == NO_TIME) == (time == 0)


def test_rate_02_no_negative_count() -> None:
    with pytest.raises(ValueError, match="negative"):
        rate_of(-1, 5)
