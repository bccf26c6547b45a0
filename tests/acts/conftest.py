"""A study with everybody whom queries and seals need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.conftest import CUSTODIAN, STUDY, Site, read_text

from trialbook.capture.acts import Act, grant
from trialbook.capture.book import Book
from trialbook.conduct.casebook import Casebook
from trialbook.errors import ActRefused
from trialbook.wording import remedy, sentence

HOUSE = (
    STUDY.replace(
        "  statistician:",
        "  monitor: {sees: [enzymes, drugs, background], rights: [query, close query, verify]}\n"
        "  data_manager: {sees: everything, rights: [query, answer query, close query, freeze, lock]}\n"
        "  statistician:",
    )
    .replace("signs: [form, visit]", "signs: [form, visit, participant]")
    .replace("    by: assessor\n", "    by: assessor\n    after: [enzymes]\n")
    .replace(
        "      comment: {text: line}\n",
        "      comment: {text: line}\n      low: {number: U/L}\n"
        "    checks:\n"
        "      order: {when: 'enzymes.low < enzymes.ck', say: The low value is not below creatine kinase.}\n"
        "      sex: {when: 'background.sex == \"F\" || enzymes.ck > 10.0', say: Rare in men.}\n",
    )
)
STAFF = {"mona": "monitor", "dan": "data_manager"}
Codes = Callable[..., list[str]]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Book]:
    """Return the book of a study with a monitor and a data manager."""
    with Site(tmp_path, read_text(HOUSE)).create() as book:
        for person, role in STAFF.items():
            book.record(grant(person, role), by=CUSTODIAN)
        yield book


@pytest.fixture
def codes(house: Book) -> Codes:
    """Return a function that gives the codes for which an act is refused; nothing is recorded then."""

    def attempt(act: Act, by: str) -> list[str]:
        before = house.head()
        with pytest.raises(ActRefused) as told:
            house.record(act, by=by)
        assert house.head() == before
        assert all(sentence(problem) and remedy(problem) for problem in told.value.problems)
        return [problem.code for problem in told.value.problems]

    return attempt


def casebook_of(book: Book) -> Casebook:
    """Return the casebook of the first participant."""
    return book.casebooks()["P1"]
