"""A look into a ledger, whatever is in it, that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from trialbook.capture.store import Transaction
from trialbook.capture.stores import holds_ledger, named, open_store
from trialbook.errors import LedgerError, Place, Problem


@contextmanager
def looking_into(place: Path | str) -> Iterator[Transaction]:
    """Give what stands in the ledger at a place, to be read; LedgerError where there is none, or it cannot be read."""
    if not holds_ledger(place):
        raise LedgerError([Problem(code="FOLDER-03", place=Place(file=named(place)))])
    with closing(open_store(place, looking=True)) as store, store.reading() as transaction:
        yield transaction
