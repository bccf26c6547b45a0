"""R's answers for proportions, designs, categories, curves and arms: <name>.R, its output and <name>_r.csv beside.

REF-11: intervals, exact tests, designs, regression to the mean, reliable change and rates agree with R 4.2.2.
REF-12: Friedman, McNemar and Fisher agree with R 4.2.2.
REF-13: Kaplan-Meier curves, medians and log-rank tests agree with R's survival, on the CDISC pilot study too.
REF-14: Welch and analysis of covariance agree with R; table 14-3.01 of the CDISC pilot study comes out.
REF-15: R, run again, gives what the csv files hold.
REF-16: the cases that were collected before the code was written hold to their tolerance.
"""

from __future__ import annotations

import csv
import json
import math
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from trialbook.analysis.arms import Difference, ancova, dose_trend, welch
from trialbook.analysis.categorical import friedman, mcnemar
from trialbook.analysis.describe import moments
from trialbook.analysis.designs import binomial_test, single_stage, two_stages
from trialbook.analysis.fisher import fisher, fisher_larger
from trialbook.analysis.incidence import rate_of
from trialbook.analysis.individual import error_of_measurement, regression_to_mean, reliable_change
from trialbook.analysis.proportions import INTERVALS, Interval
from trialbook.analysis.survival import Scale, kaplan_meier, log_rank, median_of

HERE = Path(__file__).parent
Fields = dict[str, float | None]
PLACEBO, LOW, HIGH = "Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"


def read(name: str, folder: Path = HERE) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    return math.nan if text == "NA" else float(text)


def told(name: str) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield each case of R with its fields."""
    for case, rows in groupby(read(name), key=lambda row: row["case"]):
        yield case, {row["field"]: number(row["value"]) for row in rows}


def same(case: str, mine: Fields, theirs: dict[str, float], rel: float = 1e-9) -> None:
    """Compare every field of R; NA and infinity there are None here."""
    for field, value in theirs.items():
        if math.isfinite(value):
            assert mine[field] == pytest.approx(value, rel=rel, abs=1e-12), (case, field)
        else:
            assert mine[field] is None, (case, field)


def split(case: str) -> list[float]:
    """Return the numbers in the name of a case."""
    return [float(word) for word in case.split() if word.lstrip("-").replace(".", "").replace("e-", "").isdigit()]


def intervals(count: float, n: float) -> Fields:
    found: Fields = {}
    for name, rule in INTERVALS.items():
        for level in (0.95, 0.9):
            end = rule(int(count), int(n), confidence=level)
            found |= {f"{name} low {level}": end.low, f"{name} high {level}": end.high}
    return found


def designs(*wanted: float) -> Fields:
    null, target, alpha, beta = wanted
    found = two_stages(null, target, alpha=alpha, power=1 - beta)
    both = {"optimal": found.optimal, "minimax": found.minimax}
    return {f"{kind} {field}": value for kind, one in both.items() if one for field, value in asdict(one).items()}


def one_stage(*wanted: float) -> Fields:
    null, target, alpha, beta = wanted
    return fields(single_stage(null, target, alpha=alpha, power=1 - beta))


def fields(found: Any) -> Fields:
    return {name: value for name, value in asdict(found).items() if name != "reason"}


PROPORTIONS: dict[str, Callable[..., Fields]] = {
    "interval": intervals,
    "binomial": lambda count, n, null: fields(binomial_test(int(count), int(n), null=null)),
    "one stage": one_stage,
    "two stages": designs,
    "regression": lambda mean, sd, r, cut, times: fields(
        regression_to_mean(mean, sd, r, cut=cut, entered="below", times=int(times))
    ),
    "reliable": lambda base, visit, sd, r: fields(reliable_change(visit, base, sd=sd, reliability=r)),
    "rate": lambda events, time: fields(rate_of(int(events), time)),
}


def test_ref_11_proportions() -> None:
    seen = set()
    for case, theirs in told("proportions_r.csv"):
        kind = next(name for name in PROPORTIONS if case.startswith(name))
        same(case, PROPORTIONS[kind](*split(case)), theirs)
        seen.add(kind)
    assert seen == set(PROPORTIONS)


def blocks(name: str) -> list[list[float]]:
    rows = [row for row in read("categories.csv") if row["set"] == name]
    return [[float(row["value"]) for row in one] for _, one in groupby(rows, key=lambda row: row["participant"])]


def by_table(cells: list[float]) -> Fields:
    a, b, c, d = map(int, cells)
    return fields(fisher(((a, b), (c, d))))


def test_ref_12_categories() -> None:
    seen = set()
    for case, theirs in told("categories_r.csv"):
        kind, _, rest = case.partition(" ")
        seen.add(kind)
        if kind == "friedman":
            same(case, fields(friedman(blocks(rest))), theirs)
        elif kind == "mcnemar":
            same(case, fields(mcnemar(*map(int, split(case)))), theirs)
        elif kind == "fisher":
            same(case, by_table(split(case)), theirs)
        else:
            cells = list(map(int, split(case)))
            same(case, fields(fisher_larger([cells[at : at + 3] for at in range(0, len(cells), 3)])), theirs)
    assert len(seen) == 4


def followed(name: str) -> tuple[list[float], list[bool]]:
    """Return times and events of a set, or of an arm of the pilot study."""
    rows = [row for row in read("survival.csv") if row["set"] == name]
    if rows:
        return [float(row["time"]) for row in rows], [row["event"] == "1" for row in rows]
    pilot = [row for row in read("pilot_time_to_event.csv") if row["TRTA"] == name]
    return [float(row["AVAL"]) for row in pilot], [row["CNSR"] == "0" for row in pilot]


def drawn(name: str, scale: Scale) -> Fields:
    """Return every number of a curve as R's script names it."""
    curve = kaplan_meier(*followed(name), scale=scale)
    middle = median_of(curve)
    found: Fields = {"median": middle.time, "median low": middle.low, "median high": middle.high}
    for step in curve.steps:
        at = f"{step.time:g}"
        found |= {f"at risk {at}": step.at_risk, f"survival {at}": step.survival, f"error {at}": step.error}
        found |= {f"low {at}": step.low, f"high {at}": step.high}
    return found


