"""Events that are told no more, or no more as serious: who struck or corrected them, when and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trialbook.capture.ledger import ANSWERS, Entry
from trialbook.conduct.answers import rows_of
from trialbook.conduct.casebook import Casebook
from trialbook.conduct.safety import is_serious, says_serious
from trialbook.protocol.model import Form
from trialbook.web.treatment.event_items import item_for
from trialbook.web.treatment.links import address_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One event as it was."""

    repeat: str
    term: str
    was_serious: bool
    is_struck: bool
    """Every answer was cleared; else it stands, and is not serious any more."""
    by: str
    at: str
    why: str
    address: str | None


def past_events(form: Form, casebook: Casebook, entries: Iterable[Entry]) -> Iterator[Past]:
    """Yield the rows of an events form that were struck, and those that were serious once and are not now."""
    rows: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if entry.act in ANSWERS:
            rows.setdefault((entry.visit or "", entry.repeat or ""), []).append(entry)
    for (visit, repeat), found in rows.items():
        is_struck = repeat not in rows_of(form, casebook, visit)
        changed = found[-1] if is_struck else _lowered(form, casebook, visit, repeat, found)
        if changed is not None:
            yield Past(
                repeat=repeat,
                term=_term(form, found),
                was_serious=any(says_serious(form, entry.item, entry.value) for entry in found),
                is_struck=is_struck,
                by=changed.by,
                at=changed.at,
                why=changed.reason or "",
                address=address_of(form, casebook.participant, visit=visit, repeat=repeat),
            )


def _lowered(form: Form, casebook: Casebook, visit: str, repeat: str, found: list[Entry]) -> Entry | None:
    """Return the entry that made a serious event one that is not; None where it is serious, or never was."""
    serious = [entry for entry in found if says_serious(form, entry.item, entry.value)]
    if not serious or is_serious(form, casebook, repeat, visit=visit).is_serious:
        return None
    last = {entry.item: entry.seq for entry in serious}
    return max(
        (entry for entry in found if entry.seq > last.get(entry.item, entry.seq)), key=lambda one: one.seq, default=None
    )


def _term(form: Form, found: list[Entry]) -> str:
    item = item_for(form, "term")
    said = [entry.text for entry in found if item is not None and entry.item == item.id and entry.text]
    return (said or [""])[-1][:200]
