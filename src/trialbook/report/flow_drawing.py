"""How the participant flow is drawn: boxes below one another, side boxes at the arrows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialbook.render.drawing import axis
from trialbook.render.drawing.letters import width_of
from trialbook.render.drawing.marks import PAGE, Area, Box, Mark, Sheet, Stroke, Way, Word
from trialbook.render.drawing.to_svg import to_svg
from trialbook.render.inline import Line, Number, plain

WIDTH, GAP, LEADING, PAD, MARGIN = 225.0, 22.0, 12.0, 7.0, 1.0
PASSING = 12.0
"""Left of the boxes, for a way that passes a stage by."""
BETWEEN = 14.0
"""From a box to the one beside the way down."""
SIDE_WIDTH = PAGE - WIDTH - BETWEEN - PASSING - 2 * MARGIN
LETTERS = 38
"""Letters of a line in a box."""
SIZE = 8.5
HEAD = 5.0
"""Length of the head of an arrow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of the study; `side` tells who left on the way to the next one."""

    lines: tuple[Line, ...]
    side: tuple[Line, ...] = ()
    passes: bool = False
    """Whether the way to it passes the stage before it by, since its participants are not all of that one."""


def sheet_of(stages: Sequence[Stage], *, invented: bool) -> Sheet:
    """Place the stages one below another, and beside the way down those who left; as wide as it has to be."""
    tops, top = [], MARGIN + (LEADING + 2 if invented else 0)
    for stage in stages:
        tops.append(top)
        top += _height(stage.lines) + GAP + (_height(stage.side) if stage.side else 0)
    left = MARGIN + (PASSING if any(stage.passes for stage in stages) else 0)
    width = PAGE if any(stage.side for stage in stages) else left + WIDTH + MARGIN
    marks: list[Mark] = [axis.invented(width)] if invented else []
    bottom = 0.0
    for stage, place in zip(stages, tops, strict=True):
        marks += _boxed(stage.lines, left, place, WIDTH)
        bottom = place + _height(stage.lines)
        if stage.side:
            side = bottom + GAP / 2
            middle = side + _height(stage.side) / 2
            marks += _boxed(stage.side, left + WIDTH + BETWEEN, side, SIDE_WIDTH)
            marks += _arrow(left + WIDTH / 2, middle, left + WIDTH + BETWEEN, middle)
            bottom = side + _height(stage.side)
    marks += _ways(stages, tops, left)
    return Sheet(width=width, height=bottom + MARGIN, marks=tuple(marks))


def _ways(stages: Sequence[Stage], tops: Sequence[float], left: float) -> Iterator[Mark]:
    """Draw the way into each stage: down from the one before it, or past that one from the one above."""
    for place in range(1, len(stages)):
        if not stages[place].passes or place < 2:
            above = tops[place - 1] + _height(stages[place - 1].lines)
            yield from _arrow(left + WIDTH / 2, above, left + WIDTH / 2, tops[place])
            continue
        start = tops[place - 2] + _height(stages[place - 2].lines) / 2
        end = tops[place] + PAD + LEADING / 2
        yield Stroke(places=((left, start), (MARGIN, start), (MARGIN, end)), width=0.8)
        yield from _arrow(MARGIN, end, left, end)


def svg_of(stages: Sequence[Stage], *, invented: bool) -> str:
    """Return the `svg` element."""
    return to_svg(sheet_of(stages, invented=invented), "figure-flow")


def _height(lines: Sequence[Line]) -> float:
    return len(lines) * LEADING + 2 * PAD


def _boxed(lines: Sequence[Line], left: float, top: float, width: float) -> Iterator[Mark]:
    yield Box(x=left, y=top, width=width, height=_height(lines), edge="ink", line=0.8)
    for number, line in enumerate(lines):
        yield from _written(line, left + PAD, top + PAD + LEADING * number + 9)


def _written(line: Line, x: float, y: float) -> Iterator[Mark]:
    """Write a line part by part, so that each number leads to its result."""
    for part in line:
        text = plain((part,))
        way = Way(part.result_id) if isinstance(part, Number) else Way()
        yield Word(x=x, y=y, text=text, size=SIZE, way=way)
        x += width_of(text, SIZE)


def _arrow(x: float, y: float, to_x: float, to_y: float) -> Iterator[Mark]:
    """Draw a straight way, down or to the right, with its head at the end."""
    yield Stroke(places=((x, y), (to_x, to_y)), width=0.8)
    if x == to_x:
        yield Area(places=((to_x, to_y), (to_x - 2.6, to_y - HEAD), (to_x + 2.6, to_y - HEAD)), fill="ink", opacity=1)
    else:
        yield Area(places=((to_x, to_y), (to_x - HEAD, to_y - 2.6), (to_x - HEAD, to_y + 2.6)), fill="ink", opacity=1)
