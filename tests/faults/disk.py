"""A disk that fails: every first, second, third ... call to it is refused in turn, until a run needs no more calls.

A save that was acknowledged is there whatever failed, none is there in part, what was refused as not recorded is not
there, the ledger opens afterwards, and a save that is sent again stands there once.
"""

from __future__ import annotations

import errno
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from tests.conftest import Site
from tests.faults.saving import act_of, halves, request_of, save, saved, site_in
from tests.faults.shim import Shim, steered

from trialbook.capture.book import Book
from trialbook.capture.writer import Writer
from trialbook.errors import LedgerError

Fault = Literal["error once", "error for good", "disk full once", "disk full for good", "half written, then full"]
FAULTS: Mapping[Fault, tuple[int, int]] = MappingProxyType(
    {
        "error once": (errno.EIO, 0),
        "error for good": (errno.EIO, 1),
        "disk full once": (errno.ENOSPC, 0),
        "disk full for good": (errno.ENOSPC, 1),
        "half written, then full": (errno.ENOSPC, 2),
    }
)
"""Fault -> what the call says, and how it goes on."""

DOUBTFUL = "LEDGER-12"
"""It is not known whether the save was recorded."""

Way = Literal["one save", "one writer", "open and save", "save and close"]
BEFORE = 3
"""Saves that are there before."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of one way of saving under one fault, for every call that could fail."""

    runs: int = 0
    """Calls that failed in turn."""
    told: int = 0
    """Saves that were acknowledged although a call failed."""
    refused: dict[str, int] = field(default_factory=dict)
    """Code -> saves that were refused with it."""
    wrong: list[str] = field(default_factory=list)
    """Whatever must not be."""


def survey(folder: Path, way: Way, fault: Fault, *, hasty: bool = False) -> Outcome:
    """Let every call fail in turn, in a process of its own; `hasty` acknowledges before it saves: the control."""
    found = steered("disk", folder=str(folder), way=way, fault=fault, hasty=hasty)
    return Outcome(**found)  # type: ignore[arg-type]  # written below from an Outcome


# ---- behind the shim ----------------------------------------------------------------------------------------------


def fail_in_turn(folder: Path, way: Way, fault: Fault, *, hasty: bool) -> Outcome:
    """Let the first call fail, then the second, until none is left to fail."""
    shim, outcome = Shim(), Outcome()
    base = site_in(folder / "base")
    with base.create() as book:
        for number in range(BEFORE):
            save(book, number)
    while True:
        here = folder / "run"
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(base.folder, here)
        site = Site(here, base.study)
        code, fired = try_to_save(shim, site, way, (outcome.runs + 1, *FAULTS[fault]), hasty=hasty)
        if not fired:
            return outcome
        outcome.runs += 1
        outcome.told += code == ""
        if code:
            outcome.refused[code] = outcome.refused.get(code, 0) + 1
        outcome.wrong += [f"call {outcome.runs}: {wrong}" for wrong in wrong_after(site, code)]


def try_to_save(shim: Shim, site: Site, way: Way, armed: tuple[int, int, int], *, hasty: bool) -> tuple[str, int]:
    """Save while a call fails; return the code of the refusal, empty where none was, and how many calls failed."""
    shim.watch(site.folder)
    code, fired = "", 0
    try:
        if way == "open and save":
            shim.arm(*armed)
        with site.open() as book:
            if way != "open and save":
                shim.arm(*armed)
            WAYS[way](book)
            fired = 0 if way == "save and close" else shim.disarm()
    except LedgerError as error:
        code = error.problems[0].code
    return "" if hasty else code, fired or shim.disarm()


def by_writer(book: Book) -> None:
    """Save by the one writer, as the site does."""
    writer = Writer(book)
    try:
        act, by = act_of(BEFORE)
        writer.record(act, by=by, request=request_of(BEFORE))
    finally:
        writer.close()


def directly(book: Book) -> None:
    """Save by the book itself."""
    save(book, BEFORE)


WAYS: Mapping[Way, Callable[[Book], None]] = MappingProxyType(
    {"one save": directly, "one writer": by_writer, "open and save": directly, "save and close": directly}
)


def wrong_after(site: Site, code: str) -> Iterator[str]:
    """Open the ledger after a failure, and yield whatever must not be."""
    try:
        with site.open() as book:
            there = saved(book)
            is_there = BEFORE in there
            if any(number not in there for number in range(BEFORE)):
                yield "an earlier save is lost"
            if halves(there):
                yield f"half of {halves(there)}"
            if not code and not is_there:
                yield "an acknowledged save is lost"
            if code not in {"", DOUBTFUL} and is_there:
                yield f"a save that was refused with {code} is there"
            save(book, BEFORE)
            if halves(saved(book)):
                yield "a save that was sent again is there twice"
            if not book.verify().ok:
                yield f"the ledger does not verify: {book.verify().problems[0].code}"
    except LedgerError as error:
        yield f"the ledger does not open: {error.problems[0].code}"


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    result = fail_in_turn(Path(asked["folder"]), asked["way"], asked["fault"], hasty=asked["hasty"])
    told = {"runs": result.runs, "told": result.told, "refused": result.refused, "wrong": result.wrong}
    print(json.dumps(told))  # noqa: T201 - read by whoever started this process
