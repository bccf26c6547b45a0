"""Clocks that step: a time server that puts them right, an hour that comes twice, two machines that disagree.

CLOCK-01: order and chain rest on the numbers of entries, not on the clock; the time of an entry is what the clock said,
in UTC, and is not made prettier (R09).
CLOCK-02: a step back of more than five seconds is told by `verify`, and by `doctor` to who runs the site (R09).
CLOCK-03: an hour that comes twice in summer time is no step: entries are written in UTC (R09).
CLOCK-04: a clock behind the last entry is told by `doctor` (R09).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.conftest import Site
from tests.faults.saving import save, saved

from trialbook.folder import Doors, StudyFolder
from trialbook.web.accounts.policy import Policy
from trialbook.web.doctor import Patient, look_at_clock, look_at_ledger

STEPS = (timedelta(hours=-1), timedelta(days=365), timedelta(days=-364), timedelta(seconds=-3), timedelta(minutes=-10))
ZURICH = ZoneInfo("Europe/Zurich")


def told(site: Site) -> list[str]:
    """Return the codes of what a verification tells; nothing of it is an error."""
    with site.open() as book:
        verification = book.verify()
    assert verification.ok
    return [problem.code for problem in verification.problems]


def test_steps_change_neither_order_nor_chain(site: Site) -> None:
    """CLOCK-01 (R09), CLOCK-02: back an hour, on a year, back again, back three seconds, back ten minutes."""
    site.create().close()
    with site.open() as book:
        for number, step in enumerate(STEPS):
            site.clock.moment += step
            save(book, number)
            last = next(iter(book.entries([book.head().count])))
            assert last.at == f"{site.clock.moment:%Y-%m-%dT%H:%M:%S}.000000Z"
        assert list(saved(book)) == list(range(len(STEPS)))
    assert told(site) == ["LEDGER-42"] * 3


@pytest.mark.parametrize(
    "moment", [datetime(2026, 10, 25, 2, 30, tzinfo=ZURICH), datetime(2026, 3, 29, 1, 59, 59, tzinfo=ZURICH)]
)
def test_summer_time_is_no_step(site: Site, moment: datetime) -> None:
    """CLOCK-03 (R09): half past two comes twice in October, and never in March."""
    site.clock.moment = datetime(2026, 3, 1, tzinfo=UTC)
    site.create().close()
    times = iter([moment, moment + timedelta(hours=1)] if moment.month == 3 else [moment, moment.replace(fold=1)])
    clock: Callable[[], datetime] = lambda: next(times)  # noqa: E731 - two readings of one clock
    from tests.conftest import read_text

    from trialbook.capture.book import Book

    with Book.open(site.file, now=clock, new_id=site.chance, read=read_text) as book:
        save(book, 1)
        save(book, 4)
        first, second = (datetime.fromisoformat(entry.at) for entry in list(book.entries())[-2:])
    assert second - first == timedelta(hours=1)
    assert told(site) == []


def test_who_runs_the_site_is_told(site: Site, tmp_path: Path) -> None:
    """CLOCK-02 (R09), CLOCK-04: of a step in the past, and of a clock that is behind now."""
    (tmp_path / "study.yaml").write_text(site.study.text, encoding="utf-8")
    site.create().close()
    with site.open() as book:
        site.clock.moment -= timedelta(minutes=10)
        save(book, 1)
    behind = site.clock.moment - timedelta(minutes=30)
    doors = Doors(now=lambda: behind, new_id=site.chance, by="doctor")
    patient = Patient(where=StudyFolder(tmp_path), policy=Policy(), doors=doors)
    assert [problem.code for problem in look_at_ledger(patient)] == ["LEDGER-42"]
    assert "SERVE-15" in [problem.code for problem in look_at_clock(patient)]
