"""Record the first answer of a cell.

REC-01: an answer is recorded with the value that it means, who gave it, when, and by which role.
REC-02: who holds no role that records the form may not record it.
REC-03: a value that is recorded is not changed by entering another one; the same one again adds nothing.
REC-04: what happened can be recorded whenever it happened: unscheduled, not due, before enrolment.
REC-05: what names nothing in the study, or cannot be a value, is refused, and nothing is recorded (R25).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trialbook.capture.acts import enter, screen
from trialbook.capture.book import Book

if TYPE_CHECKING:
    from tests.conftest import Refused


def test_it_works(book: Book) -> None:
    """REC-01: the typed text, its value and its unit are recorded."""
    (entry,) = book.record(enter("P1", "enzymes", "ck", " 2 ", visit="baseline", unit="ukat/L"), by="nora").entries
    assert (entry.text, entry.value, entry.unit) == ("2 ukat/L", "120", "U/L")
    assert book.casebooks()["P1"].value("enzymes", "ck", visit="baseline") == "120"


def test_it_needs_the_right(book: Book, refused: Refused) -> None:
    """REC-02: the nurse records enzymes and not strength; the statistician records nothing; a stranger neither."""
    strength = enter("P1", "strength", "proximal.biceps", "9", visit="week 4")
    for person in ("nora", "stan", "stranger"):
        (problem,) = refused(strength, by=person)
        assert (problem.code, problem.values["person"]) == ("ACT-01", person)
    assert book.record(strength, by="amir").entries[0].role == "assessor"


def test_it_keeps_the_old_value(book: Book, refused: Refused) -> None:
    """REC-03: another value is refused and shows the one that stands; the same one adds nothing, however typed."""
    book.record(enter("P1", "enzymes", "ck", "120", visit="baseline"), by="nora")
    (problem,) = refused(enter("P1", "enzymes", "ck", "121", visit="baseline"), by="nora")
    assert (problem.code, dict(problem.values)) == ("ACT-07", {"old": "120", "new": "121"})
    for same in ("120", "120.0", " 120"):
        assert book.record(enter("P1", "enzymes", "ck", same, visit="baseline"), by="ines").entries == ()


def test_it_is_in_the_trail(book: Book) -> None:
    """REC-01: the history of the cell says who, when, in which role, by which plan."""
    book.record(enter("P1", "enzymes", "ck", "120", visit="baseline"), by="nora", on_behalf_of="P1", request="form-1")
    (entry,) = book.history(participant="P1", visit="baseline", form="enzymes", item="ck")
    assert (entry.act, entry.by, entry.role, entry.on_behalf_of) == ("enter", "nora", "nurse", "P1")
    assert (entry.request, entry.at, entry.study) == ("form-1", "2026-03-02T08:00:09.000000Z", book.study.fingerprint)


@pytest.mark.parametrize(
    ("form", "item", "text", "visit", "repeat"),
    [
        ("enzymes", "ck", "120", "unscheduled-3", ""),
        ("strength", "proximal.biceps", "7", "baseline", ""),
        ("visit", "date", "2026-04-30", "week 4", ""),
        ("visit", "date", "2026-04", "unscheduled-1", ""),
        ("enzymes", "ck", "<3", "baseline", ""),
        ("enzymes", "ck", "ND", "baseline", ""),
        ("drugs", "drug", "Ünïcode \n drug", "", "1"),
        ("background", "diagnosed", "2013-04", "", ""),
    ],
)
def test_it_records_what_happened(book: Book, form: str, item: str, text: str, visit: str, repeat: str) -> None:
    """REC-04: late, unscheduled, not due, partly known, missing or below a limit: it is recorded."""
    book.record(screen("P2"), by="ines")
    for participant in ("P1", "P2"):
        receipt = book.record(enter(participant, form, item, text, visit=visit, repeat=repeat), by="ines")
        assert len(receipt.entries) == 1


def test_it_keeps_an_unexpected_value_and_notes_it(book: Book) -> None:
    """REC-04: a value outside of the expected range is recorded, with a note for who gave it."""
    receipt = book.record(enter("P1", "enzymes", "ck", "9000", visit="baseline"), by="nora")
    (note,) = receipt.notes
    assert (note.level, note.place.participant, note.place.item) == ("warning", "P1", "ck")
    assert receipt.entries[0].value == "9000"


@pytest.mark.parametrize(
    ("participant", "form", "item", "text", "visit", "repeat", "code"),
    [
        ("P9", "enzymes", "ck", "1", "baseline", "", "ACT-03"),
        ("P1", "enzyme", "ck", "1", "baseline", "", "ACT-04"),
        ("P1", "enzymes", "cK", "1", "baseline", "", "ACT-05"),
        ("P1", "enzymes", "ck", "1", "week4", "", "ACT-06"),
        ("P1", "enzymes", "ck", "1", "unscheduled-0", "", "ACT-06"),
        ("P1", "enzymes", "ck", "1", "", "", "ACT-09"),
        ("P1", "background", "sex", "F", "baseline", "", "ACT-10"),
        ("P1", "drugs", "drug", "x", "", "", "ACT-11"),
        ("P1", "enzymes", "ck", "1", "baseline", "1", "ACT-12"),
        ("P1", "strength", "power", "1", "week 4", "", "ACT-13"),
        ("P1", "drugs", "drug", "x", "", "1\u202e2", "ACT-15"),
        ("P1", "enzymes", "ck", "a\ud800", "baseline", "", "ACT-19"),
        ("P1", "enzymes", "comment", "a\0b", "baseline", "", "ACT-19"),
        ("P1", "enzymes", "ck", "many", "baseline", "", "VALUE"),
        ("P1", "enzymes", "ck", "   ", "baseline", "", "VALUE"),
        ("P1", "enzymes", "ck", "١٢٣", "baseline", "", "VALUE"),
    ],
)
def test_it_refuses_what_names_nothing(
    refused: Refused, participant: str, form: str, item: str, text: str, visit: str, repeat: str, code: str
) -> None:
    """REC-05: unknown names, a missing or needless visit or row, a text that is no value."""
    (problem,) = refused(enter(participant, form, item, text, visit=visit, repeat=repeat))
    assert problem.code.startswith(code)
    assert problem.place.participant == participant


def test_it_tells_the_name_that_was_meant(refused: Refused) -> None:
    """REC-05: a mistyped name gets the one that it stands for."""
    (problem,) = refused(enter("P1", "enzymse", "ck", "1", visit="baseline"))
    assert "enzymes" in problem.values["near"]


def test_who_does_it_must_be_named(refused: Refused) -> None:
    """REC-05: an empty or invisible name of a person is no person."""
    for nobody in ("", " ", "no\u200bra"):
        (problem,) = refused(enter("P1", "enzymes", "ck", "1", visit="baseline"), by=nobody)
        assert (problem.code, problem.values["what"]) == ("ACT-15", "person")
