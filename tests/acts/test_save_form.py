"""Save a whole form: entered, corrected, cleared or left alone, item by item, all of it or nothing.

FORM-01: what is new is entered, what differs is corrected with its reason, what is emptied is cleared, what says the
same adds nothing, and what is not named is not touched (R02).
FORM-02: everything that stands against a form is told at once, each with its cell, and nothing of it is recorded.
FORM-03: of two people in one form, the second to save is told who changed what meanwhile, and nothing is overwritten.
FORM-04: answers that are not asked by the other answers are refused, or cleared where that is said.
FORM-05: the first answers of a form wait for the forms before it.
FORM-06: a form of thirty items is judged in less than 3 ms.
FORM-07: how an answer got in is recorded.
REC-02: who holds no role that records the form may not save it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import pytest
from tests.conftest import STUDY, Site, read_text

from trialbook.capture.acts import clear, correct, enter, judge_act, save_form
from trialbook.capture.book import Book
from trialbook.capture.judging import State
from trialbook.capture.people import Grant, People
from trialbook.conduct.casebook import Casebook
from trialbook.errors import ActRefused

if TYPE_CHECKING:
    from tests.conftest import Refused

MORE = """
  pregnancy:
    at: once
    by: investigator
    items:
      possible: {choice: yes/no, required: true}
      test: {choice: {positive: Positive, negative: Negative}, when: pregnancy.possible}
      due: {date: partial, when: "pregnancy.possible && pregnancy.test == 'positive'"}
