"""Tables to import: CSV, Excel files, the XML of a sheet, and a map with a table through the whole of an import."""

from __future__ import annotations

import io
import tempfile
import zipfile
from itertools import chain
from pathlib import Path

from tests.fuzzing.target import Check, Target, is_finite, taken_out, told

STUDY = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
visits: {anchor: enrolment, window: 3 days either side, planned: {baseline: {day: 0}, week 4: {}}}
forms:
  person: {at: once, items: {sex: {choice: {F: Female, M: Male}}, born: {date: partial}}}
  lab: {at: [baseline, week 4], items: {ck: {number: U/L, accepts: [ukat/L]}, note: {text: line}}}
  events: {at: any time, repeating: true, items: {term: {text: line}, grade: {choice: {1: Mild, 2: Severe}}}}
missing: {ND: Not done}
"""
PARTS = {
    "[Content_Types].xml": """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>""",
    "_rels/.rels": """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Target="xl/workbook.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>""",
    "xl/_rels/workbook.xml.rels": """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Target="worksheets/sheet1.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>""",
    "xl/workbook.xml": """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>""",
}
"""What stands around a sheet in an Excel file."""


def workbook_of(sheet: bytes) -> bytes:
    """Pack the XML of a sheet into an Excel file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as made:
        for name, text in PARTS.items():
            made.writestr(name, text)
        made.writestr("xl/worksheets/sheet1.xml", sheet)
    return packed.getvalue()


def prepare() -> Check:
    """Return what has to hold: a table of texts or problems; of a preview, that each answer is finite."""
    from trialbook.conduct.casebook import Casebook
    from trialbook.exchange.imports import preview_import
    from trialbook.exchange.tables import read_table
    from trialbook.protocol.read import parse_study

    study, problems = parse_study(STUDY, file="study.yaml")
    assert study is not None, problems
    scratch = Path(tempfile.mkdtemp())
    casebooks = {str(number): Casebook(participant=str(number)) for number in range(1, 4)}

    def read(name: str, content: bytes) -> None:
        file = scratch / name
        file.write_bytes(content)
        table, found = read_table(file)
        told(found)
        assert (table is None) == any(problem.level == "error" for problem in found)
        if table is not None:
            cells = chain(table.header, *(row.cells for row in table.rows))
            assert all(isinstance(cell, str) for cell in cells)
            assert all(len(row.cells) == len(table.header) for row in table.rows)

    def imported(content: bytes) -> None:
        written, _, rows = content.partition(b"\n====\n")
        (scratch / "map.yaml").write_bytes(b"trialbook-map: 1\nstudy: s\n" + written)
        (scratch / "t.csv").write_bytes(rows)
        found = preview_import(study, casebooks, (), map_file=scratch / "map.yaml", files=[scratch / "t.csv"])
        told((*found.problems, *found.notes))
        assert is_finite(found)

    def check(content: bytes) -> None:
        kind, rest = content[:1], content[1:]
        if kind == b"x":
            read("t.xlsx", rest)
        elif kind == b"s":
            read("t.xlsx", workbook_of(rest))
        elif kind == b"m":
            imported(rest)
        else:
            read("t.csv", rest)

    return check


def plant() -> None:
    """Let what the readers of Excel files raise go through."""
    from trialbook.exchange import workbook

    taken_out(workbook, "DAMAGED", ())


TARGET = Target(
    words="tables and maps to import",
    prepare=prepare,
    plant=plant,
    runs=500,
    control=2000,
    longest=2000,
    dictionary=(
        "participant",
        "column: ",
        "to: ",
        "file: ",
        "files:",
        "columns:",
        "visit: ",
        "unit: ",
        "codes: ",
        "long:",
        "ignore:",
        "status:",
        "pattern: '",
        "====",
        "lab.ck",
        "ukat/L",
        '"',
        '""',
        ";",
        "\t",
        "\r",
        "\x00",
        "\ufeff",
        "=1+1",
        "1e999",
        '<c r="A1" t="s"><v>',
        '<c t="n"><v>1e400</v></c>',
        '<c t="e"><v>#DIV/0!</v></c>',
        '<row r="0">',
        '<row r="99999999">',
        'r="XFD1048576"',
        'r="ZZZZZZZZ9"',
        't="inlineStr"',
        't="d"',
        't="b"',
        "<is><t>",
        "<f>",
        's="14"',
        "</sheetData>",
        '<mergeCell ref="A1:B2"/>',
        "<!DOCTYPE a>",
        "&#0;",
        "&lt;",
        "<![CDATA[",
        "NaN",
        "INF",
        "-1",
        "9" * 20,
    ),
)
