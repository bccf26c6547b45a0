"""A ledger carried from a file to a database or back: every entry as it is, counted, compared and verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from trialbook.capture.copying import APART, chunks, copy_database, on_disk
from trialbook.capture.file import Store
from trialbook.capture.ledger import EMPTY, Entry, Head, head_of
from trialbook.capture.store import Transaction
from trialbook.capture.stores import is_address, named, new_store, open_store
from trialbook.capture.verify import verify_place
from trialbook.errors import LedgerError, Problem

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""

MOVED = ".moved"
"""Stands before the ending of the file that a ledger was moved away from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A ledger that was moved."""

    head: Head
    kept: Path | None
    """The file that it was moved away from, under its new name; None where it was a database."""


def copy_ledger(place: Path | str, to: Path) -> None:
    """Copy a ledger, as it is at one moment, into a new file; LedgerError where that cannot be done."""
    if not is_address(place):
        copy_database(Path(place), to)
        return
    with closing(open_store(place)) as source, source.reading() as here:
        carry(here, to, mark="copy", progress=None)
    to.chmod(APART)
    on_disk(to)


def move_ledger(source: Path | str, to: Path | str, *, mark: str, progress: Progress | None = None) -> Moved:
    """Carry all entries to a place that has none, and make sure that nothing is recorded at the old one afterwards.

    A file gets another name once both sides were verified; of a database its owner has to take the right to append.
    LedgerError where the target has entries, either side is damaged, or another program has the file open.
    """
    if not is_address(source):
        refuse_open(Path(source))
    with closing(open_store(source)) as store:
        # nobody records in the file while it is copied
        begin = store.writing if isinstance(store, Store) else store.reading
        with begin() as here:
            head = carry(here, to, mark=mark, progress=progress)
    for place in (source, to):
        check(place, head)
    kept = None if is_address(source) else put_aside(Path(source), head)
    return Moved(head=head, kept=kept)


def carry(here: Transaction, to: Path | str, *, mark: str, progress: Progress | None) -> Head:
    """Append every entry of one store to an empty one, all in one transaction; return the head of both."""
    head, done = head_of(here.last()), 0

    def told(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
        nonlocal done
        for some in chunks(entries):
            yield some
            done += len(some)
            if progress is not None:
                progress("copying entries", done, head.count)

    with new_store(to, mark) as target, target.writing() as there:
        for some in told(here.entries(until=head.count)):
            there.append(some)
        if head_of(there.last()) != head:
            raise LedgerError([Problem(code="LEDGER-55", values={"file": named(to), "count": str(head.count)})])
    return head


def check(place: Path | str, head: Head) -> None:
    """Verify a ledger, and that it reaches exactly to a head; LedgerError where not."""
    found = verify_place(place, head if head != EMPTY else None)
    if not found.ok:
        raise LedgerError(found.problems)
    if found.head != head:
        raise LedgerError([Problem(code="LEDGER-55", values={"file": named(place), "count": str(head.count)})])


def refuse_open(file: Path) -> None:
    """Refuse a file that another program has open, before anything is copied: LedgerError."""
    open_store(file).close()
    if is_in_use(file):
        raise LedgerError([Problem(code="LEDGER-58", values={"file": str(file), "aside": str(aside_of(file))})])


def is_in_use(file: Path) -> bool:
    """Tell whether another program has a file open, or it cannot be given its other name."""
    # whoever closes a ledger last takes away the log beside it
    return file.with_name(file.name + "-wal").exists() or aside_of(file).exists()


def aside_of(file: Path) -> Path:
    """Return the name of a file that a ledger was moved away from."""
    return file.with_name(f"{file.stem}{MOVED}{file.suffix}")


def put_aside(file: Path, head: Head) -> Path:
    """Give a ledger's file a name under which nothing is recorded in it; LedgerError where another program has it."""
    aside = aside_of(file)
    if is_in_use(file):
        raise LedgerError([Problem(code="LEDGER-56", values={"file": str(file), "aside": str(aside)})])
    file.rename(aside)
    try:
        # somebody may have recorded between the copy and the new name
        check(aside, head)
    except LedgerError:
        aside.rename(file)
        raise
    return aside
