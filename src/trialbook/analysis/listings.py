"""Listings: the rows behind figures and tables, each with its entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from trialbook.analysis.derive import derive_baseline, derive_values
from trialbook.analysis.event_rows import COUNTS_AS_SERIOUS, EMERGENT, MARKS, START_DAY, WHY_SERIOUS, asked, events_of
from trialbook.analysis.results import Listing
from trialbook.protocol.model import BaselineRule, Form

if TYPE_CHECKING:
    import polars as pl

    from trialbook.analysis.course import Course
    from trialbook.analysis.frames import Datasets

COURSE = (
    "participant", "visit", "visit_order", "day", "date", "value", "limit", "base", "change", "in_set",
)  # fmt: skip
ALTERNATIVE = ("endpoint", "participant", "rule", "value", "chosen")

Row = tuple[str | float | int | None, ...]


def listing(name: str, columns: Sequence[str], rows: Sequence[tuple[Row, Sequence[int]]]) -> Listing:
    """Put rows and their entries together."""
    return Listing(
        id=name,
        columns=tuple(columns),
        rows=tuple(row for row, _ in rows),
        cells=tuple(tuple(seq for seq in seqs if seq) for _, seqs in rows),
    )


def list_course(course: Course, who: Sequence[str]) -> Listing:
    """List every value of an endpoint, at planned and unscheduled visits; `in_set` is 1 for the plan's set."""
    inside = set(who)
    rows: list[tuple[Row, Sequence[int]]] = [
        ((*row[:-1], int(row[0] in inside)), row[-1])
        for row in (() if course.frame is None else course.frame.select(*COURSE[:-1], "seqs").iter_rows())
    ]
    return listing(f"course.{course.variable}", COURSE, rows)


def list_events(datasets: Datasets) -> Iterator[Listing]:
    """List the rows of every events form; the only one is called `adverse_events`, whatever its id."""
    forms = [form for form in datasets.study.forms.values() if form.events]
    for form in forms:
        name = "adverse_events" if len(forms) == 1 else f"adverse_events.{form.id}"
        yield _event_listing(datasets, form, name)


def _event_listing(datasets: Datasets, form: Form, name: str) -> Listing:
    """List the events of a form with what is decided of each, as far as the form can tell."""
    told = asked(form)
    marks = [mark for mark in MARKS if mark in told]
    marks += [START_DAY] if EMERGENT in told else []
    marks += [WHY_SERIOUS] if COUNTS_AS_SERIOUS in told else []
    rows: list[tuple[Row, Sequence[int]]] = []
    for event in events_of(datasets, form.id):
        texts = (event.texts.get(item) for item in form.items)
        rows.append(((event.participant, event.repeat, *texts, *(event.marks[mark] for mark in marks)), event.seqs))
    return listing(name, ("participant", "repeat", *form.items, *marks), rows)


def list_alternatives(datasets: Datasets) -> Listing:
    """List the baselines that another rule would have chosen otherwise."""
    rows: list[tuple[Row, Sequence[int]]] = []
    for endpoint in datasets.study.endpoints.values():
        if endpoint.source is None:
            continue
        values = derive_values(datasets, endpoint.source, endpoint.unit)
        used = _bases(derive_baseline(datasets, values, endpoint.source))
        for name, rule in other_rules(datasets, endpoint.source).items():
            other = _bases(derive_baseline(datasets, values, endpoint.source, rule))
            rows += [
                ((endpoint.id, code, name, value, used.get(code, (None, []))[0]), seqs)
                for code, (value, seqs) in other.items()
                if value is not None and value != used.get(code, (None, []))[0]
            ]
    return listing("baseline_alternatives", ALTERNATIVE, rows)


def _bases(frame: pl.DataFrame) -> Mapping[str, tuple[float | None, list[int]]]:
    return {code: (value, seqs) for code, value, seqs in frame.select("participant", "base", "base_seqs").iter_rows()}


def other_rules(datasets: Datasets, source: str) -> dict[str, BaselineRule]:
    """Return the rules that could have been chosen: last before day 0, a flag of the form, the last visit before."""
    study = datasets.study
    form, planned = study.forms[source.partition(".")[0]], study.schedule.visits
    flags = [item.id for item in form.items.values() if item.kind == "yes_no" and "baseline" in item.id.casefold()]
    before = [visit for visit in form.visits if planned[visit].day <= 0][-1:]
    rules = {"last before anchor": BaselineRule(kind="last before anchor")}
    rules |= {f"flagged {flag}": BaselineRule(kind="flagged", flag=flag) for flag in flags}
    rules |= {f"visit {visit}": BaselineRule(kind="visit", visit=visit) for visit in before}
    return {name: rule for name, rule in rules.items() if rule != study.analysis.baseline}
