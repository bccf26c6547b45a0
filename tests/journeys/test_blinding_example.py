"""The example of a blinded study, from its file to the report.

SHOW-01: a shipped study holds guesses of week and treatment and a planned cut, passes the check, and is rehearsed; the
    report tells how many guesses were right beside chance, with the indices of Bang and of James.
SHOW-02: until its cut the results of endpoints are closed where the data are real; invented ones are open.
SHOW-03: the how-to names it.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from trialbook.capture.book import Book
from trialbook.cli import main
from trialbook.conduct.looks import assess_cut
from trialbook.folder import Doors, StudyFolder, open_existing, read_study

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "blinding"


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a rehearsal."""
    folder = tmp_path_factory.mktemp("example") / "tried"
    words = ["rehearse", str(EXAMPLE), "--participants", "8", "--seed", "1", "--out", str(folder)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return folder


def opened(folder: Path) -> Book:
    """Open the ledger of a rehearsal to read it."""
    return open_existing(StudyFolder(folder), Doors(now=None, new_id=None, by="keeper"))  # type: ignore[arg-type]


def test_show_01(rehearsed: Path) -> None:
    """SHOW-01."""
    assert "no mistakes" in CliRunner().invoke(main, ["check", str(EXAMPLE)]).output
    with (rehearsed / "report" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(line for line in file if not line.startswith("#"))}
    for name in ("week.n_right", "week.expected", "treatment_high.bang", "treatment_low.bang", "treatment.james"):
        assert float(rows[f"guesses.guess.{name}"]["value"]) > -1
    page = (rehearsed / "report" / "report.html").read_text(encoding="utf-8")
    assert "Bang" in page
    assert "James" in page


def test_show_02(rehearsed: Path) -> None:
    """SHOW-02."""
    study = read_study(EXAMPLE)
    real = replace(study, identity=replace(study.identity, data="real"))
    with opened(rehearsed) as book:
        whole = book.casebooks()
        early = book.casebooks(book.head().count // 3)
    assert not assess_cut(real, early, date(2000, 1, 1)).is_open
    assert assess_cut(study, early, date(2000, 1, 1)).is_open
    assert len(whole) == 8


def test_show_03() -> None:
    """SHOW-03."""
    told = (ROOT / "docs" / "how-to" / "blind-assessor.md").read_text(encoding="utf-8")
    assert "docs/examples/blinding" in told
    assert "examples/blinding" in (ROOT / "docs" / "how-to" / "statistician.md").read_text(encoding="utf-8")
