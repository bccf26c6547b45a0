"""The data files of the shipped studies, unchanged, through their maps into a real ledger.

SHIP-01: every file is imported without a problem, and nothing in it is left out unseen.
SHIP-02: counts and single values are those of the published files.
SHIP-03: converted laboratory values agree with the standard values that the files carry beside the originals.
SHIP-04: each answer leads back to the row and column it came from.
SHIP-05: importing twice adds nothing, whatever the order of the files.
SHIP-06: the same table as an Excel file says the same.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest
from openpyxl import Workbook

import trialbook
from trialbook.capture.book import Book
from trialbook.conduct.casebook import Casebook, Cell
from trialbook.conduct.completeness import visit_grid
from trialbook.exchange.imports import preview_import
from trialbook.exchange.map_file import read_map
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Study
from trialbook.protocol.read import read_study
from trialbook.protocol.values import number_of
from trialbook.wording import sentence

SHIPPED = Path(trialbook.__file__).parent / "studies"
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def opened(name: str, folder: Path) -> Book:
    """Begin a ledger for a shipped study and import all of its files."""
    study = read_study(SHIPPED / name / "study.yaml", catalog=CATALOG)
    ids = count()
    book = Book.create(folder / "ledger.db", study=study, by="carla", now=lambda: NOW, new_id=lambda: f"id-{next(ids)}")
    files = sorted((SHIPPED / name / "data").iterdir())
    preview = preview_import(study, {}, (), map_file=SHIPPED / name / "map.yaml", files=files)
    assert preview.problems == (), [sentence(problem) for problem in preview.problems]
    assert not preview.needs_reason
    book.record(preview.act(), by="carla")
    return book


@pytest.fixture(scope="module")
def infliximab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """Return the ledger of infliximab_myositis."""
    with opened("infliximab_myositis", tmp_path_factory.mktemp("infliximab")) as book:
        yield book


@pytest.fixture(scope="module")
def xanomeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """Return the ledger of xanomeline_four."""
    with opened("xanomeline_four", tmp_path_factory.mktemp("xanomeline")) as book:
        yield book


def value(book: Mapping[str, Casebook], participant: str, visit: str, name: str) -> str | None:
    """Return the value of an item of a form without rows."""
    form, _, item = name.partition(".")
    return book[participant].value(form, item, visit=visit)


def test_infliximab_participants(infliximab: Book) -> None:
    """SHIP-02: thirteen enrolled, nine completed, four left for the reasons in the table; there are no dates."""
    books = infliximab.casebooks()
    assert list(books) == [str(n) for n in range(1, 14)]
    assert Counter(book.status for book in books.values()) == {"completed": 9, "withdrawn": 4}
    assert {name: book.end_reason for name, book in books.items() if book.status == "withdrawn"} == {
        "5": "Dropped out after two infusions",
        "7": "Dropped out",
        "8": "Dropped out",
        "9": "Dropped out",
    }
    assert all(book.enrolled_on is book.ended_on is None for book in books.values())


def test_infliximab_values(infliximab: Book) -> None:
    """SHIP-02."""
    books = infliximab.casebooks()
    after = books["3"].answers[Cell("after", "enzymes", "", "ck")]
    assert (after.text, after.value, after.unit) == ("16.8", "16.8", "ukat/L")
    assert value(books, "3", "before", "enzymes.ck") == "4"
    assert (value(books, "1", "before", "function.mmt8"), value(books, "1", "after", "function.mmt8")) == ("57", "61")
    assert value(books, "5", "before", "enzymes.ck") == "4.3"
    assert value(books, "5", "after", "enzymes.ck") is None
    assert value(books, "9", "before", "function.fi") is None
    assert value(books, "9", "before", "function.mmt8") == "55"
    assert value(books, "6", "", "background.diagnosis") == "DM"
    terms = {n: books[n].value("adverse_events", "term", repeat="2") for n in books}
    assert {name: term for name, term in terms.items() if term} == {"3": "fatigue", "4": "fatigue", "12": "fatigue"}
    pairs = [(value(books, n, "before", "enzymes.ck"), value(books, n, "after", "enzymes.ck")) for n in books]
    assert sum(None not in pair for pair in pairs) == 9
    grid = visit_grid(infliximab.study, books, date(2026, 1, 2))
    assert grid.states() == {"no date": 22, "not expected": 4}
    gaps = [(gap.participant, gap.form, gap.item) for row in grid.rows for gap in row.gaps]
    assert gaps == [("9", "function", "fi")]


def test_xanomeline_participants_and_visits(xanomeline: Book) -> None:
    """SHIP-02."""
    books = xanomeline.casebooks()
    ends = {name: (book.status, book.enrolled_on, book.ended_on, book.end_reason) for name, book in books.items()}
    assert ends == {
        "1028": ("completed", "2013-07-19", "2014-01-14", None),
        "1133": ("completed", "2012-10-28", "2013-04-29", None),
        "1239": ("completed", "2014-01-11", "2014-07-11", None),
        "1302": ("withdrawn", "2013-08-29", "2013-11-05", "ADVERSE EVENT"),
    }
    unscheduled = {
        (name, visit): (book.value("visit", "name", visit=visit), str(book.visit_date(visit)))
        for name, book in books.items()
        for visit in book.visits()
        if visit.startswith("unscheduled")
    }
    assert unscheduled == {
        ("1239", "unscheduled-1"): ("UNSCHEDULED 1.1", "2014-01-06"),
        ("1302", "unscheduled-1"): ("AE FOLLOW-UP", "2013-12-16"),
        ("1302", "unscheduled-2"): ("RETRIEVAL", "2014-02-13"),
    }
    assert value(books, "1239", "unscheduled-1", "chemistry.ck") == "68"


def test_xanomeline_values(xanomeline: Book) -> None:
    """SHIP-02: creatine kinase by visit, events, doses and partial dates."""
    books = xanomeline.casebooks()
    rows = [row for row in raw("lbch.csv") if row["LBTESTCD"] == "CK" and not row["VISIT"].startswith("UNSCHEDULED")]
    visits = {row["VISIT"].lower() for row in rows}
    assert len(visits) == 10
    for row in rows:
        assert value(books, row["USUBJID"][-4:], row["VISIT"].lower(), "chemistry.ck") == row["LBORRES"]
    cells = [cell for book in books.values() for cell in book.answers]
    assert sum(cell.form == "adverse_events" and cell.item == "term" for cell in cells) == len(raw("ae.csv")) == 36
    assert sum(cell.form == "concomitant_drugs" and cell.item == "drug" for cell in cells) == len(raw("cm.csv")) == 126
    assert sum(cell.form == "dosing" and cell.item == "dose" for cell in cells) == 11
    assert sum(cell.form == "adas" for cell in cells) == 16 * 11
    starts = [
        a.value
        for book in books.values()
        for cell, a in book.answers.items()
        if cell[1::2] == ("adverse_events", "start")
    ]
    assert "2014-03" in starts
    assert books["1028"].value("concomitant_drugs", "start", repeat="1") == "2013-04"
    assert value(books, "1028", "", "demographics.age") == "71.0"


def raw(name: str) -> list[dict[str, str]]:
    """Read a shipped file by the standard library."""
    with (SHIPPED / "xanomeline_four" / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


STANDARD = {"haemoglobin": 0.06206}
"""The sponsor's standard unit is another one than the study's: mmol/L of haem iron from g/L."""


def test_conversions_agree_with_the_standard_values(xanomeline: Book) -> None:
    """SHIP-03: the files carry the sponsor's conversion, whose factors have four digits, beside the original."""
    study: Study = xanomeline.study
    mapping, _ = read_map(SHIPPED / "xanomeline_four" / "map.yaml", study)
    assert mapping is not None
    compared, books = Counter[str](), xanomeline.casebooks()
    for name in ("lbch", "lbhe"):
        rule = next(rule for rule in mapping.files if rule.key == name)
        assert rule.visit is not None
        assert rule.long is not None
        for row in raw(f"{name}.csv"):
            target = rule.long.items.get(row["LBTESTCD"])
            visit = rule.visit.codes.get(row["VISIT"], "unscheduled-1")
            if target is None or not row["LBSTRESN"]:
                continue
            found = books[row["USUBJID"][-4:]].value(target.form, target.item, visit=visit)
            assert found is not None
            standard = number_of(found) * STANDARD.get(target.item, 1)
            assert standard == pytest.approx(float(row["LBSTRESN"]), rel=2e-3), row
            compared[target.item] += 1
    assert compared["bilirubin"] > 30
    assert len(compared) == 13


