"""That erased words are gone from the disk, and that nothing else can be taken from a ledger.

ERASED-01: R13: no file of the folder holds a byte of the words: not the ledger, its free pages, or the log beside it.
ERASED-02: R06: the guard lets go of the words of an entry that an act names, of all of them, and of nothing else.
ERASED-03: words that are gone without an act are reported as damage; with one, `verify` names nothing.
ERASED-04: killed at any moment, the words are whole or gone; who opens the ledger next cleans its free pages.
ERASED-05: while another program reads, the words are erased and the cleaning waits; `verify` says so.
ERASED-06: another book, open all the while, forgets the words too.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.conftest import CUSTODIAN, Site

from trialbook.capture.acts import enter, erase, note
from trialbook.capture.book import Book
from trialbook.capture.file import mark_erasing
from trialbook.capture.ledger import HASHED, SEALED
from trialbook.capture.verify import verify_place

pytestmark = pytest.mark.files

WORDS = "Xaviera Quellenbrunn"


def typed(book: Book, words: str = WORDS) -> int:
    """Type words where none belong; return the number of the entry."""
    return book.record(enter("P1", "enzymes", "comment", words, visit="baseline"), by="nora").entries[0].seq


def found(folder: Path, words: str = WORDS) -> list[str]:
    """Return the files of a folder that hold these words in any of their bytes."""
    return [file.name for file in folder.rglob("*") if file.is_file() and words.encode() in file.read_bytes()]


def test_no_byte_is_left(site: Site, book: Book) -> None:
    """ERASED-01: among a thousand other entries, so that pages were split and moved around."""
    with book.together():
        for number in range(500):
            book.record(note(f"note {number} " + "x" * (number % 90)), by="ines")
    seq = typed(book)
    with book.together():
        for number in range(500):
            book.record(note(f"note {number} " + "y" * (number % 90)), by="ines")
    assert found(site.folder)
    book.record(erase([seq], reason="a name"), by=CUSTODIAN)
    assert found(site.folder) == []
    book.close()
    assert found(site.folder) == []
    assert verify_place(site.file).problems == ()


def test_many_at_once(site: Site, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """ERASED-01: more than one statement names; all of them, and no other."""
    monkeypatch.setattr("trialbook.capture.store.PART", 2)
    seqs = [book.record(note(f"{WORDS} {number}"), by="ines").entries[0].seq for number in range(5)]
    kept = book.record(note("kept"), by="ines").entries[0].seq
    book.record(erase(seqs, reason="names"), by=CUSTODIAN)
    assert [(entry.seq, entry.is_erased) for entry in book.entries([*seqs, kept])] == [
        *((seq, True) for seq in seqs), (kept, False),
    ]  # fmt: skip
    assert found(site.folder) == []
    assert not mark_erasing(site.file).exists()


def test_the_guard_names_every_column() -> None:
    """ERASED-02: a column that a later step adds has to be guarded too."""
    from trialbook.capture.migrations import expected_schema

    (words,) = [words for kind, name, words in expected_schema() if name == "entry_unchanged"]
    for name in (*HASHED, "hash"):
        assert f'NEW."{name}" IS NOT' in words or f"NEW.{name} IS NOT" in words, name
    for name in SEALED:
        assert f"NEW.{name}" in words


def test_nothing_else_is_let_go(site: Site, book: Book) -> None:
    """ERASED-02: no other entry, no other field, no other words in their place, no half of them."""
    first, second = typed(book), book.record(note("another"), by="ines").entries[0].seq
    book.record(erase([first], reason="a name"), by=CUSTODIAN)
    empty = ", ".join(f"{name} = NULL" for name in SEALED)
    tries = [
        (f"UPDATE entry SET {empty} WHERE seq = ?", second),  # noqa: S608 - names of our own columns
        ("UPDATE entry SET text = 'z' WHERE seq = ?", first),
        ("UPDATE entry SET \"by\" = 'z' WHERE seq = ?", first),
        ("UPDATE entry SET about = 1 WHERE seq = ?", first),
        ("UPDATE entry SET mode = 'paper' WHERE seq = ?", first),
        ("DELETE FROM entry WHERE seq = ?", first),
    ]
    with closing(sqlite3.connect(site.file)) as connection:
        for statement, seq in tries:
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement, [seq])
    assert book.verify().problems == ()


def test_words_that_are_gone_without_an_act(site: Site, book: Book) -> None:
    """ERASED-03: the owner of the file took them away."""
    seq = typed(book)
    with closing(sqlite3.connect(site.file)) as connection, connection:
        (guard,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_unchanged'").fetchone()
        connection.execute("DROP TRIGGER entry_unchanged")
        connection.execute("UPDATE entry SET text = NULL, value = NULL, salt = NULL WHERE seq = ?", [seq])
        connection.execute(guard)
    assert [problem.code for problem in book.verify().problems] == ["LEDGER-34"]


DEATH = """
import os, sys
from datetime import timedelta
sys.path[:0] = [ROOT, ROOT + "/src"]
from pathlib import Path
from tests.conftest import STUDY, Site, read_text
from trialbook.capture import file, store
from trialbook.capture.acts import erase

