"""Save forms in the site as twenty people at once, beside a bare writer that only appends and syncs, in one run.

Usage: site_saving.py [SECONDS] [PEOPLE] [--store postgresql] [--sync MS]. With the store given, ledger and accounts,
and the rows of the bare writer, are in a PostgreSQL server of its own. With `--sync` every sync of a file, of both,
takes so many milliseconds more, as on a disk that really writes. Each person fetches the page of a form, sends it,
and waits two seconds, give or take a half. The bare writer stands behind the same HTTP server, and the same people
fetch the same page from it and send the same forms; it keeps each as a row, saves what waits together, and judges
nothing. The two take turns, the bare writer for a tenth of the time of the site. At the end the bare writer is
measured without HTTP, too. Afterwards every save that was acknowledged is looked for in the ledger, by the id of its
request.
"""

from __future__ import annotations

import argparse
import http.client
import os
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
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bare_site import Bare, to  # type: ignore[import-not-found, unused-ignore]  # beside this file

if TYPE_CHECKING:
    from tests.database import Server

STUDY = Path(__file__).parents[1] / "studies" / "rituximab_polymyositis"
TURNS = 3
BARE_SHARE, LEAST = 0.1, 10.0
"""Time of the bare writer by that of the site, and seconds of a turn of it at least."""
ALONE = 20.0
"""Seconds of the bare writer without HTTP."""
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

    def sign_in(self, number: int) -> None:
        """Sign in, and look at the form."""
        page = self.get("/sign-in")
        token = found(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        self.post("/sign-in", {"csrfmiddlewaretoken": token, "code": f"nurse-{number}", "password": PASSWORD})
        self.get(self.form)

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
        if 'name="visit_day"' in page:
            answers["visit_day"] = time.strftime("%Y-%m-%d")
        return hidden["request"], {
            **hidden, **answers, "csrfmiddlewaretoken": token, "reason.": "typed anew", "do": "save"
        }  # fmt: skip

    def saving(self) -> Callable[[], str]:
        """Fetch the form anew and return what sends it; that returns the id of the request."""
        request, values = self.prepared()

        def save() -> str:
            status, page = self.post(self.form, values)
            assert status == 303, (status, re.findall(r'class="wrong">([^<]+)', page)[:3])  # noqa: S101 - as above
            return request

        return save


def found(pattern: str, page: str) -> str:
    """Return what a page holds."""
    match = re.search(pattern, page)
    return match[1] if match else ""


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


def serve(command: list[str], port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a site and wait until it answers."""
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


def trialbook(folder: Path, environment: dict[str, str], people: int, stack: ExitStack) -> list[Browser]:
    """Start the site of the study until the end, and let everybody sign in."""
    subprocess.run([sys.executable, "-c", PREPARE, str(people), PASSWORD], check=True, env=environment)
    port = free_port()
    command = [sys.executable, "-m", "trialbook", "serve", str(folder), "--port", str(port)]
    stack.callback(stop, serve(command, port, environment))
    browsers = [Browser(port, number) for number in range(people)]
    for number, browser in enumerate(browsers):
        browser.sign_in(number)
    return browsers


def bare_site(store: str, page: Path, people: int, stack: ExitStack) -> list[Browser]:
    """Start the bare writer behind the same HTTP server until the end."""
    port = free_port()
    more = {"BARE_STORE": store, "BARE_PAGE": str(page), "BARE_PORT": str(port)}
    command = [sys.executable, str(Path(__file__).with_name("bare_site.py"))]
    stack.callback(stop, serve(command, port, {**os.environ, **more}))
    return [Browser(port, number) for number in range(people)]


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a site."""
    process.terminate()
    process.wait(30)


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
    """Measure both in turn, and look for every acknowledged save."""
    # in the clients, too, whoever has an answer is not to wait for others that compute
    sys.setswitchinterval(0.0005)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(shutil.copytree(STUDY, Path(name) / "study"))
        address, rows = places(name, new_server(stack) if store == "postgresql" else None)
        environment = {
            **os.environ, "TRIALBOOK_STUDY": str(folder), "DJANGO_SETTINGS_MODULE": "trialbook.web.settings",
            "TRIALBOOK_STORE": address,
        }  # fmt: skip
        with ExitStack() as running:
            browsers = trialbook(folder, environment, people, running)
            page = Path(name) / "page.html"
            page.write_text(browsers[0].get(browsers[0].form), encoding="utf-8")
            bare = bare_site(rows, page, people, running)
            times, acknowledged, bare_times = list[float](), list[str](), list[float]()
            bare_seconds = max(LEAST, BARE_SHARE * seconds / TURNS)
            for _ in range(TURNS):
                took, told_back = crowd(people, seconds / TURNS, lambda number: browsers[number].saving())
                times += took
                acknowledged += told_back
                bare_times += crowd(people, bare_seconds, lambda number: bare[number].saving())[0]
        writer = Bare(to(rows))
        alone, _ = crowd(people, ALONE, lambda number: lambda: writer.save(f"{number}" * 200) or "")
        lost = set(acknowledged) - kept(folder, address)
    print(f"acknowledged {len(acknowledged)}, lost {len(lost)}; load {os.getloadavg()[0]:.1f}")
    ratio = told("site", times) / told("bare writer", bare_times)
    told("bare writer without HTTP", alone)
    print(f"p99 of the site by that of the bare writer: {ratio:.1f}")
    rates = len(times) / seconds, len(bare_times) / (TURNS * bare_seconds)
    print(f"saves a second: site {rates[0]:.1f}, bare writer {rates[1]:.1f}; ratio {rates[0] / rates[1]:.2f}")


def places(folder: str, server: Server | None) -> tuple[str, str]:
    """Return the address of the study's database, empty for files, and where the bare writer keeps its rows."""
    if server is None:
        return "", f"{folder}/bare.db"
    server.run("CREATE DATABASE bare")
    return server.address(server.new()), server.address("bare", "keeper")


def on_a_slow_disk(milliseconds: float) -> None:
    """Begin anew, in a process each of whose syncs takes so much longer, as those of its children do."""
    library = Path(tempfile.gettempdir()) / f"slow-sync-{os.getpid()}.so"
    source = Path(__file__).with_name("slow_sync.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    told = {**os.environ, "LD_PRELOAD": str(library), "SYNC_MS": str(milliseconds)}
    os.execve(sys.executable, [sys.executable, *sys.argv], told)  # noqa: S606 - this program


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("seconds", type=float, nargs="?", default=60.0)
    asked.add_argument("people", type=int, nargs="?", default=20)
    asked.add_argument("--store", choices=("file", "postgresql"), default="file")
    asked.add_argument("--sync", type=float, default=0.0, metavar="MS", help="milliseconds that a sync takes more")
    words = asked.parse_args()
    if words.sync and "SYNC_MS" not in os.environ:
        on_a_slow_disk(words.sync)
    main(words.seconds, words.people, words.store)
