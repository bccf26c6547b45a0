"""Open a new ledger.

REC-70: whoever opens a ledger is its custodian, and the first entries say so.
REC-71: a ledger is opened once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialbook.capture.acts import ACTS, open_ledger
from trialbook.capture.book import Book
from trialbook.capture.people import RIGHTS

if TYPE_CHECKING:
    from tests.conftest import Refused


def test_it_works(book: Book) -> None:
    """REC-70: the first entry opens, the second adopts, both of one request."""
    opened, adopted = book.entries([1, 2])
    assert (opened.act, opened.person, opened.value, opened.role) == ("open", "carla", "custodian", "custodian")
    assert (adopted.act, adopted.by, adopted.request) == ("adopt", "carla", opened.request)
    assert opened.study == adopted.study == book.study.fingerprint


def test_it_needs_the_right(book: Book, refused: Refused) -> None:
    """REC-71: nobody becomes custodian by opening again."""
    for person in ("carla", "stranger"):
        assert refused(open_ledger(person), by=person)[0].code == "ACT-22"
    assert book.people.custodians() == ("carla",)


def test_it_keeps_the_old_value(book: Book) -> None:
    """REC-70: before the first entry nobody held a role."""
    assert not book.people_at(0).grants
    assert book.people_at(1).custodians() == ("carla",)


def test_it_is_in_the_trail(book: Book) -> None:
    """REC-70: the ledger begins with it."""
    assert next(book.entries()).act == "open"


def test_every_act_says_what_it_needs() -> None:
    """REC-70: each act names a right that is explained, and whether it needs a reason."""
    assert {kind.right for kind in ACTS.values()} == set(RIGHTS)
    assert {kind.needs_reason for kind in ACTS.values()} == {
        "never",
        "for a change",
        "where something is open",
        "always",
    }
