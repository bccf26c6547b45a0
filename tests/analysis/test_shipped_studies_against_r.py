"""The shipped studies against R 4.2.2: tests/referees/{infliximab,xanomeline}_change.R, their output and csv beside.

REF-02: infliximab_myositis: changes, tests, intervals and ratios of nine completers, and the baseline of thirteen.
REF-03: xanomeline_four: changes of every endpoint at every week, by two rules for the baseline.
REF-04: R, run again, gives what the csv files hold.
"""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from trialbook.analysis.datasets import Datasets, select
from trialbook.analysis.derive import compared_visits
from trialbook.analysis.plan import run_plan
from trialbook.analysis.results import Results
from trialbook.protocol.model import BaselineRule

REFEREES = Path(__file__).parents[1] / "referees"
Load = Callable[[str], Datasets]


def read(name: str, folder: Path = REFEREES) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def value(results: Results, name: str) -> float:
    found = results.by_id()[name].value
    assert isinstance(found, int | float), (name, results.by_id()[name].error)
    return found


INFLIXIMAB = {
    "n": "change.{e}.after.completers.n_pairs", "mean": "change.{e}.after.completers.mean",
    "sd": "change.{e}.after.completers.sd", "t": "change.{e}.after.completers.t",
    "df": "change.{e}.after.completers.df", "p": "change.{e}.after.completers.p",
    "ci_low": "change.{e}.after.completers.ci_low", "ci_high": "change.{e}.after.completers.ci_high",
    "base_mean": "change.{e}.after.completers.base_mean", "base_sd": "change.{e}.after.completers.base_sd",
    "visit_mean": "change.{e}.after.completers.visit_mean", "visit_sd": "change.{e}.after.completers.visit_sd",
    "visit_q1": "describe.{e}.after.completers.q1", "visit_median": "describe.{e}.after.completers.median",
    "visit_q3": "describe.{e}.after.completers.q3", "enrolled_base_n": "describe.{e}.before.enrolled.n",
    "enrolled_base_mean": "describe.{e}.before.enrolled.mean", "enrolled_base_sd": "describe.{e}.before.enrolled.sd",
    "flip_p": "sign_flip.{e}.after.completers.p", "rank_v": "signed_rank.{e}.after.completers.v",
    "rank_p": "signed_rank.{e}.after.completers.p", "rank_p_coin": "signed_rank.{e}.after.completers.p",
    "gmr": "ratio.{e}.after.completers.gmr", "gmr_low": "ratio.{e}.after.completers.ci_low",
    "gmr_high": "ratio.{e}.after.completers.ci_high", "gmr_p": "ratio.{e}.after.completers.p",
    "enrolled": "disposition.participants.enrolled.n", "completed": "disposition.participants.completed.n",
    "withdrawn": "disposition.participants.withdrawn.n",
}  # fmt: skip


def test_ref_02_infliximab(shipped: Load) -> None:
    datasets = shipped("infliximab_myositis")
    results = run_plan(datasets.study, datasets).results
    compared = 0
    for row in read("infliximab_change_r.csv"):
        if row["field"].startswith("gmr") and not datasets.study.endpoints[row["endpoint"]].log:
            continue
        name = INFLIXIMAB[row["field"]].format(e=row["endpoint"])
        assert value(results, name) == pytest.approx(float(row["value"]), rel=1e-10), name
        compared += 1
    assert compared == 73


def test_ref_02_the_numbers_of_the_issue(shipped: Load) -> None:
    datasets = shipped("infliximab_myositis")
    results = run_plan(datasets.study, datasets).results
    told = {
        "change.mmt8.after.completers.mean": 3.5556, "change.mmt8.after.completers.sd": 4.4472,
        "change.mmt8.after.completers.t": 2.39850, "change.mmt8.after.completers.p": 0.04328,
        "change.mmt8.after.completers.ci_low": 0.1371, "change.mmt8.after.completers.ci_high": 6.9740,
        "signed_rank.mmt8.after.completers.p": 0.0625, "change.ck.after.completers.mean": 1.9111,
        "change.ck.after.completers.mean_also": 114.6667, "change.ck.after.completers.t": 1.32068,
        "change.ck.after.completers.p": 0.22314, "signed_rank.ck.after.completers.p": 0.42578,
        "change.fi.after.completers.mean": 1.4444, "change.fi.after.completers.p": 0.42667,
    }  # fmt: skip
    for name, number in told.items():
        assert value(results, name) == pytest.approx(number, abs=6e-5), name
    both = {name: value(results, f"disposition.set.{name}.n") for name in ("enrolled", "completers")}
    assert both == {"enrolled": 13, "completers": 9}
    assert results.by_id()["change.mmt8.after.completers.p"].role == "primary"


