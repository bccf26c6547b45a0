"""Units: known ones only, and no promise of a conversion that cannot be made.

Dimensions are worked out here from the definitions of `units`, because the library that converts takes longer
to load than a study file to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from trialbook.errors import Problem
from trialbook.protocol.check_names import Names
from trialbook.protocol.model import Item
from trialbook.protocol.reading import KeyPath
from trialbook.protocol.units import DEFINITIONS, SHARE, as_enzyme_unit, is_unit, parse_unit, spelled

FACTOR = re.compile(r"([*/]?) ?([A-Za-z_\[\]]+|[0-9.e+-]+)(?: \*\* ([0-9]+))?")
MASS_FOR_SUBSTANCE = {"[mass]": 1, "[substance]": -1}
SUBSTANCE_FOR_MASS = {"[mass]": -1, "[substance]": 1}


def check_unit(unit: str, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield a problem where a unit is not known."""
    if not is_unit(unit):
        yield names.problem("FORM-15", path, unit=unit)


def check_accepted(item: Item, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield a problem for each unit that an item accepts and that cannot be converted to its own."""
    for number, unit in enumerate(item.accepts):
        here = (*path, "accepts", f"[{number}]")
        yield from check_conversion(item, unit, here, names)


def check_conversion(item: Item, unit: str, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield a problem where the numbers of an item cannot be told in another unit."""
    if not is_unit(unit) or item.unit is None or not is_unit(item.unit):
        yield from check_unit(unit, path, names)
        return
    apart = _apart(dimensions(item.unit), dimensions(as_enzyme_unit(unit, item.unit)))
    if apart in (MASS_FOR_SUBSTANCE, SUBSTANCE_FOR_MASS):
        if item.molar_mass is None:
            yield names.problem("FORM-17", path, unit=unit, own=item.unit, item=item.id)
    elif apart:
        yield names.problem("FORM-16", path, unit=unit, own=item.unit)


def dimensions(unit: str) -> Mapping[str, int]:
    """Return dimension -> exponent of a known unit; ValueError for an unknown one."""
    parsed = parse_unit(spelled(unit))
    if parsed is None:
        raise ValueError(f"unknown unit {unit!r}")
    found = _product((_defined(name), exponent) for name, exponent in parsed.factors)
    return {**found, SHARE: 1} if parsed.is_share else found


def _apart(first: Mapping[str, int], second: Mapping[str, int]) -> Mapping[str, int]:
    return _product(((first, 1), (second, -1)))


def _product(
    factors: Iterator[tuple[Mapping[str, int], int]] | tuple[tuple[Mapping[str, int], int], ...],
) -> dict[str, int]:
    total: dict[str, int] = {}
    for of, exponent in factors:
        for dimension, power in of.items():
            total[dimension] = total.get(dimension, 0) + power * exponent
    return {dimension: power for dimension, power in total.items() if power}


@cache
def _definitions() -> Mapping[str, str]:
    pairs = (line.split(";")[0].split(" = ") for line in DEFINITIONS)
    return {name: meaning for name, meaning in pairs if not name.endswith("-")}


@cache
def _defined(name: str) -> Mapping[str, int]:
    """Return the dimensions of a unit by its full name, with or without a prefix."""
    if name.startswith("["):
        return {} if name == "[]" else {name: 1}
    if name not in _definitions():
        prefixes = (line.split("-")[0] for line in DEFINITIONS if "- = " in line)
        return _defined(next(name.removeprefix(prefix) for prefix in prefixes if name.startswith(prefix)))
    factors = FACTOR.findall(_definitions()[name])
    named = (
        (_defined(word), (-1 if sign == "/" else 1) * int(power or 1))
        for sign, word, power in factors
        if not word[0].isdigit()
    )
    return _product(named)
