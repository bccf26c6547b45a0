"""How the site is watched over: its health, its numbers, its log, and how it stops.

OPER-01: /health says whether the site can serve, and nothing else, to whoever asks; it fails with ledger, accounts or
    writer, and names none of them (ASVS-V13.4.5).
OPER-02: /metrics is nowhere by default; on, it is for the own machine or for a token, and holds names of routes and
    numbers only (ASVS-V13.4.5, ASVS-V13.2.3).
OPER-03: no line of the log holds an address, a participant, a search, a token or the words of an exception; none can be
    split or forged by what is sent (ASVS-V16.2.5, ASVS-V16.4.1, ASVS-V14.2.1; R49).
OPER-04: a save that is under way when the site is asked to stop is answered, and stands in the ledger (R20).
OPER-05: `doctor` finds a running site that cannot serve, and a token that others can read.
"""

from __future__ import annotations

import io
import json
import logging
import re
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client, override_settings
from django.urls import resolve
from tests.web.conftest import CUSTODIAN, Served, account_of, use_database
from tests.web.running import running
from tests.web.test_killed import Nurse, Save, peopled, recorded
from tests.web.treated import treat

from trialbook.capture.acts import note
from trialbook.errors import ActRefused
from trialbook.folder import Doors, StudyFolder
from trialbook.keeping.log import Run, write_run
from trialbook.keeping.schedule import Plan
from trialbook.web import site as clock
from trialbook.web.accounts.policy import Policy, SiteFileError, read_policy
from trialbook.web.doctor import Patient, look_at_files, look_at_running
from trialbook.web.operating import health, watching
from trialbook.web.operating.counting import BOUNDS, COUNTS, Asked, Counts
from trialbook.web.operating.exposition import Now, exposition
from trialbook.web.operating.log import Json, Lines
from trialbook.web.site import close_sites

__all__ = ["peopled"]
TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105 - of an invented site
SLOW = """
import os, pathlib, time
from trialbook.capture.writer import Writer
_save = Writer._save
def slowly(self, jobs):
    pathlib.Path(os.environ["BEGUN"]).touch()
    time.sleep(2)
    _save(self, jobs)
Writer._save = slowly
"""
"""A writer that takes two seconds, put into the serving process as it starts."""


def policy(**chosen: Any) -> Any:
    """Serve as if site.toml said this."""
    return override_settings(POLICY=replace(settings.POLICY, **chosen))


# ---- OPER-01 ----------------------------------------------------------------------------------------------------


def test_oper_01_healthy(served: Served) -> None:
    """OPER-01: the same to everybody, under any name of the host, without a session."""
    for client in (Client(), served.browser("asa"), served.browser("ida")):
        answer = client.get("/health", headers={"host": "10.0.0.7"})
        assert (answer.status_code, answer.json()) == (200, {"ready": True})
        assert answer["Cache-Control"] == "no-store"
    answer = Client().get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"live": True})
    assert not answer.cookies
    assert Client().post("/health").status_code == 405


@pytest.mark.usefixtures("unopened")
def test_oper_01_before_the_first_run() -> None:
    """OPER-01: a site that waits for its first account can serve."""
    assert Client().get("/health").json() == {"ready": True}


def test_oper_01_the_early_answer_is_that_of_the_route() -> None:
    """OPER-01: what is answered before the gate is what the table of routes names."""
    for path, view in watching.FIRST.items():
        assert resolve(path).func is view


