"""Random effects: studies that differ by more than chance, put together with the variance between them estimated.

Each estimate y_j has a known variance v_j, and its true effect a variance tau2 about the common mean mu; the weights
are w_j = 1 / (v_j + tau2).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trialbook.analysis.proportions import tail_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from trialbook.analysis.pooling.effects import Effects

    Floats = NDArray[np.float64]

Method = Literal["DL", "PM", "REML"]
Interval = Literal["hksj", "hksj modified", "normal"]

NOTHING = "No study has an estimate with its variance: there is nothing to pool."
BAD_VARIANCE = (
    "{label}: a variance is a finite number above zero, an estimate a finite number, and neither is beyond 1e100."
)
APART = "The estimates or their variances are too many orders of magnitude apart to compute with."
ONE_STUDY = "With one study the variance between studies cannot be estimated."
ALL_EQUAL = "The estimates are all equal: this interval would have no width; take the normal one."
NARROWER = "The interval is narrower than the normal one, since the studies agree better than by chance."
FEW = "With {k} studies the variance between them is hardly known: the normal interval is too narrow."
FEW_STUDIES = 10
GRID = 240
"""Values of tau2 among which the likelihood is searched before it is refined."""
DECADES = 8
FARTHEST = 1e100
APART_BY = 1e60


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """What the studies give together; what could not be computed is None, and `reason` says why."""

    k: int
    method: Method
    interval: Interval
    confidence: float
    estimate: float | None = None
    error: float | None = None
    """Standard error, by the formula of the interval."""
    ci_low: float | None = None
    ci_high: float | None = None
    df: int | None = None
    """Of Student's t; None for the normal distribution."""
    statistic: float | None = None
    p: float | None = None
    tau2: float | None = None
    """Variance between studies."""
    tau2_low: float | None = None
    tau2_high: float | None = None
    q: float | None = None
    """Cochran's Q, on k - 1 degrees of freedom."""
    q_p: float | None = None
    i2: float | None = None
    """Percent of the variation of the estimates that is between studies."""
    pi_low: float | None = None
    """Prediction interval: where the true effect of a further study would lie."""
    pi_high: float | None = None
    weights: tuple[float, ...] = ()
    """In percent."""
    labels: tuple[str, ...] = ()
    estimates: tuple[float, ...] = ()
    variances: tuple[float, ...] = ()
    left_out: tuple[str, ...] = ()
    """Why a study was not pooled."""
    reason: str = ""
    warning: str = ""


def pool_effects(
    effects: Effects, *, method: Method = "REML", interval: Interval = "hksj", confidence: float = 0.95
) -> Pooled:
    """Pool the studies that have an effect; the others are named in `left_out`."""
    from dataclasses import replace

    rows = [row for row in zip(effects.estimates, effects.variances, effects.labels, strict=True) if row[0] is not None]
    estimates, variances = [y for y, _, _ in rows if y is not None], [v for _, v, _ in rows if v is not None]
    labels = [label for _, _, label in rows]
    found = pool(estimates, variances, labels=labels, method=method, interval=interval, confidence=confidence)
    return replace(found, left_out=tuple(reason for reason in effects.reasons if reason))


def pool(
    estimates: Sequence[float],
    variances: Sequence[float],
    *,
    labels: Sequence[str] = (),
    method: Method = "REML",
    interval: Interval = "hksj",
    confidence: float = 0.95,
) -> Pooled:
    """Pool estimates with known variances by a random-effects model.

    `DL` DerSimonian and Laird 1986, eq. 8; `PM` Paule and Mandel 1982; `REML` Viechtbauer 2005, eq. 8 and 9.
    `hksj` Hartung and Knapp 2001, eq. 4, with Student's t on k - 1; `modified`: never narrower than with their factor 1
    (Röver, Knapp and Friede 2015); `normal` Wald's. The prediction interval takes the same distribution. ValueError
    where the columns are not of one length.
    """
    import numpy as np

    names = tuple(labels) or tuple(f"study {place}" for place in range(1, len(estimates) + 1))
    triples = list(zip(estimates, variances, names, strict=True))
    if not triples:
        return Pooled(k=0, method=method, interval=interval, confidence=confidence, reason=NOTHING)
    bad = next((label for y, v, label in triples if not (abs(y) < FARTHEST and 1 / FARTHEST < v < FARTHEST)), None)
    start = Pooled(
        k=len(triples), method=method, interval=interval, confidence=confidence, labels=names,
        reason="" if bad is None else BAD_VARIANCE.format(label=bad),
    )  # fmt: skip
    if start.reason:
        return start
    return _scaled(start, np.array(estimates, dtype=float), np.array(variances, dtype=float))


