"""Map files: every mistake is told at once, with line, column, sentence and remedy.

MAP-R1: every key of the language is read.
MAP-R2: unknown, absent and ill-shaped keys are told, with what was probably meant.
MAP-R3: every item, visit, code, unit and condition is checked against the study.
MAP-R4: a file that is no map at all gets a sentence.
MAP-R5: the maps of the shipped studies are read without a word.
MAP-R6: no text makes the reader fail with anything but problems.
MAP-R7: every key of the language stands in the reference, and the example of the how-to is read.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trialbook
from trialbook.exchange.map_file import parse_map, read_map
from trialbook.exchange.map_nodes import KEYS
from trialbook.exchange.mapping import ImportMap
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study, read_study
from trialbook.wording import remedy, sentence

SHIPPED = Path(trialbook.__file__).parent / "studies"

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
      smokes: {label: Smokes, choice: yes/no}
  lab:
    label: Laboratory
    at: [baseline, week 4]
    items:
      ck: {label: Creatine kinase, number: U/L, accepts: [ukat/L]}
      note: {label: Note, text: line}
  strength:
    label: Strength
    at: [week 4]
    items:
      arms: {groups: [left, right], scale: 0 to 10}
    derive: {power: {mean_of: arms, at_least: 2 of 2}}
  events:
    label: Adverse events
    at: any time
    repeating: true
    items:
      term: {label: Event, text: line}
missing: {ND: Not done}
"""


def study() -> Study:
    """Return the study of this file."""
    parsed, problems = parse_study(STUDY_TEXT, file="study.yaml")
    assert parsed is not None, problems
    return parsed


STUDY = study()

FULL = r"""
trialbook-map: 1
study: s
participant: {column: ID, pattern: 'S-(\d+)'}
visit: {column: VISIT, codes: {BASE: baseline, W4: week 4}, unscheduled: [EXTRA, UNS*]}
blank: ["-"]
files:
  people:
    file: people.csv
    separator: semicolon
    header row: 3
    participant: code
    decimal: comma
    ignore: [initials]
    screen: every row
    enrol: {date: consent, or: first_dose, where: {status: [in, out]}}
    complete: {where: {status: in}, unless: {lost: [y, j]}, date: end}
    withdraw: {where: {status: out}, date: end, reason: {first of: [why, other]}}
    columns:
      sex: person.sex
      smokes: {to: person.smokes, codes: {j: 'yes', n: 'no'}, blank: ["?"]}
      ck before/after: {split: "/", into: [{to: lab.ck, visit: baseline, unit: U/L}, {to: lab.ck, visit: week 4}]}
      events: {to: events.term, split: ", ", repeat: count}
  labs:
    file: labs.xlsx
    sheet: Labs
    visit: {column: WHEN}
    long:
      name: [test, place]
      value: result
      unit: {column: unit, codes: {units: U/L}}
      items: {CK blood: lab.ck, NOTE: {to: lab.note, blank: [none]}}
      ignore: [ALT]
  diary:
    file: diary.csv
    visit: week 4
    repeat: row
    columns: {event: events.term, text: {to: lab.note}}
"""


def parsed(text: str) -> ImportMap:
    """Read a map that has no mistakes."""
    found, problems = parse_map(text, file="map.yaml", study=STUDY)
    assert found is not None, [(problem.place, sentence(problem)) for problem in problems]
    return found


def told(text: str) -> list[tuple[str, int | None, int | None]]:
    """Return code, line and column of every problem of a map; each has a sentence and a remedy."""
    found, problems = parse_map(text, file="map.yaml", study=STUDY)
    assert (found is None) == bool(problems)
    for problem in problems:
        assert problem.place.file == "map.yaml"
        assert len(sentence(problem)) > 15
        assert len(remedy(problem)) > 5
    return [(problem.code, problem.place.line, problem.place.column) for problem in problems]


