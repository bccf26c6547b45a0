"""The course of one endpoint: points on the time axis joined by lines, baseline, limits of normal, what matters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString

from trialbook.render.drawing.scale import Scale
from trialbook.web.drawing.axis import Axis, guides
from trialbook.web.drawing.scale import scale_for, ticks_of
from trialbook.web.drawing.svg import join, linked, percent, picture, tag

HEIGHT = 92
RADIUS, REACH = 4, 11
"""Of a point as it is seen, and as it can be hit."""
APART = 6
"""Times the span of the values by which a limit of normal may lie away and is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One value of a course."""

    day: int
    value: float
    label: str
    """What it is, in words: visit, value, unit."""
    address: str | None = None
    lower: float | None = None
    upper: float | None = None
    is_baseline: bool = False

    @property
    def is_outside(self) -> bool:
        """Tell whether it lies beyond a limit of normal."""
        is_low = self.lower is not None and self.value < self.lower
        return is_low or (self.upper is not None and self.value > self.upper)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Everything that one picture shows."""

    label: str
    told: str
    """The course in a sentence, for those who do not see it."""
    dots: tuple[Dot, ...]
    baseline: float | None = None
    matters: float | None = None
    """What the endpoint has to reach for a change from baseline that matters."""
    is_log: bool = False


def draw_course(axis: Axis, panel: Panel, write: Callable[[float], str]) -> SafeString:
    """Draw a panel; `write` gives the numbers of the scale their text."""
    scale = scale_for(_numbers(panel), height=HEIGHT, is_log=panel.is_log)
    parts = (
        guides(axis, HEIGHT),
        *_ticks(scale, write),
        *_limits(axis, scale, panel.dots),
        *_levels(scale, panel),
        *_lines(axis, scale, panel.dots),
        *(_point(axis, scale, dot) for dot in panel.dots),
    )
    return picture(panel.label, panel.told, *parts, height=HEIGHT)


def _numbers(panel: Panel) -> Iterator[float]:
    """Yield what has to lie on the scale: limits of normal only where they do not press the values flat."""
    values = [dot.value for dot in panel.dots]
    yield from values
    yield from (one for one in (panel.baseline, panel.matters) if one is not None)
    room = APART * ((max(values) - min(values)) or abs(values[0]) / 2 or 1.0) if values else 0.0
    for dot in panel.dots:
        yield from (one for one in (dot.lower, dot.upper) if one is not None and abs(one - dot.value) <= room)


def _ticks(scale: Scale, write: Callable[[float], str]) -> Iterator[SafeString]:
    for number in ticks_of(scale):
        height = scale.at(number)
        yield tag("line", x1="0%", x2="100%", y1=height, y2=height, class_="level")
        yield tag("text", write(number), x=-6, y=height + 4, class_="tick")


def _levels(scale: Scale, panel: Panel) -> Iterator[SafeString]:
    for number, class_ in ((panel.baseline, "baseline"), (panel.matters, "matters")):
        if number is not None:
            height = scale.at(number)
            yield tag("line", x1="0%", x2="100%", y1=height, y2=height, class_=class_)


def _limits(axis: Axis, scale: Scale, dots: tuple[Dot, ...]) -> Iterator[SafeString]:
    """Draw the limits of normal, which may change from visit to visit, from each value to the next."""
    for number, dot in enumerate(dots):
        end = axis.at(dots[number + 1].day) if number + 1 < len(dots) else 1.0
        start = 0.0 if number == 0 else axis.at(dot.day)
        for limit in (dot.lower, dot.upper):
            if limit is not None and scale.holds(limit):
                height = scale.at(limit)
                yield tag("line", x1=percent(start), x2=percent(end), y1=height, y2=height, class_="limit")


def _lines(axis: Axis, scale: Scale, dots: Iterable[Dot]) -> Iterator[SafeString]:
    for one, other in pairwise(dots):
        yield tag(
            "line", x1=percent(axis.at(one.day)), y1=scale.at(one.value), x2=percent(axis.at(other.day)),
            y2=scale.at(other.value), class_="course",
        )  # fmt: skip


def _point(axis: Axis, scale: Scale, dot: Dot) -> SafeString:
    across, down = percent(axis.at(dot.day)), scale.at(dot.value)
    kind = " base" if dot.is_baseline else " outside" if dot.is_outside else ""
    seen = tag("circle", cx=across, cy=down, r=RADIUS, class_=f"point{kind}")
    return linked(dot.address, dot.label, join((tag("circle", cx=across, cy=down, r=REACH, class_="reach"), seen)))
