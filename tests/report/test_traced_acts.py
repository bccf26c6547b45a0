"""From a count of what is neither answer nor status to the acts behind it.

ACTS-01: unblindings, of participants and of the study, looks, alerts and consents withdrawn lead to their entries, one
    by one; a count of nothing leads nowhere.
ACTS-02: so do the deviations that such an act is.
ACTS-03: the entries stand in the evidence of the page, on paper with how many they are, and in the cells of a result.
ACTS-04: of those who withdrew the use of their data only that leads to them, without why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.report.conftest import LATER, PLAN, START, chained, document_for, drafts

from trialbook.analysis.datasets import collect, entries_of, select
from trialbook.analysis.frames import columns_of
from trialbook.analysis.plan import run_plan
from trialbook.capture.columns import exception_columns
from trialbook.capture.ledger import Draft, fold
from trialbook.instruments import CATALOG
from trialbook.protocol.read import parse_study
from trialbook.render.document import Document
from trialbook.render.inline import plain
from trialbook.render.table import Table
from trialbook.render.to_html import to_html
from trialbook.report.run import Run, run_of
from trialbook.report.trace import resolve

ROLES = """
roles:
  nurse: {sees: everything, records: [background, enzymes, adverse_events, eligibility]}
  rater: {blind: true, records: [strength]}
"""
TEXT = f"{PLAN}{ROLES}".replace("BASELINE", "visit baseline").replace(
    "    label: Muscle strength\n", "    label: Muscle strength\n    after: [enzymes]\n"
)
DONE = {
    "emergency": Draft(act="unblind", participant="1", value="emergency", text="the ward", reason="Overdose"),
    "accidental": Draft(act="unblind", value="accidental", text="the rater", reason="List left open"),
    "of one": Draft(act="unblind", participant="2", value="accidental", text="the rater", reason="Told on the ward"),
    "look": Draft(act="look", text="all endpoints", reason="Asked for by the board"),
    "alert": Draft(act="note", participant="3", text="Fell in the corridor", value="safety alert"),
    "note": Draft(act="note", participant="3", text="Was tired"),
    "treatment": Draft(act="withdraw_consent", participant="5", text="too far", value="2026-02-10 treatment"),
    "data": Draft(act="withdraw_consent", participant="4", text="mistrust", value="2026-03-01 data use"),
    "override": Draft(act="override", participant="1", visit="week 4", form="strength", reason="Laboratory closed"),
}


@pytest.fixture(scope="module")
def acted() -> Run:
    """Return the run of the small study after each of these acts."""
    study, problems = parse_study(TEXT, file="study.yaml", catalog=CATALOG)
    assert study is not None, problems
    given = [*((draft, "nora", START) for draft in drafts()), *((draft, "ines", LATER) for draft in DONE.values())]
    entries = chained(study.fingerprint, given)
    casebooks = fold(entries.values())
    columns = replace(columns_of(casebooks.values()), exceptions=exception_columns(entries.values(), casebooks))
    datasets = collect(study, columns)
    return run_of(study, run_plan(study, datasets), datasets, entries)


@pytest.fixture(scope="module")
def report(acted: Run) -> Document:
    """Return its report."""
    return document_for(acted)


def numbered(run: Run, *names: str) -> tuple[int, ...]:
    """Return the numbers of these acts."""
    first = len(run.entries) - len(DONE) + 1
    return tuple(sorted(first + list(DONE).index(name) for name in names))


LED = {
    "blinding.emergency.n": ("emergency",),
    "blinding.emergency.n_participants": ("emergency",),
    "blinding.accidental.n": ("accidental", "of one"),
    "blinding.early_look.n": ("look",),
    "blinding.safety_alert.n": ("alert",),
    "disposition.participants.treatment_withdrawn.n": ("treatment",),
    "disposition.participants.data_use_withdrawn.n": ("data",),
    "deviations.blinding.emergency.n": ("emergency",),
    "deviations.blinding.accidental.n": ("of one",),
    "deviations.order.overridden.n": ("override",),
}


@pytest.mark.parametrize("name", LED)
def test_each_count_leads_to_its_acts(acted: Run, name: str) -> None:
    """ACTS-01, ACTS-02: to these and to nothing else."""
    row = acted.quotes.rows[name]
    assert entries_of(acted.datasets, row.source) == numbered(acted, *LED[name])
    assert row.stat == "n_participants" or row.value == len(LED[name])


def test_every_count_of_the_kind(acted: Run) -> None:
    """ACTS-01: where anything was counted something stands behind it."""
    behind = resolve(acted.datasets, acted.analysis.results)
    kinds = {"blinding", "deviations"}
    counted = [row for row in acted.analysis.results if row.analysis in kinds or "withdrawn.n" in row.id]
    without_act = {"missed", "early", "late", "no date"}
    assert len(counted) > 20
    for row in counted:
        assert bool(row.value) <= bool(behind[row.id]) or row.level in without_act, row.id


def test_cells_are_the_entries(acted: Run) -> None:
    """ACTS-03: select and entries_of say the same of every result."""
    for row in acted.analysis.results:
        found = select(acted.datasets, row.source)["seq"].drop_nulls().to_list()
        assert tuple(sorted(set(found))) == entries_of(acted.datasets, row.source), row.id


def test_the_page_and_the_paper(acted: Run, report: Document) -> None:
    """ACTS-03: with person, time and reason; in the appendix as one entry."""
    facts = {fact.seq: fact for fact in report.evidence.facts}
    (emergency,) = numbered(acted, "emergency")
    assert (facts[emergency].act, facts[emergency].by) == ("unblinded", "ines (nurse)")
    assert (facts[emergency].text, facts[emergency].value, facts[emergency].reason) == (
        "the ward", "emergency", "Overdose",
    )  # fmt: skip
    (look,) = numbered(acted, "look")
    assert (facts[look].participant, facts[look].act) == ("", "looked at early")
    assert report.evidence.behind["blinding.early_look.n"] == (look,)
    found = next(block for block in report.blocks() if isinstance(block, Table) and block.id == "table-results")
    rows = {row.anchor: plain(row.cells[-1]) for row in found.body}
    assert rows["blinding.emergency.n"] == str(emergency)
    papers = [section.paper for section in report.walk() if section.paper is not None]
    index = [block for paper in papers for block in paper.blocks if isinstance(block, Table)]
    counts = {row.anchor: plain(row.cells[-1]) for block in index for row in block.body if row.anchor}
    assert [counts[f"index-blinding.{kind}.n"] for kind in ("emergency", "accidental", "early_look")] == ["1", "2", "1"]
    assert "Asked for by the board" in to_html(report)


def test_who_withdrew_the_use_of_data(acted: Run, report: Document) -> None:
    """ACTS-04: one entry of participant 4, and the day."""
    (fact,) = (fact for fact in report.evidence.facts if fact.participant == "4")
    assert (fact.seq, fact.act, fact.value, fact.text) == (
        *numbered(acted, "data"), "consent withdrawn", "2026-03-01 data use", "",
    )  # fmt: skip
    assert "mistrust" not in to_html(report)
    (ended,) = numbered(acted, "treatment")
    assert "too far" in {fact.text for fact in report.evidence.facts if fact.seq == ended}


def test_without_such_acts_nothing_is_counted(carry_out: Callable[[str], Run]) -> None:
    """ACTS-01: the same study without them."""
    plain_run = carry_out(TEXT)
    assert [row.id for row in plain_run.analysis.results if row.analysis == "blinding"] == []
