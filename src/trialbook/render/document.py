"""A document as a value: sections of paragraphs, lists, tables and figures. Renderers turn it into files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from trialbook.render.evidence import Evidence
from trialbook.render.inline import Line, Number, Recorded, numbers, recorded
from trialbook.render.table import Table

__all__ = ["Block", "Document", "Facts", "Figure", "Items", "Notice", "Number", "Paragraph", "Recorded", "Section"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text; a warning stands apart from it."""

    line: Line
    kind: Literal["text", "note", "warning"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list of lines."""

    lines: tuple[Line, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Names and what is said of each."""

    pairs: tuple[tuple[str, Line], ...]
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A drawing with words for those who do not see it, and the numbers that it shows."""

    id: str
    title: str
    svg: str
    """The `svg` element, safe as it is: every text in it was escaped by whoever drew it."""
    alt: str
    caption: Line
    table: Table
    behind: tuple[int, ...] = ()
    """Entries of the single values that it draws, of those too that its table leaves out."""
    png: bytes = b""
    """The same drawing as a picture at 300 dots an inch; empty unless it was asked for."""


Block = Paragraph | Items | Facts | Table | Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled part of the document, with parts of its own."""

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    folded: bool = False
    """Closed until asked for, and then also printed: long appendices."""
    paper: Section | None = None
    """What stands in place of a folded section where nothing can be unfolded; None: nothing of it."""

    def walk(self) -> Iterator[Section]:
        """Yield this section and all below it, in reading order."""
        yield self
        for section in self.sections:
            yield from section.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What stands at the head of the document and on every printed page: whose data these are."""

    label: str
    """`Real data` or `Invented data`."""
    invented: bool
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole report: one language, one notice, sections in order, and the evidence behind its numbers."""

    study: str
    """Id of the study, for the head of printed pages."""
    title: str
    subtitle: str
    language: str
    notice: Notice
    sections: tuple[Section, ...]
    evidence: Evidence
    foot: str = ""
    """One line at the end of the page: what made this and from what."""
    meta: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def headline(self) -> str:
        """The title as it stands outside the document, in a list of files or of windows."""
        return f"{self.notice.label}: {self.title}" if self.notice.invented else self.title

    def spoken(self, figure: Figure) -> str:
        """Return the words for those who do not see a figure; they too hear that the data are invented."""
        return f"{self.notice.label}. {figure.alt}" if self.notice.invented else figure.alt

    def walk(self) -> Iterator[Section]:
        """Yield every section in reading order."""
        for section in self.sections:
            yield from section.walk()

    def blocks(self) -> Iterator[Block]:
        """Yield every block in reading order."""
        return (block for section in self.walk() for block in section.blocks)

    def lines(self) -> Iterator[Line]:
        """Yield every line of text: those in tables and captions too."""
        yield self.notice.line
        for block in self.blocks():
            yield from block_lines(block)

    def numbers(self) -> Iterator[Number]:
        """Yield every result that the document shows, as often as it is shown."""
        return (number for line in self.lines() for number in numbers(line))

    def recorded(self) -> Iterator[Recorded]:
        """Yield every recorded value that the document shows."""
        return (value for line in self.lines() for value in recorded(line))

    def labels(self) -> Mapping[str, str]:
        """Return the words by which a reference names its target: id -> `Table 2`, `Figure 1`, title of a section."""
        names = {section.id: section.title for section in self.walk()}
        blocks = tuple(self.blocks())
        tables = (block for block in blocks if isinstance(block, Table) and block.numbered)
        figures = (block for block in blocks if isinstance(block, Figure))
        names |= {table.id: f"Table {number}" for number, table in enumerate(tables, 1)}
        return names | {figure.id: f"Figure {number}" for number, figure in enumerate(figures, 1)}


def block_lines(block: Block) -> Iterator[Line]:
    """Yield the lines of one block."""
    match block:
        case Paragraph():
            yield block.line
        case Items():
            yield from block.lines
        case Facts():
            yield from (line for _, line in block.pairs)
        case Table():
            yield from block.lines()
        case Figure():
            yield block.caption
            yield from block.table.lines()
