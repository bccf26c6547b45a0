"""The ledger: entries in the order in which they were recorded, chained by their hashes. Pure; `store` keeps them.

The entry format is frozen: `tests/capture/vectors/entry-v1.json` holds entries with their exact bytes and hashes,
`docs/explanation/ledger.md` tells it field by field, and every later version of the program reads it. A field that
is added later is left out of the bytes where it is None, so that the bytes of older entries stay as they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from operator import attrgetter
from types import MappingProxyType

from trialbook.capture.marks import MARKS, WIDE, Mark, StudyMarks, mark_study, marked, voided, with_study_seal
from trialbook.conduct.casebook import Answer, Casebook, Cell, ParticipantStatus
from trialbook.errors import Place, Problem

VERSION = 1
"""Version of the entry format."""

GENESIS = "0" * 64
"""`previous` of the first entry."""

MODES = ("touch", "keyboard", "paper", "import")
"""How an answer gets in: tapped on a screen, typed, typed from paper that somebody filled in, read from a file."""

ANSWERS = frozenset({"enter", "correct", "clear"})
"""Acts whose entries say what the answer of a cell is."""

STATUS_OF: Mapping[str, ParticipantStatus] = MappingProxyType(
    {"screen_fail": "screen failure", "enrol": "enrolled", "withdraw": "withdrawn", "complete": "completed"}
)
"""Act -> the status that it gives a participant; `screen` begins the casebook, `reinstate` names the status itself."""


STATUSES = frozenset({"screen", "reinstate", *STATUS_OF})
"""Acts on a participant as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an act wants recorded; the writer adds number, time, person, request, study and chain."""

    act: str
    site: str | None = None
    participant: str | None = None
    visit: str | None = None
    form: str | None = None
    repeat: str | None = None
    item: str | None = None
    person: str | None = None
    """Person whom the act concerns: who is granted a role."""
    about: int | None = None
    """Number of the earlier entry that this one speaks of: the answer that a correction replaces, the query that
    is answered, the entry that is erased."""
    text: str | None = None
    """As typed or imported; for an act that is no answer, its own words (a study file, why a person left, what a
    signature means)."""
    value: str | None = None
    """Canonical value in `unit`; a date; a role; the hash of what was signed."""
    unit: str | None = None
    missing: str | None = None
    reason: str | None = None
    """Why something recorded was changed."""
    source_file: str | None = None
    source_hash: str | None = None
    """SHA-256 of the bytes of the source file, hexadecimal."""
    source_row: int | None = None
    """1-based row of the source file, its header being row 1."""
    source_column: str | None = None
    """Header of the column of the source file."""
    mode: str | None = None
    """How an answer got in, one of `MODES`; None where nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Draft):
    """One recorded fact. All fields but `hash` are hashed; those of `SEALED` through `content`."""

    version: int = VERSION
    seq: int
    """1, 2, 3 ... without gaps."""
    at: str
    """UTC, `2026-11-22T09:30:00.000000Z`: the clock of the machine that wrote."""
    by: str
    """Person who did it."""
    role: str | None = None
    """Role that gave them the right to do it."""
    on_behalf_of: str | None = None
    """Person for whom it was done: the participant whose paper form a nurse types."""
    request: str
    """Id made by whoever asked; the same for all entries of one act; asked again, the first answer is given."""
    study: str
    """Fingerprint of the study file in force; of the new one in the entry that adopts it."""
    program: str
    """Version of the program that judged and wrote it."""
    salt: str | None = None
    """Chance, so that erased words cannot be guessed from `content`; None once the entry is erased."""
    content: str = ""
    """SHA-256 of the sealed fields; outlives them when they are erased."""
    previous: str
    hash: str = ""

    @property
    def is_erased(self) -> bool:
        """Tell whether the sealed fields were taken away by a later, recorded act."""
        return self.salt is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What the writer adds to every draft of one act."""

    at: str
    by: str
    role: str | None
    on_behalf_of: str | None
    request: str
    study: str
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How far a ledger reaches: kept elsewhere, it shows later that nothing before it was changed or cut off."""

    count: int
    hash: str
    at: str


EMPTY = Head(count=0, hash=GENESIS, at="")

SEALED = ("reason", "salt", "source_file", "text", "value")
"""Fields that may hold words that identify a person; hashed apart, so that they can be erased and the chain holds."""

