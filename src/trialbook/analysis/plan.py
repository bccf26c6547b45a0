"""Run the plan of a study: every result and every listing, in a fixed order, from the frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from trialbook.analysis.adjusted import WORDS, adjust_rows
from trialbook.analysis.blinding import count_blinding, judge_guesses, list_blinding, list_guesses
from trialbook.analysis.compare import describe_others, describe_visit
from trialbook.analysis.comparisons import compare_endpoint
from trialbook.analysis.consents import list_consents
from trialbook.analysis.course import course_of
from trialbook.analysis.derive import followed_visits
from trialbook.analysis.deviations import count_deviations, list_deviations
from trialbook.analysis.disposition import disposition
from trialbook.analysis.events import count_events
from trialbook.analysis.frames import Datasets
from trialbook.analysis.grades import count_grades, grade_listings
from trialbook.analysis.listings import list_alternatives, list_course, list_events
from trialbook.analysis.meaningful import count_meaningful
from trialbook.analysis.responders import count_responders
from trialbook.analysis.results import BASELINE, EVERY_ENDPOINT, Analysis, Result, Selector, bind
from trialbook.analysis.rows import Heading, Stat, distinct
from trialbook.analysis.sets import Members, members
from trialbook.analysis.stated import state_plan
from trialbook.analysis.table_one import table_one
from trialbook.conduct.deviations import given_treatments

if TYPE_CHECKING:
    from trialbook.analysis.results import Listing
    from trialbook.protocol.model import Endpoint, Study

Progress = Callable[[str, int, int], None]
"""Called with what is done next, how many steps are done, and of how many."""


def run_plan(study: Study, datasets: Datasets, *, progress: Progress | None = None) -> Analysis:
    """Carry out the plan: the same datasets give the same results, whatever the order of recording.

    ValueError where the datasets were collected for another study.
    """
    if datasets.study.fingerprint != study.fingerprint:
        raise ValueError("the datasets were collected for another study")
    groups: list[list[Result]] = []
    listings: list[Listing] = []
    steps = list(_steps(datasets, groups, listings))
    for done, (label, step) in enumerate(steps):
        if progress is not None:
            progress(label, done, len(steps))
        step()
    if progress is not None:
        progress("done", len(steps), len(steps))
    rows = distinct(row for group in groups for row in group)
    return Analysis(results=bind(rows), listings={listing.id: listing for listing in listings})


def _steps(
    datasets: Datasets, groups: list[list[Result]], listings: list[Listing]
) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield what is done, in order; each step adds to the results or the listings."""
    study, who = datasets.study, members(datasets)
    inside = who.of(study.analysis.set)
    followed = [endpoint for endpoint in study.endpoints.values() if endpoint.source is not None]

    def add(rows: Callable[[], Iterable[Result]]) -> Callable[[], None]:
        return lambda: groups.append(list(rows()))

    def show(found: Callable[[], Iterable[Listing]]) -> Callable[[], None]:
        return lambda: listings.extend(found())

    yield "plan", add(lambda: state_plan(study))
    yield "participants", add(lambda: disposition(datasets, who, {e.id: course_of(datasets, e) for e in followed}))
    yield "screening", add(lambda: _screening(datasets))
    yield "baseline", add(lambda: table_one(datasets, who))
    yield "treatment", add(lambda: _treatment(datasets, who))
    for endpoint in followed:
        yield endpoint.id, add(lambda endpoint=endpoint: _describe(datasets, endpoint, who))  # type: ignore[misc]
    for endpoint in followed:
        yield endpoint.id, add(lambda endpoint=endpoint: compare_endpoint(datasets, endpoint, inside))  # type: ignore[misc]
    yield "responders", add(lambda: _outcomes(datasets, who))
    yield "arms", add(lambda: _arms(datasets, who))
    yield "multiplicity", lambda: _adjust(study, groups)
    yield "tests", add(lambda: _tests(datasets, groups))
    if any(one.levels is not None for one in study.endpoints.values()):
        yield "levels against the baseline", add(lambda: _levels_compared(datasets, inside))
    if study.analysis.sensitivity_models:
        yield "models", add(lambda: _models(datasets, inside))
    yield "changes that matter", add(lambda: count_meaningful(datasets, who))
    yield "adverse events", add(lambda: count_events(datasets, who))
    yield "grades", add(lambda: count_grades(datasets))
    yield "deviations", add(lambda: count_deviations(datasets))
    yield "blinding", add(lambda: (*count_blinding(datasets), *judge_guesses(datasets)))
    yield "courses", show(lambda: [list_course(course_of(datasets, endpoint), inside) for endpoint in followed])
    yield "listings", show(lambda: _listings(datasets))


def _listings(datasets: Datasets) -> Iterator[Listing]:
    """Yield the listings that are no courses; of screening and treatments where the study file plans these."""
    yield from list_events(datasets)
    yield list_deviations(datasets)
    told = (list_blinding(datasets), list_guesses(datasets), list_consents(datasets))
    yield from (one for one in told if one.rows)
    yield list_alternatives(datasets)
    yield from grade_listings(datasets)
    if any(one.time_to is not None for one in datasets.study.endpoints.values()):
        from trialbook.analysis.time_to import time_listings

        yield from time_listings(datasets)
    if any(one.reliability is not None for one in datasets.study.endpoints.values()):
        from trialbook.analysis.reliable import reliable_listings

        yield from reliable_listings(datasets)
    if datasets.study.criteria:
        from trialbook.analysis.screening import list_criteria, list_screening

        yield from (list_screening(datasets), list_criteria(datasets))
    if has_records(datasets.study):
        from trialbook.analysis.background import background_treatments, list_background
        from trialbook.analysis.exposure import list_exposure

        yield from (list_exposure(datasets, one.id) for one in given_treatments(datasets.study))
        yield from (list_background(datasets, one.id) for one in background_treatments(datasets.study))


