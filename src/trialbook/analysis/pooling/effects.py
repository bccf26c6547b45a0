"""What one study found, as an estimate with its variance: from the means, deviations and counts that papers print."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from trialbook.analysis.effect_size import small_sample

Scale = Literal["plain", "log", "logit"]
Number = float | None

NOT_PRINTED = "{label}: a number that this effect needs is not given."
NO_SPREAD = "{label}: a standard deviation is not above zero."
FEW = "{label}: the participants are not a whole number of two or more."
BAD_R = "{label}: a correlation lies between -1 and 1."
NO_LOG = "{label}: a mean that is not above zero has no logarithm."
NO_VARIANCE = "{label}: the variance of the effect is zero."
NO_COUNT = "{label}: {count} of {n} is no count of responders."
TOO_FAR = "{label}: a number is beyond 1e60, too large to compute with."
ONE_DEGREE = "{label}: with two participants an unbiased standardised change does not exist."
FAR = 1e60


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """One estimate a study; None where it has none, and `reasons` says why."""

    measure: str
    scale: Scale
    """`log` and `logit`: the estimate is a logarithm, and is turned back to be shown."""
    labels: tuple[str, ...]
    estimates: tuple[float | None, ...]
    variances: tuple[float | None, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Study:
    """The printed numbers of one study, all there and sound."""

    label: str
    n: int
    base: float
    visit: float
    base_sd: float
    visit_sd: float
    r: float


Found = tuple[float | None, float | None, str]
"""Estimate, variance, and the reason where there is neither."""


def printed_changes(
    labels: Sequence[str], *, n: Sequence[Number], change: Sequence[Number], sd: Sequence[Number]
) -> Effects:
    """Return mean changes as papers print them, with v = sd^2 / n, sd the deviation of the changes.

    ValueError where the columns are not of one length.
    """
    found = [_printed(label, numbers) for label, *numbers in zip(labels, n, change, sd, strict=True)]
    return _bound("mean change", "plain", labels, found)


def mean_changes(
    labels: Sequence[str],
    *,
    n: Sequence[Number],
    base_mean: Sequence[Number],
    visit_mean: Sequence[Number],
    base_sd: Sequence[Number],
    visit_sd: Sequence[Number],
    r: Sequence[Number],
) -> Effects:
    """Return mean changes, visit minus baseline, in the unit of the outcome.

    v = (s1^2 + s2^2 - 2 r s1 s2) / n, with r the correlation of the two values within participants. ValueError where
    the columns are not of one length.
    """
    return _each("mean change", "plain", _change, labels, (n, base_mean, visit_mean, base_sd, visit_sd, r))


def standardised_changes(
    labels: Sequence[str],
    *,
    n: Sequence[Number],
    base_mean: Sequence[Number],
    visit_mean: Sequence[Number],
    base_sd: Sequence[Number],
    visit_sd: Sequence[Number],
    r: Sequence[Number],
) -> Effects:
    """Return mean changes over the SD of the baseline, with the small-sample factor J(n - 1): Becker 1988.

    v = J^2 (s_d^2 / (s1^2 (n - 1)) + d^2 / (2 (n - 1))), s_d the SD of the changes, which lets the SDs of the visits
    differ: Bonett 2008, eq. 13, times the square of the factor. ValueError as above.
    """
    return _each(
        "standardised mean change", "plain", _standardised, labels, (n, base_mean, visit_mean, base_sd, visit_sd, r)
    )


def log_ratios(
    labels: Sequence[str],
    *,
    n: Sequence[Number],
    base_mean: Sequence[Number],
    visit_mean: Sequence[Number],
    base_sd: Sequence[Number],
    visit_sd: Sequence[Number],
    r: Sequence[Number],
) -> Effects:
    """Return logarithms of the ratio of means, visit over baseline.

    v = c1^2 / n + c2^2 / n - 2 r c1 c2 / n, c = SD / mean: Lajeunesse 2011, eq. 6. ValueError as above.
    """
    return _each("ratio of means", "log", _log_ratio, labels, (n, base_mean, visit_mean, base_sd, visit_sd, r))


def log_odds(labels: Sequence[str], *, events: Sequence[int | None], n: Sequence[int | None]) -> Effects:
    """Return log odds of responders with v = 1 / x + 1 / (n - x).

    Where nobody or everybody responded a half is added to both counts, which draws the study towards one half:
    `pool_shares` needs no such addition. ValueError where the columns are not of one length.
    """
    found = [_odds(label, x, size) for label, x, size in zip(labels, events, n, strict=True)]
    return _bound("odds of response", "logit", labels, found)


def _each(
    measure: str,
    scale: Scale,
    effect: Callable[[_Study], Found],
    labels: Sequence[str],
    columns: tuple[Sequence[Number], ...],
) -> Effects:
    """Compute the effect of each study."""
    found: list[Found] = []
    for label, *numbers in zip(labels, *columns, strict=True):
        study = _sound(label, numbers)
        found.append((None, None, study) if isinstance(study, str) else _positive(study.label, effect(study)))
    return _bound(measure, scale, labels, found)


def _bound(measure: str, scale: Scale, labels: Sequence[str], found: Sequence[Found]) -> Effects:
    return Effects(
        measure=measure, scale=scale, labels=tuple(labels), estimates=tuple(one for one, _, _ in found),
        variances=tuple(one for _, one, _ in found), reasons=tuple(one for _, _, one in found),
    )  # fmt: skip


def _given(label: str, numbers: Sequence[Number]) -> list[float] | str:
    """Return the numbers of a study, the participants first, or why they are no numbers to compute with."""
    given = [float(number) for number in numbers if number is not None and not math.isnan(number)]
    if len(given) < len(numbers):
        return NOT_PRINTED.format(label=label)
    if not all(abs(number) <= FAR for number in given):
        return TOO_FAR.format(label=label)
    return FEW.format(label=label) if given[0] < 2 or given[0] != int(given[0]) else given


def _printed(label: str, numbers: Sequence[Number]) -> Found:
    given = _given(label, numbers)
    if isinstance(given, str):
        return None, None, given
    n, change, sd = given
    return (change, sd * sd / n, "") if sd > 1 / FAR else (None, None, NO_SPREAD.format(label=label))


def _sound(label: str, numbers: Sequence[Number]) -> _Study | str:
    """Return the numbers of a study, or why they cannot be used."""
    given = _given(label, numbers)
    if isinstance(given, str):
        return given
    n, base, visit, base_sd, visit_sd, r = given
    if base_sd <= 1 / FAR or visit_sd <= 1 / FAR:
        return NO_SPREAD.format(label=label)
    if not -1 <= r <= 1:
        return BAD_R.format(label=label)
    return _Study(label=label, n=int(n), base=base, visit=visit, base_sd=base_sd, visit_sd=visit_sd, r=r)


def _positive(label: str, found: Found) -> Found:
    """Refuse a variance that is zero, or below it by rounding."""
    estimate, variance, reason = found
    if variance is not None and not variance > 0:
        return None, None, NO_VARIANCE.format(label=label)
    return estimate, variance, reason


def _of_changes(study: _Study) -> float:
    """Return the variance of the changes."""
    # the same as s1^2 + s2^2 - 2 r s1 s2, without the loss of a subtraction where r is close to 1
    return (study.base_sd - study.visit_sd) ** 2 + 2 * (1 - study.r) * study.base_sd * study.visit_sd


def _change(study: _Study) -> Found:
    return study.visit - study.base, _of_changes(study) / study.n, ""


def _standardised(study: _Study) -> Found:
    df = study.n - 1
    if df < 2:
        return None, None, ONE_DEGREE.format(label=study.label)
    factor = small_sample(df)
    d = factor * (study.visit - study.base) / study.base_sd
    return d, factor * factor * (_of_changes(study) / study.base_sd**2 + d * d / 2) / df, ""


def _log_ratio(study: _Study) -> Found:
    if min(study.base, study.visit) <= 1 / FAR:
        return None, None, NO_LOG.format(label=study.label)
    one, two = study.base_sd / study.base, study.visit_sd / study.visit
    variance = ((one - two) ** 2 + 2 * (1 - study.r) * one * two) / study.n
    return math.log(study.visit / study.base), variance, ""


def _odds(label: str, events: int | None, n: int | None) -> Found:
    if events is None or n is None:
        return None, None, NOT_PRINTED.format(label=label)
    if not 0 <= events <= n or n == 0:
        return None, None, NO_COUNT.format(label=label, count=events, n=n)
    half = 0.5 if events in {0, n} else 0.0
    return math.log((events + half) / (n - events + half)), 1 / (events + half) + 1 / (n - events + half), ""
