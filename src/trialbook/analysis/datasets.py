"""The way back: from the selector of a result to the cells that it was computed from.

The frames themselves are made in `frames`; their names stand here too, for those who use both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Literal

from trialbook.analysis.allocation import in_arms
from trialbook.analysis.blinding import GUESSES, NAME, list_blinding, list_guesses
from trialbook.analysis.condition_cells import answers_behind
from trialbook.analysis.consents import NAME as CONSENTS
from trialbook.analysis.consents import list_consents
from trialbook.analysis.course import Course, course_of
from trialbook.analysis.derive import compared_visits
from trialbook.analysis.deviations import list_deviations
from trialbook.analysis.event_rows import AT_EVENT, EMERGENT, MARKS, events_of
from trialbook.analysis.events import TERM, folded
from trialbook.analysis.frames import Datasets, collect, from_casebooks
from trialbook.analysis.grades import GRADES, list_grades
from trialbook.analysis.levels import follow_levels
from trialbook.analysis.results import BASELINE, EVERY_ENDPOINT, Listing, Selector
from trialbook.analysis.sets import members
from trialbook.analysis.table_one import characteristic, chosen, is_counted, known_at_baseline

if TYPE_CHECKING:
    import polars as pl

__all__ = ["CELL_FIELDS", "Datasets", "collect", "entries_of", "from_casebooks", "select"]

CELL_FIELDS = ("participant", "visit", "form", "repeat", "item", "seq")
EVENT = ("participant", "visit", "repeat")
"""What the answers of one event share."""
PLACE = "event"
DECIDED_BESIDE = frozenset({AT_EVENT, EMERGENT})
"""Marks that other answers than those of the event decide too."""


def select(datasets: Datasets, selector: Selector) -> pl.DataFrame:
    """Return the cells that a result was computed from: `CELL_FIELDS`, in the order of the datasets.

    A status is a cell without visit and form whose item is `status`; so is each act that is no answer, by its name,
    one of the whole study without a participant.
    """
    if selector.frame == "participants":
        return _statuses(datasets, selector)
    if selector.frame == "events":
        return _events(datasets, selector)
    if selector.frame == "listing":
        return _listed(datasets, selector)
    return _observations(datasets, selector)


def entries_of(datasets: Datasets, selector: Selector) -> tuple[int, ...]:
    """Return the entries of the cells that a result was computed from, ascending, each once."""
    if selector.frame == "listing":
        return tuple(sorted(_in_listing(datasets, selector) & _numbers(datasets, "cells")))
    if selector.frame == "observations":
        return tuple(sorted(_observed(datasets, selector) & _numbers(datasets, "observations")))
    if selector.frame == "events":
        return tuple(sorted(_event_numbers(datasets, selector)))
    return tuple(sorted(set(select(datasets, selector).get_column("seq").drop_nulls().to_list())))


@lru_cache(maxsize=8)
def _numbers(datasets: Datasets, frame: Literal["cells", "observations"]) -> frozenset[int]:
    """Return the numbers of all entries of a frame."""
    rows = _cells(datasets) if frame == "cells" else datasets.observations
    return frozenset(rows.get_column("seq").drop_nulls().to_list())


def _who(datasets: Datasets, name: str) -> list[str]:
    """Return the participants of an analysis set; everybody where none is named."""
    return list(members(datasets).of(name)) if name else datasets.participants["participant"].to_list()


def _statuses(datasets: Datasets, selector: Selector) -> pl.DataFrame:
    """Return the entries that gave the participants their status."""
    import polars as pl

    rows = datasets.participants.filter(pl.col("participant").is_in(_who(datasets, selector.analysis_set)))
    for column in dict.fromkeys(column for column, _ in selector.where):
        wanted = [value for name, value in selector.where if name == column]
        rows = rows.filter(pl.col(column).fill_null("").is_in(wanted))
    blank = {name: pl.lit("") for name in ("visit", "form", "repeat")}
    return rows.with_columns(**blank, item=pl.lit("status")).select(CELL_FIELDS)


def _events(datasets: Datasets, selector: Selector) -> pl.DataFrame:
    """Return the cells of an events form: the named items of the events that match, or the terms; or whole rows."""
    import polars as pl

    known = _of_events(datasets, selector.variable)
    places, items = _chosen_events(datasets, selector)
    found = known.rows.filter(pl.col(PLACE).is_in(sorted(places)))
    if items is not None:
        bare = [at for at in places if not any(item in items for item, _ in known.cells[at])]
        found = found.filter(pl.col("item").is_in(sorted(items)) | pl.col(PLACE).is_in(bare))
    people, columns = found["participant"].unique().to_list(), [column for column, _ in selector.where]
    return pl.concat([found.select(CELL_FIELDS), *_deciding(datasets, people, columns)])


def _event_numbers(datasets: Datasets, selector: Selector) -> set[int]:
    """Return the entries of the cells of an events form that match, as `_events` does."""
    known = _of_events(datasets, selector.variable)
    places, items = _chosen_events(datasets, selector)
    found: set[int] = set()
    for at in places:
        named = {seq for item, seq in known.cells[at] if items is None or item in items}
        found |= named or {seq for _, seq in known.cells[at]}
    columns = {column for column, _ in selector.where}
    if not columns.intersection(DECIDED_BESIDE):
        return found
    people = {known.people[at] for at in places}
    beside = (frame["seq"].drop_nulls() for frame in _deciding(datasets, sorted(people), columns))
    return found.union(*beside)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCells:
    """The cells of an events form, event by event, and which events have what."""

    rows: pl.DataFrame
    """With the number of the event."""
    people: tuple[str, ...]
    """Event -> participant."""
    cells: tuple[tuple[tuple[str, int], ...], ...]
    """Event -> items with their entries."""
    having: Mapping[tuple[str, str], frozenset[int]]
    """Column and value, a text as it is compared -> events; an item and nothing -> those without an answer."""


@lru_cache(maxsize=8)
def _of_events(datasets: Datasets, form: str) -> EventCells:
    """Return the cells of the rows of an events form that tell of an event."""
    import polars as pl

    events = [event for event in events_of(datasets, form) if event.texts]
    having: dict[tuple[str, str], set[int]] = {}
    for at, event in enumerate(events):
        marks = {mark: str(event.marks[mark]) for mark in MARKS}
        answers = {item: folded(text) for item, text in event.texts.items()}
        for name in ({"participant": event.participant} | marks | answers).items():
            having.setdefault(name, set()).add(at)
    for item in datasets.study.forms[form].items:
        having[item, ""] = {at for at, event in enumerate(events) if item not in event.texts}
    rows = pl.concat([datasets.observations, datasets.events]).filter(pl.col("form") == form)
    known = [(one.participant, one.visit, one.repeat, at) for at, one in enumerate(events)]
    places = pl.DataFrame(known, schema={**dict.fromkeys(EVENT, pl.String), PLACE: pl.Int64}, orient="row")
    rows = rows.join(places, on=EVENT, how="inner", maintain_order="left")
    cells: list[list[tuple[str, int]]] = [[] for _ in events]
    for at, item, seq in rows.select(PLACE, "item", "seq").drop_nulls("seq").iter_rows():
        cells[at].append((item, seq))
    return EventCells(
        rows=rows, people=tuple(event.participant for event in events), cells=tuple(map(tuple, cells)),
        having={name: frozenset(places) for name, places in having.items()},
    )  # fmt: skip


def _chosen_events(datasets: Datasets, selector: Selector) -> tuple[frozenset[int], frozenset[str] | None]:
    """Return the events that match, and the items of them that a result leads to; None for all.

    An event that has none of these is led to whole.
    """
    known, wanted = _of_events(datasets, selector.variable), _by_column(selector.where)
    places = _of_people(datasets, selector.variable, selector.analysis_set)
    for column, values in wanted.items():
        is_text = column != "participant" and column not in MARKS
        names = ((column, folded(value) if is_text else value) for value in values)
        places &= frozenset[int]().union(*(known.having.get(name, ()) for name in names))
    named = frozenset(wanted) - {"participant"} or frozenset({TERM})
    is_whole = selector.whole or any("" in values for values in wanted.values())
    return places, None if is_whole else named


def _by_column(where: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return column -> the values that are wanted of it, each of which will do."""
    wanted: dict[str, list[str]] = {}
    for column, value in where:
        wanted.setdefault(column, []).append(value)
    return wanted


