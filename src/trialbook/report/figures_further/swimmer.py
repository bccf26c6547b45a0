"""Swimmer: how long each participant was in the study, with doses, adverse events and the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialbook.render.document import Figure
from trialbook.render.drawing import axis
from trialbook.render.drawing.axis import Frame, Key
from trialbook.render.drawing.letters import SIZE, width_of
from trialbook.render.drawing.marks import PAGE, Box, Mark, Sheet, Spot, Way, Word
from trialbook.render.drawing.scale import Scale
from trialbook.render.numbers import show
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
from trialbook.report.run import Run

MOST = 40
"""Participants that are drawn."""
STEP = 11.0
"""From one participant to the next, in points."""
WEEK = 7
LATER = " or later"
"""Said of the day of an event that is known to the month."""
WORDS = {"completed": "completed", "withdrawn": "left", "ongoing": "end not recorded"}


def swimmer_figure(run: Run) -> Figure | None:
    """Return the figure; None where nobody's days are known."""
    everybody = people_of(run)
    people = tuple(sorted(everybody[:MOST], key=lambda one: (one.start - one.end, one.code)))
    if not people or all(one.start == one.end for one in people):
        return None
    doses, lost_doses = doses_of(run, people)
    events, lost_events = events_of(run, people)
    title = "Time in the study, doses and adverse events"
    caption = (
        "One bar a participant, from enrolment or day 0 to the end, the longest first; weeks are counted from day 0."
    )
    caption += undated(events, lost_doses, lost_events) + parts.without_day_0(run)
    rows = [
        (
            one.code,
            (
                (show(one.start, 0),),
                (show(one.end, 0),),
                parts.led(one.entries, WORDS[one.status]),
                (str(sum(dose.code == one.code for dose in doses)),),
                (str(sum(event.code == one.code for event in events)),),
            ),
        )
        for one in people
    ]
    return parts.drawn(
        "swimmer",
        title,
        sheet_of(run, people, doses, events),
        alt=_alt(people, doses, events),
        caption=caption + parts.capped(len(people), len(everybody)),
        table=parts.values_table(
            "swimmer", title, "Participant", ("First day", "Last day", "End", "Doses", "Events"), rows
        ),
    )


def _alt(people: Sequence[Person], doses: Sequence[Dose], events: Sequence[Happened]) -> str:
    ends = "; ".join(
        f"{one.code} day {show(one.start, 0)} to {show(one.end, 0)}, {WORDS[one.status]}" for one in people
    )
    counts = f"{len(doses)} doses and {len(events)} adverse events"
    return f"One bar for each of {len(people)} participants, with {counts}. {ends}."


def sheet_of(run: Run, people: Sequence[Person], doses: Sequence[Dose], events: Sequence[Happened]) -> Sheet:
    """Draw a bar a participant over a common axis of weeks."""
    given = tuple(_keys(people, doses, events))
    marks, used = axis.keys(given, 1, PAGE - (62 if run.invented else 0), SIZE)
    top = max(used, SIZE + 3) + 3
    left = max(width_of(one.code, SIZE) for one in people) + 8
    frame = Frame(left=left, top=top, right=PAGE - 8, bottom=top + STEP * len(people) + 3)
    days = [day for one in people for day in (one.start, one.end)]
    days += [one.day for one in doses] + [one.start for one in events]
    across = Scale(low=min(days), high=max([*days, min(days) + WEEK]), start=frame.left + 4, end=frame.right - 4)
    every: list[Mark] = [*marks, *([axis.invented(PAGE)] if run.invented else [])]
    for number, one in enumerate(people):
        every += _bar(one, across, frame, top + STEP * number + STEP / 2)
    rows = {one.code: top + STEP * number + STEP / 2 for number, one in enumerate(people)}
    every += _doses(doses, across, rows)
    every += _events(events, across, rows)
    every += [_end(one, across.at(one.end), rows[one.code]) for one in people]
    weeks = Scale(low=across.low / WEEK, high=across.high / WEEK, start=across.start, end=across.end).ticks(10)
    ticks = [(across.at(week * WEEK), axis.plain_number(week)) for week in weeks if float(week).is_integer()]
    every += axis.flat(frame, ticks, "Weeks since day 0")
    return Sheet(width=PAGE, height=frame.bottom + 2 * SIZE + 9, marks=tuple(every))


def _bar(one: Person, across: Scale, frame: Frame, y: float) -> Iterator[Mark]:
    yield Word(x=frame.left - 3, y=y + 0.36 * SIZE, text=one.code, anchor="end")
    x = across.at(one.start)
    yield Box(x=x, y=y - 2.6, width=max(across.at(one.end) - x, 0.5), height=5.2, fill="faint", edge="line", line=0.5)


def _end(one: Person, x: float, y: float) -> Mark:
    """Draw how the time in the study ended."""
    way, told = Way(entries=one.entries), f"{one.code}: {WORDS[one.status]}, day {one.end}"
    if one.status == "completed":
        return Spot(x=x, y=y, shape="square", size=4.4, fill="ink", way=way, title=told)
    if one.status == "withdrawn":
        return Spot(x=x, y=y, shape="cross", size=5, fill="ink", line=1.2, way=way, title=told)
    return Spot(x=x, y=y, shape="up", size=4.4, fill="paper", edge="ink", way=way, title=told)


def _doses(doses: Sequence[Dose], across: Scale, rows: dict[str, float]) -> Iterator[Mark]:
    for one in doses:
        yield Spot(
            x=across.at(one.day),
            y=rows[one.code],
            shape="bar",
            size=8,
            fill="given" if one.as_planned else "paper",
            edge="ink",
            line=0.4,
            way=Way(entries=one.entries),
            title=f"{one.code}, day {one.day}: {one.text}",
        )


def _events(events: Sequence[Happened], across: Scale, rows: dict[str, float]) -> Iterator[Mark]:
    for one in events:
        yield Spot(
            x=across.at(one.start),
            y=rows[one.code],
            shape="diamond",
            size=4.6,
            fill="ink" if one.serious else "worse",
            edge="ink",
            line=0.5,
            way=Way(entries=one.entries),
            title=f"{one.code}, day {one.start}{LATER if one.is_vague else ''}: {one.term}"
            + (f", grade {one.grade}" if one.grade else ""),
        )


def _keys(people: Sequence[Person], doses: Sequence[Dose], events: Sequence[Happened]) -> Iterator[Key]:
    pairs = (
        (parts.DOSE, any(one.as_planned for one in doses)),
        (parts.OTHER_DOSE, any(not one.as_planned for one in doses)),
        (parts.EVENT, any(not one.serious for one in events)),
        (parts.SERIOUS, any(one.serious for one in events)),
        (parts.DONE, any(one.status == "completed" for one in people)),
        (parts.LEFT, any(one.status == "withdrawn" for one in people)),
        (parts.GOING, any(one.status == "ongoing" for one in people)),
    )
    return (key for key, is_there in pairs if is_there)
