"""Treatments: everything that a dose needs to be planned, and a place in which all that was given is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from trialbook.errors import Problem
from trialbook.protocol.check_eligibility import check_days
from trialbook.protocol.check_names import Names
from trialbook.protocol.check_recorded import check_recorded
from trialbook.protocol.check_units import check_unit
from trialbook.protocol.model import InfusionSteps, Item, Treatment
from trialbook.protocol.phrases import write_quantity
from trialbook.protocol.read_visits import ENROLMENT
from trialbook.protocol.reading import KeyPath
from trialbook.protocol.units import is_unit

PER = {"m2": ("weight", "height"), "kg": ("weight",)}
"""Unit below the line of a dose -> keys of what the dose is computed from."""
TIMES = frozenset({"s", "min", "h", "d", "wk", "mo", "a"})
"""Units below the line of a dose that is told and not computed: 15 mg/d."""
MEASURED = {"weight": "kg", "height": "cm"}


def check_treatments(names: Names) -> Iterator[Problem]:
    """Yield the mistakes of the section `treatments`, conditions apart."""
    for treatment in names.study.treatments.values():
        path = ("treatments", treatment.id)
        yield from chain(
            _check_dose(treatment, path, names),
            _check_body(treatment, path, names),
            _check_infusion(treatment, path, names),
            _check_times(treatment, (*path, "give"), names),
            _check_needs(treatment, (*path, "needs"), names),
            _check_constancy(treatment, path, names),
            check_recorded(treatment, _given_in(treatment), path, names),
        )


def _check_dose(treatment: Treatment, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield what keeps the dose from being computed, and units that do not fit each other."""
    dose = treatment.dose
    if dose is None:
        return
    yield from check_unit(dose.unit, (*path, "dose"), names)
    if is_odd(treatment):
        if is_unit(dose.unit):
            yield names.problem("PLAN-46", (*path, "dose"), dose=write_quantity(dose))
        return
    if _per(treatment) == "m2" and treatment.body_surface is None and not names.is_written(*path, "body_surface"):
        yield names.problem("PLAN-14", (*path, "dose"), treatment=treatment.id, dose=write_quantity(dose))
    written = (("round_to", treatment.round_to), ("cap", treatment.cap))
    amounts = [((key,), amount) for key, amount in written if amount is not None]
    vials = [(("vials", f"[{number}]"), vial) for number, vial in enumerate(treatment.vials)]
    for key, amount in (*amounts, *vials):
        if amount.unit != amount_unit(treatment):
            yield names.problem("PLAN-15", (*path, *key), amount=write_quantity(amount), unit=amount_unit(treatment))


def _per(treatment: Treatment) -> str:
    """Return what stands below the line of the dose: `m2`, `kg`, or nothing."""
    per = treatment.dose.unit.partition("/")[2] if treatment.dose is not None else ""
    return per if per in PER else ""


def is_odd(treatment: Treatment) -> bool:
    """Tell whether a dose is per something by which none is computed: per kg and unit of a result, such as IgE."""
    below = treatment.dose.unit.partition("/")[2] if treatment.dose is not None else ""
    return bool(below) and below not in PER and below not in TIMES


def _given_in(treatment: Treatment) -> str:
    """Return the unit in which what was given is recorded; nothing where the dose leaves that open."""
    return "" if is_odd(treatment) else amount_unit(treatment) or "mg"


def amount_unit(treatment: Treatment) -> str:
    """Return the unit in which one dose is given: mg of mg/m2; nothing where no dose is planned."""
    unit = treatment.dose.unit if treatment.dose is not None else ""
    return unit.partition("/")[0] if _per(treatment) else unit


