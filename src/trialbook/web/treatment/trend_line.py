"""The course of a laboratory value as a small drawing: the values by day, and the limits of normal as a band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialbook.conduct.flags import Flag
from trialbook.render.numbers import show, show_plain
from trialbook.web.treatment.laboratory_rows import LabValue

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 340, 110, 46, 10, 10, 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A value in the drawing; places are text, so that no language puts a comma into them."""

    x: str
    y: str
    flag: Flag
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What the drawing shows."""

    dots: tuple[Dot, ...]
    line: str
    """Points of the line."""
    band: str
    """Points around the limits of normal; empty where they are not known."""
    labels: tuple[tuple[str, str], ...]
    """Height and words of the numbers at the side."""
    first: str
    last: str


def draw_trend(values: Sequence[LabValue]) -> Trend | None:
    """Draw the values that are known exactly; None for fewer than two, which are no course."""
    shown = [value for value in values if value.number is not None]
    if len(shown) < 2:
        return None
    numbers = [one for value in shown for one in (value.number, value.lower, value.upper) if one is not None]
    low, high = min(numbers), max(numbers)
    places = _places(shown)

    def height(number: float) -> str:
        share = 0.5 if high == low else (number - low) / (high - low)
        return f"{HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP):.1f}"

    dots = tuple(
        Dot(x=x, y=height(value.number or 0.0), flag=value.flag, says=f"{value.title}: {value.text}")
        for x, value in zip(places, shown, strict=True)
    )
    tops = [
        f"{x},{TOP if value.upper is None else height(value.upper)}" for x, value in zip(places, shown, strict=True)
    ]
    feet = [
        f"{x},{HEIGHT - BOTTOM if value.lower is None else height(value.lower)}"
        for x, value in zip(places, shown, strict=True)
    ]
    has_limits = any(value.lower is not None or value.upper is not None for value in shown)
    return Trend(
        dots=dots,
        line=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        band=" ".join((*tops, *reversed(feet))) if has_limits else "",
        labels=tuple((height(number), _short(number)) for number in dict.fromkeys((low, high))),
        first=shown[0].title,
        last=shown[-1].title,
    )


def _places(shown: Sequence[LabValue]) -> list[str]:
    """Return where the values stand from left to right: by day, or by order where a day is not known or comes twice."""
    days = [value.on.toordinal() if value.on is not None else None for value in shown]
    known = [day for day in days if day is not None]
    is_by_day = len(set(known)) == len(shown) and known == sorted(known)
    steps = [float(day) for day in known] if is_by_day else [float(place) for place in range(len(shown))]
    span = steps[-1] - steps[0]
    return [f"{LEFT + (step - steps[0]) / span * (WIDTH - LEFT - RIGHT):.1f}" for step in steps]


def _short(number: float) -> str:
    return show(number, 0) if abs(number) >= 100 else show_plain(round(number, 2))
