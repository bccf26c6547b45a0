"""Draw the figures: each participant's course under the summary of all, as text and lines that take the page's colours.

Matplotlib's object interface draws SVG; the drawing is then cleaned for a page: no addresses, no ids but those it
needs, colours as the page's own (so that dark mode and print work), and numbers as links to their results.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from trialbook.render.numbers import ABSENT, show_plain
from trialbook.render.to_html import fragment
from trialbook.report.courses import Course, Panel, Tick, axis_unit
from trialbook.report.quote import Quotes

INK, SOFT, LINE, MEAN, LIMIT, PAPER = "#010101", "#020202", "#030303", "#040404", "#050505", "#060606"
COLOURS = {INK: "--ink", SOFT: "--soft", LINE: "--line", MEAN: "--accent", LIMIT: "--limit", PAPER: "--paper"}
"""Colours that the drawing names -> colours of the page."""
DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 2)), (0, (7, 2, 2, 2)), (0, (3, 1, 1, 1)), (0, (1, 2)))
"""Few participants are told apart by their dashes, in grey print too."""
MOST_LABELLED = 16
SETTINGS = {
    "svg.fonttype": "none", "text.parse_math": False, "font.size": 9.5, "axes.linewidth": 0.8,
    "axes.edgecolor": INK, "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.formatter.useoffset": False, "axes.unicode_minus": True, "axes.spines.top": False, "axes.spines.right": False,
    "axes.facecolor": "none", "figure.facecolor": "none", "savefig.facecolor": "none",
}  # fmt: skip

SVG_START = re.compile(r"^.*?(?=<svg)", re.DOTALL)
METADATA = re.compile(r"\s*<metadata>.*?</metadata>|\s*<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
NAMESPACES = re.compile(r' xmlns(:\w+)?="[^"]*"')
GROUP_ID = re.compile(r'<g id="[^"]*">')
FONT = re.compile(r"font-size: ([\d.]+)px; font-family: [^;\"]*(?:; )?|font: ([\d.]+)px [^;\"]*(?:; )?")
DRAWN = re.compile(r' (?:d|x|y|transform|points)="[^"]*"')
LONG = re.compile(r"(\d+\.\d\d)\d+")


def draw(panels: Sequence[Panel], quotes: Quotes, name: str) -> str:
    """Draw panels below one another, or beside one another where each has two visits; return the `svg` element.

    `name` makes the ids inside the drawing differ from those of any other drawing of the page.
    """
    import matplotlib as mpl

    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # the page's fonts have letters that matplotlib's own has not
        mpl.rcdefaults()
        mpl.rcParams.update({**SETTINGS, "svg.hashsalt": name})
        return cleaned(_svg(panels, quotes))


def cleaned(svg: str) -> str:
    """Make a drawing fit for standing in a page; see the module's docstring."""
    for pattern, put in ((SVG_START, ""), (METADATA, ""), (NAMESPACES, ""), (GROUP_ID, "<g>")):
        svg = pattern.sub(put, svg)
    svg = FONT.sub(lambda found: f"font-size: {found[1] or found[2]}px; ", svg)
    svg = DRAWN.sub(lambda found: LONG.sub(r"\1", found[0]).replace("\n", ""), svg)
    for colour, name in COLOURS.items():
        svg = svg.replace(colour, f"var({name})")
    return svg.replace("<a xlink:href=", '<a class="n" href=').replace("xlink:href", "href").strip()


