"""What the typed answers of a form come to: the same engine as at save, and nothing is recorded.

The answers that can be read are laid over those that stand; on this casebook it is judged what is asked, what is
derived, and what ought to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from trialbook.capture.answers import VISIT, is_same
from trialbook.conduct.answers import form_answers
from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell
from trialbook.conduct.findings import form_findings, rules_of
from trialbook.errors import Problem
from trialbook.protocol.model import Derived, EditCheck, Item, Study
from trialbook.protocol.values import Value, parse_value
from trialbook.web.forms.sheet import Sheet
from trialbook.web.forms.typed import Given, Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the inputs of a page mean."""

    given: Mapping[str, Given]
    """With the missing-data code that was given for all others."""
    values: Mapping[str, Value]
    """Answers that were understood."""
    problems: Mapping[str, Problem]
    """Answers that cannot be values."""
    changed: frozenset[str]
    """Items that stand answered and would be corrected or cleared."""
    asked: frozenset[str]
    doomed: tuple[str, ...]
    """Items that hold an answer and would not be asked any more by the other answers."""
    casebook: Casebook
    """As it would be."""

    def is_hidden(self, sheet: Sheet, item: str) -> bool:
        """Tell whether the page need not show an item: it is not asked and holds nothing."""
        is_empty = not any(self.given.get(item, Given())) and sheet.standing(item) is None
        return item not in self.asked and is_empty


def read_answers(sheet: Sheet, typed: Typed) -> Reading:
    """Read what was typed, and judge what is asked by it."""
    values, problems = parsed(sheet, typed.given)
    casebook = laid_over(sheet, values, typed)
    doomed, after = doomed_items(sheet, casebook, typed)
    hidden = hidden_items(sheet, after)
    asked = frozenset(sheet.form.items) - hidden
    given = with_others(sheet, typed, asked)
    if given != typed.given:
        values, problems = parsed(sheet, given)
        after = laid_over(sheet, {name: value for name, value in values.items() if name not in doomed}, typed)
    return Reading(
        given=given,
        values=values,
        problems=problems,
        changed=frozenset(name for name in given if is_change(sheet, given[name], values.get(name), name)),
        asked=asked,
        doomed=doomed,
        casebook=after,
    )


def parsed(sheet: Sheet, given: Mapping[str, Given]) -> tuple[dict[str, Value], dict[str, Problem]]:
    """Parse every answer that was given; an item without one is in neither."""
    values: dict[str, Value] = {}
    problems: dict[str, Problem] = {}
    for name, (text, unit, code) in given.items():
        if code or text.strip():
            read = parse_value(sheet.form.items[name], code or text, unit=unit or None, missing=sheet.study.missing)
            if isinstance(read, Problem):
                problems[name] = read
            else:
                values[name] = read
    return values, problems


def laid_over(sheet: Sheet, values: Mapping[str, Value], typed: Typed) -> Casebook:
    """Return the casebook with the answers of the page in place of those that stand."""
    live = {cell: answer for cell, answer in sheet.casebook.answers.items() if not _is_on_page(sheet, cell, typed)}
    for name, value in values.items():
        live[sheet.cell(name)] = answer_of(value)
    day = parse_value(VISIT.items["date"], typed.visit_day) if typed.visit_day else None
    if isinstance(day, Value):
        live.setdefault(Cell(sheet.visit, VISIT_FORM, "", "date"), answer_of(day))
    return replace(sheet.casebook, answers=MappingProxyType(live))


def _is_on_page(sheet: Sheet, cell: Cell, typed: Typed) -> bool:
    return cell[:3] == (sheet.visit, sheet.form.id, sheet.repeat) and cell.item in typed.given


def answer_of(value: Value) -> Answer:
    """Return a value as the answer that it would be."""
    return Answer(text=value.text, value=value.value, unit=value.unit, missing=value.missing)


def is_change(sheet: Sheet, given: Given, value: Value | None, item: str) -> bool:
    """Tell whether an item stands answered and its inputs say something else."""
    standing = sheet.standing(item)
    if standing is None:
        return False
    is_answered = bool(given.text.strip() or given.missing)
    return not is_answered or value is None or not is_same(value, standing)


