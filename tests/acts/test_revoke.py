"""Take a role from a person.

REC-44: a revoked role stops the very next act; what was done by it stays (R38).
REC-41: only a custodian revokes roles.
REC-45: somebody is always custodian.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialbook.capture.acts import enter, grant, revoke
from trialbook.capture.book import Book

if TYPE_CHECKING:
    from tests.conftest import Refused


def test_it_works(book: Book, refused: Refused) -> None:
    """REC-44: the next act is refused."""
    book.record(enter("P1", "enzymes", "ck", "1", visit="baseline"), by="nora")
    book.record(revoke("nora", "nurse", reason="left the ward"), by="carla")
    assert refused(enter("P1", "enzymes", "ck", "1", visit="week 4"), by="nora")[0].code == "ACT-01"


def test_it_needs_the_right(refused: Refused) -> None:
    """REC-41: an investigator does not."""
    assert refused(revoke("nora", "nurse", reason="left"), by="ines")[0].code == "ACT-01"


def test_it_keeps_the_old_value(book: Book) -> None:
    """REC-44: a past moment knows the role; a role that is not held is not taken."""
    before = book.head().count
    book.record(revoke("nora", "nurse", reason="left the ward"), by="carla")
    assert book.people_at(before).of("nora")
    assert not book.people.of("nora")
    assert book.record(revoke("nora", "nurse", reason="left the ward"), by="carla").entries == ()


def test_it_is_in_the_trail(book: Book, refused: Refused) -> None:
    """REC-44: who took what from whom, and why; never without a reason."""
    assert refused(revoke("nora", "nurse", reason=""), by="carla")[0].code == "ACT-02"
    (entry,) = book.record(revoke("nora", "nurse", reason="left the ward"), by="carla").entries
    assert (entry.act, entry.by, entry.person, entry.value, entry.reason) == (
        "revoke", "carla", "nora", "nurse", "left the ward",
    )  # fmt: skip


def test_the_last_custodian_stays(book: Book, refused: Refused) -> None:
    """REC-45: only after another was made can one go."""
    assert refused(revoke("carla", "custodian", reason="leaving"), by="carla")[0].code == "ACT-24"
    book.record(grant("cora", "custodian"), by="carla")
    book.record(revoke("carla", "custodian", reason="leaving"), by="cora")
    assert book.people.custodians() == ("cora",)


def test_a_custodian_of_one_site_is_no_other_one(book: Book, refused: Refused) -> None:
    """REC-45: neither somebody at one site, nor the same person there a second time, can grant for the study."""
    for person in ("cora", "carla"):
        book.record(grant(person, "custodian", site="north"), by="carla")
    assert book.people.custodians() == ("carla", "cora")
    assert refused(revoke("carla", "custodian", reason="leaving"), by="carla")[0].code == "ACT-24"
    for person in ("cora", "carla"):
        book.record(revoke(person, "custodian", site="north", reason="left the site"), by="carla")
    book.record(grant("cora", "custodian"), by="carla")
    book.record(revoke("carla", "custodian", reason="leaving"), by="cora")
    assert book.record(grant("nora", "investigator"), by="cora").entries
