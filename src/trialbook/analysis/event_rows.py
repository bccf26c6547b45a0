"""The rows of an events form, each with what is decided of it: began when, serious, severe, fatal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from trialbook.analysis.emergent import emergent
from trialbook.analysis.sets import enrolled
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.deaths import can_tell, is_fatal
from trialbook.conduct.safety import SERIOUS, SIGNS, grade_event, is_serious
from trialbook.conduct.schedule import full_date, study_day
from trialbook.protocol.event_items import item_for

if TYPE_CHECKING:
    import polars as pl

    from trialbook.analysis.frames import Datasets
    from trialbook.protocol.model import Form

Mark = tuple[str, str | int | None]

EMERGENT = "treatment-emergent"
AT_EVENT = "at-event"
COUNTS_AS_SERIOUS = "counts-as-serious"
SEVERE = "grade-3-or-more"
FATAL = "was-fatal"
MARKS = (EMERGENT, AT_EVENT, COUNTS_AS_SERIOUS, SEVERE, FATAL)
"""Columns of a listing of adverse events; no item can be called so."""
START_DAY, WHY_SERIOUS = "start-day", "why-serious"
"""Further ones, which nothing is counted by."""
INSIDE, BEFORE, OUTSIDE = "enrolled", "before enrolment", "not enrolled"
"""Values of `at-event`."""
LEAST_SEVERE = 3
"""Grade from which an event is called severe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of an events form."""

    participant: str
    visit: str
    repeat: str
    texts: Mapping[str, str]
    """Item -> canonical answer; missing ones left out. Where all are, the row tells of no event and is not counted."""
    seqs: tuple[int, ...]
    start: str | None = None
    """ISO date on which it began, or its year, or its year and month."""
    marks: Mapping[str, str | int | None]
    """Those of `MARKS` and the further ones -> what is decided of this event, as far as the form can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What events of a participant are judged by."""

    anchor: date | None
    enrolled_on: date | None
    is_enrolled: bool


@lru_cache(maxsize=16)
def events_of(datasets: Datasets, form: str) -> tuple[Event, ...]:
    """Return the rows of an events form, in the order of the datasets."""
    found: dict[tuple[str, str, str], tuple[dict[str, str], list[int]]] = {}
    for code, visit, repeat, item, text, seq in _rows(datasets, form).iter_rows():
        texts, seqs = found.setdefault((code, visit, repeat), ({}, []))
        seqs.append(seq)
        if text is not None:
            texts[item] = text
    people, plan = _people(datasets), datasets.study.forms[form]
    return tuple(_event(plan, people[place[0]], place, texts, tuple(seqs)) for place, (texts, seqs) in found.items())


def _rows(datasets: Datasets, form: str) -> pl.DataFrame:
    import polars as pl

    rows = pl.concat([datasets.observations, datasets.events]).filter(pl.col("form") == form)
    return rows.select("participant", "visit", "repeat", "item", "text", pl.col("seq").fill_null(0))


def _people(datasets: Datasets) -> dict[str, Person]:
    """Return participant -> day 0 and enrolment; those of whom only events are used were enrolled too."""
    inside = {*enrolled(datasets), *datasets.safety_only}
    rows = datasets.participants.select("participant", "anchor", "enrolled_on").iter_rows()
    return {
        code: Person(anchor=anchor, enrolled_on=full_date(on), is_enrolled=code in inside) for code, anchor, on in rows
    }


def _event(
    form: Form, person: Person, place: tuple[str, str, str], texts: dict[str, str], seqs: tuple[int, ...]
) -> Event:
    code, visit, repeat = place
    item = item_for(form, "onset")
    start = None if item is None else texts.get(item.id)
    answers = {Cell(visit, form.id, repeat, name): Answer(text=text, value=text) for name, text in texts.items()}
    book = Casebook(participant=code, answers=answers)
    marks = dict([*_when(person, start), *_what(form, book, repeat, visit)])
    return Event(participant=code, visit=visit, repeat=repeat, texts=texts, seqs=seqs, start=start, marks=marks)


# ---- what is decided of it --------------------------------------------------------------------------------------


def asked(form: Form) -> frozenset[str]:
    """Return the marks that a form can tell."""
    has = {
        EMERGENT: item_for(form, "onset") is not None,
        COUNTS_AS_SERIOUS: bool({SERIOUS, *SIGNS} & set(form.items)),
        SEVERE: item_for(form, "grade") is not None,
        FATAL: can_tell(form),
    }
    return frozenset({AT_EVENT, *(mark for mark, is_asked in has.items() if is_asked)})


def _when(person: Person, start: str | None) -> Iterator[Mark]:
    """Yield what hangs on the start, day 0 and the enrolment."""
    is_before = person.is_enrolled and emergent(start, person.enrolled_on) == "no"
    on = full_date(start)
    yield AT_EVENT, OUTSIDE if not person.is_enrolled else BEFORE if is_before else INSIDE
    yield EMERGENT, emergent(start, person.anchor)
    yield START_DAY, None if on is None or person.anchor is None else study_day(on, person.anchor)


def _what(form: Form, book: Casebook, repeat: str, visit: str) -> Iterator[Mark]:
    """Yield what hangs on how serious and how severe it was, and on how it ended."""
    serious = is_serious(form, book, repeat, visit=visit)
    grade = grade_event(form, book, repeat, visit=visit).grade
    yield COUNTS_AS_SERIOUS, _told(serious.is_serious)
    yield WHY_SERIOUS, serious.why if serious.is_serious else None
    yield SEVERE, _told(None if grade is None else grade >= LEAST_SEVERE)
    yield FATAL, _told(is_fatal(form, book, repeat, visit=visit))


def _told(known: bool | None) -> str:  # noqa: FBT001 - an answer, no switch
    return "unknown" if known is None else "yes" if known else "no"
