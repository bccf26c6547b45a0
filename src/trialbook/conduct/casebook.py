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

CLOSING = frozenset({"freeze", "lock"})
"""Seals under which nothing is changed."""

ParticipantStatus = Literal["screening", "screen failure", "enrolled", "completed", "withdrawn"]
EVER_ENROLLED: tuple[ParticipantStatus, ...] = ("enrolled", "completed", "withdrawn")
"""Status of those who were enrolled at some time: a participant withdraws from the study after enrolment."""


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
class QueryAnswer:
    """What somebody answered to a query."""

    seq: int
    text: str
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question about an answer, a form, a visit or a participant, raised by somebody or by a rule."""

    seq: int
    """Number of the entry that raised it, and of the query."""
    cell: Cell
    """What it speaks of; the parts that it leaves open are empty."""
    text: str
    rule: str = ""
    """Rule that raised it, `expected` or `check` and its id; empty where somebody did."""
    found: str = ""
    """What the rule judged: the answer, or a hash of several."""
    about: int | None = None
    """Entry of the answer that it speaks of."""
    by: str = ""
    """Who raised it, or whose save made a rule raise it."""
    at: str = ""
    to: str = ""
    """Role or person who is to answer; empty for whoever records the form."""
    answers: tuple[QueryAnswer, ...] = ()
    status: Literal["open", "answered", "closed"] = "open"
    closed_seq: int | None = None
    closed_by: str = ""
    closed_at: str = ""
    closed_why: str = ""
    closed_by_rule: bool = False
    """The answer was corrected, and the rule finds nothing more."""


SealKind = Literal["sign", "countersign", "freeze", "lock"]
Level = Literal["item", "form", "visit", "participant", "study"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A signature, a second person's check, a freeze or a lock of a form, a visit, a participant or the study."""

    seq: int
    kind: SealKind
    level: Level
    cell: Cell
    """What it covers; the parts that it leaves open are empty."""
    meaning: str = ""
    """What the signature means; what was checked; why it was frozen or locked."""
    content: str = ""
    """Of a signature: hash of what was signed."""
    agrees: bool = True
    """Of a check: whether the second person came to the same."""
    by: str = ""
    at: str = ""
    role: str = ""
    void_since: int | None = None
    """First entry that changed what was signed or checked; None while nothing did."""

    @property
    def is_valid(self) -> bool:
        """Tell whether nothing was changed since."""
        return self.void_since is None

    def covers(self, cell: Cell) -> bool:
        """Tell whether a cell, or a form, visit or participant as a cell with empty parts, lies within."""
        return all(mine in {"", theirs} for mine, theirs in zip(self.cell, cell, strict=True)) and (
            self.level != "form" or self.cell.visit == cell.visit
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """That an answer was compared with its source."""

    seq: int
    about: int
    """Entry of the answer that was compared; another answer in its place is not verified."""
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """That a form was opened although the forms before it were not complete."""

    seq: int
    visit: str
    form: str
    reason: str
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unblinding:
    """That somebody learned what was hidden from them."""

    seq: int
    kind: str
    """`planned`, `emergency` or `accidental`."""
    who: str
    """Who learned it."""
    reason: str
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """That a visit was recorded for a rating."""

    seq: int
    visit: str
    form: str
    on: str
    """Day of the recording."""
    file: str
    """Its name, as whoever made it keeps it; never shown to the rater."""
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEnd:
    """That a participant withdrew from treatment, or the consent to the use of data."""

    seq: int
    on: str | None = None
    """Date as recorded, in full or in part; None where it is not known."""
    why: str = ""
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyLook:
    """That the results of endpoints were looked at before the planned cut."""

    seq: int
    what: str
    reason: str
    by: str = ""
    at: str = ""


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
    queries: Mapping[int, Query] = field(default_factory=lambda: NOTHING)
    """Every query ever raised, by its number."""
    seals: Mapping[int, Seal] = field(default_factory=lambda: NOTHING)
    """Signatures and checks, valid or void, and the freezes and locks that hold, those of the whole study among them,
    by the number of their entry."""
    verified: Mapping[Cell, Verified] = field(default_factory=lambda: NOTHING)
    """Answers that were compared with their source; see `is_verified`."""
    overrides: Mapping[tuple[str, str], Override] = field(default_factory=lambda: NOTHING)
    """Visit and form -> that it was opened before its time."""
    unblindings: tuple[Unblinding, ...] = ()
    recordings: Mapping[tuple[str, str], Recording] = field(default_factory=lambda: NOTHING)
    """Visit and form -> the recording that is rated."""
    withdrawn_from: Mapping[str, ConsentEnd] = field(default_factory=lambda: NOTHING)
    """`treatment` or `data use` -> how the participant withdrew from it; to leave the study is a status."""
    releases: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Form -> seed with which its recordings were released."""

    @property
    def was_enrolled(self) -> bool:
        """Tell whether the participant was enrolled at some time."""
        return self.status in EVER_ENROLLED

    def visits(self) -> Iterator[str]:
        """Yield every visit, planned or not, for which something is recorded, in order of first mention."""
        return iter(dict.fromkeys(cell.visit for cell in self.answers if cell.visit))

    def value(self, form: str, item: str, *, visit: str = "", repeat: str = "") -> str | None:
        """Return the canonical value of a cell, None where unanswered or missing."""
        answer = self.answers.get(Cell(visit, form, repeat, item))
        return None if answer is None else answer.value

    def is_verified(self, cell: Cell) -> bool:
        """Tell whether the answer that stands in a cell was compared with its source."""
        answer, mark = self.answers.get(cell), self.verified.get(cell)
        return answer is not None and mark is not None and mark.about == answer.seq

    def closed_by(self, cell: Cell) -> Seal | None:
        """Return the lock, or else the freeze, that keeps a cell from being changed; None where it is open."""
        covering = [seal for seal in self.seals.values() if seal.kind in CLOSING and seal.covers(cell)]
        return max(covering, key=lambda seal: (seal.kind == "lock", seal.seq), default=None)

    def visit_date(self, visit: str) -> date | None:
        """Return the day on which a visit took place, None where not recorded in full."""
        text = self.value(VISIT_FORM, "date", visit=visit)
        return date.fromisoformat(text) if text is not None and len(text) == len("2013-04-01") else None
