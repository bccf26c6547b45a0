"""Accounts that are in a database: in a backup as the file that a site without a database has, and back again.

BACKUP-09: a backup of a study in PostgreSQL holds the accounts, second factors and logs, row by row (R18).
BACKUP-10: it is restored into a folder, or into another database; there people sign in with what they had, and nobody
    is signed in already (R18).
BACKUP-11: a database that has accounts is refused, and neither ledger nor accounts go there.
BACKUP-12: no session is in a backup, of a file neither.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from tests.database import Server, running_server

from trialbook.capture.verify import verify_place

STUDY = Path(__file__).parents[2] / "studies" / "rituximab_polymyositis"
PREPARE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.conf import settings
from django.test import Client
from trialbook.capture.acts import grant, screen
from trialbook.web.accounts.models import Account, Phone
from trialbook.web.accounts.second import new_recovery_codes, planned_device
from trialbook.web.site import site_at
site = site_at(settings.STUDY_FOLDER)
site.begin("carla")
site.record(grant("ida", "investigator"), by="carla")
site.record(screen("P01"), by="ida")
for code in ("carla", "ida"):
    Account.objects.create_user(code, "correct horse battery", name=code.title())
carla = Account.objects.get(code="carla")
planned_device(carla)
Phone.objects.update(confirmed=True)
new_recovery_codes(carla)
for password in ("wrong", "correct horse battery"):
    Client().post("/sign-in", {"code": "ida", "password": password}, headers={"Host": "localhost"})
site.close()
"""
LOOK = """
import django, json
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.conf import settings
from django.test import Client
from trialbook.web.accounts.models import Account, OpenSession, Phone, SignIn
began = OpenSession.objects.count()
before = SignIn.objects.count()
client = Client()
client.post("/sign-in", {"code": "ida", "password": "correct horse battery"}, headers={"Host": "localhost"})
print(json.dumps({
    "sessions": began,
    "accounts": list(Account.objects.order_by("pk").values_list("pk", "code", "name", "password")),
    "made": [one.isoformat() for one in Account.objects.order_by("pk").values_list("made_at", flat=True)],
    "log": list(SignIn.objects.order_by("pk").values_list("code", "what", "note")[:before]),
    "phones": [(one.user_id, one.key, one.is_readable, str(one.created_at)) for one in Phone.objects.all()],
    "codes": list(Account.objects.get(code="carla").recovery_codes.order_by("pk").values_list("digest", flat=True)),
    "person": client.get("/keep-alive", headers={"Host": "localhost"}).json()["person"],
}))
from trialbook.web.site import close_sites
close_sites()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Far:
    """A study whose ledger and accounts are in a database."""

    folder: Path
    server: Server
    database: str

    def told(self, folder: Path, database: str) -> dict[str, str]:
        """Return the environment of a process of a site."""
        more = {"DJANGO_SETTINGS_MODULE": "trialbook.web.settings", "TRIALBOOK_STUDY": str(folder)}
        store = self.server.address(database) if database else ""
        return {**os.environ, **more, "TRIALBOOK_STORE": store, "TRIALBOOK_HOSTS": "localhost"}

    def run(self, *words: str, database: str = "") -> subprocess.CompletedProcess[str]:
        """Run a verb."""
        line = [sys.executable, "-m", "trialbook", *words]
        told = self.told(self.folder, database)
        return subprocess.run(line, env=told, capture_output=True, text=True, check=False)

    def look(self, folder: Path, database: str) -> dict[str, object]:
        """Return what the site of a folder knows of its people, and who is signed in with the password."""
        line = [sys.executable, "-c", LOOK]
        done = subprocess.run(line, env=self.told(folder, database), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found: dict[str, object] = json.loads(done.stdout)
        return found


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    """Return the study, with two accounts, one of them with a second factor."""
    folder = Path(shutil.copytree(STUDY, tmp_path_factory.mktemp("far") / "study"))
    with running_server() as server:
        made = Far(folder=folder, server=server, database=server.new())
        subprocess.run([sys.executable, "-c", PREPARE], env=made.told(folder, made.database), check=True)
        yield made


@pytest.fixture(scope="module")
def backup(far: Far, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a backup of it."""
    place = tmp_path_factory.mktemp("backups")
    done = far.run("backup", str(far.folder), "--to", str(place), database=far.database)
    assert done.returncode == 0, done.stderr
    (made,) = place.iterdir()
    return made


@pytest.fixture(scope="module")
def known(far: Far, backup: Path) -> dict[str, object]:
    """Return what the site itself knows of its people, when the backup was made; one session lasts there."""
    assert backup.is_dir()
    told = far.look(far.folder, far.database)
    assert told["sessions"] == 1
    return told | {"sessions": 0}


def test_what_a_backup_holds(backup: Path) -> None:
    """BACKUP-09, -12: rows as they are; nobody else reads the file."""
    file = backup / "accounts" / "people.db"
    assert file.stat().st_mode & 0o077 == 0
    assert (backup / "accounts" / "site.key").is_file()
    with closing(sqlite3.connect(file)) as opened:
        counts = [
            opened.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - named here
            for name in ("accounts_account", "otp_totp_totpdevice", "accounts_signin", "accounts_opensession")
        ]
        with pytest.raises(sqlite3.DatabaseError, match="never deleted"):
            opened.execute("DELETE FROM accounts_signin")
    assert counts == [2, 1, 2, 0]


def test_restored_into_a_folder(far: Far, backup: Path, known: dict[str, object], tmp_path: Path) -> None:
    """BACKUP-10 (R18): a site with files goes on where the database was."""
    done = far.run("restore", str(backup), "--to", str(tmp_path / "new"))
    assert done.returncode == 0, done.stderr
    assert far.look(tmp_path / "new", "") == known
    assert verify_place(tmp_path / "new" / "ledger.db").head == verify_place(far.server.address(far.database)).head


def test_restored_into_another_database(far: Far, backup: Path, known: dict[str, object], tmp_path: Path) -> None:
    """BACKUP-10 (R18): the same people, numbers and times; what comes next has numbers of its own."""
    other = far.server.new()
    done = far.run("restore", str(backup), "--to", str(tmp_path / "new"), "--store", far.server.address(other))
    assert done.returncode == 0, done.stderr
    assert far.look(tmp_path / "new", other) == known
    assert known["person"] == "ida"
    assert known["phones"]
    assert verify_place(far.server.address(other)).head == verify_place(far.server.address(far.database)).head
    assert not list((tmp_path / "new").glob("people*"))


def test_a_database_with_accounts(far: Far, backup: Path, tmp_path: Path) -> None:
    """BACKUP-11: nothing of the backup goes there, and nothing is left of the attempt."""
    other = far.server.new()
    far.run("restore", str(backup), "--to", str(tmp_path / "one"), "--store", far.server.address(other))
    with psycopg.connect(far.server.address(other, "keeper"), autocommit=True) as owner:
        owner.execute("DROP SCHEMA ledger CASCADE")
    far.run("prepare-store", far.server.address(other, "keeper"), "--writer", "writer")
    done = far.run("restore", str(backup), "--to", str(tmp_path / "two"), "--store", far.server.address(other))
    assert done.returncode != 0
    assert "has accounts already" in done.stderr
    assert not (tmp_path / "two").exists()
    assert verify_place(far.server.address(other)).head.count == 0
