"""One visit of a participant: when it is planned, when it took place, and its forms in their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from trialbook.capture.acts import save_form
from trialbook.capture.answers import is_visit
from trialbook.conduct.casebook import VISIT_FORM, Casebook, Cell
from trialbook.conduct.filling import visit_fillings
from trialbook.conduct.findings import rules_of
from trialbook.conduct.schedule import UNSCHEDULED, PlacedVisit, place_visits
from trialbook.errors import ActRefused, LedgerError, TrialbookError
from trialbook.web.amending.earlier import to_earlier
from trialbook.web.following.seen import Seen, see
from trialbook.web.following.tables import FormLine, deviations_of, form_line
from trialbook.web.following.words import address, form_address, form_name, plan_words, visit_word, visit_words
from trialbook.web.looking import casebook_for
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.veil import unveiled

DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A form that is not due at the visit, and can be recorded at it all the same."""

    name: str
    where: str | None


@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: StudyRequest, participant: str, visit: str) -> HttpResponse:
    """Show a visit, and record on which day it took place."""
    seen = see(request, participant)
    if not seen.sees_visits:
        raise Http404
    if not is_visit(seen.study, visit):
        return to_earlier(request, participant, visit=visit)
    if request.method == "POST":
        return _record(request, seen, visit)
    if placed_at(seen, visit) is None:
        raise Http404
    return _show(request, seen, visit)


def placed_at(seen: Seen, visit: str) -> PlacedVisit | None:
    """Return how a visit stands; None for one that is neither planned nor recorded."""
    every = place_visits(seen.study, seen.casebook, seen.today)
    return next((placed for placed in every if placed.visit == visit), None)


def _record(request: StudyRequest, seen: Seen, visit: str) -> HttpResponse:
    if not seen.actor.may("record", VISIT_FORM):
        raise Http404
    try:
        act = save_form(
            seen.code,
            VISIT_FORM,
            {DATE: request.POST.get(DATE, "").strip()},
            visit=visit,
            reasons=request.POST.get("reason", "").strip() or None,
            seen={DATE: unveiled(request.POST.get("seen", ""))},
        )
        sent = request.POST.get("request") or None
        receipt = request.site.record(act, by=request.actor.person, request=sent)
    except (ActRefused, LedgerError) as error:
        if placed_at(seen, visit) is None:
            return _ask_day(request, seen, error)
        return _show(request, seen, visit, error)
    said = gettext("The day of the visit is recorded.") if receipt.entries else gettext("Nothing was changed.")
    messages.success(request, said)
    return redirect("visit", seen.code, visit)


def _show(request: StudyRequest, seen: Seen, visit: str, error: TrialbookError | None = None) -> HttpResponse:
    placed = placed_at(seen, visit)
    if placed is None:
        raise Http404
    is_overdue = any(plan.visit == visit for plan in seen.summary.overdue)
    standing = seen.casebook.answers.get(Cell(visit, VISIT_FORM, "", DATE))
    lines = tuple(form_lines(seen, visit))
    order = [one.visit for one in (*seen.summary.planned, *seen.summary.unscheduled)]
    place = order.index(visit) if visit in order else -1
    context = {
        "seen": seen,
        "visit": visit,
        "name": seen.visit_name(visit),
        "word": visit_word(placed, is_overdue=is_overdue),
        "planned": plan_words(placed.plan),
        "words": visit_words(placed, seen.today, is_overdue=is_overdue),
        "placed": placed,
        "standing": standing,
        "typed": request.POST.get(DATE) if error is not None else None,
        "reason": request.POST.get("reason", ""),
        "may_date": seen.actor.may("record", VISIT_FORM),
        "to_history": form_address(seen.code, VISIT_FORM, visit=visit),
        "lines": lines,
        "others": tuple(other_forms(seen, visit, {line.form for line in lines})),
        "deviations": tuple(one for one in deviations_of(seen) if one.visit == visit),
        "before": _beside(seen, order, place - 1) if place > 0 else None,
        "after": _beside(seen, order, place + 1) if 0 <= place < len(order) - 1 else None,
        "problems": told(error) if error is not None else (),
        "today": seen.today,
        "request_id": request.POST.get("request") or request.site.new_id(),
    }
    return render(request, "visit.html", context, status=422 if error is not None else 200)


def _beside(seen: Seen, order: list[str], place: int) -> dict[str, str | None]:
    return {"name": seen.visit_name(order[place]), "where": address("visit", seen.code, order[place])}


def form_lines(seen: Seen, visit: str) -> Iterator[FormLine]:
    """Yield the forms of a visit in their order: those due at it, and others with data."""
    for filled in visit_fillings(seen.study, seen.casebook, visit, rules_of(seen.study).asked):
        line = form_line(seen, filled) if filled.state != "not asked" else None
        if line is not None:
            yield line


def other_forms(seen: Seen, visit: str, listed: set[str]) -> Iterator[Other]:
    """Yield the other forms of visits that the role may record here: what happened can always be recorded."""
    for form in seen.study.forms.values():
        is_ours = form.timing == "visits" and form.id not in listed and seen.shows(form.id)
        if is_ours and seen.actor.may("record", form.id):
            name = form_name(seen.study, form.id, seen.language)
            yield Other(name=name, where=seen.form_address(form.id, visit=visit))


# ---- a visit that nobody planned --------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
def unscheduled(request: StudyRequest, participant: str) -> HttpResponse:
    """Ask for the day of a visit that nobody planned."""
    seen = see(request, participant)
    if not seen.sees_visits or not seen.actor.may("record", VISIT_FORM):
        raise Http404
    return _ask_day(request, seen)


def _ask_day(request: StudyRequest, seen: Seen, error: TrialbookError | None = None) -> HttpResponse:
    number = next_unscheduled(casebook_for(request, seen.code))
    context = {
        "seen": seen,
        "visit": number,
        "name": seen.visit_name(number),
        "day": request.POST.get(DATE) or seen.today.isoformat(),
        "problems": told(error) if error is not None else (),
        "request_id": request.site.new_id(),
    }
    return render(request, "unscheduled.html", context, status=422 if error is not None else 200)


def next_unscheduled(casebook: Casebook) -> str:
    """Return the next free number for a visit that nobody planned."""
    numbers = [int(found[1]) for visit in casebook.visits() if (found := UNSCHEDULED.fullmatch(visit)) is not None]
    return f"unscheduled-{max(numbers, default=0) + 1}"
