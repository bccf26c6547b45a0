"""Who may enter: consent and each criterion, met, not met or unknown.

Requirements:
ELIG-02: each criterion of the study of rituximab is met, not met or unknown by what is recorded.
ELIG-03: a state has lasted and a washout is over on the day itself; part of a date decides only where all of it does.
ELIG-04: where `ask_when` is false a criterion does not apply; where it is unknown the criterion may.
ELIG-05: one criterion not fulfilled is enough for “not eligible”; “eligible” needs all of them and consent in time.
ELIG-06: answers count up to the day of enrolment; before it up to the day asked for; of a failure up to its end.
ELIG-07: one more answer never turns a verdict that was certain into another.
ELIG-08: what cannot be worked out is unknown, with the reason.
ELIG-09: the screening log holds everybody, failures and unknowns too.
ELIG-11: forms told after the last form of a visit are asked later, unless a criterion reads them.
ELIG-10: reasons name the answers in the words of the study file, and what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.conduct.casebook import Answer, Casebook, Cell, ParticipantStatus
from trialbook.conduct.screening import (
    Assessment,
    Eligibility,
    assess_eligibility,
    forms_of_screening,
    screening_log,
)
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Criterion, Study
from trialbook.protocol.read import parse_study
from trialbook.wording import sentence

TEXT = """\
trialbook: 1
study: {id: rtx, title: Rituximab, design: open-label single-arm, data: invented, timezone: UTC}
eligibility:
  consent: consent.date
  inclusion:
    I1: {text: Age 18 or over, when: 'screening.age >= 18'}
    I2: {text: Definite or probable polymyositis, when: 'bohan_peter.at_least_probable == 1 && bohan_peter.kind == 1'}
    I3: {text: No other disease, when: '!screening.other_autoimmune && !screening.malignancy'}
    I4:
      text: Active myositis for at least 4 months
      when: 'activity.weakness && activity.ck > activity.ck_upper && activity.emg'
      since: {date: activity.since, at_least: 4 months}
    I5: {text: Refractory, when: 'prior.steroid_failed >= 1 && prior.others_failed >= 2'}
  exclusion:
    E1:
      text: Major surgery within 8 weeks
      washout: {since: screening.surgery, at_least: 8 weeks, before: consent.date}
    E2: {text: Live vaccine within 4 weeks, washout: {since: last vaccines.day, at_least: 4 weeks}}
    E3: {text: Active infection}
    E4:
      text: Pregnant or lactating
      when: 'screening.pregnant || screening.lactating'
      ask_when: 'screening.sex == "F"'
visits:
  anchor: first infusion.start
  window: 3 days either side
  planned: {baseline: {day: -7 to 0}, week 4: {}}
forms:
  consent: {at: once, items: {date: {label: Date of consent, date: full}}}
  screening:
    at: once
    items:
      age: {number: year}
      sex: {choice: {F: Female, M: Male}}
      other_autoimmune: {label: Other autoimmune disease, choice: yes/no}
      malignancy: {choice: yes/no}
      surgery: {label: Last major surgery, date: partial, never: true}
      pregnant: {choice: yes/no}
      lactating: {choice: yes/no}
  bohan_peter: {instrument: bohan-peter, at: once}
  activity:
    at: baseline
    items:
      weakness: {choice: yes/no}
      ck: {label: Creatine kinase, number: U/L}
      ck_upper: {label: Upper limit, number: U/L}
      emg: {label: Active in electromyography, choice: yes/no}
      since: {label: Active since, date: partial}
  prior:
    at: once
    repeating: true
    items:
      agent: {choice: {PRED: Prednisolone, AZA: Azathioprine, MTX: Methotrexate}}
      failed: {choice: yes/no}
    derive:
      steroid_failed: {count_of: agent, where: 'prior.failed && prior.agent == "PRED"'}
      others_failed: {label: Other agents that failed, count_of: agent, where: 'prior.failed && prior.agent != "PRED"'}
  vaccines:
    at: any time
    repeating: true
    items:
      day: {label: Day of the vaccine, date: partial, never: true}
  infusion: {at: any time, repeating: true, items: {start: {date: full}}}
