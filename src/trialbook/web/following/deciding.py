"""Acts on the status of a participant, from what a page sends; and what is asked for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.http import QueryDict
from django.utils.translation import gettext_lazy

from trialbook.capture.acts import (
    Act,
    complete,
    enrol,
    reinstate,
    restore_consent,
    screen_fail,
    withdraw,
    withdraw_consent,
)
from trialbook.conduct.casebook import Casebook, ParticipantStatus
from trialbook.conduct.withdrawing import DATA_USE, TREATMENT

LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An act on the status, as a page offers it."""

    act: str
    title: object
    told: object
    """What it means."""
    button: object
    asks_day: bool = True
    asks_cause: bool = False
    is_correction: bool = False
    """It takes the place of what is recorded, and needs a reason."""
    is_grave: bool = False
    scope: str = ""
    """From what a participant withdraws."""

    @property
    def id(self) -> str:
        """What names it in a page."""
        if self.scope:
            return f"{self.act}-{self.scope.replace(' ', '-')}"
        return f"{self.act}-again" if self.is_correction and self.asks_day else self.act


ENROL = Step(
    act="enrol",
    title=gettext_lazy("Enrolment"),
    told=gettext_lazy("The participant enters the study on this day."),
    button=gettext_lazy("Enrol"),
)
SCREEN_FAIL = Step(
    act="screen_fail",
    title=gettext_lazy("Screen failure"),
    told=gettext_lazy("The participant was screened and does not enter the study. What was recorded is kept."),
    button=gettext_lazy("Record the screen failure"),
    asks_cause=True,
    is_grave=True,
)
COMPLETE = Step(
    act="complete",
    title=gettext_lazy("Completed the study"),
    told=gettext_lazy("The participant came to the end as planned."),
    button=gettext_lazy("Record as completed"),
)
WITHDRAW = Step(
    act="withdraw",
    title=gettext_lazy("Left the study early"),
    told=gettext_lazy("The participant withdraws, or is withdrawn. Visits after this day are not expected any more."),
    button=gettext_lazy("Record the withdrawal"),
    asks_cause=True,
    is_grave=True,
)
STOP_TREATMENT = Step(
    act="withdraw_consent",
    scope="treatment",
    title=gettext_lazy("Stops treatment"),
    told=gettext_lazy("The participant is given no more of it, and comes to the visits all the same."),
    button=gettext_lazy("Record the end of treatment"),
    asks_cause=True,
    is_grave=True,
)
STOP_USE = Step(
    act="withdraw_consent",
    scope="data use",
    title=gettext_lazy("Withdraws the consent to the use of data"),
    told=gettext_lazy(
        "What is recorded stays in the ledger. It goes into no data set, analysis or figure that is made from now on, "
        "unless the study file keeps adverse events. Whoever leaves the study at the same time: record that, too."
    ),
    button=gettext_lazy("Record the withdrawal of consent"),
    asks_cause=True,
    is_grave=True,
)
RESUME_TREATMENT = Step(
    act="restore_consent",
    scope="treatment",
    title=gettext_lazy("Take the end of treatment back"),
    told=gettext_lazy("It was recorded by mistake, or the participant is treated again."),
    button=gettext_lazy("Take it back"),
    asks_day=False,
    is_correction=True,
)
RESUME_USE = Step(
    act="restore_consent",
    scope="data use",
    title=gettext_lazy("The data may be used again"),
    told=gettext_lazy("The consent is given again, or its withdrawal was recorded by mistake."),
    button=gettext_lazy("Record the consent"),
    asks_day=False,
    is_correction=True,
)
REINSTATE = Step(
    act="reinstate",
    title=gettext_lazy("Take the end back"),
    told=gettext_lazy("The end was recorded by mistake: the participant is in the study again."),
    button=gettext_lazy("Take it back"),
    asks_day=False,
    is_correction=True,
)


def _again(step: Step, title: object) -> Step:
    return Step(
        act=step.act,
        title=title,
        told=gettext_lazy("What was recorded before stays in the history."),
        button=gettext_lazy("Correct it"),
        asks_cause=step.asks_cause,
        is_correction=True,
    )


ENROL_AGAIN = _again(ENROL, gettext_lazy("Correct the day of enrolment"))
FAIL_AGAIN = _again(SCREEN_FAIL, gettext_lazy("Correct the screen failure"))
COMPLETE_AGAIN = _again(COMPLETE, gettext_lazy("Completed: correct the day, or put it in place of the withdrawal"))
WITHDRAW_AGAIN = _again(
    WITHDRAW, gettext_lazy("Left early: correct day and cause, or put it in place of the completion")
)

STEPS: Mapping[ParticipantStatus, tuple[Step, ...]] = MappingProxyType(
    {
        "screening": (ENROL, SCREEN_FAIL),
        "screen failure": (FAIL_AGAIN, REINSTATE),
        "enrolled": (COMPLETE, WITHDRAW, ENROL_AGAIN),
        "completed": (COMPLETE_AGAIN, WITHDRAW_AGAIN, REINSTATE, ENROL_AGAIN),
        "withdrawn": (WITHDRAW_AGAIN, COMPLETE_AGAIN, REINSTATE, ENROL_AGAIN),
    }
)
"""Status -> what can be recorded next, the usual first."""


def steps_of(casebook: Casebook) -> tuple[Step, ...]:
    """Return what can be recorded next of a participant, the usual first."""
    gone, was_treated = casebook.withdrawn_from, casebook.was_enrolled
    treatment = RESUME_TREATMENT if TREATMENT in gone else STOP_TREATMENT if was_treated else None
    further = (treatment, RESUME_USE if DATA_USE in gone else STOP_USE)
    return (*STEPS[casebook.status], *(step for step in further if step is not None))


def step_in(casebook: Casebook, sent: QueryDict) -> Step | None:
    """Return the step that a page asks for, None where it does not go with the status."""
    return next((step for step in steps_of(casebook) if step.id == sent.get("step")), None)


def act_of(step: Step, participant: str, sent: QueryDict) -> Act:
    """Return the act that a page asks for, in the words that were typed."""
    day, why = sent.get("on", "").strip(), sent.get("why", "").strip()[:LONGEST]
    reason = sent.get("reason", "").strip()[:LONGEST] or None if step.is_correction else None
    if step.act == "enrol":
        return enrol(participant, on=day, reason=reason)
    if step.act == "complete":
        return complete(participant, on=day, reason=reason)
    if step.act == "withdraw":
        return withdraw(participant, on=day, why=why, reason=reason)
    if step.scope:
        return _of_consent(step, participant, day=day, why=why, reason=reason)
    if step.act == "screen_fail":
        return screen_fail(participant, on=day, why=why, reason=reason)
    return reinstate(participant, reason=reason or "")


def _of_consent(step: Step, participant: str, *, day: str, why: str, reason: str | None) -> Act:
    if step.act == "restore_consent":
        return restore_consent(participant, step.scope, reason=reason or "")
    return withdraw_consent(participant, step.scope, on=day, why=why)


def standing_day(step: Step, casebook: Casebook) -> str:
    """Return the day that a correction begins with: the one that is recorded."""
    return (casebook.enrolled_on if step.act == "enrol" else casebook.ended_on) or ""
