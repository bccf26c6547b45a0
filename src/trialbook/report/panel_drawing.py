"""Draw one panel: each participant's course under the summary of all, limits of normal, and n and p under the axis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from trialbook.render.numbers import ABSENT, show_plain
from trialbook.render.to_html import fragment
from trialbook.report.courses import Course, Panel, Tick, axis_unit
from trialbook.report.quote import Quotes

INVENTED = "Invented data"
"""Stands inside every drawing of invented data, so that a figure cut out of a report still says so."""
CROWD = 0.45
"""How much of the paper a line of many participants covers."""
DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 2)), (0, (7, 2, 2, 2)), (0, (3, 1, 1, 1)), (0, (1, 2)))
"""Few participants are told apart by their dashes, in grey print too."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a drawing."""

    ink: str
    soft: str
    line: str
    mean: str
    limit: str
    paper: str
    invented: str


PRINT = Palette("#000000", "#444444", "#7d8894", "#14508c", "#7a4700", "#ffffff", "#a3123a")
"""Colours on paper: those of the page when it is printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How all panels of a figure are drawn."""

    colours: Palette
    several: bool
    """Whether each panel has its title over it."""
    invented: bool


def draw_panel(ax: Any, panel: Panel, quotes: Quotes, style: Style) -> None:  # noqa: ANN401 - matplotlib is untyped
    """Draw one panel on its axes."""
    colours = style.colours
    _axes(ax, panel, colours)
    if panel.is_crowd:
        _crowd(ax, panel, colours)
    else:
        _lines(ax, panel, colours)
    _summary(ax, panel, colours)
    _limits(ax, panel, colours)
    _meaningful(ax, panel, colours)
    _titles(ax, panel, style)
    if panel.is_labelled:
        _names(ax, panel, colours)
    _rows(ax, panel, quotes, colours)


def _titles(ax: Any, panel: Panel, style: Style) -> None:  # noqa: ANN401
    """Write the title of the panel, and above it that the data are invented."""
    options = {"fontsize": 9.5, "fontweight": "bold"}
    if style.several:
        ax.set_title(panel.title, loc="left", color=style.colours.ink, pad=8, **options)
    if style.invented:
        ax.annotate(
            INVENTED, xy=(1, 1), xycoords="axes fraction", xytext=(0, 22 if style.several else 8), ha="right",
            textcoords="offset points", color=style.colours.invented, annotation_clip=False, **options,
        )  # fmt: skip


def _lines(ax: Any, panel: Panel, colours: Palette) -> None:  # noqa: ANN401
    few = len(panel.courses) <= len(DASHES)
    for place, course in enumerate(panel.courses):
        _course(ax, course, DASHES[place] if few else "-" if course.in_set else (0, (3, 2)), colours)


def _crowd(ax: Any, panel: Panel, colours: Palette) -> None:  # noqa: ANN401
    """Draw many participants as thin lines that are darker where they lie over one another; no names, no dashes."""
    from matplotlib.collections import LineCollection

    lines = [[(point.x, point.value) for point in course.points] for course in panel.courses]
    several = [line for line in lines if len(line) > 1]
    if several:
        ax.add_collection(LineCollection(several, colors=colours.line, linewidths=0.5, alpha=CROWD, zorder=2))
    alone = [line[0] for line in lines if len(line) == 1]
    left = [line[-1] for line, course in zip(lines, panel.courses, strict=True) if course.left]
    for places, marker, size in ((alone, "o", 1.5), (left, "x", 2.5)):
        if places:
            xs, ys = zip(*places, strict=True)
            ax.plot(
                xs, ys, color=colours.line, marker=marker, markersize=size, markeredgewidth=0.6, linestyle="none",
                alpha=0.9, zorder=2,
            )  # fmt: skip
    ax.autoscale_view()


def _axes(ax: Any, panel: Panel, colours: Palette) -> None:  # noqa: ANN401
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
    ax.set_ylabel(axis_unit(panel), color=colours.ink)
    ax.set_xticks([tick.x for tick in panel.ticks], [tick.short for tick in panel.ticks])
    ax.tick_params(axis="both", length=3, width=0.8, colors=colours.ink)
    for side in ax.spines.values():
        side.set_edgecolor(colours.ink)


def _log_ticks(panel: Panel) -> Any:  # noqa: ANN401
    """Return 1, 2, 5 ... or only powers of ten where the values span more than three decades."""
    from matplotlib.ticker import LogLocator

    values = [point.value for course in panel.courses for point in course.points]
    return LogLocator(base=10, subs=(1.0,) if max(values) > 1000 * min(values) else (1.0, 2.0, 5.0))


