"""What an amendment would change, as CSV: one row for each thing that is judged otherwise, by the change it follows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

from trialbook.conduct.consequences import Consequences, Shift
from trialbook.protocol.amendments import Change
from trialbook.render.to_csv import cell

HEAD = (
    "data", "change", "where", "participant", "site", "about", "visit", "form", "repeat", "item", "name",
    "before", "after", "answer", "entries",
)  # fmt: skip


def consequences_csv(found: Consequences, *, data: str, number: Callable[[int], str] = str) -> bytes:
    """Return everything that is judged otherwise, UTF-8.

    `data` says in every row whether it is real or invented; `number` writes the number of an entry.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows((data, *map(cell, row)) for row in _rows(found, number))
    return stream.getvalue().encode()


def _rows(found: Consequences, number: Callable[[int], str]) -> Iterator[tuple[str, ...]]:
    for effect in found.effects:
        yield from (_row(effect.change, shift, number) for shift in effect.shifts)
    yield from (_row(None, shift, number) for shift in found.other)


def _row(change: Change | None, shift: Shift, number: Callable[[int], str]) -> tuple[str, ...]:
    key = shift.key
    cause = ("follows", "") if change is None else (change.kind, change.where)
    place = (key.aspect, key.visit, key.form, key.repeat, key.item, key.name)
    entries = " ".join(map(number, shift.seqs))
    return (*cause, shift.participant, shift.site or "", *place, shift.before, shift.after, shift.answer, entries)
