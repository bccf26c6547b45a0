"""The Word file, read back as a journal's editor would open it.

WORD-01: headings, captions, tables and lists are those of Word, in the order of the document.
WORD-02: captions are counted by fields, and the text refers to them by fields that lead to their bookmarks.
WORD-03: tables have a head that returns on each page, spanners over their columns, no vertical rule, and stay with
    their captions; decimal points stand in one line.
WORD-04: figures are pictures at 300 dots an inch no wider than the text, with words for those who do not see them.
WORD-05: every page, upright or turned, has the study, whose data, and its number; a file of invented data says so.
WORD-06: the same document gives the same bytes, which name no person, no machine, no path and no day.
WORD-07: texts of any alphabet, and such as XML cannot hold, do not break the file.
WORD-08: what is folded is left to the page, and named; numbers of tables stay those of the page.
"""

from __future__ import annotations

import getpass
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from PIL import Image

from trialbook.render.document import Block, Document, Facts, Figure, Items, Notice, Paragraph, Section
from trialbook.render.evidence import Evidence
from trialbook.render.inline import Code, Emphasis, Mark, Number, Recorded, Reference
from trialbook.render.table import Column, Row, Spanner, Table
from trialbook.render.to_docx import to_docx
from trialbook.render.word_layout import LANDSCAPE, PORTRAIT, ems, fit
from trialbook.render.word_text import Names

LABELS = ("Mean ± SD", "p")
VALUES = (("4.3 ± 1.2", "0.043"), ("−12.25 ± 10", "<0.001"), ("–", "0.5"))


def picture(width: int = 1890, height: int = 900) -> bytes:
    """Return a white picture at 300 dots an inch."""
    stream = io.BytesIO()
    Image.new("L", (width, height), 255).save(stream, "png", dpi=(300, 300))
    return stream.getvalue()


def table(name: str, *, numbered: bool = True, folded: bool = False, rows: int = 3) -> Table:
    """Return a table with a group, spanner, footnote and numbers of several decimals."""
    body = (
        Row(stub=(f"{name}: power",), heading=True),
        *(
            Row(
                stub=(f"Week {place}",),
                level=1,
                cells=tuple((Number(f"r.{name}", text),) for text in VALUES[place % 3]),
            )
            for place in range(rows)
        ),
    )
    return Table(
        id=name, title=f"Title of {name}", stub="Visit", columns=tuple(Column(label=label) for label in LABELS),
        body=body, spanners=(Spanner(label="Change", first=0, last=1),), numbered=numbered, folded=folded,
        footnotes=(("SD: standard deviation.", Mark("a")),),
    )  # fmt: skip


def figure(name: str = "f1", png: bytes = b"") -> Figure:
    """Return a figure with a picture."""
    return Figure(
        id=name, title="Power", svg="<svg></svg>", alt='Line chart of "power" & more.', caption=("n: participants.",),
        table=table("numbers", numbered=False), png=png or picture(),
    )  # fmt: skip


def wide() -> Table:
    """Return a table that only a turned page holds."""
    columns = tuple(Column(label=f"Column {place}") for place in range(14))
    row = Row(stub=("A",), cells=(("1 234.5 (67.8)",),) * 14)
    return Table(id="t-wide", title="Wide", stub="S", columns=columns, body=(row,))


BLOCKS: tuple[Block, ...] = (
    Paragraph(
        line=("See ", Reference("t2"), ", ", Reference("f1"), " and ", Reference("s2"), "; ", Number("r", "3.3"))
    ),
    Paragraph(line=("Caution: few.",), kind="warning"),
    table("t1"),
    Items(lines=((Emphasis("I1."), " Age"), ("second",))),
    Items(lines=(("one",), ("two",)), ordered=True),
    Items(lines=(("again one",),), ordered=True),
    Facts(pairs=(("Study file", (Code("ab" * 32),)),)),
    table("t-folded", folded=True),
    table("t2", numbered=True),
    table("t-plain", numbered=False),
    figure(),
)


