"""The words of a form: hints beside an item, answers as a reader reads them, reasons to choose from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext, gettext_noop, ngettext, override

from trialbook.capture.people import CUSTODIAN
from trialbook.conduct.casebook import Answer
from trialbook.errors import Problem
from trialbook.protocol.model import Derived, Item, Study
from trialbook.protocol.typed_dates import NEVER
from trialbook.protocol.unit_words import with_unit
from trialbook.protocol.units import convert
from trialbook.protocol.values import SEPARATOR, limit_of
from trialbook.render.numbers import ABSENT, rounded, show, show_plain
from trialbook.report.shown import write_own
from trialbook.web.forms.sheet import Sheet
from trialbook.web.saying import listed, remedy, said_value, sentence

MOST_DECIMALS = 9
UNIT = re.compile(r"([<>=≤≥]* ?[\d.,]*\d) ?([^\d\s.,].*)")
"""A number as it was typed with its unit behind it."""
SPANS = frozenset(
    {
        gettext_noop("year"),
        gettext_noop("month"),
        gettext_noop("week"),
        gettext_noop("day"),
        gettext_noop("hour"),
        gettext_noop("minute"),
    }
)
"""Units of time, which have a name in every language."""


def hint(item: Item, unit: str = "") -> str:
    """Say what range and how many decimals are expected of an answer, or how a date is written.

    Of an item that takes several units the range stands in the one that is chosen, and names it.
    """
    if item.accepts and unit and unit != item.unit:
        return " · ".join(_ranges(_in_unit(item, unit), unit))
    return " · ".join(_hints(item))


def _in_unit(item: Item, unit: str) -> Item:
    """Return the item with its limits in another unit."""
    minimum, maximum = _converted(item, item.minimum, item.maximum, unit)
    low, high = _converted(item, item.expected_low, item.expected_high, unit)
    return replace(item, minimum=minimum, maximum=maximum, expected_low=low, expected_high=high)


def _converted(
    item: Item, low: Decimal | None, high: Decimal | None, unit: str
) -> tuple[Decimal | None, Decimal | None]:
    """Return a range in another unit, to three significant digits, or as many as leave a range.

    It is rounded inwards: what lies in the range that is shown is never refused or queried.
    """
    ends = [
        None if end is None else convert(end, item.unit or "", unit, molar_mass=item.molar_mass) for end in (low, high)
    ]
    first, last = (end if isinstance(end, Decimal) else None for end in ends)
    for digits in range(3, 13):
        lower = None if first is None else Context(digits, ROUND_CEILING).plus(first)
        upper = None if last is None else Context(digits, ROUND_FLOOR).plus(last)
        if lower is None or upper is None or lower < upper:
            return lower, upper
    return first, last


def _ranges(item: Item, unit: str) -> Iterator[str]:
    """Yield between which numbers an answer is possible, and expected."""
    of = f" {unit_words(unit)}" if unit else ""
    if item.minimum is not None or item.maximum is not None:
        words = gettext("Scale %(range)s") if item.kind == "vas" else gettext("Possible %(range)s")
        yield words % {"range": _range(item.minimum, item.maximum) + of}
    if item.expected_low is not None or item.expected_high is not None:
        yield gettext("Expected %(range)s") % {"range": _range(item.expected_low, item.expected_high) + of}


def _hints(item: Item) -> Iterator[str]:
    if item.kind in {"number", "vas"}:
        yield from _ranges(item, item.unit or "" if item.accepts else "")
        if item.decimals is not None:
            none = gettext("Whole number")
            some = ngettext("%(count)s decimal", "%(count)s decimals", item.decimals) % {"count": item.decimals}
            yield some if item.decimals else none
    if item.kind == "date" and item.partial:
        yield gettext("Year, month and day as far as they are known: 2024-03-02, 2024-03 or 2024")
    if item.several:
        yield gettext("More than one may be chosen")


def _range(low: Decimal | None, high: Decimal | None) -> str:
    if low is None or high is None:
        only = show_plain(high if low is None else low)  # type: ignore[arg-type]  # one of the two is there
        return (
            gettext("at most %(limit)s") % {"limit": only}
            if low is None
            else gettext("at least %(limit)s") % {"limit": only}
        )
    return gettext("%(low)s to %(high)s") % {"low": show_plain(low), "high": show_plain(high)}


def choice_label(sheet: Sheet, item: Item, code: str) -> str:
    """Return what a choice is called."""
    if item.kind == "yes_no":
        return {"yes": gettext("Yes"), "no": gettext("No")}.get(code, code)
    return sheet.say(item.choices.get(code, {})) or code


def missing_label(sheet: Sheet, code: str) -> str:
    """Return what a missing-data code means, with the code."""
    meaning = sheet.say(sheet.study.missing.get(code, {}))
    return f"{meaning} ({code})" if meaning and meaning != code else code


def shown(sheet: Sheet, item: Item, answer: Answer) -> str:
    """Write an answer for a reader; one that was converted with what was typed."""
    if answer.missing is not None:
        return missing_label(sheet, answer.missing)
    value = answer.value or ""
    if item.kind == "yes_no" or value == NEVER:
        return gettext("Never") if value == NEVER else choice_label(sheet, item, value)
    if item.kind == "choice":
        return listed(choice_label(sheet, item, code) for code in value.split(SEPARATOR))
    return number_words(item, answer) if item.kind in {"number", "vas"} else value


def answer_words(study: Study, item: Item, answer: Answer, language: str | None) -> str:
    """Write an answer that is none of a form which is filled in: without the code of what is missing."""
    if answer.value is None:
        return study.say(study.missing.get(answer.missing or "", {}), language) or (answer.missing or "")
    if item.kind == "choice":
        return listed(study.say(item.choices.get(code, {}), language) or code for code in answer.value.split(SEPARATOR))
    return number_words(item, answer) if item.kind in {"number", "vas"} else said_value(answer.value)


def number_words(item: Item, answer: Answer) -> str:
    """Write a recorded number with its unit; one that was converted is rounded, with what was typed."""
    value = answer.value or ""
    if not is_converted(item, answer):
        return number_shown(item, value)
    sign = limit_of(value)
    number = value.removeprefix(sign)
    if item.decimals is not None:
        number = f"{rounded(Decimal(number), item.decimals):f}"
    return gettext("%(value)s (typed: %(typed)s)") % {"value": number_shown(item, sign + number), "typed": answer.text}


def is_converted(item: Item, answer: Answer) -> bool:
    """Tell whether a number was typed in another unit than that of its item."""
    typed, value = UNIT.fullmatch(answer.text), answer.value or ""
    number = "" if typed is None else typed[1].lstrip("<>=≤≥ ")
    return item.kind == "number" and typed is not None and number != value.removeprefix(limit_of(value))


def number_shown(item: Item, value: str) -> str:
    """Write a recorded number as it was recorded, with its unit as a reader writes it."""
    sign = limit_of(value)
    number = value.removeprefix(sign)
    return " ".join(part for part in (sign, number, unit_words(item.unit or "", number)) if part)


def unit_words(unit: str, number: str = "") -> str:
    """Write a unit as a reader writes it, behind a number if there is one; a span of time in their language."""
    said = gettext(unit) if unit in SPANS else unit
    return with_unit(number, unit).removeprefix(number).strip() if said == unit else said


def derived_shown(derived: Derived, value: float | None, sheet: Sheet) -> str:
    """Write a derived number with its unit; a dash where there are too few answers."""
    if value is None:
        return ABSENT
    if derived.levels:
        return sheet.say(derived.levels.get(int(value), {})) or show(value, 0)
    decimals = MOST_DECIMALS if derived.decimals is None else derived.decimals
    number = show_plain(round(value, decimals)) if derived.decimals is None else write_own(derived, value, decimals)
    return " ".join(part for part in (number, unit_words(derived.unit, number)) if part)


def told(problem: Problem) -> str:
    """Write what is wrong and what to do about it."""
    return f"{sentence(problem)} {remedy(problem)}"


def local_time(study: Study, at: str | datetime) -> str:
    """Write a moment of the ledger on the clock of the sites, with how far it is from UTC: `2026-03-02 14:05 UTC+8`."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return zoned(moment.astimezone(ZoneInfo(study.identity.timezone)))


