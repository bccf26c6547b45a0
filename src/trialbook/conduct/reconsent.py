"""Who has to consent again: participants who agreed before a version took effect that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from trialbook.conduct.casebook import Casebook
from trialbook.conduct.schedule import full_date

RUNNING = frozenset({"screening", "enrolled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A version in force asks those who consented before it to consent again."""

    version: str
    """Its fingerprint."""
    since: date
    """A consent of this day or later is one to this version."""
    items: tuple[str, ...]
    """The date items, `form.item`, that hold a consent: of the first one, and of those given again."""


def must_consent_again(casebook: Casebook, demand: Demand | None) -> bool:
    """Tell whether a participant who is in the study consented, and only before the day from which it counts.

    Who has not consented at all is not asked to do it again; that is a matter of the first consent.
    """
    if demand is None or casebook.status not in RUNNING:
        return False
    days = list(consents(casebook, demand.items))
    return bool(days) and max(days) < demand.since


def consents(casebook: Casebook, items: tuple[str, ...]) -> Iterator[date]:
    """Yield the days on which a participant consented, as far as they are recorded in full."""
    for cell, answer in casebook.answers.items():
        day = full_date(answer.value) if f"{cell.form}.{cell.item}" in items else None
        if day is not None:
            yield day
