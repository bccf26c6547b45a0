"""What a document says on paper, as plain values that the template in typst's language draws."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trialbook.render.document import Block, Document, Facts, Figure, Items, Paragraph, Section
from trialbook.render.drawing.to_svg import to_file
from trialbook.render.inline import Code, Emphasis, Line, Mark, Number, Part, Recorded, Reference
from trialbook.render.paper import MOST_LINES, on_paper, rows_on_paper, standing
from trialbook.render.table import Row, Spanner, Table
from trialbook.render.word_layout import NUMBER as BEFORE_POINT
from trialbook.render.word_layout import PORTRAIT, Fit, fit
from trialbook.render.word_text import Names, names_of, spoken

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]

LINK = re.compile(r"<a [^>]*>|</a>")
SIZE = re.compile(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')
HEIGHT = 610.0
"""Points that the tallest figure may have: its caption has to stand on the same page."""
ALIGNED = {"left": "left", "right": "right", "centre": "center"}
WHOLE = 34
"""Lines of a table that stands on one page undivided."""
POINT = 20
"""Twips."""
DEEPEST = 4
"""Level of the smallest headings."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, and on which page it stands."""

    value: dict[str, Value]
    landscape: bool = False
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Writer:
    """What the parts are written with."""

    document: Document
    names: Names


def content(document: Document) -> dict[str, Value]:
    """Return everything that the template draws, in order."""
    paper = on_paper(document)
    names = names_of({**paper.labels(), **document.labels()}, standing(paper))
    writer = Writer(document, names)
    pieces = [piece for section in paper.sections for piece in _section(section, 1, writer)]
    notice = document.notice
    return {
        "headline": document.headline, "title": document.title, "subtitle": document.subtitle, "study": document.study,
        "lang": document.language[:2], "invented": notice.invented, "foot": document.foot,
        "notice": {"label": notice.label, "line": line_of(notice.line, writer)}, "runs": _runs(pieces),
    }  # fmt: skip


def line_of(line: Line, writer: Writer) -> list[Value]:
    """Write a line: plain words as they are, neighbours in one; all else as a list that begins with its kind.

    Numbers are plain words: the appendix holds their ids. A link at each would double the file and the time.
    """
    found: list[Value] = []
    for part in line:
        value = _part(part, writer)
        if isinstance(value, str) and found and isinstance(found[-1], str):
            found[-1] += value
        else:
            found.append(value)
    return found


def _part(part: Part, writer: Writer) -> Value:
    match part:
        case str():
            return part
        case Number() | Recorded():
            return unbroken(part.text)
        case Reference():
            label = writer.names.labels[part.to]
            return ["r", label, _mark(part.to)] if part.to in writer.names.marks else label
        case Emphasis():
            return ["e", part.text]
        case Code():
            return ["c", part.text]
        case Mark():
            return ["m", part.text]


def unbroken(text: str) -> str:
    """Keep a probability with its sign on one line; a number in a sentence is read as one."""
    return text.replace(" ", "\N{NO-BREAK SPACE}") if text.startswith("p ") else text


def _mark(name: str) -> str:
    return f"part {name}"


def _runs(pieces: list[Piece]) -> list[Value]:
    """Put pieces that stand on pages of one direction together; headings go with what follows."""
    turned = [piece.landscape for piece in pieces]
    for at in range(len(pieces) - 2, -1, -1):
        turned[at] = turned[at] or (pieces[at].is_heading and turned[at + 1])
    runs: list[tuple[bool, list[Value]]] = []
    for piece, landscape in zip(pieces, turned, strict=True):
        if not runs or runs[-1][0] != landscape:
            runs.append((landscape, []))
        runs[-1][1].append(piece.value)
    return [{"landscape": landscape, "blocks": blocks} for landscape, blocks in runs]


def _section(section: Section, level: int, writer: Writer) -> Iterator[Piece]:
    heading: dict[str, Value] = {
        "is": "heading", "level": min(level, DEEPEST), "title": section.title, "label": _mark(section.id)
    }  # fmt: skip
    yield Piece(heading, is_heading=True)
    yield from (_block(block, writer) for block in section.blocks)
    for below in section.sections:
        yield from _section(below, level + 1, writer)


