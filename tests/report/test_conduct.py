"""What the report tells of the conduct of a study: who entered, what was given, what differed from the plan.

REPORT-CONDUCT-01: Methods tell consent, criteria with their rules, dose with formula, rounding, vials and infusion,
    what withholds it, what had to stay constant, the order of forms, who was blind, and the rules of the scales.
REPORT-CONDUCT-02: screening failures and unknown verdicts stand in the report, criterion by criterion and one by one.
REPORT-CONDUCT-03: every dose given stands beside the planned one; no reaction is said to have occurred only where every
    dose has the answer.
REPORT-CONDUCT-04: background drugs stand with dose, from and to, and whether they stayed as they were.
REPORT-CONDUCT-05: deviations stand by group with plan and finding; a group without any says so.
REPORT-CONDUCT-06: Table 1 shows each participant with texts word for word, rows of a table as a list, classes by name;
    beyond a few participants one below another, beyond many closed until asked for.
REPORT-CONDUCT-07: those for whom a condition held are named where they are few.
REPORT-CONDUCT-08: a record of published facts alone has a report that says what it lacks, without empty tables.
REPORT-CONDUCT-09: limits of the study file stand among the limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from trialbook.capture.ledger import Draft
from trialbook.render.document import Document, Section, block_lines
from trialbook.render.inline import plain
from trialbook.render.table import Table
from trialbook.render.to_html import to_html
from trialbook.report.one_by_one import MANY
from trialbook.report.run import Run

CarryOut = Callable[..., Run]
Build = Callable[[Run], Document]

PLAN = """
trialbook: 1
study: {id: invented-dosing, title: Invented dosing, design: open-label single-arm, data: invented}
roles:
  nurse: {sees: everything, records: [entry, prior, body, serology, infusion, drugs, mood, haq, adverse_events]}
  assessor: {blind: true, records: [rating]}
eligibility:
  consent: entry.consent
  inclusion:
    I1: {text: Age 18 or over, when: 'entry.age >= 18'}
    I2: {text: Refractory to two agents, when: 'prior.failures >= 2', define: {is: As judged, assumed: not defined}}
  exclusion:
    E1: {text: Pregnant, when: 'entry.pregnant', ask_when: 'entry.sex == "F"'}
treatments:
  rituximab:
    dose: 375 mg/m2
    body_surface: du_bois
    weight: body.weight
    height: body.height
    round_to: 10 mg
    vials: [500 mg, 100 mg]
    give: {route: intravenous, first: day 0, every: 1 week, times: 2, window: 1 day either side}
    infuse:
      first: {start: 50 mg/h, step: 50 mg/h, every: 30 minutes, most: 400 mg/h}
      later: {start: 100 mg/h, step: 100 mg/h, every: 30 minutes, most: 400 mg/h}
    before_each: [paracetamol 1000 mg]
    on_reaction_only: [antihistamine, corticosteroid]
    needs:
      known: [serology.hbsag, serology.anti_hbc]
      decide_when: 'serology.anti_hbc == "POS"'
      decision: serology.decision
      withhold_when: 'serology.hbsag == "POS"'
    recorded: {form: infusion, start: start, dose: given, premedication: paracetamol, interrupted: interrupted,
               incomplete: incomplete, reaction: reaction, reserve: reserve}
  background:
    label: Immunosuppressive drugs
    class: immunosuppressant
    constant: {from: enrolment, to: week 4}
    recorded: {form: drugs, drug: drug, dose: dose, start: start, end: end}
visits:
  anchor: first infusion.start
  window: 3 days either side
  planned:
    baseline: {day: -7 to 0}
    week 4: {}
