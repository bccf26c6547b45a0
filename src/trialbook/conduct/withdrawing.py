"""From what a participant withdrew: from treatment, from further visits, or the consent to the use of their data.

To leave the study (no further visits) is a status. The two others stand beside it: who stops treatment may come to
visits all the same, and who leaves may leave their data.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from trialbook.conduct.casebook import Casebook, ConsentEnd
from trialbook.conduct.moments import days_of
from trialbook.protocol.model import Study

Scope = Literal["treatment", "data use"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
TREATMENT: Scope = "treatment"
DATA_USE: Scope = "data use"


def read_scope(value: str) -> tuple[str, Scope | None]:
    """Return the day and the scope that an entry says: `2026-03-01 data use`; None for no scope known here."""
    for scope in SCOPES:
        if value == scope or value.endswith(f" {scope}"):
            return value.removesuffix(scope).strip(), scope
    return value, None


def written(on: str | None, scope: str) -> str:
    """Write a day, which may be unknown, and a scope as an entry does."""
    return f"{on or ''} {scope}".strip()


def data_use_ended(casebook: Casebook) -> ConsentEnd | None:
    """Return how the consent to the use of data was withdrawn, None where it stands."""
    return casebook.withdrawn_from.get(DATA_USE)


def treatment_ended(casebook: Casebook) -> ConsentEnd | None:
    """Return how a participant withdrew from treatment, None where they did not."""
    return casebook.withdrawn_from.get(TREATMENT)


def may_have_stopped(casebook: Casebook, on: date) -> bool:
    """Tell whether a participant may have withdrawn from treatment by a day, this day included.

    Of a withdrawal whose day is not known, or known in part, the first day that it can have been counts.
    """
    stopped = treatment_ended(casebook)
    return stopped is not None and days_of(stopped.on).first <= on


def kept_forms(study: Study) -> frozenset[str]:
    """Return the forms whose answers stay in data sets although the use of the data was withdrawn.

    Adverse events, where the study file says that safety data are kept; none otherwise.
    """
    if not study.withdrawal.keeps_safety:
        return frozenset()
    return frozenset(form.id for form in study.forms.values() if form.events)
