"""Qualify an installation.

QUAL-01: every check passes where the program is whole, nothing in the study's folder is changed, and no copy is left.
QUAL-02: a shipped number, a ledger, or a program that is damaged makes its check fail, by name; the others go on.
QUAL-03: the document has requirement, risk, test, result, evidence, software, environment, duties and the matrix of
    the release (R27), in three forms; it claims no compliance.
QUAL-04: the verb leaves with 1 where a check failed, and says which; a file of another kind is refused beforehand.
QUAL-05: the study file's own blinding is compared; one that tells something is found, and one without is not passed.
QUAL-06: every requirement that a check names is one of the page, and every check has a name of its own; each check of
    `doctor` has words of its own, and what it warns of is to be looked at, not passed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.requirements import REQUIREMENTS

from trialbook.cli import main
from trialbook.cli.qualifying import as_outcome
from trialbook.conduct import blinding
from trialbook.conduct.casebook import Casebook
from trialbook.errors import Problem
from trialbook.folder import Doors, StudyFolder
from trialbook.qualify import blinding as twins
from trialbook.qualify.checks import CHECKS, SHIPPED, qualify
from trialbook.qualify.document import FORMS
from trialbook.qualify.machine import file_system
from trialbook.qualify.outcome import Outcome, Place, carry_out
from trialbook.qualify.recording import make_study
from trialbook.qualify.site import LOOKED
from trialbook.web.doctor import CHECKS as DOCTOR
from trialbook.web.doctor import Finding

WORDS_OF_A_CLAIM = ("complies with 21", "is compliant", "is validated", "certified")


@pytest.fixture
def doors() -> Doors:
    numbers = count()
    start = datetime.now(UTC)  # noqa: TID251 - the tools of backups read the times of files
    return Doors(now=lambda: start, new_id=lambda: f"id-{next(numbers)}", by="kim")


@pytest.fixture
def where(tmp_path: Path, doors: Doors) -> StudyFolder:
    return make_study(tmp_path / "study", doors)


def bytes_of(folder: Path) -> Mapping[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in {".db", ".yaml"}}


def one(name: str, where: StudyFolder, doors: Doors, scratch: Path, shipped: Path = SHIPPED) -> Outcome:
    """Carry out one check."""
    scratch.mkdir()
    (check,) = (check for check in CHECKS if check.name == name)
    return carry_out(check, Place(where=where, scratch=scratch, doors=doors, shipped=shipped))


def test_a_whole_program(where: StudyFolder, doors: Doors, tmp_path: Path) -> None:
    """QUAL-01."""
    where.ledger.chmod(0o600)
    before = bytes_of(where.path)
    found = qualify(where, doors, tmp_path / "scratch")
    assert {one.name: one.evidence for one in found if one.result == "failed"} == {}
    assert [one.name for one in found if one.result == "passed"] == [check.name for check in CHECKS]
    assert bytes_of(where.path) == before
    assert not (tmp_path / "scratch").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "name"),
    [
        ("entries.json", '"hash": "', '"hash": "0', "chain of entries"),
        ("published.json", '"t": 4.0621', '"t": 4.0623', "statistics"),
        ("published.json", '"p": 0.052673', '"p": 0.052674', "statistics"),
        ("published.json", '"mosteller": 2.151', '"mosteller": 2.152', "doses"),
        ("published.json", '"drawn": "700"', '"drawn": "600"', "doses"),
        ("published.json", '"statistics": [', '"other": [', "statistics"),
    ],
)
def test_a_damaged_number(
    where: StudyFolder, doors: Doors, tmp_path: Path, file: str, old: str, new: str, name: str
) -> None:
    """QUAL-02: what is shipped and what the program computes disagree."""
    shipped = tmp_path / "shipped"
    shutil.copytree(SHIPPED, shipped)
    text = (shipped / file).read_text(encoding="utf-8")
    assert old in text
    (shipped / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert one(name, where, doors, tmp_path / "a").result == "passed"
    assert one(name, where, doors, tmp_path / "b", shipped).result == "failed"


def test_a_damaged_ledger(where: StudyFolder, doors: Doors, tmp_path: Path) -> None:
    """QUAL-02: the study's own, and one that everybody may read."""
    content = where.ledger.read_bytes()
    where.ledger.write_bytes(content.replace(b"investigator", b"investigatoR"))
    found = one("the study's own ledger", where, doors, tmp_path / "a")
    assert (found.result, "LEDGER-" in found.evidence) == ("failed", True)
    where.ledger.chmod(0o644)
    assert "ledger.db" in one("rights of files", where, doors, tmp_path / "b").evidence
    where.ledger.unlink()
    assert one("the study's own ledger", where, doors, tmp_path / "c").result == "not applicable"


