"""Move a participant to another site.

MOVE-01: from then on the participant belongs to the new site; what was recorded keeps the site of its day.
MOVE-02: whoever moves somebody may enrol at both sites, or everywhere, or is custodian; a reason is needed.
MOVE-03: the people of the new site may record, those of the old one may not any more.
MOVE-04: it refuses under a lock, a site that is none, a date that is none; the same site adds nothing.
MOVE-05: counts by site are those of where the participants are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conftest import CUSTODIAN

from trialbook.capture.acts import correct, enter, grant, lock, screen, transfer
from trialbook.capture.book import Book

if TYPE_CHECKING:
    from tests.conftest import Refused


@pytest.fixture(autouse=True)
def two_sites(book: Book) -> None:
    """P2 is at site A, with people of site A, of site B, and of both."""
    for person, role, site in (
        ("ana", "investigator", "A"), ("ben", "investigator", "B"), ("abe", "investigator", "A"),
        ("abe", "investigator", "B"),
    ):  # fmt: skip
        book.record(grant(person, role, site=site), by=CUSTODIAN)
    book.record(screen("P2", site="A"), by="ana")
    book.record(enter("P2", "background", "sex", "F"), by="ana")


@pytest.mark.parametrize("person", ["abe", "ines", CUSTODIAN])
def test_it_works(book: Book, person: str) -> None:
    """MOVE-01, MOVE-02: for whoever may enrol at both sites."""
    (entry,) = book.record(transfer("P2", "B", on="2026-03-01", reason="moved house"), by=person).entries
    assert (entry.act, entry.site, entry.value, entry.reason) == ("transfer", "B", "2026-03-01", "moved house")
    assert book.casebooks()["P2"].site == "B"
    assert {found.site for found in book.history(participant="P2", form="background")} == {"A"}
    assert book.verify().problems == ()


@pytest.mark.parametrize(("person", "code"), [("ana", "ACT-64"), ("ben", "ACT-01"), ("nora", "ACT-01")])
def test_it_needs_the_right_at_both_sites(refused: Refused, person: str, code: str) -> None:
    """MOVE-02: neither site alone can move a participant."""
    assert refused(transfer("P2", "B", reason="moved"), by=person)[0].code == code


def test_it_needs_a_reason(refused: Refused) -> None:
    """MOVE-02."""
    assert refused(transfer("P2", "B", reason=""), by="abe")[0].code == "ACT-02"


def test_who_may_record_then(book: Book, refused: Refused) -> None:
    """MOVE-03: at once, and the answers that were given stay."""
    book.record(transfer("P2", "B", reason="moved"), by="abe")
    assert refused(enter("P2", "background", "diagnosed", "2020"), by="ana")[0].code == "ACT-01"
    book.record(correct("P2", "background", "sex", "M", reason="typing error"), by="ben")
    assert book.casebooks()["P2"].value("background", "sex") == "M"


def test_what_is_refused(book: Book, refused: Refused) -> None:
    """MOVE-04."""
    assert refused(transfer("P2", "", reason="moved"), by="ines")[0].code == "ACT-15"
    assert refused(transfer("P2", "B", reason="moved", on="soon"), by="ines")[0].code.startswith("VALUE")
    assert refused(transfer("P9", "B", reason="moved"), by="ines")[0].code == "ACT-03"
    assert book.record(transfer("P2", "A", reason="moved"), by="ines").entries == ()
    book.record(lock("participant", participant="P2", reason="done"), by=CUSTODIAN)
    assert refused(transfer("P2", "B", reason="moved"), by="ines")[0].code == "ACT-35"


def test_counts(book: Book) -> None:
    """MOVE-05: in the columns that analyses read, now and at the moment before."""
    before = book.head().count
    book.record(transfer("P2", "B", reason="moved"), by="abe")
    assert dict(zip(*(book.columns().statuses[name] for name in ("participant", "site")), strict=True))["P2"] == "B"
    assert set(book.columns().answers["site"]) == {"B"}
    assert set(book.columns(before).answers["site"]) == {"A"}
