"""What a version of the study would do, told beforehand and nowhere recorded.

FORESEE-01: the queries that would be raised and closed are those that its adoption raises and closes.
FORESEE-02: what stands against it is told, by whoever asks and where; nothing is recorded.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from trialbook.capture.acts import adopt, enter
from trialbook.capture.book import Book
from trialbook.capture.foreseeing import foresee_version
from trialbook.capture.shelf import Shelf

if TYPE_CHECKING:
    from tests.conftest import Site

TODAY = date(2026, 3, 2)


def test_what_is_foreseen_happens(site: Site, book: Book) -> None:
    """FORESEE-01: a narrower range raises a query about one value, a wider one closes it again."""
    narrow = site.read(site.study.text.replace("expected: 0 to 2000", "expected: 0 to 1000"))
    book.record(enter("P1", "enzymes", "ck", "1500", visit="baseline"), by="nora")
    book.record(enter("P1", "enzymes", "ck", "900", visit="week 4"), by="nora")
    shelf = Shelf(book)
    for version, raised, closed in ((narrow, 1, 0), (site.study, 0, 1)):
        before = book.head()
        foreseen = foresee_version(shelf.catch_up(), version, TODAY, by="carla")
        assert (len(foreseen.raised), len(foreseen.closed), foreseen.problems) == (raised, closed, ())
        assert (foreseen.new, foreseen.site, book.head()) == (version, None, before)
        entries = book.record(adopt(version, reason="amendment"), by="carla").entries
        told = [(entry.act, entry.participant, entry.visit, entry.item, entry.about) for entry in entries[1:]]
        assert told == [(one.act, one.participant, one.visit, one.item, one.about) for one in foreseen.queries]


def test_what_stands_against_it(site: Site, book: Book) -> None:
    """FORESEE-02: another study, and somebody who may not; at a site of which no participant is."""
    later = site.read(site.study.text.replace("Four weeks", "Five weeks"))
    other = site.read(later.text.replace("id: invented-enzymes", "id: another-one"))
    view, before = Shelf(book).view, book.head()
    found = [
        [problem.code for problem in foresee_version(view, version, TODAY, by=by).problems]
        for version, by in ((later, "carla"), (other, "carla"), (later, "nora"))
    ]
    assert found[0] == []
    assert len(found[1]) == len(found[2]) == 1
    assert found[1] != found[2]
    assert foresee_version(view, later, TODAY, by="carla", site="north").queries == ()
    assert book.head() == before


def test_versions_of_single_sites(site: Site, book: Book) -> None:
    """FORESEE-02: told where they differ from that of the whole study, at every moment."""
    later = site.read(site.study.text.replace("Four weeks", "Five weeks"))
    before = book.head().count
    book.record(adopt(later, reason="amendment", site="north"), by="carla")
    assert (book.plans_at(before), book.plans_at()) == ({}, {"north": later})
    assert book.study_at(None, site="north") == later
    assert book.versions.of("north") == later.fingerprint
