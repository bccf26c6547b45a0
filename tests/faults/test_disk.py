"""Disks that fail while something is saved: every call in turn, by an error, a full disk, or half a write.

DISK-01: what was acknowledged is there, nothing is half there, what was refused for certain is not, a save that is sent
again stands there once, and the ledger opens and verifies (R03, R20, R21).
DISK-02: a full disk and a disk that fails are told by their own sentences; after a failed write the answer is that
nobody knows.
DISK-03: the control: a program that acknowledges whatever happens is caught.

`make campaign` carries out every way of saving under every fault.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.faults.disk import Fault, Way, survey


@pytest.mark.parametrize(
    ("way", "fault"),
    [
        ("one writer", "error once"),
        ("one writer", "disk full once"),
        ("open and save", "error for good"),
        ("open and save", "half written, then full"),
        ("save and close", "disk full for good"),
    ],
)
def test_every_call_fails_in_turn(tmp_path: Path, way: Way, fault: Fault) -> None:
    """DISK-01 (R03, R20, R21), DISK-02."""
    found = survey(tmp_path, way, fault)
    assert found.wrong == []
    assert found.runs > 10
    assert "LEDGER-12" in found.refused
    assert ("LEDGER-10" in found.refused) == ("full" in fault)


def test_who_acknowledges_too_early_is_caught(tmp_path: Path) -> None:
    """DISK-03."""
    assert any(
        "acknowledged save is lost" in wrong for wrong in survey(tmp_path, "one save", "error once", hasty=True).wrong
    )
