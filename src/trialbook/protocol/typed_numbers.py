"""What a typed number means: digits with a point, `<` and `>` where a laboratory could only give a limit.

Nothing is guessed. A decimal comma, thousands separators, an exponent, two numbers, digits of other scripts are
refused, each with its own remedy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from trialbook.errors import Problem
from trialbook.protocol.model import Item
from trialbook.protocol.unit_words import with_unit
from trialbook.protocol.units import as_enzyme_unit, convert, is_unit, parse_unit, spelled

NUMBER = re.compile(
    r"(?P<limit><=|>=|[<>≤≥])?\s*(?P<sign>[-+\N{MINUS SIGN}])?(?P<digits>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?P<rest>.*)",
    re.DOTALL,
)
PLAIN_LIMIT = {"≤": "<=", "≥": ">=", None: ""}
LOOKALIKE = re.compile(r"[^\x00-\x7f]")
COMMA = re.compile(r"[0-9],[0-9]")
TWO = re.compile(r"[0-9]\s*/\s*[0-9]")

MOST_DIGITS = 15
"""Significant digits that a double, and so every analysis, holds without loss."""
MOST_MAGNITUDE = 30
MOST_CHARACTERS = 64
EXACT_UNITS = ("score",)
SIGNS = "<>="
WIDE = Context(prec=120, rounding=ROUND_HALF_UP)
"""Holds every number that is taken, to every decimal of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A number as typed: limit sign, plain decimal, and the unit that stood behind it."""

    limit: str
    digits: str
    unit: str


def read_number(item: Item, text: str, unit: str | None) -> tuple[str, tuple[Problem, ...]] | Problem:
    """Return the canonical number in the unit of the item with its queries; a Problem where it is none."""
    reading = _read(item, text)
    if isinstance(reading, Problem):
        return reading
    digits = _in_unit(item, reading, unit)
    if isinstance(digits, Problem):
        return digits
    typed = text if reading.unit or digits == reading.digits else f"{text} {unit}"
    problem = next(_refusals(item, typed, reading.limit, digits), None)
    if problem is not None:
        return problem
    decimals_of = digits if digits == reading.digits else None
    return reading.limit + digits, tuple(_queries(item, typed, reading.limit, digits, decimals_of))


def plain(amount: Decimal) -> str:
    """Write a converted amount without exponent or trailing zeros."""
    shown = f"{amount:f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown in {"-0", ""} else shown


def in_both_units(item: Item, value: str, typed: str, limits: Sequence[Decimal] | None = None) -> str:
    """Write a canonical number with its unit; one typed in another unit as typed, and rounded.

    `18 ng/mL (44.9 nmol/L)`. Rounded, it lies on the same side of the `limits` as before. Where these are not known, it
    is never the same as a number of the decimals of its item that it is not: 17.99 years are not shown as 18.
    """
    own = item.unit or ""
    unit = other_unit(item, typed)
    if not unit:
        return with_unit(value, own)
    number = value.lstrip(SIGNS)
    limit = value.removesuffix(number)
    rounded = plain(_rounded(Decimal(number), item.decimals, limits))
    return f"{with_unit(_without_unit(typed), unit)} ({with_unit(limit + rounded, own)})"


def other_unit(item: Item, typed: str) -> str:
    """Return the unit in which a number was typed that its item accepts beside its own; empty where it is its own."""
    given = NUMBER.fullmatch(typed.strip())
    unit = "" if given is None else _as_the_item_spells_it(item, given["rest"])
    return unit if unit in _units(item)[1:] else ""


def _without_unit(typed: str) -> str:
    given = NUMBER.fullmatch(typed.strip())
    return typed if given is None else typed.strip()[: given.start("rest")].strip()


def _rounded(amount: Decimal, decimals: int | None, limits: Sequence[Decimal] | None) -> Decimal:
    """Round to as many decimals, else to three significant digits; to more where it would pass or become a limit."""
    places = max(0, 2 - amount.adjusted()) if decimals is None else decimals
    rounded = _to_places(amount, places)
    kept = (rounded,) if limits is None else limits
    while rounded != amount and any((rounded > at, rounded < at) != (amount > at, amount < at) for at in kept):
        places += 1
        rounded = _to_places(amount, places)
    return rounded


def _to_places(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places), context=WIDE)


def label_of(item: Item) -> str:
    """Name an item in a sentence: its first label, or its id."""
    return next(iter(item.label.values()), item.id)


def _read(item: Item, text: str) -> Reading | Problem:
    match = NUMBER.fullmatch(text)
    if match is None:
        return _not_a_number(text)
    rest = _as_the_item_spells_it(item, match["rest"])
    if rest and rest not in _units(item):
        return _odd_rest(item, text, rest)
    sign = "-" if match["sign"] in {"-", "\N{MINUS SIGN}"} else ""
    whole, point, decimals = match["digits"].partition(".")
    digits = sign + (whole.lstrip("0") or "0") + point + decimals
    if sign and not Decimal(digits):
        return Problem(code="VALUE-02", values={"text": text})
    return Reading(limit=PLAIN_LIMIT.get(match["limit"], match["limit"]), digits=digits, unit=rest)


def _not_a_number(text: str) -> Problem:
    if LOOKALIKE.search(text) and any(character.isnumeric() and not character.isascii() for character in text):
        return Problem(code="VALUE-06", values={"text": text})
    return Problem(code="VALUE-02", values={"text": text})


def _odd_rest(item: Item, text: str, rest: str) -> Problem:
    if COMMA.search(text):
        return Problem(code="VALUE-03", values={"text": text})
    if TWO.search(text):
        return Problem(code="VALUE-04", values={"text": text})
    if is_unit(rest):
        return _wrong_unit(item, rest)
    return _not_a_number(text)


def _wrong_unit(item: Item, unit: str) -> Problem:
    units = ", ".join(_units(item)) or "plain numbers, without a unit"
    return Problem(code="VALUE-07", values={"item": label_of(item), "unit": unit, "units": units})


def _units(item: Item) -> tuple[str, ...]:
    """Return the units an item takes, its own first."""
    return tuple(spelled(unit) for unit in (item.unit, *item.accepts) if unit is not None)


def _as_the_item_spells_it(item: Item, unit: str) -> str:
    """Return the unit in the item's own spelling where it is the same one: `mg/dl` for `mg/dL`."""
    parsed = parse_unit(spelled(unit))
    same = (own for own in _units(item) if parsed is not None and parse_unit(own) == parsed)
    return next(same, spelled(unit))


