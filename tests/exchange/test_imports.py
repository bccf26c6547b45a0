"""From files and a map to the preview of one import: understood or reported, never guessed.

IMP-01: each way of the map to say where an answer belongs is understood.
IMP-02: one bad cell refuses all files; every bad cell is told with file, row, column, value and reason.
IMP-03: what cannot be told for certain (participant, visit, unit, row, name, status) is a problem, not a guess.
IMP-04: unscheduled visits are numbered by date, keep their number, and are the same across files.
IMP-05: blank cells record nothing and never overwrite.
IMP-06: the preview names what it left out: unused columns, other sheets, conditions never met, files not given.
IMP-07: files are told apart by name, and a mistake in one does not hide those in another.
IMP-08: planning 10,000 cells takes well under a second.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from trialbook.capture.rows import Preview
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.exchange.imports import preview_import
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study
from trialbook.wording import remedy, sentence

STUDY_TEXT = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
visits:
  anchor: enrolment
  window: 3 days either side
  planned: {baseline: {day: 0}, week 4: {}}
forms:
  person:
    label: Person
    at: once
    items:
      sex: {label: Sex, choice: {F: Female, M: Male}}
      born: {label: Born, date: partial}
  lab:
    label: Laboratory
    at: [baseline, week 4]
    items:
      ck: {label: Creatine kinase, number: U/L, accepts: [ukat/L]}
      power: {label: Power, number: score, scale: 0 to 80}
      note: {label: Note, text: line}
  events:
    label: Adverse events
    at: any time
    repeating: true
    items:
      term: {label: Event, text: line}
      grade: {label: Grade, choice: {1: Mild, 2: Severe}}
  doses:
    label: Doses
    at: [baseline, week 4]
    repeating: true
    items: {mg: {label: Dose, number: mg}}
missing: {ND: Not done}
"""


def study() -> Study:
    """Return the study of this file."""
    parsed, problems = parse_study(STUDY_TEXT, file="study.yaml")
    assert parsed is not None, problems
    return parsed


STUDY = study()

HEAD = "trialbook-map: 1\nstudy: s\nparticipant: id\n"


class Desk:
    """A folder with a map and files, and what the ledger says so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def preview(
        self,
        map_text: str,
        files: Mapping[str, str],
        casebooks: Mapping[str, Casebook] | None = None,
        *,
        known: bool = True,
    ) -> Preview:
        """Plan the import of files into a ledger that knows the participants 1 to 9, or only those given."""
        (self.folder / "map.yaml").write_text(HEAD + map_text, encoding="utf-8")
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        books = {str(n): Casebook(participant=str(n)) for n in range(1, 10)} if known else {}
        paths = [self.folder / name for name in files]
        return preview_import(STUDY, books | dict(casebooks or {}), (), map_file=self.folder / "map.yaml", files=paths)

    def answers(self, map_text: str, files: Mapping[str, str]) -> dict[tuple[Any, ...], str]:
        """Return participant and cell -> text with unit of all that would be recorded; there must be no problem."""
        found = self.preview(map_text, files)
        assert found.problems == (), [(str(p.place), sentence(p)) for p in found.problems]
        return {
            (d.participant, d.visit, d.form, d.repeat, d.item): " ".join(filter(None, (d.text, d.unit)))
            for d in found.asked
        }

    def told(self, map_text: str, files: Mapping[str, str], *, known: bool = True) -> list[tuple[str, str]]:
        """Return code and place of every problem; each has a sentence and a remedy."""
        found = self.preview(map_text, files, known=known)
        for problem in (*found.problems, *found.notes):
            assert len(sentence(problem)) > 15
            assert len(remedy(problem)) > 15
        return [(problem.code, str(problem.place)) for problem in found.problems]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return an empty folder."""
    return Desk(tmp_path)


