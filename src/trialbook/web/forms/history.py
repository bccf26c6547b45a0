"""The history of a value, in place: what stood there first and since, who, when, in which way and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext

from trialbook.capture.ledger import ANSWERS, Entry
from trialbook.conduct.casebook import Answer
from trialbook.protocol.model import Study
from trialbook.web.forms.sheet import Sheet
from trialbook.web.forms.words import local_time, role_label, shown
from trialbook.web.site import Site

MARK = 12
"""Characters of a hash that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry of a history, as a reader reads it."""

    seq: int
    what: str
    value: str
    who: str
    role: str
    at: str
    behalf: str
    mode: str
    why: str
    source: str
    mark: str
    """Beginning of the hash of the entry: its number would tell how much is recorded elsewhere."""
    is_current: bool


def lines_of(site: Site, sheet: Sheet, item: str) -> list[Line]:
    """Return the history of a value, the first entry first, with what was asked and noted about it."""
    participant = sheet.casebook.participant
    entries = site.history(participant=participant, **sheet.place(), item=item)
    standing = sheet.standing(item)
    current = 0 if standing is None else standing.seq
    return [line_of(sheet, item, entry, current) for entry in entries]


def line_of(sheet: Sheet, item: str, entry: Entry, current: int) -> Line:
    """Return one entry as a reader reads it."""
    return Line(
        seq=entry.seq,
        what=done(entry),
        value=said(sheet, item, entry),
        who=entry.by,
        role=role_label(sheet.study, entry.role, sheet.language),
        at=local_time(sheet.study, entry.at),
        behalf=entry.on_behalf_of or "",
        mode=way(entry),
        why=entry.reason or "",
        source=source_of(entry),
        mark=entry.hash[:MARK],
        is_current=entry.seq == current,
    )


def said(sheet: Sheet, item: str, entry: Entry) -> str:
    """Return the answer that an entry gave, or its words."""
    if entry.act not in ANSWERS:
        return entry.text or ""
    if entry.act == "clear":
        return ""
    if entry.is_erased:
        return gettext("(erased)")
    answer = Answer(text=entry.text or "", value=entry.value, unit=entry.unit, missing=entry.missing)
    return shown(sheet, sheet.form.items[item], answer)


def done(entry: Entry) -> str:
    """Say what an entry did."""
    known = {
        "enter": gettext("entered"),
        "correct": gettext("corrected"),
        "clear": gettext("cleared"),
        "note": gettext("note"),
        "query": gettext("query"),
        "answer_query": gettext("answer to the query"),
        "close_query": gettext("query closed"),
        "reassign_query": gettext("query given to somebody else"),
        "verify_source": gettext("compared with its source"),
        "erase": gettext("words erased"),
    }
    return known.get(entry.act, entry.act.replace("_", " "))


def way(entry: Entry) -> str:
    """Say how an answer got in."""
    known = {
        "touch": gettext("on a screen"),
        "keyboard": gettext("typed"),
        "paper": gettext("from paper"),
        "import": gettext("from a file"),
    }
    return known.get(entry.mode or "", "")


def source_of(entry: Entry) -> str:
    """Return file, row and column from which an answer was imported."""
    if entry.source_file is None:
        return ""
    row = gettext("row %(row)s") % {"row": entry.source_row} if entry.source_row is not None else ""
    return ", ".join(part for part in (entry.source_file, row, entry.source_column) if part)


# ---- of a whole form --------------------------------------------------------------------------------------------


def entries_of(site: Site, sheet: Sheet) -> tuple[Entry, ...]:
    """Return every entry on a form, or on the row of it that is open."""
    place = {"participant": sheet.casebook.participant, "visit": sheet.visit, "form": sheet.form.id}
    return site.history(**place, **({"repeat": sheet.repeat} if sheet.repeat else {}))


def ever_recorded(site: Site, sheet: Sheet) -> frozenset[str]:
    """Return the items in which something was ever recorded; what stands is enough to know where all are answered."""
    standing = frozenset(name for name in sheet.form.items if sheet.standing(name) is not None)
    if len(standing) == len(sheet.form.items):
        return standing
    return standing.union(entry.item for entry in entries_of(site, sheet) if entry.item is not None)


def rows_ever(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the rows in which something was ever recorded, in order."""
    return iter(dict.fromkeys(entry.repeat for entry in entries if entry.repeat is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a save recorded."""

    at: str
    entered: int
    corrected: int
    cleared: int


def stored_by(study: Study, entries: Iterable[Entry], request: str, person: str) -> Stored | None:
    """Return what a request of a person recorded, None where it recorded nothing."""
    own = [entry for entry in entries if entry.request == request and entry.by == person]
    if not own:
        return None
    acts = [entry.act for entry in own]
    return Stored(
        at=local_time(study, own[0].at),
        entered=acts.count("enter"),
        corrected=acts.count("correct"),
        cleared=acts.count("clear"),
    )
