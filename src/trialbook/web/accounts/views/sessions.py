"""Where somebody is signed in: their own sessions, to be ended with their password, and those that a custodian ends."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from trialbook.web.accounts.log import note
from trialbook.web.accounts.models import Account, What
from trialbook.web.accounts.opened import Opened, end, opened_by
from trialbook.web.accounts.trying import confirm_password
from trialbook.web.accounts.views.own import signed_in
from trialbook.web.request import StudyRequest

DOINGS = frozenset({"end", "end others"})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponseBase:
    """List where somebody is signed in; their password ends what they ticked, or everything but this session."""
    account = signed_in(request)
    every, problem = opened_by(account, request.session.session_key), ""
    if request.method == "POST":
        if request.POST.get("do") not in DOINGS:
            raise Http404
        chosen = chosen_of(request, every, are_all=request.POST.get("do") == "end others")
        problem = wrong_with(request, chosen)
        if not problem:
            end_all(request, account, chosen)
            return redirect("sessions")
    return render(request, "accounts/sessions.html", {"opened": every, "problem": problem})


def chosen_of(request: HttpRequest, every: Sequence[Opened], *, are_all: bool) -> tuple[Opened, ...]:
    """Return the sessions that are to be ended, those that are ticked or all; never the one that asks."""
    ticked = frozenset(request.POST.getlist("session"))
    return tuple(one for one in every if not one.is_this and (are_all or one.number in ticked))


def wrong_with(request: HttpRequest, chosen: Sequence[Opened]) -> str:
    """Say why nothing is ended; empty where it is. A wrong password counts as at sign-in."""
    if not chosen:
        return _("Tick at least one that still lasts.")
    if not confirm_password(request, request.POST.get("password", "")):
        return _("This is not your password.")
    return ""


def end_all(request: HttpRequest, account: Account, chosen: Sequence[Opened], *, by: str = "") -> None:
    """End sessions of an account, and write a line of the log for each."""
    gone = end(account, [one.number for one in chosen])
    for one in gone:
        note(request, account.code, What.SESSIONS_ENDED, by=by, remark=str(one))
    told = ngettext("%(count)s session was ended.", "%(count)s sessions were ended.", len(gone))
    messages.success(request, told % {"count": len(gone)})


def end_for(request: StudyRequest, found: Account) -> None:
    """End the sessions of somebody else that a custodian chose, or all of them."""
    chosen = chosen_of(request, opened_by(found), are_all="all" in request.POST)
    if found.code == request.actor.person:
        messages.error(request, _("Your own sessions you end under “Where you are signed in”."))
    elif not chosen:
        messages.error(request, _("Tick at least one that still lasts."))
    else:
        end_all(request, found, chosen, by=request.actor.person)
