"""Measure the exact sign-flip test beside scipy.stats.permutation_test: same pairs, same process, one after the other.

Usage: sign_flip.py [PAIRS [REPEATS]]. It fails where the two p differ, or where ours is not a hundred times faster.
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from scipy import stats

from trialbook.analysis.exact import sign_flip

AT_LEAST = 100


def seconds(test: Callable[[], float]) -> tuple[float, float]:
    """Return the time that a test took, and its p."""
    start = time.perf_counter()
    p = test()
    return time.perf_counter() - start, p


def ours(gaps: list[float]) -> float:
    """Test by this program; a reason in place of p is a failure."""
    p = sign_flip(gaps).p
    if p is None:
        raise SystemExit("no p")
    return p


def theirs(gaps: list[float]) -> float:
    """Test by scipy: all patterns, the statistic worked out for many of them at once."""
    steps = np.array([round(10 * gap) for gap in gaps], dtype=float)  # whole numbers, so that ties are ties there too
    found = stats.permutation_test(
        (steps,), np.sum, permutation_type="samples", n_resamples=np.inf, vectorized=True, batch=2**14
    )
    return float(found.pvalue)


def main(pairs: int, repeats: int) -> None:
    """Compare the two on invented scores in tenths, then say how long two hundred such scores take."""
    chance = np.random.default_rng(20)
    ratios = []
    for _ in range(repeats):
        gaps = [round(float(gap), 1) for gap in chance.normal(0.4, 1, size=pairs)]
        (fast, p), (slow, other) = seconds(lambda gaps=gaps: ours(gaps)), seconds(lambda gaps=gaps: theirs(gaps))  # type: ignore[misc]
        if not math.isclose(p, other, rel_tol=1e-12):
            raise SystemExit(f"p {p} is not {other}")
        ratios.append(slow / fast)
        print(f"n = {pairs}: {fast * 1000:.2f} ms against {slow * 1000:.0f} ms of scipy.stats.permutation_test, p {p}")
    many = [round(float(gap), 1) for gap in chance.normal(0.1, 1, size=200)]
    took, p = seconds(lambda: ours(many))
    print(f"n = 200: {took * 1000:.1f} ms, p = {p}, every pattern counted")
    print(f"median ratio {statistics.median(ratios):.0f}, worst {min(ratios):.0f}")
    if min(ratios) < AT_LEAST:
        raise SystemExit(f"less than {AT_LEAST} times as fast")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