WIDE = """
files:
  a:
    file: a.csv
    blank: ["–"]
    columns:
      sex: person.sex
      CK before/after: {split: "/", into: [{to: lab.ck, visit: baseline, unit: ukat/L}, {to: lab.ck, visit: week 4}]}
      power: {to: lab.power, visit: week 4}
"""


def test_one_row_a_participant_with_parts_in_a_cell(desk: Desk) -> None:
    """IMP-01, IMP-05: a dash alone, and as one of two parts, says nothing; the text of each part is kept."""
    rows = 'id,sex,CK before/after,power\n1,F,4/16.8,57\n2,–,4.3/–,–\n3, ,–,<ND>\n4,M,"<0.2 / ND",ND\n'.replace(
        "<ND>", "ND"
    )
    assert desk.answers(WIDE, {"a.csv": rows}) == {
        ("1", None, "person", None, "sex"): "F",
        ("1", "baseline", "lab", None, "ck"): "4 ukat/L",
        ("1", "week 4", "lab", None, "ck"): "16.8",
        ("1", "week 4", "lab", None, "power"): "57",
        ("2", "baseline", "lab", None, "ck"): "4.3 ukat/L",
        ("3", "week 4", "lab", None, "power"): "ND",
        ("4", None, "person", None, "sex"): "M",
        ("4", "baseline", "lab", None, "ck"): "<0.2 ukat/L",
        ("4", "week 4", "lab", None, "ck"): "ND",
        ("4", "week 4", "lab", None, "power"): "ND",
    }


def test_one_bad_cell_refuses_all_and_all_are_told(desk: Desk) -> None:
    """IMP-02: too many parts, too few, text among numbers, two numbers in one, off the scale, an unknown code."""
    rows = "id,sex,CK before/after,power\n1,F,4/16.8,57\n2,W,4,high\n3,M,1/2/3,57/61\n4,f,4.3/x,81\n"
    found = desk.preview(WIDE, {"a.csv": rows})
    assert [(problem.code, problem.place.line, problem.place.header) for problem in found.problems] == [
        ("IMPORT-13", 3, "CK before/after"),
        ("IMPORT-13", 4, "CK before/after"),
        ("VALUE-10", 3, "sex"),
        ("VALUE-02", 3, "power"),
        ("VALUE-04", 4, "power"),
        ("VALUE-11", 5, "sex"),
        ("VALUE-02", 5, "CK before/after"),
        ("VALUE-08", 5, "power"),
    ]
    assert str(found.problems[-1].place) == "a.csv:5, column “power”, 4, week 4, lab.power"
    assert "“1/2/3” has 3 parts between “/”, and the map expects 2." in [sentence(p) for p in found.problems]


TWO = """
files:
  people: {file: people.csv, enrol: {date: on}}
  lab: {file: lab.csv, columns: {ck: {to: lab.ck, visit: baseline}, power: {to: lab.power, visit: baseline}}}
"""


def test_what_one_file_keeps_out_does_not_hide_what_another_says(desk: Desk) -> None:
    """IMP-02: whoever could not be enrolled is not told as unknown besides, and all of their bad cells are told."""
    files = {"people.csv": "id,on\n1,31.1.2024\n", "lab.csv": "id,ck,power\n1,high,57\n1,4,99\n"}
    found = desk.preview(TWO, files)
    assert [(problem.place.file, problem.place.line, problem.place.header) for problem in found.problems] == [
        ("lab.csv", 2, "ck"),
        ("lab.csv", 3, "power"),
        ("people.csv", 2, "on"),
    ]


LONG = """
visit: {column: when, codes: {W4: week 4}, unscheduled: [EXTRA, UNS*]}
files:
  a:
    file: a.csv
    visit: {column: when}
    columns: {day: visit.date}
    long:
      name: [test, place]
      value: result
      unit: {column: unit, codes: {units: U/L}}
      items: {CK blood: lab.ck, CK: {to: lab.ck, visit: baseline}, POW: lab.power, NOTE: lab.note}
      ignore: [ALT]
"""


