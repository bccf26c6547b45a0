"""Invented participants: as often and as much as the scenario says, and as a team would record them.

INV-01: rates and means are those of the scenario, within Monte Carlo error.
INV-02: a participant is the same however many there are.
INV-03: steps go on in time, each by somebody of a role that may do it; who rates blind does nothing else.
INV-04: questionnaires come before ratings and one person rates, but for the incidents that are counted.
INV-05: what the program calls a deviation is what was counted as an incident, and nothing else.
INV-06: who is not enrolled fails by the rules of the study file, and the reason names the criteria.
INV-07: the shipped scenario tells what its paper tells.
INV-08: where the criteria let nobody in, that is said.
INV-12: nobody who is invented dies of an event, since visits and doses are invented after it.
INV-09: any study can be rehearsed with the built-in scenario.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri
from tests.simulate.conftest import STUDIES, STUDY, Scene, scene_of, small_study

from trialbook.capture.people import is_blind
from trialbook.conduct.answers import form_answers
from trialbook.conduct.casebook import Cell
from trialbook.conduct.deviations import find_deviations
from trialbook.conduct.exposure import exposure
from trialbook.conduct.safety import fatal_event
from trialbook.conduct.schedule import place_visits
from trialbook.conduct.screening import assess_eligibility
from trialbook.errors import StudyFileError
from trialbook.folder import read_study
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study
from trialbook.protocol.template import new_study_text
from trialbook.simulate.rehearse import Rehearsal, invent_all
from trialbook.simulate.scenario import built_in, read_scenario
from trialbook.simulate.story import Step, Story

LATER = date(2099, 1, 1)
SCENARIO = """
every: 1 day
screening: {fails: 4 %, unknown: 3 %, ineligible: 0 %, late_consent: 0 %}
visits: {early: 6 %, late: 9 %, missed: 7 %, leave: 0 %}
doses:
  {late: 8 %, missed: 0 %, interrupted: 10 %, incomplete: 6 %, other_amount: 5 %, no_premedication: 12 %, reaction: 7 %}
background: {drugs: {P: {taken: 70 %, dose: [5, 10]}, Q: {taken: 30 %, dose: 50}}, changed: 12 %}
events: {rate: 6, terms: {Headache: 3, Rash: 1}}
answers: {missing: 3 %, corrected: 2 %}
ratings: {first: 8 %, other_rater: 10 %}
at_least: {once: none}
types: {good: 1, poor: 1}
rows: {prior: 3 to 4}
values:
  person.age: {baseline: 'mean 50, sd 10'}
  person.sex: {weights: {F: 3, M: 1}}
  person.hbsag: {weights: {NEG: 1, POS: 0}}
  person.surgery: {never: 60 %, ago: 1 year to 3 years}
  prior.failed: {weights: {'yes': 9, 'no': 1}}
  blood.weight: {baseline: 'mean 60, sd 8', bounds: 30 to 120}
  blood.ck: {baseline: 'median 1000, spread 1.8', course: {week 8: same, week 12: factor 0.25}}
  blood.mood: {weights: {GOOD: 7, BAD: 3}}
  global.pain: {baseline: 'mean 6, sd 2', course: {week 4: shift -2}}
  haq.di: {baseline: 'mean 1.5, sd 0.5'}
  rating.power:
    by_type:
      good: {baseline: 'mean 7, sd 1', course: {week 8: same, week 12: always 10}}
      poor: {baseline: 'mean 3, sd 1.5'}
"""


@cache
def many() -> tuple[Study, Rehearsal]:
    """Invent 200 participants of the small study."""
    study = small_study()
    return study, invent_all(study, scene_of(study, SCENARIO), participants=200, seed=5)


def enrolled() -> list[Story]:
    """Return those who were enrolled."""
    return [story for story in many()[1].stories if story.is_enrolled]


def numbers(item: str, visit: str = "", *, kind: str | None = None) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the answers to an item, or the values of a derived number, at a visit."""
    form, _, name = item.partition(".")
    stories = (story for story in enrolled() if kind in {None, story.fate.kind})
    found = (form_answers(many()[0].forms[form], story.casebook, visit=visit).get(name) for story in stories)
    return np.array([value for value in found if isinstance(value, int | float)], dtype=float)


