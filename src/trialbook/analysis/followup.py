"""How long participants were followed: from study day 0 to the end, or to the last day that their data tell of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from trialbook.analysis.frames import Datasets
from trialbook.conduct.schedule import full_date

DAYS_A_WEEK = 7
RULE = "from study day 0 (where that is not known, enrolment) to the end of participation, else the last dated visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """The days on which a participant was followed."""

    first: date
    last: date

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
    """Return participant -> the days followed; whose days are not known, or the wrong way round, is left out."""
    import polars as pl

    visits = (
        datasets.observations.filter(pl.col("date").is_not_null()).group_by("participant").agg(pl.col("date").max())
    )
    last = dict(visits.iter_rows())
    rows = datasets.participants.select("participant", "anchor", "enrolled_on", "ended_on").iter_rows()
    days = {
        code: _time(anchor or full_date(enrolled), full_date(ended) or full_date(last.get(code)))
        for code, anchor, enrolled, ended in rows
    }
    return {code: time for code, time in days.items() if time is not None}


def _time(first: date | None, last: date | None) -> Time | None:
    return Time(first=first, last=last) if first is not None and last is not None and first <= last else None
