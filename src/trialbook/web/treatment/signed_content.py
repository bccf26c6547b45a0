"""What stands in a form, a visit or a participant, answer by answer: what is signed is what is shown."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell
from trialbook.conduct.content import content_of, lies_in
from trialbook.protocol.model import Study
from trialbook.web.forms.sheet import visit_name
from trialbook.web.forms.words import local_time
from trialbook.web.treatment.event_rows import words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer as it is read."""

    label: str
    words: str
    by: str
    at: str
    reason: str
    """Why it was corrected; empty for a first answer."""
    has_query: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The answers of one form at one visit, in one row."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Everything that stands in a place, with its hash."""

    hash: str
    blocks: tuple[Block, ...]
    status: str
    """Of a participant as a whole: what is recorded of entry and end."""


def content(study: Study, casebook: Casebook, place: Cell, language: str | None) -> Content:
    """Return what stands in a place of a casebook that is shown as a whole."""
    cells = [cell for cell in casebook.answers if lies_in(cell, place)]
    groups: dict[tuple[str, str, str], list[Cell]] = {}
    for cell in sorted(cells, key=lambda cell: _order(study, cell)):
        groups.setdefault((cell.visit, cell.form, cell.repeat), []).append(cell)
    return Content(
        hash=content_of(study, casebook, place),
        blocks=tuple(_block(study, casebook, key, some, language) for key, some in groups.items()),
        status="" if place.form or place.visit else _status(casebook),
    )


def _status(casebook: Casebook) -> str:
    dates = (casebook.enrolled_on, casebook.ended_on, casebook.end_reason)
    return ", ".join((casebook.status, *(one for one in dates if one)))


def _order(study: Study, cell: Cell) -> tuple[int, str, int, int, str, int]:
    """Sort by visit, form, row and item, as the study file has them."""
    planned = study.schedule.visits.get(cell.visit)
    forms, form = list(study.forms), study.forms.get(cell.form)
    items = [] if form is None else list(form.items)
    return (
        -1 if not cell.visit else len(study.schedule.visits) if planned is None else planned.order,
        cell.visit,
        forms.index(cell.form) if cell.form in forms else -1,
        len(cell.repeat),
        cell.repeat,
        items.index(cell.item) if cell.item in items else len(items),
    )


def _block(
    study: Study, casebook: Casebook, key: tuple[str, str, str], cells: list[Cell], language: str | None
) -> Block:
    visit, form_id, repeat = key
    form = study.forms.get(form_id)
    name = gettext("Visit") if form_id == VISIT_FORM else form_id if form is None else study.say(form.label, language)
    row = gettext("row %(row)s") % {"row": repeat} if repeat else ""
    titles = (visit_name(study, visit, language) if visit else "", name, row)
    return Block(
        title=" · ".join(part for part in titles if part),
        lines=tuple(_line(study, casebook, cell, language) for cell in cells),
    )


def _line(study: Study, casebook: Casebook, cell: Cell, language: str | None) -> Line:
    answer: Answer = casebook.answers[cell]
    form = study.forms.get(cell.form)
    item = None if form is None else form.items.get(cell.item)
    words = answer.text if item is None else words_of(study, item, {item.id: answer}, language)
    label = cell.item if item is None else study.say(item.label, language)
    return Line(
        label=gettext("Date of the visit") if (cell.form, cell.item) == (VISIT_FORM, "date") else label,
        words=words,
        by=answer.by,
        at=local_time(study, answer.at) if answer.at else "",
        reason=answer.reason or "",
        has_query=any(one.status != "closed" and one.cell == cell for one in casebook.queries.values()),
    )
