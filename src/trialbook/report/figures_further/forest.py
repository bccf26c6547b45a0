"""Forest: how large the changes of all endpoints are, on one scale, with their intervals; and pooled studies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialbook.analysis.results import Result
from trialbook.protocol.model import Endpoint
from trialbook.render.document import Figure
from trialbook.render.drawing.forest import ForestLine, forest_sheet
from trialbook.render.inline import Line
from trialbook.render.numbers import show_share
from trialbook.report.figures_further import parts
from trialbook.report.run import Run

ARROWS = {"higher": "↑", "lower": "↓"}
STATS = ("g_z", "g_z_low", "g_z_high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large the change of an endpoint is."""

    endpoint: Endpoint
    visit: str
    pairs: Result | None
    stats: tuple[Result, Result, Result]


def forest_figure(run: Run) -> Figure | None:
    """Return the figure of standardised changes; None where fewer than two endpoints have one with its interval."""
    sizes = tuple(_sizes(run))
    if len(sizes) < 2:
        return None
    level = show_share(run.study.analysis.confidence)
    title = "How large the changes are, on one scale"
    caption = (
        f"Squares: mean change over the SD of the changes, without the bias of small samples (g), with its {level} "
        "interval. ↑ and ↓: whether more or less is better. The scale makes endpoints of different units "
        "comparable; it does not make a change matter."
    )
    return parts.drawn(
        "forest",
        title,
        forest_sheet(
            _lines(run, sizes),
            f"Standardised change g ({level} CI)",
            heads=("Endpoint, visit", "n", f"g ({level} CI)"),
            none=0.0,
            invented=run.invented,
        ),
        alt=f"Intervals of the standardised change g. {'; '.join(_said(run, one) for one in sizes)}.",
        caption=caption,
        table=parts.values_table(
            "forest", title, "Endpoint", ("Visit", "Pairs", "g", "Low", "High"), [_row(run, one) for one in sizes]
        ),
    )


def _sizes(run: Run) -> Iterator[Size]:
    for endpoint in run.followed():
        visit = run.focal_visit(endpoint)
        found = run.stats_at("effect_size", endpoint.id, visit) if visit else {}
        stats = tuple(found[name] for name in STATS if name in found and isinstance(found[name].value, float))
        if visit and len(stats) == 3:
            pairs = run.stats_at("change", endpoint.id, visit).get("n_pairs")
            yield Size(endpoint=endpoint, visit=visit, pairs=pairs, stats=(stats[0], stats[1], stats[2]))


def _text(run: Run, one: Size) -> str:
    middle, low, high = (run.quotes.text(row) for row in one.stats)
    return f"{middle} ({low} to {high})"


def _said(run: Run, one: Size) -> str:
    return f"{run.label(one.endpoint)} {run.at(one.visit)} {_text(run, one)}"


def _lines(run: Run, sizes: Sequence[Size]) -> Iterator[ForestLine]:
    for one in sizes:
        arrow = ARROWS.get(str(one.endpoint.better), "")
        middle, low, high = (float(row.value) for row in one.stats if isinstance(row.value, float))
        sign = {"higher": 1, "lower": -1}.get(str(one.endpoint.better), 0)
        yield ForestLine(
            label=f"{run.label(one.endpoint)} {arrow}".strip(),
            note=run.visit_label(one.visit).partition(" (")[0],
            n=run.quotes.text(one.pairs) if one.pairs is not None else "",
            text=_text(run, one),
            estimate=middle,
            low=low,
            high=high,
            result=one.stats[0].id,
            fill="worse" if sign * middle < 0 else "better" if sign else "line",
        )


def _row(run: Run, one: Size) -> tuple[str, tuple[Line, ...]]:
    pairs: Line = (run.quotes.number(one.pairs),) if one.pairs is not None else ()
    return run.label(one.endpoint), (
        (run.visit_label(one.visit),),
        pairs,
        *((run.quotes.number(row),) for row in one.stats),
    )