def test_one_value_a_row(desk: Desk) -> None:
    """IMP-01: names of two columns, units with codes, visits with codes; a score and a missing code need no unit."""
    rows = (
        "id,when,day,test,place,result,unit\n"
        "1,baseline,2024-02-01,CK,blood,57,units\n"
        "1,W4,2024-02-29,CK,blood,<1.2,ukat/L\n"
        "2,W4,,CK,,60,U/L\n"
        "1,W4,2024-02-29,POW,,57,\n"
        "2,W4,,CK,blood,ND,\n"
        "1,W4,,ALT,,57,furlong\n"
        "1,W4,,NOTE,,none,\n"
    )
    assert desk.answers(LONG, {"a.csv": rows}) == {
        ("1", "baseline", "visit", None, "date"): "2024-02-01",
        ("1", "baseline", "lab", None, "ck"): "57 U/L",
        ("1", "week 4", "visit", None, "date"): "2024-02-29",
        ("1", "week 4", "lab", None, "ck"): "<1.2 ukat/L",
        ("2", "baseline", "lab", None, "ck"): "60 U/L",
        ("1", "week 4", "lab", None, "power"): "57",
        ("2", "week 4", "lab", None, "ck"): "ND",
        ("1", "week 4", "lab", None, "note"): "none",
    }


def test_what_a_long_table_leaves_open(desk: Desk) -> None:
    """IMP-03: what is the same mistake in many rows is told once, with the number of rows."""
    rows = (
        "id,when,day,test,place,result,unit\n"
        ",W4,,CK,blood,57,U/L\n"
        "1,,,CK,blood,57,U/L\n"
        "1,W5,,CK,blood,57,U/L\n"
        "1,W5,,CK,blood,58,U/L\n"
        "1,W4,,CKK,blood,57,U/L\n"
        "2,W4,,CKK,blood,57,U/L\n"
        "1,W4,,,,57,U/L\n"
        "1,W4,,CK,blood,57,\n"
        "2,W4,,CK,blood,57,mg/L\n"
        "3,W4,,CK,blood,#DIV/0!,U/L\n"
        "4,W4,,CK,blood,57,U/L\n"
        "4,W4,,CK,blood,57.0,U/L\n"
        "4,W4,,CK,blood,58,U/L\n"
    )
    assert desk.told(LONG, {"a.csv": rows}) == [
        ("IMPORT-07", "a.csv:2, column “id”"),
        ("IMPORT-09", "a.csv:3, column “when”, 1"),
        ("IMPORT-10", "a.csv:4, column “when”, 1"),
        ("IMPORT-14", "a.csv:6, column “test and place”, 1"),
        ("IMPORT-14", "a.csv:8, column “test and place”, 1"),
        ("IMPORT-15", "a.csv:9, column “unit”, 1"),
        ("IMPORT-12", "a.csv:11, column “result”, 3"),
        ("VALUE-07", "a.csv:10, column “result”, 2, week 4, lab.ck"),
        ("IMPORT-03", "a.csv:14, column “result”, 4, week 4, lab.ck"),
    ]
    texts = [sentence(problem) for problem in desk.preview(LONG, {"a.csv": rows}).problems]
    assert texts[2] == "“W5” is no visit of the study and no code of the map (2 rows)."
    assert texts[3] == "“CKK blood” is no name under `items` or `ignore` (2 rows)."
    assert texts[-1] == "The value “58” contradicts “57”, which row 12 of a.csv gives for the same answer."


ROWS = """
files:
  a:
    file: a.csv
    repeat: n
    columns: {term: events.term, grade: {to: events.grade, codes: {mild: '1'}}}
"""


