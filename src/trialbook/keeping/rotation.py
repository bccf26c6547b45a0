"""Which backups are kept: the newest of each of the last days, weeks and months that have one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from trialbook.errors import LedgerError, Problem
from trialbook.folder import Doors

STAMP = "%Y-%m-%dT%H%M%SZ"
"""How a backup is named after the moment, in UTC, at which it was begun."""

ABANDONED = timedelta(days=1)
"""After so long a backup that was never finished is taken away."""

EVERY = re.compile(r"\s*(\d{1,4})\s*(minute|hour|day|week)s?\s*")
UNITS = {
    "minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How many backups are kept."""

    daily: int = 7
    weekly: int = 4
    monthly: int = 12


def more_of(one: Keep, other: Keep) -> Keep:
    """Return a rule that keeps whatever either of two does."""
    return Keep(
        daily=max(one.daily, other.daily),
        weekly=max(one.weekly, other.weekly),
        monthly=max(one.monthly, other.monthly),
    )


PERIODS: dict[str, Callable[[datetime], object]] = {
    "daily": lambda moment: moment.date(),
    "weekly": lambda moment: moment.isocalendar()[:2],
    "monthly": lambda moment: (moment.year, moment.month),
}


def parse_keep(text: str) -> Keep:
    """Read `daily=7,weekly=4,monthly=12`, any part of which may be left out; LedgerError where it is something else."""
    told: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = (piece.strip() for piece in part.partition("="))
        if name not in PERIODS or name in told or not (number.isascii() and number.isdecimal() and len(number) < 5):
            raise LedgerError([Problem(code="KEEP-03", values={"text": text})])
        told[name] = int(number)
    return Keep(**told)


def parse_every(text: str) -> timedelta:
    """Read `24 hours`, `1 day` and the like; LedgerError where it is something else, or less than a minute."""
    found = EVERY.fullmatch(text)
    if found is None or not int(found[1]):
        raise LedgerError([Problem(code="KEEP-04", values={"text": text})])
    return int(found[1]) * UNITS[found[2]]


def superfluous(names: Iterable[str], keep: Keep) -> tuple[str, ...]:
    """Return the backups that are not kept, the oldest first; never the newest, and never what is no backup's name."""
    moments = {name: moment for name in names if (moment := moment_of(name)) is not None}
    newest_first = sorted(moments, reverse=True)
    kept = set(newest_first[:1])
    for period, same in PERIODS.items():
        ends: dict[object, str] = {}
        for name in newest_first:
            ends.setdefault(same(moments[name]), name)
        kept.update(list(ends.values())[: getattr(keep, period)])
    return tuple(sorted(set(moments) - kept))


def moment_of(name: str) -> datetime | None:
    """Return when a backup of this name was begun; None where it is no name of a backup."""
    try:
        return datetime.strptime(name[:18], STAMP)  # noqa: DTZ007 - all in UTC, compared among themselves
    except ValueError:
        return None


# ---- on the disk ------------------------------------------------------------------------------------------------


def backups_in(place: Path) -> Iterator[str]:
    """Yield the names of the backups of a place."""
    for path in place.iterdir():
        if path.is_dir() and moment_of(path.name) is not None:
            yield path.name


def free_name(place: Path, began: datetime) -> str:
    """Return a name that no backup has."""
    name, number = f"{began:{STAMP}}", 1
    while (place / name).exists():
        number += 1
        name = f"{began:{STAMP}}-{number}"
    return name


def rotate(place: Path, names: Iterable[str], keep: Keep, doors: Doors) -> tuple[str, ...]:
    """Take away those of the named copies that are not kept, and what was left by one that was never finished."""
    gone = superfluous(names, keep)
    for name in gone:
        # under a hidden name first: half a backup is never seen as one
        (place / name).replace(place / f".{name}.gone")
    now = doors.now().replace(tzinfo=None)
    for path in place.glob(".*"):
        # two dots has what a copy was restored into to be tried
        begun = moment_of(path.name.lstrip("."))
        if begun is not None and (path.suffix == ".gone" or now - begun > ABANDONED):
            shutil.rmtree(path, ignore_errors=True)
    return gone
