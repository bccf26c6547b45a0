"""Sums with gaps on the site and in the data files.

GAP-03: a form says beside a sum or mean how many answers it is of, and what gaps count.
GAP-04: the data files hold every number that is computed from answers, unrounded, and the codebook its rule.
GAP-05: what is closed, or not shown to the role, is not computed into them either.
"""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from tests.web.conftest import Served
from tests.web.treated import page

from trialbook.capture.acts import enrol, enter, save_form, screen
from trialbook.conduct.blinding import mask
from trialbook.web.outcome.data_files import data_archive

STUDY = """
trialbook: 1
study: {id: gaps, title: Gaps, design: open-label single-arm, data: real}
roles:
  nurse: {sees: [diary, prior, data], records: [diary, prior], rights: [enrol]}
  monitor: {sees: [prior]}
visits: {anchor: enrolment, window: 3 days either side, planned: {start: {day: 0}, week 4: {}}}
forms:
  diary:
    label: Diary
    at: [start, week 4]
    items: {itch: {groups: [a, b, c, d], scale: 0 to 9, decimals: 0}}
    derive:
      total: {label: Score, sum_of: itch, at_least: 3 of 4, decimals: 0, gaps: prorated}
      plain: {label: Plain, sum_of: itch, at_least: 3 of 4, decimals: 0, gaps: left out}
      middle: {label: Middle, mean_of: itch, at_least: 3 of 4, decimals: 1}
      whole: {label: Whole, sum_of: itch, at_least: all}
  prior:
    at: once
    repeating: true
    items: {agent: {choice: [A, B]}}
    derive: {agents: {count_of: agent}}
"""


Rows = list[dict[str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a small study."""
    made = tmp_path / "study"
    made.mkdir()
    (made / "study.yaml").write_text(STUDY, encoding="utf-8")
    return made


@pytest.fixture(name="diary")
def diary_fixture(served: Served) -> Served:
    """The study with one form of which one answer is missing, and two rows of one drug."""
    today = served.site.today().isoformat()
    served.site.record(screen("P1"), by="nora")
    served.site.record(enrol("P1", on=today), by="nora")
    served.site.record(enter("P1", "visit", "date", today, visit="start"), by="nora")
    answers = {"itch.a": "2", "itch.b": "2", "itch.c": "1"}
    served.site.record(save_form("P1", "diary", answers, visit="start"), by="nora")
    for row in ("1", "2"):
        served.site.record(save_form("P1", "prior", {"agent": "A"}, repeat=row), by="nora")
    return served


def test_gap_03_the_form_says_it(diary: Served) -> None:
    shown = page(diary.browser("nora"), "/participants/P1/visits/start/forms/diary/")
    assert "6.67 (of 3 of 4 answers; each gap counts as much as their mean)" in shown
    assert "5 (of 3 of 4 answers; gaps count nothing)" in shown
    assert "1.7 (of 3 of 4 answers)" in shown


def archived(served: Served, *closed: str, role: str = "nurse") -> tuple[Rows, Rows]:
    """Return the derived numbers and the codebook of the data files of a role."""
    study = served.site.study
    seen = {code: mask(study, book, role) for code, book in served.site.casebooks.items()}
    made = data_archive(study, seen, role=role, closed=closed, count=1)
    with zipfile.ZipFile(io.BytesIO(made)) as found:
        assert b"derived.csv" in found.read("about.txt")
        return rows(found, "derived.csv"), rows(found, "codebook.csv")


def rows(archive: zipfile.ZipFile, name: str) -> Rows:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def test_gap_04_the_data_files(diary: Served) -> None:
    numbers, codebook = archived(diary)
    found = {
        (row["form"], row["item"]): (row["visit"], row["day"], row["value"], row["answered"], row["of"])
        for row in numbers
    }
    assert found == {
        ("diary", "total"): ("start", "0", "6.66666666667", "3", "4"),
        ("diary", "plain"): ("start", "0", "5", "3", "4"),
        ("diary", "middle"): ("start", "0", "1.66666666667", "3", "4"),
        ("prior", "agents"): ("", "", "1", "2", "2"),
    }
    rules = {row["item"]: row["kind"] for row in codebook if row["in_these_files"] == "computed, in derived.csv"}
    assert rules["total"] == "sum of 4 items, at least 3 answered, each gap as much as the mean of the answered ones"
    assert rules["plain"] == "sum of 4 items, at least 3 answered, gaps count nothing"
    assert rules["whole"] == "sum of 4 items, all answered"
    assert rules["agents"] == "count of different answers of agent"


def test_gap_05_what_is_closed(diary: Served) -> None:
    numbers, codebook = archived(diary, "diary")
    assert {row["form"] for row in numbers} == {"prior"}
    (row,) = [row for row in codebook if row["item"] == "total"]
    assert row["in_these_files"] == "closed until the planned cut of the data"


def test_gap_05_what_the_role_is_not_shown(diary: Served) -> None:
    numbers, codebook = archived(diary, role="monitor")
    assert {row["form"] for row in numbers} == {row["form"] for row in codebook} == {"prior"}
