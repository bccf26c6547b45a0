"""What a participant was given of a treatment, beside what was planned for that day; and what never came.

The doses are counted in the order of their dates: the nth day on which something was given is dose n, whatever was
planned, so that after a missed week dose 2 is late and the last dose is the one that never came. Rows of one day are
one dose in parts. A row with an amount of 0 is no dose; a row without a full date is kept without a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from trialbook.conduct.amounts import Amount, Measured, Surface, dose_amount, unit_of
from trialbook.conduct.casebook import Casebook
from trialbook.conduct.moments import days_of
from trialbook.conduct.recorded import Row, filled_rows
from trialbook.conduct.regimen import PlannedDose, number_of_doses, plan_dose_day
from trialbook.conduct.schedule import anchor_date
from trialbook.conduct.withdrawing import may_have_stopped, treatment_ended
from trialbook.protocol.model import DoseRecord, Study, Treatment, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseGiven:
    """One dose as it was recorded, with what was planned for it; what is not known is None."""

    repeat: str
    """Row of the form; of a dose in parts the first."""
    repeats: tuple[str, ...]
    visit: str
    date: date | None
    given: Decimal | None
    unit: str | None
    premedicated: bool | None
    interrupted: bool | None
    incomplete: bool | None
    reaction: bool | None
    reserve: tuple[str, ...]
    """Drugs that were given for a reaction."""
    seqs: tuple[int, ...]
    """Entries that recorded it."""
    day: int | None = None
    """Study day."""
    number: int | None = None
    """Which dose it was, from 1 on; None without a full date, and where nothing was given."""
    is_extra: bool = False
    """More doses were given than are planned."""
    planned_day: int | None = None
    window: Window | None = None
    """Study days on which the dose was in time; None where the study file states no window."""
    days_off: int | None = None
    """Days before (negative) or after the window; None where it cannot be judged."""
    planned: Decimal | None = None
    """Amount that the plan comes to with the weight and height of that day."""
    weight: Measured | None = None
    height: Measured | None = None
    body_surface: Surface | None = None

    @property
    def difference(self) -> Decimal | None:
        """Return how much more than planned was given, negative for less."""
        return None if self.given is None or self.planned is None else self.given - self.planned


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedDose:
    """A planned dose that never came."""

    number: int
    planned_day: int | None
    window: Window | None
    on: date | None
    """Day for which it was planned; None while day 0 is not known."""
    reason: Literal["window passed", "ended"]
    """`ended`: the participant's time in the study was over before its window was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """All doses of a treatment that one participant was given, and those that never came."""

    participant: str
    treatment: str
    doses: tuple[DoseGiven, ...]
    """In the order of their dates; those without one at the end, by row."""
    missed: tuple[MissedDose, ...]

    @property
    def numbered(self) -> tuple[DoseGiven, ...]:
        """Return the doses that count: on a known day, and more than nothing."""
        return tuple(dose for dose in self.doses if dose.number is not None)

    @property
    def undated(self) -> tuple[DoseGiven, ...]:
        """Return the rows of which nobody can tell which dose they were."""
        return tuple(dose for dose in self.doses if dose.date is None and dose.given != 0)

    @property
    def total(self) -> Decimal | None:
        """Return the amount given in all; None where nothing was given, or the amount of a dose is not known."""
        amounts = [dose.given for dose in (*self.numbered, *self.undated)]
        known = [amount for amount in amounts if amount is not None]
        return sum(known, Decimal(0)) if known and len(known) == len(amounts) else None


def exposure(study: Study, casebook: Casebook, treatment_id: str, *, today: date | None = None) -> Exposure:
    """Return what a participant was given of a treatment; KeyError where the study has none of this name.

    A dose is missed from the day after its window on: without `today` only where the participant's time has ended.
    A background class has spells, not doses (`conduct.constancy`), so there is nothing here.
    """
    treatment, anchor = study.treatments[treatment_id], anchor_date(study, casebook)
    record = None if is_background(treatment) else treatment.recorded
    if record is None:
        return Exposure(participant=casebook.participant, treatment=treatment_id, doses=(), missed=())
    doses: list[DoseGiven] = []
    for dose in _recorded(study, casebook, treatment, record):
        number = 1 + sum(before.number is not None for before in doses)
        doses.append(_beside_plan(study, casebook, treatment, dose, plan_dose_day(treatment, number, anchor)))
    missed = tuple(_missed(treatment, casebook, doses, anchor, today))
    return Exposure(participant=casebook.participant, treatment=treatment_id, doses=tuple(doses), missed=missed)


def is_background(treatment: Treatment) -> bool:
    """Tell whether a treatment is a class of drugs that has to stay constant, and not one that the study gives."""
    is_listed = treatment.recorded is not None and treatment.recorded.drug is not None
    return treatment.drug_class is not None or treatment.constant_from is not None or is_listed


