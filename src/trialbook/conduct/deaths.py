"""Whether it is known of an adverse event that it was fatal, or that it was not (ICH E3, section 12.3)."""

from __future__ import annotations

from trialbook.conduct.casebook import Casebook
from trialbook.conduct.event_outcomes import outcome_of
from trialbook.conduct.safety import DEATHS, FATAL, GRADE, OUTCOME, death_in, grade_event
from trialbook.protocol.model import Form, Item


def can_tell(form: Form) -> bool:
    """Tell whether a form asks for anything by which a death would be known."""
    asked = [item for item in form.items.values() if item.id in DEATHS]
    return any(not item.choices or any(_is_death(item, code) for code in item.choices) for item in asked)


def _is_death(item: Item, code: str) -> bool:
    return code == str(FATAL) if item.id == GRADE else outcome_of(item, code) == "fatal"


def is_fatal(form: Form, casebook: Casebook, repeat: str, *, visit: str = "") -> bool | None:
    """Tell whether a row of an events form is a death; None where nothing that is recorded says either."""
    if death_in(form, casebook, repeat, visit=visit) is not None:
        return True
    told = {item: casebook.value(form.id, item, visit=visit, repeat=repeat) for item in DEATHS}
    has_grade = grade_event(form, casebook, repeat, visit=visit).grade is not None
    outcome = outcome_of(form.items.get(OUTCOME), told.pop(OUTCOME)) not in {None, "unknown"}
    return False if has_grade or outcome or told["fatal"] == "no" else None
