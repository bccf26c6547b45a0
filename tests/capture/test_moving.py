"""A ledger carried between a file and a PostgreSQL database, and the verbs that reach it there.

MOVE-01: every entry arrives as it is, with those whose words were erased; the head is the same, both sides verify.
MOVE-02: nothing is carried to a place that has entries, and none from a file that another program has open.
MOVE-03: the file is left under another name, so that nothing is recorded in it; back into a file works as well.
MOVE-04: every verb finds the ledger by TRIALBOOK_STORE, or by `store` in site.toml, which holds no password.
MOVE-05: a backup or an archive of a database is the same as of a file, and is restored into either (R19).
MOVE-06: the database of another study is refused, and no message tells a password.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from tests.conftest import Chance, Clock, Site
from tests.database import OWNER, PLAIN, WRITER, Server

from trialbook.capture.acts import enter, erase
from trialbook.capture.ledger import Entry
from trialbook.capture.moving import copy_ledger, move_ledger, put_aside
from trialbook.capture.store import Transaction
from trialbook.capture.stores import has_secret, named
from trialbook.capture.verify import verify_place
from trialbook.cli import main
from trialbook.errors import LedgerError
from trialbook.folder import Doors, StudyFolder, open_existing
from trialbook.keeping.backup import take_backup
from trialbook.keeping.restoring import restore
from trialbook.protocol.model import Study
from trialbook.web.accounts.policy import read_policy

pytestmark = pytest.mark.files


@pytest.fixture
def made(tmp_path: Path, study: Study) -> Site:
    """Return a study's folder with a ledger, in which words were erased."""
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "study.yaml").write_text(study.text, encoding="utf-8")
    site = Site(folder, study)
    with site.create() as book:
        typed = book.record(enter("P1", "enzymes", "comment", "Jane Doe", visit="baseline"), by="nora").entries[0]
        book.record(erase([typed.seq], reason="a name"), by="carla")
        book.record(enter("P1", "background", "sex", "F"), by="ines")
    return site


@pytest.fixture
def address(server: Server) -> str:
    """Return the address of a database that is prepared and empty."""
    return server.address(server.emptied())


def code_of(told: pytest.ExceptionInfo[LedgerError]) -> str:
    return told.value.problems[0].code


def test_there_and_back(made: Site, address: str) -> None:
    """MOVE-01, MOVE-03."""
    with made.open() as book:
        before = book.head(), tuple(book.entries())
    steps: list[tuple[str, int, int]] = []
    moved = move_ledger(made.file, address, mark="m", progress=lambda *step: steps.append(step))
    count = before[0].count
    assert (moved.head, steps[-1]) == (before[0], ("copying entries", count, count))
    assert moved.kept == made.folder / "ledger.moved.db"
    assert not made.file.exists()
    there = Site(made.folder, made.study, address=address)
    with there.open() as book:
        assert (book.head(), tuple(book.entries())) == before
        book.record(enter("P1", "enzymes", "ck", "100", visit="baseline"), by="nora")
    back = move_ledger(address, made.file, mark="m")
    assert (back.kept, back.head.count) == (None, count + 1)
    assert verify_place(made.file, before[0]).ok
    with made.open() as book:
        assert book.record(enter("P1", "enzymes", "ck", "200", visit="week 4"), by="nora").entries


def test_what_is_not_carried(made: Site, address: str) -> None:
    """MOVE-02: the file stays as it is."""
    with closing(sqlite3.connect(made.file)) as other:
        other.execute("SELECT count(*) FROM entry").fetchone()
        with pytest.raises(LedgerError) as told:
            move_ledger(made.file, address, mark="m")
    assert code_of(told) == "LEDGER-58"
    Site(made.folder, made.study, address=address).create().close()
    with pytest.raises(LedgerError) as told:
        move_ledger(made.file, address, mark="m")
    assert code_of(told) == "LEDGER-13"
    with made.open() as book:
        assert book.verify().ok


def test_a_damaged_ledger_is_not_carried(made: Site, address: str) -> None:
    """MOVE-02: what does not verify keeps its name."""
    with closing(sqlite3.connect(made.file, isolation_level=None)) as past:
        sql = past.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_unchanged'").fetchone()[0]
        past.execute("DROP TRIGGER entry_unchanged")
        past.execute("UPDATE entry SET value = 'nurse' WHERE seq = 3")
        past.execute(sql)
    with pytest.raises(LedgerError):
        move_ledger(made.file, address, mark="m")
    assert made.file.exists()


