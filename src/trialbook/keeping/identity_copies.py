"""Copies of the list that ties codes to persons: in a place of their own, each with a note whose it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from trialbook.capture.copying import copy_database, on_disk
from trialbook.errors import LedgerError, Place, Problem, TrialbookError
from trialbook.folder import Doors, StudyFolder, write_whole
from trialbook.keeping.manifest import IDENTITIES, Manifest, Owner
from trialbook.keeping.owning import copy_of, owner_of
from trialbook.keeping.rotation import Keep, backups_in, free_name, rotate

NOTE = "whose.json"
"""Beside each copy: of which study and folder it is. Several studies may have one place for their lists."""


def refuse_identities(where: StudyFolder, place: Path, identities: Path) -> None:
    """Refuse a list that would go where the study goes, and one that is not there and never was: LedgerError."""
    if identities.resolve() == place.resolve():
        raise LedgerError([Problem(code="KEEP-17", place=Place(file=str(identities)))])
    if not has_identities(where, identities):
        raise LedgerError([Problem(code="KEEP-08", place=Place(file=str(where.path / IDENTITIES)))])


def has_identities(where: StudyFolder, place: Path) -> bool:
    """Tell whether a study has a list to be copied, or had one: then a copy of it is in the place.

    That a list is gone of which there are copies is a loss, and has to be told; so where an earlier version of the
    program made them, which did not say whose they are.
    """
    if (where.path / IDENTITIES).is_file():
        return True
    try:
        if not place.is_dir() or not any(backups_in(place)):
            return False
        is_any = any((place / name / IDENTITIES).is_file() for name in backups_in(place) if is_unnamed(place / name))
        return any(copies_of(place, owner_of(where.path, where.place))) or (is_any and not copy_of(where.path))
    except (TrialbookError, OSError):
        # what keeps it from being known keeps the list from being copied, and is told then
        return True


def is_unnamed(copied: Path) -> bool:
    """Tell whether a copy does not say whose it is."""
    return not (copied / NOTE).exists()


def back_up_identities(where: StudyFolder, doors: Doors, place: Path, keep: Keep, made: Manifest) -> None:
    """Copy the list that belongs to a backup into a place of its own; LedgerError where there is none."""
    source = where.path / IDENTITIES
    if not source.is_file():
        raise LedgerError([Problem(code="KEEP-08", place=Place(file=str(source)))])
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = free_name(place, datetime.fromisoformat(made.made))
    draft = place / f".{name}.{doors.new_id()}"
    try:
        draft.mkdir(mode=0o700)
        copy_database(source, draft / IDENTITIES)
        note = {"study": made.title, "made": made.made, "owner": asdict(made.owner)}
        write_whole(draft / NOTE, (json.dumps(note, indent=2, ensure_ascii=False) + "\n").encode())
        on_disk(draft / NOTE)
        draft.replace(place / name)
        on_disk(place / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    rotate(place, copies_of(place, made.owner), keep, doors)


def copies_of(place: Path, owner: Owner) -> Iterator[str]:
    """Yield the names of the copies of one owner; one without a note that can be read may be anybody's."""
    for name in backups_in(place):
        try:
            told = json.loads((place / name / NOTE).read_text(encoding="utf-8"))["owner"]
            whose = Owner(first=str(told["first"]), copy=str(told["copy"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
        if whose == owner:
            yield name
