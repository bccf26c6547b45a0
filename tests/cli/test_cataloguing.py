"""The verbs of the instruments.

Requirements:
CLI-20: `instruments` lists the catalogue; with a name it shows items, scores, rules, and what can be set.
CLI-21: `score` shows the first rows, by what was scored and a summary, and writes every row where asked.
CLI-22: a file that cannot be taken, an unknown name or setting: sentences, an exit code, and nothing written.
CLI-23: the answers are never written over.
CLI-24: listing the catalogue loads neither polars nor a library of units.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trialbook.cli import main
from trialbook.instruments.catalogue import every_scale
from trialbook.instruments.parameters import parameters_of

ROWS = "who,mark\na,7\nb,\nc,73 mm\n"


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    """Return a file of marks on a line."""
    path = tmp_path / "forms.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_the_catalogue_is_listed() -> None:
    """CLI-20."""
    words = " ".join(run("instruments").output.split())
    for scale in every_scale():
        for text in (scale.id, scale.title, scale.citation, scale.licence, f"{len(scale.items)} items"):
            assert text in words
        assert f"{scale.scores[0].derived.id} {scale.scores[0].low:g} to {scale.scores[0].high:g}" in words


@pytest.mark.parametrize("scale", every_scale(), ids=lambda scale: scale.id)
def test_one_instrument_is_shown(scale: object) -> None:
    """CLI-20."""
    (one,) = (known for known in every_scale() if known is scale)
    words = " ".join(run("instruments", one.id).output.split())
    assert all(rule in words for rule in one.rules)
    assert all(f" {item.id} " in words for item in one.items)
    assert all(f"--set {parameter.name}=" in words for parameter in parameters_of(one.parameters))


def test_a_file_is_scored(forms: Path, tmp_path: Path) -> None:
    """CLI-21."""
    out = tmp_path / "scores.csv"
    shown = run("score", "vas-10", forms, "--id", "who", "--csv", out).output
    assert "3 rows scored" in shown
    assert out.read_text(encoding="utf-8").splitlines() == [
        "who,value,answered,why,instrument,version,parameters",
        'a,7.0,1,"",vas-10,0 to 10 cm,""',
        'b,,0,Not computable: value from 0 of 1 answers,vas-10,0 to 10 cm,""',
        'c,7.3,1,"",vas-10,0 to 10 cm,""',
    ]


def test_what_was_set_is_shown(tmp_path: Path) -> None:
    """CLI-21: and rows beyond the first are counted."""
    path = tmp_path / "forms.csv"
    path.write_text("neck,trunk," + ",".join(PROXIMAL) + "\n" + ",".join(["5"] * 12 + ["\n"]).replace(",\n", "\n") * 12)
    shown = run("score", "mmt-groups", path, "--set", "least_axial=1").output
    assert "least_axial = 1 (default 2)" in shown
    assert "least_proximal = 8 (default)" in shown
    assert "and 2 more rows" in shown


PROXIMAL = (
    "shoulder_abductors", "shoulder_adductors", "biceps", "triceps", "hip_flexors", "hip_extensors", "hip_abductors",
    "hip_adductors", "knee_flexors", "knee_extensors",
)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("vas-11", "FILE"), 1, "Did you mean “vas-10”?"),
        (("vas-10", "FILE", "--set", "length=5"), 1, "vas-10 has no parameter “length”"),
        (("vas-10", "FILE", "--set", "length"), 2, "write PARAM=VALUE"),
        (("vas-10", "FILE"), 3, "forms.csv:1:1, column “who”: error SCORE-02"),
        (("vas-10", "nowhere.csv"), 3, "There is no such file"),
        (("vas-10", "FILE", "--id", "who", "--csv", "FILE"), 1, "written over the answers"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_written(
    forms: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """CLI-22, CLI-23."""
    out = () if "--csv" in arguments else ("--csv", tmp_path / "scores.csv")
    named = (forms if argument == "FILE" else argument for argument in arguments)
    assert said in " ".join(run("score", *named, *out, code=code).output.split())
    assert forms.read_text(encoding="utf-8") == ROWS
    assert not (tmp_path / "scores.csv").exists()


def test_listing_loads_nothing_slow() -> None:
    """CLI-24."""
    code = (
        "import sys; from trialbook.cli import main\n"
        "try: main(['instruments', 'haq-di'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('polars', 'pint', 'scipy', 'matplotlib', 'sqlalchemy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
