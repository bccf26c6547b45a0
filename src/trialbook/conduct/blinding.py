"""Who is shown what of a casebook: the whole policy of blinding, as one pure function. What is not allowed is hidden.

A blind role is shown the form that is open now, built up item by item from what the study file allows by name; nothing
of the casebook is passed through. Every page, export and message is to be made from the masked casebook alone, and
conditions are to be judged on it: what is hidden is then unknown. `docs/explanation/blinding.md` gives the reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell
from trialbook.conduct.completeness import is_complete
from trialbook.conduct.schedule import UNSCHEDULED
from trialbook.errors import Problem
from trialbook.protocol.check_blinding import sees
from trialbook.protocol.model import Form, Role, Study
from trialbook.protocol.read_forms import EVERYTHING

NOW = " now"
"""Stands for the visit, and for the row, that is open; the blank keeps every visit and row from having this name."""

ALL_ANSWERS = frozenset({EVERYTHING, "data"})
ENDED = frozenset({"completed", "withdrawn", "screen failure"})
VISIT_ITEMS = frozenset({"date", "name"})
UNSEEN = Casebook(participant="")
"""What a role is shown that sees no form: nothing, not even who there is."""


def may_see(study: Study, role: str | None, form: str) -> bool:
    """Tell whether a role is ever shown answers of a form; one that the study file does not name never is.

    `form` may be `visit`, the built-in form that holds the date of a visit. A blind role sees what it records or sees
    by name, never by a wide word such as `everything`, and no form of others that has a `release`: whether it is
    shown would tell that the participant's last visit is over.
    """
    held = _named_role(study, role)
    if held is None:
        return False
    if held.blind:
        return form in study.forms and _is_named(held, study.forms[form])
    if form == VISIT_FORM:
        return _sees_visits(study, held)
    return form in study.forms and sees(held, form, study)


def _named_role(study: Study, role: str | None) -> Role | None:
    """Return the role of this name, None where the study file names none."""
    held = study.roles.get(role) if role is not None else None
    return held if held is not None and held.id == role else None


def _is_named(role: Role, form: Form) -> bool:
    """Tell whether a blind role is allowed a form by name."""
    is_open = form.id in role.records or (form.id in role.sees and form.release == "at once")
    return is_open and form.id not in role.hidden


def _sees_visits(study: Study, role: Role) -> bool:
    """Tell whether a role that is not blind is shown when visits took place: where it sees a form of the visits."""
    if VISIT_FORM in role.hidden:
        return False
    dated = (form.id for form in study.forms.values() if form.timing == "visits")
    return bool(ALL_ANSWERS.intersection(role.sees)) or any(sees(role, form, study) for form in dated)


def is_released(study: Study, casebook: Casebook, form: str) -> bool:
    """Tell whether others than its raters may read a form of this participant; KeyError where there is no such form.

    `after last visit`: the participant's end is recorded, or the form is complete at the last planned visit at which
    it is due. `at lock`: the participant's record, or the whole study, is locked.
    """
    plan = study.forms[form]
    if plan.release == "at lock":
        return any(seal.kind == "lock" and seal.level in {"participant", "study"} for seal in casebook.seals.values())
    if plan.release != "after last visit":
        return plan.release == "at once"
    last = max(plan.visits, key=lambda visit: _order(study, visit), default=None)
    return casebook.status in ENDED or (last is not None and is_complete(study, casebook, form, last))


def _order(study: Study, visit: str) -> int:
    """Return the place of a visit in the schedule, one that is not planned last."""
    planned = study.schedule.visits.get(visit)
    return len(study.schedule.visits) if planned is None else planned.order


def mask(
    study: Study, casebook: Casebook, role: str | None, *, visit: str | None = None, repeat: str | None = None
) -> Casebook:
    """Return what a role may be shown of a casebook; masking what is masked changes nothing.

    For a blind role `visit` is the visit whose form is open, empty for a form answered once or at any time, and None
    where nothing is open; `repeat` is the row that is open in a form with rows. Both are called `NOW` in what is
    returned. A role that is not blind is shown every visit and row of what it sees, whatever is open.
    """
    held = _named_role(study, role)
    if held is None or not _sees_anything(study, held):
        return UNSEEN
    if held.blind:
        found = _open_answers(study, casebook, held, visit, repeat)
        return Casebook(participant=casebook.participant, answers=MappingProxyType(dict(found)))
    seen = _seen_forms(study, casebook, held)
    shown = {cell: answer for cell, answer in casebook.answers.items() if _is_shown(study, held, seen, cell)}
    return replace(casebook, answers=MappingProxyType(shown), **_marks_shown(study, held, seen, casebook))


def _marks_shown(study: Study, role: Role, seen: Collection[str], casebook: Casebook) -> dict[str, Any]:
    """Return the queries, seals and exceptions that speak of what a role which is not blind is shown.

    A seal of a visit or a participant covers hidden forms too: that a signature is void may mean that one of these
    changed, and tells neither which nor how.
    """

    def speaks_of_shown(cell: Cell) -> bool:
        return not cell.form or (_is_shown(study, role, seen, cell) if cell.item else cell.form in seen)

    return {
        "queries": _kept(casebook.queries, lambda query: speaks_of_shown(query.cell)),
        "seals": _kept(casebook.seals, lambda seal: speaks_of_shown(seal.cell)),
        "verified": MappingProxyType({cell: one for cell, one in casebook.verified.items() if speaks_of_shown(cell)}),
        "overrides": _kept(casebook.overrides, lambda one: one.form in seen),
    }


def _kept(found: Mapping[Any, Any], is_kept: Callable[[Any], bool]) -> Mapping[Any, Any]:
    return MappingProxyType({key: one for key, one in found.items() if is_kept(one)})


def shown_forms(study: Study, casebook: Casebook, role: str | None) -> frozenset[str]:
    """Return the forms, `visit` among them, of which a role is shown the answers of a participant now.

    The casebook may be masked for this role: the answer is the same. None for a blind role, which is shown the open
    form alone, and for one that the study file does not name.
    """
    held = _named_role(study, role)
    return frozenset() if held is None or held.blind else frozenset(_seen_forms(study, casebook, held))


def shows_cell(study: Study, role: str | None, shown: Collection[str], cell: Cell) -> bool:
    """Tell whether a role is shown what speaks of a cell, of one participant; `shown` is what `shown_forms` returned.

    What speaks of no form is shown to every role that is shown participants.
    """
    held = _named_role(study, role)
    if held is None or held.blind:
        return False
    if not cell.form:
        return True
    return _is_shown(study, held, shown, cell) if cell.item else cell.form in shown


def _sees_anything(study: Study, role: Role) -> bool:
    is_wide = EVERYTHING in role.sees and not role.blind
    return is_wide or any(may_see(study, role.id, form) for form in study.forms)


def _open_answers(
    study: Study, casebook: Casebook, role: Role, visit: str | None, repeat: str | None
) -> Iterator[tuple[Cell, Answer]]:
    """Yield the answers of the open forms of a blind role, in the order of the study file.

    Only cells that the study file itself leads to are looked up: whatever else there is cannot come out.
    """
    for form in study.forms.values() if visit is not None else ():
        if may_see(study, role.id, form.id) and (form.timing == "visits") == bool(visit):
            for item in form.items:
                answer = _open_answer(casebook, form, item, visit or "", repeat)
                if answer is not None:
                    place = Cell(NOW if visit else "", form.id, NOW if form.repeating else "", item)
                    yield place, _bare(answer)


def _open_answer(casebook: Casebook, form: Form, item: str, visit: str, repeat: str | None) -> Answer | None:
    """Return what stands in an item of the open form, or of its open row; `NOW` where it was masked already."""
    if form.repeating and not repeat:
        return None
    row = repeat or "" if form.repeating else ""
    masked = Cell(NOW if visit else "", form.id, NOW if row else "", item)
    return casebook.answers.get(Cell(visit, form.id, row, item)) or casebook.answers.get(masked)


def _bare(answer: Answer) -> Answer:
    """Return an answer without who gave it, when, why, and as which entry."""
    return Answer(text=answer.text, value=answer.value, unit=answer.unit, missing=answer.missing)


def _seen_forms(study: Study, casebook: Casebook, role: Role) -> set[str]:
    """Return the forms that a role which is not blind is shown of this participant now."""
    forms = {form for form in (*study.forms, VISIT_FORM) if may_see(study, role.id, form)}
    return {form for form in forms if form == VISIT_FORM or not _is_held_back(study, casebook, role, form)}


def _is_held_back(study: Study, casebook: Casebook, role: Role, form: str) -> bool:
    """Tell whether a form waits for its release; those who record it read it, but not what a blind role records."""
    if is_released(study, casebook, form):
        return False
    plan = study.forms[form]
    records = bool({EVERYTHING, form}.intersection(role.records)) or role.id in plan.by
    is_blind_work = any(
        other.blind and (form in other.records or other.id in plan.by) for other in study.roles.values()
    )
    return not records or is_blind_work


def _is_shown(study: Study, role: Role, seen: Collection[str], cell: Cell) -> bool:
    """Tell whether a cell is shown; one that the study does not know, only to a role that sees everything."""
    if EVERYTHING in role.sees:
        return cell.form in seen or cell.form not in {*study.forms, VISIT_FORM, *role.hidden}
    return cell.form in seen and _is_known(study, cell)


def _is_known(study: Study, cell: Cell) -> bool:
    """Tell whether the study file knows the item and the visit of a cell, whose form it knows."""
    items = VISIT_ITEMS if cell.form == VISIT_FORM else study.forms[cell.form].items
    is_visit = not cell.visit or cell.visit in study.schedule.visits or UNSCHEDULED.fullmatch(cell.visit)
    return cell.item in items and bool(is_visit)


def mask_reasons(study: Study, reasons: tuple[Problem, ...], role: str | None) -> tuple[Problem, ...]:
    """Return why a form cannot be opened, as a role may be told: a blind or unnamed one only that it cannot.

    Which questionnaire is waited for would tell the visit.
    """
    held = _named_role(study, role)
    if not reasons or (held is not None and not held.blind):
        return reasons
    return (Problem(code="RATE-02"),)
