"""Statistics through the command line.

ANA-01: a bare table gives a table in the terminal and every result in a CSV, with nothing heavy loaded.
ANA-02: a table that cannot be taken is refused with every reason, and nothing is written.
ANA-03: a study gives results.csv, the same as its report's, and results.json; no report is written.
ANA-04: options of the one are refused for the other; what is missing is named all at once.
ANA-05: reconcile leaves with 0 for equal results, with 1 for others, and tells each difference.
ANA-06: another program's numbers are compared by a map of its columns.
ANA-07: a large table goes the quick way to the same results.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from trialbook.cli import main
from trialbook.demo import SHIPPED

STUDY = "infliximab_myositis"
SEED_PAIRS = "id,visit,ck\n1,0,10\n2,0,12\n3,0,9\n4,0,14\n1,1,7\n2,1,8\n3,1,8\n4,1,9\n"
COLUMNS = ("--id", "id", "--visit", "visit", "--value", "ck", "--baseline", "0")


def run(*arguments: object, code: int = 0) -> Result:
    """Run a verb, expecting an exit code."""
    result = CliRunner().invoke(main, [str(one) for one in arguments], env={"TRIALBOOK_BY": "tester"})
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result


def rows(path: Path) -> dict[str, dict[str, str]]:
    """Read results by id."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return four participants at two visits, all of whom fall."""
    path = tmp_path / "long.csv"
    path.write_text(SEED_PAIRS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study of which something is recorded."""
    folder = Path(shutil.copytree(SHIPPED / STUDY, tmp_path_factory.mktemp("analyse") / STUDY))
    run("import", folder, folder / "data" / "as_published.csv", "--map", folder / "map.yaml")
    return folder


def test_ana_01_a_bare_table(table: Path, tmp_path: Path) -> None:
    """ANA-01: t = -3.806, p = 0.0319 (R's t.test); 0.125 is the least that four pairs can give."""
    shown = run("analyse", "--data", table, *COLUMNS, "--csv", tmp_path / "out.csv")
    found = rows(tmp_path / "out.csv")
    assert float(found["change.ck.1.t"]["value"]) == pytest.approx(-3.80601028449928)
    assert float(found["change.ck.1.p"]["value"]) == pytest.approx(0.0318741951035571)
    assert found["sign_flip.ck.1.p"]["value"] == found["sign_flip.ck.1.p_min"]["value"] == "0.125"
    assert "cannot give a p below 0.05" in found["signed_rank.ck.1.p"]["warning"]
    assert "No exact signed-rank 95 % interval exists below n = 6" in found["hodges_lehmann.ck.1.ci_low"]["error"]
    assert float(found["effect_size.ck.1.d_z"]["value"]) == pytest.approx(-1.9030051422)
    for part in ("−3.3", "0.032", "0.125", "Visits, ordered as numbers: 0, 1.", "Tests made: 1; below 0.05: 1."):
        assert part in shown.output


def test_ana_01_nothing_heavy_is_loaded(table: Path, tmp_path: Path) -> None:
    """ANA-01: four participants need neither numpy nor polars, scipy, rich, or anything else of that size."""
    code = (
        "import sys\nfrom trialbook.cli import main\n"
        f"try:\n    main({['analyse', '--data', str(table), *COLUMNS, '--csv', str(tmp_path / 'out.csv')]!r})\n"
        "except SystemExit as left:\n    assert not left.code\n"
        "heavy = {'numpy', 'scipy', 'scipy.stats', 'pandas', 'polars', 'rich', 'sqlalchemy', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_ana_01_another_test_and_another_confidence(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    shown = run("analyse", "--data", table, *COLUMNS, "--test", "sign flip", "--confidence", "0.9", "--csv", out)
    assert "Chosen beforehand: sign flip" in shown.output
    found = rows(out)
    assert found["sign_flip.ck.1.p"]["role"] == "planned"
    assert found["change.ck.1.ci_low"]["method"].startswith("90 % confidence interval")
    run("analyse", "--data", table, *COLUMNS, "--confidence", "95", code=2)
    run("analyse", "--data", table, *COLUMNS, "--alpha", "five", code=2)


def test_ana_02_refused(table: Path, tmp_path: Path) -> None:
    table.write_text(SEED_PAIRS + "4,1,9\n5,1,ND\n", encoding="utf-8")
    told = run("analyse", "--data", table, *COLUMNS, "--csv", tmp_path / "out.csv", code=3)
    assert "long.csv:10" in told.output
    assert "4 stands twice at visit 1: here and in row 9." in told.output
    assert "“ND” is no number." in told.output
    assert not (tmp_path / "out.csv").exists()
    run("analyse", "--data", table, *COLUMNS, "--csv", table, code=1)
    assert table.read_text(encoding="utf-8").startswith(SEED_PAIRS)


def test_ana_03_a_study(recorded: Path, tmp_path: Path) -> None:
    shown = run("analyse", recorded, "--out", tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["results.csv", "results.json"]
    run("report", recorded, "--out", tmp_path / "report")
    assert (tmp_path / "out" / "results.csv").read_bytes() == (tmp_path / "report" / "results.csv").read_bytes()
    document = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert [row["id"] for row in document["trialbook"]["results"]] == list(rows(tmp_path / "out" / "results.csv"))
    assert {"trialbook", "python", "numpy"} <= document["trialbook"]["software"].keys()
    assert document["trialbook"]["ledger"]["entries"] > 0
    assert "mmt8" in shown.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Name either a study, or a table"),
        (("STUDY", "--data", "x.csv"), "Name either a study, or a table"),
        (("STUDY", "--by", "PARAMCD", "--csv", "o.csv"), "this is for --data: --by, --csv"),
        (("--data", "x.csv", *COLUMNS, "--out", "o"), "This is for a study"),
        (("--data", "x.csv", "--id", "id"), "--visit, --value, --baseline"),
    ],
)
def test_ana_04_options_of_the_other(arguments: tuple[str, ...], told: str, tmp_path: Path) -> None:
    arguments = tuple(str(tmp_path) if one == "STUDY" else one for one in arguments)
    assert told in run("analyse", *arguments, code=2).output


def test_ana_05_reconcile(table: Path, tmp_path: Path) -> None:
    one, other, out = tmp_path / "one.csv", tmp_path / "other.csv", tmp_path / "differences.csv"
    run("analyse", "--data", table, *COLUMNS, "--csv", one)
    assert "no difference" in run("reconcile", one, one).output
    table.write_text(SEED_PAIRS.replace("4,1,9", "4,1,9.5"), encoding="utf-8")
    run("analyse", "--data", table, *COLUMNS, "--csv", other)
    told = run("reconcile", one, other, "--csv", out, code=1)
    with out.open(encoding="utf-8", newline="") as file:
        differences = {row["id"]: row for row in csv.DictReader(file)}
    assert "describe.ck.0.mean" not in differences
    mean = differences["describe.ck.1.mean"]
    assert (mean["what"], mean["a"], mean["b"], mean["difference"]) == ("value", "8", "8.125", "0.125")
    assert float(mean["relative"]) == pytest.approx(0.125 / 8.125)
    assert "with another value" in told.output
    assert "no difference" in run("reconcile", one, other, "--tolerance", "0.5").output


def test_ana_06_another_program(table: Path, tmp_path: Path) -> None:
    """ANA-06: the numbers of R's t.test for the same pairs, written as R writes a table."""
    ours, theirs = tmp_path / "ours.csv", tmp_path / "r.csv"
    run("analyse", "--data", table, *COLUMNS, "--csv", ours)
    theirs.write_text(
        '"param","visit","n","mean_change","t","p"\n"ck",0,4,NA,NA,NA\n'
        '"ck",1,4,-3.25,-3.80601028449928,0.0318741951035571\n',
        encoding="utf-8",
    )
    maps = [f"change.{{param}}.{{visit}}.{stat}={column}" for stat, column in (("mean", "mean_change,n"), ("t", "t"))]
    told = run("reconcile", ours, theirs, *(part for one in maps for part in ("--map", one)))
    assert "2 results compared: no difference" in told.output
    assert "were not compared" in told.output
    run("reconcile", ours, theirs, code=3)
    wrong = run("reconcile", ours, theirs, "--map", "change.{param}.{visit}.sd=mean_change", code=1)
    assert "change.ck.1.sd" in wrong.output


def test_ana_07_a_large_table(tmp_path: Path) -> None:
    chance = np.random.default_rng(11)
    values = chance.normal(100, 20, (500, 3)).round(3)
    text = "".join(
        f"participant {i:04},parameter of the blood {v},week {w},{values[i, w] + v}\n"
        for i in range(500) for v in range(20) for w in range(3)
    )  # fmt: skip
    large, small = tmp_path / "large.csv", tmp_path / "small.csv"
    large.write_text("id,what,visit,ck\n" + text * 1, encoding="utf-8")
    assert large.stat().st_size > 1_000_000
    small.write_text(
        "id,visit,ck\n" + "".join(f"{i},week {w},{values[i, w]}\n" for i in range(500) for w in range(3)),
        encoding="utf-8",
    )
    options = ("--id", "id", "--visit", "visit", "--value", "ck", "--baseline", "week 0")
    run("analyse", "--data", large, *options, "--by", "what", "--csv", tmp_path / "l.csv")
    run("analyse", "--data", small, *options, "--csv", tmp_path / "s.csv")
    one, other = rows(tmp_path / "l.csv"), rows(tmp_path / "s.csv")
    assert len(one) == 20 * (len(other) - 2) + 2
    for stat in ("n_pairs", "mean", "sd", "t", "p", "ci_low", "ci_high"):
        found = float(one[f"change.parameter_of_the_blood_0.week_2.{stat}"]["value"])
        assert found == pytest.approx(float(other[f"change.ck.week_2.{stat}"]["value"]), rel=1e-10)
    assert "Not computed beyond 400 pairs" in one["sign_flip.parameter_of_the_blood_0.week_2.p"]["error"]
