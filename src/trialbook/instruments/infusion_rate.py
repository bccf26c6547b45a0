"""How long an infusion runs that is made faster step by step: rates, minutes and amounts, exact as fractions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

MINUTES_AN_HOUR = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RateStep:
    """A time at one rate."""

    rate: Decimal
    """Amount an hour."""
    minutes: Fraction
    amount: Fraction
    """What runs in during this time."""


def infusion_steps(
    amount: Decimal, *, start: Decimal, step: Decimal, every: int, most: Decimal
) -> tuple[RateStep, ...]:
    """Return the steps until the amount is in: from `start` an hour, `step` faster after each `every` minutes.

    The rate never passes `most`, and stays there until the end. Nothing is interrupted, and no line is flushed.
    ValueError where one of the numbers is not above 0.
    """
    if not all(number.is_finite() and number > 0 for number in (amount, start, step, most)) or every <= 0:
        raise ValueError("amount, rates and minutes are numbers above 0")
    steps: list[RateStep] = []
    left, rate = Fraction(amount), min(start, most)
    while left > 0:
        needed = left / Fraction(rate) * MINUTES_AN_HOUR
        minutes = needed if rate == most else min(needed, Fraction(every))
        given = Fraction(rate) * minutes / MINUTES_AN_HOUR
        steps.append(RateStep(rate=rate, minutes=minutes, amount=given))
        left, rate = left - given, min(rate + step, most)
    return tuple(steps)


def total_minutes(steps: tuple[RateStep, ...]) -> Fraction:
    """Return how long all steps take together, in minutes."""
    return sum((step.minutes for step in steps), Fraction(0))
