"""The store: how entries are asked for and appended, the same in a file (`file`) and in a database (`server`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, fields

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    func,
    insert,
    or_,
    select,
)

from trialbook.capture.ledger import ANSWERS, Entry
from trialbook.errors import LedgerError, Problem

REACHED = "SELECT max(seq) FROM entry"
HEAD = "SELECT seq, hash, at FROM entry ORDER BY seq DESC LIMIT 1"
NAMES = tuple(one.name for one in fields(Entry))
WHOLE_NUMBERS = frozenset({"version", "seq", "about", "source_row"})
REQUIRED = frozenset(
    {"version", "seq", "at", "by", "act", "request", "study", "program", "content", "previous", "hash"}
)
ENTRY = Table("entry", MetaData(), *(Column(name, Integer if name in WHOLE_NUMBERS else Text) for name in NAMES))
COLUMNS = ENTRY.c
OF_REQUEST = select(ENTRY).where(COLUMNS.request == bindparam("request")).order_by(COLUMNS.seq)
APPEND = insert(ENTRY)
"""What every save asks and says: written once, since SQLAlchemy takes longer over a statement than the database."""

CELL = ("participant", "visit", "form", "repeat", "item")
ANSWER = (*CELL, "text", "value", "unit", "missing", "seq")
"""Columns of the current answers."""

FIRST = (*CELL, "at", "by", "first_seq", "first_by")
"""Columns that say who gave the current answers and when, and who answered first since the cell was last empty."""

KINDS = tuple(
    frozenset({int if name in WHOLE_NUMBERS else str} | (set() if name in REQUIRED else {type(None)})) for name in NAMES
)
CHUNK = 10_000
"""Entries that are read at a time."""

PART = 500
"""Entries that one statement names."""

LARGEST = 2**63 - 1
"""The largest number that a store can hold."""

PATIENCE = 10.0
"""Seconds to wait while another program writes."""

CONNECTIONS, OVERFLOW = 8, 24
"""Connections that are kept open, and that are made beside them: more than a site has threads, so that none waits."""

UNKNOWN = "LEDGER-12"
"""What a disk that fails is told as once writing has begun: it may hold what it said that it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which entries of the trail are asked for."""

    equal: Mapping[str, str] = field(default_factory=dict)
    """Column -> the text that it holds."""
    person: str = ""
    """Who did it, for whom it was done, or whom it concerns; empty for everybody."""
    since: str = ""
    """First moment, as entries write it; empty for the beginning."""
    until: str = ""
    """Last moment; empty for now."""
    participants: frozenset[str] | None = None
    """The entries of these alone, beside those of no participant; None for everybody."""
    but_forms: frozenset[str] = frozenset()
    """Forms whose entries are left out."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """Reads, and where it was begun for writing appends, against one unchanging state of the store."""

    connection: Connection
    file: str
    erases: Callable[[Transaction, Sequence[int]], None]
    """Takes away the words of entries."""

    @contextmanager
    def part(self) -> Iterator[None]:
        """Undo what is appended inside, and that alone, where anything is raised."""
        with self.connection.begin_nested():
            yield

    def head(self) -> tuple[int, str, str] | None:
        """Return number, hash and time of the last entry as they stand there, None where there is none."""
        row = self.connection.exec_driver_sql(HEAD).first()
        return None if row is None else (row[0], row[1], row[2])

    def last(self) -> Entry | None:
        """Return the last entry, None where there is none."""
        row = self.connection.execute(select(ENTRY).order_by(COLUMNS.seq.desc()).limit(1)).first()
        return None if row is None else entry_from(tuple(row), self.file)

    def entries(self, *, after: int = 0, until: int | None = None) -> Iterator[Entry]:
        """Yield the entries numbered above `after` up to `until`, in order."""
        wanted = select(ENTRY).where(COLUMNS.seq > after).order_by(COLUMNS.seq)
        if until is None:
            return self._entries(wanted)
        return self._entries(wanted.where(COLUMNS.seq <= until), are_many=until - after > CHUNK)

    def numbered(self, seqs: Sequence[int]) -> Iterator[Entry]:
        """Yield the entries with these numbers, in order."""
        # a number that no store can hold is that of no entry
        for some in in_parts([seq for seq in seqs if 0 < seq <= LARGEST]):
            yield from self._entries(select(ENTRY).where(COLUMNS.seq.in_(some)).order_by(COLUMNS.seq))

    def study_wide(self, *, until: int | None = None) -> Iterator[Entry]:
        """Yield the entries that answer no item: the study, its people, the participants' statuses."""
        wanted = select(ENTRY).where(COLUMNS.item.is_(None)).order_by(COLUMNS.seq)
        return self._entries(wanted if until is None else wanted.where(COLUMNS.seq <= until))

    def erasures(self) -> Iterator[Entry]:
        """Yield the acts that erased entries which answer no item, in order."""
        wanted = select(ENTRY).where(COLUMNS.item.is_(None), COLUMNS.act == "erase").order_by(COLUMNS.seq)
        return self._entries(wanted, are_many=False)

    def of_participant(self, participant: str, *, until: int) -> Iterator[Entry]:
        """Yield the entries of one participant, in order."""
        mine = select(ENTRY).where(COLUMNS.participant == participant, COLUMNS.seq <= until)
        return self._entries(mine.order_by(COLUMNS.seq))

    def of_cell(self, parts: Mapping[str, str | None]) -> Iterator[Entry]:
        """Yield the entries whose columns have these values, in order; None stands for an empty column."""
        wanted = select(ENTRY).order_by(COLUMNS.seq)
        for name, value in parts.items():
            wanted = wanted.where(COLUMNS[name] == value if value is not None else COLUMNS[name].is_(None))
        return self._entries(wanted, are_many=False)

    def trail(self, asked: Asked, *, before: int | None, most: int) -> list[Entry]:
        """Return entries that are asked for and numbered below `before`, the newest first, `most` of them."""
        wanted = select(ENTRY).where(*asked_for(asked)).order_by(COLUMNS.seq.desc()).limit(most)
        return list(self._entries(wanted if before is None else wanted.where(COLUMNS.seq < before)))

    def number_of(self, hashed: str) -> int | None:
        """Return the number of the entry with a hash, None where there is none."""
        found = self.connection.execute(select(COLUMNS.seq).where(COLUMNS.hash == hashed)).scalar()
        return None if found is None else int(found)

    def of_request(self, request: str) -> Iterator[Entry]:
        """Yield the entries that a request recorded, in order."""
        return self._entries(OF_REQUEST, {"request": request}, are_many=False)

    def number_at(self, moment: str) -> int:
        """Return the number of the last entry whose time is not after a moment, 0 where there is none."""
        found = select(func.max(COLUMNS.seq)).where(COLUMNS.at <= moment)
        return int(self.connection.execute(found).scalar() or 0)

    def current(self, *, until: int) -> dict[str, list[object]]:
        """Return the current answers as columns: for every cell its latest entry, unless that one cleared it.

        The same as `ledger.fold`, by one window query; in the order of the entries.
        """
        return _turned(self.connection.execute(latest(until)).all(), ANSWER)

    def erased(self, *, until: int) -> dict[str, list[object]]:
        """Return as columns, like `current`, the cells whose latest answer lost its words."""
        return _turned(self.connection.execute(latest(until, is_erased=True)).all(), ANSWER)

    def firsts(self, *, until: int) -> dict[str, list[object]]:
        """Return who gave the current answers, and who answered first, as columns; the same as `ledger.fold`."""
        live: dict[tuple[object, ...], tuple[object, ...]] = {}
        for row in self.connection.execute(answered(until)):
            place, (seq, at, by, is_empty) = tuple(row[: len(CELL)]), tuple(row[len(CELL) :])
            if is_empty:
                live.pop(place, None)
            else:
                live[place] = (at, by, *live.get(place, (at, by, seq, by))[2:])
        return _turned([(*place, *who) for place, who in live.items()], FIRST)

    def append(self, entries: Sequence[Entry]) -> None:
        """Append entries that follow the last one."""
        if entries:
            self.connection.execute(APPEND, [{name: getattr(entry, name) for name in NAMES} for entry in entries])

    def erase(self, seqs: Sequence[int]) -> None:
        """Take away the words of entries; the trigger lets that happen only after entries that say so."""
        self.erases(self, seqs)

    def _entries(
        self, wanted: Select[tuple[object, ...]], values: Mapping[str, str] | None = None, *, are_many: bool = True
    ) -> Iterator[Entry]:
        # a server gives many by a cursor, which takes three statements more
        options = {"yield_per": CHUNK} if are_many else {}
        # whoever reads the first alone leaves no cursor of the server open
        with closing(self.connection.execute(wanted, values, execution_options=options)) as result:
            for row in result:
                yield entry_from(tuple(row), self.file)


