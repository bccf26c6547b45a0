"""Responders of several studies put together by a binomial model with a normal logit, and by an older transformation.

x_j of n_j responded, x_j is binomial with p_j, and logit p_j = mu + tau u_j with a standard normal u_j: Hamza,
van Houwelingen and Stijnen 2008, section 2.3. No half is added anywhere, so that studies in which all responded count
as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from trialbook.analysis.pooling.random_effects import Interval, Pooled, pool
from trialbook.analysis.proportions import clopper_pearson, z_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NODES = 25
"""Points of the quadrature a study; lme4 allows no more."""
STEPS = 50
CLOSE = 1e-10
TILT = 1e-5
SLIGHT, LARGEST = 1e-3, 10.0
"""Between these the standard deviation between studies is searched, on the scale of the logit."""
STARTS = 20

NOTHING = "No study has participants: there is nothing to pool."
NO_COUNT = "{label}: {x} of {n} is no count of responders."
EDGE = (
    "In every study {who} responded: the likelihood is highest at a share of {share} and gives no standard error and "
    "no variance between studies. The interval is the exact one (Clopper-Pearson) of {n} participants taken as alike."
)
ALIKE = "One study: the interval is the exact one (Clopper-Pearson) of its participants."
NO_BOUND = "In each study nearly all or nearly none responded: the variance between studies has no finite estimate."
NONE_BETWEEN = "The studies differ by no more than chance: the variance between them is estimated as zero."
LEGACY = (
    "Freeman and Tukey's transformation is given only to compare with older papers: turning its mean back takes one "
    "size for all studies, which can mislead (Schwarzer, Chemaitelly, Abu-Raddad and Rücker 2019)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledShare:
    """The share of responders of several studies; what could not be computed is None, and `reason` says why."""

    k: int
    confidence: float
    method: str
    labels: tuple[str, ...] = ()
    events: tuple[int, ...] = ()
    sizes: tuple[int, ...] = ()
    share: float | None = None
    """Share of responders in a study whose logit is the mean one, that is the median share of studies."""
    ci_low: float | None = None
    ci_high: float | None = None
    logit: float | None = None
    error: float | None = None
    """Standard error of the logit."""
    tau2: float | None = None
    """Variance of the logits between studies."""
    loglik: float | None = None
    pi_low: float | None = None
    """Prediction interval of the share of a further study."""
    pi_high: float | None = None
    left_out: tuple[str, ...] = ()
    """Why a study was not pooled."""
    reason: str = ""
    warning: str = ""


def pool_shares(
    events: Sequence[int],
    sizes: Sequence[int],
    *,
    labels: Sequence[str] = (),
    confidence: float = 0.95,
    nodes: int = NODES,
) -> PooledShare:
    """Pool counts of responders by maximum likelihood with adaptive Gauss-Hermite quadrature.

    The interval is Wald's on the logit, with the observed information. Where all responded, or nobody, the likelihood
    has no highest point inside; then the share stands with the exact interval of all, and `reason` says so. Studies
    without participants are passed over. ValueError where the columns are not of one length.
    """
    names = tuple(labels) or tuple(f"study {place}" for place in range(1, len(events) + 1))
    rows = [row for row in zip(events, sizes, names, strict=True) if row[1] != 0]
    start = PooledShare(
        k=len(rows), confidence=confidence, method="binomial-normal model", labels=tuple(name for _, _, name in rows),
        events=tuple(x for x, _, _ in rows), sizes=tuple(n for _, n, _ in rows),
    )  # fmt: skip
    if not rows:
        return replace(start, reason=NOTHING)
    for x, n, label in rows:
        if not 0 <= x <= n:
            return replace(start, labels=(), events=(), sizes=(), reason=NO_COUNT.format(label=label, x=x, n=n))
    if start.k == 1 or sum(start.events) in {0, sum(start.sizes)}:
        return _together(start)
    return _fitted(start, nodes)


def _together(start: PooledShare) -> PooledShare:
    """Give the share of all participants with its exact interval, where no model can be fitted."""
    x, n = sum(start.events), sum(start.sizes)
    exact = clopper_pearson(x, n, confidence=start.confidence)
    who = "everybody" if x == n else "nobody"
    reason = EDGE.format(who=who, share=int(x == n), n=n) if x in {0, n} else ALIKE
    return replace(start, share=x / n, ci_low=exact.low, ci_high=exact.high, reason=reason)


def _fitted(start: PooledShare, nodes: int) -> PooledShare:
    """Fit both parameters, or the mean alone where no variance between studies makes the counts likelier."""
    import numpy as np

    x, n = np.array(start.events, dtype=float), np.array(start.sizes, dtype=float)
    common = math.log(float(x.sum()) / float((n - x).sum()))
    best = _search(x, n, common, nodes)
    if best.tau >= LARGEST:
        return replace(_together(start), reason=NO_BOUND)
    plain = _height(x, n, common, 0.0, nodes)
    if not best.loglik > plain.loglik + CLOSE * abs(plain.loglik):
        best = plain
    # without variance between studies the mean stands alone
    inverse = np.linalg.inv(-best.curve) if best.tau else -1 / best.curve
    error = math.sqrt(float(inverse[0, 0]))
    return _shown(replace(start, logit=best.mean, error=error, tau2=best.tau**2, loglik=best.loglik))


def _shown(found: PooledShare) -> PooledShare:
    """Turn the logit back into a share with its intervals."""
    from scipy.special import expit

    if found.logit is None or found.error is None or found.tau2 is None:
        return found
    z = z_of(found.confidence)
    reach, ahead = z * found.error, z * math.sqrt(found.error**2 + found.tau2)
    ends = (found.logit - reach, found.logit + reach, found.logit - ahead, found.logit + ahead)
    low, high, below, above = (float(expit(end)) for end in ends)
    return replace(
        found, share=float(expit(found.logit)), ci_low=low, ci_high=high, pi_low=below, pi_high=above,
        warning="" if found.tau2 else NONE_BETWEEN,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Height:
    """The log-likelihood at a place, without the binomial coefficients, with its slope and curvature there."""

    mean: float
    tau: float
    loglik: float
    slope: Floats
    curve: Floats


def _search(x: Floats, n: Floats, common: float, nodes: int) -> _Height:
    """Find the likeliest mean and deviation: the best of a row of starts, then Newton's steps."""
    import numpy as np

    mean, tried = common, []
    for tau in np.geomspace(SLIGHT, LARGEST, STARTS).tolist():
        tried.append(_best_mean(x, n, mean, tau, nodes))
        mean = tried[-1].mean
    best = max(tried, key=lambda found: found.loglik)
    return best if best.tau >= LARGEST else _climb(x, n, best, nodes)


