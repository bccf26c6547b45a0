"""Kaplan-Meier curves of a condition: those without the event over time, with interval and numbers at risk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialbook.analysis.results import Result
from trialbook.protocol.model import Endpoint
from trialbook.render.document import Figure
from trialbook.render.drawing import axis
from trialbook.render.drawing.axis import TICK, Frame, Key
from trialbook.render.drawing.letters import SIZE, width_of
from trialbook.render.drawing.marks import DASHES, PAGE, Area, Mark, Sheet, Spot, Stroke, Way, Word
from trialbook.render.drawing.scale import Scale
from trialbook.render.inline import Line
from trialbook.render.numbers import show, show_share
from trialbook.report.figures_further import parts
from trialbook.report.panel_drawing import clear
from trialbook.report.run import Run, as_mappings

HEIGHT = 130.0
WEEK = 7
COLOURS = ("better", "event", "line", "ink")
WORDS = {"response": "response", "relapse": "relapse"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the curve; shares in percent."""

    day: float
    without: float
    low: float | None
    high: float | None
    at_risk: int
    events: int
    left: int
    entries: tuple[int, ...]


def survival_figure(run: Run, endpoint: Endpoint) -> Figure | None:
    """Return the figure; None where no time to this condition is asked for, or nobody has one."""
    curves = curves_of(run, endpoint)
    if endpoint.time_to is None or not curves:
        return None
    event = WORDS.get(endpoint.time_to.event, "event")
    level = show_share(run.study.analysis.confidence)
    title = f"{run.label(endpoint)}: time to {event}"
    caption = (
        f"Kaplan-Meier estimate of those without the event, with its {level} interval (shaded); upright ticks: "
        "participants whose follow-up ended there. Under the axis: participants at risk."
    )
    said = "; ".join(_said(run, endpoint, group, steps) for group, steps in curves.items())
    rows = [(run.arm_label(group) if group else "All", _cells(one)) for group, steps in curves.items() for one in steps]
    return parts.drawn(
        f"time-{endpoint.id}",
        title,
        sheet_of(run, endpoint, curves, f"Without {event} (%)"),
        alt=f"Stepped curves of the share without {event}. {said}.",
        caption=caption,
        table=parts.values_table(
            f"time-{endpoint.id}",
            title,
            "Group",
            ("Day", "At risk", "Events", "Ended", "Without, %", "Interval, %"),
            rows,
        ),
    )


def curves_of(run: Run, endpoint: Endpoint) -> dict[str, tuple[Step, ...]]:
    """Return the steps of the curve of each arm, or of all under an empty name."""
    found: dict[str, list[Step]] = {}
    for row, entries in as_mappings(run.listing(f"curve.{endpoint.id}")):
        without, low, high = (row[name] for name in ("without", "ci_low", "ci_high"))
        if isinstance(without, float | int):
            one = Step(
                day=float(row["day"] or 0),
                without=float(without),
                at_risk=int(row["at_risk"] or 0),
                low=float(low) if isinstance(low, float | int) else None,
                high=float(high) if isinstance(high, float | int) else None,
                events=int(row["events"] or 0),
                left=int(row["left"] or 0),
                entries=entries,
            )
            found.setdefault(str(row["group"] or ""), []).append(one)
    return {group: tuple(steps) for group, steps in found.items()}


def _said(run: Run, endpoint: Endpoint, group: str, steps: Sequence[Step]) -> str:
    median = run.grouped("time_to", endpoint.id).get((group, ""), {}).get("median")
    middle = (
        f", median {run.quotes.text(median)} days" if median is not None and median.value is not None else ", no median"
    )
    name = f"{run.arm_label(group)}: " if group else ""
    events = sum(one.events for one in steps)
    return f"{name}{events} events, {show(steps[-1].without, 0)} % without on day {show(steps[-1].day, 0)}{middle}"


def _cells(one: Step) -> tuple[Line, ...]:
    between = f"{show(one.low, 1)} to {show(one.high, 1)}" if one.low is not None and one.high is not None else ""
    numbers = tuple((str(number),) for number in (one.at_risk, one.events, one.left))
    return (parts.led(one.entries, show(one.day, 0)), *numbers, (show(one.without, 1),), (between,))


