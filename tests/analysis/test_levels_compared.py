"""Levels of a choice over the visits, against the baseline.

ORDR-01: the share at each level or one before it stands at every visit, with the exact interval.
ORDR-02: the probability of better, the share of those who moved and both tests are those of the levels by themselves.
ORDR-03: which way is better follows the study file; where it does not say, higher is told.
ORDR-04: nobody, one, the same everywhere and a level that is missing give reasons in words.
ORDR-05: each arm by itself; arms that are not recorded are not compared. Rows lead to the answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from trialbook.analysis import ordinal
from trialbook.analysis.datasets import Datasets, from_casebooks, select
from trialbook.analysis.levels_compared import compare_levels
from trialbook.analysis.plan import run_plan
from trialbook.analysis.proportions import clopper_pearson
from trialbook.analysis.results import Result
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Arm, Endpoint, Form, Item, Participants, Study

Small = Callable[..., Study]
Person = Callable[..., Casebook]
LEVELS = ("none", "mild", "severe")
Row = tuple[str | None, str | None, str | None]
VALUES: dict[str, Row] = {
    "1": ("severe", "mild", "none"), "2": ("severe", None, "mild"), "3": ("mild", "mild", "mild"),
    "4": ("severe", "severe", "none"), "5": (None, "mild", "none"), "6": ("mild", "none", "none"),
    "7": ("severe", "mild", "mild"), "8": ("mild", "severe", "severe"),
}  # fmt: skip


def asked(study: Study, better: Any = "lower", **changes: Any) -> Study:
    item = Item(id="rash", kind="choice", label={}, choices={one: {} for one in LEVELS})
    form = Form(id="skin", label={}, timing="visits", items={"rash": item}, visits=("start", "week 4", "week 8"))
    rash = Endpoint(id="rash", label={"en": "Rash"}, levels="skin.rash", better=better)
    return replace(study, forms={**study.forms, "skin": form}, endpoints={"rash": rash}, **changes)


def people(person: Person, values: dict[str, Row] = VALUES) -> dict[str, Casebook]:
    found = {}
    for code, row in values.items():
        visits = zip(("start", "week 4", "week 8"), row, strict=True)
        cells = {f"{visit}|skin.rash": level for visit, level in visits if level is not None}
        found[code] = person(code, {"|background.sex": "M" if int(code) % 2 else "F", **cells})
    return found


def run(datasets: Datasets) -> dict[str, Result]:
    found = {row.id: row for row in compare_levels(datasets, list(datasets.participants["participant"]))}
    assert all((row.value is None) == bool(row.error) for row in found.values())
    assert {row.role for row in found.values()} <= {"sensitivity"}
    return found


def test_ordr_01_cumulative_shares(small: Small, person: Person) -> None:
    rows = run(from_casebooks(asked(small()), people(person)))
    assert rows["cumulative.rash.mild.start.enrolled.percent"].value == pytest.approx(100 * 3 / 7)
    interval = clopper_pearson(3, 7)
    assert rows["cumulative.rash.mild.start.enrolled.ci_high"].value == 100 * (interval.high or 0)
    assert rows["cumulative.rash.none.week_8.enrolled.percent"].value == 50
    assert "cumulative.rash.severe.week_8.enrolled.percent" not in rows


def test_ordr_02_against_the_baseline(small: Small, person: Person) -> None:
    datasets = from_casebooks(asked(small()), people(person))
    rows = run(datasets)
    before, after = [row[0] for row in VALUES.values()], [row[2] for row in VALUES.values()]
    expected = ordinal.superiority(before, after, LEVELS, better="earlier")
    found = {
        stat: rows[f"superiority.rash.week_8.enrolled.{stat}"] for stat in ("superiority", "ci_low", "p", "p_ranks")
    }
    assert [row.value for row in found.values()] == [
        expected.superiority, expected.low, expected.sign.p, expected.ranks.p,
    ]  # fmt: skip
    assert rows["superiority.rash.week_8.enrolled.n_pairs"].value == 7
    assert rows["superiority.rash.week_8.enrolled.percent_moved"].value == pytest.approx(100 * 5 / 6)
    assert rows["superiority.rash.week_8.enrolled.p_min"].value == 2 / 2**6
    whole = {row.id for row in run_plan(datasets.study, datasets).results}
    assert set(rows) <= whole


@pytest.mark.parametrize(
    ("better", "said"), [("lower", "better (lower)"), ("higher", "better (higher)"), ("neither", "higher")]
)
def test_ordr_03_which_way_is_better(small: Small, person: Person, better: str, said: str) -> None:
    rows = run(from_casebooks(asked(small(), better), people(person)))
    row = rows["superiority.rash.week_8.enrolled.superiority"]
    lower = ordinal.superiority(
        [v[0] for v in VALUES.values()], [v[2] for v in VALUES.values()], LEVELS, better="earlier"
    )
    assert lower.superiority is not None
    assert row.value == pytest.approx(lower.superiority if better == "lower" else 1 - lower.superiority)
    assert f"is {said} than" in row.method


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "No participant has an answer"), ({"1": (None, None, "mild")}, "No participant has an answer"),
        ({str(n): ("mild", "mild", "mild") for n in range(1, 5)}, "Nobody moved"),
        ({"1": ("severe", "mild", "none")}, ""),
    ],
)  # fmt: skip
def test_ordr_04_why_there_is_no_number(small: Small, person: Person, values: dict[str, Row], said: str) -> None:
    rows = run(from_casebooks(asked(small()), people(person, values)))
    assert rows["superiority.rash.week_8.enrolled.p"].error.startswith(said)
    assert len(rows) == 3 * 2 * 3 + 2 * 10


def test_ordr_05_arms(small: Small, person: Person) -> None:
    arms = {name: Arm(id=name, label={"en": name}) for name in ("M", "F")}
    study = asked(small(), arms=arms, participants=Participants(arm="background.sex"))
    datasets = from_casebooks(study, people(person))
    rows = run(datasets)
    row = rows["superiority.rash.week_8.M.enrolled.superiority"]
    assert (row.group, row.n) == ("M", 3)
    cells = select(datasets, row.source)
    assert {cell["participant"] for cell in cells.iter_rows(named=True)} == {"1", "3", "5", "7"}
    nobody = run(from_casebooks(replace(study, participants=Participants()), people(person)))
    assert "2 arms" in nobody["superiority.rash.week_8.enrolled.p"].error