def with_others(sheet: Sheet, typed: Typed, asked: frozenset[str]) -> Mapping[str, Given]:
    """Give every item that is asked and has no answer the missing-data code that was chosen for all others."""
    if not typed.others:
        return typed.given
    return {
        name: Given(missing=typed.others)
        if name in asked and not any(given) and sheet.standing(name) is None
        else given
        for name, given in typed.given.items()
    }


# ---- what is asked ----------------------------------------------------------------------------------------------


def hidden_items(sheet: Sheet, casebook: Casebook) -> frozenset[str]:
    """Return the items that are not asked, by the answers of a casebook."""
    if sheet.form.id not in sheet.study.forms:
        return frozenset()
    return rules_of(sheet.study).hidden(casebook, sheet.form.id, sheet.visit, sheet.repeat)


def doomed_items(sheet: Sheet, casebook: Casebook, typed: Typed) -> tuple[tuple[str, ...], Casebook]:
    """Return the items that would hold an answer and not be asked, and the casebook without these answers.

    What was not asked before and had this answer all the same is left alone.
    """
    before = hidden_items(sheet, sheet.casebook)
    found: list[str] = []
    for _ in sheet.form.items:
        hidden = hidden_items(sheet, casebook)
        new = [name for name in sheet.form.items if name in hidden and _is_lost(sheet, casebook, name, before)]
        if not new:
            break
        found += new
        gone = {sheet.cell(name) for name in new}
        live = {cell: answer for cell, answer in casebook.answers.items() if cell not in gone}
        casebook = replace(casebook, answers=MappingProxyType(live))
    unread = [name for name in _unread(sheet, typed, casebook) if name not in found]
    return (*found, *unread), casebook


def _is_lost(sheet: Sheet, casebook: Casebook, item: str, before: frozenset[str]) -> bool:
    answer, standing = casebook.answers.get(sheet.cell(item)), sheet.standing(item)
    if answer is None:
        return False
    return item not in before or standing is None or answer.text != standing.text


def _unread(sheet: Sheet, typed: Typed, casebook: Casebook) -> Iterator[str]:
    """Yield the items that are not asked and into which something was typed that is no value."""
    hidden = hidden_items(sheet, casebook)
    return (
        name
        for name, given in typed.given.items()
        if name in hidden and any(given) and sheet.cell(name) not in casebook.answers
    )


# ---- what comes of it -------------------------------------------------------------------------------------------


def derived_numbers(sheet: Sheet, casebook: Casebook) -> Iterator[tuple[Derived, float | None]]:
    """Yield the numbers that a form derives from its own answers, None where there are too few of them."""
    own = [derived for derived in sheet.form.derived.values() if derived.kind != "count"]
    if not own:
        return
    known = form_answers(sheet.form, casebook, visit=sheet.visit, repeat=sheet.repeat)
    for derived in own:
        value = known.get(derived.id)
        yield derived, value if isinstance(value, float) else None


def failed_checks(sheet: Sheet, casebook: Casebook) -> Iterator[tuple[EditCheck, str]]:
    """Yield the edit checks of the form that are false, with the item at which to show them."""
    if sheet.form.id not in sheet.study.forms or not sheet.form.checks:
        return
    found = form_findings(sheet.study, casebook, sheet.form.id, sheet.visit, sheet.repeat)
    failed = {finding.rule.partition(" ")[2] for finding in found if not finding.item}
    for check in sheet.form.checks:
        if check.id in failed:
            yield check, item_of(sheet.study, sheet.form.id, check)


def item_of(study: Study, form: str, check: EditCheck) -> str:
    """Return the first item of the form that an edit check names, empty where it names none."""
    conditions = (condition for known, condition in rules_of(study).of(form).checks if known.id == check.id)
    names = {name for condition in conditions for name in condition.names}
    items: Mapping[str, Item] = study.forms[form].items
    return next((item for item in items if f"{form}.{item}" in names), "")
