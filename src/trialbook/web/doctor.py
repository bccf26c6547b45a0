"""What is unsafe about a site: its files, its place, its settings, the machine it runs on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import ssl
import subprocess
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from trialbook.capture.identities import IDENTITIES_FILE, Vault, check_apart, known_participants
from trialbook.capture.ledger import Entry
from trialbook.errors import LedgerError, Level, Place, Problem, TrialbookError
from trialbook.folder import Doors, StudyFolder, open_existing, plan_in_force, read_study, verify_ledger
from trialbook.keeping.log import last_good, read_runs
from trialbook.keeping.schedule import what_is_wrong
from trialbook.web.accounts.policy import SITE_FILE, Policy
from trialbook.web.serving import ACCOUNTS_FILE, Serving, enter_django, is_loopback, names_of, private_files

NETWORK = frozenset(
    {
        "9p",
        "afs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "fuse.davfs",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "fuse.vmhgfs-fuse",
        "glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "smb2",
        "smb3",
        "smbfs",
        "vboxsf",
        "vmhgfs",
    }
)
"""File systems that lie on another machine; SQLite's locks are not to be trusted there."""

SYNCED = (
    "dropbox",
    "onedrive",
    "google drive",
    "googledrive",
    "icloud",
    "mobile documents",
    "nextcloud",
    "owncloud",
    "pcloud",
    "seafile",
    "syncthing",
)
"""Beginnings of the names of folders that programs copy away."""

MARKS = {
    ".dropbox": "Dropbox",
    ".stfolder": "Syncthing",
    ".owncloudsync.log": "ownCloud",
    ".nextcloudsync.log": "Nextcloud",
}
"""Files that such programs leave in the folder that they copy."""

PLAIN_ONLY = frozenset({"security.W004", "security.W012", "security.W016"})
"""Django's checks that ask for TLS: they do not concern a site that only its own machine reaches."""

LITTLE, VERY_LITTLE = 5_000, 500
"""Megabytes that should be free."""

