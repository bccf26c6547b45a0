"""Eligibility and treatments: dates that must be dates, and everything a dose needs to be computed."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.errors import Problem
from trialbook.protocol.check_names import Names
from trialbook.protocol.check_units import check_unit
from trialbook.protocol.model import Criterion, Treatment
from trialbook.protocol.read_visits import ENROLMENT
from trialbook.protocol.reading import KeyPath

PER = {"m2": "body surface", "kg": "weight"}


def check_eligibility(names: Names) -> Iterator[Problem]:
    """Yield the mistakes of the section `eligibility`, conditions apart."""
    seen: set[str] = set()
    for criterion in names.study.criteria:
        path = ("eligibility", criterion.kind, criterion.id)
        if criterion.id in seen:
            yield names.problem("STUDY-18", path, criterion=criterion.id)
        seen.add(criterion.id)
        yield from _check_dates(criterion, path, names)


def _check_dates(criterion: Criterion, path: KeyPath, names: Names) -> Iterator[Problem]:
    for key, begin, span in (("since", "date", criterion.since), ("washout", "since", criterion.washout)):
        if span is not None:
            yield from names.moment(span.since, (*path, key, begin))
            if span.before != ENROLMENT:
                yield from names.moment(span.before, (*path, key, "before"))


def check_treatments(names: Names) -> Iterator[Problem]:
    """Yield the mistakes of the section `treatments`."""
    for treatment in names.study.treatments.values():
        path = ("treatments", treatment.id)
        yield from _check_dose(treatment, path, names)
        for number, item in enumerate(treatment.needs_known):
            yield from names.item(item, (*path, "needs", "known", f"[{number}]"))
        for key, moment in (("from", treatment.constant_from), ("to", treatment.constant_to)):
            if moment is not None and moment != ENROLMENT:
                yield from names.visit(moment, (*path, "constant", key))
        if (treatment.times or 1) > 1 and treatment.every is None and not names.is_written(*path, "give", "every"):
            yield names.problem("PLAN-16", (*path, "give"), treatment=treatment.id, times=str(treatment.times))


def _check_dose(treatment: Treatment, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield what keeps the dose from being computed, and units that do not fit each other."""
    dose = treatment.dose
    if dose is None:
        return
    mass, _, per = dose.unit.partition("/")
    yield from check_unit(dose.unit, (*path, "dose"), names)
    if per == "m2" and treatment.body_surface is None and not names.is_written(*path, "body_surface"):
        yield names.problem("PLAN-14", (*path, "dose"), treatment=treatment.id, dose=f"{dose.amount:f} {dose.unit}")
    amounts = [(("round_to",), treatment.round_to)] if treatment.round_to else []
    vials = [(("vials", f"[{number}]"), vial) for number, vial in enumerate(treatment.vials)]
    for key, amount in (*amounts, *vials):
        if amount.unit != (mass if per in PER else dose.unit):
            yield names.problem(
                "PLAN-15",
                (*path, *key),
                amount=f"{amount.amount:f} {amount.unit}",
                unit=mass if per in PER else dose.unit,
            )
