"""A process between which and its disk `shim.c` stands: built once, loaded with LD_PRELOAD, steered through ctypes."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest
from tests.conftest import installed

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).with_name("shim.c")
FLAGS = ("-O1", "-Wall", "-Werror", "-shared", "-fPIC")
LONGEST = 3600
"""Seconds."""


@cache
def built() -> Path:
    """Return the shim as a library; skip where there is no Linux or no compiler, but fail where CI skips nothing."""
    if sys.platform != "linux":
        pytest.skip("the shim stands between a process and its disk on Linux only")
    compiler = installed("cc")
    mark = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:12]
    library = Path(tempfile.gettempdir()) / f"trialbook-shim-{os.getuid()}-{mark}.so"
    if not library.exists():
        beside = library.with_suffix(f".{os.getpid()}")
        subprocess.run([compiler, *FLAGS, "-o", beside, SOURCE, "-ldl"], check=True, capture_output=True)
        beside.replace(library)
    return library


def steered(module: str, **given: object) -> dict[str, object]:
    """Run a module of this folder behind the shim; it is given a JSON object and prints one."""
    environment = {**os.environ, "LD_PRELOAD": str(built()), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    done = subprocess.run(
        [sys.executable, "-m", f"tests.faults.{module}", json.dumps(given)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
        timeout=LONGEST,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, object] = json.loads(done.stdout)
    return found


class Shim:
    """The shim, seen from within the process that it was loaded into."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None)
        self._library.fault_arm.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_int)
        self._library.fault_fired.restype = ctypes.c_long
        self._library.fault_calls.restype = ctypes.c_long
        self._library.fault_mark.argtypes = (ctypes.c_int64,)

    def watch(self, folder: Path, *, record: bool = False) -> None:
        """Watch the files of a folder from now on, and write down what reaches them."""
        self._library.fault_watch(str(folder).encode(), int(record))

    def mark(self, number: int) -> None:
        """Write a number between what is recorded: the save with this number was acknowledged."""
        self._library.fault_mark(number)

    def swallow(self) -> None:
        """Say of every sync that it was done, and do none."""
        self._library.fault_swallow(1)

    def arm(self, number: int, error: int, manner: int) -> None:
        """Let the `number`-th call from now fail; `manner` 0 once, 1 every later one too, 2 with half of it written."""
        self._library.fault_arm(number, error, manner)

    def disarm(self) -> int:
        """Let nothing fail any more; return how many calls failed."""
        fired = int(self._library.fault_fired())
        self._library.fault_arm(0, 0, 0)
        return fired

    def save(self, file: Path) -> None:
        """Write what was recorded to a file outside of the watched folder."""
        assert self._library.fault_save(str(file).encode()) == 0
