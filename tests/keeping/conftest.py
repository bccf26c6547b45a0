"""A study's folder with something of every kind in its ledger."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.capture.test_verify import fill
from tests.conftest import STUDY, Clock, Site, read_text

from trialbook.capture.book import Book
from trialbook.folder import Doors, StudyFolder


@dataclass(frozen=True, slots=True)
class Kept:
    """A study that is to be kept safe."""

    where: StudyFolder
    site: Site
    doors: Doors

    def open(self) -> Book:
        """Open its ledger."""
        return self.site.open()


def make(folder: Path, text: str = STUDY, clock: Clock | None = None) -> Kept:
    """Make a study with a ledger, a wording file and a report."""
    (folder / "wordings").mkdir(parents=True)
    (folder / "report").mkdir()
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    (folder / "wordings" / "ours.yaml").write_text("item: words", encoding="utf-8")
    (folder / "report" / "report.html").write_text("made anew", encoding="utf-8")
    site = Site(folder, read_text(text), clock or Clock())
    with site.create() as book:
        fill(book)
    return Kept(StudyFolder(folder), site, Doors(now=site.clock, new_id=site.chance, by="tester"))


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """Return a study with a ledger, a wording file and a report."""
    return make(tmp_path / "study")
