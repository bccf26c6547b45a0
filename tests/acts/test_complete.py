"""Record that a participant completed the study.

REC-30: the end of a participant's course has a date and, for a withdrawal, a cause.
REC-22: who does not record the whole study may not end a participant's course.
REC-31: another end or date needs a reason; the old one stays readable.
REC-27: the steps of a participant follow one another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialbook.capture.acts import complete, screen, withdraw
from trialbook.capture.book import Book

if TYPE_CHECKING:
    from tests.conftest import Refused


def test_it_works(book: Book) -> None:
    """REC-30: the status, its date and its cause."""
    book.record(complete("P1", on="2026-03-01"), by="ines")
    casebook = book.casebooks()["P1"]
    assert (casebook.status, casebook.ended_on) == ("completed", "2026-03-01")
    assert casebook.end_reason is None


def test_it_needs_the_right(refused: Refused) -> None:
    """REC-22: neither nurse nor statistician."""
    for person in ("nora", "stan"):
        assert refused(complete("P1"), by=person)[0].code == "ACT-01"


def test_it_keeps_the_old_value(book: Book, refused: Refused) -> None:
    """REC-31: another end needs a reason, and both are in the history."""
    book.record(withdraw("P1", on="2026-02-20"), by="ines")
    assert refused(complete("P1", on="2026-03-01"))[0].code == "ACT-18"
    book.record(complete("P1", on="2026-03-01", reason="recorded by mistake"), by="ines")
    ends = [(entry.act, entry.value) for entry in book.history(participant="P1")][-2:]
    assert ends == [("withdraw", "2026-02-20"), ("complete", "2026-03-01")]
    assert book.casebooks()["P1"].status == "completed"


def test_it_is_in_the_trail(book: Book) -> None:
    """REC-30: the entry says who recorded it, and when it was."""
    (entry,) = book.record(complete("P1", on="2026-03-01"), by="ines").entries
    assert (entry.act, entry.by, entry.value, entry.text) == ("complete", "ines", "2026-03-01", None)


def test_the_same_again_adds_nothing(book: Book) -> None:
    """REC-30: what is recorded already, in whole or in part, says nothing new."""
    book.record(complete("P1", on="2026-03-01"), by="ines")
    for again in (complete("P1", on="2026-03-01"), complete("P1")):
        assert book.record(again, by="ines").entries == ()


def test_a_corrected_date_keeps_the_rest(book: Book) -> None:
    """REC-31: a correction of the date leaves the cause as it was."""
    book.record(complete("P1", on="2026-03-01"), by="ines")
    book.record(complete("P1", on="2026-03-02", reason="typing error"), by="ines")
    casebook = book.casebooks()["P1"]
    assert (casebook.ended_on, casebook.end_reason) == ("2026-03-02", None)


def test_the_steps_follow_one_another(book: Book, refused: Refused) -> None:
    """REC-27: who was only screened has not entered the study, and cannot leave it."""
    book.record(screen("P2"), by="ines")
    (problem,) = refused(complete("P2", on="2026-03-01"))
    assert (problem.code, problem.values["status"]) == ("ACT-17", "screening")
    assert refused(complete("P8"))[0].code == "ACT-03"
