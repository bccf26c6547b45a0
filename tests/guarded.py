"""What must not break: the parts of the program of which every branch is run by the tests that guard them.

`make coverage` runs these tests, and fails where a branch or a line of one of the parts is never reached.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / "src" / "trialbook"

CORE = ("capture/*.py", "conduct/blinding.py", "conduct/amounts.py", "conduct/dosing.py", "conduct/regimen.py")
"""Ledger, store, acts and all that judges them; blinding; dosing."""

GUARDS = (
    "tests/acts",
    "tests/capture",
    "tests/conduct/test_blinding.py",
    "tests/conduct/test_deviations.py",
    "tests/conduct/test_dosing.py",
    "tests/conduct/test_dosing_told.py",
    "tests/conduct/test_regimen.py",
    "tests/conduct/test_shown.py",
)
TIMED = (
    "tests/acts/test_save_form.py::test_thirty_items_in_three_milliseconds",
    "tests/capture/test_book.py::test_ten_thousand_cells",
)
"""Guards of speed, which says nothing while branches are counted."""


def parts() -> list[str]:
    """Return the files of the core, as paths within the program; AssertionError where a name stands for none."""
    found = {pattern: sorted(PROGRAM.glob(pattern)) for pattern in CORE}
    assert all(found.values()), f"no such part: {[pattern for pattern, files in found.items() if not files]}"
    return [file.relative_to(PROGRAM).as_posix() for files in found.values() for file in files]


def measured(guards: Sequence[str]) -> tuple[bool, Mapping[str, Any]]:
    """Run tests; return whether they pass, and what coverage tells of each file of the program by its name."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        line = [sys.executable, "-m", "pytest", "-q", "-n", "2", *guards]
        line += [f"--deselect={test}" for test in TIMED]
        line += ["--cov=trialbook.capture", "--cov=trialbook.conduct", "--cov-branch", f"--cov-report=json:{told}"]
        # the same examples each time, and nothing skipped
        environment = {**os.environ, "CI": "true", "COVERAGE_FILE": str(Path(folder) / "data")}
        done = subprocess.run(line, cwd=ROOT, env=environment, stdout=sys.stderr, check=False)
        files = json.loads(told.read_text(encoding="utf-8"))["files"] if told.exists() else {}
    return done.returncode == 0, {name.rpartition("src/trialbook/")[2]: found for name, found in files.items()}


def lacking(found: Mapping[str, Any]) -> list[str]:
    """Say of each part of the core which lines and branches were never reached."""
    lacks = []
    for part in parts():
        known = found.get(part, {"missing_lines": ["all"], "missing_branches": []})
        lines = [str(line) for line in known["missing_lines"]]
        branches = [f"{start} to {'the end' if end < 0 else end}" for start, end in known["missing_branches"]]
        if lines or branches:
            lacks.append(f"{part}: {', '.join([*lines, *branches])}")
    return lacks


def main() -> int:
    """Run the guards; return 1 where one fails or a branch of the core is not reached."""
    passed, found = measured(GUARDS)
    lacks = lacking(found)
    branches = sum(found[part]["summary"]["num_branches"] for part in parts() if part in found)
    words = [*lacks, f"{len(parts()) - len(lacks)} of {len(parts())} parts whole, with {branches} branches"]
    sys.stdout.write("\n".join(words) + "\n")
    return int(bool(lacks) or not passed)


if __name__ == "__main__":
    sys.exit(main())
