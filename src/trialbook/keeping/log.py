"""The log of backups: a line for each that was tried, whatever became of it.

It stands beside the ledger and not in it: a backup changes nothing of what was recorded, and each would else differ
from the ledger by its own entry.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from trialbook.keeping.manifest import LOG_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A backup that was tried."""

    at: str
    """When it was begun, in UTC."""
    to: str
    """Where it stands, or was to stand."""
    ok: bool
    """It was restored, and was verified."""
    count: int = 0
    hash: str = ""
    """Head of the ledger in it."""
    problem: str = ""
    """What went wrong, as a sentence; of one that is `ok` what came after it."""
    removed: tuple[str, ...] = ()
    """Earlier backups that it made superfluous."""


def log_of(folder: Path) -> Path:
    """Return the log of a study's folder."""
    return folder / LOG_FILE


def write_run(folder: Path, run: Run) -> None:
    """Add a line to the log, after one that was cut off on a line of its own, and wait until it is on the disk."""
    with log_of(folder).open("ab+") as file:
        file.seek(-min(1, file.tell()), os.SEEK_END)
        start = "" if file.read(1) in {b"", b"\n"} else "\n"
        file.write(f"{start}{json.dumps(asdict(run), ensure_ascii=False)}\n".encode())
        file.flush()
        os.fsync(file.fileno())
        hand_over(file.fileno(), folder)


def hand_over(number: int, folder: Path) -> None:
    """Let a file belong to whom the folder does: what root wrote the site has to read, and to write."""
    # whoever is not root gives nothing away
    with suppress(OSError):
        owner = folder.stat()
        if os.name == "posix" and os.fstat(number).st_uid != owner.st_uid:
            os.fchown(number, owner.st_uid, owner.st_gid)


def why_unusable(folder: Path) -> str:
    """Return why the log cannot be read or written; empty where it can."""
    file = log_of(folder)
    try:
        if file.exists():
            file.open("r+b").close()
        elif not os.access(folder, os.W_OK):
            return "nothing may be written into the folder"
    except OSError as error:
        return error.strerror or str(error)
    return ""


def read_runs(folder: Path) -> tuple[Run, ...]:
    """Return every backup that was tried, in order; a line that was cut off by a sudden death is passed over.

    Nothing where the log cannot be read: `why_unusable` tells that.
    """
    try:
        lines = log_of(folder).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    found = []
    for line in lines:
        try:
            told = json.loads(line)
            run = Run(**{**told, "removed": tuple(told.get("removed", ()))})
            found.extend([run] if all(isinstance(one, str) for one in (run.at, run.to, run.problem)) else [])
        except (ValueError, TypeError, AttributeError, RecursionError):
            continue
    return tuple(found)


def last_good(runs: Sequence[Run]) -> Run | None:
    """Return the newest backup that was verified."""
    return next((run for run in reversed(runs) if run.ok), None)


def is_due(runs: Sequence[Run], now: datetime, every: timedelta) -> bool:
    """Tell whether it is time for a backup; after one that failed an hour is waited, or less where that is asked."""
    good = last_good(runs)
    if good is not None and now - begun(good) < every:
        # a clock that was put back must not stop backups for long
        return begun(good) - now > every
    last = runs[-1] if runs else None
    return last is None or last.ok or abs(now - begun(last)) >= min(every, timedelta(hours=1))


def shown(run: Run) -> str:
    """Return when a backup was begun, as a sentence says it."""
    return f"{begun(run):%Y-%m-%d %H:%M} UTC"


def begun(run: Run) -> datetime:
    """Return when a backup was begun."""
    try:
        moment = datetime.fromisoformat(run.at)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
