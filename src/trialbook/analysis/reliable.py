"""Whose change is beyond the error of measurement: the reliable change index, with a reliability from outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from trialbook.analysis.allocation import by_arm, of_arm
from trialbook.analysis.course import course_of, left_out
from trialbook.analysis.derive import compared_visits
from trialbook.analysis.describe import describe
from trialbook.analysis.individual import Reliable, error_of_measurement, reliable_change, why_no_error
from trialbook.analysis.listings import Row, listing
from trialbook.analysis.proportions import z_of
from trialbook.analysis.rates import level_in_words
from trialbook.analysis.results import BASELINE, Listing, Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.analysis.sets import ENROLLED, Members, members

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.protocol.model import Endpoint

LISTED = ("participant", "visit", "baseline", "value", "change", "index", "verdict", "in_set")
METHOD = (
    "own change over its standard error, SD sqrt(2 (1 - reliability)), beyond ± {z:.2f} ({level}; Jacobson and Truax); "
    "reliability {amount}, from {source}; SD {where}"
)
OUTSIDE, INSIDE = "from there", "of the baselines of the analysis set"
ESTIMATED = "The SD is that of {n} baselines of participants who were selected: take it from outside where it is known."


class Error(NamedTuple):
    """The error of measurement of an endpoint."""

    sd: float | None
    n: int
    """Baselines from which the SD is; 0 where it is from outside."""
    reason: str


def error_of(datasets: Datasets, endpoint: Endpoint) -> Error:
    """Return the standard deviation that goes with the reliability: from outside, or that of the baselines."""
    stated = endpoint.reliability
    if stated is None or stated.sd is not None:
        return Error(None if stated is None else float(stated.sd or 0), 0, "")
    who = members(datasets).of(datasets.study.analysis.set)
    values = [point.value for point in course_of(datasets, endpoint).at(BASELINE, who) if point.value is not None]
    found = describe(values, size=len(values)).sd if len(values) > 1 else None
    return Error(found, len(values), why_no_error(found or 0.0, float(stated.amount)))


def _judged(datasets: Datasets, endpoint: Endpoint, value: float | None, base: float | None) -> Reliable | None:
    """Lay one change beside the error; None where there is no change or no error."""
    stated, error = endpoint.reliability, error_of(datasets, endpoint)
    if stated is None or value is None or base is None or error.sd is None or error.reason:
        return None
    level = float(datasets.study.analysis.confidence)
    return reliable_change(value, base, sd=error.sd, reliability=float(stated.amount), confidence=level)


def list_reliable(datasets: Datasets, endpoint: Endpoint) -> Listing:
    """List every change of an endpoint with its index and verdict; `in_set` is 1 for the plan's set."""
    course, inside = course_of(datasets, endpoint), set(members(datasets).of(datasets.study.analysis.set))
    rows: list[tuple[Row, Sequence[int]]] = []
    for code in members(datasets).of(ENROLLED):
        for visit in compared_visits(datasets.study, endpoint.id):
            point = course.visits.get(visit, {}).get(code)
            if point is None or point.change is None:
                continue
            found = _judged(datasets, endpoint, point.value, point.base) or Reliable()
            row = (code, visit, point.base, point.value, point.change, found.index, found.verdict, int(code in inside))
            rows.append((row, (*point.seqs, *point.base_seqs)))
    return listing(f"reliable_change.{endpoint.id}", LISTED, rows)


def reliable_listings(datasets: Datasets) -> Iterator[Listing]:
    """Yield the listing of every endpoint with a reliability."""
    for endpoint in datasets.study.endpoints.values():
        if endpoint.reliability is not None and endpoint.source is not None:
            yield list_reliable(datasets, endpoint)


def count_reliable(datasets: Datasets, who: Members) -> Iterator[Result]:
    """Give the error of measurement, and at every visit whose change is beyond it."""
    for endpoint in datasets.study.endpoints.values():
        if endpoint.reliability is None or endpoint.source is None:
            continue
        yield from _limits(datasets, endpoint)
        for visit in compared_visits(datasets.study, endpoint.id):
            for arm, some in by_arm(datasets, who.of(datasets.study.analysis.set)).items():
                yield from _counted(datasets, endpoint, of_arm(_heading(datasets, endpoint, visit), arm), some)


def _heading(datasets: Datasets, endpoint: Endpoint, visit: str) -> Heading:
    plan, stated = datasets.study.analysis, endpoint.reliability
    error, amount = error_of(datasets, endpoint), "" if stated is None else f"{stated.amount}"
    said = "" if stated is None else datasets.study.say(stated.source)
    method = METHOD.format(
        z=z_of(float(plan.confidence)), level=level_in_words(plan.confidence), amount=amount, source=said,
        where=INSIDE if error.n else OUTSIDE,
    )  # fmt: skip
    source = Selector(
        frame="observations", variable=endpoint.id, visits=(visit or BASELINE,), analysis_set=plan.set,
        paired=bool(visit),
    )  # fmt: skip
    return Heading(
        analysis="reliable_change", variable=endpoint.id, visit=visit, analysis_set=plan.set, source=source,
        method=method, unit="participants", warning=ESTIMATED.format(n=error.n) if error.n else "",
    )  # fmt: skip


def _limits(datasets: Datasets, endpoint: Endpoint) -> Iterator[Result]:
    """Give the SD, the error of measurement, and the change beyond which it is reliable."""
    stated, error, unit = endpoint.reliability, error_of(datasets, endpoint), course_of(datasets, endpoint).unit
    values: dict[str, float | None] = dict.fromkeys(("sd", "sem", "limit"))
    if stated is not None and error.sd is not None and not error.reason:
        sem, z = error_of_measurement(error.sd, float(stated.amount)), z_of(float(datasets.study.analysis.confidence))
        values = {"sd": error.sd, "sem": sem, "limit": z * 2**0.5 * sem}
    yield from _heading(datasets, endpoint, "").rows(
        Stat(name=name, value=value, unit=unit, decimals=endpoint.decimals + 1, n=error.n or None,
             error="" if value is not None else error.reason)
        for name, value in values.items()
    )  # fmt: skip


def _counted(datasets: Datasets, endpoint: Endpoint, heading: Heading, who: Sequence[str]) -> Iterator[Result]:
    """Count at one visit whose change is a rise or a fall beyond error, and whose is not."""
    points = course_of(datasets, endpoint).at(heading.visit, who)
    changes = [point for point in points if point.change is not None]
    error = error_of(datasets, endpoint)
    found = [_judged(datasets, endpoint, point.value, point.base) for point in changes]
    verdicts: list[str | None] = [one.verdict for one in found if one is not None]
    note = left_out(flaw for point in points for flaw in (point.flaw, point.base_flaw) if flaw)
    yield heading.row(Stat(name="n", value=len(changes), n=len(changes), warning=note))
    for name, verdict in (("n_rise", "rise"), ("n_fall", "fall"), ("n_within", "within error")):
        count = None if error.reason else verdicts.count(verdict)
        yield heading.row(Stat(name=name, value=count, n=len(changes), error=error.reason))
