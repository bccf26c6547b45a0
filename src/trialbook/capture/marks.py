"""What entries say of a participant beside answers and status: queries, seals, checks, overrides, unblindings. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import cast

from trialbook.conduct.casebook import (
    NOTHING,
    Casebook,
    Cell,
    ConsentEnd,
    EarlyLook,
    Level,
    Override,
    Query,
    QueryAnswer,
    Recording,
    Seal,
    SealKind,
    Unblinding,
    Verified,
)
from trialbook.conduct.withdrawing import read_scope

RULE = "rule "
"""Begins the source of what a rule recorded."""

SIGNED = frozenset({"sign", "countersign"})
"""Seals that a later change makes void."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An entry, or a draft with the number it will get, as far as it marks something."""

    act: str
    seq: int
    cell: Cell
    by: str
    at: str
    role: str
    about: int | None
    text: str
    value: str
    person: str
    reason: str
    source: str

    @property
    def rule(self) -> str:
        """Name of the rule that recorded it, empty where somebody did."""
        return self.source.removeprefix(RULE) if self.source.startswith(RULE) else ""


def marked(casebook: Casebook, mark: Mark) -> Casebook:
    """Return the casebook with what an entry marks."""
    return MARKS[mark.act](casebook, mark)


# ---- queries ----------------------------------------------------------------------------------------------------


def raised(casebook: Casebook, mark: Mark) -> Casebook:
    """Add a query."""
    query = Query(
        seq=mark.seq, cell=mark.cell, text=mark.text, rule=mark.rule, found=mark.value, about=mark.about, by=mark.by,
        at=mark.at, to=mark.person,
    )  # fmt: skip
    return with_query(casebook, query)


def answered(casebook: Casebook, mark: Mark) -> Casebook:
    """Add an answer to a query."""
    query = casebook.queries.get(mark.about or 0)
    if query is None:
        return casebook
    answer = QueryAnswer(seq=mark.seq, text=mark.text, by=mark.by, at=mark.at)
    return with_query(casebook, replace(query, answers=(*query.answers, answer), status="answered"))


def closed(casebook: Casebook, mark: Mark) -> Casebook:
    """Close a query."""
    query = casebook.queries.get(mark.about or 0)
    if query is None:
        return casebook
    changes = replace(
        query, status="closed", closed_seq=mark.seq, closed_by=mark.by, closed_at=mark.at, closed_why=mark.reason,
        closed_by_rule=bool(mark.rule),
    )  # fmt: skip
    return with_query(casebook, changes)


def reassigned(casebook: Casebook, mark: Mark) -> Casebook:
    """Let somebody else answer a query."""
    query = casebook.queries.get(mark.about or 0)
    return casebook if query is None else with_query(casebook, replace(query, to=mark.person))


def with_query(casebook: Casebook, query: Query) -> Casebook:
    """Return the casebook with a query in the place of the one with its number."""
    return replace(casebook, queries=MappingProxyType({**casebook.queries, query.seq: query}))


# ---- seals ------------------------------------------------------------------------------------------------------


def sealed(casebook: Casebook, mark: Mark) -> Casebook:
    """Add a signature, a second person's check, a freeze or a lock."""
    return replace(casebook, seals=MappingProxyType({**casebook.seals, mark.seq: seal_of(mark)}))


def seal_of(mark: Mark) -> Seal:
    """Return the seal that an entry sets."""
    is_check = mark.act == "countersign"
    return Seal(
        seq=mark.seq, kind=cast("SealKind", mark.act), level=level_of(mark.cell), cell=mark.cell,
        meaning=mark.text or mark.reason, content="" if is_check else mark.value, agrees=mark.value != "no",
        by=mark.by, at=mark.at, role=mark.role,
    )  # fmt: skip


def opened(casebook: Casebook, mark: Mark) -> Casebook:
    """Take a freeze or a lock away."""
    seals = {seq: seal for seq, seal in casebook.seals.items() if seq != mark.about}
    return replace(casebook, seals=MappingProxyType(seals))


def level_of(cell: Cell) -> Level:
    """Return what an address without an item names: a form, a visit or a participant."""
    if cell.item:
        return "item"
    return "form" if cell.form else "visit" if cell.visit else "participant"


def voided(casebook: Casebook, cell: Cell, seq: int) -> Casebook:
    """Return the casebook after a change in a cell: what was signed or checked there is so no more."""
    void = {
        number: replace(seal, void_since=seq)
        for number, seal in casebook.seals.items()
        if seal.kind in SIGNED and seal.is_valid and seal.covers(cell)
    }
    return replace(casebook, seals=MappingProxyType({**casebook.seals, **void})) if void else casebook


# ---- the rest ---------------------------------------------------------------------------------------------------


def compared(casebook: Casebook, mark: Mark) -> Casebook:
    """Note that an answer was compared with its source."""
    if mark.about is None:
        return casebook
    found = Verified(seq=mark.seq, about=mark.about, by=mark.by, at=mark.at)
    return replace(casebook, verified=MappingProxyType({**casebook.verified, mark.cell: found}))


