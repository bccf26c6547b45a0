"""How an invitation stands, which questionnaires it still opens, and what stands of a visit's questionnaires."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from trialbook.capture.acts import note
from trialbook.capture.people import People, may
from trialbook.conduct.casebook import Casebook, Cell
from trialbook.conduct.completeness import Asked, is_complete
from trialbook.conduct.findings import rules_of
from trialbook.conduct.ratings import may_open
from trialbook.errors import Problem
from trialbook.protocol.model import Form, Study
from trialbook.web.invitations.models import Invitation, SwitchedOff
from trialbook.web.invitations.steps import Journey, steps_of
from trialbook.web.site import Site
from trialbook.web.veil import veiled
from trialbook.web.wordings import FormWords, Wordings, wordings_in, words_for

State = Literal["waiting", "open", "finished", "expired", "withdrawn", "left", "off"]
"""`waiting`: made, not opened. `open`: opened, not finished. `left`: the participant is in the study no more.
`off`: none of its forms can be answered by participants any more, or who made it may not record them any more."""

ALIVE = frozenset({"waiting", "open"})
IN_STUDY = frozenset({"screening", "enrolled"})
RECENT = timedelta(minutes=30)
"""Since the last answer: for so long a questionnaire counts as being answered."""
TABLET_FOR = timedelta(hours=2)
"""How long a tablet that was handed over takes answers."""


def asked_in(study: Study) -> Asked:
    """Return what tells which forms and items of a study are asked, its conditions compiled once."""
    return rules_of(study).asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Everything that questionnaires hang on, as it is at one moment."""

    at: datetime
    study: Study
    people: People
    casebooks: Mapping[str, Casebook]
    wordings: Wordings
    off: Mapping[str, SwitchedOff]
    """Forms that were switched off for participants."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which a questionnaire may have words."""
        return self.wordings.languages(self.study)


def moment_of(site: Site, participant: str = "") -> Moment:
    """Return how things are now, by the plan that is in force at the participant's site."""
    view = site.view()
    casebook = view.casebooks.get(participant)
    study = view.study_of(None if casebook is None else casebook.site)
    return Moment(
        at=site.now(),
        study=study,
        people=view.people,
        casebooks=view.casebooks,
        wordings=wordings_in(site.folder.path, study),
        off={off.form: off for off in SwitchedOff.objects.all()},
    )


def self_words(now: Moment, form: Form, language: str) -> FormWords | Problem:
    """Return the words in which a participant can answer a form here and now, or why they cannot."""
    off = now.off.get(form.id)
    if off is not None:
        values = {"form": now.study.say(form.label), "by": off.by, "on": off.at.date().isoformat()}
        return Problem(code="WORDS-24", values=values)
    return words_for(now.study, now.wordings, form, language)


def state_of(now: Moment, invitation: Invitation) -> State:
    """Return how an invitation stands now."""
    casebook = now.casebooks.get(invitation.participant)
    if invitation.finished_at is not None:
        return "finished"
    if invitation.withdrawn_at is not None:
        return "withdrawn"
    if now.at >= invitation.valid_until:
        return "expired"
    if casebook is None or casebook.status not in IN_STUDY:
        return "left"
    if not any(True for _ in forms_of(now, invitation)):
        return "off"
    return "waiting" if invitation.opened_at is None else "open"


def forms_of(now: Moment, invitation: Invitation) -> Iterator[tuple[Form, FormWords]]:
    """Yield the forms that an invitation still opens, with their words, in order."""
    casebook, asked = now.casebooks.get(invitation.participant), asked_in(now.study)
    for name in invitation.forms if casebook is not None else ():
        found = _open(now, invitation, name)
        if found is not None and casebook is not None and asked.form(found[0], casebook, invitation.visit):
            yield found


def closed_forms(now: Moment, invitation: Invitation) -> tuple[str, ...]:
    """Return the forms that an invitation does not open any more, whatever is answered; those not asked are none."""
    return tuple(name for name in invitation.forms if _open(now, invitation, name) is None)


def _open(now: Moment, invitation: Invitation, name: str) -> tuple[Form, FormWords] | None:
    """Return a form that can be answered by an invitation with its words, None where it cannot any more."""
    form, casebook = now.study.forms.get(name), now.casebooks.get(invitation.participant)
    if form is None or casebook is None or invitation.visit not in form.visits:
        return None
    words = self_words(now, form, invitation.language)
    role = may(now.people, invitation.made_by, "record", study=now.study, form=name, site=casebook.site)
    return (form, words) if isinstance(words, FormWords) and role is not None else None


