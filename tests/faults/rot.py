"""Bits that turn over on the disk: each that changes what the ledger says has to be reported by `trialbook verify`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from click.testing import CliRunner
from tests.capture.test_verify import fill, integrity_says_ok, said
from tests.faults.saving import site_in

from trialbook.cli import main

DAMAGED = 5
"""How `trialbook verify` leaves where something is wrong."""


@dataclass(slots=True, kw_only=True)
class Rot:
    """What became of flipped bits."""

    tried: int = 0
    meaningful: int = 0
    """Those that changed what the file says."""
    overlooked: list[int] = field(default_factory=list)
    """Bytes of such that were not reported."""
    crashed: list[int] = field(default_factory=list)
    missed_by_sqlite: int = 0
    """Those that SQLite's own check calls sound: the control."""


def flip_bits(folder: Path, meaningful: int, *, seed: int) -> Rot:
    """Turn single bits over until so many of them changed what the ledger says."""
    file, head = rotting(folder)
    sound, truth, found = file.read_bytes(), said(file), Rot()
    for place, damaged in flipped(sound, np.random.default_rng(seed)):
        if found.meaningful == meaningful:
            break
        file.write_bytes(damaged)
        found.tried += 1
        done = CliRunner().invoke(main, ["verify", str(folder), "--head", str(head)])
        if done.exit_code not in {0, DAMAGED} or not isinstance(done.exception, SystemExit | None):
            found.crashed.append(place)
        if said(file) != truth:
            found.meaningful += 1
            found.missed_by_sqlite += integrity_says_ok(file)
            if done.exit_code == 0:
                found.overlooked.append(place)
    file.write_bytes(sound)
    return found


def rotting(folder: Path) -> tuple[Path, Path]:
    """Make a closed ledger with something of every kind in it; return it, and its head kept elsewhere."""
    site = site_in(folder)
    with site.create() as book:
        fill(book)
        head = book.head()
    kept = folder / "head.json"
    kept.write_text(json.dumps({"count": head.count, "hash": head.hash, "at": head.at}), encoding="utf-8")
    return site.file, kept


def flipped(sound: bytes, chance: np.random.Generator) -> Iterator[tuple[int, bytes]]:
    """Yield the bytes of a file with one bit turned over, and where; empty bytes are left alone."""
    used = np.flatnonzero(np.frombuffer(sound, dtype=np.uint8))
    while True:
        place = int(chance.choice(used))
        damaged = bytearray(sound)
        damaged[place] ^= 1 << int(chance.integers(8))
        yield place, bytes(damaged)
