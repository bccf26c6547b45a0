"""Arms in the report: the change of each, the differences between them, and responders compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialbook.protocol.model import Endpoint
from trialbook.render.inline import Line, Part, join
from trialbook.render.numbers import PLUS_MINUS, show_share
from trialbook.render.table import Column, Row, Table
from trialbook.report.quote import Notes, cell, footnotes, interval, mean_sd, optional
from trialbook.report.run import TESTS, Run, Stats

BETWEEN = {"welch": "Welch", "ancova": "adjusted for the baseline"}
LEGEND = (
    "Arms: mean ± SD of the change from baseline, visit minus baseline, its interval, and p of {test} within the arm. "
    "Below them the difference of the mean changes with its interval and p: by Welch, and adjusted for the baseline. "
    "{planned}"
)
ODDS = "Odds ratio: conditional maximum likelihood with exact interval; p: Fisher’s exact test, two-sided. {planned}"
PLANNED = {
    "welch": "Planned is the test by Welch; all others are sensitivity analyses.",
    "ancova": "Planned is the test adjusted for the baseline; all others are sensitivity analyses.",
    None: "The study file plans no test between arms: those here were not chosen beforehand.",
}


def has_arms(run: Run) -> bool:
    """Tell whether results are told by arm."""
    return any(run.quotes.of("arms"))


def arm_table(run: Run, endpoint: Endpoint) -> Table | None:
    """Return the changes of the arms and their differences at every visit; None where there are no arms."""
    notes: Notes = {}
    body = []
    arms = run.grouped("arms", endpoint.id)
    for visit in dict.fromkeys(visit for _, visit in arms):
        body.append(Row(stub=(run.visit_label(visit),), heading=True))
        body += [
            Row(stub=(run.arm_label(group),), level=1, cells=_arm(run, endpoint, group, visit, stats, notes))
            for (group, at), stats in arms.items()
            if at == visit
        ]
        body += list(_differences(run, endpoint, visit, notes))
    if not body:
        return None
    plan = run.study.analysis
    labels = ("n", "Change or difference", f"{show_share(plan.confidence)} CI", "p", *_adjusted_head(run))
    legend = LEGEND.format(test=plan.test, planned=PLANNED[plan.between])
    warnings = dict.fromkeys(row.warning for row in run.quotes.of("arms", endpoint.id) if row.warning)
    return Table(
        id=f"table-arms-{endpoint.id}", title=f"{_title(run, endpoint)}: change from baseline by arm", stub="Arm",
        columns=tuple(Column(label=label) for label in labels), body=tuple(body),
        footnotes=((legend,), *((warning,) for warning in warnings), *footnotes(notes)),
    )  # fmt: skip


def _title(run: Run, endpoint: Endpoint) -> str:
    unit = run.unit(endpoint)
    return f"{run.label(endpoint)} ({unit})" if unit else run.label(endpoint)


def _arm(run: Run, endpoint: Endpoint, group: str, visit: str, stats: Stats, notes: Notes) -> tuple[Line, ...]:
    change = run.stats_at("change", endpoint.id, visit, group=group)
    tested = run.stats_at(TESTS[run.study.analysis.test], endpoint.id, visit, group=group)
    return (
        cell(run.quotes, stats.get("n"), notes),
        mean_sd(run.quotes, stats.get("mean"), stats.get("sd"), notes, signed=True),
        interval(run.quotes, change.get("ci_low"), change.get("ci_high"), notes),
        cell(run.quotes, tested.get("p"), notes),
        *_adjusted(run, tested, notes),
    )


def _adjusted_head(run: Run) -> tuple[str, ...]:
    return ("adjusted p",) if run.is_adjusted else ()


def _adjusted(run: Run, stats: Stats, notes: Notes) -> tuple[Line, ...]:
    """Write the adjusted p of a planned test, where the plan adjusts; empty for others."""
    return (optional(run.quotes, stats.get("p_adjusted"), notes),) if run.is_adjusted else ()


def _differences(run: Run, endpoint: Endpoint, visit: str, notes: Notes) -> Iterator[Row]:
    for analysis, words in BETWEEN.items():
        for (group, at), stats in run.grouped(analysis, endpoint.id).items():
            if at == visit:
                low, high = stats.get("ci_low"), stats.get("ci_high")
                cells = (
                    (str(stats["p"].n),),
                    cell(run.quotes, stats.get("difference"), notes, signed=True),
                    interval(run.quotes, low, high, notes),
                    cell(run.quotes, stats.get("p"), notes),
                    *_adjusted(run, stats, notes),
                )
                yield Row(stub=(f"{run.pair_label(group)}, {words}",), level=1, cells=cells)


def odds_table(run: Run, endpoint: Endpoint) -> Table | None:
    """Return the odds of responding, arm against arm; None where there are no arms."""
    notes: Notes = {}
    body = []
    for (group, visit), stats in run.grouped("fisher", endpoint.id).items():
        cells = (
            (str(stats["p"].n),),
            cell(run.quotes, stats.get("odds_ratio"), notes),
            (*cell(run.quotes, stats.get("ci_low"), notes), " to ", *cell(run.quotes, stats.get("ci_high"), notes)),
            cell(run.quotes, stats.get("p"), notes),
            cell(run.quotes, stats.get("p_min"), notes),
            *_adjusted(run, stats, notes),
        )
        body.append(Row(stub=(f"{run.visit_label(visit)}: {run.pair_label(group)}",), cells=cells))
    if not body:
        return None
    labels = (
        "n",
        "Odds ratio",
        f"{show_share(run.study.analysis.confidence)} CI",
        "p",
        "least p",
        *_adjusted_head(run),
    )
    planned = "These tests are planned." if run.study.analysis.between else PLANNED[None]
    return Table(
        id=f"table-odds-{endpoint.id}", title=f"{run.label(endpoint)}: arms against each other", stub="Arms",
        columns=tuple(Column(label=label) for label in labels), body=tuple(body),
        footnotes=((ODDS.format(planned=planned),), *footnotes(notes)),
    )  # fmt: skip


def arm_lines(run: Run, endpoint: Endpoint, visit: str) -> Iterator[Line]:
    """Yield what the Results say of a change by arm: the mean changes, then the differences between arms."""
    means = [
        (*_mean(run, stats), f" in {run.arm_label(group)} (", run.quotes.number(stats["n"]), ")")
        for (group, at), stats in run.grouped("arms", endpoint.id).items()
        if at == visit and "mean" in stats and stats["mean"].value is not None
    ]
    if not means:
        yield (f"No arm has a change from baseline {run.at(visit)}.",)
        return
    unit = run.unit(endpoint)
    of = f" ({unit})" if unit else ""
    yield (
        f"The mean change {run.at(visit)}{of}, with the number of participants, was ",
        *join(means, last=" and "),
        ".",
    )
    yield from _told_differences(run, endpoint, visit)


def _mean(run: Run, stats: Stats) -> Line:
    sd = stats.get("sd")
    spread: Sequence[Part] = (PLUS_MINUS, run.quotes.number(sd)) if sd is not None and sd.value is not None else ()
    return (run.quotes.change(stats["mean"]), *spread)


def _told_differences(run: Run, endpoint: Endpoint, visit: str) -> Iterator[Line]:
    between = run.study.analysis.between
    for analysis in (between,) if between is not None else tuple(BETWEEN):
        for (group, at), stats in run.grouped(analysis, endpoint.id).items():
            if at != visit or stats["p"].value is None or stats["difference"].value is None:
                continue
            reach = (run.quotes.number(stats["ci_low"]), " to ", run.quotes.number(stats["ci_high"]))
            yield (
                f"{'By the planned test, ' if between else ''}{run.pair_label(group)} ({BETWEEN[analysis]}): ",
                run.quotes.change(stats["difference"]), f", {show_share(run.study.analysis.confidence)} CI ", *reach,
                ", ", *run.p_of(stats), "." if between else "; not chosen beforehand.",
            )  # fmt: skip
