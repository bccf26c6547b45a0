"""What rules say, in the words of the reader: whatever they name in the study's first language, in the reader's own.

The rules below the site know no reader. They name items, forms, visits and choices as the study's first language does;
here such a name is said in the language that the page is shown in, where the study file has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from types import MappingProxyType

from django.utils.translation import get_language, gettext

from trialbook import wording
from trialbook.errors import Problem
from trialbook.protocol.model import Form, Study, Text
from trialbook.protocol.typed_dates import NEVER
from trialbook.protocol.unit_words import SPANS
from trialbook.web.kept import Kept

READ: ContextVar[Study | None] = ContextVar("READ", default=None)
"""The study file by which the asker of this request is shown the study; none before anybody asks."""
KNOWN = Kept(24)
TYPED = frozenset({"text", "typed", "written"})
"""Values of a problem about an answer that are what somebody typed: they stay as they are."""
NOTHING: Mapping[str, str] = MappingProxyType({})
SPELLED = {plural: one for one, plural in SPANS.items()} | {one: one for one in SPANS}
AMOUNT = re.compile(rf"((?:[<>]=? ?)?[\d.]+) ({'|'.join(SPELLED)})")
REASON = re.compile(r"(.+?): (.+)")
BOTH = re.compile(r"([\d.<>=]+ [^()]+) \(([\d.<>=]+ [^()]+)\)")
"""A number as it was typed, and in the unit of its item."""
CODED = re.compile(r"(.+) \((\w+)\)")


def sentence(problem: Problem) -> str:
    """Say what is wrong."""
    return wording.sentence(_read(problem), gettext)


def remedy(problem: Problem) -> str:
    """Say what to do about it."""
    return wording.remedy(_read(problem), gettext)


def _read(problem: Problem) -> Problem:
    typed = TYPED if problem.code.startswith("VALUE-") else frozenset[str]()
    values = {name: text if name in typed else in_words(text) for name, text in problem.values.items()}
    return Problem(code=problem.code, level=problem.level, place=problem.place, values=values)


def in_words(text: str) -> str:
    """Return a name of the study in the language of the reader, a span of time, or a list of such; else the text."""
    study = READ.get()
    known = NOTHING if study is None else names_of(study)
    if text in known:
        return known[text]
    amount = AMOUNT.fullmatch(text)
    if amount is not None:
        span = gettext(SPELLED[amount[2]])
        return text if span == SPELLED[amount[2]] else f"{amount[1]} {span}"
    both = BOTH.fullmatch(text)
    if both is not None:
        return f"{in_words(both[1])} ({in_words(both[2])})"
    coded = CODED.fullmatch(text)
    if coded is not None and coded[1] in known:
        return f"{known[coded[1]]} ({coded[2]})"
    parts = text.split(", ")
    return listed(known[part] for part in parts) if all(part in known for part in parts) else _reasons(text, known)


def _reasons(text: str, known: Mapping[str, str]) -> str:
    """Say answers that are missing, as `conduct.reasons` writes them: `Last major surgery: 2026-09, not known ...`."""
    found = [REASON.fullmatch(part) for part in text.split("; ")]
    if not known or not all(one is not None and one[1] in known for one in found):
        return text
    words = {
        "not answered": gettext("not answered"),
        "cannot be worked out": gettext("cannot be worked out"),
        "not known whether it counts": gettext("not known whether it counts"),
    }
    said = [(known[one[1]], words.get(one[2]) or said_value(one[2])) for one in found if one is not None]
    return clauses(gettext("%(label)s: %(value)s") % {"label": label, "value": value} for label, value in said)


def said_value(text: str) -> str:
    """Return an answer as rules write it, in the words of the reader: a choice, a number of years, a yes."""
    return {"yes": gettext("yes"), "no": gettext("no"), NEVER: gettext("never")}.get(text) or in_words(text)


def listed(parts: Iterable[object]) -> str:
    """Join names as the language of the reader does."""
    return gettext(", ").join(str(part) for part in parts)


def clauses(parts: Iterable[object]) -> str:
    """Join what is said of one thing as the language of the reader does."""
    return gettext("; ").join(str(part) for part in parts)


# ---- the names of a study ---------------------------------------------------------------------------------------


def names_of(study: Study) -> Mapping[str, str]:
    """Return what the study's first language names, as the reader's does; none where one name has two of them."""
    code = (get_language() or "").casefold()
    tag = next((tag for tag in study.identity.languages[1:] if tag.casefold() == code), None)
    if tag is None:
        return NOTHING
    return KNOWN.of((study.fingerprint, tag), (study,), lambda: _names(study, tag))


def _names(study: Study, tag: str) -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for text in texts_of(study):
        if tag in text:
            found.setdefault(study.say(text), set()).add(text[tag])
    for visit in study.schedule.visits.values():
        found.setdefault(visit.id, {study.say(visit.label, tag)})
    return MappingProxyType({name: said.pop() for name, said in found.items() if name and len(said) == 1})


def texts_of(study: Study) -> Iterator[Text]:
    """Yield every text of a study by which rules name something."""
    for form in study.forms.values():
        yield from _texts_of_form(form)
    yield from (visit.label for visit in study.schedule.visits.values())
    yield from (treatment.label for treatment in study.treatments.values())
    yield from (criterion.text for criterion in study.criteria)
    yield from (role.label for role in study.roles.values())
    yield from (endpoint.label for endpoint in study.endpoints.values())
    yield from study.missing.values()


def _texts_of_form(form: Form) -> Iterator[Text]:
    yield form.label
    yield from form.group_labels.values()
    for item in form.items.values():
        yield from (item.label, *item.choices.values())
    for derived in form.derived.values():
        yield from (derived.label, *derived.levels.values())
