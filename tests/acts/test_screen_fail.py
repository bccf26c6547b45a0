"""Record that a participant was screened and not enrolled.

REC-30: the end of screening has a date and a cause.
REC-22: who does not record the whole study may not end a participant's course.
REC-31: another date or cause needs a reason; the old one stays readable.
REC-27: the steps of a participant follow one another (R22).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trialbook.capture.acts import enrol, screen, screen_fail
from trialbook.capture.book import Book

if TYPE_CHECKING:
    from tests.conftest import Refused


@pytest.fixture(autouse=True)
def screened(book: Book) -> None:
    book.record(screen("P2"), by="ines")


def test_it_works(book: Book) -> None:
    """REC-30: the status, its date and its cause."""
    book.record(screen_fail("P2", on="2026-03-01", why="CK normal"), by="ines")
    casebook = book.casebooks()["P2"]
    assert (casebook.status, casebook.ended_on, casebook.end_reason) == ("screen failure", "2026-03-01", "CK normal")


def test_it_needs_the_right(refused: Refused) -> None:
    """REC-22: the nurse does not."""
    assert refused(screen_fail("P2"), by="nora")[0].code == "ACT-01"


def test_it_keeps_the_old_value(book: Book, refused: Refused) -> None:
    """REC-31: another cause needs a reason, and both are in the history."""
    book.record(screen_fail("P2", why="CK normal"), by="ines")
    assert refused(screen_fail("P2", why="pregnant"))[0].code == "ACT-18"
    book.record(screen_fail("P2", why="pregnant", reason="mixed up"), by="ines")
    assert [entry.text for entry in book.history(participant="P2") if entry.text] == ["CK normal", "pregnant"]


def test_it_is_in_the_trail(book: Book) -> None:
    """REC-30: the entry says who recorded it."""
    (entry,) = book.record(screen_fail("P2", why="CK normal"), by="ines").entries
    assert (entry.act, entry.by, entry.text) == ("screen_fail", "ines", "CK normal")


def test_the_steps_follow_one_another(book: Book, refused: Refused) -> None:
    """REC-27: who is enrolled is no screen failure, and who failed is not enrolled."""
    assert refused(screen_fail("P1"))[0].code == "ACT-17"
    book.record(screen_fail("P2"), by="ines")
    assert refused(enrol("P2"))[0].code == "ACT-17"
    assert refused(screen_fail("P8"))[0].code == "ACT-03"
