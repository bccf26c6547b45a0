"""The casebook: everything recorded for one participant, as a plain value.

`capture.ledger.fold` makes it from entries; decisions are tested with one written by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

NOTHING: Mapping[Any, Any] = MappingProxyType({})

VISIT_FORM = "visit"
"""The built-in form of each visit; its item `date` is the day on which the visit took place."""

ParticipantStatus = Literal["screening", "screen failure", "enrolled", "completed", "withdrawn"]


class Cell(NamedTuple):
    """Where an answer stands within a participant; `visit` and `repeat` are empty where they do not apply."""

    visit: str
    """Planned visit id, `unscheduled-n`, or empty for a form answered once or at any time."""
    form: str
    repeat: str
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The current answer of one cell, with the entry that gave it."""

    text: str
    """As it was typed or imported."""
    value: str | None
    """Canonical text of the value, in the unit of the item: `4.3`, `<0.2`, `2013-04`; None where missing."""
    unit: str | None = None
    missing: str | None = None
    """Missing-data code."""
    seq: int = 0
    """Sequence number of the entry in the ledger."""
    at: str = ""
    by: str = ""
    reason: str | None = None
    first_seq: int = 0
    """The entry by which the cell was first answered, since it was last empty: a correction leaves it as it is."""
    first_by: str = ""
    """Who answered it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Casebook:
    """The record of one participant at one moment."""

    participant: str
    site: str | None = None
    status: ParticipantStatus = "screening"
    enrolled_on: str | None = None
    """Date as recorded; None where the source gave no date."""
    ended_on: str | None = None
    end_reason: str | None = None
    status_seq: int | None = None
    """Entry that gave the status."""
    answers: Mapping[Cell, Answer] = field(default_factory=lambda: NOTHING)

    def visits(self) -> Iterator[str]:
        """Yield every visit, planned or not, for which something is recorded, in order of first mention."""
        return iter(dict.fromkeys(cell.visit for cell in self.answers if cell.visit))

    def value(self, form: str, item: str, *, visit: str = "", repeat: str = "") -> str | None:
        """Return the canonical value of a cell, None where unanswered or missing."""
        answer = self.answers.get(Cell(visit, form, repeat, item))
        return None if answer is None else answer.value

    def visit_date(self, visit: str) -> date | None:
        """Return the day on which a visit took place, None where not recorded in full."""
        text = self.value(VISIT_FORM, "date", visit=visit)
        return date.fromisoformat(text) if text is not None and len(text) == len("2013-04-01") else None
