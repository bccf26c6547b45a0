"""By when a serious event has to be told to the sponsor, and whether it was.

The study file has no rule of its own for this yet: 24 hours from when the event was known as serious stand in, and are
named wherever a deadline is told (ICH E2A asks the sponsor to be told at once, which most protocols read as 24 hours).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from trialbook.conduct.moments import UNKNOWN, Days

WITHIN = timedelta(hours=24)

ClockState = Literal[
    "running", "passed", "reported", "reported late", "report day open", "reported before known", "reported ahead"
]
"""`passed`: the deadline is over and no report is recorded. `report day open`: reported, on a day not known in full.

`reported before known`, `reported ahead`: on a day before the one on which the form says it was known, or still to
come; neither can be, so nothing is said of in time or late.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingClock:
    """The deadline of one serious event."""

    aware: datetime
    """When it was known as serious, in the time of the sites."""
    deadline: datetime
    state: ClockState
    left: timedelta
    """Until the deadline; negative after it."""
    is_known_ahead: bool = False
    """The day on which the form says that it was known is still to come; it does not count."""


def reporting_clock(
    aware: datetime,
    *,
    now: datetime,
    reported: Days | None = None,
    known: Days = UNKNOWN,
    within: timedelta = WITHIN,
) -> ReportingClock:
    """Judge whether a serious event was told in time; `reported` is the day on which it was, None where not recorded.

    `known` is the day on which the form says that it was known; without it a report may be made before it is recorded.
    Of a day without its hour nothing finer is known: told on the day of the deadline counts as in time.
    Hours are those that pass, also where the clocks of the sites change meanwhile: times of one zone are told apart by
    its clock, so they are reckoned in UTC.
    """
    deadline = (aware.astimezone(UTC) + within).astimezone(aware.tzinfo)
    left = deadline.astimezone(UTC) - now.astimezone(UTC)
    is_ahead = known.is_known and known.first > now.date()
    state = (
        None if reported is None else _of_report(reported, UNKNOWN if is_ahead else known, deadline.date(), now.date())
    )
    open_state: ClockState = "running" if left >= timedelta() else "passed"
    return ReportingClock(aware=aware, deadline=deadline, state=state or open_state, left=left, is_known_ahead=is_ahead)


def _of_report(reported: Days, known: Days, last: date, today: date) -> ClockState | None:
    if not reported.is_known:
        return None
    if reported.first > today:
        return "reported ahead"
    if known.is_known and reported.last < known.first:
        return "reported before known"
    if reported.last <= last:
        return "reported"
    return "reported late" if reported.first > last else "report day open"
