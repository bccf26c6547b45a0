"""The files of a report, each from the same document."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from trialbook.analysis.results import Results
from trialbook.protocol.model import Study
from trialbook.render.document import Document
from trialbook.render.inline import Recorded
from trialbook.render.table import Table

Kind = Literal["word", "pdf", "rtf", "figures"]
PAGE, RESULTS = "report.html", "results.csv"
NAMES: dict[Kind, str] = {"word": "report.docx", "pdf": "report.pdf", "rtf": "listings.rtf"}
"""Kind of file that is made where it is asked for -> its name."""
ALL_NAMES = (PAGE, RESULTS, *NAMES.values())
"""Every file that a report can have, beside those of its figures."""
FIGURES = "figures"
"""Folder of the figures, each as a drawing and as a table of its data."""
FIGURE_FILES = ("figure-[0-9][0-9]*.svg", "figure-[0-9][0-9]*.csv")
"""Names of these."""


def files_of(document: Document, results: Results, study: Study, kinds: Collection[Kind]) -> dict[str, bytes]:
    """Return name -> bytes of every file that is asked for; the page comes last, since it is opened first."""
    from trialbook.render.to_csv import results_csv
    from trialbook.render.to_html import to_html

    files = {RESULTS: results_csv(results, data=study.identity.data)}
    files |= {name: _written(kind, document) for kind, name in NAMES.items() if kind in kinds}
    if "figures" in kinds:
        from trialbook.render.figure_files import figure_files

        drawn = figure_files(document, results.by_id())
        files |= {f"{FIGURES}/{name}": content for name, content in drawn.items()}
    return {**files, PAGE: to_html(document).encode()}


def listings(document: Document) -> tuple[Table, ...]:
    """Return the tables that list what was recorded row by row, the folded ones too, in the order of the report."""
    tables = (block for block in document.blocks() if isinstance(block, Table))
    return tuple(
        table for table in tables if any(isinstance(part, Recorded) for line in table.lines() for part in line)
    )


def _written(kind: Kind, document: Document) -> bytes:
    """Return one file; each library is loaded only where its file is asked for."""
    if kind == "word":
        from trialbook.render.to_docx import to_docx

        return to_docx(document)
    if kind == "pdf":
        from trialbook.render.to_pdf import document_pdf

        return document_pdf(document)
    from trialbook.render.to_rtf import to_rtf

    return to_rtf(document, listings(document))
