"""Excel files: one sheet as rows of text, read by calamine after its XML was looked through.

calamine gives an empty cell for `#DIV/0!` and for a formula that was never computed, and takes memory for every
cell between the corners of a sheet; so the sheet's own XML is scanned first, and both are found there.
"""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from xml.parsers import expat

from trialbook.errors import Place, Problem
from trialbook.exchange.grid import LONGEST_CELL, Grid, Unreadable, refuse

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

LARGEST_UNPACKED = 200_000_000
"""Bytes of all parts of the file together."""
MOST_PARTS = 2_000
MOST_CELLS = 5_000_000
"""Cells between the corners of a sheet."""
DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error, expat.ExpatError, EOFError,
    KeyError, NotImplementedError, OSError, RuntimeError, ValueError,
)  # fmt: skip
"""What zipfile, its decompressors and the XML reader raise on a file that is no workbook, or is locked."""
STYLES = "xl/styles.xml"
PERCENTS = ("9", "10")
"""Built-in formats of percentages."""
LITERAL = re.compile(r'"[^"]*"|\\.')
"""What a number format writes as it stands."""
REFERENCE = re.compile(r"([A-Z]+)([0-9]+)")

Typed = int | float | str | bool | date | datetime | time | timedelta


@dataclass(slots=True)
class Scan:
    """What the XML of a sheet says that calamine does not."""

    last_row: int = 0
    last_column: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    """0-based row and column -> `#DIV/0!`."""
    percents: set[tuple[int, int]] = field(default_factory=set)
    """0-based row and column of numbers that are shown as a percentage: 0.42 as 42%."""
    uncomputed: list[tuple[int, int]] = field(default_factory=list)


def workbook_rows(name: str, content: bytes, sheet: str | None, header_row: int) -> Grid:
    """Return the rows of a sheet as text; Unreadable where the file or the sheet cannot be read for certain."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            _guard_size(name, parts)
            sheets = _sheets(parts)
            chosen = _chosen(name, sheets, sheet)
            scan = _scan(name, parts, sheets[chosen], _percent_styles(parts))
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            rows = _texts(name, book.get_sheet_by_name(chosen), scan, header_row)
    except (*DAMAGED, CalamineError) as error:
        raise refuse("TABLE-19", name) from error
    return Grid(rows, chosen, tuple(other for other in sheets if other != chosen))


def _guard_size(name: str, parts: zipfile.ZipFile) -> None:
    """Refuse a file that unpacks to more than a workbook of a small study can hold."""
    listed = parts.infolist()
    size = sum(part.file_size for part in listed)
    if size > LARGEST_UNPACKED or len(listed) > MOST_PARTS:
        raise refuse("TABLE-20", name, size=f"{size / 1e6:,.0f}", limit=f"{LARGEST_UNPACKED / 1e6:,.0f}")
    # reading each part up to its stated size finds one that states too little: its checksum does not fit
    if parts.testzip() is not None:
        raise zipfile.BadZipFile


def _sheets(parts: zipfile.ZipFile) -> dict[str, str]:
    """Return the names of the worksheets in order, with the part of the file that holds each."""
    targets = {
        attributes["Id"]: attributes["Target"]
        for tag, attributes in _elements(parts.read("xl/_rels/workbook.xml.rels"))
        if tag == "Relationship" and attributes.get("Type", "").endswith("/worksheet")
    }
    listed = [attributes for tag, attributes in _elements(parts.read("xl/workbook.xml")) if tag == "sheet"]
    places = {
        attributes["name"]: targets[key]
        for attributes in listed
        for attribute, key in attributes.items()
        if attribute.rpartition(":")[2] == "id" and key in targets
    }
    return {
        title: target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl", target))
        for title, target in places.items()
    }


def _elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """Return the elements of a small XML part, their prefixes taken off; no document type is allowed."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.rpartition(":")[2], attributes))
    parser.Parse(xml, True)
    return found


def _percent_styles(parts: zipfile.ZipFile) -> frozenset[str]:
    """Return the numbers of the styles that show a number as a percentage."""
    if STYLES not in parts.namelist():
        return frozenset()
    codes, styles, inside = set(PERCENTS), list[str](), False
    for tag, attributes in _elements(parts.read(STYLES)):
        if tag == "numFmt" and "%" in LITERAL.sub("", attributes.get("formatCode", "")):
            codes.add(attributes.get("numFmtId", ""))
        inside = tag == "cellXfs" or (inside and tag not in {"cellStyles", "dxfs"})
        if inside and tag == "xf":
            styles.append(attributes.get("numFmtId", "0"))
    return frozenset(str(number) for number, code in enumerate(styles) if code in codes)


def _parser() -> expat.XMLParserType:
    """Make an XML reader that refuses entities, by which a small file becomes a large one."""

    def refuse_doctype(*_: object) -> None:
        raise ValueError("document type")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.buffer_text = True
    return parser


def _chosen(name: str, sheets: dict[str, str], wanted: str | None) -> str:
    """Return the sheet that is asked for, or else the first."""
    if wanted is not None and wanted not in sheets:
        raise refuse("TABLE-21", name, sheet=wanted, sheets=", ".join(f"“{title}”" for title in sheets))
    if not sheets:
        raise refuse("TABLE-19", name)
    return next(iter(sheets)) if wanted is None else wanted


