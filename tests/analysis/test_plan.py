"""Running the plan.

PLAN-01: every statistic has a value or a reason, never both, never neither; every id stands once.
PLAN-02: one pre-specified test a comparison; the primary one is marked; all others are sensitivity.
PLAN-03: what the plan asks for and this version cannot do is refused by name.
PLAN-04: a p that only rounds onto the level is flagged, and so is a test that cannot reach it.
PLAN-05: the same data give the same results in any order of recording.
PLAN-06: both denominators appear: every analysis set is described, the plan's is tested.
PLAN-07: the edges of a tiny study (n 0, 1, 2, no variance, no change) give reasons.
PLAN-08: a responder is counted at its visit; whoever cannot be judged is counted apart.
PLAN-09: heavy libraries stay out.
PLAN-10: of several records of one item nothing is chosen for Table 1, and a warning says so.
PLAN-11: ten thousand participants are judged in seconds: only what a condition names is worked out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from trialbook.analysis import change
from trialbook.analysis.compare import onto_alpha
from trialbook.analysis.datasets import Datasets, from_casebooks
from trialbook.analysis.plan import run_plan
from trialbook.analysis.results import Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.conduct.answers import values_for
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Arm, PlannedAnalysis, Study

Small = Callable[..., Study]
Person = Callable[..., Casebook]
Collect = Callable[..., Datasets]
Rows = dict[str, Result]

FALLING = {"1": (10, 7), "2": (12, 8), "10": (9, 8), "11": (14, 9)}
CK4 = {"1": (4209, 982), "2": (2099, 445), "3": (661, 268), "4": (3559, 949)}


def group(person: Person, pairs: Mapping[str, tuple[int | None, int | None]]) -> list[Casebook]:
    """Write one casebook a pair: value at the start, value at week 8."""
    return [
        person(
            code,
            {
                "start|visit.date": "2026-01-10", "week 8|visit.date": "2026-03-07", "|background.sex": "F",
                **{f"{visit}|blood.ck": str(value) for visit, value in (("start", base), ("week 8", after)) if value},
            },
        )
        for code, (base, after) in pairs.items()
    ]  # fmt: skip


def run(datasets: Datasets) -> Rows:
    return dict(run_plan(datasets.study, datasets).results.by_id())


def with_plan(study: Study, **changes: object) -> Study:
    analysis: PlannedAnalysis = replace(study.analysis, **changes)  # type: ignore[arg-type]
    return replace(study, analysis=analysis)


def test_plan_01_every_row_has_a_value_or_a_reason(small: Small, person: Person, datasets_of: Collect) -> None:
    rows = run(datasets_of(small(), *group(person, FALLING)))
    for name, row in rows.items():
        assert (row.value is None) == bool(row.error), name
        assert name == row.id
        assert row.method, name


def test_plan_01_ids_that_would_be_the_same(small: Small, person: Person, datasets_of: Collect) -> None:
    """PLAN-01: a term called `all` does not take the place of the count of all events."""
    people = [person("1", {"|harms.term|1": "all", "|harms.term|2": "Cough"})]
    rows = run(datasets_of(small(), *people))
    assert rows["events.harms.all.n_events"].value == 2
    assert rows["events.harms.all.n_events~2"].value == 1


def test_plan_02_roles(small: Small, person: Person, datasets_of: Collect) -> None:
    rows = run(datasets_of(small(), *group(person, FALLING)))
    assert rows["change.ck.week_8.enrolled.p"].role == "primary"
    assert rows["change.ck.week_4.enrolled.p"].role == "planned"
    assert rows["change.crp.week_8.enrolled.p"].role == "planned"
    for name in ("sign_flip", "signed_rank", "ratio"):
        assert rows[f"{name}.ck.week_8.enrolled.p"].role == "sensitivity"
    chosen = [row for row in rows.values() if row.stat == "p" and row.variable == "ck" and row.role == "primary"]
    assert len(chosen) == 1


def test_plan_02_another_test_may_be_the_planned_one(small: Small, person: Person) -> None:
    study = with_plan(small(), test="sign flip", sensitivity=("paired t",))
    rows = run(from_casebooks(study, {one.participant: one for one in group(person, FALLING)}))
    assert rows["sign_flip.ck.week_8.enrolled.p"].role == "primary"
    assert rows["sign_flip.ck.week_8.enrolled.significant"].value == "no"
    assert rows["change.ck.week_8.enrolled.p"].role == "sensitivity"
    assert rows["change.ck.week_8.enrolled.mean"].role == "primary"
    assert "signed_rank.ck.week_8.enrolled.p" not in rows
    assert rows["tests.all.n"].value == 1


def test_plan_03_arms(small: Small, person: Person) -> None:
    study = replace(small(), arms={name: Arm(id=name, label={"en": name}) for name in ("low", "high")})
    rows = run(from_casebooks(study, {one.participant: one for one in group(person, FALLING)}))
    assert "2 arms" in rows["plan.arms.rule"].error
    assert "2 arms" in rows["change.ck.week_8.enrolled.p"].error


def test_plan_03_datasets_of_another_study(small: Small, datasets_of: Collect) -> None:
    with pytest.raises(ValueError, match="another study"):
        run_plan(small(baseline="visit start"), datasets_of(small()))


def test_plan_04_p_that_rounds_onto_the_level(small: Small, person: Person, datasets_of: Collect) -> None:
    row = run(datasets_of(small(), *group(person, CK4)))["change.ck.week_8.enrolled.p"]
    assert row.value == pytest.approx(0.0496486566, rel=1e-8)
    assert row.warning == "Rounded this p is 0.05; unrounded it is below."


@pytest.mark.parametrize(("p", "told"), [(0.0496, "below"), (0.0532, "above"), (0.25, ""), (0.0449, ""), (None, "")])
def test_plan_04_on_either_side(p: float | None, told: str) -> None:
    found = onto_alpha(p, Decimal("0.05"))
    assert told in found if told else not found


def test_plan_04_exactly_the_level() -> None:
    assert not onto_alpha(0.25, Decimal("0.25"))


def test_plan_04_four_participants_cannot_reach_the_level(small: Small, person: Person, datasets_of: Collect) -> None:
    rows = run(datasets_of(small(), *group(person, FALLING)))
    for name in ("sign_flip", "signed_rank"):
        p, least = rows[f"{name}.ck.week_8.enrolled.p"], rows[f"{name}.ck.week_8.enrolled.p_min"]
        assert (p.value, least.value) == (0.125, 0.125)
        assert "cannot give a p below 0.05" in p.warning


def test_plan_05_order_of_recording(small: Small, person: Person) -> None:
    people = group(person, FALLING)
    study = small()
    one = run_plan(study, from_casebooks(study, {book.participant: book for book in people}))
    other = run_plan(study, from_casebooks(study, {book.participant: book for book in reversed(people)}))
    assert one == other
    assert [row[0] for row in one.listings["course.ck"].rows[::2]] == ["1", "2", "10", "11"]


def test_plan_06_sets(small: Small, person: Person, datasets_of: Collect) -> None:
    people = [
        person("1", {"|background.sex": "F", "start|blood.ck": "10", "week 8|blood.ck": "7"}, status="completed"),
        person("2", {"|background.sex": "M", "start|blood.ck": "12", "week 8|blood.ck": "8"}, status="completed"),
        person("3", {"start|blood.ck": "20"}, status="withdrawn"),
        person("4", {"start|blood.ck": "99"}, status="screen failure"),
    ]
    rows = run(datasets_of(small(), *people))
    sizes = {name: rows[f"disposition.set.{name}.n"].value for name in ("enrolled", "completers", "women")}
    assert sizes == {"enrolled": 3, "completers": 2, "women": 1}
    assert rows["disposition.set.women.n"].warning == "Left out, since an answer that decides is missing: 1."
    assert rows["describe.ck.start.enrolled.mean"].value == 14
    assert rows["describe.ck.start.completers.mean"].value == 11
    assert rows["describe.ck.week_8.enrolled.missing"].value == 1
    assert (rows["change.ck.week_8.enrolled.n_pairs"].value, rows["disposition.evaluable.ck.week_8.women.n"].value) == (
        2,
        1,
    )
    assert rows["disposition.participants.screened.n"].value == 4
    assert rows["disposition.participants.screen_failure.n"].value == 1
    assert rows["disposition.withdrawn.no_reason_recorded.n"].value == 1


EDGES: Mapping[str, tuple[Mapping[str, tuple[int | None, int | None]], str, float | None]] = {
    "n=1": ({"1": (10, 7)}, change.ONE_PAIR, -3.0),
    "n=0": ({"1": (10, None)}, change.NO_PAIR, None),
    "constant change": ({"1": (10, 8), "2": (12, 10), "3": (9, 7), "4": (14, 12)}, change.NO_VARIANCE, -2.0),
    "no change at all": ({"1": (10, 10), "2": (12, 12), "3": (9, 9)}, change.NO_VARIANCE, 0.0),
}


@pytest.mark.parametrize("edge", EDGES)
def test_plan_07_edges_give_reasons(small: Small, person: Person, datasets_of: Collect, edge: str) -> None:
    pairs, reason, mean = EDGES[edge]
    rows = run(datasets_of(small(), *group(person, pairs)))
    for stat in ("t", "df", "p", "ci_low", "ci_high", "significant"):
        assert rows[f"change.ck.week_8.enrolled.{stat}"].value is None
        assert rows[f"change.ck.week_8.enrolled.{stat}"].error == reason
    assert rows["change.ck.week_8.enrolled.mean"].value == mean


def test_plan_07_two_pairs_and_one_missing(small: Small, person: Person, datasets_of: Collect) -> None:
    rows = run(datasets_of(small(), *group(person, {"1": (10, 7), "2": (12, 8), "3": (9, None)})))
    assert rows["change.ck.week_8.enrolled.n_pairs"].value == 2
    assert rows["change.ck.week_8.enrolled.p"].value == pytest.approx(0.0903344706, rel=1e-8)
    assert rows["sign_flip.ck.week_8.enrolled.p"].value == 0.5
    assert rows["change.ck.week_8.enrolled.mean_also"].unit == "ukat/L"
    assert rows["change.ck.week_8.enrolled.mean_also"].value == pytest.approx(-3.5 / 60, rel=1e-9)


def test_plan_07_numbers_beyond_computing(small: Small, person: Person, datasets_of: Collect) -> None:
    pairs = {"1": (10**160, 7), "2": (12, 8)}
    rows = run(datasets_of(small(), *group(person, pairs)))
    assert "too large" in rows["change.ck.week_8.enrolled.p"].error
    assert "too large" in rows["describe.ck.start.enrolled.mean"].error


def test_plan_03_a_second_unit_that_does_not_fit(small: Small, person: Person) -> None:
    study = small()
    ends = {**study.endpoints, "ck": replace(study.endpoints["ck"], also="kg")}
    study = replace(study, endpoints=ends)
    rows = run(from_casebooks(study, {one.participant: one for one in group(person, FALLING)}))
    assert rows["change.ck.week_8.enrolled.mean_also"].error


def test_plan_03_a_set_whose_condition_cannot_be_judged(small: Small, person: Person) -> None:
    study = small()
    women = replace(study.analysis.sets["women"], when="nothing.here > 3")
    study = with_plan(study, sets={**study.analysis.sets, "women": women})
    row = run(from_casebooks(study, {one.participant: one for one in group(person, FALLING)}))[
        "disposition.set.women.n"
    ]
    assert (row.value, row.warning) == (0, "Left out, since an answer that decides is missing: 4.")


def test_plan_03_table_1_of_a_form_without_a_time(small: Small, person: Person) -> None:
    study = small()
    study = replace(study, report=replace(study.report, table_1=("harms.term",)))
    row = run(from_casebooks(study, {one.participant: one for one in group(person, FALLING)}))
    assert "at any time" in row["baseline.harms.term.enrolled.n"].error


def test_plan_01_a_value_and_a_reason_is_a_mistake_of_the_program() -> None:
    heading = Heading(analysis="a", variable="b", method="c", source=Selector(frame="events", variable="d"))
    for stat in (Stat(name="n", value=None), Stat(name="n", value=1, error="why")):
        with pytest.raises(ValueError, match="not both"):
            heading.row(stat)


def test_plan_01_infinity_is_a_reason_and_zero_has_no_sign() -> None:
    heading = Heading(analysis="a", variable="b", method="c", source=Selector(frame="events", variable="d"))
    assert heading.row(Stat(name="n", value=float("inf"))).error
    assert str(heading.row(Stat(name="n", value=-0.0)).value) == "0.0"


def test_plan_07_nobody(small: Small, datasets_of: Collect) -> None:
    rows = run(datasets_of(small()))
    assert rows["disposition.participants.screened.n"].value == 0
    assert rows["events.harms.all.percent"].error


def test_plan_08_responders(small: Small, person: Person, datasets_of: Collect) -> None:
    def strong(code: str, *, at: str | None) -> Casebook:
        names = ("left", "right", "grip") if at else ()
        return person(code, {"start|blood.ck": "5", **{f"week 8|strength.arm.{name}": at for name in names}})

    rows = run(
        datasets_of(small(), strong("1", at="9"), strong("2", at="7"), strong("3", at="8"), strong("4", at=None))
    )
    found = {stat: rows[f"responder.strong.week_8.enrolled.{stat}"] for stat in ("n", "percent", "unknown")}
    assert (found["n"].value, found["n"].n, found["unknown"].value) == (2, 3, 1)
    assert found["percent"].value == pytest.approx(200 / 3)


def test_plan_09_heavy_libraries_stay_out() -> None:
    """PLAN-09: neither scipy.stats, pandas, statsmodels, matplotlib nor rich is imported by running a plan."""
    code = (
        "import sys, json; from trialbook.analysis.plan import run_plan; import trialbook.analysis.change as c;"
        "c.paired_t([1.0, 2.5], [0.0, 0.5]);"
        "heavy = ('scipy.stats', 'pandas', 'statsmodels', 'matplotlib', 'rich');"
        "print(json.dumps([name for name in heavy if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert json.loads(done.stdout) == []


def test_progress_is_told(small: Small, person: Person, datasets_of: Collect) -> None:
    """PLAN-05: the steps are told in order, ending with all of them done."""
    datasets = datasets_of(small(), *group(person, FALLING))
    told: list[tuple[str, int, int]] = []
    run_plan(datasets.study, datasets, progress=lambda label, done, of: told.append((label, done, of)))
    assert [done for _, done, _ in told] == list(range(len(told)))
    assert told[-1] == ("done", len(told) - 1, len(told) - 1)


def test_plan_10_several_records_give_no_characteristic(small: Small, person: Person) -> None:
    study = small()
    study = replace(study, forms={**study.forms, "blood": replace(study.forms["blood"], repeating=True)})
    cells = {
        "start|blood.smoker|1": "yes",
        "start|blood.smoker|2": "no",
        "start|blood.ck|1": "40",
        "start|blood.ck|2": "41",
    }
    people = (person("1", cells), person("2", {"start|blood.smoker|1": "yes", "start|blood.ck|1": "50"}))
    found = run(from_casebooks(study, {one.participant: one for one in people}))
    for name in ("ck", "smoker"):
        counted = found[f"baseline.blood.{name}.enrolled.n"]
        assert (counted.value, found[f"baseline.blood.{name}.enrolled.missing"].value) == (1, 1)
        assert counted.warning == "1 value left out where one visit holds several records of the form."
    assert found["baseline.blood.smoker.yes.enrolled.percent"].value == 100


def test_plan_11_only_the_named_answers_are_worked_out(
    small: Small, person: Person, datasets_of: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def watched(*given: Any, **named: Any) -> dict[str, object]:
        asked.append(named["names"])
        return values_for(*given, **named)

    monkeypatch.setattr("trialbook.analysis.sets.values_for", watched)
    rows = run(datasets_of(small(), person("1", {"|background.sex": "F", "week 8|strength.arm.left": "9"})))
    assert rows["disposition.set.women.n"].value == 1
    assert [set(names) for names in asked if isinstance(names, Mapping)] == [{"background.sex"}, {"strength.power"}]
