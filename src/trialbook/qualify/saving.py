"""A process that saves one note after the other and tells each that is saved, until it is killed."""

from __future__ import annotations

import itertools
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from trialbook.capture.acts import note
from trialbook.capture.book import Book
from trialbook.folder import read_kept


def save(ledger: Path) -> None:
    """Save without end."""
    with Book.open(ledger, now=now, new_id=new_id, read=read_kept) as book:
        for number in itertools.count(1):
            book.record(note(f"save {number}"), by="nora")
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


def now() -> datetime:
    """Return the time: a process of its own is a door."""
    return datetime.now(UTC)  # noqa: TID251 - a process of its own is a door


def new_id() -> str:
    """Return an id by chance."""
    return str(uuid.uuid4())  # noqa: TID251 - a process of its own is a door


if __name__ == "__main__":
    save(Path(sys.argv[1]))
