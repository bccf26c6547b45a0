"""What two means, two SDs and the p of a paired t test say together: SD of the differences, r, and which p can be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from trialbook.analysis.appraisal.findings import Pair
from trialbook.analysis.appraisal.model import Change, Divisor, Moment, first
from trialbook.analysis.appraisal.printed import Printed
from trialbook.analysis.student import quantile, two_sided_p

NEAR_ZERO = 1e-15
"""A p below this has no t that a share near one could tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Intervals of what the printed figures say; SDs with n − 1."""

    n: int
    difference: Pair
    """Size of the difference of the means, whatever its sign."""
    before: Pair
    after: Pair


def known_of(change: Change, divisor: Divisor) -> Known | None:
    """Return the intervals behind printed means and SDs, None where one of them is not printed."""
    means = first(change.before.mean), first(change.after.mean)
    sds = _sd(change.before, divisor), _sd(change.after, divisor)
    if means[0] is None or means[1] is None or sds[0] is None or sds[1] is None or change.n < 2:
        return None
    low = float(means[1].span.low - means[0].span.high)
    high = float(means[1].span.high - means[0].span.low)
    least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return Known(n=change.n, difference=(least, max(abs(low), abs(high))), before=sds[0], after=sds[1])


def nominal(change: Change, divisor: Divisor) -> Known | None:
    """Return the printed figures themselves, as if nothing had been rounded."""
    known = known_of(change, divisor)
    figures = [first(part) for part in (change.before.mean, change.after.mean, change.before.sd, change.after.sd)]
    if known is None or any(figure is None for figure in figures):
        return None
    one, two, sd_one, sd_two = (float(figure.value) for figure in figures if figure is not None)
    factor = _factor(change.n, divisor)
    gap = abs(two - one)
    return Known(n=change.n, difference=(gap, gap), before=(sd_one * factor,) * 2, after=(sd_two * factor,) * 2)


def t_span(p: Printed, n: int) -> Pair:
    """Return the interval of |t| behind a printed two-sided p with n − 1 degrees of freedom."""
    return t_of(float(p.span.high), n), t_of(float(p.span.low), n)


def t_of(p: float, n: int) -> float:
    """Return the |t| with a two-sided p; infinite for a p of (nearly) zero."""
    if p >= 1:
        return 0.0
    return quantile(n - 1, 1 - p / 2) if p > NEAR_ZERO else math.inf


def sd_of_differences(known: Known, t: Pair) -> Pair:
    """Return the interval of the SD of the differences: |m₂ − m₁| √n / t (Student 1908)."""
    root = math.sqrt(known.n)
    low = 0.0 if math.isinf(t[1]) else known.difference[0] * root / t[1] if t[1] else math.inf
    high = known.difference[1] * root / t[0] if t[0] else math.inf
    return low, high


def correlation(known: Known, sd: Pair) -> Pair:
    """Return the interval of r = (s₁² + s₂² − s_d²) / (2 s₁ s₂), not yet cut to −1 to 1."""
    low = min(_r(one, two, sd[1]) for one, two in _corners(known, sd[1]))
    high = max(_r(one, two, sd[0]) for one, two in _corners(known, sd[0]))
    return low, high


def attainable_p(known: Known) -> Pair:
    """Return smallest and largest p for any r from −1 to 1: s_d lies between |s₁ − s₂| and s₁ + s₂."""
    (one_low, one_high), (two_low, two_high) = known.before, known.after
    apart = max(one_low - two_high, two_low - one_high, 0.0)
    together, root = one_high + two_high, math.sqrt(known.n)
    smallest = two_sided_p(known.difference[1] * root / apart, known.n - 1) if apart else 0.0
    largest = two_sided_p(known.difference[0] * root / together, known.n - 1) if together else 0.0
    if not apart and not known.difference[1]:
        smallest = 1.0
    return smallest, max(smallest, largest)


def least_r_for(known: Known, p: float) -> float:
    """Return the smallest r with which a p this small can come about."""
    t = t_of(p, known.n)
    return correlation(known, sd_of_differences(known, (t, t)))[0]


def _r(one: float, two: float, sd: float) -> float:
    if math.isinf(sd):
        return -math.inf
    return (one * one + two * two - sd * sd) / (2 * one * two) if one and two else 0.0


def _corners(known: Known, sd: float) -> Iterator[Pair]:
    """Yield where r can be largest or smallest: the corners of both SDs, and where it turns along a side."""
    for one in known.before:
        yield from ((one, two) for two in known.after)
        yield from ((one, turn) for turn in _turns(one, sd, known.after))
    for two in known.after:
        yield from ((turn, two) for turn in _turns(two, sd, known.before))


def _turns(fixed: float, sd: float, within: Pair) -> Iterator[float]:
    """Yield where r turns as the other SD moves: at √(s² − s_d²)."""
    square = fixed * fixed - sd * sd
    if square > 0 and within[0] < math.sqrt(square) < within[1]:
        yield math.sqrt(square)


def _sd(moment: Moment, divisor: Divisor) -> Pair | None:
    sd = first(moment.sd)
    if sd is None:
        return None
    factor = _factor(moment.n, divisor)
    return max(float(sd.span.low), 0.0) * factor, float(sd.span.high) * factor


def _factor(n: int, divisor: Divisor) -> float:
    """Return by what an SD is multiplied so that it is one with n − 1."""
    return 1.0 if divisor == "n-1" else math.sqrt(n / (n - 1))
