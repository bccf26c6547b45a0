"""Versions of the study: what is in force where, what waits, what it would change; proposing, approving, adopting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from trialbook.capture import acts
from trialbook.capture.foreseeing import Foreseen
from trialbook.conduct.consequences import Effect, Shift
from trialbook.errors import Place, Problem, StudyFileError, TrialbookError
from trialbook.exchange.consequence_file import consequences_csv
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study
from trialbook.web.amending.asked import (
    approvals,
    foreseen_for,
    history,
    in_force,
    reached,
    version_of,
    version_text,
)
from trialbook.web.amending.earlier import earlier_of
from trialbook.web.amending.words import ABOUT, KINDS, about, said
from trialbook.web.forms.words import local_time
from trialbook.web.monitoring.log import note_export
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.veil import veiled

MOST_BYTES = 1_000_000
"""Of a study file."""
MOST_SHOWN = 30
"""Things that are shown of one change; the file has all."""
LONGEST = 2000


# ---- all versions -----------------------------------------------------------------------------------------------


@require_safe
def amendments(request: StudyRequest) -> HttpResponse:
    """Show which version is in force where, what waits, and every version that took effect."""
    return _list(request)


def _list(request: StudyRequest, problems: list[dict[str, str]] | None = None) -> HttpResponse:
    if not request.site.is_open:
        raise Http404
    study = request.actor.study
    shown = {
        "places": in_force(request),
        "waiting": [(one, local_time(study, one.at)) for one in request.view.versions.waiting],
        "discards": [(one, local_time(study, one.at)) for one in reversed(request.view.versions.discards)],
        "rows": [(row, local_time(study, row.adoption.at)) for row in history(request)],
        "kinds": KINDS,
        "may_set_up": request.actor.may("set up"),
        "limit": MOST_BYTES // 1000,
        "request_id": request.site.new_id(),
        "problems": problems,
        "note": _typed(request, "reason") or "",
    }
    return render(request, "amendments.html", shown, status=422 if problems else 200)


@require_POST
def propose(request: StudyRequest) -> HttpResponse:
    """Check a new version and keep it as a draft; nothing goes by it until it is adopted."""
    study, problems = _sent(request)
    if study is None:
        return _list(request, told(StudyFileError(problems)))
    try:
        act = acts.propose(study, reason=_typed(request, "reason"))
        request.site.record(act, by=request.actor.person, request=request.POST.get("request") or None)
    except TrialbookError as error:
        return _list(request, told(error))
    if study.fingerprint not in request.site.view().versions.known:
        messages.info(request, gettext("This is the version in force."))
        return _see_other(reverse("amendments"))
    messages.success(request, gettext("It waits. Nothing goes by it until it is adopted."))
    return _see_other(reverse("amendment", args=[study.fingerprint]))


def _sent(request: StudyRequest) -> tuple[Study | None, tuple[Problem, ...]]:
    """Read the file that was sent; return the study, where it is one without mistakes, and what stands against it."""
    sent = request.FILES.get("file")
    name = "study.yaml" if sent is None or not sent.name else sent.name[:120]
    limit = {"limit": str(MOST_BYTES // 1000)}
    if sent is None or not sent.size or sent.size > MOST_BYTES:
        return None, (Problem(code="SERVE-60", values=limit),)
    try:
        text = sent.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, (Problem(code="SERVE-61", place=Place(file=name)),)
    return parse_study(text, file=name, catalog=CATALOG)


# ---- one version ------------------------------------------------------------------------------------------------


@require_safe
def amendment(request: StudyRequest, version: str) -> HttpResponse:
    """Show one version: what differs from the version in force, and what can be done with it."""
    return _one(request, version)


def _one(
    request: StudyRequest, version: str, problems: list[dict[str, str]] | None = None, *, asks: bool = False
) -> HttpResponse:
    study, versions, site = version_of(request, version), request.view.versions, _site(request)
    shown = {
        "version": study,
        "proposal": versions.proposed(version),
        "discarded": versions.discarded(version),
        "waits": version in {one.fingerprint for one in versions.waiting},
        "title": study.say(study.identity.title, request.LANGUAGE_CODE),
        "is_in_force": versions.of(site) == version,
        "places": [one for one in in_force(request) if one.adoption.fingerprint == version],
        "site": site,
        "sites": reached(request),
        "is_everywhere": request.actor.grant is not None and request.actor.grant.site is None,
        "approvals": list(approvals(request, version)),
        "asks_approval": study.amendments.approval or request.view.study_of(site).amendments.approval,
        "consent_again": study.amendments.consent,
        "may_set_up": request.actor.may("set up"),
        "may_approve": request.actor.may("approve"),
        "typed": {name: request.POST.get(name, "") for name in ("reason", "approved", "said", "site")},
        "asks": asks,
        "problems": problems,
        "request_id": request.site.new_id(),
    }
    return render(request, "amendment.html", shown, status=422 if problems else 200)


@require_safe
def effects(request: StudyRequest, version: str) -> HttpResponse:
    """Show what a version would change, change by change: a part of its page, or a page of its own."""
    found = foreseen_for(request, version_of(request, version), _site(request))
    shown = {
        "found": found,
        "rows": [_effect(effect) for effect in found.consequences.effects if effect.shifts],
        "idle": [_effect(effect) for effect in found.consequences.effects if not effect.shifts],
        "other": [_shift(one) for one in found.consequences.other[:MOST_SHOWN]],
        "others": len(found.consequences.other),
        "counts": [(ABOUT[name], found.consequences.counts()[name]) for name in ABOUT if _count(found, name)],
        "touched": len({one.participant for one in found.consequences.shifts}),
        "lost": _lost(found),
        "names": request.actor.sees_participants(),
        "version": version,
        "site": found.site,
        "is_part": "HX-Request" in request.headers,
    }
    return render(request, "amendment_part.html" if shown["is_part"] else "amendment_effects.html", shown)


def _count(found: Foreseen, name: str) -> int:
    return found.consequences.counts().get(name, 0)


def _lost(found: Foreseen) -> int:
    """Count the answers that have no place in the new plan and had one in the old."""
    shifts = found.consequences.shifts
    return sum(one.key.aspect == "answer" and bool(one.after) and not one.before for one in shifts)


def _effect(effect: Effect) -> dict[str, Any]:
    """Describe one change and what follows from it."""
    return {
        "change": effect.change,
        "kind": KINDS[effect.change.kind],
        "participants": effect.participants,
        "visits": effect.visits,
        "values": effect.values,
        "shifts": [_shift(one) for one in effect.shifts[:MOST_SHOWN]],
        "more": max(0, len(effect.shifts) - MOST_SHOWN),
    }


def _shift(shift: Shift) -> dict[str, str]:
    return {
        "participant": shift.participant,
        "about": about(shift.key),
        "answer": shift.answer,
        "before": said(shift.before),
        "after": said(shift.after),
    }


@require_safe
def touched_csv(request: StudyRequest, version: str) -> HttpResponse:
    """Give everything that a version judges otherwise, as far as the asker is shown it."""
    found = foreseen_for(request, version_of(request, version), _site(request))
    note_export(request, request.actor, "touched.csv", {"version": version[:12]})
    content = consequences_csv(found.consequences, data=found.new.identity.data, number=veiled)
    return _file(content, f"{found.new.identity.id}-{version[:8]}-touched.csv", "text/csv")


@require_safe
def text(request: StudyRequest, version: str) -> HttpResponse:
    """Give the whole text of a version, as it was adopted or proposed."""
    content = version_text(request, version)
    note_export(request, request.actor, "study.yaml", {"version": version[:12]})
    name = f"{request.actor.study.identity.id}-{version[:8]}.yaml"
    return _file(content.encode(), name, "application/yaml")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
def earlier(request: StudyRequest, participant: str) -> HttpResponse:
    """Show the answers of a participant that have no place in the plan in force, by the plan of their day."""
    found = earlier_of(request, participant)
    return render(request, "earlier.html", {"code": participant, "rows": found})


# ---- deciding ---------------------------------------------------------------------------------------------------


@require_POST
def adopt_it(request: StudyRequest, version: str) -> HttpResponse:
    """Put a version into force, everywhere or at one site."""
    study, site = version_of(request, version), _site(request)
    if request.view.versions.discarded(version) is not None:
        return _one(request, version, told(TrialbookError([Problem(code="SERVE-63")])))
    found = foreseen_for(request, study, site)
    if _lost(found) and not request.POST.get("seen"):
        problem = Problem(code="SERVE-62", values={"count": str(_lost(found))})
        return _one(request, version, told(TrialbookError([problem])), asks=True)
    act = acts.adopt(
        study, reason=_typed(request, "reason"), site=site, approved=_typed(request, "approved"),
        said=_typed(request, "said") or "",
    )  # fmt: skip
    return _record(request, version, act, gettext("The version is in force."))


@require_POST
def discard_it(request: StudyRequest, version: str) -> HttpResponse:
    """Give up a version that waits."""
    version_of(request, version)
    act = acts.discard(version, reason=_typed(request, "reason") or "")
    return _record(request, version, act, gettext("The version is discarded. Its text is kept."))


@require_POST
def approve_it(request: StudyRequest, version: str) -> HttpResponse:
    """Record the approval of a version, for one site or for all."""
    version_of(request, version)
    act = acts.approve(
        version, on=_typed(request, "approved") or "", said=_typed(request, "said") or "", site=_site(request),
        reason=_typed(request, "reason"),
    )  # fmt: skip
    return _record(request, version, act, gettext("The approval is recorded."))


def _record(request: StudyRequest, version: str, act: acts.Act, done: str) -> HttpResponse:
    """Record an act on a version, and go back to it."""
    try:
        receipt = request.site.record(act, by=request.actor.person, request=request.POST.get("request") or None)
    except TrialbookError as error:
        return _one(request, version, told(error), asks=True)
    if receipt.entries:
        messages.success(request, done)
    else:
        messages.info(request, gettext("That stands there already."))
    site = _site(request)
    back = reverse("amendment", args=[version])
    return _see_other(f"{back}?{urlencode({'site': site})}" if site else back)


def _site(request: StudyRequest) -> str | None:
    """Return the site that is meant, None for all; 404 for one that the asker may not know of."""
    asked = (request.POST.get("site") if request.method == "POST" else request.GET.get("site", "")) or ""
    own = None if request.actor.grant is None else request.actor.grant.site
    if own is not None and asked not in {"", own}:
        raise Http404
    if asked and asked not in reached(request):
        raise Http404
    return own or asked or None


def _typed(request: StudyRequest, name: str) -> str | None:
    """Return what was typed, None for nothing."""
    return request.POST.get(name, "").strip()[:LONGEST] or None


def _see_other(address: str) -> HttpResponseRedirect:
    answer = HttpResponseRedirect(address)
    answer.status_code = 303
    return answer
