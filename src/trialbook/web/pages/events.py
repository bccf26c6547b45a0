"""Adverse events: those of a participant, those of the study, and help with grade and seriousness."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from trialbook.conduct.reporting_clock import WITHIN
from trialbook.conduct.safety import SIGNS
from trialbook.instruments.ctcae_5 import CITATION, LICENCE
from trialbook.protocol.model import Form
from trialbook.web.forms.new_rows import new_row
from trialbook.web.forms.seals import closed_words
from trialbook.web.forms.sheet import sheet_for
from trialbook.web.looking import by_plan, casebook_for, casebooks_for
from trialbook.web.request import StudyRequest
from trialbook.web.treatment.event_past import past_events
from trialbook.web.treatment.event_rows import EventRow, event_rows
from trialbook.web.treatment.grade_words import GENERAL, find_terms
from trialbook.web.treatment.links import address_of, participant_page
from trialbook.web.treatment.urgent import forms_shown, reading_for

LONGEST_SEARCH = 60
HOURS = int(WITHIN.total_seconds()) // 3600


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are shown."""

    name: str
    title: Promise
    holds: Callable[[EventRow], bool]


FILTERS = (
    Filter("all", _("all"), bool),
    Filter("serious", _("serious"), lambda event: event.seriousness.is_serious is True),
    Filter("unjudged", _("seriousness not recorded"), lambda event: event.seriousness.is_serious is None),
    Filter("ongoing", _("not over"), lambda event: event.is_ongoing is not False),
    Filter("severe", _("grade 3 and worse"), lambda event: (event.grade.grade or 0) >= 3),
    Filter("overdue", _("report overdue"), lambda event: event.clock is not None and event.clock.state == "passed"),
    Filter("pregnancy", _("pregnancies"), lambda event: event.is_pregnancy),
)


@require_safe
def events(request: StudyRequest, participant: str) -> HttpResponse:
    """Show the adverse events of a participant."""
    casebook, forms = casebook_for(request, participant), _forms(request)
    study = request.actor.study
    found = tuple(event_rows(reading_for(request, study), casebook, forms))
    new = [_new_event(request, participant, form) for form in forms if request.actor.may("record", form.id)]
    history = ((form, request.site.history(participant=participant, form=form.id)) for form in forms)
    past = [one for form, entries in history for one in past_events(form, casebook, entries)]
    return render(
        request,
        "events.html",
        {
            "participant": participant,
            "participant_page": participant_page(participant),
            "new": [address for address, _ in new if address],
            "closed": list(dict.fromkeys(words for _, words in new if words)),
            "past": past,
            "can_be_pregnancy": any(event.is_pregnancy for event in found),
            **_filtered(request.GET, found),
        },
    )


def _new_event(request: StudyRequest, participant: str, form: Form) -> tuple[str, str]:
    """Return where a new event is recorded, or why none can be."""
    row = new_row(request.site, participant, form.id)
    address = address_of(form, participant, repeat=row) or ""
    if form.timing == "visits":
        return address, ""
    words = closed_words(sheet_for(request, participant, form.id, "", row), request.view.marks)
    return ("", words) if words else (address, "")


@require_safe
def all_events(request: StudyRequest) -> HttpResponse:
    """Show the adverse events of all participants whom the asker may see."""
    _forms(request)
    found = [
        event
        for actor, some in by_plan(request, casebooks_for(request))
        for casebook in some.values()
        for event in event_rows(reading_for(request, actor.study), casebook, forms_shown(actor))
    ]
    return render(request, "all_events.html", _filtered(request.GET, found))


@require_safe
def terms(request: StudyRequest) -> HttpResponse:
    """Help to grade an event and to judge whether it is serious."""
    typed = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    shown = {"typed": typed, "terms": find_terms(typed), "general": GENERAL, "signs": tuple(SIGNS.values())}
    return render(request, "event_terms.html", {**shown, "citation": CITATION, "licence": LICENCE, "hours": HOURS})


def _forms(request: StudyRequest) -> tuple[Form, ...]:
    """Return the events forms that the asker may see; where there is none there is no page."""
    found = forms_shown(request.actor)
    if not found:
        raise Http404
    return found


def _filtered(query: QueryDict, found: Iterable[EventRow]) -> dict[str, object]:
    rows = list(found)
    chosen = next((one for one in FILTERS if one.name == query.get("show")), FILTERS[0])
    counted = [(one, sum(map(one.holds, rows))) for one in FILTERS]
    return {
        "events": [event for event in rows if chosen.holds(event)],
        "filters": [(one, count) for one, count in counted if count or one is chosen],
        "chosen": chosen,
        "hours": HOURS,
        "total": len(rows),
    }
