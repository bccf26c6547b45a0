"""The way back from a result to its entries.

TRACE-01: every result of a run resolves to cells, and cells to entries with person, time, reason and source.
TRACE-02: all entries of a cell are carried, the earlier ones too.
TRACE-03: a derived value leads to all the answers that it was computed from.
TRACE-05: cells are told apart by their place, not by words: two items, or visits, may carry the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

from trialbook.report.run import Run
from trialbook.report.trace import by_participant, entries_behind, evidence_of, facts_of, resolve


def test_every_result_resolves(run: Run) -> None:
    """TRACE-01: only results of which nothing was counted, or what was never answered, have no entry behind them."""
    behind = resolve(run.datasets, run.analysis.results)
    assert set(behind) == set(run.quotes.rows)
    for name, entries in behind.items():
        row = run.quotes.rows[name]
        assert entries or not row.n or row.value in {0, None} or row.level == "unknown", name
        assert set(entries) <= set(run.entries)
    assert len(behind["change.power.week_8.enrolled.p"]) == 4 * 2 * 2


def test_entries_of_a_result(run: Run) -> None:
    """TRACE-01: the two values of each of four participants, as they were typed."""
    entries = entries_behind(run.datasets, run.entries, run.quotes.rows["change.ck.week_8.enrolled.mean"])
    assert sorted(entry.text or "" for entry in entries) == sorted(
        ["4000", "300", "1200", "150", "95", "80", "2500", "260"]
    )
    assert {entry.by for entry in entries} == {"nora", "ines"}


def test_earlier_entries_are_carried(run: Run) -> None:
    """TRACE-02: the value before the correction, which no selector chooses any more."""
    evidence = evidence_of(run, resolve(run.datasets, run.analysis.results), ())
    history = [
        fact
        for fact in evidence.facts
        if (fact.participant, fact.visit, fact.item) == ("3", "Baseline", "Creatine kinase")
    ]
    assert [(fact.text, fact.value, fact.act, fact.by) for fact in history] == [
        ("90", "90 U/L", "entered", "nora (nurse)"), ("95", "95 U/L", "corrected", "ines (nurse)"),
    ]  # fmt: skip
    assert (history[0].file, history[0].row, history[0].column) == ("forms.csv", "4", "ck")
    assert (history[1].reason, history[1].local) == ("Read again from the paper", "2026-03-02 00:30:00")


def test_items_of_the_same_words_are_two_cells(plan: str, carry_out: Callable[[str], Run]) -> None:
    """TRACE-05: the panel takes entries for one history where participant, visit, cell and row are the same."""
    named = plan.replace(
        "{groups: [arms, legs], scale: 0 to 10}", "{groups: {arms: Day 1, legs: Day 1}, scale: 0 to 10}"
    )
    run = carry_out(
        named.replace("week 4: {}", "week 4: {label: Later}").replace("week 8: {}", "week 8: {label: Later}")
    )
    facts = [fact for fact in evidence_of(run, resolve(run.datasets, run.analysis.results), ()).facts if fact.form]
    assert {fact.item for fact in facts if fact.form == "Muscle strength"} == {"Groups, Day 1"}
    assert {fact.visit for fact in facts} >= {"Later"}
    cells = Counter((fact.participant, fact.visit_id, fact.cell, fact.repeat) for fact in facts)
    assert [cell for cell, entries in cells.items() if entries > 1] == [("3", "baseline", "enzymes.ck", "")]


def test_derived_values(run: Run) -> None:
    """TRACE-03: power is the mean of two ratings of one visit."""
    evidence = evidence_of(run, {}, ())
    first = evidence.derived["power"][0]
    assert (first.participant, first.visit, first.text, len(first.entries)) == ("1", "Baseline", "2.0", 2)
    assert evidence.variables["change.power.week_8.enrolled.mean"] == "power"
    assert "change.ck.week_8.enrolled.mean" not in evidence.variables


def test_erased_words_are_said_to_be_erased(run: Run) -> None:
    """TRACE-01: number, time and person stay."""
    entry = replace(run.entries[4], salt=None, text=None, value=None, source_file=None)
    (fact,) = facts_of(run, [entry], ZoneInfo("UTC"))
    assert (fact.seq, fact.text, fact.value, fact.by, fact.local) == (4, "(erased)", "\u2013", "nora (nurse)", "")


def test_apart_by_participant(run: Run) -> None:
    """TRACE-01: each with their own entries."""
    found = by_participant(run.datasets, run.quotes.rows["describe.power.week_8.enrolled.n"].source)
    assert sorted(found) == ["1", "2", "3", "4"]
    assert all(len(entries) == 2 for entries in found.values())
