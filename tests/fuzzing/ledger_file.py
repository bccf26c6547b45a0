"""The file of a ledger, changed anywhere: `verify` reports every change that alters what the file says.

An input is a list of changes: five bytes each, where and how. A bit turned over, a byte written, some bytes taken away,
a page put in the place of another, the end cut off.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.fuzzing.target import Check, Target, taken_out, told

PAGE = 4096


def changed(content: bytearray, changes: bytes) -> None:
    """Change the bytes of a file as an input says."""
    for start in range(0, len(changes) - 4, 5):
        place = int.from_bytes(changes[start : start + 3], "big") % max(1, len(content))
        kind, byte = changes[start + 3] % 8, changes[start + 4]
        if kind < 4 and content:
            content[place] ^= 1 << byte % 8
        elif kind == 4 and content:
            content[place] = byte
        elif kind == 5:
            content[place : place + byte] = bytes(len(content[place : place + byte]))
        elif kind == 6:
            page = place - place % PAGE
            content[page : page + PAGE] = content[PAGE * byte % max(1, len(content)) :][:PAGE]
        elif kind == 7 and byte > 250:
            del content[place:]


def prepare() -> Check:
    """Return what has to hold, of a ledger with something of every kind in it."""
    from tests.capture.test_verify import fill, said
    from tests.faults.saving import site_in

    from trialbook.capture.verify import verify_place

    site = site_in(Path(tempfile.mkdtemp()))
    with site.create() as book:
        fill(book)
        head = book.head()
    sound, truth = site.file.read_bytes(), said(site.file)

    def check(content: bytes) -> None:
        damaged = bytearray(sound)
        changed(damaged, content)
        site.file.write_bytes(damaged)
        found = verify_place(site.file, head)
        told(found.problems)
        assert found.ok == (not any(problem.level == "error" for problem in found.problems))
        assert not found.ok or said(site.file) == truth, "a change is overlooked"

    return check


def plant() -> None:
    """Leave the chain unlooked at."""
    from trialbook.capture import verify

    taken_out(verify, "CHECKS", tuple(check for check in verify.CHECKS if check is not verify.check_chain))


TARGET = Target(
    words="files of a ledger with bytes changed, verified against a head",
    prepare=prepare,
    plant=plant,
    runs=150,
    control=2000,
    longest=40,
)
