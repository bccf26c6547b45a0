"""How the catalogue of instruments and the scores of a file look in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.markup import escape

from trialbook.instruments.catalogue import Scale, every_scale, may_lack
from trialbook.instruments.parameters import parameters_of
from trialbook.instruments.response import Response
from trialbook.terminal import console, table

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from trialbook.exchange.score_file import Scored
    from trialbook.instruments.base import Score
    from trialbook.protocol.model import Item, Text

MOST_ROWS = 10
"""Scored rows that are shown; the CSV has all."""


def print_catalogue() -> None:
    """Print every instrument with its scores, and where it comes from."""
    out = console()
    for scale in every_scale():
        moments = ", two moments" if isinstance(scale, Response) else ""
        out.print(f"[bold]{escape(scale.id)}[/]  {escape(scale.title)}")
        out.print(f"    {len(scale.items)} items{moments}; {escape('; '.join(map(_short, scale.scores)))}")
        out.print(f"    [dim]{escape(scale.citation)}[/]")
        out.print(f"    [dim]Licence: {escape(scale.licence)}[/]")
    out.print("One in full: trialbook instruments NAME. Score a file by it: trialbook score NAME FILE.")


def print_scale(scale: Scale) -> None:
    """Print one instrument: items, scores, rules, parameters."""
    out = console()
    out.print(f"[bold]{escape(scale.title)}[/] ({escape(scale.id)}; version {escape(scale.version)})")
    out.print(escape(scale.citation))
    out.print(f"Licence: {escape(scale.licence)}")
    items = table("item", "asks for", "answers")
    for item in scale.items:
        absent = " (column may be absent)" if item.id in may_lack(scale) else ""
        items.add_row(escape(item.id), escape(said(item.label)), escape(answers_of(item) + absent))
    out.print(items)
    scores = table("score", "is", "range", "better", "gaps")
    for score in scale.scores:
        scores.add_row(*map(escape, (score.derived.id, meaning_of(score), range_of(score), score.better, score.gaps)))
    out.print(scores)
    for rule in scale.rules:
        out.print(f"• {escape(rule)}")
    _print_parameters(out, scale)


def print_scores(scored: Scored) -> None:
    """Print by what was scored, the first rows, and for each score how many rows have it."""
    out = console()
    scale, frame = scored.scale, scored.frame
    out.print(f"[bold]{escape(scale.title)}[/] ({escape(scale.id)}; version {escape(scale.version)})")
    for one in parameters_of(scale.parameters):
        kept = "default" if one.value == one.default else f"default {one.default}"
        out.print(f"{escape(one.label)}: {one.name} = {one.value} ({kept})")
    shown = table("row", *frame.columns)
    for line, row in zip(scored.lines[:MOST_ROWS].tolist(), frame.head(MOST_ROWS).iter_rows(), strict=True):
        shown.add_row(str(line), *(escape(cell) for cell in _cells(scored, row)))
    out.print(shown)
    if frame.height > MOST_ROWS:
        out.print(f"… and {frame.height - MOST_ROWS:,} more rows.")
    _print_summary(out, scored, frame)


def said(text: Text) -> str:
    """Return a text of the catalogue."""
    return next(iter(text.values()), "")


def answers_of(item: Item) -> str:
    """Write what an item takes: `0 to 3`, `yes, no`, `0 to 10 cm (or mm)`, `from 0 U/L (or ukat/L)`."""
    if item.kind == "yes_no":
        return "yes, no"
    if item.choices:
        codes = tuple(item.choices)
        return f"{codes[0]} to {codes[-1]}"
    unit = "" if item.unit in {None, "score"} else f" {item.unit}"
    other = f" (or {', '.join(item.accepts)})" if item.accepts else ""
    bounds = f"from {item.minimum}" if item.maximum is None else f"{item.minimum} to {item.maximum}"
    return f"{bounds}{unit}{other}"


def range_of(score: Score) -> str:
    """Write the range of a score."""
    return f"{score.low:g} to {score.high:g}"


def meaning_of(score: Score) -> str:
    """Write what a score is, and what its classes mean."""
    levels = ", ".join(f"{level} {said(text).lower()}" for level, text in score.derived.levels.items())
    label = said(score.derived.label)
    return f"{label}: {levels}" if levels else label


def _short(score: Score) -> str:
    direction = "" if score.better == "neither" else f", {score.better} is better"
    return f"{score.derived.id} {range_of(score)}{direction}"


def _print_parameters(out: Console, scale: Scale) -> None:
    for one in parameters_of(scale.parameters):
        out.print(
            f"[bold]--set {escape(one.name)}=[/] {escape(one.label)}: {escape(one.may_be)} (default {one.default})"
        )
        out.print(f"    [dim]{escape(one.why)}[/]")


def _cells(scored: Scored, row: tuple[object, ...]) -> Iterator[str]:
    """Write the cells of a row: scores with their decimals, classes with their meaning."""
    scores = {score.derived.id: score.derived for score in scored.scale.scores}
    for name, value in zip(scored.frame.columns, row, strict=True):
        if name in scores and isinstance(value, float):
            levels = scores[name].levels
            decimals = 1 if scores[name].decimals is None else scores[name].decimals
            yield said(levels[int(value)]) if levels else f"{value:.{decimals}f}"
        else:
            yield "" if value is None else str(value)


def _print_summary(out: Console, scored: Scored, frame: pl.DataFrame) -> None:
    made = table("score", "rows with it", "without", "lowest", "mean", "highest")
    for score in scored.scale.scores:
        column = frame[score.derived.id]
        there = column.drop_nulls()
        numbers = (there.min(), None if score.derived.levels else there.mean(), there.max())
        texts = (f"{value:.3g}" if isinstance(value, float) else "" for value in numbers)
        made.add_row(escape(score.derived.id), f"{len(there):,}", f"{column.null_count():,}", *texts)
    out.print(made)
    out.print(f"{frame.height:,} rows scored. The column why says what is not computable, and why.")
