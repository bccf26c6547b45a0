"""Units as a reader writes them, in pages, reports and sentences alike."""

from __future__ import annotations

from types import MappingProxyType

UNITS = {
    "score": "", "count": "", "ratio": "", "1": "", "year": "years", "month": "months", "week": "weeks", "day": "days",
    "Cel": "°C", "degF": "°F", "percent": "%", "/min": "per minute", "m2": "m²", "kg/m2": "kg/m²", "mg/m2": "mg/m²",
}  # fmt: skip
"""Units whose written form differs from their code; others are written as they are, after `POWERS` and `MICRO`."""
POWERS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
MICRO = ("ukat", "umol", "ug", "um", "uL", "uU")
SPANS = MappingProxyType({name: f"{name}s" for name in ("year", "month", "week", "day", "hour", "minute")})
"""Unit that is a word -> as it stands after another number than 1."""


def show_unit(unit: str) -> str:
    """Write a unit as a journal does: `ukat/L` as `µkat/L`, `10^9/L` as `10⁹/L`; units that mean none as nothing."""
    if unit in UNITS:
        return UNITS[unit]
    if unit.startswith(MICRO):
        return "µ" + unit[1:]
    base, caret, rest = unit.partition("^")
    power, slash, below = rest.partition("/")
    return base + power.translate(POWERS) + slash + below if caret else unit


def with_unit(number: str, unit: str) -> str:
    """Write a number before its unit: `1 year`, `17.9 years`, `44.9 µg/L`; one that means none is left out."""
    if unit in SPANS:
        return f"{number} {unit if number == '1' else SPANS[unit]}"
    return f"{number} {show_unit(unit)}".rstrip()