def test_oper_01_the_writer_is_gone(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    """OPER-01: the site says no, and the log what of."""
    served.site._writer.close()  # type: ignore[union-attr]  # noqa: SLF001 - what a fault would bring about
    with caplog.at_level(logging.ERROR, "trialbook.health"):
        logging.getLogger("trialbook").propagate = True
        answer = Client().get("/health")
        logging.getLogger("trialbook").propagate = False
    assert (answer.status_code, answer.json()) == (503, {"ready": False})
    assert "not ready: writer" in caplog.text
    assert Client().get("/health/live").status_code == 200


def test_oper_01_the_accounts_are_damaged(served: Served, tmp_path: Path) -> None:
    """OPER-01: with the accounts nobody can work, and the site still says so."""
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database " * 1000)
    use_database(broken)
    assert health.failing() == ("accounts",)
    assert Client().get("/health").status_code == 503
    connections.close_all()
    use_database(served.folder / "people.db")
    assert Client().get("/health").status_code == 200


def test_oper_01_the_ledger_is_damaged(served: Served) -> None:
    """OPER-01: a ledger that does not answer any more."""
    served.site._book.close()  # type: ignore[union-attr]  # noqa: SLF001 - what a fault would bring about
    with closing(sqlite3.connect(served.folder / "ledger.db")) as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (served.folder / "ledger.db").write_bytes(b"no database " * 1000)
    assert "ledger" in health.failing()


def test_oper_01_backups(served: Served) -> None:
    """OPER-01: that they are late is told, and keeps nobody from working; without a plan nothing is said."""
    with policy(backup=Plan(every=timedelta(days=1))):
        assert Client().get("/health").json() == {"ready": True, "backup": "late"}
        write_run(served.folder, Run(at=clock.now().isoformat(), to=str(served.folder / "backups" / "x"), ok=True))
        assert Client().get("/health").json() == {"ready": True, "backup": "ok"}


# ---- OPER-02 ----------------------------------------------------------------------------------------------------


def test_oper_02_nowhere_by_default(served: Served) -> None:
    """OPER-02: the same answer as for an address that is none."""
    served.browser("ida")
    plain, none = Client().get("/metrics"), Client().get("/nothing")
    assert (plain.status_code, len(plain.content)) == (404, len(none.content))
    assert served.browser(CUSTODIAN).get("/metrics").status_code == 404


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 200),
        ({"REMOTE_ADDR": "10.0.0.7"}, 404),
        ({"REMOTE_ADDR": ""}, 404),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
        ({"HTTP_FORWARDED": "for=127.0.0.1"}, 404),
    ],
)
def test_oper_02_the_own_machine(served: Served, sent: dict[str, str], status: int) -> None:
    """OPER-02, ASVS-V4.1.3: a header makes nobody near, and what a proxy hands on is not."""
    served.browser("ida")
    with policy(metrics="here"):
        assert Client().get("/metrics", **sent).status_code == status  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "status"),
    [(f"Bearer {TOKEN}", 200), (TOKEN, 404), ("Bearer ", 404), (f"Bearer {TOKEN}x", 404), ("Bearer é", 404)],
)
def test_oper_02_a_token(served: Served, told: str, status: int) -> None:
    """OPER-02: with the token from anywhere, without it not even from here."""
    served.browser("ida")
    with policy(metrics="token", metrics_token=TOKEN):
        answer = Client().get("/metrics", headers={"authorization": told}, REMOTE_ADDR="10.0.0.7")
        assert answer.status_code == status
        assert Client().get("/metrics").status_code == 404


def test_oper_02_what_it_holds(served: Served) -> None:
    """OPER-02: requests by route, saves and how long they took; no code of anybody."""
    treat(served)
    served.browser("ida").get("/participants/P01/?q=Quellenbrunn")
    served.browser("ida").get("/participants/P77/")
    with pytest.raises(ActRefused):
        served.site.record(note("x", participant="P77"), by="stan")
    with policy(metrics="here"):
        text = Client().get("/metrics").content.decode()
    assert re.search(
        r'^trialbook_requests_total\{route="participant",method="GET",status="200"\} \d+$', text, re.MULTILINE
    )
    assert re.search(r'^trialbook_refusals_total\{status="404"\} [1-9]', text, re.MULTILINE)
    assert re.search(r'^trialbook_saves_total\{came="saved"\} [1-9]', text, re.MULTILINE)
    assert re.search(r'^trialbook_saves_total\{came="refused"\} [1-9]', text, re.MULTILINE)
    assert re.search(r"^trialbook_sessions [1-9]", text, re.MULTILINE)
    for name in ("save_queue 0", "writer_alive 1", "ready 1", "failures_total "):
        assert f"\ntrialbook_{name}" in text
    for word in ("P01", "P77", "Quellenbrunn", "ida", "nora", "127.0.0.1"):
        assert word not in text