def _in_unit(item: Item, reading: Reading, unit: str | None) -> str | Problem:
    """Return the number in the unit of the item, as typed where that is the unit in which it was typed."""
    given = {name for name in (reading.unit, _as_the_item_spells_it(item, unit or "")) if name}
    strange = sorted(given - set(_units(item)))
    if strange or len(given) > 1:
        return _wrong_unit(item, (strange or sorted(given))[0])
    if item.unit is None or not given or given == {spelled(item.unit)}:
        return reading.digits
    typed = as_enzyme_unit(given.pop(), item.unit)
    converted = convert(Decimal(reading.digits), typed, item.unit, molar_mass=item.molar_mass)
    return converted if isinstance(converted, Problem) else plain(converted)


def _refusals(item: Item, text: str, limit: str, digits: str) -> Iterator[Problem]:
    amount = Decimal(digits)
    if _is_beyond_measure(amount) or len(digits) > MOST_CHARACTERS:
        yield Problem(code="VALUE-05", values={"text": text})
    if limit and (item.kind == "vas" or item.unit in EXACT_UNITS):
        yield Problem(code="VALUE-09", values={"item": label_of(item), "text": text})
    if _is_below(limit, amount, item.minimum) or _is_above(limit, amount, item.maximum):
        yield _outside("VALUE-08", item, limit + digits, text, (item.minimum, item.maximum))


def _queries(item: Item, text: str, limit: str, digits: str, typed: str | None) -> Iterator[Problem]:
    problem = outside_expected(item, limit, digits, text)
    if problem is not None:
        yield problem
    # zeros at the end, as statistics programs write them, say nothing more
    decimals = 0 if typed is None else len(typed.partition(".")[2].rstrip("0"))
    if item.decimals is not None and decimals > item.decimals:
        values = {"text": text, "item": label_of(item), "decimals": str(item.decimals)}
        yield Problem(code="VALUE-32", values=values, level="warning")


def outside_expected(item: Item, limit: str, digits: str, typed: str) -> Problem | None:
    """Return the problem of a number outside of the expected range of its item; None where it is within.

    `typed` is how it was typed, with the unit.
    """
    amount = Decimal(digits)
    if _is_below(limit, amount, item.expected_low) or _is_above(limit, amount, item.expected_high):
        return _outside("VALUE-31", item, limit + digits, typed, (item.expected_low, item.expected_high))
    return None


def _is_beyond_measure(amount: Decimal) -> bool:
    significant = "".join(map(str, amount.as_tuple().digits)).strip("0")
    return bool(amount) and (len(significant) > MOST_DIGITS or abs(amount.adjusted()) > MOST_MAGNITUDE)


def _is_below(limit: str, amount: Decimal, low: Decimal | None) -> bool:
    """Tell whether every number the text allows lies below `low`."""
    if low is None or limit in {">", ">="}:
        return False
    return amount <= low if limit == "<" else amount < low


def _is_above(limit: str, amount: Decimal, high: Decimal | None) -> bool:
    if high is None or limit in {"<", "<="}:
        return False
    return amount >= high if limit == ">" else amount > high


def _outside(code: str, item: Item, value: str, typed: str, ends: tuple[Decimal | None, Decimal | None]) -> Problem:
    low, high = ("any" if end is None else plain(end) for end in ends)
    shown = in_both_units(item, value, typed, [end for end in ends if end is not None])
    values = {"item": label_of(item), "value": shown, "low": low, "high": high}
    return Problem(code=code, values=values, level="warning" if code == "VALUE-31" else "error")
