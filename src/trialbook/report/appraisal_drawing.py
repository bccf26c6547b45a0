"""How a finding is drawn: bars over one axis, or data sets as slopes; for the page and for paper."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import escape

from trialbook.analysis.appraisal.findings import Bar, Finding, Rows
from trialbook.report.appraisal_words import number, span

WIDTH, LABELS, VALUES, ROW, TOP, FOOT = 760, 240, 150, 28, 26, 44
"""The drawing, its column of names, its column of numbers, the height of a row, and the room above and below."""
LEAST = 3
"""Length of the shortest bar, so that it is seen."""
TICKS = 5
PANEL, PANEL_HEIGHT = 210, 210
"""A panel of slopes."""
LETTER = 13
Anchor = Literal["start", "middle", "end"]
DASHES = ("", "6 3", "2 2", "8 3 2 3")
"""Participants are told apart by their dashes too."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line."""

    x: float
    y: float
    to_x: float
    to_y: float
    colour: str
    width: float = 1.0
    dashes: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a point of its baseline."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    colour: str = "ink"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawing of strokes and labels."""

    width: int
    height: int
    strokes: tuple[Stroke, ...]
    labels: tuple[Label, ...]


def sheet_of(found: Finding) -> Sheet | None:
    """Return the drawing of a finding: its data sets where there are some, else its bars; None for neither."""
    if found.rows is not None and found.rows.sets and len(found.rows.times) == 2:
        return slopes(found.rows)
    if found.rows is not None and found.rows.sets:
        sets = enumerate(found.rows.sets, 1)
        bars = [Bar(f"data set {index}", value[0], value[0]) for index, one in sets for value in one]
        return strip(bars, found.axis, None)
    return strip(found.bars, found.axis, found.line) if found.bars else None


def svg_of(sheet: Sheet) -> str:
    """Draw for the page, in its colours."""
    parts = [*map(_svg_stroke, sheet.strokes), *map(_svg_label, sheet.labels)]
    size = f'width="{sheet.width}" height="{sheet.height}" viewBox="0 0 {sheet.width} {sheet.height}"'
    return f'<svg {size} font-size="{LETTER}">{"".join(parts)}</svg>'


# ---- bars -------------------------------------------------------------------------------------------------------


def strip(bars: Sequence[Bar], axis: str, line: tuple[str, float] | None) -> Sheet:
    """Place bars below one another over one axis; bars of the same name share a row."""
    names = list(dict.fromkeys(bar.label for bar in bars))
    low, high = _ends(bars, line)
    scale = _scale(low, high, LABELS, WIDTH - VALUES)
    bottom = TOP + ROW * len(names)
    strokes, labels = [Stroke(LABELS, bottom, WIDTH - VALUES, bottom, "line")], []
    for tick in ticks(low, high):
        strokes.append(Stroke(scale(tick), bottom, scale(tick), bottom + 5, "line"))
        labels.append(Label(scale(tick), bottom + 18, number(tick), "middle", "soft"))
    if line is not None:
        strokes.append(Stroke(scale(line[1]), TOP - 6, scale(line[1]), bottom, "limit", 1.2, "4 3"))
        labels.append(Label(scale(line[1]), TOP - 10, f"{line[0]} {number(line[1])}", "middle", "limit"))
    for row, name in enumerate(names):
        own = [bar for bar in bars if bar.label == name]
        middle = TOP + ROW * row + ROW / 2
        labels.append(Label(LABELS - 12, middle + 4, _short(name), "end"))
        strokes += [_bar(bar, scale, middle) for bar in own]
        if len(own) == 1:
            labels.append(Label(WIDTH - VALUES + 12, middle + 4, _told(own[0]), colour="soft"))
    labels.append(Label((LABELS + WIDTH - VALUES) / 2, bottom + 36, axis, "middle", "soft"))
    return Sheet(WIDTH, bottom + FOOT, tuple(strokes), tuple(labels))


def ticks(low: float, high: float) -> Iterator[float]:
    """Yield a few round values within an interval."""
    if high <= low:
        yield low
        return
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = math.ceil(low / step - 1e-9)
    yield from (round(k * step, 12) for k in range(first, math.floor(high / step + 1e-9) + 1))


