"""Who took part and when, in days since day 0: what stands on the time axis of a participant, with its entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal

from trialbook.analysis.event_rows import COUNTS_AS_SERIOUS
from trialbook.analysis.followup import last_days
from trialbook.protocol.event_items import item_for
from trialbook.protocol.model import Form
from trialbook.protocol.typed_dates import date_range
from trialbook.report.events import event_forms, listing_of
from trialbook.report.phrases import several
from trialbook.report.run import Listed, Run, as_mappings
from trialbook.report.shown import value_text

End = Literal["completed", "withdrawn", "ongoing"]
FULL_DATE = 10
"""Letters of a date whose day is known."""
MONTH = 7
"""Letters of a date of which the month is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One participant on the time axis."""

    code: str
    start: int
    """Day of enrolment, where it is known, else day 0."""
    end: int
    """Day of the end of participation, or the last dated visit or dose."""
    status: End
    entries: tuple[int, ...]
    """Behind the status."""
    anchor: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """A dose that was given."""

    code: str
    day: int
    text: str
    as_planned: bool
    """By the rule for deviations: not where the amount differs by more than vials and pumps come to."""
    reaction: bool
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An adverse event on the time axis; `end` is empty where it goes on or its last day is not known."""

    code: str
    start: int
    """Of an event known to the month the first day of it, not before the participant entered."""
    end: int | None
    is_vague: bool
    """Known to the month only."""
    term: str
    grade: str
    serious: bool
    entries: tuple[int, ...]


def people_of(run: Run) -> tuple[Person, ...]:
    """Return everybody enrolled whose day 0 is dated and whose data are used, in the order of their codes."""
    last = last_days(run.datasets)
    frame = run.datasets.used.select("participant", "status", "enrolled_on", "ended_on", "seq", "anchor")
    found = []
    for code, status, enrolled, ended, seq, anchor in frame.iter_rows():
        if enrolled is None or anchor is None:
            continue
        start, end = day_of(str(enrolled), anchor), day_of(str(ended or ""), anchor)
        known: End = "completed" if status == "completed" else "withdrawn" if status == "withdrawn" else "ongoing"
        seen = (last[code] - anchor).days if code in last else 0
        latest = end if end is not None and known != "ongoing" else seen
        first = min(0, start) if start is not None else 0
        found.append(
            Person(
                code=code,
                start=first,
                end=max(latest, first),
                status=known,
                anchor=anchor,
                entries=(int(seq),) if seq is not None else (),
            )
        )
    return tuple(sorted(found, key=lambda one: one.code))


def day_of(text: str, anchor: date) -> int | None:
    """Return the study day of a date, None where its day is not known."""
    try:
        return (date.fromisoformat(text) - anchor).days if len(text) == FULL_DATE else None
    except ValueError:
        return None


def first_day(text: str, person: Person) -> int | None:
    """Return the study day of a date; of a month its first day, or that of entry where it lies in that month."""
    if len(text) != MONTH:
        return day_of(text, person.anchor)
    first, last = date_range(text)
    return min(max((first - person.anchor).days, person.start), (last - person.anchor).days)


def doses_of(run: Run, people: Iterable[Person]) -> tuple[tuple[Dose, ...], int]:
    """Return the doses of study treatments that some participants were given on a known day, and how many others.

    A row in which nothing was given is no dose.
    """
    shown = {one.code for one in people}
    found, undated = [], 0
    listings = (listing for name, listing in run.analysis.listings.items() if name.startswith("exposure."))
    for row, entries in (one for listing in listings for one in as_mappings(listing)):
        day, given = row["day"], row["given"]
        if row["participant"] not in shown or given == 0:
            continue
        if not isinstance(day, int):
            undated += 1
            continue
        found.append(
            Dose(
                code=str(row["participant"]),
                day=day,
                text=f"{given:g} {row['unit'] or ''}".strip() if isinstance(given, float) else "dose",
                entries=entries,
                as_planned=row["other_amount"] != 1,
                reaction=row["reaction"] == 1,
            )
        )
    return tuple(found), undated


def undated(events: Iterable[Happened], doses: int, others: int) -> str:
    """Say which events stand at the first day of their month, and how many doses and other events are not drawn."""
    return _to_the_month(events) + _not_drawn(doses, others)


def _to_the_month(events: Iterable[Happened]) -> str:
    """Say how many events are drawn of which only the month is known; nothing where there is none."""
    number = sum(one.is_vague for one in events)
    if not number:
        return ""
    verb = "stands" if number == 1 else "stand"
    return f" {number} {several(number, 'adverse event')} known to the month {verb} at the first day possible."


def _not_drawn(doses: int, events: int) -> str:
    """Say how many doses and adverse events are not drawn, since their day is not known; nothing where none is."""
    counts = ((doses, "dose"), (events, "adverse event"))
    said = [f"{number} {several(number, word)}" for number, word in counts if number]
    are = "is" if doses + events == 1 else "are"
    return f" {' and '.join(said)} without a full date {are} not drawn." if said else ""


def events_of(run: Run, people: Iterable[Person]) -> tuple[tuple[Happened, ...], int]:
    """Return the adverse events of some participants whose first day or month is known, and how many others."""
    known = {one.code: one for one in people}
    found, undated = [], 0
    for form in event_forms(run):
        said = partial(_said, form)
        for row, entries in as_mappings(listing_of(run, form)):
            code = str(row["participant"])
            if code not in known:
                continue
            written, anchor = said(row, "onset"), known[code].anchor
            start = first_day(written, known[code])
            if start is None:
                undated += 1
                continue
            found.append(
                Happened(
                    code=code,
                    start=start,
                    end=day_of(said(row, "end"), anchor),
                    is_vague=len(written) < FULL_DATE,
                    term=value_text(run.study, item_for(form, "term"), said(row, "term")) or "event",
                    grade=said(row, "grade"),
                    serious=row.get(COUNTS_AS_SERIOUS) == "yes",
                    entries=entries,
                )
            )
    return tuple(found), undated


def _said(form: Form, row: Listed, meaning: str) -> str:
    """Return what a row of a listing holds of an event; empty where nothing."""
    item = item_for(form, meaning)
    return "" if item is None else str(row.get(item.id) or "")
