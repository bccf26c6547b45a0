"""Which wording of the questionnaires is loaded, who permitted its use, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from trialbook.capture.acts import note
from trialbook.errors import ActRefused, LedgerError, Problem
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Form
from trialbook.web.invitations.models import SwitchedOff
from trialbook.web.invitations.standing import Moment, moment_of, self_words
from trialbook.web.pages.invitation import named, say
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.wordings import Loaded, names_in, needs_permission, worded_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """A form that participants answer, with what is loaded for it."""

    form: Form
    label: str
    name: str
    licence: str
    needs_permission: bool
    files: tuple[Loaded, ...]
    languages: tuple[tuple[str, Problem | None], ...]
    """Language -> why participants cannot answer in it; None where they can."""
    off: SwitchedOff | None
    may_switch: bool


def wordings(request: StudyRequest) -> HttpResponse:
    """Show the wording of every form that participants answer, and files that belong to none."""
    study, now = request.actor.study, moment_of(request.site)
    forms = tuple(worded_of(request, now, form) for form in study.forms.values() if "participant" in form.by)
    stray = tuple(one for one in now.wordings.files if one.name not in names_in(study))
    context = {"forms": forms, "stray": stray, "request_id": request.site.new_id()}
    return render(request, "questionnaire_wordings.html", context)


def worded_of(request: StudyRequest, now: Moment, form: Form) -> Worded:
    """Describe the wording of one form."""
    name = worded_by(form)
    found = {tag: self_words(now, form, tag) for tag in now.languages}
    return Worded(
        form=form,
        label=say(request, form),
        name=name,
        licence=CATALOG[name].licence if name in CATALOG else "",
        needs_permission=needs_permission(name),
        files=now.wordings.of(name),
        languages=tuple((named(tag), words if isinstance(words, Problem) else None) for tag, words in found.items()),
        off=now.off.get(form.id),
        may_switch=request.actor.may("record", form.id),
    )


@require_POST
def switch(request: StudyRequest) -> HttpResponse:
    """Switch participants' own answers to a form off, or on again; both are noted in the ledger."""
    form = request.actor.study.forms.get(request.POST.get("form", ""))
    if form is None or "participant" not in form.by or not request.actor.may("record", form.id):
        raise Http404
    is_off = request.POST.get("to") == "off"
    text = f"Participants' own answers to {form.id} switched {'off' if is_off else 'on'}."
    try:
        sent = request.POST.get("request") or request.site.new_id()
        request.site.record(note(text, form=form.id), by=request.actor.person, request=sent)
    except (ActRefused, LedgerError) as error:
        messages.error(request, " ".join(one["sentence"] for one in told(error)))
        return redirect("wordings")
    SwitchedOff.objects.filter(form=form.id).delete()
    if is_off:
        SwitchedOff.objects.create(form=form.id, by=request.actor.person, at=request.site.now())
    messages.success(request, gettext("Switched off.") if is_off else gettext("Switched on."))
    return redirect("wordings")
