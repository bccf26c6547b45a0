"""Small multiples: for each participant doses, the course of one or two endpoints, and events on one time axis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trialbook.protocol.model import Endpoint
from trialbook.render.document import Figure
from trialbook.render.drawing import axis
from trialbook.render.drawing.axis import Frame, Key
from trialbook.render.drawing.letters import SIZE, SMALL, shortened
from trialbook.render.drawing.marks import PAGE, Box, Mark, Sheet, Spot, Stroke, Way, Word
from trialbook.render.drawing.scale import Scale, spanning
from trialbook.render.inline import Line
from trialbook.render.numbers import show
from trialbook.report.courses import LOG_SPAN
from trialbook.report.figures_further import parts
from trialbook.report.figures_further.people import (
    Dose,
    Happened,
    Person,
    doses_of,
    events_of,
    people_of,
    undated,
)
from trialbook.report.run import Run, as_mappings

MOST = 24
"""Participants that are drawn."""
FEW, SOME = 4, 12
"""Up to so many stand in two columns, and in three."""
LANE = 8.0
LANES = 6
"""Events that are drawn above one another; what is beyond lies on the last lane."""
HEIGHTS = {1: (62.0,), 2: (46.0, 40.0)}
"""Heights of the values by the number of endpoints, in points."""
WEEK = 7
GRADE_ROOM = 0.06
"""Part of the axis that the grade of the last event needs beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value of an endpoint on a study day."""

    day: float
    value: float
    visit: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Everything that is drawn of one participant."""

    person: Person
    values: tuple[tuple[Value, ...], ...]
    """Of each endpoint."""
    doses: tuple[Dose, ...]
    events: tuple[Happened, ...]


def individuals_figure(run: Run, endpoints: Sequence[Endpoint]) -> Figure | None:
    """Return the figure; None where nobody's days are known or none of the endpoints has a value."""
    chosen = tuple(one for one in endpoints if run.has_values(one))[:2]
    everybody = people_of(run)
    people = everybody[:MOST]
    if not people or not chosen:
        return None
    chosen = chosen if len(people) <= SOME else chosen[:1]
    events, lost_events = events_of(run, people)
    doses, lost_doses = doses_of(run, people)
    lives = tuple(_lives(run, people, chosen, doses, events))
    title = "Each participant: " + " and ".join(run.label(one) for one in chosen)
    said = _caption(run, chosen, lives) + undated(events, lost_doses, lost_events)
    said += parts.without_day_0(run) + parts.capped(len(people), len(everybody))
    return parts.drawn(
        "individuals",
        title,
        sheet_of(run, chosen, lives),
        alt=_alt(run, chosen, lives),
        caption=said,
        table=parts.values_table(
            "individuals",
            title,
            "Participant",
            ("What", "Study day", "Value"),
            [row for life in lives for row in _rows(run, chosen, life)],
        ),
    )


def _lives(
    run: Run,
    people: Sequence[Person],
    chosen: Sequence[Endpoint],
    doses: Sequence[Dose],
    events: Sequence[Happened],
) -> Iterator[Life]:
    values = [values_of(run, one) for one in chosen]
    for person in people:
        yield Life(
            person=person,
            values=tuple(found.get(person.code, ()) for found in values),
            doses=tuple(one for one in doses if one.code == person.code),
            events=tuple(one for one in events if one.code == person.code),
        )


def values_of(run: Run, endpoint: Endpoint) -> Mapping[str, tuple[Value, ...]]:
    """Return the values of an endpoint by participant; of a visit without a date on the day of the plan."""
    found: dict[str, list[Value]] = {}
    for row, entries in as_mappings(run.listing(f"course.{endpoint.id}")):
        visit, day = str(row["visit"] or ""), row["day"]
        planned = run.study.schedule.visits.get(visit)
        place = day if isinstance(day, int) else planned.day if planned is not None else None
        if isinstance(row["value"], float | int) and place is not None:
            one = Value(day=float(place), value=float(row["value"]), visit=visit, entries=entries)
            found.setdefault(str(row["participant"]), []).append(one)
    return {code: tuple(sorted(values, key=lambda one: one.day)) for code, values in found.items()}