def document(*blocks: Block, invented: bool = True, title: str = "Rituximab & 力", **more: Any) -> Document:
    """Return a document with two sections."""
    sections = (
        Section(id="s1", title="Results", sections=(Section(id="s2", title="Power", blocks=blocks or BLOCKS),)),
        Section(id="appendix", title="All results", folded=True, blocks=(table("t-all", numbered=False),)),
    )
    label = "Invented data" if invented else "Real data"
    fixed: dict[str, Any] = {
        "study": "rituximab-pm", "title": title, "subtitle": "Report", "language": "en", "sections": sections,
        "notice": Notice(label=label, invented=invented, line=("No value belongs to a person.",)),
        "evidence": Evidence(zone="UTC", facts=(), behind={}, derived={}, variables={}), "foot": "Made by trialbook 1.",
    }  # fmt: skip
    return Document(**{**fixed, **more})


@pytest.fixture(scope="module")
def packed() -> bytes:
    """Return the file of the whole document."""
    return to_docx(document())


@pytest.fixture(scope="module")
def word(packed: bytes) -> WordDocument:
    """Return the file as read back."""
    return docx.Document(io.BytesIO(packed))


@pytest.fixture(scope="module")
def body(packed: bytes) -> str:
    """Return the XML of its text."""
    return part(packed, "word/document.xml")


def part(packed: bytes, name: str) -> str:
    """Return one part as text."""
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        return file.read(name).decode()


def fields(xml: str) -> list[str]:
    """Return the instructions of the fields, in order."""
    return [found.strip() for found in re.findall(r"<w:instrText[^>]*>([^<]*)<", xml)]


def styled(word: WordDocument, style: str) -> list[str]:
    """Return the words of the paragraphs in a style."""
    return [one.text for one in word.paragraphs if one.style is not None and one.style.name == style]


def test_it_is_built_of_words_own_parts(word: WordDocument) -> None:
    """WORD-01: by the names that Word has for its styles, so that its navigation and lists of tables work."""
    assert styled(word, "Title") == ["Rituximab & 力"]
    assert styled(word, "Heading 1") == ["Results", "What stands elsewhere"]
    assert styled(word, "Heading 2") == ["Power"]
    assert styled(word, "List Bullet") == ["I1. Age", "second"]
    assert styled(word, "List Number") == ["one", "two", "again one"]
    assert styled(word, "Warning") == ["Caution: few."]
    assert [len(one.rows) for one in word.tables] == [6, 1, 6, 6]
    assert (word.sections[0].page_width.mm, word.sections[0].page_height.mm) == pytest.approx((210, 297), abs=0.5)  # type: ignore[union-attr]


def test_numbered_lists_begin_anew(body: str, packed: bytes) -> None:
    """WORD-01: each has a number of its own, that begins at 1."""
    used = re.findall(r'"ListNumber"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="(\d+)"', body)
    assert used == ["2", "2", "3"]
    assert part(packed, "word/numbering.xml").count('<w:startOverride w:val="1"/>') == 2


def test_captions_and_references_are_fields(word: WordDocument, body: str) -> None:
    """WORD-02: `Table 3` in the text and over the table, both for Word to count; targets are bookmarks."""
    assert styled(word, "Caption") == ["Table 1. Title of t1", "Table 3. Title of t2", "Title of t-plain"]
    assert styled(word, "Figure Caption") == ["Figure 1. Power. n: participants."]
    assert word.paragraphs[5].text == "See Table 3, Figure 1 and Power; 3.3"
    found = fields(body)
    assert [one for one in found if one.startswith("SEQ")] == [
        r"SEQ Table \* ARABIC", r"SEQ Table \* ARABIC \r 3", r"SEQ Figure \* ARABIC",
    ]  # fmt: skip
    marks = dict(re.findall(r'<w:bookmarkStart w:id="\d+" w:name="([^"]+)"/>(.*?)<w:bookmarkEnd', body))
    shown = {name: "".join(re.findall(r"<w:t [^>]*>([^<]*)<", inside)) for name, inside in marks.items()}
    referred = [one.split()[1] for one in found if one.startswith("REF")]
    assert [shown[name] for name in referred] == ["Table 3", "Figure 1", "Power"]


