"""Where the file of a ledger stands: whether it is one, and how a new one takes its place whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from trialbook.errors import LedgerError, Problem

HEADER = b"SQLite format 3\0"
HEADER_BYTES = 100


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
