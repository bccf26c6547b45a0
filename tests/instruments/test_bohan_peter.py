"""The criteria of Bohan and Peter of 1975.

Requirements:
INST-50: all worked examples come out.
INST-51: a class is told only where all ways in which the unknown items can turn out agree; its bounds are exact.
INST-52: any exclusion leaves no class; a class needs all of them answered with no.
INST-53: one more answer never changes what was certain.
"""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.instruments import CATALOG
from trialbook.instruments.bohan_peter import BOHAN_PETER, COUNTED, EXCLUDING, IDS, score_bohan_peter

FILE = Path(__file__).parent / "cases" / "instrument_cases.json"
CASES = [case for case in json.loads(FILE.read_text(encoding="utf-8")) if case["instrument"] == "Bohan-Peter-1975"]
GAP = float("nan")
YES, NO = 1.0, 0.0
CLASS_OF = {("PM", 4): 3, ("PM", 3): 2, ("PM", 2): 1, ("DM", 4): 3, ("DM", 3): 3, ("DM", 2): 2, ("DM", 1): 1}
"""The published table: disease and number of findings -> class; none of it: no class."""
WORDS = {1: "possible", 2: "probable", 3: "definite"}
NONE = dict.fromkeys(IDS, NO)
Row: TypeAlias = "dict[str, float]"


def scores_of(*rows: Row) -> list[dict[str, float | None]]:
    """Score rows of answers; an item that a row leaves out is not answered, None is no score."""
    found = score_bohan_peter({name: np.array([row.get(name, GAP) for row in rows]) for name in IDS})
    return [
        {name: None if np.isnan(column[place]) else float(column[place]) for name, column in found.items()}
        for place in range(len(rows))
    ]


def by_the_table(row: Row) -> tuple[int, int]:
    """Return class and kind of a whole form, as a person reads them off the table."""
    disease = "DM" if row["rash"] else "PM"
    found = CLASS_OF.get((disease, sum(row[name] == YES for name in COUNTED)), 0)
    if any(row[name] for name in EXCLUDING):
        found = 0
    return found, (0 if found == 0 else {"PM": 1, "DM": 2}[disease])


def row_of(case: dict[str, Any]) -> Row:
    """Write a worked example as a row; the one exclusion it names stands for all five."""
    inputs = dict(case["inputs"])
    inputs["weakness"] = inputs.pop("proximal_weakness")
    row = NONE | dict.fromkeys(EXCLUDING, float(inputs.pop("exclusion_present")))
    return row | {name: float(value) for name, value in inputs.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, Any]) -> None:
    """INST-50."""
    (found,) = scores_of(row_of(case))
    level, kind = found["class"], found["kind"]
    assert level is not None
    assert kind is not None
    words = f"{WORDS[int(level)]} {('', 'PM', 'DM')[int(kind)]}" if level else "none"
    assert ("excluded" if found["excluded"] else words) == case["expected"]["class"]


def test_worked_examples_are_all_there() -> None:
    """INST-50."""
    assert [case["id"][-3:] for case in CASES] == ["002", "003", "004", "007", "008", "009"]
    assert CATALOG["bohan-peter"] is BOHAN_PETER


def test_every_form_against_all_the_ways_it_can_be_completed() -> None:
    """INST-51, INST-52: each of 3 to the 7th forms; three exclusions are left at no, two vary."""
    varied = (*COUNTED, "rash", *EXCLUDING[:2])
    rest = dict.fromkeys(EXCLUDING[2:], NO)
    rows = [rest | dict(zip(varied, answers, strict=True)) for answers in product((NO, YES, GAP), repeat=len(varied))]
    for row, found in zip(rows, scores_of(*rows), strict=True):
        ways = product(*((NO, YES) if np.isnan(row[name]) else (row[name],) for name in IDS))
        whole = [by_the_table(dict(zip(IDS, way, strict=True))) for way in ways]
        classes, kinds = {level for level, _ in whole}, {kind for _, kind in whole}
        probable = {float(level >= 2) for level in classes}
        assert (found["least"], found["most"]) == (min(classes), max(classes))
        assert found["class"] == (min(classes) if len(classes) == 1 else None)
        assert found["kind"] == (min(kinds) if len(kinds) == 1 else None)
        assert found["at_least_probable"] == (min(probable) if len(probable) == 1 else None)


@pytest.mark.parametrize("name", EXCLUDING)
def test_each_exclusion_leaves_no_class(name: str) -> None:
    """INST-52: also where the others are unknown; not answered, it leaves everything open."""
    full = NONE | dict.fromkeys(COUNTED, YES)
    excluded, alone, unknown = scores_of(full | {name: YES}, {name: YES}, full | {name: GAP})
    for found in (excluded, alone):
        assert (found["excluded"], found["class"], found["most"], found["at_least_probable"]) == (1, 0, 0, 0)
    assert (unknown["excluded"], unknown["class"], unknown["at_least_probable"]) == (None, None, None)
    assert (unknown["least"], unknown["most"], unknown["criteria"]) == (0, 3, 4)


def test_enough_is_known_without_the_last_finding() -> None:
    """INST-51: three findings are probable or definite, whatever the biopsy shows."""
    (found,) = scores_of(NONE | dict.fromkeys(COUNTED, YES) | {"biopsy": GAP})
    assert (found["criteria"], found["least"], found["most"], found["class"]) == (3, 2, 3, None)
    assert (found["at_least_probable"], found["kind"]) == (1, 1)


def test_nothing_answered_gives_nothing() -> None:
    """INST-51: and a code that the form lacks is no answer."""
    empty, odd = scores_of({}, dict.fromkeys(IDS, 2.0))
    assert set(empty.values()) == set(odd.values()) == {None}


def test_classes_have_their_words() -> None:
    """INST-50: every number that is a class or an answer says what it means."""
    for score in BOHAN_PETER.scores:
        levels = score.derived.levels
        assert score.better == "neither"
        assert tuple(levels) in {(), tuple(range(int(score.high) + 1))}
        assert bool(levels) == (score.derived.id != "criteria")
    (kind,) = [score.derived for score in BOHAN_PETER.scores if score.derived.id == "kind"]
    assert kind.levels[1] == {"en": "Polymyositis", "zh-Hant": "多發性肌炎"}


ROWS = st.fixed_dictionaries({name: st.sampled_from([NO, YES, GAP]) for name in IDS})


@settings(deadline=None)
@given(row=ROWS, name=st.sampled_from(IDS), answer=st.sampled_from([NO, YES]))
def test_one_more_answer_never_changes_what_was_certain(row: Row, name: str, answer: float) -> None:
    """INST-53."""
    before, after = scores_of(row, row | ({name: answer} if np.isnan(row[name]) else {}))
    for certain in ("excluded", "class", "kind", "at_least_probable"):
        assert before[certain] in {None, after[certain]}
    if before["least"] is not None and before["most"] is not None:
        assert after["least"] is not None
        assert after["most"] is not None
        assert before["least"] <= after["least"] <= after["most"] <= before["most"]
