"""Dates that are known in full, in part or not at all, as the days that are possible; and the time between them."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from itertools import starmap

from trialbook.protocol.model import Duration
from trialbook.protocol.typed_dates import date_range


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The first and the last day on which something can have been."""

    first: date = date.min
    last: date = date.max

    @property
    def is_known(self) -> bool:
        """Tell whether anything is known of the day."""
        return self != UNKNOWN

    @property
    def day(self) -> date | None:
        """Return the day where it is known in full."""
        return self.first if self.first == self.last else None

    def __str__(self) -> str:
        """Write the day, or what is known of it."""
        if not self.is_known:
            return "a day not known"
        if self.first == date.min or self.last == date.max:
            return f"{self.first} or later" if self.last == date.max else f"{self.last} or earlier"
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


UNKNOWN = Days()


def days_of(value: str | None) -> Days:
    """Return the days that a canonical date allows; any day where there is none."""
    try:
        first, last = date_range(value or "")
    except ValueError:
        return UNKNOWN
    return Days(first=first, last=last)


def first_of(days: list[Days]) -> Days:
    """Return when the first of several things can have been."""
    return Days(first=min(each.first for each in days), last=min(each.last for each in days))


def last_of(days: list[Days]) -> Days:
    """Return when the last of several things can have been."""
    return Days(first=max(each.first for each in days), last=max(each.last for each in days))


def later(since: Days, length: Duration) -> Days:
    """Return when a length of time can be over; months and years go by the calendar.

    From the 31st, a month that has no such day counts to its last. Of hours, dates tell only the days between which
    they are over.
    """
    ends = starmap(_shifted, ((since.first, length), (since.last, length)))
    earliest, latest = ends
    return Days(first=earliest.first, last=latest.last)


def is_over(since: Days, at_least: Duration, until: Days) -> bool | None:
    """Tell whether a length of time is over on a day, that day included; None where it could be either."""
    end = later(since, at_least)
    if end.last <= until.first:
        return True
    return False if end.first > until.last else None


def _shifted(day: date, length: Duration) -> Days:
    """Return the day some time after a day, kept within the years that dates have."""
    if length.unit in {"month", "year"}:
        return _same(_months_after(day, length.count * (12 if length.unit == "year" else 1)))
    if length.unit in {"day", "week"}:
        return _same(_days_after(day, length.count * (7 if length.unit == "week" else 1)))
    hours = length.count if length.unit == "hour" else length.count / 60
    whole, rest = divmod(hours, 24)
    return Days(first=_days_after(day, int(whole)), last=_days_after(day, int(whole) + (2 if rest else 1)))


def _same(day: date) -> Days:
    return Days(first=day, last=day)


def _days_after(day: date, count: int) -> date:
    return date.fromordinal(min(day.toordinal() + count, date.max.toordinal()))


def _months_after(day: date, count: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if years > date.max.year:
        return date.max
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))
