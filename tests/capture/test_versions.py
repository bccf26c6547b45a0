"""What is recorded of the versions of a study, and which one is in force where.

VERS-01: a version is in force everywhere, or at a site by itself until another takes effect everywhere.
VERS-02: the newest word counts: of approvals, of proposals, of what waits.
VERS-04: an approval holds as it stands recorded now, also one that was corrected or recorded after the adoption.
VERS-03: an act goes by the one version of all the sites that it concerns.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest
from tests.conftest import Site

from trialbook.capture.acts import adopt, approve, enter, propose, screen
from trialbook.capture.judging import State
from trialbook.capture.ledger import Draft
from trialbook.capture.versions import Adoption, Approval, Proposal, Versions, fold_versions, sites_in
from trialbook.conduct.casebook import Casebook


def adoption(seq: int, fingerprint: str, site: str | None = None) -> Adoption:
    """Make an adoption of the second of March."""
    return Adoption(seq=seq, at="2026-03-02T08:00", by="carla", site=site, fingerprint=fingerprint)


def approval(seq: int, fingerprint: str, site: str | None = None, on: str = "2026-01-05") -> Approval:
    """Make an approval."""
    return Approval(seq=seq, at="2026-03-01T08:00", by="carla", site=site, fingerprint=fingerprint, on=on)


def proposal(seq: int, fingerprint: str) -> Proposal:
    """Make a proposal."""
    return Proposal(seq=seq, at="2026-03-01T08:00", by="carla", fingerprint=fingerprint)


FOUND = Versions(
    everywhere="b",
    sites=MappingProxyType({"north": "c"}),
    adoptions=(adoption(1, "a"), adoption(4, "b"), adoption(6, "c", "north")),
    approvals=(approval(2, "b"), approval(3, "b", "north", "2026-01-06"), approval(5, "c", "south")),
    proposals=(proposal(3, "b"), proposal(5, "d"), proposal(7, "e"), proposal(8, "d"), proposal(9, "a")),
)


def test_what_is_in_force() -> None:
    """VERS-01."""
    assert [FOUND.of(site) for site in (None, "north", "south")] == ["b", "c", "b"]
    assert FOUND.in_force == {"b", "c"}
    assert Versions().in_force == frozenset()
    for site, seqs in ((None, [1, 4]), ("north", [1, 4, 6]), ("south", [1, 4])):
        assert [one.seq for one in FOUND.at_site(site)] == seqs


def test_the_newest_word() -> None:
    """VERS-02: an approval for all sites holds for each; a proposal waits until it is adopted after it."""
    asked = [("b", None), ("b", "north"), ("b", "south"), ("c", "south"), ("c", "north"), ("d", None)]
    found = [FOUND.approval_of(*one) for one in asked]
    assert [one and one.seq for one in found] == [2, 3, 2, 5, None, None]
    assert [one.seq for one in FOUND.waiting] == [9, 8, 7]
    assert [one and one.seq for one in map(FOUND.proposed, "abdx")] == [9, 3, 8, None]
    assert FOUND.known == {"a", "b", "c", "d", "e"}


def test_from_when_participants_may_have_agreed() -> None:
    """VERS-04: from the day of the approval for their site, else for all; without one from that of the adoption."""
    everywhere, north = adoption(4, "b"), adoption(6, "c", "north")
    assert [FOUND.since(everywhere, site) for site in (None, "south", "north")] == [
        "2026-01-05", "2026-01-05", "2026-01-06",
    ]  # fmt: skip
    assert FOUND.since(north, "north") == FOUND.since(adoption(1, "a"), None) == "2026-03-02"
    later = replace(FOUND, approvals=(*FOUND.approvals, approval(9, "b", on="2026-01-02"), approval(8, "c", "north")))
    assert [later.since(everywhere, site) for site in (None, "south", "north")] == [
        "2026-01-02", "2026-01-02", "2026-01-06",
    ]  # fmt: skip
    assert later.since(north, "north") == "2026-01-05"


def test_the_approvals_where_a_version_took_effect() -> None:
    """VERS-04: of one that took effect everywhere those of every site, as they stand now; of one at a site its own."""
    versions = replace(FOUND, approvals=(*FOUND.approvals, approval(7, "c", "east"), approval(8, "c", "east")))
    asked = (adoption(4, "b"), adoption(4, "b", "south"), adoption(6, "c"), adoption(6, "c", "north"))
    assert [[one.seq for one in versions.approvals_for(each)] for each in asked] == [[2, 3], [2], [8, 5], []]


def test_entries_are_folded(site: Site) -> None:
    """VERS-01, VERS-02: with what was said of each; from any place on."""
    with site.create() as book:
        fingerprint = book.study.fingerprint
        book.record(propose(book.study, reason="amendment 1"), by="carla")
        book.record(approve(fingerprint, on="2026-01-05", said="Committee 7", site="north"), by="carla")
        entries = list(book.entries())
    found = fold_versions(entries)
    assert (found.everywhere, [one.reason for one in found.adoptions]) == (fingerprint, [""])
    (one,) = found.approvals
    assert (one.on, one.said, one.site, one.fingerprint) == ("2026-01-05", "Committee 7", "north", fingerprint)
    assert found.proposals == ()
    for middle in range(len(entries)):
        assert fold_versions(entries[middle:], fold_versions(entries[:middle])) == found


@pytest.mark.parametrize(("code", "place"), [("P1", "north"), ("P2", None)])
def test_the_sites_that_an_act_concerns(site: Site, code: str, place: str | None) -> None:
    """VERS-03: of the participants as recorded; of somebody new the one that is named; of an adoption its own."""
    casebooks = MappingProxyType({code: Casebook(participant=code, site=place)})
    state = State(casebooks=casebooks)
    assert list(sites_in(enter(code, "enzymes", "ck", "1", visit="baseline"), state)) == [place]
    assert list(sites_in(screen("P9", site="south"), state)) == ["south"]
    assert list(sites_in(adopt(site.study, site="east"), state)) == ["east"]
    assert list(sites_in(propose(site.study), state)) == []
    assert Draft(act="note").participant is None
