"""Restore a study from a backup or an archive: nothing is overwritten, and everything is verified before and after."""

from __future__ import annotations

import json
import lzma
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from trialbook.capture.copying import empty_tables, on_disk, rebuild
from trialbook.capture.ledger import Entry, Head
from trialbook.capture.moving import move_ledger
from trialbook.capture.store import NAMES, entry_from
from trialbook.capture.verify import verify_place
from trialbook.errors import LedgerError, Place, Problem
from trialbook.folder import LEDGER_FILE, Doors, StudyFolder, open_existing, write_whole
from trialbook.keeping.manifest import (
    ACCOUNTS,
    DATABASES,
    MANIFEST,
    PEOPLE,
    SESSIONS,
    STUDY,
    Manifest,
    check_files,
    read_manifest,
)
from trialbook.keeping.owning import mark_restored

ENTRIES = "ledger/entries.jsonl"
"""The entries in an archive, one JSON object a line: the ledger is made anew from them."""

SIGN_INS = "sign_ins.csv"
"""The log of sign-ins in an archive: without passwords and keys no account can be made of it."""

EARLIER = "earlier_sign_ins.csv"
"""What it is called in a study that was restored."""

SITE_FILE, ASIDE = "site.toml", "site.toml.restored"
"""The settings of the site, and what they are called in a study that was restored: they lead to the ledger, to the
backups and to the heads of the study that was copied."""

LARGEST_MANIFEST = 16_000_000
"""Bytes, which name a hundred thousand files: it is read as a whole, and measured before."""

DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, FileNotFoundError, EOFError, NotImplementedError,
    RuntimeError, ValueError,
)  # fmt: skip
"""What zipfile and its decompressor raise on a file that is no archive, or is damaged or locked."""


AccountsFrom = Callable[[Path, Path], AbstractContextManager[None]]
"""Given the folder of a study and a file of accounts, carries them into the study's database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A study that was restored."""

    folder: Path
    manifest: Manifest
    head: Head
    """As the restored ledger tells it."""
    participants: int
    has_accounts: bool
    aside: Path | None = None
    """The settings of the site that was backed up; they are not in force."""


def restore(source: Path, to: Path, doors: Doors, *, store: str = "", accounts: AccountsFrom | None = None) -> Restored:
    """Restore a backup or an archive into a folder that is empty or not there; LedgerError where that cannot be.

    At no moment does the folder hold half a study. With the address of a `store` the ledger goes on there, and its
    file stays in the folder under another name; `accounts` carries those of the backup there, too. Sessions end.
    The settings of the site are kept aside: nothing done in the copy reaches the study that it was copied from.
    """
    refuse_full(to)
    to.absolute().parent.mkdir(parents=True, exist_ok=True)
    with unpacked(source, to, doors) as backup:
        manifest = read_manifest(backup)
        check_files(backup, manifest)
        draft = to.absolute().with_name(f".{to.absolute().name}.{doors.new_id()}")
        try:
            put_together(backup, draft, manifest, doors)
            head, participants = look_at(draft, manifest, doors)
            mark_restored(draft, source, head, doors)
            refuse_full(to)
            if store:
                from trialbook.capture.server import without_secret

                write_whole(draft / SITE_FILE, f"store = {json.dumps(without_secret(store))}\n".encode())
                with carried(draft, accounts):
                    move_ledger(draft / LEDGER_FILE, store, mark=doors.new_id())
            draft.replace(to)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    on_disk(to)
    has_accounts = any(name.startswith(f"{ACCOUNTS}/people") for name in manifest.files)
    aside = to / ASIDE
    return Restored(
        folder=to, manifest=manifest, head=head, participants=participants, has_accounts=has_accounts,
        aside=aside if aside.is_file() else None,
    )  # fmt: skip


@contextmanager
def carried(draft: Path, accounts: AccountsFrom | None) -> Iterator[None]:
    """Carry the accounts of a restored study into a database together with the ledger, or neither of the two."""
    file = draft / PEOPLE
    if not file.is_file() or accounts is None:
        yield
        return
    with accounts(draft, file):
        yield
    # they are still in the backup
    file.unlink()