forms:
  entry:
    at: once
    items:
      consent: {label: Date of consent, date: full}
      age: {number: year, decimals: 0}
      sex: {choice: {F: Female, M: Male}}
      pregnant: {choice: yes/no, when: 'entry.sex == "F"'}
      histology: {label: Histological findings, text: paragraph}
  prior:
    label: Previous therapies
    at: once
    repeating: true
    items:
      agent: {choice: {PRED: Prednisolone, AZA: Azathioprine, IVIG: Immunoglobulin}}
      failed: {choice: yes/no}
    derive:
      failures: {count_of: agent, where: prior.failed}
  body:
    at: baseline
    items: {weight: {number: kg, decimals: 1}, height: {number: cm, decimals: 0}}
  serology:
    at: once
    items:
      hbsag: {label: HBsAg, choice: {NEG: Negative, POS: Positive}}
      anti_hbc: {label: Anti-HBc, choice: {NEG: Negative, POS: Positive}}
      decision: {label: Decision, choice: yes/no}
  infusion:
    label: Infusion
    at: any time
    repeating: true
    items:
      start: {label: Day of infusion, date: full}
      paracetamol: {choice: yes/no}
      given: {number: mg, decimals: 0}
      interrupted: {choice: yes/no}
      incomplete: {choice: yes/no}
      reaction: {choice: yes/no}
      reserve: {choice: [Antihistamine, Corticosteroid], several: true}
  drugs:
    at: any time
    repeating: true
    items:
      drug: {choice: [Prednisolone, Azathioprine]}
      dose: {number: mg}
      start: {date: partial}
      end: {date: full}
  mood: {label: Mood, at: [baseline, week 4], items: {score: {number: score, scale: 0 to 10}}}
  rating:
    label: Muscle strength
    by: assessor
    rater: same throughout
    release: after last visit
    after: [mood]
    at: [baseline, week 4]
    items: {proximal: {label: Proximal muscles, groups: [arms, legs], scale: 0 to 10, decimals: 0}}
    derive: {power: {label: Power, mean_of: proximal, at_least: 1 of 2}}
  haq: {label: Disability, instrument: haq-di, at: baseline}
  adverse_events: {at: any time, repeating: true, events: true, items: {term: {text: line}}}
endpoints:
  power: {from: rating.power, label: Power, better: higher}
  full_power: {when: 'rating.proximal.all(g, g == 10.0)', at: week 4, label: Full power}
analysis:
  baseline: last before anchor
  set: enrolled
  sets: {enrolled: {label: Enrolled, who: enrolled}}
  primary: {endpoint: power, at: week 4}
  compare: each visit with baseline
  test: paired t
  significant: p < 0.05, two-sided
  missing: available cases
report:
  table_1: [entry.age, entry.sex, prior.agent, entry.histology]
  limits: [B cells were not counted]
