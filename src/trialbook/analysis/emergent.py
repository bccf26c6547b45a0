"""Whether an adverse event began under treatment: told from its start and study day 0, as far as these are recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal

from trialbook.analysis.rows import Stat

if TYPE_CHECKING:
    from trialbook.analysis.events import Event
    from trialbook.analysis.frames import Datasets

START = "start"
"""Item of an events form that holds the day on which the event began."""
Emergent = Literal["yes", "no", "unknown"]


def emergent(start: str | None, anchor: date | None) -> Emergent:
    """Tell whether an event began on or after study day 0; a partial date only where every day of it agrees.

    `start` is an ISO date, or its year, or its year and month.
    """
    if not start or anchor is None:
        return "unknown"
    limit = anchor.isoformat()
    known = limit[: len(start)]
    if start != known:
        return "yes" if start > known else "no"
    return "yes" if len(start) == len(limit) or limit.endswith(_first(len(start))) else "unknown"


def _first(known: int) -> str:
    """Return how the first day ends of a year, or of a month, of which so many letters are known."""
    return "-01-01" if known == 4 else "-01"


def anchors(datasets: Datasets) -> Mapping[str, date | None]:
    """Return participant -> study day 0."""
    return dict(datasets.participants.select("participant", "anchor").iter_rows())


def emergent_stats(datasets: Datasets, events: Sequence[Event]) -> Iterator[Stat]:
    """Count the events that began under treatment, and those of which that cannot be told."""
    day0 = anchors(datasets)
    told = [emergent(event.texts.get(START), day0.get(event.participant)) for event in events]
    yield Stat(name="n_emergent", value=told.count("yes"), unit="events")
    yield Stat(name="n_emergent_unknown", value=told.count("unknown"), unit="events")
