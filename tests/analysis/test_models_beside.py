"""Imputation and Bayesian answers that a study file asks for.

BESIDE-01: a file that does not ask has no row of them; one that asks has all others unchanged.
BESIDE-02: the imputed changes are those of the table by itself, with the seed in the method, which hangs on the study
file alone; all are sensitivity.
BESIDE-03: who is still in the study and has not reached a visit is not imputed there; who left is.
BESIDE-04: values after the end of treatment, arms, empty visits and too few participants are told in words.
BESIDE-05: the posteriors are those of the planned pairs under each prior that the meaningful change sets.
BESIDE-06: without a meaningful change the flat prior stands alone, and the row of what matters says why.
BESIDE-07: each arm is imputed from itself and has its own posteriors; with a change that matters, values after dropout
are made worse by it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from trialbook.analysis import bayes, imputation
from trialbook.analysis.change import paired_t
from trialbook.analysis.datasets import Datasets, from_casebooks
from trialbook.analysis.imputed import seed_of
from trialbook.analysis.plan import run_plan
from trialbook.analysis.results import Result
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Arm, Meaningful, Participants, Study

Small = Callable[..., Study]
Person = Callable[..., Casebook]
VISITS = {"start": "2026-01-10", "week 4": "2026-02-07", "week 8": "2026-03-07"}
Row = tuple[float | None, ...]
VALUES: dict[str, Row] = {
    "1": (1000, 800, 700), "2": (1200, 1100, None), "3": (900, None, 880), "4": (1400, 905, 1210),
    "5": (2010, None, 1600), "6": (1100, 930, 800), "7": (None, 900, 800), "8": (1300, 1200, 910),
    "9": (1500, 1130, 1310), "10": (810, 900, 620), "11": (1710, 1500, 1230), "12": (1650, 1490, None),
}  # fmt: skip


def asked(study: Study, *models: Any, meaningful: float | None = None, **changes: Any) -> Study:
    ck = study.endpoints["ck"]
    if meaningful is not None:
        ck = replace(ck, meaningful=Meaningful(amount=Decimal(str(meaningful))))
    return replace(
        study, analysis=replace(study.analysis, sensitivity_models=models, **changes),
        endpoints={**study.endpoints, "ck": ck},
    )  # fmt: skip


def people(person: Person, values: dict[str, Row] = VALUES, *, left: tuple[str, ...] = ("2", "12")) -> Any:
    found = {}
    for code, row in values.items():
        cells = {f"{visit}|blood.ck": str(value) for visit, value in zip(VISITS, row, strict=True) if value is not None}
        dates = {f"{visit}|visit.date": day for visit, day in VISITS.items()}
        found[code] = person(code, {**dates, **cells}, status="withdrawn" if code in left else "enrolled")
    return found


def run(datasets: Datasets) -> dict[str, Result]:
    return {row.id: row for row in run_plan(datasets.study, datasets).results}


def test_beside_01_only_where_asked_and_nothing_else_changes(small: Small, person: Person) -> None:
    casebooks = people(person)
    plain = run(from_casebooks(small(), casebooks))
    both = run(from_casebooks(asked(small(), "imputation", "bayes"), casebooks))
    assert not any(row.analysis in {"imputation", "bayes"} for row in plain.values())
    added = {name for name, row in both.items() if row.analysis in {"imputation", "bayes"}}
    assert len(added) > 50
    assert {name: row for name, row in both.items() if name not in added | {"plan.sensitivity.rule"}} == {
        name: row for name, row in plain.items() if name != "plan.sensitivity.rule"
    }
    plan = small(missing="available cases\n  sensitivity: [locf, imputation, bayes, mmrm]").analysis
    assert (plan.sensitivity_missing, plan.sensitivity_models) == (("locf",), ("imputation", "bayes", "mmrm"))


def test_beside_02_the_table_by_itself(small: Small, person: Person) -> None:
    study = asked(small(), "imputation")
    rows = run(from_casebooks(study, people(person)))
    seed = seed_of(study, "ck")
    table = imputation.impute(list(VALUES.values()), seed=seed)
    expected = imputation.change_at(table, 2)
    stats = ("estimate", "se", "df", "p", "ci_low", "fmi")
    found = {stat: rows[f"imputation.ck.week_8.enrolled.{stat}"] for stat in stats}
    assert [row.value for row in found.values()] == [
        expected.estimate, expected.error, expected.df, expected.p, expected.ci_low, expected.fmi,
    ]  # fmt: skip
    assert f"seed {seed}" in found["p"].method
    assert seed_of(study, "crp") != seed != seed_of(replace(study, fingerprint="another"), "ck")
    assert {row.role for row in rows.values() if row.analysis == "imputation"} == {"sensitivity"}
    assert rows["imputation.ck.week_8.enrolled.n"].value == 12
    assert rows["imputation.ck.week_8.enrolled.n_imputed"].value == 3
    tip = rows["imputation.ck.week_8.enrolled.tipping"]
    assert tip.value == imputation.tipping_point(table, 2).delta
    assert "turns from yes to no" in tip.method


def test_beside_03_visits_ahead_are_not_imputed(small: Small, person: Person) -> None:
    study = asked(small(), "imputation")
    rows = run(from_casebooks(study, people(person, left=("2",))))
    # 12 is still in the study: week 8 may come
    assert rows["imputation.ck.week_8.enrolled.n"].value == 11
    assert rows["imputation.ck.week_8.enrolled.n_imputed"].value == 2
    table = imputation.impute(list(VALUES.values()), seed=seed_of(study, "ck"))
    counted = [code != "12" for code in VALUES]
    assert rows["imputation.ck.week_8.enrolled.p"].value == imputation.change_at(table, 2, who=counted).p


def test_beside_04_why_nothing_is_imputed(small: Small, person: Person) -> None:
    few = run(from_casebooks(asked(small(), "imputation"), people(person, dict(list(VALUES.items())[:3]))))
    assert few["imputation.ck.week_8.enrolled.p"].error.startswith("Imputation needs more participants than visits")
    assert few["imputation.crp.week_8.enrolled.tipping"].error.startswith("Nobody has a value at baseline")
    carried = asked(small(), "imputation", intercurrent="while on treatment")
    rows = run(from_casebooks(carried, people(person)))
    assert "while on treatment" in rows["imputation.ck.week_8.enrolled.estimate"].error
    arms = replace(asked(small(), "imputation", "bayes"), arms={"a": Arm(id="a", label={}), "b": Arm(id="b", label={})})
    rows = run(from_casebooks(arms, people(person)))
    assert "arms of the participants are not recorded" in rows["imputation.ck.week_8.enrolled.p"].error
    assert "2 arms" in rows["bayes.ck.flat.week_8.enrolled.ci_low"].error
    assert "2 arms" in rows["bayes.ck.factor.week_8.enrolled.bf10"].error


def test_beside_04_a_visit_that_nobody_reached(small: Small, person: Person) -> None:
    values: dict[str, Row] = {code: (row[0], row[1], None) for code, row in VALUES.items()}
    rows = run(from_casebooks(asked(small(), "imputation"), people(person, values)))
    assert rows["imputation.ck.week_8.enrolled.p"].error.startswith("Nobody has a value at this visit")
    assert isinstance(rows["imputation.ck.week_4.enrolled.p"].value, float)


def test_beside_05_posteriors_of_the_planned_pairs(small: Small, person: Person) -> None:
    rows = run(from_casebooks(asked(small(), "bayes", meaningful=200), people(person)))
    pairs = [(row[2], row[0]) for row in VALUES.values() if row[0] is not None and row[2] is not None]
    changes = [after - before for after, before in pairs if after is not None and before is not None]
    for prior in bayes.priors_of(-200):
        expected = bayes.mean_change(changes, prior)
        here = f"bayes.ck.{prior.name}.week_8.enrolled"
        stats = {stat: rows[f"{here}.{stat}"] for stat in ("median", "ci_high", "p_better")}
        assert [row.value for row in stats.values()] == [expected.median, expected.ci_high, expected.below(0.0)]
        assert rows[f"{here}.p_matters"].value == expected.below(-200)
        assert ("flat" if prior.sd is None else f"centre {prior.mean:.4g}") in stats["median"].method
    assert rows["bayes.ck.factor.week_8.enrolled.bf10"].value == bayes.jzs_change(changes).bf10
    assert {row.role for row in rows.values() if row.analysis == "bayes"} == {"sensitivity"}
    test = paired_t(changes, [0.0] * len(changes))
    assert rows["bayes.ck.flat.week_8.enrolled.ci_low"].value == pytest.approx(test.ci_low)


def test_beside_06_without_a_change_that_matters(small: Small, person: Person) -> None:
    rows = run(from_casebooks(asked(small(), "bayes"), people(person)))
    levels = {row.level for row in rows.values() if row.analysis == "bayes" and row.variable == "ck"}
    assert levels == {"flat", "factor"}
    assert "meaningful" in rows["bayes.ck.flat.week_8.enrolled.p_matters"].error
    empty = [row for row in rows.values() if row.analysis == "bayes" and row.variable == "crp"]
    assert all(row.value is None and row.error for row in empty)


@pytest.mark.parametrize("values", [{"1": (5, 5, 5)}, {}, {str(n): (5.0, 5.0, None) for n in range(9)}])
def test_beside_04_one_nobody_and_constant(small: Small, person: Person, values: dict[str, Row]) -> None:
    rows = run(from_casebooks(asked(small(), "imputation", "bayes", meaningful=1), people(person, values)))
    told = [row for row in rows.values() if row.analysis in {"imputation", "bayes"} and row.variable == "ck"]
    assert len(told) > 50
    assert all((row.value is None) == bool(row.error) for row in told)


def test_beside_07_each_arm_from_itself(small: Small, person: Person) -> None:
    arms = {name: Arm(id=name, label={"en": name}) for name in ("M", "F")}
    study = replace(asked(small(), "imputation", "bayes"), arms=arms, participants=Participants(arm="background.sex"))
    values = {f"{code}{arm}": row for code, row in VALUES.items() for arm in "MF"}
    books = people(person, values, left=("2M", "12F"))
    sexes = {code: person(code, {"|background.sex": code[-1]}) for code in values}
    known = {code: replace(one, answers={**one.answers, **sexes[code].answers}) for code, one in books.items()}
    rows = run(from_casebooks(study, known))
    for arm, left_out in (("M", "12"), ("F", "2")):
        table = imputation.impute(list(VALUES.values()), seed=seed_of(study, "ck", arm))
        counted = [code != left_out for code in VALUES]
        row = rows[f"imputation.ck.week_8.{arm}.enrolled.estimate"]
        assert row.value == imputation.change_at(table, 2, who=counted).estimate
        assert (row.group, row.n) == (arm, 11)
        changes = [row[2] - row[0] for row in VALUES.values() if row[0] is not None and row[2] is not None]
        believed = rows[f"bayes.ck.flat.week_8.{arm}.enrolled.ci_low"]
        assert (believed.value, believed.group) == (bayes.mean_change(changes).ci_low, arm)


def test_beside_07_made_worse_by_what_matters(small: Small, person: Person) -> None:
    study = asked(small(), "imputation", meaningful=200)
    rows = run(from_casebooks(study, people(person)))
    table = imputation.impute(list(VALUES.values()), seed=seed_of(study, "ck"))
    expected = imputation.change_at(table, 2, delta=200.0)
    here = "imputation.ck.worse.week_8.enrolled"
    assert [rows[f"{here}.{stat}"].value for stat in ("estimate", "se", "ci_high", "p")] == [
        expected.estimate, expected.error, expected.ci_high, expected.p,
    ]  # fmt: skip
    assert "made worse by 200" in rows[f"{here}.p"].method
    assert not any(
        row.level == "worse" for row in run(from_casebooks(asked(small(), "imputation"), people(person))).values()
    )


def test_beside_01_a_shipped_study(shipped: Callable[[str], Datasets]) -> None:
    datasets = shipped("infliximab_myositis")
    plain = run(datasets)
    more = run(replace(datasets, study=asked_only(datasets.study)))
    beside = {name: row for name, row in more.items() if row.analysis in {"imputation", "bayes"}}
    same = {name: row for name, row in more.items() if name not in beside and row.analysis != "plan"}
    assert same == {name: row for name, row in plain.items() if row.analysis != "plan"}
    assert all((row.value is None) == bool(row.error) for row in beside.values())
    assert any(row.stat == "p" and row.value is not None for row in beside.values())


def asked_only(study: Study) -> Study:
    return replace(study, analysis=replace(study.analysis, sensitivity_models=("imputation", "bayes")))
