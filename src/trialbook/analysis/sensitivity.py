"""What stands beside the planned test: estimates of how large the change is, and other rules for missing values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialbook.analysis import exact
from trialbook.analysis.change import on_grid, paired_t, step
from trialbook.analysis.describe import TOO_LARGE
from trialbook.analysis.effect_size import Effect, d_av, d_z, g_z
from trialbook.analysis.hodges_lehmann import pseudomedian
from trialbook.analysis.percent_change import Percent, geometric_percent, mean_of_percents, percent_of_means
from trialbook.analysis.results import Result
from trialbook.analysis.rows import OUT_OF_RANGE, Stat

if TYPE_CHECKING:
    from trialbook.analysis.compare import Comparison

HODGES_LEHMANN = "median of the means of all pairs of changes; interval of the exact signed ranks"
STANDARDISED = {
    "d_z": "mean change over the SD of the changes; exact interval by the noncentral t",
    "g_z": "d_z without the bias of small samples",
    "d_av": "mean change over the root of the mean of both variances",
}
PERCENTS = {
    "mean_of_percents": "mean of each participant's percent change",
    "percent_of_means": "change of the mean in percent of the mean baseline",
    "geometric": "change of the geometric mean in percent of that of the baseline",
}


def beside(comparison: Comparison) -> Iterator[Result]:
    """Give the rows that decide nothing and tell how large the change is."""
    yield from hodges_lehmann_rows(comparison)
    yield from effect_rows(comparison)
    yield from percent_rows(comparison)


def hodges_lehmann_rows(comparison: Comparison) -> Iterator[Result]:
    """Give the Hodges-Lehmann estimate with its interval and the confidence that this has."""
    pairs, decimals = comparison.pairs, comparison.course.decimals + 1
    heading = comparison.heading("hodges_lehmann", HODGES_LEHMANN, "sensitivity")
    found = pseudomedian(on_grid(pairs.visit, pairs.base), confidence=float(comparison.plan.confidence))
    why = "" if found.value is not None else found.reason
    yield from heading.rows(
        [
            Stat(name="estimate", value=found.value, decimals=decimals, error=why),
            Stat(name="ci_low", value=found.low, decimals=decimals, error=found.reason),
            Stat(name="ci_high", value=found.high, decimals=decimals, error=found.reason),
            Stat(name="confidence", value=found.achieved, unit="", decimals=4, error=found.reason,
                 method="confidence of this interval: the least attainable that is not below the planned one"),
        ]
    )  # fmt: skip


def effect_rows(comparison: Comparison) -> Iterator[Result]:
    """Give the standardised changes, with the sign of the change."""
    pairs = comparison.pairs
    heading = comparison.heading("effect_size", "", "sensitivity")
    plain = d_z(pairs.visit, pairs.base, confidence=float(comparison.plan.confidence))
    for name, found in (("d_z", plain), ("g_z", g_z(plain)), ("d_av", d_av(pairs.visit, pairs.base))):
        method = comparison.with_way(STANDARDISED[name])
        yield from heading.rows(effect_stats(name, found, method, has_interval=name != "d_av"))


def effect_stats(name: str, found: Effect, method: str, *, has_interval: bool) -> Iterator[Stat]:
    """Write a standardised change, with its interval or without."""
    yield Stat(name=name, value=found.value, unit="SD", decimals=2, method=method, error=found.reason)
    if has_interval:
        for end, value in (("low", found.low), ("high", found.high)):
            yield Stat(name=f"{name}_{end}", value=value, unit="SD", decimals=2, method=method, error=found.open)


def percent_rows(comparison: Comparison) -> Iterator[Result]:
    """Give the percent changes by the names of what is averaged; the geometric one for endpoints on a log scale."""
    pairs = comparison.pairs
    named: dict[str, Percent] = {
        "mean_of_percents": mean_of_percents(pairs.visit, pairs.base),
        "percent_of_means": percent_of_means(pairs.visit, pairs.base),
    }
    if comparison.endpoint.log:
        named["geometric"] = geometric_percent(pairs.visit, pairs.base)
    heading = comparison.heading("percent_change", "", "sensitivity")
    for name, found in named.items():
        why = "" if found.value is not None else found.reason
        method = comparison.with_way(PERCENTS[name])
        yield heading.row(Stat(name=name, value=found.value, unit="%", decimals=1, method=method, error=why))


def by_other_rule(comparison: Comparison, rule: str) -> Iterator[Result]:
    """Repeat the planned test on pairs by another rule for missing values: mean change, interval and p."""
    pairs, decimals = comparison.pairs, comparison.course.decimals + 1
    test = paired_t(pairs.visit, pairs.base, confidence=float(comparison.plan.confidence))
    heading = comparison.heading(rule, "visit minus baseline, paired by participant", "sensitivity")
    none = "" if test.mean is not None else test.reason
    yield from heading.rows(
        [
            Stat(name="n_pairs", value=test.n, unit="participants"),
            Stat(name="mean", value=test.mean, decimals=decimals, error=none),
            Stat(name="sd", value=test.sd, decimals=decimals, error="" if test.sd is not None else test.reason),
            Stat(name="ci_low", value=test.ci_low, decimals=decimals, error=test.reason),
            Stat(name="ci_high", value=test.ci_high, decimals=decimals, error=test.reason),
        ]
    )
    p, why = planned_p(comparison)
    method = f"{comparison.plan.test} test, two-sided"
    yield heading.row(Stat(name="p", value=p, unit="", method=comparison.with_way(method), error=why))


def planned_p(comparison: Comparison) -> tuple[float | None, str]:
    """Return p of the planned test, or why there is none."""
    visit, base, test = comparison.pairs.visit, comparison.pairs.base, comparison.plan.test
    if any(not abs(value) < TOO_LARGE for value in (*visit, *base)):
        return None, OUT_OF_RANGE
    if test == "paired t":
        found = paired_t(visit, base)
        return found.p, found.reason
    gaps = on_grid(visit, base)
    flip = exact.sign_flip(gaps, grid=step(visit, base), seed=exact.SEED)
    ranked = flip if test == "sign flip" else exact.signed_rank(gaps, seed=exact.SEED)
    return ranked.p, ranked.reason
