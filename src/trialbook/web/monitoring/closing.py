"""What can be frozen and locked: the rows of one level, and the acts that close or open those that are ticked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from trialbook.capture.asking import Act, freeze, lock, thaw, unlock
from trialbook.capture.people import Right
from trialbook.conduct.casebook import Casebook, Cell
from trialbook.web.actor import Actor
from trialbook.web.treatment.seal_rows import SealRow, level_of, read_place, seal_rows

Doing = Literal["freeze", "thaw", "lock", "unlock"]
RIGHT_OF: dict[Doing, Right] = {"freeze": "freeze", "thaw": "freeze", "lock": "lock", "unlock": "lock"}
LEVELS = ("form", "visit", "participant")
SHOWN = ("all", "open", "frozen", "locked")
NEED_REASON = frozenset({"thaw", "unlock"})
UNFINISHED = frozenset({"ACT-42", "ACT-43"})
"""Codes that count queries and signatures that are lacking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Places of one participant that are ticked."""

    participant: str
    cells: tuple[Cell, ...]


def doings(actor: Actor) -> list[Doing]:
    """Return what the asker's role may do to seals."""
    return [doing for doing, right in RIGHT_OF.items() if actor.may(right)]


def closing_rows(actor: Actor, casebook: Casebook, level: str, language: str | None) -> Iterator[SealRow]:
    """Yield what of a participant can be closed at a level: what is not begun can not."""
    for row in seal_rows(actor, casebook, language):
        is_there = row.level == "participant" or row.state != "empty" or row.closing is not None
        if row.level == level and is_there and may_close(actor, row.cell):
            yield row


def may_close(actor: Actor, cell: Cell) -> bool:
    """Tell whether the asker may close or open a place."""
    return any(actor.may(right, cell.form or None) for right in ("freeze", "lock"))


def state_of(row: SealRow) -> str:
    """Return how a place is closed: open, frozen or locked."""
    return "open" if row.closing is None else "locked" if row.closing.kind == "lock" else "frozen"


def read_picked(sent: Sequence[str]) -> list[tuple[str, Cell]] | None:
    """Read what was ticked, `P01/week 4/enzymes/`; None where something of it is no place."""
    found = []
    for text in dict.fromkeys(sent):
        code, _, place = text.partition("/")
        cell = read_place(place)
        if cell is None or not code:
            return None
        found.append((code.replace("~1", "/").replace("~0", "~"), cell))
    return found


def together(places: Sequence[tuple[str, Cell]]) -> list[Picked]:
    """Return places by participant."""
    codes = dict.fromkeys(code for code, _ in places)
    return [Picked(participant=code, cells=tuple(cell for other, cell in places if other == code)) for code in codes]


def closing_act(doing: Doing, picked: Picked, reason: str) -> Act:
    """Return one act for all places of a participant: all of them are closed, or none."""
    level = level_of(picked.cells[0])
    acts = [_act(doing, level, picked.participant, cell, reason) for cell in picked.cells]
    return Act(name=doing, asked=tuple(draft for act in acts for draft in act.asked), level=level)


def study_act(doing: Doing, reason: str) -> Act:
    """Return the act that closes or opens the whole study."""
    return _act(doing, "study", "", Cell("", "", "", ""), reason)


def _act(doing: Doing, level: str, participant: str, cell: Cell, reason: str) -> Act:
    place = {"participant": participant, "visit": cell.visit, "form": cell.form, "repeat": cell.repeat}
    match doing:
        case "freeze":
            return freeze(level, why=reason, **place)
        case "thaw":
            return thaw(level, reason=reason, **place)
        case "lock":
            return lock(level, reason=reason or None, **place)
        case "unlock":
            return unlock(level, reason=reason, **place)


def request_of(asked: str, participant: str) -> str:
    """Return the id of the request for one participant's part of what was asked at once."""
    return hashlib.sha256(f"{asked}\n{participant}".encode()).hexdigest()[:32]
