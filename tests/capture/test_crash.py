"""Sudden death: the process that writes is killed at any moment, and what it was told is recorded stays recorded.

CRASH-01: of 30 processes killed with SIGKILL while they save, none loses an acknowledged save, none leaves half of one,
and a save that is sent again is recorded once.
CRASH-03: a process that is killed while it makes a ledger leaves none or a whole one, and the next one can make it.
CRASH-04: the same of a process that saves for many threads by one writer (R03, R20).
CRASH-02: the control: a writer that acknowledges before it commits is caught by the same test.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.files

KILLS = 30

NURSERY = """
import contextlib, json, os, signal, sys, threading, time
from datetime import UTC, datetime
from pathlib import Path

sys.path[:0] = [ROOT, ROOT + "/src"]
from tests.conftest import STUDY, Site, read_text
from trialbook.capture.acts import import_rows
from trialbook.capture.book import Book
from trialbook.capture.ledger import Draft
from trialbook.capture.file import Store
from trialbook.capture.writer import Writer
import numpy as np
import uuid

site = Site(Path(FOLDER), read_text(STUDY))
site.clock.moment = datetime(2020, 1, 1, tzinfo=UTC)
site.create().close()


def form(request):
    cell = dict(act="enter", participant="P1", form="drugs", repeat=request, source_file="f", source_row=2)
    return import_rows([Draft(item="drug", text=request, **cell), Draft(item="start", text="2026", **cell)])


@contextlib.contextmanager
def hasty(self):
    with original(self) as transaction:
        yield transaction
        os.write(pipe_in, (json.dumps(["told", current]) + "\\n").encode())
        time.sleep(0.002)


original = Store.writing
current = ""


def live(child, again):
    global current
    if IS_HASTY:
        Store.writing = hasty
    with Book.open(site.file, now=lambda: datetime.now(UTC), new_id=lambda: str(uuid.uuid4()), read=read_text) as book:
        if not THREADS:
            work(book.record, [*again, *(f"{child}-{number}" for number in range(10**5))])
        record = Writer(book).record
        for thread in range(THREADS):
            mine = [*again[thread::THREADS], *(f"{child}-{thread}-{number}" for number in range(10**5))]
            threading.Thread(target=work, args=(record, mine)).start()
        time.sleep(1000)


def work(record, requests):
    global current
    for request in requests:
        current = request
        os.write(pipe_in, (json.dumps(["sent", request]) + "\\n").encode())
        record(form(request), by="carla", request=request)
        if not IS_HASTY:
            os.write(pipe_in, (json.dumps(["told", request]) + "\\n").encode())


chance = np.random.default_rng(7)
told, sent, slowest = set(), set(), 0.0
for child in range(KILLS):
    pipe_out, pipe_in = os.pipe()
    pid = os.fork()
    if pid == 0:
        live(child, sorted(sent - told))
    started = time.monotonic()
    os.close(pipe_in)
    lines = os.fdopen(pipe_out)
    first = [lines.readline()]
    slowest = max(slowest, time.monotonic() - started)
    while child % 5 and "told" not in first[-1]:
        first.append(lines.readline())
    time.sleep(float(chance.uniform(0.0, 0.03 * (1 + THREADS))))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    for line in [*first, *lines]:
        if not line.endswith("\\n"):
            continue
        what, request = json.loads(line)
        if what == "told":
            told.add(request)
        else:
            sent.add(request)
    lines.close()

with site.open() as book:
    by_request = {}
    for entry in book.entries():
        if entry.source_file == "f":
            by_request.setdefault(entry.request, []).append(entry.item)
    verification = book.verify()
print(json.dumps({
    "told": len(told),
    "lost": sorted(told - set(by_request)),
    "untold": len(set(by_request) - told),
    "half": [request for request, items in by_request.items() if items != ["drug", "start"]],
    "problems": [problem.code for problem in verification.problems],
    "slowest": slowest,
}))
"""


def kill_many(folder: Path, *, kills: int, is_hasty: bool, threads: int = 0) -> dict[str, object]:
    """Run and kill that many processes one after the other; return what became of their saves.

    Each saves by itself, or by one writer for so many threads.
    """
    root = str(Path(__file__).parents[2])
    given = f"ROOT, FOLDER, KILLS, IS_HASTY, THREADS = {root!r}, {str(folder)!r}, {kills}, {is_hasty}, {threads}\n"
    done = subprocess.run(
        [sys.executable, "-c", given + NURSERY], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither fork nor SIGKILL")
def test_killed_writers(tmp_path: Path) -> None:
    """CRASH-01: nothing acknowledged is lost, nothing is halved or doubled, the chain holds."""
    found = kill_many(tmp_path, kills=KILLS, is_hasty=False)
    assert (found["lost"], found["half"], found["problems"]) == ([], [], [])
    assert isinstance(found["told"], int)
    assert found["told"] >= KILLS * 4 // 5, "four writers in five are killed after their first save"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither fork nor SIGKILL")
def test_killed_while_many_save(tmp_path: Path) -> None:
    """CRASH-04: eight threads, one writer: what any of them was told is there, whole and once."""
    found = kill_many(tmp_path, kills=KILLS // 2, is_hasty=False, threads=8)
    assert (found["lost"], found["half"], found["problems"]) == ([], [], [])
    assert isinstance(found["told"], int)
    assert found["told"] >= KILLS


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither fork nor SIGKILL")
def test_a_writer_that_acknowledges_too_early_is_caught(tmp_path: Path) -> None:
    """CRASH-02: without this the zeros above would mean nothing."""
    assert kill_many(tmp_path, kills=KILLS, is_hasty=True)["lost"]


MAKING = """
import json, os, shutil, sys, uuid
from pathlib import Path

sys.path[:0] = [ROOT, ROOT + "/src"]
from tests.conftest import STUDY, Clock, read_text
from trialbook.capture.book import Book

study, now = read_text(STUDY), Clock()
given = dict(now=now, new_id=lambda: str(uuid.uuid4()), read=read_text)
file = Path(FOLDER) / "ledger.db"


def make():
    Book.create(file, study=study, by="carla", **given).close()


def lines_until(last):
    seen = 0

    def count(frame, event, _):
        nonlocal seen
        if "capture" not in frame.f_code.co_filename:
            return None
        seen += event == "line"
        if seen == last:
            os._exit(9)
        return count

    sys.settrace(count)
    make()
    sys.settrace(None)
    return seen


make()
file.unlink()
lines = lines_until(-1)
file.unlink()
counts = {"none": 0, "whole": 0}
for last in range(1, lines, lines // DEATHS):
    pid = os.fork()
    if pid == 0:
        lines_until(last)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    counts["whole" if file.exists() else "none"] += 1
    if not file.exists():
        make()
    with Book.open(file, **given) as book:
        verification = book.verify()
    assert (verification.problems, verification.entries) == ((), 2), (last, verification)
    for left in Path(FOLDER).iterdir():
        left.unlink()
print(json.dumps(counts))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_ledger_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    """CRASH-03: death at every so many lines of the making, before and after the ledger gets its name."""
    given = f"ROOT, FOLDER, DEATHS = {str(Path(__file__).parents[2])!r}, {str(tmp_path)!r}, 60\n"
    done = subprocess.run(
        [sys.executable, "-c", given + MAKING], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    counts: dict[str, int] = json.loads(done.stdout)
    assert min(counts.values()) > 0, counts
