"""A site that judges nothing: it shows one page to everybody, and saves what is sent as one row, many in one save.

What `trialbook serve` is compared with: the same server, threads and settings of the interpreter. `BARE_STORE` is
a file, or the address of a database; `BARE_PAGE` the file with the page, `BARE_PORT` where it listens.
"""

from __future__ import annotations

import gc
import os
import queue
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


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
    for words in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE IF NOT EXISTS entry (text TEXT)"):
        database.execute(words)

    def save(rows: Sequence[str]) -> None:
        with database:
            database.executemany("INSERT INTO entry VALUES (?)", [(text,) for text in rows])

    return save


def to_server(address: str) -> Callable[[Sequence[str]], None]:
    """Return what saves rows in PostgreSQL."""
    import psycopg

    database = psycopg.connect(address)
    database.execute("CREATE TABLE IF NOT EXISTS entry (text TEXT)")
    database.commit()

    def save(rows: Sequence[str]) -> None:
        with database.cursor() as cursor:
            cursor.executemany("INSERT INTO entry VALUES (%s)", [(text,) for text in rows])
        database.commit()

    return save


def to(store: str) -> Callable[[Sequence[str]], None]:
    """Return what saves rows in a file, or in a database where the store is an address."""
    return to_server(store) if "://" in store else to_file(Path(store))


def application() -> Callable[..., Iterable[bytes]]:
    """Make the application, in the process that answers requests."""
    writer, page = Bare(to(os.environ["BARE_STORE"])), Path(os.environ["BARE_PAGE"]).read_bytes()

    def answer(environment: Mapping[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        if environment["REQUEST_METHOD"] == "GET":
            start("200 OK", [("Content-Type", "text/html")])
            return [page]
        sent = environment["wsgi.input"].read(int(environment["CONTENT_LENGTH"]))
        writer.save(sent.decode())
        start("303 See Other", [("Location", environment["PATH_INFO"]), ("Content-Length", "0")])
        return [b""]

    # as `trialbook.web.wsgi` does
    sys.setswitchinterval(0.0005)
    gc.collect()
    gc.freeze()
    return answer


if __name__ == "__main__":
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from trialbook.web.serving import THREADS

    Granian(
        f"{Path(__file__).stem}:application",
        port=int(os.environ["BARE_PORT"]),
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=THREADS,
        log_level=LogLevels.error,
    ).serve()
