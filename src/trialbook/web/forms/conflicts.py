"""Two people in one form: what somebody else recorded after the page was shown stands beside what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from trialbook.capture.ledger import Entry, cell_of
from trialbook.conduct.casebook import Answer
from trialbook.web.forms.questions import Theirs, theirs_of
from trialbook.web.forms.reading import is_change, parsed
from trialbook.web.forms.sheet import Sheet
from trialbook.web.forms.typed import Given, Typed, inputs_of
from trialbook.web.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A page after what others recorded meanwhile was taken into account."""

    typed: Typed
    theirs: Mapping[str, Theirs]
    """Items of which somebody has to say whose answer stands."""
    taken: tuple[str, ...]
    """Items in which theirs stands, since the person had not touched them."""


def settled(site: Site, sheet: Sheet, typed: Typed) -> Settled:
    """Find the items that somebody else changed meanwhile; what the person did not touch is theirs."""
    given, seen = dict(typed.given), dict(typed.seen)
    theirs: dict[str, Theirs] = {}
    taken = []
    was = seen_before(site, sheet, typed)
    for name, one in typed.given.items():
        answer, choice = sheet.standing(name), typed.resolved.get(name, "") if name in typed.disputed else ""
        is_stale = name in seen and seen[name] != now(answer)
        if not (is_stale or name in typed.disputed) or not differs(sheet, name, one):
            seen[name] = now(answer)
        elif choice == "theirs" and not is_stale:
            given[name] = inputs_of(sheet.form.items[name], answer)
        elif is_stale and name not in typed.disputed and one == was.get(name, Given()):
            given[name], seen[name] = inputs_of(sheet.form.items[name], answer), now(answer)
            taken.append(name)
        elif choice != "mine" or is_stale:
            theirs[name], seen[name] = theirs_of(sheet, name, answer, choice), now(answer)
    return Settled(typed=replace(typed, given=given, seen=seen), theirs=theirs, taken=tuple(taken))


def now(answer: Answer | None) -> int:
    """Return the number of the entry that stands, 0 for none."""
    return 0 if answer is None else answer.seq


def differs(sheet: Sheet, item: str, given: Given) -> bool:
    """Tell whether the inputs of an item say something else than what stands."""
    if sheet.standing(item) is None:
        return any(given)
    values, _ = parsed(sheet, {item: given})
    return is_change(sheet, given, values.get(item), item)


def seen_before(site: Site, sheet: Sheet, typed: Typed) -> Mapping[str, Given]:
    """Return what the page showed at first of items that were changed since then."""
    stale = {
        name: seq
        for name, seq in typed.seen.items()
        if seq and name in typed.given and seq != now(sheet.standing(name))
    }
    entries = {entry.seq: entry for entry in site.book.entries(stale.values())} if stale else {}
    return {name: inputs_at(sheet, name, entries.get(seq)) for name, seq in stale.items()}


def inputs_at(sheet: Sheet, item: str, entry: Entry | None) -> Given:
    """Return what the inputs of an item held where an entry stood; nothing where the entry is not of this item."""
    if entry is None or entry.participant != sheet.casebook.participant or cell_of(entry) != sheet.cell(item):
        return Given()
    if entry.act == "clear":
        return Given()
    answer = Answer(text=entry.text or "", value=entry.value, unit=entry.unit, missing=entry.missing)
    return inputs_of(sheet.form.items[item], answer)
