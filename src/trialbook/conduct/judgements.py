"""Everything that a plan says of one casebook, as a flat list: what two versions of a study are compared by.

Each judgement comes from the engine that judges it in daily work, so that what is shown before an amendment takes
effect is what is found after it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal, NamedTuple

from trialbook.conduct.answers import form_answers
from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell
from trialbook.conduct.completeness import Asked, GridRow, visit_grid
from trialbook.conduct.deviations import Deviation, find_deviations, given_treatments
from trialbook.conduct.exposure import exposure
from trialbook.conduct.findings import form_findings, rules_of
from trialbook.conduct.flags import flag_of, has_limits, limits_of
from trialbook.conduct.reconsent import Demand, must_consent_again
from trialbook.conduct.safety import LaboratoryGrade, laboratory_grades
from trialbook.conduct.schedule import UNSCHEDULED, PlacedVisit, what_is_due
from trialbook.conduct.screening import Eligibility, assess_eligibility
from trialbook.errors import Problem
from trialbook.protocol.model import Form, Study
from trialbook.protocol.values import parse_value

Aspect = Literal[
    "answer", "query", "visit", "due", "missing", "criterion", "eligibility", "deviation", "dose", "derived",
    "laboratory", "consent",
]  # fmt: skip

ASPECTS: Mapping[Aspect, str] = MappingProxyType(
    {
        "answer": "answers and their place in the plan",
        "query": "what rules find in answers",
        "visit": "visits and their windows",
        "due": "visits to come",
        "missing": "what is missing",
        "criterion": "criteria",
        "eligibility": "eligibility",
        "deviation": "deviations",
        "dose": "planned doses",
        "derived": "derived numbers",
        "laboratory": "laboratory values against their limits, and their grades",
        "consent": "participants who consent again",
    }
)
"""Aspect -> what it is about."""

NO_FORM = "the plan has no such form"
NO_ITEM = "the plan has no such item"
NO_VISIT = "the plan has no such visit"
NOT_DUE = "the form does not belong to this visit"
NO_CODE = "no missing-data code of the plan"
NO_VALUE = "cannot be an answer"
NOT_ASKED = "not asked, by the other answers"

GRADE = "grade"
"""Name of a judgement of a laboratory value by its grade; without a name it is one by its limits."""
AGAIN = "to be given again"

WORDS: Mapping[bool | None, str] = MappingProxyType({True: "fulfilled", False: "not fulfilled", None: "unknown"})


class Key(NamedTuple):
    """What one judgement is about."""

    aspect: Aspect
    visit: str = ""
    form: str = ""
    repeat: str = ""
    item: str = ""
    name: str = ""
    """Rule, criterion, treatment and dose, or group and kind of deviation."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a plan says of one thing."""

    says: str
    seqs: tuple[int, ...] = ()
    """The entries on which it was judged, where there are few."""


Judgements = Mapping[Key, Judgement]


def judge_casebook(study: Study, casebook: Casebook, today: date, *, demand: Demand | None = None) -> Judgements:
    """Return all that a plan says of a participant on a day; `demand` is for whom it asks for consent again."""
    asked = rules_of(study).asked
    row = visit_grid(study, {casebook.participant: casebook}, today, asked=asked).rows[0]
    eligibility = assess_eligibility(study, casebook)
    deviations = find_deviations(study, casebook, today, eligibility=eligibility)
    return dict(
        [
            *_answers(study, casebook, asked),
            *_findings(study, casebook),
            *_visits(row),
            *_due(study, casebook, today),
            *_missing(row),
            *_criteria(study, eligibility),
            *(_deviation(one) for one in deviations),
            *_doses(study, casebook, today),
            *_derived(study, casebook),
            *_flags(study, casebook),
            *(_grade(one) for one in laboratory_grades(study, [casebook])),
            *_consent(casebook, demand),
        ]
    )


Found = Iterator[tuple[Key, Judgement]]


def _answers(study: Study, casebook: Casebook, asked: Asked) -> Found:
    """Yield the answers that have no place in the plan, or cannot be what they are, with the reason."""
    for cell, answer in casebook.answers.items():
        why = place_of_answer(study, casebook, cell, answer, asked)
        if why:
            yield Key("answer", *cell), Judgement(why, (answer.seq,))


def place_of_answer(study: Study, casebook: Casebook, cell: Cell, answer: Answer, asked: Asked) -> str:
    """Say why an answer has no place in a plan; empty where it has one."""
    if not _is_planned(study, cell.visit):
        return NO_VISIT
    if cell.form == VISIT_FORM:
        return ""
    form = study.forms.get(cell.form)
    if form is None:
        return NO_FORM
    if cell.item not in form.items:
        return NO_ITEM
    if cell.visit in study.schedule.visits and cell.visit not in form.visits:
        return NOT_DUE
    return _not_this(study, form, cell, answer) or _hidden(form, casebook, cell, asked)


def _is_planned(study: Study, visit: str) -> bool:
    return not visit or visit in study.schedule.visits or UNSCHEDULED.fullmatch(visit) is not None


