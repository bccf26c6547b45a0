"""The command line: what each verb answers, and what it leaves behind.

CLI-01: `--help` names every verb and imports no heavy library.
CLI-02: `new` writes a study that checks clean, and never writes over one.
CLI-03: `check` tells every mistake at once and leaves with 2; `--explain` prints a file that reads again.
CLI-04: `outline` draws the grid in the terminal and as a page; `schema` is JSON.
CLI-05: `import --preview` records nothing, and begins no ledger.
CLI-06: `enter` records; a change needs a reason; `history` shows both; exactly the dependent numbers change.
CLI-07: `report --as-of` gives the bytes of that day.
CLI-08: a changed study file is warned of, and adopted by an act that shows what it changes.
CLI-09: `trace` leads to the entries; an unknown result is told with the nearest.
CLI-10: `status` is a grid that fits the width.
CLI-12: `participant`, `grant`, `revoke` and `clear` record their acts; what may not be done is refused.
CLI-13: an answer out of the expected range is recorded, and told.
CLI-14: a terminal that cannot show a sign shows another; what an amendment took out keeps its history.
CLI-15: today is the day at the sites, by the time zone of the study file.
CLI-11: `verify` notices a change made behind the program's back, and a head that does not match.
CLI-17: what names nobody, nothing, or a visit or row that is not known is refused; -5 is a number, not an option.
CLI-16: nothing is published from a ledger that fails its own check; what happens is recorded all the same.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trialbook.cli import main
from trialbook.demo import SHIPPED
from trialbook.folder import Doors

STUDY = "infliximab_myositis"


def run(*arguments: object, code: int = 0, **environment: str) -> Result:
    """Run a verb, expecting an exit code."""
    environment = {"TRIALBOOK_BY": "tester", **environment}
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], env=environment)
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study folder whose table was imported and reported."""
    folder = tmp_path_factory.mktemp("cli") / STUDY
    shutil.copytree(SHIPPED / STUDY, folder)
    run("import", folder, folder / "data" / "as_published.csv", "--map", folder / "map.yaml")
    run("report", folder)
    return folder


@pytest.fixture
def study(imported: Path, tmp_path: Path) -> Path:
    """Return a copy of that folder, to be changed."""
    return Path(shutil.copytree(imported, tmp_path / STUDY))


