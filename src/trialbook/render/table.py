"""A table as a value: what stands in it, not how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from trialbook.render.inline import Line, numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column beside the stub."""

    label: str
    align: Literal["left", "right", "centre"] = "centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spanner:
    """A heading over neighbouring columns, `first` to `last`, counted from 0 and inclusive."""

    label: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the body; a heading has a stub and no cells, and spans the table."""

    stub: Line
    cells: tuple[Line, ...] = ()
    level: int = 0
    """Indent of the stub."""
    heading: bool = False
    anchor: str = ""
    """Name by which a link reaches the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A titled table with a stub, columns, body and footnotes; its results are found by their ids."""

    id: str
    title: str
    stub: str
    """Heading of the stub."""
    columns: tuple[Column, ...]
    body: tuple[Row, ...]
    spanners: tuple[Spanner, ...] = ()
    footnotes: tuple[Line, ...] = ()
    source: str = ""
    """Where the rows come from, for readers."""
    numbered: bool = True
    folded: bool = False
    """Closed until asked for, under its title, and then also printed."""
    whole: bool = False
    """Never cut on paper, however long."""

    def __post_init__(self) -> None:
        """Refuse a row that does not fit the columns."""
        for row in self.body:
            if not row.heading and len(row.cells) != len(self.columns):
                raise ValueError(f"table {self.id!r}: a row has {len(row.cells)} cells for {len(self.columns)} columns")

    def lines(self) -> Iterator[Line]:
        """Yield every line of the table: stubs, cells, footnotes."""
        for row in self.body:
            yield row.stub
            yield from row.cells
        yield from self.footnotes

    @property
    def result_ids(self) -> tuple[str, ...]:
        """The results that the table shows, in order, each once."""
        return tuple(dict.fromkeys(number.result_id for line in self.lines() for number in numbers(line)))
