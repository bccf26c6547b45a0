"""A participant moves to another site."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from trialbook.capture.acts import transfer
from trialbook.capture.people import may
from trialbook.errors import ActRefused, LedgerError, TrialbookError
from trialbook.web.following.seen import Seen, see
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest


@require_http_methods(["GET", "HEAD", "POST"])
def moving(request: StudyRequest, participant: str) -> HttpResponse:
    """Ask where a participant moves, and record it; whoever acts for one site alone is told who can."""
    seen = see(request, participant)
    if request.method != "POST":
        return _ask(request, seen)
    try:
        asked = request.POST
        act = transfer(seen.code, asked.get("site", "").strip(), on=asked.get("on"), reason=asked.get("reason", ""))
        receipt = request.site.record(act, by=request.actor.person, request=asked.get("request") or None)
    except (ActRefused, LedgerError) as error:
        return _ask(request, seen, error)
    if receipt.entries:
        said = {"code": seen.code, "site": act.asked[0].site}
        messages.success(request, gettext("%(code)s has moved to site %(site)s.") % said)
    reached = request.actor.grant is not None and request.actor.grant.site in {None, act.asked[0].site}
    return redirect("participant", seen.code) if reached else redirect("participants")


def _ask(request: StudyRequest, seen: Seen, error: TrialbookError | None = None) -> HttpResponse:
    context = {
        "seen": seen,
        "sites": sites_of(request, seen),
        "is_everywhere": may_everywhere(request),
        "site": request.POST.get("site", ""),
        "on": request.POST.get("on", seen.today.isoformat()),
        "reason": request.POST.get("reason", ""),
        "problems": told(error) if error is not None else (),
        "request_id": request.POST.get("request") or request.site.new_id(),
    }
    return render(request, "moving.html", context, status=422 if error is not None else 200)


def sites_of(request: StudyRequest, seen: Seen) -> list[str]:
    """Return the other sites that the asker may move somebody to: those of their own grants, or all that there are."""
    own = {grant.site for grant in request.actor.grants if grant.site is not None}
    every = {casebook.site for casebook in request.view.casebooks.values() if casebook.site}
    known = every | own if may_everywhere(request) else own
    return sorted(known - {seen.casebook.site or ""})


def may_everywhere(request: StudyRequest) -> bool:
    """Tell whether the asker may enrol whatever the site."""
    return may(request.view.people, request.actor.person, "enrol", study=request.actor.study, site=None) is not None