def die(*_):
    os.kill(os.getpid(), 9)

if WHEN == "before the commit":
    append = store.Transaction.erase
    store.Transaction.erase = lambda self, seqs: (append(self, seqs), die())
if WHEN == "after the commit":
    file.Store.clean = die
if WHEN == "after the vacuum":
    file.cleaned = lambda connection: (connection.exec_driver_sql("VACUUM"), die())
site = Site(Path(FOLDER), read_text(STUDY))
site.chance.numbers = iter(range(10**6, 10**7))
site.clock.moment += timedelta(days=1)
with site.open() as book:
    book.record(erase([SEQ], reason="a name"), by="carla", request="once")
"""


@pytest.mark.parametrize("when", ["before the commit", "after the commit", "after the vacuum"])
def test_killed(site: Site, when: str) -> None:
    """ERASED-04: the ledger verifies, and the words are all there or nowhere."""
    with site.create() as book:
        seq = typed(book)
    names = {"ROOT": str(Path(__file__).parents[2]), "FOLDER": str(site.folder), "SEQ": seq, "WHEN": when}
    program = "".join(f"{name} = {value!r}\n" for name, value in names.items()) + DEATH
    died = subprocess.run([sys.executable, "-c", program], check=False, env={**os.environ, "PYTHONPATH": ""})
    assert died.returncode == -signal.SIGKILL
    with site.open() as book:
        (entry,) = book.entries([seq])
        assert book.verify().problems == ()
        assert entry.is_erased is (when != "before the commit")
        assert bool(found(site.folder)) is (when == "before the commit")
        book.record(erase([seq], reason="a name"), by=CUSTODIAN, request="once")
        assert found(site.folder) == []


def test_somebody_reads_meanwhile(site: Site, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """ERASED-05: nobody waits long, nothing fails, and the next save cleans up."""
    monkeypatch.setattr("trialbook.capture.file.SHORT_PATIENCE", 50)
    seq = typed(book)
    with closing(sqlite3.connect(site.file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entry").fetchone()
        book.record(erase([seq], reason="a name"), by=CUSTODIAN)
        (problem,) = book.verify().problems
        assert (problem.code, problem.level) == ("LEDGER-44", "warning")
        assert mark_erasing(site.file).exists()
    book.record(note("later"), by="ines")
    assert found(site.folder) == []
    assert book.verify().problems == ()


def test_another_book_forgets(site: Site, book: Book) -> None:
    """ERASED-06: what it remembered of the answer is not judged by any more."""
    with site.open() as other:
        seq = typed(book)
        other.record(note("so that it reads"), by="ines")
        other.record(note("of P1", participant="P1"), by="ines")
        book.record(erase([seq], reason="a name"), by=CUSTODIAN)
        assert other.record(enter("P1", "enzymes", "comment", "fine", visit="baseline"), by="nora").entries
        assert WORDS not in repr(other._state)  # noqa: SLF001 - what the book remembers is the point
    assert WORDS not in repr(book._state)  # noqa: SLF001
    assert book.verify().problems == ()
