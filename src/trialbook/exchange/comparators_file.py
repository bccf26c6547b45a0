"""Published studies beside one's own, `comparators.csv` in a study's folder: all of it is taken, or nothing and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from trialbook.analysis.pooling.comparators import Comparator
from trialbook.errors import ImportRefused, Place, Problem
from trialbook.exchange.tables import Table, TableRow, read_table
from trialbook.protocol.suggest import listed

NEEDED = ("study", "disease", "regimen", "design", "n", "outcome", "result", "source")
OTHERS = ("responded", "pooled")
COUNTS = ("n", "responded")
ANSWERS = ("", "yes", "no")


def read_comparators(path: Path) -> tuple[Comparator, ...]:
    """Read the file; ImportRefused with every problem: a column that is missing, a cell that is empty or no count."""
    table, problems = read_table(path)
    if table is None:
        raise ImportRefused(problems)
    places = {title.strip().casefold(): place for place, title in enumerate(table.header)}
    missing = [name for name in NEEDED if name not in places]
    if missing:
        values = {"missing": listed(missing), "columns": listed((*NEEDED, *OTHERS))}
        raise ImportRefused((Problem(code="REPORT-05", place=Place(file=table.name, line=1), values=values),))
    wrong = tuple(problem for row in table.rows for problem in _row_wrong(table, row, places))
    if wrong:
        raise ImportRefused(wrong)
    return tuple(_comparator({name: row.cells[place] for name, place in places.items()}) for row in table.rows)


def _row_wrong(table: Table, row: TableRow, places: dict[str, int]) -> Iterator[Problem]:
    """Yield what is empty, what is no count, and an answer that is neither yes nor no."""
    texts = {name: row.cells[place].strip() for name, place in places.items()}
    empty = [name for name in NEEDED if not texts[name]]
    no_count = [name for name in COUNTS if texts.get(name) and not texts[name].isdecimal()]
    above = not no_count and int(texts.get("responded") or 0) > int(texts["n"] or 0)
    no_answer = ["pooled"] if texts.get("pooled", "").casefold() not in ANSWERS else []
    for name in (*empty, *no_count, *(["responded"] if above and not empty else ()), *no_answer):
        place = Place(file=table.name, line=row.number, header=name)
        yield Problem(code="REPORT-06", place=place, values={"column": name, "text": texts[name]})


def _comparator(texts: dict[str, str]) -> Comparator:
    responded = texts.get("responded", "").strip()
    plain = {name: texts[name].strip() for name in NEEDED if name != "n"}
    return Comparator(
        **plain,
        n=int(texts["n"]),
        responded=int(responded) if responded else None,
        pooled=texts.get("pooled", "").strip().casefold() == "yes",
    )