missing: {ND: Not done, NK: Not known}
endpoints: {ck: {from: activity.ck}}
analysis:
  primary: {endpoint: ck, at: baseline}
  baseline: visit baseline
  set: enrolled
  sets: {enrolled: {who: enrolled}}
  compare: each visit with baseline
  test: paired t
  significant: p < 0.05, two-sided
  missing: available cases
"""


def read(text: str) -> Study:
    study, problems = parse_study(text, file="study.yaml", catalog=CATALOG)
    assert study is not None, [sentence(problem) for problem in problems]
    return study


STUDY = read(TEXT)
Given = Mapping[str, str | None]
"""`visit/form/row/item`, `form/row/item` of a repeating form or `form/item` -> value; None takes it out, and a missing
code is its answer."""

FINDINGS = ("weakness", "enzymes", "emg", "biopsy")
EXCLUDING = ("neurological", "dystrophy", "infection", "metabolic", "myasthenia")
GOOD: Given = {
    "consent/date": "2026-03-01",
    "screening/age": "46", "screening/sex": "F", "screening/other_autoimmune": "no", "screening/malignancy": "no",
    "screening/surgery": "never", "screening/pregnant": "no", "screening/lactating": "no",
    **{f"bohan_peter/{name}": "yes" for name in FINDINGS},
    **{f"bohan_peter/{name}": "no" for name in ("rash", *EXCLUDING)},
    "baseline/visit/date": "2026-03-02",
    "baseline/activity/weakness": "yes", "baseline/activity/ck": "2632", "baseline/activity/ck_upper": "200",
    "baseline/activity/emg": "yes", "baseline/activity/since": "2024-05",
    "prior/1/agent": "PRED", "prior/1/failed": "yes", "prior/2/agent": "AZA", "prior/2/failed": "yes",
    "prior/3/agent": "MTX", "prior/3/failed": "yes",
    "vaccines/1/day": "never",
    "eligibility/E3": "no",
}  # fmt: skip
"""Everything that the study asks for, as it should be."""

ENROLLED = "2026-03-05"


def cell_of(name: str) -> Cell:
    parts = name.split("/")
    if len(parts) == 2:
        return Cell("", parts[0], "", parts[1])
    repeats = parts[0] in {"prior", "vaccines", "infusion"}
    return Cell("", *parts) if repeats else Cell(parts[0], parts[1], "", parts[2])


def casebook(
    given: Given | None = None,
    *,
    on: str | None = ENROLLED,
    status: ParticipantStatus = "enrolled",
    ended: str | None = None,
) -> Casebook:
    """Write the casebook of somebody who is eligible, but for what is given."""
    answers = {}
    for number, (name, value) in enumerate({**GOOD, **(given or {})}.items(), start=1):
        if value is not None:
            missing = value if value in STUDY.missing else None
            answers[cell_of(name)] = Answer(text=value, value=None if missing else value, missing=missing, seq=number)
    return Casebook(participant="001", status=status, enrolled_on=on, ended_on=ended, answers=answers)


def judged(given: Given | None = None, *, study: Study = STUDY) -> Eligibility:
    return assess_eligibility(study, casebook(given))


def of(eligibility: Eligibility, name: str) -> Assessment:
    (found,) = [found for found in eligibility.criteria if found.criterion.id == name]
    return found


def told(assessment: Assessment) -> list[str]:
    return [str(reason) for reason in assessment.reasons]


def test_who_has_everything_is_eligible() -> None:
    """ELIG-02, ELIG-05."""
    found = judged()
    assert [(one.criterion.id, one.outcome) for one in found.criteria] == [
        ("I1", "met"), ("I2", "met"), ("I3", "met"), ("I4", "met"), ("I5", "met"),
        ("E1", "not met"), ("E2", "not met"), ("E3", "not met"), ("E4", "not met"),
    ]  # fmt: skip
    assert (found.verdict, found.consent, found.consented) == ("eligible", date(2026, 3, 1), True)
    assert (found.not_fulfilled, found.unknown) == ((), ())


@pytest.mark.parametrize(
    ("name", "given", "outcome"),
    [
        ("I1", {"screening/age": "18"}, "met"),
        ("I1", {"screening/age": "17"}, "not met"),
        ("I1", {"screening/age": "17.9"}, "not met"),
        ("I1", {"screening/age": None}, "unknown"),
        ("I1", {"screening/age": "NK"}, "unknown"),
        ("I1", {"screening/age": "<20"}, "unknown"),
        ("I2", {"bohan_peter/biopsy": None}, "met"),
        ("I2", {"bohan_peter/biopsy": "no", "bohan_peter/emg": "no"}, "not met"),
        ("I2", {"bohan_peter/biopsy": "NK", "bohan_peter/emg": "no"}, "unknown"),
        ("I2", {"bohan_peter/rash": "yes"}, "not met"),
        ("I2", {"bohan_peter/rash": None}, "unknown"),
        ("I2", {"bohan_peter/myasthenia": "yes"}, "not met"),
        ("I2", {"bohan_peter/dystrophy": None}, "unknown"),
        ("I3", {"screening/malignancy": "yes"}, "not met"),
        ("I3", {"screening/malignancy": "NK"}, "unknown"),
        ("I3", {"screening/malignancy": "yes", "screening/other_autoimmune": None}, "not met"),
        ("I4", {"baseline/activity/weakness": "no"}, "not met"),
        ("I4", {"baseline/activity/ck": "200"}, "not met"),
        ("I4", {"baseline/activity/ck": "201"}, "met"),
        ("I4", {"baseline/activity/ck": ">2000"}, "unknown"),
        ("I4", {"baseline/activity/emg": "ND"}, "unknown"),
        ("I4", {"baseline/activity/since": "never"}, "not met"),
        ("I5", {"prior/3/failed": "no"}, "not met"),
        ("I5", {"prior/3/failed": None}, "unknown"),
        ("I5", {"prior/3/agent": "AZA"}, "not met"),
        ("I5", {"prior/1/failed": "no"}, "not met"),
        ("I5", {f"prior/{row}/{item}": None for row in "123" for item in ("agent", "failed")}, "unknown"),
        ("E1", {"screening/surgery": None}, "unknown"),
        ("E1", {"screening/surgery": "NK"}, "unknown"),
        ("E2", {"vaccines/1/day": None}, "unknown"),
        ("E3", {"eligibility/E3": "yes"}, "met"),
        ("E3", {"eligibility/E3": None}, "unknown"),
        ("E4", {"screening/pregnant": "yes"}, "met"),
        ("E4", {"screening/pregnant": "NK"}, "unknown"),
        ("E4", {"screening/pregnant": "NK", "screening/lactating": "yes"}, "met"),
    ],
)
def test_each_criterion_of_the_paper(name: str, given: Given, outcome: str) -> None:
    """ELIG-02: and the verdict follows from this one alone."""
    found = judged(given)
    one = of(found, name)
    fulfils = {"met": one.criterion.kind == "inclusion", "not met": one.criterion.kind == "exclusion", "unknown": None}
    assert (one.outcome, one.fulfilled) == (outcome, fulfils[outcome])
    assert found.verdict == {True: "eligible", False: "not eligible", None: "unknown"}[fulfils[outcome]]
    assert found.not_fulfilled == ((name,) if one.fulfilled is False else ())
    assert found.unknown == ((name,) if one.fulfilled is None else ())


@pytest.mark.parametrize(
    ("surgery", "outcome"),
    [
        ("2026-01-05", "met"), ("2026-01-04", "not met"), ("2026-01-03", "not met"), ("2026-03-03", "met"),
        ("2026-01", "unknown"), ("2025-12", "not met"), ("2026-02", "met"), ("2026", "unknown"), ("2025", "not met"),
        ("never", "not met"),
    ],
)  # fmt: skip
def test_surgery_within_8_weeks_of_consent(surgery: str, outcome: str) -> None:
    """ELIG-03: 8 weeks before 1 March end on 4 January; a day less, that day, a day more."""
    assert of(judged({"screening/surgery": surgery}), "E1").outcome == outcome


@pytest.mark.parametrize(
    ("consent", "outcome"), [("2026-03", "unknown"), ("2026-02", "met"), ("2026-04", "not met"), (None, "unknown")]
)
def test_date_counted_until_is_known_in_part(consent: str | None, outcome: str) -> None:
    """ELIG-03: operated on 5 January, 8 weeks are over on 2 March."""
    assert of(judged({"screening/surgery": "2026-01-05", "consent/date": consent}), "E1").outcome == outcome


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"vaccines/1/day": "2026-02-05"}, "not met"),
        ({"vaccines/1/day": "2026-02-06"}, "met"),
        ({"vaccines/1/day": "2026-02-04", "vaccines/2/day": "2026-02-06"}, "met"),
        ({"vaccines/1/day": "2026-02-06", "vaccines/2/day": "2025"}, "met"),
        ({"vaccines/1/day": "2026-02-04", "vaccines/2/day": "2025"}, "not met"),
        ({"vaccines/1/day": "2026-02-04", "vaccines/2/day": "2026"}, "unknown"),
        ({"vaccines/1/day": "2026-02-04", "vaccines/2/day": "NK"}, "unknown"),
        ({"vaccines/1/day": "2026-02-06", "vaccines/2/day": "NK"}, "met"),
        ({"vaccines/1/day": "never", "vaccines/2/day": "2026-02-06"}, "met"),
        ({"vaccines/1/day": "never", "vaccines/2/day": "never"}, "not met"),
    ],
)
def test_last_vaccine_within_4_weeks_of_enrolment(given: Given, outcome: str) -> None:
    """ELIG-03: 4 weeks before 5 March end on 5 February; a row of an unknown date may be the last, and the worst."""
    assert of(judged(given), "E2").outcome == outcome


@pytest.mark.parametrize(
    ("since", "enrolled", "outcome"),
    [
        ("2025-10-31", "2026-02-27", "not met"), ("2025-10-31", "2026-02-28", "met"),
        ("2025-10-31", "2026-03-01", "met"), ("2025-10", "2026-02-27", "unknown"), ("2025-10", "2026-02-28", "met"),
        ("2025-10", "2026-01-31", "not met"), ("2025-10", "2026-02-01", "unknown"), ("2025", "2026-02-27", "unknown"),
        (None, "2026-02-28", "unknown"), ("2026-04-01", "2026-02-28", "not met"),
    ],
)  # fmt: skip
def test_active_for_at_least_4_months(since: str | None, enrolled: str, outcome: str) -> None:
    """ELIG-03: from the 31st to the last day of a shorter month."""
    book = casebook({"baseline/activity/since": since, "baseline/visit/date": "2026-01-20"}, on=enrolled)
    assert of(assess_eligibility(STUDY, book), "I4").outcome == outcome


@pytest.mark.parametrize(
    ("given", "outcome", "fulfilled"),
    [
        ({"screening/sex": "M", "screening/pregnant": None, "screening/lactating": None}, "not applicable", True),
        ({"screening/sex": "M", "screening/pregnant": "yes"}, "not applicable", True),
        ({"screening/sex": None, "screening/pregnant": "yes"}, "unknown", None),
        ({"screening/sex": None, "screening/pregnant": None}, "unknown", None),
        ({"screening/sex": "NK"}, "not met", True),
    ],
)
def test_a_criterion_that_may_not_apply(given: Given, outcome: str, *, fulfilled: bool | None) -> None:
    """ELIG-04: of a man it is not asked; of unknown sex it stands in the way unless it certainly does not."""
    found = of(judged(given), "E4")
    assert (found.outcome, found.fulfilled) == (outcome, fulfilled)


@pytest.mark.parametrize(
    ("consent", "verdict", "consented"),
    [
        ("2026-03-05", "eligible", True), ("2026-03-06", "not eligible", False), ("2026-02", "eligible", True),
        ("2026-03", "unknown", None), ("2026-04", "not eligible", False),
        (None, "unknown", None), ("NK", "unknown", None),
    ],
)  # fmt: skip
def test_consent(consent: str | None, verdict: str, *, consented: bool | None) -> None:
    """ELIG-05: on the day of enrolment or before; later is none, and without a date nobody is certainly eligible."""
    found = judged({"consent/date": consent})
    assert (found.verdict, found.consented) == (verdict, consented)
    assert (found.consent is None) == (consent is None or len(consent) < 10)
    assert found.consent_reasons


def test_a_study_without_consent_item_does_not_ask_for_it() -> None:
    """ELIG-05."""
    found = judged({"consent/date": None, "screening/surgery": "never"}, study=replace(STUDY, consent=None))
    assert (found.verdict, found.consented, found.consent_reasons) == ("eligible", True, ())


def test_one_that_is_not_fulfilled_outweighs_all_unknown() -> None:
    """ELIG-05."""
    found = judged({"screening/age": "17", "screening/malignancy": None, "consent/date": None})
    assert (found.verdict, found.not_fulfilled, found.unknown) == ("not eligible", ("I1",), ("I3",))


LATER: Given = {
    "week 4/visit/date": "2026-03-31",
    "week 4/activity/weakness": "no",
    "week 4/activity/ck": "100",
}


def test_answers_after_the_enrolment_do_not_count() -> None:
    """ELIG-06: on the day itself they do."""
    assert judged(LATER).verdict == "eligible"
    assert judged({**LATER, "week 4/visit/date": ENROLLED}).verdict == "not eligible"
    assert judged({**LATER, "week 4/visit/date": None}).verdict == "eligible"
    assert judged({"baseline/visit/date": None}).verdict == "eligible"
    assert of(judged({"baseline/visit/date": "2026-03-06"}), "I4").outcome == "unknown"


def test_before_enrolment_the_day_asked_for_counts() -> None:
    """ELIG-06: and where none is, how long before enrolment something was is unknown."""
    book = casebook({"vaccines/1/day": "2026-02-06"}, on=None, status="screening")
    for day, verdict in ((date(2026, 3, 5), "not eligible"), (date(2026, 3, 6), "eligible"), (None, "unknown")):
        assert assess_eligibility(STUDY, book, on=day).verdict == verdict
    never = casebook({"baseline/activity/since": None}, on=None, status="screening")
    assert assess_eligibility(STUDY, never).unknown == ("I4",)
    assert assess_eligibility(STUDY, never).consented is True


def test_before_enrolment_consent_is_needed_by_the_day_asked_for() -> None:
    """ELIG-05, ELIG-06."""
    book = casebook(on=None, status="screening")
    found = [assess_eligibility(STUDY, book, on=date(2026, 3, day)) for day in (2, 1)]
    assert [one.verdict for one in found] == ["eligible", "unknown"]
    before = assess_eligibility(STUDY, book, on=date(2026, 2, 28))
    assert (before.verdict, before.consented) == ("not eligible", False)


def test_a_day_asked_for_does_not_move_an_enrolment() -> None:
    """ELIG-06."""
    assert assess_eligibility(STUDY, casebook(), on=date(2026, 1, 1)) == judged()


def test_a_screening_failure_is_judged_as_of_its_end() -> None:
    """ELIG-06: in the log of a later day too."""
    vaccinated = {"vaccines/1/day": "2026-02-06"}
    failed = casebook(vaccinated, on=None, status="screen failure", ended="2026-03-04")
    undated = casebook(vaccinated, on=None, status="screen failure")
    for day in (None, date(2027, 1, 1)):
        assert assess_eligibility(STUDY, failed, on=day).not_fulfilled == ("E2",)
    assert assess_eligibility(STUDY, undated, on=date(2027, 1, 1)).verdict == "eligible"


def test_enrolment_on_a_day_known_in_part() -> None:
    """ELIG-06: unknown where it matters whether a visit was before it."""
    begun: Given = {**LATER, "baseline/visit/date": "2026-02-27"}
    good = assess_eligibility(STUDY, casebook({**begun, "week 4/visit/date": "2026-04-02"}, on="2026-03"))
    assert good.verdict == "eligible"
    between = assess_eligibility(STUDY, casebook({**begun, "week 4/visit/date": "2026-03-30"}, on="2026-03"))
    assert (between.verdict, between.unknown) == ("unknown", ("I4",))
    assert "Enrolment: 2026-03-01 to 2026-03-31, not known to the day" in told(of(between, "I4"))
    washout = assess_eligibility(STUDY, casebook({"vaccines/1/day": "2026-02-06"}, on="2026-03"))
    assert of(washout, "E2").outcome == "unknown"


def test_enrolled_on_a_day_not_recorded() -> None:
    """ELIG-06: the visits planned up to day 0 count; times and consent cannot be told."""
    found = assess_eligibility(STUDY, casebook({**LATER, "vaccines/1/day": "2026-02-06"}, on=None))
    assert (found.verdict, found.consented, found.unknown) == ("unknown", None, ("I4", "E2"))
    assert of(found, "I4").met is None
    assert "Creatine kinase (baseline): 2632 U/L" in told(of(found, "I4"))
    assert "Enrolment: not answered" in told(of(found, "E2"))


def with_criterion(**parts: str) -> Study:
    """Return the study with one inclusion criterion."""
    criterion = Criterion(id="X", kind="inclusion", text={"en": "Tried"}, **parts)  # type: ignore[arg-type]
    return replace(STUDY, criteria=(criterion,))


def test_what_cannot_be_worked_out_is_unknown() -> None:
    """ELIG-08: a ratio of nothing, and a name that an amendment took away."""
    ratio = judged(
        {"baseline/activity/ck_upper": "0"},
        study=with_criterion(when="ratio(activity.ck, activity.ck_upper) > 5.0"),
    )
    gone = judged(study=with_criterion(when="screening.weight > 40.0"))
    for found, words in ((ratio, "zero"), (gone, "weight")):
        assert (found.verdict, found.unknown) == ("unknown", ("X",))
        (problem,) = [reason for reason in of(found, "X").reasons if reason.kind == "problem"]
        assert words in str(problem)


def test_a_criterion_without_any_rule_is_unknown() -> None:
    """ELIG-08."""
    assert judged(study=with_criterion()).verdict == "unknown"


def test_a_study_without_criteria_asks_for_consent_alone() -> None:
    """ELIG-05."""
    assert judged(study=replace(STUDY, criteria=())).verdict == "eligible"
    assert judged({"consent/date": None}, study=replace(STUDY, criteria=())).verdict == "unknown"


def test_the_log_holds_everybody() -> None:
    """ELIG-09: in the order of the casebooks."""
    books = {
        "1": casebook(),
        "2": casebook({"screening/age": "17"}, on=None, status="screen failure", ended="2026-03-04"),
        "3": casebook({"eligibility/E3": None}, on=None, status="screening"),
        "4": Casebook(participant="4"),
    }
    log = screening_log(STUDY, books, date(2026, 3, 6))
    assert [row.casebook for row in log] == list(books.values())
    assert [row.eligibility.verdict for row in log] == ["eligible", "not eligible", "unknown", "unknown"]
    assert [len(row.eligibility.unknown) for row in log] == [0, 0, 1, 9]
    assert log[1].eligibility.not_fulfilled == ("I1",)


def test_reasons_are_in_the_words_of_the_study_file() -> None:
    """ELIG-10."""
    found = judged(
        {"screening/age": "17", "screening/malignancy": "NK", "screening/surgery": "2026-01", "bohan_peter/rash": None}
    )
    assert told(of(found, "I1")) == ["Age: 17 years"]
    assert told(of(found, "I2")) == [
        "Probable or definite: Yes", "Which disease: cannot be worked out",
        "Typical rash of dermatomyositis: not answered",
    ]  # fmt: skip
    assert told(of(found, "I3")) == ["Other autoimmune disease: no", "Malignancy: Not known (NK)"]
    assert told(of(found, "E1")) == [
        "Last major surgery: 2026-01, not known to the day",
        "Date of consent: 2026-03-01",
        "Time: 8 weeks later is 2026-02-26 to 2026-03-28, counted until 2026-03-01",
    ]
    assert told(of(judged(), "E4"))[0] == "Sex: Female"
    assert [reason.seqs for reason in of(judged(), "I1").reasons] == [(2,)]


def test_reasons_of_times_that_are_decided() -> None:
    """ELIG-10: a part of a date that decides is no gap."""
    assert told(of(judged(), "I4"))[-3:] == [
        "Active since (baseline): 2024-05",
        "Enrolment: 2026-03-05",
        "Time: 4 months later is 2024-09-01 to 2024-09-30, counted until 2026-03-05",
    ]
    assert told(of(judged(), "E2")) == ["Day of the vaccine (row 1): never", "Enrolment: 2026-03-05"]


def test_reasons_of_counts_and_limits() -> None:
    """ELIG-10."""
    open_row = told(of(judged({"prior/3/failed": None}), "I5"))
    assert open_row[1:] == ["Other agents that failed: cannot be worked out",
                            "Other agents that failed (row 3): not known whether it counts"]  # fmt: skip
    assert told(of(judged(), "I5"))[-1] == "Other agents that failed: 2"
    none = told(of(judged({f"prior/{row}/{item}": None for row in "123" for item in ("agent", "failed")}), "I5"))
    assert none[-1] == "Other agents that failed: not answered"
    limit = told(of(judged({"baseline/activity/ck": ">2000"}), "I4"))
    assert "Creatine kinase (baseline): > 2000 U/L, beyond a limit of measurement" in limit


def test_reasons_of_a_criterion_that_does_not_apply() -> None:
    """ELIG-10: only why it does not."""
    found = of(judged({"screening/sex": "M", "screening/pregnant": None}), "E4")
    assert told(found) == ["Sex: Male"]


# ---- one more answer --------------------------------------------------------------------------------------------

ATOMS = (
    "answers.a", "!answers.b", 'answers.c == "X"', "answers.n >= 5.0", "answers.n < 5.0", "bp.at_least_probable == 1.0",
    "bp.class >= 2.0", "drugs.failed >= 2.0", "answers.day > date('2026-01-01')", "answers.day.never",
)  # fmt: skip
SMALL = read(
    TEXT[: TEXT.index("eligibility:")]
    + """\
