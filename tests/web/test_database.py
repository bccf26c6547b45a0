"""The site on PostgreSQL, as a user starts it: two processes on one database, and a database that is restarted.

DATABASE-01: who signed in at one process is signed in at the other; what one saves the other shows at once.
DATABASE-02: wrong passwords are counted together; an account that is shut at one process is shut at the other.
DATABASE-03: the database is restarted while people save at both: whoever is not told “saved” is told in words that it
    is not known, sends the same again, and it is stored once; nothing that was answered is lost (R20, R21).
DATABASE-04: the log of sign-ins is kept by the database itself; accounts and ledger leave no file in the folder.
DATABASE-05: `doctor` looks at the database.
DATABASE-06: while the database is away, /health and every page say so with 503 and in plain words, /metrics tells that
    the site is not ready; once it is back the site works again by itself.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest
from tests.database import OWNER, Server, running_server
from tests.web.conftest import PASSWORD, STUDIES
from tests.web.running import Running, running
from tests.web.test_killed import ANSWERS, Nurse, Save

from trialbook.capture.verify import verify_place
from trialbook.folder import Doors, StudyFolder, open_existing

MANY, SAVES = 4, 12
PREPARE = """
import django, sys
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.conf import settings
from trialbook.capture.acts import grant, screen
from trialbook.web.accounts.models import Account
from trialbook.web.site import site_at
site = site_at(settings.STUDY_FOLDER)
site.begin("carla")
site.record(grant("ida", "investigator"), by="carla")
for number in range(int(sys.argv[1])):
    site.record(grant(f"nurse-{number}", "nurse"), by="carla")
    site.record(screen(f"P{number + 1:02}"), by="ida")
    Account.objects.create_user(f"nurse-{number}", sys.argv[2])
site.close()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A study whose ledger and accounts are in one database, and two sites of it."""

    folder: Path
    address: str
    server: Server
    database: str
    sites: tuple[Running, Running]

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to find the database."""
        return {**os.environ, "TRIALBOOK_STUDY": str(self.folder), "TRIALBOOK_STORE": self.address}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """Return the two sites."""
    folder = Path(shutil.copytree(STUDIES / "rituximab_polymyositis", tmp_path_factory.mktemp("shared") / "study"))
    (folder / "site.toml").write_text('metrics = "here"\n', encoding="utf-8")
    with ExitStack() as stack:
        server = stack.enter_context(running_server())
        database = server.new()
        address = server.address(database)
        told = {"TRIALBOOK_STORE": address}
        line = [sys.executable, "-c", PREPARE, str(MANY + 1), PASSWORD]
        more = {"DJANGO_SETTINGS_MODULE": "trialbook.web.settings", "TRIALBOOK_STUDY": str(folder), **told}
        subprocess.run(line, env={**os.environ, **more}, check=True)
        first, second = (stack.enter_context(running(folder, told)) for _ in range(2))
        yield Shared(folder=folder, address=address, server=server, database=database, sites=(first, second))


def asked(nurse: Nurse) -> Save:
    """Make a new row with an id of its own."""
    return Save(person=nurse.person, row=str(next(nurse.rows)), request=str(uuid.uuid4()))  # noqa: TID251


def page(nurse: Nurse, site: Running, path: str) -> tuple[int, str]:
    """Fetch a page."""
    wire = nurse.wire(site)
    wire.request("GET", path, headers=nurse.header())
    told = nurse.read(wire)
    wire.close()
    return told


def test_one_session_at_both(shared: Shared) -> None:
    """DATABASE-01."""
    here, there = shared.sites
    nurse = Nurse(person="nurse-0")
    nurse.sign_in(here)
    wire, save = nurse.wire(there), asked(nurse)
    nurse.send(wire, save)
    wire.close()
    for site in (here, there):
        status, told = page(nurse, site, f"/participants/{save.participant}/forms/adverse_events/rows/{save.row}/")
        assert (status, ANSWERS["term"] in told) == (200, True)


def test_who_else_has_a_form_open(shared: Shared) -> None:
    """DATABASE-01: also at the other process, until they leave or save."""
    path = "/participants/P01/form-presence?form=adverse_events&repeat=7"
    told = []
    for number, site in enumerate(shared.sites):
        nurse = Nurse(person=f"nurse-{number}")
        nurse.sign_in(site)
        told.append(page(nurse, site, path)[1])
    assert ["nurse-0 has this form open" in one for one in told] == [False, True]


def test_wrong_passwords_are_counted_together(shared: Shared) -> None:
    """DATABASE-02: three here and two there shut the account, for the right password too."""
    here, there = shared.sites
    told = []
    for site, word in ((here, "x"), (there, "x"), (here, "x"), (there, "x"), (here, "x"), (there, PASSWORD)):
        nurse = Nurse(person=f"nurse-{MANY}")
        wire = nurse.wire(site)
        wire.request("GET", "/sign-in")
        nurse.read(wire)
        told.append(nurse.post(wire, "/sign-in", code=nurse.person, password=word, next="/")[0])
        wire.close()
    assert told[-1] != http.client.FOUND


