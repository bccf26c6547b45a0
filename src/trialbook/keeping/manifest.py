"""What a backup or an archive holds: every file with its size and SHA-256, and the head of the ledger in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from trialbook.capture.ledger import Head
from trialbook.errors import LedgerError, Place, Problem
from trialbook.folder import HASH, LEDGER_FILE, REHEARSAL_FOLDER, REPORT_FOLDER
from trialbook.keeping.rotation import moment_of

MANIFEST = "manifest.json"
FORMAT = "trialbook backup, version 1"
STUDY, ACCOUNTS = "study", "accounts"
"""Folders within a backup: the study with its ledger; accounts and the key of the site."""

PEOPLE, SITE_KEY = "people.db", "site.key"
ACCOUNT_FILES = (PEOPLE, SITE_KEY)
SESSIONS = frozenset({"accounts_opensession", "django_session", "web_openform"})
"""Tables of the accounts that no backup holds: whoever is restored signs in anew."""
IDENTITIES = "identities.db"
DATABASES = frozenset({LEDGER_FILE, *ACCOUNT_FILES, IDENTITIES})
LOG_FILE = "backups.jsonl"
BACKUPS_FOLDER = "backups"
RESTORED_FILE = "restored.json"
"""What a folder was restored from; each that is restored gets its own."""
LEFT_OUT = frozenset(
    {
        REPORT_FOLDER, REHEARSAL_FOLDER, BACKUPS_FOLDER, LOG_FILE, RESTORED_FILE, "tls.key.pem", "tls.cert.pem",
        "ledger.moved.db",
    }
)  # fmt: skip
"""What can be made anew, and what would make each backup hold all earlier ones."""
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose a copy is."""

    first: str = ""
    """Hash of the first entry of the ledger; empty in copies of earlier versions."""
    copy: str = ""
    """The mark of a folder that was restored; empty for one that never was."""

    def has(self, other: Owner) -> bool:
        """Tell whether a copy of another owner is one of this one; one of an earlier version names no ledger."""
        return other.copy == self.copy and other.first in {"", self.first}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands in a backup."""

    made: str
    """When, in UTC."""
    title: str
    data: str
    """`real` or `invented`."""
    program: str
    head: Head
    files: Mapping[str, str]
    """Path within the backup -> SHA-256 of the bytes."""
    owner: Owner = field(default_factory=Owner)


def study_files(folder: Path) -> Iterator[Path]:
    """Yield the files that make up a study, but for its databases, keys, and what can be made anew."""
    copies = copies_in(folder)
    for path in sorted(folder.rglob("*")):
        if not copies.isdisjoint(path.parents):
            continue
        parts = path.relative_to(folder).parts
        is_hidden = any(part.startswith(".") for part in parts)
        # a database is copied by its own way, never with the files that SQLite lays beside it
        is_database = any(path.name == name or path.name.startswith(f"{name}-") for name in DATABASES)
        if path.is_file() and not path.is_symlink() and not is_hidden and not is_database and parts[0] not in LEFT_OUT:
            yield path


def copies_in(folder: Path) -> frozenset[Path]:
    """Return the folders below that are a backup, or a copy of identities: each backup would hold all earlier ones."""
    marks = (file for name in (MANIFEST, IDENTITIES) for file in folder.rglob(name))
    found = frozenset(mark.parent for mark in marks if moment_of(mark.parent.name) is not None)
    return found - {folder}


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    made = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            made.update(block)
    return made.hexdigest()


def hashes_in(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a folder but its manifest, by path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    found = {path.relative_to(folder).as_posix(): hash_of(path) for path in files}
    found.pop(MANIFEST, None)
    return found


def manifest_text(manifest: Manifest) -> str:
    """Write a manifest as JSON."""
    head = manifest.head
    told = {
        "format": FORMAT,
        "made": manifest.made,
        "title": manifest.title,
        "data": manifest.data,
        "program": manifest.program,
        "ledger": {"count": head.count, "hash": head.hash, "at": head.at},
        "owner": asdict(manifest.owner),
        "files": dict(manifest.files),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a backup; LedgerError where there is none, or where it is no manifest."""
    file = folder / MANIFEST
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        kept, whose = told["ledger"], told.get("owner", {})
        made = Manifest(
            **{name: str(told[name]) for name in ("made", "title", "data", "program")},
            head=Head(count=int(kept["count"]), hash=str(kept["hash"]), at=str(kept["at"])),
            files={str(name): str(hashed) for name, hashed in told["files"].items()},
            owner=Owner(first=str(whose.get("first", "")), copy=str(whose.get("copy", ""))),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise LedgerError([Problem(code="KEEP-01", place=Place(file=str(folder)))]) from error
    if told.get("format") != FORMAT or made.head.count < 1 or not all(map(is_sound, made.files.items())):
        raise LedgerError([Problem(code="KEEP-01", place=Place(file=str(folder)))])
    return made


def is_sound(named: tuple[str, str]) -> bool:
    """Tell whether a file of a manifest stands within the backup, and its hash is one."""
    path, hashed = PurePosixPath(named[0]), named[1]
    inside = not path.is_absolute() and ".." not in path.parts and "\\" not in named[0] and ":" not in named[0]
    return inside and HASH.fullmatch(hashed) is not None


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare the files of a backup with its manifest; LedgerError names all that are missing, changed or added."""
    found, wanted = hashes_in(folder), manifest.files
    told = {
        "missing": sorted(set(wanted) - set(found)),
        "changed": sorted(name for name in set(wanted) & set(found) if wanted[name] != found[name]),
        "added": sorted(set(found) - set(wanted)),
    }
    problems = [
        Problem(code="KEEP-02", place=Place(file=str(folder / name)), values={"what": what})
        for what, names in told.items()
        for name in names
    ]
    if problems:
        raise LedgerError(problems)
