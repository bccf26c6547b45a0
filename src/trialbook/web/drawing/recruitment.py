"""The enrolments over time, as coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 40, 16, 16, 34
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
MOST_TICKS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on an axis, at `at` units of the picture."""

    at: float
    label: str
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recruitment:
    """A stair of enrolments; units are those of the picture, from its upper left corner."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    stair: str
    """Points of the line, as SVG writes them."""
    planned: int | None
    planned_at: float | None
    """Height of the line of the planned number."""
    numbers: tuple[Tick, ...]
    days: tuple[Tick, ...]
    table: tuple[tuple[date, int], ...]
    """Day -> how many had been enrolled by then."""


def draw_recruitment(dates: Sequence[date], *, planned: int | None, today: date) -> Recruitment:
    """Draw enrolments, whose dates come in order; at least one."""
    first, last = dates[0], max(today, dates[-1])
    most = max(len(dates), planned or 0)
    span = max((last - first).days, 1)

    def across(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / span, 1)

    def up(count: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * count / most, 1)

    table = tuple((day, sum(other <= day for other in dates)) for day in dict.fromkeys(dates))
    return Recruitment(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=HEIGHT - BOTTOM,
        stair=" ".join(f"{across(day)},{up(count)}" for day, count in _stair(table, last)),
        planned=planned,
        planned_at=up(planned) if planned else None,
        numbers=tuple(Tick(at=up(count), label=str(count)) for count in _numbers(most)),
        days=tuple(Tick(at=across(day), label=day.isoformat(), day=day) for day in _days(first, last)),
        table=table,
    )


def _stair(table: Sequence[tuple[date, int]], last: date) -> Iterator[tuple[date, int]]:
    """Yield the corners of the stair."""
    before = 0
    for day, count in table:
        yield day, before
        yield day, count
        before = count
    yield last, before


def _numbers(most: int) -> range:
    step = next((step for step in STEPS if most / step <= MOST_TICKS), STEPS[-1])
    return range(0, most + 1, step)


def _days(first: date, last: date) -> Iterator[date]:
    """Yield three days: the first, the last, and the one between."""
    yield first
    if (last - first).days > 1:
        yield first + timedelta(days=(last - first).days // 2)
        yield last
