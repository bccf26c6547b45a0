"""Units of measurement as laboratories write them, and exact conversion between them.

The spellings are those of UCUM and what laboratories write for them (`10*9/L`, `10^9/L`; `mm[Hg]`, `mmHg`). An
international unit (`IU`) measures an agreed effect of one substance, so it converts to nothing but itself. One rule is
stated for enzymes: an item that is measured in U or katal and accepts IU takes it for the same number of U, since
laboratories write either for the unit of enzymes (1 umol a minute).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trialbook.errors import Problem
from trialbook.protocol.model import Quantity

if TYPE_CHECKING:
    import pint

SIGNIFICANT = Context(prec=12)
"""A converted number keeps 12 significant digits: more than any measurement has, fewer than a double holds."""

LONG = Context(prec=28)
"""What a conversion is rounded to on the way."""

WITHOUT_UNIT = ("score", "count", "ratio")
"""Names that say of a number that it has no unit."""

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "k": "kilo", "h": "hecto", "d": "deci", "c": "centi", "m": "milli", "u": "micro", "n": "nano", "p": "pico",
        "f": "femto",
    }
)  # fmt: skip

METRIC: Mapping[str, str] = MappingProxyType(
    {
        "g": "gram", "L": "litre", "l": "litre", "m": "metre", "mol": "mole", "s": "second", "kat": "katal",
        "U": "enzyme_unit", "IU": "international_unit", "Eq": "equivalent", "Osm": "osmole", "Pa": "pascal",
        "V": "volt", "J": "joule", "cal": "calorie", "Hz": "hertz",
    }
)  # fmt: skip
"""Units that take a prefix."""

PLAIN: Mapping[str, str] = MappingProxyType(
    {
        "min": "minute", "h": "hour", "day": "day", "d": "day", "week": "week", "wk": "week", "month": "month",
        "mo": "month", "year": "year", "Cel": "celsius", "degF": "fahrenheit", "mmHg": "mercury", "lb": "pound",
        "oz": "ounce", "in": "inch", "ft": "foot", "%": "percent", "score": "score", "count": "count",
        "ratio": "ratio", "beats": "ratio", "breaths": "ratio", "cells": "ratio", "copies": "ratio",
        "1.73m2": "standard_surface",
    }
)  # fmt: skip
"""Units that take none."""

DEFINITIONS = (
    "kilo- = 1e3", "hecto- = 1e2", "deci- = 1e-1", "centi- = 1e-2", "milli- = 1e-3", "micro- = 1e-6", "nano- = 1e-9",
    "pico- = 1e-12", "femto- = 1e-15",
    "metre = [length]", "gram = [mass]", "second = [time]", "mole = [substance]", "kelvin = [temperature]; offset: 0",
    "international_unit = [arbitrary]", "equivalent = [charge]", "osmole = [osmotic]", "volt = [potential]",
    "score = [score]", "count = [count]", "ratio = []", "percent = 0.01",
    "litre = 0.001 * metre ** 3", "standard_surface = 1.73 * metre ** 2",
    "minute = 60 * second", "hour = 60 * minute", "day = 24 * hour", "week = 7 * day",
    "year = 365.25 * day", "month = 30.4375 * day",
    "hertz = 1 / second", "katal = mole / second", "enzyme_unit = 1e-6 * mole / minute",
    "pascal = 1000 * gram / metre / second ** 2", "mercury = 133.322387415 * pascal",
    "joule = 1000 * gram * metre ** 2 / second ** 2", "calorie = 4.184 * joule",
    "pound = 453.59237 * gram", "ounce = 28.349523125 * gram", "inch = 0.0254 * metre", "foot = 0.3048 * metre",
    "celsius = kelvin; offset: 273.15", "fahrenheit = 5 / 9 * kelvin; offset: 233.15 + 200 / 9",
)  # fmt: skip
"""What each unit is, in pint's words.

SI brochure, 9th edition; pound and inch by the agreement of 1959; a year is 365.25 days, a month a twelfth of it.
"""

ALONE = ("celsius", "fahrenheit", "score", "count")
"""Scales with a zero of their own, and names that say that there is no unit: they stand in no product."""

SHARE = "[share of substance]"
"""Dimension of moles by moles: HbA1c in mmol/mol is not ten times that in %, but 0.0915 mmol/mol + 2.15 (IFCC)."""

UCUM: Mapping[str, str] = MappingProxyType(
    {
        "[IU]": "IU", "[iU]": "IU", "m[Hg]": "mHg", "[lb_av]": "lb", "[oz_av]": "oz", "[in_i]": "in", "[ft_i]": "ft",
        "[degF]": "degF", "{1.73_m2}": "1.73m2", "\N{MICRO SIGN}": "u", "\N{GREEK SMALL LETTER MU}": "u",
    }
)  # fmt: skip
"""Spellings that mean the same as a shorter one; `{1.73_m2}` is a remark in UCUM, and here a part of the unit."""

ENZYME_UNITS = frozenset({"enzyme_unit", "katal"})
AGREED_UNIT = "international_unit"

PRODUCT = re.compile(r"\.(?![0-9])")
TERM = re.compile(r"10[\^*](?P<power>[0-9]{1,2})|(?P<name>[A-Za-z%]+)(?P<exponent>[1-3])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedUnit:
    """A unit taken apart: a power of ten, and named factors with their exponents."""

    power: int
    factors: tuple[tuple[str, int], ...]

    @property
    def is_share(self) -> bool:
        """Tell whether moles stand above and below the line, and cancel."""
        moles = [exponent for name, exponent in self.factors if name.endswith("mole")]
        return bool(moles) and sum(moles) == 0

    def __str__(self) -> str:
        """Write the factors in pint's words."""
        return " * ".join(f"{name} ** {exponent}" for name, exponent in self.factors)


