"""The check of a dose by a second person: the numbers they agree to, word for word, and whether these still stand.

A plan is checked as an act about the form of its weight, a dose that was given as an act about its row: so whoever
recorded these cannot be the second person, and a correction there makes the check void.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter

from trialbook.conduct.casebook import Casebook, Cell, Seal
from trialbook.conduct.dosing import DosePlan
from trialbook.conduct.exposure import DoseGiven
from trialbook.protocol.model import Study, Treatment
from trialbook.protocol.unit_words import show_unit
from trialbook.render.numbers import show_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What there is to check, and what was said of it."""

    place: Cell
    """Form or row that the check is recorded about."""
    words: str
    """The numbers; recorded as they stand here."""
    agreed: Seal | None
    """A valid check of exactly these numbers that came to the same."""
    disputed: Seal | None
    """A valid one of these numbers that came to something else, and is not older."""
    outdated: Seal | None
    """One of other numbers for the same dose, or one that a correction made void."""
    before: Seal | None = None
    """Of a dose that was given: the last check of its plan for that day."""


def check_of_plan(study: Study, casebook: Casebook, plan: DosePlan) -> Check | None:
    """Return the check of a planned dose; None for one that hangs on no weight, which is checked when given."""
    if plan.weight is None:
        return None
    head = f"Dose {plan.number}{_planned_head(study, study.treatments[plan.treatment], plan.on)}"
    place = Cell(plan.weight.visit, plan.weight.name.partition(".")[0], plan.weight.repeat, "")
    return _check(casebook, place, head, head + _sum(plan))


def _planned_head(study: Study, treatment: Treatment, on: date | None) -> str:
    """Write how the check of a planned dose begins, behind its number."""
    return f" of {study.say(treatment.label)} on {on}: "


def _sum(plan: DosePlan) -> str:
    """Write how a dose is worked out, in one line."""
    measured = [f"{show_plain(one.value)} {one.unit}" for one in (plan.weight, plan.height) if one is not None]
    times = f"{show_plain(plan.per.amount)} {show_unit(plan.per.unit)}"
    if plan.body_surface is not None:
        formula = plan.body_surface.formula.replace("_", " ")
        times += f" × {show_plain(plan.body_surface.value)} m² ({formula}, {', '.join(measured)})"
    else:
        times += f" × {measured[0]}"
    rounding = "" if plan.round_to is None else f", rounded to {show_plain(plan.round_to.amount)} {plan.round_to.unit}"
    cap = "" if plan.cap is None else f", at most {show_plain(plan.cap.amount)} {plan.cap.unit}"
    return f"{times} = {show_plain(plan.unrounded)} {plan.unit}{rounding}{cap}: {show_plain(plan.dose)} {plan.unit}."


def check_of_given(study: Study, casebook: Casebook, treatment: Treatment, dose: DoseGiven) -> Check | None:
    """Return the check of a dose that was given; None for one without an amount."""
    if treatment.recorded is None or dose.given is None:
        return None
    which = f"Dose {dose.number}" if dose.number is not None else f"Row {dose.repeat}"
    head = f"{which} of {study.say(treatment.label)}, given on {dose.date or 'a day not recorded'}: "
    planned = "" if dose.planned is None else f"; planned {show_plain(dose.planned)} {dose.unit or ''}".rstrip()
    words = f"{head}{show_plain(dose.given)} {dose.unit or ''}".rstrip() + f"{planned}."
    found = _check(casebook, Cell(dose.visit, treatment.recorded.form, dose.repeat, ""), head, words)
    # whichever number the dose had then: one before it may have been recorded since
    of_plan = re.compile(rf"Dose \d+{re.escape(_planned_head(study, treatment, dose.date))}")
    checks = (one for one in casebook.seals.values() if one.kind == "countersign" and of_plan.match(one.meaning))
    return replace(found, before=max(checks, key=attrgetter("seq"), default=None))


def _check(casebook: Casebook, place: Cell, head: str, words: str) -> Check:
    found = [
        seal
        for seal in casebook.seals.values()
        if seal.kind == "countersign" and seal.cell.form == place.form and seal.meaning.startswith(head)
    ]
    same = [seal for seal in found if seal.is_valid and seal.cell == place and seal.meaning.startswith(words)]
    last = same[-1] if same else None
    return Check(
        place=place,
        words=words,
        agreed=last if last is not None and last.agrees else None,
        disputed=last if last is not None and not last.agrees else None,
        outdated=found[-1] if found and last is None else None,
    )
