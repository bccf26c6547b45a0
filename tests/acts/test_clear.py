"""Take an answer away.

REC-15: a cleared cell has no answer; what stood there stays in the history with the reason for its going (R04).
REC-11: clearing without a reason is refused (R07).
REC-02: who holds no role that records the form may not clear it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialbook.capture.acts import clear, enter
from trialbook.capture.book import Book

if TYPE_CHECKING:
    from tests.conftest import Refused


def first(book: Book) -> None:
    """Enter 120."""
    book.record(enter("P1", "enzymes", "ck", "120", visit="baseline"), by="nora")


def test_it_works(book: Book) -> None:
    """REC-15: the cell is empty, and can be entered again."""
    first(book)
    book.record(clear("P1", "enzymes", "ck", visit="baseline", reason="wrong person"), by="nora")
    assert not book.casebooks()["P1"].answers
    assert book.record(enter("P1", "enzymes", "ck", "7", visit="baseline"), by="nora").entries[0].about is None


def test_it_needs_the_right(book: Book, refused: Refused) -> None:
    """REC-02: the assessor does not clear enzymes."""
    first(book)
    (problem,) = refused(clear("P1", "enzymes", "ck", visit="baseline", reason="wrong"), by="amir")
    assert problem.code == "ACT-01"


def test_it_keeps_the_old_value(book: Book) -> None:
    """REC-15: the history shows the value and then its clearing."""
    first(book)
    book.record(clear("P1", "enzymes", "ck", visit="baseline", reason="wrong person"), by="nora")
    value, cleared = book.history(participant="P1", form="enzymes")
    assert (value.value, cleared.value, cleared.text, cleared.about) == ("120", None, None, value.seq)


def test_it_is_in_the_trail(book: Book) -> None:
    """REC-15: who cleared it, and why."""
    first(book)
    (entry,) = book.record(clear("P1", "enzymes", "ck", visit="baseline", reason="wrong person"), by="ines").entries
    assert (entry.act, entry.by, entry.reason) == ("clear", "ines", "wrong person")


def test_it_needs_a_reason(book: Book, refused: Refused) -> None:
    """REC-11: without a reason nothing goes."""
    first(book)
    assert refused(clear("P1", "enzymes", "ck", visit="baseline", reason=" "))[0].code == "ACT-02"


def test_an_empty_cell_adds_nothing(book: Book) -> None:
    """REC-15: there is nothing to take away."""
    receipt = book.record(clear("P1", "enzymes", "ck", visit="baseline", reason="wrong person"), by="nora")
    assert receipt.entries == ()
