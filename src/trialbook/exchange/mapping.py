"""What the columns of foreign files mean: the values that a map file holds.

`map_file` reads them, `map_check` judges them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from trialbook.errors import Place

NO_CODES: Mapping[str, str] = MappingProxyType({})

COUNT = "count"
"""`repeat: count` numbers the rows of a repeating form as they come."""

StatusName = Literal["screen", "enrol", "complete", "withdraw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the text of a cell is read, before it is judged as the answer to an item."""

    blank: tuple[str, ...] = ()
    """Texts that stand for no value, beside the empty cell."""
    codes: Mapping[str, str] = field(default_factory=lambda: NO_CODES)
    """Foreign text -> text of the study; what is not listed is taken as it stands."""
    decimal_comma: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRule:
    """In which unit the numbers are: always the same, or told by a column."""

    place: Place
    fixed: str | None = None
    column: str | None = None
    codes: Mapping[str, str] = field(default_factory=lambda: NO_CODES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The item that a cell, or a part of it, answers."""

    place: Place
    form: str
    item: str
    visit: str | None = None
    """A visit that the map names; None where a column does, or where the form has none."""
    unit: UnitRule | None = None
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule:
    """What a column holds: one answer, or several in one cell."""

    place: Place
    header: str
    targets: tuple[Target, ...]
    split: str | None = None
    counted: bool = False
    """The parts of a cell are rows of a repeating form: one target, any number of parts."""
    reading: Reading = field(default_factory=Reading)
    """How the whole cell is read, before it is split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LongRule:
    """One value a row: which item it answers is told by the text of other columns."""

    place: Place
    names: tuple[str, ...]
    """Columns whose texts, joined by a blank, name the item."""
    value: str
    items: Mapping[str, Target]
    ignore: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRule:
    """Which column names the participant, and which part of its text is the code."""

    place: Place
    column: str
    pattern: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRule:
    """At which visit the answers of a row were given: the same for a whole file, or told by a column."""

    place: Place
    column: str | None = None
    fixed: str | None = None
    codes: Mapping[str, str] = field(default_factory=lambda: NO_CODES)
    codes_place: Place = field(default_factory=Place)
    unscheduled: tuple[str, ...] = ()
    """Foreign names of visits that were not planned; `*` at the end stands for any text."""

    def is_unscheduled(self, name: str) -> bool:
        """Tell whether a foreign name is that of an unscheduled visit."""
        return any(name.startswith(known[:-1]) if known.endswith("*") else name == known for known in self.unscheduled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A column must hold one of these texts."""

    place: Place
    column: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRule:
    """Which rows say that a participant was screened or enrolled, completed the study or left it."""

    place: Place
    act: StatusName
    every_row: bool = False
    where: tuple[Condition, ...] = ()
    """All must hold."""
    unless: tuple[Condition, ...] = ()
    """None may hold."""
    date: tuple[str, ...] = ()
    """Columns; the first that is not blank holds the date."""
    reason: tuple[str, ...] = ()
    """Columns; the first that is not blank holds the reason."""

    def columns(self) -> tuple[str, ...]:
        """Return every column that the rule looks at."""
        return (*(condition.column for condition in (*self.where, *self.unless)), *self.date, *self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRule:
    """How one file is read."""

    place: Place
    key: str
    file: str
    """Name of the file, without folder."""
    participant: ParticipantRule
    sheet: str | None = None
    separator: str | None = None
    header_row: int = 1
    visit: VisitRule | None = None
    repeat: str | None = None
    """Column that tells the rows of a repeating form apart, or `count`."""
    reading: Reading = field(default_factory=Reading)
    columns: tuple[ColumnRule, ...] = ()
    long: LongRule | None = None
    statuses: tuple[StatusRule, ...] = ()
    ignore: frozenset[str] = frozenset()
    """Columns that are left out on purpose, and so are not listed as unused."""

    def targets(self) -> tuple[Target, ...]:
        """Return every target of the file, in the order of the map."""
        long = () if self.long is None else tuple(self.long.items.values())
        return tuple(target for column in self.columns for target in column.targets) + long

    def used_columns(self) -> Mapping[str, Place]:
        """Return every column that the map looks at in this file, with the place in the map that first says so."""
        named: list[tuple[str | None, Place]] = [(self.participant.column, self.participant.place)]
        if self.visit is not None:
            named.append((self.visit.column, self.visit.place))
        if self.repeat != COUNT:
            named.append((self.repeat, self.place))
        named += [(column.header, column.place) for column in self.columns]
        if self.long is not None:
            named += [(name, self.long.place) for name in (*self.long.names, self.long.value)]
        named += [(target.unit.column, target.unit.place) for target in self.targets() if target.unit is not None]
        named += [(name, rule.place) for rule in self.statuses for name in rule.columns()]
        return {name: place for name, place in reversed(named) if name is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMap:
    """A whole map file: the files that it knows, in its order."""

    place: Place
    study: str
    files: tuple[FileRule, ...]
