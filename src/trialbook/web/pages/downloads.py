"""Files that were made for whoever is signed in: given out one by one, each time noted first."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from trialbook.web.monitoring.log import note_export
from trialbook.web.outcome.shelf import MADE
from trialbook.web.request import StudyRequest

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@require_safe
def download(request: StudyRequest, key: str, name: str) -> HttpResponse:
    """Give a file that was made for the asker; that it was taken out is written down first."""
    content = MADE.of(request.actor.person, key).get(name)
    if content is None:
        raise Http404
    if request.method == "GET":
        note_export(request, request.actor, name, {"made": key})
    answer = HttpResponse(content, content_type=TYPES.get(name.rpartition(".")[2], "application/octet-stream"))
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
