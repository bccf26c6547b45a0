"""Models for repeated measures against SAS, R and a published table; the numbers stand in tests/referees/mmrm*.

MMRM-10: Orthodont: every structure as mmrm, lme4 with pbkrtest, lmerTest and nlme have it.
MMRM-11: complete pairs give the paired t test, whatever the degrees of freedom.
MMRM-12: the data of the mmrm package: the listing of SAS, and SAS's linear Kenward-Roger with eight structures.
MMRM-13: the CDISC pilot: the published model of week 24.
MMRM-14: R, run again, gives what the csv file holds.
"""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from trialbook.analysis import mmrm
from trialbook.analysis.change import paired_t
from trialbook.analysis.mmrm.structures import ORDER, Name

REFEREES = Path(__file__).parents[1] / "referees"
Row = dict[str, str]


def read(name: str, folder: Path = REFEREES) -> list[Row]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float | None:
    return float(text) if text else None


@cache
def columns(name: str, *numeric: str) -> dict[str, list[object]]:
    """Return a data set by column; the columns named are numbers."""
    rows = read(f"mmrm_{name}.csv")
    return {key: [number(row[key]) if key in numeric else row[key] for row in rows] for key in rows[0]}


CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in json.loads((REFEREES / "mmrm_cases.json").read_text(encoding="utf-8"))["cases"]
}


@cache
def orthodont(structure: Name) -> mmrm.Fit:
    return mmrm.fit(
        "distance ~ sex * visit", columns("orthodont", "distance"), participant="participant", visit="visit",
        structure=structure, fall_back=(), levels={"sex": ["Female", "Male"]},
    )  # fmt: skip


@cache
def girls() -> mmrm.Fit:
    frame = columns("orthodont", "distance")
    mine = [row for row, sex in enumerate(frame["sex"]) if sex == "Female"]
    only = {name: [column[row] for row in mine] for name, column in frame.items()}
    return mmrm.fit("distance ~ visit", only, participant="participant", visit="visit")


def agrees(found: mmrm.Estimate, expected: dict[str, float]) -> None:
    told = {"est": found.estimate, "se": found.se, "df": found.df, "t": found.t, "p": found.p}
    for name, value in expected.items():
        assert told[name] == pytest.approx(value, rel=1e-5), name


@pytest.mark.parametrize("method", ["satt", "krlin"])
@pytest.mark.parametrize("structure", [name for name in ORDER if name != "ad"])
def test_mmrm_10_orthodont_in_every_structure(structure: Name, method: str) -> None:
    expected = CASES[f"mmrm_orthodont_miss_{structure}_{method}"]["expected"]
    found = orthodont(structure).using(method="satterthwaite" if method == "satt" else "kenward-roger")
    assert found.structure == structure
    assert found.log_likelihood == pytest.approx(expected["reml_loglik"], abs=1e-7)
    assert found.covariance is not None
    assert found.covariance == pytest.approx(_matrix(expected["Sigma"]), rel=1e-5)
    agrees(found.differences("sex")[-1], expected["male_minus_female_at_14"])
    agrees(found.contrast({"visit[14]": 1, "sex[Male]:visit[14]": 0.5}), expected["change_14_vs_8_avg_sex"])
    if "interaction_F" in expected:
        test = found.f_test("sex:visit")
        assert test.df_num == expected["interaction_F"]["num"]
        assert test.f == pytest.approx(expected["interaction_F"]["F"], rel=1e-5)
        assert test.df_den == pytest.approx(expected["interaction_F"]["den"], rel=1e-5)
        assert test.p == pytest.approx(expected["interaction_F"]["p"], rel=1e-5)


def _matrix(rows: list[list[float]]) -> Any:
    import numpy as np

    return np.array(rows)


@pytest.mark.parametrize("method", ["satt", "krlin"])
def test_mmrm_10_one_arm(method: str) -> None:
    """MMRM-10: girls only, n = 11, four missing: 3.18 degrees of freedom at visit 10 with the observed information."""
    expected = CASES[f"mmrm_singlearm_girls_un_{method}"]["expected"]
    found = girls().using(method="satterthwaite" if method == "satt" else "kenward-roger")
    assert found.log_likelihood == pytest.approx(expected["reml"], abs=1e-8)
    ten, _, fourteen = found.change_from(8)
    agrees(ten, expected["change10"])
    agrees(fourteen, expected["change14"])


