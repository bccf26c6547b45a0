"""Leaks of blinding that the study file itself makes, whatever the program does to keep things apart."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.errors import Problem
from trialbook.protocol.check_conditions import Written, form_conditions
from trialbook.protocol.check_names import Names
from trialbook.protocol.condition_names import BUILT_IN, names_for
from trialbook.protocol.conditions import Condition, compile_condition
from trialbook.protocol.model import Role, Study
from trialbook.protocol.read_forms import EVERYTHING

WIDE = ("everything", "data", "results")
TELLS_VISIT = ("visit", "baseline", "previous")


def check_blinding(names: Names) -> Iterator[Problem]:
    """Yield what a blind role would learn, and what others would learn of a form that is kept from them."""
    for role in names.study.roles.values():
        yield from _check_clash(role, names)
        if role.blind:
            yield from _check_blind(role, names)
    if _may_leak(names.study):
        for written in form_conditions(names.study):
            yield from _check_condition(written, names)


def _check_clash(role: Role, names: Names) -> Iterator[Problem]:
    """Yield forms that are kept from a role that fills them in."""
    for number, form in enumerate(role.hidden):
        if form in role.records:
            yield names.problem("BLIND-05", ("roles", role.id, "except", f"[{number}]"), role=role.id, form=form)


def _check_blind(role: Role, names: Names) -> Iterator[Problem]:
    path = ("roles", role.id)
    for key, words in (("sees", role.sees), ("records", role.records)):
        for word in words:
            if word in WIDE:
                yield names.problem("BLIND-01", (*path, key), role=role.id, word=word)
    if {"visit", "participant"} & set(role.signs):
        yield names.problem("BLIND-06", (*path, "signs"), role=role.id)
    yield from _check_same_visits(role, names)
    for form in names.study.forms.values():
        others = [name for name in form.by if name in names.study.roles and not names.study.roles[name].blind]
        if role.id in form.by and others:
            yield names.problem("BLIND-04", ("forms", form.id, "by"), form=form.id, blind=role.id, other=others[0])


def _check_same_visits(role: Role, names: Names) -> Iterator[Problem]:
    """Yield a form that is due at other visits than another of the same blind role: what is due tells the visit."""
    forms = [form for form in names.study.forms.values() if role.id in form.by and form.timing == "visits"]
    read = [form for form in forms if not names.is_undated(form.id)]
    for form in read[1:]:
        if form.visits != read[0].visits:
            path = ("forms", form.id, "at")
            yield names.problem("BLIND-07", path, role=role.id, form=form.id, other=read[0].id)


def _may_leak(study: Study) -> bool:
    return any(role.blind or role.hidden for role in study.roles.values())


def _check_condition(written: Written, names: Names) -> Iterator[Problem]:
    """Yield a condition that a reader of its form could turn around: what is asked tells what is hidden."""
    study, form = names.study, written.form or ""
    found = compile_condition(written.text, names_for(study, written.where, form=form))
    if not isinstance(found, Condition):
        return
    used = {tuple(name.split(".")) for name in found.names}
    for role in study.roles.values():
        if not sees(role, form, study):
            continue
        tells = sorted(name for name in used if name[0] in TELLS_VISIT)
        if role.blind and tells:
            yield names.problem("BLIND-02", written.path, role=role.id, form=form, name=".".join(tells[0]))
        for hidden in sorted({_form_of(name) for name in used} - {form}):
            if hidden in study.forms and is_kept_from(role, hidden, study):
                yield names.problem("BLIND-03", written.path, role=role.id, form=form, hidden=hidden)


def _form_of(name: tuple[str, ...]) -> str:
    return name[1] if name[0] in BUILT_IN else name[0]


def is_kept_from(role: Role, form: str, study: Study) -> bool:
    """Tell whether a form is hidden from a role on purpose: by `except`, or since the role is blind."""
    return (role.blind or form in role.hidden) and not sees(role, form, study)


def sees(role: Role, form: str, study: Study) -> bool:
    """Tell whether a role is shown a form: what it sees, without what is taken out, and what it records."""
    shown = {EVERYTHING, "data", form}.intersection(role.sees) and form not in role.hidden
    recorded = {EVERYTHING, form}.intersection(role.records) or role.id in study.forms[form].by
    return bool(shown or recorded)
