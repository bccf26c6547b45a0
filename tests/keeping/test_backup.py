"""Backups: what they hold, that they are tried out, and that a bad one takes the place of none.

BACKUP-01: a backup that is made while others save holds every save acknowledged before it began, half of none, and is
verified by being restored (R18, R03).
BACKUP-02: every run is logged, those that fail too, with the reason (R18).
BACKUP-03: a ledger that is damaged, cut off or rewritten makes no backup, and takes none of the earlier ones away.
BACKUP-04: of each day, week and month the newest is kept, as many as asked; the newest of all always.
BACKUP-05: accounts and the key of the site are in it; identities are not, but in a place of their own where asked; what
can be made anew, and earlier backups, are left out (R49).
BACKUP-06: words that were erased are in no backup made afterwards, not in free pages either (R13).
BACKUP-07: a place that cannot be written, and what was left behind by a sudden death, do no harm.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.faults.saving import save, saved
from tests.keeping.conftest import Kept

from trialbook.capture.verify import verify_place
from trialbook.errors import LedgerError, TrialbookError
from trialbook.folder import StudyFolder
from trialbook.keeping.backup import take_backup
from trialbook.keeping.log import Run, is_due, log_of, read_runs
from trialbook.keeping.manifest import read_manifest
from trialbook.keeping.restoring import restore
from trialbook.keeping.rotation import STAMP, Keep, parse_every, parse_keep, superfluous


def code_of(error: pytest.ExceptionInfo[TrialbookError]) -> str:
    """Return the code of what was refused."""
    return error.value.problems[0].code


def files_in(folder: Path) -> set[str]:
    """Return the files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_backup_while_others_save(kept: Kept, tmp_path: Path) -> None:
    """BACKUP-01 (R18, R03)."""
    done: list[int] = []
    end = threading.Event()

    def go_on() -> None:
        with kept.open() as book:
            number = 0
            while not end.is_set():
                save(book, number)
                done.append(number)
                number += 1

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        for place in range(3):
            told = len(done)
            run = take_backup(kept.where, kept.doors, to=tmp_path / "backups")
            found = restore(Path(run.to), tmp_path / f"restored {place}", kept.doors)
            assert (found.head.count, found.head.hash) == (run.count, run.hash)
            with kept.site.__class__(found.folder, kept.site.study).open() as book:
                assert set(range(told)) <= set(saved(book))
    finally:
        end.set()
        thread.join()
    assert len(done) > 3


def test_every_run_is_logged(kept: Kept, tmp_path: Path) -> None:
    """BACKUP-02 (R18)."""
    first = take_backup(kept.where, kept.doors)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerError) as refused:
        take_backup(kept.where, kept.doors, to=tmp_path / "file")
    assert code_of(refused) == "KEEP-07"
    good, bad = read_runs(kept.where.path)
    assert good == first
    assert (bad.ok, "could not be written" in bad.problem) == (False, True)
    with kept.open() as book:
        assert (good.count, good.hash) == (book.head().count, book.head().hash)


def test_a_log_that_cannot_be_written(kept: Kept) -> None:
    """BACKUP-02: the backup stands, and that the log is silent of it is told."""
    log_of(kept.where.path).mkdir()
    with pytest.raises(LedgerError) as refused:
        take_backup(kept.where, kept.doors)
    problem = refused.value.problems[0]
    assert problem.code == "KEEP-14"
    assert problem.place is not None
    assert read_manifest(Path(str(problem.place.file))).head.count > 0


def test_a_line_that_was_cut_off(kept: Kept) -> None:
    """BACKUP-02: the next one stands on a line of its own."""
    first = take_backup(kept.where, kept.doors)
    with log_of(kept.where.path).open("a") as file:
        file.write('{"at": "2026')
    second = take_backup(kept.where, kept.doors)
    assert read_runs(kept.where.path) == (first, second)


