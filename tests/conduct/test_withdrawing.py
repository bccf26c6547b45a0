"""Who stopped treatment: no dose is waited for, and one that was given all the same is told.

CONS-11: from that day on no dose is work to be done.
CONS-12: a dose given after the participant stopped treatment, or left the study, is a deviation of its own kind, where
    the days tell that for certain; it is recorded as any other.
CONS-13: a dose whose window was not over when treatment ended is not missed, whoever completes the study.
CONS-14: taken back, the end of treatment changes nothing; announced, it changes nothing before its day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.conduct import test_worklist
from tests.conduct.test_deviations import AS_PLANNED, DAY_0, LATER, STUDY, book, found, on, only, with_cells

from trialbook.conduct.casebook import Casebook, Cell, ConsentEnd
from trialbook.conduct.deviations import find_deviations
from trialbook.conduct.exposure import exposure
from trialbook.conduct.worklist import work_for
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study

UNTREATED = {name: None for name in AS_PLANNED if name.startswith("|infusion") and name.endswith("|2")}
"""The second dose taken away."""


def stopped(of: Casebook, day: str | None) -> Casebook:
    """Return the casebook of somebody who withdrew from treatment on a day, None for one that is not known."""
    return replace(of, withdrawn_from={"treatment": ConsentEnd(seq=90, on=day)})


# ---- work -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def waiting() -> Study:
    study, problems = parse_study(test_worklist.TEXT, file="study.yaml")
    assert study is not None, problems
    return study


@pytest.mark.parametrize(
    ("end", "today", "is_work"),
    [
        ("2026-01-05", date(2026, 1, 4), False),  # the next dose is planned for the 8th, in time from the 7th on
        ("2026-01-05", date(2026, 1, 8), False),
        ("2026-01-05", date(2026, 2, 8), False),
        (None, date(2026, 1, 8), False),
        ("2026-01-20", date(2026, 1, 8), True),
        ("2026-01-20", date(2026, 1, 12), True),
        ("2026-01-20", date(2026, 1, 20), False),
    ],
)
def test_the_next_dose_is_no_work(waiting: Study, end: str | None, today: date, *, is_work: bool) -> None:
    """CONS-11: neither before its window, in it nor after it; one that comes before an end announced is."""
    given = {Cell("", "given", "1", "date"): "2026-01-01", Cell("", "given", "1", "amount"): "10"}
    treated = test_worklist.casebook(given)
    assert [task.number for task in work_for(waiting, treated, today) if task.kind == "dose"] == [2]
    tasks = [task for task in work_for(waiting, stopped(treated, end), today) if task.kind == "dose"]
    assert [task.number for task in tasks] == ([2] if is_work else [])


def test_a_first_dose_without_a_day_is_no_work() -> None:
    """CONS-11: it would fix day 0."""
    text = test_worklist.TEXT.replace("anchor: enrolment", "anchor: first given.date")
    study, problems = parse_study(text, file="study.yaml")
    assert study is not None, problems
    untreated, today = test_worklist.casebook({}), date(2026, 1, 5)
    assert [task.kind for task in work_for(study, untreated, today)] == ["dose"]
    assert work_for(study, stopped(untreated, "2026-01-05"), today) == ()


# ---- what was given all the same --------------------------------------------------------------------------------


def test_a_dose_after_the_end_of_treatment() -> None:
    """CONS-12: once, with its day, its row and its entries; that it was in time says nothing against it."""
    treated = stopped(book(AS_PLANNED), on(4))
    told = only(treated)
    assert (told.group, told.kind, told.repeat, told.day) == ("dose", "after withdrawal", "2", 8)
    assert (told.planned, told.found) == (f"none after {on(4)}", "dose 2")
    assert told.seqs == exposure(STUDY, treated, "rtx").doses[1].seqs


@pytest.mark.parametrize(
    ("end", "raised"),
    [(on(7), True), (on(8), False), (on(0)[:7], False), ("2026-02", True), ("2025", True), (None, False)],
)
def test_only_where_the_days_tell(end: str | None, *, raised: bool) -> None:
    """CONS-12: not on the day itself, nor where the end may have been later."""
    kinds = [one.kind for one in find_deviations(STUDY, stopped(book(AS_PLANNED), end), LATER) if one.repeat == "2"]
    assert kinds == (["after withdrawal"] if raised else [])


def test_what_was_not_given_or_has_no_day_is_none() -> None:
    """CONS-12: a row with an amount of 0 is no dose."""
    for change in ({"|infusion.given|2": "0"}, {"|infusion.start|2": None}):
        assert found(stopped(book(with_cells(change)), on(4))) == []


def test_a_dose_after_leaving_the_study() -> None:
    """CONS-12: and where both ended, the earlier day counts."""
    left = replace(book(AS_PLANNED), status="withdrawn")
    assert found(replace(left, ended_on=on(4))) == [("visit", "after withdrawal"), ("dose", "after withdrawal")]
    assert found(replace(left, ended_on=on(28))) == []
    assert found(stopped(replace(left, ended_on=on(28)), on(4))) == [("dose", "after withdrawal")]


def test_it_is_late_and_beyond_the_plan_all_the_same() -> None:
    """CONS-12: what else deviates in it is told beside it."""
    late = book(with_cells({"|infusion.start|2": on(12)}))
    assert found(stopped(late, on(4))) == [("dose", "after withdrawal"), ("dose", "late")]


# ---- what never came --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "missed"),
    [
        (on(4), False),
        (on(8), False),
        (on(9), True),
        (None, False),
        ("2026-04", True),
        ("2026-03", False),
        ("2026", False),
    ],
)
def test_completed_after_the_end_of_treatment(end: str | None, *, missed: bool) -> None:
    """CONS-13: dose 2 is in time until day 8; of an end known in part the first day that it can have been counts."""
    completed = book(with_cells(UNTREATED))
    assert found(completed) == [("dose", "missed")]
    assert found(stopped(completed, end)) == ([("dose", "missed")] if missed else [])


# ---- taken back, and announced ----------------------------------------------------------------------------------


def test_taken_back() -> None:
    """CONS-14."""
    assert found(replace(stopped(book(AS_PLANNED), on(4)), withdrawn_from={})) == []


@pytest.mark.parametrize(("today", "reasons"), [(6, []), (9, ["window passed"]), (20, ["window passed"])])
def test_announced(today: int, reasons: list[str]) -> None:
    """CONS-14: dose 2, in time until day 8, is not missed before that although the end of treatment lies later."""
    running = stopped(book(with_cells(UNTREATED), status="enrolled"), on(20))
    found_missed = exposure(STUDY, running, "rtx", today=DAY_0 + timedelta(today)).missed
    assert [one.reason for one in found_missed] == reasons