def test_oper_02_the_format() -> None:
    """OPER-02: every line is a comment or a sample; a histogram only grows, and ends with all."""
    counts = Counts()
    counts.begin()
    for seconds in (0.001, 0.005, 0.2, 60.0):
        counts.end(Asked(route='a"b\\c\n', method="GET", status=500), seconds)
    now = Now(waiting=3, is_writing=False, sessions=2, backup_age=60.5, is_ready=False)
    text = exposition(counts.told(), now)
    sample = re.compile(r'trialbook_[a-z_]+(\{([a-z]+="(\\.|[^"\\])*",?)+\})? -?[0-9.e+-]+')
    assert [line for line in text.splitlines() if not line.startswith("# ") and not sample.fullmatch(line)] == []
    classes = [int(n) for n in re.findall(r'^trialbook_request_seconds_bucket\{le="[^"]+"\} (\d+)', text, re.MULTILINE)]
    assert classes == sorted(classes)
    assert (len(classes), classes[0], classes[-1]) == (len(BOUNDS) + 1, 2, 4)
    assert "trialbook_failures_total 4\n" in text
    assert "trialbook_backup_age_seconds 60.5\n" in text


def test_oper_02_methods_that_are_made_up(served: Served) -> None:
    """OPER-02: nobody makes up numbers by making up methods or addresses."""
    served.browser("ida")
    before = set(COUNTS.told().requests)
    for number in range(5):
        Client().generic(f"MADE{number}", f"/made-up-{number}")
    assert len(set(COUNTS.told().requests) - before) <= 1


@pytest.mark.parametrize("text", ['metrics = "token"', 'metrics = "token"\nmetrics_token = "short"', 'log = "xml"'])
def test_oper_02_settings(tmp_path: Path, text: str) -> None:
    """OPER-02, ASVS-V13.2.3: no token that can be guessed; it is not repeated by the refusal (ASVS-V14.2.1)."""
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SiteFileError) as told:
        read_policy(tmp_path)
    assert "short" not in str([problem.values for problem in told.value.problems])


# ---- OPER-03 ----------------------------------------------------------------------------------------------------


@pytest.fixture(params=[Lines, Json])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What the site writes while a test runs, in either shape, with a line for each request."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    loggers = [logging.getLogger(name) for name in ("trialbook", "django")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield stream
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


HIDDEN = ("P01", "Quellenbrunn", "tok-secret", "evil.example", "10.9.8.7", "nora")


def test_oper_03_nothing_of_a_request_is_written(served: Served, written: io.StringIO) -> None:
    """OPER-03: whether it is answered, refused, unreadable, or the program fails on it."""
    treat(served)
    client = served.browser("ida")
    client.raise_request_exception = False
    for path in ("/participants/P01/?q=Quellenbrunn", "/calendar/tok-secret.ics", "/participants/P01/nothing"):
        client.get(path, REMOTE_ADDR="10.9.8.7")
    client.get("/", headers={"host": "evil.example"})
    Client(enforce_csrf_checks=True).post("/participants/P01/notes/?q=Quellenbrunn", {"text": "Quellenbrunn"})
    Client().post("/sign-in", {"code": "nora", "password": "Quellenbrunn"})
    fail(client, "/participants/P01/?q=tok-secret")
    text = written.getvalue()
    assert len(text.splitlines()) > 6
    assert [word for word in HIDDEN if word in text] == []


