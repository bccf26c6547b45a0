"""Queries: the list, one with its answers, a new one; none is shown or counted to who does not see its form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from trialbook.capture.asking import Act, answer_query, close_query, raise_query, reassign_query, verify_source
from trialbook.conduct.blinding import shown_forms
from trialbook.conduct.casebook import Casebook, Cell
from trialbook.errors import TrialbookError
from trialbook.web.forms.sheet import language_of
from trialbook.web.forms.words import local_time, role_label
from trialbook.web.looking import actor_at, casebook_for, casebooks_for
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.treatment.query_rows import SHELVES, QueryRow, Shelf, chosen, place_words, query_rows

REASONS = (
    gettext_noop("Right as it stands; compared with the source"),
    gettext_noop("Corrected"),
    gettext_noop("Not available"),
    gettext_noop("Not done"),
    gettext_noop("Not asked of this participant"),
)
"""Answers to choose from; recorded in these words, shown in the reader's language."""
LONGEST, MOST_ROWS = 2000, 300
AGES = ("7", "14", "30")


@require_safe
def queries(request: StudyRequest) -> HttpResponse:
    """Show the queries, first those that wait for the asker."""
    study, language = request.actor.study, language_of(request.actor.study, request.LANGUAGE_CODE)
    casebooks, today = casebooks_for(request), request.site.today()
    rows = [row for one in casebooks.values() for row in query_rows(actor_at(request, one), one, today, language)]
    asked = {name: request.GET.get(name, "") for name in ("participant", "form", "days")}
    shelf: Shelf = next((name for name in SHELVES if name == request.GET.get("show")), "mine")
    found = sorted(chosen(rows, shelf, asked), key=lambda row: (-row.days, row.query.seq))
    forms = sorted({row.form for row in rows if row.form in study.forms})
    shown = {
        "rows": found[:MOST_ROWS],
        "left": max(0, len(found) - MOST_ROWS),
        "shelves": [(name, len(chosen(rows, name, asked))) for name in SHELVES],
        "shelf": shelf,
        "asked": asked,
        "ages": AGES,
        "codes": list(casebooks),
        "forms": [(form, study.say(study.forms[form].label, language)) for form in forms],
    }
    return render(request, "queries.html", shown)


# ---- one query --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def query(request: StudyRequest, participant: str, number: int) -> HttpResponse:
    """Show a query with all that was said to it, and take what is said now."""
    casebook = casebook_for(request, participant)
    row = _find(request, casebook, number)
    if request.method != "POST":
        return _query_page(request, casebook, row)
    act = _followed(request, row)
    if act is None:
        against = {"code": "", "place": "", "remedy": gettext("Nothing was saved.")}
        return _query_page(request, casebook, row, [{**against, "sentence": gettext("Say it in a few words.")}])
    try:
        request.site.record(act, by=request.actor.person, request=request.POST.get("request") or None)
    except TrialbookError as error:
        return _query_page(request, casebook, row, told(error))
    messages.success(request, gettext("Saved."))
    return _see_other(reverse("query", args=[participant, number]))


def _find(request: StudyRequest, casebook: Casebook, number: int) -> QueryRow:
    """Return a query that the asker may see; 404 for any other."""
    language = language_of(request.actor.study, request.LANGUAGE_CODE)
    rows = query_rows(request.actor, casebook, request.site.today(), language)
    found = next((row for row in rows if row.query.seq == number), None)
    if found is None:
        raise Http404
    return found


def _followed(request: StudyRequest, row: QueryRow) -> Act | None:
    """Return what is to be done with a query; None where it is not said."""
    doing, words = request.POST.get("do", ""), request.POST.get("words", "").strip()[:LONGEST]
    reason = request.POST.get("reason", "")
    said = ". ".join(part for part in (reason if reason in REASONS else "", words) if part)
    if doing == "answer" and said:
        return answer_query(row.participant, row.query.seq, said)
    if doing == "close" and said:
        return close_query(row.participant, row.query.seq, said)
    if doing == "reassign" and request.POST.get("to"):
        return reassign_query(row.participant, row.query.seq, request.POST["to"])
    if doing == "verify" and row.query.cell.item:
        return verify_source(row.participant, [row.query.cell])
    return None


