"""Limits of normal, grades and codes of laboratory tests: what they need is there, and fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from trialbook.errors import Problem
from trialbook.protocol.check_names import Names
from trialbook.protocol.check_units import dimensions
from trialbook.protocol.graded_terms import GRADED_TERMS, graded_term
from trialbook.protocol.limits import SEXES, breaks, limit_for, needs, overlapping, parse_group
from trialbook.protocol.loinc import CODES
from trialbook.protocol.model import Form, Item
from trialbook.protocol.reading import KeyPath
from trialbook.protocol.suggest import listed, suggest
from trialbook.protocol.units import is_unit

YEAR = "year"


def check_grades(names: Names) -> Iterator[Problem]:
    """Yield the mistakes of limits of normal, grades and codes, and of the items that hold sex and age."""
    yield from _check_participants(names)
    for form in names.study.forms.values():
        if form.instrument is None:
            for item in form.items.values():
                path = ("forms", form.id, "items", item.group or item.id)
                yield from _check_limits(item, path, names)
                yield from _check_code(item, path, names)
                yield from _check_grade(form, item, path, names)


def _check_participants(names: Names) -> Iterator[Problem]:
    """Yield items that cannot tell sex, age or arm of a participant."""
    known = names.study.participants
    for key, name in (("sex", known.sex), ("age", known.age), ("arm", known.arm)):
        if name is None:
            continue
        path = ("participants", key)
        yield from names.item(name, path)
        found = names.find(name)
        if found is None or names.is_broken(found[0].id, found[1]):
            continue
        form, item = found
        is_once = names.is_undated(form.id) or (form.timing == "once" and not form.repeating)
        if not (is_once and isinstance(item, Item) and _tells(item, key, names)):
            code = {"sex": "FORM-36", "age": "FORM-37", "arm": "STUDY-19"}[key]
            yield names.problem(code, path, item=name, arms=", ".join(names.study.arms) or "none")


def _tells(item: Item, key: str, names: Names) -> bool:
    """Tell whether an item can hold a participant's sex, age or arm."""
    if key == "arm":
        return item.kind == "choice" and not item.several and set(item.choices) == set(names.study.arms)
    return _is_sex(item) if key == "sex" else _is_age(item)


def _is_sex(item: Item) -> bool:
    return item.kind == "choice" and not item.several and set(SEXES) <= set(item.choices)


def _is_age(item: Item) -> bool:
    return item.kind == "number" and item.unit == YEAR


def _check_limits(item: Item, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield limits of which it cannot be told which holds, and lower ones that are not below the upper ones."""
    for key, limits in (("lower", item.lower), ("upper", item.upper)):
        both = overlapping(limits)
        if both is not None:
            yield names.problem("FORM-38", (*path, key), item=item.id, first=both[0], second=both[1])
        _, by_age = needs(limits)
        if by_age and names.study.participants.age is None:
            yield names.problem("FORM-39", (*path, key), item=item.id, what="age", which="ages")
    crossed = _crossed(item.lower, item.upper)
    if crossed is not None:
        yield names.problem("FORM-27", (*path, "lower"), item=item.id, sex=crossed)


def _crossed(lower: Mapping[str, Decimal], upper: Mapping[str, Decimal]) -> str | None:
    """Return for whom a lower limit is not below the upper one; None where that is for nobody."""
    groups = [group for key in (*lower, *upper) if (group := parse_group(key)) is not None]
    for sex in SEXES:
        for age in breaks(groups):
            low, high = (limit_for(limits, sex=sex, age=age) for limits in (lower, upper))
            if low is not None and high is not None and low >= high:
                both = {key for limits in (lower, upper) for key, limit in limits.items() if limit in (low, high)}
                return listed(sorted(both))
    return None


def _check_code(item: Item, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield a warning where the code is known, and is of another kind of quantity than the item."""
    code = CODES.get(item.loinc or "")
    if code is None or item.unit is None or not is_unit(item.unit):
        return
    if not code.unit or dimensions(code.unit) != dimensions(item.unit):
        wanted = code.unit or "no number"
        values = {"loinc": item.loinc or "", "name": code.name, "wanted": wanted, "unit": item.unit}
        yield names.problem("FORM-40", (*path, "loinc"), "warning", **values)


def _check_grade(form: Form, item: Item, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield what keeps the values of an item from being graded."""
    if item.grade is None:
        return
    here, name = (*path, "grade"), graded_term(item.grade)
    term = GRADED_TERMS.get(name)
    if term is None:
        known = listed(GRADED_TERMS, most=20)
        yield names.problem("FORM-41", here, term=name, did_you_mean=suggest(name, GRADED_TERMS), known=known)
        return
    if not names.is_undated(form.id) and (form.timing != "visits" or form.repeating):
        yield names.problem("FORM-42", here, item=item.id, form=form.id)
    is_known = item.unit is not None and is_unit(item.unit) and bool(term.units)
    if is_known and all(dimensions(unit) != dimensions(item.unit or "") for unit in term.units):
        yield names.problem("FORM-43", here, item=item.id, unit=item.unit or "", units=listed(term.units))
    limits, holder = (item.lower, item.lower_item) if term.limit == "lower" else (item.upper, item.upper_item)
    if not limits and holder is None and not names.is_unread(*path, term.limit):
        yield names.problem("FORM-44", here, "warning", item=item.id, limit=term.limit)
    if needs(limits)[0] and names.study.participants.sex is None:
        yield names.problem("FORM-39", (*path, term.limit), item=item.id, what="sex", which="sexes")
