"""What cannot wait for its visit: serious events that are to be reported, and the alerts of a blind assessor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from trialbook.capture.asking import SAFETY_ALERT
from trialbook.capture.ledger import Entry, utc
from trialbook.capture.store import Asked
from trialbook.conduct.casebook import Casebook
from trialbook.conduct.recorded import Row
from trialbook.protocol.model import Form, Study
from trialbook.web.actor import Actor
from trialbook.web.forms.sheet import language_of
from trialbook.web.looking import by_plan
from trialbook.web.request import StudyRequest
from trialbook.web.treatment.event_rows import EventRow, Reading, event_rows, events_forms

LATELY = timedelta(days=28)
"""How long an alert is told, and a report of which no form can say that it was made: nobody misses it over a leave."""


def events_to_report(request: StudyRequest, casebooks: Mapping[str, Casebook]) -> Iterator[EventRow]:
    """Yield the serious events of these participants whose report is not recorded, or on a day that cannot be."""
    for actor, some in by_plan(request, casebooks):
        reading, forms = reading_for(request, actor.study), forms_shown(actor)
        for casebook in some.values():
            yield from (event for event in event_rows(reading, casebook, forms) if _is_to_be_reported(event))


def _is_to_be_reported(event: EventRow) -> bool:
    clock = event.clock
    if event.doubts:
        return True
    if clock is None or clock.state not in {"running", "passed"}:
        return False
    return event.has_report_item or clock.left > -LATELY


def alerts_for(request: StudyRequest, casebooks: Mapping[str, Casebook]) -> list[Entry]:
    """Return the alerts of blind assessors about these participants of the last days, the newest first."""
    asked = Asked(equal={"act": "note", "value": SAFETY_ALERT}, since=utc(request.site.now() - LATELY))
    return [entry for entry in request.site.book.trail(asked) if entry.participant in casebooks and entry.text]


def forms_shown(actor: Actor) -> tuple[Form, ...]:
    """Return the forms of adverse events that somebody is ever shown."""
    return tuple(form for form in events_forms(actor.study) if actor.sees(form.id))


def reading_for(request: StudyRequest, study: Study) -> Reading:
    """Return in whose words, and at what time, somebody reads events."""

    def history(participant: str, form: str, row: Row) -> tuple[Entry, ...]:
        return request.site.history(participant=participant, visit=row.visit, form=form, repeat=row.repeat)

    return Reading(
        study=study,
        language=language_of(study, request.LANGUAGE_CODE),
        now=request.site.now(),
        history=history,
    )