def rates() -> Iterator[tuple[str, int, int, float]]:
    """Yield what happened, how often, of how many cases, and the share that the scenario says."""
    study, rehearsal = many()
    stories = enrolled()
    visits = [
        one for story in stories for one in place_visits(study, story.casebook, LATER) if one.plan and one.plan.day > 0
    ]
    for state, share in (("early", 0.06), ("late", 0.09), ("missed", 0.07)):
        yield state, sum(one.state == state for one in visits), len(visits), share
    doses = [dose for story in stories for dose in exposure(study, story.casebook, "drug").doses]
    for what, share in (("interrupted", 0.1), ("incomplete", 0.06), ("reaction", 0.07)):
        yield what, sum(getattr(dose, what) is True for dose in doses), len(doses), share
    yield "premedicated", sum(dose.premedicated is True for dose in doses), len(doses), 0.88
    later = [dose for dose in doses if dose.number != 1]
    yield "late dose", sum((dose.days_off or 0) > 0 for dose in later), len(later), 0.08
    yield (
        "first",
        rehearsal.happened["rating first"],
        count_visits(stories, ("baseline", "week 4", "week 8", "week 12")),
        0.08,
    )
    yield "other", rehearsal.happened["other rater"], count_visits(stories, ("week 4", "week 8", "week 12")), 0.1
    yield "changed", rehearsal.happened["background change"], len(stories), 0.12
    cells = [
        answer
        for story in stories
        for cell, answer in story.answers.items()
        if cell.form in {"haq", "global", "rating"}
    ]
    yield "missing", sum(answer.missing is not None for answer in cells), len(cells), 0.03
    steps = [step for story in stories for step in story.steps if step.act == "correct"]
    able = sum(answer.missing is None for answer in cells)
    yield "corrected", sum(step.cells[0][0].form in {"haq", "global", "rating"} for step in steps), able, 0.02
    screened = rehearsal.stories
    yield "sex", sum(story.casebook.value("person", "sex") == "F" for story in screened), len(screened), 0.75
    yield "never", sum(story.casebook.value("person", "surgery") == "never" for story in stories), len(stories), 0.6
    moods = [story.casebook.value("blood", "mood", visit="week 4") for story in stories]
    yield "mood", moods.count("GOOD"), len(moods) - moods.count(None), 0.7
    taken = [story.casebook.value("drugs", "drug", repeat="1") is not None for story in stories]
    yield "drugs", sum(taken), len(taken), 1 - 0.3 * 0.7 + 0.3 * 0.7 * 0.12 / 1
    failed = sum("I1 not met" in (story.casebook.end_reason or "") for story in screened)
    yield "fails", failed, len(screened), 0.04
    yield (
        "unknown",
        sum("E2 unknown" in (story.casebook.end_reason or "") for story in screened),
        len(screened),
        0.96 * 0.03,
    )


def count_visits(stories: Sequence[Story], visits: tuple[str, ...]) -> int:
    """Count which of some visits took place."""
    return sum(visit in story.casebook.visits() for story in stories for visit in visits)


def means() -> Iterator[tuple[str, float, float, float]]:
    """Yield what was measured, its mean, the standard error of that, and the mean that the scenario says."""
    said = [
        ("age", numbers("person.age"), 50.0),
        ("ck", np.log(numbers("blood.ck", "baseline")), float(np.log(1000))),
        ("ck week 8", np.log(numbers("blood.ck", "week 8")), float(np.log(1000))),
        ("pain", numbers("global.pain", "baseline"), 6.0),
        ("pain week 12", numbers("global.pain", "week 12"), 4.0),
        ("good", numbers("rating.power", "baseline", kind="good"), 7.0),
        ("poor", numbers("rating.power", "baseline", kind="poor"), 3.0),
        ("poor week 12", numbers("rating.power", "week 12", kind="poor"), 3.0),
        ("haq", numbers("haq.di", "baseline"), 1.5),
    ]
    for name, values, wanted in said:
        yield name, float(values.mean()), float(values.std(ddof=1) / len(values) ** 0.5), wanted
    events = np.array([sum(cell.item == "term" for cell in story.answers) for story in enrolled()])
    weeks = [(date.fromisoformat(story.casebook.ended_on or "") - story.anchor).days / 7 for story in enrolled()]
    reactions = np.array([story.happened["reaction"] for story in enrolled()])
    expected = float(np.mean(weeks)) * 0.06
    yield "events", float((events - reactions).mean()), (expected / len(events)) ** 0.5, expected


