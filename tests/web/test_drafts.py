"""Imports that wait to be accepted: private, each somebody's own, and gone when their time is over.

DRAFT-01: what waits is there for twelve hours and gone after, whoever asks next; what waits less long stays.
DRAFT-02: what was never written whole goes by its age, too; nothing else beside it does.
DRAFT-03: only the person who sent it finds it, only in that role; a key that is none leads nowhere.
DRAFT-04: nobody else on the machine reads the files; a decision takes them away.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trialbook.web.imports import drafts
from trialbook.web.imports.drafts import LIFE, Waiting, find, folder_of, forget, keep, sweep, waiting_of

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
FIRST, SECOND = (f"{number:08}-0000-4000-8000-000000000000" for number in (1, 2))
MINUTE = timedelta(minutes=1)


def waits(study: Path, key: str, sent: datetime, person: str = "dan") -> Waiting:
    """Let an import wait."""
    made = Waiting(
        key=key, person=person, grant="data_manager@", sent_at=sent.isoformat(), files=("labs.csv",), is_plain=True
    )
    keep(study, made, {"labs.csv": b"code,ck\n"})
    return made


def keys(study: Path) -> set[str]:
    """Return what lies in the folder."""
    return {path.name for path in (study / drafts.FOLDER).iterdir()}


def test_its_time_is_over(tmp_path: Path) -> None:
    """DRAFT-01: to the minute, by the clock that is handed in."""
    old, young = waits(tmp_path, FIRST, NOW), waits(tmp_path, SECOND, NOW + 2 * MINUTE)
    sweep(tmp_path, NOW + LIFE)
    assert keys(tmp_path) == {FIRST, SECOND}
    asked = {"person": "dan", "grant": "data_manager@"}
    assert waiting_of(tmp_path, **asked, now=NOW + LIFE) == [young, old]
    assert find(tmp_path, FIRST, **asked, now=NOW + LIFE) == old
    assert find(tmp_path, FIRST, **asked, now=NOW + LIFE + MINUTE) is None
    assert keys(tmp_path) == {SECOND}
    assert waiting_of(tmp_path, **asked, now=NOW + LIFE + 3 * MINUTE) == []
    assert keys(tmp_path) == set()


def test_what_was_never_whole(tmp_path: Path) -> None:
    """DRAFT-02."""
    waits(tmp_path, FIRST, NOW)
    for name, words in (("cut", '{"key"'), ("empty", ""), ("other", '{"key": "x", "more": 1, "files": []}')):
        folder = folder_of(tmp_path, name)
        folder.mkdir()
        (folder / drafts.DRAFT_FILE).write_text(words)
        os.utime(folder, (NOW.timestamp(), NOW.timestamp()))
    (tmp_path / "ledger.db").write_bytes(b"x")
    os.utime(tmp_path / "ledger.db", (0, 0))
    sweep(tmp_path, NOW + LIFE)
    assert keys(tmp_path) == {FIRST, "cut", "empty", "other"}
    sweep(tmp_path, NOW + LIFE + MINUTE)
    assert keys(tmp_path) == set()
    assert (tmp_path / "ledger.db").is_file()


def test_whose_it_is(tmp_path: Path) -> None:
    """DRAFT-03."""
    made = waits(tmp_path, FIRST, NOW)
    assert find(tmp_path, FIRST, person="dan", grant="data_manager@", now=NOW) == made
    for person, grant in (("eve", "data_manager@"), ("dan", "monitor@")):
        assert find(tmp_path, FIRST, person=person, grant=grant, now=NOW) is None
        assert waiting_of(tmp_path, person=person, grant=grant, now=NOW) == []
    for key in ("..", "../..", "", f"../{drafts.FOLDER}/{FIRST}"):
        assert find(tmp_path, key, person="dan", grant="data_manager@", now=NOW) is None
        forget(tmp_path, key)
    assert keys(tmp_path) == {FIRST}


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_private_and_gone(tmp_path: Path) -> None:
    """DRAFT-04."""
    waits(tmp_path, FIRST, NOW)
    every = [path for path in tmp_path.rglob("*") if path.name != drafts.FOLDER]
    assert {path.stat().st_mode & 0o077 for path in every} == {0}
    forget(tmp_path, FIRST)
    assert keys(tmp_path) == set()
