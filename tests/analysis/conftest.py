"""What the tests of the analysis start from: a small study written by hand, and the shipped studies as imported."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

import trialbook
from trialbook.analysis.datasets import Datasets, collect, from_casebooks
from trialbook.capture.book import Book
from trialbook.conduct.casebook import Answer, Casebook, Cell, ParticipantStatus
from trialbook.exchange.imports import preview_import
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study, read_study
from trialbook.wording import sentence

SHIPPED = Path(trialbook.__file__).parent / "studies"

STUDY = """
trialbook: 1
study: {id: small, title: Small, design: open-label single-arm, data: invented}
roles:
  investigator: {sees: everything, records: everything}
visits:
  anchor: enrolment
  window: {is: 3 days either side, assumed: invented}
  planned:
    screening: {day: -14 to -4}
    start: {day: 0}
    week 4: {}
    week 8: {}
forms:
  background:
    at: once
    by: investigator
    items:
      age: {number: year, scale: 0 to 120, decimals: 0}
      sex: {choice: {F: Female, M: Male}}
      drugs: {choice: [aza, mtx, mmf], several: true}
      note: {text: line}
  blood:
    at: [screening, start, week 4, week 8]
    by: investigator
    items:
      is_baseline: {choice: yes/no}
      ck: {label: Creatine kinase, number: U/L, accepts: [ukat/L], decimals: 0}
      crp: {number: mg/L, decimals: 1}
      smoker: {choice: yes/no}
  strength:
    at: [start, week 4, week 8]
    by: investigator
    items:
      arm: {groups: [left, right, grip], scale: 0 to 10}
    derive:
      power: {mean_of: arm, at_least: 2 of 3}
      total: {sum_of: [arm.left, arm.right, arm.grip], at_least: 3 of 3}
  harms:
    at: any time
    by: investigator
    repeating: true
    events: true
    items:
      term: {text: line, required: true}
      class: {text: line}
missing: {ND: Not done}
endpoints:
  ck: {from: blood.ck, better: lower, also: ukat/L, log: true}
  crp: {from: blood.crp}
  power: {from: strength.power, better: higher}
  strong: {when: 'strength.power >= 8.0', at: week 8}
analysis:
  baseline: BASELINE
  set: enrolled
  sets:
    enrolled: {label: Enrolled, who: enrolled}
    completers: {label: Completers, who: completed}
    women: {label: Women, who: condition, when: 'background.sex == "F"'}
  primary: {endpoint: ck, at: week 8}
  compare: each visit with baseline
  test: paired t
  significant: p < 0.05, two-sided
  missing: available cases
report:
  table_1: [background.age, background.sex, background.drugs, blood.ck, blood.smoker, strength.total]
"""


@cache
def small_study(baseline: str = "last before anchor", **changes: str) -> Study:
    """Read the small study with a baseline rule, and with lines of it replaced."""
    text = STUDY.replace("BASELINE", baseline)
    for old, new in changes.items():
        line = f"  {old}:"
        start = text.rindex(f"\n{line}") + 1
        text = text[:start] + f"{line} {new}" + text[text.index("\n", start) :]
    study, problems = parse_study(text, file="small.yaml", catalog=CATALOG)
    assert study is not None, [sentence(problem) for problem in problems]
    return study


SEQS = itertools.count(1)
Cells = Mapping[str, str | None]


def person(
    code: str, cells: Cells, *, status: ParticipantStatus = "enrolled", on: str | None = "2026-01-10"
) -> Casebook:
    """Write a casebook: `visit|form.item` or `visit|form.item|repeat` -> canonical value, None for not done."""
    answers = {}
    for name, value in cells.items():
        visit, target, repeat = (*name.split("|"), "")[:3]
        form, _, item = target.partition(".")
        missing = None if value is not None else "ND"
        answers[Cell(visit, form, repeat, item)] = Answer(
            text=value or "ND", value=value, missing=missing, seq=next(SEQS)
        )
    return Casebook(participant=code, status=status, enrolled_on=on, status_seq=next(SEQS), answers=answers)


def datasets_of(study: Study, *people: Casebook) -> Datasets:
    """Collect hand-written casebooks."""
    return from_casebooks(study, {one.participant: one for one in people})


@pytest.fixture(name="small", scope="session")
def small_study_fixture() -> Callable[..., Study]:
    """Return the reader of the small study."""
    return small_study


@pytest.fixture(name="person", scope="session")
def person_fixture() -> Callable[..., Casebook]:
    """Return the writer of casebooks."""
    return person


@pytest.fixture(name="datasets_of", scope="session")
def datasets_of_fixture() -> Callable[..., Datasets]:
    """Return the collector of hand-written casebooks."""
    return datasets_of


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Datasets]:
    """Return a function that imports a shipped study through a real book, and collects its frames."""

    @cache
    def load(name: str) -> Datasets:
        folder = SHIPPED / name
        study = read_study(folder / "study.yaml", catalog=CATALOG)
        numbers = itertools.count(1)
        with Book.create(
            tmp_path_factory.mktemp(name) / "ledger.db", study=study, by="carla",
            now=lambda: datetime(2026, 3, 2, tzinfo=UTC), new_id=lambda: f"id-{next(numbers):08d}",
        ) as book:  # fmt: skip
            files = sorted((folder / "data").iterdir())
            preview = preview_import(study, book.casebooks(), book.entries(), map_file=folder / "map.yaml", files=files)
            assert not preview.problems
            book.record(preview.act(), by="carla")
            return collect(study, book.columns())

    return load
