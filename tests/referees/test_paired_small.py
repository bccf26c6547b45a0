"""Paired statistics of few participants against R, and against cases that were worked out apart from this program.

REF-05: exact p of either side, zeros ranked, Hodges-Lehmann, standardised and percent changes, power, adjusted p and
values carried forward agree with R 4.2.2, coin and exactRankTests (paired_small.R; its output and csv beside it).
REF-06: every field of paired_cases.json agrees to the tolerance that stands there: R's answers, with the calls.
REF-04: R, run again, gives what the csv file holds.
"""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from scipy.special import stdtr

from trialbook.analysis.change import differences, geometric_ratio, on_grid, paired_t, step
from trialbook.analysis.effect_size import bonett_error, d_av, d_b, d_z, g_av, g_z, small_sample, spread
from trialbook.analysis.exact import Exact, sign_flip, signed_rank
from trialbook.analysis.hodges_lehmann import depth, pseudomedian
from trialbook.analysis.missing import available, bocf, locf, settled, values_at
from trialbook.analysis.multiplicity import METHODS, Method, adjust
from trialbook.analysis.noncentral import paired_t_power
from trialbook.analysis.percent_change import geometric_percent, mean_of_percents, percent_of_means

HERE = Path(__file__).parent
CASES = json.loads((HERE / "paired_cases.json").read_text(encoding="utf-8"))
NOT_OURS = {
    "p_normal_cc", "p_normal_nocc", "z_zeros_dropped", "z_pratt",  # normal approximations, which are never used
    "hl_wilcox.exact", "hl_ci",  # the estimate of the test given the ties; ours is the median of the Walsh averages
    "d_rm", "J_approx", "r",  # not given by this program
}  # fmt: skip
OF_METHOD: dict[str, Method | Literal["fixed sequence"]] = {
    **{method: method for method in METHODS},
    "fixed_sequence": "fixed sequence", "BH": "benjamini hochberg", "BY": "benjamini yekutieli",
}  # fmt: skip


def read(name: str, folder: Path = HERE) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def exact_tests(visit: list[float], base: list[float]) -> tuple[Exact, Exact, Exact]:
    """Return sign flips, signed ranks, and those with zeros ranked."""
    gaps = on_grid(visit, base)
    return sign_flip(gaps, grid=step(visit, base)), signed_rank(gaps), signed_rank(gaps, zeros="ranked")


def ours(visit: list[float], base: list[float]) -> dict[str, float | None]:
    """Compute every field that the R script writes for a set of pairs, and those of the cases."""
    flip, rank, pratt = exact_tests(visit, base)
    hl = pseudomedian(on_grid(visit, base))
    z, av, percent = d_z(visit, base), d_av(visit, base), mean_of_percents(visit, base)
    error = None
    if av.value is not None:
        gaps = spread(differences(visit, base))
        error = bonett_error(av.value, spread(base), spread(visit), gaps, len(base) - 1)
    return {
        "flip_p_greater": flip.p_greater, "flip_p_less": flip.p_less,
        "rank_p_greater": rank.p_greater, "rank_p_less": rank.p_less,
        "pratt_v": pratt.statistic, "pratt_p": pratt.p, "pratt_p_coin": pratt.p,
        "hl": hl.value, "hl_low": hl.low, "hl_high": hl.high, "hl_achieved": hl.achieved,
        "hl_wilcox_test": hl.value, "hl_low_wilcox_test": hl.low, "hl_high_wilcox_test": hl.high,
        "d_z": z.value, "d_z_low": z.low, "d_z_high": z.high, "g_z": g_z(z).value,
        "d_av": av.value, "d_av_error": error, "d_b": d_b(visit, base).value,
        "mean_of_percents": percent.value, "sd_of_percents": percent.sd,
        "percent_of_means": percent_of_means(visit, base).value,
        "geometric_percent": geometric_percent(visit, base).value,
    }  # fmt: skip


