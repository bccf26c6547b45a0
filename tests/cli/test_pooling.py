"""The verb `pool`.

POOLV-01: a line a study, all together, and what to know; both files are written, the same bytes each time.
POOLV-02: a file is never written over the one it comes from; mistakes are sentences with their code.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from trialbook.cli import main

COUNTS = "study,n,events,drug\nA 2001,6,6,x\nB 2005,8,3,y\nC 2009,10,7,y\n"
CHANGES = "study,n,change,sd\nA,4,-1971,1239\nB,6,-1440,1013\nC,9,-2205,\n"


def run(folder: Path, text: str, *options: str) -> tuple[int, str]:
    path = folder / "studies.csv"
    path.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(main, ["pool", str(path), *options])
    return done.exit_code, done.output


def test_poolv_01_counts(tmp_path: Path) -> None:
    outs = [tmp_path / name for name in ("all.csv", "plot.csv", "again.csv")]
    code, told = run(tmp_path, COUNTS, "--csv", str(outs[0]), "--forest", str(outs[1]))
    assert code == 0
    assert "Columns not used: drug." in told
    assert "A 2001" in told
    assert "100.0" in told
    assert "all together" in told
    with outs[1].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["kind"] for row in rows] == ["study", "study", "study", "pooled", "prediction"]
    assert run(tmp_path, COUNTS, "--csv", str(outs[2]))[0] == 0
    assert outs[0].read_bytes() == outs[2].read_bytes()
    assert b"pool.share_of_responders.pooled.estimate" in outs[0].read_bytes()


def test_poolv_01_a_drawing(tmp_path: Path) -> None:
    svg, png = tmp_path / "plot.svg", tmp_path / "plot.png"
    assert run(tmp_path, COUNTS, "--forest", str(svg))[0] == 0
    assert run(tmp_path, COUNTS, "--forest", str(png))[0] == 0
    drawn = svg.read_text(encoding="utf-8")
    assert drawn.startswith("<svg xmlns=")
    assert "var(" not in drawn
    for words in ("A 2001", "all together", "share (%)", "37.5"):
        assert words in drawn
    assert png.read_bytes().startswith(b"\x89PNG")


def test_poolv_01_changes_with_a_prior(tmp_path: Path) -> None:
    code, told = run(tmp_path, CHANGES, "--prior", "500", "--method", "DL", "--interval", "hksj modified")
    assert code == 0
    assert "DerSimonian and Laird; Hartung-Knapp" in told
    assert "Hierarchical model (half-Cauchy, scale 500)" in told
    assert "P(mean below 0)" in told
    assert "C: a number that this effect needs is not given." in told
    assert "All together against no change: p" in told


def test_poolv_01_one_study_and_all_responded(tmp_path: Path) -> None:
    code, told = run(tmp_path, "study,n,change,sd\nA,4,-2,1\n", "--prior", "1")
    assert code == 0
    assert "With one study the variance between studies cannot be estimated." in told
    assert "Hierarchical model: With 1 estimate nothing" in told
    code, told = run(tmp_path, "study,n,events\nA,4,4\nB,3,3\n", "--prior", "1")
    assert code == 0
    assert "In every study everybody responded" in told
    assert "a further study" not in told


@pytest.mark.parametrize("option", ["--csv", "--forest"])
def test_poolv_02_never_over_the_file(tmp_path: Path, option: str) -> None:
    code, told = run(tmp_path, COUNTS, option, str(tmp_path / "studies.csv"))
    assert code == 1
    assert "POOL-08" in told
    assert (tmp_path / "studies.csv").read_text(encoding="utf-8") == COUNTS


def test_poolv_02_mistakes_are_sentences(tmp_path: Path) -> None:
    code, told = run(tmp_path, "study,n,events\nA,4,5\n")
    assert code == 3
    assert "POOL-07" in told
    assert run(tmp_path, COUNTS, "--prior", "0")[0] == 2
    assert run(tmp_path, COUNTS, "--confidence", "2")[0] == 2
