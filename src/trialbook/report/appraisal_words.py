"""The sentences of an appraisal: what its numbers look like for readers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from trialbook.analysis.appraisal.findings import Finding, Rows, Value, Verdict
from trialbook.analysis.appraisal.printed import Printed
from trialbook.errors import Problem
from trialbook.protocol.unit_words import POWERS
from trialbook.render.numbers import MINUS, show, show_plain
from trialbook.report.phrases import capital, listed
from trialbook.wording import remedy, sentence

CLOSE_TO_ONE = 0.9
"""From here on a number below one has four decimals, so that its distance from one is seen."""
MEANINGS: Mapping[Verdict, str] = MappingProxyType(
    {
        "impossible": "no data can have given this figure beside the others",
        "contradiction": "two places of the paper cannot both be right",
        "possible only if": "the figure can be, under the condition that is named",
        "overstated": "the words go beyond the figure",
        "note": "something to know when reading the paper",
        "consistent": "checked, and nothing was found",
    }
)
"""Every verdict, the gravest first."""


def say(found: Finding) -> str:
    """Write the sentence of a finding."""
    return sentence(_as_problem(found))


def say_shortly(found: Finding) -> str:
    """Write the sentence without what it is about, for a place that names it already."""
    said = say(found).removeprefix(f"{found.label}: ")
    return said if said.startswith("p = ") else capital(said)


def advise(found: Finding) -> str:
    """Write what to do about a finding."""
    return remedy(_as_problem(found))


def number(value: float | Fraction) -> str:
    """Write a number with three significant digits, four decimals next to one; whole ones as they are."""
    if isinstance(value, Fraction) and (value * 100).denominator == 1:
        return show_plain(float(value))
    shown = _three_digits(float(value))
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def span(low: float, high: float) -> str:
    """Write an interval, or a single value where both ends are the same."""
    return number(low) if low == high else f"{_three_digits(low)} to {_three_digits(high)}"


def _three_digits(value: float) -> str:
    size = abs(value)
    if value == int(value):
        return show(value, 0)
    if CLOSE_TO_ONE <= size < 1:
        return show(value, 4)
    return show(value, max(0, 2 - math.floor(math.log10(size))))


def example(rows: Rows, index: int) -> str:
    """Write one data set: `0, 8.5, 7.5, 5 → 2, 10, 10, 7`."""
    times = range(len(rows.times))
    return " → ".join(", ".join(f"{one[time]:g}" for one in rows.sets[index]) for time in times)


def _as_problem(found: Finding) -> Problem:
    values = {name: _written(found, name, value) for name, value in found.facts.items()}
    return Problem(code=found.code, values={**values, "label": found.label, "examples": _examples(found.rows)})


def _written(found: Finding, name: str, value: Value) -> str:
    special = SPECIAL.get(name)
    if special is not None:
        return special(found, value)
    if isinstance(value, Printed):
        return value.text
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return _tuple(value)
    return number(value)


def _tuple(value: tuple[str, ...] | tuple[float, ...]) -> str:
    words = [part for part in value if isinstance(part, str)]
    if len(words) == len(value):
        return listed(words)
    low, high = (float(part) for part in value)
    return f"{number(low)} and more" if high == float("inf") else span(low, high)


def _statements(_found: Finding, value: Value) -> str:
    quoted = [f"“{text}”" for text in value] if isinstance(value, tuple) else []
    return f" that agree with {listed(quoted)}" if quoted else ""


def _who(found: Finding, value: Value) -> str:
    """Write participants, each with the value or the change that is told of them."""
    names = [str(name) for name in value] if isinstance(value, tuple) else [str(value)]
    values, percent = found.facts.get("values"), found.facts.get("percent")
    if isinstance(values, tuple):
        names = [f"{name}: {_plain(one)}" for name, one in zip(names, values, strict=True)]
    if isinstance(percent, tuple):
        names = [f"{name} ({_signed(one)} %)" for name, one in zip(names, percent, strict=True)]
    return listed(names)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _signed(value: object) -> str:
    return f"{value:+.0f}".replace("-", MINUS) if isinstance(value, float) else str(value)


def _constant(_found: Finding, value: Value) -> str:
    if not value:
        return ""
    return f"; in {number_of(value)} of them all changes are the same, so that there is no t at all"


def _about(_found: Finding, value: Value) -> str:
    if not isinstance(value, float) or not value:
        return ""
    mantissa, _, exponent = f"{value:.0e}".partition("e")
    return f", about {mantissa} × 10{str(int(exponent)).translate(POWERS)} with participants told apart"


def _step(_found: Finding, value: Value) -> str:
    return str(value)


def _level(_found: Finding, value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _whole_percent(_found: Finding, value: Value) -> str:
    return show(value, 0) if isinstance(value, float) else str(value)


def _sign(_found: Finding, value: Value) -> str:
    return "more" if value == ">" else "less"


def number_of(value: Value) -> str:
    """Write a count."""
    return number(value) if isinstance(value, int | float | Fraction) else str(value)


def _examples(rows: Rows | None) -> str:
    if rows is None or not rows.sets:
        return ""
    every: Sequence[str] = [example(rows, index) for index in range(len(rows.sets))]
    return f"For example: {'; '.join(every)}."


SPECIAL: Mapping[str, Callable[[Finding, Value], str]] = MappingProxyType(
    {
        "statements": _statements,
        "who": _who,
        "values": lambda _found, _value: "",
        "percent": lambda _found, _value: "",
        "constant": _constant,
        "about": _about,
        "step": _step,
        "sign": _sign,
        "alpha": _level,
        "low_percent": _whole_percent,
        "high_percent": _whole_percent,
        "chance_percent": _whole_percent,
    }
)
"""Facts that a sentence tells in its own way."""
