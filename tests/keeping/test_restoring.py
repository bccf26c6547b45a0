"""Restoring: nothing is overwritten, everything is verified, and what is restored works.

RESTORE-01: a restored study has the same entries and head, and goes on recording (R18, R19).
RESTORE-02: a folder that holds anything is refused, and stays as it is.
RESTORE-03: a backup or archive that was changed in any file is refused, and nothing is left of the attempt.
RESTORE-04: an archive leads nowhere else: a path out of it, or a file that its manifest does not name, is refused.
RESTORE-05: a manifest is measured before it is unpacked, and what is no file is not waited for.
ARCHIVE-01: an archive that is restored and archived again has the same bytes in all that was recorded (R14).
ARCHIVE-02: its entries can be read and their chain checked without this program (R14).
ARCHIVE-03: plan, every version of it, results, report, software and checksums are in it, and whose data they are (R27).
ARCHIVE-04: the study that is restored from it judges, asks and remembers who did what, as before (R19).
ARCHIVE-05: neither accounts nor identities, tokens nor keys are in it; the log of sign-ins is (R49, R19).
ARCHIVE-06: before the planned cut it holds no results, and says so.
ARCHIVE-07: what it holds is the ledger up to its head, whatever comes meanwhile; it is restored before it has a name.
ARCHIVE-08: it lies outside of the study's folder.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import STUDY, Site
from tests.keeping.conftest import Kept, make
from tests.keeping.test_backup import code_of, files_in, make_database

from trialbook.capture.acts import adopt, enter, erase, raise_query
from trialbook.capture.ledger import Entry, Head
from trialbook.errors import ActRefused, LedgerError
from trialbook.folder import read_kept
from trialbook.keeping.archive import PRIVATE_KEY, archive, write_entries, write_ledger
from trialbook.keeping.backup import take_backup
from trialbook.keeping.manifest import MANIFEST
from trialbook.keeping.restoring import LARGEST_MANIFEST, restore

TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105 - of an invented site
MADE_ANEW = {
    "README.txt",
    "manifest.json",
    "SHA256SUMS",
    "results/report.html",
    "results/results.json",
    "software.json",
}
"""They say when they were made, or by what."""


def head_of(kept: Kept) -> Head:
    """Return the head of the study's ledger."""
    with kept.open() as book:
        return book.head()


def test_a_restored_study_works(kept: Kept, tmp_path: Path) -> None:
    """RESTORE-01 (R18, R19)."""
    run = take_backup(kept.where, kept.doors)
    done = restore(Path(run.to), tmp_path / "new" / "place", kept.doors)
    assert done.head == head_of(kept)
    with kept.open() as ours, Site(done.folder, kept.site.study, kept.site.clock, kept.site.chance).open() as theirs:
        assert list(ours.entries()) == list(theirs.entries())
        theirs.record(enter("P1", "enzymes", "ck", "41", visit="unscheduled-40"), by="nora")
        assert theirs.verify(done.head).ok


def test_nothing_is_overwritten(kept: Kept, tmp_path: Path) -> None:
    """RESTORE-02."""
    run = take_backup(kept.where, kept.doors)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter").write_text("keep me")
    (tmp_path / "file").write_text("keep me")
    for to in (tmp_path / "full", tmp_path / "file", kept.where.path):
        with pytest.raises(LedgerError) as refused:
            restore(Path(run.to), to, kept.doors)
        assert code_of(refused) == "KEEP-05"
    assert (tmp_path / "full" / "letter").read_text() == "keep me"
    (tmp_path / "empty").mkdir()
    assert restore(Path(run.to), tmp_path / "empty", kept.doors).head == head_of(kept)


