"""Add a note to the record.

REC-60: a note stands in the ledger beside what it speaks of, and changes no answer.
REC-02: who holds no role may not add one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialbook.capture.acts import enter, note
from trialbook.capture.book import Book

if TYPE_CHECKING:
    from tests.conftest import Refused


def test_it_works(book: Book) -> None:
    """REC-60: on the study, a participant, a visit, a form."""
    for wanted in (
        note("The freezer failed"),
        note("Came with a cold", participant="P1"),
        note("Came with a cold", participant="P1", visit="week 4"),
        note("Second tube haemolysed", participant="P1", visit="unscheduled-1", form="enzymes"),
    ):
        assert len(book.record(wanted, by="nora").entries) == 1


def test_it_needs_the_right(refused: Refused) -> None:
    """REC-02: a stranger has none, nor has a role that only reads."""
    for by in ("stranger", "stan"):
        assert refused(note("Hello"), by=by)[0].code == "ACT-01"


def test_it_keeps_the_old_value(book: Book) -> None:
    """REC-60: answers and status are as they were."""
    book.record(enter("P1", "enzymes", "ck", "1", visit="week 4"), by="nora")
    before = book.casebooks()
    book.record(note("Came with a cold", participant="P1", visit="week 4", form="enzymes"), by="nora")
    assert book.casebooks() == before


def test_it_is_in_the_trail(book: Book) -> None:
    """REC-60: who wrote it, and where it belongs."""
    book.record(note("Came with a cold", participant="P1", visit="week 4"), by="nora")
    entry = book.history(participant="P1", visit="week 4")[-1]
    assert (entry.act, entry.text, entry.by) == ("note", "Came with a cold", "nora")


def test_it_says_something_about_something(refused: Refused) -> None:
    """REC-60: an empty note, or one on what is not in the study, is refused."""
    assert refused(note("  "))[0].code == "ACT-26"
    assert refused(note("x", participant="P9"))[0].code == "ACT-03"
    assert refused(note("x", participant="P1", form="enzyms"))[0].code == "ACT-04"
    assert refused(note("x", participant="P1", visit="week 5"))[0].code == "ACT-06"
