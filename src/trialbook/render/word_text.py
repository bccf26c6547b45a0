"""Lines of text in WordprocessingML: runs, numbered captions as fields, and references to them as fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.sax.saxutils import escape

from trialbook.render.inline import Code, Emphasis, Line, Mark, Part, Reference

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""
BLANKS = re.compile("[\t\n\r]+")
BOLD = "<w:b/>"
FIRST_MARK = 100_000_000
"""Word names the targets of references `_Ref` with a number of nine digits, and hides them by the underscore."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the document calls its tables, figures and sections, and where a reference can lead."""

    labels: Mapping[str, str]
    """Id -> `Table 2`, `Figure 1`, or the title of a section."""
    marks: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Id of what stands in this document -> number of its bookmark."""
    count: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Id of a caption -> the number that Word must be told, where those before it are not all in this document."""


def names_of(labels: Mapping[str, str], standing: Iterable[str]) -> Names:
    """Give a bookmark to everything that stands in the document, in order; see `Names`."""
    present = tuple(standing)
    last = {"Table": 0, "Figure": 0}
    count: dict[str, int] = {}
    for name in present:
        kind, _, number = labels[name].rpartition(" ")
        if kind in last and number.isdecimal():
            if int(number) != last[kind] + 1:
                count[name] = int(number)
            last[kind] = int(number)
    return Names(labels=labels, marks={name: place for place, name in enumerate(present, 1)}, count=count)


def text(words: str) -> str:
    """Escape words for XML; what XML cannot hold becomes the sign for an unreadable letter."""
    return escape(FORBIDDEN.sub("\ufffd", BLANKS.sub(" ", words)))


def attribute(words: str) -> str:
    """Escape words for an attribute in double quotes."""
    return text(words).replace('"', "&quot;")


def run(words: str, properties: str = "") -> str:
    """Write words in one form."""
    inside = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inside}<w:t xml:space="preserve">{text(words)}</w:t></w:r>'


def paragraph(content: str, style: str, properties: str = "") -> str:
    """Write a paragraph; `properties` in the order that the schema demands."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{content}</w:p>'


def words(line: Line, names: Names, look: str = "") -> str:
    """Write a line as runs; numbers are plain text, references are fields. `look` is a size of letters for all."""
    return "".join(_part(part, names, look) for part in line)


def spoken(line: Line, names: Names) -> str:
    """Return the words of a line as they are shown, for measuring."""
    return "".join(
        part if isinstance(part, str) else names.labels[part.to] if isinstance(part, Reference) else part.text
        for part in line
    )


def numbered(name: str, names: Names) -> str:
    """Write `Table 2` or `Figure 1` as a field that counts, under a bookmark that references lead to."""
    kind, _, number = names.labels[name].rpartition(" ")
    told = f" \\r {names.count[name]}" if name in names.count else ""
    return marked(run(f"{kind} ", BOLD) + _field(f"SEQ {kind} \\* ARABIC{told}", number, BOLD), name, names)


def marked(content: str, name: str, names: Names) -> str:
    """Put a bookmark around runs; nothing where nothing can refer to them."""
    mark = names.marks.get(name)
    if mark is None:
        return content
    start = f'<w:bookmarkStart w:id="{mark}" w:name="{_mark_name(mark)}"/>'
    return f'{start}{content}<w:bookmarkEnd w:id="{mark}"/>'


def page_of_pages() -> str:
    """Write `Page 2 of 7`; Word counts when it lays the pages out."""
    return run("Page ") + _field("PAGE", "1") + run(" of ") + _field("NUMPAGES", "1")


def _mark_name(mark: int) -> str:
    return f"_Ref{FIRST_MARK + mark}"


def _part(part: Part, names: Names, look: str) -> str:
    match part:
        case str():
            return run(part, look) if part else ""
        case Reference():
            mark = names.marks.get(part.to)
            label = names.labels[part.to]
            return run(label, look) if mark is None else _field(f"REF {_mark_name(mark)} \\h", label, look)
        case Emphasis():
            return run(part.text, f'<w:rStyle w:val="Strong"/>{look}')
        case Code():
            return run(part.text, f'<w:rStyle w:val="Code"/>{look}')
        case Mark():
            return run(part.text, f'{look}<w:vertAlign w:val="superscript"/>')
        case _:
            return run(part.text, look)


def _field(instruction: str, shown: str, properties: str = "") -> str:
    """Write a field with what it shows until Word computes it anew."""
    inside = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    sign = "<w:r>" + inside + '<w:fldChar w:fldCharType="{}"/></w:r>'
    told = f'<w:r>{inside}<w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
    return sign.format("begin") + told + sign.format("separate") + run(shown, properties) + sign.format("end")
