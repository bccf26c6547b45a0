"""The store in a file, of SQLite: one study on one machine.

Every write is one `BEGIN IMMEDIATE` transaction, every read one snapshot. Whatever goes wrong below comes out as a
LedgerError with a sentence.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection, Engine, create_engine, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from trialbook.capture.ledger import SEALED
from trialbook.capture.migrations import MIGRATIONS, is_ledger, migrate, schema_differences, schema_version
from trialbook.capture.placing import check_file, remove, reserve
from trialbook.capture.store import (
    COLUMNS,
    CONNECTIONS,
    ENTRY,
    OVERFLOW,
    PATIENCE,
    REACHED,
    UNKNOWN,
    Transaction,
    in_parts,
)
from trialbook.errors import LedgerError, Problem

SETTINGS: Mapping[str, str | int] = MappingProxyType(
    {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "wal_autocheckpoint": 4000,
    }
)
"""Set at every connection and read back. `synchronous` 2 is FULL: with less, a power failure loses saves.

The log is moved into the file when nobody waits (`tidy`), and by the save that makes it longer than so many pages.
"""

KEPT_BY_FILE = frozenset({"journal_mode"})

SHORT_PATIENCE = 1000
"""Milliseconds to wait for readers before the cleaning of a file is left to whoever writes or opens it next."""

BY_ERROR: Mapping[int, str] = MappingProxyType(
    {
        sqlite3.SQLITE_BUSY: "LEDGER-09",
        sqlite3.SQLITE_LOCKED: "LEDGER-09",
        sqlite3.SQLITE_PERM: "LEDGER-04",
        sqlite3.SQLITE_READONLY: "LEDGER-04",
        sqlite3.SQLITE_CANTOPEN: "LEDGER-04",
        sqlite3.SQLITE_FULL: "LEDGER-10",
        sqlite3.SQLITE_IOERR: "LEDGER-21",
        sqlite3.SQLITE_CORRUPT: "LEDGER-11",
        sqlite3.SQLITE_NOTADB: "LEDGER-03",
        sqlite3.SQLITE_CONSTRAINT: "LEDGER-14",
    }
)
"""SQLite's primary result code -> code of the problem; any other is `LEDGER-15`."""


class Store:
    """A ledger file, open. Connections are made as they are needed, each with its settings read back."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self.path = path
        self._doubtful = False

    @classmethod
    def create(cls, path: Path, *, patience: float = PATIENCE) -> Store:
        """Make a new file with the newest schema and nothing in it; LedgerError where there is one already."""
        reserve(path)
        store = cls(engine_of(path, patience), path)
        try:
            with store.writing() as transaction:
                migrate(transaction.connection, file=str(path))
        except BaseException:
            store.close()
            remove(path)
            raise
        return store

    @classmethod
    def open(cls, path: Path, *, patience: float = PATIENCE) -> Store:
        """Open a file, bring it up to date, and compare its schema and triggers with what they should be."""
        check_file(path)
        store = cls(engine_of(path, patience), path)
        try:
            store._make_ready()
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def look(cls, path: Path) -> Store:
        """Open a file for `verify`: whatever is in it, and without changing anything."""
        return cls(engine_of(path, PATIENCE, looking=True), path)

    def reached(self) -> int:
        """Return the number of the last entry, 0 where there is none: one statement, for whoever asks all the time."""
        with told(self.path), closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute(REACHED)
            ((reached,),) = cursor.fetchall()
            return reached or 0

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Give a snapshot of the store to read from."""
        with told(self.path), self._begun("BEGIN") as connection:
            yield Transaction(connection, str(self.path), erase_in_file)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Give the one writer's transaction: committed at the end, undone if anything is raised.

        After a failed write to the disk nobody knows what it holds: the store then refuses to write until reopened.
        """
        if self._doubtful:
            raise LedgerError([Problem(code="LEDGER-12", values={"file": str(self.path)})])
        try:
            with told(self.path, is_writing=True), self._begun("BEGIN IMMEDIATE") as connection:
                yield Transaction(connection, str(self.path), erase_in_file)
                connection.commit()
        except LedgerError as error:
            self._doubtful = any(problem.code == UNKNOWN for problem in error.problems)
            raise
        if mark_erasing(self.path).exists():
            self.clean()

    @contextmanager
    def _begun(self, begin: str) -> Iterator[Connection]:
        """Give a connection with a transaction begun; where that fails, nothing was recorded."""
        with ExitStack() as stack:
            with told(self.path):
                connection = stack.enter_context(self._engine.connect())
                connection.exec_driver_sql(begin)
            yield connection

    def close(self) -> None:
        """Close every connection; SQLite then moves what it wrote ahead into the file itself."""
        self._engine.dispose()

    def clean(self) -> bool:
        """Write the file anew without its free pages, and empty the log beside it, so that no erased word is left.

        False where another program reads the file meanwhile: the mark stays, and the next one tries again.
        """
        with suppress(LedgerError), told(self.path), self._engine.connect() as connection:
            if cleaned(connection):
                mark_erasing(self.path).unlink(missing_ok=True)
        return not mark_erasing(self.path).exists()

    def tidy(self) -> None:
        """Move what was written ahead into the file itself, as far as no reader needs it, so that no save has to."""
        with told(self.path), self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def _make_ready(self) -> None:
        file = str(self.path)
        with self.reading() as transaction:
            ours, version = is_ledger(transaction.connection), schema_version(transaction.connection)
        if not ours:
            raise LedgerError([Problem(code="LEDGER-05", values={"file": file})])
        if version != MIGRATIONS[-1].number:
            with self.writing() as transaction:
                migrate(transaction.connection, file=file)
        with self.reading() as transaction:
            differences = schema_differences(transaction.connection)
        if differences:
            raise LedgerError([Problem(code="LEDGER-07", values={"file": file, "detail": "; ".join(differences)})])
        if mark_erasing(self.path).exists():
            self.clean()


# ---- connections ------------------------------------------------------------------------------------------------


def engine_of(path: Path, patience: float, *, looking: bool = False) -> Engine:
    """Make the pool of connections to a file that exists."""

    def creator() -> sqlite3.Connection:
        return connect(path, patience, looking=looking)

    return create_engine(
        "sqlite+pysqlite://", creator=creator, poolclass=QueuePool, pool_size=CONNECTIONS, max_overflow=OVERFLOW
    )


@contextmanager
def newer_copy(path: Path) -> Iterator[Store]:
    """Give a copy in memory of a ledger that an older program wrote, brought up to date; the file stays as it is."""
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    engine = create_engine("sqlite+pysqlite://", creator=lambda: copy, poolclass=StaticPool)
    try:
        with told(path), closing(connect(path, PATIENCE, looking=True)) as source:
            source.backup(copy)
        store = Store(engine, path)
        with store.writing() as transaction:
            migrate(transaction.connection, file=str(path))
        yield store
    finally:
        engine.dispose()
        copy.close()


def connect(path: Path, patience: float, *, looking: bool) -> sqlite3.Connection:
    """Open one connection and its settings; LedgerError where a setting does not hold.

    Who is only `looking` leaves alone what the file itself keeps.
    """
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None, check_same_thread=False)
    kept = KEPT_BY_FILE if looking else frozenset()
    try:
        for name, value in {**SETTINGS, "busy_timeout": round(patience * 1000), "query_only": int(looking)}.items():
            if name not in kept:
                connection.execute(f"PRAGMA {name} = {value}").fetchall()
                check_setting(connection.execute(f"PRAGMA {name}").fetchone(), name, value, path)
    except BaseException:
        connection.close()
        raise
    return connection


def check_setting(found: Sequence[object] | None, name: str, value: str | int, path: Path) -> None:
    """Make sure that one of SQLite's settings holds; LedgerError where it does not."""
    if found is None or found[0] != value:
        details = {"file": str(path), "setting": name, "wanted": str(value), "found": str(found and found[0])}
        raise LedgerError([Problem(code="LEDGER-08", values=details)])


