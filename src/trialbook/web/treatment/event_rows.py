"""The adverse events of participants: each row with how severe, how serious, over or not, and by when it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from trialbook.capture.ledger import Entry
from trialbook.conduct.casebook import Answer, Casebook
from trialbook.conduct.event_outcomes import FINAL, outcome_of
from trialbook.conduct.moments import Days
from trialbook.conduct.recorded import Row, filled_rows
from trialbook.conduct.reporting_clock import ReportingClock, reporting_clock
from trialbook.conduct.safety import SIGNS, EventGrade, Seriousness, grade_event, is_serious, says_serious
from trialbook.protocol.model import Form, Item, Study
from trialbook.web.forms.words import answer_words
from trialbook.web.treatment.event_items import item_for, others
from trialbook.web.treatment.links import address_of

History = Callable[[str, str, Row], tuple[Entry, ...]]
"""Gives every entry of a participant's form in a row."""
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An answer as it is read: its label and its words."""

    label: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One adverse event."""

    participant: str
    form: Form
    visit: str
    repeat: str
    term: str
    kind: str
    grade: EventGrade
    grade_words: str
    """What the answer is called, where that is more than its number."""
    seriousness: Seriousness
    signs: tuple[tuple[str, bool | None], ...]
    """The reasons that make an event serious which the form asks for, each with its answer."""
    relation: str
    expected: str
    onset: str
    end: str
    outcome: str
    is_ongoing: bool | None
    """Whether it is not over; None where the form asks neither when it ended nor with what outcome."""
    is_settled: bool | None
    """Whether nothing more comes of it by its outcome; None where no outcome is told."""
    is_pregnancy: bool
    others: tuple[Shown, ...]
    clock: ReportingClock | None
    """Of a serious event."""
    has_report_item: bool
    address: str | None

    @property
    def is_marked(self) -> bool:
        """Tell whether a reason that makes it serious is answered with yes."""
        return any(said for _, said in self.signs)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Say what cannot be, of the days on which it was known and reported."""
        if self.clock is None:
            return ()
        said = {
            "reported before known": gettext("reported before it was known?"),
            "reported ahead": gettext("reported on a day to come?"),
        }
        ahead = gettext("known since a day to come?") if self.clock.is_known_ahead else ""
        return tuple(words for words in (said.get(self.clock.state, ""), ahead) if words)

    @property
    def is_followed(self) -> bool:
        """Tell whether it is to be followed up: serious or of grade 3 and worse, and not settled.

        By its outcome, where one is told: it may have ended and not be recovered from. Else until it is over.
        """
        is_grave = bool(self.seriousness.is_serious) or (self.grade.grade or 0) >= 3
        return is_grave and (self.is_ongoing is not False if self.is_settled is None else not self.is_settled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """In whose words, and at what time, events are read."""

    study: Study
    language: str | None
    now: datetime
    history: History


def events_forms(study: Study) -> tuple[Form, ...]:
    """Return the forms whose rows are adverse events."""
    return tuple(form for form in study.forms.values() if form.events)


def event_rows(reading: Reading, casebook: Casebook, forms: tuple[Form, ...]) -> Iterator[EventRow]:
    """Yield the events of a participant, form by form in the order of their rows."""
    for form in forms:
        yield from (_event(reading, casebook, form, row) for row in filled_rows(casebook, form.id))


def _event(reading: Reading, casebook: Casebook, form: Form, row: Row) -> EventRow:
    seriousness = is_serious(form, casebook, row.repeat, visit=row.visit)
    settled = _is_settled(form, row)
    grade = grade_event(form, casebook, row.repeat, visit=row.visit)

    def say(meaning: str) -> str:
        item = item_for(form, meaning)
        return "" if item is None else words_of(reading.study, item, row.answers, reading.language)

    return EventRow(
        participant=casebook.participant,
        form=form,
        visit=row.visit,
        repeat=row.repeat,
        term=say("term")[:MOST_SHOWN],
        kind=say("kind"),
        grade=grade,
        grade_words="" if say("grade") == str(grade.grade) else say("grade"),
        seriousness=seriousness,
        signs=tuple((why, row.yes(item)) for item, why in SIGNS.items() if item in form.items),
        relation=say("relation"),
        expected=say("expected"),
        onset=say("onset"),
        end=say("end"),
        outcome=say("outcome"),
        is_ongoing=_is_ongoing(form, row, settled=settled),
        is_settled=settled,
        is_pregnancy=_is_pregnancy(form, row),
        others=_others(reading, form, row),
        clock=_clock(reading, casebook.participant, form, row) if seriousness.is_serious else None,
        has_report_item=item_for(form, "reported") is not None,
        address=address_of(form, casebook.participant, visit=row.visit, repeat=row.repeat),
    )


def words_of(study: Study, item: Item, answers: Mapping[str, Answer], language: str | None) -> str:
    """Return an answer in words; a missing-data code with its meaning, nothing where it is not answered."""
    answer = answers.get(item.id)
    return "" if answer is None else answer_words(study, item, answer, language)


def _others(reading: Reading, form: Form, row: Row) -> tuple[Shown, ...]:
    found = ((item, words_of(reading.study, item, row.answers, reading.language)) for item in others(form))
    return tuple(
        Shown(label=reading.study.say(item.label, reading.language), words=words) for item, words in found if words
    )


def _is_settled(form: Form, row: Row) -> bool | None:
    """Tell whether the outcome is final; None where none is told, or what it means is not known."""
    item = item_for(form, "outcome")
    outcome = outcome_of(item, None if item is None else row.text(item.id))
    return None if outcome is None else outcome in FINAL


def _is_ongoing(form: Form, row: Row, *, settled: bool | None) -> bool | None:
    """Tell whether an event is not over; why there is no end says nothing of one."""
    end = item_for(form, "end")
    if end is None or settled:
        return None if settled is None else not settled
    return row.text(end.id) is None


def _is_pregnancy(form: Form, row: Row) -> bool:
    """Tell whether a choice of the row says that it is a pregnancy."""
    choices = [item for item in form.items.values() if item.kind == "choice"]
    given = ((item, code) for item in choices for code in row.several(item.id))
    names = (name for item, code in given for name in (code, *item.choices.get(code, {}).values()))
    return any(name.casefold().startswith(("pregnan", "懷孕", "妊娠")) for name in names)


# ---- by when it is told -----------------------------------------------------------------------------------------


def _clock(reading: Reading, participant: str, form: Form, row: Row) -> ReportingClock | None:
    """Return the deadline of a serious event: from when it was known, or recorded, as serious."""
    zone = ZoneInfo(reading.study.identity.timezone)
    now, known = reading.now.astimezone(zone), _days(form, row, "aware")
    said = None if known.day is None or known.day > now.date() else datetime.combine(known.day, time(), zone)
    aware = said or _recorded_serious(form, reading.history(participant, form.id, row))
    if aware is None:
        return None
    return reporting_clock(aware.astimezone(zone), now=now, reported=_days(form, row, "reported"), known=known)


def _days(form: Form, row: Row, meaning: str) -> Days:
    item = item_for(form, meaning)
    return row.days(None if item is None else item.id)


def _recorded_serious(form: Form, entries: tuple[Entry, ...]) -> datetime | None:
    """Return when the first answer was recorded that makes the event serious."""
    found = (entry.at for entry in entries if says_serious(form, entry.item, entry.value))
    first = min(found, default=None)
    return None if first is None else datetime.fromisoformat(first.removesuffix("Z")).replace(tzinfo=UTC)
