"""Axes, keys and titles: the marks about the values of a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from trialbook.protocol.unit_words import POWERS
from trialbook.render.drawing.letters import SIZE, width_of
from trialbook.render.drawing.marks import Box, Mark, Shape, Spot, Stroke, Word
from trialbook.render.drawing.scale import Scale
from trialbook.render.numbers import show_plain

LEAST, MOST = 1e-4, 1e6
"""Below and from these on the number of a tick is written as a power of ten."""
TICK = 2.5
APART = 8.0
"""Points between the ticks of a value axis and the middle of the label beside their numbers."""
INVENTED = "Invented data"
"""Stands inside every drawing of invented data, so that a figure cut out of a report still says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the values of a panel lie."""

    left: float
    top: float
    right: float
    bottom: float


def plain_number(value: float) -> str:
    """Write the number of a tick: `1.5`; of a million on, and where it is tiny, as a power of ten: `2×10⁹`."""
    digits, _, power = f"{value:.5e}".partition("e")
    if value == 0 or LEAST <= abs(value) < MOST:
        return show_plain(float(f"{value:.6g}"))
    times = show_plain(float(digits))
    raised = f"10{str(int(power)).translate(POWERS)}"
    return raised if times == "1" else f"{times}×{raised}"


def upright(
    frame: Frame, scale: Scale, label: str, *, write: Callable[[float], str] = plain_number, about: int = 5
) -> Iterator[Mark]:
    """Draw the value axis at the left with its label turned beside it."""
    ticks = scale.ticks(about)
    texts = [write(tick) for tick in ticks]
    yield Stroke(places=((frame.left, frame.top), (frame.left, frame.bottom)))
    for tick, text in zip(ticks, texts, strict=True):
        y = scale.at(tick)
        yield Stroke(places=((frame.left - TICK, y), (frame.left, y)))
        yield Word(x=frame.left - TICK - 2, y=y + 0.36 * SIZE, text=text, anchor="end")
    if label:
        across = frame.left - TICK - APART - max(width_of(text) for text in texts)
        yield Word(x=across, y=(frame.top + frame.bottom) / 2, text=label, anchor="middle", turned=True)


def room_left(
    scale: Scale, *, labelled: bool = True, write: Callable[[float], str] = plain_number, about: int = 5
) -> float:
    """Return the points that a value axis takes at the left."""
    widest = max(width_of(write(tick)) for tick in scale.ticks(about))
    return TICK + 2 + widest + (APART - 0.5 + SIZE if labelled else 2)


def flat(
    frame: Frame, places: Sequence[tuple[float, str]], label: str = "", *, gap: float = 3.0, marked: bool = True
) -> Iterator[Mark]:
    """Draw the axis at the bottom: ticks with their words, as many as stand clear of one another, and its label."""
    yield Stroke(places=((frame.left, frame.bottom), (frame.right, frame.bottom)))
    free = -1e9
    for x, text in places:
        if marked:
            yield Stroke(places=((x, frame.bottom), (x, frame.bottom + TICK)))
        half = width_of(text) / 2
        if text and x - half >= free:
            yield Word(x=x, y=frame.bottom + TICK + SIZE + 0.5, text=text, anchor="middle")
            free = x + half + gap
    if label:
        middle = (frame.left + frame.right) / 2
        yield Word(x=middle, y=frame.bottom + TICK + 2 * SIZE + 4, text=label, anchor="middle")


def ticked(scale: Scale, about: int = 5, write: Callable[[float], str] = plain_number) -> tuple[tuple[float, str], ...]:
    """Return places and words of the round numbers of a scale."""
    return tuple((scale.at(tick), write(tick)) for tick in scale.ticks(about))


def level(frame: Frame, y: float, *, colour: str = "rule", width: float = 0.5, dashes: tuple[float, ...] = ()) -> Mark:
    """Draw a line across the panel."""
    return Stroke(places=((frame.left, y), (frame.right, y)), colour=colour, width=width, dashes=dashes)


def whisker(x: float, low: float, high: float, *, cap: float = 2.4, colour: str = "ink", width: float = 0.9) -> Mark:
    """Draw an upright interval with its caps."""
    places = ((x - cap, low), (x + cap, low), (x, low), (x, high), (x - cap, high), (x + cap, high))
    return Stroke(places=places, colour=colour, width=width)


def titled(frame: Frame, text: str) -> Mark:
    """Write the title of a panel over it."""
    return Word(x=frame.left, y=frame.top - 5, text=text, size=SIZE + 1)


def invented(width: float, *, drop: float = SIZE + 1) -> Mark:
    """Write that the data are invented, in the upper right corner."""
    return Word(x=width - 1, y=drop, text=INVENTED, size=SIZE + 0.5, anchor="end", colour="invented")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A mark and what it stands for."""

    mark: Spot | Box | Stroke
    text: str


def spot(shape: Shape, fill: str, edge: str = "", size: float = 4.2) -> Spot:
    """Return a spot for a key."""
    return Spot(x=0, y=0, shape=shape, fill=fill, edge=edge, size=size)


def keys(given: Iterable[Key], left: float, right: float, y: float) -> tuple[tuple[Mark, ...], float]:
    """Draw a key in lines from `left` to `right`; return the marks and the height that they take."""
    marks: list[Mark] = []
    x, line = left, y
    for one in given:
        width = 14 + width_of(one.text)
        if x > left and x + width > right:
            x, line = left, line + SIZE + 4
        marks += [_keyed(one.mark, x + 4.5, line - 0.36 * SIZE), Word(x=x + 12, y=line, text=one.text)]
        x += width + 8
    return tuple(marks), (line - y + SIZE + 4) if marks else 0.0


def _keyed(mark: Spot | Box | Stroke, x: float, y: float) -> Mark:
    match mark:
        case Spot():
            return replace(mark, x=x, y=y)
        case Box():
            return replace(mark, x=x - 4.5, y=y - 2.6, width=9, height=5.2)
        case Stroke():
            return replace(mark, places=((x - 5, y), (x + 5, y)))
