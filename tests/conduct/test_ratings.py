"""Questionnaires before the rating, and one rater throughout.

ORDER-01: a form opens when the forms of its `after` that are due at the same visit, and asked, are complete.
ORDER-02: whoever keeps to that order breaks nothing, however the answers are mixed, and whatever is corrected later.
ORDER-03: a rating before a questionnaire is complete is exactly one break, at the visit and for the form.
ORDER-04: what one act records, and what has no entry, has no order.
ORDER-05: of a form with one rater, each rating in which somebody else rated is exactly one change; corrections and
    marks for missing ratings are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.capture.acts import clear, enter, import_rows
from trialbook.capture.book import Book
from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell
from trialbook.conduct.ratings import OrderBreak, RaterChange, may_open, order_breaks, rater_changes
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study
from trialbook.wording import remedy, sentence

TEXT = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
roles:
  nurse: {sees: everything, except: [rating], records: [background, pain, sleep, diary, first, then]}
  assessor: {blind: true, records: [rating]}
visits:
  anchor: enrolment
  window: 3 days either side
  planned:
    baseline: {day: 0}
    week 4: {}
    week 8: {}
forms:
  background:
    at: once
    items:
      sex: {choice: {F: Female, M: Male}}
  pain:
    at: [baseline, week 8]
    complete: all
    items:
      now: {number: score}
      worst: {number: score}
      period: {number: score, when: 'background.sex == "F"'}
  sleep:
    at: [baseline, week 4, week 8]
    items:
      hours: {number: h, required: true}
      dreams: {text: line}
  diary:
    at: [week 8]
    when: 'background.sex == "F"'
    items:
      days: {number: count}
  rating:
    label: Muscle strength
    at: [baseline, week 4, week 8]
    rater: same throughout
    after: [pain, sleep, diary]
    items:
      arm: {number: score}
      leg: {number: score}
  first:
    at: once
    items:
      x: {number: score}
  then:
    at: once
    after: [first]
    items:
      y: {number: score}
missing: {ND: Not done}
"""


def read(text: str) -> Study:
    """Read a study file."""
    study, problems = parse_study(text, file="study.yaml")
    assert study is not None, problems
    return study


STUDY = read(TEXT)


class Step(NamedTuple):
    """One entry: what is answered, by whom; steps of one act share its number."""

    visit: str
    form: str
    item: str
    text: str = "1"
    by: str = "nora"
    act: int = 0


SEX = Step("", "background", "sex", "M")
PAIN = [Step("baseline", "pain", item) for item in ("now", "worst")]
SLEEP = [Step("baseline", "sleep", item) for item in ("hours", "dreams")]
RATING = [Step("baseline", "rating", item, "8", "amir") for item in ("arm", "leg")]


def record(steps: Iterable[Step], before: Casebook | None = None) -> Casebook:
    """Record steps in their order as a ledger does; the same cell again is a correction."""
    answers = dict(before.answers) if before is not None else {}
    start = max((answer.seq for answer in answers.values()), default=0)
    for seq, step in enumerate(steps, start=start + 1):
        cell = Cell(step.visit, step.form, "", step.item)
        old = answers.get(cell)
        is_missing = step.text == "ND"
        answers[cell] = Answer(
            text=step.text,
            value=None if is_missing else step.text,
            missing="ND" if is_missing else None,
            seq=seq,
            at=f"act {step.act}" if step.act else f"entry {seq}",
            by=step.by,
            first_seq=seq if old is None else old.first_seq,
            first_by=step.by if old is None else old.first_by,
        )
    return Casebook(participant="P1", status="enrolled", enrolled_on="2024-02-01", answers=MappingProxyType(answers))


def kinds(found: Iterable[OrderBreak]) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    return [(one.visit, one.form, one.afterwards, one.unfinished) for one in found]


# ---- before -----------------------------------------------------------------------------------------------------


