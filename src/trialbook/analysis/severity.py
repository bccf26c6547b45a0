"""How many adverse events were serious, and how many severe: by the same rules as on the page of adverse events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from trialbook.analysis.rows import Stat
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.safety import GRADE, SERIOUS, SIGNS, grade_event, is_serious

if TYPE_CHECKING:
    from trialbook.analysis.events import Event
    from trialbook.protocol.model import Form

SEVERE = 3
"""Grade from which an event is called severe."""
NOT_TOLD = "Not recorded of {n} of the events."
METHODS = {
    "n_serious": "events that are serious by what came of them, or as recorded (ICH E2A)",
    "n_severe": f"events of grade {SEVERE} or more, as recorded",
}


def severity_stats(form: Form, events: Sequence[Event]) -> Iterator[Stat]:
    """Count serious events, and those of grade 3 or more, where the form asks; those not told of in a warning."""
    rows = [(_row(form, one), one.repeat, one.visit) for one in events]
    if {SERIOUS, *SIGNS} & set(form.items):
        judged = (is_serious(form, book, repeat, visit=visit) for book, repeat, visit in rows)
        yield _counted("n_serious", [one.is_serious for one in judged])
    if GRADE in form.items:
        graded = (grade_event(form, book, repeat, visit=visit).grade for book, repeat, visit in rows)
        yield _counted("n_severe", [None if grade is None else grade >= SEVERE for grade in graded])


def _row(form: Form, event: Event) -> Casebook:
    """Return what is recorded of one event alone."""
    answers = {
        Cell(event.visit, form.id, event.repeat, item): Answer(text=text, value=text)
        for item, text in event.texts.items()
    }
    return Casebook(participant=event.participant, answers=answers)


def _counted(name: str, told: Sequence[bool | None]) -> Stat:
    unknown = told.count(None)
    warning = NOT_TOLD.format(n=unknown) if unknown else ""
    return Stat(name=name, value=told.count(True), unit="events", method=METHODS[name], warning=warning)
