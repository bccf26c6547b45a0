"""Set a document in PDF by typst, with the fonts that are shipped, and nothing of the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trialbook.render.fonts import FAMILY, FOLDER

if TYPE_CHECKING:
    from trialbook.render.document import Document

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in the file for the time at which it was made, so that the same document has the same bytes."""
FONTS = ("Libertinus Serif", FAMILY)
"""The first has the Latin letters, the second all others."""
TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
ACCESSIBLE = ("ua-1",)
"""PDF/UA-1: tags, titles, words for pictures; typst refuses a report that lacks any of them."""


def document_pdf(document: Document) -> bytes:
    """Return a report as PDF/UA-1: headings, contents, numbered tables and figures, references, page numbers."""
    from trialbook.render.pdf_content import content

    data = json.dumps({**content(document), "fonts": FONTS}, ensure_ascii=False)
    source = TEMPLATE.read_text(encoding="utf-8")
    return to_pdf(source, {"data": data}, standards=ACCESSIBLE)


def to_pdf(
    source: str,
    inputs: Mapping[str, str] | None = None,
    *,
    standards: Sequence[str] = (),
) -> bytes:
    """Return the PDF, with tags for screen readers, of a text in typst's language; `inputs` is its `sys.inputs`.

    Texts of a study belong into `inputs`, as JSON: what is written into the source is read as typst's language.
    """
    import typst

    made = typst.compile(  # type: ignore[call-overload]  # its own types want paths and text to be of one kind
        source.encode(),
        format="pdf",
        font_paths=[FOLDER],
        ignore_system_fonts=True,
        sys_inputs=dict(inputs or {}),
        timestamp=BEGINNING,
        pdf_standards=list(standards),
    )
    return bytes(made)
