"""Who does what in a rehearsal: one invented person a role, and a second rater where one should rate throughout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from trialbook.capture.people import CUSTODIAN, is_blind, role_gives
from trialbook.protocol.model import Form, Study

KEEPER = f"{CUSTODIAN}-1"
"""Opens the ledger, and does what no role of the study file may do."""
PARTICIPANT = "participant"
"""In `by` of a form: the participant fills it in on paper, and a person of another role types it."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The invented persons of a study; nobody holds two roles, so that who rates blind knows nothing else."""

    study: Study
    recorders: dict[str, str] = field(default_factory=dict)

    def grants(self) -> Iterator[tuple[str, str]]:
        """Yield each person with the role that the custodian grants."""
        yield from ((person_of(role), role) for role in self.study.roles)
        raters = (self._role_for(form) for form in self.study.forms.values() if form.same_rater)
        yield from ((person_of(role, 2), role) for role in dict.fromkeys(raters) if role is not None)

    def recorder(self, form: Form) -> str:
        """Return who records a form: the first role that it names and that may, else any that may."""
        if form.id not in self.recorders:
            role = self._role_for(form)
            self.recorders[form.id] = KEEPER if role is None else person_of(role)
        return self.recorders[form.id]

    def other_rater(self, form: Form) -> str:
        """Return who rates a form besides the one who should."""
        role = self._role_for(form)
        return KEEPER if role is None else person_of(role, 2)

    def receiver(self, forms: tuple[Form, ...]) -> str:
        """Return who records the day of a visit: whoever records one of its forms and is not blind."""
        seeing = (
            role for form in forms if (role := self._role_for(form)) is not None and not is_blind(self.study, role)
        )
        anybody = (
            role for role in self.study.roles if self.study.roles[role].records and not is_blind(self.study, role)
        )
        role = next(seeing, None) or next(anybody, None)
        return KEEPER if role is None else person_of(role)

    def enroller(self) -> str:
        """Return who screens and enrols."""
        role = next((role for role in self.study.roles if role_gives(self.study, role, "enrol")), None)
        return KEEPER if role is None else person_of(role)

    def _role_for(self, form: Form) -> str | None:
        named = (*form.by, *(role for role in self.study.roles if role not in form.by))
        return next((role for role in named if role_gives(self.study, role, "record", form=form.id)), None)


def person_of(role: str, number: int = 1) -> str:
    """Return the code of an invented person."""
    return f"{role}-{number}"


def is_for(form: Form) -> bool:
    """Tell whether somebody types a form for the participant who filled it in."""
    return PARTICIPANT in form.by
