"""Where a laboratory value lies to the limits of normal: those of the laboratory for its day, or the study file's."""

from __future__ import annotations

from typing import Literal

from trialbook.conduct.casebook import Casebook, Cell
from trialbook.conduct.safety import normal_limits
from trialbook.protocol.model import Item, Study
from trialbook.protocol.values import limit_of, number_of

Flag = Literal["low", "high", "normal", "unknown", "no limits"]


def flag_of(value: str, lower: float | None, upper: float | None) -> Flag:
    """Say where a value lies to its limits; `<0.2` is low only where all that it can be is low."""
    if lower is None and upper is None:
        return "no limits"
    sign, number = limit_of(value), number_of(value)
    least = 0.0 if sign.startswith("<") else number
    most = float("inf") if sign.startswith(">") else number
    is_below, is_above = sign == "<", sign == ">"
    if lower is not None and (most < lower or (is_below and most == lower)):
        return "low"
    if upper is not None and (least > upper or (is_above and least == upper)):
        return "high"
    is_inside = (lower is None or least >= lower) and (upper is None or most <= upper)
    return "normal" if is_inside else "unknown"


def limits_of(study: Study, casebook: Casebook, item: Item, cell: Cell) -> tuple[float | None, float | None, bool]:
    """Return the limits of a value in the unit of its item, and whether the laboratory gave them for its day."""
    lower, upper = normal_limits(study, casebook, item)
    own = [
        None if name is None else _exact(casebook, cell._replace(item=name))
        for name in (item.lower_item, item.upper_item)
    ]
    low = lower if item.lower_item is None else own[0]
    high = upper if item.upper_item is None else own[1]
    return low, high, any(one is not None for one in own)


def has_limits(item: Item) -> bool:
    """Tell whether values of an item are set against limits of normal."""
    return item.kind == "number" and bool(item.lower or item.upper or item.lower_item or item.upper_item)


def _exact(casebook: Casebook, cell: Cell) -> float | None:
    answer = casebook.answers.get(cell)
    text = None if answer is None else answer.value
    return None if text is None or limit_of(text) else number_of(text)
