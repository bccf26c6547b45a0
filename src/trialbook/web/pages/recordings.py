"""Recordings that are rated later: that there is one is registered at the visit, and they are released together.

The rater never sees these pages: day, file and visit of a recording stand here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trialbook.capture.acts import register_recording, release_recordings
from trialbook.capture.people import is_code
from trialbook.conduct.casebook import Casebook
from trialbook.conduct.recordings import Clip, clips, is_due_for_rating, recorded_forms
from trialbook.errors import TrialbookError
from trialbook.protocol.model import Form
from trialbook.web.looking import by_plan, casebook_for, casebooks_for, plan_at
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A participant's recordings for one form."""

    participant: str
    made: int
    is_due: bool
    clips: tuple[Clip, ...]


@require_safe
def recordings(request: StudyRequest) -> HttpResponse:
    """Show which recordings there are, which may be released, and the codes of those that are."""
    if not (request.actor.may("register") or request.actor.may("release")):
        raise Http404
    return _page(request)


def _page(request: StudyRequest, problems: object = ()) -> HttpResponse:
    study, books = request.actor.study, casebooks_for(request)
    forms = [
        {
            "id": form.id,
            "label": study.say(form.label, request.LANGUAGE_CODE),
            "rule": form.recordings.rated if form.recordings is not None else "",
            "lines": [line_of(own_form(request, form, code), book, request.view.casebooks[code])
                      for code, book in books.items()],
            "waiting": [book.participant for book in books.values() if _waits(request, form, book)],
            "visits": [(visit, study.say(study.schedule.visits[visit].label, request.LANGUAGE_CODE))
                       for visit in form.visits],
        }
        for form in recorded_forms(study)
    ]  # fmt: skip
    context = {
        "forms": forms, "may_release": request.actor.may("release"), "may_register": request.actor.may("register"),
        "participants": list(books), "request_id": request.site.new_id(), "problems": problems,
    }  # fmt: skip
    return render(request, "recordings.html", context, status=422 if problems else 200)


def own_form(request: StudyRequest, form: Form, participant: str) -> Form:
    """Return a form as the plan in force at a participant's site has it, where it has it: so it is held and named."""
    return plan_at(request, participant).forms.get(form.id, form)


def line_of(form: Form, book: Casebook, whole: Casebook) -> Line:
    """Return what is shown of a participant; `whole` is not masked and tells only whether the rule is met."""
    made = sum(name == form.id for _, name in book.recordings)
    return Line(participant=book.participant, made=made, is_due=is_due_for_rating(form, whole), clips=clips(form, book))


def _waits(request: StudyRequest, form: Form, book: Casebook) -> bool:
    """Tell whether recordings of a participant may be released now."""
    has_any = any(name == form.id for _, name in book.recordings)
    whole = request.view.casebooks[book.participant]
    own = plan_at(request, book.participant).forms.get(form.id)
    return own is not None and has_any and form.id not in book.releases and is_due_for_rating(own, whole)


@require_POST
def release(request: StudyRequest) -> HttpResponse:
    """Release every recording of a form whose time has come, in an order made by chance here and now."""
    form = request.actor.study.forms.get(request.POST.get("form", ""))
    if form is None or form.recordings is None:
        raise Http404
    plans = by_plan(request, casebooks_for(request))  # an act is judged by one version: one for each, saved together
    ready = [[book.participant for book in books.values() if _waits(request, form, book)] for _, books in plans]
    asked = request.POST.get("request", "")
    key = asked if is_code(asked) else None
    seed = hashlib.sha256((request.site.new_id() + request.site.new_id()).encode()).hexdigest()
    try:
        acts = [(key, release_recordings(form.id, codes, seed=seed)) for codes in ready if codes]
        if acts:
            request.site.record_all(acts, by=request.actor.person)
    except TrialbookError as error:
        return _page(request, told(error))
    messages.success(request, gettext("Released: participants %(count)s.") % {"count": sum(map(len, ready))})
    return redirect("recordings")


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: StudyRequest, participant: str, visit: str, form: str) -> HttpResponse:
    """Register the recording of a visit, or correct what was registered with a reason."""
    book, study = casebook_for(request, participant), plan_at(request, participant)
    plan, planned = study.forms.get(form), study.schedule.visits.get(visit)
    if plan is None or plan.recordings is None or planned is None or visit not in plan.visits:
        raise Http404
    standing = book.recordings.get((visit, form))
    typed = {name: request.POST.get(name, "") for name in ("on", "file", "reason")}
    problems: object = ()
    if request.method == "POST":
        asked = request.POST.get("request", "")
        act = register_recording(
            participant, visit, form, on=typed["on"], file=typed["file"], reason=typed["reason"] or None
        )
        try:
            request.site.record(act, by=request.actor.person, request=asked if is_code(asked) else None)
        except TrialbookError as error:
            problems = told(error)
        else:
            messages.success(request, gettext("The recording is registered."))
            return redirect("recordings")
    elif standing is not None:
        typed |= {"on": standing.on, "file": standing.file}
    context = {
        "participant": participant, "label": study.say(plan.label, request.LANGUAGE_CODE),
        "visit_label": study.say(planned.label, request.LANGUAGE_CODE), "typed": typed, "problems": problems,
        "is_standing": standing is not None, "request_id": request.site.new_id(),
    }  # fmt: skip
    return render(request, "recording.html", context, status=422 if problems else 200)
