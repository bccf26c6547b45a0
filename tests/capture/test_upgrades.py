"""Ledgers of every earlier schema, written by the program of their time and kept in `vectors`.

UPGRADE-01: every schema that was ever written has a sample.
UPGRADE-02: a sample verifies as it is, and not a byte of it changes (R16).
UPGRADE-03: opened, it has the same entries, field by field, and takes new ones; then it verifies still (R16).
UPGRADE-04: guards that are missing from an older ledger, and damage of it, are reported.
UPGRADE-05: the tables of a program that copies the file are known; a trigger, or a table of another name, is not.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest
from tests.conftest import Site, read_text

from trialbook.capture.acts import enter
from trialbook.capture.book import Book
from trialbook.capture.ledger import Entry, Head
from trialbook.capture.migrations import MIGRATIONS
from trialbook.capture.verify import verify_place

pytestmark = pytest.mark.files

VECTORS = Path(__file__).parent / "vectors"
SAMPLES = sorted(VECTORS.glob("ledger-schema-*.db"))


def told_of(entry: Entry) -> dict[str, object]:
    """Return the fields of an entry that have a value."""
    values = {one.name: getattr(entry, one.name) for one in fields(entry)}
    return {name: value for name, value in values.items() if value is not None}


def written(sample: Path) -> list[dict[str, object]]:
    """Return what the program of its time read from a sample."""
    told: list[dict[str, object]] = json.loads(sample.with_suffix(".json").read_text(encoding="utf-8"))["entries"]
    return told


@pytest.fixture(params=SAMPLES, ids=lambda path: path.stem)
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, list[dict[str, object]]]:
    """Return a copy of each sample, and what it holds."""
    return Path(shutil.copy(request.param, tmp_path / "ledger.db")), written(request.param)


def head_in(entries: list[dict[str, object]]) -> Head:
    """Return the head that the entries have."""
    last = entries[-1]
    return Head(count=len(entries), hash=str(last["hash"]), at=str(last["at"]))


def test_every_schema_has_a_sample() -> None:
    """UPGRADE-01: all but the newest, which every other test writes."""
    numbers = {int(one.stem.rpartition("-")[2]) for one in SAMPLES}
    assert numbers >= {step.number for step in MIGRATIONS[:-1]}


def test_a_sample_verifies_as_it_is(sample: tuple[Path, list[dict[str, object]]]) -> None:
    """UPGRADE-02 (R16)."""
    file, entries = sample
    before = file.read_bytes()
    found = verify_place(file, head_in(entries))
    assert (found.problems, found.entries, found.head) == ((), len(entries), head_in(entries))
    assert file.read_bytes() == before


def test_a_sample_opens_with_nothing_differing(sample: tuple[Path, list[dict[str, object]]], site: Site) -> None:
    """UPGRADE-03 (R16)."""
    file, entries = sample
    with Book.open(file, now=site.clock, new_id=lambda: "new", read=read_text) as book:
        assert [told_of(entry) for entry in book.entries()] == entries
        book.record(enter("P1", "background", "sex", "F", mode="touch"), by="ines")
        assert [told_of(entry) for entry in book.entries()][: len(entries)] == entries
        verification = book.verify(head_in(entries))
    assert (verification.ok, verification.entries) == (True, len(entries) + 1)


def test_a_sample_without_its_guards(sample: tuple[Path, list[dict[str, object]]]) -> None:
    """UPGRADE-04: a trigger that is gone, a field that was changed behind it."""
    file, entries = sample
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        words = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_unchanged'").fetchone()
        connection.execute("DROP TRIGGER entry_unchanged")
    assert next(problem.code for problem in verify_place(file).problems) == "LEDGER-07"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE entry SET text = '9' WHERE seq = 9")
        connection.execute(words[0])
    assert "LEDGER-33" in [problem.code for problem in verify_place(file, head_in(entries)).problems]


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("CREATE TABLE _litestream_lock (id INTEGER)", []),
        ("CREATE TABLE _litestream_more (id INTEGER)", ["LEDGER-07"]),
        ("CREATE TRIGGER _litestream_lock AFTER INSERT ON entry BEGIN SELECT 1; END", ["LEDGER-07"]),
    ],
)
def test_a_program_that_copies(site: Site, statement: str, codes: list[str]) -> None:
    """UPGRADE-05."""
    site.create().close()
    with closing(sqlite3.connect(site.file, isolation_level=None)) as connection:
        connection.execute(statement)
    assert [problem.code for problem in verify_place(site.file).problems] == codes
