"""What a page tells of a participant as rows: forms, doses, events, background drugs, deviations, queries, notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from trialbook.conduct.casebook import Casebook, Cell
from trialbook.conduct.constancy import spells
from trialbook.conduct.deviations import AGAINST, KINDS, Deviation, find_deviations, forms_against
from trialbook.conduct.exposure import DoseGiven, exposure, is_background
from trialbook.conduct.filling import FilledForm
from trialbook.conduct.moments import days_of
from trialbook.conduct.recorded import Row, filled_rows
from trialbook.conduct.safety import grade_event, is_serious
from trialbook.conduct.worklist import who_records
from trialbook.errors import Problem
from trialbook.protocol.event_items import item_for
from trialbook.protocol.model import Form, Treatment
from trialbook.protocol.unit_words import show_unit
from trialbook.protocol.values import show_value
from trialbook.render.numbers import show_plain
from trialbook.web.following.seen import Seen
from trialbook.web.following.words import FILLING, Word, address, day_words, days_words, role_name, span_words
from trialbook.web.forms.phrases import asked, note_words, reworded
from trialbook.web.request import StudyRequest
from trialbook.web.saying import listed

# ---- forms ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLine:
    """A form in a list of forms."""

    form: str
    name: str
    where: str | None
    """Address at which it is read or filled in; None where it is not open, or not shown."""
    word: Word
    lacks: int
    rows: int | None
    """How many rows it has; None for a form without rows."""
    who: str
    waits: tuple[Problem, ...]
    is_mine: bool
    """The acting role fills it in."""
    is_held: bool
    """Its answers are shown later."""
    seals: tuple[Word, ...] = ()
    """That it is signed, frozen or locked."""
    awaited: int = 0
    """Answers for which a criterion waits, beside those that the form itself lacks."""


def form_line(seen: Seen, filled: FilledForm) -> FormLine | None:
    """Return a form as a list shows it; None where the role is never shown it."""
    form = filled.form
    if not seen.actor.sees(form.id):
        return None
    held = seen.is_held_back(form)
    return FormLine(
        form=form.id,
        name=seen.form_name(form.id),
        where=None if held or filled.waits_for else seen.form_address(form.id, visit=filled.visit),
        word=Word(text=gettext("shown after the last visit"), letter=gettext("later"))
        if held
        else FILLING[filled.state],
        lacks=0 if held else filled.lacks,
        rows=len(filled.rows) if form.repeating else None,
        who=listed(role_name(seen.study, role, seen.language) for role in form.by or who_records(seen.study, form)),
        waits=() if held else filled.waits_for,
        is_mine=seen.actor.may("record", form.id),
        is_held=held,
        seals=() if held else tuple(seals_of(seen.casebook, Cell(filled.visit, form.id, "", ""))),
    )


def seals_of(casebook: Casebook, cell: Cell) -> Iterator[Word]:
    """Yield whether a form is locked or frozen, and whether it is signed."""
    closed = casebook.closed_by(cell)
    if closed is not None:
        is_locked = closed.kind == "lock"
        yield Word(text=gettext("locked") if is_locked else gettext("frozen"), badge="note")
    signed = [seal for seal in casebook.seals.values() if seal.kind == "sign" and seal.covers(cell)]
    if signed:
        is_valid = any(seal.is_valid for seal in signed)
        text = gettext("signed") if is_valid else gettext("changed since it was signed")
        yield Word(text=text, badge="note" if is_valid else "warn")


# ---- doses ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseLine:
    """A dose, given or missed."""

    name: str
    on: date | None
    amount: str
    planned: str
    words: tuple[str, ...]
    where: str | None
    is_off: bool
    """It deviates from its window, or never came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DosesOf:
    """The doses of one treatment."""

    name: str
    lines: tuple[DoseLine, ...]
    where: str | None
    """Address at which the next dose is worked out."""


def doses_of(seen: Seen) -> Iterator[DosesOf]:
    """Yield the doses of every treatment whose form the role is shown."""
    for treatment in seen.study.treatments.values():
        record = treatment.recorded
        if record is None or is_background(treatment) or not seen.shows(record.form):
            continue
        yield DosesOf(
            name=seen.study.say(treatment.label, seen.language) or treatment.id,
            lines=tuple(_dose_lines(seen, treatment, record.form)),
            where=address("dose", seen.code, treatment.id),
        )


def _dose_lines(seen: Seen, treatment: Treatment, form: str) -> Iterator[DoseLine]:
    found = exposure(seen.study, seen.casebook, treatment.id, today=seen.today)
    for dose in found.doses:
        yield DoseLine(
            name=gettext("Dose %(number)s") % {"number": dose.number} if dose.number else gettext("Not counted"),
            on=dose.date,
            amount=amount_words(dose.given, dose.unit),
            planned=amount_words(dose.planned, dose.unit),
            words=tuple(dose_words(dose)),
            where=seen.form_address(form, visit=dose.visit, repeat=dose.repeat),
            is_off=bool(dose.days_off),
        )
    for missed in found.missed:
        yield DoseLine(
            name=gettext("Dose %(number)s") % {"number": missed.number}, on=missed.on, amount="", planned="",
            words=(gettext("not given"),), where=None, is_off=True,
        )  # fmt: skip


