"""Mean and SD of printed single values, exactly; and how far they reach where the values themselves were rounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from trialbook.analysis.appraisal.model import Column, Divisor
from trialbook.analysis.appraisal.printed import Printed

DIVISORS: tuple[Divisor, ...] = ("n-1", "n")
MOST_TRIED = 400
"""Other values that are tried in place of a printed one."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where each of several values can lie."""

    low: tuple[Fraction, ...]
    high: tuple[Fraction, ...]


def box_of(column: Column) -> Box:
    """Return where the values behind a column can lie: as printed, half a unit to both sides, or up to a unit above."""
    values = tuple(column.values.values())
    return Box(tuple(_low(column, value) for value in values), tuple(_high(column, value) for value in values))


def _low(column: Column, figure: Printed) -> Fraction:
    return figure.span.low if "rounded" in column.values_are else figure.value


def _high(column: Column, figure: Printed) -> Fraction:
    unit = Fraction(1, 10**figure.decimals)
    above = {"exact": Fraction(0), "rounded": unit / 2, "truncated": unit, "rounded or truncated": unit}
    return figure.value + above[column.values_are]


def mean(values: Sequence[Fraction]) -> Fraction:
    """Return the mean."""
    return sum(values, Fraction(0)) / len(values)


def variance(values: Sequence[Fraction], divisor: Divisor) -> Fraction:
    """Return Σ(x − mean)² / d with d = n − 1 or n; ValueError for a single value with n − 1."""
    below = len(values) - 1 if divisor == "n-1" else len(values)
    if below < 1:
        raise ValueError("a single value has no variance")
    centre = mean(values)
    return sum(((value - centre) ** 2 for value in values), Fraction(0)) / below


def largest_variance(column: Column, divisor: Divisor) -> tuple[Fraction, tuple[Fraction, ...]]:
    """Return the largest variance that the values behind a column can have, and such values.

    The variance is convex, so it is largest at a corner of the box; of corners only those matter where the smaller
    values are as small and the larger as large as they can be. For values that were either rounded or truncated both
    boxes are tried, each for all values alike.
    """
    return max((_largest(box, divisor) for box in _boxes(column)), key=lambda found: found[0])


def smallest_variance(column: Column, divisor: Divisor) -> Fraction:
    """Return the smallest variance: all values as near to one point as they can be, which is then their mean."""
    return min(_smallest(box, divisor) for box in _boxes(column))


def mean_span(column: Column) -> tuple[Fraction, Fraction]:
    """Return smallest and largest mean of the values behind a column."""
    box = box_of(column)
    return mean(box.low), mean(box.high)


def single_fixes(column: Column, means: Printed, sd: Printed, divisor: Divisor) -> Iterator[tuple[str, Fraction]]:
    """Yield another value of one participant, on the digits as printed, with which mean and SD come out as printed."""
    for who, figure in column.values.items():
        unit = Fraction(1, 10**figure.decimals)
        others = [other.value for name, other in column.values.items() if name != who]
        total, n = sum(others, Fraction(0)), len(others) + 1
        first = -((total - means.span.low * n) // unit)
        for step in range(MOST_TRIED):
            value = (first + step) * unit
            if (total + value) / n > means.span.high:
                break
            if value != figure.value and variance([*others, value], divisor) in sd.span.squared():
                yield who, value


def _boxes(column: Column) -> list[Box]:
    if column.values_are != "rounded or truncated":
        return [box_of(column)]
    values = tuple(column.values.values())
    units = [Fraction(1, 10**value.decimals) for value in values]
    rounded = Box(tuple(value.span.low for value in values), tuple(value.span.high for value in values))
    cut = Box(
        tuple(value.value for value in values),
        tuple(value.value + unit for value, unit in zip(values, units, strict=True)),
    )
    return [rounded, cut]


def _largest(box: Box, divisor: Divisor) -> tuple[Fraction, tuple[Fraction, ...]]:
    ends = sorted(zip(box.low, box.high, strict=True), key=sum)
    corners = [
        tuple(low for low, _ in ends[:cut]) + tuple(high for _, high in ends[cut:]) for cut in range(len(ends) + 1)
    ]
    return max((variance(corner, divisor), corner) for corner in corners)


def _smallest(box: Box, divisor: Divisor) -> Fraction:
    """Find the point to which the nearest values of the box have their own mean: it lies between two ends."""
    ends = sorted({*box.low, *box.high})
    points = [point for low, high in pairwise(ends) for point in _fixed(box, low, high)]
    near = [
        [min(max(point, low), high) for low, high in zip(box.low, box.high, strict=True)] for point in (*ends, *points)
    ]
    return min(variance(values, divisor) for values in near)


def _fixed(box: Box, low: Fraction, high: Fraction) -> Iterator[Fraction]:
    """Yield the mean of the values that cannot reach into an interval, where it lies in that interval."""
    outside = [end for end in box.high if end <= low] + [end for end in box.low if end >= high]
    if outside and low <= (centre := mean(outside)) <= high:
        yield centre
