"""How often events occur in the time that participants were followed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from trialbook.analysis.proportions import tail_of

NO_TIME = "Nobody was followed for any time: there is no rate."
BAD_TIME = "The time followed is no number, or below zero."
PER = 100.0
"""Participant-weeks for which a rate is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Events in a time; None where `reason` says why not."""

    events: int
    time: float
    """Participant-weeks, or whatever unit is used throughout."""
    rate: float | None = None
    """Events per 100 of that unit."""
    low: float | None = None
    high: float | None = None
    reason: str = ""


def rate_of(events: int, time: float, *, per: float = PER, confidence: float = 0.95) -> Rate:
    """Return events per `per` units of time with the exact interval of a Poisson count: Garwood 1936.

    low = G(a/2; x), high = G(1 - a/2; x + 1), quantiles of the gamma distribution (half of chi-squared with 2x and
    2x + 2 degrees of freedom). Takes events as independent: those of one participant seldom are, and then it is too
    short. ValueError for a negative count.
    """
    from scipy.special import gammainccinv, gammaincinv

    if events < 0:
        raise ValueError("a count is not negative")
    if not 0 < time < math.inf:
        return Rate(events=events, time=time, reason=NO_TIME if time == 0 else BAD_TIME)
    tail, scale = tail_of(confidence), per / time
    low = float(gammaincinv(events, tail)) if events else 0.0
    high = float(gammainccinv(events + 1, tail))
    return Rate(events=events, time=time, rate=events * scale, low=low * scale, high=high * scale)
