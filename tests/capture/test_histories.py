"""Long random histories: two programs enter, correct, clear, import, resend and crash, on one ledger.

HIST-01: after every step the entries, read past the program, say what was acknowledged, once each and in order.
HIST-02: after every step each entry names the answer that it replaces, and a correction has its reason (R01, R04).
HIST-03: after every step the hashes, worked out past the program, hold, and go on from every head that was seen.
HIST-04: refused acts and crashes leave nothing; acts are whole.
HIST-05: the controls: each planted fault of the program is caught by these checks.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from trialbook.capture import answers, book, ledger
from trialbook.capture.acts import Act, clear, correct, enter, import_rows
from trialbook.capture.judging import Desk
from trialbook.capture.ledger import Draft, Entry, Head, Stamp
from trialbook.capture.store import Transaction
from trialbook.errors import ActRefused, TrialbookError

if TYPE_CHECKING:
    from tests.conftest import Site

pytestmark = pytest.mark.files

SEALED = ("reason", "salt", "source_file", "text", "value")
CELLS = st.sampled_from(
    [("enzymes", "ck", "baseline", ""), ("enzymes", "ck", "unscheduled-1", ""), ("drugs", "drug", "", "1")]
)
TEXTS = st.sampled_from(["1", "2", "3", "ND"])
WHO = st.sampled_from([0, 1])
Key = tuple[str, str, str, str]


class Crash(Exception):  # noqa: N818 - what it stands for
    """The process dies."""


@dataclass(slots=True)
class Failpoint:
    """Where the next crash happens: after so many entries of an act are in the table; -1 for never."""

    after: int = -1


@dataclass(slots=True)
class Model:
    """What the people who record believe is recorded."""

    standing: dict[Key, tuple[str, int]] = field(default_factory=dict)
    requests: dict[str, tuple[Act, tuple[Entry, ...]]] = field(default_factory=dict)
    heads: list[Head] = field(default_factory=list)


def rows_of(file: Path) -> list[dict[str, Any]]:
    """Read all entries past the program."""
    with closing(sqlite3.connect(file)) as connection:
        cursor = connection.execute("SELECT * FROM entry ORDER BY seq")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def hash_of(values: dict[str, Any]) -> str:
    """Work out a hash past the program."""
    present = {name: values[name] for name in sorted(values) if values[name] is not None}
    return hashlib.sha256(json.dumps(present, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


class Histories(RuleBasedStateMachine):
    """Two programs on one ledger, and what the people before them believe."""

    new_site: ClassVar[Callable[[], Site]]
    failpoint: ClassVar[Failpoint]

    def __init__(self) -> None:
        super().__init__()
        self.failpoint.after = -1
        self.site = type(self).new_site()
        self.books = [self.site.open(), self.site.open()]
        self.model = Model()
        self.count = 0

    def teardown(self) -> None:
        """Close both programs."""
        self.failpoint.after = -1
        for opened in self.books:
            opened.close()

    def attempt(self, act: Act, who: int, *, is_allowed: bool) -> tuple[Entry, ...]:
        """Record an act as one of the two programs; it is refused exactly where the model says so."""
        self.count += 1
        request = f"request-{self.count}"
        try:
            receipt = self.books[who].record(act, by="carla", request=request)
        except ActRefused:
            assert not is_allowed, "an act was refused that may be done"
            return ()
        assert is_allowed, "an act was recorded that may not be done"
        assert not receipt.repeated
        if receipt.entries:
            self.model.requests[request] = (act, receipt.entries)
        return receipt.entries

    @rule(who=WHO, cell=CELLS, text=TEXTS)
    def enter(self, who: int, cell: Key, text: str) -> None:
        """Enter an answer."""
        form, item, visit, repeat = cell
        old = self.model.standing.get(cell)
        act = enter("P1", form, item, text, visit=visit, repeat=repeat)
        for entry in self.attempt(act, who, is_allowed=old is None or old[0] == text):
            assert old is None, "the same value was recorded again"
            self.model.standing[cell] = (text, entry.seq)

    @rule(who=WHO, cell=CELLS, text=TEXTS, reason=st.sampled_from(["why", " "]), is_stale=st.booleans())
    def correct(self, who: int, cell: Key, text: str, reason: str, *, is_stale: bool) -> None:
        """Correct an answer, with or without a reason, looking at the present answer or at an older one."""
        form, item, visit, repeat = cell
        old = self.model.standing.get(cell)
        seen = None if old is None else old[1] - is_stale
        act = correct("P1", form, item, text, visit=visit, repeat=repeat, reason=reason, seen=seen)
        is_allowed = old is not None and reason == "why" and not is_stale
        for entry in self.attempt(act, who, is_allowed=is_allowed):
            self.model.standing[cell] = (text, entry.seq)

    @rule(who=WHO, cell=CELLS)
    def clear(self, who: int, cell: Key) -> None:
        """Clear an answer."""
        form, item, visit, repeat = cell
        act = clear("P1", form, item, visit=visit, repeat=repeat, reason="why")
        entries = self.attempt(act, who, is_allowed=True)
        assert bool(entries) == (cell in self.model.standing)
        self.model.standing.pop(cell, None)

    @rule(who=WHO, text=TEXTS, after=st.sampled_from([-1, 0, 1, 2]))
    def import_both(self, who: int, text: str, after: int) -> None:
        """Import two answers at once, and perhaps crash on the way."""
        cells: list[Key] = [("enzymes", "ck", "baseline", ""), ("enzymes", "ck", "unscheduled-1", "")]
        act = import_rows(
            [
                Draft(act="enter", participant="P1", visit=visit, form=form, item=item, text=text)
                for form, item, visit, _ in cells
            ],
            reason="sent again",
        )
        self.failpoint.after = after
        try:
            entries = self.attempt(act, who, is_allowed=True)
        except Crash:
            self.reopen(who)
            return
        finally:
            self.failpoint.after = -1
        for entry in entries:
            self.model.standing[(entry.form or "", entry.item or "", entry.visit or "", "")] = (text, entry.seq)

    @rule(who=WHO)
    def reopen(self, who: int) -> None:
        """Close a program and start it again."""
        self.books[who].close()
        self.books[who] = self.site.open()

    @rule(who=WHO, chosen=st.integers(0, 999))
    def resend(self, who: int, chosen: int) -> None:
        """Send a recorded request again."""
        if not self.model.requests:
            return
        request = sorted(self.model.requests)[chosen % len(self.model.requests)]
        act, entries = self.model.requests[request]
        receipt = self.books[who].record(act, by="carla", request=request)
        assert (receipt.repeated, receipt.entries) == (True, entries)

    @rule(who=WHO)
    def verify(self, who: int) -> None:
        """Verify against the last head that was seen, and keep the present one."""
        head = self.model.heads[-1] if self.model.heads else None
        assert self.books[who].verify(head).ok
        self.model.heads.append(self.books[1 - who].head())

    @invariant()
    def the_entries_say_what_was_acknowledged(self) -> None:
        """HIST-01, HIST-02, HIST-04: the model and the file say the same."""
        rows = [row for row in rows_of(self.site.file) if row["item"] is not None]
        said: dict[Key, tuple[str, int]] = {}
        for row in rows:
            cell = (row["form"], row["item"], row["visit"] or "", row["repeat"] or "")
            before = said.pop(cell, None)
            assert row["about"] == (None if before is None else before[1]), "an entry names the wrong one"
            assert (row["act"] == "enter") == (before is None)
            if row["act"] != "enter":
                assert row["reason"], "a change has no reason"
            if row["act"] != "clear":
                said[cell] = (row["text"], row["seq"])
        assert said == self.model.standing
        stored = [row["seq"] for row in rows]
        known = sorted(entry.seq for _, entries in self.model.requests.values() for entry in entries)
        assert stored == known, "an act is doubled, halved or lost"

    @invariant()
    def the_chain_holds(self) -> None:
        """HIST-03: numbers, hashes and heads."""
        previous, rows = "0" * 64, rows_of(self.site.file)
        for number, row in enumerate(rows, start=1):
            assert (row["seq"], row["previous"]) == (number, previous)
            assert row["content"] == hash_of({name: row[name] for name in SEALED})
            assert row["hash"] == hash_of({name: row[name] for name in row if name not in {*SEALED, "hash"}})
            previous = row["hash"]
        for head in self.model.heads:
            assert rows[head.count - 1]["hash"] == head.hash

    @invariant()
    def every_reading_agrees(self) -> None:
        """HIST-01: both programs read what the model says."""
        folded = [opened.casebooks()["P1"].answers for opened in self.books]
        assert folded[0] == folded[1]
        read = {(cell.form, cell.item, cell.visit, cell.repeat): answer.text for cell, answer in folded[0].items()}
        assert read == {cell: text for cell, (text, _) in self.model.standing.items()}


@pytest.fixture
def failpoint(monkeypatch: pytest.MonkeyPatch) -> Failpoint:
    """Let a test crash the program between two entries of an act."""
    point = Failpoint()
    original = Transaction.append

    def append(self: Transaction, entries: Sequence[Entry]) -> None:
        for number, entry in enumerate(entries):
            if number == point.after:
                raise Crash
            original(self, [entry])

    monkeypatch.setattr(Transaction, "append", append)
    return point


@pytest.fixture
def run(tmp_path: Path, site: Site, failpoint: Failpoint) -> Callable[..., None]:
    """Return a function that runs so many random histories, from a seed."""
    site.create().close()
    begun, numbers = site.clock.moment, iter(range(1_000_000))

    def new_site() -> Site:
        folder = tmp_path / f"history-{next(numbers)}"
        folder.mkdir()
        shutil.copy(site.file, folder)
        return replace(site, folder=folder, clock=type(site.clock)(begun))

    class Machine(Histories):
        pass

    Machine.new_site = staticmethod(new_site)
    Machine.failpoint = failpoint

    def histories(count: int, number: int = 0) -> None:
        chosen = settings(
            max_examples=count, stateful_step_count=20, deadline=None, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        run_state_machine_as_test(seed(number)(Machine), settings=chosen)

    return histories


HISTORIES, SEEDS = int(os.environ.get("HISTORIES", "500")), 4
"""How many histories of twenty acts in all, and from how many seeds."""


@pytest.mark.parametrize("number", range(SEEDS))
def test_random_histories(run: Callable[[int, int], None], number: int) -> None:
    """HIST-01, HIST-02, HIST-03, HIST-04: nothing is lost, doubled, halved, unexplained or unchained."""
    run(max(1, HISTORIES // SEEDS), number)


# ---- planted faults ---------------------------------------------------------------------------------------------


def no_idempotency(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that was recorded is not known again."""

    def of_request(self: Transaction, request: str) -> Iterator[Entry]:
        del self, request
        return iter(())

    monkeypatch.setattr(Transaction, "of_request", of_request)


