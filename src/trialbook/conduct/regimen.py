"""On which days the doses of a treatment are planned: first day, time between, number, and how far each may lie off."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from trialbook.protocol.model import Duration, Treatment, Window

DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDose:
    """When one dose is planned; None where the study file does not say, or day 0 is not known."""

    number: int
    """From 1 on."""
    day: int | None
    """Planned study day."""
    window: Window | None
    """First and last study day on which it is in time; None where the study file states no window."""
    on: date | None
    first: date | None
    """First day of the window."""
    last: date | None
    """Last day of the window."""

    def days_off(self, day: date) -> int | None:
        """Count the days that a day lies before (negative) or after the window; None where there is none."""
        if self.first is None or self.last is None:
            return None
        return min((day - self.first).days, 0) + max((day - self.last).days, 0)


def number_of_doses(treatment: Treatment) -> int | None:
    """Return how many doses are planned, None where they go on until the end of the study or no plan is stated."""
    if treatment.days:
        return len(treatment.days)
    if treatment.first is not None and treatment.every is None:
        return treatment.times or 1
    return treatment.times


def plan_dose_day(treatment: Treatment, number: int, anchor: date | None) -> PlannedDose:
    """Return when a dose is planned; beyond the last planned dose nothing is."""
    most = number_of_doses(treatment)
    day = None if most is not None and number > most else _study_day(treatment, number, anchor)
    window = None if day is None else _window(treatment, day, anchor)
    return PlannedDose(
        number=number,
        day=day,
        window=window,
        on=_date(anchor, day),
        first=_date(anchor, window.first if window else None),
        last=_date(anchor, window.last if window else None),
    )


def _study_day(treatment: Treatment, number: int, anchor: date | None) -> int | None:
    if treatment.days:
        return _day_of(treatment.days[number - 1])
    if treatment.first is None:
        return None
    first = _day_of(treatment.first)
    return first if treatment.every is None else _shifted(first, treatment.every, number - 1, anchor)


def _day_of(text: str) -> int:
    """Read `day 0`."""
    return int(text.removeprefix("day "))


def _window(treatment: Treatment, day: int, anchor: date | None) -> Window | None:
    if treatment.window is None:
        return None
    first, last = (_shifted(day, treatment.window, times, anchor) for times in (-1, 1))
    return None if first is None or last is None else Window(first=first, last=last)


def _shifted(day: int, by: Duration, times: int, anchor: date | None) -> int | None:
    """Return the study day some lengths of time after another; None for months while day 0 is not known.

    Months go by the calendar, to the last day of a shorter one. Less than a day is none: the study file cannot say it.
    """
    if by.unit in MONTHS:
        start = _date(anchor, day)
        end = None if start is None else add_months(start, by.count * MONTHS[by.unit] * times)
        return None if end is None or anchor is None else (end - anchor).days
    return day + by.count * DAYS[by.unit] * times if by.unit in DAYS else None


def add_months(day: date, months: int) -> date | None:
    """Return the same day some months later, or the last day of a shorter month; None beyond the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _date(anchor: date | None, day: int | None) -> date | None:
    try:
        return None if anchor is None or day is None else anchor + timedelta(days=day)
    except OverflowError:
        return None
