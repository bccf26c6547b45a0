"""Methods, written from the study file and from what was really run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trialbook.protocol.model import Criterion, Derived, Endpoint, Item
from trialbook.render.document import Block, Items, Paragraph, Section
from trialbook.render.inline import Emphasis, Line, join
from trialbook.render.table import Column, Row, Table
from trialbook.report.assessments import assessors, instruments, schedule
from trialbook.report.beside_models import SAID
from trialbook.report.methods_outcomes import outcome_words
from trialbook.report.phrases import condition, listed, named, sentence, spanned
from trialbook.report.regimen import treatment
from trialbook.report.run import Run
from trialbook.report.versions import amended

TEST_NAMES = {
    "paired t": "the paired t test",
    "signed rank": "the exact Wilcoxon signed-rank test",
    "sign flip": "the exact sign-flip test",
}
ADJUSTED = {
    "none": ", without adjustment for the number of tests: such a p also comes by chance alone.",
    "holm": " after adjustment by Holm\u2019s method.",
    "hochberg": " after adjustment by Hochberg\u2019s method.",
    "fixed sequence": " in the fixed sequence.",
}
"""How a count of planned tests below the level ends."""
MULTIPLICITY = {
    "none": "No adjustment was made for the number of tests.",
    "holm": "Probabilities were adjusted for the number of tests by Holm\u2019s method.",
    "hochberg": "Probabilities were adjusted for the number of tests by Hochberg\u2019s method.",
    "fixed sequence": "Tests were made in a fixed sequence, each only after the one before it was below the level.",
}
NO_VALUE = "no value was imputed"
NO_VISIT = (
    "no value of a visit was imputed (what stands for single unanswered items of a computed number is told under "
    "Instruments)"
)
MISSING = {
    "available cases": f"Every comparison uses the participants with a value at both times; {NO_VALUE}.",
    "completers": f"Only participants who completed the study are compared; {NO_VALUE}.",
    "locf": "A missing value was replaced by the last before it, baseline included (last observation carried forward).",
    "bocf": "A missing value was replaced by the baseline (baseline observation carried forward).",
}
OTHER_RULES = {
    "completers": "with those only who completed the study",
    "locf": "with the last observation carried forward",
    "bocf": "with the baseline carried forward",
}
INTERCURRENT = {
    "treatment policy": "Values count whatever happened to the treatment (treatment policy).",
    "while on treatment": (
        "Values count while the participant was on treatment; after that the last of them stands "
        "(while on treatment strategy)."
    ),
    "hypothetical": "Values after the end of treatment were left out, as if missing (hypothetical strategy).",
}
UNJUDGED = "These are the criteria of the study file; the program did not judge who met them."
JUDGED = (
    "The program judged each criterion for each participant from what was recorded up to enrolment: as met, not met, "
    "unknown where an answer that decides is missing, or not applicable."
)
SCREENING = "screening"
"""Listing of who was screened, with the verdict on each."""
ROUNDING = "Every number was computed at full precision and rounded once, for display, ties away from zero."
AS_RUN = {
    ("describe", "mean"), ("change", "p"), ("change", "ci_low"), ("sign_flip", "p"), ("signed_rank", "p"),
    ("ratio", "gmr"), ("responder", "percent"), ("mcnemar", "p"), ("cochran", "p"), ("time_to", "median"),
    ("log_rank", "p"), ("friedman", "p"), ("welch", "p"), ("ancova", "p"), ("fisher", "p"), ("binomial", "p_greater"),
}  # fmt: skip
"""Results whose methods are told under Methods."""
BETTER = {"higher": "higher is better", "lower": "lower is better", "neither": "neither direction is better"}


def methods(run: Run) -> Section:
    """Return the Methods."""
    parts = (
        Section(id="design", title="Design", blocks=tuple(design(run))),
        Section(id="eligibility", title="Eligibility", blocks=tuple(eligibility(run))),
        Section(id="treatment", title="Treatment", blocks=tuple(treatment(run))),
        Section(id="schedule", title="Visits and assessments", blocks=(*schedule(run), *assessors(run))),
        Section(id="instruments", title="Instruments", blocks=tuple(instruments(run))),
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
        yield Paragraph(line=(Emphasis("Objective. "), sentence(run.say(identity.objective))))
    yield from amended(run)


def eligibility(run: Run) -> Iterator[Block]:
    """Yield the consent, the criteria as the study file gives them, and by which rule each was judged."""
    if run.study.consent is not None:
        yield Paragraph(line=("Informed consent came first: without its date nobody counted as eligible.",))
    for kind, title in (
        ("inclusion", "Participants had to meet all of these:"),
        ("exclusion", "Participants were not included with any of these:"),
    ):
        found = [criterion for criterion in run.study.criteria if criterion.kind == kind]
        if found:
            yield Paragraph(line=(title,))
            yield Items(lines=tuple(_criterion(run, criterion) for criterion in found))
    if not run.study.criteria:
        yield Paragraph(line=("The study file gives no eligibility criteria.",), kind="note")
        return
    is_judged = run.listing(SCREENING) is not None
    yield Paragraph(line=(JUDGED if is_judged else UNJUDGED,), kind="note")
    if is_judged:
        yield rules_table(run)


def rules_table(run: Run) -> Table:
    """Return by which rule each criterion was judged, folded."""
    rows = (
        Row(stub=(one.id,), cells=(_rule(run, one), _asked(run, one), _lasting(run, one))) for one in run.study.criteria
    )
    labels = ("Holds where", "Asked where", "For how long")
    return Table(
        id="table-rules", title="Rules by which the criteria were judged", stub="Criterion",
        columns=tuple(Column(label=label, align="left") for label in labels), body=tuple(rows), numbered=False,
        folded=True, footnotes=(("An inclusion criterion has to hold, an exclusion criterion must not.",),),
    )  # fmt: skip


def endpoints(run: Run) -> Iterator[Block]:
    """Yield the endpoints, the primary one marked."""
    lines = tuple(_endpoint(run, endpoint) for endpoint in run.study.endpoints.values())
    if lines:
        yield Items(lines=lines)


def statistics(run: Run) -> Iterator[Block]:
    """Yield the plan of the analysis, then what was really computed."""
    plan = run.study.analysis
    level, adjusted = f"{plan.alpha.normalize():f}", "adjusted " if run.is_adjusted else ""
    words = (
        f"Values are given as mean ± standard deviation, median and range. Baseline was {_baseline(run)}. Each later "
        f"visit was compared with baseline by {TEST_NAMES[plan.test]}, two-sided, within participants, in the "
        f"analysis set “{run.set_label(plan.set)}”. A change is called statistically significant where the unrounded "
        f"{adjusted}p of this planned test is below {level}."
    )
    yield Paragraph(line=(words, *outcome_words(run)))
    others = [TEST_NAMES[name] for name in plan.sensitivity if name != plan.test]
    beside = f"Beside it, as sensitivity analyses that decide nothing: {listed(others)}. " if others else ""
    yield Paragraph(line=(beside, *plan_line(run)))
    yield Items(lines=tuple(_set(run, name) for name in plan.sets))
    as_run = "; ".join(_as_run(run))
    yield Paragraph(line=(f"{ROUNDING} Methods as run: {as_run or 'none, since there was no value'}.",), kind="note")


def plan_line(run: Run) -> Line:
    """Say how multiplicity, missing values and intercurrent events were treated; what was not done is said as such."""
    plan = run.study.analysis
    choices = {
        "multiplicity": MULTIPLICITY[plan.multiplicity],
        "missing": MISSING[plan.missing],
        "intercurrent": INTERCURRENT[plan.intercurrent],
    }
    if any(_has_gaps(run.source(endpoint)) for endpoint in run.study.endpoints.values()):
        choices["missing"] = choices["missing"].replace(NO_VALUE, NO_VISIT)
    refused = {row.variable: row.error for row in run.quotes.of("plan") if row.error}
    others = [OTHER_RULES[rule] for rule in plan.sensitivity_missing]
    beside = f" As sensitivity analyses the planned test was repeated {listed(others)}." if others else ""
    models = "".join(SAID[model] for model in plan.sensitivity_models)
    many, *others = (refused.get(key, words) for key, words in choices.items())
    return (many, *_family(run), f" {' '.join(others)}{beside}{models}")


def _family(run: Run) -> Line:
    """Say which tests are adjusted for each other, and which are not; nothing where none are."""
    made = run.quotes.find("tests", "all", "n")
    if made is None or not run.is_adjusted:
        return ()
    planned = any(row.role != "sensitivity" for row in run.quotes.of("binomial"))
    own = "; the exact binomial test of the design has a level of its own and is none of them" if planned else ""
    family = f" planned tests that gave a p, of all endpoints at all compared visits{own}."
    return (" The family holds the ", run.quotes.number(made), f"{family} Sensitivity analyses are not adjusted.")


def _has_gaps(source: Item | Derived | None) -> bool:
    """Tell whether a number may be computed with some of its answers missing."""
    return isinstance(source, Derived) and 0 < source.at_least < len(source.of)


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
    words = sentence(run.say(criterion.text))
    define = run.say(criterion.define)
    return (Emphasis(f"{criterion.id}. "), f"{words} {sentence(define)}" if define else words)


def _rule(run: Run, criterion: Criterion) -> Line:
    return condition(run, criterion.when) if criterion.when else ()


def _asked(run: Run, criterion: Criterion) -> Line:
    return condition(run, criterion.ask_when) if criterion.ask_when else ("always",)


def _lasting(run: Run, criterion: Criterion) -> Line:
    said = []
    if criterion.since is not None:
        said.append(f"at least {spanned(criterion.since.at_least)} since {named(run, criterion.since.since)}")
    if criterion.washout is not None:
        verb = "less than" if criterion.kind == "exclusion" else "at least"
        washout = criterion.washout
        said.append(
            f"{verb} {spanned(washout.at_least)} from {named(run, washout.since)} to {named(run, washout.before)}"
        )
    return (listed(said),) if said else ()


def _endpoint(run: Run, endpoint: Endpoint) -> Line:
    plan = run.study.analysis
    is_primary = endpoint.id == plan.primary_endpoint
    at = f" {run.at(plan.primary_visit)}" if is_primary and plan.primary_visit else ""
    said = [
        *_unit(run, endpoint),
        *_origin(run.source(endpoint)),
        *_held(run, endpoint),
        *_better(run, endpoint),
        *_scale(run.source(endpoint)),
    ]
    last = f", the primary endpoint{at}." if is_primary else "."
    return (Emphasis(run.label(endpoint)), " (", *join(said, "; "), f"){last}")


def _unit(run: Run, endpoint: Endpoint) -> list[Line]:
    unit = run.unit(endpoint)
    return [(f"in {unit}",)] if unit else []


def _origin(source: Item | Derived | None) -> list[Line]:
    """Say from how many answers a number is computed."""
    if not isinstance(source, Derived):
        return []
    how = "published instrument" if source.kind == "instrument" else source.kind
    return [(f"computed from {len(source.of)} answers ({how})",)]


def _held(run: Run, endpoint: Endpoint) -> list[Line]:
    if not endpoint.when:
        return []
    at = f" {listed([run.at(visit) for visit in endpoint.visits])}" if endpoint.visits else ""
    return [("met where ", *condition(run, endpoint.when), at)]


def _better(run: Run, endpoint: Endpoint) -> list[Line]:
    """Say which way is better; of a condition only where the file tells it, or that meeting it is a response."""
    if endpoint.when is None:
        return [(BETTER[endpoint.better],)]
    design, time_to = run.study.analysis.design, endpoint.time_to
    is_response = (design is not None and design.endpoint == endpoint.id) or (
        time_to is not None and time_to.event == "response"
    )
    met = endpoint.better == "higher" or (endpoint.better == "neither" and is_response)
    return [("met is better",)] if met else [("not met is better",)] if endpoint.better == "lower" else []


def _scale(source: Item | Derived | None) -> list[Line]:
    if not isinstance(source, Item) or source.minimum is None or source.maximum is None:
        return []
    return [(f"scale {source.minimum} to {source.maximum}",)]


def _set(run: Run, name: str) -> Line:
    planned = run.study.analysis.sets[name]
    who: dict[str, Line] = {
        "enrolled": ("everybody who was enrolled",),
        "completed": ("everybody who completed the study",),
        "condition": ("everybody for whom it holds that ", *condition(run, planned.when or "")),
    }
    return (Emphasis(f"Analysis set “{run.set_label(name)}”: "), *who[planned.who], ".")


def _baseline(run: Run) -> str:
    rule = run.study.analysis.baseline
    if rule.kind == "visit":
        return f"the value at the visit “{run.visit_label(rule.visit or '')}”"
    if rule.kind == "flagged":
        return f"the value that the record marks as baseline (item “{rule.flag}”)"
    return "the last value on or before study day 0"
