"""The trail: every entry that the asker is shown, searched, as a page and as a file; beside it who came and went."""

from __future__ import annotations

from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from trialbook.web.accounts.models import SignIn
from trialbook.web.forms.sheet import language_of, visit_name
from trialbook.web.forms.words import local_time
from trialbook.web.gate import allows
from trialbook.web.models import Look
from trialbook.web.monitoring.act_words import ACT_WORDS
from trialbook.web.monitoring.log import note_export
from trialbook.web.monitoring.trail_csv import trail_csv
from trialbook.web.monitoring.trail_rows import trail_row
from trialbook.web.monitoring.trail_search import NAMES, Search, read_search
from trialbook.web.monitoring.trail_seen import Sight, seen_entries
from trialbook.web.request import StudyRequest
from trialbook.web.routes import BY_NAME

PAGE = 100
LOGS = {"sign-ins": gettext_noop("Sign-ins"), "looks": gettext_noop("Files taken out, looks refused")}


@require_safe
def audit(request: StudyRequest) -> HttpResponse:
    """Show what was recorded, the newest first."""
    study, language = request.actor.study, language_of(request.actor.study, request.LANGUAGE_CODE)
    search = _search(request)
    before = request.GET.get("before") or None
    found = () if search.asked is None else seen_entries(request, search.asked, before=before)
    seen = list(islice(found, PAGE + 1))
    typed = {name: text for name, text in search.typed.items() if text}
    older = {**typed, "before": seen[PAGE - 1].entry.hash} if len(seen) > PAGE else None
    shown = {
        **_choices(request),
        "rows": [trail_row(study, one, language) for one in seen[:PAGE]],
        "typed": search.typed,
        "is_searched": bool(typed),
        "is_unread": search.asked is None,
        "is_first": before is None,
        "first": urlencode(typed),
        "older": "" if older is None else urlencode(older),
        "may_access": allows(BY_NAME["access-log"], request.actor),
    }
    return render(request, "audit.html", shown, status=422 if search.asked is None else 200)


@require_safe
def audit_csv(request: StudyRequest) -> HttpResponseBase:
    """Give the entries that the page would show, all of them, as CSV; that they were taken out is noted first."""
    search = _search(request)
    if search.asked is None:
        return audit(request)
    note_export(request, request.actor, "trail.csv", search.typed)
    lines = trail_csv(seen_entries(request, search.asked), request.actor.study.identity.data)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{request.actor.study.identity.id}-trail.csv"'
    return answer


def _search(request: StudyRequest) -> Search:
    return read_search(request.GET.dict(), ZoneInfo(request.actor.study.identity.timezone))


def _choices(request: StudyRequest) -> dict[str, Any]:
    """Return what can be chosen in the boxes: as far as it is shown to the asker."""
    study, language = request.actor.study, language_of(request.actor.study, request.LANGUAGE_CODE)
    sight = Sight(request.actor, request.view)
    forms = frozenset[str]().union(*sight.shown.values())
    known = [form for form in study.forms.values() if form.id in forms]
    items = {item.id: study.say(item.label, language) for form in known for item in form.items.values()}
    return {
        "codes": sorted(sight.shown),
        "visits": [(visit, visit_name(study, visit, language)) for visit in study.schedule.visits],
        "forms": [(form.id, study.say(form.label, language)) for form in known],
        "items": sorted(items.items()),
        "people": sorted({grant.person for grant in request.view.people.grants}),
        "acts": list(ACT_WORDS.items()),
        "names": NAMES,
    }


# ---- who came and went ------------------------------------------------------------------------------------------


@require_safe
def access_log(request: StudyRequest) -> HttpResponse:
    """Show sign-ins, failures and lock-outs, or files taken out and looks refused; the newest first."""
    log = request.GET.get("log", "")
    log = log if log in LOGS else "sign-ins"
    person, before = request.GET.get("person", "").strip(), request.GET.get("before", "")
    lines = _lines(log, person, int(before) if before.isdecimal() and len(before) < 19 else None)
    kept = {"log": log, **({"person": person} if person else {})}
    shown = {
        "logs": LOGS,
        "log": log,
        "person": person,
        "lines": [(one, local_time(request.actor.study, one.at)) for one in lines[:PAGE]],
        "older": urlencode({**kept, "before": lines[PAGE - 1].pk}) if len(lines) > PAGE else "",
        "first": urlencode(kept),
        "is_first": not before,
        "may_trail": allows(BY_NAME["audit"], request.actor),
    }
    return render(request, "access_log.html", shown)


def _lines(log: str, person: str, before: int | None) -> list[Any]:
    """Return the lines of a log below a number, one more than a page has."""
    found: QuerySet[Model] = SignIn.objects.order_by("-pk") if log == "sign-ins" else Look.objects.order_by("-pk")
    if person:
        found = found.filter(Q(code=person) | Q(by=person) if log == "sign-ins" else Q(person=person))
    return list((found if before is None else found.filter(pk__lt=before))[: PAGE + 1])
