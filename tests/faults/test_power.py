"""Power failures, from what saves really wrote: see `power` for the model of a disk.

POWER-01: of disks made of recorded saves none lacks an acknowledged save, holds half of one, or is damaged (R03, R20).
POWER-02: the control: with less than full synchronisation, or a disk that lies about it, the same check finds losses.

`make campaign` tries ten times as many disks.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.faults.power import Mode, after_power_cuts, record

DISKS = 250
CONTROLS = 30


@pytest.mark.parametrize("seed", range(4))
def test_no_power_cut_loses_a_save(tmp_path: Path, seed: int) -> None:
    """POWER-01 (R03, R20)."""
    recording = record(tmp_path, 20)
    found = after_power_cuts(recording, DISKS, tmp_path, seed=seed)
    assert found.disks == DISKS
    assert (found.lost, found.half, found.damaged) == ([], [], [])


@pytest.mark.parametrize("mode", ["synchronous normal", "synchronous off", "sync is a lie"])
def test_what_is_not_synced_is_lost(tmp_path: Path, mode: Mode) -> None:
    """POWER-02."""
    found = after_power_cuts(record(tmp_path, 12, mode), CONTROLS, tmp_path, seed=1)
    assert found.lost
