"""Student's t without a library.

STUD-01: p and quantile agree with scipy.special and with R (`student.R`) where these are right.
STUD-02: p falls as t grows, is 1 at 0 and never leaves 0 to 1; the quantile undoes it.
STUD-03: a share that has no quantile above 0 is refused.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtr, stdtrit

from trialbook.analysis.student import density, quantile, two_sided_p

REFEREE = Path(__file__).parent.parent / "referees" / "student_r.csv"
DEGREES = st.integers(1, 300) | st.sampled_from([999, 1000, 1001, 20_000, 100_000])


def rows(what: str) -> list[tuple[int, float, float]]:
    """Return degrees, argument and R's answer."""
    with REFEREE.open(encoding="utf-8", newline="") as file:
        return [(int(r["df"]), float(r["x"]), float(r["value"])) for r in csv.DictReader(file) if r["what"] == what]


def test_stud_01_p_of_r() -> None:
    assert len(rows("p")) > 100
    for df, t, p in rows("p"):
        assert two_sided_p(t, df) == pytest.approx(p, rel=1e-12 if df <= 1000 else 1e-11, abs=1e-300)


def test_stud_01_quantile_of_r() -> None:
    assert len(rows("quantile")) > 50
    for df, share, t in rows("quantile"):
        assert quantile(df, share) == pytest.approx(t, rel=1e-12)


@given(df=DEGREES, t=st.floats(0.001, 1e6))
def test_stud_01_p_of_scipy(df: int, t: float) -> None:
    assert two_sided_p(t, df) == pytest.approx(2 * float(stdtr(df, -t)), rel=1e-11, abs=1e-290)


@given(df=st.integers(1, 100), share=st.floats(0.51, 0.999999))
def test_stud_01_quantile_of_scipy(df: int, share: float) -> None:
    assert quantile(df, share) == pytest.approx(float(stdtrit(df, share)), rel=1e-11)


@given(df=DEGREES, t=st.floats(-1e200, 1e200), further=st.floats(1e-3, 1e3))
def test_stud_02_order_and_range(df: int, t: float, further: float) -> None:
    p = two_sided_p(t, df)
    assert 0 <= p <= 1
    assert p == two_sided_p(-t, df)
    assert two_sided_p(abs(t) + further, df) <= p * (1 + 1e-12)
    assert two_sided_p(0.0, df) == 1
    assert two_sided_p(math.inf, df) == 0


@given(df=DEGREES, share=st.floats(0.501, 0.9999999))
def test_stud_02_quantile_undoes_p(df: int, share: float) -> None:
    assert two_sided_p(quantile(df, share), df) == pytest.approx(2 * (1 - share), rel=1e-10)


@given(df=st.integers(1, 300), t=st.floats(0.1, 5))
def test_stud_02_density_is_the_slope(df: int, t: float) -> None:
    slope = (two_sided_p(t - 1e-5, df) - two_sided_p(t + 1e-5, df)) / 4e-5
    assert density(t, df) == pytest.approx(slope, rel=1e-4, abs=1e-10)


@pytest.mark.parametrize("share", [0.5, 0.2, 1.0, math.nan])
def test_stud_03_no_quantile(share: float) -> None:
    with pytest.raises(ValueError, match="above one half"):
        quantile(3, share)
