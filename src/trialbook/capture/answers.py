"""Acts on answers: what is recorded when somebody enters, corrects or clears one.

What happened can always be recorded: early, late, at an unscheduled visit, on a form that was not due. Refused is
only what names nothing in the study, what cannot be a value, and a change without a reason.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from trialbook.capture.judging import Desk, at_cell
from trialbook.capture.ledger import Draft, cell_of
from trialbook.capture.people import is_code
from trialbook.conduct.casebook import VISIT_FORM, Answer
from trialbook.errors import Problem
from trialbook.protocol.model import Form, Item, Study
from trialbook.protocol.suggest import listed, suggest
from trialbook.protocol.values import Value, limit_of, parse_value

UNSCHEDULED = re.compile(r"unscheduled-[1-9][0-9]{0,3}")

VISIT = Form(
    id=VISIT_FORM,
    label={"en": "Visit"},
    timing="visits",
    items={
        "date": Item(id="date", kind="date", label={"en": "Date of the visit"}, partial=True),
        "name": Item(id="name", kind="text", label={"en": "Name of the visit in the file it came from"}),
    },
)
"""The built-in form of every visit, planned or not; an import records the foreign name of an unscheduled one."""


def judge_answer(desk: Desk, asked: Draft) -> None:
    """Judge one answer that is entered, corrected or cleared."""
    if not desk.is_known(asked):
        return
    item = find_item(desk, asked)
    if item is None or not is_addressed(desk, asked):
        return
    standing = desk.standing(asked.participant or "", cell_of(asked))
    if not is_as_seen(desk, asked, standing):
        return
    if asked.act == "clear":
        record_clear(desk, asked, standing)
    else:
        record_value(desk, asked, item, standing)


def find_item(desk: Desk, asked: Draft) -> Item | None:
    """Return the item that a draft answers; refuse the draft where the study has none of this name."""
    form = find_form(desk, asked)
    name = asked.item or ""
    if form is None:
        return None
    if name in form.derived:
        desk.refuse("ACT-13", asked, item=f"{form.id}.{name}", of=listed(form.derived[name].of))
    elif name not in form.items:
        desk.refuse("ACT-05", asked, form=form.id, item=name, near=suggest(name, form.items), known=listed(form.items))
    else:
        return form.items[name]
    return None


def find_form(desk: Desk, asked: Draft) -> Form | None:
    """Return the form that a draft names; refuse the draft where the study has none of this name."""
    form = form_of(desk.study, asked.form)
    if form is None:
        known = (VISIT_FORM, *desk.study.forms)
        desk.refuse("ACT-04", asked, form=asked.form or "", near=suggest(asked.form or "", known), known=listed(known))
    return form


def form_of(study: Study, name: str | None) -> Form | None:
    """Return the form of this name, the built-in one of a visit included."""
    return VISIT if name == VISIT_FORM else study.forms.get(name or "")


def is_addressed(desk: Desk, asked: Draft) -> bool:
    """Tell whether visit and row are given as the form needs them, and refuse the draft where not."""
    form = form_of(desk.study, asked.form)
    if form is None:
        return False
    before = len(desk.problems)
    if form.timing == "visits" and not asked.visit:
        desk.refuse("ACT-09", asked, form=form.id)
    if form.timing != "visits" and asked.visit:
        desk.refuse("ACT-10", asked, form=form.id, visit=asked.visit)
    if form.timing == "visits" and asked.visit and not is_visit(desk.study, asked.visit):
        known = desk.study.schedule.visits
        desk.refuse("ACT-06", asked, visit=asked.visit, near=suggest(asked.visit, known), known=listed(known))
    if form.repeating and not asked.repeat:
        desk.refuse("ACT-11", asked, form=form.id)
    if not form.repeating and asked.repeat:
        desk.refuse("ACT-12", asked, form=form.id, repeat=asked.repeat)
    if asked.repeat and not is_code(asked.repeat):
        desk.refuse("ACT-15", asked, what="row", code=asked.repeat)
    return len(desk.problems) == before


def is_visit(study: Study, visit: str) -> bool:
    """Tell whether this names a planned visit, or an unscheduled one by its number."""
    return visit in study.schedule.visits or UNSCHEDULED.fullmatch(visit) is not None


def is_as_seen(desk: Desk, asked: Draft, standing: Answer | None) -> bool:
    """Tell whether the answer that the person saw still stands, where they said which; refuse the draft where not."""
    if asked.about is None or asked.about == (0 if standing is None else standing.seq):
        return True
    now, by = ("nothing", "") if standing is None else (standing.text, standing.by)
    desk.refuse("ACT-14", asked, now=now, by=by or "somebody", text=asked.text or "")
    return False


def record_clear(desk: Desk, asked: Draft, standing: Answer | None) -> None:
    """Take an answer away; what stands nowhere adds nothing."""
    if standing is not None and desk.is_open(asked):
        desk.record(at_site(desk, asked, about=standing.seq, text=None, value=None, unit=None, missing=None))


def record_value(desk: Desk, asked: Draft, item: Item, standing: Answer | None) -> None:
    """Put a value in a cell: the first one, or with a reason another one; the same one again adds nothing."""
    if standing is None and asked.act == "correct":
        desk.refuse("ACT-08", asked, item=f"{asked.form}.{asked.item}")
        return
    value = parse_value(item, asked.text or "", unit=asked.unit, missing=desk.study.missing)
    if isinstance(value, Problem):
        desk.problems.append(at_cell(value, asked))
    elif standing is None or not is_same(value, standing):
        record_new(desk, asked, value, standing)


def record_new(desk: Desk, asked: Draft, value: Value, standing: Answer | None) -> None:
    """Record a value that differs from what stands in its cell."""
    if standing is not None and asked.reason is None:
        desk.refuse("ACT-07", asked, old=standing.text, new=value.text)
        return
    if not desk.is_open(asked):
        return
    parsed = {"text": value.text, "value": value.value, "unit": value.unit, "missing": value.missing}
    parsed["mode"] = asked.mode or desk.mode
    if standing is None:
        desk.record(at_site(desk, asked, act="enter", about=None, **parsed))
    else:
        desk.record(at_site(desk, asked, act="correct", about=standing.seq, **parsed))
    desk.notes.extend(at_cell(query, asked) for query in value.queries)


def is_same(value: Value, standing: Answer) -> bool:
    """Tell whether a value says what stands in the cell already, however it was typed: `4.0` says what `4` does."""
    if (value.unit, value.missing) != (standing.unit, standing.missing):
        return False
    if value.value == standing.value:
        return True
    if value.value is None or standing.value is None or value.unit is None:
        return False
    return amount(value.value) == amount(standing.value)


def amount(value: str) -> tuple[str, Decimal]:
    """Return the limit sign and the exact number of a canonical value."""
    return limit_of(value), Decimal(value.removeprefix(limit_of(value)))


def at_site(desk: Desk, asked: Draft, **changes: str | int | None) -> Draft:
    """Return the draft with the participant's site, without empty parts of its address, and with changes."""
    casebook = desk.casebook(asked.participant)
    site = None if casebook is None else casebook.site
    address = {"site": site, "visit": asked.visit or None, "repeat": asked.repeat or None, "person": None}
    return replace(asked, **address, **changes)  # type: ignore[arg-type]  # fields of a draft, by name
