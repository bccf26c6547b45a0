"""Files of results.

RESF-01: our own results.csv is read by id, with value, n and unit; text counts as text.
RESF-02: the columns of another program's CSV are read by a map from ids to columns; only what it names is compared.
RESF-03: what cannot be read is refused with its row, all of both files at once.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.analysis.reconcile import Claim
from trialbook.errors import ImportRefused
from trialbook.exchange.results_file import Mapped, pairs_to_reconcile, parse_map
from trialbook.wording import remedy, sentence

OWN = """id,n,unit,value,text
change.ck.week_4.mean,4,U/L,-2.5,
change.ck.week_4.significant,4,,,no
change.ck.week_4.sd,1,U/L,,
"""
WIDE = "PARAM,VISIT,N,CHG,P\nck,week 4,4,-2.5,0.03\nck,baseline,4,,\n"


def written(folder: Path, text: str, name: str) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(a: Path, b: Path, *maps: str) -> list[tuple[str, str | None, int | None]]:
    """Return code, file and row of every problem."""
    with pytest.raises(ImportRefused) as caught:
        pairs_to_reconcile(a, b, maps)
    for problem in caught.value.problems:
        assert len(sentence(problem)) > 10
        assert len(remedy(problem)) > 10
    return [(problem.code, problem.place.file, problem.place.line) for problem in caught.value.problems]


def test_resf_01_our_own(tmp_path: Path) -> None:
    path = written(tmp_path, OWN, "a.csv")
    ours, theirs, left = pairs_to_reconcile(path, path, ())
    assert ours == theirs
    assert left == 0
    assert ours["change.ck.week_4.mean"] == Claim(value=-2.5, n=4, unit="U/L")
    assert ours["change.ck.week_4.significant"] == Claim(value="no", n=4, unit="")
    assert ours["change.ck.week_4.sd"].value is None


def test_resf_02_columns_of_another_program(tmp_path: Path) -> None:
    a, b = written(tmp_path, OWN, "a.csv"), written(tmp_path, WIDE, "b.csv")
    ours, theirs, left = pairs_to_reconcile(a, b, ["change.{PARAM}.{VISIT}.mean=CHG,N"])
    assert theirs == {"change.ck.week_4.mean": Claim(value=-2.5, n=4)}
    assert (list(ours), left) == (["change.ck.week_4.mean"], 2)


def test_resf_02_an_empty_cell_where_ours_has_a_number_is_told(tmp_path: Path) -> None:
    a = written(tmp_path, "id,value\nchange.ck.baseline.p,0.5\n", "a.csv")
    _, theirs, _ = pairs_to_reconcile(a, written(tmp_path, WIDE, "b.csv"), ["change.{PARAM}.{VISIT}.p=P"])
    assert theirs["change.ck.baseline.p"].value is None


def test_resf_02_a_long_table(tmp_path: Path) -> None:
    long = written(tmp_path, "v,stat,x\nck,mean,NA\nck,sd,2\n", "b.csv")
    _, theirs, _ = pairs_to_reconcile(written(tmp_path, OWN, "a.csv"), long, ["describe.{v}.{stat}=x"])
    assert theirs == {"describe.ck.sd": Claim(value=2.0)}


@pytest.mark.parametrize(
    ("name", "covered"),
    [("change.ck.week_4.mean", True), ("change.a.b.c.mean", True), ("change.ck.mean", False), ("x.ck.1.mean", False)],
)
def test_resf_02_which_ids_a_map_speaks_of(name: str, covered: bool) -> None:  # noqa: FBT001 - a table
    assert Mapped(template="change.{P}.{V}.mean", value="x").covers(name) is covered


def test_resf_03_no_map() -> None:
    for text in ("nothing", "=x", "id=", "id= ,n"):
        with pytest.raises(ImportRefused) as caught:
            parse_map(text)
        assert [problem.code for problem in caught.value.problems] == ["RECON-01"]


def test_resf_03_both_files_at_once(tmp_path: Path) -> None:
    a = written(tmp_path, "id,value\nx,1\nx,2\ny,many\n", "a.csv")
    b = written(tmp_path, "id,val\nx,1\n", "b.csv")
    assert refused(a, b) == [("RECON-04", "a.csv", 3), ("RECON-03", "a.csv", 4), ("RECON-02", "b.csv", 1)]
    assert refused(a, tmp_path / "none.csv")[-1] == ("TABLE-01", "none.csv", None)


def test_resf_03_a_map_of_columns_that_are_not_there(tmp_path: Path) -> None:
    a, b = written(tmp_path, OWN, "a.csv"), written(tmp_path, WIDE, "b.csv")
    assert refused(a, b, "change.{PARM}.mean=CHANGE,M") == [("RECON-02", "b.csv", 1)] * 3


def test_resf_03_many_are_counted(tmp_path: Path) -> None:
    a = written(tmp_path, "id,value\n" + "x,1\n" * 30, "a.csv")
    found = refused(a, written(tmp_path, OWN, "b.csv"))
    assert [code for code, _, _ in found] == ["RECON-04"] * 20 + ["RECON-05"]