@lru_cache(maxsize=16)
def _of_people(datasets: Datasets, form: str, analysis_set: str) -> frozenset[int]:
    """Return the events of the participants of a set, and of those of whom only events are used."""
    who = {*_who(datasets, analysis_set), *datasets.safety_only}
    return frozenset(at for at, code in enumerate(_of_events(datasets, form).people) if code in who)


def _deciding(datasets: Datasets, people: Sequence[str], marks: Collection[str]) -> Iterator[pl.DataFrame]:
    """Yield the cells beside the events that decide some marks of them: what fixes day 0, and the enrolment."""
    import polars as pl

    if AT_EVENT in marks:
        yield _statuses(datasets, _of_status(people))
    if EMERGENT in marks:
        sites = dict(datasets.participants.select("participant", "site").iter_rows())
        names = {code: datasets.plan_of(sites[code]).schedule.anchor.name for code in people}
        yield _statuses(datasets, _of_status([code for code, name in names.items() if name == "enrolment"]))
        fixes = pl.DataFrame(
            list(names.items()), schema=dict.fromkeys(("participant", "name"), pl.String), orient="row"
        )
        rows = pl.concat([datasets.observations, datasets.events]).filter(pl.col("text").is_not_null())
        rows = rows.with_columns(name=pl.concat_str("form", "item", separator="."))
        yield rows.join(fixes, on=("participant", "name"), how="semi").select(CELL_FIELDS)


