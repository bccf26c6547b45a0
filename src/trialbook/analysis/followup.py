"""How long participants were followed: from study day 0 to the end, or to the last day that their data tell of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from trialbook.analysis.frames import Datasets, books
from trialbook.conduct.deviations import given_treatments, rows_given
from trialbook.conduct.schedule import full_date

DAYS_A_WEEK = 7
RULE = (
    "from study day 0 (where that is not known, enrolment) to the end of participation, "
    "else the last dated visit or dose"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """The days on which a participant was followed."""

    first: date
    last: date
    is_from_enrolment: bool = False
    """Whether it begins with enrolment, since study day 0 is not known."""

    @property
    def weeks(self) -> float:
        """Return how long that is, first and last day both counted."""
        return ((self.last - self.first).days + 1) / DAYS_A_WEEK

    def may_hold(self, start: str | None) -> bool:
        """Tell whether something may have begun in this time: only a start that surely lies outside does not.

        `start` is an ISO date, or its year, or its year and month; where nothing is known of it, it may.
        """
        known = len(start or "")
        return not start or self.first.isoformat()[:known] <= start <= self.last.isoformat()[:known]


def weeks_followed(datasets: Datasets) -> Mapping[str, float]:
    """Return participant -> weeks followed, first and last day both counted; whose days are not known is left out."""
    return {code: time.weeks for code, time in times_followed(datasets).items()}


@lru_cache(maxsize=8)
def times_followed(datasets: Datasets) -> Mapping[str, Time]:
    """Return participant -> the days followed; whose days are not known, or the wrong way round, is left out.

    The days of events do not count: time that ends with an event, and only then, would make the rate too high.
    """
    last = last_days(datasets)
    rows = datasets.participants.select("participant", "anchor", "enrolled_on", "ended_on").iter_rows()
    days = {
        code: _time(anchor, full_date(enrolled), full_date(ended) or last.get(code))
        for code, anchor, enrolled, ended in rows
    }
    return {code: time for code, time in days.items() if time is not None}


def last_days(datasets: Datasets) -> Mapping[str, date]:
    """Return participant -> the last day of a visit or dose that is known."""
    import polars as pl

    visits = (
        datasets.observations.filter(pl.col("date").is_not_null()).group_by("participant").agg(pl.col("date").max())
    )
    found = {code: date.fromisoformat(on) for code, on in visits.iter_rows()}
    for code, on in _doses(datasets):
        found[code] = max(found.get(code, on), on)
    return found


def _doses(datasets: Datasets) -> Iterator[tuple[str, date]]:
    """Yield participant and day of every dose on a known day; a row with an amount of 0 is no dose."""
    given = ((plan, one) for plan in datasets.versions for one in given_treatments(plan))
    for study, treatment in given:
        for book in books(datasets).values():
            days = (on.day for _, on in rows_given(study, book, treatment))
            yield from ((book.participant, day) for day in days if day is not None)


def _time(anchor: date | None, enrolled: date | None, last: date | None) -> Time | None:
    first = anchor or enrolled
    if first is None or last is None or first > last:
        return None
    return Time(first=first, last=last, is_from_enrolment=anchor is None)
