"""A table of published studies, CSV or Excel: a row a study. All of it is taken, or nothing and every reason why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from trialbook.analysis.pooling.studies import EVERY_COLUMN, NEEDED, Effect, Studies
from trialbook.errors import ImportRefused, Place, Problem
from trialbook.exchange.long_table import number_of
from trialbook.exchange.tables import Table, TableRow, read_table, shorten
from trialbook.protocol.suggest import listed

PRINTED = ("change", "base_mean", "visit_mean")
"""Columns whose decimals are those of the outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudiesRead:
    """The studies of a file, and the effect that is pooled."""

    studies: Studies
    effect: Effect
    unused: tuple[str, ...]
    """Columns that no effect is computed from."""
    notes: tuple[Problem, ...]


def read_studies(path: Path, *, effect: Effect | None = None) -> StudiesRead:
    """Read the file; ImportRefused with every problem where it cannot be taken, or the effect does not follow from it.

    Columns are `study`, `n` and those of an effect, in any order, with capitals or without.
    """
    table, problems = read_table(path)
    if table is None:
        raise ImportRefused(problems)
    places = {_plain(title): place for place, title in enumerate(table.header)}
    wrong = (*problems, *_rows_wrong(table, places))
    if any(problem.level == "error" for problem in wrong):
        raise ImportRefused(wrong)
    studies = _studies(table, places)
    chosen = _chosen(table, studies, effect)
    used = {"study", "n", *studies.used(chosen)}
    unused = tuple(title for title in table.header if _plain(title) not in used)
    return StudiesRead(studies=studies, effect=chosen, unused=unused, notes=problems)


def _plain(title: str) -> str:
    return title.lower().replace(" ", "_")


def _studies(table: Table, places: dict[str, int]) -> Studies:
    columns = {
        name: tuple(number_of(row.cells[places[name]]) for row in table.rows)
        for name in EVERY_COLUMN[1:]
        if name in places
    }
    texts = (row.cells[places[name]] for name in PRINTED if name in places for row in table.rows)
    decimals = max((len(text.partition(".")[2]) for text in texts if "e" not in text.lower()), default=1)
    return Studies(labels=tuple(row.cells[places["study"]] for row in table.rows), columns=columns, decimals=decimals)


def _chosen(table: Table, studies: Studies, effect: Effect | None) -> Effect:
    """Return the effect that is asked for, or the only one that the columns give."""
    found = studies.effects()
    # means give three effects, of which the change is the plain one; counts and changes in one table need a choice
    plain = [one for one in found if one in {"share", "change"}]
    if effect in found or (effect is None and len(plain) == 1):
        return effect or plain[0]
    if effect is not None and found:
        columns = " or ".join(listed(("n", *names)) for names in NEEDED[effect])
        values = {"effect": effect, "columns": columns}
        raise ImportRefused((Problem(code="POOL-06", place=Place(file=table.name, line=1), values=values),))
    code = "POOL-05" if found else "POOL-01"
    values = {"columns": listed(table.header), "effects": listed(plain)}
    raise ImportRefused((Problem(code=code, place=Place(file=table.name, line=1), values=values),))


def _rows_wrong(table: Table, places: dict[str, int]) -> Iterator[Problem]:
    """Yield a study without a name or with that of another, texts among the numbers, and counts that are none."""
    if "study" not in places:
        values = {"columns": listed(table.header)}
        yield Problem(code="POOL-01", place=Place(file=table.name, line=1), values=values)
        return
    first: dict[str, int] = {}
    for row in table.rows:
        label = row.cells[places["study"]]
        if not label:
            yield _at(table, row, "POOL-03", "study")
        elif first.setdefault(label, row.number) != row.number:
            yield _at(table, row, "POOL-04", "study", study=label, first=str(first[label]))
        texts = {name: row.cells[places[name]] for name in EVERY_COLUMN[1:] if name in places}
        bad = [name for name, text in texts.items() if text and number_of(text) is None]
        for name in bad:
            yield _at(table, row, "POOL-02", name, text=shorten(texts[name]))
        x, n = (number_of(texts.get(name, "")) for name in ("events", "n"))
        if not bad and x is not None and n is not None and not _is_count(x, n):
            yield _at(table, row, "POOL-07", "events", events=texts["events"], n=texts["n"])


def _is_count(x: float, n: float) -> bool:
    return x == int(x) and n == int(n) and 0 <= x <= n and n > 0


def _at(table: Table, row: TableRow, code: str, header: str, /, **values: str) -> Problem:
    return Problem(code=code, place=Place(file=table.name, line=row.number, header=header), values=values)


EFFECTS: Sequence[Effect] = get_args(Effect)
"""Every effect that may be asked for."""