visits: {anchor: enrolment, window: 3 days either side, planned: {start: {day: 0}, week 4: {}}}
forms:
  answers:
    at: once
    items:
      a: {choice: yes/no}
      b: {choice: yes/no}
      c: {choice: [X, Y]}
      n: {number: score}
      day: {date: partial, never: true}
      other: {date: partial, never: true}
  bp: {instrument: bohan-peter, at: once}
  drugs:
    at: once
    repeating: true
    items:
      agent: {choice: [P, Q]}
      bad: {choice: yes/no}
      stop: {date: partial, never: true}
    derive:
      failed: {count_of: agent, where: drugs.bad}
  visits: {at: [start, week 4], items: {n: {number: score}}}
missing: {NK: Not known}
endpoints: {n: {from: visits.n}}
"""
    + TEXT[TEXT.index("analysis:") :]
    .replace("endpoint: ck, at: baseline", "endpoint: n, at: start")
    .replace("visit baseline", "visit start")
)
YES_NO = st.sampled_from(["yes", "no"])
DATES = st.sampled_from(["2026", "2026-02", "2026-02-10", "2025-11-30", "2025", "never"])
CELLS: dict[Cell, st.SearchStrategy[str]] = {
    Cell("", "answers", "", "a"): YES_NO,
    Cell("", "answers", "", "b"): YES_NO,
    Cell("", "answers", "", "c"): st.sampled_from(["X", "Y"]),
    Cell("", "answers", "", "n"): st.sampled_from(["4", "5", "6"]),
    Cell("", "answers", "", "day"): DATES,
    Cell("", "answers", "", "other"): DATES,
    **{Cell("", "bp", "", item.id): YES_NO for item in CATALOG["bohan-peter"].items},
    **{Cell("", "drugs", row, "agent"): st.sampled_from(["P", "Q"]) for row in "12"},
    **{Cell("", "drugs", row, "bad"): YES_NO for row in "12"},
    **{Cell("", "drugs", row, "stop"): DATES for row in "12"},
}


def _joined(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(children, st.sampled_from(["&&", "||"]), children).map(" ".join)
    return pairs.map("({})".format) | children.map("!({})".format)


CONDITIONS = st.recursive(st.sampled_from(ATOMS), _joined, max_leaves=4)
TIMES = st.fixed_dictionaries(
    {
        "since": st.sampled_from(["answers.day", "last drugs.stop", "first drugs.stop"]),
        "at_least": st.sampled_from(["8 weeks", "1 month", "1 year", "36 hours"]),
        "before": st.sampled_from(["enrolment", "answers.other"]),
    }
)


@st.composite
def studies(draw: st.DrawFn) -> Study:
    """Draw a study of one to three criteria, of every part that a criterion can have."""
    from trialbook.protocol.model import Washout
    from trialbook.protocol.phrases import parse_duration

    def times() -> Washout | None:
        given = draw(st.none() | TIMES)
        length = parse_duration(given["at_least"]) if given else None
        return Washout(since=given["since"], at_least=length, before=given["before"]) if given and length else None

    criteria = [
        Criterion(
            id=f"C{number}",
            kind=draw(st.sampled_from(["inclusion", "exclusion"])),
            text={"en": "Drawn"},
            when=draw(st.none() | CONDITIONS),
            ask_when=draw(st.none() | st.sampled_from(ATOMS)),
            since=times(),
            washout=times(),
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    return replace(SMALL, criteria=tuple(criteria), consent=draw(st.sampled_from([None, "answers.other"])))


def small(texts: Mapping[Cell, str], enrolled: str | None) -> Casebook:
    """Write a casebook in which both rows are begun from the start: a new row is no answer to an open question."""
    rows = {Cell("", "drugs", row, "seen"): Answer(text="yes", value="yes") for row in "12"}
    answers = {cell: Answer(text=text, value=text) for cell, text in texts.items()}
    return Casebook(participant="1", status="enrolled", enrolled_on=enrolled, answers=rows | answers)


@settings(deadline=None, max_examples=150)
@given(
    study=studies(),
    texts=st.fixed_dictionaries({}, optional=CELLS),
    more=st.fixed_dictionaries({}, optional=CELLS),
    enrolled=st.sampled_from(["2026-02-20", "2026-02"]),
)
def test_one_more_answer_never_changes_a_certain_verdict(
    study: Study, texts: dict[Cell, str], more: dict[Cell, str], enrolled: str
) -> None:
    """ELIG-07: nor what is certain of one criterion."""
    before = assess_eligibility(study, small(texts, enrolled))
    after = assess_eligibility(study, small({**more, **texts}, enrolled))
    assert before.verdict in {"unknown", after.verdict}
    for earlier, now in zip(before.criteria, after.criteria, strict=True):
        assert earlier.met in {None, now.met}
        assert earlier.applies in {None, now.applies}
        assert earlier.fulfilled in {None, now.fulfilled}


def test_what_is_told_last_is_asked_later() -> None:
    """ELIG-11: `prior` and `eligibility` hang on criteria, the outcome on nothing."""
    later = TEXT.replace("missing: {ND", "  outcome: {at: once, items: {response: {text: line}}}\nmissing: {ND", 1)
    study, problems = parse_study(later, file="study.yaml", catalog=CATALOG)
    assert study is not None, problems
    assert [form.id for form in forms_of_screening(study)] == [
        "consent", "screening", "bohan_peter", "prior", "eligibility",
    ]  # fmt: skip
