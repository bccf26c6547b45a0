"""The items of a form and the numbers derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from trialbook.protocol.common_names import joined, named
from trialbook.protocol.model import Derived, Item, Text
from trialbook.protocol.reading import KeyPath, Notes, Raw
from trialbook.protocol.suggest import listed, suggest

SCORE = "score"
COUNT = "count"
YES_NO = "yes/no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What a form asks: items in order, and the groups of ratings among them."""

    items: dict[str, Item]
    groups: dict[str, tuple[str, ...]]
    group_labels: dict[str, Text]


def read_questions(raw_items: Mapping[str, Raw], path: KeyPath, missing: Mapping[str, Text], notes: Notes) -> Questions:
    """Return the items of a form; a group of ratings becomes one item a rating."""
    questions = Questions(items={}, groups={}, group_labels={})
    for name, raw in raw_items.items():
        item = _item(name, raw, (*path, name), notes)
        if raw["groups"] is None:
            _check_codes(item, (*path, name, "choice"), missing, notes)
            questions.items[name] = item
        else:
            ratings = _ratings(item, raw["groups"], (*path, name), notes)
            questions.items.update(ratings)
            questions.groups[name] = tuple(ratings)
            questions.group_labels[name] = item.label
    return questions


def _item(name: str, raw: Raw, path: KeyPath, notes: Notes) -> Item:
    """Return an item; where its kind is not written it is a text, so that the rest can be checked."""
    label = raw["label"] or named(name, notes.languages)
    item = Item(
        id=name,
        kind="text",
        label=label,
        required=raw["required"] is True,
        when=raw["when"],
        test=raw["test"],
        loinc=raw["loinc"],
        help=raw["help"] or {},
    )
    expected_low, expected_high = raw["expected"] or (None, None)
    item = replace(item, expected_low=expected_low, expected_high=expected_high, decimals=raw["decimals"])
    if raw["number"] is not None or raw["groups"] is not None:
        return _number(item, raw)
    if raw["vas"] is not None:
        low, high = raw["vas"]
        return replace(item, kind="vas", unit=SCORE, minimum=low, maximum=high)
    if raw["choice"] is not None:
        return _choice(item, raw, path, notes)
    if raw["date"] is not None:
        return replace(item, kind="date", partial=raw["date"] == "partial", never=raw["never"] is True)
    return replace(item, paragraph=raw["text"] == "paragraph")


def _number(item: Item, raw: Raw) -> Item:
    minimum, maximum = raw["scale"] or (None, None)
    upper, upper_item = _limit(raw["upper"])
    lower, lower_item = _limit(raw["lower"])
    return replace(
        item,
        kind="number",
        unit=raw["number"] or SCORE,
        accepts=raw["accepts"] or (),
        molar_mass=raw["molar_mass"],
        minimum=minimum,
        maximum=maximum,
        upper=upper,
        upper_item=upper_item,
        lower=lower,
        lower_item=lower_item,
        grade=raw["grade"],
    )


def _limit(written: str | dict[str, Decimal | None] | None) -> tuple[dict[str, Decimal], str | None]:
    """Return a limit of normal by sex, or the item that holds it."""
    if written is None:
        return {}, None
    if isinstance(written, dict):
        return {sex: limit for sex, limit in written.items() if limit is not None}, None
    return ({}, written) if written[0].isalpha() else ({"all": Decimal(written)}, None)


def _choice(item: Item, raw: Raw, path: KeyPath, notes: Notes) -> Item:
    written: Any = raw["choice"]
    if written == YES_NO:
        return replace(item, kind="yes_no")
    if isinstance(written, dict):
        choices: dict[str, Text] = written
    else:
        choices = {code: {notes.languages[0]: code} for code in written}
        for code in sorted({code for code in written if written.count(code) > 1}):
            notes.add("FORM-05", (*path, "choice"), item=item.id, choice=code)
    if len(choices) < 2:
        notes.add("FORM-06", (*path, "choice"), item=item.id)
    return replace(item, kind="choice", choices=choices, several=raw["several"] is True)


def _check_codes(item: Item, path: KeyPath, missing: Mapping[str, Text], notes: Notes) -> None:
    """Note a choice that a missing-data code would hide: an answer could mean either."""
    taken = {code.casefold(): code for code in missing}
    for code in item.choices:
        if code.casefold() in taken:
            notes.add("FORM-07", (*path, code), item=item.id, choice=code)


