"""Leaks of blinding that the study file itself makes, whatever the program does to keep things apart."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.errors import Problem
from trialbook.protocol.check_conditions import Written, form_conditions
from trialbook.protocol.check_names import Names
from trialbook.protocol.condition_names import BUILT_IN, names_for
from trialbook.protocol.conditions import Condition, compile_condition
from trialbook.protocol.model import Form, Role, Study
from trialbook.protocol.read_forms import EVERYTHING

WIDE = ("everything", "data", "results")
TELLS_VISIT = BUILT_IN
"""First parts of names that differ from visit to visit, as a status does before enrolment and at the end."""


def check_blinding(names: Names) -> Iterator[Problem]:
    """Yield what a blind role would learn, and what others would learn of a form that is kept from them."""
    for role in names.study.roles.values():
        yield from _check_clash(role, names)
        if role.blind:
            yield from _check_blind(role, names)
    if _may_leak(names.study):
        for written in form_conditions(names.study):
            if written.where != "row":  # which rows are counted changes nothing that is asked
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
    if role.rights:
        yield names.problem("BLIND-09", (*path, "rights"), role=role.id, rights=", ".join(role.rights))
    yield from _check_same_visits(role, names)
    arm = (names.study.participants.arm or "").partition(".")[0]
    if arm in names.study.forms and sees(role, arm, names.study) and not set(WIDE).intersection(role.sees):
        yield names.problem("BLIND-08", path, role=role.id, form=arm)
    for form in names.study.forms.values():
        others = [name for name in form.by if name in names.study.roles and not names.study.roles[name].blind]
        if role.id in form.by and others:
            yield names.problem("BLIND-04", ("forms", form.id, "by"), form=form.id, blind=role.id, other=others[0])


def _check_same_visits(role: Role, names: Names) -> Iterator[Problem]:
    """Yield a form that a blind role sees at other visits than another: what is due tells the visit."""
    study = names.study
    if set(WIDE).intersection((*role.sees, *role.records)):  # told as BLIND-01
        return
    forms = [form for form in study.forms.values() if _is_due_to(role, form, study) and not names.is_undated(form.id)]
    forms = [form for form in forms if form.recordings is None]  # offered later, one by one, without order
    rated = [form for form in forms if form.timing == "visits"]
    for form in forms:
        first = rated[0] if rated else form
        if (form.timing, form.visits) != (first.timing, first.visits):
            yield names.problem("BLIND-07", ("forms", form.id, "at"), role=role.id, form=form.id, other=first.id)


def _is_due_to(role: Role, form: Form, study: Study) -> bool:
    """Tell whether a role can learn when a form is due: it reads one of the visits, or is asked one once."""
    if form.timing == "visits":
        return sees(role, form.id, study)
    return form.timing == "once" and records(role, form)


def _may_leak(study: Study) -> bool:
    return any(role.blind or role.hidden for role in study.roles.values())


def _check_condition(written: Written, names: Names) -> Iterator[Problem]:
    """Yield a condition that a reader of its form could turn around: what is asked tells what is hidden."""
    study, form = names.study, written.form or ""
    found = compile_condition(written.text, names_for(study, written.where, form=form))
    if not isinstance(found, Condition):
        return
    used = sorted(tuple(name.split(".")) for name in found.names)
    for role in study.roles.values():
        if not sees(role, form, study):
            continue
        tells = [name for name in used if _tells_visit(name, study.forms[form], role, study)]
        if role.blind and tells:
            yield names.problem("BLIND-02", written.path, role=role.id, form=form, name=".".join(tells[0]))
        for hidden in sorted({_form_of(name) for name in used} - {form}):
            if hidden in study.forms and is_kept_from(role, hidden, study):
                yield names.problem("BLIND-03", written.path, role=role.id, form=form, hidden=hidden)


def _tells_visit(name: tuple[str, ...], own: Form, role: Role, study: Study) -> bool:
    """Tell whether a name differs from visit to visit, or has a value at some visits only, for a reader of a form.

    Forms that are kept from the reader are told on their own.
    """
    form = study.forms.get(_form_of(name))
    if name[0] in TELLS_VISIT or form is None or form.id == own.id:
        return name[0] in TELLS_VISIT
    is_due_throughout = form.timing == "once" or (form.timing == "visits" and set(own.visits) <= set(form.visits))
    return not is_due_throughout and not is_kept_from(role, form.id, study)


def _form_of(name: tuple[str, ...]) -> str:
    return name[1] if name[0] in BUILT_IN else name[0]


def is_kept_from(role: Role, form: str, study: Study) -> bool:
    """Tell whether a form is hidden from a role on purpose: by `except`, or since the role is blind."""
    return (role.blind or form in role.hidden) and not sees(role, form, study)


def records(role: Role, form: Form) -> bool:
    """Tell whether a role answers a form."""
    return bool({EVERYTHING, form.id}.intersection(role.records)) or role.id in form.by


def sees(role: Role, form: str, study: Study) -> bool:
    """Tell whether a role is shown a form: what it sees, without what is taken out, and what it records."""
    is_shown = bool({EVERYTHING, "data", form}.intersection(role.sees)) and form not in role.hidden
    return is_shown or records(role, study.forms[form])
