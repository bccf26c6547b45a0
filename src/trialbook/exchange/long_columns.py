"""A large long table in columns: a gigabyte of text in a few hundred megabytes, with the refusals of a small one.

Participants, visits and levels become numbers in the order in which they first stand in the file; then each level
becomes one matrix, visits by participants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from trialbook.analysis.bare import BareTable, Dense
from trialbook.errors import ImportRefused, Place, Problem
from trialbook.exchange.long_blocks import Block, NotPlain, PlainFile, plain_file
from trialbook.exchange.long_table import (
    MOST_TOLD,
    NUMBER,
    Findings,
    Read,
    Wanted,
    baseline_of,
    empty_baseline,
    header_problems,
    none_at_all,
    ordered,
    told_twice,
)
from trialbook.exchange.tables import LARGEST_FILE, shorten

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from trialbook.exchange.long_table import Progress

    Codes = NDArray[np.uint32]
    Lines = NDArray[np.int64]

WORTH = 4
"""Rows of one name in a row, on average, from which on runs are looked up and not rows."""
FEW_NAMES = 1_000
SPARSE = 8
"""Participants of the file for one row of a level from which on they are sorted rather than looked up."""


class Rows(NamedTuple):
    """Rows as numbers."""

    who: Codes
    visit: Codes
    level: Codes | None
    value: NDArray[np.float64]
    line: Lines
    """1-based row of the file."""


@dataclass(slots=True)
class Names:
    """Names by number, in the order in which they first stand in the file."""

    codes: dict[str, int] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    """The number of every spelling: names stand with blanks around them in some files."""

    def number(self, column: pl.Series) -> Codes:
        """Return the number of the name in each row of a column of text without gaps."""
        import numpy as np

        runs = column.rle_id().to_numpy()
        if int(runs[-1]) >= column.len() // WORTH:
            return self._number(column)
        # a name that stands in many rows in a row is looked up once
        heads = np.concatenate([[0], np.flatnonzero(runs[1:] != runs[:-1]) + 1])
        found: Codes = self._number(column.gather(heads))[runs]
        return found

    def _number(self, column: pl.Series) -> Codes:
        """Look every row up: at once where the names are few, else each distinct name for itself."""
        import numpy as np
        import polars as pl

        if len(self.written) <= FEW_NAMES and (places := self._places(column)) is not None:
            numbers: Codes = np.array(list(self.written.values()), dtype=np.uint32)
            found: Codes = numbers[places]
            return found
        local = column.cast(pl.Categorical).to_physical().to_numpy()
        # of several assignments the last one stays: going backwards, the first row of each name
        first = np.full(int(local.max()) + 1, -1, dtype=np.int64)
        first[local[::-1]] = np.arange(local.size - 1, -1, -1)
        heads = np.sort(first[first >= 0])
        known: Codes = np.zeros(first.size, dtype=np.uint32)
        known[local[heads]] = self._learn(column.gather(heads))
        result: Codes = known[local]
        return result

    def _places(self, column: pl.Series) -> NDArray[np.integer] | None:
        """Return the place of each row's spelling among all, None where they turn out to be many."""
        import polars as pl

        places = column.cast(pl.Enum(list(self.written) or [""]), strict=False)
        if places.null_count() or not self.written:
            self._learn(column.filter(places.is_null()).unique(maintain_order=True))
            if len(self.written) > FEW_NAMES:
                return None
            places = column.cast(pl.Enum(list(self.written)))
        return places.to_physical().to_numpy()

    def _learn(self, names: pl.Series) -> list[int]:
        """Give every new name its number; return the numbers of all."""
        for name in names:
            if name not in self.written:
                self.written[name] = self.codes.setdefault(name.strip(), len(self.codes))
        return [self.written[name] for name in names]


@dataclass(slots=True)
class Pile:
    """What was read so far: for every level the parts of its columns, block by block."""

    people: Names = field(default_factory=Names)
    visits: Names = field(default_factory=Names)
    levels: Names = field(default_factory=Names)
    parts: dict[int, list[tuple[Codes, NDArray[np.integer], NDArray[np.float64]]]] = field(default_factory=dict)
    rows: int = 0
    values: int = 0

    def add(self, rows: Rows) -> None:
        """Add rows, sorted by level."""
        import numpy as np

        self.rows += rows.line.size
        self.values += int(np.count_nonzero(~np.isnan(rows.value)))
        visits = rows.visit.astype(np.uint16) if len(self.visits.codes) < 2**16 else rows.visit
        if rows.level is None:
            self.parts.setdefault(0, []).append((rows.who, visits, rows.value))
            return
        many = len(self.levels.codes)
        order = np.argsort(rows.level.astype(np.uint16) if many < 2**16 else rows.level, kind="stable")
        ends = np.cumsum(np.bincount(rows.level, minlength=many)).tolist()
        who, visit, value = rows.who[order], visits[order], rows.value[order]
        for level, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
            if end > start:
                part = (who[start:end], visit[start:end], value[start:end])
                self.parts.setdefault(level, []).append(part)


