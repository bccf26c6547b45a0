"""A study's folder: what is done with its files as a whole, and what is said where one of them is not as it should be.

FOLD-01: several programs may begin a ledger at the same moment; one makes it, and all record into it.
FOLD-02: where a head was kept elsewhere, a ledger that is gone is told as a loss; a head that says nothing is none.
FOLD-03: an import that meets a study file which nobody adopted says so.
FOLD-04: a ledger that cannot be looked at is not called damaged.
FOLD-05: a ledger that was moved into a database is not begun a second time beside what is left of it.
FOLD-08: an import that is larger than usual is refused before it is worked on, unless that is wanted.
FOLD-06: a report names the head of what its numbers were computed from.
FOLD-07: a file is written whole or not at all; a link stays one, and what is no file is written into; a disk without
    room is told with the file that was asked for.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from trialbook.analysis import plan
from trialbook.capture.acts import note
from trialbook.capture.book import Book
from trialbook.capture.file import Store
from trialbook.capture.moving import put_aside
from trialbook.demo import SHIPPED
from trialbook.errors import ImportRefused, LedgerError
from trialbook.exchange import imports
from trialbook.folder import (
    Doors,
    StudyFolder,
    import_files,
    open_existing,
    open_or_create,
    read_head,
    verify_ledger,
    write_head,
    write_whole,
)
from trialbook.outcome import write_report, write_results
from trialbook.wording import remedy, sentence

STUDY = "infliximab_myositis"


@pytest.fixture
def where(tmp_path: Path) -> StudyFolder:
    """Return the folder of a study of which nothing is recorded."""
    return StudyFolder(Path(shutil.copytree(SHIPPED / STUDY, tmp_path / STUDY)))


@pytest.fixture
def doors() -> Doors:
    """Return a clock that stands, chance that counts, and a person."""
    ids = itertools.count(1)
    return Doors(now=lambda: datetime(2026, 3, 2, tzinfo=UTC), new_id=lambda: f"id-{next(ids)}", by="carla")


def test_two_programs_begin_a_ledger_at_once(where: StudyFolder, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """FOLD-01: the second finds the ledger of the first when its own is ready, and opens that."""
    create = Store.create

    def create_late(path: Path) -> Store:
        monkeypatch.setattr(Store, "create", create)
        open_or_create(where, doors).close()
        return create(path)

    monkeypatch.setattr(Store, "create", create_late)
    with open_or_create(where, doors) as book:
        assert book.head().count == 2
        assert book.verify().ok
    assert sorted(path.name for path in where.path.iterdir() if "ledger" in path.name) == ["ledger.db"]


def test_a_ledger_that_is_gone(where: StudyFolder, doors: Doors, tmp_path: Path) -> None:
    """FOLD-02."""
    with open_or_create(where, doors) as book:
        head = book.head()
    write_head(tmp_path / "head.json", head)
    assert verify_ledger(where, read_head(tmp_path / "head.json")).ok
    where.ledger.unlink()
    with pytest.raises(LedgerError) as gone:
        verify_ledger(where, read_head(tmp_path / "head.json"))
    assert [problem.code for problem in gone.value.problems] == ["LEDGER-39"]
    with pytest.raises(LedgerError) as never:
        verify_ledger(where, None)
    assert [problem.code for problem in never.value.problems] == ["FOLDER-03"]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "head",
        '{"count": 0, "hash": "", "at": ""}',
        f'{{"count": -5, "hash": "{"0" * 64}", "at": "x"}}',
        '{"count": 3, "hash": "abc", "at": "x"}',
        f'{{"count": Infinity, "hash": "{"0" * 64}", "at": "x"}}',
        "[" * 100_000,
    ],
)
def test_a_head_that_says_nothing_is_none(tmp_path: Path, text: str) -> None:
    """FOLD-02: a head of no entry would find every ledger in order."""
    (tmp_path / "head.json").write_text(text, encoding="utf-8")
    with pytest.raises(LedgerError) as refused:
        read_head(tmp_path / "head.json")
    assert [problem.code for problem in refused.value.problems] == ["FOLDER-04"]


def test_an_import_says_that_the_study_file_was_changed(where: StudyFolder, doors: Doors) -> None:
    """FOLD-03: a map that names what only the changed file has is refused with the reason beside it."""
    table, mapping = where.path / "data" / "as_published.csv", where.path / "map.yaml"
    import_files(where, [table], mapping, doors=doors)
    plan = where.study_file.read_text(encoding="utf-8")
    where.study_file.write_text(
        plan.replace("      mmt8: {", "      fatigue: {label: Fatigue, number: score}\n      mmt8: {"), encoding="utf-8"
    )
    done = import_files(where, [table], mapping, doors=doors)
    assert [note.code for note in done.preview.notes] == ["FOLDER-05"]
    told = mapping.read_text(encoding="utf-8").replace("function.fi", "function.fatigue")
    mapping.write_text(told, encoding="utf-8")
    with pytest.raises(ImportRefused) as refused:
        import_files(where, [table], mapping, doors=doors)
    codes = {problem.code for problem in refused.value.problems}
    assert codes == {"MAP-15", "FOLDER-05"}


def test_a_ledger_that_cannot_be_read_now(where: StudyFolder, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """FOLD-04: no room for SQLite's own notes, as on a full disk: nothing was recorded, and that is said."""
    import sqlite3

    open_or_create(where, doors).close()

    class Full(sqlite3.OperationalError):
        sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE

    def connect(*_: object, **__: object) -> sqlite3.Connection:
        raise Full("disk I/O error")

    monkeypatch.setattr(sqlite3, "connect", connect)
    verification = verify_ledger(where, None)
    assert [problem.code for problem in verification.problems] == ["LEDGER-21"]
    (problem,) = verification.problems
    assert str(where.ledger) in sentence(problem)
    assert "Nothing was recorded" in remedy(problem)
    with pytest.raises(LedgerError) as refused:
        Book.open(where.ledger, now=doors.now, new_id=doors.new_id, read=lambda _: pytest.fail("not read"))
    assert [problem.code for problem in refused.value.problems] == ["LEDGER-21"]


