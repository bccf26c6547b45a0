"""Participant flow: how many were screened, enrolled, completed, withdrawn and why, and how many can be analysed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from trialbook.analysis.compare import pairs_at
from trialbook.analysis.consents import count_consents
from trialbook.analysis.derive import compared_visits
from trialbook.analysis.results import Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.analysis.sets import Members
from trialbook.conduct.casebook import EVER_ENROLLED

if TYPE_CHECKING:
    from trialbook.analysis.course import Course
    from trialbook.analysis.frames import Datasets

STATUSES: Mapping[str, tuple[str, ...]] = {
    "screened": ("screening", "screen failure", *EVER_ENROLLED),
    "enrolled": EVER_ENROLLED,
    "ongoing": ("enrolled",),
    "completed": ("completed",),
    "withdrawn": ("withdrawn",),
    "screen_failure": ("screen failure",),
}
"""Box of the flow -> statuses counted in it."""
NO_REASON = "no reason recorded"


def disposition(datasets: Datasets, members: Members, courses: Mapping[str, Course]) -> Iterator[Result]:
    """Give every count of the participant flow."""
    statuses = Counter(datasets.participants["status"].to_list())
    for name, counted in STATUSES.items():
        chosen = Selector(frame="participants", variable="status", analysis_set="", where=_one_of("status", counted))
        heading = _heading("participants", name, chosen, "participants by their present status")
        yield heading.row(Stat(name="n", value=sum(statuses[status] for status in counted)))
    yield from count_consents(datasets)
    yield from withdrawals(datasets)
    yield from set_sizes(datasets, members)
    for name in datasets.study.analysis.sets:
        for endpoint, course in courses.items():
            yield from evaluable(datasets, course, endpoint, name, members)


def _one_of(column: str, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Write alternatives: equalities of one column are alternatives of each other."""
    return tuple((column, value) for value in values)


def _heading(variable: str, level: str, chosen: Selector, method: str) -> Heading:
    return Heading(
        analysis="disposition", variable=variable, level=level, source=chosen, method=method, unit="participants"
    )


def withdrawals(datasets: Datasets) -> Iterator[Result]:
    """Count those who withdrew by reason, the most frequent first."""
    left = datasets.participants.filter(datasets.participants["status"] == "withdrawn")
    reasons = Counter(reason or NO_REASON for reason in left["end_reason"].to_list())
    for reason, n in sorted(reasons.items(), key=lambda found: (-found[1], found[0])):
        stored = "" if reason == NO_REASON else reason
        where = (("status", "withdrawn"), ("end_reason", stored))
        chosen = Selector(frame="participants", variable="status", analysis_set="", where=where)
        yield _heading("withdrawn", reason, chosen, "withdrawn participants by reason as recorded").row(
            Stat(name="n", value=n)
        )


def set_sizes(datasets: Datasets, members: Members) -> Iterator[Result]:
    """Count each analysis set."""
    for planned in datasets.study.analysis.sets.values():
        unknown = len(members.unknown[planned.id])
        heading = Heading(
            analysis="disposition", variable="set", analysis_set=planned.id, unit="participants",
            method=f"participants in the set: {planned.when or planned.who}",
            source=Selector(frame="participants", variable="status", analysis_set=planned.id),
            warning=f"Left out, since an answer that decides is missing: {unknown}." if unknown else "",
        )  # fmt: skip
        yield heading.row(Stat(name="n", value=len(members.of(planned.id))))


def evaluable(datasets: Datasets, course: Course, endpoint: str, name: str, members: Members) -> Iterator[Result]:
    """Count those of a set who have both a baseline and a value, at each visit that is compared."""
    who = members.of(name)
    for visit in compared_visits(datasets.study, endpoint):
        chosen = Selector(frame="observations", variable=endpoint, visits=(visit,), analysis_set=name, paired=True)
        heading = Heading(
            analysis="disposition", variable="evaluable", level=endpoint, visit=visit, analysis_set=name, n=len(who),
            unit="participants", source=chosen, method="participants with a baseline and a value at the visit",
        )  # fmt: skip
        yield heading.row(Stat(name="n", value=len(pairs_at(course, visit, who).visit)))
