"""Deviations: where what happened differs from the plan, listed one by one and counted by kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from trialbook.analysis.frames import Datasets, casebooks, judged_books, last_day
from trialbook.analysis.listings import Row, listing
from trialbook.analysis.results import Listing, Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.conduct.casebook import VISIT_FORM, Casebook
from trialbook.conduct.deviations import KINDS, Deviation, Group, find_deviations, groups_of

if TYPE_CHECKING:
    import polars as pl

    from trialbook.conduct.screening import Eligibility

NAME = "deviations"
COLUMNS = (
    "participant", "visit", "date", "day", "window", "kind", "days_off", "group", "form", "repeat", "planned", "found",
)  # fmt: skip
METHOD = "{meaning}; judged on the last day that the data tell of"


@lru_cache(maxsize=4)
def list_deviations(datasets: Datasets) -> Listing:
    """List every deviation of every participant, with its entries; judged on the last day of the data."""
    last, judged = last_day(datasets) or date.min, _judged(datasets)
    found = (
        deviation
        for code, book in _books(datasets).items()
        for deviation in find_deviations(datasets.plan_of(book.site), book, last, eligibility=judged.get(code))
    )
    return listing(NAME, COLUMNS, [(_row(deviation), deviation.seqs) for deviation in found])


def count_deviations(datasets: Datasets) -> Iterator[Result]:
    """Count the deviations of each kind, and the participants concerned, where more than visits can deviate."""
    groups = groups_in(datasets)
    if groups == ("visit",):
        return
    people: dict[tuple[object, object], list[object]] = {}
    place = {name: number for number, name in enumerate(COLUMNS)}
    for row in list_deviations(datasets).rows:
        people.setdefault((row[place["group"]], row[place["kind"]]), []).append(row[place["participant"]])
    for group in groups:
        for kind, meaning in KINDS[group].items():
            concerned = people.get((group, kind), [])
            heading = Heading(
                analysis=NAME, variable=group, level=kind, unit="participants", method=METHOD.format(meaning=meaning),
                source=Selector(
                    frame="listing", variable=NAME, analysis_set="", where=(("group", group), ("kind", kind))
                ),
            )  # fmt: skip
            yield heading.row(Stat(name="n", value=len(concerned), unit="deviations"))
            yield heading.row(Stat(name="n_participants", value=len(set(concerned))))


def groups_in(datasets: Datasets) -> tuple[Group, ...]:
    """Return the groups of deviations that there can be by any version by which somebody is judged."""
    found = {group for plan in datasets.versions for group in groups_of(plan)}
    return tuple(group for group in KINDS if group in found)


def _judged(datasets: Datasets) -> Mapping[str, Eligibility]:
    """Return what was judged of each participant, where the study has criteria."""
    if not any(plan.criteria for plan in datasets.versions):
        return {}
    from trialbook.analysis.screening import judged

    return {one.casebook.participant: one.eligibility for one in judged(datasets)}


def _books(datasets: Datasets) -> Mapping[str, Casebook]:
    """Return the casebooks with what deviations can show in: where only visits can deviate, what places them."""
    return casebooks(datasets, _thin(datasets)) if groups_in(datasets) == ("visit",) else judged_books(datasets)


def _thin(datasets: Datasets) -> list[pl.DataFrame]:
    """Return the dates of visits, one answer of each, and the answers that fix day 0 or come after a visit."""
    import polars as pl

    rows, schedules = datasets.observations, [plan.schedule for plan in datasets.versions]
    befores = (visit.before for schedule in schedules for visit in schedule.visits.values())
    names = {schedule.anchor.name for schedule in schedules} | {before.name for before in befores if before}
    fixes = pl.concat_str("form", "item", separator=".").is_in(sorted(names))
    answered = rows.filter(pl.col("text").is_not_null() & (pl.col("visit") != ""))
    return [
        answered.unique(["participant", "visit"], keep="first", maintain_order=True),
        rows.filter(pl.col("form") == VISIT_FORM),
        rows.filter(fixes),
        datasets.events.filter(fixes),
    ]


def _row(deviation: Deviation) -> Row:
    window = "" if deviation.window is None else f"{deviation.window[0]} to {deviation.window[1]}"
    on = None if deviation.date is None else deviation.date.isoformat()
    return (
        deviation.participant, deviation.visit, on, deviation.day, window, deviation.kind, deviation.days_off,
        deviation.group, deviation.form, deviation.repeat, deviation.planned, deviation.found,
    )  # fmt: skip
