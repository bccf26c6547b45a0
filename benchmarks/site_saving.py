"""Save forms in the site as twenty people at once, beside a bare writer that only appends and syncs, in one run.

Usage: site_saving.py [SECONDS] [PEOPLE] [--store postgresql]. With it ledger and accounts, and the rows of the bare
writer, are in a PostgreSQL server of its own. Each person waits two seconds, give or take a half, between two saves.
Afterwards every save that was acknowledged is looked for in the ledger, by the id of its request.
"""

from __future__ import annotations

import http.client
import os
import queue
import random
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from tests.database import Server

STUDY = Path(__file__).parents[1] / "studies" / "rituximab_polymyositis"
PASSWORD = "four words of nobody"  # noqa: S105 - of invented people
PREPARE = """
import django, sys
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.conf import settings
from trialbook.capture.acts import enrol, grant, screen
from trialbook.web.accounts.models import Account
from trialbook.web.site import site_at
site = site_at(settings.STUDY_FOLDER)
site.begin("keeper")
site.record(grant("doctor", "investigator"), by="keeper")
for number in range(int(sys.argv[1])):
    site.record(grant(f"nurse-{number}", "nurse"), by="keeper")
    site.record(screen(f"P{number:02}"), by="doctor")
    site.record(enrol(f"P{number:02}", on=site.today().isoformat()), by="doctor")
    Account.objects.create_user(f"nurse-{number}", sys.argv[2])
site.close()
"""
Save = Callable[[int], str]
"""Saves something for a person and returns the id by which it is found afterwards."""


