"""A study written out as a study file with every default filled in; read back it gives an equal study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import cast

from trialbook.protocol import phrases
from trialbook.protocol.explain_forms import explain_form
from trialbook.protocol.explain_outcomes import explain_design, explain_entry, explain_reliability
from trialbook.protocol.model import (
    AnalysisSet,
    Criterion,
    DoseRecord,
    Endpoint,
    FigurePlan,
    InfusionSteps,
    Meaningful,
    Role,
    Schedule,
    Study,
    Text,
    Treatment,
    Visit,
    Washout,
    Window,
)
from trialbook.protocol.plain_yaml import Tree, write_yaml
from trialbook.protocol.written import Written


def explain(study: Study) -> str:
    """Write the study as YAML with all defaults filled in.

    Reading it gives an equal study, `text` and `fingerprint` apart. Comments and short ways of writing are gone.
    """
    write = Written(languages=study.identity.languages)
    tree: dict[str, Tree] = {
        "trialbook": str(study.language),
        "study": _identity(study, write),
        "roles": {role.id: _role(role, write) for role in study.roles.values()},
        "arms": {
            arm.id: {"label": write.text(arm.label), "treatments": list(arm.treatments)} for arm in study.arms.values()
        },
        "eligibility": _eligibility(study, write),
        "treatments": {treatment.id: _treatment(treatment, write) for treatment in study.treatments.values()},
        "participants": write.present(
            sex=study.participants.sex,
            age=study.participants.age,
            arm=study.participants.arm,
            codes=None if study.participants.codes == "typed" else study.participants.codes,
        ),
        "visits": _visits(study.schedule, {found.where for found in study.assumptions}, write),
        "forms": {form.id: explain_form(form, write) for form in study.forms.values()},
        "missing": {code: write.text(meaning) for code, meaning in study.missing.items()},
        "endpoints": {endpoint.id: _endpoint(endpoint, write) for endpoint in study.endpoints.values()},
        "analysis": _analysis(study, write),
        "report": _report(study, write),
        "amendments": write.present(
            approval="required" if study.amendments.approval else "not required",
            consent_again=study.amendments.consent,
        ),
        "withdrawal": {"safety": "kept" if study.withdrawal.keeps_safety else "left out"},
    }
    for found in sorted(study.assumptions, key=lambda found: -len(found.where)):
        _mark(tree, found.where, found.why or "true")
    return write_yaml(tree)


def _mark(tree: dict[str, Tree], where: str, why: str) -> None:
    """Mark what stands at a path as assumed; keys may hold dots."""
    for key, value in tree.items():
        if where == key:
            tree[key] = {"is": value, "assumed": why}
            return
        if where.startswith(f"{key}.") and isinstance(value, dict):
            _mark(value, where[len(key) + 1 :], why)
            return
    if not where:
        tree["assumed"] = why


def _identity(study: Study, write: Written) -> Tree:
    identity = study.identity
    return write.present(
        id=identity.id,
        title=write.text(identity.title),
        design=identity.design,
        data=identity.data,
        objective=write.text(identity.objective) if identity.objective else None,
        timezone=identity.timezone,
        languages=list(identity.languages),
        sponsor=identity.sponsor,
        registration=identity.registration,
        citation=identity.citation,
        licence=identity.licence,
        planned=None if identity.planned is None else str(identity.planned),
    )


def _role(role: Role, write: Written) -> Tree:
    return {
        "label": write.text(role.label),
        "sees": list(role.sees),
        "except": list(role.hidden),
        "records": list(role.records),
        "signs": list(role.signs),
        "rights": list(role.rights),
        "blind": write.flag(role.blind),
        "identities": write.flag(role.identities),
        "training": list(role.training),
    }


def _eligibility(study: Study, write: Written) -> Tree:
    kinds = ("inclusion", "exclusion")
    criteria: dict[str, Tree] = {
        kind: {found.id: _criterion(found, write) for found in study.criteria if found.kind == kind} for kind in kinds
    }
    return write.present(consent=study.consent, **criteria)


def _criterion(criterion: Criterion, write: Written) -> Tree:
    return write.present(
        text=write.text(criterion.text),
        when=criterion.when,
        ask_when=criterion.ask_when,
        since=_span("date", criterion.since),
        washout=_span("since", criterion.washout),
        define=write.text(criterion.define) if criterion.define else None,
    )


def _span(begin: str, span: Washout | None) -> Tree | None:
    if span is None:
        return None
    return {begin: span.since, "at_least": phrases.write_duration(span.at_least), "before": span.before}


def _treatment(treatment: Treatment, write: Written) -> Tree:
    quantity = phrases.write_quantity
    return write.present(
        label=write.text(treatment.label),
        **{"class": treatment.drug_class},
        dose=quantity(treatment.dose) if treatment.dose else None,
        body_surface=treatment.body_surface,
        weight=treatment.weight,
        height=treatment.height,
        round_to=quantity(treatment.round_to) if treatment.round_to else None,
        cap=quantity(treatment.cap) if treatment.cap else None,
        vials=[quantity(vial) for vial in treatment.vials],
        give=_give(treatment, write),
        infuse=_infuse(treatment, write),
        before_each=list(treatment.before_each),
        on_reaction_only=list(treatment.on_reaction_only),
        needs=_needs(treatment, write),
        constant=write.present(**{"from": treatment.constant_from}, to=treatment.constant_to)
        if treatment.constant_to
        else None,
        recorded=_recorded(treatment.recorded, write),
    )


def _infuse(treatment: Treatment, write: Written) -> Tree | None:
    if treatment.infuse_first is None:
        return None
    return write.present(first=_steps(treatment.infuse_first), later=_steps(treatment.infuse_later))


def _steps(steps: InfusionSteps | None) -> Tree | None:
    if steps is None:
        return None
    return {
        "start": phrases.write_quantity(steps.start),
        "step": phrases.write_quantity(steps.step),
        "every": phrases.write_duration(steps.every),
        "most": phrases.write_quantity(steps.most),
    }


def _recorded(recorded: DoseRecord | None, write: Written) -> Tree | None:
    """Write where doses are recorded: the keys of the file are the names of the fields."""
    if recorded is None:
        return None
    return write.present(**{part.name: getattr(recorded, part.name) for part in fields(recorded)})


def _needs(treatment: Treatment, write: Written) -> Tree | None:
    if not (treatment.needs_known or treatment.decide_when or treatment.decision or treatment.withhold_when):
        return None
    return write.present(
        known=list(treatment.needs_known),
        decide_when=treatment.decide_when,
        decision=treatment.decision,
        withhold_when=treatment.withhold_when,
    )


def _give(treatment: Treatment, write: Written) -> Tree | None:
    if treatment.route is None:
        return None
    return write.present(
        route=treatment.route,
        first=treatment.first,
        every=phrases.write_duration(treatment.every) if treatment.every else None,
        times=None if treatment.times is None else str(treatment.times),
        days=list(treatment.days) or None,
        window=f"{phrases.write_duration(treatment.window)} either side" if treatment.window else None,
    )


def _visits(schedule: Schedule, assumed: Iterable[str], write: Written) -> Tree:
    weeks = [name.removeprefix("week ") for name in schedule.visits if name.startswith("week ")]
    return write.present(
        anchor=phrases.write_anchor(schedule.anchor),
        window=phrases.write_tolerance(schedule.window) if schedule.window else None,
        planned={visit.id: _visit(visit, frozenset(assumed), write) for visit in schedule.visits.values()},
        weeks=cast("Tree", weeks) if "visits.weeks" in assumed else None,
        sets={name: list(visits) for name, visits in schedule.sets.items()},
    )


def _visit(visit: Visit, assumed: frozenset[str], write: Written) -> Tree:
    """Write a visit with its day and window, or with the range of days that is both."""
    path = f"visits.planned.{visit.id}"
    around = Window(first=visit.window.first - visit.day, last=visit.window.last - visit.day)
    is_range = around.first != -around.last and phrases.planned_day(visit.window) == visit.day
    day: dict[str, Tree]
    if is_range and f"{path}.window" not in assumed and f"{path}.week" not in assumed:
        day = {"day": f"{visit.window.first} to {visit.window.last}"}
    else:
        key, number = ("week", visit.day // 7) if f"{path}.week" in assumed else ("day", visit.day)
        day = {key: str(number), "window": phrases.write_tolerance(around)}
    return write.present(
        label=write.text(visit.label),
        **day,
        before=phrases.write_anchor(visit.before) if visit.before else None,
        optional=write.flag(visit.optional),
    )


def _endpoint(endpoint: Endpoint, write: Written) -> Tree:
    is_followed = endpoint.source is not None
    return write.present(
        label=write.text(endpoint.label),
        **{"from": endpoint.source},
        levels=endpoint.levels,
        when=endpoint.when,
        at=list(endpoint.visits) or None,
        time_to=None
        if endpoint.time_to is None
        else {"event": endpoint.time_to.event, "censor": endpoint.time_to.censor},
        better=endpoint.better,
        unit=endpoint.unit,
        decimals=str(endpoint.decimals),
        also=endpoint.also,
        log=write.flag(endpoint.log) if is_followed else None,
        meaningful=None if endpoint.meaningful is None else _meaningful(endpoint.meaningful, write),
        reliability=None if endpoint.reliability is None else explain_reliability(endpoint.reliability, write),
        entry=None if endpoint.entry is None else explain_entry(endpoint.entry, write),
        friedman=write.flag(endpoint.friedman) if is_followed else None,
    )


def _meaningful(meaningful: Meaningful, write: Written) -> Tree:
    source = write.text(meaningful.source) if meaningful.source else None
    return write.present(**{"is": f"{meaningful.amount:f}"}, source=source) if source else f"{meaningful.amount:f}"


def _analysis(study: Study, write: Written) -> Tree:
    plan = study.analysis
    primary: Tree = "none"
    if plan.primary_endpoint is not None:
        primary = write.present(endpoint=plan.primary_endpoint, at=plan.primary_visit)
    return {
        "baseline": phrases.write_baseline(plan.baseline),
        "sets": {found.id: _set(found, write) for found in plan.sets.values()},
        "set": plan.set,
        "primary": primary,
        "compare": "each visit with baseline",
        "test": plan.test,
        "sensitivity": [*plan.sensitivity, *plan.sensitivity_missing, *plan.sensitivity_models],
        "significant": phrases.write_alpha(plan.alpha),
        "confidence": phrases.write_percent(Decimal(plan.confidence)),
        "multiplicity": plan.multiplicity,
        "missing": plan.missing,
        "intercurrent": plan.intercurrent,
        "looks": plan.looks,
        **({} if plan.cut is None else {"cut": phrases.write_cut(plan.cut)}),
        **({} if plan.between is None else {"between": plan.between}),
        **({} if plan.design is None else {"design": explain_design(plan.design)}),
    }


def _set(found: AnalysisSet, write: Written) -> Tree:
    return write.present(label=write.text(found.label), who=found.who, when=found.when)


def _report(study: Study, write: Written) -> Tree:
    return {
        "table_1": list(study.report.table_1),
        "figures": [_figure(figure, write) for figure in study.report.figures],
        "sentences": {name: write.text(text) for name, text in study.report.sentences.items()},
        "limits": [write.text(text) for text in study.report.limits],
    }


def _figure(figure: FigurePlan, write: Written) -> Tree:
    if len(figure.endpoints) == 1 and not figure.title:
        return figure.endpoints[0]
    title: Text | Mapping[str, str] = figure.title
    return write.present(panel=list(figure.endpoints), title=write.text(title) if title else None)
