"""How the participant flow is drawn: boxes below one another, side boxes at the arrows, for the page and for paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import escape

from trialbook.render.inline import Line, Number, plain
from trialbook.render.to_html import fragment
from trialbook.report.panel_drawing import INVENTED, PRINT, Palette
from trialbook.report.rasters import Raster, raster

WIDTH, SIDE_WIDTH, GAP, LEADING, PAD, MARGIN = 300, 290, 34, 19, 12, 2
BETWEEN = 34
"""From a box to the one beside the way down."""
LETTERS = 36
"""Letters of a line in a box."""
HEAD = 8
"""Length of the head of an arrow."""
PER_INCH = 96
"""Units of the drawing in an inch of paper."""
TEXT_SIZE = 9.0
"""Points, on paper; the page has a narrower letter and thus a larger one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A stage of the study; `side` tells who left on the way to the next one."""

    lines: tuple[Line, ...]
    side: tuple[Line, ...] = ()

    @property
    def height(self) -> int:
        """Height of the stage itself."""
        return _height(self.lines)

    @property
    def side_height(self) -> int:
        """Height of the box beside the way down; 0 where nobody left."""
        return _height(self.side) if self.side else 0


@dataclass(frozen=True, slots=True)
class Frame:
    """A box where it stands."""

    left: int
    top: int
    width: int
    lines: tuple[Line, ...]

    @property
    def height(self) -> int:
        """Height of its lines."""
        return _height(self.lines)

    def baselines(self) -> Iterator[tuple[int, int, Line]]:
        """Yield where each line begins, and the line."""
        for place, line in enumerate(self.lines):
            yield self.left + PAD, self.top + PAD + LEADING * place + 14, line


@dataclass(frozen=True, slots=True)
class Arrow:
    """A straight way, down or to the right, with its head at the end."""

    x: int
    y: int
    to_x: int
    to_y: int

    @property
    def head(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        """The point of the arrow and the two corners behind it."""
        if self.x == self.to_x:
            return ((self.to_x, self.to_y), (self.to_x - 4, self.to_y - HEAD), (self.to_x + 4, self.to_y - HEAD))
        return ((self.to_x, self.to_y), (self.to_x - HEAD, self.to_y - 4), (self.to_x - HEAD, self.to_y + 4))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands; lengths in units of the drawing."""

    width: int
    height: int
    frames: tuple[Frame, ...]
    arrows: tuple[Arrow, ...]
    label: str
    """What stands over the drawing; empty for real data."""


def laid_out(boxes: Sequence[Box], *, invented: bool) -> Layout:
    """Place boxes one below another, and beside the way down those who left."""
    head = LEADING if invented else 0
    tops, top = [], MARGIN + head
    for box in boxes:
        tops.append(top)
        top += box.height + GAP + box.side_height
    frames, arrows = [], []
    for box, place in zip(boxes, tops, strict=True):
        frames.append(Frame(MARGIN, place, WIDTH, box.lines))
        if box.side:
            side = Frame(WIDTH + BETWEEN, place + box.height + GAP // 2, SIDE_WIDTH, box.side)
            middle = side.top + side.height // 2
            frames.append(side)
            arrows.append(Arrow(WIDTH // 2, middle, WIDTH + BETWEEN - 1, middle))
    down = (
        Arrow(WIDTH // 2, above + box.height, WIDTH // 2, below)
        for (above, below), box in zip(pairwise(tops), boxes, strict=False)
    )
    width = max(frame.left + frame.width for frame in frames) + MARGIN
    height = max(frame.top + frame.height for frame in frames) + MARGIN
    return Layout(width, height, tuple(frames), (*arrows, *down), INVENTED if invented else "")


def svg_of(boxes: Sequence[Box], *, invented: bool) -> str:
    """Draw for the page: in its colours, with numbers as links to their results."""
    layout = laid_out(boxes, invented=invented)
    drawn = [*map(_svg_frame, layout.frames), *map(_svg_arrow, layout.arrows)]
    if layout.label:
        drawn.insert(0, f'<text x="{MARGIN}" y="13" fill="var(--invented)" font-weight="bold">{layout.label}</text>')
    size = f'width="{layout.width}" height="{layout.height}" viewBox="0 0 {layout.width} {layout.height}"'
    return f'<svg class="flow" {size} font-size="14">{"".join(drawn)}</svg>'


def png_of(boxes: Sequence[Box], *, invented: bool) -> bytes:
    """Draw for paper, at 300 dots an inch."""
    layout = laid_out(boxes, invented=invented)
    return raster(Raster(layout.width / PER_INCH, layout.height / PER_INCH), lambda figure: _draw(figure, layout))


def _height(lines: Sequence[Line]) -> int:
    return len(lines) * LEADING + 2 * PAD


def _svg_frame(frame: Frame) -> str:
    place = f'x="{frame.left}" y="{frame.top}" width="{frame.width}" height="{frame.height}"'
    texts = "".join(f'<text x="{x}" y="{y}" fill="var(--ink)">{_text(line)}</text>' for x, y, line in frame.baselines())
    return f'<rect {place} fill="none" stroke="var(--ink)" rx="3"/>{texts}'


def _svg_arrow(arrow: Arrow) -> str:
    (x, y), *corners = arrow.head
    behind = "".join(f"L{corner_x} {corner_y}" for corner_x, corner_y in corners)
    return (
        f'<path d="M{arrow.x} {arrow.y}L{arrow.to_x} {arrow.to_y}" stroke="var(--ink)" fill="none"/>'
        f'<path d="M{x} {y}{behind}z" fill="var(--ink)"/>'
    )


def _text(line: Line) -> str:
    return "".join(_link(part) if isinstance(part, Number) else str(escape(plain((part,)))) for part in line)


def _link(number: Number) -> str:
    address = escape(fragment(number.result_id))
    return f'<a class="n" href="#{address}"><tspan text-decoration="underline">{escape(number.text)}</tspan></a>'


def _draw(figure: Any, layout: Layout, colours: Palette = PRINT) -> None:  # noqa: ANN401 - matplotlib is untyped
    from matplotlib.patches import Polygon, Rectangle

    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set_xlim(0, layout.width)
    ax.set_ylim(layout.height, 0)
    if layout.label:
        ax.text(MARGIN, 13, layout.label, color=colours.invented, fontsize=TEXT_SIZE, fontweight="bold")
    for frame in layout.frames:
        ax.add_patch(
            Rectangle((frame.left, frame.top), frame.width, frame.height, fill=False, edgecolor=colours.ink, lw=0.8)
        )
        for x, y, line in frame.baselines():
            ax.text(x, y, plain(line), color=colours.ink, fontsize=TEXT_SIZE)
    for arrow in layout.arrows:
        ax.plot([arrow.x, arrow.to_x], [arrow.y, arrow.to_y], color=colours.ink, lw=0.8)
        ax.add_patch(Polygon(arrow.head, closed=True, facecolor=colours.ink, edgecolor="none"))
