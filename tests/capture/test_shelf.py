"""The shelf: casebooks kept current by reading on.

SHELF-01: after any history it shows what a fold of the whole ledger shows: casebooks, people, study, head.
SHELF-02: what it showed before stays as it was: a page that is being made is of one moment.
SHELF-03: threads that read while others record see whole acts, and never go back.
SHELF-04: a ledger that was cut or rewritten behind its back is told.
SHELF-06: what was saved just now is taken in without reading it again, where it follows.
SHELF-05: words that were erased from entries read before are gone.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.capture.test_writer import WANTED
from tests.conftest import STUDY, read_text

from trialbook.capture.acts import Act, adopt, correct, enter, erase, grant, revoke, save_form
from trialbook.capture.book import Book
from trialbook.capture.shelf import Shelf
from trialbook.capture.writer import Writer
from trialbook.errors import ActRefused, LedgerError

if TYPE_CHECKING:
    from tests.conftest import Site


def agrees(shelf: Shelf, book: Book) -> bool:
    """Tell whether the shelf shows what the whole ledger says."""
    shelf.catch_up()
    same = (shelf.head, shelf.people, shelf.study.fingerprint) == (
        book.head(),
        book.people_at(None),
        book.study_at(None).fingerprint,
    )
    return same and dict(shelf.casebooks) == book.casebooks()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(WANTED, max_size=10), every=st.integers(1, 4))
def test_any_history(site: Site, acts: list[Act], every: int) -> None:
    """SHELF-01: caught up after every few acts."""
    folder = site.folder / site.chance()
    folder.mkdir()
    with type(site)(folder, site.study).create() as book:
        shelf = Shelf(book)
        for number, act in enumerate(acts):
            try:
                book.record(act, by="ines")
            except ActRefused:
                continue
            assert number % every or agrees(shelf, book)
        assert agrees(shelf, book)


def test_people_and_study(site: Site, book: Book) -> None:
    """SHELF-01: grants, and a version of the study that another program adopted."""
    shelf = Shelf(book)
    with site.open() as other:
        other.record(grant("nina", "nurse"), by="carla")
        other.record(revoke("nora", "nurse", reason="left"), by="carla")
        later = read_text(STUDY.replace("Four weeks", "Five weeks"))
        other.record(adopt(later, reason="amendment"), by="carla")
    assert agrees(shelf, book)
    assert shelf.study.identity.title == {"en": "Five weeks of an invented drug"}
    assert shelf.casebook("P1") is not None
    assert shelf.casebook("P9") is None


def test_what_was_shown_stays(book: Book) -> None:
    """SHELF-02."""
    shelf = Shelf(book)
    book.record(enter("P1", "background", "sex", "F"), by="ines")
    before = shelf.catch_up()
    book.record(correct("P1", "background", "sex", "M", reason="typo"), by="ines")
    after = shelf.catch_up()
    assert before.casebooks["P1"].value("background", "sex") == "F"
    assert after.casebooks["P1"].value("background", "sex") == "M"
    assert shelf.catch_up() is after


def test_threads(book: Book) -> None:
    """SHELF-03: both items of a row come together, and the head only grows."""
    shelf, writer, wrong = Shelf(book), Writer(book), list[object]()
    is_over = threading.Event()

    def look() -> None:
        last = 0
        while not is_over.is_set():
            view = shelf.catch_up()
            casebook = view.casebooks["P1"]
            rows = {cell.repeat for cell in casebook.answers}
            halves = [row for row in rows if len([cell for cell in casebook.answers if cell.repeat == row]) != 2]
            wrong.extend([*halves, *([view.head.count] if view.head.count < last else [])])
            last = view.head.count

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(40):
        writer.record(save_form("P1", "drugs", {"drug": "x", "start": "2013"}, repeat=str(number)), by="nora")
    is_over.set()
    for reader in readers:
        reader.join(10)
    writer.close()
    assert wrong == []
    assert agrees(shelf, book)


@pytest.mark.files
def test_a_ledger_that_was_rewritten(site: Site, book: Book) -> None:
    """SHELF-04: the next entry does not follow from the last that was read."""
    shelf = Shelf(book)
    book.record(enter("P1", "background", "sex", "F"), by="ines")
    with closing(sqlite3.connect(site.file)) as connection, connection:
        for name in ("entry_unchanged",):
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE entry SET previous = ? WHERE item IS NOT NULL", ["f" * 64])
    with pytest.raises(LedgerError) as told:
        shelf.catch_up()
    assert [problem.code for problem in told.value.problems] == ["LEDGER-35"]


@pytest.mark.files
def test_words_that_were_erased(site: Site, book: Book) -> None:
    """SHELF-05: the entry that erases makes the shelf read everything again."""
    shelf = Shelf(book)
    receipt = book.record(enter("P1", "enzymes", "comment", "a name", visit="baseline"), by="nora")
    assert agrees(shelf, book)
    seq = receipt.entries[0].seq
    book.record(enter("P1", "background", "sex", "F"), by="ines")
    with closing(sqlite3.connect(site.file)) as connection, connection:
        connection.execute("DROP TRIGGER entry_unchanged")
        connection.execute("UPDATE entry SET text = NULL, value = NULL, salt = NULL WHERE seq = ?", [seq])
        connection.execute("UPDATE entry SET act = 'erase', item = NULL, about = ? WHERE seq > ?", [seq, seq])
    casebook = shelf.catch_up().casebooks["P1"]
    assert casebook.value("enzymes", "comment", visit="baseline") is None


def test_what_was_saved_just_now(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """SHELF-06: the same as read; what does not follow, or took words away, is left to be read."""
    shelf, again = Shelf(book), Shelf(book)
    first = book.record(enter("P1", "enzymes", "comment", "Quellenbrunn", visit="baseline"), by="nora").entries
    second = book.record(enter("P1", "background", "sex", "F"), by="ines").entries
    before = shelf.head
    for saved in ((), second):
        shelf.put(saved)
        assert shelf.head == before
    with monkeypatch.context() as patched:
        patched.setattr(book, "chunks", lambda _: pytest.fail("nothing is read"))
        shelf.put(first)
        shelf.put(second)
        assert shelf.catch_up() is shelf.view
    again.catch_up()
    assert (shelf.view.head, shelf.casebooks, shelf.people) == (again.view.head, again.casebooks, again.people)
    erased = book.record(erase([first[0].seq], reason="a name"), by="carla").entries
    shelf.put(erased)
    assert shelf.head == again.head
    assert shelf.catch_up().head == book.head()
    assert shelf.casebooks["P1"].value("enzymes", "comment", visit="baseline") is None