def test_a_program_that_loses_saves(
    where: StudyFolder, doors: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """QUAL-02: one that tells before it saves is found out when it is killed; one that cannot start too."""
    liar = "import sys, time\nfor n in range(1, 40): print(n, flush=True)\ntime.sleep(60)\n"
    (tmp_path / "liar.py").write_text(liar, encoding="utf-8")
    monkeypatch.setattr("trialbook.qualify.recording.saving_line", lambda _: ["python3", str(tmp_path / "liar.py")])
    found = one("killed while saving", where, doors, tmp_path / "a")
    assert (found.result, "are lost" in found.evidence) == ("failed", True)
    monkeypatch.setattr("trialbook.qualify.recording.saving_line", lambda _: ["false"])
    assert one("killed while saving", where, doors, tmp_path / "b").result == "failed"


def test_a_mask_that_tells(where: StudyFolder, doors: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """QUAL-05: of everything, of the number of the entry, and of nothing."""
    assert one("blinding", where, doors, tmp_path / "0").result == "passed"

    def telling(study: object, casebook: Casebook, role: str, **_: object) -> Casebook:
        del study, role
        return casebook

    def silent(study: object, casebook: Casebook, role: str, **_: object) -> Casebook:
        del study, role
        return Casebook(participant=casebook.participant)

    for number, planted in enumerate((telling, silent), 1):
        monkeypatch.setattr(twins, "mask", planted)
        assert one("blinding", where, doors, tmp_path / str(number)).result == "failed"
    monkeypatch.setattr(twins, "mask", blinding.mask)
    monkeypatch.setattr(blinding, "_bare", lambda answer: answer)
    assert "tells what is hidden" in one("blinding", where, doors, tmp_path / "3").evidence


def test_a_study_without_a_blind_role(where: StudyFolder, doors: Doors, tmp_path: Path) -> None:
    """QUAL-05."""
    text = where.study_file.read_text(encoding="utf-8")
    where.study_file.write_text(
        text.replace("{blind: true, records: [rating]}", "{records: [rating]}"), encoding="utf-8"
    )
    assert one("blinding", where, doors, tmp_path / "a").result == "not applicable"


@pytest.mark.parametrize("suffix", FORMS)
def test_the_document(where: StudyFolder, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """QUAL-03, QUAL-04: with a check that fails, in each form."""
    failing = tuple(check for check in CHECKS if check.name in {"chain of entries", "doses", "time"})
    monkeypatch.setattr("trialbook.qualify.checks.CHECKS", failing)
    monkeypatch.setattr("trialbook.instruments.vials.ceil", lambda amount: int(amount) + 1)
    out = tmp_path / "out" / f"q{suffix}"
    done = CliRunner().invoke(main, ["qualify", str(where.path), "--out", str(out), "--by", "kim"])
    assert done.exit_code == 1
    assert "Failed: doses." in done.output
    made = out.read_bytes()
    assert made[:5] == b"%PDF-" if suffix == ".pdf" else b"chain of entries" in made
    if suffix == ".pdf":
        return
    words = made.decode()
    assert not [claim for claim in WORDS_OF_A_CLAIM if claim in words]
    for told in ("R52", "polars", "SQLite", "file system", "duty", "2 passed, 0 to look at, 1 failed", "kim"):
        assert told.casefold() in words.casefold()
    if suffix == ".json":
        told = json.loads(words)
        assert told["ok"] is False
        assert {row["number"] for row in told["requirements"]} == {one.number for one in REQUIREMENTS}
        assert [row["here"] for row in told["requirements"] if row["number"] == "R06"] == [["chain of entries: passed"]]
        assert [row["number"] for row in told["requirements"] if not row["shown_by"] and not row["duty"]] == []


def test_another_kind_of_file(where: StudyFolder, tmp_path: Path) -> None:
    """QUAL-04: before anything is tried."""
    done = CliRunner().invoke(main, ["qualify", str(where.path), "--out", str(tmp_path / "q.doc")])
    assert done.exit_code != 0
    assert "KEEP-40" in done.output
    assert not (tmp_path / "q.doc").exists()


def test_what_the_doctor_finds() -> None:
    """QUAL-06."""
    assert set(LOOKED) == set(DOCTOR)
    assert {number for one in LOOKED.values() for number in one.requirements} <= {one.number for one in REQUIREMENTS}
    warned, wrong = Problem(code="KEEP-11", level="warning"), Problem(code="SERVE-13", values={"kind": "nfs"})
    told = [as_outcome(Finding(check="disk", problems=found)).result for found in ((), (warned,), (warned, wrong))]
    assert told == ["passed", "to look at", "failed"]


def test_what_checks_name() -> None:
    """QUAL-06; the shipped entries are those that the ledger is tested with."""
    known = {one.number for one in REQUIREMENTS}
    assert {number for check in CHECKS for number in check.requirements} <= known
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    vectors = Path(__file__).parents[1] / "capture" / "vectors" / "entry-v1.json"
    assert (SHIPPED / "entries.json").read_bytes() == vectors.read_bytes()
    assert file_system(Path("/"))
