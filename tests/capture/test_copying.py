"""Copies of a ledger: whole, of one moment, apart from others, and on the disk.

COPY-01: a copy taken while somebody writes holds what was committed, in a single file that nobody else may read.
COPY-02: nothing is copied over a file, and what cannot be read is told.
COPY-03: a ledger made anew from its entries is the same; entries that do not follow one another leave no file.
COPY-05: of a copy, tables that others must not have are emptied, and no byte of them is left.
COPY-04: at the end the bytes and the name of the file are on the disk, as far as the system lets one ask for it.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from trialbook.capture import copying
from trialbook.capture.acts import enter, note
from trialbook.capture.book import Book
from trialbook.capture.copying import chunks, copy_database, empty_tables, on_disk, rebuild
from trialbook.capture.verify import verify_place
from trialbook.errors import LedgerError

if TYPE_CHECKING:
    from tests.conftest import Site

pytestmark = pytest.mark.files


def test_a_copy_while_somebody_writes(site: Site, book: Book) -> None:
    """COPY-01: of a ledger whose entries are partly in the log beside it; an act that is under way is not in it."""
    book.record(enter("P1", "background", "sex", "F"), by="ines")
    before, copy = book.head(), site.folder / "copy.db"
    with book.together():
        book.record(note("under way"), by="ines")
        copy_database(site.file, copy)
    found = verify_place(copy, before)
    assert (found.ok, found.head) == (True, before)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [one.name for one in site.folder.glob("copy.db*")] == ["copy.db"]


def test_a_copy_has_no_free_pages(site: Site, tmp_path: Path) -> None:
    """COPY-01: words that were deleted live on in the file that is copied, and not in the copy."""
    source = tmp_path / "other.db"
    live = sqlite3.connect(source)
    live.execute("PRAGMA secure_delete = OFF")
    with live:
        live.execute("CREATE TABLE t (words TEXT)")
        live.executemany("INSERT INTO t VALUES (?)", [(f"Quellenbrunn {number}" * 99,) for number in range(99)])
    with live:
        live.execute("DELETE FROM t")
    live.close()
    copy_database(source, site.folder / "copy.db")
    assert b"Quellenbrunn" in source.read_bytes()
    assert b"Quellenbrunn" not in (site.folder / "copy.db").read_bytes()


def test_what_is_not_copied(site: Site, book: Book) -> None:
    """COPY-02: the file that is there stays as it is; the one that is no database is named."""
    book.close()
    taken, other = site.folder / "taken.db", site.folder / "text.db"
    taken.write_bytes(b"kept")
    with pytest.raises(FileExistsError):
        copy_database(site.file, taken)
    assert taken.read_bytes() == b"kept"
    other.write_bytes(b"participant;visit\n" * 100)
    with pytest.raises(LedgerError) as told:
        copy_database(other, site.folder / "copy.db")
    (problem,) = told.value.problems
    assert (problem.code, problem.values["file"]) == ("LEDGER-03", str(other))


def test_made_anew(site: Site, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """COPY-03: in several parts; and no file is there where an entry is missing."""
    monkeypatch.setattr(copying, "CHUNK", 3)
    entries = list(book.entries())
    again, broken = site.folder / "again.db", site.folder / "broken.db"
    assert [len(some) for some in chunks(entries[:7])] == [3, 3, 1]
    rebuild(again, entries, mark="m")
    assert verify_place(again).head == book.head()
    with pytest.raises(LedgerError) as told:
        rebuild(broken, [*entries[:4], *entries[5:]], mark="m")
    (problem,) = told.value.problems
    assert (problem.code, problem.values["file"]) == ("LEDGER-14", str(broken))
    assert {one.name for one in site.folder.iterdir() if "again" not in one.name} <= {
        "ledger.db", "ledger.db-wal", "ledger.db-shm",
    }  # fmt: skip


def test_tables_that_are_emptied(tmp_path: Path) -> None:
    """COPY-05: those that are named, as far as they are there; the others keep their rows."""
    file = tmp_path / "accounts.db"
    live = sqlite3.connect(file)
    with live:
        for name in ("session", "person"):
            live.execute(f"CREATE TABLE {name} (words TEXT)")
            live.execute(f"INSERT INTO {name} VALUES ('Quellenbrunn the {name}')")  # noqa: S608 - names of our own
    live.close()
    empty_tables(file, ["session", "not there"])
    content = file.read_bytes()
    assert (b"Quellenbrunn the session" in content, b"Quellenbrunn the person" in content) == (False, True)
    (tmp_path / "text").write_bytes(b"x" * 5000)
    with pytest.raises(LedgerError):
        empty_tables(tmp_path / "text", ["session"])


def synced(path: Path, monkeypatch: pytest.MonkeyPatch, system: str) -> list[int]:
    """Return which files are asked to be on the disk on a system, in order."""
    asked: list[int] = []
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda number: asked.append(os.fstat(number).st_ino))
        patched.setattr(os, "name", system)
        on_disk(path)
    return asked


def test_on_the_disk(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """COPY-04: the file and its folder; where folders cannot be opened, the file alone; nothing stays open."""
    file, folder = site.folder / "file", site.folder
    file.write_bytes(b"x")
    open_before = len(list(Path("/dev/fd").iterdir()))
    assert synced(file, monkeypatch, "posix") == [file.stat().st_ino, folder.stat().st_ino]
    assert synced(file, monkeypatch, "nt") == [file.stat().st_ino]
    assert synced(folder, monkeypatch, "posix") == [folder.stat().st_ino, folder.parent.stat().st_ino]
    assert len(list(Path("/dev/fd").iterdir())) == open_before
