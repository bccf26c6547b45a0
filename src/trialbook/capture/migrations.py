"""The schema of the ledger: numbered steps, forward only.

A ledger of any earlier version is brought up to date when it is opened; one of a later version is refused. Triggers
keep entries as they were written: the file's owner can still drop them, which `verify` reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from trialbook.errors import LedgerError, Problem

APPLICATION = 0x74726C62
"""SQLite's application id of a ledger: the letters `trlb`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str
    sqlite: tuple[str, ...]


ENTRY = """
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY CHECK (seq >= 1),
  version INTEGER NOT NULL CHECK (version >= 1),
  at TEXT NOT NULL CHECK (length(at) = 27),
  "by" TEXT NOT NULL CHECK ("by" <> ''),
  role TEXT,
  on_behalf_of TEXT,
  request TEXT NOT NULL CHECK (request <> ''),
  act TEXT NOT NULL CHECK (act <> ''),
  site TEXT,
  participant TEXT CHECK (participant <> ''),
  visit TEXT CHECK (visit <> ''),
  form TEXT CHECK (form <> ''),
  repeat TEXT CHECK (repeat <> ''),
  item TEXT CHECK (item <> ''),
  person TEXT,
  about INTEGER CHECK (about < seq),
  text TEXT,
  value TEXT,
  unit TEXT,
  missing TEXT,
  reason TEXT,
  source_file TEXT,
  source_hash TEXT,
  source_row INTEGER,
  source_column TEXT,
  study TEXT NOT NULL,
  program TEXT NOT NULL,
  salt TEXT,
  content TEXT NOT NULL CHECK (length(content) = 64),
  previous TEXT NOT NULL CHECK (length(previous) = 64),
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT
"""

FOLLOWS = """
CREATE TRIGGER entry_follows BEFORE INSERT ON entry
WHEN NEW.seq <> coalesce((SELECT max(seq) FROM entry), 0) + 1
  OR NEW.previous <> coalesce(
    (SELECT hash FROM entry WHERE seq = NEW.seq - 1),
    '0000000000000000000000000000000000000000000000000000000000000000'
  )
BEGIN SELECT RAISE(ABORT, 'an entry follows the last one, and takes the place of none'); END
"""

UNCHANGED = """
CREATE TRIGGER entry_unchanged BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END
"""

UNDELETED = """
CREATE TRIGGER entry_undeleted BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END
"""

ERASED = """
CREATE TRIGGER entry_unchanged BEFORE UPDATE ON entry
WHEN NOT EXISTS (SELECT 1 FROM entry WHERE act = 'erase' AND about = OLD.seq)
  OR coalesce(NEW.text, NEW.value, NEW.reason, NEW.source_file, NEW.salt) IS NOT NULL
  OR NEW.seq IS NOT OLD.seq OR NEW.version IS NOT OLD.version OR NEW.at IS NOT OLD.at OR NEW."by" IS NOT OLD."by"
  OR NEW.role IS NOT OLD.role OR NEW.on_behalf_of IS NOT OLD.on_behalf_of OR NEW.request IS NOT OLD.request
  OR NEW.act IS NOT OLD.act OR NEW.site IS NOT OLD.site OR NEW.participant IS NOT OLD.participant
  OR NEW.visit IS NOT OLD.visit OR NEW.form IS NOT OLD.form OR NEW.repeat IS NOT OLD.repeat
  OR NEW.item IS NOT OLD.item OR NEW.person IS NOT OLD.person OR NEW.about IS NOT OLD.about
  OR NEW.unit IS NOT OLD.unit OR NEW.missing IS NOT OLD.missing OR NEW.source_hash IS NOT OLD.source_hash
  OR NEW.source_row IS NOT OLD.source_row OR NEW.source_column IS NOT OLD.source_column
  OR NEW.study IS NOT OLD.study OR NEW.program IS NOT OLD.program OR NEW.mode IS NOT OLD.mode
  OR NEW.content IS NOT OLD.content OR NEW.previous IS NOT OLD.previous OR NEW.hash IS NOT OLD.hash
BEGIN SELECT RAISE(ABORT, 'an entry is never changed, but for its words being erased by an act'); END
"""
"""Lets go of the words of an entry, all of them, once an act says that they are erased; of nothing else."""

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        number=1,
        name="entries",
        sqlite=(
            ENTRY,
            "CREATE INDEX entry_cell ON entry (participant, visit, form, repeat, item, seq DESC)",
            "CREATE INDEX entry_request ON entry (request)",
            "CREATE INDEX entry_wide ON entry (seq) WHERE item IS NULL",
            FOLLOWS,
            UNCHANGED,
            UNDELETED,
        ),
    ),
    Migration(number=2, name="how an answer got in", sqlite=("ALTER TABLE entry ADD COLUMN mode TEXT",)),
    Migration(number=3, name="words that are erased", sqlite=("DROP TRIGGER entry_unchanged", ERASED)),
)
"""Every step, in order; a step that a release has shipped is never changed."""


def is_ledger(connection: Connection) -> bool:
    """Tell whether an SQLite file says that it is a ledger."""
    return connection.exec_driver_sql("PRAGMA application_id").scalar() == APPLICATION


def schema_version(connection: Connection) -> int:
    """Return the number of the last step that the file has seen."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)


def migrate(connection: Connection, *, file: str, steps: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring a file up to date, inside the caller's transaction; LedgerError where it is of a newer program."""
    version, newest = schema_version(connection), steps[-1].number
    if version > newest:
        raise LedgerError(
            [Problem(code="LEDGER-06", values={"file": file, "version": str(version), "known": str(newest)})]
        )
    for step in steps:
        if step.number > version:
            for statement in step.sqlite:
                connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION}")
    connection.exec_driver_sql(f"PRAGMA user_version = {newest}")


def schema_of(connection: Connection) -> frozenset[tuple[str, str, str]]:
    """Return every table, index and trigger as kind, name, and its table with the words that made it."""
    rows = connection.exec_driver_sql(
        "SELECT type, name, tbl_name || ': ' || coalesce(sql, '') FROM sqlite_master"
    ).all()
    told = ((str(kind), str(name), str(words)) for kind, name, words in rows)
    return frozenset(row for row in told if not is_internal(row[0], row[1]))


COPIER = frozenset({("table", "_litestream_seq"), ("table", "_litestream_lock")})
"""Tables that Litestream lays into a file that it copies; a table alone can do nothing to entries."""


def is_internal(kind: str, name: str) -> bool:
    """Tell whether a table or index is SQLite's own, or a table of a program that copies the file."""
    return name.startswith("sqlite_") or (kind, name) in COPIER


@cache
def expected_schema(steps: tuple[Migration, ...] = MIGRATIONS) -> frozenset[tuple[str, str, str]]:
    """Return the schema that the steps make, by making it in memory."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        with engine.begin() as connection:
            migrate(connection, file=":memory:", steps=steps)
            return schema_of(connection)
    finally:
        engine.dispose()


def schema_differences(connection: Connection, steps: tuple[Migration, ...] = MIGRATIONS) -> list[str]:
    """Say what is missing from the schema of a file, what was added to it, and what was changed."""
    here, there = schema_of(connection), expected_schema(steps)
    mine, yours = {row[:2] for row in here}, {row[:2] for row in there}
    missing = [f"{kind} {name} is missing" for kind, name in sorted(yours - mine)]
    added = [f"{kind} {name} was added" for kind, name in sorted(mine - yours)]
    changed = [f"{kind} {name} was changed" for kind, name, _ in sorted(there - here) if (kind, name) in mine]
    return missing + added + changed
