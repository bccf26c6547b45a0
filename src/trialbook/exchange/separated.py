"""CSV files: UTF-8 or UTF-16, cells between commas, semicolons or tabs, quoted where needed; read strictly."""

from __future__ import annotations

import codecs
import csv
import io
import re

from trialbook.exchange.grid import LONGEST_CELL, refuse

SEPARATORS = (",", ";", "\t")
NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}
QUOTED = re.compile(r'"[^"]*"')


def separated_rows(name: str, content: bytes, separator: str | None, header_row: int) -> list[list[str]]:
    """Return the cells of each row of a CSV file; Unreadable where they cannot be told for certain."""
    text = _decode(name, content)
    return _rows(name, text, separator or _separator(name, text, header_row))


def _decode(name: str, content: bytes) -> str:
    """Return the text: UTF-16 where a mark says so, or else UTF-8."""
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not marked and b"\0" in content:
        raise refuse("TABLE-15", name, line=content[: content.index(b"\0")].count(b"\n") + 1)
    encoding = "utf-16" if marked else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, errors="ignore")
        ahead = "".join(character for character in before[-20:] if character.isprintable())
        byte = f"0x{content[error.start]:02X}"
        raise refuse("TABLE-14", name, line=_line(before, len(before)), byte=byte, ahead=ahead) from error
    if "\0" in text:
        raise refuse("TABLE-15", name, line=_line(text, text.index("\0")))
    return text


def _line(text: str, position: int) -> int:
    """Return the 1-based line of a position."""
    return len(re.findall(r"\r\n|\r|\n", text[:position])) + 1


def _separator(name: str, text: str, header_row: int) -> str:
    """Tell the separator by the header: the only one of the three that it holds outside of quotes."""
    lines = text.splitlines()
    header = QUOTED.sub("", lines[header_row - 1]) if len(lines) >= header_row else ""
    found = [candidate for candidate in SEPARATORS if candidate in header]
    if len(found) > 1:
        raise refuse("TABLE-16", name, line=header_row, found=" and ".join(NAMES[mark] for mark in found))
    return found[0] if found else ","


def _rows(name: str, text: str, separator: str) -> list[list[str]]:
    """Split the text into rows and cells, refusing quotes that do not match and cells without end."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
            if any(len(cell) > LONGEST_CELL for cell in row):
                raise refuse("TABLE-18", name, line=len(rows), limit=f"{LONGEST_CELL:,}")
    except csv.Error as error:
        if "field larger" in str(error):
            raise refuse("TABLE-18", name, line=len(rows) + 1, limit=f"{LONGEST_CELL:,}") from error
        raise refuse("TABLE-17", name, line=len(rows) + 1) from error
    return rows
