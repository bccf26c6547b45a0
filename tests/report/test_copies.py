"""Copies of a report for certain readers, and the files of a run.

COPY-01: a copy is capped: its numbers lead nowhere, to their rows, to values, or to entries with persons.
COPY-02: what a role may not see is not in the file of its copy; a blind role, or one without results, gets none.
COPY-03: files of an earlier run that a run does not make are moved, and none is written over.
COPY-04: listings are written as RTF, of any alphabet, with whose data on every page.
COPY-06: each figure stands as a drawing, a column wide, and as the rows behind it; those of an earlier run are moved.
COPY-07: a page with very many entries behind it leaves out who recorded them, says so, and holds all where asked.
COPY-05: `check` says which name in a sentence cannot be a result, without data.
"""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from tests.report.conftest import PLAN

from trialbook.analysis.frames import from_casebooks
from trialbook.analysis.plan import run_plan
from trialbook.capture.ledger import fold
from trialbook.cli import main
from trialbook.demo import SHIPPED
from trialbook.outcome import set_aside
from trialbook.protocol.read import parse_study
from trialbook.render.document import Document, Figure
from trialbook.render.figure_files import figure_files
from trialbook.render.inline import Number, Recorded
from trialbook.render.to_html import to_html
from trialbook.render.to_rtf import escaped, to_rtf
from trialbook.report.copies import BY_SIZE, CopyError, Reader, capped, copy_for, sight_for
from trialbook.report.files import listings
from trialbook.report.run import Run
from trialbook.report.sentences import named_problems

ROLES = """
roles:
  nurse: {sees: everything, except: [strength], records: [background, enzymes, adverse_events, eligibility]}
  rater: {blind: true, records: [strength]}
  clerk: {sees: [background]}
"""


def verb(*arguments: str | Path, code: int = 0) -> Result:
    """Run a verb and return what it said."""
    done = CliRunner().invoke(main, [str(one) for one in arguments], env={"TRIALBOOK_BY": "tester"})
    assert done.exit_code == code, done.output
    return done


@pytest.fixture(scope="module")
def with_roles(run: Run, document: Document) -> tuple[Run, Document]:
    """Return the small study with roles, and its report."""
    from tests.report.conftest import document_for, run_for

    again = run_for(PLAN.replace("BASELINE", "visit baseline") + ROLES)
    assert len(again.entries) == len(run.entries)
    assert document.evidence.facts
    return again, document_for(again)


def test_nothing_leads_anywhere(document: Document) -> None:
    """COPY-01: no link, no entry, no row of results."""
    copy = capped(document, "none")
    assert not any(copy.numbers())
    assert not any(copy.recorded())
    page = to_html(copy)
    assert '<a class="n' not in page
    assert "nora" not in page
    assert len(page) < len(to_html(document)) * 0.7


def test_rows_alone(document: Document) -> None:
    """COPY-01: each number leads to its row, and the reader is told that it goes no further."""
    copy = capped(document, "results")
    assert list(copy.numbers()) == list(document.numbers())
    assert not copy.evidence.facts
    assert "not to the entries behind it" in to_html(copy)


def test_values_without_persons(document: Document) -> None:
    """COPY-01: which participants and values, not who recorded them, when and why."""
    facts = capped(document, "participants").evidence.facts
    assert facts
    assert all(fact.participant and not (fact.by or fact.at or fact.reason or fact.file) for fact in facts if fact.item)
    assert {fact.seq for fact in facts} <= {fact.seq for fact in document.evidence.facts}


def test_a_role_is_not_shown_what_it_may_not_see(with_roles: tuple[Run, Document]) -> None:
    """COPY-02: no rating of strength in the evidence, in listings, in figures; the means stand."""
    run, document = with_roles
    hidden = {seq for seq, entry in run.entries.items() if entry.form == "strength"}
    nurse = Reader(role="nurse")
    copy = copy_for(document, nurse, sight_for(nurse, run.study, fold(run.entries.values()), run.entries))
    assert hidden & {fact.seq for fact in document.evidence.facts}
    assert not hidden & {fact.seq for fact in copy.evidence.facts}
    assert not any(hidden & set(seqs) for seqs in copy.evidence.behind.values())
    assert not any(hidden & set(value.entries) for value in copy.recorded())
    drawn = {int(seq) for seqs in re.findall(r'data-e="([\d -]+)"', to_html(copy)) for seq in re.split("[ -]", seqs)}
    assert not hidden & drawn
    assert {number.result_id for number in copy.numbers()} >= {"change.power.week_8.enrolled.mean"}
    assert any(isinstance(part, Number) for line in copy.lines() for part in line)


@pytest.mark.parametrize(("role", "code"), [("rater", "REPORT-04"), ("clerk", "REPORT-04"), ("nurs", "REPORT-03")])
def test_no_copy_for_others(with_roles: tuple[Run, Document], role: str, code: str) -> None:
    """COPY-02: blind, without results, unknown."""
    run, _ = with_roles
    with pytest.raises(CopyError) as caught:
        sight_for(Reader(role=role), run.study, {}, run.entries)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_earlier_files_are_moved(tmp_path: Path) -> None:
    """COPY-03: by their content; what is no file of a report stays."""
    for text in ("edited by hand", "another one", "another one"):
        (tmp_path / "report.docx").write_text(text)
        (tmp_path / "notes.txt").write_text("mine")
        (moved,) = set_aside(tmp_path, ("report.html",))
        assert moved.read_text() == text
    assert len(list((tmp_path / "earlier").iterdir())) == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["earlier", "notes.txt"]


