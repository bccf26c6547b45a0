"""The verb that erases, and the step that moves somebody to another site.

CLI-20: `erase` takes the words of entries away, names others that say the same, and leaves a ledger that verifies.
CLI-21: `erase --identity` destroys an identity and says so in the ledger; without a file of keys it says what to do.
CLI-22: `participant ... transfer` moves somebody, with a reason.
CLI-24: a number that no entry can have is that of no entry.
CLI-23: `doctor` says where keys are beside the data, or readable, and where an erased identity is still kept.
"""

from __future__ import annotations

import json
import secrets
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trialbook.capture.identities import Identity, Vault, keep_identity, known_participants
from trialbook.cli import main

SEED = Path(__file__).parents[2] / "studies" / "rituximab_polymyositis" / "study.yaml"
NAME = "Mrs Quellenbrunn"


def run(*arguments: object, code: int = 0) -> Result:
    """Run a verb, expecting an exit code."""
    result = CliRunner().invoke(main, [str(one) for one in arguments], env={"TRIALBOOK_BY": "carla"})
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study with one participant, of whom a name was typed."""
    made = tmp_path / "study"
    made.mkdir()
    shutil.copy(SEED, made)
    run("participant", made, "P1", "screen", "--site", "A")
    run("enter", made, "P1", "biopsy.histology", f"{NAME} has inflammation")
    return made


def vault(folder: Path) -> Vault:
    """Keep an identity, with its keys elsewhere."""
    (folder / "site.toml").write_text('identity_keys = "../keys/x.keys"\n', encoding="utf-8")
    made = Vault(file=folder / "identities.db", keys=folder / ".." / "keys" / "x.keys", chance=secrets.token_bytes)
    keep_identity(made, "P1", Identity(name=NAME))
    return made


def found_by_doctor(folder: Path) -> list[str]:
    """Return the codes of what `doctor` finds of identities."""
    told = CliRunner().invoke(main, ["doctor", str(folder), "--json"]).output
    return [code for code in ("IDENT-01", "IDENT-02", "IDENT-07", "IDENT-08", "IDENT-09") if code in json.dumps(told)]


def test_words(folder: Path) -> None:
    """CLI-20."""
    run("enter", folder, "P1", "biopsy.histology", "inflammation", "--reason", f"it said {NAME} has inflammation")
    assert "entry 5" in run("erase", folder, 4, "--reason", "a name").output
    run("erase", folder, 5, "--reason", "a name")
    assert not any(NAME.encode() in file.read_bytes() for file in folder.iterdir())
    assert "in order" in run("verify", folder).output
    run("erase", folder, 1, "--reason", "a name", code=4)
    run("erase", folder, code=2)


def test_an_identity(folder: Path) -> None:
    """CLI-21, CLI-23."""
    assert "IDENT-09" in run("erase", folder, "--identity", "P1", "--reason", "asked", code=5).output
    kept = vault(folder)
    assert "is erased" in run("erase", folder, "--identity", "P1", "--reason", "asked").output
    assert not known_participants(kept)
    keep_identity(kept, "P1", Identity(name=NAME))
    kept.keys.chmod(0o644)
    assert found_by_doctor(folder) == ["IDENT-07", "IDENT-08"]
    kept.keys.unlink()
    assert "IDENT-01" in found_by_doctor(folder)
    (folder / "site.toml").write_text('identity_keys = "x.keys"\n', encoding="utf-8")
    assert found_by_doctor(folder) == ["IDENT-02"]
    (folder / "site.toml").unlink()
    assert found_by_doctor(folder) == ["IDENT-09"]


def test_a_move(folder: Path) -> None:
    """CLI-22."""
    run("participant", folder, "P1", "transfer", "--site", "B", code=4)
    run("participant", folder, "P1", "transfer", "--site", "B", "--reason", "moved house")
    assert "transfer" in run("history", folder, "P1").output


@pytest.mark.parametrize("number", ["99999999999999999999", "9223372036854775808", "9223372036854775807", "0"])
def test_a_number_of_no_entry(folder: Path, number: str) -> None:
    """CLI-24."""
    assert f"no entry {number}" in run("erase", folder, number, "--reason", "a name", code=4).stderr