def _svg(panels: Sequence[Panel], quotes: Quotes) -> str:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    is_slope = all(len(panel.ticks) <= 2 for panel in panels)
    columns = len(panels) if is_slope else 1
    rows = 1 if is_slope else len(panels)
    width, height = (5.3 * columns, 4.1) if is_slope else (7.6, 3.7 * rows)
    figure = Figure(figsize=(width, height))
    FigureCanvasSVG(figure)
    axes = figure.subplots(rows, columns, squeeze=False).flatten()
    right = 0.95 if any(panel.limits for panel in panels) else 0.4
    figure.subplots_adjust(
        left=0.75 / width, right=1 - right / width, top=1 - 0.25 / height, bottom=0.9 / height,
        wspace=0.5, hspace=1.25 / (height / rows - 1.2),
    )  # fmt: skip
    for ax, panel in zip(axes, panels, strict=True):
        _panel(ax, panel, quotes, several=len(panels) > 1)
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def _panel(ax: Any, panel: Panel, quotes: Quotes, *, several: bool) -> None:  # noqa: ANN401 - matplotlib is untyped
    _axes(ax, panel)
    few = len(panel.courses) <= len(DASHES)
    for place, course in enumerate(panel.courses):
        _course(ax, course, DASHES[place] if few else "-" if course.in_set else (0, (3, 2)))
    _summary(ax, panel)
    _limits(ax, panel)
    if several:
        ax.set_title(panel.title, loc="left", fontsize=9.5, fontweight="bold", color=INK, pad=8)
    if len(panel.courses) <= MOST_LABELLED:
        _names(ax, panel)
    _rows(ax, panel, quotes)


def _axes(ax: Any, panel: Panel) -> None:  # noqa: ANN401
    from matplotlib.ticker import FuncFormatter, NullLocator

    first, last = panel.ticks[0].x, panel.ticks[-1].x
    span = last - first or 1.0
    left, right = (0.24, 0.32) if len(panel.ticks) <= 2 else (0.04, 0.06)
    ax.set_xlim(first - left * span, last + right * span)
    if panel.log:
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(_log_ticks(panel))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: show_plain(float(f"{value:.3g}"))))
        ax.yaxis.set_minor_locator(NullLocator())
    ax.margins(y=0.08)
    ax.set_ylabel(axis_unit(panel))
    ax.set_xticks([tick.x for tick in panel.ticks], [tick.short for tick in panel.ticks])
    ax.tick_params(axis="both", length=3, width=0.8)


def _log_ticks(panel: Panel) -> Any:  # noqa: ANN401
    """Return 1, 2, 5 ... or only powers of ten where the values span more than three decades."""
    from matplotlib.ticker import LogLocator

    values = [point.value for course in panel.courses for point in course.points]
    return LogLocator(base=10, subs=(1.0,) if max(values) > 1000 * min(values) else (1.0, 2.0, 5.0))