def journey_of(now: Moment, invitation: Invitation) -> Journey:
    """Return the way through the questionnaires of an invitation that is alive.

    A form that comes after others joins it when these are complete.
    """
    casebook, study = now.casebooks[invitation.participant], now.study
    asked, visit = asked_in(study), invitation.visit
    forms = [
        (form, words)
        for form, words in forms_of(now, invitation)
        if not may_open(study, casebook, form.id, visit, asked=asked)
    ]
    return Journey(steps=steps_of(forms), casebook=casebook, visit=visit, asked=asked)


# ---- what is told -----------------------------------------------------------------------------------------------


def tell(site: Site, invitation: Invitation, text: str, *, by: str, request: str, is_own: bool = False) -> None:
    """Note in the ledger what became of an invitation; `is_own` says that the participant did it themselves."""
    act = note(
        f"{named(site.view().study, invitation)} {text}", participant=invitation.participant, visit=invitation.visit
    )
    site.record(act, by=by, request=request, on_behalf_of=invitation.participant if is_own else None)


def named(study: Study, invitation: Invitation) -> str:
    """Name an invitation as the ledger's notes do."""
    way = "Link" if invitation.way == Invitation.LINK else "Tablet"
    known = (study.forms.get(form) for form in invitation.forms)
    labels = (study.say(found.label) if found else name for name, found in zip(invitation.forms, known, strict=True))
    return f"{way} {veiled(invitation.pk)} to {', '.join(labels)} ({invitation.language})"


# ---- what stands of a visit -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a questionnaire of a visit stands."""

    form: Form
    state: Literal["not started", "begun", "finished"]
    answered: int
    asked: int
    busy: Invitation | None
    """The invitation through which it is being answered now."""
    languages: tuple[str, ...]
    """In which a participant can answer it by themselves."""
    shut: tuple[Problem, ...]
    """Why not, in the languages of the study."""


def questionnaires_of(study: Study, casebook: Casebook, visit: str) -> tuple[Form, ...]:
    """Return the forms of a visit that participants answer, in order, as far as they are asked."""
    asked = asked_in(study)
    forms = (form for form in study.visit_forms(visit) if "participant" in form.by)
    return tuple(form for form in forms if asked.form(form, casebook, visit))


def standing_of(now: Moment, casebook: Casebook, form: Form, visit: str) -> Standing:
    """Tell how a questionnaire stands at a visit."""
    asked = asked_in(now.study)
    items = [name for name in form.items if asked.item(form, name, casebook, visit, "")]
    answered = sum(Cell(visit, form.id, "", name) in casebook.answers for name in items)
    found = {language: self_words(now, form, language) for language in now.languages}
    return Standing(
        form=form,
        state=state_of_form(now.study, casebook, form, visit),
        answered=answered,
        asked=len(items),
        busy=being_answered(now, casebook.participant, visit, form.id),
        languages=tuple(language for language, words in found.items() if isinstance(words, FormWords)),
        shut=tuple(told_once(found)),
    )


def told_once(found: Mapping[str, FormWords | Problem]) -> Iterator[Problem]:
    """Yield the problems, those that are the same in each language once."""
    seen: list[Problem] = []
    for words in found.values():
        if isinstance(words, Problem) and words not in seen:
            seen.append(words)
            yield words


def state_of_form(
    study: Study, casebook: Casebook, form: Form, visit: str
) -> Literal["not started", "begun", "finished"]:
    """Tell whether a questionnaire was begun, and whether it is finished: sent off, or nothing is missing."""
    if is_complete(study, casebook, form.id, visit, asked=asked_in(study)) or was_sent_off(casebook, form.id, visit):
        return "finished"
    is_begun = any(Cell(visit, form.id, "", item) in casebook.answers for item in form.items)
    return "begun" if is_begun else "not started"


def was_sent_off(casebook: Casebook, form: str, visit: str) -> bool:
    """Tell whether the participant has ended a questionnaire, be it with questions left open."""
    ended = Invitation.objects.filter(participant=casebook.participant, visit=visit, finished_at__isnull=False)
    return any(form in invitation.forms for invitation in ended)


def being_answered(now: Moment, participant: str, visit: str, form: str) -> Invitation | None:
    """Return the invitation through which a participant answers a form at this time, None where none does.

    Staff who open the form meanwhile are told, so that neither overwrites the other.
    """
    alive = Invitation.objects.filter(
        participant=participant,
        visit=visit,
        finished_at__isnull=True,
        withdrawn_at__isnull=True,
        used_at__gte=now.at - RECENT,
    )
    return next((one for one in alive.order_by("-used_at") if form in one.forms and state_of(now, one) in ALIVE), None)