def in_parts(seqs: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield numbers, as many at a time as one statement may name."""
    return (seqs[start : start + PART] for start in range(0, len(seqs), PART))


def asked_for(asked: Asked) -> Iterator[ColumnElement[bool]]:
    """Write the conditions of a search in the trail."""
    yield from (COLUMNS[name] == text for name, text in asked.equal.items())
    if asked.person:
        yield or_(*(COLUMNS[name] == asked.person for name in ("by", "on_behalf_of", "person")))
    if asked.since:
        yield COLUMNS.at >= asked.since
    if asked.until:
        yield COLUMNS.at <= asked.until
    if asked.participants is not None:
        yield or_(COLUMNS.participant.is_(None), COLUMNS.participant.in_(sorted(asked.participants)))
    if asked.but_forms:
        yield or_(COLUMNS.form.is_(None), COLUMNS.form.not_in(sorted(asked.but_forms)))


def latest(until: int, *, is_erased: bool = False) -> Select[tuple[object, ...]]:
    """Write the query for the latest entry of every cell that gives an answer, or that gave one and lost its words."""
    address = [COLUMNS[name] for name in CELL]
    place = func.row_number().over(partition_by=address, order_by=COLUMNS.seq.desc()).label("place")
    among = select(*(COLUMNS[name] for name in ANSWER), COLUMNS.act, COLUMNS.salt, place)
    among = among.where(COLUMNS.act.in_(sorted(ANSWERS)), COLUMNS.item.is_not(None), COLUMNS.seq <= until)
    each = among.subquery()
    shown = [func.coalesce(each.c[name], "").label(name) if name in CELL else each.c[name] for name in ANSWER]
    words = each.c.salt.is_(None) if is_erased else each.c.salt.is_not(None)
    standing = (each.c.place == 1, each.c.act != "clear", words)
    return select(*shown).where(*standing).order_by(each.c.seq)


def answered(until: int) -> Select[tuple[object, ...]]:
    """Write the query for the entries of all cells in order: cell, number, time, person, whether they empty it."""
    shown = [func.coalesce(COLUMNS[name], "").label(name) for name in CELL]
    is_empty = or_(COLUMNS.act == "clear", COLUMNS.salt.is_(None))
    wanted = select(*shown, COLUMNS.seq, COLUMNS.at, COLUMNS.by, is_empty).order_by(COLUMNS.seq)
    return wanted.where(COLUMNS.act.in_(sorted(ANSWERS)), COLUMNS.item.is_not(None), COLUMNS.seq <= until)


def _turned(rows: Sequence[Sequence[object]], names: Sequence[str]) -> dict[str, list[object]]:
    """Return rows as columns of these names."""
    columns: list[list[object]] = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
    return dict(zip(names, columns, strict=True))


def entry_from(row: tuple[object, ...], file: str) -> Entry:
    """Make an entry from a row; LedgerError where a column holds what none was ever given: the file is damaged."""
    for value, allowed in zip(row, KINDS, strict=True):
        if type(value) not in allowed:
            raise LedgerError([Problem(code="LEDGER-11", values={"file": file, "detail": "an entry has a wrong type"})])
    return Entry(**dict(zip(NAMES, row, strict=True)))  # type: ignore[arg-type]  # judged one line above