def _scaled(start: Pooled, y: Floats, v: Floats) -> Pooled:
    """Compute on a scale on which the middle estimate is 0 and the smallest variance 1, and turn the answer back."""
    import numpy as np

    unit, centre = math.sqrt(float(v.min())), float(np.sort(y)[len(y) // 2])
    apart, wide = (y - centre) / unit, v / unit / unit
    if not (np.abs(apart) < APART_BY).all() or not (wide < APART_BY).all():
        from dataclasses import replace

        return replace(start, reason=APART)
    found = _pooled(start, apart, wide)
    return _back(found, y, v, centre=centre, unit=unit)


def _pooled(start: Pooled, y: Floats, v: Floats) -> Pooled:
    from dataclasses import replace

    from scipy.special import chdtrc

    k = start.k
    if k == 1:
        return _with_interval(replace(start, weights=(100.0,)), y, v, 0.0)
    tau2 = _TAU2[start.method](y, v)
    fixed = 1 / v
    q = _spread(y, v, 0.0)
    typical = (k - 1) * fixed.sum() / _crossed(fixed)
    low, high = _tau2_limits(y, v, start.confidence)
    weights = 1 / (v + tau2)
    found = replace(
        start, tau2=tau2, tau2_low=low, tau2_high=high, q=q, q_p=float(chdtrc(k - 1, q)),
        i2=float(100 * tau2 / (tau2 + typical)), weights=tuple((100 * weights / weights.sum()).tolist()),
    )  # fmt: skip
    return _with_interval(found, y, v, tau2)


def _with_interval(found: Pooled, y: Floats, v: Floats, tau2: float) -> Pooled:
    """Add mean, standard error, interval, test and prediction interval; in one study only what that study gives."""
    from dataclasses import replace

    from scipy.special import ndtri, stdtrit

    mean, k = _mean(y, v, tau2), found.k
    error = math.sqrt(1 / float((1 / (v + tau2)).sum()))
    is_student = found.interval != "normal" and k > 1
    ratio = math.sqrt(_spread(y, v, tau2) / (k - 1)) if is_student else 1.0
    factor = max(ratio, 1.0) if found.interval == "hksj modified" else ratio
    if not factor > 0:
        return replace(found, estimate=mean, reason=ALL_EQUAL)
    tail = tail_of(found.confidence)
    reach = -float(stdtrit(k - 1, tail) if is_student else ndtri(tail))
    error *= factor
    ahead = reach * math.sqrt(tau2 + error * error)
    return replace(
        found, estimate=mean, error=error, ci_low=mean - reach * error, ci_high=mean + reach * error,
        df=k - 1 if is_student else None, reason="" if k > 1 else ONE_STUDY,
        warning=_warn(found, reach * factor < -float(ndtri(tail))),
        pi_low=mean - ahead if k > 1 else None, pi_high=mean + ahead if k > 1 else None,
    )  # fmt: skip


def _warn(found: Pooled, is_narrower: bool) -> str:  # noqa: FBT001 - one question, one caller
    if found.k == 1:
        return ""
    if found.interval == "normal":
        return FEW.format(k=found.k) if found.k < FEW_STUDIES else ""
    return NARROWER if is_narrower else ""


def _back(found: Pooled, y: Floats, v: Floats, *, centre: float, unit: float) -> Pooled:
    """Return to the scale of the estimates, where the test that mu is zero belongs."""
    from dataclasses import replace

    def point(value: float | None) -> float | None:
        return None if value is None else centre + unit * value

    def square(value: float | None) -> float | None:
        return None if value is None else unit * unit * value

    mean, error = point(found.estimate), None if found.error is None else unit * found.error
    statistic = None if mean is None or error is None else mean / error
    return replace(
        found, estimate=mean, error=error, ci_low=point(found.ci_low), ci_high=point(found.ci_high),
        pi_low=point(found.pi_low), pi_high=point(found.pi_high), tau2=square(found.tau2),
        tau2_low=square(found.tau2_low), tau2_high=square(found.tau2_high), statistic=statistic,
        p=None if statistic is None else two_sided(statistic, found.df),
        estimates=tuple(y.tolist()), variances=tuple(v.tolist()),
    )  # fmt: skip


def two_sided(statistic: float, df: float | None) -> float:
    """Return P(|T| >= |t|) of Student's t, or of the normal distribution where there are no degrees of freedom."""
    from scipy.special import ndtr, stdtr

    return 2 * float(ndtr(-abs(statistic)) if df is None else stdtr(df, -abs(statistic)))


def _mean(y: Floats, v: Floats, tau2: float) -> float:
    w = 1 / (v + tau2)
    return float((w * y).sum() / w.sum())


def _spread(y: Floats, v: Floats, tau2: float) -> float:
    """Return the weighted sum of squares about the mean, which is Q where tau2 is 0: DerSimonian and Kacker 2007."""
    w = 1 / (v + tau2)
    return float((w * (y - _mean(y, v, tau2)) ** 2).sum())


def _by_moments(y: Floats, v: Floats) -> float:
    """Return tau2 by DerSimonian and Laird 1986, eq. 8."""
    w = 1 / v
    return max(0.0, (_spread(y, v, 0.0) - (len(y) - 1)) / _crossed(w) * float(w.sum()))


def _crossed(w: Floats) -> float:
    """Return (sum w)^2 - sum w^2 as the products of each weight with the others: nothing is subtracted."""
    import numpy as np

    others = np.where(np.eye(len(w), dtype=bool), 0.0, w).sum(axis=1)
    return float((w * others).sum())


def _by_paule_mandel(y: Floats, v: Floats) -> float:
    """Return the tau2 at which the weighted sum of squares is what it should be, k - 1."""
    return _falls_to(lambda tau2: _spread(y, v, tau2), len(y) - 1.0)


def _by_reml(y: Floats, v: Floats) -> float:
    """Return the tau2 of the highest restricted likelihood: every rise and fall of a grid refined, and zero."""
    import numpy as np

    from trialbook.analysis.binomial import reaches

    widest = 4 * max(float(np.ptp(y)) ** 2, float(v.max()))
    grid = np.concatenate([[0.0], np.geomspace(widest * 10.0**-DECADES, widest, GRID)])
    slopes = [_slope(y, v, tau2) for tau2 in grid.tolist()]
    tops = [0.0]
    for place in range(GRID):
        if slopes[place] > 0 >= slopes[place + 1]:
            low, high = float(grid[place]), float(grid[place + 1])
            tops.append(reaches(lambda tau2: -_slope(y, v, tau2), 0.0, low=low, high=high))
    return max(tops, key=lambda tau2: restricted(y, v, tau2))


def restricted(y: Floats, v: Floats, tau2: float) -> float:
    """Return the restricted log-likelihood but for a constant: Viechtbauer 2005, eq. 8."""
    import numpy as np

    w = 1 / (v + tau2)
    return float(np.log(w).sum() - math.log(float(w.sum())) - _spread(y, v, tau2)) / 2


def _slope(y: Floats, v: Floats, tau2: float) -> float:
    """Return twice the slope of the restricted likelihood in tau2."""
    w = 1 / (v + tau2)
    apart = y - _mean(y, v, tau2)
    return float((w * w * apart * apart).sum() - w.sum() + (w * w).sum() / w.sum())


_TAU2: dict[Method, Callable[[Floats, Floats], float]] = {
    "DL": _by_moments,
    "PM": _by_paule_mandel,
    "REML": _by_reml,
}


def _tau2_limits(y: Floats, v: Floats, confidence: float) -> tuple[float, float]:
    """Return the interval of tau2 from the distribution of the sum of squares: Viechtbauer 2007 (Q profile)."""
    from scipy.special import chdtri

    tail, df = tail_of(confidence), len(y) - 1
    low, high = (_falls_to(lambda tau2: _spread(y, v, tau2), float(chdtri(df, side))) for side in (tail, 1 - tail))
    return low, high


def _falls_to(falling: Callable[[float], float], level: float) -> float:
    """Return where a function that falls to zero reaches a level; 0 where it begins below it."""
    from trialbook.analysis.binomial import reaches

    if falling(0.0) <= level:
        return 0.0
    high = 1.0
    while falling(high) > level:
        high *= 2
    return reaches(lambda tau2: -falling(tau2), -level, low=0.0, high=high)
