"""Which vials make up a dose: the least waste, and of equal waste the fewest vials.

All amounts are decimals in one unit, so that nothing is lost in the counting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from math import ceil, gcd

MOST_STEPS = 1_000_000
"""Largest dose that is counted, in steps of the largest amount that divides every vial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vials:
    """The vials to open for one dose."""

    counts: tuple[tuple[Decimal, int], ...]
    """Size and number of vials, the largest size first; sizes that are not needed are left out."""
    drawn: Decimal
    """What the vials hold together."""
    waste: Decimal
    """What is left in them."""


def choose_vials(dose: Decimal, sizes: Sequence[Decimal]) -> Vials:
    """Choose vials that hold at least the dose.

    ValueError where dose or a size is no number above 0, where there is no size, and where dose and sizes are so far
    apart that more than `MOST_STEPS` would have to be tried.
    """
    if not sizes or not all(amount.is_finite() and amount > 0 for amount in (dose, *sizes)):
        raise ValueError("a dose and its vials are numbers above 0")
    step = reduce(_common, (Fraction(size) for size in sizes))
    ordered = sorted(set(sizes), reverse=True)
    coins = [int(Fraction(size) / step) for size in ordered]
    needed = ceil(Fraction(dose) / step)
    if needed + coins[0] > MOST_STEPS:
        raise ValueError("dose and vials are too far apart")
    counted = _count(coins, _fewest(coins, needed + coins[0]), needed)
    chosen = tuple((size, number) for size, number in zip(ordered, counted, strict=True) if number)
    drawn = sum((size * number for size, number in chosen), Decimal(0))
    return Vials(counts=chosen, drawn=drawn, waste=drawn - dose)


def _common(first: Fraction, second: Fraction) -> Fraction:
    """Return the largest amount that divides two amounts."""
    below = first.denominator * second.denominator
    return Fraction(gcd(first.numerator * second.denominator, second.numerator * first.denominator), below)


def _fewest(coins: list[int], most: int) -> list[int | None]:
    """Return for every total from 0 to `most` the fewest vials that make it up, None where none do."""
    fewest: list[int | None] = [0]
    for total in range(1, most + 1):
        ways = [fewest[total - coin] for coin in coins if coin <= total]
        numbers = [number for number in ways if number is not None]
        fewest.append(min(numbers) + 1 if numbers else None)
    return fewest


def _count(coins: list[int], fewest: list[int | None], needed: int) -> list[int]:
    """Count the vials of the smallest total from `needed` on that can be made up, the large ones before the small."""
    total = next(total for total in range(needed, len(fewest)) if fewest[total] is not None)
    counts = [0] * len(coins)
    while total:
        number = fewest[total] or 0
        place = next(p for p, coin in enumerate(coins) if coin <= total and fewest[total - coin] == number - 1)
        counts[place] += 1
        total -= coins[place]
    return counts