def test_ref_13_curves() -> None:
    drawn_of = 0
    for case, theirs in told("survival_r.csv"):
        name, _, scale = case.partition("|")
        if scale:
            same(case, drawn(name, "log" if scale == "log" else "log-log"), theirs)
            drawn_of += 1
    assert drawn_of == 22


@pytest.mark.parametrize(
    ("case", "sets"),
    [
        ("log-rank aml", ("maintained", "nonmaintained")),
        ("log-rank pilot", (PLACEBO, HIGH, LOW)),
        ("log-rank three", ("rests", "ties", "fifths")),
    ],
)
def test_ref_13_log_rank(case: str, sets: tuple[str, ...]) -> None:
    rows = [(when, had, name) for name in sets for when, had in zip(*followed(name), strict=True)]
    found = log_rank([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
    mine: Fields = {"chi2": found.chi2, "df": found.df, "p": found.p}
    for place, (seen, foreseen) in enumerate(zip(found.observed, found.expected, strict=True), start=1):
        mine |= {f"observed {place}": seen, f"expected {place}": foreseen}
    same(case, mine, dict(told("survival_r.csv"))[case])


def test_ref_13_the_published_curve() -> None:
    """REF-13: events 29, 62, 61; medians not reached, 33, 36 days; intervals on R's scale 28-51 and 25-47."""
    found = {name: kaplan_meier(*followed(name), scale="log") for name in (PLACEBO, LOW, HIGH)}
    assert [curve.events for curve in found.values()] == [29, 62, 61]
    middles = {name: median_of(curve) for name, curve in found.items()}
    assert middles[PLACEBO].time is None
    assert [(one.time, one.low, one.high) for one in (middles[LOW], middles[HIGH])] == [(33, 28, 51), (36, 25, 47)]


WELCH: dict[str, tuple[list[float], list[float]]] = {
    "sleep": ([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2], [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]),
    "small": ([3, 5], [10, 11, 15]),
    "constant": ([4, 4, 4], [1, 2, 4, 9]),
}  # fmt: skip


def pilot() -> dict[str, Difference]:
    """Return every comparison of table 14-3.01 that R's script makes."""
    rows = read("pilot_adas_week24.csv")
    change, base = [float(row["CHG"]) for row in rows], [float(row["BASE"]) for row in rows]
    arms, sites = [row["TRTP"] for row in rows], [row["SITEGR1"] for row in rows]
    fit = ancova(change, base, arms, factors=[sites], order=(PLACEBO, LOW, HIGH))
    kept = [at for at, arm in enumerate(arms) if arm != LOW]
    two = ancova([change[at] for at in kept], [base[at] for at in kept], [arms[at] for at in kept])
    return {
        "pilot low-placebo": fit.difference(LOW, PLACEBO), "pilot high-placebo": fit.difference(HIGH, PLACEBO),
        "pilot high-low": fit.difference(HIGH, LOW), "pilot slope": fit.slope(),
        **{f"pilot mean {arm}": fit.adjusted_mean(arm) for arm in fit.arms},
        "pilot dose": dose_trend(change, base, [float(row["TRTPN"]) for row in rows], factors=[sites]),
        "pilot two arms high-placebo": two.difference(HIGH, PLACEBO),
        **{f"welch {name}": welch(*both) for name, both in WELCH.items()},
    }  # fmt: skip


def test_ref_14_arms() -> None:
    mine = pilot()
    compared = {case: theirs for case, theirs in told("arms_r.csv") if not case.startswith("change")}
    assert set(mine) == set(compared)
    for case, theirs in compared.items():
        same(case, fields(mine[case]), theirs)


def test_ref_14_change_by_arm() -> None:
    """REF-14: table 14-3.01 begins with n, mean and SD of the change of each arm."""
    compared = set()
    for case, theirs in told("arms_r.csv"):
        if case.startswith("change "):
            values = [float(row["CHG"]) for row in read("pilot_adas_week24.csv") if row["TRTP"] == case[7:]]
            found = moments(values)
            same(case, {"n": found.n, "mean": found.mean, "sd": found.sd}, theirs)
            compared.add(case[7:])
    assert compared == {PLACEBO, LOW, HIGH}


def test_ref_14_the_published_table() -> None:
    """REF-14: to the decimals in which the study's own report prints them."""
    found = pilot()
    printed = {"pilot low-placebo": (-0.5, 0.82, 0.569), "pilot high-placebo": (-1.0, 0.84, 0.233)}
    for case, (estimate, error, p) in printed.items():
        assert found[case].estimate == pytest.approx(estimate, abs=0.05)
        assert found[case].error == pytest.approx(error, abs=0.005)
        assert found[case].p == pytest.approx(p, abs=0.0005)
    assert found["pilot dose"].p == pytest.approx(0.245, abs=0.0005)


@pytest.mark.needs_r
@pytest.mark.parametrize("script", ["proportions", "categories", "survival", "arms"])
def test_ref_15_r_says_the_same_today(rscript: str, script: str, tmp_path: Path) -> None:
    subprocess.run([rscript, f"{script}.R", str(tmp_path)], cwd=HERE, check=True, capture_output=True, timeout=120)
    kept, today = read(f"{script}_r.csv"), read(f"{script}_r.csv", tmp_path)
    assert len(kept) == len(today) > 50
    for one, other in zip(kept, today, strict=True):
        mine, theirs = number(one.pop("value")), number(other.pop("value"))
        assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-14, nan_ok=True)
        assert one == other


def shared() -> dict[str, Any]:
    return {case["id"]: case for case in json.loads((HERE / "design_cases.json").read_text(encoding="utf-8"))["cases"]}


NAMES = {"clopper_pearson": "Clopper-Pearson", "wilson": "Wilson", "jeffreys_brown": "Jeffreys", "mid_p": "mid-P"}


@pytest.mark.parametrize(("count", "n"), [(2, 4), (0, 4), (4, 4), (9, 20)])
def test_ref_16_intervals(count: int, n: int) -> None:
    case = shared()[f"prop_{count}_{n}"]
    for field, name in NAMES.items():
        found: Interval = INTERVALS[name](count, n)
        assert (found.low, found.high) == pytest.approx(case["expected"][field], rel=case["suggested_rtol"])


def test_ref_16_designs() -> None:
    cases = shared()
    simon, ahern, exact = (cases[name] for name in ("simon_10_30", "ahern_10_30", "binom_exact"))
    found = two_stages(0.1, 0.3)
    for kind, design in (("optimal", found.optimal), ("minimax", found.minimax)):
        mine = asdict(design) if design else {}
        for field, value in simon["expected"][kind].items():
            name = {"PET0": "stop", "EN0": "expected"}.get(field, field)
            assert mine[name] == pytest.approx(value, rel=simon["suggested_rtol"]), field
    single = asdict(single_stage(0.1, 0.3))
    for field, value in ahern["expected"].items():
        assert single[{"reject_if_at_least": "needed"}.get(field, field)] == pytest.approx(value, rel=1e-8)
    test = binomial_test(9, 20, null=0.2)
    assert (test.p_greater, test.p) == pytest.approx(
        (exact["expected"]["p_greater"], exact["expected"]["p_two_sided"]), rel=exact["suggested_rtol"]
    )


def test_ref_16_individual() -> None:
    rtm, rci = shared()["rtm"]["expected"], shared()["rci"]["expected"]
    below = regression_to_mean(6, 2, 0.8, cut=5, entered="below").change
    above = regression_to_mean(1000, 1000, 0.6, cut=1500, entered="above").change
    assert below == pytest.approx(rtm["below"], rel=1e-8)
    assert above == pytest.approx(-rtm["above"], rel=1e-8)
    found = reliable_change(7, 5, sd=3.8, reliability=0.95)
    assert (found.index, found.limit) == pytest.approx((rci["RCI"], rci["threshold95"]), rel=1e-8)
    assert error_of_measurement(3.8, 0.95) == pytest.approx(rci["SEM"], rel=1e-8)
