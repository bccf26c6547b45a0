"""A document as a Word file, as a journal takes it: real headings, tables, captions and references; nothing folded.

What is folded in the page is long or secondary and is left to it; the last section says what that is. A section may
bring what stands in its place on paper (`Section.paper`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from trialbook.render.document import Block, Document, Facts, Figure, Items, Paragraph, Section
from trialbook.render.paper import MOST_LINES, on_paper, standing
from trialbook.render.table import Table
from trialbook.render.word_layout import LANDSCAPE, PORTRAIT
from trialbook.render.word_package import Package
from trialbook.render.word_table import facts_xml, table_xml
from trialbook.render.word_text import (
    Names,
    attribute,
    marked,
    names_of,
    numbered,
    page_of_pages,
    paragraph,
    run,
    words,
)

PAGE, MARGIN, HEAD = (11906, 16838), (1474, 1276), 700
"""A4; margins above and below, and at the sides; where header and footer stand. In twips."""
REAL, INVENTED = "14508C", "A3123A"
EMU = 635
"""In a twip."""
STYLES = {"text": "BodyText", "note": "Note", "warning": "Warning"}
FIRST_LIST = 2
"""Number of the first numbered list; 1 are all bullets."""
PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
PLACED = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
TALLEST = 12200
"""Of a picture, in twips: its caption has to stand on the same page."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the body, and on which page it stands."""

    xml: str
    landscape: bool = False
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Pages:
    """The properties of upright and of turned pages, each with its header and footer."""

    portrait: str
    landscape: str

    def of(self, piece: Piece) -> str:
        """Return those of the page on which a piece stands."""
        return self.landscape if piece.landscape else self.portrait


def to_docx(document: Document) -> bytes:
    """Return the file; ValueError where a figure has no picture, since the document was built without."""
    paper = on_paper(document)
    names = names_of({**paper.labels(), **document.labels()}, standing(paper))
    lists = sum(isinstance(block, Items) and block.ordered for block in paper.blocks())
    colour = INVENTED if document.notice.invented else REAL
    package = Package(title=document.headline, language=document.language, colour=colour, lists=lists)
    pages = Pages(_page(document, package, landscape=False), _page(document, package, landscape=True))
    pieces = [Piece(_title_block(document, names))]
    order, pictures = count(FIRST_LIST), count(1)
    for section in paper.sections:
        pieces += _section(section, 1, _Writer(document, names, package, order, pictures))
    return package.packed(assembled(pieces, pages))


@dataclass(frozen=True, slots=True)
class _Writer:
    """What the parts of the body are written with."""

    document: Document
    names: Names
    package: Package
    lists: Iterator[int]
    pictures: Iterator[int]


def assembled(pieces: list[Piece], pages: Pages) -> str:
    """Put pieces after one another, with a new section wherever the page turns; headings go with what follows."""
    placed = list(pieces)
    for at in range(len(placed) - 2, -1, -1):
        if placed[at].is_heading and placed[at + 1].landscape:
            placed[at] = replace(placed[at], landscape=True)
    parts = []
    for piece, after in zip(placed, [*placed[1:], None], strict=True):
        parts.append(piece.xml)
        if after is None:
            parts.append(f"<w:sectPr>{pages.of(piece)}</w:sectPr>")
        elif after.landscape != piece.landscape:
            parts.append(paragraph("", "PageTurn", f"<w:sectPr>{pages.of(piece)}</w:sectPr>"))
    return "".join(parts)


def _title_block(document: Document, names: Names) -> str:
    label = run(f"{document.notice.label}.", '<w:rStyle w:val="DataLabel"/>')
    return (
        paragraph(run(document.title), "Title")
        + paragraph(run(document.subtitle), "Subtitle")
        + paragraph(label + run(" ") + words(document.notice.line, names), "DataNotice")
    )


