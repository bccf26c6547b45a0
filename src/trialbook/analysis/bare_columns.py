"""Result rows of a comparison of many participants: those of `compare` and `sensitivity`, computed of whole columns.

What counts patterns of signs or sorts all pairs of changes has the reason why it is not computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from trialbook.analysis.columns import describe_column, mean_and_sd, paired_t_columns, percents, standardised
from trialbook.analysis.compare import change_stats, exact_heading, exact_stats, level_stats, ranked_zeros, t_stats
from trialbook.analysis.exact import ALL_ZERO, Exact, smallest_p
from trialbook.analysis.rows import Stat
from trialbook.analysis.sensitivity import HODGES_LEHMANN, PERCENTS, STANDARDISED, effect_stats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from trialbook.analysis.change import PairedT
    from trialbook.analysis.compare import Comparison
    from trialbook.analysis.describe import Summary
    from trialbook.analysis.effect_size import Effect
    from trialbook.analysis.percent_change import Percent
    from trialbook.analysis.results import Result, Role
    from trialbook.analysis.rows import Heading

    Column = NDArray[np.float64]

TOO_MANY = "Not computed beyond {few} pairs; here are {n:,}."
AT_RANDOM = " By --seed patterns of signs are drawn at random up to 2,000 pairs."


def compare_columns(comparison: Comparison, visit: Column, base: Column, *, few: int) -> Iterator[Result]:
    """Give the rows of a comparison of two columns, a row a participant; `few` is the most pairs that are counted."""
    import numpy as np

    zeros, reason = int(np.count_nonzero(visit == base)), TOO_MANY.format(few=few, n=visit.size)
    test = paired_t_columns(visit, base, confidence=float(comparison.plan.confidence))
    before, after = mean_and_sd(base), mean_and_sd(visit)
    gaps = describe_column(visit - base, size=visit.size)
    yield from _change(comparison, test, gaps, (before, after))
    yield from _exact(comparison, visit.size, zeros, reason + AT_RANDOM)
    yield from _ranked(comparison, visit.size, reason)
    yield from _sizes(comparison, visit.size, standardised(test, before, after, comparison.plan.confidence))
    yield from _percents(comparison, visit.size, percents(visit, base))


def _heading(comparison: Comparison, analysis: str, method: str, role: Role, n: int) -> Heading:
    return replace(comparison.heading(analysis, method, role), n=n)


def _change(comparison: Comparison, test: PairedT, gaps: Summary, levels: tuple[Summary, Summary]) -> Iterator[Result]:
    """Give the change with its interval, the t test, and baseline and visit of the same participants."""
    decimals = comparison.course.decimals
    method = "visit minus baseline, paired by participant"
    heading = _heading(comparison, "change", method, comparison.role, test.n)
    yield from heading.rows(change_stats(test, gaps, decimals))
    role = comparison.role_of("paired t")
    if role is not None:
        yield from heading.rows(t_stats(comparison, test, role))
    yield from heading.rows(level_stats(test, *levels, decimals))


def _exact(comparison: Comparison, n: int, zeros: int, reason: str) -> Iterator[Result]:
    """Give the rows of the exact tests, each with the reason why it is not computed."""
    found = Exact(n=n - zeros, zeros=zeros, statistic=0.0, p_min=smallest_p(n - zeros), reason=reason)
    if zeros == n:
        found = Exact(n=0, zeros=zeros, reason=ALL_ZERO)
    for test in ("sign flip", "signed rank"):
        role = comparison.role_of(test)
        if role is not None:
            heading = replace(exact_heading(comparison, test, found, role), n=n)
            if test == "signed rank":
                yield heading.row(Stat(name="v", value=None, unit="", decimals=1, error=found.reason))
            yield from heading.rows(exact_stats(comparison, found, role))
            if test == "signed rank" and zeros and found.n:
                yield heading.row(ranked_zeros(found))


def _ranked(comparison: Comparison, n: int, reason: str) -> Iterator[Result]:
    """Give the rows of the Hodges-Lehmann estimate, each with the reason why it is not computed."""
    fine = comparison.course.decimals + 1
    heading = _heading(comparison, "hodges_lehmann", HODGES_LEHMANN, "sensitivity", n)
    none = {"estimate": fine, "ci_low": fine, "ci_high": fine, "confidence": 4}
    yield from heading.rows(
        [Stat(name=name, value=None, decimals=digits, error=reason) for name, digits in none.items()]
    )


def _sizes(comparison: Comparison, n: int, effects: dict[str, Effect]) -> Iterator[Result]:
    """Give the standardised changes."""
    heading = _heading(comparison, "effect_size", "", "sensitivity", n)
    for name, effect in effects.items():
        yield from heading.rows(effect_stats(name, effect, STANDARDISED[name], has_interval=name != "d_av"))


def _percents(comparison: Comparison, n: int, found: dict[str, Percent]) -> Iterator[Result]:
    """Give the percent changes."""
    heading = _heading(comparison, "percent_change", "", "sensitivity", n)
    for name, percent in found.items():
        why = "" if percent.value is not None else percent.reason
        yield heading.row(Stat(name=name, value=percent.value, unit="%", decimals=1, method=PERCENTS[name], error=why))
