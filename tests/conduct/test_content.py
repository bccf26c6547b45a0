"""What is signed, as one hash.

CONTENT-01: it changes with any answer in its place, with its missing code, unit and words, and with nothing else.
CONTENT-02: it fits no other study, participant, visit, form or row.
CONTENT-03: the order in which answers came does not matter.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.content import content_of
from trialbook.protocol.model import Study

CK = Cell("baseline", "enzymes", "", "ck")
BOOK = Casebook(
    participant="P1",
    answers={
        CK: Answer(text="5", value="5", unit="U/L"),
        Cell("baseline", "visit", "", "date"): Answer(text="2026-02-01", value="2026-02-01"),
        Cell("", "drugs", "1", "drug"): Answer(text="x", value="x"),
        Cell("", "drugs", "2", "drug"): Answer(text="x", value="x"),
    },
)
FORM, VISIT, WHOLE = Cell("baseline", "enzymes", "", ""), Cell("baseline", "", "", ""), Cell("", "", "", "")
PLACES = (FORM, VISIT, WHOLE, Cell("", "drugs", "", ""), Cell("", "drugs", "1", ""), Cell("", "drugs", "2", ""))


def told(study: Study, casebook: Casebook) -> list[str]:
    """Return the hash of form, visit and participant."""
    return [content_of(study, casebook, place) for place in (FORM, VISIT, WHOLE)]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(text="6", value="6", unit="U/L"),
        Answer(text="5.0", value="5", unit="U/L"),
        Answer(text="5", value="5"),
        Answer(text="ND", value=None, missing="ND"),
    ],
)
def test_an_answer(study: Study, answer: Answer) -> None:
    """CONTENT-01: within the form, within the visit, within all."""
    other = replace(BOOK, answers={**BOOK.answers, CK: answer})
    assert [a == b for a, b in zip(told(study, BOOK), told(study, other), strict=True)] == [False] * 3


def test_what_stands_beside_it(study: Study) -> None:
    """CONTENT-01: another form of the visit, another visit, the status; not the numbers of entries."""
    again = replace(BOOK, answers={**BOOK.answers, CK: replace(BOOK.answers[CK], seq=9, by="x", at="y", reason="z")})
    date = replace(BOOK, answers={**BOOK.answers, Cell("baseline", "visit", "", "name"): Answer(text="n", value="n")})
    ended = replace(BOOK, status="completed", ended_on="2026-03-01")
    same = [
        [a == b for a, b in zip(told(study, BOOK), told(study, other), strict=True)] for other in (again, date, ended)
    ]
    assert same == [[True, True, True], [True, False, False], [True, True, False]]


def test_it_fits_nothing_else(study: Study) -> None:
    """CONTENT-02: equal answers in two rows, participants, studies have different hashes."""
    other = replace(study, identity=replace(study.identity, id="another"))
    hashes = [content_of(study, BOOK, place) for place in PLACES]
    hashes += [content_of(study, replace(BOOK, participant="P2"), FORM), content_of(other, BOOK, FORM)]
    assert len(set(hashes)) == len(hashes)


def test_the_order_of_answers(study: Study) -> None:
    """CONTENT-03."""
    turned = replace(BOOK, answers=dict(reversed(list(BOOK.answers.items()))))
    assert told(study, BOOK) == told(study, turned)
