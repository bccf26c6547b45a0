"""Adjusting the p of several tests, so that the level holds for all of them together.

An adjusted p is the smallest level at which its own hypothesis is rejected (Wright 1992). A test that gave no p is not
counted as a test, and has no adjusted p.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Method = Literal["none", "bonferroni", "holm", "hochberg", "hommel", "benjamini hochberg", "benjamini yekutieli"]

NO_P = "The test gave no p, so there is none to adjust; it is not counted among the tests."
STOPPED = "A test before this one in the sequence gave no p: the sequence ends there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """Adjusted p in the order of the tests; None where there is none, and `reasons` says why."""

    tests: int
    """How many were adjusted for: those that gave a p."""
    missing: int
    p: tuple[float | None, ...]
    reasons: tuple[str, ...]


def adjust(values: Sequence[float | None], method: Method | Literal["fixed sequence"]) -> Adjusted:
    """Adjust the p of a family of tests, given in the order of the plan.

    ValueError for a p that is not between 0 and 1.
    """
    known = [p for p in values if p is not None]
    if not all(0 <= p <= 1 for p in known):  # also where one is not a number
        raise ValueError("p lies between 0 and 1")
    if method == "fixed sequence":
        return fixed_sequence(values)
    adjusted = iter(METHODS[method](known))
    found = tuple(None if p is None else next(adjusted) for p in values)
    reasons = tuple(NO_P if p is None else "" for p in values)
    return Adjusted(tests=len(known), missing=len(values) - len(known), p=found, reasons=reasons)


def fixed_sequence(values: Sequence[float | None]) -> Adjusted:
    """Test in a given order, each at the full level, until one is not below it: the largest p so far.

    Maurer, Hothorn and Lehmacher 1995. A test without a p was not passed, so nothing after it can be.
    """
    found: list[float | None] = []
    reasons: list[str] = []
    for p in values:
        stopped = None in found
        before = max((one for one in found if one is not None), default=0.0)
        found.append(None if stopped or p is None else max(p, before))
        reasons.append(STOPPED if stopped and p is not None else NO_P if p is None else "")
    known = sum(p is not None for p in values)
    return Adjusted(tests=known, missing=len(values) - known, p=tuple(found), reasons=tuple(reasons))


def unchanged(p: Sequence[float]) -> list[float]:
    """Return the p as they are: each test for itself."""
    return list(p)


def bonferroni(p: Sequence[float]) -> list[float]:
    """Multiply by the number of tests."""
    return [min(1.0, len(p) * one) for one in p]


def holm(p: Sequence[float]) -> list[float]:
    """Step down from the smallest p: the largest of (m - i + 1) p_(i) so far (Holm 1979)."""
    return stepped(p, lambda place: len(p) - place + 1, down=True)


def hochberg(p: Sequence[float]) -> list[float]:
    """Step up from the largest p: the smallest of (m - i + 1) p_(i) so far (Hochberg 1988); for independent tests."""
    return stepped(p, lambda place: len(p) - place + 1, down=False)


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """Control the share of false discoveries: the smallest of m p_(i) / i so far (Benjamini and Hochberg 1995)."""
    return stepped(p, lambda place: len(p) / place, down=False)


def benjamini_yekutieli(p: Sequence[float]) -> list[float]:
    """The same under any dependence: times 1 + 1/2 + ... + 1/m (Benjamini and Yekutieli 2001)."""
    more = math.fsum(1 / place for place in range(1, len(p) + 1))
    return stepped(p, lambda place: more * len(p) / place, down=False)


def stepped(p: Sequence[float], factor: Callable[[int], float], *, down: bool) -> list[float]:
    """Multiply the ith smallest p by its factor and carry the largest on upwards, or the smallest on downwards."""
    order = sorted(range(len(p)), key=p.__getitem__)
    places = list(enumerate(order, start=1))
    found, last = [0.0] * len(p), 0.0 if down else 1.0
    for place, at in places if down else reversed(places):
        own = factor(place) * p[at]
        last = min(1.0, max(last, own) if down else min(last, own))
        found[at] = last
    return found


def hommel(p: Sequence[float]) -> list[float]:
    """Close Simes's test (Hommel 1988): the adjusted p is the largest Simes p of all groups that hold the test.

    Simes's p grows with every p of the group, so that of the groups of one size that with the largest others decides.
    """
    order = sorted(range(len(p)), key=p.__getitem__)
    ascending = [p[at] for at in order]
    found = [0.0] * len(p)
    for place, at in enumerate(order):
        found[at] = max(simes(worst(ascending, place, size)) for size in range(1, len(p) + 1))
    return found


def worst(ascending: Sequence[float], place: int, size: int) -> list[float]:
    """Return the group of `size` tests that holds the one at `place` and else the largest p."""
    others = [p for at, p in enumerate(ascending) if at != place]
    return sorted([ascending[place], *others[len(others) - size + 1 :]])


def simes(ascending: Sequence[float]) -> float:
    """Return Simes's p of a group: the smallest of m p_(i) / i (Simes 1986)."""
    return min(1.0, *(len(ascending) * p / place for place, p in enumerate(ascending, start=1)))


METHODS: Mapping[Method, Callable[[Sequence[float]], list[float]]] = MappingProxyType(
    {
        "none": unchanged,
        "bonferroni": bonferroni,
        "holm": holm,
        "hochberg": hochberg,
        "hommel": hommel,
        "benjamini hochberg": benjamini_hochberg,
        "benjamini yekutieli": benjamini_yekutieli,
    }
)
