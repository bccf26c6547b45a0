"""A document as one HTML file: styles, figures, script and evidence inside, nothing fetched from anywhere."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from trialbook.render.document import Block, Document, Figure
from trialbook.render.evidence import runs_of, to_json
from trialbook.render.fonts import LATIN_FAMILY, LATIN_WEB
from trialbook.render.inline import Code, Emphasis, Line, Mark, Number, Part, Recorded, Reference

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
ELEMENTS: Mapping[type, str] = {Emphasis: "strong", Code: "code", Mark: "sup"}
ALIGNED = {"left": " class=l", "right": " class=r", "centre": ""}
"""Short, since they stand in every cell; the style sheet centres what has none."""
UNSAFE_IN_CSS = str.maketrans({'"': "'", "\\": "/", "<": "(", ">": ")", "\n": " ", "\r": " ", "\f": " "})
"""Letters that could end a string of the style sheet, or the style element."""


def to_html(document: Document) -> str:
    """Return the whole page; every text of the study in it is escaped."""
    from markupsafe import Markup

    labels = document.labels()
    script, style = _file("trace.js"), _file("report.css")
    page = _environment().get_template("document.html.j2")
    return page.render(
        document=document,
        labels=labels,
        line=lambda parts: to_markup(parts, labels),
        kind=kind,
        font=Markup(_font() if any(isinstance(block, Figure) for block in document.blocks()) else ""),  # noqa: S704 - as below
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        script_hash=b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        evidence=Markup(to_json(document.evidence)),  # noqa: S704 - `to_json` leaves no letter that ends an element
        running=Markup(_css_string(_running_head(document))),  # noqa: S704 - as above
        aligned={name: Markup(text) for name, text in ALIGNED.items()},  # noqa: S704 - words of this file
        unquoted=Markup,
    )


def kind(block: Block) -> str:
    """Name the macro that draws a block."""
    return type(block).__name__.lower()


def to_markup(line: Line, labels: Mapping[str, str]) -> Markup:
    """Write a line of text; numbers become links to their rows, references become links to what they name."""
    from markupsafe import Markup, escape

    return Markup("".join([_part(part, labels, escape) for part in line]))  # noqa: S704 - `_part` escapes


def _part(part: Part, labels: Mapping[str, str], escape: Callable[[str], str]) -> str:
    """Write one part; plain strings, since a report has tens of thousands of them."""
    match part:
        case str():
            return escape(part)
        case Number():
            return f'<a class="n" href="#{fragment(part.result_id)}">{escape(part.text)}</a>'
        case Recorded():
            if not part.entries:
                return escape(part.text)
            return f'<a class="n v" href="#entries" data-e="{_numbered(part)}">{escape(part.text)}</a>'
        case Reference():
            return f'<a class="ref" href="#{fragment(part.to)}">{escape(labels[part.to])}</a>'
        case Emphasis() | Code() | Mark():
            element = ELEMENTS[type(part)]
            return f"<{element}>{escape(part.text)}</{element}>"


def _numbered(part: Recorded) -> str:
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs_of(part.entries))


def fragment(name: str) -> str:
    """Write a name as the part of an address behind `#`."""
    return quote(name, safe="")


def _running_head(document: Document) -> str:
    return f"{document.notice.label} · {document.title}"


def _css_string(text: str) -> str:
    return '"' + text.translate(UNSAFE_IN_CSS) + '"'


@cache
def _font() -> str:
    """Return the rule that holds the font of the figures, so that they look the same on every machine."""
    letters = b64encode(LATIN_WEB.read_bytes()).decode()
    return f'@font-face{{font-family:"{LATIN_FAMILY}";src:url(data:font/woff2;base64,{letters}) format("woff2")}}'


@cache
def _file(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
