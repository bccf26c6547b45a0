"""The scenario file: read as the study file is, and held against the study.

SCEN-A1: an empty file is the built-in scenario, and every default can be read.
SCEN-A2: every mistake is told at once, at its line and column, with the name that is probably meant.
SCEN-A3: each code of a scenario is produced.
SCEN-A4: the shipped scenario and the example of the reference are clean.
SCEN-A5: changes of a course are those of the baseline that they stand beside.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.simulate.conftest import STUDIES, STUDY, Scene

from trialbook.errors import Problem, StudyFileError
from trialbook.instruments import CATALOG
from trialbook.protocol.kinds import Key
from trialbook.protocol.model import Study
from trialbook.protocol.nodes import ScalarNode
from trialbook.protocol.read import parse_study
from trialbook.protocol.reading import Notes, take
from trialbook.simulate.courses import Bounds, Course, Spread
from trialbook.simulate.grammar import SECTIONS
from trialbook.simulate.scenario import built_in, course_of, parse_scenario, read_scenario
from trialbook.simulate.scenario_check import check_scenario
from trialbook.wording import CATALOGUE, remedy, sentence

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "scenario-file.md"


def problems_of(study: Study, text: str) -> list[Problem]:
    """Return what is wrong with a scenario."""
    scenario, notes, stops = parse_scenario(f"trialbook-scenario: 1\n{text}", file="s.yaml")
    if scenario is None:
        return list(stops)
    check_scenario(scenario, study, notes)
    return notes.problems


def test_nothing_said_is_built_in(scene: Scene) -> None:
    """SCEN-A1."""
    assert replace(scene(""), text="") == built_in()


@pytest.mark.parametrize(("section", "key"), [(one.name, key) for one in SECTIONS.values() for key in one.keys])
def test_defaults_and_examples(section: str, key: Key) -> None:
    """SCEN-A1: every default can be read as what it is a default of, and every key is explained."""
    assert key.doc.endswith("."), (section, key.name)
    assert not (key.required and (key.default or key.otherwise))
    if key.default is not None:
        notes = Notes(file="")
        assert take(ScalarNode(text=key.default, line=1, column=1), key.kind, (), notes) is not None
        assert notes.problems == []


def test_everything_at_once(small: Study) -> None:
    """SCEN-A2."""
    found = problems_of(
        small,
        """screening: {fails: {I9: 5 %}, unkown: 2 %}
visits: {late: 120 %}
background: {drugs: {P: {taken: half}}}
values:
  blood.kc: {baseline: 'mean 5, sd 1'}
  blood.ck: {baseline: 'median -3, spread 2'}
  rating.arms: {course: {week 5: same}}