def refuse_full(to: Path) -> None:
    """Refuse a folder in which anything stands; LedgerError."""
    if to.is_dir() and not any(to.iterdir()):
        return
    if to.exists() or to.is_symlink():
        raise LedgerError([Problem(code="KEEP-05", place=Place(file=str(to)))])


@contextmanager
def unpacked(source: Path, to: Path, doors: Doors) -> Iterator[Path]:
    """Give the folder of a backup; an archive is unpacked beside the folder that is restored."""
    if source.is_dir():
        yield source
        return
    if source.exists() and not source.is_file():
        # a pipe or a device would be waited for
        raise LedgerError([Problem(code="KEEP-01", place=Place(file=str(source)))])
    scratch = to.absolute().with_name(f".{to.absolute().name}.{doors.new_id()}")
    try:
        try:
            with zipfile.ZipFile(source) as packed:
                scratch.mkdir(mode=0o700)
                unpack(packed, scratch)
        except DAMAGED as error:
            raise LedgerError([Problem(code="KEEP-01", place=Place(file=str(source)))]) from error
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def unpack(packed: zipfile.ZipFile, folder: Path) -> None:
    """Unpack what the manifest of an archive names, and no other file, wherever that would go."""
    told = packed.NameToInfo.get(MANIFEST)
    if told is not None and told.file_size > LARGEST_MANIFEST:
        raise LedgerError([Problem(code="KEEP-01", place=Place(file=MANIFEST))])
    (folder / MANIFEST).write_bytes(b"" if told is None else packed.read(MANIFEST))
    manifest = read_manifest(folder)
    for name in packed.namelist():
        if name in manifest.files:
            path = folder / PurePosixPath(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            with packed.open(name) as inside, path.open("wb") as outside:
                shutil.copyfileobj(inside, outside)
        elif name != MANIFEST:
            raise LedgerError([Problem(code="KEEP-02", place=Place(file=name), values={"what": "added"})])


def put_together(backup: Path, draft: Path, manifest: Manifest, doors: Doors) -> None:
    """Lay out a study's folder from the files of a backup."""
    draft.mkdir(mode=0o700)
    for name in manifest.files:
        part, _, below = name.partition("/")
        below = EARLIER if name == SIGN_INS else below
        if below == ASIDE and f"{STUDY}/{SITE_FILE}" in manifest.files:
            # those in force go before older ones
            continue
        below = ASIDE if below.casefold() == SITE_FILE else below
        if below and (part in {STUDY, ACCOUNTS} or name == SIGN_INS):
            path = draft / PurePosixPath(below)
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(backup / PurePosixPath(name), path)
            path.chmod(0o600 if path.name in {*DATABASES, ASIDE} else 0o644)
            on_disk(path)
    if (draft / PEOPLE).is_file():
        empty_tables(draft / PEOPLE, SESSIONS)
    if ENTRIES in manifest.files:
        rebuild(draft / LEDGER_FILE, read_entries(backup / ENTRIES), mark=doors.new_id())
        (draft / LEDGER_FILE).chmod(0o600)


def read_entries(file: Path) -> Iterator[Entry]:
    """Read entries that were written as JSON, one a line; LedgerError where a line is none."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                told = json.loads(line)
                row = tuple(told.pop(name, None) for name in NAMES)
            except (ValueError, AttributeError, TypeError) as error:
                raise LedgerError([Problem(code="KEEP-01", place=Place(file=str(file)))]) from error
            if told:
                raise LedgerError([Problem(code="KEEP-01", place=Place(file=str(file)))])
            yield entry_from(row, str(file))


def look_at(draft: Path, manifest: Manifest, doors: Doors) -> tuple[Head, int]:
    """Verify a restored ledger against the head of its backup, and open it; LedgerError where anything differs."""
    found = verify_place(draft / LEDGER_FILE, manifest.head)
    if not found.ok:
        raise LedgerError(found.problems)
    if found.head != manifest.head:
        raise LedgerError([Problem(code="KEEP-06", place=Place(file=str(draft.name)))])
    with open_existing(StudyFolder(draft), doors) as book:
        return book.head(), len(book.casebooks())