def test_mmrm_10_one_arm_expected_information() -> None:
    found = girls().using(information="expected")
    for place, visit in ((0, 10), (2, 14)):
        expected = CASES[f"lmer_singlearm_girls_un_kr_visit{visit}"]["expected"]
        change = found.change_from(8)[place]
        assert change.se == pytest.approx(expected["se_kr"], rel=1e-6)
        assert change.df == pytest.approx(expected["df"], rel=1e-6)


def test_mmrm_10_lme4_and_pbkrtest() -> None:
    expected = CASES["lmer_orthodont_miss_cs_kr"]["expected"]
    found = orthodont("cs").using(information="expected")
    at_14, test = found.differences("sex")[-1], found.f_test("sex:visit")
    assert (at_14.se, at_14.df, at_14.p) == pytest.approx(
        (expected["se_kr"], expected["df_kr"], expected["p_kr"]), rel=1e-6
    )
    assert (test.f, test.df_den) == pytest.approx((expected["F_kr"], expected["ddf"]), rel=1e-6)
    assert (test.scale, test.p) == pytest.approx((expected["F_scaling"], expected["p_F"]), rel=1e-6)
    unstructured = CASES["lmer_orthodont_miss_un_kr"]["expected"]
    agrees(
        orthodont("us").using(information="expected").differences("sex")[-1],
        {name: unstructured[name] for name in ("est", "se", "df", "p")},
    )


def test_mmrm_10_nlme() -> None:
    expected = CASES["gls_orthodont_miss_ar1"]["expected"]
    found = orthodont("ar1").using(method="satterthwaite")
    assert found.covariance is not None
    assert found.log_likelihood == pytest.approx(expected["reml"], abs=1e-8)
    assert found.covariance[0, 0] == pytest.approx(expected["sigma2"], rel=1e-6)
    assert found.covariance[0, 1] / found.covariance[0, 0] == pytest.approx(expected["phi"], rel=1e-6)
    assert orthodont("us").log_likelihood == pytest.approx(CASES["gls_orthodont_miss_un"]["expected"]["reml"], abs=1e-6)


def sleep() -> mmrm.Fit:
    return mmrm.fit("extra ~ drug", columns("sleep", "extra"), participant="participant", visit="drug")


@pytest.mark.parametrize("method", ["satterthwaite", "kenward-roger"])
@pytest.mark.parametrize("information", ["observed", "expected"])
def test_mmrm_11_pairs_give_the_paired_t(method: Any, information: Any) -> None:
    frame = columns("sleep", "extra")
    first, second = (
        [float(str(x)) for x, d in zip(frame["extra"], frame["drug"], strict=True) if d == k] for k in "12"
    )
    expected = paired_t(second, first)
    found = sleep().using(method=method, information=information).change_from(1)[0]
    for name in ("t", "df", "p", "ci_low", "ci_high"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-9), name
    agrees(found, {k: v for k, v in CASES["mmrm_sleep_us_krlin"]["expected"].items() if k != "df"})


def fev(formula: str, structure: Name = "us", method: Any = "kenward-roger") -> mmrm.Fit:
    return mmrm.fit(
        formula, columns("fev", "fev1"), participant="participant", visit="visit", structure=structure, method=method,
        levels={"arm": ["PBO", "TRT"], "sex": ["Male", "Female"]},
    )  # fmt: skip


def test_mmrm_12_the_listing_of_sas() -> None:
    """MMRM-12: SAS stopped near, not at, the maximum: its fourth decimal may be another by four."""
    found = fev("fev1 ~ race + sex + arm * visit", method="satterthwaite")
    assert (found.values, found.participants, found.left_out) == (537, 197, {"fev1": 263})
    assert found.deviance == pytest.approx(3386.44987722, abs=1e-5)
    cells = [f"visit[{one.levels['visit']}] {one.levels['arm']}" for one in found.ls_means("visit", "arm")]
    means = dict(zip(cells, found.ls_means("visit", "arm"), strict=True))
    listing = read("mmrm_fev_sas_listing.csv")
    for row in (row for row in listing if row["what"] == "mean"):
        one = means[f"visit[{row['visit']}] {row['arm']}"]
        assert (one.estimate, one.se, one.ci_low, one.ci_high) == pytest.approx(_limits(row), abs=4e-4)
        assert one.df == pytest.approx(float(row["df"]), abs=0.6)
    told = [row for row in listing if row["what"] == "difference" and row["visit"] == row["visit_2"]]
    for row in told:
        one = next(one for one in found.differences("arm") if one.levels["visit"] == row["visit"])
        assert (one.estimate, one.se, one.ci_low, one.ci_high) == pytest.approx(_limits(row), abs=4e-4)
        assert one.df == pytest.approx(float(row["df"]), abs=0.6)
    assert len(told) == 4


