"""A bare long table: what is read, and what is refused with its rows.

LONG-01: CSV and Excel give values by level, visit and participant; visits in order of their numbers, else of the file.
LONG-02: a participant twice at a visit, a text among numbers, a row without a key are named with their rows, all at
         once, the first twenty of each kind and how many more there are.
LONG-03: an empty baseline is told with its row, and refuses nothing.
LONG-04: a column, a baseline, a number that are not there are told with what there is.
LONG-05: the quick way for large files gives what the careful one gives, or the same refusals.
LONG-06: what the quick way does not read for certain is left to the careful one; where the file is too large for that
         it is refused.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from trialbook.analysis.bare import Asked, Dense, Panel, analyse_bare
from trialbook.errors import ImportRefused, Problem
from trialbook.exchange import long_blocks, long_columns
from trialbook.exchange.long_columns import read_columns
from trialbook.exchange.long_table import Read, Wanted, number_of, read_long
from trialbook.wording import remedy, sentence

WANTED = Wanted(participant="id", visit="visit", value="ck", baseline="0")
BY = Wanted(participant="id", visit="visit", value="ck", baseline="0", by="what")
NEVER = 10**9
"""No file is as large: the careful way."""


def written(folder: Path, text: str, name: str = "t.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(text.encode())
    return path


def refused(path: Path, wanted: Wanted = WANTED, *, large: int = NEVER) -> list[tuple[str, int | None]]:
    """Return code and row of every problem of a file that must be refused."""
    with pytest.raises(ImportRefused) as caught:
        read_long(path, wanted, large=large)
    for problem in caught.value.problems:
        assert len(sentence(problem)) > 10
        assert len(remedy(problem)) > 10
    return [(problem.code, problem.place.line) for problem in caught.value.problems]


def values(read: Read) -> dict[str, dict[str, dict[str, float]]]:
    """Return level -> visit -> participant -> value, whatever way a table was read."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for panel in read.table.panels:
        if isinstance(panel, Panel):
            found[panel.level] = {visit: dict(by) for visit, by in panel.values.items()}
        else:
            found[panel.level] = _of_columns(panel)
    return {level: {visit: by for visit, by in visits.items() if by} for level, visits in found.items()}


def _of_columns(panel: Dense) -> dict[str, dict[str, float]]:
    return {
        visit: {
            code: value
            for code, value in zip(panel.people, panel.matrix[place].tolist(), strict=True)
            if not math.isnan(value)
        }
        for place, visit in enumerate(panel.visits)
    }


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_long_01_csv(tmp_path: Path, separator: str) -> None:
    text = "id,visit,what,ck\nA,0,x,1.5\nA,10,x,-2\nA,9,x,\nB,0,y,1e3\n".replace(",", separator)
    read = read_long(written(tmp_path, text), BY)
    assert values(read) == {"x": {"0": {"A": 1.5}, "10": {"A": -2}}, "y": {"0": {"B": 1000}}}
    assert read.table.visits == ("0", "9", "10")
    assert (read.table.ordered, read.table.rows, read.table.participants) == ("as numbers", 4, 2)


def test_long_01_visits_that_are_no_numbers_stand_as_in_the_file(tmp_path: Path) -> None:
    wanted = Wanted(participant="id", visit="visit", value="ck", baseline="start")
    read = read_long(written(tmp_path, "id,visit,ck\nA,start,1\nA,week 4,2\nA,10,3\n"), wanted)
    assert (read.table.visits, read.table.ordered) == (("start", "week 4", "10"), "as they first stand in the file")


def test_long_01_excel(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("id", "visit", "ck"), ("A", 0, 1.5), ("A", 1, 2)):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    book.close()
    assert values(read_long(tmp_path / "t.xlsx", WANTED)) == {"": {"0": {"A": 1.5}, "1": {"A": 2}}}


def test_long_01_the_baseline_may_be_written_as_another_number(tmp_path: Path) -> None:
    assert read_long(written(tmp_path, "id,visit,ck\nA,0.0,1\nA,4.0,2\n"), WANTED).table.baseline == "0.0"


