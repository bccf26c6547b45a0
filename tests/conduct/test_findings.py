"""What the rules of a study find in the answers as they stand.

FIND-01: an answer outside of the expected range is found, whatever sign stands before it; a missing one is not.
FIND-02: an edit check that is false is found; one that cannot be judged is not, nor one of a form without answers.
FIND-03: what a check was judged on is told by a hash that changes with the answers it uses, and with no others.
FIND-04: items that are not asked by the answers as they stand are told, unknown is asked.
FIND-05: the rules of a study are compiled once, and many threads may use them at once.
FIND-06: which forms' checks use answers of another form is known, those at earlier visits among them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests.conftest import STUDY, read_text

from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.findings import begun_places, form_findings, rules_of
from trialbook.protocol.model import Study

CHECKED = STUDY.replace(
    "      comment: {text: line}\n",
    "      comment: {text: line, when: 'enzymes.ck > 100.0'}\n      low: {number: U/L}\n"
    "    checks:\n"
    "      order: {when: 'enzymes.low < enzymes.ck', say: Low is not low.}\n"
    "      fall: {when: 'baseline.enzymes.ck >= enzymes.ck', say: It rose.}\n",
)


@pytest.fixture(scope="module")
def checked() -> Study:
    """Return a study with edit checks."""
    return read_text(CHECKED)


def book(form: str = "enzymes", visit: str = "baseline", **answers: str | None) -> Casebook:
    """Return a casebook with the answers of one form; None is a missing one."""
    return Casebook(
        participant="P1",
        enrolled_on="2026-02-01",
        status="enrolled",
        answers={
            Cell(visit, form, "", item): Answer(text=value or "ND", value=value, missing=None if value else "ND")
            for item, value in answers.items()
        },
    )


def found(study: Study, casebook: Casebook, visit: str = "baseline") -> list[tuple[str, str]]:
    """Return item and rule of each finding."""
    return [(one.item, one.rule) for one in form_findings(study, casebook, "enzymes", visit)]


@pytest.mark.parametrize(
    ("value", "is_odd"),
    [
        ("2000", False),
        ("2000.1", True),
        ("<2001", False),
        (">2000", True),
        (">=2000", False),
        ("-1", True),
        (None, False),
    ],
)
def test_the_expected_range(checked: Study, value: str | None, is_odd: bool) -> None:  # noqa: FBT001 - a column
    """FIND-01: 0 to 2000."""
    assert found(checked, book(ck=value)) == [("ck", "expected")] * is_odd


@pytest.mark.parametrize(
    ("answers", "is_false"),
    [
        ({"ck": "5", "low": "6"}, True),
        ({"ck": "5", "low": "4"}, False),
        ({"ck": "5"}, False),
        ({"ck": "5", "low": None}, False),
        ({"ck": "5", "low": "<6"}, False),
        ({}, False),
    ],
)
def test_an_edit_check(checked: Study, answers: dict[str, str | None], is_false: bool) -> None:  # noqa: FBT001
    """FIND-02."""
    assert found(checked, book("enzymes", "baseline", **answers)) == [("", "check order")] * is_false


def test_its_words(checked: Study) -> None:
    """FIND-02: those of the study file, about the form."""
    (one,) = form_findings(checked, book(ck="5", low="6"), "enzymes", "baseline")
    assert (one.text, one.cell) == ("Low is not low.", Cell("baseline", "enzymes", "", ""))


def test_on_what_it_was_judged(checked: Study) -> None:
    """FIND-03."""

    def hash_of(**answers: str) -> str:
        return form_findings(checked, book(**answers), "enzymes", "baseline")[0].found

    first = hash_of(ck="5", low="6")
    assert hash_of(ck="5", low="6", comment="x") == first
    assert hash_of(ck="5", low="6.0") == first
    assert hash_of(ck="5", low="7") != first


@pytest.mark.parametrize(("ck", "hidden"), [("101", set()), ("100", {"comment"}), (None, set())])
def test_what_is_not_asked(checked: Study, ck: str | None, hidden: set[str]) -> None:
    """FIND-04."""
    assert rules_of(checked).hidden(book(ck=ck), "enzymes", "baseline") == hidden


def test_compiled_once(checked: Study) -> None:
    """FIND-05: for one study, however many threads ask; another that says the same has its own."""
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda n: found(checked, book(ck=str(n % 9), low="6")), range(800)))
    assert told == [[("", "check order")] * (n % 9 <= 6) for n in range(800)]
    assert rules_of(checked) is rules_of(checked)
    assert rules_of(replace(checked)) is not rules_of(checked)


def test_checks_that_look_elsewhere(checked: Study) -> None:
    """FIND-06: the check of a form at a later visit uses the same form at baseline."""
    rules = rules_of(checked)
    assert rules.judging("background") == ()
    assert rules.judging("enzymes") == ("enzymes",)
    casebook = replace(book(ck="5"), answers={**book(ck="5").answers, **book(visit="week 4", ck="9", low="1").answers})
    assert found(checked, casebook, "week 4") == [("", "check fall")]
    assert list(begun_places(rules, casebook, {("background", "")})) == []
    assert Cell("week 4", "enzymes", "", "") in list(begun_places(rules, casebook, {("enzymes", "baseline")}))


def test_a_form_that_there_is_not(checked: Study) -> None:
    """FIND-02."""
    with pytest.raises(KeyError):
        form_findings(checked, book(), "strange")
