"""All doses of a participant in one list: those given, those that never came, and those to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from trialbook.conduct.casebook import Answer, Casebook
from trialbook.conduct.deviations import Deviation
from trialbook.conduct.exposure import DoseGiven, Exposure
from trialbook.conduct.recorded import filled_rows
from trialbook.conduct.regimen import PlannedDose, number_of_doses, plan_dose_day
from trialbook.conduct.schedule import anchor_date
from trialbook.conduct.withdrawing import may_have_stopped
from trialbook.protocol.model import Study, Treatment
from trialbook.web.treatment.links import address_of

DoseState = Literal[
    "in time", "early", "late", "given", "extra", "no date", "nothing given", "passed", "ended", "next", "coming"
]
OPEN = frozenset({"screening", "enrolled"})
TOLD = frozenset({"early", "late", "beyond plan", "no premedication", "missed"})
"""Kinds of deviations that the row of a dose tells by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseRow:
    """One dose, planned or given or both."""

    state: DoseState
    number: int | None
    plan: PlannedDose | None = None
    given: DoseGiven | None = None
    address: str | None = None
    """Page of the row that records it."""
    by: tuple[str, ...] = ()
    """Who recorded it."""
    against: tuple[str, ...] = ()
    """Kinds of deviations that were found in it, beside those that its state tells."""

    @property
    def on(self) -> date | None:
        """Return the day on which it was given, or is planned."""
        if self.given is not None and self.given.date is not None:
            return self.given.date
        return None if self.plan is None else self.plan.on


def dose_rows(
    study: Study,
    casebook: Casebook,
    treatment: Treatment,
    given: Exposure,
    today: date,
    deviations: Iterable[Deviation] = (),
) -> tuple[DoseRow, ...]:
    """Return every dose of a treatment in the order of its number; rows without one stand at the end.

    `deviations` are those that the asker may be told of.
    """
    anchor = anchor_date(study, casebook)
    rows = (_given(study, casebook, treatment, dose, anchor) for dose in given.doses)
    found = [one for one in deviations if (one.group, one.form) == ("dose", treatment.recorded_in)]
    done = [replace(row, against=_against(row, found)) for row in rows]
    counted = [row for row in done if row.number is not None]
    missed = [
        DoseRow(
            state="ended" if dose.reason == "ended" else "passed",
            number=dose.number,
            plan=plan_dose_day(treatment, dose.number, anchor),
        )
        for dose in given.missed
    ]
    first = max((row.number or 0 for row in (*counted, *missed)), default=0) + 1
    planned = (plan_dose_day(treatment, number, anchor) for number in _to_come(casebook, treatment, first))
    coming = tuple(_coming(casebook, planned, len(counted) + 1, today))
    return (*counted, *missed, *coming, *(row for row in done if row.number is None))


def _given(study: Study, casebook: Casebook, treatment: Treatment, dose: DoseGiven, anchor: date | None) -> DoseRow:
    form = study.forms.get(treatment.recorded_in)
    return DoseRow(
        state=_state(dose),
        number=dose.number,
        plan=None if dose.number is None else plan_dose_day(treatment, dose.number, anchor),
        given=dose,
        address=None if form is None else address_of(form, casebook.participant, visit=dose.visit, repeat=dose.repeat),
        by=() if form is None else _recorders(casebook, form.id, dose),
    )


def _against(row: DoseRow, found: Iterable[Deviation]) -> tuple[str, ...]:
    place = None if row.given is None else (row.given.visit, row.given.repeat)
    return tuple(one.kind for one in found if (one.visit, one.repeat) == place and one.kind not in TOLD)


def _state(dose: DoseGiven) -> DoseState:
    if dose.given == 0:
        return "nothing given"
    if dose.date is None:
        return "no date"
    if dose.is_extra:
        return "extra"
    if dose.days_off is None:
        return "given"
    return "late" if dose.days_off > 0 else "early" if dose.days_off < 0 else "in time"


def _recorders(casebook: Casebook, form: str, dose: DoseGiven) -> tuple[str, ...]:
    rows = (row for row in filled_rows(casebook, form) if row.visit == dose.visit and row.repeat in dose.repeats)
    answers: Iterator[Mapping[str, Answer]] = (row.answers for row in rows)
    return tuple(sorted({answer.by for found in answers for answer in found.values() if answer.by}))


def _to_come(casebook: Casebook, treatment: Treatment, first: int) -> range:
    """Return the numbers of the doses that may still come; of a treatment without an end, of the next one alone."""
    most = number_of_doses(treatment) or first
    return range(first, most + 1 if casebook.status in OPEN else first)


def _coming(casebook: Casebook, planned: Iterable[PlannedDose], upcoming: int, today: date) -> Iterator[DoseRow]:
    """Yield the doses that are still to come, none from the end of treatment on."""
    for plan in planned:
        if not may_have_stopped(casebook, max(today, plan.first or plan.on or today)):
            yield DoseRow(state="next" if plan.number == upcoming else "coming", number=plan.number, plan=plan)