def spoil(ledger: Path, statement: str) -> None:
    """Change a ledger past its guards."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        for _, words in triggers:
            connection.execute(words)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE entry SET text = '1' WHERE seq = 12", "LEDGER-33"),
        ("DELETE FROM entry WHERE seq > 20", "LEDGER-39"),
    ],
)
def test_bad_backup_replaces_none(kept: Kept, statement: str, code: str) -> None:
    """BACKUP-03: changed, and cut off since the last backup."""
    good = take_backup(kept.where, kept.doors)
    spoil(kept.where.ledger, statement)
    for _ in range(3):
        with pytest.raises(LedgerError) as refused:
            take_backup(kept.where, kept.doors, keep=Keep(daily=1, weekly=0, monthly=0))
        assert code_of(refused) == code
    assert [path.name for path in Path(good.to).parent.iterdir()] == [Path(good.to).name]
    assert verify_place(Path(good.to) / "study" / "ledger.db").ok


# ---- which are kept -----------------------------------------------------------------------------------------------


def nightly(days: int) -> list[str]:
    """Return the names of backups of so many nights, two each."""
    first = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
    moments = (first + timedelta(days=day, hours=hour) for day in range(days) for hour in (0, 12))
    return [f"{moment:{STAMP}}" for moment in moments]


def test_rotation() -> None:
    """BACKUP-04: after a year of two a day: 7 days, 4 weeks, 12 months, some of which are the same."""
    names = nightly(365)
    gone = superfluous(names, Keep())
    left = sorted(set(names) - set(gone))
    assert left[-7:] == [f"2026-12-{day}T130000Z" for day in range(25, 32)]
    assert [name[:10] for name in left[:-7]] == [
        *(f"2026-{month:02}-{day}" for month, day in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30), start=1)),
        "2026-12-13",
        "2026-12-20",
    ]


def test_the_newest_is_always_kept() -> None:
    """BACKUP-04: and what is no backup is never taken away."""
    nothing = Keep(daily=0, weekly=0, monthly=0)
    assert superfluous(["2026-01-01T010000Z", "2026-01-02T010000Z", "letters", ".x"], nothing) == (
        "2026-01-01T010000Z",
    )


def test_rotation_on_disk(kept: Kept) -> None:
    """BACKUP-04: the log says what was taken away."""
    first = take_backup(kept.where, kept.doors)
    second = take_backup(kept.where, kept.doors)
    assert second.removed == (Path(first.to).name,)
    assert [path.name for path in Path(second.to).parent.iterdir()] == [Path(second.to).name]


@pytest.mark.parametrize("text", ["daily", "daily=x", "hourly=3", "daily=1,daily=2", "daily=-1", "daily=１"])
def test_what_does_not_say_how_many(text: str) -> None:
    """BACKUP-04."""
    with pytest.raises(LedgerError) as refused:
        parse_keep(text)
    assert code_of(refused) == "KEEP-03"


def test_how_many_and_how_often() -> None:
    """BACKUP-04: what is left out has its default."""
    assert parse_keep(" daily = 2, monthly=0") == Keep(daily=2, monthly=0)
    assert (parse_every("24 hours"), parse_every("1 day")) == (timedelta(days=1), timedelta(days=1))
    for text in ("0 hours", "often", "1.5 days", "3 months", ""):
        with pytest.raises(LedgerError) as refused:
            parse_every(text)
        assert code_of(refused) == "KEEP-04"


def run_at(moment: datetime, *, ok: bool) -> Run:
    """Return a backup that was tried."""
    return Run(at=moment.isoformat(), to="", ok=ok)


def test_when_it_is_due() -> None:
    """BACKUP-02: at once where there is none, then every day; an hour after one that failed; not stopped by a clock."""
    now, day, hour = datetime(2026, 3, 2, tzinfo=UTC), timedelta(days=1), timedelta(hours=1)
    assert is_due((), now, day)
    assert not is_due((run_at(now - hour, ok=True),), now, day)
    assert is_due((run_at(now - day, ok=True),), now, day)
    failed = (run_at(now - 2 * day, ok=True), run_at(now - hour / 2, ok=False))
    assert not is_due(failed, now, day)
    assert is_due(failed, now + hour, day)
    assert is_due((run_at(now + 3 * day, ok=True),), now, day)


# ---- what is in it ------------------------------------------------------------------------------------------------


def make_database(file: Path, word: str) -> None:
    """Make a database with a word in it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE one (word)")
        connection.execute("INSERT INTO one VALUES (?)", (word,))
        connection.commit()