@lru_cache(maxsize=1024)
def spelled(unit: str) -> str:
    """Return the unit without outer blanks, in the one spelling of `UCUM` that is used here."""
    spelling = unit.strip()
    for written, meant in UCUM.items():
        spelling = spelling.replace(written, meant)
    return spelling


def as_enzyme_unit(unit: str, own: str | None) -> str:
    """Return `U/L` for `IU/L` where `own`, the unit of the item, is one of enzymes; any other unit as it is."""
    parsed, owned = parse_unit(spelled(unit)), parse_unit(spelled(own or ""))
    if parsed is None or owned is None or not any(name.endswith(tuple(ENZYME_UNITS)) for name, _ in owned.factors):
        return unit
    return spelled(unit).replace("IU", "U") if any(name.endswith(AGREED_UNIT) for name, _ in parsed.factors) else unit


def is_unit(text: str) -> bool:
    """Tell whether the text is a unit this program knows; blank text is none."""
    return parse_unit(spelled(text)) is not None


def same_dimension(first: str, second: str) -> bool:
    """Tell whether two units measure the same kind of thing; mass and amount of substance do not."""
    return _dimension(first) is not None and _dimension(first) == _dimension(second)


def convert(amount: Decimal, from_unit: str, to_unit: str, *, molar_mass: Quantity | None = None) -> Decimal | Problem:
    """Convert an amount exactly, then keep 12 significant digits; the Problem says why it cannot be done.

    `molar_mass` leads from mass to amount of substance and back. Equal units leave the amount untouched.
    """
    source, target = spelled(from_unit), spelled(to_unit)
    if source == target:
        return amount
    found = _unrounded(amount, source, target, molar_mass)
    return found if isinstance(found, Problem) else SIGNIFICANT.plus(found)


def line_between(
    from_unit: str, to_unit: str, *, molar_mass: Quantity | None = None
) -> tuple[Decimal, Decimal] | Problem:
    """Return slope and intercept of a conversion to 28 digits: many numbers keep their ties and differences."""
    source, target = spelled(from_unit), spelled(to_unit)
    if source == target:
        return Decimal(1), Decimal(0)
    one, zero = (_unrounded(Decimal(amount), source, target, molar_mass) for amount in (1, 0))
    if isinstance(one, Problem) or isinstance(zero, Problem):
        return one if isinstance(one, Problem) else Problem(code="VALUE-23", values={"from": source, "to": target})
    return one - zero, zero


def _unrounded(amount: Decimal, source: str, target: str, molar_mass: Quantity | None) -> Decimal | Problem:
    """Convert an amount between two different units."""
    for unit, known in ((source, parse_unit(source)), (target, parse_unit(target))):
        if known is None:
            return Problem(code="VALUE-22", values={"unit": unit})
    bridge = _bridge(source, target)
    if bridge is None:
        return Problem(code="VALUE-23", values={"from": source, "to": target})
    if bridge and molar_mass is None:
        return Problem(code="VALUE-24", values={"from": source, "to": target})
    return _converted(amount, source, target, molar_mass if bridge else None, bridge)


@lru_cache(maxsize=512)
def parse_unit(text: str) -> ParsedUnit | None:
    """Take a unit such as `10^9/L` apart; None where a part of it is not known."""
    numerator, *denominators = text.split("/")
    sides = [(term, 1) for term in PRODUCT.split(numerator)] if numerator not in {"", "1"} else []
    sides += [(term, -1) for side in denominators for term in PRODUCT.split(side)]
    terms = [_term(term, sign) for term, sign in sides]
    if not terms or any(term is None for term in terms):
        return None
    known = [term for term in terms if term is not None]
    factors = tuple((name, exponent) for _, name, exponent in known if name)
    if any(name in ALONE for name, _ in factors) and (len(terms) > 1 or factors[0][1] != 1):
        return None
    return ParsedUnit(power=sum(power for power, _, _ in known), factors=factors)


def _term(text: str, sign: int) -> tuple[int, str, int] | None:
    """Return (power of ten, pint name, exponent) of one factor; the name is empty for a mere power of ten."""
    if text in PLAIN:
        return 0, PLAIN[text], sign
    match = TERM.fullmatch(text)
    if match is None:
        return None
    if match["power"] is not None:
        return sign * int(match["power"]), "", 0
    name = _pint_name(match["name"])
    return None if name is None else (0, name, sign * int(match["exponent"] or 1))


