"""The time axis that all pictures of a participant share: study days across, weeks and dates named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.safestring import SafeString

from trialbook.web.drawing.svg import join, percent, tag

WEEK = 7
STEPS = (1, 2, 4, 8, 12, 13, 26, 52, 104, 208)
"""Weeks between two names of the axis."""
MOST_NAMES = 10
EDGE = 0.02
"""Share of the width that is left free at either end."""
HEIGHT = 34


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Study days from `first` to `last`, across the width."""

    first: int
    last: int
    anchor: date | None
    """Date of study day 0; None while it is not known."""
    today: int | None = None
    """Study day of today, where it lies on the axis."""

    def at(self, day: float) -> float:
        """Return where a study day lies, as a share of the width; beyond the ends at the ends."""
        span = max(self.last - self.first, 1)
        return EDGE + (1 - 2 * EDGE) * min(max((day - self.first) / span, 0.0), 1.0)

    def weeks(self) -> tuple[int, ...]:
        """Return the weeks that are named."""
        step = next((step for step in STEPS if (self.last - self.first) / WEEK / step <= MOST_NAMES), STEPS[-1])
        lowest = -(-self.first // (WEEK * step)) * step
        return tuple(range(lowest, self.last // WEEK + 1, step))

    def date_of(self, day: int) -> date | None:
        """Return the date of a study day, None while day 0 is not known or beyond the calendar."""
        try:
            return None if self.anchor is None else self.anchor + timedelta(days=day)
        except OverflowError:
            return None


def axis_for(days: Iterable[int], anchor: date | None, today: date) -> Axis:
    """Return the axis on which all of these study days lie."""
    known = sorted(days) or [0]
    now = None if anchor is None else (today - anchor).days
    is_shown = now is not None and known[0] <= now <= known[-1] + WEEK
    return Axis(first=known[0], last=max(known[-1], known[0] + WEEK), anchor=anchor, today=now if is_shown else None)


def guides(axis: Axis, height: int) -> SafeString:
    """Draw the lines down a picture: one a named week, day 0 and today more strongly."""
    lines = [_down(axis, week * WEEK, height, "guide zero" if week == 0 else "guide") for week in axis.weeks()]
    if axis.today is not None:
        lines.append(_down(axis, axis.today, height, "guide today"))
    return join(lines)


def _down(axis: Axis, day: int, height: int, class_: str) -> SafeString:
    across = percent(axis.at(day))
    return tag("line", x1=across, x2=across, y1=0, y2=height, class_=class_)


def names(axis: Axis, say_date: Callable[[date], str]) -> SafeString:
    """Draw the names of the weeks, the dates beneath; every second one can be left out where there is little room."""
    return join(
        tag(
            "g",
            tag("text", str(week), x=percent(axis.at(week * WEEK)), y=13, class_="week"),
            *_date(axis, week * WEEK, say_date),
            class_="name" if place % 2 == 0 else "name odd",
        )
        for place, week in enumerate(axis.weeks())
    )


def _date(axis: Axis, day: int, say_date: Callable[[date], str]) -> list[SafeString]:
    on = axis.date_of(day)
    return [] if on is None else [tag("text", say_date(on), x=percent(axis.at(day)), y=28, class_="date")]
