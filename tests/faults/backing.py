"""A disk that fails while a backup is made: every call in turn; earlier backups and the ledger are as before.

A backup that has its name restores and verifies, whatever failed while it was made.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import STUDY, Site
from tests.faults.disk import FAULTS, Fault
from tests.faults.saving import save, site_in
from tests.faults.shim import Shim, steered

from trialbook.errors import TrialbookError
from trialbook.folder import Doors, StudyFolder
from trialbook.keeping.backup import take_backup
from trialbook.keeping.manifest import BACKUPS_FOLDER
from trialbook.keeping.restoring import restore
from trialbook.keeping.rotation import backups_in


@dataclass(slots=True, kw_only=True)
class Backed:
    """What became of backups under one fault."""

    runs: int = 0
    """Calls that failed in turn."""
    made: int = 0
    """Backups that were made although a call failed."""
    wrong: list[str] = field(default_factory=list)


def survey(folder: Path, fault: Fault, *, step: int) -> Backed:
    """Let every `step`-th call fail in turn, in a process of its own."""
    return Backed(**steered("backing", folder=str(folder), fault=fault, step=step))  # type: ignore[arg-type]  # written below


def fail_in_turn(folder: Path, fault: Fault, step: int) -> Backed:
    """Let the first call fail, then one some calls later, until none is left to fail."""
    shim, found, place = Shim(), Backed(), 1
    base = site_in(folder / "base")
    (base.folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    with base.create() as book:
        save(book, 0)
    good = take_backup(StudyFolder(base.folder), doors_of(base)).to
    with base.open() as book:
        save(book, 1)
    while True:
        here = folder / "run"
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(base.folder, here)
        site = Site(here, base.study, base.clock, base.chance)
        shim.watch(here)
        shim.arm(place, *FAULTS[fault])
        is_made = try_to_back_up(site)
        if not shim.disarm():
            return found
        found.runs, found.made, place = found.runs + 1, found.made + is_made, place + step
        found.wrong += [f"call {place}: {wrong}" for wrong in wrong_after(site, Path(good).name, is_made=is_made)]


def doors_of(site: Site) -> Doors:
    """Return the doors of a site."""
    return Doors(now=site.clock, new_id=site.chance, by="tester")


def try_to_back_up(site: Site) -> bool:
    """Back up while a call fails; tell whether that was done."""
    try:
        return take_backup(StudyFolder(site.folder), doors_of(site)).ok
    except TrialbookError as error:
        # the backup stands, and only what comes after it could not be done: rotation, or the log of backups
        return error.problems[0].code in {"KEEP-14", "KEEP-19"}


def wrong_after(site: Site, good: str, *, is_made: bool) -> Iterator[str]:
    """Restore every backup that is there, and yield whatever must not be."""
    place = site.folder / BACKUPS_FOLDER
    names = sorted(backups_in(place))
    if good not in names and not is_made:
        yield "the earlier backup is gone"
    if is_made and names == [good]:
        yield "a backup that was made is not there"
    for name in names:
        try:
            shutil.rmtree(site.folder / "again", ignore_errors=True)
            restore(place / name, site.folder / "again", doors_of(site))
        except TrialbookError as error:
            yield f"{name} does not restore: {error.problems[0].code}"
    with site.open() as book:
        if not book.verify().ok:
            yield "the ledger does not verify"


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    result = fail_in_turn(Path(asked["folder"]), asked["fault"], asked["step"])
    print(json.dumps({"runs": result.runs, "made": result.made, "wrong": result.wrong}))  # noqa: T201 - read by whoever started this process
