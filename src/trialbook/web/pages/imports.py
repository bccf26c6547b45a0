"""Imports: a file is sent, compared with what is recorded, shown, and accepted as one act, or thrown away."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from itertools import groupby, islice
from pathlib import Path
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trialbook.capture.store import Asked
from trialbook.errors import ActRefused, ImportRefused, Problem, TrialbookError
from trialbook.web.actor import grant_key
from trialbook.web.errands import ERRANDS, Errand
from trialbook.web.forms.sheet import language_of
from trialbook.web.forms.words import common_reasons, local_time, with_words
from trialbook.web.imports import drafts
from trialbook.web.imports.comparing import KEY_LENGTH, Compared, act_of, compare, judge_of, may_import
from trialbook.web.imports.lines import as_csv, changed_lines, kept_lines, new_lines
from trialbook.web.imports.plain_map import headers_for, participants_in, plain_map
from trialbook.web.imports.receiving import MOST_BYTES, MOST_FILES, prepare, received
from trialbook.web.kept import Kept
from trialbook.web.monitoring.log import note_export
from trialbook.web.monitoring.trail_seen import seen_entries
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest

WAITED = 2.0
"""Seconds for which a page waits before it shows progress instead."""
MOST_LINES, MOST_PROBLEMS, MOST_PAST, LONGEST = 200, 300, 2000, 500
REASON, FOR_ALL = "reason.", "reason"
"""What the fields of reasons are called: that of a single change goes on with its key."""
CHANGE = re.compile(rf"reason\.[0-9a-f]{{{KEY_LENGTH}}}")
COMPARED = Kept(12)
"""Comparisons by import, until the ledger goes on."""


# ---- sending ----------------------------------------------------------------------------------------------------


@csrf_exempt  # the token is asked for by `_imports`, once the files of the request are led through the limit
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: StudyRequest) -> HttpResponse:
    """Show what waits and what was imported, and receive files."""
    if request.method == "POST":
        prepare(request)
    return _imports(request)


@csrf_protect
def _imports(asked: HttpRequest) -> HttpResponse:
    request = cast("StudyRequest", asked)
    if not _may(request):
        return render(request, "imports_shut.html", {})
    if request.method != "POST":
        return _list(request)
    try:
        return _receive(request)
    except TooManyFilesSent:
        return _list(request, [Problem(code="SERVE-41", values=_limits())])
    except TrialbookError as error:
        return _list(request, error.problems)


def _may(request: StudyRequest) -> bool:
    """Tell whether the role imports on the site: it has the right, and is shown what it would change."""
    return request.actor.may("import") and request.actor.sees_participants()


def _limits() -> dict[str, str]:
    return {"limit": str(MOST_BYTES // 1_000_000), "files": str(MOST_FILES)}


def _receive(request: StudyRequest) -> HttpResponse:
    """Keep the files that were sent, and go on to the comparison."""
    contents, map_text, problems = received(request)
    if problems:
        raise ImportRefused(problems)
    study, key = request.site.folder.path, request.site.new_id()
    waiting = drafts.Waiting(
        key=key,
        person=request.actor.person,
        grant=_grant(request),
        sent_at=request.site.now().astimezone(UTC).isoformat(),
        files=tuple(contents),
        is_plain=map_text is None,
    )
    drafts.sweep(study, request.site.now())
    folder = drafts.keep(study, waiting, contents)
    try:
        if map_text is None:
            map_text = _plain_map(request, [folder / drafts.FILES / name for name in contents])
        drafts.write_private(folder / drafts.MAP_FILE, map_text)
    except TrialbookError:
        drafts.forget(study, key)
        raise
    return _see_other(reverse("import", args=[key]))


def _plain_map(request: StudyRequest, files: Sequence[Path]) -> bytes:
    actor, view = request.actor, request.view
    study = judge_of(actor, view, participants_in(files)) if view.plans else actor.study
    text, problems = plain_map(study, files)
    if problems:
        raise ImportRefused(problems)
    return text.encode()


def _grant(request: StudyRequest) -> str:
    return "" if request.actor.grant is None else grant_key(request.actor.grant)


def _list(request: StudyRequest, problems: Sequence[Problem] = ()) -> HttpResponse:
    actor, study = request.actor, request.actor.study
    language = language_of(study, request.LANGUAGE_CODE)
    mine = drafts.waiting_of(
        request.site.folder.path, person=actor.person, grant=_grant(request), now=request.site.now()
    )
    shown = {
        "waiting": [(one, local_time(study, one.sent_at)) for one in mine],
        "past": _past(request),
        "forms": [
            (one.id, study.say(one.label, language)) for one in study.forms.values() if may_import(actor, one.id)
        ],
        "problems": told(ImportRefused(problems)) if problems else [],
        "hours": int(drafts.LIFE.total_seconds() // 3600),
        **_limits(),
    }
    return render(request, "imports.html", shown, status=422 if problems else 200)


def _past(request: StudyRequest) -> list[dict[str, Any]]:
    """Return the latest imports, as far as their entries are shown; the last one may be counted in part."""
    seen = islice(seen_entries(request, Asked(equal={"mode": "import"})), MOST_PAST)
    found = []
    for _, entries in groupby((one.entry for one in seen), key=lambda entry: entry.request):
        every = list(entries)
        names = sorted({entry.source_file or "" for entry in every} - {""})
        at = local_time(request.actor.study, every[0].at)
        found.append({"at": at, "by": every[0].by, "files": ", ".join(names), "count": len(every)})
    return found


@require_safe
def pattern(request: StudyRequest, form: str) -> HttpResponse:
    """Give the empty file of a form: the header that a plain import understands."""
    plan = request.actor.study.forms.get(form)
    if plan is None or not _may(request) or not may_import(request.actor, form):
        raise Http404
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow(headers_for(request.actor.study, [plan]))
    answer = HttpResponse("\ufeff" + stream.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="import-pattern.csv"'
    return answer


# ---- looking, deciding ------------------------------------------------------------------------------------------


def _waiting(request: StudyRequest, key: str) -> drafts.Waiting | None:
    if not _may(request):
        raise Http404
    return drafts.find(
        request.site.folder.path, key, person=request.actor.person, grant=_grant(request), now=request.site.now()
    )


def _compared(request: StudyRequest, waiting: drafts.Waiting) -> Compared:
    """Compare an import with everything that stands at this moment."""
    site, view, actor = request.site, request.view, request.actor
    made_from = (view.head.hash, actor.grant, request.site.today())
    return COMPARED.of(waiting.key, made_from, lambda: compare(actor, view, site.book, site.folder.path, waiting))


@require_http_methods(["GET", "HEAD", "POST"])
def comparison(request: StudyRequest, key: str) -> HttpResponse:
    """Show what an import would record beside what is recorded; accept it."""
    waiting = _waiting(request, key)
    if waiting is None:
        return _gone(request, key)
    if request.method == "POST":
        return _accept(request, waiting, _typed(request))
    errand = ERRANDS.begin(
        f"{key} {request.view.head.hash[:16]}", request.actor.person, [(key, lambda: _compared(request, waiting))]
    )
    if not errand.wait(WAITED):
        return _progress(request, gettext("Comparing with what is recorded"))
    return _show(request, waiting, drafts.typed_of(request.site.folder.path, key))


def _gone(request: StudyRequest, key: str) -> HttpResponse:
    """Lead to what was recorded by an import that waits no longer; 404 where there never was one for the asker."""
    if not _recorded(request, key):
        raise Http404
    return _see_other(reverse("import-done", args=[key]))


def _recorded(request: StudyRequest, key: str) -> int:
    """Return how many entries the asker's import recorded."""
    if not drafts.KEY.fullmatch(key):
        return 0
    found = request.site.book.trail(Asked(equal={"request": key}))
    return sum(1 for entry in found if entry.by == request.actor.person)