def _limits(ax: Any, panel: Panel) -> None:  # noqa: ANN401
    values = [point.value for course in panel.courses for point in course.points]
    shown = [(words, value) for words, value in panel.limits if min(values) <= value <= max(values)]
    heights = [_share(ax, value) * _points_high(ax) for _, value in shown]
    for (words, value), height, placed in zip(shown, heights, apart(heights, 9.0), strict=True):
        ax.axhline(value, color=LIMIT, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
        ax.annotate(
            words, xy=(1, value), xycoords=("axes fraction", "data"), xytext=(4, placed - height),
            textcoords="offset points", ha="left", va="center", fontsize=7.5, color=LIMIT, annotation_clip=False,
        )  # fmt: skip


def _course(ax: Any, course: Course, dashes: Any) -> None:  # noqa: ANN401
    xs = [point.x for point in course.points]
    ys = [point.value for point in course.points]
    ax.plot(xs, ys, color=LINE, linewidth=0.9, linestyle=dashes, marker="o", markersize=2.2, zorder=2)
    if course.left:
        ax.plot(
            xs[-1:], ys[-1:], color=INK, marker="x", markersize=5.5, markeredgewidth=1.3, linestyle="none", zorder=4
        )


def _aside(panel: Panel, tick: Tick) -> float:
    """Return how far the summary stands beside its visit where there are two: clear of the participants' values."""
    if len(panel.ticks) != 2:
        return 0.0
    span = panel.ticks[1].x - panel.ticks[0].x
    return -0.13 * span if tick is panel.ticks[0] else 0.2 * span


def _summary(ax: Any, panel: Panel) -> None:  # noqa: ANN401
    """Draw mean and SD, or median and quartiles on a log scale, where SD below the mean may not exist."""
    middle, low, high = [], [], []
    for tick in panel.ticks:
        numbers = {
            stat: float(row.value)
            for stat, row in panel.summary[tick.visit].items()
            if isinstance(row.value, float | int)
        }
        found = _middle(numbers, log=panel.log)
        if found is not None:
            middle.append((tick.x + _aside(panel, tick), found[0]))
            low.append(found[0] - found[1])
            high.append(found[2] - found[0])
    xs, ys = [x for x, _ in middle], [y for _, y in middle]
    ax.errorbar(
        xs, ys, yerr=[low, high] if ys else None, color=MEAN, linewidth=2.2, marker="s", markersize=5.5, capsize=4,
        elinewidth=1.3, capthick=1.3, zorder=3,
    )  # fmt: skip


def _middle(numbers: Mapping[str, float], *, log: bool) -> tuple[float, float, float] | None:
    if log:
        found = tuple(numbers.get(stat) for stat in ("median", "q1", "q3"))
        return None if None in found else found  # type: ignore[return-value]
    mean, sd = numbers.get("mean"), numbers.get("sd", 0.0)
    return None if mean is None else (mean, mean - sd, mean + sd)


def _names(ax: Any, panel: Panel) -> None:  # noqa: ANN401
    """Write each participant's code at the end of the line, apart from the others that end at the same visit."""
    for tick in panel.ticks:
        ending = [course for course in panel.courses if course.points[-1].x == tick.x]
        heights = [_share(ax, course.points[-1].value) * _points_high(ax) for course in ending]
        for course, height, placed in zip(ending, heights, apart(heights, 9.0), strict=True):
            point = course.points[-1]
            ax.annotate(
                course.participant, xy=(point.x, point.value), xytext=(9 if course.left else 7, placed - height),
                textcoords="offset points", ha="left", va="center", fontsize=8, color=SOFT, annotation_clip=False,
                zorder=5,
            )  # fmt: skip


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Move places as little as is simple so that neighbours are at least `gap` apart; the order is kept."""
    order = sorted(range(len(places)), key=lambda place: places[place])
    moved = list(places)
    for _ in range(50):
        for below, above in pairwise(order):
            lack = gap - (moved[above] - moved[below])
            if lack > 1e-6:
                moved[below] -= lack / 2
                moved[above] += lack / 2
    return moved


def _points_high(ax: Any) -> float:  # noqa: ANN401
    """Return the height of the axes in points."""
    return float(ax.get_window_extent().height) * 72 / float(ax.figure.dpi)


def _share(ax: Any, value: float) -> float:  # noqa: ANN401
    """Return where a value stands on its axis, as a share of the height."""
    ax.get_ylim()  # settles the limits, on which the places depend
    return float(ax.transAxes.inverted().transform(ax.transData.transform((0, value)))[1])


def _rows(ax: Any, panel: Panel, quotes: Quotes) -> None:  # noqa: ANN401
    """Write n and p under the axis, each linked to its result."""
    weeks = "Week" if panel.weekly else ""
    _under(ax, -19, [(tick.x, "", "") for tick in panel.ticks], weeks)
    rows = [("n", "n")] + ([("p", "p")] if any("p" in found for found in panel.summary.values()) else [])
    for place, (stat, word) in enumerate(rows):
        texts = [(tick.x, *_linked(panel.summary[tick.visit], stat, quotes, tick, panel)) for tick in panel.ticks]
        _under(ax, -19 - 12.5 * (place + 1), texts, word)


def _linked(found: Mapping[str, Any], stat: str, quotes: Quotes, tick: Tick, panel: Panel) -> tuple[str, str]:
    row = found.get(stat)
    if row is None:
        return ("" if stat == "p" and tick == panel.ticks[0] else ABSENT, "")
    return quotes.text(row), "#" + fragment(row.id)


def _under(ax: Any, offset: float, texts: Iterable[tuple[float, str, str]], word: str) -> None:  # noqa: ANN401
    options = {"textcoords": "offset points", "va": "top", "fontsize": 8.5, "annotation_clip": False}
    if word:
        ax.annotate(
            word, xy=(0, 0), xycoords="axes fraction", xytext=(-10, offset + 9 * (word == "Week")), ha="right",
            color=SOFT, fontstyle="normal" if word == "Week" else "italic", **options,
        )  # fmt: skip
    for x, text, url in texts:
        if text:
            ax.annotate(
                text, xy=(x, 0), xycoords=("data", "axes fraction"), xytext=(0, offset), ha="center",
                color=INK, url=url or None, **options,
            )  # fmt: skip
