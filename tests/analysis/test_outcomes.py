"""What a study file asks beside the planned test: conditions over visits, times, levels, limits from outside, a design.

OUTC-01: a condition is counted at every visit that it names, with four intervals of the share.
OUTC-02: where it names the baseline, later visits are compared with it: who gained, who lost, McNemar, Cochran's Q.
OUTC-03: a time runs to the visit at which the event is first seen; who has none is followed as the file says.
OUTC-04: levels are counted at every visit, shifts from the baseline are counted, Friedman's test is made.
OUTC-05: a reliability from outside tells whose change is beyond error; a limit at entry what selection would do.
OUTC-06: a design tells its limit beside the responders, and decides as soon as nothing open could change it.
OUTC-07: every row leads to the answers that it comes from; what cannot be computed gives a reason.
OUTC-08: with arms each is told by itself, and curves are compared; without knowing who is in which nothing is tested.
OUTC-09: a file that asks for none of this has none of these rows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from trialbook.analysis.categorical import friedman, mcnemar
from trialbook.analysis.datasets import Datasets, from_casebooks, select
from trialbook.analysis.decision import MISSED, OPEN, REACHED, STOPPED
from trialbook.analysis.individual import regression_to_mean, reliable_change
from trialbook.analysis.plan import run_plan
from trialbook.analysis.proportions import INTERVALS
from trialbook.analysis.results import Analysis, Result
from trialbook.analysis.survival import kaplan_meier, log_rank
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study
from trialbook.wording import sentence

Person = Callable[..., Casebook]

FILE = """
trialbook: 1
study: {id: asked, title: Asked, design: DESIGN, data: invented}
ARMS
visits:
  anchor: enrolment
  window: 3 days either side
  planned: {start: {day: 0}, week 4: {}, week 8: {}, week 12: {}}
forms:
  lot: {at: once, items: {arm: {choice: [a, b]}}}
  test:
    at: [start, week 4, week 8, week 12]
    items:
      score: {number: score, scale: 0 to 100, decimals: 0}
      grade: {choice: {none: None, mild: Mild, severe: Severe}}
endpoints:
  score:
    from: test.score
    better: higher
    friedman: true
    reliability: {is: 0.9, sd: 10, source: Invented paper}
    entry: {at_most: 40, mean: 60, sd: 15, times: 2, source: Invented register}
  guess: {from: test.score, reliability: {is: 0.8, source: Invented paper}}
  grade: {levels: test.grade, better: lower}
  good: {when: 'test.score >= 50.0', at: [start, week 4 to week 12], time_to: response}
  kept: {when: 'test.score >= 50.0', at: [week 4, week 8, week 12], time_to: relapse}
analysis:
  baseline: visit start
  primary: {endpoint: good, at: week 12}
  test: paired t
  missing: available cases
  design: {endpoint: good, kind: KIND, p0: 10 %, p1: 60 %}