def waiting(casebook: Casebook, visit: str, form: str = "rating") -> list[str | None]:
    """Return the forms that a form waits for."""
    return [reason.place.form for reason in may_open(STUDY, casebook, form, visit)]


def test_the_rating_waits_for_what_is_due_and_asked() -> None:
    """ORDER-01: of an unknown sex the diary is asked; of a man it is not; at week 4 there is sleep only."""
    assert waiting(record([]), "week 8") == ["pain", "sleep", "diary"]
    assert waiting(record([SEX]), "week 8") == ["pain", "sleep"]
    assert waiting(record([SEX]), "week 4") == ["sleep"]
    assert waiting(record([]), "unscheduled-1") == []
    assert waiting(record([]), "") == []
    assert waiting(record([]), "week 4", "sleep") == []


def test_the_rating_opens_when_they_are_complete() -> None:
    """ORDER-01: all answers of one form, the required ones of the other; a missing code is an answer."""
    assert waiting(record([SEX, *PAIN, SLEEP[1]]), "baseline") == ["sleep"]
    assert waiting(record([SEX, *PAIN, SLEEP[0]]), "baseline") == []
    assert waiting(record([SEX, PAIN[0], SLEEP[0]]), "baseline") == ["pain"]
    assert waiting(record([SEX, PAIN[0], PAIN[1]._replace(text="ND"), SLEEP[0]]), "baseline") == []
    assert waiting(record([SEX._replace(text="F"), *PAIN, SLEEP[0]]), "baseline") == ["pain"]
    assert waiting(record([SEX, *PAIN, *SLEEP]), "week 8") == ["pain", "sleep"]


def test_forms_answered_once_have_an_order_too() -> None:
    """ORDER-01, ORDER-03."""
    assert waiting(record([]), "", "then") == ["first"]
    assert waiting(record([Step("", "first", "x")]), "", "then") == []
    swapped = record([Step("", "then", "y"), Step("", "first", "x")])
    assert kinds(order_breaks(STUDY, swapped)) == [("", "then", ("first",), ())]
    assert order_breaks(STUDY, record([Step("", "first", "x"), Step("", "then", "y")])) == ()


def test_a_reason_says_what_to_do() -> None:
    """ORDER-01."""
    (reason,) = may_open(STUDY, record([SEX]), "rating", "week 4")
    assert reason.code == "RATE-01"
    assert sentence(reason) == "“Muscle strength” cannot be opened yet: “Sleep” comes first and is not complete."
    assert "Sleep" in remedy(reason)
    assert (reason.place.participant, reason.place.visit, reason.place.form) == ("P1", "week 4", "sleep")
    with pytest.raises(KeyError):
        may_open(STUDY, record([]), "no form", "week 4")


# ---- the order --------------------------------------------------------------------------------------------------


def test_questionnaires_first_is_no_break() -> None:
    """ORDER-02."""
    assert order_breaks(STUDY, record([SEX, *PAIN, *SLEEP, *RATING])) == ()


def test_a_rating_before_a_questionnaire_is_one_break() -> None:
    """ORDER-03: with the entries and the people."""
    (found,) = order_breaks(STUDY, record([SEX, *PAIN, *RATING, *SLEEP]))
    assert found == OrderBreak(
        participant="P1",
        visit="baseline",
        form="rating",
        afterwards=("sleep",),
        unfinished=(),
        seqs=(4, 6),
        by=("amir", "nora"),
    )


def test_a_rating_before_all_of_them_is_one_break() -> None:
    """ORDER-03."""
    (found,) = order_breaks(STUDY, record([SEX, *RATING, *PAIN, *SLEEP]))
    assert (found.afterwards, found.seqs) == (("pain", "sleep"), (2, 5, 6))