def test_the_verb(tmp_path: Path) -> None:
    """COPY-03: everything, then without Word; a copy has a folder of its own."""
    folder = tmp_path / "study"
    shutil.copytree(SHIPPED / "infliximab_myositis", folder, ignore=shutil.ignore_patterns("ledger.db", "report"))
    verb("import", folder, *sorted((folder / "data").iterdir()), "--map", folder / "map.yaml")
    assert "listings.rtf" in verb("report", folder, "--all").output
    names = {"report.html", "results.csv", "report.docx", "report.pdf", "listings.rtf", "figures"}
    assert {one.name for one in (folder / "report").iterdir()} == names
    said = verb("report", folder, "--pdf").output.replace("\n", "")
    assert "files of an earlier run" in said
    assert "report/earlier" in said
    assert not list((folder / "report" / "figures").iterdir())
    assert not (folder / "report" / "report.docx").exists()
    verb("report", folder, "--trace", "none")
    assert (folder / "report" / "copy-trace-none" / "report.html").is_file()
    assert "REPORT-03" in verb("report", folder, "--for", "nobody", code=6).output


def test_figures_as_files(run: Run, document: Document) -> None:
    """COPY-06: no link and no colour of the page; millimetres; values in full, with their results and entries."""
    rows = run.quotes.rows
    files = figure_files(document, rows)
    figures = [block for block in document.blocks() if isinstance(block, Figure)]
    assert len(files) == 2 * len(figures) > 6
    for name in (one for one in files if one.endswith(".svg")):
        top = ET.fromstring(files[name])  # noqa: S314 - written a moment ago
        assert float(top.attrib["width"].removesuffix("mm")) == pytest.approx(85, abs=1) or float(
            top.attrib["width"].removesuffix("mm")
        ) == pytest.approx(174, abs=1)
        assert (top[0].text or "").startswith("Invented data. ")
        assert not {b"<a ", b"var("} & {part for part in (b"<a ", b"var(") if part in files[name]}
    told = [
        line
        for name, text in files.items()
        if name.endswith(".csv")
        for line in csv.DictReader(text.decode().splitlines())
    ]
    assert {line["data"] for line in told} == {"invented"}
    shown = [line for line in told if line["result"]]
    assert shown
    for line in shown:
        value = rows[line["result"]].value
        assert isinstance(value, str) or float(line["value"]) == pytest.approx(value, rel=1e-11)
    assert {seq for line in told for seq in line["entries"].split()} <= set(map(str, run.entries))


def test_too_many_entries(document: Document, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """COPY-07: the record of the data still names who recorded; asked for in full the page holds all."""
    assert sight_for(BY_SIZE, run.study, {}, run.entries) is None
    assert copy_for(document, BY_SIZE, None) is document
    monkeypatch.setattr("trialbook.report.copies.MOST_FACTS", 10)
    light = copy_for(document, BY_SIZE, None)
    assert light.evidence.facts
    assert not any(fact.by or fact.at or fact.text for fact in light.evidence.facts)
    assert "--trace full" in to_html(light)
    assert list(light.numbers()) == list(document.numbers())
    assert copy_for(document, Reader(trace="full"), None) == document


def test_listings(document: Document) -> None:
    """COPY-04: events and participants; the same bytes twice; texts that mean something in RTF stand as they are."""
    tables = listings(document)
    assert {"table-listing-adverse_events"} <= {table.id for table in tables}
    assert all(any(isinstance(part, Recorded) for line in table.lines() for part in line) for table in tables)
    made = to_rtf(document, tables)
    assert made == to_rtf(document, tables)
    assert made.startswith(b"{\\rtf1")
    assert made.count(b"{") - made.count(b"\\{") == made.count(b"}") - made.count(b"\\}")
    assert made.count(b"\\trhdr") == len(tables)
    assert escaped("{\\b \u529b \U0001f600") == "\\{\\\\b \\u21147? \\u-10179?\\u-8704?"
    assert b"Invented data" in made
    assert b"Cough" in made
    assert b"There is no listing" in to_rtf(document, ())


def test_names_are_checked_without_data() -> None:
    """COPY-05: a name that cannot be, one that is, and one that recorded words may bring."""
    own = """
  sentences:
    power: 'Power rose by {change.power.week_8.enrolled.mean} {change.power.week_9.enrolled.mean}'
    adverse_events: '{events.adverse_events.Cough.n_events} {events.adverse_events.Cough.many}'
    nowhere: 'Lost'
"""
    study, problems = parse_study(PLAN.replace("BASELINE", "visit baseline") + own, file="study.yaml", catalog={})
    assert study is not None, problems
    rows = run_plan(study, from_casebooks(study, {})).results.by_id()
    found = [(one.code, one.values.get("id") or one.values.get("name")) for one in named_problems(study, rows)]
    assert found == [
        ("REPORT-01", "change.power.week_9.enrolled.mean"), ("REPORT-01", "events.adverse_events.Cough.many"),
        ("REPORT-02", "nowhere"),
    ]  # fmt: skip


def test_the_verb_check(tmp_path: Path) -> None:
    """COPY-05: an error of the study file."""
    text = PLAN.replace("BASELINE", "visit baseline") + "  sentences:\n    power: 'By {change.power.week_9.mean}'\n"
    (tmp_path / "study.yaml").write_text(text)
    assert "REPORT-01" in verb("check", tmp_path, code=2).output