def _best_mean(x: Floats, n: Floats, mean: float, tau: float, nodes: int) -> _Height:
    """Find the likeliest mean for a deviation by Newton's steps of one at most."""
    for _ in range(STEPS):
        found = _height(x, n, mean, tau, nodes)
        slope, curve = float(found.slope[0]), float(found.curve[0, 0])
        step = max(-1.0, min(1.0, -slope / curve if curve < 0 else math.copysign(0.5, slope)))
        if abs(step) < 1e-3:
            break
        mean += step
    return found


def _climb(x: Floats, n: Floats, best: _Height, nodes: int) -> _Height:
    """Take Newton's steps uphill, halved where they overshoot, until they no longer matter."""
    import numpy as np

    for _ in range(STEPS):
        values, vectors = np.linalg.eigh(best.curve)
        # where the likelihood is no hill, step as if it were one of the same steepness
        step = vectors @ ((vectors.T @ _slope(x, n, best, nodes)) / np.maximum(np.abs(values), 1e-8))
        by_mean, by_tau = step.tolist()
        share, there = 1.0, best
        while share > CLOSE and there is best:
            tried = _height(x, n, best.mean + share * by_mean, abs(best.tau + share * by_tau), nodes)
            there = tried if tried.loglik > best.loglik else best
            share /= 2
        if there is best or max(abs(there.mean - best.mean), abs(there.tau - best.tau)) < CLOSE:
            return there
        best = there
    return best


def _slope(x: Floats, n: Floats, at: _Height, nodes: int) -> Floats:
    """Return the slope of the quadrature by central differences: with few points it is not quite Fisher's."""
    import numpy as np

    ends = [
        (at.mean + side * TILT * (way == 0), abs(at.tau + side * TILT * (way == 1)))
        for way in (0, 1)
        for side in (1, -1)
    ]
    up, down, more, less = (_height(x, n, *end, nodes).loglik for end in ends)
    return np.array([up - down, more - less]) / (2 * TILT)


@lru_cache(maxsize=4)
def _nodes(count: int) -> tuple[Floats, Floats]:
    """Return the points of Gauss and Hermite, and the logarithms of their weights with the factor taken out."""
    import numpy as np
    from numpy.polynomial.hermite import hermgauss

    z, w = hermgauss(count)
    return z, np.log(w) + z * z


