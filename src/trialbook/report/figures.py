"""Draw the figures: each participant's course under the summary of all, for the page and for paper.

Matplotlib's object interface draws SVG; the drawing is then cleaned for a page: no addresses, no ids but those it
needs, colours as the page's own (so that dark mode and print work), and numbers as links to their results. For paper
the same drawing is made as a picture, in the colours of print.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from trialbook.report.courses import Panel
from trialbook.report.panel_drawing import PRINT, Palette, Style, draw_panel
from trialbook.report.quote import Quotes
from trialbook.report.rasters import SETTINGS, Raster, raster

PAGE = Palette("#010101", "#020202", "#030303", "#040404", "#050505", "#060606", "#070707")
"""Colours that the drawing names; each stands for the colour of the page of its name."""
NAMES = {"mean": "accent"}
"""Colours whose name on the page is another."""

SVG_START = re.compile(r"^.*?(?=<svg)", re.DOTALL)
METADATA = re.compile(r"\s*<metadata>.*?</metadata>|\s*<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
NAMESPACES = re.compile(r' xmlns(:\w+)?="[^"]*"')
GROUP_ID = re.compile(r'<g id="[^"]*">')
FONT = re.compile(r"font-size: ([\d.]+)px; font-family: [^;\"]*(?:; )?|font: ([\d.]+)px [^;\"]*(?:; )?")
DRAWN = re.compile(r' (?:d|x|y|transform|points)="[^"]*"')
LONG = re.compile(r"(\d+\.\d\d)\d+")


def draw(panels: Sequence[Panel], quotes: Quotes, name: str, *, invented: bool) -> str:
    """Draw panels below one another, or beside one another where each has two visits; return the `svg` element.

    `name` makes the ids inside the drawing differ from those of any other drawing of the page.
    """
    import matplotlib as mpl

    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # the page's fonts have letters that matplotlib's own has not
        mpl.rcdefaults()
        mpl.rcParams.update({**SETTINGS, "svg.fonttype": "none", "svg.hashsalt": name})
        return cleaned(_svg(panels, quotes, invented=invented))


def draw_png(panels: Sequence[Panel], quotes: Quotes, *, invented: bool) -> bytes:
    """Draw the same as `draw` as a picture for paper, at 300 dots an inch."""
    return raster(size_of(panels), lambda figure: _draw(figure, panels, quotes, PRINT, invented=invented))


def cleaned(svg: str) -> str:
    """Make a drawing fit for standing in a page; see the module's docstring."""
    for pattern, put in ((SVG_START, ""), (METADATA, ""), (NAMESPACES, ""), (GROUP_ID, "<g>")):
        svg = pattern.sub(put, svg)
    svg = FONT.sub(lambda found: f"font-size: {found[1] or found[2]}px; ", svg)
    svg = DRAWN.sub(lambda found: LONG.sub(r"\1", found[0]).replace("\n", ""), svg)
    for colour in fields(PAGE):
        svg = svg.replace(getattr(PAGE, colour.name), f"var(--{NAMES.get(colour.name, colour.name)})")
    return svg.replace("<a xlink:href=", '<a class="n" href=').replace("xlink:href", "href").strip()


def size_of(panels: Sequence[Panel]) -> Raster:
    """Return the size of a drawing in inches."""
    return Raster(5.3 * len(panels), 4.1) if is_slope(panels) else Raster(7.6, 3.7 * len(panels))


def is_slope(panels: Sequence[Panel]) -> bool:
    """Tell whether each panel has at most two visits: they stand beside one another."""
    return all(len(panel.ticks) <= 2 for panel in panels)


def _svg(panels: Sequence[Panel], quotes: Quotes, *, invented: bool) -> str:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    size = size_of(panels)
    figure = Figure(figsize=(size.width, size.height), facecolor="none")
    FigureCanvasSVG(figure)
    _draw(figure, panels, quotes, PAGE, invented=invented)
    stream = io.StringIO()
    figure.savefig(stream, format="svg", facecolor="none", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def _draw(figure: Any, panels: Sequence[Panel], quotes: Quotes, colours: Palette, *, invented: bool) -> None:  # noqa: ANN401 - matplotlib is untyped
    size = size_of(panels)
    rows, columns = (1, len(panels)) if is_slope(panels) else (len(panels), 1)
    axes = figure.subplots(rows, columns, squeeze=False).flatten()
    right = 0.95 if any(panel.limits or panel.meaningful for panel in panels) else 0.4
    top = 0.5 if invented and len(panels) > 1 else 0.3 if invented else 0.25
    figure.subplots_adjust(
        left=0.75 / size.width, right=1 - right / size.width, top=1 - top / size.height, bottom=0.9 / size.height,
        wspace=0.5, hspace=1.25 / (size.height / rows - 1.2),
    )  # fmt: skip
    style = Style(colours=colours, several=len(panels) > 1, invented=invented)
    for ax, panel in zip(axes, panels, strict=True):
        ax.set_facecolor("none")
        draw_panel(ax, panel, quotes, style)
