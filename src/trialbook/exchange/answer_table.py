"""A file of filled-in forms as columns of text: a row a form, a column an item, each row with its number in the file.

`tables.read_table` reads every file and says what is wrong with it. A large plain file, which needs none of its care
(no quotes, plain letters, rows of equal length), is read by polars: both give the same columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trialbook.errors import Problem
from trialbook.exchange.separated import SEPARATORS
from trialbook.exchange.tables import OTHER_WORKBOOKS, WORKBOOKS, Table, read_table

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

LARGE = 1_000_000
"""Bytes from which on a plain file is read by polars."""
LARGEST = 2_000_000_000
"""Bytes; scoring holds the whole file in memory."""
HAS_NO_ROWS = "TABLE-12"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTable:
    """The cells of a file as text; an empty cell is null or blank."""

    name: str
    """Name of the file, without its folder."""
    frame: pl.DataFrame
    lines: NDArray[np.int64]
    """1-based row of the file of each row."""


def read_answers(path: Path, *, large: int = LARGE) -> tuple[AnswerTable | None, tuple[Problem, ...]]:
    """Read a CSV or Excel file of answers; without a table, the problems say why."""
    plain = _read_plain(path, large)
    if plain is not None:
        return plain, ()
    table, problems = read_table(path, largest=LARGEST)
    told = tuple(problem for problem in problems if problem.code != HAS_NO_ROWS)
    return (None if table is None else _as_columns(table)), told


def _as_columns(table: Table) -> AnswerTable:
    """Turn rows of cells into columns."""
    import numpy as np
    import polars as pl

    cells = zip(*(row.cells for row in table.rows), strict=True) if table.rows else [()] * len(table.header)
    frame = pl.DataFrame(dict(zip(table.header, map(list, cells), strict=True)), schema_overrides=_texts(table.header))
    return AnswerTable(name=table.name, frame=frame, lines=np.array([row.number for row in table.rows], np.int64))


def _texts(header: tuple[str, ...]) -> dict[str, type[pl.String]]:
    import polars as pl

    return dict.fromkeys(header, pl.String)


def _read_plain(path: Path, large: int) -> AnswerTable | None:
    """Read a large file that is plain beyond doubt; None for any other, which `read_table` then reads or refuses."""
    try:
        size = path.stat().st_size
        if not (large <= size <= LARGEST and path.is_file()) or path.suffix.lower() in (*WORKBOOKS, *OTHER_WORKBOOKS):
            return None
        content = path.read_bytes()
    except OSError:
        return None
    header = _plain_header(content)
    if header is None:
        return None
    separator = _separator(content)
    frame = _parsed(content, header, separator)
    # a long row is refused by polars, so the count can only be right where every row is whole
    cells_between = content.count(separator.encode())
    if frame is None or cells_between != (len(header) - 1) * (frame.height + 1):
        return None
    import numpy as np

    return AnswerTable(name=path.name, frame=frame, lines=np.arange(2, frame.height + 2, dtype=np.int64))


def _plain_header(content: bytes) -> tuple[str, ...] | None:
    """Return the names of the columns of a plain file; None where it is not plain."""
    returns = content.count(b"\r")
    is_plain = content.isascii() and b'"' not in content and b"\0" not in content
    if not is_plain or (returns and not returns == content.count(b"\r\n") == content.count(b"\n")):
        return None
    first = content[: max(content.find(b"\n"), 0)].decode().rstrip("\r")
    found = [mark for mark in SEPARATORS if mark in first]
    names = tuple(first.split(found[0])) if len(found) == 1 else ()
    are_names = all(name and name == " ".join(name.split()) for name in names)
    return names if names and are_names and len(set(names)) == len(names) else None


def _separator(content: bytes) -> str:
    first = content[: content.find(b"\n")].decode()
    return next(mark for mark in SEPARATORS if mark in first)


def _parsed(content: bytes, header: tuple[str, ...], separator: str) -> pl.DataFrame | None:
    import polars as pl

    try:
        frame = pl.read_csv(content, separator=separator, infer_schema=False, quote_char=None)
    except pl.exceptions.PolarsError:
        return None
    return frame if tuple(frame.columns) == header else None
