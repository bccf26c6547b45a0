"""On which days doses are planned.

Requirements (of test_dosing.py):
DOSING-02: by a number of doses, by days that are listed, until the end of the study; months by the calendar.
DOSING-07: what lies beyond the calendar has no day, and nothing raises.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from trialbook.conduct.regimen import PlannedDose, add_months, number_of_doses, plan_dose_day
from trialbook.protocol.model import Duration, Treatment, Window

DAY_0 = date(2024, 1, 31)
WEEK, MONTH, YEAR, HOUR = (Duration(count=1, unit=unit) for unit in ("week", "month", "year", "hour"))


def a_treatment(**told: Any) -> Treatment:
    """Make a treatment."""
    return Treatment(id="rtx", label={"en": "Rituximab"}, **told)


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ({"days": ("day 0", "day 14")}, 2),
        ({"first": "day 0"}, 1),
        ({"first": "day 0", "times": 2}, 2),
        ({"first": "day 0", "every": WEEK, "times": 4}, 4),
        ({"first": "day 0", "every": WEEK}, None),
        ({}, None),
        ({"times": 3}, 3),
    ],
)
def test_how_many_doses(told: dict[str, Any], number: int | None) -> None:
    """DOSING-02: once, where only a first day is stated; without end, where only a distance is."""
    assert number_of_doses(a_treatment(**told)) == number


@pytest.mark.parametrize(
    ("told", "number", "day"),
    [
        ({"first": "day 1", "every": WEEK}, 3, 15),
        ({"first": "day 0", "every": WEEK, "times": 2}, 2, 7),
        ({"first": "day 0", "every": WEEK, "times": 2}, 3, None),
        ({"days": ("day 0", "day 3")}, 2, 3),
        ({"first": "day 0", "every": MONTH}, 2, 29),
        ({"first": "day 0", "every": YEAR}, 2, 366),
        ({"first": "day 0", "every": HOUR}, 2, None),
        ({}, 1, None),
    ],
)
def test_which_day(told: dict[str, Any], number: int, day: int | None) -> None:
    """DOSING-02: a month after 31 January 2024 is 29 February; by the hour no day can be told."""
    assert plan_dose_day(a_treatment(**told), number, DAY_0).day == day


def test_months_wait_for_day_0() -> None:
    """DOSING-02: weeks do not."""
    monthly, weekly = (a_treatment(first="day 0", every=every, window=MONTH) for every in (MONTH, WEEK))
    assert plan_dose_day(monthly, 2, None).day is None
    planned = plan_dose_day(weekly, 2, None)
    assert (planned.day, planned.window, planned.on) == (7, None, None)
    known = plan_dose_day(weekly, 2, DAY_0)
    assert (known.window, known.first, known.last) == (
        Window(first=-24, last=36),
        date(2024, 1, 7),
        date(2024, 3, 7),
    )


def test_the_edges_of_the_calendar() -> None:
    """DOSING-07."""
    assert add_months(date(1, 2, 1), -1) == date(1, 1, 1)
    assert add_months(date(1, 1, 31), -1) is None
    assert add_months(date(9999, 11, 30), 1) == date(9999, 12, 30)
    assert add_months(date(9999, 12, 1), 1) is None
    late = a_treatment(first="day 0", every=YEAR, window=MONTH)
    assert plan_dose_day(late, 9000, DAY_0) == PlannedDose(
        number=9000, day=None, window=None, on=None, first=None, last=None
    )
    assert plan_dose_day(a_treatment(first="day 9999999"), 1, DAY_0).on is None
    early, end = date(1, 1, 5), date(9999, 12, 20)
    for anchor in (early, end):
        planned = plan_dose_day(a_treatment(first="day 0", window=MONTH), 1, anchor)
        assert (planned.on, planned.window, planned.days_off(anchor)) == (anchor, None, None)


@pytest.mark.parametrize("known", ["first", "last"])
def test_half_a_window_is_none(known: str) -> None:
    """DOSING-07: no plan makes one; the count does not rely on it."""
    ends: dict[str, Any] = {"first": None, "last": None, known: DAY_0}
    assert PlannedDose(number=1, day=0, window=None, on=DAY_0, **ends).days_off(DAY_0) is None