def test_tables(word: WordDocument, body: str) -> None:
    """WORD-03: repeated heads, a spanner as one merged cell, rules only across, rows whole, captions kept."""
    first = word.tables[0]
    heads = [row for row in first.rows if row._tr.findall(f".//{qn('w:tblHeader')}")]  # noqa: SLF001 - no other way
    assert [[cell.text for cell in row.cells] for row in heads] == [["", "Change", "Change"], ["Visit", *LABELS]]
    assert heads[0].cells[1]._tc is heads[0].cells[2]._tc  # noqa: SLF001 - as above
    assert [cell.text for cell in first.rows[3].cells] == ["Week 0", "4.3 ± 1.2", "0.043"]
    assert not re.findall(r"<w:(insideV|left|right) w:val=\"single\"", body)
    assert body.count("<w:cantSplit/>") == 18
    assert all(before.endswith("<w:keepNext/>") for before in re.findall(r'"Caption"/>.{13}', body))
    rows = re.findall(r"<w:tr>.*?</w:tr>", body.partition("Title of t1")[2].partition("</w:tbl>")[0])
    assert all("<w:keepNext/>" in row for row in rows), "the footnote stands on the page of the table"


def test_decimal_points_stand_in_line(body: str) -> None:
    """WORD-03: by indents from the right, so that copied text is the number alone; other cells are centred."""
    cells = re.findall(
        r'(<w:ind w:right="(\d+)"/><w:jc w:val="right"/>|<w:jc w:val="center"/>)</w:pPr>(.*?)</w:p>', body
    )
    placed = {"".join(re.findall(r"<w:t [^>]*>([^<]*)<", text)): indent for _, indent, text in cells}
    assert placed["–"] == ""
    assert int(placed["0.5"]) - int(placed["0.043"]) == pytest.approx(2 * 0.556 * 1.03 * 8.5 * 20, abs=1)
    assert int(placed["−12.25 ± 10"]) < int(placed["4.3 ± 1.2"]) + 100


def test_figures(word: WordDocument, body: str, packed: bytes) -> None:
    """WORD-04."""
    (shape,) = word.inline_shapes
    assert shape.width.inches == pytest.approx(6.3, abs=0.01)
    alt = "Invented data. Line chart of &quot;power&quot; &amp; more."
    assert re.findall(r'<wp:docPr [^>]*descr="([^"]*)"', body) == [alt]
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        (name,) = (one for one in file.namelist() if one.endswith(".png"))
        assert Image.open(io.BytesIO(file.read(name))).info["dpi"] == pytest.approx((300, 300), abs=1)
    broad = docx.Document(io.BytesIO(to_docx(document(figure(png=picture(4000, 800))))))
    assert broad.inline_shapes[0].width.twips == pytest.approx(PORTRAIT, abs=1)


def test_a_figure_without_a_picture_is_refused() -> None:
    """WORD-04: it would be lost without a word."""
    bare = replace(figure(), png=b"")
    with pytest.raises(ValueError, match="raster=True"):
        to_docx(document(bare))


def heads_and_feet(packed: bytes) -> Iterator[tuple[str, str, int]]:
    """Yield the header, the footer and the width of every section's pages."""
    read = docx.Document(io.BytesIO(packed))
    for section in read.sections:
        assert not section.header.is_linked_to_previous
        width = section.page_width.twips  # type: ignore[union-attr]
        yield section.header._element.xml, section.footer.paragraphs[0].text, width  # noqa: SLF001 - its fields


@pytest.mark.parametrize("invented", [True, False])
def test_every_page_says_whose_data(*, invented: bool) -> None:
    """WORD-05: also turned pages; the label is in a strong colour, in capitals."""
    packed = to_docx(document(*BLOCKS, wide(), Paragraph(line=("after",)), invented=invented))
    found = list(heads_and_feet(packed))
    assert [width for _, _, width in found] == [11906, 16838, 11906]
    for header, foot, _ in found:
        assert fields(header) == ["PAGE", "NUMPAGES"]
        assert ">rituximab-pm<" in header
        assert (">Invented data<" in header, ">Real data<" in header) == (invented, not invented)
        assert foot == "Made by trialbook 1."
    label = part(packed, "word/styles.xml").partition('w:styleId="DataLabel"')[2].partition("</w:style>")[0]
    assert "<w:caps/>" in label
    assert ('w:val="A3123A"' in label) == invented
    assert docx.Document(io.BytesIO(packed)).core_properties.title.startswith("Invented data: ") == invented


