"""Where a ledger is kept: in a file, or in a PostgreSQL database; the same entries and the same chain in both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from trialbook.capture.file import Store
from trialbook.capture.placing import beside
from trialbook.capture.store import PATIENCE
from trialbook.errors import LedgerError, Problem

if TYPE_CHECKING:
    from trialbook.capture.server import ServerStore

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
SECRET = re.compile(r"(?<=://)([^:/]*):[^@]*@(?:[^?]*@)?|([?&](?:password|sslpassword)=)[^&]*")
"""A password in an address, before the host or among the options.

It reaches to the first @, whatever stands in it: so SQLAlchemy reads it. A further @ before the options is one that
was not written as %40, and what stands before it is a part of the password too.
"""

NEAR = frozenset({"", "localhost", "127.0.0.1", "::1"})
"""Hosts that are this machine, as a path to a socket is."""


def is_address(where: Path | str) -> bool:
    """Tell whether a place is the address of a database."""
    return isinstance(where, str) and ADDRESS.match(where) is not None


def named(where: Path | str) -> str:
    """Return a place as it may be told: an address without its password."""
    return SECRET.sub(lambda found: found[2] + "***" if found[2] else f"{found[1]}@", str(where))


def has_secret(where: str) -> bool:
    """Tell whether an address carries a password."""
    return SECRET.search(where) is not None


def open_store(where: Path | str, *, patience: float = PATIENCE, looking: bool = False) -> Store | ServerStore:
    """Open the store at a place; `looking` for verification, whatever is in it. LedgerError where it cannot be."""
    if not is_address(where):
        return Store.look(Path(where)) if looking else Store.open(Path(where), patience=patience)
    from trialbook.capture.server import ServerStore

    opened = ServerStore.look if looking else ServerStore.open
    return opened(str(where), patience=patience)


@contextmanager
def new_store(where: Path | str, mark: str) -> Iterator[Store | ServerStore]:
    """Give an empty store, to be there for others once the `with` ends; LedgerError where one has entries already.

    In a file nobody meets it before it is whole. In a database it is whole with its first commit.
    """
    if not is_address(where):
        with beside(Path(where), mark) as draft, closing(Store.create(draft)) as made:
            yield made
        return
    with closing(open_store(where)) as store:
        with store.reading() as transaction:
            if transaction.last() is not None:
                raise LedgerError([Problem(code="LEDGER-13", values={"file": transaction.file})])
        yield store


def holds_ledger(where: Path | str) -> bool:
    """Tell whether something was recorded at a place; LedgerError where a database cannot be reached."""
    if not is_address(where):
        return Path(where).exists()
    from trialbook.capture.server import ServerStore

    with closing(ServerStore.look(str(where))) as store:
        return store.is_begun


# ---- one study, one ledger --------------------------------------------------------------------------------------


def one_store(told: str, written: str, file: Path | None) -> str:
    """Return the address of a study's ledger: as the environment says, else as its folder does; empty for its file.

    LedgerError where the two name different databases, or one is named although the folder has a ledger of its own:
    a copy that was restored must never go on in the ledger that it was copied from.
    """
    if told and written and not is_same(told, written):
        raise LedgerError([Problem(code="KEEP-22", values={"told": named(told), "written": named(written)})])
    store = told or written
    if store and file is not None and file.exists():
        raise LedgerError([Problem(code="KEEP-23", values={"file": str(file), "store": named(store)})])
    return store


def is_same(one: str, other: str) -> bool:
    """Tell whether two addresses lead to the same database, by whatever role; LedgerError where one is no address."""
    from trialbook.capture.server import parts_of

    def place(address: str) -> tuple[str, ...]:
        parts = parts_of(address)
        host = parts.get("host", "").casefold()
        is_near = host in NEAR or host.startswith("/")
        return "localhost" if is_near else host, parts.get("port", "5432"), parts["dbname"]

    return one == other or place(one) == place(other)