def fail(client: Client, path: str) -> None:
    """Let the program fail on a request, with an exception that tells what it was about."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trialbook.web.site.Site.view", lambda _: dict[str, int]()["P01 Quellenbrunn"])
        assert client.get(path).status_code == 500


def test_oper_03_a_failure_can_be_found(served: Served, written: io.StringIO) -> None:
    """OPER-03, ASVS-V16.3.4: its kind, its route and its place in the program are written."""
    client = served.browser("ida")
    client.raise_request_exception = False
    fail(client, "/participants/P01/")
    failed = next(line for line in written.getvalue().splitlines() if "KeyError" in line)
    assert "gate.py" in failed
    assert "Quellenbrunn" not in failed


@pytest.mark.parametrize("made", [Lines(), Json()])
@pytest.mark.parametrize("text", ["a\nERROR b", "a\r\nb", "a\x1b[2Jb", "a\u202eb", "a\u2028b", "x" * 100_000, "\ud800"])
def test_oper_03_a_line_stays_a_line(made: Lines | Json, text: str) -> None:
    """OPER-03: what is sent neither breaks a line nor turns it round, and is cut."""
    line = made.format(logging.makeLogRecord({"msg": "%s", "args": (text,), "name": "n", "levelname": "ERROR"}))
    assert len(line.splitlines()) == 1
    assert len(line) < 7000
    assert not re.search("[\x00-\x1f\u202e\u2028]", line)


def test_oper_03_json_is_json(served: Served) -> None:
    """OPER-03, ASVS-V16.2.4: every line is one object with time in UTC, level, source, and what happened."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Json())  # type: ignore[arg-type]  # anything that formats will do
    logger = logging.getLogger("trialbook.requests")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    served.browser("ida").get("/participants/")
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)
    told = json.loads(stream.getvalue().splitlines()[0])
    assert (told["route"], told["method"], told["status"], told["level"]) == ("participants", "GET", 200, "INFO")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told["time"])


# ---- OPER-04 ----------------------------------------------------------------------------------------------------


def test_oper_04_stopped_while_saving(peopled: Path, tmp_path: Path) -> None:
    """OPER-04 (R20): asked to stop by SIGTERM, as systemd does, the site answers what it began."""
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "sitecustomize.py").write_text(SLOW, encoding="utf-8")
    nurse = Nurse(person="nurse-0")
    asked = Save(person="nurse-0", row="1", request="r1")
    begun = tmp_path / "begun"
    with running(peopled, {"PYTHONPATH": str(tmp_path / "slow"), "BEGUN": str(begun)}) as site:
        nurse.sign_in(site)
        saving = threading.Thread(target=lambda: answered.append(send(nurse, site, asked)))
        answered: list[bool] = []
        saving.start()
        while not begun.exists() and saving.is_alive():
            time.sleep(0.01)
        site.process.send_signal(signal.SIGTERM)
        saving.join(30)
        assert site.process.wait(40) == 0
    assert answered == [True]
    assert recorded(peopled)["P01", "1"] > 0


def send(nurse: Nurse, site: Any, asked: Save) -> bool:
    """Send a row; `Nurse.send` judges the answer."""
    with closing(nurse.wire(site)) as wire:
        nurse.send(wire, asked)
    return True


# ---- OPER-05 ----------------------------------------------------------------------------------------------------


def patient(folder: Path, chosen: Policy) -> Patient:
    """Return a site to be looked at."""
    return Patient(where=StudyFolder(folder), policy=chosen, doors=Doors(now=clock.now, new_id=clock.new_id, by="t"))


def test_oper_05_a_running_site(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPER-05: asked at its port; where nothing runs, nothing is wrong."""
    account_of("ida")
    close_sites()
    connections.close_all()
    with running(served.folder) as site:
        chosen = replace(Policy(), port=int(site.address.rpartition(":")[2]))
        assert list(look_at_running(patient(served.folder, chosen))) == []
    assert list(look_at_running(patient(served.folder, chosen))) == []
    monkeypatch.setattr("trialbook.web.doctor.is_ready", lambda _: False)
    assert [one.code for one in look_at_running(patient(served.folder, chosen))] == ["SERVE-30"]


def test_oper_05_a_token_that_others_read(served: Served) -> None:
    """OPER-05, ASVS-V13.3.2: the settings are private where they hold a token."""
    file = served.folder / "site.toml"
    file.write_text(f'metrics = "token"\nmetrics_token = "{TOKEN}"\n', encoding="utf-8")
    file.chmod(0o644)
    found = [one for one in look_at_files(patient(served.folder, read_policy(served.folder))) if one.code == "SERVE-12"]
    assert str(file) in [one.values["file"] for one in found]
    file.chmod(0o600)
    found = list(look_at_files(patient(served.folder, read_policy(served.folder))))
    assert str(file) not in [one.values["file"] for one in found]