def _query_page(
    request: StudyRequest, casebook: Casebook, row: QueryRow, problems: Sequence[dict[str, str]] = ()
) -> HttpResponse:
    study, actor, query = request.actor.study, request.actor, row.query
    form = query.cell.form or None
    shown: dict[str, Any] = {
        "row": row,
        "query": query,
        "said": [(one, local_time(study, one.at) if one.at else "") for one in query.answers],
        "raised_at": local_time(study, query.at) if query.at else "",
        "closed_at": local_time(study, query.closed_at) if query.closed_at else "",
        "is_verified": casebook.is_verified(query.cell),
        "may_answer": actor.may("answer query", form),
        "may_close": actor.may("close query", form) or (query.by == actor.person and actor.may("query", form)),
        "may_assign": actor.may("query", form),
        "may_verify": bool(query.cell.item) and row.words and actor.may("verify", form),
        "receivers": receivers(request),
        "reasons": REASONS,
        "problems": problems,
        "words": request.POST.get("words", ""),
        "request_id": request.POST.get("request") or request.site.new_id(),
    }
    return render(request, "query.html", shown, status=422 if problems else 200)


def receivers(request: StudyRequest) -> list[tuple[str, str]]:
    """Return who can be asked: the roles of the study that are not blind, and those who hold one of them."""
    study, language = request.actor.study, language_of(request.actor.study, request.LANGUAGE_CODE)
    roles = [role.id for role in study.roles.values() if not role.blind]
    people = {grant.person for grant in request.view.people.grants if grant.role in roles}
    return [*((role, role_label(study, role, language)) for role in roles), *((one, one) for one in sorted(people))]


# ---- a new one --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def new_query(request: StudyRequest, participant: str) -> HttpResponse:
    """Ask about an answer, a form, a visit or a participant."""
    casebook = casebook_for(request, participant)
    cell = _asked_cell(request, casebook)
    if request.method != "POST":
        return _new_page(request, casebook, cell)
    act = raise_query(
        participant,
        request.POST.get("words", "").strip()[:LONGEST],
        form=cell.form,
        visit=cell.visit,
        repeat=cell.repeat,
        item=cell.item,
        to=request.POST.get("to", ""),
    )
    try:
        done = request.site.record(act, by=request.actor.person, request=request.POST.get("request") or None)
    except TrialbookError as error:
        return _new_page(request, casebook, cell, told(error))
    messages.success(request, gettext("The query is raised."))
    return _see_other(reverse("query", args=[participant, done.entries[0].seq]))


def _asked_cell(request: StudyRequest, casebook: Casebook) -> Cell:
    """Return what is asked about; 404 where the asker may not see it, or may not ask."""
    sent = request.POST if request.method == "POST" else request.GET
    cell = Cell(*(sent.get(name, "") for name in ("visit", "form", "repeat", "item")))
    study, actor = request.actor.study, request.actor
    is_shown = not cell.form or cell.form in shown_forms(study, casebook, actor.role)
    if not is_shown or (cell.item and not cell.form) or not actor.may("query", cell.form or None):
        raise Http404
    return cell


def _new_page(
    request: StudyRequest, casebook: Casebook, cell: Cell, problems: Sequence[dict[str, str]] = ()
) -> HttpResponse:
    language = language_of(request.actor.study, request.LANGUAGE_CODE)
    answer = casebook.answers.get(cell)
    shown = {
        "participant": casebook.participant,
        "cell": cell,
        "place": place_words(request.actor.study, cell, language) or casebook.participant,
        "answer": "" if answer is None else answer.text,
        "receivers": receivers(request),
        "to": request.POST.get("to", ""),
        "words": request.POST.get("words", ""),
        "problems": problems,
        "request_id": request.POST.get("request") or request.site.new_id(),
    }
    return render(request, "new_query.html", shown, status=422 if problems else 200)


def _see_other(address: str) -> HttpResponse:
    """Send the browser on after a save, so that loading the page anew saves nothing again."""
    answer = HttpResponseRedirect(address)
    answer.status_code = 303
    return answer