AHEAD = timedelta(minutes=5)
ASKING = 5
"""Seconds that a running site has to say whether it can serve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """The site that is looked at."""

    where: StudyFolder
    policy: Policy
    doors: Doors


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found."""

    check: str
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Tell whether nothing but warnings were found."""
        return all(problem.level == "warning" for problem in self.problems)


def examine(patient: Patient) -> tuple[Finding, ...]:
    """Carry out every check, whatever the others find."""
    return tuple(Finding(check=name, problems=told_by(check, patient)) for name, check in CHECKS.items())


def told_by(check: Callable[[Patient], Iterator[Problem]], patient: Patient) -> tuple[Problem, ...]:
    """Return what a check finds; where it cannot go on, why."""
    try:
        return tuple(check(patient))
    except TrialbookError as error:
        return error.problems


def look_at_plan(patient: Patient) -> Iterator[Problem]:
    """Read the study file, and look whether it is that of the ledger, as far as that can be opened."""
    read_study(patient.where.path)
    with suppress(LedgerError):
        if patient.where.has_ledger:
            with open_existing(patient.where, patient.doors) as book:
                yield from plan_in_force(patient.where, book)


def look_at_ledger(patient: Patient) -> Iterator[Problem]:
    """Verify the ledger, if there is one."""
    if patient.where.has_ledger:
        yield from verify_ledger(patient.where, None).problems


def look_at_database(patient: Patient) -> Iterator[Problem]:
    """Look how the database is reached, whether it takes entries, and whether it notices a failing disk.

    Its guards are the ledger's.
    """
    if not patient.where.store:
        return
    from trialbook.capture.server import standing

    found = standing(patient.where.store)
    if found.is_far and not found.is_encrypted:
        yield Problem(code="SERVE-31", values={"file": patient.where.named, "role": found.role})
    elif found.is_far and not found.is_proven:
        yield Problem(code="SERVE-33", values={"file": patient.where.named})
    if not found.may_append:
        yield Problem(code="SERVE-34", values={"file": patient.where.named, "role": found.role})
    if not found.has_sums:
        yield Problem(code="SERVE-32", level="warning")


def look_at_accounts(patient: Patient) -> Iterator[Problem]:
    """Look whether the database of accounts is whole."""
    file = patient.where.path / ACCOUNTS_FILE
    if patient.where.store or not file.is_file() or not file.stat().st_size:
        return
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as opened:
            told = [str(row[0]) for row in opened.execute("PRAGMA quick_check")]
    except sqlite3.Error as error:
        told = [str(error)]
    if told != ["ok"]:
        yield Problem(code="SERVE-19", place=Place(file=str(file)), values={"reason": told[0]})


def look_at_files(patient: Patient) -> Iterator[Problem]:
    """Look whether other users of the machine can read what is private."""
    if os.name != "posix":
        return
    # a token in the settings gives the numbers of the site away
    settings = (patient.where.path / SITE_FILE,) if patient.policy.metrics_token else ()
    for file in (*private_files(patient.where), *settings):
        mode = file.stat().st_mode & 0o777
        if mode & 0o077:
            yield Problem(code="SERVE-12", values={"file": str(file), "mode": f"{mode:o}", "wanted": "600"})


def look_at_place(patient: Patient) -> Iterator[Problem]:
    """Look whether the folder is on another machine, or is copied away while it is written."""
    folder = patient.where.path.resolve()
    kind = file_system_of(folder, Path("/proc/self/mountinfo"))
    if kind in NETWORK:
        yield Problem(code="SERVE-13", values={"kind": kind})
    syncing = synced_by(folder)
    if syncing:
        yield Problem(code="SERVE-14", values={"kind": syncing})


def file_system_of(folder: Path, mounts: Path) -> str:
    """Return the kind of file system that a folder is on, as `/proc/self/mountinfo` names it; empty where unknown."""
    found, depth = "", -1
    lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines() if mounts.is_file() else []
    for line in lines:
        left, _, right = line.partition(" - ")
        point = Path(left.split()[4].replace("\\040", " "))
        if (folder == point or point in folder.parents) and len(point.parts) >= depth:
            found, depth = right.split()[0], len(point.parts)
    return found


def synced_by(folder: Path) -> str:
    """Return which program copies a folder away; empty where none is known to."""
    for part in (folder, *folder.parents):
        by_name = next((name for name in SYNCED if part.name.casefold().startswith(name)), "")
        by_mark = next((told for mark, told in MARKS.items() if (part / mark).exists()), "")
        if by_name or by_mark:
            return by_mark or part.name
    return ""


def look_at_reach(patient: Patient) -> Iterator[Problem]:
    """Look whether other machines reach the site without TLS, and how long its certificate is good."""
    policy = patient.policy
    if not policy.tls and not is_loopback(policy.host):
        yield Problem(code="SERVE-05", values={"host": policy.host})
    if policy.tls and policy.tls != "make":
        from trialbook.web.certificates import RENEWED, read_certificate

        folder = patient.where.path
        until = read_certificate(folder / policy.tls, folder / (policy.tls_key or policy.tls)).until
        left = until - patient.doors.now()
        if left < RENEWED:
            level: Level = "warning" if left > timedelta() else "error"
            yield Problem(code="SERVE-09", values={"until": f"{until:%Y-%m-%d}"}, level=level)


def look_at_settings(patient: Patient) -> Iterator[Problem]:
    """Let Django check its settings as for the open sea: DEBUG, cookies, headers, keys."""
    enter_django(patient.where, patient.policy, names_of(patient.policy))
    from django.core.checks import run_checks

    for told in run_checks(include_deployment_checks=True):
        is_plain = told.id in PLAIN_ONLY and not patient.policy.tls and is_loopback(patient.policy.host)
        if not told.is_silenced() and not is_plain:
            yield Problem(code="SERVE-18", values={"message": str(told.msg), "id": str(told.id)})


def look_at_people(patient: Patient) -> Iterator[Problem]:
    """Look whether the tables of accounts are up to date, each custodian has a second factor, and all can be opened."""
    has_accounts = patient.where.store or (patient.where.path / ACCOUNTS_FILE).is_file()
    if not has_accounts or not patient.where.has_ledger:
        return
    enter_django(patient.where, patient.policy, names_of(patient.policy))
    from django.db import DatabaseError, connection, connections
    from django.db.migrations.executor import MigrationExecutor

    from trialbook.web.accounts.models import Account
    from trialbook.web.accounts.second import has_second, unreadable_seconds

    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield Problem(code="SERVE-20", level="warning")
            return
        with open_existing(patient.where, patient.doors) as book:
            for account in Account.objects.filter(code__in=book.people.custodians()):
                if not has_second(account):
                    yield Problem(code="SERVE-21", values={"person": account.code}, level="warning")
        yield from (Problem(code="SERVE-22", values={"person": person}) for person in unreadable_seconds())
    except DatabaseError as error:
        yield Problem(code="SERVE-19", values={"reason": str(error)})
    finally:
        connections.close_all()


def look_at_clock(patient: Patient) -> Iterator[Problem]:
    """Look whether the clock runs behind the ledger, and whether a time server keeps it right."""
    now = patient.doors.now()
    if patient.where.has_ledger:
        with open_existing(patient.where, patient.doors) as book:
            last = datetime.fromisoformat(book.head().at)
        if last - now > AHEAD:
            yield Problem(code="SERVE-15", values={"now": f"{now:%Y-%m-%d %H:%M}", "last": f"{last:%Y-%m-%d %H:%M}"})
    if is_kept_right() is False:
        yield Problem(code="SERVE-16", level="warning")


def is_kept_right() -> bool | None:
    """Tell whether a time server keeps the clock right; None where the machine does not say."""
    asked = shutil.which("timedatectl")
    if asked is None:
        return None
    command = [asked, "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603 - our words
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())


def look_at_disk(patient: Patient) -> Iterator[Problem]:
    """Look how much room is left."""
    free = shutil.disk_usage(patient.where.path).free // 1_000_000
    if free < LITTLE:
        yield Problem(code="SERVE-17", values={"free": str(free)}, level="error" if free < VERY_LITTLE else "warning")


def look_at_backups(patient: Patient) -> Iterator[Problem]:
    """Look whether there is a backup, whether the last one was sound, and whether they come as they should."""
    policy, now = patient.policy, patient.doors.now()
    yield from what_is_wrong(patient.where, now, policy.backup, policy.heads)
    if patient.where.has_ledger and last_good(read_runs(patient.where.path)) is None:
        yield Problem(code="KEEP-11", level="warning")


def look_at_identities(patient: Patient) -> Iterator[Problem]:
    """Look whether identities and their keys are apart and private, and whether what was erased is gone."""
    folder, named = patient.where.path, patient.policy.identity_keys
    vault = Vault(file=folder / IDENTITIES_FILE, keys=folder / named, chance=bytes)
    kept = known_participants(vault)
    if not named:
        yield from (Problem(code="IDENT-09"),) if kept else ()
        return
    check_apart(vault)
    if kept and not vault.keys.is_file():
        yield Problem(code="IDENT-01", values={"file": str(vault.keys)})
    if os.name == "posix" and vault.keys.is_file() and vault.keys.stat().st_mode & 0o077:
        mode = f"{vault.keys.stat().st_mode & 0o777:o}"
        yield Problem(code="IDENT-08", values={"file": str(vault.keys), "mode": mode})
    if kept and patient.where.has_ledger:
        with open_existing(patient.where, patient.doors) as book:
            yield from erased_and_kept(book.entries(), kept)


def erased_and_kept(entries: Iterable[Entry], kept: Collection[str]) -> Iterator[Problem]:
    """Yield a problem for everybody whose identity was erased last by an act, and is there all the same."""
    acts = {"keep_identity", "erase_identity"}
    last = {entry.participant: entry for entry in entries if entry.act in acts and entry.participant is not None}
    for code in sorted(kept):
        if code in last and last[code].act == "erase_identity":
            yield Problem(code="IDENT-07", values={"participant": code, "entry": str(last[code].seq)})


def look_at_running(patient: Patient) -> Iterator[Problem]:
    """Ask the site whether it can serve, where it runs."""
    serving = Serving(
        where=patient.where, study=read_study(patient.where.path), policy=patient.policy, names=(), certificate=None
    )
    address = serving.address.replace("http://", "https://") if patient.policy.tls else serving.address
    if is_ready(f"{address}health") is False:
        yield Problem(code="SERVE-30", values={"address": address})


def is_ready(address: str) -> bool | None:
    """Ask for the health of a site on this machine; None where none answers."""
    context = ssl._create_unverified_context()  # noqa: S323, SLF001 - its own machine, and nothing is sent
    try:
        with urlopen(address, timeout=ASKING, context=context):  # noqa: S310 - http or https, made above
            return True
    except HTTPError as error:
        error.close()
        return error.code != 503
    except (OSError, HTTPException):
        return None


CHECKS: dict[str, Callable[[Patient], Iterator[Problem]]] = {
    "study file": look_at_plan,
    "ledger": look_at_ledger,
    "database": look_at_database,
    "accounts": look_at_accounts,
    "private files": look_at_files,
    "identities": look_at_identities,
    "place of the folder": look_at_place,
    "reach": look_at_reach,
    "settings": look_at_settings,
    "people": look_at_people,
    "clock": look_at_clock,
    "disk": look_at_disk,
    "backups": look_at_backups,
    "running site": look_at_running,
}
"""Name -> check, in the order in which they are told."""
