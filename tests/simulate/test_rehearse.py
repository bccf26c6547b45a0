"""A whole rehearsal, from the command line to the report.

REH-01: the same study, scenario, number and seed give the same bytes, whatever the day, locale, time zone or hash seed.
REH-02: four participants of the shipped study fill every section of its report, and every page and file says invented.
REH-03: the ledger of a rehearsal is whole, and its times are those of the invented clock.
REH-04: the study's own folder is left as it was, but for the folder `rehearsal`.
REH-05: a rehearsal that is broken off leaves nothing that looks whole.
REH-06: what is wrong is told in a sentence, and nothing is written.
REH-07: any study can be rehearsed, to its report.
REH-08: the work is shown as it goes on.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.simulate.conftest import STUDIES, STUDY

from trialbook.capture.book import Book
from trialbook.cli import main
from trialbook.conduct.deviations import KINDS
from trialbook.folder import StudyFolder, read_kept, verify_ledger
from trialbook.outcome import rehearse
from trialbook.simulate.rehearse import Clock, Ids, invent_all, opening
from trialbook.simulate.scenario import read_scenario

SHIPPED = STUDIES / "rituximab_polymyositis"


def study_in(folder: Path) -> Path:
    """Write the small study into a folder."""
    folder.mkdir()
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    return folder


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every file of a rehearsal but the ledger, of which the head says the same."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file() and file.name != "ledger.db")
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_the_same_bytes(tmp_path: Path) -> None:
    """REH-01."""
    study = study_in(tmp_path / "study")
    command = [sys.executable, "-m", "trialbook", "rehearse", str(study), "--participants", "4", "--seed", "3", "--out"]
    found = []
    for number, own in enumerate(
        ({"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LC_ALL": "C"},
         {"TZ": "America/Anchorage", "PYTHONHASHSEED": "99", "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "1"})
    ):  # fmt: skip
        out = tmp_path / f"out-{number}"
        done = subprocess.run(
            [*command, str(out)], env={**os.environ, **own}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "invented participants screened" in done.stdout
        found.append((hashes(out), verify_ledger(StudyFolder(out), None).head))
    assert found[0] == found[1]
    assert {"report/report.html", "report/report.docx", "report/results.csv", "study.yaml"} <= found[0][0].keys()


def never() -> datetime:
    """Tell no time: what only reads a ledger asks for none."""
    raise AssertionError


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rehearse the shipped study with four participants, as its documents do."""
    out = tmp_path_factory.mktemp("rehearsal") / "out"
    done = CliRunner().invoke(main, ["rehearse", str(SHIPPED), "--participants", "4", "--seed", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    return out


class Sections(HTMLParser):
    """Gathers the text of each section, that of its sections included, without headings."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: dict[str, str] = {}
        self.is_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a section or a heading; a figure counts as text."""
        if tag == "section":
            self.open.append(dict(attrs).get("id") or "")
            self.texts[self.open[-1]] = ""
        self.is_heading = self.is_heading or tag in {"h1", "h2", "h3", "h4", "h5"}

    def handle_endtag(self, tag: str) -> None:
        """Close a section or a heading."""
        if tag == "section":
            self.open.pop()
        if tag in {"h1", "h2", "h3", "h4", "h5"}:
            self.is_heading = False

    def handle_data(self, data: str) -> None:
        """Add text to every open section."""
        for name in () if self.is_heading else self.open:
            self.texts[name] += data


def results_of(folder: Path) -> dict[str, str]:
    """Return result id -> value."""
    with (folder / "report" / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row["value"] for row in csv.DictReader(file)}


def test_no_section_is_empty(shipped: Path) -> None:
    """REH-02."""
    page = Sections()
    page.feed((shipped / "report" / "report.html").read_text(encoding="utf-8"))
    assert {
        "screening",
        "exposure",
        "background-treatment",
        "adverse-events",
        "deviations",
        "limits",
    } <= page.texts.keys()
    assert [name for name, text in page.texts.items() if len(text.split()) < 5] == []


def test_everything_is_seen(shipped: Path) -> None:
    """REH-02: a failure and an unknown in the screening, an event, a withdrawal, a deviation of every group."""
    results = results_of(shipped)
    assert int(results["disposition.participants.enrolled.n"]) == 4
    assert int(results["disposition.participants.withdrawn.n"]) >= 1
    assert int(results["screening.verdict.unknown.n"]) >= 1
    assert int(results["screening.verdict.not_eligible.n"]) >= 1
    groups = Counter[str]()
    for name, value in results.items():
        found = re.fullmatch(r"deviations\.(\w+)\.(\w+)\.n", name)
        if found:
            groups[found[1]] += int(value)
    assert {group for group, count in groups.items() if count} == set(KINDS) - {"blinding"}
    for kind in ("early", "late", "missed"):
        assert int(results[f"deviations.visit.{kind}.n"]) >= 1
    for stat in ("n_interrupted", "n_incomplete", "n_reactions"):
        assert int(results[f"exposure.rituximab.{stat}"]) >= 1


def test_every_file_says_invented(shipped: Path) -> None:
    """REH-02."""
    assert "invented" in (shipped / "report" / "report.html").read_text(encoding="utf-8").lower()
    with zipfile.ZipFile(shipped / "report" / "report.docx") as word:
        headers = [name for name in word.namelist() if re.search("/(header|footer|document)[0-9]*.xml", name)]
        assert any(b"nvented" in word.read(name) for name in headers)
    lines = (shipped / "report" / "results.csv").read_text(encoding="utf-8-sig").splitlines()
    assert all(line.startswith(("data,", "invented,")) for line in lines)
    assert "every participant is invented" in (shipped / "study.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert json.loads((shipped / "rehearsal.json").read_text(encoding="utf-8"))["data"] == "invented"


def test_the_ledger_is_whole(shipped: Path) -> None:
    """REH-03."""
    verification = verify_ledger(StudyFolder(shipped), None)
    assert verification.ok
    with Book.open(shipped / "ledger.db", now=never, new_id=Ids(1), read=read_kept) as book:
        entries = list(book.entries())
        assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
        assert entries[0].at.startswith("2026-01-03T16:00")
        assert {code for entry in entries if (code := entry.participant)} == {
            f"INV-{number:02}" for number in range(1, 8)
        }
        assert {entry.by for entry in entries if entry.form == "rating"} <= {"assessor-1", "assessor-2"}
        assert all(len(book.people.of(person)) == 1 for person in {entry.by for entry in entries})
        assert {entry.on_behalf_of for entry in entries if entry.form == "haq" and entry.act == "enter"} == {
            entry.participant for entry in entries if entry.form == "haq"
        }
        assert {"screen", "screen_fail", "enrol", "withdraw", "complete", "enter", "correct"} <= {
            one.act for one in entries
        }


def test_the_ledger_holds_what_was_invented(shipped: Path) -> None:
    """REH-03: every answer and status of every participant, and nothing else."""
    study = read_kept((shipped / "study.yaml").read_text(encoding="utf-8"))
    scenario = read_scenario(shipped / "scenario.yaml", study)
    told = invent_all(study, scenario, participants=4, seed=1)
    clock = Clock(opening(scenario, study))
    with Book.open(shipped / "ledger.db", now=clock, new_id=Ids(1), read=read_kept) as book:
        casebooks = book.casebooks()
    assert tuple(casebooks) == told.codes
    for code, story in zip(told.codes, told.stories, strict=True):
        kept, meant = casebooks[code], story.casebook
        assert (kept.status, kept.enrolled_on, kept.ended_on) == (meant.status, meant.enrolled_on, meant.ended_on)
        recorded = {cell: (answer.value, answer.missing) for cell, answer in kept.answers.items()}
        assert recorded == {cell: (answer.value, answer.missing) for cell, answer in story.answers.items()}


def test_other_verbs_work_in_it(shipped: Path) -> None:
    """REH-03."""
    for verb in (["status"], ["screening"], ["screening", "INV-01"], ["trace"], ["verify"]):
        what = ["disposition.participants.enrolled.n"] if verb == ["trace"] else []
        done = CliRunner().invoke(main, [verb[0], str(shipped), *verb[1:], *what])
        assert done.exit_code == 0, done.output
        assert "nvented" in done.output or verb == ["verify"]


def test_the_folder_of_the_study(tmp_path: Path) -> None:
    """REH-04: and a second rehearsal replaces the first."""
    study = study_in(tmp_path / "study")
    before = (study / "study.yaml").read_bytes()
    for seed in ("1", "2"):
        done = CliRunner().invoke(main, ["rehearse", str(study / "study.yaml"), "--participants", "1", "--seed", seed])
        assert done.exit_code == 0, done.output
        assert str(study / "rehearsal" / "report" / "report.html") in done.output
        assert json.loads((study / "rehearsal" / "rehearsal.json").read_text(encoding="utf-8"))["seed"] == int(seed)
    assert sorted(file.name for file in study.iterdir()) == ["rehearsal", "study.yaml"]
    assert (study / "study.yaml").read_bytes() == before


@pytest.mark.parametrize("stage", ["inventing participants", "recording invented entries", "writing the report"])
def test_breaking_off(tmp_path: Path, stage: str) -> None:
    """REH-05."""
    study = study_in(tmp_path / "study")

    def press(what: str, _done: int, _total: int) -> None:
        if what == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rehearse(study, participants=2, seed=1, progress=press)
    assert [file.name for file in study.iterdir()] == ["study.yaml"]


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    """REH-06."""
    study = study_in(tmp_path / "study")
    (study / "scenario.yaml").write_text("trialbook-scenario: 1\nvisits: {lat: 5 %}\n", encoding="utf-8")
    common = ["rehearse", str(study), "--participants", "1", "--seed", "1"]
    done = CliRunner().invoke(main, common)
    assert done.exit_code == 2
    assert "scenario.yaml:2:10" in done.output
    assert "Did you mean “late”?" in done.output
    (study / "scenario.yaml").unlink()
    (study / "rehearsal").mkdir()
    (study / "rehearsal" / "thesis.txt").write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(main, common)
    assert (done.exit_code, "SCEN-20" in done.output) == (2, True)
    assert CliRunner().invoke(main, [*common[:3], "0", *common[4:]]).exit_code == 2
    assert sorted(file.name for file in study.iterdir()) == ["rehearsal", "study.yaml"]


@pytest.mark.parametrize("name", ["infliximab_myositis", "xanomeline_four"])
def test_any_study(tmp_path: Path, name: str) -> None:
    """REH-07: with the built-in scenario, by its study file alone."""
    (tmp_path / "study").mkdir()
    shutil.copyfile(STUDIES / name / "study.yaml", tmp_path / "study" / "study.yaml")
    done = rehearse(tmp_path / "study", participants=4, seed=1)
    assert (done.enrolled, done.scenario) == (4, "")
    page = Sections()
    page.feed(done.report.page.read_text(encoding="utf-8"))
    assert [part for part, text in page.texts.items() if len(text.split()) < 5] == []


def test_the_work_is_shown(tmp_path: Path) -> None:
    """REH-08: each stage begins, goes on and ends within its count."""
    told: list[tuple[str, int, int]] = []
    rehearse(
        study_in(tmp_path / "study"),
        participants=3,
        seed=1,
        progress=lambda what, done, total: told.append((what, done, total)),
    )
    stages = list(dict.fromkeys(what for what, _, _ in told))
    assert stages[:2] == ["inventing participants", "recording invented entries"]
    assert [done for what, done, _ in told if what == stages[0]][-1] == 3
    assert all(0 <= done <= total for _, done, total in told)
