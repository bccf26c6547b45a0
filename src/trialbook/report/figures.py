"""Draw the figures of endpoints: each participant's course under the summary of all, by the drawing kit."""

from __future__ import annotations

from collections.abc import Sequence

from trialbook.render.drawing import axis
from trialbook.render.drawing.letters import width_of
from trialbook.render.drawing.marks import COLUMN, PAGE, Mark, Sheet
from trialbook.render.drawing.to_svg import to_svg
from trialbook.report.courses import Panel, axis_unit
from trialbook.report.panel_drawing import foot_of, panel_marks, placed
from trialbook.report.quote import Quotes

HEIGHT, SLOPE_HEIGHT = 128.0, 150.0
"""Points of the value axis of a panel."""
GUTTER = 14.0


def draw(panels: Sequence[Panel], quotes: Quotes, name: str, *, invented: bool) -> str:
    """Draw panels below one another, or beside one another where each has two visits; return the `svg` element.

    `name` makes the ids inside the drawing differ from those of any other drawing of the page.
    """
    return to_svg(sheet_of(panels, quotes, invented=invented), name)


def sheet_of(panels: Sequence[Panel], quotes: Quotes, *, invented: bool) -> Sheet:
    """Lay the panels out: at most two columns of a journal wide, one column where one panel has two visits."""
    beside = is_slope(panels)
    columns = min(len(panels), 2) if beside else 1
    width = PAGE if columns == 2 or not beside else COLUMN
    height = SLOPE_HEIGHT if beside else HEIGHT
    titled = len(panels) > 1 or any(width_of(axis_unit(panel)) > height for panel in panels)
    marks: list[Mark] = [axis.invented(width)] if invented and not titled else []
    top = 11.0 if marks else 2.0
    each = (width - GUTTER * (columns - 1)) / columns
    shared = panels if not beside and same_axis(panels) else ()
    for first in range(0, len(panels), columns):
        row = panels[first : first + columns]
        top += 14.0 if titled else 4.0
        for number, panel in enumerate(row):
            left = number * (each + GUTTER)
            place = placed(panel, left, top, left + each, height, shared, aside=beside)
            marks += panel_marks(panel, place, quotes, panel.title if titled else "")
            marks += [axis.invented(left + each, drop=top - 5)] if invented and titled else []
        top += height + max(foot_of(panel) for panel in row) + 4
    return Sheet(width=width, height=top, marks=tuple(marks))


def same_axis(panels: Sequence[Panel]) -> bool:
    """Tell whether the visits of panels have the same places, so that one axis can stand below all of them."""
    places: dict[str, set[float]] = {}
    for tick in (tick for panel in panels for tick in panel.ticks):
        places.setdefault(tick.label, set()).add(tick.x)
    known = [{tick.label for tick in panel.ticks} for panel in panels]
    return all(len(xs) == 1 for xs in places.values()) and all(one <= max(known, key=len) for one in known)


def is_slope(panels: Sequence[Panel]) -> bool:
    """Tell whether each panel has at most two visits: they stand beside one another."""
    return all(len(panel.ticks) <= 2 for panel in panels)
