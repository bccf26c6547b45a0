"""Verification: what is reported, and that damage never raises.

VER-01: a sound ledger verifies, and gives the head to be kept elsewhere.
VER-02: of random bit flips every one that changes what the file says is reported; none raises (R06).
VER-03: editing past the program is reported: fields, guards, a tail cut off, a chain made anew (R06).
VER-04: the state that analyses read is that of the entries, or it is reported.
VER-05: a clock that ran back is a warning, and changes neither order nor chain (R09).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from trialbook.capture.acts import clear, correct, enter, note, revoke, withdraw
from trialbook.capture.book import Book
from trialbook.capture.ledger import Entry, Head, canonical, canonical_content, digest
from trialbook.capture.store import NAMES
from trialbook.capture.verify import Verification, verify_place
from trialbook.wording import remedy, sentence

if TYPE_CHECKING:
    from tests.conftest import Site

pytestmark = pytest.mark.files

FLIPS = 300


@contextmanager
def raw(file: Path) -> Iterator[sqlite3.Connection]:
    """Open the file as its owner can, past the program, without its guards."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, words in triggers:
            connection.execute(words)


def fill(book: Book) -> None:
    """Record something of every kind."""
    for number in range(12):
        visit = f"unscheduled-{number + 1}"
        book.record(enter("P1", "enzymes", "ck", f"{number * 37}", visit=visit), by="nora")
        book.record(enter("P1", "enzymes", "comment", f"Blut entnommen, {number} Röhrchen", visit=visit), by="nora")
    book.record(correct("P1", "enzymes", "ck", "5", visit="unscheduled-1", reason="typing error"), by="ines")
    book.record(clear("P1", "enzymes", "ck", visit="unscheduled-2", reason="other participant"), by="ines")
    book.record(note("Ein Brief an " + "viele " * 900, participant="P1"), by="ines")
    book.record(revoke("stan", "statistician", reason="left"), by="carla")
    book.record(withdraw("P1", on="2026-03", why="moved"), by="ines")


@pytest.fixture
def ledger(site: Site) -> tuple[Path, Head]:
    """Return a closed ledger with something of every kind in it, and its head."""
    with site.create() as book:
        fill(book)
        head = book.head()
    return site.file, head


def codes(verification: Verification) -> list[str]:
    """Return the codes of all problems; each has a sentence and a remedy."""
    for problem in verification.problems:
        assert sentence(problem)
        assert remedy(problem)
    assert verification.ok == (not any(problem.level == "error" for problem in verification.problems))
    return [problem.code for problem in verification.problems]


def test_a_sound_ledger(site: Site) -> None:
    """VER-01: open or closed, with its own head and with an earlier one."""
    with site.create() as book:
        early = book.verify().head
        fill(book)
        late = book.verify(early)
        assert (late.ok, late.problems, late.entries) == (True, (), book.head().count)
        assert late.head == book.head()
    closed = verify_place(site.file, late.head)
    assert (closed.ok, closed.problems, closed.head) == (True, (), late.head)


def test_verifying_changes_nothing(ledger: tuple[Path, Head]) -> None:
    """VER-01: not a byte."""
    file, head = ledger
    before = file.read_bytes()
    assert verify_place(file, head).ok
    assert file.read_bytes() == before


def test_what_is_no_ledger(site: Site) -> None:
    """VER-01: a missing file, a folder, a text, an empty file, a database of another program, an empty ledger."""
    assert codes(verify_place(site.file)) == ["LEDGER-01"]
    assert codes(verify_place(site.folder)) == ["LEDGER-02"]
    site.file.write_bytes(b"participant;visit\n" * 100)
    assert codes(verify_place(site.file)) == ["LEDGER-03"]
    site.file.write_bytes(b"")
    assert codes(verify_place(site.file)) == ["LEDGER-16"]
    site.file.unlink()
    with closing(sqlite3.connect(site.file)) as connection:
        connection.execute("CREATE TABLE other (x)")
    assert "LEDGER-05" in codes(verify_place(site.file))


