"""The site as a user starts it: `trialbook serve` in a process of its own, on a free port of this machine."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})
STARTING, STOPPING = 90, 60
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A site that answers."""

    address: str
    first_run: str
    """The address of the first run with its start code, as the terminal printed it; empty where there are accounts."""
    process: subprocess.Popen[str]

    def workers(self) -> list[int]:
        """Return the processes that answer requests: the children of the one that was started (Linux)."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                told = stat.read_text(encoding="utf-8")
                line = (stat.parent / "cmdline").read_bytes()
            except OSError:
                continue
            if int(told.rpartition(")")[2].split()[1]) == self.process.pid and b"spawn_main" in line:
                found.append(int(stat.parent.name))
        return found

    def kill(self) -> None:
        """Kill the processes that answer requests, and the one that watches over them, as a power cut would."""
        for worker in self.workers():
            os.kill(worker, signal.SIGKILL)
        self.process.kill()
        self.process.wait()


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with closing(socket.socket()) as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@contextmanager
def running(folder: Path, more: Mapping[str, str] = NOTHING, *, port: int | None = None) -> Iterator[Running]:
    """Start the site of a study folder and stop it at the end, as Ctrl-C does; `more` is for its environment."""
    line = [sys.executable, "-m", "trialbook", "serve", str(folder), "--port", str(port or free_port())]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRIALBOOK", "DJANGO"))}
    process = subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**kept, "PYTHONUNBUFFERED": "1", **more}
    )
    alarm = threading.Timer(STARTING, process.kill)
    try:
        alarm.start()
        said = _said(process)
        alarm.cancel()
        threading.Thread(target=process.communicate, daemon=True).start()
        found = re.search(r"http://\S+/first-run\S+", said)
        address = re.search(r"on this machine: (https?://[^\s/]+)/", said)
        assert address is not None, said
        yield Running(address=address[1], first_run=found[0] if found else "", process=process)
    finally:
        alarm.cancel()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _said(process: subprocess.Popen[str]) -> str:
    """Return what the terminal shows up to the line that says how the site is stopped."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("Stop with"):
            break
    return "".join(lines)
