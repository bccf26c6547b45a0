"""Arms of a study file, compared.

BETW-01: each arm has n, mean and SD of the change; each further arm is compared with the first.
BETW-02: the differences are Welch's and the one adjusted for the baseline, of the same participants.
BETW-03: responders are counted by arm, and compared by Fisher's exact test.
BETW-04: no test between arms is planned in the file: the rows are sensitivity, and say so.
BETW-05: whose arm is not recorded is left out, and counted; an arm with nobody gives reasons.
BETW-06: every row leads to the answers of its arms.
BETW-08: each arm is compared with its own baseline by the planned test; all together carry the reason why not.
BETW-09: a test between arms that the file plans is the planned one; then those within the arms are sensitivity.
BETW-10: the plan's rule for missing values holds between arms as within them.
BETW-07: without arms, or where the file does not say who is in which, nothing is compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from trialbook.analysis.arms import ancova, welch
from trialbook.analysis.between import NO_END, NOT_PLANNED
from trialbook.analysis.change import paired_t
from trialbook.analysis.datasets import Datasets, select
from trialbook.analysis.fisher import fisher
from trialbook.analysis.plan import run_plan
from trialbook.analysis.results import Result
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Arm, Participants, Study

Small = Callable[..., Study]
Person = Callable[..., Casebook]
Collect = Callable[..., Datasets]
NUMBERS = {
    "M": {"1": (10, 7, 9), "2": (12, 8, 8), "3": (9, 8, 7), "4": (14, 9, 10)},
    "F": {"5": (11, 11, 5), "6": (13, 15, 4), "7": (8, 6, 9)},
}
"""Arm -> participant -> CK at the start and at week 8, power at week 8."""


def two_arms(small: Small, **changes: object) -> Study:
    """Return the small study with sex as the arm: M is the first."""
    study = small()
    arms = {name: Arm(id=name, label={"en": name}) for name in ("M", "F")}
    return replace(study, arms=arms, participants=Participants(arm="background.sex"), **changes)  # type: ignore[arg-type]


def people(person: Person) -> list[Casebook]:
    found = [
        person(
            code,
            {
                "|background.sex": arm, "start|visit.date": "2026-01-10", "week 8|visit.date": "2026-03-07",
                "start|blood.ck": str(before), "week 8|blood.ck": str(after),
                **{f"week 8|strength.arm.{name}": str(power) for name in ("left", "right", "grip")},
            },
        )
        for arm, rows in NUMBERS.items() for code, (before, after, power) in rows.items()
    ]  # fmt: skip
    without = {"start|visit.date": "2026-01-10", "start|blood.ck": "10", "week 8|blood.ck": "3"}
    return [*found, person("8", without)]


def run(datasets: Datasets) -> dict[str, Result]:
    return dict(run_plan(datasets.study, datasets).results.by_id())


def test_betw_01_each_arm(small: Small, person: Person, datasets_of: Collect) -> None:
    rows = run(datasets_of(two_arms(small), *people(person)))
    found = {arm: [rows[f"arms.ck.week_8.{arm}.enrolled.{stat}"].value for stat in ("n", "mean")] for arm in "MF"}
    assert found == {"M": [4, -3.25], "F": [3, 0]}
    assert rows["arms.ck.week_8.F.enrolled.sd"].value == 2
    assert rows["arms.ck.week_8.F.enrolled.sd"].group == "F"
    assert rows["arms.ck.week_8.F.enrolled.sd"].unit == "U/L"


@pytest.mark.parametrize("analysis", ["welch", "ancova"])
def test_betw_02_differences(small: Small, person: Person, datasets_of: Collect, analysis: str) -> None:
    """BETW-02: F minus M, as the functions say that R holds to account."""
    rows = run(datasets_of(two_arms(small), *people(person)))
    table = [(arm, after - before, before) for arm, one in NUMBERS.items() for before, after, _ in one.values()]
    arms, changes, bases = zip(*table, strict=True)
    plain = welch(*([change for arm, change, _ in table if arm == name] for name in "FM"))
    expected = plain if analysis == "welch" else ancova(changes, bases, arms).difference("F", "M")
    told = {"difference": expected.estimate, "se": expected.error, "t": expected.t, "df": expected.df, "p": expected.p,
            "ci_low": expected.ci_low, "ci_high": expected.ci_high}  # fmt: skip
    for stat, value in told.items():
        row = rows[f"{analysis}.ck.week_8.F_minus_M.enrolled.{stat}"]
        assert row.value == pytest.approx(value, rel=1e-12)
        assert row.n == 7


def test_betw_03_responders(small: Small, person: Person, datasets_of: Collect) -> None:
    """BETW-03: power of 8 or more in three of four men, in one of three women."""
    rows = run(datasets_of(two_arms(small), *people(person)))
    found = [(row.value, row.n) for row in (rows[f"arms.strong.week_8.{arm}.enrolled.n"] for arm in "MF")]
    assert found == [(3, 4), (1, 3)]
    assert rows["arms.strong.week_8.F.enrolled.percent"].value == pytest.approx(100 / 3)
    test = fisher(((1, 2), (3, 1)))
    for stat, value in (("p", test.p), ("odds_ratio", test.odds_ratio), ("ci_high", test.ci_high)):
        assert rows[f"fisher.strong.week_8.F_against_M.enrolled.{stat}"].value == pytest.approx(value)


def test_betw_04_not_planned(small: Small, person: Person, datasets_of: Collect) -> None:
    rows = run(datasets_of(two_arms(small), *people(person)))
    for name in ("welch.ck.week_8.F_minus_M.enrolled.p", "fisher.strong.week_8.F_against_M.enrolled.p"):
        assert rows[name].role == "sensitivity"
        assert NOT_PLANNED in rows[name].warning
    assert not [
        row for row in rows.values() if row.role in {"planned", "primary"} and row.analysis in {"welch", "fisher"}
    ]


def test_betw_05_nobody_in_an_arm(small: Small, person: Person, datasets_of: Collect) -> None:
    everybody = people(person)
    rows = run(datasets_of(two_arms(small), *everybody[:4], everybody[-1]))
    assert rows["arms.ck.week_8.F.enrolled.n"].value == 0
    assert "not recorded: 1" in rows["arms.ck.week_8.F.enrolled.n"].warning
    for name in ("arms.ck.week_8.F.enrolled.mean", "arms.strong.week_8.F.enrolled.percent"):
        assert rows[name].error
    for stat in ("difference", "se", "ci_low", "t", "p"):
        assert rows[f"welch.ck.week_8.F_minus_M.enrolled.{stat}"].error
        assert rows[f"ancova.ck.week_8.F_minus_M.enrolled.{stat}"].error
    assert rows["fisher.strong.week_8.F_against_M.enrolled.p"].error


def test_betw_05_one_in_an_arm(small: Small, person: Person, datasets_of: Collect) -> None:
    rows = run(datasets_of(two_arms(small), *people(person)[:5]))
    assert rows["arms.ck.week_8.F.enrolled.mean"].value == 0
    assert rows["arms.ck.week_8.F.enrolled.sd"].error
    assert rows["welch.ck.week_8.F_minus_M.enrolled.difference"].value == 3.25
    assert rows["ancova.ck.week_8.F_minus_M.enrolled.p"].value is not None
    assert rows["fisher.strong.week_8.F_against_M.enrolled.odds_ratio"].value == 0


def test_betw_05_no_upper_end(small: Small, person: Person, datasets_of: Collect) -> None:
    weak = [one for one in people(person) if one.participant in {"5", "6", "1"}]
    study = two_arms(small)
    turned = replace(study, arms=dict(list(study.arms.items())[::-1]))
    rows = run(datasets_of(turned, *weak))
    assert rows["fisher.strong.week_8.M_against_F.enrolled.ci_high"].error == NO_END


def test_betw_06_the_way_back(small: Small, person: Person, datasets_of: Collect) -> None:
    datasets = datasets_of(two_arms(small), *people(person))
    rows = run(datasets)
    wanted = {
        "arms.ck.week_8.F.enrolled.mean": set("567"), "arms.strong.week_8.M.enrolled.n": set("1234"),
        "welch.ck.week_8.F_minus_M.enrolled.p": set("1234567"),
        "fisher.strong.week_8.F_against_M.enrolled.p": set("1234567"),
    }  # fmt: skip
    for name, who in wanted.items():
        assert set(select(datasets, rows[name].source)["participant"]) == who


def test_betw_07_nothing_to_compare(small: Small, person: Person, datasets_of: Collect) -> None:
    named = two_arms(small)
    for study in (small(), replace(named, participants=Participants()), replace(named, arms={"M": named.arms["M"]})):
        rows = run(datasets_of(study, *people(person)))
        assert not {row.analysis for row in rows.values()} & {"arms", "welch", "ancova", "fisher"}


def planned(study: Study, **changes: object) -> Study:
    return replace(study, analysis=replace(study.analysis, **changes))  # type: ignore[arg-type]


def test_betw_08_within_each_arm(small: Small, person: Person, datasets_of: Collect) -> None:
    datasets = datasets_of(two_arms(small), *people(person))
    rows = run(datasets)
    for arm, table in NUMBERS.items():
        test = paired_t([after for _, after, _ in table.values()], [before for before, _, _ in table.values()])
        found = {stat: rows[f"change.ck.week_8.{arm}.enrolled.{stat}"] for stat in ("n_pairs", "mean", "t", "p")}
        assert [row.value for row in found.values()] == pytest.approx([test.n, test.mean, test.t, test.p])
        assert found["p"].role == "primary"
        assert rows[f"sign_flip.ck.week_8.{arm}.enrolled.p_min"].value == 2 / 2 ** (4 if arm == "M" else 2)
        assert set(select(datasets, found["p"].source)["participant"]) == set(table)
    assert rows["change.ck.week_8.enrolled.p"].error.startswith("The plan has 2 arms")
    assert rows["plan.arms.rule"].value == "M, F"


def test_betw_09_a_planned_test(small: Small, person: Person, datasets_of: Collect) -> None:
    rows = run(datasets_of(planned(two_arms(small), between="ancova", multiplicity="holm"), *people(person)))
    p = rows["ancova.ck.week_8.F_minus_M.enrolled.p"]
    assert (p.role, p.warning) == ("primary", "Left out, since their arm is not recorded: 1.")
    assert rows["ancova.ck.week_8.F_minus_M.enrolled.p_adjusted"].value is not None
    assert rows["ancova.ck.week_8.F_minus_M.enrolled.significant"].value in {"yes", "no"}
    roles = {name: rows[f"{name}.enrolled.p"].role for name in
             ("welch.ck.week_8.F_minus_M", "change.ck.week_8.M", "fisher.strong.week_8.F_against_M")}  # fmt: skip
    assert list(roles.values()) == ["sensitivity", "sensitivity", "planned"]
    assert rows["tests.all.n"].value == 2


def test_betw_10_missing_values(small: Small, person: Person, datasets_of: Collect) -> None:
    """BETW-10: carried forward, the value of week 4 stands for week 8 of a man who completed the study."""
    cells = {
        "|background.sex": "M", "start|visit.date": "2026-01-10", "week 4|visit.date": "2026-02-07",
        "start|blood.ck": "20", "week 4|blood.ck": "10",
    }  # fmt: skip
    datasets = datasets_of(
        planned(two_arms(small), missing="locf"), *people(person), person("9", cells, status="completed")
    )
    rows = run(datasets)
    mean = rows["arms.ck.week_8.M.enrolled.mean"]
    assert mean.value == pytest.approx((-13 - 10) / 5)
    assert mean.n == 5
    assert mean.value == rows["change.ck.week_8.M.enrolled.mean"].value
    assert "1 of 5 values carried over" in mean.warning
    assert "last observation" in rows["welch.ck.week_8.F_minus_M.enrolled.p"].method
    assert ("9", "week 4") in set(select(datasets, mean.source).select("participant", "visit").iter_rows())
