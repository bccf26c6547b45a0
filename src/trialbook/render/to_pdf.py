"""Set a document in PDF by typst, with the fonts that are shipped, and nothing of the machine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from trialbook.render.fonts import FAMILY, FOLDER

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in the file for the time at which it was made, so that the same document has the same bytes."""
FONTS = ("Libertinus Serif", FAMILY)
"""The first has the Latin letters, the second all others."""


def to_pdf(source: str, inputs: Mapping[str, str] | None = None) -> bytes:
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
    )
    return bytes(made)
