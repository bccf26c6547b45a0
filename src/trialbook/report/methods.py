"""Methods, written from the study file and from what was really run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trialbook.protocol.model import Criterion, Derived, Duration, Endpoint, Item, Quantity, Treatment
from trialbook.render.document import Block, Items, Paragraph, Section
from trialbook.render.inline import Emphasis, Line
from trialbook.render.numbers import MINUS, show_unit
from trialbook.render.table import Column, Row, Table
from trialbook.report.run import Run

TEST_NAMES = {
    "paired t": "the paired t test",
    "signed rank": "the exact Wilcoxon signed-rank test",
    "sign flip": "the exact sign-flip test",
}
MULTIPLICITY = {
    "none": "No adjustment was made for the number of tests.",
    "holm": "Probabilities were adjusted for the number of tests by Holm\u2019s method.",
    "hochberg": "Probabilities were adjusted for the number of tests by Hochberg\u2019s method.",
    "fixed sequence": "Tests were made in a fixed sequence, each only after the one before it was below the level.",
}
MISSING = {
    "available cases": "Every comparison uses the participants with a value at both times; no value was imputed.",
    "completers": "Only participants who completed the study are compared; no value was imputed.",
    "locf": "A missing value was replaced by the last one before it (last observation carried forward).",
    "bocf": "A missing value was replaced by the baseline (baseline observation carried forward).",
}
INTERCURRENT = {
    "treatment policy": "Values count whatever happened to the treatment (treatment policy).",
    "while on treatment": "Values count only while the participant was on treatment.",
    "hypothetical": "Values after the treatment was changed were left out (hypothetical strategy).",
}
UNJUDGED = "These are the criteria of the study file; the program did not judge who met them."
ROUNDING = "Every number was computed at full precision and rounded once, for display, ties away from zero."
AS_RUN = {
    ("describe", "mean"), ("change", "p"), ("change", "ci_low"), ("sign_flip", "p"), ("signed_rank", "p"),
    ("ratio", "gmr"), ("responder", "percent"),
}  # fmt: skip
"""Results whose methods are told under Methods."""
BETTER = {"higher": "higher is better", "lower": "lower is better", "neither": "neither direction is better"}


def methods(run: Run) -> Section:
    """Return the Methods."""
    parts = (
        Section(id="design", title="Design", blocks=tuple(design(run))),
        Section(id="eligibility", title="Eligibility", blocks=tuple(eligibility(run))),
        Section(id="treatment", title="Treatment", blocks=tuple(treatment(run))),
        Section(id="schedule", title="Visits and assessments", blocks=tuple(schedule(run))),
        Section(id="endpoints-methods", title="Endpoints", blocks=tuple(endpoints(run))),
        Section(id="statistics", title="Statistical analysis", blocks=tuple(statistics(run))),
    )
    return Section(id="methods", title="Methods", sections=tuple(part for part in parts if part.blocks))


def design(run: Run) -> Iterator[Block]:
    """Yield what kind of study it was, for what and for how many."""
    identity = run.study.identity
    words = [f"This was an {identity.design} study."]
    if identity.planned is not None:
        words.append(f"It was planned for {identity.planned} participants.")
    if identity.sponsor:
        words.append(f"Sponsor: {identity.sponsor}.")
    if identity.registration:
        words.append(f"Registration: {identity.registration}.")
    yield Paragraph(line=(" ".join(words),))
    if run.say(identity.objective):
        yield Paragraph(line=(Emphasis("Objective. "), _sentence(run.say(identity.objective))))


def eligibility(run: Run) -> Iterator[Block]:
    """Yield the criteria as the study file gives them."""
    for kind, title in (
        ("inclusion", "Participants had to meet all of these:"),
        ("exclusion", "Participants were not included with any of these:"),
    ):
        found = [criterion for criterion in run.study.criteria if criterion.kind == kind]
        if found:
            yield Paragraph(line=(title,))
            yield Items(lines=tuple(_criterion(run, criterion) for criterion in found))
    words = UNJUDGED if run.study.criteria else "The study file gives no eligibility criteria."
    yield Paragraph(line=(words,), kind="note")


def treatment(run: Run) -> Iterator[Block]:
    """Yield the study treatments and those that had to stay constant."""
    lines = tuple(_treatment(run, one) for one in run.study.treatments.values())
    if lines:
        yield Items(lines=lines)


def schedule(run: Run) -> Iterator[Block]:
    """Yield what study day 0 is, and the table of visits and forms."""
    anchor = run.study.schedule.anchor
    if anchor.name == "enrolment":
        start = "the day of enrolment"
    else:
        item = run.study.item(anchor.name)
        start = f"the {anchor.which} recorded date of “{run.say(item.label) or item.id}”"
    words = f"Study day 0 was {start}. A value counts for its visit also where the visit was outside its window; "
    yield Paragraph(line=(f"{words}such visits are listed as deviations. The table shows what was due when.",))
    yield schedule_table(run)
    others = (("Once", _forms_timed(run, "once")), ("At any time", _forms_timed(run, "any time")))
    line = " ".join(f"{when}: {forms}." for when, forms in others if forms)
    if line:
        yield Paragraph(line=(line,), kind="note")


def schedule_table(run: Run) -> Table:
    """Return visits with day and window against the forms due at them."""
    forms = [form for form in run.study.forms.values() if form.timing == "visits"]
    visits = list(run.study.schedule.visits.values())
    rows = (
        Row(
            stub=(run.visit_label(visit.id) + (" (optional)" if visit.optional else ""),),
            cells=(
                (_day(visit.day),),
                (_window(visit.window.first, visit.window.last),),
                *(("●",) if visit.id in form.visits else () for form in forms),
            ),
        )
        for visit in visits
    )
    columns = (
        Column(label="Day"),
        Column(label="Window, days"),
        *(Column(label=run.say(form.label) or form.id) for form in forms),
    )
    return Table(
        id="table-schedule",
        title="Visits and assessments",
        stub="Visit",
        columns=columns,
        body=tuple(rows),
        footnotes=(("● due",),),
        numbered=False,
    )


def endpoints(run: Run) -> Iterator[Block]:
    """Yield the endpoints, the primary one marked."""
    lines = tuple(_endpoint(run, endpoint) for endpoint in run.study.endpoints.values())
    if lines:
        yield Items(lines=lines)


def statistics(run: Run) -> Iterator[Block]:
    """Yield the plan of the analysis, then what was really computed."""
    plan = run.study.analysis
    level = f"{plan.alpha.normalize():f}"
    words = (
        f"Values are given as mean ± standard deviation, median and range. Baseline was {_baseline(run)}. Each later "
        f"visit was compared with baseline by {TEST_NAMES[plan.test]}, two-sided, within participants, in the "
        f"analysis set “{run.set_label(plan.set)}”. A change is called statistically significant where the unrounded "
        f"p of this planned test is below {level}."
    )
    yield Paragraph(line=(words,))
    others = [TEST_NAMES[name] for name in plan.sensitivity if name != plan.test]
    beside = f"Beside it, as sensitivity analyses that decide nothing: {_listed(others)}. " if others else ""
    yield Paragraph(line=(beside, *plan_line(run)))
    yield Items(lines=tuple(_set(run, name) for name in plan.sets))
    yield Paragraph(line=(f"{ROUNDING} Methods as run: {'; '.join(_as_run(run))}.",), kind="note")


def plan_line(run: Run) -> Line:
    """Say how multiplicity, missing values and intercurrent events were treated; what was not done is said as such."""
    plan = run.study.analysis
    choices = {
        "multiplicity": MULTIPLICITY[plan.multiplicity],
        "missing": MISSING[plan.missing],
        "intercurrent": INTERCURRENT[plan.intercurrent],
    }
    refused = {row.variable: row.error for row in run.quotes.of("plan") if row.error}
    return (" ".join(refused.get(key, words) for key, words in choices.items()),)


def _as_run(run: Run) -> Iterable[str]:
    """Return what was really computed, each once: the descriptions, then tests and intervals with their roles."""
    roles = {"primary": "planned", "planned": "planned", "sensitivity": "sensitivity"}
    found = ((row, row.method.partition("; zero")[0]) for row in run.analysis.results if row.value is not None)
    return dict.fromkeys(
        f"{method} ({roles[row.role]})" if row.role in roles else method
        for row, method in found
        if (row.analysis, row.stat) in AS_RUN
    )


def _criterion(run: Run, criterion: Criterion) -> Line:
    words = _sentence(run.say(criterion.text))
    define = run.say(criterion.define)
    return (Emphasis(f"{criterion.id}. "), f"{words} {_sentence(define)}" if define else words)


def _treatment(run: Run, one: Treatment) -> Line:
    label = run.say(one.label) or one.id.replace("_", " ")
    if one.constant_from or one.constant_to:
        return (
            Emphasis(label),
            f" kept constant from {one.constant_from or 'enrolment'} to {one.constant_to or 'the end'}.",
        )
    parts = [_quantity(one.dose)] if one.dose else []
    parts += [f"body surface by {one.body_surface.replace('_', ' ')}"] if one.body_surface else []
    parts += [one.route] if one.route else []
    parts += [f"first on {one.first}"] if one.first else []
    parts += [f"every {_duration(one.every)}"] if one.every else []
    parts += [f"{one.times} times"] if one.times else []
    parts += [f"on {', '.join(one.days)}"] if one.days else []
    parts += [f"before each: {', '.join(one.before_each)}"] if one.before_each else []
    parts += [f"only on a reaction: {', '.join(one.on_reaction_only)}"] if one.on_reaction_only else []
    return (Emphasis(label), f": {', '.join(parts)}." if parts else ".")


def _endpoint(run: Run, endpoint: Endpoint) -> Line:
    plan = run.study.analysis
    unit = run.unit(endpoint)
    said = [f"in {unit}"] if unit else []
    source = run.source(endpoint)
    if isinstance(source, Derived):
        how = "published instrument" if source.kind == "instrument" else source.kind
        said.append(f"computed from {len(source.of)} answers ({how})")
    if endpoint.when:
        said.append(f"met where {endpoint.when}" + (f" {run.at(endpoint.visit)}" if endpoint.visit else ""))
    said.append(BETTER[endpoint.better])
    if isinstance(source, Item) and source.minimum is not None and source.maximum is not None:
        said.append(f"scale {source.minimum} to {source.maximum}")
    is_primary = endpoint.id == plan.primary_endpoint
    at = f" {run.at(plan.primary_visit)}" if is_primary and plan.primary_visit else ""
    return (
        Emphasis(run.label(endpoint)),
        f" ({'; '.join(said)})",
        f", the primary endpoint{at}." if is_primary else ".",
    )


def _set(run: Run, name: str) -> Line:
    planned = run.study.analysis.sets[name]
    who = {
        "enrolled": "everybody who was enrolled",
        "completed": "everybody who completed the study",
        "condition": f"everybody for whom {planned.when} holds",
    }[planned.who]
    return (Emphasis(f"Analysis set “{run.set_label(name)}”: "), f"{who}.")


def _baseline(run: Run) -> str:
    rule = run.study.analysis.baseline
    if rule.kind == "visit":
        return f"the value at the visit “{run.visit_label(rule.visit or '')}”"
    if rule.kind == "flagged":
        return f"the value that the record marks as baseline (item “{rule.flag}”)"
    return "the last value on or before study day 0"


def _forms_timed(run: Run, timing: str) -> str:
    return ", ".join(
        (run.say(form.label) or form.id).lower() for form in run.study.forms.values() if form.timing == timing
    )


def _day(day: int) -> str:
    return f"{MINUS}{-day}" if day < 0 else str(day)


def _window(first: int, last: int) -> str:
    return _day(first) if first == last else f"{_day(first)} to {_day(last)}"


def _quantity(quantity: Quantity) -> str:
    return f"{quantity.amount} {show_unit(quantity.unit)}"


def _duration(duration: Duration) -> str:
    return duration.unit if duration.count == 1 else f"{duration.count} {duration.unit}s"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