# ---- damage -----------------------------------------------------------------------------------------------------


def said(file: Path) -> object:
    """Return all that the file says, read past the program; None where it can no longer be read."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            guards = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()
            marks = [connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")]
            mode = connection.execute("PRAGMA journal_mode").fetchone()
            names = ", ".join(f'"{name}", typeof("{name}")' for name in NAMES)
            every = f"SELECT {names} FROM entry NOT INDEXED ORDER BY seq"  # noqa: S608 - names of columns
            rows = connection.execute(every).fetchall()
            by_cell = connection.execute(
                "SELECT participant, visit, form, repeat, item, seq FROM entry INDEXED BY entry_cell"
                " ORDER BY participant, visit, form, repeat, item, seq DESC"
            ).fetchall()
            by_request = connection.execute(
                "SELECT request, seq FROM entry INDEXED BY entry_request ORDER BY request, seq"
            ).fetchall()
            wide = connection.execute("SELECT seq FROM entry INDEXED BY entry_wide WHERE item IS NULL").fetchall()
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    return guards, marks, mode, rows, by_cell, by_request, wide


def integrity_says_ok(file: Path) -> bool:
    """Tell whether SQLite's own check finds nothing."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            return bool(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def test_random_bit_flips(ledger: tuple[Path, Head], tmp_path: Path) -> None:
    """VER-02: each flip that changes what the file says is reported, by checks that see more than SQLite's own."""
    file, head = ledger
    content = file.read_bytes()
    truth = said(file)
    chance = np.random.default_rng(20260302)
    used = [place for place in range(len(content)) if content[place]]
    meaningful = reported = overlooked_by_sqlite = 0
    seen: set[str] = set()
    for number, place in enumerate(chance.choice(used, FLIPS, replace=False)):
        flipped = tmp_path / f"flipped-{number}.db"
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(chance.integers(8))
        flipped.write_bytes(damaged)
        verification = verify_place(flipped, head)
        seen.update(codes(verification))
        assert flipped.read_bytes() == damaged, "verifying wrote to the file"
        if said(flipped) != truth:
            meaningful += 1
            reported += not verification.ok
            overlooked_by_sqlite += integrity_says_ok(flipped)
            assert not verification.ok, f"bit flip at byte {place} was overlooked"
    assert meaningful >= 200
    assert reported == meaningful
    assert {"LEDGER-11", "LEDGER-32", "LEDGER-33", "LEDGER-36"} <= seen, "each check found something"
    assert overlooked_by_sqlite > meaningful / 10, "the control: SQLite's check alone is not enough"


@pytest.mark.parametrize("page", [512, 4096])
def test_pages_that_are_lost(ledger: tuple[Path, Head], tmp_path: Path, page: int) -> None:
    """VER-02: every part of the file in turn is overwritten with zeros, and cut off with all that follows."""
    file, head = ledger
    content = file.read_bytes()
    truth = said(file)
    for start in range(0, len(content), page * 5):
        for damaged in (content[:start] + bytes(page) + content[start + page :], content[:start]):
            lost = tmp_path / "lost.db"
            lost.write_bytes(damaged[: len(content)])
            assert not verify_place(lost, head).ok or said(lost) == truth
            codes(verify_place(lost, head))


# ---- tampering --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE entry SET text = '9', value = '9' WHERE seq = 9", "LEDGER-33"),
        ("UPDATE entry SET \"by\" = 'ines' WHERE seq = 9", "LEDGER-32"),
        ("UPDATE entry SET at = '2026-03-02T07:00:09.000000Z' WHERE seq = 9", "LEDGER-32"),
        ("UPDATE entry SET reason = NULL WHERE act = 'correct'", "LEDGER-33"),
        ("UPDATE entry SET text = NULL, value = NULL, salt = NULL WHERE seq = 9", "LEDGER-34"),
        ("DELETE FROM entry WHERE seq = 9", "LEDGER-30"),
        ("DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)", "LEDGER-39"),
        ("UPDATE entry SET at = 'yesterday, about ten o''clock' WHERE seq = 9", "LEDGER-41"),
        ("CREATE TRIGGER t AFTER INSERT ON entry BEGIN SELECT 1; END", "LEDGER-07"),
        ("PRAGMA user_version = 7", "LEDGER-06"),
        ("PRAGMA journal_mode = DELETE", "LEDGER-08"),
    ],
)
def test_editing_past_the_program(ledger: tuple[Path, Head], statement: str, code: str) -> None:
    """VER-03: each edit by somebody who can write the file and drops the guards first is told."""
    file, head = ledger
    with raw(file) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(statement)
    assert code in codes(verify_place(file, head))


