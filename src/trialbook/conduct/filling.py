"""How far the forms of a participant are filled in: no data, begun or complete, and why one is not open yet.

Judged on the casebook that is handed in: of one that is masked for a role, what is hidden counts as no data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from trialbook.conduct.casebook import Casebook, Cell
from trialbook.conduct.completeness import Asked, begun_rows, is_complete, needed
from trialbook.conduct.ratings import may_open
from trialbook.errors import Problem
from trialbook.protocol.model import Form, Study

Filling = Literal["no data", "begun", "complete", "not asked"]
"""`not asked`: by other answers, and nothing stands in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """A form at a visit, or one that does not belong to visits, and how far it is filled in."""

    form: Form
    visit: str
    """Empty for a form answered once or at any time."""
    state: Filling
    rows: tuple[str, ...]
    """Rows that were begun, in their order; empty for a form without rows."""
    lacks: int
    """Items without which a begun form is not complete, and that have no answer."""
    waits_for: tuple[Problem, ...]
    """Why it cannot be begun yet; none where it can, or was begun."""


def fill_state(study: Study, casebook: Casebook, form: Form, visit: str, asked: Asked) -> FilledForm:
    """Say how far one form is filled in; `visit` is empty for a form that does not belong to visits."""
    rows = begun_rows(form, casebook, visit)
    state = _state(study, casebook, form, visit, asked, is_begun=bool(rows))
    return FilledForm(
        form=form,
        visit=visit,
        state=state,
        rows=tuple(sorted(rows, key=lambda row: (len(row), row))) if form.repeating else (),
        lacks=sum(_lacking(casebook, form, visit, row, asked) for row in rows) if state == "begun" else 0,
        waits_for=may_open(study, casebook, form.id, visit, asked=asked) if state == "no data" and form.after else (),
    )


def visit_fillings(study: Study, casebook: Casebook, visit: str, asked: Asked) -> Iterator[FilledForm]:
    """Yield the forms of a visit in the order of the study file: those due at it, and others with data."""
    for form in study.forms.values():
        if visit in form.visits or (form.timing == "visits" and begun_rows(form, casebook, visit)):
            yield fill_state(study, casebook, form, visit, asked)


def other_fillings(study: Study, casebook: Casebook, asked: Asked) -> Iterator[FilledForm]:
    """Yield the forms that do not belong to visits, in the order of the study file."""
    for form in study.forms.values():
        if form.timing != "visits":
            yield fill_state(study, casebook, form, "", asked)


def _state(study: Study, casebook: Casebook, form: Form, visit: str, asked: Asked, *, is_begun: bool) -> Filling:
    if not is_begun:
        return "no data" if asked.form(form, casebook, visit) else "not asked"
    return "complete" if is_complete(study, casebook, form.id, visit, asked=asked) else "begun"


def _lacking(casebook: Casebook, form: Form, visit: str, row: str, asked: Asked) -> int:
    cells = (Cell(visit, form.id, row, item) for item in needed(form, casebook, asked, visit, row))
    return sum(cell not in casebook.answers for cell in cells)
