"""Conditions as people read them.

WORDS-01: names are the labels of items, codes those of choices, in the language of the reader; signs are words.
WORDS-02: what the study does not know stays as it is written.
"""

from __future__ import annotations

import pytest

from trialbook.protocol.condition_words import SIGNS, condition_words
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study

TEXT = """\
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test, languages: [en, zh-Hant]}
visits: {anchor: enrolment, planned: {baseline: {day: -7 to 0}}}
forms:
  serology:
    at: once
    items:
      hbsag: {label: {en: HBsAg, zh-Hant: 表面抗原}, choice: {NEG: Negative, POS: {en: Positive, zh-Hant: 陽性}}}
      infected: {label: {en: Infected, zh-Hant: 感染}, choice: yes/no}
      fever: {label: Temperature, number: Cel}
"""


def study() -> Study:
    read, problems = parse_study(TEXT, file="s.yaml")
    assert read is not None, problems
    return read


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('serology.hbsag == "POS"', "“HBsAg” = “Positive”"),
        ("serology.hbsag != 'NEG' || serology.infected", "“HBsAg” ≠ “Negative” or “Infected” = yes"),
        ("!serology.infected && serology.fever>=38.5", "not “Infected” = yes and “Temperature” ≥ 38.5"),
        ('(serology.infected == "yes") && size(x.y) < 2', "(“Infected” = “yes”) and size (x.y) < 2"),
        ("!has(serology.infected) || serology.infected", "not “Infected” is answered or “Infected” = yes"),
        ('serology.fever > 38 && "POS" == serology.hbsag', "“Temperature” > 38 and “Positive” = “HBsAg”"),
        ('serology.hbsag == "POS" || "NEG" == other.x', "“HBsAg” = “Positive” or “NEG” = other.x"),
        ('serology.hbsag in ["POS", "NEG"]', "“HBsAg” in [“Positive”, “Negative”]"),
    ],
)
def test_words_01_labels_and_signs(condition: str, words: str) -> None:
    """WORDS-01."""
    assert condition_words(study(), condition) == words


def test_words_01_in_the_language_of_the_reader() -> None:
    """WORDS-01."""
    signs = {**SIGNS, "||": "或", "yes": "是"}
    told = condition_words(study(), 'serology.hbsag == "POS" || serology.infected', "zh-Hant", signs=signs)
    assert told == "“表面抗原” = “陽性” 或 “感染” = 是"


@pytest.mark.parametrize("condition", ['nothing.here == "X"', "serology.gone > 2", "", "baseline.serology.fever > 3"])
def test_words_02_what_is_not_known(condition: str) -> None:
    """WORDS-02."""
    assert condition_words(study(), condition) == condition.replace('"X"', "“X”").replace("==", "=")
