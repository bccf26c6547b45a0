"""The upright scale of a picture: where a number lies, and which few numbers are written beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

COARSE = (5.0, 2.0, 1.0, 0.5, 0.2, 0.1)
"""Round steps as parts of the power of ten below the span, the largest first."""
ABOVE, BELOW = 12.0, 12.0
"""Pixels that are left free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Numbers from `low` to `high` on so many pixels, the higher the further up."""

    low: float
    high: float
    height: float
    is_log: bool = False

    def at(self, number: float) -> float:
        """Return how many pixels below the upper edge a number lies."""
        low, high, here = (self._measure(one) for one in (self.low, self.high, number))
        share = (here - low) / (high - low) if high > low else 0.5
        return round(ABOVE + (self.height - ABOVE - BELOW) * (1 - min(max(share, 0.0), 1.0)), 1)

    def _measure(self, number: float) -> float:
        return math.log10(number) if self.is_log and number > 0 else number

    def ticks(self) -> tuple[float, ...]:
        """Return two to four round numbers within the scale."""
        return _decades(self.low, self.high) if self.is_log else _steps(self.low, self.high)


def scale_for(numbers: Iterable[float], *, height: float, is_log: bool = False) -> Scale:
    """Return the scale on which all of these numbers lie; of one number alone, some room about it."""
    known = [number for number in numbers if math.isfinite(number)]
    if not known:
        return Scale(low=0.0, high=1.0, height=height)
    low, high = min(known), max(known)
    if is_log and low > 0:
        return Scale(
            low=low / 1.25 if low == high else low,
            high=high * 1.25 if low == high else high,
            height=height,
            is_log=True,
        )
    if low == high:
        room = abs(low) / 4 or 1.0
        low, high = low - room, high + room
    return Scale(low=low, high=high, height=height)


def _steps(low: float, high: float) -> tuple[float, ...]:
    """Return the multiples of the largest round step of which at least two lie between the ends."""
    span = high - low
    if not span > 0 or not math.isfinite(span):
        return (low,)
    unit = 10.0 ** math.floor(math.log10(span))
    for step in (unit * one for one in COARSE):
        first, last = math.ceil(round(low / step, 9)), math.floor(round(high / step, 9))
        if last > first:
            return tuple(round(number * step, 12) for number in range(first, last + 1))
    return (low, high)


def _decades(low: float, high: float) -> tuple[float, ...]:
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for within in ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0)):
        found = tuple(one * 10.0**power for power in exponents for one in within if low <= one * 10.0**power <= high)
        if len(found) >= 2:
            return found[:: max(1, len(found) // 4)]
    return _steps(low, high)
