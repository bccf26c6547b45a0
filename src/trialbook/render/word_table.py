"""A table in WordprocessingML: no vertical rule, a head that is repeated on each page, a caption that stays with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialbook.render.document import Facts
from trialbook.render.inline import Line
from trialbook.render.paper import rows_on_paper
from trialbook.render.table import Row, Table
from trialbook.render.word_layout import BESIDE, INDENT, PORTRAIT, Fit, fit, parts_of
from trialbook.render.word_text import BOLD, Names, attribute, numbered, paragraph, run, spoken, words

WHOLE = 34
"""Lines of a body that stands on one page undivided."""
JUSTIFIED = {"left": "left", "right": "right", "centre": "center"}
KEEP = "<w:keepNext/>"
HEAVY, LIGHT = 12, 6
"""Rules, in eighths of a point."""


def table_xml(table: Table, names: Names) -> tuple[str, Fit]:
    """Return caption, table and footnotes, and how the table fits the page."""
    rows = table.body[: rows_on_paper(table)]
    found = fit(table, names)
    whole = found.lines <= WHOLE and len(rows) == len(table.body)
    notes = tuple(_notes(table, names))
    body = [
        _row(row, table, found, names, keep=_is_kept(rows, place, whole=whole, has_notes=bool(notes)))
        for place, row in enumerate(rows)
    ]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in found.widths)
    drawn = (
        f"<w:tbl>{_properties(table, found)}<w:tblGrid>{grid}</w:tblGrid>{_heads(table, found)}{''.join(body)}</w:tbl>"
    )
    return caption(table, names) + drawn + "".join(notes) + paragraph("", "TableEnd"), found


def caption(table: Table, names: Names) -> str:
    """Write the caption that stands over a table, with its number where it has one."""
    if not table.numbered:
        return paragraph(run(table.title, BOLD), "Caption", KEEP)
    return paragraph(numbered(table.id, names) + run(". ", BOLD) + run(table.title), "Caption", KEEP)


def _properties(table: Table, found: Fit) -> str:
    rule = '<w:{} w:val="single" w:sz="{}" w:space="0" w:color="000000"/>'
    return (
        f'<w:tblPr><w:tblStyle w:val="ReportTable"/><w:tblW w:w="{sum(found.widths)}" w:type="dxa"/>'
        f"<w:tblBorders>{rule.format('top', HEAVY)}{rule.format('bottom', HEAVY)}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="{BESIDE}" w:type="dxa"/><w:right w:w="{BESIDE}" w:type="dxa"/></w:tblCellMar>'
        f'<w:tblLook w:val="00A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="1" '
        f'w:noVBand="1"/><w:tblCaption w:val="{attribute(table.title)}"/></w:tblPr>'
    )


def _heads(table: Table, found: Fit) -> str:
    """Write the row of spanners, if there are any, and the row of headings; both return on each page."""
    under = f'<w:tcBorders><w:bottom w:val="single" w:sz="{LIGHT}" w:space="0" w:color="000000"/></w:tcBorders>'
    aligns = ("left", *(column.align for column in table.columns))
    labels = (table.stub, *(column.label for column in table.columns))
    cells = []
    for label, align, width in zip(labels, aligns, found.widths, strict=True):
        placed = f'{KEEP}<w:jc w:val="{JUSTIFIED[align]}"/>'
        cells.append(_cell(paragraph(run(label, _sized(found)), "TableHead", placed), width, under))
    return _spanners(table, found) + _line(cells, head=True)


def _spanners(table: Table, found: Fit) -> str:
    if not table.spanners:
        return ""
    cells, at = [], 0
    for spanner in table.spanners:
        cells += [_blank(found.widths[at : spanner.first + 1])]
        words_ = paragraph(run(spanner.label, _sized(found)), "TableSpanner", KEEP)
        cells += [_across(words_, found.widths[spanner.first + 1 : spanner.last + 2])]
        at = spanner.last + 2
    cells += [_blank(found.widths[at:])]
    return _line(cells, head=True)


def _row(row: Row, table: Table, found: Fit, names: Names, *, keep: bool) -> str:
    kept = KEEP if keep else ""
    if row.heading:
        heading = paragraph(words(row.stub, names, _sized(found)), "TableGroup", KEEP)
        return _line([_across(heading, found.widths)])
    indent = f'<w:ind w:left="{row.level * INDENT}"/>' if row.level else ""
    stub = paragraph(words(row.stub, names, _sized(found)), "TableText", kept + indent)
    cells = [_cell(stub, found.widths[0])]
    for place, line in enumerate(row.cells):
        placed = _placed(line, place + 1, table.columns[place].align, found, names)
        content = paragraph(words(line, names, _sized(found)), "TableText", kept + placed)
        cells.append(_cell(content, found.widths[place + 1]))
    return _line(cells)


def _placed(line: Line, place: int, align: str, found: Fit, names: Names) -> str:
    """Align a cell: numbers of a column stand with their decimal points in one line, by an indent from the right."""
    block, pair = found.decimal[place], parts_of(spoken(line, names))
    if block is None or pair is None:
        return f'<w:jc w:val="{JUSTIFIED[align]}"/>'
    em, room = found.size * 20, found.widths[place] - 2 * BESIDE
    beside = (room - sum(block) * em) / 2 if align == "centre" else 0.0
    indent = max(0, round(beside + (block[1] - pair[1]) * em))
    return f'<w:ind w:right="{indent}"/><w:jc w:val="right"/>'


def _is_kept(rows: Sequence[Row], place: int, *, whole: bool, has_notes: bool) -> bool:
    """Tell whether a row stays with the next: all of a short table; the first and the last rows of a long one."""
    last = len(rows) - 1
    if place == last:
        return has_notes
    return whole or place < 2 or place >= last - 1


def _notes(table: Table, names: Names) -> Iterator[str]:
    """Yield what stands below the table; each stays with the next."""
    lines: list[Line] = list(table.footnotes)
    if table.source:
        lines.append((table.source,))
    shown = rows_on_paper(table)
    if len(table.body) > shown:
        lines.append((f"Rows 1 to {shown} of {len(table.body)}; report.html has all.",))
    for place, line in enumerate(lines):
        yield paragraph(words(line, names), "TableNote", KEEP if place < len(lines) - 1 else "")


def _line(cells: Sequence[str], *, head: bool = False) -> str:
    repeated = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(content: str, width: int, properties: str = "") -> str:
    bottom = '<w:vAlign w:val="bottom"/>' if properties else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{properties}{bottom}</w:tcPr>{content}</w:tc>'


def _across(content: str, widths: Sequence[int]) -> str:
    """Write a cell over neighbouring columns."""
    span = f'<w:gridSpan w:val="{len(widths)}"/>' if len(widths) > 1 else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{sum(widths)}" w:type="dxa"/>{span}</w:tcPr>{content}</w:tc>'


def _blank(widths: Sequence[int]) -> str:
    return _across(paragraph("", "TableText", KEEP), widths) if widths else ""


def _sized(found: Fit) -> str:
    return f'<w:sz w:val="{round(found.size * 2)}"/>'


def facts_xml(facts: Facts, names: Names) -> str:
    """Return names beside what is said of each, between thin rules."""
    widths = (PORTRAIT * 3 // 10, PORTRAIT - PORTRAIT * 3 // 10)
    rule = '<w:{} w:val="single" w:sz="4" w:space="0" w:color="C9CED4"/>'
    rows = (
        f"<w:tr>{_cell(paragraph(run(name), 'FactName'), widths[0])}"
        f"{_cell(paragraph(words(line, names), 'FactText'), widths[1])}</w:tr>"
        for name, line in facts.pairs
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/><w:tblW w:w="{PORTRAIT}" w:type="dxa"/>'
        f"<w:tblBorders>{rule.format('top')}{rule.format('bottom')}{rule.format('insideH')}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:val="0080" w:firstRow="0" w:lastRow="0" w:firstColumn="1" '
        f'w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
        + paragraph("", "TableEnd")
    )