def _limits(row: Row) -> tuple[float, ...]:
    return tuple(float(row[name]) for name in ("estimate", "se", "ci_low", "ci_high"))


def test_mmrm_12_changes_and_tests_of_sas() -> None:
    found = fev("fev1 ~ race + sex + arm * visit", method="satterthwaite")
    listing = read("mmrm_fev_sas_listing.csv")
    changes = [row for row in listing if row["visit_2"] == "VIS1" and row["arm"] == row["arm_2"] and row["arm"]]
    for row in changes:
        one = next(
            one
            for one in found.change_from("VIS1", by=["arm"])
            if one.levels == {"arm": row["arm"], "visit": row["visit"]}
        )
        assert (one.estimate, one.se, one.ci_low, one.ci_high) == pytest.approx(_limits(row), abs=4e-4)
    assert len(changes) == 6
    for row in (row for row in listing if row["what"] == "F"):
        names = {"ARMCD": "arm", "AVISIT": "visit", "RACE": "race", "SEX": "sex"}
        test = found.f_test(":".join(names[name] for name in row["visit"].split("*")))
        assert test.df_num == int(row["visit_2"])
        assert test.f == pytest.approx(float(row["estimate"]), abs=0.01)
        assert test.df_den == pytest.approx(float(row["df"]), abs=0.6)
    assert found.covariance is not None
    sas = {(row["visit"], row["visit_2"]): float(row["estimate"]) for row in listing if row["what"] == "covariance"}
    order = [1, 2, 3, 0]  # SAS was told to take VIS1 last
    for (a, b), value in sas.items():
        assert found.covariance[order[int(a) - 1], order[int(b) - 1]] == pytest.approx(value, abs=0.01)


@pytest.mark.parametrize("row", read("mmrm_fev_sas_krlinear.csv"), ids=lambda row: str(row["structure"]))
def test_mmrm_12_linear_kenward_roger_of_sas(row: Row) -> None:
    structure: Name = row["structure"]  # type: ignore[assignment]
    found = fev("fev1 ~ arm", structure)
    one = found.differences("arm", by=())[0]
    assert found.deviance == pytest.approx(float(row["deviance"]), abs=2e-5)
    assert (one.estimate, one.se, one.ci_low, one.ci_high) == pytest.approx(_limits(row), rel=2e-4)
    assert one.df == pytest.approx(float(row["df"]), rel=5e-4)
    assert one.p == pytest.approx(float(row["p"]), rel=5e-3)


def test_mmrm_12_homogeneous_ante_dependence() -> None:
    """MMRM-12: SAS does not have it; mmrm gives a deviance of 3855.3383, and 43.056 (0.524), for FEV1 ~ 1."""
    found = fev("fev1 ~ 1", "ad", method="satterthwaite")
    (one,) = found.ls_means()
    assert found.deviance == pytest.approx(3855.3383, abs=5e-5)
    assert (one.estimate, one.se) == pytest.approx((43.0560, 0.5236), abs=2e-3)
    assert found.parameters == 4


PILOT = {
    "low": (-0.6, 1.02, 0.560, -2.6, 1.4),
    "high": (-0.8, 1.07, 0.440, -2.9, 1.3),
}


def pilot(reference: str = "placebo") -> mmrm.Fit:
    return mmrm.fit(
        "change ~ arm * visit + site + base * visit", columns("pilot", "base", "change"), participant="participant",
        visit="visit", levels={"arm": [reference, *(arm for arm in ("placebo", "low", "high") if arm != reference)]},
    )  # fmt: skip


def test_mmrm_13_the_pilot_at_week_24() -> None:
    """MMRM-13: table 14-3.11: least squares means 2.3 (0.69), 1.7 (0.77), 1.5 (0.84); differences from placebo."""
    found = pilot()
    means = {one.levels["arm"]: one for one in found.ls_means("arm", "visit") if one.levels["visit"] == "Week 24"}
    told = [(one.estimate, one.se) for one in means.values()]
    assert [value for pair in told for value in pair] == pytest.approx([2.3, 0.69, 1.7, 0.77, 1.5, 0.84], abs=0.051)
    assert [one.se for one in means.values()] == pytest.approx([0.69, 0.77, 0.84], abs=0.0051)
    for one in found.differences("arm"):
        if one.levels["visit"] == "Week 24":
            estimate, se, p, low, high = PILOT[one.levels["arm"]]
            assert (one.estimate, one.ci_low, one.ci_high) == pytest.approx((estimate, low, high), abs=0.051)
            assert (one.se, one.p) == pytest.approx((se, p), abs=0.0051)
    last = pilot("low").differences("arm")[-1]
    assert (last.estimate, last.p) == pytest.approx((-0.2, 0.835), abs=0.051)
    assert last.p == pytest.approx(0.835, abs=0.0005)


