"""The listings of a document as RTF: each on a page of its own, its head marked to come again on every page.

Written here and not by rtflite 2.6, which was tried: with several tables it parts a title from its table, and it takes
0.65 s to load. Word repeats a marked head; LibreOffice does not heed the mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialbook.render.document import Document
from trialbook.render.inline import Line
from trialbook.render.table import Row, Table
from trialbook.render.word_layout import BESIDE, INDENT, LANDSCAPE, Fit, fit
from trialbook.render.word_text import FORBIDDEN, Names, spoken

MEANT = str.maketrans({"\\": "\\\\", "{": "\\{", "}": "\\}", "\n": " ", "\r": " ", "\t": " "})
"""Letters with a meaning in RTF."""
JUSTIFIED = {"left": "\\ql", "right": "\\qr", "centre": "\\qc"}
FONTS = "{\\fonttbl{\\f0\\fswiss\\fcharset0 Arial;}}{\\colortbl;\\red163\\green18\\blue58;\\red20\\green80\\blue140;}"
PAGE = "\\landscape\\paperw16838\\paperh11906\\margl1474\\margr1474\\margt1276\\margb1276\\headery700\\footery700"
"""A4 on its side, in twips."""
FIELD = "{{\\field{{\\*\\fldinst {{\\f0\\fs16 {name}}}}}{{\\fldrslt {{\\f0\\fs16 1}}}}}}"
PAGE_NUMBER = f"Page {FIELD.format(name='PAGE')} of {FIELD.format(name='NUMPAGES')}"
AIR = 1.5
"""A narrow listing is stretched by at most this."""
RULE = "\\clbrdr{side}\\brdrs\\brdrw{width}"
SMALL = 16
"""Half points of what stands above, below and beside the tables."""
NONE = "There is no listing: nothing of this kind was recorded."


def to_rtf(document: Document, tables: Sequence[Table]) -> bytes:
    """Return the tables that are given as one file; the same tables give the same bytes, of letters of ASCII alone."""
    names = Names(labels=document.labels())
    body = "".join(_listing(table, place, names) for place, table in enumerate(tables, 1))
    parts = ("{\\rtf1\\ansi\\deff0\\uc1", FONTS, _info(document), PAGE, *_running(document), _opening(document))
    return "\n".join((*parts, body or _paragraph(escaped(NONE)), "}\n")).encode("ascii")


def escaped(words: str) -> str:
    """Write words in ASCII: others as their numbers in UTF-16, signed, as RTF has them."""
    plain = FORBIDDEN.sub("\ufffd", words).translate(MEANT)
    return "".join(letter if letter.isascii() else _coded(letter) for letter in plain)


def _coded(letter: str) -> str:
    units = memoryview(letter.encode("utf-16-le")).cast("H")
    return "".join(f"\\u{unit - 65536 if unit > 32767 else unit}?" for unit in units)


def _info(document: Document) -> str:
    return f"{{\\info{{\\title {escaped(document.headline)}}}}}"


def _running(document: Document) -> Iterator[str]:
    """Yield head and foot of every page: the study, whose data these are, the number; what made the file."""
    colour = 1 if document.notice.invented else 2
    tabs = f"\\tqc\\tx{LANDSCAPE // 2}\\tqr\\tx{LANDSCAPE}"
    label = f"{{\\b\\cf{colour} {escaped(document.notice.label)}}}"
    yield (
        f"{{\\header\\pard\\plain{tabs}\\f0\\fs{SMALL} {escaped(document.study)}\\tab {label}\\tab {PAGE_NUMBER}\\par}}"
    )
    yield f"{{\\footer\\pard\\plain\\qc\\f0\\fs{SMALL} {escaped(document.foot)}\\par}}"


def _opening(document: Document) -> str:
    return f"\\pard\\plain\\sa120\\f0\\fs26\\b {escaped(document.headline)}: listings\\par"


def _paragraph(words: str, look: str = "") -> str:
    return f"\\pard\\plain\\sb60\\sa60\\f0\\fs{SMALL}{look} {words}\\par\n"


def _listing(table: Table, place: int, names: Names) -> str:
    """Write the title, the head, the rows and what stands below a table."""
    found = fit(table, names)
    scale = min(AIR, LANDSCAPE / sum(found.widths))
    widths = [int(width * scale) for width in found.widths]
    title = _paragraph(escaped(f"Listing {place}. {table.title}"), "\\b\\keepn" + ("\\pagebb" if place > 1 else ""))
    head = _row([escaped(label) for label in _labels(table)], table, found, widths, look="\\b", head=True)
    rows = (_body_row(row, table, found, widths, names) for row in table.body)
    notes = [*table.footnotes, *(((table.source,),) if table.source else ())]
    return title + head + "".join(rows) + "".join(_paragraph(_words(note, names)) for note in notes)


def _labels(table: Table) -> tuple[str, ...]:
    """Return the heads of the columns, each after the spanner over it, which would not be repeated with them."""
    over = {
        at: f"{spanner.label}: " for spanner in table.spanners for at in range(spanner.first, spanner.last + 1)
    }  # fmt: skip
    return (table.stub, *(over.get(at, "") + column.label for at, column in enumerate(table.columns)))


def _body_row(row: Row, table: Table, found: Fit, widths: Sequence[int], names: Names) -> str:
    if row.heading:
        words = f"\\ql\\b\\keepn {_words(row.stub, names)}"
        return f"\\trowd\\trkeep\\trgaph{BESIDE}\\cellx{sum(widths)}\n{_cell(words, found)}\\row\n"
    cells = [_words(line, names) for line in (row.stub, *row.cells)]
    return _row(cells, table, found, widths, indent=row.level * INDENT)


def _row(
    cells: Sequence[str], table: Table, found: Fit, widths: Sequence[int], *, look: str = "", head: bool = False,
    indent: int = 0,
) -> str:  # fmt: skip
    """Write a row; that of the head comes again on every page, between its rules."""
    rules = f"{RULE.format(side='t', width=15)}{RULE.format(side='b', width=10)}" if head else ""
    edges, at = [], 0
    for width in widths:
        at += width
        edges.append(f"{rules}\\cellx{at}")
    aligns = ("left", *(column.align for column in table.columns))
    moved = (f"\\li{indent}" if indent else "", *[""] * len(table.columns))
    placed = [f"{JUSTIFIED[align]}{by}{look} {words}" for align, by, words in zip(aligns, moved, cells, strict=True)]
    return f"{_start(head=head)}{''.join(edges)}\n{''.join(_cell(words, found) for words in placed)}\\row\n"


def _start(*, head: bool) -> str:
    return "\\trowd\\trkeep" + ("\\trhdr" if head else "") + f"\\trgaph{BESIDE}"


def _cell(words: str, found: Fit) -> str:
    return f"\\pard\\plain\\intbl\\sb20\\sa20\\f0\\fs{round(found.size * 2)}{words}\\cell\n"


def _words(line: Line, names: Names) -> str:
    return escaped(spoken(line, names))
