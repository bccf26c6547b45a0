"""One person cannot hold a blind role and one that is not, whichever way it would come about.

CLASH-01: neither grant is taken while the other stands, in whichever order, at one site or two, custodian among them.
CLASH-02: a version of the study that would make a clash does not come into force; it names who and which roles.
CLASH-03: what somebody does on behalf of another is judged by their own roles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trialbook.capture.acts import adopt, enter, grant, revoke
from trialbook.capture.book import Book
from trialbook.errors import ActRefused
from trialbook.wording import remedy, sentence

if TYPE_CHECKING:
    from tests.conftest import Refused, Site

BLINDED = ("nurse: {sees: [enzymes, drugs], records", "nurse: {blind: true, records")


@pytest.mark.parametrize("first", ["amir", "nora", "carla"])
def test_no_grant_makes_one(book: Book, refused: Refused, first: str) -> None:
    """CLASH-01: assessor, nurse and custodian: at two sites, at one and everywhere."""
    roles = {"amir": ("nurse", "investigator", "statistician", "custodian")}.get(first, ("assessor",))
    before = book.people
    for role in roles:
        for site in (None, "North", "South"):
            assert [one.code for one in refused(grant(first, role, site=site), by="carla")] == ["ACT-21"]
    assert book.people == before


def test_it_is_free_after_the_other_was_revoked(book: Book) -> None:
    """CLASH-01."""
    book.record(grant("niko", "assessor", site="North"), by="carla")
    with pytest.raises(ActRefused):
        book.record(grant("niko", "nurse", site="South"), by="carla")
    book.record(revoke("niko", "assessor", site="North", reason="left the rating"), by="carla")
    assert book.record(grant("niko", "nurse", site="South"), by="carla").entries


def test_no_version_makes_one(book: Book, refused: Refused, site: Site) -> None:
    """CLASH-02: the nurse is to be blind from now on, and one of them is an investigator at another site."""
    book.record(grant("nora", "investigator", site="South"), by="carla")
    later = site.read(site.study.text.replace(*BLINDED))
    for where in (None, "South"):
        (problem,) = refused(adopt(later, reason="nurses rate, too", site=where), by="carla")
        assert problem.code == "ACT-21"
        assert all(word in sentence(problem) for word in ("nora", "nurse", "investigator"))
        assert "revoke" in remedy(problem)
    book.record(revoke("nora", "investigator", site="South", reason="a nurse now"), by="carla")
    assert book.record(adopt(later, reason="nurses rate, too"), by="carla").entries


def test_nobody_acts_with_the_roles_of_another(book: Book) -> None:
    """CLASH-03: the assessor on behalf of the nurse, the nurse on behalf of the assessor."""
    tries = (
        ("amir", "nora", enter("P1", "enzymes", "ck", "100", visit="baseline")),
        ("nora", "amir", enter("P1", "strength", "proximal.biceps", "5", visit="week 4")),
    )
    for by, other, act in tries:
        with pytest.raises(ActRefused) as told:
            book.record(act, by=by, on_behalf_of=other)
        assert {problem.code for problem in told.value.problems} == {"ACT-01"}
