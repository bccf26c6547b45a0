"""Where what happened differs from the plan: every deviation of one participant, each raised once.

Only what is known to have happened is one: a date, an amount or a yes that was not recorded raises nothing. What was
recorded is never refused for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from trialbook.conduct.casebook import VISIT_FORM, Casebook, Cell
from trialbook.conduct.moments import UNKNOWN, Days, days_of
from trialbook.conduct.schedule import (
    PlacedVisit,
    anchor_date,
    day_after,
    full_date,
    place_visits,
    study_day,
    visit_day,
    visits_done,
)
from trialbook.conduct.withdrawing import treatment_ended
from trialbook.protocol.condition_forms import forms_in
from trialbook.protocol.model import Study, Treatment, Window

if TYPE_CHECKING:
    from trialbook.conduct.constancy import Change
    from trialbook.conduct.exposure import DoseGiven, MissedDose
    from trialbook.conduct.recorded import Row
    from trialbook.conduct.screening import Assessment, Eligibility

Group = Literal["visit", "eligibility", "consent", "dose", "constancy", "order", "rater", "blinding"]

KINDS: Mapping[Group, Mapping[str, str]] = MappingProxyType(
    {
        "visit": {
            "early": "took place before the first day of its window",
            "late": "took place after the last day of its window",
            "missed": "did not take place, and its window is over",
            "no date": "took place on a day that is not recorded in full",
            "after withdrawal": "took place after the participant had withdrawn",
            "after its limit": "took place after the day that it has to come before; this alone is raised then",
        },
        "eligibility": {
            "not eligible": "enrolled, and a criterion speaks against it",
            "eligibility unknown": "enrolled, and an answer that a criterion needs was not recorded by then",
        },
        "consent": {
            "no consent": "enrolled, seen or treated, and no date of consent is recorded",
            "before consent": "the first visit or dose is dated before the consent",
        },
        "dose": {
            "not enrolled": "given to somebody who was not enrolled by that day",
            "after withdrawal": "given after the participant had withdrawn from treatment or left the study",
            "early": "given before the first day of its window",
            "late": "given after the last day of its window",
            "missed": "not given, and its window is over",
            "beyond plan": "given after all planned doses; it has no planned day or amount",
            "withheld": "given although a result, as it stands, withheld it",
            "undecided": "given without the decision that a result, as it stands, asked for",
            "result unknown": "given before a result was known that has to be",
            "other amount": "differs by more than 5 % and by more than one step of rounding from what was to be given",
            "no premedication": "what comes before each dose was not given",
            "reserve without reaction": "a drug that is for reactions only was given without one",
        },
        "constancy": {
            "started": "a background drug was begun while all had to stay as they were",
            "stopped": "a background drug was stopped meanwhile",
            "dose changed": "the dose of a background drug was changed meanwhile",
            "change unknown": "dates or doses that are not recorded in full leave open whether and how a drug changed",
        },
        "order": {
            "out of order": "filled in before a form that has to be complete before it",
            "overridden": "opened on purpose before what has to be complete first; this alone is raised then",
        },
        "rater": {"other rater": "rated by somebody else than the person who rated first"},
        "blinding": {
            "emergency": "somebody who should not know learned what was hidden, since an emergency asked for it",
            "accidental": "somebody who should not know learned what was hidden, by accident",
        },
    }
)
"""Group -> kind -> what is one. One visit, dose, change, form or rating raises each kind at most once."""

AGAINST: Mapping[str, str] = MappingProxyType(
    {"DOSE-10": "result unknown", "DOSE-11": "withheld", "DOSE-13": "undecided"}
)
"""Code of why no dose is planned -> kind of deviation of a dose that was given all the same."""

AFTER_LIMIT, AFTER_WITHDRAWAL = "after its limit", "after withdrawal"
TOLERANCE = Decimal("0.05")
"""Part of the planned amount by which a dose may differ: what vials and pumps come to, and usual in practice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One deviation of one participant."""

    participant: str
    group: Group
    kind: str
    """One of `KINDS`."""
    visit: str = ""
    form: str = ""
    repeat: str = ""
    repeats: tuple[str, ...] = ()
    """All rows of a dose that was given in parts."""
    window: tuple[date, date] | None = None
    """First and last day on which it would have been none."""
    date: date | None = None
    """Day on which it happened; None where that is not known to the day, or nothing happened."""
    day: int | None = None
    """That day as study day."""
    days_off: int = 0
    """Days before (negative) or after that window, or before the consent."""
    planned: str = ""
    """What should have been, in words."""
    found: str = ""
    """What was recorded in its place, in words."""
    seqs: tuple[int, ...] = ()
    """The entries that tell of it; none behind what did not happen."""


def find_deviations(
    study: Study, casebook: Casebook, today: date, *, eligibility: Eligibility | None = None
) -> tuple[Deviation, ...]:
    """Return every deviation of a participant as known on a day, by group in the order of `KINDS`.

    Who was screened and not enrolled can only deviate in the consent, and in doses that were given all the same.
    `eligibility` is how the participant was judged, where that was worked out already.
    """
    if casebook.status == "screen failure":
        return (*_consent(study, casebook, today), *_doses(study, casebook, today))
    finders: Mapping[Group, Finder] = {**FINDERS, "eligibility": partial(_eligibility, judged=eligibility)}
    return tuple(found for group in groups_of(study) for found in finders[group](study, casebook, today))


def groups_of(study: Study) -> tuple[Group, ...]:
    """Return the groups of deviations that there can be in a study, by what its file plans."""
    forms = study.forms.values()
    planned: Mapping[Group, bool] = {
        "visit": True,
        "eligibility": bool(study.criteria),
        "consent": study.consent is not None,
        "dose": any(given_treatments(study)),
        "constancy": any(_constant(study)),
        "order": any(form.after for form in forms),
        "rater": any(form.same_rater for form in forms),
        "blinding": any(role.blind for role in study.roles.values()),
    }
    return tuple(group for group, is_planned in planned.items() if is_planned)


def given_treatments(study: Study) -> tuple[Treatment, ...]:
    """Return the treatments whose doses are recorded."""
    recorded = [one for one in study.treatments.values() if one.recorded is not None]
    if not recorded:
        return ()
    from trialbook.conduct.exposure import is_background

    return tuple(one for one in recorded if not is_background(one))


def forms_needed(study: Study, treatment: Treatment) -> frozenset[str]:
    """Return the forms whose results have to be known, withhold a dose or call for a decision."""
    rules = (treatment.withhold_when, treatment.decide_when, treatment.decision, *treatment.needs_known)
    return forms_in(study, rules)


def forms_against(study: Study, form: str) -> frozenset[str]:
    """Return the forms on which rests that a dose, recorded in `form`, was given against a result: see `AGAINST`."""
    given = (treatment for treatment in study.treatments.values() if treatment.recorded_in == form)
    return frozenset(name for treatment in given for name in forms_needed(study, treatment))


def _constant(study: Study) -> list[Treatment]:
    """Return the background classes whose drugs are recorded and have to stay as they are."""
    return [one for one in study.treatments.values() if one.recorded is not None and one.constant_from is not None]


# ---- visits -----------------------------------------------------------------------------------------------------


def _visits(study: Study, casebook: Casebook, today: date) -> Iterator[Deviation]:
    """Yield the visits that deviate, each once, in their order."""
    ended = full_date(casebook.ended_on) if casebook.status == "withdrawn" else None
    for placed in place_visits(study, casebook, today):
        if ended is not None and placed.date is not None and placed.date > ended:
            yield Deviation(
                participant=casebook.participant, group="visit", kind=AFTER_WITHDRAWAL, visit=placed.visit,
                date=placed.date, day=placed.day, days_off=(placed.date - ended).days, planned=f"none after {ended}",
                seqs=_behind_visit(casebook, placed.visit),
            )  # fmt: skip
        kind, off = _kind_of_visit(placed)
        if kind in KINDS["visit"]:
            plan = placed.plan
            window = None if plan is None or plan.first is None or plan.last is None else (plan.first, plan.last)
            yield Deviation(
                participant=casebook.participant, group="visit", kind=kind, visit=placed.visit, date=placed.date,
                day=placed.day, window=window, days_off=off, seqs=_behind_visit(casebook, placed.visit),
                planned=f"by {plan.limit}" if kind == AFTER_LIMIT and plan is not None else "",
            )  # fmt: skip


def _kind_of_visit(placed: PlacedVisit) -> tuple[str, int]:
    """Return how a visit stands, and by how many days it is off."""
    limit = placed.plan.limit if placed.plan is not None else None
    if placed.date is not None and limit is not None and placed.date > limit:
        return AFTER_LIMIT, (placed.date - limit).days
    return placed.state, placed.off


def _behind_visit(casebook: Casebook, visit: str) -> tuple[int, ...]:
    """Return the entry of a visit's date, or of one answer where it has none."""
    here = {cell: answer.seq for cell, answer in casebook.answers.items() if cell.visit == visit}
    dates = tuple(seq for cell, seq in here.items() if cell.form == VISIT_FORM)
    return dates or tuple(here.values())[:1]