def test_a_rating_without_a_questionnaire_is_told_apart() -> None:
    """ORDER-03: not complete at all is another thing than completed later; one break holds both."""
    assert kinds(order_breaks(STUDY, record([SEX, *PAIN, *RATING]))) == [("baseline", "rating", (), ("sleep",))]
    both = record([SEX, PAIN[0], *RATING, *SLEEP])
    assert kinds(order_breaks(STUDY, both)) == [("baseline", "rating", ("sleep",), ("pain",))]


def test_between_the_required_answer_and_the_others_there_is_no_break() -> None:
    """ORDER-02: sleep was complete with its required answer; pain needs all of them."""
    assert order_breaks(STUDY, record([SEX, *PAIN, SLEEP[0], *RATING, SLEEP[1]])) == ()
    late = order_breaks(STUDY, record([SEX, PAIN[0], *SLEEP, *RATING, PAIN[1]]))
    assert kinds(late) == [("baseline", "rating", ("pain",), ())]


def test_a_rating_that_was_not_made_breaks_nothing() -> None:
    """ORDER-03: it was marked as not done before the questionnaires came."""
    not_done = [step._replace(text="ND") for step in RATING]
    assert order_breaks(STUDY, record([SEX, *not_done, *PAIN, *SLEEP])) == ()


def test_the_first_value_counts_not_the_first_mark() -> None:
    """ORDER-03: the arm was marked as not done beforehand, the leg rated afterwards."""
    marked = RATING[0]._replace(text="ND")
    assert order_breaks(STUDY, record([SEX, marked, *PAIN, *SLEEP, RATING[1]])) == ()


def test_what_is_not_due_comes_when_it_likes() -> None:
    """ORDER-02: at an unscheduled visit, and where another visit's questionnaires come later."""
    unscheduled = [step._replace(visit="unscheduled-1") for step in (*RATING, *PAIN)]
    later = [step._replace(visit="week 8") for step in (*PAIN, *SLEEP)]
    assert order_breaks(STUDY, record([SEX, *PAIN, *SLEEP, *RATING, *unscheduled, *later])) == ()


CORRECTIONS = st.lists(
    st.sampled_from([*PAIN, *SLEEP, *RATING, SEX._replace(text="M")]).map(lambda step: step._replace(by="carla")),
    max_size=6,
)


@settings(deadline=None)
@given(st.permutations([*PAIN, *SLEEP]), st.permutations(RATING), CORRECTIONS)
def test_any_mixture_before_the_rating(before: list[Step], rating: list[Step], corrected: list[Step]) -> None:
    """ORDER-02."""
    assert order_breaks(STUDY, record(corrected, record([SEX, *before, *rating]))) == ()


@settings(deadline=None)
@given(st.permutations([*PAIN, SLEEP[0], *RATING]), CORRECTIONS)
def test_any_order_is_judged_by_first_entries(steps: list[Step], corrected: list[Step]) -> None:
    """ORDER-02, ORDER-03: at most one break, and exactly where a rating stands before an answer that was needed."""
    casebook = record(corrected, record([SEX, *steps]))
    first = min(steps.index(step) for step in RATING)
    late = [form for form, need in (("pain", PAIN), ("sleep", SLEEP[:1])) if max(map(steps.index, need)) > first]
    found = order_breaks(STUDY, casebook)
    assert kinds(found) == ([("baseline", "rating", tuple(late), ())] if late else [])


# ---- no order ---------------------------------------------------------------------------------------------------


def test_one_act_has_no_order() -> None:
    """ORDER-04: a file that holds the rating before the questionnaires; corrected later or not."""
    steps = [step._replace(by="dora", act=1) for step in (SEX, *RATING, *PAIN, *SLEEP)]
    casebook = record(steps)
    assert order_breaks(STUDY, casebook) == ()
    corrected = [*RATING, SLEEP[0]]
    assert order_breaks(STUDY, record(corrected, casebook)) == ()


