"""Where a ledger is kept: in a file, or in a PostgreSQL database; the same entries and the same chain in both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from trialbook.capture.store import PATIENCE, Store, beside
from trialbook.errors import LedgerError, Problem

if TYPE_CHECKING:
    from trialbook.capture.server import ServerStore

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
SECRET = re.compile(r"(?<=://)([^:/@?]*):[^@/]*@|([?&](?:password|sslpassword)=)[^&]*")
"""A password in an address, before the host or among the options."""


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
