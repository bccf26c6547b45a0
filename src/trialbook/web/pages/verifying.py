"""Comparison with the source: the answers of a visit with a tick each, and how much was compared so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from trialbook.capture.asking import verify_source
from trialbook.conduct.casebook import Casebook, Cell
from trialbook.conduct.schedule import visits_done
from trialbook.errors import TrialbookError
from trialbook.web.forms.sheet import language_of, visit_name
from trialbook.web.looking import casebook_for, casebooks_for
from trialbook.web.monitoring.source_rows import Share, SourceForm, by_visit, share_of, source_forms
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest


@require_safe
def verified(request: StudyRequest) -> HttpResponse:
    """Show how much of each participant and visit was compared."""
    study, language = request.actor.study, language_of(request.actor.study, request.LANGUAGE_CODE)
    shares = {code: shares_of(casebook) for code, casebook in casebooks_for(request).items()}
    known = {visit for per in shares.values() for visit in per}
    visits = [visit for visit in ("", *study.schedule.visits) if visit in known]
    visits += sorted(known.difference(visits), key=lambda visit: (len(visit), visit))
    shown = {
        "visits": [_visit_label(request, visit) for visit in visits],
        "rows": [
            (
                code,
                total(list(per.values())),
                [(visit, visit_name(study, visit, language), per.get(visit)) for visit in visits],
            )
            for code, per in shares.items()
        ],
        "all": total([share for per in shares.values() for share in per.values()]),
    }
    return render(request, "verified.html", shown)


def shares_of(casebook: Casebook) -> dict[str, Share]:
    """Return how much of each visit was compared, and under the empty name of what belongs to none."""
    return {visit: share_of(casebook, cells) for visit, cells in by_visit(casebook).items()}


def total(shares: Sequence[Share]) -> Share:
    """Return shares together."""
    return Share(
        answers=sum(one.answers for one in shares),
        compared=sum(one.compared for one in shares),
        changed=sum(one.changed for one in shares),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def verifying(request: StudyRequest, participant: str, visit: str = "") -> HttpResponse:
    """Show the answers of a visit, and record which of them agree with their source."""
    casebook = casebook_for(request, participant)
    language = language_of(request.actor.study, request.LANGUAGE_CODE)
    forms = list(source_forms(request.actor, casebook, visit, language))
    if not forms and visit and visit not in visits_done(casebook) | set(request.actor.study.schedule.visits):
        raise Http404
    if request.method != "POST":
        return _page(request, casebook, visit, forms)
    if not any(form.may_compare for form in forms):
        raise Http404
    cells, against = _ticked(request, forms)
    if against:
        return _page(request, casebook, visit, forms, against)
    try:
        asked = request.POST.get("request") or None
        request.site.record(verify_source(participant, cells), by=request.actor.person, request=asked)
    except TrialbookError as error:
        return _page(request, casebook, visit, forms, told(error))
    count = len(cells)
    said = ngettext("%(count)d answer compared.", "%(count)d answers compared.", count) % {"count": count}
    messages.success(request, said)
    answer = HttpResponseRedirect(request.path)
    answer.status_code = 303
    return answer


def _ticked(request: StudyRequest, forms: Sequence[SourceForm]) -> tuple[list[Cell], list[dict[str, str]]]:
    """Return what was ticked, or what stands against it: something else stands there by now."""
    known = {row.code: row.cell for form in forms if form.may_compare for row in form.rows}
    ticked = list(dict.fromkeys(request.POST.getlist("agrees")))
    against = {"code": "", "place": "", "remedy": gettext("Nothing was saved.")}
    if not ticked:
        return [], [{**against, "sentence": gettext("Tick what you compared.")}]
    if not known.keys() >= set(ticked):
        return [], [{**against, "sentence": gettext("An answer was changed meanwhile. Look at it again.")}]
    return [known[code] for code in ticked], []


def _page(
    request: StudyRequest,
    casebook: Casebook,
    visit: str,
    forms: Sequence[SourceForm],
    problems: Sequence[dict[str, str]] = (),
) -> HttpResponse:
    shares = shares_of(casebook)
    shown: dict[str, Any] = {
        "participant": casebook.participant,
        "forms": forms,
        "share": shares.get(visit, Share(answers=0, compared=0, changed=0)),
        "may_compare": any(form.may_compare and any(row.is_open for row in form.rows) for form in forms),
        "others": [(_address(casebook.participant, one), _visit_label(request, one), one == visit) for one in shares],
        "title": _visit_label(request, visit),
        "ticked": request.POST.getlist("agrees"),
        "problems": problems,
        "request_id": request.POST.get("request") or request.site.new_id(),
    }
    return render(request, "verifying.html", shown, status=422 if problems else 200)


def _visit_label(request: StudyRequest, visit: str) -> str:
    study, language = request.actor.study, language_of(request.actor.study, request.LANGUAGE_CODE)
    return visit_name(study, visit, language) if visit else gettext("Outside of visits")


def _address(participant: str, visit: str) -> str:
    if not visit:
        return reverse("verifying-once", args=[participant])
    return reverse("verifying", args=[participant, visit])
