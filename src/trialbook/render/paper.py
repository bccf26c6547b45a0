"""What of a document stands on paper: nothing that is folded; a last section names what was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trialbook.render.document import Document, Facts, Figure, Paragraph, Section
from trialbook.render.table import Table

MOST_LINES = 40
"""A longer list is cut here; the page of the report has all of it."""
MOST_ROWS = 150
"""A longer table is cut here, but one that is to stand whole; the page of the report has all of it."""


def on_paper(document: Document) -> Document:
    """Return the document without what is folded, and with a last section that names what was left out."""
    left: list[str] = []
    kept = tuple(section for one in document.sections if (section := _unfolded(one, left)) is not None)
    if not left:
        return replace(document, sections=kept)
    line = (
        f"Long and secondary tables stand in report.html, where every number leads to its entries: {'; '.join(left)}.",
    )
    last = Section(id="elsewhere", title="What stands elsewhere", blocks=(Paragraph(line=line),))
    return replace(document, sections=(*kept, last))


def standing(paper: Document) -> Iterator[str]:
    """Yield the ids of the sections, numbered tables and figures that stand on paper, in order."""
    for section in paper.walk():
        yield section.id
        for block in section.blocks:
            if isinstance(block, Figure) or (isinstance(block, Table) and block.numbered):
                yield block.id


def rows_on_paper(table: Table) -> int:
    """Tell how many rows of a table stand on paper."""
    return len(table.body) if table.whole else min(len(table.body), MOST_ROWS)


def _unfolded(section: Section, left: list[str]) -> Section | None:
    if section.paper is not None:
        return section.paper
    if section.folded:
        left.append(section.title)
        return None
    blocks = []
    for block in section.blocks:
        if isinstance(block, Table | Facts) and block.folded:
            left.append(block.title if isinstance(block, Table) else section.title)
        else:
            blocks.append(block)
    below = tuple(one for part in section.sections if (one := _unfolded(part, left)) is not None)
    return replace(section, blocks=tuple(blocks), sections=below)
