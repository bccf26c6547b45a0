"""Unscheduled visits of foreign files get their numbers: `RETRIEVAL` becomes `unscheduled-2`, and stays it.

The foreign name is recorded as the visit's `name`, so that every later file that uses it means the same visit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from trialbook.capture.rows import Row
from trialbook.conduct.casebook import VISIT_FORM, Casebook

NUMBERED = re.compile(r"unscheduled-([1-9][0-9]{0,3})")
NAME = "name"
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def number_encounters(rows: Sequence[Row], casebooks: Mapping[str, Casebook]) -> list[Row]:
    """Return the rows with the visits of their encounters, and a row more that names each encounter.

    An encounter whose name is recorded keeps its number. New ones of a participant follow in order of their dates,
    those without a date last, and otherwise as they come.
    """
    first: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row.encounter:
            first.setdefault((row.participant, row.encounter), row)
    if not first:
        return list(rows)
    visits = _visits(first, _dates(rows), casebooks)
    named = [
        replace(
            row,
            visit=visits[key],
            form=VISIT_FORM,
            repeat="",
            item=NAME,
            text=row.encounter,
            unit=None,
            header=row.visit_header,
        )
        for key, row in first.items()
    ]
    numbered = [replace(row, visit=visits[row.participant, row.encounter]) if row.encounter else row for row in rows]
    return named + numbered


def _dates(rows: Iterable[Row]) -> Mapping[tuple[str, str], str]:
    """Return the first day that the rows give for each encounter."""
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        day = ISO_DAY.match(row.text)
        if row.encounter and (row.form, row.item) == (VISIT_FORM, "date") and day is not None:
            found.setdefault((row.participant, row.encounter), day[0])
    return found


def _visits(
    first: Mapping[tuple[str, str], Row], dates: Mapping[tuple[str, str], str], casebooks: Mapping[str, Casebook]
) -> dict[tuple[str, str], str]:
    """Return the visit of every encounter, by participant and foreign name."""
    visits: dict[tuple[str, str], str] = {}
    for participant in dict.fromkeys(name for name, _ in first):
        casebook = casebooks.get(participant)
        visits |= {} if casebook is None else _recorded(casebook)
        number = _highest(casebook)
        new = [key for key in first if key[0] == participant and key not in visits]
        for key in sorted(new, key=lambda key: dates.get(key, "9999")):
            number += 1
            visits[key] = f"unscheduled-{number}"
    return visits


def _recorded(casebook: Casebook) -> dict[tuple[str, str], str]:
    """Return the unscheduled visits of a participant whose names are recorded."""
    return {
        (casebook.participant, answer.value): cell.visit
        for cell, answer in casebook.answers.items()
        if (cell.form, cell.item) == (VISIT_FORM, NAME) and answer.value is not None
    }


def _highest(casebook: Casebook | None) -> int:
    """Return the highest number of an unscheduled visit of a participant, 0 where there is none."""
    visits = () if casebook is None else casebook.visits()
    return max((int(found[1]) for visit in visits if (found := NUMBERED.fullmatch(visit))), default=0)
