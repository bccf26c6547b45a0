"""The store: where entries are kept. The only SQL; what only SQLite knows stands in the last part.

Every write is one `BEGIN IMMEDIATE` transaction, every read one snapshot. Whatever goes wrong below comes out as a
LedgerError with a sentence.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    create_engine,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from trialbook.capture.ledger import ANSWERS, SEALED, Entry
from trialbook.capture.migrations import MIGRATIONS, is_ledger, migrate, schema_differences, schema_version
from trialbook.errors import LedgerError, Problem

REACHED = "SELECT max(seq) FROM entry"
HEAD = "SELECT seq, hash, at FROM entry ORDER BY seq DESC LIMIT 1"
NAMES = tuple(one.name for one in fields(Entry))
WHOLE_NUMBERS = frozenset({"version", "seq", "about", "source_row"})
REQUIRED = frozenset(
    {"version", "seq", "at", "by", "act", "request", "study", "program", "content", "previous", "hash"}
)
ENTRY = Table("entry", MetaData(), *(Column(name, Integer if name in WHOLE_NUMBERS else Text) for name in NAMES))
COLUMNS = ENTRY.c
OF_REQUEST = select(ENTRY).where(COLUMNS.request == bindparam("request")).order_by(COLUMNS.seq)
APPEND = insert(ENTRY)
"""What every save asks and says: written once, since SQLAlchemy takes longer over a statement than the database."""

CELL = ("participant", "visit", "form", "repeat", "item")
ANSWER = (*CELL, "text", "value", "unit", "missing", "seq")
"""Columns of the current answers."""

FIRST = (*CELL, "at", "by", "first_seq", "first_by")
"""Columns that say who gave the current answers and when, and who answered first since the cell was last empty."""

KINDS = tuple(
    frozenset({int if name in WHOLE_NUMBERS else str} | (set() if name in REQUIRED else {type(None)})) for name in NAMES
)
CHUNK = 10_000
"""Entries that are read at a time."""

PART = 500
"""Entries that one statement names."""

PATIENCE = 10.0
"""Seconds to wait while another program writes."""

CONNECTIONS, OVERFLOW = 8, 24
"""Connections that are kept open, and that are made beside them: more than a site has threads, so that none waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which entries of the trail are asked for."""

    equal: Mapping[str, str] = field(default_factory=dict)
    """Column -> the text that it holds."""
    person: str = ""
    """Who did it, for whom it was done, or whom it concerns; empty for everybody."""
    since: str = ""
    """First moment, as entries write it; empty for the beginning."""
    until: str = ""
    """Last moment; empty for now."""
    participants: frozenset[str] | None = None
    """The entries of these alone, beside those of no participant; None for everybody."""
    but_forms: frozenset[str] = frozenset()
    """Forms whose entries are left out."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """Reads, and where it was begun for writing appends, against one unchanging state of the store."""

    connection: Connection
    file: str
    erases: Callable[[Transaction, Sequence[int]], None]
    """Takes away the words of entries."""

    @contextmanager
    def part(self) -> Iterator[None]:
        """Undo what is appended inside, and that alone, where anything is raised."""
        with self.connection.begin_nested():
            yield

    def head(self) -> tuple[int, str, str] | None:
        """Return number, hash and time of the last entry as they stand there, None where there is none."""
        row = self.connection.exec_driver_sql(HEAD).first()
        return None if row is None else (row[0], row[1], row[2])

    def last(self) -> Entry | None:
        """Return the last entry, None where there is none."""
        row = self.connection.execute(select(ENTRY).order_by(COLUMNS.seq.desc()).limit(1)).first()
        return None if row is None else entry_from(tuple(row), self.file)

    def entries(self, *, after: int = 0, until: int | None = None) -> Iterator[Entry]:
        """Yield the entries numbered above `after` up to `until`, in order."""
        wanted = select(ENTRY).where(COLUMNS.seq > after).order_by(COLUMNS.seq)
        if until is None:
            return self._entries(wanted)
        return self._entries(wanted.where(COLUMNS.seq <= until), are_many=until - after > CHUNK)

    def numbered(self, seqs: Sequence[int]) -> Iterator[Entry]:
        """Yield the entries with these numbers, in order."""
        for some in in_parts(seqs):
            yield from self._entries(select(ENTRY).where(COLUMNS.seq.in_(some)).order_by(COLUMNS.seq))

    def study_wide(self, *, until: int | None = None) -> Iterator[Entry]:
        """Yield the entries that answer no item: the study, its people, the participants' statuses."""
        wanted = select(ENTRY).where(COLUMNS.item.is_(None)).order_by(COLUMNS.seq)
        return self._entries(wanted if until is None else wanted.where(COLUMNS.seq <= until))

    def erasures(self) -> Iterator[Entry]:
        """Yield the acts that erased entries which answer no item, in order."""
        wanted = select(ENTRY).where(COLUMNS.item.is_(None), COLUMNS.act == "erase").order_by(COLUMNS.seq)
        return self._entries(wanted, are_many=False)

    def of_participant(self, participant: str, *, until: int) -> Iterator[Entry]:
        """Yield the entries of one participant, in order."""
        mine = select(ENTRY).where(COLUMNS.participant == participant, COLUMNS.seq <= until)
        return self._entries(mine.order_by(COLUMNS.seq))

    def of_cell(self, parts: Mapping[str, str | None]) -> Iterator[Entry]:
        """Yield the entries whose columns have these values, in order; None stands for an empty column."""
        wanted = select(ENTRY).order_by(COLUMNS.seq)
        for name, value in parts.items():
            wanted = wanted.where(COLUMNS[name] == value if value is not None else COLUMNS[name].is_(None))
        return self._entries(wanted, are_many=False)

    def trail(self, asked: Asked, *, before: int | None, most: int) -> list[Entry]:
        """Return entries that are asked for and numbered below `before`, the newest first, `most` of them."""
        wanted = select(ENTRY).where(*asked_for(asked)).order_by(COLUMNS.seq.desc()).limit(most)
        return list(self._entries(wanted if before is None else wanted.where(COLUMNS.seq < before)))

    def number_of(self, hashed: str) -> int | None:
        """Return the number of the entry with a hash, None where there is none."""
        found = self.connection.execute(select(COLUMNS.seq).where(COLUMNS.hash == hashed)).scalar()
        return None if found is None else int(found)

    def of_request(self, request: str) -> Iterator[Entry]:
        """Yield the entries that a request recorded, in order."""
        return self._entries(OF_REQUEST, {"request": request}, are_many=False)

    def number_at(self, moment: str) -> int:
        """Return the number of the last entry whose time is not after a moment, 0 where there is none."""
        found = select(func.max(COLUMNS.seq)).where(COLUMNS.at <= moment)
        return int(self.connection.execute(found).scalar() or 0)

    def current(self, *, until: int) -> dict[str, list[object]]:
        """Return the current answers as columns: for every cell its latest entry, unless that one cleared it.

        The same as `ledger.fold`, by one window query; in the order of the entries.
        """
        return _turned(self.connection.execute(latest(until)).all(), ANSWER)

    def erased(self, *, until: int) -> dict[str, list[object]]:
        """Return as columns, like `current`, the cells whose latest answer lost its words."""
        return _turned(self.connection.execute(latest(until, is_erased=True)).all(), ANSWER)

    def firsts(self, *, until: int) -> dict[str, list[object]]:
        """Return who gave the current answers, and who answered first, as columns; the same as `ledger.fold`."""
        live: dict[tuple[object, ...], tuple[object, ...]] = {}
        for row in self.connection.execute(answered(until)):
            place, (seq, at, by, is_empty) = tuple(row[: len(CELL)]), tuple(row[len(CELL) :])
            if is_empty:
                live.pop(place, None)
            else:
                live[place] = (at, by, *live.get(place, (at, by, seq, by))[2:])
        return _turned([(*place, *who) for place, who in live.items()], FIRST)

    def append(self, entries: Sequence[Entry]) -> None:
        """Append entries that follow the last one."""
        if entries:
            self.connection.execute(APPEND, [{name: getattr(entry, name) for name in NAMES} for entry in entries])

    def erase(self, seqs: Sequence[int]) -> None:
        """Take away the words of entries; the trigger lets that happen only after entries that say so."""
        self.erases(self, seqs)

    def _entries(
        self, wanted: Select[tuple[object, ...]], values: Mapping[str, str] | None = None, *, are_many: bool = True
    ) -> Iterator[Entry]:
        # a server gives many by a cursor, which takes three statements more
        options = {"yield_per": CHUNK} if are_many else {}
        # whoever reads the first alone leaves no cursor of the server open
        with closing(self.connection.execute(wanted, values, execution_options=options)) as result:
            for row in result:
                yield entry_from(tuple(row), self.file)