def numbers(folder: Path) -> dict[str, str]:
    """Read the value of each result."""
    with (folder / "results.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["value"] or row["text"] for row in csv.DictReader(file)}


def test_help_is_quick_to_load() -> None:
    """CLI-01."""
    code = (
        "import sys\nfrom trialbook.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print({name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1]
    for name in ("numpy", "polars", "scipy", "matplotlib", "sqlalchemy", "jinja2", "ruamel", "cel_expr_python", "rich"):
        assert f"'{name}'" not in loaded
    for verb in main.commands:
        assert f"\n  {verb} " in done.stdout


def test_new_checks_clean(tmp_path: Path) -> None:
    """CLI-02."""
    run("new", tmp_path / "my-study", "--title", "Muscle strength: a “first” study")
    assert "no mistakes" in run("check", tmp_path / "my-study").output
    before = (tmp_path / "my-study" / "study.yaml").read_bytes()
    assert "FOLDER-02" in run("new", tmp_path / "my-study", code=2).stderr
    assert (tmp_path / "my-study" / "study.yaml").read_bytes() == before


def test_check_tells_all_at_once(tmp_path: Path) -> None:
    """CLI-03."""
    text = (SHIPPED / STUDY / "study.yaml").read_text(encoding="utf-8")
    wrong = text.replace("better: higher", "beter: higher").replace("number: ukat/L", "number: ukats/L")
    (tmp_path / "study.yaml").write_text(wrong.replace("visit before", "visit befor"), encoding="utf-8")
    told = run("check", tmp_path, code=2).stderr
    for words in ("“better”", "ukats/L", "“before”"):
        assert words in told
    explained = run("check", SHIPPED / STUDY, "--explain").stdout
    (tmp_path / "study.yaml").write_text(explained, encoding="utf-8")
    assert "no mistakes" in run("check", tmp_path).output


def test_outline_and_schema(tmp_path: Path) -> None:
    """CLI-04."""
    wide = run("outline", SHIPPED / "xanomeline_four").output
    assert "ADAS-Cog (Rater, blind)" in wide or "blind)" in wide
    run("outline", SHIPPED / "xanomeline_four", "--html", tmp_path / "grid.html")
    assert "<table" in (tmp_path / "grid.html").read_text(encoding="utf-8")
    assert json.loads(run("schema").stdout)["$schema"].startswith("https://json-schema.org/")


def test_a_preview_records_nothing(tmp_path: Path) -> None:
    """CLI-05."""
    folder = Path(shutil.copytree(SHIPPED / STUDY, tmp_path / STUDY))
    shown = run("import", folder, folder / "data" / "as_published.csv", "--map", folder / "map.yaml", "--preview")
    assert "nothing was recorded" in shown.output
    assert not (folder / "ledger.db").exists()


def test_a_correction_changes_what_depends_on_it(study: Path) -> None:
    """CLI-06, CLI-07."""
    before, bytes_before = numbers(study / "report"), (study / "report" / "results.csv").read_bytes()
    entries = int(json.loads(save_head(study))["count"])
    refused = run("enter", study, "3", "enzymes.ck", "16.9", "--visit", "after", code=4).stderr
    assert "reason" in refused
    run("enter", study, "3", "enzymes.ck", "16.9", "--visit", "after", "--reason", "misread")
    history = run("history", study, "3", "enzymes.ck", "--visit", "after").output
    for words in ("16.8", "16.9", "misread", "tester", "as_published.csv", "CK before/after"):
        assert words in history
    run("report", study)
    after = numbers(study / "report")
    changed = {name for name in after if after[name] != before[name]}
    assert "change.ck.after.completers.mean" in changed
    assert all(".ck." in name for name in changed)
    run("report", study, "--as-of", entries, "--out", study / "then")
    assert (study / "then" / "results.csv").read_bytes() == bytes_before


def save_head(study: Path) -> str:
    """Return the head that `verify` saves."""
    run("verify", study, "--save-head", study / "head.json")
    return (study / "head.json").read_text(encoding="utf-8")


def test_a_changed_study_file_is_adopted_by_an_act(study: Path) -> None:
    """CLI-08."""
    plan = study / "study.yaml"
    plan.write_text(plan.read_text("utf-8").replace("expected: 0 to 500", "expected: 0 to 50"), encoding="utf-8")
    assert "FOLDER-05" in run("report", study).stderr
    run("adopt", study, code=4)
    adopted = run("adopt", study, "--reason", "ethics committee, amendment 1").output
    assert "expected" in adopted
    assert "50" in adopted
    assert not run("report", study).stderr
    assert "already" in run("adopt", study, "--reason", "again").output


def test_trace(imported: Path) -> None:
    """CLI-09."""
    traced = run("trace", imported, "change.mmt8.after.completers.mean").output
    assert "18 entries behind it" in traced
    number = re.search(r"mean = (\S+)", traced)
    exact = re.search(
        r"mean = (\S+)", run("trace", imported, "change.mmt8.after.completers.mean", "--all-digits").output
    )
    assert number is not None
    assert exact is not None
    assert len(number[1].strip("-").replace(".", "")) <= 12 < len(exact[1])
    assert float(number[1]) == pytest.approx(float(exact[1]), rel=1e-11)
    unknown = run("trace", imported, "change.mmt8.after.completer.mean", code=1).stderr
    assert "change.mmt8.after.completers.mean" in unknown


@pytest.mark.parametrize("columns", ["70", "200"])
def test_status_fits(imported: Path, columns: str) -> None:
    """CLI-10."""
    shown = run("status", imported, COLUMNS=columns).output
    assert max(map(len, shown.splitlines())) <= max(
        int(columns), len("Infliximab for refractory inflammatory myopathies") + 20
    )
    assert "withdrawn" in shown
    assert "function.fi" in shown
    assert "2026" not in run("status", imported, "--today", "2009-01-31").output
    assert "is no date" in run("status", imported, "--today", "31.1.2009", code=2).stderr


def test_verify_notices(study: Path) -> None:
    """CLI-11."""
    save_head(study)
    run("verify", study, "--head", study / "head.json")
    (study / "other.json").write_text('{"count": 3, "hash": "00", "at": "now"}', encoding="utf-8")
    run("verify", study, "--head", study / "other.json", code=5)
    (study / "none.json").write_text("[]", encoding="utf-8")
    assert "FOLDER-04" in run("verify", study, "--head", study / "none.json", code=5).stderr
    tamper(study, "UPDATE entry SET value = '99' WHERE item = 'ck' AND participant = '3' AND visit = 'after'")
    assert "NOT in order" in run("verify", study, code=5).output


def tamper(study: Path, statement: str) -> None:
    """Change the ledger past the program, as its owner can: the guards are taken off, and put back."""
    with closing(sqlite3.connect(study / "ledger.db", isolation_level=None)) as ledger:
        guards = ledger.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            ledger.execute(f'DROP TRIGGER "{name}"')
        ledger.execute(statement)
        for _, words in guards:
            ledger.execute(words)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE entry SET value = '99' WHERE item = 'ck' AND participant = '3' AND visit = 'after'", "LEDGER-33"),
        ("UPDATE entry SET at = 'xxxxxxxxxxxxxxxxxxxxxxxxxxx' WHERE seq = 20", "LEDGER-32"),
        ("DELETE FROM entry WHERE seq = 20", "LEDGER-30"),
    ],
)
def test_nothing_is_published_from_a_damaged_ledger(study: Path, statement: str, code: str) -> None:
    """CLI-16."""
    result = next(iter(numbers(study / "report")))
    before = {file: file.read_bytes() for file in sorted((study / "report").rglob("*"))}
    tamper(study, statement)
    for words in (("report", study), ("report", study, "--as-of", 15), ("analyse", study), ("trace", study, result)):
        assert code in run(*words, code=5).stderr
    assert {file: file.read_bytes() for file in sorted((study / "report").rglob("*"))} == before
    run("enter", study, "3", "enzymes.ck", "16.9", "--visit", "after", "--reason", "typing error")