def test_no_second_ledger_beside_one_that_was_moved(where: StudyFolder, doors: Doors) -> None:
    """FOLD-05: nobody names the database to which it was moved: nothing is begun, previewed or called empty."""
    with open_or_create(where, doors) as book:
        head = book.head()
    aside, table = put_aside(where.ledger, head), where.path / "data" / "as_published.csv"
    attempts: tuple[Callable[[], object], ...] = (
        lambda: open_or_create(where, doors),
        lambda: open_existing(where, doors),
        lambda: verify_ledger(where, None),
        lambda: import_files(where, [table], where.path / "map.yaml", doors=doors, dry=True),
    )
    for attempt in attempts:
        with pytest.raises(LedgerError) as told:
            attempt()
        (problem,) = told.value.problems
        assert (problem.code, str(aside) in sentence(problem)) == ("LEDGER-61", True)
        assert "TRIALBOOK_STORE" in remedy(problem)
    assert not where.ledger.exists()
    aside.rename(where.ledger)
    with open_or_create(where, doors) as book:
        assert book.head() == head


def test_a_report_names_the_head_of_its_numbers(
    where: StudyFolder, doors: Doors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """FOLD-06: somebody records while it is computed; nothing of that is in it."""
    open_or_create(where, doors).close()
    compute = plan.run_plan
    with open_existing(where, doors) as book, open_existing(where, doors) as other:

        def meanwhile(*given: Any, **named: Any) -> Any:
            other.record(note("meanwhile"), by="carla")
            return compute(*given, **named)

        monkeypatch.setattr(plan, "run_plan", meanwhile)
        before = book.head()
        computed = write_results(book, tmp_path)
        told = json.loads(computed.document.read_bytes())["trialbook"]["ledger"]
        assert told == {"entries": before.count, "hash": before.hash, "at": before.at}
        before = book.head()
        page = write_report(book, tmp_path, now=doors.now()).page.read_text(encoding="utf-8")
        assert [head.hash in page for head in (before, book.head())] == [True, False]


def test_an_import_that_is_large(where: StudyFolder, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """FOLD-08: nothing is begun."""
    table, mapping = where.path / "data" / "as_published.csv", where.path / "map.yaml"
    monkeypatch.setattr(imports, "MOST_CELLS", 50)
    with pytest.raises(ImportRefused) as told:
        import_files(where, [table], mapping, doors=doors)
    assert [problem.code for problem in told.value.problems] == ["IMPORT-34"]
    assert not where.has_ledger
    assert import_files(where, [table], mapping, doors=doors, is_large=True).recorded


# ---- files that are written -------------------------------------------------------------------------------------


def test_a_link_stays_one(tmp_path: Path) -> None:
    """FOLD-07: also one that leads to nothing yet."""
    (tmp_path / "there").mkdir()
    link, target = tmp_path / "link", tmp_path / "there" / "target"
    link.symlink_to("there/target")
    for content in (b"first", b"second"):
        write_whole(link, content)
        assert (link.is_symlink(), target.read_bytes()) == (True, content)
    assert [path.name for path in target.parent.iterdir()] == ["target"]


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    """FOLD-07: as `/dev/stdout` and every device; what stands there is still there."""
    pipe, read = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"told")
    reader.join()
    assert (pipe.is_fifo(), read) == (True, [b"told"])


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    """FOLD-07: by the name that was asked for; nothing is left behind."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "circle").symlink_to("circle")
    for name in ("folder", "circle"):
        with pytest.raises(OSError, match=r"directory|symbolic") as told:
            write_whole(tmp_path / name, b"x")
        assert told.value.filename == str(tmp_path / name)
    words = (
        "import resource, sys; from pathlib import Path; from trialbook.folder import write_whole; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)); write_whole(Path(sys.argv[1]), b'x' * 100)"
    )
    file = tmp_path / "new" / "study.yaml"
    done = subprocess.run([sys.executable, "-c", words, str(file)], capture_output=True, text=True, check=False)
    assert f"File too large: {str(file)!r}" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["circle", "folder"]