def test_a_file_that_goes_on_meanwhile(made: Site) -> None:
    """MOVE-02: somebody records between the copy and the new name, or opens the file then: it keeps its name."""
    head = verify_place(made.file).head
    with closing(sqlite3.connect(made.file)) as other:
        other.execute("SELECT count(*) FROM entry").fetchone()
        with pytest.raises(LedgerError) as told:
            put_aside(made.file, head)
    assert code_of(told) == "LEDGER-56"
    with made.open() as book:
        book.record(enter("P1", "enzymes", "ck", "100", visit="baseline"), by="nora")
        later = book.head()
    with pytest.raises(LedgerError) as told:
        put_aside(made.file, head)
    assert code_of(told) == "LEDGER-55"
    assert verify_place(made.file).head == later
    aside = put_aside(made.file, later)
    made.file.write_bytes(b"another")
    with pytest.raises(LedgerError) as told:
        put_aside(made.file, later)
    assert (code_of(told), verify_place(aside).head, made.file.read_bytes()) == ("LEDGER-56", later, b"another")


def test_a_store_that_loses_entries(made: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MOVE-01: a planted fault, a store that keeps all but the last, is told; the old file keeps its name."""
    keep = Transaction.append

    def lose(self: Transaction, entries: Sequence[Entry]) -> None:
        keep(self, entries[:-1] if len(entries) > 3 else entries)

    monkeypatch.setattr(Transaction, "append", lose)
    with pytest.raises(LedgerError) as told:
        move_ledger(made.file, tmp_path / "other.db", mark="m")
    assert code_of(told) == "LEDGER-55"
    assert made.file.exists()
    assert not (tmp_path / "other.db").exists()


def test_copies(made: Site, address: str, tmp_path: Path) -> None:
    """MOVE-05: of a file and of a database the same entries, which nobody else may read."""
    before, copies = verify_place(made.file).head, (tmp_path / "of-file.db", tmp_path / "of-database.db")
    copy_ledger(made.file, copies[0])
    move_ledger(made.file, address, mark="m")
    copy_ledger(address, copies[1])
    for copy in copies:
        assert (verify_place(copy).head, stat.S_IMODE(copy.stat().st_mode)) == (before, 0o600)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Return what runs verbs."""
    monkeypatch.delenv("TRIALBOOK_STORE", raising=False)
    return CliRunner()


def said(run: CliRunner, *words: str) -> Result:
    done = run.invoke(main, words)
    assert done.exit_code == 0, done.output
    return done


def test_every_verb_finds_it(made: Site, address: str, run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    """MOVE-04: the environment before the settings; the same answers as from the file."""
    folder, head = str(made.folder), str(made.folder / "head.json")
    asked = (["status", folder], ["history", folder, "P1"], ["verify", folder], ["head", folder], ["report", folder])
    from_file = [said(run, *words).output for words in asked]
    assert f"to {named(address)}" in said(run, "move", folder, "--to", address).output
    monkeypatch.setenv("TRIALBOOK_STORE", address)
    assert [said(run, *words).output for words in asked] == from_file
    said(run, "enter", folder, "P1", "enzymes.ck", "100", "--visit", "baseline", "--by", "nora")
    monkeypatch.delenv("TRIALBOOK_STORE")
    (made.folder / "site.toml").write_text(f'store = "{address}"\n', encoding="utf-8")
    assert "100" in said(run, "history", folder, "P1", "enzymes.ck", "--visit", "baseline").output
    said(run, "verify", folder, "--save-head", head)
    said(run, "verify", folder, "--head", head)
    said(run, "grant", folder, "una", "nurse", "--by", "carla")


def test_without_a_password(made: Site, address: str, run: CliRunner) -> None:
    """MOVE-04, MOVE-06: a password in site.toml is refused, and not told."""
    move_ledger(made.file, address, mark="m")
    secret = address.replace(f"//{WRITER}@", f"//{WRITER}:hunter2@")
    (made.folder / "site.toml").write_text(f'store = "{secret}"\n', encoding="utf-8")
    done = run.invoke(main, ["status", str(made.folder)])
    assert (done.exit_code, "hunter2" in done.output) == (2, False)
    assert "SERVE-03" in done.output
    for told in (secret, f"{address}&password=hunter2", f"{address}&sslpassword=hunter2"):
        assert has_secret(told)
        assert "hunter2" not in named(told)
    assert not has_secret(address)


@pytest.mark.parametrize(
    "password", ["hunter2", "hun/ter2", "hun?ter2", "hun:ter2", "hun@ter2", "hun@t/er2", "/@hunter2", "hunter2%40"]
)
@pytest.mark.parametrize("who", ["writer", "writer@hospital", ""])
def test_a_password_of_any_signs(who: str, password: str) -> None:
    """MOVE-06: whatever the driver takes for a password, and what was meant as one, is not told."""
    address = f"postgresql://{who}:{password}@db.example:5432/study?sslmode=verify-full"
    assert has_secret(address)
    assert named(address) == f"postgresql://{who}@db.example:5432/study?sslmode=verify-full"


@pytest.mark.parametrize("who", ["", "w@", "w@hospital@"])
def test_an_address_without_a_password(who: str) -> None:
    """MOVE-06: it is told as it stands."""
    address = f"postgresql://{who}h:5432/d?sslmode=verify-full"
    assert (has_secret(address), named(address)) == (False, address)


def test_another_study(made: Site, address: str, run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    """MOVE-06: an address is easily taken for another's."""
    move_ledger(made.file, address, mark="m")
    monkeypatch.setenv("TRIALBOOK_STORE", address)
    text = made.study.text.replace("id: invented-enzymes", "id: another-one")
    (made.folder / "study.yaml").write_text(text, encoding="utf-8")
    done = run.invoke(main, ["enter", str(made.folder), "P1", "enzymes.ck", "1", "--visit", "baseline", "--by", "nora"])
    assert "LEDGER-54" in done.output
    assert verify_place(address).entries == verify_place(made.folder / "ledger.moved.db").entries


def test_kept_and_restored(made: Site, server: Server, tmp_path: Path) -> None:
    """MOVE-05: from the database into a file, and into another database."""
    address, doors = server.address(server.emptied()), Doors(now=Clock(), new_id=Chance(), by="tester")
    move_ledger(made.file, address, mark="m")
    where = StudyFolder(made.folder, address)
    with open_existing(where, doors) as book:
        entries = tuple(book.entries())
    run = take_backup(where, doors, to=tmp_path / "backups")
    again = restore(Path(run.to), tmp_path / "again", doors)
    assert again.head.hash == run.hash == entries[-1].hash
    other = server.address(server.new())
    restore(Path(run.to), tmp_path / "other", doors, store=other)
    for one in (StudyFolder(tmp_path / "again"), StudyFolder(tmp_path / "other", other)):
        with open_existing(one, doors) as book:
            assert tuple(book.entries()) == entries
    assert not (tmp_path / "other" / "ledger.db").exists()
    assert read_policy(tmp_path / "other").store == other


def test_archived(made: Site, address: str, tmp_path: Path, run: CliRunner) -> None:
    """MOVE-05: by the verbs; with accounts in the database that nobody has made yet."""
    move_ledger(made.file, address, mark="m")
    before = verify_place(address).head
    # in a process of its own: Django is set up once in each
    command = [sys.executable, "-m", "trialbook", "archive", str(made.folder), str(tmp_path / "all.zip")]
    done = subprocess.run(command, env={**os.environ, "TRIALBOOK_STORE": address}, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert before.hash in said(run, "restore", str(tmp_path / "all.zip"), "--to", str(tmp_path / "again")).output


def test_made_ready(made: Site, server: Server, run: CliRunner) -> None:
    """MOVE-04: by an owner who is no superuser, once; readers may be added later."""
    server.run(f"CREATE DATABASE bare OWNER {PLAIN}")
    server.run("CREATE ROLE somebody")
    owner = server.address("bare", PLAIN)
    assert "Prepared" in said(run, "prepare-store", owner, "--writer", WRITER).output
    server.run("CREATE ROLE auditor")
    assert "before" in said(run, "prepare-store", owner, "--writer", WRITER, "--reader", "auditor=north").output
    assert server.run("SELECT role, site FROM ledger.reader", "bare") == "auditor|north"
    for other in ("nobody-there", "somebody"):
        done = run.invoke(main, ["prepare-store", owner, "--writer", other])
        assert (done.exit_code, "LEDGER-" in done.output) == (5, True), done.output
    there = Site(made.folder, made.study, address=server.address("bare"))
    with there.create() as book:
        assert book.verify().ok
        with psycopg.connect(owner, autocommit=True) as keeper, pytest.raises(psycopg.errors.RaiseException):
            keeper.execute("DELETE FROM ledger.entry WHERE seq = 3")
    with psycopg.connect(there.address) as writer:
        writer.execute("CREATE TABLE people.mine (text text)")


def test_where_the_password_stands(
    made: Site, server: Server, run: CliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """MOVE-04: in PGPASSFILE or in the environment; a wrong one is told without its words."""
    server.run("CREATE ROLE guarded LOGIN PASSWORD 'hunter2'")
    server.run("CREATE DATABASE behind")
    rules = server.folder / "data" / "pg_hba.conf"
    rules.write_text(f"local all guarded scram-sha-256\n{rules.read_text(encoding='utf-8')}", encoding="utf-8")
    server.control("reload")
    said(run, "prepare-store", server.address("behind", OWNER), "--writer", "guarded")
    address, folder = server.address("behind", "guarded"), str(made.folder)
    for told in (address, address.replace("guarded@", "guarded:guess@")):
        done = run.invoke(main, ["move", folder, "--to", told])
        assert ("LEDGER-51" in done.output, "guess" in done.output, made.file.exists()) == (True, False, True)
    (tmp_path / "pgpass").write_text("*:*:*:guarded:hunter2\n", encoding="utf-8")
    (tmp_path / "pgpass").chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    said(run, "move", folder, "--to", address)
    monkeypatch.delenv("PGPASSFILE")
    monkeypatch.setenv("TRIALBOOK_STORE", address.replace("guarded@", "guarded:hunter2@"))
    assert "hunter2" not in said(run, "verify", folder).output
