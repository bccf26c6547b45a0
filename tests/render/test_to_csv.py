"""results.csv.

CSV-01: one row a result, numbers at twelve significant digits, LF, UTF-8, the same bytes in any locale and time zone.
CSV-03: every row says first whether the data are real or invented.
CSV-02: a text that a spreadsheet would run as a formula is neutralised; a negative number stays a number.
"""

from __future__ import annotations

import csv
import io
import locale
import os
import time
from typing import Literal

import polars as pl
import pytest

from trialbook.analysis.results import Result, Results, Selector, to_frame
from trialbook.render.to_csv import cell, results_csv

SOURCE = Selector(frame="observations", variable="ck")


def row(name: str, value: float | str | None, **other: object) -> Result:
    """Return a result."""
    fixed: dict[str, object] = {
        "analysis": "describe", "analysis_set": "enrolled", "group": "", "variable": "ck", "level": "", "visit": "",
        "stat": "mean", "unit": "U/L", "method": "mean", "n": 4, "role": "descriptive", "source": SOURCE, "decimals": 1,
    }  # fmt: skip
    return Result(id=name, value=value, **{**fixed, **other})  # type: ignore[arg-type]


RESULTS = Results((
    row("a", -32 / 9), row("b", None, error="=Why, not"), row("c", "visit before", level="-1"),
    row("d", 9, level="=SUM(A1)", method="µ"),
))  # fmt: skip


def test_rows_and_columns() -> None:
    """CSV-01: the columns of `to_frame`, in its order."""
    content = results_csv(RESULTS, data="real")
    assert b"\r" not in content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
    assert list(rows[0]) == ["data", *to_frame(RESULTS).columns]
    assert [one["value"] for one in rows] == ["-3.55555555556", "", "", "9"]
    assert rows[2]["text"] == "visit before"


@pytest.mark.parametrize("data", ["real", "invented"])
def test_every_row_says_whose_data(data: Literal["real", "invented"]) -> None:
    """CSV-03: in the first column, so that it survives a cut of rows or columns from the left."""
    lines = results_csv(RESULTS, data=data).decode().splitlines()
    assert lines[0].startswith("data,id,")
    assert [line.partition(",")[0] for line in lines[1:]] == [data] * 4


def test_it_reads_back_as_numbers() -> None:
    """CSV-02: the column of values is numeric, negative numbers included."""
    frame = pl.read_csv(results_csv(RESULTS, data="real"))
    assert frame["value"].dtype == pl.Float64
    assert frame["value"][0] == pytest.approx(-32 / 9, rel=1e-11)


def test_same_bytes_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """CSV-01: in another time zone, and in a locale with a decimal comma where the machine has one."""
    first = results_csv(RESULTS, data="real")
    with monkeypatch.context() as other:
        other.setitem(os.environ, "TZ", "Asia/Hong_Kong")
        time.tzset()
        assert results_csv(RESULTS, data="real") == first
    time.tzset()
    kept = locale.setlocale(locale.LC_ALL)
    for name in ("de_DE.UTF-8", "C.UTF-8"):
        if name == "C.UTF-8" or _has(name):
            locale.setlocale(locale.LC_ALL, name)
            assert results_csv(RESULTS, data="real") == first
    locale.setlocale(locale.LC_ALL, kept)


def _has(name: str) -> bool:
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    return True


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"), ("@x", "'@x"), ("+cmd", "'+cmd"), ("-x", "'-x"), ("\t=1", "'\t=1"),
        ("-5", "-5"), ("+3.5", "+3.5"),
        (-5.0, "-5"), (-5, "-5"), (None, ""), ("a=b", "a=b"), ("two\r\nlines", "two\nlines"), ("\r=1", "'\n=1"),
    ],
)  # fmt: skip
def test_formulas_are_neutralised(value: object, text: str) -> None:
    """CSV-02: an apostrophe before them, and none before numbers."""
    assert cell(value) == text
