"""The shipped studies of real participants, from their files to their reports, through the command line.

DEMO-01: `trialbook demo DIR` writes every shipped study with its report, and says where they are.
DEMO-02: the numbers of `infliximab_myositis` are those that R 4.2.2 gives.
DEMO-03: 13 enrolled, 9 evaluable, 4 withdrawn; both denominators are in the report.
DEMO-04: the baseline of `xanomeline_four` is the one its file asks for, and the report says which.
DEMO-05: the same inputs give the same bytes of results.csv, on any day, locale and time zone.
DEMO-06: running the demonstration again adds nothing to the ledgers.
DEMO-07: pandas, statsmodels and scipy.stats are never imported, and what writes Word files only when it is asked for.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ENGLISH = {"TZ": "UTC", "LC_ALL": "C.UTF-8"}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "trialbook", *arguments],
        env={**os.environ, "TRIALBOOK_BY": "tester", **environment},
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder into which the demonstration was written once."""
    folder = tmp_path_factory.mktemp("demo")
    done = run("demo", str(folder), **ENGLISH)
    assert done.returncode == 0, done.stderr
    assert "report.html" in done.stdout.replace("\n", "")
    return folder


def results(folder: Path) -> dict[str, dict[str, str]]:
    """Read results.csv by result id."""
    with (folder / "report" / "results.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def number(rows: dict[str, dict[str, str]], result: str) -> float:
    """Return one number of results.csv."""
    return float(rows[result]["value"])


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("change.mmt8.after.completers.n_pairs", 9),
        ("change.mmt8.after.completers.mean", 3.5556),
        ("change.mmt8.after.completers.sd", 4.4472),
        ("change.mmt8.after.completers.t", 2.39850),
        ("change.mmt8.after.completers.p", 0.04328),
        ("change.mmt8.after.completers.ci_low", 0.1371),
        ("change.mmt8.after.completers.ci_high", 6.9740),
        ("signed_rank.mmt8.after.completers.p", 0.0625),
        ("change.ck.after.completers.mean", 1.9111),
        ("change.ck.after.completers.mean_also", 114.67),
        ("change.ck.after.completers.t", 1.32068),
        ("change.ck.after.completers.p", 0.22314),
        ("signed_rank.ck.after.completers.p", 0.42578),
        ("change.fi.after.completers.mean", 1.4444),
        ("change.fi.after.completers.p", 0.42667),
        ("signed_rank.fi.after.completers.p", 0.35938),
    ],
)
def test_infliximab_agrees_with_r(demo: Path, result: str, expected: float) -> None:
    """DEMO-02."""
    got = number(results(demo / "infliximab_myositis"), result)
    assert got == pytest.approx(expected, abs=0.5 * 10 ** -len(str(expected).partition(".")[2] or "0"))


def test_both_denominators_stand_in_the_report(demo: Path) -> None:
    """DEMO-03."""
    rows = results(demo / "infliximab_myositis")
    assert number(rows, "disposition.participants.enrolled.n") == 13
    assert number(rows, "disposition.participants.withdrawn.n") == 4
    assert number(rows, "disposition.evaluable.mmt8.after.completers.n") == 9
    assert number(rows, "describe.mmt8.before.enrolled.n") == 13
    assert number(rows, "describe.mmt8.before.completers.n") == 9


def test_the_file_chooses_the_baseline_and_the_report_says_which(demo: Path, tmp_path: Path) -> None:
    """DEMO-04."""
    study = demo / "xanomeline_four"
    last = number(results(study), "describe.ck.baseline_value.enrolled.mean")
    assert last == pytest.approx((144 + 78 + 68 + 444) / 4)
    page = (study / "report" / "report.html").read_text(encoding="utf-8")
    assert "135" in page
    assert re.search(r"last value (on or )?before", page)

    flagged = tmp_path / "flagged"
    flagged.mkdir()
    plan = (study / "study.yaml").read_text(encoding="utf-8")
    changed = plan.replace("baseline: last before anchor", "baseline: flagged baseline_flag")
    assert changed != plan
    (flagged / "study.yaml").write_text(changed, encoding="utf-8")
    files = sorted(str(file) for file in (study / "data").iterdir())
    assert run("import", str(flagged), *files, "--map", str(study / "map.yaml")).returncode == 0
    assert run("report", str(flagged)).returncode == 0
    rows = results(flagged)
    assert number(rows, "describe.ck.baseline_value.enrolled.mean") == pytest.approx(200.25)
    assert number(rows, "describe.ck.baseline_value.enrolled.sd") == pytest.approx(165.10678, abs=5e-6)
    assert number(rows, "change.ck.week_24.enrolled.mean") == pytest.approx(-13.3333, abs=5e-5)
    assert number(rows, "change.ck.week_24.enrolled.t") == pytest.approx(-0.741759, abs=5e-7)
    assert number(rows, "change.ck.week_24.enrolled.p") == pytest.approx(0.53551, abs=5e-6)


def test_same_inputs_same_bytes(demo: Path, tmp_path: Path) -> None:
    """DEMO-05: the other run differs in day (the clock has gone on), locale, time zone and hash seed."""
    other = run("demo", str(tmp_path), TZ="Asia/Kathmandu", LC_ALL="C", PYTHONHASHSEED="7", PYTHONUTF8="1")
    assert other.returncode == 0, other.stderr
    for study in ("infliximab_myositis", "xanomeline_four"):
        here, there = (folder / study / "report" / "results.csv" for folder in (demo, tmp_path))
        assert here.read_bytes() == there.read_bytes()


def test_again_adds_nothing(demo: Path) -> None:
    """DEMO-06."""
    study = demo / "infliximab_myositis"
    head = study / "head.json"
    assert run("verify", str(study), "--save-head", str(head)).returncode == 0
    files = sorted(str(file) for file in (study / "data").iterdir())
    assert run("import", str(study), *files, "--map", str(study / "map.yaml")).returncode == 0
    again = study / "again.json"
    assert run("verify", str(study), "--head", str(head), "--save-head", str(again)).returncode == 0
    assert json.loads(head.read_text("utf-8")) == json.loads(again.read_text("utf-8"))


def test_heavy_libraries_stay_out(demo: Path, tmp_path: Path) -> None:
    """DEMO-07."""
    code = (
        "import sys\nfrom trialbook.cli import main\n"
        f"main(['report', {str(demo / 'infliximab_myositis')!r}, '--out', {str(tmp_path)!r}], standalone_mode=False)\n"
        "heavy = ('pandas', 'statsmodels', 'docx', 'lxml')\n"
        "print([n for n in sys.modules if n.split('.')[0] in heavy or n.startswith('scipy.stats')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