def _section(section: Section, level: int, writer: _Writer) -> Iterator[Piece]:
    heading = marked(run(section.title), section.id, writer.names)
    yield Piece(paragraph(heading, f"Heading{min(level, 4)}"), is_heading=True)
    for block in section.blocks:
        yield _block(block, writer)
    for below in section.sections:
        yield from _section(below, level + 1, writer)


def _block(block: Block, writer: _Writer) -> Piece:
    match block:
        case Paragraph():
            return Piece(paragraph(words(block.line, writer.names), STYLES[block.kind]))
        case Items():
            return Piece(_items(block, writer))
        case Facts():
            return Piece(facts_xml(block, writer.names))
        case Table():
            xml, found = table_xml(block, writer.names)
            return Piece(xml, landscape=found.landscape)
        case Figure():
            return Piece(_figure(block, writer))


def _items(items: Items, writer: _Writer) -> str:
    style, numbers = "ListBullet", ""
    if items.ordered:
        style, numbers = "ListNumber", f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{next(writer.lists)}"/></w:numPr>'
    lines = [paragraph(words(line, writer.names), style, numbers) for line in items.lines[:MOST_LINES]]
    if len(items.lines) > MOST_LINES:
        lines.append(paragraph(run(f"And {len(items.lines) - MOST_LINES} more; report.html has all."), "Note"))
    return "".join(lines)


def _figure(figure: Figure, writer: _Writer) -> str:
    """Write the picture, words for those who do not see it, and the caption below."""
    if not figure.png:
        raise ValueError(f"figure {figure.id!r} has no picture: build the report with raster=True")
    picture, wide, high = writer.package.picture(figure.png)
    scale = min(1.0, PORTRAIT * EMU / wide, TALLEST * EMU / high)
    drawn = _drawing(
        picture, next(writer.pictures), (round(wide * scale), round(high * scale)), writer.document.spoken(figure)
    )
    said = numbered(figure.id, writer.names) + run(f". {figure.title}. ") + words(figure.caption, writer.names)
    return paragraph(f"<w:r>{drawn}</w:r>", "Figure") + paragraph(said, "FigureCaption")


def _drawing(picture: str, number: int, size: tuple[int, int], alt: str) -> str:
    named = f'id="{number}" name="Figure {number}" descr="{attribute(alt)}"'
    extent = f'cx="{size[0]}" cy="{size[1]}"'
    return (
        f'<w:drawing><wp:inline xmlns:wp="{PLACED}" distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/>'
        f'<wp:docPr {named}/><a:graphic xmlns:a="{DRAWING}"><a:graphicData uri="{PICTURE}">'
        f'<pic:pic xmlns:pic="{PICTURE}"><pic:nvPicPr><pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{picture}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
    )


def _page(document: Document, package: Package, *, landscape: bool) -> str:
    """Return the properties of a page, with study, whose data, and page number above, and what made it below."""
    width = LANDSCAPE if landscape else PORTRAIT
    tabs = f'<w:tabs><w:tab w:val="center" w:pos="{width // 2}"/><w:tab w:val="right" w:pos="{width}"/></w:tabs>'
    tab = "<w:r><w:tab/></w:r>"
    label = run(document.notice.label, '<w:rStyle w:val="DataLabel"/>')
    header = paragraph(run(document.study) + tab + label + tab + page_of_pages(), "Header", tabs)
    footer = paragraph(run(document.foot), "Footer", '<w:jc w:val="center"/>')
    references = package.header_and_footer(2 if landscape else 1, header, footer)
    short, long = PAGE
    size = f'w:w="{long}" w:h="{short}" w:orient="landscape"' if landscape else f'w:w="{short}" w:h="{long}"'
    margins = f'w:top="{MARGIN[0]}" w:right="{MARGIN[1]}" w:bottom="{MARGIN[0]}" w:left="{MARGIN[1]}"'
    return f'{references}<w:pgSz {size}/><w:pgMar {margins} w:header="{HEAD}" w:footer="{HEAD}" w:gutter="0"/>'
