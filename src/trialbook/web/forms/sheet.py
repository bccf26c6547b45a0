"""A sheet: one form, or one row of it, of one participant, as far as the asker may see and record it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from trialbook.capture.answers import form_of, is_visit
from trialbook.capture.people import is_code
from trialbook.conduct.blinding import shown_forms
from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell
from trialbook.protocol.model import Form, Item, Study, Text
from trialbook.web.looking import casebook_for
from trialbook.web.request import StudyRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a page on a form stands on."""

    study: Study
    casebook: Casebook
    """Masked for the role of the asker."""
    form: Form
    visit: str
    """Empty for a form that belongs to no visit."""
    repeat: str
    """The row that is open; empty for a form without rows, and for the table of all rows."""
    language: str | None
    """Tag of the study file in which its texts are shown."""
    may_record: bool

    @property
    def label(self) -> str:
        """What the form is called."""
        return gettext("Visit") if self.form.id == VISIT_FORM else self.say(self.form.label)

    @property
    def visit_label(self) -> str:
        """What the visit is called; empty where there is none."""
        return visit_name(self.study, self.visit, self.language)

    def say(self, text: Text) -> str:
        """Return a text of the study in the language of the reader."""
        return self.study.say(text, self.language)

    def say_item(self, item: Item) -> str:
        """Return the label of an item; those of the built-in form of a visit are the program's own."""
        if self.form.id == VISIT_FORM:
            return gettext("Date of the visit") if item.id == "date" else gettext("Name of the visit in its file")
        return self.say(item.label) or item.id

    def cell(self, item: str) -> Cell:
        """Return where the answer to an item stands."""
        return Cell(self.visit, self.form.id, self.repeat, item)

    def standing(self, item: str) -> Answer | None:
        """Return the answer that stands in an item."""
        return self.casebook.answers.get(self.cell(item))

    def at(self, repeat: str) -> Sheet:
        """Return the sheet of another row of the same form."""
        return replace(self, repeat=repeat)

    def address(self) -> str:
        """Return where the page of the sheet is found."""
        return address_of(self.casebook.participant, self.form.id, self.visit, self.repeat)

    def place(self) -> Mapping[str, str]:
        """Return the place of the sheet as the parts of a query."""
        return {"visit": self.visit, "form": self.form.id, "repeat": self.repeat}


def sheet_for(request: StudyRequest, participant: str, form: str, visit: str = "", repeat: str = "") -> Sheet:
    """Return a sheet; 404 where there is none, or none for the asker: the two look alike."""
    casebook, study, actor = casebook_for(request, participant), request.actor.study, request.actor
    plan = form_of(study, form)
    if plan is None or not actor.sees(form) or not is_placed(study, plan, visit, repeat):
        raise Http404
    if form not in shown_forms(study, casebook, actor.role):
        raise Http404
    return Sheet(
        study=study,
        casebook=casebook,
        form=plan,
        visit=visit,
        repeat=repeat,
        language=language_of(study, request.LANGUAGE_CODE),
        may_record=actor.may("record", form),
    )


def is_placed(study: Study, form: Form, visit: str, repeat: str) -> bool:
    """Tell whether visit and row can be those of a form; the table of all rows names none."""
    if (form.timing == "visits") != bool(visit) or (visit and not is_visit(study, visit)):
        return False
    return not repeat or (form.repeating and is_code(repeat))


def language_of(study: Study, code: str | None) -> str | None:
    """Return the tag by which the study file calls a language of the site: Django writes `zh-hant` for `zh-Hant`."""
    wanted = (code or "").casefold()
    return next((tag for tag in study.identity.languages if tag.casefold() == wanted), None)


def visit_name(study: Study, visit: str, language: str | None) -> str:
    """Return what a visit is called, an unscheduled one by its number."""
    planned = study.schedule.visits.get(visit)
    if planned is not None:
        return study.say(planned.label, language) or visit
    number = visit.removeprefix("unscheduled-")
    return gettext("Unscheduled visit %(number)s") % {"number": number} if visit else ""


# ---- addresses --------------------------------------------------------------------------------------------------


def address_of(participant: str, form: str, visit: str = "", repeat: str = "") -> str:
    """Return the address of a form, or of a row of it."""
    parts = {"participant": participant, "visit": visit, "form": form, "repeat": repeat}
    given = {name: part for name, part in parts.items() if part}
    return reverse("form-row" if repeat else "form" if visit else "once-form", kwargs=given)


def address_if_any(name: str, **parts: str) -> str:
    """Return the address of a page, empty where the site has none of this name."""
    try:
        return reverse(name, kwargs=parts)
    except NoReverseMatch:
        return ""