""",
    )
    told = {(problem.code, problem.place.line, problem.place.column) for problem in found}
    assert {
        ("STUDY-02", 2, 31),
        ("SCEN-01", 2, 25),
        ("STUDY-06", 3, 16),
        ("STUDY-03", 4, 22),
        ("SCEN-02", 6, 3),
    } <= told
    assert {code for code, line, _ in told if line == 7} == {"STUDY-06", "SCEN-13"}
    assert {code for code, line, _ in told if line == 8} == {"SCEN-12", "SCEN-13"}
    texts = " ".join(sentence(problem) + remedy(problem) for problem in found)
    assert "Did you mean “unknown”?" in texts
    assert "Did you mean “blood.ck”?" in texts


WRONG = {
    "SCEN-01": "screening: {unknown: {X: 1 %}}",
    "SCEN-02": "values: {prior.failures: {baseline: always 2}}",
    "SCEN-03": "at_end: [blood]",
    "SCEN-04": "rows: {blood: 1 to 2}",
    "SCEN-05": "background: {drugs: {Z: {dose: 3}}}",
    "SCEN-06": "values: {rating.arms: {baseline: always 3}, rating.power: {baseline: always 3}}",
    "SCEN-07": "values: {blood.mood: {baseline: always 3}}",
    "SCEN-08": "values: {blood.mood: {weights: {FAIR: 1}}}",
    "SCEN-09": "values: {blood.mood: {weights: {GOOD: 0, BAD: 0}}}",
    "SCEN-11": "values: {blood.ck: {baseline: always 3, by_type: {best: {baseline: always 2}}}}",
    "SCEN-12": "values: {blood.ck: {baseline: always 3, course: {baseline: same}}}",
    "SCEN-13": "values: {blood.ck: {together: 50 %}}",
    "SCEN-14": "values: {blood.ck: {baseline: 'mean 3, sd 1', course: {week 4: 'median 3, spread 2'}}}",
    "SCEN-15": "values: {global.pain: {baseline: 'mean 3, sd 1', course: {week 8: shift +8}}}",
}


@pytest.mark.parametrize("code", WRONG)
def test_each_code(code: str, small: Study) -> None:
    """SCEN-A3."""
    found = problems_of(small, WRONG[code])
    assert code in {problem.code for problem in found}
    assert all(sentence(problem) and remedy(problem) and problem.place.line == 2 for problem in found)


def test_what_cannot_happen() -> None:
    """SCEN-A3: SCEN-10, in a study without events and doses."""
    cut = re.sub(r"  events:\n.*?(?=missing:)", "", STUDY, flags=re.DOTALL).replace(", events, blood]", ", blood]")
    study, problems = parse_study(cut, file="s.yaml", catalog=CATALOG)
    assert study is not None, problems
    found = problems_of(study, "at_least: {once: [adverse event, late visit]}")
    assert [problem.code for problem in found] == ["SCEN-10"]


def test_every_code_is_tried() -> None:
    """SCEN-A3: those from SCEN-20 on are about folders and participants, and tried with these."""
    own = {code for code in CATALOGUE if code.startswith("SCEN-") and code < "SCEN-20"}
    assert own == {*WRONG, "SCEN-10"}


@pytest.mark.parametrize("text", ["- a list", "visits: [", "a: 1\na: 2", "x: !tag 1"])
def test_what_cannot_be_read(tmp_path: Path, text: str, small: Study) -> None:
    """SCEN-A2: the reading stops, and says where."""
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StudyFileError) as told:
        read_scenario(file, small)
    assert all(problem.code.startswith("FILE-") for problem in told.value.problems)
    with pytest.raises(StudyFileError):
        read_scenario(tmp_path / "absent.yaml", small)


def test_the_shipped_scenario(shipped: Study) -> None:
    """SCEN-A4."""
    scenario = read_scenario(STUDIES / "rituximab_polymyositis" / "scenario.yaml", shipped)
    assert dict(scenario.types) == {"full": 2, "modest": 2}


def test_the_example_of_the_reference() -> None:
    """SCEN-A4: it reads without a problem of its own."""
    (example,) = re.findall(r"```yaml\n(.*?)```", REFERENCE.read_text(encoding="utf-8"), flags=re.DOTALL)
    scenario, notes, _ = parse_scenario(example, file="example.yaml")
    assert scenario is not None
    assert notes.problems == []


def test_courses(scene: Scene, small: Study) -> None:
    """SCEN-A5: a type takes from the rule of all what it does not say."""
    scenario = scene(
        """types: {good: 1, bad: 1}
values:
  blood.ck:
    baseline: median 1000, spread 2
    course: {week 4: same, week 12: factor 0.5}
    by_type: {bad: {course: {week 12: 'median 900, spread 3'}}}
"""
    )
    rule = scenario.values["blood.ck"]

    def log(centre: float, width: float) -> Spread:
        return Spread(kind="log", centre=centre, width=width)

    good, bad = (course_of(small, rule, kind, Bounds()) for kind in ("good", "bad"))
    assert good == Course(points=((0, log(1000, 2)), (28, log(1000, 2)), (84, log(500, 2))))
    assert bad == Course(points=((0, log(1000, 2)), (84, log(900, 3))))
