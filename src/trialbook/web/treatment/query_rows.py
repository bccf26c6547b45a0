"""The queries that somebody is shown: those about forms that they see, and about no form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.utils.translation import gettext

from trialbook.conduct.blinding import shown_forms
from trialbook.conduct.casebook import VISIT_FORM, Casebook, Cell, Query
from trialbook.conduct.content import lies_in
from trialbook.protocol.model import Study
from trialbook.web.actor import Actor
from trialbook.web.forms.phrases import asked
from trialbook.web.forms.sheet import visit_name
from trialbook.web.treatment.event_rows import words_of
from trialbook.web.treatment.links import address_of, participant_page

Shelf = Literal["mine", "open", "answered", "closed", "all"]
SHELVES: tuple[Shelf, ...] = ("mine", "open", "answered", "closed", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRow:
    """One query with what it speaks of."""

    participant: str
    query: Query
    place: str
    """Visit, form, row and item, as they are called."""
    form: str
    words: str
    """The answer that stands there now."""
    is_changed: bool
    """Another answer stands there than when it was asked."""
    days: int
    """Since it was raised."""
    to: str
    """Who is to answer, in words."""
    is_mine: bool
    address: str


def query_rows(actor: Actor, casebook: Casebook, today: date, language: str | None) -> Iterator[QueryRow]:
    """Yield the queries of a masked casebook that the asker may see, the oldest first."""
    shown = shown_forms(actor.study, casebook, actor.role)
    for query in casebook.queries.values():
        if may_see_query(shown, query):
            yield _row(actor, casebook, query, today, language)


def count_mine(actor: Actor, casebook: Casebook) -> int:
    """Count the queries of a masked casebook that wait for the asker."""
    shown = shown_forms(actor.study, casebook, actor.role)
    return sum(may_see_query(shown, one) and _is_mine(actor, one) for one in casebook.queries.values())


def may_see_query(shown: frozenset[str], query: Query) -> bool:
    """Tell whether a query may be shown: about a form only to those who are shown its answers."""
    return not query.cell.form or query.cell.form in shown


def queries_at(actor: Actor, casebook: Casebook, place: Cell) -> list[Query]:
    """Return the queries about an item, or about a form and its items, that are not closed and may be shown."""
    shown = shown_forms(actor.study, casebook, actor.role)
    found = (one for one in casebook.queries.values() if one.status != "closed" and may_see_query(shown, one))
    here = (one for one in found if (one.cell == place if place.item else lies_in(one.cell, place)))
    return [asked(actor.study, one) for one in here]


def _row(actor: Actor, casebook: Casebook, query: Query, today: date, language: str | None) -> QueryRow:
    cell, study = query.cell, actor.study
    answer = casebook.answers.get(cell)
    raised = datetime.fromisoformat(query.at) if query.at else None
    day = today if raised is None else study.local_day(raised)
    return QueryRow(
        participant=casebook.participant,
        query=asked(study, query),
        place=place_words(study, cell, language),
        form=cell.form,
        words=_words(study, casebook, cell, language),
        is_changed=bool(cell.item) and (None if answer is None else answer.seq) != query.about,
        days=(today - day).days,
        to=query.to or gettext("whoever records it"),
        is_mine=_is_mine(actor, query),
        address=_address(study, casebook.participant, cell),
    )


def _is_mine(actor: Actor, query: Query) -> bool:
    """Tell whether it waits for the asker: to answer it, or to close what was answered to their own."""
    if query.status == "answered":
        return query.by == actor.person and not query.rule
    if query.status != "open":
        return False
    if query.to:
        return query.to in {actor.person, actor.role}
    return bool(query.cell.form) and actor.may("record", query.cell.form)


def place_words(study: Study, cell: Cell, language: str | None) -> str:
    """Return what a cell is called: visit, form, row, item."""
    form = study.forms.get(cell.form)
    item = None if form is None else form.items.get(cell.item)
    name = (
        gettext("Visit") if cell.form == VISIT_FORM else cell.form if form is None else study.say(form.label, language)
    )
    parts = (
        visit_name(study, cell.visit, language) if cell.visit else "",
        name,
        gettext("row %(row)s") % {"row": cell.repeat} if cell.repeat else "",
        study.say(item.label, language) if item is not None else cell.item,
    )
    return " · ".join(part for part in parts if part)


def _words(study: Study, casebook: Casebook, cell: Cell, language: str | None) -> str:
    answer, form = casebook.answers.get(cell), study.forms.get(cell.form)
    item = None if form is None else form.items.get(cell.item)
    if answer is None:
        return ""
    return answer.text if item is None else words_of(study, item, {item.id: answer}, language)


def _address(study: Study, participant: str, cell: Cell) -> str:
    form = study.forms.get(cell.form)
    found = None if form is None else address_of(form, participant, visit=cell.visit, repeat=cell.repeat)
    return participant_page(participant) if found is None else found + (f"#item-{cell.item}" if cell.item else "")


def chosen(rows: list[QueryRow], shelf: Shelf, asked: Mapping[str, str]) -> list[QueryRow]:
    """Return the rows of one kind, by participant, form and least age in days."""
    least = int(asked["days"]) if asked.get("days", "").isdigit() and len(asked["days"]) < 5 else 0
    return [
        row
        for row in rows
        if (shelf == "all" or (row.is_mine if shelf == "mine" else row.query.status == shelf))
        and asked.get("participant", "") in {"", row.participant}
        and asked.get("form", "") in {"", row.form}
        and row.days >= least
    ]