def _check_body(treatment: Treatment, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield a weight or height that a dose needs and that is not named, or is no such number."""
    needed = PER.get(_per(treatment), ()) if _is_planned(treatment) else ()
    for key, item in (("weight", treatment.weight), ("height", treatment.height)):
        here, unit = (*path, key), MEASURED[key]
        if item is not None:
            yield from names.item(item, here)
            yield from _check_measured(item, key, here, names)
        elif key in needed and not names.is_written(*here):
            dose = write_quantity(treatment.dose) if treatment.dose else ""
            yield names.problem("PLAN-27", (*path, "dose"), treatment=treatment.id, dose=dose, key=key, unit=unit)


def _is_planned(treatment: Treatment) -> bool:
    """Tell whether the file asks for more than to be told the dose: of a dose per m2 it always has to say how."""
    told = (treatment.round_to, treatment.vials, treatment.infuse_first, treatment.needs_known, treatment.recorded)
    return _per(treatment) == "m2" or any(told)


def _check_measured(name: str, key: str, path: KeyPath, names: Names) -> Iterator[Problem]:
    found = names.find(name)
    if found is None or names.is_broken(found[0].id, found[1]):
        return
    form, item = found
    is_number = isinstance(item, Item) and item.kind == "number"
    if not is_number or item.unit != MEASURED[key] or (form.repeating and not names.is_undated(form.id)):
        yield names.problem("PLAN-28", path, item=name, key=key, unit=MEASURED[key])


def _check_infusion(treatment: Treatment, path: KeyPath, names: Names) -> Iterator[Problem]:
    for key, steps in (("first", treatment.infuse_first), ("later", treatment.infuse_later)):
        here = (*path, "infuse", key)
        if steps is None:
            continue
        if treatment.dose is None:
            if not names.is_written(*path, "dose"):
                yield names.problem("PLAN-30", here, treatment=treatment.id)
            return
        if not is_odd(treatment):
            yield from _check_steps(steps, f"{amount_unit(treatment)}/h", here, names)


def _check_steps(steps: InfusionSteps, unit: str, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield rates in another unit than that of the dose an hour, and a beginning that is faster than is allowed."""
    rates = (("start", steps.start), ("step", steps.step), ("most", steps.most))
    odd = [(key, rate) for key, rate in rates if rate.unit != unit]
    for key, rate in odd:
        yield names.problem("PLAN-29", (*path, key), amount=write_quantity(rate), unit=unit)
    if not odd and steps.most.amount < steps.start.amount:
        start, most = write_quantity(steps.start), write_quantity(steps.most)
        yield names.problem("PLAN-31", (*path, "most"), start=start, most=most)


def _check_times(treatment: Treatment, path: KeyPath, names: Names) -> Iterator[Problem]:
    if (treatment.times or 1) > 1 and treatment.every is None and not names.is_written(*path, "every"):
        yield names.problem("PLAN-16", path, treatment=treatment.id, times=str(treatment.times))
    yield from check_days(treatment.every, (*path, "every"), names)
    yield from check_days(treatment.window, (*path, "window"), names)


def _check_needs(treatment: Treatment, path: KeyPath, names: Names) -> Iterator[Problem]:
    for number, known in enumerate(treatment.needs_known):
        yield from names.item(known, (*path, "known", f"[{number}]"))
    if treatment.decide_when is not None and not names.is_written(*path, "decision"):
        yield names.problem("PLAN-36", (*path, "decide_when"), treatment=treatment.id)
    if treatment.decision is None:
        return
    here = (*path, "decision")
    yield from names.item(treatment.decision, here)
    found = names.find(treatment.decision)
    if found is None or names.is_broken(found[0].id, found[1]):
        return
    form, item = found
    is_yes_no = isinstance(item, Item) and item.kind == "yes_no"
    if not is_yes_no or (form.repeating and not names.is_undated(form.id)):
        yield names.problem("PLAN-37", here, item=treatment.decision)


def _check_constancy(treatment: Treatment, path: KeyPath, names: Names) -> Iterator[Problem]:
    for key, moment in (("from", treatment.constant_from), ("to", treatment.constant_to)):
        if moment is not None and moment != ENROLMENT:
            yield from names.visit(moment, (*path, "constant", key))
    if treatment.constant_to is not None and not names.is_written(*path, "recorded"):
        yield names.problem("PLAN-35", (*path, "constant"), "warning", treatment=treatment.id)
