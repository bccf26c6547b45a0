"""When visits are planned, when they took place, and what is due: the schedule of one participant.

Study day 0 is the day of the anchor. What happened is judged, never refused: a visit outside of its window is
early or late.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from trialbook.conduct.casebook import VISIT_FORM, Casebook
from trialbook.protocol.model import Anchor, Study, Visit
from trialbook.protocol.values import date_range

VisitState = Literal[
    "early", "in", "late", "no date", "no anchor", "missed", "due", "coming", "not expected", "unscheduled"
]
"""`no date`: took place, on a day not recorded in full. `no anchor`: day 0 of the participant is not known yet.
`not expected`: an optional visit that was left out, or one after the participant's end."""

TOOK_PLACE: frozenset[VisitState] = frozenset({"early", "in", "late", "no date", "unscheduled"})

UNSCHEDULED = re.compile(r"unscheduled-([1-9][0-9]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVisit:
    """The dates of a planned visit for one participant; None where the anchor is not known."""

    visit: str
    day: int
    planned: date | None
    first: date | None
    """First day of the window."""
    last: date | None
    """Last day of the window."""
    optional: bool
    limit: date | None = None
    """Last day on which it is not too late for what it has to come before; None where there is none, or not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedVisit:
    """A visit of one participant, planned or not, and how it stands on a day."""

    visit: str
    state: VisitState
    took_place: bool
    date: date | None = None
    """Day on which it took place."""
    day: int | None = None
    """That day as study day."""
    off: int = 0
    """Days before (negative) or after the window."""
    plan: PlannedVisit | None = None
    """None for an unscheduled visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a participant still has to come for, on a day."""

    overdue: tuple[PlannedVisit, ...]
    """The window has passed, and no later visit has taken place."""
    due: tuple[PlannedVisit, ...]
    coming: tuple[PlannedVisit, ...]


def study_day(day: date, anchor: date) -> int:
    """Count the days from the anchor, which is day 0."""
    return (day - anchor).days


def anchor_date(study: Study, casebook: Casebook) -> date | None:
    """Return the participant's day 0, None while it is not known to the day.

    A partial date that could lie before the first (or after the last) full one leaves the anchor unknown.
    """
    return moment_of(study.schedule.anchor, casebook)


def moment_of(anchor: Anchor, casebook: Casebook) -> date | None:
    """Return the day that an anchor names for a participant, None while it is not known to the day."""
    chosen = _moment(anchor, casebook)
    return chosen[0] if chosen is not None and chosen[0] == chosen[1] else None


def _moment(anchor: Anchor, casebook: Casebook) -> tuple[date, date] | None:
    """Return the first and the last day that an anchor can be, None where nothing is recorded."""
    if anchor.name == "enrolment":
        return _days(casebook.enrolled_on)
    form, _, item = anchor.name.partition(".")
    values = [a.value for cell, a in casebook.answers.items() if (cell.form, cell.item) == (form, item) and a.value]
    ranges = [days for value in values if (days := _days(value)) is not None]
    if not ranges:
        return None
    return min(ranges) if anchor.which == "first" else max(ranges, key=lambda days: days[::-1])


def full_date(text: str | None) -> date | None:
    """Return a date that is recorded to the day, None for anything less."""
    days = _days(text)
    return days[0] if days is not None and days[0] == days[1] else None


def _days(text: str | None) -> tuple[date, date] | None:
    """Return the first and the last day that a recorded date allows, None for `never` and for no date."""
    try:
        return None if text is None else date_range(text)
    except ValueError:
        return None


def plan_visits(study: Study, casebook: Casebook) -> tuple[PlannedVisit, ...]:
    """Return the planned visits of a participant in their order, dated where the anchor is known."""
    anchor = anchor_date(study, casebook)
    return tuple(_plan(visit, anchor, casebook) for visit in study.schedule.visits.values())


def _plan(visit: Visit, anchor: date | None, casebook: Casebook) -> PlannedVisit:
    """Date one visit and its window."""
    days = (visit.day, visit.window.first, visit.window.last)
    planned, first, last = (None if anchor is None else day_after(anchor, day) for day in days)
    limits = None if visit.before is None else _moment(visit.before, casebook)
    return PlannedVisit(
        visit=visit.id, day=visit.day, planned=planned, first=first, last=last, optional=visit.optional,
        limit=None if limits is None else limits[1],
    )  # fmt: skip


def day_after(anchor: date, days: int) -> date:
    """Return the date some days after another, within the years that dates have."""
    return date.fromordinal(min(max(anchor.toordinal() + days, date.min.toordinal()), date.max.toordinal()))


def visits_on(study: Study, casebook: Casebook, day: date) -> tuple[str, ...]:
    """Return the planned visits in whose window a day lies."""
    return tuple(
        plan.visit
        for plan in plan_visits(study, casebook)
        if plan.first is not None and plan.last is not None and plan.first <= day <= plan.last
    )


def place_visits(study: Study, casebook: Casebook, today: date) -> tuple[PlacedVisit, ...]:
    """Place every planned visit of a participant in their order, then the unscheduled ones by number."""
    plans, done = plan_visits(study, casebook), visits_done(casebook)
    last_done = max((index for index, plan in enumerate(plans) if plan.visit in done), default=-1)
    anchor = anchor_date(study, casebook)
    placed = [
        _place_done(plan, casebook, anchor)
        if plan.visit in done
        else _place_open(plan, casebook, today, later=index < last_done)
        for index, plan in enumerate(plans)
    ]
    others = sorted(done - set(study.schedule.visits), key=_order)
    return (*placed, *(_place_unscheduled(visit, casebook, anchor) for visit in others))


def place_visit(study: Study, casebook: Casebook, visit: str, today: date) -> PlacedVisit:
    """Place one visit of a participant; KeyError where it is neither planned nor recorded."""
    for placed in place_visits(study, casebook, today):
        if placed.visit == visit:
            return placed
    raise KeyError(visit)


def visits_done(casebook: Casebook) -> set[str]:
    """Return the visits that took place: at least one answer is a value, not a missing-data code."""
    return {cell.visit for cell, answer in casebook.answers.items() if cell.visit and answer.value is not None}


def what_is_due(study: Study, casebook: Casebook, today: date) -> Due:
    """Sort the visits that a participant has still to come for."""
    placed = [visit for visit in place_visits(study, casebook, today) if visit.plan is not None]
    last_done = max((index for index, visit in enumerate(placed) if visit.took_place), default=-1)
    late = [visit for visit in placed[last_done + 1 :] if visit.state == "missed"]
    running = casebook.status in {"screening", "enrolled"}
    return Due(
        overdue=tuple(visit.plan for visit in late if visit.plan is not None and running),
        due=_plans(placed, "due"),
        coming=_plans(placed, "coming"),
    )


def _plans(placed: list[PlacedVisit], state: VisitState) -> tuple[PlannedVisit, ...]:
    """Return the plans of the visits in a state."""
    return tuple(visit.plan for visit in placed if visit.state == state and visit.plan is not None)


def _place_done(plan: PlannedVisit, casebook: Casebook, anchor: date | None) -> PlacedVisit:
    """Place a planned visit that took place."""
    day = visit_day(casebook, plan.visit)
    if day is None or plan.first is None or plan.last is None or anchor is None:
        unplaced: VisitState = "no date" if day is None else "no anchor"
        return PlacedVisit(visit=plan.visit, state=unplaced, took_place=True, date=day, plan=plan)
    off = min((day - plan.first).days, 0) + max((day - plan.last).days, 0)
    state: VisitState = "early" if off < 0 else "late" if off > 0 else "in"
    number = study_day(day, anchor)
    return PlacedVisit(visit=plan.visit, state=state, took_place=True, date=day, day=number, off=off, plan=plan)


def _place_open(plan: PlannedVisit, casebook: Casebook, today: date, *, later: bool) -> PlacedVisit:
    """Place a planned visit that has not taken place; `later`: one after it in the plan has."""
    state = _ended_state(plan, casebook, later=later) or _open_state(plan, today)
    return PlacedVisit(
        visit=plan.visit,
        state="not expected" if plan.optional and state == "missed" else state,
        took_place=False,
        plan=plan,
    )


def _ended_state(plan: PlannedVisit, casebook: Casebook, *, later: bool) -> VisitState | None:
    """Say how an open visit stands where the participant's time in the study has ended, None where it has not."""
    if casebook.status == "completed":
        return "missed"
    if casebook.status not in {"withdrawn", "screen failure"}:
        return None
    ended = full_date(casebook.ended_on)
    passed = later if ended is None or plan.last is None else plan.last < ended
    return "missed" if passed else "not expected"


def _open_state(plan: PlannedVisit, today: date) -> VisitState:
    """Say how an open visit of a participant who is in the study stands on a day."""
    if plan.first is None or plan.last is None:
        return "no anchor"
    if today < plan.first:
        return "coming"
    return "due" if today <= plan.last else "missed"


def _place_unscheduled(visit: str, casebook: Casebook, anchor: date | None) -> PlacedVisit:
    """Place a visit that the plan does not name."""
    day = visit_day(casebook, visit)
    number = None if day is None or anchor is None else study_day(day, anchor)
    return PlacedVisit(visit=visit, state="unscheduled", took_place=True, date=day, day=number)


def visit_day(casebook: Casebook, visit: str) -> date | None:
    """Return the day on which a visit took place, None where it is not recorded to the day."""
    return full_date(casebook.value(VISIT_FORM, "date", visit=visit))


def _order(visit: str) -> tuple[int, str]:
    """Sort unscheduled visits by their number, others (of an earlier study file) after them by name."""
    match = UNSCHEDULED.fullmatch(visit)
    return (int(match[1]), "") if match else (2**31, visit)
