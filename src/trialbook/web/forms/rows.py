"""The rows of a form that is filled in as often as there is something to tell, as a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trialbook.conduct.answers import rows_of, tally
from trialbook.protocol.model import Item
from trialbook.render.numbers import ABSENT, show
from trialbook.web.forms.questions import Shown, key_of
from trialbook.web.forms.sheet import Sheet
from trialbook.web.forms.state import State, state_of
from trialbook.web.forms.words import shown

MOST_COLUMNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """An item whose answers the table shows."""

    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShown:
    """One row of the table."""

    name: str
    address: str
    cells: tuple[tuple[str, str], ...]
    """Label of the column, and the answer."""
    state: State


def columns_of(sheet: Sheet) -> list[Item]:
    """Return the items that the table shows: those that are required, then others, in their order."""
    items = list(sheet.form.items.values())
    wanted = sorted(items, key=lambda item: (not item.required, items.index(item)))[:MOST_COLUMNS]
    return [item for item in items if item in wanted]


def table_of(sheet: Sheet) -> list[RowShown]:
    """Return the rows of a form that hold something, by number."""
    columns = columns_of(sheet)
    names = sorted(rows_of(sheet.form, sheet.casebook, sheet.visit), key=lambda name: (len(name), name))
    return [row_of(sheet.at(name), columns) for name in names if name]


def row_of(sheet: Sheet, columns: Iterable[Item]) -> RowShown:
    """Return one row of the table."""
    answers = [(item, sheet.standing(item.id)) for item in columns]
    cells = ((sheet.say_item(item), ABSENT if one is None else shown(sheet, item, one)) for item, one in answers)
    return RowShown(name=sheet.repeat, address=sheet.address(), cells=tuple(cells), state=state_of(sheet))


def next_row(names: Iterable[str]) -> str:
    """Return the next free number, after every row that was ever begun."""
    return str(1 + max((int(name) for name in names if name.isascii() and name.isdigit()), default=0))


def counts_of(sheet: Sheet) -> list[Shown]:
    """Return what the rows come to: the counts that the form derives."""
    found = []
    for derived in sheet.form.derived.values():
        if derived.kind == "count":
            count = tally(sheet.study, sheet.casebook, sheet.form, derived, visit=sheet.visit).count
            label = sheet.say(derived.label) or derived.id
            found.append(Shown(key=key_of(derived.id), label=label, value=ABSENT if count is None else show(count, 0)))
    return found
