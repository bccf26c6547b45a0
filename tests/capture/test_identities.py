"""Who participants are: the file apart.

VAULT-01: R49: what is kept is read back, and no byte of it stands in the file or in the file of keys.
VAULT-02: a row cannot be read without its key, moved to another participant, or changed.
    (ASVS-V11.3.3)
VAULT-03: R13: an erased identity is gone from the file, and no older copy can be read any more.
VAULT-04: R49: keys inside the folder of the study are refused; both files are for their owner alone.
VAULT-05: found by the hospital number, whatever its blanks and case; the number is not in the file.
VAULT-06: lost and foreign keys are told in sentences that say nothing of a person.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from trialbook.capture.identities import (
    Identity,
    Vault,
    erase_identity,
    identity_of,
    keep_identity,
    known_participants,
    participant_with,
)
from trialbook.errors import LedgerError
from trialbook.wording import remedy, sentence

pytestmark = pytest.mark.files

ADA = Identity(name="Ada Quellenbrunn", born="1815-12-10", number="HK 4711-0815", contact="ada@example.org")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A place for identities, with its keys elsewhere."""
    (tmp_path / "study").mkdir()
    keys = tmp_path / "keys" / "x.keys"
    return Vault(file=tmp_path / "study" / "identities.db", keys=keys, chance=secrets.token_bytes)


def code(vault: Vault, participant: str = "P1") -> str:
    """Return the code of what stands against reading an identity."""
    with pytest.raises(LedgerError) as told:
        identity_of(vault, participant)
    (problem,) = told.value.problems
    assert sentence(problem)
    assert remedy(problem)
    assert "Ada" not in f"{told.value!r}{sentence(problem)}"
    return problem.code


def test_kept_and_read_back(vault: Vault) -> None:
    """VAULT-01."""
    assert identity_of(vault, "P1") is None
    keep_identity(vault, "P1", ADA)
    assert identity_of(vault, "P1") == ADA
    assert known_participants(vault) == {"P1"}
    for file in (vault.file, vault.keys):
        kept = file.read_bytes()
        assert not any(words.encode() in kept for words in ("Quellen", "1815", "4711", "example.org"))
    assert repr(ADA) == "Identity()"


def test_changed(vault: Vault) -> None:
    """VAULT-01: the new one stands, and the key of the old one is destroyed."""
    keep_identity(vault, "P1", ADA)
    before = vault.keys.read_text(encoding="ascii")
    keep_identity(vault, "P1", Identity(name="Ada King"))
    assert identity_of(vault, "P1") == Identity(name="Ada King")
    assert before.count('": "') == vault.keys.read_text(encoding="ascii").count('": "')
    assert before != vault.keys.read_text(encoding="ascii")


def test_moved_and_changed_rows(vault: Vault) -> None:
    """VAULT-02: by whoever can write the file."""
    keep_identity(vault, "P1", ADA)
    with closing(sqlite3.connect(vault.file)) as connection, connection:
        connection.execute("UPDATE identity SET participant = 'P2'")
    assert code(vault, "P2") == "IDENT-04"
    with closing(sqlite3.connect(vault.file)) as connection, connection:
        connection.execute("UPDATE identity SET participant = 'P1', sealed = zeroblob(60)")
    assert code(vault) == "IDENT-04"


def test_erased(vault: Vault) -> None:
    """VAULT-03: a copy of the file from before cannot be read either."""
    keep_identity(vault, "P1", ADA)
    keep_identity(vault, "P2", Identity(name="Bob"))
    with closing(sqlite3.connect(vault.file)) as connection:
        (row,) = connection.execute("SELECT sealed FROM identity WHERE participant = 'P1'").fetchone()
    copy = shutil.copy(vault.file, vault.file.with_name("copy.db"))
    assert erase_identity(vault, "P1")
    assert not erase_identity(vault, "P1")
    assert row not in vault.file.read_bytes()
    assert known_participants(vault) == {"P2"}
    shutil.copy(copy, vault.file)
    assert code(vault) == "IDENT-04"
    assert identity_of(vault, "P2") == Identity(name="Bob")


def test_keys_beside_the_data(vault: Vault) -> None:
    """VAULT-04: refused before anything is written."""
    beside = Vault(file=vault.file, keys=vault.file.parent / "deep" / "x.keys", chance=vault.chance)
    with pytest.raises(LedgerError) as told:
        keep_identity(beside, "P1", ADA)
    assert told.value.problems[0].code == "IDENT-02"
    assert not vault.file.exists()


def test_for_the_owner_alone(vault: Vault) -> None:
    """VAULT-04."""
    keep_identity(vault, "P1", ADA)
    assert [file.stat().st_mode & 0o077 for file in (vault.file, vault.keys)] == [0, 0]


def test_found_by_number(vault: Vault) -> None:
    """VAULT-05."""
    keep_identity(vault, "P1", ADA)
    keep_identity(vault, "P2", Identity(name="Bob"))
    assert participant_with(vault, " hk4711 -0815") == "P1"
    assert participant_with(vault, "") is None
    assert participant_with(vault, "4711") is None


def test_lost_and_foreign_keys(vault: Vault) -> None:
    """VAULT-06."""
    keep_identity(vault, "P1", ADA)
    kept = vault.keys.read_bytes()
    vault.keys.unlink()
    assert code(vault) == "IDENT-01"
    vault.keys.write_text("no keys")
    assert code(vault) == "IDENT-03"
    vault.keys.write_bytes(kept)
    vault.file.write_bytes(b"no database, but long enough to look at" * 100)
    assert code(vault) == "IDENT-05"
    vault.file.unlink()
    vault.file.parent.rmdir()
    assert code(vault) == "IDENT-05"


@pytest.mark.parametrize(
    "words",
    ["[]", "{}", '{"rows": [], "search": "00"}', '{"rows": {"a": "zz"}, "search": "00"}', "\u00e9",
     '{"rows": {}, "search": "00"}', '{"rows": {"a": "00"}, "search": "' + "00" * 32 + '"}'],
)  # fmt: skip
def test_a_file_that_holds_no_keys(vault: Vault, words: str) -> None:
    """VAULT-06: of another kind, or with keys that are too short."""
    keep_identity(vault, "P1", ADA)
    vault.keys.write_text(words, encoding="utf-8")
    assert code(vault) == "IDENT-03"


def test_keys_that_cannot_be_written(vault: Vault) -> None:
    """VAULT-06: something else stands where their folder would be; nothing is kept that could not be read."""
    vault.keys.parent.write_text("in the way", encoding="utf-8")
    assert code(vault) == "IDENT-06"
    assert known_participants(vault) == frozenset()


def test_a_half_written_file_of_keys(vault: Vault) -> None:
    """VAULT-06: left by whoever was killed; the next writes over it."""
    vault.keys.parent.mkdir()
    vault.keys.with_name(f".{vault.keys.name}.new").write_text("half", encoding="ascii")
    keep_identity(vault, "P1", ADA)
    assert identity_of(vault, "P1") == ADA
    assert [one.name for one in vault.keys.parent.iterdir()] == [vault.keys.name]


@pytest.mark.parametrize("known", ["name", "born", "number", "contact"])
def test_whether_anything_is_known(known: str) -> None:
    """VAULT-01: of an identity of which one thing alone was told."""
    assert Identity().is_empty
    assert not Identity(**{known: "x"}).is_empty
