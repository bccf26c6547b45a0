"""The demonstration: studies of real participants, from their published files to their reports."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from trialbook.folder import Doors, StudyFolder, import_files, open_existing
from trialbook.outcome import Progress, Report, write_report

SHIPPED = Path(__file__).parent / "studies"

STUDIES = ("infliximab_myositis", "xanomeline_four", "rituximab_polymyositis")
"""In the order in which they are shown."""

QUIET = ("ledger.db", "report", "people.db", "rehearsal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One study of the demonstration, where it stands and what came of it."""

    title: str
    folder: Path
    participants: int
    added: int
    """Entries that this run added to the ledger; 0 where it was run before."""
    report: Report


def run_demo(folder: Path, doors: Doors, progress: Progress) -> tuple[Shown, ...]:
    """Write every shipped study below a folder, import its files and write its report.

    What stands there already is kept: files that were edited stay as they are, and a second run adds nothing.
    """
    return tuple(show(name, folder, doors, progress) for name in STUDIES)


def show(name: str, folder: Path, doors: Doors, progress: Progress) -> Shown:
    """Run one study to its report."""
    where = StudyFolder(folder / name)
    unpack(SHIPPED / name, where.path)
    files = tuple(sorted((where.path / "data").iterdir()))
    progress(f"{name}: importing", 0, 1)
    done = import_files(where, files, where.path / "map.yaml", doors=doors)
    with open_existing(where, doors) as book:
        book.refuse_damaged()
        told = telling(name, progress)
        return Shown(
            title=book.study.say(book.study.identity.title),
            folder=where.path,
            participants=len(book.casebooks()),
            added=len(done.recorded),
            report=write_report(book, where.report, now=doors.now(), beside=where.comparators, progress=told),
        )


def telling(name: str, progress: Progress) -> Progress:
    """Put the name of a study before what is told of the work on it."""
    return lambda what, done, total: progress(f"{name}: {what}", done, total)


def unpack(source: Path, target: Path) -> None:
    """Copy the files of a shipped study that are not there yet."""
    for file in sorted(source.rglob("*")):
        place = target / file.relative_to(source)
        if file.is_file() and file.relative_to(source).parts[0] not in QUIET and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