def sheet_of(run: Run, endpoint: Endpoint, curves: Mapping[str, Sequence[Step]], label: str) -> Sheet:
    """Draw the curves on an axis from 0 to 100 %, and the numbers at risk under it."""
    several = len(curves) > 1
    keys = (
        [
            Key(
                mark=Stroke(places=(), colour=COLOURS[at % len(COLOURS)], width=1.3, dashes=DASHES[at % len(DASHES)]),
                text=run.arm_label(group),
            )
            for at, group in enumerate(curves)
        ]
        if several
        else []
    )
    marks, used = axis.keys(keys, 1, PAGE - 62, SIZE)
    every: list[Mark] = [*marks, *([axis.invented(PAGE)] if run.invented else [])]
    top = max(used, SIZE + 3 if run.invented else 0) + 6
    up = Scale(low=0, high=100, start=top + HEIGHT, end=top)
    names = [run.arm_label(group) if group else "At risk" for group in curves]
    room = max(axis.room_left(up), max(width_of(name) for name in (*names, "At risk")) + 8)
    frame = Frame(left=room, top=top, right=PAGE - 4, bottom=top + HEIGHT)
    last = max([one.day for steps in curves.values() for one in steps] + [WEEK])
    across = Scale(low=0, high=last * 1.01, start=frame.left, end=frame.right - 4)
    for at, steps in enumerate(curves.values()):
        every += _curve(steps, across, up, COLOURS[at % len(COLOURS)], DASHES[at % len(DASHES)])
    every += axis.upright(frame, up, label)
    every += axis.flat(frame, _weeks(run, endpoint, across), "Weeks")
    every += _at_risk(run, endpoint, list(curves), frame, across, several=several)
    lines = len(curves) + several
    return Sheet(width=PAGE, height=frame.bottom + TICK + 2 * SIZE + 8 + (SIZE + 3) * lines, marks=tuple(every))


def _weeks(run: Run, endpoint: Endpoint, across: Scale) -> list[tuple[float, str]]:
    """Return places and weeks of day 0 and of the planned visits, under which the numbers at risk stand."""
    visits = {visit for _, visit in run.grouped("time_to", endpoint.id) if visit}
    days = sorted({0, *(run.study.schedule.visits[visit].day for visit in visits)})
    return [(across.at(day), axis.plain_number(round(day / WEEK, 1))) for day in days if 0 <= day <= across.high]


def _curve(steps: Sequence[Step], across: Scale, up: Scale, colour: str, dashes: tuple[float, ...]) -> Iterator[Mark]:
    """Draw a stepped line from 100 %, its band, and a tick where follow-up ended."""
    yield from _band(steps, across, up, colour)
    places, height = [(across.at(0), up.at(100))], up.at(100)
    for one in steps:
        places += [(across.at(one.day), height), (across.at(one.day), height := up.at(one.without))]
    yield Stroke(places=tuple(places), colour=colour, width=1.4, dashes=dashes)
    for one in steps:
        x, y, way = across.at(one.day), up.at(one.without), Way(entries=one.entries)
        if one.left:
            yield Stroke(places=((x, y - 3), (x, y + 3)), colour="ink", width=0.9)
        if one.events:
            yield Spot(
                x=x,
                y=y,
                size=3,
                fill=colour,
                edge="ink",
                line=0.4,
                way=way,
                title=f"day {show(one.day, 0)}: {one.events} events",
            )


def _band(steps: Sequence[Step], across: Scale, up: Scale, colour: str) -> Iterator[Mark]:
    """Shade the interval from step to step, where there is one."""
    for one, after in zip(steps, [*steps[1:], None], strict=True):
        if one.low is None or one.high is None or after is None:
            continue
        left, right, low, high = across.at(one.day), across.at(after.day), up.at(one.low), up.at(one.high)
        yield Area(places=((left, low), (right, low), (right, high), (left, high)), fill=colour, opacity=0.18)


def _at_risk(
    run: Run, endpoint: Endpoint, groups: Sequence[str], frame: Frame, across: Scale, *, several: bool
) -> Iterator[Mark]:
    """Write the numbers at risk under the planned days of the visits, each leading to its result."""
    y = frame.bottom + TICK + 2 * SIZE + 8 + SIZE
    if several:
        yield Word(x=0, y=y, text="At risk", colour="soft")
        y += SIZE + 3
    found = run.grouped("time_to", endpoint.id)
    for group in groups:
        given = [
            (across.at(run.study.schedule.visits[visit].day), stats["at_risk"])
            for (arm, visit), stats in found.items()
            if arm == group
            and visit
            and "at_risk" in stats
            and stats["at_risk"].value is not None
            and 0 <= run.study.schedule.visits[visit].day <= across.high
        ]
        yield Word(x=0, y=y, text=run.arm_label(group) if group else "At risk", colour="soft")
        yield from _numbers(run, given, y)
        y += SIZE + 3


def _numbers(run: Run, given: Sequence[tuple[float, Result]], y: float) -> Iterator[Mark]:
    texts = [run.quotes.text(row) for _, row in given]
    for at in clear([x for x, _ in given], [width_of(text) for text in texts]):
        yield Word(x=given[at][0], y=y, text=texts[at], anchor="middle", way=Way(given[at][1].id))
