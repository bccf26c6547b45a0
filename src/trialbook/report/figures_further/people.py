"""Who took part and when, in days since day 0: what stands on the time axis of a participant, with its entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from trialbook.report.events import event_forms, listing_of
from trialbook.report.run import Run, as_mappings

End = Literal["completed", "withdrawn", "ongoing"]
FULL_DATE = 10
"""Letters of a date whose day is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One participant on the time axis."""

    code: str
    start: int
    """Day of enrolment, where it is known, else day 0."""
    end: int
    """Day of the end of participation, or the last day of which anything is recorded."""
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
    reaction: bool
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An adverse event with a known first day; `end` is empty where it goes on or its last day is not known."""

    code: str
    start: int
    end: int | None
    term: str
    grade: str
    serious: bool
    entries: tuple[int, ...]


def people_of(run: Run) -> tuple[Person, ...]:
    """Return everybody enrolled whose day 0 is dated, in the order of their codes."""
    last = _last_days(run)
    frame = run.datasets.participants.select("participant", "status", "enrolled_on", "ended_on", "seq", "anchor")
    found = []
    for code, status, enrolled, ended, seq, anchor in frame.iter_rows():
        if enrolled is None or anchor is None:
            continue
        start, end = day_of(str(enrolled), anchor), day_of(str(ended or ""), anchor)
        known: End = "completed" if status == "completed" else "withdrawn" if status == "withdrawn" else "ongoing"
        latest = end if end is not None and known != "ongoing" else last.get(code, 0)
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


def _last_days(run: Run) -> dict[str, int]:
    """Return the last study day of which anything is recorded of each participant."""
    found: dict[str, int] = {}
    frame = run.datasets.observations.select("participant", "day").drop_nulls()
    for code, day in frame.iter_rows():
        found[code] = max(found.get(code, day), day)
    return found


def day_of(text: str, anchor: date) -> int | None:
    """Return the study day of a date, None where its day is not known."""
    try:
        return (date.fromisoformat(text) - anchor).days if len(text) == FULL_DATE else None
    except ValueError:
        return None


def doses_of(run: Run) -> Iterator[Dose]:
    """Yield every dose of a study treatment whose day is known."""
    for name, listing in run.analysis.listings.items():
        if not name.startswith("exposure."):
            continue
        for row, entries in as_mappings(listing):
            day, given, planned = row.get("day"), row.get("given"), row.get("planned")
            if isinstance(day, int):
                amount = f"{given:g} {row.get('unit') or ''}".strip() if isinstance(given, float) else "dose"
                yield Dose(
                    code=str(row["participant"]),
                    day=day,
                    text=amount,
                    entries=entries,
                    as_planned=planned is None or given is None or planned == given,
                    reaction=row.get("reaction") == 1,
                )


def events_of(run: Run, people: tuple[Person, ...]) -> tuple[tuple[Happened, ...], int]:
    """Return the adverse events of some participants whose first day is known, and how many others there are."""
    anchors = {one.code: one.anchor for one in people}
    found, undated = [], 0
    for form in event_forms(run):
        for row, entries in as_mappings(listing_of(run, form)):
            code = str(row["participant"])
            if code not in anchors:
                continue
            start = day_of(str(row.get("start") or ""), anchors[code])
            if start is None:
                undated += 1
                continue
            found.append(
                Happened(
                    code=code,
                    start=start,
                    end=day_of(str(row.get("end") or ""), anchors[code]),
                    term=str(row.get("term") or "event"),
                    grade=str(row.get("grade") or ""),
                    serious=row.get("serious") == "yes",
                    entries=entries,
                )
            )
    return tuple(found), undated