def test_slips_of_typing(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CLI-17."""
    monkeypatch.chdir(tmp_path)
    ck = ("3", "enzymes.ck", "--visit")
    assert "Planned are" not in run("history", study, *ck, "after").output
    assert "There is no visit “afer”" in run("history", study, *ck, "afer", code=1).stderr
    assert "Nothing is recorded" in run("history", study, *ck, "unscheduled-7").output
    run("enter", study, *ck, "after", "90", "--reason", "x", "--by", " ", code=2)
    for words in (("new", ""), ("backup", study, "--to", ""), ("serve", study, "--tls-key", "x")):
        run(*words, code=2)
    assert [path.name for path in tmp_path.iterdir()] == [study.name]
    assert "; -5 ukat/L" in run("enter", study, *ck, "after", "-5", "--reason", "misread").stdout
    assert "No such option" in run("enter", study, *ck, "after", "--reson", "x", "5", code=2).stderr
    assert "to site north" in run("participant", study, "3", "transfer", "--site", "north", "--reason", "moved").stdout


def test_acts_by_hand(tmp_path: Path) -> None:
    """CLI-12, CLI-13."""
    study = tmp_path / "my-study"
    run("new", study)
    assert "ACT-03" in run("enter", study, "01", "enzymes.ck", "120", "--visit", "baseline", code=4).stderr
    run("participant", study, "01", "screen")
    run("participant", study, "01", "enrol", "--on", "2026-03-01")
    told = run("enter", study, "01", "enzymes.ck", "99999", "--visit", "baseline")
    assert "Recorded as entry" in told.stdout
    assert "VALUE-31" in told.stderr
    run("clear", study, "01", "enzymes.ck", "--visit", "baseline", code=4)
    run("clear", study, "01", "enzymes.ck", "--visit", "baseline", "--reason", "not hers")
    assert "not hers" in run("history", study, "01", "enzymes.ck").output
    assert "enzymes.ck" in run("history", study, "01", "enzymes.cc", code=1).stderr
    run("enter", study, "01", "enzymes.ck", "120", "--visit", "baseline", "--by", "bob", code=4)
    run("grant", study, "bob", "nurse")
    run("enter", study, "01", "enzymes.ck", "120", "--visit", "baseline", "--by", "bob")
    run("revoke", study, "bob", "nurse", "--reason", "left")
    run("enter", study, "01", "visit.date", "2026-03-01", "--visit", "baseline", "--by", "bob", code=4)
    run("participant", study, "01", "withdraw", "--on", "2026-04-01", "--why", "moved away")
    assert "withdrawn" in run("status", study).output
    run("report", study)
    assert "moved away" in (study / "report" / "report.html").read_text(encoding="utf-8")


def test_a_terminal_of_another_alphabet(imported: Path) -> None:
    """CLI-14."""
    for encoding in ("ascii", "latin-1"):
        done = subprocess.run(
            [sys.executable, "-m", "trialbook", "status", str(imported)],
            env={**os.environ, "PYTHONIOENCODING": encoding}, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert b"withdrawn" in done.stdout


def test_an_item_that_was_taken_out_keeps_its_history(study: Path) -> None:
    """CLI-14."""
    plan = study / "study.yaml"
    lines = [line for line in plan.read_text("utf-8").splitlines() if "worsened:" not in line]
    plan.write_text("\n".join(lines) + "\n", encoding="utf-8")
    run("adopt", study, "--reason", "amendment 2")
    assert "arthralgia" in run("history", study, "4", "background.worsened").output
    assert "FOLDER-07" in run("history", study, "4", "background.wurst", code=1).stderr


def test_today_is_the_day_at_the_sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CLI-15: half past eleven in the evening of London is the next morning in Hong Kong."""
    evening = Doors(now=lambda: datetime(2026, 1, 9, 23, 30, tzinfo=UTC), new_id=lambda: "one", by="me")
    folder = tmp_path / "study"
    shutil.copytree(SHIPPED / "rituximab_polymyositis", folder)
    run("participant", folder, "P1", "screen")
    for module in ("planning", "reading"):
        monkeypatch.setattr(f"trialbook.cli.{module}.doors", lambda _by: evening)
    assert "judged as of 2026-01-10" in run("screening", folder, "P1").output
    assert "on 2026-01-10" in run("dose", folder, "P1", "rituximab", code=1).stderr
    assert "as of 2026-01-10" in run("status", folder).output
    assert "? day 0 not known yet: the first infusion.start" in run("status", folder).output
    assert "◐" not in run("status", folder).output
    run("enter", folder, "P1", "visit.date", "2026-01-09", "--visit", "baseline")
    assert "◐ took place, judged once day 0 is known" in run("status", folder).output
