"""What can be wrong: a `Problem` in somebody's file is a value, a mistake in a call is an exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Level = Literal["error", "warning"]
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a problem is: a position in a file, or a cell of the study, or both; every part is optional."""

    file: str | None = None
    line: int | None = None
    """1-based line, or row, of the file."""
    column: int | None = None
    """1-based column of the line."""
    header: str | None = None
    """Name of the column of a table."""
    participant: str | None = None
    visit: str | None = None
    form: str | None = None
    repeat: str | None = None
    item: str | None = None

    def __str__(self) -> str:
        """Write the place the way an editor or a spreadsheet names it."""
        position = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        header = f"column “{self.header}”" if self.header is not None else ""
        item = ".".join(name for name in (self.form, self.item) if name is not None)
        row = f"row {self.repeat}" if self.repeat else None
        cell = ", ".join(name for name in (self.participant, self.visit, item, row) if name)
        return ", ".join(part for part in (position, header, cell) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake in a file or an act; the sentence and the remedy come from `wording` by `code`."""

    code: str
    """Stable code such as `SCHED-03`; a key of `wording.CATALOGUE`."""
    place: Place = field(default_factory=Place)
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """What the sentence and the remedy name, already as text."""
    level: Level = "error"


class TrialbookError(Exception):
    """A mistake that stops what was asked; carries every problem found, and an exit code for the shell."""

    exit_code = 1

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(", ".join(f"{problem.code} at {problem.place}" for problem in self.problems))


class StudyFileError(TrialbookError):
    """The study file cannot be used."""

    exit_code = 2


class ImportRefused(TrialbookError):  # noqa: N818 - a refusal, in the words of the house
    """A file to import holds at least one cell that cannot be taken; nothing was recorded."""

    exit_code = 3


class ActRefused(TrialbookError):  # noqa: N818
    """An act may not be done by this person or at this time; nothing was recorded."""

    exit_code = 4


class LedgerError(TrialbookError):
    """The ledger cannot be opened, is damaged, or could not be written."""

    exit_code = 5
