"""Criteria without a rule are questions: of a form that the file need not have.

ASK-01: a criterion without a rule becomes a required yes/no question with its text, and its answer becomes the rule.
ASK-02: whoever records everything, or names the form, answers it; a file names the form although it does not have it.
ASK-03: a file in which every criterion has a rule gets no form, and its fingerprint is that of its text alone.
ASK-04: where the criterion does not apply the question is not asked, as far as the form can know that.
ASK-05: questions that the file asks itself are kept, and those that it lacks are added.
ASK-06: one mistake of a criterion is told once, where it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from trialbook.errors import Problem
from trialbook.protocol.explain import explain
from trialbook.protocol.fingerprint import fingerprint
from trialbook.protocol.model import Study

Read = Callable[[str], tuple[Study | None, tuple[Problem, ...]]]

TEXT = """\
trialbook: 1
study: {id: small, title: A small study, design: open-label single-arm, data: invented, languages: [en, sv]}
roles:
  doctor: {sees: everything, except: [], records: [history, eligibility]}
  nurse: {sees: everything, except: [eligibility], records: [labs]}
  chief: {sees: everything, records: everything}
eligibility:
  inclusion:
    I1: {text: Adult, when: 'history.age >= 18'}
  exclusion:
    E1: {text: {en: Infection, sv: Infektion}, define: Any that needs treatment}
    E2: {text: Pregnant, ask_when: 'history.sex == "F"'}
visits: {anchor: enrolment, window: 3 days either side, weeks: [4, 8]}
forms:
  history: {at: once, items: {age: {number: year}, sex: {choice: [F, M]}}}
  labs: {at: week 4 to week 8, items: {ck: {number: U/L}}}
"""
RULED = TEXT.replace("    E1: {text", "    E1: {when: 'history.age > 80', text").replace(
    "text: Pregnant,", "text: Pregnant, when: 'history.age < 50',"
)


def good(read: Read, text: str) -> Study:
    study, problems = read(text)
    assert study is not None, problems
    assert not problems
    return study


def test_a_criterion_becomes_a_question(read: Read) -> None:
    """ASK-01."""
    study = good(read, TEXT)
    form = study.forms["eligibility"]
    assert (form.timing, form.repeating, form.label) == ("once", False, {"en": "Eligibility"})
    assert list(form.items) == ["E1", "E2"]
    item = form.items["E1"]
    assert (item.kind, item.required, item.when) == ("yes_no", True, None)
    assert item.label == {"en": "Infection", "sv": "Infektion"}
    assert item.help == {"en": "Any that needs treatment"}
    assert [found.when for found in study.criteria] == ["history.age >= 18", "eligibility.E1", "eligibility.E2"]


def test_who_answers(read: Read) -> None:
    """ASK-02."""
    study = good(read, TEXT)
    assert study.forms["eligibility"].by == ("doctor", "chief")
    assert study.roles["nurse"].hidden == ("eligibility",)
    nobody = TEXT.replace("records: [history, eligibility]", "records: [history]").replace("records: everything}", "}")
    assert [(found.code, found.values["criterion"]) for found in read(nobody)[1]] == [
        ("FORM-32", "E1"),
        ("FORM-32", "E2"),
    ]


def test_a_file_with_rules_only_stays_as_it_is(read: Read) -> None:
    """ASK-03."""
    study, problems = read(RULED)
    assert [found.code for found in problems] == ["FORM-01", "FORM-01"]
    assert study is None
    ruled = good(read, RULED.replace("records: [history, eligibility]", "").replace("except: [eligibility],", ""))
    assert list(ruled.forms) == ["history", "labs"]
    assert good(read, TEXT).fingerprint == fingerprint(TEXT)


@pytest.mark.parametrize(
    ("ask_when", "is_asked_when"),
    [('history.sex == "F"', True), ("has(history.sex) && history.age > 12", True), ("labs.ck > 5", False)],
)
def test_where_it_does_not_apply_it_is_not_asked(read: Read, ask_when: str, *, is_asked_when: bool) -> None:
    """ASK-04: a criterion knows the last answers of the visits, a form that is answered once does not."""
    study = good(read, TEXT.replace('history.sex == "F"', ask_when))
    assert study.forms["eligibility"].items["E2"].when == (ask_when if is_asked_when else None)
    assert study.criteria[2].ask_when == ask_when


def test_questions_of_the_file_are_kept(read: Read) -> None:
    """ASK-05."""
    own = (
        "  eligibility: {at: once, label: Questions, items: {E1: {label: Ill?, choice: yes/no}, note: {text: line}}}\n"
    )
    form = good(read, TEXT + own).forms["eligibility"]
    assert list(form.items) == ["E1", "note", "E2"]
    assert (form.label, form.items["E1"].label) == ({"en": "Questions"}, {"en": "Ill?"})
    assert form.items["E2"].label == {"en": "Pregnant"}


@pytest.mark.parametrize("more", ["", "  eligibility: {at: once, items: {note: {text: line}}}\n"])
def test_explained_it_is_the_same_study(read: Read, more: str) -> None:
    """ASK-01: the file that explain writes has the form, and means the same."""
    study = good(read, TEXT + more)
    again = good(read, explain(study))
    assert replace(again, text="", fingerprint="") == replace(study, text="", fingerprint="")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('history.sex == "F"', 'history.sexx == "F"', "COND-02"),
        ('history.sex == "F"', 'history.sex == "W"', "COND-11"),
        ('history.sex == "F"', 'history.age == "F"', "COND-05"),
        ("    E2: {text: Pregnant, ", "    E2: {text: Pregnant, when: [a], ", "STUDY-08"),
        ("    E2: {text: Pregnant, ", "    E2: {text: Pregnant, washout: {at_least: 1 day}, ", "STUDY-03"),
        ("    E2: {text: Pregnant, ", "    E2: {", "STUDY-03"),
        ("records: [labs]", "records: [labs, eligibilty]", "FORM-01"),
    ],
)
def test_a_mistake_is_told_once(read: Read, old: str, new: str, code: str) -> None:
    """ASK-06."""
    (problem,) = read(TEXT.replace(old, new))[1]
    line = next(number for number, text in enumerate(TEXT.splitlines(), start=1) if old in text)
    assert (problem.code, problem.place.line) == (code, line)


def test_a_question_that_tells_what_is_hidden_is_told_at_the_criterion(read: Read) -> None:
    """ASK-06: the nurse would see the question only for women, and may not see who is one."""
    text = TEXT.replace("except: [eligibility], records: [labs]", "except: [history], records: [labs, eligibility]")
    (problem,) = read(text)[1]
    line = next(number for number, row in enumerate(TEXT.splitlines(), start=1) if "ask_when" in row)
    assert (problem.code, problem.values["hidden"], problem.place.line) == ("BLIND-03", "history", line)
