"""Results laid beside each other.

RECO-01: numbers are equal within the relative or the absolute tolerance, and not beyond.
RECO-02: a value, an n, a unit that differ, and what only one side has, are each told with both sides.
RECO-03: a file is equal to itself, and the difference of two is that of the other way round, turned.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.analysis.reconcile import Claim, reconcile, relative

CLAIMS = st.dictionaries(
    st.sampled_from("abcdef"),
    st.builds(
        Claim,
        value=st.none() | st.sampled_from(["yes", "no"]) | st.floats(-1e300, 1e300),
        n=st.none() | st.integers(0, 9),
        unit=st.none() | st.sampled_from(["U/L", "%"]),
    ),
)


def said(value: float | str | None, n: int | None = None, unit: str | None = None) -> dict[str, Claim]:
    """Return what a file says of one result."""
    return {"r": Claim(value=value, n=n, unit=unit)}


@pytest.mark.parametrize(
    ("old", "new", "equal"),
    [
        (1.0, 1.0 + 9e-10, True),
        (1.0, 1.0 + 2e-9, False),
        (1e9, 1e9 + 0.9, True),
        (1e9, 1e9 + 2, False),
        (0.0, 1e-13, True),
        (0.0, 1e-11, False),
        (1e-20, 2e-20, True),
        (1e300, -1e300, False),
        (1.0, None, False),
        (None, None, True),
        ("yes", "yes", True),
        ("yes", "no", False),
        ("1", 1.0, False),
    ],
)
def test_reco_01_tolerance(old: float | str | None, new: float | str | None, equal: bool) -> None:  # noqa: FBT001 - a table
    found = reconcile(said(old), said(new))
    assert found.equal is equal
    assert found.compared == 1


def test_reco_01_a_tolerance_of_nothing() -> None:
    assert reconcile(said(1.0), said(1.0), tolerance=0, absolute=0).equal
    assert not reconcile(said(1.0), said(1.0 + 1e-15), tolerance=0, absolute=0).equal
    with pytest.raises(ValueError, match="below zero"):
        reconcile({}, {}, tolerance=-1)


def test_reco_02_each_kind() -> None:
    a = {**said(4.0, 4, "U/L"), "mean": Claim(value=2.0), "mine": Claim(value=1.0)}
    b = {**said(4.0, 5, "%"), "mean": Claim(value=2.5), "theirs": Claim(value="no")}
    found = reconcile(a, b)
    assert [(one.id, one.kind, one.old, one.new) for one in found.differences] == [
        ("mean", "value", 2.0, 2.5),
        ("r", "n", 4, 5),
        ("r", "unit", "U/L", "%"),
        ("mine", "only in A", 1.0, None),
        ("theirs", "only in B", None, "no"),
    ]
    first = found.differences[0]
    assert first.absolute == pytest.approx(0.5)
    assert first.relative == pytest.approx(0.2)
    assert [found.count(kind) for kind in ("value", "n", "unit", "only in A", "only in B")] == [1] * 5


def test_reco_02_who_does_not_say_an_n_does_not_differ_in_it() -> None:
    assert reconcile(said(1.0, 4, "U/L"), said(1.0)).equal


def test_reco_02_the_largest_difference_taken_as_equal() -> None:
    assert reconcile(said(1.0), said(1.0 + 5e-10)).largest == pytest.approx(5e-10, rel=1e-3)
    assert reconcile(said(1.0), said(2.0)).largest == 0


@given(CLAIMS)
def test_reco_03_a_file_equals_itself(claims: dict[str, Claim]) -> None:
    found = reconcile(claims, dict(reversed(claims.items())))
    assert found.equal
    assert found.compared == len(claims)


@given(CLAIMS, CLAIMS)
def test_reco_03_turned_round(a: dict[str, Claim], b: dict[str, Claim]) -> None:
    swapped = {"only in A": "only in B", "only in B": "only in A"}
    one = {(d.id, d.kind, str(d.old), str(d.new), d.relative) for d in reconcile(a, b).differences}
    other = {
        (d.id, swapped.get(d.kind, d.kind), str(d.new), str(d.old), d.relative) for d in reconcile(b, a).differences
    }
    assert one == other


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_reco_01_relative_lies_between_nothing_and_two(old: float, new: float) -> None:
    ratio = relative(old, new)
    assert ratio is not None
    assert 0 <= ratio <= 2
    assert (ratio == 0) >= (old == new)