HASHED = tuple(sorted({field.name for field in fields(Entry)} - {*SEALED, "hash"}))
"""Fields that are hashed as they stand, `content` among them."""

read_sealed = attrgetter(*SEALED)
read_hashed = attrgetter(*HASHED)


WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def canonical_json(values: Mapping[str, object]) -> bytes:
    """Write JSON the one way that RFC 8785 allows: keys sorted, no blanks, UTF-8; None is left out.

    The values are texts and whole numbers below 2^53, for which Python's own writer follows that standard.
    """
    present = {name: value for name, value in values.items() if value is not None}
    return WRITER.encode(present).encode()


def named(names: Iterable[str], values: Iterable[object]) -> dict[str, object]:
    """Return values under their names."""
    return dict(zip(names, values, strict=True))


def canonical_content(entry: Entry) -> bytes:
    """Return the bytes whose SHA-256 is `content`."""
    return canonical_json(named(SEALED, read_sealed(entry)))


def canonical(entry: Entry) -> bytes:
    """Return the bytes whose SHA-256 is `hash`."""
    return canonical_json(named(HASHED, read_hashed(entry)))


def digest(written: bytes) -> str:
    """Return the SHA-256, hexadecimal."""
    return hashlib.sha256(written).hexdigest()


DRAFTED = tuple(field.name for field in fields(Draft))
STAMPED = tuple(field.name for field in fields(Stamp))
read_draft = attrgetter(*DRAFTED)
read_stamp = attrgetter(*STAMPED)


def chain(draft: Draft, stamp: Stamp, *, seq: int, previous: str, salt: str) -> Entry:
    """Make the entry that follows the one with the hash `previous`."""
    values = named(DRAFTED, read_draft(draft)) | named(STAMPED, read_stamp(stamp))
    values.update(version=VERSION, seq=seq, previous=previous, salt=salt)
    values["content"] = digest(canonical_json({name: values[name] for name in SEALED}))
    values["hash"] = digest(canonical_json({name: values[name] for name in HASHED}))
    return Entry(**values)  # type: ignore[arg-type]  # the fields of Draft and Stamp, typed there


