"""Which names a condition can use, by the place in the study file where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from trialbook.protocol.condition_text import KEYWORDS
from trialbook.protocol.model import Form, Item, ItemKind, Study

Kind = Literal["number", "yes or no", "text", "date", "numbers", "texts"]

Where = Literal["item", "form", "check", "row", "criterion", "dose", "responder", "set"]
"""`when` of an item; `when` of a form; a check of a form; `where` of a count; a criterion; what a dose needs; `when` of
an endpoint; of an analysis set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameType:
    """What a name stands for in a condition."""

    kind: Kind
    choices: tuple[str, ...] = ()
    """The only texts it can be; empty where it can be any."""


NUMBER, YES_NO, TEXT, DATE = (
    NameType(kind="number"),
    NameType(kind="yes or no"),
    NameType(kind="text"),
    NameType(kind="date"),
)
NUMBERS, TEXTS = NameType(kind="numbers"), NameType(kind="texts")

STATUSES = ("screening", "screen failure", "enrolled", "completed", "withdrawn")
SO_FAR = ("criterion", "dose")
"""Places that ask for the last answers so far: there is no baseline to compare with."""
BUILT_IN = ("baseline", "previous", "visit", "participant")
"""First parts of names that no form may have."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+")

PARTICIPANT: Mapping[str, NameType] = {"participant.status": NameType(kind="text", choices=STATUSES)}
OF_VISIT: Mapping[str, NameType] = {"visit.day": NUMBER, "visit.date": DATE}


def names_for(study: Study, where: Where, *, form: str | None = None) -> Mapping[str, NameType]:
    """Return the names that can be used in a place of the study file, with what they stand for.

    `form` is the form of an item, of a check, of a count, or the form itself. Forms of several rows are visible only
    in themselves, since elsewhere nothing says which row is meant; their counts are visible only elsewhere. A responder
    is judged at its visit.
    """
    own = study.forms[form] if form is not None else None
    if where == "row" and own is not None:
        return _of_row(study, own)
    names = dict(PARTICIPANT) if where not in SO_FAR else {}
    for other in _others(study, where, own):
        names |= _counts(other) if other.repeating else _answers(other)
    if own is not None and where != "form":
        names |= {name: known for name, known in _answers(own).items() if name not in _counts(own)}
    at_visit = where == "responder" or (own is not None and own.timing == "visits")
    if where not in SO_FAR and (own is None or own.timing != "once"):
        names |= _prefixed(study, "baseline")
    if at_visit:
        names |= {**OF_VISIT, "visit.id": NameType(kind="text", choices=tuple(study.schedule.visits))}
        names |= _prefixed(study, "previous")
    return names


def _others(study: Study, where: Where, own: Form | None) -> Iterator[Form]:
    """Yield the other forms whose answers, or whose counts over their rows, stand under their own name."""
    for form in study.forms.values():
        is_here = own is not None and bool(set(form.visits) & set(own.visits))
        is_any_visit = form.timing == "visits" and where in {*SO_FAR, "responder"}
        is_counted = form.timing == "any time" and form.repeating
        if (form.timing == "once" or is_here or is_any_visit or is_counted) and (own is None or form.id != own.id):
            yield form


def _of_row(study: Study, own: Form) -> Mapping[str, NameType]:
    """Return the names of one row of a form, for a count, and those of the forms that are answered once."""
    names = {name: known for name, known in _answers(own).items() if name.partition(".")[2] not in own.derived}
    for form in study.forms.values():
        if form.timing == "once" and not form.repeating:
            names |= _answers(form)
    return names


def _counts(form: Form) -> Mapping[str, NameType]:
    """Return the names of the counts over the rows of a form."""
    counts = (f"{form.id}.{derived.id}" for derived in form.derived.values() if derived.kind == "count")
    return {name: NUMBER for name in counts if _can_be_named(name)}


def _prefixed(study: Study, prefix: str) -> dict[str, NameType]:
    forms = (form for form in study.forms.values() if form.timing == "visits" and not form.repeating)
    return {f"{prefix}.{name}": known for form in forms for name, known in _answers(form).items()}


def _answers(form: Form) -> dict[str, NameType]:
    """Return every name that an answer, a group of ratings or a derived number of a form has."""
    names = {f"{form.id}.{item.id}": _type_of(item) for item in form.items.values()}
    names |= {f"{form.id}.{item.id}.never": YES_NO for item in form.items.values() if item.never}
    names |= {f"{form.id}.{group}": NUMBERS for group in form.groups}
    names |= {f"{form.id}.{derived}": NUMBER for derived in form.derived}
    return {name: known for name, known in names.items() if _can_be_named(name)}


def _type_of(item: Item) -> NameType:
    kinds: Mapping[ItemKind, NameType] = {
        "number": NUMBER,
        "vas": NUMBER,
        "yes_no": YES_NO,
        "date": DATE,
        "text": TEXT,
        "choice": NameType(kind="texts" if item.several else "text", choices=tuple(item.choices)),
    }
    return kinds[item.kind]


def _can_be_named(name: str) -> bool:
    return NAME.fullmatch(name) is not None and not KEYWORDS & set(name.split("."))
