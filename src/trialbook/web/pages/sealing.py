"""Freeze and lock, and open again: forms, visits, participants, several at once, and the study as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from trialbook.capture.people import is_code
from trialbook.errors import ActRefused, TrialbookError
from trialbook.web.errands import ERRANDS, Errand
from trialbook.web.forms.sheet import language_of, visit_name
from trialbook.web.looking import actor_at, casebooks_for
from trialbook.web.monitoring.closing import (
    LEVELS,
    NEED_REASON,
    SHOWN,
    UNFINISHED,
    Doing,
    closing_act,
    closing_rows,
    doings,
    read_picked,
    request_of,
    state_of,
    study_act,
    together,
)
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.site import LONGEST_ID
from trialbook.web.treatment.seal_rows import SealRow, level_of

FILTERS = ("participant", "visit", "form", "level", "show")
MOST_ROWS, LONGEST = 300, 2000
WAITED = 1.0
"""Seconds for which a page waits before it shows progress instead of what came of it."""


@require_http_methods(["GET", "HEAD", "POST"])
def sealing(request: StudyRequest) -> HttpResponse:
    """Show how everything of one level is closed, and close or open what is ticked."""
    if not doings(request.actor):
        raise Http404
    if request.method != "POST":
        return _page(request)
    doing, against = _doing(request)
    places = read_picked(request.POST.getlist("place"))
    if places is None or (places and not _are_shown(request, places)):
        raise Http404
    if not places:
        against.append(gettext("Tick what is meant."))
    if doing is None or against:
        return _page(request, _plain(against))
    return _begin(request, doing, places)


def _doing(request: StudyRequest) -> tuple[Doing | None, list[str]]:
    """Return what is to be done, and what is lacking."""
    doing = next((one for one in doings(request.actor) if one == request.POST.get("do")), None)
    if doing is None:
        return None, [gettext("Choose what is to be done.")]
    is_bare = doing in NEED_REASON and not _reason(request)
    return doing, [gettext("Say why it is opened again.")] if is_bare else []


def _reason(request: StudyRequest) -> str:
    return request.POST.get("reason", "").strip()[:LONGEST]


def _are_shown(request: StudyRequest, places: Sequence[tuple[str, Any]]) -> bool:
    """Tell whether every place can be closed by the asker, and all of them are of one level."""
    casebooks, levels = casebooks_for(request), {level_of(cell) for _, cell in places}
    codes = {code for code, _ in places}
    if len(levels) != 1 or not codes.issubset(casebooks):
        return False
    level = next(iter(levels))
    known = {
        (code, row.cell)
        for code in codes
        for row in closing_rows(actor_at(request, casebooks[code]), casebooks[code], level, None)
    }
    return known.issuperset(places)


def _begin(request: StudyRequest, doing: Doing, places: Sequence[tuple[str, Any]]) -> HttpResponse:
    """Begin the work: participant by participant, for each of them all or nothing."""
    asked, reason = _asked_id(request), _reason(request)
    steps: list[tuple[str, Callable[[], object]]] = [
        (
            picked.participant,
            partial(
                request.site.record,
                closing_act(doing, picked, reason),
                by=request.actor.person,
                request=request_of(asked, picked.participant),
            ),
        )
        for picked in together(places)
    ]
    said = hashlib.sha256(repr((doing, reason, sorted(places))).encode()).hexdigest()
    errand = ERRANDS.begin(f"{asked[:LONGEST_ID]}-{said[:12]}", request.actor.person, steps)
    back = urlencode({name: request.POST.get(name, "") for name in FILTERS})
    if errand.wait(WAITED) and not errand.refused and not errand.failed:
        messages.success(request, _done(errand))
        return _see_other(f"{reverse('sealing')}?{back}")
    return _see_other(f"{reverse('sealing-work', args=[errand.key])}?{back}")


def _asked_id(request: StudyRequest) -> str:
    asked = request.POST.get("request", "")
    return asked if is_code(asked) else request.site.new_id()


def _done(errand: Errand) -> str:
    count = len(errand.done)
    return ngettext("Done for %(count)d participant.", "Done for %(count)d participants.", count) % {"count": count}


@require_safe
def work(request: StudyRequest, key: str) -> HttpResponse:
    """Show how far the work is, and what was refused."""
    errand = ERRANDS.of(request.actor.person, key)
    if errand is None:
        messages.info(request, gettext("This work is over or goes on elsewhere. The list shows what is left to do."))
        return _see_other(reverse("sealing"))
    shown = {
        "errand": errand,
        "said": _done(errand),
        "refused": [(name, _told(error)) for name, error in list(errand.refused)],
        "back": urlencode({name: request.GET.get(name, "") for name in FILTERS}),
    }
    return render(request, "sealing_work.html", shown)


def _told(error: TrialbookError) -> list[dict[str, str]]:
    """Return the problems of an error without counts: they may be of queries in forms that the asker is not shown."""
    others = [problem for problem in error.problems if problem.code not in UNFINISHED]
    lines = told(ActRefused(others)) if others else []
    if len(others) == len(error.problems):
        return lines
    remedy = gettext("Have it signed, and the queries closed. To lock all the same, give a reason.")
    return [{"code": "", "place": "", "sentence": gettext("Something is open in it."), "remedy": remedy}, *lines]


# ---- the study as a whole ---------------------------------------------------------------------------------------


@require_http_methods(["POST"])
def seal_study(request: StudyRequest) -> HttpResponse:
    """Freeze, thaw, lock or unlock the whole study."""
    if not doings(request.actor):
        raise Http404
    doing, against = _doing(request)
    if doing is None or against:
        return _page(request, _plain(against))
    try:
        request.site.record(study_act(doing, _reason(request)), by=request.actor.person, request=_asked_id(request))
    except TrialbookError as error:
        return _page(request, _told(error))
    messages.success(request, gettext("Saved."))
    return _see_other(reverse("sealing"))


# ---- the page ---------------------------------------------------------------------------------------------------


def _page(request: StudyRequest, problems: Sequence[dict[str, str]] = ()) -> HttpResponse:
    actor, study = request.actor, request.actor.study
    language = language_of(study, request.LANGUAGE_CODE)
    sent = request.POST if request.method == "POST" else request.GET
    asked = {name: sent.get(name, "") for name in FILTERS}
    level = asked["level"] if asked["level"] in LEVELS else "form"
    show = asked["show"] if asked["show"] in SHOWN else "all"
    casebooks = casebooks_for(request)
    rows = [
        row
        for code, casebook in casebooks.items()
        if asked["participant"] in {"", code}
        for row in closing_rows(actor_at(request, casebook), casebook, level, language)
        if asked["visit"] in {"", row.cell.visit} and asked["form"] in {"", row.cell.form}
    ]
    chosen = [row for row in rows if show in {"all", state_of(row)}]
    shown = {
        "groups": _by_participant(chosen[:MOST_ROWS]),
        "left": max(0, len(chosen) - MOST_ROWS),
        "shows": [(name, sum(name in {"all", state_of(row)} for row in rows)) for name in SHOWN],
        "levels": LEVELS,
        "asked": {**asked, "level": level, "show": show},
        "codes": list(casebooks),
        "visits": [(visit, visit_name(study, visit, language)) for visit in study.schedule.visits],
        "forms": [(one.id, study.say(one.label, language)) for one in study.forms.values() if actor.sees(one.id)],
        "doings": doings(actor),
        "seals": [seal for seal in request.view.marks.seals.values() if seal.level == "study"],
        "ticked": request.POST.getlist("place"),
        "do": request.POST.get("do", ""),
        "reason": request.POST.get("reason", ""),
        "problems": problems,
        "request_id": request.site.new_id(),
    }
    return render(request, "sealing.html", shown, status=422 if problems else 200)


def _by_participant(rows: Sequence[SealRow]) -> list[tuple[str, list[SealRow]]]:
    found: dict[str, list[SealRow]] = {}
    for row in rows:
        found.setdefault(row.participant.replace("~", "~0").replace("/", "~1"), []).append(row)
    return list(found.items())


def _plain(sentences: Sequence[str]) -> list[dict[str, str]]:
    remedy = gettext("Nothing was changed.")
    return [{"code": "", "place": "", "sentence": sentence, "remedy": remedy} for sentence in sentences]


def _see_other(address: str) -> HttpResponse:
    answer = HttpResponseRedirect(address)
    answer.status_code = 303
    return answer
