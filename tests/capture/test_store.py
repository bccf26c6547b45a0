"""The store: settings, guards and failures of the file below a ledger.

STORE-01: settings are set and read back at every connection; a store where one does not hold is refused.
STORE-02: entries cannot be changed, deleted, replaced, skipped or forked by any statement (R06).
STORE-03: a missing or changed table, index or trigger is noticed at the next opening (R05).
STORE-07: how far a store reaches is told by one statement; its log is moved into the file without closing it.
STORE-08: a site has no more threads than its store has connections.
STORE-04: whatever is wrong with a file gives a sentence; the file is unchanged.
STORE-06: a schema of an older program is brought up to date, that of a newer one is refused; no entry changes (R16).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, text

from trialbook.capture import file as store_module
from trialbook.capture.book import Book
from trialbook.capture.file import SETTINGS, Store
from trialbook.capture.ledger import Draft, Entry, Stamp, chain
from trialbook.capture.migrations import MIGRATIONS, Migration, migrate, schema_differences, schema_version
from trialbook.capture.store import ENTRY, NAMES
from trialbook.errors import LedgerError
from trialbook.web.serving import THREADS
from trialbook.wording import remedy, sentence

if TYPE_CHECKING:
    from tests.conftest import Site

pytestmark = pytest.mark.files

STAMP = Stamp(
    at="2026-03-02T08:00:00.000000Z", by="a", role=None, on_behalf_of=None, request="r", study="s", program="p"
)


def code_of(attempt: Callable[[], object]) -> str:
    """Return the code of the one problem that an attempt ends with; its sentence and remedy can be written."""
    with pytest.raises(LedgerError) as told:
        attempt()
    (problem,) = told.value.problems
    assert sentence(problem)
    assert remedy(problem)
    return problem.code


@contextmanager
def raw(file: Path) -> Iterator[sqlite3.Connection]:
    """Open the file as its owner can, past the program."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        yield connection


@pytest.fixture
def made(site: Site) -> Path:
    """Return a closed ledger."""
    site.create().close()
    return site.file


# ---- settings and guards ----------------------------------------------------------------------------------------


def test_settings_hold(made: Path) -> None:
    """STORE-01: write-ahead log, full synchronisation, and the rest, as read from a connection of the store."""
    store = Store.open(made, patience=3)
    with store.reading() as transaction:
        found = {name: transaction.connection.execute(text(f"PRAGMA {name}")).scalar() for name in SETTINGS}
        patience = transaction.connection.execute(text("PRAGMA busy_timeout")).scalar()
    store.close()
    assert found == dict(SETTINGS)
    assert (found["journal_mode"], found["synchronous"], patience) == ("wal", 2, 3000)


def test_a_setting_that_does_not_hold_is_refused(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """STORE-01: SQLite ignores what it cannot do; reading back shows it."""
    monkeypatch.setattr(store_module, "SETTINGS", {"journal_mode": "wal", "page_size": 123})
    assert code_of(lambda: Store.open(made)) == "LEDGER-08"


def test_the_table_has_the_fields_of_an_entry(made: Path) -> None:
    """STORE-02: each field has its column, strictly typed."""
    with raw(made) as connection:
        columns = {row[1]: row[2] for row in connection.execute("PRAGMA table_info(entry)")}
        (strict,) = connection.execute("SELECT strict FROM pragma_table_list WHERE name = 'entry'").fetchone()
    assert set(columns) == {field.name for field in fields(Entry)} == {column.name for column in ENTRY.columns}
    assert {name for name, kind in columns.items() if kind == "INTEGER"} == {"seq", "version", "about", "source_row"}
    assert strict == 1


COPIED = ", ".join(f'"{name}"' for name in NAMES)
RENUMBERED = ", ".join("9" if name == "seq" else f'"{name}"' for name in NAMES)
COPY = f"INTO entry ({COPIED}) SELECT {COPIED} FROM entry"  # noqa: S608 - names of columns
FORK = f"INTO entry ({COPIED}) SELECT {RENUMBERED} FROM entry"  # noqa: S608 - names of columns


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET text = 'x' WHERE seq = 3",
        "UPDATE OR REPLACE entry SET seq = 1 WHERE seq = 3",
        "DELETE FROM entry WHERE seq = 8",
        "DELETE FROM entry",
        f"INSERT OR REPLACE {COPY} WHERE seq = 8",
        f"REPLACE {COPY} WHERE seq = 3",
        f"INSERT {COPY} WHERE seq = 3 ON CONFLICT DO UPDATE SET text = 'x'",
        f"INSERT {FORK} WHERE seq = 3",
    ],
)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_no_statement_changes_an_entry(made: Path, statement: str, recursive: str) -> None:
    """STORE-02: not by UPDATE, DELETE, REPLACE, upsert, nor an entry that forks the chain; with any setting."""
    with raw(made) as connection:
        connection.execute(f"PRAGMA recursive_triggers = {recursive}")
        before = connection.execute("SELECT * FROM entry").fetchall()
        with pytest.raises(sqlite3.IntegrityError, match="entry"):
            connection.execute(statement)
        assert connection.execute("SELECT * FROM entry").fetchall() == before


