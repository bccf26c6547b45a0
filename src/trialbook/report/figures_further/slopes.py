"""Slopes: the values of every participant at the baseline and at one visit, endpoint beside endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trialbook.analysis.results import Result
from trialbook.protocol.model import Endpoint
from trialbook.render.document import Figure
from trialbook.render.drawing import axis
from trialbook.render.drawing.axis import Frame
from trialbook.render.drawing.letters import SIZE, wrapped
from trialbook.render.drawing.marks import DASHED, DOTTED, PAGE, Bundle, Mark, Sheet, Spot, Stroke, Way, Word
from trialbook.render.drawing.scale import Scale, spanning
from trialbook.render.inline import Line
from trialbook.report.courses import LOG_SPAN
from trialbook.report.figures_further import parts
from trialbook.report.figures_further.waterfall import Change, changes_of, sign_of
from trialbook.report.run import Run

MOST = 12
"""Endpoints that are drawn."""
COLUMNS, HEIGHT = 4, 86.0
CROWD = 60
"""Of more participants the lines are alike and lead nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """One endpoint."""

    endpoint: Endpoint
    visit: str
    changes: tuple[Change, ...]
    before: Result | None
    after: Result | None
    """Means of the pairs at both visits."""
    n: Result | None
    log: bool


def slopes_figure(run: Run) -> Figure | None:
    """Return the figure; None where fewer than two endpoints have pairs, or where the courses are slopes already."""
    found = tuple(_slopes(run))
    if len(found) < 2 or len(run.study.schedule.visits) <= 2:
        return None
    shown = found[:MOST]
    title = "Baseline and last compared visit, participant by participant"
    caption = "One line a participant with both values; squares: means of these pairs. n: pairs."
    caption += parts.few_of(max(len(one.changes) for one in shown))
    caption += parts.capped(len(shown), len(found), "endpoints, in the order of the plan")
    said = "; ".join(_said(run, one) for one in shown)
    rows = [row for one in shown for row in _rows(run, one)]
    return parts.drawn(
        "slopes",
        title,
        sheet_of(run, shown),
        alt=f"Slope charts from the baseline to a later visit. {said}.",
        caption=caption,
        table=parts.values_table("slopes", title, "Endpoint", ("Visit", "Pairs", "Mean before", "Mean after"), rows),
        behind=(seq for one in shown for change in one.changes for seq in change.both),
    )


def _slopes(run: Run) -> Iterator[Slope]:
    for endpoint in run.followed():
        visit = run.focal_visit(endpoint)
        changes = changes_of(run, endpoint, visit) if visit else ()
        if visit is None or not changes:
            continue
        stats = run.stats_at("change", endpoint.id, visit)
        ends = [number for one in changes for number in (one.base, one.value)]
        log = endpoint.log and min(ends) > 0 and max(ends) / min(ends) > LOG_SPAN
        yield Slope(
            endpoint=endpoint,
            visit=visit,
            changes=changes,
            before=stats.get("base_mean"),
            after=stats.get("visit_mean"),
            n=stats.get("n_pairs"),
            log=log,
        )


def _said(run: Run, one: Slope) -> str:
    numbers = [run.quotes.text(row) for row in (one.n, one.before, one.after) if row is not None]
    if len(numbers) < 3:
        return f"{run.label(one.endpoint)}, {len(one.changes)} pairs"
    return f"{run.label(one.endpoint)} {run.at(one.visit)}, {numbers[0]} pairs, mean {numbers[1]} to {numbers[2]}"


def _rows(run: Run, one: Slope) -> Iterator[tuple[str, tuple[Line, ...]]]:
    cells: list[Line] = [(run.quotes.number(row),) if row is not None else () for row in (one.n, one.before, one.after)]
    yield run.label(one.endpoint), ((run.visit_label(one.visit),), *cells)
    if len(one.changes) > CROWD:
        return
    for change in one.changes:
        ends = ((change.base_entries, change.base), (change.entries, change.value))
        values = tuple(parts.led(entries, run.written(one.endpoint, number)) for entries, number in ends)
        yield f"\u2003{change.code}", ((), (), *values)