def test_what_is_in_it(kept: Kept, tmp_path: Path) -> None:
    """BACKUP-05 (R49)."""
    folder = kept.where.path
    make_database(folder / "people.db", "an account")
    make_database(folder / "identities.db", "Anna Example")
    (folder / "site.key").write_text("secret")
    apart = tmp_path / "apart"
    run = take_backup(kept.where, kept.doors, identities=apart)
    run = take_backup(kept.where, kept.doors, identities=apart)
    assert files_in(Path(run.to)) == {
        "manifest.json", "study/study.yaml", "study/ledger.db", "study/wordings/ours.yaml", "accounts/people.db",
        "accounts/site.key",
    }  # fmt: skip
    assert not any(b"Anna Example" in path.read_bytes() for path in Path(run.to).rglob("*") if path.is_file())
    (name,) = (path.name for path in apart.iterdir())
    assert b"Anna Example" in (apart / name / "identities.db").read_bytes()
    assert files_in(restore(Path(run.to), tmp_path / "again", kept.doors).folder) == {
        "study.yaml", "ledger.db", "wordings/ours.yaml", "people.db", "site.key", "restored.json",
    }  # fmt: skip


def test_identities_that_are_not_there(kept: Kept, tmp_path: Path) -> None:
    """BACKUP-05: asked for by mistake."""
    with pytest.raises(LedgerError) as refused:
        take_backup(kept.where, kept.doors, identities=tmp_path / "apart")
    assert code_of(refused) == "KEEP-08"


def test_free_pages_are_not_copied(kept: Kept) -> None:
    """BACKUP-06 (R13): a word that was in the file and is no longer in any table."""
    make_database(kept.where.path / "people.db", "Anna Example " * 500)
    with closing(sqlite3.connect(kept.where.path / "people.db")) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("DELETE FROM one")
        connection.commit()
    assert b"Anna Example" in (kept.where.path / "people.db").read_bytes(), "the control"
    run = take_backup(kept.where, kept.doors)
    assert b"Anna Example" not in (Path(run.to) / "accounts" / "people.db").read_bytes()


def test_what_was_left_behind(kept: Kept, tmp_path: Path) -> None:
    """BACKUP-07: what a backup that was killed left goes after a day; one that runs at the same time stays."""
    place = tmp_path / "backups"
    for name in (".2026-03-01T000000Z.x", ".2026-03-02T080000Z.y", ".other"):
        (place / name).mkdir(parents=True)
    take_backup(kept.where, kept.doors, to=place)
    assert {path.name for path in place.iterdir() if path.name.startswith(".")} == {".2026-03-02T080000Z.y", ".other"}


def test_a_study_without_a_ledger(kept: Kept, tmp_path: Path) -> None:
    """BACKUP-07: there is nothing to back up yet."""
    bare = StudyFolder(Path(shutil.copytree(kept.where.path, tmp_path / "bare", ignore=shutil.ignore_patterns("*.db"))))
    with pytest.raises(LedgerError) as refused:
        take_backup(bare, kept.doors)
    assert code_of(refused) == "FOLDER-03"


def test_the_manifest_says_whose_data_it_is(kept: Kept) -> None:
    """BACKUP-05: invented data say so."""
    run = take_backup(kept.where, kept.doors)
    manifest = read_manifest(Path(run.to))
    assert (manifest.data, manifest.title) == ("invented", "Four weeks of an invented drug")