def _recorded(study: Study, casebook: Casebook, treatment: Treatment, record: DoseRecord) -> Iterator[DoseGiven]:
    """Yield what was given, in order of the days; the rows without a full date one by one at the end."""
    anchor = anchor_date(study, casebook)
    for rows, day in _doses_in_parts(casebook, record):
        dose = _dose(study, treatment, record, rows, day)
        yield replace(dose, day=None if day is None or anchor is None else (day - anchor).days)


def _doses_in_parts(casebook: Casebook, record: DoseRecord) -> Iterator[tuple[tuple[Row, ...], date | None]]:
    """Yield the rows of each dose with their day."""
    rows = list(filled_rows(casebook, record.form))
    days = {(row.visit, row.repeat): days_of(row.text(record.start)).day for row in rows}
    for day in sorted({day for day in days.values() if day is not None}):
        yield tuple(row for row in rows if days[row.visit, row.repeat] == day), day
    yield from (((row,), None) for row in rows if days[row.visit, row.repeat] is None)


def _dose(study: Study, treatment: Treatment, record: DoseRecord, rows: tuple[Row, ...], day: date | None) -> DoseGiven:
    """Return what the rows of one dose say."""
    form = study.forms[record.form]
    item = form.items.get(record.dose or "")
    unit = unit_of(treatment) or (item.unit if item is not None else None)
    return DoseGiven(
        repeat=rows[0].repeat,
        repeats=tuple(row.repeat for row in rows),
        visit=rows[0].visit,
        date=day,
        given=_sum(row.amount(form, record.dose, unit) for row in rows),
        unit=unit,
        premedicated=_any(rows, record.premedication),
        interrupted=_any(rows, record.interrupted),
        incomplete=_any(rows, record.incomplete),
        reaction=_any(rows, record.reaction),
        reserve=tuple(dict.fromkeys(drug for row in rows for drug in row.several(record.reserve))),
        seqs=tuple(sorted(seq for row in rows for seq in row.seqs)),
    )


def _beside_plan(
    study: Study, casebook: Casebook, treatment: Treatment, dose: DoseGiven, plan: PlannedDose
) -> DoseGiven:
    """Return a dose with its number and what was planned for it; only what was given on a known day has them."""
    if dose.date is None or dose.given == 0:
        return dose
    most = number_of_doses(treatment)
    if most is not None and plan.number > most:
        return replace(dose, number=plan.number, is_extra=True)
    amount = _amount(study, casebook, treatment, dose.date)
    return replace(
        dose,
        number=plan.number,
        planned_day=plan.day,
        window=plan.window,
        days_off=plan.days_off(dose.date),
        planned=amount.dose if amount else None,
        weight=amount.weight if amount else None,
        height=amount.height if amount else None,
        body_surface=amount.body_surface if amount else None,
    )


def _amount(study: Study, casebook: Casebook, treatment: Treatment, day: date) -> Amount | None:
    """Return what the dose of a day should have been, None where it cannot be computed."""
    found = dose_amount(study, casebook, treatment, day)
    return found if isinstance(found, Amount) else None


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add the parts of a dose, None where one of them is not known."""
    known = list(amounts)
    exact = [amount for amount in known if amount is not None]
    return sum(exact, Decimal(0)) if known and len(exact) == len(known) else None


def _any(rows: tuple[Row, ...], item: str | None) -> bool | None:
    """Return yes where one part of a dose has yes, no where all have no, None otherwise."""
    answers = {row.yes(item) for row in rows}
    if True in answers:
        return True
    return None if None in answers else False


def _missed(
    treatment: Treatment, casebook: Casebook, doses: Iterable[DoseGiven], anchor: date | None, today: date | None
) -> Iterator[MissedDose]:
    """Yield the planned doses that never came; a row without a date may be any of them."""
    if casebook.status in {"screening", "screen failure"}:
        return
    given = sum(dose.number is not None or (dose.date is None and dose.given != 0) for dose in doses)
    for number in range(given + 1, (number_of_doses(treatment) or 0) + 1):
        plan = plan_dose_day(treatment, number, anchor)
        reason = _why_missed(plan, casebook, today)
        if reason is not None:
            yield MissedDose(number=number, planned_day=plan.day, window=plan.window, on=plan.on, reason=reason)


def _why_missed(plan: PlannedDose, casebook: Casebook, today: date | None) -> Literal["window passed", "ended"] | None:
    stopped = treatment_ended(casebook)
    if stopped is not None and may_have_stopped(casebook, today or date.max):
        return _after_end(plan, stopped.on)
    if casebook.status == "enrolled":
        return "window passed" if today is not None and plan.last is not None and plan.last < today else None
    return _after_end(plan, casebook.ended_on)


def _after_end(plan: PlannedDose, on: str | None) -> Literal["window passed", "ended"]:
    """Tell whether the window was over on the first day on which the end can have been; unknown, it may be any."""
    has_passed = plan.last is not None and plan.last < days_of(on).first
    return "window passed" if has_passed else "ended"
