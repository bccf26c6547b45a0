"""Whatever is put in place of a study file or a table: a sentence, an exit code, and an unchanged ledger.

BAD-01: a study file that cannot be one gets a sentence and exit code 2, never a traceback.
BAD-02: a table that cannot be one gets a sentence and exit code 3, and nothing is recorded.
BAD-03: a full disk gets a sentence and an exit code, and the ledger verifies as before.
BAD-04: a folder without study or ledger gets a sentence.
BAD-05: one bad cell refuses the whole import, with row, column, value and reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from trialbook import demo
from trialbook.cli import main

SHIPPED = Path(demo.__file__).parent / "studies"
TABLE = "as_published.csv"


def run(*arguments: object) -> Result:
    """Run a verb in this process; an exception that is not an exit fails the test."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], env={"TRIALBOOK_BY": "tester"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def write_spreadsheet(path: Path) -> None:
    """Write a real Excel file under any name."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["patient", "diagnosis"])
    sheet.append([1, "PM"])
    book.save(path.with_suffix(".xlsx"))
    path.with_suffix(".xlsx").rename(path)


def write_huge(path: Path) -> None:
    """Make a file of 100 MB that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(100_000_000)


STUDY_FILES: dict[str, Callable[[Path], object]] = {
    "broken": lambda path: path.write_text("trialbook: 1\nstudy: [\n", encoding="utf-8"),
    "empty": lambda path: path.write_bytes(b""),
    "directory": lambda path: path.mkdir(),
    "100 MB": write_huge,
    "Latin-1": lambda path: path.write_bytes("trialbook: 1\nstudy: {title: Müller}\n".encode("latin-1")),
    "spreadsheet": write_spreadsheet,
    "a list": lambda path: path.write_text("- a\n- b\n", encoding="utf-8"),
    "prose": lambda path: path.write_text("Dear all,\nplease find attached: the protocol: v2\n", encoding="utf-8"),
}


@pytest.mark.parametrize("kind", STUDY_FILES)
@pytest.mark.parametrize("verb", ["check", "outline", "status", "report", "verify"])
def test_what_is_no_study_file(kind: str, verb: str, tmp_path: Path) -> None:
    """BAD-01, BAD-04."""
    STUDY_FILES[kind](tmp_path / "study.yaml")
    result = run(verb, tmp_path)
    assert result.exit_code in {2, 5}
    assert len(result.stderr.strip()) > 20
    assert "Traceback" not in result.output
    assert not (tmp_path / "ledger.db").exists()


TABLES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "directory": lambda path: path.mkdir(),
    "100 MB": write_huge,
    "Latin-1": lambda path: path.write_bytes("patient,diagnosis\n1,Müller\n".encode("latin-1")),
    "spreadsheet": write_spreadsheet,
    "unclosed quote": lambda path: path.write_text('patient,diagnosis\n1,"PM\n2,DM\n', encoding="utf-8"),
    "other columns": lambda path: path.write_text("a,b\n1,2\n", encoding="utf-8"),
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 50),
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study folder with its table imported."""
    folder = tmp_path_factory.mktemp("recorded") / "infliximab_myositis"
    shutil.copytree(SHIPPED / "infliximab_myositis", folder)
    assert run("import", folder, folder / "data" / TABLE, "--map", folder / "map.yaml").exit_code == 0
    return folder


@pytest.fixture
def unchanged(recorded: Path, tmp_path: Path) -> Iterator[Path]:
    """Lend the study folder; afterwards its ledger must be what it was."""
    head = tmp_path / "head.json"
    assert run("verify", recorded, "--save-head", head).exit_code == 0
    before = head.read_bytes()
    yield recorded
    assert run("verify", recorded, "--head", head, "--save-head", head).exit_code == 0
    assert head.read_bytes() == before


@pytest.mark.parametrize("kind", TABLES)
def test_what_is_no_table(kind: str, unchanged: Path, tmp_path: Path) -> None:
    """BAD-02: a spreadsheet under the name of a CSV is one of them."""
    TABLES[kind](tmp_path / TABLE)
    result = run("import", unchanged, tmp_path / TABLE, "--map", unchanged / "map.yaml")
    assert result.exit_code == 3
    assert TABLE in result.stderr
    assert "Traceback" not in result.output


def test_one_bad_cell_refuses_all(unchanged: Path, tmp_path: Path) -> None:
    """BAD-05."""
    good = (unchanged / "data" / TABLE).read_text(encoding="utf-8")
    bad = good.replace("1.8/1.3", "1.8/high").replace("57/61,23/31", "57/81,23/31")
    assert bad != good
    (tmp_path / TABLE).write_text(bad, encoding="utf-8")
    result = run("import", unchanged, tmp_path / TABLE, "--map", unchanged / "map.yaml")
    assert result.exit_code == 3
    flat = " ".join(result.stderr.split())
    for word in ("CK before/after", "MMT before/after", "high", "81", f"{TABLE}:2"):
        assert word in flat


def test_missing_things_are_named(tmp_path: Path) -> None:
    """BAD-04."""
    for arguments in (
        ("check", tmp_path / "nowhere"),
        ("report", tmp_path / "nowhere"),
        ("report", SHIPPED / "infliximab_myositis"),
        ("import", SHIPPED / "infliximab_myositis", tmp_path / "no.csv", "--map", tmp_path / "no.yaml"),
    ):
        result = run(*arguments)
        assert result.exit_code in {2, 3, 5}
        assert result.stderr.strip()
    assert not (SHIPPED / "infliximab_myositis" / "ledger.db").exists()


FULL = """
import resource, runpy, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.argv = ["trialbook", *sys.argv[2:]]
runpy.run_module("trialbook", run_name="__main__")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files by setrlimit")
@pytest.mark.parametrize("limit", [0, 20_000, 120_000])
def test_a_disk_that_takes_no_more(unchanged: Path, tmp_path: Path, limit: int) -> None:
    """BAD-03: writes beyond a size fail, as on a full disk, in an import and in a report."""
    more = (unchanged / "data" / TABLE).read_text(encoding="utf-8") + "".join(
        f"{n},PM,No,No,Cough,Improved,1.8/1.3,57/61,23/31\n" for n in range(100, 400)
    )
    (tmp_path / TABLE).write_text(more, encoding="utf-8")
    environment = {**os.environ, "TRIALBOOK_BY": "tester", "PYTHONDONTWRITEBYTECODE": "1"}
    for arguments in (
        ["import", unchanged, tmp_path / TABLE, "--map", unchanged / "map.yaml"],
        ["report", unchanged, "--out", tmp_path / "report"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", FULL, str(limit), *map(str, arguments)],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode in {5, 6}, done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip()) > 20
    assert not (tmp_path / "report" / "report.html").exists()
