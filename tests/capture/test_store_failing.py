"""The store where the file, the disk or the program below it fails.

STORE-04: whatever is wrong with a file gives a sentence; no other file is replaced, and no half one is left.
STORE-05: a full disk, a failing disk and a lock give a sentence; what was acknowledged is kept, the rest is not there.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from tests.capture.test_store import STAMP, code_of, made, raw

from trialbook.capture.acts import enter, note
from trialbook.capture.file import Store
from trialbook.capture.ledger import Draft, chain
from trialbook.capture.placing import beside
from trialbook.capture.store import Transaction
from trialbook.errors import LedgerError

if TYPE_CHECKING:
    from tests.conftest import Site

pytestmark = pytest.mark.files

__all__ = ["made"]


# ---- a file that is being made ----------------------------------------------------------------------------------


def no_links(self: Path, target: Path) -> None:
    """Be a file system without links."""
    raise PermissionError(1, "Operation not permitted", str(self), None, str(target))


def refused_beside(file: Path, *, ahead: bytes = b"", theirs: bytes = b"") -> LedgerError:
    """Make a file that does not get its name, with something in the log beside it, or another in its place."""
    with pytest.raises(LedgerError) as told, beside(file, "m") as draft:  # noqa: PT012 - the end of the `with` refuses
        draft.write_bytes(b"ours")
        if ahead:
            draft.with_name(draft.name + "-wal").write_bytes(ahead)
        if theirs:
            file.write_bytes(theirs)
    return told.value


@pytest.mark.parametrize("has_links", [True, False])
def test_a_name_that_is_taken_meanwhile(site: Site, monkeypatch: pytest.MonkeyPatch, has_links: bool) -> None:  # noqa: FBT001 - a column
    """STORE-04: the other file stays as it is."""
    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", no_links)
    told = refused_beside(site.file, theirs=b"theirs")
    assert [problem.code for problem in told.problems] == ["LEDGER-13"]
    assert (site.file.read_bytes(), list(site.folder.iterdir())) == (b"theirs", [site.file])
    assert code_of(lambda: Store.create(site.file)) == "LEDGER-13"


def test_a_file_system_without_links(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """STORE-04: a ledger is made there as anywhere."""
    monkeypatch.setattr(Path, "hardlink_to", no_links)
    with site.create() as book:
        assert book.verify().ok
    assert [one.name for one in site.folder.iterdir()] == ["ledger.db"]


def test_a_file_that_is_not_whole(site: Site) -> None:
    """STORE-04: with pages in the log beside it, it gets no name; an empty log keeps it from nothing."""
    (problem,) = refused_beside(site.file, ahead=b"the other half").problems
    assert (problem.code, problem.values["file"]) == ("LEDGER-10", str(site.file))
    assert list(site.folder.iterdir()) == []
    with beside(site.file, "m") as draft:
        draft.write_bytes(b"whole")
        draft.with_name(draft.name + "-wal").touch()
    assert [one.name for one in site.folder.iterdir()] == ["ledger.db"]


# ---- failures while recording -----------------------------------------------------------------------------------


def test_a_lock_held_by_another_program(made: Path, site: Site) -> None:
    """STORE-05: after waiting in vain the person is told; then it works."""
    with site.open(patience=0.1) as book, raw(made) as other:
        other.execute("BEGIN IMMEDIATE")
        assert code_of(lambda: book.record(note("x"), by="ines")) == "LEDGER-09"
        assert len(book.casebooks()) == 1
        other.execute("ROLLBACK")
        assert len(book.record(note("x"), by="ines").entries) == 1


def test_a_full_disk(made: Path) -> None:
    """STORE-05: SQLite is allowed no more pages; what was acknowledged stays, the refused entry is not there."""
    store = Store.open(made)
    with store.reading() as transaction:
        last = transaction.last()
        pages = transaction.connection.execute(text("PRAGMA page_count")).scalar()
        transaction.connection.execute(text(f"PRAGMA max_page_count = {int(pages or 0) + 20}"))
    assert last is not None
    kept = [last]

    def fill() -> None:
        for _ in range(100):
            draft = Draft(act="note", text="x" * 3000)
            entry = chain(draft, STAMP, seq=kept[-1].seq + 1, previous=kept[-1].hash, salt="s")
            with store.writing() as transaction:
                transaction.append([entry])
            kept.append(entry)

    assert code_of(fill) == "LEDGER-10"
    with store.reading() as transaction:
        assert transaction.last() == kept[-1]
    store.close()
    assert len(kept) > 5


FAILING_DISK = """
import resource, sys
from trialbook.capture.acts import note
from trialbook.errors import LedgerError

