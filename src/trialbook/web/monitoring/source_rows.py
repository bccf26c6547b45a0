"""Answers beside their source: which were compared, which were changed since, and what share of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext

from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell, Verified
from trialbook.protocol.model import Study
from trialbook.web.actor import Actor
from trialbook.web.forms.words import local_time
from trialbook.web.treatment.event_rows import words_of
from trialbook.web.treatment.links import address_of
from trialbook.web.treatment.query_rows import place_words
from trialbook.web.treatment.seal_rows import write_place
from trialbook.web.veil import veiled

SourceState = Literal["not yet", "compared", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One answer that stands, and whether it was compared with its source."""

    cell: Cell
    seq: int
    """Entry of the answer."""
    label: str
    words: str
    state: SourceState
    mark: Verified | None
    """The last comparison, of this answer or of one that stood there before."""
    at: str
    is_open: bool
    """It is not locked: a comparison can be recorded."""

    @property
    def code(self) -> str:
        """Return what names the answer, and the entry that was looked at, in the form of the page."""
        return f"{veiled(self.seq)}/{write_place(self.cell)}/{self.cell.item}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceForm:
    """The answers of one form, or of one row of it."""

    title: str
    address: str
    rows: tuple[SourceRow, ...]
    may_compare: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many answers there are, how many of them were compared, and how many were changed since."""

    answers: int
    compared: int
    changed: int

    @property
    def percent(self) -> int | None:
        """Return the share that was compared, rounded down: 100 means all; None where there is no answer."""
        return None if not self.answers else 100 * self.compared // self.answers


def state_of(casebook: Casebook, cell: Cell) -> SourceState:
    """Tell whether the answer that stands in a cell was compared with its source."""
    if casebook.is_verified(cell):
        return "compared"
    return "changed" if cell in casebook.verified else "not yet"


def share_of(casebook: Casebook, cells: Iterable[Cell]) -> Share:
    """Return how many of some answers were compared."""
    states = [state_of(casebook, cell) for cell in cells]
    return Share(answers=len(states), compared=states.count("compared"), changed=states.count("changed"))


def by_visit(casebook: Casebook) -> Mapping[str, list[Cell]]:
    """Return the answers of a masked casebook by their visit; empty for forms that belong to none."""
    found: dict[str, list[Cell]] = {}
    for cell in casebook.answers:
        found.setdefault(cell.visit, []).append(cell)
    return found


def source_forms(actor: Actor, casebook: Casebook, visit: str, language: str | None) -> Iterator[SourceForm]:
    """Yield the forms of a visit, in the order of the study file, with the answers that stand in them."""
    order = {form: place for place, form in enumerate((VISIT_FORM, *actor.study.forms))}
    cells = [cell for cell in casebook.answers if cell.visit == visit]
    places = sorted({cell._replace(item="") for cell in cells}, key=lambda cell: (order.get(cell.form, -1), cell))
    for place in places:
        own = [cell for cell in cells if cell._replace(item="") == place]
        yield SourceForm(
            title=place_words(actor.study, place._replace(visit=""), language),
            address=_address(actor.study, casebook.participant, place),
            rows=tuple(_row(actor.study, casebook, cell, language) for cell in _ordered(actor.study, own)),
            may_compare=actor.may("verify", place.form),
        )


def _ordered(study: Study, cells: list[Cell]) -> list[Cell]:
    form = study.forms.get(cells[0].form)
    order = {} if form is None else {item: place for place, item in enumerate(form.items)}
    return sorted(cells, key=lambda cell: (order.get(cell.item, -1), cell.item))


def _row(study: Study, casebook: Casebook, cell: Cell, language: str | None) -> SourceRow:
    answer, mark = casebook.answers[cell], casebook.verified.get(cell)
    closing = casebook.closed_by(cell)
    return SourceRow(
        cell=cell,
        seq=answer.seq,
        label=label_of(study, cell, language),
        words=_words(study, cell, answer, language),
        state=state_of(casebook, cell),
        mark=mark,
        at=local_time(study, mark.at) if mark is not None and mark.at else "",
        is_open=closing is None or closing.kind != "lock",
    )


def label_of(study: Study, cell: Cell, language: str | None) -> str:
    """Return what an item is called."""
    if (cell.form, cell.item) == (VISIT_FORM, "date"):
        return gettext("Date of the visit")
    form = study.forms.get(cell.form)
    item = None if form is None else form.items.get(cell.item)
    return cell.item if item is None else study.say(item.label, language)


def _words(study: Study, cell: Cell, answer: Answer, language: str | None) -> str:
    form = study.forms.get(cell.form)
    item = None if form is None else form.items.get(cell.item)
    return answer.text if item is None else words_of(study, item, {item.id: answer}, language)


def _address(study: Study, participant: str, place: Cell) -> str:
    form = study.forms.get(place.form)
    return "" if form is None else address_of(form, participant, visit=place.visit, repeat=place.repeat) or ""
