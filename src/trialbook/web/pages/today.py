"""The work of today: what is overdue, due and open, who can do it, and what it waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy, ngettext

from trialbook.conduct.blinding import shown_forms
from trialbook.conduct.casebook import VISIT_FORM, Casebook
from trialbook.conduct.completeness import Asked
from trialbook.conduct.dosing import Refusal, plan_dose
from trialbook.conduct.worklist import URGENCIES, Task, Urgency, who_records, work_for
from trialbook.errors import Problem, TrialbookError
from trialbook.keeping.schedule import what_is_wrong
from trialbook.protocol.model import Study
from trialbook.web.accounts.models import SignIn, What
from trialbook.web.accounts.policy import read_policy
from trialbook.web.amending.consent import consent_tasks
from trialbook.web.forms.words import local_time
from trialbook.web.looking import actor_at, by_plan, casebooks_for, plan_at
from trialbook.web.monitoring.staff import is_review_due, looks_after_staff, shown_gaps
from trialbook.web.pages.rating import open_ratings
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.saying import listed, sentence
from trialbook.web.treatment.dose_sources import GIVEN, against, shows_all
from trialbook.web.treatment.query_rows import count_mine
from trialbook.web.treatment.urgent import alerts_for, events_to_report

HEADINGS: Mapping[Urgency, object] = {
    "overdue": gettext_lazy("Overdue"),
    "due": gettext_lazy("Due now"),
    "open": gettext_lazy("Open"),
    "coming": gettext_lazy("In the next seven days"),
}
BADGES: Mapping[Urgency, str] = {"overdue": "bad", "due": "warn", "open": "note", "coming": ""}
SHUT_TOLD = timedelta(days=7)
"""How long whoever keeps the study is told of codes that were shut after wrong tries."""
TASKS_SHOWN = 200
"""Of one heading; a list that is longer helps nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A task as the page shows it."""

    participant: str
    what: str
    where: str
    """Address at which it is done."""
    when: str
    who: str
    waits: tuple[str, ...]
    """Why it cannot be done yet, or should not be."""
    is_mine: bool
    is_shut: bool = False
    """Its page says no more than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The tasks under one heading."""

    heading: object
    badge: str
    lines: tuple[Line, ...]
    more: int


def today(request: StudyRequest) -> HttpResponse:
    """Show the work of today: what the acting role can do, or with `?all=1` everybody's."""
    actor = request.actor
    if actor.is_blind:
        return open_ratings(request)
    if not actor.sees_participants():
        shown = {
            "keeping": keeping(request) if actor.is_custodian else (),
            "damage": told(TrialbookError(request.site.damage)) if actor.is_custodian else (),
            "review_due": is_review_due(request),
            "shut": shut_lately(request) if actor.is_custodian else (),
        }
        return render(request, "today_elsewhere.html", shown)
    everybody = request.GET.get("all") == "1"
    day = request.site.today()
    casebooks = casebooks_for(request)
    plans = by_plan(request, casebooks)
    work = (task for one, some in plans for task in tasks_of(one.study, some, day, actor.role))
    tasks = (*consent_tasks(request, casebooks), *sorted(work, key=attrgetter("participant")))
    lines = [*_reports(request, casebooks), *((task.urgency, _line(request, task, casebooks, day)) for task in tasks)]
    kept = [(urgency, line) for urgency, line in lines if everybody or line.is_mine]
    context = {
        "day": date_format(day, "DATE_FORMAT"),
        "sections": tuple(_sections(kept)),
        "alerts": [(one, local_time(actor.study, one.at)) for one in alerts_for(request, casebooks)],
        "queries": sum(count_mine(actor_at(request, one), one) for one in casebooks.values()),
        "everybody": everybody,
        "others": len(lines) - sum(line.is_mine for _, line in lines),
        "participants": len(casebooks),
        "may_enrol": actor.may("enrol"),
        "review_due": is_review_due(request),
        "staff_gaps": len(shown_gaps(request)) if looks_after_staff(request) else 0,
    }
    return render(request, "today.html", context)


def _reports(request: StudyRequest, casebooks: Mapping[str, Casebook]) -> Iterator[tuple[Urgency, Line]]:
    """Yield the serious events that are to be reported; they are work of everybody who is shown them.

    Those, too, that are reported on a day that cannot be, until it is mended.
    """
    for event in events_to_report(request, casebooks):
        if event.clock is not None:
            study, is_told = plan_at(request, event.participant), event.clock.state not in {"running", "passed"}
            what = (
                gettext("Check the report of “%(event)s”")
                if is_told
                else gettext("Report the serious event “%(event)s”")
            )
            by = gettext("by %(at)s") % {"at": local_time(study, event.clock.deadline)}
            line = Line(
                participant=event.participant,
                what=what % {"event": event.term or event.kind},
                where=event.address or reverse("events", args=[event.participant]),
                when=" · ".join((*(() if is_told else (by,)), *event.doubts)),
                who=listed(role_names(request, who_records(study, event.form))),
                waits=(),
                is_mine=True,
            )
            yield "overdue" if event.clock.state == "passed" else "due", line


def shut_lately(request: StudyRequest) -> list[str]:
    """Return the codes with which so many wrong tries were made in the last week that they were shut."""
    since = request.site.now() - SHUT_TOLD
    told = SignIn.objects.filter(what=What.SHUT, at__gte=since).exclude(code="").order_by("code")
    return list(told.values_list("code", flat=True).distinct())