def sheet_of(run: Run, shown: Sequence[Slope]) -> Sheet:
    """Lay the endpoints out in rows of at most four."""
    columns = min(COLUMNS, len(shown)) if len(shown) != 5 else 3
    keys = [parts.BETTER_LINE, parts.WORSE_LINE, parts.SAME_LINE] if _is_judged(shown) else []
    marks, used = axis.keys(keys, 1, PAGE - 62, SIZE)
    every: list[Mark] = [*marks, *([axis.invented(PAGE)] if run.invented else [])]
    top = max(used, SIZE + 3) + 2
    each, gap = (PAGE - 6.0 * (columns - 1)) / columns, 6.0
    tall = HEIGHT + 2 * (SIZE + 2) + 2 * SIZE + 20
    for number, one in enumerate(shown):
        left = (number % columns) * (each + gap)
        every += _panel(run, one, left, top + (number // columns) * tall, left + each)
    return Sheet(width=PAGE, height=top + -(-len(shown) // columns) * tall, marks=tuple(every))


def _is_judged(shown: Sequence[Slope]) -> bool:
    return any(sign_of(one.endpoint) and len(one.changes) <= CROWD for one in shown)


def _panel(run: Run, one: Slope, left: float, top: float, right: float) -> Iterator[Mark]:
    unit = run.unit(one.endpoint)
    title = f"{run.label(one.endpoint)} ({unit})" if unit else run.label(one.endpoint)
    lines = wrapped(title, right - left, most=2)
    start = top + 2 * (SIZE + 2) + 6
    for number, line in enumerate(reversed(lines)):
        yield Word(x=left, y=start - 8 - number * (SIZE + 2), text=line)
    means = [float(row.value) for row in (one.before, one.after) if row is not None and isinstance(row.value, float)]
    values = [number for change in one.changes for number in (change.base, change.value)]
    up = spanning([*values, *means], start=0, end=1, is_log=one.log)
    frame = Frame(
        left=left + axis.room_left(up, labelled=False, about=4), top=start, right=right - 2, bottom=start + HEIGHT
    )
    up = replace(up, start=frame.bottom, end=frame.top)
    xs = (frame.left + 24, frame.right - 24)
    yield from axis.upright(frame, up, "", about=4)
    yield from _lines(one, xs, up)
    yield from _means(one, xs, up)
    short = run.visit_label(one.visit).partition(" (")[0]
    yield from axis.flat(frame, [(xs[0], "Baseline"), (xs[1], short)], gap=-9)
    n = Way(one.n.id) if one.n is not None else Way()
    yield Word(
        x=(frame.left + frame.right) / 2,
        y=frame.bottom + 2 * SIZE + 6.5,
        text=f"n = {run.quotes.text(one.n) if one.n is not None else len(one.changes)}",
        anchor="middle",
        way=n,
    )


def _lines(one: Slope, xs: tuple[float, float], up: Scale) -> Iterator[Mark]:
    pairs = [((xs[0], up.at(change.base)), (xs[1], up.at(change.value))) for change in one.changes]
    if len(pairs) > CROWD:
        yield Bundle(lines=tuple(pairs[: parts.MOST_LINES]))
        return
    sign = sign_of(one.endpoint)
    for change, places in zip(one.changes, pairs, strict=True):
        way = change.change * sign
        colour, dashes = ("better", ()) if way > 0 else ("worse", DASHED) if way < 0 else ("line", DOTTED)
        yield Stroke(places=places, colour=colour, width=0.9, dashes=dashes)
        for (x, y), entries in zip(places, (change.base_entries, change.entries), strict=True):
            yield Spot(x=x, y=y, size=2.2, fill=colour, way=Way(entries=entries), title=change.code)


def _means(one: Slope, xs: tuple[float, float], up: Scale) -> Iterator[Mark]:
    """Draw the means beside the lines, clear of the participants' values."""
    for x, row, aside in ((xs[0], one.before, -9.0), (xs[1], one.after, 9.0)):
        if row is not None and isinstance(row.value, float | int):
            yield Spot(x=x + aside, y=up.at(float(row.value)), shape="square", size=4.6, fill="ink", way=Way(row.id))
