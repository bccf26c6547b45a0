"""Copies of a ledger and of the other databases of a study: taken while others write, and made anew from entries."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from trialbook.capture.file import Store, connect, told
from trialbook.capture.ledger import Entry
from trialbook.capture.placing import beside
from trialbook.capture.store import CHUNK, PATIENCE

APART = 0o600
"""Nobody else reads a copy."""


def copy_database(source: Path, to: Path) -> None:
    """Copy a database as it is at one moment, while others go on writing it; LedgerError where that cannot be done.

    The copy is a single file without free pages, in which erased words could live on, and is on the disk at the end.
    """
    with told(source), closing(connect(source, PATIENCE, looking=True)) as live:
        to.touch(mode=APART, exist_ok=False)
        with told(to), closing(sqlite3.connect(to, isolation_level=None)) as copy:
            live.backup(copy)
            copy.execute("VACUUM")
    on_disk(to)


def empty_tables(file: Path, names: Collection[str]) -> None:
    """Take every row out of tables of a copy, as far as it has them, and out of its free pages; LedgerError."""
    with told(file), closing(sqlite3.connect(file, isolation_level=None)) as copy:
        for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if name in names:
                copy.execute(f'DELETE FROM "{name}"')  # noqa: S608 - a name of ours
        copy.execute("VACUUM")
    on_disk(file)


def rebuild(path: Path, entries: Iterable[Entry], *, mark: str) -> None:
    """Make a ledger of entries that were written down elsewhere; LedgerError where they do not follow one another.

    `mark` names the file while it is half made.
    """
    with beside(path, mark) as draft:
        store = Store.create(draft)
        try:
            with store.writing() as transaction:
                for some in chunks(entries):
                    transaction.append(some)
        finally:
            store.close()
    on_disk(path)


def chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield entries some at a time."""
    rest = iter(entries)
    while some := list(islice(rest, CHUNK)):
        yield some


def on_disk(path: Path) -> None:
    """Wait until a file or folder, and its name, are on the disk; OSError where they cannot be."""
    for one in (path, path.parent):
        if one.is_dir() and os.name != "posix":
            continue
        number = os.open(one, os.O_RDONLY if one.is_dir() else os.O_RDWR)
        try:
            os.fsync(number)
        finally:
            os.close(number)
