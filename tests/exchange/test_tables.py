"""Foreign files as tables of text: everything is understood, or refused with its place and a sentence.

TAB-01: CSV is read in UTF-8 with or without a mark and in UTF-16, with comma, semicolon or tab, with any line end.
TAB-02: rows have the numbers that a spreadsheet program shows; blank rows and unnamed empty columns say nothing.
TAB-03: what cannot be read for certain is refused with code and row, every such row at once.
TAB-04: what is no table, is under a wrong name or too large is refused with a sentence.
TAB-05: Excel cells are read as the text that a spreadsheet shows; error values stay visible.
TAB-06: formulas without a value, merged cells, sheets without end and files that unpack without end are refused.
TAB-07: no input makes the reader fail with anything but problems.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from trialbook.exchange import grid, tables, workbook
from trialbook.exchange.tables import LARGEST_FILE, Table, read_table
from trialbook.wording import remedy, sentence


def written(folder: Path, content: bytes | str, name: str = "t.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path, **options: Any) -> Table:
    """Read a file that must be a table."""
    table, problems = read_table(path, **options)
    assert table is not None, [sentence(problem) for problem in problems]
    return table


def refusals(path: Path, **options: Any) -> list[tuple[str, int | None]]:
    """Return code and row of what stands against a file; each has a sentence and a remedy."""
    table, problems = read_table(path, **options)
    assert (table is None) == any(problem.level == "error" for problem in problems)
    for problem in problems:
        assert problem.place.file == path.name
        assert len(sentence(problem)) > 15
        assert len(remedy(problem)) > 15
    return [(problem.code, problem.place.line) for problem in problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_common_csv_reads_the_same(tmp_path: Path, encoding: str, separator: str, end: str) -> None:
    """TAB-01."""
    rows = (("id", "näme", "CK before/after"), ("1", '"a ""b"", c;\td"', "4.3/–"), ("2", "", " <0.2 "))
    content = end.join(separator.join(row) for row in rows).encode(encoding)
    table = read(written(tmp_path, content))
    assert table.header == ("id", "näme", "CK before/after")
    assert table.rows == ((2, ("1", 'a "b", c;\td', "4.3/–")), (3, ("2", "", "<0.2")))
    assert table.sha256 == hashlib.sha256(content).hexdigest()
    assert (table.name, table.sheet) == ("t.csv", None)


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path: Path) -> None:
    """TAB-02: a quoted line end is no row, a blank row is one; empty columns without a name are left out."""
    table = read(written(tmp_path, 'id," long\n name ",,\n1,"a\nb",,\n\n ,,,\n2,c,,\n'))
    assert table.header == ("id", "long name")
    assert [(row.number, row.cells) for row in table.rows] == [(2, ("1", "a\nb")), (5, ("2", "c"))]


def test_row_numbers_of_a_statistics_program(tmp_path: Path) -> None:
    """TAB-02: a first column without a name is left out, and told once."""
    path = written(tmp_path, '"","id","ck"\n"1","P1",57\n"2","P2",61\n')
    assert read(path).rows == ((2, ("P1", "57")), (3, ("P2", "61")))
    assert refusals(path) == [("TABLE-11", 2)]


def test_a_header_further_down_and_a_separator_of_the_map(tmp_path: Path) -> None:
    """TAB-01, TAB-02."""
    path = written(tmp_path, "Laboratory,Solna\nprinted;today\nid;a,b\n1;2\n")
    assert refusals(path, header_row=3) == [("TABLE-16", 3)]
    assert refusals(path) == [("TABLE-10", 2), ("TABLE-10", 4)]
    table = read(path, separator=";", header_row=3)
    assert (table.header, table.rows) == (("id", "a,b"), ((4, ("1", "2")),))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\n1\n2,3\n4,5,6\n", [("TABLE-10", 2), ("TABLE-10", 4)]),
        ("a,,c,\n1,,3,\n4,2,5,\n6,7,8,9\n", [("TABLE-11", 3), ("TABLE-11", 4)]),
        ("a,b,a,b\n1,2,3,4\n", [("TABLE-13", 1), ("TABLE-13", 1)]),
        ("a,b\n1,é\n".encode("latin-1"), [("TABLE-14", 2)]),
        (b"a,b\r\n1,\xff\x00\n", [("TABLE-15", 2)]),
        (b"\xff\xfea\x00,\x00b\x00\n\x00\x00", [("TABLE-14", 2)]),
        ("a,b\n1,x\0y\n", [("TABLE-15", 2)]),
        ("a\0,b\0", [("TABLE-15", 1)]),
        ("a,b;c\n1,2\n", [("TABLE-16", 1)]),
        ('a,b\n1,"x\n2,y\n3,z\n', [("TABLE-17", 2)]),
        ('a,b\n1,"x"y\n2,z\n', [("TABLE-17", 2)]),
        ('a,b\n1,"x\n2,"y\n', [("TABLE-17", 2)]),
        (f"a,b\n1,x\n2,{'y' * 120_000}\n", [("TABLE-18", 3)]),
        (f"a,b\n1,x\n2,{'y' * 200_000}\n", [("TABLE-18", 3)]),
        ("\n\na,b\n1,2\n", [("TABLE-09", 1)]),
        (",,\n1,2,3\n", [("TABLE-09", 1)]),
        ("a,b\n", [("TABLE-12", 1)]),
        ("a,b\n , \n", [("TABLE-12", 1)]),
        (b"", [("TABLE-05", None)]),
        (" \r\n\t", [("TABLE-05", None)]),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_row(
    tmp_path: Path, content: str | bytes, expected: list[tuple[str, int | None]]
) -> None:
    """TAB-03: a table without rows is no mistake, but it is told."""
    assert refusals(written(tmp_path, content)) == expected


def test_what_is_no_file_of_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TAB-04."""
    assert refusals(tmp_path / "absent.csv") == [("TABLE-01", None)]
    assert refusals(tmp_path) == [("TABLE-02", None)]
    huge = written(tmp_path, b"", "huge.csv")
    with huge.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    assert refusals(huge) == [("TABLE-03", None)]
    here = written(tmp_path, "a\n1\n")

    def denied(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert refusals(here) == [("TABLE-04", None)]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("t.xls", b"\xd0\xcf\x11\xe0", "TABLE-06"),
        ("t.ods", b"PK\x03\x04", "TABLE-06"),
        ("t.xlsx", b"a,b\n1,2\n", "TABLE-07"),
        ("t.xlsx", b"PK\x03\x04 cut off", "TABLE-19"),
        ("t.xlsx", b"\xd0\xcf\x11\xe0 locked by a password", "TABLE-19"),
        ("t.csv", b"PK\x03\x04", "TABLE-08"),
        ("t.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "TABLE-14"),
    ],
)
def test_what_is_under_a_wrong_name(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    """TAB-04."""
    assert [found for found, _ in refusals(written(tmp_path, content, name))] == [code]


# ---- Excel ------------------------------------------------------------------------------------------------------


def saved(
    folder: Path, rows: list[list[Any]], change: Callable[[Any], None] | None = None, name: str = "t.xlsx"
) -> Path:
    """Write a workbook with a sheet `Labs` of these rows and a second sheet `Notes`."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Labs"
    for row in rows:
        sheet.append(row)
    book.create_sheet("Notes").append(["nothing"])
    if change is not None:
        change(sheet)
    book.save(folder / name)
    book.close()
    return folder / name


def rewritten(path: Path, change: Callable[[str], str]) -> Path:
    """Change the XML of the first sheet of a workbook."""
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    changed = change(parts[part].decode())
    assert changed != parts[part].decode()
    parts[part] = changed.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name, content in parts.items():
            after.writestr(name, content)
    return path


def test_excel_cells_are_read_as_they_are_shown(tmp_path: Path) -> None:
    """TAB-05."""
    cells: list[tuple[Any, str]] = [
        (57.0, "57"),
        (4.3, "4.3"),
        (0.1 + 0.2, "0.3"),
        (-1e-7, "-0.0000001"),
        (1e16, "10000000000000000"),
        (date(2014, 1, 6), "2014-01-06"),
        (datetime(2014, 1, 6, 9, 30), "2014-01-06T09:30:00"),  # noqa: DTZ001 - spreadsheets know no time zone
        (time(9, 30), "09:30:00"),
        (timedelta(hours=30, seconds=5), "30:00:05"),
        (True, "TRUE"),
        ("57/61", "57/61"),
        (" <0.2 ", "<0.2"),
        ("007", "007"),
    ]
    table = read(saved(tmp_path, [["id", "value"], *[[n, value] for n, (value, _) in enumerate(cells)]]))
    assert [row.cells[1] for row in table.rows] == [text for _, text in cells]
    assert [row.cells[0] for row in table.rows] == [str(n) for n in range(len(cells))]
    assert (table.sheet, table.other_sheets) == ("Labs", ("Notes",))


def test_percentages_are_read_as_they_are_shown(tmp_path: Path) -> None:
    """TAB-05: a hematocrit that the sheet shows as 42% is stored as 0.42; its sign tells which of the two was meant."""
    formats = ["0%", "0.0%", "0.00\\ %", "0.00", '0.0" of 100%"', "General"]

    def format_cells(sheet: Any) -> None:
        for number, code in enumerate(formats, start=2):
            sheet.cell(number, 1).number_format = code
        sheet.cell(8, 1).number_format = "0%"
        sheet.cell(9, 1).number_format = "0%"

    cells = [0.42, 0.425, 0.07, 0.42, 0.42, 0.42, "<5", None]
    table = read(saved(tmp_path, [["value", "id"], *[[cell, 1] for cell in cells]], format_cells))
    assert [row.cells[0] for row in table.rows] == ["42%", "42.5%", "7%", "0.42", "0.42", "0.42", "<5", ""]


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    """TAB-05."""
    path = saved(tmp_path, [["id"], [1]])
    assert read(path).header == ("id",)
    assert refusals(path, sheet="Notes") == [("TABLE-12", 1)]
    assert refusals(path, sheet="Lab") == [("TABLE-21", None)]


def test_rows_above_the_header_and_blank_rows(tmp_path: Path) -> None:
    """TAB-02: rows keep the numbers of the sheet."""
    path = saved(
        tmp_path, [["Laboratory of Solna"], [], ["id", "ck"], [1, 57], [], [2, 61]], lambda s: s.merge_cells("A1:B1")
    )
    assert read(path, header_row=3).rows == ((4, ("1", "57")), (6, ("2", "61")))


def test_error_values_stay_visible(tmp_path: Path) -> None:
    """TAB-05: also where they are all that a row or column holds."""

    def spoil(sheet: Any) -> None:
        for place, text in (("B3", "#DIV/0!"), ("C2", "#N/A"), ("B5", "#REF!")):
            sheet[place] = text
            sheet[place].data_type = "e"

    table = read(saved(tmp_path, [["id", "ck", "alt"], [1, 57], [2], [3, 61]], spoil))
    assert table.rows == (
        (2, ("1", "57", "#N/A")),
        (3, ("2", "#DIV/0!", "")),
        (4, ("3", "61", "")),
        (5, ("", "#REF!", "")),
    )


def test_formulas_without_a_value_are_refused(tmp_path: Path) -> None:
    """TAB-06: a program wrote them, and no spreadsheet has computed them yet."""
    path = saved(tmp_path, [["id", "ck"], [1, "=40+17"], [2, 61], [3, "=B2"]])
    assert refusals(path) == [("TABLE-23", 2), ("TABLE-23", 4)]


def test_merged_cells_are_refused(tmp_path: Path) -> None:
    """TAB-06: a participant written once for three rows."""
    path = saved(tmp_path, [["id", "ck"], [1, 57], [None, 58], [None, 59]], lambda sheet: sheet.merge_cells("A2:A4"))
    assert refusals(path) == [("TABLE-24", 2)]


def test_a_cell_far_out_is_refused(tmp_path: Path) -> None:
    """TAB-06: a few bytes that would take gigabytes."""

    def far(sheet: Any) -> None:
        sheet["XFD1048576"] = 1

    assert refusals(saved(tmp_path, [["id"], [1]], far)) == [("TABLE-22", None)]


def test_a_long_cell_of_a_sheet_is_refused(tmp_path: Path) -> None:
    """TAB-06."""
    path = rewritten(saved(tmp_path, [["id", "note"], [1, "MARK"]]), lambda xml: xml.replace("MARK", "x" * 150_000))
    assert refusals(path) == [("TABLE-18", 2)]


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    """TAB-06: 300 kB that unpack to 300 MB, with their true size and with a false one."""
    path = saved(tmp_path, [["id"], [1]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parts, parts.open("xl/more.xml", "w") as part:
        for _ in range(300):
            part.write(b"\0" * 1_000_000)
    assert path.stat().st_size < 1_000_000
    assert refusals(path) == [("TABLE-20", None)]
    content = path.read_bytes().replace((300_000_000).to_bytes(4, "little"), (3_000).to_bytes(4, "little"))
    path.write_bytes(content)
    assert refusals(path) == [("TABLE-19", None)]


def test_entities_are_refused(tmp_path: Path) -> None:
    """TAB-06: a document type, by which a few lines of XML become gigabytes."""
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    path = rewritten(saved(tmp_path, [["id"], [1]]), lambda xml: bomb + xml)
    assert refusals(path) == [("TABLE-19", None)]


def test_cells_without_names_are_counted(tmp_path: Path) -> None:
    """TAB-05: `r` is optional in the XML of a sheet."""
    path = saved(tmp_path, [["id", "ck"], [1, 57], [2, 61]])
    rewritten(path, lambda xml: xml.replace(' r="A2"', "").replace(' r="B2"', "").replace(' r="2"', ""))
    assert read(path).rows[0].cells == ("1", "57")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.text(alphabet='ab,;\t"\n\r1é\0', max_size=60).map(str.encode))
def test_no_bytes_break_the_reader(tmp_path: Path, content: bytes) -> None:
    """TAB-07."""
    for name in ("t.csv", "t.xlsx"):
        refusals(written(tmp_path, content, name))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a workbook, made once: they hold the time of day."""
    return saved(tmp_path_factory.mktemp("whole"), [["id", "ck"], [1, 57]]).read_bytes()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=5),
    st.floats(0, 1),
)
def test_no_damaged_workbook_breaks_the_reader(
    tmp_path: Path, whole: bytes, damage: list[tuple[float, int]], kept: float
) -> None:
    """TAB-07: a few bytes of a workbook are changed, and its end is cut off."""
    content = bytearray(whole)
    for place, byte in damage:
        content[int(place * len(content))] = byte
    refusals(written(tmp_path, bytes(content[: max(4, int(kept * len(content)))]), "damaged.xlsx"))
    refusals(written(tmp_path, bytes(content), "damaged.xlsx"))


def test_limits_are_what_the_documentation_says() -> None:
    """TAB-04, TAB-06."""
    assert (tables.LARGEST_FILE, workbook.LARGEST_UNPACKED, workbook.MOST_CELLS) == (64_000_000, 200_000_000, 5_000_000)
    assert grid.LONGEST_CELL == 100_000
