"""Where it is recorded what was given: a form with rows, and items that can tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from trialbook.errors import Problem
from trialbook.protocol.check_names import Names
from trialbook.protocol.check_units import dimensions
from trialbook.protocol.model import Derived, DoseRecord, Form, Item, ItemKind, Treatment
from trialbook.protocol.reading import KeyPath
from trialbook.protocol.units import is_unit

KINDS: Mapping[str, tuple[ItemKind, ...]] = MappingProxyType(
    {
        "start": ("date",),
        "dose": ("number",),
        "drug": ("choice", "text"),
        "end": ("date",),
        "premedication": ("yes_no",),
        "interrupted": ("yes_no",),
        "incomplete": ("yes_no",),
        "reaction": ("yes_no",),
        "reserve": ("choice",),
    }
)
"""Key -> kinds of items that can tell it."""
WANTED: Mapping[ItemKind, str] = MappingProxyType(
    {"date": "a date", "choice": "a choice", "yes_no": "answered by yes or no"}
)


def check_recorded(treatment: Treatment, unit: str, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield what is wrong with the record of a treatment.

    An amount given has to be of the same dimension as `unit`.
    """
    recorded, here = treatment.recorded, (*path, "recorded")
    if recorded is None:
        return
    for key, why in _needed(treatment):
        if getattr(recorded, key) is None and not names.is_written(*here, key):
            yield names.problem("PLAN-34", here, treatment=treatment.id, key=key, why=why)
    yield from names.form(recorded.form, (*here, "form"))
    form = names.study.forms.get(recorded.form)
    if form is None:
        return
    yield from _check_alone(treatment, form, (*here, "form"), names)
    if not form.repeating and not names.is_undated(form.id):
        yield names.problem("PLAN-32", (*here, "form"), form=form.id)
    for key in KINDS:
        yield from _check_item(recorded, key, unit, (*here, key), names)


def _check_alone(treatment: Treatment, form: Form, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield a form that records another treatment already: nothing tells whose a row is, so it would count for both."""
    for other in names.study.treatments.values():
        if other.id == treatment.id:
            return
        if other.recorded_in == form.id:
            yield names.problem("PLAN-58", path, form=form.id, treatment=treatment.id, other=other.id)
            return


def _needed(treatment: Treatment) -> Iterator[tuple[str, str]]:
    """Yield the keys without which the record says too little, with the reason."""
    if treatment.dose is not None:
        yield "dose", "a dose is planned and compared with the one given"
    elif treatment.drug_class is not None or treatment.constant_to is not None:
        yield from ((key, "a background treatment is judged drug by drug") for key in ("drug", "dose", "end"))


def _check_item(recorded: DoseRecord, key: str, unit: str, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield an item that there is not, or that cannot tell what it should."""
    name: str | None = getattr(recorded, key)
    if name is None:
        return
    full = f"{recorded.form}.{name}"
    yield from names.item(full, path)
    found = names.find(full)
    if found is None or names.is_broken(recorded.form, found[1]):
        return
    if not _fits(found[1], key, unit):
        wanted = WANTED.get(KINDS[key][0], f"a number in {unit}")
        yield names.problem("PLAN-33", path, item=full, key=key, wanted=wanted)


def _fits(item: Item | Derived, key: str, unit: str) -> bool:
    """Tell whether an item can tell what a key asks for; a unit that is not known is told elsewhere."""
    if not isinstance(item, Item) or item.kind not in KINDS[key] or (key == "drug" and item.several):
        return False
    own = item.unit or ""
    return item.kind != "number" or not (is_unit(own) and is_unit(unit)) or dimensions(own) == dimensions(unit)