def flip(file: Path) -> None:
    """Turn one bit over in the middle of a file."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


CHANGES: dict[str, Callable[[Path], object]] = {
    "a flipped bit": lambda backup: flip(backup / "study" / "ledger.db"),
    "another plan": lambda backup: (backup / "study" / "study.yaml").write_text("trialbook: 1"),
    "a missing file": lambda backup: (backup / "study" / "wordings" / "ours.yaml").unlink(),
    "a file too many": lambda backup: (backup / "study" / "more.yaml").write_text("x"),
    "no manifest": lambda backup: (backup / "manifest.json").unlink(),
    "a manifest of another kind": lambda backup: (backup / "manifest.json").write_text("[1]"),
    "a hash of a path outside": lambda backup: edit(backup, lambda told: told["files"].update({"../x": "0" * 64})),
    "another head": lambda backup: edit(backup, lambda told: told["ledger"].update(hash="0" * 64)),
    "a shorter head": lambda backup: edit(backup, lambda told: told["ledger"].update(count=3)),
}


def edit(backup: Path, change: Callable[[dict[str, dict[str, object]]], object]) -> None:
    """Change the manifest of a backup."""
    told = json.loads((backup / "manifest.json").read_text(encoding="utf-8"))
    change(told)
    (backup / "manifest.json").write_text(json.dumps(told), encoding="utf-8")


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_backup_is_refused(kept: Kept, tmp_path: Path, change: Callable[[Path], object]) -> None:
    """RESTORE-03."""
    backup = Path(take_backup(kept.where, kept.doors, to=tmp_path / "backups").to)
    change(backup)
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(LedgerError):
        restore(backup, tmp_path / "again", kept.doors)
    assert {path.name for path in tmp_path.iterdir()} == before


# ---- archives -----------------------------------------------------------------------------------------------------


def packed(file: Path) -> dict[str, bytes]:
    """Return the files of an archive."""
    with zipfile.ZipFile(file) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def repacked(file: Path, files: dict[str, bytes]) -> Path:
    """Write an archive anew."""
    with zipfile.ZipFile(file, "w") as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return file


@pytest.fixture
def archived(kept: Kept, tmp_path: Path) -> Path:
    """Return an archive of the study, after it was amended."""
    file = kept.where.study_file
    file.write_text(
        file.read_text(encoding="utf-8").replace("expected: 0 to 2000", "expected: 0 to 3000"), encoding="utf-8"
    )
    with kept.open() as book:
        book.record(adopt(read_kept(file.read_text(encoding="utf-8")), reason="amendment 1"), by="carla")
    return archive(kept.where, tmp_path / "study.zip", kept.doors).file


def test_archived_again_it_is_the_same(kept: Kept, archived: Path, tmp_path: Path) -> None:
    """ARCHIVE-01 (R14)."""
    again = restore(archived, tmp_path / "again", kept.doors)
    first, second = (
        packed(archived),
        packed(archive(type(kept.where)(again.folder), tmp_path / "2.zip", kept.doors).file),
    )
    assert set(first) == set(second)
    assert [
        name for name in first if first[name] != second[name] and name not in MADE_ANEW | {"ledger/ledger.db"}
    ] == []
    assert again.head == head_of(kept)


def test_the_chain_is_checked_without_the_program(archived: Path) -> None:
    """ARCHIVE-02 (R14): as `how.txt` says, by nothing but JSON and SHA-256."""
    files, previous = packed(archived), "0" * 64
    lines = files["ledger/entries.jsonl"].decode().splitlines()
    sealed = {"reason", "salt", "source_file", "text", "value"}
    for number, line in enumerate(lines, start=1):
        told = json.loads(line)
        parts = (
            {k: v for k, v in told.items() if k in sealed},
            {k: v for k, v in told.items() if k not in {*sealed, "hash"}},
        )
        content, hashed = (
            hashlib.sha256(
                json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            ).hexdigest()
            for part in parts
        )
        assert (told["seq"], told["content"], told["hash"], told["previous"]) == (number, content, hashed, previous)
        previous = hashed
    assert previous in files["README.txt"].decode()
    rows = list(csv.DictReader(io.StringIO(files["ledger/entries.csv"].decode())))
    assert [row["hash"] for row in rows] == [json.loads(line)["hash"] for line in lines]


def test_what_is_in_an_archive(archived: Path) -> None:
    """ARCHIVE-03 (R27)."""
    files = packed(archived)
    assert {name for name in files if name.startswith("results/")} >= {"results/results.csv", "results/report.html"}
    assert [name[:4] for name in sorted(files) if name.startswith("versions/")] == ["vers", "vers"]
    software = json.loads(files["software.json"])
    assert {"trialbook", "python", "system"} <= set(software)
    assert {"sqlalchemy", "numpy"} <= {name.casefold() for name in software["packages"]}
    sums = {
        name: hashed for hashed, name in (line.split("  ", 1) for line in files["SHA256SUMS"].decode().splitlines())
    }
    for name, hashed in sums.items():
        assert hashlib.sha256(files[name]).hexdigest() == hashed
    assert set(files) - set(sums) == {"manifest.json", "SHA256SUMS"}
    assert "INVENTED DATA" in files["README.txt"].decode()
    manifest = json.loads(files["manifest.json"])
    assert (manifest["data"], manifest["program"]) == ("invented", software["trialbook"])


def test_the_restored_study_works(kept: Kept, archived: Path, tmp_path: Path) -> None:
    """ARCHIVE-04 (R19): edit checks, rights, queries, the versions of the plan, past moments."""
    folder = restore(archived, tmp_path / "again", kept.doors).folder
    with Site(folder, kept.site.study, kept.site.clock, kept.site.chance).open() as book:
        receipt = book.record(enter("P1", "enzymes", "ck", "9999", visit="unscheduled-41"), by="nora")
        assert [note.code for note in receipt.notes]
        book.record(raise_query("P1", "Is this so?", form="enzymes", item="ck", visit="unscheduled-41"), by="ines")
        with pytest.raises(ActRefused):
            book.record(enter("P1", "enzymes", "ck", "much", visit="unscheduled-42"), by="nora")
        assert book.study_at(5).fingerprint != book.study.fingerprint
        assert book.verify().ok


def test_no_secrets_are_archived(kept: Kept, tmp_path: Path) -> None:
    """ARCHIVE-05 (R49, R19)."""
    make_database(kept.where.path / "people.db", "a password")
    make_database(kept.where.path / "identities.db", "Anna Example")
    (kept.where.path / "site.key").write_text("secret")
    (kept.where.path / "site.toml").write_text(f'# metrics_token = "{TOKEN}"\n')
    (kept.where.path / "tls").mkdir()
    (kept.where.path / "tls" / "ours.pem").write_bytes(b"certificate\n-----BEGIN EC " + PRIVATE_KEY + b"\n")
    done = archive(kept.where, tmp_path / "a.zip", kept.doors, sign_ins=b"at,code\n")
    assert done.left_out == ("site.toml", "tls/ours.pem")
    file, files = done.file, packed(done.file)
    secrets = (b"a password", b"Anna Example", b"secret", TOKEN.encode(), PRIVATE_KEY)
    assert not any(word in content for content in files.values() for word in secrets)
    folder = restore(file, tmp_path / "again", kept.doors).folder
    assert files_in(folder) == {
        "study.yaml", "ledger.db", "wordings/ours.yaml", "earlier_sign_ins.csv", "restored.json",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["../out.txt", "study/../../out.txt", "/out.txt", "study/more.txt"])
def test_an_archive_leads_nowhere_else(kept: Kept, archived: Path, tmp_path: Path, name: str) -> None:
    """RESTORE-04."""
    repacked(archived, {**packed(archived), name: b"x"})
    with pytest.raises(LedgerError) as refused:
        restore(archived, tmp_path / "place" / "again", kept.doors)
    assert code_of(refused) == "KEEP-02"
    assert list((tmp_path / "place").iterdir()) == []
    assert not (tmp_path / "out.txt").exists()


def test_a_manifest_is_measured(kept: Kept, archived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RESTORE-05: it is never read."""
    read = list[str]()
    repacked(archived, {**packed(archived), MANIFEST: b" " * (LARGEST_MANIFEST + 1)})
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda _packed, name: read.append(name))
    os.mkfifo(tmp_path / "pipe")
    for source in (archived, tmp_path / "pipe"):
        with pytest.raises(LedgerError) as refused:
            restore(source, tmp_path / "again", kept.doors)
        assert code_of(refused) == "KEEP-01"
    assert read == []


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive(kept: Kept, tmp_path: Path, content: bytes) -> None:
    """RESTORE-03: an empty file, a text, an empty zip; and a file that is not there."""
    (tmp_path / "a.zip").write_bytes(content)
    for file in (tmp_path / "a.zip", tmp_path / "none.zip"):
        with pytest.raises(LedgerError) as refused:
            restore(file, tmp_path / "again", kept.doors)
        assert code_of(refused) == "KEEP-01"


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_rotten_archive(kept: Kept, archived: Path, tmp_path: Path, kind: int) -> None:
    """RESTORE-03: the bytes of a part are no longer what its packing makes."""
    with zipfile.ZipFile(tmp_path / "rotten.zip", "w", kind) as rotten:
        for name, whole in packed(archived).items():
            rotten.writestr(name, whole)
        start = rotten.getinfo(MANIFEST).header_offset + 30 + len(MANIFEST)
    file = tmp_path / "rotten.zip"
    content = bytearray(file.read_bytes())
    content[start : start + 60] = b"\xff" * 60
    file.write_bytes(content)
    with pytest.raises(LedgerError) as refused:
        restore(file, tmp_path / "again", kept.doors)
    assert code_of(refused) == "KEEP-01"


