"""The verbs of the site, as somebody runs them.

RUN-01: `serve` answers at the address that it prints, tells the start code, and ends politely when it is asked to.
RUN-02: a port that is taken, plain HTTP in public and a study that is none are sentences, not tracebacks.
RUN-03: with `--tls make` cookies are bound to the host, and HSTS is sent.
RUN-04: `doctor` leaves with 1 where something is unsafe, and tells it as text and as JSON.
RUN-05: `trialbook --help` loads no Django.
RUN-06: files that `serve` makes are closed to other users.
RUN-07: where the server does not come up, that is said.
RUN-09: a site starts on a ledger that fails its own check, and says so.
RUN-10: a second site of one folder is refused; a killed one keeps none away.
RUN-08: the worker ends with the process that started it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest

from trialbook.cli.serving import print_ready
from trialbook.folder import StudyFolder, read_study
from trialbook.web.accounts.policy import read_policy
from trialbook.web.certificates import own_certificate
from trialbook.web.serving import STOPPING, Serving, only_one

STUDIES = Path(__file__).parents[2] / "studies"
ALL = "0.0.0.0"  # noqa: S104 - every address of the machine
PROGRAM = (sys.executable, "-m", "trialbook")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study that nobody has opened."""
    return Path(shutil.copytree(STUDIES / "rituximab_polymyositis", tmp_path / "study"))


def free_port() -> int:
    with closing(socket.socket()) as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def clean() -> dict[str, str]:
    """Return an environment in which no study is served."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("TRIALBOOK", "DJANGO"))}


def run(*words: object) -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=clean())


@contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[int, str, subprocess.Popen[str]]]:
    """Serve a study; give its port and what was printed before it was ready."""
    port = free_port()
    command = [*PROGRAM, "serve", str(folder), "--port", str(port), *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True, env=clean()
    ) as process:
        assert process.stdout is not None
        told = ""
        for line in process.stdout:
            told += line
            if "Stop with" in line:
                break
        assert "Stop with" in told, told
        try:
            yield port, told, process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(30)


def get(connection: HTTPConnection, address: str) -> HTTPResponse:
    with closing(connection):
        connection.request("GET", address)
        answer = connection.getresponse()
        answer.read()
        return answer


def test_serve(folder: Path) -> None:
    """RUN-01, RUN-02, RUN-06, RUN-10: Ctrl-C reaches the server and its worker alike."""
    with served(folder) as (port, told, process):
        answer = get(HTTPConnection("127.0.0.1", port, timeout=10), "/")
        assert answer.headers["Location"] == "/first-run"
        assert re.search(rf"http://127.0.0.1:{port}/first-run\?start=[2-9a-z-]{{14}}\n", told)
        assert get(HTTPConnection("127.0.0.1", port, timeout=10), "/static/site.css").status == 200
        again = run("serve", folder, "--port", port)
        assert again.returncode == 2
        assert "SERVE-06" in again.stderr
        beside = run("serve", folder, "--port", free_port())
        assert (beside.returncode, "SERVE-35" in beside.stderr) == (2, True)
        begun = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout is not None
        rest = process.stdout.read()
        assert process.wait(30) == 0, rest
        assert rest == "Stopped. Everything that was saved is saved.\n"
        assert time.monotonic() - begun < STOPPING, "the worker had to be killed"
    for name in ("people.db", "site.key"):
        assert (folder / name).stat().st_mode & 0o077 == 0


def test_worker_ends_with_the_process_that_started_it(folder: Path) -> None:
    """RUN-08, RUN-10: a killed server leaves nobody behind who holds the port."""
    with served(folder) as (port, _, process):
        process.kill()
        process.wait(30)
        with only_one(StudyFolder(folder)):
            pass
        end = time.monotonic() + STOPPING
        while time.monotonic() < end:
            with closing(socket.socket()) as tried:
                if tried.connect_ex(("127.0.0.1", port)):
                    return
            time.sleep(0.1)
    pytest.fail("somebody still listens")


def test_a_damaged_ledger_is_served_and_told(folder: Path) -> None:
    """RUN-09: the clean one says nothing, as `test_serve` shows."""
    for participant in ("P1", "P2"):
        assert run("participant", folder, participant, "screen").returncode == 0
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as ledger:
        (guard,) = ledger.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_unchanged'").fetchone()
        ledger.execute("DROP TRIGGER entry_unchanged")
        ledger.execute("UPDATE entry SET at = 'xxxxxxxxxxxxxxxxxxxxxxxxxxx' WHERE participant = 'P1'")
        ledger.execute(guard)
    with served(folder) as (port, _, process):
        assert process.stdout is not None
        line = next(line for line in process.stdout if "LEDGER-" in line)
        assert "LEDGER-32" in line
        assert get(HTTPConnection("127.0.0.1", port, timeout=10), "/").status == 302


def test_a_fingerprint_stays_what_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """RUN-03: no part of it is taken for the name of a picture."""
    made = own_certificate(folder, ("localhost",), datetime(2026, 3, 2, tzinfo=UTC))
    shown = replace(made, fingerprint="AB:CD:OK:A0")
    where = StudyFolder(folder)
    print_ready(
        Serving(where=where, study=read_study(folder), policy=read_policy(folder), names=(), certificate=shown), None
    )
    assert "  AB:CD:OK:A0\n" in capsys.readouterr().out


def test_the_first_run_tells_whose_account_comes_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """RUN-01: anybody's, who becomes custodian; where a ledger exists, that of one of its custodians."""
    serving = Serving(where=StudyFolder(folder), study=read_study(folder), policy=read_policy(folder), names=())
    print_ready(serving, "abcd-efgh-jkmn")
    assert "you become custodian of the study" in capsys.readouterr().out
    run("participant", folder, "P01", "screen", "--by", "carla")
    print_ready(serving, "abcd-efgh-jkmn")
    assert "the code of a custodian of this study" in capsys.readouterr().out


