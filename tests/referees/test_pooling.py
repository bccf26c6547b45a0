"""Pooled studies against R: metafor and lme4 (pooling.R, its output and csv beside it), and cases of pooled_cases.json.

REF-40: random effects by DL, PM and REML with both intervals, effects of changes, counts of responders and Tango's
interval agree with R 4.2.2, metafor and lme4.
REF-41: every field of pooled_cases.json for these methods agrees to the tolerance that stands there.
REF-42: R, run again, gives what the csv file holds.
"""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from trialbook.analysis import pooling
from trialbook.analysis.ordinal import tango

HERE = Path(__file__).parent
CASES = json.loads((HERE / "pooled_cases.json").read_text(encoding="utf-8"))
INTERVALS: dict[str, pooling.Interval] = {"z": "normal", "knha": "hksj"}
CHANGES: dict[str, list[float]] = {
    "base_mean": [2632, 1850, 3110, 5.25], "visit_mean": [661, 410, 905, 7.25], "base_sd": [1583, 1200, 1900, 3.8],
    "visit_sd": [359, 300, 640, 3.77], "n": [4, 6, 9, 12], "r": [0.968, 0.7, 0.7, -0.2],
}  # fmt: skip


def read(name: str, folder: Path = HERE) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_case(rows: list[dict[str, str]]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        found.setdefault(row["case"], {})[row["field"]] = float(row["value"])
    return found


FROM_R = by_case(read("pooling_r.csv"))
BCG = CASES["data"]["bcg"]
SETS: dict[str, tuple[list[float], list[float]]] = {
    "bcg": (BCG["yi"], BCG["vi"]),
    "two": ([1, 3], [0.5, 0.25]),
    "alike": ([1, 1.1, 0.9, 1.05], [0.2, 0.3, 0.1, 0.4]),
    "wide": ([-1971, -1440, -2205, 300, -80], [383636.752, 171000, 257466.7, 90000, 1600]),
    "eight": ([28, 8, -3, 7, -1, 1, 18, 12], [s**2 for s in (15, 10, 16, 11, 9, 11, 10, 18)]),
}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("method", ["DL", "PM", "REML"])
@pytest.mark.parametrize("test", ["z", "knha"])
def test_ref_40_random_effects(name: str, method: pooling.Method, test: str) -> None:
    found = pooling.pool(*SETS[name], method=method, interval=INTERVALS[test])
    for field, value in FROM_R[f"{name} {method} {test}"].items():
        if field.startswith("weight"):
            mine: float | None = found.weights[int(field.removeprefix("weight")) - 1]
        else:
            mine = getattr(found, field)
        # tau2 is where R's optimisers stop; its limits are where uniroot does
        close = 1e-6 if field.startswith(("tau2", "i2")) else 1e-7
        assert mine == pytest.approx(value, rel=close, abs=1e-9), field


@pytest.mark.parametrize("name", ["bcg", "wide", "eight"])
def test_ref_40_never_narrower(name: str) -> None:
    found, known = pooling.pool(*SETS[name], interval="hksj modified"), FROM_R[f"{name} REML adhoc"]
    assert (found.error, found.ci_low) == pytest.approx((known["error"], known["ci_low"]), rel=1e-7)


@pytest.mark.parametrize(
    ("kind", "effect"),
    [("mc", pooling.mean_changes), ("ratio", pooling.log_ratios), ("smd", pooling.standardised_changes)],
)
def test_ref_40_effects_of_changes(kind: str, effect: Any) -> None:
    found = effect(["a", "b", "c", "d"], **CHANGES)
    for place in range(4):
        known = FROM_R[kind]
        assert found.estimates[place] == pytest.approx(known[f"estimate{place + 1}"], rel=1e-12)
        assert found.variances[place] == pytest.approx(known[f"variance{place + 1}"], rel=1e-10)


def counts() -> dict[str, tuple[list[int], list[int]]]:
    rows = read("comparators.csv")
    both = [(int(row["responded"]), int(row["n"]), row["drug"]) for row in rows]
    pritz = CASES["data"]["pritz"]
    return {
        "pritz": (pritz["xi"], pritz["ni"]),
        "rituximab": ([x for x, _, drug in both if drug == "rituximab"], [n for _, n, d in both if d == "rituximab"]),
        "myositis": ([x for x, _, _ in both], [n for _, n, _ in both]),
        "all_in_some": ([4, 3, 6, 5, 2], [4, 3, 8, 12, 9]),
        "none_in_some": ([0, 0, 2, 5, 1], [4, 3, 8, 12, 9]),
        "alike": ([5, 10, 21], [10, 20, 40]),
    }


@pytest.mark.parametrize("name", counts())
def test_ref_40_counts_of_responders(name: str) -> None:
    x, n = counts()[name]
    found, known = pooling.pool_shares(x, n), FROM_R[name]
    # glmer's error is by finite differences, and its optimiser stops short of ours
    assert found.logit == pytest.approx(known["logit"], abs=2e-5)
    assert found.tau2 == pytest.approx(known["tau2"], rel=1e-4, abs=1e-9)
    assert found.error == pytest.approx(known["error"], rel=1e-3)
    turned = pooling.freeman_tukey(x, n)
    assert (turned.share, turned.ci_low, turned.ci_high) == pytest.approx(
        (known["ft_share"], known["ft_low"], known["ft_high"]), abs=1e-6
    )
    odds = pooling.pool_effects(pooling.log_odds([""] * len(x), events=x, n=n))
    assert (odds.estimate, odds.tau2) == pytest.approx((known["odds_estimate"], known["odds_tau2"]), rel=1e-6)


@pytest.mark.parametrize("name", [name for name in FROM_R if name.startswith("tango")])
def test_ref_40_tango_without_his_formula(name: str) -> None:
    gained, lost, n = map(int, name.removeprefix("tango ").split())
    known = FROM_R[name]
    assert tango(gained, lost, n) == pytest.approx((known["low"], known["high"]), abs=2e-8)


def case(name: str) -> dict[str, Any]:
    return dict(next(one for one in CASES["cases"] if one["id"] == name))


@pytest.mark.parametrize("method", ["REML", "DL", "PM"])
def test_ref_41_random_effects(method: pooling.Method) -> None:
    known = case(f"meta_bcg_{method}")
    plain = pooling.pool(BCG["yi"], BCG["vi"], method=method, interval="normal")
    hksj = pooling.pool(BCG["yi"], BCG["vi"], method=method)
    mine: dict[str, Any] = {
        "mu": plain.estimate, "se": plain.error, "tau2": plain.tau2, "Q": plain.q, "I2": plain.i2,
        "ci": [plain.ci_low, plain.ci_high], "hksj_se": hksj.error, "hksj_ci": [hksj.ci_low, hksj.ci_high],
        "pi": [plain.pi_low, plain.pi_high],
    }  # fmt: skip
    assert set(mine) == set(known["expected"])
    for field, value in known["expected"].items():
        assert mine[field] == pytest.approx(value, rel=known["suggested_rtol"]), field


def test_ref_41_counts() -> None:
    x, n = CASES["data"]["pritz"]["xi"], CASES["data"]["pritz"]["ni"]
    found, seven = pooling.pool_shares(x, n), pooling.pool_shares(x, n, nodes=7)
    known = case("meta_prop_pritz_glmer")
    for value, field in ((found.logit, "mu"), (found.error, "se"), (found.tau2, "tau2")):
        assert value == pytest.approx(known["expected"][field], rel=known["suggested_rtol"])
    ft = pooling.freeman_tukey(x, n)
    odds = pooling.pool_effects(pooling.log_odds([""] * 14, events=x, n=n), interval="normal")
    turned = pooling.forest(odds, scale="logit")[-2]
    known = case("meta_prop_pritz")
    mine: dict[str, Any] = {
        "glmm_mu": found.logit, "glmm_se": found.error, "glmm_tau2": found.tau2, "glmm_prop": found.share,
        "glmm_ci": [found.ci_low, found.ci_high], "glmm_nAGQ7": [seven.logit, seven.tau2],
        "logit_reml": [odds.estimate, odds.tau2, turned.estimate], "pft": [ft.share, ft.ci_low, ft.ci_high, ft.tau2],
    }  # fmt: skip
    for field, value in known["expected"].items():
        assert mine[field] == pytest.approx(value, rel=known["suggested_rtol"]), field


def test_ref_41_changes() -> None:
    data, known = CASES["data"]["mc"], case("meta_mean_change")
    labels, n, r = ["a", "b", "c"], data["ni"], data["ri"]
    columns = {"base_mean": data["m2"], "visit_mean": data["m1"], "base_sd": data["sd2"], "visit_sd": data["sd1"]}
    change = pooling.mean_changes(labels, n=n, r=r, **columns)
    ratio = pooling.log_ratios(labels, n=n, r=r, **columns)
    # the case divides by the deviation of its first mean, which is that of the visit here
    turned = pooling.standardised_changes(
        labels, n=n, r=r, base_mean=data["m1"], visit_mean=data["m2"], base_sd=data["sd1"], visit_sd=data["sd2"]
    )
    found = pooling.pool_effects(change, interval="normal")
    mine: dict[str, Any] = {
        "yi": change.estimates, "vi": change.variances, "mu": found.estimate, "se": found.error, "tau2": found.tau2,
        "smcrh": [-y for y in turned.estimates if y is not None], "smcrh_vi": turned.variances,
        "romc": ratio.estimates, "romc_vi": ratio.variances,
    }  # fmt: skip
    assert set(mine) == set(known["expected"])
    for field, value in known["expected"].items():
        assert mine[field] == pytest.approx(value, rel=known["suggested_rtol"]), field


@pytest.mark.needs_r
def test_ref_42_r_says_the_same_today(rscript: str, tmp_path: Path) -> None:
    subprocess.run([rscript, "pooling.R", str(tmp_path)], cwd=HERE, check=True, capture_output=True, timeout=120)
    today = by_case(read("pooling_r.csv", tmp_path))
    assert list(today) == list(FROM_R)
    assert len(today) == 47
    for name, fields in FROM_R.items():
        assert today[name] == pytest.approx(fields, rel=1e-7, abs=1e-9), name
