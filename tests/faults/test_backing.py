"""Disks that fail while a backup is made.

BACKING-01: earlier backups are there and restore; what has the name of a backup restores; the ledger verifies (R18).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.faults.backing import survey
from tests.faults.disk import Fault


@pytest.mark.parametrize("fault", ["error once", "disk full for good"])
def test_calls_fail_in_turn(tmp_path: Path, fault: Fault) -> None:
    """BACKING-01 (R18)."""
    found = survey(tmp_path, fault, step=23)
    assert found.wrong == []
    assert found.runs > 5
