"""The rows of a model: columns of any frame read into numbers and levels, incomplete rows left out and counted."""

from __future__ import annotations

import numbers
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from trialbook.analysis.mmrm.formula import Formula, FormulaError

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Levels = Mapping[str, Sequence[object]]

MAGNITUDE = 100
"""Numbers are computed with from 1e-100 to 1e100, so that squares of them are numbers too."""
NO_ROW = "No row has a value of “{response}” with its participant, its visit and every covariate."
TOO_FAR = "A value of “{name}” is infinite or beyond 1e100: too large to compute with."
TWICE = "Participant “{participant}” has several values at visit “{visit}”: only one can stand there."


class Columns(Protocol):
    """What is read as a frame: a mapping of columns, a polars frame; anything that gives a column by its name."""

    def __getitem__(self, name: str, /) -> Iterable[object]:
        """Return a column."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The complete rows; where `error` says why there are none, the arrays are empty."""

    y: Floats
    participant: Codes
    visit: Codes
    factors: Mapping[str, Codes]
    """Name -> the place of each row's level among the levels."""
    covariates: Mapping[str, Floats]
    levels: Mapping[str, tuple[str, ...]]
    """Of each factor, the visit included, the levels that the rows hold, in their order."""
    left_out: Mapping[str, int]
    """Column -> rows left out since they hold nothing there; of several columns the first."""
    error: str = ""


def read_rows(
    frame: Columns, formula: Formula, *, participant: str, visit: str, levels: Levels, factors: Sequence[str]
) -> Rows:
    """Read the columns that a formula names; FormulaError for a column that is not there or holds no numbers."""
    names = dict.fromkeys([participant, visit, formula.response, *formula.names])
    raw = {name: _column(frame, name) for name in names}
    if len({len(column) for column in raw.values()}) > 1:
        raise FormulaError("The columns are not of one length.")
    keep, left_out = _complete(raw)
    whole = {name: [column[row] for row in keep] for name, column in raw.items()}
    as_factor = {visit, *factors} | {name for name in formula.names if not _is_numeric(raw[name])}
    found = {name: _coded(whole[name], levels.get(name)) for name in names if name in as_factor}
    y = _numbers(formula.response, whole[formula.response])
    covariates = {name: _numbers(name, whole[name]) for name in formula.names if name not in as_factor}
    order = [text_of(value) for value in dict.fromkeys(whole[participant])]
    who = _coded(whole[participant], order)[0]
    return Rows(
        y=y,
        participant=who,
        visit=found[visit][0],
        factors={name: codes for name, (codes, _) in found.items()},
        covariates=covariates,
        levels={name: texts for name, (_, texts) in found.items()},
        left_out=left_out,
        error=_why_not(formula.response, {formula.response: y, **covariates})
        or _twice(who, found[visit][0], order, found[visit][1]),
    )


def text_of(value: object) -> str:
    """Write a level as text: whole numbers without a point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def natural(text: str) -> tuple[tuple[int, float, str], ...]:
    """Return a key by which `week 4` comes before `week 12`."""
    parts = re.findall(r"\d+(?:\.\d+)?|\D+", text)
    return tuple((0, float(part), "") if part[0].isdigit() else (1, 0.0, part) for part in parts)


def _column(frame: Columns, name: str) -> list[object]:
    try:
        found = frame[name]
    except Exception as problem:
        # every kind of frame says with an error of its own that it has no such column
        raise FormulaError(f"There is no column “{name}”.") from problem
    return list(_plain(found))


def _plain(column: Iterable[object]) -> Iterable[object]:
    """Return the values of a column as Python's own, where the column offers that."""
    for name in ("to_list", "tolist"):
        if hasattr(column, name):
            return cast("Iterable[object]", getattr(column, name)())
    return column


def _complete(columns: Mapping[str, list[object]]) -> tuple[list[int], dict[str, int]]:
    """Return the rows that hold something in every column, and how many others each column leaves out."""
    empty = np.array([[value is None or value != value for value in column] for column in columns.values()])  # noqa: PLR0124 - a NaN is no number, and not itself
    first = np.where(empty.any(axis=0), empty.argmax(axis=0), len(columns))
    counts = np.bincount(first, minlength=len(columns) + 1)
    left_out = {name: int(n) for name, n in zip(columns, counts, strict=False) if n}
    return np.flatnonzero(first == len(columns)).tolist(), left_out


def _is_numeric(column: Iterable[object]) -> bool:
    """Tell whether a column holds nothing but numbers and gaps."""
    return all(_is_number_type(kind) for kind in {type(value) for value in column} - {type(None)})


def _is_number_type(kind: type) -> bool:
    return issubclass(kind, numbers.Real | Decimal) and not issubclass(kind, bool)


def _numbers(name: str, column: Sequence[object]) -> Floats:
    if not _is_numeric(column):
        strange = next(value for value in column if not _is_number_type(type(value)))
        raise FormulaError(f"“{name}” holds “{strange}”, which is no number.")
    return np.array([float(cast("float", value)) for value in column], dtype=float)


def _coded(column: Sequence[object], order: Sequence[object] | None) -> tuple[Codes, tuple[str, ...]]:
    """Return the place of each value among the levels that occur; FormulaError for a value that the order lacks."""
    written = {value: text_of(value) for value in set(column)}
    seen = set(written.values())
    stated = None if order is None else [text_of(level) for level in order]
    if stated is not None and not seen <= set(stated):
        raise FormulaError(f"“{min(seen - set(stated))}” is not among the levels that are stated for its column.")
    levels = tuple(level for level in stated if level in seen) if stated is not None else _in_order(column)
    place = {level: number for number, level in enumerate(levels)}
    code = {value: place[text] for value, text in written.items()}
    return np.array([code[value] for value in column], dtype=np.intp), levels


def _in_order(column: Sequence[object]) -> tuple[str, ...]:
    """Return the levels of a column: numbers by size, texts with the numbers in them by size."""
    if _is_numeric(column):
        return tuple(dict.fromkeys(text_of(value) for value in sorted(cast("set[float]", set(column)))))
    return tuple(sorted({text_of(value) for value in set(column)}, key=natural))


def _why_not(response: str, columns: Mapping[str, Floats]) -> str:
    """Say why the numbers cannot be computed with; empty where they can."""
    if not columns[response].size:
        return NO_ROW.format(response=response)
    limit = 10.0**MAGNITUDE
    far = next((name for name, column in columns.items() if not bool((np.abs(column) <= limit).all())), None)
    return TOO_FAR.format(name=far) if far is not None else ""


def _twice(who: Codes, visit: Codes, names: Sequence[str], visits: Sequence[str]) -> str:
    """Say whose visit holds two values; empty where none does."""
    cells = who * len(visits) + visit
    found, counts = np.unique(cells, return_counts=True)
    if not (counts > 1).any():
        return ""
    first = int(found[counts > 1][0])
    return TWICE.format(participant=names[first // len(visits)], visit=visits[first % len(visits)])
