"""What waits to be done, and by whom: visits that are due, forms of visits that took place, doses, screening.

Everything is judged on the casebook that is handed in: of one that is masked for a role, only what this role may know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from trialbook.conduct.casebook import Casebook
from trialbook.conduct.completeness import Asked, begun_rows, is_complete
from trialbook.conduct.exposure import exposure, is_background
from trialbook.conduct.ratings import may_open
from trialbook.conduct.regimen import PlannedDose, number_of_doses, plan_dose_day
from trialbook.conduct.safety import fatal_event
from trialbook.conduct.schedule import PlannedVisit, anchor_date, place_visits, what_is_due
from trialbook.conduct.screening import forms_of_screening
from trialbook.conduct.withdrawing import may_have_stopped
from trialbook.errors import Problem
from trialbook.protocol.model import Form, Study
from trialbook.protocol.read_forms import EVERYTHING

Urgency = Literal["overdue", "due", "coming", "open"]
"""`overdue`: its window has passed. `due`: today lies in it. `coming`: it begins soon. `open`: it has no window."""

RUNNING = frozenset({"screening", "enrolled"})
URGENCIES: tuple[Urgency, ...] = ("overdue", "due", "open", "coming")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that waits to be done for a participant."""

    participant: str
    kind: Literal["visit", "form", "dose", "screening", "end"]
    """`end`: an event was fatal, and the end of the participant's time in the study is not recorded."""
    urgency: Urgency
    roles: tuple[str, ...]
    """Roles of the study file that can do it; empty where it names none."""
    visit: str = ""
    form: str = ""
    treatment: str = ""
    number: int = 0
    """Which dose."""
    first: date | None = None
    """First day of the window."""
    last: date | None = None
    begun: bool = False
    """A form in which something is answered already."""
    waits_for: tuple[Problem, ...] = ()
    """Why a form cannot be opened yet."""


def work_for(
    study: Study, casebook: Casebook, today: date, *, ahead: int = 7, asked: Asked | None = None
) -> tuple[Task, ...]:
    """Return what waits to be done for one participant; `ahead` is how many days before its window a task is told.

    `asked` may be handed in where many participants are judged.
    """
    if casebook.status not in RUNNING:
        return ()
    judge = asked or Asked(study)
    died = fatal_event(study, casebook)
    if died is not None:
        return _end_task(study, casebook, died[0]), *_forms(study, casebook, judge, today)
    found = (
        *_screening(study, casebook, judge),
        *_visits(study, casebook, today, ahead),
        *_forms(study, casebook, judge, today),
        *_doses(study, casebook, today, ahead),
    )
    return tuple(sorted(found, key=_urgency))


def _end_task(study: Study, casebook: Casebook, form: Form) -> Task:
    """Return that the end is to be recorded: nobody comes to a visit any more."""
    roles = tuple(role.id for role in study.roles.values() if "enrol" in role.rights)
    return Task(participant=casebook.participant, kind="end", urgency="due", roles=roles, form=form.id)


def who_records(study: Study, form: Form) -> tuple[str, ...]:
    """Return the roles that answer a form, in the order of the study file."""
    return tuple(
        role.id
        for role in study.roles.values()
        if (role.id in form.by if form.by else bool({EVERYTHING, form.id}.intersection(role.records)))
    )


def _urgency(task: Task) -> tuple[int, date, str, str]:
    return URGENCIES.index(task.urgency), task.last or date.max, task.participant, task.form


# ---- screening --------------------------------------------------------------------------------------------------


def _screening(study: Study, casebook: Casebook, asked: Asked) -> Iterator[Task]:
    """Yield the forms of screening that are not complete; they have no window."""
    if casebook.status != "screening":
        return
    for form in forms_of_screening(study):
        if _is_open(study, casebook, form, "", asked):
            yield _form_task(study, casebook, form, "", asked, kind="screening")


# ---- visits -----------------------------------------------------------------------------------------------------


