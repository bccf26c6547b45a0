"""Deviations from the plan: all that the asker is shown, filtered, explained, with a status, and as a file."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from trialbook.conduct.deviations import groups_of
from trialbook.errors import TrialbookError
from trialbook.render.to_csv import cell as safe
from trialbook.web.forms.words import local_time
from trialbook.web.monitoring.deviation_rows import (
    BADGES,
    GROUPS,
    NOTED,
    STATUSES,
    DeviationRow,
    Status,
    deviation_rows,
    explanation,
    meaning_of,
)
from trialbook.web.monitoring.log import note_export
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest

FILTERS = ("participant", "site", "group", "status")
PLACE = ("participant", "group", "kind", "visit", "form", "repeat")
HEAD = (
    "data", "participant", "site", "group", "kind", "visit", "form", "row", "date", "day", "days_off", "planned",
    "found", "status", "explanation", "by", "at",
)  # fmt: skip
MOST_ROWS, LONGEST = 300, 2000


@require_safe
def deviations(request: StudyRequest) -> HttpResponse:
    """Show the deviations that are asked for, with how many there are of each group."""
    rows, asked = deviation_rows(request), _asked(request)
    chosen = [row for row in rows if _is_asked(row, asked)]
    counts = Counter(row.found.group for row in rows if _is_asked(row, {**asked, "group": ""}))
    shown = {
        "rows": [(row, place_of(row), BADGES[row.status], STATUSES[row.status]) for row in chosen[:MOST_ROWS]],
        "left": max(0, len(chosen) - MOST_ROWS),
        "count": len(chosen),
        "groups": [(group, GROUPS[group], counts[group]) for group in groups_of(request.actor.study)],
        "codes": sorted({row.found.participant for row in rows}),
        "sites": sorted({row.site for row in rows if row.site}),
        "statuses": STATUSES.items(),
        "asked": asked,
        "search": urlencode(asked),
    }
    return render(request, "deviations.html", shown)


def _asked(request: StudyRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in FILTERS}


def _is_asked(row: DeviationRow, asked: dict[str, str]) -> bool:
    return (
        asked["participant"] in {"", row.found.participant}
        and asked["site"] in {"", row.site}
        and asked["group"] in {"", row.found.group}
        and asked["status"] in {"", row.status}
    )


def place_of(row: DeviationRow) -> str:
    """Return what names a deviation in an address."""
    return urlencode(dict(zip(PLACE, row.key, strict=True)))


@require_safe
def deviations_csv(request: StudyRequest) -> HttpResponse:
    """Give the deviations that are asked for as CSV; that they were taken out is noted first."""
    asked, study = _asked(request), request.actor.study
    note_export(request, request.actor, "deviations.csv", asked)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEAD)
    for row in deviation_rows(request):
        if _is_asked(row, asked):
            one, note = row.found, row.note
            place = (one.participant, row.site, one.group, one.kind, one.visit, one.form, one.repeat)
            what = (str(one.date or ""), one.day, one.days_off, one.planned, one.found, row.status)
            said = ("", "", "") if note is None else (note.text or "", note.by, local_time(study, note.at))
            writer.writerow([safe(cell) for cell in (study.identity.data, *place, *what, *said)])
    answer = HttpResponse(stream.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{study.identity.id}-deviations.csv"'
    return answer


# ---- one of them ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def deviation(request: StudyRequest) -> HttpResponse:
    """Show one deviation with all that was said about it; say something, and how it stands now."""
    row = _find(request)
    if request.method != "POST":
        return _page(request, row)
    if not may_explain(request, row):
        raise Http404
    text, status = request.POST.get("text", "").strip()[:LONGEST], _status(request)
    if not text or status is None:
        said = {"code": "", "place": "", "sentence": gettext("Say what there is to say, and how it stands."),
                "remedy": gettext("Nothing was saved.")}  # fmt: skip
        return _page(request, row, [said])
    act = explanation(row.found, status, text)
    try:
        request.site.record(act, by=request.actor.person, request=request.POST.get("request") or None)
    except TrialbookError as error:
        return _page(request, row, told(error))
    messages.success(request, gettext("Saved."))
    answer = HttpResponseRedirect(f"{reverse('deviation')}?{place_of(row)}")
    answer.status_code = 303
    return answer


def _find(request: StudyRequest) -> DeviationRow:
    """Return the deviation that an address names; 404 where there is none, or it is not shown."""
    wanted = tuple(request.GET.get(name, "") for name in PLACE)
    for row in deviation_rows(request):
        if row.key == wanted:
            return row
    raise Http404


def _status(request: StudyRequest) -> Status | None:
    return next((one for one in STATUSES if one == request.POST.get("status")), None)


def may_explain(request: StudyRequest, row: DeviationRow) -> bool:
    """Tell whether the asker may say something about it."""
    return request.actor.may("note", row.found.form or None)


def _page(request: StudyRequest, row: DeviationRow, problems: Sequence[dict[str, str]] = ()) -> HttpResponse:
    study = request.actor.study
    shown = {
        "row": row,
        "meaning": gettext(meaning_of(row.found)),
        "badge": BADGES[row.status],
        "status": STATUSES[row.status],
        "said": _said(request, row),
        "statuses": STATUSES.items(),
        "chosen": request.POST.get("status", row.status),
        "text": request.POST.get("text", ""),
        "may": may_explain(request, row),
        "search": place_of(row),
        "problems": problems,
        "request_id": request.POST.get("request") or request.site.new_id(),
        "study_id": study.identity.id,
    }
    return render(request, "deviation.html", shown, status=422 if problems else 200)


def _said(request: StudyRequest, row: DeviationRow) -> list[tuple[str, str, str, object]]:
    """Return everything that was said about a deviation: when, who, what, and how it stood then; the first first."""
    found, study = row.found, request.actor.study
    cell = {"visit": found.visit, "form": found.form, "repeat": found.repeat, "item": ""}
    ends = f"/{found.group}/{found.kind}"
    return [
        (local_time(study, entry.at), entry.by, entry.text or "", _title(entry.value or ""))
        for entry in request.site.history(participant=found.participant, **cell)
        if entry.act == "note" and (entry.value or "").startswith(NOTED) and (entry.value or "").endswith(ends)
    ]


def _title(value: str) -> object:
    told = value.removeprefix(NOTED).partition("/")[0]
    return next((title for name, title in STATUSES.items() if name == told), told)
