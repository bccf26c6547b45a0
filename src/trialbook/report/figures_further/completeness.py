"""Completeness: what of the planned endpoints is recorded at each visit, participant by participant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialbook.analysis.results import Result
from trialbook.render.document import Figure
from trialbook.render.drawing import axis
from trialbook.render.drawing.axis import Key, spot
from trialbook.render.drawing.letters import SIZE, SMALL, shortened, width_of
from trialbook.render.drawing.marks import PAGE, Box, Mark, Sheet, Spot, Way, Word
from trialbook.report.figures_further import parts
from trialbook.report.figures_further.people import people_of
from trialbook.report.run import Run, as_mappings

MOST = 40
"""Participants that are drawn one by one; of more, the endpoints are counted."""
ROW = 11.0
WIDEST = 54.0
ALL = Key(mark=Box(x=0, y=0, width=0, height=0, fill="given", edge="ink", line=0.4), text="all recorded")
SOME = Key(
    mark=Box(x=0, y=0, width=0, height=0, fill="faint", edge="ink", line=0.4), text="some, with how many of how many"
)
NONE = Key(mark=spot("cross", "ink", size=4.5), text="none, though due")
BLANK = Key(mark=Box(x=0, y=0, width=0, height=0, edge="rule", line=0.4), text="not due, or after the end")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A participant at a visit: how many of the planned endpoints have a value, and the entries behind them."""

    recorded: int
    planned: int
    is_due: bool
    entries: tuple[int, ...]


def completeness_figure(run: Run) -> Figure | None:
    """Return the grid; None where no endpoint is planned at a visit, or nobody has a value."""
    due = due_at(run)
    if not due or not any(run.has_values(endpoint) for endpoint in run.followed()):
        return None
    grid = grid_of(run, due)
    if not grid:
        return None
    return _one_by_one(run, due, grid) if len(grid) <= MOST else _counted(run, due, len(grid))


def due_at(run: Run) -> Mapping[str, tuple[str, ...]]:
    """Return for each visit the endpoints whose forms are due at it."""
    found: dict[str, list[str]] = {visit: [] for visit in run.study.schedule.visits}
    for endpoint in run.followed():
        form = run.study.forms.get((endpoint.source or "").partition(".")[0])
        for visit in form.visits if form is not None else ():
            found[visit].append(endpoint.id)
    return {visit: tuple(names) for visit, names in found.items() if names}


def grid_of(run: Run, due: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, Cell]]:
    """Return participant and visit -> cell, of everybody enrolled."""
    recorded: dict[tuple[str, str], list[tuple[int, ...]]] = {}
    for endpoint in {name for names in due.values() for name in names}:
        for row, entries in as_mappings(run.listing(f"course.{endpoint}")):
            if isinstance(row["value"], float | int):
                recorded.setdefault((str(row["participant"]), str(row["visit"] or "")), []).append(entries)
    people = {one.code: one for one in people_of(run)}
    frame = run.datasets.used
    enrolled = frame.filter(frame["enrolled_on"].is_not_null()).get_column("participant").to_list()
    grid: dict[str, dict[str, Cell]] = {}
    for code in sorted(set(enrolled) | {code for code, _ in recorded}):
        person = people.get(code)
        for visit, names in due.items():
            found = recorded.get((code, visit), [])
            planned = run.study.schedule.visits[visit].day
            over = person is not None and person.end < planned
            seqs = tuple(sorted({seq for entries in found for seq in entries}))
            cell = Cell(recorded=len(found), planned=len(names), is_due=bool(found) or not over, entries=seqs)
            grid.setdefault(code, {})[visit] = cell
    return grid


def _one_by_one(run: Run, due: Mapping[str, tuple[str, ...]], grid: Mapping[str, Mapping[str, Cell]]) -> Figure:
    cells = [cell for row in grid.values() for cell in row.values() if cell.is_due]
    full = sum(cell.recorded >= cell.planned for cell in cells)
    bare = sum(cell.recorded == 0 for cell in cells)
    title = "What is recorded of the endpoints at each visit"
    alt = (
        f"Grid of {len(grid)} participants by {len(due)} visits. Of {len(cells)} cells that are due, "
        f"{full} are complete, {len(cells) - full - bare} in part and {bare} empty."
    )
    columns = [run.visit_label(visit) for visit in due]
    rows = [
        (
            code,
            [
                parts.led(cell.entries, f"{cell.recorded} of {cell.planned}") if cell.is_due else ("not due",)
                for cell in row.values()
            ],
        )
        for code, row in grid.items()
    ]
    caption = "Of the endpoints that are numbers, those whose forms are due at the visit."
    return parts.drawn(
        "completeness",
        title,
        sheet_of(run, due, grid),
        alt=alt,
        caption=caption,
        table=parts.values_table("completeness", title, "Participant", columns, rows),
    )


def sheet_of(run: Run, due: Mapping[str, tuple[str, ...]], grid: Mapping[str, Mapping[str, Cell]]) -> Sheet:
    """Draw a row a participant and a column a visit."""
    cells = [cell for row in grid.values() for cell in row.values()]
    there = (
        (ALL, any(cell.recorded >= cell.planned for cell in cells)),
        (SOME, any(0 < cell.recorded < cell.planned for cell in cells)),
        (NONE, any(cell.is_due and not cell.recorded for cell in cells)),
        (BLANK, any(not cell.is_due for cell in cells)),
    )
    given = [key for key, is_there in there if is_there]
    left = max(width_of(code) for code in grid) + 5
    every, top, wide = _head(run, tuple(due), left, given)
    for number, (code, row) in enumerate(grid.items()):
        y = top + ROW * number
        every.append(Word(x=left - 4, y=y + ROW / 2 + 0.36 * SIZE, text=code, anchor="end"))
        for at, (visit, cell) in enumerate(row.items()):
            every += _cell(cell, left + wide * at, y, wide, f"{code}, {run.visit_label(visit)}")
    return Sheet(width=PAGE, height=top + ROW * len(grid) + 2, marks=tuple(every))