def test_every_key_is_read() -> None:
    """MAP-R1."""
    people, labs, diary = parsed(FULL).files
    assert (people.file, people.separator, people.header_row, people.participant.column) == (
        "people.csv",
        ";",
        3,
        "code",
    )
    assert [rule.act for rule in people.statuses] == ["screen", "enrol", "complete", "withdraw"]
    assert [rule.every_row for rule in people.statuses] == [True, False, False, False]
    assert people.statuses[1].date == ("consent", "first_dose")
    assert people.statuses[1].where[0].texts == ("in", "out")
    assert people.statuses[2].unless[0].column == "lost"
    assert people.statuses[3].reason == ("why", "other")
    sex, smokes, split, events = people.columns
    assert (sex.targets[0].form, sex.targets[0].item, sex.targets[0].reading.decimal_comma) == ("person", "sex", True)
    assert smokes.targets[0].reading.codes == {"j": "yes", "n": "no"}
    assert smokes.targets[0].reading.blank == smokes.reading.blank == ("-", "?")
    assert [target.visit for target in split.targets] == ["baseline", "week 4"]
    assert split.targets[0].unit is not None
    assert (split.split, split.targets[0].unit.fixed, split.targets[1].unit) == ("/", "U/L", None)
    assert (events.split, events.counted) == (",", True)
    assert (labs.sheet, labs.participant.column) == ("Labs", "ID")
    assert labs.visit is not None
    assert (labs.visit.column, labs.visit.codes) == ("WHEN", {"BASE": "baseline", "W4": "week 4"})
    assert [labs.visit.is_unscheduled(name) for name in ("EXTRA", "EXTRA 2", "UNS 1.1", "uns")] == [
        True,
        False,
        True,
        False,
    ]
    assert labs.long is not None
    assert (labs.long.names, labs.long.value, labs.long.ignore) == (("test", "place"), "result", frozenset({"ALT"}))
    assert labs.long.items["NOTE"].reading.blank == ("-", "none")
    unit = labs.long.items["CK blood"].unit
    assert unit is not None
    assert (unit.column, unit.codes) == ("unit", {"units": "U/L"})
    assert diary.visit is not None
    assert (diary.visit.fixed, diary.repeat) == ("week 4", "row")
    assert set(labs.used_columns()) == {"ID", "WHEN", "test", "place", "result", "unit"}
    used = {
        "code",
        "sex",
        "smokes",
        "ck before/after",
        "events",
        "consent",
        "first_dose",
        "status",
        "lost",
        "end",
        "why",
        "other",
    }
    assert set(people.used_columns()) == used


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('blank: ["-"]', 'blanc: ["-"]', [("MAP-01", 6, 1)]),
        ("    header row:", "    heading row:", [("MAP-01", 11, 5)]),
        ("    file: diary.csv\n", "", [("MAP-02", 35, 5)]),
        ("trialbook-map: 1\n", "", [("MAP-02", 2, 1)]),
        ("    header row: 3", "    header row: three", [("MAP-03", 11, 17)]),
        ("sex: person.sex", "sex: person", [("MAP-03", 20, 12)]),
        (
            "columns: {event: events.term, text: {to: lab.note}}",
            "columns: [a, b]",
            [("MAP-03", 38, 14)],
        ),
        ("participant: code", "participant: [code]", [("MAP-03", 12, 18)]),
        ("{to: lab.ck, visit: week 4}]}", "{to: lab.ck, visit: [week 4]}]}", [("MAP-03", 22, 106)]),
        ("separator: semicolon", "separator: ;", [("MAP-04", 10, 16)]),
        ("trialbook-map: 1", "trialbook-map: 2", [("MAP-04", 2, 16)]),
        ("screen: every row", "screen: all rows", [("MAP-04", 15, 13)]),
        (r"S-(\d+)", r"S-\d+", [("MAP-06", 4, 36)]),
        (r"S-(\d+)", r"S-(\d+", [("MAP-06", 4, 36)]),
        ("sex: person.sex", "sex: {codes: {F: F}}", [("MAP-07", 20, 7)]),
        ('split: "/", into', "into", [("MAP-07", 22, 7)]),
        (", repeat: count}", "}", [("MAP-07", 23, 7)]),
        ("visit: week 4}]}", "visit: week 4}], repeat: count}", [("MAP-07", 22, 7), ("MAP-20", 22, 7)]),
        ("ignore: [ALT]", "ignore: [ALT, NOTE]", [("MAP-08", 33, 15)]),
        ("study: s", "study: t", [("MAP-09", 3, 8)]),
        ("file: diary.csv", "file: People.csv", [("MAP-11", 34, 3)]),
        ("    columns: {event: events.term, text: {to: lab.note}}\n", "", [("MAP-12", 34, 3)]),
        ("W4: week 4", "W4: week 5", [("MAP-13", 5, 31)]),
        ("visit: week 4\n", "visit: week four\n", [("MAP-13", 36, 12)]),
        ("visit: baseline, unit", "visit: basline, unit", [("MAP-13", 22, 49)]),
        ("sex: person.sex", "sex: persn.sex", [("MAP-14", 20, 12)]),
        ("sex: person.sex", "sex: person.sez", [("MAP-15", 20, 12)]),
        ("NOTE: {to: lab.note", "NOTE: {to: strength.power", [("MAP-16", 32, 44)]),
        ("sex: person.sex", "sex: {to: person.sex, visit: week 4}", [("MAP-17", 20, 17)]),
        ("    visit: {column: WHEN}\n", "", [("MAP-18", 31, 25), ("MAP-18", 31, 44)]),
        ("    repeat: row\n", "", [("MAP-19", 37, 22)]),
        ("sex: person.sex", "sex: {to: person.sex, repeat: count}", [("MAP-20", 20, 7)]),
        ("j: 'yes'", "j: 'ja'", [("MAP-21", 21, 20)]),
        ("unit: U/L}, ", "unit: mg/L}, ", [("MAP-22", 22, 80)]),
        ("{units: U/L}", "{units: unite}", [("MAP-23", 31, 13)]),
        ("lost: [y, j]", "sex: [F, f]", [("MAP-24", 17, 46)]),
    ],
)
def test_mistakes_are_told_where_they_are(old: str, new: str, expected: list[tuple[str, int, int]]) -> None:
    """MAP-R2, MAP-R3."""
    assert FULL.count(old) == 1
    assert told(FULL.replace(old, new)) == expected


