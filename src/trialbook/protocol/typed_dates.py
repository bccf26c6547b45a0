"""What a typed date means: `2024-03-02`; where the item allows it `2024-03`, `2024` or `never`.

Dates are never guessed: `02/03/2024` has two readings, `20240302` could be a number, and both are refused.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from trialbook.errors import Problem
from trialbook.protocol.model import Item

DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
UTC = re.compile(r"Z|[+-]00:?00")
SPOILT_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{1,2}:.*")
PART = re.compile(r"[0-9]{4}(?:-[0-9]{2})?")
SEVERAL_READINGS = re.compile(r"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}|[0-9]{5,8}")
NEVER = "never"
FIRST_YEAR, LAST_YEAR = 1850, 2200


def read_date(item: Item, text: str, codes: str) -> str | Problem:
    """Return the canonical date, of a time on the clock of the place its day; `codes` are missing codes to propose."""
    values = {"text": text, "item": next(iter(item.label.values()), item.id), "codes": codes}
    if text == NEVER:
        return text if item.never else Problem(code="VALUE-19", values=values)
    moment = MOMENT.fullmatch(text)
    day = moment[1] if moment else text
    if PART.fullmatch(day) and not item.partial:
        return Problem(code="VALUE-18", values=values)
    code = _wrong(day)
    if code is None and moment and UTC.fullmatch(moment["zone"] or ""):
        return Problem(code="VALUE-25", values=values)
    return day if code is None else Problem(code=code, values=values)


def date_range(value: str) -> tuple[date, date]:
    """Return the first and the last day that a canonical date allows; ValueError for `never` and what is no date."""
    if DAY.fullmatch(value):
        day = date.fromisoformat(value)
        return day, day
    if not PART.fullmatch(value):
        raise ValueError(f"not a canonical date: {value!r}")
    year, _, month = value.partition("-")
    first, last = (int(month), int(month)) if month else (1, 12)
    return date(int(year), first, 1), date(int(year), last, monthrange(int(year), last)[1])


def _wrong(text: str) -> str | None:
    """Return the code of what is wrong with a date or a part of one."""
    if DAY.fullmatch(text) or PART.fullmatch(text):
        return _impossible(text)
    if SPOILT_MOMENT.fullmatch(text):
        return "VALUE-16"
    return "VALUE-15" if SEVERAL_READINGS.fullmatch(text) else "VALUE-14"


def _impossible(text: str) -> str | None:
    if not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        return "VALUE-17"
    try:
        date_range(text)
    except ValueError:
        return "VALUE-16"
    return None
