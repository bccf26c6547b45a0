"""Back up a study while its site records: copied by the database's own way, restored, compared, and only then named."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from trialbook import __version__
from trialbook.capture.copying import copy_database, empty_tables, on_disk
from trialbook.capture.ledger import EMPTY, Head, head_of, utc
from trialbook.capture.moving import copy_ledger
from trialbook.capture.verify import verify_place
from trialbook.errors import LedgerError, Place, Problem, TrialbookError
from trialbook.folder import LEDGER_FILE, Doors, StudyFolder, open_existing
from trialbook.keeping.identity_copies import back_up_identities, refuse_identities
from trialbook.keeping.log import Run, shown, write_run
from trialbook.keeping.looking import looking_into
from trialbook.keeping.manifest import (
    ACCOUNT_FILES,
    ACCOUNTS,
    BACKUPS_FOLDER,
    MANIFEST,
    PEOPLE,
    SESSIONS,
    SITE_KEY,
    STUDY,
    Manifest,
    Owner,
    hashes_in,
    manifest_text,
    read_manifest,
    study_files,
)
from trialbook.keeping.owning import owner_of
from trialbook.keeping.restoring import restore
from trialbook.keeping.rotation import Keep, backups_in, free_name, rotate
from trialbook.wording import sentence

Accounts = Callable[[Path], bool]
"""Copies the accounts of a study in a database into a new file; False where it has none."""


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
    KEEP-14 where a good backup stands, and only the log does not tell of it; KEEP-19 where a good backup stands, and
    what comes after it failed: superfluous ones are still there, or the list is not copied.
    """
    began, place = doors.now(), (to or where.path / BACKUPS_FOLDER).absolute()
    run = Run(at=utc(began), to=str(place), ok=False)
    try:
        if identities is not None:
            refuse_identities(where, place, identities)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        run, made = _take(where, doors, place, began, accounts)
    except Exception as error:
        # whatever it was, the log has to say that there is no backup
        told = told_of(error, place)
        with suppress(OSError):
            write_run(where.path, replace(run, problem=sentence(told.problems[0])))
        if isinstance(error, OSError):
            raise told from error
        raise
    run = finished(where, doors, run, made, keep or Keep(), identities)
    try:
        write_run(where.path, run)
    except OSError as error:
        raise failed("KEEP-14", run.to, error) from error
    if run.problem:
        raise LedgerError([not_all(run)])
    return run


def finished(where: StudyFolder, doors: Doors, run: Run, made: Manifest, keep: Keep, identities: Path | None) -> Run:
    """Do what comes after a backup that stands: rotate, and copy the identities; what fails is told with the run."""
    wrong = []
    try:
        place = Path(run.to).parent
        run = replace(run, removed=rotate(place, backups_of(place, made.owner), keep, doors))
    except OSError as error:
        wrong.append(reason_of(error))
    if identities is not None:
        try:
            back_up_identities(where, doors, identities, keep, made)
        except (TrialbookError, OSError) as error:
            wrong.append(reason_of(error))
    return replace(run, problem=" ".join(wrong))


def not_all(run: Run) -> Problem:
    """Return the problem of a backup that stands, and did not take all along."""
    return Problem(code="KEEP-19", place=Place(file=run.to), values={"at": shown(run), "problem": run.problem})


def reason_of(error: TrialbookError | OSError) -> str:
    """Return why something failed, as a sentence."""
    if isinstance(error, TrialbookError):
        return sentence(error.problems[0])
    return f"{error.filename or ''}: {error.strerror or error}.".lstrip(": ")


def told_of(error: Exception, place: Path) -> TrialbookError:
    """Return whatever kept a backup from being made as an error with a sentence."""
    if isinstance(error, TrialbookError):
        return error
    cause = error if isinstance(error, OSError) else OSError(type(error).__name__)
    return failed("KEEP-07", cause.filename or place, cause)


def failed(code: str, place: Path | str, error: OSError) -> LedgerError:
    """Return an error of the disk as one with a sentence."""
    values = {"reason": error.strerror or str(error)}
    return LedgerError([Problem(code=code, place=Place(file=str(place)), values=values)])


def _take(
    where: StudyFolder, doors: Doors, place: Path, began: datetime, accounts: Accounts | None
) -> tuple[Run, Manifest]:
    """Copy, restore, compare and name."""
    before, name = head_in(where.place), free_name(place, began)
    owner = owner_of(where.path, where.place)
    earlier = newest_of(place, owner)
    draft = place / f".{name}.{doors.new_id()}"
    tried = draft.with_name(f"{draft.name}.tried")
    try:
        copy_study(where, draft, accounts)
        head = check_copy(draft / STUDY / LEDGER_FILE, before, earlier)
        made = write_manifest(where, draft, head, owner, began, doors)
        restore(draft, tried, doors)
        draft.replace(place / name)
        on_disk(place / name)
    finally:
        for folder in (draft, tried):
            shutil.rmtree(folder, ignore_errors=True)
    return Run(at=utc(began), to=str(place / name), ok=True, count=head.count, hash=head.hash), made


def head_in(place: Path | str) -> Head:
    """Return how far a ledger reaches; LedgerError where there is none."""
    with looking_into(place) as transaction:
        return head_of(transaction.last())


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
    with looking_into(ledger) as transaction:
        if [entry.hash for entry in transaction.numbered([before.count])] != [before.hash]:
            raise LedgerError([Problem(code="KEEP-06", place=Place(file=str(ledger)))])
    return found.head


def newest_of(place: Path, owner: Owner) -> Head:
    """Return the head of the newest backup of a place that can be read, `EMPTY` where there is none.

    LedgerError where it is another's: of another study, or of the one that this was restored from. In one place the
    backups of both would be compared with each other, and rotation would take those of one away for the other's.
    """
    for name in sorted(backups_in(place), reverse=True):
        with suppress(LedgerError):
            newest = read_manifest(place / name)
            break
    else:
        return EMPTY
    if not owner.has(newest.owner):
        values = {"title": newest.title, "at": newest.made}
        raise LedgerError([Problem(code="KEEP-18", place=Place(file=str(place)), values=values)])
    return newest.head


def backups_of(place: Path, owner: Owner) -> Iterator[str]:
    """Yield the names of the backups of a place that are of one owner: what cannot be read may be anybody's."""
    for name in backups_in(place):
        with suppress(LedgerError):
            if owner.has(read_manifest(place / name).owner):
                yield name


def write_manifest(
    where: StudyFolder, draft: Path, head: Head, owner: Owner, began: datetime, doors: Doors
) -> Manifest:
    """Write what a backup holds, and wait until all of it is on the disk."""
    with open_existing(where, doors) as book:
        identity = book.study.identity
        title = book.study.say(identity.title) or identity.id
    manifest = Manifest(
        made=utc(began), title=title, data=identity.data, program=__version__, head=head, files=hashes_in(draft),
        owner=owner,
    )  # fmt: skip
    (draft / MANIFEST).write_text(manifest_text(manifest), encoding="utf-8")
    on_disk(draft / MANIFEST)
    return manifest