@dataclass(slots=True, kw_only=True)
class Persistent:
    """A nurse who sends a save until it is answered that it is saved."""

    nurse: Nurse
    saved: list[Save] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """Pages that said something else."""

    def save_on(self, site: Running, until: threading.Event) -> None:
        """Save until told to end, and a little more."""
        rest = SAVES
        while rest:
            rest -= until.is_set()
            save = asked(self.nurse)
            while not self.is_saved(site, save):
                time.sleep(0.2)
            self.saved.append(save)

    def is_saved(self, site: Running, save: Save) -> bool:
        """Send a save; tell whether it was answered as saved."""
        told = {f"answer.{item}": text for item, text in ANSWERS.items()}
        path = f"/participants/{save.participant}/forms/adverse_events/rows/{save.row}/"
        wire = self.nurse.wire(site)
        status, body = self.nurse.post(
            wire, path, request=save.request, items=" ".join(ANSWERS), seen="", do="save", **told
        )
        wire.close()
        if status != http.client.SEE_OTHER:
            self.told.append(f"{status} {body}")
        return status == http.client.SEE_OTHER


def test_a_database_that_is_restarted(shared: Shared) -> None:
    """DATABASE-03."""
    people = [Persistent(nurse=Nurse(person=f"nurse-{number}", rows=count(100))) for number in range(MANY)]
    for number, one in enumerate(people):
        one.nurse.sign_in(shared.sites[number % 2])
    over = threading.Event()
    threads = [
        threading.Thread(target=one.save_on, args=(shared.sites[number % 2], over)) for number, one in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    shared.server.control("restart", "-m", "immediate")
    over.set()
    for thread in threads:
        thread.join(60)
    told = [words for one in people for words in one.told]
    assert told, "nobody met the restart"
    assert not [words for words in told if "does not answer" not in words and "LEDGER-" not in words]
    found = verify_place(shared.address)
    assert found.ok, found.problems
    doors = Doors(now=lambda: pytest.fail("no clock"), new_id=lambda: "x", by="tester")
    with open_existing(StudyFolder(shared.folder, shared.address), doors) as book:
        kept = Counter(entry.request for entry in book.history(form="adverse_events"))
    saved = [save for one in people for save in one.saved]
    assert len(saved) >= MANY * SAVES
    assert {kept[save.request] for save in saved} == {len(ANSWERS)}


def test_what_the_database_keeps(shared: Shared) -> None:
    """DATABASE-04: not even the owner changes a line unseen, as long as the trigger stands."""
    with psycopg.connect(shared.server.address(shared.database), autocommit=True) as writer:
        assert writer.execute("SELECT count(*) FROM people.accounts_signin").fetchone() != (0,)
        for harm in ("UPDATE people.accounts_signin SET code = 'x'", "DELETE FROM people.accounts_signin",
                     "TRUNCATE people.accounts_signin", "DELETE FROM ledger.entry"):  # fmt: skip
            with pytest.raises((psycopg.errors.RaiseException, psycopg.errors.InsufficientPrivilege)):
                writer.execute(harm)
    assert not [path.name for path in shared.folder.iterdir() if path.suffix == ".db"]


def findings(shared: Shared, address: str) -> dict[str, list[str]]:
    """Return what `doctor` finds: check -> codes."""
    line = [sys.executable, "-m", "trialbook", "doctor", str(shared.folder), "--json"]
    environment = {**shared.environment, "TRIALBOOK_STORE": address}
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return {one["check"]: [told["code"] for told in one["problems"]] for one in json.loads(done.stdout)["checks"]}


def test_the_doctor(shared: Shared) -> None:
    """DATABASE-05: its pages carry no sums here; the owner's role is none to write with."""
    told = findings(shared, shared.address)
    assert (told["ledger"], told["database"], told["accounts"]) == ([], ["SERVE-32"], [])
    assert "SERVE-20" not in told["people"]
    assert findings(shared, shared.server.address(shared.database, OWNER))["ledger"] == ["LEDGER-07"]


def asked_of(site: Running, path: str) -> tuple[int, str]:
    """Ask a site for a page as a stranger."""
    return page(Nurse(person="nobody"), site, path)


def test_the_database_is_away(shared: Shared) -> None:
    """DATABASE-06: no traceback, no address; the same for somebody who is signed in."""
    site, nurse = shared.sites[0], Nurse(person="nurse-0")
    nurse.sign_in(site)
    shared.server.control("stop", "-m", "immediate")
    try:
        health, live, numbers = (asked_of(site, path) for path in ("/health", "/health/live", "/metrics"))
        pages = [asked_of(site, "/sign-in"), page(nurse, site, "/participants/")]
    finally:
        words = f"-k {shared.server.folder} -c listen_addresses='' -c max_connections=60"
        shared.server.control("start", "-o", words)
    assert (health, live) == ((503, '{"ready": false}'), (200, '{"live": true}'))
    assert numbers[0] == 200
    assert "trialbook_ready 0" in numbers[1]
    for status, told in pages:
        assert (status, "The database does not answer" in told) == (503, True)
        assert not [word for word in ("Traceback", "psycopg", str(shared.server.folder), "writer@") if word in told]
    end = time.monotonic() + 60
    while asked_of(site, "/health")[0] != 200 and time.monotonic() < end:
        time.sleep(0.2)
    assert page(nurse, site, "/participants/")[0] == 200
    assert "trialbook_ready 1" in asked_of(site, "/metrics")[1]
