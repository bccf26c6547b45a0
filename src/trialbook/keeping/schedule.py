"""What a site does by itself to keep its study safe: backups at intervals, a head each day; and what is told of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from trialbook.errors import LedgerError, Place, Problem
from trialbook.folder import Doors, StudyFolder
from trialbook.keeping.backup import Accounts, not_all, take_backup
from trialbook.keeping.head_sheet import dated, keep_head
from trialbook.keeping.identity_copies import has_identities
from trialbook.keeping.log import Run, begun, is_due, last_good, log_of, read_runs, shown, why_unusable
from trialbook.keeping.looking import looking_into
from trialbook.keeping.manifest import BACKUPS_FOLDER
from trialbook.keeping.rotation import Keep, parse_every, parse_keep

SETTINGS = ("to", "every", "keep", "identities")
LATE = 2
"""Intervals after which a backup that did not come is told."""

SHEET_LATE = timedelta(days=2)

AGAIN = timedelta(hours=1)
"""After a backup was tried, none is tried for so long, even where the log cannot tell; less where that is asked."""


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
    where: StudyFolder,
    doors: Doors,
    plan: Plan | None,
    heads: str,
    accounts: Accounts | None = None,
    *,
    tried: datetime | None = None,
) -> datetime | None:
    """Make the backup and the head that are due; what fails stands in the log, and is tried again later.

    `tried` is when this process last tried a backup, and what is returned says so of the next time. Nothing is raised:
    who keeps a study safe has to go on.
    """
    if not is_begun(where):
        return tried
    now = doors.now()
    if plan is not None and is_time(where, plan, now, tried):
        tried = now
        with suppress(Exception):
            take_backup(
                where, doors, to=where.path / plan.to, keep=plan.keep, identities=identities_for(where, plan),
                accounts=accounts,
            )  # fmt: skip
    with suppress(Exception):
        if heads and not dated(where.path / heads, now).exists():
            keep_head(where, dated(where.path / heads, now), doors)
    return tried


def is_time(where: StudyFolder, plan: Plan, now: datetime, tried: datetime | None) -> bool:
    """Tell whether a backup is due by the log, and none was tried just now: the log may not be written, or read."""
    if tried is not None and abs(now - tried) < min(plan.every, AGAIN):
        return False
    return is_due(runs_of(where.path, plan), now, plan.every)


def identities_for(where: StudyFolder, plan: Plan) -> Path | None:
    """Return where a plan copies the list of identities to.

    None as long as there is no list, and never was, and where that place is the one of the backups: `told_by` tells it.
    """
    place = where.path / plan.identities
    return place if plan.identities and not is_one_place(where, plan) and has_identities(where, place) else None


def is_one_place(where: StudyFolder, plan: Plan) -> bool:
    """Tell whether a plan copies the list of identities to where the backups go."""
    return bool(plan.identities) and named_whole(where.path / plan.identities) == named_whole(where.path / plan.to)


def runs_of(folder: Path, plan: Plan | None) -> tuple[Run, ...]:
    """Return the backups that were tried in the place of a plan, all without a plan.

    One that somebody made elsewhere is no reason to make none here.
    """
    runs = read_runs(folder)
    if plan is None:
        return runs
    wanted = named_whole(folder / plan.to)
    return tuple(run for run in runs if named_whole(place_of(run)) == wanted)


def named_whole(path: Path | str) -> str:
    """Return the whole name of a path; no disk is asked, as one that hangs would keep every page waiting."""
    return os.path.abspath(path)  # noqa: PTH100 - whatever a damaged log says


def place_of(run: Run) -> str:
    """Return the place in which a backup stands, or was to stand."""
    return os.path.dirname(run.to) if run.ok else run.to  # noqa: PTH120 - whatever a damaged log says


def is_begun(where: StudyFolder) -> bool:
    """Tell whether there is anything to keep; a database that does not answer is asked again later."""
    try:
        return where.has_ledger
    except (LedgerError, OSError):
        return False


def what_is_wrong(where: StudyFolder, now: datetime, plan: Plan | None, heads: str) -> Iterator[Problem]:
    """Yield a problem where the last backup failed, or one that was due did not come; the same of heads."""
    found = tuple(told_by(where, now, plan, heads))
    # to ask a database is dear: only where there is something to tell
    if found and is_begun(where):
        yield from found


def told_by(where: StudyFolder, now: datetime, plan: Plan | None, heads: str) -> Iterator[Problem]:
    """Yield what the log of backups and the folder of heads tell of a study that has begun."""
    why = why_unusable(where.path)
    if why and (plan is not None or log_of(where.path).exists()):
        yield Problem(code="KEEP-20", place=Place(file=str(log_of(where.path))), values={"reason": why})
    if plan is not None and is_one_place(where, plan):
        yield Problem(code="KEEP-17", place=Place(file=plan.identities))
    # where none went to the place of the plan, the site goes by an earlier plan, or nobody runs it
    runs = runs_of(where.path, plan) or read_runs(where.path)
    good = last_good(runs)
    if runs and not runs[-1].ok:
        yield Problem(code="KEEP-09", values={"at": shown(runs[-1]), "problem": runs[-1].problem})
    elif runs and runs[-1].problem:
        yield not_all(runs[-1])
    if good is not None and plan is not None and now - begun(good) > LATE * plan.every:
        yield Problem(code="KEEP-10", values={"at": shown(good)})
    if heads and is_sheet_late(where, where.path / heads, now):
        yield Problem(code="KEEP-13", values={"folder": heads})


def is_sheet_late(where: StudyFolder, folder: Path, now: datetime) -> bool:
    """Tell whether no head of the last days is there, although the study has begun so long ago."""
    days = (now - SHEET_LATE * part / 2 for part in range(3))
    return not any(is_file(dated(folder, day)) for day in days) and now - first_entry(where, now) > SHEET_LATE


def is_file(path: Path) -> bool:
    """Tell whether a file is there and may be seen."""
    try:
        return path.is_file()
    except OSError:
        return False


def first_entry(where: StudyFolder, now: datetime) -> datetime:
    """Return when a study began; now, where that cannot be read."""
    try:
        with looking_into(where.place) as transaction:
            return next((datetime.fromisoformat(entry.at) for entry in transaction.numbered([1])), now)
    except (LedgerError, OSError, ValueError):
        return now
