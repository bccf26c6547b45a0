"""Where invented answers come from: for each kind of item a source that draws what somebody might have written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

from trialbook.protocol.model import Item
from trialbook.protocol.typed_dates import NEVER
from trialbook.protocol.values import SEPARATOR, YES_NO
from trialbook.simulate.chance import Chance, by_weight, happens
from trialbook.simulate.courses import Bounds, Course

if TYPE_CHECKING:
    import numpy as np

OLD = 730
"""Days after which people remember a month and no day."""
SECOND_CHOICE = 0.3
"""Share of those who give another choice where several may be given."""
RECOVERED = 0.7
"""Share of rows with an end that have one when they are recorded."""
STEADY_PART = 0.7
"""Share of the variance of single ratings, around their mean, that stays from visit to visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """For whom, when and from which chance answers are drawn."""

    chance: Chance
    stream: np.random.Generator
    kind: str
    """Type of the participant."""
    day: float
    """Study day; 0 for what is asked once."""
    on: date
    """Day on which it is recorded, or begins."""
    until: date
    """Day after which nothing has happened yet."""
    round: str = ""
    """Tells draws apart that are made again."""
    is_flat: bool = False
    """Every answer as likely: the search for answers that the scenario makes rare."""

    def level(self, name: str) -> float:
        """Return the steady place of the participant in all that bears a name."""
        return self.chance.level(name, self.round) if self.round else self.chance.level(name)

    def fresh(self) -> float:
        """Return a standard normal number of its own."""
        return float(self.stream.standard_normal())


class Source(Protocol):
    """Answers some items of one form."""

    @property
    def items(self) -> tuple[str, ...]:
        """Ids of the items it answers, always all of them together."""

    def draw(self, at: Draw) -> dict[str, str]:
        """Return answers by item, as they are typed; an item that is left open is absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A number or a mark on a scale."""

    name: str
    item: Item
    courses: Mapping[str, Course]
    """By type of participant."""

    @property
    def items(self) -> tuple[str, ...]:
        """The item."""
        return (self.item.id,)

    def draw(self, at: Draw) -> dict[str, str]:
        """Draw a number."""
        course = self.courses[at.kind]
        value = course.value(at.day, steady=at.level(self.name), fresh=at.fresh())
        if at.is_flat:
            value = flat(self.item, course, float(at.stream.random()))
        return {self.item.id: write_number(self.item, value)}


def flat(item: Item, course: Course, share: float) -> float:
    """Return a number at a share of the way through all that the item lets one expect."""
    spread = course.points[0][1]
    around = (0.0, 2 * abs(spread.centre) or 1.0)
    low = next((float(bound) for bound in (item.expected_low, item.minimum) if bound is not None), around[0])
    high = next((float(bound) for bound in (item.expected_high, item.maximum) if bound is not None), around[1])
    return low + (high - low) * share


def write_number(item: Item, value: float) -> str:
    """Write a number as somebody types it: in the decimals of the item, or in three digits, and within its scale."""
    text = f"{scale_of(item).cut(value):.{decimals_of(item, value)}f}"
    return text.lstrip("-") if float(text) == 0 else text


def scale_of(item: Item) -> Bounds:
    """Return the lowest and the highest number of an item."""
    low, high = (None if bound is None else float(bound) for bound in (item.minimum, item.maximum))
    return Bounds(low=low, high=high)


