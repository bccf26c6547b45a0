"""The study of the paper through the command line: its published facts, and a participant up to the second dose.

SEED-01: the shipped study file is clean, and states the paper's five inclusion and four exclusion criteria.
SEED-02: the four published participants stand in Table 1, and nothing is made up of their courses.
SEED-03: `screening` judges each criterion, and says what is missing.
SEED-04: `dose` refuses with every reason at once; nothing that happened is refused.
SEED-05: `dose` plans with the inputs of the day: 375 mg/m2 of 160 cm and 55 kg is 586.2 mg, 1 x 500 + 1 x 100.
SEED-06: what cannot be meant is answered with a sentence.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trialbook.cli import main
from trialbook.demo import SHIPPED

STUDY = SHIPPED / "rituximab_polymyositis"

ANSWERS = (
    ("consent.date", "2026-01-05"), ("screening.age", "46"), ("screening.sex", "F"),
    ("screening.other_autoimmune", "no"), ("screening.malignancy", "no"), ("screening.last_surgery", "never"),
    ("screening.last_live_vaccine", "2019"), ("screening.pregnant", "no"), ("screening.lactating", "no"),
    ("activity.weakness", "yes"), ("activity.ck", "2600"), ("activity.ck_upper", "170"), ("activity.emg_active", "yes"),
    ("activity.since", "2025-06"), ("bohan_peter.weakness", "yes"), ("bohan_peter.enzymes", "yes"),
    ("bohan_peter.emg", "yes"), ("bohan_peter.biopsy", "no"), ("bohan_peter.rash", "no"),
    ("bohan_peter.neurological", "no"), ("bohan_peter.dystrophy", "no"), ("bohan_peter.infection", "no"),
    ("bohan_peter.metabolic", "no"), ("bohan_peter.myasthenia", "no"), ("biopsy.glycogen", "NEG"),
    ("biopsy.lipid", "NORMAL"), ("biopsy.inclusions", "ABSENT"), ("eligibility.E3", "no"),
)  # fmt: skip
SEROLOGY = (("serology.hbsag", "NEG"), ("serology.anti_hbc", "NEG"))
THERAPIES = ("PRED", "AZA", "MMF")


def run(*arguments: str | Path, expected: int = 0) -> Result:
    """Run a verb as the custodian."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments], env={"TRIALBOOK_BY": "tester"})
    assert done.exit_code == expected, done.output
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the study file and one participant being screened."""
    shutil.copyfile(STUDY / "study.yaml", tmp_path / "study.yaml")
    run("participant", tmp_path, "P1", "screen")
    return tmp_path


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose participant may enter, is measured and enrolled; made once, to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    shutil.copyfile(STUDY / "study.yaml", folder / "study.yaml")
    run("participant", folder, "P1", "screen")
    make_eligible(folder)
    answer(folder, SEROLOGY)
    measure(folder)
    assert "P1: eligible" in run("screening", folder, "P1", "--on", "2026-01-10").output
    run("participant", folder, "P1", "enrol", "--on", "2026-01-10")
    return folder


@pytest.fixture
def enrolled(prepared: Path, tmp_path: Path) -> Path:
    """Return a copy of the folder with the enrolled participant."""
    shutil.copytree(prepared, tmp_path / "study")
    return tmp_path / "study"


def answer(folder: Path, answers: tuple[tuple[str, str], ...], *options: str) -> None:
    for item, text in answers:
        run("enter", folder, "P1", item, text, *options)


def make_eligible(folder: Path) -> None:
    answer(folder, ANSWERS)
    for row, agent in enumerate(THERAPIES, 1):
        answer(folder, (("prior.agent", agent), ("prior.failed", "yes")), "--repeat", str(row))


def measure(folder: Path) -> None:
    answer(folder, (("visit.date", "2026-01-08"), ("body.weight", "55"), ("body.height", "160")), "--visit", "baseline")


def test_the_study_file_is_clean() -> None:
    """SEED-01."""
    assert "no mistakes" in run("check", STUDY).output


def test_published_participants(tmp_path: Path) -> None:
    """SEED-02: 53 ± 11 years as the paper says; 4.8 ± 2.5 years from its table, where its text says 3.3."""
    folder = tmp_path / "seed"
    shutil.copytree(STUDY, folder)
    run("import", folder, folder / "data" / "published_patients.csv", "--map", folder / "map.yaml")
    run("report", folder)
    with (folder / "report" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    found = {name: float(rows[f"baseline.screening.{name}"]["value"]) for name in (
        "age.treated.mean", "age.treated.sd", "duration.treated.mean", "duration.treated.sd",
    )}  # fmt: skip
    assert found == pytest.approx({
        "age.treated.mean": 53.25, "age.treated.sd": 10.719919, "duration.treated.mean": 4.75,
        "duration.treated.sd": 2.5,
    }, abs=1e-5)  # fmt: skip
    agents = {name: rows[f"baseline.prior.agent.{name}.treated.n"]["value"] for name in ("MMF", "CYC", "IVIG")}
    assert {name: float(count) for name, count in agents.items()} == {"MMF": 4, "CYC": 1, "IVIG": 3}
    courses = [row for row in rows.values() if row["analysis"] in {"change", "describe"}]
    assert {row["value"] for row in courses if row["stat"] in {"mean", "p"}} == {""}
    assert {float(row["value"]) for row in courses if row["stat"] in {"n", "n_pairs"}} == {0.0}
    page = (folder / "report" / "report.html").read_text(encoding="utf-8")
    assert "none was made up" in page


def test_screening_says_what_is_missing(folder: Path) -> None:
    """SEED-03."""
    answer(folder, (("screening.age", "17"),))
    said = run("screening", folder, "P1", "--on", "2026-01-10").output
    assert "not eligible" in said
    assert "Age: 17" in said
    assert "Active since: not answered" in said
    assert "I1" in run("screening", folder).output


def test_eligible(enrolled: Path) -> None:
    """SEED-03: a partial date decides where both of its ends agree."""
    said = run("screening", enrolled, "P1").output
    assert "P1: eligible" in said
    assert "unknown" not in said


def test_dose_refuses_with_every_reason(folder: Path) -> None:
    """SEED-04: status, consent, criteria, serology, weight and height, in one answer."""
    said = run("dose", folder, "P1", "--on", "2026-01-10", expected=1).output
    assert {"DOSE-02", "DOSE-04", "DOSE-08", "DOSE-10"} <= {word.strip(":") for word in said.split()}
    assert "HBsAg" in said
    run("enter", folder, "P1", "infusion.start", "2026-01-10", "--repeat", "1")
    run("enter", folder, "P1", "infusion.given", "590", "--repeat", "1")


def test_dose(enrolled: Path) -> None:
    """SEED-05."""
    said = run("dose", enrolled, "P1", "--on", "2026-01-10").output
    assert "dose 1 of 4, on 2026-01-10: 590 mg" in said
    assert "586.19025 mg, rounded to 10 mg" in said
    assert "1 x 500 mg + 1 x 100 mg; 10 mg left over" in said
    assert "paracetamol 1000 mg" in said
    assert "pharmacist" in said


def test_second_dose_is_late(enrolled: Path) -> None:
    """SEED-05: the first infusion is day 0; nine days later is told, and planned."""
    given = (("infusion.start", "2026-01-10"), ("infusion.given", "590"), ("infusion.reaction", "no"))
    answer(enrolled, given, "--repeat", "1")
    said = run("dose", enrolled, "P1", "rituximab", "--on", "2026-01-19").output
    assert "dose 2 of 4" in said
    assert "1 day too late" in said


@pytest.mark.parametrize(
    ("words", "code", "leaves"),
    [(("P9",), "FOLDER-07", 1), (("P1", "placebo"), "FOLDER-08", 1), (("P1", "--on", "soon"), "is no date", 2)],
)
def test_what_cannot_be_meant(folder: Path, words: tuple[str, ...], code: str, leaves: int) -> None:
    """SEED-06."""
    assert code in run("dose", folder, *words, expected=leaves).output


def test_no_treatment_with_a_dose(tmp_path: Path) -> None:
    """SEED-06."""
    run("new", tmp_path)
    run("participant", tmp_path, "P1", "screen")
    assert "FOLDER-09" in run("dose", tmp_path, "P1", expected=1).output
