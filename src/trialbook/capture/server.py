"""The store in PostgreSQL, for a study that several sites or server processes share.

Entries, chain and acts are the same as in a file. Whoever writes holds the row of the head until the end of the
transaction, so that two processes never judge against the same head. A connection that is lost is made anew by the
next call; an act whose fate is unknown is asked again with its request, and answered from what was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from trialbook.capture.server_schema import VERSION, guard_differences, reader_statements, statements, version_of
from trialbook.capture.store import CONNECTIONS, OVERFLOW, PATIENCE, REACHED, UNKNOWN, Transaction
from trialbook.capture.stores import has_secret, named
from trialbook.errors import LedgerError, Problem

ADDRESS = re.compile(r"postgres(?:ql)?(?:\+[a-z0-9]+)?://")
LOST = "LEDGER-51"
"""The database cannot be reached, and nothing was being written."""

UNPROVEN = re.compile("certificate|does not support SSL")
"""What libpq says where the server does not prove who it is; nothing was sent to it then."""

BY_STATE = {
    "55P03": "LEDGER-09",
    "57014": "LEDGER-09",
    "40001": "LEDGER-09",
    "40P01": "LEDGER-09",
    "42501": "LEDGER-04",
    "53100": "LEDGER-10",
    "58030": "LEDGER-21",
    "P0001": "LEDGER-14",
    "XX001": "LEDGER-11",
    "XX002": "LEDGER-11",
}
"""PostgreSQL's SQLSTATE -> code of the problem; by its class where it is not listed."""

BY_CLASS = {"23": "LEDGER-14", "08": LOST, "57": LOST, "28": LOST, "3D": LOST}

READS = "BEGIN ISOLATION LEVEL REPEATABLE READ"
WRITES = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT ledger.lock_head()"
"""Sent at once. Each statement after the lock sees what was committed until the lock was ours."""

DURABLE = {"synchronous_commit": frozenset({"on", "remote_apply", "remote_write"}), "fsync": frozenset({"on"})}
"""Settings of the server without which a power failure loses saves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A role of the database that reads the entries of one site, or of all where `site` is None."""

    role: str
    site: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a database says of itself and of the connection to it."""

    role: str
    """Who is connected."""
    is_far: bool
    """Reached by the network from another machine than its own."""
    is_encrypted: bool
    is_proven: bool
    """The connection is refused to a server that does not prove by a certificate that it is the one that is named."""
    has_sums: bool
    """Its pages carry sums, by which it notices that a disk has changed them."""
    may_append: bool = True
    """Who is connected may add entries."""


def url_of(address: str) -> URL:
    """Read the address of a database, `postgresql://name:password@host:port/database`; LedgerError for another text."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        # a port that is no number: nothing of it is told, since a password may have been taken for one
        raise LedgerError([Problem(code="LEDGER-19", values={"address": "the address of the store"})]) from error
    if ADDRESS.match(address) is None or not url.database:
        raise LedgerError([Problem(code="LEDGER-19", values={"address": named(address)})])
    return url.set(drivername="postgresql+psycopg")


def without_secret(address: str) -> str:
    """Return an address as it may be written down: without its password. LedgerError for another text."""
    if not has_secret(address):
        return address
    url = url_of(address)
    query = {name: value for name, value in url.query.items() if name not in {"password", "sslpassword"}}
    kept = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return kept.render_as_string(hide_password=False)


def parts_of(address: str) -> dict[str, str]:
    """Return the parts of an address under the names that libpq has for them; LedgerError for another text."""
    url = url_of(address)
    told = {"dbname": url.database, "user": url.username, "password": url.password, "host": url.host, "port": url.port}
    more = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    return {**{name: str(value) for name, value in told.items() if value}, **more}