def _ends(bars: Sequence[Bar], line: tuple[str, float] | None) -> tuple[float, float]:
    values = [end for bar in bars for end in (bar.low, bar.high)] + ([line[1]] if line else [])
    low, high = min(values), max(values)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return (low if low == 0 else low - room), high + room


def _scale(low: float, high: float, left: float, right: float) -> Callable[[float], float]:
    return lambda value: left + (value - low) / (high - low) * (right - left)


def _bar(bar: Bar, scale: Callable[[float], float], middle: float) -> Stroke:
    left, right = scale(bar.low), scale(bar.high)
    if right - left < LEAST:
        left, right = (left + right - LEAST) / 2, (left + right + LEAST) / 2
    return Stroke(left, middle, right, middle, "ink" if bar.is_printed else "accent", 7 if bar.is_printed else 11)


def _told(bar: Bar) -> str:
    return number(bar.high) if bar.is_count else span(bar.low, bar.high)


def _short(text: str) -> str:
    return text if len(text) <= 32 else f"{text[:31]}…"


# ---- slopes -----------------------------------------------------------------------------------------------------


def slopes(rows: Rows) -> Sheet:
    """Draw each data set as a panel, each participant as a line from the first time to the second."""
    values = [value for one in rows.sets for pair in one for value in pair]
    room = (max(values) - min(values)) * 0.05 or 1.0
    up = _scale(min(values) - room, max(values) + room, PANEL_HEIGHT, TOP)
    strokes: list[Stroke] = []
    labels: list[Label] = []
    for index, one in enumerate(rows.sets):
        left, right = 60 + PANEL * index, 60 + PANEL * index + 90
        strokes += [Stroke(x, TOP, x, PANEL_HEIGHT, "line") for x in (left, right)]
        for x, time in ((left, rows.times[0]), (right, rows.times[1])):
            labels.append(Label(x, PANEL_HEIGHT + 18, _short(time), "middle", "soft"))
        for who, (before, after) in enumerate(one):
            strokes.append(Stroke(left, up(before), right, up(after), "accent", 1.8, DASHES[who % len(DASHES)]))
        labels += _spread(one, 0, rows, up, left - 6, "end")
        labels += _spread(one, 1, rows, up, right + 6, "start")
        labels.append(Label((left + right) / 2, TOP - 10, f"data set {index + 1}", "middle"))
    return Sheet(max(PANEL * len(rows.sets) + 20, 230), PANEL_HEIGHT + 30, tuple(strokes), tuple(labels))


def _spread(
    one: Sequence[Sequence[float]], time: int, rows: Rows, up: Callable[[float], float], x: float, anchor: Anchor
) -> Iterator[Label]:
    """Yield a name and value for each participant; those at the same height share a label."""
    heights: dict[float, list[str]] = {}
    for who, pair in zip(rows.participants, one, strict=True):
        heights.setdefault(pair[time], []).append(who)
    last = -math.inf
    for value in sorted(heights, key=up):
        y = max(up(value) + 4, last + LETTER)
        last = y
        shown = f"{value:g}"
        yield Label(x, y, shown if time == 0 else f"{shown} ({', '.join(heights[value])})", anchor)


# ---- page and paper ---------------------------------------------------------------------------------------------


def _svg_stroke(stroke: Stroke) -> str:
    dashes = f' stroke-dasharray="{stroke.dashes}"' if stroke.dashes else ""
    points = f'x1="{stroke.x:.1f}" y1="{stroke.y:.1f}" x2="{stroke.to_x:.1f}" y2="{stroke.to_y:.1f}"'
    return f'<line {points} stroke="var(--{stroke.colour})" stroke-width="{stroke.width}"{dashes}/>'


def _svg_label(label: Label) -> str:
    place = f'x="{label.x:.1f}" y="{label.y:.1f}" text-anchor="{label.anchor}"'
    return f'<text {place} fill="var(--{label.colour})">{escape(label.text)}</text>'
