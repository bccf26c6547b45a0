"""Where a participant stands: the end of their time in the study, and corrections of what was recorded of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from trialbook.errors import ActRefused, LedgerError, TrialbookError
from trialbook.web.following.deciding import act_of, standing_day, step_in, steps_of
from trialbook.web.following.seen import Seen, see
from trialbook.web.following.words import STATUS
from trialbook.web.pages.participant import status_words
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.saying import sentence


@require_http_methods(["GET", "HEAD", "POST"])
def status(request: StudyRequest, participant: str) -> HttpResponse:
    """Show what can be recorded of a participant's status, and record it; screening has a page of its own."""
    seen = see(request, participant)
    if not seen.actor.may("enrol"):
        raise Http404
    if seen.casebook.status == "screening":
        return redirect("screening", participant)
    return _record(request, seen) if request.method == "POST" else _show(request, seen)


def _record(request: StudyRequest, seen: Seen) -> HttpResponse:
    step = step_in(seen.casebook, request.POST)
    if step is None:
        messages.error(request, gettext("Nothing was recorded: the status is another one by now."))
        return redirect("status", seen.code)
    try:
        act = act_of(step, seen.code, request.POST)
        sent = request.POST.get("request") or None
        receipt = request.site.record(act, by=request.actor.person, request=sent)
    except (ActRefused, LedgerError) as error:
        return _show(request, seen, error)
    if receipt.entries:
        messages.success(request, gettext("Recorded: %(what)s.") % {"what": step.title})
    else:
        messages.info(request, gettext("This is what was recorded already; nothing was changed."))
    for note in receipt.notes:
        messages.warning(request, sentence(note))
    return redirect("participant", seen.code)


def _show(request: StudyRequest, seen: Seen, error: TrialbookError | None = None) -> HttpResponse:
    sent = request.POST.get("step", "")
    steps = [
        {
            "step": step,
            "day": request.POST.get("on", "")
            if step.id == sent
            else _day(seen, step.is_correction, standing_day(step, seen.casebook)),
            "why": request.POST.get("why", "") if step.id == sent else "",
            "reason": request.POST.get("reason", "") if step.id == sent else "",
            "is_sent": step.id == sent,
        }
        for step in steps_of(seen.casebook)
    ]
    context = {
        "seen": seen,
        "status": STATUS[seen.casebook.status],
        "status_words": status_words(seen),
        "steps": steps,
        "problems": told(error) if error is not None else (),
        "request_id": request.POST.get("request") or request.site.new_id(),
    }
    return render(request, "status.html", context, status=422 if error is not None else 200)


def _day(seen: Seen, is_correction: bool, standing: str) -> str:  # noqa: FBT001 - said at its only call
    return standing if is_correction else seen.today.isoformat()
