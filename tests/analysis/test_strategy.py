"""What is compared, by the plan's strategy and its rule for missing values.

STRAT-01: each rule for missing values compares what it says, and every row tells how many values were carried over.
STRAT-02: of a participant whose time has not ended, a visit that may still come is not filled.
STRAT-03: treatment ends with the first planned dose that never came, or with withdrawal; its own day still counts.
STRAT-04: hypothetical leaves out what came after, while on treatment keeps the last value before, policy counts all.
STRAT-05: other rules named among the sensitivity analyses stand beside the planned one, and change nothing of it.
STRAT-06: every row leads to the answers that it may come from.
STRAT-07: where the patterns of signs are too many, p rests on random ones: method, seed and standard error are told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from trialbook.analysis.datasets import Datasets, from_casebooks, select
from trialbook.analysis.plan import run_plan
from trialbook.analysis.results import Result
from trialbook.analysis.strategy import UNKNOWN, treatment_ends
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import DoseRecord, Study, Treatment

Small = Callable[..., Study]
Person = Callable[..., Casebook]

VALUES = {
    "1": ("10", "8", "7"), "2": ("12", "11", None), "3": ("9", None, None), "4": ("14", "9", "<5"),
    "5": ("20", None, "16"), "6": ("11", "9", "8"), "7": (None, "9", "8"),
}  # fmt: skip
VISITS = {"start": "2026-01-10", "week 4": "2026-02-07", "week 8": "2026-03-07"}


def planned(study: Study, **changes: Any) -> Study:
    return replace(study, analysis=replace(study.analysis, **changes))


def group(person: Person, **ended: tuple[str, str]) -> dict[str, Casebook]:
    """Write seven casebooks of CK at three visits; `ended` says status and date of the end by code, else completed."""
    found = {}
    for code, values in VALUES.items():
        status, on = ended.get(f"p{code}", ("completed", "2026-03-07"))
        cells = {f"{visit}|blood.ck": value for visit, value in zip(VISITS, values, strict=True) if value is not None}
        dates = {f"{visit}|visit.date": day for visit, day in VISITS.items()}
        one = person(code, {**dates, **cells}, status=status)
        found[code] = replace(one, ended_on=None if status == "enrolled" else on or None)
    return found


def run(datasets: Datasets) -> dict[str, Result]:
    return {row.id: row for row in run_plan(datasets.study, datasets).results}


def told(rows: dict[str, Result], stat: str, *, analysis: str = "change", visit: str = "week_8") -> Any:
    return rows[f"{analysis}.ck.{visit}.enrolled.{stat}"].value


@pytest.mark.parametrize(
    ("rule", "pairs", "mean", "carried"),
    [
        ("available cases", 3, (-3 - 4 - 3) / 3, ""),
        ("completers", 3, (-3 - 4 - 3) / 3, ""),
        ("locf", 5, (-3 - 1 - 0 - 4 - 3) / 5, "2 of 5 values carried over"),
        ("bocf", 5, (-3 - 0 - 0 - 4 - 3) / 5, "2 of 5 values carried over"),
    ],
)
def test_strat_01_rules(small: Small, person: Person, rule: str, pairs: int, mean: float, carried: str) -> None:
    """STRAT-01: 2 and 3 have no value at week 8; 4 has one beyond a limit, 7 no baseline: these two stay out."""
    study = planned(small(), missing=rule)
    rows = run(from_casebooks(study, group(person)))
    assert (told(rows, "n_pairs"), told(rows, "mean")) == (pairs, pytest.approx(mean))
    for stat in ("p", "mean"):
        row = rows[f"change.ck.week_8.enrolled.{stat}"]
        assert carried in row.warning
        assert "known only to lie beyond a limit" in row.warning
    assert rows["describe.ck.week_8.enrolled.n"].value == 4
    assert ("replaced by" in rows["change.ck.week_8.enrolled.p"].method) == bool(carried)


def test_strat_01_completers_are_those_who_completed(small: Small, person: Person) -> None:
    study = planned(small(), missing="completers")
    rows = run(from_casebooks(study, group(person, p1=("withdrawn", "2026-03-08"))))
    assert told(rows, "n_pairs") == 2


def test_strat_02_a_visit_that_may_still_come(small: Small, person: Person) -> None:
    """STRAT-02: 3 is still in the study: neither week is over; 5 is too, and week 4 will not come any more."""
    study = planned(small(), missing="locf")
    rows = run(from_casebooks(study, group(person, p3=("enrolled", ""), p5=("enrolled", ""))))
    assert told(rows, "n_pairs") == 4
    assert told(rows, "n_pairs", visit="week_4") == 5


@pytest.fixture
def dosed(small: Small) -> Study:
    """Return the study with a drug that is given on day 0 and at week 4, as the harms form records it."""
    record = DoseRecord(form="harms", start="term")
    drug = Treatment(id="drug", label={"en": "Drug"}, days=("day 0", "day 28"), recorded=record)
    return replace(small(), treatments={"drug": drug})


def with_doses(book: Casebook, person: Person, *days: str) -> Casebook:
    """Add doses on these days."""
    doses = person(book.participant, {f"|harms.term|{n}": day for n, day in enumerate(days, start=1)})
    return replace(book, answers={**book.answers, **doses.answers})


def test_strat_03_when_treatment_ended(dosed: Study, person: Person) -> None:
    books = group(person, p2=("withdrawn", "2026-02-20"), p3=("withdrawn", ""), p6=("withdrawn", "2026-01-20"))
    books = {code: with_doses(book, person, "2026-01-10", "2026-02-07") for code, book in books.items()}
    books["1"] = with_doses(group(person)["1"], person, "2026-01-10")
    ends = treatment_ends(from_casebooks(dosed, books))
    assert (ends["1"], ends["2"], ends["3"], ends["4"], ends["6"]) == (28, 41, UNKNOWN, None, 10)


@pytest.mark.parametrize(
    ("strategy", "pairs", "mean", "said"),
    [
        ("treatment policy", 3, (-3 - 4 - 3) / 3, ""),
        ("hypothetical", 2, (-4 - 3) / 2, "1 value recorded after the end of treatment not used"),
        ("while on treatment", 3, (-2 - 4 - 3) / 3, "1 of 3 values carried over"),
    ],
)
def test_strat_04_strategies(dosed: Study, person: Person, strategy: str, pairs: int, mean: float, said: str) -> None:
    """STRAT-04: participant 1 was given no second dose at week 4, the day on which 8 was measured; 7 came later."""
    books = {code: with_doses(book, person, "2026-01-10", "2026-02-07") for code, book in group(person).items()}
    books["1"] = with_doses(group(person)["1"], person, "2026-01-10")
    rows = run(from_casebooks(planned(dosed, intercurrent=strategy), books))
    assert (told(rows, "n_pairs"), told(rows, "mean")) == (pairs, pytest.approx(mean))
    assert told(rows, "n_pairs", visit="week_4") == 4
    assert said in rows["change.ck.week_8.enrolled.p"].warning
    assert rows["describe.ck.week_8.enrolled.n"].value == 4


def test_strat_04_left_out_and_carried_forward(dosed: Study, person: Person) -> None:
    books = {code: with_doses(book, person, "2026-01-10", "2026-02-07") for code, book in group(person).items()}
    books["1"] = with_doses(group(person)["1"], person, "2026-01-10")
    rows = run(from_casebooks(planned(dosed, intercurrent="hypothetical", missing="locf"), books))
    assert told(rows, "mean") == pytest.approx((-2 - 1 - 0 - 4 - 3) / 5)


def test_strat_04_an_end_that_nobody_knows(small: Small, person: Person) -> None:
    study = planned(small(), intercurrent="hypothetical")
    rows = run(from_casebooks(study, group(person, p1=("withdrawn", ""))))
    assert told(rows, "n_pairs") == 3
    assert "not known for 1" in rows["change.ck.week_8.enrolled.p"].warning


@pytest.mark.parametrize("test", ["paired t", "sign flip", "signed rank"])
def test_strat_05_other_rules_stand_beside(small: Small, person: Person, test: str) -> None:
    books = group(person)
    alone = run(from_casebooks(planned(small(), test=test, sensitivity=()), books))
    study = planned(small(), test=test, sensitivity=(), sensitivity_missing=("locf", "bocf", "completers"))
    rows = run(from_casebooks(study, books))
    added = {name for name in rows if name not in alone}
    assert {name.split(".")[0] for name in added} == {"locf", "bocf", "completers"}
    assert all(rows[name] == row for name, row in alone.items() if name != "plan.sensitivity.rule")
    assert {rows[name].role for name in added} == {"sensitivity"}
    carried = run(from_casebooks(planned(small(), test=test, sensitivity=(), missing="locf"), books))
    primary = {"paired t": "change", "sign flip": "sign_flip", "signed rank": "signed_rank"}[test]
    assert told(rows, "p", analysis="locf") == told(carried, "p", analysis=primary) is not None
    for stat in ("n_pairs", "mean", "sd"):
        assert told(rows, stat, analysis="locf") == told(carried, stat)


def test_strat_05_numbers_beyond_computing(small: Small, person: Person) -> None:
    study = planned(small(), sensitivity_missing=("locf",), test="sign flip")
    books = group(person)
    books["1"] = person("1", {"start|blood.ck": "1e160", "week 8|blood.ck": "2", "start|visit.date": "2026-01-10"})
    rows = run(from_casebooks(study, books))
    assert all((row.value is None) == bool(row.error) for row in rows.values())
    assert told(rows, "p", analysis="locf") is None


def test_strat_06_sources(small: Small, person: Person) -> None:
    """STRAT-06: all CK of those in the set at baseline, week 4 and week 8: six, four (of 7 too), and five."""
    datasets = from_casebooks(planned(small(), missing="locf"), group(person))
    rows = run(datasets)
    assert len(select(datasets, rows["change.ck.week_8.enrolled.mean"].source)) == 6 + 5 + 5


def test_strat_07_random_patterns(small: Small, person: Person) -> None:
    """STRAT-07: forty-five participants with values of nine digits."""
    books = {}
    for n in range(1, 46):
        before, after = 100 + n * 7919 % 1009 / 997, 100 + n * 6133 % 1013 / 991
        cells = {"start|blood.ck": f"{before:.9f}", "week 8|blood.ck": f"{after:.9f}"}
        books[str(n)] = person(str(n), {**cells, **{f"{visit}|visit.date": day for visit, day in VISITS.items()}})
    rows = run(from_casebooks(small(), books))
    row = rows["sign_flip.ck.week_8.enrolled.p"]
    assert row.method.startswith("sign flip test by 99999 random patterns of signs, seed 1")
    assert isinstance(row.value, float)
    error = rows["sign_flip.ck.week_8.enrolled.p_error"].value
    assert error == pytest.approx((row.value * (1 - row.value) / 99999) ** 0.5)
    assert rows["signed_rank.ck.week_8.enrolled.p"].method.startswith("exact signed rank test")