def _of_status(people: Sequence[str]) -> Selector:
    where = tuple(("participant", code) for code in people) or (("participant", ""),)
    return Selector(frame="participants", variable="status", analysis_set="", where=where)


def _listing(datasets: Datasets, name: str) -> Listing:
    """Return a listing that a selector can name; those of a treatment are called `exposure.<treatment>`."""
    if name in {"deviations", GRADES}:
        return (list_deviations if name == "deviations" else list_grades)(datasets)
    if name in {NAME, GUESSES}:
        return (list_blinding if name == NAME else list_guesses)(datasets)
    if name == CONSENTS:
        return list_consents(datasets)
    from trialbook.analysis.background import list_background
    from trialbook.analysis.exposure import list_exposure
    from trialbook.analysis.reliable import list_reliable
    from trialbook.analysis.screening import list_criteria, list_screening
    from trialbook.analysis.time_to import list_times

    kind, _, treatment = name.partition(".")
    of_treatment = {"exposure": list_exposure, "background": list_background}
    others = {"screening": list_screening, "screening_criteria": list_criteria}
    if kind in {"time_to", "reliable_change"}:
        return (list_times if kind == "time_to" else list_reliable)(datasets, datasets.study.endpoints[treatment])
    return of_treatment[kind](datasets, treatment) if treatment else others[name](datasets)


def _listed(datasets: Datasets, selector: Selector) -> pl.DataFrame:
    """Return the cells behind the rows of a listing that match."""
    import polars as pl

    return _cells(datasets).filter(pl.col("seq").is_in(sorted(_in_listing(datasets, selector))))


def _in_listing(datasets: Datasets, selector: Selector) -> set[int]:
    """Return the entries behind the rows of a listing that match."""
    wanted: dict[str, set[str]] = {}
    for column, value in selector.where:
        wanted.setdefault(column, set()).add(value)
    rows = _by_values(datasets, selector.variable, tuple(wanted))
    matching = (found for values in product(*wanted.values()) for found in rows.get(values, ()))
    if not selector.analysis_set:  # rows of the whole study too, and of those whose data may not be used
        return {seq for _, seqs in matching for seq in seqs}
    who = set(_who(datasets, selector.analysis_set))
    return {seq for code, seqs in matching if code in who for seq in seqs}


@lru_cache(maxsize=16)
def _by_values(
    datasets: Datasets, name: str, columns: tuple[str, ...]
) -> Mapping[tuple[str, ...], list[tuple[str, tuple[int, ...]]]]:
    """Return what the rows of a listing have in some columns -> participant and entries of each such row."""
    listing = _listing(datasets, name)
    person, places = listing.columns.index("participant"), [listing.columns.index(column) for column in columns]
    found: dict[tuple[str, ...], list[tuple[str, tuple[int, ...]]]] = {}
    for row, seqs in zip(listing.rows, listing.cells, strict=True):
        found.setdefault(tuple(str(row[place]) for place in places), []).append((str(row[person]), seqs))
    return found


@lru_cache(maxsize=4)
def _cells(datasets: Datasets) -> pl.DataFrame:
    """Return every cell with its entry, and with the entry that first answered it, each entry once; acts last."""
    import polars as pl

    everybody = Selector(frame="participants", variable="status", analysis_set="")
    frames = [datasets.observations.select(CELL_FIELDS), datasets.events.select(CELL_FIELDS)]
    known = pl.concat([*frames, _statuses(datasets, everybody)])
    first = [(code, *cell, one.first_seq) for (code, cell), one in datasets.firsts.items() if one.first_seq]
    again = pl.DataFrame([*first, *_acts(datasets)], schema=known.schema, orient="row")
    return pl.concat([known, again]).drop_nulls("seq").unique("seq", keep="first", maintain_order=True)