def _height(x: Floats, n: Floats, mean: float, tau: float, nodes: int) -> _Height:
    """Return the log-likelihood by adaptive quadrature, its slope by Fisher's identity and its curvature.

    The points of each study are centred at its likeliest u and spread by the curvature there (Pinheiro and Bates 1995,
    section 2.4); the curvature is that of Louis 1982, eq. 3.2.
    """
    import numpy as np
    from scipy.special import expit, log_expit

    z, logs = _nodes(nodes)
    centre = _modes(x, n, mean, tau)
    p = expit(mean + tau * centre)
    width = 1 / np.sqrt(1 + tau * tau * n * p * (1 - p))
    u = centre[:, None] + math.sqrt(2) * width[:, None] * z
    eta, x, n = mean + tau * u, x[:, None], n[:, None]
    parts = logs + x * log_expit(eta) + (n - x) * log_expit(-eta) - u * u / 2 + np.log(width)[:, None]
    tops = parts.max(axis=1)
    totals = tops + np.log(np.exp(parts - tops[:, None]).sum(axis=1))
    weights, p = np.exp(parts - totals[:, None]), expit(eta)
    slopes = np.stack([x - n * p, (x - n * p) * u])
    factors = np.stack([np.ones_like(u), u])
    means = np.einsum("jq,ajq->aj", weights, slopes)
    within = np.einsum("jq,ajq,bjq->ab", weights, slopes, slopes)
    bend = np.einsum("jq,ajq,bjq->ab", weights * n * p * (1 - p), factors, factors)
    return _Height(
        mean=mean, tau=tau, loglik=float(totals.sum()) - len(x) * math.log(math.pi) / 2, slope=means.sum(axis=1),
        curve=within - means @ means.T - bend,
    )  # fmt: skip


def _modes(x: Floats, n: Floats, mean: float, tau: float) -> Floats:
    """Return the likeliest u of each study, where tau (x - n p) = u; the left side falls, the right one rises.

    Newton's steps, and a halving where a step leaves what is left of the range.
    """
    import numpy as np
    from scipy.special import expit

    low, high = -tau * (n - x), tau * x
    u = np.zeros_like(low)
    for _ in range(STEPS):
        p = expit(mean + tau * u)
        gap = tau * (x - n * p) - u
        low, high = np.where(gap > 0, u, low), np.where(gap > 0, high, u)
        ahead = u + gap / (1 + tau * tau * n * p * (1 - p))
        ahead = np.where((low <= ahead) & (ahead <= high), ahead, (low + high) / 2)
        done = bool((np.abs(ahead - u) <= 1e-12 * (1 + np.abs(u))).all())
        u = ahead
        if done:
            break
    return np.asarray(u)


def freeman_tukey(
    events: Sequence[int],
    sizes: Sequence[int],
    *,
    labels: Sequence[str] = (),
    interval: Interval = "normal",
    confidence: float = 0.95,
) -> PooledShare:
    """Pool counts by the double arcsine of Freeman and Tukey 1950: legacy, to compare with older papers only.

    y = (asin sqrt(x / (n + 1)) + asin sqrt((x + 1) / (n + 1))) / 2, v = 1 / (4 n + 2), pooled by REML and turned back
    at the harmonic mean of the sizes (Miller 1978). ValueError for what is no count or columns of unlike length.
    """
    names = tuple(labels) or tuple(f"study {place}" for place in range(1, len(events) + 1))
    rows = [row for row in zip(events, sizes, names, strict=True) if row[1] != 0]
    if any(not 0 <= x <= n for x, n, _ in rows):
        raise ValueError("a count lies between none and all")
    y = [(math.asin(math.sqrt(x / (n + 1))) + math.asin(math.sqrt((x + 1) / (n + 1)))) / 2 for x, n, _ in rows]
    pooled = pool(
        y, [1 / (4 * n + 2) for _, n, _ in rows], labels=[name for *_, name in rows], interval=interval,
        confidence=confidence,
    )  # fmt: skip
    start = PooledShare(
        k=len(rows), confidence=confidence, method="Freeman-Tukey double arcsine (legacy)", labels=pooled.labels,
        events=tuple(x for x, _, _ in rows), sizes=tuple(n for _, n, _ in rows), tau2=pooled.tau2,
        reason=pooled.reason, warning=LEGACY,
    )  # fmt: skip
    return _turned_back(start, pooled)


def _turned_back(start: PooledShare, pooled: Pooled) -> PooledShare:
    """Turn a mean double arcsine and its limits back into shares."""
    if pooled.estimate is None or pooled.ci_low is None or pooled.ci_high is None:
        return start
    size = start.k / sum(1 / n for n in start.sizes)
    share, low, high = (_share_of(end, size) for end in (pooled.estimate, pooled.ci_low, pooled.ci_high))
    return replace(start, share=share, ci_low=low, ci_high=high)


def _share_of(y: float, size: float) -> float:
    """Return the share of a double arcsine in a study of a size: Miller 1978, eq. 1.4; 0 and 1 beyond its range."""
    nobody, everybody = (
        math.asin(math.sqrt(1 / (size + 1))) / 2,
        math.pi / 4 + math.asin(math.sqrt(size / (size + 1))) / 2,
    )
    if y <= nobody:
        return 0.0
    if y >= everybody:
        return 1.0
    inner = math.sin(2 * y) + (math.sin(2 * y) - 1 / math.sin(2 * y)) / size
    return (1 - math.copysign(math.sqrt(max(0.0, 1 - inner * inner)), math.cos(2 * y))) / 2
