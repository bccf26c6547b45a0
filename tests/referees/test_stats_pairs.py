"""R's answers for invented and textbook pairs, read from stats_pairs_r.csv (made by stats_pairs.R; output beside it).

REF-01: t, df, p, intervals, sign flips, signed ranks and ratios agree with R 4.2.2, coin and exactRankTests.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from trialbook.analysis.change import differences, geometric_ratio, on_grid, paired_t, step
from trialbook.analysis.describe import describe
from trialbook.analysis.exact import sign_flip, signed_rank

HERE = Path(__file__).parent


def read(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ours(name: str) -> dict[str, float | None]:
    """Compute every field that the R script writes for one set of pairs."""
    rows = [row for row in read("stats_pairs.csv") if row["set"] == name]
    visit, base = [float(row["visit"]) for row in rows], [float(row["base"]) for row in rows]
    t, t90 = paired_t(visit, base), paired_t(visit, base, confidence=0.9)
    gaps = on_grid(visit, base)
    flip, rank, ratio = sign_flip(gaps, grid=step(visit, base)), signed_rank(gaps), geometric_ratio(visit, base)
    told, plain = describe(gaps, size=len(gaps)), describe(differences(visit, base), size=len(gaps))
    return {
        "n": t.n, "mean": plain.mean, "sd": plain.sd, "q1": told.q1, "median": told.median, "q3": told.q3,
        "t": t.t, "df": t.df, "p": t.p, "ci_low": t.ci_low, "ci_high": t.ci_high,
        "ci90_low": t90.ci_low, "ci90_high": t90.ci_high,
        "flip_p": flip.p, "flip_p_permtest": flip.p,
        "rank_v": rank.statistic, "rank_p": rank.p, "rank_p_wilcoxexact": rank.p, "rank_p_coin": rank.p,
        "gmr": ratio.gmr, "gmr_low": ratio.ci_low, "gmr_high": ratio.ci_high, "gmr_p": ratio.p,
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted({row["set"] for row in read("stats_pairs.csv")}))
def test_ref_01_agrees_with_r(name: str) -> None:
    mine = ours(name)
    for row in read("stats_pairs_r.csv"):
        if row["set"] == name:
            assert mine[row["field"]] == pytest.approx(float(row["value"]), rel=1e-10, abs=1e-12), row["field"]


def test_ref_01_r_stops_where_there_is_a_reason() -> None:
    """REF-01: `data are essentially constant` stopped R; here the same set gives a reason."""
    assert "t" not in {row["field"] for row in read("stats_pairs_r.csv") if row["set"] == "constant4"}
    assert ours("constant4")["t"] is None
