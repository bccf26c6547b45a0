"""Models for repeated measures that a study file asks for.

REPM-01: a file that does not ask for a model has no row of one, and loads nothing for it.
REPM-02: the model takes the chosen baselines and every value after them, of whoever has any; pairs give the t test.
REPM-03: every row is sensitivity, tells n, structure and what could not be estimated, and leads to its answers.
REPM-04: arms have their changes, and each further arm a difference of changes from the first.
REPM-05: values after the end of treatment are left out where the plan does so; values carried on have no place.
REPM-06: a shipped study gives the same other results with a model and without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from trialbook.analysis import mmrm
from trialbook.analysis.change import paired_t
from trialbook.analysis.datasets import Datasets, from_casebooks, select
from trialbook.analysis.plan import run_plan
from trialbook.analysis.results import Result
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Arm, Participants, Study

Small = Callable[..., Study]
Person = Callable[..., Casebook]
STATS = ("n", "estimate", "se", "ci_low", "ci_high", "t", "df", "p")
VALUES: dict[str, tuple[float | None, ...]] = {
    "1": (10, 8, 7), "2": (12, 11, None), "3": (9, None, 9), "4": (14, 9, 12), "5": (20, None, 16), "6": (11, 9, 8),
    "7": (None, 9, 8), "8": (13, 12, 9), "9": (15, 11, 13), "10": (8, 9, 6),
}  # fmt: skip
VISITS = {"start": "2026-01-10", "week 4": "2026-02-07", "week 8": "2026-03-07"}


def asked(study: Study, **changes: Any) -> Study:
    return replace(study, analysis=replace(study.analysis, sensitivity_models=("mmrm",), **changes))


def people(person: Person, values: dict[str, tuple[float | None, ...]] = VALUES) -> dict[str, Casebook]:
    found = {}
    for code, row in values.items():
        cells = {f"{visit}|blood.ck": str(value) for visit, value in zip(VISITS, row, strict=True) if value is not None}
        sex = {"|background.sex": "M" if int(code) % 2 else "F"} if code != "10" else {}
        found[code] = person(code, {**{f"{visit}|visit.date": day for visit, day in VISITS.items()}, **sex, **cells})
    return found


def run(datasets: Datasets) -> dict[str, Result]:
    return {row.id: row for row in run_plan(datasets.study, datasets).results}


def told(rows: dict[str, Result], visit: str, group: str = "") -> list[float | str | None]:
    inside = f"{group}." if group else ""
    return [rows[f"mmrm.ck.{visit}.{inside}enrolled.{stat}"].value for stat in STATS]


def test_repm_01_only_where_asked(small: Small, person: Person) -> None:
    rows = run(from_casebooks(small(), people(person)))
    assert not any(row.analysis == "mmrm" for row in rows.values())
    plan = small(missing="available cases\n  sensitivity: [sign flip, mmrm]").analysis
    assert (plan.sensitivity, plan.sensitivity_models) == (("sign flip",), ("mmrm",))


def test_repm_02_every_value_in_one_model(small: Small, person: Person) -> None:
    rows = run(from_casebooks(asked(small()), people(person)))
    cells = [(code, visit, value) for code, row in VALUES.items() for visit, value in zip(VISITS, row, strict=True)]
    frame: dict[str, list[Any]] = {
        "id": [c for c, _, _ in cells],
        "visit": [v for _, v, _ in cells],
        "y": [y for _, _, y in cells],
    }
    expected = mmrm.fit("y ~ visit", frame, participant="id", visit="visit", levels={"visit": list(VISITS)})
    for visit, one in zip(("week_4", "week_8"), expected.change_from("start"), strict=True):
        assert told(rows, visit)[1:] == pytest.approx([getattr(one, stat) for stat in STATS[1:]])
    assert (rows["mmrm.ck.week_4.enrolled.n"].value, rows["mmrm.ck.week_8.enrolled.n"].value) == (8, 9)
    assert rows["mmrm.ck.model.enrolled.participants"].value == 10
    assert rows["mmrm.ck.model.enrolled.values"].value == 26
    assert rows["mmrm.ck.model.enrolled.structure"].value == "us"
    assert rows["mmrm.ck.model.enrolled.deviance"].value == pytest.approx(expected.deviance)


def test_repm_02_pairs_alone_give_the_t_test(small: Small, person: Person) -> None:
    pairs: dict[str, tuple[float | None, ...]] = {
        code: (row[0], None, row[2]) for code, row in VALUES.items() if None not in (row[0], row[2])
    }
    rows = run(from_casebooks(asked(small()), people(person, pairs)))
    expected = paired_t([float(row[2] or 0) for row in pairs.values()], [float(row[0] or 0) for row in pairs.values()])
    found = dict(zip(STATS, told(rows, "week_8"), strict=True))
    assert found["n"] == expected.n
    for stat in ("t", "df", "p", "ci_low", "ci_high"):
        assert found[stat] == pytest.approx(getattr(expected, stat))
    assert "No participant has a value at “week 4”" in rows["mmrm.ck.week_4.enrolled.p"].error


def test_repm_03_every_row_tells_what_it_is(small: Small, person: Person) -> None:
    datasets = from_casebooks(asked(small()), people(person))
    rows = [row for row in run(datasets).values() if row.analysis == "mmrm"]
    assert {row.variable for row in rows} == {"ck", "crp", "power"}
    for row in rows:
        assert row.role == "sensitivity"
        assert (row.value is None) == bool(row.error)
        assert len(select(datasets, row.source)) == (26 if row.variable == "ck" else 0)
    p = next(row for row in rows if row.id == "mmrm.ck.week_8.enrolled.p")
    assert "REML, unstructured covariance, linear Kenward-Roger" in p.method
    assert next(row for row in rows if row.id == "mmrm.crp.week_8.enrolled.p").error.startswith("No row has a value")


def test_repm_03_a_fall_back_is_a_warning(small: Small, person: Person) -> None:
    few = {code: VALUES[code] for code in ("1", "4", "6")}
    rows = run(from_casebooks(asked(small()), people(person, few)))
    row = rows["mmrm.ck.week_8.enrolled.estimate"]
    assert "not unstructured as asked" in row.warning
    assert rows["mmrm.ck.model.enrolled.structure"].value == "toeph"
    assert row.method.startswith("change of the mean in a model for repeated measures: REML, heterogeneous Toeplitz")


def test_repm_04_arms(small: Small, person: Person) -> None:
    arms = {name: Arm(id=name, label={"en": name}) for name in ("M", "F")}
    study = replace(asked(small()), arms=arms, participants=Participants(arm="background.sex"))
    rows = run(from_casebooks(study, people(person)))
    m, f = (dict(zip(STATS, told(rows, "week_8", arm), strict=True)) for arm in "MF")
    gap = dict(zip(STATS, told(rows, "week_8", "F_minus_M"), strict=True))
    assert (m["n"], f["n"], gap["n"]) == (5, 3, 8)
    assert gap["estimate"] == pytest.approx(float(f["estimate"] or 0) - float(m["estimate"] or 0))
    assert isinstance(gap["p"], float)
    assert rows["mmrm.ck.week_8.F_minus_M.enrolled.p"].group == "F minus M"
    assert "their arm is not recorded: 1" in rows["mmrm.ck.model.enrolled.structure"].warning
    nobody = run(from_casebooks(replace(study, participants=Participants()), people(person)))
    assert "arms of the participants are not recorded" in nobody["mmrm.ck.week_8.enrolled.p"].error


def test_repm_05_after_the_end_of_treatment(small: Small, person: Person) -> None:
    study = asked(small(), intercurrent="hypothetical")
    books = people(person)
    late = (date.fromisoformat(VISITS["week 4"]) + timedelta(days=1)).isoformat()
    books["1"] = replace(books["1"], status="withdrawn", ended_on=late)
    rows = run(from_casebooks(study, books))
    assert (rows["mmrm.ck.week_4.enrolled.n"].value, rows["mmrm.ck.week_8.enrolled.n"].value) == (8, 8)
    assert rows["mmrm.ck.model.enrolled.values"].value == 25
    carried = run(from_casebooks(asked(small(), intercurrent="while on treatment"), books))
    assert "no place for a value that is carried on" in carried["mmrm.ck.week_8.enrolled.p"].error
    assert carried["mmrm.ck.model.enrolled.structure"].error == carried["mmrm.ck.week_8.enrolled.p"].error


def test_repm_06_a_shipped_study(shipped: Callable[[str], Datasets]) -> None:
    datasets = shipped("xanomeline_four")
    plain = run(datasets)
    more = run(replace(datasets, study=asked(datasets.study)))
    models = {name: row for name, row in more.items() if row.analysis == "mmrm"}
    assert len(models) > 100
    same = {name: row for name, row in more.items() if name not in models and row.analysis != "plan"}
    assert same == {name: row for name, row in plain.items() if row.analysis != "plan"}
    assert all((row.value is None) == bool(row.error) for row in models.values())
    assert any(row.stat == "p" and row.value is not None for row in models.values())
