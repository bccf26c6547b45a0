"""Access: who may see and do what, since when; that it was reviewed, when that is due again; and who could on a day."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from trialbook.capture.asking import review_access
from trialbook.capture.delegations import Review, review_is_due
from trialbook.errors import LedgerError, TrialbookError
from trialbook.protocol.model import Study
from trialbook.render.to_csv import cell as safe
from trialbook.web.accounts.models import SignIn
from trialbook.web.accounts.policy import read_policy
from trialbook.web.forms.words import local_time, role_label
from trialbook.web.gate import allows
from trialbook.web.models import Look
from trialbook.web.monitoring.access import Access, access_rows, end_of_day, seen_hash, sights
from trialbook.web.monitoring.log import note_export
from trialbook.web.monitoring.staff import own_site, staff_log
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.routes import BY_NAME
from trialbook.web.saying import listed

LONGEST = 2000
HEAD = ("data", "person", "name", "role", "site", "since", "granted_by", "account", "last_sign_in", "second_factor",
        "remarks")  # fmt: skip
LOG_HEAD = ("at", "person", "role", "what", "by", "address", "remark")


@require_http_methods(["GET", "HEAD", "POST"])
def access(request: StudyRequest) -> HttpResponse:
    """Show who may see and do what, or could on a day; record that it was reviewed."""
    _whole(request)
    if request.method == "POST":
        return _review(request)
    return _page(request)


def _whole(request: StudyRequest) -> None:
    """Answer 404 where the role is granted for one site: the list is of the whole study."""
    if own_site(request) is not None:
        raise Http404


def _review(request: StudyRequest) -> HttpResponse:
    """Record a review of exactly the list that was shown."""
    seen, remarks = request.POST.get("seen", ""), request.POST.get("remarks", "").strip()[:LONGEST]
    if seen != seen_hash(access_rows(request)):
        sentence = gettext("The list has changed since you looked at it.")
        remedy = gettext("Look at it again; nothing was recorded.")
        return _page(request, [{"code": "", "place": "", "sentence": sentence, "remedy": remedy}])
    act = review_access(seen, remarks)
    try:
        request.site.record(act, by=request.actor.person, request=request.POST.get("request") or None)
    except TrialbookError as error:
        return _page(request, told(error))
    messages.success(request, gettext("Saved."))
    answer = HttpResponseRedirect(reverse("access"))
    answer.status_code = 303
    return answer


def _page(request: StudyRequest, problems: Iterable[dict[str, str]] = ()) -> HttpResponse:
    study, rows, log = request.view.study, access_rows(request), staff_log(request)
    against, days = list(problems), read_policy(request.site.folder.path).review_days
    last = log.reviews[-1] if log.reviews else None
    shown = {
        "rows": [_shown(request, one) for one in rows],
        "found": sum(bool(one.remarks) for one in rows),
        "seen": seen_hash(rows),
        "reviews": [(one, local_time(study, one.at)) for one in reversed(log.reviews[-10:])],
        "is_due": review_is_due(log, request.site.today(), days=days),
        "days": days,
        "next": None if last is None else _next(last, days),
        "on": request.GET.get("on", ""),
        "past": _past(request),
        "remarks": request.POST.get("remarks", ""),
        "may_accounts": allows(BY_NAME["accounts"], request.actor),
        "problems": against,
        "request_id": request.site.new_id(),
    }
    return render(request, "access.html", shown, status=422 if against else 200)


def _next(last: Review, days: int) -> date:
    """Return the last day on which the next review is in time."""
    return datetime.fromisoformat(last.at).date() + timedelta(days=days)


def _shown(request: StudyRequest, row: Access) -> tuple[Access, str, str, str]:
    study = request.view.study
    return (
        row,
        role_label(study, row.role, request.LANGUAGE_CODE) if row.role else "",
        local_time(study, row.since) if row.since else "",
        local_time(study, row.last) if row.last is not None else "",
    )


def _past(request: StudyRequest) -> dict[str, Any] | None:
    """Return who could see what at the end of a day; None where no day is asked for."""
    typed = request.GET.get("on", "")
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
        moment = end_of_day(request.view.study, day)
        study = request.site.book.study_at(moment)
        found = sights(study, request.site.book.people_at(moment))
    except (ValueError, OverflowError):
        return {"day": None, "why": gettext("This is no day: write it as 2026-03-31.")}
    except LedgerError:
        return {"day": day, "why": gettext("The ledger had not begun on that day: nobody could see anything.")}
    language = request.LANGUAGE_CODE
    rows = [
        (one, role_label(study, one.role, language), _titles(study, one.forms, language),
         _titles(study, one.but, language))
        for one in found
    ]  # fmt: skip
    return {"day": day, "rows": rows, "mark": study.fingerprint[:12]}


def _titles(study: Study, forms: Iterable[str], language: str) -> str:
    """Name forms as the study file does."""
    return listed(study.say(study.forms[form].label, language) or form for form in forms)


# ---- as files ---------------------------------------------------------------------------------------------------


@require_safe
def review_csv(request: StudyRequest) -> HttpResponse:
    """Give the list as CSV; that it was taken out is noted first."""
    _whole(request)
    study = request.view.study
    note_export(request, request.actor, "access.csv", {})
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEAD)
    for one in access_rows(request):
        last = "" if one.last is None else local_time(study, one.last)
        since = local_time(study, one.since) if one.since else ""
        cells = (one.person, one.name, one.role, one.site, since, one.granted_by, one.state, last)
        second = "yes" if one.has_second else "no"
        writer.writerow([study.identity.data, *map(safe, (*cells, second, "; ".join(one.remarks)))])
    answer = HttpResponse(stream.getvalue(), content_type="text/csv; charset=utf-8")
    _name(answer, study.identity.id, "access")
    return answer


@require_safe
def access_csv(request: StudyRequest) -> HttpResponseBase:
    """Give a log of who came and went as CSV: sign-ins and failures, or files taken out and looks refused."""
    log = "looks" if request.GET.get("log") == "looks" else "sign-ins"
    person = request.GET.get("person", "").strip()
    note_export(request, request.actor, f"{log}.csv", {"person": person})
    answer = StreamingHttpResponse(_lines(request, log, person), content_type="text/csv; charset=utf-8")
    _name(answer, request.view.study.identity.id, log)
    return answer


def _name(answer: HttpResponseBase, study: str, name: str) -> None:
    """Give the file of an answer its name."""
    answer.headers["Content-Disposition"] = f'attachment; filename="{study}-{name}.csv"'


def _lines(request: StudyRequest, log: str, person: str) -> Iterator[str]:
    """Yield a log as lines of CSV, the newest first."""
    yield _line(LOG_HEAD)
    study = request.view.study
    for one in _log(log, person):
        yield _line((local_time(study, one[0]), *one[1:]))


def _log(log: str, person: str) -> Iterator[tuple[Any, ...]]:
    if log == "looks":
        looks = Look.objects.filter(person=person) if person else Look.objects.all()
        for look in looks.order_by("-pk").iterator():
            yield look.at, look.person, look.grant, look.what, "", look.address, look.note
        return
    tried = SignIn.objects.filter(code=person) | SignIn.objects.filter(by=person) if person else SignIn.objects.all()
    for one in tried.order_by("-pk").iterator():
        yield one.at, one.code, "", one.what, one.by, one.address, one.note


def _line(cells: Iterable[object]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow([safe(str(cell)) for cell in cells])
    return stream.getvalue()
