"""Columns of typed answers as the numbers an instrument computes with, each different text read once and strictly.

`values.parse_value` says what a text means. It is asked once for each different text of a column, so that a million
rows cost little more than one, and a text is never taken in one row and refused in another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from trialbook.errors import Place, Problem
from trialbook.protocol.model import Item
from trialbook.protocol.units import is_unit, spelled
from trialbook.protocol.values import YES_NO, limit_of, number_of, parse_value

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

Read: TypeAlias = tuple[float, Problem | None]
"""The number that a text stands for, and what is wrong with it."""

FEW = 16
"""Different texts of a column that are asked for one by one."""
MOST_TOLD = 50
"""Wrong cells that are told one by one."""
WITH_UNIT = re.compile(r"(?P<name>[^\[\]]+?)\s*\[(?P<unit>[^\[\]]+)\]")
"""A column may name its unit: `ck_base [ukat/L]`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heading:
    """A column of the file that holds the answers to an item."""

    header: str
    place: int
    """1-based column of the file."""
    item: Item
    unit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A column as numbers, and what of it cannot be taken."""

    numbers: NDArray[np.float64]
    """Not-a-number where there is no answer."""
    refused: Mapping[str, Problem]
    """Text -> why it is no answer."""
    queried: Mapping[str, Problem]
    """Text -> what somebody should look at, though it is kept."""


def split_header(header: str) -> tuple[str, str | None]:
    """Return the name and the unit that stand at the head of a column."""
    match = WITH_UNIT.fullmatch(header)
    return (header, None) if match is None else (match["name"], match["unit"].strip())


def unit_problem(item: Item, unit: str) -> Problem | None:
    """Say what is wrong with the unit of a column; None where the item takes it."""
    if not is_unit(unit):
        return Problem(code="VALUE-22", values={"unit": unit})
    taken = tuple(spelled(one) for one in (item.unit, *item.accepts) if one is not None)
    if spelled(unit) in taken:
        return None
    label = next(iter(item.label.values()), item.id)
    return Problem(code="VALUE-07", values={"item": label, "unit": unit, "units": ", ".join(taken) or "no unit"})


def code_columns(frame: pl.DataFrame, headings: Sequence[Heading]) -> dict[str, Coded]:
    """Read columns of typed answers as numbers, by item: yes is 1, no is 0, a choice its code."""
    # in a large file nearly every column of choices holds nothing but their codes: then no other text need be sought
    as_listed = _coded_by(frame, {heading: _listed_answers(heading.item) for heading in headings})
    others = [heading for heading in headings if not _is_all(frame[heading.header], as_listed[heading])]
    as_typed = _coded_by(frame, _different_texts(frame, others))
    return {heading.item.id: as_typed.get(heading, as_listed[heading]) for heading in headings}


def _coded_by(frame: pl.DataFrame, texts: Mapping[Heading, Sequence[str]]) -> dict[Heading, Coded]:
    """Read columns as numbers by what some texts in them mean, each asked for once; any other text gives none."""
    read = {heading: {text: _read(heading, text) for text in some} for heading, some in texts.items()}
    # one question to polars for all columns, which it answers on all processors
    values = frame.select(_numbers(heading.header, known) for heading, known in read.items())
    return {heading: _coded(values[heading.header], known) for heading, known in read.items()}


def _listed_answers(item: Item) -> tuple[str, ...]:
    """Return the answers that an item lists; none for a number."""
    return YES_NO if item.kind == "yes_no" else tuple(item.choices)


def _different_texts(frame: pl.DataFrame, headings: Sequence[Heading]) -> dict[Heading, list[str]]:
    """Return the different texts of columns."""
    import polars as pl

    different = frame.select(pl.col(heading.header).unique().drop_nulls().implode() for heading in headings)
    return {heading: different[heading.header][0].to_list() for heading in headings}


def _is_all(texts: pl.Series, coded: Coded) -> bool:
    """Tell whether every cell that is filled in has become a number."""
    import numpy as np

    return int(np.isnan(coded.numbers).sum()) == texts.null_count()


def _numbers(header: str, read: Mapping[str, Read]) -> pl.Expr:
    """Turn the texts of a column into numbers; not-a-number for an empty cell."""
    import polars as pl

    numbers = {text: value for text, (value, _) in read.items()}
    empty = pl.lit(float("nan"))
    if len(numbers) > FEW:
        found = pl.col(header).replace_strict(
            list(numbers), list(numbers.values()), default=None, return_dtype=pl.Float64
        )
        return found.fill_null(empty)
    # asking for one text after the other is three times as quick as looking each cell up
    chosen = empty
    for text, value in numbers.items():
        chosen = pl.when(pl.col(header) == text).then(pl.lit(value)).otherwise(chosen)
    return chosen.alias(header) if numbers else pl.repeat(float("nan"), pl.len()).alias(header)


def _coded(values: pl.Series, read: Mapping[str, Read]) -> Coded:
    found = {text: problem for text, (_, problem) in read.items() if problem is not None}
    return Coded(
        numbers=values.to_numpy(),
        refused={text: problem for text, problem in found.items() if problem.level == "error"},
        queried={text: problem for text, problem in found.items() if problem.level == "warning"},
    )


def cells_of(
    heading: Heading, texts: pl.Series, told: Mapping[str, Problem], lines: NDArray[np.int64], file: str
) -> tuple[int, Iterator[Problem]]:
    """Return how many cells hold one of some texts, and the first of them with their place."""
    rows: list[int] = texts.is_in(list(told)).arg_true().to_list() if told else []
    first = rows[:MOST_TOLD]
    problems = (
        replace(
            told[texts[row]],
            place=Place(file=file, line=int(lines[row]), column=heading.place, header=heading.header),
        )
        for row in first
    )
    return len(rows), problems


def _read(heading: Heading, text: str) -> Read:
    """Return the number of a typed answer, not-a-number for an empty cell, and what is wrong with it."""
    nothing = float("nan")
    if not text.strip():
        return nothing, None
    read = parse_value(heading.item, text, unit=heading.unit)
    if isinstance(read, Problem):
        return nothing, read
    value = read.value or ""
    if limit_of(value):
        return nothing, Problem(code="SCORE-07", values={"text": value})
    number = float(value == "yes") if heading.item.kind == "yes_no" else number_of(value)
    return number, next(iter(read.queries), None)