def _pint_name(text: str) -> str | None:
    if text in PLAIN:
        return PLAIN[text]
    if text in METRIC:
        return METRIC[text]
    if text[:1] in PREFIXES and text[1:] in METRIC:
        return PREFIXES[text[:1]] + METRIC[text[1:]]
    return None


# ---- sizes of units ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a unit comes to: so many times the units that the others are made of, exactly."""

    factor: Fraction
    dimensions: Mapping[str, int]

    def times(self, other: Size, exponent: int) -> Size:
        """Return the product with a power of another size."""
        names = {**self.dimensions, **other.dimensions}
        powers = {name: self.dimensions.get(name, 0) + exponent * other.dimensions.get(name, 0) for name in names}
        known = {name: power for name, power in powers.items() if power}
        return Size(factor=self.factor * other.factor**exponent, dimensions=known)


ONE = Size(factor=Fraction(1), dimensions=MappingProxyType({}))


@cache
def _sizes() -> Mapping[str, Size]:
    """Read the definitions but those of scales with a zero of their own, for which pint is loaded: it takes long."""
    sizes: dict[str, Size] = {}
    for name, text in (line.split(" = ") for line in DEFINITIONS if "offset" not in line):
        if text.startswith("["):
            sizes[name] = Size(factor=Fraction(1), dimensions={} if text == "[]" else {text: 1})
        else:
            sizes[name] = _product(text, sizes)
    return sizes


def _product(text: str, sizes: Mapping[str, Size]) -> Size:
    """Read `1000 * gram / metre / second ** 2`."""
    found, sign = ONE, 1
    for part in text.replace(" ** ", "^").split(" "):
        if part in {"*", "/"}:
            sign = 1 if part == "*" else -1
        else:
            name, _, power = part.partition("^")
            one = sizes.get(name) or Size(factor=Fraction(name), dimensions={})
            found = found.times(one, sign * int(power or 1))
    return found


@lru_cache(maxsize=512)
def _size(parsed: ParsedUnit) -> Size | None:
    """Return what a unit comes to; None where a scale with a zero of its own is part of it."""
    found = Size(factor=Fraction(10) ** parsed.power, dimensions={})
    for name, exponent in parsed.factors:
        one = _named(name)
        if one is None:
            return None
        found = found.times(one, exponent)
    return found


def _named(name: str) -> Size | None:
    """Return the size of a unit, with or without a prefix."""
    sizes = _sizes()
    if name in sizes:
        return sizes[name]
    prefix = next((one for one in PREFIXES.values() if name.startswith(one) and name[len(one) :] in sizes), None)
    return None if prefix is None else sizes[f"{prefix}-"].times(sizes[name[len(prefix) :]], 1)


@cache
def _registry() -> pint.UnitRegistry[Any]:
    import pint

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None, non_int_type=Decimal)
    for line in DEFINITIONS:
        registry.define(line)
    return registry


@lru_cache(maxsize=512)
def _dimension(unit: str) -> Mapping[str, int] | None:
    """Return dimension -> exponent; None for an unknown unit."""
    parsed = parse_unit(spelled(unit))
    if parsed is None:
        return None
    size = _size(parsed)
    if size is not None:
        return {**size.dimensions, SHARE: 1} if parsed.is_share else size.dimensions
    dimensions = _registry().get_dimensionality(str(parsed))
    return {name: int(str(power)) for name, power in dimensions.items()}


def _bridge(source: str, target: str) -> int | None:
    """Return 0 for like units, 1 from mass to substance, -1 from substance to mass, None for unlike units."""
    first, second = dict(_dimension(source) or {}), dict(_dimension(target) or {})
    names = {*first, *second}
    apart = {name: first.get(name, 0) - second.get(name, 0) for name in names}
    differs = {name: power for name, power in apart.items() if power}
    bridges = {1: {"[mass]": 1, "[substance]": -1}, -1: {"[mass]": -1, "[substance]": 1}, 0: {}}
    return next((sign for sign, difference in bridges.items() if differs == difference), None)


def _converted(amount: Decimal, source: str, target: str, molar_mass: Quantity | None, bridge: int) -> Decimal:
    first, second = parse_unit(source), parse_unit(target)
    if first is None or second is None:  # pragma: no cover - convert has asked already
        raise ValueError(f"unknown unit {source!r} or {target!r}")
    sizes = _size(first), _size(second)
    if sizes[0] is not None and sizes[1] is not None:
        exact = Fraction(amount) * sizes[0].factor / sizes[1].factor
        if molar_mass is not None:
            exact *= _molar(molar_mass) ** -bridge
        return LONG.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    quantity = _registry().Quantity(amount.scaleb(first.power - second.power), str(first))
    return Decimal(quantity.to(str(second)).magnitude)


def _molar(molar_mass: Quantity) -> Fraction:
    """Return a molar mass in the units that the others are made of."""
    parsed = parse_unit(spelled(molar_mass.unit))
    size = None if parsed is None else _size(parsed)
    if size is None:
        raise ValueError(f"{molar_mass.unit!r} is no unit of a molar mass")
    return Fraction(molar_mass.amount) * size.factor
