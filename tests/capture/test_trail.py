"""Searching the trail: the entries that are asked for, the newest first, some at a time.

TRAIL-01: each condition, and several at once, find what reading all entries one by one finds.
TRAIL-02: a search goes on after the entry with a hash, whatever is read at a time; nothing follows an unknown one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from trialbook.capture import book as book_module
from trialbook.capture.acts import enter, grant, note, screen
from trialbook.capture.book import Book
from trialbook.capture.ledger import Entry
from trialbook.capture.store import Asked


@pytest.fixture
def told(book: Book) -> tuple[Book, list[Entry]]:
    """Return a book in which several people recorded of several participants, and its entries, the newest first."""
    book.record(screen("P2"), by="ines")
    for participant in ("P1", "P2"):
        book.record(enter(participant, "enzymes", "ck", "120", visit="baseline"), by="nora", on_behalf_of="P1")
        book.record(enter(participant, "drugs", "drug", "x", repeat="1"), by="ines")
        book.record(note("seen", participant=participant), by="nora")
    book.record(screen("P3"), by="ines")
    book.record(grant("pia", "nurse"), by="carla")
    return book, list(book.entries())[::-1]


def is_asked(entry: Entry, asked: Asked) -> bool:
    """Tell in other words than the store's whether an entry is asked for."""
    people = (entry.by, entry.on_behalf_of, entry.person)
    hidden = asked.participants is not None and entry.participant not in (*asked.participants, None)
    return (
        all(getattr(entry, name) == text for name, text in asked.equal.items())
        and (not asked.person or asked.person in people)
        and asked.since <= entry.at <= (asked.until or "9")
        and not hidden
        and entry.form not in asked.but_forms
    )


def searches(entries: list[Entry]) -> Iterator[Asked]:
    """Yield searches of every kind."""
    early, late = entries[-4].at, entries[3].at
    yield Asked()
    yield Asked(equal={"act": "enter"})
    yield Asked(equal={"act": "enter", "form": "drugs"})
    yield from (Asked(person=person) for person in ("nora", "P1", "pia", "nobody"))
    yield from (Asked(since=early), Asked(until=late), Asked(since=early, until=late), Asked(since="9"))
    yield from (Asked(participants=frozenset(codes)) for codes in ("", ["P1"], ["P1", "P2"]))
    yield Asked(but_forms=frozenset({"drugs"}))
    yield Asked(person="nora", participants=frozenset({"P2"}), but_forms=frozenset({"enzymes"}), since=early)


def test_what_is_asked_for(told: tuple[Book, list[Entry]]) -> None:
    """TRAIL-01: the searches tell different things from one another, and none of them hides or adds an entry."""
    book, entries = told
    found = {}
    for asked in searches(entries):
        found[repr(asked)] = list(book.trail(asked))
        assert found[repr(asked)] == [entry for entry in entries if is_asked(entry, asked)], asked
    assert len({tuple(some) for some in found.values()}) == len(found) - 1, "two find nothing"


@pytest.mark.parametrize("size", [1, 3, 500])
def test_it_goes_on(told: tuple[Book, list[Entry]], monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """TRAIL-02: from every entry on, whatever is read at a time."""
    monkeypatch.setattr(book_module, "TRAIL", size)
    book, entries = told
    assert list(book.trail(Asked())) == entries
    for place, entry in enumerate(entries):
        assert list(book.trail(Asked(), before=entry.hash)) == entries[place + 1 :]
    assert list(book.trail(Asked(), before="f" * 64)) == []
    mine = [entry for entry in entries if entry.by == "nora"]
    assert list(book.trail(Asked(equal={"by": "nora"}), before=mine[1].hash)) == mine[2:]
