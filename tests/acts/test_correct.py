"""Record another answer in the place of one that stands.

REC-10: a correction is a new entry that names the one it replaces; the old value stays readable (R04).
REC-11: a correction without a reason is refused, whatever page or program asks (R07).
REC-12: of two people who look at one answer, the second to correct it sees what the first one recorded.
REC-02: who holds no role that records the form may not correct it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialbook.capture.acts import clear, correct, enter
from trialbook.capture.book import Book

if TYPE_CHECKING:
    from tests.conftest import Refused


def first(book: Book) -> int:
    """Enter 120, and return the number of its entry."""
    return book.record(enter("P1", "enzymes", "ck", "120", visit="baseline"), by="nora").entries[0].seq


def test_it_works(book: Book) -> None:
    """REC-10: the new value stands, with its reason."""
    first(book)
    book.record(correct("P1", "enzymes", "ck", "210", visit="baseline", reason="digits swapped"), by="nora")
    (answer,) = book.casebooks()["P1"].answers.values()
    assert (answer.value, answer.reason) == ("210", "digits swapped")


def test_it_needs_the_right(book: Book, refused: Refused) -> None:
    """REC-02: the assessor does not correct enzymes."""
    first(book)
    (problem,) = refused(correct("P1", "enzymes", "ck", "210", visit="baseline", reason="typo"), by="amir")
    assert problem.code == "ACT-01"


def test_it_keeps_the_old_value(book: Book) -> None:
    """REC-10: every value that ever stood is in the history, in order, each naming the one before."""
    seq = first(book)
    for text in ("210", "211", "120"):
        book.record(correct("P1", "enzymes", "ck", text, visit="baseline", reason="again"), by="nora")
    entries = book.history(participant="P1", form="enzymes", item="ck")
    assert [entry.value for entry in entries] == ["120", "210", "211", "120"]
    assert [entry.about for entry in entries] == [None, seq, seq + 1, seq + 2]


def test_it_is_in_the_trail(book: Book) -> None:
    """REC-10: the entry says who, why, and what it speaks of."""
    first(book)
    (entry,) = book.record(
        correct("P1", "enzymes", "ck", "210", visit="baseline", reason="laboratory called"), by="ines"
    ).entries
    assert (entry.act, entry.by, entry.reason) == ("correct", "ines", "laboratory called")


def test_it_needs_a_reason(book: Book, refused: Refused) -> None:
    """REC-11: no reason, or one of blanks, is refused."""
    first(book)
    for reason in ("", "  \n"):
        (problem,) = refused(correct("P1", "enzymes", "ck", "210", visit="baseline", reason=reason))
        assert problem.code == "ACT-02"


def test_the_same_value_adds_nothing(book: Book) -> None:
    """REC-10: a correction to what stands there is none."""
    first(book)
    receipt = book.record(correct("P1", "enzymes", "ck", "120", visit="baseline", reason="checked"), by="nora")
    assert receipt.entries == ()


def test_there_must_be_something_to_correct(book: Book, refused: Refused) -> None:
    """REC-10: an empty or cleared cell is entered, not corrected."""
    wanted = correct("P1", "enzymes", "ck", "210", visit="baseline", reason="typo")
    assert refused(wanted)[0].code == "ACT-08"
    first(book)
    book.record(clear("P1", "enzymes", "ck", visit="baseline", reason="wrong person"), by="nora")
    assert refused(wanted)[0].code == "ACT-08"


def test_the_second_of_two_people_sees_what_the_first_recorded(book: Book, refused: Refused) -> None:
    """REC-12: a correction of an answer that is no longer the one they saw is refused, and shows both."""
    seq = first(book)
    ines = correct("P1", "enzymes", "ck", "210", visit="baseline", reason="typo", seen=seq)
    nora = correct("P1", "enzymes", "ck", "220", visit="baseline", reason="typo", seen=seq)
    book.record(ines, by="ines")
    (problem,) = refused(nora, by="nora")
    assert problem.code == "ACT-14"
    assert dict(problem.values) == {"now": "210", "by": "ines", "text": "220"}
