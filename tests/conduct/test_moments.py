"""Days that are possible, and the time between them.

Requirements:
ELIG-01: a length of time goes by the calendar, is reached on the day itself, and is unknown where it could be either.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.conduct.moments import UNKNOWN, Days, days_of, first_of, is_over, last_of, later
from trialbook.protocol.model import Duration
from trialbook.protocol.phrases import parse_duration

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
LENGTHS = st.builds(
    Duration, count=st.integers(1, 400), unit=st.sampled_from(["minute", "hour", "day", "week", "month", "year"])
)


def over(since: str, length: str, until: str) -> bool | None:
    duration = parse_duration(length)
    assert duration is not None
    return is_over(days_of(since), duration, days_of(until))


@pytest.mark.parametrize(
    ("since", "length", "until", "expected"),
    [
        ("2026-01-05", "8 weeks", "2026-03-01", False),
        ("2026-01-05", "8 weeks", "2026-03-02", True),
        ("2026-01-05", "8 weeks", "2026-03-03", True),
        ("2025-10-31", "4 months", "2026-02-27", False),
        ("2025-10-31", "4 months", "2026-02-28", True),
        ("2023-10-31", "4 months", "2024-02-28", False),
        ("2023-10-31", "4 months", "2024-02-29", True),
        ("2025-06-30", "4 months", "2025-10-29", False),
        ("2025-06-30", "4 months", "2025-10-31", True),
        ("2025-07-01", "4 months", "2025-10-31", False),
        ("2024-02-29", "1 year", "2025-02-27", False),
        ("2024-02-29", "1 year", "2025-02-28", True),
        ("2025-12-15", "1 month", "2026-01-15", True),
        ("2026-01-05", "10 days", "2026-01-14", False),
        ("2026-01-05", "10 days", "2026-01-15", True),
        ("2026-03-05", "1 day", "2026-01-01", False),
    ],
)
def test_edges(since: str, length: str, until: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """ELIG-01: a day less, the day, a day more; from the 31st to the last day of a shorter month."""
    assert over(since, length, until) is expected


@pytest.mark.parametrize(
    ("since", "length", "until", "expected"),
    [
        ("2025-12", "8 weeks", "2026-01-25", False),
        ("2025-12", "8 weeks", "2026-01-26", None),
        ("2025-12", "8 weeks", "2026-02-24", None),
        ("2025-12", "8 weeks", "2026-02-25", True),
        ("2025", "1 year", "2025-12-31", False),
        ("2025", "1 year", "2026-12-30", None),
        ("2025", "1 year", "2026-12-31", True),
        ("2026-01-04", "4 weeks", "2026-02", True),
        ("2026-01-05", "4 weeks", "2026-02", None),
        ("2026-02-01", "4 weeks", "2026-02", False),
        ("", "1 day", "2026-02-01", None),
        ("2026-02-01", "1 day", "", None),
    ],
)
def test_dates_known_in_part(since: str, length: str, until: str, expected: bool | None) -> None:  # noqa: FBT001
    """ELIG-01: decided only where every day of them gives the same."""
    assert over(since, length, until) is expected


@pytest.mark.parametrize(
    ("length", "days", "expected"),
    [
        ("12 hours", 0, None), ("12 hours", 1, None), ("12 hours", 2, True), ("24 hours", 0, False),
        ("48 hours", 1, False), ("48 hours", 2, None), ("48 hours", 3, True),
        ("36 hours", 0, False), ("36 hours", 1, None), ("36 hours", 2, None), ("36 hours", 3, True),
    ],
)  # fmt: skip
def test_hours_between_dates_are_known_to_the_day(length: str, days: int, expected: bool | None) -> None:  # noqa: FBT001
    """ELIG-01: from one date to the next lie more than 0 and less than 48 hours."""
    until = date(2026, 1, 5) + timedelta(days=days)
    assert over("2026-01-05", length, until.isoformat()) is expected


def test_first_and_last_of_several() -> None:
    """ELIG-01: one that is not known may be the first, or the last."""
    several = [days_of("2026-01"), days_of("2026-01-20")]
    assert str(first_of(several)) == "2026-01-01 to 2026-01-20"
    assert str(last_of(several)) == "2026-01-20 to 2026-01-31"
    assert str(first_of([*several, UNKNOWN])) == "2026-01-20 or earlier"
    assert str(last_of([*several, UNKNOWN])) == "2026-01-20 or later"
    assert (str(UNKNOWN), str(days_of("2026-01-20"))) == ("a day not known", "2026-01-20")
    assert (UNKNOWN.day, days_of("2026-01-20").day, UNKNOWN.is_known) == (None, date(2026, 1, 20), False)


def test_the_end_of_all_years() -> None:
    """ELIG-01."""
    for unit in ("day", "month", "year"):
        assert later(Days(first=date.max, last=date.max), Duration(count=99999, unit=unit)).last == date.max


@given(first=DAYS, second=DAYS, length=LENGTHS)
def test_a_later_beginning_never_ends_earlier(first: date, second: date, length: Duration) -> None:
    """ELIG-01."""
    early, late = sorted((first, second))
    ends = [later(Days(first=day, last=day), length) for day in (early, late)]
    assert ends[0].first <= ends[1].first
    assert ends[0].last <= ends[1].last
    assert early <= ends[0].first


@given(since=DAYS, width=st.integers(0, 60), until=DAYS, length=LENGTHS, inside=st.integers(0, 60))
def test_what_is_certain_holds_for_every_day(
    since: date, width: int, until: date, length: Duration, inside: int
) -> None:
    """ELIG-01."""
    last, day = (since + timedelta(days=days) for days in (width, min(inside, width)))
    whole = is_over(Days(first=since, last=last), length, Days(first=until, last=until))
    exact = is_over(Days(first=day, last=day), length, Days(first=until, last=until))
    assert whole in {None, exact}
