"""Unscheduled visits of foreign files get their numbers: `RETRIEVAL` becomes `unscheduled-2`, and stays it.

The foreign name is recorded as the visit's `name`, so that every later file that uses it means the same visit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from trialbook.capture.earlier import Earlier
from trialbook.capture.rows import Row
from trialbook.conduct.casebook import VISIT_FORM, Casebook

NUMBERED = re.compile(r"unscheduled-([1-9][0-9]{0,3})")
NAME = "name"
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


Encounter = tuple[str, str]
"""Participant and foreign name of a visit."""


def number_encounters(rows: Sequence[Row], casebooks: Mapping[str, Casebook], earlier: Earlier) -> list[Row]:
    """Return the rows with the visits of their encounters, and a row more that names each encounter.

    An encounter whose name is recorded, or was recorded by an earlier import, keeps its number. New ones of a
    participant follow in order of their dates, those without a date last, and otherwise as they come.
    """
    rows = [replace(row, encounter=spelled(row.encounter)) for row in rows]
    first: dict[Encounter, Row] = {}
    for row in rows:
        if row.encounter:
            first.setdefault((row.participant, row.encounter), row)
    if not first:
        return list(rows)
    visits = _visits(first, _dates(rows), casebooks, earlier)
    named = [_name_row(row, visits[key]) for key, row in first.items()]
    numbered = [replace(row, visit=visits[row.participant, row.encounter]) if row.encounter else row for row in rows]
    return named + numbered


def spelled(name: str) -> str:
    """Return a foreign name as its answer is recorded, so that it is known again: composed, with plain line ends."""
    return unicodedata.normalize("NFC", name).replace("\r\n", "\n").replace("\r", "\n")


def _name_row(row: Row, visit: str) -> Row:
    """Return the row that records the foreign name of a visit."""
    return replace(
        row,
        visit=visit,
        form=VISIT_FORM,
        repeat="",
        item=NAME,
        text=row.encounter,
        unit=None,
        header=row.visit_header,
    )


def _dates(rows: Iterable[Row]) -> Mapping[Encounter, str]:
    """Return the first day that the rows give for each encounter."""
    found: dict[Encounter, str] = {}
    for row in rows:
        day = ISO_DAY.match(row.text)
        if row.encounter and (row.form, row.item) == (VISIT_FORM, "date") and day is not None:
            found.setdefault((row.participant, row.encounter), day[0])
    return found


def _visits(
    encounters: Iterable[Encounter],
    dates: Mapping[Encounter, str],
    casebooks: Mapping[str, Casebook],
    earlier: Earlier,
) -> dict[Encounter, str]:
    """Return the visit of every encounter."""
    wanted = list(encounters)
    visits = _imported(earlier)
    for participant in dict.fromkeys(name for name, _ in wanted):
        casebook = casebooks.get(participant, Casebook(participant=participant))
        visits |= _recorded(casebook)
        taken = [*casebook.visits(), *(visit for (name, _), visit in visits.items() if name == participant)]
        number = max((int(found[1]) for visit in taken if (found := NUMBERED.fullmatch(visit))), default=0)
        new = [key for key in wanted if key[0] == participant and key not in visits]
        for key in sorted(new, key=lambda key: dates.get(key, "9999")):
            number += 1
            visits[key] = f"unscheduled-{number}"
    return visits


def _imported(earlier: Earlier) -> dict[Encounter, str]:
    """Return the unscheduled visits that earlier imports named, whatever their names were changed to since."""
    return {
        (participant, name): cell.visit
        for (participant, cell), entries in earlier.entries.items()
        if (cell.form, cell.item) == (VISIT_FORM, NAME)
        for entry in entries.values()
        if (name := entry.value or entry.missing) is not None
    }


def _recorded(casebook: Casebook) -> dict[Encounter, str]:
    """Return the unscheduled visits of a participant whose names are recorded."""
    return {
        (casebook.participant, name): cell.visit
        for cell, answer in casebook.answers.items()
        if (cell.form, cell.item) == (VISIT_FORM, NAME) and (name := answer.value or answer.missing) is not None
    }
