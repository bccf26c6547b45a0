"""Deaths among adverse events.

DEATH-01: an event is fatal by its mark, by grade 5 or by its outcome, whatever the others say; where none is answered
    it is not known, nor by an outcome that is unknown.
DEATH-02: an outcome is a death by its code or by its name in any language.
DEATH-03: a form tells of deaths where it asks for a mark, for a grade that can be 5, or for an outcome that can be one.
"""

from __future__ import annotations

import pytest

from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.deaths import can_tell, is_fatal
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Form
from trialbook.protocol.read import parse_study

TEXT = """\
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, languages: [en, zh-Hant]}
visits: {anchor: enrolment, window: 3 days either side, planned: {start: {day: 0}, week 4: {}}}
forms:
  harms:
    at: any time
    repeating: true
    events: true
    items: {term: {text: line, required: true}, ITEMS}
analysis: {baseline: last before anchor, primary: none, test: paired t, missing: available cases}
"""
ALL = (
    "fatal: {choice: yes/no}, grade: {choice: [1, 2, 3, 4, 5]}, "
    "outcome: {choice: {REC: Recovered, D: {en: Death, zh-Hant: 死亡}, T: {en: Ended, zh-Hant: 死亡}, UNK: Unknown}}"
)


def form_with(items: str) -> Form:
    study, problems = parse_study(TEXT.replace("ITEMS", items), file="s.yaml", catalog=CATALOG)
    assert study is not None, problems
    return study.forms["harms"]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({}, None),
        ({"fatal": "yes", "grade": "3", "outcome": "REC"}, True),
        ({"fatal": "no", "grade": "5"}, True),
        ({"grade": "3", "outcome": "D"}, True),
        ({"outcome": "T"}, True),
        ({"grade": "4"}, False),
        ({"outcome": "REC"}, False),
        ({"fatal": "no"}, False),
        ({"outcome": "UNK"}, None),
    ],
)
def test_what_is_fatal(answers: dict[str, str], told: bool | None) -> None:  # noqa: FBT001 - an answer, no switch
    """DEATH-01, DEATH-02."""
    cells = {Cell("", "harms", "1", item): Answer(text=text, value=text) for item, text in answers.items()}
    assert is_fatal(form_with(ALL), Casebook(participant="1", answers=cells), "1") is told


@pytest.mark.parametrize(
    ("items", "can"),
    [
        ("serious: {choice: yes/no}", False),
        ("grade: {choice: [1, 2, 3]}", False),
        ("outcome: {choice: {REC: Recovered, NOT: Not recovered}}", False),
        ("grade: {choice: [1, 2, 3, 4, 5]}", True),
        ("outcome: {choice: {REC: Recovered, X: Fatal}}", True),
        ("outcome: {text: line}", True),
        ("fatal: {choice: yes/no}", True),
    ],
)
def test_which_forms_can_tell(items: str, can: bool) -> None:  # noqa: FBT001 - what is expected
    """DEATH-03."""
    assert can_tell(form_with(items)) is can
