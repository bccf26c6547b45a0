"""Acts on the status of a participant, from what a page sends; and what is asked for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.http import QueryDict
from django.utils.translation import gettext_lazy

from trialbook.capture.acts import Act, complete, enrol, reinstate, screen_fail, withdraw
from trialbook.conduct.casebook import Casebook, ParticipantStatus

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

    @property
    def id(self) -> str:
        """What names it in a page."""
        return f"{self.act}-again" if self.is_correction and self.asks_day else self.act


ENROL = Step(
    act="enrol",
    title=gettext_lazy("Enrol"),
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


def step_in(casebook: Casebook, sent: QueryDict) -> Step | None:
    """Return the step that a page asks for, None where it does not go with the status."""
    return next((step for step in STEPS[casebook.status] if step.id == sent.get("step")), None)


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
    if step.act == "screen_fail":
        return screen_fail(participant, on=day, why=why, reason=reason)
    return reinstate(participant, reason=reason or "")


def standing_day(step: Step, casebook: Casebook) -> str:
    """Return the day that a correction begins with: the one that is recorded."""
    return (casebook.enrolled_on if step.act == "enrol" else casebook.ended_on) or ""
