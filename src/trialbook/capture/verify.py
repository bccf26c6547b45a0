"""Verify a ledger: the file, its guards, the chain, the state rebuilt from it, and a head kept outside.

Each check finds what the others miss: SQLite's own check overlooks about half of random damage, the chain sees no
damage of an index, and neither sees a tail that was cut off. Nothing is changed and nothing is raised: whatever is
wrong with the file comes out as a Problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from trialbook.capture.file import Store, check_kept_settings, integrity_findings, mark_erasing, newer_copy
from trialbook.capture.judging import place_of
from trialbook.capture.ledger import ANSWERS, EMPTY, Entry, Head, cell_of, fold, head_of, verify_chain
from trialbook.capture.migrations import MIGRATIONS, is_ledger, schema_differences, schema_version
from trialbook.capture.placing import check_file
from trialbook.capture.store import ANSWER, Transaction
from trialbook.capture.stores import is_address, open_store
from trialbook.conduct.casebook import Cell
from trialbook.errors import LedgerError, Place, Problem

if TYPE_CHECKING:
    from trialbook.capture.server import ServerStore

MOST = 100
"""Problems that one check tells of; a file that has more is beyond counting."""

STEP = timedelta(seconds=5)
"""How far a clock may run back before it is told."""

Check = Callable[[Transaction, Head], Iterable[Problem]]
"""Looks at a snapshot of a ledger that reached the given head when the verification began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a verification found."""

    ok: bool
    """No problem but warnings."""
    problems: tuple[Problem, ...]
    entries: int
    """Entries that the ledger holds."""
    head: Head
    """How far the ledger reaches: keep it elsewhere, and hand it in next time."""


def verify_place(where: Path | str, head: Head | None = None) -> Verification:
    """Verify the ledger in a file, however damaged, or in a database; `head` is one that an earlier one gave."""
    try:
        if not is_address(where):
            check_file(Path(where))
        store = open_store(where, looking=True)
    except LedgerError as error:
        return Verification(ok=False, problems=error.problems, entries=0, head=EMPTY)
    try:
        return verify_store(store, head)
    finally:
        store.close()


def verify_store(store: Store | ServerStore, head: Head | None = None) -> Verification:
    """Verify an open ledger as it is when the verification begins.

    One that an older program wrote is verified by a copy in memory that is brought up to date: the file stays as it
    is, and its guards are judged by the schema of its own time.
    """
    if not isinstance(store, Store):
        return carry_out(store, SERVER_CHECKS, head)
    version = older_version(store)
    if version is None:
        return carry_out(store, CHECKS, head)
    found = findings(store, guards_of(version), EMPTY)
    try:
        with newer_copy(store.path) as copy:
            rest = carry_out(copy, CHECKS[1:], head)
    except LedgerError as error:
        rest = Verification(ok=False, problems=error.problems, entries=0, head=EMPTY)
    return replace(rest, problems=(*found, *rest.problems), ok=rest.ok and not found)


def carry_out(store: Store | ServerStore, checks: Iterable[Check], head: Head | None) -> Verification:
    """Carry out checks on a ledger of the newest schema, and compare it with a head where one is given."""
    found: list[Problem] = []
    reached = EMPTY
    try:
        with store.reading() as transaction:
            reached = head_of(transaction.last())
    except LedgerError as error:
        found.extend(error.problems)
    for check in checks:
        found.extend(findings(store, check, reached))
    if head is not None:
        found.extend(findings(store, against(head), reached))
    problems = tuple(problem for place, problem in enumerate(found) if problem not in found[:place])
    is_ok = all(problem.level == "warning" for problem in problems)
    return Verification(ok=is_ok, problems=problems, entries=reached.count, head=reached)


def older_version(store: Store) -> int | None:
    """Return the version of the schema of a ledger that an older program wrote; None where it is another file."""
    try:
        with store.reading() as transaction:
            version = schema_version(transaction.connection)
            return version if is_ledger(transaction.connection) and 0 < version < MIGRATIONS[-1].number else None
    except LedgerError:
        return None


def guards_of(version: int) -> Check:
    """Make the check of the tables, indexes, triggers and settings of an earlier schema."""

    def check_older(transaction: Transaction, reached: Head) -> Iterator[Problem]:
        del reached
        differences = schema_differences(transaction.connection, MIGRATIONS[:version])
        if differences:
            yield Problem(code="LEDGER-07", values={"file": transaction.file, "detail": "; ".join(differences)})
        check_kept_settings(transaction)

    return check_older


def findings(store: Store | ServerStore, check: Check, reached: Head) -> list[Problem]:
    """Run one check; where the file is too damaged to be read on, that is what it finds."""
    found: list[Problem] = []
    try:
        with store.reading() as transaction:
            found.extend(islice(check(transaction, reached), MOST))
    except LedgerError as error:
        found.extend(error.problems)
    return found


def check_guards(transaction: Transaction, reached: Head) -> Iterator[Problem]:
    """Yield a problem where the file is no ledger, is empty, or lacks a table, an index, a trigger or a setting."""
    file = transaction.file
    if not is_ledger(transaction.connection):
        yield Problem(code="LEDGER-05", values={"file": file})
    version, known = schema_version(transaction.connection), MIGRATIONS[-1].number
    if version != known:
        yield Problem(code="LEDGER-06", values={"file": file, "version": str(version), "known": str(known)})
    differences = schema_differences(transaction.connection)
    if differences:
        yield Problem(code="LEDGER-07", values={"file": file, "detail": "; ".join(differences)})
    if reached == EMPTY:
        yield Problem(code="LEDGER-16", values={"file": file})
    check_kept_settings(transaction)


def check_pages(transaction: Transaction, reached: Head) -> Iterator[Problem]:
    """Yield what SQLite itself finds wrong with the pages of the file."""
    del reached
    for finding in integrity_findings(transaction):
        yield Problem(code="LEDGER-36", values={"file": transaction.file, "detail": finding})


def check_chain(transaction: Transaction, reached: Head) -> Iterator[Problem]:
    """Yield every entry that was changed or does not follow from the one before."""
    return verify_chain(transaction.entries(until=reached.count))


def check_links(transaction: Transaction, reached: Head) -> Iterator[Problem]:
    """Yield every correction that does not speak of the answer that stood in its cell."""
    standing: dict[tuple[str, Cell], int] = {}
    for entry in transaction.entries(until=reached.count):
        if is_taken(entry, standing):
            standing.pop((entry.participant or "", cell_of(entry)))
        if entry.act not in ANSWERS or entry.participant is None:
            continue
        cell = (entry.participant, cell_of(entry))
        if entry.about != standing.get(cell):
            yield Problem(code="LEDGER-37", values={"entry": str(entry.seq)}, place=place_of(entry))
        if entry.act == "clear":
            standing.pop(cell, None)
        else:
            standing[cell] = entry.seq


def is_taken(entry: Entry, standing: Mapping[tuple[str, Cell], int]) -> bool:
    """Tell whether an entry erases the answer that stood in its cell, so that the cell is empty after it."""
    return entry.act == "erase" and standing.get((entry.participant or "", cell_of(entry))) == entry.about


def check_rebuilt(transaction: Transaction, reached: Head) -> Iterator[Problem]:
    """Yield every answer that differs between the fold of all entries and the query that analyses read."""
    columns = transaction.current(until=reached.count)
    read = set(zip(*(columns[name] for name in ANSWER), strict=True))
    told = {
        (participant, *cell, answer.text, answer.value, answer.unit, answer.missing, answer.seq)
        for participant, casebook in fold(transaction.entries(until=reached.count)).items()
        for cell, answer in casebook.answers.items()
    }
    for row in sorted(read ^ told, key=str):
        yield Problem(code="LEDGER-38", values={"entry": str(row[-1])}, place=Place(participant=str(row[0])))


def check_clock(transaction: Transaction, reached: Head) -> Iterator[Problem]:
    """Yield a warning where the clock of the ledger ran back; the order of entries does not rest on it."""
    latest: datetime | None = None
    for entry in transaction.entries(until=reached.count):
        moment = moment_of(entry)
        if moment is None:
            yield Problem(code="LEDGER-41", values={"entry": str(entry.seq)})
            continue
        if latest is not None and latest - moment > STEP:
            back = str(latest - moment)
            yield Problem(code="LEDGER-42", values={"entry": str(entry.seq), "back": back}, level="warning")
        latest = moment


def moment_of(entry: Entry) -> datetime | None:
    """Return when an entry was written, None where it does not say so."""
    try:
        return datetime.fromisoformat(entry.at)
    except ValueError:
        return None


def against(head: Head) -> Check:
    """Make the check against a head that was kept outside of the ledger."""

    def check_head(transaction: Transaction, reached: Head) -> Iterator[Problem]:
        values = {"count": str(head.count), "at": head.at, "entries": str(reached.count)}
        if head.count > reached.count:
            yield Problem(code="LEDGER-39", values=values)
        elif head.count and [entry.hash for entry in transaction.numbered([head.count])] != [head.hash]:
            yield Problem(code="LEDGER-40", values=values)

    return check_head


def check_cleaned(transaction: Transaction, reached: Head) -> Iterator[Problem]:
    """Yield a warning where erased words may still be in the free pages of the file or in the log beside it."""
    del reached
    if mark_erasing(Path(transaction.file)).exists():
        yield Problem(code="LEDGER-44", values={"file": transaction.file}, level="warning")


CHECKS: tuple[Check, ...] = (
    check_guards, check_pages, check_chain, check_links, check_rebuilt, check_clock, check_cleaned,
)  # fmt: skip
"""Every check that needs nothing but the file."""


def check_server(transaction: Transaction, reached: Head) -> Iterator[Problem]:
    """Yield a problem where a database lacks a guard, or lets the writer do more than read and append."""
    from trialbook.capture.server import guards_wrong

    yield from guards_wrong(transaction)
    if reached == EMPTY:
        yield Problem(code="LEDGER-16", values={"file": transaction.file})


SERVER_CHECKS: tuple[Check, ...] = (check_server, check_chain, check_links, check_rebuilt, check_clock)
"""Every check of a database; it keeps the sums of its own pages itself."""
