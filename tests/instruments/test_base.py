"""Rules that instruments and derived numbers share.

Requirements:
INST-04: a mean or sum has a value only where enough items are answered.
INST-05: in a sum the mean of the answered items stands in for each gap that is allowed.
INST-06: every instrument of the catalogue says what it is, its range, and what happens to gaps; its scores fit.
INST-07: sums and means are those of the decimals, without the rounding of binary numbers.
INST-08: a sum whose gaps are left out is that of the answered items.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trialbook.instruments import CATALOG
from trialbook.instruments.base import Instrument, answered, answered_sum_of, derive, mean_of, sum_of, worst_of
from trialbook.protocol.model import Derived

GAP = float("nan")
COLUMNS = {
    "a": np.array([1.0, 2.0, GAP, GAP]),
    "b": np.array([3.0, GAP, 4.0, GAP]),
    "c": np.array([5.0, 6.0, GAP, GAP]),
}
POWER = Derived(id="power", label={}, kind="mean", of=("a", "b", "c"), at_least=2, unit="score")


def same(found: np.ndarray[tuple[int], np.dtype[np.float64]], expected: list[float]) -> bool:
    return bool(np.allclose(found, np.array(expected), equal_nan=True))


def test_mean_needs_enough_items() -> None:
    """INST-04."""
    assert same(mean_of(COLUMNS, ("a", "b", "c"), at_least=2), [3.0, 4.0, GAP, GAP])
    assert same(mean_of(COLUMNS, ("a", "b", "c"), at_least=1), [3.0, 4.0, 4.0, GAP])
    assert same(mean_of(COLUMNS, ("a", "b", "c"), at_least=0), [3.0, 4.0, 4.0, GAP])
    assert answered(COLUMNS, ("a", "b", "c")).tolist() == [3, 2, 1, 0]


def test_sum_fills_the_gaps_it_may_have() -> None:
    """INST-05."""
    assert same(sum_of(COLUMNS, ("a", "b", "c"), at_least=3), [9.0, GAP, GAP, GAP])
    assert same(sum_of(COLUMNS, ("a", "b", "c"), at_least=2), [9.0, 12.0, GAP, GAP])


def test_sum_that_leaves_gaps_out() -> None:
    """INST-08."""
    assert same(answered_sum_of(COLUMNS, ("a", "b", "c"), at_least=2), [9.0, 8.0, GAP, GAP])
    assert same(answered_sum_of(COLUMNS, ("a", "b", "c"), at_least=0), [9.0, 8.0, 4.0, GAP])
    assert same(derive(replace(POWER, kind="sum", gaps="left out"), COLUMNS), [9.0, 8.0, GAP, GAP])


def test_worst_is_the_largest_answer() -> None:
    """INST-04."""
    assert same(worst_of(COLUMNS, ("a", "b", "c")), [5.0, 6.0, 4.0, GAP])


def test_derived_number_is_computed_by_its_kind() -> None:
    """INST-04."""
    assert same(derive(POWER, COLUMNS), [3.0, 4.0, GAP, GAP])
    assert same(derive(replace(POWER, kind="sum"), COLUMNS), [9.0, 12.0, GAP, GAP])
    with pytest.raises(ValueError, match="instrument"):
        derive(replace(POWER, kind="instrument"), COLUMNS)


@pytest.mark.parametrize("instrument", CATALOG.values(), ids=lambda instrument: instrument.id)
def test_every_instrument_is_complete(instrument: Instrument) -> None:
    """INST-06."""
    ids = [item.id for item in instrument.items]
    assert CATALOG[instrument.id] is instrument
    assert len(set(ids)) == len(ids)
    assert all(set(derived.of) <= set(ids) for derived in instrument.derived)
    assert all(score.low < score.high and score.gaps.endswith(".") for score in instrument.scores)
    found = instrument.score({item: np.full(3, np.nan) for item in ids})
    assert list(found) == [derived.id for derived in instrument.derived]
    assert all(np.isnan(column).all() and column.shape == (3,) for column in found.values())


def test_sums_and_means_of_decimals_are_exact() -> None:
    """INST-07."""
    columns = {name: np.array(values) for name, values in {"a": [9.1, 0.1], "b": [8.2, 0.2], "c": [6.7, GAP]}.items()}
    assert mean_of(columns, ("a", "b", "c"), at_least=2).tolist() == [8.0, 0.15]
    assert sum_of(columns, ("a", "b", "c"), at_least=2).tolist() == [24.0, 0.45]
    huge = {"a": np.array([1e30, 1e-30]), "b": np.array([2e30, 2e-30])}
    assert sum_of(huge, ("a", "b"), at_least=2).tolist() == [3e30, 3e-30]
