"""Whose a copy is: of which ledger, and of which folder; and what restoring writes about it into a folder.

A study that was restored has the same ledger as the one that it was copied from, up to a day. What tells the two apart
is the mark that restoring gives a folder. No backup holds it: each restored folder has one of its own.
"""

from __future__ import annotations

import json
from pathlib import Path

from trialbook.capture.ledger import Head, utc
from trialbook.folder import Doors, write_whole
from trialbook.keeping.looking import looking_into
from trialbook.keeping.manifest import RESTORED_FILE, Owner

UNREADABLE = "unreadable"
"""The mark of a folder whose own cannot be read: it is that of no other."""


def owner_of(folder: Path, place: Path | str) -> Owner:
    """Return whose the copies of a study are, whose ledger is kept at a place; LedgerError where there is none."""
    with looking_into(place) as transaction:
        first = next((entry.hash for entry in transaction.numbered([1])), "")
    return Owner(first=first, copy=copy_of(folder))


def copy_of(folder: Path) -> str:
    """Return the mark that restoring gave to a folder; empty for one that was never restored."""
    file = folder / RESTORED_FILE
    if not file.exists():
        return ""
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["copy"]) or UNREADABLE
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return UNREADABLE


def mark_restored(folder: Path, source: Path, head: Head, doors: Doors) -> None:
    """Write into a folder that it was restored, from what, and when."""
    told = {
        "copy": doors.new_id(),
        "from": str(source.absolute()),
        "at": utc(doors.now()),
        "ledger": {"count": head.count, "hash": head.hash, "at": head.at},
    }
    write_whole(folder / RESTORED_FILE, (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode())
