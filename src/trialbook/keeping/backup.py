"""Back up a study while its site records: copied by the database's own way, restored, compared, and only then named."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from trialbook import __version__
from trialbook.capture.copying import copy_database, empty_tables, on_disk
from trialbook.capture.ledger import EMPTY, Head, head_of, utc
from trialbook.capture.moving import copy_ledger
from trialbook.capture.store import Store
from trialbook.capture.stores import holds_ledger, named, open_store
from trialbook.capture.verify import verify_place
from trialbook.errors import LedgerError, Place, Problem, TrialbookError
from trialbook.folder import LEDGER_FILE, Doors, StudyFolder, open_existing
from trialbook.keeping.log import Run, write_run
from trialbook.keeping.manifest import (
    ACCOUNT_FILES,
    ACCOUNTS,
    BACKUPS_FOLDER,
    IDENTITIES,
    MANIFEST,
    PEOPLE,
    SESSIONS,
    SITE_KEY,
    STUDY,
    Manifest,
    hashes_in,
    manifest_text,
    read_manifest,
    study_files,
)
from trialbook.keeping.restoring import restore
from trialbook.keeping.rotation import STAMP, Keep, moment_of, superfluous
from trialbook.wording import sentence

Accounts = Callable[[Path], bool]
"""Copies the accounts of a study in a database into a new file; False where it has none."""

ABANDONED = timedelta(days=1)
"""After so long a backup that was never finished is taken away."""


def take_backup(
    where: StudyFolder,
    doors: Doors,
    *,
    to: Path | None = None,
    keep: Keep | None = None,
    identities: Path | None = None,
    accounts: Accounts | None = None,
) -> Run:
    """Back up a study into a new folder within `to`; return what the log says of it.

    `identities` is another place, for the list that ties codes to persons; without it that list is left out.
    `accounts` copies those of a study in a database; without it they are left out.
    TrialbookError where it fails: then there is nothing new, every earlier backup is still there, and the log says why;
    KEEP-14 where a good backup stands, and only the log does not tell of it.
    """
    began, place = doors.now(), (to or where.path / BACKUPS_FOLDER)
    run = Run(at=utc(began), to=str(place), ok=False)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        done = _take(where, doors, place, began, accounts)
        if identities is not None:
            back_up_identities(where, doors, identities, keep or Keep(), began)
        run = replace(done, removed=rotate(place, keep or Keep(), doors))
    except (TrialbookError, OSError) as error:
        told = refused(error, place)
        with suppress(OSError):
            write_run(where.path, replace(run, problem=sentence(told.problems[0])))
        raise told from error
    try:
        write_run(where.path, run)
    except OSError as error:
        raise refused(error, Path(run.to), code="KEEP-14") from error
    return run


def refused(error: TrialbookError | OSError, place: Path, *, code: str = "KEEP-07") -> TrialbookError:
    """Return an error of the disk as one with a sentence."""
    if isinstance(error, TrialbookError):
        return error
    reason = error.strerror or str(error)
    where = place if code == "KEEP-14" else error.filename or place
    return LedgerError([Problem(code=code, place=Place(file=str(where)), values={"reason": reason})])


def _take(where: StudyFolder, doors: Doors, place: Path, began: datetime, accounts: Accounts | None) -> Run:
    """Copy, restore, compare and name."""
    before, name = head_in(where.place), free_name(place, began)
    draft = place / f".{name}.{doors.new_id()}"
    tried = draft.with_name(f"{draft.name}.tried")
    try:
        copy_study(where, draft, accounts)
        head = check_copy(draft / STUDY / LEDGER_FILE, before, newest_head(place))
        write_manifest(where, draft, head, began, doors)
        restore(draft, tried, doors)
        draft.replace(place / name)
        on_disk(place / name)
    finally:
        for folder in (draft, tried):
            shutil.rmtree(folder, ignore_errors=True)
    return Run(at=utc(began), to=str(place / name), ok=True, count=head.count, hash=head.hash)


def head_in(place: Path | str) -> Head:
    """Return how far a ledger reaches; LedgerError where there is none."""
    if not holds_ledger(place):
        raise LedgerError([Problem(code="FOLDER-03", place=Place(file=named(place)))])
    store = open_store(place, looking=True)
    try:
        with store.reading() as transaction:
            return head_of(transaction.last())
    finally:
        store.close()


def free_name(place: Path, began: datetime) -> str:
    """Return a name that no backup has."""
    name, number = f"{began:{STAMP}}", 1
    while (place / name).exists():
        number += 1
        name = f"{began:{STAMP}}-{number}"
    return name


def copy_study(where: StudyFolder, draft: Path, accounts: Accounts | None) -> None:
    """Copy the databases by their own way, the other files as they are."""
    (draft / STUDY).mkdir(mode=0o700, parents=True)
    copy_ledger(where.place, draft / STUDY / LEDGER_FILE)
    for file in study_files(where.path):
        copied = draft / STUDY / file.relative_to(where.path)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copied)
        on_disk(copied)
    copy_accounts(where, draft / ACCOUNTS)
    if where.store and accounts is not None:
        accounts(draft / ACCOUNTS / PEOPLE)


def copy_accounts(where: StudyFolder, to: Path) -> None:
    """Copy the accounts that are in a file, without their sessions, and the key of the site, where there are any."""
    # beside a database a file of accounts is one that was in use before
    for file in (where.path / name for name in ((SITE_KEY,) if where.store else ACCOUNT_FILES)):
        if not file.is_file() or not file.stat().st_size:
            continue
        to.mkdir(mode=0o700, exist_ok=True)
        if file.suffix == ".db":
            copy_database(file, to / file.name)
            empty_tables(to / file.name, SESSIONS)
        else:
            shutil.copyfile(file, to / file.name)
            (to / file.name).chmod(0o600)
            on_disk(to / file.name)


def check_copy(ledger: Path, before: Head, earlier: Head) -> Head:
    """Verify a copy; it holds all that was recorded before it was begun, and all that the last backup holds.

    LedgerError where not: a ledger that was cut off or rewritten must not take the place of a sound backup.
    """
    found = verify_place(ledger, earlier if earlier != EMPTY else None)
    if not found.ok:
        raise LedgerError(found.problems)
    store = Store.look(ledger)
    try:
        with store.reading() as transaction:
            if [entry.hash for entry in transaction.numbered([before.count])] != [before.hash]:
                raise LedgerError([Problem(code="KEEP-06", place=Place(file=str(ledger)))])
    finally:
        store.close()
    return found.head


def newest_head(place: Path) -> Head:
    """Return the head of the newest backup of a place that can be read, `EMPTY` where there is none."""
    for name in sorted(backups_in(place), reverse=True):
        with suppress(LedgerError):
            return read_manifest(place / name).head
    return EMPTY


def backups_in(place: Path) -> Iterator[str]:
    """Yield the names of the backups of a place."""
    for path in place.iterdir():
        if path.is_dir() and moment_of(path.name) is not None:
            yield path.name


def write_manifest(where: StudyFolder, draft: Path, head: Head, began: datetime, doors: Doors) -> None:
    """Write what a backup holds, and wait until all of it is on the disk."""
    with open_existing(where, doors) as book:
        identity = book.study.identity
        title = book.study.say(identity.title) or identity.id
    manifest = Manifest(
        made=utc(began), title=title, data=identity.data, program=__version__, head=head, files=hashes_in(draft)
    )
    (draft / MANIFEST).write_text(manifest_text(manifest), encoding="utf-8")
    on_disk(draft / MANIFEST)


def rotate(place: Path, keep: Keep, doors: Doors) -> tuple[str, ...]:
    """Take away the backups that are not kept, and what was left behind by one that was never finished."""
    gone = superfluous(backups_in(place), keep)
    for name in gone:
        # under a hidden name first: half a backup is never seen as one
        (place / name).replace(place / f".{name}.gone")
    now = doors.now().replace(tzinfo=None)
    for path in place.glob(".*"):
        begun = moment_of(path.name[1:])
        if begun is not None and (path.suffix == ".gone" or now - begun > ABANDONED):
            shutil.rmtree(path, ignore_errors=True)
    return gone


def back_up_identities(where: StudyFolder, doors: Doors, place: Path, keep: Keep, began: datetime) -> None:
    """Copy the list that ties codes to persons into a place of its own; LedgerError where there is none."""
    source = where.path / IDENTITIES
    if not source.is_file():
        raise LedgerError([Problem(code="KEEP-08", place=Place(file=str(source)))])
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = free_name(place, began)
    draft = place / f".{name}.{doors.new_id()}"
    try:
        draft.mkdir(mode=0o700)
        copy_database(source, draft / IDENTITIES)
        draft.replace(place / name)
        on_disk(place / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    rotate(place, keep, doors)
