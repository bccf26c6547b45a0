"""Quote a result: from its id to the `Number` that shows it. The only place where results become text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from trialbook.analysis.results import Result, Results, result_id
from trialbook.render.inline import Line, Mark, Number
from trialbook.render.numbers import (
    ABSENT,
    MINUS,
    PLUS_MINUS,
    settled,
    show,
    show_p,
    show_percent,
    show_plain,
    show_signed,
    with_sign,
)

PROBABILITIES = frozenset({"p", "p_min", "p_adjusted", "p_zeros_ranked", "p_ranks", "p_mid", "p_greater", "p_chi2"})
TWO_DECIMALS = frozenset({"t", "gmr"})
"""Statistics shown with two decimals where the result names no other count."""

Notes = dict[str, str]
"""Reason -> letter of its footnote, in the order in which they were met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """All results of a run by id, and how they are written."""

    rows: Mapping[str, Result]
    alpha: Decimal
    groups: Mapping[tuple[str, str], tuple[Result, ...]]
    """Analysis and variable -> results, in order; every variable together under an empty one."""

    def find(self, *parts: str) -> Result | None:
        """Return the result whose id has these parts, None where there is none."""
        return self.rows.get(result_id(*parts))

    def of(self, analysis: str, variable: str | None = None) -> Iterator[Result]:
        """Yield the results of an analysis, of one variable where it is named."""
        return iter(self.groups.get((analysis, variable or ""), ()))

    def text(self, row: Result) -> str:
        """Write the value of a result as it stands in a table."""
        value = row.value
        if value is None or isinstance(value, str):
            return ABSENT if value is None else value
        if row.stat in PROBABILITIES:
            return show_p(value, self.alpha)
        if row.stat == "percent":
            return show_percent(settled(value, row.decimals or 0), row.decimals or 0)
        return _figure(row, value)

    def number(self, row: Result) -> Number:
        """Quote a result as it stands in a table."""
        return Number(row.id, self.text(row))

    def change(self, row: Result) -> Number:
        """Quote a change, with its sign."""
        if not isinstance(row.value, float | int):
            return self.number(row)
        return Number(row.id, show_signed(settled(row.value, row.decimals or 0), row.decimals or 0))

    def p(self, row: Result) -> Number:
        """Quote a probability for a sentence: `p = 0.043`, `p < 0.001`."""
        return Number(row.id, with_sign(self.text(row)) if row.value is not None else f"p {ABSENT}")


def quotes_of(results: Results, alpha: Decimal) -> Quotes:
    """Index the results of a run for quoting."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for row in results:
        for variable in {row.variable, ""}:
            groups.setdefault((row.analysis, variable), []).append(row)
    return Quotes(rows=results.by_id(), alpha=alpha, groups={name: tuple(rows) for name, rows in groups.items()})


def cell(quotes: Quotes, row: Result | None, notes: Notes, *, signed: bool = False) -> Line:
    """Write one result as a cell; why there is no value becomes a footnote."""
    if row is None:
        return (ABSENT,)
    number = quotes.change(row) if signed else quotes.number(row)
    return (number, Mark(letter(row.error, notes))) if row.value is None and row.error else (number,)


def optional(quotes: Quotes, row: Result | None, notes: Notes) -> Line:
    """Write one result as a cell that is empty where there is no such result."""
    return () if row is None else cell(quotes, row, notes)


def counted(quotes: Quotes, row: Result | None, notes: Notes) -> Line:
    """Write how many values there are; which were left out, or come from elsewhere, becomes a footnote."""
    return (*cell(quotes, row, notes), *warned(row, notes))


def warned(row: Result | None, notes: Notes) -> Line:
    """Mark what a warning is about with its footnote; empty where there is none."""
    return (Mark(letter(row.warning, notes)),) if row is not None and row.value is not None and row.warning else ()


def centre(quotes: Quotes, stats: Mapping[str, Result], notes: Notes) -> Line:
    """Write `41.5 (25–58)`: median and range, which tell nothing of values that were left out; empty without any."""
    middle, limits = stats.get("median"), spread(quotes, stats.get("min"), stats.get("max"))
    if middle is None or not limits:
        return ()
    return (quotes.number(middle), " (", *limits, ")", *warned(middle, notes))


def mean_sd(quotes: Quotes, mean: Result | None, sd: Result | None, notes: Notes, *, signed: bool = False) -> Line:
    """Write `58.1 ± 9.1`; the mean alone where there is no SD, which has its reason as a footnote."""
    first = cell(quotes, mean, notes, signed=signed)
    if mean is None or mean.value is None or sd is None:
        return first
    if sd.value is None:
        return (*first, Mark(letter(sd.error, notes))) if sd.error else first
    return (*first, PLUS_MINUS, *cell(quotes, sd, notes))


def spread(quotes: Quotes, low: Result | None, high: Result | None) -> Line:
    """Write a range: two numbers with a dash, or with `to` where one is below zero; empty where there is none."""
    if low is None or high is None or low.value is None or high.value is None:
        return ()
    first, last = quotes.number(low), quotes.number(high)
    between = " to " if MINUS in first.text + last.text else ABSENT
    return (first, between, last)


def interval(quotes: Quotes, low: Result | None, high: Result | None, notes: Notes) -> Line:
    """Write a confidence interval: `0.1 to 7.0`; why there is none becomes a footnote."""
    if low is None or high is None or low.value is None or high.value is None:
        return cell(quotes, low, notes)
    return (quotes.number(low), " to ", quotes.number(high))


def letter(reason: str, notes: Notes) -> str:
    """Return the letter of a reason, a new one where the reason is new: a, b ... z, aa, ab ..."""
    if reason not in notes:
        place, name = len(notes), ""
        while place >= 0:
            name = chr(ord("a") + place % 26) + name
            place = place // 26 - 1
        notes[reason] = name
    return notes[reason]


def footnotes(notes: Notes) -> tuple[Line, ...]:
    """Write the footnotes that were collected."""
    return tuple((Mark(name), f" {reason}") for reason, name in notes.items())


def shows(row: Result | None) -> bool:
    """Tell whether there is a result and it has a value."""
    return row is not None and row.value is not None


def _figure(row: Result, value: float) -> str:
    decimals = 2 if row.decimals is None and row.stat in TWO_DECIMALS else row.decimals
    return show_plain(value) if decimals is None else show(settled(value, decimals), decimals)