def sheet_of(run: Run, chosen: Sequence[Endpoint], lives: Sequence[Life]) -> Sheet:
    """Lay the participants out in columns on the same scales."""
    columns = min(len(lives), 2 if len(lives) <= FEW else 3 if len(lives) <= SOME else 4)
    heights = HEIGHTS[len(chosen)]
    scales = [
        _scale(endpoint, [one.value for life in lives for one in life.values[at]]) for at, endpoint in enumerate(chosen)
    ]
    marks, used = axis.keys((*_courses(run, chosen), *_keys(lives)), 1, PAGE - 62 if run.invented else PAGE, SIZE)
    every: list[Mark] = [*marks, *([axis.invented(PAGE)] if run.invented else [])]
    room = max(axis.room_left(scale, labelled=False, about=3) for scale in scales)
    gap = 8.0
    each = (PAGE - room - gap * (columns - 1)) / columns
    days = _days(lives)
    top = max(used, SIZE + 4) + 4
    lanes = LANE * min(LANES, max((_lane_count(life, days, each) for life in lives), default=0))
    above = LANE if any(life.doses for life in lives) else 0.0
    tall = SIZE + 5 + above + sum(heights) + 5 * len(heights) + lanes + SIZE + 10
    for number, life in enumerate(lives):
        left = room + (number % columns) * (each + gap)
        start = top + (number // columns) * tall
        across = replace(days, start=left + 4, end=left + each - 4)
        first = number % columns == 0
        every += _life(
            run, chosen, life, scales, heights, (left, start, left + each, lanes, above), across, labelled=first
        )
    rows = -(-len(lives) // columns)
    bottom = top + rows * tall + SIZE
    every.append(Word(x=room + (PAGE - room) / 2, y=bottom - 2, text="Weeks since day 0", anchor="middle"))
    return Sheet(width=PAGE, height=bottom + 2, marks=tuple(every))


def _days(lives: Sequence[Life]) -> Scale:
    known = [float(day) for life in lives for day in (life.person.start, life.person.end)]
    known += [one.day for life in lives for values in life.values for one in values]
    known += [float(dose.day) for life in lives for dose in life.doses]
    events = [float(one.start if one.end is None else one.end) for life in lives for one in life.events]
    known += [*events, *(float(one.start) for life in lives for one in life.events)]
    low, high = min(known), max([*known, min(known) + WEEK])
    room = GRADE_ROOM * (high - low) if high in events else 0.0
    return Scale(low=low, high=high + room, start=0, end=1)


def _scale(endpoint: Endpoint, values: Sequence[float]) -> Scale:
    is_log = endpoint.log and min(values, default=0) > 0 and max(values) / min(values) > LOG_SPAN
    return spanning(values, start=0, end=1, is_log=is_log, room=0.08)


def _lane_count(life: Life, days: Scale, width: float) -> int:
    across = replace(days, start=0, end=width)
    return max((lane for lane, _ in _lanes(life, across)), default=-1) + 1


def _lanes(life: Life, across: Scale) -> Iterator[tuple[int, Happened]]:
    """Yield each event with its lane: the first that is free."""
    free: list[float] = []
    for one in sorted(life.events, key=lambda one: (one.start, one.term)):
        start = across.at(one.start)
        lane = next((at for at, until in enumerate(free) if until <= start), len(free))
        lane = min(lane, LANES - 1)
        free[lane : lane + 1] = [across.at(one.end if one.end is not None else one.start) + 12]
        yield lane, one


def _life(
    run: Run,
    chosen: Sequence[Endpoint],
    life: Life,
    scales: Sequence[Scale],
    heights: Sequence[float],
    place: tuple[float, float, float, float, float],
    across: Scale,
    *,
    labelled: bool,
) -> Iterator[Mark]:
    left, top, right, lanes, above = place
    yield Word(x=left, y=top + SIZE, text=life.person.code, size=SIZE + 0.5)
    y = top + SIZE + 5
    yield from _doses(life, across, y + LANE / 2)
    y += above + 2
    for at, (endpoint, height) in enumerate(zip(chosen, heights, strict=True)):
        frame = Frame(left=left, top=y, right=right, bottom=y + height)
        scale = replace(scales[at], start=frame.bottom, end=frame.top)
        yield from _course(run, endpoint, life, at, frame, scale, across, labelled=labelled)
        y += height + 5
    yield from _events(life, across, y)
    frame = Frame(left=left, top=top, right=right, bottom=y + lanes + 1)
    yield from axis.flat(frame, _weeks(across))
    if life.person.status == "withdrawn":
        x = across.at(life.person.end)
        yield Spot(x=x, y=frame.bottom, shape="cross", size=5, fill="ink", way=Way(entries=life.person.entries))


def _weeks(across: Scale) -> list[tuple[float, str]]:
    """Return the places of round weeks."""
    weeks = Scale(low=across.low / WEEK, high=across.high / WEEK, start=across.start, end=across.end)
    return [(across.at(week * WEEK), axis.plain_number(week)) for week in weeks.ticks(5) if float(week).is_integer()]


def _doses(life: Life, across: Scale, y: float) -> Iterator[Mark]:
    for dose in life.doses:
        way, x = Way(entries=dose.entries), across.at(dose.day)
        yield Spot(
            x=x,
            y=y,
            shape="bar",
            size=7,
            fill="given" if dose.as_planned else "paper",
            edge="ink",
            line=0.5,
            way=way,
            title=f"{life.person.code}, day {dose.day}: {dose.text}",
        )
        if dose.reaction:
            yield Spot(x=x, y=y - 5.5, shape="up", size=4, fill="event", edge="ink", line=0.4, way=way)


def _course(
    run: Run, endpoint: Endpoint, life: Life, at: int, frame: Frame, scale: Scale, across: Scale, *, labelled: bool
) -> Iterator[Mark]:
    yield axis.level(frame, frame.bottom, width=0.4)
    if labelled:
        yield from axis.upright(frame, scale, "", about=3)
    else:
        yield Stroke(places=((frame.left, frame.top), (frame.left, frame.bottom)), width=0.4, colour="rule")
        yield from (axis.level(frame, scale.at(tick), width=0.25) for tick in scale.ticks(3))
    places = tuple((across.at(one.day), scale.at(one.value)) for one in life.values[at])
    if len(places) > 1:
        yield Stroke(places=places, colour="accent", width=1.1)
    for (x, y), one in zip(places, life.values[at], strict=True):
        label = f"{life.person.code}, {run.visit_label(one.visit)}: {run.written(endpoint, one.value)}"
        yield Spot(x=x, y=y, size=3, fill="accent", way=Way(entries=one.entries), title=label)


def _events(life: Life, across: Scale, top: float) -> Iterator[Mark]:
    """Draw each event as a bar from its first to its last day, or on its first day alone, with its grade."""
    for lane, one in _lanes(life, across):
        y, mark = top + LANE * lane, _event(life, one, across, top + LANE * lane)
        yield mark
        right = mark.x + (mark.width if isinstance(mark, Box) else mark.size / 2)
        if one.grade and right + 7 < across.end + 4:
            yield Word(x=right + 1.5, y=y + LANE - 1.6, text=one.grade, size=SMALL)


def _event(life: Life, one: Happened, across: Scale, y: float) -> Box | Spot:
    told = f"{life.person.code}: {one.term}{f', grade {one.grade}' if one.grade else ''}"
    x, fill, way = across.at(one.start), "ink" if one.serious else "worse", Way(entries=one.entries)
    if one.end is None:
        return Spot(
            x=x, y=y + LANE / 2, shape="diamond", size=4.2, fill=fill, edge="ink", line=0.4, way=way, title=told
        )
    wide, tall = max(across.at(one.end) - x, 2.2), LANE - 3
    return Box(x=x, y=y + 1.5, width=wide, height=tall, fill=fill, edge="ink", line=0.4, way=way, title=told)


def _courses(run: Run, chosen: Sequence[Endpoint]) -> Iterator[Key]:
    """Say which line is which endpoint: the first stands above the second."""
    places = ("",) if len(chosen) == 1 else (", above", ", below")
    for endpoint, place in zip(chosen, places, strict=True):
        unit = run.unit(endpoint)
        name = shortened(f"{run.label(endpoint)} ({unit})" if unit else run.label(endpoint), PAGE / 2)
        yield Key(mark=Stroke(places=(), colour="accent", width=1.1), text=f"{name}{place}")


def _keys(lives: Sequence[Life]) -> Iterator[Key]:
    if any(dose.as_planned for life in lives for dose in life.doses):
        yield parts.DOSE
    if any(not dose.as_planned for life in lives for dose in life.doses):
        yield parts.OTHER_DOSE
    if any(dose.reaction for life in lives for dose in life.doses):
        yield parts.REACTION
    kinds = {(one.serious, one.end is None) for life in lives for one in life.events}
    told = (
        ((False, False), Key(mark=parts.BAR, text="adverse event, with its grade")),
        ((False, True), parts.OPEN_EVENT),
        ((True, False), Key(mark=parts.BLACK_BAR, text="serious adverse event")),
        ((True, True), parts.OPEN_SERIOUS),
    )
    yield from (key for kind, key in told if kind in kinds)
    if any(life.person.status == "withdrawn" for life in lives):
        yield parts.LEFT


def _caption(run: Run, chosen: Sequence[Endpoint], lives: Sequence[Life]) -> str:
    names = " and ".join(run.label(one) for one in chosen)
    doses = sum(len(life.doses) for life in lives)
    events = [one for life in lives for one in life.events]
    alone = "; of one whose last day is not known, the first" if any(one.end is None for one in events) else ""
    above = "Above: doses. " if doses else ""
    below = f" Below: adverse events from first to last day{alone}." if events else ""
    return f"{above}Lines: {names}, on the same scale for all; weeks are counted from day 0.{below}"


def _ends(run: Run, endpoint: Endpoint, values: Sequence[Value]) -> str:
    return f"{run.written(endpoint, values[0].value)} to {run.written(endpoint, values[-1].value)}"


def _alt(run: Run, chosen: Sequence[Endpoint], lives: Sequence[Life]) -> str:
    said = []
    for life in lives:
        courses = [
            f"{run.label(endpoint)} {_ends(run, endpoint, values)}"
            for endpoint, values in zip(chosen, life.values, strict=True)
            if values
        ]
        said.append(
            f"{life.person.code}: {', '.join([*courses, f'{len(life.doses)} doses', f'{len(life.events)} events'])}"
        )
    return "Small charts, one a participant, with doses, values and adverse events. " + "; ".join(said) + "."


def _rows(run: Run, chosen: Sequence[Endpoint], life: Life) -> Iterator[tuple[str, tuple[Line, ...]]]:
    code = life.person.code
    for endpoint, values in zip(chosen, life.values, strict=True):
        for one in values:
            number = parts.led(one.entries, run.written(endpoint, one.value))
            yield code, ((run.label(endpoint),), (show(one.day, 0),), number)
    for dose in life.doses:
        yield code, (("Dose",), (show(dose.day, 0),), parts.led(dose.entries, dose.text))
    for one_event in life.events:
        grade = f", grade {one_event.grade}" if one_event.grade else ""
        ends = f" to {show(one_event.end, 0)}" if one_event.end is not None else ", last day not known"
        yield (
            code,
            (
                ("Adverse event",),
                (show(one_event.start, 0) + (" or later" if one_event.is_vague else "") + ends,),
                parts.led(one_event.entries, one_event.term + grade),
            ),
        )
