"""What a page says of a form, item by item, as it was typed: nothing is judged here.

Names of inputs: `answer.<item>`, `unit.`, `never.`, `missing.`, `why.` and `reason.`, `drop.` (the word that an
answer which is not asked any more is cleared), `resolve.` (whose answer stands, `mine` or `theirs`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from django.http import QueryDict

from trialbook.conduct.casebook import Answer
from trialbook.protocol.model import Form, Item
from trialbook.protocol.typed_dates import NEVER
from trialbook.protocol.units import spelled
from trialbook.protocol.values import SEPARATOR
from trialbook.web.forms.sheet import Sheet
from trialbook.web.veil import NONE, PATTERN, unveiled, veiled

NOTHING: Mapping[str, str] = MappingProxyType({})
SEEN = re.compile(rf"([^\s:]+):({NONE}|{PATTERN})")
LONGEST_REASON = 1000


class Given(NamedTuple):
    """What stands in the inputs of one item."""

    text: str = ""
    unit: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the inputs of a page hold."""

    given: Mapping[str, Given] = field(default_factory=lambda: MappingProxyType({}))
    """By item; an item that was not on the page is not named."""
    reasons: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """By item; the reason for the whole form stands under the empty name."""
    seen: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """By item the entry that the page showed, 0 for none."""
    dropped: frozenset[str] = frozenset()
    """Items of which the person says that their answer is to be cleared, since it is not asked any more."""
    disputed: frozenset[str] = frozenset()
    """Items at which the page showed another person's answer beside the typed one."""
    resolved: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    others: str = ""
    """Missing-data code for every item that is asked and has no answer."""
    on_paper: bool = False
    paper_day: str = ""
    visit_day: str = ""
    """Date of the visit, where the page asked for it."""
    is_new: bool = False
    """The page began a row in which nothing had ever been recorded."""

    def reason_for(self, item: str) -> str:
        """Return the reason for the change of an item: its own, else the one for the whole form."""
        return self.reasons.get(item) or self.reasons.get("", "")


def read_typed(form: Form, missing: Iterable[str], sent: QueryDict) -> Typed:
    """Read what a browser sent; what the form does not know is left out."""
    codes = frozenset(missing)
    items = [form.items[name] for name in dict.fromkeys((sent.get("items") or "").split()) if name in form.items]
    reasons = {item.id: reason_in(sent, item.id) for item in items}
    others = sent.get("others") or ""
    return Typed(
        given={item.id: given_in(sent, item, codes) for item in items},
        reasons={name: reason for name, reason in {**reasons, "": reason_in(sent, "")}.items() if reason},
        seen={name: seq for name, seq in seen_in(sent.get("seen") or "") if name in form.items},
        dropped=frozenset(item.id for item in items if sent.get(f"drop.{item.id}")),
        disputed=frozenset(name for name in (sent.get("disputed") or "").split() if name in form.items),
        resolved={item.id: sent.get(f"resolve.{item.id}") or "" for item in items},
        others=others if others in codes else "",
        on_paper="participant" in form.by and bool(sent.get("paper")),
        paper_day=(sent.get("paper_day") or "").strip(),
        visit_day=(sent.get("visit_day") or "").strip(),
        is_new=form.repeating and sent.get("new") == "yes",
    )


def seen_in(text: str) -> Iterator[tuple[str, int]]:
    """Yield the entries that the page showed, by item; word by word, so that a long text costs no more than it is."""
    for word in text.split():
        found = SEEN.fullmatch(word)
        if found is not None:
            yield found[1], unveiled(found[2])


def seen_words(seen: Mapping[str, int]) -> str:
    """Write the entries that a page shows, by item, as `seen_in` reads them."""
    return " ".join(f"{name}:{veiled(number)}" for name, number in seen.items())


def given_in(sent: QueryDict, item: Item, codes: frozenset[str]) -> Given:
    """Return what was sent for one item."""
    answers = sent.getlist(f"answer.{item.id}")
    text = SEPARATOR.join(part for part in answers if part) if item.several else (answers or [""])[-1]
    if item.never and sent.get(f"never.{item.id}"):
        text = NEVER
    code = sent.get(f"missing.{item.id}") or ""
    unit = sent.get(f"unit.{item.id}") or ""
    is_other = unit != item.unit and bool(text.strip())
    return Given(text=text, unit=unit if is_other else "", missing=code if code in codes else "")


def reason_in(sent: QueryDict, item: str) -> str:
    """Return the reason that was sent for an item, the chosen words before the typed ones."""
    parts = ((sent.get(f"{name}.{item}") or "").strip() for name in ("why", "reason"))
    return ": ".join(part for part in parts if part)[:LONGEST_REASON]


# ---- what stands, as the inputs hold it -------------------------------------------------------------------------


def as_it_stands(sheet: Sheet) -> Typed:
    """Return what the inputs hold when a page is opened: the answers that stand."""
    standing = {item.id: sheet.standing(item.id) for item in sheet.form.items.values()}
    return Typed(
        given={item.id: inputs_of(item, standing[item.id]) for item in sheet.form.items.values()},
        seen={name: 0 if answer is None else answer.seq for name, answer in standing.items()},
    )


def inputs_of(item: Item, answer: Answer | None) -> Given:
    """Return what the inputs of an item hold where this answer stands: as it was typed, the unit apart."""
    if answer is None:
        return Given()
    if answer.missing is not None:
        return Given(missing=answer.missing)
    if item.kind == "number":
        return with_unit_apart(item, answer.text)
    return Given(text=answer.value or answer.text if item.kind != "text" else answer.text)


def with_unit_apart(item: Item, text: str) -> Given:
    """Return a typed number and the unit behind it, where that is another than the item's own."""
    for unit in item.accepts:
        for spelling in (unit, spelled(unit)):
            if text.endswith(f" {spelling}"):
                return Given(text=text.removesuffix(spelling).strip(), unit=unit)
    return Given(text=text)