def _not_this(study: Study, form: Form, cell: Cell, answer: Answer) -> str:
    """Say why what was answered could not be answered by the plan."""
    if answer.missing is not None:
        return "" if answer.missing in study.missing else NO_CODE
    item = form.items[cell.item]
    read = parse_value(item, answer.value or "", unit=answer.unit, missing={})
    return NO_VALUE if isinstance(read, Problem) else ""


def _hidden(form: Form, casebook: Casebook, cell: Cell, asked: Asked) -> str:
    return "" if asked.item(form, cell.item, casebook, cell.visit, cell.repeat) else NOT_ASKED


def _findings(study: Study, casebook: Casebook) -> Found:
    """Yield what the rules find, form by form."""
    places = dict.fromkeys(cell._replace(item="") for cell in casebook.answers if cell.form in study.forms)
    for place in places:
        for one in form_findings(study, casebook, place.form, place.visit, place.repeat):
            answer = casebook.answers.get(one.cell)
            yield Key("query", *one.cell, one.rule), Judgement("found", () if answer is None else (answer.seq,))


def _visits(row: GridRow) -> Found:
    """Yield how each visit stands, and by how much it is off."""
    for placed in (*row.planned, *row.unscheduled):
        yield Key("visit", placed.visit), Judgement(_stands(placed))


def _stands(placed: PlacedVisit) -> str:
    """Say how a visit stands: its state, how far it is off; of an optional one that is open, that too."""
    off = f" {placed.off:+d}" if placed.off else ""
    return f"{placed.state}{off}"


def _due(study: Study, casebook: Casebook, today: date) -> Found:
    """Yield the dates of the visits for which somebody has still to come."""
    due = what_is_due(study, casebook, today)
    for plan in (*due.overdue, *due.due, *due.coming):
        yield Key("due", plan.visit), Judgement(f"{plan.first} to {plan.last}")


def _missing(row: GridRow) -> Found:
    for gap in row.gaps:
        key = Key("missing", gap.visit, gap.form, gap.repeat, gap.item)
        yield key, Judgement("required" if gap.required else "not required")


def _criteria(study: Study, eligibility: Eligibility) -> Found:
    """Yield how each criterion was judged, and the verdict."""
    for one in eligibility.criteria:
        yield Key("criterion", name=one.criterion.id), Judgement(WORDS[one.fulfilled])
    if study.criteria or study.consent is not None:
        yield Key("eligibility"), Judgement(eligibility.verdict)


def _deviation(one: Deviation) -> tuple[Key, Judgement]:
    name = f"{one.group}: {one.kind}"
    said = " ".join(str(part) for part in (one.planned, one.found, one.days_off or "") if part)
    which = one.planned if one.date is None and one.kind == "missed" else "" if one.date is None else str(one.date)
    return Key("deviation", one.visit, one.form, one.repeat, which, name), Judgement(said or "deviates", one.seqs)


def _doses(study: Study, casebook: Casebook, today: date) -> Found:
    """Yield what was planned for each dose that was given: its amount and its window."""
    for treatment in given_treatments(study):
        found = exposure(study, casebook, treatment.id, today=today)
        for dose in found.doses:
            window = "" if dose.window is None else f" day {dose.window.first} to {dose.window.last}"
            amount = "no amount" if dose.planned is None else f"{dose.planned:f} {dose.unit or ''}".strip()
            key = Key("dose", dose.visit, "", dose.repeat, "", f"{treatment.id} {dose.number or ''}".strip())
            yield key, Judgement(amount + window, dose.seqs)


def _derived(study: Study, casebook: Casebook) -> Found:
    """Yield the derived numbers of every form that was begun."""
    for place in dict.fromkeys(cell._replace(item="") for cell in casebook.answers):
        form = study.forms.get(place.form)
        if form is None or not form.derived:
            continue
        answers = form_answers(form, casebook, visit=place.visit, repeat=place.repeat)
        for name in form.derived:
            if name in answers:
                yield Key("derived", *place._replace(item=name)), Judgement(str(answers[name]))


def _flags(study: Study, casebook: Casebook) -> Found:
    """Yield where each laboratory value lies to the limits of normal."""
    for cell, answer in casebook.answers.items():
        form = study.forms.get(cell.form)
        item = None if form is None else form.items.get(cell.item)
        if item is not None and has_limits(item) and answer.value is not None and answer.missing is None:
            lower, upper, _ = limits_of(study, casebook, item, cell)
            yield Key("laboratory", *cell), Judgement(flag_of(answer.value, lower, upper), (answer.seq,))


def _grade(one: LaboratoryGrade) -> tuple[Key, Judgement]:
    form, _, item = one.item.partition(".")
    bounds = dict.fromkeys("?" if bound is None else str(bound) for bound in (one.least, one.most))
    key = Key("laboratory", one.measured.visit, form, "", item, GRADE)
    return key, Judgement(" to ".join(bounds), one.measured.seqs[:1])


def _consent(casebook: Casebook, demand: Demand | None) -> Found:
    """Yield that a participant has to consent again."""
    if must_consent_again(casebook, demand):
        yield Key("consent"), Judgement(AGAIN)