def _acts(datasets: Datasets) -> Iterator[tuple[str, str, str, str, str, int]]:
    """Yield the acts that are counted and are neither answer nor status, as cells; one written by hand has no entry."""
    found = [
        (code, one.visit, one.form, "override", one.seq) for code, some in datasets.overrides.items() for one in some
    ]
    found += [(code, "", "", "unblind", one.seq) for code, some in datasets.unblindings.items() for one in some]
    found += [("", "", "", "look", one.seq) for one in datasets.looks]
    found += [(code, "", "", "note", seq) for code, seq in datasets.alerts]
    ends = ((code, one.seq) for code, some in datasets.withdrawn.items() for one in some.values())
    found += [(code, "", "", "withdraw_consent", seq) for code, seq in ends]
    return ((code, visit, form, "", act, seq) for code, visit, form, act, seq in found if seq)


def _observations(datasets: Datasets, selector: Selector) -> pl.DataFrame:
    """Return the cells of an endpoint or an item, with those of the baseline where values were paired."""
    import polars as pl

    seqs = _observed(datasets, selector)
    return datasets.observations.filter(pl.col("seq").is_in(sorted(seqs))).select(CELL_FIELDS)


def _observed(datasets: Datasets, selector: Selector) -> set[int]:
    """Return the entries of an endpoint or an item, with those of the baseline where values were paired."""
    who = in_arms(datasets, _who(datasets, selector.analysis_set), selector.where)
    known = set(who)
    return {seq for code, found in _behind(datasets, selector, who) if code in known for seq in found}


def _behind(datasets: Datasets, selector: Selector, who: list[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield participant and entries of what a selector names."""
    study, variable = datasets.study, selector.variable
    if variable == EVERY_ENDPOINT:
        for endpoint in (one for one in study.endpoints.values() if one.source is not None):
            yield from _points(course_of(datasets, endpoint), compared_visits(study, endpoint.id), who, paired=True)
    elif variable in study.endpoints and study.endpoints[variable].levels is not None:
        yield from _levelled(datasets, selector, who)
    elif variable in study.endpoints and (when := study.endpoints[variable].when) is not None:
        yield from _judged(datasets, when, selector.visits)
    elif variable in study.endpoints:
        yield from _points(course_of(datasets, study.endpoints[variable]), selector.visits, who, paired=selector.paired)
    else:
        yield from _characteristic(datasets, selector, who)


def _points(
    course: Course, visits: Iterable[str], who: list[str], *, paired: bool
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the entries of the points at these visits, all where none is named; of pairs both values."""
    for visit in visits or (visit for visit in course.visits if visit != BASELINE):
        known = course.visits.get(visit, {})
        for code in (code for code in who if code in known):
            point = known[code]
            if not paired:
                yield code, point.seqs
            elif point.change is not None:
                yield code, point.seqs + point.base_seqs


def _characteristic(datasets: Datasets, selector: Selector, who: list[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the entries of an item of Table 1: of one level where the selector names it."""
    item = datasets.study.item(selector.variable)
    if not is_counted(datasets, selector.variable):
        course = characteristic(datasets, selector.variable)
        yield from _points(course, selector.visits, who, paired=False)
        return
    wanted = {level for column, level in selector.where if column == "text"}
    for code, known in known_at_baseline(datasets, selector.variable).items():
        for text, seqs in known.told:
            if not wanted or wanted & set(chosen(item, text)):
                yield code, seqs


def _judged(datasets: Datasets, when: str, visits: Collection[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the answers that a condition names, at the visits of the result or in forms without visits."""
    for code, _, seq in answers_behind(datasets, when, visits):
        yield code, (seq,)


def _levelled(datasets: Datasets, selector: Selector, who: list[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the answers of levels at these visits: of one level where the selector names it."""
    wanted = {level for column, level in selector.where if column == "text"}
    followed = follow_levels(datasets, selector.variable)
    for visit in selector.visits or followed.visits:
        known = followed.visits.get(visit, {})
        for code in (code for code in who if code in known):
            if not wanted or known[code].level in wanted:
                yield code, known[code].seqs
