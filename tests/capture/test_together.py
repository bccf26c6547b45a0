"""Many acts saved at once: the same entries as one by one, and all of them or none.

BOOK-20: acts recorded together leave the same entries as acts recorded one by one.
BOOK-21: where anything is raised among them, nothing of them is recorded, and the book goes on as before.
BOOK-22: an act that is refused among them records nothing, and the others are recorded.
BOOK-23: a part within them that is broken off is undone alone; words that are erased among them are forgotten at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trialbook.capture.acts import enter, erase, screen
from trialbook.capture.book import Book
from trialbook.errors import ActRefused

if TYPE_CHECKING:
    from tests.conftest import Site


def record_some(book: Book) -> None:
    """Record two acts of which the second builds on the first."""
    book.record(screen("P2"), by="ines")
    book.record(enter("P2", "background", "sex", "F"), by="ines")


def break_off(book: Book) -> None:
    """Record two acts, and stop before they are saved."""
    with book.together():
        record_some(book)
        raise KeyboardInterrupt


def test_the_same_entries(site: Site) -> None:
    """BOOK-20."""
    heads = []
    for name in ("apart", "together"):
        folder = site.folder / name
        folder.mkdir()
        with type(site)(folder, site.study).create() as book:
            if name == "together":
                with book.together():
                    record_some(book)
            else:
                record_some(book)
            heads.append(book.head())
            assert book.verify().ok
    assert heads[0] == heads[1]


def test_all_or_nothing(book: Book) -> None:
    """BOOK-21."""
    before = book.head()
    with pytest.raises(KeyboardInterrupt):
        break_off(book)
    assert book.head() == before
    assert "P2" not in book.casebooks()
    record_some(book)
    assert book.verify().ok


def test_a_refusal_among_them(book: Book) -> None:
    """BOOK-22."""
    before = book.head().count
    with book.together():
        with pytest.raises(ActRefused):
            book.record(enter("P9", "background", "sex", "F"), by="ines")
        record_some(book)
    assert book.head().count == before + 2
    assert book.verify().ok


def test_what_others_recorded_before(site: Site, book: Book) -> None:
    """BOOK-20: acts of another program are taken in first."""
    with site.open() as other:
        other.record(screen("P2"), by="ines")
    with book.together():
        book.record(enter("P2", "background", "sex", "F"), by="ines")
    assert book.verify().ok
    assert book.casebooks()["P2"].value("background", "sex") == "F"


def break_off_an_answer(book: Book) -> None:
    """Record an answer of P2, and stop before it is saved."""
    with book.together():
        book.record(enter("P2", "background", "sex", "F"), by="ines")
        raise KeyboardInterrupt


def test_a_part_that_is_broken_off(book: Book) -> None:
    """BOOK-23: what stands before and after it is saved, and the book judges without it."""
    with book.together():
        book.record(screen("P2"), by="ines")
        with pytest.raises(KeyboardInterrupt):
            break_off_an_answer(book)
        with book.together():
            book.record(enter("P2", "background", "sex", "M"), by="ines")
    assert [entry.value for entry in book.history(participant="P2", item="sex")] == ["M"]
    assert book.verify().ok


def test_words_that_are_erased_among_them(book: Book) -> None:
    """BOOK-23: the next act of the same save is judged as if they had never been there."""
    act = enter("P1", "enzymes", "comment", "Quellenbrunn", visit="baseline")
    with book.together():
        seq = book.record(act, by="nora").entries[0].seq
        book.record(erase([seq], reason="a name"), by="carla")
        assert "Quellenbrunn" not in repr(book._state)  # noqa: SLF001 - what the book remembers is the point
        again = enter("P1", "enzymes", "comment", "fine", visit="baseline")
        assert book.record(again, by="nora").entries
    texts = [(entry.act, entry.text) for entry in book.history(item="comment")]
    assert texts == [("enter", None), ("erase", None), ("enter", "fine")]
    assert book.verify().ok