def overridden(casebook: Casebook, mark: Mark) -> Casebook:
    """Note that a form was opened before its time; the first time counts."""
    where = (mark.cell.visit, mark.cell.form)
    found = Override(seq=mark.seq, visit=where[0], form=where[1], reason=mark.reason, by=mark.by, at=mark.at)
    return replace(casebook, overrides=MappingProxyType({where: found, **casebook.overrides}))


def unblinding_of(mark: Mark) -> Unblinding:
    """Return who learned what was hidden, and why."""
    return Unblinding(seq=mark.seq, kind=mark.value, who=mark.text, reason=mark.reason, by=mark.by, at=mark.at)


def unblinded(casebook: Casebook, mark: Mark) -> Casebook:
    """Note that somebody learned what was hidden."""
    return replace(casebook, unblindings=(*casebook.unblindings, unblinding_of(mark)))


def registered(casebook: Casebook, mark: Mark) -> Casebook:
    """Note that a visit was recorded for a rating; a later word on it stands in the place of the earlier."""
    found = Recording(
        seq=mark.seq, visit=mark.cell.visit, form=mark.cell.form, on=mark.value, file=mark.text, by=mark.by, at=mark.at
    )
    where = (found.visit, found.form)
    return replace(casebook, recordings=MappingProxyType({**casebook.recordings, where: found}))


def released(casebook: Casebook, mark: Mark) -> Casebook:
    """Note the seed with which recordings were released; the first one stays."""
    return replace(casebook, releases=MappingProxyType({mark.cell.form: mark.value, **casebook.releases}))


def consent_ended(casebook: Casebook, mark: Mark) -> Casebook:
    """Note from what a participant withdrew; a later word on it stands in the place of the earlier."""
    on, scope = read_scope(mark.value)
    if scope is None:
        return casebook
    found = ConsentEnd(seq=mark.seq, on=on or None, why=mark.text, by=mark.by, at=mark.at)
    return replace(casebook, withdrawn_from=MappingProxyType({**casebook.withdrawn_from, scope: found}))


def consent_restored(casebook: Casebook, mark: Mark) -> Casebook:
    """Take a withdrawal of consent away."""
    kept = {scope: one for scope, one in casebook.withdrawn_from.items() if scope != mark.value}
    return replace(casebook, withdrawn_from=MappingProxyType(kept))


def look_of(mark: Mark) -> EarlyLook:
    """Return who looked at results before their time, at which, and why."""
    return EarlyLook(seq=mark.seq, what=mark.text, reason=mark.reason, by=mark.by, at=mark.at)


MARKS: Mapping[str, Callable[[Casebook, Mark], Casebook]] = MappingProxyType(
    {
        "query": raised,
        "answer_query": answered,
        "close_query": closed,
        "reassign_query": reassigned,
        "sign": sealed,
        "countersign": sealed,
        "freeze": sealed,
        "lock": sealed,
        "thaw": opened,
        "unlock": opened,
        "verify_source": compared,
        "override": overridden,
        "unblind": unblinded,
        "recording": registered,
        "release": released,
        "look": lambda casebook, _: casebook,
        "withdraw_consent": consent_ended,
        "restore_consent": consent_restored,
    }
)
"""Act -> what its entry does to the casebook of its participant."""


# ---- the study as a whole ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyMarks:
    """What is marked of the study as a whole."""

    seals: Mapping[int, Seal] = field(default_factory=lambda: NOTHING)
    """Freezes and locks that hold."""
    unblindings: tuple[Unblinding, ...] = ()
    looks: tuple[EarlyLook, ...] = ()
    """At the results of endpoints, before the planned cut."""


WIDE = frozenset({"freeze", "lock", "thaw", "unlock"})
"""Acts that, naming no participant, close or open the whole study: every casebook with it."""


def with_study_seal(casebook: Casebook, mark: Mark) -> Casebook:
    """Return a casebook after the study was frozen, locked, or opened again."""
    if mark.act in {"thaw", "unlock"}:
        return opened(casebook, mark)
    return replace(casebook, seals=MappingProxyType({**casebook.seals, mark.seq: study_seal(mark)}))


def study_seal(mark: Mark) -> Seal:
    """Return the freeze or lock of the whole study."""
    return replace(seal_of(mark), level="study")


def mark_study(marks: Iterable[Mark], start: StudyMarks) -> StudyMarks:
    """Return what is marked of the study after these entries, which name no participant."""
    seals, unblindings, looks = dict(start.seals), list(start.unblindings), list(start.looks)
    for mark in marks:
        if mark.act in {"freeze", "lock"}:
            seals[mark.seq] = study_seal(mark)
        elif mark.act in {"thaw", "unlock"}:
            seals.pop(mark.about or 0, None)
        elif mark.act == "unblind":
            unblindings.append(unblinding_of(mark))
        elif mark.act == "look":
            looks.append(look_of(mark))
    return StudyMarks(seals=MappingProxyType(seals), unblindings=tuple(unblindings), looks=tuple(looks))


def under(casebook: Casebook, marks: StudyMarks) -> Casebook:
    """Return a casebook, made of the entries of its participant, with the freezes and locks of the study."""
    if not marks.seals:
        return casebook
    return replace(casebook, seals=MappingProxyType(dict(sorted({**casebook.seals, **marks.seals}.items()))))
