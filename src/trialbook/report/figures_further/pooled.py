"""The forest plot of published studies put together: squares by weight, a diamond for all, a bar for one more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trialbook.render.drawing.forest import ForestLine, forest_sheet

if TYPE_CHECKING:
    from trialbook.analysis.pooling.forest import ForestRow
    from trialbook.render.drawing.marks import Sheet


def pooled_sheet(
    rows: Sequence[ForestRow],
    written: Sequence[tuple[str, str, str, str, str]],
    label: str,
    *,
    level: str,
    log: bool,
    share: bool,
) -> Sheet:
    """Lay the plot out; each row with its words: name, n, estimate, interval, weight.

    Shares are drawn in percent. `level` is that of the intervals: `95 %`. Where there is no effect a dotted line
    stands: at 1 of ratios, at 0 of differences, nowhere of shares.
    """
    factor = 100.0 if share else 1.0
    lines = [
        ForestLine(
            label=name,
            n=size,
            text=_text(middle, interval, weight),
            estimate=None if one.estimate is None else one.estimate * factor,
            low=None if one.low is None else one.low * factor,
            high=None if one.high is None else one.high * factor,
            fill="better",
            weight=one.weight,
            kind=one.kind,
        )
        for one, (name, size, middle, interval, weight) in zip(rows, written, strict=True)
    ]
    weights = ", weight" if any(one.weight is not None for one in rows) else ""
    heads = ("Study", "n", f"{label} ({level} CI){weights}")
    return forest_sheet(
        lines, f"{label} (%)" if share else label, heads=heads, none=None if share else 1.0 if log else 0.0, is_log=log
    )


def _text(middle: str, interval: str, weight: str) -> str:
    numbers = f"{middle} ({interval})" if middle and interval else interval or middle or "–"
    return f"{numbers}, {weight}" if weight else numbers