def amount_words(amount: object, unit: str | None) -> str:
    """Write an amount with its unit; nothing where it is not known."""
    return "" if amount is None else f"{show_plain(amount)} {show_unit(unit or '')}".strip()  # type: ignore[arg-type]  # a Decimal or a float


def dose_words(dose: DoseGiven) -> Iterator[str]:
    """Yield what is to be said of a dose that was given."""
    if dose.date is None:
        yield gettext("day not recorded in full")
    if dose.days_off:
        days = days_words(abs(dose.days_off))
        yield (gettext("%(days)s early") if dose.days_off < 0 else gettext("%(days)s late")) % {"days": days}
    if dose.interrupted:
        yield gettext("interrupted")
    if dose.incomplete:
        yield gettext("ended before the whole dose was in")
    if dose.reaction:
        yield gettext("reaction")


# ---- events and background drugs --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """An adverse event."""

    term: str
    grade: int | None
    words: str
    is_serious: bool
    where: str | None
    row: Row
    form: Form


def events_of(seen: Seen) -> Iterator[EventLine]:
    """Yield the adverse events of every events form that the role is shown, in order of their first days."""
    for form in seen.study.forms.values():
        if form.events and seen.shows(form.id):
            rows = sorted(filled_rows(seen.casebook, form.id), key=lambda row: day_in(form, row, "onset") or "9999")
            for row in rows:
                yield _event(seen, form, row)


def _event(seen: Seen, form: Form, row: Row) -> EventLine:
    serious = is_serious(form, seen.casebook, row.repeat, visit=row.visit).is_serious
    return EventLine(
        term=_shown(seen, form, row, "term") or gettext("Event %(row)s") % {"row": row.repeat},
        grade=grade_event(form, seen.casebook, row.repeat, visit=row.visit).grade,
        words=spell_words(day_in(form, row, "onset"), day_in(form, row, "end")),
        is_serious=bool(serious),
        where=seen.form_address(form.id, visit=row.visit, repeat=row.repeat),
        row=row,
        form=form,
    )


def day_in(form: Form, row: Row, meaning: str) -> str | None:
    """Return the day on which an event began or ended, as it is recorded."""
    item = item_for(form, meaning)
    return None if item is None else row.text(item.id)


def _shown(seen: Seen, form: Form, row: Row, item: str) -> str:
    value = row.text(item)
    return (
        "" if value is None or item not in form.items else show_value(form.items[item], value, language=seen.language)
    )


def spell_words(start: str | None, end: str | None) -> str:
    """Say from when to when something lasted, as far as it is recorded."""
    first = _part_of_date(start) or gettext("a day not recorded")
    if end is None:
        return gettext("since %(first)s") % {"first": first}
    return gettext("%(first)s to %(last)s") % {"first": first, "last": _part_of_date(end)}


def _part_of_date(text: str | None) -> str:
    day = days_of(text).day
    return day_words(day) if day is not None else text or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugLine:
    """A spell of a background drug at one dose."""

    drug: str
    dose: str
    words: str
    where: str | None


def drugs_of(seen: Seen) -> Iterator[DrugLine]:
    """Yield the spells of background drugs that the role is shown."""
    for treatment in seen.study.treatments.values():
        record = treatment.recorded
        if record is None or not is_background(treatment) or not seen.shows(record.form):
            continue
        item = seen.study.forms[record.form].items.get(record.drug or "")
        for spell in spells(seen.study, seen.casebook, treatment.id):
            row = {"visit": spell.visit, "repeat": spell.repeat}
            known = (
                seen.casebook.value(record.form, record.start, **row),
                seen.casebook.value(record.form, record.end or "", **row),
            )
            yield DrugLine(
                drug=(show_value(item, spell.drug, language=seen.language) if item is not None else "") or spell.drug,
                dose=amount_words(spell.dose, spell.unit),
                words=spell_words(*known),
                where=seen.form_address(record.form, **row),
            )


# ---- deviations, queries, notes ---------------------------------------------------------------------------------

