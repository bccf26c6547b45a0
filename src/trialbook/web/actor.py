"""Who asks: the person signed in, and the role in which they act now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from trialbook.capture.people import CUSTODIAN, Grant, People, Right, is_blind, role_gives
from trialbook.capture.shelf import View
from trialbook.conduct.blinding import may_see
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person in one of their roles; without a role nothing of the study is shown."""

    person: str
    study: Study
    grants: tuple[Grant, ...]
    """All that the person holds, in order of role and site."""
    grant: Grant | None = None
    """The one in which they act."""

    @property
    def role(self) -> str | None:
        """The role in which the person acts."""
        return None if self.grant is None else self.grant.role

    @property
    def is_custodian(self) -> bool:
        """Tell whether the role is the built-in one that grants roles and sees no data."""
        return self.role == CUSTODIAN

    @property
    def is_blind(self) -> bool:
        """Tell whether the role is blind."""
        return self.role is not None and is_blind(self.study, self.role)

    def may(self, right: Right, form: str | None = None) -> bool:
        """Tell whether the role gives a right, for a form where one is named."""
        return self.role is not None and role_gives(self.study, self.role, right, form=form)

    def sees(self, form: str) -> bool:
        """Tell whether the role is ever shown answers of a form."""
        return may_see(self.study, self.role, form)

    def sees_participants(self) -> bool:
        """Tell whether the role, not being blind, is shown any participant."""
        forms: Collection[str] = self.study.forms
        return self.role in self.study.roles and not self.is_blind and any(self.sees(form) for form in forms)

    def sees_results(self) -> bool:
        """Tell whether the role, not being blind, sees the results of the study."""
        return self._sees_word("results")

    def sees_data(self) -> bool:
        """Tell whether the role, not being blind, sees the data of every form that is not taken out."""
        return self._sees_word("data")

    def _sees_word(self, word: str) -> bool:
        held = self.study.roles.get(self.role) if self.role is not None else None
        return held is not None and not held.blind and bool({"everything", word}.intersection(held.sees))

    def signs(self, level: str) -> bool:
        """Tell whether the role signs a form, a visit or a participant."""
        held = self.study.roles.get(self.role) if self.role is not None else None
        return held is not None and level in held.signs

    def reaches(self, casebook: Casebook) -> bool:
        """Tell whether the participant belongs to the site for which the role was granted."""
        return self.grant is not None and self.grant.site in {None, casebook.site}


def actor_of(study: Study, people: People, person: str, chosen: str | None = None) -> Actor:
    """Return the actor for a person; `chosen` is the key of the grant in which they want to act.

    Without a choice that stands, the first role that the study file names is taken, else the custodian's.
    """
    grants = tuple(sorted(people.of(person), key=lambda grant: (grant.role == CUSTODIAN, grant.role, grant.site or "")))
    usable = [grant for grant in grants if grant.role == CUSTODIAN or grant.role in study.roles]
    wanted = next((grant for grant in usable if grant_key(grant) == chosen), None)
    return Actor(person=person, study=study, grants=tuple(usable), grant=wanted or next(iter(usable), None))


def at_plan(actor: Actor, view: View, casebook: Casebook | None = None) -> Actor:
    """Return the actor with the plan that is in force where they look: at the participant's site, or at their own.

    A participant out of their reach changes nothing, so that nothing tells that there is one.
    """
    own = None if actor.grant is None else actor.grant.site
    site = casebook.site if casebook is not None and actor.reaches(casebook) else own
    study = view.study_of(site)
    return actor if study is actor.study else replace(actor, study=study)


def other_plans(actor: Actor, view: View) -> Mapping[str, Study]:
    """Return site -> plan, of the sites within the actor's reach that work by another plan than theirs."""
    return view.plans if actor.grant is not None and actor.grant.site is None else {}


def grant_key(grant: Grant) -> str:
    """Return what names a grant of a person in a form."""
    return f"{grant.role}@{grant.site or ''}"
