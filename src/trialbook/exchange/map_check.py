"""Judge a map against its study: every item, visit, code and unit that it names must exist there."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.capture.answers import form_of
from trialbook.conduct.casebook import VISIT_FORM
from trialbook.errors import Place, Problem
from trialbook.exchange.mapping import ColumnRule, Condition, FileRule, ImportMap, Target, UnitRule, VisitRule
from trialbook.protocol.model import Form, Item, Study
from trialbook.protocol.suggest import listed, suggest
from trialbook.protocol.units import is_unit, spelled
from trialbook.protocol.values import parse_value

CODED = frozenset({"choice", "yes_no"})


def check_map(given: ImportMap, study: Study) -> Iterator[Problem]:
    """Yield everything in a map that does not fit its study, or itself."""
    if given.study != study.identity.id:
        yield Problem(code="MAP-09", place=given.place, values={"map": given.study, "study": study.identity.id})
        return
    yield from _files(given)
    seen: list[Problem] = []
    for rule in given.files:
        # a rule that several files share is judged with each, and told once
        for problem in _file(rule, study):
            if problem not in seen:
                seen.append(problem)
                yield problem


def _files(given: ImportMap) -> Iterator[Problem]:
    """Yield where there are no files, or two rules for one file."""
    if not given.files:
        yield Problem(code="MAP-10", place=given.place)
    first: dict[str, FileRule] = {}
    for rule in given.files:
        earlier = first.setdefault(rule.file.casefold(), rule)
        if earlier is not rule and earlier.sheet == rule.sheet:
            yield Problem(code="MAP-11", place=rule.place, values={"file": rule.file, "other": earlier.key})


def _file(rule: FileRule, study: Study) -> Iterator[Problem]:
    """Yield what is wrong with the rules of one file."""
    if not rule.targets() and not rule.statuses:
        yield Problem(code="MAP-12", place=rule.place, values={"file": rule.key})
    if rule.visit is not None:
        yield from _visit(rule.visit, study)
    for target in rule.targets():
        yield from _target(target, rule, study)
    for column in rule.columns:
        yield from _counted(column, rule, study)
    for status in rule.statuses:
        for condition in (*status.where, *status.unless):
            yield from _condition(condition, rule, study)


def _visit(rule: VisitRule, study: Study) -> Iterator[Problem]:
    """Yield the visits that a rule names and the study does not have."""
    if rule.fixed is not None:
        yield from _known_visit(rule.fixed, rule.place, study)
    for visit in dict.fromkeys(rule.codes.values()):
        yield from _known_visit(visit, rule.codes_place, study)


def _known_visit(visit: str, place: Place, study: Study) -> Iterator[Problem]:
    """Yield a problem where the study has no such visit."""
    planned = study.schedule.visits
    if visit not in planned:
        yield Problem(
            code="MAP-13",
            place=place,
            values={"visit": visit, "near": suggest(visit, planned), "known": listed(planned, 30)},
        )


def _target(target: Target, rule: FileRule, study: Study) -> Iterator[Problem]:
    """Yield what is wrong with one target."""
    form = form_of(study, target.form)
    if form is None:
        known = (VISIT_FORM, *study.forms)
        values = {"form": target.form, "near": suggest(target.form, known), "known": listed(known)}
        yield Problem(code="MAP-14", place=target.place, values=values)
    elif target.item in form.derived:
        values = {"item": f"{form.id}.{target.item}", "of": listed(form.derived[target.item].of)}
        yield Problem(code="MAP-16", place=target.place, values=values)
    elif target.item not in form.items:
        near = suggest(target.item, form.items)
        values = {"form": form.id, "item": target.item, "near": near, "known": listed(form.items, 30)}
        yield Problem(code="MAP-15", place=target.place, values=values)
    else:
        yield from _address(target, form, rule, study)
        yield from _codes(target, form.items[target.item], study)
        if target.unit is not None:
            yield from _unit(target, target.unit, form.items[target.item])


def _address(target: Target, form: Form, rule: FileRule, study: Study) -> Iterator[Problem]:
    """Yield where nothing says at which visit, or in which row of a repeating form, an answer belongs."""
    name = {"item": f"{form.id}.{target.item}", "file": rule.key}
    if target.visit is not None and form.timing != "visits":
        yield Problem(code="MAP-17", place=target.place, values={**name, "visit": target.visit})
    elif target.visit is not None:
        yield from _known_visit(target.visit, target.place, study)
    elif form.timing == "visits" and rule.visit is None:
        yield Problem(code="MAP-18", place=target.place, values=name)
    counted = any(column.counted and target in column.targets for column in rule.columns)
    if form.repeating and rule.repeat is None and not counted:
        yield Problem(code="MAP-19", place=target.place, values=name)


def _counted(column: ColumnRule, rule: FileRule, study: Study) -> Iterator[Problem]:
    """Yield where rows are counted that a form does not have."""
    for target in column.targets:
        form = form_of(study, target.form)
        if column.counted and form is not None and not form.repeating:
            values = {"item": f"{form.id}.{target.item}", "file": rule.key}
            yield Problem(code="MAP-20", place=column.place, values=values)


def _codes(target: Target, item: Item, study: Study) -> Iterator[Problem]:
    """Yield the codes that stand for no answer to the item."""
    from trialbook.wording import sentence

    for foreign, text in target.reading.codes.items():
        read = parse_value(item, text, missing=study.missing)
        if isinstance(read, Problem):
            values = {"code": foreign, "text": text, "why": sentence(read)}
            yield Problem(code="MAP-21", place=target.place, values=values)


def _unit(target: Target, rule: UnitRule, item: Item) -> Iterator[Problem]:
    """Yield the units in which the item is not recorded; those that only a column tells are judged cell by cell."""
    known = [spelled(unit) for unit in (item.unit, *item.accepts) if unit is not None]
    name = f"{target.form}.{target.item}"
    if rule.fixed is not None and spelled(rule.fixed) not in known:
        values = {"item": name, "unit": rule.fixed, "known": listed(known)}
        yield Problem(code="MAP-22", place=rule.place, values=values)
    for unit in rule.codes.values():
        if not is_unit(unit):
            yield Problem(code="MAP-23", place=rule.place, values={"unit": unit})


def _condition(condition: Condition, rule: FileRule, study: Study) -> Iterator[Problem]:
    """Yield the texts of a condition that its column can never hold, where the column answers a choice."""
    targets = [target for column in rule.columns if column.header == condition.column for target in column.targets]
    if len(targets) != 1:
        return
    form = form_of(study, targets[0].form)
    item = None if form is None else form.items.get(targets[0].item)
    if item is None or item.kind not in CODED:
        return
    for text in condition.texts:
        read = targets[0].reading.codes.get(text, text)
        if isinstance(parse_value(item, read, missing=study.missing), Problem):
            known = listed(tuple(item.choices) or ("yes", "no"))
            values = {"column": condition.column, "text": text, "near": suggest(text, item.choices), "known": known}
            yield Problem(code="MAP-24", place=condition.place, values=values)