def test_all_mistakes_are_told_at_once_and_in_order() -> None:
    """MAP-R2, MAP-R3: the remedy says what was probably meant."""
    text = FULL.replace("blank:", "blanc:", 1).replace("person.sex", "person.sez").replace("W4: week 4", "W4: wek 4")
    found, problems = parse_map(text, file="map.yaml", study=STUDY)
    assert found is None
    assert [problem.code for problem in problems] == ["MAP-13", "MAP-01", "MAP-15"]
    assert [remedy(problem).partition(" The")[0].partition(" Its")[0] for problem in problems] == [
        "Did you mean “week 4”?",
        "Did you mean “blank”?",
        "Did you mean “sex”?",
    ]


def test_a_map_without_files() -> None:
    """MAP-R3."""
    assert told("trialbook-map: 1\nstudy: s\nfiles: {}\n") == [("MAP-10", 2, 8)]
    nobody = "trialbook-map: 1\nstudy: s\nfiles: {a: {file: a.csv, columns: {x: person.sex}}}\n"
    assert told(nobody) == [("MAP-05", 3, 9)]


@pytest.mark.parametrize(
    "content", [b"", b"- a\n", b"\xff\xfe", b"PK\x03\x04", b"a: [", b"a: 1\na: 2\n", "é: 1".encode("latin-1")]
)
def test_what_is_no_map(tmp_path: Path, content: bytes) -> None:
    """MAP-R4."""
    path = tmp_path / "map.yaml"
    path.write_bytes(content)
    for given_path in (path, tmp_path, tmp_path / "absent.yaml"):
        found, problems = read_map(given_path, STUDY)
        assert found is None
        assert all(sentence(problem) and remedy(problem) for problem in problems)
        assert problems


@pytest.mark.parametrize("name", ["infliximab_myositis", "xanomeline_four"])
def test_shipped_maps_are_read(name: str) -> None:
    """MAP-R5."""
    plan = read_study(SHIPPED / name / "study.yaml", catalog=CATALOG)
    found, problems = read_map(SHIPPED / name / "map.yaml", plan)
    assert problems == ()
    assert found is not None
    assert {rule.file for rule in found.files} == {path.name for path in (SHIPPED / name / "data").iterdir()}


DOCS = Path(__file__).parents[2] / "docs"


def test_every_key_is_documented() -> None:
    """MAP-R7."""
    reference = (DOCS / "reference" / "mapping-file.md").read_text(encoding="utf-8")
    keys = {key for keys in KEYS.values() for key in keys} - {"first of"}
    assert [key for key in sorted(keys) if f"`{key}`" not in reference] == []
    assert "first of" in reference


def test_the_example_of_the_how_to_is_read() -> None:
    """MAP-R7."""
    page = (DOCS / "how-to" / "import.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    plan = STUDY_TEXT.replace("id: s,", "id: my-study,").replace("  lab:\n", "  enzymes:\n")
    renamed, problems = parse_study(plan, file="study.yaml")
    assert renamed is not None, problems
    found, told_of = parse_map(example, file="import.md", study=renamed)
    assert told_of == ()
    assert found is not None
    assert [rule.key for rule in found.files] == ["enrolment", "laboratory"]


PIECES = st.sampled_from(
    ["{", "}", "[", "]", ": ", "- ", "'", "week 4", "to", "count", "1", "", " ", "\n", "lab.ck", "é", "&a", "*a", "!x"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(FULL) - 1), st.integers(0, 12), PIECES), min_size=1, max_size=4))
def test_no_text_breaks_the_reader(edits: list[tuple[int, int, str]]) -> None:
    """MAP-R6: a few pieces of a good map are replaced by others."""
    text = FULL
    for place, length, piece in edits:
        text = text[:place] + piece + text[place + length :]
    told(text)
