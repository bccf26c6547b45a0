"""Record that a screened participant was enrolled.

REC-25: an enrolled participant has a date of enrolment, or none where the source gives none.
REC-22: who does not record the whole study may not enrol.
REC-26: the date is corrected with a reason, whatever became of the participant; the old one stays readable.
REC-27: the steps of a participant follow one another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trialbook.capture.acts import complete, enrol, screen, withdraw
from trialbook.capture.book import Book

if TYPE_CHECKING:
    from tests.conftest import Refused


def test_it_works(book: Book) -> None:
    """REC-25: with a date, with a part of one, and without."""
    for code, on in (("P2", "2026-03-01"), ("P3", "2026-03"), ("P4", None)):
        book.record(screen(code), by="ines")
        book.record(enrol(code, on=on), by="ines")
        assert (book.casebooks()[code].status, book.casebooks()[code].enrolled_on) == ("enrolled", on)


def test_it_needs_the_right(book: Book, refused: Refused) -> None:
    """REC-22: the nurse enrols nobody."""
    book.record(screen("P2"), by="ines")
    assert refused(enrol("P2"), by="nora")[0].code == "ACT-01"


def test_it_keeps_the_old_value(book: Book, refused: Refused) -> None:
    """REC-26: another date needs a reason, and does not undo a completion."""
    book.record(complete("P1", on="2026-03-02"), by="ines")
    assert refused(enrol("P1", on="2026-01-31"))[0].code == "ACT-18"
    book.record(enrol("P1", on="2026-01-31", reason="typing error"), by="ines")
    dates = [entry.value for entry in book.history(participant="P1") if entry.act == "enrol"]
    assert dates == ["2026-02-01", "2026-01-31"]
    casebook = book.casebooks()["P1"]
    assert (casebook.status, casebook.enrolled_on, casebook.ended_on) == ("completed", "2026-01-31", "2026-03-02")


def test_it_is_in_the_trail(book: Book) -> None:
    """REC-25: the entry says who enrolled whom, and when."""
    (entry,) = [entry for entry in book.history(participant="P1") if entry.act == "enrol"]
    assert (entry.by, entry.role, entry.value) == ("ines", "investigator", "2026-02-01")


def test_the_same_again_adds_nothing(book: Book) -> None:
    """REC-25: the same date, or none, says nothing new; also after the participant left."""
    assert book.record(enrol("P1", on="2026-02-01"), by="ines").entries == ()
    book.record(withdraw("P1"), by="ines")
    assert book.record(enrol("P1"), by="ines").entries == ()
    assert book.casebooks()["P1"].status == "withdrawn"


def test_the_steps_follow_one_another(refused: Refused) -> None:
    """REC-27: nobody is enrolled whom the study does not know."""
    assert refused(enrol("P7"))[0].code == "ACT-03"


@pytest.mark.parametrize("on", ["01/02/2026", "2026-02-30", "soon", "20260201"])
def test_a_date_must_be_one(book: Book, refused: Refused, on: str) -> None:
    """REC-25: a date that can be read in two ways, or in none, is refused."""
    book.record(screen("P2"), by="ines")
    assert refused(enrol("P2", on=on))[0].code.startswith("VALUE")