class ServerStore:
    """A ledger in a PostgreSQL database, open; the same as `Store` for whoever reads and writes."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self.name = name
        """The address without its password."""

    @classmethod
    def open(cls, address: str, *, patience: float = PATIENCE) -> ServerStore:
        """Open a ledger; LedgerError where there is none, it is newer, unguarded, or would not survive a power cut."""
        store = cls.look(address, patience=patience)
        try:
            store.make_ready()
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def look(cls, address: str, *, patience: float = PATIENCE) -> ServerStore:
        """Open a database for `verify`, whatever is in it."""
        url = url_of(address)
        return cls(engine_of(url, patience, isolation_level="AUTOCOMMIT"), named(address))

    @property
    def is_begun(self) -> bool:
        """Tell whether the database holds a ledger with entries."""
        with self.reading() as transaction:
            return version_of(transaction.connection) is not None and transaction.last() is not None

    def reached(self) -> int:
        """Return the number of the last entry, 0 where there is none: one statement, for whoever asks all the time."""
        with told(self.name), self._begun(REACHED) as (_, found):
            return int(found.scalar() or 0)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Give a snapshot of the store to read from."""
        with told(self.name), self._begun(READS) as (connection, _):
            yield Transaction(connection, self.name, erase)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Give the one writer's transaction: committed at the end, undone if anything is raised."""
        with told(self.name, is_writing=True), self._begun(WRITES) as (connection, _):
            yield Transaction(connection, self.name, erase)
            connection.commit()

    @contextmanager
    def _begun(self, first: str) -> Iterator[tuple[Connection, CursorResult[Any]]]:
        """Give a connection and what its first statement found; where that fails, nothing was recorded."""
        with told(self.name):
            connection, found = self._after(first)
        with connection:
            yield connection, found

    def _after(self, first: str, tries: int = 2) -> tuple[Connection, CursorResult[Any]]:
        """Return a connection on which the first statement went through: one that was lost is made anew, once."""
        connection = self._engine.connect()
        try:
            return connection, connection.exec_driver_sql(first)
        except DBAPIError as error:
            connection.close()
            if tries == 1 or not error.connection_invalidated:
                raise
        return self._after(first, tries - 1)

    def tidy(self) -> None:
        """Do nothing: the server tidies itself up."""

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def make_ready(self) -> None:
        """Make sure that schema, guards and settings are as they should be; LedgerError where not."""
        with self.reading() as transaction:
            problems = tuple(guards_wrong(transaction))
        if problems:
            raise LedgerError(problems)


def guards_wrong(transaction: Transaction) -> Iterator[Problem]:
    """Yield what is wrong with the schema, the guards and the settings of a database."""
    connection, values = transaction.connection, {"file": transaction.file}
    version = version_of(connection)
    if version is None:
        yield Problem(code="LEDGER-52", values=values)
        return
    if version != VERSION:
        yield Problem(code="LEDGER-06", values={**values, "version": str(version), "known": str(VERSION)})
        return
    differences = guard_differences(connection)
    if differences:
        yield Problem(code="LEDGER-07", values={**values, "detail": "; ".join(differences)})
    for setting, wanted in DURABLE.items():
        found = str(connection.exec_driver_sql(f"SHOW {setting}").scalar())
        if found not in wanted:
            details = {**values, "setting": setting, "wanted": "on", "found": found}
            yield Problem(code="LEDGER-08", values=details)


def prepare(address: str, *, writer: str, readers: Sequence[Reader] = ()) -> bool:
    """Make the schema as its owner, once; let the writer append and the readers read. False where it was there.

    LedgerError where the address does not reach a database, or its role may not make the schema; where there is no such
    role; and where the writer could change entries, as owner of the tables for instance: then nothing is made.
    """
    url = url_of(address)
    engine, name = engine_of(url, PATIENCE), named(address)
    try:
        with told(name), engine.begin() as connection:
            refuse_unknown_roles(connection, name, [writer, *(reader.role for reader in readers)])
            quote = connection.dialect.identifier_preparer.quote_identifier
            is_there = version_of(connection) is not None
            for statement in () if is_there else statements(quote(writer)):
                connection.exec_driver_sql(statement.replace("%", "%%"))
            may = connection.exec_driver_sql("SELECT has_table_privilege(%s, 'ledger.entry', 'INSERT')", (writer,))
            if not may.scalar():
                raise LedgerError([Problem(code="LEDGER-59", values={"file": name, "writer": writer})])
            if may_change(connection, writer):
                raise LedgerError([Problem(code="LEDGER-62", values={"file": name, "writer": writer})])
            for reader in readers:
                for statement in reader_statements(quote(reader.role)):
                    connection.exec_driver_sql(statement)
                connection.exec_driver_sql(
                    "INSERT INTO ledger.reader (role, site) VALUES (%s, %s)", (reader.role, reader.site)
                )
            return not is_there
    finally:
        engine.dispose()


