"""Forms and roles: known names, questions that can be answered, an order that can be kept."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.errors import Problem
from trialbook.protocol.check_names import Names
from trialbook.protocol.check_units import check_accepted, check_unit
from trialbook.protocol.condition_names import BUILT_IN
from trialbook.protocol.model import Derived, Form, Item, Role
from trialbook.protocol.read_forms import EVERYTHING, PARTICIPANT
from trialbook.protocol.reading import KeyPath
from trialbook.protocol.suggest import listed
from trialbook.protocol.values import Value, parse_value

SEEN_WORDS = frozenset({EVERYTHING, "data", "results"})
TERM = "term"


def check_forms(names: Names) -> Iterator[Problem]:
    """Yield the mistakes of the sections `roles` and `forms`, blinding and conditions apart."""
    for role in names.study.roles.values():
        yield from _check_role(role, names)
    yield from _check_missing(names)
    if not names.study.forms:
        yield names.problem("FORM-29", ("forms",))
    for form in names.study.forms.values():
        path = ("forms", form.id)
        if form.id in BUILT_IN:
            yield names.problem("FORM-18", path, name=form.id, names=listed(BUILT_IN))
        yield from _check_by(form, path, names)
        yield from _check_participants(form, path, names)
        yield from _check_order(form, path, names)
        yield from _check_events(form, path, names)
        for item in form.items.values():
            yield from _check_item(form, item, (*path, "items", item.group or item.id), names)
        for derived in form.derived.values():
            yield from _check_derived(form, derived, (*path, "derive", derived.id), names)


def _check_derived(form: Form, derived: Derived, path: KeyPath, names: Names) -> Iterator[Problem]:
    if derived.kind == "count" and not form.repeating and not names.is_undated(form.id):
        yield names.problem("FORM-35", path, form=form.id)
    if names.is_written(*path, "unit"):
        yield from check_unit(derived.unit, (*path, "unit"), names)


def _check_missing(names: Names) -> Iterator[Problem]:
    """Yield a missing-data code that is also a number, a date or a yes or no that some item takes: 99 of an age."""
    items = [item for form in names.study.forms.values() for item in form.items.values()]
    others = [item for item in items if item.kind not in {"text", "choice"}]
    for code in names.study.missing:
        hidden = next((item for item in others if isinstance(parse_value(item, code), Value)), None)
        if hidden is not None:
            yield names.problem("FORM-07", ("missing", code), item=hidden.id, choice=code)


def _check_role(role: Role, names: Names) -> Iterator[Problem]:
    path = ("roles", role.id)
    if role.id == PARTICIPANT:
        yield names.problem("FORM-19", path)
    for key, forms, words in (
        ("sees", role.sees, SEEN_WORDS),
        ("except", role.hidden, frozenset[str]()),
        ("records", role.records, frozenset({EVERYTHING})),
    ):
        for number, form in enumerate(forms):
            if form not in words:
                yield from names.form(form, (*path, key, f"[{number}]"))


def _check_by(form: Form, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield a form that nobody may answer, and roles that answer it but do not record it."""
    if not form.by and names.study.roles and names.is_written(*path):
        yield names.problem("FORM-20", path, form=form.id)
    for number, name in enumerate(form.by):
        here = (*path, "by", f"[{number}]")
        role = names.study.roles.get(name)
        if name == PARTICIPANT:
            continue
        if role is None:
            yield from names.role(name, here)
        elif not {EVERYTHING, form.id}.intersection(role.records):
            yield names.problem("FORM-21", here, form=form.id, role=name)


def _check_participants(form: Form, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield a form that participants are to answer and cannot: what they are handed belongs to a visit and a role."""
    if PARTICIPANT not in form.by or not names.study.roles or names.is_undated(form.id):
        return
    here = (*path, "by", f"[{form.by.index(PARTICIPANT)}]")
    is_recorded = any({EVERYTHING, form.id}.intersection(role.records) for role in names.study.roles.values())
    if form.repeating or form.timing != "visits":
        yield names.problem("FORM-45", here, "warning" if is_recorded else "error", form=form.id)
    elif not is_recorded:
        yield names.problem("FORM-46", here, form=form.id)


def _check_order(form: Form, path: KeyPath, names: Names) -> Iterator[Problem]:
    for number, other in enumerate(form.after):
        here = (*path, "after", f"[{number}]")
        yield from names.form(other, here)
        if form.id in _before(other, names):
            yield names.problem("FORM-22", here, form=form.id, other=other)
        elif _never_meet(form, other, names):
            yield names.problem("FORM-23", here, "warning", form=form.id, other=other)


def _never_meet(form: Form, other: str, names: Names) -> bool:
    """Tell whether no visit has both forms, as far as it could be read when they are due."""
    if other not in names.study.forms or not form.visits or any(map(names.is_undated, (form.id, other))):
        return False
    return not set(form.visits) & set(names.study.forms[other].visits)


def _before(form: str, names: Names) -> frozenset[str]:
    """Return the form and all that come before it, at any remove."""
    found: set[str] = set()
    waiting = [form]
    while waiting:
        name = waiting.pop()
        if name not in found and name in names.study.forms:
            found.add(name)
            waiting += names.study.forms[name].after
    return frozenset(found)


def _check_events(form: Form, path: KeyPath, names: Names) -> Iterator[Problem]:
    if not form.events or not form.items:
        return
    if TERM not in form.items or form.items[TERM].kind not in {"text", "choice"}:
        yield names.problem("FORM-24", (*path, "events"), form=form.id)
    if not form.repeating and not names.is_unread(*path, "repeating"):
        yield names.problem("FORM-25", (*path, "events"), form=form.id)


def _check_item(form: Form, item: Item, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield what is wrong with one item; those of an instrument are the catalogue's."""
    if form.instrument is not None:
        return
    if item.unit is not None and names.is_written(*path, "number"):
        yield from check_unit(item.unit, (*path, "number"), names)
        yield from check_accepted(item, path, names)
    yield from _check_ranges(item, path, names)
    if _is_yes_no(item, names):
        yield names.problem("FORM-31", (*path, "choice"), item=item.id)
    for key, limit in (("upper", item.upper_item), ("lower", item.lower_item)):
        if limit is not None:
            yield from _check_limit(form, item, limit, (*path, key), names)


def _is_yes_no(item: Item, names: Names) -> bool:
    """Tell whether a choice is between yes and no in just these words: a condition would have to compare texts."""
    said = {code.casefold(): names.study.say(text).casefold() for code, text in item.choices.items()}
    return said == {"yes": "yes", "no": "no"}


def _check_ranges(item: Item, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield an expected range that leaves the scale."""
    low, high = item.expected_low, item.expected_high
    below = low is not None and item.minimum is not None and low < item.minimum
    above = high is not None and item.maximum is not None and high > item.maximum
    if below or above:
        yield names.problem("FORM-26", (*path, "expected"), item=item.id)


def _check_limit(form: Form, item: Item, limit: str, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield a limit of normal that is no number of the same form and unit."""
    yield from names.item(f"{form.id}.{limit}", path)
    found = form.items.get(limit)
    if found is not None and (found.kind != "number" or found.unit != item.unit or limit == item.id):
        yield names.problem("FORM-28", path, item=item.id, limit=limit, unit=item.unit or "")
