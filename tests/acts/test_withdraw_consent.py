"""Withdraw from treatment, or the consent to the use of data; and take it back.

CONS-01: to stop treatment, to leave the study, and to withdraw the use of data are three things, each with date and
    cause; the first and the last are recorded beside the status (ICH E9(R1); GDPR 7(3)).
CONS-02: the same again adds nothing; another date or cause needs a reason; a consent is given again with a reason.
CONS-03: with the use of data withdrawn the values stay in the ledger, and every data set made after leaves them out and
    counts who is left out; adverse events are kept only where the study file says so, and counted of those enrolled.
CONS-04: who recorded it and when stands in the ledger; no lock stands against it; who records later is told.
CONS-05: after the end of treatment no dose is missed for want of time.
CONS-06: a blind role is shown none of it, and a data set of the past has what stood then.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.conftest import STUDY, Site, read_text

from trialbook.analysis.consents import count_consents, list_consents
from trialbook.analysis.datasets import select
from trialbook.analysis.events import count_events
from trialbook.analysis.frames import SAFETY_ONLY, Datasets, books, collect
from trialbook.analysis.sets import enrolled, members
from trialbook.analysis.strategy import treatment_ends
from trialbook.capture.acts import (
    complete,
    enrol,
    enter,
    lock,
    restore_consent,
    screen,
    screen_fail,
    withdraw,
    withdraw_consent,
)
from trialbook.capture.book import Book
from trialbook.capture.ledger import Draft, mark_by
from trialbook.capture.marks import marked
from trialbook.conduct.blinding import mask
from trialbook.conduct.casebook import Casebook
from trialbook.conduct.exposure import exposure
from trialbook.conduct.withdrawing import data_use_ended, read_scope, treatment_ended, written
from trialbook.outcome import trace_result
from trialbook.protocol.model import Withdrawal

if TYPE_CHECKING:
    from tests.conftest import Refused

DATA, TREATMENT = "data use", "treatment"
ON = "2026-03-01"


def frames(book: Book, *, keeps: bool = False) -> Datasets:
    """Return the data sets of now, by a study file that keeps adverse events or does not."""
    forms = {
        name: replace(form, events=form.events or name == "drugs") if keeps else form
        for name, form in book.study.forms.items()
    }
    study = replace(book.study, forms=forms, withdrawal=Withdrawal(keeps_safety=keeps))
    return collect(study, book.columns())


def fill(book: Book) -> None:
    """Record answers of P1, and enrol P2."""
    book.record(enter("P1", "visit", "date", "2026-02-04", visit="baseline"), by="nora")
    book.record(enter("P1", "enzymes", "ck", "900", visit="baseline"), by="nora")
    book.record(enter("P1", "drugs", "drug", "aspirin", repeat="1"), by="nora")
    book.record(screen("P2"), by="ines")
    book.record(enrol("P2", on="2026-02-10"), by="ines")
    book.record(enter("P2", "enzymes", "ck", "300", visit="baseline"), by="nora")


@pytest.mark.parametrize("scope", [TREATMENT, DATA])
def test_it_works(book: Book, scope: str) -> None:
    """CONS-01, CONS-04: beside the status, which stays; with date, cause and person."""
    (entry,) = book.record(withdraw_consent("P1", scope, on=ON, why="too far"), by="ines").entries
    assert (entry.act, entry.value, entry.text, entry.by) == ("withdraw_consent", f"{ON} {scope}", "too far", "ines")
    casebook = book.casebooks()["P1"]
    assert casebook.status == "enrolled"
    ended = {TREATMENT: treatment_ended, DATA: data_use_ended}
    found, other = ended.pop(scope)(casebook), next(iter(ended.values()))(casebook)
    assert found is not None
    assert (found.on, found.why, found.by, found.seq, other) == (ON, "too far", "ines", entry.seq, None)


def test_it_needs_the_right(refused: Refused) -> None:
    """CONS-01: of whoever records the status."""
    for act in (withdraw_consent("P1", DATA), restore_consent("P1", DATA, reason="x")):
        assert refused(act, by="nora")[0].code == "ACT-01"


def test_the_same_again(book: Book, refused: Refused) -> None:
    """CONS-02."""
    book.record(withdraw_consent("P1", DATA, on=ON, why="too far"), by="ines")
    for again in (withdraw_consent("P1", DATA, on=ON, why="too far"), withdraw_consent("P1", DATA)):
        assert book.record(again, by="ines").entries == ()
    assert refused(withdraw_consent("P1", DATA, on="2026-03-02"))[0].code == "ACT-18"
    book.record(withdraw_consent("P1", DATA, on="2026-03-02", reason="misread"), by="ines")
    ended = data_use_ended(book.casebooks()["P1"])
    assert ended is not None
    assert (ended.on, ended.why) == ("2026-03-02", "too far")


def test_it_is_given_again(book: Book, refused: Refused) -> None:
    """CONS-02: of one scope, and only where it was withdrawn."""
    assert book.record(restore_consent("P1", DATA, reason="nothing to take back"), by="ines").entries == ()
    for scope in (DATA, TREATMENT):
        book.record(withdraw_consent("P1", scope, on=ON), by="ines")
    assert refused(restore_consent("P1", DATA, reason=" "))[0].code == "ACT-02"
    book.record(restore_consent("P1", DATA, reason="asked again"), by="ines")
    assert list(book.casebooks()["P1"].withdrawn_from) == [TREATMENT]
    assert len(frames(book).participants) == 1


def test_it_refuses_what_it_cannot_understand(book: Book, refused: Refused) -> None:
    """CONS-01: another scope, no date, nobody; treatment of somebody who never entered the study."""
    assert refused(withdraw_consent("P1", "visits"))[0].code == "ACT-87"
    assert refused(restore_consent("P1", "\\x1b[2J", reason="x"))[0].code == "ACT-87"
    assert refused(withdraw_consent("P9", DATA))[0].code == "ACT-03"
    assert refused(withdraw_consent("P1", DATA, on="soon"))[0].code.startswith("VALUE")
    book.record(screen("P2"), by="ines")
    assert refused(withdraw_consent("P2", TREATMENT))[0].code == "ACT-17"
    assert len(book.record(withdraw_consent("P2", DATA, on="2026-03"), by="ines").entries) == 1


def test_no_lock_stands_against_it(site: Site) -> None:
    """CONS-04: and who left the study may still withdraw the use of data."""
    text = STUDY.replace("signs: [form, visit]}", "signs: [form, visit], rights: [lock]}")
    with Site(site.folder, read_text(text)).create() as book:
        book.record(withdraw("P1", on=ON), by="ines")
        book.record(lock("participant", participant="P1", reason="closed"), by="ines")
        ends = book.record(withdraw_consent("P1", DATA, on="2026-04-01"), by="ines").entries
    assert [entry.value for entry in ends] == ["2026-04-01 data use"]


def test_who_records_later_is_told(book: Book) -> None:
    """CONS-04: once; it is recorded, and goes into no data set."""
    book.record(withdraw_consent("P1", DATA, on=ON), by="ines")
    receipt = book.record(enter("P1", "enzymes", "ck", "900", visit="baseline"), by="nora")
    assert [(note.code, note.level, note.values["day"]) for note in receipt.notes] == [("ACT-88", "warning", ON)]
    assert frames(book).observations.is_empty()


def test_data_sets_leave_it_out(book: Book) -> None:
    """CONS-03: the ledger keeps every value; frames, sets, casebooks and counts do not have the person."""
    fill(book)
    before = book.head().count
    book.record(withdraw_consent("P1", DATA, on=ON, why="private"), by="ines")
    datasets = frames(book)
    assert datasets.participants["participant"].to_list() == ["P2"]
    assert set(datasets.observations["participant"]) == {"P2"}
    assert datasets.events.is_empty()
    assert (list(books(datasets)), enrolled(datasets)) == (["P2"], ("P2",))
    (row,) = count_consents(datasets)
    assert (row.id, row.value) == ("disposition.participants.data_use_withdrawn.n", 1)
    assert list_consents(datasets).rows == (("P1", DATA, ON),)
    assert len(book.casebooks()["P1"].answers) == 3
    assert select(datasets, row.source)["item"].to_list() == ["withdraw_consent"]
    assert [entry.act for entry in trace_result(book, row.id).entries] == ["withdraw_consent"]
    past = collect(book.study, book.columns(before))
    assert past.participants["participant"].to_list() == ["P1", "P2"]


def test_safety_is_kept_where_the_study_file_says_so(book: Book) -> None:
    """CONS-03: the events, and who it was of; in no analysis set."""
    fill(book)
    book.record(withdraw_consent("P1", DATA, on=ON), by="ines")
    datasets = frames(book, keeps=True)
    assert dict(datasets.participants.select("participant", "status").iter_rows()) == {
        "P1": SAFETY_ONLY, "P2": "enrolled",
    }  # fmt: skip
    assert set(datasets.observations["participant"]) == {"P2"}
    assert set(datasets.events["participant"]) == {"P1"}
    assert (datasets.safety_only, enrolled(datasets), list(books(datasets))) == (("P1",), ("P2",), ["P2"])


def test_events_are_counted_of_those_enrolled(book: Book) -> None:
    """CONS-03: on a known day or not; the event of somebody who never was is listed, and counts nowhere."""
    fill(book)
    for code, status in (("P3", screen_fail("P3")), ("P4", enrol("P4"))):
        for act in (screen(code), status):
            book.record(act, by="ines")
        book.record(enter(code, "drugs", "drug", "aspirin", repeat="1"), by="nora")
    for code in ("P1", "P3", "P4"):
        book.record(withdraw_consent(code, DATA, on=ON), by="ines")
    datasets = frames(book, keeps=True)
    assert datasets.safety_only == ("P1", "P4")
    assert datasets.used["participant"].to_list() == list(books(datasets)) == ["P2"]
    assert set(datasets.events["participant"]) == {"P1", "P3", "P4"}
    rows = [row for row in count_events(datasets, members(datasets)) if row.level == "all"]
    assert {row.stat: (row.value, row.n) for row in rows if row.stat.startswith("n_p")} == {"n_participants": (2, 3)}
    assert set(select(datasets, rows[0].source)["participant"]) == {"P1", "P4"}


def test_without_a_withdrawal_nothing_is_counted(book: Book) -> None:
    """CONS-03: to leave the study and to complete it touch no data."""
    fill(book)
    book.record(withdraw("P1", on=ON), by="ines")
    book.record(complete("P2", on="2026-06-01"), by="ines")
    assert list(count_consents(frames(book))) == []
    assert len(frames(book).participants) == 2


def test_the_end_of_treatment(book: Book) -> None:
    """CONS-05: the day on which treatment ended is that of the withdrawal from it."""
    book.record(withdraw_consent("P1", TREATMENT, on="2026-02-11"), by="ines")
    assert treatment_ends(frames(book))["P1"] == (date(2026, 2, 11) - date(2026, 2, 1)).days


DOSED = STUDY.replace(
    "forms:\n",
    "treatments:\n  drug:\n    dose: 500 mg\n    give: {route: intravenous, first: day 0, every: 2 weeks, times: 4, "
    "window: 1 day either side}\n    recorded: {form: infusion, start: start, dose: given}\nforms:\n"
    "  infusion: {at: any time, by: investigator, repeating: true, items: {start: {date: full, required: true}, "
    "given: {number: mg}}}\n",
    1,
)


def test_no_dose_is_missed_after_it(site: Site) -> None:
    """CONS-05: those before it are, those after it ended with it."""
    with Site(site.folder, read_text(DOSED)).create() as book:
        book.record(withdraw_consent("P1", TREATMENT, on="2026-02-25"), by="ines")
        missed = exposure(book.study, book.casebooks()["P1"], "drug", today=date(2026, 6, 1)).missed
    assert [one.reason for one in missed] == ["window passed", "window passed", "ended", "ended"]


def test_a_blind_role_is_shown_none_of_it(book: Book) -> None:
    """CONS-06."""
    book.record(withdraw_consent("P1", DATA, on=ON), by="ines")
    assert mask(book.study, book.casebooks()["P1"], "assessor").withdrawn_from == {}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-03-01 data use", ("2026-03-01", DATA)),
        ("treatment", ("", TREATMENT)),
        ("retreatment", ("retreatment", None)),
    ],
)
def test_what_an_entry_says(value: str, read: tuple[str, str | None]) -> None:
    """CONS-01."""
    assert read_scope(value) == read
    assert read[1] is None or written(read[0] or None, read[1]) == value


def test_a_scope_of_a_later_program() -> None:
    """CONS-01: an entry that says something else than is known here changes nothing."""
    casebook = Casebook(participant="P01")
    draft = Draft(act="withdraw_consent", participant="P01", value="2026-03-01 samples")
    assert marked(casebook, mark_by(draft, seq=9, by="ida", at="", role="investigator")) is casebook
