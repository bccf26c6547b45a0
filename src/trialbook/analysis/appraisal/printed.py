"""A figure as it is printed: its text, its decimals, and which exact values a rounding rule would print like that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Rule = Literal["half up", "half even"]
"""What happens to a tie: away from zero, or to the even last digit."""
RULES: tuple[Rule, ...] = ("half up", "half even")
FIGURE = r"-?[0-9]{1,12}(?:\.[0-9]{1,8})?"
PROBABILITY = r"[<>]? ?(?:0?\.[0-9]{1,12}|[01](?:\.0{1,12})?)"
PARTS = re.compile(r"([<>]?) ?(-?[0-9]*)(?:\.([0-9]+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An interval of exact values; an end may belong to it or not."""

    low: Fraction
    high: Fraction
    low_in: bool = True
    high_in: bool = True

    def __contains__(self, value: Fraction) -> bool:
        """Tell whether a value lies in the interval."""
        above = value >= self.low if self.low_in else value > self.low
        return above and (value <= self.high if self.high_in else value < self.high)

    def squared(self) -> Span:
        """Return the interval of the squares of its values from 0 on."""
        low_in = self.low_in or self.low < 0
        low = max(self.low, Fraction(0))
        return Span(low=low * low, high=self.high * self.high, low_in=low_in, high_in=self.high_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A printed figure."""

    text: str
    value: Fraction
    decimals: int
    sign: Literal["", "<", ">"] = ""
    """Of a probability of which only a bound is printed."""

    @property
    def span(self) -> Span:
        """Every value that either rule could print like this: value ± half a unit of the last digit, ends included."""
        if self.sign:
            low, high = (Fraction(0), self.value) if self.sign == "<" else (self.value, Fraction(1))
            return Span(low=low, high=high)
        half = Fraction(1, 2 * 10**self.decimals)
        return Span(low=self.value - half, high=self.value + half)

    def span_by(self, rule: Rule | None) -> Span:
        """Return every value that a rule prints like this; with None, what either rule does."""
        both = self.span
        if rule is None or self.sign:
            return both
        if rule == "half even":
            even = (self.value * 10**self.decimals).numerator % 2 == 0
            return Span(low=both.low, high=both.high, low_in=even, high_in=even)
        return Span(low=both.low, high=both.high, low_in=self.value > 0, high_in=self.value < 0)

    def rules_for(self, value: Fraction) -> frozenset[Rule]:
        """Return the rules that print an exact value like this."""
        return frozenset(rule for rule in RULES if value in self.span_by(rule))

    def rules_for_root(self, square: Fraction) -> frozenset[Rule]:
        """Return the rules that print the root of an exact value like this; nothing is rounded on the way."""
        return frozenset(rule for rule in RULES if square in self.span_by(rule).squared())


def parse_figure(text: str) -> Printed | None:
    """Read a printed figure, with `<` or `>` before a bound; None where it is none."""
    found = PARTS.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return None
    digits = found[3] or ""
    value = Fraction(f"{found[2] or '0'}.{digits or '0'}")
    sign: Literal["", "<", ">"] = "<" if found[1] == "<" else ">" if found[1] == ">" else ""
    return Printed(text=text.strip(), value=value, decimals=len(digits), sign=sign)


def parse_probability(text: str) -> Printed | None:
    """Read a printed probability from 0 to 1."""
    found = parse_figure(text)
    return found if found is not None and 0 <= found.value <= 1 else None