def decimals_of(item: Item, value: float) -> int:
    """Return how many decimals a number gets."""
    if item.decimals is not None:
        return item.decimals
    if item.unit in {"count", "year"} or value == 0:
        return 0
    return min(3, max(0, 2 - math.floor(math.log10(abs(value)))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """Ratings of a group on one scale, around a mean that is drawn: their mean is that mean, but for the rounding."""

    name: str
    rated: tuple[Item, ...]
    courses: Mapping[str, Course]
    noise: float
    """SD of a single rating around the mean."""
    share: float = 1.0
    """1 where a mean is drawn; 1/n where the drawn number is the sum of n ratings."""

    @property
    def items(self) -> tuple[str, ...]:
        """The items of the group."""
        return tuple(item.id for item in self.rated)

    def draw(self, at: Draw) -> dict[str, str]:
        """Draw all ratings of the group."""
        course = self.courses[at.kind]
        drawn = course.value(at.day, steady=at.level(self.name), fresh=at.fresh())
        mean = course.bounds.cut(drawn) * self.share
        parts = [self._noise(item, at) for item in self.rated]
        values = around(mean, parts, scale_of(self.rated[0]))
        step = 10 ** -decimals_of(self.rated[0], mean)
        dealt = rounded_together(values, step, float(at.stream.random()))
        return {item.id: write_number(item, value) for item, value in zip(self.rated, dealt, strict=True)}

    def _noise(self, item: Item, at: Draw) -> float:
        steady, fresh = at.level(f"{self.name} {item.id}"), at.fresh()
        return self.noise * (math.sqrt(STEADY_PART) * steady + math.sqrt(1 - STEADY_PART) * fresh)


def around(mean: float, noise: Sequence[float], bounds: Bounds) -> list[float]:
    """Return numbers with exactly this mean that differ by the noise, made smaller where it would leave the bounds."""
    middle = sum(noise) / len(noise)
    apart = [part - middle for part in noise]
    share = 1.0
    for room, most in (
        (None if bounds.high is None else bounds.high - mean, max(apart)),
        (None if bounds.low is None else mean - bounds.low, -min(apart)),
    ):
        if room is not None and most > 0:
            share = min(share, max(0.0, room) / most)
    return [mean + share * part for part in apart]


def rounded_together(values: Sequence[float], step: float, start: float) -> list[float]:
    """Round numbers to multiples of a step so that their sum is rounded once, and not each of them.

    Madow WG, Madow LG. On the theory of systematic sampling, I. Ann Math Stat 1944;15:1-24: with `start` even between
    0 and 1, each number becomes a neighbouring multiple, and all keep their expectation.
    """
    rounded, total, dealt = [], 0.0, math.floor(start)
    for value in values:
        total += value / step
        here = math.floor(total + start + 1e-9)
        rounded.append((here - dealt) * step)
        dealt = here
    return rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A choice, or yes and no."""

    name: str
    item: Item
    weights: tuple[tuple[str, float], ...]
    together: float

    @property
    def items(self) -> tuple[str, ...]:
        """The item."""
        return (self.item.id,)

    def draw(self, at: Draw) -> dict[str, str]:
        """Draw one choice, or now and then two where several may be given."""
        from scipy.special import ndtr

        weights = tuple((code, 1.0) for code, _ in self.weights) if at.is_flat else self.weights
        steady, fresh = at.level(self.name), at.fresh()
        place = math.sqrt(self.together) * steady + math.sqrt(1 - self.together) * fresh
        first = by_weight(float(ndtr(place)), weights)
        others = tuple((code, weight) for code, weight in weights if code != first)
        is_second = self.item.several and happens(at.stream, SECOND_CHOICE) and any(weight for _, weight in others)
        chosen = {first, by_weight(float(at.stream.random()), others)} if is_second else {first}
        return {self.item.id: SEPARATOR.join(code for code in codes_of(self.item) if code in chosen)}


def codes_of(item: Item) -> tuple[str, ...]:
    """Return the answers that a choice, or yes and no, has."""
    return YES_NO if item.kind == "yes_no" else tuple(item.choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class LongAgo:
    """A date that lies some time before the day of recording, short times being as likely by their logarithm."""

    name: str
    item: Item
    ago: tuple[float, float]
    never: float

    @property
    def items(self) -> tuple[str, ...]:
        """The item."""
        return (self.item.id,)

    def draw(self, at: Draw) -> dict[str, str]:
        """Draw a date, or `never` where the item allows it."""
        share, is_never = float(at.stream.random()), happens(at.stream, 0.5 if at.is_flat else self.never)
        if self.item.never and is_never:
            return {self.item.id: NEVER}
        shortest, longest = (1.0, 120.0) if at.is_flat else self.ago
        days = round(shortest * (longest / shortest) ** share)
        return {self.item.id: write_day(self.item, at.on - timedelta(days=days), is_old=days > OLD)}


def write_day(item: Item, day: date, *, is_old: bool) -> str:
    """Write a day, or only its month where it is long past and the item takes that."""
    return day.isoformat()[:7] if is_old and item.partial else day.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThatDay:
    """The day itself on which something was done or began."""

    item: Item

    @property
    def items(self) -> tuple[str, ...]:
        """The item."""
        return (self.item.id,)

    def draw(self, at: Draw) -> dict[str, str]:
        """Return the day."""
        return {self.item.id: at.on.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterDay:
    """The end of what began on the day: some days later where that has come, else not answered yet."""

    item: Item

    @property
    def items(self) -> tuple[str, ...]:
        """The item."""
        return (self.item.id,)

    def draw(self, at: Draw) -> dict[str, str]:
        """Draw the end, or leave it open."""
        end = at.on + timedelta(days=int(at.stream.geometric(0.15)))
        is_over = happens(at.stream, RECOVERED) and end <= at.until
        return {self.item.id: end.isoformat()} if is_over else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """A text, of those that the scenario gives, or one that says it is invented."""

    item: Item
    weights: tuple[tuple[str, float], ...]

    @property
    def items(self) -> tuple[str, ...]:
        """The item."""
        return (self.item.id,)

    def draw(self, at: Draw) -> dict[str, str]:
        """Draw a text."""
        return {self.item.id: by_weight(float(at.stream.random()), self.weights)}


Health = Callable[[float], float]
"""From a wanted score to the health, about 0 (worst) to 1 (best), at which the items give that score on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The items of an instrument, answered so that a score of theirs comes out as it is drawn."""

    name: str
    asked: tuple[Item, ...]
    ranked: Mapping[str, tuple[str, ...]]
    """Item -> its answers from the worst health to the best."""
    courses: Mapping[str, Course]
    health: Health

    @property
    def items(self) -> tuple[str, ...]:
        """The items."""
        return tuple(item.id for item in self.asked)

    def draw(self, at: Draw) -> dict[str, str]:
        """Draw the score, and answers that give about that."""
        course = self.courses[at.kind]
        wanted = course.value(at.day, steady=at.level(self.name), fresh=at.fresh())
        health = self.health(wanted)
        answers = {}
        for item in self.asked:
            noise = ITEM_NOISE * at.level(f"{self.name} {item.id}") + DAY_NOISE * at.fresh()
            answers[item.id] = answer_at(self.ranked[item.id], health + noise)
        return answers


ITEM_NOISE, DAY_NOISE = 0.12, 0.08
"""SD of how much easier or harder an item is for a participant than for others, and of the day, as parts of health."""


def answer_at(ranked: Sequence[str], health: float) -> str:
    """Return the answer that a health gives: the answers share the range from 0 to 1 evenly."""
    return ranked[min(len(ranked) - 1, max(0, math.floor(health * len(ranked))))]
