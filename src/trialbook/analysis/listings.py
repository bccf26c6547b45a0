"""Listings: the rows behind figures and tables, each with its entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from trialbook.analysis.derive import derive_baseline, derive_values
from trialbook.analysis.events import events_of
from trialbook.analysis.frames import casebooks
from trialbook.analysis.results import Listing
from trialbook.conduct.casebook import VISIT_FORM
from trialbook.conduct.schedule import PlacedVisit, full_date, place_visits
from trialbook.protocol.model import BaselineRule, Form

if TYPE_CHECKING:
    import polars as pl

    from trialbook.analysis.course import Course
    from trialbook.analysis.frames import Datasets
    from trialbook.conduct.casebook import Casebook

COURSE = (
    "participant", "visit", "visit_order", "day", "date", "value", "limit", "base", "change", "in_set",
)  # fmt: skip
DEVIATION = ("participant", "visit", "date", "day", "window", "kind", "days_off")
ALTERNATIVE = ("endpoint", "participant", "rule", "value", "chosen")
KINDS = ("early", "late", "missed", "no date")
"""States of a visit that are deviations from the schedule."""

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
        ((*row[:-1], int(row[0] in inside)), row[-1]) for row in course.frame.select(*COURSE[:-1], "seqs").iter_rows()
    ]
    return listing(f"course.{course.variable}", COURSE, rows)


def list_events(datasets: Datasets) -> Iterator[Listing]:
    """List the rows of every events form; the only one is called `adverse_events`, whatever its id."""
    forms = [form for form in datasets.study.forms.values() if form.events]
    for form in forms:
        name = "adverse_events" if len(forms) == 1 else f"adverse_events.{form.id}"
        yield _event_listing(datasets, form, name)


def _event_listing(datasets: Datasets, form: Form, name: str) -> Listing:
    rows: list[tuple[Row, Sequence[int]]] = [
        ((event.participant, event.repeat, *(event.texts.get(item) for item in form.items)), event.seqs)
        for event in events_of(datasets, form)
    ]
    return listing(name, ("participant", "repeat", *form.items), rows)


def list_deviations(datasets: Datasets) -> Listing:
    """List the visits outside of their window, missed, or without a date; judged on the last day of the data."""
    last = last_day(datasets) or date.min
    rows: list[tuple[Row, Sequence[int]]] = [
        (_deviation(book, placed), _visit_seqs(book, placed.visit))
        for book in casebooks(datasets, _thin(datasets)).values()
        if book.status != "screen failure"
        for placed in place_visits(datasets.study, book, last)
        if placed.state in KINDS
    ]
    return listing("deviations", DEVIATION, rows)


def last_day(datasets: Datasets) -> date | None:
    """Return the last day that the data tell of: of a visit, an enrolment or an end."""
    texts = [*datasets.observations["date"], *datasets.participants["enrolled_on"], *datasets.participants["ended_on"]]
    return max((day for text in set(texts) if text and (day := full_date(text))), default=None)


def _thin(datasets: Datasets) -> list[pl.DataFrame]:
    """Return what places visits: their dates, one answer of each, and the answers that can be the anchor."""
    import polars as pl

    rows = datasets.observations
    form, _, item = datasets.study.schedule.anchor.name.partition(".")
    is_anchor = (pl.col("form") == form) & (pl.col("item") == item)
    answered = rows.filter(pl.col("text").is_not_null() & (pl.col("visit") != ""))
    return [
        answered.unique(["participant", "visit"], keep="first", maintain_order=True),
        rows.filter(pl.col("form") == VISIT_FORM),
        rows.filter(is_anchor),
        datasets.events.filter(is_anchor),
    ]


def _deviation(book: Casebook, placed: PlacedVisit) -> Row:
    """Write one deviation; the window in study days, and as dates where the anchor is known."""
    plan = placed.plan
    window = "" if plan is None or plan.first is None or plan.last is None else f"{plan.first} to {plan.last}"
    on = None if placed.date is None else placed.date.isoformat()
    return (book.participant, placed.visit, on, placed.day, window, placed.state, placed.off)


def _visit_seqs(book: Casebook, visit: str) -> list[int]:
    """Return the entry of the visit's date, or of any answer where it has none."""
    dates = [answer.seq for cell, answer in book.answers.items() if cell.visit == visit and cell.form == VISIT_FORM]
    others = [answer.seq for cell, answer in book.answers.items() if cell.visit == visit]
    return dates or others


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
