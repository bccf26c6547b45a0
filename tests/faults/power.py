"""Power failures: what saves write is recorded, and disks are made of it as a power cut may leave them.

The model: what was written to a file before its last sync is there. Of what came later any subset of the 512-byte
sectors is there, whatever their order was; so is any beginning of the row of removed files. A disk that says that it
synced and did not is the control, as is a database that does not ask for it.
"""

from __future__ import annotations

import json
import shutil
import struct
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from tests.faults.saving import halves, save, saved, site_in
from tests.faults.shim import Shim, steered

from trialbook.capture import file as store_file
from trialbook.capture.book import Book
from trialbook.errors import LedgerError

Mode = Literal["as it is", "synchronous normal", "synchronous off", "sync is a lie"]
SYNCHRONOUS = {"synchronous normal": 1, "synchronous off": 0}
HEADER = struct.Struct("<BHqI")
SECTOR = 512
KEPT = (0.0, 0.2, 0.5, 0.8, 1.0)
"""How likely a sector that was not synced is there; drawn anew for each disk."""
FILES = ("ledger.db", "ledger.db-wal")
ROUND = 7
"""Saves after which the ledger is closed and opened, which moves what was written ahead into the file."""
TIDY = 3
"""The save of each round after which that is done while the ledger stays open."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that reached a file: w(rite), t(runcate), u(nlink), s(ync); or m, the mark of a save."""

    kind: str
    file: str
    number: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What reached the files while saves were made."""

    base: Mapping[str, bytes]
    steps: tuple[Step, ...]
    saves: int


@dataclass(slots=True, kw_only=True)
class Losses:
    """What disks looked like after a power cut."""

    disks: int = 0
    lost: list[tuple[int, int]] = field(default_factory=list)
    """Disk -> saves that had been acknowledged and are not there."""
    half: list[int] = field(default_factory=list)
    damaged: list[tuple[int, str]] = field(default_factory=list)
    """Disks that do not open or do not verify, and why."""

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was lost, halved or damaged."""
        return not (self.lost or self.half or self.damaged)


# ---- recorded ---------------------------------------------------------------------------------------------------


def record(folder: Path, saves: int, mode: Mode = "as it is") -> Recording:
    """Make saves in a process of its own, and return what they did to the files."""
    steered("power", folder=str(folder), saves=saves, mode=mode)
    steps = tuple(step for step in steps_in((folder / "log").read_bytes()) if step.kind == "m" or step.file in FILES)
    base = {name: (folder / "base" / name).read_bytes() for name in FILES if (folder / "base" / name).exists()}
    return Recording(base=base, steps=steps, saves=saves)


def make_saves(folder: Path, saves: int, mode: Mode) -> None:
    """Make the saves, behind the shim."""
    shim, site = Shim(), site_in(folder / "study")
    site.create().close()
    shutil.copytree(site.folder, folder / "base")
    store_file.SETTINGS = {**store_file.SETTINGS, "synchronous": SYNCHRONOUS.get(mode, 2)}
    if mode == "sync is a lie":
        shim.swallow()
    shim.watch(site.folder, record=True)
    for first in range(0, saves, ROUND):
        with site.open() as book:
            for number in range(first, min(first + ROUND, saves)):
                save(book, number)
                shim.mark(number)
                if number % ROUND == TIDY:
                    book.tidy()
    shim.save(folder / "log")


def steps_in(log: bytes) -> Iterator[Step]:
    """Read the log of the shim."""
    place = 0
    while place < len(log):
        kind, named, number, length = HEADER.unpack_from(log, place)
        start = place + HEADER.size + named
        place = start + (length if kind == ord("w") else 0)
        file = log[start - named : start].decode().rpartition("/")[2]
        yield Step(chr(kind), file, number, log[start:place])


# ---- disks ------------------------------------------------------------------------------------------------------


def after_power_cuts(recording: Recording, disks: int, folder: Path, *, seed: int) -> Losses:
    """Cut the power so many times, at moments by chance, and open with the program what each disk holds then."""
    found = Losses()
    for files, told in cut_at(recording, disks, np.random.default_rng(seed)):
        look_at(found, files, told, folder / "disk")
    return found


