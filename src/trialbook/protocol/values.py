"""What a typed answer means: its canonical value, or the Problem that it cannot be one.

Only what cannot be a value at all is refused. An answer outside the expected range is a value with a query.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from trialbook.errors import Problem
from trialbook.protocol.model import Item, Text
from trialbook.protocol.typed_dates import date_range, read_date
from trialbook.protocol.typed_numbers import label_of, read_number
from trialbook.protocol.unit_words import with_unit
from trialbook.protocol.units import spelled

__all__ = ["Value", "date_range", "limit_of", "number_of", "parse_value", "show_value"]

NO_CODES: Mapping[str, Text] = MappingProxyType({})
YES_NO = ("yes", "no")
SEPARATOR = ";"
"""Between several choices."""
MOST_CHARACTERS = 10_000
LIMITS = ("<=", ">=", "<", ">")
LINE_ENDS = ("\n", "\t")
"""Control characters that a text of several lines may hold."""
INVISIBLE = frozenset("\u200b\u2060\ufeff\u061c\u200e\u200f") | frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
"""Characters without width or that turn the direction of writing: they make two texts look alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A typed answer that was understood."""

    value: str | None
    """Canonical: `57`, `4.3`, `<0.2`, `2013-04`, `never`, `yes`, a choice code, several codes joined by `;`."""
    unit: str | None
    """Unit of the item, for a number that has one."""
    missing: str | None
    """Missing-data code; then there is no value."""
    text: str
    """As typed, without outer blanks; with its unit where that was given apart and is not the item's."""
    queries: tuple[Problem, ...] = field(default=())
    """What somebody should look at: level `warning`, the value is kept."""


def parse_value(
    item: Item, text: str, *, unit: str | None = None, missing: Mapping[str, Text] = NO_CODES
) -> Value | Problem:
    """Read what was typed as an answer to the item, converting a number to the unit of the item.

    `unit` is the unit where it was given apart from the number; `missing` are the study's missing-data codes.
    Never raises, whatever the text.
    """
    typed = text.strip()
    problem = _unreadable(item, typed, missing)
    if problem is not None:
        return problem
    if typed in missing:
        return Value(value=None, unit=None, missing=typed, text=typed)
    unit = (unit or "").strip() or None
    if item.kind in {"number", "vas"}:
        return _number(item, typed, unit)
    if unit is not None:
        return Problem(code="VALUE-07", values={"item": label_of(item), "unit": _shown(unit), "units": "no unit"})
    value = _word(item, typed, missing)
    return value if isinstance(value, Problem) else Value(value=value, unit=None, missing=None, text=typed)


def number_of(value: str) -> float:
    """Return the number of a canonical value, of `<0.2` the 0.2; ValueError where it is no number."""
    return float(value.removeprefix(limit_of(value)))


def limit_of(value: str) -> str:
    """Return the limit sign of a canonical value: `<`, `<=`, `>`, `>=`, or empty for a measured number."""
    return next((sign for sign in LIMITS if value.startswith(sign)), "")


def show_value(item: Item, value: str, *, language: str | None = None) -> str:
    """Write a canonical value for a reader: `< 0.2 U/L`, the labels of choices, dates and texts as they are."""
    if item.kind in {"number", "vas"}:
        sign = limit_of(value)
        number = value.removeprefix(sign)
        return " ".join(part for part in (sign, with_unit(number, item.unit or "")) if part)
    if item.kind == "choice":
        codes = value.split(SEPARATOR) if item.several else [value]
        return ", ".join(_in_language(item.choices.get(code, {}), language) or code for code in codes)
    return value


def _number(item: Item, typed: str, unit: str | None) -> Value | Problem:
    read = read_number(item, typed, unit)
    if isinstance(read, Problem):
        return _shortened(read)
    value, queries = read
    apart = unit is not None and spelled(unit) != spelled(item.unit or "") and not typed.endswith(unit)
    text = f"{typed} {unit}" if apart else typed
    return Value(value=value, unit=item.unit, missing=None, text=text, queries=queries)


