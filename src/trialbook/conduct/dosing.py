"""The next dose of a participant: what to give on a day and how, or every reason why none is planned.

A plan is arithmetic on what was recorded up to that day. It refuses where consent, eligibility, a result that the
study file demands or a measurement is not certain; a day outside of the window only stands in a note. Recording what
was given is never refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from trialbook.conduct.amounts import (
    EXACT,
    Amount,
    Measured,
    Surface,
    answers_up_to,
    body_mass_index,
    dose_amount,
    shown,
)
from trialbook.conduct.answers import values_for
from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell
from trialbook.conduct.exposure import Exposure, exposure, is_background
from trialbook.conduct.moments import days_of
from trialbook.conduct.recorded import exact_amount
from trialbook.conduct.regimen import PlannedDose, number_of_doses, plan_dose_day
from trialbook.conduct.safety import fatal_event
from trialbook.conduct.schedule import anchor_date
from trialbook.conduct.screening import Assessment, Eligibility, assess_eligibility
from trialbook.conduct.withdrawing import may_have_stopped, treatment_ended
from trialbook.errors import Level, Place, Problem
from trialbook.instruments.infusion_rate import MINUTES_AN_HOUR, RateStep, infusion_steps, total_minutes
from trialbook.instruments.labelling import labelling_of
from trialbook.instruments.vials import Vials, choose_vials
from trialbook.protocol.condition_words import condition_words
from trialbook.protocol.conditions import Condition, NameType, compile_condition, names_for
from trialbook.protocol.model import Derived, InfusionSteps, Item, Quantity, Study, Treatment

OLD = 28
"""Days after which a note tells the age of a weight or a height."""
MUCH = Decimal("0.1")
"""Part of a dose, or of an earlier weight, by which a change is told in a note."""

USUAL_INDEX = (Decimal(15), Decimal(40))
"""Body mass indices, in kg/m2, beyond which a note asks for the units: 55 kg at 160 cm are 21, given in pounds 47."""

PHARMACIST = Problem(code="DOSE-50", level="warning")
"""Stands beside every plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Infusion:
    """How fast a dose runs in."""

    speed: Literal["first", "later"]
    """By which of the two plans of the study file."""
    rate_unit: str
    steps: tuple[RateStep, ...]
    minutes: Fraction
    """All of it, without interruptions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DosePlan:
    """One dose for one participant on one day, with everything it was computed from."""

    participant: str
    treatment: str
    number: int
    """Which dose it is, from 1 on."""
    most: int | None
    """How many are planned."""
    on: date
    planned: PlannedDose
    """Planned day and window; without dates while day 0 is not known, as before a first dose that fixes it."""
    days_off: int | None
    """Days before (negative) or after the window; None where there is none."""
    per: Quantity
    """The dose as the study file states it."""
    weight: Measured | None
    height: Measured | None
    body_surface: Surface | None
    unrounded: Decimal
    round_to: Quantity | None
    cap: Quantity | None
    dose: Decimal
    unit: str
    """Of `dose`, of `unrounded` and of the vials."""
    vials: Vials | None
    """None where the study file names no sizes."""
    infusion: Infusion | None
    """None where the study file states no rates."""
    route: str | None
    premedication: tuple[str, ...]
    """Given before the dose."""
    reserve: tuple[str, ...]
    """Given only when there is a reaction."""
    notes: tuple[Problem, ...]
    """What should be looked at; the last is always that a pharmacist checks the dose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why no dose is planned: all reasons at once."""

    participant: str
    treatment: str
    on: date
    problems: tuple[Problem, ...]


def plan_dose(
    study: Study, casebook: Casebook, treatment_id: str, *, on: date, number: int | None = None
) -> DosePlan | Refusal:
    """Plan a dose of a treatment for a participant on a day: the next one that was not given, or the one of a number.

    KeyError where the study has no such treatment, ValueError for a number below 1.
    """
    if number is not None and number < 1:
        raise ValueError(f"doses are counted from 1, not {number}")
    treatment = study.treatments[treatment_id]
    given = exposure(study, casebook, treatment_id)
    asked = len(given.numbered) + 1 if number is None else number
    amount = _amount(study, casebook, treatment, on)
    eligibility = assess_eligibility(study, casebook, on=on)
    problems = (
        *_about_participant(study, casebook, eligibility, on),
        *about_results(study, casebook, treatment, on),
        *_about_number(study, casebook, treatment, given, asked, on),
        *(amount if isinstance(amount, tuple) else ()),
    )
    if problems or isinstance(amount, tuple):
        return Refusal(participant=casebook.participant, treatment=treatment_id, on=on, problems=problems)
    plan = _plan(study, casebook, treatment, given, amount, on, asked)
    notes = (*_about_later_stop(casebook, on), *_about_not_asked(study, casebook, eligibility))
    return replace(plan, notes=(*notes, *plan.notes))


def _amount(study: Study, casebook: Casebook, treatment: Treatment, on: date) -> Amount | tuple[Problem, ...]:
    """Return what the dose comes to; a background class has none, whatever else is written."""
    return dose_amount(study, casebook, replace(treatment, dose=None) if is_background(treatment) else treatment, on)


# ---- who may be given a dose ------------------------------------------------------------------------------------


def _about_participant(study: Study, casebook: Casebook, eligibility: Eligibility, on: date) -> Iterator[Problem]:
    """Yield what speaks against any dose on the day: status, the end of treatment, consent, criteria."""
    person = casebook.participant
    enrolled = days_of(casebook.enrolled_on)
    if casebook.status != "enrolled":
        yield _problem("DOSE-02", casebook, participant=person, status=casebook.status)
    elif enrolled.is_known and enrolled.first > on:
        yield _problem("DOSE-03", casebook, participant=person, enrolled=casebook.enrolled_on or "", on=str(on))
    yield from _about_stop(casebook, on)
    yield from _about_death(study, casebook)
    consent = tuple(_about_consent(study, casebook, on))
    yield from consent
    found = [problem for one in eligibility.criteria for problem in _about_criterion(study, casebook, one)]
    yield from found
    if eligibility.verdict != "eligible" and not found and not consent:
        yield _problem("DOSE-09", casebook, participant=person, enrolled=str(eligibility.judged_on))


def _about_stop(casebook: Casebook, on: date) -> Iterator[Problem]:
    """Yield that the participant withdrew from treatment, where that is not certainly after the day."""
    stopped = treatment_ended(casebook)
    if stopped is None or not may_have_stopped(casebook, on):
        return
    person = casebook.participant
    if days_of(stopped.on).is_known:
        yield _problem("DOSE-27", casebook, participant=person, ended=stopped.on or "", on=str(on))
    else:
        yield _problem("DOSE-28", casebook, participant=person)


def _about_death(study: Study, casebook: Casebook) -> Iterator[Problem]:
    """Yield that an event was fatal."""
    found = fatal_event(study, casebook)
    if found is not None:
        yield _problem("DOSE-29", casebook, f"{found[0].id}.", participant=casebook.participant)


def _about_consent(study: Study, casebook: Casebook, on: date) -> Iterator[Problem]:
    if study.consent is None:
        return
    form, _, item = study.consent.partition(".")
    values = [answer.value or "" for cell, answer in casebook.answers.items() if (cell.form, cell.item) == (form, item)]
    dates = [value for value in values if days_of(value).is_known]
    if not dates:
        yield _problem("DOSE-04", casebook, study.consent, participant=casebook.participant, item=study.consent)
    elif min(days_of(value).last for value in dates) > on:
        earliest = min(dates, key=lambda value: days_of(value).last)
        yield _problem("DOSE-05", casebook, study.consent, consent=earliest, on=str(on))


def _about_criterion(study: Study, casebook: Casebook, found: Assessment) -> Iterator[Problem]:
    if found.fulfilled:
        return
    values = {"criterion": found.criterion.id, "text": study.say(found.criterion.text)}
    if found.fulfilled is None:
        lacking = [str(reason) for reason in found.reasons if reason.kind not in {"value", "time"}]
        missing = "; ".join(dict.fromkeys(lacking)) or "an exact answer"
        yield _problem("DOSE-08", casebook, missing=missing, **values)
    else:
        code = "DOSE-06" if found.criterion.kind == "inclusion" else "DOSE-07"
        yield _problem(code, casebook, **values)


# ---- what has to be known ---------------------------------------------------------------------------------------


def certainly_against(study: Study, casebook: Casebook, treatment: Treatment, on: date) -> tuple[Problem, ...]:
    """Return what of `about_results` holds wherever the answers belong whose day is not known in full.

    Each visit of which it is not known may have been the first of all, on the day itself, or later; so may each row of
    a form of any time. A form that is answered once counts as answered on every day.
    """
    if not (treatment.needs_known or treatment.withhold_when or treatment.decide_when):
        return ()
    dated = {cell: answer for cell, answer in casebook.answers.items() if _is_dated(study, casebook, cell)}
    found = tuple(about_results(study, replace(casebook, answers=MappingProxyType(dated)), treatment, on))
    for day in (date.min, on) if found else ():
        others = tuple(about_results(study, _with_dates(casebook, day, after=on), treatment, on))
        found = tuple(one for one in found if one in others)
    return found


def _is_dated(study: Study, casebook: Casebook, cell: Cell) -> bool:
    """Tell whether it is known when something was answered."""
    if cell.visit:
        return casebook.visit_date(cell.visit) is not None
    form = study.forms.get(cell.form)
    return form is None or form.timing != "any time"


def about_results(study: Study, casebook: Casebook, treatment: Treatment, on: date) -> Iterator[Problem]:
    """Yield the results that are missing, and those that withhold the dose or call for a decision."""
    for name in treatment.needs_known:
        if not _is_known(study, casebook, name, on):
            yield _problem("DOSE-10", casebook, name, item=study.say(study.item(name).label), on=str(on))
    if treatment.withhold_when is not None:
        held = _judge(study, casebook, treatment.withhold_when, on)
        if held is not False:
            yield _problem(
                "DOSE-11" if held else "DOSE-12", casebook, condition=condition_words(study, treatment.withhold_when)
            )
    if treatment.decide_when is not None:
        asked = _judge(study, casebook, treatment.decide_when, on)
        decision = treatment.decision
        if asked is not False and not _is_decided(casebook, decision, on):
            item = study.say(study.item(decision).label) if decision is not None else treatment.id
            code = "DOSE-13" if asked else "DOSE-14"
            yield _problem(
                code, casebook, decision or "", condition=condition_words(study, treatment.decide_when), item=item
            )


def _is_known(study: Study, casebook: Casebook, name: str, on: date) -> bool:
    """Tell whether an item has an answer that is not after the day, or a derived number a value."""
    if isinstance(study.item(name), Derived):
        return name in _values(_with_dates(casebook, on), study, (name,), on)
    return bool(answers_up_to(casebook, name, on))


def _is_decided(casebook: Casebook, name: str | None, on: date) -> bool:
    """Tell whether the decision is yes, and no answer without a date says otherwise."""
    found = [] if name is None else answers_up_to(casebook, name, on)
    last = found[-1:] + [one for one in found if one[2] is None]
    return bool(last) and all(answer.value == "yes" for _, answer, _ in last)


def _judge(study: Study, casebook: Casebook, text: str, on: date) -> bool | None:
    """Judge a condition by the answers up to the day; None for unknown.

    Nobody knows where a visit without a date belongs: it is judged as if it were the first, and as if it were of the
    day itself. Only where both say no it is no.
    """
    compiled = _compiled(text, frozenset(names_for(study, "dose").items()))
    if not isinstance(compiled, Condition):
        return None
    names = tuple(compiled.names)
    readings = (_with_dates(casebook, day, after=on) for day in (date.min, on))
    found = [compiled.judge(_values(reading, study, names, on)) for reading in readings]
    if True in found:
        return True
    return False if all(one is False for one in found) else None


@lru_cache(maxsize=16)
def _compiled(text: str, names: frozenset[tuple[str, NameType]]) -> Condition | Problem:
    return compile_condition(text, dict(names))


def _values(casebook: Casebook, study: Study, names: tuple[str, ...], on: date) -> dict[str, object]:
    return values_for(study, casebook, until=on, names=names)


def _with_dates(casebook: Casebook, day: date, *, after: date | None = None) -> Casebook:
    """Give a day to the visits of which it is not known, but not where they are certainly later than `after`."""
    dates: dict[Cell, Answer] = {}
    for visit in casebook.visits():
        known = days_of(casebook.value(VISIT_FORM, "date", visit=visit))
        if known.day is None and known.first <= (after or day):
            dates[Cell(visit, VISIT_FORM, "", "date")] = Answer(text=str(day), value=day.isoformat())
        elif known.day is None:
            later = known.first.isoformat()
            dates[Cell(visit, VISIT_FORM, "", "date")] = Answer(text=later, value=later)
    return replace(casebook, answers=MappingProxyType({**casebook.answers, **dates}))


# ---- which dose it is -------------------------------------------------------------------------------------------


def _about_number(
    study: Study, casebook: Casebook, treatment: Treatment, given: Exposure, number: int, on: date
) -> Iterator[Problem]:
    """Yield why this dose is not the one to be given on the day."""
    name, done = study.say(treatment.label), given.numbered
    most = number_of_doses(treatment)
    if given.undated and treatment.recorded is not None:
        rows = ", ".join(f"row {dose.repeat}" for dose in given.undated)
        yield _problem("DOSE-25", casebook, rows=rows, form=study.say(study.forms[treatment.recorded.form].label))
    if most is not None and number > most:
        values = {"number": str(number), "most": str(most), "done": str(len(done))}
        yield _problem("DOSE-16", casebook, treatment=name, **values)
    if number <= len(done):
        values = {"given": str(done[number - 1].date), "next": str(len(done) + 1)}
        yield _problem("DOSE-26", casebook, number=str(number), **values)
        return
    later = [dose.date for dose in done if dose.date is not None and dose.date >= on]
    if later:
        yield _problem("DOSE-15", casebook, treatment=name, given=str(later[0]), on=str(on))


# ---- the plan ---------------------------------------------------------------------------------------------------


def _plan(
    study: Study, casebook: Casebook, treatment: Treatment, given: Exposure, amount: Amount, on: date, number: int
) -> DosePlan:
    planned = plan_dose_day(treatment, number, anchor_date(study, casebook))
    vials, infusion = _vials(treatment, amount), _infusion(treatment, given, amount)
    notes = (
        *_about_day(casebook, planned, on),
        *_about_order(casebook, given, number),
        *_about_measured(study, casebook, amount, on),
        *_about_amount(casebook, treatment, given, amount, vials, infusion),
        *_about_labelling(study, casebook, treatment),
        PHARMACIST,
    )
    return DosePlan(
        participant=casebook.participant,
        treatment=treatment.id,
        number=number,
        most=number_of_doses(treatment),
        on=on,
        planned=planned,
        days_off=planned.days_off(on),
        per=treatment.dose or Quantity(amount=amount.dose, unit=amount.unit),
        weight=amount.weight,
        height=amount.height,
        body_surface=amount.body_surface,
        unrounded=amount.unrounded,
        round_to=treatment.round_to,
        cap=treatment.cap,
        dose=amount.dose,
        unit=amount.unit,
        vials=vials,
        infusion=infusion,
        route=treatment.route,
        premedication=treatment.before_each,
        reserve=treatment.on_reaction_only,
        notes=notes,
    )


def _vials(treatment: Treatment, amount: Amount) -> Vials | None:
    sizes = [vial.amount for vial in treatment.vials if vial.unit == amount.unit]
    if not sizes or len(sizes) != len(treatment.vials):
        return None
    try:
        return choose_vials(amount.dose, sizes)
    except ValueError:
        return None


def _speed(treatment: Treatment, given: Exposure) -> tuple[Literal["first", "later"], InfusionSteps | None]:
    """Choose how fast a dose runs: as a first one until one was given, and again after a reaction."""
    if given.numbered and not _may_have_reacted(treatment, given) and treatment.infuse_later is not None:
        return "later", treatment.infuse_later
    return "first", treatment.infuse_first


def _may_have_reacted(treatment: Treatment, given: Exposure) -> bool:
    """Tell whether the last dose had a reaction, or may have had one: it is asked for, and not answered with no."""
    is_asked = treatment.recorded is not None and treatment.recorded.reaction is not None
    return is_asked and bool(given.numbered) and given.numbered[-1].reaction is not False


def _infusion(treatment: Treatment, given: Exposure, amount: Amount) -> Infusion | None:
    speed, plan = _speed(treatment, given)
    if plan is None or {plan.start.unit, plan.step.unit, plan.most.unit} != {f"{amount.unit}/h"}:
        return None
    every = plan.every.count * {"minute": 1, "hour": MINUTES_AN_HOUR}.get(plan.every.unit, 0)
    if not every:
        return None
    rates = {"start": plan.start.amount, "step": plan.step.amount, "most": plan.most.amount}
    steps = infusion_steps(amount.dose, every=every, **rates)
    return Infusion(speed=speed, rate_unit=plan.start.unit, steps=steps, minutes=total_minutes(steps))


# ---- what should be looked at -----------------------------------------------------------------------------------


def _about_later_stop(casebook: Casebook, on: date) -> Iterator[Problem]:
    """Yield that the participant withdrew from treatment on a later day."""
    stopped = treatment_ended(casebook)
    if stopped is not None:
        values = {"participant": casebook.participant, "ended": stopped.on or "", "on": str(on)}
        yield _note("DOSE-47", casebook, **values)


def _about_not_asked(study: Study, casebook: Casebook, eligibility: Eligibility) -> Iterator[Problem]:
    """Yield the exclusions that do not apply and would be met, as for a man who is recorded as pregnant."""
    for one in eligibility.criteria:
        if one.criterion.kind == "exclusion" and one.applies is False and one.met:
            values = {"criterion": one.criterion.id, "text": study.say(one.criterion.text)}
            yield _note("DOSE-43", casebook, participant=casebook.participant, **values)


def _about_labelling(study: Study, casebook: Casebook, treatment: Treatment) -> Iterator[Problem]:
    """Yield where the protocol leaves out premedication that the labelling of the drug names."""
    found = labelling_of((treatment.id, *treatment.label.values()))
    given = " ".join(treatment.before_each).casefold()
    lacking = [name for name in (found.premedication if found else ()) if name not in given]
    if found is not None and lacking:
        values = {"treatment": study.say(treatment.label), "lacking": " and ".join(lacking), "source": found.source}
        yield _note("DOSE-46", casebook, **values)


def _about_day(casebook: Casebook, planned: PlannedDose, on: date) -> Iterator[Problem]:
    off = planned.days_off(on)
    if off:
        values = {"number": str(planned.number), "days": _days(abs(off)), "on": str(on), "planned": str(planned.on)}
        limits = {"first": str(planned.first), "last": str(planned.last)}
        yield _note("DOSE-31" if off > 0 else "DOSE-32", casebook, **values, **limits)


def _about_order(casebook: Casebook, given: Exposure, number: int) -> Iterator[Problem]:
    done = len(given.numbered)
    if number > done + 1:
        yield _note("DOSE-39", casebook, number=str(number), done=str(done), before=str(number - 1))


def _about_measured(study: Study, casebook: Casebook, amount: Amount, on: date) -> Iterator[Problem]:
    """Yield what is odd about the measurements: old, without a day, unexpected, or far from the one before."""
    for one in (amount.weight, amount.height):
        if one is not None:
            yield from _about_date(study, casebook, one, on)
            yield from _about_value(study, casebook, one, on)
    if amount.weight is not None and amount.height is not None:
        index = body_mass_index(amount.weight.value, amount.height.value)
        if not USUAL_INDEX[0] <= index <= USUAL_INDEX[1]:
            values = {"weight": shown(amount.weight.value), "height": shown(amount.height.value)}
            yield _note("DOSE-44", casebook, index=f"{index:.1f}", **values)


def _about_date(study: Study, casebook: Casebook, one: Measured, on: date) -> Iterator[Problem]:
    item = study.item(one.name)
    label = study.say(item.label)
    if one.date is None:
        yield _note("DOSE-34", casebook, one.name, item=label)
    elif (on - one.date).days > OLD:
        yield _note("DOSE-33", casebook, one.name, item=label, date=str(one.date), days=_days((on - one.date).days))
    for _, answer, day in answers_up_to(casebook, one.name, on):
        if day is None and one.date is not None and answer.seq > one.seq:
            yield _note("DOSE-37", casebook, one.name, item=label, value=answer.value or "")


def _about_value(study: Study, casebook: Casebook, one: Measured, on: date) -> Iterator[Problem]:
    item = _item(study, one)
    label, value = study.say(item.label), f"{shown(one.value)} {one.unit}"
    low, high = item.expected_low, item.expected_high
    is_low, is_high = low is not None and one.value < low, high is not None and one.value > high
    if item.unit == one.unit and (is_low or is_high):
        limits = {"low": "" if low is None else shown(low), "high": "" if high is None else shown(high)}
        yield _note("DOSE-35", casebook, one.name, item=label, value=value, **limits)
    before = _before(study, casebook, one, on)
    if before is not None and abs(one.value - before) > MUCH * before:
        change = {"percent": _percent(one.value, before), "value": f"{shown(before)} {one.unit}"}
        yield _note("DOSE-36", casebook, one.name, item=label, **change)


def _before(study: Study, casebook: Casebook, one: Measured, on: date) -> Decimal | None:
    """Return the exact measurement before the one that is used, None where there is none."""
    found = answers_up_to(casebook, one.name, on)[:-1]
    amounts = (exact_amount(_item(study, one), answer, one.unit) for _, answer, _ in reversed(found))
    return next((amount for amount in amounts if amount), None)


def _item(study: Study, one: Measured) -> Item:
    form, _, item = one.name.partition(".")
    return study.forms[form].items[item]


def _about_amount(
    casebook: Casebook,
    treatment: Treatment,
    given: Exposure,
    amount: Amount,
    vials: Vials | None,
    infusion: Infusion | None,
) -> Iterator[Problem]:
    if treatment.cap is not None and amount.dose < amount.unrounded and amount.dose == treatment.cap.amount:
        values = {"computed": f"{shown(amount.unrounded)} {amount.unit}", "cap": f"{shown(amount.dose)} {amount.unit}"}
        yield _note("DOSE-45", casebook, **values)
    elif abs(amount.dose - amount.unrounded) > MUCH * amount.unrounded:
        yield _note("DOSE-38", casebook, percent=_percent(amount.dose, amount.unrounded))
    if treatment.vials and vials is None:
        yield _note("DOSE-41", casebook)
    plan = _speed(treatment, given)[1]
    if plan is not None and infusion is None:
        yield _note("DOSE-42", casebook, rate=plan.start.unit, unit=amount.unit)
    if treatment.infuse_later is not None and _may_have_reacted(treatment, given):
        last = given.numbered[-1]
        yield _note("DOSE-48" if last.reaction else "DOSE-40", casebook, given=str(last.date))


def _percent(now: Decimal, before: Decimal) -> str:
    """Write a change in per cent, to whole ones."""
    change = EXACT.divide((now - before) * 100, before)
    return f"{change:.0f}"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _note(code: str, casebook: Casebook, name: str = "", /, **values: str) -> Problem:
    return _problem(code, casebook, name, "warning", **values)


def _problem(code: str, casebook: Casebook, name: str = "", level: Level = "error", /, **values: str) -> Problem:
    form, _, item = name.partition(".")
    place = Place(participant=casebook.participant, form=form or None, item=item or None)
    return Problem(code=code, place=place, values=values, level=level)