def has_records(study: Study) -> bool:
    """Tell whether the study file says of any treatment where it is recorded; other studies load nothing for it."""
    return any(one.recorded is not None for one in study.treatments.values())


def _screening(datasets: Datasets) -> Iterator[Result]:
    if datasets.study.criteria:
        from trialbook.analysis.screening import count_screening

        yield from count_screening(datasets)


def _outcomes(datasets: Datasets, who: Members) -> Iterator[Result]:
    """Give the rows of conditions and levels, and of what endpoints bring from outside; each loaded where asked for."""
    endpoints = datasets.study.endpoints.values()
    yield from count_responders(datasets, who)
    if any(len(one.visits) > 1 for one in endpoints):
        from trialbook.analysis.yes_no import compare_conditions

        yield from compare_conditions(datasets, who)
    if any(one.time_to is not None for one in endpoints):
        from trialbook.analysis.time_to import estimate_times

        yield from estimate_times(datasets, who)
    if datasets.study.analysis.design is not None:
        from trialbook.analysis.decision import decide

        yield from decide(datasets, who)
    if any(one.levels is not None or one.friedman for one in endpoints):
        from trialbook.analysis.levels import count_friedman, count_levels

        yield from (*count_levels(datasets, who), *count_friedman(datasets, who))
    yield from _from_outside(datasets, who)


def _from_outside(datasets: Datasets, who: Members) -> Iterator[Result]:
    endpoints = datasets.study.endpoints.values()
    if any(one.reliability is not None for one in endpoints):
        from trialbook.analysis.reliable import count_reliable

        yield from count_reliable(datasets, who)
    if any(one.entry is not None for one in endpoints):
        from trialbook.analysis.selection import expect_regression

        yield from expect_regression(datasets, who)


def _arms(datasets: Datasets, who: Members) -> Iterator[Result]:
    if len(datasets.study.arms) > 1:
        from trialbook.analysis.between import compare_arms

        yield from compare_arms(datasets, who)


def _levels_compared(datasets: Datasets, inside: Sequence[str]) -> Iterator[Result]:
    from trialbook.analysis.levels_compared import compare_levels

    yield from compare_levels(datasets, inside)


def _models(datasets: Datasets, inside: Sequence[str]) -> Iterator[Result]:
    """Give the rows of the models that the plan asks for, each loaded only then."""
    asked = datasets.study.analysis.sensitivity_models
    if "mmrm" in asked:
        from trialbook.analysis.repeated import model_repeated

        yield from model_repeated(datasets, inside)
    if "imputation" in asked:
        from trialbook.analysis.imputed import impute_endpoints

        yield from impute_endpoints(datasets, inside)
    if "bayes" in asked:
        from trialbook.analysis.posteriors import believe_endpoints

        yield from believe_endpoints(datasets, inside)


def _treatment(datasets: Datasets, who: Members) -> Iterator[Result]:
    if has_records(datasets.study):
        from trialbook.analysis.background import describe_background
        from trialbook.analysis.exposure import describe_exposure

        yield from describe_exposure(datasets)
        yield from describe_background(datasets, who)


def _describe(datasets: Datasets, endpoint: Endpoint, who: Members) -> Iterator[Result]:
    """Describe an endpoint at every visit at which it is due, in every analysis set; the chosen baseline first."""
    course = course_of(datasets, endpoint)
    chosen = () if datasets.study.analysis.baseline.kind == "visit" else (BASELINE,)
    for visit in (*chosen, *followed_visits(datasets.study, endpoint.id)):
        for name in datasets.study.analysis.sets:
            yield from describe_visit(course, visit, name, who.of(name))
    due = {"", BASELINE, *followed_visits(datasets.study, endpoint.id)}
    others = tuple(visit for visit in course.visits if visit not in due)
    yield from describe_others(course, others, datasets.study.analysis.set, who.of(datasets.study.analysis.set))


def _adjust(study: Study, groups: list[list[Result]]) -> None:
    """Adjust the planned tests that were made so far for each other."""
    groups[:] = [adjust_rows((row for group in groups for row in group), study.analysis)]


def _tests(datasets: Datasets, groups: list[list[Result]]) -> Iterator[Result]:
    """Count the planned tests that were made, and those whose unrounded p, adjusted as planned, is below the level."""
    plan = datasets.study.analysis
    made, is_each = _planned(groups, "p"), plan.multiplicity == "none"
    below = [p for p in (made if is_each else _planned(groups, "p_adjusted")) if Decimal(p) < plan.alpha]
    how = "each test for itself" if is_each else f"p adjusted {WORDS[plan.multiplicity]}"
    heading = Heading(
        analysis="tests", variable="all", analysis_set=plan.set, in_id=False, unit="tests", n=len(made),
        method=f"planned tests that gave a p; level {plan.alpha}, {how}",
        source=Selector(frame="observations", variable=EVERY_ENDPOINT, analysis_set=plan.set, paired=True),
    )  # fmt: skip
    yield from heading.rows([Stat(name="n", value=len(made)), Stat(name="n_below_alpha", value=len(below))])


def _planned(groups: list[list[Result]], stat: str) -> list[float]:
    """Return what the planned tests gave of one statistic."""
    rows = (row for group in groups for row in group if row.stat == stat and row.role in {"primary", "planned"})
    return [row.value for row in rows if isinstance(row.value, float)]
