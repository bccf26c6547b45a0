"""Signing: what waits for whom, what is signed, what was changed since; and the signature itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from trialbook.capture.asking import Act
from trialbook.capture.asking import sign as ask_sign
from trialbook.conduct.casebook import Casebook, Cell
from trialbook.errors import TrialbookError
from trialbook.web.accounts.trying import confirm_password
from trialbook.web.forms.sheet import language_of
from trialbook.web.looking import actor_at, casebook_for, casebooks_for
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.treatment.links import participant_page
from trialbook.web.treatment.seal_rows import SealRow, level_of, read_place, rows_of, seal_row, seal_rows
from trialbook.web.treatment.signed_content import content

MEANINGS = (
    gettext_noop("I have looked at these data; they are complete and plausible."),
    gettext_noop("I am responsible for these data; they agree with what happened."),
    gettext_noop("I approve these data for analysis."),
)
"""What a signature can mean; recorded in these words, shown in the reader's language."""
SHOWN = ("waiting", "void", "signed", "incomplete", "closed", "all")
MOST_AT_ONCE, MOST_ROWS = 12, 300


@require_safe
def signing(request: StudyRequest) -> HttpResponse:
    """Show how every form, visit and participant is sealed; first what waits for the asker's signature."""
    actor, language = request.actor, language_of(request.actor.study, request.LANGUAGE_CODE)
    show, asked = request.GET.get("show", ""), request.GET.get("participant", "")
    show = show if show in SHOWN else "waiting" if any(map(actor.signs, ("form", "visit", "participant"))) else "all"
    casebooks = casebooks_for(request)
    rows = [
        row
        for code, casebook in casebooks.items()
        if asked in {"", code}
        for row in seal_rows(actor_at(request, casebook), casebook, language)
        if row.level == "participant" or row.state != "empty" or row.closing is not None
    ]
    chosen = rows_of(rows, show, actor)
    shown = {
        "groups": _by_participant(chosen[:MOST_ROWS]),
        "left": max(0, len(chosen) - MOST_ROWS),
        "waiting": rows_of(chosen[:MOST_ROWS], "waiting", actor),
        "filters": [(name, len(rows_of(rows, name, actor))) for name in SHOWN],
        "study_seals": list(request.view.marks.seals.values()),
        "show": show,
        "asked": asked,
        "codes": list(casebooks),
        "may_sign": any(map(actor.signs, ("form", "visit", "participant"))),
        "may_close": actor.may("freeze") or actor.may("lock"),
    }
    return render(request, "signing.html", shown)


def _by_participant(rows: Sequence[SealRow]) -> list[tuple[str, list[SealRow]]]:
    found: dict[str, list[SealRow]] = {}
    for row in rows:
        found.setdefault(row.participant, []).append(row)
    return list(found.items())


# ---- one signature ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: StudyRequest, participant: str) -> HttpResponse:
    """Show exactly what would be signed, and sign it."""
    casebook = casebook_for(request, participant)
    places = _places(request, casebook)
    if request.method != "POST":
        return _sign_page(request, casebook, places)
    against = _against(request, len(places))
    if against:
        return _sign_page(request, casebook, places, problems=_plain(against))
    try:
        request.site.record(
            _signature(request, participant, places),
            by=request.actor.person,
            request=request.POST.get("request") or None,
        )
    except TrialbookError as error:
        return _sign_page(request, casebook_for(request, participant), places, problems=told(error))
    said = ngettext("Signed.", "%(count)d forms signed.", len(places)) % {"count": len(places)}
    messages.success(request, said)
    answer = HttpResponseRedirect(f"{reverse('signing')}?participant={participant}&show=waiting")
    answer.status_code = 303
    return answer


def _places(request: StudyRequest, casebook: Casebook) -> list[Cell]:
    """Return what is to be signed; 404 where the asker's role does not sign it, or it is not there."""
    sent = request.POST if request.method == "POST" else request.GET
    read = [read_place(text) for text in dict.fromkeys(sent.getlist("place"))]
    places = [place for place in read if place is not None]
    rows = {row.cell for row in seal_rows(request.actor, casebook, None)}
    levels = {level_of(place) for place in places}
    is_one_kind = len(places) == 1 or levels == {"form"}
    if len(places) != len(read) or not 0 < len(places) <= MOST_AT_ONCE or not is_one_kind:
        raise Http404
    if not all(place in rows for place in places) or not all(map(request.actor.signs, levels)):
        raise Http404
    return places


def _against(request: StudyRequest, count: int) -> list[str]:
    """Return what stands against signing before the ledger is asked; the password is tried last."""
    found = []
    if request.POST.get("meaning") not in MEANINGS:
        found.append(gettext("Choose what your signature means."))
    if count > 1 and len(set(request.POST.getlist("looked"))) < count:
        found.append(gettext("Tick every form that you looked at, or go back and leave it out."))
    if len(request.POST.getlist("content")) != count:
        found.append(gettext("Load the page anew."))
    if not found and not confirm_password(request, request.POST.get("password", "")):
        found.append(gettext("The password is not right, or the account is shut for a while after wrong ones."))
    return found


def _plain(sentences: Sequence[str]) -> list[dict[str, str]]:
    remedy = gettext("Nothing was signed.")
    return [{"code": "", "place": "", "sentence": sentence, "remedy": remedy} for sentence in sentences]


def _signature(request: StudyRequest, participant: str, places: Sequence[Cell]) -> Act:
    """Return the act: each place with the hash of what its page showed."""
    meaning, level = request.POST["meaning"], level_of(places[0])
    acts = [
        ask_sign(participant, level, meaning, content=seen, visit=place.visit, form=place.form, repeat=place.repeat)
        for place, seen in zip(places, request.POST.getlist("content"), strict=True)
    ]
    return Act(name="sign", asked=tuple(draft for act in acts for draft in act.asked), level=level)


def _sign_page(
    request: StudyRequest, casebook: Casebook, places: Sequence[Cell], problems: Sequence[dict[str, str]] = ()
) -> HttpResponse:
    study, language = request.actor.study, language_of(request.actor.study, request.LANGUAGE_CODE)
    rows = [
        (seal_row(request.actor, casebook, place, language), content(study, casebook, place, language))
        for place in places
    ]
    shown: dict[str, Any] = {
        "participant": casebook.participant,
        "participant_page": participant_page(casebook.participant),
        "rows": rows,
        "can_sign": all(row.is_whole for row, _ in rows),
        "meanings": MEANINGS,
        "meaning": request.POST.get("meaning", ""),
        "problems": problems,
        "request_id": request.POST.get("request") or request.site.new_id(),
    }
    return render(request, "sign.html", shown, status=422 if problems else 200)
