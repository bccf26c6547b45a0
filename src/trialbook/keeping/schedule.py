"""What a site does by itself to keep its study safe: backups at intervals, a head each day; and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from trialbook.errors import LedgerError, Problem, TrialbookError
from trialbook.folder import Doors, StudyFolder
from trialbook.keeping.backup import Accounts, take_backup
from trialbook.keeping.head_sheet import dated, keep_head
from trialbook.keeping.log import begun, is_due, last_good, read_runs
from trialbook.keeping.manifest import BACKUPS_FOLDER
from trialbook.keeping.rotation import Keep, parse_every, parse_keep

SETTINGS = ("to", "every", "keep", "identities")
LATE = 2
"""Intervals after which a backup that did not come is told."""

SHEET_LATE = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a site backs its study up; paths are meant from the study's folder."""

    to: str = BACKUPS_FOLDER
    every: timedelta = timedelta(days=1)
    keep: Keep = field(default_factory=Keep)
    identities: str = ""
    """Where the list that ties codes to persons goes; empty: nowhere."""


def parse_plan(told: Mapping[str, str]) -> Plan:
    """Read the settings of a plan; LedgerError where one of them is something else."""
    return Plan(
        to=told.get("to") or BACKUPS_FOLDER,
        every=parse_every(told.get("every", "1 day")),
        keep=parse_keep(told.get("keep", "")),
        identities=told.get("identities", ""),
    )


def is_plan(told: object) -> bool:
    """Tell whether this is a table of settings of a plan."""
    if (
        not isinstance(told, dict)
        or set(told) - set(SETTINGS)
        or not all(isinstance(one, str) for one in told.values())
    ):
        return False
    try:
        parse_plan(told)
    except LedgerError:
        return False
    return True


def do_what_is_due(
    where: StudyFolder, doors: Doors, plan: Plan | None, heads: str, accounts: Accounts | None = None
) -> None:
    """Make the backup and the head that are due; what fails stands in the log, and is tried again later."""
    if not is_begun(where):
        return
    now = doors.now()
    if plan is not None and is_due(read_runs(where.path), now, plan.every):
        identities = where.path / plan.identities if plan.identities else None
        with suppress(TrialbookError):
            take_backup(where, doors, to=where.path / plan.to, keep=plan.keep, identities=identities, accounts=accounts)
    if heads and not dated(where.path / heads, now).exists():
        with suppress(TrialbookError, OSError):
            keep_head(where, dated(where.path / heads, now), doors)


def is_begun(where: StudyFolder) -> bool:
    """Tell whether there is anything to keep; a database that does not answer is asked again later."""
    try:
        return where.has_ledger
    except LedgerError:
        return False


def what_is_wrong(where: StudyFolder, now: datetime, plan: Plan | None, heads: str) -> Iterator[Problem]:
    """Yield a problem where the last backup failed, or one that was due did not come; the same of heads."""
    found = tuple(told_by(where, now, plan, heads))
    # to ask a database is dear: only where there is something to tell
    if found and is_begun(where):
        yield from found


def told_by(where: StudyFolder, now: datetime, plan: Plan | None, heads: str) -> Iterator[Problem]:
    """Yield what the log of backups and the folder of heads tell of a study that has begun."""
    runs = read_runs(where.path)
    good = last_good(runs)
    if runs and not runs[-1].ok:
        values = {"at": f"{begun(runs[-1]):%Y-%m-%d %H:%M} UTC", "problem": runs[-1].problem}
        yield Problem(code="KEEP-09", values=values)
    if good is not None and plan is not None and now - begun(good) > LATE * plan.every:
        yield Problem(code="KEEP-10", values={"at": f"{begun(good):%Y-%m-%d %H:%M} UTC"})
    if heads and is_sheet_late(where.path / heads, now):
        yield Problem(code="KEEP-13", values={"folder": heads})


def is_sheet_late(folder: Path, now: datetime) -> bool:
    """Tell whether heads are written and none of the last days is there; a site that was just begun has a day."""
    days = (now - SHEET_LATE * part / 2 for part in range(3))
    return folder.is_dir() and any(folder.glob("head-*.pdf")) and not any(dated(folder, day).exists() for day in days)
