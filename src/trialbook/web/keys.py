"""The key with which the site signs its cookies; it stays in the folder of the study and leaves with nothing."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

KEY_FILE = "site.key"


def secret_key(folder: Path) -> str:
    """Return the key of a study's site, made at the first start and readable by nobody else.

    A folder that cannot be written to, or that is none, gives a key for this process alone.
    """
    path = folder / KEY_FILE
    made = secrets.token_urlsafe(64)
    if not (folder / "study.yaml").is_file():
        return made
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(made)
    except FileExistsError:
        return path.read_text(encoding="utf-8")
    except OSError:
        return made
    return made
