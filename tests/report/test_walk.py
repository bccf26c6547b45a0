"""From every number of the report back to the ledger, and forth again.

WALK-01: every number of the report is computed again, the same, from the entries behind it and the statuses alone.
WALK-02: one changed value changes no number but those that lead to its entry; `trialbook reconcile` lists these.
WALK-03: text, tables and figures then show the new number wherever they showed the old one.
WALK-04: whatever the values are, sentences and tables say the same of each result, and words agree with the numbers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.report.conftest import VISITS, answer, chained, document_for, drafts

from trialbook.analysis.frames import from_casebooks
from trialbook.analysis.plan import run_plan
from trialbook.analysis.reconcile import reconcile
from trialbook.analysis.results import Result
from trialbook.capture.ledger import ANSWERS, Draft, Entry, fold
from trialbook.exchange.results_file import pairs_to_reconcile
from trialbook.protocol.model import Study
from trialbook.render.document import Document, Paragraph
from trialbook.render.inline import numbers, plain
from trialbook.render.to_csv import results_csv
from trialbook.report.run import Run
from trialbook.report.trace import resolve

SIGNS = re.compile(r"^(?:p\s*=?\s*)?\+?")


def carried_out(study: Study, entries: Mapping[int, Entry]) -> dict[str, Result]:
    """Return what the plan gives of these entries."""
    return dict(run_plan(study, from_casebooks(study, fold(entries.values()))).results.by_id())


def test_every_number_is_computed_again(run: Run, document: Document) -> None:
    """WALK-01: of each set of entries that stands behind numbers the plan is carried out once more."""
    behind = resolve(run.datasets, run.analysis.results)
    shown = {number.result_id for number in document.numbers()}
    sharing: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for name in shown:
        sharing[behind[name]].append(name)
    assert len(shown) > 150
    for seqs, names in sharing.items():
        kept = {seq: one for seq, one in run.entries.items() if one.act not in ANSWERS or seq in seqs}
        again = carried_out(run.study, kept)
        for name in names:
            assert again[name].value == run.quotes.rows[name].value, (name, seqs)


def corrected(run: Run, seq: int, text: str) -> Run:
    """Return the run after one answer was corrected by a further entry."""
    old = run.entries[seq]
    kinds = {
        "participant": old.participant,
        "visit": old.visit,
        "form": old.form,
        "repeat": old.repeat,
        "item": old.item,
    }
    draft = Draft(act="correct", text=text, value=text, unit=old.unit, about=seq, reason="Read again", **kinds)  # type: ignore[arg-type]
    fresh = chained(run.study.fingerprint, [(draft, "ines", "2026-03-02T08:00:00.000000Z")])[1]
    entries = {**run.entries, max(run.entries) + 1: replace(fresh, seq=max(run.entries) + 1)}
    datasets = from_casebooks(run.study, fold(entries.values()))
    analysis = run_plan(run.study, datasets)
    from trialbook.report.run import run_of

    return run_of(run.study, analysis, datasets, entries)


CHANGES = (
    ("ck", "week 4", "2", "777"),
    ("groups.arms", "week 8", "1", "9"),
    ("sex", "", "4", "M"),
    ("term", "", "5", "Cough"),
)


@pytest.mark.parametrize(("item", "visit", "person", "text"), CHANGES, ids=[change[0] for change in CHANGES])
def test_one_changed_value(run: Run, item: str, visit: str, person: str, text: str, tmp_path: Path) -> None:
    """WALK-02: those that change lead to the entry, before and after; the verb finds the same ones in two files."""
    seq = next(s for s, e in run.entries.items() if (e.item, e.visit or "", e.participant) == (item, visit, person))
    later = corrected(run, seq, text)
    old, new = run.quotes.rows, later.quotes.rows
    before, after = (resolve(one.datasets, one.analysis.results) for one in (run, later))
    changed = {name for name in old.keys() & new.keys() if old[name].value != new[name].value}
    come_or_gone = old.keys() ^ new.keys()
    assert changed
    assert all(seq in before[name] or max(later.entries) in after[name] for name in changed)
    assert all(seq in before.get(name, ()) or max(later.entries) in after.get(name, ()) for name in come_or_gone)
    for name, one in (("a.csv", run), ("b.csv", later)):
        (tmp_path / name).write_bytes(results_csv(one.analysis.results, data="invented"))
    ours, theirs, _ = pairs_to_reconcile(tmp_path / "a.csv", tmp_path / "b.csv", ())
    found = reconcile(ours, theirs, tolerance=0.0, absolute=0.0)
    assert changed <= {one.id for one in found.differences} <= changed | come_or_gone | renamed(old, new)


def renamed(old: Mapping[str, Result], new: Mapping[str, Result]) -> set[str]:
    """Return the results whose value stayed and whose n did not, which the verb lists too."""
    return {name for name in old.keys() & new.keys() if old[name].n != new[name].n}


def texts_of(document: Document) -> dict[str, set[str]]:
    """Return result -> every way in which text, tables and figures write it, without sign and `p =`."""
    found: dict[str, set[str]] = defaultdict(set)
    for number in document.numbers():
        found[number.result_id].add(SIGNS.sub("", number.text).replace(" ", ""))
    return found


def test_the_document_follows(run: Run, document: Document, build: Callable[[Run], Document]) -> None:
    """WALK-03: a muscle power that was typed anew; each number is written in one way, the new one."""
    seq = next(s for s, e in run.entries.items() if (e.item, e.visit, e.participant) == ("groups.arms", "week 8", "1"))
    later = corrected(run, seq, "9")
    old, new = texts_of(document), texts_of(build(later))
    moved = {name for name in old if old[name] != new.get(name)}
    assert "change.power.week_8.enrolled.mean" in moved
    assert all(len(ways) == 1 for ways in (*old.values(), *new.values()))
    same = {name for name in moved if run.quotes.rows[name].value == later.quotes.rows[name].value}
    assert not same


def invented(strengths: list[list[int]], kinases: list[list[int]]) -> list[Draft]:
    """Return the drafts of the small study with other values."""
    values = {"groups.arms": strengths, "groups.legs": strengths, "ck": kinases}
    given = []
    for draft in drafts():
        if draft.act == "enter" and draft.item in values:
            number = values[draft.item][int(draft.participant or "1") - 1][VISITS.index(draft.visit or "")]
            given.append(
                answer(
                    draft.participant or "",
                    draft.form or "",
                    draft.item,
                    str(number),
                    draft.visit or "",
                    unit=draft.unit or "",
                )
            )
        else:
            given.append(draft)
    return given


def courses(low: int, high: int) -> st.SearchStrategy[list[list[int]]]:
    """Return values of five participants at three visits."""
    return st.lists(st.lists(st.integers(low, high), min_size=3, max_size=3), min_size=5, max_size=5)


@given(courses(0, 10), courses(1, 20000))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sentences_agree_with_tables(plan: str, strengths: list[list[int]], kinases: list[list[int]]) -> None:
    """WALK-04: one way of writing a result; significant, better and worse as the numbers beside them have it."""
    from tests.report.conftest import run_for

    run = run_for(plan, invented(strengths, kinases))
    document = document_for(run)
    assert all(len(ways) == 1 for ways in texts_of(document).values())
    for paragraph in (block for block in document.blocks() if isinstance(block, Paragraph)):
        words = plain(paragraph.line)
        rows = [run.quotes.rows[number.result_id] for number in numbers(paragraph.line)]
        _agree(words, rows)


def _agree(words: str, rows: list[Result]) -> None:
    """Hold the words of a paragraph against the values of the numbers in it."""
    planned = [row.value for row in rows if row.stat == "p" and row.role in {"primary", "planned"}]
    change = [row for row in rows if (row.analysis, row.stat) == ("change", "mean")]
    if "was statistically significant" in words:
        assert isinstance(planned[0], float) and planned[0] < 0.05  # noqa: PT018 - one claim
    if "was not statistically significant" in words:
        assert isinstance(planned[0], float) and planned[0] >= 0.05  # noqa: PT018 - one claim
    for word, sign in (("an improvement", 1), ("a worsening", -1)):
        if word in words and change:
            value = change[0].value
            assert isinstance(value, float | int)
            better = 1 if change[0].variable == "power" else -1
            assert value * sign * better > 0, words
