"""Who a participant is: `identities.db`, apart from the ledger, each row sealed with a key of its own.

The keys are in another file, which is kept outside of the folder of the study: a copy of the folder tells nobody's
name, and once the key of a row is destroyed no copy of that row, however old, can be read again (GDPR 4(5), 17, 25).
This is the one module beside the store that speaks SQL: what it keeps is deliberately no part of the ledger.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from trialbook.errors import LedgerError, Problem

IDENTITIES_FILE = "identities.db"
KEY_BYTES, NONCE_BYTES = 32, 12
LONGEST = 500
"""Characters of one field."""

TABLE = """
CREATE TABLE IF NOT EXISTS identity (
  participant TEXT PRIMARY KEY CHECK (participant <> ''),
  key TEXT NOT NULL UNIQUE,
  sealed BLOB NOT NULL,
  number TEXT NOT NULL
) STRICT
"""
"""`key` names a key of the other file; `number` is the keyed hash of the hospital number, to find a row by it."""

SETTINGS = ("journal_mode = DELETE", "synchronous = FULL", "secure_delete = ON", "trusted_schema = OFF")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Identity:
    """Who a participant is; its text never shows in a message, a log or a traceback."""

    name: str = ""
    born: str = ""
    """Date of birth."""
    number: str = ""
    """Number at the hospital."""
    contact: str = ""

    def __repr__(self) -> str:
        """Say nothing."""
        return "Identity()"

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is known."""
        return not any(asdict(self).values())


FIELDS = tuple(field.name for field in fields(Identity))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Where identities are kept, and where their keys are."""

    file: Path
    keys: Path
    chance: Callable[[int], bytes]
    """Gives so many bytes by chance."""


@dataclass(slots=True, kw_only=True, repr=False)
class Ring:
    """The keys: one for each row, and one to find a row by its hospital number."""

    search: bytes
    rows: dict[str, bytes]


# ---- what is done ------------------------------------------------------------------------------------------------


def keep_identity(vault: Vault, participant: str, identity: Identity) -> None:
    """Keep who a participant is, in the place of what was kept before, whose key is destroyed."""
    with changing(vault) as (connection, ring):
        name, key = vault.chance(16).hex(), vault.chance(KEY_BYTES)
        ring.rows[name] = key
        write_ring(vault.keys, ring)
        values = (participant, name, sealed(vault, key, participant, identity), tag(ring, identity.number))
        connection.execute("INSERT OR REPLACE INTO identity VALUES (?, ?, ?, ?)", values)


def identity_of(vault: Vault, participant: str) -> Identity | None:
    """Return who a participant is, None where nothing is kept; LedgerError where it cannot be read."""
    ring = read_ring(vault)
    with opened(vault) as connection:
        row = connection.execute("SELECT key, sealed FROM identity WHERE participant = ?", [participant]).fetchone()
    return None if row is None else unsealed(vault, ring.rows.get(row[0]), participant, row[1])


def participant_with(vault: Vault, number: str) -> str | None:
    """Return the participant with a hospital number, None where there is none."""
    wanted = tag(read_ring(vault), number)
    with opened(vault) as connection:
        row = connection.execute("SELECT participant FROM identity WHERE number = ? AND number <> ''", [wanted])
        found = row.fetchone()
    return None if found is None else str(found[0])


def known_participants(vault: Vault) -> frozenset[str]:
    """Return the participants of whom an identity is kept; needs no key."""
    if not vault.file.exists():
        return frozenset()
    with opened(vault) as connection:
        return frozenset(str(row[0]) for row in connection.execute("SELECT participant FROM identity"))


def erase_identity(vault: Vault, participant: str) -> bool:
    """Destroy the row of a participant and its key; False where there was none.

    The free pages of the file are overwritten, and without its key no older copy of the row can be read.
    """
    with changing(vault) as (connection, ring):
        found = connection.execute("DELETE FROM identity WHERE participant = ?", [participant]).rowcount
        del ring
    with opened(vault) as connection:
        connection.execute("VACUUM")
    return found > 0


# ---- sealing -----------------------------------------------------------------------------------------------------


def sealed(vault: Vault, key: bytes, participant: str, identity: Identity) -> bytes:
    """Encrypt an identity: AES-256-GCM (NIST SP 800-38D), bound to the participant; the nonce stands before it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = vault.chance(NONCE_BYTES)
    words = json.dumps(asdict(identity)).encode()
    return nonce + AESGCM(key).encrypt(nonce, words, participant.encode())


