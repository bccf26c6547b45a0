"""How long participants were followed: from study day 0 to the end, or to the last day that their data tell of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from trialbook.analysis.frames import Datasets
from trialbook.conduct.schedule import full_date

DAYS_A_WEEK = 7
RULE = "from study day 0 (where that is not known, enrolment) to the end of participation, else the last dated visit"


@lru_cache(maxsize=8)
def weeks_followed(datasets: Datasets) -> Mapping[str, float]:
    """Return participant -> weeks followed, first and last day both counted; whose days are not known is left out."""
    import polars as pl

    visits = (
        datasets.observations.filter(pl.col("date").is_not_null()).group_by("participant").agg(pl.col("date").max())
    )
    last = dict(visits.iter_rows())
    rows = datasets.participants.select("participant", "anchor", "enrolled_on", "ended_on").iter_rows()
    days = {
        code: _days(anchor or full_date(enrolled), full_date(ended) or full_date(last.get(code)))
        for code, anchor, enrolled, ended in rows
    }
    return {code: number / DAYS_A_WEEK for code, number in days.items() if number > 0}


def _days(first: date | None, last: date | None) -> int:
    """Count the days, none where one is not known or they are the wrong way round."""
    return (last - first).days + 1 if first is not None and last is not None else 0
