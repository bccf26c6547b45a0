"""What a figure of an endpoint shows: each participant's course, the summary at each visit, and where they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from trialbook.analysis.results import BASELINE, Result
from trialbook.protocol.model import Endpoint, Item, Visit
from trialbook.protocol.unit_words import show_unit
from trialbook.render.numbers import show_plain
from trialbook.report.run import Run, as_mappings
from trialbook.report.trace import by_participant

LOG_SPAN = 10**1.5
"""An endpoint whose plan asks for ratios is drawn on a log scale from this ratio of largest to smallest value on."""
CLOSE = 0.035
"""Share of the width below which two visits stand too close to be told apart."""
DAYS_PER_WEEK = 7
WEEK = re.compile(r"week (\d+)(?: \(.*\))?", re.IGNORECASE)
"""`Week 28`, `Week 28 (end)`: the axis counts weeks."""
MOST_LABELLED = 16
"""Participants whose codes stand at the ends of their lines."""
MANY = 30
"""From more participants than these on, their lines are thin, translucent and all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A visit on the axis; `visit` is empty for a baseline that is no visit of its own."""

    visit: str
    level: str
    short: str
    label: str
    x: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value of a participant at a visit, and the entries behind it."""

    x: float
    value: float
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The values of one participant in order."""

    participant: str
    points: tuple[Point, ...]
    in_set: bool
    left: bool
    """Left the study before the last visit shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Everything that one set of axes shows."""

    endpoint: Endpoint
    title: str
    unit: str
    log: bool
    ticks: tuple[Tick, ...]
    courses: tuple[Course, ...]
    summary: Mapping[str, Mapping[str, Result]]
    """`visit` of a tick -> stat -> result: `n`, `mean`, `sd`, `median`, `q1`, `q3`, `p`."""
    limits: tuple[tuple[str, float], ...]
    """Upper limits of normal, with their words."""
    meaningful: Result | None = None
    """How far from the mean at baseline a change begins to matter, where the study file says it."""

    @property
    def weekly(self) -> bool:
        """Tell whether the ticks count weeks."""
        return any(tick.short.isdigit() for tick in self.ticks)

    @property
    def is_labelled(self) -> bool:
        """Tell whether each participant's code stands at the end of the line."""
        return len(self.courses) <= MOST_LABELLED

    @property
    def is_crowd(self) -> bool:
        """Tell whether the lines of participants are too many to be told apart."""
        return len(self.courses) > MANY


def panel_of(run: Run, endpoint: Endpoint) -> Panel | None:
    """Gather what a panel shows; None where nothing was recorded for the endpoint."""
    ticks = ticks_of(run, endpoint)
    courses = courses_of(run, endpoint, ticks)
    if not ticks or not courses:
        return None
    values = [point.value for course in courses for point in course.points]
    return Panel(
        endpoint=endpoint,
        title=run.label(endpoint),
        unit=run.unit(endpoint),
        log=endpoint.log and min(values) > 0 and max(values) / min(values) > LOG_SPAN,
        ticks=ticks,
        courses=courses,
        summary={tick.visit: dict(summary_at(run, endpoint, tick)) for tick in ticks},
        limits=limits_of(run, endpoint),
        meaningful=meaningful_of(run, endpoint),
    )


def ticks_of(run: Run, endpoint: Endpoint) -> tuple[Tick, ...]:
    """Return baseline and every later planned visit with a result for the endpoint, in order."""
    described = {row.visit for row in run.quotes.of("describe", endpoint.id)}
    rule = run.study.analysis.baseline
    visits = [visit for visit in run.study.schedule.visits.values() if visit.id in described]
    if rule.kind == "visit":
        first = next((visit.order for visit in visits if visit.id == rule.visit), 0)
        later = [visit for visit in visits if visit.order >= first]
        return _told_apart([_tick(run, visit, x) for visit, x in _placed(later, ())])
    later = [visit for visit in visits if visit.day > 0]
    placed = _placed(later, (0.0,))
    start = Tick(visit="", level=BASELINE, short="Base", label="Baseline", x=0.0)
    return _told_apart([start, *(_tick(run, visit, x) for visit, x in placed)]) if placed else ()


