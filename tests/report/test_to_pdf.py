"""The PDF of a report, read back by poppler.

PDF-01: title, contents, headings, captions and references of the document stand in it; pages are counted.
PDF-02: whose data stands on every page; a file of invented data says so in its title too.
PDF-03: it is PDF/UA-1: tagged, with words for every figure; typst refuses it otherwise.
PDF-04: the same document gives the same bytes, which name no person, no machine and no path.
PDF-05: texts of any alphabet, and such as typst's language would read, stand as they were written.
"""

from __future__ import annotations

import getpass
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import installed

from trialbook.render.document import Document, Figure, Items, Paragraph, Section
from trialbook.render.inline import plain
from trialbook.render.paper import on_paper
from trialbook.render.table import Table
from trialbook.render.to_pdf import document_pdf

NAME = re.compile(r"(?:^|; )(\w+) ")
"""The statistics in a line of the appendix."""


@pytest.fixture(scope="module")
def made(document: Document) -> bytes:
    """Return the PDF of the small study."""
    return document_pdf(document)


def read(made: bytes, tmp_path: Path, tool: str, *options: str) -> str:
    """Return what a tool of poppler reads of the file."""
    path = tmp_path / "report.pdf"
    path.write_bytes(made)
    out = ["-"] if tool == "pdftotext" else []
    command = [installed(tool), *options, str(path), *out]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def squeezed(text: str) -> str:
    """Return a text without blanks, since lines are broken anywhere."""
    return "".join(text.split()).replace("\u2060", "")


def test_headings_captions_and_pages(document: Document, made: bytes, tmp_path: Path) -> None:
    """PDF-01: every section, table and figure that stands on paper; page numbers of all pages."""
    pages = read(made, tmp_path, "pdftotext", "-layout").split("\f")[:-1]
    whole = squeezed(" ".join(pages))
    paper = on_paper(document)
    assert all(squeezed(section.title) in whole for section in paper.walk())
    labels = document.labels()
    for block in paper.blocks():
        if isinstance(block, Figure) or (isinstance(block, Table) and block.numbered):
            assert squeezed(f"{labels[block.id]}. {block.title}") in whole
    assert all(f"Page {place} of {len(pages)}" in page for place, page in enumerate(pages, 1))
    assert "Contents" in pages[0]


def test_invented_on_every_page(document: Document, made: bytes, tmp_path: Path) -> None:
    """PDF-02: in the head of each page; real data are called real."""
    pages = read(made, tmp_path, "pdftotext", "-layout").split("\f")[:-1]
    assert all("Invented data" in page.partition("\n")[0] for page in pages)
    info = read(made, tmp_path, "pdfinfo")
    assert "Invented data: " in info
    assert "Tagged:          yes" in info
    real = replace(document, notice=replace(document.notice, label="Real data", invented=False))
    pages = read(document_pdf(real), tmp_path, "pdftotext", "-layout").split("\f")[:-1]
    assert all("Real data" in page.partition("\n")[0] for page in pages)


def test_accessible(made: bytes) -> None:
    """PDF-03: the file claims the standard, which typst checked."""
    assert b"pdfuaid:part>1<" in made
    assert b"/Alt" in made


def test_same_bytes_without_names(document: Document, made: bytes) -> None:
    """PDF-04: made twice."""
    assert document_pdf(document) == made
    assert getpass.getuser().encode() + b"/" not in made
    assert str(Path(__file__).parents[2]).encode() not in made


def test_any_text(document: Document, tmp_path: Path) -> None:
    """PDF-05: signs of typst's language, of mathematics and of other alphabets."""
    hostile = '#panic("x") *b* $x^2$ <label> @ref \\u{1F600} = head 利妥昔單抗 “q” ≥ µ'
    lines = ((hostile,), ("#" * 9,), ("// no comment",))
    section = Section(id="s", title=hostile, blocks=(Items(lines=lines, ordered=True), Paragraph(line=(hostile,))))
    text = squeezed(read(document_pdf(replace(document, sections=(section,))), tmp_path, "pdftotext"))
    assert text.count(squeezed(hostile)) >= 3
    assert "//nocomment" in text


def test_every_number_has_its_id_in_the_appendix(document: Document) -> None:
    """PDF-01: an id that is shown is a line's beginning and a word before its value."""
    paper = on_paper(document)
    (index,) = (block for block in paper.blocks() if isinstance(block, Table) and block.id == "table-numbers")
    written = {
        f"{plain(row.stub)}.{name}" for row in index.body if row.cells for name in NAME.findall(plain(row.cells[0]))
    }
    shown = {number.result_id for number in paper.numbers()}
    assert len(shown) > 150
    assert shown <= written