def keeping(request: StudyRequest) -> list[dict[str, str]]:
    """Return what is wrong with backups and heads, for whoever keeps the study."""
    where = request.site.folder
    policy = read_policy(where.path)
    found = tuple(what_is_wrong(where, request.site.now(), policy.backup, policy.heads))
    return told(TrialbookError(found)) if found else []


def tasks_of(study: Study, casebooks: Mapping[str, Casebook], day: date, role: str | None) -> Iterator[Task]:
    """Yield what waits to be done for these participants; of a form that the role is not shown it is not known."""
    asked = Asked(study)
    for casebook in casebooks.values():
        shown = shown_forms(study, casebook, role)
        yield from (task for task in work_for(study, casebook, day, asked=asked) if _form_behind(study, task) in shown)


def _form_behind(study: Study, task: Task) -> str:
    """Return the form that tells whether a task is done."""
    recorded = study.treatments[task.treatment].recorded_in if task.treatment else ""
    return task.form or recorded or VISIT_FORM


def _sections(lines: Iterable[tuple[Urgency, Line]]) -> Iterator[Section]:
    found = list(lines)
    for urgency in URGENCIES:
        here = [line for place, line in found if place == urgency]
        if here:
            yield Section(
                heading=HEADINGS[urgency],
                badge=BADGES[urgency],
                lines=tuple(here[:TASKS_SHOWN]),
                more=max(0, len(here) - TASKS_SHOWN),
            )


def _line(request: StudyRequest, task: Task, casebooks: Mapping[str, Casebook], day: date) -> Line:
    shut = tuple(sentence(problem) for problem in task.waits_for)
    return Line(
        participant=task.participant,
        what=name_of(request, task),
        where=address_of(task) if task.kind != "end" or request.actor.may("enrol") else _of_events(task),
        when=window_in_words(task, day),
        who=listed(role_names(request, task.roles)),
        waits=shut or _against_dose(request, task, casebooks[task.participant], day),
        is_shut=bool(shut),
        is_mine=request.actor.role in task.roles,
    )


def _against_dose(request: StudyRequest, task: Task, casebook: Casebook, day: date) -> tuple[str, ...]:
    """Return why no dose is planned today, to whoever is shown all that it hangs on."""
    if task.kind != "dose":
        return ()
    actor, language = actor_at(request, casebook), request.LANGUAGE_CODE
    treatment = actor.study.treatments[task.treatment]
    if not shows_all(actor, casebook, treatment):
        return ()
    found = plan_dose(actor.study, casebook, treatment.id, on=day)
    problems = found.problems if isinstance(found, Refusal) else ()
    said = (against(actor.study, casebook, treatment, problem, language).problem for problem in problems)
    return tuple(sentence(problem) for problem in said if not _is_of_the_day(problem, day))


def _is_of_the_day(problem: Problem, day: date) -> bool:
    """Tell whether a reason says no more than that the dose of today, or the last of all, was given."""
    return problem.code in GIVEN and problem.values.get("given", str(day)) == str(day)


def role_names(request: StudyRequest, roles: Iterable[str]) -> Iterator[str]:
    """Yield the names of roles as the study file words them."""
    study = request.actor.study
    for role in roles:
        held = study.roles.get(role)
        yield (study.say(held.label, request.LANGUAGE_CODE) if held is not None else "") or role


def name_of(request: StudyRequest, task: Task) -> str:
    """Say what is to be done."""
    study, language = plan_at(request, task.participant), request.LANGUAGE_CODE
    visit = study.say(study.schedule.visits[task.visit].label, language) or task.visit if task.visit else ""
    if task.kind == "dose":
        drug = study.say(study.treatments[task.treatment].label, language) or task.treatment
        return gettext("%(drug)s, dose %(number)s") % {"drug": drug, "number": task.number}
    if task.kind == "visit":
        return gettext("Visit %(visit)s") % {"visit": visit}
    if task.kind == "end":
        return gettext("Record the participant’s end: an event is recorded as fatal")
    form = study.say(study.forms[task.form].label, language) or task.form
    return f"{visit}: {form}" if visit else form


def address_of(task: Task) -> str:
    """Return where a task is done."""
    if task.kind == "dose":
        return reverse("dose", args=[task.participant, task.treatment])
    if task.kind == "visit":
        return reverse("visit", args=[task.participant, task.visit])
    if task.kind == "end":
        return reverse("status", args=[task.participant])
    if task.visit:
        return reverse("form", args=[task.participant, task.visit, task.form])
    return reverse("once-form", args=[task.participant, task.form])


def _of_events(task: Task) -> str:
    """Return where the events of the participant of a task are read."""
    return reverse("events", args=[task.participant])


WORDS: Mapping[Urgency, Callable[[int], str]] = {
    "overdue": lambda days: ngettext("%(days)s day over", "%(days)s days over", days),
    "due": lambda days: ngettext("%(days)s day left", "%(days)s days left", days),
    "coming": lambda days: ngettext("in %(days)s day", "in %(days)s days", days),
}


def window_in_words(task: Task, day: date) -> str:
    """Say how the window of a task lies to a day; nothing where it has none."""
    if task.first is None or task.last is None or task.urgency == "open":
        return gettext("begun") if task.begun else ""
    days = abs((task.first if task.urgency == "coming" else task.last) - day).days
    if task.urgency == "due" and days == 0:
        return gettext("last day today")
    window = f"{date_format(task.first, 'MONTH_DAY_FORMAT')} – {date_format(task.last, 'MONTH_DAY_FORMAT')}"
    return f"{window} · {WORDS[task.urgency](days) % {'days': days}}"