def test_wide_tables_stand_on_turned_pages() -> None:
    """WORD-03, WORD-05: with the heading over them; the widths fill the page and no more."""
    packed = to_docx(document(wide()))
    body = part(packed, "word/document.xml")
    before, _, after = body.partition("<w:sectPr>")
    assert ">Rituximab &amp; 力<" in before
    assert ">Power<" in after
    widths = [
        sum(map(int, re.findall(r'gridCol w:w="(\d+)"', grid)))
        for grid in re.findall("<w:tblGrid>.*?</w:tblGrid>", body)
    ]
    assert all(PORTRAIT < width <= LANDSCAPE for width in widths)


def test_a_narrow_table_has_room_for_what_spans_it() -> None:
    """WORD-03: a heading over narrow columns stands in one line where the page is wide enough for it."""
    said = "Haemoglobin (g/dL): with both 3, worse 1, of these grade 3 or more 0"
    body = (Row(stub=(said,), heading=True), Row(stub=("0",), level=1, cells=(("2",), ("1",))))
    columns = (Column(label="0"), Column(label="1"))
    found = fit(Table(id="t", title="T", stub="At entry", columns=columns, body=body), Names(labels={}))
    room = (sum(found.widths) - 130) / (found.size * 20)
    assert ems(said) < room
    assert sum(found.widths) <= PORTRAIT
    assert not found.landscape


def test_same_bytes_and_nobodys_name(packed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """WORD-06: on another day, in another folder; no part says who, where or when."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert to_docx(document()) == packed
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        assert {one.date_time for one in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        text = "".join(file.read(name).decode("latin-1") for name in file.namelist())
    properties = docx.Document(io.BytesIO(packed)).core_properties
    assert (properties.author, properties.last_modified_by, properties.created) == ("", "", None)
    assert properties.language == "en-GB"
    for word_ in (
        "python-docx",
        "Microsoft Macintosh",
        str(Path.home()),
        str(tmp_path),
        "rsid",
        f">{getpass.getuser()}<",
    ):
        assert word_ not in text


def test_any_text_is_a_text() -> None:
    """WORD-07: markup, control characters, other alphabets."""
    hostile = '<w:p> ]]> & \x0b\x00\ud800 力 "q" \'\nnext'
    read = docx.Document(io.BytesIO(to_docx(document(Paragraph(line=(hostile, Recorded((1,), "5"))), title=hostile))))
    assert '<w:p> ]]> & ��� 力 "q" \' next5' in [one.text for one in read.paragraphs]
    assert "力" in read.core_properties.title


def test_what_is_folded_is_left_to_the_page(word: WordDocument) -> None:
    """WORD-08: named at the end; a section may bring something in its place; long tables are cut, and say so."""
    texts = [one.text for one in word.paragraphs]
    assert texts[-1].endswith("entries: Title of t-folded; All results.")
    brief = Section(id="appendix", title="In brief", blocks=(Paragraph(line=("Few.",)),))
    folded = Section(id="appendix", title="All", folded=True, blocks=(table("t-all"),), paper=brief)
    told = docx.Document(io.BytesIO(to_docx(document(sections=(folded,)))))
    assert [one.text for one in told.paragraphs][-2:] == ["In brief", "Few."]
    long = docx.Document(io.BytesIO(to_docx(document(table("t1", rows=400)))))
    assert len(long.tables[0].rows) == 152
    many = docx.Document(io.BytesIO(to_docx(document(Items(lines=(("one",),) * 50)))))
    assert "And 10 more; report.html has all." in [one.text for one in many.paragraphs]
    assert "Rows 1 to 150 of 401; report.html has all." in [one.text for one in long.paragraphs]