"""
DAY_0 = date(2026, 3, 2)
HISTOLOGY = "Fibres of varying diameter, atrophic and regenerating fibres, a mononuclear infiltrate, no necrosis"


def day(number: int) -> str:
    """Write a study day as a date."""
    return str(DAY_0 + timedelta(days=number))


def enter(person: str, name: str, value: str, visit: str = "", repeat: str = "", unit: str | None = None) -> Draft:
    """Ask for one answer."""
    form, item = name.split(".", 1)
    return Draft(
        act="enter", participant=person, visit=visit, form=form, repeat=repeat, item=item, text=value, value=value,
        unit=unit,
    )  # fmt: skip


def entry(person: str, *, sex: str = "F", age: str = "50") -> Iterator[Draft]:
    """Yield consent, what the criteria ask for, and the therapies before."""
    yield Draft(act="screen", participant=person)
    yield enter(person, "entry.consent", day(-9))
    yield enter(person, "entry.age", age, unit="year")
    yield enter(person, "entry.sex", sex)
    if sex == "F":
        yield enter(person, "entry.pregnant", "no")
    yield enter(person, "entry.histology", HISTOLOGY)
    for repeat, agent in enumerate(("PRED", "AZA"), 1):
        yield enter(person, "prior.agent", agent, repeat=str(repeat))
        yield enter(person, "prior.failed", "yes", repeat=str(repeat))


def course(person: str, *, last: str = "10", second: int = 7, reaction: str = "no") -> Iterator[Draft]:
    """Yield enrolment, two infusions, a background drug, and the two visits."""
    yield Draft(act="enrol", participant=person, value=day(-3))
    for visit, on, strength in (("baseline", -1, "5"), ("week 4", 28, last)):
        yield enter(person, "visit.date", day(on), visit)
        yield enter(person, "mood.score", "5", visit, unit="score")
        for group in ("arms", "legs"):
            yield enter(person, f"rating.proximal.{group}", strength, visit, unit="score")
    yield enter(person, "body.weight", "60", "baseline", unit="kg")
    yield enter(person, "body.height", "165", "baseline", unit="cm")
    for repeat, (on, words) in enumerate(((0, "no"), (second, reaction)), 1):
        row = {"start": day(on), "paracetamol": "yes", "interrupted": "no", "incomplete": "no", "reaction": words}
        for item, value in row.items():
            yield enter(person, f"infusion.{item}", value, repeat=str(repeat))
        yield enter(person, "infusion.given", "620", repeat=str(repeat), unit="mg")
    yield enter(person, "drugs.drug", "Prednisolone", repeat="1")
    yield enter(person, "drugs.dose", "10", repeat="1", unit="mg")
    yield enter(person, "drugs.start", "2025-06", repeat="1")
    yield Draft(act="complete", participant=person, value=day(30))


def small() -> Iterator[Draft]:
    """Yield two who finish, one of them with a late second dose, and one who is too young."""
    yield from entry("A-1")
    yield from course("A-1")
    yield from entry("A-2", sex="M")
    yield from course("A-2", last="8", second=12)
    yield from entry("A-3", age="17")
    yield Draft(act="screen_fail", participant="A-3", value=day(-4), text="too young")


@pytest.fixture(scope="module")
def ran(carry_out: CarryOut) -> Run:
    """Return the run of the study with doses."""
    return carry_out(PLAN, small())


@pytest.fixture(scope="module")
def told(ran: Run, build: Build) -> Document:
    """Return its report."""
    return build(ran)


def part(document: Document, name: str) -> Section:
    """Return a section of a report."""
    return next(section for section in document.walk() if section.id == name)


def words(section: Section) -> str:
    """Return everything that a section says."""
    lines = (line for one in section.walk() for block in one.blocks for line in block_lines(block))
    return " ".join(plain(line) for line in lines).replace("\u202f", " ").replace("\u00a0", " ")


def table(document: Document, name: str) -> Table:
    """Return a table of a report."""
    return next(block for block in document.blocks() if isinstance(block, Table) and block.id == name)


def rows(found: Table) -> list[tuple[str, ...]]:
    """Return the words of a table."""
    return [(plain(row.stub), *(plain(cell) for cell in row.cells)) for row in found.body]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("eligibility", "Informed consent came first"),
        ("eligibility", "“Age” is at least 18 years"),
        ("eligibility", "“Sex” is “Female”"),
        ("treatment", "375 mg/m², by intravenous infusion, for the first time on study day 0, then every week"),
        ("treatment", "two doses in all, each within 1 day of its planned day."),
        ("treatment", "by the formula of Du Bois and Du Bois"),
        ("treatment", "from the latest weight and height recorded on the day of the dose or before it"),
        ("treatment", "rounded to 10 mg. It was drawn from vials of 500 mg and 100 mg."),
        ("treatment", "The first infusion started at 50 mg/h, was raised by 50 mg/h every 30 minutes"),
        ("treatment", "each later one started at 100 mg/h"),
        ("treatment", "Before each dose: paracetamol 1000 mg."),
        ("treatment", "Antihistamine and corticosteroid were not given beforehand"),
        ("treatment", "No dose was planned before “HBsAg” and “Anti-HBc” were known."),
        ("treatment", "Where “Anti-HBc” is “Positive”, the decision of an investigator came first"),
        ("treatment", "No dose was planned where “HBsAg” is “Positive”."),
        ("treatment", "had to stay the same from enrolment to week 4"),
        ("schedule", "Where due at the same visit, “Mood” was completed before “Muscle strength” was opened."),
        ("schedule", "by the same person at all visits of a participant"),
        ("schedule", "The assessor was blind."),
        (
            "instruments",
            "Mean of 2 answers of “Muscle strength”: proximal muscles (arms, legs); at least 1 of them answered.",
        ),
        ("instruments", "Health Assessment Questionnaire, disability index"),
        ("instruments", "Health Qual Life Outcomes 2003;1:20. Gaps: "),
        ("instruments", "A category is its worst item."),
        ("endpoints-methods", "met where each of “Proximal muscles” is 10 at week 4"),
    ],
)
def test_methods(told: Document, where: str, said: str) -> None:
    """REPORT-CONDUCT-01: in full sentences."""
    methods = next(section for section in told.sections if section.id == "methods")
    assert said in words(next(section for section in methods.walk() if section.id == where))


def test_participants_side_by_side(told: Document) -> None:
    """REPORT-CONDUCT-06: few participants are columns; who failed screening is no participant of Table 1."""
    found = table(told, "table-participants")
    assert [column.label for column in found.columns] == ["A-1", "A-2"]
    assert rows(found) == [
        ("Age (years)", "50", "50"),
        ("Sex", "Female", "Male"),
        ("Previous therapies", "Prednisolone, azathioprine", "Prednisolone, azathioprine"),
        ("Histological findings", HISTOLOGY, HISTOLOGY),
    ]


@pytest.mark.parametrize(("number", "is_folded"), [(7, False), (MANY + 1, True)])
def test_participants_one_below_another(carry_out: CarryOut, build: Build, number: int, *, is_folded: bool) -> None:
    """REPORT-CONDUCT-06: long texts apart from short answers, so that neither is squeezed."""
    codes = [f"B-{place}" for place in range(1, number + 1)]
    given = [draft for code in codes for draft in (*entry(code), Draft(act="enrol", participant=code))]
    document = build(carry_out(PLAN, given))
    short, long = table(document, "table-participants"), table(document, "table-participants-words")
    assert rows(short)[0] == ("B-1", "50", "Female", "Prednisolone, azathioprine")
    assert rows(long)[-1] == (codes[-1], HISTOLOGY)
    assert short.folded == long.folded == is_folded


def test_responders_are_named(told: Document) -> None:
    """REPORT-CONDUCT-07: with the participant who got there."""
    said = words(part(told, "endpoint-full_power"))
    assert said.startswith("The condition held at week 4 for 1 of 2 participants (50 %): participant A-1. ")


def test_limits_of_the_study_file(told: Document) -> None:
    """REPORT-CONDUCT-09: beside those that follow from plan and results."""
    assert "B cells were not counted." in words(part(told, "limits"))


@pytest.fixture(scope="module")
def facts(carry_out: CarryOut, build: Build) -> Document:
    """Return the report of published facts: no visit and no date."""
    codes = ("1", "2", "3", "4")
    given = [
        draft
        for code in codes
        for draft in (
            Draft(act="enrol", participant=code),
            enter(code, "entry.age", "50", unit="year"),
            enter(code, "entry.histology", HISTOLOGY),
        )
    ]
    return build(carry_out(PLAN, given))


def test_published_facts_alone(facts: Document) -> None:
    """REPORT-CONDUCT-08: every section says something, no table and no figure is empty, nobody is counted as missed."""
    said = words(part(facts, "results"))
    assert "No value of any endpoint is recorded, and none was made up: power and full power." in said
    assert "Nothing is recorded of adverse events" in said
    assert "4 have no recorded end" in said
    assert "No date of any visit is recorded" in said
    assert "No dose is recorded." in said
    assert "No deviation was found" not in said
    assert "0 of 0" not in said
    assert "missed" not in said.lower()
    blocks = list(facts.blocks())
    assert all(block.body for block in blocks if isinstance(block, Table))
    assert all(one.blocks or one.sections for one in facts.walk())
    assert "nothing can be said of what the treatment did" in words(part(facts, "limits"))
    assert to_html(facts)


def test_screening(told: Document) -> None:
    """REPORT-CONDUCT-02: the sentence, the criteria and the log, failures kept."""
    said = words(part(told, "screening"))
    assert said.startswith("3 participants were screened: 2 enrolled and 1 not enrolled.")
    assert "By consent and criteria, as of enrolment: 2 eligible and 1 not eligible." in said
    counted = rows(table(told, "table-criteria"))
    assert counted[1] == ("I1", "Age 18 or over.", "2", "1", "0", "0")
    assert counted[4] == ("E1", "Pregnant.", "0", "2", "0", "1")
    assert rows(table(told, "table-screening"))[2] == ("A-3", "screen failure", "not eligible", "I1", "–")


def test_doses(told: Document) -> None:
    """REPORT-CONDUCT-03: given beside planned, with the body surface and what it was computed from."""
    said = words(part(told, "exposure"))
    assert "2 participants were given 4 doses of rituximab; 2 had all 2 planned." in said
    assert "In all a participant was given 1240.0 ± 0.0 mg" in said
    assert "Paracetamol 1000 mg was given before 4 of 4 doses." in said
    assert "No infusion reaction was recorded: the answer is no for each of the 4 doses." in said
    shown = rows(table(told, "table-exposure-rituximab"))
    assert shown[0] == ("A-1, 1240\u202fmg in all",)
    surface = "1.66\u202fm² (60\u202fkg, 165\u202fcm)"
    assert shown[1] == ("Dose 1", day(0), "0 (0)", surface, "620", "620", "Yes", "nothing")
    assert shown[5][:3] == ("Dose 2", day(12), "12 (7)")


def test_what_is_not_infused(carry_out: CarryOut, build: Build) -> None:
    """REPORT-CONDUCT-03: of a drug under the skin no infusion is told."""
    infuse = PLAN[PLAN.index("    infuse:") : PLAN.index("    before_each:")]
    plan = PLAN.replace("route: intravenous", "route: subcutaneous").replace(infuse, "")
    given = [*entry("A-1"), *course("A-1", reaction="yes")]
    said = words(part(build(carry_out(plan, given)), "exposure"))
    assert "A reaction was recorded in 1 of 2 doses." in said
    assert "nfusion" not in said


def test_no_prednisolone_of_other_drugs(carry_out: CarryOut, build: Build) -> None:
    """REPORT-CONDUCT-04: of a class that holds no glucocorticoid nothing is told as prednisolone."""
    plan = PLAN.replace("choice: [Prednisolone, Azathioprine]", "choice: [Cetirizine, Loratadine]")
    given = [
        replace(one, text="Cetirizine", value="Cetirizine") if one.text == "Prednisolone" else one
        for one in (*entry("A-1"), *course("A-1"))
    ]
    said = words(part(build(carry_out(plan, given)), "background-treatment"))
    assert "such a drug at entry" in said
    assert "rednisolone" not in said


def test_a_reaction_and_an_answer_that_lacks(carry_out: CarryOut, build: Build) -> None:
    """REPORT-CONDUCT-03: one answer that lacks is enough not to say that nobody reacted."""
    given = [*entry("A-1"), *course("A-1")]
    lacks = [draft for draft in given if (draft.item, draft.repeat) != ("reaction", "2")]
    said = words(part(build(carry_out(PLAN, lacks)), "exposure"))
    assert "No infusion reaction" not in said
    assert "An infusion reaction was recorded in 0 of 2 doses. 1 without an answer, not counted." in said
    reacted = [*entry("A-1"), *course("A-1", reaction="yes")]
    document = build(carry_out(PLAN, reacted))
    assert "An infusion reaction was recorded in 1 of 2 doses." in words(part(document, "exposure"))
    assert [row[-1] for row in rows(table(document, "table-exposure-rituximab"))[1:]] == ["nothing", "reaction"]


def test_background(told: Document) -> None:
    """REPORT-CONDUCT-04: the drugs, what they come to as prednisolone, and that nothing changed."""
    said = words(part(told, "background-treatment"))
    assert "Immunosuppressive drugs. 2 of 2 participants took such a drug at entry." in said
    assert "the glucocorticoids at entry came to 10.0" in said
    assert "mg a day (n = 2)." in said
    assert "no drug was started, stopped or given at another daily dose from enrolment to week 4" in said
    shown = rows(table(told, "table-background-background"))
    assert shown[:2] == [("A-1",), ("Prednisolone", "10\u202fmg", "2025-06", "goes on", "Yes", "10")]


def test_deviations_by_group(told: Document) -> None:
    """REPORT-CONDUCT-05: the late dose with plan and finding; the other groups are said to have none.

    No serology is recorded, which the plan asks for before a dose: each of the four doses was given without it.
    """
    found = part(told, "deviations")
    assert rows(table(told, "table-deviations")) == [("Doses",), ("Late", "1", "1"), ("Result unknown", "4", "2")]
    late = rows(table(told, "table-deviations-dose"))
    assert late[0] == ("Late: given after the last day of its window",)
    assert late[1][:2] == ("A-2", "Infusion, no.\u00a02")
    assert (
        "No deviation was found in visits, eligibility, consent, background treatment, order of forms or raters."
        in words(found)
    )


def test_a_change_of_a_background_drug(carry_out: CarryOut, build: Build) -> None:
    """REPORT-CONDUCT-04 and 05: told in both places, with before and after."""
    more = [
        enter("A-1", "drugs.drug", "Prednisolone", repeat="2"),
        enter("A-1", "drugs.dose", "20", repeat="2", unit="mg"),
        enter("A-1", "drugs.start", day(10), repeat="2"),
    ]
    given = [*entry("A-1"), *course("A-1")]
    document = build(carry_out(PLAN, [*given[:-1], *more, given[-1]]))
    assert "The drugs did not stay the same" in words(part(document, "background-treatment"))
    (row,) = rows(table(document, "table-deviations-constancy"))[1:]
    assert row[0] == "A-1"
    assert "10" in row[-2]
    assert "20" in row[-1]


def test_long_listings_are_closed(carry_out: CarryOut, build: Build) -> None:
    """REPORT-CONDUCT-03: beyond many rows, and then no number of theirs is missed among the tables."""
    codes = [f"B-{place}" for place in range(1, 28)]
    document = build(carry_out(PLAN, [draft for code in codes for draft in (*entry(code), *course(code, second=20))]))
    found = table(document, "table-exposure-rituximab")
    assert found.folded
    assert not found.numbered
    assert to_html(document)
