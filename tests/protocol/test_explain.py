"""A study written out with all defaults reads back as it was.

EXPL-01: explain(study) reads without any problem and gives an equal study, `text` and `fingerprint` apart.
EXPL-02: every default of the grammar that applies is written.
EXPL-03: every assumption stays where it was, with its reason.
EXPL-04: any text that can stand in a file is written so that every YAML reader reads it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from trialbook.errors import Problem
from trialbook.protocol.explain import explain
from trialbook.protocol.model import Study
from trialbook.protocol.nodes import CONTROL
from trialbook.protocol.plain_yaml import Tree, write_yaml

Read = Callable[[str], tuple[Study | None, tuple[Problem, ...]]]

ASSUMED = """\
trialbook: 1
study: {id: small, title: {is: A study, assumed: a}, design: open-label single-arm, data: invented, assumed: b}
roles:
  nurse: {sees: {is: everything, assumed: c}, records: [{is: everything, assumed: d}]}
visits:
  anchor: {is: enrolment, assumed: e}
  planned:
    first: {day: {is: -3 to 2, assumed: f}}
    second: {week: {is: 2, assumed: g}, window: 1 day either side}
    third: {day: 30, window: {is: 2 days before to 0 days after, assumed: h}}
    week 8: {window: {is: {is: 1 week either side, assumed: i}, assumed: j}, assumed: true}
    week 10: {window: 0 days either side}
  weeks: {is: [8, 10], assumed: k}
  sets: {all: {is: first to week 10, assumed: l}}
forms:
  page:
    at: {is: all, assumed: m}
    items:
      code: {choice: [A, {is: B, assumed: n}, {is: "C.D", assumed: true}]}
      codes: {choice: {A.B: {is: "yes", assumed: o}, A: {is: 'no: x', assumed: p}}}
      ck: {number: U/L, upper: {is: 200, assumed: q}, lower: {F: 1, M: {is: 2, assumed: r}, assumed: s}}
      ggt: {number: U/L, loinc: 2324-2, upper: {F: 30, M 0 to 17: 35, M from 18: 40}, grade: GGT increased}
      many: {groups: {is: [one, two], assumed: t}, scale: {is: 0 to 3, assumed: u}}
      assumed: the items
    derive: {sum: {sum_of: [ck, many], at_least: {is: all, assumed: v}, unit: count, gaps: left out}}
  person: {at: once, items: {sex: {choice: {F: Female, M: Male}}, age: {number: year}}}
participants: {sex: person.sex, age: person.age}
endpoints:
  ck: {from: page.ck, better: lower, meaningful: {is: 20, source: Invented}}
  ggt: {from: page.ggt, better: lower, meaningful: 0.5, friedman: true,
    reliability: {is: 0.9, sd: 12.50, source: Invented},
    entry: {at_least: 60, mean: 30.5, sd: 20, times: 2, source: {is: Invented, assumed: z}}}
  code: {levels: page.code, better: higher}
  low: {when: 'page.ck < 100.0', at: [first, second to week 8], time_to: {event: relapse, censor: end of follow-up}}
  high: {when: 'page.ck > 100.0', at: week 8, time_to: response}
analysis:
  baseline: visit first
  primary: {is: none, assumed: w}
  test: paired t
  missing: {is: locf, assumed: x}
  design: {endpoint: low, kind: simon minimax, p0: {is: 10 %, assumed: A}, p1: 32.5 %}
report: {figures: [{panel: [ck, {is: ck, assumed: y}], title: 'Two: "ck"'}], table_1: [page.code]}
assumed: all of it
"""


@pytest.mark.parametrize(
    "name",
    ["minimal", "template", "rituximab", "infliximab_myositis", "xanomeline_four", "rituximab_polymyositis", "assumed"],
)
def test_reads_back_equal(read: Read, samples: Mapping[str, str], name: str) -> None:
    """EXPL-01, EXPL-03."""
    study, problems = read(ASSUMED if name == "assumed" else samples[name])
    assert study is not None, problems
    explained = explain(study)
    again, problems = read(explained)
    assert again is not None, problems
    assert not [problem for problem in problems if problem.level == "error"]
    assert replace(again, text="", fingerprint="") == replace(study, text="", fingerprint="")
    assert explain(again) == explained


def test_every_assumption_is_kept(read: Read) -> None:
    """EXPL-03."""
    study, _ = read(ASSUMED)
    assert study is not None
    reasons = sorted(found.why for found in study.assumptions)
    assert reasons == sorted([*"abcdefghijklmnopqrstuvwxyzA", "", "", "the items", "all of it"])
    assert explain(study).count("assumed:") == len(reasons)


def test_defaults_are_written(read: Read, samples: Mapping[str, str]) -> None:
    """EXPL-02."""
    study, _ = read(samples["minimal"])
    assert study is not None
    explained = explain(study)
    for line in (
        "timezone: UTC", "languages: [en]", "  investigator:", "sees: [everything]", "blind: false", "label: Week 4",
        "by: [investigator]", "release: at once", "required: false", "ND: Not done", "unit: score", "log: false",
        "set: enrolled", "sensitivity: [sign flip, signed rank]", "significant: p < 0.05, two-sided",
        "confidence: 95 %", "multiplicity: none", "intercurrent: treatment policy", "looks: at any time",
        "figures: [strength]",
    ):  # fmt: skip
        assert line in explained


TEXTS = st.text(min_size=1, max_size=30).filter(
    lambda text: not CONTROL.search(text) and text == " ".join(text.split())
)
TREES: st.SearchStrategy[Tree] = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)


@given(tree=st.dictionaries(TEXTS, TREES, min_size=1, max_size=4))
def test_written_yaml_is_read_back(tree: dict[str, Tree]) -> None:
    """EXPL-04."""
    yaml = YAML(typ="base", pure=True)
    assert yaml.load(write_yaml(tree)) == tree