SETS = sorted({row["set"] for row in read("stats_pairs.csv")})
FROM_R = read("paired_small_r.csv")


@pytest.mark.parametrize("name", SETS)
def test_ref_05_pairs(name: str) -> None:
    rows = [row for row in read("stats_pairs.csv") if row["set"] == name]
    mine = ours([float(row["visit"]) for row in rows], [float(row["base"]) for row in rows])
    for row in FROM_R:
        if row["set"] == name:
            # R's pt with a noncentrality parameter is good to 1e-10, and steep where t is large
            close = 1e-7 if row["field"] in {"d_z_low", "d_z_high"} else 1e-10
            assert mine[row["field"]] == pytest.approx(float(row["value"]), rel=close, abs=1e-10), row["field"]


def test_ref_05_depth_of_the_interval() -> None:
    """REF-05: at every n up to 50, and at every tenth up to 200."""
    rows = [row for row in FROM_R if row["set"].startswith("depth")]
    assert len(rows) == 3 * 197
    for row in rows:
        n, confidence = int(row["set"].removeprefix("depth")), int(row["field"].removeprefix("k")) / 100
        if n > 50 and n % 10:
            continue
        assert depth(n, confidence)[0] == int(row["value"]), (n, confidence)


@pytest.mark.parametrize("family", sorted({row["set"] for row in FROM_R if row["set"].startswith("p0")}))
def test_ref_05_adjusted(family: str) -> None:
    p = [None if part == "-" else float(part) for part in family.removeprefix("p").split("_")]
    for row in (row for row in FROM_R if row["set"] == family):
        name, place = row["field"][:-1], int(row["field"][-1]) - 1
        assert adjust(p, OF_METHOD[name]).p[place] == pytest.approx(float(row["value"]), abs=1e-14)


def test_ref_05_power() -> None:
    rows = [row for row in FROM_R if row["set"].startswith("tpower")]
    assert len(rows) == 16
    for row in rows:
        power = paired_t_power(int(row["set"].removeprefix("tpower")), float(row["field"]))
        assert power == pytest.approx(float(row["value"]), abs=1e-9), row


def carried(values: list[list[float | None]]) -> dict[str, float | None]:
    """Test the change to the last of several visits, the first being the baseline, by three rules."""
    grid = np.array(values, dtype=float).T
    base, after = grid[:, 0], grid[:, 1:]
    states = np.where(np.isnan(after), 0, 1).astype(np.int8)
    gaps = settled(states, np.full(len(base), fill_value=True))
    rules = {"locf": locf(states, gaps), "bocf": bocf(states, gaps), "completers": available(states)}
    found: dict[str, float | None] = {}
    for name, sources in rules.items():
        last = values_at(sources, after, base)[:, -1]
        kept = ~np.isnan(last)
        test = paired_t(last[kept].tolist(), base[kept].tolist())
        found |= {f"{name}_mean": test.mean, f"{name}_p": test.p}
    return found


def test_ref_05_carried_forward() -> None:
    mine = carried(list(CASES["data"]["locf6"].values()))
    for row in (row for row in FROM_R if row["set"] == "carried6"):
        assert mine[row["field"]] == pytest.approx(float(row["value"]), rel=1e-12)


def pairs_of(data: dict[str, list[float]]) -> tuple[list[float], list[float]]:
    """Return visit and baseline of a case; some give the differences alone."""
    if "d" in data:
        return data["d"], [0.0] * len(data["d"])
    if "post" in data:  # the textbook subtracts the other way round
        return data["pre"], data["post"]
    base, visit = list(data.values())
    return visit, base


def case_fields(case: dict[str, Any]) -> dict[str, Any]:
    """Compute the fields of one case by their names there."""
    kind, data = case["id"].split("_")[0], CASES["data"].get(case["data"], {})
    if kind == "multiplicity":
        p = data["p"]
        named = {name: adjust(p, OF_METHOD[name]).p for name in case["expected"]}
        return {name: list(found) for name, found in named.items()}
    if kind == "locf":
        return dict(carried(list(data.values())))
    if kind == "power":
        return {"power": paired_t_power(12, 1 / 1.2)}
    return paired_fields(kind, *pairs_of(data))


