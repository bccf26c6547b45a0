"""Record that a participant left the study before its end.

REC-30: the end of a participant's course has a date and, for a withdrawal, a cause.
REC-22: who does not record the whole study may not end a participant's course.
REC-31: another end or date needs a reason; the old one stays readable.
REC-27: the steps of a participant follow one another.
WDR-01: R52: a visit after the withdrawal is told and is a deviation; what happened before may still be recorded.
WDR-02: R52: every data set made after shows who withdrew, and when.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from trialbook.analysis.frames import collect
from trialbook.capture.acts import complete, enter, screen, withdraw
from trialbook.capture.book import Book
from trialbook.conduct.deviations import find_deviations

if TYPE_CHECKING:
    from tests.conftest import Refused


def test_it_works(book: Book) -> None:
    """REC-30: the status, its date and its cause."""
    book.record(withdraw("P1", on="2026-03-01", why="moved away"), by="ines")
    casebook = book.casebooks()["P1"]
    assert (casebook.status, casebook.ended_on) == ("withdrawn", "2026-03-01")
    assert casebook.end_reason == "moved away"


def test_it_needs_the_right(refused: Refused) -> None:
    """REC-22: neither nurse nor statistician."""
    for person in ("nora", "stan"):
        assert refused(withdraw("P1"), by=person)[0].code == "ACT-01"


def test_it_keeps_the_old_value(book: Book, refused: Refused) -> None:
    """REC-31: another end needs a reason, and both are in the history."""
    book.record(complete("P1", on="2026-02-20"), by="ines")
    assert refused(withdraw("P1", on="2026-03-01"))[0].code == "ACT-18"
    book.record(withdraw("P1", on="2026-03-01", reason="recorded by mistake"), by="ines")
    ends = [(entry.act, entry.value) for entry in book.history(participant="P1")][-2:]
    assert ends == [("complete", "2026-02-20"), ("withdraw", "2026-03-01")]
    assert book.casebooks()["P1"].status == "withdrawn"


def test_it_is_in_the_trail(book: Book) -> None:
    """REC-30: the entry says who recorded it, and when it was."""
    (entry,) = book.record(withdraw("P1", on="2026-03-01", why="moved away"), by="ines").entries
    assert (entry.act, entry.by, entry.value, entry.text) == ("withdraw", "ines", "2026-03-01", "moved away")


def test_the_same_again_adds_nothing(book: Book) -> None:
    """REC-30: what is recorded already, in whole or in part, says nothing new."""
    book.record(withdraw("P1", on="2026-03-01", why="moved away"), by="ines")
    for again in (withdraw("P1", on="2026-03-01", why="moved away"), withdraw("P1")):
        assert book.record(again, by="ines").entries == ()


def test_a_corrected_date_keeps_the_rest(book: Book) -> None:
    """REC-31: a correction of the date leaves the cause as it was."""
    book.record(withdraw("P1", on="2026-03-01", why="moved away"), by="ines")
    book.record(withdraw("P1", on="2026-03-02", reason="typing error"), by="ines")
    casebook = book.casebooks()["P1"]
    assert (casebook.ended_on, casebook.end_reason) == ("2026-03-02", "moved away")


def test_the_steps_follow_one_another(book: Book, refused: Refused) -> None:
    """REC-27: who was only screened has not entered the study, and cannot leave it."""
    book.record(screen("P2"), by="ines")
    (problem,) = refused(withdraw("P2", on="2026-03-01"))
    assert (problem.code, problem.values["status"]) == ("ACT-17", "screening")
    assert refused(withdraw("P8"))[0].code == "ACT-03"


def test_a_visit_after_the_withdrawal_is_told(book: Book) -> None:
    """WDR-01: R52: it is recorded, told, and a deviation; what happened before may be recorded without a word."""
    book.record(withdraw("P1", on="2026-02-20", why="moved away"), by="ines")
    before = book.record(enter("P1", "visit", "date", "2026-02-01", visit="baseline"), by="nora")
    assert [note.code for note in before.notes] == []
    after = book.record(enter("P1", "visit", "date", "2026-03-01", visit="week 4"), by="nora")
    assert [(note.code, note.level) for note in after.notes] == [("ACT-65", "warning")]
    found = find_deviations(book.study, book.casebooks()["P1"], date(2026, 3, 2))
    (told,) = [one for one in found if one.kind == "after withdrawal"]
    assert (told.visit, told.date, told.days_off) == ("week 4", date(2026, 3, 1), 9)


def test_it_shows_in_every_data_set(book: Book) -> None:
    """WDR-02: R52: participants have their status, and the day on which they left."""
    book.record(withdraw("P1", on="2026-02-20", why="moved away"), by="ines")
    (row,) = collect(book.study, book.columns()).participants.to_dicts()
    assert (row["status"], row["ended_on"], row["end_reason"]) == ("withdrawn", "2026-02-20", "moved away")
