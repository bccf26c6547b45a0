"""A file's rows before header and answers are told apart, and the refusal of a file that has none."""

from __future__ import annotations

from typing import NamedTuple

from trialbook.errors import Place, Problem

LONGEST_CELL = 100_000
"""Characters; a longer cell is a quote that was never closed, not an answer."""


class Grid(NamedTuple):
    """The rows of a file, each a list of cells, and where in the file they stand."""

    rows: list[list[str]]
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()


class Unreadable(Exception):  # noqa: N818 - carries problems to `read_table`, which returns them
    """A file, or a part of it, that cannot be read as a table."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems)
        self.problems = problems


def refuse(code: str, file: str, /, *, line: int | None = None, column: int | None = None, **values: str) -> Unreadable:
    """Make the refusal of a file with one problem."""
    return Unreadable(Problem(code=code, place=Place(file=file, line=line, column=column), values=values))
