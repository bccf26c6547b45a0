"""The entries of a ledger, changed by somebody who can make hashes: the chain and a head kept elsewhere tell.

An input is a list of changes: an entry, a field, and what is put there, or two entries that change places; after some
of them the hash of the entry, or of all from there on, is made anew.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fuzzing.target import Check, Target, taken_out, told

if TYPE_CHECKING:
    from trialbook.capture.ledger import Entry

TEXTS = ("", "x", "9", "0" * 64, "\u0000", "e\u0301", "\U0001f489", "ND", "enter", "erase", "P1", None)
NUMBERS = (0, 1, 9, -1, 2**53, 2**63 - 1, None)
NUMBERED = frozenset({"seq", "about", "source_row", "version"})
"""Fields of whole numbers: the table of a ledger is strict, and holds texts in no other and numbers in no others."""
LAST = 30
"""Entries that are looked at."""


def hashed(entry: Entry, previous: str) -> Entry:
    """Make the hashes of an entry anew, as somebody who knows the format can."""
    from trialbook.capture.ledger import canonical, canonical_content, digest

    whole = replace(entry, previous=previous, content=digest(canonical_content(entry)))
    return replace(whole, hash=digest(canonical(whole)))


def put(entries: list[Entry], at: int, field: int, number: int) -> None:
    """Put something into a field of an entry; what the table of a ledger cannot hold is not put there."""
    from trialbook.capture.store import NAMES

    name = NAMES[field % len(NAMES)]
    possible: tuple[object, ...] = NUMBERS if name in NUMBERED else TEXTS
    given: dict[str, Any] = {name: possible[number % len(possible)]}
    if given[name] is not None or name not in {"seq", "hash", "previous"}:
        entries[at] = replace(entries[at], **given)


def change(entries: list[Entry], at: int, field: int, number: int, way: int) -> None:
    """Change, exchange or leave out an entry; `way` says which, and what is hashed anew."""
    if way % 8 == 7:
        other = number % len(entries)
        entries[at], entries[other] = entries[other], entries[at]
    elif way % 8 == 6:
        del entries[at]
    else:
        put(entries, at, field, number)
    last = len(entries) if way & 16 else min(at + 1, len(entries)) if way & 8 else at
    for place in range(at, last):
        entries[place] = hashed(entries[place], entries[place - 1].hash if place else "0" * 64)


def prepare() -> Check:
    """Return what has to hold, of the first entries of a ledger."""
    from tests.capture.test_verify import fill
    from tests.faults.saving import site_in

    from trialbook.capture.ledger import head_of, verify_chain

    site = site_in(Path(tempfile.mkdtemp()))
    with site.create() as book:
        fill(book)
        truth = list(book.entries())[:LAST]
    head = head_of(truth[-1])

    def check(content: bytes) -> None:
        entries = list(truth)
        for start in range(0, len(content) - 3, 4):
            at, field, number, way = content[start : start + 4]
            if entries:
                change(entries, at % len(entries), field, number, way)
        problems = list(verify_chain(entries))
        told(problems)
        is_sound = not problems and head_of(entries[-1] if entries else None) == head
        assert is_sound == (entries == truth), (
            "a change is overlooked" if is_sound else "what is sound is complained of"
        )

    return check


def plant() -> None:
    """Leave the reason out of what is hashed."""
    from operator import attrgetter

    from trialbook.capture import ledger

    fewer = tuple(name for name in ledger.SEALED if name != "reason")
    taken_out(ledger, "SEALED", fewer)
    taken_out(ledger, "read_sealed", attrgetter(*fewer))


TARGET = Target(
    words="entries of a ledger, changed, exchanged and hashed anew",
    prepare=prepare,
    plant=plant,
    runs=800,
    control=5000,
    longest=40,
)