def utc(moment: datetime) -> str:
    """Write a moment as entries do; ValueError where it does not say its time zone."""
    if moment.tzinfo is None:
        raise ValueError("the clock of the ledger must say its time zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


# ---- what the entries say ---------------------------------------------------------------------------------------


def cell_of(entry: Draft) -> Cell:
    """Return the cell within the participant that an entry or draft speaks of."""
    return Cell(entry.visit or "", entry.form or "", entry.repeat or "", entry.item or "")


def fold(entries: Iterable[Entry], start: Mapping[str, Casebook] | None = None) -> dict[str, Casebook]:
    """Return the casebook of every participant after these entries, in the order of their first entry.

    `start` holds the casebooks before them. An act that this version does not know changes no answer and no status.
    """
    casebooks = dict(start or {})
    answers: dict[str, dict[Cell, Answer]] = {}
    for entry in entries:
        if entry.participant is None:
            if entry.act in WIDE:
                mark = mark_of(entry)
                casebooks = {code: with_study_seal(casebook, mark) for code, casebook in casebooks.items()}
            continue
        casebook = casebooks.get(entry.participant)
        if entry.item is None or casebook is None:
            casebooks[entry.participant] = casebook = follow(casebook, entry, seq=entry.seq)
        if entry.act in MARKS:
            casebooks[entry.participant] = marked(casebook, mark_of(entry))
        elif entry.item is not None:
            live = answers.get(entry.participant)
            if live is None:
                live = answers[entry.participant] = dict(casebook.answers)
            answer(live, entry)
            if casebook.seals and (entry.act in ANSWERS or takes_answer(entry)):
                casebooks[entry.participant] = voided(casebook, cell_of(entry), entry.seq)
    for participant, live in answers.items():
        casebooks[participant] = replace(casebooks[participant], answers=MappingProxyType(live))
    return casebooks


def takes_answer(entry: Draft) -> bool:
    """Tell whether an entry erases the answer that stood in its cell."""
    return entry.act == "erase" and entry.missing is not None


def answer(live: dict[Cell, Answer], entry: Entry) -> None:
    """Put what an entry says of its cell in the place of what stood there."""
    if entry.act not in ANSWERS:
        return
    cell = cell_of(entry)
    if entry.act == "clear" or entry.is_erased:
        live.pop(cell, None)
        return
    before = live.get(cell)
    live[cell] = Answer(
        text=entry.text or "",
        value=entry.value,
        unit=entry.unit,
        missing=entry.missing,
        seq=entry.seq,
        at=entry.at,
        by=entry.by,
        reason=entry.reason,
        first_seq=entry.seq if before is None else before.first_seq,
        first_by=entry.by if before is None else before.first_by,
    )


def mark_of(entry: Entry) -> Mark:
    """Return what an entry marks."""
    return mark_by(entry, seq=entry.seq, by=entry.by, at=entry.at, role=entry.role)


def mark_by(entry: Draft, *, seq: int, by: str, at: str, role: str | None) -> Mark:
    """Return what a draft marks, with the number that it would get and who asks for it."""
    return Mark(
        act=entry.act,
        seq=seq,
        cell=cell_of(entry),
        by=by,
        at=at,
        role=role or "",
        about=entry.about,
        text=entry.text or "",
        value=entry.value or "",
        person=entry.person or "",
        reason=entry.reason or "",
        source=entry.source_file or "",
    )


def fold_study(entries: Iterable[Entry], start: StudyMarks) -> StudyMarks:
    """Return the freezes and locks of the study as a whole, and its unblindings, after these entries."""
    wide = (mark_of(entry) for entry in entries if entry.participant is None and entry.act in MARKS)
    return mark_study(wide, start)


def follow(casebook: Casebook | None, entry: Draft, *, seq: int) -> Casebook:
    """Return the casebook with the status after an entry, or after a draft that would get the number `seq`."""
    casebook = casebook or Casebook(participant=entry.participant or "", site=entry.site, status_seq=seq)
    if casebook.seals and entry.act in STATUSES:
        casebook = voided(casebook, cell_of(entry), seq)
    if entry.act in {"screen", "transfer"}:
        return replace(casebook, site=entry.site or casebook.site)
    if entry.act == "reinstate":
        status: ParticipantStatus = "screening" if casebook.status == "screen failure" else "enrolled"
        return replace(casebook, status=status, ended_on=None, end_reason=None, status_seq=seq)
    if entry.act == "enrol" and casebook.status in {"completed", "withdrawn"}:
        return replace(casebook, enrolled_on=entry.value)
    if entry.act == "enrol":
        return replace(casebook, status="enrolled", enrolled_on=entry.value, status_seq=seq)
    if entry.act in STATUS_OF:
        ended = STATUS_OF[entry.act]
        return replace(casebook, status=ended, ended_on=entry.value, end_reason=entry.text, status_seq=seq)
    return casebook


# ---- whether they were changed ----------------------------------------------------------------------------------


def verify_chain(entries: Iterable[Entry], start: Head = EMPTY) -> Iterator[Problem]:
    """Yield a problem for every entry that does not follow from the one before it, or was changed since it was written.

    `start` is where the entries begin: the head of what stands before them.
    """
    count, previous = start.count, start.hash
    erased: dict[int, Problem] = {}
    for entry in entries:
        place = {"entry": str(entry.seq)}
        if entry.seq != count + 1:
            yield Problem(code="LEDGER-30", values={"entry": str(entry.seq), "expected": str(count + 1)})
        if entry.previous != previous:
            yield Problem(code="LEDGER-31", values=place)
        if entry.hash != digest(canonical(entry)):
            yield Problem(code="LEDGER-32", values=place, place=Place(participant=entry.participant))
        if entry.is_erased:
            erased[entry.seq] = Problem(code="LEDGER-34", values=place)
        if holds_words(entry) and entry.content != digest(canonical_content(entry)):
            yield Problem(code="LEDGER-33", values=place, place=Place(participant=entry.participant))
        if entry.act == "erase" and entry.about is not None:
            erased.pop(entry.about, None)
        count, previous = entry.seq, entry.hash
    yield from erased.values()


def holds_words(entry: Entry) -> bool:
    """Tell whether any sealed field is there; an erased entry has none."""
    return any(value is not None for value in read_sealed(entry))


def head_of(entry: Entry | None) -> Head:
    """Return the head of a ledger whose last entry this is."""
    return EMPTY if entry is None else Head(count=entry.seq, hash=entry.hash, at=entry.at)
