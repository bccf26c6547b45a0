"""The calendar: visits and doses, done, due or planned, by month; and as a feed for a calendar program."""

from __future__ import annotations

import hashlib
import secrets
from calendar import Calendar
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext, override
from django.views.decorators.http import require_POST

from trialbook.conduct.blinding import shown_forms
from trialbook.conduct.casebook import VISIT_FORM, Casebook
from trialbook.conduct.deviations import given_treatments
from trialbook.conduct.exposure import exposure
from trialbook.conduct.schedule import PlacedVisit, place_visits
from trialbook.protocol.model import Study, Treatment
from trialbook.web.actor import Actor, actor_of, at_plan, grant_key
from trialbook.web.forms.sheet import visit_name
from trialbook.web.looking import by_plan, casebooks_for, shown_to
from trialbook.web.models import CalendarFeed
from trialbook.web.request import StudyRequest
from trialbook.web.treatment.dose_rows import dose_rows

INVENTED = "Invented data: no real participant."
FIRST_MONTH, LAST_MONTH = date(1990, 1, 1), date(2100, 12, 1)
EXPECTED = frozenset({"due", "coming", "missed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A visit or a dose of a participant on a day: the day on which it took place, or for which it is planned."""

    participant: str
    key: str
    """Tells it apart from all others of the participant, whatever day it is moved to."""
    label: str
    address: str
    on: date
    is_done: bool
    is_overdue: bool
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A square of the month."""

    day: date
    is_in_month: bool
    is_today: bool
    happenings: tuple[Happening, ...]


def calendar(request: StudyRequest) -> HttpResponse:
    """Show a month, of today or as `?month=2026-03`."""
    today = request.site.today()
    month = month_of(request.GET.get("month", ""), today)
    shown = shown_visits(request.actor, casebooks_for(request))
    by_day = _by_day(
        one
        for actor, some in by_plan(request, shown)
        for one in happenings_of(actor, some, today, request.LANGUAGE_CODE)
    )
    weeks = [
        [
            Day(day=day, is_in_month=day.month == month.month, is_today=day == today, happenings=by_day.get(day, ()))
            for day in week
        ]
        for week in Calendar().monthdatescalendar(month.year, month.month)
    ]
    context = {
        "month": month,
        "weeks": weeks,
        "weekdays": [WEEKDAYS_ABBR[number] for number in range(7)],
        "before": (month - timedelta(days=1)).strftime("%Y-%m"),
        "after": (month + timedelta(days=31)).strftime("%Y-%m"),
        "feeds": CalendarFeed.objects.filter(person=request.actor.person, withdrawn_at=None),
    }
    return render(request, "calendar.html", context)


def month_of(text: str, today: date) -> date:
    """Return the first day of a month written `2026-03`; of this month where the text is none."""
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return asked if FIRST_MONTH <= asked <= LAST_MONTH else today.replace(day=1)


def shown_visits(actor: Actor, casebooks: Mapping[str, Casebook]) -> Mapping[str, Casebook]:
    """Return the casebooks of those whose visits the role is shown."""
    return {
        code: casebook
        for code, casebook in casebooks.items()
        if VISIT_FORM in shown_forms(actor.study, casebook, actor.role)
    }


def happenings_of(actor: Actor, casebooks: Mapping[str, Casebook], today: date, language: str) -> Iterator[Happening]:
    """Yield every visit and dose that has a day, of participants in the order they are given; doses if shown."""
    for casebook in casebooks.values():
        for placed in place_visits(actor.study, casebook, today):
            day = placed.date if placed.took_place else _planned(placed)
            if day is not None:
                yield _visit(actor.study, casebook, placed, day, language)
        shown = shown_forms(actor.study, casebook, actor.role)
        for treatment in given_treatments(actor.study):
            if treatment.recorded_in in shown:
                yield from _doses(actor.study, casebook, treatment, today, language)


def _planned(placed: PlacedVisit) -> date | None:
    return placed.plan.planned if placed.plan is not None and placed.state in EXPECTED else None


def _visit(study: Study, casebook: Casebook, placed: PlacedVisit, day: date, language: str) -> Happening:
    return Happening(
        participant=casebook.participant,
        key=placed.visit,
        label=visit_name(study, placed.visit, language),
        address=reverse("visit", args=[casebook.participant, placed.visit]),
        on=day,
        is_done=placed.took_place,
        is_overdue=placed.state == "missed",
        first=placed.plan.first if placed.plan is not None else None,
        last=placed.plan.last if placed.plan is not None else None,
    )


def _doses(study: Study, casebook: Casebook, treatment: Treatment, today: date, language: str) -> Iterator[Happening]:
    """Yield the doses of a treatment that were given, or are planned; none that never came after its end."""
    given = exposure(study, casebook, treatment.id, today=today)
    drug = study.say(treatment.label, language) or treatment.id
    for row in dose_rows(study, casebook, treatment, given, today):
        if row.on is None or row.number is None or row.state == "ended":
            continue
        last = None if row.plan is None else row.plan.last or row.plan.on
        yield Happening(
            participant=casebook.participant,
            key=f"dose {row.number} of {treatment.id}",
            label=gettext("%(drug)s, dose %(number)s") % {"drug": drug, "number": row.number},
            address=reverse("dose", args=[casebook.participant, treatment.id]),
            on=row.on,
            is_done=row.given is not None,
            is_overdue=row.given is None and last is not None and last < today,
            first=None if row.plan is None else row.plan.first,
            last=None if row.plan is None else row.plan.last,
        )


def _by_day(happenings: Iterable[Happening]) -> dict[date, tuple[Happening, ...]]:
    found: dict[date, tuple[Happening, ...]] = {}
    for happening in happenings:
        found[happening.on] = (*found.get(happening.on, ()), happening)
    return found


# ---- the feed ---------------------------------------------------------------------------------------------------


@require_POST
def make_feed(request: StudyRequest) -> HttpResponse:
    """Make an address that a calendar program can read without signing in; it is shown once."""
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.create(
        person=request.actor.person,
        grant=grant_key(request.actor.grant) if request.actor.grant is not None else "",
        digest=digest_of(token),
        made_at=request.site.now(),
    )
    address = request.build_absolute_uri(reverse("calendar-feed", args=[token]))
    return render(request, "calendar_feed.html", {"address": address})


@require_POST
def withdraw_feeds(request: StudyRequest) -> HttpResponse:
    """Let no calendar program read on by an address made earlier."""
    feeds = CalendarFeed.objects.filter(person=request.actor.person, withdrawn_at=None)
    count = feeds.update(withdrawn_at=request.site.now())
    messages.success(request, gettext("Addresses withdrawn: %(count)s.") % {"count": count})
    return redirect("calendar")


def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a calendar program; 404 for an address that was never made, or is withdrawn, or whose owner may not."""
    asked: StudyRequest = request  # type: ignore[assignment]  # the gate made it one
    actor = _owner(asked, token)
    casebooks = shown_visits(actor, shown_to(actor, asked.view))
    today = asked.site.today()
    with override("en"):
        happenings = [
            one
            for code, casebook in casebooks.items()
            for one in happenings_of(at_plan(actor, asked.view, casebook), {code: casebook}, today, "en")
        ]
        written = to_ical(actor.study, happenings, asked)
    return HttpResponse(written, content_type="text/calendar; charset=utf-8")


def _owner(request: StudyRequest, token: str) -> Actor:
    found = CalendarFeed.objects.filter(digest=digest_of(token), withdrawn_at=None).first()
    if found is None:
        raise Http404
    account = get_user_model().objects.filter(code=found.person).first()
    actor = at_plan(actor_of(request.view.study, request.view.people, found.person, found.grant), request.view)
    chosen = actor.grant is not None and grant_key(actor.grant) == found.grant
    if account is None or not account.is_active or not chosen:
        raise Http404
    return actor


def digest_of(token: str) -> str:
    """Return what is kept of the address of a feed."""
    return hashlib.sha256(token.encode()).hexdigest()


def to_ical(study: Study, happenings: Iterable[Happening], request: StudyRequest) -> bytes:
    """Write visits and doses as RFC 5545 wants them: whole days, with the window in the text; no other data.

    Invented data are called so in name and description of the calendar and in every event: programs mix calendars.
    """
    from icalendar import Calendar as Ical
    from icalendar import Event

    ical = Ical()
    ical.add("prodid", "-//trialbook//EN")
    ical.add("version", "2.0")
    notice = INVENTED if study.identity.data == "invented" else ""
    ical.add("x-wr-calname", f"{study.identity.id} (invented data)" if notice else study.identity.id)
    if notice:
        ical.add("x-wr-caldesc", notice)
    for happening in happenings:
        event = Event()
        event.add("uid", hashlib.sha256(f"{happening.participant}\0{happening.key}".encode()).hexdigest()[:32])
        event.add("dtstamp", request.site.now())
        event.add("dtstart", happening.on)
        event.add("dtend", happening.on + timedelta(days=1))
        event.add("summary", f"{happening.participant} {happening.label}")
        has_window = happening.first is not None and happening.last is not None
        window = f"{happening.first} - {happening.last}" if has_window else ""
        told = " ".join(part for part in (window, notice) if part)
        if told:
            event.add("description", told)
        ical.add_component(event)
    return bytes(ical.to_ical())
