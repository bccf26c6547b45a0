"""Weights that have changed since a dose was worked out: by the old weight later doses would be too much or too little.

The study file has no limit of its own for this yet; `conduct.dosing.MUCH`, a tenth, stands in, and is named wherever a
change is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trialbook.conduct.amounts import EXACT, Measured
from trialbook.conduct.dosing import MUCH
from trialbook.conduct.exposure import DoseGiven, Exposure

LIMIT = MUCH
"""Part of the earlier weight from which on a change is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightChange:
    """A weight beside the one that counted for an earlier dose."""

    number: int
    """Which dose it was."""
    then: Measured
    now: Measured

    @property
    def percent(self) -> Decimal:
        """Return the change in per cent of the earlier weight, negative for a loss."""
        return EXACT.divide((self.now.value - self.then.value) * 100, self.then.value)


def weight_changes(given: Exposure, now: Measured | None) -> tuple[WeightChange, ...]:
    """Return the doses whose weight lies further than the limit from a later one, in order of their number."""
    found = (_change(dose, now) for dose in given.numbered) if now is not None else ()
    return tuple(change for change in found if change is not None and abs(change.percent) > LIMIT * 100)


def _change(dose: DoseGiven, now: Measured) -> WeightChange | None:
    if dose.number is None or dose.weight is None:
        return None
    return WeightChange(number=dose.number, then=dose.weight, now=now)
