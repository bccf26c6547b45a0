"""Looks before the planned cut, in the ledger and in the terminal.

LOOK-01: a look needs the right `look` and a reason, and says what is looked at; it concerns the study as a whole.
LOOK-02: in a study without a cut nothing is closed, and nothing is added.
LOOK-03: `report`, `analyse` and `trace` refuse before the cut without a reason, and record the look with one.
LOOK-04: a report counts looks and all unblindings, planned ones and those of the whole study among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conftest import Site, read_text
from tests.web.hidden import STUDY

from trialbook.capture.acts import enrol, enter, grant, look, screen, unblind
from trialbook.capture.asking import alert
from trialbook.capture.book import Book
from trialbook.cli import main
from trialbook.errors import ActRefused

PEOPLE = {"ines": "investigator", "nora": "nurse", "amir": "assessor", "stan": "statistician"}


@pytest.fixture
def cut_book(tmp_path: Path) -> Iterator[Book]:
    with Site(tmp_path, read_text(STUDY)).create() as book:
        for person, role in PEOPLE.items():
            if person not in {grant.person for grant in book.people.grants}:
                book.record(grant(person, role), by="carla")
        yield book


def codes(book: Book, what: str, reason: str, by: str) -> list[str]:
    before = book.head()
    with pytest.raises(ActRefused) as told:
        book.record(look(what, reason=reason), by=by)
    assert book.head() == before
    return [problem.code for problem in told.value.problems]


def test_it_works_and_needs_the_right(cut_book: Book) -> None:
    """R45, LOOK-01."""
    assert codes(cut_book, "the report", "curious", "stan") == ["ACT-01"]
    assert codes(cut_book, "the report", "curious", "amir") == ["ACT-01"]
    assert codes(cut_book, "the report", " ", "ines") == ["ACT-02"]
    assert codes(cut_book, " ", "the board", "ines") == ["LOOK-02"]
    (entry,) = cut_book.record(look("the report", reason="the board asked"), by="ines").entries
    assert (entry.act, entry.participant, entry.text, entry.reason) == ("look", None, "the report", "the board asked")


def test_a_study_without_a_cut(tmp_path: Path) -> None:
    """LOOK-02."""
    with Site(tmp_path, read_text(STUDY.replace("  cut: after week 8\n", ""))).create() as book:
        assert book.record(look("the report", reason="x"), by="carla").entries == ()


# ---- in the terminal --------------------------------------------------------------------------------------------


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit | Exception)
    return done.exit_code, done.output + str(done.exception or "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "study"
    made.mkdir()
    (made / "study.yaml").write_text(STUDY, encoding="utf-8")
    from trialbook.cli.doors import doors
    from trialbook.folder import open_book

    with open_book(made, doors("carla")) as book:
        book.record(screen("P1"), by="carla")
        book.record(enrol("P1", on="2026-01-01"), by="carla")
        book.record(enter("P1", "rating", "left", "5", visit="baseline"), by="carla")
        book.record(unblind("planned", "the statistician", reason="interim"), by="carla")
        book.record(unblind("emergency", "the ward", reason="anaphylaxis", participant="P1"), by="carla")
        book.record(alert("P1", "cannot swallow"), by="carla")
    return made


def entries(folder: Path) -> list[tuple[str, str | None]]:
    from trialbook.cli.doors import doors
    from trialbook.folder import open_book

    with open_book(folder, doors("carla")) as book:
        return [(entry.text or "", entry.reason) for entry in book.entries() if entry.act == "look"]


@pytest.mark.parametrize("verb", ["report", "analyse", "trace"])
def test_the_terminal_refuses_without_a_reason(folder: Path, verb: str) -> None:
    """LOOK-03."""
    words = (verb, str(folder), *(("disposition.enrolled.n",) if verb == "trace" else ()))
    code, told = run(*words)
    assert code != 0
    assert "LOOK-01" in told
    assert entries(folder) == []
    assert not (folder / "report" / "results.csv").exists()


def test_the_terminal_records_a_look_and_the_report_counts(folder: Path) -> None:
    """R45, R46, LOOK-03, LOOK-04."""
    code, told = run("report", str(folder), "--reason", "the board asked", "--by", "carla")
    assert code == 0, told
    assert entries(folder) == [("the whole report", "the board asked")]
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", (folder / "report" / "report.html").read_text(encoding="utf-8")))
    assert "were looked at 1 time before the planned cut" in page
    for told in (
        "Planned: 1 unblinding was recorded, of 0 participants, the others of the study as a whole",
        "Emergency: 1 unblinding was recorded, of 1 participant.",
        "1 safety alert was sent by a blind assessor",
        "No software blinds a live examination to calendar time",
        "the board asked",
        "Blind raters were to guess what was hidden; no guess is recorded.",
    ):
        assert told in page, told