def _scan(name: str, parts: zipfile.ZipFile, part: str, percent_styles: frozenset[str]) -> Scan:
    """Look through the XML of a sheet for its corners, error values, percentages and formulas never computed."""
    scan = Scan()
    reader = _SheetReader(scan, percent_styles)
    with parts.open(part) as stream:
        reader.parser.ParseFile(stream)
    if scan.last_row * scan.last_column > MOST_CELLS:
        rows, columns = f"{scan.last_row:,}", f"{scan.last_column:,}"
        raise refuse("TABLE-22", name, rows=rows, columns=columns, limit=f"{MOST_CELLS:,}")
    if scan.uncomputed:
        raise Unreadable(*[_at("TABLE-23", name, row, column) for row, column in scan.uncomputed])
    return scan


class _SheetReader:
    """Follows the cells of a sheet's XML: `<c r="B7" t="e"><f>…</f><v>#DIV/0!</v></c>`."""

    def __init__(self, scan: Scan, percent_styles: frozenset[str]) -> None:
        self.scan, self.percent_styles, self.style = scan, percent_styles, ""
        self.parser = _parser()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.row, self.column = -1, -1
        self.kind, self.formula, self.value, self.inside = "", False, "", False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take note of a row, a cell, its formula and its value."""
        tag = tag.rpartition(":")[2]
        if tag == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
        elif tag == "c":
            self._start_cell(attributes)
        elif tag == "f":
            self.formula = True
        elif tag in {"v", "t"}:
            self.inside = True

    def _start_cell(self, attributes: dict[str, str]) -> None:
        """Take the place of a cell from its name, or else the place after the one before it."""
        match = REFERENCE.fullmatch(attributes.get("r", ""))
        if match is None:
            self.column += 1
        else:
            self.column, self.row = _column_number(match[1]), int(match[2]) - 1
        self.kind, self.formula, self.value = attributes.get("t", "n"), False, ""
        self.style = attributes.get("s", "")

    def text(self, text: str) -> None:
        """Collect the text of a value."""
        if self.inside:
            self.value += text

    def end(self, tag: str) -> None:
        """Close a value, or judge a whole cell."""
        tag = tag.rpartition(":")[2]
        if tag in {"v", "t"}:
            self.inside = False
        elif tag == "c":
            self._judge_cell()

    def _judge_cell(self) -> None:
        """Keep what the cell says about the corners, errors and formulas."""
        place = (self.row, self.column)
        if self.kind == "e":
            self.scan.errors[place] = self.value
        elif self.formula and not self.value and self.kind != "str":
            self.scan.uncomputed.append(place)
        elif self.kind == "n" and self.style in self.percent_styles:
            self.scan.percents.add(place)
        if self.value or self.formula:
            self.scan.last_row = max(self.scan.last_row, self.row + 1)
            self.scan.last_column = max(self.scan.last_column, self.column + 1)


def _column_number(letters: str) -> int:
    """Return the 0-based column of its letters: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _texts(name: str, sheet: CalamineSheet, scan: Scan, header_row: int) -> list[list[str]]:
    """Return the cells as text, error values as what the sheet shows, refusing merged cells and endless ones."""
    merged = [start for start, end in sheet.merged_cell_ranges or [] if end[0] >= header_row - 1]
    if merged:
        raise Unreadable(*[_at("TABLE-24", name, row, column) for row, column in merged])
    rows = [
        [as_text(cell, is_percent=(i, j) in scan.percents) for j, cell in enumerate(row)]
        for i, row in enumerate(sheet.to_python(skip_empty_area=False))
    ]
    long = [(i, j) for i, row in enumerate(rows) for j, cell in enumerate(row) if len(cell) > LONGEST_CELL]
    if long:
        raise refuse("TABLE-18", name, line=long[0][0] + 1, column=long[0][1] + 1, limit=f"{LONGEST_CELL:,}")
    for (row, column), shown in scan.errors.items():
        _widen(rows, row, column)
        rows[row][column] = shown
    return rows


def _widen(rows: list[list[str]], row: int, column: int) -> None:
    """Make room for a cell outside of what calamine returned, since it leaves out error values."""
    width = max(column + 1, len(rows[0]) if rows else 0)
    rows.extend([] for _ in range(row + 1 - len(rows)))
    for cells in rows:
        cells.extend([""] * (width - len(cells)))


def as_text(cell: Typed, *, is_percent: bool = False) -> str:
    """Write a cell of a spreadsheet as people write it: `57`, `4.3`, `42%`, `2014-01-06`, `TRUE`.

    `is_percent` says that the sheet shows 0.42 as 42%. A number has at most the 15 significant digits that
    spreadsheet programs show; a date without a time of day is only the date.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    number = f"{Decimal(f'{cell:.15g}') * (100 if is_percent else 1):f}"
    number = number.rstrip("0").rstrip(".") if "." in number else number
    return f"{number}%" if is_percent else number


def _at(code: str, name: str, row: int, column: int) -> Problem:
    """Make a problem at a 0-based row and column of a sheet."""
    return Problem(code=code, place=Place(file=name, line=row + 1, column=column + 1))