# ---- who entered, and whether they had agreed -------------------------------------------------------------------


def _eligibility(
    study: Study, casebook: Casebook, _today: date, judged: Eligibility | None = None
) -> Iterator[Deviation]:
    """Yield that somebody was enrolled whom a criterion speaks against, or of whom nobody can tell; once.

    A consent that is missing or late is a deviation of its own. Of whom nothing is dated nobody can tell what was known
    on the day of enrolment.
    """
    if not casebook.was_enrolled or not study.criteria:
        return
    from trialbook.conduct.screening import assess_eligibility

    criteria = (judged or assess_eligibility(study, casebook)).criteria
    against = [one for one in criteria if one.fulfilled is False]
    unknown = [one for one in criteria if one.fulfilled is None and not _lacks_only(one, study.consent)]
    if against or (unknown and _first_contact(study, casebook) is not None):
        named = (("against", against), ("unknown", unknown))
        said = [f"{word}: {', '.join(one.criterion.id for one in found)}" for word, found in named if found]
        deciding = against or unknown
        enrolled = full_date(casebook.enrolled_on)
        yield Deviation(
            participant=casebook.participant, group="eligibility", found="; ".join(said), date=enrolled,
            kind="not eligible" if against else "eligibility unknown", day=_day(study, casebook, enrolled),
            seqs=_known([casebook.status_seq, *(seq for one in deciding for why in one.reasons for seq in why.seqs)]),
        )  # fmt: skip


