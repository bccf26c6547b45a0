"""Results as CSV: the same bytes on any day, in any locale and time zone; every row says whose data it is of."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from trialbook.analysis.reconcile import Difference
from trialbook.analysis.results import FIELDS, Result
from trialbook.render.numbers import significant

if TYPE_CHECKING:
    from trialbook.analysis.pooling.forest import ForestRow

DATA = "data"
"""Name of the first column."""
FORMULA = ("=", "+", "-", "@", "\t", "\n")
"""A text cell that begins so is run as a formula by spreadsheets."""
MOST_KNOWN = 10_000
"""Cells that are remembered as they were written."""
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def results_csv(results: Iterable[Result], *, data: Literal["real", "invented"] | None) -> bytes:
    """Return `results.csv`: one row a result, UTF-8, LF, `value` at 12 significant digits, empty where absent.

    `data` stands first in every row, so that rows copied elsewhere still say so; of a bare table nobody knows it, and
    the column is left out.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    first: tuple[str, ...] = () if data is None else (data,)
    writer.writerow((*(() if data is None else (DATA,)), *FIELDS, "value", "text"))
    fields = attrgetter(*FIELDS)
    # most cells stand in many rows
    known = lru_cache(maxsize=MOST_KNOWN)(cell)
    writer.writerows((*first, *map(known, fields(row)), *_value(row)) for row in results)
    return stream.getvalue().encode()


def differences_csv(differences: Iterable[Difference]) -> bytes:
    """Return the differences of two results as CSV: id, what differs, A, B, B minus A, and the relative difference."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("id", "what", "a", "b", "difference", "relative"))
    for one in differences:
        numbers = (one.old, one.new, one.absolute, one.relative)
        writer.writerow((cell(one.id), one.kind, *(cell(float(x) if isinstance(x, int) else x) for x in numbers)))
    return stream.getvalue().encode()


def forest_csv(rows: Iterable[ForestRow]) -> bytes:
    """Return the rows of a forest plot as CSV: kind, label, estimate, limits, weight in percent, why there is none."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("kind", "label", "estimate", "low", "high", "weight", "reason"))
    for one in rows:
        numbers = (one.estimate, one.low, one.high, one.weight)
        writer.writerow((one.kind, cell(one.label), *map(_number, numbers), cell(one.reason)))
    return stream.getvalue().encode()


def _value(row: Result) -> tuple[str, str]:
    """Write a value as number or as text."""
    return ("", cell(row.value)) if isinstance(row.value, str) else (_number(row.value), "")


def _number(value: float | None) -> str:
    return "" if value is None else significant(float(value))


def cell(value: object) -> str:
    """Write one cell; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if value is None or value == "":
        return ""
    if isinstance(value, float):
        return significant(value)
    if isinstance(value, str) and value[0] not in FORMULA and "\r" not in value:
        return value
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    is_formula = isinstance(value, str) and text.startswith(FORMULA) and NUMBER.fullmatch(text) is None
    return "'" + text if is_formula else text
