"""What happened to a participant on the time axis: visits with their windows, doses as ticks, events as bars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from trialbook.web.drawing.axis import Axis, guides
from trialbook.web.drawing.svg import EMPTY, join, linked, percent, picture, tag

VISITS, DOSES, LANE = 34, 34, 18
MIDDLE = 17
REACH = 12
MIN_SHARE = 0.008
"""Least width of a bar, as a share of the width."""
CLEAR = 0.03
"""Share of the width that lies free between two bars of one lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something on one day; `kind` is a class of `SHAPES`."""

    day: int
    kind: str
    label: str
    address: str | None = None
    window: tuple[int, int] | None = None
    """First and last study day on which it would be in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Something that lasted."""

    first: int
    last: int
    """Study days; of what goes on the end of the axis."""
    kind: str
    text: str
    """What stands in the bar: a grade."""
    label: str
    address: str | None = None


def _cross(size: int) -> SafeString:
    return join(
        (
            tag("line", x1=-size, y1=-size, x2=size, y2=size),
            tag("line", x1=-size, y1=size, x2=size, y2=-size),
        )
    )


def shape(kind: str) -> SafeString:
    """Draw a mark about the point 0, 0: the kinds differ by shape, not by colour alone."""
    if kind in {"early", "late"}:
        return tag("path", d="M0-7L7 0L0 7L-7 0Z", class_=kind)
    if kind == "unscheduled":
        return tag("rect", x=-5, y=-5, width=10, height=10, class_=kind)
    if kind == "missed":
        return tag("g", _cross(5), class_=kind)
    if kind in {"planned", "given", "off"}:
        return tag("rect", x=-3.5, y=-9, width=7, height=18, rx=1, class_=f"dose {kind}")
    return tag("circle", r=5.5, class_=kind.replace(" ", "-"))


def key(kind: str) -> SafeString:
    """Draw a mark for the legend."""
    return tag(
        "svg", tag("svg", shape(kind), x=10, y=10, overflow="visible"), class_="key", width=20, height=20,
        aria_hidden="true",
    )  # fmt: skip


def draw_marks(axis: Axis, label: str, told: str, marks: Iterable[Mark]) -> SafeString:
    """Draw visits, or the doses of a treatment, with their windows as bands."""
    every = sorted(marks, key=lambda mark: (mark.kind not in {"planned", "coming", "due"}, mark.day))
    every.sort(key=lambda mark: mark.kind != "planned")
    parts = (*(_window(axis, mark) for mark in every), *(_mark(axis, mark) for mark in every))
    return picture(label, told, guides(axis, VISITS), *parts, height=VISITS)


def _window(axis: Axis, mark: Mark) -> SafeString:
    if mark.window is None:
        return EMPTY
    first, last = (axis.at(day) for day in (mark.window[0] - 0.5, mark.window[1] + 0.5))
    return tag("rect", x=percent(first), width=percent(last - first), y=MIDDLE - 11, height=22, rx=4, class_="window")


def _mark(axis: Axis, mark: Mark) -> SafeString:
    reach = tag("circle", r=REACH, class_="reach")
    inside = linked(mark.address, mark.label, reach, shape(mark.kind))
    return tag("svg", inside, x=percent(axis.at(mark.day)), y=MIDDLE, overflow="visible")


def draw_bars(axis: Axis, label: str, told: str, bars: Sequence[Bar]) -> SafeString:
    """Draw what lasted as bars, each in the first lane that is free."""
    lanes = list(_lanes(axis, bars))
    height = LANE * (max((lane for lane, _ in lanes), default=0) + 1) + 2
    drawn = (_bar(axis, bar, lane) for lane, bar in lanes)
    return picture(label, told, guides(axis, height), *drawn, height=height)


def _lanes(axis: Axis, bars: Sequence[Bar]) -> Iterator[tuple[int, Bar]]:
    """Yield each bar with the number of its lane."""
    free: list[float] = []
    for bar in sorted(bars, key=lambda one: (one.first, one.last)):
        start, end = axis.at(bar.first), axis.at(bar.last) + CLEAR
        lane = next((place for place, until in enumerate(free) if until <= start), len(free))
        free[lane : lane + 1] = [end]
        yield lane, bar


def _bar(axis: Axis, bar: Bar, lane: int) -> SafeString:
    start = axis.at(bar.first)
    width = max(axis.at(bar.last) - start, MIN_SHARE)
    top = lane * LANE + 2
    return linked(
        bar.address,
        bar.label,
        tag("rect", x=percent(start), width=percent(width), y=top, height=LANE - 4, rx=3, class_=f"bar {bar.kind}"),
        tag("text", bar.text, x=percent(start), dx=4, y=top + LANE - 8, class_="in-bar"),
    )
