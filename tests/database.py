"""A PostgreSQL server for tests: made in a temporary folder, reached by a socket in it, gone at the end."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from trialbook.capture.server import prepare

OWNER, WRITER = "keeper", "writer"
PLAIN = "plain"
"""A role that may own a database and is no superuser."""

PROGRAMS = Path("/usr/lib/postgresql")
MODEL = "model"
"""Database that others are copies of."""


@dataclass(slots=True)
class Server:
    """A server that runs."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    shared: str = ""

    def address(self, database: str, role: str = WRITER) -> str:
        """Return the address of a database for a role."""
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def run(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as the owner of everything."""
        command = [program("psql"), "-h", str(self.folder), "-U", OWNER, "-d", database, "-Atqc", statement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def new(self) -> str:
        """Make a database that is prepared and empty beside all others; return its name."""
        name = f"study_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {MODEL}")
        return name

    def emptied(self) -> str:
        """Empty the one database that tests share one after the other; return its name."""
        if not self.shared:
            self.shared = self.new()
        with psycopg.connect(self.address(self.shared, OWNER), autocommit=True) as connection:
            connection.execute("SET synchronous_commit = off")
            connection.execute("SET client_min_messages = warning")
            connection.execute("DROP SCHEMA ledger CASCADE")
        prepare(self.address(self.shared, OWNER), writer=WRITER)
        return self.shared

    def control(self, *words: str) -> None:
        """Start, stop or restart the server."""
        # without a log of its own the server keeps the pipes of whoever started it, who then waits for their end
        log = [] if words[0] == "stop" else ["-l", str(self.folder / "log")]
        run_as_nobody([program("pg_ctl"), "-D", str(self.folder / "data"), "-w", "-s", *log, *words])


def program(name: str) -> str:
    """Return a program of the newest PostgreSQL that is installed; in CI its absence fails, elsewhere it skips."""
    found = sorted(PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3])) or [
        Path(one) for one in (shutil.which(name),) if one
    ]
    if not found:
        why = f"PostgreSQL's {name} is not installed: make test-deps"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    return str(found[-1])


def run_as_nobody(command: Sequence[str]) -> None:
    """Run a program of the server, which refuses to run as root: as its own user then."""
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*before, *command], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr + done.stdout


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a server with a prepared database that others are copied from."""
    initdb = program("initdb")
    # the path of a socket may have 107 letters at most, so the folder is not pytest's own
    with tempfile.TemporaryDirectory(prefix="tb") as name:
        server = Server(Path(name))
        if os.geteuid() == 0:
            shutil.chown(server.folder, "postgres", "postgres")
        server.folder.chmod(0o755)
        run_as_nobody([initdb, "-D", f"{name}/data", "-U", OWNER, "-A", "trust", "--no-sync", "-E", "UTF8"])
        server.control("start", "-o", f"-k {name} -c listen_addresses='' -c max_connections=60")
        try:
            server.run(f"CREATE ROLE {WRITER} LOGIN")
            server.run(f"CREATE ROLE {PLAIN} LOGIN")
            server.run(f"CREATE DATABASE {MODEL}")
            prepare(server.address(MODEL, OWNER), writer=WRITER)
            yield server
        finally:
            server.control("stop", "-m", "immediate")
