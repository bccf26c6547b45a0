"""The upright scale of a picture: where a number lies, and which few numbers are written beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from trialbook.render.drawing.scale import Scale, multiples, powers

COARSE = (5.0, 2.0, 1.0, 0.5, 0.2, 0.1)
"""Round steps as parts of the power of ten below the span, the largest first."""
ABOVE, BELOW = 12.0, 12.0
"""Pixels that are left free."""


def scale_for(numbers: Iterable[float], *, height: float, is_log: bool = False) -> Scale:
    """Return the scale, in pixels from above, on which all of these numbers lie; about one alone there is some room."""
    known = [number for number in numbers if math.isfinite(number)] or [0.0, 1.0]
    low, high = min(known), max(known)
    is_log = is_log and low > 0
    if low == high:
        room = abs(low) / 4 or 1.0
        low, high = (low / 1.25, high * 1.25) if is_log else (low - room, high + room)
    return Scale(low=low, high=high, start=height - BELOW, end=ABOVE, is_log=is_log, decimals=1)


def ticks_of(scale: Scale) -> tuple[float, ...]:
    """Return two to four round numbers within the scale: there is room for few."""
    if scale.is_log:
        for within in ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0)):
            found = powers(scale.low, scale.high, within)
            if len(found) >= 2:
                return found[:: max(1, len(found) // 4)]
    span = scale.high - scale.low
    if not span > 0 or not math.isfinite(span):
        return (scale.low,)
    unit = 10.0 ** math.floor(math.log10(span))
    return multiples(scale.low, scale.high, (unit * one for one in COARSE))
