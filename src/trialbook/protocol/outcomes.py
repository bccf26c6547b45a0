"""What an endpoint may bring from outside or ask for: error of measurement, selection at entry, times, a design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Words = Mapping[str, str]
"""A text by language, as `model.Text`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How well a measurement agrees with itself, from published work: a handful of participants cannot tell."""

    amount: Decimal
    """Between 0 and 1."""
    sd: Decimal | None = None
    """Standard deviation in the population that the reliability is of; None: that of the baselines."""
    source: Words = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A limit that a value had to pass at entry, with the distribution of everybody before that selection."""

    side: Literal["above", "below"]
    """Where the values lie that the limit lets in."""
    limit: Decimal
    mean: Decimal
    sd: Decimal
    correlation: Decimal | None = None
    """Of two measurements so far apart as baseline and visit; None: the reliability."""
    times: int = 1
    """Measurements at entry of which the mean had to pass."""
    source: Words = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTo:
    """A time from a condition that is judged over the visits."""

    event: Literal["response", "relapse"]
    """The first visit at which it holds; after that the first at which it no longer does."""
    censor: Literal["last judged", "end of follow-up"] = "last judged"
    """Until when those without the event are followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A design with one arm and a yes-or-no outcome: how many have to respond."""

    endpoint: str
    kind: Literal["single stage", "simon optimal", "simon minimax"]
    null: Decimal
    """Share of responders that is not worth more study; written `p0`."""
    target: Decimal
    """Share that is; written `p1`."""
    alpha: Decimal
    """One-sided."""
    power: Decimal
