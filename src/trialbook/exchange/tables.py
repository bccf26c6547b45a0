"""A foreign file as a table of text: its header, its rows with their numbers, and the hash of its bytes.

CSV files are read by `separated`, Excel files by `workbook`; what is no table is refused here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from trialbook.errors import Place, Problem
from trialbook.exchange.grid import Grid, Unreadable, refuse
from trialbook.exchange.separated import separated_rows

LARGEST_FILE = 64_000_000
"""Bytes; a small study's largest export is a few megabytes."""

ZIP = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
WORKBOOKS = (".xlsx", ".xlsm")
OTHER_WORKBOOKS = (".xls", ".xlsb", ".ods", ".numbers")


class TableRow(NamedTuple):
    """One row as a spreadsheet program shows it."""

    number: int
    """1-based row of the file, blank rows counted."""
    cells: tuple[str, ...]
    """As many as the header has names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a file holds, as text."""

    name: str
    """Name of the file, without its folder."""
    sha256: str
    """Of the bytes of the file, hexadecimal."""
    header: tuple[str, ...]
    rows: tuple[TableRow, ...]
    sheet: str | None = None
    """Sheet that was read, of an Excel file."""
    other_sheets: tuple[str, ...] = ()


def read_table(
    path: Path,
    *,
    sheet: str | None = None,
    separator: str | None = None,
    header_row: int = 1,
    largest: int | None = None,
) -> tuple[Table | None, tuple[Problem, ...]]:
    """Read a CSV or Excel file; without a table, the problems say why.

    `sheet` names the sheet of an Excel file (default: the first), `separator` the character between the cells of a
    CSV file (default: told by its header), `header_row` the 1-based row that names the columns, `largest` the most
    bytes that are read (default: `LARGEST_FILE`).
    """
    try:
        content = _content(path, LARGEST_FILE if largest is None else largest)
        grid = _grid(path, content, sheet, separator, header_row)
        problems = tuple(_shape_problems(path.name, grid.rows, header_row))
    except Unreadable as refused:
        return None, refused.problems
    if any(problem.level == "error" for problem in problems):
        return None, problems
    header, rows = _split(grid.rows, header_row)
    digest = hashlib.sha256(content).hexdigest()
    table = Table(
        name=path.name, sha256=digest, header=header, rows=rows, sheet=grid.sheet, other_sheets=grid.other_sheets
    )
    return table, problems


def _content(path: Path, largest: int) -> bytes:
    """Return the bytes of a regular file that is not too large."""
    name = path.name or str(path)
    if not path.exists():
        raise refuse("TABLE-01", name, folder=str(path.parent))
    if not path.is_file():
        raise refuse("TABLE-02", name)
    try:
        size = path.stat().st_size
        if size > largest:
            raise refuse("TABLE-03", name, size=f"{size / 1e6:.0f}", limit=f"{largest / 1e6:.0f}")
        content = path.read_bytes()
    except OSError as error:
        raise refuse("TABLE-04", name, why=error.strerror or str(error)) from error
    if not content.strip():
        raise refuse("TABLE-05", name)
    return content


def _grid(path: Path, content: bytes, sheet: str | None, separator: str | None, header_row: int) -> Grid:
    """Read the rows by what the file is, after checking that its name says the same."""
    from trialbook.exchange.workbook import workbook_rows

    suffix = path.suffix.lower()
    looks_like_workbook = content.startswith((ZIP, OLD_OFFICE))
    if suffix in OTHER_WORKBOOKS:
        raise refuse("TABLE-06", path.name, kind=suffix)
    if suffix in WORKBOOKS and not looks_like_workbook:
        raise refuse("TABLE-07", path.name, kind=suffix)
    if suffix not in WORKBOOKS and looks_like_workbook:
        raise refuse("TABLE-08", path.name, kind=suffix or "no ending")
    if looks_like_workbook:
        return workbook_rows(path.name, content, sheet, header_row)
    return Grid(separated_rows(path.name, content, separator, header_row))


def _shape_problems(name: str, rows: list[list[str]], header_row: int) -> Iterator[Problem]:
    """Yield what is wrong with the header and with the length of the rows."""
    if len(rows) < header_row or not any(map(_words, rows[header_row - 1])):
        raise refuse("TABLE-09", name, line=header_row)
    header = [_words(cell) for cell in rows[header_row - 1]]
    yield from _header_problems(name, header, header_row)
    unnamed = {index for index, title in enumerate(header) if not title}
    found = False
    for number, row in enumerate(rows[header_row:], start=header_row + 1):
        if not any(cell.strip() for cell in row):
            continue
        found = True
        if len(row) != len(header):
            values = {"cells": str(len(row)), "columns": str(len(header))}
            yield Problem(code="TABLE-10", place=Place(file=name, line=number), values=values)
            continue
        for index in sorted(index for index in unnamed if row[index].strip()):
            unnamed.remove(index)
            place, values = Place(file=name, line=number, column=index + 1), {"value": shorten(row[index].strip())}
            yield Problem(code="TABLE-11", place=place, values=values, level="warning")
    if not found:
        yield Problem(code="TABLE-12", place=Place(file=name, line=header_row), level="warning")


def _header_problems(name: str, header: list[str], line: int) -> Iterator[Problem]:
    """Yield the names that two columns share."""
    first: dict[str, int] = {}
    for column, title in enumerate(header, start=1):
        if title and first.setdefault(title, column) != column:
            values = {"name": title, "first": str(first[title])}
            yield Problem(code="TABLE-13", place=Place(file=name, line=line, column=column), values=values)


def _split(rows: list[list[str]], header_row: int) -> tuple[tuple[str, ...], tuple[TableRow, ...]]:
    """Tell the named columns from the rows below them, without blank rows."""
    titles = [_words(cell) for cell in rows[header_row - 1]]
    named = [index for index, title in enumerate(titles) if title]
    body = tuple(
        TableRow(number, tuple([row[index].strip() for index in named]))
        for number, row in enumerate(rows[header_row:], start=header_row + 1)
        if any(cell.strip() for cell in row)
    )
    return tuple(titles[index] for index in named), body


def _words(text: str) -> str:
    """Write a column's name with single blanks, whatever blanks or line ends the file has."""
    return " ".join(text.replace("\ufeff", " ").split())


def shorten(text: str, longest: int = 60) -> str:
    """Cut a value that would fill the screen."""
    return text if len(text) <= longest else f"{text[:longest]}…"
