"""A file of filled-in forms, scored by an instrument of the catalogue: all of it, or nothing and every reason why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from trialbook.errors import ImportRefused, Place, Problem
from trialbook.exchange.answer_table import LARGE, AnswerTable, read_answers
from trialbook.exchange.coding import MOST_TOLD, Coded, Heading, cells_of, code_columns, split_header, unit_problem
from trialbook.instruments.catalogue import Scale, compute, may_lack
from trialbook.instruments.parameters import written
from trialbook.protocol.suggest import listed, suggest

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

AT_A_TIME = 65_536
"""Rows that are scored together: they fit where the processor is quickest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The scores of a file."""

    scale: Scale
    frame: pl.DataFrame
    """The columns that tell the rows apart, the scores, `answered`, `why`, and what was used to score."""
    lines: NDArray[np.int64]
    """1-based row of the file of each row."""
    notes: tuple[Problem, ...]
    """What somebody should look at, though it was scored."""


ALWAYS = ("answered", "why", "instrument", "version", "parameters")
"""Columns of the CSV beside the scores."""


def score_file(path: Path, scale: Scale, *, ids: Sequence[str] = (), large: int = LARGE) -> Scored:
    """Score a CSV or Excel file, one row a form; ImportRefused with every problem where it cannot be taken as it is.

    The columns are the items of the scale, with empty cells for what was not answered; `ids` are carried through. From
    `large` bytes on a plain file is read the quick way.
    """
    table, problems = read_answers(path, large=large)
    if table is None:
        raise ImportRefused(problems)
    ids = tuple(dict.fromkeys(ids))
    headings, wrong = _headings(table, scale, ids)
    coded = code_columns(table.frame, headings)
    problems += (*wrong, *_wrong_cells(table, headings, coded, "refused"))
    if any(problem.level == "error" for problem in problems):
        raise ImportRefused(problems)
    kept = _rows_with_answers(table, coded)
    if not kept.size:
        raise ImportRefused((Problem(code="SCORE-09", place=Place(file=table.name, line=1)),))
    notes = (*problems, *_wrong_cells(table, headings, coded, "queried"))
    frame = _scores(scale, {name: _taken(column.numbers, kept) for name, column in coded.items()}, kept.size)
    return Scored(scale=scale, frame=_beside(table, ids, kept, frame), lines=table.lines[kept], notes=notes)


def _headings(table: AnswerTable, scale: Scale, ids: Sequence[str]) -> tuple[list[Heading], list[Problem]]:
    """Return the columns that hold items, and what is wrong with the header."""
    items = {item.id: item for item in scale.items}
    found: list[Heading] = []
    problems: list[Problem] = []
    for place, header in enumerate(table.frame.columns, start=1):
        if header in ids:
            continue
        name, unit = split_header(header)
        problem = None
        if name not in items:
            values = {"column": header, "instrument": scale.id, "items": listed(items)}
            problem = Problem(code="SCORE-02", values={**values, "did_you_mean": suggest(name, items)})
        elif unit is not None:
            problem = unit_problem(items[name], unit)
        if problem is None:
            found.append(Heading(header=header, place=place, item=items[name], unit=unit))
        else:
            where = Place(file=table.name, line=1, column=place, header=header)
            problems.append(Problem(code=problem.code, place=where, values=problem.values))
    return found, [*problems, *_absent(table, scale, ids)]


def _absent(table: AnswerTable, scale: Scale, ids: Sequence[str]) -> Iterator[Problem]:
    """Yield the columns that are asked for and are not there, are there twice, or would be taken for scores."""
    columns = table.frame.columns
    where = Place(file=table.name, line=1)
    names = [split_header(header)[0] for header in columns if header not in ids]
    for name in sorted(set(ids).difference(columns), key=list(ids).index):
        values = {"column": name, "did_you_mean": suggest(name, columns), "columns": listed(columns)}
        yield Problem(code="SCORE-04", place=where, values=values)
    for name in sorted(_written_names(scale).intersection(ids)):
        yield Problem(code="SCORE-11", place=where, values={"column": name})
    for item in scale.items:
        if names.count(item.id) > 1:
            values = {"name": item.id, "first": str(names.index(item.id) + 1)}
            yield Problem(code="TABLE-13", place=where, values=values)
    absent = [item.id for item in scale.items if item.id not in names and item.id not in may_lack(scale)]
    if absent:
        values = {"columns": listed(absent, most=40), "instrument": scale.id, "count": str(len(absent))}
        yield Problem(code="SCORE-03", place=where, values=values)


def _written_names(scale: Scale) -> set[str]:
    """Return the columns that scoring writes."""
    scores = [score.derived.id for score in scale.scores]
    return {*scores, *(f"{name}_means" for name in scores), *ALWAYS}


def _wrong_cells(
    table: AnswerTable, headings: Sequence[Heading], coded: Mapping[str, Coded], which: str
) -> tuple[Problem, ...]:
    """Return the first cells that are refused, or queried, by row and column, and a count of the others."""
    count = 0
    told: list[Problem] = []
    for heading in headings:
        texts = coded[heading.item.id].refused if which == "refused" else coded[heading.item.id].queried
        cells, first = cells_of(heading, table.frame[heading.header], texts, table.lines, table.name)
        count += cells
        told += first
    told.sort(key=lambda problem: (problem.place.line or 0, problem.place.column or 0))
    if count <= MOST_TOLD:
        return tuple(told)
    level = told[0].level
    more = Problem(
        code="SCORE-08", place=Place(file=table.name), values={"count": f"{count - MOST_TOLD:,}"}, level=level
    )
    return (*told[:MOST_TOLD], more)


def _rows_with_answers(table: AnswerTable, coded: Mapping[str, Coded]) -> NDArray[np.intp]:
    """Return the rows in which any cell is filled in."""
    import numpy as np
    import polars as pl

    is_empty = np.ones(table.frame.height, dtype=bool)
    for column in coded.values():
        is_empty &= np.isnan(column.numbers)
    doubtful = np.flatnonzero(is_empty)
    cells = table.frame[doubtful].select(pl.all().str.strip_chars().fill_null("") != "")
    is_empty[doubtful] = ~cells.select(pl.any_horizontal(pl.all())).to_series().to_numpy()
    return np.flatnonzero(~is_empty)


def _taken(numbers: NDArray[np.float64], kept: NDArray[np.intp]) -> NDArray[np.float64]:
    return numbers if kept.size == numbers.size else numbers[kept]


def _scores(scale: Scale, columns: Mapping[str, NDArray[np.float64]], height: int) -> pl.DataFrame:
    """Score rows some at a time, with how many items are answered and why a score is not computable."""
    from concurrent.futures import ThreadPoolExecutor

    import polars as pl

    def part(start: int) -> pl.DataFrame:
        return _part(scale, {name: column[start : start + AT_A_TIME] for name, column in columns.items()})

    starts = range(0, height, AT_A_TIME)
    with ThreadPoolExecutor() as pool:
        return pl.concat(pool.map(part, starts) if len(starts) > 1 else map(part, starts))


def _part(scale: Scale, columns: Mapping[str, NDArray[np.float64]]) -> pl.DataFrame:
    """Score some rows."""
    import numpy as np
    import polars as pl

    judged = compute(scale, columns)
    answered = np.sum([~np.isnan(column) for column in columns.values()], axis=0, dtype=np.int64)
    said = pl.Series(judged.why.tolist(), dtype=pl.String) if judged.why.any() else pl.repeat("", judged.why.size)
    frame = pl.DataFrame({**judged.columns, "answered": answered}).with_columns(said.alias("why"))
    return frame.with_columns(pl.col(score.derived.id).fill_nan(None) for score in scale.scores)


def _beside(table: AnswerTable, ids: Sequence[str], kept: NDArray[np.intp], scores: pl.DataFrame) -> pl.DataFrame:
    """Put the columns that tell the rows apart before the scores, as they stand in the file."""
    import polars as pl

    if not ids:
        return scores
    own = pl.DataFrame([table.frame[name] for name in ids])
    return (own if kept.size == own.height else own[kept]).hstack(scores)


def to_csv(scored: Scored) -> bytes:
    """Write the scores as CSV: numbers in full, classes with their meaning, and by what they were scored."""
    import polars as pl

    frame = scored.frame
    for score in scored.scale.scores:
        if score.derived.levels:
            meanings = {float(level): next(iter(text.values())) for level, text in score.derived.levels.items()}
            named = pl.col(score.derived.id).replace_strict(meanings, default=None, return_dtype=pl.String)
            frame = frame.with_columns(named.alias(f"{score.derived.id}_means"))
    used = {
        "instrument": scored.scale.id,
        "version": scored.scale.version,
        "parameters": written(scored.scale.parameters),
    }
    frame = frame.with_columns(pl.lit(text).alias(name) for name, text in used.items())
    written_to = BytesIO()
    frame.write_csv(written_to)
    return written_to.getvalue()
