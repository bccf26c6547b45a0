"""Adjusting for several tests.

MULT-01: Holm and Hommel are closed tests: as by testing every group of hypotheses.
MULT-02: no adjusted p is below its own p, and the order among p stays; Hommel lies between Hochberg and the p itself.
MULT-03: a test without a p is not counted, and its place stays empty with a reason.
MULT-04: a fixed sequence ends at the first p that is not below the level, or that there is not.
MULT-05: what is no p is refused.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.analysis.multiplicity import METHODS, NO_P, STOPPED, Method, adjust, simes

ps = st.lists(st.integers(0, 200).map(lambda n: n / 200), min_size=1, max_size=6)


def closed(p: Sequence[float], test: Callable[[list[float]], float]) -> list[float]:
    """Return for each hypothesis the largest p of all groups that hold it."""
    places = range(len(p))
    groups = [group for size in range(1, len(p) + 1) for group in itertools.combinations(places, size)]
    return [max(test(sorted(p[at] for at in group)) for group in groups if place in group) for place in places]


@given(ps)
def test_mult_01_closed_tests(p: list[float]) -> None:
    assert adjust(p, "hommel").p == pytest.approx(closed(p, simes))
    assert adjust(p, "holm").p == pytest.approx(closed(p, lambda group: min(1.0, len(group) * group[0])))


@given(ps, st.sampled_from(list(METHODS)))
def test_mult_02_order_and_bounds(p: list[float], method: Method) -> None:
    found = adjust(p, method).p
    for (one, adjusted), (other, beside) in itertools.combinations(zip(p, found, strict=True), 2):
        assert adjusted is not None
        assert beside is not None
        assert one <= adjusted + 1e-12 <= 1 + 1e-12
        assert adjusted <= beside + 1e-12 if one < other else True


@given(ps)
def test_mult_02_from_mild_to_strict(p: list[float]) -> None:
    rows = [adjust(p, method).p for method in ("none", "hommel", "hochberg", "holm", "bonferroni")]
    for mild, strict in itertools.pairwise(rows):
        assert all((a or 0) <= (b or 0) + 1e-12 for a, b in zip(mild, strict, strict=True))


@given(ps, st.sampled_from(list(METHODS)), st.permutations(range(6)))
def test_mult_02_relabelling(p: list[float], method: Method, order: list[int]) -> None:
    places = [place for place in order if place < len(p)]
    found, mixed = adjust(p, method).p, adjust([p[place] for place in places], method).p
    assert mixed == pytest.approx([found[place] for place in places])


@pytest.mark.parametrize("method", METHODS)
def test_mult_03_a_test_without_p(method: Method) -> None:
    found, known = adjust([0.03, None, 0.01, None, 0.04], method), adjust([0.03, 0.01, 0.04], method)
    assert (found.tests, found.missing) == (3, 2)
    assert [p for p in found.p if p is not None] == list(known.p)
    assert found.reasons == ("", NO_P, "", NO_P, "")


def test_mult_03_no_test_at_all() -> None:
    assert adjust([None], "holm").p == (None,)
    assert adjust([], "hommel").tests == adjust([], "fixed sequence").tests == 0


def test_mult_04_fixed_sequence() -> None:
    assert adjust([0.01, 0.2, 0.001], "fixed sequence").p == (0.01, 0.2, 0.2)
    stopped = adjust([0.01, None, 0.001], "fixed sequence")
    assert (stopped.p, stopped.reasons) == ((0.01, None, None), ("", NO_P, STOPPED))


@given(ps)
def test_mult_04_passed_only_after_all_before(p: list[float]) -> None:
    found = adjust(p, "fixed sequence").p
    for place, adjusted in enumerate(found):
        assert adjusted is not None
        assert (adjusted < 0.05) == all(one < 0.05 for one in p[: place + 1])


@pytest.mark.parametrize("bad", [-0.1, 1.1, math.nan])
def test_mult_05_no_p(bad: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust([0.1, bad], "holm")
