"""Take back an end that was recorded by mistake.

REC-33: a participant whose end was a mistake is again where they were before it.
REC-22: who does not record the whole study may not reinstate.
REC-11: it needs a reason, and the mistaken end stays readable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialbook.capture.acts import complete, enrol, reinstate, screen, screen_fail, withdraw
from trialbook.capture.book import Book

if TYPE_CHECKING:
    from tests.conftest import Refused


def test_it_works(book: Book) -> None:
    """REC-33: after a withdrawal, a completion and a screen failure."""
    for end in (withdraw("P1", on="2026-03-01", why="moved"), complete("P1")):
        book.record(end, by="ines")
        book.record(reinstate("P1", reason="wrong participant"), by="ines")
        casebook = book.casebooks()["P1"]
        assert (casebook.status, casebook.ended_on, casebook.end_reason) == ("enrolled", None, None)
        assert casebook.enrolled_on == "2026-02-01"
    book.record(screen("P2"), by="ines")
    book.record(screen_fail("P2"), by="ines")
    book.record(reinstate("P2", reason="wrong participant"), by="ines")
    assert len(book.record(enrol("P2"), by="ines").entries) == 1


def test_it_needs_the_right(book: Book, refused: Refused) -> None:
    """REC-22: the nurse does not."""
    book.record(withdraw("P1"), by="ines")
    assert refused(reinstate("P1", reason="mistake"), by="nora")[0].code == "ACT-01"


def test_it_keeps_the_old_value(book: Book) -> None:
    """REC-11: the mistaken end stays in the history, and the entry names it."""
    (end,) = book.record(withdraw("P1", why="moved"), by="ines").entries
    (entry,) = book.record(reinstate("P1", reason="mistake"), by="ines").entries
    assert entry.about == end.seq
    assert end in book.history(participant="P1")


def test_it_is_in_the_trail(book: Book, refused: Refused) -> None:
    """REC-11: who and why; without a reason it is refused."""
    book.record(withdraw("P1"), by="ines")
    assert refused(reinstate("P1", reason=""))[0].code == "ACT-02"
    (entry,) = book.record(reinstate("P1", reason="mistake"), by="ines").entries
    assert (entry.act, entry.by, entry.reason) == ("reinstate", "ines", "mistake")


def test_who_never_left_is_not_reinstated(book: Book, refused: Refused) -> None:
    """REC-33: it adds nothing for somebody who is in the study, and nobody is reinstated who never was."""
    assert book.record(reinstate("P1", reason="mistake"), by="ines").entries == ()
    assert refused(reinstate("P8", reason="mistake"))[0].code == "ACT-03"
