"""Grant a role to a person.

REC-40: a role is granted by a recorded act, everywhere or at one site, and holds from then on (R12).
REC-41: only a custodian grants roles.
REC-42: nobody holds a blind role together with one that sees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialbook.capture.acts import enter, grant, screen
from trialbook.capture.book import Book

if TYPE_CHECKING:
    from tests.conftest import Refused


def test_it_works(book: Book, refused: Refused) -> None:
    """REC-40: the next act is allowed, the one before was not; at one site only that site."""
    book.record(screen("N1", site="north"), by="ines")
    north, elsewhere = (enter(code, "enzymes", "ck", "1", visit="baseline") for code in ("N1", "P1"))
    assert refused(north, by="niko")[0].code == "ACT-01"
    book.record(grant("niko", "nurse", site="north"), by="carla")
    assert len(book.record(north, by="niko").entries) == 1
    assert refused(elsewhere, by="niko")[0].code == "ACT-01"


def test_it_needs_the_right(refused: Refused) -> None:
    """REC-41: not even an investigator grants roles, least of all to themselves."""
    assert refused(grant("ines", "custodian"), by="ines")[0].code == "ACT-01"


def test_it_keeps_the_old_value(book: Book) -> None:
    """R39, REC-40: roles add up, the same one again adds nothing, and a past moment knows who held what."""
    before = book.head().count
    book.record(grant("nora", "investigator"), by="carla")
    assert book.record(grant("nora", "investigator"), by="carla").entries == ()
    assert {held.role for held in book.people.of("nora")} == {"nurse", "investigator"}
    assert {held.role for held in book.people_at(before).of("nora")} == {"nurse"}


def test_it_is_in_the_trail(book: Book) -> None:
    """REC-40: the entry says who granted what to whom, and where."""
    (entry,) = book.record(grant("niko", "nurse", site="north"), by="carla").entries
    assert (entry.act, entry.by, entry.person, entry.value, entry.site) == ("grant", "carla", "niko", "nurse", "north")


def test_it_needs_a_role_and_a_person_that_can_be(refused: Refused) -> None:
    """REC-40: a mistyped role gets the one that was meant; an invisible name is nobody's."""
    (problem,) = refused(grant("niko", "nurze"), by="carla")
    assert (problem.code, "nurse" in problem.values["near"]) == ("ACT-20", True)
    assert refused(grant(" niko", "nurse"), by="carla")[0].code == "ACT-15"
    assert refused(grant("niko", "nurse", site="no\u200brth"), by="carla")[0].code == "ACT-15"


def test_the_blind_stay_blind(refused: Refused) -> None:
    """REC-42: the assessor gets no second role, and who sees does not become an assessor."""
    assert refused(grant("amir", "nurse"), by="carla")[0].code == "ACT-21"
    assert refused(grant("nora", "assessor"), by="carla")[0].code == "ACT-21"
    assert refused(grant("carla", "assessor"), by="carla")[0].code == "ACT-21"
