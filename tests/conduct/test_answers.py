"""The answers of a casebook as names of conditions.

Requirements:
NAME-01: an exact answer has its name; what is unanswered, coded missing, beyond a limit or partial has none.
NAME-02: groups, derived numbers and instruments have a value only where their rule gives one.
NAME-03: `previous` is the last answer before this visit, `baseline` follows the study's rule.
NAME-04: without a visit, a form of the visits has its last answers so far, or up to a day such as that of enrolment.
NAME-05: every name that gets a value is declared for a condition that can use it.
NAME-06: a later answer that is not exact takes the place of an earlier one, as in the analysis.
NAME-07: a count is how many different answers the rows have that count; unknown without a row, or where one is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from trialbook.conduct.answers import form_answers, latest_answer, tally, values_for
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.instruments import CATALOG
from trialbook.protocol.conditions import Condition, compile_condition, names_for
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study
from trialbook.wording import sentence

TEXT = """\
trialbook: 1
study:
  id: pilot
  title: Pilot
  design: open-label single-arm
  data: invented
  timezone: UTC
visits:
  anchor: enrolment
  window: 3 days either side
  planned:
    screening: {day: -14 to -8}
    baseline: {day: -7 to 0}
    week 4: {}
    week 8: {}
forms:
  history:
    label: History
    at: once
    items:
      sex: {label: Sex, choice: {F: Female, M: Male}}
      pregnant: {label: Pregnant, choice: yes/no}
      onset: {label: Onset, date: partial}
      surgery: {label: Last operation, date: full, never: true}
      drugs: {label: Drugs, choice: {aza: Azathioprine, mtx: Methotrexate}, several: true}
      word: {label: Word, text: line}
  enzymes:
    label: Enzymes
    at: [screening, baseline, week 4, week 8]
    items:
      ck: {label: Creatine kinase, number: U/L}
      marked: {label: Marked, choice: yes/no}
  rating:
    label: Rating
    at: [baseline, week 4]
    items:
      proximal: {label: Proximal, groups: [biceps, triceps, deltoid], scale: 0 to 10}
    derive:
      power: {mean_of: proximal, at_least: 2 of 3, label: Power}
  adas:
    label: ADAS-Cog
    instrument: adas-cog-11
    at: [baseline]
  events:
    label: Events
    at: any time
    repeating: true
    events: true
    items:
      term: {label: Event, text: line, required: true}
      start: {label: Start, date: full}
  prior:
    label: Earlier drugs
    at: once
    repeating: true
    items:
      agent: {choice: {PRED: Prednisolone, AZA: Azathioprine, MTX: Methotrexate}}
      also: {choice: {AZA: Azathioprine, MTX: Methotrexate, CSA: Ciclosporin}, several: true}
      dose: {number: mg}
      failed: {choice: yes/no}
    derive:
      steroids: {count_of: agent, where: 'prior.failed && prior.agent == "PRED"'}
      others: {count_of: agent, where: 'prior.failed && prior.agent != "PRED"'}
      agents: {count_of: agent}
      partners: {count_of: also}
      doses: {count_of: dose, where: 'history.sex == "F"'}
endpoints:
  ck: {from: enzymes.ck, better: lower}
analysis:
  baseline: RULE
  set: enrolled
  sets:
    enrolled: {label: Enrolled, who: enrolled}
  primary: {endpoint: ck, at: week 8}
  compare: each visit with baseline
  test: paired t
  significant: p < 0.05, two-sided
  missing: available cases
