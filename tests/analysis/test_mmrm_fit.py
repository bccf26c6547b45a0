"""The interface of models for repeated measures, and data from which little can be learned.

MMRM-15: a mapping of columns or a polars frame; numbers are covariates, all else factors; levels in order.
MMRM-16: means, changes, differences and contrasts say the same thing where they are the same thing.
MMRM-17: a test of a term does not depend on which level comes first.
MMRM-18: units, shifts and the order of rows change nothing.
MMRM-19: a structure that cannot be estimated gives way to the next, each with its reason.
MMRM-20: data that cannot be fitted give a reason in words; what cannot be told of a fit carries one.
MMRM-21: convergence, gradient, condition and definiteness are data.
MMRM-22: the summary says what was done, and what was not.
MMRM-23: mistakes in calls are exceptions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis import mmrm
from trialbook.analysis.mmrm.inference import matched
from trialbook.analysis.mmrm.structures import Name

Frame = dict[str, list[Any]]


def invented(people: int, visits: int, *, seed: int = 1, missing: float = 0.0) -> Frame:
    """Return values of two arms whose visits are correlated."""
    rng = np.random.default_rng(seed)
    place = np.arange(visits)
    root = np.linalg.cholesky(0.7 ** np.abs(place[:, None] - place))
    values = rng.normal(size=(people, visits)) @ root.T + 0.2 * place
    kept = rng.random((people, visits)) >= missing
    cells = [(person, visit) for person in range(people) for visit in range(visits)]
    return {
        "id": [f"P{person:03}" for person, _ in cells],
        "visit": [f"week {4 * visit}" for _, visit in cells],
        "y": [float(values[cell]) if kept[cell] else None for cell in cells],
        "arm": ["AB"[person % 2] for person, _ in cells],
        "age": [40.0 + person % 7 for person, _ in cells],
        "site": [person % 3 for person, _ in cells],
    }


def fitted(frame: Any, formula: str = "y ~ visit", **choices: Any) -> mmrm.Fit:
    return mmrm.fit(formula, frame, participant="id", visit="visit", **choices)


def numbers(found: mmrm.Estimate) -> list[float]:
    values = (found.estimate, found.se, found.df, found.t, found.p, found.ci_low, found.ci_high)
    assert not found.error
    return [float(value) for value in values if value is not None]


def test_mmrm_15_any_frame() -> None:
    columns = invented(12, 3, missing=0.1)
    one, other = fitted(columns, "y ~ visit + age"), fitted(pl.DataFrame(columns), "y ~ visit + age")
    assert one.coefficients == other.coefficients
    arrays = {name: np.array(column, dtype=float if name == "y" else None) for name, column in columns.items()}
    assert fitted(arrays, "y ~ visit + age").coefficients == one.coefficients


def test_mmrm_15_what_is_a_factor() -> None:
    columns = invented(12, 3)
    assert [one.name for one in fitted(columns, "y ~ site + visit").coefficients] == [
        "(Intercept)", "site", "visit[week 4]", "visit[week 8]",
    ]  # fmt: skip
    names = [one.name for one in fitted(columns, "y ~ 0 + site:arm", factors=["site"]).coefficients]
    assert names == [f"site[{site}]:arm[{arm}]" for site in (0, 1, 2) for arm in "AB"]
    assert fitted(columns, levels={"visit": ["week 8", "week 0", "week 4"]}).visits == ("week 8", "week 0", "week 4")
    columns["visit"] = [{"week 0": 0, "week 4": 4, "week 8": 12}[visit] for visit in columns["visit"]]
    assert fitted(columns).visits == ("0", "4", "12")


def test_mmrm_15_without_an_intercept_the_first_factor_has_every_level() -> None:
    found = fitted(invented(12, 3), "y ~ 0 + arm + visit")
    assert [one.name for one in found.coefficients] == ["arm[A]", "arm[B]", "visit[week 4]", "visit[week 8]"]
    assert not found.warnings


def test_mmrm_15_rows_that_lack_something_are_counted() -> None:
    columns = invented(12, 3)
    columns["y"][:2], columns["age"][1:4], columns["id"][10] = [None, math.nan], [None] * 3, None
    found = fitted(columns, "y ~ visit + age")
    assert found.left_out == {"y": 2, "age": 2, "id": 1}
    assert found.values == 31


def test_mmrm_16_the_same_thing_said_in_several_ways() -> None:
    found = fitted(invented(20, 3, missing=0.15), "y ~ arm * visit + age")
    change = found.change_from("week 0", by=["arm"])
    assert numbers(change[1]) == pytest.approx(numbers(found.contrast({"visit[week 8]": 1})))
    both = {"visit[week 8]": 1, "arm[B]:visit[week 8]": 1}
    assert numbers(change[3]) == pytest.approx(numbers(found.contrast(both)))
    gap = found.differences("arm", change_from="week 0")[1]
    assert gap.estimate == pytest.approx(_less(change[3].estimate, change[1].estimate))
    assert numbers(gap) == pytest.approx(numbers(found.contrast({"arm[B]:visit[week 8]": 1})))
    means = {(one.levels["arm"], one.levels["visit"]): one.estimate for one in found.ls_means("arm", "visit")}
    assert found.differences("arm")[2].estimate == pytest.approx(_less(means["B", "week 8"], means["A", "week 8"]))
    assert found.differences("arm", reference="B")[2].estimate == pytest.approx(
        _less(means["A", "week 8"], means["B", "week 8"])
    )
    assert found.ls_means()[0].estimate == pytest.approx(sum(value or 0.0 for value in means.values()) / 6)
    assert numbers(found.contrast([0, 0, 0, 1, 0, 0, 0], "third")) == pytest.approx(numbers(found.coefficients[3]))


def _less(one: float | None, other: float | None) -> float:
    assert one is not None
    assert other is not None
    return one - other


def test_mmrm_16_covariates_and_weights_of_means() -> None:
    columns = invented(21, 3)
    found = fitted(columns, "y ~ visit + age + arm")
    slope = found.coefficients[3].estimate
    means = [found.ls_means("visit", at={"age": age})[0].estimate for age in (50.0, 60.0)]
    assert _less(means[1], means[0]) == pytest.approx(10 * (slope or 0.0))
    assert found.ls_means()[0].estimate == pytest.approx(
        found.ls_means(at={"age": float(np.mean(columns["age"]))})[0].estimate
    )
    arm = {one.levels["arm"]: one.estimate or 0.0 for one in found.ls_means("arm")}
    share = columns["arm"].count("B") / len(columns["arm"])
    assert found.ls_means(weights="observed")[0].estimate == pytest.approx((1 - share) * arm["A"] + share * arm["B"])


def test_mmrm_16_one_f_is_t_squared() -> None:
    for method in ("kenward-roger", "satterthwaite"):
        found = fitted(invented(20, 3, missing=0.15), "y ~ arm + visit", method=method)
        test, one = found.f_test("arm"), found.differences("arm", by=())[0]
        assert (test.f, test.df_den, test.p) == pytest.approx(((one.t or 0.0) ** 2, one.df, one.p))


@pytest.mark.parametrize("term", ["arm", "visit", "arm:visit", "age"])
def test_mmrm_17_the_first_level_does_not_matter(term: str) -> None:
    columns = invented(20, 3, missing=0.15)
    orders: tuple[dict[str, list[str]], ...] = ({}, {"arm": ["B", "A"], "visit": ["week 0", "week 8", "week 4"]})
    tests = [fitted(columns, "y ~ arm * visit + age", levels=levels).f_test(term) for levels in orders]
    assert tests[0].f == pytest.approx(tests[1].f, rel=1e-8)
    assert tests[0].df_den == pytest.approx(tests[1].df_den, rel=1e-6)


def test_mmrm_17_contrasts_that_follow_from_others_count_once() -> None:
    found = fitted(invented(20, 3))
    twice = found.f_test([[0, 1, 0], [0, 0, 1], [0, 1, 1]])
    assert twice.df_num == 2
    assert (twice.f, twice.p) == pytest.approx((found.f_test("visit").f, found.f_test("visit").p))


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(36)), st.floats(-1e6, 1e6), st.sampled_from([1e-20, 1e-3, 1.0, 1e8, 1e50]))
def test_mmrm_18_units_shifts_and_order(order: list[int], shift: float, unit: float) -> None:
    columns = invented(12, 3, missing=0.1)
    moved = {name: [column[row] for row in order] for name, column in columns.items()}
    moved["y"] = [None if value is None else unit * (value + shift) for value in moved["y"]]
    plain, other = fitted(columns).change_from("week 0")[1], fitted(moved).change_from("week 0")[1]
    tolerance = 1e-6 if abs(shift) > 1 else 1e-8
    assert (other.estimate or 0.0) / unit == pytest.approx(plain.estimate, rel=tolerance, abs=1e-9)
    assert (other.se or 0.0) / unit == pytest.approx(plain.se, rel=tolerance)
    assert (other.df, other.p) == pytest.approx((plain.df, plain.p), rel=1e-4)


def test_mmrm_19_eight_visits_of_four_participants() -> None:
    found = fitted(invented(4, 8))
    assert found.asked == "us"
    assert found.structure not in {None, "us"}
    assert found.fall_backs[0].structure == "us"
    assert "36 parameters" in found.fall_backs[0].reason
    assert "not unstructured as asked: us: its 36 parameters" in found.warnings[0]
    assert len(numbers(found.change_from("week 0")[-1])) == 7


def test_mmrm_19_collinear_visits_leave_the_unstructured_matrix() -> None:
    columns = invented(12, 3)
    for row in range(0, 36, 3):
        columns["y"][row + 1] = columns["y"][row] + 1
    found = fitted(columns)
    assert found.structure == "toeph"
    assert "singular" in found.fall_backs[0].reason
    assert fitted(columns, fall_back=()).error.startswith("No covariance structure could be estimated: us: ")
    assert fitted(columns, fall_back=["cs"]).structure == "cs"


def test_mmrm_19_two_visits_that_nobody_has_both_of() -> None:
    columns = invented(12, 3)
    for row in range(36):
        if row % 6 == 1 or row % 6 == 5:
            columns["y"][row] = None
    found = fitted(columns)
    assert found.fall_backs[0].reason == "no participant has values at both “week 4” and “week 8”"
    assert found.structure is not None


def test_mmrm_19_a_second_start_finds_what_the_first_does_not() -> None:
    """MMRM-19: from the residuals of least squares the Toeplitz matrix becomes singular, from independence not."""
    found = fitted(invented(6, 3, seed=140, missing=0.3))
    assert found.structure == "toeph"
    assert found.definite


def test_mmrm_19_a_visit_without_variation() -> None:
    columns = invented(12, 3)
    columns["y"] = [
        0.0 if visit == "week 4" else value for visit, value in zip(columns["visit"], columns["y"], strict=True)
    ]
    found = fitted(columns)
    assert [one.structure for one in found.fall_backs] == ["us", "toeph", "adh", "ar1h", "csh"]
    assert found.structure == "toep"


def changed(columns: Frame, value: Callable[[int], Any]) -> Frame:
    return {**columns, "y": [value(row) for row in range(len(columns["y"]))]}


def only(columns: Frame, name: str, value: Any) -> Frame:
    rows = [row for row, found in enumerate(columns[name]) if found == value]
    return {key: [column[row] for row in rows] for key, column in columns.items()}


ten = invented(10, 3)
UNFIT: dict[str, tuple[Frame, str, str]] = {
    "all missing": (changed(ten, lambda _: None), "y ~ visit", "No row has a value"),
    "no rows": ({name: [] for name in ten}, "y ~ visit", "No row has a value"),
    "constant": (changed(ten, lambda _: 3.5), "y ~ visit", "no variation is left"),
    "zero": (changed(ten, lambda _: 0.0), "y ~ visit", "no variation is left"),
    "visit means": (changed(ten, lambda row: float(row % 3)), "y ~ visit", "no variation is left"),
    "response explained": ({**ten, "age": ten["y"]}, "y ~ visit + age", "no variation is left"),
    "participant means": (changed(ten, lambda row: float(row // 3)), "y ~ visit", "its matrix becomes singular"),
    "one participant": (only(ten, "id", "P000"), "y ~ visit", "There are as many coefficients (3) as values (3)"),
    "one participant, one mean": (only(ten, "id", "P000"), "y ~ 1", "No covariance structure could be estimated"),
    "infinite": (changed(ten, lambda row: math.inf if row == 4 else 1.0 * row), "y ~ visit", "is infinite or beyond"),
    "twice": ({**ten, "id": ["P1"] * 30}, "y ~ visit", "several values at visit “week 0”"),
    "nothing to estimate": (ten, "y ~ 0", "no coefficient"),
    "one value each": (
        changed(ten, lambda row: ten["y"][row] if row % 3 == row // 3 % 3 else None), "y ~ visit", "do not tell",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNFIT)
def test_mmrm_20_data_that_cannot_be_fitted(name: str) -> None:
    columns, formula, why = UNFIT[name]
    found = fitted(columns, formula)
    assert why in found.error
    assert found.structure is None
    assert found.covariance is None
    assert (found.deviance, found.aic, found.bic) == (None, None, None)
    assert not found.coefficients
    for one in (
        *found.change_from("week 0"),
        *found.ls_means("visit"),
        *found.differences("arm"),
        found.contrast({"a": 1}),
    ):
        assert one.estimate is None
        assert one.error == found.error
    assert found.f_test("visit").error == found.error
    assert found.error in found.summary()
    assert found.using(method="satterthwaite").error == found.error


def test_mmrm_20_one_visit() -> None:
    columns = only(ten, "visit", "week 4")
    found = fitted(columns)
    assert found.warnings == ("Only one visit has values: nothing is repeated.",)
    mean = found.ls_means("visit")[0]
    assert mean.estimate == pytest.approx(float(np.mean(columns["y"])))
    assert (mean.se, mean.df) == pytest.approx((float(np.std(columns["y"], ddof=1)) / math.sqrt(10), 9))
    assert "has one level only" in found.change_from("week 4")[0].error
    assert "No value is left at “week 0”" in found.change_from("week 0")[0].error


def test_mmrm_20_collinear_columns_are_left_out_and_named() -> None:
    columns = invented(12, 3)
    columns["months"] = [12 * age + 1 for age in columns["age"]]
    found, plain = fitted(columns, "y ~ visit + age + months"), fitted(columns, "y ~ visit + age")
    assert "Left out, since they follow from others or have no values: months." in found.warnings
    assert found.coefficients[:4] == plain.coefficients
    assert "left out" in found.coefficients[4].error
    assert "cannot tell" in found.contrast({"months": 1}).error
    assert numbers(found.change_from("week 0")[0]) == pytest.approx(numbers(plain.change_from("week 0")[0]))
    assert "left out" in found.summary()


def test_mmrm_20_an_empty_cell_cannot_be_told() -> None:
    columns = invented(12, 3)
    rows = zip(columns["arm"], columns["visit"], columns["y"], strict=True)
    columns["y"] = [None if (arm, visit) == ("B", "week 8") else value for arm, visit, value in rows]
    found = fitted(columns, "y ~ arm * visit")
    told = {(one.levels["arm"], one.levels["visit"]): one.error for one in found.ls_means("arm", "visit")}
    assert [cell for cell, error in told.items() if error] == [("B", "week 8")]
    assert "a combination of levels" in told["B", "week 8"]
    assert "a combination of levels" in found.f_test("arm:visit").error


def test_mmrm_20_what_the_formula_does_not_hold() -> None:
    found = fitted(invented(12, 3), "y ~ visit")
    assert found.ls_means("arm")[0].error == "The formula does not hold “arm”."
    assert found.differences("arm")[0].error == "The formula does not hold “arm”."
    assert found.f_test("arm").error == "The formula does not hold “arm”."
    assert found.contrast({"arm[B]": 1}).error == "The model has no coefficient “arm[B]”."
    assert found.contrast([1, 0]).error == "The model has 3 coefficients, not 2."
    assert found.contrast([0, 0, 0]).error == "No coefficient of the formula bears on this."
    assert found.change_from("week 99")[0].error == "No value is left at “week 99” of “visit”."
    assert "no covariate “age”" in found.ls_means(at={"age": 3.0})[0].error
    assert found.differences("visit", by=())[0].estimate == found.change_from("week 0")[0].estimate


sizes = st.tuples(
    st.integers(1, 7), st.integers(1, 5), st.sampled_from([0.0, 0.3, 0.6]), st.integers(0, 9999), st.booleans()
)
formulas = st.sampled_from(
    ["y ~ visit", "y ~ arm * visit", "y ~ arm * visit + age", "y ~ 0 + visit:arm", "y ~ age * visit"]
)


@settings(max_examples=60, deadline=None)
@given(sizes, formulas)
def test_mmrm_20_no_data_give_an_exception_or_a_number_that_is_none(
    size: tuple[int, int, float, int, bool], formula: str
) -> None:
    people, visits, missing, seed, rounded = size
    columns = invented(people, visits, seed=seed, missing=missing)
    if rounded:
        columns["y"] = [None if value is None else float(round(value)) for value in columns["y"]]
    found = fitted(columns, formula)
    assert (found.structure is None) == bool(found.error)
    found.summary()
    for method in ("kenward-roger", "satterthwaite"):
        told = found.using(method=method)
        for one in (
            *told.change_from("week 0"),
            *told.differences("arm"),
            *told.ls_means("visit", "arm"),
            *told.coefficients,
        ):
            values = [getattr(one, field.name) for field in fields(one)]
            assert all(math.isfinite(value) for value in values if isinstance(value, float))
            assert (one.se is None) == bool(one.error)
        for term in ("visit", "arm:visit", "age"):
            test = told.f_test(term)
            assert (test.p is None) == bool(test.error)
            assert test.p is None or 0 <= test.p <= 1


def test_mmrm_20_moments_that_no_f_distribution_has() -> None:
    assert matched(3, a1=4.0, a2=3.0) is None
    assert matched(3, a1=0.5, a2=4.0) is None
    told = matched(3, a1=0.5, a2=0.2)
    assert told is not None
    assert min(told) > 0


@pytest.mark.parametrize("structure", mmrm.ORDER)
def test_mmrm_21_convergence_is_told(structure: Name) -> None:
    found = fitted(invented(30, 4, missing=0.1), "y ~ arm * visit", structure=structure)
    assert found.structure == structure
    assert found.gradient is not None
    assert found.gradient < 1e-9
    assert found.definite
    assert found.steps < 20
    assert found.covariance is not None
    assert found.condition == pytest.approx(np.linalg.cond(found.covariance), rel=1e-6)
    assert found.deviance is not None
    assert found.aic == found.deviance + 2 * found.parameters
    assert found.bic == pytest.approx(found.deviance + math.log(30) * found.parameters)


def test_mmrm_21_warnings_of_a_rough_fit() -> None:
    columns = invented(30, 2)
    for row in range(0, 60, 2):
        columns["y"][row + 1] = columns["y"][row] + 3e-5 * math.sin(row)
    found = fitted(columns)
    assert any("nearly singular (condition" in warning for warning in found.warnings)
    few = fitted(invented(2, 2))
    assert few.structure == "cs"
    assert any("errors and p are rough" in warning for warning in few.warnings)
    assert few.change_from("week 0")[0].warning.startswith("Below two degrees of freedom")


def test_mmrm_22_summary() -> None:
    columns = invented(12, 3, missing=0.1)
    lines = fitted(columns, "y ~ arm * visit + age").summary().splitlines()
    assert lines[0].endswith(": y ~ arm + visit + age + arm:visit")
    assert lines[2] == f"Rows left out: {columns['y'].count(None)} without “y”"
    assert "Covariance: unstructured (us), 6 parameters" in lines
    assert "Degrees of freedom: Kenward and Roger, linear, observed information" in lines
    assert lines[-8].split() == ["estimate", "SE", "df", "t", "p", "low", "high"]
    assert len({len(line) for line in lines[-8:]}) == 1


def test_mmrm_22_a_fall_back_stands_in_the_summary() -> None:
    assert "Warning: The covariance structure is" in fitted(invented(4, 8)).summary()


@pytest.mark.parametrize(
    ("choices", "problem"),
    [
        ({"formula": "y ~ sex"}, "There is no column “sex”"),
        ({"formula": "arm ~ visit"}, "“arm” holds “A”, which is no number"),
        ({"levels": {"visit": ["week 0"]}}, "“week 4” is not among the levels"),
        ({"structure": "un"}, "“un” is no covariance structure"),
        ({"fall_back": ["ante"]}, "“ante” is no covariance structure"),
        ({"confidence": 95}, "between 0 and 1"),
    ],
)
def test_mmrm_23_mistakes_in_calls(choices: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        fitted(ten, **choices)


def test_mmrm_23_columns_of_unlike_length() -> None:
    with pytest.raises(mmrm.FormulaError, match="not of one length"):
        fitted({**ten, "y": [1.0]})