def test_each_answer_leads_back_to_its_cell(xanomeline: Book) -> None:
    """SHIP-04: text, row and column of all 1,864 answers, and the hash of each file."""
    tables = {}
    for path in files("xanomeline_four"):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.name] = list(csv.reader(file))
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files("xanomeline_four")}
    checked = 0
    for entry in xanomeline.entries():
        if entry.item is None:
            continue
        assert entry.source_file is not None
        assert entry.source_row is not None
        assert entry.source_column is not None
        assert entry.source_hash == hashes[entry.source_file]
        table = tables[entry.source_file]
        cell = table[entry.source_row - 1][table[0].index(entry.source_column)]
        assert entry.text is not None
        assert entry.text.split(" ")[0] == {"Y": "yes", "N": "no"}.get(cell, cell).split(" ")[0]
        checked += 1
    assert checked == 1864


def files(name: str) -> list[Path]:
    """Return the data files of a shipped study."""
    return sorted((SHIPPED / name / "data").iterdir())


@pytest.mark.parametrize("name", ["infliximab_myositis", "xanomeline_four"])
def test_twice_adds_nothing(name: str, request: pytest.FixtureRequest) -> None:
    """SHIP-05, SHIP-01."""
    book: Book = request.getfixturevalue(name.partition("_")[0])
    head = book.head()
    for order in (files(name), files(name)[::-1]):
        preview = preview_import(
            book.study, book.casebooks(), book.entries(), map_file=SHIPPED / name / "map.yaml", files=order
        )
        assert preview.problems == ()
        assert (preview.new, preview.asked, preview.changes, preview.kept) == (0, (), (), ())
        assert preview.same == {"infliximab_myositis": 128, "xanomeline_four": 1864}[name]
        book.record(preview.act(), by="carla")
    assert book.head() == head


def test_the_same_table_as_an_excel_file(infliximab: Book, tmp_path: Path) -> None:
    """SHIP-06: with numbers where a spreadsheet makes numbers of texts."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    with (SHIPPED / "infliximab_myositis" / "data" / "as_published.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            sheet.append([int(cell) if cell.isdecimal() else cell for cell in row])
    made.save(tmp_path / "as_published.xlsx")
    text = (SHIPPED / "infliximab_myositis" / "map.yaml").read_text(encoding="utf-8")
    (tmp_path / "map.yaml").write_text(text.replace("as_published.csv", "as_published.xlsx"), encoding="utf-8")
    preview = preview_import(
        infliximab.study,
        infliximab.casebooks(),
        infliximab.entries(),
        map_file=tmp_path / "map.yaml",
        files=[tmp_path / "as_published.xlsx"],
    )
    assert (preview.problems, preview.asked, preview.same) == ((), (), 128)