def _block(block: Block, writer: Writer) -> Piece:
    match block:
        case Paragraph():
            return Piece({"is": block.kind, "line": line_of(block.line, writer)})
        case Items():
            return Piece(_items(block, writer))
        case Facts():
            pairs: list[Value] = [[name, line_of(line, writer)] for name, line in block.pairs]
            return Piece({"is": "facts", "pairs": pairs})
        case Table():
            found = fit(block, writer.names)
            return Piece(_table(block, found, writer), landscape=found.landscape)
        case Figure():
            return Piece(_figure(block, writer))


def _items(items: Items, writer: Writer) -> dict[str, Value]:
    more = len(items.lines) - MOST_LINES
    return {
        "is": "list", "ordered": items.ordered, "lines": [line_of(line, writer) for line in items.lines[:MOST_LINES]],
        "more": f"And {more} more; report.html has all." if more > 0 else "",
    }  # fmt: skip


def _numbered(name: str, writer: Writer) -> tuple[str, Value]:
    kind, _, number = writer.names.labels[name].rpartition(" ")
    return kind, number


def _table(table: Table, found: Fit, writer: Writer) -> dict[str, Value]:
    kind, number = _numbered(table.id, writer) if table.numbered else ("Table", None)
    shown = rows_on_paper(table)
    notes = [*table.footnotes, *(((table.source,),) if table.source else ())]
    if len(table.body) > shown:
        notes.append((f"Rows 1 to {shown} of {len(table.body)}; report.html has all.",))
    return {
        "is": "table", "kind": kind, "number": number, "title": table.title,
        "label": _mark(table.id) if table.numbered else None, "size": found.size, "whole": found.lines <= WHOLE,
        "widths": [width / POINT for width in found.widths], "decimal": [one is not None for one in found.decimal],
        "aligns": ["left", *(ALIGNED[column.align] for column in table.columns)],
        "heads": [table.stub, *(column.label for column in table.columns)],
        "spanners": _spanners(table.spanners, len(table.columns)),
        "rows": [_line(row, writer) for row in table.body[:shown]],
        "notes": [line_of(note, writer) for note in notes],
    }  # fmt: skip


def _spanners(spanners: tuple[Spanner, ...], columns: int) -> list[Value]:
    """Return the cells of the row of spanners, with blank ones between; none where there is no spanner."""
    cells: list[Value] = []
    at = -1
    for spanner in spanners:
        cells += _blank(spanner.first - at)
        cells.append({"label": spanner.label, "span": spanner.last - spanner.first + 1})
        at = spanner.last + 1
    return [*cells, *_blank(columns - at)] if spanners else []


def _blank(span: int) -> list[Value]:
    return [{"label": "", "span": span}] if span > 0 else []


def _line(row: Row, writer: Writer) -> dict[str, Value]:
    cells: list[Value] = [_cell(line, writer) for line in (row.stub, *row.cells)]
    return {"heading": row.heading, "level": row.level, "cells": cells}


def _cell(line: Line, writer: Writer) -> dict[str, Value]:
    """Write a cell, with what stands before and from its decimal point, by which columns are aligned."""
    words = spoken(line, writer.names)
    found = BEFORE_POINT.match(words)
    before, after = (found[0], words[found.end() :]) if found else (None, None)
    return {"line": line_of(line, writer), "before": before, "after": after}


def _figure(figure: Figure, writer: Writer) -> dict[str, Value]:
    kind, number = _numbered(figure.id, writer)
    return {
        "is": "figure", "kind": kind, "number": number, "title": figure.title, "label": _mark(figure.id),
        "caption": line_of(figure.caption, writer), "svg": printed(figure.svg), "width": _width(figure.svg),
        "alt": writer.document.spoken(figure),
    }  # fmt: skip


def printed(svg: str) -> str:
    """Return a drawing for paper: its colours of print and its shipped font, without links."""
    return LINK.sub("", to_file(svg))


def _width(svg: str) -> float:
    """Return how wide a drawing stands, in points: no wider than the text, no taller than a page with its caption."""
    found = SIZE.search(svg)
    if found is None:
        return PORTRAIT / POINT
    wide, high = float(found[1]), float(found[2])
    return wide * min(1.0, PORTRAIT / POINT / wide, HEIGHT / high)
