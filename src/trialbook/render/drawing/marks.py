"""The marks that figures are made of, as values: words, lines, boxes, areas, and spots that may lead to a number.

Places are points of paper from the upper left corner. A mark that shows a number names its result or its entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from trialbook.render.drawing.letters import DEEP, HIGH, SIZE, width_of

Places = tuple[tuple[float, float], ...]
Anchor = Literal["start", "middle", "end"]
Shape = Literal["circle", "square", "diamond", "up", "down", "cross", "plus", "bar"]

MM = 72 / 25.4
"""Points in a millimetre."""
COLUMN, PAGE = 85 * MM, 174 * MM
"""Widths of one column and of two columns of a journal."""
DASHED, DOTTED, LONG = (3.0, 2.0), (0.9, 1.8), (6.0, 3.0)
DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (5.0, 1.7),
    (1.7, 1.7),
    (6.0, 1.7, 1.7, 1.7),
    (2.6, 0.9, 0.9, 0.9),
    (0.9, 1.7),
)
"""Few lines are told apart by their dashes, in grey print too."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where a mark leads: to a result, or to entries; nowhere where both are empty."""

    result: str = ""
    entries: tuple[int, ...] = ()


NOWHERE = Way()


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One line of text; `turned` runs upwards."""

    x: float
    y: float
    text: str
    size: float = SIZE
    anchor: Anchor = "start"
    colour: str = "ink"
    way: Way = NOWHERE
    turned: bool = False
    slanted: bool = False

    def box(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of the letters."""
        width = width_of(self.text, self.size)
        before = {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        above, below = self.size * HIGH, self.size * DEEP
        if self.turned:
            return self.x - above, self.y - width + before, self.x + below, self.y + before
        return self.x - before, self.y - above, self.x - before + width, self.y + below


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A line through places."""

    places: Places
    colour: str = "ink"
    width: float = 0.7
    dashes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Many lines of one kind, darker where they lie over one another."""

    lines: tuple[Places, ...]
    colour: str = "line"
    width: float = 0.4
    opacity: float = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle; a fill or an edge that is empty is not drawn."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    edge: str = ""
    line: float = 0.6
    opacity: float = 1.0
    hatched: bool = False
    way: Way = NOWHERE
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A filled shape, such as the band of an interval."""

    places: Places
    fill: str
    opacity: float = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A small mark at one place, `size` across."""

    x: float
    y: float
    shape: Shape = "circle"
    size: float = 3.2
    fill: str = "ink"
    edge: str = ""
    line: float = 0.7
    way: Way = NOWHERE
    title: str = ""


Mark = Word | Stroke | Bundle | Box | Area | Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole figure."""

    width: float
    height: float
    marks: tuple[Mark, ...]

    def words(self) -> Iterator[Word]:
        """Yield the texts."""
        return (mark for mark in self.marks if isinstance(mark, Word))

    def ways(self) -> Iterator[Way]:
        """Yield where its marks lead."""
        return (mark.way for mark in self.marks if isinstance(mark, Word | Box | Spot) and mark.way != NOWHERE)


def apart(places: tuple[float, ...] | list[float], gap: float, low: float = -1e9, high: float = 1e9) -> list[float]:
    """Move places as little as is simple so that neighbours are at least `gap` apart, within bounds; order is kept."""
    order = sorted(range(len(places)), key=lambda place: places[place])
    moved = [min(max(place, low), high) for place in places]
    for _ in range(80):
        settled = True
        for below, above in pairwise(order):
            lack = gap - (moved[above] - moved[below])
            if lack > 1e-6:
                settled = False
                moved[below] -= lack / 2
                moved[above] += lack / 2
        if order and moved[order[0]] < low:
            moved[order[0]] = low
        if order and moved[order[-1]] > high:
            moved[order[-1]] = high
        if settled:
            break
    return moved
