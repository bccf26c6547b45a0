"""Time to an event.

KM-01: the curve is the product of the shares who stay; without leavers it is the share still without the event.
KM-02: whoever leaves at the time of an event is at risk in it.
KM-03: the band lies within 0 to 1 around the curve; it has none where the curve is at 1 or 0.
KM-04: the median is where the curve comes down to one half, the middle of a rest there; else a reason.
KM-05: numbers at risk are those with a time of at least that much.
KM-06: order and unit of time change nothing but the unit.
KM-07: the log-rank test is symmetric in the groups; what it cannot compare gives a reason.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.analysis.survival import (
    BAD_TIME,
    BAND_NOT_HALF,
    NEVER_TOGETHER,
    NO_EVENT,
    NOBODY,
    NOT_HALF,
    ONE_CURVE,
    kaplan_meier,
    log_rank,
    median_of,
)

people = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=25)


def apart(rows: list[tuple[int, bool]]) -> tuple[list[float], list[bool]]:
    return [float(time) for time, _ in rows], [event for _, event in rows]


@given(people)
def test_km_01_slow(rows: list[tuple[int, bool]]) -> None:
    """KM-01, KM-02: the product, written out at every time that occurs."""
    curve = kaplan_meier(*apart(rows))
    for step in curve.steps:
        share = 1.0
        for time in sorted({when for when, event in rows if event and when <= step.time}):
            at_risk = sum(when >= time for when, _ in rows)
            share *= 1 - sum(when == time and event for when, event in rows) / at_risk
        assert step.survival == pytest.approx(share, rel=1e-12, abs=1e-15)
        assert step.at_risk == sum(when >= step.time for when, _ in rows)
    assert sum(step.events + step.left for step in curve.steps) == curve.n == len(rows)
    assert curve.events == sum(event for _, event in rows)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=25))
def test_km_01_nobody_leaves(times: list[int]) -> None:
    curve = kaplan_meier(list(map(float, times)), [True] * len(times))
    for step in curve.steps:
        share = sum(time > step.time for time in times) / len(times)
        assert step.survival == pytest.approx(share, abs=1e-12)
        if step.error is not None:
            # Greenwood's error is then that of a proportion
            assert step.error == pytest.approx(math.sqrt(share * (1 - share) / len(times)), abs=1e-9)


@given(people, st.sampled_from(["log-log", "log"]))
def test_km_03_band(rows: list[tuple[int, bool]], scale: str) -> None:
    curve = kaplan_meier(*apart(rows), scale="log" if scale == "log" else "log-log")
    for step in curve.steps:
        if step.low is None or step.high is None:
            assert step.survival in {0, 1}
        else:
            assert 0 <= step.low <= step.survival <= step.high <= 1


@given(people, st.randoms(use_true_random=False))
def test_km_06_order_and_unit(rows: list[tuple[int, bool]], chance: st.DataObject) -> None:
    mixed = [(7 * time, event) for time, event in rows]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = kaplan_meier(*apart(rows)), kaplan_meier(*apart(mixed))
    assert [(7 * step.time, step.survival, step.low) for step in one.steps] == [
        (step.time, step.survival, step.low) for step in other.steps
    ]
    before, after = median_of(one), median_of(other)
    assert (after.time, after.low) == tuple(None if t is None else 7 * t for t in (before.time, before.low))


@given(people)
def test_km_04_median_halves(rows: list[tuple[int, bool]]) -> None:
    curve = kaplan_meier(*apart(rows))
    found = median_of(curve)
    if found.time is None:
        assert found.reason == (NOT_HALF if curve.events else NO_EVENT)
        return
    at = curve.at(found.time)
    assert at is not None
    assert at.survival <= 0.5 + 1e-9
    assert all(step.survival > 0.5 - 1e-9 for step in curve.steps if step.time < found.time)
    assert found.low is None or found.low <= found.time
    assert found.high is None or found.high >= found.time


def test_km_04_rest_at_one_half() -> None:
    found = median_of(kaplan_meier([1, 2, 3, 4], [True] * 4))
    assert (found.time, found.low) == (2.5, 1)
    assert (found.high, found.reason_high) == (None, BAND_NOT_HALF)


def test_km_04_one_half_up_to_rounding() -> None:
    """KM-04: 8/10 of 5/8 is one half, not 0.5000000000000001: the curve rests there from time 2 to time 5."""
    times = [1.0, 1, 2, 2, 2, 5, 5, 6, 6, 7]
    assert median_of(kaplan_meier(times, [True] * 10)).time == 3.5


def test_km_05_at_risk() -> None:
    curve = kaplan_meier([2, 4, 4, 9], [True, False, True, True])
    assert [curve.at_risk(time) for time in (0, 2, 3, 4, 5, 9, 10)] == [4, 4, 3, 3, 1, 1, 0]
    assert curve.at(1.9) is None
    assert curve.at(100) == curve.steps[-1]


def test_km_04_reasons() -> None:
    assert kaplan_meier([], []).reason == NOBODY
    assert median_of(kaplan_meier([], [])).reason_low == NOBODY
    for bad in (-1.0, math.nan, math.inf):
        assert kaplan_meier([1, bad], [True, True]).reason == BAD_TIME
    assert median_of(kaplan_meier([1, 2], [False, False])).reason == NO_EVENT
    with pytest.raises(ValueError, match="shorter"):
        kaplan_meier([1, 2], [True])


groups = st.lists(st.tuples(st.integers(0, 8), st.booleans(), st.sampled_from("ab")), min_size=2, max_size=20)


def slow_log_rank(rows: list[tuple[int, bool, str]]) -> float | None:
    """Return the statistic of two groups as a sum over event times."""
    gap = spread = 0.0
    for time in sorted({when for when, event, _ in rows if event}):
        at_risk = [(when, event, group) for when, event, group in rows if when >= time]
        n, one = len(at_risk), sum(group == "a" for _, _, group in at_risk)
        d = sum(when == time and event for when, event, _ in at_risk)
        gap += sum(when == time and event and group == "a" for when, event, group in at_risk) - d * one / n
        if n > 1:
            spread += d * one / n * (1 - one / n) * (n - d) / (n - 1)
    return gap**2 / spread if spread else None


@given(groups)
def test_km_07_slow(rows: list[tuple[int, bool, str]]) -> None:
    found = log_rank([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
    chi2 = slow_log_rank(rows)
    if len({group for _, _, group in rows}) < 2:
        assert found.reason == ONE_CURVE
    elif chi2 is None:
        assert found.reason in {NEVER_TOGETHER, NO_EVENT}
    else:
        assert found.chi2 == pytest.approx(chi2, rel=1e-9, abs=1e-12)
        turned = log_rank(
            [row[0] for row in rows[::-1]], [row[1] for row in rows[::-1]], [row[2] for row in rows[::-1]]
        )
        assert turned.chi2 == pytest.approx(chi2, rel=1e-9, abs=1e-12)


def test_km_07_reasons() -> None:
    assert log_rank([1, 2], [True, True], ["a", "a"]).reason == ONE_CURVE
    assert log_rank([1, 2], [False, False], ["a", "b"]).reason == NO_EVENT
    assert log_rank([1, 5], [False, True], ["a", "b"]).reason == NEVER_TOGETHER
    assert log_rank([1, -5], [False, True], ["a", "b"]).reason == BAD_TIME
