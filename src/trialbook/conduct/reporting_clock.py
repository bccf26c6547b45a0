"""By when a serious event has to be told to the sponsor, and whether it was.

The study file has no rule of its own for this yet: 24 hours from when the event was known as serious stand in, and are
named wherever a deadline is told (ICH E2A asks the sponsor to be told at once, which most protocols read as 24 hours).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from trialbook.conduct.moments import Days

WITHIN = timedelta(hours=24)

ClockState = Literal["running", "passed", "reported", "reported late", "report day open"]
"""`passed`: the deadline is over and no report is recorded. `report day open`: reported, on a day not known in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingClock:
    """The deadline of one serious event."""

    aware: datetime
    """When it was known as serious, in the time of the sites."""
    deadline: datetime
    state: ClockState
    left: timedelta
    """Until the deadline; negative after it."""


def reporting_clock(
    aware: datetime, *, now: datetime, reported: Days | None = None, within: timedelta = WITHIN
) -> ReportingClock:
    """Judge whether a serious event was told in time; `reported` is the day on which it was, None where not recorded.

    Of a day without its hour nothing finer is known: told on the day of the deadline counts as in time.
    Hours are those that pass, also where the clocks of the sites change meanwhile: times of one zone are told apart by
    its clock, so they are reckoned in UTC.
    """
    deadline = (aware.astimezone(UTC) + within).astimezone(aware.tzinfo)
    left = deadline.astimezone(UTC) - now.astimezone(UTC)
    state = _of_report(reported, deadline.date()) if reported is not None and reported.is_known else None
    open_state: ClockState = "running" if left >= timedelta() else "passed"
    return ReportingClock(aware=aware, deadline=deadline, state=state or open_state, left=left)


def _of_report(reported: Days, last: date) -> ClockState:
    if reported.last <= last:
        return "reported"
    return "reported late" if reported.first > last else "report day open"
