"""What is asked of the trail: by participant, visit, form, item, person, act and time, as a reader typed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from trialbook.capture.ledger import utc
from trialbook.capture.store import Asked

COLUMNS = ("participant", "visit", "form", "item", "act")
NAMES = (*COLUMNS, "person", "since", "until")
"""What a reader can ask for, by the name of its box."""
LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search of the trail, as typed."""

    typed: Mapping[str, str]
    asked: Asked | None
    """None where a time is none."""


def read_search(sent: Mapping[str, str], zone: ZoneInfo) -> Search:
    """Read a search; times are those of the clock of the sites, and a minute lasts to its end."""
    typed = {name: sent.get(name, "").strip()[:LONGEST] for name in NAMES}
    try:
        since, until = _moment(typed["since"], zone, timedelta()), _moment(typed["until"], zone, timedelta(minutes=1))
    except (ValueError, OverflowError):
        return Search(typed=typed, asked=None)
    equal = {name: typed[name] for name in COLUMNS if typed[name]}
    return Search(typed=typed, asked=Asked(equal=equal, person=typed["person"], since=since, until=until))


def _moment(text: str, zone: ZoneInfo, longer: timedelta) -> str:
    """Return a typed time as entries write it, or the last moment before it plus `longer`; empty for none.

    Of an hour that comes twice, where the clocks change, the first begins and the second ends.
    """
    if not text:
        return ""
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=zone, fold=int(bool(longer))) if moment.tzinfo is None else moment
    return utc(moment.astimezone(UTC) + longer - timedelta(microseconds=1) if longer else moment)
