"""Write recorded values for readers: labels for codes, units beside numbers, the meaning of a missing-data code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from trialbook.capture.ledger import Entry
from trialbook.protocol.model import Derived, Item, Study
from trialbook.protocol.unit_words import SPANS, show_unit
from trialbook.protocol.values import SEPARATOR
from trialbook.render.inline import Line, Recorded
from trialbook.render.numbers import ABSENT, MINUS, show, show_enough

NUMBER = re.compile(r"([<>]?=?)-?\d+\.?(\d*)")
"""A canonical number with its limit sign."""
LANGUAGE = "en"
"""Language of the report."""
YES_NO = {"yes": "Yes", "no": "No"}


def recorded_or_plain(entries: Sequence[int], text: str) -> Line:
    """Return text that leads to its entries, or bare where nothing was recorded behind it."""
    return (Recorded(tuple(entries), text),) if entries else (text,)


def item_of(study: Study, form: str | None, item: str | None) -> Item | Derived | None:
    """Return the item that an entry answers; None for the built-in items and for acts that answer nothing."""
    planned = study.forms.get(form or "")
    if planned is None or item is None:
        return None
    return planned.items.get(item) or planned.derived.get(item)


def item_label(study: Study, form: str | None, item: str | None) -> str:
    """Name an item; the built-in date of a visit too."""
    planned = item_of(study, form, item)
    if planned is not None:
        return study.say(planned.label, LANGUAGE) or planned.id
    return "Date of the visit" if (form, item) == ("visit", "date") else item or ""


def form_label(study: Study, form: str | None) -> str:
    """Name a form."""
    planned = study.forms.get(form or "")
    return (study.say(planned.label, LANGUAGE) or planned.id) if planned else (form or "")


def write_own(source: Item | Derived | None, value: float, decimals: int) -> str:
    """Write the value of one participant; a sum that gaps made uneven so that it can be told from a whole one."""
    is_sum = isinstance(source, Derived) and source.kind == "sum"
    return show_enough(value, decimals) if is_sum else show(value, decimals)


def value_text(study: Study, item: Item | Derived | None, value: str, *, as_typed: bool = True) -> str:
    """Write a canonical value without its unit: the label of a choice, a true minus sign before a number.

    A number that was not typed so, but converted from another unit, is rounded to the decimals of its item.
    """
    if isinstance(item, Item) and item.choices:
        codes = value.split(SEPARATOR) if item.several else [value]
        return "; ".join(study.say(item.choices[code], LANGUAGE) if code in item.choices else code for code in codes)
    if isinstance(item, Item) and item.kind == "yes_no":
        return YES_NO.get(value, value)
    if item is None or item.kind not in {"number", "vas"}:
        return value
    number = NUMBER.fullmatch(value)
    if number is None:
        return value
    own, wanted = len(number[2].rstrip("0")), item.decimals or 0
    # a limit is what the device says of itself: it gets no digit that nobody recorded
    decimals = len(number[2]) if number[1] and as_typed else max(wanted, own) if as_typed else wanted
    return number[1] + show(Decimal(number[0].removeprefix(number[1])), decimals)


def entry_text(study: Study, entry: Entry) -> str:
    """Write what an entry says, without its unit; a dash with the reason where a value is missing."""
    if entry.value is not None:
        typed = entry.text is None or entry.text.strip() == entry.value
        return value_text(study, item_of(study, entry.form, entry.item), entry.value, as_typed=typed)
    if entry.missing is not None:
        meaning = study.missing.get(entry.missing)
        return f"{ABSENT} ({study.say(meaning, LANGUAGE) if meaning else entry.missing})"
    return ABSENT


def entry_value(study: Study, entry: Entry) -> str:
    """Write what an entry was taken to mean, exactly and with its unit; for an act that answers nothing, its value."""
    if entry.item is None:
        return entry.value or ""
    if entry.value is None:
        return entry_text(study, entry)
    item = item_of(study, entry.form, entry.item)
    is_number = item is not None and item.kind in {"number", "vas"}
    value = entry.value.replace("-", MINUS) if is_number else value_text(study, item, entry.value)
    unit = entry.unit or ""
    return f"{value} {unit if value == '1' and unit in SPANS else show_unit(unit)}".rstrip()
