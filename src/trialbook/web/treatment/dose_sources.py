"""Where the numbers of a dose come from, and where a reason against it can be mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from trialbook.conduct.amounts import Measured
from trialbook.conduct.blinding import shown_forms
from trialbook.conduct.casebook import Casebook, Cell
from trialbook.conduct.deviations import forms_needed
from trialbook.errors import Problem
from trialbook.instruments.body_surface import FORMULAS, Formula
from trialbook.protocol.condition_forms import forms_in
from trialbook.protocol.model import Form, Study, Treatment
from trialbook.web.actor import Actor
from trialbook.web.forms.conditions import condition_in
from trialbook.web.forms.sheet import visit_name
from trialbook.web.treatment.links import address_of, participant_page

WITHHELD = frozenset({"DOSE-11", "DOSE-12"})
"""Codes of reasons that name what withholds a dose; what names a condition beside them names when to decide."""

GIVEN = frozenset({"DOSE-15", "DOSE-16"})
"""Codes of reasons that say no more than that the dose of the day, or all of them, were given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A measurement that a dose is computed from, with all that a checker asks of it."""

    label: str
    value: Decimal
    unit: str
    typed: str
    """As it was typed, where that differs."""
    date: date | None
    visit: str
    by: str
    at: str
    seq: int
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """A reason why no dose is planned, and the pages on which it can be mended."""

    problem: Problem
    links: tuple[tuple[str, str], ...]
    """Address and title."""


def source_of(study: Study, casebook: Casebook, found: Measured | None, language: str | None) -> Source | None:
    """Return where a measurement stands, None for none."""
    if found is None:
        return None
    form_id, _, item = found.name.partition(".")
    form = study.forms[form_id]
    answer = casebook.answers[Cell(found.visit, form_id, found.repeat, item)]
    is_same = answer.text.strip() in {answer.value, f"{found.value:f}"}
    return Source(
        label=study.say(study.item(found.name).label, language),
        value=found.value,
        unit=found.unit,
        typed="" if is_same else answer.text,
        date=found.date,
        visit=visit_name(study, found.visit, language),
        by=answer.by,
        at=answer.at,
        seq=found.seq,
        address=address_of(form, casebook.participant, visit=found.visit, repeat=found.repeat),
    )


def formula_of(name: str | None) -> Formula | None:
    """Return a formula of the body surface, None where there is none of the name."""
    return FORMULAS.get(name or "")


# ---- what a dose hangs on ---------------------------------------------------------------------------------------


def forms_behind(study: Study, treatment: Treatment) -> tuple[Form, ...]:
    """Return the forms whose answers may decide on a dose, in the order of the study file."""
    rules = (
        study.consent,
        treatment.weight,
        treatment.height,
        *(text for criterion in study.criteria for text in _rules(study, criterion.id)),
    )
    named = forms_in(study, rules) | forms_needed(study, treatment)
    return tuple(form for form in study.forms.values() if form.id in named or form.id == treatment.recorded_in)


def shows_all(actor: Actor, casebook: Casebook, treatment: Treatment) -> bool:
    """Tell whether somebody is shown, of this participant and now, everything that a dose hangs on."""
    shown = shown_forms(actor.study, casebook, actor.role)
    return all(form.id in shown for form in forms_behind(actor.study, treatment))


def _rules(study: Study, criterion_id: str) -> Iterator[str]:
    for rule in study.criteria:
        if rule.id == criterion_id:
            yield from (text for text in (rule.when, rule.ask_when) if text)
            yield from (one.since.removeprefix("last ") for one in (rule.since, rule.washout) if one is not None)


def against(study: Study, casebook: Casebook, treatment: Treatment, problem: Problem, language: str | None) -> Against:
    """Return a reason with the pages on which what it speaks of is recorded."""
    links = dict.fromkeys(_mending(study, casebook, treatment, problem, language))
    if "condition" in problem.values:
        said = condition_in(study, condition_of(treatment, problem), language)
        problem = replace(problem, values={**problem.values, "condition": said})
    return Against(problem=problem, links=tuple(links))


def condition_of(treatment: Treatment, problem: Problem) -> str:
    """Return the condition that a reason speaks of, as the study file has it."""
    return (treatment.withhold_when if problem.code in WITHHELD else treatment.decide_when) or ""


def _mending(
    study: Study, casebook: Casebook, treatment: Treatment, problem: Problem, language: str | None
) -> Iterator[tuple[str, str]]:
    place, person = problem.place, casebook.participant
    forms = [study.forms[name] for name in _forms_of(study, treatment, problem)]
    for form in forms:
        visit = place.visit or (_visit_of(casebook, form) if form.timing == "visits" else "")
        address = address_of(form, person, visit=visit, repeat=place.repeat or "")
        title = study.say(form.label, language)
        if address is not None:
            yield address, f"{title} · {visit_name(study, visit, language)}" if visit else title
    address = participant_page(person)
    if not forms and address:
        yield address, person


def _forms_of(study: Study, treatment: Treatment, problem: Problem) -> list[str]:
    """Return the forms that a reason speaks of: that of its place, those of its condition or criterion."""
    if problem.place.form is not None:
        return [problem.place.form] if problem.place.form in study.forms else []
    texts = list(_rules(study, problem.values.get("criterion", "")))
    if "condition" in problem.values:
        texts.append(condition_of(treatment, problem))
    if problem.code in {"DOSE-15", "DOSE-25", "DOSE-26"} and treatment.recorded is not None:
        texts.append(treatment.recorded.form)
    named = forms_in(study, texts)
    return [form for form in study.forms if form in named]


def _visit_of(casebook: Casebook, form: Form) -> str:
    """Return the last visit at which a form was begun, or the first at which it is due."""
    begun = [
        visit for visit in casebook.visits() if any(c.visit == visit and c.form == form.id for c in casebook.answers)
    ]
    return begun[-1] if begun else next(iter(form.visits), "")