@pytest.mark.parametrize(("seq", "previous"), [(9, "0" * 64), (10, None), (8, None)])
def test_the_store_appends_only_what_follows(made: Path, seq: int, previous: str | None) -> None:
    """STORE-02: a fork, a gap and a number that is taken are refused with a sentence."""
    store = Store.open(made)
    with store.reading() as transaction:
        last = transaction.last()
    assert last is not None
    entry = chain(Draft(act="note"), STAMP, seq=seq, previous=previous or last.hash, salt="s")

    def append() -> None:
        with store.writing() as transaction:
            transaction.append([entry])

    assert code_of(append) == "LEDGER-14"
    store.close()


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("DROP TRIGGER entry_unchanged", "trigger entry_unchanged is missing"),
        ("DROP INDEX entry_cell", "index entry_cell is missing"),
        ("CREATE TRIGGER t AFTER INSERT ON entry BEGIN SELECT 1; END", "trigger t was added"),
        ("ALTER TABLE entry ADD COLUMN extra TEXT", "table entry was changed"),
        ("CREATE VIEW v AS SELECT 1", "view v was added"),
    ],
)
def test_a_changed_schema_is_noticed(made: Path, site: Site, statement: str, detail: str) -> None:
    """STORE-03: the next opening says what is missing, added or changed."""
    with raw(made) as connection:
        connection.execute(statement)
    with pytest.raises(LedgerError) as told:
        site.open()
    (problem,) = told.value.problems
    assert (problem.code, problem.values["detail"]) == ("LEDGER-07", detail)


# ---- files that are no ledger -----------------------------------------------------------------------------------


def test_a_file_that_is_not_there(site: Site) -> None:
    """STORE-04: nothing is created by opening."""
    assert code_of(site.open) == "LEDGER-01"
    assert not site.file.exists()


def test_a_folder(site: Site) -> None:
    """STORE-04: a folder in the place of the file."""
    site.file.mkdir()
    assert code_of(site.open) == "LEDGER-02"


@pytest.mark.parametrize("content", [b"participant;visit\n", b"PK\x03\x04", b"\xff\xfe", b"SQLite format 3"])
def test_a_file_of_another_kind(site: Site, content: bytes) -> None:
    """STORE-04: text, a spreadsheet, half a header."""
    site.file.write_bytes(content)
    assert code_of(site.open) == "LEDGER-03"
    assert site.file.read_bytes() == content


def test_an_empty_file(site: Site) -> None:
    """STORE-04: nothing in it, or a ledger without entries."""
    site.file.write_bytes(b"")
    assert code_of(site.open) == "LEDGER-16"
    site.file.unlink()
    Store.create(site.file).close()
    assert code_of(site.open) == "LEDGER-16"