def read_columns(path: Path, wanted: Wanted, progress: Progress | None = None) -> Read | None:
    """Read a plain CSV file; None for any other that is small enough for the careful reader, else ImportRefused."""
    file = plain_file(path)
    if file is None:
        return None
    wrong = header_problems(path.name, file.header, wanted)
    if wrong:
        raise ImportRefused(wrong)
    try:
        return _read(file, wanted, progress)
    except NotPlain as stop:
        if path.stat().st_size <= LARGEST_FILE:
            return None
        values = {"size": f"{path.stat().st_size / 1e6:.0f}", "limit": f"{LARGEST_FILE / 1e6:.0f}"}
        place = Place(file=path.name, line=stop.line)
        raise ImportRefused((Problem(code="BARE-10", place=place, values=values),)) from stop


def _read(file: PlainFile, wanted: Wanted, progress: Progress | None) -> Read:
    """Read all blocks, then put every level in order."""
    import numpy as np

    name, size = file.path.name, file.path.stat().st_size
    findings, pile = Findings(name), Pile()
    for rows, read in _numbered(file, wanted, pile, findings):
        if progress is not None:
            progress(f"reading {name}", read, size)
        _tell_empty(rows, pile, wanted, findings)
        pile.add(rows)
    order, how = ordered(pile.visits.codes)
    panels, twice = _panels(pile, order)
    if twice.size:
        _tell_twice(file, wanted, pile, np.sort(twice), findings)
    if findings.refuse:
        raise ImportRefused(findings.problems())
    if not pile.values:
        raise none_at_all(name, wanted)
    table = BareTable(
        file=name, variable=wanted.value, visits=order, baseline=baseline_of(name, order, wanted), panels=panels,
        participants=len(pile.people.codes), rows=pile.rows, by=wanted.by, ordered=how,
    )  # fmt: skip
    return Read(table=table, notes=findings.problems())


def _numbered(file: PlainFile, wanted: Wanted, pile: Pile, findings: Findings) -> Iterator[tuple[Rows, int]]:
    """Yield the rows of a file as numbers, without blank rows, and tell of cells that cannot be taken."""
    import numpy as np
    import polars as pl

    keys = tuple(name for name in wanted.columns if name != wanted.value)
    for block in file.blocks(keys, wanted.value, wanted.missing):
        frame = _in_numbers(block, wanted, findings)
        lines = np.arange(block.line, block.line + frame.height, dtype=np.int64)
        if sum(frame.select(keys).null_count().row(0)):
            _tell_without_key(frame, keys, block.line, findings)
            is_whole = frame.select(pl.all_horizontal(pl.col(keys).is_not_null())).to_series()
            frame, lines = frame.filter(is_whole), lines[is_whole.to_numpy()]
        if not frame.height:
            continue
        value = frame[wanted.value].fill_null(float("nan")).to_numpy()
        who, visit = pile.people.number(frame[wanted.participant]), pile.visits.number(frame[wanted.visit])
        level = None if wanted.by is None else pile.levels.number(frame[wanted.by])
        if any("" in names.codes for names in (pile.people, pile.visits, pile.levels)):
            raise NotPlain(block.line)
        yield Rows(who, visit, level, value, lines), block.read


def _in_numbers(block: Block, wanted: Wanted, findings: Findings) -> pl.DataFrame:
    """Return the values of a block as numbers; tell of those that are none."""
    import polars as pl

    column, frame = pl.col(wanted.value), block.frame
    if frame[wanted.value].dtype != pl.String:
        return frame
    text = column.str.strip_chars()
    frame = frame.with_columns(pl.when(~text.is_in(["", *wanted.missing])).then(text))
    number: pl.Expr = pl.when(column.str.contains(f"^(?:{NUMBER.pattern})$")).then(
        column.cast(pl.Float64, strict=False)
    )
    number = pl.when(number.is_finite()).then(number).alias("number")
    both = frame.select(column, number).with_row_index("at", offset=block.line)
    bad = both.filter(column.is_not_null() & pl.col("number").is_null())
    for line, told, _ in bad.head(MOST_TOLD).iter_rows():
        findings.add("BARE-04", line, wanted.value, text=shorten(told))
    findings.more("BARE-04", max(bad.height - MOST_TOLD, 0))
    return frame.with_columns(both["number"].alias(wanted.value))


def _tell_without_key(frame: pl.DataFrame, keys: Sequence[str], line: int, findings: Findings) -> None:
    """Tell of rows that do not say whose, at which visit or of what they are; blank rows say nothing."""
    import polars as pl

    rows = frame.with_row_index(" at", offset=line).filter(~pl.all_horizontal(pl.exclude(" at").is_null()))
    bad = rows.filter(pl.any_horizontal(pl.col(keys).is_null()))
    for at, *cells in bad.head(MOST_TOLD).select(" at", *keys).iter_rows():
        findings.add("BARE-05", at, next(key for key, cell in zip(keys, cells, strict=True) if cell is None))
    findings.more("BARE-05", max(bad.height - MOST_TOLD, 0))


