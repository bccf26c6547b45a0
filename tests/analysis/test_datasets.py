"""From a result back to its cells.

TRACE-01: a paired result leads to the value and the baseline of each pair, and to nothing else.
TRACE-02: a level of Table 1 leads to the answers of those who gave it.
TRACE-03: an event leads to its terms; a status to the entries that gave it.
TRACE-04: a derived value leads to all its items; a responder to the answers of its condition.
"""

from __future__ import annotations

from collections.abc import Callable

from trialbook.analysis.datasets import CELL_FIELDS, Datasets, select
from trialbook.analysis.plan import run_plan
from trialbook.analysis.results import Selector
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Study

Small = Callable[..., Study]
Person = Callable[..., Casebook]
Collect = Callable[..., Datasets]


def behind(datasets: Datasets, result: str) -> list[tuple[str, str, str]]:
    found = select(datasets, run_plan(datasets.study, datasets).results.by_id()[result].source)
    assert tuple(found.columns) == CELL_FIELDS
    return [(row["participant"], row["visit"], row["item"]) for row in found.iter_rows(named=True)]


def two(person: Person) -> tuple[Casebook, Casebook]:
    cells = {"screening|blood.ck": "9", "start|blood.ck": "10", "week 8|blood.ck": "7", "start|blood.crp": "2.0"}
    return person("1", {**cells, "|background.sex": "F"}), person("2", {"start|blood.ck": "4", "|background.sex": "M"})


def test_trace_01_pairs(small: Small, person: Person, datasets_of: Collect) -> None:
    datasets = datasets_of(small(), *two(person))
    assert behind(datasets, "change.ck.week_8.enrolled.p") == [("1", "start", "ck"), ("1", "week 8", "ck")]
    assert behind(datasets, "describe.ck.start.enrolled.mean") == [("1", "start", "ck"), ("2", "start", "ck")]
    assert behind(datasets, "describe.ck.baseline_value.women.mean") == [("1", "start", "ck")]
    assert behind(datasets, "tests.all.n") == [("1", "start", "ck"), ("1", "week 8", "ck")]


def test_trace_02_levels(small: Small, person: Person, datasets_of: Collect) -> None:
    datasets = datasets_of(small(), *two(person))
    assert behind(datasets, "baseline.background.sex.M.enrolled.n") == [("2", "", "sex")]
    assert behind(datasets, "baseline.background.sex.enrolled.n") == [("1", "", "sex"), ("2", "", "sex")]


def test_trace_02_several_choices(small: Small, person: Person, datasets_of: Collect) -> None:
    datasets = datasets_of(
        small(), person("1", {"|background.drugs": "aza;mtx"}), person("2", {"|background.drugs": "mtx"})
    )
    rows = run_plan(datasets.study, datasets).results.by_id()
    assert [rows[f"baseline.background.drugs.{name}.enrolled.n"].value for name in ("aza", "mtx", "mmf")] == [1, 2, 0]
    assert behind(datasets, "baseline.background.drugs.aza.enrolled.n") == [("1", "", "drugs")]


def test_trace_02_answers_of_visits_are_taken_at_baseline(small: Small, person: Person, datasets_of: Collect) -> None:
    datasets = datasets_of(small(), person("1", {"start|blood.smoker": "yes", "week 4|blood.smoker": "no"}))
    rows = run_plan(datasets.study, datasets).results.by_id()
    assert rows["baseline.blood.smoker.yes.enrolled.n"].value == 1
    assert behind(datasets, "baseline.blood.smoker.yes.enrolled.n") == [("1", "start", "smoker")]


def test_trace_03_events_and_statuses(small: Small, person: Person, datasets_of: Collect) -> None:
    people = (
        person("1", {"|harms.term|1": "Cough", "|harms.class|1": "Chest"}, status="withdrawn"),
        person("2", {"|harms.term|1": "Rash"}),
    )
    datasets = datasets_of(small(), *people)
    assert behind(datasets, "events.harms.Cough.n_events") == [("1", "", "term")]
    assert behind(datasets, "events.harms.class.Chest.n_events") == [("1", "", "class")]
    assert behind(datasets, "events.harms.all.n_events") == [("1", "", "term"), ("2", "", "term")]
    assert behind(datasets, "disposition.withdrawn.no_reason_recorded.n") == [("1", "", "status")]
    assert behind(datasets, "disposition.participants.enrolled.n") == [("1", "", "status"), ("2", "", "status")]


def test_trace_04_derived_and_responder(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {f"week 8|strength.arm.{name}": "9" for name in ("left", "right", "grip")}
    datasets = datasets_of(small(), person("1", cells))
    items = [("1", "week 8", f"arm.{name}") for name in ("left", "right", "grip")]
    assert behind(datasets, "describe.power.week_8.enrolled.mean") == items
    assert behind(datasets, "responder.strong.week_8.enrolled.n") == items


def test_trace_01_written_by_hand_without_entries(small: Small, datasets_of: Collect) -> None:
    """TRACE-01: an answer without an entry leads nowhere."""
    found = select(datasets_of(small(), Casebook(participant="1")), Selector(frame="observations", variable="ck"))
    assert found.is_empty()
