"""Values, baselines and changes.

DER-01: derived numbers follow their rule for gaps.
DER-02: the baseline is the last value dated on or before day 0, unscheduled visits included; by plan without a date.
DER-03: the baseline is the value of a named visit, or of the record that is flagged.
DER-04: change is value minus baseline of the same participant, and blank at and before the baseline.
DER-05: a value beyond a limit is no number, no earlier value takes its place, and it is counted in a warning.
DER-06: several records of a form at a visit give no value.
DER-07: an endpoint is told in its own unit: values, limits, baselines and changes are converted to it.
DER-08: binary rounding of a derived number decides no threshold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from trialbook.analysis.datasets import Datasets
from trialbook.analysis.derive import endpoint_values
from trialbook.analysis.plan import run_plan
from trialbook.conduct.answers import values_for
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Study

Small = Callable[..., Study]
Person = Callable[..., Casebook]
Collect = Callable[..., Datasets]

DATES = {"screening|visit.date": "2026-01-03", "start|visit.date": "2026-01-10", "week 4|visit.date": "2026-02-07"}


def rows(datasets: Datasets, endpoint: str) -> dict[tuple[str, str], dict[str, Any]]:
    frame = endpoint_values(datasets.study, datasets, endpoint)
    return {(row["participant"], row["visit"]): row for row in frame.iter_rows(named=True)}


def test_der_01_mean_with_gaps(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {
        "start|strength.arm.left": "4", "start|strength.arm.right": "5",
        "week 4|strength.arm.left": "6", "week 8|strength.arm.grip": None,
    }  # fmt: skip
    found = rows(datasets_of(small(), person("1", cells)), "power")
    assert {key: row["value"] for key, row in found.items()} == {("1", "start"): 4.5}
    assert len(found["1", "start"]["seqs"]) == 2


def test_der_02_last_value_before_day_0_counts_unscheduled_visits(
    small: Small, person: Person, datasets_of: Collect
) -> None:
    cells = {
        **DATES, "screening|blood.ck": "100", "unscheduled-1|visit.date": "2026-01-06", "unscheduled-1|blood.ck": "80",
        "unscheduled-2|visit.date": "2026-01-20", "unscheduled-2|blood.ck": "70", "week 4|blood.ck": "60",
    }  # fmt: skip
    found = rows(datasets_of(small(), person("1", cells)), "ck")
    assert {row["base_visit"] for row in found.values()} == {"unscheduled-1"}
    assert {visit: row["change"] for (_, visit), row in found.items()} == {
        "screening": None, "unscheduled-1": None, "unscheduled-2": -10.0, "week 4": -20.0,
    }  # fmt: skip


def test_der_02_of_one_day_the_later_visit_of_the_plan(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {
        "screening|visit.date": "2026-01-10", "start|visit.date": "2026-01-10",
        "screening|blood.ck": "100", "start|blood.ck": "90",
    }  # fmt: skip
    assert rows(datasets_of(small(), person("1", cells)), "ck")["1", "screening"]["base"] == 90


def test_der_02_without_dates_the_plan_decides_and_a_warning_says_so(
    small: Small, person: Person, datasets_of: Collect
) -> None:
    cells = {"screening|blood.ck": "100", "start|blood.ck": "90", "week 4|blood.ck": "60"}
    datasets = datasets_of(small(), person("1", cells))
    assert rows(datasets, "ck")["1", "week 4"]["change"] == -30
    told = run_plan(datasets.study, datasets).results.by_id()["describe.ck.baseline_value.enrolled.mean"]
    assert "without a study day, taken from visits planned on or before day 0: 1" in told.warning


def test_der_02_a_missing_value_is_no_baseline(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {**DATES, "screening|blood.ck": "100", "start|blood.ck": None}
    assert rows(datasets_of(small(), person("1", cells)), "ck")["1", "screening"]["base"] == 100


def test_der_03_named_visit(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {**DATES, "screening|blood.ck": "100", "start|blood.ck": "90", "week 4|blood.ck": "60"}
    study = small(baseline="visit start")
    found = rows(datasets_of(study, person("1", cells)), "ck")
    assert {visit: row["change"] for (_, visit), row in found.items()} == {
        "screening": None,
        "start": None,
        "week 4": -30,
    }


def test_der_03_flagged(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {**DATES, "screening|blood.ck": "100", "screening|blood.is_baseline": "yes", "start|blood.ck": "90",
             "start|blood.is_baseline": "no", "week 4|blood.ck": "60"}  # fmt: skip
    study = small(baseline="flagged is_baseline")
    assert rows(datasets_of(study, person("1", cells)), "ck")["1", "week 4"]["change"] == -40


def test_der_04_pairs_by_participant_never_by_row(small: Small, person: Person, datasets_of: Collect) -> None:
    one = person("1", {"start|blood.ck": "10"})
    two = person("2", {"start|blood.ck": "20", "week 4|blood.ck": "50"})
    three = person("3", {"week 4|blood.ck": "70"})
    four = person("4", {"start|blood.ck": "40", "week 4|blood.ck": "41"})
    found = rows(datasets_of(small(), one, two, three, four), "ck")
    at_visit = {code: row["change"] for (code, visit), row in found.items() if visit == "week 4"}
    assert at_visit == {"2": 30, "3": None, "4": 1}


def test_der_05_beyond_a_limit(small: Small, person: Person, datasets_of: Collect) -> None:
    people = [
        person("1", {**DATES, "screening|blood.crp": "3.0", "start|blood.crp": "<0.2", "week 4|blood.crp": "5.0"}),
        person("2", {**DATES, "start|blood.crp": "4.0", "week 4|blood.crp": "<0.2"}),
        person("3", {**DATES, "start|blood.crp": "4.0", "week 4|blood.crp": "2.0"}),
    ]
    datasets = datasets_of(small(), *people)
    found = rows(datasets, "crp")
    assert (found["1", "week 4"]["base"], found["1", "week 4"]["base_limit"]) == (None, "<0.2")
    assert (found["2", "week 4"]["value"], found["2", "week 4"]["limit"]) == (None, "<0.2")
    results = run_plan(datasets.study, datasets).results.by_id()
    assert results["change.crp.week_4.enrolled.n_pairs"].value == 1
    assert results["change.crp.week_4.enrolled.mean"].warning.startswith("2 values known only to lie beyond a limit")
    mean = results["describe.crp.week_4.enrolled.mean"]
    assert (mean.value, mean.n) == (3.5, 2)
    assert mean.warning.startswith("1 value known only")
    assert results["describe.crp.week_4.enrolled.missing"].value == 1


def test_der_05_a_limit_in_an_item_spoils_the_derived_number(
    small: Small, person: Person, datasets_of: Collect
) -> None:
    cells = {"start|strength.arm.left": "4", "start|strength.arm.right": "5", "start|strength.arm.grip": "<1"}
    found = rows(datasets_of(small(), person("1", cells)), "power")["1", "start"]
    assert (found["value"], found["flaw"]) == (None, "beyond a limit")


def test_der_06_several_records(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {"start|blood.ck|1": "10", "start|blood.ck|2": "20"}
    datasets = datasets_of(small(), person("1", cells))
    found = rows(datasets, "ck")["1", "start"]
    assert (found["value"], found["flaw"], len(found["seqs"])) == (None, "several records", 2)
    told = run_plan(datasets.study, datasets).results.by_id()["describe.ck.start.enrolled.mean"]
    assert "several records" in told.warning


def test_a_condition_is_no_number(small: Small, datasets_of: Collect) -> None:
    """DER-04: only an endpoint that is a number has values."""
    with pytest.raises(ValueError, match="condition"):
        endpoint_values(small(), datasets_of(small()), "strong")


IN_UKAT = "{from: blood.ck, better: lower, unit: ukat/L, decimals: 2, also: U/L}"


def test_der_07_values_stand_in_the_unit_of_the_endpoint(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {**DATES, "screening|blood.ck": "900", "screening|blood.is_baseline": "yes", "start|blood.ck": "600",
             "week 4|blood.ck": "100", "week 8|blood.ck": "<12"}  # fmt: skip
    datasets = datasets_of(small(ck=IN_UKAT), person("1", cells))
    found = rows(datasets, "ck")
    row = found["1", "week 4"]
    assert (row["value"], row["base"], row["change"]) == (100 / 60, 10, pytest.approx(100 / 60 - 10))
    assert found["1", "week 8"]["limit"] == "<0.2"
    analysis = run_plan(datasets.study, datasets)
    results = analysis.results.by_id()
    mean, also = results["change.ck.week_4.enrolled.mean"], results["change.ck.week_4.enrolled.mean_also"]
    assert mean.value == pytest.approx(-25 / 3)
    assert also.value == pytest.approx(-500)
    assert (mean.unit, also.unit) == ("ukat/L", "U/L")
    assert analysis.listings["baseline_alternatives"].rows == (("ck", "1", "flagged is_baseline", 15, 10),)
    assert results["baseline.blood.ck.enrolled.mean"].value == 600


def test_der_07_a_unit_with_another_zero(small: Small, person: Person, datasets_of: Collect) -> None:
    study = small()
    item = replace(study.forms["blood"].items["ck"], unit="degF")
    blood = replace(study.forms["blood"], items={**study.forms["blood"].items, "ck": item})
    endpoint = replace(study.endpoints["ck"], unit="Cel")
    study = replace(study, forms={**study.forms, "blood": blood}, endpoints={**study.endpoints, "ck": endpoint})
    datasets = datasets_of(study, person("1", {"start|blood.ck": "98.6"}), person("2", {"start|blood.ck": "32"}))
    assert [row["value"] for row in rows(datasets, "ck").values()] == [37, 0]


def test_der_07_a_unit_that_does_not_fit_is_a_mistake_of_the_study(
    small: Small, person: Person, datasets_of: Collect
) -> None:
    study = small()
    endpoint = replace(study.endpoints["ck"], unit="kg")
    study = replace(study, endpoints={**study.endpoints, "ck": endpoint})
    with pytest.raises(ValueError, match="kg"):
        endpoint_values(study, datasets_of(study, person("1", {"start|blood.ck": "5"})), "ck")


def test_der_04_nothing_changes_at_and_before_a_flagged_baseline_after_day_0(
    small: Small, person: Person, datasets_of: Collect
) -> None:
    dated = {**DATES, "unscheduled-1|visit.date": "2026-01-20", "week 8|visit.date": "2026-03-07"}
    cells = {"start|blood.ck": "90", "unscheduled-1|blood.ck": "80", "week 4|blood.ck": "60",
             "week 4|blood.is_baseline": "yes", "week 8|blood.ck": "50"}  # fmt: skip
    study = small(baseline="flagged is_baseline")
    found = rows(datasets_of(study, person("1", {**dated, **cells}), person("2", cells)), "ck")
    assert {key: row["change"] for key, row in found.items() if row["change"] is not None} == {
        ("1", "week 8"): -10, ("2", "week 8"): -10,
    }  # fmt: skip


def test_der_08_a_mean_of_decimals_is_that_of_the_decimals(small: Small, person: Person, datasets_of: Collect) -> None:
    cells = {"week 8|strength.arm.left": "9.1", "week 8|strength.arm.right": "8.2", "week 8|strength.arm.grip": "6.7"}
    datasets = datasets_of(small(), person("1", cells))
    assert rows(datasets, "power")["1", "week 8"]["value"] == 8
    assert run_plan(datasets.study, datasets).results.by_id()["responder.strong.week_8.enrolled.n"].value == 1


def test_der_02_dates_order_the_values_where_day_0_is_not_known(
    small: Small, person: Person, datasets_of: Collect
) -> None:
    """The conditions of `baseline.` and the analysis choose alike."""
    cells = {"screening|visit.date": "2026-01-10", "start|visit.date": "2026-01-09",
             "screening|blood.ck": "68", "start|blood.ck": "31"}  # fmt: skip
    study, one = small(), person("1", cells, on=None)
    assert rows(datasets_of(study, one), "ck")["1", "start"]["base"] == 68
    assert values_for(study, one)["baseline.blood.ck"] == 68
