"""One participant, picture first: what was measured, given and happened on one time axis; then all the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from trialbook.capture.acts import note
from trialbook.conduct.casebook import Casebook
from trialbook.conduct.filling import FilledForm, other_fillings, visit_fillings
from trialbook.conduct.findings import rules_of
from trialbook.conduct.schedule import PlacedVisit, anchor_date, full_date
from trialbook.conduct.withdrawing import DATA_USE, TREATMENT
from trialbook.errors import ActRefused, LedgerError
from trialbook.protocol.model import Form
from trialbook.web.amending.earlier import earlier_of
from trialbook.web.drawing.happenings import key
from trialbook.web.following.picture import Picture, legend, picture_of
from trialbook.web.following.seen import Seen, see
from trialbook.web.following.tables import (
    FormLine,
    deviations_of,
    doses_of,
    drugs_of,
    events_of,
    form_line,
    notes_of,
    queries_of,
)
from trialbook.web.following.words import STATUS, Word, address, day_words, short_words, visit_word
from trialbook.web.kept import KEPT
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.saying import clauses

LONGEST_NOTE = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitLine:
    """A visit with its forms, as one row of the grid of a participant."""

    visit: str
    name: str
    when: str
    word: Word
    where: str | None
    forms: tuple[FormLine | None, ...]
    """In the order of the columns; None where a form is not due at the visit."""
    is_open: bool
    """It took place, or should have by now: what has no data is worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Visits by forms."""

    columns: tuple[str, ...]
    lines: tuple[VisitLine, ...]
    has_held: bool
    """A form is shown later."""


@require_safe
def participant(request: StudyRequest, participant: str) -> HttpResponse:
    """Show everything of a participant that the acting role is shown."""
    seen = see(request, participant)
    return render(request, "participant.html", _context(request, seen))


def _context(request: StudyRequest, seen: Seen) -> dict[str, object]:
    kept = KEPT.of(
        ("participant", seen.code, seen.actor.role, request.LANGUAGE_CODE),
        (seen.study, seen.casebook, seen.today),
        lambda: _kept(seen),
    )
    return {
        "seen": seen,
        "status": STATUS[seen.casebook.status],
        "status_words": status_words(seen),
        "may_enrol": seen.actor.may("enrol"),
        "may_identify": seen.actor.may("identify"),
        "may_note": seen.actor.may("note"),
        "notes": tuple(notes_of(request, seen)),
        "earlier": len(earlier_of(request, seen.code)),
        "legend": [(key(kind), word) for kind, word in legend()],
        "to_events": address("events", seen.code),
        "request_id": request.site.new_id(),
        "typed": request.POST,
        **kept,
    }


def _kept(seen: Seen) -> dict[str, object]:
    """Return what hangs on the casebook and the day alone."""
    picture: Picture | None = picture_of(seen)
    return {
        "picture": picture,
        "anchor": anchor_date(seen.study, seen.casebook),
        "grid": visits_by_forms(seen) if seen.sees_visits else None,
        "forms": tuple(once_forms(seen)),
        "doses": tuple(doses_of(seen)),
        "events": tuple(events_of(seen)),
        "drugs": tuple(drugs_of(seen)),
        "deviations": tuple(deviations_of(seen)),
        "queries": tuple(queries_of(seen)),
    }


def status_words(seen: Seen) -> str:
    """Say since when a participant is where they are, and why."""
    casebook = seen.casebook
    enrolled, ended = full_date(casebook.enrolled_on), full_date(casebook.ended_on)
    parts = []
    if casebook.status not in {"screening", "screen failure"}:
        day = day_words(enrolled) if enrolled is not None else casebook.enrolled_on or gettext("a day not recorded")
        parts.append(gettext("enrolled on %(day)s") % {"day": day})
    if casebook.status in {"completed", "withdrawn", "screen failure"}:
        day = day_words(ended) if ended is not None else casebook.ended_on or gettext("a day not recorded")
        parts.append(gettext("%(status)s on %(day)s") % {"status": STATUS[casebook.status].text, "day": day})
    if casebook.end_reason:
        parts.append(casebook.end_reason)
    parts.extend(consent_words(casebook))
    return clauses(parts)


def consent_words(casebook: Casebook) -> Iterator[str]:
    """Say from what a participant withdrew beside the study, and what that means."""
    told = {
        TREATMENT: gettext("stopped treatment on %(day)s"),
        DATA_USE: gettext(
            "withdrew the consent to the use of data on %(day)s: nothing of it goes into a data set made after, unless "
            "the study file keeps adverse events"
        ),
    }
    for scope, one in casebook.withdrawn_from.items():
        ended = full_date(one.on)
        day = day_words(ended) if ended is not None else one.on or gettext("a day not recorded")
        yield (told[TREATMENT if scope == TREATMENT else DATA_USE] % {"day": day}) + (
            f" ({one.why})" if one.why else ""
        )


# ---- visits by forms --------------------------------------------------------------------------------------------


def visits_by_forms(seen: Seen) -> Grid:
    """Return the visits of a participant, each with its forms."""
    shown = [form for form in seen.study.forms.values() if form.timing == "visits" and seen.actor.sees(form.id)]
    overdue = {plan.visit for plan in seen.summary.overdue}
    placed = (*seen.summary.planned, *seen.summary.unscheduled)
    return Grid(
        columns=tuple(seen.form_name(form.id) for form in shown),
        lines=tuple(_visit_line(seen, one, shown, is_overdue=one.visit in overdue) for one in placed),
        has_held=any(seen.is_held_back(form) for form in shown),
    )


def _visit_line(seen: Seen, placed: PlacedVisit, columns: list[Form], *, is_overdue: bool) -> VisitLine:
    filled = {
        one.form.id: one for one in visit_fillings(seen.study, seen.casebook, placed.visit, rules_of(seen.study).asked)
    }
    return VisitLine(
        visit=placed.visit,
        name=seen.visit_name(placed.visit),
        when=short_words(placed, seen.today, is_overdue=is_overdue),
        word=visit_word(placed, is_overdue=is_overdue),
        where=address("visit", seen.code, placed.visit),
        forms=tuple(_form_line(seen, filled.get(form.id)) for form in columns),
        is_open=placed.took_place or placed.state == "due" or is_overdue,
    )


def _form_line(seen: Seen, filled: FilledForm | None) -> FormLine | None:
    return None if filled is None or filled.state == "not asked" else form_line(seen, filled)


def once_forms(seen: Seen) -> Iterator[FormLine]:
    """Yield the forms that do not belong to visits."""
    for filled in other_fillings(seen.study, seen.casebook, rules_of(seen.study).asked):
        line = _form_line(seen, filled)
        if line is not None:
            yield line


# ---- notes ------------------------------------------------------------------------------------------------------


@require_POST
def add_note(request: StudyRequest, participant: str) -> HttpResponse:
    """Add a note to a participant."""
    seen = see(request, participant)
    text = request.POST.get("text", "").strip()[:LONGEST_NOTE]
    try:
        sent = request.POST.get("request") or None
        request.site.record(note(text, participant=seen.code), by=request.actor.person, request=sent)
    except (ActRefused, LedgerError) as error:
        context = {**_context(request, seen), "problems": told(error)}
        return render(request, "participant.html", context, status=422)
    messages.success(request, gettext("The note was added."))
    return redirect("participant", seen.code)