def lost_update(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program judges by the casebooks that it read first."""

    def stale(entries: Any, start: Any = None) -> Any:
        return dict(start) if start else ledger.fold(entries)

    monkeypatch.setattr(book, "fold", stale)


def hash_omits_a_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is not hashed, neither in writing nor in verifying."""
    fewer = tuple(name for name in SEALED if name != "reason")
    monkeypatch.setattr(ledger, "SEALED", fewer)
    monkeypatch.setattr(ledger, "read_sealed", attrgetter(*fewer))


def acts_are_not_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written before a crash is committed."""
    original = Transaction.append

    def append(self: Transaction, entries: Sequence[Entry]) -> None:
        try:
            original(self, entries)
        finally:
            self.connection.commit()

    monkeypatch.setattr(Transaction, "append", append)


def clearing_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is taken away without an entry."""
    monkeypatch.setattr(answers, "record_clear", lambda desk, asked, standing: None)  # noqa: ARG005


def the_reason_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction is recorded without its reason."""
    original = Desk.record

    def record(self: Desk, draft: Draft) -> None:
        original(self, replace(draft, reason=None))

    monkeypatch.setattr(Desk, "record", record)


def stale_corrections_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction of an answer that no longer stands is recorded all the same."""
    monkeypatch.setattr(answers, "is_as_seen", lambda desk, asked, standing: True)  # noqa: ARG005


def the_old_value_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction does not say which answer it replaces."""
    original = ledger.chain

    def chained(draft: Draft, stamp: Stamp, *, seq: int, previous: str, salt: str) -> Entry:
        return original(replace(draft, about=None), stamp, seq=seq, previous=previous, salt=salt)

    monkeypatch.setattr(book, "chain", chained)


PLANTED = re.compile("request-.*7")


def a_receipt_without_a_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """One act in ten is acknowledged and not written."""
    original = Transaction.append

    def append(self: Transaction, entries: Sequence[Entry]) -> None:
        original(self, [entry for entry in entries if not PLANTED.fullmatch(entry.request)])

    monkeypatch.setattr(Transaction, "append", append)


@pytest.mark.parametrize(
    "plant",
    [
        no_idempotency,
        lost_update,
        hash_omits_a_field,
        acts_are_not_whole,
        clearing_is_not_recorded,
        the_reason_is_dropped,
        stale_corrections_are_recorded,
        the_old_value_is_not_named,
        a_receipt_without_a_record,
    ],
)
def test_a_planted_fault_is_caught(
    run: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """HIST-05: the histories that pass above fail with this fault."""
    plant(monkeypatch)
    with pytest.raises((AssertionError, TrialbookError, ExceptionGroup)):
        run(120)