def test_rows_of_a_repeating_form_by_a_column(desk: Desk) -> None:
    """IMP-01, IMP-03: `1.0` is row 1."""
    assert desk.answers(ROWS, {"a.csv": "id,n,term,grade\n1,1.0,Cough,mild\n1,2,Rash,2\n2,A-1,Cough,\n"}) == {
        ("1", None, "events", "1", "term"): "Cough",
        ("1", None, "events", "1", "grade"): "1",
        ("1", None, "events", "2", "term"): "Rash",
        ("1", None, "events", "2", "grade"): "2",
        ("2", None, "events", "A-1", "term"): "Cough",
    }
    assert desk.told(ROWS, {"a.csv": "id,n,term,grade\n1,,Cough,mild\n1,2,,bad\n"}) == [
        ("IMPORT-11", "a.csv:2, column “n”, 1"),
        ("VALUE-10", "a.csv:3, column “grade”, 1, events.grade, row 2"),
    ]


def test_rows_of_a_repeating_form_are_counted(desk: Desk) -> None:
    """IMP-01: parts of a cell count on, over rows and files; columns of a row share its number; visits count apart."""
    counted = """
files:
  a:
    file: a.csv
    columns: {events: {to: events.term, split: ", ", repeat: count, blank: ["No"]}}
  b:
    file: b.csv
    repeat: count
    visit: {column: v}
    columns: {term: events.term, grade: events.grade, mg: doses.mg}
"""
    files = {
        "a.csv": 'id,events\n1,"Abdominal pain, fatigue"\n2,No\n1,Cough\n',
        "b.csv": "id,v,term,grade,mg\n1,baseline,Rash,,5\n1,week 4,Fever,2,7\n1,week 4,,,8\n",
    }
    assert desk.answers(counted, files) == {
        ("1", None, "events", "1", "term"): "Abdominal pain",
        ("1", None, "events", "2", "term"): "fatigue",
        ("1", None, "events", "3", "term"): "Cough",
        ("1", None, "events", "4", "term"): "Rash",
        ("1", None, "events", "5", "term"): "Fever",
        ("1", None, "events", "5", "grade"): "2",
        ("1", "baseline", "doses", "1", "mg"): "5",
        ("1", "week 4", "doses", "1", "mg"): "7",
        ("1", "week 4", "doses", "2", "mg"): "8",
    }


def test_participants_by_a_pattern(desk: Desk) -> None:
    """IMP-03: what does not fit the pattern, and who is not in the study, is told once each."""
    pattern = r"""
files:
  a: {file: a.csv, participant: {column: who, pattern: 'S-(\d+)'}, columns: {sex: person.sex}}
"""
    assert desk.answers(pattern, {"a.csv": "who,sex\nS-1,F\n"}) == {("1", None, "person", None, "sex"): "F"}
    assert desk.told(pattern, {"a.csv": "who,sex\nX-1,F\nS-1,F\n"}) == [("IMPORT-08", "a.csv:2, column “who”")]
    assert desk.told(pattern, {"a.csv": "who,sex\nS-1,F\nS-77,M\nS-77,M\n"}) == [("IMPORT-02", "a.csv:3, 77")]


DECIMALS = """
files:
  a:
    file: a.csv
    decimal: comma
    visit: baseline
    columns: {ck: {to: lab.ck}, power: {to: lab.power, decimal: point}, note: lab.note}
"""


