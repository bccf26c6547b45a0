"""Findings about means and SDs of one time: against single values, against other places, and against a grid."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from trialbook.analysis.appraisal import draws, tables
from trialbook.analysis.appraisal.findings import Bar, Finding, Rows, Value, Verdict, finding, printed_bar
from trialbook.analysis.appraisal.grids import Target, bounds_of, can_be, needed_rules, target_of
from trialbook.analysis.appraisal.model import (
    Column,
    Divisor,
    Grid,
    Moment,
    Paper,
    Path,
    Summary,
    first,
)
from trialbook.analysis.appraisal.multisets import count_multisets
from trialbook.analysis.appraisal.printed import RULES, Printed
from trialbook.analysis.appraisal.vectors import list_vectors

EXAMPLES = 4
"""Data sets that are shown."""


def divisors(paper: Paper) -> tuple[Divisor, ...]:
    """Return what the SDs of a paper may be divided by: what the file says, else what its own tables tell."""
    if paper.divisor is not None:
        return (paper.divisor,)
    fits = [found for moment, column in _with_columns(paper) if (found := _fitting(moment, column))]
    settled = set(tables.DIVISORS).intersection(*fits) if fits else set(tables.DIVISORS)
    return tuple(divisor for divisor in tables.DIVISORS if divisor in settled) or tables.DIVISORS


def _with_columns(paper: Paper) -> Iterator[tuple[Moment, Column]]:
    moments = [summary.moment for summary in paper.summaries.values()]
    moments += [moment for change in paper.changes.values() for moment in (change.before, change.after)]
    for moment in moments:
        if moment.column is not None and moment.sd and len(paper.columns[moment.column].values) > 1:
            yield moment, paper.columns[moment.column]


def _fitting(moment: Moment, column: Column) -> set[Divisor]:
    sd = first(moment.sd)
    values = [figure.value for figure in column.values.values()]
    return {divisor for divisor in tables.DIVISORS if sd and tables.variance(values, divisor) in sd.span.squared()}


def appraise_summary(paper: Paper, summary: Summary) -> Iterator[Finding]:
    """Yield what is found about one summary."""
    about = ("summaries", summary.id)
    yield from appraise_moment(paper, summary.moment, about, summary.label)
    if summary.moment.column is None or summary.statements:
        yield from _on_grids(paper, summary, about)


def appraise_moment(paper: Paper, moment: Moment, about: Path, label: str) -> Iterator[Finding]:
    """Yield what is found about a mean and an SD without a grid."""
    for name, figures in (("mean", moment.mean), ("SD", moment.sd)):
        yield from places_agree(paper, figures, (*about, name.lower()), f"{label}: {name}")
    if moment.column is not None:
        yield from _recomputed(paper, moment, paper.columns[moment.column], about, label)


def places_agree(paper: Paper, figures: Mapping[str, Printed], about: Path, label: str) -> Iterator[Finding]:
    """Yield a contradiction for two places of a paper that print figures which no value could have given."""
    for (one, figure), (other, second) in combinations(figures.items(), 2):
        if max(figure.span.low, second.span.low) > min(figure.span.high, second.span.high):
            found = finding(
                paper, "APPR-22", "contradiction", about, label, one=one, first=figure, other=other, second=second
            )
            yield replace(found, axis=label, bars=(printed_bar(figure, one), printed_bar(second, other)))


# ---- against single values --------------------------------------------------------------------------------------


def _recomputed(paper: Paper, moment: Moment, column: Column, about: Path, label: str) -> Iterator[Finding]:
    wrong = [*_mean(paper, moment, column, about, label), *_sd(paper, moment, column, about, label)]
    yield from wrong
    mean, sd = first(moment.mean), first(moment.sd)
    if any(one.verdict == "impossible" for one in wrong) and mean is not None and sd is not None:
        fixes = list(tables.single_fixes(column, mean, sd, divisors(paper)[0]))
        code = "APPR-25" if fixes else "APPR-26"
        made = finding(paper, code, "note", about, label, column=column.label, mean=mean, sd=sd, **_fixes(fixes))
        values = {f"participant {who}": float(one.value) for who, one in column.values.items()}
        single = (Bar(who, value, value, is_printed=True) for who, value in values.items())
        yield replace(made, axis=column.label, bars=(printed_bar(mean, "printed mean"), *single))


def _fixes(fixes: list[tuple[str, Fraction]]) -> dict[str, Value]:
    return {"who": tuple(who for who, _ in fixes), "values": tuple(float(value) for _, value in fixes)}


def _mean(paper: Paper, moment: Moment, column: Column, about: Path, label: str) -> Iterator[Finding]:
    printed = first(moment.mean)
    if printed is None:
        return
    exact = tables.mean([figure.value for figure in column.values.values()])
    low, high = tables.mean_span(column)
    rules = printed.rules_for(exact)
    facts: dict[str, Value] = {
        "printed": printed,
        "exact": exact,
        "low": float(low),
        "high": float(high),
        "where": column.where,
    }
    bars = (printed_bar(printed), Bar("from the single values", float(low), float(high)))
    code: str
    verdict: Verdict
    if rules and (paper.rounding is None or paper.rounding in rules):
        code, verdict = "APPR-20", "consistent"
    elif high >= printed.span.low and low <= printed.span.high and low < high:
        code, verdict = "APPR-27", "possible only if"
    else:
        code, verdict = "APPR-21", "impossible"
    facts["what"] = "mean"
    made = finding(paper, code, verdict, (*about, "mean"), label, **facts)
    yield replace(made, axis=f"{label}: mean", bars=bars)
    if rules and len(rules) < len(RULES) and paper.rounding is None:
        yield _rule_needed(paper, (*about, "mean"), label, printed, exact, tuple(sorted(rules)), "the single values")


def _sd(paper: Paper, moment: Moment, column: Column, about: Path, label: str) -> Iterator[Finding]:
    printed = first(moment.sd)
    if printed is None or len(column.values) < 2:
        return
    values = [figure.value for figure in column.values.values()]
    roots = {divisor: math.sqrt(tables.variance(values, divisor)) for divisor in tables.DIVISORS}
    allowed = divisors(paper)
    most, _ = tables.largest_variance(column, allowed[0])
    least = tables.smallest_variance(column, allowed[-1])
    fits = [one for one in allowed if tables.variance(values, one) in printed.span_by(paper.rounding).squared()]
    facts: dict[str, Value] = {
        "printed": printed, "exact": roots[allowed[0]], "other": roots["n"], "most": math.sqrt(most),
        "least": math.sqrt(least), "where": column.where, "what": "SD",
    }  # fmt: skip
    bars = (printed_bar(printed), Bar("reached by the single values", math.sqrt(least), math.sqrt(most)))
    code: str
    verdict: Verdict
    if fits:
        code, verdict = ("APPR-20", "consistent") if "n-1" in fits else ("APPR-24", "possible only if")
        facts["exact"] = roots[fits[0]]
    elif least < most and most >= printed.span.squared().low and least <= printed.span.squared().high:
        code, verdict = "APPR-27", "possible only if"
        facts |= {"low": math.sqrt(least), "high": math.sqrt(most)}
    else:
        code, verdict = "APPR-23", "impossible"
    made = finding(paper, code, verdict, (*about, "sd"), label, **facts)
    yield replace(made, axis=f"{label}: SD", bars=bars)


# ---- against a grid ---------------------------------------------------------------------------------------------


def rules_needed(paper: Paper, moment: Moment, grids: tuple[Grid, ...], about: Path, label: str) -> Iterator[Finding]:
    """Yield for a printed mean the rounding rule without which it could not come about, and on which grids."""
    printed = first(moment.mean)
    if printed is None or paper.rounding is not None:
        return
    for grid in grids:
        rules, exact = needed_rules(moment, grid, None)
        if exact is not None and len(rules) == 1:
            yield _rule_needed(paper, about, label, printed, exact, tuple(rules), grid.label)
            return


def _rule_needed(
    paper: Paper, about: Path, label: str, printed: Printed, exact: Fraction, rules: tuple[str, ...], grid: str
) -> Finding:
    value = float(exact)
    made = finding(
        paper, "APPR-28", "possible only if", about, label, printed=printed, exact=value, rule=rules[0], grid=grid
    )
    bars = (printed_bar(printed), Bar("exact value, on the edge", value, value))
    return replace(made, axis=label, bars=bars)


def _on_grids(paper: Paper, summary: Summary, about: Path) -> Iterator[Finding]:
    moment, several = summary.moment, len(summary.grids) > 1
    yield from rules_needed(paper, moment, summary.grids, (*about, "mean"), summary.label)
    for grid in summary.grids:
        yield _on_grid(paper, summary, grid, about, is_only=not several)


def _on_grid(paper: Paper, summary: Summary, grid: Grid, about: Path, *, is_only: bool) -> Finding:
    """Return how many data sets a grid has for a mean and an SD, for the first divisor that has any."""
    for divisor in divisors(paper):
        target = target_of(summary.moment, grid, divisor, paper.rounding)
        mean_can, sd_can = can_be(target)
        if not (mean_can and sd_can):
            continue
        found = _counted(paper, summary, grid, target)
        if found.facts["count"] != 0:
            return found
    code = "APPR-30" if not mean_can else "APPR-31"
    verdict: Verdict = "impossible" if is_only else "possible only if"
    facts = _figures(summary.moment)
    statements = tuple(statement.text for statement in summary.statements)
    made = finding(
        paper, code, verdict, about, summary.label, grid=grid.label, step=grid.step, n=summary.moment.n,
        figures=facts, statements=statements,
    )  # fmt: skip
    return replace(made, axis=summary.label, bars=_figure_bars(summary.moment, grid))


def _counted(paper: Paper, summary: Summary, grid: Grid, target: Target) -> Finding:
    moment = summary.moment
    names = paper.participants if moment.n == paper.n else tuple(str(number + 1) for number in range(moment.n))
    bounds = bounds_of(grid, summary.statements, names, "value")
    classes = tuple(bounds.index(bound) for bound in bounds)
    rows = list_vectors(target, bounds, classes, is_sorted=True)
    count: float | None = None if rows is None else len(rows)
    if rows is None and len(set(bounds)) == 1:
        count = count_multisets(target, bounds[0])
    if rows is None:
        rows = draws.draw_vectors(target, bounds)
    shown = tuple(tuple((float(grid.value(int(step))),) for step in row) for row in rows[:EXAMPLES])
    facts: dict[str, Value] = {"grid": grid.label, "step": grid.step, "n": moment.n, "figures": _figures(moment)}
    facts["statements"] = tuple(statement.text for statement in summary.statements)
    code = "APPR-32" if count is not None else "APPR-33"
    facts["count"] = int(count) if count is not None else -1
    verdict: Verdict = "consistent" if count is not None or shown else "note"
    made = finding(paper, code, verdict, ("summaries", summary.id), summary.label, **facts)
    return replace(made, axis=summary.label, rows=Rows(names, shown, (moment.label,)))


def _figures(moment: Moment) -> str:
    mean, sd = first(moment.mean), first(moment.sd)
    return " ± ".join(figure.text for figure in (mean, sd) if figure is not None)


def _figure_bars(moment: Moment, grid: Grid) -> tuple[Bar, ...]:
    mean = first(moment.mean)
    if mean is None:
        return ()
    unit = grid.step / moment.n
    below = (mean.value - grid.low) // unit
    return (
        printed_bar(mean, "printed mean"),
        *(Bar("mean of the grid", float(grid.low + unit * k), float(grid.low + unit * k)) for k in (below, below + 1)),
    )