def asked_of_r() -> dict[str, dict[str, mmrm.Estimate | mmrm.FTest]]:
    """Answer what the R script asks, with the expected information as pbkrtest has it."""
    whole, random = orthodont("us").using(information="expected"), orthodont("cs").using(information="expected")
    by_sex = {"sex[Male]": -1.0, "sex[Male]:visit[14]": -1.0}
    lungs = fev("fev1 ~ race + sex + arm * visit").using(information="expected")
    adas = pilot().using(information="expected").differences("arm")
    changes = girls().using(information="expected").change_from(8)
    return {
        "orthodont us": {"sex_at_14": whole.contrast(by_sex), "interaction": whole.f_test("sex:visit")},
        "orthodont cs": {"sex_at_14": random.contrast(by_sex), "interaction": random.f_test("sex:visit")},
        "girls us": {"visit10": changes[0], "visit14": changes[2]},
        "fev us": {
            "arm_at_1": lungs.differences("arm")[0], "arm_at_4": lungs.differences("arm")[3],
            "change_to_4": lungs.change_from("VIS1", by=["arm"])[2], "interaction": lungs.f_test("arm:visit"),
        },
        "pilot us": {"low_at_24": adas[4], "high_at_24": adas[5]},
    }  # fmt: skip


def against_r(rows: list[Row]) -> int:
    """Compare what R says with ours, and count the comparisons."""
    ours, compared = asked_of_r(), 0
    named = {"F": "f", "df_den": "df_den", "df_num": "df_num", "scale": "scale"}
    for row in rows:
        mine = ours.get(f"{row['set']} {row['structure']}", {}).get(row["what"])
        name = named.get(row["field"], row["field"])
        if mine is not None and hasattr(mine, name):
            assert getattr(mine, name) == pytest.approx(float(row["value"]), rel=2e-5), row
            compared += 1
    return compared


def test_mmrm_10_to_13_lme4_with_pbkrtest() -> None:
    assert against_r(read("mmrm_r.csv")) >= 36


@pytest.mark.parametrize("row", [row for row in read("mmrm_r.csv") if row["field"] == "deviance"], ids=str)
def test_mmrm_10_to_13_deviances(row: Row) -> None:
    name: Name = row["structure"]  # type: ignore[assignment]
    fits: dict[str, Callable[[], mmrm.Fit]] = {
        "girls": girls, "pilot": pilot, "fev": lambda: fev("fev1 ~ race + sex + arm * visit"), "sleep": sleep,
    }  # fmt: skip
    found = fits[row["set"]]() if row["set"] in fits else orthodont(name)
    assert found.deviance == pytest.approx(float(row["value"]), abs=2e-5)


def test_mmrm_10_satterthwaite_of_lmertest() -> None:
    r = {row["field"]: float(row["value"]) for row in read("mmrm_r.csv") if "satterthwaite" in row["field"]}
    found = orthodont("cs").using(method="satterthwaite")
    test = found.f_test("sex:visit")
    assert found.differences("sex")[-1].df == pytest.approx(r["df_satterthwaite"], rel=1e-6)
    assert (test.f, test.df_den) == pytest.approx((r["F_satterthwaite"], r["df_den_satterthwaite"]), rel=1e-6)


@pytest.mark.needs_r
def test_mmrm_14_r_says_the_same_today(rscript: str, tmp_path: Path) -> None:
    subprocess.run([rscript, "mmrm.R", str(tmp_path)], cwd=REFEREES, check=True, capture_output=True, timeout=180)
    kept, today = read("mmrm_r.csv"), read("mmrm_r.csv", tmp_path)
    assert len(kept) == len(today) > 60
    for one, other in zip(kept, today, strict=True):
        assert float(one.pop("value")) == pytest.approx(float(other.pop("value")), rel=1e-5)
        assert one == other
    assert against_r(read("mmrm_r.csv", tmp_path)) >= 36