TIMED = frozenset({"early", "late", "missed"})
"""Kinds of deviations from a window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationLine:
    """A deviation from the plan."""

    visit: str
    what: str
    where: str | None
    on: date | None
    details: tuple[str, ...] = field(default=())


def deviations_of(seen: Seen) -> Iterator[DeviationLine]:
    """Yield the deviations that are shown, in words."""
    for found in shown_deviations(seen):
        yield deviation_line(seen, found)


def shown_deviations(seen: Seen) -> Iterator[Deviation]:
    """Yield the deviations that can be told from what the role is shown.

    What is hidden looks as if it had not been done: a deviation that rests on a hidden form is left out.
    """
    for found in find_deviations(seen.study, seen.casebook, seen.today):
        if all(seen.shows(form) for form in _forms_behind(seen, found)):
            yield found


def deviation_line(seen: Seen, found: Deviation) -> DeviationLine:
    """Return a deviation in words, with the address of where it happened."""
    return DeviationLine(
        visit=found.visit,
        what=_what(seen, found),
        where=_where(seen, found),
        on=found.date,
        details=tuple(_details(found)),
    )


def _forms_behind(seen: Seen, found: Deviation) -> Iterator[str]:
    """Yield the forms whose answers a deviation is judged by."""
    study = seen.study
    if found.form:
        yield found.form
    if found.group == "visit":
        yield "visit"
    if found.group == "consent" and study.consent is not None:
        yield study.consent.partition(".")[0]
    if found.group == "dose" and found.kind in AGAINST.values():
        yield from forms_against(study, found.form)
    if found.group == "eligibility":
        yield from (name for name in study.forms if study.forms[name].timing == "once")


def _what(seen: Seen, found: Deviation) -> str:
    named = seen.visit_name(found.visit) if found.visit else seen.form_name(found.form) if found.form else ""
    said = gettext(KINDS[found.group][found.kind])
    return f"{named}: {said}" if named else said[:1].upper() + said[1:]


def _where(seen: Seen, found: Deviation) -> str | None:
    if found.group == "eligibility":
        return address("screening", seen.code)
    if found.form and (found.repeat or not found.visit) and "," not in found.repeat:
        return seen.form_address(found.form, visit=found.visit, repeat=found.repeat)
    return address("visit", seen.code, found.visit) if found.visit else None


def _details(found: Deviation) -> Iterator[str]:
    is_timed = found.window is not None and not found.found
    if found.window is not None and found.kind in TIMED:
        yield gettext("planned for %(span)s") % {"span": span_words(*found.window)}
    if found.days_off:
        days = days_words(abs(found.days_off))
        yield (gettext("%(days)s early") if found.days_off < 0 else gettext("%(days)s late")) % {"days": days}
    if found.planned and not is_timed:
        yield gettext("planned: %(what)s") % {"what": reworded(found.planned)}
    if found.found:
        yield gettext("recorded: %(what)s") % {"what": reworded(found.found)}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryLine:
    """A question that is not closed yet."""

    place: str
    text: str
    where: str | None
    to: str
    is_answered: bool


def queries_of(seen: Seen) -> Iterator[QueryLine]:
    """Yield the open questions about what the role is shown."""
    for query in seen.summary.queries:
        cell = query.cell
        yield QueryLine(
            place=listed(part for part in _place(seen, cell) if part) or seen.code,
            text=asked(seen.study, query).text,
            where=_query_address(seen, cell),
            to=role_name(seen.study, query.to, seen.language) if query.to else "",
            is_answered=query.status == "answered",
        )


def _place(seen: Seen, cell: Cell) -> Iterator[str]:
    """Yield the names of visit, form, item and row of a cell."""
    yield seen.visit_name(cell.visit) if cell.visit else ""
    yield seen.form_name(cell.form) if cell.form else ""
    form = seen.study.forms.get(cell.form)
    item = form.items.get(cell.item) if form is not None else None
    yield seen.study.say(item.label, seen.language) or cell.item if item is not None else ""
    yield gettext("row %(row)s") % {"row": cell.repeat} if cell.repeat else ""


def _query_address(seen: Seen, cell: Cell) -> str | None:
    if cell.form:
        return seen.form_address(cell.form, visit=cell.visit, repeat=cell.repeat, item=cell.item)
    return address("visit", seen.code, cell.visit) if cell.visit else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLine:
    """A note that somebody added."""

    text: str
    by: str
    at: datetime
    place: str


def notes_of(request: StudyRequest, seen: Seen) -> Iterator[NoteLine]:
    """Yield the notes on a participant, the latest first; those on a form only where the role is shown it."""
    zone = ZoneInfo(seen.study.identity.timezone)
    for entry in reversed(request.site.history(participant=seen.code, item="")):
        if entry.act == "note" and entry.text and (entry.form is None or seen.shows(entry.form)):
            parts = (
                seen.visit_name(entry.visit) if entry.visit else "",
                seen.form_name(entry.form) if entry.form else "",
            )
            yield NoteLine(
                text=note_words(entry.text, request.site.book.version(entry.study)),
                by=entry.by,
                at=datetime.fromisoformat(entry.at).astimezone(zone),
                place=listed(part for part in parts if part),
            )