def cut_at(recording: Recording, disks: int, chance: np.random.Generator) -> Iterator[tuple[dict[str, bytearray], int]]:
    """Yield disks, each with the number of saves that had been acknowledged."""
    cuts = np.bincount(chance.integers(1, len(recording.steps) + 1, size=disks), minlength=len(recording.steps) + 1)
    safe = {name: bytearray(content) for name, content in recording.base.items()}
    pending: list[Step] = []
    told = 0
    for place, step in enumerate(recording.steps, start=1):
        if step.kind == "m":
            told = step.number + 1
        elif step.kind == "s":
            pending = synced(safe, pending, step.file)
        else:
            pending.append(step)
        for _ in range(cuts[place]):
            yield disk_of(safe, pending, chance), told


def synced(safe: dict[str, bytearray], pending: list[Step], file: str) -> list[Step]:
    """Put on the safe side what a sync of a file makes safe: its content, and which files there are."""
    last = max((place for place, step in enumerate(pending) if step.kind == "u"), default=-1)
    left = []
    for place, step in enumerate(pending):
        if step.file == file or step.kind == "u":
            apply(safe, step)
        elif not any(one.kind == "u" and one.file == step.file for one in pending[place : last + 1]):
            left.append(step)
    return left


def disk_of(safe: Mapping[str, bytearray], pending: list[Step], chance: np.random.Generator) -> dict[str, bytearray]:
    """Return a disk with any part of what was not synced."""
    files = {name: bytearray(content) for name, content in safe.items()}
    kept = float(chance.choice(KEPT))
    unlinks_lost_from = int(chance.integers(0, len(pending) + 1))
    gone: set[str] = set()
    for place, step in enumerate(pending):
        if step.file in gone:
            continue
        if step.kind == "u" and place >= unlinks_lost_from:
            # the file that was made anew under this name is not there either
            gone.add(step.file)
        elif step.kind == "w":
            scatter(files, step, chance.random(sectors_of(step)) < kept)
        elif step.kind == "u" or chance.random() < kept:
            apply(files, step)
    return files


def sectors_of(step: Step) -> int:
    """Return how many sectors a write touches."""
    return (step.number + len(step.content) - 1) // SECTOR - step.number // SECTOR + 1


def scatter(files: dict[str, bytearray], step: Step, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
    """Apply those sectors of a write that are kept."""
    first = step.number // SECTOR
    for place in np.flatnonzero(kept):
        start = max(step.number, (first + int(place)) * SECTOR)
        end = min(step.number + len(step.content), (first + int(place) + 1) * SECTOR)
        apply(files, Step("w", step.file, start, step.content[start - step.number : end - step.number]))


def apply(files: dict[str, bytearray], step: Step) -> None:
    """Do to files in memory what a step did to those on the disk."""
    if step.kind == "u":
        files.pop(step.file, None)
        return
    content = files.setdefault(step.file, bytearray())
    end = step.number + len(step.content)
    if step.kind == "t":
        del content[step.number :]
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    content[step.number : end] = step.content


def look_at(found: Losses, files: Mapping[str, bytes | bytearray], told: int, folder: Path) -> None:
    """Open a disk with the program as after a restart, and note what is missing."""
    shutil.rmtree(folder, ignore_errors=True)
    site = site_in(folder)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    number, found.disks = found.disks, found.disks + 1
    try:
        with site.open() as book:
            judge(found, book, number, told)
    except LedgerError as error:
        found.damaged.append((number, error.problems[0].code))


def judge(found: Losses, book: Book, number: int, told: int) -> None:
    """Compare what a ledger holds with what had been acknowledged."""
    there = saved(book)
    if missing := told - sum(one < told for one in there):
        found.lost.append((number, missing))
    if halves(there):
        found.half.append(number)
    verification = book.verify()
    if not verification.ok:
        found.damaged.append((number, verification.problems[0].code))


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    make_saves(Path(asked["folder"]), asked["saves"], asked["mode"])
    print("{}")  # noqa: T201 - read by whoever started this process
