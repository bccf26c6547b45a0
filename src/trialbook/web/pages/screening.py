"""Screening of one participant: consent first, then the criteria one by one, the verdict, and the decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from trialbook.conduct.casebook import Cell
from trialbook.conduct.completeness import begun_rows
from trialbook.conduct.filling import fill_state
from trialbook.conduct.findings import rules_of
from trialbook.conduct.schedule import full_date
from trialbook.conduct.screening import Eligibility, assess_eligibility, forms_asked, forms_of_screening
from trialbook.errors import ActRefused, LedgerError, TrialbookError
from trialbook.protocol.model import Form, Study
from trialbook.web.following.criteria import criterion_lines, reason_lines, verdict_of
from trialbook.web.following.deciding import ENROL, act_of, step_in
from trialbook.web.following.seen import Seen, see
from trialbook.web.following.tables import FormLine, form_line
from trialbook.web.following.words import STATUS, day_words
from trialbook.web.forms.new_rows import new_row
from trialbook.web.forms.words import answer_words
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.saying import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One consent as it is recorded: label -> answer."""

    row: str
    facts: tuple[tuple[str, str], ...]
    where: str | None


@require_http_methods(["GET", "HEAD", "POST"])
def screening(request: StudyRequest, participant: str) -> HttpResponse:
    """Show how the screening of a participant stands, and record how it ends."""
    seen = see(request, participant)
    if request.method != "POST":
        return _show(request, seen)
    step = step_in(seen.casebook, request.POST)
    if step is None or step.is_correction or not seen.actor.may("enrol"):
        messages.error(request, gettext("Nothing was recorded: the screening has ended meanwhile."))
        return redirect("screening", participant)
    if step is ENROL and _needs_word(seen, request):
        return _show(request, seen, needs_word=True)
    try:
        act = act_of(step, seen.code, request.POST)
        sent = request.POST.get("request") or None
        receipt = request.site.record(act, by=request.actor.person, request=sent)
    except (ActRefused, LedgerError) as error:
        return _show(request, seen, error=error)
    messages.success(request, gettext("Recorded: %(what)s.") % {"what": step.title})
    for note in receipt.notes:
        messages.warning(request, sentence(note))
    return redirect("participant", participant)


def _needs_word(seen: Seen, request: StudyRequest) -> bool:
    """Tell whether somebody is to be enrolled who is not certainly eligible, without the word that this is known."""
    found = assess_eligibility(seen.study, seen.casebook, on=full_date(request.POST.get("on", "").strip()))
    return found.verdict != "eligible" and request.POST.get("known") != "yes"


def _show(
    request: StudyRequest, seen: Seen, *, error: TrialbookError | None = None, needs_word: bool = False
) -> HttpResponse:
    on = full_date((request.POST or request.GET).get("on", "").strip())
    found = assess_eligibility(seen.study, seen.casebook, on=on or seen.today)
    verdict = verdict_of(seen, found)
    context = {
        "seen": seen,
        "status": STATUS[seen.casebook.status],
        "is_open": seen.casebook.status == "screening",
        "on": found.judged_on.day or on or seen.today,
        "verdict": verdict,
        "consent": _consent(request, seen, found),
        "lines": criterion_lines(seen, found),
        "forms": tuple(screening_forms(seen, found)),
        "may_enrol": seen.actor.may("enrol") and seen.casebook.status == "screening",
        "needs_word": needs_word,
        "problems": told(error) if error is not None else (),
        "typed": request.POST,
        "today": seen.today,
        "request_id": request.POST.get("request") or request.site.new_id(),
    }
    return render(request, "screening.html", context, status=422 if needs_word or error is not None else 200)


def screening_forms(seen: Seen, found: Eligibility) -> Iterator[FormLine]:
    """Yield the forms of the screening and those that a criterion asks, in the order of the study file; not consent.

    Of a form of visits those up to study day 0 are listed, or the first.
    """
    awaited = Counter(name.partition(".")[0] for name in found.lacking)
    consent, needed, early = _consent_form(seen), forms_asked(seen.study), forms_of_screening(seen.study)
    for form in seen.study.forms.values():
        if form is consent or (form not in early and form.id not in needed):
            continue
        for visit in _early_visits(seen.study, form) if form.timing == "visits" else ("",):
            filled = fill_state(seen.study, seen.casebook, form, visit, rules_of(seen.study).asked)
            line = form_line(seen, filled) if filled.state != "not asked" else None
            if line is not None:
                name = f"{line.name} ({seen.visit_name(visit)})" if visit else line.name
                yield replace(line, name=name, awaited=awaited[line.form] if filled.state == "complete" else 0)


def _early_visits(study: Study, form: Form) -> tuple[str, ...]:
    early = tuple(visit for visit in form.visits if study.schedule.visits[visit].day <= 0)
    return early or form.visits[:1]


# ---- consent ----------------------------------------------------------------------------------------------------


def _consent_form(seen: Seen) -> Form | None:
    return seen.study.forms.get((seen.study.consent or "").partition(".")[0])


def _consent(request: StudyRequest, seen: Seen, found: Eligibility) -> dict[str, object] | None:
    """Return what the page tells of the consent; None where none is asked, or the role is not shown it."""
    form = _consent_form(seen)
    if form is None or not seen.shows(form.id):
        return None
    rows = sorted(begun_rows(form, seen.casebook, ""), key=lambda row: (len(row), row))
    given = tuple(_given(seen, form, row) for row in rows)
    return {
        "name": seen.form_name(form.id),
        "given": given,
        "is_given": found.consented,
        "reasons": tuple(reason_lines(seen, found.consent_reasons)),
        "where": None if rows and not form.repeating else _address(request, seen, form),
        "is_again": bool(rows),
        "may_record": seen.actor.may("record", form.id),
    }


def _address(request: StudyRequest, seen: Seen, form: Form) -> str | None:
    """Return where the consent, or the next one, is recorded."""
    return seen.form_address(form.id, repeat=new_row(request.site, seen.code, form.id) if form.repeating else "")


def _given(seen: Seen, form: Form, row: str) -> Consent:
    facts = []
    for item in form.items.values():
        answer = seen.casebook.answers.get(Cell("", form.id, row, item.id))
        if answer is not None:
            day = full_date(answer.value) if item.kind == "date" else None
            text = answer_words(seen.study, item, answer, seen.language) if day is None else day_words(day)
            facts.append((seen.study.say(item.label, seen.language) or item.id, text))
    return Consent(row=row, facts=tuple(facts), where=seen.form_address(form.id, repeat=row))
