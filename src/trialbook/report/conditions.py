"""Tables of an endpoint that is a condition: responders with intervals, before and after, times, and its design."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.analysis.results import Result
from trialbook.protocol.model import Endpoint
from trialbook.render.inline import Line, Part
from trialbook.render.numbers import show_share
from trialbook.render.table import Column, Row, Table
from trialbook.report.methods_outcomes import is_of_design
from trialbook.report.quote import Notes, cell, footnotes, interval, optional
from trialbook.report.run import Run, Stats

INTERVALS = (("Clopper-Pearson", "ci"), ("Wilson", "wilson"), ("Jeffreys", "jeffreys"), ("mid-P", "mid_p"))
SHARES = (
    "Percent of those of whom it can be told. Clopper-Pearson never covers less than it says; Wilson, Jeffreys and "
    "mid-P are shorter and cover about what they say."
)
CHANGED = (
    "Participants judged at both visits. Gained: it did not hold before and holds now; lost: the other way. p: "
    "McNemar’s exact test of those who changed; least p: the smallest that it can give with so many."
)
TIMES = (
    "Days to the visit at which the event is first seen; it may have come at any time since the visit before. At risk: "
    "followed without it until just before the planned day. Without: Kaplan-Meier estimate; the median has the "
    "interval of Brookmeyer and Crowley."
)
DESIGNED = {
    "n_planned": "Participants planned",
    "n_first": "Of these in the first stage",
    "stop_at_most": "Stop after it where at most so many respond",
    "needed": "Responders needed",
    "alpha": "Level of this design, one-sided",
    "power": "Power of this design",
    "stop": "Probability to stop after the first stage, at p0",
    "expected": "Participants to be expected, at p0",
    "n_first_stage": "Responders in the first stage",
    "n": "Responders",
    "needed_here": "Responders needed by the exact test of those of whom it can be told",
    "verdict": "The limit is",
}

OF_DESIGN = "Participants that the design needs"


def condition_tables(run: Run, endpoint: Endpoint) -> tuple[Table, ...]:
    """Return the tables of a condition for which there are results."""
    found = (
        responder_table(run, endpoint),
        changed_table(run, endpoint),
        times_table(run, endpoint),
        design_table(run, endpoint),
    )
    return tuple(table for table in found if table is not None)


def responder_table(run: Run, endpoint: Endpoint) -> Table | None:
    """Return responders at every visit with all intervals, of each arm where there are arms."""
    notes: Notes = {}
    whole = {("", visit): stats for (_, visit), stats in run.grouped("responder", endpoint.id).items()}
    found = whole | run.grouped("arms", endpoint.id)
    body = [
        Row(stub=(_stub(run, group, visit),), cells=_shares(run, stats, notes))
        for (group, visit), stats in found.items()
        if "n" in stats
    ]
    if not body:
        return None
    percent = show_share(run.study.analysis.confidence)
    labels = ("Held", "%", *(f"{percent} {name}" for name, _ in INTERVALS), "Cannot be told")
    return _table(f"table-responders-{endpoint.id}", f"{run.label(endpoint)}: for how many it held", labels, body,
                  SHARES, notes)  # fmt: skip


def _stub(run: Run, group: str, visit: str) -> str:
    return f"{run.visit_label(visit)}: {run.arm_label(group)}" if group else run.visit_label(visit)


def _shares(run: Run, stats: Stats, notes: Notes) -> tuple[Line, ...]:
    n = stats["n"]
    ends = ((stats.get(f"{name}_low"), stats.get(f"{name}_high")) for _, name in INTERVALS)
    return (
        (run.quotes.number(n), f"/{n.n}"),
        cell(run.quotes, stats.get("percent"), notes),
        *(interval(run.quotes, low, high, notes) for low, high in ends),
        optional(run.quotes, stats.get("unknown"), notes),
    )


def changed_table(run: Run, endpoint: Endpoint) -> Table | None:
    """Return who gained and who lost the condition since the baseline, then Cochran's Q."""
    notes: Notes = {}
    adjusted = {"p_adjusted": "adjusted p"} if run.is_adjusted else {}
    names = ("n_pairs", "n_before", "n_after", "gained", "lost", "p", "p_mid", "p_min", *adjusted)
    body = [
        Row(
            stub=(_stub(run, group, visit),),
            cells=tuple(optional(run.quotes, stats.get(name), notes) for name in names),
        )
        for (group, visit), stats in run.grouped("mcnemar", endpoint.id).items()
    ]
    if not body:
        return None
    labels = ("Pairs", "Held before", "Holds", "Gained", "Lost", "p", "mid-P", "least p", *adjusted.values())
    table = f"table-changed-{endpoint.id}"
    more = tuple(ranks_line(run, "cochran", endpoint, "Cochran’s Q over all these visits"))
    return _table(table, f"{run.label(endpoint)}: against the baseline", labels, body, CHANGED, notes, *more)


