"""Whether an adverse event was fatal: by its mark, by its grade, or by its outcome (ICH E3, section 12.3)."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.conduct.casebook import Casebook
from trialbook.conduct.safety import FATAL, grade_event
from trialbook.protocol.event_items import item_for
from trialbook.protocol.model import Form, Item
from trialbook.protocol.values import SEPARATOR

MARK = "fatal"
"""Yes/no item that says so."""
WORDS = ("fatal", "death", "died", "dead", "deceased", "死亡", "致死", "致命")
"""How the code or a name of an outcome begins that is a death."""


def can_tell(form: Form) -> bool:
    """Tell whether a form asks for anything by which a death would be known."""
    grade, outcome = item_for(form, "grade"), item_for(form, "outcome")
    has_five = grade is not None and (not grade.choices or str(FATAL) in grade.choices)
    has_outcome = outcome is not None and (
        not outcome.choices or any(_is_death(outcome, one) for one in outcome.choices)
    )
    return MARK in form.items or has_five or has_outcome


def is_fatal(form: Form, casebook: Casebook, repeat: str, *, visit: str = "") -> bool | None:
    """Tell whether a row of an events form is a death; None where nothing of what would say so is recorded."""
    told = list(_told(form, casebook, repeat, visit))
    return any(told) if told else None


def _told(form: Form, casebook: Casebook, repeat: str, visit: str) -> Iterator[bool]:
    """Yield what each answer says: a mark, a grade, an outcome."""
    mark = casebook.value(form.id, MARK, visit=visit, repeat=repeat)
    if mark in {"yes", "no"}:
        yield mark == "yes"
    grade = grade_event(form, casebook, repeat, visit=visit).grade
    if grade is not None:
        yield grade == FATAL
    outcome = item_for(form, "outcome")
    written = None if outcome is None else casebook.value(form.id, outcome.id, visit=visit, repeat=repeat)
    if outcome is not None and written is not None:
        yield any(_is_death(outcome, one) for one in (written.split(SEPARATOR) if outcome.several else [written]))


def _is_death(outcome: Item, written: str) -> bool:
    """Tell whether an outcome is a death by its code, or by its name in any language."""
    names = (written, *outcome.choices.get(written, {}).values())
    return any(name.casefold().startswith(WORDS) for name in names)