def test_decimal_commas_where_the_map_says_so(desk: Desk) -> None:
    """IMP-01, IMP-03: a point could then stand between thousands; text keeps its commas."""
    rows = 'id;ck;power;note\n1;"1,5";1.5;a,b\n2;<0,2;ND;1,5\n3;57;2;x\n4;ND;3;y\n'
    assert desk.answers(
        DECIMALS.replace("decimal: comma", "separator: semicolon\n    decimal: comma"), {"a.csv": rows}
    ) == {
        ("1", "baseline", "lab", None, "ck"): "1.5",
        ("1", "baseline", "lab", None, "power"): "1.5",
        ("1", "baseline", "lab", None, "note"): "a,b",
        ("2", "baseline", "lab", None, "ck"): "<0.2",
        ("2", "baseline", "lab", None, "power"): "ND",
        ("2", "baseline", "lab", None, "note"): "1,5",
        ("3", "baseline", "lab", None, "ck"): "57",
        ("3", "baseline", "lab", None, "power"): "2",
        ("3", "baseline", "lab", None, "note"): "x",
        ("4", "baseline", "lab", None, "ck"): "ND",
        ("4", "baseline", "lab", None, "power"): "3",
        ("4", "baseline", "lab", None, "note"): "y",
    }
    assert desk.told(DECIMALS, {"a.csv": 'id,ck,power,note\n1,1.500,"1,5",x\n2,"1,500,000",2,x\n'}) == [
        ("IMPORT-18", "a.csv:2, column “ck”, 1"),
        ("VALUE-03", "a.csv:2, column “power”, 1, baseline, lab.power"),
        ("VALUE-03", "a.csv:3, column “ck”, 2, baseline, lab.ck"),
    ]


UNSCHEDULED = LONG + "  b: {file: b.csv, visit: {column: when}, columns: {dose: {to: lab.note}}}\n"
EXTRAS = (
    "id,when,day,test,place,result,unit\n"
    "1,UNS 2,2024-03-20,CK,blood,57,U/L\n"
    "1,EXTRA,2024-03-10,CK,blood,58,U/L\n"
    "1,UNS 9,,CK,blood,59,U/L\n"
    "1,UNS 2,2024-03-20,POW,,7,\n"
    "2,EXTRA,,CK,blood,60,U/L\n"
)


def test_unscheduled_visits_get_numbers_by_date(desk: Desk) -> None:
    """IMP-04: the same foreign name is the same visit in every file, and its name is recorded."""
    found = desk.answers(UNSCHEDULED, {"a.csv": EXTRAS, "b.csv": "id,when,dose\n1,EXTRA,half\n1,UNS 2,full\n"})
    numbers = {(key[0], text): key[1] for key, text in found.items() if key[4] == "name"}
    assert numbers == {
        ("1", "EXTRA"): "unscheduled-1",
        ("1", "UNS 2"): "unscheduled-2",
        ("1", "UNS 9"): "unscheduled-3",
        ("2", "EXTRA"): "unscheduled-1",
    }
    assert found["1", "unscheduled-1", "lab", None, "note"] == "half"
    assert found["1", "unscheduled-2", "lab", None, "note"] == "full"
    assert found["1", "unscheduled-2", "lab", None, "power"] == "7"
    assert found["1", "unscheduled-1", "visit", None, "date"] == "2024-03-10"


def test_unscheduled_visits_keep_their_numbers(desk: Desk) -> None:
    """IMP-04: one entered by hand and one of an earlier import stand already; an earlier date comes later."""
    answers = {
        Cell("unscheduled-1", "lab", "", "ck"): Answer(text="1", value="1", unit="U/L"),
        Cell("unscheduled-2", "visit", "", "name"): Answer(text="UNS 2", value="UNS 2"),
    }
    book = Casebook(participant="1", status="enrolled", answers=answers)
    found = desk.preview(UNSCHEDULED, {"a.csv": EXTRAS}, {"1": book})
    assert found.problems == ()
    names = {draft.text: draft.visit for draft in found.asked if draft.item == "name" and draft.participant == "1"}
    assert names == {"EXTRA": "unscheduled-3", "UNS 9": "unscheduled-4"}
    assert {draft.visit for draft in found.asked if draft.text == "57"} == {"unscheduled-2"}


STATUS = """
files:
  a:
    file: a.csv
    screen: every row
    enrol: {date: consent, or: first, where: {state: [in, done, out]}}
    complete: {where: {state: done}, date: end}
    withdraw: {where: {state: out}, unless: {why: moved}, date: end, reason: {first of: [why, other]}}
    columns: {why: {to: person.sex, codes: {tired: F, moved: M}, blank: ["No"]}}
"""
STATUS_ROWS = (
    "id,state,consent,first,end,why,other\n"
    "A,in,2024-02,,,No,\n"
    "B,done,,2024-02-02,2024-06-01,No,\n"
    "C,out,2024-02-03,,2024-03-01,No,Cough\n"
    "D,out,2024-02-04,,2024-03,tired,Cough\n"
    "E,out,2024-02-05,,,moved,\n"
    "F,failed,,,,No,\n"
)


