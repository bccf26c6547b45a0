"""The quality of the data: what the built-in checks find, with counts, as a list and as a file; findings excluded."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from trialbook.conduct.casebook import Cell
from trialbook.errors import TrialbookError
from trialbook.render.to_csv import cell as safe
from trialbook.web.forms.sheet import language_of
from trialbook.web.forms.words import local_time
from trialbook.web.looking import casebooks_for
from trialbook.web.monitoring.log import note_export
from trialbook.web.monitoring.quality import (
    ORDER,
    QualityRow,
    all_found,
    exclusion,
    exclusions,
    quality_rows,
    rule_of,
)
from trialbook.web.monitoring.quality_checks import NOT_EXCLUDED, Found
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.veil import veiled

AGES = ((30, None), (14, 29), (7, 13), (0, 6))
"""Ages of queries in days, from and to."""
SHOWN = ("open", "excluded")
FILTERS = ("check", "participant", "form", "show")
PLACE = ("check", "participant", "visit", "form", "repeat", "item", "seq")
HEAD = (
    "data", "check", "participant", "visit", "form", "repeat", "item", "value", "days_open", "details", "excluded_by",
    "excluded_at", "reason",
)  # fmt: skip
MOST_ROWS, LONGEST = 300, 2000


@require_safe
def quality(request: StudyRequest) -> HttpResponse:
    """Show how much each check finds, and the findings of one."""
    study, language = request.actor.study, language_of(request.actor.study, request.LANGUAGE_CODE)
    asked, everything, excluded = _asked(request), all_found(request), exclusions(request)
    found = [one for one in everything if _is_asked(one, {**asked, "check": ""})]
    counts = Counter((one.check, one.key in excluded) for one in found)
    chosen = _chosen(found, asked, set(excluded))
    shown = {
        "checks": [(check, *rule_of(check), counts[check, False], counts[check, True]) for check in ORDER],
        "asked": asked,
        "title": rule_of(asked["check"])[0] if asked["check"] else "",
        "rows": [(row, place_of(row.found)) for row in quality_rows(request, chosen[:MOST_ROWS])],
        "left": max(0, len(chosen) - MOST_ROWS),
        "ages": _ages([one for one in found if one.check == "query"]),
        "codes": list(casebooks_for(request)),
        "forms": [
            (one.id, study.say(one.label, language)) for one in study.forms.values() if request.actor.sees(one.id)
        ],
        "search": urlencode(asked),
    }
    return render(request, "quality.html", shown)


@require_safe
def quality_csv(request: StudyRequest) -> HttpResponse:
    """Give the findings that are asked for as CSV; that they were taken out is noted first."""
    asked = _asked(request)
    found = [one for one in all_found(request) if _is_asked(one, asked)]
    note_export(request, request.actor, "quality.csv", asked)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEAD)
    is_shown = set(exclusions(request))
    rows = quality_rows(request, _chosen(found, asked, is_shown) if asked["show"] else found)
    writer.writerows(_line(request.actor.study.identity.data, row) for row in rows)
    answer = HttpResponse(stream.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{request.actor.study.identity.id}-quality.csv"'
    return answer


def _line(data: str, row: QualityRow) -> list[str]:
    found, note = row.found, row.excluded
    excluded = ("", "", "") if note is None else (note.by, note.at, note.text)
    return [
        safe(value)
        for value in (data, found.check, found.participant, *found.cell, row.words, found.days, row.details, *excluded)
    ]


def _asked(request: StudyRequest) -> dict[str, str]:
    asked = {name: request.GET.get(name, "") for name in FILTERS}
    return {
        **asked,
        "check": asked["check"] if asked["check"] in ORDER else "",
        "show": asked["show"] if asked["show"] in SHOWN else "",
    }


def _is_asked(found: Found, asked: dict[str, str]) -> bool:
    return (
        asked["check"] in {"", found.check}
        and asked["participant"] in {"", found.participant}
        and asked["form"] in {"", found.cell.form}
    )


def _chosen(found: list[Found], asked: dict[str, str], excluded: set[Any]) -> list[Found]:
    is_excluded = asked["show"] == "excluded"
    return [one for one in found if _is_asked(one, asked) and (one.key in excluded) == is_excluded]


def _ages(queries: list[Found]) -> list[tuple[int, int | None, int]]:
    """Return how many queries there are of each age."""
    return [
        (low, high, sum(low <= (one.days or 0) and (high is None or (one.days or 0) <= high) for one in queries))
        for low, high in AGES
    ]


def place_of(found: Found) -> str:
    """Return what names a finding in an address."""
    cell = found.cell
    parts = (found.check, found.participant, cell.visit, cell.form, cell.repeat, cell.item, veiled(found.seq))
    return urlencode(dict(zip(PLACE, parts, strict=True)))


# ---- one finding ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: StudyRequest) -> HttpResponse:
    """Show one finding, and exclude it with a reason, or take it in again."""
    row = _find(request)
    if request.method != "POST":
        return _finding_page(request, row)
    if not row.may_exclude:
        raise Http404
    reason = request.POST.get("reason", "").strip()[:LONGEST]
    if not reason:
        remedy = gettext("Nothing was saved.")
        return _finding_page(
            request, row, [{"code": "", "place": "", "sentence": gettext("Say why."), "remedy": remedy}]
        )
    act = exclusion(row.found, reason, is_excluded=row.excluded is None)
    try:
        request.site.record(act, by=request.actor.person, request=request.POST.get("request") or None)
    except TrialbookError as error:
        return _finding_page(request, row, told(error))
    messages.success(request, gettext("Saved."))
    answer = HttpResponseRedirect(f"{reverse('quality')}?{urlencode({'check': row.found.check})}")
    answer.status_code = 303
    return answer


def _find(request: StudyRequest) -> QualityRow:
    """Return the finding that an address names; 404 where it is none, or not shown."""
    sent = request.GET
    cell = Cell(*(sent.get(name, "") for name in ("visit", "form", "repeat", "item")))
    wanted = (sent.get("check", ""), sent.get("participant", ""), cell, sent.get("seq", ""))
    for one in all_found(request):
        if (*one.key[:3], veiled(one.seq)) == wanted and one.check not in NOT_EXCLUDED:
            return quality_rows(request, [one])[0]
    raise Http404


def _finding_page(request: StudyRequest, row: QualityRow, problems: list[dict[str, str]] | None = None) -> HttpResponse:
    shown = {
        "row": row,
        "rule": rule_of(row.found.check),
        "search": place_of(row.found),
        "excluded_at": local_time(request.actor.study, row.excluded.at) if row.excluded is not None else "",
        "reason": request.POST.get("reason", ""),
        "problems": problems or [],
        "request_id": request.POST.get("request") or request.site.new_id(),
    }
    return render(request, "quality_finding.html", shown, status=422 if problems else 200)