@pytest.mark.parametrize("content", ["[" * 100_000, '{"ledger": {"count": 1e999, "hash": "", "at": ""}}'])
def test_what_is_no_manifest(kept: Kept, tmp_path: Path, content: str) -> None:
    """RESTORE-03: brackets without end, and as many entries as no ledger has."""
    (tmp_path / "backup").mkdir()
    told = dict.fromkeys(("made", "title", "data", "program"), "x")
    (tmp_path / "backup" / MANIFEST).write_text(
        json.dumps(told)[:-1] + ", " + content[1:] if content.startswith("{") else content, encoding="utf-8"
    )
    with pytest.raises(LedgerError) as refused:
        restore(tmp_path / "backup", tmp_path / "again", kept.doors)
    assert code_of(refused) == "KEEP-01"


def test_changed_entries_are_refused(kept: Kept, archived: Path, tmp_path: Path) -> None:
    """RESTORE-03: also where the checksums were made anew, since the head is of the entries."""
    files = packed(archived)
    files["ledger/entries.jsonl"] = files["ledger/entries.jsonl"].replace(b'"text":"37"', b'"text":"38"')
    told = json.loads(files["manifest.json"])
    told["files"]["ledger/entries.jsonl"] = hashlib.sha256(files["ledger/entries.jsonl"]).hexdigest()
    repacked(archived, {**files, "manifest.json": json.dumps(told).encode()})
    with pytest.raises(LedgerError) as refused:
        restore(archived, tmp_path / "again", kept.doors)
    assert code_of(refused) == "LEDGER-33"