def test_statuses_by_rows(desk: Desk) -> None:
    """IMP-01: casebooks begin with their participants, who are new here."""
    found = desk.preview(STATUS, {"a.csv": STATUS_ROWS}, known=False)
    assert found.problems == (), [sentence(problem) for problem in found.problems]
    assert [(draft.participant, draft.act, draft.value, draft.text) for draft in found.statuses] == [
        *[(name, "screen", None, None) for name in "ABCDEF"],
        ("A", "enrol", "2024-02", None),
        ("B", "enrol", "2024-02-02", None),
        ("C", "enrol", "2024-02-03", None),
        ("D", "enrol", "2024-02-04", None),
        ("E", "enrol", "2024-02-05", None),
        ("B", "complete", "2024-06-01", None),
        ("C", "withdraw", "2024-03-01", "Cough"),
        ("D", "withdraw", "2024-03", "tired"),
    ]
    assert found.statuses[-1].source_column == "end"
    assert found.statuses[-1].source_row == 5


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("A,,2024-02-01,,,No,\n", [("IMPORT-16", 2), ("IMPORT-16", 2), ("IMPORT-16", 2)]),
        ("A,out,2024-02-01,,2024-03-01,,\n", [("IMPORT-16", 2)]),
        ("A,in,,,,No,\n", [("IMPORT-17", 2)]),
        ("A,in,2024-02-30,,,No,\n", [("VALUE-16", 2)]),
        ("A,in,2024-02-01,,,No,\nA,in,2024-02-01,,,No,\n", [("IMPORT-04", 3), ("IMPORT-04", 3)]),
        (
            "A,done,2024-02-01,,2024-03-01,No,\nA,out,2024-02-01,,2024-03-01,No,Cough\n",
            [("IMPORT-04", 3), ("IMPORT-04", 3), ("IMPORT-05", 3)],
        ),
        ("a1,in,2024-02-01,,,No,\nA1,in,2024-02-01,,,No,\n", [("ACT-16", 3)]),
    ],
)
def test_what_statuses_leave_open(desk: Desk, rows: str, expected: list[tuple[str, int]]) -> None:
    """IMP-03: a blank cell in a condition or for a date, a day that is none, a participant twice, or nearly twice."""
    found = desk.preview(STATUS, {"a.csv": STATUS_ROWS.splitlines(keepends=True)[0] + rows}, known=False)
    assert [(problem.code, problem.place.line) for problem in found.problems] == expected


def test_the_same_status_in_two_files(desk: Desk) -> None:
    """IMP-03: stated alike it counts once, stated otherwise it is told."""
    two = "\nfiles:\n  a: {file: a.csv, enrol: {date: day}}\n  b: {file: b.csv, enrol: {date: day}}\n"
    same = {"a.csv": "id,day\nA,2024-02-01\n", "b.csv": "id,day\nA,2024-02-01\n"}
    assert desk.told(two, same, known=False) == []
    other = {**same, "b.csv": "id,day\nA,2024-02-02\n"}
    assert desk.told(two, other, known=False) == [("IMPORT-04", "b.csv:2, column “day”, A")]


def test_what_was_left_out_is_named(tmp_path: Path) -> None:
    """IMP-06."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Labs"
    for row in (["id", "ck", "initials", "room"], [1, 57, "AB", 3]):
        sheet.append(row)
    book.create_sheet("Notes")
    book.save(tmp_path / "x.xlsx")
    text = """