"""
ONE, TWO = "open-label single-arm", "open-label parallel"
ARMS = "arms: {a: {}, b: {}}\nparticipants: {arm: lot.arm}"
VISITS = {"start": "2026-01-10", "week 4": "2026-02-07", "week 8": "2026-03-09", "week 12": "2026-04-04"}
SCORES = {
    "1": (30, 55, 60, 45), "2": (35, 40, 52, 58), "3": (20, 25, 22, 30), "4": (40, 60, None, 61),
    "5": (38, None, 70, 72), "6": (52, 51, 49, 30),
}  # fmt: skip


def graded(score: int | None) -> str | None:
    return None if score is None else "none" if score >= 60 else "mild" if score >= 40 else "severe"


GRADES = {code: tuple(map(graded, row)) for code, row in SCORES.items()}


@cache
def study(design: str = ONE, arms: str = "", kind: str = "single stage") -> Study:
    text = FILE.replace("DESIGN", design).replace("ARMS", arms).replace("KIND", kind)
    found, problems = parse_study(text, file="asked.yaml")
    assert found is not None, [sentence(problem) for problem in problems]
    return found


def people(person: Person, *, dated: bool = True) -> list[Casebook]:
    """Write six casebooks, the odd ones in arm a; the last day of participation is unknown."""
    found = []
    for code, row in SCORES.items():
        cells: dict[str, str | None] = {"|lot.arm": "ab"[int(code) % 2 == 0]}
        for (visit, day), score, grade in zip(VISITS.items(), row, GRADES[code], strict=True):
            if score is not None:
                cells |= {f"{visit}|test.score": str(score), f"{visit}|test.grade": grade}
                cells |= {f"{visit}|visit.date": day} if dated else {}
        found.append(person(code, cells, on="2026-01-10"))
    return found


def run(study: Study, some: list[Casebook]) -> tuple[Datasets, Analysis, dict[str, Result]]:
    datasets = from_casebooks(study, {one.participant: one for one in some})
    analysis = run_plan(study, datasets)
    return datasets, analysis, dict(analysis.results.by_id())


@pytest.fixture(name="whole", scope="module")
def whole_fixture(person: Person) -> tuple[Datasets, Analysis, dict[str, Result]]:
    return run(study(), people(person))


Whole = tuple[Datasets, Analysis, dict[str, Result]]


def test_outc_01_counted_at_every_visit(whole: Whole) -> None:
    rows = whole[2]
    found = {visit: (row.value, row.n) for visit in ("start", "week_4", "week_8", "week_12")
             for row in (rows[f"responder.good.{visit}.enrolled.n"],)}  # fmt: skip
    assert found == {"start": (1, 6), "week_4": (3, 5), "week_8": (3, 5), "week_12": (3, 6)}
    names = {"Clopper-Pearson": "ci", "Wilson": "wilson", "Jeffreys": "jeffreys", "mid-P": "mid_p"}
    for rule, name in names.items():
        interval = INTERVALS[rule](3, 6)
        told = [rows[f"responder.good.week_12.enrolled.{name}_{end}"].value for end in ("low", "high")]
        assert told == pytest.approx([100 * (interval.low or 0), 100 * (interval.high or 0)])


def test_outc_02_before_and_after(whole: Whole) -> None:
    """OUTC-02: at week 12 2, 4 and 5 gained it, 6 lost it."""
    rows = whole[2]
    found = {stat: rows[f"mcnemar.good.week_12.enrolled.{stat}"].value
             for stat in ("n_pairs", "n_before", "n_after", "gained", "lost", "p", "p_mid", "p_min")}  # fmt: skip
    test = mcnemar(3, 1)
    counts = {"n_pairs": 6, "n_before": 1, "n_after": 3, "gained": 3, "lost": 1}
    assert found == {**counts, "p": test.p, "p_mid": test.p_mid, "p_min": 0.125}
    assert rows["mcnemar.good.week_12.enrolled.p"].role == "sensitivity"  # planned is the test of the design
    assert "mcnemar.good.week_12.enrolled.significant" not in rows
    assert rows["mcnemar.good.week_4.enrolled.p"].role == "sensitivity"
    assert "cannot be told at both visits: left out" in rows["mcnemar.good.week_4.enrolled.n_pairs"].warning
    q = friedman([[0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 0], [1, 1, 0, 0]])
    assert rows["cochran.good.enrolled.q"].value == pytest.approx(q.q)
    assert rows["cochran.good.enrolled.p"].value == pytest.approx(q.p)
    assert "mcnemar.kept.week_12.enrolled.p" not in rows


def test_outc_02_is_the_planned_test_where_there_is_no_design(person: Person) -> None:
    text = FILE.replace("  design: {endpoint: good, kind: KIND, p0: 10 %, p1: 60 %}\n", "")
    plan, _ = parse_study(text.replace("DESIGN", ONE).replace("ARMS", ""), file="asked.yaml")
    assert plan is not None
    rows = run(plan, people(person))[2]
    assert rows["mcnemar.good.week_12.enrolled.p"].role == "primary"
    assert rows["mcnemar.good.week_12.enrolled.significant"].value == "no"


def test_outc_03_response(whole: Whole) -> None:
    """OUTC-03: days of the visits at which it was first seen; 3 followed to week 12."""
    _, analysis, rows = whole
    listed = {row[0]: row[2:4] for row in analysis.listings["time_to.good"].rows}
    assert listed == {"1": (1, 28), "2": (1, 58), "3": (0, 84), "4": (1, 28), "5": (1, 58), "6": (1, 28)}
    curve = kaplan_meier([28, 58, 84, 28, 58, 28], [True, True, False, True, True, True])
    step = curve.at(56)
    assert step is not None
    assert rows["time_to.good.enrolled.median"].value == 43
    assert rows["time_to.good.week_8.enrolled.without"].value == pytest.approx(100 * step.survival)
    assert rows["time_to.good.week_8.enrolled.ci_low"].value == pytest.approx(100 * (step.low or 0))
    assert rows["time_to.good.week_8.enrolled.at_risk"].value == 3
    assert "Of these 1 met the condition at the baseline already." in rows["time_to.good.enrolled.n"].warning
    assert [row[1:5] for row in analysis.listings["curve.good"].rows] == [(28, 6, 3, 0), (58, 3, 2, 0), (84, 1, 0, 1)]


def test_outc_03_relapse(whole: Whole) -> None:
    """OUTC-03: 1 lost it at week 12, 6 at week 8, counted from where they had it; 3 never had it."""
    listed = {row[0]: row[2:] for row in whole[1].listings["time_to.kept"].rows}
    assert listed == {
        "1": (1, 56, "week 12", 28), "2": (0, 26, "week 12", 58), "4": (0, 56, "week 12", 28),
        "5": (0, 26, "week 12", 58), "6": (1, 30, "week 8", 28),
    }  # fmt: skip


def test_outc_03_no_dates(person: Person) -> None:
    """OUTC-03: without dates the days are those of the plan, and a warning counts them."""
    _, analysis, rows = run(study(), people(person, dated=False))
    assert {row[3] for row in analysis.listings["time_to.good"].rows} == {28, 56, 84}
    assert "since the visit has no date: 6" in rows["time_to.good.enrolled.n"].warning


def test_outc_03_nobody(person: Person) -> None:
    """OUTC-03, OUTC-07: with nobody followed every number gives its reason."""
    _, _, rows = run(study(), [person("1", {"start|test.score": "30"})])
    assert rows["time_to.good.enrolled.n"].value == 0
    nothing = (
        "time_to.good.enrolled.median", "time_to.kept.week_8.enrolled.without", "mcnemar.good.week_4.enrolled.p",
        "friedman.grade.enrolled.p", "cochran.good.enrolled.q", "regression.score.week_4.enrolled.beyond",
        "reliable_change.guess.enrolled.sem", "reliable_change.guess.week_4.enrolled.n_rise",
    )  # fmt: skip
    for name in nothing:
        assert rows[name].value is None
        assert rows[name].error


def test_outc_04_levels(whole: Whole) -> None:
    rows = whole[2]
    levels = ("none", "mild", "severe")
    base = [rows[f"levels.grade.baseline_value_{level}.enrolled.n_participants"].value for level in levels]
    assert base == [0, 2, 4]
    assert [rows[f"levels.grade.{level}.week_12.enrolled.n_participants"].value for level in levels] == [2, 2, 2]
    assert rows["levels.grade.none.week_4.enrolled.percent"].value == 20
    shift = {
        stat: rows[f"shift.grade.week_12.enrolled.{stat}"].value for stat in ("n", "n_higher", "n_lower", "n_same")
    }
    assert shift == {"n": 6, "n_higher": 1, "n_lower": 4, "n_same": 1}
    assert rows["shift.grade.severe_to_mild.week_12.enrolled.n_participants"].value == 2
    assert rows["shift.grade.mild_to_severe.week_12.enrolled.n_participants"].value == 1
    for name, table in (("grade", [[2, 1, 0, 1], [2, 1, 1, 1], [2, 2, 2, 2], [1, 1, 1, 2]]),
                        ("score", [SCORES[code] for code in "1236"])):  # fmt: skip
        test = friedman([[float(one or 0) for one in row] for row in table])
        assert rows[f"friedman.{name}.enrolled.q"].value == pytest.approx(test.q)
        assert rows[f"friedman.{name}.enrolled.p"].value == pytest.approx(test.p)
        assert rows[f"friedman.{name}.enrolled.n"].value == 4
    assert "friedman.guess.enrolled.p" not in rows


def test_outc_05_reliable_change(whole: Whole) -> None:
    """OUTC-05: with SD 10 and reliability 0.9 a change of more than 8.8 is beyond error."""
    _, analysis, rows = whole
    expected = reliable_change(45, 30, sd=10, reliability=0.9)
    assert rows["reliable_change.score.enrolled.sem"].value == pytest.approx(10 * 0.1**0.5)
    assert rows["reliable_change.score.enrolled.limit"].value == pytest.approx(expected.limit)
    counts = [rows[f"reliable_change.score.week_12.enrolled.n_{name}"].value for name in ("rise", "fall", "within")]
    assert counts == [5, 1, 0]
    listed = {row[:2]: row[4:7] for row in analysis.listings["reliable_change.score"].rows}
    change, index, verdict = listed["1", "week 12"]
    assert (change, verdict) == (15, "rise")
    assert index == pytest.approx(expected.index)
    assert "Invented paper" in rows["reliable_change.score.enrolled.sem"].method
    assert not rows["reliable_change.score.enrolled.sem"].warning
    assert "The SD is that of 6 baselines" in rows["reliable_change.guess.enrolled.sem"].warning


def test_outc_05_regression_to_the_mean(whole: Whole) -> None:
    rows = whole[2]
    expected = regression_to_mean(60, 15, 0.9, cut=40, entered="below", times=2)
    assert rows["regression.score.enrolled.expected"].value == pytest.approx(expected.change)
    assert rows["regression.score.enrolled.enter"].value == pytest.approx(100 * (expected.enter or 0))
    change = rows["change.score.week_12.enrolled.mean"].value
    assert isinstance(change, float)
    assert rows["regression.score.week_12.enrolled.beyond"].value == pytest.approx(change - (expected.change or 0))
    assert rows["regression.score.enrolled.expected"].warning.startswith("1 of 6 baselines are not at most 40")


def test_outc_06_one_stage(whole: Whole) -> None:
    """OUTC-06: of six planned participants three have to respond, and three do."""
    rows = whole[2]
    found = {
        stat: rows[f"design.good.week_12.enrolled.{stat}"].value for stat in ("n_planned", "needed", "n", "verdict")
    }
    assert found == {"n_planned": 6, "needed": 3, "n": 3, "verdict": REACHED}
    assert not rows["design.good.week_12.enrolled.verdict"].warning
    assert rows["binomial.good.week_12.enrolled.p_greater"].value == pytest.approx(sum(
        weight * 0.1**k * 0.9 ** (6 - k) for k, weight in ((3, 20), (4, 15), (5, 6), (6, 1))))  # fmt: skip
    assert rows["binomial.good.week_12.enrolled.p_min"].value == pytest.approx(1e-6)
    assert rows["binomial.good.week_12.enrolled.p_greater"].role == "primary"


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        ((10, 10, 60, 60, 60), REACHED),
        ((10, 10), OPEN),
        ((10, 10, 10, 10), MISSED),
        ((10, 10, 10, 10, 10, 60, 60), MISSED),
    ],
)
def test_outc_06_verdict_of_one_stage(person: Person, scores: tuple[int, ...], verdict: str) -> None:
    some = [person(str(place), {"week 12|test.score": str(score)}) for place, score in enumerate(scores, 1)]
    rows = run(study(), some)[2]
    assert rows["design.good.week_12.enrolled.verdict"].value == verdict


def test_outc_06_two_stages(person: Person) -> None:
    """OUTC-06: the first stage is of those enrolled first, whatever their codes."""
    plan = study(kind="simon optimal")
    early = [person(f"9{place}", {"week 12|test.score": "10"}, on="2025-12-01") for place in range(4)]
    rows = run(plan, [*people(person), *early])[2]
    names = ("n_planned", "n_first", "stop_at_most", "needed")
    design = {name: rows[f"design.good.week_12.enrolled.{name}"].value for name in names}
    assert design == {"n_planned": 8, "n_first": 2, "stop_at_most": 0, "needed": 3}
    assert rows["design.good.week_12.enrolled.n_first_stage"].value == 0
    assert rows["design.good.week_12.enrolled.verdict"].value == STOPPED
    assert run(plan, people(person))[2]["design.good.week_12.enrolled.verdict"].value == REACHED
    assert run(plan, people(person)[1:2])[2]["design.good.week_12.enrolled.verdict"].value == OPEN


def test_outc_07_the_way_back(whole: Whole) -> None:
    datasets, _, rows = whole

    def cells(name: str) -> set[tuple[str, str, str]]:
        found = select(datasets, rows[name].source)
        return set(found.select("participant", "visit", "item").iter_rows())

    assert cells("levels.grade.severe.week_12.enrolled.n_participants") == {(one, "week 12", "grade") for one in "36"}
    assert {one[0] for one in cells("mcnemar.good.week_12.enrolled.p")} == set("123456")
    assert {one[1] for one in cells("mcnemar.good.week_12.enrolled.p")} == {"start", "week 12"}
    assert ("6", "week 8", "score") in cells("time_to.kept.enrolled.median")
    assert ("6", "week 8", "date") in cells("time_to.kept.enrolled.median")
    assert {one[1] for one in cells("reliable_change.score.week_12.enrolled.n_rise")} == {"start", "week 12"}
    for row in rows.values():
        assert row.error or row.value is not None
        if row.analysis in {"time_to", "mcnemar", "cochran", "levels", "shift", "friedman", "regression", "design"}:
            assert row.n is not None or row.stat in {
                "n_planned",
                "n_first",
                "alpha",
                "power",
                "stop",
                "expected",
                "enter",
            }
            assert row.method


def test_outc_08_arms(person: Person) -> None:
    plan = study(TWO, ARMS)
    datasets, _, rows = run(plan, people(person))
    assert [rows[f"mcnemar.good.week_12.{arm}.enrolled.n_pairs"].value for arm in "ab"] == [3, 3]
    assert [rows[f"time_to.good.{arm}.enrolled.n_events"].value for arm in "ab"] == [2, 3]
    test = log_rank([28, 84, 58, 58, 28, 28], [True, False, True, True, True, True], list("aaabbb"))
    assert rows["log_rank.good.enrolled.p"].value == pytest.approx(test.p)
    assert rows["change.score.week_12.enrolled.p"].error.startswith("The plan has 2 arms")
    assert rows["change.score.week_12.b.enrolled.p"].role == "planned"
    assert rows["change.score.week_12.b.enrolled.mean"].value == pytest.approx((23 + 21 - 22) / 3)
    assert set(select(datasets, rows["change.score.week_12.b.enrolled.p"].source)["participant"]) == set("246")
    assert set(select(datasets, rows["time_to.good.b.enrolled.n"].source)["participant"]) == set("246")


def test_outc_08_arms_unknown(person: Person) -> None:
    rows = run(study(TWO, ARMS.partition("\n")[0]), people(person))[2]
    for name in ("mcnemar.good.week_12.enrolled.p", "friedman.grade.enrolled.p", "change.score.week_12.enrolled.p"):
        assert "not said which item tells who is in which" in rows[name].error


def test_outc_09_not_asked_for(small: Callable[..., Study], person: Person) -> None:
    rows = run(small(), [person("1", {"start|blood.ck": "10", "week 8|blood.ck": "9"})])[2]
    asked = {"mcnemar", "cochran", "time_to", "levels", "shift", "friedman", "reliable_change", "regression", "design"}
    assert not {row.analysis for row in rows.values()} & asked
