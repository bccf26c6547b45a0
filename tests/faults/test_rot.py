"""Bits that turn over on the disk.

ROT-01: `trialbook verify` with a head kept elsewhere reports every flip that changes what the ledger says, and never
crashes (R06).
ROT-02: the control: SQLite's own check overlooks some of them.
"""

from __future__ import annotations

from pathlib import Path

from tests.faults.rot import flip_bits

FLIPS = 100


def test_flipped_bits_are_reported(tmp_path: Path) -> None:
    """ROT-01 (R06), ROT-02."""
    found = flip_bits(tmp_path, FLIPS, seed=10)
    assert (found.meaningful, found.overlooked, found.crashed) == (FLIPS, [], [])
    assert found.missed_by_sqlite > FLIPS / 20
