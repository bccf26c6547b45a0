"""Erase words that identify a person.

ERASE-01: R13: the words of the named entries are gone, the entry stays, and an act says who erased it, when and why.
ERASE-02: R13: only a custodian may; the reason must be there, and must not say the words again.
ERASE-03: what the rest of the ledger hangs on cannot be erased; an entry that does not exist neither.
ERASE-04: the cell is empty everywhere, and can be answered anew; an answer that was corrected since stays.
ERASE-05: a signature over an answer that is erased is void; a lock does not stand in the way.
ERASE-06: erasing again adds nothing, and sent again it is recorded once.
ERASE-07: what is no free word outlives the words: that a note was a safety alert, the day of a status or a recording,
    from what a consent was withdrawn and when; at every moment, and as of an earlier one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.conftest import CUSTODIAN, PEOPLE, Site

from trialbook.analysis.frames import collect
from trialbook.capture.acts import (
    correct,
    enter,
    erase,
    freeze,
    note,
    reinstate,
    restore_consent,
    sign,
    withdraw,
    withdraw_consent,
)
from trialbook.capture.asking import alert
from trialbook.capture.book import Book
from trialbook.capture.erasure import also_saying, erased_by, kept_facts, read_whole
from trialbook.capture.shelf import Shelf
from trialbook.conduct.casebook import Cell
from trialbook.conduct.content import content_of

if TYPE_CHECKING:
    from tests.conftest import Refused

NAME = "Mrs Wong of Bonham Road"
CELL = Cell("baseline", "enzymes", "", "comment")


def typed(book: Book, text: str = NAME) -> int:
    """Type a name where none belongs; return the number of the entry."""
    receipt = book.record(enter("P1", "enzymes", "comment", text, visit="baseline"), by="nora")
    return receipt.entries[0].seq


def test_it_works(book: Book) -> None:
    """ERASE-01: the words are gone and the chain holds."""
    seq = typed(book)
    (act,) = book.record(erase([seq], reason="a name was typed"), by=CUSTODIAN).entries
    (gone,) = book.entries([seq])
    assert (gone.text, gone.value, gone.salt, gone.is_erased, gone.by) == (None, None, None, True, "nora")
    assert (act.act, act.about, act.by, act.reason) == ("erase", seq, CUSTODIAN, "a name was typed")
    assert book.verify().problems == ()
    assert erased_by(book.entries()) == {seq: act}


def test_it_is_in_the_trail(book: Book) -> None:
    """ERASE-01: the history of the cell tells it, beside what it erased."""
    seq = typed(book)
    book.record(erase([seq], reason="a name"), by=CUSTODIAN)
    found = book.history(participant="P1", form="enzymes", item="comment")
    assert [(entry.act, entry.is_erased) for entry in found] == [("enter", True), ("erase", False)]


def test_it_needs_the_right(book: Book, refused: Refused) -> None:
    """ERASE-02: nobody but the custodian."""
    seq = typed(book)
    for person in PEOPLE:
        assert refused(erase([seq], reason="a name"), by=person)[0].code == "ACT-01"


def test_it_needs_a_reason(book: Book, refused: Refused) -> None:
    """ERASE-02: one that does not repeat what is erased."""
    seq = typed(book)
    assert refused(erase([seq], reason=" "), by=CUSTODIAN)[0].code == "ACT-02"
    assert refused(erase([seq], reason=f"typed {NAME.upper()} here"), by=CUSTODIAN)[0].code == "ACT-62"


def test_what_cannot_be_erased(book: Book, refused: Refused) -> None:
    """ERASE-03: the plan, who may do what, and what is not there."""
    kinds = {entry.act: entry.seq for entry in book.entries()}
    for act in ("open", "adopt", "grant"):
        assert refused(erase([kinds[act]], reason="no"), by=CUSTODIAN)[0].code == "ACT-61"
    assert refused(erase([4711], reason="no"), by=CUSTODIAN)[0].code == "ACT-60"


def test_all_or_nothing(book: Book, refused: Refused) -> None:
    """ERASE-03: one that cannot be erased keeps the others."""
    seq = typed(book)
    refused(erase([1, seq], reason="no"), by=CUSTODIAN)
    assert not any(entry.is_erased for entry in book.entries())


def test_the_cell_is_empty_and_open(book: Book) -> None:
    """ERASE-04: in the casebook and for the next answer, which needs no reason; in data sets with a code for it."""
    shelf = Shelf(book)
    seq = typed(book)
    shelf.catch_up()
    book.record(erase([seq], reason="a name"), by=CUSTODIAN)
    assert CELL not in book.casebooks()["P1"].answers
    assert CELL not in shelf.catch_up().casebooks["P1"].answers
    columns = book.columns().answers
    place = columns["item"].index("comment")
    assert [columns[name][place] for name in ("text", "value", "missing")] == [None, None, "erased"]
    again = typed(book, "haemolysed")
    assert book.casebooks()["P1"].answers[CELL].first_seq == again
    assert shelf.catch_up().casebooks == book.casebooks()
    assert book.verify().problems == ()


def test_an_older_answer(book: Book) -> None:
    """ERASE-04: the correction stands, and its history says that there was another answer."""
    seq = typed(book)
    book.record(correct("P1", "enzymes", "comment", "none", visit="baseline", reason="typing error"), by="nora")
    book.record(erase([seq], reason="a name"), by=CUSTODIAN)
    assert book.casebooks()["P1"].answers[CELL].value == "none"
    assert book.verify().problems == ()


def test_a_signature_is_void(book: Book) -> None:
    """ERASE-05: what was signed is not there any more."""
    seq = typed(book)
    casebook = book.casebooks()["P1"]
    what = content_of(book.study, casebook, Cell("baseline", "enzymes", "", ""))
    book.record(sign("P1", "form", "I agree", content=what, visit="baseline", form="enzymes"), by="ines")
    book.record(freeze("form", participant="P1", visit="baseline", form="enzymes"), by=CUSTODIAN)
    shelf = Shelf(book)
    book.record(erase([seq], reason="a name"), by=CUSTODIAN)
    (seal,) = [seal for seal in book.casebooks()["P1"].seals.values() if seal.kind == "sign"]
    assert seal.void_since == book.head().count
    assert shelf.catch_up().casebooks == book.casebooks()


def test_other_words(book: Book) -> None:
    """ERASE-04: a note, the cause of an end, a reason; a status stays what it was."""
    book.record(withdraw("P1", on="2026-03-01", why=f"moved, says {NAME}"), by="ines")
    book.record(reinstate("P1", reason=f"it was {NAME}"), by="ines")
    book.record(note(f"call {NAME}", participant="P1"), by="ines")
    numbers = [entry.seq for entry in book.entries() if NAME in f"{entry.text} {entry.reason}"]
    assert len(numbers) == 3
    book.record(erase(numbers, reason="a name"), by=CUSTODIAN)
    assert book.casebooks()["P1"].status == "enrolled"
    assert book.verify().problems == ()


@pytest.mark.parametrize("request_id", [None, "r1"])
def test_again(book: Book, request_id: str | None) -> None:
    """ERASE-06: nothing is left to erase."""
    seq = typed(book)
    first = book.record(erase([seq], reason="a name"), by=CUSTODIAN, request=request_id)
    again = book.record(erase([seq], reason="a name"), by=CUSTODIAN, request=request_id)
    assert again.entries == (first.entries if request_id else ())


def test_what_says_the_same(book: Book) -> None:
    """ERASE-04: corrections, notes and reasons that repeat the words are named beforehand; short words are not."""
    seq = typed(book)
    book.record(note(f"I mean {NAME.lower()}", participant="P1"), by="ines")
    entries = list(book.entries())
    assert [entry.act for entry in also_saying(entries, [entries[seq - 1]])] == ["note"]


# ---- what outlives the words ------------------------------------------------------------------------------------


def alerts(book: Book, as_of: int | None = None) -> tuple[tuple[str, int], ...]:
    """Return participant and entry of the safety alerts that the report counts."""
    return collect(book.study, book.columns(as_of)).alerts


def test_a_safety_alert_still_counts(book: Book) -> None:
    """ERASE-07: also before it was erased, and when the act that erased it is erased too; a plain note is none."""
    (told,) = book.record(alert("P1", f"{NAME} choked"), by="amir").entries
    plain = book.record(note(f"{NAME} choked", participant="P1"), by="ines").entries[0].seq
    assert alerts(book) == (("P1", told.seq),)
    before = book.head().count
    (act, _) = book.record(erase([told.seq, plain], reason="a safety alert named her"), by=CUSTODIAN).entries
    assert alerts(book) == alerts(book, before) == (("P1", told.seq),)
    (again,) = book.record(erase([act.seq], reason="once more"), by=CUSTODIAN).entries
    assert alerts(book) == alerts(book, before) == (("P1", told.seq),)
    gone = [entry.seq for entry in book.entries() if entry.is_erased]
    assert (gone, again.is_erased) == ([told.seq, plain, act.seq], False)
    other = book.record(alert("P1", "faint"), by="amir").entries[0].seq
    assert alerts(book) == (("P1", told.seq), ("P1", other))
    assert also_saying(book.entries(), book.entries([other])) == ()
    assert book.verify().problems == ()


def ends(book: Book, as_of: int | None = None) -> dict[str, tuple[int, str | None]]:
    """Return from what P1 withdrew: by which entry, and on which day."""
    return {scope: (one.seq, one.on) for scope, one in book.casebooks(as_of)["P1"].withdrawn_from.items()}


def test_a_consent_stays_withdrawn_and_restored(book: Book, site: Site) -> None:
    """ERASE-07: at every moment, in casebooks, columns and the next act; the cause is gone."""
    acts = (
        withdraw_consent("P1", "treatment", on="2026-02-20", why=NAME),
        withdraw_consent("P1", "data use", on="2026-03-01", why=NAME),
        restore_consent("P1", "treatment", reason=f"{NAME} asked for it"),
    )
    numbers = [book.record(act, by="ines").entries[0].seq for act in acts]
    moments = [*numbers, None]
    before = [ends(book, moment) for moment in moments]
    assert [sorted(found) for found in before] == [["treatment"], ["data use", "treatment"], ["data use"], ["data use"]]
    book.record(erase(numbers, reason="a name"), by=CUSTODIAN)
    assert [ends(book, moment) for moment in moments] == before
    assert book.casebooks()["P1"].withdrawn_from["data use"].why == ""
    for moment in moments[1:]:
        assert len(collect(book.study, book.columns(moment)).participants) == 0
    with site.open() as other:
        assert other.record(withdraw_consent("P1", "data use"), by="ines").entries == ()
        other.record(restore_consent("P1", "data use", reason="asked again"), by="ines")
    assert ends(book) == {}
    assert book.verify().problems == ()


def test_the_day_of_a_status_stays(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """ERASE-07: the cause of an end goes, its day does not; however few entries are read at a time."""
    seq = book.record(withdraw("P1", on="2026-03-01", why=f"moved, says {NAME}"), by="ines").entries[0].seq
    shelf = Shelf(book)
    book.record(erase([seq], reason="a name"), by=CUSTODIAN)
    monkeypatch.setattr("trialbook.capture.book.CHUNK", 2)
    casebook = book.casebooks()["P1"]
    assert (casebook.status, casebook.ended_on, casebook.end_reason) == ("withdrawn", "2026-03-01", None)
    assert shelf.catch_up().casebooks == Shelf(book).view.casebooks == book.casebooks()
    assert (book.columns().statuses["ended_on"], book.columns().statuses["end_reason"]) == (["2026-03-01"], [None])


def test_an_act_of_an_earlier_version(book: Book) -> None:
    """ERASE-07: one that did not say what outlives the words changes nothing in what was read so far."""
    seq = book.record(withdraw("P1", on="2026-03-01", why=NAME), by="ines").entries[0].seq
    book.record(erase([seq], reason="a name"), by=CUSTODIAN)
    entries = [replace(entry, value=None) if entry.act == "erase" else entry for entry in book.entries()]
    assert kept_facts(entries) == {}
    assert list(read_whole(entries)) == entries