def zoned(moment: datetime) -> str:
    """Write a moment to the minute, with how far the zone that it carries is from UTC: `2026-03-02 14:05 UTC+8`."""
    ahead = round((moment.utcoffset() or timedelta()).total_seconds() / 60)
    hours, minutes = divmod(abs(ahead), 60)
    away = f"{'+' if ahead > 0 else '-'}{hours}{f':{minutes:02}' if minutes else ''}" if ahead else ""
    return f"{moment:%Y-%m-%d %H:%M} UTC{away}"


def role_label(study: Study, role: str | None, language: str | None) -> str:
    """Return what a role is called; empty where none is recorded."""
    if role == CUSTODIAN:
        return gettext("custodian")
    held = study.roles.get(role or "")
    return study.say(held.label, language) or held.id if held is not None else role or ""


def in_study_language(study: Study) -> override:
    """Speak the first language of the study: what is recorded reads the same, whoever wrote it."""
    first = study.identity.languages[0].casefold()
    known = {code for code, _ in settings.LANGUAGES}
    return override(first if first in known else "en")


REASONS = (
    gettext_noop("misread or mistyped"),
    gettext_noop("source was corrected"),
    gettext_noop("more is known now"),
    gettext_noop("belongs to another visit or participant"),
    gettext_noop("query answered"),
)


def common_reasons(study: Study) -> list[str]:
    """Return reasons to choose from as they are recorded: in the language of the study."""
    with in_study_language(study):
        return [gettext(reason) for reason in REASONS]


def with_words(study: Study, reasons: Sequence[str]) -> list[tuple[str, str]]:
    """Return reasons to choose from, each with its words in the language of the reader."""
    known = dict(zip(common_reasons(study), map(gettext, REASONS), strict=True))
    return [(reason, known.get(reason, reason)) for reason in reasons]
