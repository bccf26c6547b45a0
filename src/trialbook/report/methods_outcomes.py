"""What Methods says of arms, times, levels, a design, and of what an endpoint brings from outside."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.protocol.outcomes import Design
from trialbook.render.inline import Part
from trialbook.render.numbers import show_share
from trialbook.report.phrases import in_sentence, listed
from trialbook.report.run import Run

BETWEEN = {
    "welch": "mean changes compared by Welch\u2019s t test",
    "ancova": "changes adjusted for the baseline by analysis of covariance",
}
TIMES = {
    "response": "the time to the first visit at which it holds",
    "relapse": "the time from there to the first visit at which it no longer holds",
}
WERE = "were planned: with another number of those of whom it can be told, level and power are others."
RATES = (
    "those that began in the time followed, from study day 0 (where that is not known, enrolment) to the end of "
    "participation, else the last dated visit or dose; an event that surely began before or after is left out, one "
    "whose start is not known counts."
)
KINDS = {
    "single stage": "a single stage with the exact binomial test (A\u2019Hern)",
    "simon optimal": "Simon\u2019s optimal two-stage design",
    "simon minimax": "Simon\u2019s minimax two-stage design",
}


def outcome_words(run: Run) -> Iterator[Part]:
    """Yield a sentence, with a blank before it, for each of these that the study file asks for."""
    plan, endpoints = run.study.analysis, run.study.endpoints.values()
    if any(run.quotes.of("arms")):
        yield " These comparisons were made within each arm."
        if plan.between is not None:
            yield f" The planned test is between arms: {BETWEEN[plan.between]}, each further arm with the first."
    if any(row.stat == "rate" and row.value is not None for row in run.quotes.of("events")):
        yield f" Adverse events per 100 participant-weeks are {RATES}"
    if any(run.quotes.of("mcnemar")):
        yield (
            " Conditions that were judged before and after were compared by McNemar\u2019s exact test, over several "
            "visits by Cochran\u2019s Q."
        )
    for endpoint in endpoints:
        if endpoint.time_to is not None:
            name = in_sentence(run.label(endpoint))
            yield f" Of \u201c{name}\u201d {TIMES[endpoint.time_to.event]} is estimated by Kaplan and Meier."
    yield from _of_endpoints(run)
    if plan.design is not None:
        yield from _design(run, plan.design)


def _of_endpoints(run: Run) -> Iterator[str]:
    """Yield what is said of levels, and of what endpoints bring from outside."""
    endpoints = run.study.endpoints.values()
    levels = [in_sentence(run.label(one)) for one in endpoints if one.levels is not None]
    if levels:
        yield f" Levels ({listed(levels)}) were counted, with their shifts from the baseline and Friedman\u2019s test."
    reliable = [in_sentence(run.label(one)) for one in endpoints if one.reliability is not None]
    if reliable:
        yield f" Each participant\u2019s change in {listed(reliable)} was laid beside the error of measurement."
    selected = [in_sentence(run.label(one)) for one in endpoints if one.entry is not None]
    if selected:
        yield f" What selection at entry alone would do to {listed(selected)} is told beside the change."


def _design(run: Run, design: Design) -> Iterator[Part]:
    """Yield from which design the number of participants follows, or which it would have asked for."""
    label = run.label(run.study.endpoints[design.endpoint]) if design.endpoint in run.study.endpoints else ""
    yield (
        f" {'The number of participants follows' if is_of_design(run) else 'The limit of responders follows'} from "
        f"{KINDS[design.kind]} for \u201c{in_sentence(label)}\u201d: a share of {show_share(design.null)} is not worth "
        f"more study, one of {show_share(design.target)} is; one-sided level {show_share(design.alpha)}, power "
        f"{show_share(design.power)}."
    )
    needed = next((row for row in run.quotes.of("design") if row.stat == "n_planned"), None)
    if needed is not None and needed.value is not None and not is_of_design(run):
        yield " That design is for "
        yield run.quotes.number(needed)
        yield f" participants, and {run.study.identity.planned} {WERE}"


def is_of_design(run: Run) -> bool:
    """Tell whether as many participants were planned as the design needs, or the study file does not say how many."""
    needed = next((row.value for row in run.quotes.of("design") if row.stat == "n_planned"), None)
    return run.study.identity.planned in {None, needed} or needed is None
