"""Draw one panel: each participant's course under the summary of all, limits of normal, and n and p under the axis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialbook.protocol.unit_words import show_unit
from trialbook.render.drawing import axis
from trialbook.render.drawing.axis import TICK, Frame
from trialbook.render.drawing.letters import SIZE, SMALL, width_of
from trialbook.render.drawing.marks import (
    DASHED,
    DASHES,
    DOTTED,
    LONG,
    Bundle,
    Mark,
    Spot,
    Stroke,
    Way,
    Word,
    apart,
)
from trialbook.render.drawing.scale import Scale, spanning
from trialbook.render.numbers import ABSENT
from trialbook.report.courses import Panel, Tick, axis_unit
from trialbook.report.quote import Quotes

ROW = SIZE + 3.5
"""From one line under the axis to the next."""
GAP = 3.0
"""Points that lie free between two words under the axis."""
HEAD = 8.0
AFTER = 5.0
"""From the end of a line to the code beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a panel stands on the sheet, and how its values lie there."""

    frame: Frame
    across: Scale
    up: Scale
    aside: bool = False
    """Whether the summary stands beside the values of its visit."""


def foot_of(panel: Panel) -> float:
    """Return the points that a panel takes under its axis."""
    return TICK + ROW * (2 + bool(rows_of(panel)[1:])) + 3


def rows_of(panel: Panel) -> tuple[tuple[str, str], ...]:
    """Return the statistics under the axis with their words."""
    has_p = any("p" in found for found in panel.summary.values())
    return (("n", "n"), *((("p", "p"),) if has_p else ()))


def placed(
    panel: Panel, left: float, top: float, right: float, height: float, among: Sequence[Panel] = (), *, aside: bool
) -> Place:
    """Lay a panel out between two edges; its axis label, codes and words of limits are within them.

    `among` are the panels that share its axis of visits, itself too. With `aside` the summary of two visits stands
    beside the values.
    """
    every = among or (panel,)
    up, ups = _upward(panel), [_upward(one) for one in every]
    words = [text for one, its in zip(every, ups, strict=True) for text, _ in _beside(one, its)]
    margin = max([width_of(text, SMALL) + 6 for text in words], default=2.0)
    room = max(axis.room_left(one) for one in ups)
    frame = Frame(left=left + max(room, width_of("Week") + 6), top=top, right=right - margin, bottom=top + height)
    first, last = min(one.ticks[0].x for one in every), max(one.ticks[-1].x for one in every)
    labelled = [course.participant for one in every if one.is_labelled for course in one.courses]
    names = max((width_of(code, SMALL) for code in labelled), default=0)
    two = 34.0 if aside and len(panel.ticks) == 2 else 0.0
    across = Scale(
        low=first,
        high=last if last > first else first + 1,
        start=frame.left + 12 + two / 2,
        end=frame.right - 8 - names - AFTER - two,
    )
    upward = Scale(low=up.low, high=up.high, start=frame.bottom, end=frame.top, is_log=up.is_log)
    return Place(frame=frame, across=across, up=upward, aside=aside and len(panel.ticks) == 2)


def _upward(panel: Panel) -> Scale:
    return spanning(numbers_of(panel), start=0, end=1, is_log=panel.log)


def numbers_of(panel: Panel) -> Iterator[float]:
    """Yield every number that has to lie within the value axis."""
    yield from (point.value for course in panel.courses for point in course.points)
    for found in panel.summary.values():
        yield from middle_of(panel, found) or ()
    if panel.meaningful is not None and not panel.log and isinstance(panel.meaningful.value, float):
        yield panel.meaningful.value


def middle_of(panel: Panel, found: Mapping[str, object]) -> tuple[float, float, float] | None:
    """Return mean and mean ± SD, or on a log scale median and quartiles: there mean minus SD may not exist."""
    numbers = {stat: getattr(row, "value", None) for stat, row in found.items()}
    if panel.log:
        return _all(numbers.get("median"), numbers.get("q1"), numbers.get("q3"))
    sd = numbers.get("sd")
    mean, spread = numbers.get("mean"), sd if isinstance(sd, float) else 0.0
    return _all(mean, mean - spread, mean + spread) if isinstance(mean, float) else None


def _all(*numbers: object) -> tuple[float, float, float] | None:
    found = tuple(float(one) for one in numbers if isinstance(one, float | int))
    return (found[0], found[1], found[2]) if len(found) == 3 else None


def panel_marks(panel: Panel, place: Place, quotes: Quotes, title: str) -> Iterator[Mark]:
    """Yield the marks of one panel, those in front last."""
    if title:
        yield axis.titled(place.frame, title)
    yield from axis.upright(place.frame, place.up, show_unit(panel.unit) if title else axis_unit(panel))
    yield from _levels(panel, place)
    yield from _crowd(panel, place) if panel.is_crowd else _courses(panel, place)
    yield from _summary(panel, place)
    if panel.is_labelled:
        yield from _codes(panel, place)
    yield from _under(panel, place, quotes)


def _beside(panel: Panel, up: Scale) -> list[tuple[str, float]]:
    """Return the words at the right edge and the value at which each stands."""
    values = [point.value for course in panel.courses for point in course.points]
    shown = [(words, value) for words, value in panel.limits if min(values) <= value <= max(values)]
    matters = panel.meaningful.value if panel.meaningful is not None and not panel.log else None
    return shown + ([("matters", matters)] if isinstance(matters, float) and up.holds(matters) else [])


def _levels(panel: Panel, place: Place) -> Iterator[Mark]:
    """Draw the limits of normal, and from where on a mean change matters; their words stand clear of one another."""
    given = _beside(panel, place.up)
    heights = [place.up.at(value) for _, value in given]
    for (words, _), y, beside in zip(given, heights, apart(heights, SMALL + 1), strict=True):
        matters = words == "matters"
        colour = "accent" if matters else "limit"
        yield axis.level(place.frame, y, colour=colour, width=0.7, dashes=LONG if matters else DOTTED)
        way = Way(panel.meaningful.id) if matters and panel.meaningful else Way()
        yield Word(x=place.frame.right + 3, y=beside + 0.36 * SMALL, text=words, size=SMALL, colour=colour, way=way)


def _courses(panel: Panel, place: Place) -> Iterator[Mark]:
    few = len(panel.courses) <= len(DASHES)
    for number, course in enumerate(panel.courses):
        dashes = DASHES[number] if few else () if course.in_set else DASHED
        places = tuple((place.across.at(point.x), place.up.at(point.value)) for point in course.points)
        if len(places) > 1:
            yield Stroke(places=places, colour="line", dashes=dashes)
        for (x, y), point in zip(places, course.points, strict=True):
            yield Spot(x=x, y=y, size=2.4, fill="line", way=Way(entries=point.entries), title=course.participant)
        if course.left:
            yield Spot(x=places[-1][0], y=places[-1][1], shape="cross", size=5, fill="ink")


def _crowd(panel: Panel, place: Place) -> Iterator[Mark]:
    """Draw many participants as thin lines that are darker where they lie over one another; no codes, no dashes."""
    lines = [
        tuple((place.across.at(point.x), place.up.at(point.value)) for point in course.points)
        for course in panel.courses
    ]
    yield Bundle(lines=tuple(line for line in lines if len(line) > 1))
    yield from (Spot(x=line[0][0], y=line[0][1], size=1.4, fill="line") for line in lines if len(line) == 1)
    for line, course in zip(lines, panel.courses, strict=True):
        if course.left:
            yield Spot(x=line[-1][0], y=line[-1][1], shape="cross", size=2.4, fill="line", line=0.5)


def _summary(panel: Panel, place: Place) -> Iterator[Mark]:
    """Draw the thick line with its intervals; in panels of two visits beside the participants' values."""
    spots, line = [], []
    for tick in panel.ticks:
        found = middle_of(panel, panel.summary[tick.visit])
        if found is None:
            continue
        x, y = place.across.at(tick.x) + _aside(panel, tick, place), place.up.at(found[0])
        if found[1] < found[2]:
            yield axis.whisker(x, place.up.at(found[1]), place.up.at(found[2]), colour="accent", width=1.0)
        row = panel.summary[tick.visit]["median" if panel.log else "mean"]
        spots.append(Spot(x=x, y=y, shape="square", size=4.6, fill="accent", way=Way(row.id), title=tick.label))
        line.append((x, y))
    if len(line) > 1:
        yield Stroke(places=tuple(line), colour="accent", width=1.8)
    yield from spots