def _visits(study: Study, casebook: Casebook, today: date, ahead: int) -> Iterator[Task]:
    """Yield the visits for which the participant should come."""
    due = what_is_due(study, casebook, today)
    yield from (_visit_task(study, casebook, plan, "overdue") for plan in due.overdue)
    yield from (_visit_task(study, casebook, plan, "due") for plan in due.due)
    for plan in due.coming:
        if plan.first is not None and plan.first <= today + timedelta(days=ahead):
            yield _visit_task(study, casebook, plan, "coming")
    if casebook.status == "enrolled":
        yield from (_visit_task(study, casebook, plan, "open") for plan in _not_dated_yet(study, casebook, today))


def _not_dated_yet(study: Study, casebook: Casebook, today: date) -> Iterator[PlannedVisit]:
    """Yield the visits that have to come before something, while nothing dates them: nobody else tells of them."""
    for placed in place_visits(study, casebook, today):
        plan = placed.plan
        if plan is None or placed.took_place or plan.first is not None:
            continue
        if study.schedule.visits[plan.visit].before is not None:
            yield plan


def _visit_task(study: Study, casebook: Casebook, plan: PlannedVisit, urgency: Urgency) -> Task:
    roles = dict.fromkeys(role for form in study.visit_forms(plan.visit) for role in who_records(study, form))
    return Task(
        participant=casebook.participant,
        kind="visit",
        urgency=urgency,
        roles=tuple(roles),
        visit=plan.visit,
        first=plan.first,
        last=plan.last,
    )


# ---- forms ------------------------------------------------------------------------------------------------------


def _forms(study: Study, casebook: Casebook, asked: Asked, today: date) -> Iterator[Task]:
    """Yield the forms that are not complete of visits that took place."""
    for placed in place_visits(study, casebook, today):
        if placed.took_place and placed.plan is not None:
            for form in study.visit_forms(placed.visit):
                if _is_open(study, casebook, form, placed.visit, asked):
                    yield _form_task(study, casebook, form, placed.visit, asked, kind="form")


def _is_open(study: Study, casebook: Casebook, form: Form, visit: str, asked: Asked) -> bool:
    """Tell whether a form is asked and not complete; one with rows is never known to be."""
    if form.repeating or not form.items or not asked.form(form, casebook, visit):
        return False
    return not is_complete(study, casebook, form.id, visit, asked=asked)


def _form_task(
    study: Study, casebook: Casebook, form: Form, visit: str, asked: Asked, *, kind: Literal["form", "screening"]
) -> Task:
    return Task(
        participant=casebook.participant,
        kind=kind,
        urgency="open",
        roles=who_records(study, form),
        visit=visit,
        form=form.id,
        begun=bool(begun_rows(form, casebook, visit)),
        waits_for=may_open(study, casebook, form.id, visit, asked=asked),
    )


# ---- doses ------------------------------------------------------------------------------------------------------


def _doses(study: Study, casebook: Casebook, today: date, ahead: int) -> Iterator[Task]:
    """Yield the next dose of each treatment, where its day is known and near; none from the end of treatment on."""
    if casebook.status != "enrolled":
        return
    for treatment in study.treatments.values():
        if treatment.recorded is None or is_background(treatment):
            continue
        number = len(exposure(study, casebook, treatment.id, today=today).numbered) + 1
        most = number_of_doses(treatment)
        if most is not None and number > most:
            continue
        planned = plan_dose_day(treatment, number, anchor_date(study, casebook))
        urgency = _near(planned, today, ahead)
        if urgency is not None and not may_have_stopped(casebook, max(today, planned.first or planned.on or today)):
            form = study.forms[treatment.recorded.form]
            yield Task(
                participant=casebook.participant,
                kind="dose",
                urgency=urgency,
                roles=who_records(study, form),
                treatment=treatment.id,
                number=number,
                first=planned.first or planned.on,
                last=planned.last or planned.on,
            )


def _near(planned: PlannedDose, today: date, ahead: int) -> Urgency | None:
    """Say how a planned dose stands on a day; a first dose that itself fixes day 0 is open until it is given."""
    first, last = planned.first or planned.on, planned.last or planned.on
    if first is None or last is None:
        return "open" if planned.number == 1 else None
    if today > last:
        return "overdue"
    if today >= first:
        return "due"
    return "coming" if first <= today + timedelta(days=ahead) else None