def test_rates_are_those_of_the_scenario() -> None:
    """INV-01: one false alarm in 1000 among all rates, by the normal approximation of the binomial."""
    every = list(rates())
    bound = float(ndtri(1 - 0.001 / (2 * len(every))))
    wrong = [
        f"{name}: {count} of {cases} where {share:.1%} was said"
        for name, count, cases, share in every
        if abs(count - cases * share) > bound * (cases * share * (1 - share)) ** 0.5 + 0.5
    ]
    assert wrong == []


def test_means_are_those_of_the_scenario() -> None:
    """INV-01: one false alarm in 1000 among all means."""
    every = list(means())
    bound = float(ndtri(1 - 0.001 / (2 * len(every))))
    wrong = [
        f"{name}: {mean:.3f} where {wanted} was said"
        for name, mean, error, wanted in every
        if abs(mean - wanted) > bound * error
    ]
    assert wrong == []


def test_spreads_are_those_of_the_scenario() -> None:
    """INV-01: SDs within what 200 values allow (5 standard errors of the log SD); full power is full."""
    for values, wanted in (
        (numbers("person.age"), 10.0),
        (np.log(numbers("blood.ck", "baseline")), float(np.log(1.8))),
        (numbers("global.pain", "baseline"), 2.0),
        (numbers("rating.power", "baseline", kind="poor"), 1.5),
    ):
        error = 1 / (2 * (len(values) - 1)) ** 0.5
        assert abs(float(np.log(values.std(ddof=1) / wanted))) < 5 * error
    on_time = [story for story in enrolled() if story.fate.kind == "good" and not story.happened["early visit"]]
    for story in on_time:
        power = form_answers(many()[0].forms["rating"], story.casebook, visit="week 12").get("power")
        assert power in {None, 10.0}


def test_leaving(small: Study, scene: Scene) -> None:
    """INV-01: one false alarm in 1000."""
    scenario = scene("visits: {leave: 30 %}\nat_least: {once: none}")
    told = invent_all(small, scenario, participants=120, seed=2)
    left = sum(story.casebook.status == "withdrawn" for story in told.stories)
    assert abs(left - 36) < 3.3 * (120 * 0.3 * 0.7) ** 0.5
    for story in told.stories:
        days = [story.casebook.visit_date(visit) for visit in story.casebook.visits()]
        assert all(day is None or day.isoformat() <= (story.casebook.ended_on or "9") for day in days)


def test_nobody_dies_of_an_event() -> None:
    """INV-12: by none of what would say so."""
    asked = "grade: {choice: [1, 2, 5]}, fatal: {choice: yes/no}, outcome: {choice: {A: Recovered, B: Died}}, start:"
    study, problems = parse_study(
        STUDY.replace("required: true}, start:", f"required: true}}, {asked}", 1), file="s.yaml", catalog=CATALOG
    )
    assert study is not None, problems
    told = invent_all(study, scene_of(study, SCENARIO), participants=30, seed=3)
    assert not any(fatal_event(study, story.casebook) for story in told.stories)
    cells = [(cell.item, answer.value) for story in told.stories for cell, answer in story.answers.items()]
    assert {value for item, value in cells if item == "grade"} >= {"1", "2"}
    assert {value for item, value in cells if item == "outcome"} == {"A"}


def test_the_same_however_many(small: Study) -> None:
    """INV-02."""
    few, more = (invent_all(small, built_in(), participants=count, seed=9) for count in (3, 12))
    for one, same in zip(few.stories, more.stories, strict=False):
        assert one.steps == same.steps
        assert one.answers == same.answers
    assert few.codes[0] == "INV-01"
    assert few.stories[0].steps != invent_all(small, built_in(), participants=1, seed=10).stories[0].steps


