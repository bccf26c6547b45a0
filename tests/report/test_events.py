"""Adverse events in the report: kinds, deaths, who was not enrolled, and the way back of each count.

SHELL-45: a kind counts its own events only; a term stands under every kind that it has events in; events without a
    kind stand at the end under a heading of their own; the rows under a heading add up to it, and labels stand for
    codes.
SHELL-46: the items of an events form are known by the same names in all parts.
SHELL-47: events of those who were not enrolled, and those before enrolment, are counted apart and marked.
SHELL-48: deaths are counted apart from other events, where the form asks; serious events stand one by one, with why.
WALK-05: every count of events is computed again, the same, from the entries behind it and the statuses alone; a count
    of some events leads to these and to no other one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.report.conftest import PLAN, answer, document_for, run_for

from trialbook.analysis.frames import from_casebooks
from trialbook.analysis.plan import run_plan
from trialbook.capture.ledger import ANSWERS, Draft, fold
from trialbook.render.inline import plain
from trialbook.render.table import Table
from trialbook.report.events import events_table, listing_table, rate_line, serious_table
from trialbook.report.run import Run
from trialbook.report.sections import events_line, summary
from trialbook.report.trace import resolve

TERM, CLASS = "      term: {label: Event, text: line, required: true}\n", "      class: {label: Class, text: line}\n"
ITEMS = """\
      KIND: {label: Kind of event, choice: {INF: Infection, OTH: Other}}
      START: {label: Began, date: partial}
      grade: {choice: [1, 2, 3, 4, 5]}
      serious: {choice: yes/no}
      related: {label: Related, choice: yes/no}
      action: {label: Action taken, text: line}
      outcome: {choice: {REC: Recovered, FAT: Fatal}}