def _word(item: Item, typed: str, missing: Mapping[str, Text]) -> str | Problem:
    """Return the canonical value of an answer that is no number."""
    text = unicodedata.normalize("NFC", typed)
    if item.kind == "text":
        return text.replace("\r\n", "\n").replace("\r", "\n")
    if item.kind == "date":
        read = read_date(item, text, _codes(missing))
        return _shortened(read) if isinstance(read, Problem) else read
    return _choice(item, text)


def _choice(item: Item, text: str) -> str | Problem:
    codes = YES_NO if item.kind == "yes_no" else tuple(item.choices)
    if text in codes:
        return text
    if SEPARATOR not in text:
        return _unknown_choice(item, text, codes)
    given = [part.strip() for part in text.split(SEPARATOR)]
    unknown = next((part for part in given if part and part not in codes), None)
    if unknown is not None:
        return _unknown_choice(item, unknown, codes)
    if not item.several:
        return Problem(code="VALUE-12", values={"item": label_of(item), "text": _shown(text)})
    if len(set(given)) < len(given) or "" in given:
        return Problem(code="VALUE-13", values={"text": _shown(text)})
    return SEPARATOR.join(code for code in codes if code in given)


def _unknown_choice(item: Item, text: str, codes: tuple[str, ...]) -> Problem:
    values = {"item": label_of(item), "text": _shown(text), "choices": ", ".join(codes)}
    near = _near(item, text, codes)
    if near is None:
        return Problem(code="VALUE-10", values=values)
    return Problem(code="VALUE-11", values={**values, "near": near})


def _near(item: Item, text: str, codes: tuple[str, ...]) -> str | None:
    """Return the code whose label was typed, or one that is spelled much like the text."""
    spellings = {code.casefold(): code for code in codes}
    spellings |= {label.casefold(): code for code, labels in item.choices.items() for label in labels.values()}
    if text.casefold() in spellings:
        return spellings[text.casefold()]
    from difflib import get_close_matches

    close = get_close_matches(text.casefold()[:100], spellings, n=1)
    return spellings[close[0]] if close else None


def _unreadable(item: Item, typed: str, missing: Mapping[str, Text]) -> Problem | None:
    if not typed:
        return Problem(code="VALUE-01", values={"item": label_of(item), "codes": _codes(missing)})
    if len(typed) > MOST_CHARACTERS:
        count = {"item": label_of(item), "count": str(len(typed)), "most": str(MOST_CHARACTERS)}
        return Problem(code="VALUE-21", values=count)
    hidden = next((character for character in typed.replace("\r\n", "\n") if _is_hidden(character)), None)
    if hidden is None:
        return None
    return Problem(code="VALUE-20", values={"item": label_of(item), "character": f"U+{ord(hidden):04X}"})


def _is_hidden(character: str) -> bool:
    """Tell whether a character cannot be seen or, like half a surrogate pair, cannot be stored."""
    if character in LINE_ENDS:
        return False
    return character in INVISIBLE or unicodedata.category(character) in {"Cc", "Cs"}


def _shortened(found: Problem) -> Problem:
    """Shorten what a sentence about a wrong answer repeats of it, and make it printable."""
    values = {name: _shown(text) for name, text in found.values.items()}
    return Problem(code=found.code, place=found.place, values=values, level=found.level)


def _shown(text: str) -> str:
    line = "".join("\N{SYMBOL FOR NEWLINE}" if _is_hidden(part) or part in LINE_ENDS else part for part in text)
    return line if len(line) <= 80 else f"{line[:80]}…"


def _codes(missing: Mapping[str, Text]) -> str:
    return ", ".join(missing) or "none is declared in the study file"


def _in_language(text: Text, language: str | None) -> str:
    return text.get(language or "", next(iter(text.values()), ""))