files:
  a: {file: x.xlsx, visit: baseline, columns: {ck: lab.ck}, ignore: [initials]}
  b: {file: b.csv, complete: {where: {state: gone}}}
  c: {file: c.csv, enrol: every row}
"""
    (tmp_path / "map.yaml").write_text(HEAD + text, encoding="utf-8")
    (tmp_path / "b.csv").write_text("id,state\n1,in\n", encoding="utf-8")
    books = {"1": Casebook(participant="1", status="enrolled")}
    paths = [tmp_path / "b.csv", tmp_path / "x.xlsx"]
    found = preview_import(STUDY, books, (), map_file=tmp_path / "map.yaml", files=paths)
    assert found.problems == ()
    assert [(file.name, file.sheet, file.rows, file.unused) for file in found.files] == [
        ("x.xlsx", "Labs", 1, ("room",)),
        ("b.csv", None, 1, ()),
    ]
    assert [sentence(note) for note in found.notes] == [
        "Only the sheet “Labs” was read, not “Notes”.",
        "No row of b.csv has “gone” in the column “state”.",
        "These files of the map were not given: c.csv.",
    ]
    assert [(note.code, note.level) for note in found.notes] == [
        ("IMPORT-31", "warning"),
        ("IMPORT-30", "warning"),
        ("IMPORT-32", "warning"),
    ]


def test_files_that_do_not_fit_the_map(desk: Desk, tmp_path: Path) -> None:
    """IMP-07: a file that is unknown, given twice, absent, or without a column, and a bad cell in a good one."""
    text = """
files:
  a: {file: a.csv, visit: baseline, columns: {ck: lab.ck}}
  b: {file: b.csv, columns: {sexx: person.sex}}
"""
    (tmp_path / "more").mkdir()
    files = {
        "a.csv": "id,ck\n1,high\n",
        "b.csv": "id,sex\n1,F\n",
        "more/A.CSV": "id,ck\n",
        "aa.csv": "",
        "more/b.csv": "id\n",
    }
    assert [(code, place.rpartition("/")[2]) for code, place in desk.told(text, files)] == [
        ("IMPORT-20", "A.CSV"),
        ("IMPORT-19", "aa.csv"),
        ("IMPORT-20", "b.csv"),
        ("IMPORT-06", "map.yaml:7:30"),
        ("VALUE-02", "a.csv:2, column “ck”, 1, baseline, lab.ck"),
    ]
    absent = preview_import(STUDY, {}, (), map_file=tmp_path / "map.yaml", files=[tmp_path / "c" / "a.csv"])
    assert [problem.code for problem in absent.problems] == ["TABLE-01"]
    no_map = preview_import(STUDY, {}, (), map_file=tmp_path / "no.yaml", files=[tmp_path / "a.csv"])
    assert [problem.code for problem in no_map.problems] == ["FILE-01"]


def test_an_unreadable_file_does_not_accuse_the_participants_of_others(desk: Desk) -> None:
    """IMP-07: whom the broken file would have enrolled is not told as unknown."""
    text = "\nfiles:\n  a: {file: a.csv, enrol: every row}\n  b: {file: b.csv, columns: {sex: person.sex}}\n"
    assert desk.told(text, {"a.csv": 'id\n"A\n', "b.csv": "id,sex\nA,F\n"}, known=False) == [("TABLE-17", "a.csv:2")]


def test_ten_thousand_cells_are_planned_quickly(desk: Desk) -> None:
    """IMP-08."""
    text = """
files:
  a:
    file: a.csv
    visit: baseline
    repeat: n
    columns: {a: doses.mg, b: events.term, c: {to: lab.note, visit: week 4, blank: ["–"]}}
"""
    wide = "id,n,a,b,c\n" + "".join(f"{n % 9 + 1},{n},{n % 300},{n},x\n" for n in range(3400))
    started = time.process_time()
    found = desk.preview(text, {"a.csv": wide})
    assert time.process_time() - started < 2
    assert (found.new, found.problems) == (3400 * 2 + 9, ())
