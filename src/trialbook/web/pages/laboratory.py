"""The laboratory values of a participant against the limits of normal, and what an investigator makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from trialbook.capture.asking import Act
from trialbook.capture.ledger import Draft, Entry
from trialbook.conduct.casebook import Casebook, Cell
from trialbook.errors import TrialbookError
from trialbook.protocol.model import Form
from trialbook.web.forms.sheet import language_of
from trialbook.web.looking import casebook_for
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.treatment.laboratory_judged import JUDGED, Told, by_cell, judgement_of, sayable
from trialbook.web.treatment.laboratory_rows import LabItem, chart_of, is_laboratory, lab_items
from trialbook.web.treatment.links import participant_page
from trialbook.web.treatment.trend_line import Trend, draw_trend
from trialbook.web.veil import unveiled

SHOWN = ("all", "beyond", "open")
LONGEST = 2000


@require_safe
def laboratory(request: StudyRequest, participant: str) -> HttpResponse:
    """Show every laboratory value of a participant, with its limits, flag, grade and judgement."""
    return render(request, "laboratory.html", _shown(request, participant))


@require_POST
def judge(request: StudyRequest, participant: str) -> HttpResponse:
    """Record whether a value is clinically significant, as a note about its entry."""
    casebook = casebook_for(request, participant)
    cell, about, meanings = _asked_cell(request, casebook)
    meaning, words = request.POST.get("meaning", ""), request.POST.get("words", "").strip()
    if casebook.answers[cell].seq != about:
        return _again(
            request, participant, gettext("The value was corrected meanwhile. Look at the new one, then say it again.")
        )
    if meaning not in meanings or (JUDGED[meaning] and not words):
        return _again(
            request, participant, gettext("Choose one of the two; for a significant value, say what is done about it.")
        )
    draft = Draft(
        act="note",
        participant=participant,
        visit=cell.visit or None,
        form=cell.form,
        repeat=cell.repeat or None,
        item=cell.item,
        about=about,
        value=meaning,
        text=words[:LONGEST] or gettext("Not clinically significant."),
    )
    try:
        request.site.record(
            Act(name="note", asked=(draft,)), by=request.actor.person, request=request.POST.get("request") or None
        )
    except TrialbookError as error:
        return render(request, "laboratory.html", {**_shown(request, participant), "problems": told(error)}, status=409)
    messages.success(request, gettext("Saved."))
    answer = HttpResponseRedirect(reverse("laboratory", args=[participant]) + f"#{cell.form}-{cell.item}")
    answer.status_code = 303
    return answer


def may_judge(request: StudyRequest) -> bool:
    """Tell whether the asker judges values: a role that signs, since that is an investigator's."""
    return request.actor.may("note") and any(map(request.actor.signs, ("form", "visit", "participant")))


def _asked_cell(request: StudyRequest, casebook: Casebook) -> tuple[Cell, int, tuple[str, ...]]:
    """Return the value that is judged, the entry that was looked at, and what may be said of it.

    404 where the asker may not judge it.
    """
    names = ("visit", "form", "repeat", "item")
    cell = Cell(*(request.POST.get(name, "") for name in names))
    form = request.actor.study.forms.get(cell.form)
    is_there = form is not None and form in _forms(request) and cell in casebook.answers
    if not may_judge(request) or form is None or not is_there:
        raise Http404
    item = form.items[cell.item]
    meanings = sayable(form, item, judgement_of(_told(request, casebook), form, item, cell))
    if not meanings:
        raise Http404
    return cell, unveiled(request.POST.get("seq", "")), meanings


def _told(request: StudyRequest, casebook: Casebook) -> Told:
    return Told(
        study=request.actor.study,
        casebook=casebook,
        entries=by_cell(request.site.history(participant=casebook.participant)),
        version=request.site.book.version,
    )


def _again(request: StudyRequest, participant: str, sentence: str) -> HttpResponse:
    """Show the page again with what stands against it; nothing was saved."""
    against = [{"code": "", "place": "", "sentence": sentence, "remedy": gettext("Nothing was saved.")}]
    typed = {name: request.POST.get(name, "") for name in ("visit", "form", "repeat", "item", "meaning", "words")}
    shown = {**_shown(request, participant), "problems": against, "typed": typed}
    return render(request, "laboratory.html", shown, status=422)


def _forms(request: StudyRequest) -> Sequence[Form]:
    forms = request.actor.study.forms.values()
    return [form for form in forms if is_laboratory(form) and request.actor.sees(form.id)]


def _shown(request: StudyRequest, participant: str) -> dict[str, Any]:
    casebook, forms = casebook_for(request, participant), _forms(request)
    if not forms:
        raise Http404
    study, chosen = request.actor.study, request.GET.get("show", "all")
    items = list(lab_items(chart_of(_told(request, casebook), language_of(study, request.LANGUAGE_CODE)), forms))
    beyond = [one for one in items if any(value.flag in {"low", "high"} for value in one.values)]
    open_ones = [one for one in items if one.open]
    picked = {"all": items, "beyond": beyond, "open": open_ones}
    return {
        "participant": participant,
        "participant_page": participant_page(participant),
        "chosen": chosen if chosen in SHOWN else "all",
        "counts": {name: len(some) for name, some in picked.items()},
        "groups": _groups(request, picked.get(chosen, items)),
        "may_judge": may_judge(request),
        "request_id": request.site.new_id(),
        "limits_since": limits_since(request),
    }


def _groups(request: StudyRequest, items: Sequence[LabItem]) -> list[tuple[str, list[tuple[LabItem, Trend | None]]]]:
    """Return the items form by form, each with its drawing."""
    found: dict[str, list[tuple[LabItem, Trend | None]]] = {}
    for one in items:
        title = request.actor.study.say(one.form.label, language_of(request.actor.study, request.LANGUAGE_CODE))
        found.setdefault(title, []).append((one, draw_trend(one.values)))
    return list(found.items())


def limits_since(request: StudyRequest) -> datetime | None:
    """Return since when the limits of the study file hold: when the version in force was adopted."""
    entries: Sequence[Entry] = request.site.history(participant="")
    adopted = [one for one in entries if one.act == "adopt" and one.value == request.actor.study.fingerprint]
    if not adopted:
        return None
    moment = datetime.fromisoformat(adopted[-1].at.removesuffix("Z") + "+00:00")
    return moment.astimezone(ZoneInfo(request.actor.study.identity.timezone))