"""
FORM = PLAN.replace("BASELINE", "visit baseline").replace(TERM + CLASS, TERM + ITEMS).replace(
    "anchor: enrolment", "anchor: first strength.given"
).replace("      groups: {groups", "      given: {date: full}\n      groups: {groups")  # fmt: skip
assert TERM + ITEMS in FORM
PLANS = {
    "usual": FORM.replace("KIND:", "class:").replace("START:", "start:"),
    "other": FORM.replace("KIND:", "kind:").replace("START:", "onset:"),
}
Row = dict[str, str]
EVENTS: tuple[tuple[str, Row], ...] = (
    ("1", {"term": "Rash", "class": "INF", "start": "2026-01-12", "grade": "3", "serious": "yes", "outcome": "REC"}),
    ("1", {"term": "Rash", "class": "INF", "start": "2026-01-14", "grade": "1", "serious": "no"}),
    ("2", {"term": "rash", "class": "OTH", "start": "2026-01-02", "grade": "1", "serious": "no"}),
    ("2", {"term": "Cough", "class": "INF", "start": "2026-01", "grade": "2", "serious": "no"}),
    ("2", {"term": "Headache", "start": "2026-01-20", "grade": "5", "serious": "no", "action": "Stopped"}),
    ("3", {"class": "OTH", "start": "2026-01-08", "serious": "yes", "outcome": "FAT"}),
    ("9", {"term": "Collapse", "class": "OTH", "start": "2026-01-04", "grade": "5", "serious": "yes"}),
)


def happened(names: Row) -> Iterator[Draft]:
    """Yield three who were enrolled and had a dose, one who was only screened, and their events."""
    for person in ("1", "2", "3", "9"):
        yield Draft(act="screen", participant=person)
        if person != "9":
            yield Draft(act="enrol", participant=person, value="2026-01-05")
            yield answer(person, "strength", "given", "2026-01-10", "baseline")
            yield answer(person, "strength", "given", "2026-03-10", "week 8")
    for place, (person, row) in enumerate(EVENTS, 1):
        for item, text in row.items():
            yield answer(person, "adverse_events", names.get(item, item), text, repeat=str(place))


@pytest.fixture(scope="module")
def run() -> Run:
    return run_for(PLANS["usual"], happened({}))


def table_of(run: Run, table: Table | None) -> list[list[str]]:
    """Return the rows of a table, with the depth of each."""
    assert table is not None, run
    return [[plain(row.stub), *(plain(cell) for cell in row.cells)] for row in table.body]


def test_each_kind_counts_its_own_events(run: Run) -> None:
    """SHELL-45: a rash in each of two kinds, a headache in none, an event without a name."""
    form = run.study.forms["adverse_events"]
    table = events_table(run, form)
    assert table is not None
    rows = [(row.level, *shown[:5]) for row, shown in zip(table.body, table_of(run, table), strict=True)]
    assert rows == [
        (0, "Any event", "3 (100\u202f%)", "6", "3", "2"),
        (0, "Infection", "2 (67\u202f%)", "3", "1", "1"),
        (1, "Cough", "1 (33\u202f%)", "1", "0", "0"),
        (1, "Rash", "1 (33\u202f%)", "2", "1", "1"),
        (0, "Other", "2 (67\u202f%)", "2", "1", "0"),
        (1, "Rash", "1 (33\u202f%)", "1", "0", "0"),
        (1, "Event: not recorded", "1 (33\u202f%)", "1", "1", "0"),
        (0, "Kind of event: not recorded", "1 (33\u202f%)", "1", "1", "1"),
        (1, "Headache", "1 (33\u202f%)", "1", "1", "1"),
    ]


def test_the_parts_add_up(run: Run) -> None:
    """SHELL-45: events, serious and severe ones: kinds to all, terms to their kind; the term alone as before."""
    found = {name: row.value for name, row in run.quotes.rows.items() if name.startswith("events.adverse_events.")}
    for stat in ("n_events", "n_serious", "n_severe"):
        kinds = [
            run.quotes.rows[f"events.adverse_events.class.{kind}.{stat}"].value
            for kind in ("INF", "OTH", "(not_recorded)")
        ]
        assert sum(kinds) == found[f"events.adverse_events.all.{stat}"]  # type: ignore[arg-type]
    assert found["events.adverse_events.Rash.n_events"] == 3


def test_other_names_of_items(run: Run) -> None:
    """SHELL-46: a form that calls them `kind` and `onset` gives the same results, words and rows."""
    other = run_for(PLANS["other"], happened({"class": "kind", "start": "onset"}))
    found = {name: row.value for name, row in other.quotes.rows.items() if name.startswith("events.")}
    assert found == {name: row.value for name, row in run.quotes.rows.items() if name.startswith("events.")}
    one, two = run.study.forms["adverse_events"], other.study.forms["adverse_events"]
    assert plain(rate_line(run, one)) == plain(rate_line(other, two))
    for made in (events_table, listing_table, serious_table):
        assert table_of(run, made(run, one)) == table_of(other, made(other, two))


def test_who_was_not_enrolled(run: Run) -> None:
    """SHELL-47: of one who was only screened; and before enrolment of one who was enrolled later."""
    said = plain(events_line(run, "adverse_events"))
    assert "6 were recorded, in 3 participants (100\u202f%); 3 were serious; " in said
    assert said.endswith(
        " Not counted: 1 event of 1 participant who was not enrolled; 1 was serious; 1 participant had a fatal event."
    )
    form = run.study.forms["adverse_events"]
    assert plain(rate_line(run, form)).endswith("Of all, 1 began before enrolment, 0 of these serious.")
    listed = [(row[0], row[-1]) for row in table_of(run, listing_table(run, form))]
    assert listed == [
        ("1", "–"),
        ("1", "–"),
        ("2", "Before enrolment"),
        ("2", "–"),
        ("2", "–"),
        ("3", "–"),
        ("9", "Not enrolled"),
    ]
    nobody = run_for(
        PLANS["usual"], [draft for draft in happened({}) if draft.form != "adverse_events" or draft.participant == "9"]
    )
    assert plain(events_line(nobody, "adverse_events")).startswith(
        "No adverse event was recorded of those enrolled. Not"
    )


def test_deaths(run: Run) -> None:
    """SHELL-48: by grade and by outcome, of how many it is not known; in the abstract too; not where nobody asks."""
    died = run.quotes.rows["events.adverse_events.all.n_died"]
    assert (died.value, died.unit) == (2, "participants")
    words = " ".join(plain(line) for block in summary(run).blocks for line in [block.line])  # type: ignore[union-attr]
    assert "; 2 participants had a fatal event" in words
    asked = run_for(
        PLANS["usual"]
        .replace("grade: {choice: [1, 2, 3, 4, 5]}", "grade: {choice: [1, 2, 3]}")
        .replace("FAT: Fatal", "NOT: Not recovered")
    )
    assert "events.adverse_events.all.n_died" not in asked.quotes.rows


def test_serious_events_one_by_one(run: Run) -> None:
    """SHELL-48: with what came of each and why it counts; the listing says what was recorded and what it counts as."""
    form = run.study.forms["adverse_events"]
    table = serious_table(run, form)
    assert table is not None
    assert [column.label for column in table.columns] == [
        "Event", "Study day", "Began", "Grade", "Action taken", "Outcome", "Enrolment", "Why it is serious",
    ]  # fmt: skip
    assert table_of(run, table)[1:3] == [
        ["2", "Headache", "10", "2026-01-20", "5", "Stopped", "–", "–",
         "Serious, since its grade is 5, death, though it is recorded as not serious."],
        ["3", "–", "−2", "2026-01-08", "–", "–", "Fatal", "–", "Serious, since its outcome is death."],
    ]  # fmt: skip
    cells = {cell for row in table_of(run, listing_table(run, form)) for cell in row}
    assert "No, but counts as serious" in cells


def test_counts_lead_to_what_decides_them(run: Run) -> None:
    """WALK-05: each count of events once more from its own entries; those of some events to these alone."""
    behind = resolve(run.datasets, run.analysis.results)
    names = [
        name for name in run.quotes.rows if name.startswith("events.") and name.rpartition(".")[2].startswith("n_")
    ]
    for seqs in {behind[name] for name in names if not name.endswith("n_in_time")}:
        kept = [one for seq, one in run.entries.items() if one.act not in ANSWERS or seq in seqs]
        found = run_plan(run.study, from_casebooks(run.study, fold(kept))).results
        again = {row.id.casefold(): row.value for row in found}
        for name in (name for name in names if behind[name] == seqs and not name.endswith("n_in_time")):
            assert again[name.casefold()] == run.quotes.rows[name].value, name
    counted = {
        name.rpartition(".")[2]: {run.entries[seq].repeat for seq in behind[name]} for name in names if ".all." in name
    }
    assert counted["n_serious"] == {"1", "5", "6"}
    assert counted["n_severe"] == {"1", "5"}
    assert counted["n_died"] == {"5", "6"}
    day0 = {run.entries[seq].item for seq in behind["events.adverse_events.all.n_emergent"]}
    assert {"given", "start"} <= day0


def test_a_count_of_none_leads_to_all_that_could_have_been() -> None:
    """WALK-05: with day 0, by which each of them was judged."""
    late = [draft for draft in happened({}) if draft.item != "start"]
    none = run_for(PLANS["usual"], late)
    behind = resolve(none.datasets, none.analysis.results)["events.adverse_events.all.n_emergent"]
    assert none.quotes.rows["events.adverse_events.all.n_emergent"].value == 0
    assert {none.entries[seq].repeat for seq in behind if none.entries[seq].form == "adverse_events"} == set("123456")
    assert {none.entries[seq].item for seq in behind} >= {"given", "term"}


def test_of_how_many_where_the_safety_of_others_is_kept() -> None:
    """SHELL-47: whose other data are not used is among those of whom events are counted, and the sentence says so."""
    ends = Draft(act="withdraw_consent", participant="3", value="2026-02-01 data use", text="")
    run = run_for(PLANS["usual"] + "withdrawal: {safety: kept}\n", [*happened({}), ends])
    said = plain(events_line(run, "adverse_events"))
    assert "in 3 (100\u202f%) of 3 participants, 1 of whom withdrew the use of all other data; 3 were" in said
    assert document_for(run)
