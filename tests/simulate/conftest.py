"""What the tests of rehearsals start from: a small study with everything that can go wrong, and the shipped one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from trialbook.folder import read_study
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study
from trialbook.simulate.scenario import Scenario, parse_scenario
from trialbook.simulate.scenario_check import check_scenario

STUDIES = Path(__file__).parents[2] / "src" / "trialbook" / "studies"

STUDY = """
trialbook: 1
study: {id: small, title: A small study, design: open-label single-arm, data: real, timezone: Asia/Hong_Kong}
roles:
  investigator: {sees: everything, records: [consent, person, prior, eligibility, drugs, infusion, events, blood]}
  nurse: {sees: everything, except: [rating], records: [haq, global]}
  assessor: {blind: true, records: [rating]}
eligibility:
  consent: consent.date
  inclusion:
    I1: {text: Adult, when: 'person.age >= 18'}
    I2: {text: Two failed, when: 'prior.failures >= 2'}
  exclusion:
    E1: {text: Operated lately, washout: {since: person.surgery, at_least: 4 weeks}}
    E2: {text: Infection}
treatments:
  drug:
    dose: 5 mg/kg
    weight: blood.weight
    round_to: 10 mg
    give: {route: intravenous, first: day 0, every: 2 weeks, times: 3, window: 1 day either side}
    before_each: [paracetamol]
    needs: {known: [person.hbsag], withhold_when: 'person.hbsag == "POS"'}
    recorded: {form: infusion, start: start, dose: given, premedication: before, interrupted: interrupted,
               incomplete: incomplete, reaction: reaction}
  others:
    class: immunosuppressant
    constant: {from: enrolment, to: week 12}
    recorded: {form: drugs, drug: drug, dose: dose, start: start, end: end}
visits:
  anchor: first infusion.start
  window: 3 days either side
  planned: {baseline: {day: -7 to 0, before: first infusion.start}}
  weeks: [4, 8, 12]
forms:
  consent: {at: once, items: {date: {date: full, required: true}}}
  person:
    at: once
    items:
      age: {number: year, scale: 0 to 120, decimals: 0}
      sex: {choice: {F: Female, M: Male}}
      pregnant: {choice: yes/no, when: 'person.sex == "F"'}
      surgery: {date: full, never: true}
      hbsag: {choice: {NEG: Negative, POS: Positive}}
  prior:
    at: once
    repeating: true
    items: {agent: {choice: [A, B, C, D], required: true}, failed: {choice: yes/no}}
    derive: {failures: {count_of: agent, where: 'prior.failed'}}
  infusion:
    at: any time
    repeating: true
    items:
      start: {date: full, required: true}
      given: {number: mg, scale: 0 to 2000, decimals: 0}
      before: {choice: yes/no}
      interrupted: {choice: yes/no}
      incomplete: {choice: yes/no}
      reaction: {choice: yes/no}
  drugs:
    at: any time
    repeating: true
    items: {drug: {choice: [P, Q]}, dose: {number: mg, expected: 0 to 100}, start: {date: partial}, end: {date: full}}
  blood:
    at: [baseline, week 4, week 8, week 12]
    items:
      weight: {number: kg, expected: 30 to 200, decimals: 1}
      ck: {number: U/L, expected: 0 to 20000, decimals: 0}
      mood: {choice: {GOOD: Good, BAD: Bad}}
      note: {text: line}
  haq: {instrument: haq-di, at: [baseline, week 8], by: [participant, nurse], complete: all}
  global:
    at: [baseline, week 4, week 8, week 12]
    by: [participant, nurse]
    complete: all
    items: {pain: {vas: 0 to 10, decimals: 1}}
  rating:
    by: assessor
    rater: same throughout
    at: [baseline, week 4, week 8, week 12]
    after: [haq, global]
    items: {arms: {groups: [left, right, neck, trunk], scale: 0 to 10, decimals: 0}}
    derive: {power: {mean_of: arms, at_least: 3 of 4}}
  events:
    at: any time
    repeating: true
    events: true
    items: {term: {text: line, required: true}, start: {date: partial}, end: {date: partial}}
missing: {ND: Not done}
endpoints: {power: {from: rating.power, better: higher}, ck: {from: blood.ck, better: lower}}
analysis:
  baseline: last before anchor
  sets: {all: {who: enrolled}}
  set: all
  primary: {endpoint: power, at: week 12}
  compare: each visit with baseline
  test: paired t
  significant: p < 0.05, two-sided
  missing: available cases
"""

Scene = Callable[[str], Scenario]


def small_study() -> Study:
    """Read the small study."""
    study, problems = parse_study(STUDY, file="study.yaml", catalog=CATALOG)
    assert study is not None, problems
    return study


def scene_of(study: Study, text: str) -> Scenario:
    """Read a scenario for a study, in which nothing may be wrong."""
    scenario, notes, stops = parse_scenario(f"trialbook-scenario: 1\n{text}", file="scenario.yaml")
    assert scenario is not None, stops
    check_scenario(scenario, study, notes)
    assert notes.problems == []
    return scenario


@pytest.fixture(scope="session")
def small() -> Study:
    """Return the small study."""
    return small_study()


@pytest.fixture(scope="session")
def scene(small: Study) -> Scene:
    """Return a function that reads a scenario for the small study."""
    return lambda text: scene_of(small, text)


@pytest.fixture(scope="session")
def shipped() -> Study:
    """Return the shipped study that has a scenario."""
    return read_study(STUDIES / "rituximab_polymyositis")
