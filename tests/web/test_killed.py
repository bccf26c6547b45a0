"""The serving process killed while eight people save: what was acknowledged is there, and nothing is half there.

KILL-01: every save that was answered stands in the ledger, whole; none stands there in part; the chain verifies (R03,
R20).
    (ASVS-V16.5.3, ASVS-V2.3.3)
KILL-02: a save whose answer never came is sent again with its request id after the restart, and stands there once
(R21).
KILL-03: the test would tell: with a writer that answers before it has saved, answered saves are lost.

KILLS in the environment is how often the process is killed (100 where nothing is said), SEED from which moments by
chance; `make campaign` sets both. A killed process is no power cut: what the operating system had not written to the
disk yet survives it.
"""

from __future__ import annotations

import http.client
import os
import random  # noqa: TID251 - pauses and places of the blow
import shutil
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode

import pytest
from django.db import connections
from tests.web.conftest import CUSTODIAN, PASSWORD, Served, account_of
from tests.web.running import Running, running

from trialbook.capture.acts import grant, screen
from trialbook.capture.ledger import Entry
from trialbook.capture.verify import verify_place
from trialbook.folder import StudyFolder
from trialbook.web.site import Site, close_sites

PEOPLE = tuple(f"nurse-{number}" for number in range(8))
ANSWERS = {"term": "Headache", "serious": "no", "grade": "2"}
NOTHING: Mapping[str, str] = MappingProxyType({})
KILLS, SITES = int(os.environ.get("KILLS", "100")), 4
"""How often in all, and on how many sites at once."""
SEED = int(os.environ.get("SEED", "12"))
LATEST = 0.5
"""Seconds after the first answer within which the process is killed."""
EARLY = """
import threading, time
from trialbook.capture.book import Receipt
from trialbook.capture.writer import Writer
record_all = Writer.record_all
def later(self, acts, by, more):
    time.sleep(0.3)
    record_all(self, acts, by=by, **more)
def early(self, acts, *, by, **more):
    threading.Thread(target=later, args=(self, acts, by, more), daemon=True).start()
    return tuple(Receipt(entries=()) for _ in acts)
Writer.record_all = early
"""
"""A writer that answers before it has saved, put into the serving process as it starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """A new row of the form of adverse events, sent with an id of its own."""

    person: str
    row: str
    request: str

    @property
    def participant(self) -> str:
        """Everybody has a participant of their own."""
        return f"P{PEOPLE.index(self.person) + 1:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nurse:
    """Somebody who saves one row after the other, with the cookies of one sign-in."""

    person: str
    cookies: dict[str, str] = field(default_factory=dict)
    answered: list[Save] = field(default_factory=list)
    unanswered: list[Save] = field(default_factory=list)
    rows: Iterator[int] = field(default_factory=lambda: count(1))

    def save_on(self, site: Running, begun: threading.Event) -> None:
        """Save until the site does not answer any more."""
        wire = self.wire(site)
        while True:
            asked = Save(person=self.person, row=str(next(self.rows)), request=str(uuid.uuid4()))  # noqa: TID251
            try:
                self.send(wire, asked)
            except (OSError, http.client.HTTPException):
                self.unanswered.append(asked)
                break
            self.answered.append(asked)
            begun.set()
        wire.close()

    def wire(self, site: Running) -> http.client.HTTPConnection:
        """Return a connection to the site."""
        return http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=30)

    def send(self, wire: http.client.HTTPConnection, asked: Save) -> None:
        """Send a row; whatever is answered but that it was saved is a mistake of this test."""
        path = f"/participants/{asked.participant}/forms/adverse_events/rows/{asked.row}/"
        told = {f"answer.{item}": text for item, text in ANSWERS.items()}
        status, body = self.post(wire, path, request=asked.request, items=" ".join(ANSWERS), seen="", do="save", **told)
        assert status == http.client.SEE_OTHER, (status, body[-2000:])

    def post(self, wire: http.client.HTTPConnection, path: str, **told: str) -> tuple[int, str]:
        """Send a form with the cookies, as a browser without a script does."""
        body = urlencode({**told, "csrfmiddlewaretoken": self.cookies.get("csrf", "")})
        wire.request("POST", path, body, {**self.header(), "Content-Type": "application/x-www-form-urlencoded"})
        return self.read(wire)

    def read(self, wire: http.client.HTTPConnection) -> tuple[int, str]:
        """Read an answer whole, and keep its cookies."""
        answer = wire.getresponse()
        body = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, body

    def header(self) -> dict[str, str]:
        """Return the cookies as they are sent."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def sign_in(self, site: Running) -> None:
        """Sign in with the password."""
        wire = self.wire(site)
        wire.request("GET", "/sign-in")
        self.read(wire)
        status, body = self.post(wire, "/sign-in", code=self.person, password=PASSWORD, next="/")
        assert status == http.client.FOUND, body
        wire.close()


