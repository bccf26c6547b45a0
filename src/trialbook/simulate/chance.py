"""Chance from one seed: every participant, and every question about one, has a stream of its own.

A stream depends on the seed, the number of the participant and the name of what is drawn, and on nothing else: a
participant is the same however many others there are, and another answer of a form moves none that is drawn apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from zlib import crc32

if TYPE_CHECKING:
    import numpy as np

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Chance:
    """The streams of one participant; `number` 0 is the study as a whole."""

    seed: int
    number: int = 0
    levels: dict[tuple[str, ...], float] = field(default_factory=dict, compare=False, repr=False)
    """What was drawn once and for all of this participant."""

    def stream(self, *names: str) -> np.random.Generator:
        """Return the stream of a name, from its beginning: the same numbers each time it is asked for.

        It is the generator PCG64 on the child of the seed's `SeedSequence` with the key (number, checksum of each
        name).
        """
        import numpy as np

        key = (self.number, *(crc32(name.encode()) for name in names))
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key)))

    def level(self, *names: str) -> float:
        """Return the standard normal number that stays the same for this participant in all that bears the name."""
        if names not in self.levels:
            self.levels[names] = float(self.stream("level", *names).standard_normal())
        return self.levels[names]


def happens(stream: np.random.Generator, share: float) -> bool:
    """Tell whether something happens that happens in this share of all cases."""
    return bool(stream.random() < share)


def whole(stream: np.random.Generator, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`, each as likely; `low` where the range is empty."""
    return int(stream.integers(low, max(low, high) + 1))


def pick(stream: np.random.Generator, things: Sequence[Thing]) -> Thing:
    """Return one of several things, each as likely; ValueError where there is none."""
    return things[int(stream.integers(len(things)))]


def weighed(stream: np.random.Generator, things: Sequence[tuple[Thing, float]]) -> Thing:
    """Return one of several things by their weights, of which one at least is above 0."""
    return by_weight(float(stream.random()), things)


def by_weight(share: float, things: Sequence[tuple[Thing, float]]) -> Thing:
    """Return the thing that stands at a share of the summed weights, 0 to 1; StopIteration where all are 0."""
    rest = share * sum(weight for _, weight in things)
    for thing, weight in things:
        if rest < weight:
            return thing
        rest -= weight
    # only rounding leads here, with a share just below 1
    return next(thing for thing, weight in reversed(list(things)) if weight > 0)


def shuffled(stream: np.random.Generator, things: Sequence[Thing]) -> list[Thing]:
    """Return the things in an order of chance."""
    return [things[int(place)] for place in stream.permutation(len(things))]
