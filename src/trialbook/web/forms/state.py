"""How far a form is filled in, what keeps it shut, and which comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from django.utils.translation import gettext, ngettext

from trialbook.conduct.blinding import mask_reasons
from trialbook.conduct.casebook import VISIT_FORM
from trialbook.conduct.completeness import begun_rows, is_complete, needed
from trialbook.conduct.findings import rules_of
from trialbook.conduct.ratings import may_open
from trialbook.conduct.screening import assess_eligibility, forms_asked, forms_of_screening
from trialbook.protocol.model import Form, Item, Treatment
from trialbook.web.actor import Actor
from trialbook.web.forms.sheet import Sheet, address_of
from trialbook.web.forms.words import told


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far a form, or one row of it, is filled in."""

    is_begun: bool
    missing: int
    """Answers without which it is not complete."""
    left: int
    """Other items that are asked and have no answer."""

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing is missing that makes it complete."""
        return self.is_begun and not self.missing

    @property
    def kind(self) -> str:
        """Name the colour of its badge."""
        return "good" if self.is_complete else "warn" if self.is_begun else ""

    @property
    def words(self) -> str:
        """Say it."""
        if not self.is_begun:
            return gettext("nothing entered yet")
        if self.missing:
            return ngettext("%(count)s answer missing", "%(count)s answers missing", self.missing) % {
                "count": self.missing
            }
        if self.left:
            return ngettext(
                "complete, %(count)s optional answer left", "complete, %(count)s optional answers left", self.left
            ) % {"count": self.left}
        return gettext("complete")


def state_of(sheet: Sheet) -> State:
    """Say how far a sheet is filled in."""
    form, casebook = sheet.form, sheet.casebook
    if form.id == VISIT_FORM:
        has_date = sheet.standing("date") is not None
        return State(is_begun=has_date, missing=0, left=0)
    wanted = set(needed(form, casebook, rules_of(sheet.study).asked, sheet.visit, sheet.repeat))
    hidden = rules_of(sheet.study).hidden(casebook, form.id, sheet.visit, sheet.repeat)
    empty = {name for name in form.items if sheet.standing(name) is None} - hidden
    return State(
        is_begun=sheet.repeat in begun_rows(form, casebook, sheet.visit),
        missing=len(wanted & empty),
        left=len(empty - wanted),
    )


def shut_by(sheet: Sheet, actor: Actor) -> list[str]:
    """Say why a form cannot be begun yet; nothing where it can, or was begun."""
    form = sheet.form
    is_overridden = (sheet.visit, form.id) in sheet.casebook.overrides
    if not form.after or is_overridden or begun_rows(form, sheet.casebook, sheet.visit):
        return []
    asked = rules_of(sheet.study).asked
    reasons = may_open(sheet.study, sheet.casebook, form.id, sheet.visit, asked=asked)
    return [told(reason) for reason in mask_reasons(sheet.study, reasons, actor.role)]


def is_asked(sheet: Sheet) -> bool:
    """Tell whether the form as a whole is asked, by other answers."""
    if sheet.form.id == VISIT_FORM:
        return True
    return rules_of(sheet.study).asked.form(sheet.form, sheet.casebook, sheet.visit)


def is_due(sheet: Sheet) -> bool:
    """Tell whether the plan has the form at this visit."""
    return sheet.form.id == VISIT_FORM or sheet.form.timing != "visits" or sheet.visit in sheet.form.visits


def next_address(sheet: Sheet, actor: Actor, *, is_answered: bool = False) -> str:
    """Return the address of the next form that can be filled in now; empty where there is none.

    First come the forms after this one, then those before it. Where something is awaited of this one too, it was left
    open on purpose: then only what is incomplete leads back, or two such forms would lead to each other for ever.
    `is_answered` takes what is awaited of this one as given.
    """
    waiting, (after, before) = awaited(sheet), around(sheet)
    is_left = bool(before) and not is_answered and bool(waiting & names_in(sheet, sheet.form))
    back = frozenset[str]() if is_left else waiting
    open_ = chain(
        (form for form in after if is_open_to(sheet, form, actor, waiting)),
        (form for form in before if is_open_to(sheet, form, actor, back)),
    )
    found = next(open_, None)
    return "" if found is None else address_of(sheet.casebook.participant, found.id, sheet.visit)


def ends_screening(sheet: Sheet) -> bool:
    """Tell whether the verdict comes next, once no form beside this one is open."""
    return is_of_screening(sheet) and not sheet.repeat


def around(sheet: Sheet) -> tuple[list[Form], list[Form]]:
    """Return the forms beside this one that come after it, and those before it."""
    forms = forms_beside(sheet)
    here = next((number for number, form in enumerate(forms) if form.id == sheet.form.id), -1)
    return forms[here + 1 :], forms[: max(here, 0)]


def forms_beside(sheet: Sheet) -> list[Form]:
    """Return the forms that are filled in at one go: those of the visit, or those for the verdict and for a dose."""
    if sheet.visit:
        return list(sheet.study.visit_forms(sheet.visit))
    if not ends_screening(sheet):
        return []
    study, forms = sheet.study, list(forms_of_screening(sheet.study))
    verdict = forms_asked(study) | {part for part in (study.consent or "").split(".")[:1] if part}
    dosing = {name.partition(".")[0] for one in study.treatments.values() for name in items_for(one)}
    return [form for form in forms if form.id in verdict | dosing] if verdict else forms


def is_of_screening(sheet: Sheet) -> bool:
    """Tell whether the form is answered once, of a participant whose screening lasts."""
    return sheet.form.timing == "once" and sheet.casebook.status == "screening"


def is_open_to(sheet: Sheet, form: Form, actor: Actor, waiting: frozenset[str]) -> bool:
    """Tell whether a form beside the sheet can be filled in by the actor and lacks something, or is waited for."""
    if not (actor.sees(form.id) and actor.may("record", form.id)):
        return False
    study, casebook, asked = sheet.study, sheet.casebook, rules_of(sheet.study).asked
    if not asked.form(form, casebook, sheet.visit):
        return False
    if is_complete(study, casebook, form.id, sheet.visit, asked=asked) and not waiting & names_in(sheet, form):
        return False
    return not may_open(study, casebook, form.id, sheet.visit, asked=asked)


def names_in(sheet: Sheet, form: Form) -> frozenset[str]:
    """Return what is asked in a form, as `form.item`: its items that are not hidden, and the numbers derived."""
    hidden = rules_of(sheet.study).hidden(sheet.casebook, form.id, sheet.visit)
    return frozenset(f"{form.id}.{name}" for name in {*form.items, *form.derived} - hidden)


def awaited(sheet: Sheet) -> frozenset[str]:
    """Return the answers, `form.item`, that have not been given and for which the verdict or a dose waits."""
    casebook, study = sheet.casebook, sheet.study
    for_verdict = assess_eligibility(study, casebook).lacking if is_of_screening(sheet) else ()
    answered = {f"{cell.form}.{cell.item}" for cell in casebook.answers}
    needed = {name for treatment in study.treatments.values() for name in items_for(treatment)} - answered
    return frozenset({*for_verdict, *(name for name in needed if isinstance(study.item(name), Item))})


def items_for(treatment: Treatment) -> Iterator[str]:
    """Yield the names, `form.item`, without whose answers no dose of a treatment is planned."""
    yield from treatment.needs_known
    yield from (name for name in (treatment.weight, treatment.height, treatment.decision) if name is not None)
