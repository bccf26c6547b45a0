"""Adopt a study file.

REC-50: a version of the study file is adopted with its full text; every entry names the one in force (R26).
REC-41: only a custodian adopts.
REC-51: a later version needs a reason; the earlier one stays readable and judges the past (R26).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from trialbook.capture.acts import adopt, enter
from trialbook.capture.book import Book
from trialbook.protocol.model import Study

if TYPE_CHECKING:
    from tests.conftest import Refused, Site


@pytest.fixture
def later(site: Site) -> Study:
    """Return the study with one more choice."""
    return site.read(site.study.text.replace("M: Male", "M: Male, X: Other"))


def test_it_works(book: Book, refused: Refused, later: Study) -> None:
    """REC-50: what the new version allows is allowed from then on."""
    wanted = enter("P1", "background", "sex", "X")
    assert refused(wanted)[0].code.startswith("VALUE")
    book.record(adopt(later, reason="amendment 1"), by="carla")
    assert book.record(wanted, by="ines").entries[0].study == later.fingerprint == book.study.fingerprint


def test_it_needs_the_right(refused: Refused, later: Study) -> None:
    """REC-41: an investigator does not."""
    assert refused(adopt(later, reason="amendment 1"), by="ines")[0].code == "ACT-01"


def test_it_keeps_the_old_value(book: Book, refused: Refused, later: Study, site: Site) -> None:
    """REC-51: a past moment has the plan of its day; without a reason the plan stays."""
    before = book.head().count
    assert refused(adopt(later), by="carla")[0].code == "ACT-02"
    book.record(adopt(later, reason="amendment 1"), by="carla")
    assert book.study_at(before) == site.study
    assert book.study_at(None) == later


def test_it_is_in_the_trail(book: Book, later: Study) -> None:
    """REC-50: the entry holds the whole file, who adopted it and why."""
    (entry,) = book.record(adopt(later, reason="amendment 1"), by="carla").entries
    assert (entry.act, entry.text, entry.value) == ("adopt", later.text, later.fingerprint)
    assert (entry.study, entry.by, entry.reason) == (later.fingerprint, "carla", "amendment 1")


def test_the_same_version_adds_nothing(book: Book, site: Site) -> None:
    """REC-50: what is in force already is not adopted again."""
    assert book.record(adopt(site.study), by="carla").entries == ()


def test_another_program_learns_of_it(book: Book, later: Study, site: Site) -> None:
    """REC-50: a book that was open before judges by the new version, read from the ledger."""
    with site.open() as other:
        assert other.study.fingerprint == site.study.fingerprint
        book.record(adopt(later, reason="amendment 1"), by="carla")
        assert len(other.record(enter("P1", "background", "sex", "X"), by="ines").entries) == 1
        assert other.study == later


def test_a_study_without_its_text_is_not_adopted(refused: Refused, later: Study) -> None:
    """REC-50: nobody could read later what was planned."""
    assert refused(adopt(replace(later, text=""), reason="amendment 1"), by="carla")[0].code == "ACT-23"
