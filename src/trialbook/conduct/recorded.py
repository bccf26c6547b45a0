"""The rows of a form, as somebody filled them in, and what their answers say exactly.

What is coded missing, beyond a limit of measurement or a part of a date says nothing exactly; then it is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from trialbook.conduct.casebook import Answer, Casebook
from trialbook.conduct.moments import Days, days_of
from trialbook.protocol.model import Form, Item
from trialbook.protocol.units import convert
from trialbook.protocol.values import SEPARATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is recorded in one row of a form."""

    visit: str
    repeat: str
    answers: Mapping[str, Answer]
    """Item id -> answer, missing-data codes included."""

    @property
    def seqs(self) -> tuple[int, ...]:
        """Return the entries that gave it, in order."""
        return tuple(sorted(answer.seq for answer in self.answers.values()))

    def text(self, item: str | None) -> str | None:
        """Return the canonical value of an item, None where it has none."""
        answer = self.answers.get(item) if item is not None else None
        return None if answer is None else answer.value

    def yes(self, item: str | None) -> bool | None:
        """Return a yes or no, None where it is not answered."""
        return {"yes": True, "no": False}.get(self.text(item) or "")

    def several(self, item: str | None) -> tuple[str, ...]:
        """Return the choices that were made."""
        return tuple((self.text(item) or "").split(SEPARATOR)) if self.text(item) else ()

    def amount(self, form: Form, item: str | None, unit: str | None) -> Decimal | None:
        """Return a number in a unit."""
        known = form.items.get(item or "")
        answer = self.answers.get(item or "")
        return None if known is None or answer is None else exact_amount(known, answer, unit)

    def days(self, item: str | None) -> Days:
        """Return the days that a date allows; any day where there is none."""
        return days_of(self.text(item))


def filled_rows(casebook: Casebook, form: str) -> Iterator[Row]:
    """Yield the rows of a form in which at least one answer is a value, in order of visit and number."""
    found: dict[tuple[str, str], dict[str, Answer]] = {}
    for cell, answer in casebook.answers.items():
        if cell.form == form:
            found.setdefault((cell.visit, cell.repeat), {})[cell.item] = answer
    for visit, repeat in sorted(found, key=lambda place: (place[0], len(place[1]), place[1])):
        answers = found[visit, repeat]
        if any(answer.value is not None for answer in answers.values()):
            yield Row(visit=visit, repeat=repeat, answers=answers)


def exact_amount(item: Item, answer: Answer, unit: str | None) -> Decimal | None:
    """Return the number of an answer in a unit, None where it is not exact or cannot be given in that unit."""
    try:
        amount = Decimal(answer.value or "")
    except InvalidOperation:
        return None
    given = answer.unit or item.unit
    if not amount.is_finite() or given is None or unit is None or given == unit:
        return amount if amount.is_finite() else None
    converted = convert(amount, given, unit)
    return converted if isinstance(converted, Decimal) else None
