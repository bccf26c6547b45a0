"""Files that wait to be accepted: in a private folder beside the ledger, gone with the decision or after hours."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

FOLDER = ".waiting"
"""Below the folder of the study; nothing in it is ever served as a file."""
LIFE = timedelta(hours=12)
MAP_FILE = "map.yaml"
DRAFT_FILE, TYPED_FILE, FILES = "draft.json", "typed.json", "files"
KEY = re.compile(r"[0-9a-f-]{36}")
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One import that waits for a decision of the person who sent it, in the role in which they did."""

    key: str
    person: str
    grant: str
    """Key of the role; another role of the same person has no part in it."""
    sent_at: str
    """UTC."""
    files: tuple[str, ...]
    is_plain: bool
    """No map was sent: it was made from the headers."""


def waiting_folder(study: Path) -> Path:
    """Return the private folder of a study, made where it is not there."""
    folder = study / FOLDER
    folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    folder.chmod(PRIVATE_FOLDER)
    return folder


def folder_of(study: Path, key: str) -> Path:
    """Return the folder of one import."""
    return study / FOLDER / key


def keep(study: Path, waiting: Waiting, contents: Mapping[str, bytes]) -> Path:
    """Write the files of an import, readable by nobody else; return their folder."""
    folder = waiting_folder(study) / waiting.key
    folder.mkdir(mode=PRIVATE_FOLDER)
    (folder / FILES).mkdir(mode=PRIVATE_FOLDER)
    for name, content in contents.items():
        write_private(folder / FILES / name, content)
    write_private(folder / DRAFT_FILE, json.dumps(asdict(waiting)).encode())
    return folder


def write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody else may read, from its first byte on."""
    path.touch(mode=PRIVATE_FILE)
    path.chmod(PRIVATE_FILE)
    path.write_bytes(content)


def keep_typed(study: Path, key: str, typed: Mapping[str, str]) -> None:
    """Keep what was typed beside a comparison until it is decided, where there is room for it."""
    with suppress(OSError):
        write_private(folder_of(study, key) / TYPED_FILE, json.dumps(dict(typed)).encode())


def typed_of(study: Path, key: str) -> dict[str, str]:
    """Return what was typed beside a comparison that was to be accepted; nothing where it never was."""
    try:
        told = json.loads((folder_of(study, key) / TYPED_FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(text) for name, text in told.items()} if isinstance(told, dict) else {}


def find(study: Path, key: str, *, person: str, grant: str, now: datetime) -> Waiting | None:
    """Return an import that waits for this person in this role; None where there is none, or its time is over."""
    sweep(study, now)
    found = _read(folder_of(study, key)) if KEY.fullmatch(key) else None
    return found if found is not None and (found.person, found.grant) == (person, grant) else None


def waiting_of(study: Path, *, person: str, grant: str, now: datetime) -> list[Waiting]:
    """Return the imports that wait for a person in a role, the newest first."""
    sweep(study, now)
    every = (_read(folder) for folder in (study / FOLDER).glob("*"))
    mine = [one for one in every if one is not None and (one.person, one.grant) == (person, grant)]
    return sorted(mine, key=lambda one: one.sent_at, reverse=True)


def forget(study: Path, key: str) -> None:
    """Take an import away, with its files."""
    if KEY.fullmatch(key):
        shutil.rmtree(folder_of(study, key), ignore_errors=True)


def sweep(study: Path, now: datetime) -> None:
    """Take away every import whose time is over, and what is left of one that was never written whole."""
    for folder in (study / FOLDER).glob("*"):
        found = _read(folder)
        since = datetime.fromtimestamp(folder.stat().st_mtime, now.tzinfo) if found is None else sent_at(found)
        if now - since > LIFE:
            shutil.rmtree(folder, ignore_errors=True)


def sent_at(waiting: Waiting) -> datetime:
    """Return when an import was sent."""
    return datetime.fromisoformat(waiting.sent_at)


def _read(folder: Path) -> Waiting | None:
    """Return what waits in a folder, None where it is not whole."""
    try:
        told = json.loads((folder / DRAFT_FILE).read_bytes())
        return Waiting(**{**told, "files": tuple(told["files"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
