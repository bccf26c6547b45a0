"""Results of endpoints before the planned cut of the data.

EARLY-01: before the cut they are closed to whoever gives no reason, and the look is recorded for whoever gives one.
EARLY-02: from the cut on, and in a study without one, they are open and nothing is recorded.
EARLY-03: who finds them closed is told what is waited for, also that nobody said how many participants are planned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from trialbook.capture.book import Book
from trialbook.capture.early_looks import ResultsClosedError, closed_problem, look_at_results
from trialbook.conduct.looks import CutState

if TYPE_CHECKING:
    from tests.conftest import Site

pytestmark = pytest.mark.files

BEFORE, CUT = date(2026, 5, 31), date(2026, 6, 1)


@pytest.fixture
def planned(site: Site, tmp_path: Path) -> Iterator[Book]:
    """Return the book of a study whose results open on a day."""
    text = site.study.text.replace("data: invented", "data: real").replace("analysis:\n", f"analysis:\n  cut: {CUT}\n")
    (tmp_path / "planned").mkdir()
    with replace(site, folder=tmp_path / "planned", address="", study=site.read(text)).create() as book:
        yield book


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_closed_before_the_cut(planned: Book, reason: str | None) -> None:
    """EARLY-01: nothing is recorded of an attempt."""
    head = planned.head()
    with pytest.raises(ResultsClosedError) as told:
        look_at_results(planned, "the report", by="carla", reason=reason, today=BEFORE)
    assert len(told.value.problems) == 1
    assert planned.head() == head


def test_what_is_waited_for(planned: Book) -> None:
    """EARLY-03."""
    state = CutState(still_out=("P1", "P2"), to_enrol=1, is_uncounted=True)
    assert closed_problem(planned, state).values["waits"] == (
        "How many participants are planned is not said. Still to be enrolled: 1. Not yet through: 2 participants. "
    )


def test_recorded_with_a_reason(planned: Book) -> None:
    """EARLY-01: who looked at what, and why."""
    assert look_at_results(planned, "the report", by="carla", reason="the board asked", today=BEFORE)
    *_, last = planned.entries()
    assert (last.act, last.by, last.text, last.reason) == ("look", "carla", "the report", "the board asked")


def test_open_from_the_cut_on(planned: Book, book: Book) -> None:
    """EARLY-02."""
    for one, today in ((planned, CUT), (book, BEFORE)):
        head = one.head()
        assert not look_at_results(one, "the report", by="ines", reason=None, today=today)
        assert one.head() == head