class Browser:
    """One person's browser, as far as a save needs one."""

    def __init__(self, port: int, number: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        self.form = f"/participants/P{number:02}/visits/baseline/forms/enzymes/"
        self.value = 100
        page = self.get("/sign-in")
        token = found(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        self.post("/sign-in", {"csrfmiddlewaretoken": token, "code": f"nurse-{number}", "password": PASSWORD})
        self.page = self.get(self.form)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
        """Send a request and return status and text of the answer."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, {"Cookie": cookie, **headers})
        answer = self.connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        return answer.status, answer.read().decode()

    def get(self, path: str) -> str:
        """Fetch a page."""
        status, page = self.ask("GET", path)
        assert status == 200, (path, status)  # noqa: S101 - a benchmark that measures refusals is none
        return page

    def post(self, path: str, values: dict[str, str]) -> tuple[int, str]:
        """Send a form."""
        kind = "application/x-www-form-urlencoded"
        return self.ask("POST", path, urlencode(values), **{"Content-Type": kind, "Accept": "text/html"})

    def prepared(self) -> tuple[str, dict[str, str]]:
        """Fetch the form anew and fill it in with another value; return the id of the request with it."""
        page = self.get(self.form)
        hidden = {name: found(rf'name="{name}" value="([^"]*)"', page) for name in ("request", "seen", "items")}
        token = found(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        self.value += 1
        answers = {f"answer.{item}": str(self.value) for item in hidden["items"].split()}
        return hidden["request"], {
            **hidden, **answers, "csrfmiddlewaretoken": token, "visit_day": time.strftime("%Y-%m-%d"),
            "reason.": "typed anew", "do": "save",
        }  # fmt: skip


def found(pattern: str, page: str) -> str:
    """Return what a page holds."""
    match = re.search(pattern, page)
    return match[1] if match else ""


class Bare:
    """A writer that appends rows, many in one save, and does nothing else."""

    def __init__(self, save: Callable[[Sequence[str]], None]) -> None:
        self.jobs: queue.SimpleQueue[tuple[str, threading.Event]] = queue.SimpleQueue()
        self.save_rows = save
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        """Save what waits, together."""
        while True:
            waiting = [self.jobs.get()]
            while not self.jobs.empty():
                waiting.append(self.jobs.get())
            self.save_rows([text for text, _ in waiting])
            for _, done in waiting:
                done.set()

    def save(self, text: str) -> None:
        """Wait until a text is saved."""
        done = threading.Event()
        self.jobs.put((text, done))
        done.wait()


def to_file(file: Path) -> Callable[[Sequence[str]], None]:
    """Return what saves rows in SQLite."""
    database = sqlite3.connect(file, check_same_thread=False)
    for words in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE entry (text TEXT)"):
        database.execute(words)

    def save(rows: Sequence[str]) -> None:
        with database:
            database.executemany("INSERT INTO entry VALUES (?)", [(text,) for text in rows])

    return save


def to_server(server: Server) -> Callable[[Sequence[str]], None]:
    """Return what saves rows in PostgreSQL."""
    import psycopg

    server.run("CREATE DATABASE bare")
    database = psycopg.connect(server.address("bare", "keeper"))
    database.execute("CREATE TABLE entry (text TEXT)")
    database.commit()

    def save(rows: Sequence[str]) -> None:
        with database.cursor() as cursor:
            cursor.executemany("INSERT INTO entry VALUES (%s)", [(text,) for text in rows])
        database.commit()

    return save


def crowd(people: int, seconds: float, prepare: Callable[[int], Callable[[], str]]) -> tuple[list[float], list[str]]:
    """Let everybody save for a while; return the seconds that each save took, and what was acknowledged."""
    times: list[float] = []
    acknowledged: list[str] = []
    end = time.monotonic() + seconds

    def person(number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - pauses
        time.sleep(2 * chance.random())
        while time.monotonic() < end:
            save = prepare(number)
            start = time.perf_counter()
            acknowledged.append(save())
            times.append(time.perf_counter() - start)
            time.sleep(1.5 + chance.random())

    threads = [threading.Thread(target=person, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, acknowledged


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(folder: Path, port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start the site and wait until it answers."""
    command = [sys.executable, "-m", "trialbook", "serve", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return process
    process.kill()
    raise SystemExit("the site did not start")


def kept(folder: Path, address: str) -> set[str]:
    """Return the ids of all requests that the ledger holds."""
    if address:
        import psycopg

        connect: Callable[[], Any] = lambda: psycopg.connect(address)  # noqa: E731 - one of two
    else:
        connect = lambda: sqlite3.connect(folder / "ledger.db")  # noqa: E731
    table = "ledger.entry" if address else "entry"
    with closing(connect()) as database:
        return {row[0] for row in database.execute(f"SELECT request FROM {table}")}  # noqa: S608 - one of two


def told(title: str, times: list[float]) -> float:
    """Print how long saves took and return the 99th percentile, in milliseconds."""
    ordered = sorted(1000 * one for one in times)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    print(f"{title}: {len(ordered)} saves, median {statistics.median(ordered):.1f} ms, p99 {p99:.1f} ms")
    return p99


def new_server(stack: ExitStack) -> Server:
    """Run a PostgreSQL server until the end."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.database import running_server

    return stack.enter_context(running_server())


def main(seconds: float, people: int, store: str) -> None:
    """Measure both, and look for every acknowledged save."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(shutil.copytree(STUDY, Path(name) / "study"))
        server = new_server(stack) if store == "postgresql" else None
        address = server.address(server.new()) if server else ""
        environment = {
            **os.environ, "TRIALBOOK_STUDY": str(folder), "DJANGO_SETTINGS_MODULE": "trialbook.web.settings",
            "TRIALBOOK_STORE": address,
        }  # fmt: skip
        subprocess.run([sys.executable, "-c", PREPARE, str(people), PASSWORD], check=True, env=environment)
        port = free_port()
        process = serve(folder, port, environment)
        try:
            browsers = [Browser(port, number) for number in range(people)]

            def by_site(number: int) -> Callable[[], str]:
                request, values = browsers[number].prepared()

                def save() -> str:
                    status, page = browsers[number].post(browsers[number].form, values)
                    assert status == 303, (status, re.findall(r'class="wrong">([^<]+)', page)[:3])  # noqa: S101
                    return request

                return save

            times, acknowledged = crowd(people, seconds, by_site)
            bare = Bare(to_server(server) if server else to_file(Path(name) / "bare.db"))
            bare_times, _ = crowd(people, seconds, lambda number: lambda: bare.save(f"{number}" * 200) or "")
        finally:
            process.terminate()
            process.wait(30)
        lost = set(acknowledged) - kept(folder, address)
        print(f"acknowledged {len(acknowledged)}, lost {len(lost)}; load {os.getloadavg()[0]:.1f}")
        ratio = told("site", times) / told("bare writer", bare_times)
        print(f"p99 of the site by that of the bare writer: {ratio:.1f}")
        rates = len(times) / seconds, len(bare_times) / seconds
        print(f"saves a second: site {rates[0]:.1f}, bare writer {rates[1]:.1f}; ratio {rates[0] / rates[1]:.2f}")


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word not in {"--store", "postgresql"}]
    given = "postgresql" if "postgresql" in sys.argv else "file"
    main(float(words[0]) if words else 20.0, int(words[1]) if len(words) > 1 else 20, given)