def test_steps(small: Study) -> None:
    """INV-03."""
    raters = {"assessor-1", "assessor-2"}
    for story in many()[1].stories:
        assert [step.at for step in story.steps] == sorted(step.at for step in story.steps)
        for step in story.steps:
            forms = {cell.form for cell, _ in step.cells}
            assert (step.by in raters) == (forms == {"rating"})
            assert step.is_for == bool(forms & {"haq", "global"} and step.act == "enter")
            role = step.by.rpartition("-")[0]
            assert role == "custodian" or all(form in {"visit", *small.roles[role].records} for form in forms)
    assert is_blind(small, "assessor")


def first_step(story: Story, form: str, visit: str) -> tuple[int, Step] | None:
    """Return the first step that records a form at a visit."""
    found = ((number, step) for number, step in enumerate(story.steps) if is_of(step, form, visit))
    return next(found, None)


def is_of(step: Step, form: str, visit: str) -> bool:
    """Tell whether a step records a form at a visit."""
    return any((cell.form, cell.visit) == (form, visit) for cell, _ in step.cells)


def test_order_and_raters() -> None:
    """INV-04."""
    counted, happened = Counter[str](), many()[1].happened
    for story in enrolled():
        for visit in story.casebook.visits():
            rating = first_step(story, "rating", visit)
            others = [found for form in ("haq", "global") if (found := first_step(story, form, visit))]
            if rating is not None:
                counted["rating first"] += any(rating[0] < number for number, _ in others)
                counted["other rater"] += rating[1].by == "assessor-2"
    assert counted["rating first"] == happened["rating first"] > 20
    assert counted["other rater"] == happened["other rater"] > 20


def test_deviations_are_the_incidents() -> None:
    """INV-05: a change of amount, whole or part, is one of the dose; order and raters stand in the ledger alone."""
    study, rehearsal = many()
    found = Counter(
        (one.group, one.kind) for story in enrolled() for one in find_deviations(study, story.casebook, LATER)
    )
    happened = rehearsal.happened
    for kind, incident in (("early", "early visit"), ("late", "late visit"), ("missed", "missed visit")):
        assert found.pop(("visit", kind)) == happened[incident] > 0
    assert found.pop(("dose", "late")) == happened["late dose"] > 0
    assert found.pop(("dose", "no premedication")) == happened["no premedication"] > 0
    amounts = found.pop(("dose", "other amount"))
    assert happened["other amount"] <= amounts <= happened["other amount"] + happened["incomplete dose"]
    assert (
        sum(found.pop(("constancy", kind), 0) for kind in ("started", "stopped", "dose changed"))
        == happened["background change"]
    )
    assert not found


def test_who_is_not_enrolled() -> None:
    """INV-06."""
    study, rehearsal = many()
    for story in rehearsal.stories:
        verdict = assess_eligibility(study, story.casebook).verdict
        if story.is_enrolled:
            assert verdict == "eligible"
            assert not story.fate.failing
            continue
        wanted = {f"{name} {'not met' if name[0] == 'I' else 'met'}" for name in story.fate.failing}
        wanted |= {f"{name} unknown" for name in story.fate.unknown}
        assert set((story.casebook.end_reason or "").split(", ")) == wanted
        assert verdict == ("not eligible" if story.fate.failing else "unknown")


