"""Delegate tasks, end a delegation, record a training, review access.

DELEG-01: the log says who is delegated which task, in which role, from when to when, and by whom (ICH GCP 4.1.5).
DELEG-02: who signs delegates; the custodian, the nurse and a stranger do not.
DELEG-03: a role held without its delegation, or without the training that the study file asks for, is a finding; so is
    a training that came after the first day, and a delegation whose role is not held.
DELEG-04: what cannot be understood is refused: no day, no task, a role that there is not.
DELEG-05: a review of access is due when none was made within the interval.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from trialbook.capture.acts import Act, revoke
from trialbook.capture.asking import delegate, end_delegation, review_access, train
from trialbook.capture.book import Book
from trialbook.capture.delegations import StaffLog, fold_staff, gaps, review_is_due
from trialbook.protocol.model import Study

if TYPE_CHECKING:
    from tests.conftest import Refused

TODAY = date(2026, 3, 10)
NORA = delegate("nora", "nurse", "blood samples", since="2026-03-01")


def log_of(book: Book) -> StaffLog:
    """Return what the ledger tells of delegations."""
    return fold_staff(book.entries())


def asking(study: Study, role: str, *topics: str) -> Study:
    """Return the study with a role that asks for trainings."""
    return replace(study, roles=MappingProxyType({**study.roles, role: replace(study.roles[role], training=topics)}))


def found(book: Book, study: Study | None = None, day: date = TODAY) -> set[tuple[str, str, str]]:
    """Return the gaps of nora, as kind, role and topic."""
    every = gaps(study or book.study, book.people, log_of(book), day)
    return {(one.kind, one.role, one.topic) for one in every if one.person == "nora"}


def test_it_works(book: Book) -> None:
    """DELEG-01: from when to when, by whom, and why it ended."""
    seq = book.record(NORA, by="ines").entries[0].seq
    book.record(end_delegation(seq, "nora", on="2026-03-09", reason="left the clinic"), by="ines")
    one = log_of(book).delegations[0]
    assert (one.person, one.role, one.tasks, one.by) == ("nora", "nurse", "blood samples", "ines")
    assert (one.since, one.until, one.ended_by, one.why) == (
        date(2026, 3, 1), date(2026, 3, 9), "ines", "left the clinic",
    )  # fmt: skip
    assert [one.holds_on(date(2026, 3, day)) for day in (1, 9, 10)] == [True, True, False]


@pytest.mark.parametrize("person", ["carla", "nora", "stranger"])
def test_it_needs_the_right(refused: Refused, person: str) -> None:
    """DELEG-02: the investigator signs."""
    assert refused(NORA, by=person)[0].code == "ACT-01"
    assert refused(train("nora", "GCP", on="2026-01-10"), by=person)[0].code == "ACT-01"


def test_who_reviews_access(book: Book, refused: Refused) -> None:
    """DELEG-02: the custodian; others where the study file says so."""
    assert refused(review_access("abc"), by="ines")[0].code == "ACT-01"
    book.record(review_access("abc", "nobody to take away"), by="carla")
    assert log_of(book).reviews[0].remarks == "nobody to take away"


def test_what_is_missing(book: Book) -> None:
    """DELEG-03: first everything, in the end nothing."""
    study = asking(book.study, "nurse", "GCP")
    assert found(book, study) == {("not delegated", "nurse", ""), ("not trained", "nurse", "GCP")}
    book.record(NORA, by="ines")
    book.record(train("nora", " gcp ", on="2026-03-05", version="R3"), by="ines")
    assert found(book, study) == {("trained later", "nurse", "GCP")}
    book.record(train("nora", "GCP", on="2026-01-05"), by="ines")
    assert found(book, study) == set()
    book.record(revoke("nora", "nurse", reason="left"), by="carla")
    assert found(book, study) == {("no role", "nurse", "")}


def test_before_and_after(book: Book) -> None:
    """DELEG-03: a delegation that has not begun, or has ended, is none."""
    seq = book.record(NORA, by="ines").entries[0].seq
    assert found(book, day=date(2026, 2, 28)) == {("not delegated", "nurse", "")}
    book.record(end_delegation(seq, "nora", on="2026-03-09", reason="left"), by="ines")
    assert found(book) == {("not delegated", "nurse", "")}


def test_who_delegates_needs_none(book: Book) -> None:
    """DELEG-03: the investigator's own role."""
    assert "ines" not in {one.person for one in gaps(book.study, book.people, StaffLog(), TODAY)}


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (delegate("nora", "nurse", " ", since="2026-03-01"), "ACT-70"),
        (delegate("nora", "nurs", "blood samples", since="2026-03-01"), "ACT-20"),
        (delegate("", "nurse", "blood samples", since="2026-03-01"), "ACT-15"),
        (train("nora", "", on="2026-03-01"), "ACT-72"),
        (Act(name="end_delegation", asked=(replace(NORA.asked[0], act="end_delegation", reason="x"),)), "ACT-71"),
    ],
)
def test_what_is_refused(refused: Refused, act: Act, code: str) -> None:
    """DELEG-04: each with its code."""
    assert [one.code for one in refused(act, by="ines")] == [code]


@pytest.mark.parametrize("day", ["", "soon", "2026-02-30", "2026-03"])
def test_a_day_is_needed(refused: Refused, day: str) -> None:
    """DELEG-04: whole, and in the calendar."""
    assert refused(train("nora", "GCP", on=day), by="ines")[0].code.startswith("VALUE")


def test_a_review_is_due(book: Book) -> None:
    """DELEG-05: at once, and again after the interval."""
    assert review_is_due(log_of(book), TODAY, days=90)
    book.record(review_access("abc"), by="carla")
    made = date.fromisoformat(log_of(book).reviews[0].at[:10])
    assert not review_is_due(log_of(book), made, days=90)
    assert review_is_due(log_of(book), date.fromordinal(made.toordinal() + 91), days=90)