def test_a_database_of_another_program(site: Site) -> None:
    """STORE-04: a well-formed SQLite file that is no ledger."""
    with raw(site.file) as connection:
        connection.execute("CREATE TABLE entry (seq)")
    assert code_of(site.open) == "LEDGER-05"


def test_an_address(site: Site) -> None:
    """STORE-04: an address of a server is no file name."""
    book = {"now": site.clock, "new_id": site.chance, "read": site.read}
    assert code_of(lambda: Book.open("mysql://localhost/study", **book)) == "LEDGER-19"  # type: ignore[arg-type]


def test_a_ledger_is_not_made_over_a_file(made: Path, site: Site) -> None:
    """STORE-04: creating refuses what is there, and leaves it as it is."""
    before = made.read_bytes()
    assert code_of(site.create) == "LEDGER-13"
    assert made.read_bytes() == before


def test_a_ledger_in_a_folder_that_is_not_there(site: Site) -> None:
    """STORE-04: the folder must be there, and be one."""
    assert code_of(lambda: Store.create(site.folder / "no" / "ledger.db")) == "LEDGER-01"
    (site.folder / "file").write_text("")
    assert code_of(lambda: Store.create(site.folder / "file" / "ledger.db")) == "LEDGER-01"


def test_a_study_that_cannot_be_adopted_leaves_no_file(site: Site) -> None:
    """STORE-04: what was made in vain is removed."""
    from dataclasses import replace

    from trialbook.errors import ActRefused

    with pytest.raises(ActRefused):
        Book.create(site.file, study=replace(site.study, text=""), by="carla", now=site.clock, new_id=site.chance)
    assert list(site.folder.iterdir()) == []


def test_a_file_whose_making_fails_is_removed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """STORE-04: a schema that cannot be made leaves nothing behind."""
    broken = Migration(number=1, name="broken", sqlite=("CREATE NONSENSE",))

    def migrate_badly(connection: Connection, *, file: str) -> None:
        migrate(connection, file=file, steps=(broken,))

    monkeypatch.setattr(store_module, "migrate", migrate_badly)
    assert code_of(site.create) == "LEDGER-15"
    assert list(site.folder.iterdir()) == []


