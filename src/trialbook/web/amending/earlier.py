"""Answers that have no place in the plan in force: read by the plan of the day on which they were recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from trialbook.capture.answers import VISIT
from trialbook.capture.ledger import ANSWERS, Entry, cell_of
from trialbook.conduct.blinding import shown_forms
from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell
from trialbook.conduct.findings import rules_of
from trialbook.conduct.judgements import NO_FORM, NO_ITEM, NO_VISIT, place_of_answer
from trialbook.protocol.model import Study
from trialbook.web.forms.words import answer_words, local_time
from trialbook.web.kept import masked
from trialbook.web.looking import casebook_for
from trialbook.web.monitoring.act_words import act_word
from trialbook.web.request import StudyRequest

GONE = frozenset({NO_FORM, NO_ITEM, NO_VISIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An answer as the plan of its day has it."""

    visit: str
    form: str
    repeat: str
    item: str
    text: str
    version: str
    """Fingerprint of the version that it was recorded by."""
    lines: tuple[tuple[str, str, str, str, str], ...]
    """Its history, the first entry first: when, who, what was done, what was answered, why."""


def earlier_of(request: StudyRequest, participant: str) -> tuple[Earlier, ...]:
    """Return the answers of a participant without a place in the plan in force, as far as the asker is shown them.

    Shown is what the role was shown by the plan of the day, and what no later plan hides from it. 404 where there is
    no such participant for the asker.
    """
    casebook_for(request, participant)
    whole = request.view.casebooks[participant]
    cells = dict(_homeless(request.actor.study, whole))
    if not cells:
        return ()
    entries = request.site.history(participant=participant)
    plans = {entry.seq: entry.study for entry in entries if entry.act in ANSWERS}
    shown = shown_forms(request.actor.study, whole, request.actor.role)
    found = []
    for cell, answer in cells.items():
        plan = request.site.book.version(plans[answer.seq])
        if _is_shown(request, whole, plan, cell, shown):
            lines = tuple(_line(request, entry) for entry in entries if _is_of(entry, cell))
            found.append(_earlier(request, plan, cell, answer, lines))
    return tuple(found)


def _homeless(study: Study, casebook: Casebook) -> Iterator[tuple[Cell, Answer]]:
    """Yield the answers whose form, item or visit is not in a plan."""
    asked = rules_of(study).asked
    for cell, answer in casebook.answers.items():
        is_known = cell.form == VISIT_FORM or cell.item in getattr(study.forms.get(cell.form), "items", ())
        if is_known and (not cell.visit or cell.visit in study.schedule.visits):
            continue
        if place_of_answer(study, casebook, cell, answer, asked) in GONE:
            yield cell, answer


def _is_shown(request: StudyRequest, whole: Casebook, plan: Study, cell: Cell, shown: frozenset[str]) -> bool:
    """Tell whether the asker is shown an answer: by the plan of its day, and by the plan in force as far as it goes."""
    is_kept = cell.form in shown or cell.form not in {*request.actor.study.forms, VISIT_FORM}
    return is_kept and cell in masked(plan, whole, request.actor.role).answers


def _is_of(entry: Entry, cell: Cell) -> bool:
    return cell_of(entry) == cell and entry.act in ANSWERS


def _line(request: StudyRequest, entry: Entry) -> tuple[str, str, str, str, str]:
    at = local_time(request.actor.study, entry.at)
    return at, entry.by, act_word(entry.act), _said(request, entry), entry.reason or ""


def _said(request: StudyRequest, entry: Entry) -> str:
    """Write the answer that an entry gave, in the words of its own version."""
    if entry.is_erased:
        return gettext("(erased)")
    answer = Answer(text=entry.text or "", value=entry.value, unit=entry.unit, missing=entry.missing)
    return _words(request, request.site.book.version(entry.study), cell_of(entry), answer)


def _words(request: StudyRequest, plan: Study, cell: Cell, answer: Answer) -> str:
    """Write an answer in the words of a plan; as it was typed where the plan has no such item."""
    form = plan.forms.get(cell.form)
    item = None if form is None else form.items.get(cell.item)
    return (answer_words(plan, item, answer, request.LANGUAGE_CODE) if item is not None else "") or answer.text


def _earlier(
    request: StudyRequest, plan: Study, cell: Cell, answer: Answer, lines: tuple[tuple[str, str, str, str, str], ...]
) -> Earlier:
    """Describe an answer in the words of the plan of its day."""
    form = VISIT if cell.form == VISIT_FORM else plan.forms[cell.form]
    visit = plan.schedule.visits.get(cell.visit)
    language = request.LANGUAGE_CODE
    item = form.items.get(cell.item)
    return Earlier(
        visit=cell.visit if visit is None else plan.say(visit.label, language) or cell.visit,
        form=gettext("Visit") if form is VISIT else plan.say(form.label, language) or form.id,
        repeat=cell.repeat,
        item=gettext("Date of the visit") if form is VISIT else plan.say(item.label, language) if item else cell.item,
        text=_words(request, plan, cell, answer),
        version=plan.fingerprint,
        lines=lines,
    )


def to_earlier(request: StudyRequest, participant: str, *, visit: str = "", form: str = "") -> HttpResponseRedirect:
    """Lead from a visit or form that is not in the plan any more to its answers; 404 where the asker is shown none."""
    casebook = request.view.casebooks.get(participant)
    study = request.actor.study
    is_gone = (visit and visit not in study.schedule.visits) or (form and form not in {*study.forms, VISIT_FORM})
    held = () if casebook is None else casebook.answers
    is_held = any((not visit or cell.visit == visit) and (not form or cell.form == form) for cell in held)
    if request.method == "POST" or not is_gone or not is_held or not earlier_of(request, participant):
        raise Http404
    return HttpResponseRedirect(reverse("earlier", args=[participant]))


def gone_items(request: StudyRequest, known: frozenset[str]) -> tuple[str, ...]:
    """Say which answers a page sent to items that are not in the plan any more: it was amended while it was open."""
    sent = (name for name in request.POST.get("items", "").split() if name not in known)
    typed = [(name, request.POST.get(f"answer.{name}", "").strip()) for name in sent]
    words = gettext("The study was amended while this page was open, and “%(item)s” is not asked any more.")
    kept = gettext("“%(typed)s” was not saved. Look at the form again, and save the rest.")
    return tuple(f"{words % {'item': name}} {kept % {'typed': text}}" for name, text in typed if text)
