"""The report as a whole.

REPORT-BUILD-01: every number of the report is a result of the run, written as that result is written.
REPORT-BUILD-02: every result, and every recorded value that is shown, leads to entries that the report carries.
REPORT-BUILD-03: two builds from the same inputs are the same bytes.
REPORT-BUILD-04: real and invented data are told apart at the head of the page, on printed pages and in each figure.
REPORT-BUILD-05: a study without participants, without Table 1, without events still gets its report.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from trialbook.analysis.frames import from_casebooks
from trialbook.analysis.plan import run_plan
from trialbook.capture.ledger import EMPTY
from trialbook.render.document import Document, Figure
from trialbook.render.to_html import to_html
from trialbook.report.build import build_report
from trialbook.report.run import Run

SECTIONS = ("summary", "methods", "results", "assumptions", "limits", "checklist", "record", "appendix")


def test_every_number_is_a_result_as_it_is_written(run: Run, document: Document) -> None:
    """REPORT-BUILD-01: the text is the table's, or that with a sign, `p =` or `p <` before it."""
    shown = list(document.numbers())
    assert len(shown) > 100
    for number in shown:
        text = run.quotes.text(run.quotes.rows[number.result_id])
        written = {text, f"+{text}", f"p = {text}", f"p {text[:1]} {text[1:]}"}
        assert number.text in written, number


def test_every_number_leads_to_its_row_and_entries(run: Run, document: Document, page: str) -> None:
    """REPORT-BUILD-02: the appendix has the row, the evidence the entries, for each number and recorded value."""
    appendix = next(section for section in document.walk() if section.id == "appendix")
    anchors = {row.anchor for block in appendix.blocks for row in block.body}  # type: ignore[union-attr]
    known = {fact.seq for fact in document.evidence.facts}
    assert {number.result_id for number in document.numbers()} <= anchors == set(run.quotes.rows)
    assert set(document.evidence.behind) == anchors
    assert all(set(seqs) <= known for seqs in document.evidence.behind.values())
    assert all(value.entries and set(value.entries) <= known for value in document.recorded())
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_same_inputs_same_bytes(run: Run, build: Callable[[Run], Document], page: str) -> None:
    """REPORT-BUILD-03: figures, script and evidence included."""
    assert to_html(build(run)) == page


def test_invented_data_are_called_so(
    document: Document, page: str, plan: str, carry_out: Callable[[str], Run], build: Callable[[Run], Document]
) -> None:
    """REPORT-BUILD-04: title, notice, running head, every drawing and its words, the panel; nothing of it for real."""
    assert document.notice.invented
    assert "<title>Invented data: " in page
    panel = page.partition('<aside id="trace"')[2].partition("</aside>")[0]
    assert "Invented data" in panel
    figures = [block for block in document.blocks() if isinstance(block, Figure)]
    said = {figure.id: figure.svg.count("Invented data") for figure in figures}
    assert (said.pop("figure-power_ck"), set(said.values())) == (2, {1})
    assert page.count('aria-label="Invented data. ') == len(figures)
    assert '@top-left { content: "Invented data' in page
    real = build(carry_out(plan.replace("data: invented", "data: real\n  citation: A paper\n  licence: MIT")))
    assert (real.notice.label, real.notice.invented) == ("Real data", False)
    shown = to_html(real)
    assert "A paper. Licence: MIT." in shown
    assert "Invented data" not in shown


def test_the_order_is_that_of_a_manuscript(document: Document) -> None:
    """REPORT-BUILD-01: methods before results, the record and the rows at the end."""
    assert tuple(section.id for section in document.sections) == SECTIONS


def test_a_study_without_anybody_has_a_report(run: Run) -> None:
    """REPORT-BUILD-05: nothing recorded, and neither tables nor figures to show."""
    nobody = from_casebooks(run.study, {})
    analysis = run_plan(run.study, nobody)
    at = datetime(2026, 3, 9, tzinfo=UTC)
    document = build_report(run.study, analysis, nobody, {}, head=EMPTY, program={}, generated_at=at)
    assert "Nothing is recorded of adverse events" in to_html(document)


def test_a_minimal_plan_has_a_report(
    plan: str, carry_out: Callable[[str], Run], build: Callable[[Run], Document]
) -> None:
    """REPORT-BUILD-05: no Table 1, no figures named, no form for events."""
    short = plan.replace("    events: true\n", "").partition("report:")[0]
    document = build(carry_out(short))
    titles = [section.title for section in document.walk()]
    assert "Baseline" not in titles
    assert {"figure-flow", "figure-power", "figure-ck"} <= set(document.labels())
    assert "no form for adverse events" in to_html(document)


def test_the_language_of_the_page(plan: str, carry_out: Callable[[str], Run], build: Callable[[Run], Document]) -> None:
    """REPORT-BUILD-01: English texts of the study where it has them, whatever its first language."""
    labels = "label: {zh-Hant: 力, en: Power}, mean_of"
    both = plan.replace("  timezone:", "  languages: [zh-Hant, en]\n  timezone:").replace(
        "label: Power, mean_of", labels
    )
    document = build(carry_out(both))
    assert document.language == "en"
    assert "力" not in to_html(document)
