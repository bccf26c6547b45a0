"""The book: recording into a ledger and reading it as it is now and as it was.

BOOK-01: a request that is sent again is answered with its first receipt, and recorded once (R21).
BOOK-02: what was acknowledged is there after closing and opening; a refused act leaves no trace.
BOOK-03: the state at a past moment is that of the entries until then, by number and by time.
BOOK-04: the columns that analyses read say what the fold of all entries says, at any moment.
BOOK-05: several programs record into one ledger; each judges by what the others recorded.
BOOK-06: ten thousand cells are imported in about a second.
BOOK-07: who first answered a cell since it was last empty is carried to the columns, for the forms where it matters.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialbook.capture.acts import adopt, clear, complete, correct, enrol, enter, import_rows, note, screen, withdraw
from trialbook.capture.book import Book
from trialbook.capture.file import Store
from trialbook.capture.ledger import EMPTY, GENESIS, Draft, Entry, Stamp, chain, fold, verify_chain
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.errors import LedgerError
from trialbook.wording import remedy, sentence

if TYPE_CHECKING:
    from tests.conftest import Refused, Site


def ck(text: str, visit: str = "baseline") -> Draft:
    """Ask for one value of creatine kinase."""
    return Draft(act="enter", participant="P1", visit=visit, form="enzymes", item="ck", text=text)


def test_a_request_is_recorded_once(book: Book) -> None:
    """BOOK-01: sent again it gives the first receipt, also after the answer was corrected since."""
    act = enter("P1", "enzymes", "ck", "120", visit="baseline")
    first = book.record(act, by="nora", request="form-1")
    assert not first.repeated
    book.record(correct("P1", "enzymes", "ck", "121", visit="baseline", reason="typo"), by="nora")
    again = book.record(act, by="nora", request="form-1")
    assert (again.repeated, again.entries) == (True, first.entries)
    assert book.head().count == first.entries[0].seq + 1
    assert (book.recorded("form-1"), book.recorded("form-2")) == (first.entries, ())


def test_a_request_is_recorded_once_by_another_program_too(book: Book, site: Site) -> None:
    """BOOK-01: after a crash the page sends the form to a new process."""
    rows = import_rows([ck("1"), ck("2", "week 4")])
    first = book.record(rows, by="carla", request="import-1")
    with site.open() as other:
        again = other.record(rows, by="carla", request="import-1")
    assert (again.repeated, again.entries) == (True, first.entries)


def test_an_id_of_another_request_is_refused(book: Book, refused: Refused) -> None:
    """BOOK-01: the same id for another cell or act, or by another person, is a fault and loses nothing in silence."""
    book.record(enter("P1", "enzymes", "ck", "120", visit="baseline"), by="nora", request="form-1")
    other = enter("P1", "enzymes", "ck", "130", visit="week 4")
    assert refused(other, by="nora", request="form-1")[0].code == "ACT-25"
    same = enter("P1", "enzymes", "ck", "120", visit="baseline")
    assert refused(same, by="ines", request="form-1")[0].code == "ACT-25"
    assert refused(same, by="ines", request="form\n1")[0].code == "ACT-15"
    book.record(note("Called them", participant="P1"), by="nora", request="note-1")
    assert refused(withdraw("P1", why="moved"), by="nora", request="note-1")[0].code == "ACT-25"


def test_what_was_acknowledged_is_there_after_opening(book: Book, site: Site) -> None:
    """BOOK-02: people, study, statuses and answers."""
    book.record(enter("P1", "enzymes", "ck", "120", visit="baseline"), by="nora")
    seen = (book.casebooks(), book.people, book.study, book.head(), tuple(book.entries()))
    book.close()
    with site.open() as again:
        assert (again.casebooks(), again.people, again.study, again.head(), tuple(again.entries())) == seen
        assert again.study.fingerprint == site.study.fingerprint


def test_entries_by_number_and_history(book: Book) -> None:
    """BOOK-02: entries are found by number, and by any part of where they stand."""
    book.record(enter("P1", "drugs", "drug", "a", repeat="1"), by="nora")
    book.record(enter("P1", "drugs", "drug", "b", repeat="2"), by="nora")
    book.record(note("cold", participant="P1", visit="week 4"), by="nora")
    count = book.head().count
    assert [entry.seq for entry in book.entries([count, 1, 1, 99])] == [1, count]
    assert [entry.value for entry in book.history(form="drugs")] == ["a", "b"]
    assert [entry.value for entry in book.history(participant="P1", form="drugs", repeat="2")] == ["b"]
    assert [entry.act for entry in book.history(participant="P1", form="")] == ["screen", "enrol", "note"]
    assert len(list(book.entries(range(1, 2000)))) == count


def test_the_past_by_number_and_by_time(book: Book) -> None:
    """BOOK-03: each past moment has its own answers, statuses and plan."""
    states = {}
    for text in ("1", "2", "3"):
        act = enter("P1", "enzymes", "ck", text, visit="baseline")
        if text != "1":
            act = correct("P1", "enzymes", "ck", text, visit="baseline", reason="r")
        (entry,) = book.record(act, by="nora").entries
        states[entry] = book.casebooks()
    book.record(withdraw("P1", on="2026-03-02"), by="ines")
    for entry, state in states.items():
        assert book.casebooks(entry.seq) == book.casebooks(entry.at) == state
        assert book.columns(entry.seq) == book.columns(entry.at)
        assert book.columns(entry.seq).answers["value"] == [entry.value]
        assert book.columns(entry.seq).statuses["status"] == ["enrolled"]
    assert book.columns().statuses["status"] == ["withdrawn"]


def test_how_a_moment_is_written(book: Book) -> None:
    """BOOK-03: a day means its end; zones are understood; before the first entry there was nothing."""
    everything = book.casebooks()
    for moment in ("2026-03-02", "2026-03-02T16:00:08+08:00", "2026-03-02 08:00:08", 8):
        assert book.casebooks(moment) == everything
        assert book.head(moment) == book.head()
    for moment in ("2026-03-01", "2026-03-02T07:59:59Z", 0, -1):
        assert book.casebooks(moment) == {}
        assert book.head(moment) == EMPTY
    for moment in ("yesterday", "2026-13-01", "", "2026-W10-1", "20260302T08", 20_260_302):
        with pytest.raises(LedgerError) as told:
            book.casebooks(moment)
        assert told.value.problems[0].code == "LEDGER-17"
    with pytest.raises(LedgerError) as told:
        book.study_at(0)
    assert told.value.problems[0].code == "LEDGER-18"
    assert sentence(told.value.problems[0]) + remedy(told.value.problems[0])


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["P1", "P2"]),
        st.sampled_from(
            [("enzymes", "ck", "baseline", ""), ("enzymes", "ck", "unscheduled-1", ""), ("drugs", "drug", "", "1")]
        ),
        st.sampled_from(["1", "2", "ND", None]),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_columns_say_what_the_fold_says(
    book: Book, steps: list[tuple[str, tuple[str, str, str, str], str | None]]
) -> None:
    """BOOK-04: whatever was entered, corrected and cleared, for every moment on the way."""
    book.record(screen("P2", site="north"), by="ines")
    first = book.head().count
    for participant, (form, item, visit, repeat), text in steps:
        standing = book.casebooks()[participant].answers.get(Cell(visit, form, repeat, item))
        if text is None:
            act = clear(participant, form, item, visit=visit, repeat=repeat, reason="r")
        elif standing is None:
            act = enter(participant, form, item, text, visit=visit, repeat=repeat)
        else:
            act = correct(participant, form, item, text, visit=visit, repeat=repeat, reason="r")
        book.record(act, by="ines")
    for moment in {first, (first + book.head().count) // 2, book.head().count}:
        assert as_columns(book, moment) == as_fold(book, moment)


def as_columns(book: Book, moment: int) -> set[tuple[object, ...]]:
    """Return the current answers as the query gives them."""
    answers = book.columns(moment).answers
    names = ("participant", "site", "visit", "form", "repeat", "item", "text", "value", "unit", "missing", "seq")
    assert set(answers) == set(names)
    rows = list(zip(*(answers[name] for name in names), strict=True))
    assert len(rows) == len(set(rows))
    return set(rows)


def as_fold(book: Book, moment: int) -> set[tuple[object, ...]]:
    """Return the current answers as the fold gives them."""

    def row(participant: str, site: str | None, cell: Cell, answer: Answer) -> tuple[object, ...]:
        return (participant, site, *cell, answer.text, answer.value, answer.unit, answer.missing, answer.seq)

    return {
        row(name, casebook.site, cell, answer)
        for name, casebook in fold(book.entries(range(1, moment + 1))).items()
        for cell, answer in casebook.answers.items()
    }


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "correct", "clear", "erased"]),
        st.sampled_from(["ines", "nora"]),
        st.sampled_from([("baseline", "enzymes", None), ("week 4", "enzymes", None), (None, "drugs", "1")]),
    ),
    max_size=14,
)


@pytest.mark.files
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_who_answered_first_is_what_the_fold_says(tmp_path_factory: pytest.TempPathFactory, acts: list[Any]) -> None:
    """BOOK-07: after answers, corrections, cleared and erased ones by two people, at every moment."""
    store = Store.create(tmp_path_factory.mktemp("firsts") / "ledger.db")
    entries: list[Entry] = []
    for number, (act, by, (visit, form, repeat)) in enumerate(acts):
        draft = Draft(
            act="correct" if act == "erased" else act,
            participant="P1", visit=visit, form=form, repeat=repeat, item="ck", text="1", value="1",
        )  # fmt: skip
        stamp = Stamp(
            at=f"2026-03-02T08:00:{number:02}.000000Z",
            by=by,
            role=None,
            on_behalf_of=None,
            request="r",
            study="s",
            program="p",
        )
        entry = chain(draft, stamp, seq=len(entries) + 1, previous=entries[-1].hash if entries else GENESIS, salt="s")
        entries.append(replace(entry, salt=None) if act == "erased" else entry)
    with store.writing() as transaction:
        transaction.append(entries)
    with store.reading() as transaction:
        for until in range(len(entries) + 1):
            found = transaction.firsts(until=until)
            folded = fold(entries[:until]).get("P1", Casebook(participant="P1")).answers
            assert set(zip(*found.values(), strict=True)) == {
                ("P1", *cell, one.at, one.by, one.first_seq, one.first_by) for cell, one in folded.items()
            }
    store.close()


def test_columns_carry_who_answered_where_it_matters(tmp_path: Path, site: Site) -> None:
    """BOOK-07: in a study with one rater, or with forms that come before others, as the casebooks say it."""
    text = site.study.text.replace("  enzymes:\n", "  enzymes:\n    after: [strength]\n")
    ordered = replace(site, folder=tmp_path, study=site.read(text))
    with ordered.create() as book:
        book.record(enter("P1", "enzymes", "ck", "1", visit="week 4"), by="nora")
        book.record(correct("P1", "enzymes", "ck", "2", visit="week 4", reason="r"), by="ines")
        book.record(enter("P1", "strength", "proximal.biceps", "9", visit="week 4"), by="amir")
        count = book.head().count
        for moment in (count - 2, count - 1, count):
            answers = book.casebooks(moment)["P1"].answers.items()
            assert list(zip(*book.columns(moment).firsts.values(), strict=True)) == [
                ("P1", *cell, one.at, one.by, one.first_seq, one.first_by) for cell, one in answers
            ]
        assert book.casebooks()["P1"].answers[Cell("week 4", "enzymes", "", "ck")].first_by == "nora"
        assert book.columns(0).firsts == {}


def test_columns_of_other_studies_carry_no_more(book: Book) -> None:
    """BOOK-07: reading stays as quick as it was."""
    book.record(enter("P1", "strength", "proximal.biceps", "9", visit="week 4"), by="amir")
    assert book.columns().firsts == {}


def test_two_programs_record_into_one_ledger(book: Book, site: Site, refused: Refused) -> None:
    """BOOK-05: each sees what the other recorded before it judges, people and participants included."""
    with site.open() as other:
        for number in range(6):
            writer = (book, other)[number % 2]
            visit = f"unscheduled-{number + 1}"
            writer.record(enter("P1", "enzymes", "ck", str(number), visit=visit), by="nora")
        other.record(screen("P2"), by="ines")
        other.record(enrol("P2"), by="ines")
        book.record(complete("P2"), by="ines")
        other.record(enter("P2", "enzymes", "ck", "1", visit="baseline"), by="nora")
        assert refused(enter("P2", "enzymes", "ck", "2", visit="baseline"))[0].code == "ACT-07"
        assert other.casebooks() == book.casebooks()
    assert list(verify_chain(book.entries())) == []
    assert book.verify().ok


@pytest.mark.files
def test_a_ledger_that_changes_behind_the_back_is_not_written_to(book: Book, site: Site) -> None:
    """BOOK-05: entries that were read and are gone, or are others, stop the writer."""
    book.record(enter("P1", "enzymes", "ck", "1", visit="baseline"), by="nora")
    raw = sqlite3.connect(site.file, isolation_level=None)
    raw.execute("DROP TRIGGER entry_undeleted")
    raw.execute("DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)")
    raw.close()
    with pytest.raises(LedgerError) as told:
        book.record(enter("P1", "enzymes", "ck", "2", visit="week 4"), by="nora")
    assert told.value.problems[0].code == "LEDGER-35"


def test_a_book_without_a_reader_says_so(site: Site, study_later: str) -> None:
    """BOOK-05: a version that another program adopted cannot be read by a book that has no reader."""
    created = Book.create(site.where, study=site.study, by="carla", now=site.clock, new_id=site.chance)
    with created as book, site.open() as other:
        other.record(adopt(site.read(study_later), reason="amendment"), by="carla")
        with pytest.raises(LedgerError) as told:
            book.record(screen("P2"), by="carla")
    assert told.value.problems[0].code == "LEDGER-20"


@pytest.fixture
def study_later(site: Site) -> str:
    """Return the text of an amended study file."""
    return site.study.text.replace("M: Male", "M: Male, X: Other")


def test_ten_thousand_cells(book: Book) -> None:
    """BOOK-06: an import of 10,000 answers; twice the time that is promised, since tests run side by side."""
    rows = [ck(str(number % 2000), f"unscheduled-{number + 1}") for number in range(9_999)]
    start = time.perf_counter()
    receipt = book.record(import_rows(rows), by="carla")
    elapsed = time.perf_counter() - start
    assert len(receipt.entries) == 9_999
    assert elapsed < 10, f"{elapsed:.2f} s"
    assert book.verify().ok
