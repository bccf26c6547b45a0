"""Adverse events: how many rows, and how many participants with at least one, in all, by class and by term."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialbook.analysis.emergent import START, emergent_stats
from trialbook.analysis.rates import event_rates, level_rates, participant_rate
from trialbook.analysis.results import Result, Selector, result_id
from trialbook.analysis.rows import Heading, Stat
from trialbook.analysis.sets import ENROLLED, Members
from trialbook.analysis.severity import severity_stats
from trialbook.analysis.table_one import places

if TYPE_CHECKING:
    import polars as pl

    from trialbook.analysis.frames import Datasets
    from trialbook.protocol.model import Form

TERM, CLASS = "term", "class"
ALL = "all"
PARTICIPANT = "participant"
MOST_NAMED = 24
"""Participants who are told of one by one."""
NOBODY = "Nobody was enrolled."


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of an events form."""

    participant: str
    visit: str
    repeat: str
    texts: dict[str, str]
    """Item -> canonical answer; missing ones left out. Where all are, the row tells of no event and is not counted."""
    seqs: tuple[int, ...]


def events_of(datasets: Datasets, form: Form) -> list[Event]:
    """Return the rows of an events form, in the order of the datasets."""
    found: dict[tuple[str, str, str], tuple[dict[str, str], list[int]]] = {}
    for code, visit, repeat, item, text, seq in _rows(datasets, form.id).iter_rows():
        texts, seqs = found.setdefault((code, visit, repeat), ({}, []))
        seqs.append(seq)
        if text is not None:
            texts[item] = text
    return [
        Event(participant=code, visit=visit, repeat=repeat, texts=texts, seqs=tuple(seqs))
        for (code, visit, repeat), (texts, seqs) in found.items()
    ]


def _rows(datasets: Datasets, form: str) -> pl.DataFrame:
    import polars as pl

    rows = pl.concat([datasets.observations, datasets.events]).filter(pl.col("form") == form)
    return rows.select("participant", "visit", "repeat", "item", "text", pl.col("seq").fill_null(0))


def folded(text: str) -> str:
    """Return a term as it is compared: without regard to case and to the number of blanks."""
    return " ".join(text.casefold().split())


def spelling(texts: Sequence[str]) -> str:
    """Choose how a term is written: as most often, of equals the first in the order of characters."""
    counts = Counter(" ".join(text.split()) for text in texts)
    return min(counts, key=lambda text: (-counts[text], text))


def count_events(datasets: Datasets, members: Members) -> Iterator[Result]:
    """Give the counts of every events form, of those who were ever enrolled."""
    who = (*members.of(ENROLLED), *datasets.safety_only)
    for form in (form for form in datasets.study.forms.values() if form.events):
        events = [event for event in events_of(datasets, form) if event.texts and event.participant in set(who)]
        yield from _counted(form.id, form.id, ALL, events, len(who), ())
        every = _heading(form.id, form.id, ALL, len(who), ())
        yield from whole(every).rows(severity_stats(form, events))
        yield from event_rates(datasets, dated(form, every), events, who)
        if START in form.items:
            yield from every.rows(emergent_stats(datasets, events))
        for item, variable in ((CLASS, f"{form.id}.{CLASS}"), (TERM, form.id)):
            for level, some in by_level(events, item):
                yield from _counted(form.id, variable, level, some, len(who), ((item, level),))
                heading = _heading(form.id, variable, level, len(who), ((item, level),))
                yield from whole(heading).rows(severity_stats(form, some))
                yield from level_rates(datasets, dated(form, heading), some, who)
        yield from _each(datasets, form, events, who)


def _each(datasets: Datasets, form: Form, events: Sequence[Event], who: Sequence[str]) -> Iterator[Result]:
    """Give the events of each participant, where they are few enough to be named."""
    if len(who) > MOST_NAMED:
        return
    for code in who:
        own = [event for event in events if event.participant == code]
        heading = _heading(form.id, f"{form.id}.{PARTICIPANT}", code, 1, ((PARTICIPANT, code),))
        statuses = replace(heading.source, frame="participants", variable="status", where=((PARTICIPANT, code),))
        source = heading.source if own else statuses
        yield replace(heading, source=source).row(Stat(name="n_events", value=len(own), unit="events"))
        yield from participant_rate(datasets, dated(form, replace(heading, source=source)), code, own)


def name_alone(form: str, participant: str) -> str:
    """Return what the ids of the results of one participant begin with."""
    return result_id("events", f"{form}.{PARTICIPANT}", participant)


def by_level(events: Sequence[Event], item: str) -> list[tuple[str, list[Event]]]:
    """Group events by the text of an item: those of most participants first, equals by name."""
    groups: dict[str, list[Event]] = {}
    for event in events:
        if item in event.texts:
            groups.setdefault(folded(event.texts[item]), []).append(event)
    named = [(spelling([event.texts[item] for event in group]), group) for group in groups.values()]
    return sorted(named, key=lambda found: (-len({event.participant for event in found[1]}), found[0]))


def _counted(
    form: str, variable: str, level: str, events: Sequence[Event], n: int, where: tuple[tuple[str, str], ...]
) -> list[Result]:
    """Count rows and participants; a participant counts once, however often the term was recorded."""
    affected = len({event.participant for event in events})
    heading = _heading(form, variable, level, n, where)
    percent = 100 * affected / n if n else math.nan
    return heading.rows(
        [
            Stat(name="n_events", value=len(events), unit="events"),
            Stat(name="n_participants", value=affected),
            Stat(
                name="percent",
                value=percent if n else None,
                unit="percent",
                decimals=places(n),
                error="" if n else NOBODY,
            ),
        ]
    )


def whole(heading: Heading) -> Heading:
    """Let results lead to every answer of the rows, not to the terms alone."""
    return replace(heading, source=replace(heading.source, whole=True))


def dated(form: Form, heading: Heading) -> Heading:
    """Let a rate lead to the starts of the events too, where the form asks for them."""
    return whole(heading) if START in form.items else heading


def _heading(form: str, variable: str, level: str, n: int, where: tuple[tuple[str, str], ...]) -> Heading:
    return Heading(
        analysis="events", variable=variable, level=level, analysis_set=ENROLLED, in_id=False, n=n,
        method="events as recorded; each participant once; percent of those enrolled", unit="participants",
        source=Selector(frame="events", variable=form, where=where),
    )  # fmt: skip
