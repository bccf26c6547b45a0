"""The folder of a rehearsal: built beside its place and moved there whole, never over anything else."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trialbook.errors import Place, Problem, StudyFileError
from trialbook.simulate.copies import is_rehearsal

MADE = frozenset(
    {
        "study.yaml",
        "scenario.yaml",
        "comparators.csv",
        "rehearsal.json",
        "report",
        "ledger.db",
        "ledger.db-wal",
        "ledger.db-shm",
    }
)
"""Everything that a rehearsal leaves in its folder."""


@contextmanager
def built_beside(place: Path) -> Iterator[Path]:
    """Give an empty folder to build in, which at the end takes its place; where anything is raised, nothing is left.

    An earlier rehearsal in the place is replaced; StudyFileError where something else stands there.
    """
    check_free(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}."))
    try:
        made.chmod(0o755)
        yield made
        move_to(made, place)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def check_free(place: Path) -> None:
    """Make sure that a place is empty or holds an earlier rehearsal and nothing else."""
    if not place.exists() or (place.is_dir() and (not any(place.iterdir()) or is_earlier(place))):
        return
    raise StudyFileError([Problem(code="SCEN-20", place=Place(file=str(place)))])


def is_earlier(folder: Path) -> bool:
    """Tell whether a folder is an earlier rehearsal, and nothing was put into it since."""
    file = folder / "study.yaml"
    if not {found.name for found in folder.iterdir()} <= MADE or not file.is_file():
        return False
    try:
        return is_rehearsal(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return False


def move_to(made: Path, place: Path) -> None:
    """Move a folder to its place; what stood there goes only once it is there."""
    earlier = made.with_name(f"{made.name}.earlier")
    if place.exists():
        place.rename(earlier)
    try:
        made.rename(place)
    except OSError:
        if earlier.exists():
            earlier.rename(place)
        raise
    shutil.rmtree(earlier, ignore_errors=True)