def test_the_story_of_the_paper(shipped: Study) -> None:
    """INV-07: 80 participants; means within 4.5 standard errors of what the scenario has from the paper."""
    scenario = read_scenario(STUDIES / "rituximab_polymyositis" / "scenario.yaml", shipped)
    quiet = replace(scenario, once=(), missing=0.0, visits=dict.fromkeys(scenario.visits, 0.0))
    told = [story for story in invent_all(shipped, quiet, participants=80, seed=1).stories if story.is_enrolled]

    def at(item: str, visit: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        form, _, name = item.partition(".")
        found = (form_answers(shipped.forms[form], story.casebook, visit=visit)[name] for story in told)
        return np.array([value for value in found if isinstance(value, int | float)], dtype=float)

    def near(values: np.ndarray[tuple[int], np.dtype[np.float64]], wanted: float) -> bool:
        return bool(abs(values.mean() - wanted) < 4.5 * values.std(ddof=1) / len(values) ** 0.5)

    assert near(at("rating.power", "baseline"), 5.3)
    assert near(at("rating.power", "week 28"), 7.3)
    assert near(at("enzymes.ck", "baseline"), 2632)
    assert near(at("enzymes.ck", "week 28"), 661)
    assert abs((at("rating.power", "week 16") - at("rating.power", "baseline")).mean()) < 0.5
    assert (at("rating.power", "week 28") == 10).mean() >= 0.5
    start, fall, back = (at("blood.lymphocytes", visit) for visit in ("baseline", "week 4", "week 16"))
    assert fall.mean() < 0.75 * start.mean()
    assert abs(back.mean() / start.mean() - 1) < 0.1
    assert at("haq.di", "week 20").mean() < at("haq.di", "baseline").mean()
    assert at("sf36.pcs", "week 20").mean() > at("sf36.pcs", "baseline").mean()
    assert at("sf36.mcs", "week 20").mean() > at("sf36.mcs", "baseline").mean()


def test_nobody_may_enter() -> None:
    """INV-08: SCEN-21."""
    study, problems = parse_study(STUDY.replace("person.age >= 18", "person.age > 200"), file="s.yaml", catalog=CATALOG)
    assert study is not None, problems
    with pytest.raises(StudyFileError) as told:
        invent_all(study, built_in(), participants=1, seed=1)
    (problem,) = told.value.problems
    assert problem.code == "SCEN-21"
    assert "I1 not met" in problem.values["reasons"]


def test_a_dose_that_is_withheld() -> None:
    """INV-06: whoever may not be treated is withdrawn with the reason, and nothing is given."""
    study = small_study()
    text = """screening: {fails: 0 %, unknown: 0 %}
at_least: {once: none}
values: {person.hbsag: {weights: {NEG: 0, POS: 1}}}
"""
    told = invent_all(study, scene_of(study, text), participants=2, seed=1)
    for story in told.stories:
        drawn_again = story.casebook.value("person", "hbsag") == "NEG"
        given = any(cell.form == "infusion" for cell in story.answers)
        assert given == drawn_again
        assert drawn_again or (story.casebook.end_reason or "").startswith("No dose could be planned.")


@pytest.mark.parametrize("name", ["infliximab_myositis", "xanomeline_four", "rituximab_polymyositis"])
def test_any_study(name: str) -> None:
    """INV-09: every form that is due has answers, and the anchor is known."""
    study = read_study(STUDIES / name)
    told = invent_all(study, built_in(), participants=5, seed=4)
    forms = {cell.form for story in told.stories for cell in story.answers}
    assert set(study.forms) - forms <= {"concomitant_drugs"}
    for story in (one for one in told.stories if one.casebook.status == "completed"):
        placed = place_visits(study, story.casebook, LATER)
        assert not {"no date", "no anchor"} & {visit.state for visit in placed}
        assert sum(visit.took_place for visit in placed) >= len(placed) / 2


def test_the_first_file_of_a_team() -> None:
    """INV-09: that of `trialbook new`, and the smallest that there can be."""
    smallest = Path(__file__).parents[1] / "protocol" / "samples" / "minimal.yaml"
    for text in (new_study_text("first", "A first study"), smallest.read_text(encoding="utf-8")):
        study, problems = parse_study(text, file="s.yaml", catalog=CATALOG)
        assert study is not None, problems
        assert invent_all(study, built_in(), participants=4, seed=1).enrolled == 4


def test_criteria_that_ask_for_a_visit() -> None:
    """INV-09: then the visit comes before enrolment, and its answers decide."""
    text = STUDY.replace("I1: {text: Adult, when: 'person.age >= 18'}", "I1: {text: High, when: 'blood.ck > 800.0'}")
    study, problems = parse_study(text, file="s.yaml", catalog=CATALOG)
    assert study is not None, problems
    text = """screening: {fails: {I1: 50 %}, unknown: 0 %}
at_least: {once: none}
values: {blood.ck: {baseline: 'median 800, spread 2'}}
"""
    scenario = scene_of(study, text)
    told = invent_all(study, scenario, participants=8, seed=3)
    reasons = {story.casebook.end_reason for story in told.stories if not story.is_enrolled}
    assert reasons == {"I1 not met"}
    for story in told.stories:
        ck = story.answers[Cell("baseline", "blood", "", "ck")].value
        assert (float(ck or 0) > 800) == story.is_enrolled