"""


def study(rule: str = "visit baseline") -> Study:
    read, problems = parse_study(TEXT.replace("RULE", rule), file="study.yaml", catalog=CATALOG)
    assert read is not None, [sentence(problem) for problem in problems]
    return read


STUDY = study()


def casebook(**answers: str | None) -> Casebook:
    """Write a casebook by hand: `visit__form__item` or `form__item` -> value; `_` in a visit id stands for a blank."""
    cells = {}
    for name, value in answers.items():
        *visit, form, item = name.split("__")
        visit_id = visit[0].replace("_", " ") if visit else ""
        cells[Cell(visit_id, form, "", item.replace("_dot_", "."))] = Answer(text=value or "ND", value=value)
    return Casebook(participant="001", status="enrolled", answers=cells)


def values(
    book: Casebook,
    *,
    rule: str = "visit baseline",
    visit: str = "",
    anchor: date | None = None,
    until: date | None = None,
) -> dict[str, object]:
    return values_for(study(rule), book, visit=visit, anchor=anchor, until=until)


def test_exact_answers_have_their_kind() -> None:
    """NAME-01."""
    found = values(
        casebook(
            history__sex="F", history__pregnant="no", history__onset="2010-05-06", history__surgery="2012-01-31",
            history__drugs="aza;mtx", history__word="5", week_4__enzymes__ck="57.5",
        ),
        visit="week 4",
    )  # fmt: skip
    assert found["history.sex"] == "F"
    assert found["history.pregnant"] is False
    assert found["history.onset"] == date(2010, 5, 6)
    assert (found["history.surgery"], found["history.surgery.never"]) == (date(2012, 1, 31), False)
    assert found["history.drugs"] == ["aza", "mtx"]
    assert found["history.word"] == "5"
    assert found["enzymes.ck"] == 57.5
    assert found["participant.status"] == "enrolled"
    assert found["visit.id"] == "week 4"


def test_what_is_not_exact_has_no_name() -> None:
    """NAME-01."""
    found = values(
        casebook(history__onset="2010-05", history__surgery="never", history__sex=None, week_4__enzymes__ck="<20"),
        visit="week 4",
    )
    assert not {"history.onset", "history.surgery", "history.sex", "enzymes.ck", "history.pregnant"} & set(found)
    assert found["history.surgery.never"] is True


def test_group_needs_all_its_ratings_and_a_mean_enough_of_them() -> None:
    """NAME-02."""
    two = casebook(baseline__rating__proximal_dot_biceps="7", baseline__rating__proximal_dot_triceps="8")
    found = form_answers(STUDY.forms["rating"], two, visit="baseline")
    assert found == {"proximal.biceps": 7.0, "proximal.triceps": 8.0, "power": 7.5}
    one = casebook(baseline__rating__proximal_dot_biceps="7")
    assert "power" not in form_answers(STUDY.forms["rating"], one, visit="baseline")
    three = {f"baseline__rating__proximal_dot_{muscle}": "6" for muscle in ("biceps", "triceps", "deltoid")}
    assert form_answers(STUDY.forms["rating"], casebook(**three), visit="baseline")["proximal"] == [6.0, 6.0, 6.0]


def test_instrument_gives_its_score_where_complete() -> None:
    """NAME-02."""
    items = {f"baseline__adas__{item.id}": "1" for item in CATALOG["adas-cog-11"].items}
    assert form_answers(STUDY.forms["adas"], casebook(**items), visit="baseline")["total"] == 11.0
    items.popitem()
    assert "total" not in form_answers(STUDY.forms["adas"], casebook(**items), visit="baseline")


DATED = {
    "screening__visit__date": "2020-01-01",
    "screening__enzymes__ck": "100",
    "baseline__visit__date": "2020-01-10",
    "baseline__enzymes__ck": "200",
    "week_4__visit__date": "2020-02-10",
    "week_4__enzymes__ck": "300",
    "unscheduled-1__visit__date": "2020-01-12",
    "unscheduled-1__enzymes__ck": "250",
    "screening__enzymes__marked": "yes",
}
ANCHOR = date(2020, 1, 13)


def test_previous_is_the_last_answer_before_this_visit() -> None:
    """NAME-03."""
    book = casebook(**DATED)
    assert values(book, visit="week 4", anchor=ANCHOR)["previous.enzymes.ck"] == 250
    assert values(book, visit="baseline", anchor=ANCHOR)["previous.enzymes.ck"] == 100
    assert "previous.enzymes.ck" not in values(book, visit="screening", anchor=ANCHOR)
    undated = casebook(**{name: value for name, value in DATED.items() if "date" not in name})
    assert values(undated, visit="week 4")["previous.enzymes.ck"] == 200
    assert "previous.enzymes.ck" not in values(undated, visit="unscheduled-1")


def test_previous_skips_a_visit_without_the_answer() -> None:
    """NAME-03."""
    book = casebook(**{**DATED, "unscheduled-1__enzymes__ck": None})
    assert values(book, visit="week 4", anchor=ANCHOR)["previous.enzymes.ck"] == 200


@pytest.mark.parametrize(
    ("rule", "expected"), [("visit baseline", 200), ("last before anchor", 250), ("flagged marked", 100)]
)
def test_baseline_follows_the_rule_of_the_study(rule: str, expected: float) -> None:
    """NAME-03."""
    assert values(casebook(**DATED), rule=rule, visit="week 4", anchor=ANCHOR)["baseline.enzymes.ck"] == expected


def test_baseline_on_the_anchor_day_counts_and_after_it_does_not() -> None:
    """NAME-03."""
    rule = "last before anchor"
    assert values(casebook(**DATED), rule=rule, anchor=date(2020, 1, 12))["baseline.enzymes.ck"] == 250
    assert values(casebook(**DATED), rule=rule, anchor=date(2020, 1, 11))["baseline.enzymes.ck"] == 200
    assert "baseline.enzymes.ck" not in values(casebook(**DATED), rule=rule, anchor=date(2019, 12, 31))


@pytest.mark.parametrize(
    ("until", "expected"),
    [(date(2020, 2, 10), 300), (date(2020, 2, 9), 250), (date(2020, 1, 12), 250), (date(2020, 1, 11), 200)],
)
def test_eligibility_sees_the_last_answers_up_to_a_day(until: date, expected: float) -> None:
    """NAME-04: the day itself counts, whatever the anchor is."""
    assert values(casebook(**DATED), until=until)["enzymes.ck"] == expected
    assert values(casebook(**DATED), until=until, anchor=date(2019, 1, 1))["enzymes.ck"] == expected


def test_without_a_day_everything_so_far_is_seen() -> None:
    """NAME-04."""
    found = values(casebook(**DATED), anchor=ANCHOR)
    assert found["enzymes.ck"] == 300
    assert not {"visit.id", "visit.date"} & set(found)


def test_up_to_a_day_a_visit_without_a_date_counts_where_it_is_planned_by_day_0() -> None:
    """NAME-04: neither an undated week 4 nor an undated visit outside of the plan does."""
    undated = casebook(**{name: value for name, value in DATED.items() if "date" not in name})
    assert values(undated, until=ANCHOR)["enzymes.ck"] == 200
    assert values(undated)["enzymes.ck"] == 250


def test_form_answered_once_always_counts() -> None:
    """NAME-04."""
    assert values(casebook(history__sex="F"), until=date(1990, 1, 1))["history.sex"] == "F"


def test_an_answer_is_found_where_it_stands() -> None:
    """NAME-04: the last that is a value; where there is none, the last missing-data code."""
    form = STUDY.forms["enzymes"]
    book = casebook(**{**DATED, "unscheduled-1__enzymes__ck": None, "week_4__enzymes__marked": None})
    for until, visit, value in ((ANCHOR, "baseline", "200"), (None, "week 4", "300")):
        found = latest_answer(STUDY, book, form, "ck", until=until)
        assert found is not None
        assert (found[0].visit, found[1].value) == (visit, value)
    coded = latest_answer(STUDY, casebook(baseline__enzymes__ck=None), form, "ck")
    assert coded is not None
    assert (coded[0].visit, coded[1].text) == ("baseline", "ND")
    assert latest_answer(STUDY, casebook(), form, "ck") is None


def test_day_of_a_visit_is_counted_from_the_anchor() -> None:
    """NAME-03."""
    found = values(casebook(**DATED), visit="week 4", anchor=ANCHOR)
    assert (found["visit.date"], found["visit.day"]) == (date(2020, 2, 10), 28)
    assert "visit.day" not in values(casebook(**DATED), visit="week 4")
    assert "visit.date" not in values(casebook(), visit="week 4", anchor=ANCHOR)


def test_row_of_a_repeating_form_sees_itself() -> None:
    """NAME-05."""
    answers = {
        Cell("", "events", repeat, "term"): Answer(text=repeat, value=f"event {repeat}") for repeat in ("1", "2")
    }
    book = Casebook(participant="001", answers=answers)
    assert values_for(STUDY, book, form="events", repeat="2")["events.term"] == "event 2"
    assert "events.term" not in values_for(STUDY, book)


def test_every_value_has_a_declared_name() -> None:
    """NAME-05."""
    book = casebook(**DATED, history__sex="F", history__surgery="never")
    responder = names_for(STUDY, "responder")
    found = values(book, visit="week 4", anchor=ANCHOR)
    assert set(found) <= set(responder)
    condition = compile_condition("enzymes.ck >= baseline.enzymes.ck * 1.5 && visit.day == 28", responder)
    assert isinstance(condition, Condition)
    assert condition.judge(found) is True


def test_only_the_forms_that_are_needed_are_worked_out() -> None:
    """NAME-05."""
    found = values_for(STUDY, casebook(**DATED), visit="week 4", anchor=ANCHOR, names={"baseline.enzymes.ck"})
    assert set(found) == {"participant.status", "visit.id", "visit.date", "visit.day", "baseline.enzymes.ck"}
    every = values_for(STUDY, casebook(**DATED), visit="week 4", anchor=ANCHOR)
    assert found.items() <= every.items()


def test_later_answer_beyond_a_limit_is_not_passed_over() -> None:
    """NAME-06."""
    book = casebook(**{**DATED, "baseline__enzymes__ck": "<20", "unscheduled-1__enzymes__ck": None})
    for name in ("enzymes.ck", "baseline.enzymes.ck"):
        assert name not in values(book, rule="last before anchor", anchor=ANCHOR, until=ANCHOR)
    assert "previous.enzymes.ck" not in values(book, visit="week 4", anchor=ANCHOR)
    assert values(book, visit="week 8", anchor=ANCHOR)["previous.enzymes.ck"] == 300


def test_answer_beyond_a_limit_leaves_a_derived_number_without_a_value() -> None:
    """NAME-06."""
    answers = {f"rating__proximal_dot_{muscle}": "6" for muscle in ("biceps", "triceps")}
    limited = {f"baseline__{name}": value for name, value in answers.items()}
    found = form_answers(STUDY.forms["rating"], casebook(**limited), visit="baseline")
    assert found["power"] == 6
    limited["baseline__rating__proximal_dot_deltoid"] = ">9"
    found = form_answers(STUDY.forms["rating"], casebook(**limited), visit="baseline")
    assert not {"power", "proximal", "proximal.deltoid"} & set(found)
    earlier = {f"screening__{name}": value for name, value in answers.items()}
    assert "baseline.rating.power" in values(casebook(**earlier), rule="last before anchor")
    assert "baseline.rating.power" not in values(casebook(**earlier, **limited), rule="last before anchor")


@pytest.mark.parametrize("order", [("1", "2"), ("2", "1")])
def test_visits_of_one_day_do_not_depend_on_the_order_of_recording(order: tuple[str, ...]) -> None:
    """NAME-03."""
    cells: dict[str, str | None] = {}
    for number in order:
        cells[f"unscheduled-{number}__visit__date"] = "2020-01-12"
        cells[f"unscheduled-{number}__enzymes__ck"] = number
    book = casebook(**cells)
    assert values(book, rule="last before anchor", anchor=ANCHOR)["baseline.enzymes.ck"] == 2


def rows(*given: Mapping[str, str | None], sex: str | None = None) -> Casebook:
    """Write the rows of earlier drugs, each as item -> value."""
    cells = {
        Cell("", "prior", str(number), item): Answer(text=value or "ND", value=value)
        for number, row in enumerate(given, start=1)
        for item, value in row.items()
    }
    if sex is not None:
        cells[Cell("", "history", "", "sex")] = Answer(text=sex, value=sex)
    return Casebook(participant="001", answers=cells)


PRED, AZA, MTX = ({"agent": agent, "failed": "yes"} for agent in ("PRED", "AZA", "MTX"))


@pytest.mark.parametrize(
    ("given", "steroids", "others"),
    [
        ((PRED, AZA, MTX), 1, 2),
        ((PRED, PRED, AZA, AZA), 1, 1),
        ((AZA, {"agent": "MTX", "failed": "no"}), 0, 1),
        ((), None, None),
        ((PRED, AZA, {"agent": "MTX"}), 1, None),
        ((PRED, AZA, {"agent": "MTX", "failed": None}), 1, None),
        ((PRED, AZA, {"failed": "yes"}), None, None),
        ((PRED, {"failed": "no"}), 1, 0),
        ((PRED, AZA, {"agent": None, "failed": "yes"}), None, None),
    ],
)
def test_count_of_different_answers(
    given: tuple[Mapping[str, str | None], ...], steroids: int | None, others: int | None
) -> None:
    """NAME-07: a row that cannot count is no gap; one that could leaves the count unknown."""
    found = values_for(STUDY, rows(*given))
    assert (found.get("prior.steroids"), found.get("prior.others")) == (steroids, others)


def test_every_row_counts_without_a_condition_and_needs_its_answer() -> None:
    """NAME-07."""
    assert values_for(STUDY, rows(PRED, AZA, AZA))["prior.agents"] == 2
    assert "prior.agents" not in values_for(STUDY, rows(PRED, {"failed": "no"}))


def test_each_of_several_choices_counts_once() -> None:
    """NAME-07."""
    assert values_for(STUDY, rows({"also": "AZA;MTX"}, {"also": "MTX;CSA"}))["prior.partners"] == 3


def test_numbers_differ_by_their_value_and_other_forms_are_seen() -> None:
    """NAME-07: 5 and 5.0 are one dose; below a limit nobody knows which it is."""
    doses: tuple[dict[str, str], ...] = ({"dose": "5"}, {"dose": "5.0"}, {"dose": "10"})
    assert values_for(STUDY, rows(*doses, sex="F"))["prior.doses"] == 2
    assert values_for(STUDY, rows(*doses, sex="M"))["prior.doses"] == 0
    assert "prior.doses" not in values_for(STUDY, rows(*doses))
    assert "prior.doses" not in values_for(STUDY, rows(*doses, {"dose": "<5"}, sex="F"))


def test_a_count_is_worked_out_only_where_it_is_needed() -> None:
    """NAME-07: rows themselves are seen in the form only, counts elsewhere only."""
    book = rows(PRED, AZA)
    assert "prior.steroids" not in values_for(STUDY, book, names={"prior.others"})
    assert not {"prior.agent", "prior.failed"} & set(values_for(STUDY, book))
    own = values_for(STUDY, book, form="prior", repeat="2")
    assert own["prior.agent"] == "AZA"
    assert "prior.others" not in own
    declared = names_for(STUDY, "criterion")
    assert {name for name in values_for(STUDY, rows(PRED, sex="F")) if name.startswith("prior.")} <= set(declared)


def test_the_rows_that_leave_a_count_open_are_named() -> None:
    """NAME-07."""
    form = STUDY.forms["prior"]
    found = tally(STUDY, rows(PRED, AZA, {"agent": "MTX"}), form, form.derived["others"])
    assert (found.rows, found.open, found.count) == (("1", "2", "3"), ("3",), None)
    assert found.answers == {"AZA"}
