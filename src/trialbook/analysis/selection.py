"""What selection at entry alone would do to the mean: the regression to be expected, and the change beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from trialbook.analysis.allocation import by_arm, of_arm
from trialbook.analysis.change import NO_PAIR, differences
from trialbook.analysis.compare import Pairs, pairs_at
from trialbook.analysis.course import course_of
from trialbook.analysis.derive import compared_visits
from trialbook.analysis.describe import describe
from trialbook.analysis.individual import Regression, regression_to_mean
from trialbook.analysis.results import BASELINE, Result, Selector
from trialbook.analysis.rows import OUT_OF_RANGE, Heading, Stat

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.analysis.sets import Members
    from trialbook.protocol.model import Endpoint, Study

METHOD = (
    "change of the mean to be expected of selection alone, normal values (Barnett, van der Pols and Dobson): entry at "
    "{words} {limit}; mean {mean}, SD {sd} before selection, from {source}; correlation {correlation}"
)
BEYOND = "mean change of those with both values minus the one to be expected; as uncertain as the mean change"
NOT_PASSED = "{n} of {all} baselines are not {words} {limit}: the baseline may not be the measurement at entry."


def expect_regression(datasets: Datasets, who: Members) -> Iterator[Result]:
    """Give for every endpoint with a limit at entry the change to be expected, and at each visit what is beyond it."""
    for endpoint in datasets.study.endpoints.values():
        if endpoint.entry is not None and endpoint.source is not None:
            yield from _expected(datasets, endpoint, who)


def _regression(endpoint: Endpoint) -> Regression:
    entry, correlation = endpoint.entry, _correlation(endpoint)
    if entry is None or correlation is None:
        return Regression(reason="Nothing says how closely two measurements go together.")
    return regression_to_mean(
        float(entry.mean), float(entry.sd), correlation, cut=float(entry.limit), entered=entry.side, times=entry.times
    )


def _correlation(endpoint: Endpoint) -> float | None:
    """Return the correlation of two measurements: that of the limit, else the reliability."""
    stated = endpoint.reliability.amount if endpoint.reliability is not None else None
    own = endpoint.entry.correlation if endpoint.entry is not None else None
    chosen = own if own is not None else stated
    return None if chosen is None else float(chosen)


def _words(endpoint: Endpoint) -> str:
    return "least" if endpoint.entry is not None and endpoint.entry.side == "above" else "most"


def _method(study: Study, endpoint: Endpoint) -> str:
    entry = endpoint.entry
    if entry is None:
        return ""
    return METHOD.format(
        words=_words(endpoint), limit=entry.limit, mean=entry.mean, sd=entry.sd, source=study.say(entry.source),
        correlation=_correlation(endpoint),
    )  # fmt: skip


def _expected(datasets: Datasets, endpoint: Endpoint, who: Members) -> Iterator[Result]:
    study, found, course = datasets.study, _regression(endpoint), course_of(datasets, endpoint)
    inside = who.of(study.analysis.set)
    bases = [point.value for point in course.at(BASELINE, inside) if point.value is not None]
    source = Selector(frame="observations", variable=endpoint.id, visits=(BASELINE,), analysis_set=study.analysis.set)
    heading = Heading(
        analysis="regression", variable=endpoint.id, analysis_set=study.analysis.set, source=source, unit=course.unit,
        method=_method(study, endpoint), n=len(bases), warning=_not_passed(endpoint, bases),
    )  # fmt: skip
    enter = None if found.enter is None else 100 * found.enter
    yield heading.row(Stat(name="expected", value=found.change, decimals=endpoint.decimals + 1, error=found.reason))
    yield heading.row(Stat(name="enter", value=enter, unit="percent", decimals=1, error=found.reason))
    for visit in compared_visits(study, endpoint.id):
        for arm, some in by_arm(datasets, inside).items():
            at = replace(
                heading, visit=visit, method=BEYOND,
                source=Selector(frame="observations", variable=endpoint.id, visits=(visit,),
                                analysis_set=study.analysis.set, paired=True),
            )  # fmt: skip
            yield _beyond(of_arm(at, arm), found, pairs_at(course, visit, some), endpoint.decimals)


def _beyond(heading: Heading, found: Regression, pairs: Pairs, decimals: int) -> Result:
    """Give by how much the mean changed beyond what is to be expected of selection."""
    mean = describe(differences(pairs.visit, pairs.base), size=len(pairs.visit)).mean
    why = found.reason or ("" if mean is not None else OUT_OF_RANGE if pairs.visit else NO_PAIR)
    beyond = None if why or mean is None or found.change is None else mean - found.change
    at = replace(heading, n=len(pairs.visit))
    return at.row(Stat(name="beyond", value=beyond, decimals=decimals + 1, error=why))


def _not_passed(endpoint: Endpoint, bases: list[float]) -> str:
    """Warn where baselines did not pass the limit."""
    entry = endpoint.entry
    if entry is None:
        return ""
    limit = float(entry.limit)
    outside = sum(base < limit if entry.side == "above" else base > limit for base in bases)
    words = {"above": "at least", "below": "at most"}[entry.side]
    return NOT_PASSED.format(n=outside, all=len(bases), words=words, limit=entry.limit) if outside else ""
