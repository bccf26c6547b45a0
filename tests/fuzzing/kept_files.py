"""Files that are kept beside a ledger or away from it: a head, the manifest of a backup, the log of backups."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from tests.fuzzing.target import Check, Target, taken_out, told

HASH = re.compile("[0-9a-f]{64}")


def prepare() -> Check:
    """Return what has to hold: the file is read as it says, or refused with a sentence."""
    from trialbook.errors import TrialbookError
    from trialbook.folder import read_head
    from trialbook.keeping.log import begun, last_good, log_of, read_runs
    from trialbook.keeping.manifest import MANIFEST, read_manifest

    scratch = Path(tempfile.mkdtemp())

    def check(content: bytes) -> None:
        kind, rest = content[:1], content[1:]
        try:
            if kind == b"l":
                log_of(scratch).write_bytes(rest)
                runs = read_runs(scratch)
                last_good(runs)
                assert all(begun(run).tzinfo is not None for run in runs)
                return
            name = MANIFEST if kind == b"m" else "head.json"
            (scratch / name).write_bytes(rest)
            if kind != b"m":
                head = read_head(scratch / name)
                assert head.count > 0
                assert HASH.fullmatch(head.hash)
                return
            found = read_manifest(scratch)
            assert found.head.count > 0
            for file, hashed in found.files.items():
                assert HASH.fullmatch(hashed)
                assert (scratch / file).resolve().is_relative_to(scratch.resolve()), "it leads out of the backup"
        except TrialbookError as error:
            told(error.problems)

    return check


def plant() -> None:
    """Take whatever a manifest names for a file and its hash."""
    from trialbook.keeping import manifest

    taken_out(manifest, "is_sound", lambda _named: True)


TARGET = Target(
    words="heads, manifests and logs of backups",
    prepare=prepare,
    plant=plant,
    runs=4000,
    control=1000,
    longest=600,
    dictionary=(
        '"count": ',
        '"hash": "',
        '"at": ',
        '"ledger": {',
        '"files": {',
        '"format": ',
        "Infinity",
        "NaN",
        "1e999",
        "-1",
        "null",
        "true",
        "[",
        "{",
        "\\ud800",
        "\\u0000",
        "9" * 30,
        "[" * 60,
        '"removed": [',
        '"ok": ',
        "..",
        "/etc/",
        "0" * 64,
    ),
)
