"""Rubin's rules and multiple imputation against mice (imputation.R, its output and csv beside it; invented tables).

REF-46: pooled estimate, variances, degrees of freedom and fraction of missing information agree with
mice::pool.scalar, in the shared case to its tolerance.
REF-47: the answers of many draws agree with those of mice's Bayesian regression within the chance of both, for dropout,
for gaps and for both together.
"""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest

from trialbook.analysis import imputation

HERE = Path(__file__).parent
RUBIN: dict[str, tuple[list[float], list[float], int]] = {
    "case": ([1.92, 2.1, 1.85, 2.25, 2.01], [0.16, 0.1764, 0.1444, 0.2025, 0.1681], 20),
    "four": ([-3, -2.5, -4, -3.1, -2, -2.2], [1, 1.2, 0.8, 0.9, 1.5, 1.1], 8),
    "close": ([10, 10.001, 9.999], [2, 2.1, 1.9], 50),
    "far": ([1, 5, -3, 9, 2, 2, 4], [0.1] * 7, 12),
}
DRAWS = 3000


def read(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def from_r(case: str) -> dict[str, float]:
    return {row["field"]: float(row["value"]) for row in read("imputation_r.csv") if row["case"] == case}


@pytest.mark.parametrize("name", RUBIN)
def test_ref_46_rubins_rules(name: str) -> None:
    q, u, n = RUBIN[name]
    found = imputation.pool_draws(q, u, complete_df=n - 1)
    total = None if found.error is None else found.error**2
    mine = {
        "qbar": found.estimate, "ubar": found.within, "b": found.between, "t": total, "df": found.df,
        "r": found.increase, "fmi": found.fmi,
    }  # fmt: skip
    # mice takes the share of variance between tables for 1e-4 where it is smaller, as in `close`
    assert mine == pytest.approx(from_r(f"rubin {name}"), rel=2e-4 if name == "close" else 1e-12)


def test_ref_46_shared_case() -> None:
    cases = json.loads((HERE / "pooled_cases.json").read_text(encoding="utf-8"))
    known = next(case for case in cases["cases"] if case["id"] == "rubin_pool")
    data = cases["data"]["mi5"]
    found = imputation.pool_draws(data["Q"], data["U"], complete_df=data["n"] - data["k"])
    interval = known["expected"].pop("ci")
    assert (found.ci_low, found.ci_high) == pytest.approx(interval, rel=known["suggested_rtol"])
    assert (found.df, found.fmi) == pytest.approx(
        (known["expected"]["df"], known["expected"]["fmi"]), rel=known["suggested_rtol"]
    )


@pytest.mark.parametrize("name", ["dropout", "gaps", "both"])
def test_ref_47_draws_against_mice(name: str) -> None:
    rows = [row for row in read("imputation_tables.csv") if row["table"] == name]
    table = [[float(row[f"v{visit}"]) if row[f"v{visit}"] else None for visit in range(4)] for row in rows]
    found = imputation.change_at(imputation.impute(table, seed=11, draws=DRAWS, steps=30), 3)
    known = from_r(f"mice {name}")
    assert found.estimate is not None
    assert found.noise is not None
    assert found.between is not None
    # 800 draws of mice and more of ours, each with its own chance; 4 standard errors of the difference
    assert abs(found.estimate - known["qbar"]) < 4 * math.hypot(known["qbar_noise"], found.noise)
    assert found.within == pytest.approx(known["ubar"], abs=5 * known["ubar_noise"])
    noise = math.hypot(known["b_noise"], found.between * math.sqrt(2 / DRAWS))
    assert abs(found.between - known["b"]) < 5 * noise
    assert found.df == pytest.approx(known["df"], rel=0.1)
    assert found.fmi == pytest.approx(known["fmi"], abs=0.05)
