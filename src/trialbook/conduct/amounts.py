"""What a dose comes to on a day: weight, height, body surface, the dose that follows from them, and its rounding.

Everything is decimal and exact from the body surface on, which is rounded to 6 decimals first: so a reader can work
every dose again by hand, and a dose that lies just between two steps is not thrown about by the last bit of a root.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell
from trialbook.conduct.moments import days_of
from trialbook.conduct.recorded import exact_amount
from trialbook.errors import Place, Problem
from trialbook.instruments.body_surface import FORMULAS, body_surface
from trialbook.protocol.model import Item, Study, Treatment

KG, CM = "kg", "cm"
POSSIBLE = {KG: (Decimal(1), Decimal(650)), CM: (Decimal(30), Decimal(280))}
"""Weights and heights that people have had; beyond them a number is in another unit, or another's."""
POSSIBLE_INDEX = (Decimal(7), Decimal(200))
"""Body mass indices, in kg/m2, that people have had; beyond them weight and height are not of one person."""

SURFACE_STEP = Decimal("0.000001")
EXACT = Context(prec=80)
"""More digits than any product of two amounts of a study file and a measurement has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A measurement that a dose is computed from, and where it stands."""

    name: str
    """`form.item`."""
    value: Decimal
    unit: str
    date: date | None
    """Day of its visit; None where that is not recorded to the day, and in a form without visits."""
    visit: str
    repeat: str
    seq: int
    """Its entry in the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """A body surface, and how it was computed."""

    value: Decimal
    """In m2, to 6 decimals."""
    formula: str
    """Word of the study file; `instruments.body_surface.FORMULAS` has its source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What a dose comes to."""

    unrounded: Decimal
    dose: Decimal
    """Rounded half up to the step of the study file, `unrounded` where it states none; at most the cap."""
    unit: str
    weight: Measured | None = None
    height: Measured | None = None
    body_surface: Surface | None = None


def unit_of(treatment: Treatment) -> str | None:
    """Return the unit of what is given: `mg` of a dose in mg/m2 or mg/kg."""
    if treatment.dose is None:
        return None
    mass, _, per = treatment.dose.unit.partition("/")
    return mass if per in {"m2", "kg"} else treatment.dose.unit


def dose_amount(study: Study, casebook: Casebook, treatment: Treatment, on: date) -> Amount | tuple[Problem, ...]:
    """Return what a dose of a treatment comes to on a day, or all reasons why it cannot be computed."""
    if treatment.dose is None:
        return (_problem("DOSE-01", casebook, treatment=study.say(treatment.label), id=treatment.id),)
    mass, _, per = treatment.dose.unit.partition("/")
    if per == "m2":
        return _by_surface(study, casebook, treatment, on)
    if per == "kg":
        weight = measure(study, casebook, treatment.weight, KG, on)
        if isinstance(weight, Problem):
            return (weight,)
        return _rounded(treatment, weight.value, mass, casebook, weight=weight)
    if {"m2", "kg"} & set(per.split("/")):
        return (_problem("DOSE-23", casebook, unit=treatment.dose.unit),)
    return _rounded(treatment, Decimal(1), treatment.dose.unit, casebook)


def _by_surface(study: Study, casebook: Casebook, treatment: Treatment, on: date) -> Amount | tuple[Problem, ...]:
    weight = measure(study, casebook, treatment.weight, KG, on)
    height = measure(study, casebook, treatment.height, CM, on)
    formula = treatment.body_surface
    if isinstance(weight, Problem) or isinstance(height, Problem) or formula is None or formula not in FORMULAS:
        found = tuple(one for one in (weight, height) if isinstance(one, Problem))
        unknown = _problem("DOSE-22", casebook, treatment=treatment.id, formulas=", ".join(FORMULAS))
        return found if formula in FORMULAS else (*found, unknown)
    if not POSSIBLE_INDEX[0] <= body_mass_index(weight.value, height.value) <= POSSIBLE_INDEX[1]:
        return (_problem("DOSE-21", casebook, weight=shown(weight.value), height=shown(height.value)),)
    area = Decimal(body_surface(formula, weight=float(weight.value), height=float(height.value)))
    surface = Surface(value=area.quantize(SURFACE_STEP, ROUND_HALF_EVEN), formula=formula)
    unit = unit_of(treatment) or ""
    return _rounded(treatment, surface.value, unit, casebook, weight=weight, height=height, body_surface=surface)


def body_mass_index(weight: Decimal, height: Decimal) -> Decimal:
    """Return the body mass index in kg/m2, by weight in kg and height in cm."""
    return EXACT.divide(weight * 10000, height * height)


def _rounded(
    treatment: Treatment,
    times: Decimal,
    unit: str,
    casebook: Casebook,
    *,
    weight: Measured | None = None,
    height: Measured | None = None,
    body_surface: Surface | None = None,
) -> Amount | tuple[Problem, ...]:
    """Return a dose so many times the planned amount, rounded to the step; a Problem where that leaves nothing."""
    planned = treatment.dose.amount if treatment.dose else Decimal(0)
    unrounded = plain(EXACT.multiply(planned, times))
    step = treatment.round_to.amount if treatment.round_to else None
    dose = unrounded if step is None else round_half_up(unrounded, step)
    if not dose:
        values = {"dose": f"{shown(unrounded)} {unit}", "step": f"{shown(step or dose)} {unit}"}
        return (_problem("DOSE-24", casebook, **values),)
    if treatment.cap is not None and treatment.cap.unit == unit:
        dose = min(dose, treatment.cap.amount)
    return Amount(unrounded=unrounded, dose=dose, unit=unit, weight=weight, height=height, body_surface=body_surface)


def round_half_up(amount: Decimal, step: Decimal) -> Decimal:
    """Round to the nearest multiple of a step, upwards from just between two."""
    whole = EXACT.divide(amount, step).to_integral_value(ROUND_HALF_UP)
    return plain(EXACT.multiply(whole, step))


def plain(amount: Decimal) -> Decimal:
    """Return a number without zeros after its last decimal, and without an exponent."""
    return Decimal(f"{amount.normalize(EXACT):f}")


def shown(amount: Decimal) -> str:
    """Write a number without zeros after its last decimal."""
    return f"{plain(amount):f}"


def measure(study: Study, casebook: Casebook, name: str | None, unit: str, on: date) -> Measured | Problem:
    """Return the latest answer to an item of a study dated on or before a day, or why there is none to be used.

    Where no answer has a date, it is the one recorded last. An answer after the day is not used, nor is one with a
    missing-data code; one that is only known as above or below a limit is the latest, and cannot be used.
    """
    if name is None:
        return _problem("DOSE-20", casebook, unit=unit)
    item, found = _item(study, name), answers_up_to(casebook, name, on)
    if not found:
        return _problem("DOSE-18", casebook, name, item=study.say(item.label), on=str(on))
    cell, answer, day = found[-1]
    amount = exact_amount(item, answer, unit)
    values = {"item": study.say(item.label), "value": f"{answer.value} {answer.unit or item.unit or ''}".strip()}
    if amount is None:
        return _problem("DOSE-19", casebook, name, cell, unit=unit, **values)
    low, high = POSSIBLE[unit]
    if not low <= amount <= high:
        return _problem("DOSE-17", casebook, name, cell, low=shown(low), high=shown(high), unit=unit, **values)
    return Measured(name=name, value=amount, unit=unit, date=day, visit=cell.visit, repeat=cell.repeat, seq=answer.seq)


def answers_up_to(casebook: Casebook, name: str, on: date) -> list[tuple[Cell, Answer, date | None]]:
    """Return the answers to an item that are not after a day: those without a date first, then by date and entry."""
    return sorted(_answers_up_to(casebook, name, on), key=lambda one: (one[2] or date.min, one[1].seq, one[0]))


def _answers_up_to(casebook: Casebook, name: str, on: date) -> Iterator[tuple[Cell, Answer, date | None]]:
    form_id, _, item = name.partition(".")
    for cell, answer in casebook.answers.items():
        if (cell.form, cell.item) == (form_id, item) and answer.value is not None:
            days = days_of(casebook.value(VISIT_FORM, "date", visit=cell.visit))
            if days.first <= on:
                yield cell, answer, days.day


def _item(study: Study, name: str) -> Item:
    form, _, item = name.partition(".")
    return study.forms[form].items[item]


def _problem(code: str, casebook: Casebook, name: str = "", cell: Cell | None = None, /, **values: str) -> Problem:
    form, _, item = name.partition(".")
    place = Place(
        participant=casebook.participant,
        visit=cell.visit or None if cell else None,
        form=form or None,
        repeat=cell.repeat or None if cell else None,
        item=item or None,
    )
    return Problem(code=code, place=place, values=values)