def test_two_acts_have_an_order() -> None:
    """ORDER-04: by the same person, or at the same time by two."""
    first = [step._replace(by="dora", act=1) for step in (SEX, *RATING)]
    second = [step._replace(by="dora", act=2) for step in (*PAIN, *SLEEP)]
    assert len(order_breaks(STUDY, record([*first, *second]))) == 1
    other = [step._replace(by="nora", act=1) for step in (*PAIN, *SLEEP)]
    assert len(order_breaks(STUDY, record([*first, *other]))) == 1


def test_a_coarse_clock_makes_no_act_of_two_people() -> None:
    """ORDER-04: what stands between entries of one time and person, by another, is no part of their act."""
    nora = [step._replace(act=1) for step in (SEX, *PAIN, *SLEEP)]
    assert len(order_breaks(STUDY, record([*nora[:-2], *RATING, *nora[-2:]]))) == 1
    amir = [*RATING, *(step._replace(by="amir") for step in SLEEP)]
    assert len(order_breaks(STUDY, record([*nora[:3], *amir, nora[3]._replace(visit="week 4")]))) == 1


def test_entries_without_a_time_are_no_act() -> None:
    """ORDER-04."""
    casebook = record([SEX, *(step._replace(by="nora") for step in RATING), *PAIN, *SLEEP])
    timeless = {cell: replace(answer, at="") for cell, answer in casebook.answers.items()}
    assert len(order_breaks(STUDY, replace(casebook, answers=timeless))) == 1


def test_an_unknown_first_entry_has_no_order() -> None:
    """ORDER-04."""
    casebook = record([SEX, *RATING, *PAIN, *SLEEP])
    bare = {cell: replace(a, first_seq=0) if cell.form == "rating" else a for cell, a in casebook.answers.items()}
    assert order_breaks(STUDY, replace(casebook, answers=bare)) == ()


def test_unknown_entries_have_no_order() -> None:
    """ORDER-04: a casebook that does not hold first entries; what is not complete is told all the same."""
    casebook = record([SEX, *RATING, *PAIN, *SLEEP])
    bare = {cell: replace(answer, seq=0, first_seq=0, first_by="") for cell, answer in casebook.answers.items()}
    assert order_breaks(STUDY, replace(casebook, answers=bare)) == ()
    assert rater_changes(STUDY, replace(casebook, answers=bare)) == ()
    del bare[Cell("baseline", "pain", "", "now")]
    assert kinds(order_breaks(STUDY, replace(casebook, answers=bare))) == [("baseline", "rating", (), ("pain",))]


def test_what_a_ledger_tells_of_acts(book: Book) -> None:
    """ORDER-04: one import has no order, whatever is corrected in it later; one act after the other has."""
    study = replace(
        book.study, forms={**book.study.forms, "strength": replace(book.study.forms["strength"], after=("enzymes",))}
    )
    rating = [enter("P1", "strength", f"proximal.{name}", "5", visit="week 4") for name in ("biceps", "triceps")]
    blood = enter("P1", "enzymes", "ck", "90", visit="week 4")
    book.record(import_rows([*rating[0].asked, *blood.asked]), by="carla")
    assert order_breaks(study, book.casebooks()["P1"]) == ()
    book.record(clear("P1", "enzymes", "ck", visit="week 4", reason="another tube"), by="nora")
    assert kinds(order_breaks(study, book.casebooks()["P1"])) == [("week 4", "strength", (), ("enzymes",))]
    book.record(blood, by="nora")
    (found,) = order_breaks(study, book.casebooks()["P1"])
    assert (found.afterwards, found.by) == (("enzymes",), ("carla", "nora"))


# ---- the same rater ---------------------------------------------------------------------------------------------


def rated(raters: Mapping[str, str | tuple[str, str]]) -> list[Step]:
    """Rate at visits; two names are those of the arm and of the leg."""
    pairs = {visit: (by, by) if isinstance(by, str) else by for visit, by in raters.items()}
    return [
        Step(visit, "rating", item, "5", by)
        for visit, two in pairs.items()
        for item, by in zip(("arm", "leg"), two, strict=True)
    ]


