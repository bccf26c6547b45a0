"""Eligibility: dates that must be dates, and criteria that somebody can answer."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.errors import Problem
from trialbook.protocol.check_names import Names
from trialbook.protocol.eligibility_form import ELIGIBILITY, can_ask
from trialbook.protocol.model import Criterion, Duration, Form, Item
from trialbook.protocol.phrases import write_duration
from trialbook.protocol.read_visits import ENROLMENT
from trialbook.protocol.reading import KeyPath


def check_eligibility(names: Names) -> Iterator[Problem]:
    """Yield the mistakes of the section `eligibility`, conditions apart."""
    if names.study.consent is not None:
        yield from _check_consent(names.study.consent, names)
    if names.study.amendments.consent is not None:
        yield from names.date_item(names.study.amendments.consent, ("amendments", "consent_again"))
    seen: set[str] = set()
    for criterion in names.study.criteria:
        path = ("eligibility", criterion.kind, criterion.id)
        if criterion.id in seen:
            yield names.problem("STUDY-18", path, criterion=criterion.id)
        seen.add(criterion.id)
        yield from _check_dates(criterion, path, names)
    asked = [found for found in names.study.criteria if names.is_asked(found)]
    if asked:
        yield from _check_form(names.study.forms[ELIGIBILITY], asked, names)


def _check_consent(name: str, names: Names) -> Iterator[Problem]:
    """Yield what keeps an item from telling the one day of the consent."""
    path = ("eligibility", "consent")
    yield from names.date_item(name, path)
    found = names.find(name)
    if found is None:
        return
    form, item = found
    if not isinstance(item, Item) or item.kind != "date":
        return
    if item.partial or item.never or (form.repeating and not names.is_undated(form.id)):
        yield names.problem("PLAN-38", path, item=name)


def _check_dates(criterion: Criterion, path: KeyPath, names: Names) -> Iterator[Problem]:
    for key, begin, span in (("since", "date", criterion.since), ("washout", "since", criterion.washout)):
        if span is not None:
            yield from names.moment(span.since, (*path, key, begin))
            yield from check_days(span.at_least, (*path, key, "at_least"), names)
            if span.before != ENROLMENT:
                yield from names.moment(span.before, (*path, key, "before"))


def check_days(duration: Duration | None, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield a time of less than a day where days are counted: it would be judged as if it were none, or a day."""
    if duration is not None and duration.unit in {"minute", "hour"}:
        yield names.problem("PLAN-26", path, written=write_duration(duration))


def _check_form(form: Form, asked: list[Criterion], names: Names) -> Iterator[Problem]:
    """Yield what keeps the criteria without a rule from being answered."""
    path = ("forms", ELIGIBILITY)
    if not can_ask(form):
        if not names.is_undated(form.id):
            yield names.problem("FORM-33", path, criterion=asked[0].id)
        return
    for criterion in asked:
        here = ("eligibility", criterion.kind, criterion.id)
        item = form.items.get(criterion.id)
        if item is None or item.kind != "yes_no":
            if item is None or not names.is_broken(form.id, item):
                yield names.problem("FORM-34", (*path, "items", criterion.id), criterion=criterion.id)
        elif not form.by and not names.is_written(*path):
            yield names.problem("FORM-32", here, criterion=criterion.id)
