"""Streams of chance, and what is drawn from them.

SIM-01: a stream depends on seed, participant and name only, and is the generator that numpy's own rules give.
SIM-02: what is drawn by weight stands at its share; nothing with weight 0 is drawn; an order of chance loses nothing.
"""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trialbook.simulate.chance import Chance, by_weight, shuffled, whole


def test_a_stream_is_a_child_of_the_seed() -> None:
    """SIM-01: `SeedSequence.spawn` gives the same streams."""
    children = np.random.SeedSequence(7).spawn(4)
    expected = np.random.Generator(np.random.PCG64(children[3])).random(5)
    assert (Chance(7, 3).stream().random(5) == expected).all()


def test_a_stream_begins_anew_and_is_its_own() -> None:
    """SIM-01."""
    chance = Chance(1, 2)
    first = chance.stream("a").random(3)
    chance.stream("b").random(9)
    assert (chance.stream("a").random(3) == first).all()
    others = [Chance(1, 2).stream("b"), Chance(1, 3).stream("a"), Chance(2, 2).stream("a"), chance.stream("a", "")]
    assert all((other.random(3) != first).all() for other in others)
    assert chance.level("x") == chance.level("x") != chance.level("y")


@given(st.lists(st.integers(0, 9), min_size=1).filter(any), st.floats(0, 1, exclude_max=True))
def test_by_weight(weights: list[int], share: float) -> None:
    """SIM-02: the chosen one reaches over the share, and has a weight."""
    chosen = by_weight(share, list(enumerate(weights)))
    assert weights[chosen] > 0
    before = sum(weights[:chosen]) / sum(weights)
    assert before - 1e-9 <= share <= before + weights[chosen] / sum(weights) + 1e-9


@given(st.lists(st.integers()), st.integers(0, 99), st.integers(-5, 5), st.integers(-5, 5))
def test_orders_and_numbers(things: list[int], seed: int, low: int, high: int) -> None:
    """SIM-02."""
    stream = Chance(seed).stream("order")
    assert sorted(shuffled(stream, things)) == sorted(things)
    assert low <= whole(stream, low, high) <= max(low, high)