def ranks_line(run: Run, analysis: str, endpoint: Endpoint, name: str) -> Iterator[Line]:
    """Yield what a test by ranks over all visits gave, of each arm where there are arms."""
    for (group, _), stats in run.grouped(analysis, endpoint.id).items():
        lead = f"{name}{f', {run.arm_label(group)}' if group else ''}: "
        q, p, approximate, n = (stats.get(stat) for stat in ("q", "p", "p_chi2", "n"))
        if q is None or n is None or q.value is None:
            yield (lead, "not computed. ", q.error if q is not None else "")
            continue
        exact: Line = ("exact ", run.quotes.p(p), ", ") if p is not None and p.value is not None else ()
        near: Line = ("by chi-squared ", run.quotes.p(approximate)) if approximate is not None else ()
        yield (lead, "Q = ", run.quotes.number(q), ", n = ", run.quotes.number(n), ", ", *exact, *near, ".")


def times_table(run: Run, endpoint: Endpoint) -> Table | None:
    """Return the Kaplan-Meier estimates at the planned days, of each arm where there are arms."""
    notes: Notes = {}
    body: list[Row] = []
    for (group, visit), stats in run.grouped("time_to", endpoint.id).items():
        if not visit:
            body.append(Row(stub=tuple(_followed(run, group, stats)), heading=True))
            continue
        share = cell(run.quotes, stats.get("without"), notes)
        cells = (cell(run.quotes, stats.get("at_risk"), notes), share, _ends(run, stats, "ci", notes))
        body.append(Row(stub=(run.visit_label(visit),), level=1, cells=cells))
    asked = endpoint.time_to
    if not body or asked is None:
        return None
    percent = show_share(run.study.analysis.confidence)
    warnings = dict.fromkeys(row.warning for row in run.quotes.of("time_to", endpoint.id) if row.warning)
    return _table(
        f"table-time-{endpoint.id}", f"{run.label(endpoint)}: time to {asked.event}",
        ("At risk", "Without, %", f"{percent} CI"), body, TIMES, notes, *((warning,) for warning in warnings),
        *log_rank_line(run, endpoint),
    )  # fmt: skip


def _followed(run: Run, group: str, stats: Stats) -> Iterator[Part]:
    """Say in one line how many were followed, how many had the event, and the median."""
    number = run.quotes.number
    yield f"{run.arm_label(group)}: " if group else ""
    yield from (number(stats["n"]), " followed, ", number(stats["n_events"]), " with the event")
    middle = stats.get("median")
    if middle is None or middle.value is None:
        yield "; median not reached"
        return
    low, high = (number(row) if row.value is not None else "not reached" for row in _interval_of(stats))
    yield from ("; median ", number(middle), " days (", low, " to ", high, ")")


def _interval_of(stats: Stats) -> tuple[Result, Result]:
    return stats["median_low"], stats["median_high"]


def log_rank_line(run: Run, endpoint: Endpoint) -> Iterator[Line]:
    """Yield what the log-rank test of the arms gave."""
    for stats in run.grouped("log_rank", endpoint.id).values():
        p, chi2 = stats["p"], stats["chi2"]
        if p.value is None:
            yield (f"Log-rank test of the arms: not computed. {p.error}",)
        else:
            yield ("Log-rank test of the arms: ", "chi-squared ", run.quotes.number(chi2), ", ", run.quotes.p(p), ".")


def _ends(run: Run, stats: Stats, name: str, notes: Notes) -> Line:
    return interval(run.quotes, stats.get(f"{name}_low"), stats.get(f"{name}_high"), notes)


def design_table(run: Run, endpoint: Endpoint) -> Table | None:
    """Return the planned design beside the responders, and whether its limit is reached."""
    notes: Notes = {}
    stats = next(iter(run.grouped("design", endpoint.id).values()), {})
    if not stats:
        return None
    body = [
        Row(stub=(words,), cells=(cell(run.quotes, stats[name], notes),))
        for name, words in (DESIGNED if is_of_design(run) else {**DESIGNED, "n_planned": OF_DESIGN}).items()
        if name in stats
    ]
    tested = next(iter(run.grouped("binomial", endpoint.id).values()), {})
    for name, words in (("p_greater", "Exact binomial test against p0, one-sided p"), ("p_min", "Least p of it")):
        if name in tested:
            body.append(Row(stub=(words,), cells=(cell(run.quotes, tested[name], notes),)))
    first = next(iter(stats.values()))
    warnings = dict.fromkeys(row.warning for row in stats.values() if row.warning)
    return _table(f"table-design-{endpoint.id}", f"{run.label(endpoint)}: the planned limit", ("Value",), body,
                  f"{first.method}.", notes, *((warning,) for warning in warnings), stub="")  # fmt: skip


def _table(
    name: str, title: str, labels: tuple[str, ...], body: list[Row], legend: str, notes: Notes, *more: Line,
    stub: str = "Visit",
) -> Table:  # fmt: skip
    return Table(
        id=name, title=title, stub=stub, columns=tuple(Column(label=label) for label in labels), body=tuple(body),
        footnotes=((legend,), *more, *footnotes(notes)),
    )  # fmt: skip
