"""Printed mean and SD as whole numbers: on a grid, both are the sum and the sum of squares of counted steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from trialbook.analysis.appraisal.model import Divisor, Grid, Moment, Part, Statement, first
from trialbook.analysis.appraisal.printed import RULES, Rule, Span

Bounds = tuple[int, int]
"""Smallest and largest number of steps; the smaller first, or nothing lies between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What n values on a grid, counted in steps u above its lowest value, have to add up to."""

    n: int
    top: int
    """Most steps a value can be above the lowest."""
    sums: Bounds
    """Of u."""
    spread: Bounds
    """Of n Σu² − (Σu)², which is n (n − 1) times the variance in steps."""


def target_of(moment: Moment, grid: Grid, divisor: Divisor, rounding: Rule | None) -> Target:
    """Return the sums that a printed mean and SD allow on a grid; figures that are not printed allow all.

    mean = low + step Σu / n; SD² = step² (n Σu² − (Σu)²) / (n d), with d = n − 1 or n.
    """
    n, top = moment.n, grid.top
    mean, sd = first(moment.mean), first(moment.sd)
    sums, spread = (0, n * top), (0, n * n * top * top)
    if mean is not None:
        sums = _whole(_scaled(mean.span_by(rounding), n / grid.step, -grid.low))
    if sd is not None:
        below = n - 1 if divisor == "n-1" else n
        spread = _whole(_scaled(sd.span_by(rounding).squared(), n * below / grid.step**2, Fraction(0)))
    return Target(n=n, top=top, sums=_within(sums, (0, n * top)), spread=_within(spread, (0, n * n * top * top)))


def needed_rules(moment: Moment, grid: Grid, rounding: Rule | None) -> tuple[frozenset[Rule], Fraction | None]:
    """Return the rules under which some sum on a grid prints the mean, and the mean of such a sum.

    GRIM of Brown and Heathers 2017 (Soc Psychol Personal Sci 8:363), with exact fractions in place of decimals.
    """
    mean = first(moment.mean)
    if mean is None:
        return frozenset(RULES), None
    sums = _whole(_scaled(mean.span_by(rounding), moment.n / grid.step, -grid.low))
    means = [
        grid.low + grid.step * Fraction(total, moment.n) for total in range(sums[0], min(sums[1], sums[0] + 50) + 1)
    ]
    rules = frozenset(rule for value in means for rule in mean.rules_for(value))
    return rules, means[0] if means else None


def can_be(target: Target) -> tuple[bool, bool]:
    """Tell whether some sum gives the mean, and whether with such a sum some sum of squares gives the SD.

    The second is necessary, not sufficient: Σu² has the parity of Σu (GRIMMER: Anaya 2016, PeerJ Preprints 4:e2400)
    and lies between that of values as alike and as far apart as the grid allows.
    """
    low, high = target.sums
    return low <= high, any(True for total in range(low, high + 1) for _ in squares_of(target, total))


def squares_of(target: Target, total: int) -> Iterator[int]:
    """Yield a sum of squares that fits a sum, if there is one."""
    n = target.n
    alike, over = divmod(total, n)
    least = over * (alike + 1) ** 2 + (n - over) * alike**2
    full, rest = divmod(total, target.top) if target.top else (0, 0)
    low = max(least, -(-(target.spread[0] + total * total) // n))
    high = min(full * target.top**2 + rest**2, (target.spread[1] + total * total) // n)
    low += (low - total) % 2
    if low <= high:
        yield low


def bounds_of(grid: Grid, statements: Sequence[Statement], participants: Sequence[str], part: Part) -> list[Bounds]:
    """Return for each participant the steps that statements leave for a value, or for a change."""
    top = grid.top
    widest = (-top, top) if part == "change" else (0, top)
    bounds = [widest] * len(participants)
    for statement in statements:
        if statement.part == part:
            base = Fraction(0) if part == "change" else grid.low
            allowed = _allowed(statement, (statement.number - base) / grid.step, widest)
            named = statement.who or tuple(participants)
            bounds = [
                _within(own, allowed) if name in named else own for name, own in zip(participants, bounds, strict=True)
            ]
    return bounds


def _allowed(statement: Statement, steps: Fraction, widest: Bounds) -> Bounds:
    low, high = widest
    match statement.sign:
        case "=":
            return math.ceil(steps), math.floor(steps)
        case ">=":
            return math.ceil(steps), high
        case ">":
            return math.floor(steps) + 1, high
        case "<=":
            return low, math.floor(steps)
        case "<":
            return low, math.ceil(steps) - 1


def _scaled(span: Span, factor: Fraction | float, shift: Fraction) -> Span:
    exact = Fraction(factor)
    return Span(
        low=(span.low + shift) * exact, high=(span.high + shift) * exact, low_in=span.low_in, high_in=span.high_in
    )


def _whole(span: Span) -> Bounds:
    """Return the first and last whole number of an interval."""
    low, high = math.ceil(span.low), math.floor(span.high)
    return low + (low == span.low and not span.low_in), high - (high == span.high and not span.high_in)


def _within(own: Bounds, other: Bounds) -> Bounds:
    return max(own[0], other[0]), min(own[1], other[1])
