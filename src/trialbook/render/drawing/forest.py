"""A forest plot: estimates with intervals below one another, their names at the left, their numbers at the right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from trialbook.render.drawing import axis
from trialbook.render.drawing.axis import Frame
from trialbook.render.drawing.letters import SIZE, shortened, width_of
from trialbook.render.drawing.marks import DOTTED, PAGE, Area, Mark, Sheet, Spot, Stroke, Way, Word
from trialbook.render.drawing.scale import Scale, spanning

STEP = 13.0
"""From one line to the next, in points."""
LABELS = 0.4
"""Part of the width for names."""
HEADS = ("", "n", "")
WIDEST, FARTHEST = 4.0, 12.0
"""An interval that reaches farther than so many times the span of the estimates is cut, with an arrow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestLine:
    """One line; `weight` in percent makes its square larger or smaller."""

    label: str
    n: str
    text: str
    estimate: float | None
    low: float | None
    high: float | None
    note: str = ""
    result: str = ""
    fill: str = "better"
    weight: float | None = None
    kind: Literal["study", "pooled", "prediction"] = "study"


def forest_sheet(
    given: Iterable[ForestLine],
    label: str,
    *,
    heads: tuple[str, str, str] = HEADS,
    none: float | None = None,
    is_log: bool = False,
    invented: bool = False,
) -> Sheet:
    """Lay the plot out; `none` is where there is no effect."""
    lines = tuple(given)
    right_text = max([width_of(line.text) for line in lines] + [width_of(heads[2])])
    sizes = max([width_of(line.n) for line in lines] + [width_of(heads[1])]) + 8
    names = min(LABELS * PAGE, max(_named(line) for line in lines) + 6)
    names = max(names, width_of(heads[0]) + 6)
    top = (SIZE + 4 if invented else 0) + SIZE + 9
    frame = Frame(left=names + sizes + 6, top=top, right=PAGE - right_text - 10, bottom=top + STEP * len(lines) + 4)
    across = _across(lines, frame, none=none, is_log=is_log)
    head = top - 6
    marks: list[Mark] = [axis.invented(PAGE)] if invented else []
    marks += [
        Word(x=0, y=head, text=heads[0], colour="soft"),
        Word(x=names + sizes - 2, y=head, text=heads[1], anchor="end", colour="soft"),
        Word(x=PAGE, y=head, text=heads[2], anchor="end", colour="soft"),
    ]
    if none is not None and across.holds(none):
        x = across.at(none)
        marks.append(Stroke(places=((x, frame.top - 3), (x, frame.bottom)), colour="soft", width=0.6, dashes=DOTTED))
    for number, line in enumerate(lines):
        marks += _line(line, across, top + STEP * (number + 0.5), names, sizes)
    marks += axis.flat(frame, axis.ticked(across, 6), label)
    return Sheet(width=PAGE, height=frame.bottom + 2 * SIZE + 9, marks=tuple(mark for mark in marks if _is_said(mark)))


def _is_said(mark: Mark) -> bool:
    return not isinstance(mark, Word) or bool(mark.text)


def _named(line: ForestLine) -> float:
    return width_of(line.label) + (width_of(line.note) + 8 if line.note else 0)


def _across(lines: Iterable[ForestLine], frame: Frame, *, none: float | None, is_log: bool) -> Scale:
    """Return the scale of the estimates; an interval that dwarfs all others does not press them together."""
    given = [one for line in lines for one in (line.low, line.estimate, line.high) if one is not None and isfinite(one)]
    middles = [line.estimate for line in lines if line.estimate is not None] + ([none] if none is not None else [])
    if is_log:
        return spanning([*given, *([none] if none else [])], start=frame.left, end=frame.right, is_log=True, room=0.03)
    span = max(middles) - min(middles) if middles else 0.0
    reach = WIDEST * span if span and max(given) - min(given) > FARTHEST * span else float("inf")
    low, high = min(middles, default=0.0) - reach, max(middles, default=0.0) + reach
    kept = [min(max(one, low), high) for one in given] + ([none] if none is not None else [])
    return spanning(kept, start=frame.left, end=frame.right, room=0.03)


def _line(line: ForestLine, across: Scale, y: float, names: float, sizes: float) -> Iterator[Mark]:
    base = y + 0.36 * SIZE
    note = width_of(line.note) + 8 if line.note else 0
    label = shortened(line.label, names - 4 - note)
    yield Word(x=0, y=base, text=label)
    if line.note:
        yield Word(x=names - 4, y=base, text=line.note, anchor="end", colour="soft")
    yield Word(x=names + sizes - 2, y=base, text=line.n, anchor="end")
    yield Word(x=PAGE, y=base, text=line.text, anchor="end", way=Way(line.result))
    if line.low is None or line.high is None:
        if line.estimate is not None:
            yield Spot(
                x=across.at(line.estimate),
                y=y,
                shape="square",
                size=4.5,
                fill=line.fill,
                edge="ink",
                way=Way(line.result),
            )
        return
    if line.kind == "pooled" and line.estimate is not None:
        corners = (
            (across.at(line.low), y),
            (across.at(line.estimate), y - 4),
            (across.at(line.high), y),
            (across.at(line.estimate), y + 4),
        )
        yield Area(places=corners, fill="ink", opacity=1)
        return
    yield from _interval(line, across, y)


def _interval(line: ForestLine, across: Scale, y: float) -> Iterator[Mark]:
    """Draw an interval, with an arrow where it goes beyond the axis."""
    low, high = line.low or 0.0, line.high or 0.0
    start, end = across.at(low), across.at(high)
    yield Stroke(
        places=((start, y), (end, y)),
        width=1.6 if line.kind == "prediction" else 0.9,
        colour="soft" if line.kind == "prediction" else "ink",
    )
    for x, beyond, turn in ((start, low < across.low, 3.5), (end, high > across.high, -3.5)):
        if beyond:
            yield Area(places=((x, y), (x + turn, y - 2.2), (x + turn, y + 2.2)), fill="ink", opacity=1)
        else:
            yield Stroke(places=((x, y - 2), (x, y + 2)), width=0.9)
    if line.estimate is not None and line.kind == "study":
        size = 5.0 if line.weight is None else 3.0 + 6.0 * (max(line.weight, 0) / 100) ** 0.5
        yield Spot(
            x=across.at(line.estimate),
            y=y,
            shape="square",
            size=size,
            fill=line.fill,
            edge="ink",
            line=0.5,
            way=Way(line.result),
        )
