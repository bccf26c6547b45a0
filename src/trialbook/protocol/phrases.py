"""The short phrases of the study file, such as `4 weeks`: what each means, and how it is written.

Every `parse_` returns None where the text is not such a phrase; every `write_` is its inverse. Amounts always
carry their unit, so nothing has to be guessed.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Literal

from trialbook.protocol.model import Anchor, BaselineRule, DataCut, Duration, Quantity, Window

TimeUnit = Literal["minute", "hour", "day", "week", "month", "year"]

NUMBER = r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?"
DAYS_IN = {"day": 1, "week": 7}
DURATION = r"([1-9][0-9]{0,4}) (hour|day|week|month|year)s?"
MINUTES = r"([1-9][0-9]{0,3}) (minute|hour)s?"
SPAN = r"([0-9]{1,6}) (day|week)s?"

DURATION_RULE = re.compile(r"([1-9][0-9]{0,4}) (minute|hour|day|week|month|year)s?")
QUANTITY_RULE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?) (\S+)")
RANGE_RULE = re.compile(f"({NUMBER}) to ({NUMBER})")
DAYS_RULE = re.compile(r"(-?[0-9]{1,5})(?: to (-?[0-9]{1,5}))?")
TOLERANCE_RULE = re.compile(f"{SPAN} either side|{SPAN} before to {SPAN} after")
AT_LEAST_RULE = re.compile(r"([1-9][0-9]{0,3}) of ([1-9][0-9]{0,3})|all")
ALPHA_RULE = re.compile(r"p < (0\.[0-9]{1,6}), two-sided")
PERCENT_RULE = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,4})?) ?%")
NAME = r"[A-Za-z][A-Za-z0-9_]*\.[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)?"
WHICH = f"(?:(?:first|last) )?{NAME}"
ANCHOR_RULE = re.compile(f"enrolment|(first|last) ({NAME})")
BASELINE_RULE = re.compile(r"visit (.+)|(last before anchor)|flagged ([A-Za-z][A-Za-z0-9_]*)")
CUT_RULE = re.compile(r"after (\S.*)|([0-9]{4}-[0-9]{2}-[0-9]{2})|at lock")
WEEK_DAY_RULE = re.compile(r"(week|day) (-?[0-9]{1,4})")


def parse_positive(text: str) -> Decimal | None:
    """Read a number above 0."""
    return amount if (amount := Decimal(text)) > 0 else None


def parse_share(text: str) -> Decimal | None:
    """Read a number between 0 and 1, neither of them."""
    return amount if 0 < (amount := Decimal(text)) < 1 else None


def parse_duration(text: str) -> Duration | None:
    """Read `4 weeks` or `30 minutes`."""
    found = DURATION_RULE.fullmatch(text)
    return Duration(count=int(found[1]), unit=_time_unit(found[2])) if found else None


def _time_unit(word: str) -> TimeUnit:
    units: dict[str, TimeUnit] = {
        "minute": "minute", "hour": "hour", "day": "day", "week": "week", "month": "month", "year": "year",
    }  # fmt: skip
    return units[word]


def write_duration(duration: Duration) -> str:
    """Write `4 weeks`."""
    return f"{duration.count} {duration.unit}{'' if duration.count == 1 else 's'}"


def parse_either_side(text: str) -> Duration | None:
    """Read `1 day either side`."""
    head, found, tail = text.partition(" either side")
    return parse_duration(head) if found and not tail else None


def parse_quantity(text: str) -> Quantity | None:
    """Read `375 mg/m2`; an amount is greater than 0."""
    found = QUANTITY_RULE.fullmatch(text)
    if found is None or not Decimal(found[1]):
        return None
    return Quantity(amount=Decimal(found[1]), unit=found[2])


def write_quantity(quantity: Quantity) -> str:
    """Write `375 mg/m2`."""
    return f"{quantity.amount:f} {quantity.unit}"


def parse_range(text: str) -> tuple[Decimal, Decimal] | None:
    """Read `0 to 10`, the smaller number first."""
    found = RANGE_RULE.fullmatch(text)
    if found is None or Decimal(found[1]) >= Decimal(found[2]):
        return None
    return Decimal(found[1]), Decimal(found[2])


def write_range(low: Decimal, high: Decimal) -> str:
    """Write `0 to 10`."""
    return f"{low:f} to {high:f}"


def parse_days(text: str) -> Window | int | None:
    """Read the day `14` as a number, the days `-14 to -4` as a window."""
    found = DAYS_RULE.fullmatch(text)
    if found is None:
        return None
    if found[2] is None:
        return int(found[1])
    return Window(first=int(found[1]), last=int(found[2])) if int(found[1]) <= int(found[2]) else None


def planned_day(days: Window) -> int:
    """Return the day of a range that is nearest to day 0: it is the planned one."""
    return min(max(0, days.first), days.last)


def parse_tolerance(text: str) -> Window | None:
    """Read `3 days either side` or `3 days before to 1 week after`: days relative to the planned one."""
    found = TOLERANCE_RULE.fullmatch(text)
    if found is None:
        return None
    if found[1] is not None:
        days = int(found[1]) * DAYS_IN[found[2]]
        return Window(first=-days, last=days)
    return Window(first=-int(found[3]) * DAYS_IN[found[4]], last=int(found[5]) * DAYS_IN[found[6]])


def write_tolerance(tolerance: Window) -> str:
    """Write `3 days either side`."""
    before, after = _days(-tolerance.first), _days(tolerance.last)
    return f"{before} either side" if before == after else f"{before} before to {after} after"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def parse_at_least(text: str) -> tuple[int, int] | Literal["all"] | None:
    """Read `8 of 10`, or `all`."""
    found = AT_LEAST_RULE.fullmatch(text)
    if found is None:
        return None
    if found[1] is None:
        return "all"
    return (int(found[1]), int(found[2])) if int(found[1]) <= int(found[2]) else None


def parse_alpha(text: str) -> Decimal | None:
    """Read `p < 0.05, two-sided`."""
    found = ALPHA_RULE.fullmatch(text)
    return Decimal(found[1]) if found and Decimal(found[1]) else None


def write_alpha(alpha: Decimal) -> str:
    """Write `p < 0.05, two-sided`."""
    return f"p < {alpha:f}, two-sided"


def parse_percent(text: str) -> Decimal | None:
    """Read `95 %` as 0.95."""
    found = PERCENT_RULE.fullmatch(text)
    return Decimal(found[1]) / 100 if found and Decimal(found[1]) else None


def write_percent(share: Decimal) -> str:
    """Write 0.95 as `95 %`."""
    return f"{(share * 100).normalize():f} %"


def parse_anchor(text: str) -> Anchor | None:
    """Read `enrolment` or `first dosing.start`."""
    found = ANCHOR_RULE.fullmatch(text)
    if found is None:
        return None
    if found[1] is None:
        return Anchor(which="first", name="enrolment")
    return Anchor(which="first" if found[1] == "first" else "last", name=found[2])


def write_anchor(anchor: Anchor) -> str:
    """Write `first dosing.start`."""
    return anchor.name if anchor.name == "enrolment" else f"{anchor.which} {anchor.name}"


def parse_baseline(text: str) -> BaselineRule | None:
    """Read `visit week 0`, `last before anchor` or `flagged baseline_flag`."""
    found = BASELINE_RULE.fullmatch(text)
    if found is None:
        return None
    if found[1]:
        return BaselineRule(kind="visit", visit=found[1])
    return BaselineRule(kind="flagged", flag=found[3]) if found[3] else BaselineRule(kind="last before anchor")


def write_baseline(rule: BaselineRule) -> str:
    """Write `visit week 0`."""
    if rule.kind == "last before anchor":
        return rule.kind
    return f"visit {rule.visit}" if rule.kind == "visit" else f"flagged {rule.flag}"


def parse_cut(text: str) -> DataCut | None:
    """Read `after week 28`, `2027-03-01` or `at lock`."""
    found = CUT_RULE.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        return None if found is None else DataCut(kind="lock")
    if found[1]:
        return DataCut(kind="visit", visit=found[1])
    try:
        return DataCut(kind="date", on=date.fromisoformat(found[2]))
    except ValueError:
        return None


def write_cut(cut: DataCut) -> str:
    """Write `after week 28`."""
    if cut.kind == "visit":
        return f"after {cut.visit}"
    return "at lock" if cut.on is None else cut.on.isoformat()


def day_in_id(visit: str) -> int | None:
    """Return the day that the id of a visit names: 28 for `week 4`; None where it names none."""
    found = WEEK_DAY_RULE.fullmatch(visit)
    return int(found[2]) * DAYS_IN[found[1]] if found else None


def in_words(identifier: str) -> str:
    """Write an id as a label: `vital_signs` as `Vital signs`."""
    words = identifier.replace("_", " ")
    return words[:1].upper() + words[1:]
