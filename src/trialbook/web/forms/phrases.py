"""What rules write in English, in the language of the reader: of a deviation its plan, of a query what it asks."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from django.utils.translation import get_language, gettext, gettext_noop

from trialbook.conduct.casebook import Query
from trialbook.conduct.findings import CHECK, EXPECTED
from trialbook.protocol.model import Form, Study
from trialbook.web.saying import READ, in_words
from trialbook.wording import CATALOGUE

PHRASES = (
    gettext_noop("none after {day}"),
    gettext_noop("consent first"),
    gettext_noop("consent on {day}"),
    gettext_noop("enrolment first"),
    gettext_noop("enrolled {day}"),
    gettext_noop("enrolment"),
    gettext_noop("no more doses"),
    gettext_noop("not given"),
    gettext_noop("against: {criteria}"),
    gettext_noop("unknown: {criteria}"),
    gettext_noop("completed later: {forms}"),
    gettext_noop("not complete: {forms}"),
    gettext_noop("dose of {treatment}"),
    gettext_noop("dose {number}"),
    gettext_noop("after {forms}"),
    gettext_noop("by {day}"),
    gettext_noop("no dose where {rule}"),
    gettext_noop("a decision where {rule}"),
    gettext_noop("known first: {items}"),
    gettext_noop("{span} later is {day}, counted until {end}"),
)
"""As `conduct.deviations` and `conduct.screening` write them; the first that fits is taken."""
NOTES = (
    gettext_noop("Link {number} to {forms} ({language}) made, valid until {moment}."),
    gettext_noop("Link {number} to {forms} ({language}) opened by the participant."),
    gettext_noop("Link {number} to {forms} ({language}) finished by the participant."),
    gettext_noop("Link {number} to {forms} ({language}) withdrawn."),
    gettext_noop("Tablet {number} to {forms} ({language}) made, valid until {moment}."),
    gettext_noop("Tablet {number} to {forms} ({language}) opened by the participant."),
    gettext_noop("Tablet {number} to {forms} ({language}) finished by the participant."),
    gettext_noop("Tablet {number} to {forms} ({language}) withdrawn."),
)
"""As `invitations.standing` writes them into the ledger."""
RANGE = "VALUE-31"
PART = "; "
DAYS = re.compile(r"(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)")
BLANK = re.compile(r"\\\{(\w+)\\\}")


def reworded(text: str) -> str:
    """Return a phrase in the language of the reader; what is no such phrase stays as it is."""
    return PART.join(_reworded(part) for part in text.split(PART))


def _reworded(part: str) -> str:
    for phrase in PHRASES:
        found = _rule(phrase).fullmatch(part)
        if found is not None:
            return gettext(phrase).format(**{name: _said(text) for name, text in found.groupdict().items()})
    return _said(part)


def note_words(text: str, study: Study | None = None) -> str:
    """Return a note that the site made of a link or a tablet in the language of the reader; people's words stay.

    `study` is the version by which it was made, where that is at hand: what it names may be gone since.
    """
    token = READ.set(study or READ.get())
    try:
        return _note_words(text)
    finally:
        READ.reset(token)


def _note_words(text: str) -> str:
    for phrase in NOTES:
        found = _rule(phrase).fullmatch(text)
        if found is not None:
            return gettext(phrase).format(**{name: in_words(part) for name, part in found.groupdict().items()})
    return text


def _said(text: str) -> str:
    """Say a part of a phrase: a name of the study, a span of time, or the days between which something lies."""
    days = DAYS.fullmatch(text)
    if days is not None:
        return gettext("%(first)s to %(last)s") % {"first": days[1], "last": days[2]}
    return in_words(text)


@cache
def _rule(phrase: str) -> re.Pattern[str]:
    return re.compile(BLANK.sub(r"(?P<\1>.+)", re.escape(phrase)))


# ---- queries ----------------------------------------------------------------------------------------------------


def asked(study: Study, query: Query) -> Query:
    """Return a query with its words in the language of the reader where a rule raised it; people's words stay."""
    form = study.forms.get(query.cell.form)
    if form is None or not query.rule:
        return query
    text = _of_range(study, form, query) if query.rule == EXPECTED else _of_check(study, form, query)
    return replace(query, text=text) if text else query


def _of_range(study: Study, form: Form, query: Query) -> str:
    """Say that an answer lies outside of its range; empty where that is not what was recorded."""
    said, item = CATALOGUE[RANGE].sentence, form.items.get(query.cell.item)
    found = _rule(said).fullmatch(query.text)
    if found is None or item is None or found["item"] not in {*item.label.values(), *item.rating.values()}:
        return ""
    values = {**found.groupdict(), "item": study.say(item.label, get_language()), "value": in_words(found["value"])}
    return gettext(said).format(**values)


def _of_check(study: Study, form: Form, query: Query) -> str:
    """Say what an edit check says; empty where it says something else by now."""
    name = query.rule.removeprefix(CHECK)
    say = next((check.say for check in form.checks if check.id == name and query.text in check.say.values()), {})
    return study.say(say, get_language())
