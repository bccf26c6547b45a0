"""Saving a form: each item is entered, corrected, cleared or left as it stands, all of it or nothing.

Everything that stands against it is told at once, item by item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from trialbook.capture.answers import (
    find_form,
    find_item,
    is_addressed,
    is_as_seen,
    is_same,
    record_clear,
    record_new,
)
from trialbook.capture.asking import Act
from trialbook.capture.judging import Desk, at_cell
from trialbook.capture.ledger import Draft, cell_of
from trialbook.conduct.blinding import mask_reasons
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.completeness import begun_rows
from trialbook.conduct.findings import rules_of
from trialbook.conduct.ratings import may_open
from trialbook.errors import Problem
from trialbook.protocol.model import Form, Item
from trialbook.protocol.typed_numbers import label_of
from trialbook.protocol.values import Value, parse_value

NOT_ASKED = "not asked any more: other answers changed"
"""Reason of a clearing that nobody gave another reason for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What becomes of one item."""

    asked: Draft
    item: Item
    standing: Answer | None
    value: Value | None
    """None where the item is cleared."""


def judge_form(desk: Desk, act: Act) -> None:
    """Judge all answers of a form that is saved together."""
    if not act.asked:
        return
    place = replace(act.asked[0], item=None, text=None, unit=None, reason=None, about=None)
    form = find_form(desk, place) if desk.is_known(place) else None
    if form is None or not is_addressed(desk, place):
        return
    found = {asked.item or "": step_of(desk, asked) for asked in act.asked}
    steps = {name: step for name, step in found.items() if step is not None}
    check_order(desk, form, place, steps)
    settle_hidden(desk, form, place, steps, clears=act.clears_hidden)
    if desk.problems or not steps or not desk.is_open(place):
        return
    for name in form.items:
        if name in steps:
            record_step(desk, steps[name])


def step_of(desk: Desk, asked: Draft) -> Step | None:
    """Compare what the page says of an item with what stands; None where nothing changes or the answer is refused."""
    item = find_item(desk, asked)
    if item is None:
        return None
    standing = desk.standing(asked.participant or "", cell_of(asked))
    if not (asked.text or "").strip():
        return emptied(desk, asked, item, standing)
    value = parse_value(item, asked.text or "", unit=asked.unit, missing=desk.study.missing)
    if isinstance(value, Problem):
        desk.problems.append(at_cell(value, asked))
        return None
    if (standing is not None and is_same(value, standing)) or not is_as_seen(desk, asked, standing):
        return None
    if standing is not None and asked.reason is None:
        desk.refuse("ACT-07", asked, old=standing.text, new=value.text)
    return Step(asked=asked, item=item, standing=standing, value=value)


def emptied(desk: Desk, asked: Draft, item: Item, standing: Answer | None) -> Step | None:
    """Judge an item that the page shows without an answer."""
    if standing is None or not is_as_seen(desk, asked, standing):
        return None
    if asked.reason is None:
        desk.refuse("ACT-02", asked, act="clear")
    return Step(asked=asked, item=item, standing=standing, value=None)


def record_step(desk: Desk, step: Step) -> None:
    """Record what becomes of one item."""
    if step.value is None:
        record_clear(desk, replace(step.asked, act="clear"), step.standing)
    else:
        asked = step.asked if step.standing is not None else replace(step.asked, reason=None)
        record_new(desk, replace(asked, act="enter"), step.value, step.standing)


# ---- the order of forms -----------------------------------------------------------------------------------------


def check_order(desk: Desk, form: Form, place: Draft, steps: Mapping[str, Step]) -> None:
    """Refuse the first answers of a form while the forms before it are not complete."""
    casebook = desk.casebook(place.participant)
    if not form.after or casebook is None or not any(step.value is not None for step in steps.values()):
        return
    if not begun_rows(form, casebook, place.visit or ""):
        asked = rules_of(desk.study).asked
        reasons = may_open(desk.study, casebook, form.id, place.visit or "", asked=asked)
        desk.problems.extend(mask_reasons(desk.study, reasons, desk.role))


# ---- what is not asked by the other answers ---------------------------------------------------------------------


def settle_hidden(desk: Desk, form: Form, place: Draft, steps: dict[str, Step], *, clears: bool) -> None:
    """Refuse answers that are not asked by the other answers of the form, or take them away."""
    casebook = desk.casebook_now(place.participant or "")
    conditional = [item for item in form.items.values() if item.when is not None]
    if casebook is None or not conditional:
        return
    # what is taken away may hide more, but never the same twice
    for _ in conditional:
        hidden = list(newly_hidden(desk, form, place, steps, casebook, clears=clears))
        for item, text in hidden:
            if clears:
                take_away(desk, place, steps, item)
            else:
                desk.refuse("ACT-30", replace(place, item=item.id), item=label_of(item), text=text)
        if not hidden or not clears:
            return


def newly_hidden(
    desk: Desk, form: Form, place: Draft, steps: Mapping[str, Step], casebook: Casebook, *, clears: bool
) -> Iterator[tuple[Item, str]]:
    """Yield the items that would have an answer and not be asked, with the answer.

    What was not asked before and has an answer all the same is left alone, unless such answers are to be cleared.
    """
    rules, here = rules_of(desk.study), (form.id, place.visit or "", place.repeat or "")
    after = with_steps(casebook, steps)
    hidden = rules.hidden(after, *here)
    before = rules.hidden(casebook, *here) if hidden and not clears else frozenset()
    for item in form.items.values() if hidden else ():
        answer = after.answers.get(Cell(here[1], form.id, here[2], item.id))
        is_new = clears or item.id in steps or item.id not in before
        if item.id in hidden and answer is not None and is_new:
            yield item, answer.text


def with_steps(casebook: Casebook, steps: Mapping[str, Step]) -> Casebook:
    """Return the casebook as it would be."""
    live = dict(casebook.answers)
    for step in steps.values():
        cell, value = cell_of(step.asked), step.value
        if value is None:
            live.pop(cell, None)
        else:
            live[cell] = Answer(text=value.text, value=value.value, unit=value.unit, missing=value.missing)
    return replace(casebook, answers=MappingProxyType(live))


def take_away(desk: Desk, place: Draft, steps: dict[str, Step], item: Item) -> None:
    """Clear what stands in an item, and take no answer to it."""
    step = steps.pop(item.id, None)
    asked = replace(place, item=item.id) if step is None else step.asked
    standing = desk.standing(place.participant or "", cell_of(asked))
    if standing is not None:
        asked = replace(asked, reason=asked.reason or NOT_ASKED)
        steps[item.id] = Step(asked=asked, item=item, standing=standing, value=None)