def test_a_damaged_ledger_is_not_archived(kept: Kept, tmp_path: Path) -> None:
    """ARCHIVE-03: nor is a file overwritten."""
    with closing(sqlite3.connect(kept.where.ledger, isolation_level=None)) as connection:
        words = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_unchanged'").fetchone()[0]
        connection.execute("DROP TRIGGER entry_unchanged")
        connection.execute("UPDATE entry SET text = '1' WHERE seq = 12")
        connection.execute(words)
    with pytest.raises(LedgerError):
        archive(kept.where, tmp_path / "a.zip", kept.doors)
    assert not (tmp_path / "a.zip").exists()
    (tmp_path / "a.zip").write_text("keep me")
    with pytest.raises(LedgerError) as refused:
        archive(kept.where, tmp_path / "a.zip", kept.doors)
    assert code_of(refused) == "KEEP-05"
    shutil.rmtree(tmp_path / "study")


CUT = STUDY.replace("data: invented", "data: real").replace(
    "  missing: available cases\n", "  missing: available cases\n  cut: after week 4\n"
)


def test_no_results_before_the_cut(tmp_path: Path) -> None:
    """ARCHIVE-06: whoever looks earlier has to say so elsewhere; all else is in it."""
    real = make(tmp_path / "real", CUT)
    done = archive(real.where, tmp_path / "a.zip", real.doors)
    files = packed(done.file)
    assert [one.code for one in done.without] == ["KEEP-24"]
    assert [name for name in files if name.startswith("results/")] == []
    assert "stay closed until the planned cut" in files["README.txt"].decode()
    assert "ledger/entries.csv" in files
    with real.open() as book:
        assert not [entry for entry in book.entries() if entry.act == "look"]


def test_erased_meanwhile(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ARCHIVE-07: words that are erased after the ledger was copied are in the archive, and it restores."""

    def copied(*asked: Any) -> Head:
        head = write_ledger(*asked)
        with kept.open() as book:
            book.record(erase([12], reason="a name"), by="carla")
        return head

    before = head_of(kept)
    monkeypatch.setattr("trialbook.keeping.archive.write_ledger", copied)
    file = archive(kept.where, tmp_path / "a.zip", kept.doors).file
    assert restore(file, tmp_path / "again", kept.doors).head == before
    assert head_of(kept).count == before.count + 1


def test_an_archive_is_tried(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ARCHIVE-07: one that does not restore gets no name."""

    def lose(draft: Path, entries: Iterable[Entry]) -> None:
        write_entries(draft, [*entries][:-1])

    monkeypatch.setattr("trialbook.keeping.archive.write_entries", lose)
    with pytest.raises(LedgerError) as refused:
        archive(kept.where, tmp_path / "a.zip", kept.doors)
    assert code_of(refused) == "LEDGER-39"
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_an_archive_within_the_study(kept: Kept) -> None:
    """ARCHIVE-08: the next one would hold it."""
    with pytest.raises(LedgerError) as refused:
        archive(kept.where, kept.where.path / "wordings" / "a.zip", kept.doors)
    assert code_of(refused) == "KEEP-21"