def rewritten(entries: list[Entry]) -> list[Entry]:
    """Make the hashes of all entries anew, as somebody who knows the format can."""
    made: list[Entry] = []
    for number, entry in enumerate(entries, start=1):
        previous = made[-1].hash if made else "0" * 64
        whole = replace(entry, seq=number, previous=previous)
        whole = replace(whole, content=digest(canonical_content(whole)))
        made.append(replace(whole, hash=digest(canonical(whole))))
    return made


def put(file: Path, entries: list[Entry]) -> None:
    """Put entries in the place of all that are there."""
    columns = ", ".join(f'"{name}"' for name in NAMES)
    with raw(file) as connection:
        connection.execute("DELETE FROM entry")
        rows = [tuple(getattr(entry, name) for name in NAMES) for entry in entries]
        into = f"INSERT INTO entry ({columns}) VALUES ({', '.join('?' * len(NAMES))})"  # noqa: S608 - names of columns
        connection.executemany(into, rows)


def test_a_chain_made_anew_is_caught_by_a_head_kept_elsewhere(ledger: tuple[Path, Head], site: Site) -> None:
    """VER-03: the file alone looks sound; the head says that it is another one."""
    file, head = ledger
    with site.open() as book:
        entries = list(book.entries())
    put(file, rewritten([replace(entry, text="9", value="9") if entry.seq == 9 else entry for entry in entries]))
    assert codes(verify_place(file)) == []
    assert codes(verify_place(file, head)) == ["LEDGER-40"]


def test_an_older_copy_is_caught_by_a_head_kept_elsewhere(site: Site) -> None:
    """VER-03: a backup that is brought back in the place of the newer ledger."""
    site.create().close()
    shutil.copy(site.file, site.folder / "copy.db")
    with site.open() as book:
        fill(book)
        head = book.head()
    (site.folder / "copy.db").replace(site.file)
    assert codes(verify_place(site.file)) == []
    assert codes(verify_place(site.file, head)) == ["LEDGER-39"]


def test_a_correction_that_speaks_of_nothing(ledger: tuple[Path, Head], site: Site) -> None:
    """VER-04: the entry that a correction names must be the one that stood there."""
    file, _ = ledger
    with site.open() as book:
        entries = list(book.entries())
    put(file, rewritten([replace(entry, about=3) if entry.act == "correct" else entry for entry in entries]))
    assert codes(verify_place(file)) == ["LEDGER-37"]


def test_an_index_that_differs_from_its_table(ledger: tuple[Path, Head], monkeypatch: pytest.MonkeyPatch) -> None:
    """VER-04: where the query of the analyses gives another answer than the entries, that is told."""
    from trialbook.capture import store

    file, head = ledger
    monkeypatch.setattr(store, "ANSWERS", frozenset({"enter", "clear"}))
    assert set(codes(verify_place(file, head))) == {"LEDGER-38"}


@pytest.mark.parametrize(("back", "is_told"), [(4, False), (3600, True)])
def test_a_clock_that_runs_back(site: Site, back: int, is_told: bool) -> None:  # noqa: FBT001 - a column of the table
    """VER-05: more than five seconds are a warning; the ledger is sound."""
    with site.create() as book:
        site.clock.moment -= timedelta(seconds=back)
        book.record(note("before"), by="ines")
        verification = book.verify()
        assert verification.ok
        assert codes(verification) == (["LEDGER-42"] if is_told else [])