def by_rule(datasets: Datasets, rule: str) -> Datasets:
    """Return the same frames under another rule for the baseline."""
    flag = "baseline_flag" if rule == "flagged" else None
    chosen = BaselineRule(kind="flagged" if flag else "last before anchor", flag=flag)
    study = replace(datasets.study, analysis=replace(datasets.study.analysis, baseline=chosen))
    return replace(datasets, study=study)


XANOMELINE = {"n": "change.{e}.{v}.n_pairs", "flip_p": "sign_flip.{e}.{v}.p"}


@pytest.mark.parametrize("rule", ["last before anchor", "flagged"])
def test_ref_03_xanomeline(shipped: Load, rule: str) -> None:
    datasets = by_rule(shipped("xanomeline_four"), rule)
    results = run_plan(datasets.study, datasets).results
    compared = 0
    for row in read("xanomeline_change_r.csv"):
        due = ("baseline", *compared_visits(datasets.study, row["endpoint"]))
        if row["rule"] != rule or row["field"].startswith("01-") or row["visit"] not in due:
            continue
        visit = row["visit"].replace(" ", "_") + ".enrolled"
        name = XANOMELINE.get(row["field"], "change.{e}.{v}." + row["field"]).format(e=row["endpoint"], v=visit)
        if row["visit"] == "baseline":
            name = f"describe.{row['endpoint']}.baseline_value.enrolled.{row['field']}"
        assert value(results, name) == pytest.approx(float(row["value"]), rel=1e-9, abs=1e-12), name
        compared += 1
    assert compared == {"last before anchor": 361, "flagged": 166}[rule]


@pytest.mark.parametrize(("rule", "expected"), [("last before anchor", 68), ("flagged", 135)])
def test_ref_03_baseline_ck_of_1239(shipped: Load, rule: str, expected: float) -> None:
    datasets = by_rule(shipped("xanomeline_four"), rule)
    course = run_plan(datasets.study, datasets).listings["course.ck"]
    bases = {row[course.columns.index("base")] for row in course.rows if row[0] == "1239"}
    assert bases == {expected}


def test_ref_03_flagged_baseline_of_ck(shipped: Load) -> None:
    """REF-03: 144, 78, 135, 444; at week 24 three pairs, mean -13.3333, t -0.741759, p 0.53551."""
    datasets = by_rule(shipped("xanomeline_four"), "flagged")
    results = run_plan(datasets.study, datasets).results
    assert value(results, "describe.ck.baseline_value.enrolled.mean") == 200.25
    assert value(results, "describe.ck.baseline_value.enrolled.sd") == pytest.approx(165.10678, abs=1e-5)
    assert value(results, "change.ck.week_24.enrolled.n_pairs") == 3
    assert value(results, "change.ck.week_24.enrolled.mean") == pytest.approx(-13.3333, abs=1e-4)
    assert value(results, "change.ck.week_24.enrolled.t") == pytest.approx(-0.741759, abs=1e-6)
    assert value(results, "change.ck.week_24.enrolled.p") == pytest.approx(0.53551, abs=1e-5)


def test_ref_03_ratings_where_none_was_due_are_counted(shipped: Load) -> None:
    """REF-03: participant 1302 was rated on leaving at week 12, and at a retrieval visit: one row tells it."""
    datasets = shipped("xanomeline_four")
    results = run_plan(datasets.study, datasets).results
    assert value(results, "describe.adas.where_not_due.enrolled.n") == 2


def test_ref_03_alternatives_are_listed(shipped: Load) -> None:
    datasets = shipped("xanomeline_four")
    listing = run_plan(datasets.study, datasets).listings["baseline_alternatives"]
    assert ("ck", "1239", "flagged baseline_flag", 135.0, 68.0) in listing.rows


def test_every_result_of_the_shipped_studies_leads_to_entries(shipped: Load) -> None:
    """REF-02, REF-03: each number resolves to cells; only counts of nothing and choices of the plan have none."""
    for name in ("infliximab_myositis", "xanomeline_four"):
        datasets = shipped(name)
        results = run_plan(datasets.study, datasets).results
        for row in results:
            cells = select(datasets, row.source)
            assert len(cells) or row.value in {0, None} or row.n == 0, row.id
            assert (row.value is None) == bool(row.error), row.id


@pytest.mark.needs_r
@pytest.mark.parametrize("script", ["stats_pairs", "infliximab_change", "xanomeline_change"])
def test_ref_04_r_says_the_same_today(rscript: str, script: str, tmp_path: Path) -> None:
    subprocess.run([rscript, f"{script}.R", str(tmp_path)], cwd=REFEREES, check=True, capture_output=True, timeout=120)
    kept, today = read(f"{script}_r.csv"), read(f"{script}_r.csv", tmp_path)
    assert len(kept) == len(today) > 50
    for one, other in zip(kept, today, strict=True):
        assert float(one.pop("value")) == pytest.approx(float(other.pop("value")), rel=1e-12)
        assert one == other