def unsealed(vault: Vault, key: bytes | None, participant: str, row: bytes) -> Identity:
    """Decrypt an identity; LedgerError where its key is gone, or the row was changed or belongs to somebody else."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        # where the key is gone, one that opens nothing takes its place, so that both end alike
        found = AESGCM(key or bytes(KEY_BYTES))
        told = json.loads(found.decrypt(row[:NONCE_BYTES], row[NONCE_BYTES:], participant.encode()))
    except (InvalidTag, ValueError):
        values = {"file": str(vault.file), "participant": participant}
        raise LedgerError([Problem(code="IDENT-04", values=values)]) from None
    return Identity(**{name: str(told.get(name, "")) for name in FIELDS})


def tag(ring: Ring, number: str) -> str:
    """Return the keyed hash (HMAC-SHA-256) of a hospital number without its blanks and case; empty for none."""
    plain = "".join(number.split()).casefold()
    return hmac.new(ring.search, plain.encode(), hashlib.sha256).hexdigest() if plain else ""


# ---- the two files -----------------------------------------------------------------------------------------------


@contextmanager
def opened(vault: Vault) -> Iterator[sqlite3.Connection]:
    """Open the file of identities, made where there is none and readable by nobody else."""
    try:
        if not vault.file.exists():
            os.close(os.open(vault.file, os.O_CREAT | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(vault.file, timeout=10, isolation_level=None)) as connection:
            for setting in SETTINGS:
                connection.execute(f"PRAGMA {setting}").fetchall()
            connection.execute(TABLE)
            yield connection
    except (sqlite3.Error, OSError) as error:
        values = {"file": str(vault.file), "detail": type(error).__name__}
        raise LedgerError([Problem(code="IDENT-05", values=values)]) from None


@contextmanager
def changing(vault: Vault) -> Iterator[tuple[sqlite3.Connection, Ring]]:
    """Give the one who writes; afterwards the keys of rows that are there no more are destroyed."""
    check_apart(vault)
    with opened(vault) as connection:
        connection.execute("BEGIN IMMEDIATE")
        ring = read_ring(vault)
        yield connection, ring
        used = {str(row[0]) for row in connection.execute("SELECT key FROM identity")}
        connection.execute("COMMIT")
        write_ring(vault.keys, Ring(search=ring.search, rows={name: ring.rows[name] for name in used & set(ring.rows)}))


def check_apart(vault: Vault) -> None:
    """Make sure that the keys are not beside what they protect; LedgerError where they are."""
    if vault.file.resolve().parent in vault.keys.resolve().parents:
        raise LedgerError([Problem(code="IDENT-02", values={"file": str(vault.keys)})])


def read_ring(vault: Vault) -> Ring:
    """Read the keys, made at the first use; LedgerError where they are gone, are beside the data, or are no keys."""
    check_apart(vault)
    if not vault.keys.exists():
        if known_participants(vault):
            raise LedgerError([Problem(code="IDENT-01", values={"file": str(vault.keys)})])
        write_ring(vault.keys, Ring(search=vault.chance(KEY_BYTES), rows={}))
    try:
        told = json.loads(vault.keys.read_text(encoding="ascii"))
        return ring_from(told)
    except (ValueError, KeyError, TypeError, AttributeError, OSError):
        raise LedgerError([Problem(code="IDENT-03", values={"file": str(vault.keys)})]) from None


def ring_from(told: Mapping[str, object]) -> Ring:
    """Make the keys of what a file says; ValueError and its like where it says something else."""
    rows = told["rows"]
    if not isinstance(rows, dict):
        raise TypeError("rows")
    keys = {str(name): bytes.fromhex(key) for name, key in rows.items()}
    search = bytes.fromhex(str(told["search"]))
    if any(len(key) != KEY_BYTES for key in (search, *keys.values())):
        raise ValueError("length")
    return Ring(search=search, rows=keys)


def write_ring(path: Path, ring: Ring) -> None:
    """Write the keys whole or not at all, readable by nobody else; LedgerError where that cannot be done."""
    told = {"trialbook": "keys of identities", "search": ring.search.hex()}
    rows = {name: key.hex() for name, key in ring.rows.items()}
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):
            draft.unlink()
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            json.dump({**told, "rows": rows}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        values = {"file": str(path), "detail": error.strerror or type(error).__name__}
        raise LedgerError([Problem(code="IDENT-06", values=values)]) from None