@pytest.fixture
def peopled(served: Served) -> Path:
    """A study with eight nurses and a participant for each, closed in this process."""
    for person in PEOPLE:
        served.site.record(grant(person, "nurse"), by=CUSTODIAN)
        served.site.record(screen(Save(person=person, row="", request="").participant), by="ida")
        account_of(person)
    close_sites()
    connections.close_all()
    return served.folder


def killed_while_saving(site: Running, nurses: list[Nurse], after: float) -> None:
    """Let everybody save, and kill the process some time after the first answer."""
    begun = threading.Event()
    threads = [threading.Thread(target=nurse.save_on, args=(site, begun)) for nurse in nurses]
    for thread in threads:
        thread.start()
    assert begun.wait(60)
    time.sleep(after)
    site.kill()
    for thread in threads:
        thread.join()


def send_again(site: Running, nurses: list[Nurse]) -> None:
    """Send every save whose answer never came twice again: each is answered."""
    for nurse in nurses:
        wire = nurse.wire(site)
        for asked in nurse.unanswered:
            nurse.send(wire, asked)
            nurse.send(wire, asked)
        nurse.answered.extend(nurse.unanswered)
        nurse.unanswered.clear()
        wire.close()


def kill_often(folder: Path, kills: int, more: Mapping[str, str] = NOTHING, *, seed: int = SEED) -> list[Nurse]:
    """Start the site, let everybody save, kill it, and so on; return who saved what."""
    chance = random.Random(seed)  # noqa: S311 - moments that are the same in each run
    nurses = [Nurse(person=person) for person in PEOPLE]
    for number in range(kills):
        with running(folder, more) as site:
            if number == 0:
                for nurse in nurses:
                    nurse.sign_in(site)
            send_again(site, nurses)
            killed_while_saving(site, nurses, chance.uniform(0, LATEST))
    return nurses


def recorded(folder: Path) -> Counter[tuple[str, str]]:
    """Return how many entries of each participant and row the ledger holds, after it was verified."""
    found = verify_place(folder / "ledger.db")
    assert found.ok, found.problems
    site = Site(StudyFolder(folder))
    try:
        entries: tuple[Entry, ...] = site.history(form="adverse_events")
        return Counter((entry.participant or "", entry.repeat or "") for entry in entries)
    finally:
        site.close()


def test_nothing_that_was_answered_is_lost(peopled: Path, tmp_path: Path) -> None:
    """KILL-01, KILL-02: on several sites at once, since most of the time is spent waiting for one to start."""
    folders = [shutil.copytree(peopled, tmp_path / f"site {number}") for number in range(SITES)]
    with ThreadPoolExecutor(SITES) as pool:
        list(pool.map(nothing_is_lost, folders, range(SITES)))


def nothing_is_lost(peopled: Path, number: int) -> None:
    """Kill a site often, and look for everything that it acknowledged."""
    kills = max(1, KILLS // SITES)
    nurses = kill_often(peopled, kills, seed=100 * SEED + number)
    before = recorded(peopled)
    assert set(before.values()) == {len(ANSWERS)}
    lost = [asked for nurse in nurses for asked in nurse.answered if (asked.participant, asked.row) not in before]
    assert lost == []
    with running(peopled) as site:
        send_again(site, nurses)
    after = recorded(peopled)
    every = {(asked.participant, asked.row) for nurse in nurses for asked in nurse.answered}
    assert after == dict.fromkeys(every, len(ANSWERS))
    assert len(every) > kills * len(PEOPLE)


def test_a_writer_that_answers_too_early_is_found_out(peopled: Path, tmp_path: Path) -> None:
    """KILL-03."""
    (tmp_path / "early").mkdir()
    (tmp_path / "early" / "sitecustomize.py").write_text(EARLY, encoding="utf-8")
    nurses = kill_often(peopled, 1, {"PYTHONPATH": str(tmp_path / "early")})
    found = recorded(peopled)
    assert [asked for nurse in nurses for asked in nurse.answered if (asked.participant, asked.row) not in found]