def _ratings(item: Item, groups: tuple[str, ...] | dict[str, Text], path: KeyPath, notes: Notes) -> dict[str, Item]:
    """Return one item a rating, named `group.rating`."""
    if isinstance(groups, tuple):
        labels: dict[str, Text] = {slug(label): named(label, notes.languages) for label in groups}
        if len(labels) < len(groups) or not all(label[:1].isalpha() for label in labels):
            notes.add("FORM-08", (*path, "groups"), item=item.id)
    else:
        labels = {rating: label or named(rating, notes.languages) for rating, label in groups.items()}
    if item.minimum is None and (*path, "scale") not in notes.places:
        notes.add("FORM-09", path, item=item.id)
    names = {rating: joined(item.label, label, notes.languages) for rating, label in labels.items()}
    return {
        f"{item.id}.{rating}": replace(item, id=f"{item.id}.{rating}", label=names[rating], rating=label, group=item.id)
        for rating, label in labels.items()
    }


def slug(label: str) -> str:
    """Return the id of a rating of which only the label is written: `hip flexors` gives `hip_flexors`."""
    kept = "".join(character if character.isascii() and character.isalnum() else " " for character in label.casefold())
    return "_".join(kept.split())


def read_derived(
    raw_derive: Mapping[str, Raw], questions: Questions, path: KeyPath, notes: Notes
) -> dict[str, Derived]:
    """Return the derived numbers of a form."""
    return {name: _derived(name, raw, questions, (*path, name), notes) for name, raw in raw_derive.items()}


def _derived(name: str, raw: Raw, questions: Questions, path: KeyPath, notes: Notes) -> Derived:
    if name in questions.items or name in questions.groups:
        notes.add("FORM-10", path, name=name)
    if raw["count_of"] is not None:
        return _count(name, raw, questions, path, notes)
    key = "mean_of" if raw["mean_of"] is not None else "sum_of"
    of = _members(raw[key] or (), questions, (*path, key), notes)
    at_least = _at_least(raw["at_least"], len(of), (*path, "at_least"), notes)
    if key == "sum_of" and at_least < len(of) and (*path, "gaps") not in notes.places:
        notes.add("FORM-47", path, "warning", name=name, least=str(at_least), count=str(len(of)))
    return Derived(
        id=name,
        label=raw["label"] or named(name, notes.languages),
        kind="mean" if key == "mean_of" else "sum",
        of=of,
        at_least=at_least,
        gaps=raw["gaps"] or "prorated",
        unit=raw["unit"] or _shared_unit(of, questions, path, notes),
        decimals=raw["decimals"],
    )


def _count(name: str, raw: Raw, questions: Questions, path: KeyPath, notes: Notes) -> Derived:
    """Return the number of different answers of an item; of any kind, since nothing is computed from them."""
    of, known = raw["count_of"], questions.items
    if of not in known:
        notes.add("FORM-02", (*path, "count_of"), item=of, did_you_mean=suggest(of, known), items=listed(known))
    return Derived(
        id=name,
        label=raw["label"] or named(name, notes.languages),
        kind="count",
        of=(of,) if of in known else (),
        at_least=0,
        unit=COUNT,
        decimals=0,
        where=raw["where"],
    )


def _members(names: tuple[str, ...], questions: Questions, path: KeyPath, notes: Notes) -> tuple[str, ...]:
    """Return the items that names of items and groups mean; each has to be a number."""
    members: list[str] = []
    for number, name in enumerate(names):
        here = (*path, f"[{number}]")
        if name in questions.groups:
            members += questions.groups[name]
        elif name not in questions.items:
            known = (*questions.groups, *questions.items)
            notes.add("FORM-02", here, item=name, did_you_mean=suggest(name, known), items=listed(known))
        elif questions.items[name].kind not in {"number", "vas"}:
            notes.add("FORM-11", here, item=name)
        else:
            members.append(name)
    return tuple(dict.fromkeys(members))


def _at_least(written: tuple[int, int] | str | None, count: int, path: KeyPath, notes: Notes) -> int:
    if not isinstance(written, tuple):
        return count
    least, of = written
    if count and of != count:
        notes.add("FORM-12", path, written=str(of), count=str(count))
    return least


def _shared_unit(of: tuple[str, ...], questions: Questions, path: KeyPath, notes: Notes) -> str:
    units = dict.fromkeys(questions.items[name].unit or SCORE for name in of)
    if len(units) > 1:
        notes.add("FORM-13", path, units=listed(units))
    return next(iter(units), SCORE)
