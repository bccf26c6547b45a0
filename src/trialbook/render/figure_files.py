"""Each figure as files of its own: the drawing at the size of print, and what it shows as rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping

from trialbook.analysis.results import Result
from trialbook.render.document import Document, Figure
from trialbook.render.drawing.to_svg import to_file
from trialbook.render.inline import Line, Number, Recorded, plain
from trialbook.render.numbers import significant
from trialbook.render.to_csv import DATA, cell

COLUMNS = (DATA, "figure", "part", "row", "column", "shown", "value", "result", "entries")
LINK = re.compile(r"<a [^>]*>|</a>")
HEAD = re.compile(r'<svg class="drawn" style="[^"]*" width="[^"]*" height="[^"]*" viewBox="0 0 ([\d.]+) ([\d.]+)"')
MILLIMETRES = 25.4 / 72
"""Of a point."""
PLAIN = str.maketrans({"\u2212": "-", "\u202f": "", "\u2009": "", "\u00a0": " "})


def figure_files(document: Document, results: Mapping[str, Result]) -> dict[str, bytes]:
    """Return name -> bytes: of each figure a drawing and its data, named after its number and what it shows."""
    figures = (block for block in document.blocks() if isinstance(block, Figure))
    files: dict[str, bytes] = {}
    for number, figure in enumerate(figures, 1):
        name = f"figure-{number:02}-{figure.id.removeprefix('figure-')}"
        files[f"{name}.svg"] = print_svg(figure.svg, document.spoken(figure)).encode()
        files[f"{name}.csv"] = data_csv(document, figure, number, results)
    return files


def print_svg(svg: str, alt: str) -> str:
    """Return a drawing that stands alone: millimetres of a journal's column, colours of print, no links, its words."""
    from markupsafe import escape

    def sized(found: re.Match[str]) -> str:
        width, height = (f"{float(one) * MILLIMETRES:.2f}mm" for one in found.groups())
        return f'<svg role="img" width="{width}" height="{height}" viewBox="0 0 {found[1]} {found[2]}"'

    bare = to_file(HEAD.sub(sized, LINK.sub("", svg), count=1))
    head, end, drawn = bare.partition(">")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{end}<desc>{escape(alt)}</desc>{drawn}\n'


def data_csv(document: Document, figure: Figure, number: int, results: Mapping[str, Result]) -> bytes:
    """Return the numbers of a figure, one a row: as shown, in full, and the result or the entries that they come from.

    `part` is the heading above a row; values are at 12 significant digits.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    whose = "invented" if document.notice.invented else "real"
    labels = [column.label for column in figure.table.columns]
    part = ""
    for row in figure.table.body:
        stub = plain(row.stub)
        if row.heading:
            part = stub
            continue
        for label, line in zip(labels, row.cells, strict=True):
            for told in _told(line, results):
                writer.writerow((whose, number, *map(cell, (part, stub, label)), *told))
    return stream.getvalue().encode()


def _told(line: Line, results: Mapping[str, Result]) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a cell says: shown, value, result, entries; words between its numbers are left out."""
    found = [part for part in line if isinstance(part, Number | Recorded)]
    if not found and plain(line):
        yield cell(plain(line)), "", "", ""
    for part in found:
        if isinstance(part, Recorded):
            text = part.text.translate(PLAIN)
            yield cell(text), cell(text), "", " ".join(map(str, part.entries))
        else:
            value = results[part.result_id].value if part.result_id in results else None
            exact = significant(float(value)) if isinstance(value, int | float) else cell(value)
            yield cell(part.text.translate(PLAIN)), exact, part.result_id, ""
