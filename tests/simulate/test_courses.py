"""Distributions, and how they move.

SIM-10: a bounded number has the stated mean and SD and lies within its bounds; a log-normal one the stated median.
SIM-11: between two named days a distribution lies in a straight line; before and after them it stays.
SIM-12: what cannot be spread like that is known beforehand, and between two that can be, each one can.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from trialbook.simulate.courses import Bounds, Course, Spread, between, fits, value_at

PLACES = ndtri((np.arange(4000) + 0.5) / 4000)
"""Middles of 4000 equal shares of the standard normal distribution."""


def normal(mean: float, sd: float) -> Spread:
    """Return a normal distribution."""
    return Spread(kind="normal", centre=mean, width=sd)


@pytest.mark.parametrize(("mean", "sd"), [(5.3, 3.8), (9.9, 0.05), (0.4, 0.3), (2.65, 3.5)])
def test_bounded_numbers(mean: float, sd: float) -> None:
    """SIM-10: to 1 % by numerical integration."""
    values = np.array([value_at(place, normal(mean, sd), Bounds(low=0, high=10)) for place in PLACES])
    assert values.min() >= 0
    assert values.max() <= 10
    assert values.mean() == pytest.approx(mean, rel=0.01)
    assert values.std() == pytest.approx(sd, rel=0.01)


def test_unbounded_numbers() -> None:
    """SIM-10."""
    log = Spread(kind="log", centre=2300, width=1.7)
    assert value_at(0, log, Bounds()) == 2300
    assert value_at(1, log, Bounds()) == pytest.approx(2300 * 1.7)
    assert value_at(9, log, Bounds(low=0, high=5000)) == 5000
    assert value_at(-2, normal(10, 3), Bounds()) == 4
    assert value_at(-9, normal(10, 3), Bounds(low=0)) == 0
    assert value_at(3, normal(10, 0), Bounds(low=0, high=10)) == 10


def test_a_course() -> None:
    """SIM-11."""
    course = Course(points=((0, normal(5, 2)), (100, normal(5, 2)), (200, normal(9, 1))), together=1)
    assert [course.at(day) for day in (-7, 50, 150, 999)] == [normal(5, 2), normal(5, 2), normal(7, 1.5), normal(9, 1)]
    assert course.value(150, steady=1, fresh=99) == 8.5
    log = between(Spread(kind="log", centre=100, width=4), Spread(kind="log", centre=400, width=1), 0.5)
    assert [log.centre, log.width] == pytest.approx([200, 2])


def test_places_stay_together() -> None:
    """SIM-11: `together` is the correlation between two days."""
    stream = np.random.Generator(np.random.PCG64(1))
    course = Course(points=((0, normal(0, 1)),), together=0.6)
    steady, first, last = stream.standard_normal((3, 4000))
    days = [[course.value(0, steady=s, fresh=f) for s, f in zip(steady, fresh, strict=True)] for fresh in (first, last)]
    assert np.mean(np.prod(days, axis=0)) == pytest.approx(0.6, abs=0.05)
    assert np.std(days) == pytest.approx(1, abs=0.03)


def test_what_cannot_be() -> None:
    """SIM-12."""
    scale = Bounds(low=0, high=10)
    assert [fits(normal(*one), scale) for one in ((5.3, 3.8), (10, 0), (10, 1), (11, 0), (5, 5))] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert fits(normal(10, 5), Bounds(low=0))
    assert not fits(Spread(kind="log", centre=20, width=2), scale)


spreads = st.tuples(st.floats(0, 10), st.floats(0, 5)).map(lambda one: normal(*one))


@given(spreads, spreads, st.floats(0, 1))
def test_between_two_that_can_be(first: Spread, last: Spread, share: float) -> None:
    """SIM-12."""
    scale = Bounds(low=0, high=10)
    if fits(first, scale) and fits(last, scale) and first.width > 0 < last.width:
        assert fits(between(first, last, share), scale)
