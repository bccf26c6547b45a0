"""Visits: what fixes day 0, and windows in which one form could belong to two visits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from trialbook.errors import Problem
from trialbook.protocol.check_names import Names
from trialbook.protocol.model import Visit
from trialbook.protocol.phrases import day_in_id
from trialbook.protocol.read_visits import ENROLMENT
from trialbook.protocol.reading import KeyPath


def check_visits(names: Names) -> Iterator[Problem]:
    """Yield the mistakes of the section `visits`."""
    yield from _check_moment(names.study.schedule.anchor.name, ("visits", "anchor"), names)
    for visit in names.study.schedule.visits.values():
        if visit.before is not None:
            yield from _check_moment(visit.before.name, ("visits", "planned", visit.id, "before"), names)
    placed = [visit for visit in names.study.schedule.visits.values() if _is_placed(visit, names)]
    for first, second in combinations(placed, 2):
        yield from _check_overlap(first, second, names)


def _is_placed(visit: Visit, names: Names) -> bool:
    """Tell whether the file says when a visit is; where it does not, that was complained of."""
    written = {("visits", "planned", visit.id, "day"), ("visits", "planned", visit.id, "week")}
    return day_in_id(visit.id) is not None or bool(written & names.places.keys())


def _check_moment(name: str, path: KeyPath, names: Names) -> Iterator[Problem]:
    if name != ENROLMENT:
        yield from names.date_item(name, path)


def _check_overlap(first: Visit, second: Visit, names: Names) -> Iterator[Problem]:
    """SCHED-04: a day of both windows would leave open to which visit a form of both belongs."""
    begin, end = max(first.window.first, second.window.first), min(first.window.last, second.window.last)
    if begin > end:
        return
    shared = [form.id for form in names.study.forms.values() if {first.id, second.id} <= set(form.visits)]
    if shared:
        planned: KeyPath = ("visits", "planned", second.id)
        path: KeyPath = planned if planned in names.places else ("visits", "weeks")
        days = f"day {begin}" if begin == end else f"days {begin} to {end}"
        yield names.problem("SCHED-04", path, first=first.id, second=second.id, days=days, form=shared[0])
