"""Where the numbers on paper come from: an appendix with the id of every result that text, tables and figures show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from trialbook.render.document import Block, Figure, Section, block_lines
from trialbook.render.inline import Code, Line, Number, join, numbers
from trialbook.render.table import Column, Row, Table
from trialbook.report.run import Run

ANCHOR = "index-"
"""Begins the name of a row, before the id of its first result."""
NOTE = (
    "Each line begins with what the ids of its results have in common; the id of a result is that, a dot, and the word "
    "before its value. The rows stand in results.csv; trialbook trace STUDY RESULT-ID leads to the entries."
)


def index_table(run: Run, parts: Iterable[Section], behind: Mapping[str, tuple[int, ...]]) -> Table | None:
    """Return every result that stands on paper, by the first section that shows it; None where none does."""
    found: dict[str, dict[str, Number]] = {}
    body: list[Row] = []
    for title, shown in _by_section(parts):
        fresh: dict[str, dict[str, Number]] = {}
        for number in shown:
            start, _, stat = number.result_id.rpartition(".")
            if stat not in found.get(start, {}) and number.result_id in run.quotes.rows:
                found.setdefault(start, {})[stat] = number
                fresh.setdefault(start, {}).setdefault(stat, number)
        body += [Row(stub=(title,), heading=True)] if fresh else []
        body += [_row(run, start, stats, behind) for start, stats in fresh.items()]
    columns = (Column(label="Results as shown", align="left"), Column(label="Entries", align="right"))
    return Table(
        id="table-numbers", title="Where the numbers come from", stub="Ids begin with", columns=columns,
        body=tuple(body), numbered=False, whole=True, source=NOTE,
    ) if body else None  # fmt: skip


def _by_section(parts: Iterable[Section]) -> Iterator[tuple[str, list[Number]]]:
    """Yield the title of each section that stands on paper, and the results that it shows."""
    for part in parts:
        if not part.folded:
            for section in part.walk():
                if not section.folded:
                    yield section.title, [number for block in section.blocks for number in _shown(block)]


def _shown(block: Block) -> Iterator[Number]:
    """Yield the results of a block; of a figure those of its numbers too, which its drawing shows."""
    if isinstance(block, Table) and block.folded:
        return
    for line in block_lines(block):
        yield from numbers(line)
    if isinstance(block, Figure):
        yield from (number for line in block.table.lines() for number in numbers(line))


def _row(run: Run, start: str, stats: Mapping[str, Number], behind: Mapping[str, tuple[int, ...]]) -> Row:
    """Write the results of one line, and how many entries stand behind them; `anchor` lets numbers lead here."""
    rows = {stat: run.quotes.rows[number.result_id] for stat, number in stats.items()}
    said: list[Line] = [(f"{stat} ", run.quotes.number(row)) for stat, row in rows.items()]
    entries = {seq for row in rows.values() for seq in behind.get(row.id, ())}
    anchor = f"{ANCHOR}{next(iter(rows.values())).id}"
    return Row(stub=(Code(start),), cells=(join(said, "; "), (str(len(entries)),)), anchor=anchor)