def paired_fields(kind: str, visit: list[float], base: list[float]) -> dict[str, Any]:
    """Compute the fields of a case of pairs."""
    t, ratio = paired_t(visit, base), geometric_ratio(visit, base)
    flip, rank, pratt = exact_tests(visit, base)
    hl, z, av = pseudomedian(on_grid(visit, base)), d_z(visit, base), d_av(visit, base)
    walsh = pseudomedian(on_grid(visit, base), confidence=0.875 if len(base) == 4 else 0.95)
    gz, percent = g_z(z), geometric_percent(visit, base)
    j = small_sample(len(base) - 1)
    named: dict[str, dict[str, Any]] = {
        "paired": {"t": t.t, "df": t.df, "p": t.p, "mean_diff": t.mean, "ci_low": t.ci_low, "ci_high": t.ci_high,
                   "sd_diff": t.sd},
        "signflip": {"p": flip.p, "p_permtest": flip.p, "p_greater": flip.p_greater},
        "wilcoxon": {"V": rank.statistic, "p_exact_zeros_dropped": rank.p, "p_wilcox.exact": rank.p,
                     "p_exact_pratt": pratt.p},
        "hl": {"V": rank.statistic, "p": rank.p, "hl": hl.value, "walsh_hl": hl.value, "ci_low": hl.low,
               "ci_high": hl.high, "ci": [hl.low, hl.high], "walsh_ci": [hl.low, hl.high], "achieved_conf": hl.achieved,
               "walsh_min": walsh.low, "walsh_max": walsh.high, "conf": hl.widest},
        "effect": {"d_z": z.value, "J": j, "g_z": gz.value, "d_av": av.value, "g_av": g_av(av).value,
                   "d_baseline": d_b(visit, base).value, "d_z_ci": [z.low, z.high], "effectsize_d": z.value,
                   "effectsize_ci": [z.low, z.high], "effectsize_g": gz.value, "effectsize_g_ci": [gz.low, gz.high]},
        "gmr": {"gmr": ratio.gmr, "ci": [ratio.ci_low, ratio.ci_high], "t": ratio.t, "p": ratio.p,
                "percent_change_gm": percent.value, "mean_of_percent_changes": mean_of_percents(visit, base).value,
                "percent_change_of_means": percent_of_means(visit, base).value, "gcv_pct": percent.cv},
    }  # fmt: skip
    return named[kind]


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: str(case["id"]))
def test_ref_06_cases(case: dict[str, Any]) -> None:
    mine, close = case_fields(case), case["suggested_rtol"]
    for name, expected in case["expected"].items():
        if name not in NOT_OURS:
            assert mine[name] == pytest.approx(expected, rel=close, abs=close * 1e-3), name


def test_ref_06_the_power_of_the_t_test_is_no_normal_power() -> None:
    """REF-06: twelve pairs, effect 1 / 1.2: the normal curve would promise 82 %, the t test has 75 %."""
    assert paired_t_power(12, 1 / 1.2) == pytest.approx(0.748093051661, rel=1e-10)
    assert float(stdtr(1e9, 12**0.5 / 1.2 - 1.959964)) > 0.82


@pytest.mark.needs_r
def test_ref_04_r_says_the_same_today(rscript: str, tmp_path: Path) -> None:
    subprocess.run([rscript, "paired_small.R", str(tmp_path)], cwd=HERE, check=True, capture_output=True, timeout=120)
    today = read("paired_small_r.csv", tmp_path)
    assert len(today) == len(FROM_R) > 800
    for one, other in zip(FROM_R, today, strict=True):
        assert float(one["value"]) == pytest.approx(float(other["value"]), rel=1e-9, abs=1e-12)
        assert (one["set"], one["field"]) == (other["set"], other["field"])