def in_parts(seqs: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield numbers, as many at a time as one statement may name."""
    return (seqs[start : start + PART] for start in range(0, len(seqs), PART))


def asked_for(asked: Asked) -> Iterator[ColumnElement[bool]]:
    """Write the conditions of a search in the trail."""
    yield from (COLUMNS[name] == text for name, text in asked.equal.items())
    if asked.person:
        yield or_(*(COLUMNS[name] == asked.person for name in ("by", "on_behalf_of", "person")))
    if asked.since:
        yield COLUMNS.at >= asked.since
    if asked.until:
        yield COLUMNS.at <= asked.until
    if asked.participants is not None:
        yield or_(COLUMNS.participant.is_(None), COLUMNS.participant.in_(sorted(asked.participants)))
    if asked.but_forms:
        yield or_(COLUMNS.form.is_(None), COLUMNS.form.not_in(sorted(asked.but_forms)))


def latest(until: int, *, is_erased: bool = False) -> Select[tuple[object, ...]]:
    """Write the query for the latest entry of every cell that gives an answer, or that gave one and lost its words."""
    address = [COLUMNS[name] for name in CELL]
    place = func.row_number().over(partition_by=address, order_by=COLUMNS.seq.desc()).label("place")
    among = select(*(COLUMNS[name] for name in ANSWER), COLUMNS.act, COLUMNS.salt, place)
    among = among.where(COLUMNS.act.in_(sorted(ANSWERS)), COLUMNS.item.is_not(None), COLUMNS.seq <= until)
    each = among.subquery()
    shown = [func.coalesce(each.c[name], "").label(name) if name in CELL else each.c[name] for name in ANSWER]
    words = each.c.salt.is_(None) if is_erased else each.c.salt.is_not(None)
    standing = (each.c.place == 1, each.c.act != "clear", words)
    return select(*shown).where(*standing).order_by(each.c.seq)


def answered(until: int) -> Select[tuple[object, ...]]:
    """Write the query for the entries of all cells in order: cell, number, time, person, whether they empty it."""
    shown = [func.coalesce(COLUMNS[name], "").label(name) for name in CELL]
    is_empty = or_(COLUMNS.act == "clear", COLUMNS.salt.is_(None))
    wanted = select(*shown, COLUMNS.seq, COLUMNS.at, COLUMNS.by, is_empty).order_by(COLUMNS.seq)
    return wanted.where(COLUMNS.act.in_(sorted(ANSWERS)), COLUMNS.item.is_not(None), COLUMNS.seq <= until)


def _turned(rows: Sequence[Sequence[object]], names: Sequence[str]) -> dict[str, list[object]]:
    """Return rows as columns of these names."""
    columns: list[list[object]] = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
    return dict(zip(names, columns, strict=True))


def entry_from(row: tuple[object, ...], file: str) -> Entry:
    """Make an entry from a row; LedgerError where a column holds what none was ever given: the file is damaged."""
    for value, allowed in zip(row, KINDS, strict=True):
        if type(value) not in allowed:
            raise LedgerError([Problem(code="LEDGER-11", values={"file": file, "detail": "an entry has a wrong type"})])
    return Entry(**dict(zip(NAMES, row, strict=True)))  # type: ignore[arg-type]  # judged one line above


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


# ---- what only SQLite knows -------------------------------------------------------------------------------------

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

HEADER = b"SQLite format 3\0"
HEADER_BYTES = 100

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

UNKNOWN = "LEDGER-12"
"""In the place of `LEDGER-21` once writing has begun: the disk may hold what it said that it does not."""


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


def check_file(path: Path) -> None:
    """Make sure that a path is a file that can be read and written, begins as SQLite's do, and is whole.

    LedgerError where not. The header says how many pages there are; while the write-ahead log holds anything, the
    file may be shorter.
    """
    try:
        with path.open("r+b") as file:
            header = file.read(HEADER_BYTES)
        ahead = path.with_name(path.name + "-wal")
        is_settled = not ahead.exists() or not ahead.stat().st_size
        size = path.stat().st_size
    except OSError as error:
        raise LedgerError([unopened(path, error)]) from error
    if not header:
        raise LedgerError([Problem(code="LEDGER-16", values={"file": str(path)})])
    if not header.startswith(HEADER):
        raise LedgerError([Problem(code="LEDGER-03", values={"file": str(path)})])
    if is_settled and size < size_in(header):
        raise LedgerError([Problem(code="LEDGER-11", values={"file": str(path), "detail": "its end is missing"})])


def size_in(header: bytes) -> int:
    """Return how many bytes a file has by its header: bytes 16 and 17 the page size, 28 to 31 the number of pages."""
    if len(header) < HEADER_BYTES:
        return HEADER_BYTES
    page = int.from_bytes(header[16:18])
    return (65_536 if page == 1 else page) * int.from_bytes(header[28:32])


def unopened(path: Path, error: OSError) -> Problem:
    """Return the problem of a path that no file could be opened at."""
    if path.is_dir():
        return Problem(code="LEDGER-02", values={"file": str(path)})
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Problem(code="LEDGER-01", values={"file": str(path)})
    return Problem(code="LEDGER-04", values={"file": str(path), "detail": error.strerror or str(error)})


def reserve(path: Path) -> None:
    """Make an empty file, so that no other program makes it too; LedgerError where that cannot be."""
    try:
        # nobody else of the machine reads it, unless its owner lets them
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise LedgerError([Problem(code="LEDGER-13", values={"file": str(path)})]) from error
    except OSError as error:
        raise LedgerError([unopened(path.parent if not path.parent.exists() else path, error)]) from error


@contextmanager
def beside(path: Path, mark: str) -> Iterator[Path]:
    """Give the name of a file to make, which takes its place at the end; at no moment is there half a file at `path`.

    Whoever is killed on the way leaves only the file with the mark. LedgerError where there is a file at `path`.
    """
    draft = path.with_name(f".{path.name}.{mark}")
    try:
        yield draft
        put_in_place(draft, path)
    except LedgerError as error:
        raise LedgerError([renamed(problem, draft, path) for problem in error.problems]) from error
    finally:
        remove(draft)


def put_in_place(draft: Path, path: Path) -> None:
    """Give a finished, closed file its name; LedgerError where another one has it, or where this one is not whole."""
    ahead = draft.with_name(draft.name + "-wal")
    if ahead.exists() and ahead.stat().st_size:
        raise LedgerError([Problem(code="LEDGER-10", values={"file": str(path)})])
    try:
        path.hardlink_to(draft)
    except FileExistsError as error:
        raise LedgerError([Problem(code="LEDGER-13", values={"file": str(path)})]) from error
    except OSError:
        # a file system without links: the name is taken first, so that no other file is replaced
        reserve(path)
        draft.replace(path)


def renamed(problem: Problem, draft: Path, path: Path) -> Problem:
    """Return a problem of the file that was being made as one of the file that it was to become."""
    is_draft = problem.values.get("file") == str(draft)
    return replace(problem, values={**problem.values, "file": str(path)}) if is_draft else problem


def remove(path: Path) -> None:
    """Remove a file that was made in vain, and what SQLite laid beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink()


def integrity_findings(transaction: Transaction) -> Iterable[str]:
    """Return what SQLite itself finds wrong with the pages of the file."""
    rows = transaction.connection.exec_driver_sql("PRAGMA integrity_check(100)").all()
    return [str(row[0]) for row in rows if row[0] != "ok"]
