"""Run the plan of a study: every result and every listing, in a fixed order, from the frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from trialbook.analysis.compare import Comparison, compare, describe_others, describe_visit, pairs_at
from trialbook.analysis.course import Course, course_of
from trialbook.analysis.derive import compared_visits, followed_visits
from trialbook.analysis.disposition import disposition
from trialbook.analysis.events import count_events
from trialbook.analysis.frames import Datasets
from trialbook.analysis.listings import list_alternatives, list_course, list_deviations, list_events
from trialbook.analysis.results import BASELINE, EVERY_ENDPOINT, Analysis, Result, Selector, bind
from trialbook.analysis.rows import Heading, Stat, distinct
from trialbook.analysis.sets import Members, judge, members
from trialbook.analysis.stated import refusal_of, state_plan
from trialbook.analysis.table_one import share, table_one
from trialbook.errors import Problem

if TYPE_CHECKING:
    from trialbook.analysis.results import Listing
    from trialbook.protocol.model import Endpoint, Study

Progress = Callable[[str, int, int], None]
"""Called with what is done next, how many steps are done, and of how many."""

RESPONDER = "participants for whom the condition holds; percent of those for whom it can be judged"


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
    followed = [endpoint for endpoint in study.endpoints.values() if endpoint.source is not None]

    def add(rows: Callable[[], Iterable[Result]]) -> Callable[[], None]:
        return lambda: groups.append(list(rows()))

    def show(found: Callable[[], Iterable[Listing]]) -> Callable[[], None]:
        return lambda: listings.extend(found())

    yield "plan", add(lambda: state_plan(study))
    yield "participants", add(lambda: disposition(datasets, who, {e.id: course_of(datasets, e) for e in followed}))
    yield "baseline", add(lambda: table_one(datasets, who))
    for endpoint in followed:
        yield endpoint.id, add(lambda endpoint=endpoint: _describe(datasets, endpoint, who))  # type: ignore[misc]
    for endpoint in followed:
        yield endpoint.id, add(lambda endpoint=endpoint: _compare(datasets, endpoint, who))  # type: ignore[misc]
    yield "responders", add(lambda: _responders(datasets, who))
    yield "tests", add(lambda: _tests(datasets, groups))
    yield "adverse events", add(lambda: count_events(datasets, who))
    inside = who.of(study.analysis.set)
    yield "courses", show(lambda: [list_course(course_of(datasets, endpoint), inside) for endpoint in followed])
    yield "listings", show(lambda: [*list_events(datasets), list_deviations(datasets), list_alternatives(datasets)])


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


def _compare(datasets: Datasets, endpoint: Endpoint, who: Members) -> Iterator[Result]:
    """Compare an endpoint with its baseline at every later visit, in the analysis set of the plan."""
    study, course = datasets.study, course_of(datasets, endpoint)
    also = _also(study, endpoint, course)
    for visit in compared_visits(study, endpoint.id):
        pairs = pairs_at(course, visit, who.of(study.analysis.set))
        yield from compare(
            Comparison(
                plan=study.analysis, endpoint=endpoint, course=course, visit=visit, pairs=pairs,
                refusal=refusal_of(study), also=also,
            )
        )  # fmt: skip


def _also(study: Study, endpoint: Endpoint, course: Course) -> tuple[str, float] | None:
    """Return the second unit of an endpoint, and how many of it make one of the first."""
    if endpoint.also is None:
        return None
    from trialbook.protocol.model import Item
    from trialbook.protocol.units import convert

    item = study.item(endpoint.source or "")
    mass = item.molar_mass if isinstance(item, Item) else None
    one, none = (convert(Decimal(n), course.unit, endpoint.also, molar_mass=mass) for n in (1, 0))
    if isinstance(one, Problem) or isinstance(none, Problem):
        return (endpoint.also, float("nan"))
    return (endpoint.also, float(one - none))


def _responders(datasets: Datasets, who: Members) -> Iterator[Result]:
    """Count those for whom the condition of an endpoint holds at its visit, in every analysis set."""
    for endpoint in (one for one in datasets.study.endpoints.values() if one.source is None):
        visit = endpoint.visit or ""
        found = judge(datasets, endpoint.when or "false", "responder", visit)
        for name in datasets.study.analysis.sets:
            inside = set(who.of(name))
            true, unknown = len(inside & set(found.true)), len(inside & set(found.unknown))
            heading = Heading(
                analysis="responder", variable=endpoint.id, visit=visit, analysis_set=name, method=RESPONDER,
                source=Selector(frame="observations", variable=endpoint.id, visits=(visit,), analysis_set=name),
            )  # fmt: skip
            yield heading.row(Stat(name="unknown", value=unknown, n=len(inside), unit="participants"))
            yield from heading.rows(share(true, len(inside) - unknown, RESPONDER))


def _tests(datasets: Datasets, groups: list[list[Result]]) -> Iterator[Result]:
    """Count the planned tests that were made, and those whose unrounded p lies below the level."""
    plan = datasets.study.analysis
    made = [
        row for group in groups for row in group
        if row.stat == "p" and row.role in {"primary", "planned"} and isinstance(row.value, float)
    ]  # fmt: skip
    below = [row for row in made if isinstance(row.value, float) and Decimal(row.value) < plan.alpha]
    heading = Heading(
        analysis="tests", variable="all", analysis_set=plan.set, in_id=False, unit="tests", n=len(made),
        method=f"planned tests that gave a p; level {plan.alpha}, each test for itself",
        source=Selector(frame="observations", variable=EVERY_ENDPOINT, analysis_set=plan.set, paired=True),
    )  # fmt: skip
    yield from heading.rows([Stat(name="n", value=len(made)), Stat(name="n_below_alpha", value=len(below))])