def test_long_01_texts_for_no_value(tmp_path: Path) -> None:
    wanted = Wanted(participant="id", visit="visit", value="ck", baseline="0", missing=("NA", "ND"))
    read = read_long(written(tmp_path, "id,visit,ck\nA,0,1\nA,1,NA\nB,0,ND\nB,1,2\n"), wanted)
    assert values(read) == {"": {"0": {"A": 1}, "1": {"B": 2}}}
    assert [(note.code, note.place.line) for note in read.notes] == [("BARE-09", 4)]


BAD = "id,visit,ck\nA,0,1\nA,1,2\nA,1,2\nB,0,<0.2\n,1,4\nC,,5\nB,0,3\nC,1,1_000\nD,1,1e400\n"


@pytest.mark.parametrize("large", [NEVER, 0])
def test_long_02_all_at_once_with_their_rows(tmp_path: Path, large: int) -> None:
    """LONG-02, LONG-05."""
    found = refused(written(tmp_path, BAD), large=large)
    assert found == [
        ("BARE-03", 4), ("BARE-03", 8),
        ("BARE-04", 5), ("BARE-04", 9), ("BARE-04", 10),
        ("BARE-05", 6), ("BARE-05", 7),
    ]  # fmt: skip


@pytest.mark.parametrize("large", [NEVER, 0])
def test_long_02_many_of_a_kind_are_counted(tmp_path: Path, large: int) -> None:
    rows = "".join(f"P{i},0,1\nP{i},0,ND\n" for i in range(30))
    with pytest.raises(ImportRefused) as caught:
        read_long(written(tmp_path, "id,visit,ck\n" + rows), WANTED, large=large)
    problems = caught.value.problems
    assert [problem.code for problem in problems] == ["BARE-03"] * 20 + ["BARE-06"] + ["BARE-04"] * 20 + ["BARE-06"]
    assert [problem.values["count"] for problem in problems if problem.code == "BARE-06"] == ["10", "10"]


@pytest.mark.parametrize("large", [NEVER, 0])
def test_long_02_one_participant_at_one_visit_of_two_levels_is_no_mistake(tmp_path: Path, large: int) -> None:
    path = written(tmp_path, "id,visit,what,ck\nA,0,x,1\nA,0,y,2\nA,1,x,3\nA,1,x,4\n")
    with pytest.raises(ImportRefused) as caught:
        read_long(path, BY, large=large)
    (problem,) = caught.value.problems
    assert sentence(problem) == "A stands twice at visit 1 of x: here and in row 4."


@pytest.mark.parametrize("large", [NEVER, 0])
def test_long_03_an_empty_baseline(tmp_path: Path, large: int) -> None:
    """LONG-03, LONG-05."""
    read = read_long(written(tmp_path, "id,visit,what,ck\nA,0,x,\nB,0,x,1\nA,1,x,3\n"), BY, large=large)
    (note,) = read.notes
    assert (note.code, note.level, note.place.line) == ("BARE-09", "warning", 2)
    assert sentence(note) == "A has an empty baseline of x, so no pair."
    assert values(read) == {"x": {"0": {"B": 1}, "1": {"A": 3}}}


@pytest.mark.parametrize("large", [NEVER, 0])
def test_long_04_what_is_not_there(tmp_path: Path, large: int) -> None:
    """LONG-04."""
    path = written(tmp_path, "id,visit,ck\nA,start,1\nA,1,2\n")
    assert refused(path, Wanted(participant="ID", visit="visit", value="chk", baseline="0"), large=large) == [
        ("BARE-01", 1), ("BARE-01", 1),
    ]  # fmt: skip
    assert refused(path, Wanted(participant="id", visit="id", value="ck", baseline="0"), large=large) == [
        ("BARE-02", None)
    ]
    assert refused(path, large=large) == [("BARE-07", None)]
    assert refused(written(tmp_path, "id,visit,ck\nA,0,\n"), large=large) == [("BARE-08", None)]
    assert refused(written(tmp_path, "id,visit,ck\n"), large=large) == [("BARE-08", None)]


def test_long_04_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.csv") == [("TABLE-01", None)]


