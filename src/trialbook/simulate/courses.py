"""How a number is spread over participants, and how that changes over the visits.

A course names the distribution at some days. Between two of them it goes on in a straight line, before the first and
after the last it stays. A participant keeps their place among the others as far as `together` says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

STEADY = 0.8
"""How much of a participant's place stays from visit to visit, where the scenario does not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A distribution: normal by mean and SD, or log-normal by median and the ratio that one SD makes."""

    kind: Literal["normal", "log"]
    centre: float
    width: float

    def moved(self, by: float) -> Spread:
        """Return the distribution moved by an amount."""
        return Spread(kind=self.kind, centre=self.centre + by, width=self.width)

    def times(self, factor: float) -> Spread:
        """Return the distribution of the values times a factor."""
        width = self.width * factor if self.kind == "normal" else self.width
        return Spread(kind=self.kind, centre=self.centre * factor, width=width)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a number cannot go beyond; None where there is no such bound."""

    low: float | None = None
    high: float | None = None

    def cut(self, value: float) -> float:
        """Return the value, or the bound that it goes beyond."""
        value = value if self.low is None else max(value, self.low)
        return value if self.high is None else min(value, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A distribution at some study days, in order; day 0 and before is the baseline."""

    points: tuple[tuple[float, Spread], ...]
    bounds: Bounds = field(default_factory=Bounds)
    together: float = STEADY
    """Share of the variance of a participant's place that stays from visit to visit."""

    def at(self, day: float) -> Spread:
        """Return the distribution on a day."""
        if day <= self.points[0][0]:
            return self.points[0][1]
        for (before, first), (after, last) in pairwise(self.points):
            if day <= after:
                return between(first, last, (day - before) / (after - before))
        return self.points[-1][1]

    def value(self, day: float, *, steady: float, fresh: float) -> float:
        """Return the value on a day of a participant with this steady place and this chance of the day.

        Both are standard normal numbers.
        """
        place = math.sqrt(self.together) * steady + math.sqrt(1 - self.together) * fresh
        return value_at(place, self.at(day), self.bounds)


def between(first: Spread, last: Spread, share: float) -> Spread:
    """Return the distribution that lies between two of one kind: in a straight line, of the logarithms for `log`."""

    def line(low: float, high: float) -> float:
        return low + (high - low) * share

    if first.kind == "normal":
        return Spread(kind="normal", centre=line(first.centre, last.centre), width=line(first.width, last.width))
    centre = math.exp(line(math.log(first.centre), math.log(last.centre)))
    return Spread(kind="log", centre=centre, width=math.exp(line(math.log(first.width), math.log(last.width))))


def value_at(place: float, spread: Spread, bounds: Bounds) -> float:
    """Return the value at a place, a standard normal number, of a distribution within bounds.

    Between two bounds a normal distribution gives way to the beta distribution with the same mean and SD, so that
    these hold and no value lies beyond; a log-normal one, or one with a single bound, is cut off there.
    """
    if spread.kind == "log":
        return bounds.cut(spread.centre * spread.width**place)
    if spread.width > 0 and bounds.low is not None and bounds.high is not None:
        return beta_value(place, spread, bounds.low, bounds.high)
    return bounds.cut(spread.centre + spread.width * place)


def beta_value(place: float, spread: Spread, low: float, high: float) -> float:
    """Return the value at a place of the beta distribution on `low` to `high` with a mean and SD.

    With m the mean and v the variance on the scale from 0 to 1, its parameters are m c and (1 - m) c where
    c = m (1 - m) / v - 1.
    """
    from scipy.special import betaincinv, ndtr

    mean = (spread.centre - low) / (high - low)
    variance = (spread.width / (high - low)) ** 2
    size = mean * (1 - mean) / variance - 1
    return float(low + (high - low) * betaincinv(mean * size, (1 - mean) * size, ndtr(place)))


def fits(spread: Spread, bounds: Bounds) -> bool:
    """Tell whether there is such a distribution within the bounds.

    Between two bounds the mean lies on or between them, and the variance is less than the product of its distances
    to them: nothing is spread wider than an everything-or-nothing answer.
    """
    low, high = bounds.low, bounds.high
    is_within = (low is None or spread.centre >= low) and (high is None or spread.centre <= high)
    if spread.kind == "log" or low is None or high is None or not is_within:
        return is_within
    return spread.width == 0 or spread.width**2 < (spread.centre - low) * (high - spread.centre)
