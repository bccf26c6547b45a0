"""Unblinding: that somebody learned what was hidden from them, planned, in an emergency, or by accident."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from trialbook.capture.acts import unblind
from trialbook.capture.people import is_code
from trialbook.errors import ActRefused, Problem, TrialbookError
from trialbook.protocol.suggest import suggest
from trialbook.web.looking import casebooks_for
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest

KINDS: tuple[tuple[str, Promise], ...] = (
    ("planned", gettext_lazy("Planned")),
    ("emergency", gettext_lazy("Emergency")),
    ("accidental", gettext_lazy("By accident")),
)


@require_http_methods(["GET", "HEAD", "POST"])
def unblinding(request: StudyRequest) -> HttpResponse:
    """Show every unblinding of those whom the role is shown, and record another; it is never refused for being late."""
    books, typed = casebooks_for(request), {name: request.POST.get(name, "") for name in FIELDS}
    problems: list[dict[str, str]] = []
    if request.method == "POST":
        act = unblind(typed["kind"], typed["who"], reason=typed["reason"], participant=typed["participant"])
        asked = request.POST.get("request", "")
        try:
            check_seen(typed["participant"], books)
            request.site.record(act, by=request.actor.person, request=asked if is_code(asked) else None)
        except TrialbookError as error:
            problems = told(error)
        else:
            messages.success(request, gettext("The unblinding is recorded. Every report counts it."))
            return redirect("unblinding")
    mine = [(code, one) for code, book in books.items() for one in book.unblindings]
    found = sorted([*mine, *(("", one) for one in request.view.marks.unblindings)], key=lambda pair: -pair[1].seq)
    names = dict(KINDS)
    context = {
        # the custodian may record one, and is shown nothing of participants, nor who learned what of them
        "is_shown": request.actor.sees_participants(),
        "found": [(code, names.get(one.kind, one.kind), one) for code, one in found],
        "kinds": KINDS,
        "participants": list(books),
        "typed": typed,
        "problems": problems,
        "request_id": request.site.new_id(),
    }
    return render(request, "unblinding.html", context, status=422 if problems else 200)


def check_seen(participant: str, books: Collection[str]) -> None:
    """Refuse somebody whom the asker is not shown as somebody whom nobody knows: never taken for the whole study."""
    if participant and participant not in books:
        values = {"participant": participant, "near": suggest(participant, books)}
        raise ActRefused([Problem(code="ACT-03", values=values)])


FIELDS = ("kind", "who", "reason", "participant")