def test_a_last_entry_that_was_changed(made: Path, site: Site) -> None:
    """STORE-03: nothing is recorded after an entry that is not as it was written."""
    with raw(made) as connection:
        (words,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_unchanged'").fetchone()
        connection.execute("DROP TRIGGER entry_unchanged")
        connection.execute("UPDATE entry SET \"by\" = 'eve' WHERE seq = 8")
        connection.execute(words)
    assert code_of(site.open) == "LEDGER-32"


@pytest.mark.parametrize("cut", [16, 100, 1000, 4096, 8192, 20_000, -1])
def test_a_truncated_file(made: Path, site: Site, cut: int) -> None:
    """STORE-04: wherever the file ends, there is a sentence, and it stays as it is."""
    content = made.read_bytes()[:cut]
    made.write_bytes(content)

    def use() -> None:
        with site.open() as book:
            book.casebooks()
            list(book.entries())
            book.columns()

    assert code_of(use) in {"LEDGER-03", "LEDGER-11"}
    assert made.read_bytes() == content


def test_an_entry_of_a_wrong_type(made: Path) -> None:
    """STORE-04: what no column was ever given is damage."""
    with raw(made) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        words = "UPDATE sqlite_master SET sql = replace(replace(sql, ') STRICT', ')'), 'act TEXT', 'act BLOB')"
        connection.execute(words)
        connection.execute("PRAGMA writable_schema = RESET")
        connection.execute("DROP TRIGGER entry_unchanged")
        connection.execute("UPDATE entry SET act = x'00ff' WHERE seq = 3")
    store = Store.look(made)

    def read() -> None:
        with store.reading() as transaction:
            list(transaction.entries())

    assert code_of(read) == "LEDGER-11"
    store.close()


@contextmanager
def read_only(content: bytes) -> Iterator[Path]:
    """Give a ledger that may not be written, in a folder that may not be written; root goes on as nobody."""
    folder = Path(tempfile.mkdtemp())
    file = folder / "ledger.db"
    file.write_bytes(content)
    file.chmod(0o444)
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    try:
        if is_root:
            os.seteuid(65534)
        yield file
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_read_only_file(made: Path) -> None:
    """STORE-04: a file that may not be written, and a folder in which none may be made."""
    content = made.read_bytes()
    with read_only(content) as file:
        assert code_of(lambda: Store.open(file)) == "LEDGER-04"
        assert code_of(lambda: Store.create(file.with_name("new.db"))) == "LEDGER-04"
        assert file.read_bytes() == content


# ---- older and newer programs -----------------------------------------------------------------------------------

LATER = Migration(number=len(MIGRATIONS) + 1, name="invented", sqlite=("CREATE TABLE later (x TEXT) STRICT",))


def test_an_older_schema_is_brought_up_to_date(made: Path) -> None:
    """STORE-06: the steps that are missing are made, in one transaction, and no entry changes."""
    store = Store.open(made)
    with store.reading() as transaction:
        before = list(transaction.entries())
    with store.writing() as transaction:
        migrate(transaction.connection, file="x", steps=(*MIGRATIONS, LATER))
        assert schema_version(transaction.connection) == LATER.number
        assert schema_differences(transaction.connection) == ["table later was added"]
    with store.reading() as transaction:
        assert list(transaction.entries()) == before
    store.close()


def test_a_newer_schema_is_refused(made: Path, site: Site) -> None:
    """STORE-06: the older program says which is newer, and leaves the file as it is."""
    with raw(made) as connection:
        connection.execute(f"PRAGMA user_version = {LATER.number}")
    before = made.read_bytes()
    assert code_of(site.open) == "LEDGER-06"
    assert made.read_bytes() == before


def test_a_step_that_fails_changes_nothing(made: Path) -> None:
    """STORE-06: a migration is whole or not at all."""
    store = Store.open(made)
    broken = Migration(number=LATER.number, name="broken", sqlite=(*LATER.sqlite, "CREATE NONSENSE"))

    def run() -> None:
        with store.writing() as transaction:
            migrate(transaction.connection, file="x", steps=(*MIGRATIONS, broken))

    assert code_of(run) == "LEDGER-15"
    with store.reading() as transaction:
        assert schema_differences(transaction.connection) == []
        assert schema_version(transaction.connection) == MIGRATIONS[-1].number
    store.close()


def test_how_far_it_reaches(made: Path) -> None:
    """STORE-07: 0 for a store without entries."""
    with closing(Store.create(made.with_name("empty.db"))) as empty:
        assert empty.reached() == 0
        with empty.reading() as transaction:
            assert (transaction.head(), transaction.last()) == (None, None)
    with closing(Store.open(made)) as store, store.reading() as transaction:
        last = transaction.last()
        assert last is not None
        assert transaction.head() == (store.reached(), last.hash, last.at) == (last.seq, last.hash, last.at)


def test_tidied_up(made: Path) -> None:
    """STORE-07: what was saved stands in the file itself afterwards, and was in the log alone before."""
    with closing(Store.open(made)) as store:
        with store.writing() as transaction:
            last = transaction.last()
            assert last is not None
            draft = Draft(act="note", text="Quellenbrunn")
            transaction.append([chain(draft, STAMP, seq=last.seq + 1, previous=last.hash, salt="s")])
        assert b"Quellenbrunn" not in made.read_bytes()
        store.tidy()
        assert b"Quellenbrunn" in made.read_bytes()


def test_a_connection_for_every_thread(made: Path) -> None:
    """STORE-08: all threads of a site read while another one writes; none waits for a connection."""
    with closing(Store.open(made)) as store, ExitStack() as readers, store.writing() as writing:
        held = [readers.enter_context(store.reading()) for _ in range(THREADS + 1)]
        assert {one.head() for one in held} == {writing.head()}
