"""A participant as the asker sees them now: what every page about one participant begins with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trialbook.conduct.casebook import VISIT_FORM, Casebook
from trialbook.conduct.reconsent import Demand
from trialbook.protocol.model import Form, Study
from trialbook.web.actor import Actor
from trialbook.web.amending.consent import consent_due
from trialbook.web.following.summary import Summary, summary_of
from trialbook.web.following.words import day_0_words, form_address, form_name
from trialbook.web.forms.sheet import language_of, visit_name
from trialbook.web.looking import actor_at, casebook_for
from trialbook.web.request import StudyRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One participant, to one person in one role, on one day."""

    actor: Actor
    casebook: Casebook
    """Masked for the role."""
    summary: Summary
    today: date
    language: str | None
    """Tag of the study file in which its texts are shown."""
    consent_again: Demand | None = None
    """The version to which the participant has to consent again; None where there is none, or the role cannot know."""

    @property
    def study(self) -> Study:
        """The study file in force."""
        return self.actor.study

    @property
    def code(self) -> str:
        """The participant."""
        return self.casebook.participant

    @property
    def sees_visits(self) -> bool:
        """Tell whether the role is shown when visits took place."""
        return VISIT_FORM in self.summary.shown

    def shows(self, form: str) -> bool:
        """Tell whether the answers of a form are shown now."""
        return form in self.summary.shown

    def is_held_back(self, form: Form) -> bool:
        """Tell whether the role is shown the answers of a form later, and not yet."""
        return self.actor.sees(form.id) and not self.shows(form.id)

    @property
    def day_0(self) -> str:
        """Say what sets day 0 while it is not known; empty once it is, and for who is not shown where it is told."""
        anchor = self.study.schedule.anchor
        is_shown = anchor.name == "enrolment" or self.shows(anchor.name.partition(".")[0])
        is_waited_for = any(placed.state == "no anchor" for placed in self.summary.planned)
        return day_0_words(self.study, self.language) if is_shown and is_waited_for else ""

    def visit_name(self, visit: str) -> str:
        """Return what a visit is called."""
        return visit_name(self.study, visit, self.language)

    def form_name(self, form: str) -> str:
        """Return what a form is called."""
        return form_name(self.study, form, self.language)

    def form_address(self, form: str, *, visit: str = "", repeat: str = "", item: str = "") -> str | None:
        """Return where a form is; None where its answers are not shown."""
        if not self.shows(form):
            return None
        return form_address(self.code, form, visit=visit, repeat=repeat, item=item)


def see(request: StudyRequest, participant: str) -> Seen:
    """Return a participant as the asker sees them; 404 where they do not."""
    casebook, today = casebook_for(request, participant), request.site.today()
    actor = actor_at(request, casebook)
    return Seen(
        actor=actor,
        casebook=casebook,
        summary=summary_of(actor.study, casebook, actor.role, today),
        today=today,
        language=language_of(actor.study, request.LANGUAGE_CODE),
        consent_again=consent_due(request, casebook),
    )