def test_serve_with_tls(folder: Path) -> None:
    """RUN-01, RUN-03: at every address of the machine, with the certificate that was made."""
    with served(folder, "--host", ALL, "--tls", "make") as (port, told, process):
        trusting = ssl.create_default_context(cafile=str(folder / "tls.cert.pem"))
        answer = get(HTTPSConnection("127.0.0.1", port, timeout=10, context=trusting), "/first-run")
        assert answer.status == 200
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-csrf=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert re.search("([0-9A-F]{2}:){31}[0-9A-F]{2}", told)
        assert (folder / "tls.key.pem").stat().st_mode & 0o077 == 0
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("options", "code"),
    [(("--host", ALL), "SERVE-05"), (("--tls", "nowhere.pem"), "SERVE-08"), (("--let-in", "nora"), "SERVE-11")],
)
def test_serve_refuses(folder: Path, options: tuple[str, ...], code: str) -> None:
    """RUN-02."""
    done = run("serve", folder, "--port", free_port(), *options)
    assert done.returncode == 2
    assert code in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_of_no_study(tmp_path: Path) -> None:
    """RUN-02."""
    done = run("serve", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "FOLDER-01" in done.stderr


def test_doctor(folder: Path) -> None:
    """RUN-04."""
    (folder / "site.toml").write_text('host = "0.0.0.0"\n')
    plain, as_json = run("doctor", folder), run("doctor", folder, "--json")
    assert plain.returncode == as_json.returncode == 1
    assert "NOT SAFE  reach" in plain.stdout
    found = json.loads(as_json.stdout)
    assert not found["ok"]
    reach = next(one for one in found["checks"] if one["check"] == "reach")
    assert [one["code"] for one in reach["problems"]] == ["SERVE-05"]
    safe = run("doctor", folder, "--host", "127.0.0.1", "--json")
    assert (safe.returncode, json.loads(safe.stdout)["ok"]) == (0, True), safe.stdout


def test_help_loads_no_django() -> None:
    """RUN-05."""
    code = (
        "import sys; from trialbook.cli import main; main(['--help'], standalone_mode=False); "
        "print('loaded', sorted({'django', 'granian', 'cryptography', 'axes'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=clean())
    assert done.stdout.endswith("loaded []\n"), done.stdout + done.stderr


def test_a_server_that_does_not_come_up(folder: Path) -> None:
    """RUN-07: here since nobody told Django where its settings are."""
    code = f"""
from pathlib import Path
from trialbook.cli.doors import doors
from trialbook.errors import TrialbookError
from trialbook.folder import StudyFolder
from trialbook.web.accounts.policy import Policy
from trialbook.web.serving import plan_serving, run
if __name__ == "__main__":
    serving = plan_serving(StudyFolder(Path({str(folder)!r})), Policy(port={free_port()}), doors("x"))
    try:
        run(serving, doors("x"), ready=lambda: print("ready"))
    except TrialbookError as error:
        print(error.problems[0].code)
"""
    script = folder / "script.py"
    script.write_text(code)
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60, check=False, env=clean()
    )
    assert done.stdout.endswith("SERVE-10\n"), done.stdout + done.stderr
    assert "ready" not in done.stdout
    assert time.monotonic() - begun < 30