missing:"""
ORDERED = STUDY.replace("    by: assessor\n", "    by: assessor\n    after: [enzymes]\n").replace(
    "at: [week 4]\n    by: assessor", "at: [baseline, week 4]\n    by: assessor"
)


@pytest.fixture
def branching(tmp_path: Path) -> Iterator[Book]:
    """Return the book of a study with a form whose items hang on each other."""
    with Site(tmp_path, read_text(STUDY.replace("\nmissing:", MORE))).create() as book:
        yield book


@pytest.fixture
def ordered(tmp_path: Path) -> Iterator[Book]:
    """Return the book of a study in which a rating comes after another form."""
    with Site(tmp_path, read_text(ORDERED)).create() as book:
        yield book


def said(book: Book) -> dict[str, str]:
    """Return the answers that stand, by form and item."""
    return {f"{cell.form}.{cell.item}": answer.text for cell, answer in book.casebooks()["P1"].answers.items()}


def test_it_works(book: Book) -> None:
    """FORM-01: new, the same, changed, emptied, not named."""
    first = book.record(save_form("P1", "enzymes", {"ck": "120", "comment": "x"}, visit="baseline"), by="nora")
    assert [(entry.act, entry.value, entry.reason) for entry in first.entries] == [
        ("enter", "120", None),
        ("enter", "x", None),
    ]
    same = book.record(save_form("P1", "enzymes", {"ck": " 120.0 ", "comment": "x"}, visit="baseline"), by="nora")
    assert same.entries == ()
    changes = {"ck": "121", "comment": ""}
    second = book.record(
        save_form("P1", "enzymes", changes, visit="baseline", reasons={"ck": "typo", "comment": "wrong page"}),
        by="nora",
    )
    assert [(entry.act, entry.value, entry.reason, entry.about) for entry in second.entries] == [
        ("correct", "121", "typo", first.entries[0].seq),
        ("clear", None, "wrong page", first.entries[1].seq),
    ]
    assert {entry.request for entry in second.entries} == {second.entries[0].request}
    book.record(save_form("P1", "enzymes", {"comment": "y"}, visit="baseline"), by="nora")
    assert said(book) == {"enzymes.ck": "121", "enzymes.comment": "y"}


def test_an_empty_form_adds_nothing(book: Book) -> None:
    """FORM-01: nor does one without answers."""
    for answers in ({"ck": " ", "comment": ""}, {}):
        assert book.record(save_form("P1", "enzymes", answers, visit="baseline"), by="nora").entries == ()


def test_a_row(book: Book) -> None:
    """FORM-01: of a form with rows, one is saved."""
    book.record(save_form("P1", "drugs", {"drug": "prednisone", "start": "2013"}, repeat="1"), by="nora")
    book.record(save_form("P1", "drugs", {"drug": "azathioprine"}, repeat="2"), by="nora")
    assert book.casebooks()["P1"].value("drugs", "drug", repeat="2") == "azathioprine"


def test_units_and_missing_codes(book: Book) -> None:
    """FORM-01: a unit, or a missing-data code in place of a text, may be given apart."""
    act = save_form("P1", "enzymes", {"ck": "2", "comment": ""}, visit="baseline", units={"ck": "ukat/L"})
    book.record(act, by="nora")
    assert book.casebooks()["P1"].value("enzymes", "ck", visit="baseline") == "120"
    book.record(save_form("P1", "enzymes", {"ck": ""}, visit="week 4", missing={"ck": "ND"}), by="nora")
    assert book.history(participant="P1", visit="week 4", item="ck")[0].missing == "ND"


def test_one_reason_for_all(book: Book) -> None:
    """FORM-01: the reason of the whole save stands beside each change, and beside nothing new."""
    book.record(save_form("P1", "enzymes", {"ck": "120"}, visit="baseline"), by="nora")
    receipt = book.record(
        save_form("P1", "enzymes", {"ck": "121", "comment": "new"}, visit="baseline", reasons="read again"), by="nora"
    )
    assert [(entry.act, entry.reason) for entry in receipt.entries] == [("correct", "read again"), ("enter", None)]


def test_it_needs_the_right(refused: Refused) -> None:
    """REC-02: the assessor does not save enzymes; one refusal for the whole form."""
    (problem,) = refused(save_form("P1", "enzymes", {"ck": "1", "comment": "x"}, visit="baseline"), by="amir")
    assert problem.code == "ACT-01"


def test_everything_is_told_at_once(book: Book, refused: Refused) -> None:
    """FORM-02: a wrong value, a change without a reason, an item that there is not, each at its cell."""
    book.record(save_form("P1", "enzymes", {"comment": "x"}, visit="baseline"), by="nora")
    answers = {"ck": "high", "comment": "y", "aldolase": "3"}
    found = refused(save_form("P1", "enzymes", answers, visit="baseline"), by="nora")
    assert [(problem.code, problem.place.item) for problem in found] == [
        ("VALUE-02", "ck"),
        ("ACT-07", "comment"),
        ("ACT-05", "aldolase"),
    ]
    assert {problem.place.visit for problem in found} == {"baseline"}
    assert said(book) == {"enzymes.comment": "x"}


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (save_form("P9", "enzymes", {"ck": "1", "comment": "x"}, visit="baseline"), "ACT-03"),
        (save_form("P1", "enzyms", {"ck": "1", "comment": "x"}, visit="baseline"), "ACT-04"),
        (save_form("P1", "enzymes", {"ck": "1", "comment": "x"}), "ACT-09"),
        (save_form("P1", "enzymes", {"ck": "1", "comment": "x"}, visit="week 5"), "ACT-06"),
        (save_form("P1", "drugs", {"drug": "x", "start": "2013"}), "ACT-11"),
        (save_form("P1", "background", {"sex": "F", "diagnosed": "2013"}, repeat="1"), "ACT-12"),
    ],
)
def test_a_place_that_there_is_not(refused: Refused, act: object, code: str) -> None:
    """FORM-02: what is wrong with the form as a whole is told once."""
    (problem,) = refused(act)
    assert (problem.code, problem.place.item) == (code, None)


def test_clearing_needs_a_reason(book: Book, refused: Refused) -> None:
    """FORM-02: an emptied item without a reason refuses the form."""
    book.record(save_form("P1", "enzymes", {"ck": "1"}, visit="baseline"), by="nora")
    (problem,) = refused(save_form("P1", "enzymes", {"ck": "", "comment": "z"}, visit="baseline"), by="nora")
    assert (problem.code, problem.place.item) == ("ACT-02", "ck")


def test_two_people_in_one_form(book: Book, refused: Refused) -> None:
    """FORM-03: both began with an empty form, then both with the same answers."""
    page = {"ck": 0, "comment": 0}
    book.record(save_form("P1", "enzymes", {"ck": "120"}, visit="baseline", seen=page), by="ines")
    (problem,) = refused(save_form("P1", "enzymes", {"ck": "130"}, visit="baseline", seen=page), by="nora")
    assert problem.code == "ACT-14"
    assert dict(problem.values) == {"now": "120", "by": "ines", "text": "130"}
    seq = book.history(participant="P1", item="ck")[0].seq
    book.record(correct("P1", "enzymes", "ck", "125", visit="baseline", reason="typo"), by="ines")
    stale = save_form("P1", "enzymes", {"ck": "", "comment": "x"}, visit="baseline", seen={"ck": seq}, reasons="no")
    assert [(one.code, one.values["now"]) for one in refused(stale, by="nora")] == [("ACT-14", "125")]
    book.record(clear("P1", "enzymes", "ck", visit="baseline", reason="wrong person"), by="ines")
    gone = save_form("P1", "enzymes", {"ck": "1"}, visit="baseline", seen={"ck": seq}, reasons="no")
    assert [(one.code, one.values["now"]) for one in refused(gone, by="nora")] == [("ACT-14", "nothing")]


def test_two_people_who_say_the_same(book: Book) -> None:
    """FORM-03: there is nothing to overwrite."""
    page = {"ck": 0}
    book.record(save_form("P1", "enzymes", {"ck": "120"}, visit="baseline", seen=page), by="ines")
    assert not book.record(save_form("P1", "enzymes", {"ck": "120"}, visit="baseline", seen=page), by="nora").entries


def test_a_form_sent_twice(book: Book) -> None:
    """FORM-01: a resent request is answered with its first receipt, and recorded once."""
    act = save_form("P1", "enzymes", {"ck": "120", "comment": "x"}, visit="baseline", seen={"ck": 0, "comment": 0})
    first = book.record(act, by="nora", request="r-1")
    again = book.record(act, by="nora", request="r-1")
    assert (again.repeated, again.entries) == (True, first.entries)


def attempt(book: Book, answers: dict[str, str], *, clears: bool = False, reasons: str | None = None) -> list[str]:
    """Save the form whose items hang on each other; return what was recorded, or the codes of the refusal."""
    act = save_form("P1", "pregnancy", answers, reasons=reasons, clears_hidden=clears)
    try:
        return [f"{entry.act} {entry.item}" for entry in book.record(act, by="ines").entries]
    except ActRefused as refused:
        return [f"{problem.code} {problem.place.item}" for problem in refused.problems]


def test_an_answer_that_is_not_asked(branching: Book) -> None:
    """FORM-04: refused with its cell; where that is said, it is left out."""
    answers = {"possible": "no", "test": "positive"}
    assert attempt(branching, answers) == ["ACT-30 test"]
    assert attempt(branching, answers, clears=True) == ["enter possible"]


def test_a_change_that_hides_answers(branching: Book) -> None:
    """FORM-04: the person is told before an answer goes; then all go that hang on it."""
    assert len(attempt(branching, {"possible": "yes", "test": "positive", "due": "2026-12"})) == 3
    change = {"possible": "no"}
    assert attempt(branching, change, reasons="asked again") == ["ACT-30 test", "ACT-30 due"]
    assert attempt(branching, change, reasons="asked again", clears=True) == [
        "correct possible",
        "clear test",
        "clear due",
    ]
    assert branching.history(participant="P1", item="due")[-1].reason == "not asked any more: other answers changed"


def test_an_answer_that_hung_on_none_before(branching: Book) -> None:
    """FORM-04: one that stands and was not asked before keeps nobody from saving the rest."""
    branching.record(enter("P1", "pregnancy", "possible", "no"), by="ines")
    branching.record(enter("P1", "pregnancy", "due", "2026"), by="ines")
    assert attempt(branching, {"possible": "no", "due": "2026"}) == []
    assert attempt(branching, {"possible": "no", "due": "2027"}, reasons="typo") == ["ACT-30 due"]
    assert attempt(branching, {"possible": "no"}, clears=True) == ["clear due"]


def test_what_is_not_known_hides_nothing(branching: Book) -> None:
    """FORM-04: without the answer on which it hangs an item is asked."""
    assert attempt(branching, {"test": "negative"}) == ["enter test"]


def test_the_forms_before_it(ordered: Book) -> None:
    """FORM-05: nothing of a rating is recorded before the form that comes first; the assessor is not told which."""
    rating = save_form("P1", "strength", {"proximal.biceps": "7"}, visit="baseline")
    with pytest.raises(ActRefused) as told:
        ordered.record(rating, by="amir")
    assert [(one.code, dict(one.values), one.place.form) for one in told.value.problems] == [("RATE-02", {}, None)]
    with pytest.raises(ActRefused) as told:
        ordered.record(rating, by="ines")
    assert [one.code for one in told.value.problems] == ["RATE-01"]
    ordered.record(save_form("P1", "enzymes", {"ck": "1"}, visit="baseline"), by="nora")
    assert ordered.record(rating, by="amir").entries


def test_how_an_answer_got_in(book: Book, refused: Refused) -> None:
    """FORM-07: touched, typed, or from paper, on behalf of whom; nothing else is a way."""
    act = save_form("P1", "enzymes", {"ck": "120"}, visit="baseline", mode="paper")
    (entry,) = book.record(act, by="nora", on_behalf_of="P1").entries
    assert (entry.mode, entry.on_behalf_of) == ("paper", "P1")
    wrong = save_form("P1", "enzymes", {"ck": "120"}, visit="week 4", mode="telepathy")
    assert [problem.code for problem in refused(wrong)] == ["ACT-29"]


def test_thirty_items_in_three_milliseconds() -> None:
    """FORM-06: the best of several, in processor time."""
    items = "".join(f"      i{n}: {{number: U/L, expected: 0 to 30, when: 'wide.i0 > 1.0'}}\n" for n in range(1, 30))
    wide = f"  wide:\n    at: once\n    by: nurse\n    items:\n      i0: {{number: U/L}}\n{items}missing:"
    study = read_text(STUDY.replace("\nmissing:", "\n" + wide).replace("[enzymes, drugs]", "[enzymes, drugs, wide]"))
    people = People(frozenset({Grant(person="nora", role="nurse")}))
    state = State(people=people, codes={"p1": "P1"}, casebooks={"P1": Casebook(participant="P1")})
    act = save_form("P1", "wide", {f"i{n}": str(n + 2) for n in range(30)}, seen=dict.fromkeys(("i0", "i1"), 0))

    def cost() -> float:
        start = process_time()
        judged = judge_act(act, study=study, state=state, by="nora")
        assert len(judged.drafts) == 31, "thirty answers, and the query of one"
        return process_time() - start

    assert min(cost() for _ in range(20)) < 0.003
