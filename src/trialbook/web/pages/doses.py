"""The doses of a participant: what is planned and given, and the next one worked out step by step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from trialbook.capture.asking import countersign
from trialbook.conduct.amounts import KG, Measured, measure
from trialbook.conduct.casebook import Casebook
from trialbook.conduct.deviations import given_treatments
from trialbook.conduct.dosing import DosePlan, Refusal, plan_dose
from trialbook.conduct.exposure import Exposure, exposure
from trialbook.conduct.regimen import plan_dose_day
from trialbook.conduct.reweighing import LIMIT, weight_changes
from trialbook.conduct.schedule import anchor_date
from trialbook.errors import TrialbookError
from trialbook.protocol.model import Study, Treatment
from trialbook.web.following.seen import see
from trialbook.web.following.tables import shown_deviations
from trialbook.web.forms.new_rows import new_row
from trialbook.web.forms.sheet import language_of
from trialbook.web.looking import casebook_for
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.treatment.dose_checks import Check, check_of_given, check_of_plan
from trialbook.web.treatment.dose_line import draw_doses
from trialbook.web.treatment.dose_rows import DoseRow, dose_rows
from trialbook.web.treatment.dose_sources import GIVEN, against, formula_of, shows_all, source_of
from trialbook.web.treatment.infusion_clock import clock, end_of, minutes_of
from trialbook.web.treatment.links import address_of, participant_page

MOST_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to see worked out."""

    on: date
    number: int | None
    start: str
    """Time of day, as typed."""
    is_wrong: bool
    """The day could not be read; it is today."""


def asked_in(query: QueryDict, today: date) -> Asked:
    """Read the day, the number of the dose and the start of the infusion from an address."""
    day, number = query.get("on", "").strip(), query.get("number", "").strip()
    try:
        on = date.fromisoformat(day) if day else today
    except ValueError:
        on = None
    counted = int(number) if number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS else 0
    return Asked(on=on or today, number=counted or None, start=query.get("start", "").strip()[:8], is_wrong=on is None)


@require_safe
def doses(request: StudyRequest, participant: str, treatment: str) -> HttpResponse:
    """Show the plan of all doses, and the next one with everything that it is computed from."""
    return render(request, "dose.html", _shown(request, participant, treatment))


@require_safe
def sheet(request: StudyRequest, participant: str, treatment: str) -> HttpResponse:
    """Show one dose as a sheet of paper for the pharmacy, with who printed it and when."""
    zone = ZoneInfo(request.actor.study.identity.timezone)
    printed = {"now": request.site.now().astimezone(zone)}
    return render(request, "dose_sheet.html", {**_shown(request, participant, treatment), **printed})


@require_POST
def check(request: StudyRequest, participant: str, treatment: str) -> HttpResponse:
    """Record that a second person checked a dose, and whether they came to the same."""
    casebook, found = casebook_for(request, participant), _treatment(request, treatment)
    asked = asked_in(request.POST, request.site.today())
    checked = _checked(request, casebook, found, asked)
    agree, other = request.POST.get("agree"), request.POST.get("other", "").strip()[:200]
    if checked is None or checked.words != request.POST.get("words"):
        return _refused(
            request, participant, treatment, gettext("The numbers changed meanwhile. Look at the new ones.")
        )
    if agree not in {"yes", "no"} or (agree == "no" and not other):
        return _refused(request, participant, treatment, gettext("Say whether you come to the same; if not, to what."))
    words = checked.words if agree == "yes" else f"{checked.words} The second person came to: {other}"
    place = checked.place
    act = countersign(participant, place.form, words, agree=agree == "yes", visit=place.visit, repeat=place.repeat)
    try:
        request.site.record(act, by=request.actor.person, request=request.POST.get("request") or None)
    except TrialbookError as error:
        return render(
            request, "dose.html", {**_shown(request, participant, treatment), "problems": told(error)}, status=422
        )
    messages.success(request, gettext("The check is recorded."))
    sent = {name: request.POST[name] for name in ("on", "number") if request.POST.get(name)}
    answer = HttpResponseRedirect(f"{reverse('dose', args=[participant, treatment])}?{urlencode(sent)}")
    answer.status_code = 303
    return answer


def _checked(request: StudyRequest, casebook: Casebook, treatment: Treatment, asked: Asked) -> Check | None:
    """Return what is checked: the row that is named, else the plan; None where there is nothing to check."""
    study, row = request.actor.study, request.POST.get("row", "")
    if row:
        doses = exposure(study, casebook, treatment.id).doses
        dose = next((one for one in doses if one.repeat == row), None)
        return None if dose is None else check_of_given(study, casebook, treatment, dose)
    if not shows_all(request.actor, casebook, treatment):
        return None
    plan = plan_dose(study, casebook, treatment.id, on=asked.on, number=asked.number)
    return check_of_plan(study, casebook, plan) if isinstance(plan, DosePlan) else None


