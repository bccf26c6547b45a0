"""The doses on a time line: one lane a dose, its planned window as a bar, the day on which it was given as a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from trialbook.web.treatment.dose_rows import DoseRow, DoseState

LEFT, RIGHT, WIDTH, TOP, LANE = 74, 14, 360, 26, 26
"""In units of the drawing, which is as wide as a phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One dose in the drawing; places are written as text, so that no language puts a comma into them."""

    number: int
    state: DoseState
    middle: str
    bar: tuple[str, str, str] | None
    """Left end, top and width of the planned window."""
    planned: str | None
    mark: str | None
    """Where it was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLine:
    """What the drawing shows."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[str, date], ...]
    """Place and day at both ends."""
    today: str | None
    bottom: int


def draw_doses(rows: Sequence[DoseRow], today: date) -> TimeLine | None:
    """Lay out the numbered doses of which any day is known; None where there is nothing to draw."""
    shown = [row for row in rows if row.number is not None and _days(row)]
    days = [day for row in shown for day in _days(row)]
    if not days:
        return None
    first, last = min(days), max(days)
    lanes = tuple(_lane(row, place, first, last) for place, row in enumerate(shown))
    bottom = TOP + LANE * len(lanes)
    return TimeLine(
        width=WIDTH,
        height=bottom + 6,
        lanes=lanes,
        ticks=tuple((_at(day, first, last), day) for day in dict.fromkeys((first, last))),
        today=_at(today, first, last) if first <= today <= last else None,
        bottom=bottom,
    )


def _days(row: DoseRow) -> list[date]:
    given = None if row.given is None else row.given.date
    planned = () if row.plan is None else (row.plan.first, row.plan.on, row.plan.last)
    return [day for day in (given, *planned) if day is not None]


def _lane(row: DoseRow, place: int, first: date, last: date) -> Lane:
    middle = TOP + LANE * place + LANE // 2
    given = None if row.given is None else row.given.date
    on = None if row.plan is None else row.plan.on
    return Lane(
        number=row.number or 0,
        state=row.state,
        middle=str(middle),
        bar=_bar(row, middle, first, last),
        planned=None if on is None else _at(on, first, last),
        mark=None if given is None else _at(given, first, last),
    )


def _bar(row: DoseRow, middle: int, first: date, last: date) -> tuple[str, str, str] | None:
    if row.plan is None or row.plan.first is None or row.plan.last is None:
        return None
    start, end = (float(_at(day, first, last)) for day in (row.plan.first, row.plan.last))
    return f"{start - 4:.1f}", str(middle - 7), f"{end - start + 8:.1f}"


def _at(day: date, first: date, last: date) -> str:
    span = max((last - first).days, 1)
    return f"{LEFT + (day - first).days / span * (WIDTH - LEFT - RIGHT):.1f}"