def test_one_rater_is_no_change() -> None:
    """ORDER-05: whoever corrects."""
    casebook = record(rated(dict.fromkeys(("baseline", "week 4", "week 8"), "amir")))
    assert rater_changes(STUDY, casebook) == ()
    assert rater_changes(STUDY, record([Step("week 4", "rating", "arm", "6", "carla")], casebook)) == ()


def test_another_rater_is_one_change_a_visit() -> None:
    """ORDER-05: with the entries and the people."""
    found = rater_changes(STUDY, record(rated({"baseline": "amir", "week 4": "bo", "week 8": ("amir", "cy")})))
    assert found == (
        RaterChange(
            participant="P1", visit="week 4", form="rating", repeat="", rater="amir", others=("bo",), seqs=(1, 3)
        ),
        RaterChange(
            participant="P1", visit="week 8", form="rating", repeat="", rater="amir", others=("cy",), seqs=(1, 6)
        ),
    )


def test_two_raters_at_the_first_visit_are_one_change() -> None:
    """ORDER-05: the first of them is the rater."""
    (found,) = rater_changes(STUDY, record(rated({"baseline": ("amir", "bo"), "week 4": "amir"})))
    assert (found.visit, found.rater, found.others) == ("baseline", "amir", ("bo",))


def test_the_first_visit_is_the_earliest_not_the_first_recorded() -> None:
    """ORDER-05: by dates; by the schedule where a visit has none, and unscheduled ones then come last."""
    steps = rated({"week 4": "bo", "unscheduled-1": "bo", "baseline": "amir"})
    assert [found.visit for found in rater_changes(STUDY, record(steps))] == ["week 4", "unscheduled-1"]
    dates = [Step("unscheduled-1", VISIT_FORM, "date", "2024-01-20")]
    assert [found.visit for found in rater_changes(STUDY, record([*steps, *dates]))] == ["baseline"]


def test_without_days_the_schedule_tells_the_first_visit() -> None:
    """ORDER-05: baseline has no date, and nobody knows day 0."""
    steps = [*rated({"week 4": "bo", "baseline": "amir"}), Step("week 4", VISIT_FORM, "date", "2024-02-29")]
    undated = replace(record(steps), enrolled_on=None)
    assert [found.visit for found in rater_changes(STUDY, undated)] == ["week 4"]


def test_an_unknown_rater_is_no_other_rater() -> None:
    """ORDER-05."""
    assert rater_changes(STUDY, record(rated({"baseline": "amir", "week 4": "", "week 8": "amir"}))) == ()
    (found,) = rater_changes(STUDY, record(rated({"baseline": "", "week 4": "amir", "week 8": "bo"})))
    assert (found.visit, found.rater) == ("week 8", "amir")


def test_who_marks_a_rating_as_missing_is_no_rater() -> None:
    """ORDER-05."""
    steps = [*rated({"baseline": "amir"}), Step("week 4", "rating", "arm", "ND", "nora")]
    assert rater_changes(STUDY, record(steps)) == ()


def test_a_form_that_anybody_rates_raises_nothing() -> None:
    """ORDER-05."""
    steps = [Step(visit, "sleep", "hours", "8", by) for visit, by in (("baseline", "nora"), ("week 4", "ned"))]
    assert rater_changes(STUDY, record(steps)) == ()


@settings(deadline=None)
@given(
    st.permutations(["baseline", "week 4", "week 8"]), st.lists(st.sampled_from(["amir", "bo"]), min_size=3, max_size=3)
)
def test_each_visit_of_another_rater_is_one_change(order: list[str], raters: list[str]) -> None:
    """ORDER-05: in whatever order the visits were recorded."""
    by = dict(zip(("baseline", "week 4", "week 8"), raters, strict=True))
    found = rater_changes(STUDY, record(rated({visit: by[visit] for visit in order})))
    assert [change.visit for change in found] == [visit for visit in by if by[visit] != raters[0]]
