"""The picture of a participant: courses, visits, doses and events on one time axis, and its table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from trialbook.conduct.courses import Course, Point, endpoint_course, form_of_endpoint, is_followed, reader_of
from trialbook.conduct.exposure import exposure, is_background
from trialbook.conduct.moments import Days, days_of
from trialbook.conduct.regimen import number_of_doses, plan_dose_day
from trialbook.conduct.schedule import PlacedVisit, VisitState, anchor_date
from trialbook.protocol.model import Derived, Treatment
from trialbook.protocol.unit_words import show_unit
from trialbook.render.numbers import rounded, show_plain, show_signed
from trialbook.report.shown import write_own
from trialbook.web.drawing.axis import Axis, axis_for, names
from trialbook.web.drawing.course import Dot, Panel, draw_course
from trialbook.web.drawing.happenings import Bar, Mark, draw_bars, draw_marks
from trialbook.web.drawing.svg import picture
from trialbook.web.following.seen import Seen
from trialbook.web.following.tables import amount_words, day_in, events_of
from trialbook.web.following.words import OVERDUE, TOOK_PLACE, VISIT, address, day_words, short_day, visit_words
from trialbook.web.saying import clauses, listed

KIND_OF_MARK: Mapping[VisitState, str] = MappingProxyType(
    {"no anchor": "coming", "not expected": "off-plan", "no date": "in"}
)
"""State of a visit -> the mark by which it is drawn, where that has another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One row of the picture."""

    label: str
    note: str
    """Beneath the label: unit, baseline and last value."""
    drawn: SafeString
    verdict: str = ""
    """What the last value is against the baseline, in words."""
    is_good: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value of the table beneath the picture."""

    text: str
    where: str | None
    is_baseline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """An endpoint over the visits, in the table beneath the picture."""

    label: str
    unit: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything that is drawn of a participant, and the same as a table."""

    axis: SafeString
    is_dated: bool
    strips: tuple[Strip, ...]
    courses: tuple[Strip, ...]
    empty: tuple[str, ...]
    """Endpoints without a value so far."""
    held: tuple[str, ...]
    """Endpoints whose values are shown later."""
    visits: tuple[str, ...]
    rows: tuple[TableRow, ...]


def picture_of(seen: Seen) -> Picture | None:
    """Draw a participant; None where there is nothing with a day."""
    endpoints = [
        one for one in seen.study.endpoints.values() if is_followed(one) and seen.actor.sees(form_of_endpoint(one))
    ]
    shown = [one for one in endpoints if seen.shows(form_of_endpoint(one))]
    read = reader_of(seen.casebook)
    every = [endpoint_course(seen.study, seen.casebook, one.id, read=read) for one in shown]
    courses = [course for course in every if course.exact]
    axis = _axis(seen, courses)
    if not courses and not seen.sees_visits:
        return None
    visits = _visits_of(seen, every)
    strips = [*_visits(seen, axis), *_doses(seen, axis), *_events(seen, axis)]
    return Picture(
        axis=picture(gettext("Time"), _axis_words(axis), names(axis, short_day), height=34),
        is_dated=axis.anchor is not None,
        strips=tuple(strips),
        courses=tuple(_course(seen, axis, course) for course in courses),
        empty=tuple(_label(seen, course) for course in every if not course.exact),
        held=tuple(seen.study.say(one.label, seen.language) or one.id for one in endpoints if one not in shown),
        visits=tuple(seen.visit_name(visit) for visit in visits),
        rows=tuple(_row(seen, course, visits) for course in every if course.points),
    )


def _label(seen: Seen, course: Course) -> str:
    return seen.study.say(course.endpoint.label, seen.language) or course.endpoint.id


# ---- the axis ---------------------------------------------------------------------------------------------------


def _axis(seen: Seen, courses: Iterable[Course]) -> Axis:
    anchor = anchor_date(seen.study, seen.casebook)
    planned = [day for visit in seen.study.schedule.visits.values() for day in (visit.window.first, visit.window.last)]
    seen_days = [day for course in courses for point in course.exact if (day := _day_of(seen, point)) is not None]
    placed = [visit.day for visit in (*seen.summary.planned, *seen.summary.unscheduled) if visit.day is not None]
    return axis_for([*planned, *seen_days, *placed], anchor, seen.today)


def _axis_words(axis: Axis) -> str:
    if axis.anchor is None:
        return gettext("Weeks as planned; day 0 is not known yet.")
    return gettext("Weeks since %(day)s.") % {"day": day_words(axis.anchor)}


def _day_of(seen: Seen, point: Point) -> int | None:
    """Return where a value lies on the axis: on its day, else on the day for which its visit was planned."""
    planned = seen.study.schedule.visits.get(point.visit)
    return point.day if point.day is not None else None if planned is None else planned.day


# ---- visits, doses, events --------------------------------------------------------------------------------------


def _visits(seen: Seen, axis: Axis) -> Iterator[Strip]:
    if not seen.sees_visits:
        return
    overdue = {plan.visit for plan in seen.summary.overdue}
    marks = [
        _visit_mark(seen, placed, is_overdue=placed.visit in overdue)
        for placed in (*seen.summary.planned, *seen.summary.unscheduled)
    ]
    known = [mark for mark in marks if mark is not None]
    done = seen.summary.done
    told = ngettext("%(n)s planned visit took place.", "%(n)s planned visits took place.", done) % {"n": done}
    yield Strip(label=gettext("Visits"), note="", drawn=draw_marks(axis, gettext("Visits"), told, known))


def _visit_mark(seen: Seen, placed: PlacedVisit, *, is_overdue: bool) -> Mark | None:
    planned = seen.study.schedule.visits.get(placed.visit)
    day = placed.day if placed.day is not None else planned.day if planned is not None else None
    if day is None:
        return None
    window = None if planned is None else (planned.window.first, planned.window.last)
    words = visit_words(placed, seen.today, is_overdue=is_overdue)
    return Mark(
        day=day,
        kind=_kind_of(placed, is_overdue=is_overdue),
        label=f"{seen.visit_name(placed.visit)}: {words}",
        address=address("visit", seen.code, placed.visit),
        window=window,
    )


def _kind_of(placed: PlacedVisit, *, is_overdue: bool) -> str:
    if is_overdue:
        return "overdue"
    is_judged = placed.state != "no anchor" or not placed.took_place
    return KIND_OF_MARK.get(placed.state, placed.state) if is_judged else "took-place"


def _doses(seen: Seen, axis: Axis) -> Iterator[Strip]:
    for treatment in seen.study.treatments.values():
        record = treatment.recorded
        if record is None or is_background(treatment) or not seen.shows(record.form):
            continue
        label = seen.study.say(treatment.label, seen.language) or treatment.id
        marks = [*_planned_doses(seen, axis, treatment), *_given_doses(seen, axis, treatment, record.form)]
        given = sum(mark.kind != "planned" for mark in marks)
        told = ngettext("%(n)s dose was given.", "%(n)s doses were given.", given) % {"n": given}
        note = _doses_note(treatment, given)
        yield Strip(label=label, note=note, drawn=draw_marks(axis, label, told, marks))


def _doses_note(treatment: Treatment, given: int) -> str:
    most = number_of_doses(treatment)
    if most is None:
        return ngettext("%(n)s dose", "%(n)s doses", given) % {"n": given}
    return gettext("%(given)s of %(most)s doses") % {"given": given, "most": most}


def _planned_doses(seen: Seen, axis: Axis, treatment: Treatment) -> Iterator[Mark]:
    for number in range(1, (number_of_doses(treatment) or 0) + 1):
        plan = plan_dose_day(treatment, number, axis.anchor)
        if plan.day is not None and axis.first <= plan.day <= axis.last:
            when = "" if plan.on is None else f": {day_words(plan.on)}"
            yield Mark(
                day=plan.day, kind="planned", label=gettext("Dose %(number)s as planned") % {"number": number} + when,
                address=address("dose", seen.code, treatment.id),
            )  # fmt: skip


def _given_doses(seen: Seen, axis: Axis, treatment: Treatment, form: str) -> Iterator[Mark]:
    for dose in exposure(seen.study, seen.casebook, treatment.id, today=seen.today).doses:
        if dose.day is not None and dose.date is not None and dose.number is not None:
            what = gettext("Dose %(number)s") % {"number": dose.number}
            amount = amount_words(dose.given, dose.unit)
            yield Mark(
                day=min(max(dose.day, axis.first), axis.last), kind="off" if dose.days_off else "given",
                label=f"{what}: {day_words(dose.date)}, {amount}" if amount else f"{what}: {day_words(dose.date)}",
                address=seen.form_address(form, visit=dose.visit, repeat=dose.repeat),
            )  # fmt: skip


def _events(seen: Seen, axis: Axis) -> Iterator[Strip]:
    """Draw the adverse events whose first day is known at least in part."""
    every = list(events_of(seen))
    bars = []
    for event in every:
        start, end = days_of(day_in(event.form, event.row, "onset")), days_of(day_in(event.form, event.row, "end"))
        if axis.anchor is None or not start.is_known or (start.first - axis.anchor).days > axis.last:
            continue
        first, last = _on_axis(axis, start, is_end=False), _on_axis(axis, end if end.is_known else None, is_end=True)
        serious = gettext("serious") if event.is_serious else ""
        grade = gettext("grade %(grade)s") % {"grade": event.grade} if event.grade else gettext("grade not recorded")
        bars.append(
            Bar(
                first=first,
                last=max(first, last),
                kind=f"grade-{event.grade or 0}{'' if start.day else ' vague'}{' serious' if event.is_serious else ''}",
                text=f"{event.grade or '?'}{'!' if event.is_serious else ''}",
                label=listed(part for part in (event.term, grade, serious, event.words) if part),
                address=event.where,
            )
        )
    if every:
        note = ngettext("%(n)s event", "%(n)s events", len(every)) % {"n": len(every)}
        label = gettext("Adverse events")
        yield Strip(label=label, note=note, drawn=draw_bars(axis, label, f"{note}.", bars))


def _on_axis(axis: Axis, days: Days | None, *, is_end: bool) -> int:
    """Return where an event begins or ends on the axis; what goes on, at today or the end."""
    if days is None or axis.anchor is None:
        return axis.last if axis.today is None else min(axis.today, axis.last)
    day: date = days.last if is_end else days.first
    return min(max((day - axis.anchor).days, axis.first), axis.last)


# ---- courses ----------------------------------------------------------------------------------------------------


def _course(seen: Seen, axis: Axis, course: Course) -> Strip:
    label, unit = _label(seen, course), show_unit(course.unit)
    write = partial(_write, seen, course)
    dots = tuple(
        Dot(
            day=day,
            value=point.value,
            label=f"{seen.visit_name(point.visit)}: {_point_words(course, point, write)}",
            address=seen.form_address(course.form, visit=point.visit),
            lower=point.lower,
            upper=point.upper,
            is_baseline=point.is_baseline,
        )
        for point in course.exact
        if point.value is not None and (day := _day_of(seen, point)) is not None
    )
    base = None if course.baseline is None else course.baseline.value
    panel = Panel(
        label=label,
        told=clauses(dot.label for dot in dots),
        dots=dots,
        baseline=base,
        matters=_matters(course, base),
        is_log=course.endpoint.log and all(dot.value > 0 for dot in dots),
    )
    said, is_good = _verdict(course, base)
    return Strip(
        label=label,
        note=_note(course, unit, base, write),
        verdict=said,
        is_good=is_good,
        drawn=draw_course(axis, panel, lambda number: _tick(seen, course, number)),
    )


def _write(seen: Seen, course: Course, value: float) -> str:
    """Write a value with the decimals of its endpoint, or as it was recorded; a sum with gaps as it is compared."""
    source = seen.study.item(course.endpoint.source) if course.endpoint.source else None
    return write_own(source, value, course.endpoint.decimals) if value % 1 else show_plain(value)


def _tick(seen: Seen, course: Course, number: float) -> str:
    if not course.levels:
        return show_plain(number)
    is_level = number % 1 == 0 and 0 <= number < len(course.levels)
    return _level(seen, course, int(number)) if is_level else ""


def _level(seen: Seen, course: Course, place: int) -> str:
    item = seen.study.item(course.endpoint.levels or "")
    return (
        course.levels[place]
        if isinstance(item, Derived)
        else seen.study.say(item.choices[course.levels[place]], seen.language)
    )


def _point_words(course: Course, point: Point, write: Callable[[float], str]) -> str:
    if point.value is None or course.levels:
        return point.text
    on = f" ({day_words(point.on)})" if point.on is not None else ""
    base = f", {gettext('baseline')}" if point.is_baseline else ""
    return f"{write(point.value)} {show_unit(course.unit)}".strip() + base + on


def _matters(course: Course, base: float | None) -> float | None:
    """Return the value at which a change for the better matters; None where the study file does not say."""
    least = course.endpoint.meaningful
    if least is None or base is None or course.endpoint.better == "neither":
        return None
    return base + float(least.amount) * (1 if course.endpoint.better == "higher" else -1)


def _note(course: Course, unit: str, base: float | None, write: Callable[[float], str]) -> str:
    last = course.exact[-1].value
    if course.levels or last is None:
        return unit
    if base is None or course.exact[-1].is_baseline:
        return f"{write(last)} {unit}".strip()
    return gettext("%(base)s to %(last)s") % {"base": write(base), "last": f"{write(last)} {unit}".strip()}


def _verdict(course: Course, base: float | None) -> tuple[str, bool | None]:
    """Say how the last value differs from the baseline, and whether for the better."""
    last = course.exact[-1]
    if course.levels or base is None or last.value is None or last.is_baseline:
        return "", None
    change = last.value - base
    said = show_signed(change, 0 if change % 1 == 0 else course.endpoint.decimals)
    if rounded(change, course.endpoint.decimals) == 0:
        return gettext("no change"), None
    if course.endpoint.better == "neither":
        return said, None
    is_good = (change > 0) == (course.endpoint.better == "higher")
    word = gettext("better") if is_good else gettext("worse")
    least = course.endpoint.meaningful
    if least is not None and abs(change) >= float(least.amount):
        word = gettext("better by what matters") if is_good else gettext("worse by what matters")
    return f"{said}, {word}", is_good


# ---- the table beneath ------------------------------------------------------------------------------------------


def _visits_of(seen: Seen, courses: Iterable[Course]) -> list[str]:
    """Return the visits at which anything has a value, the planned ones first."""
    order = {visit: number for number, visit in enumerate(seen.study.schedule.visits)}
    visits = {point.visit for course in courses for point in course.points}
    return sorted(visits, key=lambda visit: (order.get(visit, len(order)), len(visit), visit))


def _row(seen: Seen, course: Course, visits: Iterable[str]) -> TableRow:
    points = {point.visit: point for point in course.points}
    cells = tuple(_cell(seen, course, points.get(visit)) for visit in visits)
    return TableRow(label=_label(seen, course), unit=show_unit(course.unit), cells=cells)


def _cell(seen: Seen, course: Course, point: Point | None) -> Cell | None:
    if point is None:
        return None
    text = point.text if point.value is None or course.levels else _write(seen, course, point.value)
    return Cell(text=text, where=seen.form_address(course.form, visit=point.visit), is_baseline=point.is_baseline)


def legend() -> tuple[tuple[str, object], ...]:
    """Return the marks of the picture with their names."""
    visits: tuple[VisitState, ...] = ("in", "late", "missed", "due", "coming", "unscheduled")
    words = [(kind, VISIT[kind].text) for kind in visits]
    return (
        *words,
        ("took-place", TOOK_PLACE.text),
        ("overdue", OVERDUE.text),
        ("planned", gettext("dose planned")),
        ("given", gettext("dose given")),
        ("off", gettext("off its day")),
    )
