"""Time to an event when some leave without it: the Kaplan-Meier curve, its median, and curves compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from trialbook.analysis.proportions import z_of

FAR = 700.0
"""Largest power of e that is taken."""
NOBODY = "There is nobody to follow."
BAD_TIME = "A time is no number, or below zero."
NO_EVENT = "Nobody had the event: the curve stays at 1."
NOT_HALF = "The curve does not come down to one half within the time followed."
BAND_NOT_HALF = "This end of the band does not come down to one half within the time followed."
ONE_CURVE = "Curves are compared between at least two groups with somebody in each."
NEVER_TOGETHER = "At no event were people of two groups at risk together."
Scale = Literal["log-log", "log"]
Band = tuple[float | None, float | None, float | None]
HALF = 0.5
SAME = 1e-12
"""Survival this close to one half is one half: 8/10 of 5/8 is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The curve from one time on at which somebody had the event or left."""

    time: float
    at_risk: int
    """Just before that time: whoever leaves at the time of an event is still at risk in it."""
    events: int
    left: int
    """Censored at that time."""
    survival: float
    """Share without the event just after that time."""
    error: float | None
    """Greenwood's standard error; None where the curve is at 0."""
    low: float | None
    """End of the interval; None where the curve is at 1 or at 0, which have no logarithm of a logarithm."""
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A Kaplan-Meier curve; without steps `reason` says why."""

    n: int = 0
    events: int = 0
    steps: tuple[Step, ...] = ()
    """In order of time, one for each time that occurs."""
    reason: str = ""

    def at(self, time: float) -> Step | None:
        """Return the step in force at a time, None before the first one."""
        return next((step for step in reversed(self.steps) if step.time <= time), None)

    def at_risk(self, time: float) -> int:
        """Count those still followed without the event just before a time."""
        return next((step.at_risk for step in self.steps if step.time >= time), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Median:
    """The time at which half have had the event; None where it is not reached, and why."""

    time: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    """Why there is no median."""
    reason_low: str = ""
    reason_high: str = ""


def kaplan_meier(
    times: Sequence[float], events: Sequence[bool], *, confidence: float = 0.95, scale: Scale = "log-log"
) -> Curve:
    """Estimate the share without the event over time; `events` tells who had it, the others left (were censored).

    S(t) = product of (1 - d / n) over event times up to t (Kaplan and Meier 1958, eq. 2b); its error by Greenwood 1926,
    S sqrt(sum d / (n (n - d))); its interval exp(-exp(log(-log S) ± z error / (S log S))) (Kalbfleisch and Prentice
    1980, p. 15), as SAS gives it; on the scale `log`, R's default, it is S exp(± z error / S), at most 1. At one time
    events come before those who leave. ValueError where the lengths differ.
    """
    pairs = sorted(zip(times, events, strict=True))
    if not pairs:
        return Curve(reason=NOBODY)
    if not all(0 <= time < math.inf for time, _ in pairs):
        return Curve(n=len(pairs), reason=BAD_TIME)
    z, steps = z_of(confidence), list[Step]()
    at_risk, survival, greenwood = len(pairs), 1.0, 0.0
    for time, (had, left) in _by_time(pairs).items():
        if had:
            survival *= (at_risk - had) / at_risk
            greenwood += had / (at_risk * (at_risk - had)) if at_risk > had else math.inf
        steps.append(_step(time, (at_risk, had, left), survival, _band(survival, math.sqrt(greenwood), z, scale)))
        at_risk -= had + left
    return Curve(n=len(pairs), events=sum(step.events for step in steps), steps=tuple(steps))


def _by_time(pairs: Sequence[tuple[float, bool]]) -> dict[float, tuple[int, int]]:
    """Count events and leavers at each time, in order."""
    found: dict[float, tuple[int, int]] = {}
    for time, event in pairs:
        had, left = found.get(time, (0, 0))
        found[time] = (had + 1, left) if event else (had, left + 1)
    return found


def _step(time: float, counts: tuple[int, int, int], survival: float, band: Band) -> Step:
    at_risk, had, left = counts
    error, low, high = band
    return Step(time=time, at_risk=at_risk, events=had, left=left, survival=survival, error=error, low=low, high=high)


def _band(survival: float, relative: float, z: float, scale: Scale) -> Band:
    """Return the standard error and both ends; `relative` is the error of log S."""
    if not survival:
        return None, None, None
    error = survival * relative
    if scale == "log":
        return error, survival * math.exp(-z * relative), min(1.0, survival * math.exp(min(z * relative, FAR)))
    if survival == 1:
        return error, None, None
    # on the scale log(-log S) the error is that of log S, divided by -log S
    log = math.log(survival)
    reach = math.exp(min(z * relative / -log, FAR))
    return error, math.exp(log * reach), math.exp(log / reach)


def median_of(curve: Curve) -> Median:
    """Return the median time, and as its interval the times at which both ends of the band come down to one half.

    Brookmeyer and Crowley 1982, on the scale of the band. Where the curve, or an end of the band, is at one half for a
    while, the middle of that while is taken.
    """
    if curve.reason or not curve.events:
        return Median(reason=curve.reason or NO_EVENT, reason_low=curve.reason or NO_EVENT,
                      reason_high=curve.reason or NO_EVENT)  # fmt: skip
    drops = [step for step in curve.steps if step.events]
    times = [step.time for step in drops]
    middle = _half([step.survival for step in drops], times)
    # where the curve is at 0 the band has no value: it ends with the step before
    low, high = (
        _half([end if end is not None else 1.0 for end in ends], times)
        for ends in ([step.low for step in drops], [step.high for step in drops])
    )
    return Median(
        time=middle, low=low, high=high, reason="" if middle is not None else NOT_HALF,
        reason_low="" if low is not None else BAND_NOT_HALF, reason_high="" if high is not None else BAND_NOT_HALF,
    )  # fmt: skip


def _half(levels: Sequence[float], times: Sequence[float]) -> float | None:
    """Return when falling levels come down to one half; where they rest there, the middle of the rest."""
    place = next((at for at, level in enumerate(levels) if level <= HALF + SAME), None)
    if place is None:
        return None
    if levels[place] > HALF - SAME and place + 1 < len(times):
        return times[place] + (times[place + 1] - times[place]) / 2
    return times[place]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRank:
    """The log-rank test; None where `reason` says why not."""

    chi2: float | None = None
    df: int | None = None
    p: float | None = None
    observed: tuple[int, ...] = ()
    expected: tuple[float, ...] = ()
    reason: str = ""


def log_rank(times: Sequence[float], events: Sequence[bool], groups: Sequence[str]) -> LogRank:
    """Compare the curves of groups, in the order in which they first appear: Mantel 1966, Peto and Peto 1972.

    At each event time the events of a group are expected to be d n_g / n, with the covariance of a multivariate
    hypergeometric draw; chi2 = (O - E)' V^-1 (O - E) with one group left out. ValueError where the lengths differ.
    """
    rows = list(zip(times, events, groups, strict=True))
    names = list(dict.fromkeys(groups))
    if len(names) < 2:
        return LogRank(reason=ONE_CURVE)
    if not all(0 <= time < math.inf for time in times):
        return LogRank(reason=BAD_TIME)
    return _log_rank(rows, names)


def _log_rank(rows: Sequence[tuple[float, bool, str]], names: Sequence[str]) -> LogRank:
    import numpy as np
    from scipy.special import chdtrc

    when = np.array([time for time, _, _ in rows], dtype=float)
    had = np.array([bool(event) for _, event, _ in rows])
    inside = np.array([[name == group for name in names] for _, _, group in rows], dtype=float)
    observed, expected = inside[had].sum(axis=0), np.zeros(len(names))
    spread = np.zeros((len(names), len(names)))
    for time in np.unique(when[had]):
        at_risk = inside[when >= time].sum(axis=0)
        n, d = at_risk.sum(), float(np.count_nonzero(had & (when == time)))
        share = at_risk / n
        expected += d * share
        if n > 1:
            spread += d * (n - d) / (n - 1) * (np.diag(share) - np.outer(share, share))
    counts = tuple(int(count) for count in observed)
    foreseen = tuple(float(number) for number in expected)
    gaps, rank = (observed - expected)[1:], int(np.linalg.matrix_rank(spread))
    if rank < len(names) - 1:
        return LogRank(observed=counts, expected=foreseen, reason=NEVER_TOGETHER if sum(counts) else NO_EVENT)
    chi2 = float(gaps @ np.linalg.solve(spread[1:, 1:], gaps))
    return LogRank(
        chi2=chi2, df=len(names) - 1, p=float(chdtrc(len(names) - 1, chi2)), observed=counts, expected=foreseen
    )
