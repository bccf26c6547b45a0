"""Checks of the machine: time zone, letters and numbers, fonts and PDF, who reads the files; and what stands on it."""

from __future__ import annotations

import locale
import os
import platform
import sqlite3
import stat
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from zoneinfo import ZoneInfo

from trialbook import __version__
from trialbook.folder import read_study
from trialbook.qualify.outcome import NotApplicableError, Place, demand

LETTERS = "Größe ≥ 5 µmol/L · 身高與體重"
WINTER, SUMMER = datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC)
PAGE = "#set text(font: json(bytes(sys.inputs.fonts)))\n#sys.inputs.words"


def check_time(place: Place) -> str:
    """Load the study's time zone, and put a summer and a winter moment on its clock and back."""
    zone = read_study(place.where.study_file).identity.timezone
    local = [moment.astimezone(ZoneInfo(zone)) for moment in (WINTER, SUMMER)]
    demand([one.astimezone(UTC) for one in local] == [WINTER, SUMMER], f"Moments of {zone} do not come back.")
    demand(place.doors.now().utcoffset() == UTC.utcoffset(None), "The clock of the program is not in UTC.")
    now = f"{place.doors.now():%Y-%m-%d %H:%M:%S}"
    return f"{zone}: UTC{local[0]:%z} in January, UTC{local[1]:%z} in July; the clock says {now} UTC."


def check_letters(place: Place) -> str:
    """Write and read letters of several alphabets, and numbers, whatever the language of the machine."""
    from trialbook.render.numbers import show

    file = place.scratch / f"{LETTERS[:5]} 身高.txt"
    file.write_text(LETTERS, encoding="utf-8")
    demand(file.read_text(encoding="utf-8") == LETTERS, "Letters do not come back from a file.")
    demand([one.name for one in place.scratch.iterdir()] == [file.name], "Letters do not come back from a file's name.")
    demand((show(1234.5, 1), show(0.125, 2)) == ("1234.5", "0.13"), "Numbers are not written with a decimal point.")
    return f"Letters and numbers come back; the machine's language is {locale.setlocale(locale.LC_ALL)}."


def check_pdf(place: Place) -> str:
    """Set a page in the shipped fonts, and look that they are in the file."""
    import json

    from trialbook.render.to_pdf import FONTS, to_pdf

    made = to_pdf(PAGE, {"fonts": json.dumps(FONTS), "words": LETTERS})
    (place.scratch / "page.pdf").write_bytes(made)
    demand(made.startswith(b"%PDF-"), "What was made is no PDF.")
    demand(b"FontFile" in made, "The PDF does not hold its fonts.")
    demand(b"Trialbook" in made, "The font for other alphabets is not in the PDF.")
    demand(to_pdf(PAGE, {"fonts": json.dumps(FONTS), "words": LETTERS}) == made, "The same page has other bytes.")
    return f"A PDF of {len(made):,} bytes, with its fonts in it, the same twice."


def check_private(place: Place) -> str:
    """Look who may read the files that hold what was recorded."""
    if os.name != "posix":
        raise NotApplicableError("This system keeps rights of files in another way; see trialbook doctor.")
    kept = [file for file in sorted(place.where.path.glob("*.db*")) if file.is_file()]
    if not kept:
        raise NotApplicableError("No file holds anything yet.")
    for file in kept:
        demand(
            not stat.S_IMODE(file.stat().st_mode) & stat.S_IRWXO,
            f"Everybody on this machine may read {file.name}: chmod o-rwx.",
        )
    return f"Closed to everybody else: {', '.join(file.name for file in kept)}."


def environment(folder: Path) -> Mapping[str, str]:
    """Return what stands on the machine: program, Python, database, system, file system."""
    return {
        "trialbook": __version__,
        "Python": f"{platform.python_version()}, {sys.executable}",
        "SQLite": sqlite3.sqlite_version,
        "system": platform.platform(),
        "processor": platform.machine(),
        "file system": file_system(folder),
        "free space": f"{space(folder):,} MB",
    }


def space(folder: Path) -> int:
    """Return the megabytes that are free where a folder is."""
    import shutil

    return shutil.disk_usage(folder).free // 1_000_000


def file_system(folder: Path) -> str:
    """Return the kind of file system of a folder, as Linux tells it; elsewhere that it is not told."""
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "not told by this system"
    path, mounts = str(folder.resolve()), [line.split()[1:3] for line in lines]
    found = [(len(at), kind) for at, kind in mounts if path == at or path.startswith(at.rstrip("/") + "/")]
    return max(found, default=(0, "not told by this system"))[1]


def software() -> Mapping[str, str]:
    """Return name and version of every installed library."""
    found = {str(one.metadata["Name"]): str(one.version) for one in distributions() if one.metadata["Name"]}
    return dict(sorted(found.items(), key=lambda pair: pair[0].casefold()))
