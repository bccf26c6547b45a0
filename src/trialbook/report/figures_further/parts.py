"""What the further figures share: a figure from its sheet, keys of the marks, rows of values with their entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialbook.render.document import Figure
from trialbook.render.drawing.axis import Key, spot
from trialbook.render.drawing.marks import Box, Sheet, Stroke
from trialbook.render.drawing.to_svg import to_svg
from trialbook.render.inline import Line
from trialbook.render.table import Column, Row, Table
from trialbook.report.courses import WEEK
from trialbook.report.phrases import several
from trialbook.report.run import Run
from trialbook.report.shown import recorded_or_plain

MOST_LINES = 200
"""Lines of participants that are drawn in a panel where there are very many of them."""
MOST_ROWS = 400
"""Rows of the table beside a figure; what is beyond stands in the listings."""
BETTER = Key(mark=Box(x=0, y=0, width=0, height=0, fill="better", edge="ink", line=0.4), text="better")
WORSE = Key(mark=Box(x=0, y=0, width=0, height=0, fill="worse", edge="ink", line=0.4, hatched=True), text="worse")
BAR = Box(x=0, y=0, width=0, height=0, fill="worse", edge="ink", line=0.4)
BLACK_BAR = Box(x=0, y=0, width=0, height=0, fill="ink", edge="ink", line=0.4)
BETTER_LINE = Key(mark=Stroke(places=(), colour="better", width=1.1), text="better")
WORSE_LINE = Key(mark=Stroke(places=(), colour="worse", width=1.1, dashes=(3.0, 1.6)), text="worse")
SAME_LINE = Key(mark=Stroke(places=(), colour="line", width=0.7, dashes=(0.9, 1.8)), text="the same, or neither")
DOSE = Key(mark=spot("bar", "given", "ink", 7), text="dose")
OTHER_DOSE = Key(mark=spot("bar", "paper", "ink", 7), text="dose, other than planned")
REACTION = Key(mark=spot("up", "event", "ink"), text="dose with a reaction")
EVENT = Key(mark=spot("diamond", "worse", "ink"), text="adverse event")
SERIOUS = Key(mark=spot("diamond", "ink"), text="serious adverse event")
LEFT = Key(mark=spot("cross", "ink", size=5), text="left the study")
DONE = Key(mark=spot("square", "ink", size=4.5), text="completed")
OPEN_EVENT = Key(mark=spot("diamond", "worse", "ink"), text="adverse event, last day not known")
OPEN_SERIOUS = Key(mark=spot("diamond", "ink"), text="serious adverse event, last day not known")
GOING = Key(mark=spot("up", "paper", "ink", 4.5), text="still in the study, or end not recorded")


def drawn(
    name: str, title: str, sheet: Sheet, *, alt: str, caption: str, table: Table, behind: Iterable[int] = ()
) -> Figure:
    """Return the figure of a sheet; `behind` are the entries of values that lead nowhere in it, since they are many."""
    svg = to_svg(sheet, f"figure-{name}")
    entries = {seq for way in sheet.ways() for seq in way.entries}.union(behind)
    return Figure(
        id=f"figure-{name}",
        title=title,
        svg=svg,
        alt=alt,
        caption=(caption,),
        table=table,
        behind=tuple(sorted(entries)),
    )


def values_table(
    name: str, title: str, stub: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Line]]], *, of: int = 0
) -> Table:
    """Return the numbers that a figure shows; of very many rows the first, which it says, `of` so many."""
    count = max(of, len(rows))
    more = count - MOST_ROWS
    note = (f"The first {MOST_ROWS} of {count} rows; all of them are among the listings and results.",)
    return Table(
        id=f"numbers-{name}",
        title=f"{title}: values shown",
        stub=stub,
        numbered=False,
        columns=tuple(Column(label=label) for label in columns),
        body=tuple(Row(stub=(first,), cells=tuple(cells)) for first, cells in rows[:MOST_ROWS]),
        footnotes=(note,) if more > 0 else (),
    )


def led(entries: Sequence[int], text: str) -> Line:
    """Write a value that leads to its entries."""
    return recorded_or_plain(entries, text)


def few_of(lines: int) -> str:
    """Say that only some lines are drawn; nothing where all are."""
    return f" Lines: the first {MOST_LINES} of {lines} participants." if lines > MOST_LINES else ""


def without_day_0(run: Run) -> str:
    """Say how many of those enrolled are not drawn, since nothing of theirs has a place on an axis of study days."""
    rows = run.datasets.used.select("enrolled_on", "anchor").iter_rows()
    missing = sum(enrolled is not None and anchor is None for enrolled, anchor in rows)
    people = f"{missing} enrolled {several(missing, 'participant')}"
    return f" Not drawn: {people} whose study day 0 is not known." if missing else ""


def capped(shown: int, of: int, which: str = "participants, in the order of their codes") -> str:
    """Say that not everybody is drawn; nothing where everybody is."""
    return f" Shown are the first {shown} of {of} {which}." if shown < of else ""


def short_visit(run: Run, visit: str) -> str:
    """Name a visit on an axis: `Base`, `W28` for week 28, else its label."""
    label = run.visit_label(visit)
    week = WEEK.fullmatch(label)
    return f"W{week[1]}" if week else "Base" if label.casefold() == "baseline" else label
