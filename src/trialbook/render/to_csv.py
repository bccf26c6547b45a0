"""Results as CSV: the same bytes on any day, in any locale and time zone; every row says whose data it is of."""

from __future__ import annotations

import csv
import io
import re
from typing import Literal

from trialbook.analysis.results import Results, to_frame
from trialbook.render.numbers import significant

DATA = "data"
"""Name of the first column."""
FORMULA = ("=", "+", "-", "@", "\t", "\n")
"""A text cell that begins so is run as a formula by spreadsheets."""
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def results_csv(results: Results, *, data: Literal["real", "invented"]) -> bytes:
    """Return `results.csv`: one row a result, UTF-8, LF, `value` at 12 significant digits, empty where absent.

    `data` stands first in every row, so that rows copied elsewhere still say so.
    """
    frame = to_frame(results)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow((DATA, *frame.columns))
    writer.writerows([data, *map(cell, row)] for row in frame.iter_rows())
    return stream.getvalue().encode()


def cell(value: object) -> str:
    """Write one cell; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return significant(value)
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    is_formula = isinstance(value, str) and text.startswith(FORMULA) and NUMBER.fullmatch(text) is None
    return "'" + text if is_formula else text
