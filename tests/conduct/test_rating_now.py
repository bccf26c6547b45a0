"""Which rating is open now.

NOW-01: the forms of visits that a blind role records in the room; none of a role that sees, or that there is not.
NOW-02: only the last visit that took place is open, of who is enrolled, while something lacks and nothing is closed.
NOW-03: it waits for the forms before it; what is not rated at that visit is not open.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from tests.web.hidden import STUDY

from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell, Seal
from trialbook.conduct.completeness import Asked
from trialbook.conduct.rating_now import open_visit, rated_forms
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study

TODAY = date(2026, 6, 1)
DATES = {"baseline": "2026-01-01", "week 4": "2026-01-29", "week 8": "2026-02-26"}


@cache
def plan() -> Study:
    study, problems = parse_study(STUDY, file="study.yaml")
    assert study is not None, problems
    return study


def person(*told: str) -> Casebook:
    """Return a participant with answers; `week 4` is the date of a visit, `week 4/diary.days` an answer."""
    answers = {}
    for seq, name in enumerate(told, 1):
        visit, _, rest = name.partition("/")
        form, _, item = rest.partition(".")
        cell = Cell(visit, form or VISIT_FORM, "", item or "date")
        text = "1" if form else DATES[visit]
        answers[cell] = Answer(text=text, value=text, seq=seq)
    return Casebook(participant="P1", status="enrolled", enrolled_on="2026-01-01", answers=answers)


def opened(book: Casebook, form: str = "rating", today: date = TODAY) -> str | None:
    found = open_visit(plan(), book, plan().forms[form], today)
    assert found == open_visit(plan(), book, plan().forms[form], today, asked=Asked(plan()))
    return found


def test_which_forms() -> None:
    """NOW-01: one that is rated from recordings is not among them."""
    assert [form.id for form in rated_forms(plan(), "assessor")] == ["rating", "guess"]
    assert rated_forms(plan(), "nurse") == rated_forms(plan(), "nobody") == ()


def test_the_last_visit_that_took_place() -> None:
    """NOW-02, NOW-03."""
    first = ("baseline", "baseline/diary.days")
    assert opened(person()) is None
    assert opened(person("baseline")) is None
    assert opened(person(*first)) == "baseline"
    assert opened(person(*first, "week 4")) is None
    assert opened(person(*first, "week 4", "week 4/diary.days")) == "week 4"
    assert opened(person(*first), today=date(2026, 1, 1)) == "baseline"
    assert opened(person(*first), today=date(2025, 12, 31)) is None


def test_when_it_closes() -> None:
    """NOW-02: rated, frozen, or no longer in the study."""
    book = person("baseline", "baseline/diary.days")
    assert opened(person("baseline", "baseline/diary.days", "baseline/rating.left")) is None
    assert opened(replace(book, status="withdrawn")) is None
    frozen = Seal(seq=9, kind="freeze", level="form", cell=Cell("baseline", "rating", "", ""))
    assert opened(replace(book, seals={9: frozen})) is None
    elsewhere = Seal(seq=9, kind="freeze", level="form", cell=Cell("week 4", "rating", "", ""))
    assert opened(replace(book, seals={9: elsewhere})) == "baseline"


def test_what_comes_after_it() -> None:
    """NOW-03: the guess opens when the rating is complete."""
    assert opened(person("baseline", "baseline/diary.days"), "guess") is None
    assert opened(person("baseline", "baseline/diary.days", "baseline/rating.left"), "guess") == "baseline"
    rated_later = replace(plan().forms["rating"], visits=("week 4",))
    assert open_visit(plan(), person("baseline", "baseline/diary.days"), rated_later, TODAY) is None
