"""A large plain CSV file as blocks of whole lines, each parsed by polars, with the row of the file where it begins.

What is not plain beyond doubt (a ragged row, a quote over several lines, bytes that are no text) is left to the careful
reader: `NotPlain`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from trialbook.exchange.separated import SEPARATORS
from trialbook.exchange.tables import OLD_OFFICE, ZIP

if TYPE_CHECKING:
    import polars as pl

BLOCK = 8_000_000
"""Bytes that are parsed together."""
LONGEST_HEADER = 100_000
QUOTED = re.compile(rb'"[^"]*"')


class NotPlain(Exception):  # noqa: N818 - tells the reader to take the careful way
    """Something that the quick way does not read for certain, in or after a row of the file."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class Block(NamedTuple):
    """Some rows of a file."""

    frame: pl.DataFrame
    """The columns asked for: text, and numbers last (text, where one of the block is no finite number)."""
    line: int
    """1-based row of the file of the first row."""
    read: int
    """Bytes of the file read so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainFile:
    """A CSV file whose header is plain."""

    path: Path
    header: tuple[str, ...]
    separator: str

    def blocks(self, keys: tuple[str, ...], value: str, missing: tuple[str, ...]) -> Iterator[Block]:
        """Yield the rows below the header: columns `keys` as text, then `value`; NotPlain where in doubt.

        While one block is worked on the next is parsed.
        """
        from concurrent.futures import ThreadPoolExecutor

        def parsed(line: int) -> Block | None:
            content, read = next(lines, (b"", 0))
            return Block(self._parsed(content, keys, value, missing, line), line, read) if content else None

        lines = _lines(self.path)
        with ThreadPoolExecutor(max_workers=1) as ahead:
            block = parsed(2)
            while block is not None:
                coming = ahead.submit(parsed, block.line + block.frame.height)
                yield block
                block = coming.result()

    def _parsed(
        self, content: bytes, keys: tuple[str, ...], value: str, missing: tuple[str, ...], line: int
    ) -> pl.DataFrame:
        import polars as pl

        # polars wants names of its own for columns without a header
        own = {name: f"column_{place}" for place, name in enumerate(self.header)}
        names = {own[name]: name for name in (*keys, value)}
        empty = {own[value]: missing[0]} if len(missing) == 1 else None
        for kind in (pl.Float64, pl.String):
            schema = {own[name]: kind if name == value else pl.String for name in self.header}
            try:
                frame = pl.read_csv(
                    content, has_header=False, separator=self.separator, columns=list(names), schema=schema,
                    null_values=empty,
                ).select(pl.col(one).alias(name) for one, name in names.items())  # fmt: skip
            except pl.exceptions.PolarsError:
                continue
            if kind == pl.String or frame[value].drop_nulls().is_finite().all():
                self._check_shape(content, frame, line)
                return frame
        raise NotPlain(line)

    def _check_shape(self, content: bytes, frame: pl.DataFrame, line: int) -> None:
        """Make sure that every row has as many cells as the header: polars refuses longer rows, but fills shorter ones.

        A separator or a line end within quotes is not plain.
        """
        import numpy as np
        import polars as pl

        quoted = b'"' in content
        bare = QUOTED.sub(b"", content) if quoted else content
        signs = np.frombuffer(bare, dtype=np.uint8)
        lines, cells = (int(np.count_nonzero(signs == ord(sign))) for sign in ("\n", self.separator))
        lines += not content.endswith(b"\n")
        blank = frame.select(pl.all_horizontal(pl.all().is_null()).sum()).item()
        is_whole = lines == frame.height and cells == (len(self.header) - 1) * (frame.height - blank)
        if not is_whole or (quoted and (b'"' in bare or content.count(b"\n") != bare.count(b"\n"))):
            raise NotPlain(line)


def plain_file(path: Path) -> PlainFile | None:
    """Look at the first line of a file; None where it is not the header of a plain CSV file."""
    with path.open("rb") as file:
        first = file.readline(LONGEST_HEADER)
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, ZIP, OLD_OFFICE)
    if first.startswith(marks) or b"\0" in first or not first.endswith(b"\n"):
        return None
    try:
        text = first.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        return None
    found = [mark for mark in SEPARATORS if mark in text]
    names = tuple(_name(part) for part in text.split(found[0])) if len(found) == 1 else ()
    is_plain = names and all(names) and len(set(names)) == len(names) and '"' not in "".join(names)
    return PlainFile(path=path, header=names, separator=found[0]) if is_plain else None


def _name(text: str) -> str:
    """Return the name of a column without its quotes."""
    is_quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return " ".join((text[1:-1] if is_quoted else text).split())


def _lines(path: Path) -> Iterator[tuple[bytes, int]]:
    """Yield what stands below the first line in blocks of whole lines, with how many bytes were read."""
    with path.open("rb") as file:
        file.readline()
        rest = b""
        while content := file.read(BLOCK):
            end = content.rfind(b"\n") + 1
            if end:
                yield rest + content[:end], file.tell()
                rest = content[end:]
            else:
                rest += content
        if rest:
            yield rest, path.stat().st_size