@require_safe
def done(request: StudyRequest, key: str) -> HttpResponse:
    """Show what became of an import that was accepted."""
    if not _may(request):
        raise Http404
    errand = ERRANDS.of(request.actor.person, f"accept {key} {request.GET.get('try', '')}")
    if errand is not None and not errand.is_over:
        return _progress(request, gettext("Recording, all of it or nothing"))
    waiting = _waiting(request, key)
    if errand is not None and waiting is not None and (errand.refused or errand.failed):
        typed = drafts.typed_of(request.site.folder.path, key)
        return _show(request, waiting, typed, _why(errand), status=409)
    count = _recorded(request, key)
    if not count:
        raise Http404
    return render(request, "import_done.html", {"count": count})


def _why(errand: Errand) -> list[dict[str, str]]:
    """Say why nothing was recorded."""
    if errand.refused:
        return told(errand.refused[0][1])
    remedy = gettext("Nothing was imported. Try again; if it fails again, import it in the terminal.")
    return [{"code": "", "place": "", "sentence": gettext("The program stopped in the middle."), "remedy": remedy}]


def _progress(request: StudyRequest, doing: str) -> HttpResponse:
    return render(request, "import_progress.html", {"doing": doing})


def _show(
    request: StudyRequest,
    waiting: drafts.Waiting,
    typed: Mapping[str, str],
    problems: Sequence[dict[str, str]] = (),
    status: int = 200,
) -> HttpResponse:
    """Show a comparison, with the reasons that were typed beside it: of one change under its key."""
    compared = _compared(request, waiting)
    study, language = compared.study, language_of(compared.study, request.LANGUAGE_CODE)
    preview = compared.preview
    changed = list(islice(changed_lines(study, preview, language), MOST_LINES))
    refused = told(ImportRefused(preview.problems[:MOST_PROBLEMS])) if preview.problems else []
    shown = {
        "waiting": waiting,
        "sent": local_time(study, waiting.sent_at),
        "until": local_time(study, drafts.sent_at(waiting) + drafts.LIFE),
        "preview": preview,
        "seen": compared.seen,
        "refused": refused,
        "left_refused": len(preview.problems) - len(refused),
        "notes": told(ImportRefused(preview.notes[:MOST_LINES])) if preview.notes else [],
        "left_notes": max(0, len(preview.notes) - MOST_LINES),
        "changed": [(line, typed.get(line.key, "")) for line in changed],
        "changes": len(preview.changes) + len(preview.status_changes),
        "kept": list(islice(kept_lines(study, preview, language), MOST_LINES)),
        "count_kept": len(preview.kept) + len(preview.status_kept),
        "new": list(islice(new_lines(study, preview, language), MOST_LINES)),
        "count_new": preview.new + len(preview.statuses),
        "unused": [(file.name, ", ".join(file.unused)) for file in preview.files if file.unused],
        "may_accept": bool(preview.asked) and not preview.problems,
        "reasons": with_words(study, common_reasons(study)),
        "reason": typed.get(FOR_ALL, ""),
        "problems": problems,
        "most": MOST_LINES,
        "request_id": request.site.new_id(),
    }
    return render(request, "import_compared.html", shown, status=status)