def _limits(ax: Any, panel: Panel, colours: Palette) -> None:  # noqa: ANN401
    values = [point.value for course in panel.courses for point in course.points]
    shown = [(words, value) for words, value in panel.limits if min(values) <= value <= max(values)]
    heights = [_share(ax, value) * _points_high(ax) for _, value in shown]
    for (words, value), height, placed in zip(shown, heights, apart(heights, 9.0), strict=True):
        ax.axhline(value, color=colours.limit, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
        ax.annotate(
            words, xy=(1, value), xycoords=("axes fraction", "data"), xytext=(4, placed - height),
            textcoords="offset points", ha="left", va="center", fontsize=7.5, color=colours.limit,
            annotation_clip=False,
        )  # fmt: skip


def _meaningful(ax: Any, panel: Panel, colours: Palette) -> None:  # noqa: ANN401
    """Draw the level from which on a mean change matters; not on a log scale, where the line shows medians."""
    if panel.meaningful is None or panel.log or not isinstance(panel.meaningful.value, float):
        return
    value = panel.meaningful.value
    ax.axhline(value, color=colours.mean, linewidth=0.9, linestyle=(0, (5, 3)), zorder=1)
    ax.annotate(
        "matters", xy=(1, value), xycoords=("axes fraction", "data"), xytext=(4, 0), textcoords="offset points",
        ha="left", va="center", fontsize=7.5, color=colours.mean, annotation_clip=False,
    )  # fmt: skip


def _course(ax: Any, course: Course, dashes: Any, colours: Palette) -> None:  # noqa: ANN401
    xs = [point.x for point in course.points]
    ys = [point.value for point in course.points]
    ax.plot(xs, ys, color=colours.line, linewidth=0.9, linestyle=dashes, marker="o", markersize=2.2, zorder=2)
    if course.left:
        ax.plot(
            xs[-1:], ys[-1:], color=colours.ink, marker="x", markersize=5.5, markeredgewidth=1.3, linestyle="none",
            zorder=4,
        )  # fmt: skip


def _aside(panel: Panel, tick: Tick) -> float:
    """Return how far the summary stands beside its visit where there are two: clear of the participants' values."""
    if len(panel.ticks) != 2:
        return 0.0
    span = panel.ticks[1].x - panel.ticks[0].x
    return -0.13 * span if tick is panel.ticks[0] else 0.2 * span


def _summary(ax: Any, panel: Panel, colours: Palette) -> None:  # noqa: ANN401
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
        xs, ys, yerr=[low, high] if ys else None, color=colours.mean, linewidth=2.2, marker="s", markersize=5.5,
        capsize=4, elinewidth=1.3, capthick=1.3, zorder=3,
    )  # fmt: skip


def _middle(numbers: Mapping[str, float], *, log: bool) -> tuple[float, float, float] | None:
    if log:
        found = tuple(numbers.get(stat) for stat in ("median", "q1", "q3"))
        return None if None in found else found  # type: ignore[return-value]
    mean, sd = numbers.get("mean"), numbers.get("sd", 0.0)
    return None if mean is None else (mean, mean - sd, mean + sd)


def _names(ax: Any, panel: Panel, colours: Palette) -> None:  # noqa: ANN401
    """Write each participant's code at the end of the line, apart from the others that end at the same visit."""
    for tick in panel.ticks:
        ending = [course for course in panel.courses if course.points[-1].x == tick.x]
        heights = [_share(ax, course.points[-1].value) * _points_high(ax) for course in ending]
        for course, height, placed in zip(ending, heights, apart(heights, 9.0), strict=True):
            point = course.points[-1]
            ax.annotate(
                course.participant, xy=(point.x, point.value), xytext=(9 if course.left else 7, placed - height),
                textcoords="offset points", ha="left", va="center", fontsize=8, color=colours.soft,
                annotation_clip=False, zorder=5,
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


def _rows(ax: Any, panel: Panel, quotes: Quotes, colours: Palette) -> None:  # noqa: ANN401
    """Write n and p under the axis, each linked to its result."""
    weeks = "Week" if panel.weekly else ""
    _under(ax, -19, [(tick.x, "", "") for tick in panel.ticks], weeks, colours)
    rows = [("n", "n")] + ([("p", "p")] if any("p" in found for found in panel.summary.values()) else [])
    for place, (stat, word) in enumerate(rows):
        texts = [(tick.x, *_linked(panel.summary[tick.visit], stat, quotes, tick, panel)) for tick in panel.ticks]
        _under(ax, -19 - 12.5 * (place + 1), texts, word, colours)


def _linked(found: Mapping[str, Any], stat: str, quotes: Quotes, tick: Tick, panel: Panel) -> tuple[str, str]:
    row = found.get(stat)
    if row is None:
        return ("" if stat == "p" and tick == panel.ticks[0] else ABSENT, "")
    return quotes.text(row), "#" + fragment(row.id)


def _under(
    ax: Any,  # noqa: ANN401
    offset: float,
    texts: Iterable[tuple[float, str, str]],
    word: str,
    colours: Palette,
) -> None:
    options = {"textcoords": "offset points", "va": "top", "fontsize": 8.5, "annotation_clip": False}
    if word:
        ax.annotate(
            word, xy=(0, 0), xycoords="axes fraction", xytext=(-10, offset + 9 * (word == "Week")), ha="right",
            color=colours.soft, fontstyle="normal" if word == "Week" else "italic", **options,
        )  # fmt: skip
    for x, text, url in texts:
        if text:
            ax.annotate(
                text, xy=(x, 0), xycoords=("data", "axes fraction"), xytext=(0, offset), ha="center",
                color=colours.ink, url=url or None, **options,
            )  # fmt: skip
