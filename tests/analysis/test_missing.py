"""Missing values and intercurrent events.

MISS-01: what is carried is what walking along the visits, one participant at a time, would carry.
MISS-02: a visit that may still come is no gap.
MISS-03: an answer that is no number is the last observation: nothing is carried past it.
MISS-04: hypothetical leaves out what came after the event; while on treatment lets the last value before it stand.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from trialbook.analysis.missing import (
    BASE,
    FLAWED,
    MISSING,
    NOTHING,
    NUMBER,
    available,
    bocf,
    left_out,
    locf,
    on_treatment,
    settled,
    values_at,
)

shapes = st.tuples(st.integers(1, 4), st.integers(1, 5))
grids = shapes.flatmap(lambda shape: arrays.arrays(np.int8, shape, elements=st.sampled_from([MISSING, NUMBER, FLAWED])))
COMPLETED = np.array([True])


def walked(states: list[int], *, has_ended: bool, carry_base: bool) -> list[int]:
    """Walk along the visits of one participant: the obvious version."""
    found, last = [], BASE
    for column, state in enumerate(states):
        may_come = not has_ended and not any(states[column:])
        if state == NUMBER:
            last = column
        elif state == FLAWED:
            last = NOTHING
        gap = NOTHING if may_come else BASE if carry_base else last
        found.append(column if state == NUMBER else NOTHING if state == FLAWED else gap)
    return found


@given(grids, st.lists(st.booleans(), min_size=4, max_size=4))
def test_miss_01_as_by_walking(states: np.ndarray[tuple[int, int], np.dtype[np.int8]], ended: list[bool]) -> None:
    has_ended = np.array(ended[: len(states)])
    gaps = settled(states, has_ended)
    for carry, rule in ((False, locf), (True, bocf)):
        slow = [
            walked(row, has_ended=bool(end), carry_base=carry)
            for row, end in zip(states.tolist(), has_ended, strict=True)
        ]
        assert rule(states, gaps).tolist() == slow
    assert np.array_equal(available(states) >= 0, states == NUMBER)


def grid(*states: int) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
    return np.array([states], dtype=np.int8)


def test_miss_02_a_visit_ahead() -> None:
    states = grid(NUMBER, MISSING, NUMBER, MISSING)
    assert settled(states, np.array([False])).tolist() == [[False, True, False, False]]
    assert settled(states, COMPLETED).tolist() == [[False, True, False, True]]


def test_miss_03_not_past_what_is_no_number() -> None:
    states = grid(NUMBER, FLAWED, MISSING)
    assert locf(states, settled(states, COMPLETED)).tolist() == [[0, NOTHING, NOTHING]]
    assert bocf(states, settled(states, COMPLETED)).tolist() == [[0, NOTHING, BASE]]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((NUMBER, NUMBER, NUMBER), [0, 0, 0]),
        ((NUMBER, MISSING, MISSING), [0, 0, 0]),
        ((MISSING, NUMBER, NUMBER), [NOTHING, NOTHING, NOTHING]),
        ((FLAWED, NUMBER, NUMBER), [NOTHING, NOTHING, NOTHING]),
    ],
)
def test_miss_04_while_on_treatment(states: tuple[int, ...], expected: list[int]) -> None:
    """MISS-04: the event came after the first visit."""
    known, stopped = grid(*states), np.array([[False, True, True]])
    sources = available(left_out(known, stopped))
    assert on_treatment(known, sources, stopped).tolist() == [expected]


def test_miss_04_hypothetical() -> None:
    known, stopped = grid(NUMBER, NUMBER, NUMBER), np.array([[False, True, True]])
    kept = left_out(known, stopped)
    assert kept.tolist() == [[NUMBER, MISSING, MISSING]]
    assert locf(kept, settled(kept, COMPLETED)).tolist() == [[0, 0, 0]]


def test_miss_01_looking_up() -> None:
    values, base = np.array([[4.0, np.nan, 6.0]]), np.array([3.0])
    found = values_at(np.array([[0, BASE, NOTHING]]), values, base)
    assert np.array_equal(found, [[4.0, 3.0, np.nan]], equal_nan=True)
