"""Scales: where a number lies between two ends, and which round numbers are written beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STEPS = (1.0, 2.0, 2.5, 5.0)
MOST = 10**7
"""Beyond so many steps of the least size a scale is written by its ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Numbers from `low` to `high` on the way from `start` to `end`: points of paper, or pixels."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False
    decimals: int = 2
    """Of a place on the way."""

    def at(self, number: float) -> float:
        """Return where a number lies; what is beyond the ends lies at the end."""
        low, high, here = (self._measure(one) for one in (self.low, self.high, number))
        share = (here - low) / (high - low) if high > low else 0.5
        return round(self.start + (self.end - self.start) * min(max(share, 0.0), 1.0), self.decimals)

    def holds(self, number: float) -> bool:
        """Tell whether a number lies between the ends."""
        return self.low <= number <= self.high

    def _measure(self, number: float) -> float:
        return math.log10(number) if self.is_log and number > 0 else number

    def ticks(self, about: int = 5) -> tuple[float, ...]:
        """Return some round numbers between the ends, about so many."""
        if self.is_log:
            found = decades(self.low, self.high, about + 2)
            return found or (self.low, self.high)
        return steps(self.low, self.high, about)


def spanning(
    numbers: Iterable[float], *, start: float, end: float, is_log: bool = False, room: float = 0.05, zero: bool = False
) -> Scale:
    """Return the scale on which all of these numbers lie, with some room about them; of one number alone too."""
    known = [number for number in numbers if math.isfinite(number) and (number > 0 or not is_log)]
    known += [0.0] if zero and not is_log else []
    low, high = (min(known), max(known)) if known else (1.0, 10.0) if is_log else (0.0, 1.0)
    if is_log:
        more = max((high / low) ** room, 1.05 if high > low else 2.0)
        return Scale(low=low / more, high=high * more, start=start, end=end, is_log=True)
    more = (high - low) * room if high > low else abs(low) / 4 or 1.0
    low = low if zero and low == 0 else low - more
    high = high if zero and high == 0 else high + more
    return Scale(low=low, high=high, start=start, end=end)


def steps(low: float, high: float, about: int = 5) -> tuple[float, ...]:
    """Return multiples of a round step between two numbers, about so many, at least two where that can be."""
    span = high - low
    if not span > 0 or not math.isfinite(span):
        return (low,)
    unit = 10.0 ** math.floor(math.log10(span / max(about, 1)))
    every = sorted((unit * one * part for one in STEPS for part in (0.1, 1.0, 10.0)), reverse=True)
    wide = min((size for size in every if span / size <= about), default=every[0])
    return multiples(low, high, (size for size in every if size <= wide))


def multiples(low: float, high: float, sizes: Iterable[float]) -> tuple[float, ...]:
    """Return the multiples of the first of these steps of which at least two lie between the ends, else the ends."""
    for size in sizes:
        first, last = math.ceil(round(low / size, 9)), math.floor(round(high / size, 9))
        if last > first and last - first < MOST:
            return tuple(round(number * size, 12) for number in range(first, last + 1))
    return (low, high)


def powers(low: float, high: float, within: Sequence[float]) -> tuple[float, ...]:
    """Return so many times the powers of ten, as far as they lie between two numbers."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return tuple(one * 10.0**power for power in exponents for one in within if low <= one * 10.0**power <= high)


def decades(low: float, high: float, most: int = 7) -> tuple[float, ...]:
    """Return 1, 2, 5 ... times powers of ten between two numbers, or fewer of them where they would be too many."""
    for within in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        found = powers(low, high, within)
        if 2 <= len(found) <= most:
            return found
    if len(found) > most:
        return found[:: -(-len(found) // most)]
    return steps(low, high)
