"""The writer: one thread records for everybody, many acts in one save.

WRITER-01: what it records is what the acts record one by one, whatever is refused among them.
WRITER-02: twenty threads at once: no error, every act is there once, each thread's in its order, the chain holds.
WRITER-03: a refusal reaches whoever asked, and nobody else.
WRITER-04: where a save fails, everybody whose act was in it is told, and nothing of it is recorded.
WRITER-05: an act on which the program itself fails does not take the others with it.
WRITER-06: closing records what waits; afterwards acts are refused.
WRITER-07: a request that is sent again, even at the same moment, is recorded once (R21).
WRITER-08: what waits together is saved together.
WRITER-09: several acts that one person asks for at once are recorded all or none, whatever is saved beside them.
WRITER-11: what is saved is passed on, once and before those are told who wait; what comes of that troubles nobody.
WRITER-12: the store is tidied up in a lull after many saves, and a failure of that troubles nobody.
WRITER-10: it tells how much waits, and whether an act that is asked for now would be recorded.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialbook.capture import book as book_module
from trialbook.capture import writer as writer_module
from trialbook.capture.acts import Act, correct, enter, judge_act, save_form, screen
from trialbook.capture.book import Book, Receipt
from trialbook.capture.file import Store
from trialbook.capture.ledger import Entry
from trialbook.capture.server import ServerStore
from trialbook.capture.store import Transaction
from trialbook.capture.writer import MOST, Writer
from trialbook.errors import ActRefused, LedgerError, Problem

if TYPE_CHECKING:
    from tests.conftest import Site

THREADS, EACH = 20, 15


@pytest.fixture
def writer(book: Book) -> Iterator[Writer]:
    """Return a writer for the book."""
    made = Writer(book)
    yield made
    made.close()


def drug(number: str, text: str = "prednisone") -> Act:
    """Enter a row of the form that has rows."""
    return enter("P1", "drugs", "drug", text, repeat=number)


def test_it_records(book: Book, writer: Writer) -> None:
    """WRITER-01: as the book itself does."""
    receipt = writer.record(drug("1"), by="nora", request="r-1", on_behalf_of="P1")
    (entry,) = receipt.entries
    assert (entry.by, entry.request, entry.on_behalf_of) == ("nora", "r-1", "P1")
    assert book.history(participant="P1", form="drugs") == (entry,)


def test_twenty_threads(book: Book, writer: Writer) -> None:
    """WRITER-02, WRITER-03: among them some that are refused."""

    def live(who: int) -> list[str]:
        told = []
        for number in range(EACH):
            try:
                entry = writer.record(drug(f"{who}-{number}"), by="nora", request=f"r-{who}-{number}").entries[0]
                told.append(entry.repeat or "")
            except ActRefused:
                told.append("refused")
            if number % 5 == 0:
                with pytest.raises(ActRefused):
                    writer.record(enter("P9", "drugs", "drug", "x", repeat="1"), by="nora")
        return told

    with ThreadPoolExecutor(THREADS) as pool:
        told = list(pool.map(live, range(THREADS)))
    assert told == [[f"{who}-{number}" for number in range(EACH)] for who in range(THREADS)]
    stored = [entry.repeat or "" for entry in book.history(participant="P1", form="drugs")]
    assert sorted(stored) == sorted(row for rows in told for row in rows)
    for rows in told:
        mine = set(rows)
        assert [row for row in stored if row in mine] == rows
    assert book.verify().ok


def test_two_who_want_the_same_cell(book: Book, writer: Writer) -> None:
    """WRITER-02: exactly one of twenty gets it, and the others are shown what stands."""
    barrier = threading.Barrier(THREADS)

    def live(who: int) -> str:
        barrier.wait()
        try:
            writer.record(save_form("P1", "drugs", {"drug": f"drug {who}"}, repeat="1", seen={"drug": 0}), by="nora")
        except ActRefused as refused:
            return refused.problems[0].values["now"]
        return "mine"

    with ThreadPoolExecutor(THREADS) as pool:
        told = list(pool.map(live, range(THREADS)))
    winner = book.casebooks()["P1"].value("drugs", "drug", repeat="1") or ""
    assert sorted(told) == sorted(["mine", *([winner] * (THREADS - 1))])


def test_sent_again_at_the_same_moment(book: Book, writer: Writer) -> None:
    """WRITER-07: twenty copies of one request, one entry, and everybody gets its receipt."""
    with ThreadPoolExecutor(THREADS) as pool:
        receipts = list(pool.map(lambda _: writer.record(drug("1"), by="nora", request="same"), range(THREADS)))
    assert len({receipt.entries for receipt in receipts}) == 1
    assert sum(not receipt.repeated for receipt in receipts) == 1
    assert len(book.history(participant="P1", form="drugs")) == 1


@contextmanager
def held_up(monkeypatch: pytest.MonkeyPatch, writer: Writer, acts: list[Act]) -> Iterator[list[object]]:
    """Let acts wait together behind one that is slow; give the list that their answers come into."""
    go, began = threading.Event(), threading.Event()
    kind = type(writer._book._store)  # noqa: SLF001 - a file or a database
    original = kind.writing

    @contextmanager
    def slow(self: Store | ServerStore) -> Iterator[Transaction]:
        began.set()
        assert go.wait(10)
        with original(self) as transaction:  # type: ignore[arg-type]  # of its own kind
            yield transaction

    def ask(act: Act, answers: list[object], place: int) -> None:
        try:
            answers[place] = writer.record(act, by="nora")
        except Exception as error:  # noqa: BLE001 - whatever comes is the answer
            answers[place] = error

    monkeypatch.setattr(kind, "writing", slow)
    first: list[object] = [None]
    answers: list[object] = [None] * len(acts)
    threads = [threading.Thread(target=ask, args=(drug("first"), first, 0))]
    threads[0].start()
    assert began.wait(10)
    for place, act in enumerate(acts):
        threads.append(threading.Thread(target=ask, args=(act, answers, place)))
        threads[-1].start()
        while writer._jobs.qsize() <= place:  # noqa: SLF001 - in this order, and all waiting
            pass
    monkeypatch.setattr(kind, "writing", original)
    yield answers
    go.set()
    for thread in threads:
        thread.join(10)


def test_what_waits_is_saved_together(book: Book, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """WRITER-08: at most so many at a time."""
    saves = []
    kind = type(book._store)  # noqa: SLF001 - each save is one transaction of the store
    original = kind.writing

    @contextmanager
    def counted(self: Store | ServerStore) -> Iterator[Transaction]:
        with original(self) as transaction:  # type: ignore[arg-type]  # of its own kind
            yield transaction
        saves.append(1)

    monkeypatch.setattr(kind, "writing", counted)
    with held_up(monkeypatch, writer, [drug(str(number)) for number in range(MOST + 1)]) as answers:
        pass
    assert all(isinstance(answer, Receipt) for answer in answers)
    assert len(saves) == 3
    assert len(book.history(participant="P1", form="drugs")) == MOST + 2


@pytest.mark.files
def test_a_failed_save(book: Book, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """WRITER-04: a full disk at the commit is told to all of them, and the writer goes on."""
    before = book.head().count
    refused_act = enter("P9", "drugs", "drug", "x", repeat="1")
    with held_up(monkeypatch, writer, [drug("1"), refused_act, drug("2")]) as answers:
        original = Store.writing
        is_full = [True]

        @contextmanager
        def full(self: Store) -> Iterator[Transaction]:
            with original(self) as transaction:
                yield transaction
                if is_full and transaction.last() and (last := transaction.last()) and last.repeat == "2":
                    is_full.clear()
                    raise LedgerError([Problem(code="LEDGER-10", values={"file": "x"})])

        monkeypatch.setattr(Store, "writing", full)
    assert [type(answer) for answer in answers] == [LedgerError] * 3
    assert book.head().count == before + 1
    assert writer.record(drug("2"), by="nora").entries
    assert book.verify().ok


def test_a_fault_of_the_program(book: Book, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """WRITER-05: only the act that brings it about fails."""
    original = judge_act

    def faulty(act: Act, **given: object) -> object:
        if act.asked[0].text == "poison":
            raise ZeroDivisionError
        return original(act, **given)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(book_module, "judge_act", faulty)
    with held_up(monkeypatch, writer, [drug("1"), drug("2", "poison"), drug("3")]) as answers:
        pass
    assert [type(answer) for answer in answers] == [Receipt, ZeroDivisionError, Receipt]
    assert [entry.repeat for entry in book.history(participant="P1", form="drugs")] == ["first", "1", "3"]
    assert book.verify().ok


def test_closing(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """WRITER-06."""
    writer = Writer(book)
    with held_up(monkeypatch, writer, [drug("1"), drug("2")]) as answers:
        closing = threading.Thread(target=writer.close)
        closing.start()
    closing.join(10)
    assert all(isinstance(answer, Receipt) for answer in answers)
    with pytest.raises(LedgerError) as told:
        writer.record(drug("3"), by="nora")
    assert [problem.code for problem in told.value.problems] == ["LEDGER-23"]
    writer.close()
    Writer(book).close()


def test_another_program_records_too(site: Site, book: Book, writer: Writer) -> None:
    """WRITER-02: it is judged by what the other recorded."""
    with site.open() as other:
        other.record(screen("P2"), by="ines")
        writer.record(enter("P2", "background", "sex", "F"), by="ines")
        other.record(correct("P2", "background", "sex", "M", reason="typo"), by="ines")
        with pytest.raises(ActRefused):
            writer.record(save_form("P2", "background", {"sex": "F"}), by="ines")
    assert book.verify().ok


ROWS = st.sampled_from(["1", "2", "3"])
WANTED = st.one_of(
    st.builds(drug, ROWS, st.sampled_from(["a", "b", ""])),
    st.builds(lambda row, text: save_form("P1", "drugs", {"drug": text, "start": "2013"}, repeat=row), ROWS, ROWS),
    st.builds(lambda row: correct("P1", "drugs", "drug", "c", repeat=row, reason="why"), ROWS),
    st.builds(screen, st.sampled_from(["P2", "p2", "P1"])),
)


def outcome(record: Callable[[], Receipt]) -> object:
    """Return what an act recorded, or the codes of its refusal."""
    try:
        return tuple((entry.act, entry.item, entry.repeat, entry.value) for entry in record().entries)
    except ActRefused as refused:
        return [problem.code for problem in refused.problems]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(WANTED, max_size=12))
def test_refusals_among_others_leave_them_sound(site: Site, acts: list[Act]) -> None:
    """WRITER-01: acts in one save, with refusals among them, come out as one by one."""
    found = []
    for name in ("apart", "together"):
        folder = site.folder / f"{name}-{site.chance()}"
        folder.mkdir()
        with type(site)(folder, site.study).create() as book:
            if name == "together":
                with book.together():
                    outcomes = [outcome(lambda act=act: book.record(act, by="ines")) for act in acts]  # type: ignore[misc]
            else:
                outcomes = [outcome(lambda act=act: book.record(act, by="ines")) for act in acts]  # type: ignore[misc]
            assert book.verify().ok
            found.append((outcomes, book.casebooks(), book.head().count))
    assert found[0] == found[1]


def test_all_or_none(book: Book, writer: Writer) -> None:
    """WRITER-09: the second of two is refused, so the first is not recorded either; what others ask is."""
    bad = enter("P9", "drugs", "drug", "x", repeat="1")
    with ThreadPoolExecutor(3) as pool:
        beside = [pool.submit(writer.record, drug(f"{number}"), by="nora") for number in (1, 2)]
        asked = pool.submit(writer.record_all, [("a", drug("3")), ("b", bad)], by="nora")
        assert {entry.repeat for one in beside for entry in one.result().entries} == {"1", "2"}
    with pytest.raises(ActRefused):
        asked.result()
    assert [entry.repeat for entry in book.history(participant="P1", form="drugs")] == ["1", "2"]
    assert not book.verify().problems
    both = writer.record_all([("c", drug("3")), ("d", drug("4"))], by="nora")
    assert [one.entries[0].request for one in both] == ["c", "d"]
    again = writer.record_all([("c", drug("3")), ("d", drug("4"))], by="nora")
    assert all(one.repeated for one in again)
    assert len(book.history(participant="P1", form="drugs")) == 4
    assert not book.verify().problems


def test_what_it_tells_of_itself(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """WRITER-10: before its first act, while two wait behind a slow one, with its thread gone, and closed."""
    writer = Writer(book)
    assert (writer.waiting, writer.is_alive) == (0, True)
    with held_up(monkeypatch, writer, [drug("1"), drug("2")]):
        assert (writer.waiting, writer.is_alive) == (2, True)
    assert (writer.waiting, writer.is_alive) == (0, True)
    writer._jobs.put(None)  # noqa: SLF001 - its thread ends, as it never should
    assert writer._thread is not None  # noqa: SLF001
    writer._thread.join(10)  # noqa: SLF001
    assert not writer.is_alive
    writer.close()
    assert not writer.is_alive
    unused = Writer(book)
    unused.close()
    assert not unused.is_alive


def test_what_is_saved_is_passed_on(book: Book) -> None:
    """WRITER-11: of what was recorded now; not again of a request that was answered before, nothing of a refusal."""
    before, told = book.head().count, list[Entry]()
    writer = Writer(book, saved=told.extend)
    for request in ("a", "a", "b"):
        writer.record(drug(request), by="nora", request=request)
        assert [entry.request for entry in told][-1] == request
    with pytest.raises(ActRefused):
        writer.record(enter("P9", "drugs", "drug", "x", repeat="1"), by="nora")
    writer.close()
    assert told == list(book.entries(after=before))
    assert [entry.repeat for entry in told] == ["a", "b"]


def test_who_cannot_be_told(book: Book) -> None:
    """WRITER-11: the act is saved and answered all the same."""
    told: list[int] = []

    def stumble(saved: Sequence[Entry]) -> None:
        told.append(len(saved))
        raise ZeroDivisionError

    writer = Writer(book, saved=stumble)
    assert [len(writer.record(drug(row), by="nora").entries) for row in ("1", "2")] == [1, 1]
    writer.close()
    assert told == [1, 1]


def tidied(book: Book, monkeypatch: pytest.MonkeyPatch, *, lull: float, saves: int, error: Exception | None) -> int:
    """Save some acts one after the other; return how often the store was tidied up after every second one."""
    done = threading.Semaphore(0)
    times: list[int] = []

    def tidy() -> None:
        times.append(1)
        done.release()
        if error is not None:
            raise error

    monkeypatch.setattr(writer_module, "UNTIDY", 2)
    monkeypatch.setattr(writer_module, "LULL", lull)
    monkeypatch.setattr(book, "tidy", tidy)
    writer = Writer(book)
    for number in range(1, saves + 1):
        writer.record(drug(f"{lull}-{number}"), by="nora")
        if lull == 0 and number % 2 == 0:
            assert done.acquire(timeout=10)
    writer.close()
    return len(times)


def test_tidied_up_in_a_lull(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """WRITER-12: not while there is something to save."""
    assert tidied(book, monkeypatch, lull=0, saves=5, error=None) == 2
    assert tidied(book, monkeypatch, lull=60, saves=5, error=None) == 0
    assert book.verify().ok


@pytest.mark.parametrize(
    "error", [LedgerError([Problem(code="LEDGER-09", values={"file": "ledger.db"})]), TimeoutError("no connection")]
)
def test_what_cannot_be_tidied_up(book: Book, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """WRITER-12: the next acts are saved, and it is tried again; whatever stood in the way."""
    assert tidied(book, monkeypatch, lull=0, saves=5, error=error) == 2