KEY = st.sampled_from(["A", "B", "C", "07", "7", "week 4", "é", " A "])
CELL = st.sampled_from(
    ["", "1", "2.5", "-3", "+4", ".5", "6.", "1e2", "NA", "ND", "nan", "inf", " 7", "8 ", "1,0", '"9"']
)
ROW = st.tuples(KEY, st.sampled_from(["0", "1", "2"]), st.sampled_from(["x", "y"]), CELL)


@given(
    rows=st.lists(ROW, max_size=25),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    missing=st.sampled_from([(), ("NA",), ("NA", "ND")]),
    block=st.sampled_from([20, 70, 10_000]),
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_long_05_quick_and_careful(
    tmp_path: Path, *, rows: list[tuple[str, ...]], end: str, last: bool, missing: tuple[str, ...], block: int
) -> None:
    """LONG-05: any file is read the same way both ways, or refused with the same problems."""
    wanted = Wanted(participant="id", visit="visit", value="ck", baseline="0", by="what", missing=missing)
    lines = ["id,visit,what,ck", *(",".join(row) for row in rows)]
    path = written(tmp_path, end.join(lines) + (end if last else ""))
    long_blocks.BLOCK, before = block, long_blocks.BLOCK
    try:
        assert outcome(path, wanted, 0) == outcome(path, wanted, NEVER)
    finally:
        long_blocks.BLOCK = before


def outcome(path: Path, wanted: Wanted, large: int) -> object:
    """Return what became of reading a file: values, visits, counts and notes, or the problems."""
    try:
        read = read_long(path, wanted, large=large)
    except ImportRefused as refusal:
        return [told(problem) for problem in refusal.problems]
    table = read.table
    notes = [told(note) for note in read.notes]
    return values(read), table.visits, table.participants, table.rows, table.baseline, table.ordered, notes


def told(problem: Problem) -> tuple[str, str, str]:
    """Return what a reader sees of a problem."""
    return problem.code, str(problem.place), sentence(problem)


def test_long_05_both_ways_give_the_same_results(tmp_path: Path) -> None:
    rows = [f"P{i % 7},{i // 7},{(i * 37 % 101) / 4}" for i in range(35)]
    path = written(tmp_path, "id,visit,ck\n" + "\n".join(rows) + "\n")
    quick, careful = (analyse_bare(read_long(path, WANTED, large=large).table, Asked()) for large in (0, NEVER))
    assert quick == careful


@pytest.mark.parametrize(
    "text",
    [
        "id,visit,ck\nA,0,1\nA,1\n",
        "id,visit,ck\nA,0,1\nA,1,2,3\n",
        'id,visit,ck\nA,0,1\n"A\nB",1,2\n',
        "id,visit,ck\rA,0,1\rA,1,2\r",
        "id;visit,ck\nA;0,1\n",
        "id,visit,id\nA,0,1\n",
    ],
)
def test_long_06_not_plain(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """LONG-06: the careful reader decides; beyond its limit the row is told."""
    path = written(tmp_path, text)
    wanted = Wanted(participant="id", visit="visit", value="ck", baseline="0")
    assert outcome(path, wanted, 0) == outcome(path, wanted, NEVER)
    monkeypatch.setattr(long_columns, "LARGEST_FILE", 3)
    if long_blocks.plain_file(path) is not None:
        assert refused(path, wanted, large=0) == [("BARE-10", 2)]
    else:
        assert read_columns(path, wanted) is None


def test_long_05_separators_within_quotes(tmp_path: Path) -> None:
    path = written(tmp_path, 'id,"visit",ck\nA,0,1\n"A,B","1","2"\n"C ""x""",1,3\n')
    quick, careful = (read_long(path, WANTED, large=large) for large in (0, NEVER))
    assert values(quick) == values(careful) == {"": {"0": {"A": 1}, "1": {"A,B": 2, 'C "x"': 3}}}


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1.0), ("-.5", -0.5), ("+2.", 2.0), ("1e3", 1000.0), ("", None), ("٣", None), ("1_0", None), ("0x1", None)],
)
def test_long_02_what_a_number_is(text: str, number: float | None) -> None:
    assert number_of(text) == number
