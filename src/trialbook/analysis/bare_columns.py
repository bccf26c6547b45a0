"""Result rows of a comparison of many participants: those of `compare` and `sensitivity`, computed of whole columns.

What counts patterns of signs or sorts all pairs of changes has the reason why it is not computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from trialbook.analysis.columns import describe_column, mean_and_sd, paired_t_columns, percents, standardised
from trialbook.analysis.compare import change_stats, exact_stats, level_stats, t_stats
from trialbook.analysis.exact import Exact, smallest_p
from trialbook.analysis.rows import Stat
from trialbook.analysis.sensitivity import HODGES_LEHMANN, PERCENTS, STANDARDISED, effect_stats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from trialbook.analysis.compare import Comparison
    from trialbook.analysis.results import Result, Role
    from trialbook.analysis.rows import Heading

    Column = NDArray[np.float64]

TOO_MANY = "Not computed beyond {few} pairs; here are {n:,}."
AT_RANDOM = " By --seed patterns of signs are drawn at random up to 2,000 pairs."


def compare_columns(comparison: Comparison, visit: Column, base: Column, *, few: int) -> Iterator[Result]:
    """Give the rows of a comparison of two columns, a row a participant; `few` is the most pairs that are counted."""
    import numpy as np

    zeros = int(np.count_nonzero(visit == base))
    reason = TOO_MANY.format(few=few, n=visit.size)
    yield from _change(comparison, visit, base)
    yield from _exact(comparison, visit.size, zeros, reason + AT_RANDOM)
    yield from _beside(comparison, visit, base, reason)


def _heading(comparison: Comparison, analysis: str, method: str, role: Role, n: int) -> Heading:
    return replace(comparison.heading(analysis, method, role), n=n)


def _change(comparison: Comparison, visit: Column, base: Column) -> Iterator[Result]:
    """Give the change with its interval, the t test, and baseline and visit of the same participants."""
    plan, decimals = comparison.plan, comparison.course.decimals
    test = paired_t_columns(visit, base, confidence=float(plan.confidence))
    method = "visit minus baseline, paired by participant"
    heading = _heading(comparison, "change", method, comparison.role, visit.size)
    yield from heading.rows(change_stats(test, describe_column(visit - base, size=visit.size), decimals))
    role = comparison.role_of("paired t")
    if role is not None:
        yield from heading.rows(t_stats(comparison, test, role))
    yield from heading.rows(level_stats(test, mean_and_sd(base), mean_and_sd(visit), decimals))


def _exact(comparison: Comparison, n: int, zeros: int, reason: str) -> Iterator[Result]:
    """Give the rows of the exact tests, each with the reason why it is not computed."""
    found = Exact(n=n - zeros, zeros=zeros, statistic=0.0, p_min=smallest_p(n - zeros), reason=reason)
    for test in ("sign flip", "signed rank"):
        role = comparison.role_of(test)
        if role is not None:
            heading = _heading(comparison, test.replace(" ", "_"), f"exact {test} test, two-sided", role, n)
            if test == "signed rank":
                yield heading.row(Stat(name="v", value=None, unit="", error=reason))
            yield from heading.rows(exact_stats(comparison, found, role))


def _beside(comparison: Comparison, visit: Column, base: Column, reason: str) -> Iterator[Result]:
    """Give the rows that decide nothing and tell how large the change is."""
    confidence, n = float(comparison.plan.confidence), visit.size
    heading = _heading(comparison, "hodges_lehmann", HODGES_LEHMANN, "sensitivity", n)
    none = ("estimate", "ci_low", "ci_high", "confidence")
    yield from heading.rows([Stat(name=name, value=None, error=reason) for name in none])
    test = paired_t_columns(visit, base, confidence=confidence)
    effects = standardised(test, mean_and_sd(base), mean_and_sd(visit), confidence=confidence)
    heading = _heading(comparison, "effect_size", "", "sensitivity", n)
    for name, effect in effects.items():
        yield from heading.rows(effect_stats(name, effect, STANDARDISED[name], has_interval=name != "d_av"))
    heading = _heading(comparison, "percent_change", "", "sensitivity", n)
    for name, percent in percents(visit, base).items():
        why = "" if percent.value is not None else percent.reason
        yield heading.row(Stat(name=name, value=percent.value, unit="%", decimals=1, method=PERCENTS[name], error=why))
