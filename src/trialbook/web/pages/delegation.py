"""Delegation and training: who does which task from when to when, signed by whom; who was trained; what is missing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from trialbook.capture.asking import Act, delegate, end_delegation, train
from trialbook.capture.delegations import Delegation, Gap, StaffLog
from trialbook.errors import TrialbookError
from trialbook.web.accounts.trying import confirm_password
from trialbook.web.forms.words import local_time, role_label
from trialbook.web.monitoring.log import note_export
from trialbook.web.monitoring.staff import gap_words, names_of_people, own_site, people_here, shown_gaps, shown_log
from trialbook.web.pages.codebook import PRINTS
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest

FIELDS = ("person", "role", "tasks", "since", "site", "topic", "version", "on")
LONGEST = 1000
Told = Sequence[dict[str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
def delegation(request: StudyRequest) -> HttpResponse:
    """Show the log of delegation and training; delegate a task, or record a training."""
    _reached(request)
    if request.method != "POST":
        return _page(request)
    if not request.actor.may("delegate"):
        raise Http404
    do = {"delegate": _delegate, "train": _train}.get(request.POST.get("do", ""))
    if do is None:
        raise Http404
    against = do(request)
    return _page(request, against) if against else _saved()


def _reached(request: StudyRequest) -> None:
    """Answer 404 to whoever acts in no role of the study."""
    if request.actor.role is None:
        raise Http404


def _saved() -> HttpResponse:
    answer = HttpResponseRedirect(reverse("delegation"))
    answer.status_code = 303
    return answer


def _site(request: StudyRequest) -> str | None:
    """Return the site of what is recorded: that of the role, where it is granted for one."""
    return own_site(request) or _sent(request, "site") or None


def _sent(request: StudyRequest, name: str) -> str:
    return request.POST.get(name, "").strip()[:LONGEST]


def _delegate(request: StudyRequest) -> Told:
    """Record a delegation, signed with the password; return what stands against it."""
    act = delegate(
        _sent(request, "person"),
        _sent(request, "role"),
        _sent(request, "tasks"),
        since=_sent(request, "since"),
        site=_site(request),
    )
    return _unsigned(request) or _record(request, act)


def _train(request: StudyRequest) -> Told:
    """Record a training; return what stands against it."""
    version, day = _sent(request, "version"), _sent(request, "on")
    act = train(_sent(request, "person"), _sent(request, "topic"), on=day, version=version, site=own_site(request))
    return _record(request, act)


def _unsigned(request: StudyRequest) -> Told:
    if confirm_password(request, request.POST.get("password", "")):
        return ()
    sentence = gettext("The password is not right, or the account is shut for a while after wrong ones.")
    return [{"code": "", "place": "", "sentence": sentence, "remedy": gettext("Nothing was signed.")}]


def _record(request: StudyRequest, act: Act) -> Told:
    try:
        request.site.record(act, by=request.actor.person, request=request.POST.get("request") or None)
    except TrialbookError as error:
        return told(error)
    messages.success(request, gettext("Saved."))
    return ()


# ---- the page ---------------------------------------------------------------------------------------------------


def _page(request: StudyRequest, problems: Told = ()) -> HttpResponse:
    actor, study, log = request.actor, request.actor.study, shown_log(request)
    topics = sorted({topic for role in study.roles.values() for topic in role.training})
    shown = {
        **_lists(request, log),
        "gaps": _gaps(request),
        "may": actor.may("delegate"),
        "asked_of": [
            (role_label(study, role.id, request.LANGUAGE_CODE), ", ".join(role.training))
            for role in study.roles.values()
            if role.training
        ],
        "people": sorted(people_here(request)),
        "roles": [(role, role_label(study, role, request.LANGUAGE_CODE)) for role in study.roles],
        "topics": topics,
        "own_site": own_site(request),
        "typed": {name: request.POST.get(name, "") for name in FIELDS},
        "do": request.POST.get("do", ""),
        "today": request.site.today().isoformat(),
        "problems": problems,
        "request_id": request.site.new_id(),
    }
    return render(request, "delegation.html", shown, status=422 if problems else 200)


def _gaps(request: StudyRequest) -> list[tuple[Gap, str, str, str]]:
    """Return what is missing: of whom, their name, the role, and in words."""
    study, names = request.actor.study, names_of_people()
    return [
        (one, names.get(one.person, ""), role_label(study, one.role, request.LANGUAGE_CODE), gap_words(one))
        for one in shown_gaps(request)
    ]


def _lists(request: StudyRequest, log: StaffLog) -> dict[str, Any]:
    """Return the delegations and trainings, the latest first, with names and times."""
    study, today, names = request.actor.study, request.site.today(), names_of_people()
    language = request.LANGUAGE_CODE
    return {
        "delegations": [
            (one, names.get(one.person, ""), role_label(study, one.role, language), local_time(study, one.at),
             one.holds_on(today))
            for one in sorted(log.delegations, key=lambda one: (one.since, one.seq), reverse=True)
        ],
        "trainings": [
            (one, names.get(one.person, ""), local_time(study, one.at))
            for one in sorted(log.trainings, key=lambda one: (one.on, one.seq), reverse=True)
        ],
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: StudyRequest, number: int) -> HttpResponse:
    """End a delegation on a day, with a reason."""
    every = {one.seq: one for one in shown_log(request).delegations}
    found = every.get(number)
    if found is None or found.until is not None:
        raise Http404
    if request.method != "POST":
        return _end_page(request, found)
    on, reason = _sent(request, "on"), _sent(request, "reason")
    act = end_delegation(found.seq, found.person, on=on, reason=reason, site=found.site)
    against = _unsigned(request) or _record(request, act)
    return _end_page(request, found, against) if against else _saved()


def _end_page(request: StudyRequest, found: Delegation, problems: Told = ()) -> HttpResponse:
    shown = {
        "one": found,
        "role": role_label(request.actor.study, found.role, request.LANGUAGE_CODE),
        "on": request.POST.get("on", "") or request.site.today().isoformat(),
        "reason": request.POST.get("reason", ""),
        "problems": problems,
        "request_id": request.POST.get("request") or request.site.new_id(),
    }
    return render(request, "delegation_end.html", shown, status=422 if problems else 200)


# ---- on paper ---------------------------------------------------------------------------------------------------


@require_safe
def delegation_pdf(request: StudyRequest) -> HttpResponse:
    """Give the log as PDF, for the study's file; that it was taken out is noted first."""
    from trialbook.render.to_pdf import to_pdf

    _reached(request)
    study, log = request.actor.study, shown_log(request)
    note_export(request, request.actor, "delegation.pdf", {})
    data = {
        "title": gettext("Delegation and training"),
        "study": study.say(study.identity.title, request.LANGUAGE_CODE),
        "mark": f"{study.fingerprint[:12]} · {request.site.today().isoformat()}",
        "lang": request.LANGUAGE_CODE[:2],
        "notice": gettext("Invented data: no real participant.") if study.identity.data == "invented" else "",
        "tables": [_delegation_table(request, log), _training_table(request, log)],
    }
    made = to_pdf((PRINTS / "delegation.typ").read_text(encoding="utf-8"), {"data": json.dumps(data)})
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="delegation.pdf"'
    return answer


def _delegation_table(request: StudyRequest, log: StaffLog) -> dict[str, Any]:
    heads = [gettext("Who"), gettext("Role"), gettext("Tasks"), gettext("From"), gettext("To"), gettext("Signed by")]
    rows = [
        [f"{one.person} {name}".strip(), f"{role} {one.site or ''}".strip(), one.tasks, str(one.since),
         str(one.until or ""), f"{one.by}, {at}"]
        for one, name, role, at, _ in _lists(request, log)["delegations"]
    ]  # fmt: skip
    return {"title": gettext("Delegated tasks"), "heads": heads, "rows": rows}


def _training_table(request: StudyRequest, log: StaffLog) -> dict[str, Any]:
    heads = [gettext("Who"), gettext("Topic"), gettext("Version"), gettext("Day"), gettext("Recorded by")]
    rows = [
        [f"{one.person} {name}".strip(), one.topic, one.version, str(one.on), f"{one.by}, {at}"]
        for one, name, at in _lists(request, log)["trainings"]
    ]
    return {"title": gettext("Trainings"), "heads": heads, "rows": rows}
