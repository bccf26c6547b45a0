"""An infusion by the clock: when each rate begins and ends, from a start that somebody types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from trialbook.conduct.dosing import Infusion

TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])")
HOUR, DAY = 60, 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStep:
    """A time at one rate; times are whole minutes."""

    number: int
    rate: Decimal
    start: str
    """`10:30`, or `0:30` after the start where that is not known."""
    end: str
    minutes: Fraction
    amount: Fraction
    """What runs in during this step."""
    so_far: Fraction
    """What is in at its end."""


def minutes_of(typed: str) -> int | None:
    """Read a time of day as `9:30`, `09.30` or `0930`, in minutes from midnight; None for anything else."""
    found = TIME.fullmatch(typed.strip())
    return None if found is None else int(found[1]) * HOUR + int(found[2])


def clock(infusion: Infusion, start: int | None) -> tuple[ClockStep, ...]:
    """Return the steps of an infusion; `start` in minutes from midnight, None for times after the beginning."""
    return tuple(_steps(infusion, start))


def _steps(infusion: Infusion, start: int | None) -> Iterator[ClockStep]:
    passed = total = Fraction(0)
    for number, step in enumerate(infusion.steps, 1):
        begins, passed, total = passed, passed + step.minutes, total + step.amount
        yield ClockStep(
            number=number,
            rate=step.rate,
            start=_written(begins, start),
            end=_written(passed, start),
            minutes=step.minutes,
            amount=step.amount,
            so_far=total,
        )


def end_of(infusion: Infusion, start: int | None) -> str:
    """Return when all of it is in."""
    return _written(infusion.minutes, start)


def _written(passed: Fraction, start: int | None) -> str:
    """Write a time of day, with `+1` beyond midnight, or the hours and minutes since the start."""
    whole = int(passed + Fraction(1, 2))
    if start is None:
        return f"{whole // HOUR}:{whole % HOUR:02}"
    later, minutes = divmod(start + whole, DAY)
    return f"{minutes // HOUR:02}:{minutes % HOUR:02}" + (f" +{later}" if later else "")
