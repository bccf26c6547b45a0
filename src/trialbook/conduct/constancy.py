"""Background drugs: the spells in which each was taken at one dose, and what changed while nothing should have.

A row of the form is one drug at one daily dose from its first day to its last; without a last day it goes on. Of
several rows of a drug on one day the one that began last tells the dose: who raises a dose often forgets to end the
row before. So a drug has one state on each day, and a change is a day on which the state is another than the day
before. One drug changes at most once a day; the order of the rows means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise, product
from typing import Literal

from trialbook.conduct.casebook import Casebook
from trialbook.conduct.moments import Days, days_of
from trialbook.conduct.recorded import Row, filled_rows
from trialbook.conduct.schedule import anchor_date, visit_day
from trialbook.instruments import glucocorticoids
from trialbook.protocol.model import DoseRecord, Study, Treatment
from trialbook.protocol.typed_dates import NEVER
from trialbook.protocol.units import convert
from trialbook.protocol.values import SEPARATOR

ChangeKind = Literal["started", "stopped", "dose changed", "unknown"]
"""`unknown`: dates or doses that are not recorded in full allow a change as well as none, or different ones."""

ENROLMENT = "enrolment"
ONE_DAY = timedelta(days=1)
MOST_READINGS = 256
"""Readings of partial dates that are tried one by one; where there are more, only those that go together."""


GOES_ON = Days(first=date.max, last=date.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One row: one drug at one daily dose."""

    drug: str
    """Choice code, or the text that was typed; empty where none is recorded."""
    dose: Decimal | None
    """In `unit`; None where it is not recorded, or not exactly."""
    unit: str | None
    start: Days
    end: Days
    """Last day at this dose; the end of the calendar where it goes on."""
    repeat: str
    visit: str
    seqs: tuple[int, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what tells drugs apart; a row without a drug is a drug of its own."""
        name = " ".join(self.drug.casefold().split())
        return (name, "", "") if name else ("", self.visit, self.repeat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of one background drug."""

    drug: str
    on: date
    """First day on which it was another, or may have been; of a drug that was stopped the day after the last."""
    until: date
    """Last such day: the same as `on` where the dates are recorded to the day."""
    kind: ChangeKind
    before: Decimal | None
    """Daily dose before; None where it was not taken, or the dose is not known."""
    after: Decimal | None
    unit: str | None
    repeats: tuple[str, ...]
    """Rows of the drug that meet here: those that end and those that begin."""
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What one drug is on one day."""

    is_taken: bool
    dose: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A day on which the state of a drug is another than the day before, in one reading of its dates."""

    on: date
    before: State
    after: State
    is_certain: bool
    """Both doses are known, or there is none on one side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """The glucocorticoids of one day as prednisolone."""

    daily: Decimal | None
    """Milligrams a day, pulses left out; None where nothing is recorded, or a dose or date leaves it open."""
    pulses: tuple[Spell, ...]
    """Rows of 250 mg a day and more."""
    spells: tuple[Spell, ...]
    """Rows that the sum is made of."""
    others: tuple[str, ...]
    """Drugs of that day that are not in the table, so that a misspelt one can be seen."""
    seqs: tuple[int, ...]


def spells(study: Study, casebook: Casebook, treatment_id: str) -> tuple[Spell, ...]:
    """Return the recorded spells of a background class, by drug and first day; KeyError where there is none."""
    treatment = study.treatments[treatment_id]
    record = treatment.recorded
    if record is None:
        return ()
    found = (_spell(study, treatment, record, row) for row in filled_rows(casebook, record.form))
    known = [spell for spell in found if spell is not None]
    return tuple(sorted(known, key=lambda one: (one.key, one.start.first, one.end.last, len(one.repeat), one.repeat)))


def changes(study: Study, casebook: Casebook, treatment_id: str) -> tuple[Change, ...]:
    """Return what changed of a background class after the first day of its constancy, up to the last, by drug and day.

    Nothing while that first day is not known, and in a class that need not be constant. A drug of which the dates or
    doses leave open whether and how it changed has one change of kind `unknown`, beside those that are certain.
    """
    treatment = study.treatments[treatment_id]
    period = constant_period(study, casebook, treatment)
    if period is None:
        return ()
    found: list[Change] = []
    for _, rows in groupby(spells(study, casebook, treatment_id), key=lambda spell: spell.key):
        found += _changes_of(tuple(rows), period, is_dosed=bool(treatment.recorded and treatment.recorded.dose))
    return tuple(found)


def constant_period(study: Study, casebook: Casebook, treatment: Treatment) -> Days | None:
    """Return the first and the last day of constancy for a participant; None where the first is not known.

    The last is the day of the visit, of one that did not take place the planned day, and the end of the calendar
    while that is not known. Who leaves the study earlier need not stay constant for it.
    """
    if treatment.constant_from is None or treatment.constant_to is None:
        return None
    first = _moment(study, casebook, treatment.constant_from)
    last = _moment(study, casebook, treatment.constant_to)
    ended = days_of(casebook.ended_on).day
    if first is None:
        return None
    return Days(first=first, last=min(last or date.max, ended or date.max))


def _moment(study: Study, casebook: Casebook, name: str) -> date | None:
    if name == ENROLMENT:
        return days_of(casebook.enrolled_on).day
    took_place, anchor = visit_day(casebook, name), anchor_date(study, casebook)
    if took_place is not None or anchor is None or name not in study.schedule.visits:
        return took_place
    return date.fromordinal(min(max(anchor.toordinal() + study.schedule.visits[name].day, 1), date.max.toordinal()))


# ---- rows as spells ---------------------------------------------------------------------------------------------


def _spell(study: Study, treatment: Treatment, record: DoseRecord, row: Row) -> Spell | None:
    """Read a row; None where it says that the drug was never begun."""
    if row.text(record.start) == NEVER:
        return None
    form = study.forms[record.form]
    unit = form.items[record.dose].unit if record.dose is not None else None
    start, end = _dates(row, record)
    return Spell(
        drug=treatment.id if record.drug is None else SEPARATOR.join(sorted(row.several(record.drug))),
        dose=row.amount(form, record.dose, unit),
        unit=unit,
        start=start,
        end=end,
        repeat=row.repeat,
        visit=row.visit,
        seqs=row.seqs,
    )


def _dates(row: Row, record: DoseRecord) -> tuple[Days, Days]:
    """Read first and last day; where the last is before the first, either can be any day from the one to the other."""
    end, start = row.days(record.end), row.days(record.start)
    end = end if end.is_known else GOES_ON
    start = start if start.is_known else Days(last=end.last)
    if start.first > end.last:
        between = Days(first=end.first, last=start.last)
        return between, between
    return start, end


# ---- changes ----------------------------------------------------------------------------------------------------


def _changes_of(rows: Sequence[Spell], period: Days, *, is_dosed: bool) -> Iterator[Change]:
    """Yield the changes of one drug."""
    turns = [_turns(rows, reading, period, is_dosed=is_dosed) for reading in _readings(rows, period)]
    shapes = [[(turn.before, turn.after, turn.is_certain) for turn in found] for found in turns]
    if all(shape == shapes[0] for shape in shapes):
        for together in zip(*turns, strict=True):
            yield _change(rows, together[0], min(t.on for t in together), max(t.on for t in together))
        return
    common = [turn for turn in turns[0] if turn.is_certain and all(turn in found for found in turns)]
    for turn in common:
        yield _change(rows, turn, turn.on, turn.on)
    doubtful = [turn.on for found in turns for turn in found if turn not in common]
    yield _unknown(rows, min(doubtful), max(doubtful))


Reading = tuple[tuple[date, date], ...]
"""One first and one last day for each row."""


def _readings(rows: Sequence[Spell], period: Days) -> Iterator[Reading]:
    """Yield ways to read the dates of the rows that can differ in what changes within the period.

    A partial date is read as its first day, its last, and the days about the ends of the period.
    """
    days = [tried for row in rows for tried in (_starts_to_try(row, rows, period), _days_to_try(row.end, period))]
    number = 1
    for tried in days:
        number *= len(tried)
    if number <= MOST_READINGS:
        choices: Iterable[Sequence[date]] = product(*days)
    else:
        ends = [(tried[0], tried[-1]) for tried in days]
        inward = [ends[place][1 - place % 2] for place in range(len(ends))]
        outward = [ends[place][place % 2] for place in range(len(ends))]
        middle = [tried[len(tried) // 2] for tried in days]
        choices = ([first for first, _ in ends], [last for _, last in ends], inward, outward, middle)
    for chosen in choices:
        yield tuple(zip(chosen[::2], chosen[1::2], strict=True))


def _starts_to_try(row: Spell, rows: Sequence[Spell], period: Days) -> tuple[date, ...]:
    """Return the first days of a row that make a difference: before the period, where it may be the later of two."""
    start = row.start
    others = (other.start for other in rows if other is not row)
    is_order_open = any(start.first <= other.last and other.first <= start.last for other in others)
    if start.first < start.last < period.first and is_order_open:
        return start.first, start.last
    return _days_to_try(start, period)


def _days_to_try(span: Days, period: Days) -> tuple[date, ...]:
    """Return the days of a span that make a difference, the first first and the last last."""
    if span.first == span.last or span.last < period.first or span.first > period.last:
        return (span.last,)
    about = (period.first, _next(period.first), period.last)
    return tuple(sorted({span.first, span.last, *(day for day in about if span.first <= day <= span.last)}))


def _turns(rows: Sequence[Spell], reading: Reading, period: Days, *, is_dosed: bool) -> list[Turn]:
    """Return the days within the period on which the drug is another than the day before."""
    days = {period.first}
    for first, last in reading:
        days |= {day for day in (first, _next(last)) if period.first < day <= period.last}
    states = [(day, _state(rows, reading, day)) for day in sorted(days)]
    turns = []
    for (_, before), (day, after) in pairwise(states):
        both = before.is_taken and after.is_taken
        is_known = not is_dosed or not both or (before.dose is not None and after.dose is not None)
        is_same_row = _latest(rows, reading, day) == _latest(rows, reading, day - ONE_DAY)
        if before != after or not (is_known or is_same_row):
            turns.append(Turn(on=day, before=before, after=after, is_certain=is_known))
    return turns


def _state(rows: Sequence[Spell], reading: Reading, day: date) -> State:
    """Return what the drug is on a day: the sum of the different doses of the rows that began last; 0 is not taken."""
    chosen = _latest(rows, reading, day)
    doses = {rows[place].dose for place in chosen}
    if not chosen or None in doses:
        return State(is_taken=bool(chosen))
    total = sum((dose for dose in doses if dose is not None), Decimal(0))
    return State(is_taken=True, dose=total) if total else State(is_taken=False)


def _latest(rows: Sequence[Spell], reading: Reading, day: date) -> tuple[int, ...]:
    """Return the rows that run on a day and began last of those that do."""
    running = [place for place in range(len(rows)) if reading[place][0] <= day <= reading[place][1]]
    began = max((reading[place][0] for place in running), default=day)
    return tuple(place for place in running if reading[place][0] == began)


def _next(day: date) -> date:
    return day if day == date.max else day + ONE_DAY


def _change(rows: Sequence[Spell], turn: Turn, on: date, until: date) -> Change:
    kind: ChangeKind = "dose changed" if turn.is_certain else "unknown"
    if turn.before.is_taken != turn.after.is_taken:
        kind = "started" if turn.after.is_taken else "stopped"
    met = [row for row in rows if _meets(row, on, until)]
    return Change(
        drug=rows[0].drug,
        on=on,
        until=until,
        kind=kind,
        before=turn.before.dose,
        after=turn.after.dose,
        unit=rows[0].unit,
        repeats=tuple(row.repeat for row in met),
        seqs=tuple(sorted(seq for row in met for seq in row.seqs)),
    )


def _meets(row: Spell, on: date, until: date) -> bool:
    """Tell whether a row can begin in these days, or end on the day before one of them, or run on under them."""
    begins = row.start.first <= until and on <= row.start.last
    ends = row.end.first <= until - ONE_DAY and on - ONE_DAY <= row.end.last
    return begins or ends or (row.start.first < on and row.end.last >= until)


def _unknown(rows: Sequence[Spell], on: date, until: date) -> Change:
    return Change(
        drug=rows[0].drug,
        on=on,
        until=until,
        kind="unknown",
        before=None,
        after=None,
        unit=rows[0].unit,
        repeats=tuple(row.repeat for row in rows),
        seqs=tuple(sorted(seq for row in rows for seq in row.seqs)),
    )


# ---- glucocorticoids --------------------------------------------------------------------------------------------


def prednisolone_equivalent(study: Study, casebook: Casebook, treatment_id: str, *, on: date) -> Equivalent:
    """Return the glucocorticoids of a background class that were taken on a day, as mg of prednisolone.

    Doses are read as those of a day. `instruments.glucocorticoids` has the table, and what it leaves out.
    """
    treatment, rows = study.treatments[treatment_id], spells(study, casebook, treatment_id)
    taken = [
        _taken(tuple(of_drug), _table_name(study, treatment, of_drug[0].drug), on)
        for of_drug in (tuple(group) for _, group in groupby(rows, key=lambda spell: spell.key))
    ]
    running = [one for one in taken if one.spells]
    known = [one for one in running if one.is_glucocorticoid]
    daily = [one.milligrams for one in known if not one.is_pulse]
    exact = [milligrams for milligrams in daily if milligrams is not None]
    return Equivalent(
        daily=sum(exact, Decimal(0)) if rows and len(exact) == len(daily) else None,
        pulses=tuple(spell for one in known if one.is_pulse for spell in one.spells),
        spells=tuple(spell for one in known if not one.is_pulse for spell in one.spells),
        others=tuple(one.spells[0].drug for one in running if not one.is_glucocorticoid),
        seqs=tuple(sorted(seq for one in known for spell in one.spells for seq in spell.seqs)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What of one drug was, or may have been, taken on a day."""

    spells: tuple[Spell, ...]
    is_glucocorticoid: bool
    milligrams: Decimal | None = None
    """Prednisolone a day; None where dose or dates leave it open."""

    @property
    def is_pulse(self) -> bool:
        return self.milligrams is not None and glucocorticoids.is_pulse(self.milligrams)


def _taken(rows: tuple[Spell, ...], name: str | None, on: date) -> _Taken:
    day = Days(first=on, last=on)
    readings = list(_readings(rows, day))
    states = {_state(rows, reading, on) for reading in readings}
    places = {place for reading in readings for place in _latest(rows, reading, on)}
    running = tuple(rows[place] for place in sorted(places)) if any(state.is_taken for state in states) else ()
    state = next(iter(states)) if len(states) == 1 else State(is_taken=True)
    return _Taken(
        spells=running,
        is_glucocorticoid=name is not None,
        milligrams=None if name is None else _milligrams(name, state.dose, rows[0].unit),
    )


def _milligrams(name: str, dose: Decimal | None, unit: str | None) -> Decimal | None:
    """Return a dose of a day, in `mg`, `mg/day` or another mass, as mg of prednisolone."""
    mass, _, per = (unit or "").partition("/")
    converted = None if dose is None or per not in {"", "day", "d"} else convert(dose, mass, "mg")
    if not isinstance(converted, Decimal) or converted < 0:
        return None
    return glucocorticoids.prednisolone_equivalent(name, converted)


def _table_name(study: Study, treatment: Treatment, drug: str) -> str | None:
    """Return the name in the table of a drug, by the label of its choice in any language, then by its code or text."""
    record = treatment.recorded
    item = study.forms[record.form].items.get(record.drug or "") if record is not None else None
    labels = item.choices.get(drug, {}).values() if item is not None else ()
    names = (glucocorticoids.glucocorticoid(name) for name in (*labels, drug))
    return next((name for name in names if name is not None), None)