def erase_in_file(transaction: Transaction, seqs: Sequence[int]) -> None:
    """Take away the words of entries in a file.

    The mark beside the file outlives a sudden death: whoever opens the file next cleans its free pages.
    """
    mark_erasing(Path(transaction.file)).touch()
    nothing = dict.fromkeys(SEALED)
    for some in in_parts(seqs):
        transaction.connection.execute(update(ENTRY).where(COLUMNS.seq.in_(some)).values(nothing))


def mark_erasing(path: Path) -> Path:
    """Return the file that says that words were erased and the free pages of a ledger may hold them still."""
    return path.with_name(path.name + "-erasing")


def cleaned(connection: Connection) -> bool:
    """Vacuum a file and empty its write-ahead log; False where a reader keeps the log from being emptied."""
    patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {SHORT_PATIENCE}")
    try:
        connection.exec_driver_sql("VACUUM")
        return bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0] == 0)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")


def check_kept_settings(transaction: Transaction) -> None:
    """Make sure that the settings which the file itself keeps are as they should be; LedgerError where not."""
    for name in sorted(KEPT_BY_FILE):
        found = transaction.connection.exec_driver_sql(f"PRAGMA {name}").one_or_none()
        check_setting(found, name, SETTINGS[name], Path(transaction.file))


@contextmanager
def told(path: Path, *, is_writing: bool = False) -> Iterator[None]:
    """Turn what the database raises into a LedgerError; a text that is no UTF-8 is damage like any other."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise LedgerError([problem_of(error, path, is_writing=is_writing)]) from error
    except UnicodeDecodeError as error:
        raise LedgerError([Problem(code="LEDGER-11", values={"file": str(path), "detail": str(error)})]) from error


def problem_of(error: DBAPIError | sqlite3.Error, path: Path, *, is_writing: bool) -> Problem:
    """Return the problem that an error of the database tells of."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    number = getattr(cause, "sqlite_errorcode", None)
    code = "LEDGER-11" if number is None else BY_ERROR.get(number & 0xFF, "LEDGER-15")
    code = UNKNOWN if is_writing and code == "LEDGER-21" else code
    return Problem(code=code, values={"file": str(path), "detail": str(cause)})


def integrity_findings(transaction: Transaction) -> Iterable[str]:
    """Return what SQLite itself finds wrong with the pages of the file."""
    rows = transaction.connection.exec_driver_sql("PRAGMA integrity_check(100)").all()
    return [str(row[0]) for row in rows if row[0] != "ok"]
