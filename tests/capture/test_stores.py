"""Where a ledger is kept: one study, one place.

STORES-01: the environment and the folder name the same database, however it is written; anything else is refused.
STORES-02: a folder with a ledger of its own works on no other.
STORES-03: an address is written down without its password.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.capture.server import without_secret
from trialbook.capture.stores import has_secret, is_same, one_store
from trialbook.errors import LedgerError

LIVE = "postgresql://writer:hunter2@db.example/live"
DRILL = "postgresql://writer@db.example/drill"


@pytest.mark.parametrize(("told", "written", "store"), [("", "", ""), (LIVE, "", LIVE), ("", DRILL, DRILL)])
def test_one_of_two_is_said(told: str, written: str, store: str) -> None:
    """STORES-01."""
    assert one_store(told, written, None) == store


def test_both_name_the_same() -> None:
    """STORES-01: what the environment says holds, as it may have the password."""
    assert one_store(LIVE, "postgresql://reader@DB.example:5432/live", None) == LIVE
    assert is_same("postgresql://w@localhost/d", "postgresql://w@/d?host=/var/run/postgresql")
    with pytest.raises(LedgerError) as refused:
        one_store(LIVE, DRILL, None)
    assert refused.value.problems[0].code == "KEEP-22"
    assert "hunter2" not in str(refused.value.problems[0].values)


def test_a_ledger_of_its_own(tmp_path: Path) -> None:
    """STORES-02."""
    file = tmp_path / "ledger.db"
    assert one_store(LIVE, "", file) == LIVE
    file.touch()
    assert one_store("", "", file) == ""
    with pytest.raises(LedgerError) as refused:
        one_store("", DRILL, file)
    assert refused.value.problems[0].code == "KEEP-23"


def test_without_secret() -> None:
    """STORES-03."""
    shown = without_secret(f"{LIVE}?sslmode=verify-full&sslpassword=hunter3")
    assert not has_secret(shown)
    assert ("hunter" in shown, is_same(shown, LIVE), "verify-full" in shown) == (False, True, True)
    assert without_secret(DRILL) == DRILL
