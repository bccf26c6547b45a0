"""A study of invented data from its first answer to its reports: nothing that shows it is silent about it.

INVENTED-01: every verb that shows participants says first that the data are invented; for real data it says nothing.
INVENTED-02: every row of results.csv, the page and the Word file say so too.
INVENTED-03: `report --word` writes report.docx beside the other files and says where; without it there is none.
"""

from __future__ import annotations

import csv
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner

from trialbook.cli import main

NOTICE = "Invented data: no value belongs to a person."
STUDY = """
trialbook: 1
study: {id: small, title: A small study, design: open-label single-arm, data: invented}
roles: {nurse: {sees: everything, records: [enzymes]}}
visits: {anchor: enrolment, planned: {baseline: {day: 0}, week 4: {}}, window: 3 days either side}
forms:
  enzymes: {at: [baseline, week 4], items: {ck: {label: Creatine kinase, number: U/L, scale: 0 to 100000}}}
endpoints: {ck: {from: enzymes.ck, better: lower}}
analysis:
  baseline: visit baseline
  set: all
  sets: {all: {who: enrolled}}
  compare: each visit with baseline
  test: paired t
  primary: {endpoint: ck, at: week 4}
  missing: available cases
"""


def run(*arguments: object) -> str:
    """Run a verb to its end and return what it said."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], env={"TRIALBOOK_BY": "tester"})
    assert result.exit_code == 0, f"{result.output}\n{result.exception!r}"
    return result.stdout


@pytest.fixture(scope="module", params=["invented", "real"])
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bool]:
    """Return a study with two participants and its report, and whether its data are invented."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "study.yaml").write_text(STUDY.replace("data: invented", f"data: {request.param}"), encoding="utf-8")
    for person, values in (("01", (900, 200)), ("02", (500, 450))):
        run("participant", folder, person, "screen")
        run("participant", folder, person, "enrol", "--on", "2026-03-01")
        for visit, value in zip(("baseline", "week 4"), values, strict=True):
            run("enter", folder, person, "enzymes.ck", value, "--visit", visit)
    run("report", folder, "--word")
    return folder, request.param == "invented"


@pytest.mark.parametrize(
    "verb", [("status",), ("history", "01", "enzymes.ck"), ("trace", "change.ck.week_4.all.mean"), ("screening",)]
)
def test_every_verb_says_it_first(study: tuple[Path, bool], verb: tuple[str, ...]) -> None:
    """INVENTED-01."""
    folder, invented = study
    name, *rest = verb
    said = run(name, folder, *rest)
    assert said.startswith(NOTICE) == invented
    assert said.count("nvented") == invented


def test_every_file_says_it(study: tuple[Path, bool]) -> None:
    """INVENTED-02."""
    folder, invented = study
    with (folder / "report" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:2] == ["data", "id"]
    assert {row[0] for row in rows[1:]} == {"invented" if invented else "real"}
    page = (folder / "report" / "report.html").read_text(encoding="utf-8")
    assert ("<title>Invented data: A small study</title>" in page) == invented
    word = docx.Document(str(folder / "report" / "report.docx"))
    assert [("Invented data" in one.header.paragraphs[0].text) for one in word.sections] == [invented]
    told = [shape._inline.docPr.get("descr", "") for shape in word.inline_shapes]  # noqa: SLF001 - its words
    assert len(told) == page.count("<figure")
    assert told
    assert {words.startswith("Invented data. ") for words in told} == {invented}


def test_word_only_when_asked_for(study: tuple[Path, bool], tmp_path: Path) -> None:
    """INVENTED-03."""
    folder, _ = study
    assert "report.html" in run("report", folder, "--out", tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"report.html", "results.csv"}
    assert "report.docx" in run("report", folder, "--out", tmp_path, "--word")
    assert (tmp_path / "report.docx").exists()
