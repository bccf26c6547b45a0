"""Begin the casebook of a participant.

REC-20: a participant is known from the act that screens them; the same one again adds nothing.
REC-21: two codes that people cannot tell apart are never given to two participants.
REC-22: who does not record the whole study may not screen.
REC-23: the site of a participant is corrected with a reason, and the old one stays readable.
REC-24: whoever corrects it may screen at both sites, as for a transfer; of the rows of a file: may import at both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conftest import CUSTODIAN

from trialbook.capture.acts import enrol, grant, import_rows, screen
from trialbook.capture.book import Book
from trialbook.capture.ledger import Draft

if TYPE_CHECKING:
    from tests.conftest import Refused


def test_it_works(book: Book) -> None:
    """REC-20: the participant is in screening, at their site."""
    book.record(screen("P2", site="north"), by="ines")
    casebook = book.casebooks()["P2"]
    assert (casebook.status, casebook.site, casebook.status_seq) == ("screening", "north", book.head().count)
    assert book.record(screen("P2", site="north"), by="ines").entries == ()


def test_it_needs_the_right(refused: Refused) -> None:
    """REC-22: the nurse records two forms, and screens nobody."""
    assert refused(screen("P2"), by="nora")[0].code == "ACT-01"


def test_it_keeps_the_old_value(book: Book, refused: Refused) -> None:
    """REC-23: another site needs a reason, and leaves the status alone."""
    book.record(screen("P2", site="north"), by="ines")
    book.record(enrol("P2"), by="ines")
    assert refused(screen("P2", site="south"))[0].code == "ACT-18"
    book.record(screen("P2", site="south", reason="moved"), by="ines")
    assert [entry.site for entry in book.history(participant="P2") if entry.act == "screen"] == ["north", "south"]
    assert (book.casebooks()["P2"].site, book.casebooks()["P2"].status) == ("south", "enrolled")


def test_another_site_needs_the_right_there(book: Book, refused: Refused) -> None:
    """REC-24: who is of one site neither gives a participant away nor takes one."""
    for person, role in (("ana", "investigator"), ("cato", "custodian")):
        book.record(grant(person, role, site="north"), by=CUSTODIAN)
    book.record(screen("P2", site="north"), by="ana")
    for act in (screen("P2", site="south", reason="misread"), screen("P2", site="south")):
        (problem,) = refused(act, by="ana")
        assert (problem.code, problem.values["old"], problem.values["new"]) == ("ACT-64", "north", "south")
    rows = import_rows([Draft(act="screen", participant="P2", site="south")], reason="misread")
    assert refused(rows, by="cato")[0].code == "ACT-64"
    book.record(grant("ana", "investigator", site="south"), by=CUSTODIAN)
    book.record(screen("P2", site="south", reason="misread"), by="ana")
    book.record(grant("cato", "custodian", site="south"), by=CUSTODIAN)
    rows = import_rows([Draft(act="screen", participant="P2", site="north")], reason="misread again")
    assert [entry.site for entry in book.record(rows, by="cato").entries] == ["north"]


def test_it_is_in_the_trail(book: Book) -> None:
    """REC-20: the entry says who screened whom."""
    (entry,) = book.record(screen("P2", site="north"), by="ines").entries
    assert (entry.act, entry.participant, entry.site, entry.by) == ("screen", "P2", "north", "ines")


@pytest.mark.parametrize("code", ["", " P2", "P2 ", "P\t2", "P\u00a02", "P\u200b2", "P\u202e2", "e\u0301", "P" * 65])
def test_a_code_can_be_seen_and_typed(refused: Refused, code: str) -> None:
    """REC-21: blanks at the ends, invisible and doubly written characters are no code."""
    assert refused(screen(code))[0].code == "ACT-15"


@pytest.mark.parametrize("code", ["p1", "\uff301", "P\uff11"])
def test_a_code_that_looks_like_another_is_refused(refused: Refused, code: str) -> None:
    """REC-21: case and width do not tell two people apart."""
    (problem,) = refused(screen(code))
    assert (problem.code, problem.values["like"]) == ("ACT-16", "P1")
