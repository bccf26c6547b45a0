"""Bayesian answers against R's own integrals (bayes.R, its output and csv beside it), BayesFactor and stored cases.

REF-43: posteriors under four priors, JZS Bayes factors and the hierarchical model agree with R's integrate, which
integrates over other variables than the program.
REF-44: the Bayes factor agrees with BayesFactor 0.9.12 (imputation.R), and every field of the cases to its tolerance.
REF-45: R, run again, gives what the csv file holds.
"""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from trialbook.analysis import bayes

HERE = Path(__file__).parent
CASES = json.loads((HERE / "pooled_cases.json").read_text(encoding="utf-8"))
CHANGES: dict[str, list[float]] = {
    "sleep": [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4], "four": [2, 1.5, 2.5, 2], "small": [-3, -1, 0.5],
    "two": [1, 2], "odds": [9.5, 10, 10.4, 11, 9.1, 10.2],
}  # fmt: skip
PRIORS = {
    "weak": bayes.Prior(name="weak", sd=10), "sceptical": bayes.Prior(name="sceptical", sd=0.6079568319117689),
    "enthusiastic": bayes.Prior(name="enthusiastic", mean=1, sd=0.6079568319117689),
    "far": bayes.Prior(name="far", mean=-2, sd=0.5),
}  # fmt: skip
MODELS: dict[str, tuple[list[float], list[float]]] = {
    "eight": ([28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18]),
    "three": ([0.2, 1.4, 0.9], [0.3, 0.5, 0.2]),
    "alike": ([1, 1.05, 0.98, 1.01], [0.3, 0.3, 0.3, 0.3]),
}


def by_case(name: str, folder: Path = HERE) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    with (folder / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["case"], {})[row["field"]] = float(row["value"])
    return found


FROM_R = by_case("bayes_r.csv")


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("prior", PRIORS)
def test_ref_43_posterior_of_a_mean_change(name: str, prior: str) -> None:
    found, known = bayes.mean_change(CHANGES[name], PRIORS[prior]), FROM_R[f"{name} {prior}"]
    mine = {
        "mean": found.mean, "sd": found.sd, "below0": found.below(0), "below1": found.below(1), "q0.025": found.ci_low,
        "q0.5": found.median, "q0.975": found.ci_high,
    }  # fmt: skip
    assert mine == pytest.approx(known, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("name", [name for name in FROM_R if name.startswith("jzs")])
def test_ref_43_bayes_factor(name: str) -> None:
    _, t, n, scale = name.split()
    found = bayes.jzs(float(t), int(n), scale=0.5**0.5 if scale == "0.707" else float(scale))
    assert found.bf10 == pytest.approx(FROM_R[name]["bf10"], rel=1e-9)


@pytest.mark.parametrize("name", [name for name in FROM_R if name.split()[0] in MODELS and "tau" in FROM_R[name]])
def test_ref_43_hierarchical_model(name: str) -> None:
    model, scale = name.split()
    found = bayes.hierarchical(*MODELS[model], scale=float(scale))
    mine = {
        "mean": found.mean, "sd": found.sd, "tau": found.tau, "above0": found.above(0), "tau0.025": found.tau_low,
        "tau0.5": found.tau_median, "tau0.975": found.tau_high, "mu0.025": found.ci_low, "mu0.975": found.ci_high,
        "further0.025": found.pi_low, "further0.975": found.pi_high,
        **{f"mean{place}": one.mean for place, one in enumerate(found.members, start=1)},
        **{f"sd{place}": one.sd for place, one in enumerate(found.members, start=1)},
    }  # fmt: skip
    assert mine == pytest.approx(FROM_R[name], rel=1e-7)


def test_ref_44_bayes_factor_package() -> None:
    known = {name: fields["bf10"] for name, fields in by_case("imputation_r.csv").items() if name.startswith("jzs")}
    assert len(known) == 84
    for name, value in known.items():
        _, t, n, scale = name.split()
        found = bayes.jzs(float(t), int(n), scale=0.5**0.5 if scale == "0.707" else float(scale))
        # the package integrates to the loose tolerance of R's default; bayes.R, with a tight one, agrees to 1e-9
        assert found.bf10 == pytest.approx(value, rel=2e-5), name


def case(name: str) -> dict[str, Any]:
    return dict(next(one for one in CASES["cases"] if one["id"] == name))


def test_ref_44_cases() -> None:
    sleep, known = CASES["data"]["sleep"], case("jzs_bf_sleep")
    changes = [after - before for before, after in zip(sleep["x1"], sleep["x2"], strict=True)]
    close = known["suggested_rtol"]
    assert bayes.jzs_change(changes).bf10 == pytest.approx(known["expected"]["BF10"], rel=close)
    data, known = CASES["data"]["eight_schools"], case("bayes_hier_8schools")
    found = bayes.hierarchical(data["y"], data["s"], scale=25)
    mine = {
        "E_mu": found.mean, "SD_mu": found.sd, "E_tau": found.tau, "E_theta1": found.members[0].mean,
        "P_mu_gt0": found.above(0),
    }  # fmt: skip
    assert mine == pytest.approx(known["expected"], rel=known["suggested_rtol"])


@pytest.mark.needs_r
def test_ref_45_r_says_the_same_today(rscript: str, tmp_path: Path) -> None:
    subprocess.run([rscript, "bayes.R", str(tmp_path)], cwd=HERE, check=True, capture_output=True, timeout=120)
    today = by_case("bayes_r.csv", tmp_path)
    assert list(today) == list(FROM_R)
    for name, fields in FROM_R.items():
        assert today[name] == pytest.approx(fields, rel=1e-7, abs=1e-9), name
