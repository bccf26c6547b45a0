"""Many participants at once give what a few give one by one.

COL-01: moments, summaries, t tests, standardised and percent changes of columns are those of the lists.
COL-02: what cannot be computed has the same reason.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from trialbook.analysis.change import paired_t
from trialbook.analysis.columns import (
    column_moments,
    describe_column,
    mean_and_sd,
    paired_t_columns,
    percents,
    standardised,
)
from trialbook.analysis.describe import describe, moments
from trialbook.analysis.effect_size import d_av, d_z, g_z
from trialbook.analysis.percent_change import mean_of_percents, percent_of_means

VALUES = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
PAIRS = st.lists(st.tuples(VALUES, VALUES), max_size=60)
ODD = st.sampled_from([0.0, 1.0, 1e150, -1e160, 1e-200, 1e8, 1e8 + 1, 0.1, 0.3])


def columns(pairs: list[tuple[float, float]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two columns of the pairs."""
    both = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()


def close(found: object, wanted: object, scale: float) -> bool:
    """Tell whether two values of a dataclass field agree: numbers to the digits that their size allows."""
    if isinstance(found, float) and isinstance(wanted, float):
        return found == pytest.approx(wanted, rel=1e-9, abs=1e-9 * scale)
    return found == wanted


@given(st.lists(VALUES, max_size=80))
def test_col_01_summaries(values: list[float]) -> None:
    column = np.array(values, dtype=np.float64)
    scale = max(map(abs, values), default=0.0)
    found, wanted = describe_column(column, size=90), describe(values, size=90)
    for name in ("n", "missing", "mean", "sd", "median", "q1", "q3", "low", "high"):
        assert close(getattr(found, name), getattr(wanted, name), scale), name
    brief = mean_and_sd(column)
    assert (brief.mean, brief.sd) == (found.mean, found.sd)


@given(PAIRS)
def test_col_01_paired_t(pairs: list[tuple[float, float]]) -> None:
    visit, base = columns(pairs)
    found, wanted = paired_t_columns(visit, base, confidence=0.95), paired_t(visit.tolist(), base.tolist())
    assert found.reason == wanted.reason
    scale = max((abs(value) for pair in pairs for value in pair), default=0.0)
    for name in ("n", "df", "mean", "sd", "ci_low", "ci_high"):
        assert close(getattr(found, name), getattr(wanted, name), scale), name
    if wanted.t is not None and wanted.p is not None and abs(wanted.t) < 1e6:
        assert found.t == pytest.approx(wanted.t, rel=1e-6, abs=1e-9)
        assert found.p == pytest.approx(wanted.p, rel=1e-5, abs=1e-12)


@given(st.lists(st.tuples(ODD, ODD), min_size=1, max_size=6))
def test_col_02_reasons(pairs: list[tuple[float, float]]) -> None:
    visit, base = columns(pairs)
    found, wanted = (
        paired_t_columns(visit, base, confidence=0.9),
        paired_t(visit.tolist(), base.tolist(), confidence=0.9),
    )
    assert (found.reason, found.mean is None, found.t is None) == (wanted.reason, wanted.mean is None, wanted.t is None)


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), min_size=20, max_size=60, unique=True))
def test_col_01_sizes(pairs: list[tuple[int, int]]) -> None:
    visit, base = columns([(float(one), float(other)) for one, other in pairs])
    few = visit.tolist(), base.tolist()
    test = paired_t_columns(visit, base, confidence=0.95)
    found = standardised(test, mean_and_sd(base), mean_and_sd(visit), Decimal("0.95"))
    for name, wanted in {"d_z": d_z(*few), "g_z": g_z(d_z(*few)), "d_av": d_av(*few)}.items():
        assert found[name].reason == wanted.reason
        if wanted.value is None:
            continue
        assert found[name].value == pytest.approx(wanted.value, rel=1e-9, abs=1e-12)
        if name != "d_av":
            assert found[name].low == pytest.approx(wanted.low, rel=1e-8, abs=1e-10)
            assert found[name].high == pytest.approx(wanted.high, rel=1e-8, abs=1e-10)
    for name, percent in {
        "mean_of_percents": mean_of_percents(*few),
        "percent_of_means": percent_of_means(*few),
    }.items():
        assert percents(visit, base)[name].value == pytest.approx(percent.value, rel=1e-9, abs=1e-9)


@given(st.lists(st.tuples(st.integers(-2, 3), st.integers(-2, 3)), min_size=1, max_size=9))
def test_col_02_reasons_of_percents(pairs: list[tuple[int, int]]) -> None:
    visit, base = columns([(float(one), float(other)) for one, other in pairs])
    few = visit.tolist(), base.tolist()
    found = percents(visit, base)
    for name, wanted in {
        "mean_of_percents": mean_of_percents(*few),
        "percent_of_means": percent_of_means(*few),
    }.items():
        assert (found[name].value is None) == (wanted.value is None)
        if wanted.value is None:
            assert found[name].reason == wanted.reason


def test_col_01_a_hundred_thousand() -> None:
    """COL-01: with 100,000 values far from zero, ten digits of mean and SD are those of exact sums."""
    values = np.random.default_rng(7).normal(1e4, 1.0, 100_000)
    found, wanted = column_moments(values), moments(values.tolist())
    assert found.mean == pytest.approx(wanted.mean, rel=1e-14)
    assert found.m2 == pytest.approx(wanted.m2, rel=1e-12)