def _refused(request: StudyRequest, participant: str, treatment: str, sentence: str) -> HttpResponse:
    against = [{"code": "", "place": "", "sentence": sentence, "remedy": gettext("Nothing was recorded.")}]
    return render(request, "dose.html", {**_shown(request, participant, treatment), "problems": against}, status=422)


def _treatment(request: StudyRequest, name: str) -> Treatment:
    """Return a treatment that has a page and whose doses the asker may see; else there is no such page."""
    found = next((one for one in given_treatments(request.actor.study) if one.id == name), None)
    if found is None or found.recorded is None or not request.actor.sees(found.recorded.form):
        raise Http404
    return found


def _shown(request: StudyRequest, participant: str, name: str) -> dict[str, object]:
    casebook, treatment = casebook_for(request, participant), _treatment(request, name)
    study, today = request.actor.study, request.site.today()
    sent = request.POST if request.method == "POST" else request.GET
    given = exposure(study, casebook, treatment.id, today=today)
    asked = asked_in(sent, today)
    if not sent.get("on"):
        asked = on_the_next(study, casebook, treatment, given, asked)
    seen = see(request, participant)
    rows = dose_rows(study, casebook, treatment, given, today, shown_deviations(seen))
    return {
        "participant": participant,
        "participant_page": participant_page(participant),
        "treatment": treatment,
        "title": study.say(treatment.label, language_of(study, request.LANGUAGE_CODE)),
        "today": today,
        "asked": asked,
        "seen": seen,
        "rows": [(row, _check_of(study, casebook, treatment, row)) for row in rows],
        "request_id": request.site.new_id(),
        "may_check_given": treatment.recorded is not None and request.actor.may("countersign", treatment.recorded.form),
        "line": draw_doses(rows, today),
        "weights": weight_changes(given, _weight(study, casebook, treatment, asked.on)),
        "weight_limit": LIMIT * 100,
        **_recording(request, participant, treatment),
        **_worked_out(request, casebook, treatment, asked),
    }


def on_the_next(study: Study, casebook: Casebook, treatment: Treatment, given: Exposure, asked: Asked) -> Asked:
    """Return what is asked for the planned day of the next dose, where one was given on the day itself."""
    number = len(given.numbered) + 1
    last = max((dose.date for dose in given.numbered if dose.date is not None), default=None)
    planned = plan_dose_day(treatment, number, anchor_date(study, casebook)).on
    if last != asked.on or planned is None or asked.number is not None:
        return asked
    return replace(asked, on=max(planned, asked.on + timedelta(days=1)))


def _check_of(study: Study, casebook: Casebook, treatment: Treatment, row: DoseRow) -> Check | None:
    return None if row.given is None else check_of_given(study, casebook, treatment, row.given)


def _weight(study: Study, casebook: Casebook, treatment: Treatment, on: date) -> Measured | None:
    """Return the weight that counts on a day, None where there is none that can be used."""
    found = None if treatment.weight is None else measure(study, casebook, treatment.weight, KG, on)
    return found if isinstance(found, Measured) else None


def _recording(request: StudyRequest, participant: str, treatment: Treatment) -> dict[str, object]:
    """Return where the next dose is recorded, for those who may."""
    record = treatment.recorded
    if record is None or not request.actor.may("record", record.form):
        return {}
    form = request.actor.study.forms[record.form]
    row = new_row(request.site, participant, form.id)
    return {"record_address": address_of(form, participant, repeat=row), "record_form": form}


# ---- the dose worked out ----------------------------------------------------------------------------------------


def _worked_out(request: StudyRequest, casebook: Casebook, treatment: Treatment, asked: Asked) -> dict[str, object]:
    """Return the plan of a dose, or why there is none; nothing where the asker may not see all that it hangs on."""
    study = request.actor.study
    language = language_of(study, request.LANGUAGE_CODE)
    if not shows_all(request.actor, casebook, treatment):
        return {"is_hidden": True}
    found = plan_dose(study, casebook, treatment.id, on=asked.on, number=asked.number)
    if isinstance(found, Refusal):
        codes = {one.code for one in found.problems}
        if asked.number is None and "DOSE-16" in codes <= GIVEN:
            return {"is_through": True}
        return {"refused": [against(study, casebook, treatment, one, language) for one in found.problems]}
    checked = check_of_plan(study, casebook, found)
    return {
        "plan": found,
        "check": checked,
        "may_check": checked is not None and request.actor.may("countersign", checked.place.form),
        "notes": [against(study, casebook, treatment, one, language) for one in found.notes],
        "sources": [
            source
            for one in (found.weight, found.height)
            if (source := source_of(study, casebook, one, language)) is not None
        ],
        "formula": formula_of(found.body_surface.formula if found.body_surface else None),
        **_by_the_clock(found, asked.start),
    }


def _by_the_clock(plan: DosePlan, typed: str) -> dict[str, object]:
    if plan.infusion is None:
        return {}
    start = minutes_of(typed)
    return {
        "steps": clock(plan.infusion, start),
        "ends": end_of(plan.infusion, start),
        "is_clocked": start is not None,
        "is_start_wrong": bool(typed) and start is None,
    }