def _tell_empty(rows: Rows, pile: Pile, wanted: Wanted, findings: Findings) -> None:
    """Warn of rows of the baseline that hold no value."""
    import numpy as np

    baseline = pile.visits.codes.get(wanted.baseline)
    if baseline is None:
        return
    places = np.flatnonzero(np.isnan(rows.value) & (rows.visit == baseline))
    people, levels = tuple(pile.people.codes) if places.size else (), tuple(pile.levels.codes)
    for place in places[:MOST_TOLD].tolist():
        level = [] if rows.level is None else [levels[rows.level[place]]]
        values = empty_baseline(people[rows.who[place]], level)
        findings.add("BARE-09", int(rows.line[place]), wanted.value, level="warning", **values)
    findings.more("BARE-09", max(places.size - MOST_TOLD, 0))


def _panels(pile: Pile, order: Sequence[str]) -> tuple[list[Dense], Lines]:
    """Return the matrix of every level, and the cells (`_cell`) where more rows than one stand, once for each more."""
    import numpy as np

    ranks = np.zeros(len(order), dtype=np.int64)
    ranks[[pile.visits.codes[name] for name in order]] = np.arange(len(order))
    names, levels = np.array(tuple(pile.people.codes), dtype=object), tuple(pile.levels.codes) or ("",)
    panels: list[Dense] = []
    twice = [np.zeros(0, dtype=np.int64)]
    for level in sorted(pile.parts):
        who, visit, value = (np.concatenate(column) for column in zip(*pile.parts.pop(level), strict=True))
        people, local = _compact(who, len(names))
        cell = ranks[visit] * people.size + local
        counts = np.bincount(cell)
        if counts.max() > 1:
            found = np.flatnonzero(counts > 1)
            rank, place = np.divmod(found, people.size)
            cells = _cell(pile, people[place], np.argsort(ranks)[rank], level)
            twice.append(np.repeat(cells, counts[found] - 1))
        matrix = np.full((len(order), people.size), np.nan)
        matrix.ravel()[cell] = value
        panels.append(Dense(level=levels[level], people=names[people].tolist(), visits=tuple(order), matrix=matrix))
    return panels, np.concatenate(twice)


def _cell(pile: Pile, who: NDArray[np.integer], visit: NDArray[np.integer], level: int | Codes) -> Lines:
    """Return one number for participant, visit and level."""
    import numpy as np

    found: Lines = (np.asarray(level, dtype=np.int64) * len(pile.visits.codes) + visit) * len(pile.people.codes) + who
    return found


def _compact(who: Codes, people: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return who occurs, in the order of the file, and the place of each row's participant among them."""
    import numpy as np

    if people > SPARSE * who.size:
        found, local = np.unique(who, return_inverse=True)
        return found.astype(np.int64), local.astype(np.int64)
    is_there = np.zeros(people, dtype=bool)
    is_there[who] = True
    places = np.cumsum(is_there) - 1
    return np.flatnonzero(is_there), places[who]


def _tell_twice(file: PlainFile, wanted: Wanted, pile: Pile, twice: Lines, findings: Findings) -> None:
    """Read the file once more and tell of the first rows where a participant stands twice at a visit."""
    for line, first, key in islice(_twice(file, wanted, pile, twice), MOST_TOLD):
        told_twice(findings, line, first, key, wanted)
    findings.more("BARE-03", twice.size - findings.counts.get("BARE-03", 0))


def _twice(file: PlainFile, wanted: Wanted, pile: Pile, twice: Lines) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield row, first row and keys of every row that stands where another one stood."""
    import numpy as np

    cells = np.unique(twice)
    firsts = np.zeros(cells.size, dtype=np.int64)
    named = [tuple(names.codes) for names in (pile.people, pile.visits, pile.levels)]
    for rows, _ in _numbered(file, wanted, pile, Findings(file.path.name)):
        cell = _cell(pile, rows.who, rows.visit, 0 if rows.level is None else rows.level)
        place = np.minimum(np.searchsorted(cells, cell), cells.size - 1)
        at = np.flatnonzero(cells[place] == cell)
        place, lines = place[at], rows.line[at]
        fresh = firsts[place] == 0
        # of several assignments the last one stays: going backwards, the first row
        firsts[place[fresh][::-1]] = lines[fresh][::-1]
        for found in np.flatnonzero(firsts[place] != lines).tolist():
            columns = (rows.who, rows.visit, *(() if rows.level is None else (rows.level,)))
            key = tuple(names[column[at[found]]] for names, column in zip(named, columns, strict=False))
            yield int(lines[found]), int(firsts[place[found]]), key
