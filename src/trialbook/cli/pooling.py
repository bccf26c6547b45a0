"""The verb that puts published studies together."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialbook.cli.analysing import share
from trialbook.cli.doors import print_problems
from trialbook.errors import Place, Problem, TrialbookError

if TYPE_CHECKING:
    from trialbook.analysis.pooling import ForestRow, Interval, Method, Pooling
    from trialbook.analysis.pooling.studies import Effect

FILE = click.Path(path_type=Path)
EFFECTS = ("share", "change", "standardised", "ratio")
METHODS = ("REML", "DL", "PM")
INTERVALS = ("hksj", "hksj modified", "normal")
SIGNS = {"share": "share", "change": "change", "standardised": "change / SD", "ratio": "ratio"}
"""Effect -> head of its column."""
DRAWN = frozenset({".svg", ".png"})
"""Endings of files that hold a drawing."""


@click.command()
@click.argument("file", type=FILE, metavar="FILE")
@click.option(
    "--effect", type=click.Choice(EFFECTS), metavar="EFFECT",
    help="share of responders, mean change, standardised change or ratio of means (default: what the columns give).",
)  # fmt: skip
@click.option(
    "--method", type=click.Choice(METHODS), default="REML", show_default=True, metavar="METHOD",
    help="Variance between studies by REML, DL or PM; shares are pooled by a binomial model.",
)  # fmt: skip
@click.option(
    "--interval", type=click.Choice(INTERVALS), default="hksj", show_default=True, metavar="INTERVAL",
    help="hksj, hksj modified (never narrower than the normal one) or normal.",
)  # fmt: skip
@click.option(
    "--confidence", callback=share, metavar="SHARE", default="0.95", show_default=True,
    help="Confidence of the intervals.",
)  # fmt: skip
@click.option(
    "--prior", type=click.FloatRange(0, min_open=True), metavar="SCALE",
    help="Also fit a Bayesian hierarchical model; half of its prior of the SD between studies lies below SCALE.",
)  # fmt: skip
@click.option("--csv", "csv_out", type=FILE, metavar="OUT", help="Write every statistic to this CSV file.")
@click.option(
    "--forest", "forest_out", type=FILE, metavar="OUT",
    help="Write a forest plot to this file: .svg or .png the drawing, else its rows as CSV.",
)  # fmt: skip
def pool(
    file: Path,
    *,
    effect: Effect | None,
    method: Method,
    interval: Interval,
    confidence: Decimal,
    prior: float | None,
    csv_out: Path | None,
    forest_out: Path | None,
) -> None:
    """Put published studies together: random effects, or a binomial model for responders.

    FILE is a CSV or Excel file, a row a study, with the columns study and n, and events; or change and sd; or
    base_mean, base_sd, visit_mean, visit_sd and r. A study that lacks a number is left out, and named.
    """
    from trialbook.analysis.pooling import Asked, pool_studies
    from trialbook.exchange.pool_file import read_studies

    _keep(file, csv_out, forest_out)
    read = read_studies(file, effect=effect)
    print_problems(read.notes)
    asked = Asked(
        effect=read.effect, method=method, interval=interval, confidence=float(confidence), prior=prior
    )  # fmt: skip
    found = pool_studies(read.studies, asked)
    if read.unused:
        click.echo(f"Columns not used: {', '.join(read.unused)}.")
    print_pooling(found, confidence)
    _write(found, csv_out, forest_out)


def print_pooling(found: Pooling, confidence: Decimal) -> None:
    """Print a line a study, all together and a further study, then what lies between them and what to know."""
    from trialbook.analysis.pooling.rows import method_of
    from trialbook.cli.results_shown import print_columns
    from trialbook.render.numbers import show_share

    heads = ("study", "n", SIGNS[found.asked.effect], f"{show_share(confidence)} CI", "weight")
    lines = [_line(found, one) for one in found.rows if one.kind != "prediction" or one.low is not None]
    print_columns(heads, lines, left=(0,))
    method = method_of(found)
    click.echo(f"{method[:1].upper()}{method[1:]}.")
    _print_between(found)
    _print_hierarchy(found)
    for sentence in dict.fromkeys((found.found.reason, found.found.warning, *found.left_out, found.no_hierarchy)):
        if sentence:
            click.echo(sentence)


def _print_between(found: Pooling) -> None:
    """Print how much the studies differ, and the test of the mean."""
    from trialbook.analysis.pooling import Pooled
    from trialbook.render.numbers import show, show_p, significant, with_sign

    pooled = found.found
    if pooled.tau2 is not None:
        told = f"Variance between studies {significant(pooled.tau2, 4)}"
        if isinstance(pooled, Pooled) and pooled.i2 is not None and pooled.q is not None and pooled.q_p is not None:
            told += f", I² {show(pooled.i2, 0)} %; Q {show(pooled.q, 2)}, {with_sign(show_p(pooled.q_p))}"
        click.echo(told + ("." if found.scale == "plain" else f", on the scale of the {found.scale}."))
    if isinstance(pooled, Pooled) and pooled.p is not None:
        none = "a ratio of 1" if found.scale == "log" else "no change"
        click.echo(f"All together against {none}: {with_sign(show_p(pooled.p))}.")


def _print_hierarchy(found: Pooling) -> None:
    from trialbook.render.numbers import show

    model, fine = found.hierarchy, found.decimals
    if model is None:
        return
    if model.mean is None or model.ci_low is None or model.ci_high is None or model.tau_median is None:
        click.echo(f"Hierarchical model: {model.reason}")
        return
    unit = ", logarithms" if found.scale == "log" else ""
    below = model.below(0.0)
    click.echo(
        f"Hierarchical model (half-Cauchy, scale {model.scale:.4g}{unit}): mean {show(model.mean, fine)} "
        f"({show(model.ci_low, fine)} to {show(model.ci_high, fine)}), median SD between studies "
        f"{show(model.tau_median, fine)}, P(mean below 0) {show(below or 0.0, 3)}."
    )


def _line(found: Pooling, one: ForestRow) -> tuple[str, str, str, str, str]:
    """Write a line of the forest plot."""
    size = found.sizes.get(one.label) if one.kind == "study" else None
    low, high = _number(found, one.low), _number(found, one.high)
    centre = "" if one.kind == "prediction" else _number(found, one.estimate)
    weight = "" if one.weight is None else f"{one.weight:.1f} %"
    label = {"study": one.label, "pooled": "all together", "prediction": "a further study"}[one.kind]
    return label, "" if size is None else f"{size:g}", centre, f"{low} to {high}" if low and high else "", weight


def _number(found: Pooling, value: float | None) -> str:
    """Write an effect: a share as a percentage, others with their decimals."""
    from trialbook.render.numbers import show, show_percent, significant

    if value is None:
        return ""
    if found.asked.effect == "share":
        return show_percent(value * 100, 1)
    return show(value, found.decimals) if abs(value) < 1e15 else significant(value, 4)


def _write(found: Pooling, csv_out: Path | None, forest_out: Path | None) -> None:
    from trialbook.analysis.pooling.rows import pooled_rows
    from trialbook.folder import write_whole
    from trialbook.render.to_csv import forest_csv, results_csv

    if csv_out is not None:
        write_whole(csv_out, results_csv(pooled_rows(found), data=None))
        click.echo(f"Wrote {csv_out}")
    if forest_out is not None:
        write_whole(forest_out, _drawn(found, forest_out) if forest_out.suffix in DRAWN else forest_csv(found.rows))
        click.echo(f"Wrote {forest_out}")


def _drawn(found: Pooling, out: Path) -> bytes:
    """Draw the forest plot, as SVG or as PNG by the ending of the file."""
    from trialbook.render.drawing.to_png import to_png
    from trialbook.render.drawing.to_svg import to_file, to_svg
    from trialbook.render.numbers import show_percent
    from trialbook.report.figures_further.pooled import pooled_sheet

    rows = [one for one in found.rows if one.kind != "prediction" or one.low is not None]
    words = [_line(found, one) for one in rows]
    label = SIGNS[found.asked.effect]
    sheet = pooled_sheet(
        rows, words, label, level=show_percent(100 * found.asked.confidence), log=found.scale == "log",
        share=found.asked.effect == "share",
    )  # fmt: skip
    svg = to_svg(sheet, "forest")
    return to_png(svg) if out.suffix == ".png" else to_file(svg).encode()


def _keep(file: Path, *outs: Path | None) -> None:
    """Refuse to write over the file that is read."""
    for out in outs:
        if out is not None and out.resolve() == file.resolve():
            raise TrialbookError((Problem(code="POOL-08", place=Place(file=file.name)),))
