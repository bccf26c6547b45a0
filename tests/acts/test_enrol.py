"""Record that a screened participant was enrolled.

REC-25: an enrolled participant has a date of enrolment, or none where the source gives none.
REC-22: who does not record the whole study may not enrol.
REC-26: the date is corrected with a reason, whatever became of the participant; the old one stays readable.
REC-27: the steps of a participant follow one another (R22).
REC-28: who is not certainly eligible is enrolled all the same, with a note that names the criteria.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trialbook.capture.acts import adopt, complete, enrol, enter, import_rows, screen, withdraw
from trialbook.capture.book import Book, Receipt
from trialbook.capture.ledger import Draft
from trialbook.wording import remedy, sentence

if TYPE_CHECKING:
    from tests.conftest import Refused, Site


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


CRITERIA = """
eligibility:
  consent: background.consent
  inclusion:
    I1: {text: A woman, when: 'background.sex == "F"'}
  exclusion:
    E1: {text: Diagnosed within 8 weeks, washout: {since: background.diagnosed, at_least: 8 weeks}}
forms:"""

TOLD = "ACT-28 “P2” is recorded as enrolled and is"


def with_criteria(site: Site, book: Book) -> None:
    """Adopt the study with two criteria, and screen P2."""
    text = site.study.text.replace("\nforms:", CRITERIA)
    text = text.replace("      diagnosed:", "      consent: {label: Consent, date: full}\n      diagnosed:")
    book.record(adopt(site.read(text), reason="criteria"), by="carla")
    book.record(screen("P2"), by="ines")


def answered(book: Book, **answers: str) -> None:
    for item, text in answers.items():
        book.record(enter("P2", "background", item, text), by="ines")


def noted(receipt: Receipt) -> list[str]:
    assert all(note.level == "warning" and remedy(note) for note in receipt.notes)
    return [f"{note.code} {sentence(note)}" for note in receipt.notes]


def test_who_is_eligible_is_enrolled_without_a_note(site: Site, book: Book) -> None:
    """REC-28: as of the date of enrolment; another one, and its correction, are judged anew."""
    with_criteria(site, book)
    answered(book, sex="F", diagnosed="2025-12-30", consent="2026-02-24")
    early = book.record(enrol("P2", on="2026-02-23"), by="ines")
    assert noted(early) == [f"{TOLD} not eligible by what is recorded: not fulfilled E1; no consent by that day."]
    assert book.record(enrol("P2", on="2026-02-24", reason="typing error"), by="ines").notes == ()


def test_who_is_not_eligible_is_recorded_with_a_note(site: Site, book: Book) -> None:
    """REC-28: the truth is never refused."""
    with_criteria(site, book)
    answered(book, sex="M")
    receipt = book.record(enrol("P2", on="2026-03-01"), by="ines")
    assert [entry.value for entry in receipt.entries] == ["2026-03-01"]
    assert book.casebooks()["P2"].status == "enrolled"
    why = "not fulfilled I1; not known E1; day of consent not known."
    assert noted(receipt) == [f"{TOLD} not eligible by what is recorded: {why}"]


def test_what_is_not_answered_leaves_a_note(site: Site, book: Book) -> None:
    """REC-28: the answers that stand before the act count."""
    with_criteria(site, book)
    answered(book, diagnosed="2020", consent="2026-02-24")
    receipt = book.record(enrol("P2", on="2026-03-01"), by="ines")
    assert noted(receipt) == [f"{TOLD} not certainly eligible by what is recorded: not known I1."]
    answered(book, sex="F")
    assert book.record(enrol("P2", on="2026-03-01"), by="ines").notes == ()


def test_a_refused_change_says_nothing_of_criteria(site: Site, book: Book, refused: Refused) -> None:
    """REC-26, REC-28."""
    with_criteria(site, book)
    book.record(enrol("P2", on="2026-03-01"), by="ines")
    assert [problem.code for problem in refused(enrol("P2", on="2026-03-02"))] == ["ACT-18"]


def test_rows_of_a_file_are_enrolled_without_a_note(site: Site, book: Book) -> None:
    """REC-28: their answers come later in the same act, so all would be unknown."""
    with_criteria(site, book)
    rows = [
        Draft(act="enrol", participant="P2", value="2026-03-01", source_file="a.csv", source_hash="0", source_row=2)
    ]
    assert book.record(import_rows(rows), by="carla").notes == ()
    assert book.casebooks()["P2"].enrolled_on == "2026-03-01"
