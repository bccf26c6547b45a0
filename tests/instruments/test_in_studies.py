"""Instruments in a study: from the study file to the endpoint.

Requirements:
INST-40: a study file that names an instrument of the catalogue checks clean, and reads back as it was written out.
INST-41: the scores of an instrument are endpoints of the analysis, with their baselines and changes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from trialbook.analysis.datasets import from_casebooks
from trialbook.analysis.derive import endpoint_values
from trialbook.analysis.plan import run_plan
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.instruments import CATALOG
from trialbook.instruments.base import Instrument
from trialbook.instruments.haq_di import DIFFICULTIES
from trialbook.protocol.explain import explain
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study
from trialbook.wording import sentence

STUDY = """
trialbook: 1
study: {id: scales, title: Scales, design: open-label single-arm, data: invented, languages: [en, zh-Hant]}
roles: {nurse: {sees: everything, records: everything}}
visits:
  anchor: enrolment
  window: 3 days either side
  planned:
    start: {day: 0}
    week 4: {}
forms:
  page: {instrument: INSTRUMENT, at: [start, week 4], by: nurse}
endpoints:
ENDPOINTS
analysis:
  baseline: visit start
  set: enrolled
  sets: {enrolled: {label: Enrolled, who: enrolled}}
  primary: {endpoint: FIRST, at: week 4}
  test: paired t
  significant: p < 0.05, two-sided
  missing: available cases
"""


def study_of(instrument: Instrument, *, languages: str = "en, zh-Hant") -> tuple[Study, tuple[str, ...]]:
    """Read a study with an instrument, all of whose scores are endpoints; with every problem and warning."""
    scores = [(score.derived.id, score.better) for score in instrument.scores]
    lines = "\n".join(f"  {name}: {{from: page.{name}, better: {better}}}" for name, better in scores)
    text = STUDY.replace("INSTRUMENT", instrument.id).replace("ENDPOINTS", lines).replace("FIRST", scores[0][0])
    text = text.replace("en, zh-Hant", languages)
    study, problems = parse_study(text, file="study.yaml", catalog=CATALOG)
    told = tuple(f"{problem.code} {sentence(problem)}" for problem in problems)
    assert study is not None, told
    return study, told


def casebook(code: str, visits: dict[str, dict[str, str]]) -> Casebook:
    answers = {
        Cell(visit, "page", "", item): Answer(text=value, value=value, seq=number)
        for visit, cells in visits.items()
        for number, (item, value) in enumerate(cells.items(), start=1)
    }
    return Casebook(participant=code, status="enrolled", enrolled_on="2026-01-10", status_seq=1, answers=answers)


def found(study: Study, endpoint: str, *books: Casebook) -> dict[tuple[str, str], dict[str, Any]]:
    datasets = from_casebooks(study, {book.participant: book for book in books})
    frame = endpoint_values(study, datasets, endpoint)
    return {(row["participant"], row["visit"]): row for row in frame.iter_rows(named=True)}


@pytest.mark.parametrize("instrument", CATALOG.values(), ids=lambda instrument: instrument.id)
def test_study_checks_clean_and_reads_back(instrument: Instrument) -> None:
    """INST-40."""
    study, told = study_of(instrument)
    assert told == ()
    again, problems = parse_study(explain(study), file="explained.yaml", catalog=CATALOG)
    assert again is not None
    assert problems == ()
    assert replace(again, text="", fingerprint="") == replace(study, text="", fingerprint="")
    assert again.forms["page"].items == {item.id: item for item in instrument.items}


def test_a_study_has_the_labels_of_its_languages() -> None:
    """INST-40: and reads back in one language, too."""
    study, told = study_of(CATALOG["haq-di"], languages="en")
    assert told == ()
    form = study.forms["page"]
    texts = [text for item in form.items.values() for text in (item.label, *item.choices.values())]
    assert {tag for text in (*texts, *(one.label for one in form.derived.values())) for tag in text} == {"en"}
    assert parse_study(explain(study), file="explained.yaml", catalog=CATALOG)[1] == ()


def test_haq_di_through_the_analysis() -> None:
    """INST-41: lifted by a cane from 9/8 to 10/8 at the start; then better by 0.5; a gap of three categories."""
    study, _ = study_of(CATALOG["haq-di"])
    easy = dict.fromkeys(DIFFICULTIES, "0")
    start = easy | dict.fromkeys(("dressing_hair", "arising_bed", "walking_steps"), "1") | {"eating_cut": "3"}
    start |= {"reach_up": "3", "walking_aid": "yes", "dressing_help": "no"}
    later = easy | {"arising_chair": "3", "reach_up": "3", "grip_aid": "no"}
    short = {name: value for name, value in later.items() if not name.startswith(("grip", "reach", "hygiene"))}
    one = casebook("1", {"start": start, "week 4": later})
    two = casebook("2", {"start": start, "week 4": short | {"walking_aid": "no"}})
    rows = found(study, "di", one, two)
    assert {key: (row["value"], row["change"]) for key, row in rows.items()} == {
        ("1", "start"): (1.25, None), ("1", "week 4"): (0.75, -0.5), ("2", "start"): (1.25, None),
    }  # fmt: skip
    assert len(rows["1", "start"]["seqs"]) == 22
    plain = found(study, "di_without_aids", one, two)
    assert {key: row["value"] for key, row in plain.items()} == {
        ("1", "start"): 1.125, ("1", "week 4"): 0.75, ("2", "start"): 1.125,
    }  # fmt: skip


def test_haq_di_without_any_answer_about_aids_is_told_by_the_other_index_only() -> None:
    """INST-41."""
    study, _ = study_of(CATALOG["haq-di"])
    book = casebook("1", {"start": dict.fromkeys(DIFFICULTIES, "1")})
    assert found(study, "di", book) == {}
    assert found(study, "di_without_aids", book)["1", "start"]["value"] == 1


def test_sf_36_through_the_analysis() -> None:
    """INST-41: choice codes reach the scoring as numbers, up to the tests of the plan."""
    study, _ = study_of(CATALOG["sf-36-v1"])
    first = {item.id: "1" for item in CATALOG["sf-36-v1"].items}
    last = {item.id: tuple(item.choices)[-1] for item in CATALOG["sf-36-v1"].items}
    books = [casebook(code, {"start": first, "week 4": last}) for code in ("1", "2")]
    rows = found(study, "pf", *books)
    assert [row["change"] for row in rows.values()] == [None, 100.0, None, 100.0]
    datasets = from_casebooks(study, {book.participant: book for book in books})
    results = run_plan(study, datasets).results.by_id()
    assert results["change.rp.week_4.enrolled.mean"].value == 100
    assert found(study, "bp", *books)["1", "week 4"]["change"] == -100
