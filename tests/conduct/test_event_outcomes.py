"""What became of an event, by the words of its form.

OUTCOME-01: the six outcomes of E2B and CDISC are known by their own terms, by their usual names, and in Chinese.
OUTCOME-02: the code of a choice, or its name in any language, says it; what says none of the six is none.
"""

from __future__ import annotations

import pytest

from trialbook.conduct.event_outcomes import FINAL, outcome_of
from trialbook.protocol.model import Item
from trialbook.protocol.read import parse_study

TEXT = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test, languages: [en, zh-Hant]}
roles: {doctor: {sees: everything, records: [events]}}
visits: {anchor: enrolment, window: 3 days either side, planned: {week 4: {}}}
forms:
  events:
    label: Events
    at: any time
    repeating: true
    events: true
    items:
      term: {label: Event, text: line}
      outcome:
        label: Outcome
        choice:
          1: {en: Recovered/resolved, zh-Hant: 已恢復}
          2: {en: Recovering/resolving, zh-Hant: 恢復中}
          3: {en: Not recovered/not resolved, zh-Hant: 未恢復}
          4: {en: Recovered/resolved with sequelae, zh-Hant: 恢復但有後遺症}
          5: {en: Fatal, zh-Hant: 死亡}
          0: {en: Unknown, zh-Hant: 不明}
          9: {en: Other, zh-Hant: 其他}
"""


def item(name: str) -> Item:
    found, problems = parse_study(TEXT, file="study.yaml")
    assert found is not None, problems
    return found.forms["events"].items[name]


ITEM, WORDS = item("outcome"), item("term")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("1", "recovered"), ("2", "recovering"), ("3", "not recovered"), ("4", "recovered with sequelae"),
        ("5", "fatal"), ("0", "unknown"), ("9", None), ("7", None),
    ],
)  # fmt: skip
def test_the_numbers_of_e2b_by_their_names(code: str, outcome: str | None) -> None:
    """OUTCOME-02."""
    assert outcome_of(ITEM, code) == outcome
    assert (outcome_of(ITEM, code) in FINAL) == (code in {"1", "4", "5"})


@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        ("FATAL", "fatal"),
        ("NOT RECOVERED/NOT RESOLVED", "not recovered"),
        ("RECOVERED/RESOLVED", "recovered"),
        ("RECOVERED/RESOLVED WITH SEQUELAE", "recovered with sequelae"),
        ("RECOVERING/RESOLVING", "recovering"),
        ("UNKNOWN", "unknown"),
        ("UNK", "unknown"),
        ("Not yet resolved", "not recovered"),
        ("Ongoing", "not recovered"),
        ("Recovered without sequelae", "recovered"),
        ("Participant died", "fatal"),
        ("Non-fatal", None),
        ("Not fatal, resolved", "recovered"),
        ("Improved", "recovering"),
        ("未痊癒", "not recovered"),
        ("痊癒", "recovered"),
        ("痊癒 無後遺症", "recovered"),
        ("痊癒 未留後遺症", "recovered"),
        ("痊癒 沒有後遺症", "recovered"),
        ("留有後遺症", "recovered with sequelae"),
        ("緩解中", "recovering"),
        ("致死", "fatal"),
        ("未知", "unknown"),
        ("see the letter", None),
        ("", None),
    ],
)
def test_words(written: str, outcome: str | None) -> None:
    """OUTCOME-01."""
    assert outcome_of(WORDS, written) == outcome


def test_no_answer() -> None:
    """OUTCOME-02."""
    assert outcome_of(ITEM, None) is None
    assert outcome_of(None, "5") is None