def _head(run: Run, visits: Sequence[str], left: float, given: Sequence[Key]) -> tuple[list[Mark], float, float]:
    """Draw the key and the names of the visits; return also where the rows begin and how wide a cell is."""
    marks, used = axis.keys(given, 1, PAGE - 62, SIZE)
    every: list[Mark] = [*marks, *([axis.invented(PAGE)] if run.invented else [])]
    names = [parts.short_visit(run, visit) for visit in visits]
    widest = max(WIDEST, max(width_of(name, SMALL) for name in names) + 4)
    wide = min(widest, (PAGE - left - 1) / len(visits))
    top = max(used, SIZE + 3 if run.invented else 0) + SIZE + 6
    for at, name in enumerate(names):
        text = shortened(name, wide - 1, SMALL)
        every.append(Word(x=left + wide * (at + 0.5), y=top - 4, text=text, anchor="middle", size=SMALL))
    return every, top, wide


def _cell(cell: Cell, x: float, y: float, wide: float, told: str) -> Iterator[Mark]:
    fill = "" if not cell.is_due or not cell.recorded else "given" if cell.recorded >= cell.planned else "faint"
    way, middle = Way(entries=cell.entries), (x + wide / 2, y + ROW / 2)
    title = f"{told}: {cell.recorded} of {cell.planned}" if cell.is_due else f"{told}: not due"
    yield Box(
        x=x + 0.6,
        y=y + 0.6,
        width=wide - 1.2,
        height=ROW - 1.2,
        fill=fill,
        edge="ink" if fill else "rule",
        line=0.4,
        way=way,
        title=title,
    )
    if fill == "faint":
        text = f"{cell.recorded}/{cell.planned}"
        if width_of(text, SMALL) <= wide - 2:
            yield Word(x=middle[0], y=middle[1] + 0.36 * SMALL, text=text, size=SMALL, anchor="middle", way=way)
    elif cell.is_due and not cell.recorded:
        yield Spot(x=middle[0], y=middle[1], shape="cross", size=4, fill="ink")


def _counted(run: Run, due: Mapping[str, tuple[str, ...]], enrolled: int) -> Figure | None:
    """Return the grid of endpoints by visits, each cell the number of participants with a value."""
    visits = tuple(due)
    rows: dict[str, dict[str, Result]] = {}
    for endpoint in run.followed():
        for visit in visits:
            row = run.quotes.find("describe", endpoint.id, visit, run.study.analysis.set, "n")
            if row is not None and row.value is not None:
                rows.setdefault(endpoint.id, {})[visit] = row
    if not rows:
        return None
    title = "How many participants have a value of each endpoint"
    labels = {name: run.label(run.study.endpoints[name]) for name in rows}
    left = min(0.36 * PAGE, max(width_of(label) for label in labels.values()) + 6)
    every, top, wide = _head(run, visits, left, ())
    for number, (name, found) in enumerate(rows.items()):
        y = top + ROW * number
        text = shortened(labels[name], left - 6)
        every.append(Word(x=left - 4, y=y + ROW / 2 + 0.36 * SIZE, text=text, anchor="end"))
        for at, visit in enumerate(visits):
            every += _number(run, found.get(visit), left + wide * at, y, wide, enrolled)
    said = "; ".join(
        f"{labels[name]} {', '.join(run.quotes.text(row) for row in found.values())}" for name, found in rows.items()
    )
    table = [
        (labels[name], [(run.quotes.number(found[visit]),) if visit in found else () for visit in visits])
        for name, found in rows.items()
    ]
    return parts.drawn(
        "completeness",
        title,
        Sheet(width=PAGE, height=top + ROW * len(rows) + 2, marks=tuple(every)),
        alt=f"Grid of endpoints by visits with the number of participants, of {enrolled} enrolled. {said}.",
        caption=f"Of {enrolled} participants, those with a value; the darker, the more.",
        table=parts.values_table(
            "completeness", title, "Endpoint", [run.visit_label(visit) for visit in visits], table
        ),
    )


def _number(run: Run, row: Result | None, x: float, y: float, wide: float, enrolled: int) -> Iterator[Mark]:
    if row is None or not isinstance(row.value, float | int):
        yield Box(x=x + 0.6, y=y + 0.6, width=wide - 1.2, height=ROW - 1.2, edge="rule", line=0.4)
        return
    share = min(1.0, float(row.value) / max(enrolled, 1))
    yield Box(
        x=x + 0.6,
        y=y + 0.6,
        width=wide - 1.2,
        height=ROW - 1.2,
        fill="given",
        edge="rule",
        line=0.4,
        opacity=round(0.6 * share, 2),
    )
    yield Word(
        x=x + wide / 2,
        y=y + ROW / 2 + 0.36 * SMALL,
        text=run.quotes.text(row),
        size=SMALL,
        anchor="middle",
        way=Way(row.id),
    )