def _typed(request: StudyRequest) -> dict[str, str]:
    """Return the reasons that were typed: of one change under its key, of all others under `FOR_ALL`."""
    return {
        name.removeprefix(REASON): str(text).strip()[:LONGEST]
        for name, text in request.POST.items()
        if name == FOR_ALL or CHANGE.fullmatch(name)
    }


def _accept(request: StudyRequest, waiting: drafts.Waiting, typed: Mapping[str, str]) -> HttpResponse:
    """Record what was shown, all of it as one act, or show the comparison again where it is another one now."""
    compared = _compared(request, waiting)
    if compared.seen != request.POST.get("seen"):
        return _show(request, waiting, typed, told(ActRefused([Problem(code="SERVE-52")])), status=409)
    if compared.preview.problems or not compared.preview.asked:
        return _show(request, waiting, typed, status=422)
    try:
        act = act_of(request.actor, request.view, compared.preview, typed, typed.get(FOR_ALL, ""))
    except TrialbookError as error:
        return _show(request, waiting, typed, told(error), status=422)
    drafts.keep_typed(request.site.folder.path, waiting.key, typed)  # for `done`, where nothing can be recorded

    def record() -> None:
        request.site.record(act, by=request.actor.person, request=waiting.key)
        drafts.forget(request.site.folder.path, waiting.key)

    tried = request.POST.get("request", "")[:LONGEST]
    ERRANDS.begin(f"accept {waiting.key} {tried}", request.actor.person, [(waiting.key, record)]).wait(WAITED)
    return _see_other(f"{reverse('import-done', args=[waiting.key])}?{urlencode({'try': tried})}")


@require_POST
def throw_away(request: StudyRequest, key: str) -> HttpResponse:
    """Throw an import away that waits."""
    if _waiting(request, key) is None:
        raise Http404
    drafts.forget(request.site.folder.path, key)
    messages.success(request, gettext("Thrown away. Nothing was recorded."))
    return _see_other(reverse("imports"))


@require_safe
def comparison_csv(request: StudyRequest, key: str) -> HttpResponse:
    """Give a comparison as CSV; that it was taken out is noted first."""
    waiting = _waiting(request, key)
    if waiting is None:
        raise Http404
    note_export(request, request.actor, "import.csv", {"files": ", ".join(waiting.files)})
    compared = _compared(request, waiting)
    study = compared.study
    text = as_csv(study, compared.preview, language_of(study, request.LANGUAGE_CODE))
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{study.identity.id}-import.csv"'
    return answer


def _see_other(address: str) -> HttpResponse:
    answer = HttpResponseRedirect(address)
    answer.status_code = 303
    return answer