def run(site):
    acknowledged = []
    with site.open() as book:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        try:
            for number in range(1000):
                book.record(note("x" * 3000), by="ines", request=f"save-{number}")
                acknowledged.append(f"save-{number}")
        except LedgerError as error:
            first = error.problems[0].code
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        try:
            book.record(note("y"), by="ines")
        except LedgerError as error:
            then = error.problems[0].code
    with site.open() as book:
        stored = [entry.request for entry in book.entries() if entry.request.startswith("save-")]
        assert stored[: len(acknowledged)] == acknowledged and len(stored) <= len(acknowledged) + 1
        assert len(stored) == len(set(stored)) and len(acknowledged) > 5
        book.record(note("x" * 3000), by="ines", request=f"save-{len(acknowledged)}")
        assert book.verify().ok
    print(first, then)
"""


def run_apart(script: str, folder: Path) -> str:
    """Run a script in a process of its own, with the site of `folder`; return what it prints."""
    root = Path(__file__).parents[2]
    begin = f"import sys; sys.path[:0] = [{str(root)!r}, {str(root / 'src')!r}]\n"
    site = "from pathlib import Path\nfrom tests.conftest import STUDY, Site, read_text\n"
    end = f"\nrun(Site(Path({str(folder)!r}), read_text(STUDY)))\n"
    done = subprocess.run(
        [sys.executable, "-c", begin + site + script + end], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_disk_that_fails(made: Path) -> None:
    """STORE-05: after a failed write the outcome is unknown, and the book writes no more until it is opened again."""
    assert run_apart(FAILING_DISK, made.parent).split() == ["LEDGER-12", "LEDGER-12"]


SAID = {
    sqlite3.SQLITE_BUSY_SNAPSHOT: "LEDGER-09",
    sqlite3.SQLITE_LOCKED: "LEDGER-09",
    sqlite3.SQLITE_PERM: "LEDGER-04",
    sqlite3.SQLITE_READONLY_DBMOVED: "LEDGER-04",
    sqlite3.SQLITE_CANTOPEN: "LEDGER-04",
    sqlite3.SQLITE_FULL: "LEDGER-10",
    sqlite3.SQLITE_CORRUPT_INDEX: "LEDGER-11",
    sqlite3.SQLITE_NOTADB: "LEDGER-03",
    sqlite3.SQLITE_CONSTRAINT_TRIGGER: "LEDGER-14",
    sqlite3.SQLITE_NOMEM: "LEDGER-15",
    None: "LEDGER-11",
}


@pytest.mark.parametrize("number", SAID)
def test_what_the_database_says(made: Path, number: int | None) -> None:
    """STORE-05: each of its codes has its sentence, reading and writing; the store goes on afterwards."""
    error = sqlite3.OperationalError("said")
    if number is not None:
        error.sqlite_errorcode = number
    with closing(Store.open(made)) as store:
        for begin in (store.reading, store.writing):

            def use(begin: Callable[[], AbstractContextManager[Transaction]] = begin) -> None:
                with begin():
                    raise error

            assert code_of(use) == SAID[number]
        with store.writing() as transaction:
            assert transaction.last() is not None


def test_after_a_failed_write(made: Path) -> None:
    """STORE-05: reading from a failing disk is a problem of its own; after writing to it nothing more is written."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    with closing(Store.open(made)) as store:

        def read() -> None:
            with store.reading():
                raise error

        def write() -> None:
            with store.writing():
                raise error

        def write_again() -> None:
            with store.writing():
                pytest.fail("nothing is begun")

        assert code_of(read) == "LEDGER-21"
        with store.writing():
            pass
        assert [code_of(write), code_of(write_again)] == ["LEDGER-12", "LEDGER-12"]
        with store.reading() as transaction:
            assert transaction.last() is not None
    with closing(Store.open(made)) as again, again.writing() as transaction:
        assert transaction.last() is not None


def test_what_the_database_says_otherwise(made: Path) -> None:
    """STORE-05: any other error of the database has a sentence, too."""
    store = Store.open(made)

    def read() -> None:
        with store.reading() as transaction:
            transaction.connection.execute(text("SELECT nothing FROM nowhere"))

    assert code_of(read) == "LEDGER-15"
    store.close()


def test_a_mistake_of_the_program_undoes_the_act(site: Site) -> None:
    """STORE-05: whatever is raised between judging and committing, nothing of the act is stored."""
    with site.create() as book:
        before = book.head()
        good = site.chance.numbers

        def failing() -> Iterator[int]:
            yield 1_000_000
            raise ZeroDivisionError

        site.chance.numbers = failing()
        with pytest.raises(ZeroDivisionError):
            book.record(enter("P1", "enzymes", "ck", "1", visit="baseline"), by="nora")
        site.chance.numbers = good
        assert book.head() == before
        assert len(book.record(enter("P1", "enzymes", "ck", "1", visit="baseline"), by="nora").entries) == 1