def _lacks_only(assessment: Assessment, name: str | None) -> bool:
    """Tell whether a criterion is unknown for one missing answer alone."""
    return {why.name for why in assessment.reasons if why.kind not in {"value", "time"}} == {name}


def _consent(study: Study, casebook: Casebook, _today: date) -> Iterator[Deviation]:
    """Yield that somebody was enrolled, seen or treated without consent, or before it; once."""
    contact = _first_contact(study, casebook)
    if study.consent is None or contact is None:
        return
    form, _, item = study.consent.partition(".")
    answer = casebook.answers.get(Cell("", form, "", item))
    given = UNKNOWN if answer is None else days_of(answer.value)
    is_before = given.is_known and contact.days.is_known and contact.days.last < given.first
    if given.is_known and not is_before:
        return
    on = contact.days.day
    yield Deviation(
        participant=casebook.participant, group="consent", kind="before consent" if is_before else "no consent",
        visit=contact.visit, form=contact.form, repeat=contact.repeat, date=on, day=_day(study, casebook, on),
        days_off=(contact.days.last - given.first).days if is_before else 0, found=contact.what,
        planned=f"consent on {given}" if is_before else "consent first",
        seqs=_known([*contact.seqs, *([answer.seq] if answer is not None else [])]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The first thing that is known to have happened with a participant in the study."""

    what: str
    days: Days
    visit: str = ""
    form: str = ""
    repeat: str = ""
    seqs: tuple[int, ...] = ()


def _first_contact(study: Study, casebook: Casebook) -> Contact | None:
    """Return the first dose, visit or enrolment, by the last day that each can have been; None where there is none.

    One without a date is the first only where none has one.
    """
    return min(_contacts(study, casebook), key=lambda one: one.days.last, default=None)


def _contacts(study: Study, casebook: Casebook) -> Iterator[Contact]:
    """Yield what consent has to come before."""
    for visit in sorted(visits_done(casebook)):
        on = days_of(casebook.value(VISIT_FORM, "date", visit=visit))
        yield Contact(what=visit, days=on, visit=visit, seqs=_behind_visit(casebook, visit))
    for treatment in given_treatments(study):
        for row, on in rows_given(study, casebook, treatment):
            yield Contact(
                what=f"dose of {treatment.id}", days=on, visit=row.visit, form=treatment.recorded_in, repeat=row.repeat,
                seqs=row.seqs,
            )  # fmt: skip
    enrolled = days_of(casebook.enrolled_on)
    if enrolled.is_known and casebook.was_enrolled:
        yield Contact(what="enrolment", days=enrolled, seqs=_known([casebook.status_seq]))


def rows_given(study: Study, casebook: Casebook, treatment: Treatment) -> Iterator[tuple[Row, Days]]:
    """Yield the rows of doses with their days; a row with an amount of 0 is no dose."""
    from trialbook.conduct.recorded import filled_rows

    record = treatment.recorded
    if record is not None:
        for row in filled_rows(casebook, record.form):
            if row.amount(study.forms[record.form], record.dose, None) != 0:
                yield row, row.days(record.start)


# ---- doses ------------------------------------------------------------------------------------------------------


def _doses(study: Study, casebook: Casebook, today: date) -> Iterator[Deviation]:
    """Yield what deviates in the doses of each treatment, dose by dose, then the doses that never came.

    Those of somebody who stopped treatment or left the study before their window was over are not missed.
    """
    from trialbook.conduct.exposure import exposure

    is_through = casebook.status == "completed" and treatment_ended(casebook) is None
    for treatment in given_treatments(study):
        found = exposure(study, casebook, treatment.id, today=today)
        for dose in found.doses:
            kinds = (
                *_without_enrolment(casebook, dose),
                *_without_treatment(casebook, dose),
                *_against_results(study, casebook, treatment, dose),
            )
            for kind, planned, given in (*kinds, *_kinds_of_dose(treatment, dose)):
                yield _of_dose(study, casebook, treatment, dose, kind=kind, planned=planned, found=given)
        for missed in found.missed:
            if missed.reason == "window passed" or is_through:
                yield _missed_dose(study, casebook, treatment, missed)


def _without_enrolment(casebook: Casebook, dose: DoseGiven) -> Iterator[tuple[str, str, str]]:
    """Yield that somebody was not enrolled when a dose was given; a row with an amount of 0 is no dose."""
    if not casebook.was_enrolled:
        if dose.given != 0:
            yield "not enrolled", "enrolment first", casebook.status
    elif dose.number is not None and dose.date is not None and dose.date < days_of(casebook.enrolled_on).first:
        yield "not enrolled", "enrolment first", f"enrolled {casebook.enrolled_on}"


def _without_treatment(casebook: Casebook, dose: DoseGiven) -> Iterator[tuple[str, str, str]]:
    """Yield that a dose was given after the participant had withdrawn from treatment, or left the study.

    On the day itself is none; nor is it where the end, or the dose, has no day by which that is known.
    """
    stopped = treatment_ended(casebook)
    ends = [casebook.ended_on] if casebook.status == "withdrawn" else []
    ends += [] if stopped is None else [stopped.on]
    last = min((days_of(end).last for end in ends), default=date.max)
    if dose.number is not None and dose.date is not None and dose.date > last:
        yield AFTER_WITHDRAWAL, f"none after {last}", f"dose {dose.number}"


def _against_results(
    study: Study, casebook: Casebook, treatment: Treatment, dose: DoseGiven
) -> Iterator[tuple[str, str, str]]:
    """Yield that a dose was given although a result of its day or before withheld it, or lacked, or was not decided on.

    Criteria are judged once, as of enrolment: see `_eligibility`.
    """
    from trialbook.conduct.dosing import certainly_against

    if dose.number is None or dose.date is None:
        return
    said: dict[str, list[str]] = {}
    for problem in certainly_against(study, casebook, treatment, dose.date):
        if problem.code in AGAINST:
            said.setdefault(AGAINST[problem.code], []).append(problem.values.get("condition") or problem.values["item"])
    for kind in KINDS["dose"]:
        if kind in said:
            yield kind, _before_dose(kind, ", ".join(said[kind])), f"dose {dose.number}"


def _before_dose(kind: str, what: str) -> str:
    """Say what a dose should have waited for."""
    if kind == "withheld":
        return f"no dose where {what}"
    return f"a decision where {what}" if kind == "undecided" else f"known first: {what}"


def _kinds_of_dose(treatment: Treatment, dose: DoseGiven) -> Iterator[tuple[str, str, str]]:
    """Yield each kind of deviation in a dose, with what was planned and what was recorded."""
    if dose.number is None:
        return
    off = dose.days_off or 0
    if dose.is_extra:
        yield "beyond plan", "no more doses", f"dose {dose.number}"
    elif off:
        yield "early" if off < 0 else "late", f"dose {dose.number}", ""
    if is_other_amount(treatment, dose.planned, dose.given):
        short = ", incomplete" if dose.incomplete else ""
        yield "other amount", _amount(dose.planned, dose.unit), f"{_amount(dose.given, dose.unit)}{short}"
    if treatment.before_each and dose.premedicated is False:
        yield "no premedication", ", ".join(treatment.before_each), "not given"
    if dose.reserve and dose.reaction is False:
        yield "reserve without reaction", "only on a reaction", ", ".join(dose.reserve)


def is_other_amount(treatment: Treatment, planned: Decimal | None, given: Decimal | None) -> bool:
    """Tell whether an amount is another than planned: by more than 5 % of it, and by more than one step of rounding.

    Within these it is what comes of vials and pumps. Not where one of the two is not known.
    """
    if planned is None or given is None:
        return False
    step = treatment.round_to.amount if treatment.round_to is not None else Decimal(0)
    return abs(given - planned) > max(planned * TOLERANCE, step)


def _of_dose(
    study: Study, casebook: Casebook, treatment: Treatment, dose: DoseGiven, *, kind: str, planned: str, found: str
) -> Deviation:
    is_in_time = kind not in {"early", "late"}
    return Deviation(
        participant=casebook.participant, group="dose", kind=kind, visit=dose.visit, form=treatment.recorded_in,
        repeat=dose.repeat, repeats=dose.repeats, date=dose.date, day=dose.day,
        window=_dates(study, casebook, dose.window),
        days_off=0 if is_in_time else dose.days_off or 0, planned=planned, found=found,
        seqs=_known([*dose.seqs, *(_measured(dose) if kind == "other amount" else ())]),
    )  # fmt: skip


def _measured(dose: DoseGiven) -> Iterator[int]:
    """Yield the entries of the weight and the height that the planned amount was computed from."""
    yield from (one.seq for one in (dose.weight, dose.height) if one is not None)


def _missed_dose(study: Study, casebook: Casebook, treatment: Treatment, dose: MissedDose) -> Deviation:
    return Deviation(
        participant=casebook.participant, group="dose", kind="missed", form=treatment.recorded_in,
        window=_dates(study, casebook, dose.window), planned=f"dose {dose.number}", found="not given",
    )  # fmt: skip


def _amount(amount: Decimal | None, unit: str | None) -> str:
    from trialbook.conduct.amounts import shown

    return "" if amount is None else f"{shown(amount)} {unit or ''}".strip()


def _dates(study: Study, casebook: Casebook, window: Window | None) -> tuple[date, date] | None:
    """Return the first and the last day of a window of study days, None while day 0 is not known."""
    anchor = anchor_date(study, casebook)
    if window is None or anchor is None:
        return None
    return day_after(anchor, window.first), day_after(anchor, window.last)


# ---- background drugs, order of forms, raters -------------------------------------------------------------------


def _constancy(study: Study, casebook: Casebook, _today: date) -> Iterator[Deviation]:
    """Yield each change of a background drug while all had to stay as they were."""
    from trialbook.conduct.constancy import changes

    for treatment in _constant(study):
        for change in changes(study, casebook, treatment.id):
            name = _drug(study, treatment, change)
            on = change.on if change.on == change.until else None
            yield Deviation(
                participant=casebook.participant, group="constancy", kind=_kind_of_change(change),
                form=treatment.recorded_in, repeat=", ".join(change.repeats), date=on, day=_day(study, casebook, on),
                planned=_taken(name, change.before, change, is_taken=change.kind != "started"),
                found=_taken(name, change.after, change, is_taken=change.kind != "stopped"), seqs=_known(change.seqs),
            )  # fmt: skip


def _kind_of_change(change: Change) -> str:
    return "change unknown" if change.kind == "unknown" else change.kind


def _taken(name: str, dose: Decimal | None, change: Change, *, is_taken: bool) -> str:
    """Say what was taken of a drug on one side of a change."""
    if change.kind == "unknown":
        return name
    return f"{name} {_amount(dose, change.unit)}".strip() if is_taken else f"no {name}"


def _drug(study: Study, treatment: Treatment, change: Change) -> str:
    """Name a background drug as the study file does."""
    record = treatment.recorded
    item = study.forms[record.form].items.get(record.drug or "") if record is not None else None
    label = item.choices.get(change.drug) if item is not None else None
    return (study.say(label) if label is not None else "") or change.drug


def _order(study: Study, casebook: Casebook, _today: date) -> Iterator[Deviation]:
    """Yield each form that was filled in before one that comes first."""
    from trialbook.conduct.ratings import order_breaks

    yield from _overridden(study, casebook)
    for one in order_breaks(study, casebook):
        if (one.visit, one.form) in casebook.overrides:
            continue
        said = (("completed later", one.afterwards), ("not complete", one.unfinished))
        on = visit_day(casebook, one.visit)
        yield Deviation(
            participant=casebook.participant, group="order", kind="out of order", visit=one.visit, form=one.form,
            date=on, day=_day(study, casebook, on), seqs=_known(one.seqs),
            planned=f"after {_titles(study, (*one.afterwards, *one.unfinished))}",
            found="; ".join(f"{word}: {_titles(study, forms)}" for word, forms in said if forms),
        )  # fmt: skip


def _overridden(study: Study, casebook: Casebook) -> Iterator[Deviation]:
    """Yield each form that was opened before its time, with the reason."""
    for one in casebook.overrides.values():
        on, form = visit_day(casebook, one.visit), study.forms.get(one.form)
        after = () if form is None else tuple(name for name in form.after if name in study.forms)
        yield Deviation(
            participant=casebook.participant, group="order", kind="overridden", visit=one.visit, form=one.form,
            date=on, day=_day(study, casebook, on), seqs=_known([one.seq]),
            planned=f"after {_titles(study, after)}" if after else "", found=one.reason,
        )  # fmt: skip


def _blinding(_study: Study, casebook: Casebook, _today: date) -> Iterator[Deviation]:
    """Yield each time somebody learned what was hidden without that being planned."""
    for one in casebook.unblindings:
        if one.kind in KINDS["blinding"]:
            yield Deviation(
                participant=casebook.participant, group="blinding", kind=one.kind, seqs=_known([one.seq]),
                found=f"{one.who}: {one.reason}",
            )  # fmt: skip


def _titles(study: Study, forms: tuple[str, ...]) -> str:
    """Name forms as the study file does."""
    return ", ".join(study.say(study.forms[form].label) or form for form in forms)


def _rater(study: Study, casebook: Casebook, _today: date) -> Iterator[Deviation]:
    """Yield each rating by somebody else than the one who rated first."""
    from trialbook.conduct.ratings import rater_changes

    for one in rater_changes(study, casebook):
        on = visit_day(casebook, one.visit)
        yield Deviation(
            participant=casebook.participant, group="rater", kind="other rater", visit=one.visit, form=one.form,
            repeat=one.repeat, date=on, day=_day(study, casebook, on), planned=one.rater,
            found=", ".join(one.others), seqs=_known(one.seqs),
        )  # fmt: skip


Finder = Callable[[Study, Casebook, date], Iterator[Deviation]]
FINDERS: Mapping[Group, Finder] = MappingProxyType(
    {
        "visit": _visits,
        "eligibility": _eligibility,
        "consent": _consent,
        "dose": _doses,
        "constancy": _constancy,
        "order": _order,
        "rater": _rater,
        "blinding": _blinding,
    }
)
"""Group -> what finds its deviations."""


def _day(study: Study, casebook: Casebook, on: date | None) -> int | None:
    """Return a day as study day."""
    anchor = anchor_date(study, casebook)
    return None if on is None or anchor is None else study_day(on, anchor)


def _known(seqs: Iterable[int | None]) -> tuple[int, ...]:
    """Return the entries that there are, in order, each once."""
    return tuple(sorted({seq for seq in seqs if seq}))
