"""Forms written out with every default filled in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from trialbook.protocol import phrases
from trialbook.protocol.model import Derived, Form, Item
from trialbook.protocol.plain_yaml import Tree
from trialbook.protocol.written import Written


def explain_form(form: Form, write: Written) -> Tree:
    """Write a form; the items of an instrument are those of the catalogue and are not written."""
    return write.present(
        label=write.text(form.label),
        at=list(form.visits) if form.timing == "visits" else form.timing,
        by=list(form.by),
        repeating=write.flag(form.repeating),
        events=write.flag(form.events),
        terms=form.terms,
        after=list(form.after),
        complete=form.complete,
        when=form.when,
        rater="same throughout" if form.same_rater else "any",
        release=form.release,
        recordings=_recordings(form),
        guesses=_guesses(form, write),
        instrument=form.instrument,
        items=_items(form, write) if form.instrument is None else None,
        derive={found.id: _derived(found, write) for found in form.derived.values()}
        if form.instrument is None
        else None,
        checks={check.id: {"when": check.when, "say": write.text(check.say)} for check in form.checks},
    )


def _recordings(form: Form) -> Tree | None:
    return None if form.recordings is None else {"rated": form.recordings.rated, "codes": form.recordings.codes}


def _guesses(form: Form, write: Written) -> Tree | None:
    found = form.guesses
    return None if found is None else write.present(week=found.week, treatment=found.treatment)


def _items(form: Form, write: Written) -> Tree:
    """Write every item, a group of ratings as one."""
    items: dict[str, Tree] = {}
    for item in form.items.values():
        if item.group is None:
            items[item.id] = _item(item, write)
        elif item.group not in items:
            items[item.group] = _group(form, item.group, write)
    return items


def _group(form: Form, group: str, write: Written) -> Tree:
    ratings = [form.items[name] for name in form.groups[group]]
    labels: Tree = {rating.id.removeprefix(f"{group}."): write.text(rating.label_below) for rating in ratings}
    item = ratings[0]
    return write.present(
        label=write.text(form.group_labels[group]),
        groups=labels,
        scale=_range(item.minimum, item.maximum),
        **_shared(item, write),
    )


def _item(item: Item, write: Written) -> Tree:
    return write.present(label=write.text(item.label), **_kind(item, write), **_shared(item, write))


def _shared(item: Item, write: Written) -> dict[str, Tree | None]:
    return {
        "decimals": None if item.decimals is None else str(item.decimals),
        "required": write.flag(item.required),
        "when": item.when,
        "test": item.test,
        "loinc": item.loinc,
        "help": write.text(item.help) if item.help else None,
    }


def _kind(item: Item, write: Written) -> dict[str, Tree | None]:
    """Write what depends on the kind of the answer."""
    expected = _range(item.expected_low, item.expected_high)
    match item.kind:
        case "number":
            return {**_number(item), "expected": expected}
        case "vas":
            return {"vas": _range(item.minimum, item.maximum), "expected": expected}
        case "yes_no":
            return {"choice": "yes/no"}
        case "choice":
            choices: Tree = {code: write.text(label) for code, label in item.choices.items()}
            return {"choice": choices, "several": write.flag(item.several)}
        case "date":
            return {"date": "partial" if item.partial else "full", "never": write.flag(item.never)}
        case "text":
            return {"text": "paragraph" if item.paragraph else "line"}


def _number(item: Item) -> dict[str, Tree | None]:
    return {
        "number": item.unit,
        "accepts": list(item.accepts),
        "molar_mass": phrases.write_quantity(item.molar_mass) if item.molar_mass else None,
        "scale": _range(item.minimum, item.maximum),
        "lower": item.lower_item or _limits(item.lower),
        "upper": item.upper_item or _limits(item.upper),
        "grade": item.grade,
    }


def _limits(limits: Mapping[str, Decimal]) -> Tree | None:
    return {sex: f"{limit:f}" for sex, limit in limits.items()} or None


def _range(low: Decimal | None, high: Decimal | None) -> Tree | None:
    return None if low is None or high is None else phrases.write_range(low, high)


def _derived(derived: Derived, write: Written) -> Tree:
    if derived.kind == "count":
        return write.present(label=write.text(derived.label), count_of=derived.of[0], where=derived.where)
    return write.present(
        label=write.text(derived.label),
        mean_of=list(derived.of) if derived.kind == "mean" else None,
        sum_of=list(derived.of) if derived.kind == "sum" else None,
        at_least=f"{derived.at_least} of {len(derived.of)}",
        gaps=derived.gaps if derived.kind == "sum" else None,
        unit=derived.unit,
        decimals=None if derived.decimals is None else str(derived.decimals),
    )