def courses_of(run: Run, endpoint: Endpoint, ticks: tuple[Tick, ...]) -> tuple[Course, ...]:
    """Return the course of every participant with at least one value at a visit shown."""
    places = {tick.visit: tick.x for tick in ticks}
    found: dict[str, dict[float, Point]] = {}
    inside: dict[str, bool] = {}
    bases = base_entries(run, endpoint) if "" in places else {}
    for row, entries in as_mappings(run.listing(f"course.{endpoint.id}")):
        person = str(row["participant"])
        points = found.setdefault(person, {})
        inside[person] = bool(row["in_set"])
        visit = str(row["visit"] or "")
        if visit in places and isinstance(row["value"], float | int):
            points[places[visit]] = Point(x=places[visit], value=float(row["value"]), entries=entries)
        if "" in places and isinstance(row["base"], float | int):
            base = Point(x=places[""], value=float(row["base"]), entries=bases.get(person, ()))
            points.setdefault(places[""], base)
    last = ticks[-1].x if ticks else 0.0
    left = left_early(run)
    courses = ((person, tuple(points[x] for x in sorted(points))) for person, points in found.items())
    return tuple(
        Course(participant=person, points=points, in_set=inside[person], left=person in left and points[-1].x < last)
        for person, points in courses
        if points
    )


def left_early(run: Run) -> frozenset[str]:
    """Return the participants who withdrew."""
    frame = run.datasets.participants
    return frozenset(frame.filter(frame["status"] == "withdrawn").get_column("participant").to_list())


def summary_at(run: Run, endpoint: Endpoint, tick: Tick) -> Iterable[tuple[str, Result]]:
    """Yield the results that stand at a visit, by the name of their statistic."""
    chosen = run.study.analysis.set
    for stat in ("n", "mean", "sd", "median", "q1", "q3"):
        row = run.quotes.find("describe", endpoint.id, tick.level, tick.visit, "", chosen, stat)
        if row is not None and row.value is not None:
            yield stat, row
    planned = run.planned_at(endpoint.id, tick.visit).get("p") if tick.visit else None
    if planned is not None and planned.value is not None:
        yield "p", planned


def limits_of(run: Run, endpoint: Endpoint) -> tuple[tuple[str, float], ...]:
    """Return the upper limits of normal of the item, one for all or one for each sex."""
    source = run.source(endpoint)
    if not isinstance(source, Item):
        return ()
    words = {"all": "normal", "F": "women", "M": "men"}
    return tuple(
        (f"{words.get(who, f'{who}:')} ≤ {show_plain(value)}".strip(), float(value))
        for who, value in source.upper.items()
    )


def meaningful_of(run: Run, endpoint: Endpoint) -> Result | None:
    """Return the level from which on a change matters, None where there is none."""
    found = run.quotes.find("meaningful", endpoint.id, run.study.analysis.set, "level")
    return found if found is not None and isinstance(found.value, float) else None


def axis_unit(panel: Panel) -> str:
    """Write the label of the value axis: the endpoint with its unit."""
    unit = show_unit(panel.unit)
    return f"{panel.title} ({unit})" if unit else panel.title


def base_entries(run: Run, endpoint: Endpoint) -> dict[str, tuple[int, ...]]:
    """Return the entries behind each participant's baseline that is no visit of its own."""
    rows = (run.quotes.find("describe", endpoint.id, BASELINE, name, "n") for name in run.study.analysis.sets)
    found = [by_participant(run.datasets, row.source) for row in rows if row is not None]
    return {person: entries for one in reversed(found) for person, entries in one.items()}


def _placed(visits: list[Visit], before: tuple[float, ...]) -> list[tuple[Visit, float]]:
    """Place visits by their planned days, or evenly where two would stand too close to be told apart."""
    days = [*before, *(float(visit.day) for visit in visits)]
    gaps = [after - day for day, after in pairwise(days)]
    if gaps and min(gaps) < CLOSE * (days[-1] - days[0]):
        days = [float(DAYS_PER_WEEK * place) for place in range(len(days))]
    return list(zip(visits, days[len(before) :], strict=True))


def _told_apart(ticks: Sequence[Tick]) -> tuple[Tick, ...]:
    """Write the whole labels of visits that would be the same in short."""
    often = Counter(tick.short for tick in ticks)
    return tuple(tick if often[tick.short] == 1 else replace(tick, short=tick.label) for tick in ticks)


def _tick(run: Run, visit: Visit, x: float) -> Tick:
    label = run.visit_label(visit.id)
    week = WEEK.fullmatch(label)
    short = week[1] if week else "Base" if label.casefold() == "baseline" else label
    return Tick(visit=visit.id, level="", short=short, label=label, x=x)
