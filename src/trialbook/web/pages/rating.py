"""The pages of a blind role: the ratings that are open now, one of them, and an alert that goes one way.

Nothing here tells a visit, a week or a date, how many visits there were, or what anybody else did: neither page nor
address nor order nor refusal. `looking` finds out which visit is rated; it stays on the server.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from trialbook.capture.asking import alert as send_alert
from trialbook.capture.people import is_code
from trialbook.conduct.blinding import NOW
from trialbook.errors import Problem, TrialbookError
from trialbook.web.actor import Actor
from trialbook.web.forms.questions import Said, sections_of
from trialbook.web.forms.reading import Reading, read_answers
from trialbook.web.forms.saving import WHOLE, Wrong, form_act
from trialbook.web.forms.sheet import Sheet, language_of
from trialbook.web.forms.typed import Typed, as_it_stands, read_typed
from trialbook.web.forms.words import common_reasons, told
from trialbook.web.looking import Rating, rating_for, ratings_for
from trialbook.web.request import StudyRequest

TOLD = ("VALUE-", "ACT-02", "ACT-07")
"""Codes of what may be told: it speaks of what was typed here. Everything else might speak of other people's work."""
REFUSED = 422
MOST_OPEN = 50
"""Ratings that somebody has open beside each other."""


def open_ratings(request: StudyRequest) -> HttpResponse:
    """Show which participants can be rated now."""
    language = request.LANGUAGE_CODE
    found = [
        (rating.casebook.participant, rating.form.id, rating.study.say(rating.form.label, language) or rating.form.id)
        for rating in ratings_for(request)
    ]
    return render(request, "today_blind.html", {"ratings": found, "rated": rated_by(request.actor)})


def rated_by(actor: Actor) -> Literal["people", "recordings", "both"]:
    """Tell by the plan alone whose codes a role is shown: of participants, of recordings without them, or of both."""
    plans = [form.recordings for form in actor.study.forms.values() if actor.may("record", form.id)]
    are_clips = {plan is not None and plan.codes == "clip" for plan in plans}
    return "people" if True not in are_clips else "both" if False in are_clips else "recordings"


@require_http_methods(["GET", "HEAD", "POST"])
def rating(request: StudyRequest, participant: str, form: str) -> HttpResponse:
    """Show the form that is open now, and save what is rated; 404 where none is, whatever the reason."""
    found = rating_for(request, participant, form)
    if found is None:
        raise Http404
    sheet = sheet_of(request, found)
    if request.method == "POST":
        return save_rating(request, found, sheet)
    note_open(request, participant, form, found.visit)
    typed = as_it_stands(sheet)
    return show(request, sheet, typed, read_answers(sheet, typed), {}, request.site.new_id())


def sheet_of(request: StudyRequest, found: Rating) -> Sheet:
    """Return the sheet that is shown: masked, and without the visit."""
    study = found.study
    return Sheet(
        study=study,
        casebook=found.casebook,
        form=found.form,
        visit=NOW,
        repeat="",
        language=language_of(study, request.LANGUAGE_CODE),
        may_record=True,
    )


def show(
    request: StudyRequest, sheet: Sheet, typed: Typed, reading: Reading, wrong: Wrong, request_id: str
) -> HttpResponse:
    """Show a rating with what is typed in it, and what stands against saving that."""
    sections = sections_of(sheet, typed, reading, Said(wrong=wrong))
    context = {
        "sheet": sheet,
        "participant": sheet.casebook.participant,
        "sections": sections,
        "whole": wrong.get(WHOLE, ()),
        "wrong_items": [one for section in sections for one in section.questions if one.wrong],
        "request_id": request_id,
        "items": " ".join(sheet.form.items),
        "reasons": common_reasons(sheet.study),
        "is_standing": any(sheet.standing(item) is not None for item in sheet.form.items),
    }
    return render(request, "rating.html", context, status=REFUSED if wrong else 200)


def save_rating(request: StudyRequest, found: Rating, sheet: Sheet) -> HttpResponse:
    """Record a rating for the visit that was open when its page was shown."""
    participant, asked = sheet.casebook.participant, request.POST.get("request", "")
    typed = read_typed(sheet.form, sheet.study.missing, request.POST)
    reading = read_answers(sheet, typed)
    request_id = asked if is_code(asked) else request.site.new_id()
    if [participant, sheet.form.id, found.visit] not in request.session.get("ratings", []):
        closed = gettext("This rating was closed meanwhile. Nothing was saved; ask whoever runs the visit.")
        return show(request, sheet, typed, reading, {WHOLE: (closed,)}, request_id)
    act = form_act(as_recorded(found, sheet), replace(typed, seen={}), reading, "keyboard")
    try:
        if act.asked:
            request.site.record(act, by=request.actor.person, request=request_id)
    except TrialbookError as error:
        return show(request, sheet, typed, reading, dict(masked(sheet, error.problems)), request_id)
    messages.success(request, gettext("The rating of %(participant)s is saved.") % {"participant": participant})
    return redirect("today")


def as_recorded(found: Rating, sheet: Sheet) -> Sheet:
    """Return the sheet as the ledger names it: with the visit, and with the participant for a code of a recording."""
    return replace(sheet, visit=found.visit, casebook=replace(sheet.casebook, participant=found.participant))


def note_open(request: StudyRequest, participant: str, form: str, visit: str) -> None:
    """Keep in the session for which visit a page was shown; several may be open beside each other."""
    others = [one for one in request.session.get("ratings", []) if one[:2] != [participant, form]]
    request.session["ratings"] = [*others[-MOST_OPEN:], [participant, form, visit]]


def masked(sheet: Sheet, problems: Sequence[Problem]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what stands against a rating, as a blind role may be told."""
    for problem in problems:
        item = problem.place.item or WHOLE
        if problem.code.startswith(TOLD) and item in sheet.form.items:
            yield item, (told(problem),)
        else:
            yield WHOLE, (gettext("This cannot be saved now. Ask whoever runs the visit."),)


@require_http_methods(["GET", "HEAD", "POST"])
def alert(request: StudyRequest, participant: str) -> HttpResponse:
    """Tell the investigators of something that cannot wait; no answer comes back."""
    known = {rating.casebook.participant: rating.participant for rating in ratings_for(request)}
    if participant not in known:
        raise Http404
    text = request.POST.get("text", "").strip()
    if request.method != "POST" or not text:
        context = {"participant": participant, "request_id": request.site.new_id(), "asked": request.method == "POST"}
        return render(request, "rating_alert.html", context)
    asked = request.POST.get("request", "")
    try:
        written = send_alert(known[participant], gettext("Safety alert of the assessor: %(text)s") % {"text": text})
        request.site.record(written, by=request.actor.person, request=asked if is_code(asked) else None)
    except TrialbookError:
        messages.error(request, gettext("The alert could not be saved. Call an investigator."))
        return redirect("today")
    messages.success(request, gettext("The alert is saved. Call an investigator too: nobody may be looking."))
    return redirect("today")