def _aside(panel: Panel, tick: Tick, place: Place) -> float:
    """Return how far the summary stands beside its visit, where it does: clear of the participants’ values."""
    if not place.aside:
        return 0.0
    if tick is panel.ticks[0]:
        return -16.0
    return place.frame.right - 12 - place.across.at(tick.x)


def _codes(panel: Panel, place: Place) -> Iterator[Mark]:
    """Write each participant's code at the end of the line, apart from the others that end at the same visit."""
    for tick in panel.ticks:
        ending = [course for course in panel.courses if course.points[-1].x == tick.x]
        heights = [place.up.at(course.points[-1].value) for course in ending]
        moved = apart(heights, SMALL + 0.5, place.frame.top, place.frame.bottom - 3)
        for course, y in zip(ending, moved, strict=True):
            yield Word(
                x=place.across.at(tick.x) + AFTER,
                y=y + 0.36 * SMALL,
                text=course.participant,
                size=SMALL,
                colour="soft",
            )


def _under(panel: Panel, place: Place, quotes: Quotes) -> Iterator[Mark]:
    """Draw the axis of visits, and n and p under it, each leading to its result; of many visits as many as fit."""
    rows = [(word, [_quoted(panel, tick, stat, quotes) for tick in panel.ticks]) for stat, word in rows_of(panel)]
    widths = [
        max(width_of(tick.short), *(width_of(texts[at].text) for _, texts in rows))
        for at, tick in enumerate(panel.ticks)
    ]
    xs = [place.across.at(tick.x) for tick in panel.ticks]
    kept = clear(xs, widths)
    texts = [(x, tick.short if at in kept else "") for at, (x, tick) in enumerate(zip(xs, panel.ticks, strict=True))]
    yield from axis.flat(place.frame, texts, gap=-9)
    y = place.frame.bottom + TICK + SIZE + 0.5
    first = min(xs[at] - widths[at] / 2 for at in kept)
    if panel.weekly:
        yield Word(x=min(place.frame.left - 3, first - 3), y=y, text="Week", anchor="end", colour="soft")
    for number, (word, quoted) in enumerate(rows, 1):
        under = y + ROW * number
        yield Word(
            x=min(place.frame.left - 3, first - 3), y=under, text=word, anchor="end", colour="soft", slanted=True
        )
        for at in kept:
            if quoted[at].text:
                yield Word(x=xs[at], y=under, text=quoted[at].text, anchor="middle", way=quoted[at].way)


def clear(xs: Sequence[float], widths: Sequence[float]) -> tuple[int, ...]:
    """Return which words fit beside one another about their places, from the first on."""
    kept: list[int] = []
    free = -1e9
    for at, (x, width) in enumerate(zip(xs, widths, strict=True)):
        if x - width / 2 >= free:
            kept.append(at)
            free = x + width / 2 + GAP
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class _Quoted:
    text: str
    way: Way


def _quoted(panel: Panel, tick: Tick, stat: str, quotes: Quotes) -> _Quoted:
    row = panel.summary[tick.visit].get(stat)
    if row is None:
        return _Quoted("" if stat == "p" and tick == panel.ticks[0] else ABSENT, Way())
    return _Quoted(quotes.text(row), Way(row.id))