def refuse_unknown_roles(connection: Connection, name: str, roles: Sequence[str]) -> None:
    """Refuse roles that the database does not have."""
    known = {str(row[0]) for row in connection.exec_driver_sql("SELECT rolname FROM pg_roles")}
    unknown = [role for role in roles if role not in known]
    if unknown:
        raise LedgerError([Problem(code="LEDGER-63", values={"file": name, "role": role}) for role in unknown])


def may_change(connection: Connection, writer: str) -> bool:
    """Tell whether a role may change or remove entries: as owner, as superuser, or by another role that it has."""
    found = connection.exec_driver_sql(
        "SELECT rolsuper OR rolbypassrls OR has_table_privilege(rolname, 'ledger.entry', 'UPDATE, DELETE, TRUNCATE') "
        "FROM pg_roles WHERE rolname = %s",
        (writer,),
    )
    return bool(found.scalar())


def standing(address: str) -> Standing:
    """Ask a database who is connected and how; LedgerError where it cannot be reached."""
    store = ServerStore.look(address)
    try:
        with store.reading() as transaction:
            row = transaction.connection.exec_driver_sql(
                "SELECT current_user, coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), "
                "current_setting('data_checksums') = 'on', "
                "coalesce(has_table_privilege(to_regclass('ledger.entry'), 'INSERT'), true)"
            ).one()
            driver = transaction.connection.connection.driver_connection
            host = "" if driver is None else str(driver.info.host)
            mode = "" if driver is None else driver.info.get_parameters().get("sslmode", "")
    finally:
        store.close()
    role, is_encrypted, has_sums, may_append = row
    return Standing(
        role=str(role),
        is_far=is_elsewhere(host),
        is_encrypted=is_encrypted,
        is_proven=is_encrypted and mode == "verify-full",
        has_sums=has_sums,
        may_append=may_append,
    )


def is_elsewhere(host: str) -> bool:
    """Tell whether a connection to a host leaves this machine; a folder is that of a socket."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True


def erase(transaction: Transaction, seqs: Sequence[int]) -> None:
    """Take away the words of entries; the trigger lets that happen only after entries that say so."""
    transaction.connection.exec_driver_sql("SELECT ledger.erase_words(%s)", (list(seqs),))


def engine_of(url: URL, patience: float, **more: str) -> Engine:
    """Make the pool of connections; after one was lost, all that are older are made anew."""
    options = f"-c search_path=ledger -c lock_timeout={round(patience * 1000)} -c timezone=UTC"
    words = {"options": options, "connect_timeout": max(2, round(patience)), "application_name": "trialbook"}
    try:
        return create_engine(url, pool_size=CONNECTIONS, max_overflow=OVERFLOW, connect_args=words, **more)
    except ModuleNotFoundError as error:
        raise LedgerError([Problem(code="LEDGER-53")]) from error


@contextmanager
def told(name: str, *, is_writing: bool = False) -> Iterator[None]:
    """Turn what the database raises into a LedgerError."""
    try:
        yield
    except DBAPIError as error:
        raise LedgerError([problem_of(error, name, is_writing=is_writing)]) from error


def problem_of(error: DBAPIError, name: str, *, is_writing: bool) -> Problem:
    """Return the problem that an error of the database tells of; lost while writing, nobody knows what was saved."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    code = BY_STATE.get(state) or BY_CLASS.get(state[:2]) or ("LEDGER-15" if state else LOST)
    if code == LOST and UNPROVEN.search(str(error.orig)):
        code = "LEDGER-60"
    code = UNKNOWN if is_writing and code in {LOST, "LEDGER-21"} else code
    return Problem(code=code, values={"file": name, "detail": first_line(error)})


def first_line(error: DBAPIError) -> str:
    """Return what the database said, without the statement and its values."""
    return str(error.orig).strip().partition("\n")[0]
